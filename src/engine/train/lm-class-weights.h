/* lm-class-weights.h: how much the samples of each class count
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-dataset.h"

G_BEGIN_DECLS

/**
 * lm_class_weights_parse:
 * @text: “balanced”: n/(classes·samples of the class), so that all classes count the same together; or a list of weights,
 *   “0: 1, cat: 5”, by number or name of a class, 1 for the others
 * @column: of the data set, with one class per sample
 *
 * Source of “balanced”: King & Zeng 2001, as in scikit-learn.
 *
 * Returns: (transfer full): a weight for each class of the column, or %NULL with %LM_ERROR_OPTION or an error of reading set
 */
float *lm_class_weights_parse (const char *text, const LmDataset *dataset, int column, GError **error);

G_END_DECLS
