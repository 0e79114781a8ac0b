/* loss-regression.c: errors of numbers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-i18n.h"
#include "lm-loss.h"

static const char *const metrics[] = { "mae", NULL };

static LmValue
lower (LmBuilder *b,
       LmValue prediction,
       LmValue target,
       LmLossKind kind)
{
  LmLossAttrs attrs = { .kind = kind };
  LmValue in[2] = { prediction, target }, loss;

  lm_build_op (b, LM_OP_loss, &attrs, in, 2, &loss, 1);
  return loss;
}

static LmValue
squared_lower (LmBuilder *b,
               const LmOptionSet *set,
               LmValue prediction,
               LmValue target)
{
  return lower (b, prediction, target, LM_LOSS_MSE);
}

static LmValue
absolute_lower (LmBuilder *b,
                const LmOptionSet *set,
                LmValue prediction,
                LmValue target)
{
  return lower (b, prediction, target, LM_LOSS_MAE);
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
