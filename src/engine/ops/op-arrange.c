/* op-arrange.c: the numbers of a tensor at other places: permuted, flipped, sliced, repeated, in windows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* One strided copy. Backward adds each number to where it came from; a task owns some samples of both sides. */

typedef struct {
  const LmOpCall *call;
  LmCopy loop; /* src: x, dst: y */
  gint64 x_start;
  gint64 x_sample;
  gint64 rows; /* of axis 0 that a task takes */
  gboolean by_sample;
  gboolean is_whole; /* every number of x goes to exactly one place */
} ArrangeJob;

static void
arrange_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmArrangeAttrs *a = attrs;
  const LmShape *x = &in[0].shape;

  g_assert (n_in == 1 && n_out == 1 && in[0].dtype == LM_F32 && a->rank >= 1 && a->rank <= LM_MAX_RANK);
  out[0].shape.rank = a->rank;
  for (int j = 0; j < a->rank; j++) {
    g_assert (a->axis[j] >= -1 && a->axis[j] < x->rank);
    out[0].shape.dim[j] = a->dim[j];
  }
  g_assert (!lm_shape_has_batch (x) || (a->axis[0] == 0 && a->step[0] == 1 && a->dim[0] == x->dim[0]));
  for (int i = 0; i < x->rank; i++) {
    gint64 low = a->start[i], high = a->start[i];

    if (x->dim[i] < 0)
      continue;
    for (int j = 0; j < a->rank; j++) {
      if (a->axis[j] != i)
        continue;
      low += MIN (a->step[j], 0) * (a->dim[j] - 1);
      high += MAX (a->step[j], 0) * (a->dim[j] - 1);
    }
    g_assert (low >= 0 && high < x->dim[i]);
  }
}

/* Neighbouring axes behind the first that both sides walk as one. */
static void
merge_axes (LmCopy *loop)
{
  int n = 1;

  for (int j = 1; j < loop->rank; j++) {
    if (n > 1 && loop->src[n - 1] == loop->src[j] * loop->dim[j] && loop->dst[n - 1] == loop->dst[j] * loop->dim[j]) {
      loop->dim[n - 1] *= loop->dim[j];
    } else {
      loop->dim[n] = loop->dim[j];
      n++;
    }
    loop->src[n - 1] = loop->src[j];
    loop->dst[n - 1] = loop->dst[j];
  }
  loop->rank = n;
}

static ArrangeJob
arrange_job (const LmOpCall *call, const LmShape *x, const LmShape *y)
{
  const LmArrangeAttrs *a = call->attrs;
  ArrangeJob job = { .call = call, .loop = { .rank = y->rank }, .x_sample = lm_shape_product (x, MIN (1, x->rank), x->rank), .is_whole = TRUE };
  gint64 strides[LM_MAX_RANK];
  gint64 stride = 1;
  int uses[LM_MAX_RANK] = { 0 };

  for (int i = x->rank - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= x->dim[i];
    job.x_start += a->start[i] * strides[i];
  }
  stride = 1;
  for (int j = y->rank - 1; j >= 0; j--) {
    int axis = a->axis[j];

    job.loop.dim[j] = y->dim[j];
    job.loop.dst[j] = stride;
    job.loop.src[j] = axis < 0 ? 0 : a->step[j] * strides[axis];
    stride *= y->dim[j];
    if (axis < 0)
      continue;
    uses[axis]++;
    job.is_whole = job.is_whole && ABS (a->step[j]) == 1 && y->dim[j] == x->dim[axis];
  }
  job.rows = lm_task_rows (MAX (stride / y->dim[0], 1));
  for (int i = 0; i < x->rank; i++)
    job.is_whole = job.is_whole && uses[i] == 1;
  job.is_whole = job.is_whole && stride == job.x_sample * x->dim[0];
  job.by_sample = a->axis[0] == 0 && a->step[0] == 1 && a->start[0] == 0 && uses[0] == 1 && y->dim[0] == x->dim[0];
  merge_axes (&job.loop);
  return job;
}

static void
forward_task (void *data, int task, int thread)
{
  const ArrangeJob *job = data;
  const LmOpCall *call = job->call;
  LmPart p = lm_part (job->loop.dim[0], job->rows, task);
  const lm_real *x = (const lm_real *) call->in[0].data + job->x_start;

  call->k->copy (&job->loop, p.from, p.from + p.n, x, call->out[0].data, FALSE);
}

static void
arrange_forward (const LmOpCall *call)
{
  ArrangeJob job = arrange_job (call, &call->in[0].shape, &call->out[0].shape);

  lm_pool_run (call->pool, lm_n_parts (job.loop.dim[0], job.rows), forward_task, &job);
}

/* The loop from y back to x. */
static LmCopy
loop_back (const ArrangeJob *job)
{
  LmCopy back = job->loop;

  memcpy (back.src, job->loop.dst, sizeof back.src);
  memcpy (back.dst, job->loop.src, sizeof back.dst);
  return back;
}

static void
backward_task (void *data, int task, int thread)
{
  const ArrangeJob *job = data;
  const LmOpCall *call = job->call;
  LmPart p = lm_part (job->loop.dim[0], job->rows, task);
  gboolean add = call->mode[0] == LM_GRAD_ADD;
  lm_real *dx = call->din[0].data;
  LmCopy back = loop_back (job);

  if (!add && !job->is_whole)
    call->k->fill ((gsize) (p.n * job->x_sample), LM_REAL (0), dx + p.from * job->x_sample);
  call->k->copy (&back, p.from, p.from + p.n, call->dout[0].data, dx + job->x_start, add || !job->is_whole);
}

/* Weights, whose first axis may go anywhere: one task. */
static void
backward_whole (const ArrangeJob *job)
{
  const LmOpCall *call = job->call;
  LmCopy back = loop_back (job);

  if (call->mode[0] == LM_GRAD_WRITE)
    call->k->fill ((gsize) lm_operand_size (&call->din[0]), LM_REAL (0), call->din[0].data);
  call->k->copy (&back, 0, back.dim[0], call->dout[0].data, (lm_real *) call->din[0].data + job->x_start, TRUE);
}

static void
arrange_backward (const LmOpCall *call)
{
  ArrangeJob job = arrange_job (call, &call->din[0].shape, &call->dout[0].shape);

  if (call->mode[0] == LM_GRAD_SKIP)
    return;
  if (job.by_sample)
    lm_pool_run (call->pool, lm_n_parts (job.loop.dim[0], job.rows), backward_task, &job);
  else
    backward_whole (&job);
}

static double
arrange_flops (const LmOpCall *call)
{
  return 0.0;
}

const LmOpClass LM_R (lm_op_arrange) = {
  .member = { .id = "arrange" },
  .attrs_size = sizeof (LmArrangeAttrs),
  .infer = arrange_infer,
  .flops = arrange_flops,
  .forward = arrange_forward,
  .backward = arrange_backward,
};
