/* lm-edit-ungroup.c: layers come out of a block
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-edit-plan.h"

#include "lm-i18n.h"

static inline const LmWire *
wire_at (const GArray *wires,
         guint i)
{
  return &g_array_index (wires, LmWire, i);
}

typedef struct {
  const LmDesign *inside;
  const LmDesign *before; /* the design around, with the block */
  int block_id;
  int *new_ids; /* by index of the inside's nodes; 0: an Input, which goes */
} Ungrouping;

/* The output outside that corresponds to one inside; FALSE if nothing is wired to that Input. */
static gboolean
leads_from (const Ungrouping *self,
            int from,
            int from_port,
            LmWire *wire)
{
  int at = lm_design_index (self->inside, from);
  g_autoptr (GArray) inputs = NULL;

  if (self->new_ids[at] != 0) {
    wire->from = self->new_ids[at];
    wire->from_port = from_port;
    return TRUE;
  }

  inputs = lm_design_inputs (self->inside);
  for (guint port = 0; port < inputs->len; port++) {
    const LmWire *into = lm_design_wire_into (self->before, self->block_id, (int) port);

    if (g_array_index (inputs, int, port) != from || into == NULL)
      continue;
    wire->from = into->from;
    wire->from_port = into->from_port;
    return TRUE;
  }
  return FALSE;
}

/* The output inside that comes out at output port @port of the block. */
static gboolean
find_exit (const LmDesign *inside,
           int port,
           int *from,
           int *from_port)
{
  g_autoptr (GArray) sinks = lm_design_sinks (inside);

  for (guint i = 0; i < sinks->len; i++) {
    int n = lm_design_n_outputs (inside, lm_design_find (inside, g_array_index (sinks, int, i)));

    if (port < n) {
      *from = g_array_index (sinks, int, i);
      *from_port = port;
      return TRUE;
    }
    port -= n;
  }
  return FALSE;
}

/* The layers of the block with their old numbers where those are free. */
static gboolean
take_out (LmEditPlan *plan,
          const Ungrouping *self,
          const LmNode *block,
          GError **error)
{
  int next = MAX (plan->design->next_id, self->inside->next_id);
  double x, y;

  lm_edit_find_middle (self->inside, NULL, 0, TRUE, &x, &y);
  for (guint i = 0; i < self->inside->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (self->inside->nodes, i);

    if (node->layer == NULL || node->layer->max_inputs != 0)
      self->new_ids[i] = lm_design_index (plan->design, node->id) < 0 ? node->id : next++;
  }

  /* Sources come before their linked copies. */
  for (int pass = 0; pass < 2; pass++) {
    for (guint i = 0; i < self->inside->nodes->len; i++) {
      const LmNode *node = g_ptr_array_index (self->inside->nodes, i);
      LmNode *copy;

      if (self->new_ids[i] == 0 || (node->type == LM_NODE_COPY) != (pass == 1))
        continue;
      copy = lm_node_copy (node);
      copy->id = self->new_ids[i];
      g_free (copy->name);
      copy->name = lm_design_free_name_like (plan->design, node->name);
      copy->x += block->x - x;
      copy->y += block->y - y;
      copy->frozen |= block->frozen;
      copy->bypassed |= block->bypassed;
      if (pass == 1)
        copy->source_id = self->new_ids[lm_design_index (self->inside, node->source_id)];
      if (!lm_edit_plan_add (plan, lm_edit_add_node (plan->block, copy), error))
        return FALSE;
    }
  }
  return TRUE;
}

static gboolean
connect_layers (LmEditPlan *plan,
                const Ungrouping *self,
                GError **error)
{
  for (guint i = 0; i < self->inside->wires->len; i++) {
    LmWire wire = *wire_at (self->inside->wires, i);

    if (!leads_from (self, wire.from, wire.from_port, &wire))
      continue;
    wire.to = self->new_ids[lm_design_index (self->inside, wire.to)];
    if (!lm_edit_plan_add (plan, lm_edit_add_wire (plan->block, &wire), error))
      return FALSE;
  }
  for (guint i = 0; i < self->before->wires->len; i++) {
    LmWire wire = *wire_at (self->before->wires, i);
    int from, from_port;

    if (wire.from != self->block_id || !find_exit (self->inside, wire.from_port, &from, &from_port) ||
        !leads_from (self, from, from_port, &wire))
      continue;
    if (!lm_edit_plan_add (plan, lm_edit_add_wire (plan->block, &wire), error))
      return FALSE;
  }
  return TRUE;
}

/* What stood at an output of the block stands at the layer it came from. */
static void
follow_outputs (LmEditPlan *plan,
                const Ungrouping *self,
                int n_outputs)
{
  for (int port = 0; port < n_outputs; port++) {
    LmWire wire;
    int from, from_port;

    if (find_exit (self->inside, port, &from, &from_port) && leads_from (self, from, from_port, &wire))
      lm_edit_plan_moved (plan, self->block_id, port, wire.from, wire.from_port);
  }
}

LmEdit *
lm_edit_ungroup (const LmDesign *design,
                 const char *block,
                 int id,
                 GError **error)
{
  g_auto (LmEditPlan) plan = { 0 };
  g_autoptr (LmDesign) before = NULL;
  g_autofree int *new_ids = NULL;
  g_autofree char *title = NULL;
  const LmNode *node;
  Ungrouping ungrouping;

  if (!lm_edit_plan_begin (&plan, design, block, error) || !lm_edit_check_ids (plan.design, &id, 1, error))
    return NULL;

  before = lm_design_copy (plan.design);
  node = lm_design_find (before, id);
  if (node->type != LM_NODE_BLOCK) {
    g_set_error (error, LM_ERROR, LM_ERROR_GRAPH, _ ("“%s” is a %s, and only a block can be ungrouped. Select a block."), node->name, node->kind);
    return NULL;
  }
  title = g_strdup_printf (_ ("Ungroup %s"), node->name);

  new_ids = g_new0 (int, node->child->nodes->len + 1);
  ungrouping = (Ungrouping){ node->child, before, id, new_ids };
  if (!lm_edit_plan_add (&plan, lm_edit_remove_node (block, id), error) || !take_out (&plan, &ungrouping, node, error) ||
      !connect_layers (&plan, &ungrouping, error))
    return NULL;
  follow_outputs (&plan, &ungrouping, lm_design_n_outputs (before, node));
  return lm_edit_plan_end (&plan, title);
}
