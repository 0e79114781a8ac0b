/* op-matmul.c: rows times a matrix, with bias and activation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* x (…, K) · w (K, N) + bias (N) → y (…, N), y = fn (z). Weights lie in panels. Backward first makes dz = fn′·dy, from y;
 * without an activation dz is dy. */

enum {
  IN_X,
  IN_W,
  IN_BIAS,
};

/* Below so many operations the pool costs more than it gains. */
static const double small = 1e6;

static void
matmul_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmShape *x = &in[IN_X].shape, *w = &in[IN_W].shape;

  g_assert ((n_in == 2 || n_in == 3) && n_out == 1);
  g_assert (x->rank >= 2 && w->rank == 2 && x->dim[x->rank - 1] == w->dim[0]);
  out[0].shape = *x;
  out[0].shape.dim[x->rank - 1] = w->dim[1];
}

static void
matmul_keep (const void *attrs, guint32 *keep_in, guint32 *keep_out)
{
  const LmMatmulAttrs *a = attrs;

  *keep_in = LM_BIT (IN_X) | LM_BIT (IN_W);
  *keep_out = a->activation == LM_ACT_LINEAR ? 0 : LM_BIT (0);
}

typedef struct {
  gint64 rows, k, n;
} Size;

static Size
size_of (const LmOpCall *call)
{
  const LmShape *w = &call->in[IN_W].shape;

  return (Size){ lm_operand_size (&call->in[IN_X]) / w->dim[0], w->dim[0], w->dim[1] };
}

static double
matmul_flops (const LmOpCall *call)
{
  Size s = size_of (call);

  return 2.0 * (double) s.rows * (double) s.k * (double) s.n;
}

static LmFn
fn_of (const LmOpCall *call)
{
  const LmMatmulAttrs *a = call->attrs;
  LmActivationAttrs activation = { .kind = a->activation };

  return lm_op_fn (&activation);
}

static void
matmul_forward (const LmOpCall *call)
{
  Size s = size_of (call);
  LmDenseJob job = {
    .rows = s.rows,
    .k = s.k,
    .n = s.n,
    .x = call->in[IN_X].data,
    .x_stride = s.k,
    .w = call->in[IN_W].data,
    .bias = call->n_in > IN_BIAS ? call->in[IN_BIAS].data : NULL,
    .fn = fn_of (call),
    .y = call->out[0].data,
    .y_stride = s.n,
  };

  lm_pool_run (matmul_flops (call) < small ? NULL : call->pool, call->k->dense_tasks (&job), call->k->dense, &job);
}

/* Workspace of backward: dz, if there is an activation; then the kernel's. */
static gsize
dz_bytes (const LmOpCall *call)
{
  const LmMatmulAttrs *a = call->attrs;
  Size s = size_of (call);

  return a->activation == LM_ACT_LINEAR ? 0 : lm_align ((gsize) (s.rows * s.n) * sizeof (lm_real));
}

static gsize
matmul_workspace (const LmOpCall *call, LmPass pass)
{
  const LmKernels *k = LM_R (lm_kernels_get) ();
  Size s = size_of (call);

  return pass == LM_PASS_FORWARD ? 0 : dz_bytes (call) + k->dense_dw_workspace (s.rows, s.k, s.n);
}

static void
dz_task (void *data, int task, int thread)
{
  const LmOpCall *call = data;
  LmFn fn = fn_of (call);
  LmPart p = lm_part (lm_operand_size (&call->dout[0]), LM_TASK_ELEMENTS, task);

  call->k->activate_grad (&fn, (gsize) p.n, NULL, (const lm_real *) call->out[0].data + p.from,
                          (const lm_real *) call->dout[0].data + p.from, (lm_real *) call->workspace + p.from, FALSE);
}

static void
matmul_backward (const LmOpCall *call)
{
  Size s = size_of (call);
  gsize dz = dz_bytes (call);
  LmPool *pool = matmul_flops (call) < small ? NULL : call->pool;
  LmDenseGradJob job = {
    .rows = s.rows,
    .k = s.k,
    .n = s.n,
    .x = call->in[IN_X].data,
    .x_stride = s.k,
    .w = call->in[IN_W].data,
    .dz = dz > 0 ? call->workspace : call->dout[0].data,
    .dz_stride = s.n,
    .dx = call->din[IN_X].data,
    .add_dx = call->mode[IN_X] == LM_GRAD_ADD,
    .dw = lm_op_gradient (call, IN_W),
    .work = (guint8 *) call->workspace + dz,
  };

  if (call->n_in > IN_BIAS)
    job.db = lm_op_gradient (call, IN_BIAS);
  if (dz > 0)
    lm_pool_run (pool, lm_n_parts (s.rows * s.n, LM_TASK_ELEMENTS), dz_task, (void *) call);

  /* Before the weights change. */
  if (call->mode[IN_X] != LM_GRAD_SKIP)
    lm_pool_run (pool, call->k->dense_dx_tasks (&job), call->k->dense_dx, &job);

  if (job.dw.into == LM_INTO_NOTHING && job.db.into == LM_INTO_NOTHING)
    return;
  lm_pool_run (pool, call->k->dense_dw_tasks (&job), call->k->dense_dw, &job);
  if (call->k->dense_dw_sum_tasks (&job) > 0)
    lm_pool_run (pool, call->k->dense_dw_sum_tasks (&job), call->k->dense_dw_sum, &job);
}

const LmOpClass LM_R (lm_op_matmul) = {
  .member = { .id = "matmul" },
  .attrs_size = sizeof (LmMatmulAttrs),
  .flags = LM_OP_CAN_UPDATE,
  .keep_in = LM_BIT (IN_X) | LM_BIT (IN_W),
  .infer = matmul_infer,
  .keep = matmul_keep,
  .workspace = matmul_workspace,
  .flops = matmul_flops,
  .forward = matmul_forward,
  .backward = matmul_backward,
};
