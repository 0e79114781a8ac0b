/* layer-dense.c: every output sees every input
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

enum {
  UNITS,
  ACTIVATION,
  USE_BIAS,
  KERNEL_INITIALIZER,
  BIAS_INITIALIZER,
  KERNEL_REGULARIZER,
  BIAS_REGULARIZER,
  ACTIVITY_REGULARIZER,
  KERNEL_CONSTRAINT,
  BIAS_CONSTRAINT,
};

static const LmOptionSpec options[] = {
  [UNITS] = {
    .kind = LM_OPTION_INT,
    .id = "units",
    .title = N_ ("Units"),
    .help = N_ ("How many numbers come out for each sample. The last layer has one per class, or one for a single value."),
    .unit = N_ ("features"),
    .initial = 64,
    .min = 1,
    .max = 1 << 24,
    .log_scale = TRUE,
  },
  [ACTIVATION] = LM_SPEC_ACTIVATION,
  [USE_BIAS] = LM_SPEC_USE_BIAS,
  [KERNEL_INITIALIZER] = LM_SPEC_KERNEL_INITIALIZER,
  [BIAS_INITIALIZER] = LM_SPEC_BIAS_INITIALIZER,
  [KERNEL_REGULARIZER] = LM_SPEC_KERNEL_REGULARIZER,
  [BIAS_REGULARIZER] = LM_SPEC_BIAS_REGULARIZER,
  [ACTIVITY_REGULARIZER] = LM_SPEC_ACTIVITY_REGULARIZER,
  [KERNEL_CONSTRAINT] = LM_SPEC_KERNEL_CONSTRAINT,
  [BIAS_CONSTRAINT] = LM_SPEC_BIAS_CONSTRAINT,
};

/* y[n, …, j] = f (b[j] + Σ_i x[n, …, i]·W[i, j])
 *
 * Shapes: x (N, …, I) → y (N, …, units); kernel (I, units); bias (units).
 */
static void
dense_lower (LmBuilder *b,
             const LmNode *node,
             const LmValue *in,
             int n_in,
             LmValue *out)
{
  LmShape x = lm_builder_shape (b, in[0]);
  gint64 units = lm_node_int (node, UNITS);
  LmValue kernel, bias = LM_NO_VALUE;

  if (!lm_layer_wants_features (b, in[0], 0))
    return;
  kernel = lm_layer_weight (b, node, "kernel", &LM_SHAPE (x.dim[x.rank - 1], units), LM_LAYOUT_PANELS, KERNEL_INITIALIZER, KERNEL_REGULARIZER);
  if (lm_node_bool (node, USE_BIAS))
    bias = lm_layer_weight (b, node, "bias", &LM_SHAPE (units), LM_LAYOUT_PADDED, BIAS_INITIALIZER, BIAS_REGULARIZER);
  out[0] = lm_layer_penalize (b, node, ACTIVITY_REGULARIZER, lm_layer_activate (b, node, ACTIVATION, lm_build_matmul (b, in[0], kernel, bias)));
}

static char *
dense_summary (const LmNode *node)
{
  const char *activation = lm_layer_member_id (node, ACTIVATION);

  if (activation == NULL)
    return g_strdup_printf ("%" G_GINT64_FORMAT, lm_node_int (node, UNITS));
  return g_strdup_printf ("%" G_GINT64_FORMAT " · %s", lm_node_int (node, UNITS), activation);
}

const LmLayerClass lm_layer_dense = {
  .member = {
    .id = "Dense",
    .title = N_ ("Dense"),
    .help = N_ ("Every output is a weighted sum of all inputs plus a bias, put through the activation: y = f(x·W + b). It works on the last axis: a longer shape such as 20×64 gets the same weights at each place. To join the places of a picture, put a Flatten or a GlobalAveragePooling2D before it."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "core",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = dense_lower,
  .summary = dense_summary,
  .synonyms = N_ ("fully connected, fc, linear, perceptron, affine, classifier, output"),
  .reference = "/reference/layer/Dense",
  .keras = "Dense({units}, activation={activation}, use_bias={use_bias}, kernel_initializer={kernel_initializer}, bias_initializer={bias_initializer}, kernel_regularizer={kernel_regularizer}, bias_regularizer={bias_regularizer}, activity_regularizer={activity_regularizer}, kernel_constraint={kernel_constraint}, bias_constraint={bias_constraint})",
  .torch = "nn.Linear({in}, {units}, bias={use_bias})",
};
