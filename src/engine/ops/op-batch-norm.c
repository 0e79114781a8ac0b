/* op-batch-norm.c: normalises by the moments of the batch
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

#include <math.h>

/* x (…, C) → y (…, C), mean (C), variance (C), rstd (C).
 * y = (x − mean)·rstd·gamma + beta, rstd = 1/√(variance + epsilon); means over all axes but the last.
 * Source: Ioffe & Szegedy 2015, algorithm 1; the variance divides by n, as in Keras. No gradient flows into the moments
 * that leave as outputs: they feed the moving averages only. */

enum {
  OUT_Y,
  OUT_MEAN,
  OUT_VARIANCE,
  OUT_RSTD,
};

static int
gamma_index (const LmNormAttrs *attrs)
{
  return attrs->scale ? 1 : -1;
}

static int
beta_index (const LmNormAttrs *attrs)
{
  return attrs->center ? 1 + (attrs->scale ? 1 : 0) : -1;
}

static void
batch_norm_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmNormAttrs *a = attrs;
  gint64 channels = in[0].shape.dim[in[0].shape.rank - 1];

  g_assert (n_in == 1 + (a->scale ? 1 : 0) + (a->center ? 1 : 0) && n_out == 4);
  g_assert (in[0].dtype == LM_F32 && in[0].shape.rank >= 2);
  for (int i = 1; i < n_in; i++)
    g_assert (in[i].shape.rank == 1 && in[i].shape.dim[0] == channels);
  out[OUT_Y].shape = in[0].shape;
  for (int i = 1; i < n_out; i++)
    out[i].shape = LM_SHAPE (channels);
}

static void
batch_norm_keep (const void *attrs, guint32 *keep_in, guint32 *keep_out)
{
  const LmNormAttrs *a = attrs;

  *keep_in = LM_BIT (0) | (a->scale ? LM_BIT (1) : 0);
  *keep_out = LM_BIT (OUT_MEAN) | LM_BIT (OUT_RSTD);
}

/* Workspace of forward: scale (C), shift (C), then the moments'. */
typedef struct {
  const LmOpCall *call;
  gint64 rows, cols;
  lm_real *scale;
  lm_real *shift;
  LmMomentsJob moments;
} ForwardJob;

static ForwardJob
forward_job (const LmOpCall *call)
{
  gint64 cols = lm_operand_cols (&call->in[0]);
  gsize step = lm_align ((gsize) cols * sizeof (lm_real));
  guint8 *work = call->workspace;
  ForwardJob job = { .call = call, .rows = lm_operand_size (&call->in[0]) / cols, .cols = cols };

  job.scale = (lm_real *) work;
  job.shift = (lm_real *) (work + step);
  job.moments = (LmMomentsJob){
    .rows = job.rows,
    .cols = cols,
    .x = call->in[0].data,
    .mean = call->out[OUT_MEAN].data,
    .variance = call->out[OUT_VARIANCE].data,
    .work = work + 2 * step,
  };
  return job;
}

static void
scale_task (void *data, int task, int thread)
{
  const ForwardJob *job = data;
  const LmOpCall *call = job->call;
  LmPart p = lm_part (job->rows, lm_task_rows (job->cols), task);

  call->k->scale_shift (p.n, job->cols, (const lm_real *) call->in[0].data + p.from * job->cols, job->scale, job->shift, NULL,
                        (lm_real *) call->out[OUT_Y].data + p.from * job->cols);
}

static void
batch_norm_forward (const LmOpCall *call)
{
  const LmNormAttrs *attrs = call->attrs;
  ForwardJob job = forward_job (call);
  const lm_real *gamma = attrs->scale ? call->in[gamma_index (attrs)].data : NULL;
  const lm_real *beta = attrs->center ? call->in[beta_index (attrs)].data : NULL;
  const lm_real *mean = job.moments.mean;
  lm_real *rstd = call->out[OUT_RSTD].data;

  lm_pool_run (call->pool, call->k->moments_tasks (&job.moments), call->k->moments, &job.moments);
  call->k->moments_finish (&job.moments);
  for (gint64 c = 0; c < job.cols; c++) {
    rstd[c] = LM_REAL (1.0 / sqrt ((double) job.moments.variance[c] + attrs->epsilon));
    job.scale[c] = gamma != NULL ? gamma[c] * rstd[c] : rstd[c];
    job.shift[c] = (beta != NULL ? beta[c] : LM_REAL (0)) - mean[c] * job.scale[c];
  }
  lm_pool_run (call->pool, lm_n_parts (job.rows, lm_task_rows (job.cols)), scale_task, &job);
}

static void
batch_norm_backward (const LmOpCall *call)
{
  const LmNormAttrs *attrs = call->attrs;
  int gamma = gamma_index (attrs);
  int beta = beta_index (attrs);
  gint64 cols = lm_operand_cols (&call->dout[OUT_Y]);
  LmNormGradJob job = {
    .rows = lm_operand_size (&call->dout[OUT_Y]) / cols,
    .cols = cols,
    .x = call->in[0].data,
    .dy = call->dout[OUT_Y].data,
    .mean = call->out[OUT_MEAN].data,
    .rstd = call->out[OUT_RSTD].data,
    .work = call->workspace,
  };

  if (gamma >= 0) {
    job.gamma = call->in[gamma].data;
    job.dgamma = call->mode[gamma] == LM_GRAD_SKIP ? NULL : call->din[gamma].data;
    job.add_dgamma = call->mode[gamma] == LM_GRAD_ADD;
  }
  if (beta >= 0) {
    job.dbeta = call->mode[beta] == LM_GRAD_SKIP ? NULL : call->din[beta].data;
    job.add_dbeta = call->mode[beta] == LM_GRAD_ADD;
  }
  lm_pool_run (call->pool, call->k->norm_grad_tasks (&job), call->k->norm_sums, &job);
  call->k->norm_sums_finish (&job);
  if (call->mode[0] == LM_GRAD_SKIP)
    return;
  job.dx = call->din[0].data;
  job.add_dx = call->mode[0] == LM_GRAD_ADD;
  lm_pool_run (call->pool, call->k->norm_grad_tasks (&job), call->k->norm_dx, &job);
}

static gsize
batch_norm_workspace (const LmOpCall *call, LmPass pass)
{
  gint64 cols = lm_operand_cols (&call->in[0]);
  gint64 rows = lm_operand_size (&call->in[0]) / cols;

  if (pass == LM_PASS_BACKWARD)
    return call->k->norm_grad_workspace (rows, cols);
  return 2 * lm_align ((gsize) cols * sizeof (lm_real)) + call->k->moments_workspace (rows, cols);
}

static double
batch_norm_flops (const LmOpCall *call)
{
  return 6.0 * (double) lm_operand_size (&call->in[0]);
}

const LmOpClass LM_R (lm_op_batch_norm) = {
  .member = { .id = "batch_norm" },
  .attrs_size = sizeof (LmNormAttrs),
  .keep_in = LM_BIT (0) | LM_BIT (1),
  .keep_out = LM_BIT (OUT_MEAN) | LM_BIT (OUT_RSTD),
  .infer = batch_norm_infer,
  .keep = batch_norm_keep,
  .workspace = batch_norm_workspace,
  .flops = batch_norm_flops,
  .forward = batch_norm_forward,
  .backward = batch_norm_backward,
};
