/* lm-runner.h: one run without its thread: prepare, step, validate, checkpoint
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-checkpoint.h"
#include "lm-network.h"
#include "lm-trainer.h"
#include "lm-updater.h"

G_BEGIN_DECLS

/**
 * LmRunner:
 *
 * What lm-trainer.c runs. Fields are its to read; only the functions below
 * change them, but for @state.seconds. Thread: the trainer's.
 *
 * @bytes_needed, @bytes_free, @batch_fits: after %LM_ERROR_LIMIT: what was missing, and the largest halving of the batch
 *   size that would fit (0: none)
 */
typedef struct {
  LmDesign *design;
  LmDataset *dataset;
  LmPipeline *pipeline;
  LmPool *pool;
  LmPool *own_pool;
  guint64 seed;
  gint64 epochs;
  gint64 max_steps;
  gint64 steps_per_epoch;
  int batch_size;
  int nice;
  gboolean shuffle;
  gboolean exact;
  gboolean keep_grads;
  gboolean validates;
  gint64 patience; /* early stopping; 0: never */
  double min_delta;
  gboolean restores_best;
  double time_limit;           /* seconds; 0: none */
  const LmOptionSet *schedule; /* of @design; NULL: none */
  double initial_rate;
  int monitor; /* metric that best, early stopping and plateaus look at; −1: the loss */
  gboolean monitors_training;

  LmNetwork *train;
  LmNetwork *check; /* for validation; NULL without */
  LmWeights *weights;
  LmUpdater *updater;
  LmLoader *loader;
  LmLoader *check_loader;
  LmRunFacts *facts;

  LmCheckpointState state;
  GArray *edits;      /* LmRateEdit */
  double loss;        /* of the last step */
  double rate;        /* of the last step */
  LmCheckpoint *best; /* newest best one, if it is to be restored; else NULL */

  guint64 bytes_needed;
  guint64 bytes_free;
  gint64 batch_fits;
} LmRunner;

/* Takes copies and references of what @spec names; checks nothing. */
LmRunner *lm_runner_new (const LmTrainerSpec *spec);
void lm_runner_free (LmRunner *self);

/**
 * lm_runner_prepare:
 * @progress: (nullable): told what is being done; %FALSE stops with %LM_ERROR_CANCELLED
 *
 * Fits the chain, lowers, measures, compiles, draws or restores weights, opens
 * the loaders. Then @facts and @state stand.
 */
gboolean lm_runner_prepare (LmRunner *self, const LmTrainerSpec *spec, LmProgressFunc progress, void *data, GError **error);

typedef enum {
  LM_STEP_DONE,
  LM_STEP_NAN,   /* the loss is not finite; nothing was changed; lm_runner_diagnose() tells more */
  LM_STEP_ERROR, /* the data could not be read */
} LmStepStatus;

/* One batch: forward, backward, update. Allocates nothing after the first. */
LmStepStatus lm_runner_step (LmRunner *self, GError **error);

/* TRUE when all batches of the current epoch are done. */
gboolean lm_runner_epoch_is_over (const LmRunner *self);

/* Loss and metrics of the epoch so far. */
LmFigures lm_runner_running (const LmRunner *self);

/**
 * lm_runner_validate:
 * @poll: (nullable): called between batches; %FALSE leaves off
 *
 * Returns: %FALSE if left off, or with @error set if the data could not be read
 */
gboolean lm_runner_validate (LmRunner *self, LmFigures *figures, gboolean (*poll) (void *data), void *data, GError **error);

/* Closes the epoch: counts it, updates “best” and patience, begins the next. Returns: it is the best so far. */
gboolean lm_runner_end_epoch (LmRunner *self, const LmFigures *train, const LmFigures *validation);

/* TRUE if early stopping wants no more. */
gboolean lm_runner_is_hopeless (const LmRunner *self);

/* The learning rate of the next step. */
double lm_runner_rate (const LmRunner *self);

/**
 * lm_runner_finish:
 *
 * The run is over: the weights of the best epoch take the place of the last
 * ones, or their moving average does, as the design says.
 *
 * Returns: weights were changed
 */
gboolean lm_runner_finish (LmRunner *self);

/* Keeps @best for lm_runner_finish(); only where it is needed. */
void lm_runner_keep_best (LmRunner *self, LmCheckpoint *best);

/* From the next step on, where a schedule goes on from; logged. */
void lm_runner_set_rate (LmRunner *self, double rate);

/* (transfer full): %NULL with %LM_ERROR_LIMIT if memory is short. */
LmCheckpoint *lm_runner_checkpoint (LmRunner *self, GError **error);

/**
 * lm_runner_diagnose:
 * @node, @layer: (out) (transfer full) (nullable): where the first bad number appears
 * @backward: (out): in a gradient or an update
 *
 * After %LM_STEP_NAN, or when weights are not finite: replays the step. The
 * weights are of no use afterwards.
 *
 * Returns: (transfer full): %LM_ERROR_NUMERIC in words
 */
GError *lm_runner_diagnose (LmRunner *self, char **node, char **layer, gboolean *backward);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmRunner, lm_runner_free)

G_END_DECLS
