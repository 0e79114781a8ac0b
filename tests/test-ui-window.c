/* test-ui-window.c: the whole window: it opens a project, trains it, pauses, stops, undoes, exports, closes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "lm-application.h"
#include "lm-export.h"
#include "lm-window.h"
#include "lm-work.h"

#define PATIENCE (90 * G_USEC_PER_SEC)

static LmApplication *application;
static char *folder;

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Runs the main loop until @condition holds. */
#define WAIT_FOR(condition)                                   \
  G_STMT_START                                                \
  {                                                           \
    gint64 deadline = g_get_monotonic_time () + PATIENCE;     \
    guint tick = g_timeout_add (20, tick_cb, NULL);           \
    while (!(condition)) {                                    \
      g_assert_cmpint (g_get_monotonic_time (), <, deadline); \
      g_main_context_iteration (NULL, TRUE);                  \
    }                                                         \
    g_source_remove (tick);                                   \
  }                                                           \
  G_STMT_END

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static LmWindow *
open_window (const char *name)
{
  g_autofree char *base = g_strconcat (name, ".lamina", NULL);
  g_autofree char *path = g_build_filename (folder, base, NULL);
  LmWindow *window = NULL;

  lm_application_open (application, path, "welcome");
  for (GList *i = gtk_application_get_windows (GTK_APPLICATION (application)); i != NULL; i = i->next) {
    if (LM_IS_WINDOW (i->data) && g_strcmp0 (lm_window_get_path (i->data), path) == 0)
      window = i->data;
  }
  g_assert_nonnull (window);
  WAIT_FOR (lm_window_get_document (window) != NULL);
  WAIT_FOR (lm_document_get_dataset (lm_window_get_document (window), NULL) != NULL);
  settle ();
  return window;
}

static void
gone_cb (gpointer data,
         GObject *where)
{
  *(gboolean *) data = TRUE;
}

static void
close_window (LmWindow *window)
{
  gboolean is_gone = FALSE;

  g_object_weak_ref (G_OBJECT (window), gone_cb, &is_gone);
  gtk_window_close (GTK_WINDOW (window));
  WAIT_FOR (is_gone);
  WAIT_FOR (lm_work_n_pending () == 0);
}

static void
act (LmWindow *window,
     const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), action, NULL));
}

static void
set_training (LmWindow *window,
              int option,
              gint64 value)
{
  g_autoptr (LmEdit) edit = lm_edit_set_training (option, &LM_VALUE_INT (value));

  g_assert_true (lm_document_do (lm_window_get_document (window), edit, FALSE, NULL));
}

static gint64
get_training (LmWindow *window,
              int option)
{
  return lm_option_get_int (lm_document_get_design (lm_window_get_document (window))->training, option);
}

static LmSessionState
state (LmWindow *window)
{
  return lm_session_get_state (lm_window_get_session (window));
}

/* --- Tests --------------------------------------------------------------------------- */

static void
test_opens_the_welcome_project (void)
{
  LmWindow *window = open_window ("opens");

  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (window)), ==, "opens – Lamina");
  g_assert_cmpstr (lm_window_get_page (window), ==, "design");
  g_assert_cmpint (lm_document_get_check (lm_window_get_document (window))->n_errors, ==, 0);
  g_assert_cmpint (lm_window_get_n_steps (window), ==, 0);
  close_window (window);
}

/* The job of the window: press Train, and see the curve grow; pause, go on, stop. */
static void
test_trains_pauses_stops (void)
{
  LmWindow *window = open_window ("trains");
  gint64 n_steps;

  act (window, "win.train");
  g_assert_cmpint (state (window), ==, LM_SESSION_PREPARING);
  g_assert_cmpstr (lm_window_get_page (window), ==, "train");
  WAIT_FOR (lm_window_get_n_steps (window) > 5);
  n_steps = lm_window_get_n_steps (window);
  WAIT_FOR (lm_window_get_n_steps (window) > n_steps);

  act (window, "win.pause");
  g_assert_cmpint (state (window), ==, LM_SESSION_PAUSING);
  WAIT_FOR (state (window) == LM_SESSION_PAUSED);
  act (window, "win.pause");
  g_assert_cmpint (state (window), ==, LM_SESSION_RUNNING);
  n_steps = lm_window_get_n_steps (window);
  WAIT_FOR (lm_window_get_n_steps (window) > n_steps);

  act (window, "win.stop");
  g_assert_cmpint (state (window), ==, LM_SESSION_STOPPING);
  WAIT_FOR (state (window) == LM_SESSION_IDLE);
  WAIT_FOR (lm_document_get_last_run (lm_window_get_document (window)) != NULL &&
            lm_document_get_last_run (lm_window_get_document (window))->end == LM_RUN_STATE_STOPPED);
  close_window (window);
}

static void
test_run_goes_on_after_closing (void)
{
  LmWindow *window = open_window ("goes-on");
  gint64 run;

  act (window, "win.train");
  WAIT_FOR (lm_window_get_n_steps (window) > 5);
  act (window, "win.pause");
  WAIT_FOR (state (window) == LM_SESSION_PAUSED);
  run = lm_session_get_run (lm_window_get_session (window));
  close_window (window);

  window = open_window ("goes-on");
  g_assert_cmpint (lm_document_get_last_run (lm_window_get_document (window))->id, ==, run);
  g_assert_cmpint (lm_document_get_last_run (lm_window_get_document (window))->end, ==, LM_RUN_STATE_PAUSED);
  act (window, "win.go-on");
  WAIT_FOR (state (window) == LM_SESSION_RUNNING);
  g_assert_cmpint (lm_session_get_run (lm_window_get_session (window)), ==, run);
  act (window, "win.stop");
  WAIT_FOR (state (window) == LM_SESSION_IDLE);
  close_window (window);
}

static void
test_settings_are_undone (void)
{
  LmWindow *window = open_window ("undo");
  gint64 before = get_training (window, LM_TRAINING_EPOCHS);

  set_training (window, LM_TRAINING_EPOCHS, before + 7);
  g_assert_cmpint (get_training (window, LM_TRAINING_EPOCHS), ==, before + 7);
  act (window, "win.undo");
  g_assert_cmpint (get_training (window, LM_TRAINING_EPOCHS), ==, before);
  act (window, "win.redo");
  g_assert_cmpint (get_training (window, LM_TRAINING_EPOCHS), ==, before + 7);
  close_window (window);

  /* It is saved, and so is its undo. */
  window = open_window ("undo");
  g_assert_cmpint (get_training (window, LM_TRAINING_EPOCHS), ==, before + 7);
  act (window, "win.undo");
  g_assert_cmpint (get_training (window, LM_TRAINING_EPOCHS), ==, before);
  close_window (window);
}

static double
get_rate (LmWindow *window)
{
  const LmOptionSet *optimizer = lm_option_get_object (lm_document_get_design (lm_window_get_document (window))->training, LM_TRAINING_OPTIMIZER);

  return lm_option_get_double (optimizer, lm_option_set_index (optimizer, "learning_rate"));
}

static void
stop (LmWindow *window)
{
  WAIT_FOR (state (window) == LM_SESSION_RUNNING);
  act (window, "win.stop");
  WAIT_FOR (state (window) == LM_SESSION_IDLE);
  WAIT_FOR (lm_work_n_pending () == 0);
}

static void
test_ways_to_train (void)
{
  LmWindow *window = open_window ("ways");
  LmDocument *document = lm_window_get_document (window);
  double rate = get_rate (window);
  gint64 run;

  set_training (window, LM_TRAINING_EPOCHS, 1);
  set_training (window, LM_TRAINING_BATCH_SIZE, 512);
  act (window, "win.train");
  WAIT_FOR (state (window) == LM_SESSION_IDLE);
  WAIT_FOR (lm_document_get_last_run (document) != NULL && lm_document_get_last_run (document)->end == LM_RUN_STATE_FINISHED);
  WAIT_FOR (lm_work_n_pending () == 0);
  run = lm_document_get_last_run (document)->id;

  act (window, "win.train-more");
  g_assert_cmpint (get_training (window, LM_TRAINING_EPOCHS), ==, 11);
  stop (window);
  g_assert_cmpint (lm_session_get_run (lm_window_get_session (window)), ==, run);

  act (window, "win.train-from");
  stop (window);
  g_assert_cmpint (lm_session_get_run (lm_window_get_session (window)), !=, run);
  g_assert_cmpint (lm_document_get_last_run (document)->parent, ==, run);

  act (window, "win.halve-rate");
  g_assert_cmpfloat_with_epsilon (get_rate (window), rate / 2, 1e-12);
  stop (window);

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.batch-size", "x", (gint64) 256));
  g_assert_cmpint (get_training (window, LM_TRAINING_BATCH_SIZE), ==, 256);
  stop (window);

  act (window, "win.train-toggle");
  g_assert_cmpint (state (window), ==, LM_SESSION_PREPARING);
  stop (window);
  close_window (window);
}

/* While it runs, the rate is the run's, and the design stays as it is. */
static void
test_rate_changes_live (void)
{
  LmWindow *window = open_window ("rate");
  LmSession *session = lm_window_get_session (window);
  double rate = get_rate (window);

  act (window, "win.train");
  WAIT_FOR (lm_window_get_n_steps (window) > 5);
  lm_session_set_rate (session, 3e-4);
  WAIT_FOR (lm_session_get_rate (session) == 3e-4);
  g_assert_cmpfloat (get_rate (window), ==, rate);
  act (window, "win.stop");
  WAIT_FOR (state (window) == LM_SESSION_IDLE);
  close_window (window);
}

/* A new action needs a test of what it does, and a line here. */
static void
test_every_action_is_tested (void)
{
  static const char *const tested[] = {
    "win.train", "win.go-on", "win.train-more", "win.train-from", "win.train-toggle", "win.pause", "win.stop",
    "win.halve-rate", "win.batch-size", "win.undo", "win.redo", "win.export", "win.page", "win.toggle-left",
    "win.toggle-right", "win.next-pane", "win.save", "win.open", "win.save-copy", "win.open-copy", "win.try-again", "win.fullscreen", "win.rename", "win.export-all",
    "win.export-weights", "win.coach", "win.draw", "win.find", "win.preferences", "win.templates", "win.problems", NULL
  };
  LmWindow *window = open_window ("actions");
  const GVariantType *type;
  const char *name, *property;
  GType owner;

  for (guint i = 0; gtk_widget_class_query_action (GTK_WIDGET_GET_CLASS (window), i, &owner, &name, &type, &property); i++) {
    if (g_str_has_prefix (name, "win."))
      g_assert_true (g_strv_contains (tested, name));
  }
  act (window, "win.save");
  act (window, "win.try-again");
  act (window, "win.fullscreen");
  WAIT_FOR (lm_work_n_pending () == 0);
  close_window (window);
}

/* Both are windows of their own over this one; Ctrl+Return with a mistake goes to it. */
static void
test_shows_templates_and_problems (void)
{
  LmWindow *window = open_window ("problems");
  LmEditor *editor = lm_window_get_editor (window);
  guint n_windows = g_list_model_get_n_items (gtk_window_get_toplevels ());
  const LmDesign *design = lm_document_get_design (lm_window_get_document (window));
  LmNode *last = lm_design_find (design, lm_design_main_sink (design));
  int id = last->id;

  act (window, "win.templates");
  g_assert_cmpuint (g_list_model_get_n_items (gtk_window_get_toplevels ()), ==, n_windows + 1);
  lm_editor_select_one (editor, id);
  g_assert_true (lm_editor_set_option (editor, lm_option_set_index (last->options, "units"), &LM_VALUE_INT (7), FALSE));
  g_assert_cmpint (lm_document_get_check (lm_window_get_document (window))->n_errors, ==, 1);
  lm_editor_select_one (editor, 0);
  lm_window_set_page (window, "train");
  act (window, "win.problems");
  settle ();
  act (window, "win.train-toggle");
  g_assert_cmpstr (lm_window_get_page (window), ==, "design");
  g_assert_true (lm_editor_is_selected (editor, id));
  close_window (window);
}

static void
test_a_copy_opens (void)
{
  LmWindow *window = open_window ("copied");
  guint before = g_list_length (gtk_application_get_windows (GTK_APPLICATION (application)));
  LmWindow *copy;

  act (window, "win.open-copy");
  WAIT_FOR (g_list_length (gtk_application_get_windows (GTK_APPLICATION (application))) == before + 1);
  copy = LM_WINDOW (gtk_application_get_windows (GTK_APPLICATION (application))->data);
  g_assert_true (copy != window);
  WAIT_FOR (lm_window_get_document (copy) != NULL);
  g_assert_cmpint (lm_document_get_design (lm_window_get_document (copy))->nodes->len, ==, lm_document_get_design (lm_window_get_document (window))->nodes->len);
  close_window (copy);
  close_window (window);
}

static GtkWindow *
find_toplevel (GType type)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

    if (G_TYPE_CHECK_INSTANCE_TYPE (window, type) && gtk_widget_get_visible (GTK_WIDGET (window)))
      return window;
  }
  return NULL;
}

static void
test_export_opens (void)
{
  LmWindow *window = open_window ("export");
  GtkWindow *export;

  act (window, "win.export");
  export = find_toplevel (LM_TYPE_EXPORT_WINDOW);
  g_assert_nonnull (export);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (export));
  gtk_window_destroy (export);
  close_window (window);
}

static void
test_view_actions (void)
{
  LmWindow *window = open_window ("view");

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.page", "s", "train"));
  g_assert_cmpstr (lm_window_get_page (window), ==, "train");
  act (window, "win.toggle-left");
  act (window, "win.toggle-right");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.next-pane", "b", FALSE));
  g_assert_nonnull (gtk_root_get_focus (GTK_ROOT (window)));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.page", "s", "design"));
  g_assert_cmpstr (lm_window_get_page (window), ==, "design");
  close_window (window);
}

static void
test_a_project_open_elsewhere_is_read_only (void)
{
  g_autofree char *path = g_build_filename (folder, "busy.lamina", NULL);
  g_autoptr (LmProject) project = lm_project_create (path, TRUE, NULL);
  g_autoptr (LmDesign) design = lm_template_load ("welcome", NULL);
  LmWindow *window;
  gboolean is_busy = FALSE;

  g_assert_nonnull (project);
  g_assert_true (lm_project_save_design (project, design, NULL));
  window = open_window ("busy");
  g_assert_nonnull (lm_document_get_read_only (lm_window_get_document (window), &is_busy));
  g_assert_true (is_busy);
  close_window (window);
  g_assert_true (lm_project_close (project, NULL));
}

int
main (int argc,
      char *argv[])
{
  g_autoptr (GError) error = NULL;
  int status;

  if (g_getenv ("DISPLAY") == NULL && g_getenv ("WAYLAND_DISPLAY") == NULL) {
    g_print ("1..0 # SKIP no display\n");
    return 0;
  }
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("lamina-window-XXXXXX", &error);
  g_assert_no_error (error);
  application = lm_application_new ();
  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE | G_APPLICATION_HANDLES_OPEN);
  g_application_set_default (G_APPLICATION (application));
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, &error));
  g_application_hold (G_APPLICATION (application));

  g_test_add_func ("/window/opens-the-welcome-project", test_opens_the_welcome_project);
  g_test_add_func ("/window/trains-pauses-stops", test_trains_pauses_stops);
  g_test_add_func ("/window/a-run-goes-on-after-closing", test_run_goes_on_after_closing);
  g_test_add_func ("/window/settings-are-undone", test_settings_are_undone);
  g_test_add_func ("/window/ways-to-train", test_ways_to_train);
  g_test_add_func ("/window/rate-changes-live", test_rate_changes_live);
  g_test_add_func ("/window/every-action-is-tested", test_every_action_is_tested);
  g_test_add_func ("/window/shows-templates-and-problems", test_shows_templates_and_problems);
  g_test_add_func ("/window/a-copy-opens", test_a_copy_opens);
  g_test_add_func ("/window/export-opens", test_export_opens);
  g_test_add_func ("/window/view-actions", test_view_actions);
  g_test_add_func ("/window/open-elsewhere-is-read-only", test_a_project_open_elsewhere_is_read_only);
  status = g_test_run ();
  g_object_unref (application);
  return status;
}
