/* cli-evaluate.c: lamina evaluate
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-cli.h"

#include <stdio.h>
#include <string.h>

static void
print_json (LmPart part,
            const LmEvaluation *figures)
{
  LmJsonWriter *json = lm_json_writer_new (FALSE);

  lm_json_begin_object (json, NULL);
  lm_json_put_string (json, "split", lm_part_name (part));
  lm_json_put_double (json, "loss", figures->figures.loss);
  for (int i = 0; i < figures->n_metrics; i++)
    lm_json_put_double (json, figures->metrics[i].name, figures->figures.metric[i]);
  lm_json_put_int (json, "samples", figures->n);
  lm_json_end (json);
  lm_cli_put_line (json);
}

static void
print_text (LmPart part,
            const LmEvaluation *figures)
{
  g_autofree char *n = lm_cli_count (figures->n);

  lm_cli_print (_ ("%s, %s samples: loss %.4f"), lm_part_name (part), n, figures->figures.loss);
  for (int i = 0; i < figures->n_metrics; i++)
    lm_cli_print (", %s %.4f", figures->metrics[i].name, figures->figures.metric[i]);
  lm_cli_print ("\n");
}

/* The test set is looked at on purpose; the project remembers when. */
static gboolean
record_opening (LmProject *project,
                const LmModel *model,
                const LmEvaluation *figures,
                GError **error)
{
  g_autoptr (GString) what = g_string_new (NULL);
  LmOpening opening = { .run = model->run, .epoch = model->epoch, .time = g_get_real_time () / G_USEC_PER_SEC, .where = (char *) "command line" };

  g_string_append_printf (what, "loss %.4g", figures->figures.loss);
  for (int i = 0; i < figures->n_metrics; i++)
    g_string_append_printf (what, ", %s %.4g", figures->metrics[i].name, figures->figures.metric[i]);
  opening.what = what->str;
  fprintf (stderr, "%s\n", _ ("The test set was opened; this is written down in the project."));
  return lm_project_add_opening (project, &opening, error);
}

static gboolean
evaluate (LmProject *project,
          const char *data,
          LmPart part,
          gint64 run,
          const char *checkpoint,
          gboolean raw,
          int threads,
          LmEvaluation *figures,
          GError **error)
{
  g_autoptr (LmModel) model = lm_model_load (project, run, checkpoint, error);
  g_autoptr (LmDataset) dataset = NULL;
  g_autoptr (LmPool) pool = NULL;
  LmEvaluateSpec spec = { .part = part, .exact = TRUE, .progress = lm_cli_progress };

  if (model == NULL)
    return FALSE;
  dataset = lm_run_open_data (project, model->design, data, lm_cli_progress, NULL, error);
  if (dataset == NULL)
    return FALSE;
  if (!lm_dataset_has (dataset, part)) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The data have no %s part: %s. Choose another part with --split."),
                 lm_part_name (part), dataset->description);
    return FALSE;
  }
  pool = lm_pool_new (threads, 0);
  spec.design = model->design;
  spec.weights = model->weights;
  spec.dataset = dataset;
  spec.pipeline = raw ? NULL : model->pipeline;
  spec.pool = pool;
  if (!lm_evaluate (&spec, figures, error))
    return FALSE;
  return !lm_part_is_sealed (part) || record_opening (project, model, figures, error);
}

static int
run_evaluate (int argc,
              char **argv)
{
  g_autofree char *data = NULL, *split = NULL, *checkpoint = NULL;
  gboolean is_json = FALSE, raw = FALSE;
  gint64 run = 0;
  int threads = 0;
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_STRING, &data, N_ ("Other data than the project's"), N_ ("SPEC") },
    { "split", 0, 0, G_OPTION_ARG_STRING, &split, N_ ("train, validation (default) or test; test is the deliberate opening of the test set"), N_ ("PART") },
    { "run", 0, 0, G_OPTION_ARG_INT64, &run, N_ ("Weights of this run; default: the last"), N_ ("RUN") },
    { "checkpoint", 0, 0, G_OPTION_ARG_STRING, &checkpoint, N_ ("last (default), best, or the number of an epoch"), N_ ("WHICH") },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &raw, N_ ("Leave the chain of steps out"), NULL },
    { "threads", 0, 0, G_OPTION_ARG_INT, &threads, N_ ("Threads to use; default: one per core"), "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &is_json, N_ ("One line of JSON on standard output"), NULL },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (LmProject) project = NULL;
  LmEvaluation figures = { 0 };
  LmPart part = LM_PART_VALIDATION;

  if (!lm_cli_parse (&lm_call_evaluate, entries, &argc, &argv, 1, 1))
    return LM_EXIT_USAGE;
  if (split != NULL && !lm_part_parse (split, &part, &error))
    return lm_cli_fail (error);
  project = lm_project_open (argv[1], part == LM_PART_TEST ? LM_PROJECT_WRITE : LM_PROJECT_READ, &error);
  if (project == NULL || !evaluate (project, data, part, run, checkpoint, raw, threads, &figures, &error))
    return lm_cli_fail (error);

  lm_cli_progress_done ();
  if (is_json)
    print_json (part, &figures);
  else
    print_text (part, &figures);
  lm_evaluation_clear (&figures);
  return LM_EXIT_DONE;
}

const LmCall lm_call_evaluate = {
  .name = "evaluate",
  .arguments = "FILE.lamina",
  .summary = N_ ("Measures the trained network on a part of the data"),
  .details = N_ ("Examples:\n"
                 "  lamina evaluate m.lamina\n"
                 "  lamina evaluate m.lamina --split test --json\n"),
  .run = run_evaluate,
};
