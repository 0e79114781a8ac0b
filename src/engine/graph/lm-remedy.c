/* lm-remedy.c: what would mend a mistake, as an edit with a name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-check-private.h"

#include "lm-i18n.h"

#include <string.h>

void
lm_remedy_add (LmDiagnostic *diagnostic,
               char *title,
               LmEdit *edit)
{
  LmRemedy *remedy;

  if (edit == NULL) {
    g_free (title);
    return;
  }
  /* Undo says what the button said. */
  g_free (edit->title);
  edit->title = g_strdup (title);
  remedy = g_new (LmRemedy, 1);
  *remedy = (LmRemedy){ title, edit };
  g_ptr_array_add (diagnostic->remedies, remedy);
}

/* Path of the layer that answers; NULL if there is none. */
static char *
output_path (const LmDesign *design)
{
  int id = design->outputs->len == 1 ? ((LmOutputSpec *) g_ptr_array_index (design->outputs, 0))->node : lm_design_main_sink (design);

  return id > 0 ? g_strdup_printf ("%d", id) : NULL;
}

/* TRUE if the same mistake is still in @check of @design: at the same layer, or at the output if it was there. */
static gboolean
is_there (const LmChecking *self,
          const LmDiagnostic *diagnostic,
          const LmCheck *check,
          const LmDesign *design)
{
  g_autofree char *before = output_path (self->design);
  g_autofree char *after = output_path (design);
  gboolean at_output = before != NULL && g_strcmp0 (before, diagnostic->path) == 0;

  for (guint i = 0; i < check->diagnostics->len; i++) {
    const LmDiagnostic *other = g_ptr_array_index (check->diagnostics, i);

    if (other->severity == diagnostic->severity && other->code == diagnostic->code &&
        (g_strcmp0 (other->path, diagnostic->path) == 0 || (at_output && g_strcmp0 (other->path, after) == 0)))
      return TRUE;
  }
  return FALSE;
}

gboolean
lm_remedy_try (LmChecking *self,
               LmDiagnostic *diagnostic,
               char *title,
               LmEdit *edit)
{
  g_autoptr (LmDesign) design = NULL;
  g_autoptr (LmCheck) check = NULL;
  g_autoptr (LmEdit) reverse = NULL;

  if (edit != NULL && lm_checking_may_seek (self)) {
    design = lm_design_copy (self->design);
    reverse = lm_edit_apply (edit, design, NULL);
    check = reverse != NULL ? lm_check_try (design, self->task) : NULL;
  }
  if (check == NULL || is_there (self, diagnostic, check, design)) {
    g_free (title);
    lm_edit_free (edit);
    return FALSE;
  }
  lm_remedy_add (diagnostic, title, edit);
  return TRUE;
}

int
lm_remedy_find_option (const LmNode *node,
                       const char *id)
{
  return node->options != NULL ? lm_option_set_index (node->options, id) : -1;
}

char *
lm_remedy_title_of_option (const LmNode *node,
                           int option,
                           const LmOptionValue *value)
{
  const LmOptionSpec *spec = &node->layer->member.options[option];
  g_autofree char *text = lm_option_format (spec, value);

  if (!value->is_set)
    return g_strdup_printf (_ ("Reset %s of %s"), _ (spec->title), node->name);

  switch (spec->kind) {
  case LM_OPTION_CHOICE:
    /* Translators: title and value of an option: Use Padding “same”. */
    return g_strdup_printf (_ ("Use %s “%s”"), _ (spec->title), text);
  case LM_OPTION_INT:
    /* Translators: name of a layer, a number, title of an option: Set dense to 10 Units. */
    return g_strdup_printf (_ ("Set %s to %s %s"), node->name, text, _ (spec->title));
  case LM_OPTION_OBJECT:
    /* Translators: title and value of an option: Set Activation to softmax. */
    return g_strdup_printf (_ ("Set %s to %s"), _ (spec->title), text);
  default:
    return g_strdup_printf (_ ("Set %s of %s to %s"), _ (spec->title), node->name, text);
  }
}

/* --- Suggestions of layers ------------------------------------------------- */

/* Wire number @n into node @id, in the order of the ports: layers count the wires, not the ports. */
static const LmWire *
find_wire (const LmDesign *design,
           int id,
           int n)
{
  for (int port = 0; port < LM_ANY_INPUTS; port++) {
    const LmWire *wire = lm_design_wire_into (design, id, port);

    if (wire != NULL && n-- == 0)
      return wire;
  }
  return NULL;
}

/* “filters=64,kernel_size=1x1” */
static gboolean
set_options (LmNode *node,
             const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (gsize i = 0; parts[i] != NULL; i++) {
    char *equals = strchr (parts[i], '=');
    LmOptionValue value = { 0 };
    gboolean ok;
    int option;

    if (equals == NULL)
      return FALSE;
    *equals = '\0';
    option = lm_remedy_find_option (node, parts[i]);
    if (option < 0 || !lm_option_parse (&node->layer->member.options[option], equals + 1, &value, NULL))
      return FALSE;
    ok = lm_option_set_value (node->options, option, &value, NULL);
    lm_option_value_clear (&value);
    if (!ok)
      return FALSE;
  }
  return TRUE;
}

static char *
title_of_insertion (const LmDesign *block,
                    const LmNode *node,
                    const LmWire *wire,
                    const LmNode *inserted,
                    gboolean is_first)
{
  g_autofree char *summary = inserted->layer->summary != NULL ? inserted->layer->summary (inserted) : NULL;
  gboolean is_projection = node->layer != NULL && strcmp (node->layer->category, "merging") == 0 && summary != NULL && *summary != '\0';

  if (is_projection && is_first)
    /* Translators: a kind of layer and its options: Project the Skip: Conv2D 64 of 1×1. */
    return g_strdup_printf (_ ("Project the Skip: %s %s"), inserted->kind, summary);
  if (is_projection)
    /* Translators: name of a layer, a kind of layer and its options: Project conv2d: Conv2D 32 of 1×1. */
    return g_strdup_printf (_ ("Project %s: %s %s"), lm_design_find (block, wire->from)->name, inserted->kind, summary);
  return g_strdup_printf (_ ("Insert %s Before %s"), inserted->kind, node->name);
}

static void
add_insertion (LmChecking *self,
               LmDiagnostic *diagnostic,
               const char *path,
               const LmDesign *block,
               const LmNode *node,
               const LmSuggestion *suggestion)
{
  const LmWire *wire = find_wire (block, node->id, suggestion->port);
  LmNode *inserted = wire != NULL ? lm_node_new (suggestion->layer, NULL) : NULL;
  char *title;

  if (inserted == NULL)
    return;
  if (!set_options (inserted, suggestion->options)) {
    lm_node_free (inserted);
    return;
  }
  title = title_of_insertion (block, node, wire, inserted, diagnostic->remedies->len == 0);
  lm_remedy_add (diagnostic, title, lm_edit_insert_on_wire (self->design, path, wire, inserted, NULL));
}

static void
add_suggestion (LmChecking *self,
                LmDiagnostic *diagnostic,
                const char *path,
                const LmDesign *block,
                const LmNode *node,
                const LmSuggestion *suggestion)
{
  const LmWire *wire;

  switch (suggestion->kind) {
  case LM_SUGGEST_SET_OPTION:
    if (node->layer != NULL)
      lm_remedy_add (diagnostic, lm_remedy_title_of_option (node, suggestion->option, &suggestion->value),
                     lm_edit_set_option (path, node->id, suggestion->option, &suggestion->value));
    break;
  case LM_SUGGEST_INSERT_BEFORE:
    add_insertion (self, diagnostic, path, block, node, suggestion);
    break;
  case LM_SUGGEST_SWAP:
    lm_remedy_add (diagnostic, g_strdup_printf (_ ("Use %s Instead"), suggestion->layer),
                   lm_edit_swap_kind (self->design, path, node->id, suggestion->layer, NULL));
    break;
  case LM_SUGGEST_REMOVE_SOURCE:
    wire = find_wire (block, node->id, suggestion->port);
    if (wire != NULL)
      lm_remedy_add (diagnostic, g_strdup_printf (_ ("Remove %s"), lm_design_find (block, wire->from)->name),
                     lm_edit_remove_and_heal (self->design, path, &wire->from, 1, NULL));
    break;
  case LM_SUGGEST_REMOVE:
  default:
    lm_remedy_add (diagnostic, g_strdup_printf (_ ("Remove %s"), node->name),
                   lm_edit_remove_and_heal (self->design, path, &node->id, 1, NULL));
  }
}

void
lm_remedy_add_suggestions (LmChecking *self,
                           LmDiagnostic *diagnostic,
                           int node)
{
  const LmLoweredNode *entry = lm_lowered_node (self->lowered, node);
  const GArray *suggestions = entry->error->suggestions;
  g_autofree char *path = lm_checking_block (self, node);
  const LmDesign *block = lm_edit_find_block (path, (LmDesign *) self->design, NULL);
  const LmNode *owner;

  /* Inside a linked copy of a block nothing can be mended: the source has the same mistake. */
  if (block == NULL || lm_design_find (block, entry->node->id) != entry->node)
    return;

  /* The options of a linked copy are those of its source. */
  owner = lm_design_source (block, entry->node);
  for (guint i = 0; i < suggestions->len && lm_checking_may_seek (self); i++) {
    const LmSuggestion *suggestion = &g_array_index (suggestions, LmSuggestion, i);
    gboolean of_options = suggestion->kind == LM_SUGGEST_SET_OPTION || suggestion->kind == LM_SUGGEST_SWAP;

    add_suggestion (self, diagnostic, path, block, of_options ? owner : entry->node, suggestion);
  }
}
