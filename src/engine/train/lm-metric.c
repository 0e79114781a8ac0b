/* lm-metric.c: what the metrics share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-metric.h"

#include <math.h>
#include <string.h>

static const char *const other_names[][2] = {
  { "acc", "accuracy" },
  { "accuracy_score", "accuracy" },
  { "categorical_accuracy", "accuracy" },
  { "sparse_categorical_accuracy", "accuracy" },
  { "top_k_categorical_accuracy", "top_k_accuracy" },
  { "sparse_top_k_categorical_accuracy", "top_k_accuracy" },
  { "top_k_accuracy_score", "top_k_accuracy" },
  { "balanced_accuracy_score", "balanced_accuracy" },
  { "f1_score", "f1" },
  { "auc", "roc_auc" },
  { "roc_auc_score", "roc_auc" },
  { "average_precision_score", "average_precision" },
  { "map", "mean_average_precision" },
  { "lrap", "label_ranking_average_precision" },
  { "ndcg_score", "ndcg" },
  { "kappa", "cohen_kappa" },
  { "cohen_kappa_score", "cohen_kappa" },
  { "matthews_corrcoef", "mcc" },
  { "brier_score_loss", "brier" },
  { "mean_squared_error", "mse" },
  { "mean_absolute_error", "mae" },
  { "root_mean_squared_error", "rmse" },
  { "mean_absolute_percentage_error", "mape" },
  { "mean_squared_logarithmic_error", "msle" },
  { "r2_score", "r2" },
};

const char *
lm_metric_canonical (const char *id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (other_names); i++) {
    if (strcmp (other_names[i][0], id) == 0)
      return other_names[i][1];
  }
  return id;
}

LmOptionSet *
lm_metric_parse (const char *text,
                 GError **error)
{
  LmOptionSpec spec = { .kind = LM_OPTION_OBJECT, .id = "metric", .title = "metric", .family = "metric" };
  gsize length = strcspn (text, "(");
  g_autofree char *id = g_strstrip (g_strndup (text, length)), *full = g_strconcat (lm_metric_canonical (id), text + length, NULL);
  LmOptionValue value = { 0 };

  return lm_option_parse (&spec, full, &value, error) ? value.object : NULL;
}

gint64
lm_metric_answer (const LmMetricBatch *batch,
                  gint64 r)
{
  gint64 best = 0, from = r * batch->n_last;

  if (batch->n_last == 1)
    return batch->ids ? (gint64) CLAMP (lm_metric_p (batch, r), -1.0, 1e15) : lm_metric_yes (batch, lm_metric_p (batch, r));
  for (gint64 c = 1; c < batch->n_last; c++)
    best = lm_metric_p (batch, from + c) > lm_metric_p (batch, from + best) ? c : best;
  return best;
}

gint64
lm_metric_truth (const LmMetricBatch *batch,
                 gint64 r)
{
  gint64 best = 0, from = r * batch->n_last;

  if (!lm_metric_has_one_hot (batch)) {
    double t = lm_metric_t (batch, r);

    return t == floor (t) && fabs (t) < 1e15 ? (gint64) t : -1;
  }
  for (gint64 c = 1; c < batch->n_last; c++)
    best = lm_metric_t (batch, from + c) > lm_metric_t (batch, from + best) ? c : best;
  return best;
}

double
lm_metric_mean (const LmMetricState *state,
                const LmOptionSet *options)
{
  return state->n > 0 ? state->sum / state->n : (double) NAN;
}

double
lm_metric_option (const LmOptionSet *options,
                  const char *id,
                  double fallback)
{
  int index = options != NULL ? lm_option_set_index (options, id) : -1;

  if (index < 0 || lm_option_is_null (options, index))
    return fallback;
  return options->member->options[index].kind == LM_OPTION_INT ? (double) lm_option_get_int (options, index) : lm_option_get_double (options, index);
}

double
lm_metric_compute (const LmMetricClass *metric,
                   const LmMetricBatch *all)
{
  LmMetricState state;

  if (!lm_metric_streams (metric, all))
    return metric->whole (all);
  lm_metric_init (&state);
  metric->update (&state, all);
  return metric->result (&state, all->options);
}
