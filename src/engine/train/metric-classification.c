/* metric-classification.c: shares of right answers, and how sure they were
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-i18n.h"
#include "lm-metric.h"

#include <float.h>
#include <math.h>

static const LmOptionSpec top_k_options[] = {
  {
    .kind = LM_OPTION_INT,
    .id = "k",
    .title = N_ ("K"),
    .help = N_ ("The true class may be among so many of the most probable ones."),
    .initial = 5,
    .min = 1,
    .max = 1e6,
  },
};

/* Source: Keras 3, the metric “accuracy”: binary for one output, else the place of the largest output, against class
 * numbers or the place of the largest target. */
static void
accuracy_update (LmMetricState *state,
                 const LmMetricBatch *batch)
{
  gint64 rows = lm_metric_rows (batch), right = 0;

  for (gint64 r = 0; r < rows; r++)
    right += lm_metric_answer (batch, r) == lm_metric_truth (batch, r);
  state->sum += (double) right;
  state->n += (double) rows;
}

/* Each answer by itself, yes or no. */
static void
binary_update (LmMetricState *state,
               const LmMetricBatch *batch)
{
  gint64 rows = lm_metric_rows (batch), right = 0;

  for (gint64 r = 0; r < rows; r++) {
    for (gint64 c = 0; c < batch->n_last; c++)
      right += lm_metric_yes (batch, lm_metric_p (batch, r * batch->n_last + c)) == (lm_metric_truth_of (batch, r, c) == 1);
  }
  state->sum += (double) right;
  state->n += (double) (rows * batch->n_last);
}

/* Of equal scores the last class comes first, as in scikit-learn. */
static void
top_k_update (LmMetricState *state,
              const LmMetricBatch *batch)
{
  gint64 rows = lm_metric_rows (batch), right = 0, k = (gint64) lm_metric_option (batch->options, "k", 5);

  for (gint64 r = 0; r < rows; r++) {
    gint64 truth = lm_metric_truth (batch, r), before = 0, from = r * batch->n_last;

    if (truth < 0 || truth >= MAX (batch->n_last, 2))
      continue;
    if (batch->n_last == 1) {
      right += k >= 2 || lm_metric_answer (batch, r) == truth;
      continue;
    }
    for (gint64 c = 0; c < batch->n_last; c++) {
      double p = lm_metric_p (batch, from + c), q = lm_metric_p (batch, from + truth);

      before += p > q || (p == q && c > truth);
    }
    right += before < k;
  }
  state->sum += (double) right;
  state->n += (double) rows;
}

/* t·log p with 0·log 0 = 0. */
static double
weighted_log (double t,
              double p)
{
  return t == 0 ? 0 : t * log (p);
}

/* −Σ t·log p over the classes; of one value p and 1 − p are the classes; of several labels the mean over them. */
static void
log_loss_update (LmMetricState *state,
                 const LmMetricBatch *batch)
{
  double eps = batch->prediction_dtype == LM_F64 ? DBL_EPSILON : (double) FLT_EPSILON;
  gboolean each = batch->n_last == 1 || batch->multilabel;
  gint64 rows = lm_metric_rows (batch);

  for (gint64 r = 0; r < rows; r++) {
    double loss = 0;

    for (gint64 c = 0; c < batch->n_last; c++) {
      double p = lm_metric_p (batch, r * batch->n_last + c), t = lm_metric_truth_of (batch, r, c);

      loss -= weighted_log (t, CLAMP (p, eps, 1 - eps));
      if (each)
        loss -= weighted_log (1 - t, CLAMP (1 - p, eps, 1 - eps));
    }
    state->sum += each ? loss / (double) batch->n_last : loss;
  }
  state->n += (double) rows;
}

/* (p − t)²; of several classes the sum over them, of several labels the mean. */
static void
brier_update (LmMetricState *state,
              const LmMetricBatch *batch)
{
  gint64 rows = lm_metric_rows (batch);

  for (gint64 r = 0; r < rows; r++) {
    double sum = 0;

    for (gint64 c = 0; c < batch->n_last; c++) {
      double d = lm_metric_p (batch, r * batch->n_last + c) - lm_metric_truth_of (batch, r, c);

      sum += d * d;
    }
    state->sum += batch->multilabel ? sum / (double) batch->n_last : sum;
  }
  state->n += (double) rows;
}

const LmMetricClass lm_metric_accuracy = {
  .member = {
    .id = "accuracy",
    .title = N_ ("Accuracy"),
    .help = N_ ("Share of samples whose most probable class is the true one."),
  },
  .is_share = TRUE,
  .more_is_better = TRUE,
  .update = accuracy_update,
  .result = lm_metric_mean,
};

const LmMetricClass lm_metric_binary_accuracy = {
  .member = {
    .id = "binary_accuracy",
    .title = N_ ("Binary accuracy"),
    .help = N_ ("Share of answers, each yes above 1/2, that are right: each output counts by itself, as for several labels at once."),
  },
  .is_share = TRUE,
  .more_is_better = TRUE,
  .update = binary_update,
  .result = lm_metric_mean,
};

const LmMetricClass lm_metric_top_k_accuracy = {
  .member = {
    .id = "top_k_accuracy",
    .title = N_ ("Top-k accuracy"),
    .help = N_ ("Share of samples whose true class is among the k most probable ones."),
    .options = top_k_options,
    .n_options = G_N_ELEMENTS (top_k_options),
  },
  .is_share = TRUE,
  .more_is_better = TRUE,
  .update = top_k_update,
  .result = lm_metric_mean,
};

const LmMetricClass lm_metric_log_loss = {
  .member = {
    .id = "log_loss",
    .title = N_ ("Log loss"),
    .help = N_ ("Mean of −log p of the true class: cross-entropy as a figure. Wants probabilities."),
  },
  .update = log_loss_update,
  .result = lm_metric_mean,
};

const LmMetricClass lm_metric_brier = {
  .member = {
    .id = "brier",
    .title = N_ ("Brier score"),
    .help = N_ ("Mean of (p − t)² over the samples: how far the probabilities are from what was true. Of several classes the sum over them."),
  },
  .update = brier_update,
  .result = lm_metric_mean,
};
