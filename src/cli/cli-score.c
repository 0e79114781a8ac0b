/* cli-score.c: lamina score
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-cli.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  LmTensor *targets;
  LmTensor *predictions;
  double threshold;
  gint64 k;
  double beta;
  gboolean is_json;
} Score;

static void
print_value (const Score *score,
             const char *metric,
             double value)
{
  LmJsonWriter *json;

  if (!score->is_json) {
    lm_cli_print ("%s %.6g\n", metric, value);
    return;
  }
  json = lm_json_writer_new (FALSE);
  lm_json_begin_object (json, NULL);
  lm_json_put_string (json, "metric", metric);
  lm_json_put_double (json, "value", value);
  lm_json_end (json);
  lm_cli_put_line (json);
}

/* Rows: what is true; columns: what was answered. */
static gboolean
print_confusion (const Score *score,
                 GError **error)
{
  int n;
  g_autofree gint64 *counts = lm_score_confusion (score->targets, score->predictions, score->threshold, &n, error);
  LmJsonWriter *json;

  if (counts == NULL)
    return FALSE;
  if (!score->is_json) {
    for (int t = 0; t < n; t++) {
      for (int p = 0; p < n; p++)
        lm_cli_print ("%s%" PRId64, p > 0 ? " " : "", counts[t * n + p]);
      lm_cli_print ("\n");
    }
    return TRUE;
  }
  json = lm_json_writer_new (FALSE);
  lm_json_begin_object (json, NULL);
  lm_json_put_string (json, "metric", "confusion");
  lm_json_begin_array (json, "value");
  for (int t = 0; t < n; t++) {
    lm_json_begin_array (json, NULL);
    for (int p = 0; p < n; p++)
      lm_json_put_int (json, NULL, counts[t * n + p]);
    lm_json_end (json);
  }
  lm_json_end (json);
  lm_json_end (json);
  lm_cli_put_line (json);
  return TRUE;
}

/* The options of the call are those of the metric where it has them. */
static gboolean
set_number (LmOptionSet *set,
            const char *id,
            const LmOptionValue *value,
            GError **error)
{
  int index = lm_option_set_index (set, id);

  return index < 0 || lm_option_set_value (set, index, value, error);
}

static gboolean
print_metric (const Score *score,
              const char *text,
              GError **error)
{
  g_autoptr (LmOptionSet) metric = NULL;
  double value;

  if (strcmp (text, "confusion") == 0 || strcmp (text, "confusion_matrix") == 0)
    return print_confusion (score, error);
  metric = lm_metric_parse (text, error);
  if (metric == NULL)
    return FALSE;
  if (score->k > 0 && !set_number (metric, "k", &LM_VALUE_INT (score->k), error))
    return FALSE;
  if (score->beta > 0 && !set_number (metric, "beta", &LM_VALUE_DOUBLE (score->beta), error))
    return FALSE;
  if (!lm_score (metric, score->targets, score->predictions, score->threshold, &value, error))
    return FALSE;
  print_value (score, text, value);
  return TRUE;
}

static int
run_score (int argc,
           char **argv)
{
  g_autofree char *targets = NULL, *predictions = NULL;
  g_auto (GStrv) metrics = NULL;
  Score score = { .threshold = 0.5 };
  const GOptionEntry entries[] = {
    { "targets", 0, 0, G_OPTION_ARG_FILENAME, &targets, N_ ("What is true"), "T.npy" },
    { "predictions", 0, 0, G_OPTION_ARG_FILENAME, &predictions, N_ ("What was told"), "P.npy" },
    { "metric", 0, 0, G_OPTION_ARG_STRING_ARRAY, &metrics, N_ ("The metric; may be given several times"), N_ ("NAME") },
    { "threshold", 0, 0, G_OPTION_ARG_DOUBLE, &score.threshold, N_ ("From here on a prediction is a yes; default: 0.5"), N_ ("X") },
    { "k", 0, 0, G_OPTION_ARG_INT64, &score.k, N_ ("How many of the best count, for top_k_accuracy and ndcg"), "K" },
    { "beta", 0, 0, G_OPTION_ARG_DOUBLE, &score.beta, N_ ("How many times as much recall counts as precision, for fbeta"), "B" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &score.is_json, N_ ("A line of JSON per metric on standard output"), NULL },
    { NULL }
  };
  g_autoptr (LmTensor) t = NULL, p = NULL;
  g_autoptr (GError) error = NULL;

  if (!lm_cli_parse (&lm_call_score, entries, &argc, &argv, 0, 0))
    return LM_EXIT_USAGE;
  if (targets == NULL || predictions == NULL || metrics == NULL)
    return lm_cli_usage (&lm_call_score, _ ("--targets, --predictions and --metric are needed"));
  t = score.targets = lm_npy_load (targets, targets, &error);
  if (t == NULL)
    return lm_cli_fail (error);
  p = score.predictions = lm_npy_load (predictions, predictions, &error);
  if (p == NULL)
    return lm_cli_fail (error);
  for (int i = 0; metrics[i] != NULL; i++) {
    if (!print_metric (&score, metrics[i], &error))
      return lm_cli_fail (error);
  }
  return LM_EXIT_DONE;
}

const LmCall lm_call_score = {
  .name = "score",
  .summary = N_ ("Compares predictions with targets, both as arrays"),
  .details = N_ ("Examples:\n"
                 "  lamina score --targets t.npy --predictions p.npy --metric accuracy\n"
                 "  lamina score --targets t.npy --predictions p.npy --metric roc_auc --metric f1 --json\n"
                 "\n"
                 "Predictions (N) are a yes from the threshold on; of (N, classes) the highest wins.\n"),
  .arguments = "",
  .run = run_score,
};
