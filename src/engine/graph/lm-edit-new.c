/* lm-edit-new.c: edits are made, copied and freed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-edit-data.h"

LmEdit *
lm_edit_new (LmEditKind kind,
             const char *block)
{
  LmEdit *self = g_new0 (LmEdit, 1);

  self->kind = kind;
  self->block = g_strdup (block);
  return self;
}

GPtrArray *
lm_edit_new_list (LmEditKind kind)
{
  switch (kind) {
  case LM_EDIT_GROUP:
    return g_ptr_array_new_with_free_func ((GDestroyNotify) lm_edit_free);
  case LM_EDIT_SET_CHAIN:
    return g_ptr_array_new_with_free_func ((GDestroyNotify) lm_option_set_free);
  case LM_EDIT_SET_OUTPUTS:
    return g_ptr_array_new_with_free_func ((GDestroyNotify) lm_output_spec_free);
  default:
    g_assert_not_reached ();
  }
}

GPtrArray *
lm_edit_copy_list (LmEditKind kind,
                   const GPtrArray *list)
{
  GPtrArray *copy = lm_edit_new_list (kind);

  for (guint i = 0; i < list->len; i++) {
    gconstpointer element = g_ptr_array_index (list, i);

    if (kind == LM_EDIT_GROUP)
      g_ptr_array_add (copy, lm_edit_copy (element));
    else if (kind == LM_EDIT_SET_CHAIN)
      g_ptr_array_add (copy, lm_option_set_copy (element));
    else
      g_ptr_array_add (copy, lm_output_spec_copy (element));
  }
  return copy;
}

LmEdit *
lm_edit_copy (const LmEdit *self)
{
  LmEdit *copy = g_memdup2 (self, sizeof *self);

  copy->title = g_strdup (self->title);
  copy->block = g_strdup (self->block);
  copy->value = lm_option_value_copy (&self->value);
  copy->text = g_strdup (self->text);
  copy->node = self->node != NULL ? lm_node_copy (self->node) : NULL;
  copy->wires = self->wires != NULL ? g_array_copy (self->wires) : NULL;
  copy->list = self->list != NULL ? lm_edit_copy_list (self->kind, self->list) : NULL;
  return copy;
}

void
lm_edit_free (LmEdit *self)
{
  if (self == NULL)
    return;

  g_free (self->title);
  g_free (self->block);
  lm_option_value_clear (&self->value);
  g_free (self->text);
  lm_node_free (self->node);
  g_clear_pointer (&self->wires, g_array_unref);
  g_clear_pointer (&self->list, g_ptr_array_unref);
  g_free (self);
}

LmEdit *
lm_edit_add_node (const char *block,
                  LmNode *node)
{
  LmEdit *self = lm_edit_new (LM_EDIT_ADD_NODE, block);

  self->node = node;
  return self;
}

LmEdit *
lm_edit_replace_node (const char *block,
                      LmNode *node)
{
  LmEdit *self = lm_edit_new (LM_EDIT_REPLACE_NODE, block);

  self->node = node;
  self->id = node->id;
  return self;
}

LmEdit *
lm_edit_remove_node (const char *block,
                     int id)
{
  LmEdit *self = lm_edit_new (LM_EDIT_REMOVE_NODE, block);

  self->id = id;
  return self;
}

LmEdit *
lm_edit_set_option (const char *block,
                    int id,
                    int option,
                    const LmOptionValue *value)
{
  LmEdit *self = lm_edit_new (LM_EDIT_SET_OPTION, block);

  self->id = id;
  self->option = option;
  self->value = lm_option_value_copy (value);
  return self;
}

LmEdit *
lm_edit_rename (const char *block,
                int id,
                const char *name)
{
  LmEdit *self = lm_edit_new (LM_EDIT_RENAME, block);

  self->id = id;
  self->text = g_strdup (name);
  return self;
}

LmEdit *
lm_edit_move (const char *block,
              int id,
              double x,
              double y)
{
  LmEdit *self = lm_edit_new (LM_EDIT_MOVE, block);

  self->id = id;
  self->x = x;
  self->y = y;
  return self;
}

LmEdit *
lm_edit_new_flag (LmEditKind kind,
                  const char *block,
                  int id,
                  gboolean flag)
{
  LmEdit *self = lm_edit_new (kind, block);

  self->id = id;
  self->flag = flag != FALSE;
  return self;
}

LmEdit *
lm_edit_set_frozen (const char *block,
                    int id,
                    gboolean frozen)
{
  return lm_edit_new_flag (LM_EDIT_SET_FROZEN, block, id, frozen);
}

LmEdit *
lm_edit_set_bypassed (const char *block,
                      int id,
                      gboolean bypassed)
{
  return lm_edit_new_flag (LM_EDIT_SET_BYPASSED, block, id, bypassed);
}

LmEdit *
lm_edit_add_wire (const char *block,
                  const LmWire *wire)
{
  LmEdit *self = lm_edit_new (LM_EDIT_ADD_WIRE, block);

  self->wire = *wire;
  return self;
}

LmEdit *
lm_edit_remove_wire (const char *block,
                     const LmWire *wire)
{
  LmEdit *self = lm_edit_new (LM_EDIT_REMOVE_WIRE, block);

  self->wire = *wire;
  return self;
}

LmEdit *
lm_edit_set_training (int option,
                      const LmOptionValue *value)
{
  LmEdit *self = lm_edit_new (LM_EDIT_SET_TRAINING, "");

  self->option = option;
  self->member = &lm_training_member;
  self->value = lm_option_value_copy (value);
  return self;
}

LmEdit *
lm_edit_set_data (const char *spec)
{
  LmEdit *self = lm_edit_new (LM_EDIT_SET_DATA, "");

  self->text = g_strdup (spec);
  return self;
}

LmEdit *
lm_edit_set_chain (GPtrArray *steps)
{
  LmEdit *self = lm_edit_new (LM_EDIT_SET_CHAIN, "");

  self->list = lm_edit_copy_list (LM_EDIT_SET_CHAIN, steps);
  return self;
}

LmEdit *
lm_edit_set_outputs (GPtrArray *outputs)
{
  LmEdit *self = lm_edit_new (LM_EDIT_SET_OUTPUTS, "");

  self->list = lm_edit_copy_list (LM_EDIT_SET_OUTPUTS, outputs);
  return self;
}

LmEdit *
lm_edit_set_flow (gboolean to_right)
{
  return lm_edit_new_flag (LM_EDIT_SET_FLOW, "", 0, to_right);
}

LmEdit *
lm_edit_group (const char *title,
               GPtrArray *edits)
{
  LmEdit *self = lm_edit_new (LM_EDIT_GROUP, "");

  self->title = g_strdup (title);
  self->list = edits;
  g_ptr_array_set_free_func (edits, (GDestroyNotify) lm_edit_free);
  return self;
}
