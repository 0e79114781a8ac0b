/* layer-noise.c: random numbers while training, against overfitting
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

enum {
  AMOUNT,
  SEED,
};

static const LmOptionSpec noise_options[] = {
  [AMOUNT] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "stddev",
    .title = N_ ("Deviation"),
    .help = N_ ("Standard deviation of the noise, in the unit of the numbers it is added to."),
    .initial = 0.1,
    .min = 0.0,
    .max = 1e6,
  },
  [SEED] = LM_SPEC_SEED,
};

#define RATE_SPEC(help_)                                                                                                  \
  {                                                                                                                       \
    .kind = LM_OPTION_DOUBLE, .id = "rate", .title = N_ ("Rate"), .help = help_, .initial = 0.5, .min = 0.0, .max = 0.999 \
  }

static const LmOptionSpec gaussian_options[] = {
  [AMOUNT] = RATE_SPEC (N_ ("Strength as that of a Dropout: the factors have the deviation √(rate/(1 − rate)).")),
  [SEED] = LM_SPEC_SEED,
};

static const LmOptionSpec alpha_options[] = {
  [AMOUNT] = RATE_SPEC (N_ ("Share of the numbers that are replaced in each training step. 0.05 to 0.2 is usual.")),
  [SEED] = LM_SPEC_SEED,
};

static void
noise (LmBuilder *b,
       const LmNode *node,
       const LmValue *in,
       LmValue *out,
       LmNoiseKind kind,
       double amount)
{
  LmNoiseAttrs attrs = { .kind = kind, .amount = amount };

  if (!lm_option_is_null (node->options, SEED)) {
    attrs.has_seed = TRUE;
    attrs.seed = (guint32) lm_node_int (node, SEED);
  }
  if (lm_layer_wants_numbers (b, in[0], 0))
    out[0] = lm_build_noise (b, in[0], &attrs);
}

/* In training y = x + stddev·n, n standard normal; otherwise y = x. Any shape. */
static void
gaussian_noise_lower (LmBuilder *b,
                      const LmNode *node,
                      const LmValue *in,
                      int n_in,
                      LmValue *out)
{
  noise (b, node, in, out, LM_NOISE_ADD, lm_node_double (node, AMOUNT));
}

/* In training y = x·(1 + n·√(rate/(1 − rate))); otherwise y = x. Any shape. */
static void
gaussian_dropout_lower (LmBuilder *b,
                        const LmNode *node,
                        const LmValue *in,
                        int n_in,
                        LmValue *out)
{
  double rate = lm_node_double (node, AMOUNT);

  noise (b, node, in, out, LM_NOISE_MULTIPLY, sqrt (rate / (1.0 - rate)));
}

/* LM_NOISE_ALPHA. Any shape. */
static void
alpha_dropout_lower (LmBuilder *b,
                     const LmNode *node,
                     const LmValue *in,
                     int n_in,
                     LmValue *out)
{
  noise (b, node, in, out, LM_NOISE_ALPHA, lm_node_double (node, AMOUNT));
}

static char *
noise_summary (const LmNode *node)
{
  char amount[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (amount, sizeof amount, "%.4g", lm_node_double (node, AMOUNT)));
}

const LmLayerClass lm_layer_gaussian_noise = {
  .member = {
    .id = "GaussianNoise",
    .title = N_ ("Gaussian noise"),
    .help = N_ ("Adds normally distributed noise in each training step: y = x + stddev·n. The network then sees each sample a little different every time. Outside of training it does nothing."),
    .options = noise_options,
    .n_options = G_N_ELEMENTS (noise_options),
  },
  .category = "normalization",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = gaussian_noise_lower,
  .summary = noise_summary,
  .synonyms = N_ ("random, jitter, regularization, overfitting, denoising"),
  .reference = "/reference/layer/GaussianNoise",
  .keras = "GaussianNoise({stddev}, seed={seed})",
};

const LmLayerClass lm_layer_gaussian_dropout = {
  .member = {
    .id = "GaussianDropout",
    .title = N_ ("Gaussian dropout"),
    .help = N_ ("Multiplies each number by a random factor around 1 in each training step: y = x·(1 + n·√(rate/(1 − rate))). As strong as a Dropout of that rate, but smooth. Outside of training it does nothing."),
    .options = gaussian_options,
    .n_options = G_N_ELEMENTS (gaussian_options),
  },
  .category = "normalization",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = gaussian_dropout_lower,
  .summary = noise_summary,
  .synonyms = N_ ("random, noise, regularization, overfitting"),
  .reference = "/reference/layer/GaussianDropout",
  .keras = "GaussianDropout({rate}, seed={seed})",
};

const LmLayerClass lm_layer_alpha_dropout = {
  .member = {
    .id = "AlphaDropout",
    .title = N_ ("Alpha dropout"),
    .help = N_ ("A Dropout for networks with selu: in each training step a random share of the numbers becomes −1.7581, the value of selu far below zero, and all are then scaled and moved so that mean and variance stay as they were: y = a·x′ + b. Outside of training it does nothing."),
    .options = alpha_options,
    .n_options = G_N_ELEMENTS (alpha_options),
  },
  .category = "normalization",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = alpha_dropout_lower,
  .summary = noise_summary,
  .synonyms = N_ ("selu, self-normalizing, snn, regularization, overfitting"),
  .reference = "/reference/layer/AlphaDropout",
  .keras = "AlphaDropout({rate}, seed={seed})",
};
