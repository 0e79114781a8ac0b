/* lm-loss.h: what training makes small; a loss is a lowering, like a layer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-builder.h"

G_BEGIN_DECLS

/* What a loss compares the prediction with. */
typedef enum {
  LM_TARGET_SAME,    /* float32 numbers of the prediction's shape; class labels become one-hot */
  LM_TARGET_CLASSES, /* int32 class numbers: the prediction's shape without the last axis */
} LmTargetKind;

/**
 * LmLossClass:
 * @target: what @lower is given
 * @one_hot: targets are shares of classes: integer labels become one-hot over the last axis, even if it has one value
 * @metrics: NULL-ended ids of the metrics shown when none are asked for
 * @lower: composes the loss of a batch: one number, the mean over samples. @options may be %NULL: all defaults.
 *   @weight: of each sample (N), LM_NO_VALUE for none.
 *   Takes logits through lm_builder_logits() so that the result is exact where probabilities saturate
 *
 * Family “loss”. Options are Keras's: from_logits, label_smoothing.
 */
typedef struct {
  LmMember member;
  LmTargetKind target;
  gboolean one_hot;
  const char *const *metrics;
  LmValue (*lower) (LmBuilder *b, const LmOptionSet *options, LmValue prediction, LmValue target, LmValue weight);
} LmLossClass;

/* For lower (): the op “loss” on prediction, target and, unless it is LM_NO_VALUE, weight. */
LmValue lm_loss_build (LmBuilder *b, const LmLossAttrs *attrs, LmValue prediction, LmValue target, LmValue weight);

/* By id or short name (mse, mae, bce); NULL if there is none. */
const LmLossClass *lm_loss_find (const char *id);

/* The id that a short name stands for (“mse” → “mean_squared_error”); @id itself if it is none. */
const char *lm_loss_canonical (const char *id);

G_END_DECLS
