/* layer-conv2d.c: the same small weights at every place of a picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

#include <string.h>

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
  ACTIVITY_REGULARIZER,
  KERNEL_CONSTRAINT,
  BIAS_CONSTRAINT,
};

static const LmOptionSpec options[] = {
  [FILTERS] = {
    .kind = LM_OPTION_INT,
    .id = "filters",
    .title = N_ ("Filters"),
    .help = N_ ("How many patterns are looked for: the channels of the result."),
    .unit = N_ ("channels"),
    .initial = 32,
    .min = 1,
    .max = 65536,
    .log_scale = TRUE,
  },
  [KERNEL_SIZE] = LM_SPEC_PAIR ("kernel_size", N_ ("Kernel size"), N_ ("pixels"), 3, 3, N_ ("Height and width of the window that a filter looks at.")),
  [STRIDES] = LM_SPEC_PAIR ("strides", N_ ("Strides"), N_ ("pixels"), 1, 1, N_ ("Steps of the window down and across. 2×2 halves the picture.")),
  [PADDING] = LM_SPEC_PADDING,
  [DILATION_RATE] = {
    .kind = LM_OPTION_INTS,
    .id = "dilation_rate",
    .title = N_ ("Dilation"),
    .help = N_ ("Distance between the pixels that the window looks at; more than 1 sees farther with the same weights. Strides must then be 1."),
    .unit = N_ ("pixels"),
    .initial_ints = { 1, 1 },
    .initial_n = 2,
    .min = 1,
    .max = LM_MAX_WINDOW,
    .min_n = 2,
    .max_n = 2,
    .rare = TRUE,
  },
  [GROUPS] = {
    .kind = LM_OPTION_INT,
    .id = "groups",
    .title = N_ ("Groups"),
    .help = N_ ("Cuts channels and filters into as many parts that do not see each other. Both numbers must divide by it."),
    .initial = 1,
    .min = 1,
    .max = 65536,
    .rare = TRUE,
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

/* Groups must divide channels and filters; strides and dilation exclude each other, as in Keras. */
static gboolean
check_options (LmBuilder *b,
               const LmNode *node,
               LmValue x,
               const LmWindow *window)
{
  gint64 filters = lm_node_int (node, FILTERS);
  gint64 groups = lm_node_int (node, GROUPS);
  LmShape shape = lm_builder_shape (b, x);

  if (shape.dim[3] % groups != 0) {
    lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s cannot cut its channels into equal groups"),
                   g_strdup_printf (_ ("%" PRId64 " channels come from %s, which do not divide by %" PRId64 " groups."),
                                    shape.dim[3], lm_builder_source_name (b, x), groups));
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
  if (MAX (window->stride[0], window->stride[1]) > 1 && MAX (window->dilation[0], window->dilation[1]) > 1) {
    const gint64 ones[] = { 1, 1 };

    lm_layer_fail (b, -1, LM_ERROR_OPTION, _ ("%s cannot have both strides and dilation"),
                   g_strdup_printf (_ ("Strides are %" PRId64 "×%" PRId64 ", dilation is %" PRId64 "×%" PRId64 "; one of them must be 1×1."),
                                    window->stride[0], window->stride[1], window->dilation[0], window->dilation[1]));
    lm_suggest_ints (b, DILATION_RATE, ones, 2);
    lm_suggest_ints (b, STRIDES, ones, 2);
    return FALSE;
  }
  return TRUE;
}

/* y[n, i, j, o] = f (b[o] + Σ_{k, l, c} x[n, i·s + k·d − top, j·s + l·d − left, c]·W[k, l, c, o])
 *
 * Shapes: x (N, H, W, C) → y (N, H′, W′, filters); kernel (KH, KW, C / groups, filters); bias (filters).
 */
static void
conv2d_lower (LmBuilder *b,
              const LmNode *node,
              const LmValue *in,
              int n_in,
              LmValue *out)
{
  LmWindow window = { .same = strcmp (lm_node_text (node, PADDING), "same") == 0 };
  LmConvAttrs attrs = { .groups = (int) lm_node_int (node, GROUPS), .activation = LM_ACT_LINEAR };
  gint64 filters = lm_node_int (node, FILTERS);
  LmValue kernel, bias = LM_NO_VALUE;
  LmShape shape;

  if (!lm_layer_wants_picture (b, in[0], 0))
    return;
  shape = lm_builder_shape (b, in[0]);
  lm_layer_pair (node, KERNEL_SIZE, window.size);
  lm_layer_pair (node, STRIDES, window.stride);
  lm_layer_pair (node, DILATION_RATE, window.dilation);
  if (!check_options (b, node, in[0], &window) || !lm_window_place (&window, b, in[0], PADDING, FALSE))
    return;

  for (int i = 0; i < 2; i++) {
    attrs.stride[i] = (int) window.stride[i];
    attrs.dilation[i] = (int) window.dilation[i];
    attrs.pad_before[i] = (int) window.before[i];
    attrs.pad_after[i] = (int) window.after[i];
  }
  kernel = lm_layer_weight (b, node, "kernel", &LM_SHAPE (window.size[0], window.size[1], shape.dim[3] / attrs.groups, filters), LM_LAYOUT_NATURAL, KERNEL_INITIALIZER, KERNEL_REGULARIZER);
  if (lm_node_bool (node, USE_BIAS))
    bias = lm_layer_weight (b, node, "bias", &LM_SHAPE (filters), LM_LAYOUT_PADDED, BIAS_INITIALIZER, BIAS_REGULARIZER);
  out[0] = lm_layer_penalize (b, node, ACTIVITY_REGULARIZER, lm_layer_activate (b, node, ACTIVATION, lm_build_conv2d (b, in[0], kernel, bias, &attrs)));
}

static char *
conv2d_summary (const LmNode *node)
{
  GString *text = g_string_new (NULL);
  const char *activation = lm_layer_member_id (node, ACTIVATION);
  gint64 size[2], stride[2], dilation[2];

  lm_layer_pair (node, KERNEL_SIZE, size);
  lm_layer_pair (node, STRIDES, stride);
  lm_layer_pair (node, DILATION_RATE, dilation);
  /* Translators: number of filters and their size: “64 of 3×3”. */
  g_string_printf (text, _ ("%" PRId64 " of %" PRId64 "×%" PRId64), lm_node_int (node, FILTERS), size[0], size[1]);
  if (stride[0] != 1 || stride[1] != 1)
    g_string_append_printf (text, " /%" G_GINT64_FORMAT, stride[0]);
  if (dilation[0] != 1 || dilation[1] != 1)
    g_string_append_printf (text, _ (" dilated %" PRId64), dilation[0]);
  if (strcmp (lm_node_text (node, PADDING), "same") == 0)
    g_string_append (text, " same");
  if (lm_node_int (node, GROUPS) != 1)
    g_string_append_printf (text, _ (" in %" PRId64 " groups"), lm_node_int (node, GROUPS));
  if (activation != NULL)
    g_string_append_printf (text, " · %s", activation);
  return g_string_free (text, FALSE);
}

const LmLayerClass lm_layer_conv2d = {
  .member = {
    .id = "Conv2D",
    .title = N_ ("2D convolution"),
    .help = N_ ("Looks for the same patterns at every place of a picture: each filter is a small window of weights that slides over height and width and sums what it sees, over all channels: y = f(Σ x·W + b). The first layers find edges and colours, later ones parts of things. The result is smaller by the window less one, unless padding is “same”."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "convolution",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = conv2d_lower,
  .summary = conv2d_summary,
  .synonyms = N_ ("convolution, cnn, convnet, filter, kernel, image, Convolution2D, 1x1, pointwise, dilated, grouped"),
  .reference = "/reference/layer/Conv2D",
  .keras = "Conv2D({filters}, {kernel_size}, strides={strides}, padding={padding}, dilation_rate={dilation_rate}, groups={groups}, activation={activation}, use_bias={use_bias}, kernel_initializer={kernel_initializer}, bias_initializer={bias_initializer}, kernel_regularizer={kernel_regularizer}, bias_regularizer={bias_regularizer}, activity_regularizer={activity_regularizer}, kernel_constraint={kernel_constraint}, bias_constraint={bias_constraint})",
  .torch = "nn.Conv2d({in}, {filters}, {kernel_size}, stride={strides}, padding={padding}, dilation={dilation_rate}, groups={groups}, bias={use_bias})",
};
