/* op-activation.c: an elementwise function
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* y = f (x) by element; formulas in the family “activation”. Backward reads y where the derivative follows from it. */

static void
activation_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  g_assert (n_in == 1 && n_out == 1 && in[0].dtype == LM_F32);
  out[0].shape = in[0].shape;
}

static void
activation_keep (const void *attrs, guint32 *keep_in, guint32 *keep_out)
{
  LmFn fn = lm_op_fn (attrs);
  gboolean from_output = LM_R (lm_fn_from_output) (&fn);

  *keep_in = from_output ? 0 : LM_BIT (0);
  *keep_out = from_output ? LM_BIT (0) : 0;
}

static void
forward_task (void *data, int task, int thread)
{
  const LmOpCall *call = data;
  LmFn fn = lm_op_fn (call->attrs);
  LmPart p = lm_part (lm_operand_size (&call->in[0]), LM_TASK_ELEMENTS, task);

  call->k->activate (&fn, (gsize) p.n, (const lm_real *) call->in[0].data + p.from, (lm_real *) call->out[0].data + p.from);
}

static void
activation_forward (const LmOpCall *call)
{
  lm_pool_run (call->pool, lm_n_parts (lm_operand_size (&call->in[0]), LM_TASK_ELEMENTS), forward_task, (void *) call);
}

static void
backward_task (void *data, int task, int thread)
{
  const LmOpCall *call = data;
  LmFn fn = lm_op_fn (call->attrs);
  LmPart p = lm_part (lm_operand_size (&call->dout[0]), LM_TASK_ELEMENTS, task);
  const lm_real *x = call->in[0].data;
  const lm_real *y = call->out[0].data;
  const lm_real *dy = call->dout[0].data;
  lm_real *dx = call->din[0].data;
  gboolean from_output = LM_R (lm_fn_from_output) (&fn);

  call->k->activate_grad (&fn, (gsize) p.n, from_output ? NULL : x + p.from, from_output ? y + p.from : NULL, dy + p.from,
                          dx + p.from, call->mode[0] == LM_GRAD_ADD);
}

static void
activation_backward (const LmOpCall *call)
{
  if (call->mode[0] == LM_GRAD_SKIP)
    return;
  lm_pool_run (call->pool, lm_n_parts (lm_operand_size (&call->dout[0]), LM_TASK_ELEMENTS), backward_task, (void *) call);
}

const LmOpClass LM_R (lm_op_activation) = {
  .member = { .id = "activation" },
  .attrs_size = sizeof (LmActivationAttrs),
  .flags = LM_OP_INPLACE | LM_OP_INPLACE_GRAD,
  .keep_in = LM_BIT (0),
  .infer = activation_infer,
  .keep = activation_keep,
  .forward = activation_forward,
  .backward = activation_backward,
};
