/* layer-conv-nd.c: convolutions of sequences and volumes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-geometry.h"

static const char *const causal_choices[] = { "valid", "same", "causal", NULL };

#define FILTERS_SPEC                                                                                                      \
  {                                                                                                                       \
    .kind = LM_OPTION_INT, .id = "filters", .title = N_ ("Filters"),                                                      \
    .help = N_ ("How many patterns are looked for: the channels of the result."), .unit = N_ ("channels"), .initial = 32, \
    .min = 1, .max = 65536, .log_scale = TRUE                                                                             \
  }

#define GROUPS_SPEC                                                                                                          \
  {                                                                                                                          \
    .kind = LM_OPTION_INT, .id = "groups", .title = N_ ("Groups"),                                                           \
    .help = N_ ("Cuts channels and filters into as many parts that do not see each other. Both numbers must divide by it."), \
    .initial = 1, .min = 1, .max = 65536, .rare = TRUE                                                                       \
  }

#define DILATION_SPEC(rank_, unit_)                                                                                                               \
  {                                                                                                                                               \
    .kind = LM_OPTION_INTS, .id = "dilation_rate", .title = N_ ("Dilation"),                                                                      \
    .help = N_ ("Distance between the places that the window looks at; more than 1 sees farther with the same weights. Strides must then be 1."), \
    .unit = unit_, .initial_ints = { 1, 1, 1 }, .initial_n = rank_, .min = 1, .max = LM_MAX_WINDOW, .min_n = rank_,                               \
    .max_n = rank_, .rare = TRUE                                                                                                                  \
  }

static const LmOptionSpec options1d[] = {
  FILTERS_SPEC,
  LM_SPEC_SIZES (1, "kernel_size", N_ ("Kernel size"), N_ ("steps"), 3, N_ ("Length of the window that a filter looks at.")),
  LM_SPEC_SIZES (1, "strides", N_ ("Strides"), N_ ("steps"), 1, N_ ("Steps of the window. 2 halves the sequence.")),
  {
    .kind = LM_OPTION_CHOICE,
    .id = "padding",
    .title = N_ ("Padding"),
    .help = N_ ("“valid” uses only places where the window lies inside the sequence. “same” adds zeros at both ends so that the length stays, divided by the stride. “causal” adds them in front only, so that no step sees later ones."),
    .initial_text = "valid",
    .choices = causal_choices,
  },
  DILATION_SPEC (1, N_ ("steps")),
  GROUPS_SPEC,
  LM_SPEC_ACTIVATION,
  LM_SPEC_USE_BIAS,
  LM_SPEC_KERNEL_INITIALIZER,
  LM_SPEC_BIAS_INITIALIZER,
  LM_SPEC_KERNEL_REGULARIZER,
  LM_SPEC_BIAS_REGULARIZER,
};

static const LmOptionSpec options3d[] = {
  FILTERS_SPEC,
  LM_SPEC_SIZES (3, "kernel_size", N_ ("Kernel size"), N_ ("voxels"), 3, N_ ("Depth, height and width of the window that a filter looks at.")),
  LM_SPEC_SIZES (3, "strides", N_ ("Strides"), N_ ("voxels"), 1, N_ ("Steps of the window along depth, height and width.")),
  LM_SPEC_PADDING,
  DILATION_SPEC (3, N_ ("voxels")),
  GROUPS_SPEC,
  LM_SPEC_ACTIVATION,
  LM_SPEC_USE_BIAS,
  LM_SPEC_KERNEL_INITIALIZER,
  LM_SPEC_BIAS_INITIALIZER,
  LM_SPEC_KERNEL_REGULARIZER,
  LM_SPEC_BIAS_REGULARIZER,
};

/* In the order of both tables. */
enum {
  FILTERS,
  KERNEL_SIZE,
  STRIDES,
  PADDING,
  DILATION_RATE,
  GROUPS,
  ACTIVATION,
  USE_BIAS,
  KERNEL_INITIALIZER,
  BIAS_INITIALIZER,
  KERNEL_REGULARIZER,
  BIAS_REGULARIZER,
};

static gboolean
check_groups (LmBuilder *b,
              const LmNode *node,
              LmValue x)
{
  gint64 filters = lm_node_int (node, FILTERS), groups = lm_node_int (node, GROUPS);
  LmShape shape = lm_builder_shape (b, x);
  gint64 channels = shape.dim[shape.rank - 1];

  if (channels % groups != 0) {
    lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s cannot cut its channels into equal groups"),
                   g_strdup_printf (_ ("%" PRId64 " channels come from %s, which do not divide by %" PRId64 " groups."),
                                    channels, lm_builder_source_name (b, x), groups));
    lm_suggest_int (b, GROUPS, 1);
    return FALSE;
  }
  if (filters % groups != 0) {
    lm_layer_fail (b, -1, LM_ERROR_OPTION, _ ("%s cannot cut its filters into equal groups"),
                   g_strdup_printf (_ ("%" PRId64 " filters do not divide by %" PRId64 " groups."), filters, groups));
    lm_suggest_int (b, FILTERS, MAX ((filters + groups / 2) / groups, 1) * groups);
    lm_suggest_int (b, GROUPS, 1);
    return FALSE;
  }
  return TRUE;
}

static LmValue
bias_of (LmBuilder *b,
         const LmNode *node)
{
  if (!lm_node_bool (node, USE_BIAS))
    return LM_NO_VALUE;
  return lm_layer_weight (b, node, "bias", &LM_SHAPE (lm_node_int (node, FILTERS)), LM_LAYOUT_PADDED, BIAS_INITIALIZER, BIAS_REGULARIZER);
}

/* y[n, t, o] = f (b[o] + Σ_{k, c} x[n, t·s + k·d − before, c]·W[k, c, o]): the convolution of a picture of one row.
 *
 * Shapes: x (N, T, C) → y (N, T′, filters); kernel (K, C / groups, filters); bias (filters).
 */
static void
conv1d_lower (LmBuilder *b,
              const LmNode *node,
              const LmValue *in,
              int n_in,
              LmValue *out)
{
  LmShape x = lm_builder_shape (b, in[0]);
  gint64 filters = lm_node_int (node, FILTERS), groups = lm_node_int (node, GROUPS);
  LmConvAttrs attrs;
  LmGeometry g;
  LmValue kernel, y;

  if (!lm_layer_wants_sequence (b, in[0], 0) || !check_groups (b, node, in[0]) || !lm_geometry_read (&g, b, node, in[0], 1, "kernel_size"))
    return;
  attrs = lm_geometry_conv (&g, (int) groups);
  kernel = lm_layer_weight (b, node, "kernel", &LM_SHAPE (g.size[0], x.dim[2] / groups, filters), LM_LAYOUT_NATURAL, KERNEL_INITIALIZER, KERNEL_REGULARIZER);
  kernel = lm_build_reshape (b, kernel, &LM_SHAPE (1, g.size[0], x.dim[2] / groups, filters));
  y = lm_build_conv2d (b, lm_geometry_picture (b, in[0]), kernel, bias_of (b, node), &attrs);
  out[0] = lm_layer_activate (b, node, ACTIVATION, lm_geometry_unpicture (b, y, 1));
}

/* The KD slices that each place along the depth sees, as channels: (N, D, H, W, C) → (N·D′, H, W, groups·KD·C / groups). */
static LmValue
stack_slices (LmBuilder *b,
              LmValue x,
              const LmGeometry *g,
              gint64 groups)
{
  LmShape s = lm_builder_shape (b, x);
  LmPadAttrs pad = { .before = { 0, (int) g->before[0] }, .after = { 0, (int) g->after[0] } };
  gint64 part = s.dim[4] / groups, places = s.dim[2] * s.dim[3];
  LmArrangeAttrs windows = {
    .rank = 6,
    .axis = { 0, 1, 2, 3, 1, 4 },
    .dim = { s.dim[0], g->out[0], places, groups, g->size[0], part },
    .step = { 1, g->stride[0], 1, 1, g->dilation[0], 1 },
  };

  if (g->before[0] + g->after[0] > 0)
    x = lm_build_pad (b, x, &pad);
  x = lm_build_reshape (b, x, &LM_SHAPE (s.dim[0], s.dim[1] + g->before[0] + g->after[0], places, groups, part));
  x = lm_build_arrange (b, x, &windows);
  return lm_build_reshape (b, x, &LM_SHAPE (s.dim[0] * g->out[0], s.dim[2], s.dim[3], g->size[0] * s.dim[4]));
}

/* y[n, i, j, k, o] = f (b[o] + Σ x·W) over a box: the convolution of pictures that have the slices of the box as channels.
 *
 * Shapes: x (N, D, H, W, C) → y (N, D′, H′, W′, filters); kernel (KD, KH, KW, C / groups, filters); bias (filters).
 */
static void
conv3d_lower (LmBuilder *b,
              const LmNode *node,
              const LmValue *in,
              int n_in,
              LmValue *out)
{
  static const int order[] = { 1, 2, 0, 3, 4 };
  LmShape x = lm_builder_shape (b, in[0]);
  gint64 filters = lm_node_int (node, FILTERS), groups = lm_node_int (node, GROUPS), part;
  LmConvAttrs attrs;
  LmGeometry g;
  LmValue kernel, y;

  if (!lm_layer_wants_space (b, in[0], 0, 3) || !check_groups (b, node, in[0]) || !lm_geometry_read (&g, b, node, in[0], 3, "kernel_size"))
    return;
  part = x.dim[4] / groups;
  attrs = lm_geometry_conv (&g, (int) groups);
  kernel = lm_layer_weight (b, node, "kernel", &LM_SHAPE (g.size[0], g.size[1], g.size[2], part, filters), LM_LAYOUT_NATURAL, KERNEL_INITIALIZER, KERNEL_REGULARIZER);
  kernel = lm_build_reshape (b, lm_build_permute (b, kernel, order), &LM_SHAPE (g.size[1], g.size[2], g.size[0] * part, filters));
  y = lm_build_conv2d (b, stack_slices (b, in[0], &g, groups), kernel, bias_of (b, node), &attrs);
  y = lm_build_reshape (b, y, &LM_SHAPE (x.dim[0], g.out[0], g.out[1], g.out[2], filters));
  out[0] = lm_layer_activate (b, node, ACTIVATION, y);
}

static char *
conv_summary (const LmNode *node)
{
  const char *activation = lm_layer_member_id (node, ACTIVATION);
  gint64 sizes[LM_MAX_LIST];
  int n = lm_node_ints (node, KERNEL_SIZE, sizes);
  GString *text = g_string_new (NULL);

  /* Translators: number of filters, then their size follows: “64 of 3”. */
  g_string_printf (text, _ ("%" PRId64 " of "), lm_node_int (node, FILTERS));
  for (int i = 0; i < n; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "×" : "", sizes[i]);
  if (activation != NULL)
    g_string_append_printf (text, " · %s", activation);
  return g_string_free (text, FALSE);
}

#define CONV_KERAS "({filters}, {kernel_size}, strides={strides}, padding={padding}, dilation_rate={dilation_rate}, groups={groups}, activation={activation}, use_bias={use_bias}, kernel_initializer={kernel_initializer}, bias_initializer={bias_initializer}, kernel_regularizer={kernel_regularizer}, bias_regularizer={bias_regularizer})"

const LmLayerClass lm_layer_conv1d = {
  .member = {
    .id = "Conv1D",
    .title = N_ ("1D convolution"),
    .help = N_ ("Looks for the same patterns at every place of a sequence: each filter is a small window of weights that slides along time and sums what it sees, over all features: y = f(Σ x·W + b). Fast, and good where what matters are short patterns: words, jumps, beats. With the padding “causal” no step sees later ones."),
    .options = options1d,
    .n_options = G_N_ELEMENTS (options1d),
  },
  .category = "convolution",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = conv1d_lower,
  .summary = conv_summary,
  .synonyms = N_ ("convolution, cnn, filter, kernel, sequence, text, time series, Convolution1D, causal, wavenet, temporal"),
  .reference = "/reference/layer/Conv1D",
  .keras = "Conv1D" CONV_KERAS,
  .torch = "nn.Conv1d({in}, {filters}, {kernel_size}, stride={strides}, dilation={dilation_rate}, groups={groups}, bias={use_bias})",
};

const LmLayerClass lm_layer_conv3d = {
  .member = {
    .id = "Conv3D",
    .title = N_ ("3D convolution"),
    .help = N_ ("Looks for the same patterns at every place of a volume or a film: each filter is a small box of weights that slides along depth (or time), height and width: y = f(Σ x·W + b). The result is smaller by the window less one, unless padding is “same”."),
    .options = options3d,
    .n_options = G_N_ELEMENTS (options3d),
  },
  .category = "convolution",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = conv3d_lower,
  .summary = conv_summary,
  .synonyms = N_ ("convolution, cnn, filter, kernel, volume, video, scan, Convolution3D"),
  .reference = "/reference/layer/Conv3D",
  .keras = "Conv3D" CONV_KERAS,
  .torch = "nn.Conv3d({in}, {filters}, {kernel_size}, stride={strides}, dilation={dilation_rate}, groups={groups}, bias={use_bias})",
};
