/* op-gather.c: rows of a table by their numbers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* y[i, :] = table[ids[i], :]. Backward: each task owns a stretch of the table, goes through all ids in their order and adds what
 * belongs there, so that the sums do not depend on threads. */

enum {
  IN_TABLE,
  IN_IDS,
};

#define STRETCHES 16

typedef struct {
  const LmOpCall *call;
  gint64 rows, cols; /* of the table */
  gint64 n;          /* ids */
  gint64 step;       /* ids, or rows of the table, that a task takes */
} GatherJob;

static void
gather_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  g_assert (n_in == 2 && n_out == 1 && in[IN_TABLE].shape.rank == 2 && in[IN_IDS].dtype == LM_I32 && in[IN_IDS].shape.rank < LM_MAX_RANK);
  out[0].shape = in[IN_IDS].shape;
  out[0].shape.dim[out[0].shape.rank++] = in[IN_TABLE].shape.dim[1];
}

static GatherJob
gather_job (const LmOpCall *call)
{
  const LmShape *table = &call->in[IN_TABLE].shape;

  return (GatherJob){ .call = call, .rows = table->dim[0], .cols = table->dim[1], .n = lm_operand_size (&call->in[IN_IDS]) };
}

static void
forward_task (void *data, int task, int thread)
{
  const GatherJob *job = data;
  const LmOpCall *call = job->call;
  const gint32 *ids = call->in[IN_IDS].data;
  const lm_real *table = call->in[IN_TABLE].data;
  lm_real *y = call->out[0].data;
  LmPart p = lm_part (job->n, job->step, task);

  for (gint64 i = p.from; i < p.from + p.n; i++) {
    if (ids[i] >= 0 && ids[i] < job->rows)
      memcpy (y + i * job->cols, table + ids[i] * job->cols, (gsize) job->cols * sizeof (lm_real));
    else
      call->k->fill ((gsize) job->cols, LM_REAL (NAN), y + i * job->cols);
  }
}

static void
gather_forward (const LmOpCall *call)
{
  GatherJob job = gather_job (call);

  job.step = lm_task_rows (job.cols);
  lm_pool_run (call->pool, lm_n_parts (job.n, job.step), forward_task, &job);
}

static void
backward_task (void *data, int task, int thread)
{
  const GatherJob *job = data;
  const LmOpCall *call = job->call;
  const gint32 *ids = call->in[IN_IDS].data;
  const lm_real *dy = call->dout[0].data;
  lm_real *table = call->din[IN_TABLE].data;
  LmPart p = lm_part (job->rows, job->step, task);

  if (call->mode[IN_TABLE] == LM_GRAD_WRITE)
    call->k->fill ((gsize) (p.n * job->cols), LM_REAL (0), table + p.from * job->cols);
  for (gint64 i = 0; i < job->n; i++) {
    if (ids[i] >= p.from && ids[i] < p.from + p.n)
      call->k->scale ((gsize) job->cols, LM_REAL (1), dy + i * job->cols, table + ids[i] * job->cols, TRUE);
  }
}

static void
gather_backward (const LmOpCall *call)
{
  GatherJob job = gather_job (call);

  if (call->mode[IN_TABLE] == LM_GRAD_SKIP)
    return;
  job.step = (job.rows + STRETCHES - 1) / STRETCHES;
  lm_pool_run (call->pool, lm_n_parts (job.rows, job.step), backward_task, &job);
}

static double
gather_flops (const LmOpCall *call)
{
  return 0.0;
}

const LmOpClass LM_R (lm_op_gather) = {
  .member = { .id = "gather" },
  .keep_in = LM_BIT (IN_IDS),
  .infer = gather_infer,
  .flops = gather_flops,
  .forward = gather_forward,
  .backward = gather_backward,
};
