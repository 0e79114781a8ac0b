/* lm-plot-lines.c: axes and lines of one plot
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-plot-private.h"

#include <math.h>

void
lm_plot_draw_axes (const LmPlotPaint *p,
                   gboolean is_last)
{
  cairo_t *cr = p->cr;
  const LmTheme *theme = p->theme;
  const LmPlotFrame *f = p->frame;
  double u = theme->text_scale, right = f->plot.x + f->plot.width, bottom = f->plot.y + f->plot.height;
  LmTicks ticks;

  cairo_set_line_width (cr, 1);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
  lm_plot_y_ticks (f, theme, &ticks);
  for (int i = 0; i < ticks.n; i++) {
    g_autofree char *label = lm_ticks_label (&ticks, i);
    double y = round (lm_plot_frame_y (f, ticks.tick[i].value)) + 0.5;

    lm_paint_set_alpha (cr, &theme->grid, ticks.tick[i].is_minor ? 0.6 : 1);
    cairo_move_to (cr, f->plot.x, y);
    cairo_line_to (cr, right, y);
    cairo_stroke (cr);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, label, f->plot.x - 8, y + 4 * u, LM_ALIGN_RIGHT, 0);
  }

  lm_plot_x_ticks (f, theme, &ticks);
  for (int i = 0; i < ticks.n; i++) {
    g_autofree char *label = is_last ? lm_ticks_label (&ticks, i) : NULL;
    double x = round (lm_plot_frame_x (f, ticks.tick[i].value)) + 0.5;

    lm_paint_set (cr, &theme->tick);
    cairo_set_line_width (cr, 1);
    cairo_move_to (cr, x, bottom);
    cairo_line_to (cr, x, bottom + (ticks.tick[i].is_minor ? 3 : 5));
    cairo_stroke (cr);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, label, x, bottom + 17 * u, LM_ALIGN_CENTRE, 0);
  }
  lm_paint_set (cr, &theme->axis);
  cairo_move_to (cr, f->plot.x, bottom + 0.5);
  cairo_line_to (cr, right, bottom + 0.5);
  cairo_stroke (cr);
  if (is_last)
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, p->picture->x_title, right, bottom + 33 * u, LM_ALIGN_RIGHT, f->plot.width);
}

static void
add_ink (LmPlotPaint *p,
         double x0,
         double x1,
         double y0,
         double y1)
{
  int from = (int) floor ((MIN (x0, x1) - p->frame->plot.x) * p->device);
  int to = (int) ceil ((MAX (x0, x1) - p->frame->plot.x) * p->device);

  for (int c = MAX (from, 0); c <= to && c < p->n_columns; c++) {
    p->ink_top[c] = MIN (p->ink_top[c], MIN (y0, y1));
    p->ink_bottom[c] = MAX (p->ink_bottom[c], MAX (y0, y1));
  }
}

/* How many columns of @rect have a line in them. */
int
lm_plot_ink_under (const LmPlotPaint *p,
                   const LmRect *rect)
{
  int from = (int) floor ((rect->x - p->frame->plot.x) * p->device);
  int to = (int) ceil ((rect->x + rect->width - p->frame->plot.x) * p->device);
  int n = 0;

  for (int c = MAX (from, 0); c <= to && c < p->n_columns; c++)
    n += p->ink_top[c] < rect->y + rect->height && p->ink_bottom[c] > rect->y;
  return n;
}

static void
clip_to_plot (const LmPlotPaint *p)
{
  cairo_rectangle (p->cr, p->frame->plot.x - 4, p->frame->plot.y - 4, p->frame->plot.width + 8, p->frame->plot.height + 8);
  cairo_clip (p->cr);
}

/* All values of a series, as one rectangle per column of the device. */
static void
draw_raw (LmPlotPaint *p,
          const LmSeries *series,
          const LmColour *colour,
          double opacity)
{
  const LmPlotFrame *f = p->frame;
  g_autofree LmColumn *columns = g_new (LmColumn, p->n_columns);
  double span = f->log_x ? log10 (f->x_max) - log10 (f->x_min) : f->x_max - f->x_min;
  double unit = 1 / p->device;
  int before = -1;

  lm_decimate (series->x, series->y, series->n, f->log_x, f->x_min, p->n_columns / span, columns, p->n_columns);
  cairo_save (p->cr);
  clip_to_plot (p);
  cairo_set_antialias (p->cr, CAIRO_ANTIALIAS_NONE);
  for (int c = 0; c < p->n_columns; c++) {
    double top, bottom;

    if (columns[c].n == 0)
      continue;
    top = lm_plot_frame_y (f, columns[c].max);
    bottom = lm_plot_frame_y (f, columns[c].min);
    if (before >= 0 && !columns[c].starts_after_gap) {
      /* The line from the last column to this one, a piece in each column that it crosses. */
      double from = lm_plot_frame_y (f, columns[before].last), to = lm_plot_frame_y (f, columns[c].first);
      int n = c - before;

      for (int i = 1; i < n; i++) {
        double a = from + (to - from) * (i - 0.5) / n, b = from + (to - from) * (i + 0.5) / n;

        cairo_rectangle (p->cr, f->plot.x + (before + i) * unit, MIN (a, b), unit, MAX (fabs (b - a), unit));
      }
      top = MIN (top, from + (to - from) * (n - 0.5) / n);
      bottom = MAX (bottom, from + (to - from) * (n - 0.5) / n);
    }
    cairo_rectangle (p->cr, f->plot.x + c * unit, top, unit, MAX (bottom - top, unit));
    before = c;
  }
  lm_paint_set_alpha (p->cr, colour, opacity);
  cairo_fill (p->cr);
  cairo_restore (p->cr);
}

/* Adds one point of a polyline to the path; @run counts the points since the last gap. A point alone becomes a dot. */
static void
end_run (LmPlotPaint *p,
         int run,
         double x,
         double y)
{
  if (run == 1) {
    cairo_new_sub_path (p->cr);
    cairo_move_to (p->cr, x, y);
    cairo_line_to (p->cr, x + 0.01, y); /* round caps make a dot of it */
  }
}

static void
draw_line (LmPlotPaint *p,
           const double *x,
           const double *y,
           gsize n,
           const LmColour *colour,
           double line_width,
           gboolean is_dashed)
{
  static const double dash[] = { 7, 5 };
  const LmPlotFrame *f = p->frame;
  int run = 0;
  double last_x = 0, last_y = 0;

  cairo_save (p->cr);
  clip_to_plot (p);
  cairo_new_path (p->cr);
  for (gsize i = 0; i < n; i++) {
    double px, py;

    if (!isfinite (y[i]) || !isfinite (x[i]) || (f->log_x && !(x[i] > 0))) {
      end_run (p, run, last_x, last_y);
      run = 0;
      continue;
    }
    px = lm_plot_frame_x (f, x[i]);
    py = lm_plot_frame_y (f, y[i]);
    if (run == 0)
      cairo_move_to (p->cr, px, py);
    else {
      cairo_line_to (p->cr, px, py);
      add_ink (p, last_x, px, last_y, py);
    }
    last_x = px;
    last_y = py;
    run++;
  }
  end_run (p, run, last_x, last_y);
  lm_paint_set (p->cr, colour);
  cairo_set_line_width (p->cr, run == 1 && n == 1 ? MAX (line_width, 5) : line_width);
  cairo_set_line_join (p->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (p->cr, is_dashed ? CAIRO_LINE_CAP_BUTT : CAIRO_LINE_CAP_ROUND);
  if (is_dashed)
    cairo_set_dash (p->cr, dash, G_N_ELEMENTS (dash), 0);
  cairo_stroke (p->cr);
  cairo_restore (p->cr);
}

/* The mean of each column as a line. */
static void
draw_reduced (LmPlotPaint *p,
              const LmSeries *series,
              const double *y,
              const LmColour *colour,
              double line_width,
              gboolean is_dashed)
{
  const LmPlotFrame *f = p->frame;
  int n = MAX (p->n_columns / 2, 1), used = 0;
  g_autofree LmColumn *columns = g_new (LmColumn, n);
  g_autofree double *cx = g_new (double, 2 * (gsize) n);
  g_autofree double *cy = g_new (double, 2 * (gsize) n);
  double span = f->log_x ? log10 (f->x_max) - log10 (f->x_min) : f->x_max - f->x_min;

  lm_decimate (series->x, y, series->n, f->log_x, f->x_min, n / span, columns, n);
  for (int c = 0; c < n; c++) {
    if (columns[c].n == 0)
      continue;
    if (columns[c].starts_after_gap && used > 0) {
      cx[used] = lm_plot_frame_x_value (f, f->plot.x + c * f->plot.width / n);
      cy[used++] = NAN;
    }
    cx[used] = lm_plot_frame_x_value (f, f->plot.x + (c + 0.5) * f->plot.width / n);
    cy[used++] = columns[c].sum / (double) columns[c].n;
  }
  draw_line (p, cx, cy, (gsize) used, colour, line_width, is_dashed);
}

static void
draw_dots (LmPlotPaint *p,
           const LmSeries *series,
           const LmColour *colour)
{
  const LmPlotFrame *f = p->frame;

  for (gsize i = 0; i < series->n; i++) {
    double x, y;

    if (!isfinite (series->y[i]) || !isfinite (series->x[i]) || series->x[i] < f->x_min || series->x[i] > f->x_max ||
        (f->log_x && !(series->x[i] > 0)))
      continue;
    x = lm_plot_frame_x (f, series->x[i]);
    y = lm_plot_frame_y (f, series->y[i]);
    if (y < f->plot.y - 1 || y > f->plot.y + f->plot.height + 1)
      continue;
    cairo_new_sub_path (p->cr);
    cairo_arc (p->cr, x, y, 3.5, 0, 2 * G_PI);
    lm_paint_set (p->cr, p->theme->has_frames ? &p->theme->card : &p->theme->page);
    cairo_fill (p->cr);
    cairo_arc (p->cr, x, y, 3, 0, 2 * G_PI);
    lm_paint_set (p->cr, colour);
    cairo_fill (p->cr);
  }
}

/* Small triangles at the upper edge where values lie above it. */
static void
draw_above (LmPlotPaint *p,
            const LmSeries *series,
            const LmColour *colour)
{
  const LmPlotFrame *f = p->frame;
  double last = -INFINITY;

  for (gsize i = 0; i < series->n; i++) {
    double x;

    if (!(series->y[i] > f->y_max) || !isfinite (series->x[i]) || series->x[i] < f->x_min || series->x[i] > f->x_max)
      continue;
    x = CLAMP (lm_plot_frame_x (f, series->x[i]), f->plot.x + 4, f->plot.x + f->plot.width - 4);
    if (x < last + 40)
      continue;
    last = x;
    cairo_move_to (p->cr, x, f->plot.y - 6);
    cairo_line_to (p->cr, x + 4, f->plot.y);
    cairo_line_to (p->cr, x - 4, f->plot.y);
    cairo_close_path (p->cr);
  }
  lm_paint_set (p->cr, colour);
  cairo_fill (p->cr);
}

static void
draw_series (LmPlotPaint *p,
             const LmSeries *series)
{
  const LmColour *colour = lm_plot_series_colour (p, series);
  const double *y = lm_plot_line_values (p, series);
  double line_width = series->role == LM_SERIES_VALIDATION ? 2.5 : 2;
  gboolean is_dashed = series->role == LM_SERIES_VALIDATION && p->theme->is_contrast;
  gboolean is_dense = series->n > (gsize) p->n_columns;

  if (series->role == LM_SERIES_OTHER) {
    int place = 0;

    for (const LmSeries *s = p->panel->series; s < series; s++)
      place += s->role == LM_SERIES_OTHER;
    is_dashed = place >= 9;
    line_width = p->view->lit == place ? 3.5 : 2;
  }

  if (series->role == LM_SERIES_TRAIN_STEPS && (y != series->y || is_dense) && p->theme->raw_opacity > 0)
    draw_raw (p, series, colour, p->theme->raw_opacity);
  if (is_dense)
    draw_reduced (p, series, y, colour, line_width, is_dashed);
  else
    draw_line (p, series->x, y, series->n, colour, line_width, is_dashed);

  if (series->role == LM_SERIES_VALIDATION && series->n * 9 < (gsize) MAX (p->frame->plot.width, 0))
    draw_dots (p, series, colour);
  draw_above (p, series, colour);
}

gboolean
lm_plot_draw_lines (LmPlotPaint *p)
{
  static const int back_to_front[] = { LM_SERIES_OTHER, LM_SERIES_TRAIN_STEPS, LM_SERIES_TRAIN, LM_SERIES_VALIDATION };
  gboolean any = FALSE;

  for (gsize r = 0; r < G_N_ELEMENTS (back_to_front); r++) {
    for (int i = 0; i < p->panel->n_series; i++) {
      const LmSeries *s = &p->panel->series[i];

      if (s->role != back_to_front[r] || !lm_plot_is_shown (p->view, s))
        continue;
      draw_series (p, s);
      for (gsize k = 0; k < s->n && !any; k++)
        any = isfinite (s->y[k]) && isfinite (s->x[k]);
    }
  }
  return any;
}
