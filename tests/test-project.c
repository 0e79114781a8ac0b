/* test-project.c: what is put into a project file comes out again, and bad files are refused
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "project-files.h"

#include "lm-sqlite.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- Helpers --------------------------------------------------------------- */

typedef struct {
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture,
        const void *data)
{
  fixture->folder = make_folder ();
  fixture->path = g_build_filename (fixture->folder, "net.lamina", NULL);
}

static void
tear_down (Fixture *fixture,
           const void *data)
{
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static LmProject *
create (const char *path)
{
  g_autoptr (GError) error = NULL;
  LmProject *project = lm_project_create (path, FALSE, &error);

  g_assert_no_error (error);
  return project;
}

static LmProject *
reopen (const char *path,
        LmProjectMode mode)
{
  g_autoptr (GError) error = NULL;
  LmProject *project = lm_project_open (path, mode, &error);

  g_assert_no_error (error);
  return project;
}

static void
close_project (LmProject *project)
{
  g_autoptr (GError) error = NULL;

  lm_project_close (project, &error);
  g_assert_no_error (error);
  lm_project_unref (project);
}

static void
assert_refused (const char *path,
                LmProjectMode mode,
                int code,
                const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmProject) project = lm_project_open (path, mode, &error);

  g_assert_null (project);
  g_assert_error (error, LM_ERROR, code);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” is not in: %s", words, error->message);
}

/* How many files lie beside the project. */
static int
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  int n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static char *
design_text (LmProject *project)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDesign) design = lm_project_load_design (project, &error);

  g_assert_no_error (error);
  return lm_design_to_json (design, FALSE);
}

static void
put_tiny_design (LmProject *project)
{
  g_autoptr (LmDesign) design = make_tiny_design ();
  g_autoptr (GError) error = NULL;

  lm_project_save_design (project, design, &error);
  g_assert_no_error (error);
}

static void
assert_tiny_design (LmProject *project)
{
  g_autofree char *json = lm_project_load_design_json (project, NULL);

  g_assert_nonnull (strstr (json, "dense_1"));
}

/* --- Files ----------------------------------------------------------------- */

static void
test_one_file (Fixture *fixture,
               const void *data)
{
  LmProject *project = create (fixture->path);
  g_autofree char *name = lm_project_dup_name (project);
  g_autofree char *bytes = NULL;
  gsize n;

  g_assert_cmpstr (name, ==, "net");
  g_assert_null (lm_project_read_only (project));
  add_trained_run (project);
  close_project (project);

  g_assert_cmpint (count_files (fixture->folder), ==, 1);
  g_assert_true (g_file_get_contents (fixture->path, &bytes, &n, NULL));
  g_assert_cmpmem (bytes + 68, 4, "LMNA", 4);
  /* 1: a rollback journal, which needs no companions to be read; 2 would be a log. */
  g_assert_cmpint (bytes[18], ==, 1);
}

static void
test_create_refuses_existing (Fixture *fixture,
                              const void *data)
{
  g_autoptr (GError) error = NULL;

  put_file (fixture->folder, "net.lamina", "precious", 8);
  g_assert_null (lm_project_create (fixture->path, FALSE, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "“net.lamina”"));
  g_assert_cmpint (count_files (fixture->folder), ==, 1);
  close_project (lm_project_create (fixture->path, TRUE, NULL));
  g_assert_cmpint (count_files (fixture->folder), ==, 1);
}

static void
test_overwrite_refuses_open (Fixture *fixture,
                             const void *data)
{
  LmProject *project = create (fixture->path);
  g_autoptr (GError) error = NULL;

  put_tiny_design (project);
  g_assert_null (lm_project_create (fixture->path, TRUE, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_BUSY);
  close_project (project);
  project = reopen (fixture->path, LM_PROJECT_READ);
  assert_tiny_design (project);
  close_project (project);
}

static void
test_create_ignores_old_log (Fixture *fixture,
                             const void *data)
{
  LmProject *project;

  put_file (fixture->folder, "net.lamina-wal", "rubbish from a project that was killed", 38);
  project = create (fixture->path);
  close_project (project);
  g_assert_cmpint (count_files (fixture->folder), ==, 1);
}

static void
test_missing (Fixture *fixture,
              const void *data)
{
  assert_refused (fixture->path, LM_PROJECT_WRITE, LM_ERROR_NOT_FOUND, "“net.lamina”");
  assert_refused (fixture->folder, LM_PROJECT_WRITE, LM_ERROR_FORMAT, "is not a file");
  g_assert_null (lm_project_create ("/proc/nowhere/x.lamina", FALSE, NULL));
}

static void
test_foreign (Fixture *fixture,
              const void *data)
{
  g_autoptr (LmSqlite) db = NULL;

  put_file (fixture->folder, "net.lamina", "", 0);
  assert_refused (fixture->path, LM_PROJECT_WRITE, LM_ERROR_FORMAT, "empty");
  put_file (fixture->folder, "net.lamina", "{\"lamina\":1}", 12);
  assert_refused (fixture->path, LM_PROJECT_WRITE, LM_ERROR_FORMAT, "not a Lamina project");
  assert_refused (fixture->path, LM_PROJECT_READ, LM_ERROR_FORMAT, "not a Lamina project");

  g_unlink (fixture->path);
  db = lm_sqlite_open (fixture->path, "x", LM_SQLITE_CREATE, NULL);
  g_assert_true (lm_sqlite_exec (db, "CREATE TABLE design (json)", NULL));
  g_clear_pointer (&db, lm_sqlite_close);
  assert_refused (fixture->path, LM_PROJECT_WRITE, LM_ERROR_FORMAT, "not a Lamina project");
  assert_refused (fixture->path, LM_PROJECT_READ, LM_ERROR_FORMAT, "not a Lamina project");
}

/* Changes a closed project behind its back. */
static void
tamper (const char *path,
        const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmSqlite) db = lm_sqlite_open (path, "x", LM_SQLITE_WRITE, &error);

  g_assert_no_error (error);
  lm_sqlite_exec (db, sql, &error);
  g_assert_no_error (error);
}

static void
test_versions (Fixture *fixture,
               const void *data)
{
  g_autofree char *reason = NULL;
  LmProject *project = create (fixture->path);

  add_trained_run (project);
  close_project (project);
  tamper (fixture->path, "PRAGMA user_version = 0");
  assert_refused (fixture->path, LM_PROJECT_WRITE, LM_ERROR_FORMAT, "version 0");

  tamper (fixture->path, "PRAGMA user_version = 99; CREATE TABLE novelty (x)");
  project = reopen (fixture->path, LM_PROJECT_WRITE);
  reason = lm_project_read_only (project);
  g_assert_nonnull (strstr (reason, "newer version"));
  g_assert_false (lm_project_require_writable (project, NULL));
  g_assert_cmpint (lm_project_last_run (project), ==, 1);
  g_assert_cmpint (lm_project_delete_run (project, 1, NULL), ==, FALSE);
  close_project (project);
  g_assert_cmpint (count_files (fixture->folder), ==, 1);
}

static void
test_strange_tables (Fixture *fixture,
                     const void *data)
{
  close_project (create (fixture->path));
  tamper (fixture->path, "CREATE TRIGGER evil AFTER INSERT ON run BEGIN DELETE FROM design; END");
  assert_refused (fixture->path, LM_PROJECT_WRITE, LM_ERROR_FORMAT, "do not belong");
  tamper (fixture->path, "DROP TRIGGER evil; CREATE VIRTUAL TABLE strange USING fts5 (x)");
  assert_refused (fixture->path, LM_PROJECT_WRITE, LM_ERROR_FORMAT, "do not belong");
  tamper (fixture->path, "DROP TABLE strange; DROP TABLE tensor");
  assert_refused (fixture->path, LM_PROJECT_WRITE, LM_ERROR_FORMAT, "10 of the 11 tables");
  tamper (fixture->path, "CREATE TABLE tensor (x)");
  close_project (reopen (fixture->path, LM_PROJECT_WRITE));
}

/* --- Round trips ------------------------------------------------------------- */

static void
test_design (Fixture *fixture,
             const void *data)
{
  LmProject *project = create (fixture->path);
  g_autoptr (LmDesign) design = make_tiny_design ();
  g_autofree char *wanted = lm_design_to_json (design, FALSE);
  g_autofree char *found = NULL;
  g_autofree char *value = NULL;

  put_tiny_design (project);
  lm_project_post_meta (project, "zoom", "1.5");
  lm_project_post_meta (project, "gone", "x");
  lm_project_post_meta (project, "gone", NULL);
  g_assert_true (lm_project_set_note (project, 0, "Two\nlines", NULL));
  close_project (project);

  project = reopen (fixture->path, LM_PROJECT_READ);
  found = design_text (project);
  g_assert_cmpstr (found, ==, wanted);
  value = lm_project_get_meta (project, "zoom");
  g_assert_cmpstr (value, ==, "1.5");
  g_assert_null (lm_project_get_meta (project, "gone"));
  g_free (value);
  value = lm_project_get_note (project, 0);
  g_assert_cmpstr (value, ==, "Two\nlines");
  close_project (project);
  g_assert_cmpint (count_files (fixture->folder), ==, 1);
}

static void
do_units (LmUndo *undo,
          LmDesign *design,
          gint64 units,
          gboolean coalesce)
{
  g_autoptr (LmEdit) edit = lm_edit_set_option ("", 2, 0, &LM_VALUE_INT (units));
  g_autoptr (GError) error = NULL;

  lm_undo_do (undo, design, edit, coalesce, &error);
  g_assert_no_error (error);
}

static void
test_undo (Fixture *fixture,
           const void *data)
{
  LmProject *project = create (fixture->path);
  g_autoptr (LmDesign) design = make_tiny_design ();
  g_autoptr (LmDesign) loaded = NULL;
  g_autoptr (LmUndo) undo = lm_undo_new ();
  g_autoptr (LmUndo) again = NULL;
  g_autofree char *first = lm_design_to_json (design, FALSE);
  g_autofree char *text = NULL;

  put_tiny_design (project);
  for (int i = 0; i < 5; i++) {
    do_units (undo, design, 16 + i, i == 2); /* steps: 16; 17 and 18 in one; 19; 20 */
    lm_project_post_edit (project, design, undo);
  }
  for (int i = 0; i < 2; i++) {
    g_assert_true (lm_undo_undo (undo, design));
    lm_project_post_edit (project, design, undo);
  }
  close_project (project);

  project = reopen (fixture->path, LM_PROJECT_WRITE);
  loaded = lm_project_load_design (project, NULL);
  again = lm_project_load_undo (project, NULL);
  g_assert_cmpint (lm_undo_length (again), ==, lm_undo_length (undo));
  g_assert_cmpint (lm_undo_position (again), ==, lm_undo_position (undo));
  g_assert_cmpstr (lm_undo_title (again), ==, lm_undo_title (undo));
  g_assert_true (lm_undo_redo (again, loaded));
  g_assert_true (lm_undo_redo (undo, design));
  g_assert_true (lm_design_equal (loaded, design));
  while (lm_undo_undo (again, loaded))
    ;
  text = lm_design_to_json (loaded, FALSE);
  g_assert_cmpstr (text, ==, first);

  /* A new step cuts off what was undone. */
  do_units (again, loaded, 99, FALSE);
  lm_project_post_edit (project, loaded, again);
  g_clear_pointer (&again, lm_undo_free);
  again = lm_project_load_undo (project, NULL);
  g_assert_cmpint (lm_undo_length (again), ==, 1);
  /* A design that comes from elsewhere has no history. */
  put_tiny_design (project);
  g_clear_pointer (&again, lm_undo_free);
  again = lm_project_load_undo (project, NULL);
  g_assert_cmpint (lm_undo_length (again), ==, 0);
  close_project (project);
}

static void
assert_same_checkpoint (const LmCheckpoint *a,
                        const LmCheckpoint *b)
{
  g_autofree char *x = lm_checkpoint_format (a);
  g_autofree char *y = lm_checkpoint_format (b);

  g_assert_cmpstr (x, ==, y);
  g_assert_cmpint (a->weights->n_slots, ==, b->weights->n_slots);
  g_assert_true (lm_snapshot_equal (a->weights, b->weights));
  for (int i = 0; i < a->weights->n_slots; i++) {
    const LmSnapshotSlot *one = &a->weights->slots[i], *other = &b->weights->slots[i];

    g_assert_cmpstr (one->path, ==, other->path);
    g_assert_cmpstr (one->name_path, ==, other->name_path);
    g_assert_cmpint (one->role, ==, other->role);
    g_assert_cmpint (one->trainable, ==, other->trainable);
  }
}

static void
test_run (Fixture *fixture,
          const void *data)
{
  LmProject *project = create (fixture->path);
  g_autoptr (LmCheckpoint) wanted = make_checkpoint (2, 0, 2);
  g_autoptr (LmCheckpoint) found = NULL;
  g_autoptr (LmRunInfo) info = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (LmPipeline) pipeline = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *step = NULL;
  gint64 id = add_trained_run (project);

  g_assert_true (lm_project_end_run (project, id, LM_RUN_STATE_NAN, "It broke.", NULL));
  close_project (project);
  project = reopen (fixture->path, LM_PROJECT_READ);

  info = lm_project_get_run (project, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpint (info->id, ==, id);
  g_assert_cmpstr (info->name, ==, "first");
  g_assert_cmpstr (info->data, ==, "npz:tiny.npz");
  g_assert_cmpstr (info->fingerprint, ==, "0123456789abcdef");
  g_assert_cmpstr (info->instruction_set, ==, "generic");
  g_assert_cmpint (info->seed, ==, 7);
  g_assert_cmpint (info->epoch, ==, 2);
  g_assert_cmpint (info->step, ==, 20);
  g_assert_cmpint (info->end, ==, LM_RUN_STATE_NAN);
  g_assert_cmpstr (info->message, ==, "It broke.");
  g_assert_true (info->has_weights);
  g_assert_cmpint (info->n_metrics, ==, 1);
  g_assert_cmpstr (info->metrics[0].name, ==, "accuracy");
  g_assert_cmpfloat (info->metrics[0].baseline, ==, 0.25);
  g_assert_cmpfloat (info->train.loss, ==, 0.5);
  g_assert_cmpfloat (info->validation.metric[0], ==, 0.4 + 0.02);
  g_assert_true (isnan (info->validation.metric[1]));

  found = lm_project_load_checkpoint (project, id, NULL, &error);
  g_assert_no_error (error);
  assert_same_checkpoint (wanted, found);
  pipeline = lm_project_load_pipeline (project, id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lm_pipeline_n_steps (pipeline), ==, 1);
  step = lm_pipeline_format_step (pipeline, 0);
  g_assert_cmpstr (step, ==, "rescale(scale=0.25)");
  runs = lm_project_list_runs (project, &error);
  g_assert_cmpint (runs->len, ==, 1);
  close_project (project);
}

static void
test_fitted_chain (Fixture *fixture,
                   const void *data)
{
  LmProject *project = create (fixture->path);
  gint64 id = add_run (project, NULL);
  LmColumn column = { .name = (char *) "x", .role = LM_ROLE_INPUT };
  g_autoptr (LmTensor) x = lm_tensor_new (LM_F32, &LM_SHAPE (16, 3), NULL);
  g_autoptr (LmTensor) nothing = NULL;
  LmTensor *tensors[LM_N_PARTS] = { x, NULL, NULL };
  g_autoptr (LmDataset) dataset = NULL;
  g_autoptr (LmPipeline) pipeline = lm_pipeline_new ();
  g_autoptr (LmPipeline) loaded = NULL;
  g_autoptr (LmRunFacts) facts = make_facts ();
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 48; i++)
    lm_tensor_f32 (x)[i] = (float) (i * i) / 7;
  dataset = lm_dataset_new_memory ("x", 1, &column, tensors);
  g_assert_true (lm_pipeline_add_text (pipeline, "standardize", &error));
  g_assert_true (lm_pipeline_fit (pipeline, dataset, NULL, NULL, &error));
  g_assert_true (lm_project_begin_run (project, id, facts, pipeline, "", &error));
  close_project (project);

  project = reopen (fixture->path, LM_PROJECT_READ);
  loaded = lm_project_load_pipeline (project, id, &error);
  g_assert_no_error (error);
  g_assert_true (lm_pipeline_is_fitted (loaded));
  g_assert_cmpint (lm_pipeline_n_state (loaded), ==, lm_pipeline_n_state (pipeline));
  for (int i = 0; i < lm_pipeline_n_state (loaded); i++) {
    g_autofree char *name = NULL;
    g_autofree char *wanted_name = NULL;
    LmTensor *found = lm_pipeline_get_state (loaded, i, &name), *wanted = lm_pipeline_get_state (pipeline, i, &wanted_name);

    g_assert_cmpstr (name, ==, wanted_name);
    g_assert_cmpint (found->dtype, ==, wanted->dtype);
    g_assert_cmpmem (found->data, lm_tensor_n_bytes (found), wanted->data, lm_tensor_n_bytes (wanted));
  }
  close_project (project);
}

static void
assert_history (LmHistory *history,
                gint64 steps,
                gint64 epochs)
{
  g_assert_cmpint (lm_history_n_steps (history), ==, steps);
  g_assert_cmpint (lm_history_n_epochs (history), ==, epochs);
  for (gint64 i = 0; i < steps; i++) {
    float loss;

    g_assert_cmpint (lm_history_get_steps (history, i, 1, &loss), ==, 1);
    g_assert_true ((double) loss == loss_of (i));
  }
  for (int i = 0; i < epochs; i++) {
    LmEpochRow row;

    g_assert_true (lm_history_get_epoch (history, i, &row));
    g_assert_cmpint (row.epoch, ==, i + 1);
    g_assert_cmpint (row.step, ==, (i + 1) * STEPS_PER_EPOCH);
    g_assert_true (row.train.loss == 1.0 / (i + 1));
    g_assert_true (row.validation.metric[0] == 0.4 + 0.01 * (i + 1));
    g_assert_true (isnan (row.train.metric[1]));
    g_assert_true (row.seconds == 0.125 && row.rate == 0.1 && row.is_best);
  }
}

static LmHistory *
load_history (LmProject *project,
              gint64 id)
{
  g_autoptr (GError) error = NULL;
  LmHistory *history = lm_project_load_history (project, id, &error);

  g_assert_no_error (error);
  return history;
}

static void
test_history (Fixture *fixture,
              const void *data)
{
  LmProject *project = create (fixture->path);
  gint64 id = add_trained_run (project);
  g_autoptr (LmHistory) history = make_history (3);
  g_autoptr (LmHistory) found = NULL;
  g_autoptr (LmRunFacts) facts = make_facts ();
  g_autofree char *text = NULL;
  float losses[STEPS_PER_EPOCH];
  gint64 step;

  /* Two flushes within the third epoch, and then the epoch itself, which puts all in one row. */
  lm_history_get_steps (history, 20, 10, losses);
  lm_project_post_steps (project, id, 20, losses, 4);
  lm_project_post_steps (project, id, 24, losses + 4, 3);
  found = load_history (project, id);
  assert_history (found, 27, 2);
  lm_history_add_mark (history, 25, "rate 0.1 → 0.05");
  {
    g_autoptr (LmCheckpoint) checkpoint = make_checkpoint (3, 0, 3);
    LmRunProgress progress = { .run = id, .history = history, .first_step = 20, .first_epoch = 2, .last = checkpoint };

    g_assert_true (lm_project_save_progress (project, &progress, NULL));
  }
  g_clear_pointer (&found, lm_history_unref);
  found = load_history (project, id);
  assert_history (found, 30, 3);
  g_assert_cmpint (lm_history_n_marks (found), ==, 1);
  g_assert_true (lm_history_get_mark (found, 0, &step, &text));
  g_assert_cmpint (step, ==, 25);
  g_assert_cmpstr (text, ==, "rate 0.1 → 0.05");

  /* Going on after step 23 forgets the rest, also in the middle of a row. */
  facts->first_step = 23;
  g_assert_true (lm_project_begin_run (project, id, facts, NULL, "", NULL));
  g_clear_pointer (&found, lm_history_unref);
  found = load_history (project, id);
  assert_history (found, 23, 2);
  g_assert_cmpint (lm_history_n_marks (found), ==, 0);
  close_project (project);
}

/* --- Checkpoints ---------------------------------------------------------------- */

static LmCheckpoint *
load (LmProject *project,
      gint64 id,
      const char *which)
{
  g_autoptr (GError) error = NULL;
  LmCheckpoint *checkpoint = lm_project_load_checkpoint (project, id, which, &error);

  g_assert_no_error (error);
  return checkpoint;
}

static void
test_checkpoints (Fixture *fixture,
                  const void *data)
{
  LmProject *project = create (fixture->path);
  gint64 id = add_trained_run (project);
  g_autoptr (LmHistory) history = make_history (5);
  g_autoptr (LmCheckpoint) third = make_checkpoint (3, 0, 3);
  g_autoptr (LmCheckpoint) fourth = make_checkpoint (3, 4, 4);
  g_autoptr (LmCheckpoint) last = NULL;
  g_autoptr (LmCheckpoint) best = NULL;
  g_autoptr (LmSnapshot) second = make_snapshot (0, 2);
  g_autoptr (GError) error = NULL;
  LmRunProgress progress = { .run = id, .history = history, .first_step = 20, .first_epoch = 2, .last = third };

  g_assert_true (lm_project_save_progress (project, &progress, NULL));
  last = load (project, id, "last");
  best = load (project, id, "best");
  g_assert_cmpint (last->state.epoch, ==, 3);
  g_assert_cmpint (best->state.epoch, ==, 2);
  g_assert_cmpint (last->weights->n_moments, ==, 2);
  /* To look at the best weights nobody needs the optimizer's state. */
  g_assert_cmpint (best->weights->n_moments, ==, 0);
  g_assert_true (lm_snapshot_equal (best->weights, second));

  /* One in the middle of an epoch is none of that epoch's end. */
  progress.last = fourth;
  progress.first_step = 30;
  progress.first_epoch = 3;
  progress.is_paused = TRUE;
  g_assert_true (lm_project_save_progress (project, &progress, NULL));
  g_clear_pointer (&last, lm_checkpoint_unref);
  last = load (project, id, NULL);
  g_assert_cmpint (last->state.batch, ==, 4);
  lm_checkpoint_unref (load (project, id, "2"));
  g_assert_null (lm_project_load_checkpoint (project, id, "3", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "best (epoch 2)"));
  g_clear_error (&error);
  g_assert_null (lm_project_load_checkpoint (project, id, "newest", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_USAGE);

  g_assert_true (lm_project_delete_run (project, id, NULL));
  g_assert_cmpint (lm_project_last_run (project), ==, 0);
  /* Numbers of runs are not used again. */
  g_assert_cmpint (add_run (project, NULL), ==, id + 1);
  close_project (project);
}

static void
test_first_weights (Fixture *fixture,
                    const void *data)
{
  LmProject *project = create (fixture->path);
  g_autoptr (LmSnapshot) weights = make_snapshot (0, 9);
  g_autoptr (LmSnapshot) found = NULL;
  g_autoptr (LmHistory) history = make_history (1);
  g_autoptr (LmCheckpoint) first = make_checkpoint (1, 0, 1);
  gint64 id = add_run (project, weights);
  LmRunProgress progress = { .run = id, .history = history, .last = first };

  found = lm_project_load_start (project, id, NULL);
  g_assert_true (lm_snapshot_equal (found, weights));
  g_assert_cmpint (lm_project_last_run (project), ==, 0);
  g_assert_true (lm_project_save_progress (project, &progress, NULL));
  g_assert_null (lm_project_load_start (project, id, NULL));
  g_assert_cmpint (lm_project_last_run (project), ==, id);
  close_project (project);
}

static void
test_import (Fixture *fixture,
             const void *data)
{
  LmProject *project = create (fixture->path);
  g_autoptr (LmSnapshot) weights = make_snapshot (0, 5);
  g_autoptr (LmSnapshot) found = NULL;
  gboolean is_newest;

  g_assert_null (lm_project_load_import (project, &is_newest, NULL));
  add_trained_run (project);
  g_assert_true (lm_project_set_import (project, weights, NULL));
  found = lm_project_load_import (project, &is_newest, NULL);
  g_assert_true (lm_snapshot_equal (found, weights));
  g_assert_true (is_newest);
  add_trained_run (project);
  g_clear_pointer (&found, lm_snapshot_unref);
  found = lm_project_load_import (project, &is_newest, NULL);
  g_assert_nonnull (found);
  g_assert_false (is_newest);
  g_assert_true (lm_project_set_import (project, NULL, NULL));
  g_assert_null (lm_project_load_import (project, NULL, NULL));
  close_project (project);
}

/* A weight of 68 MiB lies in two rows. */
static void
test_large_tensor (Fixture *fixture,
                   const void *data)
{
  LmProject *project = create (fixture->path);
  g_autoptr (LmTensor) tensor = lm_tensor_new (LM_F32, &LM_SHAPE (17, 1 << 20), NULL);
  g_autoptr (LmSnapshot) weights = lm_snapshot_new (0);
  g_autoptr (LmSnapshot) found = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < 17u << 20; i++)
    lm_tensor_f32 (tensor)[i] = (float) (i % 1000003);
  lm_snapshot_add (weights, NULL, "embedding/embeddings", LM_SLOT_WEIGHT, TRUE, tensor, NULL, NULL);
  lm_snapshot_seal (weights);
  g_assert_true (lm_project_set_import (project, weights, &error));
  found = lm_project_load_import (project, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (lm_snapshot_equal (found, weights));
  g_assert_true (lm_project_set_import (project, NULL, &error));
  close_project (project);
  {
    GStatBuf info;

    /* What was free is given back. */
    g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
    g_assert_cmpint (info.st_size, <, 2 << 20);
  }
}

static void
test_openings (Fixture *fixture,
               const void *data)
{
  LmProject *project = create (fixture->path);
  LmOpening opening = { 1, 2, 1700000000, (char *) "window", (char *) "accuracy 0.991" };
  g_autoptr (GPtrArray) list = NULL;
  const LmOpening *found;

  g_assert_true (lm_project_add_opening (project, &opening, NULL));
  list = lm_project_list_openings (project, NULL);
  g_assert_cmpint (list->len, ==, 1);
  found = g_ptr_array_index (list, 0);
  g_assert_cmpint (found->time, ==, 1700000000);
  g_assert_cmpstr (found->what, ==, "accuracy 0.991");
  close_project (project);
}

/* --- Damage ------------------------------------------------------------------------ */

/* Reads all there is; TRUE if nothing was amiss. Whatever the bytes say, each failure is one of ours. */
static gboolean
read_everything (const char *path,
                 LmProjectMode mode)
{
  GError *errors[8] = { NULL };
  g_autoptr (LmProject) project = lm_project_open (path, mode, &errors[0]);
  gboolean good = project != NULL;

  if (project != NULL) {
    g_autoptr (LmDesign) design = lm_project_load_design (project, &errors[1]);
    g_autoptr (LmUndo) undo = lm_project_load_undo (project, &errors[2]);
    g_autoptr (GPtrArray) runs = lm_project_list_runs (project, &errors[3]);
    gint64 id = runs != NULL && runs->len > 0 ? ((LmRunInfo *) g_ptr_array_index (runs, 0))->id : 1;
    g_autoptr (LmCheckpoint) checkpoint = lm_project_load_checkpoint (project, id, "last", &errors[4]);
    g_autoptr (LmHistory) history = lm_project_load_history (project, id, &errors[5]);
    LmPipeline *pipeline = lm_project_load_pipeline (project, id, &errors[6]);
    g_autoptr (LmDesign) old = lm_project_load_run_design (project, id, &errors[7]);

    good = design != NULL && undo != NULL && runs != NULL && checkpoint != NULL && history != NULL && old != NULL;
    g_clear_pointer (&pipeline, lm_pipeline_free);
    lm_project_close (project, NULL);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++) {
    g_assert_true (errors[i] == NULL || errors[i]->domain == LM_ERROR);
    g_clear_error (&errors[i]);
  }
  return good;
}

/* A closed project with a bit of everything in it. */
static void
make_full_project (const char *path)
{
  LmProject *project = create (path);
  g_autoptr (LmDesign) design = make_tiny_design ();
  g_autoptr (LmUndo) undo = lm_undo_new ();

  for (int i = 0; i < 5; i++) {
    do_units (undo, design, 16 + i, FALSE);
    lm_project_post_edit (project, design, undo);
  }
  add_trained_run (project);
  add_trained_run (project);
  close_project (project);
}

static void
test_truncated (Fixture *fixture,
                const void *data)
{
  g_autofree char *bytes = NULL;
  gsize n;

  make_full_project (fixture->path);
  g_assert_true (read_everything (fixture->path, LM_PROJECT_WRITE));
  g_assert_true (g_file_get_contents (fixture->path, &bytes, &n, NULL));
  for (gsize length = 0; length < n; length += length < 4096 ? 512 : 4096) {
    put_file (fixture->folder, "net.lamina", bytes, length);
    assert_refused (fixture->path, LM_PROJECT_WRITE, LM_ERROR_FORMAT, "“net.lamina”");
    assert_refused (fixture->path, LM_PROJECT_READ, LM_ERROR_FORMAT, "“net.lamina”");
    g_assert_cmpint (count_files (fixture->folder), ==, 1);
  }
}

static void
test_flipped (Fixture *fixture,
              const void *data)
{
  g_autofree char *bytes = NULL;
  LmRng rng = lm_rng_init (1, LM_RNG_TEST, 0, 0);
  guint64 next = 0;
  gsize n;
  int n_bad = 0;

  make_full_project (fixture->path);
  g_assert_true (g_file_get_contents (fixture->path, &bytes, &n, NULL));
  for (int round = 0; round < 300; round++) {
    g_autofree char *copy = g_memdup2 (bytes, n);
    int n_flips = 1 << (round % 8);

    for (int i = 0; i < n_flips; i++, next += 2)
      copy[lm_rng_below (&rng, next, (guint32) n)] ^= (char) (1 << lm_rng_below (&rng, next + 1, 8));
    put_file (fixture->folder, "net.lamina", copy, n);
    n_bad += !read_everything (fixture->path, round % 3 == 0 ? LM_PROJECT_WRITE : LM_PROJECT_READ);
  }
  g_assert_cmpint (n_bad, >, 50);
}

static void
test_damaged_numbers (Fixture *fixture,
                      const void *data)
{
  static const char *const damages[] = {
    "UPDATE tensor SET data = zeroblob (length (data)) WHERE slot = 0",
    "UPDATE tensor SET shape = '1099511627776'",
    "UPDATE tensor SET shape = '3,,5'",
    "UPDATE tensor SET shape = '-3,-5'",
    "UPDATE tensor SET shape = '1,1,1,1,1,1,15'",
    "UPDATE tensor SET dtype = 'complex64'",
    "UPDATE tensor SET part = 3",
    "UPDATE tensor SET moment = moment + 3",
    "DELETE FROM tensor WHERE moment = 0 AND slot = 1",
    "UPDATE tensor SET data = x'00'",
    "UPDATE tensor SET data = 'text'",
    "UPDATE checkpoint SET state = 'nonsense'",
    "UPDATE checkpoint SET state = NULL",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++) {
    g_autoptr (GError) error = NULL;
    LmProject *project;

    g_unlink (fixture->path);
    make_full_project (fixture->path);
    tamper (fixture->path, damages[i]);
    project = reopen (fixture->path, LM_PROJECT_WRITE);
    g_assert_null (lm_project_load_checkpoint (project, 1, NULL, &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_FORMAT);
    /* The rest is still there. */
    lm_history_unref (load_history (project, 1));
    close_project (project);
  }
}

static void
test_damaged_curves (Fixture *fixture,
                     const void *data)
{
  static const char *const damages[] = {
    "UPDATE figure SET step = 1000000000000 WHERE epoch = 0",
    "UPDATE figure SET step = -5 WHERE epoch = 0",
    "UPDATE figure SET value = x'0102030405' WHERE epoch = 0",
    "UPDATE figure SET step = 3 WHERE epoch = 2",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++) {
    g_autoptr (GError) error = NULL;
    LmProject *project;

    g_unlink (fixture->path);
    make_full_project (fixture->path);
    tamper (fixture->path, damages[i]);
    project = reopen (fixture->path, LM_PROJECT_READ);
    g_assert_null (lm_project_load_history (project, 1, &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_FORMAT);
    lm_checkpoint_unref (load (project, 1, NULL));
    close_project (project);
  }
}

/* --- Who may write --------------------------------------------------------------------- */

static void
test_second_writer (Fixture *fixture,
                    const void *data)
{
  LmProject *project = create (fixture->path), *reader;
  int status;
  pid_t child;

  put_tiny_design (project);
  assert_refused (fixture->path, LM_PROJECT_WRITE, LM_ERROR_BUSY, "open already in this program");
  reader = reopen (fixture->path, LM_PROJECT_READ);
  g_assert_cmpint (lm_project_last_run (reader), ==, 0);
  close_project (reader);
  close_project (project);

  /* Another process that holds it. */
  child = fork ();
  if (child == 0) {
    project = lm_project_open (fixture->path, LM_PROJECT_WRITE, NULL);
    raise (SIGSTOP);
    _exit (project == NULL);
  }
  g_assert_cmpint (waitpid (child, &status, WUNTRACED), ==, child);
  g_assert_true (WIFSTOPPED (status));
  assert_refused (fixture->path, LM_PROJECT_WRITE, LM_ERROR_BUSY, "open in another program");
  reader = reopen (fixture->path, LM_PROJECT_READ);
  assert_tiny_design (reader);
  close_project (reader);

  /* The lock ends with it, however it ends. */
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  project = reopen (fixture->path, LM_PROJECT_WRITE);
  close_project (project);
  g_assert_cmpint (count_files (fixture->folder), ==, 1);
}

static void
test_reader_sees_writes (Fixture *fixture,
                         const void *data)
{
  LmProject *project = create (fixture->path);
  LmProject *reader = reopen (fixture->path, LM_PROJECT_READ);

  g_assert_cmpint (lm_project_last_run (reader), ==, 0);
  add_trained_run (project);
  g_assert_cmpint (lm_project_last_run (reader), ==, 1);
  close_project (reader);
  close_project (project);
  g_assert_cmpint (count_files (fixture->folder), ==, 1);
}

/* A writer that closes while somebody still reads leaves its companions; the next one tidies up. */
static void
test_reader_outlives_writer (Fixture *fixture,
                             const void *data)
{
  LmProject *project = create (fixture->path);
  LmProject *reader;

  add_trained_run (project);
  reader = reopen (fixture->path, LM_PROJECT_READ);
  close_project (project);
  g_assert_cmpint (lm_project_last_run (reader), ==, 1);
  close_project (reader);
  close_project (reopen (fixture->path, LM_PROJECT_WRITE));
  g_assert_cmpint (count_files (fixture->folder), ==, 1);
}

/* Where anybody may write. */
static char *open_folder;

/* Runs @func as a user who is not root, if this is root: for root no folder is read-only. */
static gboolean
as_nobody (gboolean (*func) (const char *path),
           const char *path)
{
  int status;
  pid_t child;

  open_folder = make_folder ();
  g_assert_cmpint (g_chmod (open_folder, 0777), ==, 0);
  child = fork ();
  if (child == 0) {
    if (geteuid () == 0 && (setgid (65534) != 0 || setuid (65534) != 0))
      _exit (77);
    _exit (func (path) ? 0 : 1);
  }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  remove_folder (open_folder);
  g_clear_pointer (&open_folder, g_free);
  g_assert_true (WIFEXITED (status));
  if (WEXITSTATUS (status) == 77) {
    g_test_skip ("This is root and cannot become anybody else");
    return TRUE;
  }
  return WEXITSTATUS (status) == 0;
}

static gboolean
reads_but_refuses (const char *path)
{
  g_autoptr (LmProject) project = lm_project_open (path, LM_PROJECT_WRITE, NULL);
  g_autoptr (LmCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;
  g_autofree char *copy = g_build_filename (open_folder, "copy.lamina", NULL);
  gboolean copied;

  if (project == NULL)
    return FALSE;
  reason = lm_project_read_only (project);
  checkpoint = lm_project_load_checkpoint (project, 2, NULL, NULL);
  copied = lm_project_save_copy (project, copy, FALSE, NULL) && read_everything (copy, LM_PROJECT_WRITE);
  g_unlink (copy);
  return reason != NULL && strstr (reason, "read-only") != NULL && checkpoint != NULL && copied && !lm_project_set_note (project, 0, "x", &error) &&
         g_error_matches (error, LM_ERROR, LM_ERROR_IO);
}

static void
test_read_only_file (Fixture *fixture,
                     const void *data)
{
  make_full_project (fixture->path);
  g_assert_cmpint (g_chmod (fixture->path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (fixture->folder, 0777), ==, 0);
  g_assert_true (as_nobody (reads_but_refuses, fixture->path));
}

static void
test_read_only_folder (Fixture *fixture,
                       const void *data)
{
  make_full_project (fixture->path);
  g_assert_cmpint (g_chmod (fixture->path, 0666), ==, 0);
  g_assert_cmpint (g_chmod (fixture->folder, 0555), ==, 0);
  g_assert_true (as_nobody (reads_but_refuses, fixture->path));
  g_assert_cmpint (g_chmod (fixture->folder, 0755), ==, 0);
}

/* Leaves a project as a kill leaves it: with its last changes in the log. */
static void
make_killed_project (const char *path)
{
  int status;
  pid_t child;

  close_project (create (path));
  child = fork ();
  if (child == 0) {
    LmProject *project = reopen (path, LM_PROJECT_WRITE);

    add_trained_run (project);
    add_trained_run (project);
    kill (getpid (), SIGKILL);
  }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
}

static void
test_killed_in_read_only_folder (Fixture *fixture,
                                 const void *data)
{
  g_autofree char *log = g_strconcat (fixture->path, "-wal", NULL);
  g_autofree char *index = g_strconcat (fixture->path, "-shm", NULL);

  make_killed_project (fixture->path);
  g_assert_true (g_file_test (log, G_FILE_TEST_EXISTS));
  g_unlink (index);
  g_assert_cmpint (g_chmod (fixture->path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (log, 0444), ==, 0);
  g_assert_cmpint (g_chmod (fixture->folder, 0555), ==, 0);
  g_assert_true (as_nobody (reads_but_refuses, fixture->path));
  g_assert_cmpint (g_chmod (fixture->folder, 0755), ==, 0);
}

/* The same, but killed while no log was in use: the file itself is half changed, and a journal says what was there. */
static void
make_half_changed (const char *path)
{
  g_autofree char *journal = g_strconcat (path, "-journal", NULL);
  int status;
  pid_t child;

  make_full_project (path);
  child = fork ();
  if (child == 0) {
    LmSqlite *db = lm_sqlite_open (path, "x", LM_SQLITE_WRITE, NULL);

    lm_sqlite_exec (db, "PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE tensor SET data = zeroblob (length (data)); UPDATE run SET design = zeroblob (100000)", NULL);
    kill (getpid (), SIGKILL);
  }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
  g_assert_true (g_file_test (journal, G_FILE_TEST_EXISTS));
}

static void
test_half_changed (Fixture *fixture,
                   const void *data)
{
  make_half_changed (fixture->path);
  g_assert_true (read_everything (fixture->path, LM_PROJECT_READ));
  g_assert_cmpint (count_files (fixture->folder), ==, 1);
  g_unlink (fixture->path);
  make_half_changed (fixture->path);
  g_assert_true (read_everything (fixture->path, LM_PROJECT_WRITE));
  g_assert_cmpint (count_files (fixture->folder), ==, 1);
}

static void
test_half_changed_in_read_only_folder (Fixture *fixture,
                                       const void *data)
{
  g_autofree char *journal = g_strconcat (fixture->path, "-journal", NULL);

  make_half_changed (fixture->path);
  g_assert_cmpint (g_chmod (fixture->path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (journal, 0444), ==, 0);
  g_assert_cmpint (g_chmod (fixture->folder, 0555), ==, 0);
  g_assert_true (as_nobody (reads_but_refuses, fixture->path));
  g_assert_cmpint (g_chmod (fixture->folder, 0755), ==, 0);
}

static void
test_killed (Fixture *fixture,
             const void *data)
{
  LmProject *project;

  make_killed_project (fixture->path);
  project = reopen (fixture->path, LM_PROJECT_READ);
  g_assert_cmpint (lm_project_last_run (project), ==, 2);
  close_project (project);
  g_assert_true (read_everything (fixture->path, LM_PROJECT_WRITE));
  g_assert_cmpint (count_files (fixture->folder), ==, 1);
}

/* --- Copies and names ---------------------------------------------------------------------- */

static void
test_save_copy (Fixture *fixture,
                const void *data)
{
  LmProject *project = create (fixture->path), *copy;
  g_autofree char *beside = g_build_filename (fixture->folder, "copy.lamina", NULL);
  g_autofree char *folder = g_build_filename (fixture->folder, "other", NULL);
  g_autofree char *far = g_build_filename (folder, "copy.lamina", NULL);
  g_autofree char *wanted = g_strdup_printf ("npz:%s/tiny.npz", fixture->folder);
  g_autoptr (LmDesign) design = NULL;
  g_autoptr (LmRunInfo) info = NULL;
  g_autoptr (LmCheckpoint) original = NULL;
  g_autoptr (LmCheckpoint) copied = NULL;
  g_autoptr (GError) error = NULL;

  put_tiny_design (project);
  add_trained_run (project);
  original = load (project, 1, NULL);
  lm_project_save_copy (project, beside, FALSE, &error);
  g_assert_no_error (error);
  g_assert_true (read_everything (beside, LM_PROJECT_WRITE));
  g_assert_false (lm_project_save_copy (project, beside, FALSE, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  g_clear_error (&error);

  g_mkdir (folder, 0755);
  g_assert_true (lm_project_save_copy (project, far, FALSE, NULL));
  g_assert_true (lm_project_save_copy (project, far, TRUE, NULL));
  g_assert_false (lm_project_save_copy (project, fixture->path, TRUE, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_BUSY);
  copy = reopen (far, LM_PROJECT_WRITE);
  design = lm_project_load_design (copy, NULL);
  g_assert_cmpstr (design->data_spec, ==, wanted);
  info = lm_project_get_run (copy, 1, NULL);
  g_assert_cmpstr (info->data, ==, wanted);
  copied = load (copy, 1, NULL);
  assert_same_checkpoint (original, copied);
  close_project (copy);
  close_project (project);
  g_assert_cmpint (count_files (folder), ==, 1);
}

static void
test_rename (Fixture *fixture,
             const void *data)
{
  LmProject *project = create (fixture->path);
  g_autofree char *folder = g_build_filename (fixture->folder, "other", NULL);
  g_autofree char *target = g_build_filename (folder, "moved.lamina", NULL);
  g_autofree char *taken = g_build_filename (fixture->folder, "taken.lamina", NULL);
  g_autofree char *name = NULL;
  g_autoptr (LmDesign) design = NULL;
  g_autoptr (GError) error = NULL;

  put_tiny_design (project);
  put_file (fixture->folder, "taken.lamina", "x", 1);
  g_assert_false (lm_project_rename (project, taken, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  g_assert_true (lm_project_set_note (project, 0, "still open", NULL));

  g_mkdir (folder, 0755);
  g_assert_true (lm_project_rename (project, target, NULL));
  name = lm_project_dup_name (project);
  g_assert_cmpstr (name, ==, "moved");
  design = lm_project_load_design (project, NULL);
  g_assert_true (g_str_has_prefix (design->data_spec, "npz:/"));
  g_assert_true (lm_project_set_note (project, 0, "moved", NULL));
  assert_refused (target, LM_PROJECT_WRITE, LM_ERROR_BUSY, "open already");
  close_project (project);
  g_assert_cmpint (count_files (folder), ==, 1);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  close_project (reopen (target, LM_PROJECT_WRITE));
}

static void
test_closed (Fixture *fixture,
             const void *data)
{
  LmProject *project = create (fixture->path);
  g_autoptr (GError) error = NULL;

  g_assert_true (lm_project_close (project, NULL));
  g_assert_true (lm_project_close (project, NULL));
  g_assert_null (lm_project_load_design (project, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  lm_project_post_meta (project, "a", "b");
  lm_project_unref (project);
}

int
main (int argc,
      char *argv[])
{
  static const struct {
    const char *path;
    void (*func) (Fixture *fixture, const void *data);
  } cases[] = {
    { "/project/one-file", test_one_file },
    { "/project/create/refuses-existing", test_create_refuses_existing },
    { "/project/create/refuses-open", test_overwrite_refuses_open },
    { "/project/create/ignores-old-log", test_create_ignores_old_log },
    { "/project/open/missing", test_missing },
    { "/project/open/foreign", test_foreign },
    { "/project/open/versions", test_versions },
    { "/project/open/strange-tables", test_strange_tables },
    { "/project/keeps/design", test_design },
    { "/project/keeps/undo", test_undo },
    { "/project/keeps/run", test_run },
    { "/project/keeps/fitted-chain", test_fitted_chain },
    { "/project/keeps/history", test_history },
    { "/project/keeps/checkpoints", test_checkpoints },
    { "/project/keeps/first-weights", test_first_weights },
    { "/project/keeps/import", test_import },
    { "/project/keeps/large-tensor", test_large_tensor },
    { "/project/keeps/openings", test_openings },
    { "/project/damage/truncated", test_truncated },
    { "/project/damage/flipped-bits", test_flipped },
    { "/project/damage/numbers", test_damaged_numbers },
    { "/project/damage/curves", test_damaged_curves },
    { "/project/lock/second-writer", test_second_writer },
    { "/project/lock/reader-sees-writes", test_reader_sees_writes },
    { "/project/lock/reader-outlives-writer", test_reader_outlives_writer },
    { "/project/read-only/file", test_read_only_file },
    { "/project/read-only/folder", test_read_only_folder },
    { "/project/read-only/killed", test_killed_in_read_only_folder },
    { "/project/read-only/half-changed", test_half_changed_in_read_only_folder },
    { "/project/killed", test_killed },
    { "/project/half-changed", test_half_changed },
    { "/project/copy", test_save_copy },
    { "/project/rename", test_rename },
    { "/project/closed", test_closed },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Fixture, NULL, set_up, cases[i].func, tear_down);
  return g_test_run ();
}
