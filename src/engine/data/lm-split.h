/* lm-split.h: seeded lists of sample numbers: hold-out and folds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-error.h"

G_BEGIN_DECLS

/**
 * LmSplit:
 *
 * Two disjoint lists, each in rising order. Together they hold every number 0 … n − 1 once.
 */
typedef struct {
  guint32 *train;
  gsize n_train;
  guint32 *held; /* held out: validation */
  gsize n_held;
} LmSplit;

void lm_split_free (LmSplit *self);

/**
 * lm_split_holdout:
 * @n: samples, up to 2³² − 1
 * @fraction: share that is held out, in [0, 1)
 * @seed: same seed, same split
 *
 * Holds out the last round (fraction · n) numbers of a seeded order; at least
 * one if fraction > 0. Cost: O(n) time, 4·n bytes.
 *
 * Errors: %LM_ERROR_OPTION for a fraction out of range, %LM_ERROR_DATA if nothing would be left on one side
 */
LmSplit *lm_split_holdout (gsize n, double fraction, guint64 seed, GError **error);

/**
 * lm_split_stratified:
 * @labels: (array length=n): class of each sample, 0 … n_classes − 1
 *
 * The same, but each class keeps its share on both sides to within one sample;
 * a class of two or more samples has at least one on the training side.
 *
 * Source: proportional allocation (Cochran 1977, ch. 5), rounded by largest remainder, ties to the lower class.
 * Errors: as above; %LM_ERROR_DATA for a label out of range
 */
LmSplit *lm_split_stratified (const gint32 *labels, gsize n, int n_classes, double fraction, guint64 seed, GError **error);

/**
 * lm_split_kfold:
 * @k: number of folds, 2 … n
 * @fold: which one is held out, 0 … k − 1
 * @round: 0 for plain k-fold; each round of iterated k-fold has an order of its own
 *
 * Cuts a seeded order into @k runs of equal length (the first n mod k are one
 * longer) and holds out run @fold. Over all folds every sample is held out once.
 *
 * Errors: %LM_ERROR_OPTION for k out of range
 */
LmSplit *lm_split_kfold (gsize n, int k, int fold, int round, guint64 seed, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmSplit, lm_split_free)

G_END_DECLS
