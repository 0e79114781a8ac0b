/* layer-attention.c: results that look at each other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

#include <string.h>

#define DROPOUT_SPEC                                                                                       \
  {                                                                                                        \
    .kind = LM_OPTION_DOUBLE, .id = "dropout", .title = N_ ("Dropout"),                                    \
    .help = N_ ("Share of the looks that become zero in training."), .min = 0.0, .max = 0.99, .rare = TRUE \
  }

#define CAUSAL_SPEC LM_SPEC_BOOL ("use_causal_mask", N_ ("Only backwards"), FALSE, N_ ("No step looks at later ones, as in a decoder that makes a text word by word."))

static const char *const input_names[] = { "query", "value", "key", NULL };

/* Query, value and key: sequences; value and key of one length. Fills in[2] where the key is not wired. */
static gboolean
take_inputs (LmBuilder *b,
             const LmValue *in,
             int n_in,
             LmValue x[3])
{
  x[0] = in[0];
  x[1] = in[1];
  x[2] = n_in > 2 ? in[2] : in[1];
  for (int i = 0; i < n_in; i++) {
    if (!lm_builder_is_known (b, in[i]))
      return FALSE;
  }
  for (int i = 0; i < n_in; i++) {
    if (!lm_layer_wants_sequence (b, in[i], i))
      return FALSE;
  }
  if (lm_builder_shape (b, x[1]).dim[1] != lm_builder_shape (b, x[2]).dim[1]) {
    g_autofree char *value = lm_layer_source (b, x[1]), *key = lm_layer_source (b, x[2]);

    lm_layer_fail (b, 2, LM_ERROR_SHAPE, _ ("%s needs as many keys as values"), g_strdup_printf (_ ("%s, %s."), value, key));
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_features (LmBuilder *b,
                const LmValue x[3])
{
  g_autofree char *query = NULL, *key = NULL;

  if (lm_builder_shape (b, x[0]).dim[2] == lm_builder_shape (b, x[2]).dim[2])
    return TRUE;
  query = lm_layer_source (b, x[0]);
  key = lm_layer_source (b, x[2]);
  lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s needs queries and keys with equally many features"), g_strdup_printf (_ ("%s, %s."), query, key));
  lm_suggest_insert (b, 0, "Dense", "units=%" G_GINT64_FORMAT, lm_builder_shape (b, x[2]).dim[2]);
  return FALSE;
}

static void
read_seed (const LmNode *node,
           int index,
           LmDropoutAttrs *drop)
{
  if (lm_option_is_null (node->options, index))
    return;
  drop->has_seed = TRUE;
  drop->seed = (guint32) lm_node_int (node, index);
}

/* Shares from scores (N, …, Tq, Tv): softmax without what is masked or later, then dropout. */
static LmValue
shares (LmBuilder *b,
        LmValue scores,
        LmValue mask,
        gboolean causal,
        const LmDropoutAttrs *drop)
{
  if (mask.index >= 0) {
    LmShape s = lm_builder_shape (b, mask), wide = { .rank = lm_builder_shape (b, scores).rank, .dim = { s.dim[0], 1, 1, 1 } };

    wide.dim[wide.rank - 1] = s.dim[1];
    mask = lm_build_reshape (b, lm_build_affine (b, mask, 1e9, -1e9), &wide);
    scores = lm_build_binary (b, LM_BINARY_ADD, scores, mask);
  }
  if (causal) {
    LmValue all = scores;

    lm_build_op (b, LM_OP_causal, NULL, &all, 1, &scores, 1);
  }
  return lm_build_dropout (b, lm_build_softmax (b, scores, FALSE), drop);
}

/* Queries that do not count give 0. */
static LmValue
finish (LmBuilder *b,
        LmValue query,
        LmValue y)
{
  LmValue mask = lm_builder_mask (b, query);

  if (mask.index < 0)
    return y;
  y = lm_build_binary (b, LM_BINARY_MUL, y, lm_build_mask_as (b, mask, 3));
  lm_builder_set_mask (b, y, mask);
  return y;
}

/* --- Attention and AdditiveAttention ---------------------------------------------------- */

enum {
  USE_SCALE,
  DROPOUT,
  SEED,
  CAUSAL,
  SCORE_MODE,
};

static const char *const score_modes[] = { "dot", "concat", NULL };

static const LmOptionSpec attention_options[] = {
  [USE_SCALE] = LM_SPEC_BOOL ("use_scale", N_ ("Learn a scale"), FALSE, N_ ("Multiplies the scores by a learned number.")),
  [DROPOUT] = DROPOUT_SPEC,
  [SEED] = LM_SPEC_SEED,
  [CAUSAL] = CAUSAL_SPEC,
  [SCORE_MODE] = {
    .kind = LM_OPTION_CHOICE,
    .id = "score_mode",
    .title = N_ ("Score"),
    .help = N_ ("How a query is compared with a key: “dot” by their scalar product, “concat” by the tanh of their sum."),
    .initial_text = "dot",
    .choices = score_modes,
    .rare = TRUE,
  },
};

static const LmOptionSpec additive_options[] = {
  [USE_SCALE] = LM_SPEC_BOOL ("use_scale", N_ ("Learn a scale"), TRUE, N_ ("Multiplies each feature by a learned number before the sum.")),
  [DROPOUT] = DROPOUT_SPEC,
  [SEED] = LM_SPEC_SEED,
  [CAUSAL] = CAUSAL_SPEC,
};

static LmValue
weight_of (LmBuilder *b,
           const char *name,
           const LmShape *shape,
           const char *initializer)
{
  g_autoptr (LmOptionSet) options = lm_option_set_new (lm_family_find ("initializer", initializer));

  return lm_build_weight (b, name, shape, shape->rank == 1 ? LM_LAYOUT_PADDED : LM_LAYOUT_NATURAL, options, NULL);
}

/* tanh (scale·(q + k)) for each pair: (N, Tq, Tv, F). */
static LmValue
compare_pairs (LmBuilder *b,
               const LmValue x[3],
               LmValue scale)
{
  LmShape q = lm_builder_shape (b, x[0]), k = lm_builder_shape (b, x[2]);
  LmValue query = lm_build_reshape (b, x[0], &LM_SHAPE (q.dim[0], q.dim[1], 1, q.dim[2]));
  LmValue key = lm_build_reshape (b, x[2], &LM_SHAPE (k.dim[0], 1, k.dim[1], k.dim[2]));
  LmValue sum = lm_build_binary (b, LM_BINARY_ADD, query, key);

  if (scale.index >= 0)
    sum = lm_build_binary (b, LM_BINARY_MUL, sum, scale);
  return lm_build_activation (b, sum, &(LmActivationAttrs){ .kind = LM_ACT_TANH });
}

static void
attend (LmBuilder *b,
        const LmNode *node,
        const LmValue x[3],
        LmValue scores,
        LmValue *out)
{
  LmDropoutAttrs drop = { .rate = lm_node_double (node, DROPOUT) };
  LmValue share;

  read_seed (node, SEED, &drop);
  share = shares (b, scores, lm_builder_mask (b, x[1]), lm_node_bool (node, CAUSAL), &drop);
  out[0] = finish (b, x[0], lm_build_product (b, share, x[1], FALSE, FALSE, 1.0));
}

/* y = softmax (scores)·value, scores = scale·query·keyᵀ, or weight·Σ tanh (scale·(query + key)).
 *
 * Shapes: query (N, Tq, F), key (N, Tv, F), value (N, Tv, V) → y (N, Tq, V). Source: Luong et al. 2015.
 */
static void
attention_lower (LmBuilder *b,
                 const LmNode *node,
                 const LmValue *in,
                 int n_in,
                 LmValue *out)
{
  LmValue x[3], scores, scale = LM_NO_VALUE;

  if (!take_inputs (b, in, n_in, x) || !check_features (b, x))
    return;
  if (lm_node_bool (node, USE_SCALE))
    scale = weight_of (b, "scale", &LM_SCALAR, "ones");
  if (strcmp (lm_node_text (node, SCORE_MODE), "dot") == 0) {
    scores = lm_build_product (b, x[0], x[2], FALSE, TRUE, 1.0);
    if (scale.index >= 0)
      scores = lm_build_binary (b, LM_BINARY_MUL, scores, scale);
  } else {
    scores = lm_build_reduce (b, LM_REDUCE_SUM, compare_pairs (b, x, scale), LM_BIT (3), FALSE);
    scores = lm_build_binary (b, LM_BINARY_MUL, scores, weight_of (b, "concat_score_weight", &LM_SCALAR, "ones"));
  }
  attend (b, node, x, scores, out);
}

/* y = softmax (scores)·value, scores = Σ scale·tanh (query + key). Shapes as above; scale (F). Source: Bahdanau et al. 2015. */
static void
additive_lower (LmBuilder *b,
                const LmNode *node,
                const LmValue *in,
                int n_in,
                LmValue *out)
{
  LmValue x[3], pairs;

  if (!take_inputs (b, in, n_in, x) || !check_features (b, x))
    return;
  pairs = compare_pairs (b, x, LM_NO_VALUE);
  if (lm_node_bool (node, USE_SCALE))
    pairs = lm_build_binary (b, LM_BINARY_MUL, pairs, weight_of (b, "scale", &LM_SHAPE (lm_builder_shape (b, x[0]).dim[2]), "glorot_uniform"));
  attend (b, node, x, lm_build_reduce (b, LM_REDUCE_SUM, pairs, LM_BIT (3), FALSE), out);
}

const LmLayerClass lm_layer_attention = {
  .member = {
    .id = "Attention",
    .title = N_ ("Attention"),
    .help = N_ ("Each step of the query looks at all steps of the value and takes a mixture of them, more of those whose key fits: y = softmax(query·keyᵀ)·value. Without a key the values are the keys. Steps that are masked are not looked at."),
    .options = attention_options,
    .n_options = G_N_ELEMENTS (attention_options),
  },
  .category = "attention",
  .min_inputs = 2,
  .max_inputs = 3,
  .input_names = input_names,
  .mask = LM_MASK_USE,
  .lower = attention_lower,
  .synonyms = N_ ("luong, dot product, query, key, value, transformer, seq2seq, look up"),
  .reference = "/reference/layer/Attention",
  .keras = "Attention(use_scale={use_scale}, score_mode={score_mode}, dropout={dropout}, seed={seed}, use_causal_mask={use_causal_mask})",
};

const LmLayerClass lm_layer_additive_attention = {
  .member = {
    .id = "AdditiveAttention",
    .title = N_ ("Additive attention"),
    .help = N_ ("Attention whose scores are sums: y = softmax(Σ scale·tanh(query + key))·value. Each step of the query takes a mixture of the values, more of those that fit. Without a key the values are the keys."),
    .options = additive_options,
    .n_options = G_N_ELEMENTS (additive_options),
  },
  .category = "attention",
  .min_inputs = 2,
  .max_inputs = 3,
  .input_names = input_names,
  .mask = LM_MASK_USE,
  .lower = additive_lower,
  .synonyms = N_ ("bahdanau, query, key, value, seq2seq, look up"),
  .reference = "/reference/layer/AdditiveAttention",
  .keras = "AdditiveAttention(use_scale={use_scale}, dropout={dropout}, seed={seed}, use_causal_mask={use_causal_mask})",
};

/* --- MultiHeadAttention -------------------------------------------------------------------- */

enum {
  HEADS,
  KEY_DIM,
  VALUE_DIM,
  HEAD_DROPOUT,
  USE_BIAS,
  OUTPUT_SHAPE,
  HEAD_CAUSAL,
  KERNEL_INITIALIZER,
  BIAS_INITIALIZER,
  KERNEL_REGULARIZER,
  BIAS_REGULARIZER,
  HEAD_SEED,
};

static const LmOptionSpec head_options[] = {
  [HEADS] = {
    .kind = LM_OPTION_INT,
    .id = "num_heads",
    .title = N_ ("Heads"),
    .help = N_ ("How many ways of looking there are beside each other."),
    .initial = 8,
    .min = 1,
    .max = 1024,
  },
  [KEY_DIM] = {
    .kind = LM_OPTION_INT,
    .id = "key_dim",
    .title = N_ ("Key features"),
    .help = N_ ("How many numbers a head compares."),
    .unit = N_ ("features"),
    .initial = 64,
    .min = 1,
    .max = 65536,
  },
  [VALUE_DIM] = {
    .kind = LM_OPTION_INT,
    .id = "value_dim",
    .title = N_ ("Value features"),
    .help = N_ ("How many numbers a head takes from each step. None: as many as it compares."),
    .unit = N_ ("features"),
    .initial = NAN,
    .min = 1,
    .max = 65536,
    .rare = TRUE,
    .nullable = TRUE,
  },
  [HEAD_DROPOUT] = DROPOUT_SPEC,
  [USE_BIAS] = LM_SPEC_USE_BIAS,
  [OUTPUT_SHAPE] = {
    .kind = LM_OPTION_INT,
    .id = "output_shape",
    .title = N_ ("Output features"),
    .help = N_ ("How many numbers come out for each step. None: as many as the query has."),
    .unit = N_ ("features"),
    .initial = NAN,
    .min = 1,
    .max = 65536,
    .rare = TRUE,
    .nullable = TRUE,
  },
  [HEAD_CAUSAL] = CAUSAL_SPEC,
  [KERNEL_INITIALIZER] = LM_SPEC_KERNEL_INITIALIZER,
  [BIAS_INITIALIZER] = LM_SPEC_BIAS_INITIALIZER,
  [KERNEL_REGULARIZER] = LM_SPEC_KERNEL_REGULARIZER,
  [BIAS_REGULARIZER] = LM_SPEC_BIAS_REGULARIZER,
  [HEAD_SEED] = LM_SPEC_SEED,
};

/* x (N, T, F)·kernel (F, heads, n) + bias (heads, n) → (N, heads, T, n). */
static LmValue
project (LmBuilder *b,
         const LmNode *node,
         LmValue x,
         const char *kernel,
         const char *bias,
         gint64 n)
{
  static const int order[] = { 0, 2, 1, 3 };
  gint64 heads = lm_node_int (node, HEADS);
  LmShape s = lm_builder_shape (b, x);
  LmValue w = lm_layer_weight (b, node, kernel, &LM_SHAPE (s.dim[2], heads, n), LM_LAYOUT_NATURAL, KERNEL_INITIALIZER, KERNEL_REGULARIZER);
  LmValue y = lm_build_product (b, x, lm_build_reshape (b, w, &LM_SHAPE (s.dim[2], heads * n)), FALSE, FALSE, 1.0);

  y = lm_build_reshape (b, y, &LM_SHAPE (s.dim[0], s.dim[1], heads, n));
  if (lm_node_bool (node, USE_BIAS))
    y = lm_build_binary (b, LM_BINARY_ADD, y, lm_layer_weight (b, node, bias, &LM_SHAPE (heads, n), LM_LAYOUT_NATURAL, BIAS_INITIALIZER, BIAS_REGULARIZER));
  return lm_build_permute (b, y, order);
}

/* For each head softmax (q·kᵀ/√key_dim)·v of projections of query, key and value; then all heads projected together.
 *
 * Shapes: query (N, Tq, F), value (N, Tv, V), key (N, Tv, K) → (N, Tq, output_shape or F). Source: Vaswani et al. 2017.
 */
static void
heads_lower (LmBuilder *b,
             const LmNode *node,
             const LmValue *in,
             int n_in,
             LmValue *out)
{
  static const int order[] = { 0, 2, 1, 3 };
  gint64 heads = lm_node_int (node, HEADS), key_dim = lm_node_int (node, KEY_DIM), value_dim = key_dim, width;
  LmDropoutAttrs drop = { .rate = lm_node_double (node, HEAD_DROPOUT) };
  LmValue x[3], q, k, v, y, w;
  LmShape s;

  if (!take_inputs (b, in, n_in, x))
    return;
  read_seed (node, HEAD_SEED, &drop);
  s = lm_builder_shape (b, x[0]);
  width = lm_option_is_null (node->options, OUTPUT_SHAPE) ? s.dim[2] : lm_node_int (node, OUTPUT_SHAPE);
  if (!lm_option_is_null (node->options, VALUE_DIM))
    value_dim = lm_node_int (node, VALUE_DIM);
  q = project (b, node, x[0], "query_kernel", "query_bias", key_dim);
  k = project (b, node, x[2], "key_kernel", "key_bias", key_dim);
  v = project (b, node, x[1], "value_kernel", "value_bias", value_dim);
  y = lm_build_product (b, q, k, FALSE, TRUE, 1.0 / sqrt ((double) key_dim));
  y = shares (b, y, lm_builder_mask (b, x[1]), lm_node_bool (node, HEAD_CAUSAL), &drop);
  y = lm_build_permute (b, lm_build_product (b, y, v, FALSE, FALSE, 1.0), order);
  y = lm_build_reshape (b, y, &LM_SHAPE (s.dim[0], s.dim[1], heads * value_dim));
  w = lm_layer_weight (b, node, "attention_output_kernel", &LM_SHAPE (heads, value_dim, width), LM_LAYOUT_NATURAL, KERNEL_INITIALIZER, KERNEL_REGULARIZER);
  y = lm_build_product (b, y, lm_build_reshape (b, w, &LM_SHAPE (heads * value_dim, width)), FALSE, FALSE, 1.0);
  if (lm_node_bool (node, USE_BIAS))
    y = lm_build_binary (b, LM_BINARY_ADD, y, lm_layer_weight (b, node, "attention_output_bias", &LM_SHAPE (width), LM_LAYOUT_PADDED, BIAS_INITIALIZER, BIAS_REGULARIZER));
  out[0] = y;
  lm_builder_set_mask (b, y, lm_builder_mask (b, x[0]));
}

static char *
heads_summary (const LmNode *node)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT " × %" G_GINT64_FORMAT, lm_node_int (node, HEADS), lm_node_int (node, KEY_DIM));
}

const LmLayerClass lm_layer_multi_head_attention = {
  .member = {
    .id = "MultiHeadAttention",
    .title = N_ ("Multi-head attention"),
    .help = N_ ("Several attentions beside each other, each with projections of its own: y = [softmax(q·kᵀ/√key_dim)·v for each head]·W + b. Wire one sequence to query and value for self-attention, as in a transformer."),
    .options = head_options,
    .n_options = G_N_ELEMENTS (head_options),
  },
  .category = "attention",
  .min_inputs = 2,
  .max_inputs = 3,
  .input_names = input_names,
  .mask = LM_MASK_USE,
  .lower = heads_lower,
  .summary = heads_summary,
  .synonyms = N_ ("transformer, self-attention, query, key, value, mha, bert, gpt"),
  .reference = "/reference/layer/MultiHeadAttention",
  .keras = "MultiHeadAttention({num_heads}, {key_dim}, value_dim={value_dim}, dropout={dropout}, use_bias={use_bias}, output_shape={output_shape}, kernel_initializer={kernel_initializer}, bias_initializer={bias_initializer}, kernel_regularizer={kernel_regularizer}, bias_regularizer={bias_regularizer}, seed={seed}, use_causal_mask={use_causal_mask})",
};

/* --- PositionEmbedding ------------------------------------------------------------------------ */

enum {
  LENGTH,
  INITIALIZER,
};

static const LmOptionSpec position_options[] = {
  [LENGTH] = {
    .kind = LM_OPTION_INT,
    .id = "sequence_length",
    .title = N_ ("Longest sequence"),
    .help = N_ ("For how many places there are vectors."),
    .unit = N_ ("steps"),
    .initial = 512,
    .min = 1,
    .max = 1 << 24,
  },
  [INITIALIZER] = LM_SPEC_INITIALIZER ("initializer", N_ ("Initializer"), "glorot_uniform", N_ ("How the vectors are drawn before training.")),
};

/* y[n, t, :] = x[n, t, :] + P[t, :]. Shapes: x, y (N, T, F); embeddings (sequence_length, F). */
static void
position_lower (LmBuilder *b,
                const LmNode *node,
                const LmValue *in,
                int n_in,
                LmValue *out)
{
  LmShape x = lm_builder_shape (b, in[0]);
  gint64 length = lm_node_int (node, LENGTH);
  LmValue table;

  if (!lm_layer_wants_sequence (b, in[0], 0))
    return;
  if (x.dim[1] > length) {
    g_autofree char *source = lm_layer_source (b, in[0]);

    lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s has too few places"), g_strdup_printf (_ ("%s, but there are vectors for %" PRId64 " places."), source, length));
    lm_suggest_int (b, LENGTH, x.dim[1]);
    return;
  }
  table = lm_layer_weight (b, node, "embeddings", &LM_SHAPE (length, x.dim[2]), LM_LAYOUT_NATURAL, INITIALIZER, -1);
  out[0] = lm_build_binary (b, LM_BINARY_ADD, in[0], lm_build_slice (b, table, 0, 0, 1, x.dim[1]));
}

const LmLayerClass lm_layer_position_embedding = {
  .member = {
    .id = "PositionEmbedding",
    .title = N_ ("Position embedding"),
    .help = N_ ("Adds a learned vector for its place to each step: y[t] = x[t] + P[t]. Attention does not know the order of what it looks at; this tells it."),
    .options = position_options,
    .n_options = G_N_ELEMENTS (position_options),
  },
  .category = "attention",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = position_lower,
  .synonyms = N_ ("positional encoding, order, transformer, token and position"),
  .reference = "/reference/layer/PositionEmbedding",
  .keras = "PositionEmbedding({sequence_length}, initializer={initializer})",
};
