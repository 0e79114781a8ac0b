/* lm-edit-title.c: what an edit is called, what it touches, what it goes on with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-edit-data.h"

#include "lm-i18n.h"

#include <string.h>

/* Name of node @id, or its number if it is not there (any more). */
static char *
name_of (const LmDesign *block,
         int id)
{
  const LmNode *node = block != NULL ? lm_design_find (block, id) : NULL;

  return node != NULL ? g_strdup (node->name) : g_strdup_printf (_ ("layer number %d"), id);
}

static char *
title_of_value (const LmEdit *self,
                const LmOptionSet *set,
                const char *name)
{
  const LmOptionSpec *spec;
  g_autofree char *text = NULL;

  if (set == NULL || self->option < 0 || self->option >= set->member->n_options)
    return g_strdup (_ ("Set an Option"));

  spec = &set->member->options[self->option];
  if (!self->value.is_set)
    return name != NULL ? g_strdup_printf (_ ("Reset %s of %s"), _ (spec->title), name) : g_strdup_printf (_ ("Reset %s"), _ (spec->title));
  text = lm_option_format (spec, &self->value);
  if (name != NULL)
    return g_strdup_printf (_ ("Set %s of %s to %s"), _ (spec->title), name, text);
  return g_strdup_printf (_ ("Set %s to %s"), _ (spec->title), text);
}

static char *
title_of_new_node (const LmEdit *self,
                   const LmDesign *block)
{
  g_autofree char *name = NULL;

  if (self->node->name != NULL)
    return g_strdup_printf (_ ("Add %s"), self->node->name);
  name = block != NULL ? lm_design_free_name (block, self->node->kind) : g_strdup (self->node->kind);
  return g_strdup_printf (_ ("Add %s"), name);
}

/* Title of an edit of one node whose name is all there is to say. */
static char *
title_of_node (const LmEdit *self,
               const char *name)
{
  switch (self->kind) {
  case LM_EDIT_REMOVE_NODE:
    return g_strdup_printf (_ ("Remove %s"), name);
  case LM_EDIT_REPLACE_NODE:
    return g_strdup_printf (_ ("Swap %s for %s"), name, self->node->kind);
  case LM_EDIT_RENAME:
    return g_strdup_printf (_ ("Rename %s to %s"), name, self->text);
  case LM_EDIT_MOVE:
    return g_strdup_printf (_ ("Move %s"), name);
  case LM_EDIT_SET_FROZEN:
    return g_strdup_printf (self->flag ? _ ("Freeze %s") : _ ("Unfreeze %s"), name);
  case LM_EDIT_SET_BYPASSED:
    return g_strdup_printf (self->flag ? _ ("Bypass %s") : _ ("Stop Bypassing %s"), name);
  default:
    g_assert_not_reached ();
  }
}

static char *
title_of_wire (const LmEdit *self,
               const LmDesign *block)
{
  g_autofree char *from = name_of (block, self->wire.from);
  g_autofree char *to = name_of (block, self->wire.to);

  if (self->kind == LM_EDIT_ADD_WIRE)
    return g_strdup_printf (_ ("Wire %s to %s"), from, to);
  return g_strdup_printf (_ ("Remove the Wire From %s to %s"), from, to);
}

char *
lm_edit_title (const LmEdit *self,
               const LmDesign *design)
{
  const LmDesign *block = lm_edit_find_block (self->block, (LmDesign *) design, NULL);
  g_autofree char *name = name_of (block, self->id);
  const LmNode *node = block != NULL ? lm_design_find (block, self->id) : NULL;

  if (self->title != NULL)
    return g_strdup (self->title);

  switch (self->kind) {
  case LM_EDIT_GROUP:
    return self->list->len == 1 ? lm_edit_title (g_ptr_array_index (self->list, 0), design) : g_strdup (_ ("Change the Network"));
  case LM_EDIT_ADD_NODE:
    return title_of_new_node (self, block);
  case LM_EDIT_SET_OPTION:
    return title_of_value (self, node != NULL ? node->options : NULL, name);
  case LM_EDIT_ADD_WIRE:
  case LM_EDIT_REMOVE_WIRE:
    return title_of_wire (self, block);
  case LM_EDIT_SET_WIRES:
    return g_strdup (_ ("Change the Wires"));
  case LM_EDIT_SET_TRAINING:
    return title_of_value (self, design->training, NULL);
  case LM_EDIT_SET_DATA:
    return g_strdup (_ ("Change the Data"));
  case LM_EDIT_SET_CHAIN:
    return g_strdup (_ ("Change the Steps of the Data"));
  case LM_EDIT_SET_OUTPUTS:
    return g_strdup (_ ("Change the Targets"));
  case LM_EDIT_SET_FLOW:
    return g_strdup (self->flag ? _ ("Flow to the Right") : _ ("Flow Down"));
  default:
    return title_of_node (self, name);
  }
}

/* TRUE if both set the same thing, so that the second alone has the effect of both. */
static gboolean
sets_the_same (const LmEdit *a,
               const LmEdit *b)
{
  if (a->kind != b->kind || strcmp (a->block, b->block) != 0 || a->id != b->id)
    return FALSE;

  switch (a->kind) {
  case LM_EDIT_SET_OPTION:
  case LM_EDIT_SET_TRAINING:
    return a->option == b->option;
  case LM_EDIT_RENAME:
  case LM_EDIT_MOVE:
  case LM_EDIT_SET_DATA:
  case LM_EDIT_SET_CHAIN:
  case LM_EDIT_SET_OUTPUTS:
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
lm_edit_coalesces (const LmEdit *self,
                   const LmEdit *next)
{
  if (self->kind != LM_EDIT_GROUP || next->kind != LM_EDIT_GROUP)
    return sets_the_same (self, next);

  if (self->list->len != next->list->len || self->list->len == 0)
    return FALSE;
  for (guint i = 0; i < self->list->len; i++) {
    const LmEdit *a = g_ptr_array_index (self->list, i), *b = g_ptr_array_index (next->list, i);

    if (!sets_the_same (a, b))
      return FALSE;
  }
  return TRUE;
}

static void
touch (GPtrArray *paths,
       const char *block,
       int id)
{
  char *path = *block != '\0' ? g_strdup_printf ("%s/%d", block, id) : g_strdup_printf ("%d", id);

  if (g_ptr_array_find_with_equal_func (paths, path, g_str_equal, NULL))
    g_free (path);
  else
    g_ptr_array_add (paths, path);
}

static void
touch_wires (GPtrArray *paths,
             const char *block,
             const GArray *wires)
{
  for (guint i = 0; wires != NULL && i < wires->len; i++) {
    const LmWire *wire = &g_array_index (wires, LmWire, i);

    touch (paths, block, wire->from);
    touch (paths, block, wire->to);
  }
}

static void
collect_touched (const LmEdit *self,
                 GPtrArray *paths)
{
  switch (self->kind) {
  case LM_EDIT_GROUP:
    for (guint i = 0; i < self->list->len; i++)
      collect_touched (g_ptr_array_index (self->list, i), paths);
    break;
  case LM_EDIT_ADD_NODE:
    if (self->node->id > 0)
      touch (paths, self->block, self->node->id);
    touch_wires (paths, self->block, self->wires);
    break;
  case LM_EDIT_ADD_WIRE:
  case LM_EDIT_REMOVE_WIRE:
    touch (paths, self->block, self->wire.from);
    touch (paths, self->block, self->wire.to);
    break;
  case LM_EDIT_SET_WIRES:
    touch_wires (paths, self->block, self->wires);
    break;
  case LM_EDIT_SET_OUTPUTS:
    for (guint i = 0; i < self->list->len; i++)
      touch (paths, "", ((LmOutputSpec *) g_ptr_array_index (self->list, i))->node);
    break;
  default:
    if (self->id > 0)
      touch (paths, self->block, self->id);
  }
}

GPtrArray *
lm_edit_touched (const LmEdit *self)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  collect_touched (self, paths);
  if (paths->len == 0)
    g_clear_pointer (&paths, g_ptr_array_unref);
  return paths;
}

static void
collect_added (const LmEdit *self,
               GPtrArray *paths)
{
  for (guint i = 0; self->kind == LM_EDIT_GROUP && i < self->list->len; i++)
    collect_added (g_ptr_array_index (self->list, i), paths);
  if (self->kind == LM_EDIT_ADD_NODE && self->node->id > 0)
    touch (paths, self->block, self->node->id);
}

GPtrArray *
lm_edit_added (const LmEdit *self)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  collect_added (self, paths);
  if (paths->len == 0)
    g_clear_pointer (&paths, g_ptr_array_unref);
  return paths;
}
