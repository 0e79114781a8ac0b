/* lm-pipeline-fit.c: the chain learns from the training part
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-pipeline-private.h"

#include "lm-i18n.h"

#include <string.h>

/* Bytes of floats that are fitted on at a time. */
#define FIT_CHUNK ((gsize) 1 << 20)

/* What fitting carries along. */
typedef struct {
  LmPipeline *pipeline;
  const LmDataset *dataset;
  float *buffer;
  gsize done; /* samples read, over all passes */
  gsize total;
  LmProgressFunc progress;
  void *progress_data;
} FitRun;

/* One pass over one column for step @i. */
static gboolean
fit_column (FitRun *run,
            int i,
            int c,
            GError **error)
{
  LmStep *step = g_ptr_array_index (run->pipeline->steps, i);
  const LmStepClass *klass = lm_step_class (step);
  const LmColumn *column = &run->dataset->columns[c];
  LmFitted *fitted = lm_step_add_fitted (step, column->role, column->name);
  gsize n = run->dataset->n_samples[LM_PART_TRAIN];
  gsize at_once = CLAMP (FIT_CHUNK / sizeof (float) / lm_column_size (column), 1, 1024);
  guint32 index[1024];
  gboolean good = TRUE;
  void *sums;

  lm_fitted_set_shape (fitted, &column->sample);
  sums = klass->fit_begin (&fitted->fit);
  for (gsize first = 0; good && first < n; first += at_once) {
    gsize piece = MIN (at_once, n - first);

    for (gsize k = 0; k < piece; k++)
      index[k] = (guint32) (first + k);
    if (run->progress != NULL &&
        !run->progress (run->progress_data, _ ("Fitting the chain"), (double) run->done / (double) run->total)) {
      g_set_error (error, LM_ERROR, LM_ERROR_CANCELLED, _ ("Stopped while fitting the chain."));
      good = FALSE;
      break;
    }
    good = lm_dataset_read_f32 (run->dataset, LM_PART_TRAIN, index, piece, c, run->buffer, error);
    if (good) {
      lm_pipeline_apply_first (run->pipeline, i, column->role, column->name, &column->sample, run->buffer, piece);
      klass->fit_add (&fitted->fit, sums, run->buffer, piece);
    }
    run->done += piece;
  }
  klass->fit_end (&fitted->fit, sums);
  return good;
}

/* How many columns a step works on; an error if it names one that is not there. */
static int
count_columns (const LmStep *step,
               const LmDataset *dataset,
               gsize *largest,
               GError **error)
{
  const char *on = lm_option_get_text (step->options, LM_STEP_ON);
  int n = 0;

  for (int c = 0; c < dataset->n_columns; c++) {
    if (lm_step_is_on (step, dataset->columns[c].role, dataset->columns[c].name)) {
      *largest = MAX (*largest, lm_column_size (&dataset->columns[c]));
      n++;
    }
  }
  if (n == 0 && strcmp (on, "inputs") != 0 && strcmp (on, "targets") != 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("The step “%s” is for the column “%s”, but the data “%s” have none of that name. Change the step or the data."),
                 step->options->member->id, on, dataset->name);
    return -1;
  }
  return n;
}

static gboolean
fit_steps (FitRun *run,
           GError **error)
{
  for (int i = 0; i < lm_pipeline_n_steps (run->pipeline); i++) {
    const LmStep *step = lm_pipeline_get_step (run->pipeline, i);

    if (lm_step_class (step)->state_names == NULL)
      continue;
    for (int c = 0; c < run->dataset->n_columns; c++) {
      const LmColumn *column = &run->dataset->columns[c];

      if (lm_step_is_on (step, column->role, column->name) && !fit_column (run, i, c, error))
        return FALSE;
    }
  }
  return TRUE;
}

gboolean
lm_pipeline_fit (LmPipeline *self,
                 const LmDataset *dataset,
                 LmProgressFunc progress,
                 void *progress_data,
                 GError **error)
{
  g_autoptr (LmPipeline) fresh = lm_pipeline_new ();
  g_autofree float *buffer = NULL;
  FitRun run = { .pipeline = fresh, .dataset = dataset, .progress = progress, .progress_data = progress_data };
  GPtrArray *old = self->steps;
  gsize largest = 1;

  for (guint i = 0; i < self->steps->len; i++) {
    const LmStep *step = g_ptr_array_index (self->steps, i);
    int n = count_columns (step, dataset, &largest, error);

    if (n < 0)
      return FALSE;
    lm_pipeline_add (fresh, step->options);
    if (lm_step_class (step)->state_names != NULL)
      run.total += (gsize) n * dataset->n_samples[LM_PART_TRAIN];
  }
  if (run.total == 0 && !lm_pipeline_is_fitted (fresh) && !lm_dataset_has (dataset, LM_PART_TRAIN)) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("The data “%s” have no training part, but the chain is fitted on it. Choose data with training samples."), dataset->name);
    return FALSE;
  }
  run.buffer = buffer = g_malloc (MAX (FIT_CHUNK, largest * sizeof (float)));
  if (!fit_steps (&run, error))
    return FALSE;
  self->steps = fresh->steps;
  fresh->steps = old;
  return TRUE;
}
