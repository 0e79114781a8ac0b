/* lm-canvas.h: the network: pan, zoom, walk from card to card
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_CANVAS (lm_canvas_get_type ())

/**
 * LmCanvas:
 *
 * Shows an #LmGraphPicture. The wheel scrolls, with Ctrl it zooms at the
 * pointer; the middle button and Space with any drag pan; two fingers do both.
 * Tab enters at the last card and leaves again; arrows walk along the flow and
 * across it. Property “zoom”, read-only.
 */
G_DECLARE_FINAL_TYPE (LmCanvas, lm_canvas, LM, CANVAS, GtkWidget)

/* @picture: (transfer full) (nullable). The first one, and one with other cards than before while nobody has panned or
 * zoomed, is fitted into view. */
void lm_canvas_set_picture (LmCanvas *self, LmGraphPicture *picture);
const LmGraphPicture *lm_canvas_get_picture (LmCanvas *self);

/* 0.1 … 4, one step is × 1.2. */
double lm_canvas_get_zoom (LmCanvas *self);
void lm_canvas_zoom_in (LmCanvas *self);
void lm_canvas_zoom_out (LmCanvas *self);
void lm_canvas_zoom_to (LmCanvas *self, double zoom);
void lm_canvas_fit (LmCanvas *self);

/* The wheel zooms and scrolls with Ctrl, instead of the other way round. */
void lm_canvas_set_wheel_zooms (LmCanvas *self, gboolean wheel_zooms);

G_END_DECLS
