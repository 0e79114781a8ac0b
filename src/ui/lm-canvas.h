/* lm-canvas.h: the network to draw on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-editor.h"

G_BEGIN_DECLS

#define LM_TYPE_CANVAS (lm_canvas_get_type ())

/**
 * LmCanvas:
 *
 * Shows the open block of an #LmEditor and turns what pointer and keys do on
 * it into commands. The wheel scrolls, with Ctrl it zooms at the pointer; the
 * middle button and Space with any drag pan; two fingers do both. Tab enters
 * at the last card and leaves again; arrows walk along the flow and across it.
 * Property “zoom”, read-only. Signals:
 * “add-requested”: (double x, double y, int id, int port, gboolean is_output): a new layer is wanted at that place of
 *   the widget, wired to that port; id 0: to none
 * “edit-requested”: (int id): to the properties of that layer
 * “rename-requested”: (int id)
 * “menu-requested”: (double x, double y): for what is selected
 * “view-changed”: something moved on the screen
 */
G_DECLARE_FINAL_TYPE (LmCanvas, lm_canvas, LM, CANVAS, GtkWidget)

void lm_canvas_set_editor (LmCanvas *self, LmEditor *editor);
LmEditor *lm_canvas_get_editor (LmCanvas *self);

/* (nullable): what a layer gives for the sample that is looked at, by its id path; borrowed for the call. */
typedef const LmSheetPicture *(*LmCanvasThumbs) (gpointer data, const char *path);

/* @thumbs NULL: low cards. Calling it again shows what has changed. */
void lm_canvas_set_thumbs (LmCanvas *self, LmCanvasThumbs thumbs, gpointer data);

/* The picture on it, without title and caption; (nullable). */
const LmGraphPicture *lm_canvas_get_picture (LmCanvas *self);

/* --- View ---------------------------------------------------------------------------- */

/* 0.1 … 4, one step is × 1.2. */
double lm_canvas_get_zoom (LmCanvas *self);
void lm_canvas_zoom_in (LmCanvas *self);
void lm_canvas_zoom_out (LmCanvas *self);
void lm_canvas_zoom_to (LmCanvas *self, double zoom);

/* All cards, or the selected ones. */
void lm_canvas_fit (LmCanvas *self);
void lm_canvas_fit_selection (LmCanvas *self);

/* So large that words can be read; of a long network the start. This is how a network is shown first. */
void lm_canvas_show_start (LmCanvas *self);

/* TRUE if cards lie outside of the view. */
gboolean lm_canvas_is_cut (LmCanvas *self);

/* The wheel zooms and scrolls with Ctrl, instead of the other way round. */
void lm_canvas_set_wheel_zooms (LmCanvas *self, gboolean wheel_zooms);

/* --- Places -------------------------------------------------------------------------- */

/* From a place of the widget to one of the design, where LmNode.x and y are, and back. */
void lm_canvas_to_design (LmCanvas *self, double x, double y, double *design_x, double *design_y);
void lm_canvas_from_design (LmCanvas *self, double design_x, double design_y, double *x, double *y);

/* Where a card is in the widget; FALSE if there is none. */
gboolean lm_canvas_get_card_area (LmCanvas *self, int id, GdkRectangle *area);

/* Where the last press of the pointer was, in the design: for pasting there; FALSE if it was not on empty canvas. */
gboolean lm_canvas_get_pressed_place (LmCanvas *self, double *design_x, double *design_y);

/* What lies there: a card's id, 0 for none; a wire, NULL for none. */
int lm_canvas_card_at (LmCanvas *self, double x, double y);
const LmWire *lm_canvas_wire_at (LmCanvas *self, double x, double y);

/* All cards, and the visible part, in the design; for the minimap. */
void lm_canvas_get_bounds (LmCanvas *self, graphene_rect_t *bounds, graphene_rect_t *visible);

/* Brings that place of the design into the middle. */
void lm_canvas_centre_on (LmCanvas *self, double design_x, double design_y);

/* --- Modes --------------------------------------------------------------------------- */

/* Wires by keyboard: arrows choose among what fits the current layer, Return wires, Esc leaves. */
void lm_canvas_begin_connect (LmCanvas *self);

/* lm_editor_arrange(), and shows the cards on their way. */
gboolean lm_canvas_arrange (LmCanvas *self);

/* Asks for a new layer in the middle of the view. */
void lm_canvas_request_add (LmCanvas *self);

G_END_DECLS
