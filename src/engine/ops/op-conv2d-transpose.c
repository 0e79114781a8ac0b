/* op-conv2d-transpose.c: a convolution turned round, which makes pictures larger
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* x (N, H, W, C), w (KH, KW, O, C) → y (N, OH, OW, O): the gradient that a convolution of y with w, which has the shape of x,
 * would send back. So forward is the backward of a convolution, and the other way round. */

enum {
  IN_X,
  IN_W,
};

static const double small = 1e6;

/* That of the convolution from y to x. */
static LmConvShape
shape_of_call (const LmOpCall *call)
{
  const LmConvTransposeAttrs *a = call->attrs;
  const LmShape *x = &call->in[IN_X].shape, *w = &call->in[IN_W].shape;

  return (LmConvShape){
    .n = x->dim[0],
    .h = a->size[0],
    .w = a->size[1],
    .c = w->dim[2],
    .oh = x->dim[1],
    .ow = x->dim[2],
    .o = x->dim[3],
    .kh = w->dim[0],
    .kw = w->dim[1],
    .sh = a->stride[0],
    .sw = a->stride[1],
    .dh = a->dilation[0],
    .dw = a->dilation[1],
    .top = a->pad_before[0],
    .left = a->pad_before[1],
    .groups = 1,
  };
}

static void
transpose_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmConvTransposeAttrs *a = attrs;
  const LmShape *x = &in[IN_X].shape, *w = &in[IN_W].shape;

  g_assert (n_in == 2 && n_out == 1 && x->rank == 4 && w->rank == 4 && w->dim[3] == x->dim[3]);
  out[0].shape = LM_SHAPE (x->dim[0], a->size[0], a->size[1], w->dim[2]);
}

static double
transpose_flops (const LmOpCall *call)
{
  LmConvShape s = shape_of_call (call);

  return 2.0 * (double) (s.n * s.oh * s.ow) * (double) (s.o * s.kh * s.kw * s.c);
}

static LmPool *
pool_of (const LmOpCall *call)
{
  return transpose_flops (call) < small ? NULL : call->pool;
}

static void
transpose_forward (const LmOpCall *call)
{
  LmPool *pool = pool_of (call);
  LmConvDxJob job = {
    .s = shape_of_call (call),
    .w = call->in[IN_W].data,
    .dz = call->in[IN_X].data,
    .dx = call->out[0].data,
    .fast = call->training && !call->exact,
    .work = call->workspace,
  };

  lm_pool_run (pool, call->k->conv_dx_pack_tasks (&job), call->k->conv_dx_pack, &job);
  lm_pool_run (pool, call->k->conv_dx_tasks (&job), call->k->conv_dx, &job);
}

/* Backward of x: a convolution of dy, into the workspace if it is to be added. */
static gsize
dx_bytes (const LmOpCall *call)
{
  if (call->mode != NULL && call->mode[IN_X] != LM_GRAD_ADD)
    return 0;
  return lm_align ((gsize) lm_operand_size (&call->in[IN_X]) * sizeof (lm_real));
}

static gsize
transpose_workspace (const LmOpCall *call, LmPass pass)
{
  const LmKernels *k = LM_R (lm_kernels_get) ();
  LmConvShape s = shape_of_call (call);

  if (pass == LM_PASS_FORWARD)
    return k->conv_dx_workspace (&s);
  return dx_bytes (call) + MAX (k->conv_workspace (&s), k->conv_dw_workspace (&s));
}

static void
backward_x (const LmOpCall *call)
{
  LmPool *pool = pool_of (call);
  gsize apart = dx_bytes (call);
  LmConvJob job = {
    .s = shape_of_call (call),
    .x = call->dout[0].data,
    .w = call->in[IN_W].data,
    .fn = { .kind = LM_FN_LINEAR },
    .y = apart > 0 ? call->workspace : call->din[IN_X].data,
    .fast = call->training && !call->exact,
    .work = (guint8 *) call->workspace + apart,
  };

  lm_pool_run (pool, call->k->conv_pack_tasks (&job), call->k->conv_pack, &job);
  lm_pool_run (pool, call->k->conv_forward_tasks (&job), call->k->conv_forward, &job);
  if (apart > 0)
    call->k->scale ((gsize) lm_operand_size (&call->din[IN_X]), LM_REAL (1), job.y, call->din[IN_X].data, TRUE);
}

static void
transpose_backward (const LmOpCall *call)
{
  LmPool *pool = pool_of (call);
  LmConvDwJob job = {
    .s = shape_of_call (call),
    .x = call->dout[0].data,
    .dz = call->in[IN_X].data,
    .dw = lm_op_gradient (call, IN_W),
    .work = (guint8 *) call->workspace + dx_bytes (call),
  };

  /* Before the weights change. */
  if (call->mode[IN_X] != LM_GRAD_SKIP)
    backward_x (call);
  if (job.dw.into == LM_INTO_NOTHING)
    return;
  lm_pool_run (pool, call->k->conv_dw_tasks (&job), call->k->conv_dw, &job);
  lm_pool_run (pool, call->k->conv_dw_sum_tasks (&job), call->k->conv_dw_sum, &job);
}

const LmOpClass LM_R (lm_op_conv2d_transpose) = {
  .member = { .id = "conv2d_transpose" },
  .attrs_size = sizeof (LmConvTransposeAttrs),
  .flags = LM_OP_CAN_UPDATE,
  .keep_in = LM_BIT (IN_X) | LM_BIT (IN_W),
  .infer = transpose_infer,
  .workspace = transpose_workspace,
  .flops = transpose_flops,
  .forward = transpose_forward,
  .backward = transpose_backward,
};
