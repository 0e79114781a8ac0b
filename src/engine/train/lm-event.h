/* lm-event.h: immutable messages from a training run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-checkpoint.h"
#include "lm-facts.h"

G_BEGIN_DECLS

typedef enum {
  LM_EVENT_STATE,      /* first event of a run: preparing */
  LM_EVENT_STARTED,    /* facts are known, steps follow */
  LM_EVENT_STEP,       /* how it stands; not one per step unless every_step is asked for */
  LM_EVENT_EPOCH,      /* an epoch is complete, validated */
  LM_EVENT_CHECKPOINT, /* something to keep */
  LM_EVENT_RATE,       /* the learning rate was changed while running */
  LM_EVENT_END,        /* last event of a run, always sent */
} LmEventKind;

typedef enum {
  LM_RUN_PREPARING,
  LM_RUN_RUNNING,
  LM_RUN_PAUSING,
  LM_RUN_PAUSED,
  LM_RUN_STOPPING,
} LmRunState;

typedef enum {
  LM_END_FINISHED,
  LM_END_STOPPED,
  LM_END_EARLY, /* early stopping */
  LM_END_TIME,  /* the time limit of the design; the run can go on */
  LM_END_NAN,
  LM_END_FAILED, /* never began, or the data could not be read: end.error */
} LmEndReason;

/* “finished”, “stopped”, “early_stopping”, “nan”, “failed”: as on the command line. */
const char *lm_end_reason_name (LmEndReason reason);

/* Bits: why a checkpoint is kept. One event may have several. */
enum {
  LM_KEEP_LAST = 1 << 0,  /* replaces the run's newest: end of an epoch, stop, end */
  LM_KEEP_BEST = 1 << 1,  /* best validation loss so far (training loss without validation) */
  LM_KEEP_PAUSE = 1 << 2, /* the run pauses here; also LAST */
};

/**
 * LmEvent:
 * @facts: %NULL before STARTED
 * @epoch: number of the current epoch, from 1; of EPOCH: the one just completed
 * @step: steps done since the run began, over all epochs (and resumes); of END by NAN: the number of the bad step
 * @batch: steps done in the current epoch
 *
 * Reference-counted and immutable once sent. Thread: any.
 */
typedef struct {
  LmRef ref;
  LmEventKind kind;
  LmRunFacts *facts;
  gint64 epoch;
  gint64 step;
  gint64 batch;
  union {
    struct {
      LmRunState state;
      const char *what; /* preparing: what is being done, translated, static: “Planning memory”; else NULL */
    } state;
    struct {
      double loss;       /* of this batch, before the update */
      LmFigures running; /* of the epoch so far */
      double samples_per_s;
      double epoch_seconds_left;
      double seconds_left; /* to the end of the run, validation included */
      double rate;
    } now;
    struct {
      LmFigures train;      /* means over the samples as they were met */
      LmFigures validation; /* after the epoch; NaN without validation */
      double seconds;       /* of training, without pauses and validation */
      double validation_seconds;
      double samples_per_s;
      double rate;
      gboolean is_best;
    } done; /* of EPOCH */
    struct {
      LmCheckpoint *checkpoint;
      guint keep; /* LM_KEEP_… */
    } keep;
    struct {
      double from;
      double to;
    } rate;
    struct {
      LmEndReason reason;
      GError *error;        /* NAN, FAILED: a message for people; else NULL */
      gint64 best_epoch;    /* 0 if none is complete */
      double best_value;    /* its validation loss, or training loss */
      gint64 kept_epoch;    /* NAN: complete epochs in the newest finite checkpoint, which lm_trainer_get_checkpoint() gives */
      char *node;           /* NAN: id path of the layer where the first bad value appears, NULL if not found */
      char *layer;          /* and its name */
      gboolean backward;    /* it appeared in a gradient */
      guint64 bytes_needed; /* FAILED with LM_ERROR_LIMIT: memory */
      guint64 bytes_free;
      gint64 batch_fits; /* the largest halving of the batch size that would have fitted; 0: none */
    } end;
  };
} LmEvent;

LmEvent *lm_event_ref (LmEvent *self);
void lm_event_unref (LmEvent *self);

/* Returns: (transfer full): a zeroed event; @facts may be NULL and gets a reference. */
LmEvent *lm_event_new (LmEventKind kind, LmRunFacts *facts);

/* @event is borrowed: ref it to keep it. Called on the trainer's thread, between steps; may block training. */
typedef void (*LmEventSink) (LmEvent *event, void *data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmEvent, lm_event_unref)

G_END_DECLS
