/* layer-pooling-nd.c: pooling of sequences and of volumes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-geometry.h"

/* --- Windows ------------------------------------------------------------------- */

#define STRIDES_SPEC(rank_, unit_)                                                                                              \
  {                                                                                                                             \
    .kind = LM_OPTION_INTS, .id = "strides", .title = N_ ("Strides"),                                                           \
    .help = N_ ("Steps of the window. None: as large as the window, so that windows touch but do not overlap."), .unit = unit_, \
    .min = 1, .max = LM_MAX_WINDOW, .min_n = 0, .max_n = rank_, .rare = TRUE, .nullable = TRUE                                  \
  }

static const LmOptionSpec options1d[] = {
  LM_SPEC_SIZES (1, "pool_size", N_ ("Window"), N_ ("steps"), 2, N_ ("Length of the window of which one number remains.")),
  STRIDES_SPEC (1, N_ ("steps")),
  LM_SPEC_PADDING,
};

static const LmOptionSpec options3d[] = {
  LM_SPEC_SIZES (3, "pool_size", N_ ("Window"), N_ ("voxels"), 2, N_ ("Depth, height and width of the window of which one number remains.")),
  STRIDES_SPEC (3, N_ ("voxels")),
  LM_SPEC_PADDING,
};

/* Shapes: x (N, T, C) → y (N, T′, C). Places outside never count. */
static void
pool_sequence (LmBuilder *b,
               const LmNode *node,
               LmValue x,
               gboolean max,
               LmValue *out)
{
  LmGeometry g;
  LmPoolAttrs attrs;

  if (!lm_layer_wants_space (b, x, 0, 1) || !lm_geometry_read (&g, b, node, x, 1, "pool_size"))
    return;
  attrs = lm_geometry_pool (&g, max);
  out[0] = lm_geometry_unpicture (b, lm_build_pool2d (b, lm_geometry_picture (b, x), &attrs), 1);
}

/* Shapes: x (N, D, H, W, C) → y (N, D′, H′, W′, C): first each slice as a picture, then along the depth with the places of a slice as
 * columns. Maxima of maxima are maxima; means of means are means, since all windows of a column count equally many places. */
static void
pool_volume (LmBuilder *b,
             const LmNode *node,
             LmValue x,
             gboolean max,
             LmValue *out)
{
  LmShape s = lm_builder_shape (b, x);
  LmPoolAttrs slices, depth = { .max = max, .size = { 1, 1 }, .stride = { 1, 1 } };
  LmValue y;
  LmGeometry g;

  if (!lm_layer_wants_space (b, x, 0, 3) || !lm_geometry_read (&g, b, node, x, 3, "pool_size"))
    return;
  slices = lm_geometry_pool (&g, max);
  depth.size[0] = (int) g.size[0];
  depth.stride[0] = (int) g.stride[0];
  depth.pad_before[0] = (int) g.before[0];
  depth.pad_after[0] = (int) g.after[0];
  y = lm_build_pool2d (b, lm_build_reshape (b, x, &LM_SHAPE (s.dim[0] * s.dim[1], s.dim[2], s.dim[3], s.dim[4])), &slices);
  y = lm_build_reshape (b, y, &LM_SHAPE (s.dim[0], s.dim[1], g.out[1] * g.out[2], s.dim[4]));
  y = lm_build_pool2d (b, y, &depth);
  out[0] = lm_build_reshape (b, y, &LM_SHAPE (s.dim[0], g.out[0], g.out[1], g.out[2], s.dim[4]));
}

#define POOL_LOWER(name_, pool_, max_)                                                \
  static void                                                                         \
  name_ (LmBuilder *b, const LmNode *node, const LmValue *in, int n_in, LmValue *out) \
  {                                                                                   \
    pool_ (b, node, in[0], max_, out);                                                \
  }

POOL_LOWER (max1d_lower, pool_sequence, TRUE)
POOL_LOWER (mean1d_lower, pool_sequence, FALSE)
POOL_LOWER (max3d_lower, pool_volume, TRUE)
POOL_LOWER (mean3d_lower, pool_volume, FALSE)

/* --- All places ------------------------------------------------------------------ */

static const LmOptionSpec global_options[] = {
  {
    .kind = LM_OPTION_BOOL,
    .id = "keepdims",
    .title = N_ ("Keep the axes"),
    .help = N_ ("Keeps the pooled axes with size 1, so that the result can be multiplied with what came in."),
    .rare = TRUE,
  },
};

/* Shapes: x (N, places …, C) → y (N, C), or with axes of size 1. With a mask the mean is that of the steps it lets pass. */
static void
pool_all (LmBuilder *b,
          const LmNode *node,
          LmValue x,
          int rank,
          LmReduceKind kind,
          LmValue *out)
{
  guint32 axes = LM_BIT (rank + 1) - 2;
  gboolean keep = lm_node_bool (node, 0);
  LmValue mask, count;

  if (!lm_layer_wants_space (b, x, 0, rank))
    return;
  mask = lm_builder_mask (b, x);
  if (rank != 1 || kind != LM_REDUCE_MEAN || mask.index < 0) {
    out[0] = lm_build_reduce (b, kind, x, axes, keep);
    return;
  }
  mask = lm_build_mask_as (b, mask, 3);
  count = lm_build_reduce (b, LM_REDUCE_SUM, mask, axes, keep);
  out[0] = lm_build_reduce (b, LM_REDUCE_SUM, lm_build_binary (b, LM_BINARY_MUL, x, mask), axes, keep);
  out[0] = lm_build_binary (b, LM_BINARY_DIV, out[0], count);
}

#define GLOBAL_LOWER(name_, rank_, kind_)                                             \
  static void                                                                         \
  name_ (LmBuilder *b, const LmNode *node, const LmValue *in, int n_in, LmValue *out) \
  {                                                                                   \
    pool_all (b, node, in[0], rank_, kind_, out);                                     \
  }

GLOBAL_LOWER (global_mean1d_lower, 1, LM_REDUCE_MEAN)
GLOBAL_LOWER (global_max1d_lower, 1, LM_REDUCE_MAX)
GLOBAL_LOWER (global_mean3d_lower, 3, LM_REDUCE_MEAN)
GLOBAL_LOWER (global_max3d_lower, 3, LM_REDUCE_MAX)

#define POOLING(symbol_, id_, title_, help_, options_, lower_, mask_, synonyms_, keras_, torch_) \
  const LmLayerClass symbol_ = {                                                                 \
    .member = {                                                                                  \
      .id = id_,                                                                                 \
      .title = title_,                                                                           \
      .help = help_,                                                                             \
      .options = options_,                                                                       \
      .n_options = G_N_ELEMENTS (options_),                                                      \
    },                                                                                           \
    .category = "pooling",                                                                       \
    .min_inputs = 1,                                                                             \
    .max_inputs = 1,                                                                             \
    .mask = mask_,                                                                               \
    .lower = lower_,                                                                             \
    .synonyms = synonyms_,                                                                       \
    .reference = "/reference/layer/" id_,                                                        \
    .keras = id_ keras_,                                                                         \
    .torch = torch_,                                                                             \
  }

#define WINDOW_KERAS "({pool_size}, strides={strides}, padding={padding})"

POOLING (lm_layer_max_pooling1d, "MaxPooling1D", N_ ("1D max pooling"), N_ ("Keeps the largest of neighbouring steps for each channel, which makes a sequence shorter: whether a pattern occurs there counts, not exactly where."), options1d, max1d_lower, LM_MASK_END, N_ ("MaxPool1D, maximum, downsample, subsample, shorten"), WINDOW_KERAS, "nn.MaxPool1d({pool_size}, {strides})");
POOLING (lm_layer_average_pooling1d, "AveragePooling1D", N_ ("1D average pooling"), N_ ("Keeps the mean of neighbouring steps for each channel, which makes a sequence shorter and smoother."), options1d, mean1d_lower, LM_MASK_END, N_ ("AvgPool1D, mean, downsample, subsample, smooth"), WINDOW_KERAS, "nn.AvgPool1d({pool_size}, {strides})");
POOLING (lm_layer_max_pooling3d, "MaxPooling3D", N_ ("3D max pooling"), N_ ("Keeps the largest value of each small box of a volume or film, for each channel, which makes it smaller."), options3d, max3d_lower, LM_MASK_END, N_ ("MaxPool3D, maximum, volume, video, downsample"), WINDOW_KERAS, "nn.MaxPool3d({pool_size}, {strides})");
POOLING (lm_layer_average_pooling3d, "AveragePooling3D", N_ ("3D average pooling"), N_ ("Keeps the mean of each small box of a volume or film, for each channel, which makes it smaller."), options3d, mean3d_lower, LM_MASK_END, N_ ("AvgPool3D, mean, volume, video, downsample"), WINDOW_KERAS, "nn.AvgPool3d({pool_size}, {strides})");
POOLING (lm_layer_global_average_pooling1d, "GlobalAveragePooling1D", N_ ("Global 1D average pooling"), N_ ("The mean of each channel over the whole sequence; masked steps do not count. A short way from word vectors to the vector of a text."), global_options, global_mean1d_lower, LM_MASK_USE, N_ ("gap, GlobalAvgPool1D, mean, bag of words"), "(keepdims={keepdims})", "nn.AdaptiveAvgPool1d(1)");
POOLING (lm_layer_global_max_pooling1d, "GlobalMaxPooling1D", N_ ("Global 1D max pooling"), N_ ("The largest value of each channel over the whole sequence: whether each pattern occurs anywhere."), global_options, global_max1d_lower, LM_MASK_END, N_ ("gmp, GlobalMaxPool1D, maximum"), "(keepdims={keepdims})", "nn.AdaptiveMaxPool1d(1)");
POOLING (lm_layer_global_average_pooling3d, "GlobalAveragePooling3D", N_ ("Global 3D average pooling"), N_ ("The mean of each channel over a whole volume or film: how much of each pattern there is."), global_options, global_mean3d_lower, LM_MASK_END, N_ ("gap, GlobalAvgPool3D, mean, volume"), "(keepdims={keepdims})", "nn.AdaptiveAvgPool3d(1)");
POOLING (lm_layer_global_max_pooling3d, "GlobalMaxPooling3D", N_ ("Global 3D max pooling"), N_ ("The largest value of each channel over a whole volume or film: whether each pattern occurs anywhere."), global_options, global_max3d_lower, LM_MASK_END, N_ ("gmp, GlobalMaxPool3D, maximum, volume"), "(keepdims={keepdims})", "nn.AdaptiveMaxPool3d(1)");
