/* lm-model.c: a trained network of a project, and data for it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-run.h"

#include "lm-i18n.h"
#include "lm-source.h"

#include <math.h>

LmDataset *
lm_run_open_data (LmProject *project,
                  const LmDesign *design,
                  const char *spec,
                  LmProgressFunc progress,
                  void *progress_data,
                  GError **error)
{
  g_autofree char *folder = spec == NULL ? lm_project_dup_folder (project) : NULL;
  double split = lm_option_get_double (design->training, LM_TRAINING_VALIDATION_SPLIT);
  LmOpenArgs args = {
    .base_dir = folder,
    .seed = (guint64) lm_option_get_int (design->training, LM_TRAINING_SEED),
    .validation_split = isnan (split) ? -1 : split,
    .progress = progress,
    .progress_data = progress_data,
  };

  if (spec == NULL)
    spec = design->data_spec;
  if (spec == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The project names no data. Choose a data set on the Data page, or give one with --data."));
    return NULL;
  }
  return lm_data_open (spec, &args, error);
}

static LmShape
with_batch (const LmShape *sample)
{
  LmShape shape = { .rank = MIN (sample->rank + 1, LM_MAX_RANK) };

  shape.dim[0] = LM_BATCH;
  for (int i = 1; i < shape.rank; i++)
    shape.dim[i] = sample->dim[i - 1];
  return shape;
}

void
lm_run_task (const LmDataset *dataset,
             LmTask *task)
{
  *task = (LmTask){ 0 };
  for (int i = 0; i < dataset->n_columns; i++) {
    const LmColumn *column = &dataset->columns[i];

    if (column->role == LM_ROLE_INPUT) {
      if (task->n_inputs < (int) G_N_ELEMENTS (task->input_shape))
        task->input_shape[task->n_inputs++] = with_batch (&column->sample);
    } else if (!task->has_target) {
      task->has_target = TRUE;
      task->labels = column->n_classes > 0;
      task->n_classes = column->n_classes;
      task->target_shape = with_batch (&column->sample);
    }
  }
}

/* --- Models ------------------------------------------------------------------------- */

void
lm_model_free (LmModel *self)
{
  if (self == NULL)
    return;
  lm_design_free (self->design);
  lm_snapshot_unref (self->weights);
  g_clear_pointer (&self->pipeline, lm_pipeline_free);
  g_free (self);
}

static LmModel *
load_run (LmProject *project,
          gint64 run,
          const char *which,
          GError **error)
{
  g_autoptr (LmModel) self = g_new0 (LmModel, 1);
  g_autoptr (LmCheckpoint) checkpoint = lm_project_load_checkpoint (project, run, which, error);
  g_autoptr (GError) reason = NULL;

  if (checkpoint == NULL)
    return NULL;
  self->run = run;
  self->epoch = checkpoint->state.epoch;
  self->step = checkpoint->state.step;
  self->weights = lm_snapshot_ref (checkpoint->weights);
  self->design = lm_project_load_run_design (project, run, error);
  if (self->design == NULL)
    return NULL;
  self->pipeline = lm_project_load_pipeline (project, run, &reason);
  if (reason != NULL) {
    g_propagate_error (error, g_steal_pointer (&reason));
    return NULL;
  }
  if (self->pipeline == NULL)
    self->pipeline = lm_pipeline_new ();
  return g_steal_pointer (&self);
}

static LmModel *
load_import (LmProject *project,
             LmSnapshot *weights,
             GError **error)
{
  g_autoptr (LmModel) self = g_new0 (LmModel, 1);

  self->weights = lm_snapshot_ref (weights);
  self->pipeline = lm_pipeline_new ();
  self->design = lm_project_load_design (project, error);
  return self->design != NULL ? g_steal_pointer (&self) : NULL;
}

LmModel *
lm_model_load (LmProject *project,
               gint64 run,
               const char *checkpoint,
               GError **error)
{
  g_autoptr (LmSnapshot) import = NULL;
  g_autoptr (GError) reason = NULL;
  g_autofree char *name = lm_project_dup_name (project);
  gboolean is_newest = FALSE;

  if (run == 0) {
    import = lm_project_load_import (project, &is_newest, &reason);
    if (reason != NULL) {
      g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }
    if (import != NULL && is_newest && checkpoint == NULL)
      return load_import (project, import, error);
    run = lm_project_last_run (project);
  }
  if (run != 0)
    return load_run (project, run, checkpoint, error);
  g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("“%s” has not been trained yet, so it has no weights. Train it first: lamina train FILE."), name);
  return NULL;
}
