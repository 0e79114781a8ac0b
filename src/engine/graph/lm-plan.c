/* lm-plan.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-plan.h"

#include "lm-arena.h"

#include <string.h>

/* The float build sees the double kernels only as a pointer to hand on. */
const LmKernels *lm_kernels_get_f64 (void);

/* A stretch of memory with a time to live. */
typedef struct {
  gsize bytes;
  int birth;
  int death;
  gboolean pinned; /* written from outside or read at the end: never shared in place */
  gsize offset;
} Block;

typedef struct {
  const LmGraph *graph;
  const LmTape *tape;
  gint64 batch;
  int end;
  GArray *blocks;
  int *value_block; /* per value, −1 for none */
  int *grad_block;
  int *workspace_block;
  gboolean *is_alias;
} Planner;

gsize
lm_plan_bytes (const LmGraph *graph,
               const LmValueInfo *value,
               gint64 n)
{
  gsize size = value->dtype == LM_F32 && graph->f64 ? sizeof (double) : lm_dtype_size (value->dtype);

  return (gsize) lm_shape_n_elements (&value->shape, n) * size;
}

static Block *
block (Planner *p,
       int index)
{
  return &g_array_index (p->blocks, Block, index);
}

static int
add_block (Planner *p,
           gsize bytes,
           int time)
{
  Block new_block = { .bytes = lm_align (bytes), .birth = time, .death = time };

  /* Sizes that are multiples of a page would make neighbours collide in the first-level cache. */
  if (new_block.bytes % 4096 == 0)
    new_block.bytes += LM_ALIGN;
  g_array_append_val (p->blocks, new_block);
  return (int) p->blocks->len - 1;
}

static void
extend (Planner *p,
        int index,
        int time)
{
  if (index >= 0)
    block (p, index)->death = MAX (block (p, index)->death, time);
}

static void
keep_bits (const LmGraph *graph,
           const LmOpNode *op,
           guint32 *in,
           guint32 *out)
{
  *in = op->op->keep_in;
  *out = op->op->keep_out;
  if (op->op->keep != NULL)
    op->op->keep (lm_graph_attrs (graph, op), in, out);
}

static LmGradMode
mode_of (const Planner *p,
         const LmBackStep *step,
         int i)
{
  return g_array_index (p->tape->modes, LmGradMode, step->first_mode + i);
}

/* The last time each value is read, as if every value had memory of its own. */
static int *
find_last_use (Planner *p)
{
  const LmGraph *graph = p->graph;
  int *last = g_new (int, graph->values->len);

  for (guint v = 0; v < graph->values->len; v++)
    last[v] = lm_graph_value (graph, (int) v)->observed ? p->end : -1;
  for (guint i = 0; i < graph->ops->len; i++) {
    const LmOpNode *op = lm_graph_op (graph, (int) i);

    for (int j = 0; j < op->n_in && !op->dead; j++) {
      int v = lm_graph_in (graph, op, j);

      last[v] = MAX (last[v], (int) i);
    }
  }
  for (guint s = 0; s < p->tape->steps->len; s++) {
    const LmOpNode *op = lm_graph_op (graph, g_array_index (p->tape->steps, LmBackStep, s).op);
    int time = (int) (graph->ops->len + s);
    guint32 in, out;

    keep_bits (graph, op, &in, &out);
    for (int j = 0; j < op->n_in + op->n_out; j++) {
      int v = g_array_index (graph->operands, int, op->first_in + j);
      /* Bits beyond 31 do not exist: an op that keeps inputs keeps all further ones. */
      guint32 bit = j < op->n_in ? in & LM_BIT (MIN (j, 31)) : out & LM_BIT (MIN (j - op->n_in, 31));

      if (bit != 0)
        last[v] = MAX (last[v], time);
    }
  }
  /* What is read through a view is read in the memory of its source. */
  for (guint i = graph->ops->len; i-- > 0;) {
    const LmOpNode *op = lm_graph_op (graph, (int) i);

    if (!op->dead && (op->op->flags & LM_OP_VIEW) != 0)
      last[lm_graph_in (graph, op, 0)] = MAX (last[lm_graph_in (graph, op, 0)], last[lm_graph_out (graph, op, 0)]);
  }
  return last;
}

/* TRUE if output 0 of @op may lie on its input 0, which nobody reads later. */
static gboolean
can_overwrite (Planner *p,
               const LmOpNode *op,
               int time)
{
  const LmGraph *graph = p->graph;
  const LmValueInfo *in = lm_graph_value (graph, lm_graph_in (graph, op, 0));
  const LmValueInfo *out = lm_graph_value (graph, lm_graph_out (graph, op, 0));
  int index = p->value_block[lm_graph_in (graph, op, 0)];

  if ((op->op->flags & LM_OP_INPLACE) == 0 || index < 0)
    return FALSE;
  for (int j = 1; j < op->n_in; j++) {
    if (p->value_block[lm_graph_in (graph, op, j)] == index)
      return FALSE;
  }
  return block (p, index)->death == time && !block (p, index)->pinned &&
         lm_plan_bytes (graph, in, p->batch) == lm_plan_bytes (graph, out, p->batch);
}

static gsize
workspace_bytes (Planner *p,
                 const LmOpNode *op,
                 LmPass pass,
                 const LmGradMode *modes)
{
  const LmGraph *graph = p->graph;
  LmOperand *operands;
  LmOpCall call = { .attrs = lm_graph_attrs (graph, op), .n_in = op->n_in, .n_out = op->n_out, .mode = modes, .training = graph->training };

  /* Some workspaces depend on the instruction set. */
  call.k = graph->f64 ? lm_kernels_get_f64 () : lm_kernels_get ();

  if (op->op->workspace == NULL)
    return 0;
  operands = g_newa (LmOperand, op->n_in + op->n_out);
  for (int j = 0; j < op->n_in + op->n_out; j++) {
    const LmValueInfo *value = lm_graph_value (graph, g_array_index (graph->operands, int, op->first_in + j));

    operands[j] = (LmOperand){ .shape = lm_shape_bind (&value->shape, p->batch), .dtype = value->dtype };
  }
  call.in = operands;
  call.out = operands + op->n_in;
  call.k = graph->f64 ? lm_kernels_get_f64 () : lm_kernels_get ();
  return op->op->workspace (&call, pass);
}

static void
plan_workspace (Planner *p,
                const LmOpNode *op,
                LmPass pass,
                const LmGradMode *modes,
                int time)
{
  gsize bytes = workspace_bytes (p, op, pass, modes);

  p->workspace_block[time] = bytes > 0 ? add_block (p, bytes, time) : -1;
}

static void
plan_forward (Planner *p,
              const int *last)
{
  const LmGraph *graph = p->graph;

  for (guint i = 0; i < graph->ops->len; i++) {
    const LmOpNode *op = lm_graph_op (graph, (int) i);

    p->workspace_block[i] = -1;
    if (op->dead)
      continue;
    for (int j = 0; j < op->n_out; j++) {
      int v = lm_graph_out (graph, op, j), in = lm_graph_in (graph, op, 0);

      if (j == 0 && (op->op->flags & LM_OP_VIEW) != 0)
        p->value_block[v] = p->value_block[in];
      else if (j == 0 && can_overwrite (p, op, (int) i))
        p->value_block[v] = p->value_block[in];
      else
        p->value_block[v] = add_block (p, lm_plan_bytes (graph, lm_graph_value (graph, v), p->batch), (int) i);
      extend (p, p->value_block[v], MAX (last[v], (int) i));
    }
    plan_workspace (p, op, LM_PASS_FORWARD, NULL, (int) i);
  }
}

/* The time at which the gradient of each value is read: the step of its producer. */
static int *
find_grad_reads (Planner *p,
                 const int *wanted,
                 int n_wanted)
{
  int *read = g_new (int, p->graph->values->len);

  for (guint v = 0; v < p->graph->values->len; v++)
    read[v] = -1;
  for (guint s = 0; s < p->tape->steps->len; s++) {
    const LmOpNode *op = lm_graph_op (p->graph, g_array_index (p->tape->steps, LmBackStep, s).op);

    for (int j = 0; j < op->n_out; j++)
      read[lm_graph_out (p->graph, op, j)] = (int) (p->graph->ops->len + s);
  }
  for (int i = 0; i < n_wanted; i++)
    read[wanted[i]] = p->end;
  return read;
}

/* The block of the gradient that input @j of @step gets, written for the first time. */
static int
place_gradient (Planner *p,
                const LmOpNode *op,
                guint s,
                int j,
                int time)
{
  const LmGraph *graph = p->graph;
  const LmValueInfo *in = lm_graph_value (graph, lm_graph_in (graph, op, j));
  int upstream = op->n_out > 0 ? p->grad_block[lm_graph_out (graph, op, 0)] : -1;
  gboolean free_after = upstream >= 0 && block (p, upstream)->death == time && !block (p, upstream)->pinned;

  /* A value at two inputs gets the sum of both, which must not grow in what both read. */
  for (int i = 1; i < op->n_in; i++)
    free_after = free_after && lm_graph_in (graph, op, i) != lm_graph_in (graph, op, 0);
  if (j == 0 && free_after) {
    if ((op->op->flags & LM_OP_VIEW) != 0) {
      p->is_alias[s] = TRUE;
      return upstream;
    }
    if ((op->op->flags & LM_OP_INPLACE_GRAD) != 0 &&
        lm_plan_bytes (graph, in, p->batch) == lm_plan_bytes (graph, lm_graph_value (graph, lm_graph_out (graph, op, 0)), p->batch))
      return upstream;
  }
  return add_block (p, lm_plan_bytes (graph, in, p->batch), time);
}

static void
plan_backward (Planner *p,
               int root,
               const int *wanted,
               int n_wanted)
{
  const LmGraph *graph = p->graph;
  g_autofree int *read = find_grad_reads (p, wanted, n_wanted);

  if (root < 0)
    return;

  /* The seed is written once and for all. */
  p->grad_block[root] = add_block (p, lm_plan_bytes (graph, lm_graph_value (graph, root), p->batch), -1);
  extend (p, p->grad_block[root], p->end);
  block (p, p->grad_block[root])->pinned = TRUE;

  for (guint s = 0; s < p->tape->steps->len; s++) {
    const LmBackStep *step = &g_array_index (p->tape->steps, LmBackStep, s);
    const LmOpNode *op = lm_graph_op (graph, step->op);
    int time = (int) (graph->ops->len + s);

    for (int j = 0; j < op->n_in; j++) {
      int v = lm_graph_in (graph, op, j);

      if (mode_of (p, step, j) != LM_GRAD_WRITE || lm_graph_value (graph, v)->kind == LM_VALUE_WEIGHT)
        continue;
      p->grad_block[v] = place_gradient (p, op, s, j, time);
      extend (p, p->grad_block[v], MAX (read[v], time));
    }
    /* Added to later than written: it lives at least so long. */
    for (int j = 0; j < op->n_in; j++) {
      if (mode_of (p, step, j) == LM_GRAD_ADD)
        extend (p, p->grad_block[lm_graph_in (graph, op, j)], time);
    }
    plan_workspace (p, op, LM_PASS_BACKWARD, &g_array_index (p->tape->modes, LmGradMode, step->first_mode), time);
  }
}

static int
compare_blocks (gconstpointer a,
                gconstpointer b,
                gpointer data)
{
  const Block *blocks = data;
  int i = *(const int *) a, j = *(const int *) b;

  if (blocks[i].bytes != blocks[j].bytes)
    return blocks[i].bytes < blocks[j].bytes ? 1 : -1;
  return i - j;
}

static int
compare_offsets (gconstpointer a,
                 gconstpointer b,
                 gpointer data)
{
  const Block *blocks = data;
  gsize x = blocks[*(const int *) a].offset, y = blocks[*(const int *) b].offset;

  return x < y ? -1 : x > y;
}

/* Largest first, each at the lowest offset that is free all its life. Returns the height of the pile. */
static gsize
assign_offsets (Planner *p)
{
  Block *blocks = (Block *) (void *) p->blocks->data;
  int n = (int) p->blocks->len;
  g_autofree int *order = g_new (int, MAX (1, n));
  g_autofree int *near = g_new (int, MAX (1, n));
  gsize top = 0;

  for (int i = 0; i < n; i++)
    order[i] = i;
  g_qsort_with_data (order, n, sizeof *order, compare_blocks, blocks);

  for (int i = 0; i < n; i++) {
    Block *b = &blocks[order[i]];
    int n_near = 0;
    gsize at = 0;

    for (int j = 0; j < i; j++) {
      if (blocks[order[j]].birth <= b->death && b->birth <= blocks[order[j]].death)
        near[n_near++] = order[j];
    }
    g_qsort_with_data (near, n_near, sizeof *near, compare_offsets, blocks);
    for (int j = 0; j < n_near && blocks[near[j]].offset < at + b->bytes; j++)
      at = MAX (at, blocks[near[j]].offset + blocks[near[j]].bytes);
    b->offset = at;
    top = MAX (top, at + b->bytes);
  }
  return top;
}

static gsize *
offsets_of (Planner *p,
            const int *indices,
            guint n)
{
  gsize *offsets = g_new (gsize, MAX (1, n));

  for (guint i = 0; i < n; i++)
    offsets[i] = indices[i] >= 0 ? block (p, indices[i])->offset : LM_NO_OFFSET;
  return offsets;
}

static int *
new_indices (guint n)
{
  int *indices = g_new (int, MAX (1, n));

  for (guint i = 0; i < n; i++)
    indices[i] = -1;
  return indices;
}

LmPlan *
lm_plan_new (const LmGraph *graph,
             const LmTape *tape,
             gint64 max_batch,
             int root,
             const int *wanted,
             int n_wanted)
{
  guint n_values = graph->values->len, n_times = graph->ops->len + tape->steps->len;
  Planner p = { .graph = graph, .tape = tape, .batch = max_batch, .end = (int) n_times };
  g_autofree int *last = find_last_use (&p);
  LmPlan *self = g_new0 (LmPlan, 1);

  p.blocks = g_array_new (FALSE, FALSE, sizeof (Block));
  p.value_block = new_indices (n_values);
  p.grad_block = new_indices (n_values);
  p.workspace_block = new_indices (n_times);
  p.is_alias = g_new0 (gboolean, MAX (1, tape->steps->len));
  if (root >= 0)
    last[root] = p.end;

  plan_forward (&p, last);
  plan_backward (&p, root, wanted, n_wanted);

  self->size = assign_offsets (&p);
  self->value = offsets_of (&p, p.value_block, n_values);
  self->grad = offsets_of (&p, p.grad_block, n_values);
  self->workspace = offsets_of (&p, p.workspace_block, n_times);
  self->is_alias = p.is_alias;

  g_array_unref (p.blocks);
  g_free (p.value_block);
  g_free (p.grad_block);
  g_free (p.workspace_block);
  return self;
}

void
lm_plan_free (LmPlan *self)
{
  if (self == NULL)
    return;
  g_free (self->value);
  g_free (self->grad);
  g_free (self->workspace);
  g_free (self->is_alias);
  g_free (self);
}
