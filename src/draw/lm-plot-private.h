/* lm-plot-private.h: what the parts of a plot share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-axis.h"
#include "lm-plot.h"

G_BEGIN_DECLS

#define LM_PLOT_LABEL_ROOM 84.0 /* at the right, for the numbers at the ends of the lines */
#define LM_PLOT_MAX_LABELS 32

/* What is painted into one panel, gathered once. */
typedef struct {
  cairo_t *cr;
  const LmTheme *theme;
  const LmCurvesView *view;
  const LmCurvesPicture *picture;
  const LmPlotPanel *panel;
  const LmPlotFrame *frame;
  double device;   /* pixels of the device in one of ours */
  int n_columns;   /* of the device, across the plot */
  double *ink_top; /* per column: where lines were drawn, for labels that keep clear */
  double *ink_bottom;
  double **smooth;                      /* per series: its smoothed values, NULL if it is drawn as it is */
  LmRect taken[LM_PLOT_MAX_LABELS + 8]; /* by words */
  int n_taken;
} LmPlotPaint;

/* TRUE if @series has values and is not switched off. */
gboolean lm_plot_is_shown (const LmCurvesView *view, const LmSeries *series);

/* The colour of one series of @p->panel. */
const LmColour *lm_plot_series_colour (const LmPlotPaint *p, const LmSeries *series);

/* The values of @series as its line shows them. */
const double *lm_plot_line_values (const LmPlotPaint *p, const LmSeries *series);

void lm_plot_x_ticks (const LmPlotFrame *frame, const LmTheme *theme, LmTicks *ticks);
void lm_plot_y_ticks (const LmPlotFrame *frame, const LmTheme *theme, LmTicks *ticks);

/* How many columns of @rect have a line in them. */
int lm_plot_ink_under (const LmPlotPaint *p, const LmRect *rect);

/* Grid, numbers, axis; numbers and title of the x axis in the last panel only. */
void lm_plot_draw_axes (const LmPlotPaint *p, gboolean is_last);

/* All lines, from back to front, except baselines. Returns: FALSE if there is nothing to draw. */
gboolean lm_plot_draw_lines (LmPlotPaint *p);

/* What goes over the lines, in this order: the last values at their ends, baselines, the best epoch, the box under the pointer. */
void lm_plot_draw_words (LmPlotPaint *p);

/* Dotted lines through the panel, or the pills on top of them. */
void lm_plot_draw_marks (const LmPlotPaint *p, gboolean with_words);

G_END_DECLS
