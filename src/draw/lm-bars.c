/* lm-bars.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-bars.h"

#include <math.h>

#include "lm-axis.h"
#include "lm-number.h"

#define ROW 20.0
#define BAR 11.0
#define COLUMNS_HEIGHT 260.0

typedef struct {
  double top;
  double names; /* room for the names of the rows */
  double shares;
  double total;
  double largest;
} Plan;

static double
count_of (const LmBarsPicture *picture,
          int i)
{
  return (double) MAX (picture->counts[i], 0);
}

static double
inner_of (double width)
{
  return MAX (width - 2 * LM_PICTURE_MARGIN, 8);
}

static void
make_plan (cairo_t *cr,
           const LmTheme *theme,
           const LmBarsPicture *picture,
           double width,
           Plan *plan)
{
  *plan = (Plan){ .top = LM_PICTURE_MARGIN + lm_paint_header (cr, theme, picture->title, picture->scale, width, FALSE) };
  for (int i = 0; i < picture->n; i++) {
    plan->total += count_of (picture, i);
    plan->largest = MAX (plan->largest, count_of (picture, i));
    if (picture->names != NULL)
      plan->names = MAX (plan->names, lm_text_width (cr, theme, LM_FONT_SMALL_STRONG, picture->names[i]));
  }
  plan->names = MIN (plan->names, inner_of (width) * 0.4);
  plan->shares = lm_text_width (cr, theme, LM_FONT_SMALL, "88.8 %");
}

static void
draw_rows (cairo_t *cr,
           const LmTheme *theme,
           const LmBarsPicture *picture,
           const Plan *plan,
           double width)
{
  double u = theme->text_scale, x = LM_PICTURE_MARGIN + plan->names + 10;
  double room = MAX (LM_PICTURE_MARGIN + inner_of (width) - plan->shares - 10 - x, 8);
  double equal = x + room * plan->total / MAX (picture->n, 1) / MAX (plan->largest, 1);
  static const double dots[] = { 1, 3 };

  for (int i = 0; i < picture->n; i++) {
    double y = plan->top + ROW * u * i, share = plan->total > 0 ? count_of (picture, i) / plan->total : 0;
    LmRect track = { x, y + (ROW - BAR) * u / 2, room, BAR * u };
    LmRect bar = { x, track.y, room * count_of (picture, i) / MAX (plan->largest, 1), track.height };
    g_autofree char *text = lm_number_share (share);

    lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, picture->names[i], LM_PICTURE_MARGIN, y + ROW * u / 2 + 4 * u, LM_ALIGN_LEFT, plan->names + 1);
    lm_paint_box (cr, &track, 3, &theme->pill, NULL, 1);
    if (bar.width > 0)
      lm_paint_box (cr, &bar, MIN (3, bar.width / 2), &theme->train, NULL, 1);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, text, LM_PICTURE_MARGIN + inner_of (width), y + ROW * u / 2 + 4 * u, LM_ALIGN_RIGHT, 0);
  }
  if (picture->n < 2 || plan->total <= 0)
    return;
  lm_paint_set (cr, &theme->baseline);
  cairo_set_line_width (cr, 1);
  cairo_set_dash (cr, dots, 2, 0);
  cairo_move_to (cr, floor (equal) + 0.5, plan->top);
  cairo_line_to (cr, floor (equal) + 0.5, plan->top + ROW * u * picture->n);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_columns (cairo_t *cr,
              const LmTheme *theme,
              const LmBarsPicture *picture,
              const Plan *plan,
              double width,
              double height)
{
  double u = theme->text_scale, x = LM_PICTURE_MARGIN, inner = inner_of (width);
  double tallest = log1p (MAX (plan->largest, 1)), range = picture->max - picture->min;
  LmTicks ticks;

  lm_paint_set (cr, &theme->train);
  for (int i = 0; i < picture->n; i++) {
    double from = x + inner * i / picture->n, to = x + inner * (i + 1) / picture->n;
    double h = height * log1p (count_of (picture, i)) / tallest;

    if (picture->counts[i] > 0)
      h = MAX (h, 1);
    cairo_rectangle (cr, from, plan->top + height - h, MAX (to - from - (to - from > 4 ? 1 : 0), 0.5), h);
  }
  cairo_fill (cr);
  lm_paint_set (cr, &theme->axis);
  cairo_rectangle (cr, x, plan->top + height, inner, 1);
  cairo_fill (cr);
  if (!(range > 0) || !isfinite (range))
    return;
  lm_axis_ticks (picture->min, picture->max, (int) CLAMP (inner / (80 * u), 2, 10), FALSE, &ticks);
  for (int i = 0; i < ticks.n; i++) {
    g_autofree char *label = lm_ticks_label (&ticks, i);
    double at = (ticks.tick[i].value - picture->min) / range;

    if (label != NULL)
      lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, label, x + inner * at, plan->top + height + 16 * u,
                    at < 0.03 ? LM_ALIGN_LEFT : at > 0.97 ? LM_ALIGN_RIGHT
                                                          : LM_ALIGN_CENTRE,
                    0);
  }
}

static double
body_height (const LmBarsPicture *picture,
             const LmTheme *theme)
{
  double u = theme->text_scale;

  return picture->is_histogram ? COLUMNS_HEIGHT + 22 * u : ROW * u * MAX (picture->n, 1);
}

double
lm_bars_natural_height (const LmBarsPicture *picture,
                        const LmTheme *theme,
                        double width)
{
  cairo_t *cr = lm_paint_measure_new ();
  double top = lm_paint_header (cr, theme, picture->title, picture->scale, width, FALSE);
  double caption = lm_paint_caption (cr, theme, picture->caption, width, 0, FALSE);

  cairo_destroy (cr);
  return ceil (2 * LM_PICTURE_MARGIN + top + body_height (picture, theme) + caption);
}

void
lm_draw_bars (cairo_t *cr,
              double width,
              double height,
              const LmTheme *theme,
              const LmBarsPicture *picture)
{
  double caption, body;
  Plan plan;

  make_plan (cr, theme, picture, width, &plan);
  cairo_save (cr);
  lm_paint_page (cr, theme, width, height);
  lm_paint_header (cr, theme, picture->title, picture->scale, width, TRUE);
  caption = lm_paint_caption (cr, theme, picture->caption, width, 0, FALSE);
  body = body_height (picture, theme);
  if (picture->n < 1)
    lm_text_draw (cr, theme, LM_FONT_BODY, &theme->text2, _ ("nothing to show"), LM_PICTURE_MARGIN, plan.top + 18 * theme->text_scale, LM_ALIGN_LEFT, 0);
  else if (picture->is_histogram)
    draw_columns (cr, theme, picture, &plan, width, body - 22 * theme->text_scale);
  else
    draw_rows (cr, theme, picture, &plan, width);
  if (caption > 0)
    lm_paint_caption (cr, theme, picture->caption, width, plan.top + body, TRUE);
  cairo_restore (cr);
}
