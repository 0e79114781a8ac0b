/* lm-op.h: what an op file includes: the descriptor of an op and what it is called with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-kernels.h"
#include "lm-option.h"
#include "lm-parallel.h"
#include "lm-rng.h"
#include "lm-tensor.h"

G_BEGIN_DECLS

typedef enum {
#define LM_OP(name) LM_OP_##name,
#include "lm-op-ids.inc"
#undef LM_OP
  LM_N_OPS
} LmOpId;

/**
 * LmOperand:
 * @data: lm_real numbers, or int32 / uint8 as @dtype says; %NULL in an infer or workspace call, and for a gradient
 *   that is not there
 * @shape: in infer: with the symbolic batch; everywhere else bound to the batch of this call
 */
typedef struct {
  void *data;
  LmShape shape;
  LmDtype dtype; /* LM_F32 stands for lm_real in the double build too */
} LmOperand;

/**
 * LmGradMode: what backward does with the gradient of one input
 * @LM_GRAD_SKIP: nothing: nobody wants it; din[i].data is NULL
 * @LM_GRAD_WRITE: overwrites din[i]
 * @LM_GRAD_ADD: adds to din[i]
 * @LM_GRAD_UPDATE: the input is a weight and this is its only gradient: instead of storing it, apply
 *   call->update[i] to the weight in the epilogue; only for ops with LM_OP_CAN_UPDATE
 */
typedef enum {
  LM_GRAD_SKIP,
  LM_GRAD_WRITE,
  LM_GRAD_ADD,
  LM_GRAD_UPDATE,
} LmGradMode;

typedef enum {
  LM_PASS_FORWARD,
  LM_PASS_BACKWARD,
} LmPass;

/**
 * LmOpCall:
 *
 * All an op knows. Gradients are made in the order of the inputs, since one value may stand at two inputs (the first
 * writes, the second adds); only where din[0].data == dout[0].data (LM_OP_INPLACE_GRAD) is din[0] made last.
 * An op computes with kernels cut into tasks that
 * depend on shapes alone (lm_pool_run), allocates nothing, and cannot fail.
 *
 * @dout: one per output; data NULL if no gradient flows into it: read as zero. At least one is there.
 * @din: one per input, as @mode says
 * @mode: in a workspace call for backward too, where %NULL stands for all gradients
 * @in, @out in backward: data is NULL unless the class keeps it (keep_in, keep_out)
 * @workspace: call-local memory of the size that workspace () asked for, 64-byte aligned, not zeroed
 * @rng: stream of this op and step; the same in forward and backward; only for LM_OP_RANDOM
 * @training: program runs for training (dropout active)
 * @exact: direct kernels only (no Winograd)
 */
typedef struct {
  const void *attrs;
  int n_in;
  int n_out;
  const LmOperand *in;
  const LmOperand *out;
  const LmOperand *dout;
  const LmOperand *din;
  const LmGradMode *mode;
  const struct _LmUpdate *const *update; /* per input; only read where mode is LM_GRAD_UPDATE; see lm-kernels.h */
  void *workspace;
  LmPool *pool;
  const LmKernels *k;
  LmRng rng;
  gboolean training;
  gboolean exact;
} LmOpCall;

enum {
  LM_OP_VIEW = 1 << 0,         /* out[0] is in[0] under another shape: no code runs, memory is shared; backward likewise */
  LM_OP_INPLACE = 1 << 1,      /* out[0] may lie on in[0] (same size) when in[0] is not needed any more */
  LM_OP_INPLACE_GRAD = 1 << 2, /* din[0] may lie on dout[0] when written, not added */
  LM_OP_RANDOM = 1 << 3,       /* reads call->rng */
  LM_OP_NO_GRAD = 1 << 4,      /* no backward: gradients stop here */
  LM_OP_CAN_UPDATE = 1 << 5,   /* backward knows LM_GRAD_UPDATE for its weights */
};

#define LM_BIT(i) (1u << (i))

/**
 * LmOpClass:
 * @attrs_size: bytes of the attribute struct, copied by value; no pointers inside
 * @keep_in, @keep_out: bit i set: backward reads in[i] / out[i]; all else may be overwritten meanwhile
 * @infer: from in shapes (symbolic batch allowed) and attrs sets shape and dtype of every out; out[i].dtype is
 *   preset to LM_F32. Inputs have been checked by the layer or by lm_build_X (); a bad one is an assertion.
 * @keep: (nullable): the same masks where they depend on the attributes
 * @workspace: (nullable): bytes for one pass at the bound shapes
 * @flops: (nullable): multiplications and additions of forward at the bound shapes; default: elements of out[0]
 *
 * Both builds (float, double) come from one source: name the descriptor
 * `LM_R (lm_op_NAME)` and use lm_real.
 */
typedef struct {
  LmMember member;
  gsize attrs_size;
  guint flags;
  guint32 keep_in;
  guint32 keep_out;
  void (*infer) (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out);
  void (*keep) (const void *attrs, guint32 *keep_in, guint32 *keep_out);
  gsize (*workspace) (const LmOpCall *call, LmPass pass);
  double (*flops) (const LmOpCall *call);
  void (*forward) (const LmOpCall *call);
  void (*backward) (const LmOpCall *call);
} LmOpClass;

/* Defined in lm-registry.c, the one place that names the members. */
const LmOpClass *lm_op_class (LmOpId id, gboolean f64);

G_END_DECLS
