/* lm-layout-private.h: what the steps of the layout share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-layout.h"

G_BEGIN_DECLS

/* Ports of a card are told apart up to here; 0 … LM_LAYOUT_PORTS − 1 across its width. */
#define LM_LAYOUT_PORTS 64

typedef struct {
  int node; /* −1: a lane */
  int rank;
  int place; /* in its rank */
  gboolean is_main;
  int block;
  double half;            /* of its room across the flow */
  double x;               /* centre across the flow */
  int up_first, n_up;     /* into links_up */
  int down_first, n_down; /* into links_down */
  int lane_next;          /* −1: the lane ends */
} LmLayoutVertex;

/* A piece of a wire between neighbouring ranks. */
typedef struct {
  int upper;
  int lower;
  int upper_port; /* as a share of the width, 0 … LM_LAYOUT_PORTS − 1 */
  int lower_port;
} LmLayoutLink;

/* One connected part of the network. */
typedef struct {
  LmLayoutNode *nodes;
  int n_nodes;
  LmLayoutWire *wires;
  int n_wires;
  const LmLayoutOptions *options;
  gboolean *reversed; /* per wire: against the ranks, part of a cycle */
  int *rank;          /* per node */
  int *order;         /* nodes, sources first */
  GArray *vertices;
  GArray *links;
  int *links_up;   /* links by their lower end */
  int *links_down; /* by their upper end */
  int *first_lane; /* per wire: vertex, −1 for none */
  int n_ranks;
  int **ranks; /* vertices by place */
  int *n_in_rank;
  double *rank_start; /* along the flow, of the cards in it */
  double *rank_end;
  double *rank_middle;
} LmLayout;

static inline gboolean
lm_layout_is_usable (const LmLayout *l,
                     int w)
{
  const LmLayoutWire *wire = &l->wires[w];

  return wire->from >= 0 && wire->from < l->n_nodes && wire->to >= 0 && wire->to < l->n_nodes && wire->from != wire->to;
}

static inline int
lm_layout_upper (const LmLayout *l,
                 int w)
{
  return l->reversed[w] ? l->wires[w].to : l->wires[w].from;
}

static inline int
lm_layout_lower (const LmLayout *l,
                 int w)
{
  return l->reversed[w] ? l->wires[w].from : l->wires[w].to;
}

static inline LmLayoutVertex *
lm_layout_vertex (const LmLayout *l,
                  int i)
{
  return &g_array_index (l->vertices, LmLayoutVertex, i);
}

static inline const LmLayoutLink *
lm_layout_link (const LmLayout *l,
                int i)
{
  return &g_array_index (l->links, LmLayoutLink, i);
}

/* The wires of each node in order: those of node i are @sorted[@first[i]] … @sorted[@first[i + 1] − 1]. */
void lm_layout_index_wires (const LmLayout *l, gboolean by_upper, int *first, int *sorted);

/* Fills the ranks in the order of a depth-first walk, lanes before cards, so that what belongs together begins together
 * and wires that pass lie at the left. */
void lm_layout_fill_ranks (LmLayout *l);

/* Orders each rank so that few wires cross. */
void lm_layout_reduce_crossings (LmLayout *l);

/* Gives every vertex its place across the flow: the longest path at 0, the rest straight and near to it. */
void lm_layout_assign_across (LmLayout *l);

G_END_DECLS
