/* lm-layer-pane.h: the selected layers: name, figures, options
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-editor.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LM_TYPE_LAYER_PANE (lm_layer_pane_get_type ())

/**
 * LmLayerPane:
 *
 * Shows what is selected in the editor, as soon as that is at least one layer.
 * Rows edit all selected layers of one kind; where these differ they say so.
 */
G_DECLARE_FINAL_TYPE (LmLayerPane, lm_layer_pane, LM, LAYER_PANE, GtkWidget)

GtkWidget *lm_layer_pane_new (LmEditor *editor);

/* Shows again what holds. */
void lm_layer_pane_update (LmLayerPane *self);

/* Puts the focus on the first option. FALSE if there is none. */
gboolean lm_layer_pane_focus (LmLayerPane *self);

/* (nullable): of option @id, an LmOptionRow or LmObjectRow. */
GtkWidget *lm_layer_pane_find_row (LmLayerPane *self, const char *id);

G_END_DECLS
