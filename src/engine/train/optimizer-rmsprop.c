/* optimizer-rmsprop.c: steps scaled by the recent size of each gradient
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-optimizer-options.h"

enum {
  LEARNING_RATE,
  RHO,
  MOMENTUM,
  EPSILON,
  CENTERED,
};

static const LmOptionSpec options[] = {
  [LEARNING_RATE] = LM_OPTIMIZER_RATE (0.001),
  [RHO] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "rho",
    .title = N_ ("Memory"),
    .help = N_ ("How slowly the mean of squared gradients forgets."),
    .initial = 0.9,
    .max = 1,
    .rare = TRUE,
  },
  [MOMENTUM] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "momentum",
    .title = N_ ("Momentum"),
    .help = N_ ("Share of the last step that is taken again: 0 for none."),
    .max = 1,
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
  [CENTERED] = {
    .kind = LM_OPTION_BOOL,
    .id = "centered",
    .title = N_ ("Centered"),
    .help = N_ ("Scales by the variance of the gradients instead of their mean square."),
    .rare = TRUE,
  },
  LM_OPTIMIZER_COMMON,
};

/* v = rho·v + (1 − rho)·g², w −= rate·g/√(v + ε); centered: √(v − m² + ε) with m the mean of g.
 * Source: Keras 3, keras/src/optimizers/rmsprop.py. */
static void
rmsprop_fill (const LmOptionSet *set,
              double rate,
              guint64 step,
              LmUpdateRule *rule)
{
  rule->kind = LM_UPDATE_RMSPROP;
  rule->rate = (lm_real) rate;
  rule->rho = (lm_real) lm_option_get_double (set, RHO);
  rule->momentum = (lm_real) lm_option_get_double (set, MOMENTUM);
  rule->eps = (lm_real) lm_option_get_double (set, EPSILON);
  rule->centered = lm_option_get_bool (set, CENTERED);
}

const LmOptimizerClass lm_optimizer_rmsprop = {
  .member = {
    .id = "rmsprop",
    .title = N_ ("RMSprop"),
    .help = N_ ("Divides each gradient by the root of its recent mean square. A good start for most networks."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .fill = rmsprop_fill,
};
