/* lm-filters.h: the search for what excites each filter of a layer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "lm-lens-work.h"

G_BEGIN_DECLS

#define LM_TYPE_FILTERS (lm_filters_get_type ())

/**
 * LmFilters:
 *
 * One search, on another thread; the pictures so far come while it goes on.
 * Signal “changed”: picture, fraction or problem.
 */
G_DECLARE_FINAL_TYPE (LmFilters, lm_filters, LM, FILTERS, GObject)

/* Starts at once. @dataset: (nullable) */
LmFilters *lm_filters_new (LmLensWeights *weights, LmDataset *dataset, const char *layer);

/* Answers at once; the thread ends after its step. */
void lm_filters_cancel (LmFilters *self);

const char *lm_filters_get_layer (LmFilters *self);
LmLensWeights *lm_filters_get_weights (LmFilters *self);
const LmSheetPicture *lm_filters_get_sheet (LmFilters *self); /* (nullable) */
double lm_filters_get_fraction (LmFilters *self);             /* −1: it is over */
const char *lm_filters_get_problem (LmFilters *self);         /* (nullable) */

G_END_DECLS
