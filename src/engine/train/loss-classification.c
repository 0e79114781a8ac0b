/* loss-classification.c: cross-entropies
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-i18n.h"
#include "lm-loss.h"

enum {
  FROM_LOGITS,
  LABEL_SMOOTHING,
};

/* The first option of all, the second where it exists. */
static const LmOptionSpec options[] = {
  [FROM_LOGITS] = {
    .kind = LM_OPTION_BOOL,
    .id = "from_logits",
    .title = N_ ("From logits"),
    .help = N_ ("The network's output is what stands before softmax or sigmoid, not a probability."),
    .rare = TRUE,
  },
  [LABEL_SMOOTHING] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "label_smoothing",
    .title = N_ ("Label smoothing"),
    .help = N_ ("Takes this share of the certainty from the true class and spreads it over all classes: 0.1 turns 0 and 1 of two classes into 0.05 and 0.95."),
    .max = 1,
    .rare = TRUE,
  },
};

static const char *const metrics[] = { "accuracy", NULL };

/* Source: Keras 3, keras/src/losses. Probabilities that come from softmax or sigmoid are taken back to their logits: the
 * same numbers, but exact where a probability saturates. */
static LmValue
lower (LmBuilder *b,
       const LmOptionSet *set,
       LmValue prediction,
       LmValue target,
       LmLossKind kind,
       LmActivation activation)
{
  LmLossAttrs attrs = { .kind = kind, .from = LM_FROM_PROBABILITY };
  LmValue in[2] = { prediction, target }, loss;

  if (set != NULL && set->member->n_options > LABEL_SMOOTHING)
    attrs.label_smoothing = lm_option_get_double (set, LABEL_SMOOTHING);
  if (set != NULL && lm_option_get_bool (set, FROM_LOGITS)) {
    attrs.from = LM_FROM_LOGITS;
  } else if (lm_builder_is_known (b, prediction)) {
    LmActivation found;
    LmValue logits = lm_builder_logits (b, prediction, &found);

    if (found == activation) {
      attrs.from = LM_FROM_LOGITS;
      in[0] = logits;
    }
  }
  lm_build_op (b, LM_OP_loss, &attrs, in, 2, &loss, 1);
  return loss;
}

static LmValue
categorical_lower (LmBuilder *b,
                   const LmOptionSet *set,
                   LmValue prediction,
                   LmValue target)
{
  return lower (b, set, prediction, target, LM_LOSS_CATEGORICAL, LM_ACT_SOFTMAX);
}

static LmValue
sparse_categorical_lower (LmBuilder *b,
                          const LmOptionSet *set,
                          LmValue prediction,
                          LmValue target)
{
  return lower (b, set, prediction, target, LM_LOSS_SPARSE_CATEGORICAL, LM_ACT_SOFTMAX);
}

static LmValue
binary_lower (LmBuilder *b,
              const LmOptionSet *set,
              LmValue prediction,
              LmValue target)
{
  return lower (b, set, prediction, target, LM_LOSS_BINARY, LM_ACT_SIGMOID);
}

const LmLossClass lm_loss_categorical_crossentropy = {
  .member = {
    .id = "categorical_crossentropy",
    .title = N_ ("Categorical cross-entropy"),
    .help = N_ ("−Σ t·log p over the classes: for one class out of several, with a softmax output. Class numbers are made one-hot."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .target = LM_TARGET_SAME,
  .one_hot = TRUE,
  .metrics = metrics,
  .lower = categorical_lower,
};

const LmLossClass lm_loss_sparse_categorical_crossentropy = {
  .member = {
    .id = "sparse_categorical_crossentropy",
    .title = N_ ("Sparse categorical cross-entropy"),
    .help = N_ ("−log p of the true class: for one class out of several, with a softmax output and class numbers as targets."),
    .options = options,
    .n_options = 1,
  },
  .target = LM_TARGET_CLASSES,
  .metrics = metrics,
  .lower = sparse_categorical_lower,
};

const LmLossClass lm_loss_binary_crossentropy = {
  .member = {
    .id = "binary_crossentropy",
    .title = N_ ("Binary cross-entropy"),
    .help = N_ ("−t·log p − (1 − t)·log (1 − p), mean over the outputs: for yes or no, with a sigmoid output; also for several labels at once."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .target = LM_TARGET_SAME,
  .metrics = metrics,
  .lower = binary_lower,
};
