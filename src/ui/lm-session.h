/* lm-session.h: the bridge between the trainer's thread and the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-document.h"

G_BEGIN_DECLS

#define LM_TYPE_SESSION (lm_session_get_type ())

typedef enum {
  LM_SESSION_IDLE,
  LM_SESSION_PREPARING,
  LM_SESSION_RUNNING,
  LM_SESSION_PAUSING,
  LM_SESSION_PAUSED,
  LM_SESSION_STOPPING,
} LmSessionState;

typedef enum {
  LM_START_FRESH,  /* a new run with fresh weights */
  LM_START_FROM,   /* a new run with the weights of the last one */
  LM_START_RESUME, /* goes on with a run */
} LmStartMode;

/**
 * LmSession:
 *
 * One training at a time for one document. Engine threads are known here and
 * nowhere else in the window: their events arrive in a mailbox, and at most
 * one pending idle source brings them to the main loop. Properties, all
 * read-only, all changed on the main thread: “state” (#LmSessionState),
 * “fraction” (of the whole run, 0 … 1). Signals:
 * “progress”: figures below have changed; at most once per turn of the main loop, for steps alone ten times a second
 * “ended”: the run is over, and what it tells stands below
 */
G_DECLARE_FINAL_TYPE (LmSession, lm_session, LM, SESSION, GObject)

LmSession *lm_session_new (LmDocument *document);

/* Starts; at once the state is PREPARING. @run: to be resumed or to take weights from, 0: the last. @epochs: planned, for
 * RESUME with more; 0: as planned. Not while another one runs. */
void lm_session_start (LmSession *self, LmStartMode mode, gint64 run, gint64 epochs);

/* Each answers at once by its state, and in deed after the step at hand. */
void lm_session_pause (LmSession *self);
void lm_session_go_on (LmSession *self);
void lm_session_stop (LmSession *self);

/* From the next step on; leaves a mark on the curve. */
void lm_session_set_rate (LmSession *self, double rate);

/* Leaves a run where it is, so that it can go on another day; @done on the main thread. */
void lm_session_leave (LmSession *self, void (*done) (gpointer data), gpointer data);

LmSessionState lm_session_get_state (LmSession *self);

/* TRUE from start to end. */
gboolean lm_session_is_active (LmSession *self);

gint64 lm_session_get_run (LmSession *self); /* 0 before the first; stays when it is over */
double lm_session_get_fraction (LmSession *self);
double lm_session_get_rate (LmSession *self);           /* learning rate; NaN while not known */
double lm_session_get_elapsed (LmSession *self);        /* seconds, without pauses */
const char *lm_session_get_preparing (LmSession *self); /* what is being done, translated; NULL */

/* (nullable): borrowed until the next signal. */
const LmRunFacts *lm_session_get_facts (LmSession *self);
const LmEvent *lm_session_get_step (LmSession *self); /* the latest STEP */
const LmEvent *lm_session_get_end (LmSession *self);  /* END of the last run; NULL while one runs */

/* (nullable): why the last run could not start. */
const GError *lm_session_get_error (LmSession *self);

/**
 * LmSessionModelFunc:
 * @model: (transfer full) (nullable): %NULL if the run ended before there were weights
 */
typedef void (*LmSessionModelFunc) (LmModel *model, gpointer data);

/* The network at work: its design, its chain, a copy of its weights between two steps. @func is called once, later, on the
 * main thread. FALSE if nothing is at work, or too much has been asked for already: then it is not. */
gboolean lm_session_request_model (LmSession *self, LmSessionModelFunc func, gpointer data);

/* An LmEventSink, of the trainer; @session is the LmSession. Thread: any one. */
void lm_session_put (LmEvent *event, void *session);

/* How often the main loop was woken: tests flood it. */
guint lm_session_get_n_turns (LmSession *self);

G_END_DECLS
