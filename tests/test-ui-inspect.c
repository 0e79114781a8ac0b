/* test-ui-inspect.c: the Inspect page and its parts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

#include "lm-answer-bars.h"
#include "lm-drawing-pad.h"
#include "lm-film-strip.h"
#include "lm-heatmap-view.h"
#include "lm-inspect-page.h"
#include "lm-inspect-pane.h"
#include "lm-sample-picker.h"
#include "lm-sample-view.h"
#include "lm-sheet-view.h"
#include "lm-sheet.h"
#include "lm-tile-detail.h"
#include "lm-work.h"

#define PATIENCE (90 * G_USEC_PER_SEC)

#define DESIGN                                                                                                                                    \
  "{\"lamina\":1,\"nodes\":["                                                                                                                     \
  "{\"id\":1,\"name\":\"input\",\"kind\":\"Input\",\"options\":{\"shape\":[28,28,1]},\"pos\":[0,0]},"                                             \
  "{\"id\":2,\"name\":\"conv2d\",\"kind\":\"Conv2D\",\"options\":{\"filters\":8,\"kernel_size\":[3,3],\"activation\":\"relu\"},\"pos\":[0,120]}," \
  "{\"id\":3,\"name\":\"flatten\",\"kind\":\"Flatten\",\"options\":{},\"pos\":[0,240]},"                                                          \
  "{\"id\":4,\"name\":\"dense\",\"kind\":\"Dense\",\"options\":{\"units\":10,\"activation\":\"softmax\"},\"pos\":[0,360]}],"                      \
  "\"wires\":[[1,0,2,0],[2,0,3,0],[3,0,4,0]],"                                                                                                    \
  "\"training\":{\"optimizer\":\"adam\",\"batch_size\":32,\"epochs\":1},"                                                                         \
  "\"data\":{\"spec\":\"builtin:digits?train=128&validation=64&test=16\",\"chain\":[{\"kind\":\"rescale\"}]}}"

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until @condition holds. */
#define WAIT_FOR(condition)                                   \
  G_STMT_START                                                \
  {                                                           \
    gint64 deadline = g_get_monotonic_time () + PATIENCE;     \
    guint tick = g_timeout_add (10, tick_cb, NULL);           \
    while (!(condition)) {                                    \
      g_assert_cmpint (g_get_monotonic_time (), <, deadline); \
      g_main_context_iteration (NULL, TRUE);                  \
    }                                                         \
    g_source_remove (tick);                                   \
  }                                                           \
  G_STMT_END

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* --- A page in a window -------------------------------------------------------------- */

typedef struct {
  LmDocument *document;
  LmSession *session;
  LmLens *lens;
  GtkWidget *window;
  GtkWidget *page;
} Fixture;

static void
opened_cb (LmDocument *document,
           const GError *error,
           gpointer data)
{
  LmDocument **to = g_object_get_data (data, "to");

  g_assert_no_error (error);
  *to = document;
}

static LmDocument *
open_document (const char *path)
{
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  LmDocument *document = NULL;

  g_object_set_data (owner, "to", &document);
  lm_document_open (path, NULL, FALSE, owner, opened_cb);
  WAIT_FOR (document != NULL);
  WAIT_FOR (lm_document_get_dataset (document, NULL) != NULL);
  return document;
}

static void
set_up (Fixture *fixture,
        gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("lamina-inspect-XXXXXX", NULL), *path = g_build_filename (folder, "digits.lamina", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDesign) design = lm_design_from_json (DESIGN, -1, "digits", &error);
  LmProject *project;

  g_assert_no_error (error);
  project = lm_project_create (path, TRUE, &error);
  g_assert_no_error (error);
  lm_project_save_design (project, design, &error);
  g_assert_no_error (error);
  lm_project_close (project, &error);
  lm_project_unref (project);
  fixture->document = open_document (path);
  fixture->session = lm_session_new (fixture->document);
  fixture->lens = lm_lens_new (fixture->document, fixture->session);
  fixture->page = g_object_new (LM_TYPE_INSPECT_PAGE, NULL);
  lm_page_set_source (LM_PAGE (fixture->page), &(LmSource){ fixture->document, fixture->session, NULL, fixture->lens });
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 1300, 850);
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->page);
  gtk_window_present (GTK_WINDOW (fixture->window));
  gtk_test_widget_wait_for_draw (fixture->window);
}

static void
done_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  gboolean left = FALSE, closed = FALSE;

  g_object_add_weak_pointer (G_OBJECT (fixture->page), (gpointer *) &fixture->page);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  lm_session_leave (fixture->session, done_cb, &left);
  WAIT_FOR (left);
  lm_document_close (fixture->document, done_cb, &closed);
  WAIT_FOR (closed);
  WAIT_FOR (lm_work_n_pending () == 0);
  settle ();
  g_assert_null (fixture->page);
  g_object_add_weak_pointer (G_OBJECT (fixture->lens), (gpointer *) &fixture->lens);
  g_object_unref (fixture->lens);
  WAIT_FOR (fixture->lens == NULL);
  g_object_unref (fixture->session);
  g_object_unref (fixture->document);
}

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

static GtkWidget *
find_button (GtkWidget *widget,
             const char *label)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = GTK_IS_BUTTON (child) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (child)), label) == 0 ? child : find_button (child, label);

    if (found != NULL)
      return found;
  }
  return NULL;
}

/* A key, as its controller gets it. Returns: whether the widget took it. */
static gboolean
press (GtkWidget *widget,
       guint key,
       GdkModifierType state)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  gboolean taken = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
    g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

    if (GTK_IS_EVENT_CONTROLLER_KEY (controller) && !taken)
      g_signal_emit_by_name (controller, "key-pressed", key, 0, state, &taken);
  }
  return taken;
}

static void
look_anyway (Fixture *fixture)
{
  g_assert_true (gtk_widget_activate_action (fixture->page, "inspect.look-anyway", NULL));
  WAIT_FOR (lm_lens_get_film (fixture->lens) != NULL && lm_lens_get_heatmap (fixture->lens) != NULL);
  settle ();
}

/* --- The page ------------------------------------------------------------------------ */

static void
test_untrained (Fixture *fixture,
                gconstpointer data)
{
  LmFilmStrip *strip = LM_FILM_STRIP (find_child (fixture->page, LM_TYPE_FILM_STRIP));
  GtkWidget *anyway = find_button (fixture->page, "Look Anyway");

  g_assert_true (gtk_widget_get_mapped (anyway));
  g_assert_false (gtk_widget_get_mapped (GTK_WIDGET (strip)));
  look_anyway (fixture);
  g_assert_false (gtk_widget_get_mapped (anyway));
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (strip)));
  g_assert_cmpstr (lm_film_strip_get_chosen (strip), ==, "2");
}

/* Panes fold below 1200 pixels: unfolded, the page must not hold the window above that. */
static void
test_can_be_narrow (Fixture *fixture,
                    gconstpointer data)
{
  int minimum, natural;

  look_anyway (fixture);
  gtk_widget_measure (fixture->page, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
  g_assert_cmpint (minimum, <=, 900);
  gtk_widget_measure (fixture->page, GTK_ORIENTATION_VERTICAL, -1, &minimum, &natural, NULL, NULL);
  g_assert_cmpint (minimum, <=, 560);
}

static void
test_layers_by_key (Fixture *fixture,
                    gconstpointer data)
{
  GtkWidget *strip = find_child (fixture->page, LM_TYPE_FILM_STRIP);
  LmTileView *tiles = LM_TILE_VIEW (find_child (fixture->page, LM_TYPE_TILE_VIEW));

  look_anyway (fixture);
  g_assert_cmpint (lm_tile_view_get_shown (tiles)->tiles->shape.dim[1], ==, 26);
  g_assert_true (press (strip, GDK_KEY_Right, 0));
  g_assert_cmpstr (lm_film_strip_get_chosen (LM_FILM_STRIP (strip)), ==, "4");
  g_assert_cmpint (lm_tile_view_get_shown (tiles)->tiles->shape.dim[0], ==, 10);
  g_assert_true (press (strip, GDK_KEY_Home, 0));
  g_assert_cmpint (lm_tile_view_get_shown (tiles)->tiles->shape.dim[0], ==, 8);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (strip), GTK_ACCESSIBLE_PROPERTY_LABEL, "From input to output, layer 1 of 2: conv2d, gives 26×26×8");

  /* And a tile of it. */
  g_assert_true (press (GTK_WIDGET (tiles), GDK_KEY_Right, 0));
  g_assert_true (press (GTK_WIDGET (tiles), GDK_KEY_Right, 0));
  g_assert_cmpint (lm_tile_view_get_chosen (tiles), ==, 1);
  g_assert_true (press (GTK_WIDGET (tiles), GDK_KEY_Return, 0));
  WAIT_FOR (lm_lens_get_unit (fixture->lens) != NULL);
  g_assert_cmpint (lm_lens_get_unit (fixture->lens)->tiles->shape.dim[1], ==, 3);
}

static void
test_draws_by_key (Fixture *fixture,
                   gconstpointer data)
{
  GtkWidget *pad = find_child (fixture->page, LM_TYPE_DRAWING_PAD);
  guint before;
  gboolean is_empty;

  look_anyway (fixture);
  before = lm_lens_get_serial (fixture->lens);
  g_assert_true (press (pad, GDK_KEY_space, 0));
  for (int i = 0; i < 6; i++)
    g_assert_true (press (pad, GDK_KEY_Down, 0));
  g_assert_true (press (pad, GDK_KEY_space, 0));
  g_assert_cmpuint (lm_lens_get_serial (fixture->lens), ==, before + 7);
  WAIT_FOR (lm_lens_get_answered (fixture->lens) == before + 7);
  g_assert_cmpstr (lm_lens_get_sample (fixture->lens)->name, ==, "drawn");
  g_assert_cmpfloat (lm_tensor_get (lm_lens_get_sample (fixture->lens)->raw, 14 * 28 + 14), ==, 255);
  g_assert_true (press (pad, GDK_KEY_Delete, GDK_CONTROL_MASK));
  g_object_get (pad, "empty", &is_empty, NULL);
  g_assert_true (is_empty);
  g_assert_cmpfloat (lm_tensor_get (lm_lens_get_sample (fixture->lens)->raw, 14 * 28 + 14), ==, 0);
}

static void
test_modes_of_the_sheet (Fixture *fixture,
                         gconstpointer data)
{
  LmTileView *tiles = LM_TILE_VIEW (find_child (fixture->page, LM_TYPE_TILE_VIEW));

  look_anyway (fixture);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (find_button (fixture->page, "Kernels")), TRUE);
  WAIT_FOR (lm_tile_view_get_shown (tiles) != NULL && lm_tile_view_get_shown (tiles)->tiles->shape.dim[1] == 3);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (find_button (fixture->page, "What Excites It")), TRUE);
  WAIT_FOR (lm_tile_view_get_shown (tiles) != NULL && lm_tile_view_get_shown (tiles)->map == LM_MAP_GREY);
  WAIT_FOR (find_button (fixture->page, "Look Again") != NULL);
  WAIT_FOR (lm_work_n_pending () == 0);
}

static void
test_views (Fixture *fixture,
            gconstpointer data)
{
  g_autoptr (GPtrArray) none = lm_page_dup_views (LM_PAGE (fixture->page)), views = NULL;
  const char *names[] = { "conv2d-activations", "heatmap", "film" };

  g_assert_cmpuint (none->len, ==, 0);
  look_anyway (fixture);
  views = lm_page_dup_views (LM_PAGE (fixture->page));
  g_assert_cmpuint (views->len, ==, 3);
  for (guint i = 0; i < 3; i++) {
    const LmView *view = views->pdata[i];

    g_assert_cmpstr (view->name, ==, names[i]);
    g_assert_nonnull (strstr (*lm_picture_title (&view->picture), "digits · "));
    g_assert_nonnull (strstr (*lm_picture_caption (&view->picture), "Fresh weights"));
  }
}

static void
test_drops (Fixture *fixture,
            gconstpointer data)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "lamina-inspect-drop.png", NULL);
  g_autoptr (GFile) picture = g_file_new_for_path (path), text = g_file_new_for_path ("/tmp/readme.txt");
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 40, 40);

  g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==, CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy (surface);
  look_anyway (fixture);
  g_assert_false (lm_page_drop (LM_PAGE (fixture->page), text));
  g_assert_true (lm_page_drop (LM_PAGE (fixture->page), picture));
  WAIT_FOR (g_strcmp0 (lm_lens_get_sample (fixture->lens)->name, "lamina-inspect-drop.png") == 0);
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (find_button (fixture->page, "File"))));
}

static void
test_classes_and_mistakes (Fixture *fixture,
                           gconstpointer data)
{
  GtkWidget *picker = find_child (fixture->page, LM_TYPE_SAMPLE_PICKER);
  GtkWidget *parts = find_child (picker, GTK_TYPE_DROP_DOWN), *filter = gtk_widget_get_next_sibling (parts);

  look_anyway (fixture);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (filter), 2 + 3);
  WAIT_FOR (lm_lens_get_sample (fixture->lens)->label == 3);
  for (int i = 0; i < 3; i++) {
    guint before = lm_lens_get_serial (fixture->lens);

    g_assert_true (gtk_widget_activate_action (picker, "picker.next", NULL));
    WAIT_FOR (lm_lens_get_serial (fixture->lens) != before);
    g_assert_cmpint (lm_lens_get_sample (fixture->lens)->label, ==, 3);
  }

  lm_session_start (fixture->session, LM_START_FRESH, 0, 0);
  WAIT_FOR (!lm_session_is_active (fixture->session));
  lm_lens_set_run (fixture->lens, 1, NULL);
  WAIT_FOR (lm_lens_get_answered (fixture->lens) == lm_lens_get_serial (fixture->lens));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (filter), 1);
  WAIT_FOR (lm_work_n_pending () == 0);
  settle ();
  WAIT_FOR (lm_lens_get_answered (fixture->lens) == lm_lens_get_serial (fixture->lens));
  g_assert_cmpint (lm_lens_get_answer (fixture->lens)->best, !=, lm_lens_get_sample (fixture->lens)->label);
}

/* --- Parts --------------------------------------------------------------------------- */

static void
gone_cb (gpointer data,
         GObject *where)
{
  *(gboolean *) data = TRUE;
}

static void
test_builds_and_goes (gconstpointer data)
{
  GType (*get_type) (void) = (GType (*) (void)) data;
  GtkWidget *widget = g_object_new (get_type (), NULL), *window = gtk_window_new ();
  gboolean is_gone = FALSE;

  g_object_weak_ref (G_OBJECT (widget), gone_cb, &is_gone);
  gtk_window_set_child (GTK_WINDOW (window), widget);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (window);
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
  g_assert_true (is_gone);
}

/* Three tiles of 1×2: the second is the strongest on the mean, the third has the peak. */
static void
test_tiles_are_arranged (void)
{
  static const float numbers[] = { 0, 1, 3, 3, 0, 5 };
  g_autoptr (LmSheetPicture) picture = g_new0 (LmSheetPicture, 1), mean = NULL, peak = NULL;
  g_autofree int *by_mean = NULL, *by_peak = NULL;

  picture->tiles = lm_tensor_new_copy (LM_F32, &LM_SHAPE (3, 1, 2), numbers);
  picture->map = LM_MAP_VIRIDIS;
  picture->max = 5;
  picture->scale = g_strdup ("1×2 each · one scale: 0 … 5");
  mean = lm_tiles_arrange (picture, LM_TILES_BY_MEAN, FALSE, 2, &by_mean);
  g_assert_cmpint (by_mean[0], ==, 1);
  g_assert_cmpint (by_mean[1], ==, 2);
  g_assert_cmpint (by_mean[2], ==, 0);
  g_assert_cmpstr (mean->labels[0], ==, "1");
  g_assert_cmpfloat (lm_tensor_get (mean->tiles, 0), ==, 3);
  g_assert_cmpint (mean->columns, ==, 2);
  g_assert_cmpstr (mean->scale, ==, "1×2 each · one scale: 0 … 5");
  peak = lm_tiles_arrange (picture, LM_TILES_BY_PEAK, TRUE, 0, &by_peak);
  g_assert_cmpint (by_peak[0], ==, 2);
  g_assert_true (peak->per_tile);
  g_assert_cmpstr (peak->scale, ==, "1×2 each · each with its own scale, from its lowest to its highest");
  g_assert_cmpfloat (lm_tensor_get (picture->tiles, 0), ==, 0);
}

/* Only with “-m perf”: what a sheet of large maps costs a frame. */
static void
test_large_sheets_are_drawn_fast (void)
{
  g_autoptr (LmSheetPicture) picture = NULL;
  cairo_surface_t *surface;
  double best_arrange = INFINITY, best_draw = INFINITY;
  LmTheme theme = *lm_theme_get (LM_THEME_LIGHT);

  if (!g_test_perf ()) {
    g_test_skip ("only with -m perf");
    return;
  }
  picture = g_new0 (LmSheetPicture, 1);
  picture->tiles = lm_tensor_new (LM_F32, &LM_SHAPE (64, 112, 112), NULL);
  for (gint64 i = 0; i < lm_tensor_n_elements (picture->tiles); i++)
    lm_tensor_f32 (picture->tiles)[i] = (float) (i % 97) / 97;
  picture->map = LM_MAP_VIRIDIS;
  picture->max = 1;
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 900, 900);
  theme.device_scale = 1;
  for (int i = 0; i < 10; i++) {
    cairo_t *cr = cairo_create (surface);
    g_autofree int *numbers = NULL;
    gint64 begin = g_get_monotonic_time (), arranged;
    g_autoptr (LmSheetPicture) shown = lm_tiles_arrange (picture, LM_TILES_BY_MEAN, FALSE, 0, &numbers);
    LmSheetGrid grid = lm_sheet_grid (shown, &theme, 500, FALSE);

    arranged = g_get_monotonic_time ();
    lm_sheet_grid_draw (cr, &theme, shown, &grid, 0, 0, NULL);
    best_arrange = MIN (best_arrange, (double) (arranged - begin) / 1e3);
    best_draw = MIN (best_draw, (double) (g_get_monotonic_time () - arranged) / 1e3);
    cairo_destroy (cr);
  }
  cairo_surface_destroy (surface);
  g_test_minimized_result (best_arrange, "ordering 64 maps of 112×112: %.2f ms", best_arrange);
  g_test_minimized_result (best_draw, "drawing them: %.2f ms", best_draw);
}

static void
class_cb (LmAnswerBars *bars,
          int class_index,
          int *chosen)
{
  *chosen = class_index;
}

static void
test_bars_choose_a_class (void)
{
  double values[] = { 0.1, 0.7, 0.2 };
  char *names[] = { (char *) "cat", (char *) "dog", (char *) "owl", NULL };
  LmPrediction answer = { 3, values, names, TRUE, 1 };
  GtkWidget *bars = g_object_ref_sink (g_object_new (LM_TYPE_ANSWER_BARS, NULL));
  int chosen = -2;

  g_signal_connect (bars, "chosen", G_CALLBACK (class_cb), &chosen);
  lm_answer_bars_set_answer (LM_ANSWER_BARS (bars), &answer, 0);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (bars), GTK_ACCESSIBLE_PROPERTY_LABEL, "The network says dog: 0.700, owl: 0.200, cat: 0.100");
  press (bars, GDK_KEY_Down, 0);
  press (bars, GDK_KEY_Return, 0);
  g_assert_cmpint (chosen, ==, 2);
  lm_answer_bars_set_chosen (LM_ANSWER_BARS (bars), 2);
  press (bars, GDK_KEY_Return, 0);
  g_assert_cmpint (chosen, ==, -1);
  g_object_unref (bars);
}

int
main (int argc,
      char *argv[])
{
  if (g_getenv ("DISPLAY") == NULL && g_getenv ("WAYLAND_DISPLAY") == NULL) {
    g_print ("1..0 # SKIP no display\n");
    return 0;
  }
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_assert_true (lm_kernels_init (NULL, NULL));

#define BUILDS(name, func) g_test_add_data_func ("/inspect/builds-and-goes/" name, (gconstpointer) func, test_builds_and_goes)
  BUILDS ("answer-bars", lm_answer_bars_get_type);
  BUILDS ("drawing-pad", lm_drawing_pad_get_type);
  BUILDS ("film-strip", lm_film_strip_get_type);
  BUILDS ("heat-view", lm_heat_view_get_type);
  BUILDS ("pane", lm_inspect_pane_get_type);
  BUILDS ("page", lm_inspect_page_get_type);
  BUILDS ("sample-picker", lm_sample_picker_get_type);
  BUILDS ("sample-view", lm_sample_view_get_type);
  BUILDS ("tile-detail", lm_tile_detail_get_type);
  BUILDS ("tile-view", lm_tile_view_get_type);
  g_test_add_func ("/inspect/tiles-are-arranged", test_tiles_are_arranged);
  g_test_add_func ("/inspect/large-sheets-are-drawn-fast", test_large_sheets_are_drawn_fast);
  g_test_add_func ("/inspect/bars-choose-a-class", test_bars_choose_a_class);
#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)
  ADD ("/inspect/untrained-can-be-looked-at", test_untrained);
  ADD ("/inspect/can-be-narrow", test_can_be_narrow);
  ADD ("/inspect/layers-and-tiles-by-key", test_layers_by_key);
  ADD ("/inspect/draws-by-key", test_draws_by_key);
  ADD ("/inspect/outputs-kernels-filters", test_modes_of_the_sheet);
  ADD ("/inspect/views-can-be-exported", test_views);
  ADD ("/inspect/pictures-are-dropped", test_drops);
  ADD ("/inspect/classes-and-mistakes", test_classes_and_mistakes);
  return g_test_run ();
}
