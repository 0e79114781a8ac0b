/* lm-shape.h: the size of a tensor as a value
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LM_MAX_RANK 6

/* The batch axis before its size is bound. */
#define LM_BATCH ((gint64) -1)

/* No tensor of Lamina has more elements than this: sizes are checked against it before they are multiplied. */
#define LM_MAX_ELEMENTS ((gint64) 1 << 40)

/**
 * LmShape:
 * @rank: number of axes, 0 (a scalar) to %LM_MAX_RANK
 * @dim: sizes, outermost first
 *
 * A value type: pass it by const pointer, copy it by assignment.
 *
 * A size is positive, or −k for “k times the batch size”, k ≥ 1, which is
 * written `k·N`; only axis 0 can be so. %LM_BATCH (−1) is the plain batch. So
 * a layer that folds time into the batch has axis 0 = −steps. Zero never
 * occurs in a valid shape.
 */
typedef struct {
  int rank;
  gint64 dim[LM_MAX_RANK];
} LmShape;

#define LM_SHAPE(...)                                             \
  ((LmShape){                                                     \
    .rank = sizeof ((gint64[]){ __VA_ARGS__ }) / sizeof (gint64), \
    .dim = { __VA_ARGS__ },                                       \
  })
#define LM_SCALAR ((LmShape){ .rank = 0 })

/* Product of all sizes with the batch bound to @n; 1 for a scalar. Never overflows for shapes that lm_shape_check() passed. */
gint64 lm_shape_n_elements (const LmShape *shape, gint64 n);

/* Product of the sizes behind axis 0: what one sample holds. 1 for rank ≤ 1. */
gint64 lm_shape_sample_size (const LmShape *shape);

/* Product of the sizes of axes @from … @to − 1, none of which is symbolic. */
gint64 lm_shape_product (const LmShape *shape, int from, int to);

/* TRUE if axis 0 is the batch or a multiple of it. */
gboolean lm_shape_has_batch (const LmShape *shape);

/* @shape with axis 0 bound: −k becomes k·n. */
LmShape lm_shape_bind (const LmShape *shape, gint64 n);

gboolean lm_shape_equal (const LmShape *a, const LmShape *b);

/**
 * lm_shape_check:
 * @n: largest batch that will be bound
 *
 * Checks the rank, that every size is positive (or −k on axis 0) and that the
 * product stays below %LM_MAX_ELEMENTS.
 *
 * Returns: %TRUE, or %FALSE with %LM_ERROR_SHAPE or %LM_ERROR_LIMIT set
 */
gboolean lm_shape_check (const LmShape *shape, gint64 n, GError **error);

/**
 * lm_shape_broadcast:
 *
 * The shape of an elementwise result by NumPy's rule: align at the last axis,
 * sizes must be equal or one of them 1.
 *
 * Returns: %FALSE if the two do not fit; @out is then untouched
 */
gboolean lm_shape_broadcast (const LmShape *a, const LmShape *b, LmShape *out);

/* Returns: (transfer full): for people, without the batch axis: “28×28×1”, “10”, “one value” for rank ≤ 1 with a batch. */
char *lm_shape_to_string (const LmShape *shape);

/* Returns: (transfer full): with the batch axis, as Keras prints it: “(None, 28, 28, 1)”. */
char *lm_shape_to_tuple (const LmShape *shape);

G_END_DECLS
