/* op-matmul.c: y = fn (x·W + b) over the last axis
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

#include <math.h>

/* Below this many multiply-adds, entering the pool costs more than it saves. */
#define POOL_FLOPS 1e6

static void
infer (const void *attrs,
       int n_in,
       const LmOperand *in,
       int n_out,
       LmOperand *out)
{
  const LmShape *x = &in[0].shape, *w = &in[1].shape;

  g_assert (x->rank >= 2 && w->rank == 2 && x->dim[x->rank - 1] == w->dim[0]);
  out[0].shape = *x;
  out[0].shape.dim[x->rank - 1] = w->dim[1];
}

static LmFn
fn_of (const LmOpCall *call)
{
  const LmMatmulAttrs *attrs = call->attrs;
  LmActivationAttrs plain = { .kind = attrs->activation, .b = INFINITY };

  return lm_op_fn (&plain);
}

static void
keep (const void *attrs,
      guint32 *keep_in,
      guint32 *keep_out)
{
  *keep_in = LM_BIT (0) | LM_BIT (1);
  *keep_out = ((const LmMatmulAttrs *) attrs)->activation != LM_ACT_LINEAR ? LM_BIT (0) : 0;
}

/* rows, k and n of the product. */
static void
sizes (const LmOpCall *call,
       gint64 *rows,
       gint64 *k,
       gint64 *n)
{
  *k = call->in[1].shape.dim[0];
  *n = call->in[1].shape.dim[1];
  *rows = lm_operand_size (&call->in[0]) / *k;
}

static gsize
dz_bytes (gint64 rows,
          gint64 n)
{
  return lm_align ((gsize) (rows * n) * sizeof (lm_real));
}

/* Backward: the gradient before the activation, then what dense_dw needs. */
static gsize
workspace (const LmOpCall *call,
           LmPass pass)
{
  const LmMatmulAttrs *attrs = call->attrs;
  gint64 rows, k, n;

  if (pass == LM_PASS_FORWARD)
    return 0;
  sizes (call, &rows, &k, &n);
  return (attrs->activation != LM_ACT_LINEAR ? dz_bytes (rows, n) : 0) + LM_R (lm_kernels_get) ()->dense_dw_workspace (rows, k, n);
}

static double
flops (const LmOpCall *call)
{
  gint64 rows, k, n;

  sizes (call, &rows, &k, &n);
  return 2.0 * (double) rows * (double) k * (double) n;
}

/* Small products stay on this thread. */
static LmPool *
pool_for (const LmOpCall *call)
{
  return flops (call) >= POOL_FLOPS ? call->pool : NULL;
}

static void
forward (const LmOpCall *call)
{
  LmDenseJob job = { .fn = fn_of (call) };

  sizes (call, &job.rows, &job.k, &job.n);
  job.x = call->in[0].data;
  job.x_stride = job.k;
  job.w = call->in[1].data;
  job.bias = call->n_in > 2 ? call->in[2].data : NULL;
  job.y = call->out[0].data;
  job.y_stride = job.n;
  lm_pool_run (pool_for (call), call->k->dense_tasks (&job), call->k->dense, &job);
}

typedef struct {
  const LmOpCall *call;
  LmFn fn;
  gint64 size;
  lm_real *dz;
} Unactivate;

static void
unactivate (void *data,
            int task,
            int thread)
{
  const Unactivate *job = data;
  LmPart part = lm_part (job->size, LM_TASK_ELEMENTS, task);
  const lm_real *y = job->call->out[0].data, *dy = job->call->dout[0].data;

  job->call->k->activate_grad (&job->fn, (gsize) part.n, NULL, y + part.from, dy + part.from, job->dz + part.from, FALSE);
}

/* How the gradient of input @i is to be put away. */
static LmGradient
gradient_of (const LmOpCall *call,
             int i)
{
  static const LmInto into[] = {
    [LM_GRAD_SKIP] = LM_INTO_NOTHING,
    [LM_GRAD_WRITE] = LM_INTO_WRITE,
    [LM_GRAD_ADD] = LM_INTO_ADD,
    [LM_GRAD_UPDATE] = LM_INTO_UPDATE,
  };

  if (i >= call->n_in)
    return (LmGradient){ .into = LM_INTO_NOTHING };
  return (LmGradient){
    .into = into[call->mode[i]],
    .g = call->din[i].data,
    .w = call->in[i].data,
    .update = call->mode[i] == LM_GRAD_UPDATE ? call->update[i] : NULL,
  };
}

static void
backward (const LmOpCall *call)
{
  const LmMatmulAttrs *attrs = call->attrs;
  LmDenseGradJob job = { 0 };
  guint8 *work = call->workspace;
  LmPool *pool = pool_for (call);

  sizes (call, &job.rows, &job.k, &job.n);
  job.x = call->in[0].data;
  job.x_stride = job.k;
  job.w = call->in[1].data;
  job.dz = call->dout[0].data;
  job.dz_stride = job.n;
  if (attrs->activation != LM_ACT_LINEAR) {
    Unactivate before = { .call = call, .fn = fn_of (call), .size = job.rows * job.n, .dz = (lm_real *) (void *) work };

    lm_pool_run (pool, lm_n_parts (before.size, LM_TASK_ELEMENTS), unactivate, &before);
    job.dz = before.dz;
    work += dz_bytes (job.rows, job.n);
  }
  job.dx = call->din[0].data;
  job.add_dx = call->mode[0] == LM_GRAD_ADD;
  job.dw = gradient_of (call, 1);
  job.db = gradient_of (call, 2);
  job.work = work;

  /* Before dW, which may change the weights. */
  if (call->mode[0] != LM_GRAD_SKIP)
    lm_pool_run (pool, call->k->dense_dx_tasks (&job), call->k->dense_dx, &job);
  if (job.dw.into != LM_INTO_NOTHING || job.db.into != LM_INTO_NOTHING) {
    lm_pool_run (pool, call->k->dense_dw_tasks (&job), call->k->dense_dw, &job);
    lm_pool_run (pool, call->k->dense_dw_sum_tasks (&job), call->k->dense_dw_sum, &job);
  }
}

const LmOpClass LM_R (lm_op_matmul) = {
  .member = { .id = "matmul", .title = "Matrix product" },
  .attrs_size = sizeof (LmMatmulAttrs),
  .flags = LM_OP_CAN_UPDATE,
  .infer = infer,
  .keep = keep,
  .workspace = workspace,
  .flops = flops,
  .forward = forward,
  .backward = backward,
};
