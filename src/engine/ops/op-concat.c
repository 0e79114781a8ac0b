/* op-concat.c: several tensors behind each other along one axis
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* Inputs (…, dᵢ, …) → y (…, Σ dᵢ, …). Seen as rows × columns, where the columns are the axis and all behind it, each input
 * is a band of columns of y. A task takes some rows of all inputs. */

typedef struct {
  const LmOpCall *call;
  gint64 n_rows;
  gint64 cols;
  gint64 rows;
} ConcatJob;

static gint64
width_of (const LmOperand *operand, int axis)
{
  return lm_shape_product (&operand->shape, axis, operand->shape.rank);
}

static ConcatJob
concat_job (const LmOpCall *call)
{
  const LmConcatAttrs *attrs = call->attrs;
  ConcatJob job = { .call = call };

  for (int i = 0; i < call->n_in; i++)
    job.cols += width_of (&call->in[i], attrs->axis);
  job.n_rows = lm_operand_size (&call->in[0]) / width_of (&call->in[0], attrs->axis);
  job.rows = lm_task_rows (job.cols);
  return job;
}

static void
concat_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmConcatAttrs *a = attrs;

  g_assert (n_in >= 1 && n_out == 1 && a->axis >= 1 && a->axis < in[0].shape.rank);
  out[0].shape = in[0].shape;
  for (int i = 0; i < n_in; i++)
    g_assert (in[i].dtype == LM_F32 && in[i].shape.rank == in[0].shape.rank);
  for (int i = 1; i < n_in; i++)
    out[0].shape.dim[a->axis] += in[i].shape.dim[a->axis];
}

static void
forward_task (void *data, int task, int thread)
{
  const ConcatJob *job = data;
  const LmOpCall *call = job->call;
  const LmConcatAttrs *attrs = call->attrs;
  LmPart p = lm_part (job->n_rows, job->rows, task);
  lm_real *y = call->out[0].data;

  for (int i = 0; i < call->n_in; i++) {
    gint64 width = width_of (&call->in[i], attrs->axis);
    LmCopy copy = { .rank = 2, .dim = { job->n_rows, width }, .src = { width, 1 }, .dst = { job->cols, 1 } };

    call->k->copy (&copy, p.from, p.from + p.n, call->in[i].data, y, FALSE);
    y += width;
  }
}

static void
concat_forward (const LmOpCall *call)
{
  ConcatJob job = concat_job (call);

  lm_pool_run (call->pool, lm_n_parts (job.n_rows, job.rows), forward_task, &job);
}

static void
backward_task (void *data, int task, int thread)
{
  const ConcatJob *job = data;
  const LmOpCall *call = job->call;
  const LmConcatAttrs *attrs = call->attrs;
  LmPart p = lm_part (job->n_rows, job->rows, task);
  const lm_real *dy = call->dout[0].data;

  for (int i = 0; i < call->n_in; i++) {
    gint64 width = width_of (&call->in[i], attrs->axis);
    LmCopy copy = { .rank = 2, .dim = { job->n_rows, width }, .src = { job->cols, 1 }, .dst = { width, 1 } };

    if (call->mode[i] != LM_GRAD_SKIP)
      call->k->copy (&copy, p.from, p.from + p.n, dy, call->din[i].data, call->mode[i] == LM_GRAD_ADD);
    dy += width;
  }
}

static void
concat_backward (const LmOpCall *call)
{
  ConcatJob job = concat_job (call);

  lm_pool_run (call->pool, lm_n_parts (job.n_rows, job.rows), backward_task, &job);
}

static double
concat_flops (const LmOpCall *call)
{
  return 0.0;
}

const LmOpClass LM_R (lm_op_concat) = {
  .member = { .id = "concat" },
  .attrs_size = sizeof (LmConcatAttrs),
  .infer = concat_infer,
  .flops = concat_flops,
  .forward = concat_forward,
  .backward = concat_backward,
};
