/* lm-plot.h: curves over epochs or steps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-paint.h"

G_BEGIN_DECLS

/**
 * LmCurvesView:
 * @smoothing: 0 … 0.99; negative: 0.6 on steps, 0 on epochs
 * @hidden: 1 << LM_SERIES_… for each role that is switched off
 * @hover_title: “Epoch 3 · step 1,290”, or %NULL for the x value
 * @hover_note: a last line in the box, “rate 1e-3”, or %NULL
 * @has_key: names of the lines beside the panel's title; files always have it, a window has its chips
 * @lit: which %LM_SERIES_OTHER is drawn stronger, counted among these; −1 for none
 *
 * What only the screen has. Begin with %LM_CURVES_VIEW_INIT.
 */
typedef struct {
  double smoothing;
  gboolean log_x;
  gboolean log_y;
  guint hidden;
  gboolean has_range;
  double x_from;
  double x_to;
  gboolean has_hover;
  double hover_x;
  const char *hover_title;
  const char *hover_note;
  gboolean has_key;
  int lit;
} LmCurvesView;

#define LM_CURVES_VIEW_INIT ((LmCurvesView){ .smoothing = -1, .lit = -1 })

/* Where one panel lies and how values become places in it. */
typedef struct {
  LmRect card;
  LmRect plot;
  double x_min;
  double x_max;
  double y_min;
  double y_max;
  gboolean log_x;
  gboolean log_y;
} LmPlotFrame;

/**
 * lm_draw_curves:
 * @view: (nullable): %NULL in files
 *
 * Paints the panels of @picture below each other, with one x axis for all.
 * Cost: linear in the points; 10^5 of them take a few milliseconds.
 */
void lm_draw_curves (cairo_t *cr, double width, double height, const LmTheme *theme, const LmCurvesPicture *picture, const LmCurvesView *view);

double lm_curves_natural_height (const LmCurvesPicture *picture, const LmTheme *theme, double width);

/* Fills @frames (one per panel of @picture) with what lm_draw_curves() uses for the same arguments, for the pointer. */
void lm_curves_frames (double width, double height, const LmTheme *theme, const LmCurvesPicture *picture, const LmCurvesView *view, LmPlotFrame *frames);

/* Between values and places; inverse to each other within the plot. */
double lm_plot_frame_x (const LmPlotFrame *self, double value);
double lm_plot_frame_y (const LmPlotFrame *self, double value);
double lm_plot_frame_x_value (const LmPlotFrame *self, double x);
double lm_plot_frame_y_value (const LmPlotFrame *self, double y);

G_END_DECLS
