/* lm-edit-block.c: layers go into a block and come out again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-edit-plan.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

static inline const LmWire *
wire_at (const GArray *wires,
         guint i)
{
  return &g_array_index (wires, LmWire, i);
}

/* A block cannot feed itself: no path may lead out of @ids and back in. */
static gboolean
check_convex (const LmDesign *design,
              const int *ids,
              int n_ids,
              GError **error)
{
  g_autofree gboolean *behind = g_new0 (gboolean, design->nodes->len + 1);
  g_autoptr (GArray) order = lm_design_order (design);

  for (guint n = 0; n < order->len; n++) {
    int id = g_array_index (order, int, n);

    for (guint i = 0; i < design->wires->len; i++) {
      const LmWire *wire = wire_at (design->wires, i);
      gboolean is_behind = wire->from != id ? FALSE : behind[lm_design_index (design, id)];

      if (wire->from != id)
        continue;
      if (is_behind && lm_edit_has_id (ids, n_ids, wire->to)) {
        g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
                     _ ("These layers cannot become a block: “%s” lies between them. Select it too."), lm_design_find (design, id)->name);
        return FALSE;
      }
      if ((is_behind || lm_edit_has_id (ids, n_ids, id)) && !lm_edit_has_id (ids, n_ids, wire->to))
        behind[lm_design_index (design, wire->to)] = TRUE;
    }
  }
  return TRUE;
}

/* A linked copy and its source share weights by their place, so they stay together. */
static gboolean
check_copies (const LmDesign *design,
              const int *ids,
              int n_ids,
              GError **error)
{
  for (guint i = 0; i < design->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (design->nodes, i);

    if (node->type != LM_NODE_COPY || lm_edit_has_id (ids, n_ids, node->id) == lm_edit_has_id (ids, n_ids, node->source_id))
      continue;
    g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
                 _ ("These layers cannot become a block: “%s” shares its weights with “%s”. Select both or neither."),
                 node->name, lm_design_source (design, node)->name);
    return FALSE;
  }
  return TRUE;
}

/* Adds a layer of @kind to the inside of a block; its id, 0 with an error set if there is no such kind. */
static int
add_to_inside (LmDesign *inside,
               const char *kind,
               double x,
               double y,
               GError **error)
{
  LmNode *node = lm_node_new (kind, error);

  if (node == NULL)
    return 0;
  node->x = x;
  node->y = y;
  return lm_design_add_node (inside, node);
}

typedef struct {
  const LmDesign *design;
  const int *ids;
  int n_ids;
  LmDesign *inside;
  GArray *feeders; /* LmWire: what feeds each input port: from, from_port; to: the Input layer inside */
  GArray *exits;   /* LmWire: from, from_port: an output inside that the outside needs; to: the sink that stands for it */
} Grouping;

/* The layers with their wires; and an Input for everything that comes from outside, once per source. */
static gboolean
fill_inside (Grouping *self,
             GError **error)
{
  for (guint i = 0; i < self->design->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (self->design->nodes, i);

    if (lm_edit_has_id (self->ids, self->n_ids, node->id))
      lm_design_add_node (self->inside, lm_node_copy (node));
  }

  for (guint i = 0; i < self->design->wires->len; i++) {
    LmWire wire = *wire_at (self->design->wires, i);
    guint port;

    if (!lm_edit_has_id (self->ids, self->n_ids, wire.to))
      continue;
    if (lm_edit_has_id (self->ids, self->n_ids, wire.from)) {
      lm_design_add_wire (self->inside, &wire);
      continue;
    }

    for (port = 0; port < self->feeders->len; port++) {
      if (wire_at (self->feeders, port)->from == wire.from && wire_at (self->feeders, port)->from_port == wire.from_port)
        break;
    }
    if (port == self->feeders->len) {
      const LmNode *to = lm_design_find (self->inside, wire.to);
      LmWire feeder = wire;

      feeder.to = add_to_inside (self->inside, "Input", to->x, to->y - LM_CARD_PITCH_DOWN, error);
      if (feeder.to == 0)
        return FALSE;
      g_array_append_val (self->feeders, feeder);
    }
    wire.from = wire_at (self->feeders, port)->to;
    wire.from_port = 0;
    lm_design_add_wire (self->inside, &wire);
  }
  return TRUE;
}

static gboolean
set_linear (LmNode *node,
            GError **error)
{
  int option = lm_option_set_index (node->options, "activation");
  LmOptionValue value = { 0 };
  gboolean ok;

  g_assert (option >= 0);
  if (!lm_option_parse (&node->layer->member.options[option], "linear", &value, error))
    return FALSE;
  ok = lm_option_set_value (node->options, option, &value, error);
  lm_option_value_clear (&value);
  return ok;
}

/* Notes that the outside needs this output. If it also feeds the inside it is no sink there: an Activation without
 * effect stands for it. */
static gboolean
need_exit (Grouping *self,
           int from,
           int from_port,
           GError **error)
{
  LmWire exit = { .from = from, .from_port = from_port, .to = from, .to_port = from_port };
  gboolean is_sink = TRUE;

  for (guint i = 0; i < self->exits->len; i++) {
    if (wire_at (self->exits, i)->from == from && wire_at (self->exits, i)->from_port == from_port)
      return TRUE;
  }
  for (guint i = 0; i < self->design->wires->len && is_sink; i++) {
    const LmWire *wire = wire_at (self->design->wires, i);

    is_sink = wire->from != from || !lm_edit_has_id (self->ids, self->n_ids, wire->to);
  }

  if (!is_sink) {
    const LmNode *node = lm_design_find (self->inside, from);
    int id = add_to_inside (self->inside, "Activation", node->x, node->y + LM_CARD_PITCH_DOWN, error);
    LmNode *marker = id > 0 ? lm_design_find (self->inside, id) : NULL;

    if (marker == NULL || !set_linear (marker, error))
      return FALSE;
    lm_design_add_wire (self->inside, &(LmWire){ from, from_port, id, 0 });
    exit.to = id;
    exit.to_port = 0;
  }
  g_array_append_val (self->exits, exit);
  return TRUE;
}

static gboolean
find_exits (Grouping *self,
            GError **error)
{
  g_autoptr (GArray) sinks = lm_design_sinks (self->design);

  for (guint i = 0; i < self->design->wires->len; i++) {
    const LmWire *wire = wire_at (self->design->wires, i);

    if (lm_edit_has_id (self->ids, self->n_ids, wire->from) && !lm_edit_has_id (self->ids, self->n_ids, wire->to) &&
        !need_exit (self, wire->from, wire->from_port, error))
      return FALSE;
  }
  for (guint i = 0; i < self->design->outputs->len; i++) {
    const LmOutputSpec *spec = g_ptr_array_index (self->design->outputs, i);

    if (lm_edit_has_id (self->ids, self->n_ids, spec->node) && !need_exit (self, spec->node, spec->port, error))
      return FALSE;
  }
  for (guint i = 0; i < sinks->len; i++) {
    int id = g_array_index (sinks, int, i), n = lm_design_n_outputs (self->design, lm_design_find (self->design, id));

    for (int port = 0; port < n && lm_edit_has_id (self->ids, self->n_ids, id); port++) {
      if (!need_exit (self, id, port, error))
        return FALSE;
    }
  }
  return TRUE;
}

/* The output port of the block at which an output of the inside comes out. */
static int
exit_port (const LmDesign *inside,
           const GArray *exits,
           int from,
           int from_port)
{
  g_autoptr (GArray) sinks = lm_design_sinks (inside);
  int sink = from, sink_port = from_port, port = 0;

  for (guint i = 0; i < exits->len; i++) {
    if (wire_at (exits, i)->from == from && wire_at (exits, i)->from_port == from_port) {
      sink = wire_at (exits, i)->to;
      sink_port = wire_at (exits, i)->to_port;
    }
  }
  for (guint i = 0; i < sinks->len && g_array_index (sinks, int, i) != sink; i++)
    port += lm_design_n_outputs (inside, lm_design_find (inside, g_array_index (sinks, int, i)));
  return port + sink_port;
}

/* The middle of some cards: all of them (@ids NULL), or those of @ids. Input layers do not count if @skip_inputs. */
static void
find_middle (const LmDesign *design,
             const int *ids,
             int n_ids,
             gboolean skip_inputs,
             double *x,
             double *y)
{
  int n = 0;

  *x = *y = 0;
  for (guint i = 0; i < design->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (design->nodes, i);

    if ((ids != NULL && !lm_edit_has_id (ids, n_ids, node->id)) ||
        (skip_inputs && node->layer != NULL && node->layer->max_inputs == 0))
      continue;
    *x += node->x;
    *y += node->y;
    n++;
  }
  *x = n > 0 ? lm_edit_snap (*x / n) : 0;
  *y = n > 0 ? lm_edit_snap (*y / n) : 0;
}

/* The wires and targets of the outside, led to the new block. */
static gboolean
connect_block (LmEditPlan *plan,
               const Grouping *grouping,
               int block_id,
               GError **error)
{
  const LmDesign *design = grouping->design;

  for (guint i = 0; i < grouping->feeders->len; i++) {
    LmWire wire = *wire_at (grouping->feeders, i);

    wire.to = block_id;
    wire.to_port = (int) i;
    if (!lm_edit_plan_add (plan, lm_edit_add_wire (plan->block, &wire), error))
      return FALSE;
  }
  for (guint i = 0; i < design->wires->len; i++) {
    LmWire wire = *wire_at (design->wires, i);

    if (!lm_edit_has_id (grouping->ids, grouping->n_ids, wire.from) || lm_edit_has_id (grouping->ids, grouping->n_ids, wire.to))
      continue;
    wire.from_port = exit_port (grouping->inside, grouping->exits, wire.from, wire.from_port);
    wire.from = block_id;
    if (!lm_edit_plan_add (plan, lm_edit_add_wire (plan->block, &wire), error))
      return FALSE;
  }
  for (guint i = 0; i < grouping->exits->len; i++) {
    const LmWire *exit = wire_at (grouping->exits, i);

    lm_edit_plan_moved (plan, exit->from, exit->from_port, block_id,
                        exit_port (grouping->inside, grouping->exits, exit->from, exit->from_port));
  }
  return TRUE;
}

/* An Input in a block is a port of the block, so the network's own stay outside. */
static gboolean
check_no_inputs (const LmDesign *design,
                 const int *ids,
                 int n_ids,
                 GError **error)
{
  for (int i = 0; i < n_ids; i++) {
    const LmNode *node = lm_design_find (design, ids[i]);

    if (node->layer == NULL || node->layer->max_inputs != 0)
      continue;
    g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
                 _ ("These layers cannot become a block: “%s” is where the data come in. Leave it outside."), node->name);
    return FALSE;
  }
  return TRUE;
}

LmEdit *
lm_edit_group_into_block (const LmDesign *design,
                          const char *block,
                          const int *ids,
                          int n_ids,
                          GError **error)
{
  g_auto (LmEditPlan) plan = { 0 };
  g_autoptr (LmDesign) before = NULL;
  g_autoptr (LmNode) node = NULL;
  g_autoptr (GArray) feeders = g_array_new (FALSE, FALSE, sizeof (LmWire));
  g_autoptr (GArray) exits = g_array_new (FALSE, FALSE, sizeof (LmWire));
  g_autofree char *title = NULL;
  Grouping grouping;
  int block_id;

  if (!lm_edit_plan_begin (&plan, design, block, error) || !lm_edit_check_ids (plan.design, ids, n_ids, error) ||
      !check_no_inputs (plan.design, ids, n_ids, error) || !check_copies (plan.design, ids, n_ids, error) ||
      !check_convex (plan.design, ids, n_ids, error))
    return NULL;

  before = lm_design_copy (plan.design);
  node = lm_node_new ("Block", error);
  node->name = lm_design_free_name (before, "Block");
  node->id = block_id = before->next_id;
  find_middle (before, ids, n_ids, FALSE, &node->x, &node->y);
  title = g_strdup_printf (_ ("Group Into %s"), node->name);

  grouping = (Grouping){ before, ids, n_ids, node->child, feeders, exits };
  if (!fill_inside (&grouping, error) || !find_exits (&grouping, error) ||
      !lm_edit_plan_remove (&plan, ids, n_ids, error))
    return NULL;

  grouping.inside = lm_design_copy (node->child);
  if (!lm_edit_plan_add (&plan, lm_edit_add_node (block, g_steal_pointer (&node)), error) ||
      !connect_block (&plan, &grouping, block_id, error)) {
    lm_design_free (grouping.inside);
    return NULL;
  }
  lm_design_free (grouping.inside);
  return lm_edit_plan_end (&plan, title);
}

/* --- Ungroup ------------------------------------------------------------- */

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

  find_middle (self->inside, NULL, 0, TRUE, &x, &y);
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
