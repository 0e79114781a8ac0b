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

/* --- PReLU ------------------------------------------------------------------------ */

enum {
  ALPHA_INITIALIZER,
  ALPHA_REGULARIZER,
  SHARED_AXES,
};

static const LmOptionSpec prelu_options[] = {
  [ALPHA_INITIALIZER] = LM_SPEC_INITIALIZER ("alpha_initializer", N_ ("Slope initializer"), "zeros", N_ ("What the slopes are before training.")),
  [ALPHA_REGULARIZER] = LM_SPEC_REGULARIZER ("alpha_regularizer", N_ ("Slope regularizer"), N_ ("A cost for large slopes that is added to the loss.")),
  [SHARED_AXES] = {
    .kind = LM_OPTION_INTS,
    .id = "shared_axes",
    .title = N_ ("Shared axes"),
    .help = N_ ("Axes along which all places share one slope: 1×2 gives a picture one slope for each channel. None: each number has its own."),
    .min = 1,
    .max = LM_MAX_RANK - 1,
    .max_n = LM_MAX_RANK - 1,
  },
};

/* y = max (x, 0) − alpha·max (−x, 0). Shapes: x, y (N, …); alpha (…), 1 along shared axes. Source: He et al. 2015. */
static void
prelu_lower (LmBuilder *b,
             const LmNode *node,
             const LmValue *in,
             int n_in,
             LmValue *out)
{
  LmActivationAttrs relu = { .kind = LM_ACT_RELU, .b = (double) INFINITY };
  LmShape x = lm_builder_shape (b, in[0]), slopes = { .rank = x.rank - 1 };
  gint64 list[LM_MAX_LIST];
  guint32 shared = 0;
  LmValue alpha, negative;

  if (!lm_layer_wants_features (b, in[0], 0))
    return;
  if (lm_node_ints (node, SHARED_AXES, list) > 0) {
    shared = lm_layer_axes (b, node, SHARED_AXES, &x);
    if (shared == 0)
      return;
  }
  for (int i = 1; i < x.rank; i++)
    slopes.dim[i - 1] = shared & LM_BIT (i) ? 1 : x.dim[i];
  alpha = lm_layer_weight (b, node, "alpha", &slopes, slopes.rank == 1 ? LM_LAYOUT_PADDED : LM_LAYOUT_NATURAL, ALPHA_INITIALIZER, ALPHA_REGULARIZER);
  negative = lm_build_activation (b, lm_build_affine (b, in[0], -1.0, 0.0), &relu);
  out[0] = lm_build_binary (b, LM_BINARY_SUB, lm_build_activation (b, in[0], &relu), lm_build_binary (b, LM_BINARY_MUL, negative, alpha));
}

const LmLayerClass lm_layer_prelu = {
  .member = {
    .id = "PReLU",
    .title = N_ ("Parametric ReLU"),
    .help = N_ ("A ReLU whose slope for negative numbers is learned: y = x for x ≥ 0, else alpha·x."),
    .options = prelu_options,
    .n_options = G_N_ELEMENTS (prelu_options),
  },
  .category = "core",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = prelu_lower,
  .synonyms = N_ ("activation, rectifier, learned slope, nonlinearity"),
  .reference = "/reference/layer/PReLU",
  .keras = "PReLU(alpha_initializer={alpha_initializer}, alpha_regularizer={alpha_regularizer}, shared_axes={shared_axes})",
};

/* --- Softmax ------------------------------------------------------------------ */

enum {
  SOFTMAX_AXIS,
};

static const LmOptionSpec softmax_options[] = {
  [SOFTMAX_AXIS] = {
    .kind = LM_OPTION_INT,
    .id = "axis",
    .title = N_ ("Axis"),
    .help = N_ ("Along which axis the shares sum to 1; −1 is the last one."),
    .initial = -1,
    .min = -(LM_MAX_RANK - 1),
    .max = LM_MAX_RANK - 1,
    .rare = TRUE,
  },
};

static void
softmax_lower (LmBuilder *b,
               const LmNode *node,
               const LmValue *in,
               int n_in,
               LmValue *out)
{
  LmActivationAttrs attrs = { .kind = LM_ACT_SOFTMAX };
  LmShape x = lm_builder_shape (b, in[0]);
  int axis;

  if (!lm_layer_wants_features (b, in[0], 0))
    return;
  axis = lm_layer_axis (b, node, SOFTMAX_AXIS, &x);
  attrs.a = axis;
  if (axis > 0)
    out[0] = lm_build_activation (b, in[0], &attrs);
}

const LmLayerClass lm_layer_softmax = {
  .member = {
    .id = "Softmax",
    .title = N_ ("Softmax"),
    .help = N_ ("Turns the numbers along an axis into shares that are positive and sum to 1: y_j = exp(x_j) / Σ exp(x_k). Read as the probability of each class."),
    .options = softmax_options,
    .n_options = G_N_ELEMENTS (softmax_options),
  },
  .category = "core",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = softmax_lower,
  .synonyms = N_ ("probability, activation, classes, normalized exponential"),
  .reference = "/reference/layer/Softmax",
  .keras = "Softmax(axis={axis})",
  .torch = "nn.Softmax(dim={axis})",
};
