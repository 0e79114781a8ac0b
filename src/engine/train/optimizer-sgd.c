/* optimizer-sgd.c: gradient descent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-optimizer-options.h"

enum {
  LEARNING_RATE,
  MOMENTUM,
  NESTEROV,
};

static const LmOptionSpec options[] = {
  [LEARNING_RATE] = LM_OPTIMIZER_RATE (0.01),
  [MOMENTUM] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "momentum",
    .title = N_ ("Momentum"),
    .help = N_ ("Share of the last step that is taken again: 0 for none, often 0.9."),
    .max = 1,
  },
  [NESTEROV] = {
    .kind = LM_OPTION_BOOL,
    .id = "nesterov",
    .title = N_ ("Nesterov"),
    .help = N_ ("Looks ahead by one step of momentum."),
    .rare = TRUE,
  },
  LM_OPTIMIZER_COMMON,
};

/* w −= rate·g; with momentum: s = momentum·s − rate·g, w += s, or by Nesterov w += momentum·s − rate·g.
 * Source: Keras 3, keras/src/optimizers/sgd.py. */
static void
sgd_fill (const LmOptionSet *set,
          double rate,
          guint64 step,
          LmUpdateRule *rule)
{
  double momentum = lm_option_get_double (set, MOMENTUM);

  rule->kind = momentum > 0 ? LM_UPDATE_MOMENTUM : LM_UPDATE_SGD;
  rule->rate = (lm_real) rate;
  rule->momentum = (lm_real) momentum;
  rule->nesterov = lm_option_get_bool (set, NESTEROV);
}

const LmOptimizerClass lm_optimizer_sgd = {
  .member = {
    .id = "sgd",
    .title = N_ ("Gradient descent (SGD)"),
    .help = N_ ("w −= rate·g, with momentum if wanted. Plain and predictable; needs a well chosen rate."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .fill = sgd_fill,
};
