/* lm-slot.h: a weight's place: its logical shape and how it lies in memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-option.h"
#include "lm-shape.h"
#include "lm-tensor.h"

G_BEGIN_DECLS

/**
 * LmLayout:
 * @LM_LAYOUT_NATURAL: row-major, as Keras has it
 * @LM_LAYOUT_PANELS: a matrix (K, N) as [⌈N/16⌉][K][16], the last panel padded with zeros
 * @LM_LAYOUT_PADDED: a vector (N) padded with zeros to a multiple of 16
 *
 * Padding stays zero: gradients write zero there and every update rule maps
 * zero gradient at zero weight to zero. Gradients and optimizer state share
 * the layout. Files, plots and norms see the logical order.
 */
typedef enum {
  LM_LAYOUT_NATURAL,
  LM_LAYOUT_PANELS,
  LM_LAYOUT_PADDED,
} LmLayout;

#define LM_PANEL 16

typedef enum {
  LM_SLOT_WEIGHT, /* has a gradient unless frozen */
  LM_SLOT_STATE,  /* moving statistics: no gradient, changed by lm_build_update_state () */
} LmSlotRole;

/**
 * LmSlot:
 * @path: id path and weight name, “3/1:kernel”: the key in memory and in the project file
 * @name_path: names of the nodes and weight name, “conv2d/kernel”: in safetensors and Keras files
 * @key: lm_hash_string (path): the random stream of its first values
 * @trainable: %FALSE for states and for weights of frozen nodes
 */
typedef struct {
  char *path;
  char *name_path;
  guint64 key;
  LmSlotRole role;
  LmShape shape;
  LmLayout layout;
  gint64 n; /* elements with padding, a multiple of 16 */
  gboolean trainable;
  LmOptionSet *initializer; /* of family “initializer”; owned */
  gint64 ones_from;         /* so many elements from there begin as 1, whatever the initializer says */
  gint64 n_ones;
  LmOptionSet *regularizer; /* of family “regularizer”; owned, NULL for none */
  LmOptionSet *constraint;  /* of family “constraint”; owned, NULL for none */
} LmSlot;

LmSlot *lm_slot_copy (const LmSlot *self);
void lm_slot_free (LmSlot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmSlot, lm_slot_free)

/* Elements that @shape takes in @layout, padded to a multiple of 16. */
gint64 lm_layout_size (LmLayout layout, const LmShape *shape);

/* Natural order ↔ layout, float32 or (f64) double. The two do not overlap; packing writes the padding. */
void lm_layout_pack (LmLayout layout, const LmShape *shape, gboolean f64, const void *natural, void *packed);
void lm_layout_unpack (LmLayout layout, const LmShape *shape, gboolean f64, const void *packed, void *natural);

G_END_DECLS
