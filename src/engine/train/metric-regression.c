/* metric-regression.c: how far numbers are off
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-i18n.h"
#include "lm-metric.h"

#include <float.h>
#include <math.h>

/* Σ of what @cost makes of each pair. */
static void
add_costs (LmMetricState *state,
           const LmMetricBatch *batch,
           double (*cost) (double p, double t))
{
  gint64 n = batch->n * batch->prediction_size;

  g_assert (batch->target_size == batch->prediction_size);
  for (gint64 i = 0; i < n; i++)
    state->sum += cost (lm_metric_p (batch, i), lm_metric_t (batch, i));
  state->n += (double) n;
}

static double
absolute (double p,
          double t)
{
  return fabs (p - t);
}

static double
squared (double p,
         double t)
{
  return (p - t) * (p - t);
}

/* Source: scikit-learn, which takes the error as a share and not in per cent. */
static double
percentage (double p,
            double t)
{
  return fabs (p - t) / MAX (fabs (t), DBL_EPSILON);
}

static double
logarithmic (double p,
             double t)
{
  double d = log1p (p) - log1p (t);

  return d * d;
}

static void
mae_update (LmMetricState *state,
            const LmMetricBatch *batch)
{
  add_costs (state, batch, absolute);
}

static void
mse_update (LmMetricState *state,
            const LmMetricBatch *batch)
{
  add_costs (state, batch, squared);
}

static void
mape_update (LmMetricState *state,
             const LmMetricBatch *batch)
{
  add_costs (state, batch, percentage);
}

static void
msle_update (LmMetricState *state,
             const LmMetricBatch *batch)
{
  add_costs (state, batch, logarithmic);
}

static void
max_update (LmMetricState *state,
            const LmMetricBatch *batch)
{
  gint64 n = batch->n * batch->prediction_size;

  for (gint64 i = 0; i < n; i++)
    state->sum = fmax (state->sum, fabs (lm_metric_p (batch, i) - lm_metric_t (batch, i)));
  state->n += (double) n;
}

static double
max_result (const LmMetricState *state,
            const LmOptionSet *options)
{
  return state->n > 0 ? state->sum : (double) NAN;
}

static double
root_result (const LmMetricState *state,
             const LmOptionSet *options)
{
  return state->n > 0 ? sqrt (state->sum / state->n) : (double) NAN;
}

/* The mean over the columns of the root of each. */
static double
rmse_whole (const LmMetricBatch *all)
{
  double sum = 0;

  for (gint64 c = 0; c < all->prediction_size; c++) {
    double squares = 0;

    for (gint64 r = 0; r < all->n; r++)
      squares += squared (lm_metric_p (all, r * all->prediction_size + c), lm_metric_t (all, r * all->prediction_size + c));
    sum += sqrt (squares / (double) all->n);
  }
  return all->n > 0 ? sum / (double) all->prediction_size : (double) NAN;
}

/* sum: squared errors; n; more: mean of the targets and squares of their distances from it (Welford 1962). */
static void
r2_update (LmMetricState *state,
           const LmMetricBatch *batch)
{
  for (gint64 r = 0; r < batch->n; r++) {
    double p = lm_metric_p (batch, r), t = lm_metric_t (batch, r), from_mean = t - state->more[0];

    state->sum += (p - t) * (p - t);
    state->n++;
    state->more[0] += from_mean / state->n;
    state->more[1] += from_mean * (t - state->more[0]);
  }
}

static double
r2_result (const LmMetricState *state,
           const LmOptionSet *options)
{
  if (state->n < 2)
    return (double) NAN;
  if (state->more[1] == 0)
    return state->sum == 0 ? 1 : 0;
  return 1 - state->sum / state->more[1];
}

/* The mean over the columns. */
static double
r2_whole (const LmMetricBatch *all)
{
  double sum = 0;

  for (gint64 c = 0; c < all->prediction_size; c++) {
    double mean = 0, errors = 0, spread = 0;

    for (gint64 r = 0; r < all->n; r++)
      mean += lm_metric_t (all, r * all->prediction_size + c) / (double) all->n;
    for (gint64 r = 0; r < all->n; r++) {
      double p = lm_metric_p (all, r * all->prediction_size + c), t = lm_metric_t (all, r * all->prediction_size + c);

      errors += (p - t) * (p - t);
      spread += (t - mean) * (t - mean);
    }
    sum += spread > 0 ? 1 - errors / spread : errors == 0 ? 1
                                                          : 0;
  }
  return all->n > 1 ? sum / (double) all->prediction_size : (double) NAN;
}

#define NUMBERS(symbol, id_, title_, help_, ...)             \
  const LmMetricClass symbol = {                             \
    .member = { .id = id_, .title = title_, .help = help_ }, \
    .kind = LM_METRIC_NUMBERS,                               \
    __VA_ARGS__                                              \
  }

NUMBERS (lm_metric_mae, "mae", N_ ("Mean absolute error"), N_ ("Mean of |p − t|, in the target's own unit."), .update = mae_update, .result = lm_metric_mean);
NUMBERS (lm_metric_mse, "mse", N_ ("Mean squared error"), N_ ("Mean of (p − t)², in the square of the target's own unit."), .update = mse_update, .result = lm_metric_mean);
NUMBERS (lm_metric_rmse, "rmse", N_ ("Root mean squared error"), N_ ("√ of the mean of (p − t)², in the target's own unit; of several outputs the mean over them."), .update = mse_update, .result = root_result, .whole = rmse_whole);
NUMBERS (lm_metric_mape, "mape", N_ ("Mean absolute percentage error"), N_ ("Mean of |p − t|/|t|: 0.1 means off by a tenth."), .update = mape_update, .result = lm_metric_mean);
NUMBERS (lm_metric_msle, "msle", N_ ("Mean squared logarithmic error"), N_ ("Mean of (log (1 + p) − log (1 + t))²."), .update = msle_update, .result = lm_metric_mean);
NUMBERS (lm_metric_max_error, "max_error", N_ ("Largest error"), N_ ("The largest |p − t|, in the target's own unit."), .update = max_update, .result = max_result);
NUMBERS (lm_metric_r2, "r2", N_ ("R²"), N_ ("1 − Σ (p − t)²/Σ (t − mean)²: 1 is perfect, 0 no better than always the mean; of several outputs the mean over them."), .more_is_better = TRUE, .update = r2_update, .result = r2_result, .whole = r2_whole);
