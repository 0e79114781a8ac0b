/* lm-text.h: text on a cairo_t
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <cairo.h>

#include "lm-theme.h"

G_BEGIN_DECLS

/* Metrics are not hinted, so a text is as wide at every zoom. Figures are tabular. */

typedef enum {
  LM_ALIGN_LEFT,
  LM_ALIGN_CENTRE,
  LM_ALIGN_RIGHT,
} LmAlign;

/* How a text looks; the size before the theme's text_scale. */
typedef struct {
  double size;
  gboolean is_bold;
} LmFont;

#define LM_FONT_TITLE ((LmFont){ 16, TRUE })
#define LM_FONT_HEADING ((LmFont){ 14.5, TRUE })
#define LM_FONT_BODY ((LmFont){ 13, FALSE })
#define LM_FONT_STRONG ((LmFont){ 13, TRUE })
#define LM_FONT_SMALL ((LmFont){ 12, FALSE })
#define LM_FONT_SMALL_STRONG ((LmFont){ 12, TRUE })
#define LM_FONT_TINY ((LmFont){ 10.67, FALSE }) /* 8 pt: channel numbers of sheets, nothing else */

/* A cairo_t on nothing, to measure with. Returns: (transfer full). */
cairo_t *lm_paint_measure_new (void);

/* Height of one line of text, and from its top to the baseline. */
double lm_text_line (cairo_t *cr, const LmTheme *theme, LmFont font);
double lm_text_ascent (cairo_t *cr, const LmTheme *theme, LmFont font);

/* Width of @text on one line. %NULL is the empty text. Bytes that are not UTF-8 are replaced. */
double lm_text_width (cairo_t *cr, const LmTheme *theme, LmFont font, const char *text);

/* Draws @text on one line, its baseline at @y, and ends it with “…” where it is wider than @max_width (≤ 0: never).
 * Returns: the width drawn. */
double lm_text_draw (cairo_t *cr, const LmTheme *theme, LmFont font, const LmColour *colour, const char *text, double x, double y, LmAlign align, double max_width);

/* Height of @text in lines of at most @width; 0 for none. */
double lm_text_block_height (cairo_t *cr, const LmTheme *theme, LmFont font, const char *text, double width);

/* Draws @text in lines of at most @width, the first one's top at @y. Returns: the height. */
double lm_text_block (cairo_t *cr, const LmTheme *theme, LmFont font, const LmColour *colour, const char *text, double x, double y, double width);

G_END_DECLS
