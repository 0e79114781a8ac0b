/* layer-conv-transpose.c: convolutions that make sequences and pictures larger
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-geometry.h"

#include <string.h>

#define FILTERS_SPEC                                                                                             \
  {                                                                                                              \
    .kind = LM_OPTION_INT, .id = "filters", .title = N_ ("Filters"), .help = N_ ("The channels of the result."), \
    .unit = N_ ("channels"), .initial = 32, .min = 1, .max = 65536, .log_scale = TRUE                            \
  }

#define PADDING_SPEC                                                                                                                                \
  {                                                                                                                                                 \
    .kind = LM_OPTION_CHOICE, .id = "padding", .title = N_ ("Padding"),                                                                             \
    .help = N_ ("“valid” keeps all that the windows reach. “same” cuts the border so that the result has the size of the input times the stride."), \
    .initial_text = "valid", .choices = lm_padding_choices                                                                                          \
  }

#define MORE_SPEC(rank_, unit_)                                                                                                                                      \
  {                                                                                                                                                                  \
    .kind = LM_OPTION_INTS, .id = "output_padding", .title = N_ ("Output padding"),                                                                                  \
    .help = N_ ("Places added at the end, less than the stride, to choose among the sizes that a convolution would bring to the same input. None: by the padding."), \
    .unit = unit_, .min = 0, .max = LM_MAX_WINDOW, .min_n = 0, .max_n = rank_, .rare = TRUE, .nullable = TRUE                                                        \
  }

#define DILATION_SPEC(rank_, unit_)                                                                                                                           \
  {                                                                                                                                                           \
    .kind = LM_OPTION_INTS, .id = "dilation_rate", .title = N_ ("Dilation"), .help = N_ ("Distance between the places of a window. Strides must then be 1."), \
    .unit = unit_, .initial_ints = { 1, 1 }, .initial_n = rank_, .min = 1, .max = LM_MAX_WINDOW, .min_n = rank_, .max_n = rank_,                              \
    .rare = TRUE                                                                                                                                              \
  }

static const LmOptionSpec options1d[] = {
  FILTERS_SPEC,
  LM_SPEC_SIZES (1, "kernel_size", N_ ("Kernel size"), N_ ("steps"), 3, N_ ("Length of the window that each step is spread over.")),
  LM_SPEC_SIZES (1, "strides", N_ ("Strides"), N_ ("steps"), 1, N_ ("How many times longer the sequence becomes.")),
  PADDING_SPEC,
  MORE_SPEC (1, N_ ("steps")),
  DILATION_SPEC (1, N_ ("steps")),
  LM_SPEC_ACTIVATION,
  LM_SPEC_USE_BIAS,
  LM_SPEC_KERNEL_INITIALIZER,
  LM_SPEC_BIAS_INITIALIZER,
  LM_SPEC_KERNEL_REGULARIZER,
  LM_SPEC_BIAS_REGULARIZER,
};

static const LmOptionSpec options2d[] = {
  FILTERS_SPEC,
  LM_SPEC_SIZES (2, "kernel_size", N_ ("Kernel size"), N_ ("pixels"), 3, N_ ("Height and width of the window that each pixel is spread over.")),
  LM_SPEC_SIZES (2, "strides", N_ ("Strides"), N_ ("pixels"), 1, N_ ("How many times higher and wider the picture becomes.")),
  PADDING_SPEC,
  MORE_SPEC (2, N_ ("pixels")),
  DILATION_SPEC (2, N_ ("pixels")),
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
  OUTPUT_PADDING,
  DILATION_RATE,
  ACTIVATION,
  USE_BIAS,
  KERNEL_INITIALIZER,
  BIAS_INITIALIZER,
  KERNEL_REGULARIZER,
  BIAS_REGULARIZER,
};

/* One axis: the size of the result and the zeros in front of the convolution that is turned round. @more < 0: by the padding. */
static void
place_axis (gint64 in,
            gint64 size,
            gint64 stride,
            gint64 dilation,
            gint64 more,
            gboolean same,
            int *out,
            int *before)
{
  gint64 span = (size - 1) * dilation + 1, full = (in - 1) * stride + span, result;

  if (!same)
    result = full + (more >= 0 ? more : MAX (span, stride) - span);
  else
    result = more >= 0 ? (in - 1) * stride + span % 2 + more : in * stride;
  *out = (int) result;
  *before = same ? (int) (MAX (full - result, 0) / 2) : 0;
}

static gboolean
check_options (LmBuilder *b,
               const LmNode *node,
               int rank,
               const gint64 *stride,
               const gint64 *dilation,
               const gint64 *more)
{
  for (int i = 0; i < rank; i++) {
    for (int k = 0; k < rank; k++) {
      if (stride[i] > 1 && dilation[k] > 1) {
        lm_layer_fail (b, -1, LM_ERROR_OPTION, _ ("%s cannot have both strides and dilation"),
                       g_strdup_printf (_ ("One of the strides is %" PRId64 ", one of the dilations is %" PRId64 "; one of the two must be 1 everywhere."), stride[i], dilation[k]));
        return FALSE;
      }
    }
    if (more[i] >= stride[i]) {
      lm_layer_fail (b, -1, LM_ERROR_OPTION, _ ("%s needs an output padding below its stride"),
                     g_strdup_printf (_ ("It is %" PRId64 ", the stride is %" PRId64 "."), more[i], stride[i]));
      return FALSE;
    }
  }
  return TRUE;
}

/* y = f (b + the convolution turned round): each place of x is spread over a window of y.
 *
 * Shapes: x (N, …, C) → y (N, …′, filters); kernel (…, filters, C); bias (filters).
 */
static void
transpose_layer (LmBuilder *b,
                 const LmNode *node,
                 LmValue x,
                 int rank,
                 LmValue *out)
{
  LmConvTransposeAttrs attrs = { .stride = { 1, 1 }, .dilation = { 1, 1 }, .size = { 1, 1 } };
  gboolean same = strcmp (lm_node_text (node, PADDING), "same") == 0;
  gint64 size[2] = { 1, 1 }, stride[2] = { 1, 1 }, dilation[2] = { 1, 1 }, more[2] = { -1, -1 };
  gint64 filters = lm_node_int (node, FILTERS);
  LmShape s = lm_builder_shape (b, x), natural = { .rank = rank + 2 };
  LmValue kernel, y;

  if (!lm_layer_wants_space (b, x, 0, rank))
    return;
  lm_layer_pair (node, KERNEL_SIZE, size);
  lm_layer_pair (node, STRIDES, stride);
  lm_layer_pair (node, DILATION_RATE, dilation);
  lm_layer_pair (node, OUTPUT_PADDING, more);
  if (!check_options (b, node, rank, stride, dilation, more))
    return;
  for (int i = 0; i < rank; i++) {
    int axis = i + 2 - rank;

    if ((s.dim[1 + i] - 1) * stride[i] + (size[i] - 1) * dilation[i] + MAX (more[i], 0) + 1 > G_MAXINT32 || s.dim[1 + i] * stride[i] > G_MAXINT32) {
      lm_layer_fail (b, 0, LM_ERROR_LIMIT, _ ("%s makes its input too large"), g_strdup_printf (_ ("It has %" PRId64 " places, the stride is %" PRId64 "."), s.dim[1 + i], stride[i]));
      return;
    }
    attrs.stride[axis] = (int) stride[i];
    attrs.dilation[axis] = (int) dilation[i];
    place_axis (s.dim[1 + i], size[i], stride[i], dilation[i], more[i], same, &attrs.size[axis], &attrs.pad_before[axis]);
    natural.dim[i] = size[i];
  }
  natural.dim[rank] = filters;
  natural.dim[rank + 1] = s.dim[s.rank - 1];
  kernel = lm_layer_weight (b, node, "kernel", &natural, LM_LAYOUT_NATURAL, KERNEL_INITIALIZER, KERNEL_REGULARIZER);
  if (rank == 1)
    kernel = lm_build_reshape (b, kernel, &LM_SHAPE (1, size[0], filters, s.dim[2]));
  y = lm_build_conv2d_transpose (b, lm_geometry_picture (b, x), kernel, &attrs);
  if (lm_node_bool (node, USE_BIAS))
    y = lm_build_binary (b, LM_BINARY_ADD, y, lm_layer_weight (b, node, "bias", &LM_SHAPE (filters), LM_LAYOUT_PADDED, BIAS_INITIALIZER, BIAS_REGULARIZER));
  out[0] = lm_layer_activate (b, node, ACTIVATION, lm_geometry_unpicture (b, y, rank));
}

static void
transpose1d_lower (LmBuilder *b,
                   const LmNode *node,
                   const LmValue *in,
                   int n_in,
                   LmValue *out)
{
  transpose_layer (b, node, in[0], 1, out);
}

static void
transpose2d_lower (LmBuilder *b,
                   const LmNode *node,
                   const LmValue *in,
                   int n_in,
                   LmValue *out)
{
  transpose_layer (b, node, in[0], 2, out);
}

#define TRANSPOSE_KERAS "({filters}, {kernel_size}, strides={strides}, padding={padding}, output_padding={output_padding}, dilation_rate={dilation_rate}, activation={activation}, use_bias={use_bias}, kernel_initializer={kernel_initializer}, bias_initializer={bias_initializer}, kernel_regularizer={kernel_regularizer}, bias_regularizer={bias_regularizer})"

const LmLayerClass lm_layer_conv1d_transpose = {
  .member = {
    .id = "Conv1DTranspose",
    .title = N_ ("1D transposed convolution"),
    .help = N_ ("A Conv1D turned round: spreads each step over a window of a longer sequence, with learned weights. For decoders and generators."),
    .options = options1d,
    .n_options = G_N_ELEMENTS (options1d),
  },
  .category = "convolution",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = transpose1d_lower,
  .synonyms = N_ ("deconvolution, upsampling, decoder, generator, sequence"),
  .reference = "/reference/layer/Conv1DTranspose",
  .keras = "Conv1DTranspose" TRANSPOSE_KERAS,
};

const LmLayerClass lm_layer_conv2d_transpose = {
  .member = {
    .id = "Conv2DTranspose",
    .title = N_ ("2D transposed convolution"),
    .help = N_ ("A Conv2D turned round: spreads each pixel over a window of a larger picture, with learned weights. With strides 2×2 it doubles height and width. For decoders and generators."),
    .options = options2d,
    .n_options = G_N_ELEMENTS (options2d),
  },
  .category = "convolution",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = transpose2d_lower,
  .synonyms = N_ ("deconvolution, upsampling, decoder, generator, u-net, autoencoder, Convolution2DTranspose"),
  .reference = "/reference/layer/Conv2DTranspose",
  .keras = "Conv2DTranspose" TRANSPOSE_KERAS,
};
