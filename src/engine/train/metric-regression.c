/* metric-regression.c: how far numbers are off
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-i18n.h"
#include "lm-metric.h"

#include <math.h>

static double
target_at (const LmMetricBatch *batch,
           gint64 i)
{
  return batch->target_dtype == LM_I32 ? (double) ((const gint32 *) batch->target)[i] : (double) ((const float *) batch->target)[i];
}

static void
mae_update (LmMetricState *state,
            const LmMetricBatch *batch)
{
  gint64 n = batch->n * batch->prediction_size;

  g_assert (batch->target_size == batch->prediction_size);
  for (gint64 i = 0; i < n; i++)
    state->sum += fabs ((double) batch->prediction[i] - target_at (batch, i));
  state->n += (double) n;
}

static void
mse_update (LmMetricState *state,
            const LmMetricBatch *batch)
{
  gint64 n = batch->n * batch->prediction_size;

  g_assert (batch->target_size == batch->prediction_size);
  for (gint64 i = 0; i < n; i++) {
    double d = (double) batch->prediction[i] - target_at (batch, i);

    state->sum += d * d;
  }
  state->n += (double) n;
}

static double
mean_result (const LmMetricState *state)
{
  return state->n > 0 ? state->sum / state->n : (double) NAN;
}

const LmMetricClass lm_metric_mae = {
  .member = {
    .id = "mae",
    .title = N_ ("Mean absolute error"),
    .help = N_ ("Mean of |p − t|, in the target's own unit."),
  },
  .update = mae_update,
  .result = mean_result,
};

const LmMetricClass lm_metric_mse = {
  .member = {
    .id = "mse",
    .title = N_ ("Mean squared error"),
    .help = N_ ("Mean of (p − t)², in the square of the target's own unit."),
  },
  .update = mse_update,
  .result = mean_result,
};
