/* lm-graph.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-graph.h"

static void
clear_input (gpointer data)
{
  g_free (((LmGraphInput *) data)->name);
}

LmGraph *
lm_graph_new (gboolean f64,
              gboolean training)
{
  LmGraph *self = g_new0 (LmGraph, 1);

  self->f64 = f64;
  self->training = training;
  self->values = g_array_new (FALSE, FALSE, sizeof (LmValueInfo));
  self->ops = g_array_new (FALSE, FALSE, sizeof (LmOpNode));
  self->operands = g_array_new (FALSE, FALSE, sizeof (int));
  self->attrs = g_byte_array_new ();
  self->slots = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_slot_free);
  self->inputs = g_array_new (FALSE, FALSE, sizeof (LmGraphInput));
  g_array_set_clear_func (self->inputs, clear_input);
  self->updates = g_array_new (FALSE, FALSE, sizeof (LmStateUpdate));
  self->penalties = g_array_new (FALSE, FALSE, sizeof (LmActivityPenalty));
  return self;
}

LmGraph *
lm_graph_copy (const LmGraph *self)
{
  LmGraph *copy = lm_graph_new (self->f64, self->training);

  g_array_append_vals (copy->values, self->values->data, self->values->len);
  g_array_append_vals (copy->ops, self->ops->data, self->ops->len);
  g_array_append_vals (copy->operands, self->operands->data, self->operands->len);
  g_byte_array_append (copy->attrs, self->attrs->data, self->attrs->len);
  g_array_append_vals (copy->updates, self->updates->data, self->updates->len);
  g_array_append_vals (copy->penalties, self->penalties->data, self->penalties->len);

  for (guint i = 0; i < self->inputs->len; i++) {
    LmGraphInput input = g_array_index (self->inputs, LmGraphInput, i);

    input.name = g_strdup (input.name);
    g_array_append_val (copy->inputs, input);
  }
  for (guint i = 0; i < self->slots->len; i++)
    g_ptr_array_add (copy->slots, lm_slot_copy (g_ptr_array_index (self->slots, i)));

  return copy;
}

void
lm_graph_free (LmGraph *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->values);
  g_array_unref (self->ops);
  g_array_unref (self->operands);
  g_byte_array_unref (self->attrs);
  g_ptr_array_unref (self->slots);
  g_array_unref (self->inputs);
  g_array_unref (self->updates);
  g_array_unref (self->penalties);
  g_free (self);
}
