/* op-dropout.c: random zeros while training
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* y_i = x_i / (1 − rate) where number i of the op's stream is ≥ rate, else 0 (Srivastava et al. 2014, “inverted”).
 * No mask is kept: backward draws the same numbers again. Along axes that share one draw, i counts the other axes only. */

static void
dropout_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  g_assert (n_in == 1 && n_out == 1 && in[0].dtype == LM_F32);
  out[0].shape = in[0].shape;
}

typedef struct {
  const LmOpCall *call;
  LmRng rng;
  const LmShape *shape;
  const lm_real *from;
  lm_real *to;
  gboolean add;
} DropoutJob;

static LmRng
stream_of (const LmOpCall *call)
{
  const LmDropoutAttrs *attrs = call->attrs;
  LmRng rng = call->rng;

  if (attrs->has_seed) {
    guint64 mixed = lm_hash_bytes (&attrs->seed, sizeof attrs->seed, 0);

    rng.stream[0] ^= (guint32) mixed;
    rng.stream[1] ^= (guint32) (mixed >> 32);
  }
  return rng;
}

static void
shared_draws (const DropoutJob *job, const LmPart *p, lm_real factor)
{
  const LmDropoutAttrs *attrs = job->call->attrs;
  gint64 stride[LM_MAX_RANK] = { 0 };
  gint64 n = 1;

  for (int i = job->shape->rank - 1; i >= 0; i--) {
    if (attrs->noise_axes & LM_BIT (i))
      continue;
    stride[i] = n;
    n *= job->shape->dim[i];
  }
  for (gint64 i = p->from; i < p->from + p->n; i++) {
    gint64 rest = i;
    gint64 number = 0;

    for (int axis = job->shape->rank - 1; axis >= 0; axis--) {
      number += rest % job->shape->dim[axis] * stride[axis];
      rest /= job->shape->dim[axis];
    }
    lm_grad_put (&job->to[i],
                 lm_rng_float (&job->rng, (guint64) number) >= (float) attrs->rate ? factor * job->from[i] : LM_REAL (0),
                 job->add);
  }
}

static void
dropout_task (void *data, int task, int thread)
{
  const DropoutJob *job = data;
  const LmOpCall *call = job->call;
  const LmDropoutAttrs *attrs = call->attrs;
  LmPart p = lm_part (lm_shape_n_elements (job->shape, 1), LM_TASK_ELEMENTS, task);

  if (!call->training) {
    call->k->scale ((gsize) p.n, LM_REAL (1), job->from + p.from, job->to + p.from, job->add);
  } else if (attrs->rate >= 1.0) {
    if (!job->add)
      call->k->fill ((gsize) p.n, LM_REAL (0), job->to + p.from);
  } else if (attrs->noise_axes != 0) {
    shared_draws (job, &p, LM_REAL (1.0 / (1.0 - attrs->rate)));
  } else {
    call->k->dropout (&job->rng, (guint64) p.from, (gsize) p.n, LM_REAL (attrs->rate), job->from + p.from, job->to + p.from, job->add);
  }
}

static void
dropout_forward (const LmOpCall *call)
{
  DropoutJob job = { call, stream_of (call), &call->in[0].shape, call->in[0].data, call->out[0].data, FALSE };

  lm_pool_run (call->pool, lm_n_parts (lm_operand_size (&call->in[0]), LM_TASK_ELEMENTS), dropout_task, &job);
}

static void
dropout_backward (const LmOpCall *call)
{
  DropoutJob job = { call, stream_of (call), &call->din[0].shape, call->dout[0].data, call->din[0].data, call->mode[0] == LM_GRAD_ADD };

  if (call->mode[0] == LM_GRAD_SKIP)
    return;
  lm_pool_run (call->pool, lm_n_parts (lm_operand_size (&call->din[0]), LM_TASK_ELEMENTS), dropout_task, &job);
}

const LmOpClass LM_R (lm_op_dropout) = {
  .member = { .id = "dropout" },
  .attrs_size = sizeof (LmDropoutAttrs),
  .flags = LM_OP_INPLACE | LM_OP_INPLACE_GRAD | LM_OP_RANDOM,
  .infer = dropout_infer,
  .forward = dropout_forward,
  .backward = dropout_backward,
};
