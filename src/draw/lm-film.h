/* lm-film.h: one sample on its way through the network
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-paint.h"

G_BEGIN_DECLS

/* The input picture and below it the sheets of all layers, each with its own scale in words and in a small colour bar. */
void lm_draw_film (cairo_t *cr, double width, double height, const LmTheme *theme, const LmFilmPicture *picture, gconstpointer view);

double lm_film_natural_height (const LmFilmPicture *picture, const LmTheme *theme, double width);

/* What only the screen has: which frame of the strip is chosen and under the pointer; 0 is the input, i + 1 sheet i, −1 none. */
typedef struct {
  int selected;
  int hover;
} LmStripView;

/**
 * lm_draw_film_strip:
 * @view: (nullable)
 *
 * The same as a strip of small cards from left to right, the first nine maps
 * of each layer, for the window. It is lm_film_strip_width() wide and
 * lm_film_strip_height() high.
 */
void lm_draw_film_strip (cairo_t *cr, const LmTheme *theme, const LmFilmPicture *picture, const LmStripView *view);

double lm_film_strip_width (const LmFilmPicture *picture, const LmTheme *theme);
double lm_film_strip_height (const LmTheme *theme);

/* The card at (@x, @y) of the strip, numbered as in LmStripView; −1 for none. */
int lm_film_strip_at (const LmFilmPicture *picture, const LmTheme *theme, double x, double y);

/* Where card @i of the strip lies. */
LmRect lm_film_strip_rect (const LmFilmPicture *picture, const LmTheme *theme, int i);

G_END_DECLS
