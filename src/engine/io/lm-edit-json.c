/* lm-edit-json.c: edits as JSON, for the undo history in the project file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-design-json-private.h"

#include "lm-edit-data.h"
#include "lm-i18n.h"

#include <math.h>
#include <string.h>

/* Groups in groups: compound edits need few. */
#define MAX_DEPTH 8

static const char *const kinds[LM_EDIT_N_KINDS] = {
  [LM_EDIT_GROUP] = "group",
  [LM_EDIT_ADD_NODE] = "add_node",
  [LM_EDIT_REMOVE_NODE] = "remove_node",
  [LM_EDIT_REPLACE_NODE] = "replace_node",
  [LM_EDIT_SET_OPTION] = "set_option",
  [LM_EDIT_RENAME] = "rename",
  [LM_EDIT_MOVE] = "move",
  [LM_EDIT_SET_FROZEN] = "set_frozen",
  [LM_EDIT_SET_BYPASSED] = "set_bypassed",
  [LM_EDIT_ADD_WIRE] = "add_wire",
  [LM_EDIT_REMOVE_WIRE] = "remove_wire",
  [LM_EDIT_SET_WIRES] = "set_wires",
  [LM_EDIT_SET_TRAINING] = "set_training",
  [LM_EDIT_SET_DATA] = "set_data",
  [LM_EDIT_SET_CHAIN] = "set_chain",
  [LM_EDIT_SET_OUTPUTS] = "set_outputs",
  [LM_EDIT_SET_FLOW] = "set_flow",
};

/* --- Writing -------------------------------------------------------------- */

/* The table index of an option may change with versions, its id does not. */
static void
put_value (LmJsonWriter *self,
           const LmEdit *edit)
{
  if (edit->member != NULL) {
    if (edit->kind == LM_EDIT_SET_OPTION)
      lm_json_put_string (self, "layer", edit->member->id);
    lm_json_put_string (self, "option", edit->member->options[edit->option].id);
  } else {
    lm_json_put_int (self, "option", edit->option);
  }
  if (edit->value.is_set)
    lm_json_put_option (self, "value", &edit->value);
}

static void
put_wires (LmJsonWriter *self,
           const GArray *wires)
{
  lm_json_begin_array (self, "wires");
  for (guint i = 0; i < wires->len; i++)
    lm_json_put_wire (self, NULL, &g_array_index (wires, LmWire, i));
  lm_json_end (self);
}

static void put_edit (LmJsonWriter *self, const char *key, const LmEdit *edit);

static void
put_list (LmJsonWriter *self,
          const LmEdit *edit)
{
  switch (edit->kind) {
  case LM_EDIT_SET_CHAIN:
    lm_json_put_chain (self, "chain", edit->list);
    break;
  case LM_EDIT_SET_OUTPUTS:
    lm_json_put_outputs (self, "outputs", edit->list);
    break;
  default:
    lm_json_begin_array (self, "edits");
    for (guint i = 0; i < edit->list->len; i++)
      put_edit (self, NULL, g_ptr_array_index (edit->list, i));
    lm_json_end (self);
  }
}

static void
put_edit (LmJsonWriter *self,
          const char *key,
          const LmEdit *edit)
{
  lm_json_begin_object (self, key);
  lm_json_put_string (self, "edit", kinds[edit->kind]);
  if (edit->title != NULL)
    lm_json_put_string (self, "title", edit->title);
  if (*edit->block != '\0')
    lm_json_put_string (self, "block", edit->block);
  if (edit->id != 0)
    lm_json_put_int (self, "id", edit->id);
  if (edit->next_id != 0)
    lm_json_put_int (self, "next_id", edit->next_id);
  if (edit->kind == LM_EDIT_SET_OPTION || edit->kind == LM_EDIT_SET_TRAINING)
    put_value (self, edit);
  if (edit->text != NULL)
    lm_json_put_string (self, "text", edit->text);
  if (edit->kind == LM_EDIT_MOVE) {
    lm_json_begin_inline_array (self, "pos");
    lm_json_put_double (self, NULL, edit->x + 0.0); /* −0 becomes 0 */
    lm_json_put_double (self, NULL, edit->y + 0.0);
    lm_json_end (self);
  }
  if (edit->flag)
    lm_json_put_bool (self, "flag", TRUE);
  if (edit->kind == LM_EDIT_ADD_WIRE || edit->kind == LM_EDIT_REMOVE_WIRE)
    lm_json_put_wire (self, "wire", &edit->wire);
  if (edit->node != NULL)
    lm_json_put_node (self, "node", edit->node);
  if (edit->wires != NULL)
    put_wires (self, edit->wires);
  if (edit->list != NULL)
    put_list (self, edit);
  lm_json_end (self);
}

char *
lm_edit_to_json (const LmEdit *self)
{
  LmJsonWriter *writer = lm_json_writer_new (FALSE);

  put_edit (writer, NULL, self);
  return lm_json_writer_end (writer);
}

/* --- Reading -------------------------------------------------------------- */

static gboolean
get_kind (const LmJsonAt *at,
          LmEditKind *kind,
          GError **error)
{
  const char *name;
  LmJsonAt member;

  if (!lm_json_require (at, "edit", &member, error))
    return FALSE;
  name = lm_json_get_string (&member, error);
  if (name == NULL)
    return FALSE;
  for (int i = 0; i < LM_EDIT_N_KINDS; i++) {
    if (strcmp (kinds[i], name) == 0) {
      *kind = (LmEditKind) i;
      return TRUE;
    }
  }
  return lm_json_fail (&member, error, LM_ERROR_UNSUPPORTED, _ ("this version knows no change “%.60s”. Use a newer version."), name);
}

/* “3/1”: ids of blocks in blocks. */
static gboolean
is_block_path (const char *path)
{
  g_auto (GStrv) ids = g_strsplit (path, "/", LM_DESIGN_MAX_DEPTH + 2);

  if (g_strv_length (ids) > LM_DESIGN_MAX_DEPTH)
    return FALSE;
  for (gsize i = 0; ids[i] != NULL; i++) {
    if (*ids[i] == '\0' || strlen (ids[i]) > 9 || strspn (ids[i], "0123456789") != strlen (ids[i]))
      return FALSE;
  }
  return TRUE;
}

/* Only layers and wires stand in blocks. */
static gboolean
get_block (const LmJsonAt *at,
           LmEdit *edit,
           GError **error)
{
  LmJsonAt member;
  const char *block;

  if (!lm_json_member (at, "block", &member))
    return TRUE;
  block = lm_json_get_string (&member, error);
  if (block == NULL)
    return FALSE;
  if (!is_block_path (block) || edit->kind == LM_EDIT_GROUP || edit->kind >= LM_EDIT_SET_TRAINING)
    return lm_json_fail (&member, error, LM_ERROR_FORMAT, _ ("“%.60s” is no path of a block for this change."), block);
  g_free (edit->block);
  edit->block = g_strdup (block);
  return TRUE;
}

static gboolean
find_option (const LmJsonAt *at,
             LmEdit *edit,
             GError **error)
{
  const LmMember *member = &lm_training_member;
  LmJsonAt layer, option;
  const char *id;

  if (edit->kind == LM_EDIT_SET_OPTION) {
    if (!lm_json_require (at, "layer", &layer, error))
      return FALSE;
    id = lm_json_get_string (&layer, error);
    if (id == NULL)
      return FALSE;
    member = lm_family_find ("layer", id);
    if (member == NULL)
      return lm_json_fail (&layer, error, LM_ERROR_UNSUPPORTED, _ ("this version has no layer “%.60s”. Use a newer version."), id);
  }

  if (!lm_json_require (at, "option", &option, error))
    return FALSE;
  id = lm_json_get_string (&option, error);
  if (id == NULL)
    return FALSE;
  for (int i = 0; i < member->n_options; i++) {
    if (strcmp (member->options[i].id, id) == 0) {
      edit->member = member;
      edit->option = i;
      return TRUE;
    }
  }
  return lm_json_fail (&option, error, LM_ERROR_UNSUPPORTED, _ ("%s has no option “%.60s” in this version. Use a newer version."), member->id, id);
}

static gboolean
get_value (const LmJsonAt *at,
           LmEdit *edit,
           GError **error)
{
  LmJsonAt value;

  if (!find_option (at, edit, error))
    return FALSE;
  return !lm_json_member (at, "value", &value) ||
         lm_json_get_option (&value, &edit->member->options[edit->option], edit->member->id, &edit->value, error);
}

static gboolean
get_id (const LmJsonAt *at,
        const char *key,
        int *id,
        GError **error)
{
  LmJsonAt member;
  gint64 number;

  if (!lm_json_require (at, key, &member, error) || !lm_json_get_int (&member, 1, LM_MAX_NODE_ID + 1, &number, error))
    return FALSE;
  *id = (int) number;
  return TRUE;
}

static gboolean
get_text (const LmJsonAt *at,
          const char *key,
          char **text,
          GError **error)
{
  LmJsonAt member;

  if (!lm_json_member (at, key, &member))
    return TRUE;
  *text = g_strdup (lm_json_get_string (&member, error));
  return *text != NULL;
}

static gboolean
get_flag (const LmJsonAt *at,
          LmEdit *edit,
          GError **error)
{
  LmJsonAt member;

  return !lm_json_member (at, "flag", &member) || lm_json_get_bool (&member, &edit->flag, error);
}

static gboolean
get_place (const LmJsonAt *at,
           LmEdit *edit,
           GError **error)
{
  LmJsonAt pos, x, y;

  if (!lm_json_require (at, "pos", &pos, error) || !lm_json_expect (&pos, LM_JSON_ARRAY, error))
    return FALSE;
  if (lm_json_length (&pos) != 2)
    return lm_json_fail (&pos, error, LM_ERROR_FORMAT, _ ("a place has 2 numbers. Write [x, y]."));
  x = lm_json_element (&pos, 0);
  y = lm_json_element (&pos, 1);
  return lm_json_get_double (&x, &edit->x, error) && lm_json_get_double (&y, &edit->y, error);
}

static gboolean
get_wires (const LmJsonAt *at,
           LmEdit *edit,
           GError **error)
{
  LmJsonAt wires;

  if (!lm_json_member (at, "wires", &wires) && edit->kind == LM_EDIT_ADD_NODE)
    return TRUE;
  if (!lm_json_require (at, "wires", &wires, error) || !lm_json_expect (&wires, LM_JSON_ARRAY, error))
    return FALSE;
  edit->wires = g_array_new (FALSE, FALSE, sizeof (LmWire));
  for (gsize i = 0; i < lm_json_length (&wires); i++) {
    LmJsonAt element = lm_json_element (&wires, i);
    LmWire wire;

    if (!lm_json_get_wire (&element, &wire, error))
      return FALSE;
    g_array_append_val (edit->wires, wire);
  }
  return TRUE;
}

static gboolean
get_node (const LmJsonAt *at,
          LmEdit *edit,
          GError **error)
{
  LmJsonAt node;
  guint n_nodes = 0;

  if (!lm_json_require (at, "node", &node, error) || !lm_json_get_node (&node, 0, &n_nodes, &edit->node, error))
    return FALSE;
  if (edit->kind == LM_EDIT_ADD_NODE)
    return get_wires (at, edit, error);
  if (edit->node->id == 0 || edit->node->name == NULL)
    return lm_json_fail (&node, error, LM_ERROR_FORMAT, _ ("“id” or “name” is missing. Add it."));
  edit->id = edit->node->id;
  return TRUE;
}

static LmEdit *get_edit (const LmJsonAt *at, int depth, GError **error);

static gboolean
get_list (const LmJsonAt *at,
          int depth,
          LmEdit *edit,
          GError **error)
{
  const char *key = edit->kind == LM_EDIT_GROUP ? "edits" : edit->kind == LM_EDIT_SET_CHAIN ? "chain"
                                                                                            : "outputs";
  LmJsonAt list;

  edit->list = lm_edit_new_list (edit->kind);
  if (!lm_json_require (at, key, &list, error) || !lm_json_expect (&list, LM_JSON_ARRAY, error))
    return FALSE;
  if (edit->kind == LM_EDIT_SET_CHAIN)
    return lm_json_get_chain (&list, edit->list, error);
  if (edit->kind == LM_EDIT_SET_OUTPUTS)
    return lm_json_get_outputs (&list, edit->list, error);

  for (gsize i = 0; i < lm_json_length (&list); i++) {
    LmJsonAt element = lm_json_element (&list, i);
    LmEdit *part = get_edit (&element, depth + 1, error);

    if (part == NULL)
      return FALSE;
    g_ptr_array_add (edit->list, part);
  }
  return TRUE;
}

static gboolean
get_next_id (const LmJsonAt *at,
             LmEdit *edit,
             GError **error)
{
  LmJsonAt member;

  return !lm_json_member (at, "next_id", &member) || get_id (at, "next_id", &edit->next_id, error);
}

/* What the kind of edit needs. */
static gboolean
get_content (const LmJsonAt *at,
             int depth,
             LmEdit *edit,
             GError **error)
{
  LmJsonAt wire;

  switch (edit->kind) {
  case LM_EDIT_GROUP:
  case LM_EDIT_SET_CHAIN:
  case LM_EDIT_SET_OUTPUTS:
    return get_list (at, depth, edit, error);
  case LM_EDIT_ADD_NODE:
  case LM_EDIT_REPLACE_NODE:
    return get_node (at, edit, error);
  case LM_EDIT_REMOVE_NODE:
    return get_id (at, "id", &edit->id, error) && get_next_id (at, edit, error);
  case LM_EDIT_SET_OPTION:
    return get_id (at, "id", &edit->id, error) && get_value (at, edit, error);
  case LM_EDIT_SET_TRAINING:
    return get_value (at, edit, error);
  case LM_EDIT_RENAME:
    if (!get_id (at, "id", &edit->id, error) || !get_text (at, "text", &edit->text, error))
      return FALSE;
    return edit->text != NULL || lm_json_fail (at, error, LM_ERROR_FORMAT, _ ("“text” is missing. Add it."));
  case LM_EDIT_SET_DATA:
    return get_text (at, "text", &edit->text, error);
  case LM_EDIT_MOVE:
    return get_id (at, "id", &edit->id, error) && get_place (at, edit, error);
  case LM_EDIT_SET_FROZEN:
  case LM_EDIT_SET_BYPASSED:
    return get_id (at, "id", &edit->id, error) && get_flag (at, edit, error);
  case LM_EDIT_SET_FLOW:
    return get_flag (at, edit, error);
  case LM_EDIT_ADD_WIRE:
  case LM_EDIT_REMOVE_WIRE:
    return lm_json_require (at, "wire", &wire, error) && lm_json_get_wire (&wire, &edit->wire, error) && get_flag (at, edit, error);
  case LM_EDIT_SET_WIRES:
    return get_wires (at, edit, error);
  case LM_EDIT_N_KINDS:
  default:
    g_assert_not_reached ();
  }
}

static LmEdit *
get_edit (const LmJsonAt *at,
          int depth,
          GError **error)
{
  g_autoptr (LmEdit) edit = NULL;
  LmEditKind kind = LM_EDIT_GROUP;

  if (depth > MAX_DEPTH) {
    lm_json_fail (at, error, LM_ERROR_LIMIT, _ ("changes are nested more than %d deep."), MAX_DEPTH);
    return NULL;
  }
  if (!lm_json_expect (at, LM_JSON_OBJECT, error) || !get_kind (at, &kind, error))
    return NULL;

  edit = lm_edit_new (kind, "");
  if (!get_text (at, "title", &edit->title, error) || !get_block (at, edit, error) || !get_content (at, depth, edit, error))
    return NULL;
  return g_steal_pointer (&edit);
}

LmEdit *
lm_edit_from_json (const char *text,
                   gssize length,
                   GError **error)
{
  g_autoptr (LmJson) json = lm_json_parse (text, length, _ ("undo history"), error);
  LmJsonAt root;

  if (json == NULL)
    return NULL;
  root = lm_json_root (json);
  return get_edit (&root, 0, error);
}
