/* lm-trainer-private.h: what the trainer's two files share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-runner.h"
#include "lm-trainer.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

G_BEGIN_DECLS

#define LM_MAX_REQUESTS 8

/* STEP events are used again when nobody holds them any more, so that a step allocates nothing. */
#define LM_N_STEP_EVENTS 4

typedef struct {
  LmSnapshotFunc func;
  void *data;
} LmSnapshotRequest;

struct _LmTrainer {
  LmTrainerSpec spec; /* with references of its own */
  LmRunner *runner;
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
  LmSnapshotRequest requests[LM_MAX_REQUESTS];
  int n_requests;
  gboolean is_running;
  gboolean is_over;
  LmEndReason reason;
  GError *error;
  LmCheckpoint *last;
  LmCheckpoint *best;
  gboolean last_is_sent; /* else it is the one resumed from */
  LmHistory *history;
  gboolean is_prepared;

  /* Of the trainer's thread. */
  LmEvent *steps[LM_N_STEP_EVENTS];
  gint64 clock;         /* when the last stretch of training time was counted */
  gint64 told_at;       /* when the last STEP event went out */
  double told_samples;  /* samples trained until then */
  double samples;       /* trained since the start */
  double speed;         /* samples per second, smoothed */
  double check_seconds; /* the last validation took */
  char *csv_path;       /* NULL: no log file */
  double trained;       /* seconds since the start, pauses and validation aside */
  gboolean left_off;    /* stop came during validation */
};

/* The whole run in the calling thread, from STATE preparing to END. */
void lm_trainer_perform (LmTrainer *self);

G_END_DECLS
