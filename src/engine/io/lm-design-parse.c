/* lm-design-parse.c: a design is read from JSON that anybody may have written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-design-json-private.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

/* Cards lie within this many card units of the origin. */
#define MAX_PLACE 1e7

static gboolean get_content (const LmJsonAt *at, int level, guint *n_nodes, LmDesign *design, GError **error);

/* --- Nodes ---------------------------------------------------------------- */

static gboolean
get_place (const LmJsonAt *at,
           LmNode *node,
           GError **error)
{
  LmJsonAt x, y;

  if (!lm_json_expect (at, LM_JSON_ARRAY, error))
    return FALSE;
  if (lm_json_length (at) != 2)
    return lm_json_fail (at, error, LM_ERROR_FORMAT, _ ("a place has 2 numbers, but here are %zu. Write [x, y]."), lm_json_length (at));

  x = lm_json_element (at, 0);
  y = lm_json_element (at, 1);
  if (!lm_json_get_double (&x, &node->x, error) || !lm_json_get_double (&y, &node->y, error))
    return FALSE;
  if (fabs (node->x) > MAX_PLACE || fabs (node->y) > MAX_PLACE)
    return lm_json_fail (at, error, LM_ERROR_LIMIT, _ ("this place is too far away; the limit is 10,000,000. Move the card nearer."));
  return TRUE;
}

/* What every node may say. */
static gboolean
get_common (const LmJsonAt *at,
            LmNode *node,
            GError **error)
{
  LmJsonAt member;
  gint64 id;

  if (lm_json_member (at, "id", &member)) {
    if (!lm_json_get_int (&member, 1, LM_MAX_NODE_ID, &id, error))
      return FALSE;
    node->id = (int) id;
  }
  if (lm_json_member (at, "name", &member)) {
    const char *name = lm_json_get_string (&member, error);

    if (name == NULL)
      return FALSE;
    if (!lm_design_check_name (NULL, 0, name, error))
      return lm_json_prefix (&member, error);
    node->name = g_strdup (name);
  }
  if (lm_json_member (at, "pos", &member) && !get_place (&member, node, error))
    return FALSE;
  if (lm_json_member (at, "frozen", &member) && !lm_json_get_bool (&member, &node->frozen, error))
    return FALSE;
  if (lm_json_member (at, "bypassed", &member) && !lm_json_get_bool (&member, &node->bypassed, error))
    return FALSE;
  return TRUE;
}

static gboolean
get_layer (const LmJsonAt *at,
           LmNode *node,
           GError **error)
{
  static const char *const keys[] = { "id", "name", "kind", "options", "pos", "frozen", "bypassed", NULL };
  LmJsonAt options;

  node->options = lm_option_set_new (&node->layer->member);
  if (!lm_json_expect_keys (at, keys, error))
    return FALSE;
  return !lm_json_member (at, "options", &options) ||
         lm_json_get_options (&options, node->options, node->name != NULL ? node->name : node->kind, error);
}

static gboolean
get_block (const LmJsonAt *at,
           int level,
           guint *n_nodes,
           LmNode *node,
           GError **error)
{
  static const char *const keys[] = { "id", "name", "kind", "options", "pos", "frozen", "bypassed", "nodes", "wires", "next_id", NULL };

  static const char *const none[] = { NULL };
  LmJsonAt options;

  node->type = LM_NODE_BLOCK;
  node->child = lm_design_new_child ();
  if (lm_json_member (at, "options", &options) && !lm_json_expect_keys (&options, none, error))
    return FALSE;
  if (level >= LM_DESIGN_MAX_DEPTH)
    return lm_json_fail (at, error, LM_ERROR_LIMIT, _ ("blocks are nested more than %d deep. Ungroup some of them."), LM_DESIGN_MAX_DEPTH);
  return lm_json_expect_keys (at, keys, error) && get_content (at, level + 1, n_nodes, node->child, error);
}

static gboolean
get_copy (const LmJsonAt *at,
          LmNode *node,
          GError **error)
{
  static const char *const keys[] = { "id", "name", "kind", "source", "pos", "frozen", "bypassed", NULL };
  LmJsonAt source;
  gint64 id;

  node->type = LM_NODE_COPY;
  if (!lm_json_expect_keys (at, keys, error) || !lm_json_require (at, "source", &source, error) ||
      !lm_json_get_int (&source, 1, LM_MAX_NODE_ID, &id, error))
    return FALSE;
  node->source_id = (int) id;
  return TRUE;
}

/* Keeps what this version does not understand. */
static void
get_unknown (const LmJsonAt *at,
             LmNode *node)
{
  static const char *const common[] = { "id", "name", "kind", "pos", "frozen", "bypassed", NULL };
  LmJsonWriter *writer = lm_json_writer_new (FALSE);

  lm_json_begin_object (writer, NULL);
  for (gsize i = 0; i < lm_json_length (at); i++) {
    LmJsonAt member = lm_json_element (at, i);

    if (!g_strv_contains (common, member.key))
      lm_json_put_at (writer, member.key, &member);
  }
  lm_json_end (writer);
  node->raw = lm_json_writer_end (writer);
}

gboolean
lm_json_get_node (const LmJsonAt *at,
                  int level,
                  guint *n_nodes,
                  LmNode **node,
                  GError **error)
{
  g_autoptr (LmNode) self = g_new0 (LmNode, 1);
  LmJsonAt kind;
  gboolean ok = TRUE;

  self->x = self->y = NAN;
  if (++*n_nodes > LM_DESIGN_MAX_NODES)
    return lm_json_fail (at, error, LM_ERROR_LIMIT, _ ("there are more than %d layers. Make the network smaller."), LM_DESIGN_MAX_NODES);
  if (!lm_json_require (at, "kind", &kind, error))
    return FALSE;
  self->kind = g_strdup (lm_json_get_string (&kind, error));
  if (self->kind == NULL)
    return FALSE;
  if (*self->kind == '\0' || strlen (self->kind) > 80)
    return lm_json_fail (&kind, error, LM_ERROR_FORMAT, _ ("the kind of a layer has from 1 to 80 bytes. Correct it."));
  if (!get_common (at, self, error))
    return FALSE;

  self->layer = lm_layer_find (self->kind);
  if (self->layer != NULL)
    ok = get_layer (at, self, error);
  else if (strcmp (self->kind, "Block") == 0)
    ok = get_block (at, level, n_nodes, self, error);
  else if (strcmp (self->kind, "Copy") == 0)
    ok = get_copy (at, self, error);
  else
    get_unknown (at, self);
  if (ok)
    *node = g_steal_pointer (&self);
  return ok;
}

static int
compare_nodes (gconstpointer a,
               gconstpointer b)
{
  int i = (*(const LmNode *const *) a)->id, j = (*(const LmNode *const *) b)->id;

  return (i > j) - (i < j);
}

/* Names and places for nodes that came without; copies have sources. */
static gboolean
complete_nodes (const LmJsonAt *at,
                LmDesign *design,
                GError **error)
{
  for (guint i = 0; i < design->nodes->len; i++) {
    LmNode *node = g_ptr_array_index (design->nodes, i);
    const LmNode *source = node->type == LM_NODE_COPY ? lm_design_find (design, node->source_id) : NULL;

    if (node->type == LM_NODE_COPY && (source == NULL || source->type == LM_NODE_COPY))
      return lm_json_fail (at, error, LM_ERROR_GRAPH, _ ("node %d is a linked copy of node %d, which is no layer with weights of its own. Correct “source”."),
                           node->id, node->source_id);
    if (!isfinite (node->x)) {
      node->x = 0;
      node->y = (double) LM_CARD_PITCH_DOWN * i;
    }
    if (*node->name == '\0') {
      char *name = lm_design_free_name (design, node->kind);

      g_free (node->name);
      node->name = name;
    }
  }
  return TRUE;
}

static gboolean
get_nodes (const LmJsonAt *at,
           int level,
           guint *n_nodes,
           LmDesign *design,
           GError **error)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  if (!lm_json_expect (at, LM_JSON_ARRAY, error))
    return FALSE;

  for (gsize i = 0; i < lm_json_length (at); i++) {
    LmJsonAt element = lm_json_element (at, i);
    LmNode *node;

    if (!lm_json_get_node (&element, level, n_nodes, &node, error))
      return FALSE;
    g_ptr_array_add (design->nodes, node);
    if (node->name == NULL)
      node->name = g_strdup ("");
    else if (!g_hash_table_add (names, node->name))
      return lm_json_fail (&element, error, LM_ERROR_FORMAT, _ ("two layers have the name “%s”. Rename one of them."), node->name);
    if (node->id == 0)
      return lm_json_fail (&element, error, LM_ERROR_FORMAT, _ ("“id” is missing. Give every layer a number, from 1."));
    if (!g_hash_table_add (ids, GINT_TO_POINTER (node->id)))
      return lm_json_fail (&element, error, LM_ERROR_FORMAT, _ ("two layers have the id %d. Give each its own."), node->id);
    design->next_id = MAX (design->next_id, node->id + 1);
  }

  g_ptr_array_sort (design->nodes, compare_nodes);
  return complete_nodes (at, design, error);
}

/* --- Wires ---------------------------------------------------------------- */

gboolean
lm_json_get_wire (const LmJsonAt *at,
                  LmWire *wire,
                  GError **error)
{
  static const gint64 max[4] = { LM_MAX_NODE_ID, LM_ANY_INPUTS - 1, LM_MAX_NODE_ID, LM_ANY_INPUTS - 1 };
  gint64 numbers[4];

  if (!lm_json_expect (at, LM_JSON_ARRAY, error))
    return FALSE;
  if (lm_json_length (at) != 4)
    return lm_json_fail (at, error, LM_ERROR_FORMAT, _ ("a wire has 4 numbers, but here are %zu. Write [from, port, to, port]."), lm_json_length (at));

  for (gsize i = 0; i < 4; i++) {
    LmJsonAt element = lm_json_element (at, i);

    if (!lm_json_get_int (&element, i % 2 == 0 ? 1 : 0, max[i], &numbers[i], error))
      return FALSE;
  }
  *wire = (LmWire){ (int) numbers[0], (int) numbers[1], (int) numbers[2], (int) numbers[3] };
  return TRUE;
}

static int
compare_wires (gconstpointer a,
               gconstpointer b)
{
  const LmWire *i = a, *j = b;
  int ends[4] = { i->to - j->to, i->to_port - j->to_port, i->from - j->from, i->from_port - j->from_port };

  for (int e = 0; e < 4; e++) {
    if (ends[e] != 0)
      return ends[e];
  }
  return 0;
}

static gboolean
get_wires (const LmJsonAt *at,
           LmDesign *design,
           GError **error)
{
  if (!lm_json_expect (at, LM_JSON_ARRAY, error))
    return FALSE;

  for (gsize i = 0; i < lm_json_length (at); i++) {
    LmJsonAt element = lm_json_element (at, i);
    LmWire wire;

    if (!lm_json_get_wire (&element, &wire, error))
      return FALSE;
    if (!lm_design_check_ports (design, &wire, error))
      return lm_json_prefix (&element, error);
    g_array_append_val (design->wires, wire);
  }

  g_array_sort (design->wires, compare_wires);
  for (guint i = 1; i < design->wires->len; i++) {
    const LmWire *a = &g_array_index (design->wires, LmWire, i - 1), *b = a + 1;

    if (a->to == b->to && a->to_port == b->to_port)
      return lm_json_fail (at, error, LM_ERROR_GRAPH, _ ("two wires end at input %d of “%s”, where there is room for one. Remove one of them."),
                           a->to_port, lm_design_find (design, a->to)->name);
  }
  return TRUE;
}

static gboolean
get_content (const LmJsonAt *at,
             int level,
             guint *n_nodes,
             LmDesign *design,
             GError **error)
{
  LmJsonAt nodes, wires, next;
  gint64 next_id;

  if (lm_json_member (at, "nodes", &nodes) && !get_nodes (&nodes, level, n_nodes, design, error))
    return FALSE;
  if (lm_json_member (at, "wires", &wires) && !get_wires (&wires, design, error))
    return FALSE;
  if (lm_json_member (at, "next_id", &next)) {
    if (!lm_json_get_int (&next, design->next_id, LM_MAX_NODE_ID + 1, &next_id, error))
      return FALSE;
    design->next_id = (int) next_id;
  }
  return TRUE;
}

/* --- The whole ------------------------------------------------------------ */

static gboolean
check_version (const LmJsonAt *root,
               GError **error)
{
  LmJsonAt version;
  gint64 number;

  if (!lm_json_expect (root, LM_JSON_OBJECT, error))
    return FALSE;
  if (!lm_json_member (root, "lamina", &version))
    return lm_json_fail (root, error, LM_ERROR_FORMAT, _ ("this is JSON, but no network of Lamina: “lamina” is missing. Choose another file."));
  if (!lm_json_get_int (&version, 1, G_MAXINT, &number, error))
    return FALSE;
  if (number > LM_DESIGN_FORMAT)
    return lm_json_fail (root, error, LM_ERROR_UNSUPPORTED,
                         _ ("a newer Lamina wrote this: it has format %d, and this version reads up to %d. Use a newer version."), (int) number, LM_DESIGN_FORMAT);
  return TRUE;
}

static gboolean
get_flow (const LmJsonAt *at,
          LmDesign *design,
          GError **error)
{
  const char *flow = lm_json_get_string (at, error);

  if (flow == NULL)
    return FALSE;
  if (strcmp (flow, "right") != 0 && strcmp (flow, "down") != 0)
    return lm_json_fail (at, error, LM_ERROR_FORMAT, _ ("networks flow “right” or “down”, not “%.60s”. Choose one of them."), flow);
  design->to_right = strcmp (flow, "right") == 0;
  return TRUE;
}

LmDesign *
lm_design_from_json (const char *text,
                     gssize length,
                     const char *name,
                     GError **error)
{
  static const char *const keys[] = { "lamina", "nodes", "wires", "next_id", "flow", "training", "data", NULL };
  g_autoptr (LmJson) json = lm_json_parse (text, length, name, error);
  g_autoptr (LmDesign) design = NULL;
  LmJsonAt root, member;
  guint n_nodes = 0;

  if (json == NULL)
    return NULL;

  root = lm_json_root (json);
  if (!check_version (&root, error) || !lm_json_expect_keys (&root, keys, error))
    return NULL;

  design = lm_design_new ();
  if (!get_content (&root, 0, &n_nodes, design, error))
    return NULL;
  if (lm_json_member (&root, "flow", &member) && !get_flow (&member, design, error))
    return NULL;
  if (lm_json_member (&root, "training", &member) && !lm_json_get_training (&member, design, error))
    return NULL;
  if (lm_json_member (&root, "data", &member) && !lm_json_get_data (&member, design, error))
    return NULL;
  return g_steal_pointer (&design);
}
