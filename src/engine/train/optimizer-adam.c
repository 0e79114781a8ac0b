/* optimizer-adam.c: momentum and scaling together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-optimizer-options.h"

enum {
  LEARNING_RATE,
  BETA_1,
  BETA_2,
  EPSILON,
  AMSGRAD,
};

static const LmOptionSpec options[] = {
  [LEARNING_RATE] = LM_OPTIMIZER_RATE (0.001),
  [BETA_1] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "beta_1",
    .title = N_ ("Memory of gradients"),
    .help = N_ ("How slowly the mean of gradients forgets."),
    .initial = 0.9,
    .max = 0.999999,
    .rare = TRUE,
  },
  [BETA_2] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "beta_2",
    .title = N_ ("Memory of squares"),
    .help = N_ ("How slowly the mean of squared gradients forgets."),
    .initial = 0.999,
    .max = 0.99999999,
    .rare = TRUE,
  },
  [EPSILON] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "epsilon",
    .title = N_ ("Epsilon"),
    .help = N_ ("Small number that keeps a division by zero away."),
    .initial = 1e-7,
    .max = 1,
    .log_scale = TRUE,
    .rare = TRUE,
  },
  [AMSGRAD] = {
    .kind = LM_OPTION_BOOL,
    .id = "amsgrad",
    .title = N_ ("AMSGrad"),
    .help = N_ ("Divides by the largest mean square so far, so that steps never grow again."),
    .rare = TRUE,
  },
  LM_OPTIMIZER_COMMON,
};

/* m += (1 − β₁)(g − m), v += (1 − β₂)(g² − v), w −= rate·√(1 − β₂ᵗ)/(1 − β₁ᵗ)·m/(√v + ε).
 * Source: Kingma & Ba 2015; Keras 3, keras/src/optimizers/adam.py. */
static void
adam_fill (const LmOptionSet *set,
           double rate,
           guint64 step,
           LmUpdateRule *rule)
{
  double beta_1 = lm_option_get_double (set, BETA_1), beta_2 = lm_option_get_double (set, BETA_2);

  rule->kind = LM_UPDATE_ADAM;
  rule->rate = (lm_real) (rate * sqrt (1 - pow (beta_2, (double) step)) / (1 - pow (beta_1, (double) step)));
  rule->beta = (lm_real) beta_1;
  rule->rho = (lm_real) beta_2;
  rule->eps = (lm_real) lm_option_get_double (set, EPSILON);
  rule->amsgrad = lm_option_get_bool (set, AMSGRAD);
}

const LmOptimizerClass lm_optimizer_adam = {
  .member = {
    .id = "adam",
    .title = N_ ("Adam"),
    .help = N_ ("RMSprop with momentum, corrected for the first steps. Robust; two extra numbers per weight."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .fill = adam_fill,
};
