/* loss-classification.c: cross-entropies, plain and focal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-i18n.h"
#include "lm-loss.h"

#include <math.h>

enum {
  FROM_LOGITS,
  LABEL_SMOOTHING,
  IGNORE_CLASS = 1,
  GAMMA,
  ALPHA,
  BALANCING,
};

#define FROM_LOGITS_SPEC                                                                              \
  {                                                                                                   \
    .kind = LM_OPTION_BOOL,                                                                           \
    .id = "from_logits",                                                                              \
    .title = N_ ("From logits"),                                                                      \
    .help = N_ ("The network's output is what stands before softmax or sigmoid, not a probability."), \
    .rare = TRUE,                                                                                     \
  }

#define LABEL_SMOOTHING_SPEC                                                                                                                                    \
  {                                                                                                                                                             \
    .kind = LM_OPTION_DOUBLE,                                                                                                                                   \
    .id = "label_smoothing",                                                                                                                                    \
    .title = N_ ("Label smoothing"),                                                                                                                            \
    .help = N_ ("Takes this share of the certainty from the true class and spreads it over all classes: 0.1 turns 0 and 1 of two classes into 0.05 and 0.95."), \
    .max = 1,                                                                                                                                                   \
    .rare = TRUE,                                                                                                                                               \
  }

#define GAMMA_SPEC                                                                                      \
  {                                                                                                     \
    .kind = LM_OPTION_DOUBLE,                                                                           \
    .id = "gamma",                                                                                      \
    .title = N_ ("Focus"),                                                                              \
    .help = N_ ("Power of 1 − p: the larger, the less a sample counts that is answered well already."), \
    .initial = 2,                                                                                       \
    .max = 100,                                                                                         \
  }

#define ALPHA_SPEC(help_)     \
  {                           \
    .kind = LM_OPTION_DOUBLE, \
    .id = "alpha",            \
    .title = N_ ("Weight"),   \
    .help = help_,            \
    .initial = 0.25,          \
    .max = 1,                 \
  }

static const LmOptionSpec options[] = {
  [FROM_LOGITS] = FROM_LOGITS_SPEC,
  [LABEL_SMOOTHING] = LABEL_SMOOTHING_SPEC,
};

static const LmOptionSpec sparse_options[] = {
  [FROM_LOGITS] = FROM_LOGITS_SPEC,
  [IGNORE_CLASS] = {
    .kind = LM_OPTION_INT,
    .id = "ignore_class",
    .title = N_ ("Ignored class"),
    .help = N_ ("Targets of this class do not count: 0 where it fills up short sentences. None: all count."),
    .initial = NAN,
    .min = -1,
    .max = 2147483647,
    .nullable = TRUE,
    .rare = TRUE,
  },
};

static const LmOptionSpec binary_focal_options[] = {
  [FROM_LOGITS] = FROM_LOGITS_SPEC,
  [LABEL_SMOOTHING] = LABEL_SMOOTHING_SPEC,
  [GAMMA] = GAMMA_SPEC,
  [ALPHA] = ALPHA_SPEC (N_ ("Weight of class 1 if the classes are balanced; class 0 has 1 minus this.")),
  [BALANCING] = {
    .kind = LM_OPTION_BOOL,
    .id = "apply_class_balancing",
    .title = N_ ("Balance classes"),
    .help = N_ ("Weights the two classes by alpha and 1 − alpha."),
  },
};

static const LmOptionSpec categorical_focal_options[] = {
  [FROM_LOGITS] = FROM_LOGITS_SPEC,
  [LABEL_SMOOTHING] = LABEL_SMOOTHING_SPEC,
  [GAMMA] = GAMMA_SPEC,
  [ALPHA] = ALPHA_SPEC (N_ ("Weight of all classes.")),
};

static const char *const metrics[] = { "accuracy", NULL };

/* Source: Keras 3, keras/src/losses. Probabilities that come from softmax or sigmoid are taken back to their logits: the
 * same numbers, but exact where a probability saturates. */
static LmValue
lower (LmBuilder *b,
       const LmOptionSet *set,
       LmValue prediction,
       LmValue target,
       LmValue weight,
       LmLossAttrs attrs,
       LmActivation activation)
{
  attrs.from = LM_FROM_PROBABILITY;
  if (set != NULL && lm_option_get_bool (set, FROM_LOGITS)) {
    attrs.from = LM_FROM_LOGITS;
  } else if (lm_builder_is_known (b, prediction)) {
    LmActivation found;
    LmValue logits = lm_builder_logits (b, prediction, &found);

    if (found == activation) {
      attrs.from = LM_FROM_LOGITS;
      prediction = logits;
    }
  }
  return lm_loss_build (b, &attrs, prediction, target, weight);
}

static double
smoothing (const LmOptionSet *set)
{
  return set != NULL ? lm_option_get_double (set, LABEL_SMOOTHING) : 0;
}

static LmValue
categorical_lower (LmBuilder *b,
                   const LmOptionSet *set,
                   LmValue prediction,
                   LmValue target,
                   LmValue weight)
{
  LmLossAttrs attrs = { .kind = LM_LOSS_CATEGORICAL, .label_smoothing = smoothing (set) };

  return lower (b, set, prediction, target, weight, attrs, LM_ACT_SOFTMAX);
}

static LmValue
sparse_categorical_lower (LmBuilder *b,
                          const LmOptionSet *set,
                          LmValue prediction,
                          LmValue target,
                          LmValue weight)
{
  LmLossAttrs attrs = { .kind = LM_LOSS_SPARSE_CATEGORICAL };

  if (set != NULL && !lm_option_is_null (set, IGNORE_CLASS)) {
    attrs.has_ignored = TRUE;
    attrs.ignored = (int) lm_option_get_int (set, IGNORE_CLASS);
  }
  return lower (b, set, prediction, target, weight, attrs, LM_ACT_SOFTMAX);
}

static LmValue
binary_lower (LmBuilder *b,
              const LmOptionSet *set,
              LmValue prediction,
              LmValue target,
              LmValue weight)
{
  LmLossAttrs attrs = { .kind = LM_LOSS_BINARY, .label_smoothing = smoothing (set) };

  return lower (b, set, prediction, target, weight, attrs, LM_ACT_SIGMOID);
}

static LmValue
binary_focal_lower (LmBuilder *b,
                    const LmOptionSet *set,
                    LmValue prediction,
                    LmValue target,
                    LmValue weight)
{
  LmLossAttrs attrs = { .kind = LM_LOSS_BINARY_FOCAL, .label_smoothing = smoothing (set), .gamma = 2, .alpha = 0.25 };

  if (set != NULL) {
    attrs.gamma = lm_option_get_double (set, GAMMA);
    attrs.alpha = lm_option_get_double (set, ALPHA);
    attrs.balance = lm_option_get_bool (set, BALANCING);
  }
  return lower (b, set, prediction, target, weight, attrs, LM_ACT_SIGMOID);
}

static LmValue
categorical_focal_lower (LmBuilder *b,
                         const LmOptionSet *set,
                         LmValue prediction,
                         LmValue target,
                         LmValue weight)
{
  LmLossAttrs attrs = { .kind = LM_LOSS_CATEGORICAL_FOCAL, .label_smoothing = smoothing (set), .gamma = 2, .alpha = 0.25 };

  if (set != NULL) {
    attrs.gamma = lm_option_get_double (set, GAMMA);
    attrs.alpha = lm_option_get_double (set, ALPHA);
  }
  return lower (b, set, prediction, target, weight, attrs, LM_ACT_SOFTMAX);
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
    .options = sparse_options,
    .n_options = G_N_ELEMENTS (sparse_options),
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

const LmLossClass lm_loss_binary_focal_crossentropy = {
  .member = {
    .id = "binary_focal_crossentropy",
    .title = N_ ("Binary focal cross-entropy"),
    .help = N_ ("(1 − p)^γ·(−log p) of the truth, mean over the outputs: binary cross-entropy in which samples that are answered well hardly count. For rare classes."),
    .options = binary_focal_options,
    .n_options = G_N_ELEMENTS (binary_focal_options),
  },
  .target = LM_TARGET_SAME,
  .metrics = metrics,
  .lower = binary_focal_lower,
};

const LmLossClass lm_loss_categorical_focal_crossentropy = {
  .member = {
    .id = "categorical_focal_crossentropy",
    .title = N_ ("Categorical focal cross-entropy"),
    .help = N_ ("−Σ t·α·(1 − p)^γ·log p over the classes: categorical cross-entropy in which samples that are answered well hardly count. For rare classes."),
    .options = categorical_focal_options,
    .n_options = G_N_ELEMENTS (categorical_focal_options),
  },
  .target = LM_TARGET_SAME,
  .one_hot = TRUE,
  .metrics = metrics,
  .lower = categorical_focal_lower,
};
