/* lm-layout-order.c: which card stands beside which
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layout-private.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SWEEPS 16
#define PATIENCE 4 /* sweeps without a gain before giving up */

void
lm_layout_fill_ranks (LmLayout *l)
{
  guint n = l->vertices->len;
  g_autofree gboolean *seen = g_new0 (gboolean, n);
  g_autofree int *stack = g_new (int, n + l->links->len + 1);

  for (guint i = 0; i < n; i++)
    l->n_ranks = MAX (l->n_ranks, lm_layout_vertex (l, (int) i)->rank + 1);
  l->n_in_rank = g_new0 (int, MAX (l->n_ranks, 1));
  l->ranks = g_new0 (int *, MAX (l->n_ranks, 1));
  for (guint i = 0; i < n; i++)
    l->n_in_rank[lm_layout_vertex (l, (int) i)->rank]++;
  for (int r = 0; r < l->n_ranks; r++) {
    l->ranks[r] = g_new (int, MAX (l->n_in_rank[r], 1));
    l->n_in_rank[r] = 0;
  }
  for (int i = 0; i < l->n_nodes; i++) {
    int depth = 0;

    if (lm_layout_vertex (l, l->order[i])->n_up > 0)
      continue;
    stack[depth++] = l->order[i];
    while (depth > 0) {
      int at = stack[--depth];
      LmLayoutVertex *v = lm_layout_vertex (l, at);

      if (seen[at])
        continue;
      seen[at] = TRUE;
      v->place = l->n_in_rank[v->rank];
      l->ranks[v->rank][l->n_in_rank[v->rank]++] = at;
      /* The last pushed comes first: cards, then lanes on top. */
      for (int pass = 0; pass < 2; pass++) {
        for (int k = v->n_down - 1; k >= 0; k--) {
          int to = lm_layout_link (l, l->links_down[v->down_first + k])->lower;

          if (!seen[to] && (lm_layout_vertex (l, to)->node < 0) == (pass == 1))
            stack[depth++] = to;
        }
      }
    }
  }
  for (guint i = 0; i < n; i++) {
    LmLayoutVertex *v = lm_layout_vertex (l, (int) i);

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
count_crossings (const LmLayout *l)
{
  gint64 crossings = 0;
  g_autofree Ends *ends = g_new (Ends, MAX (l->links->len, 1));
  g_autofree int *tree = NULL;
  int widest = 1;

  for (int r = 0; r < l->n_ranks; r++)
    widest = MAX (widest, l->n_in_rank[r]);
  tree = g_new (int, (gsize) widest *LM_LAYOUT_PORTS + 2);

  for (int r = 0; r + 1 < l->n_ranks; r++) {
    int n = 0, size = l->n_in_rank[r + 1] * LM_LAYOUT_PORTS + 1;

    for (int p = 0; p < l->n_in_rank[r]; p++) {
      const LmLayoutVertex *v = lm_layout_vertex (l, l->ranks[r][p]);

      for (int k = 0; k < v->n_down; k++) {
        const LmLayoutLink *link = lm_layout_link (l, l->links_down[v->down_first + k]);

        ends[n].upper = (gint64) v->place * LM_LAYOUT_PORTS + link->upper_port;
        ends[n].lower = (gint64) lm_layout_vertex (l, link->lower)->place * LM_LAYOUT_PORTS + link->lower_port;
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
order_rank (LmLayout *l,
            int r,
            gboolean by_upper,
            Sortable *room)
{
  int n = l->n_in_rank[r];

  for (int p = 0; p < n; p++) {
    int at = l->ranks[r][p];
    const LmLayoutVertex *v = lm_layout_vertex (l, at);
    int n_links = by_upper ? v->n_up : v->n_down;
    double sum = 0;

    for (int k = 0; k < n_links; k++) {
      const LmLayoutLink *link = lm_layout_link (l, by_upper ? l->links_up[v->up_first + k] : l->links_down[v->down_first + k]);
      int other = by_upper ? link->upper : link->lower, port = by_upper ? link->upper_port : link->lower_port;

      sum += lm_layout_vertex (l, other)->place + (double) port / LM_LAYOUT_PORTS;
    }
    room[p] = (Sortable){ n_links > 0 ? sum / n_links : p + 0.5, at, p };
  }
  qsort (room, (gsize) n, sizeof *room, compare_sortable);
  for (int p = 0; p < n; p++) {
    l->ranks[r][p] = room[p].vertex;
    lm_layout_vertex (l, room[p].vertex)->place = p;
  }
}

void
lm_layout_reduce_crossings (LmLayout *l)
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
    best[i] = lm_layout_vertex (l, (int) i)->place;

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
        best[i] = lm_layout_vertex (l, (int) i)->place;
    }
  }
  for (guint i = 0; i < n; i++) {
    LmLayoutVertex *v = lm_layout_vertex (l, (int) i);

    v->place = best[i];
    l->ranks[v->rank][v->place] = (int) i;
  }
}
