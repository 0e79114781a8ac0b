/* lm-trainer.c: the thread around a run: what others ask of it, what it tells them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-trainer.h"

#include "lm-i18n.h"
#include "lm-training.h"

#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>

#define MAX_REQUESTS 8

/* STEP events are used again when nobody holds them any more, so that a step allocates nothing. */
#define N_STEP_EVENTS 4

/* Microseconds between two STEP events. */
#define STEP_INTERVAL 50000

typedef struct {
  LmSnapshotFunc func;
  void *data;
} Request;

struct _LmTrainer {
  LmTrainerSpec spec; /* with references of its own */
  LmTraining *training;
  LmEventSink sink;
  void *sink_data;
  pthread_t thread;
  gboolean has_thread;
  gboolean is_joined;

  /* Asked by others. */
  atomic_bool wants_stop;
  atomic_bool wants_pause;
  atomic_ullong wanted_rate; /* bits of a double; 0: none */
  atomic_int n_waiting;      /* length of requests */
  sem_t wake;                /* posted with each of these, for a paused run */

  /* Under the lock. */
  pthread_mutex_t lock;
  Request requests[MAX_REQUESTS];
  int n_requests;
  gboolean is_over;
  LmEndReason reason;
  GError *error;
  LmCheckpoint *last;
  LmCheckpoint *best;
  LmHistory *history;
  gboolean is_prepared;

  /* Of the trainer's thread. */
  LmEvent *steps[N_STEP_EVENTS];
  gint64 clock;         /* when the last stretch of training time was counted */
  gint64 told_at;       /* when the last STEP event went out */
  double told_samples;  /* samples trained until then */
  double samples;       /* trained since the start */
  double speed;         /* samples per second, smoothed */
  double check_seconds; /* the last validation took */
  gboolean left_off;    /* stop came during validation */
};

LmTrainer *
lm_trainer_new (const LmTrainerSpec *spec,
                LmEventSink sink,
                void *data)
{
  LmTrainer *self = g_new0 (LmTrainer, 1);

  self->training = lm_training_new (spec);
  self->spec = *spec;
  self->spec.design = self->training->design;
  self->spec.dataset = self->training->dataset;
  self->spec.pipeline = spec->pipeline != NULL ? lm_pipeline_copy (spec->pipeline) : NULL;
  self->spec.resume = spec->resume != NULL ? lm_checkpoint_ref (spec->resume) : NULL;
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
  for (int i = 0; i < N_STEP_EVENTS; i++)
    lm_event_unref (self->steps[i]);
  lm_training_free (self->training);
  lm_pipeline_free ((LmPipeline *) self->spec.pipeline);
  lm_checkpoint_unref (self->spec.resume);
  lm_snapshot_unref (self->spec.weights);
  lm_checkpoint_unref (self->last);
  lm_checkpoint_unref (self->best);
  lm_history_unref (self->history);
  g_clear_error (&self->error);
  pthread_mutex_destroy (&self->lock);
  sem_destroy (&self->wake);
  g_free (self);
}

/* --- Events -------------------------------------------------------------------- */

/* Consumes @event. */
static void
emit (LmTrainer *self,
      LmEvent *event)
{
  const LmCheckpointState *state = &self->training->state;

  /* An epoch that is over counts as the current one until the next begins. */
  if (event->epoch == 0)
    event->epoch = state->batch > 0 || state->epoch == 0 ? state->epoch + 1 : state->epoch;
  if (event->step == 0)
    event->step = state->step;
  event->batch = state->batch;
  if (self->sink != NULL)
    self->sink (event, self->sink_data);
  lm_event_unref (event);
}

static void
emit_state (LmTrainer *self,
            LmRunState state,
            const char *what)
{
  LmEvent *event = lm_event_new (LM_EVENT_STATE, self->training->facts);

  event->state.state = state;
  event->state.what = what;
  emit (self, event);
}

/* A STEP event that nobody else holds. */
static LmEvent *
free_step_event (LmTrainer *self)
{
  int oldest = 0;

  for (int i = 0; i < N_STEP_EVENTS; i++) {
    if (self->steps[i] == NULL)
      self->steps[i] = lm_event_new (LM_EVENT_STEP, self->training->facts);
    if (atomic_load_explicit (&self->steps[i]->ref.count, memory_order_acquire) == 1)
      return self->steps[i];
    oldest = self->steps[i]->step < self->steps[oldest]->step ? i : oldest;
  }
  lm_event_unref (self->steps[oldest]);
  return self->steps[oldest] = lm_event_new (LM_EVENT_STEP, self->training->facts);
}

static void
emit_step (LmTrainer *self,
           gint64 now)
{
  const LmTraining *training = self->training;
  const LmRunFacts *facts = training->facts;
  double seconds = (double) (now - self->told_at) / 1e6, speed = (self->samples - self->told_samples) / MAX (seconds, 1e-9);
  gint64 epochs_left = training->epochs - training->state.epoch - 1;
  double left = (double) facts->samples_per_epoch - training->state.samples;
  LmEvent *event = free_step_event (self);

  self->speed = self->speed > 0 ? 0.7 * self->speed + 0.3 * speed : speed;
  self->told_at = now;
  self->told_samples = self->samples;
  event->epoch = training->state.epoch + 1;
  event->step = training->state.step;
  event->now.loss = training->loss;
  event->now.running = lm_training_running (training);
  event->now.samples_per_s = self->speed;
  event->now.rate = training->state.rate;
  event->now.epoch_seconds_left = left / self->speed;
  event->now.seconds_left = (left + (double) (epochs_left * facts->samples_per_epoch)) / self->speed;
  if (training->check != NULL)
    event->now.seconds_left += self->check_seconds > 0 ? self->check_seconds * (double) (epochs_left + 1) : (double) NAN;
  emit (self, lm_event_ref (event));
}

/* Counts the time since the last call as training, or leaves it out. */
static gint64
tick (LmTrainer *self,
      gboolean counts)
{
  gint64 now = g_get_monotonic_time ();

  if (counts)
    self->training->state.seconds += (double) (now - self->clock) / 1e6;
  else
    self->told_at += now - self->clock;
  self->clock = now;
  return now;
}

/* --- Checkpoints ------------------------------------------------------------------ */

typedef enum {
  GO_ON,
  END,
} Next;

static void
set_end (LmTrainer *self,
         LmEndReason reason,
         GError *error)
{
  pthread_mutex_lock (&self->lock);
  self->reason = reason;
  self->error = error;
  pthread_mutex_unlock (&self->lock);
}

/* Makes, keeps and sends a checkpoint of this very moment; it is never one with bad numbers. */
static Next
keep (LmTrainer *self,
      guint why)
{
  GError *error = NULL;
  LmCheckpoint *checkpoint, *old_last, *old_best = NULL;
  LmEvent *event;

  if (!lm_weights_all_finite (self->training->weights, NULL)) {
    set_end (self, LM_END_NAN, NULL);
    return END;
  }
  checkpoint = lm_training_checkpoint (self->training, &error);
  if (checkpoint == NULL) {
    set_end (self, LM_END_FAILED, error);
    return END;
  }

  pthread_mutex_lock (&self->lock);
  old_last = self->last;
  self->last = lm_checkpoint_ref (checkpoint);
  if ((why & LM_KEEP_BEST) != 0) {
    old_best = self->best;
    self->best = lm_checkpoint_ref (checkpoint);
  }
  pthread_mutex_unlock (&self->lock);
  lm_checkpoint_unref (old_last);
  lm_checkpoint_unref (old_best);

  event = lm_event_new (LM_EVENT_CHECKPOINT, self->training->facts);
  event->keep.checkpoint = checkpoint;
  event->keep.keep = why;
  emit (self, event);
  return GO_ON;
}

/* --- What others ask for, between steps ---------------------------------------------- */

static void
answer_requests (LmTrainer *self)
{
  Request requests[MAX_REQUESTS];
  int n;

  if (atomic_load_explicit (&self->n_waiting, memory_order_relaxed) == 0)
    return;
  pthread_mutex_lock (&self->lock);
  n = self->n_requests;
  memcpy (requests, self->requests, sizeof requests);
  self->n_requests = 0;
  atomic_store (&self->n_waiting, 0);
  pthread_mutex_unlock (&self->lock);
  for (int i = 0; i < n; i++)
    requests[i].func (lm_weights_snapshot (self->training->weights, FALSE), self->training->state.step, requests[i].data);
}

static void
change_rate (LmTrainer *self)
{
  unsigned long long bits;
  double rate;
  LmEvent *event;
  g_autofree char *text = NULL;

  if (G_LIKELY (atomic_load_explicit (&self->wanted_rate, memory_order_relaxed) == 0))
    return;
  bits = atomic_exchange (&self->wanted_rate, 0);
  memcpy (&rate, &bits, sizeof rate);
  if (rate == self->training->state.rate)
    return;

  event = lm_event_new (LM_EVENT_RATE, self->training->facts);
  event->rate.from = self->training->state.rate;
  event->rate.to = rate;
  text = g_strdup_printf (_ ("rate %g → %g"), event->rate.from, rate);
  lm_history_add_mark (self->history, self->training->state.step, text);
  lm_training_set_rate (self->training, rate);
  emit (self, event);
}

/* Waits until somebody says go on or stop; @state.batch and all else stay as they are. */
static Next
pause_run (LmTrainer *self)
{
  emit_state (self, LM_RUN_PAUSING, NULL);
  if (keep (self, LM_KEEP_LAST | LM_KEEP_PAUSE) == END)
    return END;
  emit_state (self, LM_RUN_PAUSED, NULL);
  while (atomic_load (&self->wants_pause) && !atomic_load (&self->wants_stop)) {
    while (sem_wait (&self->wake) != 0)
      ;
    answer_requests (self);
    change_rate (self);
  }
  if (!atomic_load (&self->wants_stop))
    emit_state (self, LM_RUN_RUNNING, NULL);
  return GO_ON;
}

static Next
answer (LmTrainer *self)
{
  answer_requests (self);
  change_rate (self);
  if (G_UNLIKELY (atomic_load_explicit (&self->wants_pause, memory_order_relaxed)) && !atomic_load (&self->wants_stop)) {
    Next next;

    tick (self, TRUE);
    next = pause_run (self);
    tick (self, FALSE);
    if (next == END)
      return END;
  }
  if (G_LIKELY (!atomic_load_explicit (&self->wants_stop, memory_order_relaxed)))
    return GO_ON;

  emit_state (self, LM_RUN_STOPPING, NULL);
  if (keep (self, LM_KEEP_LAST) == GO_ON)
    set_end (self, LM_END_STOPPED, NULL);
  return END;
}

/* --- The run ----------------------------------------------------------------------------- */

static gboolean
progress_cb (void *data,
             const char *what,
             double share)
{
  LmTrainer *self = data;

  /* Only what is new: fitting reports many times. */
  if (share < 0)
    emit_state (self, LM_RUN_PREPARING, what);
  return !atomic_load (&self->wants_stop);
}

static gboolean
poll_cb (void *data)
{
  LmTrainer *self = data;

  self->left_off = answer (self) == END;
  return !self->left_off;
}

static void
record_epoch (LmTrainer *self,
              LmEvent *event)
{
  LmEpochRow row = {
    .epoch = event->epoch,
    .step = event->step,
    .train = event->done.train,
    .validation = event->done.validation,
    .seconds = event->done.seconds,
    .samples_per_s = event->done.samples_per_s,
    .rate = event->done.rate,
    .is_best = event->done.is_best,
  };

  lm_history_add_epoch (self->history, &row);
}

static Next
finish_epoch (LmTrainer *self)
{
  LmTraining *training = self->training;
  LmEvent *event;
  LmFigures train = lm_training_running (training), validation;
  GError *error = NULL;
  gint64 begun = tick (self, TRUE);
  double seconds = training->state.seconds, samples = training->state.samples;

  if (!lm_weights_all_finite (training->weights, NULL)) {
    set_end (self, LM_END_NAN, NULL);
    return END;
  }
  if (!lm_training_validate (training, &validation, poll_cb, self, &error)) {
    if (!self->left_off)
      set_end (self, LM_END_FAILED, error);
    return END;
  }
  self->check_seconds = (double) (tick (self, FALSE) - begun) / 1e6;

  event = lm_event_new (LM_EVENT_EPOCH, training->facts);
  event->epoch = training->state.epoch + 1;
  event->step = training->state.step;
  event->done.train = train;
  event->done.validation = validation;
  event->done.seconds = seconds;
  event->done.validation_seconds = self->check_seconds;
  event->done.samples_per_s = samples / MAX (seconds, 1e-9);
  event->done.rate = training->state.rate;
  event->done.is_best = lm_training_end_epoch (training, &train, &validation);
  record_epoch (self, event);
  lm_event_ref (event);
  emit (self, event);
  lm_history_reserve (self->history, training->steps_per_epoch);
  if (keep (self, event->done.is_best ? LM_KEEP_LAST | LM_KEEP_BEST : LM_KEEP_LAST) == END) {
    lm_event_unref (event);
    return END;
  }
  lm_event_unref (event);

  if (lm_training_is_hopeless (training) && training->state.epoch < training->epochs) {
    set_end (self, LM_END_EARLY, NULL);
    return END;
  }
  tick (self, FALSE);
  return GO_ON;
}

static Next
step (LmTrainer *self)
{
  LmTraining *training = self->training;
  double samples = training->state.samples;
  GError *error = NULL;
  gint64 now;

  switch (lm_training_step (training, &error)) {
  case LM_STEP_NAN:
    set_end (self, LM_END_NAN, NULL);
    return END;
  case LM_STEP_ERROR:
    set_end (self, LM_END_FAILED, error);
    return END;
  case LM_STEP_DONE:
  default:
    break;
  }

  now = tick (self, TRUE);
  self->samples += training->state.samples - samples;
  lm_history_add_step (self->history, training->loss);
  if (self->spec.every_step || now - self->told_at >= STEP_INTERVAL)
    emit_step (self, now);
  return GO_ON;
}

static gboolean
prepare (LmTrainer *self)
{
  LmTraining *training = self->training;
  GError *error = NULL;

  emit_state (self, LM_RUN_PREPARING, NULL);
  if (!lm_training_prepare (training, &self->spec, progress_cb, self, &error)) {
    gboolean cancelled = g_error_matches (error, LM_ERROR, LM_ERROR_CANCELLED);

    if (cancelled)
      g_clear_error (&error);
    set_end (self, cancelled ? LM_END_STOPPED : LM_END_FAILED, error);
    return FALSE;
  }

  pthread_mutex_lock (&self->lock);
  if (self->history == NULL)
    self->history = lm_history_new (training->facts->metrics, training->facts->n_metrics, training->steps_per_epoch, training->epochs);
  if (self->spec.resume != NULL)
    self->last = lm_checkpoint_ref (self->spec.resume);
  self->is_prepared = TRUE;
  pthread_mutex_unlock (&self->lock);
  lm_history_set_epochs (self->history, training->epochs);
  lm_history_truncate (self->history, training->state.step);
  lm_history_reserve (self->history, training->steps_per_epoch);
  return TRUE;
}

static void
run_epochs (LmTrainer *self)
{
  LmTraining *training = self->training;

  self->told_at = self->clock = g_get_monotonic_time ();
  emit (self, lm_event_new (LM_EVENT_STARTED, training->facts));
  emit_state (self, LM_RUN_RUNNING, NULL);
  set_end (self, LM_END_FINISHED, NULL);

  while (training->state.epoch < training->epochs) {
    if (lm_training_epoch_is_over (training)) {
      if (finish_epoch (self) == END)
        return;
    } else if (answer (self) == END || step (self) == END) {
      return;
    }
  }
}

/* All that waits for weights gets the last good ones. */
static void
answer_last (LmTrainer *self)
{
  Request requests[MAX_REQUESTS];
  int n;

  pthread_mutex_lock (&self->lock);
  self->is_over = TRUE;
  n = self->n_requests;
  memcpy (requests, self->requests, sizeof requests);
  self->n_requests = 0;
  pthread_mutex_unlock (&self->lock);
  for (int i = 0; i < n; i++)
    requests[i].func (self->last != NULL ? lm_snapshot_ref (self->last->weights) : NULL,
                      self->last != NULL ? self->last->state.step : 0, requests[i].data);
}

static void
emit_end (LmTrainer *self)
{
  LmTraining *training = self->training;
  LmEvent *event = lm_event_new (LM_EVENT_END, training->facts);

  event->end.reason = self->reason;
  if (self->reason == LM_END_NAN) {
    GError *error = lm_training_diagnose (training, &event->end.node, &event->end.layer, &event->end.backward);

    set_end (self, LM_END_NAN, error);
    event->step = training->state.step + 1;
  }
  event->end.error = self->error != NULL ? g_error_copy (self->error) : NULL;
  event->end.best_epoch = training->state.best_epoch;
  event->end.best_value = training->state.best_value;
  event->end.kept_epoch = self->last != NULL ? self->last->state.epoch : 0;
  if (g_error_matches (self->error, LM_ERROR, LM_ERROR_LIMIT)) {
    event->end.bytes_needed = training->bytes_needed;
    event->end.bytes_free = training->bytes_free;
    event->end.batch_fits = training->batch_fits;
  }
  emit (self, event);
}

static void
run (LmTrainer *self)
{
  lm_flush_denormals ();
  if (prepare (self))
    run_epochs (self);
  answer_last (self);
  emit_end (self);
}

/* --- Asking, from any thread ---------------------------------------------------------------- */

static void *
thread_main (void *data)
{
  LmTrainer *self = data;

  lm_thread_set_nice (self->spec.nice);
  run (self);
  return NULL;
}

gboolean
lm_trainer_start (LmTrainer *self,
                  GError **error)
{
  int status;

  g_assert (!self->has_thread && !self->is_over);
  status = pthread_create (&self->thread, NULL, thread_main, self);
  if (status != 0) {
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
  run (self);
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
  gboolean is_over;

  pthread_mutex_lock (&self->lock);
  is_over = self->is_over;
  pthread_mutex_unlock (&self->lock);
  return self->has_thread && !is_over;
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
  has_room = self->n_requests < MAX_REQUESTS;
  if (is_over && self->last != NULL) {
    last = lm_snapshot_ref (self->last->weights);
    at = self->last->state.step;
  } else if (!is_over && has_room) {
    self->requests[self->n_requests++] = (Request){ func, data };
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
  return is_prepared ? self->training->pipeline : NULL;
}
