/* lm-data-search.h: what people write to find samples
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-engine.h"

G_BEGIN_DECLS

/**
 * lm_data_search_parse:
 * @text: “class:7”, “class:cat”, “cat” (the beginning of a class's name), “3336” or “#3336”; "" for all
 * @truth: (out): a class, −1: any
 * @number: (out): of a sample, −1: none
 *
 * Returns: %FALSE if there is no such class
 */
gboolean lm_data_search_parse (const LmDataset *dataset, const char *text, int *truth, gint64 *number);

G_END_DECLS
