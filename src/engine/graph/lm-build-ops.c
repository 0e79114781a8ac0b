/* lm-build-ops.c: one function per op, for those who compose
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-activation.h"
#include "lm-builder.h"
#include "lm-i18n.h"

#include <string.h>

/* One input, one output. */
static LmValue
build_unary (LmBuilder *self,
             LmOpId id,
             const void *attrs,
             LmValue x)
{
  LmValue y;

  lm_build_op (self, id, attrs, &x, 1, &y, 1);
  return y;
}

LmValue
lm_build_matmul (LmBuilder *self,
                 LmValue x,
                 LmValue w,
                 LmValue bias)
{
  LmMatmulAttrs attrs = { .activation = LM_ACT_LINEAR };
  LmValue in[3] = { x, w, bias }, y;

  lm_build_op (self, LM_OP_matmul, &attrs, in, bias.index >= 0 ? 3 : 2, &y, 1);
  return y;
}

LmValue
lm_build_conv2d (LmBuilder *self,
                 LmValue x,
                 LmValue w,
                 LmValue bias,
                 const LmConvAttrs *attrs)
{
  LmValue in[3] = { x, w, bias }, y;

  lm_build_op (self, LM_OP_conv2d, attrs, in, bias.index >= 0 ? 3 : 2, &y, 1);
  return y;
}

LmValue
lm_build_conv2d_transpose (LmBuilder *self,
                           LmValue x,
                           LmValue w,
                           const LmConvTransposeAttrs *attrs)
{
  LmValue in[2] = { x, w }, y;

  lm_build_op (self, LM_OP_conv2d_transpose, attrs, in, 2, &y, 1);
  return y;
}

LmValue
lm_build_pool2d (LmBuilder *self,
                 LmValue x,
                 const LmPoolAttrs *attrs)
{
  LmValue out[2];

  lm_build_op (self, LM_OP_pool2d, attrs, &x, 1, out, attrs->max ? 2 : 1);
  return out[0];
}

/* @axis: 0 for the last one; negative from the end */
static LmValue
softmax_along (LmBuilder *self,
               LmValue x,
               gboolean log,
               int axis)
{
  int rank = lm_builder_shape (self, x).rank;
  int order[LM_MAX_RANK];

  if (!lm_builder_is_known (self, x))
    return x;
  axis = axis <= 0 ? axis + rank - (axis == 0 ? 1 : 0) : axis;
  if (axis < 1 || axis >= rank) {
    g_autofree char *title = g_strdup_printf (_ ("%s has an axis that is not there"), lm_builder_node_name (self));

    return lm_builder_fail (self, -1, LM_ERROR_OPTION, title, _ ("It is %d; the input has axes 1 to %d behind the batch."), axis, rank - 1);
  }
  for (int i = 0; i < rank; i++)
    order[i] = i;
  order[axis] = rank - 1;
  order[rank - 1] = axis;
  return lm_build_permute (self, lm_build_softmax (self, lm_build_permute (self, x, order), log), order);
}

LmValue
lm_build_activation (LmBuilder *self,
                     LmValue x,
                     const LmActivationAttrs *attrs)
{
  if (attrs->kind == LM_ACT_LINEAR)
    return x;
  if (attrs->kind == LM_ACT_SOFTMAX || attrs->kind == LM_ACT_LOG_SOFTMAX)
    return softmax_along (self, x, attrs->kind == LM_ACT_LOG_SOFTMAX, (int) attrs->a);
  return build_unary (self, LM_OP_activation, attrs, x);
}

LmValue
lm_build_activation_by_id (LmBuilder *self,
                           LmValue x,
                           const char *id)
{
  const LmActivationClass *activation;
  LmActivationAttrs attrs;

  if (id == NULL || strcmp (id, "linear") == 0)
    return x;

  activation = (const LmActivationClass *) lm_family_find ("activation", id);
  g_assert (activation != NULL);
  attrs = (LmActivationAttrs){ activation->kind, activation->a, activation->b, activation->c };
  return lm_build_activation (self, x, &attrs);
}

LmValue
lm_build_softmax (LmBuilder *self,
                  LmValue x,
                  gboolean log)
{
  LmSoftmaxAttrs attrs = { .log = log };

  return build_unary (self, LM_OP_softmax, &attrs, x);
}

LmValue
lm_build_binary (LmBuilder *self,
                 LmBinaryKind kind,
                 LmValue a,
                 LmValue b)
{
  LmBinaryAttrs attrs = { .kind = kind };
  LmValue in[2] = { a, b }, y;

  if (lm_builder_is_known (self, a) && lm_builder_is_known (self, b)) {
    LmShape sa = lm_builder_shape (self, a), sb = lm_builder_shape (self, b), out;

    if (!lm_shape_broadcast (&sa, &sb, &out)) {
      g_autofree char *ta = lm_shape_to_string (&sa), *tb = lm_shape_to_string (&sb);
      g_autofree char *title = g_strdup_printf (_ ("%s needs inputs of one shape"), lm_builder_node_name (self));

      return lm_builder_fail (self, 1, LM_ERROR_SHAPE, title, _ ("%s comes from %s, %s comes from %s."),
                              ta, lm_builder_source_name (self, a), tb, lm_builder_source_name (self, b));
    }
  }
  lm_build_op (self, LM_OP_binary, &attrs, in, 2, &y, 1);
  return y;
}

LmValue
lm_build_affine (LmBuilder *self,
                 LmValue x,
                 double scale,
                 double offset)
{
  LmAffineAttrs attrs = { .scale = scale, .offset = offset };

  return build_unary (self, LM_OP_affine, &attrs, x);
}

LmValue
lm_build_reduce (LmBuilder *self,
                 LmReduceKind kind,
                 LmValue x,
                 guint32 axes,
                 gboolean keep_dims)
{
  LmReduceAttrs attrs = { .kind = kind, .axes = axes, .keep_dims = keep_dims };

  return build_unary (self, LM_OP_reduce, &attrs, x);
}

LmValue
lm_build_reshape (LmBuilder *self,
                  LmValue x,
                  const LmShape *shape)
{
  LmReshapeAttrs attrs = { .rank = shape->rank };

  memcpy (attrs.dim, shape->dim, sizeof attrs.dim);
  return build_unary (self, LM_OP_reshape, &attrs, x);
}

LmValue
lm_build_concat (LmBuilder *self,
                 const LmValue *in,
                 int n_in,
                 int axis)
{
  LmConcatAttrs attrs = { .axis = axis };
  LmValue y;

  if (n_in == 1)
    return in[0];
  lm_build_op (self, LM_OP_concat, &attrs, in, n_in, &y, 1);
  return y;
}

LmValue
lm_build_pad (LmBuilder *self,
              LmValue x,
              const LmPadAttrs *attrs)
{
  return build_unary (self, LM_OP_pad, attrs, x);
}

LmValue
lm_build_dropout (LmBuilder *self,
                  LmValue x,
                  const LmDropoutAttrs *attrs)
{
  if (!lm_builder_is_training (self) || attrs->rate <= 0)
    return x;
  return build_unary (self, LM_OP_dropout, attrs, x);
}

LmValue
lm_builder_logits (LmBuilder *self,
                   LmValue y,
                   LmActivation *kind)
{
  const LmGraph *graph = lm_builder_graph (self);
  int v = y.index;

  *kind = LM_ACT_LINEAR;
  while (lm_graph_value (graph, v)->kind == LM_VALUE_OP) {
    const LmOpNode *op = lm_graph_op (graph, lm_graph_value (graph, v)->producer);
    const void *attrs = lm_graph_attrs (graph, op);

    if (op->id == LM_OP_softmax && !((const LmSoftmaxAttrs *) attrs)->log)
      *kind = LM_ACT_SOFTMAX;
    else if (op->id == LM_OP_activation && ((const LmActivationAttrs *) attrs)->kind == LM_ACT_SIGMOID)
      *kind = LM_ACT_SIGMOID;

    /* A reshape behind the activation would have to be repeated on the logits, so only a direct one counts. */
    if (*kind == LM_ACT_LINEAR)
      return y;
    return (LmValue){ lm_graph_in (graph, op, 0), y.generation };
  }
  return y;
}
