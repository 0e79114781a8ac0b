/* lm-editor-commands.c: the commands on layers and wires
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-editor-private.h"

#include "lm-card.h"

#include <math.h>
#include <string.h>

#include "lm-i18n.h"

static const LmDesign *
top_of (LmEditor *self)
{
  return lm_document_get_design (self->document);
}

/* Goes on across the flow until there is room. */
static void
find_room (const LmDesign *design,
           gboolean to_right,
           double *x,
           double *y)
{
  while (lm_editor_is_taken (design, *x, *y, 0)) {
    if (to_right)
      *y += LM_CARD_PITCH_DOWN;
    else
      *x += LM_CARD_PITCH_RIGHT;
  }
}

/* --- Adding -------------------------------------------------------------------------- */

static LmNode *
make_node (LmEditor *self,
           const char *kind,
           double x,
           double y)
{
  g_autoptr (GError) error = NULL;
  LmNode *node = lm_node_new (kind, &error);

  if (node == NULL) {
    lm_editor_refuse (self, error);
    return NULL;
  }
  node->x = isfinite (x) ? lm_editor_snap (x) : NAN;
  node->y = isfinite (y) ? lm_editor_snap (y) : NAN;
  return node;
}

/* Takes @node over; @wire: (nullable): with the new layer's end as id 0. */
static int
add_node (LmEditor *self,
          LmNode *node,
          const LmWire *wire)
{
  GPtrArray *edits = lm_edit_list_new ();
  int id = self->design->next_id;
  g_autofree char *name = lm_design_free_name (self->design, node->kind);
  g_autofree char *title = g_strdup_printf (_ ("Add %s"), name);

  node->id = id;
  g_ptr_array_add (edits, lm_edit_add_node (self->block, node));
  if (wire != NULL) {
    LmWire made = *wire;

    made.from = made.from == 0 ? id : made.from;
    made.to = made.to == 0 ? id : made.to;
    g_ptr_array_add (edits, lm_edit_add_wire (self->block, &made));
  }
  if (!lm_editor_apply_list (self, title, edits, FALSE))
    return 0;
  lm_editor_select_one (self, id);
  lm_editor_reveal (self, id);
  return id;
}

int
lm_editor_add_at_port (LmEditor *self,
                       const char *kind,
                       int id,
                       int port,
                       gboolean is_output,
                       double x,
                       double y)
{
  const LmNode *there = lm_design_find (self->design, id);
  gboolean to_right = top_of (self)->to_right;
  double step = is_output ? 1 : -1;
  LmWire wire = is_output ? (LmWire){ id, port, 0, 0 } : (LmWire){ 0, 0, id, port };
  LmNode *node = make_node (self, kind, x, y);
  gboolean fits;

  if (node == NULL || there == NULL) {
    g_clear_pointer (&node, lm_node_free);
    return 0;
  }
  if (!isfinite (node->x) || !isfinite (node->y)) {
    node->x = there->x + (to_right ? step * LM_CARD_PITCH_RIGHT : 0);
    node->y = there->y + (to_right ? 0 : step * LM_CARD_PITCH_DOWN);
    find_room (self->design, to_right, &node->x, &node->y);
  }
  /* An Input has no input to wire. */
  fits = !is_output || node->layer == NULL || node->layer->max_inputs > 0;
  return add_node (self, node, fits && node->type != LM_NODE_BLOCK ? &wire : NULL);
}

/* The one wire that leaves layer @id; NULL if there are none or several. */
static const LmWire *
only_wire_from (const LmDesign *design,
                int id)
{
  const LmWire *found = NULL;

  for (guint i = 0; i < design->wires->len; i++) {
    const LmWire *wire = &g_array_index (design->wires, LmWire, i);

    if (wire->from == id && found != NULL)
      return NULL;
    if (wire->from == id)
      found = wire;
  }
  return found;
}

int
lm_editor_add (LmEditor *self,
               const char *kind,
               double x,
               double y)
{
  const LmLayerClass *layer = lm_layer_find (kind);
  gboolean has_place = isfinite (x) && isfinite (y), has_input = layer != NULL && layer->max_inputs > 0;
  int after = self->selection->len > 0 || !self->has_wire ? self->current : 0;
  LmNode *node;

  g_return_val_if_fail (LM_IS_EDITOR (self), 0);

  if (!has_place && has_input && self->has_wire) {
    LmWire wire = self->wire;

    return lm_editor_insert (self, kind, &wire);
  }
  if (!has_place && has_input && after != 0) {
    const LmWire *only = only_wire_from (self->design, after);
    LmWire wire;

    if (only == NULL)
      return lm_editor_add_at_port (self, kind, after, 0, TRUE, NAN, NAN);
    wire = *only;
    return lm_editor_insert (self, kind, &wire);
  }
  node = make_node (self, kind, x, y);
  return node != NULL ? add_node (self, node, NULL) : 0;
}

int
lm_editor_insert (LmEditor *self,
                  const char *kind,
                  const LmWire *wire)
{
  g_autoptr (GError) error = NULL;
  int id = self->design->next_id;
  LmNode *node = make_node (self, kind, NAN, NAN);

  if (node == NULL)
    return 0;
  if (!lm_editor_apply (self, lm_edit_insert_on_wire (top_of (self), self->block, wire, node, &error), FALSE, error))
    return 0;
  lm_editor_select_one (self, id);
  lm_editor_reveal (self, id);
  return id;
}

/* What follows layer @wire->to along the flow, itself included, moves on until card @id at (x, y) fits before it. */
static void
make_room (LmEditor *self,
           GPtrArray *edits,
           int id,
           const LmWire *wire,
           double x,
           double y)
{
  gboolean right = top_of (self)->to_right;
  const LmNode *to = lm_design_find (self->design, wire->to);
  double end = right ? to->x : to->y;
  double shift = ceil (((right ? x + LM_CARD_PITCH_RIGHT : y + LM_CARD_PITCH_DOWN) - end) / LM_EDITOR_GRID) * LM_EDITOR_GRID;

  for (guint i = 0; shift > 0 && i < self->design->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (self->design->nodes, i);

    if (node->id != id && node->id != wire->from && (right ? node->x : node->y) >= end)
      g_ptr_array_add (edits, lm_edit_move (self->block, node->id, node->x + (right ? shift : 0), node->y + (right ? 0 : shift)));
  }
}

gboolean
lm_editor_put_on_wire (LmEditor *self,
                       int id,
                       const LmWire *wire,
                       double x,
                       double y)
{
  g_autoptr (GError) error = NULL;
  const LmNode *node = lm_design_find (self->design, id);
  LmEdit *put = lm_edit_put_on_wire (top_of (self), self->block, wire, id, &error);
  g_autofree char *title = put != NULL ? lm_edit_title (put, top_of (self)) : NULL;
  GPtrArray *edits;

  if (put == NULL)
    return lm_editor_refuse (self, error);
  edits = lm_edit_list_new ();
  x = isfinite (x) ? x : node->x;
  y = isfinite (y) ? y : node->y;
  if (x != node->x || y != node->y)
    g_ptr_array_add (edits, lm_edit_move (self->block, id, x, y));
  make_room (self, edits, id, wire, x, y);
  g_ptr_array_add (edits, put);
  return lm_editor_apply_list (self, title, edits, FALSE);
}

/* --- Wires --------------------------------------------------------------------------- */

gboolean
lm_editor_connect (LmEditor *self,
                   const LmWire *wire)
{
  g_return_val_if_fail (LM_IS_EDITOR (self), FALSE);

  return lm_editor_apply (self, lm_edit_add_wire (self->block, wire), FALSE, NULL);
}

gboolean
lm_editor_reconnect (LmEditor *self,
                     const LmWire *old,
                     const LmWire *wire)
{
  GPtrArray *edits;

  if (memcmp (old, wire, sizeof *old) == 0)
    return FALSE;
  edits = lm_edit_list_new ();
  g_ptr_array_add (edits, lm_edit_remove_wire (self->block, old));
  g_ptr_array_add (edits, lm_edit_add_wire (self->block, wire));
  return lm_editor_apply_list (self, _ ("Move a Wire"), edits, FALSE);
}

gboolean
lm_editor_cut_wires (LmEditor *self,
                     const LmWire *wires,
                     int n)
{
  GPtrArray *edits = lm_edit_list_new ();
  g_autofree char *title = n == 1 ? NULL : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Cut %d Wire", "Cut %d Wires", (gulong) n), n);

  for (int i = 0; i < n; i++)
    g_ptr_array_add (edits, lm_edit_remove_wire (self->block, &wires[i]));
  return lm_editor_apply_list (self, title, edits, FALSE);
}

gboolean
lm_editor_wire_in_order (LmEditor *self)
{
  g_autoptr (GError) error = NULL;

  return lm_editor_apply (self, lm_edit_wire_in_order (top_of (self), self->block, (const int *) (void *) self->selection->data, (int) self->selection->len, &error), FALSE, error);
}

/* --- Deleting ------------------------------------------------------------------------ */

/* Linked copies go before their sources. */
static LmEdit *
remove_all (LmEditor *self,
            const GArray *ids)
{
  GPtrArray *edits = lm_edit_list_new ();
  g_autofree char *title = lm_editor_count_title (_ ("Remove %s"), g_dngettext (GETTEXT_PACKAGE, "Remove %d Layer", "Remove %d Layers", ids->len), lm_design_find (self->design, g_array_index (ids, int, 0))->name, ids->len);

  for (int pass = 0; pass < 2; pass++) {
    for (guint i = 0; i < ids->len; i++) {
      const LmNode *node = lm_design_find (self->design, g_array_index (ids, int, i));

      if ((node->type == LM_NODE_COPY) == (pass == 0))
        g_ptr_array_add (edits, lm_edit_remove_node (self->block, node->id));
    }
  }
  return lm_edit_group (title, edits);
}

/* Where the focus goes when @id has gone. */
static int
feeder_of (LmEditor *self,
           const GArray *ids)
{
  for (guint i = 0; i < self->design->wires->len; i++) {
    const LmWire *wire = &g_array_index (self->design->wires, LmWire, i);
    gboolean from = FALSE, to = FALSE;

    for (guint k = 0; k < ids->len; k++) {
      from |= g_array_index (ids, int, k) == wire->from;
      to |= g_array_index (ids, int, k) == wire->to;
    }
    if (to && !from)
      return wire->from;
  }
  return 0;
}

gboolean
lm_editor_delete (LmEditor *self,
                  gboolean heal)
{
  g_autoptr (GArray) ids = NULL;
  g_autoptr (GError) error = NULL;
  LmEdit *edit;
  int next;

  if (self->has_wire)
    return lm_editor_apply (self, lm_edit_remove_wire (self->block, &self->wire), FALSE, NULL);
  ids = lm_editor_require_selection (self);
  if (ids == NULL)
    return FALSE;
  next = feeder_of (self, ids);
  edit = heal ? lm_edit_remove_and_heal (top_of (self), self->block, (const int *) (void *) ids->data, (int) ids->len, &error) : remove_all (self, ids);
  if (!lm_editor_apply (self, edit, FALSE, error))
    return FALSE;
  lm_editor_set_current (self, next);
  return TRUE;
}

/* --- Layers -------------------------------------------------------------------------- */

/* Sets a flag of all selected to what the first has not. */
static gboolean
toggle_flag (LmEditor *self,
             gboolean is_bypass)
{
  g_autoptr (GArray) ids = lm_editor_require_selection (self);
  g_autofree char *title = NULL;
  GPtrArray *edits;
  const LmNode *first;
  gboolean flag;

  if (ids == NULL)
    return FALSE;
  first = lm_design_find (self->design, g_array_index (ids, int, 0));
  flag = !(is_bypass ? first->bypassed : first->frozen);
  edits = lm_edit_list_new ();
  for (guint i = 0; i < ids->len; i++) {
    int id = g_array_index (ids, int, i);

    g_ptr_array_add (edits, is_bypass ? lm_edit_set_bypassed (self->block, id, flag) : lm_edit_set_frozen (self->block, id, flag));
  }
  if (is_bypass && flag)
    title = lm_editor_count_title (_ ("Bypass %s"), g_dngettext (GETTEXT_PACKAGE, "Bypass %d Layer", "Bypass %d Layers", ids->len), first->name, ids->len);
  else if (is_bypass)
    title = lm_editor_count_title (_ ("Stop Bypassing %s"), g_dngettext (GETTEXT_PACKAGE, "Stop Bypassing %d Layer", "Stop Bypassing %d Layers", ids->len), first->name, ids->len);
  else if (flag)
    title = lm_editor_count_title (_ ("Freeze %s"), g_dngettext (GETTEXT_PACKAGE, "Freeze %d Layer", "Freeze %d Layers", ids->len), first->name, ids->len);
  else
    title = lm_editor_count_title (_ ("Unfreeze %s"), g_dngettext (GETTEXT_PACKAGE, "Unfreeze %d Layer", "Unfreeze %d Layers", ids->len), first->name, ids->len);
  return lm_editor_apply_list (self, title, edits, FALSE);
}

gboolean
lm_editor_toggle_bypass (LmEditor *self)
{
  return toggle_flag (self, TRUE);
}

gboolean
lm_editor_toggle_frozen (LmEditor *self)
{
  return toggle_flag (self, FALSE);
}

gboolean
lm_editor_freeze_up_to (LmEditor *self)
{
  g_autofree char *title = NULL;
  const LmNode *last = lm_design_find (self->design, self->current);
  GPtrArray *edits;

  if (last == NULL)
    return FALSE;
  edits = lm_edit_list_new ();
  for (guint i = 0; i < self->design->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (self->design->nodes, i);
    g_autofree char *path = lm_editor_path (self, node->id);
    const LmLayerFacts *facts = lm_check_find (lm_document_get_check (self->document), path);

    if (!node->frozen && facts != NULL && facts->params > 0 && lm_design_depends (self->design, last->id, node->id))
      g_ptr_array_add (edits, lm_edit_set_frozen (self->block, node->id, TRUE));
  }
  title = g_strdup_printf (_ ("Freeze Up to %s"), last->name);
  return lm_editor_apply_list (self, title, edits, FALSE);
}

gboolean
lm_editor_group (LmEditor *self)
{
  g_autoptr (GArray) ids = lm_editor_require_selection (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (LmEdit) edit = NULL;

  if (ids == NULL)
    return FALSE;
  edit = lm_edit_group_into_block (top_of (self), self->block, (const int *) (void *) ids->data, (int) ids->len, &error);
  if (!lm_editor_apply (self, edit != NULL ? lm_edit_copy (edit) : NULL, FALSE, error))
    return FALSE;
  lm_editor_select_added (self, edit);
  return TRUE;
}

gboolean
lm_editor_ungroup (LmEditor *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmEdit) edit = NULL;

  if (self->current == 0)
    return FALSE;
  edit = lm_edit_ungroup (top_of (self), self->block, self->current, &error);
  if (!lm_editor_apply (self, edit != NULL ? lm_edit_copy (edit) : NULL, FALSE, error))
    return FALSE;
  lm_editor_select_added (self, edit);
  return TRUE;
}

gboolean
lm_editor_swap (LmEditor *self,
                const char *kind)
{
  g_autoptr (GArray) ids = lm_editor_require_selection (self);
  g_autoptr (LmDesign) design = NULL;
  g_autoptr (GPtrArray) edits = NULL;
  g_autofree char *title = NULL;

  if (ids == NULL)
    return FALSE;
  design = lm_design_copy (top_of (self));
  edits = lm_edit_list_new ();
  for (guint i = 0; i < ids->len; i++) {
    g_autoptr (GError) error = NULL;
    LmEdit *edit = lm_edit_swap_kind (design, self->block, g_array_index (ids, int, i), kind, &error);
    g_autoptr (LmEdit) reverse = edit != NULL ? lm_edit_apply (edit, design, &error) : NULL;

    if (edit != NULL)
      g_ptr_array_add (edits, edit);
    if (reverse == NULL)
      return lm_editor_refuse (self, error);
  }
  title = ids->len == 1 ? lm_edit_title (g_ptr_array_index (edits, 0), top_of (self)) : g_strdup_printf (_ ("Swap %u Layers for %s"), ids->len, kind);
  return lm_editor_apply_list (self, title, g_steal_pointer (&edits), FALSE);
}

gboolean
lm_editor_rename (LmEditor *self,
                  int id,
                  const char *name)
{
  const LmNode *node = lm_design_find (self->design, id);
  g_autofree char *stripped = g_strstrip (g_strdup (name));

  if (node == NULL || strcmp (node->name, stripped) == 0)
    return FALSE;
  return lm_editor_apply (self, lm_edit_rename (self->block, id, stripped), FALSE, NULL);
}

gboolean
lm_editor_set_option (LmEditor *self,
                      int option,
                      const LmOptionValue *value,
                      gboolean coalesce)
{
  g_autoptr (GArray) ids = lm_editor_require_selection (self);
  const LmNode *current = lm_design_find (self->design, self->current);
  const LmNode *first;
  GPtrArray *edits;

  if (ids == NULL)
    return FALSE;
  if (current == NULL || !lm_editor_is_selected (self, self->current))
    current = lm_design_find (self->design, g_array_index (ids, int, 0));
  first = lm_design_source (self->design, current);
  if (first->options == NULL || option < 0 || option >= first->options->member->n_options)
    return FALSE;
  edits = lm_edit_list_new ();
  for (guint i = 0; i < ids->len; i++) {
    const LmNode *node = lm_design_source (self->design, lm_design_find (self->design, g_array_index (ids, int, i)));

    if (node->options != NULL && node->options->member == first->options->member)
      g_ptr_array_add (edits, lm_edit_set_option (self->block, node->id, option, value));
  }
  if (edits->len == 1) {
    LmEdit *only = g_ptr_array_steal_index (edits, 0);

    g_ptr_array_unref (edits);
    return lm_editor_apply (self, only, coalesce, NULL);
  }
  {
    const LmOptionSpec *spec = &first->options->member->options[option];
    g_autofree char *title = g_strdup_printf (_ ("Set %s of %u Layers"), _ (spec->title), edits->len);

    return lm_editor_apply_list (self, title, edits, coalesce);
  }
}
