/* op-causal.c: scores of later steps are taken out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* y[…, i, j] = x[…, i, j], less 10⁹ where j > i, so that a softmax behind gives those no share; as Keras does. */

static void
causal_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  g_assert (n_in == 1 && n_out == 1 && in[0].dtype == LM_F32 && in[0].shape.rank >= 2);
  out[0].shape = in[0].shape;
}

static void
forward_task (void *data, int task, int thread)
{
  const LmOpCall *call = data;
  const LmShape *shape = &call->in[0].shape;
  gint64 rows = shape->dim[shape->rank - 2], cols = shape->dim[shape->rank - 1];
  LmPart p = lm_part (lm_operand_size (&call->in[0]) / cols, lm_task_rows (cols), task);

  for (gint64 r = p.from; r < p.from + p.n; r++) {
    const lm_real *x = (const lm_real *) call->in[0].data + r * cols;
    lm_real *y = (lm_real *) call->out[0].data + r * cols;
    gint64 seen = MIN (r % rows + 1, cols);

    call->k->affine ((gsize) seen, LM_REAL (1), LM_REAL (0), x, y);
    call->k->affine ((gsize) (cols - seen), LM_REAL (1), LM_REAL (-1e9), x + seen, y + seen);
  }
}

static void
causal_forward (const LmOpCall *call)
{
  gint64 cols = lm_operand_cols (&call->in[0]);

  lm_pool_run (call->pool, lm_n_parts (lm_operand_size (&call->in[0]) / cols, lm_task_rows (cols)), forward_task, (void *) call);
}

static void
backward_task (void *data, int task, int thread)
{
  const LmOpCall *call = data;
  LmPart p = lm_part (lm_operand_size (&call->din[0]), LM_TASK_ELEMENTS, task);

  call->k->scale ((gsize) p.n, LM_REAL (1), (const lm_real *) call->dout[0].data + p.from, (lm_real *) call->din[0].data + p.from, call->mode[0] == LM_GRAD_ADD);
}

static void
causal_backward (const LmOpCall *call)
{
  if (call->mode[0] != LM_GRAD_SKIP)
    lm_pool_run (call->pool, lm_n_parts (lm_operand_size (&call->din[0]), LM_TASK_ELEMENTS), backward_task, (void *) call);
}

const LmOpClass LM_R (lm_op_causal) = {
  .member = { .id = "causal" },
  .flags = LM_OP_INPLACE | LM_OP_INPLACE_GRAD,
  .infer = causal_infer,
  .forward = causal_forward,
  .backward = causal_backward,
};
