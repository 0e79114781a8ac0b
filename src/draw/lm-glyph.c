/* lm-glyph.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-glyph.h"

#include <math.h>

/* A closed polygon or an open line through @n points. */
static void
through (cairo_t *cr,
         const double (*points)[2],
         int n,
         gboolean close)
{
  cairo_new_sub_path (cr);
  for (int i = 0; i < n; i++)
    cairo_line_to (cr, points[i][0], points[i][1]);
  if (close)
    cairo_close_path (cr);
}

#define THROUGH(cr, close, ...) \
  through (cr, (const double[][2]){ __VA_ARGS__ }, sizeof ((double[][2]){ __VA_ARGS__ }) / sizeof (double[2]), close)

static void
stroke (cairo_t *cr,
        double line_width)
{
  cairo_set_line_width (cr, line_width);
  cairo_stroke (cr);
}

static void
dot (cairo_t *cr,
     double x,
     double y,
     double radius)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, x, y, radius, 0, 2 * G_PI);
  cairo_fill (cr);
}

/* Two times two neurons, all joined. */
static void
draw_core (cairo_t *cr)
{
  THROUGH (cr, FALSE, { 3.5, 4 }, { 12.5, 4 });
  THROUGH (cr, FALSE, { 3.5, 4 }, { 12.5, 12 });
  THROUGH (cr, FALSE, { 3.5, 12 }, { 12.5, 4 });
  THROUGH (cr, FALSE, { 3.5, 12 }, { 12.5, 12 });
  stroke (cr, 1.1);
  dot (cr, 3.5, 4, 2);
  dot (cr, 3.5, 12, 2);
  dot (cr, 12.5, 4, 2);
  dot (cr, 12.5, 12, 2);
}

/* A window in the corner of a picture. */
static void
draw_convolution (cairo_t *cr)
{
  cairo_rectangle (cr, 2, 2, 12, 12);
  stroke (cr, 1.3);
  cairo_rectangle (cr, 2, 2, 6.5, 6.5);
  cairo_fill (cr);
}

/* One field of four survives. */
static void
draw_pooling (cairo_t *cr)
{
  cairo_rectangle (cr, 2, 2, 12, 12);
  THROUGH (cr, FALSE, { 2, 8 }, { 14, 8 });
  THROUGH (cr, FALSE, { 8, 2 }, { 8, 14 });
  stroke (cr, 1.1);
  cairo_rectangle (cr, 8, 8, 6, 6);
  cairo_fill (cr);
}

/* Round again. */
static void
draw_recurrent (cairo_t *cr)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, 8, 8.6, 4.9, -0.78 * G_PI, 0.92 * G_PI);
  stroke (cr, 1.8);
  THROUGH (cr, FALSE, { 4.1, 1.4 }, { 4.3, 5.6 }, { 8.4, 5.4 });
  stroke (cr, 1.8);
}

/* Three columns of tokens, one looks far. */
static void
draw_attention (cairo_t *cr)
{
  THROUGH (cr, FALSE, { 3, 3 }, { 3, 13 });
  THROUGH (cr, FALSE, { 8, 3 }, { 8, 13 });
  THROUGH (cr, FALSE, { 13, 3 }, { 13, 13 });
  stroke (cr, 1.2);
  THROUGH (cr, FALSE, { 3, 4 }, { 13, 12 });
  stroke (cr, 2.3);
}

/* The bell curve. */
static void
draw_normalization (cairo_t *cr)
{
  cairo_move_to (cr, 1.5, 12.6);
  cairo_curve_to (cr, 5.4, 12.6, 5, 3.2, 8, 3.2);
  cairo_curve_to (cr, 11, 3.2, 10.6, 12.6, 14.5, 12.6);
  stroke (cr, 1.8);
}

static void
draw_merging (cairo_t *cr)
{
  THROUGH (cr, FALSE, { 8, 2.6 }, { 8, 13.4 });
  THROUGH (cr, FALSE, { 2.6, 8 }, { 13.4, 8 });
  stroke (cr, 2.6);
}

/* A picture turned, with sparks. */
static void
draw_augmentation (cairo_t *cr)
{
  THROUGH (cr, TRUE, { 3.4, 9.6 }, { 9.4, 3.6 }, { 13.4, 7.6 }, { 7.4, 13.6 });
  THROUGH (cr, FALSE, { 1.5, 3 }, { 4.5, 3 });
  THROUGH (cr, FALSE, { 3, 1.5 }, { 3, 4.5 });
  THROUGH (cr, FALSE, { 12, 13 }, { 14.6, 13 });
  THROUGH (cr, FALSE, { 13.3, 11.7 }, { 13.3, 14.3 });
  stroke (cr, 1.4);
}

/* An arrow to the wall behind which the network begins. */
static void
draw_input (cairo_t *cr)
{
  THROUGH (cr, FALSE, { 2, 8 }, { 10, 8 });
  THROUGH (cr, FALSE, { 6.9, 4.6 }, { 10.4, 8 }, { 6.9, 11.4 });
  THROUGH (cr, FALSE, { 13.6, 2.6 }, { 13.6, 13.4 });
  stroke (cr, 1.8);
}

/* The same cells, standing and lying. */
static void
draw_shape (cairo_t *cr)
{
  cairo_rectangle (cr, 2, 2, 4.4, 8.8);
  cairo_rectangle (cr, 5.2, 9.6, 8.8, 4.4);
  stroke (cr, 1.3);
  cairo_rectangle (cr, 5.2, 9.6, 8.8, 4.4);
  cairo_fill (cr);
  THROUGH (cr, FALSE, { 9, 3 }, { 12, 3 }, { 12, 6.6 });
  THROUGH (cr, FALSE, { 10.3, 5 }, { 12, 6.8 }, { 13.7, 5 });
  stroke (cr, 1.2);
}

/* A box in a box. */
static void
draw_block (cairo_t *cr)
{
  cairo_rectangle (cr, 2, 2, 12, 12);
  cairo_rectangle (cr, 5.2, 5.2, 5.6, 5.6);
  stroke (cr, 1.4);
}

static void
begin (cairo_t *cr,
       double x,
       double y,
       double size,
       const LmColour *colour)
{
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, size / 16, size / 16);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_new_path (cr);
  lm_paint_set (cr, colour);
}

void
lm_glyph_category (cairo_t *cr,
                   LmCategory category,
                   double x,
                   double y,
                   double size,
                   const LmColour *colour)
{
  static void (*const draw[LM_N_CATEGORIES]) (cairo_t *) = {
    [LM_CATEGORY_CORE] = draw_core,
    [LM_CATEGORY_CONVOLUTION] = draw_convolution,
    [LM_CATEGORY_POOLING] = draw_pooling,
    [LM_CATEGORY_RECURRENT] = draw_recurrent,
    [LM_CATEGORY_ATTENTION] = draw_attention,
    [LM_CATEGORY_NORMALIZATION] = draw_normalization,
    [LM_CATEGORY_MERGING] = draw_merging,
    [LM_CATEGORY_AUGMENTATION] = draw_augmentation,
    [LM_CATEGORY_INPUT] = draw_input,
    [LM_CATEGORY_SHAPE] = draw_shape,
    [LM_CATEGORY_BLOCK] = draw_block,
  };

  g_return_if_fail ((int) category >= 0 && category < LM_N_CATEGORIES);

  begin (cr, x, y, size, colour);
  draw[category](cr);
  cairo_restore (cr);
}

void
lm_glyph_chip (cairo_t *cr,
               const LmTheme *theme,
               LmCategory category,
               double x,
               double y,
               double size)
{
  LmRect rect = { x, y, size, size };

  lm_paint_box (cr, &rect, size / 4, &theme->category[category], NULL, 0);
  lm_glyph_category (cr, category, x + size / 4, y + size / 4, size / 2, &theme->glyph);
}

void
lm_glyph_lock (cairo_t *cr,
               double x,
               double y,
               double size,
               const LmColour *colour)
{
  begin (cr, x, y, size, colour);
  cairo_rectangle (cr, 3, 7, 10, 7.4);
  cairo_fill (cr);
  cairo_move_to (cr, 5, 7);
  cairo_line_to (cr, 5, 5);
  cairo_arc (cr, 8, 5, 3, G_PI, 2 * G_PI);
  cairo_line_to (cr, 11, 7);
  stroke (cr, 1.7);
  cairo_restore (cr);
}

void
lm_glyph_target (cairo_t *cr,
                 double x,
                 double y,
                 double size,
                 const LmColour *colour)
{
  begin (cr, x, y, size, colour);
  cairo_arc (cr, 8, 8, 6.5, 0, 2 * G_PI);
  cairo_new_sub_path (cr);
  cairo_arc (cr, 8, 8, 2.8, 0, 2 * G_PI);
  stroke (cr, 1.6);
  cairo_restore (cr);
}

void
lm_glyph_hint (cairo_t *cr,
               double x,
               double y,
               double size,
               const LmColour *colour)
{
  begin (cr, x, y, size, colour);
  THROUGH (cr, TRUE, { 8, 1.5 }, { 15, 14 }, { 1, 14 });
  cairo_fill_preserve (cr);
  stroke (cr, 1);
  cairo_restore (cr);
}

void
lm_glyph_error (cairo_t *cr,
                const LmTheme *theme,
                double x,
                double y,
                double size)
{
  LmRect rect = { -8, -8, 16, 16 };

  begin (cr, x, y, size, &theme->error);
  cairo_save (cr);
  cairo_rotate (cr, G_PI / 4);
  lm_paint_round_path (cr, &rect, 3);
  cairo_fill (cr);
  cairo_restore (cr);
  lm_paint_set (cr, &theme->on_error);
  THROUGH (cr, FALSE, { 0, -5 }, { 0, 1 });
  stroke (cr, 2.2);
  dot (cr, 0, 4.6, 1.3);
  cairo_restore (cr);
}
