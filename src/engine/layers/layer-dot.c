/* layer-dot.c: scalar products of two inputs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

enum {
  AXES,
  NORMALIZE,
};

static const LmOptionSpec options[] = {
  [AXES] = {
    .kind = LM_OPTION_INTS,
    .id = "axes",
    .title = N_ ("Axes"),
    .help = N_ ("Along which axis of the first and of the second input the products are summed; one number counts for both, −1 is the last one."),
    .initial_ints = { -1 },
    .initial_n = 1,
    .min = -(LM_MAX_RANK - 1),
    .max = LM_MAX_RANK - 1,
    .min_n = 1,
    .max_n = 2,
  },
  [NORMALIZE] = LM_SPEC_BOOL ("normalize", N_ ("Normalize"), FALSE, N_ ("Brings the vectors to length 1 first, so that the result is the cosine of the angle between them.")),
};

/* One input with the axis that is summed moved to the front (behind the batch) or to the end, all others joined: (N, rest, K) or
 * (N, K, rest). */
static LmValue
matrix_of (LmBuilder *b,
           LmValue x,
           int axis,
           gboolean to_end,
           LmShape *rest)
{
  LmShape shape = lm_builder_shape (b, x);
  LmShape flat = { .rank = 3, .dim = { shape.dim[0], 1, 1 } };
  int order[LM_MAX_RANK] = { 0 };
  int n = 1;

  rest->rank = 0;
  if (!to_end)
    order[n++] = axis;
  for (int i = 1; i < shape.rank; i++) {
    if (i == axis)
      continue;
    order[n++] = i;
    rest->dim[rest->rank++] = shape.dim[i];
    flat.dim[to_end ? 1 : 2] *= shape.dim[i];
  }
  if (to_end)
    order[n++] = axis;
  flat.dim[to_end ? 2 : 1] = shape.dim[axis];
  return lm_build_reshape (b, lm_build_permute (b, x, order), &flat);
}

/* y[n, …, …] = Σ_k a[n, …, k, …]·b[n, …, k, …]: the axes of a that are left, then those of b.
 *
 * Shapes: two vectors (N, K) → (N, 1).
 */
static void
dot_lower (LmBuilder *b,
           const LmNode *node,
           const LmValue *in,
           int n_in,
           LmValue *out)
{
  LmShape y = { .rank = 1 }, rest[2];
  gint64 axes[2];
  int axis[2];
  LmValue x[2];

  lm_layer_pair (node, AXES, axes);
  for (int i = 0; i < 2; i++) {
    LmShape shape = lm_builder_shape (b, in[i]);

    if (!lm_layer_wants_features (b, in[i], i))
      return;
    axis[i] = (int) (axes[i] < 0 ? axes[i] + shape.rank : axes[i]);
    if (axis[i] < 1 || axis[i] >= shape.rank) {
      lm_layer_fail (b, -1, LM_ERROR_OPTION, _ ("%s has an axis that is not there"),
                     g_strdup_printf (_ ("It is %d; the input has axes 1 to %d behind the batch."), (int) axes[i], shape.rank - 1));
      return;
    }
  }
  if (lm_builder_shape (b, in[0]).dim[axis[0]] != lm_builder_shape (b, in[1]).dim[axis[1]]) {
    g_autofree char *one = lm_layer_source (b, in[0]), *two = lm_layer_source (b, in[1]);

    lm_layer_fail (b, 1, LM_ERROR_SHAPE, _ ("%s needs axes of one size"),
                   g_strdup_printf (_ ("%s, %s; axis %d of the first must be as long as axis %d of the second."), one, two, axis[0], axis[1]));
    return;
  }
  for (int i = 0; i < 2; i++) {
    x[i] = lm_node_bool (node, NORMALIZE) ? lm_layer_row_norm (b, in[i], LM_BIT (axis[i]), LM_ROW_UNIT, 1e-12) : in[i];
    x[i] = matrix_of (b, x[i], axis[i], i == 0, &rest[i]);
  }
  y.dim[0] = lm_builder_shape (b, in[0]).dim[0];
  if (rest[0].rank + rest[1].rank >= LM_MAX_RANK) {
    lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s has too many axes"), g_strdup_printf (_ ("The result would have %d axes, at most %d are possible."), rest[0].rank + rest[1].rank, LM_MAX_RANK - 1));
    return;
  }
  for (int i = 0; i < 2; i++) {
    for (int k = 0; k < rest[i].rank; k++)
      y.dim[y.rank++] = rest[i].dim[k];
  }
  if (y.rank == 1)
    y.dim[y.rank++] = 1;
  out[0] = lm_build_reshape (b, lm_build_product (b, x[0], x[1], FALSE, FALSE, 1.0), &y);
}

static const char *const input_names[] = { "a", "b", NULL };

const LmLayerClass lm_layer_dot = {
  .member = {
    .id = "Dot",
    .title = N_ ("Dot product"),
    .help = N_ ("Scalar products of the vectors of two inputs, y = Σ a_k·b_k: large where they point the same way. Compares two results, as in siamese networks, or looks up by similarity."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "merging",
  .min_inputs = 2,
  .max_inputs = 2,
  .input_names = input_names,
  .mask = LM_MASK_END,
  .lower = dot_lower,
  .synonyms = N_ ("scalar product, inner product, cosine, similarity, siamese, matrix product, merge"),
  .reference = "/reference/layer/Dot",
  .keras = "Dot(axes={axes}, normalize={normalize})",
};
