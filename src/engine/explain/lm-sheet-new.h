/* lm-sheet-new.h: makes sheets of tiles and says their scale in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-picture.h"

G_BEGIN_DECLS

/**
 * lm_sheet_new:
 * @title: (transfer full): heading
 * @tiles: (transfer full): (n, H, W) or (n, H, W, 3)
 * @map: %LM_MAP_VIRIDIS becomes diverging if there are negative values
 * @dead: (transfer full) (nullable) (array): which tiles get the mark “always 0”
 * @note: (nullable): stands before the scale: “8 of 64 filters”
 *
 * Finds the common range (symmetric for diverging maps and in colour: 0 is mid grey) and writes the scale
 * in words. Returns: (transfer full)
 */
LmSheetPicture *lm_sheet_new (char *title, LmTensor *tiles, LmColourMap map, gboolean *dead, const char *note, const char *unit);

G_END_DECLS
