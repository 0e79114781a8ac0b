/* lm-paint.h: boxes, pixels and captions on a cairo_t, as all pictures share them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-text.h"

G_BEGIN_DECLS

/* All lengths are in picture pixels: 96 to the inch, 0.75 pt. Functions with a cairo_t belong to the thread that draws on it. */

typedef struct {
  double x;
  double y;
  double width;
  double height;
} LmRect;

typedef struct {
  double x;
  double y;
} LmPoint;

/* The margin around every picture. Nothing is painted in it but the page. */
#define LM_PICTURE_MARGIN 18.0

void lm_paint_set (cairo_t *cr, const LmColour *colour);
void lm_paint_set_alpha (cairo_t *cr, const LmColour *colour, double alpha);

/* Path of a rectangle with round corners; @radius is reduced to what fits. */
void lm_paint_round_path (cairo_t *cr, const LmRect *rect, double radius);

/* A filled box with a border inside of it; %NULL leaves one of them away. */
void lm_paint_box (cairo_t *cr, const LmRect *rect, double radius, const LmColour *fill, const LmColour *border, double line_width);

/* The soft shadow of a card, below it, if the theme has shadows. */
void lm_paint_shadow (cairo_t *cr, const LmTheme *theme, const LmRect *rect, double radius, gboolean lifted);

/* Fills the page of a picture, unless the theme's page is transparent. */
void lm_paint_page (cairo_t *cr, const LmTheme *theme, double width, double height);

/* Title and the line below it (each %NULL for none) at the top of a picture @width wide; with @draw FALSE only measures.
 * Returns: the height with the gap behind it; 0 for neither. */
double lm_paint_header (cairo_t *cr, const LmTheme *theme, const char *title, const char *subtitle, double width, gboolean draw);

/* The caption at @y of a picture @width wide, likewise. Returns: the height with the gap before it; 0 for none. */
double lm_paint_caption (cairo_t *cr, const LmTheme *theme, const char *caption, double width, double y, gboolean draw);

/* A line with a warning triangle in front, wrapped. Returns: the height. */
double lm_paint_warning (cairo_t *cr, const LmTheme *theme, const char *text, double x, double y, double width, gboolean draw);

/* Paints one colour map from left to right or from bottom to top into @rect. */
void lm_paint_map_bar (cairo_t *cr, const LmTheme *theme, const LmRect *rect, LmColourMap map, gboolean upright);

/* Where the pixels of a picture of @width × @height come from: raw values and how they become colours. */
typedef struct {
  const float *values; /* (height, width, channels), row-major */
  int width;
  int height;
  int channels; /* 1, or 3 for %LM_MAP_RGB */
  LmColourMap map;
  double min;
  double max;
} LmPixels;

/**
 * lm_paint_pixels:
 * @smooth: bilinear, for photographs; else each pixel stays a square
 *
 * Paints @pixels into @rect. Values that are not numbers show in the theme's
 * error colour. What is larger than @rect on the device is averaged down first.
 */
void lm_paint_pixels (cairo_t *cr, const LmTheme *theme, const LmPixels *pixels, const LmRect *rect, gboolean smooth);

/* TRUE if @self is a float32 tensor with the rank and, where positive, sizes asked for, and nothing is empty. */
gboolean lm_tensor_is (const LmTensor *self, int rank, gint64 last);

G_END_DECLS
