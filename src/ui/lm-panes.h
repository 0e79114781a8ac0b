/* lm-panes.h: left, middle, right: what folds when the window is narrow
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LM_TYPE_PANES (lm_panes_get_type ())

/**
 * LmPanes:
 *
 * The three columns of a page. Below 1200 px the left one folds, below 900 px
 * the right one too; folded ones slide over the middle when asked for.
 * Properties: “left”, “content”, “right” (widgets; left may be missing),
 * “left-revealed”, “right-revealed”, and, read-only, “left-folded”, “right-folded”.
 */
G_DECLARE_FINAL_TYPE (LmPanes, lm_panes, LM, PANES, GtkWidget)

void lm_panes_toggle_left (LmPanes *self);
void lm_panes_toggle_right (LmPanes *self);
void lm_panes_show_left (LmPanes *self);

/* Moves the focus to the next (or previous) pane that is shown; FALSE behind the last one. */
gboolean lm_panes_next (LmPanes *self, gboolean backwards);

G_END_DECLS
