/* lm-film.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-film.h"

#include <math.h>

#include "lm-number.h"
#include "lm-sheet.h"

#define INPUT_SIDE 140.0
#define SHEET_GAP 20.0
#define BAR_WIDTH 90.0
#define STRIP_CARD 108.0
#define STRIP_STEP 118.0
#define STRIP_HEIGHT 158.0
#define STRIP_PAD 10.0

/* The input as pixels; FALSE if it is no picture. */
static gboolean
input_pixels (const LmFilmPicture *picture,
              LmPixels *pixels)
{
  const LmTensor *t = picture->input;
  gint64 channels;
  double min = 0, max = 255;

  if (!lm_tensor_is (t, 3, 0))
    return FALSE;
  channels = t->shape.dim[2];
  if (channels != 1 && channels != 3)
    return FALSE;
  lm_tensor_range (t, &min, &max);
  if (min >= 0 && max > 1.5) {
    min = 0;
    max = 255;
  } else if (min >= 0) {
    min = 0;
    max = 1;
  }
  *pixels = (LmPixels){
    .values = lm_tensor_f32 ((LmTensor *) t),
    .width = (int) t->shape.dim[1],
    .height = (int) t->shape.dim[0],
    .channels = (int) channels,
    .map = channels == 3 ? LM_MAP_RGB : LM_MAP_GREY,
    .min = min,
    .max = max,
  };
  return TRUE;
}

/* A rectangle of the proportions of @pixels in a square of @side, enlarged by whole pixels where it is small. */
static LmRect
fit_pixels (const LmPixels *pixels,
            const LmTheme *theme,
            double side)
{
  double device = theme->device_scale > 0 ? theme->device_scale : 1;
  double k = side / MAX (pixels->width, pixels->height);

  if (k * device >= 1)
    k = floor (k * device) / device;
  return (LmRect){ 0, 0, MAX (k * pixels->width, 1), MAX (k * pixels->height, 1) };
}

static double
sheet_heading (cairo_t *cr,
               const LmTheme *theme,
               const LmSheetPicture *sheet,
               double x,
               double y,
               double width,
               gboolean draw)
{
  double u = theme->text_scale, bar = 0;
  double height = lm_text_line (cr, theme, LM_FONT_STRONG) + lm_text_block_height (cr, theme, LM_FONT_SMALL, sheet->scale, width);

  if (!draw)
    return height + 6;
  if (!sheet->per_tile && sheet->tiles != NULL) {
    g_autofree char *low = NULL, *high = NULL;
    double min, max, base = y + lm_text_ascent (cr, theme, LM_FONT_STRONG);
    double low_width, room = 40 * u; /* the same for all sheets, so that their bars stand below each other */
    LmRect rect;

    lm_sheet_range (sheet, &min, &max);
    low = lm_number_short (min, 3);
    high = lm_number_short (max, 3);
    rect = (LmRect){ x + width - room - BAR_WIDTH, base - 9 * u, BAR_WIDTH, 9 * u };
    lm_text_draw (cr, theme, LM_FONT_TINY, &theme->text2, high, x + width - room + 5, base, LM_ALIGN_LEFT, room - 5);
    lm_paint_map_bar (cr, theme, &rect, sheet->map, FALSE);
    low_width = lm_text_draw (cr, theme, LM_FONT_TINY, &theme->text2, low, rect.x - 5, base, LM_ALIGN_RIGHT, 0);
    bar = room + low_width + BAR_WIDTH + 20;
  }
  lm_text_draw (cr, theme, LM_FONT_STRONG, &theme->text, sheet->title, x, y + lm_text_ascent (cr, theme, LM_FONT_STRONG), LM_ALIGN_LEFT, MAX (width - bar, 40));
  lm_text_block (cr, theme, LM_FONT_SMALL, &theme->text2, sheet->scale, x, y + lm_text_line (cr, theme, LM_FONT_STRONG), width);
  return height + 6;
}

/* Lays out and, if @draw, paints. Returns: the height. */
static double
film (cairo_t *cr,
      const LmTheme *theme,
      const LmFilmPicture *picture,
      double width,
      gboolean draw)
{
  double inner = MAX (width - 2 * LM_PICTURE_MARGIN, 8), x = LM_PICTURE_MARGIN;
  double y = LM_PICTURE_MARGIN + lm_paint_header (cr, theme, picture->title, NULL, width, draw);
  LmPixels pixels;

  if (input_pixels (picture, &pixels)) {
    LmRect rect = fit_pixels (&pixels, theme, MIN (INPUT_SIDE, inner));

    rect.x = x;
    rect.y = y;
    if (draw) {
      lm_paint_pixels (cr, theme, &pixels, &rect, pixels.width > rect.width || pixels.height > rect.height);
      if (inner - rect.width > 60)
        lm_text_block (cr, theme, LM_FONT_SMALL, &theme->text2, picture->input_label, x + rect.width + 14, y, inner - rect.width - 14);
    }
    y += MAX (rect.height, lm_text_block_height (cr, theme, LM_FONT_SMALL, picture->input_label, MAX (inner - rect.width - 14, 46)));
    y += picture->n_sheets > 0 ? SHEET_GAP : 0;
  } else if (picture->input_label != NULL) {
    if (draw)
      lm_text_block (cr, theme, LM_FONT_SMALL, &theme->text2, picture->input_label, x, y, inner);
    y += lm_text_block_height (cr, theme, LM_FONT_SMALL, picture->input_label, inner) + 8;
  }

  for (int i = 0; i < picture->n_sheets; i++) {
    const LmSheetPicture *sheet = picture->sheets[i];
    LmSheetGrid grid = lm_sheet_grid (sheet, theme, inner, TRUE);

    y += sheet_heading (cr, theme, sheet, x, y, inner, draw);
    if (draw)
      lm_sheet_grid_draw (cr, theme, sheet, &grid, x, y, NULL);
    y += grid.height + (i + 1 < picture->n_sheets ? SHEET_GAP : 0);
  }
  if (picture->n_sheets == 0 && picture->input == NULL) {
    if (draw)
      lm_text_draw (cr, theme, LM_FONT_BODY, &theme->text2, _ ("nothing to show"), x, y + 18 * theme->text_scale, LM_ALIGN_LEFT, inner);
    y += 30;
  }
  y += lm_paint_caption (cr, theme, picture->caption, width, y, draw);
  return ceil (y + LM_PICTURE_MARGIN);
}

double
lm_film_natural_height (const LmFilmPicture *picture,
                        const LmTheme *theme,
                        double width)
{
  cairo_t *cr = lm_paint_measure_new ();
  double height = film (cr, theme, picture, width, FALSE);

  cairo_destroy (cr);
  return height;
}

void
lm_draw_film (cairo_t *cr,
              double width,
              double height,
              const LmTheme *theme,
              const LmFilmPicture *picture,
              gconstpointer view)
{
  cairo_save (cr);
  lm_paint_page (cr, theme, width, height);
  film (cr, theme, picture, width, TRUE);
  cairo_restore (cr);
}

static int
n_frames (const LmFilmPicture *picture)
{
  return picture->n_sheets + 1;
}

LmRect
lm_film_strip_rect (const LmFilmPicture *picture,
                    const LmTheme *theme,
                    int i)
{
  double u = theme->text_scale;

  return (LmRect){ 3 + i * STRIP_STEP * u, 3, STRIP_CARD * u, STRIP_HEIGHT * u };
}

double
lm_film_strip_width (const LmFilmPicture *picture,
                     const LmTheme *theme)
{
  LmRect last = lm_film_strip_rect (picture, theme, n_frames (picture) - 1);

  return last.x + last.width + 3;
}

double
lm_film_strip_height (const LmTheme *theme)
{
  return STRIP_HEIGHT * theme->text_scale + 6;
}

int
lm_film_strip_at (const LmFilmPicture *picture,
                  const LmTheme *theme,
                  double x,
                  double y)
{
  for (int i = 0; i < n_frames (picture); i++) {
    LmRect r = lm_film_strip_rect (picture, theme, i);

    if (x >= r.x && x < r.x + r.width && y >= r.y && y < r.y + r.height)
      return i;
  }
  return -1;
}

/* Single numbers as bars, each with its name: the answer of the network. */
static void
draw_strip_bars (cairo_t *cr,
                 const LmTheme *theme,
                 const LmSheetPicture *sheet,
                 const LmRect *box)
{
  int n = (int) sheet->tiles->shape.dim[0], most = 0;
  double row = MIN ((box->height + 14 * theme->text_scale) / n, 13), label = 0, max = MAX (sheet->max, 1e-12);
  const float *values = lm_tensor_f32 (sheet->tiles);

  for (int i = 0; i < n; i++) {
    label = MAX (label, lm_text_width (cr, theme, LM_FONT_TINY, sheet->labels[i]));
    most = values[i] > values[most] ? i : most;
  }
  label = MIN (label, box->width / 2);
  for (int i = 0; i < n; i++) {
    double y = box->y + i * row, share = CLAMP ((double) values[i] / max, 0, 1), room = box->width - label - 6;
    LmRect track = { box->x + label + 6, y + row / 2 - 3, room, 6 }, bar = { track.x, track.y, MAX (share * room, 1), 6 };

    lm_text_draw (cr, theme, LM_FONT_TINY, i == most ? &theme->text : &theme->text2, sheet->labels[i], box->x, y + row / 2 + 4, LM_ALIGN_LEFT, label);
    lm_paint_box (cr, &track, 3, &theme->pill, NULL, 0);
    lm_paint_box (cr, &bar, 3, i == most ? &theme->bar : &theme->bar_rest, NULL, 0);
  }
}

/* A vector: cells that fill the square, or, of many features, its rows folded until they do. */
static void
draw_strip_vector (cairo_t *cr,
                   const LmTheme *theme,
                   const LmSheetPicture *sheet,
                   const LmRect *box)
{
  LmPixels pixels;
  int n = (int) lm_tensor_n_elements (sheet->tiles);
  LmRect rect = *box;

  if (!lm_sheet_tile_pixels (sheet, 0, &pixels))
    return;
  if (sheet->tiles->shape.dim[0] > 1) {
    pixels.width = (int) ceil (sqrt (n));
    while (n % pixels.width != 0 && pixels.width < n)
      pixels.width++;
    pixels.height = n / pixels.width;
  }
  while (pixels.width % 2 == 0 && pixels.width >= 4 * pixels.height) {
    pixels.width /= 2;
    pixels.height *= 2;
  }
  rect.height = MIN (box->height, MAX (box->width * pixels.height / pixels.width, 6));
  rect.width = MIN (box->width, MAX (box->height * pixels.width / pixels.height, 6));
  lm_paint_pixels (cr, theme, &pixels, &rect, FALSE);
}

/* The first nine maps, or all that a single tile has, in a square of @side. */
static void
draw_strip_maps (cairo_t *cr,
                 const LmTheme *theme,
                 const LmSheetPicture *sheet,
                 const LmRect *box)
{
  int n = sheet->tiles != NULL ? (int) MIN (sheet->tiles->shape.dim[0], 9) : 0;
  int across = n == 1 ? 1 : n <= 4 ? 2
                                   : 3;
  double gap = 2, cell = (box->width - (across - 1) * gap) / across;

  if (n > 0 && sheet->tiles->shape.rank == 3 && (sheet->tiles->shape.dim[1] == 1 || sheet->tiles->shape.dim[0] == 1) && sheet->tiles->shape.dim[2] % 64 <= 1) {
    if (sheet->labels != NULL && sheet->tiles->shape.dim[0] <= 16)
      draw_strip_bars (cr, theme, sheet, box);
    else
      draw_strip_vector (cr, theme, sheet, box);
    return;
  }
  for (int i = 0; i < n; i++) {
    LmPixels pixels;
    LmRect rect = { box->x + (i % across) * (cell + gap), box->y + (i / across) * (cell + gap), cell, cell };

    if (!lm_sheet_tile_pixels (sheet, i, &pixels))
      return;
    if (pixels.height < pixels.width) {
      double h = MAX (cell * pixels.height / pixels.width, MIN (12, cell));

      rect.y += (cell - h) / 2;
      rect.height = h;
    } else if (pixels.width < pixels.height) {
      double w = MAX (cell * pixels.width / pixels.height, MIN (12, cell));

      rect.x += (cell - w) / 2;
      rect.width = w;
    }
    lm_paint_pixels (cr, theme, &pixels, &rect, FALSE);
    if (sheet->tiles->shape.dim[0] > n && i == n - 1) {
      g_autofree char *more = g_strdup_printf ("+%" G_GINT64_FORMAT, sheet->tiles->shape.dim[0] - n);

      lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, more, box->x, box->y + box->width + 15 * theme->text_scale, LM_ALIGN_LEFT, 0);
    }
  }
}

/* “28×28×32”, as the layer gives it. */
static char *
shape_text (gint64 height,
            gint64 width,
            gint64 channels)
{
  if (height == 1 && channels == 1)
    return g_strdup_printf ("%" G_GINT64_FORMAT, width);
  return g_strdup_printf ("%" G_GINT64_FORMAT "×%" G_GINT64_FORMAT "×%" G_GINT64_FORMAT, height, width, channels);
}

void
lm_draw_film_strip (cairo_t *cr,
                    const LmTheme *theme,
                    const LmFilmPicture *picture,
                    const LmStripView *view)
{
  double u = theme->text_scale, inner = (STRIP_CARD - 2 * STRIP_PAD) * u;

  cairo_save (cr);
  for (int i = 0; i < n_frames (picture); i++) {
    LmRect r = lm_film_strip_rect (picture, theme, i);
    LmRect maps = { r.x + STRIP_PAD * u, r.y + 46 * u, inner, inner };
    gboolean chosen = view != NULL && view->selected == i;
    gboolean pointed = view != NULL && view->hover == i;

    lm_paint_box (cr, &r, 10, &theme->card, chosen || pointed ? &theme->accent : &theme->card_border, chosen ? 2.5 : theme->border_width);
    if (i + 1 < n_frames (picture)) {
      double x = r.x + r.width + 3 * u, y = r.y + r.height / 2;

      lm_paint_set (cr, &theme->text2);
      cairo_set_line_width (cr, 1.4);
      cairo_move_to (cr, x, y - 4);
      cairo_line_to (cr, x + 4, y);
      cairo_line_to (cr, x, y + 4);
      cairo_stroke (cr);
    }
    if (i == 0) {
      LmPixels pixels;

      lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, _ ("input"), maps.x, r.y + 20 * u, LM_ALIGN_LEFT, inner);
      if (input_pixels (picture, &pixels)) {
        g_autofree char *shape = shape_text (pixels.height, pixels.width, pixels.channels);
        double k = inner / MAX (pixels.width, pixels.height);
        LmRect rect = { 0, 0, k * pixels.width, k * pixels.height };

        rect.x = maps.x + (inner - rect.width) / 2;
        rect.y = maps.y + (inner - rect.height) / 2;
        lm_paint_pixels (cr, theme, &pixels, &rect, TRUE);
        lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, shape, maps.x, r.y + 37 * u, LM_ALIGN_LEFT, inner);
      }
    } else {
      const LmSheetPicture *sheet = picture->sheets[i - 1];

      lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, sheet->name != NULL ? sheet->name : sheet->title, maps.x, r.y + 20 * u, LM_ALIGN_LEFT, inner);
      if (sheet->shape != NULL) {
        lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, sheet->shape, maps.x, r.y + 37 * u, LM_ALIGN_LEFT, inner);
      } else if (sheet->tiles != NULL && sheet->tiles->shape.rank >= 3) {
        const gint64 *dim = sheet->tiles->shape.dim;
        g_autofree char *shape = shape_text (dim[1], dim[2], dim[0]);

        lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, shape, maps.x, r.y + 37 * u, LM_ALIGN_LEFT, inner);
      }
      draw_strip_maps (cr, theme, sheet, &maps);
    }
  }
  cairo_restore (cr);
}
