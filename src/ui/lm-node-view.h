/* lm-node-view.h: a card of the canvas as a widget: it has the focus and tells screen readers what it is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-picture.h"

G_BEGIN_DECLS

#define LM_TYPE_NODE_VIEW (lm_node_view_get_type ())

G_DECLARE_FINAL_TYPE (LmNodeView, lm_node_view, LM, NODE_VIEW, GtkWidget)

/* @id: of the layer in its block */
GtkWidget *lm_node_view_new (int id);
int lm_node_view_get_id (LmNodeView *self);

/* @gives: (nullable): the shape that leaves it; @from, @to: (nullable): names of the layers that feed it and that it feeds */
void lm_node_view_describe (LmNodeView *self, const LmCard *card, const char *gives, const char *from, const char *to);
void lm_node_view_set_selected (LmNodeView *self, gboolean is_selected);

G_END_DECLS
