/* lm-loss-rows.c: losses of one row that need no vector kernel
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-loss-rows.h"

#include <math.h>

/* Formulas and what happens at kinks and limits are those of Keras 3, keras/src/losses/losses.py. Focal losses from logits are
 * exact where Keras clips at 1e-7. */

#define EPSILON 1e-7

/* The largest probability after clipping, which depends on the number type. */
#define NEARLY_ONE ((double) (LM_REAL (1) - LM_REAL (1e-7)))

static double
clip (double x, double low, double high)
{
  return x < low ? low : x > high ? high
                                  : x;
}

/* log (1 + eˣ) for any x. */
static double
softplus (double x)
{
  return MAX (x, 0.0) + log1p (exp (-fabs (x)));
}

static double
sigmoid (double x)
{
  return x >= 0 ? 1 / (1 + exp (-x)) : exp (x) / (1 + exp (x));
}

static double
sign (double x)
{
  return x > 0 ? 1 : x < 0 ? -1
                           : x;
}

/* --- Number by number: loss and slope ------------------------------------------------------- */

static double
focal_weight (const LmLossAttrs *a, double t)
{
  return a->balance ? t * a->alpha + (1 - t) * (1 - a->alpha) : 1;
}

/* Binary cross-entropy times (1 − probability of the truth)^gamma. @slope: (nullable) */
static double
binary_focal (const LmLossAttrs *a, double x, double t, double *slope)
{
  gboolean logits = a->from == LM_FROM_LOGITS;
  double p = logits ? sigmoid (x) : x, q = clip (p, EPSILON, NEARLY_ONE);
  double entropy = logits ? softplus (x) - t * x : -t * log (q) - (1 - t) * log (1 - q);
  double miss = 1 - (t * p + (1 - t) * (1 - p)), factor = pow (miss, a->gamma), weight = focal_weight (a, t);

  if (slope != NULL) {
    double steep = a->gamma == 0 ? 0 : a->gamma * pow (miss, a->gamma - 1) * (1 - 2 * t);

    if (logits)
      *slope = weight * (steep * p * (1 - p) * entropy + factor * (p - t));
    else
      *slope = weight * (steep * entropy + (p == q ? factor * ((1 - t) / (1 - q) - t / q) : 0));
  }
  return weight * factor * entropy;
}

static double
cost (const LmLossAttrs *a, gboolean signs, double p, double t, double *slope)
{
  double d = p - t, s = 0, y = NAN, q;

  switch (a->kind) {
  case LM_LOSS_MAPE:
    q = 100 / MAX (fabs (t), EPSILON);
    y = q * fabs (d);
    s = q * sign (d);
    break;
  case LM_LOSS_MSLE:
    q = log (MAX (p, EPSILON) + 1) - log (MAX (t, EPSILON) + 1);
    y = q * q;
    s = p < EPSILON ? 0 : 2 * q / (p + 1);
    break;
  case LM_LOSS_HUBER:
    q = fabs (d);
    y = q <= a->delta ? d * d / 2 : a->delta * q - a->delta * a->delta / 2;
    s = clip (d, -a->delta, a->delta);
    break;
  case LM_LOSS_LOG_COSH:
    y = fabs (d) + log1p (exp (-2 * fabs (d))) - G_LN2;
    s = tanh (d);
    break;
  case LM_LOSS_HINGE:
  case LM_LOSS_SQUARED_HINGE:
    t = signs ? 2 * t - 1 : t;
    q = 1 - t * p;
    s = q >= 0 ? -t : 0;
    q = MAX (q, 0);
    y = q;
    if (a->kind == LM_LOSS_SQUARED_HINGE) {
      y = q * q;
      s *= 2 * q;
    }
    break;
  case LM_LOSS_POISSON:
    y = p - t * log (p + EPSILON);
    s = 1 - t / (p + EPSILON);
    break;
  case LM_LOSS_BINARY_FOCAL:
    return binary_focal (a, p, t, slope);
  default:
    g_assert_not_reached ();
  }
  if (slope != NULL)
    *slope = s;
  return isnan (p) || isnan (t) ? (double) NAN : y;
}

/* --- Losses of a whole row -------------------------------------------------------------------- */

/* max (0, 1 + the best wrong answer − the right one). @ties: how many answers are the best wrong one. */
static double
categorical_hinge (gint64 cols, const lm_real *p, const lm_real *t, double *best, gint64 *ties)
{
  double right = 0;

  *best = -(double) INFINITY;
  *ties = 0;
  for (gint64 j = 0; j < cols; j++) {
    double wrong = (1 - (double) t[j]) * (double) p[j];

    right += (double) t[j] * (double) p[j];
    if (wrong > *best) {
      *best = wrong;
      *ties = 1;
    } else if (wrong == *best) {
      ++*ties;
    }
  }
  return 1 + *best - right;
}

static void
categorical_hinge_grad (gint64 cols, const lm_real *p, const lm_real *t, double dloss, lm_real *dp, gboolean add)
{
  double best, loss;
  gint64 ties;

  loss = categorical_hinge (cols, p, t, &best, &ties);
  for (gint64 j = 0; j < cols; j++) {
    gboolean is_best = (1 - (double) t[j]) * (double) p[j] == best;
    double slope = (is_best ? (1 - (double) t[j]) / (double) ties : 0) - (double) t[j];
    lm_real d = LM_REAL (loss >= 0 ? dloss * slope : 0);

    dp[j] = add ? dp[j] + d : d;
  }
}

static double
divergence (gint64 cols, const lm_real *p, const lm_real *t)
{
  double sum = 0;

  for (gint64 j = 0; j < cols; j++) {
    double share = clip ((double) t[j], EPSILON, 1);

    sum += share * log (share / clip ((double) p[j], EPSILON, 1));
  }
  return sum;
}

static void
divergence_grad (gint64 cols, const lm_real *p, const lm_real *t, double dloss, lm_real *dp, gboolean add)
{
  for (gint64 j = 0; j < cols; j++) {
    gboolean inside = (double) p[j] >= EPSILON && p[j] <= 1;
    lm_real d = LM_REAL (inside ? -dloss * clip ((double) t[j], EPSILON, 1) / (double) p[j] : 0);

    dp[j] = add ? dp[j] + d : d;
  }
}

/* What makes a row of length 1: 1/√Σx², at most 1e7. */
static double
inverse_norm (gint64 cols, const lm_real *x)
{
  double squares = 0;

  for (gint64 j = 0; j < cols; j++)
    squares += (double) x[j] * (double) x[j];
  return MIN (1 / sqrt (squares), 1 / EPSILON);
}

static double
dot (gint64 cols, const lm_real *p, const lm_real *t)
{
  double sum = 0;

  for (gint64 j = 0; j < cols; j++)
    sum += (double) p[j] * (double) t[j];
  return sum;
}

/* −cos of the angle; where the norm is cut off, the prediction is only scaled. */
static void
cosine_grad (gint64 cols, const lm_real *p, const lm_real *t, double dloss, lm_real *dp, gboolean add)
{
  double u = inverse_norm (cols, p), v = inverse_norm (cols, t), c = dot (cols, p, t) * u * v;
  double back = u < 1 / EPSILON ? c * u * u : 0;

  for (gint64 j = 0; j < cols; j++) {
    lm_real d = LM_REAL (-dloss * ((double) t[j] * u * v - back * (double) p[j]));

    dp[j] = add ? dp[j] + d : d;
  }
}

/* What a row of predictions is divided by to become probabilities: from logits Σ e^(x − max), else Σ p. */
static double
row_sum (const LmLossAttrs *a, gint64 cols, const lm_real *p, double *max)
{
  double sum = 0;

  *max = (double) p[0];
  for (gint64 j = 1; j < cols; j++)
    *max = MAX (*max, (double) p[j]);
  for (gint64 j = 0; j < cols; j++)
    sum += a->from == LM_FROM_LOGITS ? exp ((double) p[j] - *max) : (double) p[j];
  return sum;
}

/* Of one class: probability @o and its logarithm, clipped unless they come from logits. FALSE if it was cut. */
static gboolean
class_share (const LmLossAttrs *a, double x, double max, double sum, double *o, double *log_o)
{
  double raw;

  if (a->from == LM_FROM_LOGITS) {
    *log_o = x - max - log (sum);
    *o = exp (*log_o);
    return TRUE;
  }
  raw = x / sum;
  *o = clip (raw, EPSILON, NEARLY_ONE);
  *log_o = log (*o);
  return raw == *o;
}

static double
categorical_focal (const LmLossAttrs *a, gint64 cols, const lm_real *p, const lm_real *t)
{
  double max, sum = row_sum (a, cols, p, &max), loss = 0;

  for (gint64 j = 0; j < cols; j++) {
    double o, log_o;

    class_share (a, (double) p[j], max, sum, &o, &log_o);
    if (t[j] != 0)
      loss -= a->alpha * pow (1 - o, a->gamma) * (double) t[j] * log_o;
  }
  return loss;
}

/* ∂loss/∂o · o of one class, which stays finite for o → 0. */
static double
focal_elasticity (const LmLossAttrs *a, double t, double o, double log_o)
{
  double steep = a->gamma == 0 || o >= 1 ? 0 : a->gamma * pow (1 - o, a->gamma - 1) * o * log_o;

  return t == 0 ? 0 : a->alpha * t * (steep - pow (1 - o, a->gamma));
}

static void
categorical_focal_grad (const LmLossAttrs *a, gint64 cols, const lm_real *p, const lm_real *t, double dloss, lm_real *dp, gboolean add)
{
  double max, sum = row_sum (a, cols, p, &max), all = 0, o, log_o;

  for (gint64 j = 0; j < cols; j++) {
    if (class_share (a, (double) p[j], max, sum, &o, &log_o))
      all += focal_elasticity (a, (double) t[j], o, log_o);
  }
  for (gint64 j = 0; j < cols; j++) {
    gboolean inside = class_share (a, (double) p[j], max, sum, &o, &log_o);
    double e = inside ? focal_elasticity (a, (double) t[j], o, log_o) : 0, slope;
    lm_real d;

    /* Through o = softmax (x), or o = p / Σ p. */
    slope = a->from == LM_FROM_LOGITS ? e - o * all : ((inside ? e / o : 0) - all) / sum;
    d = LM_REAL (dloss * slope);
    dp[j] = add ? dp[j] + d : d;
  }
}

/* --- All together --------------------------------------------------------------------------------- */

double
LM_R (lm_loss_row) (const LmLossAttrs *attrs, gboolean signs, gint64 cols, const lm_real *p, const lm_real *t)
{
  double sum = 0, best;
  gint64 ties;

  switch (attrs->kind) {
  case LM_LOSS_CATEGORICAL_HINGE:
    return fmax (categorical_hinge (cols, p, t, &best, &ties), 0);
  case LM_LOSS_KL_DIVERGENCE:
    return divergence (cols, p, t);
  case LM_LOSS_COSINE:
    return -dot (cols, p, t) * inverse_norm (cols, p) * inverse_norm (cols, t);
  case LM_LOSS_CATEGORICAL_FOCAL:
    return categorical_focal (attrs, cols, p, t);
  default:
    for (gint64 j = 0; j < cols; j++)
      sum += cost (attrs, signs, (double) p[j], (double) t[j], NULL);
    return sum / (double) cols;
  }
}

void
LM_R (lm_loss_row_grad) (const LmLossAttrs *attrs, gboolean signs, gint64 cols, const lm_real *p, const lm_real *t, double dloss, lm_real *dp, gboolean add)
{
  switch (attrs->kind) {
  case LM_LOSS_CATEGORICAL_HINGE:
    categorical_hinge_grad (cols, p, t, dloss, dp, add);
    break;
  case LM_LOSS_KL_DIVERGENCE:
    divergence_grad (cols, p, t, dloss, dp, add);
    break;
  case LM_LOSS_COSINE:
    cosine_grad (cols, p, t, dloss, dp, add);
    break;
  case LM_LOSS_CATEGORICAL_FOCAL:
    categorical_focal_grad (attrs, cols, p, t, dloss, dp, add);
    break;
  default:
    for (gint64 j = 0; j < cols; j++) {
      double slope;
      lm_real d;

      cost (attrs, signs, (double) p[j], (double) t[j], &slope);
      d = LM_REAL (dloss / (double) cols * slope);
      dp[j] = add ? dp[j] + d : d;
    }
  }
}
