/* optimizer-adam.c: momentum and scaling together: Adam and its relatives
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

#define AMSGRAD_SPEC                                                                           \
  {                                                                                            \
    .kind = LM_OPTION_BOOL,                                                                    \
    .id = "amsgrad",                                                                           \
    .title = N_ ("AMSGrad"),                                                                   \
    .help = N_ ("Divides by the largest mean square so far, so that steps never grow again."), \
    .rare = TRUE,                                                                              \
  }

static const LmOptionSpec options[] = {
  [LEARNING_RATE] = LM_OPTIMIZER_RATE (0.001),
  [BETA_1] = LM_OPTIMIZER_BETA_1,
  [BETA_2] = LM_OPTIMIZER_BETA_2,
  [EPSILON] = LM_OPTIMIZER_EPSILON,
  [AMSGRAD] = AMSGRAD_SPEC,
  LM_OPTIMIZER_COMMON,
};

static const LmOptionSpec adamw_options[] = {
  [LEARNING_RATE] = LM_OPTIMIZER_RATE (0.001),
  [BETA_1] = LM_OPTIMIZER_BETA_1,
  [BETA_2] = LM_OPTIMIZER_BETA_2,
  [EPSILON] = LM_OPTIMIZER_EPSILON,
  [AMSGRAD] = AMSGRAD_SPEC,
  LM_OPTIMIZER_COMMON_WITH (0.004, FALSE),
};

static const LmOptionSpec plain_options[] = {
  [LEARNING_RATE] = LM_OPTIMIZER_RATE (0.001),
  [BETA_1] = LM_OPTIMIZER_BETA_1,
  [BETA_2] = LM_OPTIMIZER_BETA_2,
  [EPSILON] = LM_OPTIMIZER_EPSILON,
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

/* m as Adam, u = max (β₂·u, |g|), w −= rate/(1 − β₁ᵗ)·m/(u + ε). Source: Kingma & Ba 2015, section 7.1; Keras 3. */
static void
adamax_fill (const LmOptionSet *set,
             double rate,
             guint64 step,
             LmUpdateRule *rule)
{
  double beta_1 = lm_option_get_double (set, BETA_1);

  rule->kind = LM_UPDATE_ADAMAX;
  rule->rate = (lm_real) (rate / (1 - pow (beta_1, (double) step)));
  rule->beta = (lm_real) beta_1;
  rule->rho = (lm_real) lm_option_get_double (set, BETA_2);
  rule->eps = (lm_real) lm_option_get_double (set, EPSILON);
}

/* Momentum of step @t: it warms up to β₁. */
static double
nadam_momentum (double beta_1,
                double t)
{
  return beta_1 * (1 - 0.5 * pow (0.96, t));
}

/* With u_t the momentum of step t and U_t the product of all up to it:
 * w −= rate·(u_{t+1}·m/(1 − U_{t+1}) + (1 − u_t)·g/(1 − U_t))/(√(v/(1 − β₂ᵗ)) + ε). Source: Dozat 2016; Keras 3. */
static void
nadam_fill (const LmOptionSet *set,
            double rate,
            guint64 step,
            LmUpdateRule *rule)
{
  double beta_1 = lm_option_get_double (set, BETA_1), beta_2 = lm_option_get_double (set, BETA_2);
  double correction = sqrt (1 - pow (beta_2, (double) step)), product = 1, next = nadam_momentum (beta_1, (double) step + 1);

  /* Below that it plays no part in 1 − U. */
  for (guint64 t = 1; t <= step && product > 1e-20; t++)
    product *= nadam_momentum (beta_1, (double) t);
  rule->kind = LM_UPDATE_NADAM;
  rule->rate = (lm_real) (rate * correction);
  rule->momentum = (lm_real) (next / (1 - product * next));
  rule->direct = (lm_real) ((1 - nadam_momentum (beta_1, (double) step)) / (1 - product));
  rule->beta = (lm_real) beta_1;
  rule->rho = (lm_real) beta_2;
  rule->eps = (lm_real) (lm_option_get_double (set, EPSILON) * correction);
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

const LmOptimizerClass lm_optimizer_adamw = {
  .member = {
    .id = "adamw",
    .title = N_ ("AdamW"),
    .help = N_ ("Adam with weight decay: each step also takes a share of every weight away, apart from the gradient. Two extra numbers per weight."),
    .options = adamw_options,
    .n_options = G_N_ELEMENTS (adamw_options),
  },
  .fill = adam_fill,
};

const LmOptimizerClass lm_optimizer_adamax = {
  .member = {
    .id = "adamax",
    .title = N_ ("Adamax"),
    .help = N_ ("Adam that divides by the largest recent gradient instead of the mean square: calmer where gradients are rare. Two extra numbers per weight."),
    .options = plain_options,
    .n_options = G_N_ELEMENTS (plain_options),
  },
  .fill = adamax_fill,
};

const LmOptimizerClass lm_optimizer_nadam = {
  .member = {
    .id = "nadam",
    .title = N_ ("Nadam"),
    .help = N_ ("Adam that looks ahead by one step of momentum, as Nesterov does. Two extra numbers per weight."),
    .options = plain_options,
    .n_options = G_N_ELEMENTS (plain_options),
  },
  .fill = nadam_fill,
};
