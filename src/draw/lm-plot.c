/* lm-plot.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-plot-private.h"

#include <math.h>

/* A picture is laid out from its width, height and ranges alone (Plan), so that the pointer finds what the eye sees; then
 * each panel is painted from back to front. A series with more points than columns of pixels is reduced to one rectangle
 * per column: stroking a zig-zag of 10^5 points takes seconds, filling the rectangles milliseconds. */

#define CARD_GAP 12.0
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

static const LmCurvesView file_view = { .smoothing = -1, .has_key = TRUE, .lit = -1 };
static const LmCurvesView log_view = { .smoothing = -1, .has_key = TRUE, .lit = -1, .log_x = TRUE };

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

gboolean
lm_plot_is_shown (const LmCurvesView *view,
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

const LmColour *
lm_plot_series_colour (const LmPlotPaint *p,
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

/* TRUE if series @i is named in the key: a baseline has its words on it, and a run's training has one name for both its lines. */
static gboolean
is_in_key (const LmPlotPaint *p,
           int i)
{
  const LmSeries *s = &p->panel->series[i];

  if (s->role == LM_SERIES_BASELINE || s->name == NULL || !lm_plot_is_shown (p->view, s))
    return FALSE;
  for (int j = 0; j < i && s->role <= LM_SERIES_TRAIN; j++)
    if (p->panel->series[j].role <= LM_SERIES_TRAIN && lm_plot_is_shown (p->view, &p->panel->series[j]))
      return FALSE;
  return TRUE;
}

static void
draw_swatch (const LmPlotPaint *p,
             const LmSeries *series,
             double x,
             double y,
             double width)
{
  lm_paint_set (p->cr, lm_plot_series_colour (p, series));
  cairo_set_line_width (p->cr, 3);
  cairo_set_line_cap (p->cr, CAIRO_LINE_CAP_ROUND);
  cairo_move_to (p->cr, x + 1.5, y);
  cairo_line_to (p->cr, x + width - 3, y);
  cairo_stroke (p->cr);
  if (series->role == LM_SERIES_VALIDATION) {
    cairo_arc (p->cr, x + width / 2 - 0.75, y, 3.5, 0, 2 * G_PI);
    cairo_fill (p->cr);
  }
}

/* The names of the lines: beside the title where they fit, else in rows below it. Returns: the number of such rows. */
static int
key_rows (const LmPlotPaint *p,
          double left,
          double top,
          double width,
          double title_width,
          double line,
          gboolean draw)
{
  const LmTheme *theme = p->theme;
  double u = theme->text_scale, swatch = 18 * u, gap = 14 * u, before = swatch + 6;
  double total = -gap, x, limit = width * 0.45;
  int row = 0;
  gboolean beside;

  if (!p->view->has_key)
    return 0;
  for (int i = 0; i < p->panel->n_series; i++)
    if (is_in_key (p, i))
      total += before + MIN (lm_text_width (p->cr, theme, LM_FONT_SMALL, p->panel->series[i].name), limit) + gap;
  if (total <= 0)
    return 0;
  beside = total <= width - title_width - 24;
  x = beside ? left + width - total : left;

  for (int i = 0; i < p->panel->n_series; i++) {
    const LmSeries *s = &p->panel->series[i];
    double text;

    if (!is_in_key (p, i))
      continue;
    text = MIN (lm_text_width (p->cr, theme, LM_FONT_SMALL, s->name), limit);
    if (!beside && x > left && x + before + text > left + width) {
      x = left;
      row++;
    }
    if (draw) {
      double y = top + (beside ? 0 : (row + 1) * line);

      draw_swatch (p, s, x, y - 4 * u, swatch);
      lm_text_draw (p->cr, theme, LM_FONT_SMALL, &theme->text, s->name, x + before, y, LM_ALIGN_LEFT, limit);
    }
    x += before + text + gap;
  }
  return beside ? 0 : row + 1;
}

static double
title_width (cairo_t *cr,
             const LmTheme *theme,
             const LmPlotPanel *panel)
{
  double width = lm_text_width (cr, theme, LM_FONT_HEADING, panel->title);

  return panel->unit == NULL ? width : width + 8 + lm_text_width (cr, theme, LM_FONT_SMALL, panel->unit);
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

      if (s->role == LM_SERIES_BASELINE || !lm_plot_is_shown (view, s))
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
    *from = *from > 0 ? *from : isfinite (positive) ? positive
                                                    : 1;
  if (!isfinite (*to) || *to > 1e300 || !(*to > *from))
    *to = view->log_x ? *from * 10 : *from + 1;
  if (!(*to - *from > 1e-12 * fabs (*to)))
    *to = *from + MAX (fabs (*from), 1);
}

/* A baseline far above all values would press them to the floor: it is then only named. */
static gboolean
is_near (const LmAxisRange *range,
         double level)
{
  return range->is_empty || level <= MAX (range->max, 0) + 0.6 * (range->max - MIN (range->min, 0));
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
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < panel->n_series; i++) {
      const LmSeries *s = &panel->series[i];
      gboolean is_level = s->role == LM_SERIES_BASELINE;

      if (!lm_plot_is_shown (view, s) || is_level != (pass == 1))
        continue;
      if (!is_level)
        lm_axis_range_add (&range, s->x, s->y, s->n, frame->x_min, frame->x_max);
      else if (view->log_y || is_near (&range, s->y[0]))
        lm_axis_range_add (&range, &frame->x_min, s->y, 1, frame->x_min, frame->x_max);
    }
  }
  lm_axis_range_finish (&range, n_wanted);
  frame->y_min = range.min;
  frame->y_max = range.max;
}

void
lm_plot_y_ticks (const LmPlotFrame *frame,
                 const LmTheme *theme,
                 LmTicks *ticks)
{
  int n_wanted = MAX (2, (int) (frame->plot.height / (36 * theme->text_scale)));

  if (frame->log_y)
    lm_axis_log_ticks (frame->y_min, frame->y_max, n_wanted, ticks);
  else
    lm_axis_ticks (frame->y_min, frame->y_max, n_wanted, FALSE, ticks);
}

void
lm_plot_x_ticks (const LmPlotFrame *frame,
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
    LmPlotPaint p = { .cr = cr, .theme = theme, .view = view, .picture = picture, .panel = panel };

    rows[i] = key_rows (&p, 0, 0, inner - 2 * m.pad, title_width (cr, theme, panel), m.key_line, FALSE);
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

    y_range (&picture->panels[i], view, f, MAX (2, (int) (plot_height / (36 * theme->text_scale))));
    lm_plot_y_ticks (f, theme, &ticks);
    for (int t = 0; t < ticks.n; t++) {
      g_autofree char *label = lm_ticks_label (&ticks, t);

      numbers = MAX (numbers, lm_text_width (cr, theme, LM_FONT_SMALL, label));
    }
  }
  for (int i = 0; i < n; i++) {
    LmPlotFrame *f = &frames[i];

    f->plot.x = ceil (f->card.x + m.pad + numbers + 8);
    f->plot.width = MAX (floor (f->card.x + f->card.width - (theme->has_frames ? 6 : 0) - LM_PLOT_LABEL_ROOM * theme->text_scale - f->plot.x), 20);
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
    LmPlotPaint p = { .cr = cr, .theme = theme, .view = &file_view, .picture = picture, .panel = panel };
    int rows = key_rows (&p, 0, 0, inner - 2 * m.pad, title_width (cr, theme, panel), m.key_line, FALSE);

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

  lay_out (cr, width, height, theme, picture, view != NULL ? view : picture->log_x ? &log_view
                                                                                   : &file_view,
           frames, rows);
  cairo_destroy (cr);
}

static double
smoothing_of (const LmCurvesView *view,
              const LmSeries *series)
{
  if (series->role == LM_SERIES_TRAIN_STEPS)
    return view->smoothing < 0 ? 0.6 : MIN (view->smoothing, 0.99);
  return 0;
}

const double *
lm_plot_line_values (const LmPlotPaint *p,
                     const LmSeries *series)
{
  const double *smooth = p->smooth[series - p->panel->series];

  return smooth != NULL ? smooth : series->y;
}

static void
draw_panel (LmPlotPaint *p,
            const Measures *m,
            gboolean is_first,
            gboolean is_last)
{
  const LmTheme *theme = p->theme;
  const LmPlotFrame *f = p->frame;
  double left = f->card.x + m->pad, room = f->card.width - 2 * m->pad;
  double line = f->card.y + (theme->has_frames ? 10 : 0) + 14 * theme->text_scale, title;

  if (theme->has_frames)
    lm_paint_box (p->cr, &f->card, 12, &theme->card, &theme->card_border, theme->border_width);
  title = lm_text_draw (p->cr, theme, LM_FONT_HEADING, &theme->text, p->panel->title, left, line, LM_ALIGN_LEFT, room);
  if (p->panel->unit != NULL && title + 8 < room)
    lm_text_draw (p->cr, theme, LM_FONT_SMALL, &theme->text2, p->panel->unit, left + title + 8, line, LM_ALIGN_LEFT, room - title - 8);
  key_rows (p, left, line, room, title_width (p->cr, theme, p->panel), m->key_line, TRUE);

  lm_plot_draw_axes (p, is_last);
  lm_plot_draw_marks (p, FALSE);
  if (!lm_plot_draw_lines (p))
    lm_text_draw (p->cr, theme, LM_FONT_BODY, &theme->text2, _ ("no values yet"), f->plot.x + f->plot.width / 2,
                  f->plot.y + f->plot.height / 2, LM_ALIGN_CENTRE, f->plot.width);
  if (is_first)
    lm_plot_draw_marks (p, TRUE);
  lm_plot_draw_words (p);
}

/* Prepares what the parts of a panel share, and paints it. */
static void
paint_panel (cairo_t *cr,
             const LmTheme *theme,
             const LmCurvesPicture *picture,
             const LmCurvesView *view,
             const LmPlotFrame *frames,
             const Measures *m,
             int i)
{
  const LmPlotPanel *panel = &picture->panels[i];
  double dx = 1, dy = 0, device;
  LmPlotPaint p = { .cr = cr, .theme = theme, .view = view, .picture = picture, .panel = panel, .frame = &frames[i] };

  cairo_user_to_device_distance (cr, &dx, &dy);
  device = CLAMP (hypot (dx, dy), 0.25, 4);
  p.device = device;
  p.n_columns = MAX (1, (int) ceil (frames[i].plot.width * device));
  p.ink_top = g_new (double, p.n_columns);
  p.ink_bottom = g_new (double, p.n_columns);
  p.smooth = g_new0 (double *, MAX (panel->n_series, 1));
  for (int c = 0; c < p.n_columns; c++) {
    p.ink_top[c] = INFINITY;
    p.ink_bottom[c] = -INFINITY;
  }
  for (int k = 0; k < panel->n_series; k++) {
    const LmSeries *s = &panel->series[k];
    double weight = smoothing_of (view, s);

    if (weight > 0 && lm_plot_is_shown (view, s)) {
      p.smooth[k] = g_new (double, s->n);
      lm_smooth (s->y, s->n, weight, p.smooth[k]);
    }
  }
  draw_panel (&p, m, i == 0, i + 1 == picture->n_panels);
  for (int k = 0; k < panel->n_series; k++)
    g_free (p.smooth[k]);
  g_free (p.smooth);
  g_free (p.ink_top);
  g_free (p.ink_bottom);
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

  if (view == NULL)
    view = picture->log_x ? &log_view : &file_view;
  cairo_save (cr);
  lm_paint_page (cr, theme, width, height);
  lm_paint_header (cr, theme, picture->title, NULL, width, TRUE);
  lay_out (cr, width, height, theme, picture, view, frames, rows);
  for (int i = 0; i < picture->n_panels; i++)
    paint_panel (cr, theme, picture, view, frames, &m, i);
  if (picture->n_panels == 0)
    lm_text_draw (cr, theme, LM_FONT_BODY, &theme->text2, _ ("no values yet"), width / 2, LM_PICTURE_MARGIN + m.header + 24, LM_ALIGN_CENTRE,
                  MAX (width - 2 * LM_PICTURE_MARGIN, 1));
  lm_paint_caption (cr, theme, picture->caption, width, height - LM_PICTURE_MARGIN - m.caption, TRUE);
  cairo_restore (cr);
}
