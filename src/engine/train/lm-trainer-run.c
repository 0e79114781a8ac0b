/* lm-trainer-run.c: the run itself, on the trainer's thread: epochs, what others asked for, events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-trainer-private.h"

#include "lm-csv-log.h"
#include "lm-i18n.h"

#include <math.h>
#include <string.h>

/* Microseconds between two STEP events. */
#define STEP_INTERVAL 50000

/* --- Events -------------------------------------------------------------------- */

/* Consumes @event. */
static void
emit (LmTrainer *self,
      LmEvent *event)
{
  const LmCheckpointState *state = &self->runner->state;

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
  LmEvent *event = lm_event_new (LM_EVENT_STATE, self->runner->facts);

  event->state.state = state;
  event->state.what = what;
  emit (self, event);
}

/* A STEP event that nobody else holds. */
static LmEvent *
free_step_event (LmTrainer *self)
{
  int oldest = 0;

  for (int i = 0; i < LM_N_STEP_EVENTS; i++) {
    if (self->steps[i] == NULL)
      self->steps[i] = lm_event_new (LM_EVENT_STEP, self->runner->facts);
    if (atomic_load_explicit (&self->steps[i]->ref.count, memory_order_acquire) == 1)
      return self->steps[i];
    oldest = self->steps[i]->step < self->steps[oldest]->step ? i : oldest;
  }
  lm_event_unref (self->steps[oldest]);
  return self->steps[oldest] = lm_event_new (LM_EVENT_STEP, self->runner->facts);
}

static void
emit_step (LmTrainer *self,
           gint64 now)
{
  const LmRunner *runner = self->runner;
  const LmRunFacts *facts = runner->facts;
  double seconds = (double) (now - self->told_at) / 1e6, speed = (self->samples - self->told_samples) / MAX (seconds, 1e-9);
  gint64 epochs_left = runner->epochs - runner->state.epoch - 1;
  double left = (double) facts->samples_per_epoch - runner->state.samples;
  LmEvent *event = free_step_event (self);
  double check;

  self->speed = self->speed > 0 ? 0.7 * self->speed + 0.3 * speed : speed;
  /* Until the first validation: a forward pass is about a third of a step. */
  check = self->check_seconds > 0 ? self->check_seconds : (double) facts->validation_samples / (3 * self->speed);
  self->told_at = now;
  self->told_samples = self->samples;
  event->epoch = runner->state.epoch + 1;
  event->step = runner->state.step;
  event->now.loss = runner->loss;
  event->now.running = lm_runner_running (runner);
  event->now.samples_per_s = self->speed;
  event->now.rate = runner->rate;
  event->now.epoch_seconds_left = left / self->speed;
  event->now.seconds_left = (left + (double) (epochs_left * facts->samples_per_epoch)) / self->speed;
  if (runner->check != NULL)
    event->now.seconds_left += check * (double) (epochs_left + 1);
  emit (self, lm_event_ref (event));
}

/* Counts the time since the last call as runner, or leaves it out. */
static gint64
tick (LmTrainer *self,
      gboolean counts)
{
  gint64 now = g_get_monotonic_time ();

  if (counts) {
    self->runner->state.seconds += (double) (now - self->clock) / 1e6;
    self->trained += (double) (now - self->clock) / 1e6;
  } else {
    self->told_at += now - self->clock;
  }
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

  if (!lm_weights_all_finite (self->runner->weights, NULL)) {
    set_end (self, LM_END_NAN, NULL);
    return END;
  }
  checkpoint = lm_runner_checkpoint (self->runner, &error);
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
  self->last_is_sent = TRUE;
  pthread_mutex_unlock (&self->lock);
  lm_checkpoint_unref (old_last);
  lm_checkpoint_unref (old_best);

  event = lm_event_new (LM_EVENT_CHECKPOINT, self->runner->facts);
  event->keep.checkpoint = checkpoint;
  event->keep.keep = why;
  emit (self, event);
  return GO_ON;
}

/* TRUE if the newest checkpoint sent is of this very moment. */
static gboolean
is_kept (LmTrainer *self)
{
  const LmCheckpointState *state = &self->runner->state;

  return self->last_is_sent && self->last->state.step == state->step && self->last->state.epoch == state->epoch &&
         self->last->n_edits == (int) self->runner->edits->len;
}

/* --- What others ask for, between steps ---------------------------------------------- */

static void
answer_requests (LmTrainer *self)
{
  LmSnapshotRequest requests[LM_MAX_REQUESTS];
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
    requests[i].func (lm_weights_snapshot (self->runner->weights, FALSE), self->runner->state.step, requests[i].data);
}

static void
tell_rate (LmTrainer *self,
           double from,
           double to)
{
  LmEvent *event = lm_event_new (LM_EVENT_RATE, self->runner->facts);
  g_autofree char *text = g_strdup_printf (_ ("rate %g → %g"), from, to);

  event->rate.from = from;
  event->rate.to = to;
  lm_history_add_mark (self->history, self->runner->state.step, text);
  emit (self, event);
}

static void
change_rate (LmTrainer *self)
{
  unsigned long long bits;
  double rate;

  if (G_LIKELY (atomic_load_explicit (&self->wanted_rate, memory_order_relaxed) == 0))
    return;
  bits = atomic_exchange (&self->wanted_rate, 0);
  memcpy (&rate, &bits, sizeof rate);
  if (rate == lm_runner_rate (self->runner))
    return;

  tell_rate (self, lm_runner_rate (self->runner), rate);
  lm_runner_set_rate (self->runner, rate);
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
  if (is_kept (self) || keep (self, LM_KEEP_LAST) == GO_ON)
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
  /* It could be written at the start; if not any more, that is no reason to stop. */
  if (self->csv_path != NULL)
    lm_csv_log_write (self->history, self->runner->check != NULL, self->csv_path, NULL);
}

static gboolean
begin_log (LmTrainer *self,
           GError **error)
{
  const char *path = lm_option_get_text (self->runner->design->training, LM_TRAINING_CSV_LOG);

  if (path == NULL)
    return TRUE;
  self->csv_path = self->spec.folder != NULL && !g_path_is_absolute (path) ? g_build_filename (self->spec.folder, path, NULL) : g_strdup (path);
  return lm_csv_log_write (self->history, self->runner->check != NULL, self->csv_path, error);
}

static Next
finish_epoch (LmTrainer *self)
{
  LmRunner *runner = self->runner;
  LmEvent *event;
  LmFigures train = lm_runner_running (runner), validation;
  GError *error = NULL;
  double rate;
  gboolean is_best;
  gint64 begun = tick (self, TRUE);
  double seconds = runner->state.seconds, samples = runner->state.samples;

  if (!lm_weights_all_finite (runner->weights, NULL)) {
    set_end (self, LM_END_NAN, NULL);
    return END;
  }
  if (!lm_runner_validate (runner, &validation, poll_cb, self, &error)) {
    if (!self->left_off)
      set_end (self, LM_END_FAILED, error);
    return END;
  }
  self->check_seconds = (double) (tick (self, FALSE) - begun) / 1e6;

  event = lm_event_new (LM_EVENT_EPOCH, runner->facts);
  event->epoch = runner->state.epoch + 1;
  event->step = runner->state.step;
  event->done.train = train;
  event->done.validation = validation;
  event->done.seconds = seconds;
  event->done.validation_seconds = self->check_seconds;
  event->done.samples_per_s = samples / MAX (seconds, 1e-9);
  event->done.rate = runner->rate;
  rate = runner->state.rate;
  event->done.is_best = lm_runner_end_epoch (runner, &train, &validation);
  record_epoch (self, event);
  lm_event_ref (event);
  emit (self, event);
  lm_history_reserve (self->history, runner->steps_per_epoch);
  if (keep (self, event->done.is_best ? LM_KEEP_LAST | LM_KEEP_BEST : LM_KEEP_LAST) == END) {
    lm_event_unref (event);
    return END;
  }
  is_best = event->done.is_best;
  lm_event_unref (event);
  if (is_best)
    lm_runner_keep_best (runner, self->last);
  if (runner->state.rate != rate)
    tell_rate (self, rate, runner->state.rate);

  if (lm_runner_is_hopeless (runner) && runner->state.epoch < runner->epochs) {
    set_end (self, LM_END_EARLY, NULL);
    return END;
  }
  tick (self, FALSE);
  return GO_ON;
}

static Next
step (LmTrainer *self)
{
  LmRunner *runner = self->runner;
  double samples = runner->state.samples;
  GError *error = NULL;
  gint64 now;

  switch (lm_runner_step (runner, &error)) {
  case LM_STEP_NAN:
    set_end (self, LM_END_NAN, NULL);
    return END;
  case LM_STEP_ERROR:
    /* The data failed, not the weights: what has been learnt is kept. */
    if (keep (self, LM_KEEP_LAST) == GO_ON)
      set_end (self, LM_END_FAILED, error);
    else
      g_error_free (error);
    return END;
  case LM_STEP_DONE:
  default:
    break;
  }

  now = tick (self, TRUE);
  self->samples += runner->state.samples - samples;
  lm_history_add_step (self->history, runner->loss);
  if (self->spec.every_step || now - self->told_at >= STEP_INTERVAL)
    emit_step (self, now);
  return GO_ON;
}

/* Stops a run whose time is over as a person would. */
static Next
check_time (LmTrainer *self)
{
  if (self->runner->time_limit <= 0 || self->trained < self->runner->time_limit)
    return GO_ON;
  if (lm_runner_epoch_is_over (self->runner) && finish_epoch (self) == END)
    return END;
  if (self->runner->state.epoch < self->runner->epochs && (is_kept (self) || keep (self, LM_KEEP_LAST) == GO_ON))
    set_end (self, LM_END_TIME, NULL);
  return END;
}

static gboolean
prepare (LmTrainer *self)
{
  LmRunner *runner = self->runner;
  GError *error = NULL;

  emit_state (self, LM_RUN_PREPARING, NULL);
  if (!lm_runner_prepare (runner, &self->spec, progress_cb, self, &error)) {
    gboolean cancelled = g_error_matches (error, LM_ERROR, LM_ERROR_CANCELLED);

    if (cancelled)
      g_clear_error (&error);
    set_end (self, cancelled ? LM_END_STOPPED : LM_END_FAILED, error);
    return FALSE;
  }

  pthread_mutex_lock (&self->lock);
  if (self->history == NULL)
    self->history = lm_history_new (runner->facts->metrics, runner->facts->n_metrics, runner->steps_per_epoch, runner->epochs);
  if (self->spec.resume != NULL)
    self->last = lm_checkpoint_ref (self->spec.resume);
  self->is_prepared = TRUE;
  pthread_mutex_unlock (&self->lock);
  lm_history_set_epochs (self->history, runner->epochs);
  while (lm_history_n_steps (self->history) < runner->state.step)
    lm_history_add_step (self->history, (double) NAN);
  lm_history_truncate (self->history, runner->state.step);
  lm_history_reserve (self->history, runner->steps_per_epoch);
  if (!begin_log (self, &error)) {
    set_end (self, LM_END_FAILED, error);
    return FALSE;
  }
  return TRUE;
}

static void
run_epochs (LmTrainer *self)
{
  LmRunner *runner = self->runner;

  self->told_at = self->clock = g_get_monotonic_time ();
  emit (self, lm_event_new (LM_EVENT_STARTED, runner->facts));
  emit_state (self, LM_RUN_RUNNING, NULL);
  set_end (self, LM_END_FINISHED, NULL);

  while (runner->state.epoch < runner->epochs) {
    if (lm_runner_epoch_is_over (runner)) {
      if (finish_epoch (self) == END)
        return;
    } else if (answer (self) == END || step (self) == END || check_time (self) == END) {
      return;
    }
  }
}

/* The weights that a run ends with may be others than those of its last step. */
static void
finish_run (LmTrainer *self)
{
  if ((self->reason == LM_END_FINISHED || self->reason == LM_END_EARLY) && lm_runner_finish (self->runner))
    keep (self, LM_KEEP_LAST);
}

/* All that waits for weights gets the last good ones. */
static void
answer_last (LmTrainer *self)
{
  LmSnapshotRequest requests[LM_MAX_REQUESTS];
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
  LmRunner *runner = self->runner;
  LmEvent *event = lm_event_new (LM_EVENT_END, runner->facts);

  event->end.reason = self->reason;
  if (self->reason == LM_END_NAN) {
    GError *error = lm_runner_diagnose (runner, &event->end.node, &event->end.layer, &event->end.backward);

    set_end (self, LM_END_NAN, error);
    event->step = runner->state.step + 1;
  }
  event->end.error = self->error != NULL ? g_error_copy (self->error) : NULL;
  event->end.best_epoch = runner->state.best_epoch;
  event->end.best_value = runner->state.best_value;
  event->end.kept_epoch = self->last != NULL ? self->last->state.epoch : 0;
  if (g_error_matches (self->error, LM_ERROR, LM_ERROR_LIMIT)) {
    event->end.bytes_needed = runner->bytes_needed;
    event->end.bytes_free = runner->bytes_free;
    event->end.batch_fits = runner->batch_fits;
  }
  emit (self, event);
}

void
lm_trainer_perform (LmTrainer *self)
{
  lm_flush_denormals ();
  if (prepare (self)) {
    run_epochs (self);
    finish_run (self);
  }
  answer_last (self);
  emit_end (self);
}
