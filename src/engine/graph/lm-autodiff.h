/* lm-autodiff.h: which gradients are needed, and the order of the backward pass
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-graph.h"

G_BEGIN_DECLS

/* One op run backward. @first_mode: into LmTape.modes, one per input. */
typedef struct {
  int op;
  int first_mode;
} LmBackStep;

/**
 * LmTape:
 * @steps: LmBackStep, in the order that runs
 * @modes: LmGradMode
 * @has_grad: per value: a gradient of it exists
 */
typedef struct {
  GArray *steps;
  GArray *modes;
  guint8 *has_grad;
} LmTape;

/**
 * lm_autodiff:
 * @root: value to differentiate; its gradient is the seed
 * @wanted: (array length=n_wanted): values whose gradient is wanted besides those of trainable weights
 *
 * Reverse-mode differentiation: walks the ops backward, skips what no wanted
 * gradient depends on, writes each gradient where it first appears and adds
 * where a value fans out.
 */
LmTape *lm_autodiff (const LmGraph *graph, int root, const int *wanted, int n_wanted, gboolean weight_grads);
void lm_tape_free (LmTape *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmTape, lm_tape_free)

G_END_DECLS
