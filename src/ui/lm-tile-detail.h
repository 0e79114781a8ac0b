/* lm-tile-detail.h: one tile of a sheet, enlarged: its values, their histogram, the kernel behind it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_TILE_DETAIL (lm_tile_detail_get_type ())

G_DECLARE_FINAL_TYPE (LmTileDetail, lm_tile_detail, LM, TILE_DETAIL, GtkWidget)

/* Tile @at of @picture, which is called @name; @kernel: (nullable). All are copied. */
void lm_tile_detail_show (LmTileDetail *self, const LmSheetPicture *picture, int at, const char *name, const LmSheetPicture *kernel);

G_END_DECLS
