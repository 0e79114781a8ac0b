/* layer-dropout.c: random zeros while training
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

enum {
  RATE,
  SEED,
};

static const LmOptionSpec options[] = {
  [RATE] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "rate",
    .title = N_ ("Rate"),
    .help = N_ ("Share of the numbers that become zero in each training step. 0.2 to 0.5 is usual."),
    .initial = 0.5,
    .min = 0.0,
    .max = 1.0,
  },
  [SEED] = {
    .kind = LM_OPTION_INT,
    .id = "seed",
    .title = N_ ("Seed"),
    .help = N_ ("Another number draws other zeros. None: the seed of the run alone decides."),
    .initial = NAN,
    .min = 0,
    .max = G_MAXINT32,
    .rare = TRUE,
    .nullable = TRUE,
  },
};

static LmValue
drop (LmBuilder *b,
      const LmNode *node,
      LmValue x,
      guint32 noise_axes)
{
  LmDropoutAttrs attrs = { .rate = lm_node_double (node, RATE), .noise_axes = noise_axes };

  if (!lm_option_is_null (node->options, SEED)) {
    attrs.has_seed = TRUE;
    attrs.seed = (guint32) lm_node_int (node, SEED);
  }
  return lm_build_dropout (b, x, &attrs);
}

/* In training y = x·m / (1 − rate) with m = 1 with probability 1 − rate, else 0; otherwise y = x. Any shape. */
static void
dropout_lower (LmBuilder *b,
               const LmNode *node,
               const LmValue *in,
               int n_in,
               LmValue *out)
{
  if (lm_layer_wants_numbers (b, in[0], 0))
    out[0] = drop (b, node, in[0], 0);
}

/* The same with one m for all places of a channel. */
static void
spatial_lower (LmBuilder *b,
               const LmNode *node,
               const LmValue *in,
               int n_in,
               LmValue *out)
{
  if (lm_layer_wants_picture (b, in[0], 0))
    out[0] = drop (b, node, in[0], LM_BIT (1) | LM_BIT (2));
}

static void
spatial1d_lower (LmBuilder *b,
                 const LmNode *node,
                 const LmValue *in,
                 int n_in,
                 LmValue *out)
{
  if (lm_layer_wants_sequence (b, in[0], 0))
    out[0] = drop (b, node, in[0], LM_BIT (1));
}

static char *
dropout_summary (const LmNode *node)
{
  char rate[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (rate, sizeof rate, "%.4g", lm_node_double (node, RATE)));
}

const LmLayerClass lm_layer_dropout = {
  .member = {
    .id = "Dropout",
    .title = N_ ("Dropout"),
    .help = N_ ("Sets a random share of the numbers to zero in each training step and enlarges the others by 1/(1 − rate), so that the network cannot rely on single features. A remedy for overfitting. Outside of training it does nothing."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "normalization",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = dropout_lower,
  .summary = dropout_summary,
  .synonyms = N_ ("regularization, overfitting, noise, random"),
  .reference = "/reference/layer/Dropout",
  .keras = "Dropout({rate}, seed={seed})",
  .torch = "nn.Dropout({rate})",
};

const LmLayerClass lm_layer_spatial_dropout2d = {
  .member = {
    .id = "SpatialDropout2D",
    .title = N_ ("2D spatial dropout"),
    .help = N_ ("Sets a random share of the channels to zero, each as a whole picture, in each training step, and enlarges the others by 1/(1 − rate). Neighbouring pixels say much the same, so that dropping single ones would take little away. Outside of training it does nothing."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "normalization",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = spatial_lower,
  .summary = dropout_summary,
  .synonyms = N_ ("regularization, overfitting, channel, feature map"),
  .reference = "/reference/layer/SpatialDropout2D",
  .keras = "SpatialDropout2D({rate}, seed={seed})",
  .torch = "nn.Dropout2d({rate})",
};

const LmLayerClass lm_layer_spatial_dropout1d = {
  .member = {
    .id = "SpatialDropout1D",
    .title = N_ ("1D spatial dropout"),
    .help = N_ ("Sets a random share of the features to zero, each through the whole sequence, in each training step, and enlarges the others by 1/(1 − rate). Outside of training it does nothing."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "normalization",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = spatial1d_lower,
  .summary = dropout_summary,
  .synonyms = N_ ("regularization, overfitting, sequence, feature"),
  .reference = "/reference/layer/SpatialDropout1D",
  .keras = "SpatialDropout1D({rate}, seed={seed})",
  .torch = "nn.Dropout1d({rate})",
};
