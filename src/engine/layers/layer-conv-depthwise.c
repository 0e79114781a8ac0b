/* layer-conv-depthwise.c: convolutions of each channel by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-geometry.h"

#define DILATION_SPEC(rank_, unit_)                                                                                                               \
  {                                                                                                                                               \
    .kind = LM_OPTION_INTS, .id = "dilation_rate", .title = N_ ("Dilation"),                                                                      \
    .help = N_ ("Distance between the places that the window looks at; more than 1 sees farther with the same weights. Strides must then be 1."), \
    .unit = unit_, .initial_ints = { 1, 1 }, .initial_n = rank_, .min = 1, .max = LM_MAX_WINDOW, .min_n = rank_, .max_n = rank_,                  \
    .rare = TRUE                                                                                                                                  \
  }

#define MULTIPLIER_SPEC                                                                                   \
  {                                                                                                       \
    .kind = LM_OPTION_INT, .id = "depth_multiplier", .title = N_ ("Depth multiplier"),                    \
    .help = N_ ("How many patterns are looked for in each channel."), .initial = 1, .min = 1, .max = 4096 \
  }

#define FILTERS_SPEC                                                                                                 \
  {                                                                                                                  \
    .kind = LM_OPTION_INT, .id = "filters", .title = N_ ("Filters"),                                                 \
    .help = N_ ("How many mixtures of the channels are made: the channels of the result."), .unit = N_ ("channels"), \
    .initial = 32, .min = 1, .max = 65536, .log_scale = TRUE                                                         \
  }

#define KERNEL_SPEC1 LM_SPEC_SIZES (1, "kernel_size", N_ ("Kernel size"), N_ ("steps"), 3, N_ ("Length of the window that a filter looks at."))
#define KERNEL_SPEC2 LM_SPEC_SIZES (2, "kernel_size", N_ ("Kernel size"), N_ ("pixels"), 3, N_ ("Height and width of the window that a filter looks at."))
#define STRIDES_SPEC1 LM_SPEC_SIZES (1, "strides", N_ ("Strides"), N_ ("steps"), 1, N_ ("Steps of the window. 2 halves the sequence."))
#define STRIDES_SPEC2 LM_SPEC_SIZES (2, "strides", N_ ("Strides"), N_ ("pixels"), 1, N_ ("Steps of the window down and across. 2×2 halves the picture."))
#define DEPTHWISE_INITIALIZER_SPEC LM_SPEC_INITIALIZER ("depthwise_initializer", N_ ("Depthwise initializer"), "glorot_uniform", N_ ("How the weights of the windows are drawn before training."))
#define POINTWISE_INITIALIZER_SPEC LM_SPEC_INITIALIZER ("pointwise_initializer", N_ ("Pointwise initializer"), "glorot_uniform", N_ ("How the weights that mix the channels are drawn before training."))
#define DEPTHWISE_REGULARIZER_SPEC LM_SPEC_REGULARIZER ("depthwise_regularizer", N_ ("Depthwise regularizer"), N_ ("A cost for large weights of the windows that is added to the loss."))
#define POINTWISE_REGULARIZER_SPEC LM_SPEC_REGULARIZER ("pointwise_regularizer", N_ ("Pointwise regularizer"), N_ ("A cost for large weights that mix the channels, added to the loss."))

#define DEPTHWISE_OPTIONS(rank_, unit_)                                                                      \
  {                                                                                                          \
    KERNEL_SPEC##rank_, STRIDES_SPEC##rank_, LM_SPEC_PADDING, DILATION_SPEC (rank_, unit_), MULTIPLIER_SPEC, \
      LM_SPEC_ACTIVATION, LM_SPEC_USE_BIAS, DEPTHWISE_INITIALIZER_SPEC, LM_SPEC_BIAS_INITIALIZER,            \
      DEPTHWISE_REGULARIZER_SPEC, LM_SPEC_BIAS_REGULARIZER,                                                  \
  }

#define SEPARABLE_OPTIONS(rank_, unit_)                                                                              \
  {                                                                                                                  \
    FILTERS_SPEC, KERNEL_SPEC##rank_, STRIDES_SPEC##rank_, LM_SPEC_PADDING, DILATION_SPEC (rank_, unit_),            \
      MULTIPLIER_SPEC, LM_SPEC_ACTIVATION, LM_SPEC_USE_BIAS, DEPTHWISE_INITIALIZER_SPEC, POINTWISE_INITIALIZER_SPEC, \
      LM_SPEC_BIAS_INITIALIZER, DEPTHWISE_REGULARIZER_SPEC, POINTWISE_REGULARIZER_SPEC, LM_SPEC_BIAS_REGULARIZER,    \
  }

static const LmOptionSpec depthwise1d_options[] = DEPTHWISE_OPTIONS (1, N_ ("steps"));
static const LmOptionSpec depthwise2d_options[] = DEPTHWISE_OPTIONS (2, N_ ("pixels"));
static const LmOptionSpec separable1d_options[] = SEPARABLE_OPTIONS (1, N_ ("steps"));
static const LmOptionSpec separable2d_options[] = SEPARABLE_OPTIONS (2, N_ ("pixels"));

/* The windows: a convolution with as many groups as there are channels. Channel c gives the results c·M … c·M + M − 1.
 * Shapes: x (N, …, C) → a picture (N, …, C·M); kernel (…, C, M). */
static LmValue
depthwise (LmBuilder *b,
           const LmNode *node,
           LmValue x,
           int rank,
           const char *name,
           LmValue bias)
{
  LmShape s = lm_builder_shape (b, x);
  gint64 channels = s.dim[s.rank - 1], multiplier = lm_node_int (node, lm_layer_option (node, "depth_multiplier"));
  LmShape natural = { .rank = rank + 2 }, flat;
  LmConvAttrs attrs;
  LmGeometry g;
  LmValue kernel;

  if (!lm_geometry_read (&g, b, node, x, rank, "kernel_size"))
    return lm_builder_unknown (b);
  for (int i = 0; i < rank; i++)
    natural.dim[i] = g.size[i];
  natural.dim[rank] = channels;
  natural.dim[rank + 1] = multiplier;
  flat = LM_SHAPE (rank == 1 ? 1 : g.size[0], g.size[rank - 1], 1, channels * multiplier);
  kernel = lm_layer_weight (b, node, name, &natural, LM_LAYOUT_NATURAL, lm_layer_option (node, "depthwise_initializer"), lm_layer_option (node, "depthwise_regularizer"));
  attrs = lm_geometry_conv (&g, (int) channels);
  return lm_build_conv2d (b, lm_geometry_picture (b, x), lm_build_reshape (b, kernel, &flat), bias, &attrs);
}

static LmValue
bias_of (LmBuilder *b,
         const LmNode *node,
         gint64 n)
{
  if (!lm_node_bool (node, lm_layer_option (node, "use_bias")))
    return LM_NO_VALUE;
  return lm_layer_weight (b, node, "bias", &LM_SHAPE (n), LM_LAYOUT_PADDED, lm_layer_option (node, "bias_initializer"), lm_layer_option (node, "bias_regularizer"));
}

/* y[n, …, c·M + m] = f (b + Σ_k x[n, …, c]·W[k, c, m]). Shapes: x (N, …, C) → y (N, …′, C·M); kernel (…, C, M). */
static void
depthwise_layer (LmBuilder *b,
                 const LmNode *node,
                 LmValue x,
                 int rank,
                 LmValue *out)
{
  gint64 multiplier = lm_node_int (node, lm_layer_option (node, "depth_multiplier"));
  LmShape s = lm_builder_shape (b, x);
  LmValue y;

  if (!lm_layer_wants_space (b, x, 0, rank))
    return;
  y = depthwise (b, node, x, rank, "kernel", bias_of (b, node, s.dim[s.rank - 1] * multiplier));
  out[0] = lm_layer_activate (b, node, lm_layer_option (node, "activation"), lm_geometry_unpicture (b, y, rank));
}

/* The windows, then a mixture of all channels at each place. Shapes: x (N, …, C) → y (N, …′, filters); depthwise_kernel (…, C, M);
 * pointwise_kernel (1 …, C·M, filters); bias (filters). Source: Chollet 2017. */
static void
separable_layer (LmBuilder *b,
                 const LmNode *node,
                 LmValue x,
                 int rank,
                 LmValue *out)
{
  gint64 multiplier = lm_node_int (node, lm_layer_option (node, "depth_multiplier"));
  gint64 filters = lm_node_int (node, lm_layer_option (node, "filters"));
  LmShape s = lm_builder_shape (b, x), natural;
  LmConvAttrs point = { .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1, .activation = LM_ACT_LINEAR };
  gint64 middle = s.dim[MAX (s.rank - 1, 0)] * multiplier;
  LmValue y, kernel;

  if (!lm_layer_wants_space (b, x, 0, rank))
    return;
  y = depthwise (b, node, x, rank, "depthwise_kernel", LM_NO_VALUE);
  natural = rank == 1 ? LM_SHAPE (1, middle, filters) : LM_SHAPE (1, 1, middle, filters);
  kernel = lm_layer_weight (b, node, "pointwise_kernel", &natural, LM_LAYOUT_NATURAL, lm_layer_option (node, "pointwise_initializer"), lm_layer_option (node, "pointwise_regularizer"));
  if (rank == 1)
    kernel = lm_build_reshape (b, kernel, &LM_SHAPE (1, 1, middle, filters));
  y = lm_build_conv2d (b, y, kernel, bias_of (b, node, filters), &point);
  out[0] = lm_layer_activate (b, node, lm_layer_option (node, "activation"), lm_geometry_unpicture (b, y, rank));
}

#define LOWER(name_, call_, rank_)                                                    \
  static void                                                                         \
  name_ (LmBuilder *b, const LmNode *node, const LmValue *in, int n_in, LmValue *out) \
  {                                                                                   \
    call_ (b, node, in[0], rank_, out);                                               \
  }

LOWER (depthwise1d_lower, depthwise_layer, 1)
LOWER (depthwise2d_lower, depthwise_layer, 2)
LOWER (separable1d_lower, separable_layer, 1)
LOWER (separable2d_lower, separable_layer, 2)

#define CONVOLUTION(symbol_, id_, title_, help_, options_, lower_, synonyms_, keras_) \
  const LmLayerClass symbol_ = {                                                      \
    .member = {                                                                       \
      .id = id_,                                                                      \
      .title = title_,                                                                \
      .help = help_,                                                                  \
      .options = options_,                                                            \
      .n_options = G_N_ELEMENTS (options_),                                           \
    },                                                                                \
    .category = "convolution",                                                        \
    .min_inputs = 1,                                                                  \
    .max_inputs = 1,                                                                  \
    .mask = LM_MASK_END,                                                              \
    .lower = lower_,                                                                  \
    .synonyms = synonyms_,                                                            \
    .reference = "/reference/layer/" id_,                                             \
    .keras = id_ keras_,                                                              \
  }

#define DEPTHWISE_KERAS "({kernel_size}, strides={strides}, padding={padding}, dilation_rate={dilation_rate}, depth_multiplier={depth_multiplier}, activation={activation}, use_bias={use_bias}, depthwise_initializer={depthwise_initializer}, bias_initializer={bias_initializer}, depthwise_regularizer={depthwise_regularizer}, bias_regularizer={bias_regularizer})"
#define SEPARABLE_KERAS "({filters}, {kernel_size}, strides={strides}, padding={padding}, dilation_rate={dilation_rate}, depth_multiplier={depth_multiplier}, activation={activation}, use_bias={use_bias}, depthwise_initializer={depthwise_initializer}, pointwise_initializer={pointwise_initializer}, bias_initializer={bias_initializer}, depthwise_regularizer={depthwise_regularizer}, pointwise_regularizer={pointwise_regularizer}, bias_regularizer={bias_regularizer})"

CONVOLUTION (lm_layer_depthwise_conv1d, "DepthwiseConv1D", N_ ("1D depthwise convolution"), N_ ("Slides a window along each feature of a sequence by itself, without mixing features: y = f(Σ x·W + b) over time alone. Few weights."), depthwise1d_options, depthwise1d_lower, N_ ("convolution, channel by channel, filter, sequence"), DEPTHWISE_KERAS);
CONVOLUTION (lm_layer_depthwise_conv2d, "DepthwiseConv2D", N_ ("2D depthwise convolution"), N_ ("Slides a window over each channel of a picture by itself, without mixing channels: y = f(Σ x·W + b) over height and width alone. Few weights; a Conv2D with a 1×1 window usually follows."), depthwise2d_options, depthwise2d_lower, N_ ("convolution, channel by channel, filter, mobilenet"), DEPTHWISE_KERAS);
CONVOLUTION (lm_layer_separable_conv1d, "SeparableConv1D", N_ ("1D separable convolution"), N_ ("A window along each feature by itself, then a mixture of all features at each step: y = f(P·(Σ x·W) + b). Much as a Conv1D, with fewer weights."), separable1d_options, separable1d_lower, N_ ("convolution, depthwise, pointwise, sequence"), SEPARABLE_KERAS);
CONVOLUTION (lm_layer_separable_conv2d, "SeparableConv2D", N_ ("2D separable convolution"), N_ ("A window over each channel by itself, then a mixture of all channels at each pixel: y = f(P·(Σ x·W) + b). Looks for places and for channels apart, as Xception does: much as a Conv2D, with fewer weights and often better."), separable2d_options, separable2d_lower, N_ ("convolution, depthwise, pointwise, xception, mobilenet, SeparableConvolution2D"), SEPARABLE_KERAS);
