/* lm-checkpoint.h: all that is needed to go on as if nothing had happened
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-facts.h"
#include "lm-metric.h"
#include "lm-schedule.h"
#include "lm-snapshot.h"

G_BEGIN_DECLS

/* A change made while the run went on. */
typedef struct {
  gint64 step; /* took effect before the step after this many */
  double rate;
} LmRateEdit;

/**
 * LmCheckpointState:
 *
 * Everything but the tensors, as plain numbers.
 *
 * @epoch: complete epochs; @batch: steps done in the next one; @step: steps done in all, which the optimizer counts too
 * @rate: learning rate in force; with a schedule: where it starts from
 * @best_value, @best_epoch, @wait: early stopping and “best”: the best value so far, the (1-based) epoch it belongs
 *   to, 0 for none, and how many epochs have gone by without gain
 * @plateau: of a schedule that looks at the epochs
 * @averaged: the moving average of the weights has taken their place, and they its own: the run is over
 * @samples, @loss_sum, @metrics: sums of the epoch in progress
 * @seconds: training time of the epoch in progress (for display; plays no part in the numbers)
 *
 * Dropout, order of the data and first weights are functions of (seed, step,
 * epoch), so seed and counters are their whole state.
 */
typedef struct {
  guint64 seed;
  gint64 epoch;
  gint64 batch;
  gint64 step;
  double rate;
  double best_value;
  gint64 best_epoch;
  gint64 wait;
  LmPlateau plateau;
  gint64 averaged;
  double samples;
  double loss_sum;
  int n_metrics;
  LmMetricState metrics[LM_MAX_METRICS];
  double seconds;
} LmCheckpointState;

/**
 * LmCheckpoint:
 * @weights: with optimizer state
 * @optimizer: id of the optimizer whose state it is
 * @instruction_set: which kernels ran
 *
 * Immutable, reference-counted. Thread: any.
 */
typedef struct {
  LmRef ref;
  LmCheckpointState state;
  LmSnapshot *weights;
  char *optimizer;
  char *instruction_set;
  int n_edits;
  LmRateEdit *edits;
} LmCheckpoint;

/* (transfer full): takes references and copies of all. */
LmCheckpoint *lm_checkpoint_new (const LmCheckpointState *state,
                                 LmSnapshot *weights,
                                 const char *optimizer,
                                 const char *instruction_set,
                                 const LmRateEdit *edits,
                                 int n_edits);
LmCheckpoint *lm_checkpoint_ref (LmCheckpoint *self);
void lm_checkpoint_unref (LmCheckpoint *self);

/**
 * lm_checkpoint_format:
 *
 * Returns: (transfer full): state, optimizer, instruction set and edits as lines “name value”, exact to
 * the last bit, stable in order; the tensors are stored apart
 */
char *lm_checkpoint_format (const LmCheckpoint *self);

/**
 * lm_checkpoint_parse:
 * @weights: read from where the tensors are; a reference is taken
 *
 * Returns: (transfer full): or %NULL with %LM_ERROR_FORMAT set
 */
LmCheckpoint *lm_checkpoint_parse (const char *text, LmSnapshot *weights, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmCheckpoint, lm_checkpoint_unref)

G_END_DECLS
