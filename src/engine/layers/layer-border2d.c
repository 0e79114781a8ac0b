/* layer-border2d.c: a border of zeros around a picture, or a border cut off
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

/* Top, bottom, left, right. */
enum {
  BORDER,
  N_SIDES = 4,
};

#define BORDER_SPEC(id_, title_, initial_, help_)                                                              \
  {                                                                                                            \
    .kind = LM_OPTION_INTS, .id = id_, .title = title_, .help = help_, .unit = N_ ("pixels"),                  \
    .initial_ints = { initial_, initial_ }, .initial_n = 2, .max = LM_MAX_WINDOW, .min_n = 1, .max_n = N_SIDES \
  }

static const LmOptionSpec padding_options[] = {
  [BORDER] = BORDER_SPEC ("padding", N_ ("Padding"), 1, N_ ("Zeros around the picture: one number for all sides; two for above and below, left and right; or four for top, bottom, left, right.")),
};

static const LmOptionSpec cropping_options[] = {
  [BORDER] = BORDER_SPEC ("cropping", N_ ("Cropping"), 0, N_ ("Pixels cut off: one number for all sides; two for above and below, left and right; or four for top, bottom, left, right.")),
};

/* FALSE after a failure. */
static gboolean
read_sides (LmBuilder *b,
            const LmNode *node,
            gint64 sides[N_SIDES])
{
  gint64 list[LM_MAX_LIST];
  int n = lm_node_ints (node, BORDER, list);

  if (n == 3) {
    lm_layer_fail (b, -1, LM_ERROR_OPTION, _ ("%s needs one, two or four numbers"),
                   g_strdup_printf (_ ("Its option “%s” has three: give one for all sides, two for height and width, or four for top, bottom, left, right."),
                                    node->layer->member.options[BORDER].id));
    return FALSE;
  }
  for (int i = 0; i < N_SIDES; i++)
    sides[i] = n == N_SIDES ? list[i] : n == 2 ? list[i / 2]
                                               : list[0];
  return TRUE;
}

static LmValue
border (LmBuilder *b,
        LmValue x,
        const gint64 sides[N_SIDES],
        int sign)
{
  LmPadAttrs attrs = { 0 };

  for (int i = 0; i < 2; i++) {
    attrs.before[1 + i] = sign * (int) sides[2 * i];
    attrs.after[1 + i] = sign * (int) sides[2 * i + 1];
  }
  return lm_build_pad (b, x, &attrs);
}

/* Shapes: x (N, H, W, C) → y (N, top + H + bottom, left + W + right, C). */
static void
padding_lower (LmBuilder *b,
               const LmNode *node,
               const LmValue *in,
               int n_in,
               LmValue *out)
{
  gint64 sides[N_SIDES];

  if (lm_layer_wants_picture (b, in[0], 0) && read_sides (b, node, sides))
    out[0] = border (b, in[0], sides, 1);
}

/* Shapes: x (N, H, W, C) → y (N, H − top − bottom, W − left − right, C). */
static void
cropping_lower (LmBuilder *b,
                const LmNode *node,
                const LmValue *in,
                int n_in,
                LmValue *out)
{
  LmShape x = lm_builder_shape (b, in[0]);
  gint64 sides[N_SIDES];

  if (!lm_layer_wants_picture (b, in[0], 0) || !read_sides (b, node, sides))
    return;
  if (sides[0] + sides[1] >= x.dim[1] || sides[2] + sides[3] >= x.dim[2]) {
    g_autofree char *source = lm_layer_source (b, in[0]);

    lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s cuts everything off"),
                   g_strdup_printf (_ ("%s, and %" PRId64 "×%" PRId64 " pixels go."), source, sides[0] + sides[1], sides[2] + sides[3]));
    lm_suggest_remove (b);
    return;
  }
  out[0] = border (b, in[0], sides, -1);
}

const LmLayerClass lm_layer_zero_padding2d = {
  .member = {
    .id = "ZeroPadding2D",
    .title = N_ ("2D zero padding"),
    .help = N_ ("Puts a border of zeros around a picture, so that a window also reaches the pixels at the edge and the result does not shrink."),
    .options = padding_options,
    .n_options = G_N_ELEMENTS (padding_options),
  },
  .category = "shape",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = padding_lower,
  .synonyms = N_ ("pad, border, margin, frame"),
  .reference = "/reference/layer/ZeroPadding2D",
  .keras = "ZeroPadding2D({padding})",
  .torch = "nn.ZeroPad2d({padding})",
};

const LmLayerClass lm_layer_cropping2d = {
  .member = {
    .id = "Cropping2D",
    .title = N_ ("2D cropping"),
    .help = N_ ("Cuts pixels off the edges of a picture, for example to fit a skip connection."),
    .options = cropping_options,
    .n_options = G_N_ELEMENTS (cropping_options),
  },
  .category = "shape",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = cropping_lower,
  .synonyms = N_ ("crop, cut, trim, clip"),
  .reference = "/reference/layer/Cropping2D",
  .keras = "Cropping2D({cropping})",
};
