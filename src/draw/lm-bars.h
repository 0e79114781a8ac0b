/* lm-bars.h: how many of each: classes, or values in a histogram
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-paint.h"

G_BEGIN_DECLS

/**
 * lm_draw_bars:
 *
 * Classes: a row each with name, bar and share; a dotted line stands where all
 * bars would end if the classes were equal. Histogram: touching columns, their
 * height by log (1 + count), since one value often outnumbers all others; the
 * range below them.
 */
void lm_draw_bars (cairo_t *cr, double width, double height, const LmTheme *theme, const LmBarsPicture *picture);

double lm_bars_natural_height (const LmBarsPicture *picture, const LmTheme *theme, double width);

G_END_DECLS
