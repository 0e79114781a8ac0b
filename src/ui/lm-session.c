/* lm-session.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-session.h"

#include "lm-work.h"

#include <math.h>
#include <stdatomic.h>

#include "lm-i18n.h"

/* Steps alone are told ten times a second: each makes the window lay out its words anew. */
#define STEP_US 90000

struct _LmSession {
  GObject parent_instance;

  LmDocument *document;
  LmMailbox *mailbox;
  atomic_int is_scheduled; /* an idle source is on its way */
  guint n_turns;
  gint64 told; /* µs: when “progress” was emitted last */

  LmRun *run;           /* NULL while preparing and when over */
  gboolean stop_wanted; /* before there is a run */

  LmSessionState state;
  gint64 run_id;
  const char *preparing;
  LmRunFacts *facts;
  LmEvent *step;
  LmEvent *end;
  GError *error;
  gint64 steps;
  double rate;
  gint64 since;   /* µs: when it began to run; 0 while it does not */
  gint64 elapsed; /* µs before that */
};

enum {
  PROP_STATE = 1,
  PROP_FRACTION,
  N_PROPS
};

enum {
  PROGRESS,
  ENDED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmSession, lm_session, G_TYPE_OBJECT)

static void
set_state (LmSession *self,
           LmSessionState state)
{
  gint64 now = g_get_monotonic_time ();

  if (self->state == state)
    return;
  if (self->since != 0)
    self->elapsed += now - self->since;
  self->since = state == LM_SESSION_RUNNING || state == LM_SESSION_PAUSING || state == LM_SESSION_STOPPING ? now : 0;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

/* --- Events -------------------------------------------------------------------------- */

static void
take_state (LmSession *self,
            const LmEvent *event)
{
  static const LmSessionState states[] = {
    [LM_RUN_PREPARING] = LM_SESSION_PREPARING,
    [LM_RUN_RUNNING] = LM_SESSION_RUNNING,
    [LM_RUN_PAUSING] = LM_SESSION_PAUSING,
    [LM_RUN_PAUSED] = LM_SESSION_PAUSED,
    [LM_RUN_STOPPING] = LM_SESSION_STOPPING,
  };

  self->preparing = event->state.what;
  if (self->state == LM_SESSION_STOPPING || (self->state == LM_SESSION_PAUSING && event->state.state != LM_RUN_PAUSED))
    return; /* what was asked for since then holds */
  set_state (self, states[event->state.state]);
}

static void
take_history (LmSession *self)
{
  g_autoptr (LmHistory) history = NULL;

  if (self->run == NULL || lm_run_get_trainer (self->run) == NULL)
    return;
  history = lm_trainer_get_history (lm_run_get_trainer (self->run));
  if (history != NULL)
    lm_document_set_history (self->document, self->run_id, history);
}

static void
take_started (LmSession *self,
              LmEvent *event)
{
  g_clear_pointer (&self->facts, lm_run_facts_unref);
  self->facts = event->facts != NULL ? lm_run_facts_ref (event->facts) : NULL;
  self->rate = self->facts != NULL ? self->facts->rate : NAN;
  self->preparing = NULL;
  if (self->state == LM_SESSION_PREPARING)
    set_state (self, LM_SESSION_RUNNING);
  take_history (self);
}

/* The thread has sent its last event: joining it does not wait. */
static void
finish_thread (gpointer data,
               GError **error)
{
  lm_run_join (data, NULL);
  lm_run_free (data);
}

static void
take_end (LmSession *self,
          LmEvent *event)
{
  take_history (self);
  self->end = lm_event_ref (event);
  if (self->run != NULL)
    lm_work_run (self, finish_thread, NULL, g_steal_pointer (&self->run), NULL);
  set_state (self, LM_SESSION_IDLE);
  lm_document_reload_runs (self->document);
}

static void
take (LmSession *self,
      LmEvent *event)
{
  self->steps = event->step;
  switch (event->kind) {
  case LM_EVENT_STATE:
    take_state (self, event);
    break;
  case LM_EVENT_STARTED:
    take_started (self, event);
    lm_document_reload_runs (self->document);
    break;
  case LM_EVENT_STEP:
    g_clear_pointer (&self->step, lm_event_unref);
    self->step = lm_event_ref (event);
    self->rate = event->now.rate;
    break;
  case LM_EVENT_EPOCH:
    self->rate = event->done.rate;
    lm_document_reload_runs (self->document);
    break;
  case LM_EVENT_RATE:
    self->rate = event->rate.to;
    break;
  case LM_EVENT_END:
    take_end (self, event);
    break;
  case LM_EVENT_CHECKPOINT:
    break;
  }
}

static gboolean
turn_cb (gpointer data)
{
  LmSession *self = data;
  gboolean has_ended = FALSE, only_steps = TRUE;
  gint64 now = g_get_monotonic_time ();
  LmEvent *event;

  atomic_store (&self->is_scheduled, 0);
  self->n_turns++;
  while ((event = lm_mailbox_take (self->mailbox)) != NULL) {
    take (self, event);
    has_ended |= event->kind == LM_EVENT_END;
    only_steps &= event->kind == LM_EVENT_STEP;
    lm_event_unref (event);
  }
  if (only_steps && now - self->told < STEP_US)
    return G_SOURCE_REMOVE; /* the next one tells */
  self->told = now;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FRACTION]);
  g_signal_emit (self, signals[PROGRESS], 0);
  if (has_ended)
    g_signal_emit (self, signals[ENDED], 0);
  return G_SOURCE_REMOVE;
}

/* On the trainer's thread. A run is joined before the session goes. */
static void
wake_cb (void *data)
{
  LmSession *self = data;

  if (atomic_exchange (&self->is_scheduled, 1) == 0)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, turn_cb, g_object_ref (self), g_object_unref);
}

/* On the trainer's thread. Checkpoints are the recorder's: nobody here needs them. */
void
lm_session_put (LmEvent *event,
                void *session)
{
  LmSession *self = session;

  if (event->kind != LM_EVENT_CHECKPOINT)
    lm_mailbox_put (event, self->mailbox);
}

/* --- Starting ------------------------------------------------------------------------ */

typedef struct {
  LmSession *session;
  LmRunSpec spec;
  LmRun *run;
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  lm_project_unref (start->spec.project);
  g_free (start);
}

static void
start_thread (gpointer data,
              GError **error)
{
  Start *start = data;

  start->run = lm_run_new (&start->spec, lm_session_put, start->session, error);
}

static void
fail (LmSession *self,
      const GError *error)
{
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
  set_state (self, LM_SESSION_IDLE);
  lm_document_reload_runs (self->document);
  g_signal_emit (self, signals[PROGRESS], 0);
  g_signal_emit (self, signals[ENDED], 0);
}

typedef struct {
  LmDocument *document;
  char *message;
} Problem;

static gboolean
problem_idle_cb (gpointer data)
{
  Problem *problem = data;

  g_signal_emit_by_name (problem->document, "problem", problem->message);
  g_object_unref (problem->document);
  g_free (problem->message);
  g_free (problem);
  return G_SOURCE_REMOVE;
}

/* On the trainer's thread. What is missing is written with the next epoch. */
static void
unsaved_cb (const GError *error,
            gint64 saved_epoch,
            void *data)
{
  LmSession *self = data;
  Problem *problem = g_new0 (Problem, 1);

  problem->document = g_object_ref (self->document);
  if (error != NULL)
    problem->message = g_strdup_printf (_ ("%s Training goes on; the last saved epoch is %" PRId64 "."), error->message, saved_epoch);
  g_idle_add (problem_idle_cb, problem);
}

static void
started_cb (gpointer owner,
            gpointer data,
            const GError *error)
{
  LmSession *self = owner;
  Start *start = data;
  g_autoptr (GError) reason = NULL;

  if (error != NULL) {
    fail (self, error);
    return;
  }
  self->run_id = lm_run_get_id (start->run);
  if (self->stop_wanted || lm_run_is_done (start->run)) {
    lm_run_free (start->run);
    set_state (self, LM_SESSION_IDLE);
    lm_document_reload_runs (self->document);
    g_signal_emit (self, signals[ENDED], 0);
    return;
  }
  self->run = start->run;
  lm_recorder_set_problem_func (lm_run_get_recorder (self->run), unsaved_cb, self);
  if (!lm_run_start (self->run, &reason)) {
    g_clear_pointer (&self->run, lm_run_free);
    fail (self, reason);
  }
}

void
lm_session_start (LmSession *self,
                  LmStartMode mode,
                  gint64 run,
                  gint64 epochs)
{
  Start *start;

  g_return_if_fail (!lm_session_is_active (self));

  g_clear_error (&self->error);
  g_clear_pointer (&self->end, lm_event_unref);
  g_clear_pointer (&self->step, lm_event_unref);
  g_clear_pointer (&self->facts, lm_run_facts_unref);
  self->preparing = NULL;
  self->stop_wanted = FALSE;
  self->elapsed = 0;
  self->steps = 0;
  self->rate = NAN;
  self->run_id = mode == LM_START_RESUME ? run : 0;

  start = g_new0 (Start, 1);
  start->session = self;
  start->spec = LM_RUN_SPEC_DEFAULT;
  start->spec.project = lm_project_ref (lm_document_get_project (self->document));
  start->spec.nice = 10;
  start->spec.epochs = epochs;
  start->spec.resume = mode == LM_START_RESUME;
  if (mode == LM_START_RESUME)
    start->spec.run = run;
  else if (mode == LM_START_FROM)
    start->spec.from = run;
  set_state (self, LM_SESSION_PREPARING);
  g_signal_emit (self, signals[PROGRESS], 0);
  lm_work_run (self, start_thread, started_cb, start, start_free);
}

/* --- Commands ------------------------------------------------------------------------ */

static LmTrainer *
trainer_of (LmSession *self)
{
  return self->run != NULL ? lm_run_get_trainer (self->run) : NULL;
}

void
lm_session_pause (LmSession *self)
{
  if (self->state != LM_SESSION_RUNNING || trainer_of (self) == NULL)
    return;
  set_state (self, LM_SESSION_PAUSING);
  lm_trainer_pause (trainer_of (self));
}

void
lm_session_go_on (LmSession *self)
{
  if (self->state != LM_SESSION_PAUSED || trainer_of (self) == NULL)
    return;
  set_state (self, LM_SESSION_RUNNING);
  lm_trainer_go_on (trainer_of (self));
}

void
lm_session_stop (LmSession *self)
{
  if (!lm_session_is_active (self) || self->state == LM_SESSION_STOPPING)
    return;
  set_state (self, LM_SESSION_STOPPING);
  if (trainer_of (self) != NULL)
    lm_trainer_stop (trainer_of (self));
  else
    self->stop_wanted = TRUE;
}

void
lm_session_set_rate (LmSession *self,
                     double rate)
{
  if (trainer_of (self) != NULL && rate > 0)
    lm_trainer_set_rate (trainer_of (self), rate);
}

typedef struct {
  LmSession *session;
  LmRun *run; /* lives while its trainer answers */
  LmSessionModelFunc func;
  gpointer data;
  LmModel *model;
} Request;

static gboolean
model_idle_cb (gpointer data)
{
  Request *request = data;
  LmSession *self = request->session;

  if (request->model != NULL && self->facts != NULL && self->facts->steps_per_epoch > 0)
    request->model->epoch = request->model->step / self->facts->steps_per_epoch;
  request->func (request->model, request->data);
  g_object_unref (self);
  g_free (request);
  return G_SOURCE_REMOVE;
}

/* On the trainer's thread. */
static void
snapshot_cb (LmSnapshot *snapshot,
             gint64 step,
             void *data)
{
  Request *request = data;
  const LmPipeline *pipeline = lm_trainer_get_pipeline (lm_run_get_trainer (request->run));

  if (snapshot != NULL) {
    request->model = g_new0 (LmModel, 1);
    request->model->run = lm_run_get_id (request->run);
    request->model->step = step;
    request->model->design = lm_design_copy (lm_run_get_design (request->run));
    request->model->pipeline = pipeline != NULL ? lm_pipeline_copy (pipeline) : lm_pipeline_new ();
    request->model->weights = snapshot;
  }
  g_idle_add_full (G_PRIORITY_DEFAULT, model_idle_cb, request, NULL);
}

gboolean
lm_session_request_model (LmSession *self,
                          LmSessionModelFunc func,
                          gpointer data)
{
  Request *request;

  if (trainer_of (self) == NULL || (self->state != LM_SESSION_RUNNING && self->state != LM_SESSION_PAUSED && self->state != LM_SESSION_PAUSING))
    return FALSE;
  request = g_new0 (Request, 1);
  *request = (Request){ g_object_ref (self), self->run, func, data, NULL };
  if (lm_trainer_request_snapshot (trainer_of (self), snapshot_cb, request))
    return TRUE;
  g_object_unref (self);
  g_free (request);
  return FALSE;
}

typedef struct {
  LmRun *run;
  void (*done) (gpointer data);
  gpointer data;
} Leave;

static void
leave_thread (gpointer data,
              GError **error)
{
  Leave *leave = data;

  lm_run_free (leave->run);
}

static void
left_cb (gpointer owner,
         gpointer data,
         const GError *error)
{
  LmSession *self = owner;
  Leave *leave = data;

  set_state (self, LM_SESSION_IDLE);
  leave->done (leave->data);
}

void
lm_session_leave (LmSession *self,
                  void (*done) (gpointer data),
                  gpointer data)
{
  Leave *leave = g_new (Leave, 1);

  *leave = (Leave){ g_steal_pointer (&self->run), done, data };
  self->stop_wanted = TRUE;
  lm_mailbox_close (self->mailbox);
  lm_work_run (self, leave_thread, left_cb, leave, g_free);
}

/* --- Object -------------------------------------------------------------------------- */

static void
lm_session_get_property (GObject *object,
                         guint id,
                         GValue *value,
                         GParamSpec *pspec)
{
  LmSession *self = LM_SESSION (object);

  if (id == PROP_STATE)
    g_value_set_uint (value, self->state);
  else
    g_value_set_double (value, lm_session_get_fraction (self));
}

static void
lm_session_finalize (GObject *object)
{
  LmSession *self = LM_SESSION (object);

  lm_mailbox_close (self->mailbox);
  g_clear_pointer (&self->run, lm_run_free);
  g_clear_pointer (&self->mailbox, lm_mailbox_free);
  g_clear_pointer (&self->facts, lm_run_facts_unref);
  g_clear_pointer (&self->step, lm_event_unref);
  g_clear_pointer (&self->end, lm_event_unref);
  g_clear_error (&self->error);
  g_clear_object (&self->document);

  G_OBJECT_CLASS (lm_session_parent_class)->finalize (object);
}

static void
lm_session_class_init (LmSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = lm_session_get_property;
  object_class->finalize = lm_session_finalize;

  props[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, LM_SESSION_STOPPING, 0, flags);
  props[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[PROGRESS] = g_signal_new ("progress", LM_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ENDED] = g_signal_new ("ended", LM_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lm_session_init (LmSession *self)
{
  self->mailbox = lm_mailbox_new (wake_cb, self);
  self->rate = NAN;
}

LmSession *
lm_session_new (LmDocument *document)
{
  LmSession *self = g_object_new (LM_TYPE_SESSION, NULL);

  self->document = g_object_ref (document);
  return self;
}

LmSessionState
lm_session_get_state (LmSession *self)
{
  return self->state;
}

gboolean
lm_session_is_active (LmSession *self)
{
  return self->state != LM_SESSION_IDLE;
}

gint64
lm_session_get_run (LmSession *self)
{
  return self->run_id;
}

double
lm_session_get_fraction (LmSession *self)
{
  double total = self->facts != NULL ? (double) self->facts->epochs * (double) self->facts->steps_per_epoch : 0;

  return total > 0 ? CLAMP ((double) self->steps / total, 0, 1) : 0;
}

double
lm_session_get_rate (LmSession *self)
{
  return self->rate;
}

double
lm_session_get_elapsed (LmSession *self)
{
  gint64 running = self->since != 0 ? g_get_monotonic_time () - self->since : 0;

  return (double) (self->elapsed + running) / 1e6;
}

const char *
lm_session_get_preparing (LmSession *self)
{
  return self->preparing;
}

const LmRunFacts *
lm_session_get_facts (LmSession *self)
{
  return self->facts;
}

const LmEvent *
lm_session_get_step (LmSession *self)
{
  return self->step;
}

const LmEvent *
lm_session_get_end (LmSession *self)
{
  return self->end;
}

const GError *
lm_session_get_error (LmSession *self)
{
  return self->error;
}

guint
lm_session_get_n_turns (LmSession *self)
{
  return self->n_turns;
}
