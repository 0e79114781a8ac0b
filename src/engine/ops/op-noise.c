/* op-noise.c: random numbers on top of the real ones while training
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* Formulas in LmNoiseKind. Number i of the op's stream belongs to element i; backward draws the same numbers again.
 * ALPHA: Klambauer et al. 2017, with −α·λ = −1.7581 where an element is dropped. */

static void
noise_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  g_assert (n_in == 1 && n_out == 1 && in[0].dtype == LM_F32);
  out[0].shape = in[0].shape;
}

typedef struct {
  const LmOpCall *call;
  LmRng rng;
  gint64 n;
  const lm_real *from;
  lm_real *to;
  gboolean add;
  gboolean is_gradient;
} NoiseJob;

static LmRng
stream_of (const LmOpCall *call)
{
  const LmNoiseAttrs *attrs = call->attrs;
  LmRng rng = call->rng;

  if (attrs->has_seed) {
    guint64 mixed = lm_hash_bytes (&attrs->seed, sizeof attrs->seed, 0);

    rng.stream[0] ^= (guint32) mixed;
    rng.stream[1] ^= (guint32) (mixed >> 32);
  }
  return rng;
}

static void
alpha_task (const NoiseJob *job, const LmPart *p)
{
  const LmNoiseAttrs *attrs = job->call->attrs;
  const double low = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946;
  double factor = 1.0 / sqrt ((1.0 - attrs->amount) * (1.0 + attrs->amount * low * low));
  double offset = -factor * low * attrs->amount;
  lm_real kept_offset = job->is_gradient ? LM_REAL (0) : LM_REAL (offset);
  lm_real dropped = job->is_gradient ? LM_REAL (0) : LM_REAL (factor * low + offset);

  for (gint64 i = p->from; i < p->from + p->n; i++) {
    gboolean kept = lm_rng_float (&job->rng, (guint64) i) >= (float) attrs->amount;

    lm_grad_put (&job->to[i], kept ? LM_REAL (factor) * job->from[i] + kept_offset : dropped, job->add);
  }
}

static void
noise_task (void *data, int task, int thread)
{
  const NoiseJob *job = data;
  const LmOpCall *call = job->call;
  const LmNoiseAttrs *attrs = call->attrs;
  LmPart p = lm_part (job->n, LM_TASK_ELEMENTS, task);

  if (!call->training || (attrs->kind == LM_NOISE_ADD && job->is_gradient)) {
    call->k->scale ((gsize) p.n, LM_REAL (1), job->from + p.from, job->to + p.from, job->add);
    return;
  }
  if (attrs->kind == LM_NOISE_ALPHA) {
    alpha_task (job, &p);
    return;
  }
  for (gint64 i = p.from; i < p.from + p.n; i++) {
    lm_real n = LM_REAL (attrs->amount * lm_rng_normal (&job->rng, (guint64) i));

    lm_grad_put (&job->to[i], attrs->kind == LM_NOISE_ADD ? job->from[i] + n : job->from[i] * (LM_REAL (1) + n), job->add);
  }
}

static void
noise_forward (const LmOpCall *call)
{
  NoiseJob job = { call, stream_of (call), lm_operand_size (&call->in[0]), call->in[0].data, call->out[0].data, FALSE, FALSE };

  lm_pool_run (call->pool, lm_n_parts (job.n, LM_TASK_ELEMENTS), noise_task, &job);
}

static void
noise_backward (const LmOpCall *call)
{
  NoiseJob job = { call, stream_of (call), lm_operand_size (&call->din[0]), call->dout[0].data, call->din[0].data, call->mode[0] == LM_GRAD_ADD, TRUE };

  if (call->mode[0] != LM_GRAD_SKIP)
    lm_pool_run (call->pool, lm_n_parts (job.n, LM_TASK_ELEMENTS), noise_task, &job);
}

const LmOpClass LM_R (lm_op_noise) = {
  .member = { .id = "noise" },
  .attrs_size = sizeof (LmNoiseAttrs),
  .flags = LM_OP_INPLACE | LM_OP_INPLACE_GRAD | LM_OP_RANDOM,
  .infer = noise_infer,
  .forward = noise_forward,
  .backward = noise_backward,
};
