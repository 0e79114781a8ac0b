/* op-pool2d.c: maxima or means over windows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* x (N, H, W, C) → y (N, OH, OW, C) and, for maxima, the place of the winner within each window: uint8 if that is enough, else
 * int32. */

enum {
  OUT_Y,
  OUT_CODE,
};

static LmPoolShape
shape_of (const LmPoolAttrs *a,
          const LmShape *x)
{
  LmPoolShape s = {
    .n = x->dim[0],
    .h = x->dim[1],
    .w = x->dim[2],
    .c = x->dim[3],
    .kh = a->size[0],
    .kw = a->size[1],
    .sh = a->stride[0],
    .sw = a->stride[1],
    .top = a->pad_before[0],
    .left = a->pad_before[1],
  };

  s.oh = (s.h + a->pad_before[0] + a->pad_after[0] - s.kh) / s.sh + 1;
  s.ow = (s.w + a->pad_before[1] + a->pad_after[1] - s.kw) / s.sw + 1;
  return s;
}

static void
pool2d_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmPoolAttrs *a = attrs;
  const LmShape *x = &in[0].shape;
  LmPoolShape s;

  g_assert (n_in == 1 && n_out == (a->max ? 2 : 1) && x->rank == 4);
  s = shape_of (a, x);
  g_assert (s.oh >= 1 && s.ow >= 1);

  for (int i = 0; i < n_out; i++)
    out[i].shape = LM_SHAPE (x->dim[0], s.oh, s.ow, s.c);
  if (a->max)
    out[OUT_CODE].dtype = lm_pool_code_size (&s) == 1 ? LM_U8 : LM_I32;
}

static void
pool2d_keep (const void *attrs, guint32 *keep_in, guint32 *keep_out)
{
  const LmPoolAttrs *a = attrs;

  *keep_in = 0;
  *keep_out = a->max ? LM_BIT (OUT_CODE) : 0;
}

static double
pool2d_flops (const LmOpCall *call)
{
  const LmPoolAttrs *a = call->attrs;

  return (double) (a->size[0] * a->size[1]) * (double) lm_operand_size (&call->out[OUT_Y]);
}

static LmPool *
pool_of (const LmOpCall *call)
{
  return lm_operand_size (&call->in[0]) <= LM_TASK_ELEMENTS ? NULL : call->pool;
}

static void
pool2d_forward (const LmOpCall *call)
{
  const LmPoolAttrs *a = call->attrs;
  LmPoolJob job = {
    .s = shape_of (a, &call->in[0].shape),
    .x = call->in[0].data,
    .y = call->out[OUT_Y].data,
    .code = a->max ? call->out[OUT_CODE].data : NULL,
  };

  lm_pool_run (pool_of (call), call->k->pool_tasks (&job), a->max ? call->k->max_pool : call->k->mean_pool, &job);
}

static void
pool2d_backward (const LmOpCall *call)
{
  const LmPoolAttrs *a = call->attrs;
  LmPoolJob job = {
    .s = shape_of (a, &call->in[0].shape),
    .dy = call->dout[OUT_Y].data,
    .dx = call->din[0].data,
    .add = call->mode[0] == LM_GRAD_ADD,
    .code = a->max ? call->out[OUT_CODE].data : NULL,
  };

  if (call->mode[0] == LM_GRAD_SKIP)
    return;
  lm_pool_run (pool_of (call), call->k->pool_tasks (&job), a->max ? call->k->max_pool_grad : call->k->mean_pool_grad, &job);
}

const LmOpClass LM_R (lm_op_pool2d) = {
  .member = { .id = "pool2d" },
  .attrs_size = sizeof (LmPoolAttrs),
  .keep_out = LM_BIT (OUT_CODE),
  .infer = pool2d_infer,
  .keep = pool2d_keep,
  .flops = pool2d_flops,
  .forward = pool2d_forward,
  .backward = pool2d_backward,
};
