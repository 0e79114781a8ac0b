/* lm-program.h: a compiled network: steps, memory, run forward, run backward
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-graph.h"

G_BEGIN_DECLS

/**
 * LmProgram:
 *
 * A graph with its backward pass and an offset in one arena for every value:
 * running it allocates nothing. It owns its arena, not the weights: several
 * programs (training, inference, probes) are bound to one block of weights.
 * Thread: one at a time.
 */
typedef struct _LmProgram LmProgram;

/**
 * LmProgramSpec:
 * @max_batch: largest batch it will run
 * @root: value whose gradient is seeded with lm_program_seed(); LM_NO_VALUE for a program without backward
 * @wanted: (array length=n_wanted): values (inputs, observed values) whose gradient is to be kept; gradients of
 *   trainable weights are always computed if @weight_grads
 * @weight_grads: %FALSE for probes, which want gradients of values only
 * @exact: direct kernels only
 * @fuse: rewrite the graph for speed before differentiation
 */
typedef struct {
  gint64 max_batch;
  LmValue root;
  const LmValue *wanted;
  int n_wanted;
  gboolean weight_grads;
  gboolean exact;
  gboolean fuse;
} LmProgramSpec;

/**
 * lm_program_new:
 * @graph: (transfer full): the graph; observed values stay readable after a run
 * @pool: (nullable): borrowed
 *
 * Fuses, differentiates, plans, allocates.
 *
 * Returns: %NULL with %LM_ERROR_LIMIT set, naming bytes needed and free, if it does not fit in memory
 */
LmProgram *lm_program_new (LmGraph *graph, const LmProgramSpec *spec, LmPool *pool, GError **error);
void lm_program_free (LmProgram *self);

/**
 * lm_program_measure:
 *
 * What lm_program_new() would need, without allocating it: arena bytes for
 * @spec->max_batch. @graph is not consumed (it is fused and planned on a copy).
 */
gsize lm_program_measure (const LmGraph *graph, const LmProgramSpec *spec);

const LmGraph *lm_program_graph (const LmProgram *self);
gsize lm_program_arena_bytes (const LmProgram *self);

/* Multiply-add count ·2 of one forward pass for one sample. */
double lm_program_flops (const LmProgram *self);

/* Where slot @i of the graph lies: @value in its layout; @grad of the same size, NULL if it has no gradient here. Borrowed. */
void lm_program_bind_slot (LmProgram *self, int slot, void *value, void *grad);

/* TRUE if a backward pass writes the gradient of slot @i. */
gboolean lm_program_slot_has_grad (const LmProgram *self, int slot);

/**
 * lm_program_bind_update:
 *
 * Lets backward apply @update to slot @i in the op's epilogue instead of storing
 * its gradient, where the op can and the slot has only that one gradient.
 *
 * Returns: %FALSE if not: the gradient is stored as usual
 */
gboolean lm_program_bind_update (LmProgram *self, int slot, const struct _LmUpdate *update);

/* Data of input @i for the next run: n samples of its shape and dtype; borrowed until the run is over. Not written. */
void lm_program_set_input (LmProgram *self, int input, const void *data);

/* Random streams of the next run: dropout masks depend on these and the node alone. */
void lm_program_set_step (LmProgram *self, guint64 seed, guint64 step);

/* Runs n ≤ max_batch samples. */
void lm_program_forward (LmProgram *self, gint64 n);

/* The gradient of the root to start from: n samples of its shape; filled with ones at first. Write before backward. */
void *lm_program_seed (LmProgram *self);

/* After forward with the same n. Writes gradients of slots and wanted values. */
void lm_program_backward (LmProgram *self);

/* Moving averages: once after backward in training. */
void lm_program_update_states (LmProgram *self);

/* An input, observed value, root or weight after a run: data and bound shape; borrowed until the next run. */
LmOperand lm_program_value (const LmProgram *self, LmValue value);

/* Gradient of a wanted value; data NULL if none flows. */
LmOperand lm_program_gradient (const LmProgram *self, LmValue value);

/**
 * lm_program_find_nonfinite:
 *
 * Replays the last forward and backward with a check after each op.
 *
 * Returns: index of the graph's node in which the first value that is not
 * finite appears, −1 if there is none; @backward: (out): it is in a gradient
 */
int lm_program_find_nonfinite (LmProgram *self, gboolean *backward);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmProgram, lm_program_free)

G_END_DECLS
