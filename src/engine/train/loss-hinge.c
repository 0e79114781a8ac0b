/* loss-hinge.c: margins, and the distance of distributions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-i18n.h"
#include "lm-loss.h"

static const char *const metrics[] = { "accuracy", NULL };

static LmValue
hinge_lower (LmBuilder *b,
             const LmOptionSet *set,
             LmValue prediction,
             LmValue target,
             LmValue weight)
{
  return lm_loss_build (b, &(LmLossAttrs){ .kind = LM_LOSS_HINGE }, prediction, target, weight);
}

static LmValue
squared_hinge_lower (LmBuilder *b,
                     const LmOptionSet *set,
                     LmValue prediction,
                     LmValue target,
                     LmValue weight)
{
  return lm_loss_build (b, &(LmLossAttrs){ .kind = LM_LOSS_SQUARED_HINGE }, prediction, target, weight);
}

static LmValue
categorical_lower (LmBuilder *b,
                   const LmOptionSet *set,
                   LmValue prediction,
                   LmValue target,
                   LmValue weight)
{
  return lm_loss_build (b, &(LmLossAttrs){ .kind = LM_LOSS_CATEGORICAL_HINGE }, prediction, target, weight);
}

static LmValue
divergence_lower (LmBuilder *b,
                  const LmOptionSet *set,
                  LmValue prediction,
                  LmValue target,
                  LmValue weight)
{
  return lm_loss_build (b, &(LmLossAttrs){ .kind = LM_LOSS_KL_DIVERGENCE }, prediction, target, weight);
}

const LmLossClass lm_loss_hinge = {
  .member = {
    .id = "hinge",
    .title = N_ ("Hinge"),
    .help = N_ ("Mean of max (1 − t·p, 0) with t = −1 or 1 (0 becomes −1): for yes or no with a linear or tanh output, as in a support vector machine."),
  },
  .target = LM_TARGET_SAME,
  .metrics = metrics,
  .lower = hinge_lower,
};

const LmLossClass lm_loss_squared_hinge = {
  .member = {
    .id = "squared_hinge",
    .title = N_ ("Squared hinge"),
    .help = N_ ("Mean of max (1 − t·p, 0)² with t = −1 or 1 (0 becomes −1): punishes wide misses more."),
  },
  .target = LM_TARGET_SAME,
  .metrics = metrics,
  .lower = squared_hinge_lower,
};

const LmLossClass lm_loss_categorical_hinge = {
  .member = {
    .id = "categorical_hinge",
    .title = N_ ("Categorical hinge"),
    .help = N_ ("max (1 + best wrong answer − right answer, 0): for one class out of several without softmax."),
  },
  .target = LM_TARGET_SAME,
  .one_hot = TRUE,
  .metrics = metrics,
  .lower = categorical_lower,
};

const LmLossClass lm_loss_kl_divergence = {
  .member = {
    .id = "kl_divergence",
    .title = N_ ("Kullback–Leibler divergence"),
    .help = N_ ("Σ t·log (t/p) over the classes: how far the predicted distribution is from the given one. Both are clipped to 10⁻⁷ … 1."),
  },
  .target = LM_TARGET_SAME,
  .one_hot = TRUE,
  .metrics = metrics,
  .lower = divergence_lower,
};
