/* layer-activation.c: activation functions as layers of their own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

/* --- Activation ------------------------------------------------------------ */

enum {
  ACTIVATION,
};

static const LmOptionSpec activation_options[] = {
  [ACTIVATION] = {
    .kind = LM_OPTION_OBJECT,
    .id = "activation",
    .title = N_ ("Activation"),
    .help = N_ ("The function that each number goes through."),
    .initial_text = "relu",
    .family = "activation",
  },
};

static void
activation_lower (LmBuilder *b,
                  const LmNode *node,
                  const LmValue *in,
                  int n_in,
                  LmValue *out)
{
  if (lm_layer_wants_features (b, in[0], 0))
    out[0] = lm_layer_activate (b, node, ACTIVATION, in[0]);
}

static char *
activation_summary (const LmNode *node)
{
  return g_strdup (lm_layer_member_id (node, ACTIVATION));
}

const LmLayerClass lm_layer_activation = {
  .member = {
    .id = "Activation",
    .title = N_ ("Activation"),
    .help = N_ ("Puts every number through a function, y = f(x), such as relu or tanh. Most layers can do this by themselves; as a layer of its own it can stand behind a BatchNormalization or an Add."),
    .options = activation_options,
    .n_options = G_N_ELEMENTS (activation_options),
  },
  .category = "core",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = activation_lower,
  .summary = activation_summary,
  .synonyms = N_ ("nonlinearity, relu, tanh, sigmoid, softmax, gelu, swish"),
  .reference = "/reference/layer/Activation",
  .keras = "Activation({activation})",
};

/* --- ReLU ------------------------------------------------------------------- */

enum {
  MAX_VALUE,
  NEGATIVE_SLOPE,
  THRESHOLD,
};

static const LmOptionSpec relu_options[] = {
  [MAX_VALUE] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "max_value",
    .title = N_ ("Largest value"),
    .help = N_ ("Larger results are cut down to it. None: no limit."),
    .initial = NAN,
    .min = 0.0,
    .max = 1e6,
    .above_min = TRUE,
    .nullable = TRUE,
  },
  [NEGATIVE_SLOPE] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "negative_slope",
    .title = N_ ("Slope below the threshold"),
    .help = N_ ("Smaller numbers are multiplied by it instead of becoming zero."),
    .min = 0.0,
    .max = 1e3,
  },
  [THRESHOLD] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "threshold",
    .title = N_ ("Threshold"),
    .help = N_ ("Numbers above it pass unchanged."),
    .min = 0.0,
    .max = 1e6,
    .rare = TRUE,
  },
};

/* y = max_value for x ≥ max_value, x above the threshold, negative_slope·(x − threshold) else. */
static void
relu_lower (LmBuilder *b,
            const LmNode *node,
            const LmValue *in,
            int n_in,
            LmValue *out)
{
  LmActivationAttrs attrs = {
    .kind = LM_ACT_RELU,
    .a = lm_node_double (node, NEGATIVE_SLOPE),
    .b = lm_option_is_null (node->options, MAX_VALUE) ? (double) INFINITY : lm_node_double (node, MAX_VALUE),
    .c = lm_node_double (node, THRESHOLD),
  };

  if (lm_layer_wants_numbers (b, in[0], 0))
    out[0] = lm_build_activation (b, in[0], &attrs);
}

const LmLayerClass lm_layer_relu = {
  .member = {
    .id = "ReLU",
    .title = N_ ("ReLU"),
    .help = N_ ("Positive numbers pass, negative ones become zero: y = max(x, 0). With a largest value, a slope for negative numbers and a threshold if wanted."),
    .options = relu_options,
    .n_options = G_N_ELEMENTS (relu_options),
  },
  .category = "core",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = relu_lower,
  .synonyms = N_ ("rectifier, activation, relu6, nonlinearity"),
  .reference = "/reference/layer/ReLU",
  .keras = "ReLU(max_value={max_value}, negative_slope={negative_slope}, threshold={threshold})",
};

/* --- LeakyReLU and ELU ------------------------------------------------------ */

enum {
  SLOPE,
};

static const LmOptionSpec leaky_relu_options[] = {
  [SLOPE] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "negative_slope",
    .title = N_ ("Negative slope"),
    .help = N_ ("What negative numbers are multiplied by."),
    .initial = 0.3,
    .min = 0.0,
    .max = 1e3,
  },
};

static const LmOptionSpec elu_options[] = {
  [SLOPE] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "alpha",
    .title = N_ ("Alpha"),
    .help = N_ ("Very negative numbers become −alpha."),
    .initial = 1.0,
    .min = 0.0,
    .max = 1e3,
  },
};

static void
with_slope (LmBuilder *b,
            const LmNode *node,
            const LmValue *in,
            LmValue *out,
            LmActivation kind)
{
  LmActivationAttrs attrs = { .kind = kind, .a = lm_node_double (node, SLOPE) };

  if (lm_layer_wants_numbers (b, in[0], 0))
    out[0] = lm_build_activation (b, in[0], &attrs);
}

static void
leaky_relu_lower (LmBuilder *b,
                  const LmNode *node,
                  const LmValue *in,
                  int n_in,
                  LmValue *out)
{
  with_slope (b, node, in, out, LM_ACT_LEAKY_RELU);
}

static void
elu_lower (LmBuilder *b,
           const LmNode *node,
           const LmValue *in,
           int n_in,
           LmValue *out)
{
  with_slope (b, node, in, out, LM_ACT_ELU);
}

const LmLayerClass lm_layer_leaky_relu = {
  .member = {
    .id = "LeakyReLU",
    .title = N_ ("Leaky ReLU"),
    .help = N_ ("Positive numbers pass, negative ones are made small: y = x for x ≥ 0, else negative_slope·x. Unlike with ReLU, a unit cannot get stuck at zero."),
    .options = leaky_relu_options,
    .n_options = G_N_ELEMENTS (leaky_relu_options),
  },
  .category = "core",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = leaky_relu_lower,
  .synonyms = N_ ("activation, rectifier, nonlinearity"),
  .reference = "/reference/layer/LeakyReLU",
  .keras = "LeakyReLU(negative_slope={negative_slope})",
  .torch = "nn.LeakyReLU({negative_slope})",
};

const LmLayerClass lm_layer_elu = {
  .member = {
    .id = "ELU",
    .title = N_ ("ELU"),
    .help = N_ ("Positive numbers pass, negative ones bend smoothly towards −alpha: y = x for x ≥ 0, else alpha·(exp(x) − 1)."),
    .options = elu_options,
    .n_options = G_N_ELEMENTS (elu_options),
  },
  .category = "core",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = elu_lower,
  .synonyms = N_ ("exponential linear unit, activation, nonlinearity"),
  .reference = "/reference/layer/ELU",
  .keras = "ELU(alpha={alpha})",
  .torch = "nn.ELU({alpha})",
};

/* --- Softmax ------------------------------------------------------------------ */

static void
softmax_lower (LmBuilder *b,
               const LmNode *node,
               const LmValue *in,
               int n_in,
               LmValue *out)
{
  if (lm_layer_wants_features (b, in[0], 0))
    out[0] = lm_build_softmax (b, in[0], FALSE);
}

const LmLayerClass lm_layer_softmax = {
  .member = {
    .id = "Softmax",
    .title = N_ ("Softmax"),
    .help = N_ ("Turns the numbers along the last axis into shares that are positive and sum to 1: y_j = exp(x_j) / Σ exp(x_k). Read as the probability of each class."),
  },
  .category = "core",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = softmax_lower,
  .synonyms = N_ ("probability, activation, classes, normalized exponential"),
  .reference = "/reference/layer/Softmax",
  .keras = "Softmax()",
  .torch = "nn.Softmax(dim=-1)",
};
