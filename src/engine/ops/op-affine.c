/* op-affine.c: a number times x plus a number
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* y = scale·x + offset; dx = scale·dy */

static void
affine_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  g_assert (n_in == 1 && n_out == 1 && in[0].dtype == LM_F32);
  out[0].shape = in[0].shape;
}

static void
forward_task (void *data, int task, int thread)
{
  const LmOpCall *call = data;
  const LmAffineAttrs *attrs = call->attrs;
  LmPart p = lm_part (lm_operand_size (&call->in[0]), LM_TASK_ELEMENTS, task);

  call->k->affine ((gsize) p.n, LM_REAL (attrs->scale), LM_REAL (attrs->offset), (const lm_real *) call->in[0].data + p.from,
                   (lm_real *) call->out[0].data + p.from);
}

static void
affine_forward (const LmOpCall *call)
{
  lm_pool_run (call->pool, lm_n_parts (lm_operand_size (&call->in[0]), LM_TASK_ELEMENTS), forward_task, (void *) call);
}

static void
backward_task (void *data, int task, int thread)
{
  const LmOpCall *call = data;
  const LmAffineAttrs *attrs = call->attrs;
  LmPart p = lm_part (lm_operand_size (&call->dout[0]), LM_TASK_ELEMENTS, task);

  call->k->scale ((gsize) p.n, LM_REAL (attrs->scale), (const lm_real *) call->dout[0].data + p.from,
                  (lm_real *) call->din[0].data + p.from, call->mode[0] == LM_GRAD_ADD);
}

static void
affine_backward (const LmOpCall *call)
{
  if (call->mode[0] == LM_GRAD_SKIP)
    return;
  lm_pool_run (call->pool, lm_n_parts (lm_operand_size (&call->dout[0]), LM_TASK_ELEMENTS), backward_task, (void *) call);
}

const LmOpClass LM_R (lm_op_affine) = {
  .member = { .id = "affine" },
  .attrs_size = sizeof (LmAffineAttrs),
  .flags = LM_OP_INPLACE | LM_OP_INPLACE_GRAD,
  .infer = affine_infer,
  .forward = affine_forward,
  .backward = affine_backward,
};
