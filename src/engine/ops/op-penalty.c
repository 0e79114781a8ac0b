/* op-penalty.c: what a regularizer adds to the loss
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"
#include "lm-slot.h"

/* y = Σ l1·|w| + l2·w² over all weights; dw = dy·(l1·sign w + 2·l2·w). Padding is zero and adds nothing, so the weights are
 * taken as they lie in their layout. */

/* Weights a task takes. */
#define PART (4 * LM_TASK_ELEMENTS)

static gint64
stored_size (const LmOpCall *call, int i)
{
  const LmPenaltyAttrs *attrs = call->attrs;

  return lm_layout_size ((LmLayout) attrs->layout, &call->in[i].shape);
}

static void
penalty_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmPenaltyAttrs *a = attrs;

  g_assert (n_in >= 1 && n_out == 1);
  for (int i = 0; i < n_in; i++)
    g_assert (in[i].dtype == LM_F32 && (a->layout != LM_LAYOUT_PANELS || in[i].shape.rank == 2));
  out[0].shape = LM_SCALAR;
}

typedef struct {
  const LmOpCall *call;
  int input;
  double *sums;
  lm_real factor;
} PenaltyJob;

static void
forward_task (void *data, int task, int thread)
{
  const PenaltyJob *job = data;
  const LmOpCall *call = job->call;
  const LmPenaltyAttrs *attrs = call->attrs;
  LmPart p = lm_part (stored_size (call, job->input), PART, task);
  const lm_real *w = (const lm_real *) call->in[job->input].data + p.from;

  job->sums[task] = 0.0;
  if (attrs->l1 != 0.0)
    job->sums[task] += attrs->l1 * call->k->sum_abs ((gsize) p.n, w);
  if (attrs->l2 != 0.0)
    job->sums[task] += attrs->l2 * call->k->sum_squares ((gsize) p.n, w);
}

static void
penalty_forward (const LmOpCall *call)
{
  PenaltyJob job = { .call = call, .sums = call->workspace };
  double sum = 0.0;

  for (job.input = 0; job.input < call->n_in; job.input++) {
    int n = lm_n_parts (stored_size (call, job.input), PART);

    lm_pool_run (call->pool, n, forward_task, &job);
    for (int i = 0; i < n; i++)
      sum += job.sums[i];
  }
  *(lm_real *) call->out[0].data = LM_REAL (sum);
}

static void
backward_task (void *data, int task, int thread)
{
  const PenaltyJob *job = data;
  const LmOpCall *call = job->call;
  const LmPenaltyAttrs *attrs = call->attrs;
  LmPart p = lm_part (stored_size (call, job->input), PART, task);
  const lm_real *w = (const lm_real *) call->in[job->input].data + p.from;
  lm_real *dw = (lm_real *) call->din[job->input].data + p.from;

  call->k->penalty_grad ((gsize) p.n, job->factor * LM_REAL (attrs->l1), job->factor * LM_REAL (attrs->l2), w, dw,
                         call->mode[job->input] == LM_GRAD_ADD);
}

static void
penalty_backward (const LmOpCall *call)
{
  PenaltyJob job = { .call = call, .factor = *(const lm_real *) call->dout[0].data };

  for (job.input = 0; job.input < call->n_in; job.input++) {
    if (call->mode[job.input] != LM_GRAD_SKIP)
      lm_pool_run (call->pool, lm_n_parts (stored_size (call, job.input), PART), backward_task, &job);
  }
}

static gsize
penalty_workspace (const LmOpCall *call, LmPass pass)
{
  gsize most = 0;

  for (int i = 0; i < call->n_in && pass == LM_PASS_FORWARD; i++)
    most = MAX (most, (gsize) lm_n_parts (stored_size (call, i), PART));
  return most * sizeof (double);
}

static double
penalty_flops (const LmOpCall *call)
{
  double n = 0.0;

  for (int i = 0; i < call->n_in; i++)
    n += 2.0 * (double) lm_operand_size (&call->in[i]);
  return n;
}

const LmOpClass LM_R (lm_op_penalty) = {
  .member = { .id = "penalty" },
  .attrs_size = sizeof (LmPenaltyAttrs),
  .keep_in = G_MAXUINT32,
  .infer = penalty_infer,
  .workspace = penalty_workspace,
  .flops = penalty_flops,
  .forward = penalty_forward,
  .backward = penalty_backward,
};
