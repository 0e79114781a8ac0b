/* op-norm.c: normalises by given moments
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

#include <math.h>

/* x (…, C), [gamma (C)], [beta (C)], mean (C), variance (C) → y (…, C).
 * y = (x − mean)·rstd·gamma + beta, rstd = 1/√(variance + epsilon).
 * With a = Σ dy and b = Σ dy·(x − mean)·rstd by column: dbeta = a, dgamma = b, dmean = −gamma·rstd·a,
 * dvariance = −gamma·rstd²·b/2. */

enum {
  IN_X,
  IN_GAMMA,
  IN_BETA,
  IN_MEAN,
  IN_VARIANCE,
  N_IN,
};

/* Where each input stands, −1 for one that is not there. */
static void
input_indices (const LmNormAttrs *attrs, int index[N_IN])
{
  int i = 1;

  index[IN_X] = 0;
  index[IN_GAMMA] = attrs->scale ? i++ : -1;
  index[IN_BETA] = attrs->center ? i++ : -1;
  index[IN_MEAN] = i++;
  index[IN_VARIANCE] = i;
}

static void
norm_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmNormAttrs *a = attrs;
  gint64 channels = in[0].shape.dim[in[0].shape.rank - 1];

  g_assert (n_in == 3 + (a->scale ? 1 : 0) + (a->center ? 1 : 0) && n_out == 1);
  g_assert (in[0].dtype == LM_F32 && in[0].shape.rank >= 2);
  for (int i = 1; i < n_in; i++)
    g_assert (in[i].shape.rank == 1 && in[i].shape.dim[0] == channels);
  out[0].shape = in[0].shape;
}

static void
norm_keep (const void *attrs, guint32 *keep_in, guint32 *keep_out)
{
  int index[N_IN];

  input_indices (attrs, index);
  *keep_in = LM_BIT (0) | LM_BIT (index[IN_MEAN]) | LM_BIT (index[IN_VARIANCE]);
  if (index[IN_GAMMA] >= 0)
    *keep_in |= LM_BIT (index[IN_GAMMA]);
  *keep_out = 0;
}

typedef struct {
  const LmOpCall *call;
  gint64 rows, cols;
  lm_real *scale;
  lm_real *shift;
} ForwardJob;

static void
scale_task (void *data, int task, int thread)
{
  const ForwardJob *job = data;
  const LmOpCall *call = job->call;
  LmPart p = lm_part (job->rows, lm_task_rows (job->cols), task);

  call->k->scale_shift (p.n, job->cols, (const lm_real *) call->in[0].data + p.from * job->cols, job->scale, job->shift, NULL,
                        (lm_real *) call->out[0].data + p.from * job->cols);
}

static lm_real
rstd_of (lm_real variance, double epsilon)
{
  return LM_REAL (1.0 / sqrt ((double) variance + epsilon));
}

static void
norm_forward (const LmOpCall *call)
{
  const LmNormAttrs *attrs = call->attrs;
  gint64 cols = lm_operand_cols (&call->in[0]);
  ForwardJob job = {
    .call = call,
    .rows = lm_operand_size (&call->in[0]) / cols,
    .cols = cols,
    .scale = call->workspace,
    .shift = (lm_real *) call->workspace + cols,
  };
  const lm_real *mean;
  const lm_real *variance;
  int index[N_IN];

  input_indices (attrs, index);
  mean = call->in[index[IN_MEAN]].data;
  variance = call->in[index[IN_VARIANCE]].data;
  for (gint64 c = 0; c < cols; c++) {
    lm_real gamma = attrs->scale ? ((const lm_real *) call->in[index[IN_GAMMA]].data)[c] : LM_REAL (1);
    lm_real beta = attrs->center ? ((const lm_real *) call->in[index[IN_BETA]].data)[c] : LM_REAL (0);

    job.scale[c] = gamma * rstd_of (variance[c], attrs->epsilon);
    job.shift[c] = beta - mean[c] * job.scale[c];
  }
  lm_pool_run (call->pool, lm_n_parts (job.rows, lm_task_rows (cols)), scale_task, &job);
}

static void
put_column (const LmOpCall *call, int i, gint64 c, lm_real value)
{
  if (i >= 0 && call->mode[i] != LM_GRAD_SKIP)
    lm_grad_put ((lm_real *) call->din[i].data + c, value, call->mode[i] == LM_GRAD_ADD);
}

/* Workspace: rstd, a, b (C each), then the kernel's. */
static void
norm_backward (const LmOpCall *call)
{
  const LmNormAttrs *attrs = call->attrs;
  gint64 cols = lm_operand_cols (&call->dout[0]);
  gsize step = lm_align ((gsize) cols * sizeof (lm_real));
  guint8 *work = call->workspace;
  lm_real *rstd = (lm_real *) work;
  lm_real *a = (lm_real *) (work + step);
  lm_real *b = (lm_real *) (work + 2 * step);
  gboolean wants_sums = FALSE;
  const lm_real *variance;
  int index[N_IN];
  LmNormGradJob job;

  input_indices (attrs, index);
  variance = call->in[index[IN_VARIANCE]].data;
  for (gint64 c = 0; c < cols; c++)
    rstd[c] = rstd_of (variance[c], attrs->epsilon);
  job = (LmNormGradJob){
    .rows = lm_operand_size (&call->dout[0]) / cols,
    .cols = cols,
    .x = call->in[0].data,
    .dy = call->dout[0].data,
    .mean = call->in[index[IN_MEAN]].data,
    .rstd = rstd,
    .gamma = attrs->scale ? call->in[index[IN_GAMMA]].data : NULL,
    .frozen = TRUE,
    .dgamma = b,
    .dbeta = a,
    .work = work + 3 * step,
  };
  for (int i = 1; i < call->n_in; i++)
    wants_sums = wants_sums || call->mode[i] != LM_GRAD_SKIP;
  if (wants_sums) {
    lm_pool_run (call->pool, call->k->norm_grad_tasks (&job), call->k->norm_sums, &job);
    call->k->norm_sums_finish (&job);
  }
  for (gint64 c = 0; wants_sums && c < cols; c++) {
    lm_real scale = (job.gamma != NULL ? job.gamma[c] : LM_REAL (1)) * rstd[c];

    put_column (call, index[IN_GAMMA], c, b[c]);
    put_column (call, index[IN_BETA], c, a[c]);
    put_column (call, index[IN_MEAN], c, -scale * a[c]);
    put_column (call, index[IN_VARIANCE], c, LM_REAL (-0.5) * scale * rstd[c] * b[c]);
  }
  if (call->mode[0] == LM_GRAD_SKIP)
    return;
  job.dx = call->din[0].data;
  job.add_dx = call->mode[0] == LM_GRAD_ADD;
  lm_pool_run (call->pool, call->k->norm_grad_tasks (&job), call->k->norm_dx, &job);
}

static gsize
norm_workspace (const LmOpCall *call, LmPass pass)
{
  gint64 cols = lm_operand_cols (&call->in[0]);
  gint64 rows = lm_operand_size (&call->in[0]) / cols;

  if (pass == LM_PASS_FORWARD)
    return 2 * (gsize) cols * sizeof (lm_real);
  return 3 * lm_align ((gsize) cols * sizeof (lm_real)) + call->k->norm_grad_workspace (rows, cols);
}

static double
norm_flops (const LmOpCall *call)
{
  return 2.0 * (double) lm_operand_size (&call->in[0]);
}

const LmOpClass LM_R (lm_op_norm) = {
  .member = { .id = "norm" },
  .attrs_size = sizeof (LmNormAttrs),
  .flags = LM_OP_INPLACE,
  .keep_in = LM_BIT (0) | LM_BIT (1) | LM_BIT (2) | LM_BIT (3) | LM_BIT (4),
  .infer = norm_infer,
  .keep = norm_keep,
  .workspace = norm_workspace,
  .flops = norm_flops,
  .forward = norm_forward,
  .backward = norm_backward,
};
