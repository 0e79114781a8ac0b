/* lm-inspect-pane.h: weights, and how sheet and heatmap are shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-lens.h"
#include "lm-sheet-view.h"

G_BEGIN_DECLS

#define LM_TYPE_INSPECT_PANE (lm_inspect_pane_get_type ())

/**
 * LmInspectPane:
 *
 * Weights, class, method and layer of the heatmap go to the lens; the rest is
 * told. Signals:
 * “layer-chosen”: (const char *path): of the sheet
 * “changed”: one of the values below
 */
G_DECLARE_FINAL_TYPE (LmInspectPane, lm_inspect_pane, LM, INSPECT_PANE, GtkWidget)

typedef struct {
  LmTileOrder order;
  gboolean per_tile;
  int columns;
  double opacity;
  gboolean has_cells;
} LmInspectLook;

void lm_inspect_pane_set_source (LmInspectPane *self, LmDocument *document, LmLens *lens);
void lm_inspect_pane_get_look (LmInspectPane *self, LmInspectLook *look);

/* The layers there are, and the one that is shown. */
void lm_inspect_pane_set_layers (LmInspectPane *self, const LmFilmPicture *film, const char *chosen);

/* The class the heatmap is of; −1: the predicted one. And the layer it is of: %NULL: the last convolution. */
void lm_inspect_pane_set_class (LmInspectPane *self, int class_index);
void lm_inspect_pane_set_map_layer (LmInspectPane *self, const char *path);

/* The next order of tiles: the key S. */
void lm_inspect_pane_next_order (LmInspectPane *self);

G_END_DECLS
