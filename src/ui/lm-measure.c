/* lm-measure.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-measure.h"

#include "lm-work.h"

#include <math.h>

#include "lm-i18n.h"

void
lm_measurement_free (LmMeasurement *self)
{
  g_free (self->checkpoint);
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  g_clear_pointer (&self->report, lm_report_free);
  g_free (self->message);
  lm_evaluation_clear (&self->figures);
  g_free (self);
}

double
lm_measurement_baseline (const LmMeasurement *self)
{
  gint64 most = 0;

  if (self->report == NULL || self->report->n == 0)
    return NAN;
  for (int i = 0; i < self->report->n_classes; i++)
    most = MAX (most, lm_report_support (self->report, i));
  return (double) most / (double) self->report->n;
}

static gint64
answers (const LmReport *report,
         int class_index)
{
  gint64 n = 0;

  for (int t = 0; t < report->n_classes; t++)
    n += report->counts[(gsize) t * (gsize) report->n_classes + (gsize) class_index];
  return n;
}

double
lm_report_f1 (const LmReport *report,
              int class_index)
{
  gint64 right = report->counts[(gsize) class_index * (gsize) report->n_classes + (gsize) class_index];
  gint64 all = lm_report_support (report, class_index) + answers (report, class_index);

  return all > 0 ? 2 * (double) right / (double) all : 0;
}

double
lm_measurement_f1 (const LmMeasurement *self)
{
  double sum = 0;
  int n = 0;

  for (int i = 0; self->report != NULL && i < self->report->n_classes; i++) {
    if (lm_report_support (self->report, i) + answers (self->report, i) == 0)
      continue;
    sum += lm_report_f1 (self->report, i);
    n++;
  }
  return n > 0 ? sum / n : NAN;
}

void
lm_accuracy_interval (gsize k,
                      gsize n,
                      double *low,
                      double *high)
{
  const double z = 1.959964;
  double p = (double) k / (double) MAX (n, 1), size = (double) MAX (n, 1);
  double middle = (p + z * z / (2 * size)) / (1 + z * z / size);
  double half = z / (1 + z * z / size) * sqrt (p * (1 - p) / size + z * z / (4 * size * size));

  *low = fmax (0, middle - half);
  *high = fmin (1, middle + half);
}

/* --- Measuring ----------------------------------------------------------------------- */

typedef struct {
  LmProject *project;
  LmDesign *design;
  LmDataset *dataset;
  gint64 run;
  char *checkpoint;
  LmPart part;
  LmJob *job;
  LmMeasured done;
  LmMeasurement *result;
} Measuring;

static void
measuring_free (gpointer data)
{
  Measuring *measuring = data;

  lm_project_unref (measuring->project);
  lm_design_free (measuring->design);
  g_clear_pointer (&measuring->dataset, lm_dataset_unref);
  g_free (measuring->checkpoint);
  lm_job_unref (measuring->job);
  g_clear_pointer (&measuring->result, lm_measurement_free);
  g_free (measuring);
}

/* The data as the run had them. */
static gboolean
has_same_data (const LmDesign *a,
               const LmDesign *b)
{
  return g_strcmp0 (a->data_spec, b->data_spec) == 0 &&
         lm_option_is_null (a->training, LM_TRAINING_VALIDATION_SPLIT) == lm_option_is_null (b->training, LM_TRAINING_VALIDATION_SPLIT) &&
         lm_option_get_double (a->training, LM_TRAINING_VALIDATION_SPLIT) >= lm_option_get_double (b->training, LM_TRAINING_VALIDATION_SPLIT) &&
         lm_option_get_double (a->training, LM_TRAINING_VALIDATION_SPLIT) <= lm_option_get_double (b->training, LM_TRAINING_VALIDATION_SPLIT) &&
         lm_option_get_int (a->training, LM_TRAINING_SEED) == lm_option_get_int (b->training, LM_TRAINING_SEED);
}

static gboolean
find_data (Measuring *measuring,
           const LmModel *model,
           GError **error)
{
  LmMeasurement *result = measuring->result;

  if (measuring->dataset != NULL && has_same_data (measuring->design, model->design))
    result->dataset = lm_dataset_ref (measuring->dataset);
  else
    result->dataset = lm_run_open_data (measuring->project, model->design, NULL, lm_job_progress, measuring->job, error);
  if (result->dataset == NULL)
    return FALSE;
  if (lm_dataset_has (result->dataset, measuring->part))
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The data of this run have no %s part: %s. Choose another part."),
               lm_part_name (measuring->part), result->dataset->description);
  return FALSE;
}

static gboolean
measure (Measuring *measuring,
         const LmModel *model,
         GError **error)
{
  LmMeasurement *result = measuring->result;
  LmPool *pool = lm_pool_new (0, 10);
  LmEvaluateSpec spec = {
    .design = model->design,
    .weights = model->weights,
    .dataset = result->dataset,
    .part = measuring->part,
    .pipeline = model->pipeline,
    .pool = pool,
    .progress = lm_job_progress,
    .progress_data = measuring->job,
  };
  g_autoptr (GError) reason = NULL;
  gboolean done;

  lm_job_set_range (measuring->job, 0, 0.5);
  result->report = lm_report_new (&spec, &reason);
  if (result->report == NULL && !g_error_matches (reason, LM_ERROR, LM_ERROR_DATA)) {
    g_propagate_error (error, g_steal_pointer (&reason));
    lm_pool_free (pool);
    return FALSE;
  }
  if (reason != NULL)
    result->message = g_strdup (reason->message);
  lm_job_set_range (measuring->job, 0.5, 1);
  done = lm_evaluate (&spec, &result->figures, error);
  lm_pool_free (pool);
  return done;
}

static void
measure_thread (gpointer data,
                GError **error)
{
  Measuring *measuring = data;
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (LmModel) model = lm_model_load (measuring->project, measuring->run, measuring->checkpoint, error);

  if (model == NULL)
    return;
  measuring->result = g_new0 (LmMeasurement, 1);
  measuring->result->run = measuring->run;
  measuring->result->checkpoint = g_strdup (measuring->checkpoint);
  measuring->result->part = measuring->part;
  measuring->result->epoch = model->epoch;
  measuring->result->step = model->step;
  if (!find_data (measuring, model, error) || !measure (measuring, model, error))
    g_clear_pointer (&measuring->result, lm_measurement_free);
  else
    measuring->result->seconds = (double) (g_get_monotonic_time () - begin) / 1e6;
}

static void
measured_cb (gpointer owner,
             gpointer data,
             const GError *error)
{
  Measuring *measuring = data;

  measuring->done (owner, g_steal_pointer (&measuring->result), error);
}

void
lm_measure (gpointer owner,
            LmProject *project,
            const LmDesign *design,
            LmDataset *dataset,
            gint64 run,
            const char *checkpoint,
            LmPart part,
            LmJob *job,
            LmMeasured done)
{
  Measuring *measuring = g_new0 (Measuring, 1);

  measuring->project = lm_project_ref (project);
  measuring->design = lm_design_copy (design);
  measuring->dataset = dataset != NULL ? lm_dataset_ref (dataset) : NULL;
  measuring->run = run;
  measuring->checkpoint = g_strdup (checkpoint);
  measuring->part = part;
  measuring->job = lm_job_ref (job);
  measuring->done = done;
  lm_work_run (owner, measure_thread, measured_cb, measuring, measuring_free);
}
