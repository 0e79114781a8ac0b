/* lm-canvas-view.h: the canvas with what lies on it: zoom, minimap, where one is, names, menus
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-canvas.h"
#include "lm-lens.h"

G_BEGIN_DECLS

#define LM_TYPE_CANVAS_VIEW (lm_canvas_view_get_type ())

/**
 * LmCanvasView:
 *
 * Properties “minimap”, “thumbnails” and “to-right” are also the actions
 * design.minimap, design.thumbnails and design.flow-right here; the commands
 * are those of lm_design_actions_install().
 */
G_DECLARE_FINAL_TYPE (LmCanvasView, lm_canvas_view, LM, CANVAS_VIEW, GtkWidget)

/* @lens: (nullable): no thumbnails */
void lm_canvas_view_set_source (LmCanvasView *self, LmEditor *editor, LmLens *lens);
LmCanvas *lm_canvas_view_get_canvas (LmCanvasView *self);

/* An entry over the title of a card. */
void lm_canvas_view_rename (LmCanvasView *self, int id);

/* The menu of what is selected, at a place of the canvas. */
void lm_canvas_view_show_menu (LmCanvasView *self, double x, double y);

G_END_DECLS
