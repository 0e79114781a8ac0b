/* loss-regression.c: errors of numbers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-i18n.h"
#include "lm-loss.h"

enum {
  DELTA,
};

static const LmOptionSpec huber_options[] = {
  [DELTA] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "delta",
    .title = N_ ("Delta"),
    .help = N_ ("Up to this error the loss is squared, beyond it grows in a straight line."),
    .initial = 1,
    .min = 0,
    .max = 1e9,
    .above_min = TRUE,
    .log_scale = TRUE,
  },
};

static const char *const metrics[] = { "mae", NULL };

static LmValue
squared_lower (LmBuilder *b,
               const LmOptionSet *set,
               LmValue prediction,
               LmValue target,
               LmValue weight)
{
  return lm_loss_build (b, &(LmLossAttrs){ .kind = LM_LOSS_MSE }, prediction, target, weight);
}

static LmValue
absolute_lower (LmBuilder *b,
                const LmOptionSet *set,
                LmValue prediction,
                LmValue target,
                LmValue weight)
{
  return lm_loss_build (b, &(LmLossAttrs){ .kind = LM_LOSS_MAE }, prediction, target, weight);
}

static LmValue
percentage_lower (LmBuilder *b,
                  const LmOptionSet *set,
                  LmValue prediction,
                  LmValue target,
                  LmValue weight)
{
  return lm_loss_build (b, &(LmLossAttrs){ .kind = LM_LOSS_MAPE }, prediction, target, weight);
}

static LmValue
logarithmic_lower (LmBuilder *b,
                   const LmOptionSet *set,
                   LmValue prediction,
                   LmValue target,
                   LmValue weight)
{
  return lm_loss_build (b, &(LmLossAttrs){ .kind = LM_LOSS_MSLE }, prediction, target, weight);
}

static LmValue
huber_lower (LmBuilder *b,
             const LmOptionSet *set,
             LmValue prediction,
             LmValue target,
             LmValue weight)
{
  return lm_loss_build (b, &(LmLossAttrs){ .kind = LM_LOSS_HUBER, .delta = set != NULL ? lm_option_get_double (set, DELTA) : 1 }, prediction, target, weight);
}

static LmValue
log_cosh_lower (LmBuilder *b,
                const LmOptionSet *set,
                LmValue prediction,
                LmValue target,
                LmValue weight)
{
  return lm_loss_build (b, &(LmLossAttrs){ .kind = LM_LOSS_LOG_COSH }, prediction, target, weight);
}

static LmValue
poisson_lower (LmBuilder *b,
               const LmOptionSet *set,
               LmValue prediction,
               LmValue target,
               LmValue weight)
{
  return lm_loss_build (b, &(LmLossAttrs){ .kind = LM_LOSS_POISSON }, prediction, target, weight);
}

static LmValue
cosine_lower (LmBuilder *b,
              const LmOptionSet *set,
              LmValue prediction,
              LmValue target,
              LmValue weight)
{
  return lm_loss_build (b, &(LmLossAttrs){ .kind = LM_LOSS_COSINE }, prediction, target, weight);
}

const LmLossClass lm_loss_mean_squared_error = {
  .member = {
    .id = "mean_squared_error",
    .title = N_ ("Mean squared error"),
    .help = N_ ("Mean of (p − t)²: for numbers. Large errors count most."),
  },
  .target = LM_TARGET_SAME,
  .metrics = metrics,
  .lower = squared_lower,
};

const LmLossClass lm_loss_mean_absolute_error = {
  .member = {
    .id = "mean_absolute_error",
    .title = N_ ("Mean absolute error"),
    .help = N_ ("Mean of |p − t|: for numbers. Less sensitive to outliers than the squared error."),
  },
  .target = LM_TARGET_SAME,
  .metrics = metrics,
  .lower = absolute_lower,
};

const LmLossClass lm_loss_mean_absolute_percentage_error = {
  .member = {
    .id = "mean_absolute_percentage_error",
    .title = N_ ("Mean absolute percentage error"),
    .help = N_ ("100·mean of |p − t|/|t|: for numbers whose error is judged by their size. Targets near zero make it huge."),
  },
  .target = LM_TARGET_SAME,
  .metrics = metrics,
  .lower = percentage_lower,
};

const LmLossClass lm_loss_mean_squared_logarithmic_error = {
  .member = {
    .id = "mean_squared_logarithmic_error",
    .title = N_ ("Mean squared logarithmic error"),
    .help = N_ ("Mean of (log (1 + p) − log (1 + t))²: for numbers above zero that span several powers of ten. Numbers below zero count as zero."),
  },
  .target = LM_TARGET_SAME,
  .metrics = metrics,
  .lower = logarithmic_lower,
};

const LmLossClass lm_loss_huber = {
  .member = {
    .id = "huber",
    .title = N_ ("Huber"),
    .help = N_ ("d²/2 for errors d up to δ, δ·(|d| − δ/2) beyond: squared for small errors, absolute for outliers."),
    .options = huber_options,
    .n_options = G_N_ELEMENTS (huber_options),
  },
  .target = LM_TARGET_SAME,
  .metrics = metrics,
  .lower = huber_lower,
};

const LmLossClass lm_loss_log_cosh = {
  .member = {
    .id = "log_cosh",
    .title = N_ ("Logarithm of the hyperbolic cosine"),
    .help = N_ ("Mean of log cosh (p − t): about d²/2 for small errors, |d| − log 2 for large ones, smooth between."),
  },
  .target = LM_TARGET_SAME,
  .metrics = metrics,
  .lower = log_cosh_lower,
};

const LmLossClass lm_loss_poisson = {
  .member = {
    .id = "poisson",
    .title = N_ ("Poisson"),
    .help = N_ ("Mean of p − t·log p: for counts. The prediction must be above zero, as by softplus or exponential."),
  },
  .target = LM_TARGET_SAME,
  .metrics = metrics,
  .lower = poisson_lower,
};

const LmLossClass lm_loss_cosine_similarity = {
  .member = {
    .id = "cosine_similarity",
    .title = N_ ("Cosine similarity"),
    .help = N_ ("−cos of the angle between prediction and target, from −1 for the same direction to 1: lengths play no part."),
  },
  .target = LM_TARGET_SAME,
  .metrics = metrics,
  .lower = cosine_lower,
};
