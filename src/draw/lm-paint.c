/* lm-paint.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-paint.h"

#include <math.h>
#include <string.h>

void
lm_paint_set (cairo_t *cr,
              const LmColour *colour)
{
  cairo_set_source_rgba (cr, colour->r, colour->g, colour->b, colour->a);
}

void
lm_paint_set_alpha (cairo_t *cr,
                    const LmColour *colour,
                    double alpha)
{
  cairo_set_source_rgba (cr, colour->r, colour->g, colour->b, colour->a * alpha);
}

void
lm_paint_round_path (cairo_t *cr,
                     const LmRect *rect,
                     double radius)
{
  double r = MAX (0, MIN (radius, MIN (rect->width, rect->height) / 2));
  double left = rect->x, right = rect->x + rect->width, top = rect->y, bottom = rect->y + rect->height;

  if (r <= 0) {
    cairo_rectangle (cr, left, top, rect->width, rect->height);
    return;
  }
  cairo_new_sub_path (cr);
  cairo_arc (cr, right - r, top + r, r, -G_PI_2, 0);
  cairo_arc (cr, right - r, bottom - r, r, 0, G_PI_2);
  cairo_arc (cr, left + r, bottom - r, r, G_PI_2, G_PI);
  cairo_arc (cr, left + r, top + r, r, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

void
lm_paint_box (cairo_t *cr,
              const LmRect *rect,
              double radius,
              const LmColour *fill,
              const LmColour *border,
              double line_width)
{
  if (fill != NULL) {
    lm_paint_set (cr, fill);
    lm_paint_round_path (cr, rect, radius);
    cairo_fill (cr);
  }
  if (border != NULL) {
    double half = line_width / 2;
    LmRect inner = { rect->x + half, rect->y + half, rect->width - line_width, rect->height - line_width };

    lm_paint_set (cr, border);
    lm_paint_round_path (cr, &inner, radius - half);
    cairo_set_line_width (cr, line_width);
    cairo_stroke (cr);
  }
}

void
lm_paint_shadow (cairo_t *cr,
                 const LmTheme *theme,
                 const LmRect *rect,
                 double radius,
                 gboolean lifted)
{
  static const double spread[] = { 2.0, 1.2, 0.5 };
  double more = lifted ? 2 : 1;

  if (!theme->has_shadows)
    return;
  cairo_set_source_rgba (cr, 0, 0, 0, 0.022);
  for (gsize i = 0; i < G_N_ELEMENTS (spread); i++) {
    double s = spread[i] * more;
    LmRect r = { rect->x - s, rect->y - s + 1.4 * more, rect->width + 2 * s, rect->height + 2 * s };

    lm_paint_round_path (cr, &r, radius + s);
    cairo_fill (cr);
  }
}

void
lm_paint_page (cairo_t *cr,
               const LmTheme *theme,
               double width,
               double height)
{
  if (theme->page.a <= 0)
    return;
  lm_paint_set (cr, &theme->page);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
}

double
lm_paint_header (cairo_t *cr,
                 const LmTheme *theme,
                 const char *title,
                 const char *subtitle,
                 double width,
                 gboolean draw)
{
  double inner = MAX (width - 2 * LM_PICTURE_MARGIN, 1);
  double y = 0;

  if (title != NULL && *title != '\0') {
    if (draw)
      lm_text_draw (cr, theme, LM_FONT_TITLE, &theme->text, title, LM_PICTURE_MARGIN,
                    LM_PICTURE_MARGIN + lm_text_ascent (cr, theme, LM_FONT_TITLE), LM_ALIGN_LEFT, inner);
    y += lm_text_line (cr, theme, LM_FONT_TITLE) + 2;
  }
  if (subtitle != NULL && *subtitle != '\0') {
    if (draw)
      lm_text_block (cr, theme, LM_FONT_SMALL, &theme->text2, subtitle, LM_PICTURE_MARGIN, LM_PICTURE_MARGIN + y, inner);
    y += lm_text_block_height (cr, theme, LM_FONT_SMALL, subtitle, inner);
  }
  return y > 0 ? y + 10 : 0;
}

double
lm_paint_caption (cairo_t *cr,
                  const LmTheme *theme,
                  const char *caption,
                  double width,
                  double y,
                  gboolean draw)
{
  double inner = MAX (width - 2 * LM_PICTURE_MARGIN, 1);

  if (caption == NULL || *caption == '\0')
    return 0;
  if (draw)
    lm_text_block (cr, theme, LM_FONT_SMALL, &theme->text2, caption, LM_PICTURE_MARGIN, y + 12, inner);
  return 12 + lm_text_block_height (cr, theme, LM_FONT_SMALL, caption, inner);
}

double
lm_paint_warning (cairo_t *cr,
                  const LmTheme *theme,
                  const char *text,
                  double x,
                  double y,
                  double width,
                  gboolean draw)
{
  double s = 13 * theme->text_scale;
  double line = lm_text_line (cr, theme, LM_FONT_SMALL_STRONG);

  if (text == NULL || *text == '\0')
    return 0;
  if (draw) {
    double top = y + (line - s) / 2;

    lm_paint_set (cr, &theme->hint);
    cairo_move_to (cr, x + s / 2, top);
    cairo_line_to (cr, x + s, top + s);
    cairo_line_to (cr, x, top + s);
    cairo_close_path (cr);
    cairo_fill (cr);
    lm_text_block (cr, theme, LM_FONT_SMALL_STRONG, &theme->hint, text, x + s + 7, y, width - s - 7);
  }
  return MAX (line, lm_text_block_height (cr, theme, LM_FONT_SMALL_STRONG, text, width - s - 7));
}

void
lm_paint_map_bar (cairo_t *cr,
                  const LmTheme *theme,
                  const LmRect *rect,
                  LmColourMap map,
                  gboolean upright)
{
  int n = lm_map_anchor (map, theme->is_dark, 0, NULL);
  cairo_pattern_t *gradient;

  if (upright)
    gradient = cairo_pattern_create_linear (0, rect->y + rect->height, 0, rect->y);
  else
    gradient = cairo_pattern_create_linear (rect->x, 0, rect->x + rect->width, 0);
  for (int i = 0; i < n; i++) {
    LmColour c = lm_map_colour (map, (double) i / (n - 1), theme->is_dark);

    cairo_pattern_add_color_stop_rgb (gradient, (double) i / (n - 1), c.r, c.g, c.b);
  }
  cairo_set_source (cr, gradient);
  cairo_rectangle (cr, rect->x, rect->y, rect->width, rect->height);
  cairo_fill (cr);
  cairo_pattern_destroy (gradient);
}

static guint32
pixel_grey (const guint32 table[256],
            const LmPixels *pixels,
            double value,
            guint32 bad)
{
  double t = lm_map_position (value, pixels->min, pixels->max);

  return t < 0 ? bad : table[(int) (t * 255 + 0.5)];
}

/* One pixel out of the block of @step × @step around (x · step, y · step), averaged. */
static guint32
block_pixel (const LmPixels *pixels,
             const guint32 table[256],
             int x,
             int y,
             int step,
             guint32 bad)
{
  double sum[3] = { 0 };
  int n = 0;

  for (int v = y * step; v < MIN ((y + 1) * step, pixels->height); v++) {
    for (int u = x * step; u < MIN ((x + 1) * step, pixels->width); u++) {
      const float *p = pixels->values + ((gsize) v * (gsize) pixels->width + (gsize) u) * (gsize) pixels->channels;

      for (int c = 0; c < pixels->channels; c++)
        sum[c] += (double) p[c];
      n++;
    }
  }
  if (n == 0)
    return bad;
  if (pixels->channels == 3) {
    guint32 rgb = 0;

    for (int c = 0; c < 3; c++) {
      double t = lm_map_position (sum[c] / n, pixels->min, pixels->max);

      if (t < 0)
        return bad;
      rgb = rgb << 8 | (guint32) (t * 255 + 0.5);
    }
    return rgb;
  }
  return pixel_grey (table, pixels, sum[0] / n, bad);
}

/* Every @step × @step values become one pixel, or each value @repeat × @repeat of them. */
static cairo_surface_t *
pixels_to_surface (const LmTheme *theme,
                   const LmPixels *pixels,
                   int step,
                   int repeat)
{
  int width = (pixels->width + step - 1) / step, height = (pixels->height + step - 1) / step;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width * repeat, height * repeat);
  guint32 table[256];
  guint32 bad = (guint32) lround (theme->error.r * 255) << 16 | (guint32) lround (theme->error.g * 255) << 8 |
                (guint32) lround (theme->error.b * 255);
  unsigned char *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);

  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    return surface;
  lm_map_table (pixels->map, theme->is_dark, table);
  cairo_surface_flush (surface);
  for (int y = 0; y < height; y++) {
    unsigned char *first = data + (gsize) (y * repeat) * (gsize) stride;
    guint32 *row = (guint32 *) (gpointer) first;

    for (int x = 0; x < width; x++) {
      guint32 rgb = block_pixel (pixels, table, x, y, step, bad);

      for (int k = 0; k < repeat; k++)
        row[x * repeat + k] = rgb;
    }
    for (int k = 1; k < repeat; k++)
      memcpy (first + (gsize) k * (gsize) stride, first, (gsize) stride);
  }
  cairo_surface_mark_dirty (surface);
  return surface;
}

void
lm_paint_pixels (cairo_t *cr,
                 const LmTheme *theme,
                 const LmPixels *pixels,
                 const LmRect *rect,
                 gboolean smooth)
{
  double dx = 1, dy = 0, device;
  int step, repeat = 1;
  cairo_surface_t *surface;
  cairo_pattern_t *pattern;
  cairo_matrix_t matrix;

  if (pixels->width <= 0 || pixels->height <= 0 || pixels->values == NULL || !(rect->width > 0) || !(rect->height > 0))
    return;

  cairo_user_to_device_distance (cr, &dx, &dy);
  device = MAX (hypot (dx, dy), 1e-6);
  step = (int) floor (MIN (pixels->width / (rect->width * device), pixels->height / (rect->height * device)));
  step = CLAMP (step, 1, 1 << 14);
  while (pixels->width / step > 16384 || pixels->height / step > 16384)
    step++;

  /* Cairo's SVG does not say that pixels are to stay squares: then they are many pixels each. */
  if (step == 1 && !smooth && cairo_surface_get_type (cairo_get_target (cr)) == CAIRO_SURFACE_TYPE_SVG)
    repeat = CLAMP ((int) ceil (2 * rect->width * device / pixels->width), 1, MAX (2048 / MAX (pixels->width, pixels->height), 1));

  surface = pixels_to_surface (theme, pixels, step, repeat);
  pattern = cairo_pattern_create_for_surface (surface);
  cairo_pattern_set_filter (pattern, smooth || step > 1 ? CAIRO_FILTER_BILINEAR : CAIRO_FILTER_NEAREST);
  if (cairo_surface_get_type (cairo_get_target (cr)) == CAIRO_SURFACE_TYPE_IMAGE)
    cairo_pattern_set_extend (pattern, CAIRO_EXTEND_PAD); /* vector formats have no edge to fade */
  cairo_matrix_init_scale (&matrix, pixels->width * repeat / (rect->width * step), pixels->height * repeat / (rect->height * step));
  cairo_matrix_translate (&matrix, -rect->x, -rect->y);
  cairo_pattern_set_matrix (pattern, &matrix);
  cairo_set_source (cr, pattern);
  cairo_rectangle (cr, rect->x, rect->y, rect->width, rect->height);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_pattern_destroy (pattern);
  cairo_surface_destroy (surface);
}

gboolean
lm_tensor_is (const LmTensor *self,
              int rank,
              gint64 last)
{
  if (self == NULL || self->dtype != LM_F32 || self->data == NULL || self->shape.rank != rank)
    return FALSE;
  for (int i = 0; i < rank; i++)
    if (self->shape.dim[i] <= 0 || self->shape.dim[i] > G_MAXINT)
      return FALSE;
  return last <= 0 || self->shape.dim[rank - 1] == last;
}
