/* lm-layout-place.c: how far each card stands from the main path
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layout-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RELAX_SWEEPS 2

/* The longest path; of several, the one that runs most in the middle of the ranks. */
static void
mark_main_path (LmLayout *l)
{
  g_autofree int *first = g_new (int, l->n_nodes + 1);
  g_autofree int *in = g_new (int, MAX (l->n_wires, 1));
  g_autofree int *length = g_new (int, l->n_nodes);
  g_autofree int *before = g_new (int, l->n_nodes);
  g_autofree double *outside = g_new (double, l->n_nodes); /* how far from the middle, summed */
  int end = l->order[0];

  lm_layout_index_wires (l, FALSE, first, in);
  for (int i = 0; i < l->n_nodes; i++) {
    int node = l->order[i];
    const LmLayoutVertex *v = lm_layout_vertex (l, node);

    length[node] = 1;
    before[node] = -1;
    outside[node] = 0;
    for (int k = first[node]; k < first[node + 1]; k++) {
      int from = lm_layout_upper (l, in[k]);

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
    lm_layout_vertex (l, node)->is_main = TRUE;
}

/* How far the centres of neighbours in a rank must be from each other. */
static double
separation (const LmLayout *l,
            const LmLayoutVertex *a,
            const LmLayoutVertex *b)
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
         const LmLayoutVertex *v)
{
  return (v->place > b->main_place[v->rank]) - (v->place < b->main_place[v->rank]);
}

/* The vertex above that @v continues without a branch, −1 for none. */
static int
continued (const LmLayout *l,
           const Blocks *b,
           int i)
{
  const LmLayoutVertex *v = lm_layout_vertex (l, i), *u;
  int upper;

  for (int k = 0; k < v->n_up; k++) {
    upper = lm_layout_link (l, l->links_up[v->up_first + k])->upper;
    u = lm_layout_vertex (l, upper);
    if (u->is_main || side_of (b, u) != side_of (b, v))
      continue;
    if (u->lane_next == i || (v->n_up == 1 && u->n_down == 1))
      return upper;
  }
  return -1;
}

/* Block 0 is the main path. */
static void
make_blocks (LmLayout *l,
             Blocks *b)
{
  guint n = l->vertices->len;
  g_autofree int *next = NULL;

  *b = (Blocks){ .n = 1, .main_place = g_new (int, l->n_ranks) };
  for (int r = 0; r < l->n_ranks; r++) {
    b->main_place[r] = -1; /* where it does not reach, all lies to its right */
    for (int p = 0; p < l->n_in_rank[r]; p++)
      if (lm_layout_vertex (l, l->ranks[r][p])->is_main)
        b->main_place[r] = p;
  }
  for (int r = 0; r < l->n_ranks; r++) {
    for (int p = 0; p < l->n_in_rank[r]; p++) {
      int i = l->ranks[r][p], above = lm_layout_vertex (l, i)->is_main ? -1 : continued (l, b, i);

      lm_layout_vertex (l, i)->block = lm_layout_vertex (l, i)->is_main ? 0 : above >= 0 ? lm_layout_vertex (l, above)->block
                                                                                         : b->n++;
    }
  }
  b->first = g_new0 (int, b->n + 1);
  b->member = g_new (int, n);
  b->waits = g_new0 (int, b->n);
  b->order = g_new (int, b->n);
  b->is_placed = g_new0 (gboolean, b->n);
  for (guint i = 0; i < n; i++)
    b->first[lm_layout_vertex (l, (int) i)->block + 1]++;
  for (int k = 0; k < b->n; k++)
    b->first[k + 1] += b->first[k];
  next = g_memdup2 (b->first, sizeof (int) * (gsize) b->n);
  for (int r = 0; r < l->n_ranks; r++)
    for (int p = 0; p < l->n_in_rank[r]; p++)
      b->member[next[lm_layout_vertex (l, l->ranks[r][p])->block]++] = l->ranks[r][p];
}

/* The neighbour of @v in its rank in direction @step; NULL if there is none. */
static LmLayoutVertex *
neighbour (const LmLayout *l,
           const LmLayoutVertex *v,
           int step)
{
  int place = v->place + step;

  return place >= 0 && place < l->n_in_rank[v->rank] ? lm_layout_vertex (l, l->ranks[v->rank][place]) : NULL;
}

/* @x on the grid, away from the main path (@side) or towards it (−@side). */
static double
on_grid (const LmLayout *l,
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
place_block (LmLayout *l,
             Blocks *b,
             int block,
             int side)
{
  double x = side > 0 ? -INFINITY : INFINITY;

  for (int k = b->first[block]; k < b->first[block + 1]; k++) {
    const LmLayoutVertex *v = lm_layout_vertex (l, b->member[k]), *inner = neighbour (l, v, -side);

    if (inner == NULL)
      x = side > 0 ? MAX (x, 0) : MIN (x, 0);
    else if (inner->block != block && b->is_placed[inner->block])
      x = side > 0 ? MAX (x, inner->x + separation (l, inner, v)) : MIN (x, inner->x - separation (l, inner, v));
  }
  if (!isfinite (x))
    x = 0;
  x = on_grid (l, x, side);
  for (int k = b->first[block]; k < b->first[block + 1]; k++)
    lm_layout_vertex (l, b->member[k])->x = x;
  b->is_placed[block] = TRUE;
}

/* Places all blocks of one side, from the main path outwards. @from is where in b->order they begin. Returns: where they end. */
static int
place_side (LmLayout *l,
            Blocks *b,
            int side,
            int from)
{
  int head = from, tail = from, n_waiting = 0, search = 1;

  for (int block = 1; block < b->n; block++) {
    if (side_of (b, lm_layout_vertex (l, b->member[b->first[block]])) != side)
      continue;
    n_waiting++;
    for (int k = b->first[block]; k < b->first[block + 1]; k++) {
      const LmLayoutVertex *inner = neighbour (l, lm_layout_vertex (l, b->member[k]), -side);

      b->waits[block] += inner != NULL && inner->block != block && inner->block != 0;
    }
    if (b->waits[block] == 0)
      b->order[tail++] = block;
  }
  while (n_waiting > 0) {
    int block;

    if (head == tail) {
      /* Blocks that cross each other wait for each other: take one as it is; separate_ranks() mends what overlaps. */
      while (b->is_placed[search] || b->waits[search] <= 0 || side_of (b, lm_layout_vertex (l, b->member[b->first[search]])) != side)
        search++;
      b->waits[search] = 0;
      b->order[tail++] = search;
    }
    block = b->order[head++];
    n_waiting--;
    place_block (l, b, block, side);
    for (int k = b->first[block]; k < b->first[block + 1]; k++) {
      const LmLayoutVertex *outer = neighbour (l, lm_layout_vertex (l, b->member[k]), side);

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
relax_block (LmLayout *l,
             const Blocks *b,
             int block,
             int side,
             GArray *wanted)
{
  double x = lm_layout_vertex (l, b->member[b->first[block]])->x, most = side > 0 ? INFINITY : -INFINITY, to;

  g_array_set_size (wanted, 0);
  for (int k = b->first[block]; k < b->first[block + 1]; k++) {
    const LmLayoutVertex *v = lm_layout_vertex (l, b->member[k]), *outer = neighbour (l, v, side);

    if (outer != NULL && outer->block != block)
      most = side > 0 ? MIN (most, outer->x - separation (l, v, outer)) : MAX (most, outer->x + separation (l, v, outer));
    for (int i = 0; i < v->n_up + v->n_down; i++) {
      int other = i < v->n_up ? lm_layout_link (l, l->links_up[v->up_first + i])->upper : lm_layout_link (l, l->links_down[v->down_first + i - v->n_up])->lower;

      if (lm_layout_vertex (l, other)->block != block)
        g_array_append_val (wanted, lm_layout_vertex (l, other)->x);
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
    lm_layout_vertex (l, b->member[k])->x = to;
}

/* Whatever happened before: from the main path outwards each vertex keeps its distance from the last. */
static void
separate_ranks (LmLayout *l,
                const Blocks *b)
{
  for (int r = 0; r < l->n_ranks; r++) {
    int middle = MAX (b->main_place[r], 0);

    for (int p = middle + 1; p < l->n_in_rank[r]; p++) {
      LmLayoutVertex *v = lm_layout_vertex (l, l->ranks[r][p]), *inner = lm_layout_vertex (l, l->ranks[r][p - 1]);

      v->x = MAX (v->x, on_grid (l, inner->x + separation (l, inner, v), 1));
    }
    for (int p = middle - 1; p >= 0; p--) {
      LmLayoutVertex *v = lm_layout_vertex (l, l->ranks[r][p]), *inner = lm_layout_vertex (l, l->ranks[r][p + 1]);

      v->x = MIN (v->x, on_grid (l, inner->x - separation (l, v, inner), -1));
    }
  }
}

void
lm_layout_assign_across (LmLayout *l)
{
  Blocks b;
  int right, end;
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (double));

  mark_main_path (l);
  make_blocks (l, &b);
  b.is_placed[0] = TRUE;
  for (int k = b.first[0]; k < b.first[1]; k++)
    lm_layout_vertex (l, b.member[k])->x = 0;
  right = place_side (l, &b, 1, 0);
  end = place_side (l, &b, -1, right);
  for (int sweep = 0; sweep < RELAX_SWEEPS; sweep++)
    for (int i = end - 1; i >= 0; i--)
      relax_block (l, &b, b.order[i], i < right ? 1 : -1, wanted);
  separate_ranks (l, &b);
  blocks_clear (&b);
}
