/* lm-heatmap.h: where a class is seen in a picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-paint.h"

G_BEGIN_DECLS

/**
 * LmHeatmapView:
 * @opacity: of the map over the picture, 0 … 1, times value^0.7; files use 0.6
 * @has_cells: the borders of the map's own cells, its true resolution
 */
typedef struct {
  double opacity;
  gboolean has_cells;
} LmHeatmapView;

#define LM_HEATMAP_VIEW_INIT ((LmHeatmapView){ .opacity = 0.6 })

/**
 * lm_draw_heatmap:
 * @view: (nullable): %NULL in files
 *
 * The map over the picture with its colour bar; beside it the picture alone,
 * the map in its own cells, and the class scores where there are some.
 */
void lm_draw_heatmap (cairo_t *cr, double width, double height, const LmTheme *theme, const LmHeatmapPicture *picture, const LmHeatmapView *view);

double lm_heatmap_natural_height (const LmHeatmapPicture *picture, const LmTheme *theme, double width);

/* Only the picture with the map over it, into @rect: for a window that arranges the rest itself. */
void lm_draw_heatmap_overlay (cairo_t *cr, const LmTheme *theme, const LmHeatmapPicture *picture, const LmRect *rect, const LmHeatmapView *view);

/* The colour bar, with three numbers at its right. */
void lm_draw_heatmap_bar (cairo_t *cr, const LmTheme *theme, const LmHeatmapPicture *picture, const LmRect *rect);

/* Bilinear value of a map of @width × @height at (@x, @y) in units of the whole map, 0 … 1; cell centres lie at
 * (i + 0.5) / size, and outside of the outermost centres the value stays that of the border. */
double lm_heatmap_sample (const float *map, int width, int height, double x, double y);

/* How opaque a value is: opacity · share^0.7, share = value / max in 0 … 1 (of the absolute value if the map is signed). */
double lm_heatmap_alpha (const LmHeatmapPicture *picture, double value, double opacity);

G_END_DECLS
