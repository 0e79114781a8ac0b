/* test-run.c: runs begin, stop, go on and end as they should, and all of it is in the file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "run-files.h"

#include "lm-evaluate.h"

#include <math.h>
#include <semaphore.h>

typedef struct {
  char *folder;
  LmProject *project;
} Fixture;

static void
set_up (Fixture *fixture,
        const void *data)
{
  fixture->folder = make_folder ();
  make_small_data (fixture->folder, 96);
  fixture->project = make_small_project (fixture->folder, "net.lamina");
}

static void
tear_down (Fixture *fixture,
           const void *data)
{
  g_autoptr (GError) error = NULL;

  lm_project_close (fixture->project, &error);
  g_assert_no_error (error);
  lm_project_unref (fixture->project);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static LmRunInfo *
info_of (Fixture *fixture,
         gint64 id)
{
  g_autoptr (GError) error = NULL;
  LmRunInfo *info = lm_project_get_run (fixture->project, id, &error);

  g_assert_no_error (error);
  return info;
}

static void
assert_fails (const LmRunSpec *spec,
              int code,
              const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmRun) run = lm_run_new (spec, NULL, NULL, &error);

  g_assert_null (run);
  g_assert_error (error, LM_ERROR, code);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” is not in: %s", words, error->message);
}

static LmRunSpec
spec_of (Fixture *fixture)
{
  LmRunSpec spec = LM_RUN_SPEC_DEFAULT;

  spec.project = fixture->project;
  spec.n_threads = 1;
  return spec;
}

/* --- Beginning and ending ---------------------------------------------------- */

static void
test_whole_run (Fixture *fixture,
                const void *data)
{
  LmRunSpec spec = spec_of (fixture);
  gint64 id = train (&spec, LM_END_FINISHED);
  g_autoptr (LmRunInfo) info = info_of (fixture, 0);
  g_autoptr (LmHistory) history = lm_project_load_history (fixture->project, id, NULL);
  g_autoptr (LmModel) model = lm_model_load (fixture->project, 0, NULL, NULL);
  g_autoptr (LmDataset) dataset = lm_run_open_data (fixture->project, model->design, NULL, NULL, NULL, NULL);
  LmEvaluateSpec evaluate = {
    .design = model->design,
    .weights = model->weights,
    .dataset = dataset,
    .part = LM_PART_VALIDATION,
    .pipeline = model->pipeline,
  };
  LmEvaluation evaluation;

  g_assert_cmpint (info->id, ==, 1);
  g_assert_cmpint (info->end, ==, LM_RUN_STATE_FINISHED);
  g_assert_cmpint (info->epoch, ==, 4);
  g_assert_cmpint (info->step, ==, 48);
  g_assert_cmpint (info->steps_per_epoch, ==, 12);
  g_assert_cmpstr (info->start, ==, "fresh");
  g_assert_cmpstr (info->fingerprint, ==, dataset->fingerprint);
  g_assert_cmpint (info->ended, >=, info->started);
  g_assert_cmpint (lm_history_n_steps (history), ==, 48);
  g_assert_cmpint (lm_history_n_epochs (history), ==, 4);

  /* What is in the file is what was measured while training. */
  g_assert_true (lm_evaluate (&evaluate, &evaluation, NULL));
  g_assert_cmpfloat (evaluation.figures.loss, ==, info->validation.loss);
  g_assert_cmpfloat (evaluation.figures.metric[0], ==, info->validation.metric[0]);
  lm_evaluation_clear (&evaluation);
}

/* Epochs, batch size and data become the project's, and can be undone; the rest is the run's alone. */
static void
test_settings (Fixture *fixture,
               const void *data)
{
  LmRunSpec spec = spec_of (fixture);
  g_autofree char *path = g_strdup_printf ("npz:%s/./small.npz", fixture->folder);
  g_autofree char *before = lm_project_load_design_json (fixture->project, NULL);
  g_autofree char *after = NULL;
  g_autoptr (LmDesign) design = NULL;
  g_autoptr (LmDesign) own = NULL;
  g_autoptr (LmUndo) undo = NULL;
  g_autoptr (LmRunInfo) info = NULL;

  spec.epochs = 2;
  spec.batch_size = 16;
  spec.data = path;
  spec.has_seed = TRUE;
  spec.seed = 5;
  spec.no_shuffle = TRUE;
  spec.max_steps = 3;
  train (&spec, LM_END_FINISHED);
  design = lm_project_load_design (fixture->project, NULL);
  own = lm_project_load_run_design (fixture->project, 1, NULL);
  info = info_of (fixture, 1);
  g_assert_cmpint (info->step, ==, 6);
  g_assert_cmpint (info->seed, ==, 5);
  g_assert_cmpint (info->max_steps, ==, 3);
  g_assert_cmpint (lm_option_get_int (design->training, LM_TRAINING_EPOCHS), ==, 2);
  g_assert_cmpint (lm_option_get_int (design->training, LM_TRAINING_BATCH_SIZE), ==, 16);
  g_assert_cmpint (lm_option_get_int (design->training, LM_TRAINING_SEED), ==, 0);
  g_assert_cmpint (lm_option_get_int (own->training, LM_TRAINING_SEED), ==, 5);
  g_assert_true (lm_option_get_bool (design->training, LM_TRAINING_SHUFFLE));
  g_assert_false (lm_option_get_bool (own->training, LM_TRAINING_SHUFFLE));
  /* Relative to the project, whose folder it is in. */
  g_assert_cmpstr (design->data_spec, ==, "npz:small.npz");

  undo = lm_project_load_undo (fixture->project, NULL);
  g_assert_true (lm_undo_undo (undo, design));
  after = lm_design_to_json (design, FALSE);
  g_assert_cmpstr (after, ==, before);
}

static void
test_same_twice (Fixture *fixture,
                 const void *data)
{
  LmRunSpec spec = spec_of (fixture);
  g_autoptr (GBytes) one = NULL;
  g_autoptr (GBytes) two = NULL;
  g_autoptr (GBytes) other = NULL;
  g_autoptr (LmRunInfo) info = NULL;

  train (&spec, LM_END_FINISHED);
  spec.n_threads = 2;
  train (&spec, LM_END_FINISHED);
  spec.has_seed = TRUE;
  spec.seed = 1;
  train (&spec, LM_END_FINISHED);
  one = weights_of (fixture->project, 1);
  two = weights_of (fixture->project, 2);
  other = weights_of (fixture->project, 3);
  g_assert_true (g_bytes_equal (one, two));
  g_assert_false (g_bytes_equal (one, other));
  info = info_of (fixture, 2);
  g_assert_null (info->change);
  g_clear_pointer (&info, lm_run_info_free);
  info = info_of (fixture, 3);
  g_assert_cmpstr (info->change, ==, "Seed 0 → 1");
}

static void
assert_no_trace (Fixture *fixture,
                 const char *design)
{
  g_autoptr (GPtrArray) runs = lm_project_list_runs (fixture->project, NULL);
  g_autofree char *now = lm_project_load_design_json (fixture->project, NULL);

  g_assert_cmpint (runs->len, ==, 0);
  g_assert_cmpstr (now, ==, design);
}

static void
test_cannot_begin (Fixture *fixture,
                   const void *data)
{
  LmRunSpec spec = spec_of (fixture);
  g_autofree char *before = lm_project_load_design_json (fixture->project, NULL);
  g_autofree char *other = g_build_filename (fixture->folder, "other.npz", NULL);

  spec.epochs = 9;
  spec.data = "npz:nowhere.npz";
  assert_fails (&spec, LM_ERROR_NOT_FOUND, "nowhere.npz");
  assert_no_trace (fixture, before);
  spec.data = "strange:x";
  assert_fails (&spec, LM_ERROR_USAGE, "strange");
  assert_no_trace (fixture, before);
  spec.data = NULL;
  spec.weights = "nowhere.safetensors";
  assert_fails (&spec, LM_ERROR_NOT_FOUND, "nowhere.safetensors");
  spec.weights = NULL;
  spec.from = 7;
  assert_fails (&spec, LM_ERROR_NOT_FOUND, "7");
  spec.from = 0;
  spec.epochs = -1;
  spec.has_seed = TRUE;
  spec.seed = G_MAXUINT64;
  assert_fails (&spec, LM_ERROR_OPTION, "");
  assert_no_trace (fixture, before);
}

/* Data that turn out wrong when training begins: the run has been stored by then, and goes away again. */
static void
test_fails_at_begin (Fixture *fixture,
                     const void *data)
{
  static const char *const names[] = { "x", "y" };
  g_autofree char *before = lm_project_load_design_json (fixture->project, NULL);
  g_autofree char *path = g_build_filename (fixture->folder, "wrong.npz", NULL);
  g_autofree char *text = g_strconcat ("npz:", path, NULL);
  g_autoptr (LmTensor) x = lm_tensor_new (LM_F32, &LM_SHAPE (10, 4), NULL);
  g_autoptr (LmTensor) y = lm_tensor_new (LM_I32, &LM_SHAPE (10), NULL);
  LmTensor *tensors[] = { x, y };
  LmRunSpec spec = spec_of (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (LmRun) run = NULL;

  /* Classes 0 … 9, where the network tells three apart. */
  for (int i = 0; i < 10; i++)
    ((gint32 *) y->data)[i] = i;
  g_assert_true (lm_npz_save (path, 2, names, tensors, NULL));
  spec.data = text;
  run = lm_run_new (&spec, NULL, NULL, &error);
  if (run != NULL)
    g_assert_cmpint (lm_run_run (run, &error), ==, LM_END_FAILED);
  g_assert_nonnull (error);
  g_clear_pointer (&run, lm_run_free);
  assert_no_trace (fixture, before);
}

/* --- Weights to begin with ------------------------------------------------------- */

static void
test_from_run (Fixture *fixture,
               const void *data)
{
  LmRunSpec spec = spec_of (fixture);
  g_autoptr (LmRunInfo) info = NULL;
  g_autoptr (LmRunInfo) first = NULL;
  g_autoptr (LmHistory) history = NULL;
  LmEpochRow row;

  train (&spec, LM_END_FINISHED);
  spec.from = 1;
  spec.epochs = 1;
  train (&spec, LM_END_FINISHED);
  first = info_of (fixture, 1);
  info = info_of (fixture, 2);
  g_assert_cmpint (info->parent, ==, 1);
  g_assert_cmpstr (info->start, ==, "run");
  g_assert_cmpint (info->epoch, ==, 1);
  /* It begins where the other ended, not afresh. */
  history = lm_project_load_history (fixture->project, 1, NULL);
  g_assert_true (lm_history_get_epoch (history, 0, &row));
  g_assert_cmpfloat (info->validation.loss, <, row.validation.loss);
}

static void
test_from_file (Fixture *fixture,
                const void *data)
{
  LmRunSpec spec = spec_of (fixture);
  g_autofree char *path = g_build_filename (fixture->folder, "w.safetensors", NULL);
  g_autoptr (LmModel) model = NULL;
  g_autoptr (GBytes) from_file = NULL;
  g_autoptr (GBytes) from_run = NULL;
  g_autoptr (GBytes) from_import = NULL;
  g_autoptr (LmRunInfo) info = NULL;

  train (&spec, LM_END_FINISHED);
  model = lm_model_load (fixture->project, 1, NULL, NULL);
  g_assert_true (lm_safetensors_save (path, model->weights, NULL));
  spec.epochs = 1;
  spec.weights = path;
  train (&spec, LM_END_FINISHED);
  spec.weights = NULL;
  spec.from = 1;
  train (&spec, LM_END_FINISHED);
  from_file = weights_of (fixture->project, 2);
  from_run = weights_of (fixture->project, 3);
  g_assert_true (g_bytes_equal (from_file, from_run));

  /* Imported weights are where runs begin unless told otherwise. */
  g_assert_true (lm_project_set_import (fixture->project, model->weights, NULL));
  g_clear_pointer (&model, lm_model_free);
  model = lm_model_load (fixture->project, 0, NULL, NULL);
  g_assert_cmpint (model->run, ==, 0);
  g_assert_cmpint (lm_pipeline_n_steps (model->pipeline), ==, 0);
  spec.from = 0;
  train (&spec, LM_END_FINISHED);
  from_import = weights_of (fixture->project, 0);
  g_assert_true (g_bytes_equal (from_import, from_run));
  info = info_of (fixture, 0);
  g_assert_cmpstr (info->start, ==, "import");
}

/* --- Going on ------------------------------------------------------------------------ */

static void
test_resume_nothing (Fixture *fixture,
                     const void *data)
{
  LmRunSpec spec = spec_of (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_null (lm_model_load (fixture->project, 0, NULL, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
  spec.resume = TRUE;
  spec.run = 3;
  assert_fails (&spec, LM_ERROR_NOT_FOUND, "3");
  spec.run = 0;
  g_assert_cmpint (train (&spec, LM_END_FINISHED), ==, 1);
}

static void
test_resume_finished (Fixture *fixture,
                      const void *data)
{
  LmRunSpec spec = spec_of (fixture);
  g_autoptr (LmRun) run = NULL;
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GBytes) parts = NULL;
  g_autoptr (LmRunInfo) info = NULL;

  spec.epochs = 6;
  train (&spec, LM_END_FINISHED);
  spec.epochs = 2;
  train (&spec, LM_END_FINISHED);

  spec.epochs = 0;
  spec.resume = TRUE;
  run = new_run (&spec, NULL, NULL);
  g_assert_true (lm_run_is_done (run));
  g_clear_pointer (&run, lm_run_free);
  spec.epochs = 1;
  run = new_run (&spec, NULL, NULL);
  g_assert_true (lm_run_is_done (run));

  /* A larger total extends it, as if it had been meant so from the start. */
  spec.epochs = 6;
  g_assert_cmpint (train (&spec, LM_END_FINISHED), ==, 2);
  whole = weights_of (fixture->project, 1);
  parts = weights_of (fixture->project, 2);
  g_assert_true (g_bytes_equal (whole, parts));
  info = info_of (fixture, 2);
  g_assert_cmpint (info->epochs, ==, 6);
  g_assert_cmpint (info->epoch, ==, 6);
}

static void
test_resume_settings (Fixture *fixture,
                      const void *data)
{
  LmRunSpec spec = spec_of (fixture);
  g_autoptr (LmDesign) design = NULL;
  g_autofree char *moved = g_build_filename (fixture->folder, "moved.npz", NULL);
  g_autofree char *old = g_build_filename (fixture->folder, "small.npz", NULL);
  g_autofree char *text = g_strconcat ("npz:", moved, NULL);
  g_autoptr (LmRunInfo) info = NULL;

  spec.batch_size = 16;
  spec.max_steps = 3;
  spec.epochs = 2;
  train (&spec, LM_END_FINISHED);
  /* The project goes on to other things; the run keeps its own. */
  design = lm_project_load_design (fixture->project, NULL);
  g_assert_true (lm_option_set_value (design->training, LM_TRAINING_BATCH_SIZE, &LM_VALUE_INT (4), NULL));
  g_assert_true (lm_project_save_design (fixture->project, design, NULL));

  spec = spec_of (fixture);
  spec.resume = TRUE;
  spec.epochs = 4;
  spec.batch_size = 32;
  assert_fails (&spec, LM_ERROR_USAGE, "--batch-size");
  spec.batch_size = 16;
  spec.has_seed = TRUE;
  spec.seed = 3;
  assert_fails (&spec, LM_ERROR_USAGE, "--seed");
  spec.seed = 0;
  spec.no_shuffle = TRUE;
  assert_fails (&spec, LM_ERROR_USAGE, "--no-shuffle");
  spec.no_shuffle = FALSE;
  spec.data = "builtin:digits?train=20&validation=10&test=10";
  assert_fails (&spec, LM_ERROR_DATA, "other data");

  /* The same data in another place are the same. */
  g_assert_cmpint (g_rename (old, moved), ==, 0);
  spec.data = NULL;
  assert_fails (&spec, LM_ERROR_NOT_FOUND, "small.npz");
  spec.data = text;
  train (&spec, LM_END_FINISHED);
  info = info_of (fixture, 0);
  g_assert_cmpint (info->step, ==, 12);
  g_assert_cmpstr (info->data, ==, "npz:moved.npz");
}

/* --- Stopping -------------------------------------------------------------------------- */

typedef struct {
  LmRun *run;
  gint64 stop_after; /* steps */
  gint64 n_epochs;
  gint64 saved_epoch;
  int n_ends;
} Watch;

static void
watch_cb (LmEvent *event,
          void *data)
{
  Watch *watch = data;

  if (event->kind == LM_EVENT_EPOCH) {
    watch->n_epochs++;
    /* What is told is in the file already. */
    g_assert_cmpint (lm_recorder_saved_epoch (lm_run_get_recorder (watch->run)), ==, event->epoch);
  }
  if (event->kind == LM_EVENT_END)
    watch->n_ends++;
  if (event->kind == LM_EVENT_STEP && event->step == watch->stop_after)
    lm_trainer_stop (lm_run_get_trainer (watch->run));
}

static void
test_stop_and_resume (Fixture *fixture,
                      const void *data)
{
  LmRunSpec spec = spec_of (fixture);
  g_autoptr (GBytes) whole = NULL;

  train (&spec, LM_END_FINISHED);
  whole = weights_of (fixture->project, 1);
  /* In the first epoch, at its end, in a later one. */
  for (int i = 0; i < 4; i++) {
    static const gint64 after[] = { 1, 7, 12, 30 };
    Watch watch = { .stop_after = after[i] };
    g_autoptr (GBytes) parts = NULL;
    g_autoptr (LmRunInfo) info = NULL;
    g_autoptr (LmHistory) history = NULL;
    gint64 id;

    spec = spec_of (fixture);
    spec.every_step = TRUE;
    watch.run = new_run (&spec, watch_cb, &watch);
    id = lm_run_get_id (watch.run);
    g_assert_cmpint (lm_run_run (watch.run, NULL), ==, LM_END_STOPPED);
    lm_run_free (watch.run);
    g_assert_cmpint (watch.n_ends, ==, 1);
    info = info_of (fixture, id);
    g_assert_cmpint (info->end, ==, LM_RUN_STATE_STOPPED);
    g_assert_cmpint (info->step, ==, after[i]);

    spec = spec_of (fixture);
    spec.resume = TRUE;
    spec.n_threads = 2;
    g_assert_cmpint (train (&spec, LM_END_FINISHED), ==, id);
    parts = weights_of (fixture->project, id);
    g_assert_true (g_bytes_equal (whole, parts));
    history = lm_project_load_history (fixture->project, id, NULL);
    g_assert_cmpint (lm_history_n_steps (history), ==, 48);
    g_assert_cmpint (lm_history_n_epochs (history), ==, 4);
  }
}

/* The curves of a run that was cut in two are those of one that was not. */
static void
test_same_curves (Fixture *fixture,
                  const void *data)
{
  LmRunSpec spec = spec_of (fixture);
  Watch watch = { .stop_after = 17 };
  g_autoptr (LmHistory) one = NULL;
  g_autoptr (LmHistory) two = NULL;
  float a[48], b[48];

  train (&spec, LM_END_FINISHED);
  spec.every_step = TRUE;
  watch.run = new_run (&spec, watch_cb, &watch);
  lm_run_run (watch.run, NULL);
  lm_run_free (watch.run);
  spec.resume = TRUE;
  train (&spec, LM_END_FINISHED);
  one = lm_project_load_history (fixture->project, 1, NULL);
  two = lm_project_load_history (fixture->project, 2, NULL);
  g_assert_cmpint (lm_history_get_steps (one, 0, 48, a), ==, 48);
  g_assert_cmpint (lm_history_get_steps (two, 0, 48, b), ==, 48);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
  for (int i = 0; i < 4; i++) {
    LmEpochRow x, y;

    g_assert_true (lm_history_get_epoch (one, i, &x) && lm_history_get_epoch (two, i, &y));
    g_assert_cmpfloat (x.train.loss, ==, y.train.loss);
    g_assert_cmpfloat (x.train.metric[0], ==, y.train.metric[0]);
    g_assert_cmpfloat (x.validation.loss, ==, y.validation.loss);
  }
}

/* Leaving while it runs: it can go on, and says so. */
static void
test_leave (Fixture *fixture,
            const void *data)
{
  LmRunSpec spec = spec_of (fixture);
  g_autoptr (LmRun) run = NULL;
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GBytes) parts = NULL;
  g_autoptr (LmRunInfo) info = NULL;

  spec.epochs = 60;
  train (&spec, LM_END_FINISHED);
  run = new_run (&spec, NULL, NULL);
  g_assert_true (lm_run_start (run, NULL));
  g_usleep (20000);
  g_clear_pointer (&run, lm_run_free);
  info = info_of (fixture, 2);
  if (info->end != LM_RUN_STATE_FINISHED) {
    g_assert_cmpint (info->end, ==, LM_RUN_STATE_PAUSED);
    spec = spec_of (fixture);
    spec.resume = TRUE;
    train (&spec, LM_END_FINISHED);
  }
  whole = weights_of (fixture->project, 1);
  parts = weights_of (fixture->project, 2);
  g_assert_true (g_bytes_equal (whole, parts));
}

typedef struct {
  LmRun *run;
  sem_t paused;
} Pause;

static void
pause_cb (LmEvent *event,
          void *data)
{
  Pause *pause = data;

  if (event->kind == LM_EVENT_STEP && event->step == 5)
    lm_trainer_pause (lm_run_get_trainer (pause->run));
  if (event->kind == LM_EVENT_STATE && event->state.state == LM_RUN_PAUSED)
    sem_post (&pause->paused);
}

/* A copy made while a run pauses goes on by itself, and ends as the original does. */
static void
test_pause_and_copy (Fixture *fixture,
                     const void *data)
{
  LmRunSpec spec = spec_of (fixture);
  Pause pause;
  g_autofree char *path = g_build_filename (fixture->folder, "copy.lamina", NULL);
  g_autoptr (LmProject) copy = NULL;
  g_autoptr (GBytes) original = NULL;
  g_autoptr (GBytes) copied = NULL;
  g_autoptr (LmRunInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  sem_init (&pause.paused, 0, 0);
  spec.every_step = TRUE;
  pause.run = new_run (&spec, pause_cb, &pause);
  g_assert_true (lm_run_start (pause.run, NULL));
  while (sem_wait (&pause.paused) != 0)
    ;
  info = info_of (fixture, 1);
  g_assert_cmpint (info->end, ==, LM_RUN_STATE_PAUSED);
  g_assert_cmpint (info->step, ==, 5);
  g_assert_true (lm_project_save_copy (fixture->project, path, FALSE, &error));
  lm_trainer_go_on (lm_run_get_trainer (pause.run));
  g_assert_cmpint (lm_run_join (pause.run, NULL), ==, LM_END_FINISHED);
  lm_run_free (pause.run);
  sem_destroy (&pause.paused);

  copy = lm_project_open (path, LM_PROJECT_WRITE, &error);
  g_assert_no_error (error);
  spec.project = copy;
  spec.resume = TRUE;
  train (&spec, LM_END_FINISHED);
  original = weights_of (fixture->project, 1);
  copied = weights_of (copy, 1);
  g_assert_true (g_bytes_equal (original, copied));
}

/* A sample that is not a number: the run says so, and the last good weights are there. */
static void
test_not_a_number (Fixture *fixture,
                   const void *data)
{
  static const char *const names[] = { "x", "y" };
  LmRunSpec spec = spec_of (fixture);
  g_autofree char *path = g_build_filename (fixture->folder, "nan.npz", NULL);
  g_autofree char *text = g_strconcat ("npz:", path, NULL);
  g_autoptr (LmTensor) x = lm_tensor_new (LM_F32, &LM_SHAPE (24, 4), NULL);
  g_autoptr (LmTensor) y = lm_tensor_new (LM_I32, &LM_SHAPE (24), NULL);
  LmTensor *tensors[] = { x, y };
  g_autoptr (LmDesign) design = lm_project_load_design (fixture->project, NULL);
  g_autoptr (LmRunInfo) info = NULL;
  g_autoptr (LmModel) model = NULL;
  g_autoptr (LmRun) run = NULL;

  train (&spec, LM_END_FINISHED);
  lm_tensor_f32 (x)[50] = NAN;
  g_assert_true (lm_npz_save (path, 2, names, tensors, NULL));
  g_ptr_array_set_size (design->chain, 0);
  g_assert_true (lm_project_save_design (fixture->project, design, NULL));
  spec.data = text;
  run = new_run (&spec, NULL, NULL);
  g_assert_cmpint (lm_run_run (run, NULL), ==, LM_END_NAN);
  info = info_of (fixture, 2);
  g_assert_cmpint (info->end, ==, LM_RUN_STATE_NAN);
  g_assert_nonnull (info->message);
  /* It never got to a checkpoint, so the run that did is still what there is. */
  g_assert_false (info->has_weights);
  model = lm_model_load (fixture->project, 0, NULL, NULL);
  g_assert_cmpint (model->run, ==, 1);
}

static void
test_delete (Fixture *fixture,
             const void *data)
{
  LmRunSpec spec = spec_of (fixture);

  train (&spec, LM_END_FINISHED);
  train (&spec, LM_END_FINISHED);
  g_assert_true (lm_project_delete_run (fixture->project, 2, NULL));
  g_assert_cmpint (lm_project_last_run (fixture->project), ==, 1);
  g_assert_cmpint (train (&spec, LM_END_FINISHED), ==, 3);
}

int
main (int argc,
      char *argv[])
{
  static const struct {
    const char *path;
    void (*func) (Fixture *fixture, const void *data);
  } cases[] = {
    { "/run/whole", test_whole_run },
    { "/run/settings", test_settings },
    { "/run/same-twice", test_same_twice },
    { "/run/cannot-begin", test_cannot_begin },
    { "/run/fails-at-begin", test_fails_at_begin },
    { "/run/from/run", test_from_run },
    { "/run/from/file", test_from_file },
    { "/run/resume/nothing", test_resume_nothing },
    { "/run/resume/finished", test_resume_finished },
    { "/run/resume/settings", test_resume_settings },
    { "/run/stop/and-resume", test_stop_and_resume },
    { "/run/stop/same-curves", test_same_curves },
    { "/run/stop/leave", test_leave },
    { "/run/stop/pause-and-copy", test_pause_and_copy },
    { "/run/not-a-number", test_not_a_number },
    { "/run/delete", test_delete },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Fixture, NULL, set_up, cases[i].func, tear_down);
  return g_test_run ();
}
