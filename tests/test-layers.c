/* test-layers.c: what every registered layer must satisfy, and what each says when it cannot work
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-test-layer.h"

#include <string.h>

static const LmLayerClass *
layer_at (gsize i,
          gsize *n)
{
  const LmMember *const *members = lm_family_members ("layer", n);

  return i < *n ? (const LmLayerClass *) members[i] : NULL;
}

/* --- Descriptors ------------------------------------------------------------ */

static const char *const categories[] = {
  "core", "convolution", "pooling", "recurrent", "attention", "normalization", "merging", "shape", "augmentation", "input", NULL
};

static void
test_every_layer_is_described (void)
{
  gsize n;

  for (gsize i = 0; layer_at (i, &n) != NULL; i++) {
    const LmLayerClass *layer = layer_at (i, &n);

    g_test_message ("%s", layer->member.id);
    g_assert_nonnull (layer->member.title);
    g_assert_nonnull (layer->member.help);
    g_assert_cmpuint (strlen (layer->member.help), >, 60);
    g_assert_true (g_str_has_suffix (layer->member.help, "."));
    g_assert_nonnull (layer->synonyms);
    g_assert_true (g_strv_contains (categories, layer->category));
    g_assert_cmpint (layer->min_inputs, <=, layer->max_inputs);
    g_assert_nonnull (layer->lower);
    g_assert_nonnull (layer->keras);
    g_assert_true (g_str_has_prefix (layer->keras, layer->member.id));
    for (int k = 0; k < layer->member.n_options; k++) {
      const LmOptionSpec *spec = &layer->member.options[k];

      g_assert_true (g_str_has_suffix (spec->help, "."));
      if ((spec->kind == LM_OPTION_INT || spec->kind == LM_OPTION_DOUBLE) && spec->max > spec->min && !spec->nullable) {
        g_assert_cmpfloat (spec->initial, >=, spec->min);
        g_assert_cmpfloat (spec->initial, <=, spec->max);
      }
    }
  }
}

/* Each {name} is an option, and with @all each option is named. */
static void
check_template (const LmLayerClass *layer,
                const char *template,
                gboolean all)
{
  guint64 seen = 0;

  for (const char *at = template; at != NULL && (at = strchr (at, '{')) != NULL; at++) {
    g_autofree char *name = g_strndup (at + 1, (gsize) (strchr (at, '}') - at - 1));
    int k = 0;

    while (k < layer->member.n_options && strcmp (layer->member.options[k].id, name) != 0)
      k++;
    if (k == layer->member.n_options)
      g_assert_cmpstr (name, ==, "in");
    else
      seen |= (guint64) 1 << k;
  }
  if (all)
    g_assert_cmphex (seen, ==, ((guint64) 1 << layer->member.n_options) - 1);
}

static void
test_code_templates_name_options (void)
{
  gsize n;

  for (gsize i = 0; layer_at (i, &n) != NULL; i++) {
    g_test_message ("%s", layer_at (i, &n)->member.id);
    check_template (layer_at (i, &n), layer_at (i, &n)->keras, TRUE);
    check_template (layer_at (i, &n), layer_at (i, &n)->torch, FALSE);
  }
}

/* --- Shapes ------------------------------------------------------------------ */

typedef struct {
  const char *kind;
  const char *options;
  int n_inputs;
  LmShape inputs[LM_TEST_MAX_INPUTS];
  LmShape output; /* without the batch */
  LmDtype dtype;
} ShapeCase;

static const ShapeCase shape_cases[] = {
  { "Input", "", 0, { { 0 } }, LM_SHAPE (28, 28, 1) },
  { "Input", "shape=7 dtype=int32", 0, { { 0 } }, LM_SHAPE (7) },
  { "Dense", "", 1, { LM_SHAPE (784) }, LM_SHAPE (64) },
  { "Dense", "units=3", 1, { LM_SHAPE (20, 5) }, LM_SHAPE (20, 3) },
  { "Activation", "", 1, { LM_SHAPE (5, 3) }, LM_SHAPE (5, 3) },
  { "ReLU", "", 1, { LM_SHAPE (5) }, LM_SHAPE (5) },
  { "LeakyReLU", "", 1, { LM_SHAPE (5) }, LM_SHAPE (5) },
  { "ELU", "", 1, { LM_SHAPE (5) }, LM_SHAPE (5) },
  { "Softmax", "", 1, { LM_SHAPE (5) }, LM_SHAPE (5) },
  { "PReLU", "", 1, { LM_SHAPE (5, 2) }, LM_SHAPE (5, 2) },
  { "Permute", "", 1, { LM_SHAPE (5, 6) }, LM_SHAPE (6, 5) },
  { "RepeatVector", "", 1, { LM_SHAPE (5) }, LM_SHAPE (2, 5) },
  { "ZeroPadding1D", "", 1, { LM_SHAPE (5, 3) }, LM_SHAPE (7, 3) },
  { "Cropping1D", "", 1, { LM_SHAPE (5, 3) }, LM_SHAPE (3, 3) },
  { "UpSampling2D", "", 1, { LM_SHAPE (5, 4, 3) }, LM_SHAPE (10, 8, 3) },
  { "Resizing", "", 1, { LM_SHAPE (5, 4, 3) }, LM_SHAPE (64, 64, 3) },
  { "Permute", "dims=3x1x2", 1, { LM_SHAPE (5, 6, 7) }, LM_SHAPE (7, 5, 6) },
  { "RepeatVector", "n=4", 1, { LM_SHAPE (5) }, LM_SHAPE (4, 5) },
  { "ZeroPadding1D", "padding=1x2", 1, { LM_SHAPE (5, 3) }, LM_SHAPE (8, 3) },
  { "Cropping1D", "cropping=1x2", 1, { LM_SHAPE (5, 3) }, LM_SHAPE (2, 3) },
  { "UpSampling1D", "", 1, { LM_SHAPE (5, 3) }, LM_SHAPE (10, 3) },
  { "UpSampling2D", "size=2x3", 1, { LM_SHAPE (5, 4, 3) }, LM_SHAPE (10, 12, 3) },
  { "Resizing", "height=7 width=9", 1, { LM_SHAPE (5, 4, 3) }, LM_SHAPE (7, 9, 3) },
  { "Embedding", "", 1, { LM_SHAPE (20) }, LM_SHAPE (20, 32), LM_I32 },
  { "Embedding", "mask_zero=true", 1, { LM_SHAPE (20) }, LM_SHAPE (20, 32), LM_I32 },
  { "Masking", "", 1, { LM_SHAPE (20, 3) }, LM_SHAPE (20, 3) },
  { "SimpleRNN", "", 1, { LM_SHAPE (20, 3) }, LM_SHAPE (32) },
  { "LSTM", "", 1, { LM_SHAPE (20, 3) }, LM_SHAPE (32) },
  { "LSTM", "return_sequences=true", 3, { LM_SHAPE (20, 3), LM_SHAPE (32), LM_SHAPE (32) }, LM_SHAPE (20, 32) },
  { "GRU", "", 1, { LM_SHAPE (20, 3) }, LM_SHAPE (32) },
  { "GRU", "return_sequences=true", 2, { LM_SHAPE (20, 3), LM_SHAPE (32) }, LM_SHAPE (20, 32) },
  { "Bidirectional", "", 1, { LM_SHAPE (20, 3) }, LM_SHAPE (64) },
  { "TimeDistributed", "", 1, { LM_SHAPE (20, 3, 2) }, LM_SHAPE (20, 3, 64) },
  { "Attention", "", 2, { LM_SHAPE (3, 4), LM_SHAPE (5, 4) }, LM_SHAPE (3, 4) },
  { "AdditiveAttention", "", 2, { LM_SHAPE (3, 4), LM_SHAPE (5, 4) }, LM_SHAPE (3, 4) },
  { "MultiHeadAttention", "", 2, { LM_SHAPE (3, 4), LM_SHAPE (5, 2) }, LM_SHAPE (3, 4) },
  { "PositionEmbedding", "", 1, { LM_SHAPE (5, 2) }, LM_SHAPE (5, 2) },
  { "LayerNormalization", "", 1, { LM_SHAPE (5, 4) }, LM_SHAPE (5, 4) },
  { "GroupNormalization", "", 1, { LM_SHAPE (5, 64) }, LM_SHAPE (5, 64) },
  { "RMSNormalization", "", 1, { LM_SHAPE (5, 4) }, LM_SHAPE (5, 4) },
  { "UnitNormalization", "", 1, { LM_SHAPE (5, 4) }, LM_SHAPE (5, 4) },
  { "GaussianNoise", "", 1, { LM_SHAPE (5) }, LM_SHAPE (5) },
  { "GaussianDropout", "", 1, { LM_SHAPE (5) }, LM_SHAPE (5) },
  { "AlphaDropout", "", 1, { LM_SHAPE (5) }, LM_SHAPE (5) },
  { "SpatialDropout1D", "", 1, { LM_SHAPE (5, 4) }, LM_SHAPE (5, 4) },
  { "Dot", "", 2, { LM_SHAPE (5), LM_SHAPE (5) }, LM_SHAPE (1) },
  { "Dot", "axes=1x2", 2, { LM_SHAPE (5, 3), LM_SHAPE (4, 5) }, LM_SHAPE (3, 4) },
  { "Conv2D", "", 1, { LM_SHAPE (28, 28, 1) }, LM_SHAPE (26, 26, 32) },
  { "Conv2D", "filters=4 strides=2x3 padding=same", 1, { LM_SHAPE (7, 7, 2) }, LM_SHAPE (4, 3, 4) },
  { "Conv2D", "filters=4 kernel_size=3x1 dilation_rate=3x2", 1, { LM_SHAPE (9, 9, 2) }, LM_SHAPE (3, 9, 4) },
  { "Conv1D", "", 1, { LM_SHAPE (28, 3) }, LM_SHAPE (26, 32) },
  { "Conv1D", "padding=causal dilation_rate=4", 1, { LM_SHAPE (28, 3) }, LM_SHAPE (28, 32) },
  { "Conv3D", "", 1, { LM_SHAPE (8, 9, 10, 2) }, LM_SHAPE (6, 7, 8, 32) },
  { "Conv3D", "padding=same strides=2x3x1", 1, { LM_SHAPE (8, 9, 10, 2) }, LM_SHAPE (4, 3, 10, 32) },
  { "DepthwiseConv1D", "", 1, { LM_SHAPE (8, 3) }, LM_SHAPE (6, 3) },
  { "DepthwiseConv2D", "", 1, { LM_SHAPE (8, 9, 3) }, LM_SHAPE (6, 7, 3) },
  { "DepthwiseConv2D", "depth_multiplier=4", 1, { LM_SHAPE (8, 9, 3) }, LM_SHAPE (6, 7, 12) },
  { "SeparableConv1D", "", 1, { LM_SHAPE (8, 3) }, LM_SHAPE (6, 32) },
  { "SeparableConv2D", "", 1, { LM_SHAPE (8, 9, 3) }, LM_SHAPE (6, 7, 32) },
  { "Conv1DTranspose", "", 1, { LM_SHAPE (8, 3) }, LM_SHAPE (10, 32) },
  { "Conv2DTranspose", "", 1, { LM_SHAPE (8, 9, 3) }, LM_SHAPE (10, 11, 32) },
  { "Conv2DTranspose", "strides=2 padding=same", 1, { LM_SHAPE (8, 9, 3) }, LM_SHAPE (16, 18, 32) },
  { "MaxPooling1D", "", 1, { LM_SHAPE (9, 3) }, LM_SHAPE (4, 3) },
  { "AveragePooling1D", "", 1, { LM_SHAPE (9, 3) }, LM_SHAPE (4, 3) },
  { "MaxPooling3D", "", 1, { LM_SHAPE (8, 9, 4, 3) }, LM_SHAPE (4, 4, 2, 3) },
  { "AveragePooling3D", "", 1, { LM_SHAPE (8, 9, 4, 3) }, LM_SHAPE (4, 4, 2, 3) },
  { "GlobalAveragePooling1D", "", 1, { LM_SHAPE (7, 8) }, LM_SHAPE (8) },
  { "GlobalMaxPooling1D", "", 1, { LM_SHAPE (7, 8) }, LM_SHAPE (8) },
  { "GlobalAveragePooling3D", "", 1, { LM_SHAPE (7, 2, 3, 8) }, LM_SHAPE (8) },
  { "GlobalMaxPooling3D", "", 1, { LM_SHAPE (7, 2, 3, 8) }, LM_SHAPE (8) },
  { "MaxPooling2D", "", 1, { LM_SHAPE (13, 12, 4) }, LM_SHAPE (6, 6, 4) },
  { "MaxPooling2D", "strides=1 padding=same", 1, { LM_SHAPE (13, 12, 4) }, LM_SHAPE (13, 12, 4) },
  { "AveragePooling2D", "", 1, { LM_SHAPE (13, 12, 4) }, LM_SHAPE (6, 6, 4) },
  { "AveragePooling2D", "padding=same", 1, { LM_SHAPE (13, 12, 4) }, LM_SHAPE (7, 6, 4) },
  { "GlobalAveragePooling2D", "", 1, { LM_SHAPE (7, 5, 8) }, LM_SHAPE (8) },
  { "GlobalMaxPooling2D", "", 1, { LM_SHAPE (7, 5, 8) }, LM_SHAPE (8) },
  { "GlobalMaxPooling2D", "keepdims=true", 1, { LM_SHAPE (7, 5, 8) }, LM_SHAPE (1, 1, 8) },
  { "BatchNormalization", "", 1, { LM_SHAPE (7, 5, 8) }, LM_SHAPE (7, 5, 8) },
  { "Dropout", "", 1, { LM_SHAPE (7, 5) }, LM_SHAPE (7, 5) },
  { "SpatialDropout2D", "", 1, { LM_SHAPE (7, 5, 2) }, LM_SHAPE (7, 5, 2) },
  { "Add", "", 3, { LM_SHAPE (7, 5), LM_SHAPE (7, 5), LM_SHAPE (7, 5) }, LM_SHAPE (7, 5) },
  { "Subtract", "", 2, { LM_SHAPE (7), LM_SHAPE (7) }, LM_SHAPE (7) },
  { "Multiply", "", 2, { LM_SHAPE (7, 5, 3), LM_SHAPE (3) }, LM_SHAPE (7, 5, 3) },
  { "Average", "", 2, { LM_SHAPE (7), LM_SHAPE (7) }, LM_SHAPE (7) },
  { "Maximum", "", 2, { LM_SHAPE (7), LM_SHAPE (7) }, LM_SHAPE (7) },
  { "Minimum", "", 2, { LM_SHAPE (7, 1), LM_SHAPE (1, 4) }, LM_SHAPE (7, 4) },
  { "Concatenate", "", 3, { LM_SHAPE (7, 5), LM_SHAPE (7, 1), LM_SHAPE (7, 2) }, LM_SHAPE (7, 8) },
  { "Concatenate", "axis=1", 2, { LM_SHAPE (7, 5), LM_SHAPE (2, 5) }, LM_SHAPE (9, 5) },
  { "Flatten", "", 1, { LM_SHAPE (7, 5, 2) }, LM_SHAPE (70) },
  { "Flatten", "", 1, { { 0 } }, LM_SHAPE (1) },
  { "Reshape", "", 1, { LM_SHAPE (7, 5, 2) }, LM_SHAPE (70) },
  { "Reshape", "target_shape=2x-1x5", 1, { LM_SHAPE (7, 5, 2) }, LM_SHAPE (2, 7, 5) },
  { "Rescaling", "", 1, { LM_SHAPE (7, 5, 2) }, LM_SHAPE (7, 5, 2) },
  { "ZeroPadding2D", "", 1, { LM_SHAPE (7, 5, 2) }, LM_SHAPE (9, 7, 2) },
  { "ZeroPadding2D", "padding=1x2x3x4", 1, { LM_SHAPE (7, 5, 2) }, LM_SHAPE (10, 12, 2) },
  { "Cropping2D", "", 1, { LM_SHAPE (7, 5, 2) }, LM_SHAPE (7, 5, 2) },
  { "Cropping2D", "cropping=1x2", 1, { LM_SHAPE (7, 5, 2) }, LM_SHAPE (5, 1, 2) },
};

static LmTestLayer *
layer_new (const char *kind,
           const char *options,
           const LmShape *inputs,
           int n_inputs,
           LmDtype dtype,
           gboolean training)
{
  LmTestLayerSpec spec = { .kind = kind, .options = options, .n_inputs = n_inputs, .dtype = dtype, .training = training, .max_batch = 32 };

  memcpy (spec.inputs, inputs, sizeof spec.inputs[0] * (gsize) n_inputs);
  return lm_test_layer_new (&spec);
}

static void
test_shapes (void)
{
  gsize n;

  for (gsize i = 0; i < G_N_ELEMENTS (shape_cases); i++) {
    const ShapeCase *c = &shape_cases[i];

    g_test_message ("%s %s", c->kind, c->options);
    for (int training = 0; training < 2; training++) {
      g_autoptr (LmTestLayer) layer = layer_new (c->kind, c->options, c->inputs, c->n_inputs, c->dtype, training != 0);
      g_autofree char *summary = layer->node.layer->summary != NULL ? layer->node.layer->summary (&layer->node) : g_strdup ("-");

      g_assert_null (layer->error);
      g_assert_cmpint (layer->shape.rank, ==, c->output.rank + 1);
      g_assert_cmpint (layer->shape.dim[0], ==, LM_BATCH);
      for (int k = 0; k < c->output.rank; k++)
        g_assert_cmpint (layer->shape.dim[k + 1], ==, c->output.dim[k]);
      g_assert_nonnull (summary);
    }
  }
  /* Every layer has a case with its defaults. */
  for (gsize l = 0; layer_at (l, &n) != NULL; l++) {
    gboolean seen = FALSE;

    g_test_message ("%s", layer_at (l, &n)->member.id);
    for (gsize i = 0; i < G_N_ELEMENTS (shape_cases); i++)
      seen = seen || (shape_cases[i].options[0] == '\0' && strcmp (layer_at (l, &n)->member.id, shape_cases[i].kind) == 0);
    g_assert_true (seen);
  }
}

/* A layer behind a mistake neither crashes nor complains. */
static void
test_unknown_inputs_are_tolerated (void)
{
  gsize n;

  for (gsize i = 0; layer_at (i, &n) != NULL; i++) {
    const LmLayerClass *layer = layer_at (i, &n);
    LmBuilder *b = lm_builder_new (&(LmBuilderSpec){ .training = TRUE, .max_batch = 4 });
    LmValue in[3] = { lm_builder_unknown (b), lm_build_input (b, "x", LM_F32, &LM_SHAPE (LM_BATCH, 4, 4, 2)), lm_builder_unknown (b) };
    LmValue out[8] = { lm_builder_unknown (b) };
    LmNode node;

    if (layer->max_inputs == 0) {
      lm_builder_free (b);
      continue;
    }
    g_test_message ("%s", layer->member.id);
    lm_test_node_init (&node, layer->member.id, "");
    for (int first = 0; first < 2; first++) {
      int n_in = MAX (layer->min_inputs, 1);

      if (first == 1 && n_in == 1)
        continue;
      layer->lower (b, &node, in + first, n_in, out);
      g_assert_null (lm_builder_take_error (b));
      g_assert_false (lm_builder_is_known (b, out[0]));
    }
    lm_test_node_clear (&node);
    lm_builder_free (b);
  }
}

/* --- Mistakes ----------------------------------------------------------------- */

#define MAX_EXPECTED 3

typedef struct {
  LmSuggestionKind kind;
  int port;
  const char *text; /* option as it reads, or layer and options */
} Expected;

typedef struct {
  const char *kind;
  const char *options;
  int n_inputs;
  LmShape inputs[LM_TEST_MAX_INPUTS];
  LmDtype dtype;
  int port;
  const char *title;
  const char *message;
  Expected remedies[MAX_EXPECTED];
} MistakeCase;

static const MistakeCase mistake_cases[] = {
  { "Dense", "", 1, { { 0 } }, LM_F32, 0, "dense needs an axis of features", "A single number per sample comes from source_0.", { { LM_SUGGEST_INSERT_BEFORE, 0, "Reshape target_shape=1" } } },
  { "Dense", "", 1, { LM_SHAPE (5) }, LM_I32, 0, "dense needs real numbers", "Whole numbers (int32) come from source_0. Set its dtype to float32.", { { 0 } } },
  { "Dense", "bias_initializer=orthogonal", 1, { LM_SHAPE (5) }, LM_F32, -1, "dense needs another initializer", "“orthogonal” needs at least two axes, “bias” has 1.", { { LM_SUGGEST_SET_OPTION, 0, "bias_initializer=zeros" } } },
  { "Conv2D", "", 1, { LM_SHAPE (2, 2, 8) }, LM_F32, 0, "conv2d needs at least 3×3, gets 2×2", "2×2×8 comes from source_0. The window does not fit inside the picture.", { { LM_SUGGEST_SET_OPTION, 0, "padding=same" } } },
  { "Conv2D", "", 1, { LM_SHAPE (784) }, LM_F32, 0, "conv2d needs height × width × channels", "784 comes from source_0.", { { LM_SUGGEST_INSERT_BEFORE, 0, "Reshape target_shape=28x28x1" } } },
  { "Conv2D", "", 1, { LM_SHAPE (28, 28) }, LM_F32, 0, "conv2d needs height × width × channels", "28×28 comes from source_0.", { { LM_SUGGEST_INSERT_BEFORE, 0, "Reshape target_shape=28x28x1" } } },
  { "Conv2D", "", 1, { LM_SHAPE (3072) }, LM_F32, 0, "conv2d needs height × width × channels", "3072 comes from source_0.", { { LM_SUGGEST_INSERT_BEFORE, 0, "Reshape target_shape=32x32x3" } } },
  { "Conv2D", "groups=2", 1, { LM_SHAPE (8, 8, 3) }, LM_F32, 0, "conv2d cannot cut its channels into equal groups", "3 channels come from source_0, which do not divide by 2 groups.", { { LM_SUGGEST_SET_OPTION, 0, "groups=1" } } },
  { "Conv2D", "groups=4 filters=10", 1, { LM_SHAPE (8, 8, 4) }, LM_F32, -1, "conv2d cannot cut its filters into equal groups", "10 filters do not divide by 4 groups.", { { LM_SUGGEST_SET_OPTION, 0, "filters=12" }, { LM_SUGGEST_SET_OPTION, 0, "groups=1" } } },
  { "Conv2D", "strides=2 dilation_rate=3", 1, { LM_SHAPE (8, 8, 4) }, LM_F32, -1, "conv2d cannot have both strides and dilation", "Strides are 2×2, dilation is 3×3; one of them must be 1×1.", { { LM_SUGGEST_SET_OPTION, 0, "dilation_rate=1×1" }, { LM_SUGGEST_SET_OPTION, 0, "strides=1×1" } } },
  { "MaxPooling2D", "pool_size=2x3", 1, { LM_SHAPE (2, 2, 8) }, LM_F32, 0, "maxpooling2d needs at least 2×3, gets 2×2", "2×2×8 comes from source_0. The window does not fit inside the picture.", { { LM_SUGGEST_SET_OPTION, 0, "padding=same" }, { LM_SUGGEST_REMOVE, 0, "" } } },
  { "GlobalAveragePooling2D", "", 1, { LM_SHAPE (10) }, LM_F32, 0, "globalaveragepooling2d needs height × width × channels", "10 comes from source_0.", { { 0 } } },
  { "Softmax", "", 1, { { 0 } }, LM_F32, 0, "softmax needs an axis of features", "A single number per sample comes from source_0.", { { LM_SUGGEST_INSERT_BEFORE, 0, "Reshape target_shape=1" } } },
  { "Add", "", 2, { LM_SHAPE (14, 14, 32), LM_SHAPE (14, 14, 64) }, LM_F32, 1, "add needs inputs of one shape", "14×14×32 comes from source_0, 14×14×64 comes from source_1.", { { LM_SUGGEST_INSERT_BEFORE, 0, "Conv2D filters=64,kernel_size=1x1" }, { LM_SUGGEST_INSERT_BEFORE, 1, "Conv2D filters=32,kernel_size=1x1" }, { LM_SUGGEST_SWAP, 0, "Concatenate " } } },
  { "Add", "", 2, { LM_SHAPE (28, 28, 32), LM_SHAPE (14, 14, 64) }, LM_F32, 1, "add needs inputs of one shape", "28×28×32 comes from source_0, 14×14×64 comes from source_1.", { { LM_SUGGEST_INSERT_BEFORE, 0, "Conv2D filters=64,kernel_size=1x1,strides=2x2,padding=same" } } },
  { "Multiply", "", 3, { LM_SHAPE (5), LM_SHAPE (5), LM_SHAPE (7) }, LM_F32, 2, "multiply needs inputs of one shape", "5 comes from source_0, 7 comes from source_2.", { { LM_SUGGEST_INSERT_BEFORE, 0, "Dense units=7" }, { LM_SUGGEST_INSERT_BEFORE, 2, "Dense units=5" }, { LM_SUGGEST_SWAP, 0, "Concatenate " } } },
  { "Concatenate", "", 2, { LM_SHAPE (28, 28, 8), LM_SHAPE (14, 14, 8) }, LM_F32, 1, "concatenate needs inputs that differ along its axis only", "28×28×8 comes from source_0, 14×14×8 comes from source_1; they may differ along axis 3.", { { LM_SUGGEST_INSERT_BEFORE, 0, "MaxPooling2D pool_size=2x2" }, { LM_SUGGEST_INSERT_BEFORE, 1, "ZeroPadding2D padding=7x7x7x7" } } },
  { "Concatenate", "", 2, { LM_SHAPE (7, 7, 8), LM_SHAPE (20) }, LM_F32, 1, "concatenate needs inputs with equally many axes", "7×7×8 comes from source_0, 20 comes from source_1.", { { LM_SUGGEST_INSERT_BEFORE, 0, "Flatten " }, { LM_SUGGEST_INSERT_BEFORE, 0, "GlobalAveragePooling2D " } } },
  { "Concatenate", "axis=3", 2, { LM_SHAPE (7, 7), LM_SHAPE (7, 7) }, LM_F32, -1, "concatenate has an axis that is not there", "It is 3; the inputs have axes 1 to 2 behind the batch.", { { LM_SUGGEST_SET_OPTION, 0, "axis=-1" } } },
  { "Reshape", "target_shape=5x5x4", 1, { LM_SHAPE (7, 5, 4) }, LM_F32, 0, "reshape cannot fill its target shape", "7×5×4 comes from source_0, which is 140 numbers; 5×5×4 does not hold exactly as many.", { { LM_SUGGEST_SET_OPTION, 0, "target_shape=-1×5×4" }, { LM_SUGGEST_REMOVE, 0, "" } } },
  { "Reshape", "target_shape=-1x3", 1, { LM_SHAPE (7) }, LM_F32, 0, "reshape cannot fill its target shape", "7 comes from source_0, which is 7 numbers; -1×3 does not hold exactly as many.", { { LM_SUGGEST_REMOVE, 0, "" } } },
  { "Reshape", "target_shape=-1x-1", 1, { LM_SHAPE (7) }, LM_F32, -1, "reshape has a target shape that means nothing", "It is -1×-1; sizes are at least 1, and one of them may be −1.", { { 0 } } },
  { "Cropping2D", "cropping=3", 1, { LM_SHAPE (7, 6, 1) }, LM_F32, 0, "cropping2d cuts everything off", "7×6×1 comes from source_0, and 6×6 pixels go.", { { LM_SUGGEST_REMOVE, 0, "" } } },
  { "ZeroPadding2D", "padding=1x2x3", 1, { LM_SHAPE (7, 6, 1) }, LM_F32, -1, "zeropadding2d needs one, two or four numbers", "Its option “padding” has three: give one for all sides, two for height and width, or four for top, bottom, left, right.", { { 0 } } },
};

/* (transfer full): as Expected has it */
static char *
remedy_text (const LmTestLayer *layer,
             const LmSuggestion *remedy)
{
  const LmMember *member = &layer->node.layer->member;
  g_autofree char *value = NULL;

  if (remedy->kind != LM_SUGGEST_SET_OPTION)
    return remedy->layer != NULL ? g_strdup_printf ("%s %s", remedy->layer, remedy->options) : g_strdup ("");
  value = lm_option_format (&member->options[remedy->option], &remedy->value);
  return g_strdup_printf ("%s=%s", member->options[remedy->option].id, value);
}

/* What a remedy proposes can be set and parsed. */
static void
check_remedy (const LmTestLayer *layer,
              const LmSuggestion *remedy)
{
  GError *error = NULL;

  if (remedy->kind == LM_SUGGEST_SET_OPTION) {
    lm_option_check (&layer->node.layer->member.options[remedy->option], &remedy->value, "x", &error);
    g_assert_no_error (error);
  }
  if (remedy->layer != NULL) {
    g_autofree char *options = g_strdelimit (g_strdup (remedy->options), ",", ' ');
    LmNode node;

    lm_test_node_init (&node, remedy->layer, options);
    lm_test_node_clear (&node);
  }
}

static void
test_mistakes_are_explained (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mistake_cases); i++) {
    const MistakeCase *c = &mistake_cases[i];
    g_autoptr (LmTestLayer) layer = layer_new (c->kind, c->options, c->inputs, c->n_inputs, c->dtype, FALSE);

    g_test_message ("%s %s", c->kind, c->options);
    g_assert_nonnull (layer->error);
    g_assert_cmpstr (layer->error->title, ==, c->title);
    g_assert_cmpstr (layer->error->message, ==, c->message);
    g_assert_cmpint (layer->error->port, ==, c->port);
    g_assert_cmpint (layer->shape.rank, ==, -1);
    for (guint k = 0; k < layer->error->suggestions->len; k++)
      check_remedy (layer, &g_array_index (layer->error->suggestions, LmSuggestion, k));
    for (guint k = 0; k < MAX_EXPECTED && c->remedies[k].text != NULL; k++) {
      const LmSuggestion *remedy;
      g_autofree char *text = NULL;

      g_assert_cmpuint (k, <, layer->error->suggestions->len);
      remedy = &g_array_index (layer->error->suggestions, LmSuggestion, k);
      text = remedy_text (layer, remedy);
      g_assert_cmpint (remedy->kind, ==, c->remedies[k].kind);
      g_assert_cmpstr (text, ==, c->remedies[k].text);
      if (remedy->kind == LM_SUGGEST_INSERT_BEFORE)
        g_assert_cmpint (remedy->port, ==, c->remedies[k].port);
    }
  }
}

/* A pooling in front of a window that is too large is the first thing to do without. */
static void
test_pooling_before_a_large_window_can_go (void)
{
  LmBuilder *b = lm_builder_new (&(LmBuilderSpec){ .max_batch = 4 });
  LmValue x = lm_build_input (b, "x", LM_F32, &LM_SHAPE (LM_BATCH, 4, 4, 2));
  LmValue out = lm_builder_unknown (b);
  LmBuilderError *error;
  gboolean offered = FALSE;
  LmNode pool, conv;

  lm_test_node_init (&pool, "MaxPooling2D", "");
  lm_test_node_init (&conv, "Conv2D", "");
  lm_builder_enter (b, &(LmBuilderScope){ .node = 0, .name = "pool", .path = "1", .name_path = "pool" });
  pool.layer->lower (b, &pool, &x, 1, &out);
  x = out;
  lm_builder_enter (b, &(LmBuilderScope){ .node = 1, .name = "conv2d_4", .path = "2", .name_path = "conv2d_4" });
  conv.layer->lower (b, &conv, &x, 1, &out);
  error = lm_builder_take_error (b);
  g_assert_nonnull (error);
  g_assert_cmpstr (error->title, ==, "conv2d_4 needs at least 3×3, gets 2×2");
  g_assert_cmpstr (error->message, ==, "2×2×2 comes from pool. The window does not fit inside the picture.");
  for (guint i = 0; i < error->suggestions->len; i++)
    offered = offered || g_array_index (error->suggestions, LmSuggestion, i).kind == LM_SUGGEST_REMOVE_SOURCE;
  g_assert_true (offered);
  lm_builder_error_free (error);
  lm_test_node_clear (&pool);
  lm_test_node_clear (&conv);
  lm_builder_free (b);
}

/* --- Weights --------------------------------------------------------------------- */

static void
test_frozen_weights_are_not_trained (void)
{
  for (int frozen = 0; frozen < 2; frozen++) {
    LmTestLayerSpec spec = { .kind = "BatchNormalization", .options = "", .inputs = { LM_SHAPE (3) }, .n_inputs = 1, .training = TRUE, .frozen = frozen != 0, .max_batch = 4 };
    g_autoptr (LmTestLayer) layer = lm_test_layer_new (&spec);
    const LmGraph *graph = lm_builder_graph (layer->builder);

    /* Frozen, it runs on its moving statistics and leaves them alone. */
    g_assert_cmpuint (graph->updates->len, ==, frozen ? 0 : 2);
    g_assert_cmpint (lm_graph_op (graph, 0)->id, ==, frozen ? LM_OP_norm : LM_OP_batch_norm);
    for (guint i = 0; i < graph->slots->len; i++) {
      const LmSlot *slot = g_ptr_array_index (graph->slots, i);

      g_assert_cmpint (slot->trainable, ==, !frozen && slot->role == LM_SLOT_WEIGHT);
    }
  }
}

static void
test_regularizers_reach_the_slots (void)
{
  LmTestLayerSpec spec = { .kind = "Dense", .options = "kernel_regularizer=l2(0.5) bias_regularizer=none kernel_initializer=he_normal", .inputs = { LM_SHAPE (3) }, .n_inputs = 1, .max_batch = 4 };
  g_autoptr (LmTestLayer) layer = lm_test_layer_new (&spec);
  const LmGraph *graph = lm_builder_graph (layer->builder);
  const LmSlot *kernel = g_ptr_array_index (graph->slots, 0);
  const LmSlot *bias = g_ptr_array_index (graph->slots, 1);

  g_assert_cmpstr (kernel->name_path, ==, "dense/kernel");
  g_assert_cmpstr (kernel->initializer->member->id, ==, "he_normal");
  g_assert_cmpstr (kernel->regularizer->member->id, ==, "l2");
  g_assert_cmpfloat (lm_option_get_double (kernel->regularizer, 0), ==, 0.5);
  g_assert_cmpstr (bias->initializer->member->id, ==, "zeros");
  g_assert_null (bias->regularizer);
}

static void
test_summaries (void)
{
  static const struct {
    const char *kind;
    const char *options;
    const char *summary;
  } cases[] = {
    { "Dense", "units=10 activation=softmax", "10 · softmax" },
    { "Dense", "", "64" },
    { "Conv2D", "filters=64 activation=relu", "64 of 3×3 · relu" },
    { "Conv2D", "kernel_size=1x5 strides=2 padding=same", "32 of 1×5 /2 same" },
    { "MaxPooling2D", "", "2×2" },
    { "AveragePooling2D", "strides=1 padding=same", "2×2 /1 same" },
    { "Reshape", "target_shape=7x-1", "7×-1" },
    { "Dropout", "rate=0.25", "0.25" },
    { "Activation", "activation=gelu", "gelu" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *summary = NULL;
    LmNode node;

    lm_test_node_init (&node, cases[i].kind, cases[i].options);
    summary = node.layer->summary (&node);
    g_assert_cmpstr (summary, ==, cases[i].summary);
    lm_test_node_clear (&node);
  }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/every-layer-is-described", test_every_layer_is_described);
  g_test_add_func ("/layers/code-templates-name-options", test_code_templates_name_options);
  g_test_add_func ("/layers/shapes", test_shapes);
  g_test_add_func ("/layers/unknown-inputs-are-tolerated", test_unknown_inputs_are_tolerated);
  g_test_add_func ("/layers/mistakes-are-explained", test_mistakes_are_explained);
  g_test_add_func ("/layers/pooling-before-a-large-window-can-go", test_pooling_before_a_large_window_can_go);
  g_test_add_func ("/layers/frozen-weights-are-not-trained", test_frozen_weights_are_not_trained);
  g_test_add_func ("/layers/regularizers-reach-the-slots", test_regularizers_reach_the_slots);
  g_test_add_func ("/layers/summaries", test_summaries);

  return g_test_run ();
}
