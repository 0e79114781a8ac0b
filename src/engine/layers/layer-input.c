/* layer-input.c: where data enter the network
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

#include <string.h>

enum {
  SHAPE,
  DTYPE,
};

static const char *const dtypes[] = { "float32", "int32", NULL };

static const LmOptionSpec options[] = {
  [SHAPE] = {
    .kind = LM_OPTION_INTS,
    .id = "shape",
    .title = N_ ("Shape"),
    .help = N_ ("Size of one sample without the batch axis: height × width × channels for pictures, the number of columns for tables."),
    .initial_ints = { 28, 28, 1 },
    .initial_n = 3,
    .min = 1,
    .max = 1 << 30,
    .min_n = 0,
    .max_n = LM_MAX_RANK - 1,
  },
  [DTYPE] = {
    .kind = LM_OPTION_CHOICE,
    .id = "dtype",
    .title = N_ ("Number type"),
    .help = N_ ("float32 for pictures and measurements, int32 for the numbers of words or classes."),
    .initial_text = "float32",
    .choices = dtypes,
    .rare = TRUE,
  },
};

/* Shapes: out (N, shape …). */
static void
input_lower (LmBuilder *b,
             const LmNode *node,
             const LmValue *in,
             int n_in,
             LmValue *out)
{
  LmDtype dtype = strcmp (lm_node_text (node, DTYPE), "int32") == 0 ? LM_I32 : LM_F32;
  LmShape shape = { .rank = 1, .dim = { LM_BATCH } };
  gint64 sizes[LM_MAX_LIST];
  int n = lm_node_ints (node, SHAPE, sizes);

  for (int i = 0; i < n; i++)
    shape.dim[shape.rank++] = sizes[i];
  out[0] = lm_build_input (b, lm_builder_node_name (b), dtype, &shape);
}

const LmLayerClass lm_layer_input = {
  .member = {
    .id = "Input",
    .title = N_ ("Input"),
    .help = N_ ("Where data enter the network. A sample has the given shape; the batch axis in front of it is added by itself. A network with several inputs has one of these for each; the name of the layer is the name of the data that it takes."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "input",
  .mask = LM_MASK_PASS,
  .lower = input_lower,
  .synonyms = N_ ("source, entry, feature, InputLayer, placeholder"),
  .keras = "Input(shape={shape}, dtype={dtype})",
};
