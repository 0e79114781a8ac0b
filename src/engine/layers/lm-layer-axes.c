/* lm-layer-axes.c: options that name axes, and what runs over them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

static void
fail_axis (LmBuilder *b,
           int index,
           gint64 axis,
           int rank)
{
  LmSuggestion back_to_default = { .kind = LM_SUGGEST_SET_OPTION, .option = index };

  lm_layer_fail (b, -1, LM_ERROR_OPTION, _ ("%s has an axis that is not there"),
                 g_strdup_printf (_ ("It is %d; the input has axes 1 to %d behind the batch."), (int) axis, rank - 1));
  lm_builder_suggest (b, &back_to_default);
}

int
lm_layer_axis (LmBuilder *b,
               const LmNode *node,
               int index,
               const LmShape *shape)
{
  gint64 axis = lm_node_int (node, index);
  gint64 positive = axis < 0 ? axis + shape->rank : axis;

  if (positive >= 1 && positive < shape->rank)
    return (int) positive;
  fail_axis (b, index, axis, shape->rank);
  return -1;
}

guint32
lm_layer_axes (LmBuilder *b,
               const LmNode *node,
               int index,
               const LmShape *shape)
{
  gint64 list[LM_MAX_LIST];
  int n = lm_node_ints (node, index, list);
  guint32 axes = 0;

  for (int i = 0; i < n; i++) {
    gint64 positive = list[i] < 0 ? list[i] + shape->rank : list[i];

    if (positive < 1 || positive >= shape->rank) {
      fail_axis (b, index, list[i], shape->rank);
      return 0;
    }
    axes |= LM_BIT (positive);
  }
  return axes;
}

LmShape
lm_shape_along (const LmShape *shape,
                guint32 axes,
                gboolean keep_dims)
{
  LmShape along = { 0 };

  for (int i = 0; i < shape->rank; i++) {
    if (axes & LM_BIT (i))
      along.dim[along.rank++] = shape->dim[i];
    else if (keep_dims)
      along.dim[along.rank++] = 1;
  }
  return along;
}

LmValue
lm_layer_row_norm (LmBuilder *b,
                   LmValue x,
                   guint32 axes,
                   LmRowNormKind kind,
                   double epsilon)
{
  LmShape shape = lm_builder_shape (b, x), moved = { .rank = shape.rank }, rows = { .rank = 2, .dim = { 1, 1 } };
  int order[LM_MAX_RANK], back[LM_MAX_RANK];
  int n = 0;
  LmValue y;

  for (int last = 0; last < 2; last++) {
    for (int i = 0; i < shape.rank; i++) {
      if (((axes & LM_BIT (i)) != 0) != last)
        continue;
      order[n] = i;
      back[i] = n;
      moved.dim[n++] = shape.dim[i];
      rows.dim[last] *= shape.dim[i];
    }
  }
  y = lm_build_reshape (b, lm_build_permute (b, x, order), &rows);
  y = lm_build_reshape (b, lm_build_row_norm (b, y, kind, epsilon), &moved);
  return lm_build_permute (b, y, back);
}

LmValue
lm_layer_along (LmBuilder *b,
                LmValue x,
                LmBinaryKind kind,
                LmValue weight,
                guint32 axes)
{
  LmShape shape = lm_builder_shape (b, x);

  if (axes != LM_BIT (shape.rank - 1)) {
    LmShape wide = lm_shape_along (&shape, axes, TRUE);

    weight = lm_build_reshape (b, weight, &wide);
  }
  return lm_build_binary (b, kind, x, weight);
}
