/* lm-fuse.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-fuse.h"

#include "lm-op-attrs.h"

#include <math.h>

static gpointer
attrs_of (LmGraph *graph,
          const LmOpNode *op)
{
  return graph->attrs->data + op->attrs;
}

/* The op that made @value, if nobody but one op sees it. */
static LmOpNode *
only_producer (LmGraph *graph,
               int value,
               int root)
{
  const LmValueInfo *info = lm_graph_value (graph, value);

  if (info->kind != LM_VALUE_OP || info->observed || info->n_uses != 1 || value == root)
    return NULL;
  return lm_graph_op (graph, info->producer);
}

/* @op makes the outputs of @last instead of its own, and @last is gone. */
static void
take_outputs (LmGraph *graph,
              LmOpNode *op,
              LmOpNode *last)
{
  int index = (int) (op - (LmOpNode *) (void *) graph->ops->data), first = (int) graph->operands->len;

  for (int i = 0; i < op->n_in; i++) {
    int value = lm_graph_in (graph, op, i);

    g_array_append_val (graph->operands, value);
  }
  for (int i = 0; i < last->n_out; i++) {
    int value = lm_graph_out (graph, last, i);

    g_array_append_val (graph->operands, value);
    lm_graph_value (graph, value)->producer = index;
    lm_graph_value (graph, value)->producer_out = i;
  }
  op->first_in = first;
  op->n_out = last->n_out;
  last->dead = TRUE;
}

/* Activations whose derivative follows from their result, as an epilogue. */
static gboolean
follows_from_output (const LmActivationAttrs *attrs)
{
  if (attrs->kind == LM_ACT_RELU)
    return attrs->a == 0 && isinf (attrs->b) && attrs->c == 0;
  return attrs->kind == LM_ACT_TANH || attrs->kind == LM_ACT_SIGMOID;
}

static void
fuse_activation (LmGraph *graph,
                 LmOpNode *activation,
                 int root)
{
  const LmActivationAttrs *attrs = attrs_of (graph, activation);
  LmOpNode *op = only_producer (graph, lm_graph_in (graph, activation, 0), root);

  if (op == NULL || !follows_from_output (attrs))
    return;
  if (op->id == LM_OP_matmul) {
    LmMatmulAttrs *matmul = attrs_of (graph, op);

    if (matmul->activation != LM_ACT_LINEAR)
      return;
    matmul->activation = attrs->kind;
  } else if (op->id == LM_OP_conv2d) {
    LmConvAttrs *conv = attrs_of (graph, op);

    if (conv->activation != LM_ACT_LINEAR || conv->pool || attrs->kind != LM_ACT_RELU)
      return;
    conv->activation = attrs->kind;
  } else {
    return;
  }
  take_outputs (graph, op, activation);
}

static void
fuse_pool (LmGraph *graph,
           LmOpNode *pool,
           int root)
{
  const LmPoolAttrs *attrs = attrs_of (graph, pool);
  LmOpNode *op = only_producer (graph, lm_graph_in (graph, pool, 0), root);
  LmConvAttrs *conv;

  if (op == NULL || op->id != LM_OP_conv2d || !attrs->max)
    return;
  for (int i = 0; i < 2; i++) {
    if (attrs->size[i] != 2 || attrs->stride[i] != 2 || attrs->pad_before[i] != 0 || attrs->pad_after[i] != 0)
      return;
  }
  conv = attrs_of (graph, op);
  if (conv->activation != LM_ACT_RELU || conv->pool || conv->groups != 1)
    return;
  conv->pool = TRUE;
  take_outputs (graph, op, pool);
}

void
lm_fuse (LmGraph *graph,
         int root)
{
  for (guint i = 0; i < graph->ops->len; i++) {
    LmOpNode *op = lm_graph_op (graph, (int) i);

    if (op->dead)
      continue;
    if (op->id == LM_OP_activation)
      fuse_activation (graph, op, root);
    else if (op->id == LM_OP_pool2d)
      fuse_pool (graph, op, root);
  }
}
