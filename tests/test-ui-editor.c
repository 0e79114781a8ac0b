/* test-ui-editor.c: one selection and the commands on it; each is one step of undo
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <gtk/gtk.h>
#include <math.h>

#include "editor-kit.h"
#include "lm-card.h"
#include "lm-design-json.h"
#include "lm-rng.h"

#define CHAIN(kit, ...) kit_chain (kit, (const char *const[]){ __VA_ARGS__ }, (int) G_N_ELEMENTS (((const char *const[]){ __VA_ARGS__ })))

static const LmNode *
node_at (const Kit *kit,
         int id)
{
  const LmNode *node = lm_design_find (kit_design (kit), id);

  g_assert_nonnull (node);
  return node;
}

static int
n_nodes (const Kit *kit)
{
  return (int) kit_design (kit)->nodes->len;
}

static void
select_ids (Kit *kit,
            int a,
            int b)
{
  int ids[] = { a, b };

  lm_editor_select (kit->editor, ids, b != 0 ? 2 : 1);
}

static int
n_selected (Kit *kit)
{
  int n;

  lm_editor_get_selection (kit->editor, &n);
  return n;
}

static GdkClipboard *
clipboard (void)
{
  return gdk_display_get_clipboard (gdk_display_get_default ());
}

/* --- Adding and wiring --------------------------------------------------------------- */

static void
test_adds_after_the_current_layer (void)
{
  Kit kit;
  int first, dropout;

  kit_init (&kit);
  first = CHAIN (&kit, "Input", "Flatten", "Dense");
  g_assert_true (kit_has_wire (&kit, first, first + 1));
  g_assert_true (kit_has_wire (&kit, first + 1, first + 2));
  g_assert_cmpint (lm_editor_get_current (kit.editor), ==, first + 2);
  g_assert_cmpint (kit.revealed, ==, first + 2);

  /* In the middle of a chain it goes onto the wire, and what is behind moves on. */
  lm_editor_select_one (kit.editor, first + 1);
  dropout = lm_editor_add (kit.editor, "Dropout", NAN, NAN);
  g_assert_true (kit_has_wire (&kit, first + 1, dropout));
  g_assert_true (kit_has_wire (&kit, dropout, first + 2));
  g_assert_false (kit_has_wire (&kit, first + 1, first + 2));
  g_assert_cmpfloat (node_at (&kit, dropout)->y, >=, node_at (&kit, first + 1)->y + LM_CARD_HEIGHT);
  g_assert_cmpfloat (node_at (&kit, first + 2)->y, >=, node_at (&kit, dropout)->y + LM_CARD_HEIGHT);

  g_assert_true (lm_document_undo (kit.document));
  g_assert_true (kit_has_wire (&kit, first + 1, first + 2));
  g_assert_cmpint (n_nodes (&kit), ==, 3);
  kit_clear (&kit);
}

static void
test_adds_at_a_place (void)
{
  Kit kit;
  int first, second;

  kit_init (&kit);
  first = lm_editor_add (kit.editor, "Dense", 100, -50);
  second = lm_editor_add (kit.editor, "Dense", 500, 10);
  g_assert_cmpfloat (node_at (&kit, first)->x, ==, 96);
  g_assert_cmpfloat (node_at (&kit, first)->y, ==, -48);
  g_assert_false (kit_has_wire (&kit, first, second));
  g_assert_cmpint (lm_editor_add (kit.editor, "Warp", 0, 0), ==, 0);
  g_assert_nonnull (kit.refusal);
  kit_clear (&kit);
}

static void
test_adds_at_a_port (void)
{
  Kit kit;
  int dense, before, after;

  kit_init (&kit);
  dense = CHAIN (&kit, "Dense");
  before = lm_editor_add_at_port (kit.editor, "Flatten", dense, 0, FALSE, NAN, NAN);
  after = lm_editor_add_at_port (kit.editor, "Dropout", dense, 0, TRUE, 240, 240);
  g_assert_true (kit_has_wire (&kit, before, dense));
  g_assert_true (kit_has_wire (&kit, dense, after));
  g_assert_cmpfloat (node_at (&kit, before)->y, <, node_at (&kit, dense)->y);
  g_assert_cmpfloat (node_at (&kit, after)->x, ==, 240);
  kit_clear (&kit);
}

static void
test_wires_and_refuses_circles (void)
{
  Kit kit;
  int first;
  LmWire wire;

  kit_init (&kit);
  first = CHAIN (&kit, "Input", "Dense", "Dense");
  wire = (LmWire){ first + 2, 0, first + 1, 0 };
  g_assert_false (lm_editor_connect (kit.editor, &wire));
  g_assert_nonnull (strstr (kit.refusal, "circle"));
  g_assert_true (kit_has_wire (&kit, first, first + 1));

  /* The end of a wire goes elsewhere. */
  wire = (LmWire){ first, 0, first + 2, 0 };
  g_assert_true (lm_editor_reconnect (kit.editor, &(LmWire){ first + 1, 0, first + 2, 0 }, &wire));
  g_assert_true (kit_has_wire (&kit, first, first + 2));
  g_assert_false (kit_has_wire (&kit, first + 1, first + 2));
  g_assert_true (lm_document_undo (kit.document));
  g_assert_true (kit_has_wire (&kit, first + 1, first + 2));

  g_assert_true (lm_editor_cut_wires (kit.editor, (LmWire *) (void *) kit_design (&kit)->wires->data, 2));
  g_assert_cmpint (kit_design (&kit)->wires->len, ==, 0);
  select_ids (&kit, first, first + 2);
  g_assert_true (lm_editor_wire_in_order (kit.editor));
  g_assert_true (kit_has_wire (&kit, first, first + 2));
  kit_clear (&kit);
}

static void
test_puts_a_layer_on_a_wire (void)
{
  Kit kit;
  int first, loose;

  kit_init (&kit);
  first = CHAIN (&kit, "Input", "Dense");
  loose = lm_editor_add (kit.editor, "Dropout", 600, 0);
  g_assert_true (lm_editor_put_on_wire (kit.editor, loose, &(LmWire){ first, 0, first + 1, 0 }, 24, 72));
  g_assert_true (kit_has_wire (&kit, first, loose));
  g_assert_true (kit_has_wire (&kit, loose, first + 1));
  g_assert_cmpfloat (node_at (&kit, loose)->x, ==, 24);
  g_assert_cmpfloat (node_at (&kit, first + 1)->y, >=, 72 + LM_CARD_PITCH_DOWN);
  g_assert_true (lm_document_undo (kit.document));
  g_assert_cmpfloat (node_at (&kit, loose)->x, ==, 600);
  g_assert_true (kit_has_wire (&kit, first, first + 1));
  kit_clear (&kit);
}

/* --- Selecting ----------------------------------------------------------------------- */

static void
test_selects (void)
{
  Kit kit;
  int first;
  const int *ids;
  int n;

  kit_init (&kit);
  first = CHAIN (&kit, "Input", "Dense", "Dense", "Dense");
  g_assert_true (lm_editor_is_selected (kit.editor, first + 3));
  lm_editor_toggle (kit.editor, first);
  ids = lm_editor_get_selection (kit.editor, &n);
  g_assert_cmpint (n, ==, 2);
  g_assert_cmpint (ids[1], ==, first);
  lm_editor_toggle (kit.editor, first);
  g_assert_cmpint (n_selected (&kit), ==, 1);
  lm_editor_select_all (kit.editor);
  g_assert_cmpint (n_selected (&kit), ==, 4);
  lm_editor_toggle (kit.editor, first + 1);
  lm_editor_invert_selection (kit.editor);
  g_assert_cmpint (n_selected (&kit), ==, 1);
  g_assert_true (lm_editor_is_selected (kit.editor, first + 1));
  lm_editor_select_stream (kit.editor, FALSE);
  g_assert_cmpint (n_selected (&kit), ==, 3);
  g_assert_false (lm_editor_is_selected (kit.editor, first));
  lm_editor_select_one (kit.editor, first + 1);
  lm_editor_select_stream (kit.editor, TRUE);
  g_assert_true (lm_editor_is_selected (kit.editor, first));
  g_assert_cmpint (n_selected (&kit), ==, 2);

  lm_editor_select_wire (kit.editor, &(LmWire){ first, 0, first + 1, 0 });
  g_assert_nonnull (lm_editor_get_selected_wire (kit.editor));
  g_assert_cmpint (n_selected (&kit), ==, 0);
  g_assert_true (lm_editor_delete (kit.editor, TRUE));
  g_assert_null (lm_editor_get_selected_wire (kit.editor));
  g_assert_false (kit_has_wire (&kit, first, first + 1));
  kit_clear (&kit);
}

/* What undo brings back or moves is selected, so that it is seen. */
static void
test_undo_selects_what_it_touched (void)
{
  Kit kit;
  int first;

  kit_init (&kit);
  first = CHAIN (&kit, "Input", "Dense", "Dense");
  select_ids (&kit, first + 1, 0);
  g_assert_true (lm_editor_delete (kit.editor, TRUE));
  g_assert_true (kit_has_wire (&kit, first, first + 2));
  lm_editor_select_one (kit.editor, 0);
  g_assert_true (lm_document_undo (kit.document));
  g_assert_true (lm_editor_is_selected (kit.editor, first + 1));
  g_assert_true (lm_document_redo (kit.document));
  g_assert_false (lm_editor_is_selected (kit.editor, first + 1));
  kit_clear (&kit);
}

/* --- Moving -------------------------------------------------------------------------- */

static void
test_moves_in_one_step (void)
{
  Kit kit;
  int first;
  double y;

  kit_init (&kit);
  first = CHAIN (&kit, "Input", "Dense");
  y = node_at (&kit, first + 1)->y;
  lm_editor_select_all (kit.editor);
  g_assert_true (lm_editor_move (kit.editor, 24, 0, TRUE));
  g_assert_true (lm_editor_move (kit.editor, 24, 48, TRUE));
  g_assert_cmpfloat (node_at (&kit, first + 1)->y, ==, y + 48);
  g_assert_cmpfloat (node_at (&kit, first)->x, ==, 48);
  g_assert_true (lm_document_undo (kit.document));
  g_assert_cmpfloat (node_at (&kit, first)->x, ==, 0);
  g_assert_cmpfloat (node_at (&kit, first + 1)->y, ==, y);
  kit_clear (&kit);
}

static void
test_arranges (void)
{
  Kit kit;
  int first;

  kit_init (&kit);
  first = CHAIN (&kit, "Input", "Dense", "Dense");
  for (int i = 0; i < 3; i++) {
    lm_editor_select_one (kit.editor, first + i);
    lm_editor_move (kit.editor, 70 * i, -130 * i, FALSE);
  }
  lm_editor_select_one (kit.editor, 0);
  g_assert_true (lm_editor_arrange (kit.editor));
  for (int i = 1; i < 3; i++) {
    g_assert_cmpfloat (node_at (&kit, first + i)->x, ==, node_at (&kit, first)->x);
    g_assert_cmpfloat (node_at (&kit, first + i)->y, >=, node_at (&kit, first + i - 1)->y + LM_CARD_HEIGHT);
  }
  g_assert_true (lm_document_undo (kit.document));
  g_assert_cmpfloat (node_at (&kit, first + 2)->x, ==, 140);
  kit_clear (&kit);
}

/* --- Copies -------------------------------------------------------------------------- */

static void
test_duplicates_beside (void)
{
  Kit kit;
  int first;

  kit_init (&kit);
  first = CHAIN (&kit, "Input", "Dense", "Dense");
  select_ids (&kit, first + 1, first + 2);
  g_assert_true (lm_editor_duplicate (kit.editor));
  g_assert_cmpint (n_nodes (&kit), ==, 5);
  g_assert_cmpint (n_selected (&kit), ==, 2);
  g_assert_true (kit_has_wire (&kit, first + 3, first + 4));
  g_assert_false (kit_has_wire (&kit, first, first + 3));
  g_assert_cmpfloat (node_at (&kit, first + 3)->x, >=, LM_CARD_WIDTH);
  kit_clear (&kit);
}

static void
test_cuts_and_pastes_through_the_clipboard (void)
{
  Kit kit, other;
  int first;

  kit_init (&kit);
  kit_init (&other);
  first = CHAIN (&kit, "Input", "Dense", "Dropout", "Dense");
  select_ids (&kit, first + 1, first + 2);
  g_assert_true (lm_editor_cut (kit.editor, clipboard ()));
  g_assert_true (kit_has_wire (&kit, first, first + 3));
  lm_editor_paste (other.editor, clipboard (), FALSE, 240, 480);
  KIT_WAIT_FOR (n_nodes (&other) == 2);
  g_assert_cmpint (n_selected (&other), ==, 2);
  g_assert_cmpint (kit_design (&other)->wires->len, ==, 1);

  gdk_clipboard_set_text (clipboard (), "no layers");
  lm_editor_paste (other.editor, clipboard (), FALSE, NAN, NAN);
  KIT_WAIT_FOR (other.refusal != NULL);
  g_assert_cmpint (n_nodes (&other), ==, 2);
  kit_clear (&other);
  kit_clear (&kit);
}

static void
test_pastes_with_the_incoming_wires (void)
{
  Kit kit;
  int first;

  kit_init (&kit);
  first = CHAIN (&kit, "Input", "Dense", "Dense");
  lm_editor_select_one (kit.editor, first + 1);
  g_assert_true (lm_editor_copy (kit.editor, clipboard ()));
  lm_editor_paste (kit.editor, clipboard (), TRUE, NAN, NAN);
  KIT_WAIT_FOR (n_nodes (&kit) == 4);
  g_assert_true (kit_has_wire (&kit, first, first + 3));
  kit_clear (&kit);
}

/* --- Flags, blocks, kinds ------------------------------------------------------------ */

static void
test_bypasses_and_freezes (void)
{
  Kit kit;
  int first;

  kit_init (&kit);
  first = CHAIN (&kit, "Input", "Dense", "Dense", "Dense");
  select_ids (&kit, first + 1, first + 2);
  g_assert_true (lm_editor_toggle_bypass (kit.editor));
  g_assert_true (node_at (&kit, first + 1)->bypassed && node_at (&kit, first + 2)->bypassed);
  g_assert_true (lm_editor_toggle_bypass (kit.editor));
  g_assert_false (node_at (&kit, first + 1)->bypassed || node_at (&kit, first + 2)->bypassed);
  lm_editor_select_one (kit.editor, first + 2);
  g_assert_true (lm_editor_freeze_up_to (kit.editor));
  g_assert_true (node_at (&kit, first + 1)->frozen && node_at (&kit, first + 2)->frozen);
  g_assert_false (node_at (&kit, first + 3)->frozen);
  g_assert_true (lm_editor_toggle_frozen (kit.editor));
  g_assert_false (node_at (&kit, first + 2)->frozen);
  kit_clear (&kit);
}

static void
test_groups_opens_and_ungroups (void)
{
  Kit kit;
  int first, block;
  g_autofree char *path = NULL;

  kit_init (&kit);
  first = CHAIN (&kit, "Input", "Dense", "Dense", "Dense");
  select_ids (&kit, first + 1, first + 2);
  g_assert_true (lm_editor_group (kit.editor));
  block = lm_editor_get_current (kit.editor);
  g_assert_cmpint (node_at (&kit, block)->type, ==, LM_NODE_BLOCK);
  g_assert_cmpint (n_nodes (&kit), ==, 3);

  g_assert_true (lm_editor_open_block (kit.editor, block));
  g_assert_cmpint (n_selected (&kit), ==, 0);
  lm_editor_select_one (kit.editor, first + 1);
  path = lm_editor_path (kit.editor, first + 1);
  g_assert_true (strchr (path, '/') != NULL);
  g_assert_true (lm_editor_leave_block (kit.editor));
  g_assert_true (lm_editor_is_selected (kit.editor, block));
  g_assert_false (lm_editor_leave_block (kit.editor));
  lm_editor_show (kit.editor, path);
  g_assert_cmpstr (lm_editor_get_block (kit.editor), !=, "");
  g_assert_true (lm_editor_is_selected (kit.editor, first + 1));
  g_assert_true (lm_editor_set_block (kit.editor, ""));
  g_assert_false (lm_editor_set_block (kit.editor, "77"));

  lm_editor_select_one (kit.editor, block);
  g_assert_true (lm_editor_ungroup (kit.editor));
  g_assert_cmpint (n_nodes (&kit), ==, 4);
  g_assert_cmpint (n_selected (&kit), ==, 2);
  kit_clear (&kit);
}

/* Undo of what made the open block takes one out of it. */
static void
test_leaves_a_block_that_is_gone (void)
{
  Kit kit;
  int first;

  kit_init (&kit);
  first = CHAIN (&kit, "Input", "Dense", "Dense");
  select_ids (&kit, first + 1, first + 2);
  g_assert_true (lm_editor_group (kit.editor));
  g_assert_true (lm_editor_open_block (kit.editor, lm_editor_get_current (kit.editor)));
  g_assert_true (lm_document_undo (kit.document));
  g_assert_cmpstr (lm_editor_get_block (kit.editor), ==, "");
  g_assert_cmpint (n_nodes (&kit), ==, 3);
  kit_clear (&kit);
}

static void
test_swaps_renames_and_sets_options (void)
{
  Kit kit;
  int first;
  LmOptionValue units = LM_VALUE_INT (17);

  kit_init (&kit);
  first = CHAIN (&kit, "Input", "Dense", "Dense", "Dropout");
  select_ids (&kit, first + 1, first + 2);
  g_assert_true (lm_editor_set_option (kit.editor, lm_option_set_index (node_at (&kit, first + 1)->options, "units"), &units, FALSE));
  for (int i = 1; i < 3; i++)
    g_assert_cmpint (lm_node_int (node_at (&kit, first + i), lm_option_set_index (node_at (&kit, first + i)->options, "units")), ==, 17);
  g_assert_true (lm_document_undo (kit.document));

  select_ids (&kit, first + 1, first + 2);
  g_assert_true (lm_editor_swap (kit.editor, "BatchNormalization"));
  g_assert_cmpstr (node_at (&kit, first + 1)->kind, ==, "BatchNormalization");
  g_assert_cmpstr (node_at (&kit, first + 2)->name, ==, "batch_normalization_1");
  g_assert_true (kit_has_wire (&kit, first + 1, first + 2));

  g_assert_true (lm_editor_rename (kit.editor, first + 1, " stem "));
  g_assert_cmpstr (node_at (&kit, first + 1)->name, ==, "stem");
  g_assert_false (lm_editor_rename (kit.editor, first + 2, "stem"));
  g_assert_nonnull (strstr (kit.refusal, "stem"));
  kit_clear (&kit);
}

static void
test_previews_without_changing (void)
{
  Kit kit;
  int first;
  g_autoptr (LmEdit) edit = NULL;
  const LmCheck *check;

  kit_init (&kit);
  first = CHAIN (&kit, "Input", "Dense");
  edit = lm_edit_insert_on_wire (lm_document_get_design (kit.document), "", &(LmWire){ first, 0, first + 1, 0 }, lm_node_new ("Flatten", NULL), NULL);
  lm_editor_set_preview (kit.editor, edit);
  g_assert_cmpint (lm_editor_get_preview (kit.editor, &check)->nodes->len, ==, 3);
  g_assert_nonnull (check);
  g_assert_cmpint (n_nodes (&kit), ==, 2);
  g_assert_true (lm_editor_do (kit.editor, edit, FALSE));
  g_assert_null (lm_editor_get_preview (kit.editor, NULL));
  g_assert_cmpint (n_nodes (&kit), ==, 3);
  kit_clear (&kit);
}

/* --- At random ----------------------------------------------------------------------- */

typedef struct {
  Kit kit;
  LmRng rng;
  guint64 at;
} Dice;

static int
roll (Dice *dice,
      int n)
{
  return (int) lm_rng_below (&dice->rng, dice->at++, (guint32) n);
}

static int
roll_id (Dice *dice)
{
  const LmDesign *design = kit_design (&dice->kit);

  return design->nodes->len == 0 ? 99 : ((LmNode *) g_ptr_array_index (design->nodes, (guint) roll (dice, (int) design->nodes->len)))->id;
}

static LmWire
roll_wire (Dice *dice)
{
  const LmDesign *design = kit_design (&dice->kit);

  if (design->wires->len == 0 || roll (dice, 10) == 0)
    return (LmWire){ roll_id (dice), 0, roll_id (dice), roll (dice, 3) };
  return g_array_index (design->wires, LmWire, (guint) roll (dice, (int) design->wires->len));
}

static void
roll_selection (Dice *dice)
{
  int ids[4] = { roll_id (dice), roll_id (dice), roll_id (dice), roll_id (dice) };
  LmWire wire = roll_wire (dice);

  switch (roll (dice, 8)) {
  case 0:
    lm_editor_select_wire (dice->kit.editor, &wire);
    break;
  case 1:
    lm_editor_select_stream (dice->kit.editor, roll (dice, 2));
    break;
  case 2:
    lm_editor_toggle (dice->kit.editor, ids[0]);
    break;
  default:
    lm_editor_select (dice->kit.editor, ids, 1 + roll (dice, 4));
  }
}

static void
roll_command (Dice *dice)
{
  static const char *const kinds[] = { "Input", "Dense", "Conv2D", "Add", "Concatenate", "Flatten", "Dropout", "Block" };
  LmEditor *editor = dice->kit.editor;
  const char *kind = kinds[roll (dice, (int) G_N_ELEMENTS (kinds))];
  LmWire wire = roll_wire (dice), other = { roll_id (dice), 0, roll_id (dice), roll (dice, 2) };
  LmOptionValue value = LM_VALUE_INT (roll (dice, 40));
  g_autofree char *name = g_strdup_printf ("name %d", roll (dice, 9));
  /* Now and then all at once, so that the network stays small. */
  gboolean is_large = kit_design (&dice->kit)->nodes->len > 24;

  roll_selection (dice);
  switch (is_large ? 13 : roll (dice, 25)) {
  case 0:
  case 1:
    lm_editor_add (editor, kind, NAN, NAN);
    break;
  case 2:
    lm_editor_add (editor, kind, roll (dice, 900), roll (dice, 900));
    break;
  case 3:
    lm_editor_add_at_port (editor, kind, roll_id (dice), roll (dice, 2), roll (dice, 2), NAN, NAN);
    break;
  case 4:
    lm_editor_insert (editor, kind, &wire);
    break;
  case 5:
    lm_editor_put_on_wire (editor, roll_id (dice), &wire, roll (dice, 500), NAN);
    break;
  case 6:
  case 7:
    lm_editor_connect (editor, &other);
    break;
  case 8:
    lm_editor_reconnect (editor, &wire, &other);
    break;
  case 9:
    lm_editor_cut_wires (editor, &wire, 1);
    break;
  case 10:
    lm_editor_move (editor, roll (dice, 9) * 24, -24, roll (dice, 2));
    break;
  case 11:
    lm_editor_arrange (editor);
    break;
  case 12:
  case 13:
    lm_editor_delete (editor, roll (dice, 2));
    break;
  case 14:
    lm_editor_duplicate (editor);
    break;
  case 15:
    lm_editor_toggle_bypass (editor);
    break;
  case 16:
    lm_editor_toggle_frozen (editor);
    break;
  case 17:
    lm_editor_freeze_up_to (editor);
    break;
  case 18:
    lm_editor_group (editor);
    break;
  case 19:
    lm_editor_ungroup (editor);
    break;
  case 20:
    lm_editor_wire_in_order (editor);
    break;
  case 21:
    lm_editor_swap (editor, kind);
    break;
  case 22:
    lm_editor_rename (editor, roll_id (dice), name);
    break;
  case 23:
    lm_editor_set_option (editor, 0, &value, roll (dice, 2));
    break;
  default:
    if (roll (dice, 2) == 0 || !lm_editor_open_block (editor, roll_id (dice)))
      lm_editor_leave_block (editor);
  }
}

static void
check_selection (Dice *dice)
{
  int n;
  const int *ids = lm_editor_get_selection (dice->kit.editor, &n);

  for (int i = 0; i < n; i++)
    g_assert_nonnull (lm_design_find (kit_design (&dice->kit), ids[i]));
  if (lm_editor_get_current (dice->kit.editor) != 0)
    g_assert_nonnull (lm_design_find (kit_design (&dice->kit), lm_editor_get_current (dice->kit.editor)));
}

static char *
dump (Dice *dice)
{
  return lm_design_to_json (lm_document_get_design (dice->kit.document), FALSE);
}

static void
test_random_commands_lead_back (void)
{
  Dice dice = { { 0 }, lm_rng_init (3, LM_RNG_TEST, 0, 0), 0 };
  g_autofree char *start = NULL, *end = NULL, *back = NULL, *again = NULL;

  kit_init (&dice.kit);
  start = dump (&dice);
  for (int i = 0; i < 10000; i++) {
    int kind = roll (&dice, 12);

    if (kind == 0)
      lm_document_undo (dice.kit.document);
    else if (kind == 1)
      lm_document_redo (dice.kit.document);
    else
      roll_command (&dice);
    check_selection (&dice);
    if (i % 100 == 0)
      kit_settle ();
  }
  while (lm_document_redo (dice.kit.document))
    ;
  end = dump (&dice);
  while (lm_document_undo (dice.kit.document))
    ;
  /* The first step emptied the template. */
  g_assert_true (lm_document_redo (dice.kit.document));
  back = dump (&dice);
  g_assert_cmpstr (back, ==, start);
  while (lm_document_redo (dice.kit.document))
    check_selection (&dice);
  again = dump (&dice);
  g_assert_cmpstr (again, ==, end);
  kit_clear (&dice.kit);
}

int
main (int argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/editor/adds-after-the-current-layer", test_adds_after_the_current_layer);
  g_test_add_func ("/ui/editor/adds-at-a-place", test_adds_at_a_place);
  g_test_add_func ("/ui/editor/adds-at-a-port", test_adds_at_a_port);
  g_test_add_func ("/ui/editor/wires-and-refuses-circles", test_wires_and_refuses_circles);
  g_test_add_func ("/ui/editor/puts-a-layer-on-a-wire", test_puts_a_layer_on_a_wire);
  g_test_add_func ("/ui/editor/selects", test_selects);
  g_test_add_func ("/ui/editor/undo-selects-what-it-touched", test_undo_selects_what_it_touched);
  g_test_add_func ("/ui/editor/moves-in-one-step", test_moves_in_one_step);
  g_test_add_func ("/ui/editor/arranges", test_arranges);
  g_test_add_func ("/ui/editor/duplicates-beside", test_duplicates_beside);
  g_test_add_func ("/ui/editor/cuts-and-pastes-through-the-clipboard", test_cuts_and_pastes_through_the_clipboard);
  g_test_add_func ("/ui/editor/pastes-with-the-incoming-wires", test_pastes_with_the_incoming_wires);
  g_test_add_func ("/ui/editor/bypasses-and-freezes", test_bypasses_and_freezes);
  g_test_add_func ("/ui/editor/groups-opens-and-ungroups", test_groups_opens_and_ungroups);
  g_test_add_func ("/ui/editor/leaves-a-block-that-is-gone", test_leaves_a_block_that_is_gone);
  g_test_add_func ("/ui/editor/swaps-renames-and-sets-options", test_swaps_renames_and_sets_options);
  g_test_add_func ("/ui/editor/previews-without-changing", test_previews_without_changing);
  g_test_add_func ("/ui/editor/random-commands-lead-back", test_random_commands_lead_back);
  return g_test_run ();
}
