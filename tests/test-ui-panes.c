/* test-ui-panes.c: what stands around the network: palette, inspector, outline, problems, help
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "editor-kit.h"

#include "lm-bubble.h"
#include "lm-catalogue.h"
#include "lm-design-panes.h"
#include "lm-inspector.h"
#include "lm-layer-help.h"
#include "lm-object-row.h"
#include "lm-option-row.h"
#include "lm-outline-row.h"
#include "lm-outline.h"
#include "lm-palette.h"
#include "lm-problems.h"
#include "lm-templates.h"

static GtkWidget *
find_child (GtkWidget *widget,
            GType type)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE (child, type) ? child : find_child (child, type);

    if (found != NULL)
      return found;
  }
  return NULL;
}

/* A window of the test's own around @child. */
static GtkWidget *
show (GtkWidget *child)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), 1280, 800);
  gtk_window_set_child (GTK_WINDOW (window), child);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (window);
  kit_settle ();
  return window;
}

static void
hide (GtkWidget *window)
{
  gtk_window_destroy (GTK_WINDOW (window));
  kit_settle ();
}

static const LmLayerClass *
layer (const char *kind)
{
  const LmLayerClass *found = lm_layer_find (kind);

  g_assert_nonnull (found);
  return found;
}

/* --- Catalogue ----------------------------------------------------------------------- */

static void
test_search_finds_by_kind_title_and_synonym (void)
{
  g_assert_cmpint (lm_catalogue_match (layer ("Dense"), "dense"), >, lm_catalogue_match (layer ("Dense"), "den"));
  g_assert_cmpint (lm_catalogue_match (layer ("Dense"), "fc"), >, 0);
  g_assert_cmpint (lm_catalogue_match (layer ("Dense"), "Fully Connected"), >, 0);
  g_assert_cmpint (lm_catalogue_match (layer ("BatchNormalization"), "batch norm"), >, 0);
  g_assert_cmpint (lm_catalogue_match (layer ("BatchNormalization"), "batchnorm"), >, 0);
  g_assert_cmpint (lm_catalogue_match (layer ("Add"), "skip"), >, 0);
  g_assert_cmpint (lm_catalogue_match (layer ("Conv2D"), "conv 2d"), >, 0);
  g_assert_cmpint (lm_catalogue_match (layer ("MaxPooling2D"), "pool max"), >, 0);
  g_assert_cmpint (lm_catalogue_match (layer ("Dense"), "zebra"), ==, 0);
  g_assert_cmpint (lm_catalogue_match (layer ("Dense"), "dense zebra"), ==, 0);
}

static void
test_layers_fit_what_a_wire_brings (void)
{
  const LmShape picture = LM_SHAPE (LM_BATCH, 28, 28, 1), row = LM_SHAPE (LM_BATCH, 10), unknown = { .rank = -1 };

  g_assert_true (lm_catalogue_fits (layer ("Conv2D"), &picture));
  g_assert_false (lm_catalogue_fits (layer ("Conv2D"), &row));
  g_assert_true (lm_catalogue_fits (layer ("Dense"), &row));
  g_assert_true (lm_catalogue_fits (layer ("Add"), &picture));
  g_assert_true (lm_catalogue_fits (layer ("Conv2D"), &unknown));
  g_assert_false (lm_catalogue_fits (layer ("Input"), &picture));
}

/* Each layer stands in a section and has a sentence to say. */
static void
test_every_layer_can_be_shown (void)
{
  gsize n;
  const LmMember *const *members = lm_family_members ("layer", &n);

  for (gsize i = 0; i < n; i++) {
    const LmLayerClass *class = (const LmLayerClass *) members[i];
    g_autofree char *sentence = lm_catalogue_sentence (class);

    g_assert_cmpuint (strlen (sentence), >, 10);
    g_assert_cmpint (lm_catalogue_match (class, class->member.id), ==, 5);
    for (int k = 0; k < class->member.n_options; k++) {
      g_autofree char *range = lm_layer_help_range (&class->member.options[k]);

      g_assert_cmpuint (strlen (range), >, 0);
    }
  }
}

/* --- Palette ------------------------------------------------------------------------- */

static void
keep_text_cb (GtkWidget *widget,
              const char *text,
              char **kept)
{
  g_free (*kept);
  *kept = g_strdup (text);
}

static void
test_palette_finds_and_chooses (void)
{
  GtkWidget *palette = lm_palette_new (FALSE), *window = show (palette);
  GtkWidget *search = find_child (palette, GTK_TYPE_SEARCH_ENTRY);
  g_autofree char *kind = NULL;
  int n_all;

  g_signal_connect (palette, "chosen", G_CALLBACK (keep_text_cb), &kind);
  n_all = lm_palette_get_n_shown (LM_PALETTE (palette));
  g_assert_cmpint (n_all, >, 3);
  lm_palette_search (LM_PALETTE (palette), "dropout");
  g_assert_cmpstr (lm_palette_get_first (LM_PALETTE (palette)), ==, "Dropout");
  g_signal_emit_by_name (search, "activate");
  g_assert_cmpstr (kind, ==, "Dropout");
  lm_palette_search (LM_PALETTE (palette), "zebra");
  g_assert_cmpint (lm_palette_get_n_shown (LM_PALETTE (palette)), ==, 0);
  g_assert_null (lm_palette_get_first (LM_PALETTE (palette)));
  g_signal_emit_by_name (search, "stop-search");
  g_assert_cmpint (lm_palette_get_n_shown (LM_PALETTE (palette)), ==, n_all);
  hide (window);
}

static void
test_palette_shows_what_fits (void)
{
  const LmShape row = LM_SHAPE (LM_BATCH, 10);
  GtkWidget *palette = lm_palette_new (TRUE), *window = show (palette);
  int n_all = lm_palette_get_n_shown (LM_PALETTE (palette));
  gsize n;

  lm_family_members ("layer", &n);
  g_assert_cmpint (n_all, ==, n);
  lm_palette_set_fit (LM_PALETTE (palette), &row, TRUE);
  g_assert_cmpint (lm_palette_get_n_shown (LM_PALETTE (palette)), <, n_all);
  lm_palette_search (LM_PALETTE (palette), "Conv2D");
  g_assert_cmpint (lm_palette_get_n_shown (LM_PALETTE (palette)), ==, 0);
  lm_palette_set_fit (LM_PALETTE (palette), NULL, FALSE);
  g_assert_cmpstr (lm_palette_get_first (LM_PALETTE (palette)), ==, "Conv2D");
  hide (window);
}

/* --- Option rows --------------------------------------------------------------------- */

static void
keep_value_cb (GtkWidget *row,
               const LmOptionValue *value,
               LmOptionValue *kept)
{
  lm_option_value_clear (kept);
  *kept = lm_option_value_copy (value);
}

static GtkWidget *
make_row (const char *kind,
          const char *option,
          LmOptionSet *set,
          LmOptionValue *kept)
{
  int index = lm_option_set_index (set, option);
  const LmOptionSpec *spec = &set->member->options[index];
  GtkWidget *row = g_object_ref_sink (lm_object_row_is_for (spec) ? lm_object_row_new (spec) : lm_option_row_new (spec));

  g_signal_connect (row, "edited", G_CALLBACK (keep_value_cb), kept);
  if (LM_IS_OBJECT_ROW (row))
    lm_object_row_show (LM_OBJECT_ROW (row), set, index, FALSE);
  else
    lm_option_row_show (LM_OPTION_ROW (row), set, index);
  g_assert_false (kept->is_set);
  return row;
}

static void
type_into (GtkWidget *row,
           const char *text)
{
  GtkWidget *entry = find_child (row, GTK_TYPE_ENTRY);

  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  g_signal_emit_by_name (entry, "activate");
}

static void
test_sizes_are_typed_in_any_form (void)
{
  g_autoptr (LmOptionSet) set = lm_option_set_new (&layer ("Conv2D")->member);
  LmOptionValue kept = { 0 };
  GtkWidget *row = make_row ("Conv2D", "kernel_size", set, &kept);
  GtkWidget *link = find_child (row, GTK_TYPE_TOGGLE_BUTTON);

  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (link)));
  type_into (row, "5");
  g_assert_true (kept.is_set);
  g_assert_cmpint (kept.ints.v[0], ==, 5);
  g_assert_cmpint (kept.ints.v[1], ==, 5);
  type_into (row, "3, 7");
  g_assert_cmpint (kept.ints.v[1], ==, 7);
  g_assert_true (lm_option_set_value (set, lm_option_set_index (set, "kernel_size"), &kept, NULL));
  lm_option_row_show (LM_OPTION_ROW (row), set, lm_option_set_index (set, "kernel_size"));
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (link)));
  g_assert_true (gtk_widget_has_css_class (row, "lm-changed"));
  /* Equal sides again, from the first on. */
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (link), TRUE);
  g_assert_cmpint (kept.ints.v[0], ==, 3);
  g_assert_cmpint (kept.ints.v[1], ==, 3);
  lm_option_value_clear (&kept);
  g_object_unref (row);
}

static void
test_wrong_texts_say_why (void)
{
  g_autoptr (LmOptionSet) set = lm_option_set_new (&layer ("Input")->member);
  LmOptionValue kept = { 0 };
  GtkWidget *row = make_row ("Input", "shape", set, &kept);
  GtkWidget *entry = find_child (row, GTK_TYPE_ENTRY);

  type_into (row, "28x0");
  g_assert_false (kept.is_set);
  g_assert_true (gtk_widget_has_css_class (entry, "error"));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), !=, "");
  type_into (row, "32x32x3");
  g_assert_false (gtk_widget_has_css_class (entry, "error"));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "");
  g_assert_cmpint (kept.ints.n, ==, 3);
  g_assert_cmpint (kept.ints.v[2], ==, 3);
  lm_option_value_clear (&kept);
  g_object_unref (row);
}

static void
test_shares_have_a_scale (void)
{
  g_autoptr (LmOptionSet) set = lm_option_set_new (&layer ("Dropout")->member);
  LmOptionValue kept = { 0 };
  GtkWidget *row = make_row ("Dropout", "rate", set, &kept);
  GtkWidget *scale = find_child (row, GTK_TYPE_SCALE);

  g_assert_nonnull (scale);
  gtk_range_set_value (GTK_RANGE (scale), 0.25);
  g_assert_cmpfloat (kept.d, ==, 0.25);
  type_into (row, "0.37");
  g_assert_cmpfloat (kept.d, ==, 0.37);
  lm_option_value_clear (&kept);
  g_object_unref (row);
}

static void
test_rows_go_back_to_the_default (void)
{
  g_autoptr (LmOptionSet) set = lm_option_set_new (&layer ("Dense")->member);
  LmOptionValue kept = { 0 };
  int units = lm_option_set_index (set, "units");
  GtkWidget *row = make_row ("Dense", "units", set, &kept);

  g_assert_false (gtk_widget_has_css_class (row, "lm-changed"));
  g_assert_true (lm_option_set_value (set, units, &LM_VALUE_INT (7), NULL));
  lm_option_row_show (LM_OPTION_ROW (row), set, units);
  g_assert_true (gtk_widget_has_css_class (row, "lm-changed"));
  kept.is_set = TRUE;
  g_assert_true (gtk_widget_activate_action (row, "option.reset", NULL));
  g_assert_false (kept.is_set);
  lm_option_value_clear (&kept);
  g_object_unref (row);
}

static void
test_objects_show_their_own_options (void)
{
  g_autoptr (LmOptionSet) set = lm_option_set_new (&layer ("Dense")->member);
  LmOptionValue kept = { 0 };
  int index = lm_option_set_index (set, "kernel_regularizer");
  GtkWidget *row = make_row ("Dense", "kernel_regularizer", set, &kept);
  GtkWidget *choice = find_child (row, GTK_TYPE_DROP_DOWN), *own;

  g_assert_null (find_child (row, LM_TYPE_OPTION_ROW));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), 1);
  g_assert_nonnull (kept.object);
  g_assert_true (lm_option_set_value (set, index, &kept, NULL));
  lm_object_row_show (LM_OBJECT_ROW (row), set, index, FALSE);
  own = find_child (row, LM_TYPE_OPTION_ROW);
  g_assert_nonnull (own);
  type_into (own, "0.5");
  g_assert_cmpfloat (lm_option_get_double (kept.object, 0), ==, 0.5);
  lm_option_value_clear (&kept);
  g_object_unref (row);
}

/* --- Inspector ----------------------------------------------------------------------- */

static const LmOptionSet *
options_of (const Kit *kit,
            int id)
{
  return lm_design_find (kit_design (kit), id)->options;
}

static void
test_inspector_follows_and_edits (void)
{
  const char *const kinds[] = { "Input", "Dense", "Dense" };
  GtkWidget *inspector = g_object_new (LM_TYPE_INSPECTOR, NULL), *window = show (inspector), *row;
  int first, units, ids[2];
  Kit kit;

  kit_init (&kit);
  lm_inspector_set_editor (LM_INSPECTOR (inspector), kit.editor);
  g_assert_cmpstr (lm_inspector_get_shown (LM_INSPECTOR (inspector)), ==, "network");
  first = kit_chain (&kit, kinds, 3);
  g_assert_cmpstr (lm_inspector_get_shown (LM_INSPECTOR (inspector)), ==, "layer");
  row = lm_inspector_find_row (LM_INSPECTOR (inspector), "units");
  g_assert_nonnull (row);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find_child (row, GTK_TYPE_SPIN_BUTTON)), 10);
  units = lm_option_set_index (options_of (&kit, first + 2), "units");
  g_assert_cmpint (lm_option_get_int (options_of (&kit, first + 2), units), ==, 10);
  g_assert_true (lm_document_undo (kit.document));
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (find_child (row, GTK_TYPE_SPIN_BUTTON))), ==, 64);
  g_assert_true (lm_document_redo (kit.document));

  /* Both at once: they differ, then they do not. */
  ids[0] = first + 1;
  ids[1] = first + 2;
  lm_editor_select (kit.editor, ids, 2);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "mixed");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find_child (row, GTK_TYPE_SPIN_BUTTON)), 32);
  g_assert_cmpint (lm_option_get_int (options_of (&kit, first + 1), units), ==, 32);
  g_assert_cmpint (lm_option_get_int (options_of (&kit, first + 2), units), ==, 32);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "");

  lm_editor_select_wire (kit.editor, &(LmWire){ .from = first, .to = first + 1 });
  g_assert_cmpstr (lm_inspector_get_shown (LM_INSPECTOR (inspector)), ==, "wire");
  lm_editor_select_one (kit.editor, 0);
  g_assert_cmpstr (lm_inspector_get_shown (LM_INSPECTOR (inspector)), ==, "network");
  lm_editor_select_one (kit.editor, first);
  g_assert_null (lm_inspector_find_row (LM_INSPECTOR (inspector), "units"));
  g_assert_nonnull (lm_inspector_find_row (LM_INSPECTOR (inspector), "shape"));
  hide (window);
  kit_clear (&kit);
}

/* Walks the registry: each layer's options become rows that show what holds. */
static void
test_inspector_shows_every_layer (void)
{
  GtkWidget *inspector = g_object_new (LM_TYPE_INSPECTOR, NULL), *window = show (inspector);
  gsize n;
  const LmMember *const *members = lm_family_members ("layer", &n);
  guint64 changes;
  Kit kit;

  kit_init (&kit);
  lm_inspector_set_editor (LM_INSPECTOR (inspector), kit.editor);
  for (gsize i = 0; i < n; i++) {
    g_autofree char *undo = NULL;
    int id = lm_editor_add (kit.editor, members[i]->id, NAN, NAN);

    g_assert_cmpint (id, >, 0);
    undo = g_strdup (lm_document_get_undo_title (kit.document));
    for (int k = 0; k < members[i]->n_options; k++)
      g_assert_nonnull (lm_inspector_find_row (LM_INSPECTOR (inspector), members[i]->options[k].id));
    kit_settle ();
    /* To be shown is no edit. */
    g_assert_cmpstr (lm_document_get_undo_title (kit.document), ==, undo);
  }
  changes = n;
  g_assert_cmpuint (kit_design (&kit)->nodes->len, ==, changes);
  hide (window);
  kit_clear (&kit);
}

/* --- Outline ------------------------------------------------------------------------- */

static void
test_outline_finds_and_selects (void)
{
  const char *const kinds[] = { "Input", "Conv2D", "MaxPooling2D", "Flatten", "Dense" };
  GtkWidget *outline = g_object_new (LM_TYPE_OUTLINE, NULL), *window = show (outline);
  GtkWidget *view = find_child (outline, GTK_TYPE_COLUMN_VIEW);
  GtkSelectionModel *model = gtk_column_view_get_model (GTK_COLUMN_VIEW (view));
  int first;
  Kit kit;

  kit_init (&kit);
  lm_outline_set_editor (LM_OUTLINE (outline), kit.editor);
  g_assert_cmpint (lm_outline_get_n_shown (LM_OUTLINE (outline)), ==, 0);
  first = kit_chain (&kit, kinds, 5);
  g_assert_cmpint (lm_outline_get_n_shown (LM_OUTLINE (outline)), ==, 5);
  g_assert_true (gtk_selection_model_is_selected (model, 4));
  lm_editor_select_one (kit.editor, first + 1);
  g_assert_true (gtk_selection_model_is_selected (model, 1));
  g_assert_false (gtk_selection_model_is_selected (model, 4));
  gtk_selection_model_select_item (model, 2, TRUE);
  g_assert_true (lm_editor_is_selected (kit.editor, first + 2));

  lm_outline_search (LM_OUTLINE (outline), "26x26");
  g_assert_cmpint (lm_outline_get_n_shown (LM_OUTLINE (outline)), ==, 1);
  lm_outline_search (LM_OUTLINE (outline), "kernel 3×3");
  g_assert_cmpint (lm_outline_get_n_shown (LM_OUTLINE (outline)), ==, 1);
  g_signal_emit_by_name (find_child (outline, GTK_TYPE_SEARCH_ENTRY), "activate");
  g_assert_cmpint (kit.revealed, ==, first + 1);
  lm_outline_search (LM_OUTLINE (outline), "2d");
  g_assert_cmpint (lm_outline_get_n_shown (LM_OUTLINE (outline)), ==, 2);
  lm_outline_search (LM_OUTLINE (outline), "zebra");
  g_assert_cmpint (lm_outline_get_n_shown (LM_OUTLINE (outline)), ==, 0);
  hide (window);
  kit_clear (&kit);
}

/* --- Mistakes ------------------------------------------------------------------------ */

static gboolean
place_cb (gpointer data,
          int id,
          GdkRectangle *area)
{
  *area = (GdkRectangle){ 400, 100 * id, 200, 56 };
  return TRUE;
}

static void
test_bubble_mends (void)
{
  const char *const kinds[] = { "Input", "Dense" };
  GtkWidget *overlay = gtk_overlay_new ();
  LmBubble *bubble = LM_BUBBLE (lm_bubble_new (GTK_OVERLAY (overlay), place_cb, NULL));
  GtkWidget *window = show (overlay);
  const LmCheck *preview;
  int first;
  Kit kit;

  kit_init (&kit);
  lm_bubble_set_editor (bubble, kit.editor);
  first = kit_chain (&kit, kinds, 2);
  lm_editor_select_one (kit.editor, first + 1);
  /* Pictures reach the target unflattened, or the units are not the classes: a mistake either way. */
  g_assert_cmpint (lm_document_get_check (kit.document)->n_errors, >, 0);
  g_assert_true (lm_bubble_is_open (bubble));
  g_assert_true (lm_bubble_dismiss (bubble));
  g_assert_false (lm_bubble_dismiss (bubble));
  lm_editor_select_one (kit.editor, 0);
  lm_editor_select_one (kit.editor, first + 1);
  g_assert_true (lm_bubble_is_open (bubble));
  for (int i = 0; i < 4 && lm_bubble_is_open (bubble) && lm_document_get_check (kit.document)->n_errors > 0; i++)
    lm_bubble_press (bubble, 0);
  g_assert_cmpint (lm_document_get_check (kit.document)->n_errors, ==, 0);
  g_assert_null (lm_editor_get_preview (kit.editor, &preview));
  hide (window);
  kit_clear (&kit);
}

static void
test_bubble_hides_little (void)
{
  const GdkRectangle bounds = { 0, 0, 900, 700 }, card = { 300, 300, 200, 56 };
  const GdkRectangle cards[] = { { 300, 300, 200, 56 }, { 550, 300, 200, 56 } };
  int side;
  GdkRectangle place = lm_bubble_find_place (&bounds, &card, 250, 180, cards, 1, &side);

  g_assert_cmpint (side, ==, 1);
  g_assert_cmpint (place.x, >=, card.x + card.width);
  /* A card stands there: on the other side then. */
  place = lm_bubble_find_place (&bounds, &card, 250, 180, cards, 2, &side);
  g_assert_cmpint (side, ==, -1);
  g_assert_cmpint (place.x + place.width, <=, card.x);
}

static void
test_problems_lead_to_their_card (void)
{
  const char *const kinds[] = { "Input", "Dense" };
  LmProblems *problems = g_object_ref_sink (g_object_new (LM_TYPE_PROBLEMS, NULL));
  Kit kit;

  kit_init (&kit);
  lm_problems_set_editor (problems, kit.editor);
  kit_chain (&kit, kinds, 2);
  g_assert_cmpint (lm_problems_get_n (problems), ==, lm_document_get_check (kit.document)->diagnostics->len);
  g_assert_cmpint (lm_problems_get_n (problems), >, 0);
  g_object_unref (problems);
  kit_clear (&kit);
}

/* --- The page around them ------------------------------------------------------------ */

static void
test_panes_stand_around_the_content (void)
{
  GtkWidget *panes = g_object_new (LM_TYPE_DESIGN_PANES, NULL), *window = show (panes);
  Kit kit;

  kit_init (&kit);
  g_object_set (panes, "content", gtk_label_new ("network"), NULL);
  lm_design_panes_set_editor (LM_DESIGN_PANES (panes), kit.editor, place_cb, NULL);
  kit_settle ();
  g_assert_cmpint (gtk_widget_get_width (lm_design_panes_get_inspector (LM_DESIGN_PANES (panes))), ==, 304);
  g_assert_true (lm_design_panes_find (LM_DESIGN_PANES (panes)));
  g_assert_true (gtk_widget_get_mapped (lm_design_panes_get_outline (LM_DESIGN_PANES (panes))));
  g_assert_false (lm_design_panes_help (LM_DESIGN_PANES (panes)));
  g_signal_emit_by_name (lm_design_panes_get_palette (LM_DESIGN_PANES (panes)), "chosen", "Input");
  g_assert_cmpuint (kit_design (&kit)->nodes->len, ==, 1);
  g_assert_true (lm_design_panes_edit (LM_DESIGN_PANES (panes)));
  g_assert_true (lm_design_panes_help (LM_DESIGN_PANES (panes)));
  hide (window);
  kit_clear (&kit);
}

static void
test_templates_are_chosen (void)
{
  GtkWidget *parent = show (gtk_label_new ("parent")), *templates = lm_templates_new (GTK_WINDOW (parent));
  GtkWidget *cards = find_child (templates, GTK_TYPE_FLOW_BOX);
  g_autofree char *id = NULL;

  g_signal_connect (templates, "chosen", G_CALLBACK (keep_text_cb), &id);
  gtk_window_present (GTK_WINDOW (templates));
  gtk_test_widget_wait_for_draw (templates);
  gtk_widget_activate (GTK_WIDGET (gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (cards), 0)));
  g_assert_nonnull (lm_template_find (id));
  kit_settle ();
  hide (parent);
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/panes/catalogue/finds-by-kind-title-and-synonym", test_search_finds_by_kind_title_and_synonym);
  g_test_add_func ("/panes/catalogue/knows-what-fits-a-wire", test_layers_fit_what_a_wire_brings);
  g_test_add_func ("/panes/catalogue/has-every-layer", test_every_layer_can_be_shown);
  g_test_add_func ("/panes/palette/finds-and-chooses", test_palette_finds_and_chooses);
  g_test_add_func ("/panes/palette/shows-what-fits", test_palette_shows_what_fits);
  g_test_add_func ("/panes/row/sizes-are-typed-in-any-form", test_sizes_are_typed_in_any_form);
  g_test_add_func ("/panes/row/wrong-texts-say-why", test_wrong_texts_say_why);
  g_test_add_func ("/panes/row/shares-have-a-scale", test_shares_have_a_scale);
  g_test_add_func ("/panes/row/goes-back-to-the-default", test_rows_go_back_to_the_default);
  g_test_add_func ("/panes/row/objects-show-their-own-options", test_objects_show_their_own_options);
  g_test_add_func ("/panes/inspector/follows-and-edits", test_inspector_follows_and_edits);
  g_test_add_func ("/panes/inspector/shows-every-layer", test_inspector_shows_every_layer);
  g_test_add_func ("/panes/outline/finds-and-selects", test_outline_finds_and_selects);
  g_test_add_func ("/panes/bubble/mends", test_bubble_mends);
  g_test_add_func ("/panes/bubble/hides-little", test_bubble_hides_little);
  g_test_add_func ("/panes/problems/lead-to-their-card", test_problems_lead_to_their_card);
  g_test_add_func ("/panes/stand-around-the-content", test_panes_stand_around_the_content);
  g_test_add_func ("/panes/templates/are-chosen", test_templates_are_chosen);
  return g_test_run ();
}
