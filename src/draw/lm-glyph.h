/* lm-glyph.h: the small signs on chips and cards
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-paint.h"

G_BEGIN_DECLS

/* Each is drawn into the square of @size at (@x, @y) on a grid of 16 units. */

/* The sign of a category of layers, without its chip. */
void lm_glyph_category (cairo_t *cr, LmCategory category, double x, double y, double size, const LmColour *colour);

/* The chip: a round square in the category's colour with its sign half as large. */
void lm_glyph_chip (cairo_t *cr, const LmTheme *theme, LmCategory category, double x, double y, double size);

/* A padlock: frozen weights. */
void lm_glyph_lock (cairo_t *cr, double x, double y, double size, const LmColour *colour);

/* A target: what an output is compared with. */
void lm_glyph_target (cairo_t *cr, double x, double y, double size, const LmColour *colour);

/* A triangle: a hint. */
void lm_glyph_hint (cairo_t *cr, double x, double y, double size, const LmColour *colour);

/* A diamond with “!”, centred at (@x, @y), from corner to corner about 1.4 × @size: a mistake. */
void lm_glyph_error (cairo_t *cr, const LmTheme *theme, double x, double y, double size);

G_END_DECLS
