/* test-ui-canvas.c: what lies where on the canvas, what screen readers are told, what its actions do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <adwaita.h>
#include <math.h>

#include "editor-kit.h"
#include "lm-canvas-private.h"
#include "lm-design-page.h"
#include "lm-node-view.h"

#define CHAIN(kit, ...) kit_chain (kit, (const char *const[]){ __VA_ARGS__ }, (int) G_N_ELEMENTS (((const char *const[]){ __VA_ARGS__ })))

/* A page with the canvas of a kit, in a window. */
typedef struct {
  Kit kit;
  GtkWidget *window;
  GtkWidget *page;
  LmCanvas *canvas;
} Scene;

static GtkWidget *
find_canvas (GtkWidget *widget)
{
  if (LM_IS_CANVAS (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = find_canvas (child);

    if (found != NULL)
      return found;
  }
  return NULL;
}

static void
scene_init (Scene *self)
{
  LmSource source = { 0 };

  kit_init (&self->kit);
  source = (LmSource){ .document = self->kit.document, .editor = self->kit.editor };
  source.session = lm_session_new (self->kit.document);
  source.lens = lm_lens_new (self->kit.document, source.session);
  self->page = g_object_new (LM_TYPE_DESIGN_PAGE, NULL);
  lm_page_set_source (LM_PAGE (self->page), &source);
  self->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (self->window), 1300, 900);
  gtk_window_set_child (GTK_WINDOW (self->window), self->page);
  gtk_window_present (GTK_WINDOW (self->window));
  gtk_test_widget_wait_for_draw (self->window);
  self->canvas = LM_CANVAS (find_canvas (self->page));
  g_object_set_data_full (G_OBJECT (self->page), "session", source.session, g_object_unref);
  g_object_set_data_full (G_OBJECT (self->page), "lens", source.lens, g_object_unref);
}

static void
scene_clear (Scene *self)
{
  gtk_window_destroy (GTK_WINDOW (self->window));
  kit_settle ();
  KIT_WAIT_FOR (lm_work_n_pending () == 0);
  kit_clear (&self->kit);
}

static void
act (Scene *scene,
     const char *action)
{
  gtk_widget_activate_action (GTK_WIDGET (scene->canvas), action, NULL);
}

static GtkWidget *
view_of (Scene *scene,
         int id)
{
  GtkWidget *view = g_hash_table_lookup (scene->canvas->views, GINT_TO_POINTER (id));

  g_assert_true (LM_IS_NODE_VIEW (view));
  return view;
}

/* --- Places -------------------------------------------------------------------------- */

static void
test_finds_what_lies_under_the_pointer (void)
{
  Scene scene;
  int first;

  scene_init (&scene);
  first = CHAIN (&scene.kit, "Input", "Dense", "Dense");
  for (double zoom = 0.2; zoom < 4; zoom *= 1.7) {
    for (int i = 0; i < 3; i++) {
      const LmNode *node = lm_design_find (kit_design (&scene.kit), first + i);
      double x, y, design_x, design_y;
      GdkRectangle area;

      lm_canvas_zoom_to (scene.canvas, zoom);
      lm_canvas_centre_on (scene.canvas, node->x, node->y);
      lm_canvas_from_design (scene.canvas, node->x, node->y, &x, &y);
      lm_canvas_to_design (scene.canvas, x, y, &design_x, &design_y);
      g_assert_cmpfloat_with_epsilon (design_x, node->x, 1e-6);
      g_assert_cmpfloat_with_epsilon (design_y, node->y, 1e-6);
      g_assert_cmpint (lm_canvas_card_at (scene.canvas, x, y), ==, first + i);
      g_assert_true (lm_canvas_get_card_area (scene.canvas, first + i, &area));
      g_assert_cmpint (abs (area.x + area.width / 2 - (int) x), <=, 2);
      g_assert_cmpint (lm_canvas_card_at (scene.canvas, area.x - 3, y), ==, 0);
    }
  }
  lm_canvas_zoom_to (scene.canvas, 1);
  {
    LmWireShape *shape = &scene.canvas->shapes[0];
    LmPoint middle = lm_wire_middle (shape);
    const LmWire *wire;
    double x, y;
    int card;
    gboolean is_output;

    lm_canvas_from_design (scene.canvas, middle.x, middle.y, &x, &y);
    wire = lm_canvas_wire_at (scene.canvas, x + 4, y);
    g_assert_nonnull (wire);
    g_assert_cmpint (wire->from, ==, first);
    g_assert_null (lm_canvas_wire_at (scene.canvas, x + 60, y));
    lm_canvas_from_design (scene.canvas, shape->to.x + 12, shape->to.y - 8, &x, &y);
    g_assert_cmpint (lm_canvas_pick_port (scene.canvas, x, y, &card, &is_output), ==, 0);
    g_assert_cmpint (scene.canvas->picture->cards[card].id, ==, first + 1);
    g_assert_false (is_output);
  }
  scene_clear (&scene);
}

/* A long network is shown from its start, so large that it can be read; Fit shows all of it. */
static void
test_shows_the_start_and_fits (void)
{
  Scene scene;
  graphene_rect_t all, view;
  int first;

  scene_init (&scene);
  first = CHAIN (&scene.kit, "Input", "Flatten", "Dense", "Dense", "Dense", "Dense", "Dense", "Dense", "Dense", "Dense", "Dense", "Dense");
  lm_canvas_show_start (scene.canvas);
  g_assert_cmpfloat (lm_canvas_get_zoom (scene.canvas), >=, 0.75);
  g_assert_true (lm_canvas_is_cut (scene.canvas));
  lm_canvas_get_bounds (scene.canvas, &all, &view);
  g_assert_cmpfloat (view.origin.y, <=, lm_design_find (kit_design (&scene.kit), first)->y - LM_CARD_HEIGHT / 2);
  act (&scene, "design.zoom-fit");
  g_assert_false (lm_canvas_is_cut (scene.canvas));
  g_assert_cmpfloat (lm_canvas_get_zoom (scene.canvas), <, 0.75);
  lm_editor_select_one (scene.kit.editor, first);
  act (&scene, "design.zoom-selection");
  g_assert_cmpfloat (lm_canvas_get_zoom (scene.canvas), ==, 1);
  scene_clear (&scene);
}

/* After edits the canvas is the same as one that sees the network for the first time. */
static void
check_like_new (Scene *scene)
{
  LmCanvas *fresh = g_object_ref_sink (g_object_new (LM_TYPE_CANVAS, NULL));
  const LmCanvas *canvas = scene->canvas;

  lm_canvas_set_editor (fresh, scene->kit.editor);
  g_assert_cmpint (fresh->picture->n_cards, ==, canvas->picture->n_cards);
  g_assert_cmpint (fresh->picture->n_wires, ==, canvas->picture->n_wires);
  for (int i = 0; i < fresh->picture->n_cards; i++) {
    g_assert_cmpmem (&fresh->rects[i], sizeof (LmRect), &canvas->rects[i], sizeof (LmRect));
    g_assert_cmpmem (&fresh->bounds[i], sizeof (LmRect), &canvas->bounds[i], sizeof (LmRect));
    g_assert_cmpint (fresh->flags[i], ==, canvas->flags[i]);
  }
  for (int i = 0; i < fresh->picture->n_wires; i++) {
    g_assert_cmpint (fresh->shapes[i].n_bends, ==, canvas->shapes[i].n_bends);
    g_assert_cmpmem (&fresh->wire_bounds[i], sizeof (LmRect), &canvas->wire_bounds[i], sizeof (LmRect));
  }
  g_object_unref (fresh);
}

static void
test_edits_leave_nothing_stale (void)
{
  Scene scene;
  LmEditor *editor;
  int first;

  scene_init (&scene);
  editor = scene.kit.editor;
  first = CHAIN (&scene.kit, "Input", "Dense", "Dense", "Dense", "Dense");
  lm_editor_add_at_port (editor, "Add", first + 4, 0, TRUE, NAN, NAN);
  lm_editor_connect (editor, &(LmWire){ first + 1, 0, first + 5, 1 });
  check_like_new (&scene);
  for (int i = 0; i < 40; i++) {
    lm_editor_select_one (editor, first + i % 6);
    lm_editor_move (editor, (i * 7 % 11 - 5) * 48, (i * 5 % 7 - 3) * 48, FALSE);
    check_like_new (&scene);
  }
  lm_editor_select_one (editor, first + 2);
  lm_editor_delete (editor, TRUE);
  check_like_new (&scene);
  lm_document_undo (scene.kit.document);
  check_like_new (&scene);
  lm_editor_select_all (editor);
  lm_editor_group (editor);
  check_like_new (&scene);
  scene_clear (&scene);
}

/* --- Screen readers ------------------------------------------------------------------ */

static void
test_says_what_is_there (void)
{
  Scene scene;
  int first;

  scene_init (&scene);
  first = CHAIN (&scene.kit, "Input", "Dense");
  lm_editor_rename (scene.kit.editor, first + 1, "stem");
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (scene.canvas), GTK_ACCESSIBLE_ROLE_LIST);
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (view_of (&scene, first)), GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (view_of (&scene, first + 1)), GTK_ACCESSIBLE_STATE_SELECTED, TRUE);
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (view_of (&scene, first)), GTK_ACCESSIBLE_STATE_SELECTED, FALSE);
  {
    g_autofree char *description = gtk_test_accessible_check_property (GTK_ACCESSIBLE (view_of (&scene, first)), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "Output to stem. ");

    g_assert_cmpstr (description, ==, NULL);
  }
  lm_editor_cut_wires (scene.kit.editor, &(LmWire){ first, 0, first + 1, 0 }, 1);
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (view_of (&scene, first + 1)), GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (scene.canvas), GTK_ACCESSIBLE_PROPERTY_LABEL, "Network, 2 layers, 1 problem");
  scene_clear (&scene);
}

/* Tab finds one card; the focus is kept by a card while others come and go, and is here still when its card has gone. */
static void
test_keeps_the_focus (void)
{
  Scene scene;
  int first;

  scene_init (&scene);
  first = CHAIN (&scene.kit, "Input", "Dense", "Dense");
  gtk_window_set_focus (GTK_WINDOW (scene.window), NULL);
  lm_editor_set_current (scene.kit.editor, first + 1);
  gtk_widget_child_focus (GTK_WIDGET (scene.canvas), GTK_DIR_TAB_FORWARD);
  g_assert_true (gtk_root_get_focus (GTK_ROOT (scene.window)) == view_of (&scene, first + 1));
  g_assert_false (gtk_widget_child_focus (GTK_WIDGET (scene.canvas), GTK_DIR_TAB_FORWARD));
  lm_editor_insert (scene.kit.editor, "Dropout", &(LmWire){ first + 1, 0, first + 2, 0 });
  g_assert_true (gtk_root_get_focus (GTK_ROOT (scene.window)) == view_of (&scene, first + 3));
  act (&scene, "design.delete");
  g_assert_true (gtk_widget_is_ancestor (gtk_root_get_focus (GTK_ROOT (scene.window)), GTK_WIDGET (scene.canvas)) ||
                 gtk_root_get_focus (GTK_ROOT (scene.window)) == GTK_WIDGET (scene.canvas));
  scene_clear (&scene);
}

/* --- Actions ------------------------------------------------------------------------- */

static int
n_selected (Scene *scene)
{
  int n;

  lm_editor_get_selection (scene->kit.editor, &n);
  return n;
}

static int
n_cards (Scene *scene)
{
  return (int) kit_design (&scene->kit)->nodes->len;
}

static void
request_cb (int *n)
{
  (*n)++;
}

static void
test_actions_have_effects (void)
{
  Scene scene;
  LmEditor *editor;
  int first, n_requests = 0;

  scene_init (&scene);
  editor = scene.kit.editor;
  first = CHAIN (&scene.kit, "Input", "Dense", "Dense");
  act (&scene, "design.select-all");
  g_assert_cmpint (n_selected (&scene), ==, 3);
  act (&scene, "design.select-none");
  g_assert_cmpint (n_selected (&scene), ==, 0);
  act (&scene, "design.invert");
  g_assert_cmpint (n_selected (&scene), ==, 3);
  lm_editor_select_one (editor, first + 1);
  act (&scene, "design.select-downstream");
  g_assert_cmpint (n_selected (&scene), ==, 2);
  act (&scene, "design.select-upstream");
  g_assert_cmpint (n_selected (&scene), ==, 3);

  lm_editor_select_one (editor, first + 1);
  act (&scene, "design.bypass");
  g_assert_true (lm_design_find (kit_design (&scene.kit), first + 1)->bypassed);
  act (&scene, "design.bypass");
  act (&scene, "design.freeze");
  g_assert_true (lm_design_find (kit_design (&scene.kit), first + 1)->frozen);
  act (&scene, "design.freeze");
  lm_editor_set_current (editor, first + 2);
  act (&scene, "design.freeze-up-to");
  g_assert_true (lm_design_find (kit_design (&scene.kit), first + 2)->frozen);
  lm_editor_select_one (editor, first + 1);
  act (&scene, "design.duplicate");
  g_assert_cmpint (n_cards (&scene), ==, 4);
  act (&scene, "design.cut");
  g_assert_cmpint (n_cards (&scene), ==, 3);
  act (&scene, "design.paste");
  KIT_WAIT_FOR (n_cards (&scene) == 4);
  act (&scene, "design.copy");
  act (&scene, "design.paste-wired");
  KIT_WAIT_FOR (n_cards (&scene) == 5);
  act (&scene, "design.delete");
  g_assert_cmpint (n_cards (&scene), ==, 4);
  lm_editor_select_one (editor, first + 1);
  act (&scene, "design.delete-with-wires");
  g_assert_false (kit_has_wire (&scene.kit, first, first + 2));
  lm_editor_select (editor, (int[]){ first, first + 2 }, 2);
  act (&scene, "design.wire-in-order");
  g_assert_true (kit_has_wire (&scene.kit, first, first + 2));
  lm_editor_select_one (editor, first + 2);
  act (&scene, "design.group");
  g_assert_cmpint (n_selected (&scene), ==, 1);
  act (&scene, "design.open-block");
  g_assert_cmpstr (lm_editor_get_block (editor), !=, "");
  act (&scene, "design.leave-block");
  g_assert_cmpstr (lm_editor_get_block (editor), ==, "");
  act (&scene, "design.ungroup");
  g_assert_cmpint (n_selected (&scene), ==, 1);
  gtk_widget_activate_action (GTK_WIDGET (scene.canvas), "design.swap", "s", "Activation");
  g_assert_cmpstr (lm_design_find (kit_design (&scene.kit), lm_editor_get_current (editor))->kind, ==, "Activation");

  act (&scene, "design.arrange");
  act (&scene, "design.zoom-in");
  act (&scene, "design.zoom-actual");
  g_assert_cmpfloat (lm_canvas_get_zoom (scene.canvas), ==, 1);
  act (&scene, "design.zoom-out");
  g_assert_cmpfloat (lm_canvas_get_zoom (scene.canvas), <, 1);
  lm_editor_select_one (editor, first);
  act (&scene, "design.connect");
  g_assert_true (scene.canvas->is_connecting);
  /* What it offers is gone when the network is another one. */
  lm_editor_duplicate (editor);
  g_assert_false (scene.canvas->is_connecting);
  g_signal_connect_swapped (scene.canvas, "add-requested", G_CALLBACK (request_cb), &n_requests);
  g_signal_connect_swapped (scene.canvas, "rename-requested", G_CALLBACK (request_cb), &n_requests);
  act (&scene, "design.add");
  act (&scene, "design.rename");
  g_assert_cmpint (n_requests, ==, 2);
  act (&scene, "design.flow-right");
  g_assert_true (lm_document_get_design (scene.kit.document)->to_right);
  scene_clear (&scene);
}

int
main (int argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/ui/canvas/finds-what-lies-under-the-pointer", test_finds_what_lies_under_the_pointer);
  g_test_add_func ("/ui/canvas/shows-the-start-and-fits", test_shows_the_start_and_fits);
  g_test_add_func ("/ui/canvas/edits-leave-nothing-stale", test_edits_leave_nothing_stale);
  g_test_add_func ("/ui/canvas/says-what-is-there", test_says_what_is_there);
  g_test_add_func ("/ui/canvas/keeps-the-focus", test_keeps_the_focus);
  g_test_add_func ("/ui/canvas/actions-have-effects", test_actions_have_effects);
  return g_test_run ();
}
