/* activations.c: the activation functions by name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-activation.h"
#include "lm-i18n.h"

#include <math.h>

/* Names, formulas and parameters are Keras's. */

#define SLOPE_SPEC(id_, title_, initial_, help_)                                                                     \
  {                                                                                                                  \
    .kind = LM_OPTION_DOUBLE, .id = id_, .title = title_, .help = help_, .initial = initial_, .min = 0.0, .max = 1e3 \
  }

#define AXIS_SPEC                                                                                                                        \
  {                                                                                                                                      \
    .kind = LM_OPTION_INT, .id = "axis", .title = N_ ("Axis"), .help = N_ ("Along which axis the shares sum to 1; −1 is the last one."), \
    .initial = -1, .min = -(LM_MAX_RANK - 1), .max = LM_MAX_RANK - 1, .rare = TRUE                                                       \
  }

static const LmOptionSpec relu_options[] = {
  SLOPE_SPEC ("negative_slope", N_ ("Slope below the threshold"), 0.0, N_ ("Smaller numbers are multiplied by it instead of becoming zero.")),
  { .kind = LM_OPTION_DOUBLE, .id = "max_value", .title = N_ ("Largest value"), .help = N_ ("Larger results are cut down to it. None: no limit."), .initial = NAN, .min = 0.0, .max = 1e6, .above_min = TRUE, .nullable = TRUE },
  { .kind = LM_OPTION_DOUBLE, .id = "threshold", .title = N_ ("Threshold"), .help = N_ ("Numbers above it pass unchanged."), .min = 0.0, .max = 1e6, .rare = TRUE },
};

static const LmOptionSpec leaky_relu_options[] = {
  SLOPE_SPEC ("negative_slope", N_ ("Negative slope"), 0.2, N_ ("What negative numbers are multiplied by.")),
};

static const LmOptionSpec elu_options[] = {
  SLOPE_SPEC ("alpha", N_ ("Alpha"), 1.0, N_ ("Very negative numbers become −alpha.")),
};

static const LmOptionSpec gelu_options[] = {
  { .kind = LM_OPTION_BOOL, .id = "approximate", .title = N_ ("Approximate"), .help = N_ ("Uses a formula with tanh that differs by less than 0.001.") },
};

static const LmOptionSpec axis_options[] = { AXIS_SPEC };

#define OPTIONS(table) .options = table, .n_options = G_N_ELEMENTS (table)

const LmActivationClass lm_activation_linear = {
  .member = {
    .id = "linear",
    .title = N_ ("Linear"),
    .help = N_ ("f(x) = x: nothing is changed. For the last layer when it predicts a number."),
  },
  .kind = LM_ACT_LINEAR,
};

const LmActivationClass lm_activation_relu = {
  .member = {
    .id = "relu",
    .title = N_ ("ReLU"),
    .help = N_ ("f(x) = max(x, 0): negative numbers become zero. Fast, and a good first choice between layers."),
    OPTIONS (relu_options),
  },
  .kind = LM_ACT_RELU,
  .b = INFINITY,
  .option_a = 1,
  .option_b = 2,
  .option_c = 3,
};

const LmActivationClass lm_activation_sigmoid = {
  .member = {
    .id = "sigmoid",
    .title = N_ ("Sigmoid"),
    .help = N_ ("f(x) = 1 / (1 + exp(−x)), from 0 to 1. For the last layer when it answers yes or no."),
  },
  .kind = LM_ACT_SIGMOID,
};

const LmActivationClass lm_activation_softmax = {
  .member = {
    .id = "softmax",
    .title = N_ ("Softmax"),
    .help = N_ ("f(x)_j = exp(x_j) / Σ exp(x_k) over the last axis: shares that sum to 1. For the last layer when it chooses one of several classes."),
    OPTIONS (axis_options),
  },
  .kind = LM_ACT_SOFTMAX,
  .option_a = 1,
};

const LmActivationClass lm_activation_tanh = {
  .member = {
    .id = "tanh",
    .title = N_ ("Tanh"),
    .help = N_ ("f(x) = (exp(x) − exp(−x)) / (exp(x) + exp(−x)), from −1 to 1."),
  },
  .kind = LM_ACT_TANH,
};

const LmActivationClass lm_activation_relu6 = {
  .member = {
    .id = "relu6",
    .title = N_ ("ReLU6"),
    .help = N_ ("f(x) = min(max(x, 0), 6): a ReLU that stops at 6, as in MobileNet."),
  },
  .kind = LM_ACT_RELU,
  .b = 6.0,
};

const LmActivationClass lm_activation_leaky_relu = {
  .member = {
    .id = "leaky_relu",
    .title = N_ ("Leaky ReLU"),
    .help = N_ ("f(x) = x for x ≥ 0, else 0.2·x: a ReLU that cannot get stuck at zero."),
    OPTIONS (leaky_relu_options),
  },
  .kind = LM_ACT_LEAKY_RELU,
  .a = 0.2,
  .option_a = 1,
};

const LmActivationClass lm_activation_elu = {
  .member = {
    .id = "elu",
    .title = N_ ("ELU"),
    .help = N_ ("f(x) = x for x ≥ 0, else exp(x) − 1: like ReLU, but smooth, with means nearer to zero."),
    OPTIONS (elu_options),
  },
  .kind = LM_ACT_ELU,
  .a = 1.0,
  .option_a = 1,
};

const LmActivationClass lm_activation_selu = {
  .member = {
    .id = "selu",
    .title = N_ ("SELU"),
    .help = N_ ("f(x) = 1.0507·x for x ≥ 0, else 1.7581·(exp(x) − 1): keeps mean 0 and deviation 1 through many Dense layers with the initializer lecun_normal."),
  },
  .kind = LM_ACT_SELU,
};

const LmActivationClass lm_activation_gelu = {
  .member = {
    .id = "gelu",
    .title = N_ ("GELU"),
    .help = N_ ("f(x) = x·Φ(x) with the normal distribution Φ: a smooth ReLU, usual in transformers."),
    OPTIONS (gelu_options),
  },
  .kind = LM_ACT_GELU,
  .option_a = 1,
};

const LmActivationClass lm_activation_silu = {
  .member = {
    .id = "silu",
    .title = N_ ("SiLU (swish)"),
    .help = N_ ("f(x) = x / (1 + exp(−x)): a smooth ReLU, also known as swish."),
  },
  .kind = LM_ACT_SILU,
};

const LmActivationClass lm_activation_mish = {
  .member = {
    .id = "mish",
    .title = N_ ("Mish"),
    .help = N_ ("f(x) = x·tanh(log(1 + exp(x))): a smooth ReLU."),
  },
  .kind = LM_ACT_MISH,
};

const LmActivationClass lm_activation_softplus = {
  .member = {
    .id = "softplus",
    .title = N_ ("Softplus"),
    .help = N_ ("f(x) = log(1 + exp(x)): always positive."),
  },
  .kind = LM_ACT_SOFTPLUS,
};

const LmActivationClass lm_activation_softsign = {
  .member = {
    .id = "softsign",
    .title = N_ ("Softsign"),
    .help = N_ ("f(x) = x / (1 + |x|), from −1 to 1, flatter than tanh."),
  },
  .kind = LM_ACT_SOFTSIGN,
};

const LmActivationClass lm_activation_hard_sigmoid = {
  .member = {
    .id = "hard_sigmoid",
    .title = N_ ("Hard sigmoid"),
    .help = N_ ("f(x) = x/6 + 1/2, cut off below 0 and above 1: a cheap sigmoid."),
  },
  .kind = LM_ACT_HARD_SIGMOID,
};

const LmActivationClass lm_activation_exponential = {
  .member = {
    .id = "exponential",
    .title = N_ ("Exponential"),
    .help = N_ ("f(x) = exp(x): always positive, for counts and rates."),
  },
  .kind = LM_ACT_EXPONENTIAL,
};

const LmActivationClass lm_activation_log_softmax = {
  .member = {
    .id = "log_softmax",
    .title = N_ ("Log-softmax"),
    .help = N_ ("f(x)_j = x_j − log Σ exp(x_k) over the last axis: the logarithm of softmax."),
    OPTIONS (axis_options),
  },
  .kind = LM_ACT_LOG_SOFTMAX,
  .option_a = 1,
};
