/* lm-edit-block.c: layers go into a block
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

/* TRUE if a card at (@x, @y) would hide another one. */
static gboolean
is_taken (const LmDesign *inside,
          double x,
          double y)
{
  for (guint i = 0; i < inside->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (inside->nodes, i);

    if (fabs (node->x - x) < LM_CARD_PITCH_RIGHT / 2 && fabs (node->y - y) < LM_CARD_PITCH_DOWN / 2)
      return TRUE;
  }
  return FALSE;
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
    double x = node->x, y = node->y + LM_CARD_PITCH_DOWN;
    LmNode *marker;
    int id;

    while (is_taken (self->inside, x, y))
      x += LM_CARD_PITCH_RIGHT;
    id = add_to_inside (self->inside, "Activation", x, y, error);
    marker = id > 0 ? lm_design_find (self->inside, id) : NULL;
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
  lm_edit_find_middle (before, ids, n_ids, FALSE, &node->x, &node->y);
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
