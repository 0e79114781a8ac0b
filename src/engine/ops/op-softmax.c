/* op-softmax.c: softmax and its logarithm over the last axis
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* y_j = exp (x_j − max x) / Σ_k exp (x_k − max x), or its logarithm.
 * dx = y·(dy − Σ dy·y); for the logarithm dx = dy − exp (y)·Σ dy. */

static void
softmax_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  g_assert (n_in == 1 && n_out == 1 && in[0].dtype == LM_F32 && in[0].shape.rank >= 2);
  out[0].shape = in[0].shape;
}

static int
softmax_tasks (const LmOperand *x)
{
  gint64 cols = lm_operand_cols (x);

  return lm_n_parts (lm_operand_size (x) / cols, lm_task_rows (cols));
}

static void
forward_task (void *data, int task, int thread)
{
  const LmOpCall *call = data;
  const LmSoftmaxAttrs *attrs = call->attrs;
  gint64 cols = lm_operand_cols (&call->in[0]);
  LmPart p = lm_part (lm_operand_size (&call->in[0]) / cols, lm_task_rows (cols), task);
  const lm_real *x = (const lm_real *) call->in[0].data + p.from * cols;
  lm_real *y = (lm_real *) call->out[0].data + p.from * cols;

  if (attrs->log)
    call->k->log_softmax (p.n, cols, x, y);
  else
    call->k->softmax (p.n, cols, x, y);
}

static void
softmax_forward (const LmOpCall *call)
{
  lm_pool_run (call->pool, softmax_tasks (&call->in[0]), forward_task, (void *) call);
}

static void
backward_task (void *data, int task, int thread)
{
  const LmOpCall *call = data;
  const LmSoftmaxAttrs *attrs = call->attrs;
  gint64 cols = lm_operand_cols (&call->dout[0]);
  LmPart p = lm_part (lm_operand_size (&call->dout[0]) / cols, lm_task_rows (cols), task);
  const lm_real *y = (const lm_real *) call->out[0].data + p.from * cols;
  const lm_real *dy = (const lm_real *) call->dout[0].data + p.from * cols;
  lm_real *dx = (lm_real *) call->din[0].data + p.from * cols;
  gboolean add = call->mode[0] == LM_GRAD_ADD;

  if (attrs->log)
    call->k->log_softmax_grad (p.n, cols, y, dy, dx, add);
  else
    call->k->softmax_grad (p.n, cols, y, dy, dx, add);
}

static void
softmax_backward (const LmOpCall *call)
{
  if (call->mode[0] == LM_GRAD_SKIP)
    return;
  lm_pool_run (call->pool, softmax_tasks (&call->dout[0]), backward_task, (void *) call);
}

static double
softmax_flops (const LmOpCall *call)
{
  return 5.0 * (double) lm_operand_size (&call->in[0]);
}

const LmOpClass LM_R (lm_op_softmax) = {
  .member = { .id = "softmax" },
  .attrs_size = sizeof (LmSoftmaxAttrs),
  .flags = LM_OP_INPLACE,
  .keep_out = LM_BIT (0),
  .infer = softmax_infer,
  .flops = softmax_flops,
  .forward = softmax_forward,
  .backward = softmax_backward,
};
