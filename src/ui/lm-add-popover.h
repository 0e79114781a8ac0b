/* lm-add-popover.h: which layer to add here: the palette at the pointer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-editor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LM_TYPE_ADD_POPOVER (lm_add_popover_get_type ())

G_DECLARE_FINAL_TYPE (LmAddPopover, lm_add_popover, LM, ADD_POPOVER, GtkPopover)

/* Gets a parent by gtk_widget_set_parent(). */
GtkWidget *lm_add_popover_new (LmEditor *editor);

/**
 * lm_add_popover_ask:
 * @at: where to point, in the parent's coordinates
 * @x, @y: where the middle of the new card goes, in card units; NaN: after the current layer
 * @id: the layer that a wire was drawn from, 0 for none; @port, @is_output: where
 *
 * Shows what there is, what fits alone if a wire was drawn, and adds what is
 * chosen: one step of undo.
 */
void lm_add_popover_ask (LmAddPopover *self, const GdkRectangle *at, double x, double y, int id, int port, gboolean is_output);

/* What is chosen goes onto a wire. */
void lm_add_popover_ask_wire (LmAddPopover *self, const GdkRectangle *at, const LmWire *wire);

G_END_DECLS
