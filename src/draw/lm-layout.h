/* lm-layout.h: where the cards of a network go
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#include "lm-paint.h"

G_BEGIN_DECLS

/**
 * LmLayoutNode:
 * @tail: room that is needed behind it along the flow, for a flag
 * @x, @y: filled in: its centre
 */
typedef struct {
  double width;
  double height;
  double tail;
  int n_in;
  int n_out;
  double x;
  double y;
} LmLayoutNode;

/**
 * LmLayoutWire:
 * @from, @to: indices of nodes; a wire with one out of range or from a node to itself is left alone
 * @label: how much room its words need across the flow while it passes beside cards
 * @bends: filled in, owned by the caller, g_free(): pairs of points; it runs straight along the flow from the first to
 *   the second of each pair
 */
typedef struct {
  int from;
  int from_port;
  int to;
  int to_port;
  double label;
  int n_bends;
  LmPoint *bends;
} LmLayoutWire;

/**
 * LmLayoutOptions:
 * @to_right: flow from left to right, else from top to bottom
 * @node_gap: between cards side by side
 * @rank_gap: between cards one after the other
 * @lane: room for a wire that passes beside cards
 * @grid: centres lie on multiples of it; 0 for none
 */
typedef struct {
  gboolean to_right;
  double node_gap;
  double rank_gap;
  double lane;
  double grid;
} LmLayoutOptions;

#define LM_LAYOUT_OPTIONS_INIT ((LmLayoutOptions){ .node_gap = 24, .rank_gap = 40, .lane = 24 })

/**
 * lm_layout:
 *
 * Arranges nodes in ranks (the longest path decides), orders each rank so that
 * few wires cross, and keeps the longest path of each part of the network on
 * one straight line. The first node of the largest part has its centre at
 * (0, 0) across the flow; parts that no wire connects lie side by side. A
 * cycle is broken somewhere. The same input gives the same result.
 *
 * No two nodes overlap; unless there is a cycle, each wire goes forward.
 * Cost: about linear in nodes and wires; a thousand nodes take a millisecond or two.
 * Thread: any.
 *
 * Source: Sugiyama, Tagawa, Toda 1981 (ranks, barycentres, priorities);
 * Barth, Jünger, Mutzel 2002 (counting crossings).
 */
void lm_layout (LmLayoutNode *nodes, int n_nodes, LmLayoutWire *wires, int n_wires, const LmLayoutOptions *options);

G_END_DECLS
