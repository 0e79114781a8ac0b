/* lm-layout.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layout-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The classic four steps. A wire that passes ranks gets a vertex of its own in each of them (a lane); wires from one port
 * share their lanes, since they carry the same values. Within a rank vertices are ordered by the mean place of their
 * neighbours, sweep after sweep, and the order with the fewest crossings is kept. Then what follows each other without a
 * branch becomes a block, which is to be straight: the longest path lies at 0, and the blocks at both sides of it are
 * pushed towards it as far as the order allows. */

#define MAX_LANES 300000 /* vertices of lanes; beyond, wires run straight */

static double
across (const LmLayout *l,
        int node)
{
  return l->options->to_right ? l->nodes[node].height : l->nodes[node].width;
}

static double
along (const LmLayout *l,
       int node)
{
  return l->options->to_right ? l->nodes[node].width : l->nodes[node].height;
}

void
lm_layout_index_wires (const LmLayout *l,
                       gboolean by_upper,
                       int *first,
                       int *sorted)
{
  g_autofree int *next = g_new (int, l->n_nodes);

  memset (first, 0, sizeof (int) * (gsize) (l->n_nodes + 1));
  for (int w = 0; w < l->n_wires; w++)
    if (lm_layout_is_usable (l, w))
      first[(by_upper ? lm_layout_upper (l, w) : lm_layout_lower (l, w)) + 1]++;
  for (int i = 0; i < l->n_nodes; i++) {
    first[i + 1] += first[i];
    next[i] = first[i];
  }
  for (int w = 0; w < l->n_wires; w++)
    if (lm_layout_is_usable (l, w))
      sorted[next[by_upper ? lm_layout_upper (l, w) : lm_layout_lower (l, w)]++] = w;
}

/* Wires that close a circle on a depth-first walk are turned round. The walk keeps its own stack: networks are deep. */
static void
break_cycles (LmLayout *l)
{
  g_autofree int *first = g_new (int, l->n_nodes + 1);
  g_autofree int *out = g_new (int, MAX (l->n_wires, 1));
  g_autofree int *state = g_new0 (int, l->n_nodes); /* 0 not seen, 1 on the path, 2 done */
  g_autofree int *next = g_new (int, l->n_nodes);
  g_autofree int *stack = g_new (int, l->n_nodes);

  lm_layout_index_wires (l, TRUE, first, out);
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
assign_ranks (LmLayout *l)
{
  g_autofree int *first = g_new (int, l->n_nodes + 1);
  g_autofree int *out = g_new (int, MAX (l->n_wires, 1));
  g_autofree int *missing = g_new0 (int, l->n_nodes);
  g_autofree int *n_in = g_new0 (int, l->n_nodes);
  int head = 0, tail = 0;

  lm_layout_index_wires (l, TRUE, first, out);
  for (int w = 0; w < l->n_wires; w++)
    if (lm_layout_is_usable (l, w))
      n_in[lm_layout_lower (l, w)]++;
  memcpy (missing, n_in, sizeof (int) * (gsize) l->n_nodes);
  for (int i = 0; i < l->n_nodes; i++) {
    l->rank[i] = 0;
    if (missing[i] == 0)
      l->order[tail++] = i;
  }
  while (head < tail) {
    int node = l->order[head++];

    for (int k = first[node]; k < first[node + 1]; k++) {
      int to = lm_layout_lower (l, out[k]);

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
      lowest = MIN (lowest, l->rank[lm_layout_lower (l, out[k])]);
    l->rank[node] = lowest - 1;
  }
}

static int
port_place (int port,
            int n)
{
  if (n <= 1)
    return LM_LAYOUT_PORTS / 2;
  return CLAMP ((port + 1) * LM_LAYOUT_PORTS / (n + 1), 0, LM_LAYOUT_PORTS - 1);
}

static void
add_link (LmLayout *l,
          int upper,
          int upper_port,
          int lower,
          int lower_port)
{
  LmLayoutLink link = { upper, lower, upper_port, lower_port };

  g_array_append_val (l->links, link);
}

/* Makes the vertices: the nodes first, under their own numbers, then the lanes. */
static void
add_vertices (LmLayout *l)
{
  g_autoptr (GHashTable) lanes = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL); /* port → its first lane + 1 */
  gint64 n_lanes = 0;

  for (int i = 0; i < l->n_nodes; i++) {
    LmLayoutVertex v = {
      .node = i,
      .rank = l->rank[i],
      .half = across (l, i) / 2,
      .lane_next = -1,
    };

    g_array_append_val (l->vertices, v);
  }
  for (int w = 0; w < l->n_wires; w++)
    if (lm_layout_is_usable (l, w))
      n_lanes += MAX (l->rank[lm_layout_lower (l, w)] - l->rank[lm_layout_upper (l, w)] - 1, 0);

  for (int w = 0; w < l->n_wires; w++) {
    const LmLayoutWire *wire = &l->wires[w];
    int upper, lower, port, out_place, in_place, at;
    gint64 key;
    gpointer begin;

    l->first_lane[w] = -1;
    if (!lm_layout_is_usable (l, w))
      continue;
    upper = lm_layout_upper (l, w);
    lower = lm_layout_lower (l, w);
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
      LmLayoutVertex v = { .node = -1, .rank = l->rank[upper] + 1, .lane_next = -1 };
      gint64 *copy = g_new (gint64, 1);

      *copy = key;
      at = (int) l->vertices->len;
      g_array_append_val (l->vertices, v);
      g_hash_table_insert (lanes, copy, GINT_TO_POINTER (at + 1));
      add_link (l, upper, out_place, at, LM_LAYOUT_PORTS / 2);
    }
    l->first_lane[w] = at;
    for (;;) {
      LmLayoutVertex *v = &g_array_index (l->vertices, LmLayoutVertex, at);

      v->half = MAX (v->half, MAX (l->options->lane, wire->label + 8) / 2);
      if (v->rank == l->rank[lower] - 1)
        break;
      if (v->lane_next < 0) {
        LmLayoutVertex next = { .node = -1, .rank = v->rank + 1, .lane_next = -1 };
        int fresh = (int) l->vertices->len;

        v->lane_next = fresh;
        g_array_append_val (l->vertices, next);
        add_link (l, at, LM_LAYOUT_PORTS / 2, fresh, LM_LAYOUT_PORTS / 2);
        at = fresh;
      } else {
        at = v->lane_next;
      }
    }
    add_link (l, at, LM_LAYOUT_PORTS / 2, lower, in_place);
  }
}

static void
index_links (LmLayout *l)
{
  int up = 0, down = 0;

  l->links_up = g_new (int, MAX (l->links->len, 1));
  l->links_down = g_new (int, MAX (l->links->len, 1));
  for (guint i = 0; i < l->links->len; i++) {
    lm_layout_vertex (l, lm_layout_link (l, (int) i)->upper)->n_down++;
    lm_layout_vertex (l, lm_layout_link (l, (int) i)->lower)->n_up++;
  }
  for (guint i = 0; i < l->vertices->len; i++) {
    LmLayoutVertex *v = lm_layout_vertex (l, (int) i);

    v->up_first = up;
    v->down_first = down;
    up += v->n_up;
    down += v->n_down;
    v->n_up = v->n_down = 0;
  }
  for (guint i = 0; i < l->links->len; i++) {
    LmLayoutVertex *upper = lm_layout_vertex (l, lm_layout_link (l, (int) i)->upper), *lower = lm_layout_vertex (l, lm_layout_link (l, (int) i)->lower);

    l->links_down[upper->down_first + upper->n_down++] = (int) i;
    l->links_up[lower->up_first + lower->n_up++] = (int) i;
  }
}

/* Where each rank begins and ends along the flow. */
static void
assign_along (LmLayout *l)
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
        const LmLayoutVertex *v = lm_layout_vertex (l, l->ranks[r][p]);

        for (int k = 0; k < v->n_up; k++)
          reach = MAX (reach, fabs (v->x - lm_layout_vertex (l, lm_layout_link (l, l->links_up[v->up_first + k])->upper)->x));
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
write_bends (LmLayout *l,
             int w)
{
  LmLayoutWire *wire = &l->wires[w];
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (LmPoint));
  int last_rank = l->rank[lm_layout_lower (l, w)] - 1;

  for (int at = l->first_lane[w]; at >= 0; at = lm_layout_vertex (l, at)->lane_next) {
    const LmLayoutVertex *v = lm_layout_vertex (l, at);
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
write_result (LmLayout *l,
              Part *part)
{
  part->low = INFINITY;
  part->high = -INFINITY;
  for (guint i = 0; i < l->vertices->len; i++) {
    const LmLayoutVertex *v = lm_layout_vertex (l, (int) i);

    part->low = MIN (part->low, v->x - v->half);
    part->high = MAX (part->high, v->x + v->half);
  }
  part->length = l->rank_end[l->n_ranks - 1] - l->rank_start[0];
  for (int i = 0; i < l->n_nodes; i++) {
    l->nodes[i].x = lm_layout_vertex (l, i)->x;
    l->nodes[i].y = l->rank_middle[l->rank[i]];
  }
  for (int w = 0; w < l->n_wires; w++)
    if (l->first_lane[w] >= 0)
      write_bends (l, w);
}

static void
layout_clear (LmLayout *l)
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
  LmLayout l = {
    .nodes = nodes,
    .n_nodes = n_nodes,
    .wires = wires,
    .n_wires = n_wires,
    .options = options,
    .reversed = g_new0 (gboolean, MAX (n_wires, 1)),
    .rank = g_new0 (int, n_nodes),
    .order = g_new0 (int, n_nodes),
    .first_lane = g_new (int, MAX (n_wires, 1)),
    .vertices = g_array_new (FALSE, FALSE, sizeof (LmLayoutVertex)),
    .links = g_array_new (FALSE, FALSE, sizeof (LmLayoutLink)),
  };

  break_cycles (&l);
  assign_ranks (&l);
  add_vertices (&l);
  index_links (&l);
  lm_layout_fill_ranks (&l);
  lm_layout_reduce_crossings (&l);
  lm_layout_assign_across (&l);
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
