/* lm-kernels.h: the table of kernels, and which instruction set fills it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-kernel-jobs.h"
#include "lm-rng.h"

G_BEGIN_DECLS

typedef enum {
  LM_ARITH_ADD,
  LM_ARITH_SUB,
  LM_ARITH_MUL,
  LM_ARITH_DIV,
  LM_ARITH_MAX, /* NaN if either is; in backward the first of two equals gets the gradient */
  LM_ARITH_MIN,
  LM_N_ARITHS,
} LmArith;

/**
 * LmBroadcast:
 *
 * The loop of an elementwise operation on two inputs after NumPy's rule, with
 * neighbouring axes merged where both inputs allow. Strides count elements; 0
 * repeats. The output is contiguous. A call does the part from … to of axis 0
 * (all of it: 0 … dim[0]).
 */
typedef struct {
  int rank; /* at least 1 */
  gint64 dim[LM_MAX_RANK];
  gint64 a[LM_MAX_RANK];
  gint64 b[LM_MAX_RANK];
} LmBroadcast;

/* @a and @b: bound shapes that fit (lm_shape_broadcast()). */
void LM_R (lm_broadcast_init) (LmBroadcast *self, const LmShape *a, const LmShape *b);

/* A loop that copies with any element strides: pad, crop, concatenate, slice, permute, repeat (stride 0 in src), flip. */
typedef struct {
  int rank; /* at least 1 */
  gint64 dim[LM_MAX_RANK];
  gint64 src[LM_MAX_RANK];
  gint64 dst[LM_MAX_RANK];
} LmCopy;

/* Losses of one number against one target. */
typedef enum {
  LM_COST_SQUARED,       /* (p − t)² */
  LM_COST_ABSOLUTE,      /* |p − t| */
  LM_COST_HUBER,         /* d²/2 within ±delta, delta·(|d| − delta/2) outside */
  LM_COST_BINARY,        /* −t·log p − (1 − t)·log (1 − p), p clipped to [1e-7, 1 − 1e-7] as Keras does */
  LM_COST_BINARY_LOGITS, /* the same of p = σ(x), exactly: max (x, 0) − x·t + log (1 + e^−|x|) */
  LM_N_COSTS,
} LmCost;

/**
 * LmKernels:
 *
 * Plain loops over contiguous arrays. They never allocate, lock, log or fail. @n counts elements. Inputs and outputs do not
 * overlap, except that a map may work in place (x == y) where said. @add: the result is added to what stands there instead
 * of overwriting it. All sums run in an order that the arguments fix. NaN stays NaN.
 *
 * Whoever calls cuts big arrays into pieces by shape alone. For maps the pieces do not matter; for sums he adds the partial
 * results in order.
 */
typedef struct {
  const char *isa; /* “generic”, “avx2”, “avx512” */

  /* y = factor·x, or y += factor·x. In place allowed. Also copies and adds (factor 1). */
  void (*scale) (gsize n, lm_real factor, const lm_real *x, lm_real *y, gboolean add);
  void (*fill) (gsize n, lm_real value, lm_real *y);

  /* y = factor·x + offset. In place allowed. */
  void (*affine) (gsize n, lm_real factor, lm_real offset, const lm_real *x, lm_real *y);

  void (*copy) (const LmCopy *copy, gint64 from, gint64 to, const lm_real *src, lm_real *dst, gboolean add);

  /* y = a ∘ b. In place allowed where the input is not repeated. */
  void (*binary) (LmArith op, const LmBroadcast *loop, gint64 from, gint64 to, const lm_real *a, const lm_real *b, lm_real *y);

  /* The gradient of input @side (0: a, 1: b), summed over the axes along which it was repeated. If it is repeated along
   * axis 0, one call must do all of it; else parts of axis 0 may run at the same time. d may be dy if nothing is repeated
   * and not @add. */
  void (*binary_grad) (LmArith op, int side, const LmBroadcast *loop, gint64 from, gint64 to, const lm_real *a, const lm_real *b, const lm_real *dy, lm_real *d, gboolean add);

  /* y = fn (x); dx (+)= fn′·dy. In place allowed (y == x, dx == dy). x may be NULL if lm_fn_from_output(), else y may. */
  void (*activate) (const LmFn *fn, gsize n, const lm_real *x, lm_real *y);
  void (*activate_grad) (const LmFn *fn, gsize n, const lm_real *x, const lm_real *y, const lm_real *dy, lm_real *dx, gboolean add);

  /* y = x·scale + shift by column (rows × cols), then fn (NULL for none); scale or shift may be NULL. In place allowed. */
  void (*scale_shift) (gint64 rows, gint64 cols, const lm_real *x, const lm_real *scale, const lm_real *shift, const LmFn *fn, lm_real *y);

  /* Rows of logits. In place allowed. The gradients take the output: y = softmax or log_softmax. */
  void (*softmax) (gint64 rows, gint64 cols, const lm_real *x, lm_real *y);
  void (*softmax_grad) (gint64 rows, gint64 cols, const lm_real *y, const lm_real *dy, lm_real *dx, gboolean add);
  void (*log_softmax) (gint64 rows, gint64 cols, const lm_real *x, lm_real *y);
  void (*log_softmax_grad) (gint64 rows, gint64 cols, const lm_real *y, const lm_real *dy, lm_real *dx, gboolean add);

  /* Cross-entropy of each row: loss[r] = −Σ t·log p. From logits, p = softmax (x) is stored for backward; from
   * probabilities, p is divided by its sum and clipped to [1e-7, 1 − 1e-7] as Keras does. Labels lie in 0 … cols − 1: whoever
   * fills the batch has checked them. dx (+)= dloss[r]·∂loss/∂x. */
  void (*xent_labels) (gint64 rows, gint64 cols, const lm_real *x, const gint32 *labels, lm_real *p, lm_real *loss);
  void (*xent_labels_grad) (gint64 rows, gint64 cols, const lm_real *p, const gint32 *labels, const lm_real *dloss, lm_real *dx, gboolean add);
  void (*xent_targets) (gint64 rows, gint64 cols, const lm_real *x, const lm_real *targets, lm_real *p, lm_real *loss);
  void (*xent_targets_grad) (gint64 rows, gint64 cols, const lm_real *p, const lm_real *targets, const lm_real *dloss, lm_real *dx, gboolean add);
  void (*xent_probs_labels) (gint64 rows, gint64 cols, const lm_real *p, const gint32 *labels, lm_real *loss);
  void (*xent_probs_labels_grad) (gint64 rows, gint64 cols, const lm_real *p, const gint32 *labels, const lm_real *dloss, lm_real *dp, gboolean add);
  void (*xent_probs_targets) (gint64 rows, gint64 cols, const lm_real *p, const lm_real *targets, lm_real *loss);
  void (*xent_probs_targets_grad) (gint64 rows, gint64 cols, const lm_real *p, const lm_real *targets, const lm_real *dloss, lm_real *dp, gboolean add);

  /* loss[r] = mean over the row of the loss of each number; delta is Huber's. */
  void (*loss_rows) (LmCost kind, lm_real delta, gint64 rows, gint64 cols, const lm_real *p, const lm_real *targets, lm_real *loss);
  void (*loss_rows_grad) (LmCost kind, lm_real delta, gint64 rows, gint64 cols, const lm_real *p, const lm_real *targets, const lm_real *dloss, lm_real *dp, gboolean add);

  /* x (outer, mid, inner) → y (outer, inner): y (+)= factor·Σ over mid. Backward repeats: dx (+)= factor·dy. */
  void (*reduce_sum) (gint64 outer, gint64 mid, gint64 inner, lm_real factor, const lm_real *x, lm_real *y, gboolean add);
  void (*reduce_sum_grad) (gint64 outer, gint64 mid, gint64 inner, lm_real factor, const lm_real *dy, lm_real *dx, gboolean add);

  /* @op: LM_ARITH_MAX or MIN. where (outer, inner): the place in 0 … mid − 1, the first of equals; may be NULL in forward. */
  void (*reduce_best) (LmArith op, gint64 outer, gint64 mid, gint64 inner, const lm_real *x, lm_real *y, gint32 *where);
  void (*reduce_best_grad) (gint64 outer, gint64 mid, gint64 inner, const lm_real *dy, const gint32 *where, lm_real *dx, gboolean add);

  /* Sums for norms and penalties, in double. */
  double (*sum) (gsize n, const lm_real *x);
  double (*sum_abs) (gsize n, const lm_real *x);
  double (*sum_squares) (gsize n, const lm_real *x);
  gboolean (*all_finite) (gsize n, const lm_real *x);

  /* g (+)= l1·sign (w) + 2·l2·w: the gradient of l1·Σ|w| + l2·Σw². */
  void (*penalty_grad) (gsize n, lm_real l1, lm_real l2, const lm_real *w, lm_real *g, gboolean add);

  /* y (+)= x/(1 − rate) where number @first + i of the stream is ≥ rate, else 0; backward is the same call on gradients.
   * In place allowed. 0 ≤ rate < 1. */
  void (*dropout) (const LmRng *rng, guint64 first, gsize n, lm_real rate, const lm_real *x, lm_real *y, gboolean add);

  /* One step of an optimizer on a stretch of weights. */
  void (*update) (const LmUpdate *update, gsize n, const lm_real *g, lm_real *w);

  /* Natural order (K × N) ↔ panels; packing fills the padding with zeros. */
  void (*panel_pack) (gint64 k, gint64 n, const lm_real *natural, lm_real *panels);
  void (*panel_unpack) (gint64 k, gint64 n, const lm_real *panels, lm_real *natural);

  /* One row of a recurrent step; phase 0, and for LM_CELL_GRU_BEFORE then phase 1. */
  void (*cell_forward) (const LmCell *cell, int phase, const LmCellRow *row);
  void (*cell_backward) (const LmCell *cell, int phase, const LmCellGradRow *row);

  int (*dense_tasks) (const LmDenseJob *job);
  LmTaskFunc dense;
  int (*dense_dx_tasks) (const LmDenseGradJob *job);
  LmTaskFunc dense_dx;
  gsize (*dense_dw_workspace) (gint64 rows, gint64 k, gint64 n);
  int (*dense_dw_tasks) (const LmDenseGradJob *job);
  LmTaskFunc dense_dw;
  int (*dense_dw_sum_tasks) (const LmDenseGradJob *job);
  LmTaskFunc dense_dw_sum;

  gsize (*conv_workspace) (const LmConvShape *shape);
  int (*conv_pack_tasks) (const LmConvJob *job);
  LmTaskFunc conv_pack;
  int (*conv_forward_tasks) (const LmConvJob *job);
  LmTaskFunc conv_forward;
  gsize (*conv_dx_workspace) (const LmConvShape *shape);
  int (*conv_dx_pack_tasks) (const LmConvDxJob *job);
  LmTaskFunc conv_dx_pack;
  int (*conv_dx_tasks) (const LmConvDxJob *job);
  LmTaskFunc conv_dx;
  gsize (*conv_dw_workspace) (const LmConvShape *shape);
  int (*conv_dw_tasks) (const LmConvDwJob *job);
  LmTaskFunc conv_dw;
  int (*conv_dw_sum_tasks) (const LmConvDwJob *job);
  LmTaskFunc conv_dw_sum;
  int (*unpool_tasks) (const LmUnpoolJob *job);
  LmTaskFunc unpool;

  int (*pool_tasks) (const LmPoolJob *job); /* for all four: one picture each */
  LmTaskFunc max_pool;
  LmTaskFunc max_pool_grad;
  LmTaskFunc mean_pool;
  LmTaskFunc mean_pool_grad;

  gsize (*moments_workspace) (gint64 rows, gint64 cols);
  int (*moments_tasks) (const LmMomentsJob *job);
  LmTaskFunc moments;
  void (*moments_finish) (const LmMomentsJob *job);
  gsize (*norm_grad_workspace) (gint64 rows, gint64 cols);
  int (*norm_grad_tasks) (const LmNormGradJob *job); /* for norm_sums and norm_dx */
  LmTaskFunc norm_sums;
  void (*norm_sums_finish) (const LmNormGradJob *job);
  LmTaskFunc norm_dx;
} LmKernels;

/**
 * lm_kernels_init:
 * @force: “generic”, “avx2” or “avx512”, or NULL: LAMINA_ISA from the environment, else the best this processor has
 *
 * Chooses the kernels for the rest of the process. Call it before the first lm_kernels_get(), which otherwise chooses itself.
 *
 * Errors: LM_ERROR_UNSUPPORTED if this processor lacks the set or there is none of that name.
 */
gboolean lm_kernels_init (const char *force, GError **error);

/* The chosen kernels. In the double build always the generic ones. Thread: any. */
const LmKernels *LM_R (lm_kernels_get) (void);

/* A set by name; NULL if there is none or this processor lacks it. For tests. */
const LmKernels *LM_R (lm_kernels_by_name) (const char *name);

G_END_DECLS
