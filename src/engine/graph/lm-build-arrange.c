/* lm-build-arrange.c: moving, repeating and multiplying results, for those who compose
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-builder.h"

LmValue
lm_build_arrange (LmBuilder *self,
                  LmValue x,
                  const LmArrangeAttrs *attrs)
{
  LmValue y;

  lm_build_op (self, LM_OP_arrange, attrs, &x, 1, &y, 1);
  return y;
}

/* The arrangement that changes nothing. */
static LmArrangeAttrs
identity (const LmShape *shape)
{
  LmArrangeAttrs attrs = { .rank = shape->rank };

  for (int i = 0; i < shape->rank; i++) {
    attrs.axis[i] = i;
    attrs.dim[i] = shape->dim[i];
    attrs.step[i] = 1;
  }
  return attrs;
}

LmValue
lm_build_permute (LmBuilder *self,
                  LmValue x,
                  const int *axes)
{
  LmShape shape = lm_builder_shape (self, x);
  LmArrangeAttrs attrs;
  gboolean moves = FALSE;

  if (!lm_builder_is_known (self, x))
    return x;
  attrs = identity (&shape);
  for (int i = 0; i < shape.rank; i++) {
    attrs.axis[i] = axes[i];
    attrs.dim[i] = shape.dim[axes[i]];
    moves = moves || axes[i] != i;
  }
  return moves ? lm_build_arrange (self, x, &attrs) : x;
}

LmValue
lm_build_slice (LmBuilder *self,
                LmValue x,
                int axis,
                gint64 start,
                gint64 step,
                gint64 n)
{
  LmShape shape = lm_builder_shape (self, x);
  LmArrangeAttrs attrs;

  if (!lm_builder_is_known (self, x) || (start == 0 && step == 1 && n == shape.dim[axis]))
    return x;
  attrs = identity (&shape);
  attrs.start[axis] = start;
  attrs.step[axis] = step;
  attrs.dim[axis] = n;
  return lm_build_arrange (self, x, &attrs);
}

LmValue
lm_build_flip (LmBuilder *self,
               LmValue x,
               int axis)
{
  gint64 n = lm_builder_shape (self, x).dim[axis];

  return lm_build_slice (self, x, axis, n - 1, n > 1 ? -1 : 1, n);
}

LmValue
lm_build_stack (LmBuilder *self,
                LmValue x,
                int axis,
                gint64 n)
{
  LmShape shape = lm_builder_shape (self, x);
  LmArrangeAttrs attrs;

  if (!lm_builder_is_known (self, x))
    return x;
  attrs = identity (&shape);
  attrs.rank++;
  for (int i = shape.rank; i > axis; i--) {
    attrs.axis[i] = i - 1;
    attrs.dim[i] = shape.dim[i - 1];
    attrs.step[i] = 1;
  }
  attrs.axis[axis] = -1;
  attrs.dim[axis] = n;
  attrs.step[axis] = 0;
  return lm_build_arrange (self, x, &attrs);
}

LmValue
lm_build_repeat (LmBuilder *self,
                 LmValue x,
                 int axis,
                 gint64 n)
{
  LmShape shape = lm_builder_shape (self, x);

  if (!lm_builder_is_known (self, x) || n == 1)
    return x;
  shape.dim[axis] *= n;
  return lm_build_reshape (self, lm_build_stack (self, x, axis + 1, n), &shape);
}

LmValue
lm_build_row_norm (LmBuilder *self,
                   LmValue x,
                   LmRowNormKind kind,
                   double epsilon)
{
  LmRowNormAttrs attrs = { kind, epsilon };
  LmValue y[2];

  lm_build_op (self, LM_OP_row_norm, &attrs, &x, 1, y, 2);
  return y[0];
}

LmValue
lm_build_product (LmBuilder *self,
                  LmValue a,
                  LmValue b,
                  gboolean transpose_a,
                  gboolean transpose_b,
                  double scale)
{
  LmProductAttrs attrs = { transpose_a, transpose_b, scale };
  LmValue in[2] = { a, b }, y;

  lm_build_op (self, LM_OP_product, &attrs, in, 2, &y, 1);
  return y;
}

LmValue
lm_build_resize (LmBuilder *self,
                 LmValue x,
                 LmResizeKind kind,
                 gint64 height,
                 gint64 width)
{
  LmResizeAttrs attrs = { kind, { height, width } };
  LmValue y;

  lm_build_op (self, LM_OP_resize, &attrs, &x, 1, &y, 1);
  return y;
}

LmValue
lm_build_noise (LmBuilder *self,
                LmValue x,
                const LmNoiseAttrs *attrs)
{
  LmValue y;

  if (!lm_builder_is_training (self) || attrs->amount <= 0)
    return x;
  lm_build_op (self, LM_OP_noise, attrs, &x, 1, &y, 1);
  return y;
}

LmValue
lm_build_mask (LmBuilder *self,
               LmValue x,
               double value)
{
  LmMaskAttrs attrs = { value };
  LmValue y;

  lm_build_op (self, LM_OP_mask, &attrs, &x, 1, &y, 1);
  return y;
}

LmValue
lm_build_mask_as (LmBuilder *self,
                  LmValue mask,
                  int rank)
{
  LmShape shape = lm_builder_shape (self, mask);

  while (shape.rank < rank)
    shape.dim[shape.rank++] = 1;
  return lm_build_reshape (self, mask, &shape);
}
