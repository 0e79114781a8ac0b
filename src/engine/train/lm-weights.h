/* lm-weights.h: weights, moving statistics, gradients and optimizer state, one block each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-arena.h"
#include "lm-graph.h"
#include "lm-program.h"
#include "lm-snapshot.h"

G_BEGIN_DECLS

/**
 * LmWeightSlot: one weight and where it lies; fields as in LmSlot
 * @offset: of its first number in the block of its role: the parameter block for weights, the state block for
 *   %LM_SLOT_STATE; in elements, a multiple of 16
 * @has_grad: its gradient is stored, at @offset in the gradient block
 * @has_moments: at @offset in each moment block
 */
typedef struct {
  char *path;
  char *name_path;
  guint64 key;
  LmSlotRole role;
  LmShape shape;
  LmLayout layout;
  gint64 n;
  gboolean trainable;
  gint64 offset;
  gboolean has_grad;
  gboolean has_moments;
} LmWeightSlot;

/**
 * LmWeights:
 * @params: weights: first those whose gradient is stored, then other trained ones, then frozen ones. So the first
 *   @n_grads parameters are parallel to @grads, the first @n_trainable to each of @moments
 * @states: moving statistics
 * @grads: %NULL unless made for training
 * @moments: @n_moments blocks of @n_trainable numbers: optimizer state
 *
 * All float32, aligned to 64 bytes, padding zero. Slots are keyed by path, so
 * training, inference and probing programs lowered from the same design bind
 * to the same blocks. Thread: one at a time; snapshots are for the others.
 */
typedef struct {
  int n_slots;
  LmWeightSlot *slots;
  gint64 n_params; /* elements with padding */
  gint64 n_trainable;
  gint64 n_grads;
  gint64 n_states;
  float *params;
  float *states;
  float *grads;
  int n_moments;
  float *moments[LM_MAX_MOMENTS];
  LmArena arena;
  GHashTable *by_path; /* path → index + 1 */
} LmWeights;

/**
 * LmWeightUse: what training does with a slot
 */
typedef enum {
  LM_USE_VALUE,  /* weights only: inference, frozen, no gradient flows */
  LM_USE_UPDATE, /* updated where its gradient arises: optimizer state, but no stored gradient */
  LM_USE_GRAD,   /* gradient and optimizer state */
} LmWeightUse;

/**
 * lm_weights_new:
 * @graph: a lowering of the design
 * @uses: (array) (nullable): per slot of @graph; %NULL: values only
 * @n_moments: optimizer state
 *
 * All blocks are zero: follow with lm_weights_init() or lm_weights_restore().
 *
 * Returns: (transfer full): %NULL with %LM_ERROR_LIMIT set if the memory cannot be had
 */
LmWeights *lm_weights_new (const LmGraph *graph, const LmWeightUse *uses, int n_moments, GError **error);
void lm_weights_free (LmWeights *self);

/* Bytes that lm_weights_new() would take; trainable slots without @uses: LM_USE_GRAD if @with_grads. */
guint64 lm_weights_measure (const LmGraph *graph, gboolean with_grads, int n_moments);

/**
 * lm_weights_init:
 * @graph: the one the weights were made from: its slots hold the initializers
 *
 * Draws first values: each slot from the stream (seed, %LM_RNG_WEIGHTS, key of
 * its path), so that neither order nor other layers play a part. Sets moments to zero.
 */
gboolean lm_weights_init (LmWeights *self, const LmGraph *graph, guint64 seed, GError **error);

/**
 * lm_weights_bind:
 *
 * Tells @program where its slots lie, by path; gradients too if both have them.
 *
 * Returns: %FALSE with %LM_ERROR_DATA set if a slot is missing or has another shape
 */
gboolean lm_weights_bind (LmWeights *self, LmProgram *program, GError **error);

/* Index of a slot by path “3/1:kernel” or name path “conv2d/kernel”; −1 if there is none. */
int lm_weights_find (const LmWeights *self, const char *path);

/* Memory of slot @i in its layout: values; gradient and moment @m, NULL if there are none. */
float *lm_weights_value (const LmWeights *self, int i);
float *lm_weights_grad (const LmWeights *self, int i);
float *lm_weights_moment (const LmWeights *self, int i, int m);

/* Returns: (transfer full): values of slot @i in natural (Keras) order, float32. */
LmTensor *lm_weights_get (const LmWeights *self, int i);

/* Sets slot @i from natural order; any number type. Returns: %FALSE with %LM_ERROR_DATA set for another shape, naming both. */
gboolean lm_weights_set (LmWeights *self, int i, LmTensor *value, GError **error);

/* TRUE if all weights and statistics are finite; @slot: (out) (optional): the first that is not. */
gboolean lm_weights_all_finite (const LmWeights *self, int *slot);

/**
 * lm_weights_snapshot:
 * @with_moments: optimizer state too (checkpoints)
 *
 * Copies the blocks as they lie (one memcpy each); a reader unpacks them later.
 *
 * Returns: (transfer full): %NULL if the memory cannot be had
 */
LmSnapshot *lm_weights_snapshot (const LmWeights *self, gboolean with_moments);

/* How slots of a snapshot are found. */
typedef enum {
  LM_MATCH_PATH, /* by id path: the same design */
  LM_MATCH_NAME, /* by layer and weight name: files of others */
} LmMatch;

/**
 * lm_weights_restore:
 * @with_moments: also optimizer state; zero where the snapshot has none
 *
 * Sets all slots. Slots of the snapshot that are not here are left out;
 * layouts may differ (another instruction set).
 *
 * Returns: %FALSE with %LM_ERROR_DATA set if a slot is missing in the snapshot or has another shape; the weights are
 * then as before
 */
gboolean lm_weights_restore (LmWeights *self, const LmSnapshot *snapshot, LmMatch match, gboolean with_moments, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmWeights, lm_weights_free)

G_END_DECLS
