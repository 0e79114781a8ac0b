/* lm-design-wires.c: wires and ports of a design, and the order in which its layers run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-design.h"

#include "lm-i18n.h"

#include <string.h>

static inline const LmNode *
node_at (const LmDesign *self,
         guint i)
{
  return g_ptr_array_index (self->nodes, i);
}

static inline const LmWire *
wire_at (const LmDesign *self,
         guint i)
{
  return &g_array_index (self->wires, LmWire, i);
}

/* Order of the wires: by their end, then by their start. */
static int
compare_wires (const LmWire *a,
               const LmWire *b)
{
  if (a->to != b->to)
    return a->to < b->to ? -1 : 1;
  if (a->to_port != b->to_port)
    return a->to_port < b->to_port ? -1 : 1;
  if (a->from != b->from)
    return a->from < b->from ? -1 : 1;
  if (a->from_port != b->from_port)
    return a->from_port < b->from_port ? -1 : 1;
  return 0;
}

/* Where @wire is, or would have to be put. */
static guint
lower_bound (const LmDesign *self,
             const LmWire *wire)
{
  guint low = 0, high = self->wires->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (compare_wires (wire_at (self, middle), wire) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The first wire into node @id, or where it would be. */
static guint
first_into (const LmDesign *self,
            int id)
{
  LmWire before = { .to = id, .to_port = G_MININT, .from = G_MININT, .from_port = G_MININT };

  return lower_bound (self, &before);
}

const LmWire *
lm_design_wire_into (const LmDesign *self,
                     int node,
                     int port)
{
  LmWire before = { .to = node, .to_port = port, .from = G_MININT, .from_port = G_MININT };
  guint at = lower_bound (self, &before);

  if (at == self->wires->len || wire_at (self, at)->to != node || wire_at (self, at)->to_port != port)
    return NULL;
  return wire_at (self, at);
}

void
lm_design_add_wire (LmDesign *self,
                    const LmWire *wire)
{
  g_array_insert_val (self->wires, lower_bound (self, wire), *wire);
}

gboolean
lm_design_remove_wire (LmDesign *self,
                       const LmWire *wire)
{
  guint at = lower_bound (self, wire);

  if (at == self->wires->len || compare_wires (wire_at (self, at), wire) != 0)
    return FALSE;
  g_array_remove_index (self->wires, at);
  return TRUE;
}

/* --- Ports --------------------------------------------------------------- */

static GArray *
new_ids (void)
{
  return g_array_new (FALSE, FALSE, sizeof (int));
}

GArray *
lm_design_inputs (const LmDesign *self)
{
  GArray *ids = new_ids ();

  for (guint i = 0; i < self->nodes->len; i++) {
    const LmNode *node = node_at (self, i);

    if (node->layer != NULL && node->layer->max_inputs == 0)
      g_array_append_val (ids, node->id);
  }
  return ids;
}

GArray *
lm_design_sinks (const LmDesign *self)
{
  g_autofree gboolean *feeds = g_new0 (gboolean, self->nodes->len + 1);
  GArray *ids = new_ids ();

  for (guint i = 0; i < self->wires->len; i++) {
    int from = lm_design_index (self, wire_at (self, i)->from);

    if (from >= 0)
      feeds[from] = TRUE;
  }
  for (guint i = 0; i < self->nodes->len; i++) {
    if (!feeds[i])
      g_array_append_val (ids, node_at (self, i)->id);
  }
  return ids;
}

/* How many wires may end at a node. */
static int
max_inputs (const LmDesign *self,
            const LmNode *node)
{
  const LmNode *source = lm_design_source (self, node);

  if (source->type == LM_NODE_BLOCK) {
    g_autoptr (GArray) inputs = lm_design_inputs (source->child);

    return MIN ((int) inputs->len, LM_ANY_INPUTS);
  }
  return source->layer != NULL ? source->layer->max_inputs : LM_ANY_INPUTS;
}

int
lm_design_n_inputs (const LmDesign *self,
                    const LmNode *node)
{
  const LmNode *source = lm_design_source (self, node);
  int max = max_inputs (self, node), used = 0;

  if (source->type == LM_NODE_BLOCK || (source->layer != NULL && source->layer->min_inputs == max))
    return max;

  for (guint i = first_into (self, node->id); i < self->wires->len && wire_at (self, i)->to == node->id; i++)
    used = wire_at (self, i)->to_port + 1;
  if (source->layer == NULL)
    return MAX (1, used);
  return CLAMP (used + 1, source->layer->min_inputs, max);
}

int
lm_design_n_outputs (const LmDesign *self,
                     const LmNode *node)
{
  const LmNode *source = lm_design_source (self, node);
  int n = 0;

  if (source->type == LM_NODE_BLOCK) {
    g_autoptr (GArray) sinks = lm_design_sinks (source->child);

    for (guint i = 0; i < sinks->len && n < LM_ANY_INPUTS; i++)
      n += lm_design_n_outputs (source->child, lm_design_find (source->child, g_array_index (sinks, int, i)));
    return MIN (n, LM_ANY_INPUTS);
  }
  if (source->layer != NULL)
    return lm_layer_n_outputs (source->layer, source);

  /* An unknown layer has at least the outputs that are in use. */
  n = 1;
  for (guint i = 0; i < self->wires->len; i++) {
    if (wire_at (self, i)->from == node->id)
      n = MAX (n, wire_at (self, i)->from_port + 1);
  }
  return n;
}

/* How many wires may leave a node at different ports. */
static int
max_outputs (const LmDesign *self,
             const LmNode *node)
{
  const LmNode *source = lm_design_source (self, node);

  return source->layer == NULL && source->type != LM_NODE_BLOCK ? LM_ANY_INPUTS : lm_design_n_outputs (self, node);
}

gboolean
lm_design_has_output (const LmDesign *self,
                      int node,
                      int port)
{
  const LmNode *found = lm_design_find (self, node);

  return found != NULL && port >= 0 && port < max_outputs (self, found);
}

/* --- Circles and order --------------------------------------------------- */

gboolean
lm_design_depends (const LmDesign *self,
                   int id,
                   int on)
{
  g_autofree gboolean *seen = g_new0 (gboolean, self->nodes->len + 1);
  g_autoptr (GArray) stack = new_ids ();

  g_array_append_val (stack, id);
  while (stack->len > 0) {
    int at = g_array_index (stack, int, stack->len - 1);

    if (at == on)
      return TRUE;
    g_array_set_size (stack, stack->len - 1);

    for (guint i = first_into (self, at); i < self->wires->len && wire_at (self, i)->to == at; i++) {
      int from = lm_design_index (self, wire_at (self, i)->from);

      if (from >= 0 && !seen[from]) {
        seen[from] = TRUE;
        g_array_append_val (stack, wire_at (self, i)->from);
      }
    }
  }
  return FALSE;
}

gboolean
lm_design_check_ports (const LmDesign *self,
                       const LmWire *wire,
                       GError **error)
{
  const LmNode *from = lm_design_find (self, wire->from), *to = lm_design_find (self, wire->to);
  int n_out, n_in;

  if (from == NULL || to == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
                 _ ("A wire ends at layer number %d, but there is no such layer here. Wire it to one that is there."),
                 from == NULL ? wire->from : wire->to);
    return FALSE;
  }

  n_out = max_outputs (self, from);
  if (wire->from_port < 0 || wire->from_port >= n_out) {
    g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
                 _ ("A wire leaves “%s” at output %d, but its number of outputs is %d (the first has number 0). Use one that is there."),
                 from->name, wire->from_port, n_out);
    return FALSE;
  }

  n_in = max_inputs (self, to);
  if (wire->to_port < 0 || wire->to_port >= n_in) {
    g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
                 _ ("A wire ends at input %d of “%s”, but its number of inputs is %d (the first has number 0). Use one that is there."),
                 wire->to_port, to->name, n_in);
    return FALSE;
  }
  return TRUE;
}

gboolean
lm_design_check_wire (const LmDesign *self,
                      const LmWire *wire,
                      GError **error)
{
  const LmWire *there;

  if (!lm_design_check_ports (self, wire, error))
    return FALSE;

  there = lm_design_wire_into (self, wire->to, wire->to_port);
  if (there != NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
                 _ ("Input %d of “%s” already has a wire from “%s”, and there is room for one. Remove that wire first."),
                 wire->to_port, lm_design_find (self, wire->to)->name, lm_design_find (self, there->from)->name);
    return FALSE;
  }
  if (lm_design_depends (self, wire->from, wire->to)) {
    g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
                 _ ("A wire from %s to %s would go round in a circle. Wire it to a layer that does not feed %s."),
                 lm_design_find (self, wire->from)->name, lm_design_find (self, wire->to)->name,
                 lm_design_find (self, wire->from)->name);
    return FALSE;
  }
  return TRUE;
}

/* A heap of indices, the smallest on top. */
static void
heap_push (int *heap,
           guint *n,
           int value)
{
  guint at = (*n)++;

  while (at > 0 && heap[(at - 1) / 2] > value) {
    heap[at] = heap[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  heap[at] = value;
}

static int
heap_pop (int *heap,
          guint *n)
{
  int top = heap[0], value = heap[--*n];
  guint at = 0;

  for (guint child = 1; child < *n; child = 2 * at + 1) {
    if (child + 1 < *n && heap[child + 1] < heap[child])
      child++;
    if (heap[child] >= value)
      break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = value;
  return top;
}

/* Users of each node as indices: those of node i are users[first[i]] … users[first[i + 1] − 1]; n_open[i]: its inputs. */
typedef struct {
  guint *first;
  int *users;
  int *n_open;
} Users;

static void
list_users (const LmDesign *self,
            Users *lists)
{
  guint n = self->nodes->len, n_wires = self->wires->len;
  g_autofree int *from = g_new (int, n_wires + 1);
  g_autofree int *to = g_new (int, n_wires + 1);

  for (guint i = 0; i < n_wires; i++) {
    from[i] = lm_design_index (self, wire_at (self, i)->from);
    to[i] = lm_design_index (self, wire_at (self, i)->to);
    g_assert (from[i] >= 0 && to[i] >= 0);
    lists->first[from[i] + 1]++;
    lists->n_open[to[i]]++;
  }
  for (guint i = 0; i < n; i++)
    lists->first[i + 1] += lists->first[i];

  /* Fills from the back of each list; first[] ends up where it belongs. */
  for (guint i = n_wires; i-- > 0;)
    lists->users[--lists->first[from[i] + 1]] = to[i];
  memmove (lists->first, lists->first + 1, n * sizeof lists->first[0]);
  lists->first[n] = n_wires;
}

/* TRUE if every wire leads to a larger id: then the ids themselves are an order that runs. */
static gboolean
is_in_order (const LmDesign *self)
{
  for (guint i = 0; i < self->wires->len; i++) {
    if (wire_at (self, i)->from >= wire_at (self, i)->to)
      return FALSE;
  }
  return TRUE;
}

GArray *
lm_design_order (const LmDesign *self)
{
  guint n = self->nodes->len, n_ready = 0;
  GArray *order = g_array_sized_new (FALSE, FALSE, sizeof (int), n);
  g_autofree guint *first = NULL;
  g_autofree int *users = NULL;
  g_autofree int *n_open = NULL;
  g_autofree int *heap = NULL;

  if (is_in_order (self)) {
    for (guint i = 0; i < n; i++)
      g_array_append_val (order, node_at (self, i)->id);
    return order;
  }

  first = g_new0 (guint, n + 2);
  users = g_new (int, self->wires->len + 1);
  n_open = g_new0 (int, n + 1);
  heap = g_new (int, n + 1);
  list_users (self, &(Users){ first, users, n_open });

  for (guint i = 0; i < n; i++) {
    if (n_open[i] == 0)
      heap_push (heap, &n_ready, (int) i);
  }
  while (n_ready > 0) {
    int at = heap_pop (heap, &n_ready);

    g_array_append_val (order, node_at (self, (guint) at)->id);
    n_open[at] = -1;
    for (guint i = first[at]; i < first[at + 1]; i++) {
      if (--n_open[users[i]] == 0)
        heap_push (heap, &n_ready, users[i]);
    }
  }

  for (guint i = 0; i < n; i++) {
    if (n_open[i] > 0)
      g_array_append_val (order, node_at (self, i)->id);
  }
  return order;
}

int
lm_design_main_sink (const LmDesign *self)
{
  g_autoptr (GArray) sinks = lm_design_sinks (self);
  g_autoptr (GArray) order = NULL;
  g_autofree int *length = NULL;
  int best = 0, n = 0;

  for (guint i = 0; i < sinks->len; i++) {
    const LmNode *node = lm_design_find (self, g_array_index (sinks, int, i));

    if (node->layer != NULL && node->layer->max_inputs == 0)
      continue;
    best = n++ == 0 ? node->id : best;
  }
  if (n <= 1)
    return best;

  /* The longest way to each node. */
  order = lm_design_order (self);
  length = g_new0 (int, self->nodes->len + 1);
  for (guint i = 0; i < order->len; i++) {
    int id = g_array_index (order, int, i), at = lm_design_index (self, id);

    for (guint w = first_into (self, id); w < self->wires->len && wire_at (self, w)->to == id; w++)
      length[at] = MAX (length[at], length[lm_design_index (self, wire_at (self, w)->from)] + 1);
  }
  for (guint i = 0; i < sinks->len; i++) {
    int id = g_array_index (sinks, int, i);
    const LmNode *node = lm_design_find (self, id);

    if ((node->layer == NULL || node->layer->max_inputs > 0) && length[lm_design_index (self, id)] > length[lm_design_index (self, best)])
      best = id;
  }
  return best;
}
