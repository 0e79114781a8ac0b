/* optimizer-lion.c: steps of one size, in the direction of the sign
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-optimizer-options.h"

enum {
  LEARNING_RATE,
  BETA_1,
  BETA_2,
};

static const LmOptionSpec options[] = {
  [LEARNING_RATE] = LM_OPTIMIZER_RATE (0.001),
  [BETA_1] = LM_OPTIMIZER_SHARE ("beta_1", N_ ("Share of the memory"), N_ ("How much the mean of gradients counts in a step, against the gradient itself."), 0.9, 1),
  [BETA_2] = LM_OPTIMIZER_SHARE ("beta_2", N_ ("Memory of gradients"), N_ ("How slowly the mean of gradients forgets."), 0.99, 1),
  LM_OPTIMIZER_COMMON,
};

/* w −= rate·sign (β₁·m + (1 − β₁)·g), then m = β₂·m + (1 − β₂)·g. Source: Chen et al. 2023; Keras 3. */
static void
lion_fill (const LmOptionSet *set,
           double rate,
           guint64 step,
           LmUpdateRule *rule)
{
  rule->kind = LM_UPDATE_LION;
  rule->rate = (lm_real) rate;
  rule->beta = (lm_real) lm_option_get_double (set, BETA_1);
  rule->rho = (lm_real) lm_option_get_double (set, BETA_2);
}

const LmOptimizerClass lm_optimizer_lion = {
  .member = {
    .id = "lion",
    .title = N_ ("Lion"),
    .help = N_ ("Each weight moves by exactly the learning rate, up or down by the sign of the averaged gradient. Wants a rate three to ten times smaller than Adam's. One extra number per weight."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .fill = lion_fill,
};
