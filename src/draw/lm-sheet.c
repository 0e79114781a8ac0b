/* lm-sheet.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-sheet.h"

#include <math.h>

#include "lm-number.h"

#define MIN_TILE 48.0    /* smaller ones are not looked at */
#define MAX_TILE 160.0   /* of several */
#define MAX_SINGLE 320.0 /* one alone */
#define MIN_STRIP 20.0   /* height of a tile of a single row */
#define MAX_STRIP 28.0   /* width of its cells */
#define BAR_WIDTH 220.0
#define BAR_HEIGHT 14.0

static gboolean
tile_size (const LmSheetPicture *picture,
           int *n,
           int *height,
           int *width)
{
  gboolean is_rgb = picture->map == LM_MAP_RGB;

  if (!lm_tensor_is (picture->tiles, is_rgb ? 4 : 3, is_rgb ? 3 : 0))
    return FALSE;
  *n = (int) picture->tiles->shape.dim[0];
  *height = (int) picture->tiles->shape.dim[1];
  *width = (int) picture->tiles->shape.dim[2];
  return TRUE;
}

void
lm_sheet_range (const LmSheetPicture *picture,
                double *min,
                double *max)
{
  *min = picture->min;
  *max = picture->max;
  if (picture->map == LM_MAP_RGB && *min < 0) {
    *max = MAX (fabs (*min), fabs (*max));
    *min = -*max;
  }
}

gboolean
lm_sheet_tile_pixels (const LmSheetPicture *picture,
                      int i,
                      LmPixels *pixels)
{
  int n, height, width;
  gsize size;

  if (!tile_size (picture, &n, &height, &width) || i < 0 || i >= n)
    return FALSE;
  *pixels = (LmPixels){ .width = width, .height = height, .channels = picture->map == LM_MAP_RGB ? 3 : 1, .map = picture->map };
  size = (gsize) width * (gsize) height * (gsize) pixels->channels;
  pixels->values = lm_tensor_f32 (picture->tiles) + (gsize) i * size;
  lm_sheet_range (picture, &pixels->min, &pixels->max);

  if (picture->per_tile) {
    double min = INFINITY, max = -INFINITY;

    for (gsize k = 0; k < size; k++) {
      double v = (double) pixels->values[k];

      if (isfinite (v)) {
        min = MIN (min, v);
        max = MAX (max, v);
      }
    }
    if (picture->map == LM_MAP_DIVERGING || (picture->map == LM_MAP_RGB && min < 0)) {
      max = MAX (fabs (min), fabs (max));
      min = -max;
    }
    pixels->min = min;
    pixels->max = max;
  }
  return TRUE;
}

/* Pixels of the picture per value, so that a tile of @size values takes at most @room: whole pixels of the device. */
static double
enlargement (double room,
             int size,
             double device)
{
  double whole = floor (room * device / size + 1e-6);

  if (whole >= 1)
    return whole / device;
  return 1 / (ceil (size / (room * device) - 1e-6) * device);
}

LmSheetGrid
lm_sheet_grid (const LmSheetPicture *picture,
               const LmTheme *theme,
               double width,
               gboolean is_dense)
{
  LmSheetGrid grid = { 0 };
  double device = theme->device_scale > 0 ? theme->device_scale : 1;
  int n, tile_h, tile_w, columns;
  double room, k, most;

  if (!tile_size (picture, &n, &tile_h, &tile_w))
    return grid;

  if (picture->columns > 0) {
    columns = MIN (picture->columns, n);
  } else if (tile_w > 4 * tile_h) {
    columns = 1; /* strips stand below each other */
  } else {
    double narrow = enlargement ((width - 15 * LM_SHEET_GAP) / 16, tile_w, device) * tile_w;

    columns = MIN (n, 8);
    if ((is_dense ? n > 8 : n > 32) && narrow >= (is_dense ? 36 : MIN_TILE) && narrow < (width - 15 * LM_SHEET_GAP) / 16 + 1e-6)
      columns = MIN (n, 16);
  }
  columns = MAX (1, MIN (columns, (int) ((width + LM_SHEET_GAP) / (LM_SHEET_GAP + 4))));

  room = MAX ((width - (columns - 1) * LM_SHEET_GAP) / columns, 4);
  most = n == 1 ? MAX_SINGLE : is_dense ? MAX_TILE / 2
                                        : MAX_TILE;
  if (tile_h == 1)
    most = MAX_STRIP * tile_w;
  k = enlargement (MIN (room, most * MAX (1, (double) tile_w / tile_h)), tile_w, device);
  grid.n = n;
  grid.columns = columns;
  grid.rows = (n + columns - 1) / columns;
  grid.tile_width = MIN (k * tile_w, room);
  grid.tile_height = tile_h == 1 ? MAX (k, MIN_STRIP) : k * tile_h;
  /* A tile that is much higher than wide, time going down, must not make the sheet endless. */
  if (grid.tile_height > 4 * MAX (grid.tile_width, MAX_TILE))
    grid.tile_height = 4 * MAX (grid.tile_width, MAX_TILE);
  grid.label_height = n == 1 && picture->labels == NULL && picture->dead == NULL ? 0 : 14 * theme->text_scale;
  grid.width = columns * grid.tile_width + (columns - 1) * LM_SHEET_GAP;
  grid.height = grid.rows * (grid.tile_height + grid.label_height) + (grid.rows - 1) * LM_SHEET_GAP;
  return grid;
}

LmRect
lm_sheet_grid_tile (const LmSheetGrid *grid,
                    int i)
{
  int column = i % MAX (grid->columns, 1), row = i / MAX (grid->columns, 1);

  return (LmRect){
    column * (grid->tile_width + LM_SHEET_GAP),
    row * (grid->tile_height + grid->label_height + LM_SHEET_GAP),
    grid->tile_width,
    grid->tile_height,
  };
}

static void
draw_dead (cairo_t *cr,
           const LmTheme *theme,
           const LmSheetPicture *picture,
           const LmRect *rect)
{
  double min, max;
  LmColour zero;

  lm_sheet_range (picture, &min, &max);
  zero = lm_map_colour (picture->map, lm_map_position (0, min, max), theme->is_dark);
  if (lm_colour_luminance (&zero) > 0.3)
    cairo_set_source_rgba (cr, 0, 0, 0, 0.6);
  else
    cairo_set_source_rgba (cr, 1, 1, 1, 0.6);
  cairo_set_line_width (cr, 1);
  cairo_move_to (cr, rect->x + 1, rect->y + 1);
  cairo_line_to (cr, rect->x + rect->width - 1, rect->y + rect->height - 1);
  cairo_stroke (cr);
}

static void
draw_label (cairo_t *cr,
            const LmTheme *theme,
            const LmSheetPicture *picture,
            const LmRect *rect,
            int i)
{
  g_autofree char *number = picture->labels == NULL ? lm_number_count (i) : NULL;
  const char *label = picture->labels != NULL ? picture->labels[i] : number;
  double y = rect->y + rect->height + 11 * theme->text_scale;
  double used = lm_text_draw (cr, theme, LM_FONT_TINY, &theme->text2, label, rect->x + 1, y, LM_ALIGN_LEFT, rect->width - 2);

  if (picture->dead != NULL && picture->dead[i] &&
      used + 8 + lm_text_width (cr, theme, LM_FONT_TINY, _ ("always 0")) <= rect->width)
    lm_text_draw (cr, theme, LM_FONT_TINY, &theme->text2, _ ("always 0"), rect->x + rect->width - 1, y, LM_ALIGN_RIGHT, 0);
}

void
lm_sheet_grid_draw (cairo_t *cr,
                    const LmTheme *theme,
                    const LmSheetPicture *picture,
                    const LmSheetGrid *grid,
                    double x,
                    double y,
                    const LmSheetView *view)
{
  for (int i = 0; i < grid->n; i++) {
    LmRect rect = lm_sheet_grid_tile (grid, i);
    LmPixels pixels;

    rect.x += x;
    rect.y += y;
    if (!lm_sheet_tile_pixels (picture, i, &pixels))
      continue;
    lm_paint_pixels (cr, theme, &pixels, &rect, FALSE);
    if (picture->dead != NULL && picture->dead[i])
      draw_dead (cr, theme, picture, &rect);
    if (grid->label_height > 0)
      draw_label (cr, theme, picture, &rect, i);
    if (view != NULL && (view->selected == i || view->hover == i)) {
      double line = view->selected == i ? 2.5 : 1;
      LmRect ring = { rect.x - line, rect.y - line, rect.width + 2 * line, rect.height + 2 * line };

      lm_paint_box (cr, &ring, 3, NULL, &theme->accent, line);
    }
  }
}

static double
bar_height (const LmTheme *theme)
{
  return 14 + BAR_HEIGHT + 18 * theme->text_scale;
}

/* The colours of the sheet with three numbers, or in words where each tile has a scale of its own. */
static void
draw_bar (cairo_t *cr,
          const LmTheme *theme,
          const LmSheetPicture *picture,
          double x,
          double y,
          double room)
{
  LmRect rect = { x, y, MIN (BAR_WIDTH, room), BAR_HEIGHT };
  double base = y + BAR_HEIGHT + 14 * theme->text_scale;
  double min, max;

  lm_paint_map_bar (cr, theme, &rect, picture->map, FALSE);
  if (picture->per_tile) {
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, _ ("lowest"), x, base, LM_ALIGN_LEFT, rect.width / 2 - 4);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, _ ("highest of each"), x + rect.width, base, LM_ALIGN_RIGHT, rect.width / 2 - 4);
  } else {
    g_autofree char *low = NULL, *middle = NULL, *high = NULL;

    lm_sheet_range (picture, &min, &max);
    low = lm_number_short (min, 3);
    middle = lm_number_short (min / 2 + max / 2, 3);
    high = lm_number_short (max, 3);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, low, x, base, LM_ALIGN_LEFT, 0);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, middle, x + rect.width / 2, base, LM_ALIGN_CENTRE, 0);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, high, x + rect.width, base, LM_ALIGN_RIGHT, 0);
  }
  lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, picture->unit, x + rect.width + 10, y + BAR_HEIGHT / 2 + 4 * theme->text_scale,
                LM_ALIGN_LEFT, room - rect.width - 10);
}

double
lm_sheet_natural_height (const LmSheetPicture *picture,
                         const LmTheme *theme,
                         double width)
{
  cairo_t *cr = lm_paint_measure_new ();
  double inner = MAX (width - 2 * LM_PICTURE_MARGIN, 8);
  LmSheetGrid grid = lm_sheet_grid (picture, theme, inner, FALSE);
  double height = 2 * LM_PICTURE_MARGIN;

  height += lm_paint_header (cr, theme, picture->title, picture->scale, width, FALSE);
  height += grid.n > 0 ? grid.height + bar_height (theme) : 30;
  height += lm_paint_caption (cr, theme, picture->caption, width, 0, FALSE);
  cairo_destroy (cr);
  return ceil (height);
}

void
lm_draw_sheet (cairo_t *cr,
               double width,
               double height,
               const LmTheme *theme,
               const LmSheetPicture *picture,
               const LmSheetView *view)
{
  double inner = MAX (width - 2 * LM_PICTURE_MARGIN, 8);
  LmSheetGrid grid = lm_sheet_grid (picture, theme, inner, FALSE);
  double y = LM_PICTURE_MARGIN;

  cairo_save (cr);
  lm_paint_page (cr, theme, width, height);
  y += lm_paint_header (cr, theme, picture->title, picture->scale, width, TRUE);
  if (grid.n > 0) {
    lm_sheet_grid_draw (cr, theme, picture, &grid, LM_PICTURE_MARGIN, y, view);
    y += grid.height + 14;
    draw_bar (cr, theme, picture, LM_PICTURE_MARGIN, y, inner);
    y += bar_height (theme) - 14;
  } else {
    lm_text_draw (cr, theme, LM_FONT_BODY, &theme->text2, _ ("nothing to show"), LM_PICTURE_MARGIN, y + 18 * theme->text_scale, LM_ALIGN_LEFT, inner);
    y += 30;
  }
  lm_paint_caption (cr, theme, picture->caption, width, y, TRUE);
  cairo_restore (cr);
}

/* The tiles begin below the header. */
static double
tiles_top (const LmSheetPicture *picture,
           const LmTheme *theme,
           double width)
{
  cairo_t *cr = lm_paint_measure_new ();
  double top = LM_PICTURE_MARGIN + lm_paint_header (cr, theme, picture->title, picture->scale, width, FALSE);

  cairo_destroy (cr);
  return top;
}

LmRect
lm_sheet_tile_rect (const LmSheetPicture *picture,
                    const LmTheme *theme,
                    double width,
                    int i)
{
  LmSheetGrid grid = lm_sheet_grid (picture, theme, MAX (width - 2 * LM_PICTURE_MARGIN, 8), FALSE);
  LmRect rect = lm_sheet_grid_tile (&grid, i);

  rect.x += LM_PICTURE_MARGIN;
  rect.y += tiles_top (picture, theme, width);
  return rect;
}

int
lm_sheet_tile_at (const LmSheetPicture *picture,
                  const LmTheme *theme,
                  double width,
                  double x,
                  double y)
{
  LmSheetGrid grid = lm_sheet_grid (picture, theme, MAX (width - 2 * LM_PICTURE_MARGIN, 8), FALSE);
  double left = x - LM_PICTURE_MARGIN, top = y - tiles_top (picture, theme, width);
  double step_x = grid.tile_width + LM_SHEET_GAP, step_y = grid.tile_height + grid.label_height + LM_SHEET_GAP;
  int column, row, i;

  if (grid.n == 0 || left < 0 || top < 0)
    return -1;
  column = (int) MIN (left / step_x, 1e6);
  row = (int) MIN (top / step_y, 1e6);
  i = row * grid.columns + column;
  if (column >= grid.columns || row >= grid.rows || i >= grid.n)
    return -1;
  if (left - column * step_x >= grid.tile_width || top - row * step_y >= grid.tile_height + grid.label_height)
    return -1;
  return i;
}
