/* lm-confusion-area.h: the confusion matrix, cell by cell
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_CONFUSION_AREA (lm_confusion_area_get_type ())

/**
 * LmConfusionArea:
 *
 * The pointer or the arrows choose a cell; Return and a double click ask for
 * its samples. As large as the place allows, so that all of it is seen. Signals:
 * “cell-changed”
 * “cell-activated”
 */
G_DECLARE_FINAL_TYPE (LmConfusionArea, lm_confusion_area, LM, CONFUSION_AREA, GtkWidget)

GtkWidget *lm_confusion_area_new (void);

/* @picture: (transfer full) (nullable); the cell with most mistakes is chosen. */
void lm_confusion_area_set_picture (LmConfusionArea *self, LmConfusionPicture *picture);

/* Shares of the row in place of counts. */
void lm_confusion_area_set_shares (LmConfusionArea *self, gboolean shares);

/* FALSE if none is chosen. */
gboolean lm_confusion_area_get_cell (LmConfusionArea *self, int *truth, int *predicted);
void lm_confusion_area_set_cell (LmConfusionArea *self, int truth, int predicted);

/* Where a cell lies in the widget; FALSE while nothing is shown. */
gboolean lm_confusion_area_get_place (LmConfusionArea *self, int truth, int predicted, GdkRectangle *place);

G_END_DECLS
