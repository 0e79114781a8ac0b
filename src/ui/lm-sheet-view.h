/* lm-sheet-view.h: a sheet of tiles, one of them chosen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_TILE_VIEW (lm_tile_view_get_type ())

/* In which order tiles stand. */
typedef enum {
  LM_TILES_BY_NUMBER,
  LM_TILES_BY_MEAN, /* the strongest first */
  LM_TILES_BY_PEAK,
} LmTileOrder;

/**
 * LmTileView:
 *
 * Click or arrows choose a tile, Return or a second click enlarges it. Tiles
 * keep their numbers whatever their order. Signals:
 * “chosen”: (int number)
 * “enlarge”: (int number)
 */
G_DECLARE_FINAL_TYPE (LmTileView, lm_tile_view, LM, TILE_VIEW, GtkWidget)

/* @picture: (transfer full) (nullable) */
void lm_tile_view_set_picture (LmTileView *self, LmSheetPicture *picture);

/* (nullable): as it is shown: in its order, with its scale. */
const LmSheetPicture *lm_tile_view_get_shown (LmTileView *self);

/* How it is shown; @columns 0: as many as please. The words of the scale follow: lm_tile_view_get_shown(). */
void lm_tile_view_set_options (LmTileView *self, LmTileOrder order, gboolean per_tile, int columns);
LmTileOrder lm_tile_view_get_order (LmTileView *self);

/* Number of the chosen tile, −1 for none; emits nothing. */
void lm_tile_view_set_chosen (LmTileView *self, int number);
int lm_tile_view_get_chosen (LmTileView *self);

/* Which tile of the shown picture it is; −1. */
int lm_tile_view_place_of (LmTileView *self, int number);

/* Where it is, in the widget's own coordinates; FALSE if it is not there. */
gboolean lm_tile_view_get_place (LmTileView *self, int number, GdkRectangle *place);

/* (transfer full): @picture in another order, with another scale and number of columns. @numbers: (out) (transfer full): which
 * tile of @picture stands where */
LmSheetPicture *lm_tiles_arrange (const LmSheetPicture *picture, LmTileOrder order, gboolean per_tile, int columns, int **numbers);

G_END_DECLS
