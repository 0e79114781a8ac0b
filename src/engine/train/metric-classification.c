/* metric-classification.c: shares of right answers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-i18n.h"
#include "lm-metric.h"

#include <math.h>

/* Index of the largest, the first of equals. */
static gint64
best_of (const float *x,
         gint64 n)
{
  gint64 best = 0;

  for (gint64 i = 1; i < n; i++) {
    if (x[i] > x[best])
      best = i;
  }
  return best;
}

/* One value per answer: right if it is above 1/2 exactly when the target is 1. */
static void
update_binary (LmMetricState *state,
               const LmMetricBatch *batch)
{
  gint64 n = batch->n * batch->prediction_size, right = 0;

  for (gint64 i = 0; i < n; i++) {
    gboolean yes = batch->prediction[i] > 0.5f;

    if (batch->target_dtype == LM_I32)
      right += ((const gint32 *) batch->target)[i] == yes;
    else
      right += ((const float *) batch->target)[i] == (yes ? 1.0f : 0.0f);
  }
  state->sum += (double) right;
  state->n += (double) n;
}

/* Source: Keras 3, the metric “accuracy”: binary for one output, else the place of the largest output, against class
 * numbers or the place of the largest target. */
static void
accuracy_update (LmMetricState *state,
                 const LmMetricBatch *batch)
{
  gint64 rows = batch->n * batch->prediction_size / batch->n_last, right = 0;

  if (batch->n_last == 1) {
    update_binary (state, batch);
    return;
  }
  for (gint64 r = 0; r < rows; r++) {
    gint64 answer = best_of (batch->prediction + r * batch->n_last, batch->n_last);

    if (batch->target_dtype == LM_I32)
      right += ((const gint32 *) batch->target)[r] == answer;
    else
      right += best_of ((const float *) batch->target + r * batch->n_last, batch->n_last) == answer;
  }
  state->sum += (double) right;
  state->n += (double) rows;
}

static double
mean_result (const LmMetricState *state)
{
  return state->n > 0 ? state->sum / state->n : (double) NAN;
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
  .result = mean_result,
};
