/* layer-pooling2d.c: the largest or mean value of each window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

#include <string.h>

enum {
  POOL_SIZE,
  STRIDES,
  PADDING,
};

static const LmOptionSpec options[] = {
  [POOL_SIZE] = LM_SPEC_PAIR ("pool_size", N_ ("Window"), N_ ("pixels"), 2, 2, N_ ("Height and width of the window of which one number remains.")),
  [STRIDES] = {
    .kind = LM_OPTION_INTS,
    .id = "strides",
    .title = N_ ("Strides"),
    .help = N_ ("Steps of the window down and across. None: as large as the window, so that windows touch but do not overlap."),
    .unit = N_ ("pixels"),
    .min = 1,
    .max = LM_MAX_WINDOW,
    .min_n = 0,
    .max_n = 2,
    .rare = TRUE,
    .nullable = TRUE,
  },
  [PADDING] = LM_SPEC_PADDING,
};

/* Shapes: x (N, H, W, C) → y (N, H′, W′, C). Places outside the picture never count. */
static LmValue
pool (LmBuilder *b,
      const LmNode *node,
      LmValue x,
      gboolean max)
{
  LmWindow window = { .same = strcmp (lm_node_text (node, PADDING), "same") == 0, .dilation = { 1, 1 } };
  LmPoolAttrs attrs = { .max = max };

  if (!lm_layer_wants_picture (b, x, 0))
    return lm_builder_unknown (b);
  lm_layer_pair (node, POOL_SIZE, window.size);
  if (lm_layer_pair (node, STRIDES, window.stride) == 0)
    memcpy (window.stride, window.size, sizeof window.stride);
  if (!lm_window_place (&window, b, x, PADDING, TRUE))
    return lm_builder_unknown (b);

  for (int i = 0; i < 2; i++) {
    attrs.size[i] = (int) window.size[i];
    attrs.stride[i] = (int) window.stride[i];
    attrs.pad_before[i] = (int) window.before[i];
    attrs.pad_after[i] = (int) window.after[i];
  }
  return lm_build_pool2d (b, x, &attrs);
}

static void
max_lower (LmBuilder *b,
           const LmNode *node,
           const LmValue *in,
           int n_in,
           LmValue *out)
{
  out[0] = pool (b, node, in[0], TRUE);
}

static void
mean_lower (LmBuilder *b,
            const LmNode *node,
            const LmValue *in,
            int n_in,
            LmValue *out)
{
  out[0] = pool (b, node, in[0], FALSE);
}

static char *
pool_summary (const LmNode *node)
{
  gboolean same = strcmp (lm_node_text (node, PADDING), "same") == 0;
  gint64 size[2], stride[2];

  lm_layer_pair (node, POOL_SIZE, size);
  if (lm_layer_pair (node, STRIDES, stride) == 0 || memcmp (size, stride, sizeof size) == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT "×%" G_GINT64_FORMAT "%s", size[0], size[1], same ? " same" : "");
  return g_strdup_printf ("%" G_GINT64_FORMAT "×%" G_GINT64_FORMAT " /%" G_GINT64_FORMAT "%s", size[0], size[1], stride[0], same ? " same" : "");
}

const LmLayerClass lm_layer_max_pooling2d = {
  .member = {
    .id = "MaxPooling2D",
    .title = N_ ("2D max pooling"),
    .help = N_ ("Keeps the largest value of each window of each channel: whether a pattern was found nearby, no matter exactly where. 2×2 halves height and width."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "pooling",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = max_lower,
  .summary = pool_summary,
  .synonyms = N_ ("maxpool, MaxPool2D, downsample, subsampling, shrink"),
  .reference = "/reference/layer/MaxPooling2D",
  .keras = "MaxPooling2D({pool_size}, strides={strides}, padding={padding})",
  .torch = "nn.MaxPool2d({pool_size}, stride={strides})",
};

const LmLayerClass lm_layer_average_pooling2d = {
  .member = {
    .id = "AveragePooling2D",
    .title = N_ ("2D average pooling"),
    .help = N_ ("Keeps the mean of each window of each channel. 2×2 halves height and width. With padding “same”, places outside the picture do not count."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "pooling",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = mean_lower,
  .summary = pool_summary,
  .synonyms = N_ ("avgpool, AvgPool2D, mean, downsample, subsampling, shrink"),
  .reference = "/reference/layer/AveragePooling2D",
  .keras = "AveragePooling2D({pool_size}, strides={strides}, padding={padding})",
  .torch = "nn.AvgPool2d({pool_size}, stride={strides}, count_include_pad=False)",
};
