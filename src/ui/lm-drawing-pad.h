/* lm-drawing-pad.h: a square to draw on, with the mouse or by keys
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LM_TYPE_DRAWING_PAD (lm_drawing_pad_get_type ())

/**
 * LmDrawingPad:
 *
 * Arrows move the pen, with Shift a little; Space puts it down and up;
 * Ctrl+Delete clears. Property “empty”, read-only. Signal “changed”: what is
 * drawn, after each movement of the pen.
 */
G_DECLARE_FINAL_TYPE (LmDrawingPad, lm_drawing_pad, LM, DRAWING_PAD, GtkWidget)

/* (array) (transfer full): @side × @side, 0 (paper) … 1 (ink) */
float *lm_drawing_pad_dup_coverage (LmDrawingPad *self, int *side);

void lm_drawing_pad_clear (LmDrawingPad *self);

/* @width: of the pen, as a share of the pad's */
void lm_drawing_pad_set_pen (LmDrawingPad *self, double width, gboolean erases);

/* Grey, 0 … 1. */
void lm_drawing_pad_set_shades (LmDrawingPad *self, double paper, double ink);

/* When the pen moved that drew what is new, µs by the monotonic clock; 0 for another reason. */
gint64 lm_drawing_pad_get_time (LmDrawingPad *self);

G_END_DECLS
