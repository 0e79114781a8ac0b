/* test-full-disk.c: no room left: training goes on, the reason is clear, nothing that was saved is lost
 *
 * The room is a limit on the size of files, which fails like a full disk.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "run-files.h"

#include <sys/resource.h>

/* Bytes that any file may have from now on; 0: as many as it wants. */
static void
limit_files (rlim_t bytes)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = bytes > 0 ? bytes : limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

typedef struct {
  char *folder;
  char *path;
  LmProject *project;
} Fixture;

static void
set_up (Fixture *fixture,
        const void *data)
{
  fixture->folder = make_folder ();
  fixture->path = g_build_filename (fixture->folder, "net.lamina", NULL);
  make_small_data (fixture->folder, 96);
  fixture->project = make_small_project (fixture->folder, "net.lamina");
}

static void
tear_down (Fixture *fixture,
           const void *data)
{
  limit_files (0);
  lm_project_unref (fixture->project);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static rlim_t
size_of_log (Fixture *fixture)
{
  g_autofree char *log = g_strconcat (fixture->path, "-wal", NULL);
  GStatBuf info;

  return g_stat (log, &info) == 0 ? (rlim_t) info.st_size : 0;
}

static rlim_t
size_of_project (Fixture *fixture)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  return MAX ((rlim_t) info.st_size, size_of_log (fixture));
}

/* --- A run ---------------------------------------------------------------------- */

typedef struct {
  Fixture *fixture;
  LmRun *run;
  int fill_at; /* end of this epoch: the disk is full */
  int free_at; /* end of this one: there is room again */
  int n_epochs;
  int n_problems;
  int n_solved;
  gint64 saved_epoch; /* told with the problem */
  char *message;
} Watch;

static void
event_cb (LmEvent *event,
          void *data)
{
  Watch *watch = data;

  if (event->kind != LM_EVENT_EPOCH)
    return;
  watch->n_epochs++;
  if (event->epoch == watch->fill_at)
    limit_files (size_of_project (watch->fixture));
  if (event->epoch == watch->free_at)
    limit_files (0);
}

static void
problem_cb (const GError *error,
            gint64 saved_epoch,
            void *data)
{
  Watch *watch = data;

  if (error == NULL) {
    watch->n_solved++;
    return;
  }
  watch->n_problems++;
  watch->saved_epoch = saved_epoch;
  g_free (watch->message);
  watch->message = g_strdup (error->message);
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
}

static LmEndReason
run (Watch *watch,
     Fixture *fixture)
{
  LmRunSpec spec = LM_RUN_SPEC_DEFAULT;
  LmEndReason reason;

  spec.project = fixture->project;
  spec.n_threads = 1;
  spec.epochs = 8;
  watch->fixture = fixture;
  watch->run = new_run (&spec, event_cb, watch);
  lm_recorder_set_problem_func (lm_run_get_recorder (watch->run), problem_cb, watch);
  reason = lm_run_run (watch->run, NULL);
  return reason;
}

static GBytes *
undisturbed (Fixture *fixture)
{
  LmProject *project = make_small_project (fixture->folder, "other.lamina");
  LmRunSpec spec = LM_RUN_SPEC_DEFAULT;
  GBytes *bytes;

  spec.project = project;
  spec.epochs = 8;
  train (&spec, LM_END_FINISHED);
  bytes = weights_of (project, 1);
  lm_project_unref (project);
  return bytes;
}

/* Full for a while: what is missing is written as soon as there is room. */
static void
test_for_a_while (Fixture *fixture,
                  const void *data)
{
  Watch watch = { .fill_at = 2, .free_at = 5 };
  g_autoptr (GBytes) wanted = undisturbed (fixture);
  g_autoptr (GBytes) found = NULL;
  g_autoptr (LmHistory) history = NULL;
  g_autoptr (LmRunInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (run (&watch, fixture), ==, LM_END_FINISHED);
  lm_run_free (watch.run);
  g_assert_cmpint (watch.n_epochs, ==, 8);
  g_assert_cmpint (watch.n_problems, ==, 1);
  g_assert_cmpint (watch.n_solved, ==, 1);
  g_assert_cmpint (watch.saved_epoch, >=, 2);
  g_test_message ("%s", watch.message);
  g_assert_nonnull (strstr (watch.message, "disk is full"));
  g_assert_nonnull (strstr (watch.message, "net.lamina"));
  g_free (watch.message);

  g_assert_true (lm_project_close (fixture->project, &error));
  lm_project_unref (fixture->project);
  fixture->project = lm_project_open (fixture->path, LM_PROJECT_WRITE, &error);
  g_assert_no_error (error);
  found = weights_of (fixture->project, 1);
  g_assert_true (g_bytes_equal (found, wanted));
  history = lm_project_load_history (fixture->project, 1, NULL);
  g_assert_cmpint (lm_history_n_steps (history), ==, 96);
  g_assert_cmpint (lm_history_n_epochs (history), ==, 8);
  info = lm_project_get_run (fixture->project, 1, NULL);
  g_assert_cmpint (info->end, ==, LM_RUN_STATE_FINISHED);
}

/* Full to the end: what was saved before can be opened, and goes on from there. */
static void
test_to_the_end (Fixture *fixture,
                 const void *data)
{
  Watch watch = { .fill_at = 2 };
  g_autoptr (GBytes) wanted = undisturbed (fixture);
  g_autoptr (GBytes) found = NULL;
  g_autoptr (LmRunInfo) info = NULL;
  g_autoptr (GError) error = NULL;
  LmRunSpec spec = LM_RUN_SPEC_DEFAULT;

  g_assert_cmpint (run (&watch, fixture), ==, LM_END_FINISHED);
  g_assert_cmpint (watch.n_epochs, ==, 8);
  g_assert_cmpint (watch.n_problems, ==, 1);
  g_assert_cmpint (watch.n_solved, ==, 0);
  g_assert_false (lm_recorder_retry (lm_run_get_recorder (watch.run), &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  g_clear_error (&error);
  lm_run_free (watch.run);
  g_free (watch.message);
  lm_project_close (fixture->project, NULL);
  lm_project_unref (fixture->project);

  /* Still full: the file opens all the same. */
  fixture->project = lm_project_open (fixture->path, LM_PROJECT_READ, &error);
  g_assert_no_error (error);
  info = lm_project_get_run (fixture->project, 1, NULL);
  g_assert_cmpint (info->epoch, ==, watch.saved_epoch);
  g_assert_true (info->has_weights);
  lm_project_close (fixture->project, NULL);
  lm_project_unref (fixture->project);

  limit_files (0);
  fixture->project = lm_project_open (fixture->path, LM_PROJECT_WRITE, &error);
  g_assert_no_error (error);
  spec.project = fixture->project;
  spec.resume = TRUE;
  train (&spec, LM_END_FINISHED);
  found = weights_of (fixture->project, 1);
  g_assert_true (g_bytes_equal (found, wanted));
}

/* “Try Again”, after the run has ended. */
static void
test_try_again (Fixture *fixture,
                const void *data)
{
  Watch watch = { .fill_at = 2 };
  g_autoptr (GBytes) wanted = undisturbed (fixture);
  g_autoptr (GBytes) found = NULL;
  g_autoptr (LmRunInfo) info = NULL;

  run (&watch, fixture);
  limit_files (0);
  g_assert_true (lm_recorder_retry (lm_run_get_recorder (watch.run), NULL));
  g_assert_cmpint (watch.n_solved, ==, 1);
  g_assert_cmpint (lm_recorder_saved_epoch (lm_run_get_recorder (watch.run)), ==, 8);
  lm_run_free (watch.run);
  g_free (watch.message);
  found = weights_of (fixture->project, 1);
  g_assert_true (g_bytes_equal (found, wanted));
  info = lm_project_get_run (fixture->project, 1, NULL);
  g_assert_cmpint (info->end, ==, LM_RUN_STATE_FINISHED);
}

/* --- Edits ------------------------------------------------------------------------- */

typedef struct {
  atomic_int n_problems;
  atomic_int n_solved;
} Problems;

static void
edit_problem_cb (const GError *error,
                 void *data)
{
  Problems *problems = data;

  if (error != NULL)
    atomic_fetch_add (&problems->n_problems, 1);
  else
    atomic_fetch_add (&problems->n_solved, 1);
}

/* Edits made while the disk is full are kept, in order, and written later. */
static void
test_edits (Fixture *fixture,
            const void *data)
{
  Problems problems = { 0 };
  g_autoptr (LmDesign) design = lm_project_load_design (fixture->project, NULL);
  g_autoptr (LmDesign) found = NULL;
  g_autoptr (LmUndo) undo = lm_undo_new ();
  g_autoptr (LmUndo) again = NULL;
  g_autoptr (GError) error = NULL;

  lm_project_set_problem_func (fixture->project, edit_problem_cb, &problems);
  g_assert_true (lm_project_flush (fixture->project, NULL));
  limit_files (4096);
  for (int i = 0; i < 5; i++) {
    g_autoptr (LmEdit) edit = lm_edit_set_option ("", 2, 0, &LM_VALUE_INT (20 + i));

    g_assert_true (lm_undo_do (undo, design, edit, FALSE, NULL));
    lm_project_post_edit (fixture->project, design, undo);
  }
  g_assert_false (lm_project_flush (fixture->project, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  g_assert_cmpint (atomic_load (&problems.n_problems), ==, 5);
  limit_files (0);
  g_clear_error (&error);
  g_assert_true (lm_project_flush (fixture->project, &error));
  g_assert_cmpint (atomic_load (&problems.n_solved), ==, 1);

  again = lm_project_load_undo (fixture->project, NULL);
  found = lm_project_load_design (fixture->project, NULL);
  g_assert_cmpint (lm_undo_length (again), ==, 5);
  g_assert_true (lm_design_equal (found, design));
}

static void
test_create (Fixture *fixture,
             const void *data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "new.lamina", NULL);
  g_autofree char *copy = g_build_filename (fixture->folder, "copy.lamina", NULL);
  g_autofree char *weights = g_build_filename (fixture->folder, "w.safetensors", NULL);
  g_autoptr (LmModel) model = NULL;
  LmRunSpec spec = LM_RUN_SPEC_DEFAULT;
  g_autoptr (GError) error = NULL;

  spec.project = fixture->project;
  train (&spec, LM_END_FINISHED);
  model = lm_model_load (fixture->project, 0, NULL, NULL);
  limit_files (512);
  g_assert_null (lm_project_create (path, FALSE, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  g_clear_error (&error);
  g_assert_false (lm_project_save_copy (fixture->project, copy, FALSE, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  g_clear_error (&error);
  g_assert_false (lm_safetensors_save (weights, model->weights, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "disk is full"));
  limit_files (0);
  {
    g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
    const char *name;

    /* Nothing half-finished lies about. */
    while ((name = g_dir_read_name (dir)) != NULL)
      g_assert_true (g_str_has_prefix (name, "net.lamina") || strcmp (name, "small.npz") == 0);
  }
}

int
main (int argc,
      char *argv[])
{
  static const struct {
    const char *path;
    void (*func) (Fixture *fixture, const void *data);
  } cases[] = {
    { "/full-disk/for-a-while", test_for_a_while },
    { "/full-disk/to-the-end", test_to_the_end },
    { "/full-disk/try-again", test_try_again },
    { "/full-disk/edits", test_edits },
    { "/full-disk/create", test_create },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Fixture, NULL, set_up, cases[i].func, tear_down);
  return g_test_run ();
}
