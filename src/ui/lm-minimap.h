/* lm-minimap.h: the whole network small, and which part of it is in view
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-canvas.h"

G_BEGIN_DECLS

#define LM_TYPE_MINIMAP (lm_minimap_get_type ())

/* A press or a drag brings that place into view. For the pointer alone: who has none has Home and the arrows. */
G_DECLARE_FINAL_TYPE (LmMinimap, lm_minimap, LM, MINIMAP, GtkWidget)

void lm_minimap_set_canvas (LmMinimap *self, LmCanvas *canvas);

G_END_DECLS
