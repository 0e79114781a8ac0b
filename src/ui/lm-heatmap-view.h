/* lm-heatmap-view.h: a class heatmap over its picture, with the colour bar
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_HEAT_VIEW (lm_heat_view_get_type ())

/* LmHeatView: as high as it is wide, less the room of the bar. Properties: “opacity-of-map” (0 … 1), “cells” (the map's own). */
G_DECLARE_FINAL_TYPE (LmHeatView, lm_heat_view, LM, HEAT_VIEW, GtkWidget)

/* @picture: (transfer full) (nullable) */
void lm_heat_view_set_picture (LmHeatView *self, LmHeatmapPicture *picture);
const LmHeatmapPicture *lm_heat_view_get_picture (LmHeatView *self);

G_END_DECLS
