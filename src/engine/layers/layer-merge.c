/* layer-merge.c: several inputs, number by number: sum, difference, product, mean, larger, smaller
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

/* An input with fewer axes gets axes of size 1 behind the batch, as in Keras. */
static LmValue
align (LmBuilder *b,
       LmValue x,
       int rank)
{
  LmShape shape = lm_builder_shape (b, x);
  LmShape wide = { .rank = rank, .dim = { shape.dim[0] } };
  int added = rank - shape.rank;

  if (added == 0)
    return x;
  for (int i = 1; i < rank; i++)
    wide.dim[i] = i <= added ? 1 : shape.dim[i - added];
  return lm_build_reshape (b, x, &wide);
}

/* The skip is made larger or smaller by a convolution or a Dense that ends with the shape of the other. */
static void
suggest_projection (LmBuilder *b,
                    const LmShape *skip,
                    const LmShape *other,
                    int port)
{
  gint64 stride[2];

  if (skip->rank != other->rank)
    return;
  if (skip->rank == 2)
    lm_suggest_insert (b, port, "Dense", "units=%" G_GINT64_FORMAT, other->dim[1]);
  if (skip->rank != 4)
    return;
  for (int i = 0; i < 2; i++) {
    stride[i] = MAX ((skip->dim[1 + i] + other->dim[1 + i] / 2) / other->dim[1 + i], 1);
    if ((skip->dim[1 + i] + stride[i] - 1) / stride[i] != other->dim[1 + i])
      return;
  }
  if (stride[0] == 1 && stride[1] == 1)
    lm_suggest_insert (b, port, "Conv2D", "filters=%" G_GINT64_FORMAT ",kernel_size=1x1", other->dim[3]);
  else
    lm_suggest_insert (b, port, "Conv2D", "filters=%" G_GINT64_FORMAT ",kernel_size=1x1,strides=%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT ",padding=same",
                       other->dim[3], stride[0], stride[1]);
}

static void
fail_shapes (LmBuilder *b,
             const LmValue *in,
             int port)
{
  LmShape first = lm_builder_shape (b, in[0]);
  LmShape second = lm_builder_shape (b, in[port]);
  g_autofree char *one = lm_layer_source (b, in[0]);
  g_autofree char *two = lm_layer_source (b, in[port]);
  gboolean joinable = first.rank == second.rank;

  lm_layer_fail (b, port, LM_ERROR_SHAPE, _ ("%s needs inputs of one shape"), g_strdup_printf (_ ("%s, %s."), one, two));
  /* The value that was made earlier has come the shorter way: it is the skip. */
  if (in[0].index < in[port].index) {
    suggest_projection (b, &first, &second, 0);
    suggest_projection (b, &second, &first, port);
  } else {
    suggest_projection (b, &second, &first, port);
    suggest_projection (b, &first, &second, 0);
  }
  for (int i = 0; i < first.rank - 1 && joinable; i++)
    joinable = first.dim[i] == second.dim[i];
  if (joinable)
    lm_suggest_swap (b, "Concatenate");
}

/* Shapes: inputs that fit each other by NumPy's rule → their common shape. */
static LmValue
merge (LmBuilder *b,
       const LmValue *in,
       int n_in,
       LmBinaryKind kind)
{
  LmShape shape = lm_builder_shape (b, in[0]);
  LmValue y;
  int rank = 0;

  for (int i = 0; i < n_in; i++) {
    if (!lm_layer_wants_numbers (b, in[i], i))
      return lm_builder_unknown (b);
    rank = MAX (rank, lm_builder_shape (b, in[i]).rank);
  }
  y = align (b, in[0], rank);
  shape = lm_builder_shape (b, y);
  for (int i = 1; i < n_in; i++) {
    LmValue x = align (b, in[i], rank);
    LmShape next = lm_builder_shape (b, x);

    if (!lm_shape_broadcast (&shape, &next, &shape)) {
      fail_shapes (b, in, i);
      return lm_builder_unknown (b);
    }
    y = lm_build_binary (b, kind, y, x);
  }
  return y;
}

static void
add_lower (LmBuilder *b,
           const LmNode *node,
           const LmValue *in,
           int n_in,
           LmValue *out)
{
  out[0] = merge (b, in, n_in, LM_BINARY_ADD);
}

static void
subtract_lower (LmBuilder *b,
                const LmNode *node,
                const LmValue *in,
                int n_in,
                LmValue *out)
{
  out[0] = merge (b, in, n_in, LM_BINARY_SUB);
}

static void
multiply_lower (LmBuilder *b,
                const LmNode *node,
                const LmValue *in,
                int n_in,
                LmValue *out)
{
  out[0] = merge (b, in, n_in, LM_BINARY_MUL);
}

static void
average_lower (LmBuilder *b,
               const LmNode *node,
               const LmValue *in,
               int n_in,
               LmValue *out)
{
  LmValue sum = merge (b, in, n_in, LM_BINARY_ADD);

  out[0] = lm_build_affine (b, sum, 1.0 / n_in, 0.0);
}

static void
maximum_lower (LmBuilder *b,
               const LmNode *node,
               const LmValue *in,
               int n_in,
               LmValue *out)
{
  out[0] = merge (b, in, n_in, LM_BINARY_MAX);
}

static void
minimum_lower (LmBuilder *b,
               const LmNode *node,
               const LmValue *in,
               int n_in,
               LmValue *out)
{
  out[0] = merge (b, in, n_in, LM_BINARY_MIN);
}

static const char *const difference_names[] = { "a", "b", NULL };

const LmLayerClass lm_layer_add = {
  .member = {
    .id = "Add",
    .title = N_ ("Add"),
    .help = N_ ("The sum of its inputs, number by number: y = a + b + …. A skip connection adds what a block was given to what it made, so that deep networks train. The inputs must have one shape; axes of size 1 are repeated."),
  },
  .category = "merging",
  .min_inputs = 2,
  .max_inputs = LM_ANY_INPUTS,
  .mask = LM_MASK_PASS,
  .lower = add_lower,
  .synonyms = N_ ("sum, plus, skip, residual, shortcut, merge"),
  .reference = "/reference/layer/Add",
  .keras = "Add()",
};

const LmLayerClass lm_layer_subtract = {
  .member = {
    .id = "Subtract",
    .title = N_ ("Subtract"),
    .help = N_ ("The first input less the second, number by number: y = a − b. The inputs must have one shape; axes of size 1 are repeated."),
  },
  .category = "merging",
  .min_inputs = 2,
  .max_inputs = 2,
  .input_names = difference_names,
  .mask = LM_MASK_PASS,
  .lower = subtract_lower,
  .synonyms = N_ ("difference, minus, merge"),
  .reference = "/reference/layer/Subtract",
  .keras = "Subtract()",
};

const LmLayerClass lm_layer_multiply = {
  .member = {
    .id = "Multiply",
    .title = N_ ("Multiply"),
    .help = N_ ("The product of its inputs, number by number: y = a·b·…. With a sigmoid on one side it is a gate. The inputs must have one shape; axes of size 1 are repeated."),
  },
  .category = "merging",
  .min_inputs = 2,
  .max_inputs = LM_ANY_INPUTS,
  .mask = LM_MASK_PASS,
  .lower = multiply_lower,
  .synonyms = N_ ("product, times, gate, squeeze and excitation, merge"),
  .reference = "/reference/layer/Multiply",
  .keras = "Multiply()",
};

const LmLayerClass lm_layer_average = {
  .member = {
    .id = "Average",
    .title = N_ ("Average"),
    .help = N_ ("The mean of its inputs, number by number: y = (a + b + …) / n. It joins the results of several networks. The inputs must have one shape; axes of size 1 are repeated."),
  },
  .category = "merging",
  .min_inputs = 2,
  .max_inputs = LM_ANY_INPUTS,
  .mask = LM_MASK_PASS,
  .lower = average_lower,
  .synonyms = N_ ("mean, ensemble, merge"),
  .reference = "/reference/layer/Average",
  .keras = "Average()",
};

const LmLayerClass lm_layer_maximum = {
  .member = {
    .id = "Maximum",
    .title = N_ ("Maximum"),
    .help = N_ ("The largest of its inputs, number by number: y = max(a, b, …). The inputs must have one shape; axes of size 1 are repeated."),
  },
  .category = "merging",
  .min_inputs = 2,
  .max_inputs = LM_ANY_INPUTS,
  .mask = LM_MASK_PASS,
  .lower = maximum_lower,
  .synonyms = N_ ("max, larger, maxout, merge"),
  .reference = "/reference/layer/Maximum",
  .keras = "Maximum()",
};

const LmLayerClass lm_layer_minimum = {
  .member = {
    .id = "Minimum",
    .title = N_ ("Minimum"),
    .help = N_ ("The smallest of its inputs, number by number: y = min(a, b, …). The inputs must have one shape; axes of size 1 are repeated."),
  },
  .category = "merging",
  .min_inputs = 2,
  .max_inputs = LM_ANY_INPUTS,
  .mask = LM_MASK_PASS,
  .lower = minimum_lower,
  .synonyms = N_ ("min, smaller, merge"),
  .reference = "/reference/layer/Minimum",
  .keras = "Minimum()",
};
