/* lm-range-test.h: which learning rates a network can bear
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-picture.h"
#include "lm-progress.h"
#include "lm-trainer.h"

G_BEGIN_DECLS

/**
 * LmRangeTest:
 * @rates, @losses: (array length=n): of each step: the loss of its batch before the update
 * @suggestion: the rate at which the smoothed loss falls most steeply; NaN if it never falls
 */
typedef struct {
  gint64 n;
  double *rates;
  double *losses;
  double suggestion;
} LmRangeTest;

/**
 * lm_range_test:
 * @spec: design, data, seed, threads and first weights; what it says of epochs, resuming and validation plays no part
 * @from, @to: the learning rate rises from one to the other, by the same factor at each of @steps steps
 *
 * Trains on a copy and leaves off when the smoothed loss is four times the best, or not a number any more. Schedule,
 * weight averaging and all rules of the design that could end a run are left out.
 *
 * Source: Smith 2017, section 3.3
 *
 * Returns: (transfer full): %NULL with an error as a run has them, or %LM_ERROR_CANCELLED
 */
LmRangeTest *lm_range_test (const LmTrainerSpec *spec, double from, double to, gint64 steps, LmProgressFunc progress, void *data, GError **error);
void lm_range_test_free (LmRangeTest *self);

/* (transfer full): loss over rate, the suggestion marked. @title, @caption: (nullable) */
LmCurvesPicture *lm_range_test_picture (const LmRangeTest *self, const char *title, const char *caption);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmRangeTest, lm_range_test_free)

G_END_DECLS
