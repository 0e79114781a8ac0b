/* lm-sample-grid.h: many samples to look through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-sample-tile.h"

G_BEGIN_DECLS

#define LM_TYPE_SAMPLE_GRID (lm_sample_grid_get_type ())

/**
 * LmSampleGrid:
 *
 * Tiles in rows, for a GtkScrolledWindow. Samples are read and painted on
 * another thread, near what is seen first, and kept as long as memory for them
 * allows; a frame only copies them. Arrows, Home, End and Page keys walk, Return or a double
 * click activates, Menu and a right click open the menu. Signals:
 * “selection-changed”
 * “activated”
 */
G_DECLARE_FINAL_TYPE (LmSampleGrid, lm_sample_grid, LM, SAMPLE_GRID, GtkWidget)

GtkWidget *lm_sample_grid_new (void);

/* @items: (transfer full) (element-type LmSampleItem): what to show of @dataset; NULL and NULL: nothing. */
void lm_sample_grid_set_samples (LmSampleGrid *self, LmDataset *dataset, GArray *items);
LmDataset *lm_sample_grid_get_dataset (LmSampleGrid *self);
const GArray *lm_sample_grid_get_items (LmSampleGrid *self);

/* Side of a tile that is asked for; 0: ten in a row, sixteen in a very wide one. */
void lm_sample_grid_set_tile (LmSampleGrid *self, int size);

/* Number of the chosen one, −1 for none; choosing brings it into view. */
int lm_sample_grid_get_selected (LmSampleGrid *self);
void lm_sample_grid_select (LmSampleGrid *self, int i);
const LmSampleItem *lm_sample_grid_get_item (LmSampleGrid *self); /* (nullable): the chosen one */

void lm_sample_grid_set_menu (LmSampleGrid *self, GMenuModel *menu);

/* How a person would call the list: “Samples of training”. */
void lm_sample_grid_set_label (LmSampleGrid *self, const char *label);

/* (transfer full) (element-type LmSampleItem): those that are in view. */
GArray *lm_sample_grid_dup_view (LmSampleGrid *self);

/* How many tiles are painted, of those that are in view: tests wait for them. */
int lm_sample_grid_n_ready (LmSampleGrid *self, int *n_wanted);

/* Where the tile of item @i lies in the widget. */
graphene_rect_t lm_sample_grid_tile_rect (LmSampleGrid *self, int i);

G_END_DECLS
