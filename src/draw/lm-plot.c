/* lm-plot.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-plot.h"

#include <math.h>
#include <stdlib.h>

#include "lm-axis.h"
#include "lm-number.h"

/* A picture is laid out from its width, height and ranges alone (Plan), so that the pointer finds what the eye sees; then
 * each panel is painted from back to front. A series with more points than columns of pixels is reduced to one rectangle
 * per column: stroking a zig-zag of 10^5 points takes seconds, filling the rectangles milliseconds. */

#define CARD_GAP 12.0
#define LABEL_ROOM 84.0 /* for the numbers at the ends of the lines */
#define MAX_LABELS 32
#define MIN_PLOT_HEIGHT 40.0

typedef struct {
  double header;
  double caption;
  double pad;      /* inside of a card */
  double top;      /* from the card to the plot, without the key's rows */
  double bottom;   /* below all plots but the last */
  double last;     /* below the last plot */
  double key_line; /* height of a row of the key */
} Measures;

/* What is painted into one panel, gathered once. */
typedef struct {
  cairo_t *cr;
  const LmTheme *theme;
  const LmCurvesView *view;
  const LmCurvesPicture *picture;
  const LmPlotPanel *panel;
  const LmPlotFrame *frame;
  double device;  /* pixels of the device in one of ours */
  int n_columns;  /* of the device, across the plot */
  double *ink_top; /* per column: where lines were drawn, for labels that keep clear */
  double *ink_bottom;
} Panel;

typedef struct {
  double y;
  double wanted;
  char *text;
  const LmColour *colour;
} EndLabel;

static const LmCurvesView file_view = { .smoothing = -1, .has_key = TRUE, .lit = -1 };

double
lm_plot_frame_x (const LmPlotFrame *self,
                 double value)
{
  double t;

  if (self->log_x)
    t = (log10 (value) - log10 (self->x_min)) / (log10 (self->x_max) - log10 (self->x_min));
  else
    t = (value - self->x_min) / (self->x_max - self->x_min);
  return self->plot.x + CLAMP (t, -4, 5) * self->plot.width;
}

double
lm_plot_frame_y (const LmPlotFrame *self,
                 double value)
{
  double t;

  if (self->log_y)
    t = value > 0 ? (log10 (value) - log10 (self->y_min)) / (log10 (self->y_max) - log10 (self->y_min)) : -4;
  else
    t = (value / 2 - self->y_min / 2) / (self->y_max / 2 - self->y_min / 2);
  return self->plot.y + (1 - CLAMP (t, -4, 5)) * self->plot.height;
}

double
lm_plot_frame_x_value (const LmPlotFrame *self,
                       double x)
{
  double t = (x - self->plot.x) / self->plot.width;

  if (self->log_x)
    return self->x_min * pow (self->x_max / self->x_min, t);
  return self->x_min + t * (self->x_max - self->x_min);
}

double
lm_plot_frame_y_value (const LmPlotFrame *self,
                       double y)
{
  double t = 1 - (y - self->plot.y) / self->plot.height;

  if (self->log_y)
    return self->y_min * pow (self->y_max / self->y_min, t);
  return self->y_min + t * (self->y_max - self->y_min);
}

static gboolean
is_shown (const LmCurvesView *view,
          const LmSeries *series)
{
  return series->n > 0 && series->x != NULL && series->y != NULL && (view->hidden & 1u << (series->role & 31)) == 0;
}

static Measures
measure (cairo_t *cr,
         const LmTheme *theme,
         const LmCurvesPicture *picture,
         double width)
{
  double u = theme->text_scale;

  return (Measures){
    .header = lm_paint_header (cr, theme, picture->title, NULL, width, FALSE),
    .caption = lm_paint_caption (cr, theme, picture->caption, width, 0, FALSE),
    .pad = theme->has_frames ? 14 : 0,
    .top = (theme->has_frames ? 14 : 2) + 26 * u,
    .bottom = theme->has_frames ? 20 : 10,
    .last = (theme->has_frames ? 12 : 0) + 36 * u,
    .key_line = 20 * u,
  };
}

static const LmColour *
series_colour (const Panel *p,
               const LmSeries *series)
{
  int place = 0;
  gboolean alone = TRUE;

  switch (series->role) {
  case LM_SERIES_TRAIN_STEPS:
  case LM_SERIES_TRAIN:
    return &p->theme->train;
  case LM_SERIES_VALIDATION:
    return &p->theme->validation;
  case LM_SERIES_BASELINE:
    return &p->theme->baseline;
  default:
    break;
  }

  for (int i = 0; i < p->panel->n_series; i++) {
    const LmSeries *other = &p->panel->series[i];

    if (other == series)
      break;
    if (other->role == LM_SERIES_OTHER)
      place++;
  }
  for (int i = 0; i < p->panel->n_series; i++)
    if (p->panel->series[i].role < LM_SERIES_BASELINE)
      alone = FALSE;
  /* Beside a run in its own two colours, leave out the hues that are near to them. */
  if (!alone) {
    static const int far[] = { 2, 3, 0, 5, 6, 7, 8 };

    place = far[place % G_N_ELEMENTS (far)];
  }
  return lm_theme_run_colour (p->theme, place);
}

/* Rows that the names of the lines take: the first lies beside the title where it fits. @draw paints them. */
static int
key_rows (const Panel *p,
          double left,
          double top,
          double width,
          double title_width,
          double line,
          gboolean draw)
{
  const LmTheme *theme = p->theme;
  double u = theme->text_scale, swatch = 18 * u, gap = 14 * u;
  double total = 0, x, limit = width * 0.45;
  int row = 0, n = 0;
  gboolean beside;

  for (int i = 0; i < p->panel->n_series; i++) {
    const LmSeries *s = &p->panel->series[i];
    gboolean doubled = FALSE;

    for (int j = 0; j < i; j++)
      doubled = doubled || (p->panel->series[j].role < LM_SERIES_TRAIN + 1 && s->role < LM_SERIES_TRAIN + 1 && is_shown (p->view, &p->panel->series[j]));
    if (s->role != LM_SERIES_BASELINE && !doubled && is_shown (p->view, s) && s->name != NULL) {
      total += swatch + 6 + MIN (lm_text_width (p->cr, theme, LM_FONT_SMALL, s->name), limit) + gap;
      n++;
    }
  }
  if (n == 0)
    return 0;
  total -= gap;
  beside = total <= width - title_width - 24;
  x = beside ? left + width - total : left;

  for (int i = 0; i < p->panel->n_series; i++) {
    const LmSeries *s = &p->panel->series[i];
    gboolean doubled = FALSE;
    double text, y;

    for (int j = 0; j < i; j++)
      doubled = doubled || (p->panel->series[j].role < LM_SERIES_TRAIN + 1 && s->role < LM_SERIES_TRAIN + 1 && is_shown (p->view, &p->panel->series[j]));
    if (s->role == LM_SERIES_BASELINE || doubled || !is_shown (p->view, s) || s->name == NULL)
      continue;
    text = MIN (lm_text_width (p->cr, theme, LM_FONT_SMALL, s->name), limit);
    if (!beside && x > left && x + swatch + 6 + text > left + width) {
      x = left;
      row++;
    }
    if (draw) {
      y = top + (beside ? 0 : (row + 1) * line);
      lm_paint_set (p->cr, series_colour (p, s));
      cairo_set_line_width (p->cr, 3);
      cairo_set_line_cap (p->cr, CAIRO_LINE_CAP_ROUND);
      cairo_move_to (p->cr, x + 1.5, y - 4 * u);
      cairo_line_to (p->cr, x + swatch - 3, y - 4 * u);
      cairo_stroke (p->cr);
      if (s->role == LM_SERIES_VALIDATION) {
        cairo_arc (p->cr, x + swatch / 2 - 0.75, y - 4 * u, 3.5, 0, 2 * G_PI);
        cairo_fill (p->cr);
      }
      lm_text_draw (p->cr, theme, LM_FONT_SMALL, &theme->text, s->name, x + swatch + 6, y, LM_ALIGN_LEFT, limit);
    }
    x += swatch + 6 + text + gap;
  }
  return beside ? 0 : row + 1;
}

static void
x_range (const LmCurvesPicture *picture,
         const LmCurvesView *view,
         double *from,
         double *to)
{
  double min = INFINITY, max = -INFINITY, positive = INFINITY;

  for (int i = 0; i < picture->n_panels; i++) {
    for (int j = 0; j < picture->panels[i].n_series; j++) {
      const LmSeries *s = &picture->panels[i].series[j];

      if (s->role == LM_SERIES_BASELINE || !is_shown (view, s))
        continue;
      for (gsize k = 0; k < s->n; k++) {
        if (!isfinite (s->x[k]))
          continue;
        min = MIN (min, s->x[k]);
        max = MAX (max, s->x[k]);
        if (s->x[k] > 0)
          positive = MIN (positive, s->x[k]);
      }
    }
  }
  if (isfinite (picture->x_max) && picture->x_max > 0)
    max = MAX (max, picture->x_max);
  *from = MIN (min, 0);
  *to = max;
  if (!isfinite (*from) || fabs (*from) > 1e300)
    *from = 0;
  if (view->has_range && isfinite (view->x_from) && isfinite (view->x_to) && view->x_to > view->x_from) {
    *from = view->x_from;
    *to = view->x_to;
  }
  if (view->log_x)
    *from = *from > 0 ? *from : isfinite (positive) ? positive : 1;
  if (!isfinite (*to) || *to > 1e300 || !(*to > *from))
    *to = view->log_x ? *from * 10 : *from + 1;
  if (!(*to - *from > 1e-12 * fabs (*to)))
    *to = *from + MAX (fabs (*from), 1);
}

static void
y_range (const LmPlotPanel *panel,
         const LmCurvesView *view,
         LmPlotFrame *frame,
         int n_wanted)
{
  LmAxisRange range;

  frame->log_y = view->log_y;
  if (panel->is_share && !view->log_y) {
    frame->y_min = 0;
    frame->y_max = 1;
    return;
  }
  lm_axis_range_init (&range, view->log_y);
  for (int i = 0; i < panel->n_series; i++) {
    const LmSeries *s = &panel->series[i];

    if (!is_shown (view, s))
      continue;
    if (s->role == LM_SERIES_BASELINE) {
      double anywhere = frame->x_min;

      lm_axis_range_add (&range, &anywhere, s->y, 1, frame->x_min, frame->x_max);
    } else {
      lm_axis_range_add (&range, s->x, s->y, s->n, frame->x_min, frame->x_max);
    }
  }
  lm_axis_range_finish (&range, n_wanted);
  frame->y_min = range.min;
  frame->y_max = range.max;
}

static void
y_ticks (const LmPlotFrame *frame,
         const LmTheme *theme,
         LmTicks *ticks)
{
  int n_wanted = MAX (2, (int) (frame->plot.height / (44 * theme->text_scale)));

  if (frame->log_y)
    lm_axis_log_ticks (frame->y_min, frame->y_max, n_wanted, ticks);
  else
    lm_axis_ticks (frame->y_min, frame->y_max, n_wanted, FALSE, ticks);
}

static void
x_ticks (const LmPlotFrame *frame,
         const LmTheme *theme,
         LmTicks *ticks)
{
  int n_wanted = CLAMP ((int) (frame->plot.width / (58 * theme->text_scale)), 2, 20);

  if (frame->log_x)
    lm_axis_log_ticks (frame->x_min, frame->x_max, n_wanted, ticks);
  else
    lm_axis_ticks (frame->x_min, frame->x_max, n_wanted, frame->x_max - frame->x_min >= 2, ticks);
}

/* @rows: rows of the key of each panel */
static void
lay_out (cairo_t *cr,
         double width,
         double height,
         const LmTheme *theme,
         const LmCurvesPicture *picture,
         const LmCurvesView *view,
         LmPlotFrame *frames,
         int *rows)
{
  Measures m = measure (cr, theme, picture, width);
  int n = picture->n_panels;
  double inner = MAX (width - 2 * LM_PICTURE_MARGIN, 1);
  double y = LM_PICTURE_MARGIN + m.header;
  double fixed = 0, plot_height, numbers = 0, from, to;

  for (int i = 0; i < n; i++) {
    const LmPlotPanel *panel = &picture->panels[i];
    Panel p = { .cr = cr, .theme = theme, .view = view, .picture = picture, .panel = panel };
    double title = lm_text_width (cr, theme, LM_FONT_HEADING, panel->title);

    if (panel->unit != NULL)
      title += 8 + lm_text_width (cr, theme, LM_FONT_SMALL, panel->unit);
    rows[i] = view->has_key ? key_rows (&p, 0, 0, inner - 2 * m.pad, title, m.key_line, FALSE) : 0;
    fixed += m.top + rows[i] * m.key_line + (i + 1 < n ? m.bottom + CARD_GAP : m.last);
  }
  plot_height = n > 0 ? (height - y - LM_PICTURE_MARGIN - m.caption - fixed) / n : 0;
  plot_height = floor (MAX (plot_height, MIN_PLOT_HEIGHT));

  x_range (picture, view, &from, &to);
  for (int i = 0; i < n; i++) {
    LmPlotFrame *f = &frames[i];
    LmTicks ticks;

    *f = (LmPlotFrame){ .x_min = from, .x_max = to, .log_x = view->log_x };
    f->card = (LmRect){ LM_PICTURE_MARGIN, y, inner, m.top + rows[i] * m.key_line + plot_height + (i + 1 < n ? m.bottom : m.last) };
    f->plot = (LmRect){ 0, floor (y + m.top + rows[i] * m.key_line), 1, plot_height };
    y += f->card.height + CARD_GAP;

    y_range (&picture->panels[i], view, f, MAX (2, (int) (plot_height / (44 * theme->text_scale))));
    y_ticks (f, theme, &ticks);
    for (int t = 0; t < ticks.n; t++) {
      g_autofree char *label = lm_ticks_label (&ticks, t);

      numbers = MAX (numbers, lm_text_width (cr, theme, LM_FONT_SMALL, label));
    }
  }
  for (int i = 0; i < n; i++) {
    LmPlotFrame *f = &frames[i];

    f->plot.x = ceil (f->card.x + m.pad + numbers + 8);
    f->plot.width = MAX (floor (f->card.x + f->card.width - (theme->has_frames ? 6 : 0) - LABEL_ROOM * theme->text_scale - f->plot.x), 20);
  }
}

double
lm_curves_natural_height (const LmCurvesPicture *picture,
                          const LmTheme *theme,
                          double width)
{
  cairo_t *cr = lm_paint_measure_new ();
  Measures m = measure (cr, theme, picture, width);
  double height = 2 * LM_PICTURE_MARGIN + m.header + m.caption;
  double inner = MAX (width - 2 * LM_PICTURE_MARGIN, 1);
  double plot = floor (CLAMP (width * 0.26, 150, 340));

  for (int i = 0; i < picture->n_panels; i++) {
    const LmPlotPanel *panel = &picture->panels[i];
    Panel p = { .cr = cr, .theme = theme, .view = &file_view, .picture = picture, .panel = panel };
    double title = lm_text_width (cr, theme, LM_FONT_HEADING, panel->title);
    int rows;

    if (panel->unit != NULL)
      title += 8 + lm_text_width (cr, theme, LM_FONT_SMALL, panel->unit);
    rows = key_rows (&p, 0, 0, inner - 2 * m.pad, title, m.key_line, FALSE);
    height += m.top + rows * m.key_line + plot + (i + 1 < picture->n_panels ? m.bottom + CARD_GAP : m.last);
  }
  if (picture->n_panels == 0)
    height += 40;
  cairo_destroy (cr);
  return ceil (height);
}

void
lm_curves_frames (double width,
                  double height,
                  const LmTheme *theme,
                  const LmCurvesPicture *picture,
                  const LmCurvesView *view,
                  LmPlotFrame *frames)
{
  cairo_t *cr = lm_paint_measure_new ();
  g_autofree int *rows = g_new0 (int, MAX (picture->n_panels, 1));

  lay_out (cr, width, height, theme, picture, view != NULL ? view : &file_view, frames, rows);
  cairo_destroy (cr);
}

static void
draw_axes (const Panel *p,
           gboolean is_last)
{
  cairo_t *cr = p->cr;
  const LmTheme *theme = p->theme;
  const LmPlotFrame *f = p->frame;
  double u = theme->text_scale, right = f->plot.x + f->plot.width, bottom = f->plot.y + f->plot.height;
  LmTicks ticks;

  cairo_set_line_width (cr, 1);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
  y_ticks (f, theme, &ticks);
  for (int i = 0; i < ticks.n; i++) {
    g_autofree char *label = lm_ticks_label (&ticks, i);
    double y = round (lm_plot_frame_y (f, ticks.tick[i].value)) + 0.5;

    lm_paint_set_alpha (cr, &theme->grid, ticks.tick[i].is_minor ? 0.6 : 1);
    cairo_move_to (cr, f->plot.x, y);
    cairo_line_to (cr, right, y);
    cairo_stroke (cr);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, label, f->plot.x - 8, y + 4 * u, LM_ALIGN_RIGHT, 0);
  }

  x_ticks (f, theme, &ticks);
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
add_ink (Panel *p,
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
static int
ink_under (const Panel *p,
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
clip_to_plot (const Panel *p)
{
  cairo_rectangle (p->cr, p->frame->plot.x - 4, p->frame->plot.y - 4, p->frame->plot.width + 8, p->frame->plot.height + 8);
  cairo_clip (p->cr);
}

/* All values of a series, as one rectangle per column of the device. */
static void
draw_raw (Panel *p,
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
end_run (Panel *p,
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
draw_line (Panel *p,
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
draw_reduced (Panel *p,
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
draw_dots (Panel *p,
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
draw_above (Panel *p,
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

static double
smoothing_of (const Panel *p,
              const LmSeries *series)
{
  if (series->role != LM_SERIES_TRAIN_STEPS)
    return p->view->smoothing > 0 && series->role != LM_SERIES_OTHER && series->n > 200 ? p->view->smoothing : 0;
  return p->view->smoothing < 0 ? 0.6 : MIN (p->view->smoothing, 0.99);
}

static void
draw_series (Panel *p,
             const LmSeries *series)
{
  const LmColour *colour = series_colour (p, series);
  double weight = smoothing_of (p, series);
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

  if (series->role == LM_SERIES_TRAIN_STEPS && (weight > 0 || is_dense) && p->theme->raw_opacity > 0)
    draw_raw (p, series, colour, p->theme->raw_opacity);

  if (weight > 0) {
    g_autofree double *smooth = g_new (double, series->n);

    lm_smooth (series->y, series->n, weight, smooth);
    if (is_dense)
      draw_reduced (p, series, smooth, colour, line_width, is_dashed);
    else
      draw_line (p, series->x, smooth, series->n, colour, line_width, is_dashed);
  } else if (is_dense) {
    draw_reduced (p, series, series->y, colour, line_width, is_dashed);
  } else {
    draw_line (p, series->x, series->y, series->n, colour, line_width, is_dashed);
  }

  if (series->role == LM_SERIES_VALIDATION && series->n * 9 < (gsize) MAX (p->frame->plot.width, 0))
    draw_dots (p, series, colour);
  draw_above (p, series, colour);
}

/* A dotted line across, its words where the curves leave room. */
static void
draw_baseline (Panel *p,
               const LmSeries *series,
               double avoid_y,
               double avoid_x)
{
  static const double dots[] = { 0.01, 4.5 };
  const LmPlotFrame *f = p->frame;
  double u = p->theme->text_scale, right = f->plot.x + f->plot.width;
  double width = MIN (lm_text_width (p->cr, p->theme, LM_FONT_SMALL, series->name), f->plot.width - 16);
  double y = lm_plot_frame_y (f, series->y[0]);
  double xs[] = { f->plot.x + 8, right - 8 - width, f->plot.x + f->plot.width * 0.3, f->plot.x + (f->plot.width - width) / 2, f->plot.x + f->plot.width * 0.7 - width };
  double best_x = xs[0], best_y = y - 6 * u;
  int least = G_MAXINT;

  if (!isfinite (series->y[0]) || y < f->plot.y - 1 || y > f->plot.y + f->plot.height + 1)
    return;
  lm_paint_set (p->cr, &p->theme->baseline);
  cairo_set_line_width (p->cr, 1.8);
  cairo_set_line_cap (p->cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_dash (p->cr, dots, G_N_ELEMENTS (dots), 0);
  cairo_move_to (p->cr, f->plot.x + 1, y);
  cairo_line_to (p->cr, right, y);
  cairo_stroke (p->cr);
  cairo_set_dash (p->cr, NULL, 0, 0);

  for (int i = 0; i < 2 * (int) G_N_ELEMENTS (xs); i++) {
    gboolean below = i % 2 == 1;
    double base = below ? y + 15 * u : y - 6 * u;
    LmRect rect = { xs[i / 2], base - 11 * u, width, 14 * u };
    int ink = ink_under (p, &rect) + i;

    if (rect.y < f->plot.y - 8 || rect.y + rect.height > f->plot.y + f->plot.height)
      ink += 1000;
    if (rect.x + rect.width > avoid_x && fabs (base - 4 * u - avoid_y) < 22 * u)
      ink += 1000;
    if (ink < least) {
      least = ink;
      best_x = rect.x;
      best_y = base;
    }
  }
  lm_text_draw (p->cr, p->theme, LM_FONT_SMALL, &p->theme->text2, series->name, best_x, best_y, LM_ALIGN_LEFT, width + 1);
}

/* Last finite value of a series, smoothed as drawn. FALSE if it has none. */
static gboolean
last_value (const Panel *p,
            const LmSeries *series,
            double *x,
            double *y)
{
  double weight = smoothing_of (p, series);
  gsize last = series->n;

  while (last > 0 && !(isfinite (series->y[last - 1]) && isfinite (series->x[last - 1])))
    last--;
  if (last == 0)
    return FALSE;
  *x = series->x[last - 1];
  *y = series->y[last - 1];
  if (weight > 0) {
    g_autofree double *smooth = g_new (double, last);

    lm_smooth (series->y, last, weight, smooth);
    *y = smooth[last - 1];
  }
  return TRUE;
}

static int
compare_labels (const void *a,
                const void *b)
{
  double x = ((const EndLabel *) a)->wanted, y = ((const EndLabel *) b)->wanted;

  return (x > y) - (x < y);
}

/* Pushes labels apart until neighbours are @gap from each other, within [@top, @bottom]. */
static void
spread_labels (EndLabel *labels,
               int n,
               double gap,
               double top,
               double bottom)
{
  qsort (labels, (size_t) n, sizeof *labels, compare_labels);
  for (int i = 0; i < n; i++)
    labels[i].y = CLAMP (labels[i].wanted, top, bottom);
  /* A pair that is too close parts around its middle, so neither seems to belong elsewhere; again until all is still. */
  for (int round = 0; round < 40; round++) {
    gboolean moved = FALSE;

    for (int i = 0; i + 1 < n; i++) {
      double lack = gap - (labels[i + 1].y - labels[i].y);

      if (lack > 0.01) {
        labels[i].y -= lack / 2;
        labels[i + 1].y += lack / 2;
        moved = TRUE;
      }
    }
    for (int i = 0; i < n; i++)
      labels[i].y = CLAMP (labels[i].y, top + i * gap * 0.999, bottom - (n - 1 - i) * gap * 0.999);
    if (!moved)
      break;
  }
}

static char *
value_text (const Panel *p,
            double value,
            gboolean all_high)
{
  if (p->panel->is_share)
    return lm_number_fixed (value, all_high ? 4 : 3);
  return lm_number_significant (value, 3);
}

/* The last values at the ends of the lines. Returns: where the labels begin; @y gets their mean height. */
static double
draw_end_labels (Panel *p,
                 double *y)
{
  const LmPlotFrame *f = p->frame;
  EndLabel labels[MAX_LABELS];
  double values[MAX_LABELS];
  double u = p->theme->text_scale, gap = 17 * u, end = -INFINITY, x;
  int n = 0, room = MAX (1, (int) (f->plot.height / gap));
  gboolean all_high = TRUE;

  for (int i = 0; i < p->panel->n_series && n < MIN (MAX_LABELS, room); i++) {
    const LmSeries *s = &p->panel->series[i];
    double at;

    if (s->role == LM_SERIES_BASELINE || !is_shown (p->view, s) || !last_value (p, s, &at, &values[n]))
      continue;
    at = lm_plot_frame_x (f, at);
    if (at < f->plot.x - 1)
      continue;
    end = MAX (end, MIN (at, f->plot.x + f->plot.width));
    labels[n].wanted = lm_plot_frame_y (f, values[n]);
    labels[n].colour = series_colour (p, s);
    all_high = all_high && values[n] > 0.98;
    n++;
  }
  *y = -1000;
  if (n == 0)
    return INFINITY;

  for (int i = 0; i < n; i++)
    labels[i].text = value_text (p, values[i], all_high);
  spread_labels (labels, n, gap, f->plot.y - 2, f->plot.y + f->plot.height - 2);
  x = end + 11;
  *y = 0;
  for (int i = 0; i < n; i++) {
    double width = lm_text_width (p->cr, p->theme, LM_FONT_STRONG, labels[i].text);
    LmRect back = { x - 2, labels[i].y - 8 * u, width + 4, 16 * u };

    if (p->theme->page.a > 0 && x < f->plot.x + f->plot.width) {
      lm_paint_set (p->cr, p->theme->has_frames ? &p->theme->card : &p->theme->page);
      cairo_rectangle (p->cr, back.x, back.y, back.width, back.height);
      cairo_fill (p->cr);
    }
    *y += labels[i].y / n;
  }
  for (int i = 0; i < n; i++) {
    lm_text_draw (p->cr, p->theme, LM_FONT_STRONG, labels[i].colour, labels[i].text, x, labels[i].y + 4.5 * u, LM_ALIGN_LEFT,
                  LABEL_ROOM * u - 14);
    g_free (labels[i].text);
  }
  return x;
}

static void
draw_best (Panel *p,
           double labels_x,
           double labels_y)
{
  const LmPlotFrame *f = p->frame;
  const LmSeries *series = NULL;
  double u = p->theme->text_scale, x, y, text, half;

  for (int i = 0; i < p->panel->n_series && series == NULL; i++)
    if (p->panel->series[i].role == LM_SERIES_VALIDATION && is_shown (p->view, &p->panel->series[i]))
      series = &p->panel->series[i];
  if (series == NULL || p->panel->best < 0 || (gsize) p->panel->best >= series->n)
    return;
  if (!isfinite (series->x[p->panel->best]) || !isfinite (series->y[p->panel->best]))
    return;
  x = lm_plot_frame_x (f, series->x[p->panel->best]);
  y = lm_plot_frame_y (f, series->y[p->panel->best]);
  if (x < f->plot.x - 1 || x > f->plot.x + f->plot.width + 1 || y < f->plot.y - 1 || y > f->plot.y + f->plot.height + 1)
    return;

  lm_paint_set (p->cr, &p->theme->validation);
  cairo_set_line_width (p->cr, 2);
  cairo_new_sub_path (p->cr);
  cairo_arc (p->cr, x, y, 7, 0, 2 * G_PI);
  cairo_stroke (p->cr);
  half = lm_text_width (p->cr, p->theme, LM_FONT_SMALL_STRONG, _("best")) / 2;
  text = y + 7 + 14 * u;
  if (text > f->plot.y + f->plot.height - 2 || (x + half > labels_x && fabs (text - 4 * u - labels_y) < 20 * u))
    text = y - 7 - 5 * u;
  lm_text_draw (p->cr, p->theme, LM_FONT_SMALL_STRONG, &p->theme->validation, _("best"), x, text, LM_ALIGN_CENTRE, 0);
}

/* Dotted lines through the panel; the words, as pills, above the first one only. */
static void
draw_marks (const Panel *p,
            gboolean with_words)
{
  static const double dash[] = { 2, 3 };
  const LmPlotFrame *f = p->frame;
  const LmTheme *theme = p->theme;
  double u = theme->text_scale, ends[3] = { -INFINITY, -INFINITY, -INFINITY };

  for (int i = 0; i < p->picture->n_marks; i++) {
    const LmMark *mark = &p->picture->marks[i];
    double x, width, left;
    int row = 0;

    if (!isfinite (mark->x) || mark->x < f->x_min || mark->x > f->x_max)
      continue;
    x = round (lm_plot_frame_x (f, mark->x)) + 0.5;
    lm_paint_set (p->cr, &theme->baseline);
    cairo_set_line_width (p->cr, 1);
    cairo_set_line_cap (p->cr, CAIRO_LINE_CAP_BUTT);
    cairo_set_dash (p->cr, dash, G_N_ELEMENTS (dash), 0);
    cairo_move_to (p->cr, x, f->plot.y);
    cairo_line_to (p->cr, x, f->plot.y + f->plot.height);
    cairo_stroke (p->cr);
    cairo_set_dash (p->cr, NULL, 0, 0);
    if (!with_words || mark->text == NULL || *mark->text == '\0')
      continue;

    width = MIN (lm_text_width (p->cr, theme, LM_FONT_SMALL, mark->text) + 14, f->plot.width * 0.5);
    left = CLAMP (x - width / 2, f->plot.x, MAX (f->plot.x + f->plot.width - width, f->plot.x));
    while (row < (int) G_N_ELEMENTS (ends) && left < ends[row] + 6)
      row++;
    if (row < (int) G_N_ELEMENTS (ends)) {
      LmRect pill = { left, f->plot.y - 10 * u + row * 21 * u, width, 18 * u };

      lm_paint_box (p->cr, &pill, 9 * u, &theme->pill, NULL, 0);
      lm_text_draw (p->cr, theme, LM_FONT_SMALL, &theme->text, mark->text, left + width / 2, pill.y + 13 * u, LM_ALIGN_CENTRE, width - 12);
      ends[row] = left + width;
    }
  }
}

/* Value of a series as drawn at @x: the nearest point. */
static double
value_at (const Panel *p,
          const LmSeries *series,
          double x)
{
  double weight = smoothing_of (p, series), distance = INFINITY;
  gsize nearest = 0;

  for (gsize i = 0; i < series->n; i++) {
    if (isfinite (series->y[i]) && fabs (series->x[i] - x) < distance) {
      distance = fabs (series->x[i] - x);
      nearest = i;
    }
  }
  if (!isfinite (distance))
    return NAN;
  if (weight > 0) {
    g_autofree double *smooth = g_new (double, nearest + 1);

    lm_smooth (series->y, nearest + 1, weight, smooth);
    return smooth[nearest];
  }
  return series->y[nearest];
}

static void
draw_hover (const Panel *p)
{
  cairo_t *cr = p->cr;
  const LmTheme *theme = p->theme;
  const LmPlotFrame *f = p->frame;
  double u = theme->text_scale, line = 19 * u, x, widest, y;
  g_autofree char *number = lm_number_short (p->view->hover_x, 4);
  const char *title = p->view->hover_title != NULL ? p->view->hover_title : number;
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  int n = 0;
  LmRect box;

  if (!isfinite (p->view->hover_x) || p->view->hover_x < f->x_min || p->view->hover_x > f->x_max)
    return;
  x = round (lm_plot_frame_x (f, p->view->hover_x)) + 0.5;
  lm_paint_set (cr, &theme->text2);
  cairo_set_line_width (cr, 1);
  cairo_move_to (cr, x, f->plot.y);
  cairo_line_to (cr, x, f->plot.y + f->plot.height);
  cairo_stroke (cr);

  widest = lm_text_width (cr, theme, LM_FONT_SMALL_STRONG, title);
  for (int i = 0; i < p->panel->n_series; i++) {
    const LmSeries *s = &p->panel->series[i];
    double value = s->role != LM_SERIES_BASELINE && is_shown (p->view, s) ? value_at (p, s, p->view->hover_x) : NAN;
    char *text = isfinite (value) && n < 12 ? value_text (p, value, FALSE) : NULL;

    g_ptr_array_add (values, text);
    if (text == NULL)
      continue;
    widest = MAX (widest, 18 * u + MIN (lm_text_width (cr, theme, LM_FONT_SMALL, s->name), 150 * u) + 20 + lm_text_width (cr, theme, LM_FONT_SMALL_STRONG, text));
    n++;
  }
  widest = MAX (widest, lm_text_width (cr, theme, LM_FONT_SMALL, p->view->hover_note));
  widest = MIN (widest, MAX (f->plot.width - 44, 40));

  box = (LmRect){ x + 10, f->plot.y + 24, widest + 24, (n + 1 + (p->view->hover_note != NULL)) * line + 14 };
  if (box.x + box.width > f->card.x + f->card.width - 4)
    box.x = MAX (x - 10 - box.width, f->card.x + 4);
  if (box.y + box.height > f->card.y + f->card.height - 4)
    box.y = MAX (f->card.y + f->card.height - 4 - box.height, f->card.y + 4);
  lm_paint_shadow (cr, theme, &box, 8, TRUE);
  lm_paint_box (cr, &box, 8, &theme->card, &theme->card_border, theme->border_width);

  y = box.y + 20 * u;
  lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, title, box.x + 12, y, LM_ALIGN_LEFT, widest);
  for (int i = 0; i < p->panel->n_series; i++) {
    const LmSeries *s = &p->panel->series[i];
    const char *text = g_ptr_array_index (values, (guint) i);
    double room;

    if (text == NULL)
      continue;
    y += line;
    lm_paint_set (cr, series_colour (p, s));
    cairo_set_line_width (cr, 4);
    cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
    cairo_move_to (cr, box.x + 14, y - 4 * u);
    cairo_line_to (cr, box.x + 22, y - 4 * u);
    cairo_stroke (cr);
    room = lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, text, box.x + box.width - 12, y, LM_ALIGN_RIGHT, 0);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text, s->name, box.x + 12 + 18 * u, y, LM_ALIGN_LEFT, MAX (widest - 18 * u - room - 8, 10));
  }
  if (p->view->hover_note != NULL)
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, p->view->hover_note, box.x + 12, y + line, LM_ALIGN_LEFT, widest);
}

static void
draw_panel (Panel *p,
            const Measures *m,
            int rows,
            gboolean is_first,
            gboolean is_last)
{
  static const int back_to_front[] = { LM_SERIES_OTHER, LM_SERIES_TRAIN_STEPS, LM_SERIES_TRAIN, LM_SERIES_VALIDATION };
  const LmTheme *theme = p->theme;
  const LmPlotFrame *f = p->frame;
  double u = theme->text_scale, left = f->card.x + m->pad, room = f->card.width - 2 * m->pad;
  double title, line = f->card.y + (theme->has_frames ? 10 : 0) + 14 * u, labels_x, labels_y;
  gboolean is_empty = TRUE;

  if (theme->has_frames)
    lm_paint_box (p->cr, &f->card, 12, &theme->card, &theme->card_border, theme->border_width);
  title = lm_text_draw (p->cr, theme, LM_FONT_HEADING, &theme->text, p->panel->title, left, line, LM_ALIGN_LEFT, room);
  if (p->panel->unit != NULL && title + 8 < room)
    title += 8 + lm_text_draw (p->cr, theme, LM_FONT_SMALL, &theme->text2, p->panel->unit, left + title + 8, line, LM_ALIGN_LEFT, room - title - 8);
  if (p->view->has_key)
    key_rows (p, left, line, room, title, m->key_line, TRUE);

  draw_axes (p, is_last);
  draw_marks (p, FALSE);
  for (gsize r = 0; r < G_N_ELEMENTS (back_to_front); r++) {
    for (int i = 0; i < p->panel->n_series; i++) {
      const LmSeries *s = &p->panel->series[i];
      double x, y;

      if (s->role != back_to_front[r] || !is_shown (p->view, s))
        continue;
      draw_series (p, s);
      is_empty = is_empty && !last_value (p, s, &x, &y);
    }
  }
  labels_x = draw_end_labels (p, &labels_y);
  for (int i = 0; i < p->panel->n_series; i++)
    if (p->panel->series[i].role == LM_SERIES_BASELINE && is_shown (p->view, &p->panel->series[i]))
      draw_baseline (p, &p->panel->series[i], labels_y, labels_x);
  draw_best (p, labels_x, labels_y);
  if (is_first)
    draw_marks (p, TRUE);
  if (is_empty)
    lm_text_draw (p->cr, theme, LM_FONT_BODY, &theme->text2, _("no values yet"), f->plot.x + f->plot.width / 2,
                  f->plot.y + f->plot.height / 2, LM_ALIGN_CENTRE, f->plot.width);
  if (p->view->has_hover)
    draw_hover (p);
}

void
lm_draw_curves (cairo_t *cr,
                double width,
                double height,
                const LmTheme *theme,
                const LmCurvesPicture *picture,
                const LmCurvesView *view)
{
  g_autofree LmPlotFrame *frames = g_new0 (LmPlotFrame, MAX (picture->n_panels, 1));
  g_autofree int *rows = g_new0 (int, MAX (picture->n_panels, 1));
  Measures m = measure (cr, theme, picture, width);
  double dx = 1, dy = 0, device;

  if (view == NULL)
    view = &file_view;
  cairo_user_to_device_distance (cr, &dx, &dy);
  device = CLAMP (hypot (dx, dy), 0.25, 4);

  cairo_save (cr);
  lm_paint_page (cr, theme, width, height);
  lm_paint_header (cr, theme, picture->title, NULL, width, TRUE);
  lay_out (cr, width, height, theme, picture, view, frames, rows);
  for (int i = 0; i < picture->n_panels; i++) {
    int n_columns = MAX (1, (int) ceil (frames[i].plot.width * device));
    g_autofree double *ink_top = g_new (double, n_columns);
    g_autofree double *ink_bottom = g_new (double, n_columns);
    Panel p = {
      .cr = cr,
      .theme = theme,
      .view = view,
      .picture = picture,
      .panel = &picture->panels[i],
      .frame = &frames[i],
      .device = device,
      .n_columns = n_columns,
      .ink_top = ink_top,
      .ink_bottom = ink_bottom,
    };

    for (int c = 0; c < n_columns; c++) {
      ink_top[c] = INFINITY;
      ink_bottom[c] = -INFINITY;
    }
    draw_panel (&p, &m, rows[i], i == 0, i + 1 == picture->n_panels);
  }
  if (picture->n_panels == 0)
    lm_text_draw (cr, theme, LM_FONT_BODY, &theme->text2, _("no values yet"), width / 2, LM_PICTURE_MARGIN + m.header + 24, LM_ALIGN_CENTRE,
                  MAX (width - 2 * LM_PICTURE_MARGIN, 1));
  lm_paint_caption (cr, theme, picture->caption, width, height - LM_PICTURE_MARGIN - m.caption, TRUE);
  cairo_restore (cr);
}
