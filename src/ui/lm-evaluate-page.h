/* lm-evaluate-page.h: how good the trained network is, and where it is wrong
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-confusion-area.h"
#include "lm-measure.h"
#include "lm-page.h"
#include "lm-sample-grid.h"

G_BEGIN_DECLS

#define LM_TYPE_EVALUATE_PAGE (lm_evaluate_page_get_type ())

/**
 * LmEvaluatePage:
 *
 * Left: report, part, run. Middle: the report. Right: figures, the chosen
 * cell, the seal. Measures by itself when it is shown and there is something
 * new to measure; what was measured is kept until the weights are others.
 * Actions of its own, “evaluate.”: measure, open-test, show-in-data, inspect.
 */
G_DECLARE_FINAL_TYPE (LmEvaluatePage, lm_evaluate_page, LM, EVALUATE_PAGE, GtkWidget)

/* (nullable): what is shown. */
const LmMeasurement *lm_evaluate_page_get_measurement (LmEvaluatePage *self);

/* “confusion”, “mistakes”, “classes” */
void lm_evaluate_page_set_report (LmEvaluatePage *self, const char *report);

/* A sealed test part is not measured: it asks. */
void lm_evaluate_page_set_part (LmEvaluatePage *self, LmPart part);

LmConfusionArea *lm_evaluate_page_get_confusion (LmEvaluatePage *self);

/* Of the report that is shown: the samples of the cell, or the mistakes. */
LmSampleGrid *lm_evaluate_page_get_grid (LmEvaluatePage *self);

G_END_DECLS
