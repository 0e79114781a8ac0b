/* lm-prediction.h: what the network answers to one sample
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-sample.h"

G_BEGIN_DECLS

/**
 * LmPrediction:
 * @n: classes, or numbers
 * @values: (array length=n): probability of each class; else the numbers, in the target's own unit
 * @names: (array length=n): of the classes; of a single number the name of its target
 * @is_shares: @values are probabilities of classes
 * @best: the largest of @values
 */
typedef struct {
  int n;
  double *values;
  char **names;
  gboolean is_shares;
  int best;
} LmPrediction;

/**
 * lm_prediction_new:
 *
 * One sigmoid output counts as two classes. What is trained from logits goes
 * through the sigmoid or softmax that the loss thinks of, as in reports.
 *
 * Returns: (transfer full): %NULL with an error of lm_probe_new(), %LM_ERROR_DATA if the sample does not fit or an answer is
 * not finite, %LM_ERROR_LIMIT for an answer of more than 4,096 numbers
 */
LmPrediction *lm_prediction_new (const LmLook *look, const LmSample *sample, GError **error);
void lm_prediction_free (LmPrediction *self);

/* TRUE if the output of @probe tells classes: it ends in a softmax or sigmoid, or its loss thinks of one.
 * @from_logits: (out) (optional): the latter */
gboolean lm_look_tells_classes (const LmLook *look, LmActivation taken_off, gboolean *from_logits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmPrediction, lm_prediction_free)

G_END_DECLS
