/* lm-layer-help.h: what a layer does, its formula, its options: a window made from its descriptor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "lm-engine.h"

G_BEGIN_DECLS

/* Shows the one help window of @parent's window, with this layer in it. */
void lm_layer_help_show (const LmLayerClass *layer, GtkWidget *parent);

/* (transfer full): what an option may be: “1 … 65,536”, “valid, same”, “on, off”. */
char *lm_layer_help_range (const LmOptionSpec *spec);

G_END_DECLS
