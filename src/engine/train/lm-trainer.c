/* lm-trainer.c: a run as others see it: start, ask, wait
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-trainer-private.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

LmTrainer *
lm_trainer_new (const LmTrainerSpec *spec,
                LmEventSink sink,
                void *data)
{
  LmTrainer *self = g_new0 (LmTrainer, 1);

  self->runner = lm_runner_new (spec);
  self->spec = *spec;
  self->spec.design = self->runner->design;
  self->spec.dataset = self->runner->dataset;
  self->spec.pipeline = spec->pipeline != NULL ? lm_pipeline_copy (spec->pipeline) : NULL;
  self->spec.resume = spec->resume != NULL ? lm_checkpoint_ref (spec->resume) : NULL;
  self->spec.folder = g_strdup (spec->folder);
  self->spec.best = NULL;
  self->spec.weights = spec->weights != NULL ? lm_snapshot_ref (spec->weights) : NULL;
  self->history = spec->history != NULL ? lm_history_ref (spec->history) : NULL;
  self->sink = sink;
  self->sink_data = data;
  sem_init (&self->wake, 0, 0);
  pthread_mutex_init (&self->lock, NULL);
  return self;
}

void
lm_trainer_free (LmTrainer *self)
{
  if (self == NULL)
    return;
  if (self->has_thread && !self->is_joined) {
    lm_trainer_stop (self);
    lm_trainer_join (self, NULL);
  }
  for (int i = 0; i < LM_N_STEP_EVENTS; i++)
    lm_event_unref (self->steps[i]);
  lm_runner_free (self->runner);
  if (self->spec.pipeline != NULL)
    lm_pipeline_free ((LmPipeline *) self->spec.pipeline);
  lm_checkpoint_unref (self->spec.resume);
  g_free ((char *) self->spec.folder);
  g_free (self->csv_path);
  lm_snapshot_unref (self->spec.weights);
  lm_checkpoint_unref (self->last);
  lm_checkpoint_unref (self->best);
  lm_history_unref (self->history);
  g_clear_error (&self->error);
  pthread_mutex_destroy (&self->lock);
  sem_destroy (&self->wake);
  g_free (self);
}

/* --- Asking, from any thread ---------------------------------------------------------------- */

static void *
thread_main (void *data)
{
  LmTrainer *self = data;

  lm_thread_set_nice (self->spec.nice);
  lm_trainer_perform (self);
  return NULL;
}

static void
set_running (LmTrainer *self,
             gboolean is_running)
{
  pthread_mutex_lock (&self->lock);
  self->is_running = is_running;
  pthread_mutex_unlock (&self->lock);
}

gboolean
lm_trainer_start (LmTrainer *self,
                  GError **error)
{
  int status;

  g_assert (!self->has_thread && !self->is_over);
  set_running (self, TRUE);
  status = pthread_create (&self->thread, NULL, thread_main, self);
  if (status != 0) {
    set_running (self, FALSE);
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("Training cannot start: the system gives no further thread (%s). Close other programs."), g_strerror (status));
    return FALSE;
  }
  self->has_thread = TRUE;
  return TRUE;
}

static LmEndReason
get_end (LmTrainer *self,
         GError **error)
{
  LmEndReason reason;

  pthread_mutex_lock (&self->lock);
  reason = self->reason;
  if (error != NULL && self->error != NULL)
    *error = g_error_copy (self->error);
  pthread_mutex_unlock (&self->lock);
  return reason;
}

LmEndReason
lm_trainer_run (LmTrainer *self,
                GError **error)
{
  g_assert (!self->has_thread && !self->is_over);
  set_running (self, TRUE);
  lm_trainer_perform (self);
  return get_end (self, error);
}

LmEndReason
lm_trainer_join (LmTrainer *self,
                 GError **error)
{
  if (self->has_thread && !self->is_joined) {
    pthread_join (self->thread, NULL);
    self->is_joined = TRUE;
  }
  return get_end (self, error);
}

gboolean
lm_trainer_is_running (LmTrainer *self)
{
  gboolean is_running;

  pthread_mutex_lock (&self->lock);
  is_running = self->is_running && !self->is_over;
  pthread_mutex_unlock (&self->lock);
  return is_running;
}

void
lm_trainer_pause (LmTrainer *self)
{
  atomic_store (&self->wants_pause, TRUE);
  sem_post (&self->wake);
}

void
lm_trainer_go_on (LmTrainer *self)
{
  atomic_store (&self->wants_pause, FALSE);
  sem_post (&self->wake);
}

void
lm_trainer_stop (LmTrainer *self)
{
  atomic_store (&self->wants_stop, TRUE);
  sem_post (&self->wake);
}

void
lm_trainer_set_rate (LmTrainer *self,
                     double rate)
{
  unsigned long long bits;

  g_return_if_fail (rate > 0 && isfinite (rate));
  memcpy (&bits, &rate, sizeof bits);
  atomic_store (&self->wanted_rate, bits);
  sem_post (&self->wake);
}

gboolean
lm_trainer_request_snapshot (LmTrainer *self,
                             LmSnapshotFunc func,
                             void *data)
{
  LmSnapshot *last = NULL;
  gboolean is_over, has_room;
  gint64 at = 0;

  pthread_mutex_lock (&self->lock);
  is_over = self->is_over;
  has_room = self->n_requests < LM_MAX_REQUESTS;
  if (is_over && self->last != NULL) {
    last = lm_snapshot_ref (self->last->weights);
    at = self->last->state.step;
  } else if (!is_over && has_room) {
    self->requests[self->n_requests++] = (LmSnapshotRequest){ func, data };
    atomic_store (&self->n_waiting, self->n_requests);
  }
  pthread_mutex_unlock (&self->lock);

  if (is_over)
    func (last, at, data);
  else
    sem_post (&self->wake);
  return is_over || has_room;
}

typedef struct {
  sem_t came;
  LmSnapshot *snapshot;
} Waiting;

static void
came_cb (LmSnapshot *snapshot,
         gint64 at,
         void *data)
{
  Waiting *waiting = data;

  waiting->snapshot = snapshot;
  sem_post (&waiting->came);
}

LmSnapshot *
lm_trainer_take_snapshot (LmTrainer *self)
{
  Waiting waiting = { .snapshot = NULL };

  sem_init (&waiting.came, 0, 0);
  if (lm_trainer_request_snapshot (self, came_cb, &waiting)) {
    while (sem_wait (&waiting.came) != 0)
      ;
  }
  sem_destroy (&waiting.came);
  return waiting.snapshot;
}

static LmCheckpoint *
get_checkpoint (LmTrainer *self,
                gboolean best)
{
  LmCheckpoint *checkpoint;

  pthread_mutex_lock (&self->lock);
  checkpoint = best ? self->best : self->last;
  if (checkpoint != NULL)
    lm_checkpoint_ref (checkpoint);
  pthread_mutex_unlock (&self->lock);
  return checkpoint;
}

LmCheckpoint *
lm_trainer_get_checkpoint (LmTrainer *self)
{
  return get_checkpoint (self, FALSE);
}

LmCheckpoint *
lm_trainer_get_best (LmTrainer *self)
{
  return get_checkpoint (self, TRUE);
}

LmHistory *
lm_trainer_get_history (LmTrainer *self)
{
  LmHistory *history;

  pthread_mutex_lock (&self->lock);
  history = self->history != NULL ? lm_history_ref (self->history) : NULL;
  pthread_mutex_unlock (&self->lock);
  return history;
}

const LmPipeline *
lm_trainer_get_pipeline (LmTrainer *self)
{
  gboolean is_prepared;

  pthread_mutex_lock (&self->lock);
  is_prepared = self->is_prepared;
  pthread_mutex_unlock (&self->lock);
  return is_prepared ? self->runner->pipeline : NULL;
}
