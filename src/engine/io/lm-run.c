/* lm-run.c: project, data, trainer and recorder put together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-run.h"

#include "lm-i18n.h"
#include "lm-run-plan.h"

#include <string.h>

struct _LmRun {
  LmProject *project;
  LmRunPlan *plan;
  LmDataset *dataset;
  LmRecorder *recorder;
  LmTrainer *trainer;
  LmEventSink sink;
  void *data;
  gboolean has_begun; /* of the trainer's thread, until it was joined: STARTED came */
  gboolean is_started;
  gboolean is_over;
  LmEndReason reason;
};

/* --- Making ----------------------------------------------------------------------- */

/* The run's data, which must be those it was trained on so far, and a network that fits them. */
static gboolean
open_data (LmRun *self,
           const LmRunSpec *spec,
           GError **error)
{
  const LmRunPlan *plan = self->plan;
  g_autoptr (LmCheck) check = NULL;
  LmTask task;

  self->dataset = lm_run_open_data (self->project, plan->design, NULL, spec->progress, spec->progress_data, error);
  if (self->dataset == NULL)
    return FALSE;
  if (plan->fingerprint[0] != '\0' && strcmp (plan->fingerprint, self->dataset->fingerprint) != 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("Run %" PRId64 " was trained on other data than “%s” holds now, so it cannot go on exactly. Bring the data back, or begin a new run without --resume."), plan->id,
                 plan->design->data_spec);
    return FALSE;
  }
  lm_run_task (self->dataset, &task);
  check = lm_check_design (plan->design, &task, FALSE);
  return lm_check_require (check, error);
}

static void
sink_cb (LmEvent *event,
         void *data)
{
  LmRun *self = data;

  if (event->kind == LM_EVENT_STARTED) {
    g_autoptr (LmHistory) history = lm_trainer_get_history (self->trainer);
    const LmCheckpoint *resume = self->plan->resume;

    self->has_begun = TRUE;
    lm_recorder_set_record (self->recorder, history, lm_trainer_get_pipeline (self->trainer), resume != NULL ? resume->state.step : 0, resume != NULL ? resume->state.epoch : 0);
  }
  lm_recorder_put (event, self->recorder);
}

static void
make_trainer (LmRun *self,
              const LmRunSpec *spec)
{
  const LmRunPlan *plan = self->plan;
  g_autofree char *folder = lm_project_dup_folder (self->project);
  LmTrainerSpec trainer = {
    .design = plan->design,
    .dataset = self->dataset,
    .pipeline = plan->pipeline,
    .seed = plan->seed,
    .pool = spec->pool,
    .n_threads = spec->n_threads,
    .nice = spec->nice,
    .epochs = plan->epochs,
    .max_steps = plan->max_steps,
    .exact = plan->exact,
    .every_step = spec->every_step,
    .keep_grads = spec->keep_grads,
    .folder = folder,
    .resume = plan->resume,
    .best = plan->best,
    .weights = plan->weights,
    .match = plan->match,
    .history = plan->history,
  };

  self->recorder = lm_recorder_new (self->project, plan->id, self->sink, self->data);
  lm_recorder_set_fingerprint (self->recorder, self->dataset->fingerprint);
  self->trainer = lm_trainer_new (&trainer, sink_cb, self);
}

LmRun *
lm_run_new (const LmRunSpec *spec,
            LmEventSink sink,
            void *data,
            GError **error)
{
  g_autoptr (LmRunPlan) plan = lm_run_plan_new (spec, error);
  g_autoptr (LmRun) self = NULL;

  if (plan == NULL)
    return NULL;
  self = g_new0 (LmRun, 1);
  self->project = lm_project_ref (spec->project);
  self->plan = g_steal_pointer (&plan);
  self->sink = sink;
  self->data = data;
  if (self->plan->is_done)
    return g_steal_pointer (&self);
  if (!open_data (self, spec, error))
    return NULL;
  if (self->plan->is_resumed && !lm_project_set_run_data (self->project, self->plan->id, self->plan->design->data_spec, error))
    return NULL;
  make_trainer (self, spec);
  return g_steal_pointer (&self);
}

/* --- At work ------------------------------------------------------------------------- */

/* A run that could not begin leaves no trace; one that was stopped before its first step can still be resumed. */
static void
finish (LmRun *self)
{
  self->is_over = TRUE;
  if (!self->has_begun && (!self->is_started || self->reason == LM_END_FAILED))
    lm_run_plan_discard (self->plan, self->project);
}

gboolean
lm_run_start (LmRun *self,
              GError **error)
{
  g_assert (self->trainer != NULL && !self->is_started);
  self->is_started = lm_trainer_start (self->trainer, error);
  return self->is_started;
}

LmEndReason
lm_run_join (LmRun *self,
             GError **error)
{
  g_assert (self->trainer != NULL && self->is_started);
  self->reason = lm_trainer_join (self->trainer, error);
  if (!self->is_over)
    finish (self);
  return self->reason;
}

LmEndReason
lm_run_run (LmRun *self,
            GError **error)
{
  g_assert (self->trainer != NULL && !self->is_started);
  self->is_started = TRUE;
  self->reason = lm_trainer_run (self->trainer, error);
  finish (self);
  return self->reason;
}

void
lm_run_free (LmRun *self)
{
  if (self == NULL)
    return;
  if (self->is_started && !self->is_over) {
    lm_recorder_leave (self->recorder);
    lm_trainer_stop (self->trainer);
    lm_run_join (self, NULL);
  } else if (!self->is_over && !self->plan->is_done) {
    finish (self);
  }
  lm_trainer_free (self->trainer);
  lm_recorder_free (self->recorder);
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  lm_run_plan_free (self->plan);
  lm_project_unref (self->project);
  g_free (self);
}

/* --- Asking ----------------------------------------------------------------------------- */

gboolean
lm_run_is_done (const LmRun *self)
{
  return self->plan->is_done;
}

gint64
lm_run_get_id (const LmRun *self)
{
  return self->plan->id;
}

gboolean
lm_run_is_resumed (const LmRun *self)
{
  return self->plan->is_resumed;
}

LmTrainer *
lm_run_get_trainer (const LmRun *self)
{
  return self->trainer;
}

LmRecorder *
lm_run_get_recorder (const LmRun *self)
{
  return self->recorder;
}

LmDataset *
lm_run_get_dataset (const LmRun *self)
{
  return self->dataset;
}

const LmDesign *
lm_run_get_design (const LmRun *self)
{
  return self->plan->design;
}
