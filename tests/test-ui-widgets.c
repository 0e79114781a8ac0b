/* test-ui-widgets.c: each widget builds from its template, does its part and goes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <adwaita.h>
#include <math.h>
#include <pthread.h>

#include "lm-canvas-view.h"
#include "lm-curves.h"
#include "lm-design-page.h"
#include "lm-export.h"
#include "lm-minimap.h"
#include "lm-node-view.h"
#include "lm-option-row.h"
#include "lm-panes.h"
#include "lm-plot.h"
#include "lm-plot-view.h"
#include "lm-runs-pane.h"
#include "lm-session.h"
#include "lm-settings-pane.h"
#include "lm-swatch.h"
#include "lm-train-cluster.h"
#include "lm-train-page.h"
#include "lm-words.h"
#include "lm-work.h"

static void
gone_cb (gpointer data,
         GObject *where)
{
  *(gboolean *) data = TRUE;
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Shows @widget in a window, waits until it is drawn, closes the window, and checks that nobody keeps the widget. */
static void
check_lives_and_goes (GtkWidget *widget)
{
  GtkWidget *window = gtk_window_new ();
  gboolean is_gone = FALSE;

  g_object_weak_ref (G_OBJECT (widget), gone_cb, &is_gone);
  gtk_window_set_child (GTK_WINDOW (window), widget);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (window);
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
  g_assert_true (is_gone);
}

static void
test_templates_build_and_go (gconstpointer data)
{
  GType (*get_type) (void) = (GType (*) (void)) data;

  check_lives_and_goes (g_object_new (get_type (), NULL));
}

/* --- Words --------------------------------------------------------------------------- */

static void
check_text (char *text,
            const char *wanted)
{
  g_assert_cmpstr (text, ==, wanted);
  g_free (text);
}

static void
test_words (void)
{
  check_text (lm_words_left (19.2), "0:19");
  check_text (lm_words_left (725), "12:05");
  check_text (lm_words_left (3900), "1 h 5 min");
  check_text (lm_words_left (NAN), "?");
  check_text (lm_words_duration (58.2), "58 s");
  check_text (lm_words_duration (200), "3 min 20 s");
  check_text (lm_words_bytes (41u << 20), "41 MiB");
  check_text (lm_words_bytes (0), "0 B");
  check_text (lm_words_rate (1e-3), "1e-3");
  check_text (lm_words_rate (3e-4), "3e-4");
  check_text (lm_words_rate (0.05), "0.05");
}

/* --- Plot ---------------------------------------------------------------------------- */

static LmHistory *
make_history (int n_epochs)
{
  LmHistory *history = lm_history_new (NULL, 0, 10, 10);

  for (int epoch = 1; epoch <= n_epochs; epoch++) {
    LmEpochRow row = { .epoch = epoch, .step = epoch * 10, .rate = 1e-3 };

    for (int i = 0; i < 10; i++)
      lm_history_add_step (history, 1.0 / (epoch + i));
    row.train.loss = 1.0 / epoch;
    row.validation.loss = 1.1 / epoch;
    lm_history_add_epoch (history, &row);
  }
  return history;
}

static void
test_plot_shows_a_history (void)
{
  LmPlotView *plot = g_object_new (LM_TYPE_PLOT_VIEW, NULL);
  LmHistory *history = make_history (3);
  LmCurvesPicture *picture = lm_history_picture (history, NULL, NULL, TRUE);

  lm_curves_drop_means (picture);
  for (int i = 0; i < picture->panels[0].n_series; i++)
    g_assert_cmpint (picture->panels[0].series[i].role, !=, LM_SERIES_TRAIN);
  lm_curves_add_run (picture, "Run 1", history);
  g_assert_cmpint (picture->panels[0].series[picture->panels[0].n_series - 1].role, ==, LM_SERIES_OTHER);
  g_assert_cmpint (picture->panels[0].series[picture->panels[0].n_series - 1].n, ==, 3);
  lm_plot_view_set_history (plot, history);
  lm_plot_view_set_picture (plot, picture);
  check_lives_and_goes (GTK_WIDGET (plot));
  lm_history_unref (history);
}

/* Only with “-m perf”: what a frame of a long run costs. */
static void
test_long_runs_are_drawn_fast (void)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 990, 700);
  LmHistory *history = lm_history_new (NULL, 0, 10000, 10);
  double best_make = INFINITY, best_draw = INFINITY;

  if (!g_test_perf ()) {
    g_test_skip ("only with -m perf");
    lm_history_unref (history);
    cairo_surface_destroy (surface);
    return;
  }
  for (int i = 0; i < 100000; i++)
    lm_history_add_step (history, 1.0 / (1 + i * 1e-3) + 0.1 * sin (i));
  for (int i = 0; i < 20; i++) {
    cairo_t *cr = cairo_create (surface);
    gint64 begin = g_get_monotonic_time (), made, drawn;
    LmCurvesPicture *picture = lm_history_picture (history, NULL, NULL, TRUE);

    made = g_get_monotonic_time ();
    lm_draw_curves (cr, 990, 700, lm_theme_get (LM_THEME_LIGHT), picture, &LM_CURVES_VIEW_INIT);
    drawn = g_get_monotonic_time ();
    best_make = MIN (best_make, (made - begin) / 1e3);
    best_draw = MIN (best_draw, (drawn - made) / 1e3);
    lm_curves_picture_free (picture);
    cairo_destroy (cr);
  }
  g_test_minimized_result (best_make, "picture of 100,000 steps: %.2f ms", best_make);
  g_test_minimized_result (best_draw, "drawing them: %.2f ms", best_draw);
  lm_history_unref (history);
  cairo_surface_destroy (surface);
}

static void
test_curves_are_said (void)
{
  LmHistory *history = make_history (2);

  check_text (lm_curves_sentence (history), "Loss after epoch 2: training 0.500, validation 0.550, best at epoch 2");
  lm_history_unref (history);
}

/* --- Option rows --------------------------------------------------------------------- */

static void
keep_cb (LmOptionRow *row,
         const LmOptionValue *value,
         LmOptionValue *kept)
{
  lm_option_value_clear (kept);
  *kept = lm_option_value_copy (value);
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

static void
test_number_row_edits (void)
{
  g_autoptr (LmDesign) design = lm_design_new ();
  GtkWidget *row = g_object_ref_sink (lm_option_row_new (&lm_training_member.options[LM_TRAINING_EPOCHS]));
  LmOptionValue kept = { 0 };
  GtkWidget *spin = find_child (row, GTK_TYPE_SPIN_BUTTON);

  g_signal_connect (row, "edited", G_CALLBACK (keep_cb), &kept);
  lm_option_row_show (LM_OPTION_ROW (row), design->training, LM_TRAINING_EPOCHS);
  g_assert_false (kept.is_set);
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin)), ==, 10);
  gtk_spin_button_spin (GTK_SPIN_BUTTON (spin), GTK_SPIN_STEP_FORWARD, 1);
  g_assert_true (kept.is_set);
  g_assert_cmpint (kept.i, ==, 11);
  lm_option_value_clear (&kept);
  g_object_unref (row);
}

static void
test_choice_row_edits (void)
{
  g_autoptr (LmDesign) design = lm_design_new ();
  GtkWidget *row = g_object_ref_sink (lm_option_row_new (&lm_training_member.options[LM_TRAINING_OPTIMIZER]));
  LmOptionValue kept = { 0 };
  GtkWidget *choice = find_child (row, GTK_TYPE_DROP_DOWN);
  gsize n;
  const LmMember *const *members = lm_family_members ("optimizer", &n);
  guint other;

  g_signal_connect (row, "edited", G_CALLBACK (keep_cb), &kept);
  lm_option_row_show (LM_OPTION_ROW (row), design->training, LM_TRAINING_OPTIMIZER);
  g_assert_false (kept.is_set);
  other = (gtk_drop_down_get_selected (GTK_DROP_DOWN (choice)) + 1) % n;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), other);
  g_assert_true (kept.is_set);
  g_assert_true (kept.object->member == members[other]);
  lm_option_value_clear (&kept);
  g_object_unref (row);
}

/* --- Session ------------------------------------------------------------------------- */

#define N_FLOOD 100000

static void
count_cb (LmSession *session,
          guint *n)
{
  (*n)++;
}

static void *
flood_thread (void *data)
{
  for (int i = 1; i <= N_FLOOD; i++) {
    LmEvent *event = lm_event_new (LM_EVENT_STEP, NULL);

    event->step = i;
    lm_session_put (event, data);
    lm_event_unref (event);
  }
  return NULL;
}

/* However fast steps come, the main loop is not kept busy, and the last one arrives. */
static void
test_session_is_not_flooded (void)
{
  LmSession *session = g_object_new (LM_TYPE_SESSION, NULL);
  guint n_told = 0;
  pthread_t thread;

  g_signal_connect (session, "progress", G_CALLBACK (count_cb), &n_told);
  g_assert_cmpint (pthread_create (&thread, NULL, flood_thread, session), ==, 0);
  g_assert_cmpint (pthread_join (thread, NULL), ==, 0);
  settle ();
  g_assert_nonnull (lm_session_get_step (session));
  g_assert_cmpint (lm_session_get_step (session)->step, ==, N_FLOOD);
  g_assert_cmpuint (lm_session_get_n_turns (session), <=, 2);
  g_assert_cmpuint (n_told, <=, 2);
  g_object_unref (session);
}

/* --- Canvas -------------------------------------------------------------------------- */

/* --- Panes --------------------------------------------------------------------------- */

static gboolean
folded (LmPanes *panes,
        const char *property)
{
  gboolean value;

  g_object_get (panes, property, &value, NULL);
  return value;
}

static void
wait_for_width (GtkWidget *window,
                GtkWidget *widget,
                int width)
{
  gint64 deadline = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  gtk_window_set_default_size (GTK_WINDOW (window), width, 600);
  while (gtk_widget_get_width (widget) != width && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  gtk_test_widget_wait_for_draw (window);
  settle ();
}

static void
test_panes_fold_by_width (void)
{
  GtkWidget *window = gtk_window_new ();
  LmPanes *panes = g_object_new (LM_TYPE_PANES, "left", gtk_label_new ("left"), "content", gtk_label_new ("middle"), "right", gtk_label_new ("right"), NULL);

  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (panes));
  gtk_window_set_default_size (GTK_WINDOW (window), 1280, 600);
  gtk_window_present (GTK_WINDOW (window));
  wait_for_width (window, GTK_WIDGET (panes), 1280);
  g_assert_false (folded (panes, "left-folded"));
  g_assert_false (folded (panes, "right-folded"));
  wait_for_width (window, GTK_WIDGET (panes), 1024);
  g_assert_true (folded (panes, "left-folded"));
  g_assert_false (folded (panes, "right-folded"));
  g_assert_false (folded (panes, "left-revealed"));
  lm_panes_toggle_left (panes);
  g_assert_true (folded (panes, "left-revealed"));
  wait_for_width (window, GTK_WIDGET (panes), 760);
  g_assert_true (folded (panes, "right-folded"));
  wait_for_width (window, GTK_WIDGET (panes), 1280);
  g_assert_true (folded (panes, "left-revealed") && folded (panes, "right-revealed"));
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
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

  g_test_add_func ("/ui/words", test_words);
  g_test_add_data_func ("/ui/widgets/canvas", (gconstpointer) lm_canvas_get_type, test_templates_build_and_go);
  g_test_add_data_func ("/ui/widgets/design-page", (gconstpointer) lm_design_page_get_type, test_templates_build_and_go);
  g_test_add_data_func ("/ui/widgets/canvas-view", (gconstpointer) lm_canvas_view_get_type, test_templates_build_and_go);
  g_test_add_data_func ("/ui/widgets/minimap", (gconstpointer) lm_minimap_get_type, test_templates_build_and_go);
  g_test_add_data_func ("/ui/widgets/node-view", (gconstpointer) lm_node_view_get_type, test_templates_build_and_go);
  g_test_add_data_func ("/ui/widgets/plot-view", (gconstpointer) lm_plot_view_get_type, test_templates_build_and_go);
  g_test_add_data_func ("/ui/widgets/runs-pane", (gconstpointer) lm_runs_pane_get_type, test_templates_build_and_go);
  g_test_add_data_func ("/ui/widgets/settings-pane", (gconstpointer) lm_settings_pane_get_type, test_templates_build_and_go);
  g_test_add_data_func ("/ui/widgets/swatch", (gconstpointer) lm_swatch_get_type, test_templates_build_and_go);
  g_test_add_data_func ("/ui/widgets/train-cluster", (gconstpointer) lm_train_cluster_get_type, test_templates_build_and_go);
  g_test_add_data_func ("/ui/widgets/train-page", (gconstpointer) lm_train_page_get_type, test_templates_build_and_go);
  g_test_add_func ("/ui/plot/shows-a-history", test_plot_shows_a_history);
  g_test_add_func ("/ui/plot/long-runs-are-drawn-fast", test_long_runs_are_drawn_fast);
  g_test_add_func ("/ui/plot/is-said-in-words", test_curves_are_said);
  g_test_add_func ("/ui/option-row/number-edits", test_number_row_edits);
  g_test_add_func ("/ui/option-row/choice-edits", test_choice_row_edits);
  g_test_add_func ("/ui/session/is-not-flooded", test_session_is_not_flooded);
  g_test_add_func ("/ui/panes/fold-by-width", test_panes_fold_by_width);
  return g_test_run ();
}
