/* layer-reshape.c: the same numbers along other axes: Flatten and Reshape
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

enum {
  TARGET_SHAPE,
};

static const LmOptionSpec options[] = {
  [TARGET_SHAPE] = {
    .kind = LM_OPTION_INTS,
    .id = "target_shape",
    .title = N_ ("Target shape"),
    .help = N_ ("The new size of a sample, without the batch axis. One of the numbers may be −1: it becomes what is left over."),
    .initial_ints = { -1 },
    .initial_n = 1,
    .min = -1,
    .max = 1 << 30,
    .min_n = 1,
    .max_n = LM_MAX_RANK - 1,
  },
};

/* Shapes: x (N, …) → y (N, product). */
static void
flatten_lower (LmBuilder *b,
               const LmNode *node,
               const LmValue *in,
               int n_in,
               LmValue *out)
{
  LmShape x = lm_builder_shape (b, in[0]);

  if (!lm_builder_is_known (b, in[0]))
    return;
  out[0] = x.rank == 2 ? in[0] : lm_build_reshape (b, in[0], &LM_SHAPE (x.dim[0], lm_shape_sample_size (&x)));
}

static char *
format_sizes (const gint64 *sizes,
              int n)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "×" : "", sizes[i]);
  return g_string_free (text, FALSE);
}

/* The numbers do not come out even: offers −1 in the first place where it would. */
static void
fail_size (LmBuilder *b,
           LmValue x,
           const gint64 *sizes,
           int n,
           gint64 have)
{
  g_autofree char *target = format_sizes (sizes, n);
  g_autofree char *source = lm_layer_source (b, x);

  lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s cannot fill its target shape"),
                 g_strdup_printf (_ ("%s, which is %" PRId64 " numbers; %s does not hold exactly as many."), source, have, target));
  for (int i = 0; i < n; i++) {
    gint64 loose[LM_MAX_LIST];
    gint64 others = 1;

    for (int j = 0; j < n; j++) {
      loose[j] = j == i ? -1 : sizes[j];
      /* Stays too large once it is, or once there is another −1. */
      if (j != i)
        others = sizes[j] < 1 || others > have / sizes[j] ? have + 1 : others * sizes[j];
    }
    if (others <= have && have % others == 0) {
      lm_suggest_ints (b, TARGET_SHAPE, loose, n);
      break;
    }
  }
  lm_suggest_remove (b);
}

/* Shapes: x (N, …) → y (N, target …) with as many numbers. */
static void
reshape_lower (LmBuilder *b,
               const LmNode *node,
               const LmValue *in,
               int n_in,
               LmValue *out)
{
  LmShape x = lm_builder_shape (b, in[0]);
  LmShape y = { .rank = 1, .dim = { x.dim[0] } };
  gint64 sizes[LM_MAX_LIST];
  int n = lm_node_ints (node, TARGET_SHAPE, sizes);
  int free_axis = -1;
  gint64 fixed = 1, have;

  if (!lm_builder_is_known (b, in[0]))
    return;
  have = lm_shape_sample_size (&x);
  for (int i = 0; i < n; i++) {
    if (sizes[i] == 0 || (sizes[i] < 0 && free_axis >= 0)) {
      g_autofree char *target = format_sizes (sizes, n);

      lm_layer_fail (b, -1, LM_ERROR_OPTION, _ ("%s has a target shape that means nothing"),
                     g_strdup_printf (_ ("It is %s; sizes are at least 1, and one of them may be −1."), target));
      return;
    }
    if (sizes[i] < 0)
      free_axis = i;
    else
      fixed = fixed > have / sizes[i] ? have + 1 : fixed * sizes[i];
  }
  if (free_axis >= 0 ? have % fixed != 0 || fixed > have : fixed != have) {
    fail_size (b, in[0], sizes, n, have);
    return;
  }
  for (int i = 0; i < n; i++)
    y.dim[y.rank++] = i == free_axis ? have / fixed : sizes[i];
  out[0] = lm_build_reshape (b, in[0], &y);
}

static char *
reshape_summary (const LmNode *node)
{
  gint64 sizes[LM_MAX_LIST];
  int n = lm_node_ints (node, TARGET_SHAPE, sizes);

  return format_sizes (sizes, n);
}

const LmLayerClass lm_layer_flatten = {
  .member = {
    .id = "Flatten",
    .title = N_ ("Flatten"),
    .help = N_ ("Puts all numbers of a sample into one row, for example 7×7×64 into 3136, so that a Dense can see all places at once. It has no weights, but the Dense behind it then has many; GlobalAveragePooling2D needs fewer."),
  },
  .category = "shape",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = flatten_lower,
  .synonyms = N_ ("vector, unroll, ravel, row"),
  .reference = "/reference/layer/Flatten",
  .keras = "Flatten()",
  .torch = "nn.Flatten()",
};

const LmLayerClass lm_layer_reshape = {
  .member = {
    .id = "Reshape",
    .title = N_ ("Reshape"),
    .help = N_ ("Gives the numbers of a sample another shape, in the same order, for example 784 becomes 28×28×1. The shape must hold exactly as many numbers."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "shape",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_END,
  .lower = reshape_lower,
  .summary = reshape_summary,
  .synonyms = N_ ("view, unflatten, fold"),
  .reference = "/reference/layer/Reshape",
  .keras = "Reshape({target_shape})",
  .torch = "nn.Unflatten(1, {target_shape})",
};
