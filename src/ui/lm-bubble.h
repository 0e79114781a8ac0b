/* lm-bubble.h: what is wrong with a card, said beside it, with what would mend it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-editor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LM_TYPE_BUBBLE (lm_bubble_get_type ())

/**
 * LmBubble:
 *
 * Shows the mistake or hint of the selected card, else the newest mistake, of
 * the open block. Pointing at a button, or reaching it by keyboard, shows what
 * it would do as the editor's preview; pressing it is one step of undo. It
 * stands where it hides least of other cards.
 */
G_DECLARE_FINAL_TYPE (LmBubble, lm_bubble, LM, BUBBLE, GtkWidget)

/* Where card @id stands in the overlay. FALSE: there is none. */
typedef gboolean (*LmBubblePlace) (gpointer data, int id, GdkRectangle *area);

/* Becomes a child of @overlay and places itself over its main child. */
GtkWidget *lm_bubble_new (GtkOverlay *overlay, LmBubblePlace place, gpointer data);

void lm_bubble_set_editor (LmBubble *self, LmEditor *editor);

/* Cards have moved. */
void lm_bubble_place (LmBubble *self);

/* Escape: FALSE if it was not open. */
gboolean lm_bubble_dismiss (LmBubble *self);

gboolean lm_bubble_is_open (LmBubble *self);

/* (nullable): the title that is shown. */
const char *lm_bubble_get_title (LmBubble *self);

/* Presses button @i. */
void lm_bubble_press (LmBubble *self, int i);

/* Where a box of @width × @height goes beside @card within @bounds: the place that hides least of @cards. @side:
 * (out): −1: left of the card, 1: right, 0: above or below */
GdkRectangle lm_bubble_find_place (const GdkRectangle *bounds, const GdkRectangle *card, int width, int height, const GdkRectangle *cards, int n_cards, int *side);

G_END_DECLS
