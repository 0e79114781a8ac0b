/* lm-design-panes.h: what stands around the network: palette and outline, inspector, what is laid over it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-bubble.h"
#include "lm-panes.h"

G_BEGIN_DECLS

#define LM_TYPE_DESIGN_PANES (lm_design_panes_get_type ())

/**
 * LmDesignPanes:
 *
 * The columns of the Design page around “content”, the network, which it
 * knows only by its place of cards. Over the network: the bubble of a mistake,
 * the + that opens the left pane where it is folded, and what to do first in an
 * empty project.
 */
G_DECLARE_FINAL_TYPE (LmDesignPanes, lm_design_panes, LM, DESIGN_PANES, GtkWidget)

/* @place: where cards stand, in coordinates of the content */
void lm_design_panes_set_editor (LmDesignPanes *self, LmEditor *editor, LmBubblePlace place, gpointer data);

LmPanes *lm_design_panes_get_panes (LmDesignPanes *self);

/* Ctrl+F */
gboolean lm_design_panes_find (LmDesignPanes *self);

/* F1: help on the current layer. FALSE if there is none. */
gboolean lm_design_panes_help (LmDesignPanes *self);

/* Return on a card: to its options. */
gboolean lm_design_panes_edit (LmDesignPanes *self);

/* Cards have moved on the screen. */
void lm_design_panes_place (LmDesignPanes *self);

/**
 * lm_design_panes_add:
 * @at: in coordinates of the content: where the list of layers opens
 *
 * As lm_add_popover_ask().
 */
void lm_design_panes_add (LmDesignPanes *self, const GdkRectangle *at, double x, double y, int id, int port, gboolean is_output);

/* What is chosen goes onto a wire. */
void lm_design_panes_insert (LmDesignPanes *self, const GdkRectangle *at, const LmWire *wire);

/* The parts, for tests. */
GtkWidget *lm_design_panes_get_palette (LmDesignPanes *self);
GtkWidget *lm_design_panes_get_outline (LmDesignPanes *self);
GtkWidget *lm_design_panes_get_inspector (LmDesignPanes *self);
GtkWidget *lm_design_panes_get_bubble (LmDesignPanes *self);

G_END_DECLS
