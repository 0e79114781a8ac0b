/* layer-concatenate.c: several inputs behind each other along one axis
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

enum {
  AXIS,
};

static const LmOptionSpec options[] = {
  [AXIS] = {
    .kind = LM_OPTION_INT,
    .id = "axis",
    .title = N_ ("Axis"),
    .help = N_ ("Along which axis the inputs are put behind each other. Axis 0 is the batch; −1 is the last one: channels, features."),
    .initial = -1,
    .min = -(LM_MAX_RANK - 1),
    .max = LM_MAX_RANK - 1,
    .rare = TRUE,
  },
};

/* Pictures of unequal size: the larger one is pooled if that comes out even, else the smaller one gets a border. */
static void
suggest_sizes (LmBuilder *b,
               const LmShape *first,
               const LmShape *other,
               int port)
{
  gboolean first_larger = first->dim[1] > other->dim[1] || first->dim[2] > other->dim[2];
  const LmShape *large = first_larger ? first : other;
  const LmShape *small = first_larger ? other : first;
  gint64 down = large->dim[1] - small->dim[1], across = large->dim[2] - small->dim[2];

  if (large->dim[1] % small->dim[1] == 0 && large->dim[2] % small->dim[2] == 0)
    lm_suggest_insert (b, first_larger ? 0 : port, "MaxPooling2D", "pool_size=%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT,
                       large->dim[1] / small->dim[1], large->dim[2] / small->dim[2]);
  if (down >= 0 && across >= 0)
    lm_suggest_insert (b, first_larger ? port : 0, "ZeroPadding2D", "padding=%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT,
                       down / 2, down - down / 2, across / 2, across - across / 2);
}

static void
fail_shapes (LmBuilder *b,
             const LmValue *in,
             int port,
             int axis)
{
  LmShape first = lm_builder_shape (b, in[0]);
  LmShape other = lm_builder_shape (b, in[port]);
  g_autofree char *one = lm_layer_source (b, in[0]);
  g_autofree char *two = lm_layer_source (b, in[port]);

  if (first.rank != other.rank) {
    lm_layer_fail (b, port, LM_ERROR_SHAPE, _ ("%s needs inputs with equally many axes"), g_strdup_printf (_ ("%s, %s."), one, two));
    if (MIN (first.rank, other.rank) == 2) {
      lm_suggest_insert (b, first.rank > 2 ? 0 : port, "Flatten", "%s", "");
      if (MAX (first.rank, other.rank) == 4)
        lm_suggest_insert (b, first.rank > 2 ? 0 : port, "GlobalAveragePooling2D", "%s", "");
    }
    return;
  }
  lm_layer_fail (b, port, LM_ERROR_SHAPE, _ ("%s needs inputs that differ along its axis only"),
                 g_strdup_printf (_ ("%s, %s; they may differ along axis %d."), one, two, axis));
  if (first.rank == 4 && axis == 3)
    suggest_sizes (b, &first, &other, port);
}

/* Shapes: inputs (N, …, d_i, …) that are equal but for the axis → (N, …, Σ d_i, …). */
static void
concatenate_lower (LmBuilder *b,
                   const LmNode *node,
                   const LmValue *in,
                   int n_in,
                   LmValue *out)
{
  LmShape first = lm_builder_shape (b, in[0]);
  int axis = (int) lm_node_int (node, AXIS);

  if (!lm_layer_wants_features (b, in[0], 0))
    return;
  if (axis < 0)
    axis += first.rank;
  if (axis < 1 || axis >= first.rank) {
    lm_layer_fail (b, -1, LM_ERROR_OPTION, _ ("%s has an axis that is not there"),
                   g_strdup_printf (_ ("It is %d; the inputs have axes 1 to %d behind the batch."), (int) lm_node_int (node, AXIS), first.rank - 1));
    lm_suggest_int (b, AXIS, -1);
    return;
  }
  for (int i = 1; i < n_in; i++) {
    LmShape other = lm_builder_shape (b, in[i]);

    if (!lm_layer_wants_numbers (b, in[i], i))
      return;
    if (other.rank == first.rank)
      other.dim[axis] = first.dim[axis];
    if (!lm_shape_equal (&other, &first)) {
      fail_shapes (b, in, i, axis);
      return;
    }
  }
  out[0] = lm_build_concat (b, in, n_in, axis);
}

const LmLayerClass lm_layer_concatenate = {
  .member = {
    .id = "Concatenate",
    .title = N_ ("Concatenate"),
    .help = N_ ("Puts its inputs behind each other along an axis, usually the last: 14×14×32 and 14×14×64 become 14×14×96. All other axes must be equal. Unlike Add, it keeps what comes from where apart."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "merging",
  .min_inputs = 2,
  .max_inputs = LM_ANY_INPUTS,
  .mask = LM_MASK_USE,
  .lower = concatenate_lower,
  .synonyms = N_ ("concat, join, stack, skip, dense connection, inception, u-net, merge"),
  .reference = "/reference/layer/Concatenate",
  .keras = "Concatenate(axis={axis})",
};
