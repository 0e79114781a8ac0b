/* lm-edit-compound.c: edits that take several primitives: heal, insert, swap
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-edit-plan.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

/* --- Plans --------------------------------------------------------------- */

gboolean
lm_edit_plan_begin (LmEditPlan *self,
                    const LmDesign *design,
                    const char *block,
                    GError **error)
{
  *self = (LmEditPlan){ .block = block };
  self->top = lm_design_copy (design);
  self->design = lm_edit_find_block (block, self->top, error);
  if (self->design == NULL)
    return FALSE;

  self->edits = lm_edit_new_list (LM_EDIT_GROUP);
  self->ports = lm_ports_note_all (block, design);
  self->moved = g_array_new (FALSE, FALSE, sizeof (LmWire));
  return TRUE;
}

gboolean
lm_edit_plan_add (LmEditPlan *self,
                  LmEdit *edit,
                  GError **error)
{
  LmEdit *reverse = lm_edit_perform (edit, self->top, error);

  if (reverse == NULL) {
    lm_edit_free (edit);
    return FALSE;
  }
  lm_edit_free (reverse);
  g_ptr_array_add (self->edits, edit);
  return TRUE;
}

void
lm_edit_plan_moved (LmEditPlan *self,
                    int from,
                    int from_port,
                    int to,
                    int to_port)
{
  LmWire move = { from, from_port, to, to_port };

  g_array_append_val (self->moved, move);
}

LmEdit *
lm_edit_plan_end (LmEditPlan *self,
                  const char *title)
{
  g_autoptr (GPtrArray) followed = lm_ports_follow (self->ports, self->top, self->moved);

  g_ptr_array_extend_and_steal (self->edits, g_steal_pointer (&followed));
  return lm_edit_group (title, g_steal_pointer (&self->edits));
}

void
lm_edit_plan_clear (LmEditPlan *self)
{
  g_clear_pointer (&self->top, lm_design_free);
  g_clear_pointer (&self->edits, g_ptr_array_unref);
  g_clear_pointer (&self->ports, lm_ports_free);
  g_clear_pointer (&self->moved, g_array_unref);
}

double
lm_edit_snap (double at)
{
  return round (at / 24) * 24;
}

void
lm_edit_find_middle (const LmDesign *design,
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

/* --- Remove and heal ----------------------------------------------------- */

gboolean
lm_edit_has_id (const int *ids,
                int n_ids,
                int id)
{
  for (int i = 0; i < n_ids; i++) {
    if (ids[i] == id)
      return TRUE;
  }
  return FALSE;
}

gboolean
lm_edit_plan_remove (LmEditPlan *self,
                     const int *ids,
                     int n_ids,
                     GError **error)
{
  /* Linked copies go before their sources. */
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < n_ids; i++) {
      const LmNode *node = lm_design_find (self->design, ids[i]);
      gboolean is_copy = node != NULL && node->type == LM_NODE_COPY;

      if ((node == NULL && pass == 1) || (pass == 0 && !is_copy))
        continue;
      if (!lm_edit_plan_add (self, lm_edit_remove_node (self->block, ids[i]), error))
        return FALSE;
    }
  }
  return TRUE;
}

gboolean
lm_edit_check_ids (const LmDesign *design,
                   const int *ids,
                   int n_ids,
                   GError **error)
{
  if (n_ids < 1) {
    g_set_error (error, LM_ERROR, LM_ERROR_GRAPH, _ ("No layer is selected. Select one or more."));
    return FALSE;
  }
  for (int i = 0; i < n_ids; i++) {
    if (lm_design_index (design, ids[i]) < 0) {
      g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND,
                   _ ("There is no layer number %d here, so it cannot be changed. It may have been removed meanwhile."), ids[i]);
      return FALSE;
    }
  }
  return TRUE;
}

/* What feeds the first wired input of @id, past all of @ids; FALSE if nothing does. */
static gboolean
find_feeder (const LmDesign *design,
             const int *ids,
             int n_ids,
             int id,
             LmWire *wire)
{
  for (int step = 0; step <= n_ids; step++) {
    const LmWire *into = NULL;

    for (int port = 0; into == NULL && port < LM_ANY_INPUTS; port++)
      into = lm_design_wire_into (design, id, port);
    if (into == NULL)
      return FALSE;
    if (!lm_edit_has_id (ids, n_ids, into->from)) {
      wire->from = into->from;
      wire->from_port = into->from_port;
      return TRUE;
    }
    id = into->from;
  }
  return FALSE;
}

static char *
title_of_removal (const LmDesign *design,
                  const int *ids,
                  int n_ids)
{
  if (n_ids == 1)
    return g_strdup_printf (_ ("Remove %s"), lm_design_find (design, ids[0])->name);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Remove %d Layer", "Remove %d Layers", (gulong) n_ids), n_ids);
}

LmEdit *
lm_edit_remove_and_heal (const LmDesign *design,
                         const char *block,
                         const int *ids,
                         int n_ids,
                         GError **error)
{
  g_auto (LmEditPlan) plan = { 0 };
  g_autoptr (GArray) healed = g_array_new (FALSE, FALSE, sizeof (LmWire));
  g_autofree char *title = NULL;

  if (!lm_edit_plan_begin (&plan, design, block, error) || !lm_edit_check_ids (plan.design, ids, n_ids, error))
    return NULL;

  title = title_of_removal (plan.design, ids, n_ids);
  for (guint i = 0; i < plan.design->wires->len; i++) {
    LmWire wire = g_array_index (plan.design->wires, LmWire, i);

    if (lm_edit_has_id (ids, n_ids, wire.from) && !lm_edit_has_id (ids, n_ids, wire.to) &&
        find_feeder (plan.design, ids, n_ids, wire.from, &wire))
      g_array_append_val (healed, wire);
  }

  for (int i = 0; i < n_ids; i++) {
    int n = lm_design_n_outputs (plan.design, lm_design_find (plan.design, ids[i]));
    LmWire wire;

    for (int port = 0; port < n && find_feeder (plan.design, ids, n_ids, ids[i], &wire); port++)
      lm_edit_plan_moved (&plan, ids[i], port, wire.from, wire.from_port);
  }

  if (!lm_edit_plan_remove (&plan, ids, n_ids, error))
    return NULL;
  for (guint i = 0; i < healed->len; i++) {
    if (!lm_edit_plan_add (&plan, lm_edit_add_wire (block, &g_array_index (healed, LmWire, i)), error))
      return NULL;
  }
  return lm_edit_plan_end (&plan, title);
}

/* --- Insert on a wire ---------------------------------------------------- */

/* A place between two cards; what is behind moves on if there is not enough room. */
static gboolean
make_room (LmEditPlan *plan,
           const LmWire *wire,
           LmNode *node,
           GError **error)
{
  const LmNode *from = lm_design_find (plan->design, wire->from), *to = lm_design_find (plan->design, wire->to);
  gboolean right = plan->top->to_right;
  double pitch = right ? LM_CARD_PITCH_RIGHT : LM_CARD_PITCH_DOWN;
  double start = right ? from->x : from->y, end = right ? to->x : to->y;
  double shift = end > start ? MAX (0, ceil ((2 * pitch - (end - start)) / 24) * 24) : 0;
  double along = shift > 0 ? start + pitch : lm_edit_snap ((start + end) / 2);
  double across = lm_edit_snap (right ? (from->y + to->y) / 2 : (from->x + to->x) / 2);

  if (isfinite (node->x) && isfinite (node->y))
    return TRUE;

  node->x = right ? along : across;
  node->y = right ? across : along;
  for (guint i = 0; shift > 0 && i < plan->design->nodes->len; i++) {
    const LmNode *behind = g_ptr_array_index (plan->design->nodes, i);

    if ((right ? behind->x : behind->y) < end)
      continue;
    if (!lm_edit_plan_add (plan,
                           lm_edit_move (plan->block, behind->id, behind->x + (right ? shift : 0), behind->y + (right ? 0 : shift)),
                           error))
      return FALSE;
  }
  return TRUE;
}

LmEdit *
lm_edit_insert_on_wire (const LmDesign *design,
                        const char *block,
                        const LmWire *wire,
                        LmNode *node,
                        GError **error)
{
  g_autoptr (LmNode) owned = node;
  g_auto (LmEditPlan) plan = { 0 };
  g_autofree char *title = NULL;
  LmWire in = *wire, out = *wire;

  if (!lm_edit_plan_begin (&plan, design, block, error))
    return NULL;
  if (!lm_design_remove_wire (plan.design, wire)) {
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND,
                 _ ("There is no wire from layer number %d to layer number %d here. It may have been removed meanwhile."), wire->from, wire->to);
    return NULL;
  }
  lm_design_add_wire (plan.design, wire);

  node->id = plan.design->next_id;
  if (node->name == NULL)
    node->name = lm_design_free_name (plan.design, node->kind);
  title = g_strdup_printf (_ ("Insert %s"), node->name);
  in.to = out.from = node->id;
  in.to_port = out.from_port = 0;
  if (!make_room (&plan, wire, node, error) ||
      !lm_edit_plan_add (&plan, lm_edit_add_node (block, g_steal_pointer (&owned)), error) ||
      !lm_edit_plan_add (&plan, lm_edit_add_wire (block, &in), error) ||
      !lm_edit_plan_add (&plan, lm_edit_add_wire (block, &out), error))
    return NULL;
  return lm_edit_plan_end (&plan, title);
}

/* --- Swap ---------------------------------------------------------------- */

/* Options of the same id and kind whose value is also allowed in @to. */
static void
copy_equal_options (const LmOptionSet *from,
                    LmOptionSet *to)
{
  for (int i = 0; i < from->member->n_options; i++) {
    const LmOptionSpec *spec = &from->member->options[i];
    int index = from->values[i].is_set ? lm_option_set_index (to, spec->id) : -1;

    if (index >= 0 && to->member->options[index].kind == spec->kind)
      lm_option_set_value (to, index, &from->values[i], NULL);
  }
}

/* “conv2d_1” is the name that a Conv2D gets by itself. */
static gboolean
has_given_name (const LmNode *node)
{
  g_autoptr (LmDesign) empty = lm_design_new_child ();
  g_autofree char *base = lm_design_free_name (empty, node->kind);
  gsize length = strlen (base);

  if (strncmp (node->name, base, length) != 0)
    return FALSE;
  return node->name[length] == '\0' ||
         (node->name[length] == '_' && strspn (node->name + length + 1, "0123456789") == strlen (node->name + length + 1));
}

static LmNode *
make_swapped (const LmDesign *design,
              const LmNode *old,
              const char *kind,
              GError **error)
{
  LmNode *node = strcmp (kind, "Block") != 0 ? lm_node_new (kind, error) : NULL;

  if (node == NULL) {
    if (error != NULL && *error == NULL)
      g_set_error (error, LM_ERROR, LM_ERROR_GRAPH, _ ("“%s” cannot become a block. Group it into a block instead."), old->name);
    return NULL;
  }

  node->id = old->id;
  node->x = old->x;
  node->y = old->y;
  node->frozen = old->frozen;
  node->bypassed = old->bypassed;
  node->name = has_given_name (old) ? lm_design_free_name (design, kind) : g_strdup (old->name);
  if (old->options != NULL)
    copy_equal_options (old->options, node->options);
  return node;
}

LmEdit *
lm_edit_swap_kind (const LmDesign *design,
                   const char *block,
                   int id,
                   const char *kind,
                   GError **error)
{
  g_auto (LmEditPlan) plan = { 0 };
  g_autoptr (LmNode) node = NULL;
  g_autoptr (GError) own = NULL;
  g_autofree char *title = NULL;
  const LmNode *old;
  g_autoptr (LmDesign) before = NULL;

  if (!lm_edit_plan_begin (&plan, design, block, error) || !lm_edit_check_ids (plan.design, &id, 1, error))
    return NULL;

  old = lm_design_find (plan.design, id);
  node = make_swapped (plan.design, old, kind, &own);
  if (node == NULL) {
    g_propagate_error (error, g_steal_pointer (&own));
    return NULL;
  }
  title = g_strdup_printf (_ ("Swap %s for %s"), old->name, kind);

  before = lm_design_copy (plan.design);
  for (guint i = 0; i < before->wires->len; i++) {
    const LmWire *wire = &g_array_index (before->wires, LmWire, i);
    int from = lm_design_source (before, lm_design_find (before, wire->from))->id;
    int to = lm_design_source (before, lm_design_find (before, wire->to))->id;

    /* Linked copies change with their source. */
    if (((to == id && wire->to_port >= node->layer->max_inputs) ||
         (from == id && wire->from_port >= lm_layer_n_outputs (node->layer, node))) &&
        !lm_edit_plan_add (&plan, lm_edit_remove_wire (block, wire), error))
      return NULL;
  }
  if (!lm_edit_plan_add (&plan, lm_edit_replace_node (block, g_steal_pointer (&node)), error))
    return NULL;
  return lm_edit_plan_end (&plan, title);
}
