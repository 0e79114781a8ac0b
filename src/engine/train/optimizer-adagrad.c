/* optimizer-adagrad.c: steps scaled by all gradients so far
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-optimizer-options.h"

enum {
  LEARNING_RATE,
  INITIAL,
  RHO = INITIAL,
  EPSILON,
};

static const LmOptionSpec adagrad_options[] = {
  [LEARNING_RATE] = LM_OPTIMIZER_RATE (0.001),
  [INITIAL] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "initial_accumulator_value",
    .title = N_ ("First sum of squares"),
    .help = N_ ("What the sum of squared gradients begins with: larger is more careful at first."),
    .initial = 0.1,
    .max = 1e9,
    .rare = TRUE,
  },
  [EPSILON] = LM_OPTIMIZER_EPSILON,
  LM_OPTIMIZER_COMMON,
};

static const LmOptionSpec adadelta_options[] = {
  [LEARNING_RATE] = LM_OPTIMIZER_RATE (0.001),
  [RHO] = LM_OPTIMIZER_SHARE ("rho", N_ ("Memory"), N_ ("How slowly the mean of squared gradients forgets."), 0.95, 1),
  [EPSILON] = LM_OPTIMIZER_EPSILON,
  LM_OPTIMIZER_COMMON,
};

/* s += g², w −= rate·g/√(initial + s + ε). The stored sum begins with 0, so that padding stays zero.
 * Source: Duchi, Hazan & Singer 2011; Keras 3. */
static void
adagrad_fill (const LmOptionSet *set,
              double rate,
              guint64 step,
              LmUpdateRule *rule)
{
  rule->kind = LM_UPDATE_ADAGRAD;
  rule->rate = (lm_real) rate;
  rule->eps = (lm_real) (lm_option_get_double (set, INITIAL) + lm_option_get_double (set, EPSILON));
}

/* Source: Zeiler 2012; Keras 3. */
static void
adadelta_fill (const LmOptionSet *set,
               double rate,
               guint64 step,
               LmUpdateRule *rule)
{
  rule->kind = LM_UPDATE_ADADELTA;
  rule->rate = (lm_real) rate;
  rule->rho = (lm_real) lm_option_get_double (set, RHO);
  rule->eps = (lm_real) lm_option_get_double (set, EPSILON);
}

const LmOptimizerClass lm_optimizer_adagrad = {
  .member = {
    .id = "adagrad",
    .title = N_ ("Adagrad"),
    .help = N_ ("Divides each gradient by the root of the sum of all its squares so far: weights that rarely get one learn faster. Steps only ever shrink."),
    .options = adagrad_options,
    .n_options = G_N_ELEMENTS (adagrad_options),
  },
  .fill = adagrad_fill,
};

const LmOptimizerClass lm_optimizer_adadelta = {
  .member = {
    .id = "adadelta",
    .title = N_ ("Adadelta"),
    .help = N_ ("Adagrad that forgets, with steps scaled by the size of recent steps. The original has a learning rate of 1. Two extra numbers per weight."),
    .options = adadelta_options,
    .n_options = G_N_ELEMENTS (adadelta_options),
  },
  .fill = adadelta_fill,
};
