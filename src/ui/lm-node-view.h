/* lm-node-view.h: one card of the canvas as a widget: focus, name and role for readers; the canvas paints it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_NODE_VIEW (lm_node_view_get_type ())

G_DECLARE_FINAL_TYPE (LmNodeView, lm_node_view, LM, NODE_VIEW, GtkWidget)

/* @index: of the card in its picture. */
GtkWidget *lm_node_view_new (int index);
int lm_node_view_get_index (LmNodeView *self);

/* @gives: (nullable): shape of its output; @from: (nullable): names of the layers it takes from */
void lm_node_view_describe (LmNodeView *self, const LmCard *card, const char *gives, const char *from);

G_END_DECLS
