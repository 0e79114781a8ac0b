/* layer-batch-normalization.c: each channel to mean 0 and deviation 1 over the batch
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

enum {
  MOMENTUM,
  EPSILON,
  CENTER,
  SCALE,
  BETA_INITIALIZER,
  GAMMA_INITIALIZER,
  MOVING_MEAN_INITIALIZER,
  MOVING_VARIANCE_INITIALIZER,
  BETA_REGULARIZER,
  GAMMA_REGULARIZER,
};

static const LmOptionSpec options[] = {
  [MOMENTUM] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "momentum",
    .title = N_ ("Momentum"),
    .help = N_ ("How slowly the moving averages follow the batches: average = momentum·average + (1 − momentum)·batch. Lower it to 0.9 for short trainings."),
    .initial = 0.99,
    .min = 0.0,
    .max = 1.0,
  },
  [EPSILON] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "epsilon",
    .title = N_ ("Epsilon"),
    .help = N_ ("Added to the variance, so that a constant channel does not divide by zero."),
    .initial = 1e-3,
    .min = 0.0,
    .max = 1.0,
    .above_min = TRUE,
    .log_scale = TRUE,
    .rare = TRUE,
  },
  [CENTER] = LM_SPEC_BOOL ("center", N_ ("Learn an offset"), TRUE, N_ ("Adds a learned number (beta) to each channel.")),
  [SCALE] = LM_SPEC_BOOL ("scale", N_ ("Learn a scale"), TRUE, N_ ("Multiplies each channel by a learned number (gamma). Not needed if a layer with weights and no activation in between follows.")),
  [BETA_INITIALIZER] = LM_SPEC_INITIALIZER ("beta_initializer", N_ ("Offset initializer"), "zeros", N_ ("What beta is before training.")),
  [GAMMA_INITIALIZER] = LM_SPEC_INITIALIZER ("gamma_initializer", N_ ("Scale initializer"), "ones", N_ ("What gamma is before training.")),
  [MOVING_MEAN_INITIALIZER] = LM_SPEC_INITIALIZER ("moving_mean_initializer", N_ ("Mean initializer"), "zeros", N_ ("What the moving mean is before training.")),
  [MOVING_VARIANCE_INITIALIZER] = LM_SPEC_INITIALIZER ("moving_variance_initializer", N_ ("Variance initializer"), "ones", N_ ("What the moving variance is before training.")),
  [BETA_REGULARIZER] = LM_SPEC_REGULARIZER ("beta_regularizer", N_ ("Offset regularizer"), N_ ("A cost for a large beta that is added to the loss.")),
  [GAMMA_REGULARIZER] = LM_SPEC_REGULARIZER ("gamma_regularizer", N_ ("Scale regularizer"), N_ ("A cost for a large gamma that is added to the loss.")),
};

/* y = (x − mean) / √(variance + epsilon)·gamma + beta by channel. In training mean and variance (divided by n) are those of the
 * batch over all axes but the last, and the moving ones follow; else, and when frozen, they are the moving ones.
 *
 * Shapes: x, y (N, …, C); gamma, beta, moving_mean, moving_variance (C).
 * Source: Ioffe & Szegedy 2015.
 */
static void
batch_normalization_lower (LmBuilder *b,
                           const LmNode *node,
                           const LmValue *in,
                           int n_in,
                           LmValue *out)
{
  LmShape x = lm_builder_shape (b, in[0]);
  LmNormAttrs attrs = {
    .epsilon = lm_node_double (node, EPSILON),
    .scale = lm_node_bool (node, SCALE),
    .center = lm_node_bool (node, CENTER),
  };
  double momentum = lm_node_double (node, MOMENTUM);
  LmValue args[5] = { in[0] };
  LmValue results[4];
  LmValue mean, variance;
  LmShape channels;
  int n = 1;

  if (!lm_layer_wants_features (b, in[0], 0))
    return;
  channels = LM_SHAPE (x.dim[x.rank - 1]);
  if (attrs.scale)
    args[n++] = lm_layer_weight (b, node, "gamma", &channels, LM_LAYOUT_PADDED, GAMMA_INITIALIZER, GAMMA_REGULARIZER);
  if (attrs.center)
    args[n++] = lm_layer_weight (b, node, "beta", &channels, LM_LAYOUT_PADDED, BETA_INITIALIZER, BETA_REGULARIZER);
  mean = lm_layer_state (b, node, "moving_mean", &channels, MOVING_MEAN_INITIALIZER);
  variance = lm_layer_state (b, node, "moving_variance", &channels, MOVING_VARIANCE_INITIALIZER);

  if (!lm_builder_uses_batch (b)) {
    args[n++] = mean;
    args[n++] = variance;
    lm_build_op (b, LM_OP_norm, &attrs, args, n, out, 1);
    return;
  }
  lm_build_op (b, LM_OP_batch_norm, &attrs, args, n, results, 4);
  lm_build_update_state (b, mean, results[1], momentum);
  lm_build_update_state (b, variance, results[2], momentum);
  out[0] = results[0];
}

const LmLayerClass lm_layer_batch_normalization = {
  .member = {
    .id = "BatchNormalization",
    .title = N_ ("Batch normalization"),
    .help = N_ ("Brings each channel to mean 0 and deviation 1, y = (x − mean) / √(variance + epsilon)·gamma + beta, which lets deep networks train faster. While training, mean and variance are those of the batch; afterwards their moving averages over the training. Frozen, it always uses the moving averages."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "normalization",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = batch_normalization_lower,
  .synonyms = N_ ("batch norm, batchnorm, bn, normalize, whitening"),
  .reference = "/reference/layer/BatchNormalization",
  .keras = "BatchNormalization(momentum={momentum}, epsilon={epsilon}, center={center}, scale={scale}, beta_initializer={beta_initializer}, gamma_initializer={gamma_initializer}, moving_mean_initializer={moving_mean_initializer}, moving_variance_initializer={moving_variance_initializer}, beta_regularizer={beta_regularizer}, gamma_regularizer={gamma_regularizer})",
};
