/* op-mask.c: which steps of a sequence count
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

typedef struct {
  const LmOpCall *call;
  gint64 n;
  gint64 features;
  gint64 steps; /* that a task takes */
} MaskJob;

static void
mask_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  g_assert (n_in == 1 && n_out == 1 && in[0].shape.rank >= 2 && (in[0].dtype == LM_F32 || in[0].dtype == LM_I32));
  out[0].shape = in[0].shape;
  out[0].shape.rank = 2;
}

/* NaN where a number of the step is NaN, so that it is not lost. */
static lm_real
count_step (const LmOperand *x, gint64 from, gint64 n, double value)
{
  lm_real found = LM_REAL (0);

  for (gint64 i = from; i < from + n; i++) {
    double number = x->dtype == LM_I32 ? (double) ((const gint32 *) x->data)[i] : (double) ((const lm_real *) x->data)[i];

    if (isnan (number))
      return LM_REAL (NAN);
    if (number != value)
      found = LM_REAL (1);
  }
  return found;
}

static void
mask_task (void *data, int task, int thread)
{
  const MaskJob *job = data;
  const LmOpCall *call = job->call;
  const LmMaskAttrs *attrs = call->attrs;
  double value = call->in[0].dtype == LM_I32 ? attrs->value : (double) LM_REAL (attrs->value);
  LmPart p = lm_part (job->n, job->steps, task);
  lm_real *y = call->out[0].data;

  for (gint64 i = p.from; i < p.from + p.n; i++)
    y[i] = count_step (&call->in[0], i * job->features, job->features, value);
}

static void
mask_forward (const LmOpCall *call)
{
  MaskJob job = { .call = call, .n = lm_operand_size (&call->out[0]) };

  job.features = lm_operand_size (&call->in[0]) / job.n;
  job.steps = lm_task_rows (job.features);
  lm_pool_run (call->pool, lm_n_parts (job.n, job.steps), mask_task, &job);
}

const LmOpClass LM_R (lm_op_mask) = {
  .member = { .id = "mask" },
  .attrs_size = sizeof (LmMaskAttrs),
  .flags = LM_OP_NO_GRAD,
  .infer = mask_infer,
  .forward = mask_forward,
};
