/* lm-confusion.h: which class is taken for which
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-paint.h"

G_BEGIN_DECLS

/**
 * LmConfusionView:
 * @as_shares: shares of the row in the cells in place of counts
 * @true_class, @answer: the chosen cell, −1 for none
 *
 * What only the screen has. Begin with %LM_CONFUSION_VIEW_INIT.
 */
typedef struct {
  gboolean as_shares;
  int true_class;
  int answer;
} LmConfusionView;

#define LM_CONFUSION_VIEW_INIT ((LmConfusionView){ .true_class = -1, .answer = -1 })

/**
 * lm_draw_confusion:
 * @view: (nullable): %NULL in files
 *
 * A row per true class, a column per answer. The diagonal is pale, mistakes
 * are coloured by their share of the row against the largest such share, so
 * that mistakes stand out. Beside each row its total and recall, below each
 * column its total and precision. Cells without room for digits have colour only.
 */
void lm_draw_confusion (cairo_t *cr, double width, double height, const LmTheme *theme, const LmConfusionPicture *picture, const LmConfusionView *view);

double lm_confusion_natural_height (const LmConfusionPicture *picture, const LmTheme *theme, double width);

/* The cell at (@x, @y) of a matrix painted @width wide. FALSE if there is none. */
gboolean lm_confusion_cell_at (const LmConfusionPicture *picture, const LmTheme *theme, double width, double x, double y, int *true_class, int *answer);

/* Where a cell lies. */
LmRect lm_confusion_cell_rect (const LmConfusionPicture *picture, const LmTheme *theme, double width, int true_class, int answer);

G_END_DECLS
