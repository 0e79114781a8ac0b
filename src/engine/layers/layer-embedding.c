/* layer-embedding.c: vectors for words, and steps that do not count
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

/* --- Embedding --------------------------------------------------------------------- */

enum {
  INPUT_DIM,
  OUTPUT_DIM,
  EMBEDDINGS_INITIALIZER,
  EMBEDDINGS_REGULARIZER,
  MASK_ZERO,
};

static const LmOptionSpec embedding_options[] = {
  [INPUT_DIM] = {
    .kind = LM_OPTION_INT,
    .id = "input_dim",
    .title = N_ ("Vocabulary"),
    .help = N_ ("How many different words there are: their numbers are 0 to one less."),
    .unit = N_ ("words"),
    .initial = 10000,
    .min = 1,
    .max = 1 << 26,
    .log_scale = TRUE,
  },
  [OUTPUT_DIM] = {
    .kind = LM_OPTION_INT,
    .id = "output_dim",
    .title = N_ ("Features"),
    .help = N_ ("How many numbers stand for a word."),
    .unit = N_ ("features"),
    .initial = 32,
    .min = 1,
    .max = 65536,
    .log_scale = TRUE,
  },
  [EMBEDDINGS_INITIALIZER] = LM_SPEC_INITIALIZER ("embeddings_initializer", N_ ("Initializer"), "random_uniform", N_ ("How the vectors are drawn before training.")),
  [EMBEDDINGS_REGULARIZER] = LM_SPEC_REGULARIZER ("embeddings_regularizer", N_ ("Regularizer"), N_ ("A cost for large vectors that is added to the loss.")),
  [MASK_ZERO] = LM_SPEC_BOOL ("mask_zero", N_ ("Word 0 is padding"), FALSE, N_ ("Steps with the number 0 do not count: recurrent layers behind pass over them.")),
};

/* y[n, …, :] = E[x[n, …], :]. Shapes: x (N, …) whole numbers → y (N, …, output_dim); embeddings (input_dim, output_dim). */
static void
embedding_lower (LmBuilder *b,
                 const LmNode *node,
                 const LmValue *in,
                 int n_in,
                 LmValue *out)
{
  LmShape x = lm_builder_shape (b, in[0]);
  LmValue args[2];

  if (!lm_builder_is_known (b, in[0]))
    return;
  if (lm_builder_dtype (b, in[0]) != LM_I32) {
    lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s needs whole numbers"),
                   g_strdup_printf (_ ("Real numbers come from %s. Set the dtype of the input to int32."), lm_builder_source_name (b, in[0])));
    return;
  }
  if (x.rank == LM_MAX_RANK) {
    lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s has too many axes"), g_strdup_printf (_ ("The input has %d axes, at most %d are possible."), x.rank, LM_MAX_RANK - 1));
    return;
  }
  args[0] = lm_layer_weight (b, node, "embeddings", &LM_SHAPE (lm_node_int (node, INPUT_DIM), lm_node_int (node, OUTPUT_DIM)), LM_LAYOUT_NATURAL, EMBEDDINGS_INITIALIZER, EMBEDDINGS_REGULARIZER);
  args[1] = in[0];
  lm_build_op (b, LM_OP_gather, NULL, args, 2, out, 1);
  if (lm_node_bool (node, MASK_ZERO) && x.rank == 2)
    lm_builder_set_mask (b, out[0], lm_build_mask (b, in[0], 0.0));
}

static char *
embedding_summary (const LmNode *node)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT " → %" G_GINT64_FORMAT, lm_node_int (node, INPUT_DIM), lm_node_int (node, OUTPUT_DIM));
}

const LmLayerClass lm_layer_embedding = {
  .member = {
    .id = "Embedding",
    .title = N_ ("Embedding"),
    .help = N_ ("Gives each word, named by its number, a learned vector: y = E[x], row x of a table. Words that are used alike get vectors that are alike. Comes first in networks that read text."),
    .options = embedding_options,
    .n_options = G_N_ELEMENTS (embedding_options),
  },
  .category = "core",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_MAKE,
  .lower = embedding_lower,
  .summary = embedding_summary,
  .synonyms = N_ ("word vectors, lookup, table, text, token, vocabulary, word2vec"),
  .reference = "/reference/layer/Embedding",
  .keras = "Embedding({input_dim}, {output_dim}, embeddings_initializer={embeddings_initializer}, embeddings_regularizer={embeddings_regularizer}, mask_zero={mask_zero})",
  .torch = "nn.Embedding({input_dim}, {output_dim})",
};

/* --- Masking -------------------------------------------------------------------------- */

enum {
  MASK_VALUE,
};

static const LmOptionSpec masking_options[] = {
  [MASK_VALUE] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "mask_value",
    .title = N_ ("Value"),
    .help = N_ ("Steps all of whose numbers are this one do not count."),
    .min = -1e9,
    .max = 1e9,
  },
};

/* y = x, or 0 at steps that do not count. Shapes: x, y (N, T, F). */
static void
masking_lower (LmBuilder *b,
               const LmNode *node,
               const LmValue *in,
               int n_in,
               LmValue *out)
{
  LmValue mask;

  if (!lm_layer_wants_sequence (b, in[0], 0))
    return;
  mask = lm_build_mask (b, in[0], lm_node_double (node, MASK_VALUE));
  out[0] = lm_build_binary (b, LM_BINARY_MUL, in[0], lm_build_mask_as (b, mask, 3));
  lm_builder_set_mask (b, out[0], mask);
}

const LmLayerClass lm_layer_masking = {
  .member = {
    .id = "Masking",
    .title = N_ ("Masking"),
    .help = N_ ("Marks steps of a sequence that are only padding: those all of whose numbers are the given one. Recurrent layers behind pass over them, so that short and long sequences can share a batch."),
    .options = masking_options,
    .n_options = G_N_ELEMENTS (masking_options),
  },
  .category = "core",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_MAKE,
  .lower = masking_lower,
  .synonyms = N_ ("padding, skip, ignore, variable length, sequence"),
  .reference = "/reference/layer/Masking",
  .keras = "Masking({mask_value})",
};
