/* test-edit-random.c: thousands of random edits, undone and redone, lead to the same bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-design-json.h"
#include "lm-rng.h"

#include "design-kit.h"

#include <math.h>
#include <string.h>

typedef struct {
  LmRng rng;
  guint64 at;
} Dice;

static int
roll (Dice *dice,
      int n)
{
  return (int) lm_rng_below (&dice->rng, dice->at++, (guint32) n);
}

/* The path of a random design: the top, or a block. */
static char *
roll_block (Dice *dice,
            const LmDesign *design,
            const LmDesign **block)
{
  GString *path = g_string_new (NULL);

  *block = design;
  for (int level = 0; level < 3; level++) {
    const LmNode *node;

    if ((*block)->nodes->len == 0 || roll (dice, 3) == 0)
      break;
    node = g_ptr_array_index ((*block)->nodes, (guint) roll (dice, (int) (*block)->nodes->len));
    if (node->child == NULL)
      continue;
    g_string_append_printf (path, "%s%d", path->len > 0 ? "/" : "", node->id);
    *block = node->child;
  }
  return g_string_free (path, FALSE);
}

static int
roll_id (Dice *dice,
         const LmDesign *block)
{
  if (block->nodes->len == 0 || roll (dice, 200) == 0)
    return 12345;
  return ((LmNode *) g_ptr_array_index (block->nodes, (guint) roll (dice, (int) block->nodes->len)))->id;
}

static LmNode *
roll_node (Dice *dice,
           const LmDesign *block)
{
  static const char *const kinds[] = {
    "Input",
    "Dense",
    "Conv2D",
    "Add",
    "Concatenate",
    "Flatten",
    "Dropout",
    "Block",
    "Copy",
    "FluxCapacitor",
  };
  const char *kind = kinds[roll (dice, G_N_ELEMENTS (kinds))];
  LmNode *node = lm_node_new (kind, NULL);

  if (node != NULL)
    return node;
  node = g_new0 (LmNode, 1);
  node->kind = g_strdup (kind);
  node->x = roll (dice, 1000) / 7.0;
  if (strcmp (kind, "Copy") == 0) {
    node->type = LM_NODE_COPY;
    node->source_id = roll_id (dice, block);
  } else {
    node->raw = g_strdup ("{\"options\":{\"gigawatts\":1.21}}");
  }
  return node;
}

static LmOptionValue
roll_value (Dice *dice,
            const LmOptionSpec *spec)
{
  LmOptionValue value = { .is_set = roll (dice, 5) > 0, .kind = spec->kind };

  if (!value.is_set)
    return value;
  if (spec->nullable && roll (dice, 4) == 0) {
    value.is_null = TRUE;
    return value;
  }
  switch (spec->kind) {
  case LM_OPTION_BOOL:
    value.b = roll (dice, 2);
    break;
  case LM_OPTION_INT:
    value.i = roll (dice, 300) - 2;
    break;
  case LM_OPTION_DOUBLE:
    value.d = roll (dice, 1100) / 999.0;
    break;
  case LM_OPTION_STRING:
    value.text = g_strdup_printf ("text %d \"ö\"", roll (dice, 9));
    break;
  case LM_OPTION_CHOICE:
    value.text = g_strdup (spec->choices[0]);
    break;
  case LM_OPTION_INTS:
    value.ints.n = roll (dice, 4);
    for (int i = 0; i < value.ints.n; i++)
      value.ints.v[i] = 1 + roll (dice, 9);
    break;
  case LM_OPTION_OBJECT:
  default: {
    gsize n;
    const LmMember *const *members = lm_family_members (spec->family, &n);

    if (n == 0)
      value.is_set = FALSE;
    else
      value.object = lm_option_set_new (members[roll (dice, (int) n)]);
  }
  }
  return value;
}

static LmEdit *
roll_option (Dice *dice,
             const char *path,
             const LmDesign *block)
{
  int id = roll_id (dice, block);
  const LmNode *node = lm_design_find (block, id);
  const LmMember *member = node != NULL && node->layer != NULL ? &node->layer->member : NULL;
  LmOptionValue value;
  LmEdit *edit;
  int option;

  if (member == NULL || member->n_options == 0)
    return lm_edit_set_option (path, id, 0, &LM_VALUE_INT (3));
  option = roll (dice, member->n_options);
  value = roll_value (dice, &member->options[option]);
  edit = lm_edit_set_option (path, id, option, &value);
  lm_option_value_clear (&value);
  return edit;
}

static LmEdit *
roll_training (Dice *dice)
{
  int option = roll (dice, LM_TRAINING_N_OPTIONS);
  LmOptionValue value = roll_value (dice, &lm_training_member.options[option]);
  LmEdit *edit = lm_edit_set_training (option, &value);

  lm_option_value_clear (&value);
  return edit;
}

static LmWire
roll_wire (Dice *dice,
           const LmDesign *block)
{
  if (block->wires->len > 0 && roll (dice, 2) == 0)
    return g_array_index (block->wires, LmWire, (guint) roll (dice, (int) block->wires->len));
  return (LmWire){ roll_id (dice, block), roll (dice, 8) == 0, roll_id (dice, block), roll (dice, 3) };
}

static LmEdit *
roll_outputs (Dice *dice,
              const LmDesign *design)
{
  GPtrArray *outputs = lm_edit_new_list (LM_EDIT_SET_OUTPUTS);
  LmEdit *edit;

  for (int n = roll (dice, 3); n > 0; n--) {
    LmOutputSpec *spec = g_new0 (LmOutputSpec, 1);

    *spec = (LmOutputSpec){ roll_id (dice, design), 0, roll (dice, 2) == 0 ? g_strdup ("digit") : NULL, NULL, roll (dice, 5) / 4.0 };
    g_ptr_array_add (outputs, spec);
  }
  edit = lm_edit_set_outputs (outputs);
  g_ptr_array_unref (outputs);
  return edit;
}

static LmEdit *
roll_chain (Dice *dice)
{
  GPtrArray *steps = lm_edit_new_list (LM_EDIT_SET_CHAIN);
  LmEdit *edit;
  gsize n_steps;
  const LmMember *const *members = lm_family_members ("step", &n_steps);

  for (int n = roll (dice, 3); n > 0 && n_steps > 0; n--)
    g_ptr_array_add (steps, lm_option_set_new (members[roll (dice, (int) n_steps)]));
  edit = lm_edit_set_chain (steps);
  g_ptr_array_unref (steps);
  return edit;
}

/* NULL if a compound edit makes no sense. */
static LmEdit *
roll_edit (Dice *dice,
           const LmDesign *design)
{
  const LmDesign *block;
  g_autofree char *path = roll_block (dice, design, &block);
  g_autofree char *name = NULL;
  gboolean is_full = block->nodes->len > 25;
  int ids[3];
  LmWire at;

  for (int i = 0; i < 3; i++)
    ids[i] = roll_id (dice, block);
  at = roll_wire (dice, block);

  switch (roll (dice, is_full ? 34 : 40)) {
  case 0:
    return lm_edit_remove_node (path, ids[0]);
  case 2:
    return lm_edit_remove_and_heal (design, path, ids, 1 + roll (dice, 3), NULL);
  case 3:
  case 4:
  case 5:
    return roll_option (dice, path, block);
  case 6:
    name = g_strdup_printf ("layer_%d", roll (dice, 40));
    return lm_edit_rename (path, ids[0], name);
  case 7:
  case 8:
    return lm_edit_move (path, ids[0], roll (dice, 2000) / 3.0, roll (dice, 2000) - 1000);
  case 9:
    return lm_edit_set_frozen (path, ids[0], roll (dice, 2));
  case 10:
    return lm_edit_set_bypassed (path, ids[0], roll (dice, 2));
  case 1:
    return lm_edit_add_wire (path, &at);
  case 11:
  case 12:
  case 13:
  case 14:
  case 24:
  case 25:
  case 26:
  case 27:
  case 28:
  case 29:
  case 30:
  case 31:
    return lm_edit_add_wire (path, &(LmWire){ MIN (ids[0], ids[1]), 0, MAX (ids[0], ids[1]), roll (dice, 3) });
  case 15:
    return lm_edit_remove_wire (path, &at);
  case 16:
    return roll_training (dice);
  case 17:
    return lm_edit_set_data (roll (dice, 3) > 0 ? "builtin:digits" : NULL);
  case 18:
    return roll (dice, 2) > 0 ? lm_edit_set_flow (roll (dice, 2)) : roll_chain (dice);
  case 19:
    return roll_outputs (dice, design);
  case 20:
    return lm_edit_insert_on_wire (design, path, &at, roll_node (dice, block), NULL);
  case 21:
    return lm_edit_swap_kind (design, path, ids[0], roll (dice, 2) > 0 ? "Concatenate" : "Conv2D", NULL);
  case 22:
    return lm_edit_group_into_block (design, path, ids, 1 + roll (dice, 3), NULL);
  case 23:
    return lm_edit_ungroup (design, path, ids[0], NULL);
  case 33:
    return lm_edit_duplicate (design, path, ids, 1 + roll (dice, 2), 24, 48, roll (dice, 2), NULL);
  case 32:
    return roll (dice, 2) ? lm_edit_wire_in_order (design, path, ids, 2, NULL) : lm_edit_put_on_wire (design, path, &at, ids[0], NULL);
  default:
    return lm_edit_add_node (path, roll_node (dice, block));
  }
}

static void
assert_sound (const LmDesign *design)
{
  g_autoptr (GArray) order = lm_design_order (design);
  g_autofree int *position = g_new0 (int, design->next_id + 1);

  g_assert_cmpuint (order->len, ==, design->nodes->len);
  for (guint i = 0; i < design->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (design->nodes, i);

    position[g_array_index (order, int, i)] = (int) i;
    g_assert_cmpint (node->id, <, design->next_id);
    g_assert_true (i == 0 || ((LmNode *) g_ptr_array_index (design->nodes, i - 1))->id < node->id);
    g_assert_true (lm_design_find_by_name (design, node->name) == node);
    g_assert_true (isfinite (node->x) && isfinite (node->y));
    if (node->child != NULL)
      assert_sound (node->child);
  }
  for (guint i = 0; i < design->wires->len; i++) {
    const LmWire *at = &g_array_index (design->wires, LmWire, i);

    g_assert_true (lm_design_check_ports (design, at, NULL));
    g_assert_cmpint (position[at->from], <, position[at->to]);
    g_assert_true (lm_design_wire_into (design, at->to, at->to_port) == at);
  }
  for (guint i = 0; i < design->outputs->len; i++) {
    const LmOutputSpec *spec = g_ptr_array_index (design->outputs, i);

    g_assert_true (lm_design_has_output (design, spec->node, spec->port));
  }
}

/* A history through JSON and back leads to the same bytes. */
static void
assert_history_survives (const LmUndo *undo,
                         LmDesign *design,
                         const char *first)
{
  g_autoptr (LmUndo) read = lm_undo_new ();
  g_autoptr (GPtrArray) forwards = lm_edit_new_list (LM_EDIT_GROUP);
  g_autoptr (GPtrArray) reverses = lm_edit_new_list (LM_EDIT_GROUP);
  g_autoptr (GError) error = NULL;
  g_autofree char *last = lm_design_to_json (design, FALSE), *begin = NULL, *end = NULL;

  for (gsize i = 0; i < lm_undo_length (undo); i++) {
    const LmEdit *edits[2];

    lm_undo_get (undo, i, &edits[0], &edits[1]);
    for (int e = 0; e < 2; e++) {
      g_autofree char *json = lm_edit_to_json (edits[e]), *again = NULL;
      LmEdit *edit = lm_edit_from_json (json, -1, &error);

      g_assert_no_error (error);
      again = lm_edit_to_json (edit);
      g_assert_cmpstr (json, ==, again);
      g_ptr_array_add (e == 0 ? forwards : reverses, edit);
    }
  }
  lm_undo_restore (read, forwards, reverses, lm_undo_position (undo));
  g_assert_cmpstr (lm_undo_title (read), ==, lm_undo_title (undo));
  while (lm_undo_undo (read, design))
    ;
  g_assert_cmpuint (lm_undo_position (read), ==, 0);
  begin = lm_design_to_json (design, FALSE);
  g_assert_cmpstr (begin, ==, first);
  while (lm_undo_redo (read, design))
    ;
  end = lm_design_to_json (design, FALSE);
  g_assert_cmpstr (end, ==, last);
}

static void
test_random_edits_undo (void)
{
  Dice dice = { .rng = lm_rng_init (1, LM_RNG_TEST, 0, 0) };
  g_autoptr (LmDesign) design = make_skip ();
  g_autoptr (LmUndo) undo = lm_undo_new ();
  g_autofree char *first = lm_design_to_json (design, FALSE), *last = NULL, *begin = NULL, *end = NULL;
  int n_done = 0, n_refused = 0, n_nonsense = 0;

  for (int i = 0; i < 10000; i++) {
    g_autoptr (LmEdit) edit = NULL;
    g_autofree char *before = NULL;

    if (roll (&dice, 12) == 0) {
      gboolean back = roll (&dice, 2);

      for (int n = roll (&dice, 6); n > 0; n--)
        back ? lm_undo_undo (undo, design) : lm_undo_redo (undo, design);
      continue;
    }
    edit = roll_edit (&dice, design);
    if (edit == NULL) {
      n_nonsense++;
      continue;
    }
    before = lm_design_to_json (design, FALSE);
    if (lm_undo_do (undo, design, edit, roll (&dice, 4) == 0, NULL)) {
      n_done++;
    } else {
      g_autofree char *after = lm_design_to_json (design, FALSE);

      n_refused++;
      g_assert_cmpstr (before, ==, after);
    }
    if (i % 20 == 0)
      assert_sound (design);
  }
  g_test_message ("%d done, %d refused, %d made no sense; %zu steps, %u layers, %u wires at the end", n_done, n_refused,
                  n_nonsense, lm_undo_length (undo), design->nodes->len, design->wires->len);
  g_assert_cmpint (n_done, >, 4000);
  g_assert_cmpint (n_refused, >, 200);

  while (lm_undo_redo (undo, design))
    ;
  last = lm_design_to_json (design, FALSE);
  assert_history_survives (undo, design, first);

  while (lm_undo_undo (undo, design))
    ;
  g_assert_cmpuint (lm_undo_position (undo), ==, 0);
  begin = lm_design_to_json (design, FALSE);
  g_assert_cmpstr (begin, ==, first);
  while (lm_undo_redo (undo, design))
    ;
  g_assert_cmpuint (lm_undo_position (undo), ==, lm_undo_length (undo));
  end = lm_design_to_json (design, FALSE);
  g_assert_cmpstr (end, ==, last);
}

/* Each single edit's reverse gives the bytes back, and reversing that the bytes after. */
static void
test_random_edits_reverse (void)
{
  Dice dice = { .rng = lm_rng_init (2, LM_RNG_TEST, 0, 0) };
  g_autoptr (LmDesign) design = make_skip ();

  for (int i = 0; i < 3000; i++) {
    g_autoptr (LmEdit) edit = roll_edit (&dice, design), reverse = NULL, again = NULL, back = NULL;
    g_autofree char *before = lm_design_to_json (design, FALSE), *after = NULL, *restored = NULL, *redone = NULL;

    reverse = edit != NULL ? lm_edit_apply (edit, design, NULL) : NULL;
    if (reverse == NULL)
      continue;
    after = lm_design_to_json (design, FALSE);
    again = lm_edit_apply (reverse, design, NULL);
    g_assert_nonnull (again);
    restored = lm_design_to_json (design, FALSE);
    g_assert_cmpstr (before, ==, restored);
    back = lm_edit_apply (again, design, NULL);
    g_assert_nonnull (back);
    redone = lm_design_to_json (design, FALSE);
    g_assert_cmpstr (after, ==, redone);
  }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/undo/random-edits-lead-back", test_random_edits_undo);
  g_test_add_func ("/undo/random-edits-reverse", test_random_edits_reverse);

  return g_test_run ();
}
