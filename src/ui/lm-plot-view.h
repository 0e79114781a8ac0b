/* lm-plot-view.h: curves on the screen: pointer, keys, zoom
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_PLOT_VIEW (lm_plot_view_get_type ())

/**
 * LmPlotView:
 *
 * All panels of an #LmCurvesPicture, with one hairline through them. Drag
 * zooms, double-click and Home go back; L makes y logarithmic, Shift+L x,
 * S changes the smoothing, arrows move the hairline, + and - zoom.
 * Properties: “log-y”, “smoothing” (0 … 0.99, negative: as the kind of curve has it).
 */
G_DECLARE_FINAL_TYPE (LmPlotView, lm_plot_view, LM, PLOT_VIEW, GtkWidget)

/* @picture: (transfer full) (nullable). Zoom and hairline stay. */
void lm_plot_view_set_picture (LmPlotView *self, LmCurvesPicture *picture);
const LmCurvesPicture *lm_plot_view_get_picture (LmPlotView *self);

/* (nullable): whose steps and rates the box beside the hairline names. */
void lm_plot_view_set_history (LmPlotView *self, LmHistory *history);

/* What a person would say: “Loss after epoch 6: …”. */
void lm_plot_view_set_sentence (LmPlotView *self, const char *sentence);

/* 1 << LM_SERIES_… of what is switched off. */
void lm_plot_view_set_hidden (LmPlotView *self, guint roles);
guint lm_plot_view_get_hidden (LmPlotView *self);

/* Which %LM_SERIES_OTHER stands out, −1 for none. */
void lm_plot_view_set_lit (LmPlotView *self, int lit);

gboolean lm_plot_view_is_zoomed (LmPlotView *self);
void lm_plot_view_reset_zoom (LmPlotView *self);

G_END_DECLS
