/* lm-autodiff.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-autodiff.h"

void
lm_tape_free (LmTape *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->steps);
  g_array_unref (self->modes);
  g_free (self->has_grad);
  g_free (self);
}

/* needed[v]: a wanted gradient lies at v or before it. */
static guint8 *
find_needed (const LmGraph *graph,
             const int *wanted,
             int n_wanted,
             gboolean weight_grads)
{
  guint8 *needed = g_new0 (guint8, graph->values->len);

  for (int i = 0; i < n_wanted; i++)
    needed[wanted[i]] = TRUE;
  for (guint v = 0; v < graph->values->len && weight_grads; v++) {
    const LmValueInfo *value = lm_graph_value (graph, (int) v);

    if (value->kind == LM_VALUE_WEIGHT && ((LmSlot *) g_ptr_array_index (graph->slots, value->producer))->trainable)
      needed[v] = TRUE;
  }
  for (guint i = 0; i < graph->ops->len; i++) {
    const LmOpNode *op = lm_graph_op (graph, (int) i);
    gboolean any = FALSE;

    if (op->dead || (op->op->flags & LM_OP_NO_GRAD) != 0)
      continue;
    for (int j = 0; j < op->n_in; j++)
      any = any || needed[lm_graph_in (graph, op, j)];
    for (int j = 0; j < op->n_out && any; j++) {
      int v = lm_graph_out (graph, op, j);

      needed[v] = needed[v] || lm_graph_value (graph, v)->dtype == LM_F32;
    }
  }
  return needed;
}

static void
differentiate (const LmGraph *graph,
               const LmOpNode *op,
               int index,
               const guint8 *needed,
               LmTape *tape)
{
  LmBackStep step = { index, (int) tape->modes->len };
  gboolean flows = FALSE, wanted = FALSE;

  for (int j = 0; j < op->n_out; j++)
    flows = flows || tape->has_grad[lm_graph_out (graph, op, j)];
  for (int j = 0; j < op->n_in; j++)
    wanted = wanted || needed[lm_graph_in (graph, op, j)];
  if (op->dead || !flows || !wanted || (op->op->flags & LM_OP_NO_GRAD) != 0)
    return;

  for (int j = 0; j < op->n_in; j++) {
    int v = lm_graph_in (graph, op, j);
    LmGradMode mode = LM_GRAD_SKIP;

    if (needed[v] && lm_graph_value (graph, v)->dtype == LM_F32) {
      mode = tape->has_grad[v] ? LM_GRAD_ADD : LM_GRAD_WRITE;
      tape->has_grad[v] = TRUE;
    }
    g_array_append_val (tape->modes, mode);
  }
  g_array_append_val (tape->steps, step);
}

LmTape *
lm_autodiff (const LmGraph *graph,
             int root,
             const int *wanted,
             int n_wanted,
             gboolean weight_grads)
{
  LmTape *tape = g_new0 (LmTape, 1);
  g_autofree guint8 *needed = NULL;

  tape->steps = g_array_new (FALSE, FALSE, sizeof (LmBackStep));
  tape->modes = g_array_new (FALSE, FALSE, sizeof (LmGradMode));
  tape->has_grad = g_new0 (guint8, graph->values->len);
  if (root < 0)
    return tape;

  needed = find_needed (graph, wanted, n_wanted, weight_grads);
  tape->has_grad[root] = TRUE;
  for (guint i = graph->ops->len; i-- > 0;)
    differentiate (graph, lm_graph_op (graph, (int) i), (int) i, needed, tape);
  return tape;
}
