/* op-pad.c: zeros around a tensor, or a part of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* y has before + after more places along each axis than x; negative numbers crop. The common part is one strided copy. */

typedef struct {
  const LmOpCall *call;
  LmCopy loop;    /* src: x, dst: y */
  gint64 x_start; /* where the common part begins */
  gint64 y_start;
  gint64 x_sample;
  gint64 y_sample;
  gboolean crops;
  gint64 rows; /* samples a task takes */
} PadJob;

static PadJob
pad_job (const LmOpCall *call, const LmShape *x, const LmShape *y)
{
  const LmPadAttrs *attrs = call->attrs;
  PadJob job = { .call = call, .loop = { .rank = x->rank } };
  gint64 xs = 1;
  gint64 ys = 1;

  for (int i = x->rank - 1; i >= 0; i--) {
    gint64 cut_before = MAX (-attrs->before[i], 0);
    gint64 cut_after = MAX (-attrs->after[i], 0);

    job.loop.dim[i] = x->dim[i] - cut_before - cut_after;
    job.loop.src[i] = xs;
    job.loop.dst[i] = ys;
    job.x_start += cut_before * xs;
    job.y_start += MAX (attrs->before[i], 0) * ys;
    job.crops = job.crops || cut_before + cut_after > 0;
    if (i == 0)
      break;
    xs *= x->dim[i];
    ys *= y->dim[i];
  }
  job.x_sample = xs;
  job.y_sample = ys;
  job.rows = lm_task_rows (ys);
  return job;
}

static void
pad_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmPadAttrs *a = attrs;

  g_assert (n_in == 1 && n_out == 1 && in[0].dtype == LM_F32 && in[0].shape.rank >= 2);
  g_assert (a->before[0] == 0 && a->after[0] == 0);
  out[0].shape = in[0].shape;
  for (int i = 1; i < in[0].shape.rank; i++) {
    g_assert (in[0].shape.dim[i] + MIN (a->before[i], 0) + MIN (a->after[i], 0) > 0);
    out[0].shape.dim[i] += a->before[i] + a->after[i];
  }
}

static void
forward_task (void *data, int task, int thread)
{
  const PadJob *job = data;
  const LmOpCall *call = job->call;
  LmPart p = lm_part (job->loop.dim[0], job->rows, task);
  lm_real *y = call->out[0].data;

  call->k->fill ((gsize) (p.n * job->y_sample), LM_REAL (0), y + p.from * job->y_sample);
  call->k->copy (&job->loop, p.from, p.from + p.n, (const lm_real *) call->in[0].data + job->x_start, y + job->y_start, FALSE);
}

static void
pad_forward (const LmOpCall *call)
{
  PadJob job = pad_job (call, &call->in[0].shape, &call->out[0].shape);

  lm_pool_run (call->pool, lm_n_parts (job.loop.dim[0], job.rows), forward_task, &job);
}

static void
backward_task (void *data, int task, int thread)
{
  const PadJob *job = data;
  const LmOpCall *call = job->call;
  LmPart p = lm_part (job->loop.dim[0], job->rows, task);
  gboolean add = call->mode[0] == LM_GRAD_ADD;
  lm_real *dx = call->din[0].data;
  LmCopy back = job->loop;

  memcpy (back.src, job->loop.dst, sizeof back.src);
  memcpy (back.dst, job->loop.src, sizeof back.dst);
  if (!add && job->crops)
    call->k->fill ((gsize) (p.n * job->x_sample), LM_REAL (0), dx + p.from * job->x_sample);
  call->k->copy (&back, p.from, p.from + p.n, (const lm_real *) call->dout[0].data + job->y_start, dx + job->x_start, add);
}

static void
pad_backward (const LmOpCall *call)
{
  PadJob job = pad_job (call, &call->din[0].shape, &call->dout[0].shape);

  if (call->mode[0] == LM_GRAD_SKIP)
    return;
  lm_pool_run (call->pool, lm_n_parts (job.loop.dim[0], job.rows), backward_task, &job);
}

static double
pad_flops (const LmOpCall *call)
{
  return 0.0;
}

const LmOpClass LM_R (lm_op_pad) = {
  .member = { .id = "pad" },
  .attrs_size = sizeof (LmPadAttrs),
  .infer = pad_infer,
  .flops = pad_flops,
  .forward = pad_forward,
  .backward = pad_backward,
};
