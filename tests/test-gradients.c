/* test-gradients.c: every backward pass against differences of the forward pass
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-test-layer.h"
#include "lm-test-op.h"

#include <math.h>
#include <string.h>

/* All checks run in the double build. The derivative of S = Σ g·y by a number x is compared with
 * (S (x + h) − S (x − h)) / 2h, h = 1e-5: the truncation error is about h² = 1e-10 and rounding about 1e-16 / h = 1e-11 of the
 * largest numbers, so that a bound of 1e-6 of the largest gradient leaves room and still sees any wrong term. */
#define STEP 1e-5
#define TOLERANCE 1e-6

/* Numbers that are perturbed in each operand: all, or this many spread evenly. */
#define MOST_PERTURBED 160

/* What fills an input. */
typedef enum {
  NUMBERS,     /* −1 … 1 */
  SPREAD,      /* −3 … 3: both sides of all kinks */
  POSITIVE,    /* 0.3 … 1.3 */
  PROBABILITY, /* 0.05 … 0.95 */
  LABELS,      /* 0 … last axis of input 0 − 1 */
} Fill;

typedef struct {
  const char *name;
  LmOpId id;
  int n_in;
  int n_out;
  int n_data; /* the last so many inputs get no gradient */
  int y;      /* the output that is checked */
  LmTestInput in[LM_TEST_MAX_OPERANDS];
  Fill fill[LM_TEST_MAX_OPERANDS];
  union {
    LmMatmulAttrs matmul;
    LmConvAttrs conv;
    LmPoolAttrs pool;
    LmActivationAttrs activation;
    LmSoftmaxAttrs softmax;
    LmBinaryAttrs binary;
    LmAffineAttrs affine;
    LmReduceAttrs reduce;
    LmReshapeAttrs reshape;
    LmConcatAttrs concat;
    LmPadAttrs pad;
    LmDropoutAttrs dropout;
    LmArrangeAttrs arrange;
    LmRecurrentAttrs recurrent;
    LmConvTransposeAttrs conv_transpose;
    LmMaskAttrs mask;
    LmRowNormAttrs row_norm;
    LmNoiseAttrs noise;
    LmProductAttrs product;
    LmResizeAttrs resize;
    LmNormAttrs norm;
    LmLossAttrs loss;
    LmPenaltyAttrs penalty;
    LmOrthogonalAttrs orthogonal;
  } attrs;
} OpCase;

#define REAL(...)                                     \
  {                                                   \
    LM_SHAPE (__VA_ARGS__), LM_LAYOUT_NATURAL, LM_F32 \
  }
#define PANELS(k, n)                          \
  {                                           \
    LM_SHAPE (k, n), LM_LAYOUT_PANELS, LM_F32 \
  }
#define PADDED(n)                          \
  {                                        \
    LM_SHAPE (n), LM_LAYOUT_PADDED, LM_F32 \
  }
#define WHOLE(...)                                    \
  {                                                   \
    LM_SHAPE (__VA_ARGS__), LM_LAYOUT_NATURAL, LM_I32 \
  }

#define ACTIVATION_CASE(title, ...)                                                                                                                 \
  {                                                                                                                                                 \
    .name = title, .id = LM_OP_activation, .n_in = 1, .n_out = 1, .in = { REAL (3, 5, 7) }, .fill = { SPREAD }, .attrs.activation = { __VA_ARGS__ } \
  }
#define BINARY_CASE(title, op, a, b)                                                                                                                                \
  {                                                                                                                                                                 \
    .name = title, .id = LM_OP_binary, .n_in = 2, .n_out = 1, .in = { a, b }, .fill = { NUMBERS, op == LM_BINARY_DIV ? POSITIVE : NUMBERS }, .attrs.binary = { op } \
  }
#define LOSS_CASE(title, first, second, ...)                                                                                                                          \
  {                                                                                                                                                                   \
    .name = title, .id = LM_OP_loss, .n_in = 2, .n_out = 1, .n_data = 1, .in = { REAL (5, 7), REAL (5, 7) }, .fill = { first, second }, .attrs.loss = { __VA_ARGS__ } \
  }

static const OpCase op_cases[] = {
  { .name = "plain", .id = LM_OP_matmul, .n_in = 2, .n_out = 1, .in = { REAL (5, 7), PANELS (7, 19) }, .attrs.matmul = { LM_ACT_LINEAR } },
  { .name = "bias", .id = LM_OP_matmul, .n_in = 3, .n_out = 1, .in = { REAL (3, 4, 5), PANELS (5, 3), PADDED (3) }, .attrs.matmul = { LM_ACT_LINEAR } },
  { .name = "relu", .id = LM_OP_matmul, .n_in = 3, .n_out = 1, .in = { REAL (13, 33), PANELS (33, 17), PADDED (17) }, .attrs.matmul = { LM_ACT_RELU } },
  { .name = "tanh", .id = LM_OP_matmul, .n_in = 3, .n_out = 1, .in = { REAL (4, 6), PANELS (6, 16), PADDED (16) }, .attrs.matmul = { LM_ACT_TANH } },
  { .name = "sigmoid", .id = LM_OP_matmul, .n_in = 2, .n_out = 1, .in = { REAL (1, 9), PANELS (9, 1) }, .attrs.matmul = { LM_ACT_SIGMOID } },

  { .name = "3x3 valid", .id = LM_OP_conv2d, .n_in = 3, .n_out = 1, .in = { REAL (2, 7, 6, 3), REAL (3, 3, 3, 5), PADDED (5) }, .attrs.conv = { { 1, 1 }, { 1, 1 }, { 0, 0 }, { 0, 0 }, 1, LM_ACT_LINEAR, FALSE } },
  { .name = "2x4 same, one channel", .id = LM_OP_conv2d, .n_in = 2, .n_out = 1, .in = { REAL (3, 5, 8, 1), REAL (2, 4, 1, 17) }, .attrs.conv = { { 1, 1 }, { 1, 1 }, { 0, 1 }, { 1, 2 }, 1, LM_ACT_LINEAR, FALSE } },
  { .name = "strides and padding", .id = LM_OP_conv2d, .n_in = 3, .n_out = 1, .in = { REAL (2, 9, 8, 2), REAL (3, 2, 2, 4), PADDED (4) }, .attrs.conv = { { 2, 3 }, { 1, 1 }, { 1, 0 }, { 1, 1 }, 1, LM_ACT_LINEAR, FALSE } },
  { .name = "dilation", .id = LM_OP_conv2d, .n_in = 3, .n_out = 1, .in = { REAL (2, 8, 9, 2), REAL (3, 3, 2, 3), PADDED (3) }, .attrs.conv = { { 1, 1 }, { 2, 3 }, { 2, 3 }, { 2, 3 }, 1, LM_ACT_LINEAR, FALSE } },
  { .name = "groups", .id = LM_OP_conv2d, .n_in = 3, .n_out = 1, .in = { REAL (2, 5, 5, 6), REAL (3, 3, 2, 9), PADDED (9) }, .attrs.conv = { { 1, 1 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, 3, LM_ACT_LINEAR, FALSE } },
  { .name = "depthwise, stride 2", .id = LM_OP_conv2d, .n_in = 2, .n_out = 1, .in = { REAL (2, 6, 7, 4), REAL (3, 3, 1, 4) }, .attrs.conv = { { 2, 2 }, { 1, 1 }, { 0, 1 }, { 1, 1 }, 4, LM_ACT_LINEAR, FALSE } },
  { .name = "1x1 relu", .id = LM_OP_conv2d, .n_in = 3, .n_out = 1, .in = { REAL (2, 5, 4, 18), REAL (1, 1, 18, 7), PADDED (7) }, .attrs.conv = { { 1, 1 }, { 1, 1 }, { 0, 0 }, { 0, 0 }, 1, LM_ACT_RELU, FALSE } },
  { .name = "relu and pooling", .id = LM_OP_conv2d, .n_in = 3, .n_out = 2, .in = { REAL (2, 9, 8, 3), REAL (3, 3, 3, 18), PADDED (18) }, .attrs.conv = { { 1, 1 }, { 1, 1 }, { 0, 0 }, { 0, 0 }, 1, LM_ACT_RELU, TRUE } },

  { .name = "turned round, 3x2", .id = LM_OP_conv2d_transpose, .n_in = 2, .n_out = 1, .in = { REAL (2, 4, 3, 5), REAL (3, 2, 2, 5) }, .attrs.conv_transpose = { { 1, 1 }, { 1, 1 }, { 0, 0 }, { 6, 4 } } },
  { .name = "turned round, strides", .id = LM_OP_conv2d_transpose, .n_in = 2, .n_out = 1, .in = { REAL (2, 4, 3, 2), REAL (3, 3, 4, 2) }, .attrs.conv_transpose = { { 2, 3 }, { 1, 1 }, { 0, 0 }, { 8, 9 } } },
  { .name = "turned round, dilation", .id = LM_OP_conv2d_transpose, .n_in = 2, .n_out = 1, .in = { REAL (1, 4, 3, 2), REAL (2, 2, 3, 2) }, .attrs.conv_transpose = { { 1, 1 }, { 2, 3 }, { 1, 1 }, { 4, 3 } } },

  { .name = "max 2x2", .id = LM_OP_pool2d, .n_in = 1, .n_out = 2, .in = { REAL (2, 6, 7, 3) }, .attrs.pool = { TRUE, { 2, 2 }, { 2, 2 }, { 0, 0 }, { 0, 0 } } },
  { .name = "max 3x2, overlapping, padded", .id = LM_OP_pool2d, .n_in = 1, .n_out = 2, .in = { REAL (2, 7, 5, 4) }, .attrs.pool = { TRUE, { 3, 2 }, { 2, 1 }, { 1, 0 }, { 1, 1 } } },
  { .name = "mean 2x3", .id = LM_OP_pool2d, .n_in = 1, .n_out = 1, .in = { REAL (2, 6, 7, 3) }, .attrs.pool = { FALSE, { 2, 3 }, { 2, 2 }, { 0, 0 }, { 0, 0 } } },
  { .name = "mean 3x3, overlapping, padded", .id = LM_OP_pool2d, .n_in = 1, .n_out = 1, .in = { REAL (2, 5, 6, 2) }, .attrs.pool = { FALSE, { 3, 3 }, { 1, 2 }, { 1, 1 }, { 1, 1 } } },

  ACTIVATION_CASE ("relu", LM_ACT_RELU, .b = INFINITY),
  ACTIVATION_CASE ("relu6", LM_ACT_RELU, .b = 2.0),
  ACTIVATION_CASE ("relu, slope, limit, threshold", LM_ACT_RELU, .a = 0.1, .b = 2.5, .c = 0.4),
  ACTIVATION_CASE ("leaky relu", LM_ACT_LEAKY_RELU, .a = 0.3),
  ACTIVATION_CASE ("leaky relu, slope 0", LM_ACT_LEAKY_RELU, .a = 0.0),
  ACTIVATION_CASE ("elu", LM_ACT_ELU, .a = 1.0),
  ACTIVATION_CASE ("elu, alpha 0", LM_ACT_ELU, .a = 0.0),
  ACTIVATION_CASE ("elu, alpha 0.5", LM_ACT_ELU, .a = 0.5),
  ACTIVATION_CASE ("selu", LM_ACT_SELU),
  ACTIVATION_CASE ("gelu", LM_ACT_GELU),
  ACTIVATION_CASE ("gelu, tanh", LM_ACT_GELU, .a = 1.0),
  ACTIVATION_CASE ("silu", LM_ACT_SILU),
  ACTIVATION_CASE ("tanh", LM_ACT_TANH),
  ACTIVATION_CASE ("sigmoid", LM_ACT_SIGMOID),
  ACTIVATION_CASE ("hard sigmoid", LM_ACT_HARD_SIGMOID),
  ACTIVATION_CASE ("softplus", LM_ACT_SOFTPLUS),
  ACTIVATION_CASE ("softsign", LM_ACT_SOFTSIGN),
  ACTIVATION_CASE ("exponential", LM_ACT_EXPONENTIAL),
  ACTIVATION_CASE ("mish", LM_ACT_MISH),

  { .name = "softmax", .id = LM_OP_softmax, .n_in = 1, .n_out = 1, .in = { REAL (3, 2, 11) }, .fill = { SPREAD } },
  { .name = "log-softmax", .id = LM_OP_softmax, .n_in = 1, .n_out = 1, .in = { REAL (4, 7) }, .fill = { SPREAD }, .attrs.softmax = { TRUE } },
  { .name = "softmax of one", .id = LM_OP_softmax, .n_in = 1, .n_out = 1, .in = { REAL (4, 1) }, .fill = { SPREAD } },

  BINARY_CASE ("add", LM_BINARY_ADD, REAL (3, 4, 5), REAL (3, 4, 5)),
  BINARY_CASE ("sub, row", LM_BINARY_SUB, REAL (3, 4, 5), REAL (5)),
  BINARY_CASE ("mul", LM_BINARY_MUL, REAL (3, 7), REAL (3, 7)),
  BINARY_CASE ("mul, gate", LM_BINARY_MUL, REAL (2, 3, 4, 5), REAL (2, 1, 1, 5)),
  BINARY_CASE ("mul, both repeated", LM_BINARY_MUL, REAL (3, 1, 5), REAL (1, 4, 5)),
  BINARY_CASE ("div, column", LM_BINARY_DIV, REAL (3, 4), REAL (3, 1)),
  BINARY_CASE ("div, row above", LM_BINARY_DIV, REAL (1, 4), REAL (3, 4)),
  BINARY_CASE ("max", LM_BINARY_MAX, REAL (5, 6), REAL (5, 6)),
  BINARY_CASE ("max, middle axis", LM_BINARY_MAX, REAL (2, 3, 4), REAL (2, 1, 4)),
  BINARY_CASE ("min, one number", LM_BINARY_MIN, REAL (4, 6), REAL (1, 1)),

  { .name = "affine", .id = LM_OP_affine, .n_in = 1, .n_out = 1, .in = { REAL (4, 9) }, .attrs.affine = { -0.7, 3.0 } },

  { .name = "mean of pictures", .id = LM_OP_reduce, .n_in = 1, .n_out = 1, .in = { REAL (2, 3, 4, 5) }, .attrs.reduce = { LM_REDUCE_MEAN, 6, FALSE } },
  { .name = "sum over the last", .id = LM_OP_reduce, .n_in = 1, .n_out = 1, .in = { REAL (3, 4, 5) }, .attrs.reduce = { LM_REDUCE_SUM, 4, TRUE } },
  { .name = "sum over the batch", .id = LM_OP_reduce, .n_in = 1, .n_out = 1, .in = { REAL (3, 4, 5) }, .attrs.reduce = { LM_REDUCE_SUM, 1, FALSE } },
  { .name = "mean of all", .id = LM_OP_reduce, .n_in = 1, .n_out = 1, .in = { REAL (3, 4) }, .attrs.reduce = { LM_REDUCE_MEAN, 3, FALSE } },
  { .name = "mean over apart axes", .id = LM_OP_reduce, .n_in = 1, .n_out = 1, .in = { REAL (2, 3, 4, 5) }, .attrs.reduce = { LM_REDUCE_MEAN, 10, FALSE } },
  { .name = "max of pictures", .id = LM_OP_reduce, .n_in = 1, .n_out = 1, .in = { REAL (2, 3, 4, 70) }, .attrs.reduce = { LM_REDUCE_MAX, 6, TRUE } },
  { .name = "max over apart axes", .id = LM_OP_reduce, .n_in = 1, .n_out = 1, .in = { REAL (2, 3, 4, 5) }, .attrs.reduce = { LM_REDUCE_MAX, 9, FALSE } },
  { .name = "sum over none", .id = LM_OP_reduce, .n_in = 1, .n_out = 1, .in = { REAL (3, 4) }, .attrs.reduce = { LM_REDUCE_SUM, 0, FALSE } },

  { .name = "flatten", .id = LM_OP_reshape, .n_in = 1, .n_out = 1, .in = { REAL (3, 4, 5) }, .attrs.reshape = { 2, { 3, 20 } } },

  { .name = "channels", .id = LM_OP_concat, .n_in = 3, .n_out = 1, .in = { REAL (2, 3, 4), REAL (2, 3, 1), REAL (2, 3, 5) }, .attrs.concat = { 2 } },
  { .name = "rows", .id = LM_OP_concat, .n_in = 2, .n_out = 1, .in = { REAL (2, 3, 4), REAL (2, 2, 4) }, .attrs.concat = { 1 } },

  { .name = "border", .id = LM_OP_pad, .n_in = 1, .n_out = 1, .in = { REAL (2, 3, 4, 2) }, .attrs.pad = { { 0, 1, 0, 2 }, { 0, 0, 3, 1 } } },
  { .name = "crop", .id = LM_OP_pad, .n_in = 1, .n_out = 1, .in = { REAL (2, 5, 4, 3) }, .attrs.pad = { { 0, -1, 0, 0 }, { 0, -2, -1, 0 } } },
  { .name = "border and crop", .id = LM_OP_pad, .n_in = 1, .n_out = 1, .in = { REAL (2, 5, 4) }, .attrs.pad = { { 0, -2, 3 }, { 0, 1, -1 } } },

  { .name = "dropout", .id = LM_OP_dropout, .n_in = 1, .n_out = 1, .in = { REAL (5, 13) }, .attrs.dropout = { .rate = 0.4 } },
  { .name = "by channel", .id = LM_OP_dropout, .n_in = 1, .n_out = 1, .in = { REAL (3, 2, 3, 7) }, .attrs.dropout = { .rate = 0.3, .noise_axes = 6, .seed = 5, .has_seed = TRUE } },
  { .name = "all", .id = LM_OP_dropout, .n_in = 1, .n_out = 1, .in = { REAL (3, 4) }, .attrs.dropout = { .rate = 1.0 } },

  { .name = "permute", .id = LM_OP_arrange, .n_in = 1, .n_out = 1, .in = { REAL (2, 3, 4, 5) }, .attrs.arrange = { 4, { 0, 3, 1, 2 }, { 2, 5, 3, 4 }, { 1, 1, 1, 1 }, { 0 } } },
  { .name = "flip and slice", .id = LM_OP_arrange, .n_in = 1, .n_out = 1, .in = { REAL (2, 5, 4) }, .attrs.arrange = { 3, { 0, 1, 2 }, { 2, 3, 2 }, { 1, -2, 1 }, { 0, 4, 1 } } },
  { .name = "repeat", .id = LM_OP_arrange, .n_in = 1, .n_out = 1, .in = { REAL (2, 3, 4) }, .attrs.arrange = { 4, { 0, 1, -1, 2 }, { 2, 3, 3, 4 }, { 1, 1, 0, 1 }, { 0 } } },
  { .name = "windows", .id = LM_OP_arrange, .n_in = 1, .n_out = 1, .in = { REAL (2, 7, 3) }, .attrs.arrange = { 4, { 0, 1, 1, 2 }, { 2, 2, 3, 3 }, { 1, 2, 2, 1 }, { 0 } } },
  { .name = "weights", .id = LM_OP_arrange, .n_in = 1, .n_out = 1, .in = { REAL (2, 3, 4) }, .attrs.arrange = { 3, { 1, 2, 0 }, { 3, 4, 2 }, { 1, 1, 1 }, { 0 } } },

  { .name = "rows of a table", .id = LM_OP_gather, .n_in = 2, .n_out = 1, .n_data = 1, .in = { REAL (7, 5), WHOLE (3, 4) }, .fill = { NUMBERS, LABELS } },
  { .name = "simple", .id = LM_OP_recurrent, .n_in = 2, .n_out = 4, .y = 2, .in = { REAL (3, 4, 5), REAL (5, 5) }, .attrs.recurrent = { LM_RECURRENT_SIMPLE, { .kind = LM_ACT_TANH }, { .kind = LM_ACT_TANH }, .sequences = TRUE } },
  { .name = "scores", .id = LM_OP_causal, .n_in = 1, .n_out = 1, .in = { REAL (2, 3, 1) } },
  { .name = "of numbers", .id = LM_OP_mask, .n_in = 1, .n_out = 1, .n_data = 1, .in = { REAL (3, 4, 2) }, .attrs.mask = { 0.0 } },

  { .name = "standard", .id = LM_OP_row_norm, .n_in = 1, .n_out = 2, .in = { REAL (3, 2, 7) }, .attrs.row_norm = { LM_ROW_STANDARD, 1e-3 } },
  { .name = "root mean square", .id = LM_OP_row_norm, .n_in = 1, .n_out = 2, .in = { REAL (3, 5) }, .attrs.row_norm = { LM_ROW_RMS, 1e-3 } },
  { .name = "unit", .id = LM_OP_row_norm, .n_in = 1, .n_out = 2, .in = { REAL (3, 5) }, .attrs.row_norm = { LM_ROW_UNIT, 1e-12 } },

  { .name = "add", .id = LM_OP_noise, .n_in = 1, .n_out = 1, .in = { REAL (5, 13) }, .attrs.noise = { .kind = LM_NOISE_ADD, .amount = 0.3 } },
  { .name = "multiply", .id = LM_OP_noise, .n_in = 1, .n_out = 1, .in = { REAL (5, 13) }, .attrs.noise = { .kind = LM_NOISE_MULTIPLY, .amount = 0.3, .seed = 4, .has_seed = TRUE } },
  { .name = "alpha", .id = LM_OP_noise, .n_in = 1, .n_out = 1, .in = { REAL (5, 13) }, .attrs.noise = { .kind = LM_NOISE_ALPHA, .amount = 0.3 } },

  { .name = "plain", .id = LM_OP_product, .n_in = 2, .n_out = 1, .in = { REAL (2, 3, 4), REAL (2, 4, 5) }, .attrs.product = { FALSE, FALSE, 1.0 } },
  { .name = "a turned", .id = LM_OP_product, .n_in = 2, .n_out = 1, .in = { REAL (2, 2, 4, 3), REAL (2, 2, 4, 5) }, .attrs.product = { TRUE, FALSE, 0.5 } },
  { .name = "b turned", .id = LM_OP_product, .n_in = 2, .n_out = 1, .in = { REAL (2, 3, 4), REAL (2, 5, 4) }, .attrs.product = { FALSE, TRUE, -2.0 } },
  { .name = "both turned", .id = LM_OP_product, .n_in = 2, .n_out = 1, .in = { REAL (2, 4, 3), REAL (2, 5, 4) }, .attrs.product = { TRUE, TRUE, 1.0 } },
  { .name = "one b", .id = LM_OP_product, .n_in = 2, .n_out = 1, .in = { REAL (2, 3, 4), REAL (4, 35) }, .attrs.product = { FALSE, FALSE, 1.0 } },
  { .name = "one b turned", .id = LM_OP_product, .n_in = 2, .n_out = 1, .in = { REAL (2, 3, 4), REAL (35, 4) }, .attrs.product = { FALSE, TRUE, 0.7 } },

  { .name = "nearest", .id = LM_OP_resize, .n_in = 1, .n_out = 1, .in = { REAL (2, 3, 4, 2) }, .attrs.resize = { LM_RESIZE_NEAREST, { 5, 3 } } },
  { .name = "bilinear", .id = LM_OP_resize, .n_in = 1, .n_out = 1, .in = { REAL (2, 3, 4, 2) }, .attrs.resize = { LM_RESIZE_BILINEAR, { 5, 3 } } },
  { .name = "bicubic", .id = LM_OP_resize, .n_in = 1, .n_out = 1, .in = { REAL (2, 5, 4, 1) }, .attrs.resize = { LM_RESIZE_BICUBIC, { 2, 7 } } },

  { .name = "full", .id = LM_OP_batch_norm, .n_in = 3, .n_out = 4, .in = { REAL (4, 2, 3, 5), REAL (5), REAL (5) }, .attrs.norm = { 1e-3, TRUE, TRUE } },
  { .name = "scale only", .id = LM_OP_batch_norm, .n_in = 2, .n_out = 4, .in = { REAL (9, 18), REAL (18) }, .attrs.norm = { 1e-2, TRUE, FALSE } },
  { .name = "center only", .id = LM_OP_batch_norm, .n_in = 2, .n_out = 4, .in = { REAL (6, 1), REAL (1) }, .attrs.norm = { 1e-3, FALSE, TRUE } },
  { .name = "bare", .id = LM_OP_batch_norm, .n_in = 1, .n_out = 4, .in = { REAL (7, 3) }, .attrs.norm = { 1e-3, FALSE, FALSE } },

  { .name = "full", .id = LM_OP_norm, .n_in = 5, .n_out = 1, .in = { REAL (4, 3, 5), REAL (5), REAL (5), REAL (5), REAL (5) }, .fill = { 0, 0, 0, 0, POSITIVE }, .attrs.norm = { 1e-3, TRUE, TRUE } },
  { .name = "scale only", .id = LM_OP_norm, .n_in = 4, .n_out = 1, .in = { REAL (4, 5), REAL (5), REAL (5), REAL (5) }, .fill = { 0, 0, 0, POSITIVE }, .attrs.norm = { 1e-3, TRUE, FALSE } },
  { .name = "center only", .id = LM_OP_norm, .n_in = 4, .n_out = 1, .in = { REAL (4, 17), REAL (17), REAL (17), REAL (17) }, .fill = { 0, 0, 0, POSITIVE }, .attrs.norm = { 1e-3, FALSE, TRUE } },
  { .name = "bare", .id = LM_OP_norm, .n_in = 3, .n_out = 1, .in = { REAL (2, 3), REAL (3), REAL (3) }, .fill = { 0, 0, POSITIVE }, .attrs.norm = { 1e-3, FALSE, FALSE } },

  LOSS_CASE ("categorical, logits", SPREAD, PROBABILITY, LM_LOSS_CATEGORICAL, LM_FROM_LOGITS, 0.0),
  LOSS_CASE ("categorical, logits, smoothed", SPREAD, PROBABILITY, LM_LOSS_CATEGORICAL, LM_FROM_LOGITS, 0.1),
  LOSS_CASE ("categorical, probabilities", PROBABILITY, PROBABILITY, LM_LOSS_CATEGORICAL, LM_FROM_PROBABILITY, 0.0),
  LOSS_CASE ("categorical, probabilities, smoothed", PROBABILITY, PROBABILITY, LM_LOSS_CATEGORICAL, LM_FROM_PROBABILITY, 0.2),
  LOSS_CASE ("binary, logits", SPREAD, PROBABILITY, LM_LOSS_BINARY, LM_FROM_LOGITS, 0.0),
  LOSS_CASE ("binary, logits, smoothed", SPREAD, PROBABILITY, LM_LOSS_BINARY, LM_FROM_LOGITS, 0.1),
  LOSS_CASE ("binary, probabilities", PROBABILITY, PROBABILITY, LM_LOSS_BINARY, LM_FROM_PROBABILITY, 0.0),
  LOSS_CASE ("squared", SPREAD, NUMBERS, LM_LOSS_MSE, LM_FROM_PROBABILITY, 0.0),
  LOSS_CASE ("absolute", SPREAD, NUMBERS, LM_LOSS_MAE, LM_FROM_PROBABILITY, 0.0),
  LOSS_CASE ("percentage", SPREAD, NUMBERS, .kind = LM_LOSS_MAPE),
  LOSS_CASE ("logarithmic", POSITIVE, PROBABILITY, .kind = LM_LOSS_MSLE),
  LOSS_CASE ("huber", SPREAD, NUMBERS, .kind = LM_LOSS_HUBER, .delta = 0.7),
  LOSS_CASE ("log cosh", SPREAD, NUMBERS, .kind = LM_LOSS_LOG_COSH),
  LOSS_CASE ("hinge", SPREAD, NUMBERS, .kind = LM_LOSS_HINGE),
  LOSS_CASE ("squared hinge", SPREAD, NUMBERS, .kind = LM_LOSS_SQUARED_HINGE),
  LOSS_CASE ("categorical hinge", SPREAD, PROBABILITY, .kind = LM_LOSS_CATEGORICAL_HINGE),
  LOSS_CASE ("divergence", PROBABILITY, PROBABILITY, .kind = LM_LOSS_KL_DIVERGENCE),
  LOSS_CASE ("poisson", POSITIVE, PROBABILITY, .kind = LM_LOSS_POISSON),
  LOSS_CASE ("cosine", SPREAD, NUMBERS, .kind = LM_LOSS_COSINE),
  LOSS_CASE ("binary focal, logits", SPREAD, PROBABILITY, .kind = LM_LOSS_BINARY_FOCAL, .from = LM_FROM_LOGITS, .gamma = 2),
  LOSS_CASE ("binary focal, probabilities", PROBABILITY, PROBABILITY, .kind = LM_LOSS_BINARY_FOCAL, .gamma = 0.5, .alpha = 0.3, .balance = TRUE, .label_smoothing = 0.1),
  LOSS_CASE ("categorical focal, logits", SPREAD, PROBABILITY, .kind = LM_LOSS_CATEGORICAL_FOCAL, .from = LM_FROM_LOGITS, .gamma = 2, .alpha = 0.25),
  LOSS_CASE ("categorical focal, probabilities", PROBABILITY, PROBABILITY, .kind = LM_LOSS_CATEGORICAL_FOCAL, .gamma = 1.5, .alpha = 0.5, .label_smoothing = 0.1),
  { .name = "sparse, one class ignored", .id = LM_OP_loss, .n_in = 2, .n_out = 1, .n_data = 1, .in = { REAL (9, 3), WHOLE (9) }, .fill = { SPREAD, LABELS }, .attrs.loss = { LM_LOSS_SPARSE_CATEGORICAL, LM_FROM_LOGITS, .has_ignored = TRUE, .ignored = 1 } },
  { .name = "sparse, logits", .id = LM_OP_loss, .n_in = 2, .n_out = 1, .n_data = 1, .in = { REAL (6, 5), WHOLE (6) }, .fill = { SPREAD, LABELS }, .attrs.loss = { LM_LOSS_SPARSE_CATEGORICAL, LM_FROM_LOGITS, 0.0 } },
  { .name = "sparse, probabilities", .id = LM_OP_loss, .n_in = 2, .n_out = 1, .n_data = 1, .in = { REAL (6, 5), WHOLE (6) }, .fill = { PROBABILITY, LABELS }, .attrs.loss = { LM_LOSS_SPARSE_CATEGORICAL, LM_FROM_PROBABILITY, 0.0 } },
  { .name = "sparse over places, weighted", .id = LM_OP_loss, .n_in = 3, .n_out = 1, .n_data = 2, .in = { REAL (3, 4, 5), WHOLE (3, 4), REAL (3) }, .fill = { SPREAD, LABELS, POSITIVE }, .attrs.loss = { LM_LOSS_SPARSE_CATEGORICAL, LM_FROM_LOGITS, 0.0 } },
  { .name = "squared, one number a sample, weighted", .id = LM_OP_loss, .n_in = 3, .n_out = 1, .n_data = 2, .in = { REAL (6), REAL (6), REAL (6) }, .fill = { SPREAD, NUMBERS, POSITIVE }, .attrs.loss = { LM_LOSS_MSE, LM_FROM_PROBABILITY, 0.0 } },

  { .name = "rows", .id = LM_OP_orthogonal, .n_in = 1, .n_out = 1, .in = { PANELS (5, 19) }, .attrs.orthogonal = { 0.7, FALSE, LM_LAYOUT_PANELS } },
  { .name = "columns", .id = LM_OP_orthogonal, .n_in = 1, .n_out = 1, .in = { PANELS (9, 4) }, .attrs.orthogonal = { 0.7, TRUE, LM_LAYOUT_PANELS } },
  { .name = "one row", .id = LM_OP_orthogonal, .n_in = 1, .n_out = 1, .in = { PANELS (1, 4) }, .attrs.orthogonal = { 0.7, FALSE, LM_LAYOUT_PANELS } },

  { .name = "l2 in panels", .id = LM_OP_penalty, .n_in = 1, .n_out = 1, .in = { PANELS (5, 19) }, .attrs.penalty = { 0.0, 0.3, LM_LAYOUT_PANELS } },
  { .name = "l1 and l2, two weights", .id = LM_OP_penalty, .n_in = 2, .n_out = 1, .in = { PADDED (7), PADDED (20) }, .attrs.penalty = { 0.2, 0.1, LM_LAYOUT_PADDED } },
  { .name = "l1", .id = LM_OP_penalty, .n_in = 1, .n_out = 1, .in = { { LM_SHAPE (3, 3, 2, 3), LM_LAYOUT_PADDED, LM_F32 } }, .attrs.penalty = { 0.5, 0.0, LM_LAYOUT_NATURAL } },
};

/* --- Numbers ------------------------------------------------------------- */

static double *
numbers_new (guint64 stream,
             gint64 n,
             double min,
             double max)
{
  LmRng rng = lm_rng_init (11, LM_RNG_TEST, stream, 0);
  double *values = g_new (double, (gsize) MAX (n, 1));

  for (gint64 i = 0; i < n; i++)
    values[i] = min + (max - min) * lm_rng_double (&rng, (guint64) i);
  return values;
}

static double *
fill_new (const OpCase *c,
          int i,
          gint64 n)
{
  static const double ranges[][2] = {
    [NUMBERS] = { -1.0, 1.0 },
    [SPREAD] = { -3.0, 3.0 },
    [POSITIVE] = { 0.3, 1.3 },
    [PROBABILITY] = { 0.05, 0.95 },
    [LABELS] = { 0.0, 1.0 },
  };
  const LmShape *first = &c->in[0].shape;
  double *values = numbers_new ((guint64) i + 1, n, ranges[c->fill[i]][0], ranges[c->fill[i]][1]);

  for (gint64 j = 0; j < n && c->fill[i] == LABELS; j++)
    values[j] = floor (values[j] * (double) first->dim[first->rank - 1]);
  return values;
}

static double
largest (const double *values,
         gint64 n)
{
  double most = 0.0;

  for (gint64 i = 0; i < n; i++)
    most = MAX (most, fabs (values[i]));
  return most;
}

static void
assert_near (const char *what,
             const double *found,
             const double *expected,
             gint64 n,
             double bound)
{
  for (gint64 i = 0; i < n; i++) {
    if (!(fabs (found[i] - expected[i]) <= bound))
      g_error ("%s: number %" G_GINT64_FORMAT " is %.12g, not %.12g (bound %.3g)", what, i, found[i], expected[i], bound);
  }
}

/* --- Ops --------------------------------------------------------------------- */

typedef struct {
  const OpCase *c;
  LmTestOp *op;
  double *in[LM_TEST_MAX_OPERANDS];
  double *dy;
  double *grad[LM_TEST_MAX_OPERANDS];
} OpRun;

static void
op_run_init (OpRun *run,
             const OpCase *c,
             gboolean f64,
             LmPool *pool)
{
  *run = (OpRun){ .c = c, .op = lm_test_op_new (c->id, f64, &c->attrs, c->in, c->n_in, c->n_out, pool) };
  for (int i = 0; i < c->n_in; i++) {
    gint64 n = lm_test_op_in_size (run->op, i);

    run->in[i] = fill_new (c, i, n);
    run->grad[i] = g_new0 (double, n);
    lm_test_op_set_in (run->op, i, run->in[i]);
  }
  run->dy = numbers_new (99, lm_test_op_out_size (run->op, c->y), -1.0, 1.0);
}

static void
op_run_clear (OpRun *run)
{
  for (int i = 0; i < run->c->n_in; i++) {
    g_free (run->in[i]);
    g_free (run->grad[i]);
  }
  g_free (run->dy);
  lm_test_op_free (run->op);
}

/* Σ g·y of the first output. */
static double
op_objective (OpRun *run)
{
  gint64 n = lm_test_op_out_size (run->op, run->c->y);
  g_autofree double *y = g_new (double, n);
  double sum = 0.0;

  lm_test_op_forward (run->op);
  lm_test_op_get_out (run->op, run->c->y, y);
  for (gint64 i = 0; i < n; i++)
    sum += run->dy[i] * y[i];
  return sum;
}

static void
op_gradients (OpRun *run,
              const LmGradMode *mode,
              double *const *din)
{
  const double *dout[LM_TEST_MAX_OPERANDS] = { 0 };

  dout[run->c->y] = run->dy;
  lm_test_op_forward (run->op);
  lm_test_op_backward (run->op, dout, mode, din);
}

static void
check_differences (OpRun *run,
                   int i)
{
  gint64 n = lm_test_op_in_size (run->op, i);
  gint64 every = MAX (n / MOST_PERTURBED, 1);
  double bound = TOLERANCE * MAX (largest (run->grad[i], n), 1e-3);

  for (gint64 j = 0; j < n; j += every) {
    double x = run->in[i][j];
    double above, below, slope;

    run->in[i][j] = x + STEP;
    lm_test_op_set_in (run->op, i, run->in[i]);
    above = op_objective (run);
    run->in[i][j] = x - STEP;
    lm_test_op_set_in (run->op, i, run->in[i]);
    below = op_objective (run);
    run->in[i][j] = x;
    lm_test_op_set_in (run->op, i, run->in[i]);
    slope = (above - below) / (2.0 * STEP);
    if (!(fabs (slope - run->grad[i][j]) <= bound))
      g_error ("%s: gradient of input %d, number %" G_GINT64_FORMAT " is %.12g, differences give %.12g", run->c->name, i, j, run->grad[i][j], slope);
  }
}

/* Every set of wanted gradients, written and added, gives the same numbers as all of them at once. */
static void
check_modes (OpRun *run)
{
  int n_grads = run->c->n_in - run->c->n_data;

  for (guint set = 1; set < 1u << n_grads; set++) {
    for (LmGradMode wanted = LM_GRAD_WRITE; wanted <= LM_GRAD_ADD; wanted++) {
      LmGradMode mode[LM_TEST_MAX_OPERANDS] = { 0 };
      double *din[LM_TEST_MAX_OPERANDS] = { 0 };
      double *expected[LM_TEST_MAX_OPERANDS] = { 0 };

      for (int i = 0; i < n_grads; i++) {
        gint64 n = lm_test_op_in_size (run->op, i);

        din[i] = numbers_new (50 + (guint64) i, n, -1.0, 1.0);
        expected[i] = g_memdup2 (din[i], (gsize) n * sizeof (double));
        mode[i] = set & 1u << i ? wanted : LM_GRAD_SKIP;
        for (gint64 j = 0; j < n; j++)
          expected[i][j] = mode[i] == LM_GRAD_SKIP ? din[i][j] : run->grad[i][j] + (wanted == LM_GRAD_ADD ? din[i][j] : 0.0);
      }
      op_gradients (run, mode, din);
      for (int i = 0; i < n_grads; i++) {
        gint64 n = lm_test_op_in_size (run->op, i);

        assert_near (run->c->name, din[i], expected[i], n, 1e-13 * MAX (largest (expected[i], n), 1.0));
        g_free (din[i]);
        g_free (expected[i]);
      }
    }
  }
}

static void
check_op_case (const OpCase *c)
{
  LmGradMode mode[LM_TEST_MAX_OPERANDS] = { 0 };
  OpRun run;

  g_test_message ("%s", c->name);
  op_run_init (&run, c, TRUE, NULL);
  for (int i = 0; i < c->n_in - c->n_data; i++)
    mode[i] = LM_GRAD_WRITE;
  op_gradients (&run, mode, run.grad);
  check_modes (&run);
  for (int i = 0; i < c->n_in - c->n_data; i++)
    check_differences (&run, i);
  op_run_clear (&run);
}

static void
test_op (gconstpointer data)
{
  LmOpId id = (LmOpId) GPOINTER_TO_INT (data);
  int n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (op_cases); i++) {
    if (op_cases[i].id != id)
      continue;
    check_op_case (&op_cases[i]);
    n++;
  }
  /* An op without a case is an op that nobody checks. */
  g_assert_cmpint (n, >, 0);
}

/* --- Layers --------------------------------------------------------------------- */

typedef struct {
  const char *kind;
  const char *options;
  int n_inputs;
  LmShape inputs[LM_TEST_MAX_INPUTS];
  gboolean inference;
  gboolean frozen;
  LmDtype dtype;
  gboolean masked;
} LayerCase;

#define ONE(...)           \
  1,                       \
  {                        \
    LM_SHAPE (__VA_ARGS__) \
  }

static const LayerCase layer_cases[] = {
  { "Input", "shape=3x4", 0 },
  { "Dense", "units=5", ONE (7) },
  { "Dense", "units=17 use_bias=false activation=softmax", ONE (3, 4) },
  { "Dense", "units=3 activation=gelu", ONE (2, 3, 5) },
  { "Activation", "", ONE (3, 5) },
  { "Activation", "activation=tanh", ONE (9) },
  { "Activation", "activation=log_softmax", ONE (2, 5) },
  { "ReLU", "", ONE (9) },
  { "ReLU", "max_value=0.5 negative_slope=0.2 threshold=0.1", ONE (20) },
  { "LeakyReLU", "", ONE (3, 4) },
  { "ELU", "alpha=0.7", ONE (3, 4) },
  { "Softmax", "", ONE (2, 6) },
  { "Softmax", "axis=1", ONE (4, 3) },
  { "Activation", "activation=softmax(axis=1)", ONE (4, 3) },
  { "Activation", "activation=gelu(approximate=true)", ONE (9) },
  { "Activation", "activation=relu(negative_slope=0.2,max_value=0.5)", ONE (20) },
  { "PReLU", "alpha_initializer=constant", ONE (3, 4) },
  { "PReLU", "shared_axes=1x2", ONE (3, 2, 4) },
  { "Permute", "dims=3x1x2", ONE (3, 4, 2) },
  { "RepeatVector", "n=3", ONE (4) },
  { "ZeroPadding1D", "padding=0x2", ONE (3, 4) },
  { "Cropping1D", "", ONE (5, 2) },
  { "UpSampling1D", "size=3", ONE (3, 2) },
  { "UpSampling2D", "size=2x3", ONE (2, 3, 2) },
  { "UpSampling2D", "interpolation=bilinear", ONE (2, 3, 2) },
  { "Resizing", "height=5 width=3", ONE (3, 4, 2) },
  { "Resizing", "height=2 width=3 crop_to_aspect_ratio=true interpolation=bicubic", ONE (5, 4, 1) },
  { "Embedding", "input_dim=5 output_dim=3", ONE (4), FALSE, FALSE, LM_I32 },
  { "Masking", "", ONE (4, 2) },
  { "GlobalAveragePooling1D", "", ONE (5, 2), FALSE, FALSE, LM_F32, TRUE },
  { "SimpleRNN", "units=3", ONE (5, 2) },
  { "SimpleRNN", "units=4 return_sequences=true activation=relu", ONE (5, 2) },
  { "SimpleRNN", "units=4 return_state=true recurrent_dropout=0.4 dropout=0.3", 2, { LM_SHAPE (5, 2), LM_SHAPE (4) } },
  { "SimpleRNN", "units=4 return_sequences=true return_state=true", 2, { LM_SHAPE (6, 2), LM_SHAPE (4) }, .masked = TRUE },
  { "SimpleRNN", "units=4 activation=gelu go_backwards=true", ONE (6, 2), .masked = TRUE },
  { "LSTM", "units=3", ONE (5, 2) },
  { "LSTM", "units=17 return_sequences=true use_bias=false", ONE (3, 2) },
  { "LSTM", "units=3 return_sequences=true return_state=true", 3, { LM_SHAPE (6, 2), LM_SHAPE (3), LM_SHAPE (3) }, .masked = TRUE },
  { "LSTM", "units=3 activation=silu recurrent_activation=hard_sigmoid go_backwards=true recurrent_dropout=0.4", ONE (4, 2) },
  { "LSTM", "units=3 variant=book return_state=true", ONE (4, 2) },
  { "LSTM", "units=3 variant=book return_sequences=true", 3, { LM_SHAPE (6, 2), LM_SHAPE (3), LM_SHAPE (3) }, .masked = TRUE },
  { "GRU", "units=3", ONE (5, 2) },
  { "GRU", "units=16 return_sequences=true", ONE (3, 2) },
  { "GRU", "units=3 return_sequences=true return_state=true recurrent_dropout=0.3", 2, { LM_SHAPE (6, 2), LM_SHAPE (3) }, .masked = TRUE },
  { "GRU", "units=3 reset_after=false return_sequences=true", ONE (5, 2) },
  { "GRU", "units=3 reset_after=false return_sequences=true return_state=true recurrent_dropout=0.3", 2, { LM_SHAPE (6, 2), LM_SHAPE (3) }, .masked = TRUE },
  { "GRU", "units=3 activation=mish recurrent_activation=softsign reset_after=false use_bias=false", ONE (4, 2) },
  { "GRU", "units=3 activation=mish use_bias=false", ONE (4, 2) },
  { "Bidirectional", "layer=LSTM(units=3)", ONE (4, 2) },
  { "Bidirectional", "layer=GRU(units=3,return_sequences=true,return_state=true) merge_mode=mul", 3, { LM_SHAPE (6, 2), LM_SHAPE (3), LM_SHAPE (3) }, .masked = TRUE },
  { "TimeDistributed", "layer=Dense(units=3,activation=tanh)", ONE (4, 2, 2) },
  { "TimeDistributed", "layer=Conv2D(filters=2,kernel_size=2x2)", ONE (3, 3, 3, 2) },
  { "Attention", "use_scale=true", 2, { LM_SHAPE (3, 4), LM_SHAPE (5, 4) } },
  { "Attention", "score_mode=concat use_scale=true use_causal_mask=true", 3, { LM_SHAPE (3, 4), LM_SHAPE (3, 2), LM_SHAPE (3, 4) } },
  { "Attention", "dropout=0.3", 2, { LM_SHAPE (3, 2), LM_SHAPE (4, 2) }, .masked = TRUE },
  { "AdditiveAttention", "", 2, { LM_SHAPE (3, 4), LM_SHAPE (5, 4) } },
  { "MultiHeadAttention", "num_heads=2 key_dim=3", 2, { LM_SHAPE (3, 4), LM_SHAPE (5, 2) } },
  { "MultiHeadAttention", "num_heads=3 key_dim=2 value_dim=4 output_shape=5 use_causal_mask=true dropout=0.3", 3, { LM_SHAPE (4, 3), LM_SHAPE (4, 2), LM_SHAPE (4, 5) } },
  { "PositionEmbedding", "sequence_length=7", ONE (5, 3) },
  { "LayerNormalization", "", ONE (3, 5) },
  { "LayerNormalization", "axis=1x3", ONE (3, 2, 4) },
  { "GroupNormalization", "groups=2", ONE (3, 4) },
  { "GroupNormalization", "groups=3 axis=1 scale=false", ONE (6, 2) },
  { "RMSNormalization", "", ONE (5) },
  { "UnitNormalization", "axis=1", ONE (3, 4) },
  { "GaussianNoise", "", ONE (7) },
  { "GaussianDropout", "rate=0.3", ONE (3, 5) },
  { "GaussianDropout", "rate=0.3", ONE (3, 5), TRUE },
  { "AlphaDropout", "rate=0.2 seed=3", ONE (3, 5) },
  { "SpatialDropout1D", "", ONE (4, 6) },
  { "Dot", "", 2, { LM_SHAPE (5), LM_SHAPE (5) } },
  { "Dot", "axes=1x2 normalize=true", 2, { LM_SHAPE (3, 4), LM_SHAPE (2, 3) } },
  { "Conv2D", "filters=4", ONE (6, 5, 3) },
  { "Conv2D", "filters=5 kernel_size=2x4 strides=2x3 padding=same activation=relu", ONE (7, 8, 2) },
  { "Conv2D", "filters=6 groups=2 padding=same use_bias=false activation=silu", ONE (5, 4, 4) },
  { "Conv2D", "filters=3 dilation_rate=2x2", ONE (7, 6, 1) },
  { "Conv1D", "filters=4", ONE (7, 3) },
  { "Conv1D", "filters=4 padding=causal dilation_rate=2 groups=2 activation=relu", ONE (7, 4) },
  { "Conv1D", "filters=3 padding=same strides=2", ONE (7, 2) },
  { "Conv3D", "filters=2 kernel_size=2", ONE (3, 4, 3, 2) },
  { "Conv3D", "filters=4 kernel_size=2x1x3 groups=2 padding=same strides=2x1x1", ONE (3, 2, 4, 4) },
  { "DepthwiseConv1D", "depth_multiplier=2", ONE (6, 3) },
  { "DepthwiseConv2D", "depth_multiplier=2 padding=same", ONE (4, 5, 2) },
  { "SeparableConv1D", "filters=3", ONE (6, 2) },
  { "SeparableConv2D", "filters=3 padding=same strides=2 activation=tanh", ONE (5, 5, 2) },
  { "Conv1DTranspose", "filters=3 strides=2", ONE (4, 2) },
  { "Conv2DTranspose", "filters=2 strides=2 padding=same", ONE (3, 2, 3) },
  { "Conv2DTranspose", "filters=2 dilation_rate=2 use_bias=false", ONE (3, 2, 3) },
  { "MaxPooling1D", "", ONE (7, 3) },
  { "AveragePooling1D", "pool_size=3 strides=2 padding=same", ONE (7, 3) },
  { "MaxPooling3D", "", ONE (4, 5, 4, 2) },
  { "AveragePooling3D", "pool_size=3x2x2 strides=1x2x1 padding=same", ONE (4, 3, 4, 2) },
  { "GlobalAveragePooling1D", "", ONE (5, 3) },
  { "GlobalMaxPooling1D", "", ONE (5, 3) },
  { "GlobalAveragePooling3D", "keepdims=true", ONE (2, 3, 2, 2) },
  { "GlobalMaxPooling3D", "", ONE (2, 3, 2, 2) },
  { "MaxPooling2D", "", ONE (5, 6, 3) },
  { "MaxPooling2D", "pool_size=3x2 strides=1x2 padding=same", ONE (5, 6, 3) },
  { "AveragePooling2D", "", ONE (5, 6, 3) },
  { "AveragePooling2D", "pool_size=2x3 strides=1 padding=same", ONE (5, 6, 3) },
  { "GlobalAveragePooling2D", "", ONE (3, 4, 5) },
  { "GlobalMaxPooling2D", "keepdims=true", ONE (3, 4, 5) },
  { "BatchNormalization", "", ONE (3, 2, 5) },
  { "BatchNormalization", "scale=false epsilon=0.1", ONE (7) },
  { "BatchNormalization", "center=false", ONE (2, 3), TRUE },
  { "BatchNormalization", "", ONE (2, 3), FALSE, TRUE },
  { "Dropout", "rate=0.4", ONE (3, 7) },
  { "Dropout", "rate=0.4", ONE (7), TRUE },
  { "SpatialDropout2D", "rate=0.5 seed=3", ONE (3, 2, 8) },
  { "Add", "", 3, { LM_SHAPE (3, 4), LM_SHAPE (3, 4), LM_SHAPE (3, 4) } },
  { "Add", "", 2, { LM_SHAPE (3, 2, 4), LM_SHAPE (4) } },
  { "Subtract", "", 2, { LM_SHAPE (5), LM_SHAPE (5) } },
  { "Multiply", "", 2, { LM_SHAPE (3, 2, 4), LM_SHAPE (1, 1, 4) } },
  { "Average", "", 4, { LM_SHAPE (5), LM_SHAPE (5), LM_SHAPE (5), LM_SHAPE (5) } },
  { "Maximum", "", 3, { LM_SHAPE (7), LM_SHAPE (7), LM_SHAPE (7) } },
  { "Minimum", "", 2, { LM_SHAPE (2, 3), LM_SHAPE (2, 3) } },
  { "Concatenate", "", 3, { LM_SHAPE (3, 2), LM_SHAPE (3, 5), LM_SHAPE (3, 1) } },
  { "Concatenate", "axis=1", 2, { LM_SHAPE (3, 2, 2), LM_SHAPE (1, 2, 2) } },
  { "Flatten", "", ONE (3, 2, 4) },
  { "Flatten", "", ONE (4) },
  { "Reshape", "target_shape=4x-1x2", ONE (3, 8) },
  { "Rescaling", "scale=0.3 offset=-1", ONE (5, 2) },
  { "ZeroPadding2D", "", ONE (3, 4, 2) },
  { "ZeroPadding2D", "padding=0x2x1x3", ONE (3, 4, 2) },
  { "Cropping2D", "cropping=1x0x0x2", ONE (3, 4, 2) },
};

/* Also runs batches below the largest. */
#define BATCH 5

typedef struct {
  LmTestLayer *layer;
  double *in[LM_TEST_MAX_INPUTS];
  double **slot;
  double *dy;
} LayerRun;

static gint64
layer_in_size (const LayerRun *run,
               int i)
{
  return lm_shape_n_elements (&run->layer->spec.inputs[i], 1) * BATCH;
}

static gint64
slot_size (const LayerRun *run,
           int i)
{
  return lm_shape_n_elements (&lm_test_layer_slot (run->layer, i)->shape, 1);
}

static void
layer_run_init (LayerRun *run,
                const LayerCase *c)
{
  LmTestLayerSpec spec = {
    .kind = c->kind,
    .options = c->options,
    .n_inputs = c->n_inputs,
    .training = !c->inference,
    .frozen = c->frozen,
    .f64 = TRUE,
    .dtype = c->dtype,
    .masked = c->masked,
    .max_batch = BATCH + 2,
  };

  memcpy (spec.inputs, c->inputs, sizeof spec.inputs);
  run->layer = lm_test_layer_new (&spec);
  g_assert_null (run->layer->error);
  lm_test_layer_compile (run->layer, NULL);
  for (int i = 0; i < c->n_inputs; i++) {
    run->in[i] = numbers_new ((guint64) i, layer_in_size (run, i), -1.0, 1.0);
    /* Numbers of words, or steps of two features that do not count: the second and the last, and the first of some samples. */
    for (gint64 k = 0; k < layer_in_size (run, i) && c->dtype == LM_I32; k++)
      run->in[i][k] = floor (5.0 * fabs (run->in[i][k]));
    for (gint64 k = 0; k < layer_in_size (run, i) && c->masked && i == 0; k++) {
      gint64 steps = c->inputs[0].dim[0], features = c->inputs[0].dim[1], step = k / features % steps, sample = k / features / steps;

      if (step == 1 || step == steps - 1 || (step == 0 && sample % 2 == 1) || sample == 3)
        run->in[i][k] = 0.0;
    }
    lm_test_layer_set_input (run->layer, i, BATCH, run->in[i]);
  }
  run->slot = g_new0 (double *, lm_test_layer_n_slots (run->layer) + 1);
  for (int i = 0; i < lm_test_layer_n_slots (run->layer); i++) {
    gboolean is_state = lm_test_layer_slot (run->layer, i)->role == LM_SLOT_STATE;

    run->slot[i] = numbers_new (20 + (guint64) i, slot_size (run, i), is_state ? 0.3 : -1.0, 1.0);
    lm_test_layer_set_slot (run->layer, i, run->slot[i]);
  }
  lm_program_set_step (run->layer->program, 3, 4);
  run->dy = numbers_new (99, lm_test_layer_output_size (run->layer, BATCH), -1.0, 1.0);
}

static void
layer_run_clear (LayerRun *run)
{
  for (int i = 0; i < lm_test_layer_n_slots (run->layer); i++)
    g_free (run->slot[i]);
  for (int i = 0; i < run->layer->spec.n_inputs; i++)
    g_free (run->in[i]);
  g_free (run->slot);
  g_free (run->dy);
  lm_test_layer_free (run->layer);
}

static double
layer_objective (LayerRun *run)
{
  gint64 n = lm_test_layer_output_size (run->layer, BATCH);
  g_autofree double *y = g_new (double, n);
  double sum = 0.0;

  lm_test_layer_forward (run->layer, BATCH);
  lm_test_layer_get_output (run->layer, BATCH, y);
  for (gint64 i = 0; i < n; i++)
    sum += run->dy[i] * y[i];
  return sum;
}

/* @set: puts x in its place */
static void
check_layer_differences (LayerRun *run,
                         int i,
                         gboolean is_slot,
                         gint64 n,
                         const double *grad)
{
  double *x = is_slot ? run->slot[i] : run->in[i];
  gint64 every = MAX (n / MOST_PERTURBED, 1);
  double bound = TOLERANCE * MAX (largest (grad, n), 1e-3);

  for (gint64 j = 0; j < n; j += every) {
    double middle = x[j], sums[2];

    for (int side = 0; side < 3; side++) {
      x[j] = side == 0 ? middle + STEP : side == 1 ? middle - STEP
                                                   : middle;
      if (is_slot)
        lm_test_layer_set_slot (run->layer, i, x);
      else
        lm_test_layer_set_input (run->layer, i, BATCH, x);
      if (side < 2)
        sums[side] = layer_objective (run);
    }
    if (!(fabs ((sums[0] - sums[1]) / (2.0 * STEP) - grad[j]) <= bound))
      g_error ("%s %s: gradient of %s %d, number %" G_GINT64_FORMAT " is %.12g, differences give %.12g", run->layer->spec.kind,
               run->layer->spec.options, is_slot ? "weight" : "input", i, j, grad[j], (sums[0] - sums[1]) / (2.0 * STEP));
  }
}

static void
check_layer_case (const LayerCase *c)
{
  double *grads[LM_TEST_MAX_INPUTS];
  double **slot_grads;
  LayerRun run;
  int n_slots;

  g_test_message ("%s", c->options);
  layer_run_init (&run, c);
  n_slots = lm_test_layer_n_slots (run.layer);
  slot_grads = g_new0 (double *, n_slots + 1);
  lm_test_layer_forward (run.layer, BATCH);
  lm_test_layer_backward (run.layer, BATCH, run.dy);
  for (int i = 0; i < c->n_inputs; i++) {
    grads[i] = g_new (double, (gsize) layer_in_size (&run, i));
    lm_test_layer_get_input_grad (run.layer, i, BATCH, grads[i]);
  }
  for (int i = 0; i < n_slots; i++) {
    slot_grads[i] = g_new (double, slot_size (&run, i));
    lm_test_layer_get_slot_grad (run.layer, i, slot_grads[i]);
    g_assert_cmpint (lm_program_slot_has_grad (run.layer->program, i), ==, lm_test_layer_slot (run.layer, i)->trainable);
  }

  for (int i = 0; i < c->n_inputs; i++) {
    /* A masked step has no gradient, but a number that is moved makes it count. */
    if (c->dtype == LM_F32 && !(c->masked && i == 0))
      check_layer_differences (&run, i, FALSE, layer_in_size (&run, i), grads[i]);
    g_free (grads[i]);
  }
  for (int i = 0; i < n_slots; i++) {
    if (lm_test_layer_slot (run.layer, i)->trainable)
      check_layer_differences (&run, i, TRUE, slot_size (&run, i), slot_grads[i]);
    g_free (slot_grads[i]);
  }
  g_free (slot_grads);
  layer_run_clear (&run);
}

static void
test_layer (gconstpointer data)
{
  const LmMember *layer = data;
  int n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (layer_cases); i++) {
    if (strcmp (layer_cases[i].kind, layer->id) != 0)
      continue;
    if (layer_cases[i].n_inputs > 0)
      check_layer_case (&layer_cases[i]);
    n++;
  }
  g_assert_cmpint (n, >, 0);
}

int
main (int argc,
      char *argv[])
{
  const LmMember *const *members;
  gsize n;

  g_test_init (&argc, &argv, NULL);

  for (int id = 0; id < LM_N_OPS; id++) {
    g_autofree char *path = g_strdup_printf ("/gradients/op/%s", lm_op_class ((LmOpId) id, TRUE)->member.id);

    g_test_add_data_func (path, GINT_TO_POINTER (id), test_op);
  }
  members = lm_family_members ("layer", &n);
  for (gsize i = 0; i < n; i++) {
    g_autofree char *path = g_strdup_printf ("/gradients/layer/%s", members[i]->id);

    g_test_add_data_func (path, members[i], test_layer);
  }

  return g_test_run ();
}
