/* lm-kernel-jobs.h: the arguments of the big kernels, and how their work is cut
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-parallel.h"
#include "lm-real.h"

G_BEGIN_DECLS

/* Weights of a matrix product (K × N) live in panels [⌈N/16⌉][K][16], on every instruction set, so that a project
 * resumes on another machine. Columns beyond N are zero and stay zero under every update. A bias has 16·⌈N/16⌉ places. */
#define LM_PANEL 16

static inline gint64
lm_panels (gint64 n)
{
  return (n + LM_PANEL - 1) / LM_PANEL;
}

/* Elements of the panels of a K × N matrix. */
static inline gint64
lm_panel_size (gint64 k, gint64 n)
{
  return lm_panels (n) * k * LM_PANEL;
}

/* Maps of one number to one number, with Keras's formulas. Up to MISH in the order of LmActivation of the graph. */
typedef enum {
  LM_FN_LINEAR,
  LM_FN_RELU,       /* a: negative slope; b: largest value, INFINITY or 0 for none; c: threshold; a·(x − c) below c */
  LM_FN_LEAKY_RELU, /* a·x below 0 */
  LM_FN_ELU,        /* a·(eˣ − 1) below 0 */
  LM_FN_SELU,       /* 1.0507·(x, or 1.6733·(eˣ − 1) below 0) */
  LM_FN_GELU,       /* x·Φ(x) by erf; a = 1: x·(1 + tanh (√(2/π)·(x + 0.044715·x³)))/2 */
  LM_FN_SILU,       /* x·σ(x) */
  LM_FN_TANH,
  LM_FN_SIGMOID,
  LM_FN_HARD_SIGMOID, /* clip (x/6 + 1/2, 0, 1) */
  LM_FN_SOFTPLUS,     /* log (1 + eˣ) */
  LM_FN_SOFTSIGN,     /* x/(1 + |x|) */
  LM_FN_EXPONENTIAL,
  LM_FN_MISH, /* x·tanh (softplus (x)) */
  LM_FN_LOG,
  LM_FN_SQRT,
  LM_FN_SQUARE,
  LM_FN_ABS,
  LM_FN_RECIPROCAL,
  LM_N_FNS,
} LmFnKind;

typedef struct {
  LmFnKind kind;
  lm_real a;
  lm_real b;
  lm_real c;
} LmFn;

/* TRUE if the derivative follows from the output alone, so that a product may apply the activation in its epilogue and
 * forget the input. The others (gelu, silu, mish …) need x. */
gboolean LM_R (lm_fn_from_output) (const LmFn *fn);

/* How an optimizer changes weights; formulas of Keras 3. g is first multiplied by @scale (1 for none), then clipped to
 * ±@clip (0 for none); w is first multiplied by 1 − @decay (decoupled weight decay, rate included). */
typedef enum {
  LM_UPDATE_SGD,      /* w −= rate·g */
  LM_UPDATE_MOMENTUM, /* s0 = momentum·s0 − rate·g; w += s0, or with nesterov: w += momentum·s0 − rate·g */
  LM_UPDATE_RMSPROP,  /* s0 = rho·s0 + (1 − rho)·g²; step = rate·g/√(s0 + eps); with centered: √(s0 − s2² + eps), s2 the
                       * running mean of g; with momentum ≠ 0: s1 = momentum·s1 + step; w −= s1 */
  LM_UPDATE_ADAM,     /* s0 += (1 − beta)·(g − s0); s1 += (1 − rho)·(g² − s1); w −= rate·s0/(√s1 + eps), where rate holds the
                       * correction √(1 − rhoᵗ)/(1 − betaᵗ); with amsgrad: s2 = max (s2, s1) in the place of s1 */
  LM_UPDATE_ADAGRAD,  /* s0 += g²; w −= rate·g/√(s0 + eps) */
  LM_UPDATE_ADAMAX,   /* s0 += (1 − beta)·(g − s0); s1 = max (rho·s1, |g|); w −= rate·s0/(s1 + eps) */
  LM_UPDATE_NADAM,    /* s0 and s1 as Adam; w −= rate·(momentum·s0 + direct·g)/(√s1 + eps), corrections in rate, momentum, direct, eps */
  LM_UPDATE_ADADELTA, /* s0 = rho·s0 + (1 − rho)·g²; step = √(s1 + eps)·g/√(s0 + eps); s1 = rho·s1 + (1 − rho)·step²; w −= rate·step */
  LM_UPDATE_LION,     /* w −= rate·sign (beta·s0 + (1 − beta)·g); s0 = rho·s0 + (1 − rho)·g */
} LmUpdateKind;

typedef struct {
  LmUpdateKind kind;
  gboolean nesterov;
  gboolean centered;
  gboolean amsgrad;
  lm_real rate;
  lm_real momentum;
  lm_real rho;    /* beta_2 of Adam */
  lm_real beta;   /* beta_1 of Adam */
  lm_real direct; /* share of the gradient itself in a step of Nadam */
  lm_real eps;
  lm_real decay;
  lm_real scale;
  lm_real clip;
} LmUpdateRule;

/* A rule and the state of one slot, in the layout of its weights; unused states are NULL. Both are borrowed. */
typedef struct _LmUpdate {
  const LmUpdateRule *rule;
  lm_real *s[3];
} LmUpdate;

/* Which of s[0], s[1], s[2] a rule needs: bits 1, 2, 4. */
int LM_R (lm_update_states) (const LmUpdateRule *rule);

/* What becomes of a gradient: nothing; g is overwritten; it is added to g; or it is not stored, but the optimizer's step
 * done at once on the weights w. */
typedef enum {
  LM_INTO_NOTHING,
  LM_INTO_WRITE,
  LM_INTO_ADD,
  LM_INTO_UPDATE,
} LmInto;

typedef struct {
  LmInto into;
  lm_real *g;
  lm_real *w;
  const LmUpdate *update;
} LmGradient;

/* The big kernels work in tasks. n_tasks (job) depends on shapes alone; task (job, i, thread) is an LmTaskFunc for
 * lm_pool_run(), or is called in order for small jobs. Tasks of one phase are independent; a later phase needs all of the one
 * before. Workspace sizes are in bytes, aligned as LM_ALIGN; workspace needs no initialisation. */

/**
 * LmDenseJob:
 *
 * y = fn (x·W + b). Rows may be spaced: x_stride ≥ K, y_stride ≥ N.
 */
typedef struct {
  gint64 rows, k, n;
  const lm_real *x;
  gint64 x_stride;
  const lm_real *w;    /* panels */
  const lm_real *bias; /* 16·⌈N/16⌉, or NULL */
  LmFn fn;
  lm_real *y;
  gint64 y_stride;
} LmDenseJob;

/**
 * LmDenseGradJob:
 *
 * dz is the gradient at x·W + b, before the activation. dx (+)= dz·Wᵀ; dW = xᵀ·dz; db = Σ dz. Three phases: dense_dx;
 * dense_dw; then, if dense_dw_sum_tasks() is not 0, dense_dw_sum. dx must come before an update of W.
 */
typedef struct {
  gint64 rows, k, n;
  const lm_real *x;
  gint64 x_stride;
  const lm_real *w; /* panels; for dx */
  const lm_real *dz;
  gint64 dz_stride;
  lm_real *dx; /* row stride x_stride */
  gboolean add_dx;
  LmGradient dw; /* panels */
  LmGradient db; /* 16·⌈N/16⌉ */
  void *work;    /* dense_dw_workspace() bytes */
} LmDenseGradJob;

/* Geometry of a convolution, channels last: x (n, h, w, c), y (n, oh, ow, o), weights (kh, kw, c/groups, o).
 * top and left are the zeros in front; those behind follow from oh and ow. */
typedef struct {
  gint64 n, h, w, c;
  gint64 oh, ow, o;
  gint64 kh, kw;
  gint64 sh, sw; /* strides */
  gint64 dh, dw; /* dilation */
  gint64 top, left;
  gint64 groups;
} LmConvShape;

/**
 * LmConvJob:
 *
 * y = fn (conv (x, w) + bias); phases conv_pack, conv_forward. With @code: 2×2 maxima with stride 2 of that, fn being
 * linear or plain relu: y is then (n, oh/2, ow/2, o) and code says which of the four places won, 0 … 3 in row order, 4 if
 * relu made it zero. @fast: may use Winograd's algorithm where it fits, whose rounding error is up to 2e-6 of the largest
 * result, five times that of the direct kernel.
 */
typedef struct {
  LmConvShape s;
  const lm_real *x;
  const lm_real *w;
  const lm_real *bias; /* 16·⌈o/16⌉, or NULL */
  LmFn fn;
  lm_real *y;
  guint8 *code;
  gboolean fast;
  void *work; /* conv_workspace() bytes: packed weights */
} LmConvJob;

/* dx (+)= transposed convolution of dz (n, oh, ow, o) with w; phases conv_dx_pack, conv_dx. */
typedef struct {
  LmConvShape s;
  const lm_real *w;
  const lm_real *dz;
  lm_real *dx;
  gboolean add;
  gboolean fast;
  void *work; /* conv_dx_workspace() bytes */
} LmConvDxJob;

/**
 * LmConvDwJob:
 *
 * dw = Σ x·dz, db = Σ dz; phases conv_dw, conv_dw_sum. With @code, dz is the pooled gradient (n, oh/2, ow/2, o) of a fused
 * convolution, and only the winners that code names count.
 */
typedef struct {
  LmConvShape s;
  const lm_real *x;
  const lm_real *dz;
  const guint8 *code;
  LmGradient dw; /* (kh, kw, c/groups, o) */
  LmGradient db; /* o, padded to 16 */
  void *work;    /* conv_dw_workspace() bytes */
} LmConvDwJob;

/* dz (n, oh, ow, o) = the pooled gradient g at the places that code names, zero elsewhere: what a fused convolution's
 * conv_dx needs. */
typedef struct {
  LmConvShape s;
  const lm_real *g;
  const guint8 *code;
  lm_real *dz;
} LmUnpoolJob;

/* Geometry of a pooling; padding as in LmConvShape. Places outside the picture never count, not in means either. */
typedef struct {
  gint64 n, h, w, c;
  gint64 oh, ow;
  gint64 kh, kw;
  gint64 sh, sw;
  gint64 top, left;
} LmPoolShape;

/* Forward: x → y (and code). Backward: dy (and code) → dx; a task writes or adds all of its part of dx. The code of a
 * maximum is its place in the window, in row order; the first of equals wins. It takes 1 byte if kh·kw ≤ 256, else 4. */
typedef struct {
  LmPoolShape s;
  const lm_real *x;
  lm_real *y;
  const lm_real *dy;
  lm_real *dx;
  gboolean add;
  void *code;
} LmPoolJob;

static inline gsize
lm_pool_code_size (const LmPoolShape *s)
{
  return s->kh * s->kw <= 256 ? 1 : 4;
}

/* A recurrent cell; σ is gate, f is fn. z comes from the input with the bias, u from the state h before; [·] are segments of as
 * many numbers as there are units, in Keras's order. */
typedef enum {
  LM_CELL_SIMPLE,     /* h′ = f (z + u) */
  LM_CELL_LSTM,       /* i, f, g, o: σ, σ, f, σ of z + u; c′ = f·c + i·g; h′ = o·f (c′) */
  LM_CELL_BOOK,       /* the same with f for all four, u[o] with a product of c besides, and h′ = o */
  LM_CELL_GRU,        /* z, r: σ of z + u; g = f (z[2] + r·u[2]); h′ = z·h + (1 − z)·g */
  LM_CELL_GRU_BEFORE, /* the same with u[2] the product of r·h: phase 0 makes z, r and r·h, phase 1 the rest */
} LmCellKind;

typedef struct {
  LmCellKind kind;
  gint64 units;
  LmFn fn;
  LmFn gate;
  gboolean keep_pre; /* gates are kept before their functions */
  void (*activate_grad) (const LmFn *fn, gsize n, const lm_real *x, const lm_real *y, const lm_real *dy, lm_real *dx, gboolean add);
} LmCell;

/* One row of a step. @gates may be z. @inner: GRU: receives u[2]; BEFORE: receives r·h. @work: 8 units */
typedef struct {
  const lm_real *z;
  const lm_real *u;
  const lm_real *h;
  const lm_real *c;
  lm_real *gates;
  lm_real *inner;
  lm_real *work;
  lm_real *h_new;
  lm_real *c_new;
} LmCellRow;

/* Backward of it. @dh: gradient of h′; @dc: of c′, becomes that of c; @dz, @du: receive those of z and u, may be one; @direct: GRU:
 * receives what flows into h past the products. BEFORE: phase 0 makes dz[2], @inner then holds what that sends into r·h. */
typedef struct {
  const lm_real *gates;
  const lm_real *h;
  const lm_real *c;
  const lm_real *inner;
  const lm_real *dh;
  lm_real *dc;
  lm_real *dz;
  lm_real *du;
  lm_real *direct;
  lm_real *work;
} LmCellGradRow;

/**
 * LmMomentsJob:
 *
 * Mean and variance (of the population) of each column of x (rows × cols): batch normalisation, where rows are all axes but
 * the last. Phases moments, then moments_finish (one call).
 */
typedef struct {
  gint64 rows, cols;
  const lm_real *x;
  lm_real *mean;
  lm_real *variance;
  void *work; /* moments_workspace() bytes */
} LmMomentsJob;

/**
 * LmNormGradJob:
 *
 * Backward of y = gamma·(x − mean)·rstd + beta per column. Phases norm_sums, norm_sums_finish (one call: dbeta = Σ dy, dgamma =
 * Σ dy·(x − mean)·rstd, and keeps both sums for dx), norm_dx. @frozen: mean and rstd are constants, dx = gamma·rstd·dy.
 */
typedef struct {
  gint64 rows, cols;
  const lm_real *x;
  const lm_real *dy;
  const lm_real *mean;
  const lm_real *rstd;  /* 1/√(variance + eps) */
  const lm_real *gamma; /* NULL for 1 */
  gboolean frozen;
  lm_real *dx;
  gboolean add_dx;
  lm_real *dgamma; /* NULL for none */
  gboolean add_dgamma;
  lm_real *dbeta; /* NULL for none */
  gboolean add_dbeta;
  void *work; /* norm_grad_workspace() bytes */
} LmNormGradJob;

G_END_DECLS
