/* lm-trainer.h: the thread that trains
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-dataset.h"
#include "lm-design.h"
#include "lm-event.h"
#include "lm-history.h"
#include "lm-parallel.h"
#include "lm-pipeline.h"

G_BEGIN_DECLS

/**
 * LmTrainerSpec:
 * @design: copied; its training options say loss, optimizer, batch size, epochs, shuffling, early stopping
 * @dataset: a reference is taken; the validation part is used if it is there
 * @pipeline: (nullable): copied; %NULL: made of the design's chain. Fitted first if it is not fitted (state “preparing”)
 * @seed: of weights, order, dropout
 * @pool: (nullable): borrowed; %NULL: an own one of @n_threads (0: one per core)
 * @nice: 10 for the app, 0 for the command line
 * @epochs: planned in total; 0: the design's
 * @max_steps: ends each epoch after so many batches; 0: all
 * @no_shuffle: file order, whatever the design says
 * @exact: direct kernels only
 * @every_step: a STEP event for each step; else one every 50 ms or so
 * @no_validation: leave the validation part alone
 * @keep_grads: store gradients, even where they could be applied at once (gradient pictures)
 * @folder: (nullable): where a relative path of the log file starts
 * @resume: (nullable): goes on exactly where it was taken
 * @best: (nullable): with @resume: the best checkpoint so far, if the design ends with the best weights
 * @weights: (nullable): first weights instead of fresh ones; found by @match (%LM_MATCH_PATH or %LM_MATCH_NAME)
 * @history: (nullable): record to go on with; %NULL: a new one. Cut to the step of @resume
 */
typedef struct {
  const LmDesign *design;
  LmDataset *dataset;
  const LmPipeline *pipeline;
  guint64 seed;
  LmPool *pool;
  int n_threads;
  int nice;
  gint64 epochs;
  gint64 max_steps;
  gboolean no_shuffle;
  gboolean exact;
  gboolean every_step;
  gboolean no_validation;
  gboolean keep_grads;
  const char *folder;
  LmCheckpoint *resume;
  LmCheckpoint *best;
  LmSnapshot *weights;
  int match;
  LmHistory *history;
} LmTrainerSpec;

/**
 * LmTrainer:
 *
 * One run. A step's loss is that of its batch before the update,
 * regularisation included; an epoch's figures are means over its samples as
 * they were met; validation follows each epoch. The same design, data, seed
 * and instruction set give the same bytes, for any number of threads and any
 * number of pauses and resumes.
 *
 * On a loss that is not finite the run ends with reason NAN: the step is
 * replayed to name the layer, and the newest finite checkpoint is kept.
 *
 * Thread: what is below may be called from any thread, unless it says else.
 */
typedef struct _LmTrainer LmTrainer;

/* @sink: (nullable). Checks nothing yet: all errors come with the END event. */
LmTrainer *lm_trainer_new (const LmTrainerSpec *spec, LmEventSink sink, void *data);

/* Stops and joins if it still runs. Not from within the sink. */
void lm_trainer_free (LmTrainer *self);

/* Starts the thread. Once. */
gboolean lm_trainer_start (LmTrainer *self, GError **error);

/* The same in the calling thread; returns at the end. Pause waits in here until another thread says go on or stop. */
LmEndReason lm_trainer_run (LmTrainer *self, GError **error);

/* Waits for the END event to have been sent; the reason of the end, and its error (a copy). One thread. */
LmEndReason lm_trainer_join (LmTrainer *self, GError **error);

/* TRUE from start to end. */
gboolean lm_trainer_is_running (LmTrainer *self);

/* All answer after the current step at the latest. Pause and stop send an exact checkpoint. Stop may be called from a
 * signal handler. */
void lm_trainer_pause (LmTrainer *self);
void lm_trainer_go_on (LmTrainer *self);
void lm_trainer_stop (LmTrainer *self);

/* From the next step on; leaves a mark and an RATE event. @rate > 0. */
void lm_trainer_set_rate (LmTrainer *self, double rate);

/**
 * LmSnapshotFunc:
 * @snapshot: (transfer full): %NULL if the run ended before there were weights
 * @step: steps done when it was taken
 *
 * Called once, on the trainer's thread between two steps (at once on the caller's thread if the run is over).
 */
typedef void (*LmSnapshotFunc) (LmSnapshot *snapshot, gint64 step, void *data);

/* FALSE if too many (8) requests are waiting; @func is then never called. */
gboolean lm_trainer_request_snapshot (LmTrainer *self, LmSnapshotFunc func, void *data);

/* (transfer full): the same, waiting for it. Not from the sink, nor from the thread that takes the checkpoints out of a
 * mailbox: training may be waiting for just that. */
LmSnapshot *lm_trainer_take_snapshot (LmTrainer *self);

/* (transfer full): the newest checkpoint sent: finite, exact; NULL before the first. Of the best epoch: NULL before one is complete. */
LmCheckpoint *lm_trainer_get_checkpoint (LmTrainer *self);
LmCheckpoint *lm_trainer_get_best (LmTrainer *self);

/* (transfer full): the record, from the start; its metrics are known after STARTED (NULL before). */
LmHistory *lm_trainer_get_history (LmTrainer *self);

/* Borrowed while the trainer lives: the chain as fitted; after STARTED. */
const LmPipeline *lm_trainer_get_pipeline (LmTrainer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmTrainer, lm_trainer_free)

G_END_DECLS
