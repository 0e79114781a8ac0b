/* test-design.c: designs as values, names, wires, edits and their reverses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-design-json.h"

#include "design-kit.h"

#include <math.h>
#include <string.h>

/* --- Helpers --------------------------------------------------------------- */

static void
refuse (LmDesign *design,
        LmEdit *edit,
        int code,
        const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = lm_design_to_json (design, FALSE);
  g_autofree char *after = NULL;

  g_assert_null (lm_edit_apply (edit, design, &error));
  g_assert_error (error, LM_ERROR, code);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” is not in: %s", words, error->message);
  after = lm_design_to_json (design, FALSE);
  g_assert_cmpstr (before, ==, after);
  lm_edit_free (edit);
}

static const char *
name_of (const LmDesign *design,
         int id)
{
  return lm_design_find (design, id)->name;
}

static int
option_of (const char *kind,
           const char *id)
{
  const LmLayerClass *layer = lm_layer_find (kind);

  for (int i = 0; i < layer->member.n_options; i++) {
    if (strcmp (layer->member.options[i].id, id) == 0)
      return i;
  }
  g_error ("%s has no option %s", kind, id);
}

/* --- Names ------------------------------------------------------------------ */

static void
test_names_are_keras_names (void)
{
  static const char *const names[][2] = {
    { "Input", "input" },
    { "Dense", "dense" },
    { "Conv2D", "conv2d" },
    { "MaxPooling2D", "max_pooling2d" },
    { "GlobalAveragePooling2D", "global_average_pooling2d" },
    { "BatchNormalization", "batch_normalization" },
    { "ZeroPadding2D", "zero_padding2d" },
    { "LSTM", "lstm" },
    { "ReLU", "re_lu" },
    { "PReLU", "p_re_lu" },
    { "Conv1DTranspose", "conv1d_transpose" },
    { "TimeDistributed", "time_distributed" },
  };
  g_autoptr (LmDesign) design = lm_design_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *name = lm_design_free_name (design, names[i][0]);

    g_assert_cmpstr (name, ==, names[i][1]);
  }
}

static void
test_names_count_up (void)
{
  g_autoptr (LmDesign) design = lm_design_new ();
  g_autofree char *like = NULL, *free_name = NULL;

  for (int i = 0; i < 3; i++)
    add (design, "Dense");
  g_assert_cmpstr (name_of (design, 1), ==, "dense");
  g_assert_cmpstr (name_of (design, 2), ==, "dense_1");
  g_assert_cmpstr (name_of (design, 3), ==, "dense_2");

  apply (design, lm_edit_remove_node ("", 2));
  add (design, "Dense");
  g_assert_cmpstr (name_of (design, 4), ==, "dense_1");

  like = lm_design_free_name_like (design, "dense_1");
  g_assert_cmpstr (like, ==, "dense_3");
  free_name = lm_design_free_name_like (design, "head");
  g_assert_cmpstr (free_name, ==, "head");
}

static void
test_names_are_checked (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autofree char *eighty = g_strnfill (80, 'x'), *more = g_strnfill (81, 'x');

  refuse (design, lm_edit_rename ("", 2, ""), LM_ERROR_OPTION, "at least one character");
  refuse (design, lm_edit_rename ("", 2, "a/b"), LM_ERROR_OPTION, "separates");
  refuse (design, lm_edit_rename ("", 2, "123"), LM_ERROR_OPTION, "bare number");
  refuse (design, lm_edit_rename ("", 2, "a\nb"), LM_ERROR_OPTION, "control character");
  refuse (design, lm_edit_rename ("", 2, "dense"), LM_ERROR_OPTION, "another layer");
  refuse (design, lm_edit_rename ("", 2, more), LM_ERROR_OPTION, "80 characters");
  refuse (design, lm_edit_rename ("", 2, "\xff"), LM_ERROR_OPTION, "UTF-8");
  refuse (design, lm_edit_rename ("", 99, "x"), LM_ERROR_NOT_FOUND, "99");
  apply (design, lm_edit_rename ("", 2, eighty));
  apply (design, lm_edit_rename ("", 2, "Erste Faltung 1"));
  g_assert_cmpint (lm_design_find_by_name (design, "Erste Faltung 1")->id, ==, 2);
}

static void
test_paths_lead_into_blocks (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (GError) error = NULL;
  LmDesign *owner;
  LmNode *node;

  apply (design, lm_edit_group_into_block (design, "", (int[]){ 2, 3 }, 2, &error));
  g_assert_no_error (error);
  node = lm_design_resolve (design, "7/2", &owner);
  g_assert_cmpstr (node->name, ==, "conv2d");
  g_assert_true (owner == lm_design_find (design, 7)->child);
  g_assert_true (lm_design_resolve (design, "block/conv2d", NULL) == node);
  g_assert_true (lm_design_resolve (design, "7", &owner)->child == lm_design_find (design, 7)->child);
  g_assert_true (owner == design);
  g_assert_null (lm_design_resolve (design, "", NULL));
  g_assert_null (lm_design_resolve (design, "7/99", NULL));
  g_assert_null (lm_design_resolve (design, "1/2", NULL));
  g_assert_null (lm_design_resolve (design, "7/2/1", NULL));
  g_assert_null (lm_design_resolve (design, "7//2", NULL));
}

/* --- Wires ------------------------------------------------------------------ */

static void
test_wires_are_checked (void)
{
  g_autoptr (LmDesign) design = make_chain ();

  refuse (design, lm_edit_add_wire ("", &(LmWire){ 2, 0, 99, 0 }), LM_ERROR_GRAPH, "99");
  refuse (design, lm_edit_add_wire ("", &(LmWire){ 98, 0, 2, 0 }), LM_ERROR_GRAPH, "98");
  refuse (design, lm_edit_add_wire ("", &(LmWire){ 2, 1, 6, 0 }), LM_ERROR_GRAPH, "“conv2d”");
  refuse (design, lm_edit_add_wire ("", &(LmWire){ 2, 0, 6, 1 }), LM_ERROR_GRAPH, "“dense”");
  refuse (design, lm_edit_add_wire ("", &(LmWire){ 2, 0, 1, 0 }), LM_ERROR_GRAPH, "“input”");
  refuse (design, lm_edit_add_wire ("", &(LmWire){ 2, -1, 6, 0 }), LM_ERROR_GRAPH, "output -1");
  refuse (design, lm_edit_remove_wire ("", &(LmWire){ 1, 0, 6, 0 }), LM_ERROR_NOT_FOUND, "no wire");
}

static void
test_circles_are_refused (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (GError) error = NULL;
  int sum = add (design, "Add");

  wire (design, 2, sum, 0);
  refuse (design, lm_edit_add_wire ("", &(LmWire){ 6, 0, 2, 0 }), LM_ERROR_GRAPH, "A wire from dense to conv2d would go round in a circle");
  refuse (design, lm_edit_add_wire ("", &(LmWire){ sum, 0, sum, 1 }), LM_ERROR_GRAPH, "circle");
  g_assert_false (lm_design_check_wire (design, &(LmWire){ 6, 0, 2, 0 }, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_GRAPH);
  /* A refused wire leaves the one that was there. */
  g_assert_cmpint (lm_design_wire_into (design, 2, 0)->from, ==, 1);
}

static void
test_a_new_wire_replaces_the_old (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LmEdit) edit = lm_edit_add_wire ("", &(LmWire){ 2, 0, 4, 0 });
  g_autoptr (LmEdit) reverse = NULL;
  g_autofree char *before = lm_design_to_json (design, FALSE), *after = NULL;

  g_assert_false (lm_design_check_wire (design, &(LmWire){ 2, 0, 4, 0 }, &error));
  g_assert_nonnull (strstr (error->message, "already has a wire from “max_pooling2d”"));

  reverse = lm_edit_apply (edit, design, NULL);
  g_assert_cmpint (lm_design_wire_into (design, 4, 0)->from, ==, 2);
  apply (design, g_steal_pointer (&reverse));
  after = lm_design_to_json (design, FALSE);
  g_assert_cmpstr (before, ==, after);
}

static void
test_ports_grow (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  int sum = add (design, "Add");
  const LmNode *node = lm_design_find (design, sum);

  g_assert_cmpint (lm_design_n_inputs (design, node), ==, 2);
  wire (design, 1, sum, 0);
  g_assert_cmpint (lm_design_n_inputs (design, node), ==, 2);
  wire (design, 2, sum, 1);
  g_assert_cmpint (lm_design_n_inputs (design, node), ==, 3);
  wire (design, 3, sum, 2);
  g_assert_cmpint (lm_design_n_inputs (design, node), ==, 4);
  g_assert_cmpint (lm_design_n_inputs (design, lm_design_find (design, 1)), ==, 0);
  g_assert_cmpint (lm_design_n_inputs (design, lm_design_find (design, 2)), ==, 1);
  g_assert_cmpint (lm_design_n_outputs (design, node), ==, 1);
}

static void
assert_order (const LmDesign *design,
              const int *ids,
              guint n)
{
  g_autoptr (GArray) order = lm_design_order (design);

  g_assert_cmpuint (order->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (g_array_index (order, int, i), ==, ids[i]);
}

static void
test_order_runs (void)
{
  g_autoptr (LmDesign) design = lm_design_new ();

  for (int i = 0; i < 6; i++)
    add (design, i == 4 ? "Input" : "Dense");
  assert_order (design, (int[]){ 1, 2, 3, 4, 5, 6 }, 6);
  wire (design, 5, 3, 0);
  wire (design, 3, 1, 0);
  wire (design, 5, 4, 0);
  wire (design, 1, 6, 0);
  /* Inputs before users, ties by id. */
  assert_order (design, (int[]){ 2, 5, 3, 1, 4, 6 }, 6);

  /* A circle, which only a file can bring: those on it and behind it come last. */
  lm_design_add_wire (design, &(LmWire){ 4, 0, 2, 0 });
  lm_design_remove_wire (design, &(LmWire){ 5, 0, 4, 0 });
  lm_design_add_wire (design, &(LmWire){ 2, 0, 4, 0 });
  assert_order (design, (int[]){ 5, 3, 1, 6, 2, 4 }, 6);
}

/* --- Single edits ------------------------------------------------------------ */

static void
test_removing_takes_wires_along (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (LmEdit) edit = lm_edit_remove_node ("", 3), reverse = NULL;
  g_autofree char *before = lm_design_to_json (design, FALSE), *after = NULL;

  reverse = lm_edit_apply (edit, design, NULL);
  g_assert_null (lm_design_find (design, 3));
  g_assert_cmpuint (design->wires->len, ==, 3);
  apply (design, g_steal_pointer (&reverse));
  after = lm_design_to_json (design, FALSE);
  g_assert_cmpstr (before, ==, after);
}

static void
test_ids_are_not_reused (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (LmDesign) read = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  apply (design, lm_edit_remove_node ("", 6));
  json = lm_design_to_json (design, FALSE);
  read = lm_design_from_json (json, -1, "x.json", &error);
  g_assert_no_error (error);
  g_assert_cmpint (add (read, "Dense"), ==, 7);
  g_assert_cmpint (add (design, "Dense"), ==, 7);
}

static void
test_options_are_checked (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  int filters = option_of ("Conv2D", "filters");

  refuse (design, lm_edit_set_option ("", 2, filters, &LM_VALUE_INT (0)), LM_ERROR_OPTION, "“conv2d”");
  refuse (design, lm_edit_set_option ("", 2, filters, &LM_VALUE_BOOL (TRUE)), LM_ERROR_OPTION, "filters");
  refuse (design, lm_edit_set_option ("", 5, 0, &LM_VALUE_INT (1)), LM_ERROR_OPTION, "no such option");
  refuse (design, lm_edit_set_option ("", 2, 99, &LM_VALUE_INT (1)), LM_ERROR_OPTION, "no such option");
  apply (design, lm_edit_set_option ("", 2, filters, &LM_VALUE_INT (48)));
  g_assert_cmpint (lm_node_int (lm_design_find (design, 2), filters), ==, 48);
  apply (design, lm_edit_set_option ("", 2, filters, &(LmOptionValue){ 0 }));
  g_assert_false (lm_design_find (design, 2)->options->values[filters].is_set);
  refuse (design, lm_edit_set_training (LM_TRAINING_EPOCHS, &LM_VALUE_INT (0)), LM_ERROR_OPTION, "epochs");
  refuse (design, lm_edit_move ("", 2, NAN, 0), LM_ERROR_OPTION, "“conv2d”");
}

static void
test_groups_are_all_or_nothing (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  GPtrArray *edits = g_ptr_array_new ();

  g_ptr_array_add (edits, lm_edit_move ("", 1, 7, 8));
  g_ptr_array_add (edits, lm_edit_remove_node ("", 2));
  g_ptr_array_add (edits, lm_edit_rename ("", 2, "gone"));
  refuse (design, lm_edit_group ("Three", edits), LM_ERROR_NOT_FOUND, "layer number 2");
}

static void
test_linked_copies_need_their_source (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  LmNode *copy = g_new0 (LmNode, 1);
  g_autoptr (GError) error = NULL;

  copy->type = LM_NODE_COPY;
  copy->kind = g_strdup ("Copy");
  copy->name = g_strdup ("twin");
  copy->source_id = 6;
  apply (design, lm_edit_add_node ("", lm_node_copy (copy)));
  g_assert_cmpint (lm_design_n_inputs (design, lm_design_find (design, 7)), ==, 1);
  refuse (design, lm_edit_remove_node ("", 6), LM_ERROR_GRAPH, "“twin”");
  g_assert_null (lm_edit_group_into_block (design, "", (int[]){ 5, 6 }, 2, &error));
  g_assert_nonnull (strstr (error->message, "shares its weights"));
  /* Both at once, in any order. */
  apply (design, lm_edit_remove_and_heal (design, "", (int[]){ 6, 7 }, 2, NULL));
  g_assert_cmpuint (design->nodes->len, ==, 5);
  refuse (design, lm_edit_add_node ("", copy), LM_ERROR_GRAPH, "linked copy");
}

/* --- Compound edits ------------------------------------------------------------ */

static void
test_removing_heals (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (GError) error = NULL;
  LmEdit *edit;
  GPtrArray *outputs = lm_edit_new_list (LM_EDIT_SET_OUTPUTS);
  LmOutputSpec *spec = g_new0 (LmOutputSpec, 1);

  /* A target goes back to what fed the layer. */
  *spec = (LmOutputSpec){ .node = 6, .weight = 1 };
  g_ptr_array_add (outputs, spec);
  apply (design, lm_edit_set_outputs (outputs));
  g_ptr_array_unref (outputs);

  edit = lm_edit_remove_and_heal (design, "", (int[]){ 3, 4 }, 2, &error);
  g_assert_no_error (error);
  apply (design, edit);
  g_assert_cmpuint (design->wires->len, ==, 3);
  g_assert_cmpint (lm_design_wire_into (design, 5, 0)->from, ==, 2);

  apply (design, lm_edit_remove_and_heal (design, "", (int[]){ 6 }, 1, &error));
  g_assert_cmpuint (design->outputs->len, ==, 1);
  g_assert_cmpint (((LmOutputSpec *) g_ptr_array_index (design->outputs, 0))->node, ==, 5);

  g_assert_null (lm_edit_remove_and_heal (design, "", (int[]){ 99 }, 1, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
}

static void
test_inserting_makes_room (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (GError) error = NULL;
  double y[6];

  for (int i = 0; i < 6; i++)
    y[i] = lm_design_find (design, i + 1)->y;
  apply (design, lm_edit_insert_on_wire (design, "", &(LmWire){ 5, 0, 6, 0 }, lm_node_new ("Dropout", NULL), &error));
  g_assert_cmpstr (name_of (design, 7), ==, "dropout");
  g_assert_cmpint (lm_design_wire_into (design, 6, 0)->from, ==, 7);
  g_assert_cmpint (lm_design_wire_into (design, 7, 0)->from, ==, 5);
  for (int i = 0; i < 5; i++)
    g_assert_cmpfloat (lm_design_find (design, i + 1)->y, ==, y[i]);
  g_assert_cmpfloat (lm_design_find (design, 7)->y, ==, y[4] + LM_CARD_PITCH_DOWN);
  g_assert_cmpfloat (lm_design_find (design, 6)->y, ==, y[4] + 2 * LM_CARD_PITCH_DOWN);

  g_assert_null (lm_edit_insert_on_wire (design, "", &(LmWire){ 1, 0, 6, 0 }, lm_node_new ("Dropout", NULL), &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
  g_clear_error (&error);
  /* An Input has no port for the wire. */
  g_assert_null (lm_edit_insert_on_wire (design, "", &(LmWire){ 1, 0, 2, 0 }, lm_node_new ("Input", NULL), &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_GRAPH);
}

static void
test_swapping_keeps_wires_and_options (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (GError) error = NULL;
  LmOptionValue padding = { .is_set = TRUE, .kind = LM_OPTION_CHOICE, .text = (char *) "same" };
  const LmNode *node;
  int sum;

  apply (design, lm_edit_set_option ("", 3, option_of ("MaxPooling2D", "padding"), &padding));
  apply (design, lm_edit_swap_kind (design, "", 3, "AveragePooling2D", &error));
  g_assert_no_error (error);
  node = lm_design_find (design, 3);
  g_assert_cmpstr (node->kind, ==, "AveragePooling2D");
  g_assert_cmpstr (node->name, ==, "average_pooling2d");
  g_assert_cmpstr (lm_node_text (node, option_of ("AveragePooling2D", "padding")), ==, "same");
  g_assert_cmpuint (design->wires->len, ==, 5);

  /* A given name stays; wires that find no port go. */
  sum = add (design, "Add");
  apply (design, lm_edit_rename ("", sum, "join"));
  wire (design, 2, sum, 0);
  wire (design, 3, sum, 1);
  apply (design, lm_edit_swap_kind (design, "", sum, "Flatten", &error));
  g_assert_cmpstr (name_of (design, sum), ==, "join");
  g_assert_nonnull (lm_design_wire_into (design, sum, 0));
  g_assert_null (lm_design_wire_into (design, sum, 1));

  g_assert_null (lm_edit_swap_kind (design, "", 3, "Nonsense", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (lm_edit_swap_kind (design, "", 3, "Block", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_GRAPH);
}

static void
test_grouping_keeps_what_is_wired (void)
{
  g_autoptr (LmDesign) design = make_skip ();
  g_autoptr (GError) error = NULL;
  g_autofree char *before = lm_design_to_json (design, FALSE), *after = NULL;
  LmNode *block;
  int id = design->next_id;

  /* conv2d feeds the inside (max_pooling2d) and the outside (add). */
  apply (design, lm_edit_group_into_block (design, "", (int[]){ 2, 3, 4 }, 3, &error));
  g_assert_no_error (error);
  block = lm_design_find (design, id);
  g_assert_cmpint (block->type, ==, LM_NODE_BLOCK);
  g_assert_cmpstr (block->name, ==, "block");
  g_assert_cmpint (lm_design_n_inputs (design, block), ==, 1);
  g_assert_cmpint (lm_design_n_outputs (design, block), ==, 2);
  g_assert_cmpint (lm_design_wire_into (design, id, 0)->from, ==, 1);
  g_assert_cmpint (lm_design_wire_into (design, 7, 0)->from, ==, id);
  g_assert_cmpint (lm_design_wire_into (design, 7, 1)->from, ==, id);
  g_assert_cmpint (lm_design_wire_into (design, 7, 0)->from_port, !=, lm_design_wire_into (design, 7, 1)->from_port);
  g_assert_nonnull (lm_design_find (block->child, 2));

  apply (design, lm_edit_ungroup (design, "", id, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (lm_design_find (design, 2)->name, ==, "conv2d");
  g_assert_cmpint (lm_design_wire_into (design, 2, 0)->from, ==, 1);
  g_assert_cmpint (lm_design_wire_into (design, 7, 0)->from, ==, 4);
  after = lm_design_to_json (design, FALSE);
  g_assert_cmpstr (before, !=, after);
}

static void
test_grouping_refuses_nonsense (void)
{
  g_autoptr (LmDesign) design = make_skip ();
  g_autoptr (GError) error = NULL;

  /* max_pooling2d lies on a way out of the block and in again. */
  g_assert_null (lm_edit_group_into_block (design, "", (int[]){ 2, 4 }, 2, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_GRAPH);
  g_assert_nonnull (strstr (error->message, "“max_pooling2d”"));
  g_clear_error (&error);
  g_assert_null (lm_edit_group_into_block (design, "", (int[]){ 1, 2 }, 2, &error));
  g_assert_nonnull (strstr (error->message, "“input”"));
  g_clear_error (&error);
  g_assert_null (lm_edit_group_into_block (design, "", NULL, 0, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_GRAPH);
  g_clear_error (&error);
  g_assert_null (lm_edit_ungroup (design, "", 2, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_GRAPH);
}

static void
test_group_and_ungroup_are_the_same_network (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (LmDesign) before = lm_design_copy (design);
  g_autoptr (GError) error = NULL;

  apply (design, lm_edit_group_into_block (design, "", (int[]){ 3, 4, 5 }, 3, &error));
  apply (design, lm_edit_ungroup (design, "", 7, &error));
  g_assert_no_error (error);
  design->next_id = before->next_id;
  g_assert_true (lm_design_equal (design, before));
}

static void
test_duplicates_have_names_of_their_own (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (GError) error = NULL;
  LmEdit *edit = lm_edit_duplicate (design, "", (int[]){ 2, 3 }, 2, 264, 0, TRUE, &error);
  g_autoptr (GPtrArray) added = NULL;

  g_assert_no_error (error);
  added = lm_edit_added (edit);
  g_assert_cmpuint (added->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (added, 0), ==, "7");
  apply (design, edit);
  g_assert_cmpstr (name_of (design, 7), ==, "conv2d_2");
  g_assert_cmpstr (name_of (design, 8), ==, "max_pooling2d_1");
  g_assert_cmpfloat (lm_design_find (design, 7)->x, ==, lm_design_find (design, 2)->x + 264);
  g_assert_cmpint (lm_design_wire_into (design, 7, 0)->from, ==, 1);
  g_assert_cmpint (lm_design_wire_into (design, 8, 0)->from, ==, 7);
  g_assert_cmpuint (design->wires->len, ==, 7);
}

/* Through the clipboard, as JSON, into another design. */
static void
test_paste (void)
{
  g_autoptr (LmDesign) design = make_chain (), other = make_chain (), fragment = NULL, read = NULL, empty = lm_design_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;
  LmNode *copy = g_new0 (LmNode, 1);

  copy->type = LM_NODE_COPY;
  copy->kind = g_strdup ("Copy");
  copy->name = g_strdup ("twin");
  copy->source_id = 2;
  apply (design, lm_edit_add_node ("", copy));
  apply (design, lm_edit_add_wire ("", &(LmWire){ 2, 0, 7, 0 }));

  fragment = lm_design_extract (design, "", (int[]){ 3, 4, 7 }, 3, &error);
  g_assert_no_error (error);
  json = lm_design_to_json (fragment, FALSE);
  read = lm_design_from_json (json, -1, "clipboard", &error);
  g_assert_no_error (error);
  apply (other, lm_edit_paste (other, "", read, 480, 0, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (other->nodes->len, ==, 9);
  g_assert_cmpint (lm_design_wire_into (other, 8, 0)->from, ==, 7);
  /* The copy came without its source: it is a layer now. */
  g_assert_cmpstr (lm_design_find (other, 9)->kind, ==, "Conv2D");
  g_assert_null (lm_design_wire_into (other, 9, 0));

  g_assert_null (lm_edit_paste (other, "", empty, 0, 0, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_GRAPH);
}

static void
test_wires_by_command (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (GError) error = NULL;
  int sum = add (design, "Add"), drop = add (design, "Dropout");

  apply (design, lm_edit_wire_in_order (design, "", (int[]){ 2, sum }, 2, &error));
  apply (design, lm_edit_wire_in_order (design, "", (int[]){ 4, sum, drop }, 3, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lm_design_wire_into (design, sum, 0)->from, ==, 2);
  g_assert_cmpint (lm_design_wire_into (design, sum, 1)->from, ==, 4);
  g_assert_cmpint (lm_design_wire_into (design, drop, 0)->from, ==, sum);
  g_assert_null (lm_edit_wire_in_order (design, "", (int[]){ 6, 2 }, 2, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_GRAPH);
  g_clear_error (&error);

  apply (design, lm_edit_remove_wire ("", &(LmWire){ sum, 0, drop, 0 }));
  apply (design, lm_edit_put_on_wire (design, "", &(LmWire){ 5, 0, 6, 0 }, drop, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lm_design_wire_into (design, drop, 0)->from, ==, 5);
  g_assert_cmpint (lm_design_wire_into (design, 6, 0)->from, ==, drop);
}

/* Wires of a block follow their ports while its inside changes. */
static void
test_ports_of_blocks_follow (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LmEdit) edit = NULL, reverse = NULL;
  g_autofree char *before = NULL, *after = NULL;
  int sum = add (design, "Add");

  /* A block with two input ports (input, flatten) and one output. */
  wire (design, 2, sum, 0);
  wire (design, 5, sum, 1);
  apply (design, lm_edit_group_into_block (design, "", (int[]){ sum }, 1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lm_design_n_inputs (design, lm_design_find (design, 8)), ==, 2);
  wire (design, 8, 6, 0);
  before = lm_design_to_json (design, FALSE);

  /* Its first port goes: the second wire moves up, the first is removed. */
  edit = lm_edit_remove_node ("8", 8);
  g_assert_true (lm_design_resolve (design, "8/8", NULL)->layer->max_inputs == 0);
  reverse = lm_edit_apply (edit, design, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lm_design_wire_into (design, 8, 0)->from, ==, 5);
  g_assert_null (lm_design_wire_into (design, 8, 1));
  g_assert_cmpint (lm_design_wire_into (design, 6, 0)->from, ==, 8);
  apply (design, g_steal_pointer (&reverse));
  after = lm_design_to_json (design, FALSE);
  g_assert_cmpstr (before, ==, after);

  /* Healing inside keeps the output where it is. */
  apply (design, lm_edit_remove_and_heal (design, "8", (int[]){ sum }, 1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lm_design_wire_into (design, 6, 0)->from, ==, 8);
}

/* --- Undo ------------------------------------------------------------------- */

static void
test_undo_has_titles (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (LmUndo) undo = lm_undo_new ();
  g_autoptr (LmEdit) edit = lm_edit_set_option ("", 2, option_of ("Conv2D", "filters"), &LM_VALUE_INT (64));
  g_autoptr (LmEdit) removal = lm_edit_remove_and_heal (design, "", (int[]){ 3 }, 1, NULL);

  g_assert_null (lm_undo_title (undo));
  g_assert_true (lm_undo_do (undo, design, edit, FALSE, NULL));
  g_assert_cmpstr (lm_undo_title (undo), ==, "Set Filters of conv2d to 64");
  g_assert_true (lm_undo_do (undo, design, removal, FALSE, NULL));
  g_assert_cmpstr (lm_undo_title (undo), ==, "Remove max_pooling2d");
  g_assert_true (lm_undo_undo (undo, design));
  g_assert_cmpstr (lm_undo_title (undo), ==, "Set Filters of conv2d to 64");
  g_assert_cmpstr (lm_redo_title (undo), ==, "Remove max_pooling2d");
  g_assert_true (lm_undo_redo (undo, design));
  g_assert_null (lm_redo_title (undo));
  g_assert_cmpstr (lm_undo_title (undo), ==, "Remove max_pooling2d");
}

static void
test_undo_coalesces (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (LmUndo) undo = lm_undo_new ();
  g_autofree char *before = lm_design_to_json (design, FALSE), *after = NULL;

  for (int i = 1; i <= 10; i++) {
    g_autoptr (LmEdit) edit = lm_edit_move ("", 2, i, 2 * i);

    g_assert_true (lm_undo_do (undo, design, edit, TRUE, NULL));
  }
  for (int i = 1; i <= 3; i++) {
    g_autoptr (LmEdit) edit = lm_edit_set_training (LM_TRAINING_EPOCHS, &LM_VALUE_INT (i));

    g_assert_true (lm_undo_do (undo, design, edit, i != 2, NULL));
  }
  g_assert_cmpuint (lm_undo_length (undo), ==, 3);
  g_assert_true (lm_undo_undo (undo, design));
  g_assert_cmpint (lm_option_get_int (design->training, LM_TRAINING_EPOCHS), ==, 1);
  g_assert_true (lm_undo_undo (undo, design));
  g_assert_true (lm_undo_undo (undo, design));
  g_assert_false (lm_undo_undo (undo, design));
  after = lm_design_to_json (design, FALSE);
  g_assert_cmpstr (before, ==, after);
  g_assert_true (lm_undo_redo (undo, design));
  g_assert_cmpfloat (lm_design_find (design, 2)->y, ==, 20);
}

static void
test_touched_names_the_cards (void)
{
  g_autoptr (LmDesign) design = make_chain ();
  g_autoptr (LmEdit) edit = lm_edit_remove_and_heal (design, "", (int[]){ 3 }, 1, NULL);
  g_autoptr (GPtrArray) paths = lm_edit_touched (edit), none = NULL;
  g_autoptr (LmEdit) data = lm_edit_set_data ("builtin:digits");

  g_assert_true (g_ptr_array_find_with_equal_func (paths, "2", g_str_equal, NULL));
  g_assert_true (g_ptr_array_find_with_equal_func (paths, "3", g_str_equal, NULL));
  g_assert_true (g_ptr_array_find_with_equal_func (paths, "4", g_str_equal, NULL));
  g_assert_cmpuint (paths->len, ==, 3);
  none = lm_edit_touched (data);
  g_assert_null (none);
}

static void
test_designs_are_values (void)
{
  g_autoptr (LmDesign) design = make_skip ();
  g_autoptr (LmDesign) copy = lm_design_copy (design);

  g_assert_true (lm_design_equal (design, copy));
  apply (copy, lm_edit_set_frozen ("", 2, TRUE));
  g_assert_false (lm_design_equal (design, copy));
  apply (copy, lm_edit_set_frozen ("", 2, FALSE));
  g_assert_true (lm_design_equal (design, copy));
  apply (copy, lm_edit_set_training (LM_TRAINING_BATCH_SIZE, &LM_VALUE_INT (7)));
  g_assert_false (lm_design_equal (design, copy));
  g_assert_false (lm_design_find (design, 2)->frozen);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/design/names/are-those-of-keras", test_names_are_keras_names);
  g_test_add_func ("/design/names/count-up", test_names_count_up);
  g_test_add_func ("/design/names/are-checked", test_names_are_checked);
  g_test_add_func ("/design/paths-lead-into-blocks", test_paths_lead_into_blocks);
  g_test_add_func ("/design/are-values", test_designs_are_values);
  g_test_add_func ("/design/wires/are-checked", test_wires_are_checked);
  g_test_add_func ("/design/wires/circles-are-refused", test_circles_are_refused);
  g_test_add_func ("/design/wires/a-new-one-replaces-the-old", test_a_new_wire_replaces_the_old);
  g_test_add_func ("/design/wires/ports-grow", test_ports_grow);
  g_test_add_func ("/design/order-runs", test_order_runs);
  g_test_add_func ("/edit/removing-takes-wires-along", test_removing_takes_wires_along);
  g_test_add_func ("/edit/ids-are-not-reused", test_ids_are_not_reused);
  g_test_add_func ("/edit/options-are-checked", test_options_are_checked);
  g_test_add_func ("/edit/groups-are-all-or-nothing", test_groups_are_all_or_nothing);
  g_test_add_func ("/edit/linked-copies-need-their-source", test_linked_copies_need_their_source);
  g_test_add_func ("/edit/removing-heals", test_removing_heals);
  g_test_add_func ("/edit/inserting-makes-room", test_inserting_makes_room);
  g_test_add_func ("/edit/swapping-keeps-wires-and-options", test_swapping_keeps_wires_and_options);
  g_test_add_func ("/edit/grouping-keeps-what-is-wired", test_grouping_keeps_what_is_wired);
  g_test_add_func ("/edit/grouping-refuses-nonsense", test_grouping_refuses_nonsense);
  g_test_add_func ("/edit/group-and-ungroup-are-the-same-network", test_group_and_ungroup_are_the_same_network);
  g_test_add_func ("/edit/duplicates-have-names-of-their-own", test_duplicates_have_names_of_their_own);
  g_test_add_func ("/edit/paste", test_paste);
  g_test_add_func ("/edit/wires-by-command", test_wires_by_command);
  g_test_add_func ("/edit/ports-of-blocks-follow", test_ports_of_blocks_follow);
  g_test_add_func ("/edit/touched-names-the-cards", test_touched_names_the_cards);
  g_test_add_func ("/undo/has-titles", test_undo_has_titles);
  g_test_add_func ("/undo/coalesces", test_undo_coalesces);

  return g_test_run ();
}
