/* op-binary.c: sum, difference, product, quotient, larger, smaller of two, with broadcasting
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* y = a ∘ b by NumPy's rule. The gradient of an input is summed over the axes along which it was repeated. Of two equal
 * numbers the first is the larger and the smaller, as in TensorFlow. */

G_STATIC_ASSERT ((int) LM_BINARY_ADD == LM_ARITH_ADD && (int) LM_BINARY_MIN == LM_ARITH_MIN && LM_N_ARITHS == 6);

typedef struct {
  const LmOpCall *call;
  LmBroadcast loop;
  gint64 rows; /* of axis 0 a task takes */
  int side;
} BinaryJob;

static BinaryJob
binary_job (const LmOpCall *call)
{
  BinaryJob job = { .call = call };
  gint64 inner = 1;

  LM_R (lm_broadcast_init)
  (&job.loop, &call->in[0].shape, &call->in[1].shape);
  for (int i = 1; i < job.loop.rank; i++)
    inner *= job.loop.dim[i];
  job.rows = lm_task_rows (inner);
  return job;
}

static void
binary_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  gboolean fits;

  g_assert (n_in == 2 && n_out == 1 && in[0].dtype == LM_F32 && in[1].dtype == LM_F32);
  fits = lm_shape_broadcast (&in[0].shape, &in[1].shape, &out[0].shape);
  g_assert (fits);
}

static void
binary_keep (const void *attrs, guint32 *keep_in, guint32 *keep_out)
{
  LmBinaryKind kind = ((const LmBinaryAttrs *) attrs)->kind;

  *keep_in = kind == LM_BINARY_ADD || kind == LM_BINARY_SUB ? 0 : LM_BIT (0) | LM_BIT (1);
  *keep_out = 0;
}

static void
forward_task (void *data, int task, int thread)
{
  const BinaryJob *job = data;
  const LmOpCall *call = job->call;
  const LmBinaryAttrs *attrs = call->attrs;
  LmPart p = lm_part (job->loop.dim[0], job->rows, task);

  call->k->binary ((LmArith) attrs->kind, &job->loop, p.from, p.from + p.n, call->in[0].data, call->in[1].data, call->out[0].data);
}

static void
binary_forward (const LmOpCall *call)
{
  BinaryJob job = binary_job (call);

  lm_pool_run (call->pool, lm_n_parts (job.loop.dim[0], job.rows), forward_task, &job);
}

static void
backward_task (void *data, int task, int thread)
{
  const BinaryJob *job = data;
  const LmOpCall *call = job->call;
  const LmBinaryAttrs *attrs = call->attrs;
  LmPart p = lm_part (job->loop.dim[0], job->rows, task);

  call->k->binary_grad ((LmArith) attrs->kind, job->side, &job->loop, p.from, p.from + p.n, call->in[0].data, call->in[1].data,
                        call->dout[0].data, call->din[job->side].data, call->mode[job->side] == LM_GRAD_ADD);
}

static void
binary_backward (const LmOpCall *call)
{
  BinaryJob job = binary_job (call);
  gint64 rows = job.rows;
  gboolean in_place = call->din[0].data != NULL && call->din[0].data == call->dout[0].data;

  for (int i = 0; i < 2; i++) {
    const gint64 *strides;

    job.side = in_place ? 1 - i : i;
    strides = job.side == 0 ? job.loop.a : job.loop.b;
    if (call->mode[job.side] == LM_GRAD_SKIP)
      continue;
    job.rows = strides[0] == 0 ? job.loop.dim[0] : rows;
    lm_pool_run (call->pool, lm_n_parts (job.loop.dim[0], job.rows), backward_task, &job);
  }
}

const LmOpClass LM_R (lm_op_binary) = {
  .member = { .id = "binary" },
  .attrs_size = sizeof (LmBinaryAttrs),
  .flags = LM_OP_INPLACE | LM_OP_INPLACE_GRAD,
  .keep_in = LM_BIT (0) | LM_BIT (1),
  .infer = binary_infer,
  .keep = binary_keep,
  .forward = binary_forward,
  .backward = binary_backward,
};
