/* lm-sheet.h: tiles of values: weights, filters, activations
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-paint.h"

G_BEGIN_DECLS

/* What only the screen has; begin with %LM_SHEET_VIEW_INIT. Tiles by index, −1 for none. */
typedef struct {
  int selected;
  int hover;
} LmSheetView;

#define LM_SHEET_VIEW_INIT ((LmSheetView){ .selected = -1, .hover = -1 })

/* The distance between tiles; never 0, or maps would run together. */
#define LM_SHEET_GAP 5.0

/**
 * lm_draw_sheet:
 * @view: (nullable): %NULL in files
 *
 * Paints title, the scale in words, the tiles, the colour bar and the caption
 * from the top; what lies below lm_sheet_natural_height() stays free. Tiles are
 * enlarged by whole pixels of the device; what is too large is averaged down by
 * whole numbers.
 */
void lm_draw_sheet (cairo_t *cr, double width, double height, const LmTheme *theme, const LmSheetPicture *picture, const LmSheetView *view);

double lm_sheet_natural_height (const LmSheetPicture *picture, const LmTheme *theme, double width);

/* Which tile lies at (@x, @y) of a sheet painted @width wide; −1 for none. */
int lm_sheet_tile_at (const LmSheetPicture *picture, const LmTheme *theme, double width, double x, double y);

/* Where tile @i lies in a sheet painted @width wide. */
LmRect lm_sheet_tile_rect (const LmSheetPicture *picture, const LmTheme *theme, double width, int i);

/* How the tiles of a sheet stand in a given width; the parts of it that the film shares. */
typedef struct {
  int n;
  int columns;
  int rows;
  double tile_width;
  double tile_height;
  double label_height; /* 0: no labels */
  double width;
  double height;
} LmSheetGrid;

/* @is_dense: rather 16 in a row than larger tiles */
LmSheetGrid lm_sheet_grid (const LmSheetPicture *picture, const LmTheme *theme, double width, gboolean is_dense);

LmRect lm_sheet_grid_tile (const LmSheetGrid *grid, int i);

void lm_sheet_grid_draw (cairo_t *cr, const LmTheme *theme, const LmSheetPicture *picture, const LmSheetGrid *grid, double x, double y, const LmSheetView *view);

/* The pixels of tile @i, FALSE if there are none. */
gboolean lm_sheet_tile_pixels (const LmSheetPicture *picture, int i, LmPixels *pixels);

/* The range that the colours of @picture span: what it says, made symmetric for %LM_MAP_RGB with negative values. */
void lm_sheet_range (const LmSheetPicture *picture, double *min, double *max);

G_END_DECLS
