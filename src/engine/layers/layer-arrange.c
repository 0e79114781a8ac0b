/* layer-arrange.c: the same numbers in another order, more often, or fewer of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

#include <string.h>

/* --- Permute ------------------------------------------------------------------- */

enum {
  DIMS,
};

static const LmOptionSpec permute_options[] = {
  [DIMS] = {
    .kind = LM_OPTION_INTS,
    .id = "dims",
    .title = N_ ("Order of the axes"),
    .help = N_ ("Which axis of the input comes first, second, … behind the batch; 2×1 exchanges the first two."),
    .initial_ints = { 2, 1 },
    .initial_n = 2,
    .min = 1,
    .max = LM_MAX_RANK - 1,
    .min_n = 1,
    .max_n = LM_MAX_RANK - 1,
  },
};

/* y[n, i_1, …] = x[n, …] with axis k of y being axis dims[k] of x. */
static void
permute_lower (LmBuilder *b,
               const LmNode *node,
               const LmValue *in,
               int n_in,
               LmValue *out)
{
  LmShape x = lm_builder_shape (b, in[0]);
  gint64 dims[LM_MAX_LIST];
  int n = lm_node_ints (node, DIMS, dims);
  int order[LM_MAX_RANK] = { 0 };
  guint32 seen = LM_BIT (0);

  if (!lm_layer_wants_numbers (b, in[0], 0))
    return;
  for (int i = 0; i < n; i++) {
    order[MIN (i + 1, LM_MAX_RANK - 1)] = (int) dims[i];
    seen |= LM_BIT (dims[i]);
  }
  if (n != x.rank - 1 || seen != LM_BIT (x.rank) - 1) {
    g_autofree char *source = lm_layer_source (b, in[0]);

    lm_layer_fail (b, 0, LM_ERROR_OPTION, _ ("%s does not name each axis once"),
                   g_strdup_printf (_ ("%s, which has %d axes; the option “dims” must have the numbers 1 to %d in the wanted order."), source, x.rank - 1, x.rank - 1));
    return;
  }
  out[0] = lm_build_permute (b, in[0], order);
}

/* --- RepeatVector ---------------------------------------------------------------- */

enum {
  N,
};

static const LmOptionSpec repeat_options[] = {
  [N] = {
    .kind = LM_OPTION_INT,
    .id = "n",
    .title = N_ ("Times"),
    .help = N_ ("How often the vector is repeated: the length of the sequence that comes out."),
    .initial = 2,
    .min = 1,
    .max = 1 << 20,
  },
};

/* Shapes: x (N, F) → y (N, n, F). */
static void
repeat_lower (LmBuilder *b,
              const LmNode *node,
              const LmValue *in,
              int n_in,
              LmValue *out)
{
  if (!lm_layer_wants_features (b, in[0], 0))
    return;
  if (lm_builder_shape (b, in[0]).rank != 2) {
    g_autofree char *source = lm_layer_source (b, in[0]);

    lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s needs one vector a sample"), g_strdup_printf (_ ("%s."), source));
    lm_suggest_insert (b, 0, "Flatten", "%s", "");
    return;
  }
  out[0] = lm_build_stack (b, in[0], 1, lm_node_int (node, N));
}

/* --- ZeroPadding and Cropping in one dimension --------------------------------- */

enum {
  BORDER,
};

#define BORDER_SPEC(id_, title_, help_)                                                      \
  {                                                                                          \
    .kind = LM_OPTION_INTS, .id = id_, .title = title_, .help = help_, .unit = N_ ("steps"), \
    .initial_ints = { 1, 1 }, .initial_n = 2, .max = 1 << 20, .min_n = 1, .max_n = 2         \
  }

static const LmOptionSpec padding1d_options[] = {
  [BORDER] = BORDER_SPEC ("padding", N_ ("Padding"), N_ ("Zeros before and after the sequence; one number counts for both.")),
};

static const LmOptionSpec cropping1d_options[] = {
  [BORDER] = BORDER_SPEC ("cropping", N_ ("Cropping"), N_ ("Steps cut off before and after; one number counts for both.")),
};

static LmValue
border (LmBuilder *b,
        LmValue x,
        const gint64 ends[2],
        int sign)
{
  LmPadAttrs attrs = { .before = { 0, sign * (int) ends[0] }, .after = { 0, sign * (int) ends[1] } };

  return lm_build_pad (b, x, &attrs);
}

/* Shapes: x (N, T, C) → y (N, before + T + after, C). */
static void
padding1d_lower (LmBuilder *b,
                 const LmNode *node,
                 const LmValue *in,
                 int n_in,
                 LmValue *out)
{
  gint64 ends[2];

  lm_layer_pair (node, BORDER, ends);
  if (lm_layer_wants_sequence (b, in[0], 0))
    out[0] = border (b, in[0], ends, 1);
}

/* Shapes: x (N, T, C) → y (N, T − before − after, C). */
static void
cropping1d_lower (LmBuilder *b,
                  const LmNode *node,
                  const LmValue *in,
                  int n_in,
                  LmValue *out)
{
  gint64 ends[2];

  lm_layer_pair (node, BORDER, ends);
  if (!lm_layer_wants_sequence (b, in[0], 0))
    return;
  if (ends[0] + ends[1] >= lm_builder_shape (b, in[0]).dim[1]) {
    g_autofree char *source = lm_layer_source (b, in[0]);

    lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s cuts everything off"), g_strdup_printf (_ ("%s, and %" PRId64 " steps go."), source, ends[0] + ends[1]));
    lm_suggest_remove (b);
    return;
  }
  out[0] = border (b, in[0], ends, -1);
}

/* --- UpSampling ------------------------------------------------------------------- */

enum {
  SIZE,
  INTERPOLATION,
};

static const char *const interpolations[] = { "nearest", "bilinear", "bicubic", NULL };

static const LmOptionSpec up1d_options[] = {
  [SIZE] = {
    .kind = LM_OPTION_INT,
    .id = "size",
    .title = N_ ("Factor"),
    .help = N_ ("How often each step comes."),
    .initial = 2,
    .min = 1,
    .max = LM_MAX_WINDOW,
  },
};

static const LmOptionSpec up2d_options[] = {
  [SIZE] = LM_SPEC_PAIR ("size", N_ ("Factor"), NULL, 2, 2, N_ ("How many times higher and wider the picture becomes.")),
  [INTERPOLATION] = {
    .kind = LM_OPTION_CHOICE,
    .id = "interpolation",
    .title = N_ ("Interpolation"),
    .help = N_ ("“nearest” repeats each pixel; “bilinear” and “bicubic” pass smoothly from one to the next."),
    .initial_text = "nearest",
    .choices = interpolations,
  },
};

static LmResizeKind
resize_kind (const char *text)
{
  for (int i = 0; interpolations[i] != NULL; i++) {
    if (strcmp (interpolations[i], text) == 0)
      return (LmResizeKind) i;
  }
  g_assert_not_reached ();
}

/* Shapes: x (N, T, C) → y (N, size·T, C). */
static void
up1d_lower (LmBuilder *b,
            const LmNode *node,
            const LmValue *in,
            int n_in,
            LmValue *out)
{
  if (lm_layer_wants_sequence (b, in[0], 0))
    out[0] = lm_build_repeat (b, in[0], 1, lm_node_int (node, SIZE));
}

/* Shapes: x (N, H, W, C) → y (N, a·H, b·W, C). */
static void
up2d_lower (LmBuilder *b,
            const LmNode *node,
            const LmValue *in,
            int n_in,
            LmValue *out)
{
  LmResizeKind kind = resize_kind (lm_node_text (node, INTERPOLATION));
  LmShape x = lm_builder_shape (b, in[0]);
  gint64 size[2];

  if (!lm_layer_wants_picture (b, in[0], 0))
    return;
  lm_layer_pair (node, SIZE, size);
  if (kind == LM_RESIZE_NEAREST)
    out[0] = lm_build_repeat (b, lm_build_repeat (b, in[0], 1, size[0]), 2, size[1]);
  else
    out[0] = lm_build_resize (b, in[0], kind, size[0] * x.dim[1], size[1] * x.dim[2]);
}

/* --- Resizing ------------------------------------------------------------------------ */

enum {
  HEIGHT,
  WIDTH,
  RESIZE_INTERPOLATION,
  CROP,
};

#define PIXELS_SPEC(id_, title_, help_)                                                                                            \
  {                                                                                                                                \
    .kind = LM_OPTION_INT, .id = id_, .title = title_, .help = help_, .unit = N_ ("pixels"), .initial = 64, .min = 1, .max = 65536 \
  }

static const LmOptionSpec resizing_options[] = {
  [HEIGHT] = PIXELS_SPEC ("height", N_ ("Height"), N_ ("Height of the picture that comes out.")),
  [WIDTH] = PIXELS_SPEC ("width", N_ ("Width"), N_ ("Width of the picture that comes out.")),
  [RESIZE_INTERPOLATION] = {
    .kind = LM_OPTION_CHOICE,
    .id = "interpolation",
    .title = N_ ("Interpolation"),
    .help = N_ ("“nearest” takes the nearest pixel; “bilinear” and “bicubic” mix 4 or 16 neighbours."),
    .initial_text = "bilinear",
    .choices = interpolations,
  },
  [CROP] = LM_SPEC_BOOL ("crop_to_aspect_ratio", N_ ("Keep proportions"), FALSE, N_ ("Cuts the middle out of the picture so that nothing is stretched.")),
};

/* Shapes: x (N, H, W, C) → y (N, height, width, C). */
static void
resizing_lower (LmBuilder *b,
                const LmNode *node,
                const LmValue *in,
                int n_in,
                LmValue *out)
{
  gint64 height = lm_node_int (node, HEIGHT), width = lm_node_int (node, WIDTH);
  LmShape x = lm_builder_shape (b, in[0]);
  LmValue picture = in[0];

  if (!lm_layer_wants_picture (b, in[0], 0))
    return;
  if (lm_node_bool (node, CROP)) {
    gint64 rows = CLAMP ((gint64) ((double) x.dim[2] * (double) height / (double) width), 1, x.dim[1]);
    gint64 cols = CLAMP ((gint64) ((double) x.dim[1] * (double) width / (double) height), 1, x.dim[2]);

    picture = lm_build_slice (b, picture, 1, (gint64) ((double) (x.dim[1] - rows) / 2.0), 1, rows);
    picture = lm_build_slice (b, picture, 2, (gint64) ((double) (x.dim[2] - cols) / 2.0), 1, cols);
  }
  out[0] = lm_build_resize (b, picture, resize_kind (lm_node_text (node, RESIZE_INTERPOLATION)), height, width);
}

const LmLayerClass lm_layer_permute = {
  .member = {
    .id = "Permute",
    .title = N_ ("Permute"),
    .help = N_ ("Exchanges axes: with dims = 2×1 a sequence of 10 steps with 64 features becomes 64×10. The batch stays in front."),
    .options = permute_options,
    .n_options = G_N_ELEMENTS (permute_options),
  },
  .category = "shape",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = permute_lower,
  .synonyms = N_ ("transpose, swap axes, channels first"),
  .reference = "/reference/layer/Permute",
  .keras = "Permute({dims})",
};

const LmLayerClass lm_layer_repeat_vector = {
  .member = {
    .id = "RepeatVector",
    .title = N_ ("Repeat vector"),
    .help = N_ ("Makes a sequence of one vector, repeated n times: 32 becomes n×32. With it a decoder sees the result of an encoder at each step."),
    .options = repeat_options,
    .n_options = G_N_ELEMENTS (repeat_options),
  },
  .category = "shape",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = repeat_lower,
  .synonyms = N_ ("copy, broadcast, tile, sequence, decoder"),
  .reference = "/reference/layer/RepeatVector",
  .keras = "RepeatVector({n})",
};

const LmLayerClass lm_layer_zero_padding1d = {
  .member = {
    .id = "ZeroPadding1D",
    .title = N_ ("1D zero padding"),
    .help = N_ ("Puts zeros before and after a sequence, so that a window also reaches the steps at its ends."),
    .options = padding1d_options,
    .n_options = G_N_ELEMENTS (padding1d_options),
  },
  .category = "shape",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = padding1d_lower,
  .synonyms = N_ ("pad, border, margin, sequence"),
  .reference = "/reference/layer/ZeroPadding1D",
  .keras = "ZeroPadding1D({padding})",
};

const LmLayerClass lm_layer_cropping1d = {
  .member = {
    .id = "Cropping1D",
    .title = N_ ("1D cropping"),
    .help = N_ ("Cuts steps off the ends of a sequence, for example to fit another one."),
    .options = cropping1d_options,
    .n_options = G_N_ELEMENTS (cropping1d_options),
  },
  .category = "shape",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = cropping1d_lower,
  .synonyms = N_ ("crop, cut, trim, sequence"),
  .reference = "/reference/layer/Cropping1D",
  .keras = "Cropping1D({cropping})",
};

const LmLayerClass lm_layer_up_sampling1d = {
  .member = {
    .id = "UpSampling1D",
    .title = N_ ("1D upsampling"),
    .help = N_ ("Repeats each step of a sequence, so that it becomes longer: the reverse of a pooling, for decoders."),
    .options = up1d_options,
    .n_options = G_N_ELEMENTS (up1d_options),
  },
  .category = "shape",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = up1d_lower,
  .synonyms = N_ ("enlarge, repeat, decoder, unpool"),
  .reference = "/reference/layer/UpSampling1D",
  .keras = "UpSampling1D({size})",
};

const LmLayerClass lm_layer_up_sampling2d = {
  .member = {
    .id = "UpSampling2D",
    .title = N_ ("2D upsampling"),
    .help = N_ ("Makes a picture larger by a whole factor, by repeating its pixels or by passing smoothly between them. The reverse of a pooling, for decoders and generators."),
    .options = up2d_options,
    .n_options = G_N_ELEMENTS (up2d_options),
  },
  .category = "shape",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = up2d_lower,
  .synonyms = N_ ("enlarge, repeat, decoder, unpool, u-net, autoencoder"),
  .reference = "/reference/layer/UpSampling2D",
  .keras = "UpSampling2D({size}, interpolation={interpolation})",
};

const LmLayerClass lm_layer_resizing = {
  .member = {
    .id = "Resizing",
    .title = N_ ("Resizing"),
    .help = N_ ("Brings pictures to a fixed size, so that a network trained for that size can look at others. Pixels are mixed from their neighbours: y = R·x·Cᵀ for each channel."),
    .options = resizing_options,
    .n_options = G_N_ELEMENTS (resizing_options),
  },
  .category = "shape",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = resizing_lower,
  .synonyms = N_ ("scale, shrink, enlarge, interpolate, thumbnail"),
  .reference = "/reference/layer/Resizing",
  .keras = "Resizing({height}, {width}, interpolation={interpolation}, crop_to_aspect_ratio={crop_to_aspect_ratio})",
};
