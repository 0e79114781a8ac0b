/* test-kill.c: kill -9 at any moment of training and saving; the file opens with the last completed epoch, and going on
 * ends with the bytes that an uninterrupted run gives
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "run-files.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_KILLS 50
#define EPOCHS 16
#define N_SAMPLES 4000

/* --- The one that is killed: this program with --train PROJECT ---------------------- */

static void
tell_cb (LmEvent *event,
         void *data)
{
  if (event->kind != LM_EVENT_EPOCH)
    return;
  printf ("%d\n", (int) event->epoch);
  fflush (stdout);
}

static int
train_main (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmProject) project = lm_project_open (path, LM_PROJECT_WRITE, &error);
  LmRunSpec spec = LM_RUN_SPEC_DEFAULT;
  g_autoptr (LmRun) run = NULL;

  g_assert_no_error (error);
  spec.project = project;
  spec.resume = TRUE;
  spec.epochs = EPOCHS;
  spec.n_threads = 1 + getpid () % 2;
  run = lm_run_new (&spec, tell_cb, NULL, &error);
  g_assert_no_error (error);
  if (!lm_run_is_done (run))
    g_assert_cmpint (lm_run_run (run, NULL), ==, LM_END_FINISHED);
  g_clear_pointer (&run, lm_run_free);
  lm_project_close (project, &error);
  g_assert_no_error (error);
  return 0;
}

/* --- The one that kills ---------------------------------------------------------------- */

/* When to kill. */
typedef enum {
  NEVER,
  FROM_START,       /* so long after it was started: often before there is anything */
  FROM_FIRST_EPOCH, /* so long after its first epoch: while it trains, saves or ends */
} Moment;

typedef struct {
  gboolean was_killed;
  int told;           /* the last epoch that it said was complete; −1: none */
  gint64 to_epoch;    /* µs from its start to its first epoch */
  gint64 after_epoch; /* µs from there to its end */
} Outcome;

/* Trains @path in a process of its own, which is killed at @moment and @delay microseconds. */
static Outcome
train_and_kill (const char *path,
                Moment moment,
                gint64 delay)
{
  Outcome outcome = { .told = -1 };
  gint64 begun = g_get_monotonic_time (), first;
  int out[2], status, epoch;
  pid_t child;
  FILE *lines;

  g_assert_cmpint (pipe (out), ==, 0);
  child = fork ();
  if (child == 0) {
    dup2 (out[1], STDOUT_FILENO);
    close (out[0]);
    close (out[1]);
    execl ("/proc/self/exe", "test-kill", "--train", path, NULL);
    _exit (127);
  }
  close (out[1]);
  lines = fdopen (out[0], "r");
  if (moment != FROM_START && fscanf (lines, "%d", &epoch) == 1)
    outcome.told = epoch;
  first = g_get_monotonic_time ();
  if (moment != NEVER) {
    g_usleep ((gulong) delay);
    kill (child, SIGKILL);
  }
  while (fscanf (lines, "%d", &epoch) == 1)
    outcome.told = epoch;
  fclose (lines);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  outcome.to_epoch = first - begun;
  outcome.after_epoch = g_get_monotonic_time () - first;
  outcome.was_killed = WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL;
  if (!outcome.was_killed)
    g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  return outcome;
}

/* Figures, checkpoint and row agree, and no epoch that was told is missing. Returns the epochs that are complete. */
static int
check_project (const char *path,
               int told)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmProject) project = lm_project_open (path, LM_PROJECT_READ, &error);
  g_autoptr (LmRunInfo) info = NULL;
  g_autoptr (LmHistory) history = NULL;
  g_autoptr (LmCheckpoint) checkpoint = NULL;
  g_autoptr (LmDesign) design = NULL;
  int epoch;

  g_assert_no_error (error);
  design = lm_project_load_design (project, &error);
  g_assert_no_error (error);
  info = lm_project_get_run (project, 0, &error);
  if (info == NULL) {
    g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
    g_assert_cmpint (told, ==, -1);
    return 0;
  }
  g_assert_cmpint (info->id, ==, 1);
  epoch = (int) info->epoch;
  g_assert_cmpint (epoch, >=, MAX (told, 0));
  if (told >= 0)
    g_assert_cmpint (epoch, <=, told + 1);
  history = lm_project_load_history (project, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lm_history_n_epochs (history), ==, epoch);
  g_assert_cmpint (lm_history_n_steps (history), >=, info->step);
  if (epoch == 0)
    return 0;
  checkpoint = lm_project_load_checkpoint (project, 1, "last", &error);
  g_assert_no_error (error);
  g_assert_cmpint (checkpoint->state.epoch, ==, epoch);
  g_assert_cmpint (checkpoint->state.batch, ==, 0);
  lm_checkpoint_unref (lm_project_load_checkpoint (project, 1, "best", &error));
  g_assert_no_error (error);
  return epoch;
}

static GBytes *
final_weights (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmProject) project = lm_project_open (path, LM_PROJECT_WRITE, &error);

  g_assert_no_error (error);
  return weights_of (project, 1);
}

static void
make_project (const char *folder,
              const char *name)
{
  LmProject *project = make_small_project (folder, name);

  g_assert_true (lm_project_close (project, NULL));
  lm_project_unref (project);
}

static void
test_kill (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *whole = g_build_filename (folder, "whole.lamina", NULL);
  g_autofree char *path = g_build_filename (folder, "killed.lamina", NULL);
  g_autoptr (GBytes) wanted = NULL;
  LmRng rng = lm_rng_init ((guint64) g_get_real_time (), LM_RNG_TEST, 0, 0);
  Outcome usual;
  int n_killed = 0, n_within = 0, n_ended = 0;

  make_small_data (folder, N_SAMPLES);
  make_project (folder, "whole.lamina");
  usual = train_and_kill (whole, NEVER, 0);
  g_assert_cmpint (usual.told, ==, EPOCHS);
  wanted = final_weights (whole);

  /* Each kill strikes at a random moment of the run, also one that has been killed before, until it is complete. */
  make_project (folder, "killed.lamina");
  for (int i = 0; n_killed < N_KILLS; i++) {
    double share = lm_rng_double (&rng, (guint64) i);
    Outcome outcome = i % 4 == 0 ? train_and_kill (path, FROM_START, (gint64) (share * (double) usual.to_epoch))
                                 : train_and_kill (path, FROM_FIRST_EPOCH, (gint64) (share * (double) usual.after_epoch));
    int epoch = check_project (path, outcome.told);

    g_assert_cmpint (i, <, 10 * N_KILLS);
    n_killed += outcome.was_killed;
    n_within += outcome.was_killed && epoch > 0 && epoch < EPOCHS;
    if (epoch < EPOCHS && n_killed % 3 != 0)
      continue;
    /* To its end, and then another one. */
    train_and_kill (path, NEVER, 0);
    {
      g_autoptr (GBytes) found = final_weights (path);

      g_assert_true (g_bytes_equal (found, wanted));
    }
    n_ended++;
    make_project (folder, "killed.lamina");
  }
  g_test_message ("%d kills, %d of them between two epochs, %d runs brought to their end", n_killed, n_within, n_ended);
  g_assert_cmpint (n_ended, >, 5);
  remove_folder (folder);
}

int
main (int argc,
      char *argv[])
{
  if (argc == 3 && strcmp (argv[1], "--train") == 0)
    return train_main (argv[2]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kill/fifty-times", test_kill);
  return g_test_run ();
}
