/* lm-layout.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The classic four steps. A wire that passes ranks gets a vertex of its own in each of them (a lane); wires from one port
 * share their lanes, since they carry the same values. Within a rank vertices are ordered by the mean place of their
 * neighbours, sweep after sweep, and the order with the fewest crossings is kept. Then what follows each other without a
 * branch becomes a block, which is to be straight: the longest path lies at 0, and the blocks at both sides of it are
 * pushed towards it as far as the order allows. */

#define MAX_SWEEPS 16
#define PATIENCE 4       /* sweeps without a gain before giving up */
#define MAX_LANES 300000 /* vertices of lanes; beyond, wires run straight */
#define RELAX_SWEEPS 2
#define PORTS_PER_VERTEX 64 /* ports are told apart up to here */

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
} Vertex;

/* A piece of a wire between neighbouring ranks. */
typedef struct {
  int upper;
  int lower;
  int upper_port; /* as a share of the width, 0 … PORTS_PER_VERTEX − 1 */
  int lower_port;
} Link;

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
} Layout;

static gboolean
is_usable (const Layout *l,
           int w)
{
  const LmLayoutWire *wire = &l->wires[w];

  return wire->from >= 0 && wire->from < l->n_nodes && wire->to >= 0 && wire->to < l->n_nodes && wire->from != wire->to;
}

static int
upper_node (const Layout *l,
            int w)
{
  return l->reversed[w] ? l->wires[w].to : l->wires[w].from;
}

static int
lower_node (const Layout *l,
            int w)
{
  return l->reversed[w] ? l->wires[w].from : l->wires[w].to;
}

static double
across (const Layout *l,
        int node)
{
  return l->options->to_right ? l->nodes[node].height : l->nodes[node].width;
}

static double
along (const Layout *l,
       int node)
{
  return l->options->to_right ? l->nodes[node].width : l->nodes[node].height;
}

/* The wires of each node in order: those of node i are @sorted[@first[i]] … @sorted[@first[i + 1] − 1]. */
static void
index_wires (const Layout *l,
             gboolean by_upper,
             int *first,
             int *sorted)
{
  g_autofree int *next = g_new (int, l->n_nodes);

  memset (first, 0, sizeof (int) * (gsize) (l->n_nodes + 1));
  for (int w = 0; w < l->n_wires; w++)
    if (is_usable (l, w))
      first[(by_upper ? upper_node (l, w) : lower_node (l, w)) + 1]++;
  for (int i = 0; i < l->n_nodes; i++) {
    first[i + 1] += first[i];
    next[i] = first[i];
  }
  for (int w = 0; w < l->n_wires; w++)
    if (is_usable (l, w))
      sorted[next[by_upper ? upper_node (l, w) : lower_node (l, w)]++] = w;
}

/* Wires that close a circle on a depth-first walk are turned round. The walk keeps its own stack: networks are deep. */
static void
break_cycles (Layout *l)
{
  g_autofree int *first = g_new (int, l->n_nodes + 1);
  g_autofree int *out = g_new (int, MAX (l->n_wires, 1));
  g_autofree int *state = g_new0 (int, l->n_nodes); /* 0 not seen, 1 on the path, 2 done */
  g_autofree int *next = g_new (int, l->n_nodes);
  g_autofree int *stack = g_new (int, l->n_nodes);

  index_wires (l, TRUE, first, out);
  for (int i = 0; i < l->n_nodes; i++)
    next[i] = first[i];
  for (int start = 0; start < l->n_nodes; start++) {
    int depth = 0;

    if (state[start] != 0)
      continue;
    stack[depth++] = start;
    state[start] = 1;
    while (depth > 0) {
      int node = stack[depth - 1], w, to;

      if (next[node] == first[node + 1]) {
        state[node] = 2;
        depth--;
        continue;
      }
      w = out[next[node]++];
      to = l->wires[w].to;
      if (state[to] == 1) {
        l->reversed[w] = TRUE;
      } else if (state[to] == 0) {
        state[to] = 1;
        stack[depth++] = to;
      }
    }
  }
}

/* Ranks by the longest path from a source, then nodes that only feed something far below are let down to it. */
static void
assign_ranks (Layout *l)
{
  g_autofree int *first = g_new (int, l->n_nodes + 1);
  g_autofree int *out = g_new (int, MAX (l->n_wires, 1));
  g_autofree int *missing = g_new0 (int, l->n_nodes);
  g_autofree int *n_in = g_new0 (int, l->n_nodes);
  int head = 0, tail = 0;

  index_wires (l, TRUE, first, out);
  for (int w = 0; w < l->n_wires; w++)
    if (is_usable (l, w))
      n_in[lower_node (l, w)]++;
  memcpy (missing, n_in, sizeof (int) * (gsize) l->n_nodes);
  for (int i = 0; i < l->n_nodes; i++) {
    l->rank[i] = 0;
    if (missing[i] == 0)
      l->order[tail++] = i;
  }
  while (head < tail) {
    int node = l->order[head++];

    for (int k = first[node]; k < first[node + 1]; k++) {
      int to = lower_node (l, out[k]);

      l->rank[to] = MAX (l->rank[to], l->rank[node] + 1);
      if (--missing[to] == 0)
        l->order[tail++] = to;
    }
  }
  g_assert (tail == l->n_nodes);

  for (int i = l->n_nodes - 1; i >= 0; i--) {
    int node = l->order[i], n_out = first[node + 1] - first[node], lowest = G_MAXINT;

    if (n_out == 0 || n_out <= n_in[node])
      continue;
    for (int k = first[node]; k < first[node + 1]; k++)
      lowest = MIN (lowest, l->rank[lower_node (l, out[k])]);
    l->rank[node] = lowest - 1;
  }
}

static int
port_place (int port,
            int n)
{
  if (n <= 1)
    return PORTS_PER_VERTEX / 2;
  return CLAMP ((port + 1) * PORTS_PER_VERTEX / (n + 1), 0, PORTS_PER_VERTEX - 1);
}

static void
add_link (Layout *l,
          int upper,
          int upper_port,
          int lower,
          int lower_port)
{
  Link link = { upper, lower, upper_port, lower_port };

  g_array_append_val (l->links, link);
}

/* Makes the vertices: the nodes first, under their own numbers, then the lanes. */
static void
add_vertices (Layout *l)
{
  g_autoptr (GHashTable) lanes = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL); /* port → its first lane + 1 */
  gint64 n_lanes = 0;

  for (int i = 0; i < l->n_nodes; i++) {
    Vertex v = {
      .node = i,
      .rank = l->rank[i],
      .half = across (l, i) / 2,
      .lane_next = -1,
    };

    g_array_append_val (l->vertices, v);
  }
  for (int w = 0; w < l->n_wires; w++)
    if (is_usable (l, w))
      n_lanes += MAX (l->rank[lower_node (l, w)] - l->rank[upper_node (l, w)] - 1, 0);

  for (int w = 0; w < l->n_wires; w++) {
    const LmLayoutWire *wire = &l->wires[w];
    int upper, lower, port, out_place, in_place, at;
    gint64 key;
    gpointer begin;

    l->first_lane[w] = -1;
    if (!is_usable (l, w))
      continue;
    upper = upper_node (l, w);
    lower = lower_node (l, w);
    out_place = port_place (wire->from_port, l->nodes[wire->from].n_out);
    in_place = port_place (wire->to_port, l->nodes[wire->to].n_in);
    if (l->reversed[w]) {
      int swap = out_place;

      out_place = in_place;
      in_place = swap;
    }
    if (l->rank[lower] == l->rank[upper] + 1 || n_lanes > MAX_LANES) {
      if (l->rank[lower] == l->rank[upper] + 1)
        add_link (l, upper, out_place, lower, in_place);
      continue;
    }

    /* A reversed wire has lanes of its own: what shares a lane must run the same way. */
    port = l->reversed[w] ? -1 - w : wire->from_port;
    key = (gint64) upper << 32 | (guint32) port;
    begin = g_hash_table_lookup (lanes, &key);
    at = begin != NULL ? GPOINTER_TO_INT (begin) - 1 : -1;
    if (at < 0) {
      Vertex v = { .node = -1, .rank = l->rank[upper] + 1, .lane_next = -1 };
      gint64 *copy = g_new (gint64, 1);

      *copy = key;
      at = (int) l->vertices->len;
      g_array_append_val (l->vertices, v);
      g_hash_table_insert (lanes, copy, GINT_TO_POINTER (at + 1));
      add_link (l, upper, out_place, at, PORTS_PER_VERTEX / 2);
    }
    l->first_lane[w] = at;
    for (;;) {
      Vertex *v = &g_array_index (l->vertices, Vertex, at);

      v->half = MAX (v->half, MAX (l->options->lane, wire->label + 8) / 2);
      if (v->rank == l->rank[lower] - 1)
        break;
      if (v->lane_next < 0) {
        Vertex next = { .node = -1, .rank = v->rank + 1, .lane_next = -1 };
        int fresh = (int) l->vertices->len;

        v->lane_next = fresh;
        g_array_append_val (l->vertices, next);
        add_link (l, at, PORTS_PER_VERTEX / 2, fresh, PORTS_PER_VERTEX / 2);
        at = fresh;
      } else {
        at = v->lane_next;
      }
    }
    add_link (l, at, PORTS_PER_VERTEX / 2, lower, in_place);
  }
}

static Vertex *
vertex (const Layout *l,
        int i)
{
  return &g_array_index (l->vertices, Vertex, i);
}

static const Link *
link_at (const Layout *l,
         int i)
{
  return &g_array_index (l->links, Link, i);
}

static void
index_links (Layout *l)
{
  int up = 0, down = 0;

  l->links_up = g_new (int, MAX (l->links->len, 1));
  l->links_down = g_new (int, MAX (l->links->len, 1));
  for (guint i = 0; i < l->links->len; i++) {
    vertex (l, link_at (l, (int) i)->upper)->n_down++;
    vertex (l, link_at (l, (int) i)->lower)->n_up++;
  }
  for (guint i = 0; i < l->vertices->len; i++) {
    Vertex *v = vertex (l, (int) i);

    v->up_first = up;
    v->down_first = down;
    up += v->n_up;
    down += v->n_down;
    v->n_up = v->n_down = 0;
  }
  for (guint i = 0; i < l->links->len; i++) {
    Vertex *upper = vertex (l, link_at (l, (int) i)->upper), *lower = vertex (l, link_at (l, (int) i)->lower);

    l->links_down[upper->down_first + upper->n_down++] = (int) i;
    l->links_up[lower->up_first + lower->n_up++] = (int) i;
  }
}

/* Fills the ranks in the order of a depth-first walk, lanes before cards, so that what belongs together begins together
 * and wires that pass lie at the left. */
static void
fill_ranks (Layout *l)
{
  guint n = l->vertices->len;
  g_autofree gboolean *seen = g_new0 (gboolean, n);
  g_autofree int *stack = g_new (int, n + l->links->len + 1);

  for (guint i = 0; i < n; i++)
    l->n_ranks = MAX (l->n_ranks, vertex (l, (int) i)->rank + 1);
  l->n_in_rank = g_new0 (int, MAX (l->n_ranks, 1));
  l->ranks = g_new0 (int *, MAX (l->n_ranks, 1));
  for (guint i = 0; i < n; i++)
    l->n_in_rank[vertex (l, (int) i)->rank]++;
  for (int r = 0; r < l->n_ranks; r++) {
    l->ranks[r] = g_new (int, MAX (l->n_in_rank[r], 1));
    l->n_in_rank[r] = 0;
  }
  for (int i = 0; i < l->n_nodes; i++) {
    int depth = 0;

    if (vertex (l, l->order[i])->n_up > 0)
      continue;
    stack[depth++] = l->order[i];
    while (depth > 0) {
      int at = stack[--depth];
      Vertex *v = vertex (l, at);

      if (seen[at])
        continue;
      seen[at] = TRUE;
      v->place = l->n_in_rank[v->rank];
      l->ranks[v->rank][l->n_in_rank[v->rank]++] = at;
      /* The last pushed comes first: cards, then lanes on top. */
      for (int pass = 0; pass < 2; pass++) {
        for (int k = v->n_down - 1; k >= 0; k--) {
          int to = link_at (l, l->links_down[v->down_first + k])->lower;

          if (!seen[to] && (vertex (l, to)->node < 0) == (pass == 1))
            stack[depth++] = to;
        }
      }
    }
  }
  for (guint i = 0; i < n; i++) {
    Vertex *v = vertex (l, (int) i);

    if (!seen[i]) {
      v->place = l->n_in_rank[v->rank];
      l->ranks[v->rank][l->n_in_rank[v->rank]++] = (int) i;
    }
  }
}

typedef struct {
  gint64 upper;
  gint64 lower;
} Ends;

static int
compare_ends (const void *a,
              const void *b)
{
  const Ends *x = a, *y = b;

  if (x->upper != y->upper)
    return x->upper < y->upper ? -1 : 1;
  return (x->lower > y->lower) - (x->lower < y->lower);
}

/* Crossings of all wires with each other: inversions, counted with a tree of partial sums. */
static gint64
count_crossings (const Layout *l)
{
  gint64 crossings = 0;
  g_autofree Ends *ends = g_new (Ends, MAX (l->links->len, 1));
  g_autofree int *tree = NULL;
  int widest = 1;

  for (int r = 0; r < l->n_ranks; r++)
    widest = MAX (widest, l->n_in_rank[r]);
  tree = g_new (int, (gsize) widest *PORTS_PER_VERTEX + 2);

  for (int r = 0; r + 1 < l->n_ranks; r++) {
    int n = 0, size = l->n_in_rank[r + 1] * PORTS_PER_VERTEX + 1;

    for (int p = 0; p < l->n_in_rank[r]; p++) {
      const Vertex *v = vertex (l, l->ranks[r][p]);

      for (int k = 0; k < v->n_down; k++) {
        const Link *link = link_at (l, l->links_down[v->down_first + k]);

        ends[n].upper = (gint64) v->place * PORTS_PER_VERTEX + link->upper_port;
        ends[n].lower = (gint64) vertex (l, link->lower)->place * PORTS_PER_VERTEX + link->lower_port;
        n++;
      }
    }
    if (n < 2)
      continue;
    qsort (ends, (gsize) n, sizeof *ends, compare_ends);
    memset (tree, 0, sizeof (int) * (gsize) (size + 1));
    for (int i = 0; i < n; i++) {
      int smaller_or_equal = 0;

      for (int k = (int) ends[i].lower + 1; k > 0; k -= k & -k)
        smaller_or_equal += tree[k];
      crossings += i - smaller_or_equal;
      for (int k = (int) ends[i].lower + 1; k <= size; k += k & -k)
        tree[k]++;
    }
  }
  return crossings;
}

typedef struct {
  double weight;
  int vertex;
  int place;
} Sortable;

static int
compare_sortable (const void *a,
                  const void *b)
{
  const Sortable *x = a, *y = b;

  if (x->weight != y->weight)
    return x->weight < y->weight ? -1 : 1;
  return x->place - y->place;
}

/* Orders rank @r by the mean place of the neighbours above or below. */
static void
order_rank (Layout *l,
            int r,
            gboolean by_upper,
            Sortable *room)
{
  int n = l->n_in_rank[r];

  for (int p = 0; p < n; p++) {
    int at = l->ranks[r][p];
    const Vertex *v = vertex (l, at);
    int n_links = by_upper ? v->n_up : v->n_down;
    double sum = 0;

    for (int k = 0; k < n_links; k++) {
      const Link *link = link_at (l, by_upper ? l->links_up[v->up_first + k] : l->links_down[v->down_first + k]);
      int other = by_upper ? link->upper : link->lower, port = by_upper ? link->upper_port : link->lower_port;

      sum += vertex (l, other)->place + (double) port / PORTS_PER_VERTEX;
    }
    room[p] = (Sortable){ n_links > 0 ? sum / n_links : p + 0.5, at, p };
  }
  qsort (room, (gsize) n, sizeof *room, compare_sortable);
  for (int p = 0; p < n; p++) {
    l->ranks[r][p] = room[p].vertex;
    vertex (l, room[p].vertex)->place = p;
  }
}

static void
reduce_crossings (Layout *l)
{
  guint n = l->vertices->len;
  g_autofree int *best = g_new (int, MAX (n, 1));
  g_autofree Sortable *room = NULL;
  gint64 fewest = count_crossings (l);
  int idle = 0, widest = 1;

  for (int r = 0; r < l->n_ranks; r++)
    widest = MAX (widest, l->n_in_rank[r]);
  if (widest == 1)
    return;
  room = g_new (Sortable, widest);
  for (guint i = 0; i < n; i++)
    best[i] = vertex (l, (int) i)->place;

  for (int sweep = 0; sweep < MAX_SWEEPS && idle < PATIENCE && fewest > 0; sweep++) {
    gint64 now;

    if (sweep % 2 == 0) {
      for (int r = l->n_ranks - 2; r >= 0; r--)
        order_rank (l, r, FALSE, room);
    } else {
      for (int r = 1; r < l->n_ranks; r++)
        order_rank (l, r, TRUE, room);
    }
    now = count_crossings (l);
    idle++;
    if (now < fewest) {
      fewest = now;
      idle = 0;
      for (guint i = 0; i < n; i++)
        best[i] = vertex (l, (int) i)->place;
    }
  }
  for (guint i = 0; i < n; i++) {
    Vertex *v = vertex (l, (int) i);

    v->place = best[i];
    l->ranks[v->rank][v->place] = (int) i;
  }
}

/* The longest path; of several, the one that runs most in the middle of the ranks. */
static void
mark_main_path (Layout *l)
{
  g_autofree int *first = g_new (int, l->n_nodes + 1);
  g_autofree int *in = g_new (int, MAX (l->n_wires, 1));
  g_autofree int *length = g_new (int, l->n_nodes);
  g_autofree int *before = g_new (int, l->n_nodes);
  g_autofree double *outside = g_new (double, l->n_nodes); /* how far from the middle, summed */
  int end = l->order[0];

  index_wires (l, FALSE, first, in);
  for (int i = 0; i < l->n_nodes; i++) {
    int node = l->order[i];
    const Vertex *v = vertex (l, node);

    length[node] = 1;
    before[node] = -1;
    outside[node] = 0;
    for (int k = first[node]; k < first[node + 1]; k++) {
      int from = upper_node (l, in[k]);

      if (length[from] + 1 > length[node] || (length[from] + 1 == length[node] && outside[from] < outside[node] - 1e-9)) {
        length[node] = length[from] + 1;
        before[node] = from;
        outside[node] = outside[from];
      }
    }
    outside[node] += fabs (v->place - (l->n_in_rank[v->rank] - 1) / 2.0);
    if (length[node] > length[end] || (length[node] == length[end] && outside[node] < outside[end] - 1e-9))
      end = node;
  }
  for (int node = end; node >= 0; node = before[node])
    vertex (l, node)->is_main = TRUE;
}

/* How far the centres of neighbours in a rank must be from each other. */
static double
separation (const Layout *l,
            const Vertex *a,
            const Vertex *b)
{
  double gap = a->node >= 0 && b->node >= 0 ? l->options->node_gap : l->options->node_gap / 2;

  return a->half + b->half + gap;
}

/* Vertices that shall lie in one line. Vertices of block b: @member[@first[b]] … @member[@first[b + 1] − 1], by rank. */
typedef struct {
  int n;
  int *first;
  int *member;
  int *waits; /* neighbours towards the main path whose place is not known yet */
  int *order; /* in which the places became known */
  gboolean *is_placed;
  int *main_place; /* per rank */
} Blocks;

static void
blocks_clear (Blocks *b)
{
  g_free (b->first);
  g_free (b->member);
  g_free (b->waits);
  g_free (b->order);
  g_free (b->is_placed);
  g_free (b->main_place);
}

/* The side of the main path: −1, 0 or 1. */
static int
side_of (const Blocks *b,
         const Vertex *v)
{
  return (v->place > b->main_place[v->rank]) - (v->place < b->main_place[v->rank]);
}

/* The vertex above that @v continues without a branch, −1 for none. */
static int
continued (const Layout *l,
           const Blocks *b,
           int i)
{
  const Vertex *v = vertex (l, i), *u;
  int upper;

  for (int k = 0; k < v->n_up; k++) {
    upper = link_at (l, l->links_up[v->up_first + k])->upper;
    u = vertex (l, upper);
    if (u->is_main || side_of (b, u) != side_of (b, v))
      continue;
    if (u->lane_next == i || (v->n_up == 1 && u->n_down == 1))
      return upper;
  }
  return -1;
}

/* Block 0 is the main path. */
static void
make_blocks (Layout *l,
             Blocks *b)
{
  guint n = l->vertices->len;
  g_autofree int *next = NULL;

  *b = (Blocks){ .n = 1, .main_place = g_new (int, l->n_ranks) };
  for (int r = 0; r < l->n_ranks; r++) {
    b->main_place[r] = -1; /* where it does not reach, all lies to its right */
    for (int p = 0; p < l->n_in_rank[r]; p++)
      if (vertex (l, l->ranks[r][p])->is_main)
        b->main_place[r] = p;
  }
  for (int r = 0; r < l->n_ranks; r++) {
    for (int p = 0; p < l->n_in_rank[r]; p++) {
      int i = l->ranks[r][p], above = vertex (l, i)->is_main ? -1 : continued (l, b, i);

      vertex (l, i)->block = vertex (l, i)->is_main ? 0 : above >= 0 ? vertex (l, above)->block
                                                                     : b->n++;
    }
  }
  b->first = g_new0 (int, b->n + 1);
  b->member = g_new (int, n);
  b->waits = g_new0 (int, b->n);
  b->order = g_new (int, b->n);
  b->is_placed = g_new0 (gboolean, b->n);
  for (guint i = 0; i < n; i++)
    b->first[vertex (l, (int) i)->block + 1]++;
  for (int k = 0; k < b->n; k++)
    b->first[k + 1] += b->first[k];
  next = g_memdup2 (b->first, sizeof (int) * (gsize) b->n);
  for (int r = 0; r < l->n_ranks; r++)
    for (int p = 0; p < l->n_in_rank[r]; p++)
      b->member[next[vertex (l, l->ranks[r][p])->block]++] = l->ranks[r][p];
}

/* The neighbour of @v in its rank in direction @step; NULL if there is none. */
static Vertex *
neighbour (const Layout *l,
           const Vertex *v,
           int step)
{
  int place = v->place + step;

  return place >= 0 && place < l->n_in_rank[v->rank] ? vertex (l, l->ranks[v->rank][place]) : NULL;
}

/* @x on the grid, away from the main path (@side) or towards it (−@side). */
static double
on_grid (const Layout *l,
         double x,
         int side)
{
  double grid = l->options->grid;

  if (grid <= 0)
    return x;
  return (side > 0 ? ceil (x / grid - 1e-6) : floor (x / grid + 1e-6)) * grid;
}

/* As near to the main path as the placed neighbours at its inner side allow. */
static void
place_block (Layout *l,
             Blocks *b,
             int block,
             int side)
{
  double x = side > 0 ? -INFINITY : INFINITY;

  for (int k = b->first[block]; k < b->first[block + 1]; k++) {
    const Vertex *v = vertex (l, b->member[k]), *inner = neighbour (l, v, -side);

    if (inner == NULL)
      x = side > 0 ? MAX (x, 0) : MIN (x, 0);
    else if (inner->block != block && b->is_placed[inner->block])
      x = side > 0 ? MAX (x, inner->x + separation (l, inner, v)) : MIN (x, inner->x - separation (l, inner, v));
  }
  if (!isfinite (x))
    x = 0;
  x = on_grid (l, x, side);
  for (int k = b->first[block]; k < b->first[block + 1]; k++)
    vertex (l, b->member[k])->x = x;
  b->is_placed[block] = TRUE;
}

/* Places all blocks of one side, from the main path outwards. @from is where in b->order they begin. Returns: where they end. */
static int
place_side (Layout *l,
            Blocks *b,
            int side,
            int from)
{
  int head = from, tail = from, n_waiting = 0, search = 1;

  for (int block = 1; block < b->n; block++) {
    if (side_of (b, vertex (l, b->member[b->first[block]])) != side)
      continue;
    n_waiting++;
    for (int k = b->first[block]; k < b->first[block + 1]; k++) {
      const Vertex *inner = neighbour (l, vertex (l, b->member[k]), -side);

      b->waits[block] += inner != NULL && inner->block != block && inner->block != 0;
    }
    if (b->waits[block] == 0)
      b->order[tail++] = block;
  }
  while (n_waiting > 0) {
    int block;

    if (head == tail) {
      /* Blocks that cross each other wait for each other: take one as it is; separate_ranks() mends what overlaps. */
      while (b->is_placed[search] || b->waits[search] <= 0 || side_of (b, vertex (l, b->member[b->first[search]])) != side)
        search++;
      b->waits[search] = 0;
      b->order[tail++] = search;
    }
    block = b->order[head++];
    n_waiting--;
    place_block (l, b, block, side);
    for (int k = b->first[block]; k < b->first[block + 1]; k++) {
      const Vertex *outer = neighbour (l, vertex (l, b->member[k]), side);

      if (outer != NULL && outer->block != block && outer->block != 0 && !b->is_placed[outer->block] && b->waits[outer->block] > 0 &&
          --b->waits[outer->block] == 0)
        b->order[tail++] = outer->block;
    }
  }
  return tail;
}

static int
compare_doubles (const void *a,
                 const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Lets a block go outwards to the middle of what it is wired to, as far as there is room. */
static void
relax_block (Layout *l,
             const Blocks *b,
             int block,
             int side,
             GArray *wanted)
{
  double x = vertex (l, b->member[b->first[block]])->x, most = side > 0 ? INFINITY : -INFINITY, to;

  g_array_set_size (wanted, 0);
  for (int k = b->first[block]; k < b->first[block + 1]; k++) {
    const Vertex *v = vertex (l, b->member[k]), *outer = neighbour (l, v, side);

    if (outer != NULL && outer->block != block)
      most = side > 0 ? MIN (most, outer->x - separation (l, v, outer)) : MAX (most, outer->x + separation (l, v, outer));
    for (int i = 0; i < v->n_up + v->n_down; i++) {
      int other = i < v->n_up ? link_at (l, l->links_up[v->up_first + i])->upper : link_at (l, l->links_down[v->down_first + i - v->n_up])->lower;

      if (vertex (l, other)->block != block)
        g_array_append_val (wanted, vertex (l, other)->x);
    }
  }
  if (wanted->len == 0)
    return;
  qsort (wanted->data, wanted->len, sizeof (double), compare_doubles);
  to = g_array_index (wanted, double, wanted->len / 2);
  to = on_grid (l, side > 0 ? MIN (to, most) : MAX (to, most), -side);
  if (side > 0 ? to <= x : to >= x)
    return;
  for (int k = b->first[block]; k < b->first[block + 1]; k++)
    vertex (l, b->member[k])->x = to;
}

/* Whatever happened before: from the main path outwards each vertex keeps its distance from the last. */
static void
separate_ranks (Layout *l,
                const Blocks *b)
{
  for (int r = 0; r < l->n_ranks; r++) {
    int middle = MAX (b->main_place[r], 0);

    for (int p = middle + 1; p < l->n_in_rank[r]; p++) {
      Vertex *v = vertex (l, l->ranks[r][p]), *inner = vertex (l, l->ranks[r][p - 1]);

      v->x = MAX (v->x, on_grid (l, inner->x + separation (l, inner, v), 1));
    }
    for (int p = middle - 1; p >= 0; p--) {
      Vertex *v = vertex (l, l->ranks[r][p]), *inner = vertex (l, l->ranks[r][p + 1]);

      v->x = MIN (v->x, on_grid (l, inner->x - separation (l, v, inner), -1));
    }
  }
}

static void
assign_across (Layout *l)
{
  Blocks b;
  int right, end;
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (double));

  make_blocks (l, &b);
  b.is_placed[0] = TRUE;
  for (int k = b.first[0]; k < b.first[1]; k++)
    vertex (l, b.member[k])->x = 0;
  right = place_side (l, &b, 1, 0);
  end = place_side (l, &b, -1, right);
  for (int sweep = 0; sweep < RELAX_SWEEPS; sweep++)
    for (int i = end - 1; i >= 0; i--)
      relax_block (l, &b, b.order[i], i < right ? 1 : -1, wanted);
  separate_ranks (l, &b);
  blocks_clear (&b);
}

/* Where each rank begins and ends along the flow. */
static void
assign_along (Layout *l)
{
  double at = 0, grid = l->options->grid;
  g_autofree double *before = g_new0 (double, MAX (l->n_ranks, 1));
  g_autofree double *behind = g_new0 (double, MAX (l->n_ranks, 1));

  for (int i = 0; i < l->n_nodes; i++) {
    double half = along (l, i) / 2;

    before[l->rank[i]] = MAX (before[l->rank[i]], half);
    behind[l->rank[i]] = MAX (behind[l->rank[i]], half + l->nodes[i].tail);
  }
  l->rank_start = g_new0 (double, MAX (l->n_ranks, 1));
  l->rank_end = g_new0 (double, MAX (l->n_ranks, 1));
  l->rank_middle = g_new0 (double, MAX (l->n_ranks, 1));
  for (int r = 0; r < l->n_ranks; r++) {
    double reach = 0;

    if (r > 0) {
      double pitch;

      /* Wires that go far to the side need more room to turn. */
      for (int p = 0; p < l->n_in_rank[r]; p++) {
        const Vertex *v = vertex (l, l->ranks[r][p]);

        for (int k = 0; k < v->n_up; k++)
          reach = MAX (reach, fabs (v->x - vertex (l, link_at (l, l->links_up[v->up_first + k])->upper)->x));
      }
      pitch = behind[r - 1] + l->options->rank_gap + CLAMP ((reach - 300) * 0.06, 0, 48) + before[r];
      at += grid > 0 ? ceil (pitch / grid - 1e-6) * grid : pitch;
    }
    l->rank_middle[r] = at;
    l->rank_start[r] = at - before[r];
    l->rank_end[r] = at + behind[r];
  }
}

/* What a part takes up, and where it goes. */
typedef struct {
  double low; /* across */
  double high;
  double length; /* along */
  int first;     /* its first node, for a fixed order */
  int n;
  double shift_across;
  double shift_along;
} Part;

static void
write_bends (Layout *l,
             int w)
{
  LmLayoutWire *wire = &l->wires[w];
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (LmPoint));
  int last_rank = l->rank[lower_node (l, w)] - 1;

  for (int at = l->first_lane[w]; at >= 0; at = vertex (l, at)->lane_next) {
    const Vertex *v = vertex (l, at);
    LmPoint begin = { v->x, l->rank_start[v->rank] };
    LmPoint end = { v->x, l->rank_end[v->rank] };

    if (points->len > 0 && fabs (g_array_index (points, LmPoint, points->len - 1).x - begin.x) < 0.5) {
      g_array_index (points, LmPoint, points->len - 1).y = end.y;
    } else {
      g_array_append_val (points, begin);
      g_array_append_val (points, end);
    }
    if (v->rank == last_rank)
      break;
  }
  if (l->reversed[w]) {
    for (guint i = 0; i < points->len / 2; i++) {
      LmPoint swap = g_array_index (points, LmPoint, i);

      g_array_index (points, LmPoint, i) = g_array_index (points, LmPoint, points->len - 1 - i);
      g_array_index (points, LmPoint, points->len - 1 - i) = swap;
    }
  }
  wire->n_bends = (int) points->len;
  wire->bends = points->len > 0 ? (LmPoint *) (gpointer) g_array_free (g_steal_pointer (&points), FALSE) : NULL;
}

/* Writes x across and y along the flow. */
static void
write_result (Layout *l,
              Part *part)
{
  part->low = INFINITY;
  part->high = -INFINITY;
  for (guint i = 0; i < l->vertices->len; i++) {
    const Vertex *v = vertex (l, (int) i);

    part->low = MIN (part->low, v->x - v->half);
    part->high = MAX (part->high, v->x + v->half);
  }
  part->length = l->rank_end[l->n_ranks - 1] - l->rank_start[0];
  for (int i = 0; i < l->n_nodes; i++) {
    l->nodes[i].x = vertex (l, i)->x;
    l->nodes[i].y = l->rank_middle[l->rank[i]];
  }
  for (int w = 0; w < l->n_wires; w++)
    if (l->first_lane[w] >= 0)
      write_bends (l, w);
}

static void
layout_clear (Layout *l)
{
  for (int r = 0; r < l->n_ranks; r++)
    g_free (l->ranks[r]);
  g_free (l->ranks);
  g_free (l->n_in_rank);
  g_free (l->rank_start);
  g_free (l->rank_end);
  g_free (l->rank_middle);
  g_free (l->links_up);
  g_free (l->links_down);
  g_free (l->first_lane);
  g_free (l->reversed);
  g_free (l->rank);
  g_free (l->order);
  g_array_unref (l->vertices);
  g_array_unref (l->links);
}

static void
lay_out_part (LmLayoutNode *nodes,
              int n_nodes,
              LmLayoutWire *wires,
              int n_wires,
              const LmLayoutOptions *options,
              Part *part)
{
  Layout l = {
    .nodes = nodes,
    .n_nodes = n_nodes,
    .wires = wires,
    .n_wires = n_wires,
    .options = options,
    .reversed = g_new0 (gboolean, MAX (n_wires, 1)),
    .rank = g_new0 (int, n_nodes),
    .order = g_new0 (int, n_nodes),
    .first_lane = g_new (int, MAX (n_wires, 1)),
    .vertices = g_array_new (FALSE, FALSE, sizeof (Vertex)),
    .links = g_array_new (FALSE, FALSE, sizeof (Link)),
  };

  break_cycles (&l);
  assign_ranks (&l);
  add_vertices (&l);
  index_links (&l);
  fill_ranks (&l);
  reduce_crossings (&l);
  mark_main_path (&l);
  assign_across (&l);
  assign_along (&l);
  write_result (&l, part);
  layout_clear (&l);
}

static int
compare_parts (const void *a,
               const void *b)
{
  const Part *const *x = a, *const *y = b;

  if ((*x)->n != (*y)->n)
    return (*x)->n > (*y)->n ? -1 : 1;
  return (*x)->first - (*y)->first;
}

/* The largest part stays where it is; the others stand beside it in rows. */
static void
place_parts (Part *parts,
             int n_parts,
             const LmLayoutOptions *options)
{
  g_autofree Part **sorted = g_new (Part *, n_parts);
  double total = 0, gap = options->node_gap * 2, grid = options->grid;
  double limit, x, origin, row_start = 0, row_length = 0;

  for (int c = 0; c < n_parts; c++) {
    sorted[c] = &parts[c];
    total += (parts[c].high - parts[c].low + gap) * (parts[c].length + gap);
  }
  qsort (sorted, (gsize) n_parts, sizeof *sorted, compare_parts);
  x = origin = sorted[0]->low;
  limit = MAX (sqrt (total) * 1.4, 1.5 * (sorted[0]->high - sorted[0]->low));
  for (int i = 0; i < n_parts; i++) {
    Part *part = sorted[i];
    double width = part->high - part->low;

    if (i > 0 && x + width - origin > limit) {
      row_start += row_length + gap;
      row_length = 0;
      x = origin;
    }
    part->shift_across = x - part->low;
    part->shift_along = row_start;
    if (grid > 0) {
      part->shift_across = ceil (part->shift_across / grid - 1e-6) * grid;
      part->shift_along = ceil (part->shift_along / grid - 1e-6) * grid;
    }
    x = part->low + part->shift_across + width + gap;
    row_length = MAX (row_length, part->length);
  }
}

/* Names the parts 0, 1, … in the order of their first nodes. Returns: how many there are. */
static int
find_parts (const LmLayoutWire *wires,
            int n_wires,
            int n_nodes,
            int *part_of)
{
  g_autofree int *parent = g_new (int, n_nodes);
  int n_parts = 0;

  for (int i = 0; i < n_nodes; i++)
    parent[i] = i;
  for (int w = 0; w < n_wires; w++) {
    int ends[2] = { wires[w].from, wires[w].to };

    if (ends[0] < 0 || ends[0] >= n_nodes || ends[1] < 0 || ends[1] >= n_nodes)
      continue;
    for (int e = 0; e < 2; e++) {
      while (parent[ends[e]] != ends[e]) {
        parent[ends[e]] = parent[parent[ends[e]]];
        ends[e] = parent[ends[e]];
      }
    }
    parent[MAX (ends[0], ends[1])] = MIN (ends[0], ends[1]);
  }
  for (int i = 0; i < n_nodes; i++) {
    int root = i;

    while (parent[root] != root)
      root = parent[root];
    part_of[i] = root == i ? n_parts++ : part_of[root];
  }
  return n_parts;
}

static void
shift_point (double *x,
             double *y,
             const Part *part,
             gboolean to_right)
{
  double across = *x + part->shift_across, along = *y + part->shift_along;

  *x = to_right ? along : across;
  *y = to_right ? across : along;
}

/* Copies each part out, lays it out and copies the result back. */
static void
lay_out_parts (LmLayoutNode *nodes,
               int n_nodes,
               LmLayoutWire *wires,
               int n_wires,
               const LmLayoutOptions *options,
               const int *part_of,
               Part *parts,
               int n_parts)
{
  g_autofree LmLayoutNode *some_nodes = g_new (LmLayoutNode, n_nodes);
  g_autofree LmLayoutWire *some_wires = g_new (LmLayoutWire, MAX (n_wires, 1));
  g_autofree int *node_first = g_new0 (int, n_parts + 1);
  g_autofree int *wire_first = g_new0 (int, n_parts + 1);
  g_autofree int *node_place = g_new (int, n_nodes);
  g_autofree int *wire_place = g_new (int, MAX (n_wires, 1));
  g_autofree int *n = g_new0 (int, n_parts);

  for (int i = 0; i < n_nodes; i++)
    node_first[part_of[i] + 1]++;
  for (int w = 0; w < n_wires; w++) {
    gboolean usable = wires[w].from >= 0 && wires[w].from < n_nodes && wires[w].to >= 0 && wires[w].to < n_nodes;

    wire_place[w] = usable ? 0 : -1;
    if (usable)
      wire_first[part_of[wires[w].from] + 1]++;
  }
  for (int c = 0; c < n_parts; c++) {
    node_first[c + 1] += node_first[c];
    wire_first[c + 1] += wire_first[c];
  }
  for (int i = 0; i < n_nodes; i++) {
    int c = part_of[i];

    node_place[i] = n[c];
    some_nodes[node_first[c] + n[c]++] = nodes[i];
    parts[c].first = n[c] == 1 ? i : parts[c].first;
  }
  for (int c = 0; c < n_parts; c++) {
    parts[c].n = n[c];
    n[c] = 0;
  }
  for (int w = 0; w < n_wires; w++) {
    int c, at;

    if (wire_place[w] < 0)
      continue;
    c = part_of[wires[w].from];
    at = wire_first[c] + n[c]++;
    some_wires[at] = wires[w];
    some_wires[at].from = node_place[wires[w].from];
    some_wires[at].to = node_place[wires[w].to];
    wire_place[w] = at;
  }

  for (int c = 0; c < n_parts; c++)
    lay_out_part (some_nodes + node_first[c], node_first[c + 1] - node_first[c], some_wires + wire_first[c], wire_first[c + 1] - wire_first[c], options, &parts[c]);

  for (int i = 0; i < n_nodes; i++) {
    const LmLayoutNode *from = &some_nodes[node_first[part_of[i]] + node_place[i]];

    nodes[i].x = from->x;
    nodes[i].y = from->y;
  }
  for (int w = 0; w < n_wires; w++) {
    if (wire_place[w] < 0)
      continue;
    wires[w].n_bends = some_wires[wire_place[w]].n_bends;
    wires[w].bends = some_wires[wire_place[w]].bends;
  }
}

void
lm_layout (LmLayoutNode *nodes,
           int n_nodes,
           LmLayoutWire *wires,
           int n_wires,
           const LmLayoutOptions *options)
{
  g_autofree int *part_of = NULL;
  g_autofree Part *parts = NULL;
  int n_parts;

  for (int w = 0; w < n_wires; w++) {
    wires[w].n_bends = 0;
    wires[w].bends = NULL;
  }
  if (n_nodes <= 0)
    return;

  part_of = g_new (int, n_nodes);
  n_parts = find_parts (wires, n_wires, n_nodes, part_of);
  parts = g_new0 (Part, n_parts);
  lay_out_parts (nodes, n_nodes, wires, n_wires, options, part_of, parts, n_parts);
  place_parts (parts, n_parts, options);

  for (int i = 0; i < n_nodes; i++)
    shift_point (&nodes[i].x, &nodes[i].y, &parts[part_of[i]], options->to_right);
  for (int w = 0; w < n_wires; w++)
    for (int k = 0; k < wires[w].n_bends; k++)
      shift_point (&wires[w].bends[k].x, &wires[w].bends[k].y, &parts[part_of[wires[w].from]], options->to_right);
}
