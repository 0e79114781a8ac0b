/* lm-op-attrs.h: the attributes of the ops, as plain values without pointers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Elementwise functions; formulas in the members of family “activation”. Parameters in LmActivationAttrs. */
typedef enum {
  LM_ACT_LINEAR,
  LM_ACT_RELU,       /* a: negative slope; b: largest value (INFINITY for none); c: threshold */
  LM_ACT_LEAKY_RELU, /* a: negative slope */
  LM_ACT_ELU,        /* a: alpha */
  LM_ACT_SELU,
  LM_ACT_GELU, /* a: 1 for the tanh approximation */
  LM_ACT_SILU,
  LM_ACT_TANH,
  LM_ACT_SIGMOID,
  LM_ACT_HARD_SIGMOID,
  LM_ACT_SOFTPLUS,
  LM_ACT_SOFTSIGN,
  LM_ACT_EXPONENTIAL,
  LM_ACT_MISH,
  LM_ACT_SOFTMAX, /* not elementwise: only as a name, see lm_build_softmax () */
  LM_ACT_LOG_SOFTMAX,
  LM_N_ACTIVATIONS
} LmActivation;

typedef struct {
  LmActivation kind;
  double a;
  double b;
  double c;
} LmActivationAttrs;

/* matmul: in x (…, K), w (K, N) panels, [bias (N) padded]; out y (…, N).
 * @activation: fused in the epilogue; only those whose derivative follows from y (RELU plain, TANH, SIGMOID, LINEAR). */
typedef struct {
  LmActivation activation;
} LmMatmulAttrs;

/* conv2d: in x (N, H, W, C), w (KH, KW, C / groups, O) natural, [bias (O) padded]; out y (N, OH, OW, O) and, if
 * pooled, codes (N, OH / 2, OW / 2, O) uint8 with y of that size.
 * OH = ⌊(H + top + bottom − ((KH − 1)·dilation + 1)) / stride⌋ + 1. Padding is with zeros. Axis 0: rows, axis 1: columns. */
typedef struct {
  int stride[2];
  int dilation[2];
  int pad_before[2];
  int pad_after[2];
  int groups;
  LmActivation activation; /* fused: LINEAR or RELU */
  gboolean pool;           /* fused: 2×2 max pooling, stride 2, valid, after the activation RELU */
} LmConvAttrs;

/* conv2d_transpose: in x (N, H, W, C), w (KH, KW, O, C) natural; out y (N, height, width, O): the gradient of a convolution
 * of y with w that gives the shape of x. @size: height and width of y; @pad_before: zeros of that convolution in front */
typedef struct {
  int stride[2];
  int dilation[2];
  int pad_before[2];
  int size[2];
} LmConvTransposeAttrs;

/* pool2d: in x (N, H, W, C); out y (N, OH, OW, C) and for max codes (index of the winner within the window). The
 * padding never wins a maximum and never counts in a mean. */
typedef struct {
  gboolean max; /* else mean */
  int size[2];
  int stride[2];
  int pad_before[2];
  int pad_after[2];
} LmPoolAttrs;

typedef enum {
  LM_BINARY_ADD,
  LM_BINARY_SUB,
  LM_BINARY_MUL,
  LM_BINARY_DIV,
  LM_BINARY_MAX,
  LM_BINARY_MIN,
} LmBinaryKind;

typedef struct {
  LmBinaryKind kind;
} LmBinaryAttrs;

/* affine: y = scale·x + offset with constants. */
typedef struct {
  double scale;
  double offset;
} LmAffineAttrs;

typedef enum {
  LM_REDUCE_SUM,
  LM_REDUCE_MEAN,
  LM_REDUCE_MAX,
} LmReduceKind;

/* reduce: bit i of @axes: axis i of x goes. A mean divides by the bound batch if the batch goes. */
typedef struct {
  LmReduceKind kind;
  guint32 axes;
  gboolean keep_dims;
} LmReduceAttrs;

/* reshape: a view. @rank, @dim: LmShape of the result with the symbolic batch. */
typedef struct {
  int rank;
  gint64 dim[6];
} LmReshapeAttrs;

/* concat: any number of inputs, one output. */
typedef struct {
  int axis;
} LmConcatAttrs;

/* pad: zeros (value 0) before and after each axis of x; batch never. Negative numbers crop. */
typedef struct {
  int before[6];
  int after[6];
} LmPadAttrs;

/* dropout: in x; out y. y = x·m / (1 − rate), m = 1 with probability 1 − rate; in inference the op is not built.
 * @noise_axes: bit i set: axis i shares one draw (SpatialDropout)
 * @seed: if @has_seed, mixed into the stream of the op: another number, other zeros */
typedef struct {
  double rate;
  guint32 noise_axes;
  guint32 seed;
  gboolean has_seed;
} LmDropoutAttrs;

typedef struct {
  gboolean log; /* log-softmax */
} LmSoftmaxAttrs;

/* mask: in x (N, T), real or int32, or (N, T, …); out y (N, T): 1 where x, or any number of a step, is not @value, else 0. */
typedef struct {
  double value;
} LmMaskAttrs;

/* gather: in table (V, D) natural, ids int32 (…); out y (…, D): the rows of the table. NaN where an id names none.
 * Gradient for the table alone. */

/* The cells of op recurrent, in the order of the kernels' LmCellKind, which has the formulas. */
typedef enum {
  LM_RECURRENT_SIMPLE,
  LM_RECURRENT_LSTM,
  LM_RECURRENT_BOOK,
  LM_RECURRENT_GRU,
  LM_RECURRENT_GRU_BEFORE,
} LmRecurrentKind;

/* recurrent: all steps of a recurrent layer with H units and G = 1, 4 or 3 parts.
 * in: z (N, T, G·H), what the inputs give, bias included; u (H, G·H) natural; [v (H, H) natural: BOOK]; [bias of u (G·H): GRU];
 * [h (N, H), and for LSTM and BOOK c (N, H): first states]; [mask (N, T)].
 * out: gates (N, T, G·H), h before each step (N, T, H), y (N, T, H) or (N, H), last h (N, H); LSTM and BOOK: last c (N, H), c before
 * each step (N, T, H); GRU: inner (N, T, H).
 * Where the mask is 0 states stay and the output is that of the step before (at first 0). */
typedef struct {
  LmRecurrentKind kind;
  LmActivationAttrs fn;
  LmActivationAttrs gate;
  gboolean has_bias;
  gboolean has_state;
  gboolean has_mask;
  gboolean sequences;
  double dropout; /* share of h that u does not see, the same in all steps */
  guint32 seed;
  gboolean has_seed;
} LmRecurrentAttrs;

/* arrange: y[i_0, i_1, …] = x[…]: where output axis j goes along axis[j] of x in steps of step[j] (axis −1: repeated), from
 * start[a] on axis a of x. Permutes, flips, slices, repeats and makes windows (two output axes along one of x).
 * @dim: shape of y with the symbolic batch, which is axis 0 of both; no batch for weights */
typedef struct {
  int rank;
  int axis[6];
  gint64 dim[6];
  gint64 step[6];
  gint64 start[6];
} LmArrangeAttrs;

typedef enum {
  LM_ROW_STANDARD, /* (x − mean)·rsqrt (variance + epsilon) */
  LM_ROW_RMS,      /* x·rsqrt (mean of x² + epsilon) */
  LM_ROW_UNIT,     /* x·min (rsqrt (Σ x²), 1/epsilon) */
} LmRowNormKind;

/* row_norm: in x (…, C); out y, and the factor of each row (…). Sums run over the last axis. */
typedef struct {
  LmRowNormKind kind;
  double epsilon;
} LmRowNormAttrs;

typedef enum {
  LM_NOISE_ADD,      /* x + amount·n, n standard normal */
  LM_NOISE_MULTIPLY, /* x·(1 + amount·n) */
  LM_NOISE_ALPHA,    /* a·(x or, with probability amount, −α·λ of selu) + b, a and b such that mean and variance stay */
} LmNoiseKind;

/* noise: in x; out y; one number of the op's stream for each. @seed as in dropout */
typedef struct {
  LmNoiseKind kind;
  double amount;
  guint32 seed;
  gboolean has_seed;
} LmNoiseAttrs;

/* product: in a (…, M, K), b (…, K, N) with equal leading axes, or b (K, N) alone; out y (…, M, N) = scale·a·b.
 * @transpose_a, @transpose_b: the last two axes of an input stand the other way round; not of a where b has no leading axes */
typedef struct {
  gboolean transpose_a;
  gboolean transpose_b;
  double scale;
} LmProductAttrs;

typedef enum {
  LM_RESIZE_NEAREST,
  LM_RESIZE_BILINEAR,
  LM_RESIZE_BICUBIC, /* Keys, a = −1/2 */
} LmResizeKind;

/* resize: in x (N, H, W, C); out y (N, height, width, C); pixels are points in the middle of squares, as in TensorFlow 2. */
typedef struct {
  LmResizeKind kind;
  gint64 size[2];
} LmResizeAttrs;

/* batch_norm (training): in x (…, C), gamma (C) or a one-element dummy, beta (C); out y, mean (C), variance (C) of
 * the batch, reciprocal deviation (C). Means over all axes but the last, variance divided by n (Keras).
 * y = (x − mean)·rsqrt (variance + epsilon)·gamma + beta.
 * norm (inference, frozen): in x, gamma, beta, mean, variance; out y. */
typedef struct {
  double epsilon;
  gboolean scale;  /* gamma is an input (in order: x, [gamma], [beta], …) */
  gboolean center; /* beta is an input */
} LmNormAttrs;

/* How a loss reads its prediction. */
typedef enum {
  LM_FROM_PROBABILITY, /* clipped to [1e-7, 1 − 1e-7] and, for categorical, normalised as Keras does */
  LM_FROM_LOGITS,
} LmLossInput;

typedef enum {
  LM_LOSS_CATEGORICAL,        /* target one-hot (or shares), same shape as the prediction */
  LM_LOSS_SPARSE_CATEGORICAL, /* target int32 ids, shape of the prediction without the last axis */
  LM_LOSS_BINARY,             /* target 0 … 1, same shape */
  LM_LOSS_MSE,
  LM_LOSS_MAE,
  /* From here on computed row by row: lm-loss-rows.h. */
  LM_LOSS_MAPE,
  LM_LOSS_MSLE,
  LM_LOSS_HUBER, /* delta */
  LM_LOSS_LOG_COSH,
  LM_LOSS_HINGE, /* targets −1 and 1, or 0 and 1 */
  LM_LOSS_SQUARED_HINGE,
  LM_LOSS_CATEGORICAL_HINGE,
  LM_LOSS_KL_DIVERGENCE,
  LM_LOSS_POISSON,
  LM_LOSS_COSINE,
  LM_LOSS_BINARY_FOCAL, /* alpha (if balance), gamma */
  LM_LOSS_CATEGORICAL_FOCAL,
  LM_N_LOSSES,
} LmLossKind;

/* loss: in prediction (N, …), target, [sample weight (N)]; out one number: the mean over samples (and over the
 * other axes, as Keras: the sum over the batch of w·mean over axes, divided by the number of samples).
 * @has_ignored, @ignored: sparse categorical: rows of this label do not count, neither in the sum nor in the number */
typedef struct {
  LmLossKind kind;
  LmLossInput from;
  double label_smoothing;
  double delta;
  double alpha;
  double gamma;
  gboolean balance;
  gboolean has_ignored;
  int ignored;
} LmLossAttrs;

/* orthogonal: in a matrix; out one number: factor·mean over the pairs of rows (or columns) of |cos of their angle|.
 * @layout: LmLayout of the matrix */
typedef struct {
  double factor;
  gboolean columns;
  int layout;
} LmOrthogonalAttrs;

/* penalty: in one or more weights that lie in one layout; out one number Σ l1·|w| + l2·w².
 * @layout: their LmLayout, so that the padding is stepped over */
typedef struct {
  double l1;
  double l2;
  int layout;
} LmPenaltyAttrs;

G_END_DECLS
