/* lm-edit-paste.c: what is copied comes back with ids and names of its own; wires drawn by commands
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

/* A copy of a layer whose source is not copied along becomes a layer of its own. */
static LmNode *
copy_node (const LmDesign *design,
           const LmNode *node,
           gboolean has_source)
{
  const LmNode *source = lm_design_source (design, node);
  LmNode *copy;

  if (node->type != LM_NODE_COPY || has_source || source == node)
    return lm_node_copy (node);

  copy = lm_node_copy (source);
  copy->id = node->id;
  copy->x = node->x;
  copy->y = node->y;
  copy->bypassed = node->bypassed;
  g_free (copy->name);
  copy->name = g_strdup (node->name);
  return copy;
}

LmDesign *
lm_design_extract (const LmDesign *design,
                   const char *block,
                   const int *ids,
                   int n_ids,
                   GError **error)
{
  const LmDesign *from = lm_edit_find_block (block, (LmDesign *) design, error);
  LmDesign *fragment;

  if (from == NULL || !lm_edit_check_ids (from, ids, n_ids, error))
    return NULL;

  fragment = lm_design_new ();
  for (guint i = 0; i < from->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (from->nodes, i);

    if (lm_edit_has_id (ids, n_ids, node->id))
      lm_design_add_node (fragment, copy_node (from, node, lm_edit_has_id (ids, n_ids, node->source_id)));
  }
  for (guint i = 0; i < from->wires->len; i++) {
    const LmWire *wire = wire_at (from->wires, i);

    if (lm_edit_has_id (ids, n_ids, wire->from) && lm_edit_has_id (ids, n_ids, wire->to))
      lm_design_add_wire (fragment, wire);
  }
  return fragment;
}

/* --- Paste ------------------------------------------------------------------ */

/* Adds all of @fragment, moved by (dx, dy); new_ids[i] becomes the id of its node number i. */
static gboolean
add_all (LmEditPlan *plan,
         const LmDesign *fragment,
         double dx,
         double dy,
         int *new_ids,
         GError **error)
{
  /* Sources come before their linked copies. */
  for (int pass = 0; pass < 2; pass++) {
    for (guint i = 0; i < fragment->nodes->len; i++) {
      const LmNode *node = g_ptr_array_index (fragment->nodes, i);
      LmNode *copy;

      if ((node->type == LM_NODE_COPY) != (pass == 1))
        continue;
      copy = lm_node_copy (node);
      copy->id = new_ids[i] = plan->design->next_id;
      g_free (copy->name);
      copy->name = lm_design_free_name_like (plan->design, node->name);
      copy->x += dx;
      copy->y += dy;
      if (pass == 1 && lm_design_index (fragment, node->source_id) >= 0)
        copy->source_id = new_ids[lm_design_index (fragment, node->source_id)];
      if (!lm_edit_plan_add (plan, lm_edit_add_node (plan->block, copy), error))
        return FALSE;
    }
  }

  for (guint i = 0; i < fragment->wires->len; i++) {
    LmWire wire = *wire_at (fragment->wires, i);

    wire.from = new_ids[lm_design_index (fragment, wire.from)];
    wire.to = new_ids[lm_design_index (fragment, wire.to)];
    if (!lm_edit_plan_add (plan, lm_edit_add_wire (plan->block, &wire), error))
      return FALSE;
  }
  return TRUE;
}

LmEdit *
lm_edit_paste (const LmDesign *design,
               const char *block,
               const LmDesign *fragment,
               double x,
               double y,
               GError **error)
{
  g_auto (LmEditPlan) plan = { 0 };
  g_autofree int *new_ids = g_new0 (int, fragment->nodes->len + 1);
  double middle_x, middle_y;

  if (fragment->nodes->len == 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_GRAPH, _ ("There is nothing to paste. Copy some layers first."));
    return NULL;
  }
  lm_edit_find_middle (fragment, NULL, 0, FALSE, &middle_x, &middle_y);
  if (!lm_edit_plan_begin (&plan, design, block, error) ||
      !add_all (&plan, fragment, lm_edit_snap (x - middle_x), lm_edit_snap (y - middle_y), new_ids, error))
    return NULL;
  return lm_edit_plan_end (&plan, _ ("Paste"));
}

LmEdit *
lm_edit_duplicate (const LmDesign *design,
                   const char *block,
                   const int *ids,
                   int n_ids,
                   double dx,
                   double dy,
                   gboolean keep_incoming,
                   GError **error)
{
  g_autoptr (LmDesign) fragment = lm_design_extract (design, block, ids, n_ids, error);
  g_auto (LmEditPlan) plan = { 0 };
  g_autofree int *new_ids = NULL;
  g_autoptr (GArray) wires = NULL;

  if (fragment == NULL || !lm_edit_plan_begin (&plan, design, block, error))
    return NULL;

  new_ids = g_new0 (int, fragment->nodes->len + 1);
  wires = g_array_copy (plan.design->wires);
  if (!add_all (&plan, fragment, dx, dy, new_ids, error))
    return NULL;
  for (guint i = 0; keep_incoming && i < wires->len; i++) {
    LmWire wire = *wire_at (wires, i);

    if (!lm_edit_has_id (ids, n_ids, wire.to) || lm_edit_has_id (ids, n_ids, wire.from))
      continue;
    wire.to = new_ids[lm_design_index (fragment, wire.to)];
    if (!lm_edit_plan_add (&plan, lm_edit_add_wire (block, &wire), error))
      return NULL;
  }
  return lm_edit_plan_end (&plan, _ ("Duplicate"));
}

/* --- Wires by command --------------------------------------------------------- */

LmEdit *
lm_edit_wire_in_order (const LmDesign *design,
                       const char *block,
                       const int *ids,
                       int n_ids,
                       GError **error)
{
  g_auto (LmEditPlan) plan = { 0 };

  if (!lm_edit_plan_begin (&plan, design, block, error) || !lm_edit_check_ids (plan.design, ids, n_ids, error))
    return NULL;
  if (n_ids < 2) {
    g_set_error (error, LM_ERROR, LM_ERROR_GRAPH, _ ("A wire needs two layers, but one is selected. Select another one."));
    return NULL;
  }

  for (int i = 0; i + 1 < n_ids; i++) {
    const LmNode *to = lm_design_find (plan.design, ids[i + 1]);
    LmWire wire = { .from = ids[i], .to = ids[i + 1] };
    int n = lm_design_n_inputs (plan.design, to);

    /* The first free port, else the first. */
    while (wire.to_port < n && lm_design_wire_into (plan.design, to->id, wire.to_port) != NULL)
      wire.to_port++;
    wire.to_port = wire.to_port < n ? wire.to_port : 0;
    if (!lm_edit_plan_add (&plan, lm_edit_add_wire (block, &wire), error))
      return NULL;
  }
  return lm_edit_plan_end (&plan, _ ("Wire in Order"));
}

LmEdit *
lm_edit_put_on_wire (const LmDesign *design,
                     const char *block,
                     const LmWire *wire,
                     int id,
                     GError **error)
{
  g_auto (LmEditPlan) plan = { 0 };
  g_autofree char *title = NULL;
  LmWire in = { wire->from, wire->from_port, id, 0 }, out = { id, 0, wire->to, wire->to_port };

  if (!lm_edit_plan_begin (&plan, design, block, error) || !lm_edit_check_ids (plan.design, &id, 1, error))
    return NULL;

  title = g_strdup_printf (_ ("Insert %s"), lm_design_find (plan.design, id)->name);
  if (!lm_edit_plan_add (&plan, lm_edit_remove_wire (block, wire), error) ||
      !lm_edit_plan_add (&plan, lm_edit_add_wire (block, &in), error) ||
      !lm_edit_plan_add (&plan, lm_edit_add_wire (block, &out), error))
    return NULL;
  return lm_edit_plan_end (&plan, title);
}
