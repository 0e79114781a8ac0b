/* test-ui-evaluate.c: the Evaluate page: measuring, cells, mistakes, old figures, the seal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "lm-document.h"
#include "lm-evaluate-page.h"
#include "lm-measure.h"
#include "lm-work.h"

#define PATIENCE (90 * G_USEC_PER_SEC)

static char *folder;

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
    guint tick = g_timeout_add (20, tick_cb, NULL);           \
    while (!(condition)) {                                    \
      g_assert_cmpint (g_get_monotonic_time (), <, deadline); \
      g_main_context_iteration (NULL, TRUE);                  \
    }                                                         \
    g_source_remove (tick);                                   \
  }                                                           \
  G_STMT_END

/* --- A page on a project with a short run -------------------------------------------- */

typedef struct {
  LmDocument *document;
  LmSession *session;
  GtkWidget *window;
  LmEvaluatePage *page;
} Fixture;

static void
ready_cb (LmDocument *document,
          const GError *error,
          gpointer data)
{
  LmDocument **slot = g_object_get_data (data, "slot");

  g_assert_no_error (error);
  *slot = document;
}

static void
edit (Fixture *f,
      LmEdit *edit)
{
  g_autoptr (GError) error = NULL;

  lm_document_do (f->document, edit, FALSE, &error);
  g_assert_no_error (error);
  lm_edit_free (edit);
}

static void
train (Fixture *f)
{
  lm_session_start (f->session, LM_START_FRESH, 0, 0);
  WAIT_FOR (!lm_session_is_active (f->session) && lm_work_n_pending () == 0);
  g_assert_no_error (lm_session_get_error (f->session));
}

static void
set_up (Fixture *f,
        const char *name)
{
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_autofree char *base = g_strconcat (name, ".lamina", NULL);
  g_autofree char *path = g_build_filename (folder, base, NULL);

  *f = (Fixture){ 0 };
  g_object_set_data (owner, "slot", &f->document);
  lm_document_open (path, "welcome", FALSE, owner, ready_cb);
  WAIT_FOR (f->document != NULL);
  edit (f, lm_edit_set_data ("builtin:digits?train=400&validation=120&test=60"));
  edit (f, lm_edit_set_training (LM_TRAINING_EPOCHS, &LM_VALUE_INT (1)));
  WAIT_FOR (lm_document_get_dataset (f->document, NULL) != NULL);
  f->session = lm_session_new (f->document);
  f->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (f->window), 1300, 860);
  f->page = g_object_new (LM_TYPE_EVALUATE_PAGE, NULL);
  lm_page_set_source (LM_PAGE (f->page), &(LmSource){ f->document, f->session, NULL, NULL });
  gtk_window_set_child (GTK_WINDOW (f->window), GTK_WIDGET (f->page));
  gtk_window_present (GTK_WINDOW (f->window));
  gtk_test_widget_wait_for_draw (f->window);
}

static void
done_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
gone_cb (gpointer data,
         GObject *where)
{
  *(gboolean *) data = TRUE;
}

static void
tear_down (Fixture *f)
{
  gboolean is_gone = FALSE, is_closed = FALSE;

  g_object_weak_ref (G_OBJECT (f->page), gone_cb, &is_gone);
  gtk_window_destroy (GTK_WINDOW (f->window));
  WAIT_FOR (is_gone && lm_work_n_pending () == 0);
  g_object_unref (f->session);
  lm_document_close (f->document, done_cb, &is_closed);
  WAIT_FOR (is_closed && lm_work_n_pending () == 0);
  g_object_unref (f->document);
}

static const LmMeasurement *
shown (Fixture *f)
{
  return lm_evaluate_page_get_measurement (f->page);
}

static GtkWindow *
find_dialog (void)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

    if (ADW_IS_MESSAGE_DIALOG (window) && gtk_widget_get_visible (GTK_WIDGET (window)))
      return window;
  }
  return NULL;
}

static void
answer (const char *response)
{
  GtkWindow *dialog = find_dialog ();

  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), response);
  gtk_window_destroy (dialog);
}

static int
n_items (Fixture *f)
{
  const GArray *items = lm_sample_grid_get_items (lm_evaluate_page_get_grid (f->page));

  return items != NULL ? (int) items->len : 0;
}

/* --- Tests --------------------------------------------------------------------------- */

static void
test_measures_by_itself_when_there_are_weights (void)
{
  Fixture f;
  const LmMeasurement *m;
  gint64 total = 0;

  set_up (&f, "measures");
  g_assert_null (shown (&f));
  train (&f);
  WAIT_FOR (shown (&f) != NULL);
  m = shown (&f);
  g_assert_cmpint (m->part, ==, LM_PART_VALIDATION);
  g_assert_cmpint (m->epoch, ==, 1);
  g_assert_cmpint (m->report->n, ==, 120);
  for (int i = 0; i < 100; i++)
    total += m->report->counts[i];
  g_assert_cmpint (total, ==, 120);

  /* The run's own validation says the same. */
  g_assert_cmpfloat_with_epsilon (m->figures.figures.metric[0], lm_document_get_last_run (f.document)->validation.metric[0], 1e-6);
  g_assert_cmpfloat_with_epsilon (lm_report_accuracy (m->report), m->figures.figures.metric[0], 1e-6);
  tear_down (&f);
}

static void
test_cells_show_their_samples (void)
{
  Fixture f;
  LmConfusionArea *area;
  const LmReport *report;

  set_up (&f, "cells");
  train (&f);
  WAIT_FOR (shown (&f) != NULL);
  report = shown (&f)->report;
  area = lm_evaluate_page_get_confusion (f.page);
  for (int cell = 0; cell < 100; cell += 7) {
    int truth = -1, predicted = -1;

    lm_confusion_area_set_cell (area, cell / 10, cell % 10);
    g_assert_true (lm_confusion_area_get_cell (area, &truth, &predicted));
    g_assert_cmpint (truth * 10 + predicted, ==, cell);
    g_assert_cmpint (n_items (&f), ==, report->counts[cell]);
    for (int i = 0; i < n_items (&f); i++) {
      const LmSampleItem *item = &g_array_index (lm_sample_grid_get_items (lm_evaluate_page_get_grid (f.page)), LmSampleItem, i);

      g_assert_cmpint (item->truth, ==, truth);
      g_assert_cmpint (item->predicted, ==, predicted);
    }
  }
  tear_down (&f);
}

static void
test_mistakes_are_listed_and_exported (void)
{
  Fixture f;
  g_autoptr (GPtrArray) views = NULL;

  set_up (&f, "mistakes");
  train (&f);
  WAIT_FOR (shown (&f) != NULL);
  lm_evaluate_page_set_report (f.page, "mistakes");
  g_assert_cmpint (n_items (&f), ==, shown (&f)->report->n_mistakes);
  views = lm_page_dup_views (LM_PAGE (f.page));
  g_assert_cmpint (views->len, ==, 2);
  g_assert_cmpint (((LmView *) views->pdata[0])->picture.kind, ==, LM_PICTURE_SHEET);
  g_assert_cmpint (((LmView *) views->pdata[1])->picture.kind, ==, LM_PICTURE_CONFUSION);
  lm_evaluate_page_set_report (f.page, "classes");
  gtk_test_widget_wait_for_draw (f.window);
  tear_down (&f);
}

static void
test_figures_are_kept_until_the_weights_change (void)
{
  Fixture f;
  const LmMeasurement *m;

  set_up (&f, "kept");
  train (&f);
  WAIT_FOR (shown (&f) != NULL);
  m = shown (&f);
  lm_evaluate_page_set_part (f.page, LM_PART_TRAIN);
  WAIT_FOR (shown (&f) != NULL && shown (&f)->part == LM_PART_TRAIN);
  lm_evaluate_page_set_part (f.page, LM_PART_VALIDATION);
  g_assert_true (shown (&f) == m); /* at once: nothing is measured again */

  /* The same run goes on: the figures stay, and say of which epoch they are, until they are measured again. */
  lm_session_start (f.session, LM_START_RESUME, m->run, 2);
  WAIT_FOR (!lm_session_is_active (f.session) && lm_work_n_pending () == 0);
  g_assert_cmpint (shown (&f)->epoch, ==, 1);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f.page), "evaluate.measure", NULL));
  WAIT_FOR (shown (&f) != NULL && shown (&f)->epoch == 2);
  tear_down (&f);
}

static void
test_test_part_is_measured_after_a_question_and_written_down (void)
{
  Fixture f;
  g_autoptr (GPtrArray) openings = NULL;
  const LmOpening *opening;

  set_up (&f, "seal");
  train (&f);
  WAIT_FOR (shown (&f) != NULL);
  lm_evaluate_page_set_part (f.page, LM_PART_TEST);
  g_assert_cmpint (shown (&f)->part, ==, LM_PART_VALIDATION);
  g_assert_nonnull (find_dialog ());
  answer ("cancel");
  g_assert_null (lm_document_get_opening (f.document));

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f.page), "evaluate.open-test", NULL));
  answer ("open");
  WAIT_FOR (shown (&f) != NULL && shown (&f)->part == LM_PART_TEST);
  WAIT_FOR (lm_work_n_pending () == 0);
  g_assert_cmpint (shown (&f)->report->n, ==, 60);
  openings = lm_project_list_openings (lm_document_get_project (f.document), NULL);
  g_assert_cmpint (openings->len, ==, 1);
  opening = openings->pdata[0];
  g_assert_cmpint (opening->run, ==, shown (&f)->run);
  g_assert_cmpint (opening->epoch, ==, 1);
  g_assert_nonnull (strstr (opening->what, "accuracy"));
  tear_down (&f);
}

static void
test_jobs_tell_and_stop (void)
{
  LmJob *job = lm_job_new ();

  g_assert_true (lm_job_progress (job, NULL, 0.5));
  g_assert_cmpfloat (lm_job_get_share (job), ==, 0.5);
  lm_job_set_range (job, 0.5, 1);
  lm_job_progress (job, NULL, 0.5);
  g_assert_cmpfloat (lm_job_get_share (job), ==, 0.75);
  lm_job_cancel (job);
  g_assert_false (lm_job_progress (job, NULL, 0.6));
  lm_job_unref (job);
}

/* scikit-learn's f1_score (average="macro") gives 0.7527065527; Wilson's interval by its formula with 16 digits. */
static void
test_figures_follow_their_sources (void)
{
  gint64 counts[9] = { 5, 1, 0, 2, 3, 1, 0, 0, 4 };
  LmReport report = { .n_classes = 3, .n = 16, .n_mistakes = 4, .counts = counts };
  LmMeasurement m = { .report = &report };
  double low, high;

  g_assert_cmpfloat_with_epsilon (lm_report_f1 (&report, 0), 10.0 / 13, 1e-12);
  g_assert_cmpfloat_with_epsilon (lm_measurement_f1 (&m), (10.0 / 13 + 6.0 / 10 + 8.0 / 9) / 3, 1e-12);
  g_assert_cmpfloat_with_epsilon (lm_measurement_baseline (&m), 6.0 / 16, 1e-12);
  lm_accuracy_interval (90, 100, &low, &high);
  g_assert_cmpfloat_with_epsilon (low, 0.8256343, 1e-6);
  g_assert_cmpfloat_with_epsilon (high, 0.9447708, 1e-6);
  lm_accuracy_interval (10, 10, &low, &high);
  g_assert_cmpfloat_with_epsilon (low, 0.7224672, 1e-6);
  g_assert_cmpfloat_with_epsilon (high, 1, 1e-12);
}

static void
test_cells_are_found_by_keys_and_places (void)
{
  GtkWidget *window = gtk_window_new (), *area = lm_confusion_area_new ();
  LmConfusionPicture *picture = g_new0 (LmConfusionPicture, 1);
  GdkRectangle a, b;
  int truth, predicted;

  picture->n = 3;
  picture->class_names = g_strsplit ("a b c", " ", -1);
  picture->counts = g_memdup2 ((gint64[]){ 5, 1, 0, 2, 3, 7, 0, 0, 4 }, 9 * sizeof (gint64));
  gtk_window_set_default_size (GTK_WINDOW (window), 700, 420);
  gtk_window_set_child (GTK_WINDOW (window), area);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (window);
  lm_confusion_area_set_picture (LM_CONFUSION_AREA (area), picture);
  g_assert_true (lm_confusion_area_get_cell (LM_CONFUSION_AREA (area), &truth, &predicted));
  g_assert_cmpint (truth, ==, 1); /* most mistakes */
  g_assert_cmpint (predicted, ==, 2);
  g_assert_true (lm_confusion_area_get_place (LM_CONFUSION_AREA (area), 0, 0, &a));
  g_assert_true (lm_confusion_area_get_place (LM_CONFUSION_AREA (area), 2, 2, &b));
  g_assert_cmpint (a.x, >, 0);
  g_assert_cmpint (b.y + b.height, <, gtk_widget_get_height (area)); /* all of it is seen */
  g_assert_cmpint (b.x, >, a.x + a.width);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *inner = g_build_filename (path, name, NULL);

    remove_all (inner);
  }
  g_remove (path);
}

int
main (int argc,
      char *argv[])
{
  int status;

  if (g_getenv ("DISPLAY") == NULL && g_getenv ("WAYLAND_DISPLAY") == NULL) {
    g_print ("1..0 # SKIP no display\n");
    return 0;
  }
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  folder = g_dir_make_tmp ("lamina-evaluate-XXXXXX", NULL);

  g_test_add_func ("/evaluate-page/measures-by-itself", test_measures_by_itself_when_there_are_weights);
  g_test_add_func ("/evaluate-page/cells-show-their-samples", test_cells_show_their_samples);
  g_test_add_func ("/evaluate-page/mistakes-are-listed-and-exported", test_mistakes_are_listed_and_exported);
  g_test_add_func ("/evaluate-page/figures-are-kept-until-the-weights-change", test_figures_are_kept_until_the_weights_change);
  g_test_add_func ("/evaluate-page/test-part-is-measured-after-a-question", test_test_part_is_measured_after_a_question_and_written_down);
  g_test_add_func ("/evaluate-page/jobs-tell-and-stop", test_jobs_tell_and_stop);
  g_test_add_func ("/evaluate-page/figures-follow-their-sources", test_figures_follow_their_sources);
  g_test_add_func ("/evaluate-page/cells-are-found", test_cells_are_found_by_keys_and_places);
  status = g_test_run ();
  remove_all (folder);
  g_free (folder);
  return status;
}
