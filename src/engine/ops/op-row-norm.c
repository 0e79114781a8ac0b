/* op-row-norm.c: each row to mean 0 and deviation 1, or to length 1
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* y = r·(x − m) with m the mean of the row for STANDARD, else 0; formulas of r in LmRowNormAttrs. With ⟨·⟩ the mean over the
 * row, dx = r·(dy − ⟨dy⟩ − y·⟨dy·y⟩); RMS without ⟨dy⟩; UNIT without ⟨dy⟩ and with the sum in place of the last mean. */

enum {
  OUT_Y,
  OUT_FACTOR,
};

typedef struct {
  const LmOpCall *call;
  gint64 cols;
  gint64 n_rows;
  gint64 rows; /* that a task takes */
} RowsJob;

static RowsJob
rows_job (const LmOpCall *call, const LmOperand *x)
{
  RowsJob job = { .call = call, .cols = lm_operand_cols (x) };

  job.n_rows = lm_operand_size (x) / job.cols;
  job.rows = lm_task_rows (job.cols);
  return job;
}

static void
row_norm_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  g_assert (n_in == 1 && n_out == 2 && in[0].dtype == LM_F32 && in[0].shape.rank >= 2);
  out[OUT_Y].shape = in[0].shape;
  out[OUT_FACTOR].shape = in[0].shape;
  out[OUT_FACTOR].shape.rank--;
}

static lm_real
normalize_row (const LmRowNormAttrs *attrs, const LmKernels *k, gint64 n, const lm_real *x, lm_real *y)
{
  double mean = 0.0, factor, squares;

  if (attrs->kind == LM_ROW_STANDARD)
    mean = k->sum ((gsize) n, x) / (double) n;
  k->affine ((gsize) n, LM_REAL (1), LM_REAL (-mean), x, y);
  squares = k->sum_squares ((gsize) n, y);
  if (attrs->kind == LM_ROW_UNIT)
    factor = MIN (1.0 / sqrt (squares), 1.0 / attrs->epsilon);
  else
    factor = 1.0 / sqrt (squares / (double) n + attrs->epsilon);
  k->scale ((gsize) n, LM_REAL (factor), y, y, FALSE);
  return LM_REAL (factor);
}

static void
forward_task (void *data, int task, int thread)
{
  const RowsJob *job = data;
  const LmOpCall *call = job->call;
  LmPart p = lm_part (job->n_rows, job->rows, task);
  const lm_real *x = call->in[0].data;
  lm_real *y = call->out[OUT_Y].data;
  lm_real *factor = call->out[OUT_FACTOR].data;

  for (gint64 r = p.from; r < p.from + p.n; r++)
    factor[r] = normalize_row (call->attrs, call->k, job->cols, x + r * job->cols, y + r * job->cols);
}

static void
row_norm_forward (const LmOpCall *call)
{
  RowsJob job = rows_job (call, &call->in[0]);

  lm_pool_run (call->pool, lm_n_parts (job.n_rows, job.rows), forward_task, &job);
}

static void
backward_task (void *data, int task, int thread)
{
  const RowsJob *job = data;
  const LmOpCall *call = job->call;
  const LmRowNormAttrs *attrs = call->attrs;
  LmPart p = lm_part (job->n_rows, job->rows, task);
  const lm_real *factor = call->out[OUT_FACTOR].data;
  gint64 n = job->cols;

  for (gint64 r = p.from; r < p.from + p.n; r++) {
    const lm_real *y = (const lm_real *) call->out[OUT_Y].data + r * n;
    const lm_real *dy = (const lm_real *) call->dout[OUT_Y].data + r * n;
    lm_real *dx = (lm_real *) call->din[0].data + r * n;
    double mean = attrs->kind == LM_ROW_STANDARD ? call->k->sum ((gsize) n, dy) / (double) n : 0.0;
    double along = 0.0;

    for (gint64 i = 0; i < n; i++)
      along += (double) dy[i] * (double) y[i];
    along /= attrs->kind == LM_ROW_UNIT ? 1.0 : (double) n;
    for (gint64 i = 0; i < n; i++)
      lm_grad_put (&dx[i], factor[r] * (dy[i] - LM_REAL (mean) - y[i] * LM_REAL (along)), call->mode[0] == LM_GRAD_ADD);
  }
}

static void
row_norm_backward (const LmOpCall *call)
{
  RowsJob job = rows_job (call, &call->din[0]);

  if (call->mode[0] != LM_GRAD_SKIP)
    lm_pool_run (call->pool, lm_n_parts (job.n_rows, job.rows), backward_task, &job);
}

static double
row_norm_flops (const LmOpCall *call)
{
  return 5.0 * (double) lm_operand_size (&call->in[0]);
}

const LmOpClass LM_R (lm_op_row_norm) = {
  .member = { .id = "row_norm" },
  .attrs_size = sizeof (LmRowNormAttrs),
  .keep_out = LM_BIT (OUT_Y) | LM_BIT (OUT_FACTOR),
  .infer = row_norm_infer,
  .flops = row_norm_flops,
  .forward = row_norm_forward,
  .backward = row_norm_backward,
};
