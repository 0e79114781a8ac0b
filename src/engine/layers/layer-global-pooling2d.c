/* layer-global-pooling2d.c: one number per channel for a whole picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

enum {
  KEEPDIMS,
};

static const LmOptionSpec options[] = {
  [KEEPDIMS] = {
    .kind = LM_OPTION_BOOL,
    .id = "keepdims",
    .title = N_ ("Keep the axes"),
    .help = N_ ("Keeps height and width as axes of size 1, so that the result can be multiplied with a picture."),
    .rare = TRUE,
  },
};

/* Shapes: x (N, H, W, C) → y (N, C), or (N, 1, 1, C). */
static LmValue
pool (LmBuilder *b,
      const LmNode *node,
      LmValue x,
      LmReduceKind kind)
{
  if (!lm_layer_wants_picture (b, x, 0))
    return lm_builder_unknown (b);
  return lm_build_reduce (b, kind, x, LM_BIT (1) | LM_BIT (2), lm_node_bool (node, KEEPDIMS));
}

static void
mean_lower (LmBuilder *b,
            const LmNode *node,
            const LmValue *in,
            int n_in,
            LmValue *out)
{
  out[0] = pool (b, node, in[0], LM_REDUCE_MEAN);
}

static void
max_lower (LmBuilder *b,
           const LmNode *node,
           const LmValue *in,
           int n_in,
           LmValue *out)
{
  out[0] = pool (b, node, in[0], LM_REDUCE_MAX);
}

const LmLayerClass lm_layer_global_average_pooling2d = {
  .member = {
    .id = "GlobalAveragePooling2D",
    .title = N_ ("Global 2D average pooling"),
    .help = N_ ("The mean of each channel over the whole picture: how much of each pattern there is. It needs far fewer weights behind it than Flatten and takes pictures of any size."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "pooling",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = mean_lower,
  .synonyms = N_ ("gap, GlobalAvgPool2D, mean, squeeze"),
  .reference = "/reference/layer/GlobalAveragePooling2D",
  .keras = "GlobalAveragePooling2D(keepdims={keepdims})",
  .torch = "nn.AdaptiveAvgPool2d(1)",
};

const LmLayerClass lm_layer_global_max_pooling2d = {
  .member = {
    .id = "GlobalMaxPooling2D",
    .title = N_ ("Global 2D max pooling"),
    .help = N_ ("The largest value of each channel over the whole picture: whether each pattern occurs anywhere."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "pooling",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = max_lower,
  .synonyms = N_ ("gmp, GlobalMaxPool2D, maximum"),
  .reference = "/reference/layer/GlobalMaxPooling2D",
  .keras = "GlobalMaxPooling2D(keepdims={keepdims})",
  .torch = "nn.AdaptiveMaxPool2d(1)",
};
