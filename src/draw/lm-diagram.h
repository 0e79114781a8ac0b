/* lm-diagram.h: a whole network
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-card.h"
#include "lm-wire.h"

G_BEGIN_DECLS

/**
 * LmGraphView:
 * @selected, @focused: indices of cards, −1 for none
 * @max_zoom: small networks are not drawn larger; 0: 1 to 1.35, by the width
 * @has_dots: the dots of the canvas behind it
 *
 * Begin with %LM_GRAPH_VIEW_INIT.
 */
typedef struct {
  int selected;
  int focused;
  double max_zoom;
  gboolean has_dots;
} LmGraphView;

#define LM_GRAPH_VIEW_INIT ((LmGraphView){ .selected = -1, .focused = -1 })

/**
 * lm_draw_graph:
 * @view: (nullable): %NULL in files
 *
 * Arranges the cards, unless the picture keeps its positions, and paints them
 * as large as they fit. Detail follows the size: lm_detail_for_zoom().
 */
void lm_draw_graph (cairo_t *cr, double width, double height, const LmTheme *theme, const LmGraphPicture *picture, const LmGraphView *view);

/* Very deep networks are drawn smaller: at most 12,000 px. */
double lm_graph_natural_height (const LmGraphPicture *picture, const LmTheme *theme, double width);

/**
 * lm_graph_arrange:
 * @thumbs: (nullable) (array length=n_cards): which cards are high ones
 * @grid: centres lie on multiples of it; 24 on the canvas, 0 for none
 * @at: (array length=n_cards): filled with the middles of the cards
 *
 * What lm_draw_graph() does with cards that have no positions, for the
 * command Arrange. Wires that pass cards are led around them by
 * lm_wire_route() afterwards; room for them is left.
 */
void lm_graph_arrange (const LmGraphPicture *picture, const LmTheme *theme, const gboolean *thumbs, double grid, LmPoint *at);

G_END_DECLS
