/* lm-data-page.h: the data set, how it is prepared, and its samples
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-page.h"
#include "lm-sample-grid.h"

G_BEGIN_DECLS

#define LM_TYPE_DATA_PAGE (lm_data_page_get_type ())

/**
 * LmDataPage:
 *
 * Left: which data, the chain of steps, checks. Middle: samples, histogram,
 * before and after. Right: classes, split, seal. Test samples are not shown
 * before the seal is broken. Actions of its own, “data.”: choose, open-test,
 * inspect, pin, class-only, find.
 */
G_DECLARE_FINAL_TYPE (LmDataPage, lm_data_page, LM, DATA_PAGE, GtkWidget)

/* Shows sample @index of @part in the grid; a sealed one is not shown. FALSE if it cannot be. */
gboolean lm_data_page_show_sample (LmDataPage *self, LmPart part, guint32 index);

/* What the search entry holds: “class:7”, a number, the beginning of a class's name. */
void lm_data_page_search (LmDataPage *self, const char *text);

LmSampleGrid *lm_data_page_get_grid (LmDataPage *self);

/* “samples”, “histogram”, “before” */
void lm_data_page_set_view (LmDataPage *self, const char *view);

/* (nullable): what went wrong with a file that was dropped, as it is shown. */
const char *lm_data_page_get_error (LmDataPage *self);

/* The chosen spec becomes the project's, as an edit. */
void lm_data_page_use (LmDataPage *self, const char *spec);

G_END_DECLS
