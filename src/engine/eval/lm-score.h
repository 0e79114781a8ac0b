/* lm-score.h: a metric of two arrays
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-option.h"
#include "lm-tensor.h"

G_BEGIN_DECLS

/**
 * lm_score:
 * @metric: options of a member of family “metric”
 * @targets: classes (N), 0 and 1 per class (N, C), or numbers of the predictions' shape; any number type
 * @predictions: (N) or (N, 1): yes at or above @threshold, or if they are whole and there are more than two classes,
 *   classes; (N, C): a value per class, the highest wins, the first of equals. Targets (N, C) with another number of ones
 *   than one in any row are several labels: each prediction at or above @threshold is a yes
 *
 * Everything is computed in double.
 *
 * Errors: %LM_ERROR_DATA if the two do not fit each other or the metric, hold what is not a number, or leave the figure
 * without a meaning
 *
 * Returns: %FALSE with @error set
 */
gboolean lm_score (const LmOptionSet *metric, LmTensor *targets, LmTensor *predictions, double threshold, double *value, GError **error);

/**
 * lm_score_confusion:
 * @n_classes: (out)
 *
 * Returns: (transfer full): how many samples of class t were answered as p, at t·n_classes + p; or %NULL with an error as above
 */
gint64 *lm_score_confusion (LmTensor *targets, LmTensor *predictions, double threshold, int *n_classes, GError **error);

G_END_DECLS
