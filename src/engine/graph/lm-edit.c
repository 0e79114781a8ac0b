/* lm-edit.c: the primitives are applied; each gives its reverse
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-edit-data.h"

#include "lm-edit-ports.h"
#include "lm-i18n.h"

#include <math.h>
#include <string.h>

/* --- Applying: each function changes @design and returns the reverse, or changes nothing -------- */

LmDesign *
lm_edit_find_block (const char *block,
                    LmDesign *design,
                    GError **error)
{
  LmNode *node;

  if (*block == '\0')
    return design;

  node = lm_design_resolve (design, block, NULL);
  if (node == NULL || node->child == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND,
                 _ ("There is no block number %s here, so nothing can be changed in it. It may have been removed meanwhile."), block);
    return NULL;
  }
  return node->child;
}

static LmNode *
find_node (const LmEdit *self,
           const LmDesign *design,
           GError **error)
{
  LmNode *node = lm_design_find (design, self->id);

  if (node == NULL)
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND,
                 _ ("There is no layer number %d here, so it cannot be changed. It may have been removed meanwhile."), self->id);
  return node;
}

static gboolean
fail_restored_wire (const LmWire *wire,
                    GError **error)
{
  g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
               _ ("The wire from layer number %d to layer number %d cannot be put back: an end is missing or taken."),
               wire->from, wire->to);
  return FALSE;
}

/* Wires that are put back may form a circle that was there before, but their ends must exist. */
static gboolean
check_restored_wire (const LmDesign *design,
                     const LmWire *wire,
                     GError **error)
{
  if (lm_design_index (design, wire->from) >= 0 && lm_design_index (design, wire->to) >= 0 &&
      wire->from_port >= 0 && wire->from_port < LM_ANY_INPUTS && wire->to_port >= 0 && wire->to_port < LM_ANY_INPUTS &&
      lm_design_wire_into (design, wire->to, wire->to_port) == NULL)
    return TRUE;
  return fail_restored_wire (wire, error);
}

/* A linked copy has a source with weights of its own. */
static gboolean
check_source (const LmDesign *design,
              const LmNode *node,
              GError **error)
{
  const LmNode *source = lm_design_find (design, node->source_id);

  if (source != NULL && source->type != LM_NODE_COPY && source->id != node->id)
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
               _ ("A linked copy of layer number %d cannot be made: that is no layer with weights of its own. Copy one that is there."),
               node->source_id);
  return FALSE;
}

static gboolean
check_new_node (const LmDesign *design,
                const LmNode *node,
                GError **error)
{
  if (node->id != 0 && (node->id < 0 || node->id > LM_MAX_NODE_ID || lm_design_index (design, node->id) >= 0)) {
    g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
                 _ ("A layer with the number %d cannot be added: numbers are unique and at most %d."), node->id, LM_MAX_NODE_ID);
    return FALSE;
  }
  if (design->next_id > LM_MAX_NODE_ID) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
                 _ ("No layer can be added: all %d numbers of layers are used up. Copy the layers to a new project."), LM_MAX_NODE_ID);
    return FALSE;
  }
  if (node->type == LM_NODE_COPY && !check_source (design, node, error))
    return FALSE;
  return node->name == NULL || lm_design_check_name (design, node->id, node->name, error);
}

/* Takes the wires of node @id out; they are appended to @removed if that is not NULL. */
static void
remove_wires_of (LmDesign *design,
                 int id,
                 GArray *removed)
{
  for (guint i = design->wires->len; i-- > 0;) {
    LmWire wire = g_array_index (design->wires, LmWire, i);

    if (wire.from != id && wire.to != id)
      continue;
    if (removed != NULL)
      g_array_append_val (removed, wire);
    g_array_remove_index (design->wires, i);
  }
}

/* Puts the wires of the new node @id back, or none of them. */
static gboolean
restore_wires (LmDesign *design,
               int id,
               const GArray *wires,
               GError **error)
{
  for (guint i = 0; i < wires->len; i++) {
    const LmWire *wire = &g_array_index (wires, LmWire, i);

    if ((wire->from != id && wire->to != id && !fail_restored_wire (wire, error)) || !check_restored_wire (design, wire, error)) {
      remove_wires_of (design, id, NULL);
      return FALSE;
    }
    lm_design_add_wire (design, wire);
  }
  return TRUE;
}

static LmEdit *
apply_add_node (LmEdit *self,
                LmDesign *design,
                gboolean bind,
                GError **error)
{
  int id, next_id = design->next_id;
  LmEdit *reverse;

  if (!check_new_node (design, self->node, error))
    return NULL;

  id = lm_design_add_node (design, lm_node_copy (self->node));
  if (self->wires != NULL && !restore_wires (design, id, self->wires, error)) {
    lm_node_free (lm_design_take_node (design, id));
    design->next_id = next_id;
    return NULL;
  }

  reverse = lm_edit_remove_node (self->block, id);
  reverse->next_id = next_id;
  if (bind) {
    lm_node_free (self->node);
    self->node = lm_node_copy (lm_design_find (design, id));
  }
  return reverse;
}

/* Takes the targets out that mean an output which has gone; the edit that puts them back, NULL if there was nothing. */
static LmEdit *
drop_targets (LmDesign *design)
{
  LmEdit *reverse = NULL;

  for (guint i = design->outputs->len; i-- > 0;) {
    const LmOutputSpec *spec = g_ptr_array_index (design->outputs, i);

    if (lm_design_has_output (design, spec->node, spec->port))
      continue;
    if (reverse == NULL)
      reverse = lm_edit_set_outputs (design->outputs);
    g_ptr_array_remove_index (design->outputs, i);
  }
  return reverse;
}

/* (transfer full) both: @reverse with what drop_targets() took. */
static LmEdit *
with_targets (LmEdit *reverse,
              LmDesign *design)
{
  LmEdit *targets = drop_targets (design);
  GPtrArray *both;

  if (targets == NULL)
    return reverse;
  both = lm_edit_new_list (LM_EDIT_GROUP);
  g_ptr_array_add (both, reverse);
  g_ptr_array_add (both, targets);
  return lm_edit_group (NULL, both);
}

static gboolean
check_no_copies (const LmDesign *design,
                 const LmNode *node,
                 GError **error)
{
  for (guint i = 0; i < design->nodes->len; i++) {
    const LmNode *copy = g_ptr_array_index (design->nodes, i);

    if (copy->type == LM_NODE_COPY && copy->source_id == node->id) {
      g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
                   _ ("“%s” cannot go: “%s” is a linked copy of it and has no weights of its own. Remove the copy first."),
                   node->name, copy->name);
      return FALSE;
    }
  }
  return TRUE;
}

static LmEdit *
apply_remove_node (const LmEdit *self,
                   LmDesign *design,
                   GError **error)
{
  const LmNode *node = find_node (self, design, error);
  LmEdit *reverse;

  if (node == NULL || !check_no_copies (design, node, error))
    return NULL;

  reverse = lm_edit_add_node (self->block, NULL);
  reverse->wires = g_array_new (FALSE, FALSE, sizeof (LmWire));
  remove_wires_of (design, self->id, reverse->wires);
  reverse->node = lm_design_take_node (design, self->id);
  if (self->next_id > 0) {
    guint n = design->nodes->len;
    int last = n > 0 ? ((LmNode *) g_ptr_array_index (design->nodes, n - 1))->id : 0;

    design->next_id = MAX (self->next_id, last + 1);
  }

  return with_targets (reverse, design);
}

/* All wires of @id must find their ports at the node that stands there now. */
static gboolean
check_wires_of (LmDesign *design,
                const LmNode *node,
                GError **error)
{
  int n_in = 0, n_out = 0;

  for (guint i = 0; i < design->wires->len; i++) {
    const LmWire *wire = &g_array_index (design->wires, LmWire, i);

    if (wire->to == node->id)
      n_in = MAX (n_in, wire->to_port + 1);
    if (wire->from == node->id)
      n_out = MAX (n_out, wire->from_port + 1);
  }
  if (n_in <= lm_design_n_inputs (design, node) && n_out <= lm_design_n_outputs (design, node))
    return TRUE;

  g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
               _ ("“%s” has wires at %d inputs and %d outputs, and %s has no room for all of them. Remove some wires first."),
               node->name, n_in, n_out, node->kind);
  return FALSE;
}

/* The same for its linked copies, which have the same ports. */
static gboolean
check_wires_of_all (LmDesign *design,
                    const LmNode *node,
                    GError **error)
{
  for (guint i = 0; i < design->nodes->len; i++) {
    const LmNode *other = g_ptr_array_index (design->nodes, i);

    if (lm_design_source (design, other) == node && !check_wires_of (design, other, error))
      return FALSE;
  }
  return check_wires_of (design, node, error);
}

static LmEdit *
apply_replace_node (const LmEdit *self,
                    LmDesign *design,
                    GError **error)
{
  int at = lm_design_index (design, self->id);
  LmNode *old = find_node (self, design, error), *new;

  if (old == NULL || !lm_design_check_name (design, self->id, self->node->name, error))
    return NULL;
  if (self->node->type == LM_NODE_COPY &&
      (!check_source (design, self->node, error) || !check_no_copies (design, old, error)))
    return NULL;

  new = lm_node_copy (self->node);
  if (!isfinite (new->x) || !isfinite (new->y)) {
    new->x = old->x;
    new->y = old->y;
  }
  g_ptr_array_index (design->nodes, (guint) at) = new;
  if (!check_wires_of_all (design, new, error)) {
    g_ptr_array_index (design->nodes, (guint) at) = old;
    lm_node_free (new);
    return NULL;
  }
  return with_targets (lm_edit_replace_node (self->block, old), design);
}

/* Sets option @self->option of @set, which belongs to @owner; the old value goes into the reverse. */
static LmEdit *
apply_value (LmEdit *self,
             LmOptionSet *set,
             const char *owner,
             gboolean bind,
             GError **error)
{
  LmEdit *reverse;

  if (self->option < 0 || self->option >= set->member->n_options || (self->member != NULL && self->member != set->member)) {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("“%s” is a %s and has no such option. It may have been changed to another kind meanwhile."), owner, set->member->id);
    return NULL;
  }
  if (!lm_option_check (&set->member->options[self->option], &self->value, owner, error))
    return NULL;

  reverse = lm_edit_new (self->kind, self->block);
  reverse->id = self->id;
  reverse->option = self->option;
  reverse->member = set->member;
  reverse->value = set->values[self->option];
  set->values[self->option] = lm_option_value_copy (&self->value);
  set->values[self->option].kind = set->member->options[self->option].kind;
  if (bind)
    self->member = set->member;
  return reverse;
}

static LmEdit *
apply_set_option (LmEdit *self,
                  LmDesign *design,
                  gboolean bind,
                  GError **error)
{
  LmNode *node = find_node (self, design, error);

  if (node == NULL)
    return NULL;
  if (node->options == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION, _ ("“%s” is a %s and has no options of its own that could be changed."), node->name, node->kind);
    return NULL;
  }
  return apply_value (self, node->options, node->name, bind, error);
}

static LmEdit *
apply_rename (const LmEdit *self,
              LmDesign *design,
              GError **error)
{
  LmNode *node = find_node (self, design, error);
  LmEdit *reverse;

  if (node == NULL || !lm_design_check_name (design, self->id, self->text, error))
    return NULL;

  reverse = lm_edit_rename (self->block, self->id, node->name);
  g_free (node->name);
  node->name = g_strdup (self->text);
  return reverse;
}

static LmEdit *
apply_move (const LmEdit *self,
            LmDesign *design,
            GError **error)
{
  LmNode *node = find_node (self, design, error);
  LmEdit *reverse;

  if (node == NULL)
    return NULL;
  if (!isfinite (self->x) || !isfinite (self->y)) {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION, _ ("“%s” cannot be moved to a place that is not a number."), node->name);
    return NULL;
  }

  reverse = lm_edit_move (self->block, self->id, node->x, node->y);
  node->x = self->x;
  node->y = self->y;
  return reverse;
}

static LmEdit *
apply_flag (const LmEdit *self,
            LmDesign *design,
            GError **error)
{
  LmNode *node = self->kind == LM_EDIT_SET_FLOW ? NULL : find_node (self, design, error);
  gboolean *flag;
  LmEdit *reverse;

  if (self->kind != LM_EDIT_SET_FLOW && node == NULL)
    return NULL;

  flag = self->kind == LM_EDIT_SET_FLOW ? &design->to_right : self->kind == LM_EDIT_SET_FROZEN ? &node->frozen
                                                                                               : &node->bypassed;
  reverse = lm_edit_new_flag (self->kind, self->block, self->id, *flag);
  *flag = self->flag;
  return reverse;
}

static LmEdit *
apply_add_wire (const LmEdit *self,
                LmDesign *design,
                GError **error)
{
  const LmWire *there = lm_design_wire_into (design, self->wire.to, self->wire.to_port);
  LmWire old = there != NULL ? *there : (LmWire){ 0 };
  LmEdit *reverse;

  if (there != NULL)
    lm_design_remove_wire (design, &old);
  if (self->flag ? !check_restored_wire (design, &self->wire, error) : !lm_design_check_wire (design, &self->wire, error)) {
    if (there != NULL)
      lm_design_add_wire (design, &old);
    return NULL;
  }

  lm_design_add_wire (design, &self->wire);
  if (there == NULL)
    return lm_edit_remove_wire (self->block, &self->wire);
  reverse = lm_edit_add_wire (self->block, &old);
  reverse->flag = TRUE;
  return reverse;
}

static LmEdit *
apply_remove_wire (const LmEdit *self,
                   LmDesign *design,
                   GError **error)
{
  LmEdit *reverse;

  if (!lm_design_remove_wire (design, &self->wire)) {
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND,
                 _ ("There is no wire from layer number %d to layer number %d here. It may have been removed meanwhile."),
                 self->wire.from, self->wire.to);
    return NULL;
  }
  reverse = lm_edit_add_wire (self->block, &self->wire);
  reverse->flag = TRUE;
  return reverse;
}

static LmEdit *
apply_set_wires (const LmEdit *self,
                 LmDesign *design,
                 GError **error)
{
  LmEdit *reverse = lm_edit_new (self->kind, self->block);

  reverse->wires = g_array_copy (design->wires);
  g_array_set_size (design->wires, 0);
  for (guint i = 0; i < self->wires->len; i++) {
    const LmWire *wire = &g_array_index (self->wires, LmWire, i);

    if (!check_restored_wire (design, wire, error)) {
      g_array_set_size (design->wires, 0);
      g_array_append_vals (design->wires, reverse->wires->data, reverse->wires->len);
      lm_edit_free (reverse);
      return NULL;
    }
    lm_design_add_wire (design, wire);
  }
  return reverse;
}

static LmEdit *
apply_set_data (const LmEdit *self,
                LmDesign *design,
                GError **error)
{
  LmEdit *reverse;

  if (self->text != NULL && !g_utf8_validate (self->text, -1, NULL)) {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION, _ ("Where the data come from must be a text in UTF-8. Rename the file or folder."));
    return NULL;
  }
  reverse = lm_edit_set_data (design->data_spec);
  g_free (design->data_spec);
  design->data_spec = g_strdup (self->text);
  return reverse;
}

static gboolean
check_outputs (const GPtrArray *outputs,
               const LmDesign *design,
               GError **error)
{
  for (guint i = 0; i < outputs->len; i++) {
    const LmOutputSpec *spec = g_ptr_array_index (outputs, i);

    if (!lm_design_has_output (design, spec->node, spec->port)) {
      g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
                   _ ("A target is meant for output %d of layer number %d, but there is no such output. Choose one that is there."),
                   spec->port, spec->node);
      return FALSE;
    }
    if (!isfinite (spec->weight) || spec->weight < 0) {
      g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                   _ ("“%s”: the weight of its loss must be a number that is not negative. Set it to 1 if in doubt."),
                   lm_design_find (design, spec->node)->name);
      return FALSE;
    }
  }
  return TRUE;
}

static LmEdit *
apply_set_list (const LmEdit *self,
                LmDesign *design,
                GError **error)
{
  GPtrArray **list = self->kind == LM_EDIT_SET_CHAIN ? &design->chain : &design->outputs;
  LmEdit *reverse;

  if (self->kind == LM_EDIT_SET_OUTPUTS && !check_outputs (self->list, design, error))
    return NULL;

  reverse = lm_edit_new (self->kind, self->block);
  reverse->list = *list;
  *list = lm_edit_copy_list (self->kind, self->list);
  return reverse;
}

static LmEdit *
apply_here (LmEdit *self,
            LmDesign *design,
            gboolean bind,
            GError **error)
{
  switch (self->kind) {
  case LM_EDIT_ADD_NODE:
    return apply_add_node (self, design, bind, error);
  case LM_EDIT_REMOVE_NODE:
    return apply_remove_node (self, design, error);
  case LM_EDIT_REPLACE_NODE:
    return apply_replace_node (self, design, error);
  case LM_EDIT_SET_OPTION:
    return apply_set_option (self, design, bind, error);
  case LM_EDIT_RENAME:
    return apply_rename (self, design, error);
  case LM_EDIT_MOVE:
    return apply_move (self, design, error);
  case LM_EDIT_SET_FROZEN:
  case LM_EDIT_SET_BYPASSED:
  case LM_EDIT_SET_FLOW:
    return apply_flag (self, design, error);
  case LM_EDIT_ADD_WIRE:
    return apply_add_wire (self, design, error);
  case LM_EDIT_REMOVE_WIRE:
    return apply_remove_wire (self, design, error);
  case LM_EDIT_SET_WIRES:
    return apply_set_wires (self, design, error);
  case LM_EDIT_SET_TRAINING:
    return apply_value (self, design->training, "training", bind, error);
  case LM_EDIT_SET_DATA:
    return apply_set_data (self, design, error);
  case LM_EDIT_SET_CHAIN:
  case LM_EDIT_SET_OUTPUTS:
    return apply_set_list (self, design, error);
  case LM_EDIT_GROUP:
  case LM_EDIT_N_KINDS:
  default:
    g_assert_not_reached ();
  }
}

static LmEdit *apply (LmEdit *self, LmDesign *design, gboolean bind, GError **error);

static LmEdit *
apply_group (LmEdit *self,
             LmDesign *design,
             gboolean bind,
             GError **error)
{
  g_autoptr (GPtrArray) reverses = lm_edit_new_list (LM_EDIT_GROUP);
  LmEdit *reverse;

  for (guint i = 0; i < self->list->len; i++) {
    reverse = apply (g_ptr_array_index (self->list, i), design, bind, error);
    if (reverse == NULL) {
      for (guint j = 0; j < reverses->len; j++) {
        LmEdit *back = lm_edit_apply (g_ptr_array_index (reverses, j), design, NULL);

        g_assert (back != NULL);
        lm_edit_free (back);
      }
      return NULL;
    }
    g_ptr_array_insert (reverses, 0, reverse);
  }
  return lm_edit_group (self->title, g_steal_pointer (&reverses));
}

static LmEdit *
apply (LmEdit *self,
       LmDesign *design,
       gboolean bind,
       GError **error)
{
  LmDesign *block;
  LmEdit *reverse;
  LmPorts *ports;

  if (self->kind == LM_EDIT_GROUP)
    return apply_group (self, design, bind, error);

  block = lm_edit_find_block (self->block, design, error);
  if (block == NULL)
    return NULL;

  ports = lm_ports_note (self, design);
  reverse = apply_here (self, block, bind, error);
  return lm_ports_mend (ports, design, reverse);
}

LmEdit *
lm_edit_apply (const LmEdit *self,
               LmDesign *design,
               GError **error)
{
  /* Without @bind nothing is written to the edit. */
  return apply ((LmEdit *) self, design, FALSE, error);
}

LmEdit *
lm_edit_perform (LmEdit *self,
                 LmDesign *design,
                 GError **error)
{
  return apply (self, design, TRUE, error);
}
