/* lm-updater.h: applies an optimizer to the weights of a training program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-optimizer.h"
#include "lm-weights.h"

G_BEGIN_DECLS

/**
 * LmUpdater:
 *
 * Where an op can apply its update in its epilogue, it does; all other
 * weights are updated in one pass over the flat blocks, cut by size alone, so
 * the result does not depend on the number of threads. Clipping needs whole
 * gradients: then nothing is fused. Thread: the trainer's.
 */
typedef struct _LmUpdater LmUpdater;

/**
 * lm_updater_new:
 * @options: of a member of family “optimizer”; borrowed
 * @keep_grads: store all gradients
 *
 * Tells @program which updates to do itself. Before the weights exist:
 * lm_updater_uses() says what they need.
 */
LmUpdater *lm_updater_new (LmProgram *program, const LmOptionSet *options, gboolean keep_grads, LmPool *pool);
void lm_updater_free (LmUpdater *self);

/* (array): per slot of the program's graph, for lm_weights_new(). Borrowed. */
const LmWeightUse *lm_updater_uses (const LmUpdater *self);

/* The weights made from these uses, bound to the program; borrowed. */
void lm_updater_set_weights (LmUpdater *self, LmWeights *weights);

/* Before the backward pass of step @step (from 1). Allocates nothing. */
void lm_updater_begin (LmUpdater *self, double rate, guint64 step);

/* After it: clips, and updates what was not updated on the way. Allocates nothing. */
void lm_updater_apply (LmUpdater *self);

/* Which moment holds the moving average of the weights, −1 if none is kept. */
int lm_updater_average (const LmOptionSet *options);

/* Weights and their moving average change places: at the end of a run, and back when it goes on. */
void lm_updater_swap_average (LmUpdater *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmUpdater, lm_updater_free)

G_END_DECLS
