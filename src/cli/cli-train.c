/* cli-train.c: lamina train
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli-range.h"
#include "lm-cli.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  gboolean json;
  gboolean every_step;
  gint64 last_status; /* µs */
} Printer;

static void
put_figures (LmJsonWriter *json,
             const LmRunFacts *facts,
             const LmFigures *figures,
             const char *prefix)
{
  g_autofree char *loss = g_strconcat (prefix, "loss", NULL);

  lm_json_put_double (json, loss, figures->loss);
  for (int i = 0; i < facts->n_metrics; i++) {
    g_autofree char *name = g_strconcat (prefix, facts->metrics[i].name, NULL);

    lm_json_put_double (json, name, figures->metric[i]);
  }
}

static void
print_json (const LmEvent *event)
{
  LmJsonWriter *json = lm_json_writer_new (FALSE);

  lm_json_begin_object (json, NULL);
  switch (event->kind) {
  case LM_EVENT_STEP:
    lm_json_put_string (json, "event", "step");
    lm_json_put_int (json, "epoch", event->epoch);
    lm_json_put_int (json, "step", event->step);
    lm_json_put_double (json, "loss", event->now.loss);
    break;
  case LM_EVENT_EPOCH:
    lm_json_put_string (json, "event", "epoch");
    lm_json_put_int (json, "epoch", event->epoch);
    put_figures (json, event->facts, &event->done.train, "");
    if (event->facts->validation_samples > 0)
      put_figures (json, event->facts, &event->done.validation, "val_");
    lm_json_put_double (json, "samples_per_s", event->done.samples_per_s);
    lm_json_put_double (json, "seconds", event->done.seconds);
    break;
  default:
    lm_json_put_string (json, "event", "end");
    lm_json_put_string (json, "reason", lm_end_reason_name (event->end.reason));
    if (event->end.error != NULL)
      lm_json_put_string (json, "message", event->end.error->message);
    if (event->end.reason == LM_END_NAN)
      lm_json_put_string (json, "layer", event->end.layer);
    break;
  }
  lm_json_end (json);
  lm_cli_put_line (json);
}

/* ━━━━━━━━──────── */
static void
append_bar (GString *text,
            double share)
{
  int full = (int) (CLAMP (share, 0, 1) * 20 + 0.5);

  for (int i = 0; i < 20; i++)
    g_string_append (text, i < full ? "━" : "─");
}

static void
show_step (Printer *printer,
           const LmEvent *event)
{
  const LmRunFacts *facts = event->facts;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *left = lm_cli_seconds (event->now.seconds_left);
  gint64 now = g_get_monotonic_time ();

  if (!isatty (STDERR_FILENO) || now - printer->last_status < 100000)
    return;
  printer->last_status = now;
  g_string_append_printf (text, _ ("Epoch %d of %d "), (int) event->epoch, (int) facts->epochs);
  append_bar (text, (double) event->batch / (double) MAX (1, facts->steps_per_epoch));
  g_string_append_printf (text, _ (" loss %.4g"), event->now.running.loss);
  for (int i = 0; i < facts->n_metrics; i++)
    if (!isnan (event->now.running.metric[i]))
      g_string_append_printf (text, " · %s %.4g", facts->metrics[i].name, event->now.running.metric[i]);
  g_string_append_printf (text, _ (" · %.3g samples/s · %s left"), event->now.samples_per_s, left);
  lm_cli_status (text->str);
}

/* Some metrics are there for the validation alone. */
static void
print_metrics (const LmRunFacts *facts,
               const LmFigures *figures)
{
  for (int i = 0; i < facts->n_metrics; i++) {
    if (!isnan (figures->metric[i]))
      lm_cli_print (", %s %.4f", facts->metrics[i].name, figures->metric[i]);
  }
}

static void
show_epoch (const LmEvent *event)
{
  const LmRunFacts *facts = event->facts;

  lm_cli_progress_done ();
  lm_cli_print (_ ("Epoch %d of %d: loss %.4f"), (int) event->epoch, (int) facts->epochs, event->done.train.loss);
  print_metrics (facts, &event->done.train);
  if (facts->validation_samples > 0) {
    lm_cli_print (_ (" · validation loss %.4f"), event->done.validation.loss);
    print_metrics (facts, &event->done.validation);
  }
  lm_cli_print (_ (" · %.1f s, %.0f samples/s\n"), event->done.seconds, event->done.samples_per_s);
  fflush (stdout);
}

static void
show_start (const LmEvent *event)
{
  const LmRunFacts *facts = event->facts;
  g_autofree char *params = lm_cli_count (facts->params), *samples = lm_cli_count (facts->samples_per_epoch);
  g_autofree char *bytes = lm_cli_bytes (facts->train_bytes);

  lm_cli_progress_done ();
  lm_cli_print (_ ("%s parameters, %s samples, %s of memory, %d threads, %s\n"), params, samples, bytes, facts->n_threads, facts->instruction_set);
  fflush (stdout);
}

static void
print_event (LmEvent *event,
             void *data)
{
  Printer *printer = data;

  if (printer->json) {
    if (event->kind == LM_EVENT_EPOCH || event->kind == LM_EVENT_END || (event->kind == LM_EVENT_STEP && printer->every_step))
      print_json (event);
    return;
  }
  if (event->kind == LM_EVENT_STATE && event->state.what != NULL)
    lm_cli_progress (NULL, event->state.what, -1);
  else if (event->kind == LM_EVENT_STARTED)
    show_start (event);
  else if (event->kind == LM_EVENT_STEP && printer->every_step)
    lm_cli_print (_ ("Step %d: loss %.6g\n"), (int) event->step, event->now.loss);
  else if (event->kind == LM_EVENT_STEP)
    show_step (printer, event);
  else if (event->kind == LM_EVENT_EPOCH)
    show_epoch (event);
}

static int
finish (LmEndReason reason,
        const Printer *printer,
        const GError *error)
{
  lm_cli_progress_done ();
  if (error != NULL)
    return lm_cli_fail (error);
  if (lm_cli_is_interrupted ()) {
    if (!printer->json)
      lm_cli_print ("%s\n", _ ("Stopped. Everything is saved; “--resume” goes on from here."));
    return LM_EXIT_INTERRUPTED;
  }
  if (!printer->json && reason == LM_END_EARLY)
    lm_cli_print ("%s\n", _ ("Finished early: the validation loss did not get better any more."));
  if (!printer->json && reason == LM_END_TIME)
    lm_cli_print ("%s\n", _ ("The time limit is reached. Everything is saved; “--resume” goes on from here."));
  return reason == LM_END_FINISHED || reason == LM_END_EARLY || reason == LM_END_TIME ? LM_EXIT_DONE : LM_EXIT_FAILED;
}

/* TRUE if all numbers are in their limits. */
static gboolean
check_numbers (const LmRunSpec *spec,
               gint64 epochs,
               gint64 steps,
               gint64 batch)
{
  if (epochs < 0 || steps < 0 || batch < 0)
    return FALSE;
  return spec->validation_split < 1;
}

static int
run_train (int argc,
           char **argv)
{
  LmRunSpec spec = LM_RUN_SPEC_DEFAULT;
  Printer printer = { 0 };
  g_autofree char *data = NULL, *weights = NULL, *output = NULL;
  gboolean range_test = FALSE;
  gint64 epochs = 0, steps = 0, batch = 0, from = 0, seed = -1;
  double split = -1;
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_STRING, &data, N_ ("Data to train on; stored in the project"), N_ ("SPEC") },
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &weights, N_ ("Begin with the weights of this file"), "W.safetensors" },
    { "from", 0, 0, G_OPTION_ARG_INT64, &from, N_ ("Begin with the weights of this run"), N_ ("RUN") },
    { "epochs", 0, 0, G_OPTION_ARG_INT64, &epochs, N_ ("Epochs in all; stored in the project"), "N" },
    { "steps", 0, 0, G_OPTION_ARG_INT64, &steps, N_ ("End each epoch after N batches"), "N" },
    { "batch-size", 0, 0, G_OPTION_ARG_INT64, &batch, N_ ("Samples per step; stored in the project"), "B" },
    { "validation-split", 0, 0, G_OPTION_ARG_DOUBLE, &split, N_ ("Share of the training samples kept for validation, 0 to 1"), "F" },
    { "no-shuffle", 0, 0, G_OPTION_ARG_NONE, &spec.no_shuffle, N_ ("Take the samples in the order of the file"), NULL },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &spec.resume, N_ ("Go on with the last run"), NULL },
    { "exact", 0, 0, G_OPTION_ARG_NONE, &spec.exact, N_ ("Direct kernels only"), NULL },
    { "range-test", 0, 0, G_OPTION_ARG_NONE, &range_test, N_ ("Only try learning rates, 1e-7 to 10, in --steps steps (200); nothing is stored"), NULL },
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, N_ ("Picture of the range test"), "F.png" },
    { "every-step", 0, 0, G_OPTION_ARG_NONE, &spec.every_step, N_ ("A line for each step"), NULL },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, N_ ("Seed of weights, order and dropout"), "S" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &spec.n_threads, N_ ("Threads to use; default: one per core"), "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &printer.json, N_ ("JSON Lines on standard output"), NULL },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (LmProject) project = NULL;
  g_autoptr (LmRun) run = NULL;
  LmEndReason reason;
  int status;

  if (!lm_cli_parse (&lm_call_train, entries, &argc, &argv, 1, 1))
    return LM_EXIT_USAGE;
  spec.validation_split = split;
  if (!check_numbers (&spec, epochs, steps, batch))
    return lm_cli_usage (&lm_call_train, _ ("numbers of epochs, steps and samples are positive, a share lies below 1"));

  if (range_test && (spec.resume || from > 0 || weights != NULL || epochs > 0 || split >= 0))
    return lm_cli_usage (&lm_call_train, _ ("--range-test begins anew and goes by --steps alone: leave --resume, --from, --weights, --epochs and --validation-split away"));
  if (output != NULL && !range_test)
    return lm_cli_usage (&lm_call_train, _ ("--output is for the picture of --range-test; “lamina look FILE curves” draws a run"));

  project = lm_project_open (argv[1], range_test ? LM_PROJECT_READ : LM_PROJECT_WRITE, &error);
  if (project == NULL)
    return lm_cli_fail (error);
  if (range_test) {
    LmRangeCall call = { project, data, output, steps, batch, seed, spec.n_threads, printer.json };

    status = lm_cli_range_test (&call);
    return lm_project_close (project, &error) ? status : lm_cli_fail (error);
  }
  spec.project = project;
  spec.data = data;
  spec.weights = weights;
  spec.from = from;
  spec.epochs = epochs;
  spec.max_steps = steps;
  spec.batch_size = batch;
  spec.has_seed = seed >= 0;
  spec.seed = (guint64) MAX (seed, 0);
  spec.progress = lm_cli_progress;
  printer.every_step = spec.every_step;

  run = lm_run_new (&spec, print_event, &printer, &error);
  if (run == NULL)
    return lm_cli_fail (error);
  if (lm_run_is_done (run)) {
    if (!printer.json)
      lm_cli_print ("%s\n", _ ("This run is finished. A larger --epochs goes on with it."));
    return LM_EXIT_DONE;
  }
  lm_cli_set_trainer (lm_run_get_trainer (run));
  reason = lm_run_run (run, &error);
  lm_cli_set_trainer (NULL);
  status = finish (reason, &printer, error);
  g_clear_error (&error);
  g_clear_pointer (&run, lm_run_free);
  if (!lm_project_close (project, &error))
    return lm_cli_fail (error);
  return status;
}

const LmCall lm_call_train = {
  .name = "train",
  .arguments = "FILE.lamina",
  .summary = N_ ("Trains the network of a project and stores the run in it"),
  .details = N_ ("Examples:\n"
                 "  lamina train m.lamina\n"
                 "  lamina train m.lamina --data idx:mnist --epochs 3\n"
                 "  lamina train m.lamina --resume --epochs 10\n"
                 "  lamina train m.lamina --range-test --output rates.png\n"),
  .run = run_train,
};
