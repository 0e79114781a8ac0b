/* lm-recorder.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-recorder.h"

#include <pthread.h>
#include <string.h>

/* Microseconds between two flushes of losses. */
#define FLUSH_INTERVAL 2000000

struct _LmRecorder {
  LmProject *project;
  gint64 run;
  LmEventSink sink;
  void *sink_data;
  LmRecorderProblemFunc problem;
  void *problem_data;
  char *fingerprint;

  /* Of the trainer's thread. */
  LmEvent *epoch; /* held back until its checkpoint comes */
  gint64 flushed_at;
  gint64 flushed_step;
  LmPipeline *pipeline;

  /* Under the lock: what is in the file, and what is still to be written. */
  pthread_mutex_t lock;
  LmHistory *history;
  LmRunFacts *facts; /* the begin is not stored yet */
  gint64 saved_step;
  gint64 saved_epoch;
  LmCheckpoint *last;
  LmCheckpoint *best;
  gboolean is_paused;
  gboolean has_end;
  LmRunEnd end;
  char *message;
  gboolean has_problem;
  gboolean is_leaving;

  _Atomic gint64 told_epoch; /* saved_epoch, for those who must not wait */
};

LmRecorder *
lm_recorder_new (LmProject *project,
                 gint64 run,
                 LmEventSink sink,
                 void *data)
{
  LmRecorder *self = g_new0 (LmRecorder, 1);

  self->project = lm_project_ref (project);
  self->run = run;
  self->sink = sink;
  self->sink_data = data;
  self->fingerprint = g_strdup ("");
  pthread_mutex_init (&self->lock, NULL);
  return self;
}

void
lm_recorder_free (LmRecorder *self)
{
  if (self == NULL)
    return;
  lm_event_unref (self->epoch);
  lm_history_unref (self->history);
  lm_run_facts_unref (self->facts);
  lm_checkpoint_unref (self->last);
  lm_checkpoint_unref (self->best);
  g_clear_pointer (&self->pipeline, lm_pipeline_free);
  lm_project_unref (self->project);
  g_free (self->fingerprint);
  g_free (self->message);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

void
lm_recorder_set_problem_func (LmRecorder *self,
                              LmRecorderProblemFunc func,
                              void *data)
{
  self->problem = func;
  self->problem_data = data;
}

void
lm_recorder_set_fingerprint (LmRecorder *self,
                             const char *fingerprint)
{
  g_free (self->fingerprint);
  self->fingerprint = g_strdup (fingerprint);
}

void
lm_recorder_set_record (LmRecorder *self,
                        LmHistory *history,
                        const LmPipeline *pipeline,
                        gint64 saved_step,
                        gint64 saved_epoch)
{
  g_assert (self->history == NULL);
  self->history = lm_history_ref (history);
  self->pipeline = pipeline != NULL ? lm_pipeline_copy (pipeline) : NULL;
  self->saved_step = self->flushed_step = saved_step;
  self->saved_epoch = saved_epoch;
  atomic_store (&self->told_epoch, saved_epoch);
  self->flushed_at = g_get_monotonic_time ();
}

void
lm_recorder_leave (LmRecorder *self)
{
  pthread_mutex_lock (&self->lock);
  self->is_leaving = TRUE;
  pthread_mutex_unlock (&self->lock);
}

/* --- Writing ------------------------------------------------------------------------- */

/* Brings the file up to what is here: begin, figures and checkpoints, end; each is one transaction. */
static gboolean
write_all (LmRecorder *self,
           GError **error)
{
  LmRunProgress progress = {
    .run = self->run,
    .history = self->history,
    .first_step = self->saved_step,
    .first_epoch = self->saved_epoch,
    .last = self->last,
    .best = self->best,
    .is_paused = self->is_paused,
  };

  if (self->facts != NULL) {
    if (!lm_project_begin_run (self->project, self->run, self->facts, self->pipeline, self->fingerprint, error))
      return FALSE;
    g_clear_pointer (&self->facts, lm_run_facts_unref);
  }
  if (self->history != NULL && (self->last != NULL || self->has_end)) {
    if (!lm_project_save_progress (self->project, &progress, error))
      return FALSE;
    if (self->last != NULL) {
      self->saved_step = self->last->state.step;
      self->saved_epoch = self->last->state.epoch;
    }
    g_clear_pointer (&self->last, lm_checkpoint_unref);
    g_clear_pointer (&self->best, lm_checkpoint_unref);
  }
  if (self->has_end) {
    if (!lm_project_end_run (self->project, self->run, self->end, self->message, error))
      return FALSE;
    self->has_end = FALSE;
  }
  return TRUE;
}

/* The same, and says when it begins or ceases to fail. */
static gboolean
write_and_tell (LmRecorder *self,
                GError **error)
{
  g_autoptr (GError) reason = NULL;
  gboolean good, changed;
  gint64 epoch;

  pthread_mutex_lock (&self->lock);
  good = write_all (self, &reason);
  changed = self->has_problem == good;
  self->has_problem = !good;
  epoch = self->saved_epoch;
  atomic_store (&self->told_epoch, epoch);
  pthread_mutex_unlock (&self->lock);

  if (changed && self->problem != NULL)
    self->problem (reason, epoch, self->problem_data);
  if (!good && self->problem == NULL && changed)
    g_message ("%s", reason->message);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return good;
}

gboolean
lm_recorder_retry (LmRecorder *self,
                   GError **error)
{
  return write_and_tell (self, error);
}

gint64
lm_recorder_saved_epoch (LmRecorder *self)
{
  return atomic_load (&self->told_epoch);
}

/* Losses since the last time, without waiting. */
static void
flush (LmRecorder *self,
       gint64 time)
{
  gint64 n = lm_history_n_steps (self->history) - self->flushed_step;
  g_autofree float *losses = g_new (float, (gsize) MAX (n, 0) + 1);

  if (n > 0) {
    n = lm_history_get_steps (self->history, self->flushed_step, n, losses);
    lm_project_post_steps (self->project, self->run, self->flushed_step, losses, (gsize) n);
    self->flushed_step += n;
  }
  self->flushed_at = time;
}

/* --- Events --------------------------------------------------------------------------- */

static void
pass_on (LmRecorder *self,
         LmEvent *event)
{
  if (self->sink != NULL)
    self->sink (event, self->sink_data);
}

/* The epoch that waits for its checkpoint has it now, or gets none. */
static void
release_epoch (LmRecorder *self)
{
  g_autoptr (LmEvent) epoch = g_steal_pointer (&self->epoch);

  if (epoch != NULL)
    pass_on (self, epoch);
}

static void
take_checkpoint (LmRecorder *self,
                 const LmEvent *event)
{
  LmCheckpoint *old_last, *old_best = NULL;

  pthread_mutex_lock (&self->lock);
  old_last = self->last;
  self->last = lm_checkpoint_ref (event->keep.checkpoint);
  if ((event->keep.keep & LM_KEEP_BEST) != 0) {
    old_best = self->best;
    self->best = lm_checkpoint_ref (event->keep.checkpoint);
  }
  self->is_paused = (event->keep.keep & LM_KEEP_PAUSE) != 0;
  pthread_mutex_unlock (&self->lock);
  lm_checkpoint_unref (old_last);
  lm_checkpoint_unref (old_best);

  write_and_tell (self, NULL);
  self->flushed_step = MAX (self->flushed_step, event->keep.checkpoint->state.step);
  self->flushed_at = g_get_monotonic_time ();
}

static LmRunEnd
end_of (LmEndReason reason)
{
  switch (reason) {
  case LM_END_FINISHED:
    return LM_RUN_STATE_FINISHED;
  case LM_END_STOPPED:
  case LM_END_TIME:
    return LM_RUN_STATE_STOPPED;
  case LM_END_EARLY:
    return LM_RUN_STATE_EARLY;
  case LM_END_NAN:
    return LM_RUN_STATE_NAN;
  case LM_END_FAILED:
  default:
    return LM_RUN_STATE_FAILED;
  }
}

static void
take_end (LmRecorder *self,
          const LmEvent *event)
{
  pthread_mutex_lock (&self->lock);
  self->has_end = TRUE;
  self->end = self->is_leaving && event->end.reason == LM_END_STOPPED ? LM_RUN_STATE_PAUSED : end_of (event->end.reason);
  g_free (self->message);
  self->message = event->end.error != NULL ? g_strdup (event->end.error->message) : NULL;
  pthread_mutex_unlock (&self->lock);
  write_and_tell (self, NULL);
}

void
lm_recorder_put (LmEvent *event,
                 void *recorder)
{
  LmRecorder *self = recorder;
  gint64 time;

  if (event->kind != LM_EVENT_CHECKPOINT && event->kind != LM_EVENT_END)
    release_epoch (self);

  switch (event->kind) {
  case LM_EVENT_STARTED:
    pthread_mutex_lock (&self->lock);
    self->facts = lm_run_facts_ref (event->facts);
    pthread_mutex_unlock (&self->lock);
    write_and_tell (self, NULL);
    break;
  case LM_EVENT_STEP:
    time = g_get_monotonic_time ();
    if (self->history != NULL && time - self->flushed_at >= FLUSH_INTERVAL)
      flush (self, time);
    break;
  case LM_EVENT_EPOCH:
    self->epoch = lm_event_ref (event);
    return;
  case LM_EVENT_CHECKPOINT:
    take_checkpoint (self, event);
    release_epoch (self);
    break;
  case LM_EVENT_END:
    take_end (self, event);
    release_epoch (self);
    break;
  case LM_EVENT_STATE:
  case LM_EVENT_RATE:
  default:
    break;
  }
  pass_on (self, event);
}
