/* lm-lens-work.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-lens-work.h"

#include "lm-i18n.h"

/* --- Weights ------------------------------------------------------------------------- */

LmLensWeights *
lm_lens_weights_new (LmModel *model,
                     gint64 run,
                     const char *checkpoint,
                     gint64 stamp,
                     gboolean is_live)
{
  LmLensWeights *self = g_new0 (LmLensWeights, 1);

  lm_ref_init (&self->ref);
  self->model = model;
  self->run = run;
  self->checkpoint = g_strdup (checkpoint);
  self->stamp = stamp;
  self->is_live = is_live;
  return self;
}

LmLensWeights *
lm_lens_weights_ref (LmLensWeights *self)
{
  lm_ref_inc (&self->ref);
  return self;
}

void
lm_lens_weights_unref (LmLensWeights *self)
{
  if (self == NULL || !lm_ref_dec (&self->ref))
    return;
  lm_model_free (self->model);
  g_free (self->checkpoint);
  g_free (self);
}

LmLook
lm_lens_weights_look (const LmLensWeights *self,
                      LmDataset *dataset)
{
  return (LmLook){
    .design = self->model->design,
    .weights = self->model->weights,
    .seed = (guint64) lm_option_get_int (self->model->design->training, LM_TRAINING_SEED),
    .pipeline = self->model->pipeline,
    .dataset = dataset,
  };
}

static LmModel *
make_fresh (const LmLensLoad *load,
            GError **error)
{
  g_autoptr (LmPipeline) pipeline = lm_pipeline_new ();
  LmModel *model;

  for (guint i = 0; i < load->design->chain->len; i++)
    lm_pipeline_add (pipeline, g_ptr_array_index (load->design->chain, i));
  if (!lm_pipeline_is_fitted (pipeline)) {
    if (load->dataset == NULL) {
      g_set_error_literal (error, LM_ERROR, LM_ERROR_DATA, _ ("The data have not been read, and without them nothing can be scaled as the network gets it. Choose a data set on the Data page."));
      return NULL;
    }
    if (!lm_pipeline_fit (pipeline, load->dataset, NULL, NULL, error))
      return NULL;
  }
  model = g_new0 (LmModel, 1);
  model->design = lm_design_copy (load->design);
  model->pipeline = g_steal_pointer (&pipeline);
  return model;
}

void
lm_lens_load_run (gpointer data,
                  GError **error)
{
  LmLensLoad *load = data;
  LmModel *model = load->run < 0 ? make_fresh (load, error) : lm_model_load (load->project, load->run, load->checkpoint, error);

  if (model != NULL)
    load->result = lm_lens_weights_new (model, load->run, load->checkpoint, load->stamp, FALSE);
}

void
lm_lens_load_free (gpointer data)
{
  LmLensLoad *load = data;

  g_clear_pointer (&load->project, lm_project_unref);
  g_clear_pointer (&load->design, lm_design_free);
  g_clear_pointer (&load->dataset, lm_dataset_unref);
  g_clear_pointer (&load->result, lm_lens_weights_unref);
  g_free (load->checkpoint);
  g_free (load);
}

/* --- Looking ------------------------------------------------------------------------- */

/* (transfer full) (nullable): the words of @error, which goes. */
static char *
words_of (GError **error)
{
  char *words = *error != NULL ? g_strdup ((*error)->message) : NULL;

  g_clear_error (error);
  return words;
}

static void
look_at_sample (LmLensTask *task,
                const LmLook *look)
{
  g_autoptr (GError) error = NULL;
  LmHeatmapSpec heat = { task->method, task->heat_layer, task->class_index, task->keeps_sign };

  if ((task->wishes & LM_LENS_THUMBS) != 0) {
    task->film = lm_activations (look, task->sample, NULL, &error);
    task->problem = words_of (&error);
  }
  if ((task->wishes & LM_LENS_PREDICTION) != 0 && task->problem == NULL) {
    task->prediction = lm_prediction_new (look, task->sample, &error);
    task->problem = words_of (&error);
  }
  if ((task->wishes & LM_LENS_HEATMAP) != 0) {
    task->heatmap = lm_heatmap (look, task->sample, &heat, &error);
    task->heatmap_problem = words_of (&error);
  }
}

void
lm_lens_task_run (gpointer data,
                  GError **error)
{
  LmLensTask *task = data;
  LmLook look = lm_lens_weights_look (task->weights, task->dataset);
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (GError) reason = NULL;

  look.probes = task->probes;
  if (task->sample != NULL)
    look_at_sample (task, &look);
  task->seconds = (double) (g_get_monotonic_time () - begin) / 1e6;
  if ((task->wishes & LM_LENS_KERNELS) != 0) {
    task->kernels = lm_kernels_sheet (&look, task->kernels_layer, &reason);
    task->kernels_problem = words_of (&reason);
  }
  if ((task->wishes & LM_LENS_UNIT) != 0 && task->unit_layer != NULL)
    task->unit_kernel = lm_kernels_sheet_unit (&look, task->unit_layer, task->unit, NULL);
}

void
lm_lens_task_free (gpointer data)
{
  LmLensTask *task = data;

  lm_lens_weights_unref (task->weights);
  g_clear_pointer (&task->dataset, lm_dataset_unref);
  lm_sample_free (task->sample);
  g_free (task->method);
  g_free (task->heat_layer);
  g_free (task->kernels_layer);
  g_free (task->unit_layer);
  lm_prediction_free (task->prediction);
  lm_film_picture_free (task->film);
  lm_heatmap_picture_free (task->heatmap);
  lm_sheet_picture_free (task->kernels);
  lm_sheet_picture_free (task->unit_kernel);
  g_free (task->problem);
  g_free (task->heatmap_problem);
  g_free (task->kernels_problem);
  g_free (task);
}

/* --- Samples ------------------------------------------------------------------------- */

void
lm_lens_pick_run (gpointer data,
                  GError **error)
{
  LmLensPick *pick = data;

  pick->sample = pick->path != NULL ? lm_sample_from_image (pick->design, pick->path, error) : lm_sample_from_dataset (pick->dataset, pick->part, pick->index, error);
}

void
lm_lens_pick_free (gpointer data)
{
  LmLensPick *pick = data;

  g_clear_pointer (&pick->dataset, lm_dataset_unref);
  g_clear_pointer (&pick->design, lm_design_free);
  lm_sample_free (pick->sample);
  g_free (pick->path);
  g_free (pick);
}

/* --- Lists --------------------------------------------------------------------------- */

static gboolean
list_progress_cb (void *data,
                  const char *what,
                  double share)
{
  return !atomic_load (&((LmLensList *) data)->is_cancelled);
}

static void
list_mistakes (LmLensList *list,
               GError **error)
{
  LmLook look = lm_lens_weights_look (list->weights, list->dataset);
  LmEvaluateSpec spec = { .design = look.design, .weights = look.weights, .dataset = look.dataset, .part = list->part, .pipeline = look.pipeline, .progress = list_progress_cb, .progress_data = list };
  g_autoptr (LmReport) report = lm_report_new (&spec, error);

  if (report == NULL)
    return;
  list->list = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (gsize i = 0; i < report->n; i++) {
    const LmAnswer *answer = &report->answers[i];

    if (answer->truth != answer->predicted && (list->class_index < 0 || answer->truth == list->class_index))
      g_array_append_val (list->list, answer->index);
  }
}

static void
list_class (LmLensList *list,
            GError **error)
{
  int column = lm_dataset_first (list->dataset, LM_ROLE_TARGET);
  gsize n = lm_dataset_n (list->dataset, list->part);
  g_autofree gint32 *labels = NULL;

  if (column < 0 || lm_column_size (&list->dataset->columns[column]) != 1 || list->dataset->columns[column].n_classes == 0) {
    g_set_error_literal (error, LM_ERROR, LM_ERROR_DATA, _ ("The data have no classes to choose from."));
    return;
  }
  labels = g_new (gint32, MAX (1, n));
  if (!lm_dataset_read_i32 (list->dataset, list->part, NULL, n, column, labels, error))
    return;
  list->list = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint32 i = 0; i < n; i++) {
    if (list->class_index < 0 || labels[i] == list->class_index)
      g_array_append_val (list->list, i);
  }
}

void
lm_lens_list_run (gpointer data,
                  GError **error)
{
  LmLensList *list = data;

  if (!list->mistakes)
    list_class (list, error);
  else if (list->weights == NULL || list->weights->model->weights == NULL)
    g_set_error_literal (error, LM_ERROR, LM_ERROR_DATA, _ ("Nothing has been trained yet, so there are no mistakes to find."));
  else
    list_mistakes (list, error);
}

void
lm_lens_list_unref (gpointer data)
{
  LmLensList *list = data;

  if (!lm_ref_dec (&list->ref))
    return;
  lm_lens_weights_unref (list->weights);
  g_clear_pointer (&list->dataset, lm_dataset_unref);
  g_clear_object (&list->owner);
  g_clear_pointer (&list->list, g_array_unref);
  g_free (list);
}
