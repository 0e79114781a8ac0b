/* op-conv2d.c: convolution with bias, relu and 2×2 maxima
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* x (N, H, W, C), w (KH, KW, C / groups, O), bias (O) → y (N, OH, OW, O); or, with pool, the 2×2 maxima (N, OH / 2, OW / 2, O) and
 * the codes of the winners.
 *
 * Backward: dz, the gradient before the activation, is dy without one, else made from y. With pool it is never made
 * for dw, which reads dy and the codes; for dx it is. */

enum {
  IN_X,
  IN_W,
  IN_BIAS,
};

enum {
  OUT_Y,
  OUT_CODE,
};

static const double small = 1e6;

static LmConvShape
shape_of (const LmConvAttrs *a,
          const LmShape *x,
          const LmShape *w)
{
  LmConvShape s = {
    .n = x->dim[0],
    .h = x->dim[1],
    .w = x->dim[2],
    .c = x->dim[3],
    .o = w->dim[3],
    .kh = w->dim[0],
    .kw = w->dim[1],
    .sh = a->stride[0],
    .sw = a->stride[1],
    .dh = a->dilation[0],
    .dw = a->dilation[1],
    .top = a->pad_before[0],
    .left = a->pad_before[1],
    .groups = a->groups,
  };

  s.oh = (s.h + a->pad_before[0] + a->pad_after[0] - ((s.kh - 1) * s.dh + 1)) / s.sh + 1;
  s.ow = (s.w + a->pad_before[1] + a->pad_after[1] - ((s.kw - 1) * s.dw + 1)) / s.sw + 1;
  return s;
}

static LmConvShape
shape_of_call (const LmOpCall *call)
{
  return shape_of (call->attrs, &call->in[IN_X].shape, &call->in[IN_W].shape);
}

static void
conv2d_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmConvAttrs *a = attrs;
  const LmShape *x = &in[IN_X].shape, *w = &in[IN_W].shape;
  int side = a->pool ? 2 : 1;
  LmConvShape s;

  g_assert ((n_in == 2 || n_in == 3) && n_out == side && x->rank == 4 && w->rank == 4);
  s = shape_of (a, x, w);
  g_assert (s.groups > 0 && s.c == w->dim[2] * s.groups && s.o % s.groups == 0 && s.oh >= side && s.ow >= side);

  for (int i = 0; i < n_out; i++)
    out[i].shape = LM_SHAPE (x->dim[0], s.oh / side, s.ow / side, s.o);
  if (a->pool)
    out[OUT_CODE].dtype = LM_U8;
}

static void
conv2d_keep (const void *attrs, guint32 *keep_in, guint32 *keep_out)
{
  const LmConvAttrs *a = attrs;

  *keep_in = LM_BIT (IN_X) | LM_BIT (IN_W);
  *keep_out = a->pool ? LM_BIT (OUT_CODE) : a->activation == LM_ACT_LINEAR ? 0
                                                                           : LM_BIT (OUT_Y);
}

static double
conv2d_flops (const LmOpCall *call)
{
  LmConvShape s = shape_of_call (call);

  return 2.0 * (double) (s.n * s.oh * s.ow) * (double) (s.o * s.kh * s.kw * (s.c / s.groups));
}

static LmPool *
pool_of (const LmOpCall *call)
{
  return conv2d_flops (call) < small ? NULL : call->pool;
}

static LmFn
fn_of (const LmOpCall *call)
{
  const LmConvAttrs *a = call->attrs;
  LmActivationAttrs activation = { .kind = a->activation };

  return lm_op_fn (&activation);
}

/* Winograd's algorithm rounds a little more: good enough to train, but not where numbers are looked at or compared. */
static gboolean
is_fast (const LmOpCall *call)
{
  return call->training && !call->exact;
}

static void
conv2d_forward (const LmOpCall *call)
{
  const LmConvAttrs *a = call->attrs;
  LmPool *pool = pool_of (call);
  LmConvJob job = {
    .s = shape_of_call (call),
    .x = call->in[IN_X].data,
    .w = call->in[IN_W].data,
    .bias = call->n_in > IN_BIAS ? call->in[IN_BIAS].data : NULL,
    .fn = fn_of (call),
    .y = call->out[OUT_Y].data,
    .code = a->pool ? call->out[OUT_CODE].data : NULL,
    .fast = is_fast (call),
    .work = call->workspace,
  };

  lm_pool_run (pool, call->k->conv_pack_tasks (&job), call->k->conv_pack, &job);
  lm_pool_run (pool, call->k->conv_forward_tasks (&job), call->k->conv_forward, &job);
}

static gboolean
wants (const LmOpCall *call,
       int i)
{
  return call->mode == NULL || call->mode[i] != LM_GRAD_SKIP;
}

/* Workspace of backward: dz where it has to be made, then what dx and dw need one after the other. With pool only dx needs dz. */
static gsize
dz_bytes (const LmOpCall *call,
          const LmConvShape *s)
{
  const LmConvAttrs *a = call->attrs;

  if (a->pool ? !wants (call, IN_X) : a->activation == LM_ACT_LINEAR)
    return 0;
  return lm_align ((gsize) (s->n * s->oh * s->ow * s->o) * sizeof (lm_real));
}

static gsize
conv2d_workspace (const LmOpCall *call, LmPass pass)
{
  const LmKernels *k = LM_R (lm_kernels_get) ();
  LmConvShape s = shape_of_call (call);

  if (pass == LM_PASS_FORWARD)
    return k->conv_workspace (&s);
  return dz_bytes (call, &s) + MAX (wants (call, IN_X) ? k->conv_dx_workspace (&s) : 0, k->conv_dw_workspace (&s));
}

static void
dz_task (void *data, int task, int thread)
{
  const LmOpCall *call = data;
  LmFn fn = fn_of (call);
  LmPart p = lm_part (lm_operand_size (&call->dout[OUT_Y]), LM_TASK_ELEMENTS, task);

  call->k->activate_grad (&fn, (gsize) p.n, NULL, (const lm_real *) call->out[OUT_Y].data + p.from,
                          (const lm_real *) call->dout[OUT_Y].data + p.from, (lm_real *) call->workspace + p.from, FALSE);
}

static void
backward_x (const LmOpCall *call,
            const LmConvShape *s,
            const lm_real *dz)
{
  const LmConvAttrs *a = call->attrs;
  LmPool *pool = pool_of (call);
  LmConvDxJob job = {
    .s = *s,
    .w = call->in[IN_W].data,
    .dz = dz,
    .dx = call->din[IN_X].data,
    .add = call->mode[IN_X] == LM_GRAD_ADD,
    .fast = is_fast (call),
    .work = (guint8 *) call->workspace + dz_bytes (call, s),
  };

  if (a->pool) {
    LmUnpoolJob unpool = { *s, call->dout[OUT_Y].data, call->out[OUT_CODE].data, call->workspace };

    lm_pool_run (pool, call->k->unpool_tasks (&unpool), call->k->unpool, &unpool);
  }
  lm_pool_run (pool, call->k->conv_dx_pack_tasks (&job), call->k->conv_dx_pack, &job);
  lm_pool_run (pool, call->k->conv_dx_tasks (&job), call->k->conv_dx, &job);
}

static void
conv2d_backward (const LmOpCall *call)
{
  const LmConvAttrs *a = call->attrs;
  LmConvShape s = shape_of_call (call);
  gsize dz = dz_bytes (call, &s);
  LmPool *pool = pool_of (call);
  LmConvDwJob job = {
    .s = s,
    .x = call->in[IN_X].data,
    .dz = dz > 0 && !a->pool ? call->workspace : call->dout[OUT_Y].data,
    .code = a->pool ? call->out[OUT_CODE].data : NULL,
    .dw = lm_op_gradient (call, IN_W),
    .work = (guint8 *) call->workspace + dz,
  };

  if (call->n_in > IN_BIAS)
    job.db = lm_op_gradient (call, IN_BIAS);
  if (dz > 0 && !a->pool)
    lm_pool_run (pool, lm_n_parts (s.n * s.oh * s.ow * s.o, LM_TASK_ELEMENTS), dz_task, (void *) call);

  /* Before the weights change. */
  if (call->mode[IN_X] != LM_GRAD_SKIP)
    backward_x (call, &s, dz > 0 ? call->workspace : call->dout[OUT_Y].data);

  if (job.dw.into == LM_INTO_NOTHING && job.db.into == LM_INTO_NOTHING)
    return;
  lm_pool_run (pool, call->k->conv_dw_tasks (&job), call->k->conv_dw, &job);
  lm_pool_run (pool, call->k->conv_dw_sum_tasks (&job), call->k->conv_dw_sum, &job);
}

const LmOpClass LM_R (lm_op_conv2d) = {
  .member = { .id = "conv2d" },
  .attrs_size = sizeof (LmConvAttrs),
  .flags = LM_OP_CAN_UPDATE,
  .keep_in = LM_BIT (IN_X) | LM_BIT (IN_W),
  .infer = conv2d_infer,
  .keep = conv2d_keep,
  .workspace = conv2d_workspace,
  .flops = conv2d_flops,
  .forward = conv2d_forward,
  .backward = conv2d_backward,
};
