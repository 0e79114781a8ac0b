/* lm-render.h: pictures into files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <cairo.h>

#include "lm-theme.h"

G_BEGIN_DECLS

/**
 * LmRenderSpec:
 * @width: pixels, exactly; 0: 1200
 * @height: pixels; 0: what the picture needs at that width
 * @dpi: pixels to the inch, so 9 pt text is 9 pt on paper; 0: text keeps its size from 480 to 1200 pixels of width, and
 *   the whole picture is scaled beyond
 * @theme: %NULL: light
 * @transparent: no page behind it, no cards around plots
 * @title: for the file's metadata; %NULL for none
 * @comments: key, value, key, value, …, %NULL: seed, run, settings; %NULL for none
 */
typedef struct {
  int width;
  int height;
  double dpi;
  const LmTheme *theme;
  gboolean transparent;
  const char *title;
  const char *const *comments;
} LmRenderSpec;

/* Larger sides are refused. */
#define LM_RENDER_MAX_SIDE 30000

/**
 * lm_render_curves:
 * @path: the ending says the format: .png, .svg, .pdf, or .csv for the values
 * @spec: (nullable): %NULL for all defaults
 *
 * Writes @picture to @path: to a file beside it first, which takes its place
 * when it is complete. A PDF page measures width / dpi inches (96 without dpi).
 * Title and comments go to the text chunks of a PNG, the metadata of an SVG,
 * the document information of a PDF.
 *
 * Errors: %LM_ERROR_USAGE for an ending that is not known, %LM_ERROR_LIMIT for
 * a size that cannot be, %LM_ERROR_IO for a file that cannot be written.
 * Thread: any.
 *
 * Returns: %TRUE if the file is there
 */
gboolean lm_render_curves (const LmCurvesPicture *picture, const char *path, const LmRenderSpec *spec, GError **error);

/* The same for the other pictures. */
gboolean lm_render_sheet (const LmSheetPicture *picture, const char *path, const LmRenderSpec *spec, GError **error);
gboolean lm_render_film (const LmFilmPicture *picture, const char *path, const LmRenderSpec *spec, GError **error);
gboolean lm_render_heatmap (const LmHeatmapPicture *picture, const char *path, const LmRenderSpec *spec, GError **error);
gboolean lm_render_confusion (const LmConfusionPicture *picture, const char *path, const LmRenderSpec *spec, GError **error);
gboolean lm_render_bars (const LmBarsPicture *picture, const char *path, const LmRenderSpec *spec, GError **error);
gboolean lm_render_graph (const LmGraphPicture *picture, const char *path, const LmRenderSpec *spec, GError **error);

/* The same for whatever it is. */
gboolean lm_render_picture (const LmPicture *picture, const char *path, const LmRenderSpec *spec, GError **error);

/* Paints it as files have it, and how high it wants to be at a width. */
void lm_draw_picture (cairo_t *cr, double width, double height, const LmTheme *theme, const LmPicture *picture);
double lm_picture_natural_height (const LmPicture *picture, const LmTheme *theme, double width);

/* TRUE if the lm_render functions know the ending of @path. */
gboolean lm_render_knows (const char *path);

G_END_DECLS
