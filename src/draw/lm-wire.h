/* lm-wire.h: one wire of the diagram
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-paint.h"

G_BEGIN_DECLS

/* The middle of a card is LmCard.x, y; lengths are those of the canvas at zoom 1. */

/**
 * LmWireShape:
 * @from, @to: the ports
 * @bends: (nullable): pairs of points; the wire runs straight from the first to the second of each pair
 *
 * From port to bend to port it takes a cubic Bézier that leaves and arrives along the flow.
 */
typedef struct {
  LmPoint from;
  LmPoint to;
  int n_bends;
  const LmPoint *bends;
  gboolean to_right;
} LmWireShape;

typedef enum {
  LM_WIRE_NORMAL,
  LM_WIRE_SELECTED,
  LM_WIRE_ERROR,
  LM_WIRE_UNKNOWN,
} LmWireState;

/* Adds the wire to the current path. */
void lm_wire_path (cairo_t *cr, const LmWireShape *shape);

/* Paints it. @zoom: how large the canvas is on the screen; below 40 % the line gets thinner, down to 1 px there. */
void lm_draw_wire (cairo_t *cr, const LmTheme *theme, const LmWireShape *shape, LmWireState state, double zoom);

/* Where the pill with @label lies by itself: beside a short wire, on the straight part of one that goes round cards.
 * %NULL as @label stands for “not known yet”. */
LmRect lm_wire_label_rect (cairo_t *cr, const LmTheme *theme, const LmWireShape *shape, const char *label);

/**
 * lm_wire_place_labels:
 * @shapes: (array length=n): all wires
 * @labels: (array length=n): what they say, %NULL for “not known yet”, “” for nothing
 * @cards: (array length=n_cards): where the cards lie
 * @rects: (array length=n): filled with the pills; width 0 where there is no room
 *
 * Finds a place for each label that covers no card, no other label and, where
 * that can be had, no other wire. Labels of wires that share the way and say
 * the same are placed once.
 */
void lm_wire_place_labels (cairo_t *cr, const LmTheme *theme, const LmWireShape *shapes, const char *const *labels, int n, const LmRect *cards, int n_cards, LmRect *rects);

/* How wide the pill with @label is. */
double lm_wire_label_width (cairo_t *cr, const LmTheme *theme, const char *label);

/**
 * lm_wire_place_label:
 * @shapes: (array length=n): all wires
 * @bounds: (array length=n): of each, lm_wire_bounds() with a margin of 2
 * @wire: whose label it is
 * @width: lm_wire_label_width()
 * @taken: (array length=n): the pills of the others that have a place; width 0 for the rest
 *
 * The same for one label where the others stay.
 */
LmRect lm_wire_place_label (const LmTheme *theme, const LmWireShape *shapes, const LmRect *bounds, int n, int wire, double width, const LmRect *cards, int n_cards, const LmRect *taken);

/* Paints the pill into @rect. */
void lm_draw_wire_label (cairo_t *cr, const LmTheme *theme, const LmRect *rect, const char *label, LmWireState state);

/* The point in the middle of the wire. */
LmPoint lm_wire_middle (const LmWireShape *shape);

/* Distance of a point from the wire, for the pointer. */
double lm_wire_distance (const LmWireShape *shape, double x, double y);

/* What it covers, without its label; @margin is added all round. */
LmRect lm_wire_bounds (const LmWireShape *shape, double margin);

/**
 * lm_wire_route:
 * @obstacles: (array length=n_obstacles): the cards, the wire's own two included
 * @bends: room for two points
 *
 * A way round the cards that the straight wire would cross, where people have
 * placed them: out to the nearer side, along them, and back.
 *
 * Returns: the number of bends: 0 if the straight way is free, else 2
 */
int lm_wire_route (const LmPoint *from, const LmPoint *to, gboolean to_right, const LmRect *obstacles, int n_obstacles, LmPoint bends[2]);

G_END_DECLS
