/* test-ui-data.c: the Data page: samples, chain, checks, other data, the seal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>

#include "lm-chain-list.h"
#include "lm-data-checks.h"
#include "lm-data-dialog.h"
#include "lm-data-facts.h"
#include "lm-data-page.h"
#include "lm-data-search.h"
#include "lm-document.h"
#include "lm-work.h"

#define PATIENCE (60 * G_USEC_PER_SEC)

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

/* --- A page on a project ------------------------------------------------------------- */

typedef struct {
  LmDocument *document;
  LmSession *session;
  GtkWidget *window;
  LmDataPage *page;
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

static gboolean
is_shown (const Fixture *f)
{
  int wanted, ready = lm_sample_grid_n_ready (lm_data_page_get_grid (f->page), &wanted);

  return wanted > 0 && ready == wanted;
}

static void
set_up (Fixture *f,
        const char *name,
        const char *spec)
{
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_autofree char *base = g_strconcat (name, ".lamina", NULL);
  g_autofree char *path = g_build_filename (folder, base, NULL);
  g_autoptr (LmEdit) edit = lm_edit_set_data (spec);
  g_autoptr (GError) error = NULL;

  *f = (Fixture){ 0 };
  g_object_set_data (owner, "slot", &f->document);
  lm_document_open (path, "welcome", FALSE, owner, ready_cb);
  WAIT_FOR (f->document != NULL);
  lm_document_do (f->document, edit, FALSE, &error);
  g_assert_no_error (error);
  f->session = lm_session_new (f->document);
  f->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (f->window), 1300, 800);
  f->page = g_object_new (LM_TYPE_DATA_PAGE, NULL);
  lm_page_set_source (LM_PAGE (f->page), &(LmSource){ f->document, f->session, NULL, NULL });
  gtk_window_set_child (GTK_WINDOW (f->window), GTK_WIDGET (f->page));
  gtk_window_present (GTK_WINDOW (f->window));
  if (spec != NULL)
    WAIT_FOR (is_shown (f));
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

static int
n_items (const Fixture *f)
{
  const GArray *items = lm_sample_grid_get_items (lm_data_page_get_grid (f->page));

  return items != NULL ? (int) items->len : 0;
}

static const LmSampleItem *
item (const Fixture *f,
      int i)
{
  return &g_array_index (lm_sample_grid_get_items (lm_data_page_get_grid (f->page)), LmSampleItem, i);
}

static const GPtrArray *
chain (const Fixture *f)
{
  return lm_document_get_design (f->document)->chain;
}

static const char *
step_id (const Fixture *f,
         int i)
{
  return ((LmOptionSet *) chain (f)->pdata[i])->member->id;
}

static LmChainList *
find_chain (GtkWidget *widget)
{
  if (LM_IS_CHAIN_LIST (widget))
    return LM_CHAIN_LIST (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    LmChainList *found = find_chain (child);

    if (found != NULL)
      return found;
  }
  return NULL;
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

/* --- Files that people have ---------------------------------------------------------- */

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* An IDX file: 0, 0, type 8 (bytes), number of axes, the axes big-endian, the values. */
static void
write_idx (const char *name,
           int n_axes,
           const guint32 *axes,
           gsize n_values)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *path = path_of (name);
  const guint8 head[4] = { 0, 0, 8, (guint8) n_axes };

  g_byte_array_append (bytes, head, 4);
  for (int i = 0; i < n_axes; i++) {
    guint32 size = GUINT32_TO_BE (axes[i]);

    g_byte_array_append (bytes, (guint8 *) &size, 4);
  }
  for (gsize i = 0; i < n_values; i++) {
    guint8 value = (guint8) (n_axes == 1 ? i % 3 : (i * 7) % 256);

    g_byte_array_append (bytes, &value, 1);
  }
  g_assert_true (g_file_set_contents (path, (char *) bytes->data, bytes->len, NULL));
}

static void
write_idx_set (const char *name,
               gsize missing)
{
  g_autofree char *dir = path_of (name);
  g_autofree char *images = g_build_filename (name, "train-images-idx3-ubyte", NULL);
  g_autofree char *labels = g_build_filename (name, "train-labels-idx1-ubyte", NULL);

  g_mkdir (dir, 0755);
  write_idx (images, 3, (guint32[]){ 30, 28, 28 }, 30 * 28 * 28 - missing);
  write_idx (labels, 1, (guint32[]){ 30 }, 30);
}

/* --- Tests --------------------------------------------------------------------------- */

static void
test_shows_open_samples_alone (void)
{
  Fixture f;

  set_up (&f, "shows", "builtin:digits?train=200&validation=40&test=30");
  g_assert_cmpint (n_items (&f), ==, 240);
  for (int i = 0; i < n_items (&f); i++)
    g_assert_cmpint (item (&f, i)->part, !=, LM_PART_TEST);
  g_assert_cmpint (item (&f, 0)->truth, >=, 0);
  tear_down (&f);
}

static void
test_searches (void)
{
  Fixture f;

  set_up (&f, "search", "builtin:digits?train=200&validation=40&test=30");
  lm_data_page_search (f.page, "class:7");
  g_assert_cmpint (n_items (&f), >, 0);
  g_assert_cmpint (n_items (&f), <, 100);
  for (int i = 0; i < n_items (&f); i++)
    g_assert_cmpint (item (&f, i)->truth, ==, 7);
  lm_data_page_search (f.page, "");
  g_assert_cmpint (n_items (&f), ==, 240);
  lm_data_page_search (f.page, "123");
  g_assert_cmpint (lm_sample_grid_get_item (lm_data_page_get_grid (f.page))->index, ==, 123);
  tear_down (&f);
}

static void
test_search_words (void)
{
  const LmColumn columns[] = {
    { .name = (char *) "x", .role = LM_ROLE_INPUT },
    { .name = (char *) "y", .role = LM_ROLE_TARGET, .n_classes = 2, .class_names = (char *[]){ (char *) "cat", (char *) "Catfish", NULL } },
  };
  LmShape x_shape = LM_SHAPE (2, 1), y_shape = LM_SHAPE (2);
  g_autoptr (LmTensor) x = lm_tensor_new (LM_F32, &x_shape, NULL);
  g_autoptr (LmTensor) y = lm_tensor_new (LM_I32, &y_shape, NULL);
  LmTensor *tensors[LM_N_PARTS * 2] = { x, y };
  g_autoptr (LmDataset) dataset = lm_dataset_new_memory ("pets", 2, columns, tensors);
  int truth;
  gint64 number;

  g_assert_true (lm_data_search_parse (dataset, " class: catf", &truth, &number));
  g_assert_cmpint (truth, ==, 1);
  g_assert_true (lm_data_search_parse (dataset, "CAT", &truth, &number));
  g_assert_cmpint (truth, ==, 0);
  g_assert_false (lm_data_search_parse (dataset, "dog", &truth, &number));
  g_assert_false (lm_data_search_parse (dataset, "#x", &truth, &number));
  g_assert_true (lm_data_search_parse (dataset, "#17", &truth, &number));
  g_assert_cmpint (truth, ==, -1);
  g_assert_cmpint (number, ==, 17);
}

static void
test_chain_is_edited_and_undone (void)
{
  Fixture f;
  LmChainList *list;

  set_up (&f, "chain", "builtin:digits?train=100&validation=20&test=20");
  list = find_chain (GTK_WIDGET (f.page));
  g_assert_cmpint (chain (&f)->len, ==, 1);
  g_assert_true (lm_chain_list_add (list, "standardize"));
  g_assert_cmpint (chain (&f)->len, ==, 2);
  g_assert_true (lm_chain_list_move (list, 1, 0));
  g_assert_cmpstr (step_id (&f, 0), ==, "standardize");
  g_assert_true (lm_chain_list_remove (list, 1));
  g_assert_cmpint (chain (&f)->len, ==, 1);
  g_assert_false (lm_chain_list_move (list, 0, 1));
  for (int i = 0; i < 3; i++)
    g_assert_true (lm_document_undo (f.document));
  g_assert_cmpint (chain (&f)->len, ==, 1);
  g_assert_cmpstr (step_id (&f, 0), ==, "rescale");
  tear_down (&f);
}

static LmDataChecks *
find_checks (GtkWidget *widget)
{
  if (LM_IS_DATA_CHECKS (widget))
    return LM_DATA_CHECKS (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    LmDataChecks *found = find_checks (child);

    if (found != NULL)
      return found;
  }
  return NULL;
}

static void
test_a_check_opens_its_samples (void)
{
  Fixture f;
  LmDataChecks *checks;
  LmDataCheck check = { .title = (char *) "3 samples", .part = LM_PART_VALIDATION, .n_samples = 3, .samples = (guint32[]){ 5, 7, 9 } };

  set_up (&f, "checks", "builtin:digits?train=100&validation=20&test=20");
  checks = find_checks (GTK_WIDGET (f.page));
  WAIT_FOR (lm_data_checks_get_report (checks) != NULL);
  g_assert_cmpint (lm_data_checks_get_report (checks)->n_checks, >, 2);
  g_signal_emit_by_name (checks, "show-samples", &check);
  g_assert_cmpint (n_items (&f), ==, 3);
  g_assert_cmpint (item (&f, 1)->index, ==, 7);
  g_assert_cmpint (item (&f, 1)->part, ==, LM_PART_VALIDATION);
  tear_down (&f);
}

static void
test_opening_shows_test_samples_and_is_written_down (void)
{
  Fixture f;
  g_autoptr (GPtrArray) openings = NULL;

  set_up (&f, "seal", "builtin:digits?train=100&validation=20&test=30");
  g_assert_null (lm_document_get_opening (f.document));
  g_assert_false (lm_data_page_show_sample (f.page, LM_PART_TEST, 3));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f.page), "data.open-test", NULL));
  g_assert_null (lm_document_get_opening (f.document)); /* it asks */
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (find_toplevel (ADW_TYPE_MESSAGE_DIALOG)), "open");
  WAIT_FOR (lm_work_n_pending () == 0);
  g_assert_nonnull (lm_document_get_opening (f.document));
  g_assert_cmpint (n_items (&f), ==, 150);
  g_assert_true (lm_data_page_show_sample (f.page, LM_PART_TEST, 3));
  openings = lm_project_list_openings (lm_document_get_project (f.document), NULL);
  g_assert_cmpint (openings->len, ==, 1);
  g_assert_cmpstr (((LmOpening *) openings->pdata[0])->where, ==, "window");

  /* Other data have a seal of their own. */
  lm_data_page_use (f.page, "builtin:digits?train=100&validation=20&test=31");
  WAIT_FOR (lm_document_get_dataset (f.document, NULL) != NULL && lm_dataset_n (lm_document_get_dataset (f.document, NULL), LM_PART_TEST) == 31);
  g_assert_null (lm_document_get_opening (f.document));
  tear_down (&f);
}

static void
test_other_data_are_an_edit (void)
{
  Fixture f;

  set_up (&f, "use", "builtin:digits?train=100&validation=20&test=20");
  lm_data_page_use (f.page, "builtin:digits?train=50&validation=10&test=10");
  WAIT_FOR (n_items (&f) == 60);
  g_assert_true (lm_document_undo (f.document));
  WAIT_FOR (n_items (&f) == 120);
  tear_down (&f);
}

static void
test_histogram_counts_each_value (void)
{
  g_autoptr (LmDataset) dataset = lm_data_open ("builtin:digits?train=50&validation=10&test=10", NULL, NULL);
  g_autoptr (LmBarsPicture) bars = lm_data_histogram (dataset, NULL, NULL);
  gint64 total = 0;

  for (int i = 0; i < bars->n; i++)
    total += bars->counts[i];
  g_assert_cmpint (total, ==, 50 * 28 * 28);
}

static void
test_before_and_after (void)
{
  g_autoptr (LmDataset) dataset = lm_data_open ("builtin:digits?train=50&validation=10&test=10", NULL, NULL);
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_option_set_free);
  g_autoptr (LmFilmPicture) film = NULL;
  const float *before, *after;

  g_ptr_array_add (steps, lm_option_set_new (lm_family_find ("step", "minmax")));
  film = lm_data_before_after (dataset, steps, 0, NULL, NULL);
  g_assert_cmpint (film->n_sheets, ==, 2);
  before = lm_tensor_f32 (film->sheets[0]->tiles);
  after = lm_tensor_f32 (film->sheets[1]->tiles);
  for (gint64 i = 0; i < lm_tensor_n_elements (film->sheets[0]->tiles); i++) {
    g_assert_cmpfloat (before[i], >=, 0);
    g_assert_cmpfloat (after[i], >=, 0);
    g_assert_cmpfloat (after[i], <=, 1);
  }
}

static void
test_pictures_follow_the_chain (void)
{
  Fixture f;
  g_autoptr (GPtrArray) views = NULL;

  set_up (&f, "views", "builtin:digits?train=100&validation=20&test=20");
  lm_data_page_set_view (f.page, "histogram");
  WAIT_FOR (lm_work_n_pending () == 0);
  views = lm_page_dup_views (LM_PAGE (f.page));
  g_assert_cmpint (views->len, ==, 3);
  g_assert_cmpstr (((LmView *) views->pdata[0])->name, ==, "histogram");
  g_assert_cmpint (((LmView *) views->pdata[2])->picture.kind, ==, LM_PICTURE_BARS);
  g_ptr_array_unref (views);
  lm_data_page_set_view (f.page, "before");
  WAIT_FOR (lm_work_n_pending () == 0);
  views = lm_page_dup_views (LM_PAGE (f.page));
  g_assert_cmpint (((LmView *) views->pdata[0])->picture.kind, ==, LM_PICTURE_FILM);
  tear_down (&f);
}

/* --- Files --------------------------------------------------------------------------- */

static void
drop (Fixture *f,
      const char *name)
{
  g_autofree char *path = path_of (name);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_assert_true (lm_page_drop (LM_PAGE (f->page), file));
  WAIT_FOR (lm_work_n_pending () == 0);
}

static void
test_a_dropped_folder_replaces_after_a_question (void)
{
  Fixture f;
  GtkWindow *dialog;

  write_idx_set ("idx", 0);
  set_up (&f, "drop", "builtin:digits?train=100&validation=20&test=20");
  drop (&f, "idx");
  g_assert_null (lm_data_page_get_error (f.page));
  dialog = find_toplevel (ADW_TYPE_MESSAGE_DIALOG);
  g_assert_nonnull (dialog);
  g_assert_cmpstr (lm_document_get_design (f.document)->data_spec, !=, "idx:idx");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "replace");
  g_assert_cmpstr (lm_document_get_design (f.document)->data_spec, ==, "idx:idx"); /* beside the project: relative */
  WAIT_FOR (n_items (&f) == 30);
  g_assert_true (lm_document_undo (f.document));
  WAIT_FOR (n_items (&f) == 120);
  tear_down (&f);
}

/* What the engine says of a path, opened as the window does. */
static char *
engine_words (const char *name)
{
  g_autofree char *path = path_of (name);
  g_autoptr (GError) error = NULL;
  g_autofree char *spec = lm_spec_guess (path, &error);
  g_autofree char *kind = spec != NULL ? g_strndup (spec, (gsize) (strchr (spec, ':') - spec)) : NULL;
  g_autofree char *relative = spec != NULL ? g_strdup_printf ("%s:%s", kind, name) : NULL;
  LmOpenArgs args = LM_OPEN_ARGS_DEFAULT;
  g_autoptr (LmDataset) dataset = NULL;

  args.base_dir = folder;
  if (relative != NULL)
    dataset = lm_data_open (relative, &args, &error);
  g_assert_null (dataset);
  return g_strdup (error->message);
}

static void
test_hostile_files_are_refused_in_the_engines_words (void)
{
  static const char *const names[] = { "cut", "text", "junk.npz", "empty" };
  g_autofree char *text_dir = path_of ("text"), *text = path_of ("text/readme.txt"), *junk = path_of ("junk.npz"), *empty = path_of ("empty");
  Fixture f;

  write_idx_set ("cut", 100);
  g_mkdir (text_dir, 0755);
  g_mkdir (empty, 0755);
  g_assert_true (g_file_set_contents (text, "nothing", -1, NULL));
  g_assert_true (g_file_set_contents (junk, "PK\3\4 this is no archive", -1, NULL));
  set_up (&f, "hostile", "builtin:digits?train=100&validation=20&test=20");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *words = engine_words (names[i]);

    drop (&f, names[i]);
    g_assert_cmpstr (lm_data_page_get_error (f.page), ==, words);
    g_assert_null (find_toplevel (ADW_TYPE_MESSAGE_DIALOG));
    g_assert_cmpstr (lm_document_get_design (f.document)->data_spec, ==, "builtin:digits?train=100&validation=20&test=20");
  }
  tear_down (&f);
}

static void
chosen_cb (GtkWidget *dialog,
           const char *spec,
           char **slot)
{
  *slot = g_strdup (spec);
}

static void
test_dialog_chooses_and_refuses (void)
{
  g_autofree char *good = path_of ("idx2"), *bad = path_of ("cut2");
  g_autofree char *chosen = NULL;
  LmDataDialog *dialog;

  write_idx_set ("idx2", 0);
  write_idx_set ("cut2", 100);
  dialog = LM_DATA_DIALOG (lm_data_dialog_new (NULL, folder, "builtin:digits"));
  g_signal_connect (dialog, "chosen", G_CALLBACK (chosen_cb), &chosen);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (dialog));
  lm_data_dialog_set_kind (dialog, "idx");
  lm_data_dialog_use (dialog); /* nothing is chosen yet */
  g_assert_cmpint (lm_work_n_pending (), ==, 0);
  lm_data_dialog_set_path (dialog, bad);
  lm_data_dialog_use (dialog);
  WAIT_FOR (lm_work_n_pending () == 0);
  g_assert_nonnull (lm_data_dialog_get_error (dialog));
  g_assert_null (chosen);
  lm_data_dialog_set_path (dialog, good);
  g_assert_null (lm_data_dialog_get_error (dialog));
  lm_data_dialog_use (dialog);
  WAIT_FOR (chosen != NULL);
  g_assert_cmpstr (chosen, ==, "idx:idx2");
  WAIT_FOR (lm_work_n_pending () == 0);
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
  folder = g_dir_make_tmp ("lamina-data-XXXXXX", NULL);

  g_test_add_func ("/data-page/shows-open-samples-alone", test_shows_open_samples_alone);
  g_test_add_func ("/data-page/searches", test_searches);
  g_test_add_func ("/data-page/search-words", test_search_words);
  g_test_add_func ("/data-page/chain-is-edited-and-undone", test_chain_is_edited_and_undone);
  g_test_add_func ("/data-page/a-check-opens-its-samples", test_a_check_opens_its_samples);
  g_test_add_func ("/data-page/opening-shows-test-samples-and-is-written-down", test_opening_shows_test_samples_and_is_written_down);
  g_test_add_func ("/data-page/other-data-are-an-edit", test_other_data_are_an_edit);
  g_test_add_func ("/data-page/histogram-counts-each-value", test_histogram_counts_each_value);
  g_test_add_func ("/data-page/before-and-after", test_before_and_after);
  g_test_add_func ("/data-page/pictures-follow-the-chain", test_pictures_follow_the_chain);
  g_test_add_func ("/data-page/a-dropped-folder-replaces-after-a-question", test_a_dropped_folder_replaces_after_a_question);
  g_test_add_func ("/data-page/hostile-files-are-refused", test_hostile_files_are_refused_in_the_engines_words);
  g_test_add_func ("/data-page/dialog-chooses-and-refuses", test_dialog_chooses_and_refuses);
  status = g_test_run ();
  remove_all (folder);
  g_free (folder);
  return status;
}
