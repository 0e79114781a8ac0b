/* lm-network-pane.h: the network as a whole, while nothing in it is selected
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-editor.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LM_TYPE_NETWORK_PANE (lm_network_pane_get_type ())

G_DECLARE_FINAL_TYPE (LmNetworkPane, lm_network_pane, LM, NETWORK_PANE, GtkWidget)

GtkWidget *lm_network_pane_new (LmEditor *editor);
void lm_network_pane_update (LmNetworkPane *self);

/* As lm_inspector_set_view(). */
void lm_network_pane_set_view (LmNetworkPane *self, GObject *view);

G_END_DECLS
