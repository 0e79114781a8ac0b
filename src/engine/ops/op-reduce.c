/* op-reduce.c: sum, mean or maximum over axes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

#include <math.h>

/* y = Σ x, Σ x / n or max x over the axes that go. Equal maxima share the gradient, as in TensorFlow.
 *
 * Neighbouring axes make x a block (outer, mid, inner) of which mid goes: that is the fast way, cut over outer. Any other
 * set of axes is walked number by number, in one task. */

typedef struct {
  const LmOpCall *call;
  gboolean is_block;
  gint64 outer, mid, inner;
  gint64 rows; /* of outer that a task takes */
  lm_real factor;
} ReduceJob;

static ReduceJob
reduce_job (const LmOpCall *call)
{
  const LmReduceAttrs *attrs = call->attrs;
  const LmShape *x = &call->in[0].shape;
  ReduceJob job = { .call = call, .is_block = TRUE, .outer = 1, .mid = 1, .inner = 1, .factor = LM_REAL (1) };
  gboolean ended = FALSE;

  for (int i = 0; i < x->rank; i++) {
    if (attrs->axes & LM_BIT (i)) {
      job.is_block = job.is_block && !ended;
      job.mid *= x->dim[i];
    } else if ((attrs->axes & (LM_BIT (i) - 1)) == 0) {
      job.outer *= x->dim[i];
    } else {
      job.inner *= x->dim[i];
      ended = TRUE;
    }
  }
  if (attrs->kind == LM_REDUCE_MEAN)
    job.factor = LM_REAL (1) / LM_REAL (job.mid);
  job.rows = job.is_block ? lm_task_rows (job.mid * job.inner) : job.outer;
  return job;
}

static void
reduce_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmReduceAttrs *a = attrs;

  g_assert (n_in == 1 && n_out == 1 && in[0].dtype == LM_F32);
  out[0].shape = LM_SCALAR;
  for (int i = 0; i < in[0].shape.rank; i++) {
    if (!(a->axes & LM_BIT (i)))
      out[0].shape.dim[out[0].shape.rank++] = in[0].shape.dim[i];
    else if (a->keep_dims)
      out[0].shape.dim[out[0].shape.rank++] = 1;
  }
}

static void
reduce_keep (const void *attrs, guint32 *keep_in, guint32 *keep_out)
{
  gboolean is_max = ((const LmReduceAttrs *) attrs)->kind == LM_REDUCE_MAX;

  *keep_in = is_max ? LM_BIT (0) : 0;
  *keep_out = is_max ? LM_BIT (0) : 0;
}

/* --- Any set of axes ----------------------------------------------------- */

/* Goes through x in its order and knows where in y each number belongs. */
typedef struct {
  int rank;
  gint64 dim[LM_MAX_RANK];
  gint64 stride[LM_MAX_RANK]; /* in y; 0 for an axis that goes */
  gint64 digit[LM_MAX_RANK];
  gint64 at;
} Walk;

static Walk
walk_start (const LmShape *x, guint32 axes)
{
  Walk walk = { .rank = x->rank };
  gint64 stride = 1;

  for (int i = x->rank - 1; i >= 0; i--) {
    walk.dim[i] = x->dim[i];
    if (axes & LM_BIT (i))
      continue;
    walk.stride[i] = stride;
    stride *= x->dim[i];
  }
  return walk;
}

static void
walk_step (Walk *walk)
{
  for (int i = walk->rank - 1; i >= 0; i--) {
    walk->at += walk->stride[i];
    if (++walk->digit[i] < walk->dim[i])
      return;
    walk->at -= walk->stride[i] * walk->dim[i];
    walk->digit[i] = 0;
  }
}

static void
forward_any (const ReduceJob *job)
{
  const LmOpCall *call = job->call;
  const LmReduceAttrs *attrs = call->attrs;
  gboolean is_max = attrs->kind == LM_REDUCE_MAX;
  Walk walk = walk_start (&call->in[0].shape, attrs->axes);
  gint64 n = lm_operand_size (&call->in[0]);
  gint64 n_out = lm_operand_size (&call->out[0]);
  const lm_real *x = call->in[0].data;
  lm_real *y = call->out[0].data;

  call->k->fill ((gsize) n_out, is_max ? -LM_REAL (INFINITY) : LM_REAL (0), y);
  for (gint64 i = 0; i < n; i++, walk_step (&walk)) {
    if (!is_max)
      y[walk.at] += x[i];
    else if (x[i] > y[walk.at] || isnan (x[i]))
      y[walk.at] = x[i];
  }
  if (!is_max)
    call->k->scale ((gsize) n_out, job->factor, y, y, FALSE);
}

static void
backward_any (const ReduceJob *job)
{
  const LmOpCall *call = job->call;
  const LmReduceAttrs *attrs = call->attrs;
  gboolean is_max = attrs->kind == LM_REDUCE_MAX;
  gboolean add = call->mode[0] == LM_GRAD_ADD;
  gint64 n = lm_operand_size (&call->din[0]);
  const lm_real *x = call->in[0].data;
  const lm_real *y = call->out[0].data;
  const lm_real *dy = call->dout[0].data;
  lm_real *dx = call->din[0].data;
  lm_real *winners = call->workspace;
  Walk walk = walk_start (&call->din[0].shape, attrs->axes);

  if (is_max) {
    call->k->fill ((gsize) lm_operand_size (&call->dout[0]), LM_REAL (0), winners);
    for (gint64 i = 0; i < n; i++, walk_step (&walk))
      winners[walk.at] += x[i] == y[walk.at] ? LM_REAL (1) : LM_REAL (0);
    walk = walk_start (&call->din[0].shape, attrs->axes);
  }
  for (gint64 i = 0; i < n; i++, walk_step (&walk)) {
    if (!is_max)
      lm_grad_put (&dx[i], job->factor * dy[walk.at], add);
    else
      lm_grad_put (&dx[i], x[i] == y[walk.at] ? dy[walk.at] / winners[walk.at] : LM_REAL (0), add);
  }
}

/* --- A block ------------------------------------------------------------- */

static void
forward_task (void *data, int task, int thread)
{
  const ReduceJob *job = data;
  const LmOpCall *call = job->call;
  const LmReduceAttrs *attrs = call->attrs;
  LmPart p = lm_part (job->outer, job->rows, task);
  const lm_real *x = (const lm_real *) call->in[0].data + p.from * job->mid * job->inner;
  lm_real *y = (lm_real *) call->out[0].data + p.from * job->inner;

  if (attrs->kind == LM_REDUCE_MAX)
    call->k->reduce_best (LM_ARITH_MAX, p.n, job->mid, job->inner, x, y, NULL);
  else
    call->k->reduce_sum (p.n, job->mid, job->inner, job->factor, x, y, FALSE);
}

#define INNER_BLOCK 64

/* The gradient of maxima for inner numbers @from … @from + @n − 1 (at most INNER_BLOCK) of one outer block. */
static void
max_grad_block (const ReduceJob *job, gint64 n, const lm_real *x, const lm_real *y, const lm_real *dy, lm_real *dx, gboolean add)
{
  lm_real share[INNER_BLOCK] = { 0 };

  for (gint64 m = 0; m < job->mid; m++)
    for (gint64 i = 0; i < n; i++)
      share[i] += x[m * job->inner + i] == y[i] ? LM_REAL (1) : LM_REAL (0);
  for (gint64 i = 0; i < n; i++)
    share[i] = dy[i] / share[i];
  for (gint64 m = 0; m < job->mid; m++)
    for (gint64 i = 0; i < n; i++)
      lm_grad_put (&dx[m * job->inner + i], x[m * job->inner + i] == y[i] ? share[i] : LM_REAL (0), add);
}

static void
backward_task (void *data, int task, int thread)
{
  const ReduceJob *job = data;
  const LmOpCall *call = job->call;
  const LmReduceAttrs *attrs = call->attrs;
  gboolean add = call->mode[0] == LM_GRAD_ADD;
  LmPart p = lm_part (job->outer, job->rows, task);
  gint64 block = job->mid * job->inner;
  const lm_real *dy = (const lm_real *) call->dout[0].data + p.from * job->inner;
  lm_real *dx = (lm_real *) call->din[0].data + p.from * block;
  const lm_real *x;
  const lm_real *y;

  if (attrs->kind != LM_REDUCE_MAX) {
    call->k->reduce_sum_grad (p.n, job->mid, job->inner, job->factor, dy, dx, add);
    return;
  }
  x = (const lm_real *) call->in[0].data + p.from * block;
  y = (const lm_real *) call->out[0].data + p.from * job->inner;
  for (gint64 o = 0; o < p.n; o++) {
    for (gint64 i = 0; i < job->inner; i += INNER_BLOCK)
      max_grad_block (job, MIN (INNER_BLOCK, job->inner - i), x + o * block + i, y + o * job->inner + i,
                      dy + o * job->inner + i, dx + o * block + i, add);
  }
}

static void
reduce_forward (const LmOpCall *call)
{
  ReduceJob job = reduce_job (call);

  if (job.is_block)
    lm_pool_run (call->pool, lm_n_parts (job.outer, job.rows), forward_task, &job);
  else
    forward_any (&job);
}

static void
reduce_backward (const LmOpCall *call)
{
  ReduceJob job = reduce_job (call);

  if (call->mode[0] == LM_GRAD_SKIP)
    return;
  if (job.is_block)
    lm_pool_run (call->pool, lm_n_parts (job.outer, job.rows), backward_task, &job);
  else
    backward_any (&job);
}

static gsize
reduce_workspace (const LmOpCall *call, LmPass pass)
{
  const LmReduceAttrs *attrs = call->attrs;

  if (pass == LM_PASS_FORWARD || attrs->kind != LM_REDUCE_MAX || reduce_job (call).is_block)
    return 0;
  return (gsize) lm_operand_size (&call->out[0]) * sizeof (lm_real);
}

static double
reduce_flops (const LmOpCall *call)
{
  return (double) lm_operand_size (&call->in[0]);
}

const LmOpClass LM_R (lm_op_reduce) = {
  .member = { .id = "reduce" },
  .attrs_size = sizeof (LmReduceAttrs),
  .keep_in = LM_BIT (0),
  .keep_out = LM_BIT (0),
  .infer = reduce_infer,
  .keep = reduce_keep,
  .workspace = reduce_workspace,
  .flops = reduce_flops,
  .forward = reduce_forward,
  .backward = reduce_backward,
};
