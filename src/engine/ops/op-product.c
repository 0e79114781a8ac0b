/* op-product.c: matrix products of two results, sample by sample
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

#include "lm-blas.h"

/* y = s·a·b. dA = s·dy·bᵀ, dB = s·aᵀ·dy, each turned round where the input stands the other way round. A task is one pair of
 * matrices. Where b is one matrix for all, the rows of a are one long matrix: tasks take some of its rows, and for dB
 * some columns of b. */

enum {
  IN_A,
  IN_B,
};

#define ROWS 128
#define COLS 32

typedef struct {
  const LmOpCall *call;
  gint64 n, m, k, cols; /* n pairs of (m × k)·(k × cols) */
  gboolean shared;
} ProductJob;

static ProductJob
product_job (const LmOpCall *call)
{
  const LmProductAttrs *a = call->attrs;
  const LmShape *x = &call->in[IN_A].shape, *y = &call->in[IN_B].shape;
  ProductJob job = { .call = call, .shared = y->rank == 2 && x->rank > 2 };

  job.m = x->dim[x->rank - (a->transpose_a ? 1 : 2)];
  job.k = x->dim[x->rank - (a->transpose_a ? 2 : 1)];
  job.cols = y->dim[y->rank - (a->transpose_b ? 2 : 1)];
  job.n = lm_operand_size (&call->in[IN_A]) / (job.m * job.k);
  if (job.shared) {
    job.m *= job.n;
    job.n = 1;
  }
  return job;
}

static void
product_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmProductAttrs *a = attrs;
  const LmShape *x = &in[IN_A].shape, *y = &in[IN_B].shape;
  gboolean shared = y->rank == 2 && x->rank > 2;

  g_assert (n_in == 2 && n_out == 1 && x->rank >= 2 && (shared || x->rank == y->rank));
  g_assert (x->dim[x->rank - (a->transpose_a ? 2 : 1)] == y->dim[y->rank - (a->transpose_b ? 1 : 2)]);
  g_assert (!shared || !a->transpose_a);
  for (int i = 0; i < x->rank - 2 && !shared; i++)
    g_assert (x->dim[i] == y->dim[i]);
  out[0].shape = *x;
  out[0].shape.dim[x->rank - 2] = x->dim[x->rank - (a->transpose_a ? 1 : 2)];
  out[0].shape.dim[x->rank - 1] = y->dim[y->rank - (a->transpose_b ? 2 : 1)];
}

static void
forward_task (void *data, int task, int thread)
{
  const ProductJob *job = data;
  const LmOpCall *call = job->call;
  const LmProductAttrs *a = call->attrs;
  gint64 pair = job->shared ? 0 : task;
  LmPart p = job->shared ? lm_part (job->m, ROWS, task) : (LmPart){ 0, job->m };
  const lm_real *x = (const lm_real *) call->in[IN_A].data + pair * job->m * job->k + (job->shared ? p.from * job->k : 0);
  const lm_real *b = (const lm_real *) call->in[IN_B].data + pair * job->k * job->cols;
  lm_real *y = (lm_real *) call->out[0].data + (pair * job->m + p.from) * job->cols;

  LM_R (lm_gemm)
  (a->transpose_a, a->transpose_b, p.n, job->cols, job->k, LM_REAL (a->scale), x, a->transpose_a ? job->m : job->k,
   b, a->transpose_b ? job->k : job->cols, LM_REAL (0), y, job->cols);
}

static void
product_forward (const LmOpCall *call)
{
  ProductJob job = product_job (call);

  lm_pool_run (call->pool, job.shared ? lm_n_parts (job.m, ROWS) : (int) job.n, forward_task, &job);
}

/* dA = dy·bᵀ; stored turned round: dAᵀ = b·dyᵀ. */
static void
backward_a_task (void *data, int task, int thread)
{
  const ProductJob *job = data;
  const LmOpCall *call = job->call;
  const LmProductAttrs *a = call->attrs;
  gint64 pair = job->shared ? 0 : task, b_stride = a->transpose_b ? job->k : job->cols;
  LmPart p = job->shared ? lm_part (job->m, ROWS, task) : (LmPart){ 0, job->m };
  const lm_real *dy = (const lm_real *) call->dout[0].data + (pair * job->m + p.from) * job->cols;
  const lm_real *b = (const lm_real *) call->in[IN_B].data + pair * job->k * job->cols;
  lm_real *da = (lm_real *) call->din[IN_A].data + pair * job->m * job->k + (job->shared ? p.from * job->k : 0);
  lm_real keep = call->mode[IN_A] == LM_GRAD_ADD ? LM_REAL (1) : LM_REAL (0);

  if (a->transpose_a)
    LM_R (lm_gemm)
  (a->transpose_b, TRUE, job->k, job->m, job->cols, LM_REAL (a->scale), b, b_stride, dy, job->cols, keep, da, job->m);
  else LM_R (lm_gemm) (FALSE, !a->transpose_b, p.n, job->k, job->cols, LM_REAL (a->scale), dy, job->cols, b, b_stride, keep, da, job->k);
}

/* dB = aᵀ·dy; stored turned round: dBᵀ = dyᵀ·a. With one b, columns (or stored rows) p of it. */
static void
backward_b_task (void *data, int task, int thread)
{
  const ProductJob *job = data;
  const LmOpCall *call = job->call;
  const LmProductAttrs *a = call->attrs;
  gint64 pair = job->shared ? 0 : task, a_stride = a->transpose_a ? job->m : job->k;
  LmPart p = job->shared ? lm_part (job->cols, COLS, task) : (LmPart){ 0, job->cols };
  const lm_real *dy = (const lm_real *) call->dout[0].data + pair * job->m * job->cols + p.from;
  const lm_real *x = (const lm_real *) call->in[IN_A].data + pair * job->m * job->k;
  lm_real *db = (lm_real *) call->din[IN_B].data + pair * job->k * job->cols + (a->transpose_b ? p.from * job->k : p.from);
  lm_real keep = call->mode[IN_B] == LM_GRAD_ADD ? LM_REAL (1) : LM_REAL (0);

  if (a->transpose_b)
    LM_R (lm_gemm)
  (TRUE, a->transpose_a, p.n, job->k, job->m, LM_REAL (a->scale), dy, job->cols, x, a_stride, keep, db, job->k);
  else LM_R (lm_gemm) (!a->transpose_a, FALSE, job->k, p.n, job->m, LM_REAL (a->scale), x, a_stride, dy, job->cols, keep, db, job->cols);
}

static void
product_backward (const LmOpCall *call)
{
  ProductJob job = product_job (call);

  if (call->mode[IN_A] != LM_GRAD_SKIP)
    lm_pool_run (call->pool, job.shared ? lm_n_parts (job.m, ROWS) : (int) job.n, backward_a_task, &job);
  if (call->mode[IN_B] != LM_GRAD_SKIP)
    lm_pool_run (call->pool, job.shared ? lm_n_parts (job.cols, COLS) : (int) job.n, backward_b_task, &job);
}

static double
product_flops (const LmOpCall *call)
{
  ProductJob job = product_job (call);

  return 2.0 * (double) (job.n * job.m) * (double) (job.k * job.cols);
}

const LmOpClass LM_R (lm_op_product) = {
  .member = { .id = "product" },
  .attrs_size = sizeof (LmProductAttrs),
  .keep_in = LM_BIT (IN_A) | LM_BIT (IN_B),
  .infer = product_infer,
  .flops = product_flops,
  .forward = product_forward,
  .backward = product_backward,
};
