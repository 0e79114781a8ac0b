/* test-ops.c: what ops promise besides right gradients: the same bits for any number of threads, work in place, limits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-test-op.h"

#include <math.h>
#include <string.h>

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

typedef struct {
  LmOpId id;
  int n_in;
  int n_out;
  int n_data; /* the last so many inputs get no gradient */
  LmTestInput in[LM_TEST_MAX_OPERANDS];
  union {
    LmMatmulAttrs matmul;
    LmConvAttrs conv;
    LmPoolAttrs pool;
    LmActivationAttrs activation;
    LmSoftmaxAttrs softmax;
    LmBinaryAttrs binary;
    LmAffineAttrs affine;
    LmReduceAttrs reduce;
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
    LmOrthogonalAttrs orthogonal;
    LmPenaltyAttrs penalty;
  } attrs;
} BigCase;

/* Large enough for several tasks each. */
static const BigCase big_cases[] = {
  { LM_OP_matmul, 3, 1, 0, { REAL (300, 70), PANELS (70, 90), PADDED (90) }, .attrs.matmul = { LM_ACT_RELU } },
  { LM_OP_conv2d, 3, 1, 0, { REAL (9, 13, 14, 20), REAL (3, 3, 20, 33), PADDED (33) }, .attrs.conv = { { 1, 1 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, 1, LM_ACT_RELU, FALSE } },
  { LM_OP_conv2d, 3, 2, 0, { REAL (9, 14, 14, 3), REAL (3, 3, 3, 32), PADDED (32) }, .attrs.conv = { { 1, 1 }, { 1, 1 }, { 0, 0 }, { 0, 0 }, 1, LM_ACT_RELU, TRUE } },
  { LM_OP_pool2d, 1, 2, 0, { REAL (9, 20, 21, 33) }, .attrs.pool = { TRUE, { 3, 3 }, { 2, 2 }, { 0, 0 }, { 0, 0 } } },
  { LM_OP_pool2d, 1, 1, 0, { REAL (9, 20, 21, 33) }, .attrs.pool = { FALSE, { 2, 2 }, { 2, 2 }, { 0, 0 }, { 0, 0 } } },
  { LM_OP_activation, 1, 1, 0, { REAL (64, 999) }, .attrs.activation = { .kind = LM_ACT_GELU } },
  { LM_OP_softmax, 1, 1, 0, { REAL (5000, 11) } },
  { LM_OP_binary, 2, 1, 0, { REAL (40, 30, 50), REAL (40, 1, 50) }, .attrs.binary = { LM_BINARY_MUL } },
  { LM_OP_binary, 2, 1, 0, { REAL (2000, 50), REAL (50) }, .attrs.binary = { LM_BINARY_DIV } },
  { LM_OP_affine, 1, 1, 0, { REAL (64, 999) }, .attrs.affine = { 0.3, 1.0 } },
  { LM_OP_reduce, 1, 1, 0, { REAL (40, 12, 13, 17) }, .attrs.reduce = { LM_REDUCE_MEAN, 6, FALSE } },
  { LM_OP_reduce, 1, 1, 0, { REAL (40, 12, 13, 17) }, .attrs.reduce = { LM_REDUCE_MAX, 6, FALSE } },
  { LM_OP_concat, 2, 1, 0, { REAL (300, 7, 20), REAL (300, 7, 13) }, .attrs.concat = { 2 } },
  { LM_OP_pad, 1, 1, 0, { REAL (30, 20, 20, 7) }, .attrs.pad = { { 0, 1, -1, 0 }, { 0, 2, 1, 0 } } },
  { LM_OP_dropout, 1, 1, 0, { REAL (64, 999) }, .attrs.dropout = { .rate = 0.3 } },
  { LM_OP_conv2d_transpose, 2, 1, 0, { REAL (9, 13, 14, 20), REAL (3, 3, 16, 20) }, .attrs.conv_transpose = { { 2, 2 }, { 1, 1 }, { 0, 0 }, { 27, 29 } } },
  { LM_OP_gather, 2, 1, 1, { REAL (500, 70), WHOLE (90, 30) } },
  { LM_OP_mask, 1, 1, 1, { REAL (300, 20, 30) }, .attrs.mask = { 0.0 } },
  { LM_OP_recurrent, 2, 6, 0, { REAL (70, 9, 80), REAL (20, 80) }, .attrs.recurrent = { LM_RECURRENT_LSTM, { .kind = LM_ACT_TANH }, { .kind = LM_ACT_SIGMOID }, .sequences = TRUE, .dropout = 0.2 } },
  { LM_OP_recurrent, 3, 5, 0, { REAL (70, 9, 60), REAL (20, 60), REAL (60) }, .attrs.recurrent = { LM_RECURRENT_GRU, { .kind = LM_ACT_TANH }, { .kind = LM_ACT_SIGMOID }, .has_bias = TRUE } },
  { LM_OP_causal, 1, 1, 0, { REAL (90, 40, 30) } },
  { LM_OP_arrange, 1, 1, 0, { REAL (300, 7, 20) }, .attrs.arrange = { 4, { 0, 2, 1, 1 }, { 300, 20, 3, 3 }, { 1, 1, 2, 1 }, { 0 } } },
  { LM_OP_row_norm, 1, 2, 0, { REAL (900, 70) }, .attrs.row_norm = { LM_ROW_STANDARD, 1e-3 } },
  { LM_OP_noise, 1, 1, 0, { REAL (64, 999) }, .attrs.noise = { .kind = LM_NOISE_ADD, .amount = 0.3 } },
  { LM_OP_product, 2, 1, 0, { REAL (9, 40, 30), REAL (9, 30, 50) }, .attrs.product = { FALSE, FALSE, 1.0 } },
  { LM_OP_product, 2, 1, 0, { REAL (9, 40, 30), REAL (30, 70) }, .attrs.product = { FALSE, FALSE, 1.0 } },
  { LM_OP_resize, 1, 1, 0, { REAL (9, 20, 21, 3) }, .attrs.resize = { LM_RESIZE_BILINEAR, { 31, 17 } } },
  { LM_OP_batch_norm, 3, 4, 0, { REAL (40, 12, 13, 17), REAL (17), REAL (17) }, .attrs.norm = { 1e-3, TRUE, TRUE } },
  { LM_OP_norm, 5, 1, 2, { REAL (40, 12, 13, 17), REAL (17), REAL (17), REAL (17), REAL (17) }, .attrs.norm = { 1e-3, TRUE, TRUE } },
  { LM_OP_orthogonal, 1, 1, 0, { PANELS (60, 301) }, .attrs.orthogonal = { 0.5, TRUE, LM_LAYOUT_PANELS } },
  { LM_OP_loss, 2, 1, 1, { REAL (7000, 11), REAL (7000, 11) }, .attrs.loss = { LM_LOSS_CATEGORICAL, LM_FROM_LOGITS, 0.1 } },
  { LM_OP_penalty, 1, 1, 0, { PANELS (700, 300) }, .attrs.penalty = { 0.1, 0.2, LM_LAYOUT_PANELS } },
};

static double *
numbers_new (guint64 stream,
             gint64 n)
{
  LmRng rng = lm_rng_init (17, LM_RNG_TEST, stream, 0);
  double *values = g_new (double, (gsize) n + 1);

  for (gint64 i = 0; i < n; i++)
    values[i] = 0.25 + (double) lm_rng_float (&rng, (guint64) i);
  return values;
}

/* Returns: (transfer full): all outputs, then all gradients */
static GArray *
run (const BigCase *c,
     LmPool *pool)
{
  g_autoptr (LmTestOp) op = lm_test_op_new (c->id, FALSE, &c->attrs, c->in, c->n_in, c->n_out, pool);
  g_autofree double *dy = numbers_new (99, lm_test_op_out_size (op, 0));
  GArray *all = g_array_new (FALSE, FALSE, sizeof (double));
  const double *dout[LM_TEST_MAX_OPERANDS] = { dy };
  LmGradMode mode[LM_TEST_MAX_OPERANDS] = { 0 };
  double *din[LM_TEST_MAX_OPERANDS] = { 0 };

  for (int i = 0; i < c->n_in; i++) {
    din[i] = numbers_new ((guint64) i, lm_test_op_in_size (op, i));
    lm_test_op_set_in (op, i, din[i]);
    mode[i] = i < c->n_in - c->n_data ? LM_GRAD_WRITE : LM_GRAD_SKIP;
  }
  lm_test_op_forward (op);
  for (int i = 0; i < c->n_out; i++) {
    guint at = all->len;

    g_array_set_size (all, at + (guint) lm_test_op_out_size (op, i));
    lm_test_op_get_out (op, i, &g_array_index (all, double, at));
  }
  lm_test_op_backward (op, dout, mode, din);
  for (int i = 0; i < c->n_in; i++) {
    if (mode[i] == LM_GRAD_WRITE)
      g_array_append_vals (all, din[i], (guint) lm_test_op_in_size (op, i));
    g_free (din[i]);
  }
  return all;
}

static void
test_threads_change_no_bit (void)
{
  g_autoptr (LmPool) pool = lm_pool_new (3, 0);
  guint64 seen = (guint64) 1 << LM_OP_reshape; /* runs no code */

  for (gsize i = 0; i < G_N_ELEMENTS (big_cases); i++) {
    g_autoptr (GArray) one = run (&big_cases[i], NULL);
    g_autoptr (GArray) three = run (&big_cases[i], pool);

    g_test_message ("%s", lm_op_class (big_cases[i].id, FALSE)->member.id);
    g_assert_cmpmem (one->data, one->len * sizeof (double), three->data, three->len * sizeof (double));
    for (guint k = 0; k < one->len; k++)
      g_assert_true (isfinite (g_array_index (one, double, k)));
    seen |= (guint64) 1 << big_cases[i].id;
  }
  g_assert_cmphex (seen, ==, ((guint64) 1 << LM_N_OPS) - 1);
}

/* --- In place ------------------------------------------------------------------ */

/* Calls forward and backward with shared memory, as a plan may. */
static void
check_in_place (const BigCase *c)
{
  const LmOpClass *op = lm_op_class (c->id, FALSE);
  gint64 n = lm_shape_n_elements (&c->in[0].shape, 1);
  g_autoptr (GArray) apart = run (c, NULL);
  gsize bytes = (gsize) n * sizeof (float);
  float *both = g_aligned_alloc (1, lm_align (bytes), LM_ALIGN);
  float *kept = g_aligned_alloc (1, lm_align (bytes), LM_ALIGN);
  g_autofree guint8 *unaligned = NULL;
  LmOperand in[LM_TEST_MAX_OPERANDS] = { 0 }, out = { both, c->in[0].shape, LM_F32 };
  LmOperand din[LM_TEST_MAX_OPERANDS] = { 0 }, dout = out;
  LmGradMode mode[LM_TEST_MAX_OPERANDS] = { LM_GRAD_WRITE };
  float *others[LM_TEST_MAX_OPERANDS] = { 0 };
  guint32 keep_in = op->keep_in, keep_out = op->keep_out;
  LmOpCall call = { .attrs = &c->attrs, .n_in = c->n_in, .n_out = 1, .in = in, .out = &out, .k = lm_kernels_get (), .training = TRUE };

  call.rng = lm_rng_init (5, LM_RNG_DROPOUT, 1, 2); /* that of lm-test-op.c */
  for (int i = 0; i < c->n_in; i++) {
    gint64 size = lm_shape_n_elements (&c->in[i].shape, 1);
    g_autofree double *values = numbers_new ((guint64) i, size);

    others[i] = g_aligned_alloc (1, lm_align ((gsize) size * sizeof (float)), LM_ALIGN);
    for (gint64 k = 0; k < size; k++)
      others[i][k] = (float) values[k];
    in[i] = (LmOperand){ others[i], c->in[i].shape, LM_F32 };
  }
  if (op->workspace != NULL) {
    gsize size = op->workspace (&call, LM_PASS_FORWARD) + op->workspace (&call, LM_PASS_BACKWARD);

    unaligned = g_malloc (size + LM_ALIGN);
    call.workspace = (void *) (((gsize) unaligned + LM_ALIGN - 1) & ~(gsize) (LM_ALIGN - 1));
  }

  memcpy (both, others[0], bytes);
  in[0].data = both;
  op->forward (&call);
  for (gint64 k = 0; k < n; k++)
    g_assert_cmpfloat ((double) both[k], ==, g_array_index (apart, double, k));

  if ((op->flags & LM_OP_INPLACE_GRAD) != 0) {
    g_autofree double *dy = numbers_new (99, n);

    if (op->keep != NULL)
      op->keep (&c->attrs, &keep_in, &keep_out);
    memcpy (kept, both, bytes);
    for (gint64 k = 0; k < n; k++)
      both[k] = (float) dy[k];
    in[0].data = keep_in & LM_BIT (0) ? others[0] : NULL;
    out.data = keep_out & LM_BIT (0) ? kept : NULL;
    din[0] = dout;
    din[0].data = dout.data = both;
    call.dout = &dout;
    call.din = din;
    call.mode = mode;
    op->backward (&call);
    for (gint64 k = 0; k < n; k++)
      g_assert_cmpfloat ((double) both[k], ==, g_array_index (apart, double, n + k));
  }
  for (int i = 0; i < c->n_in; i++)
    g_aligned_free (others[i]);
  g_aligned_free (both);
  g_aligned_free (kept);
}

static void
test_in_place_gives_the_same (void)
{
  static const BigCase more[] = {
    { LM_OP_binary, 2, 1, 0, { REAL (30, 40), REAL (30, 40) }, .attrs.binary = { LM_BINARY_SUB } },
    { LM_OP_binary, 2, 1, 0, { REAL (30, 40), REAL (30, 40) }, .attrs.binary = { LM_BINARY_MUL } },
    { LM_OP_activation, 1, 1, 0, { REAL (64, 99) }, .attrs.activation = { .kind = LM_ACT_RELU, .b = INFINITY } },
    { LM_OP_activation, 1, 1, 0, { REAL (64, 99) }, .attrs.activation = { .kind = LM_ACT_TANH } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (big_cases); i++) {
    if ((lm_op_class (big_cases[i].id, FALSE)->flags & LM_OP_INPLACE) != 0 && big_cases[i].n_out == 1)
      check_in_place (&big_cases[i]);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (more); i++)
    check_in_place (&more[i]);
}

/* --- Single ops ------------------------------------------------------------------- */

/* A value added to itself has one gradient, written by the first input and added to by the second. */
static void
test_one_value_at_two_inputs (void)
{
  LmBinaryAttrs attrs = { LM_BINARY_MUL };
  float x[5] = { 1, -2, 3, 0.5f, 4 }, y[5], dy[5] = { 1, 1, 2, 1, -1 }, dx[5];
  LmOperand in[2] = { { x, LM_SHAPE (1, 5), LM_F32 }, { x, LM_SHAPE (1, 5), LM_F32 } };
  LmOperand out = { y, LM_SHAPE (1, 5), LM_F32 }, dout = { dy, LM_SHAPE (1, 5), LM_F32 };
  LmOperand din[2] = { { dx, LM_SHAPE (1, 5), LM_F32 }, { dx, LM_SHAPE (1, 5), LM_F32 } };
  LmGradMode mode[2] = { LM_GRAD_WRITE, LM_GRAD_ADD };
  LmOpCall call = { .attrs = &attrs, .n_in = 2, .n_out = 1, .in = in, .out = &out, .dout = &dout, .din = din, .mode = mode, .k = lm_kernels_get () };
  const LmOpClass *op = lm_op_class (LM_OP_binary, FALSE);

  op->forward (&call);
  op->backward (&call);
  for (int i = 0; i < 5; i++) {
    g_assert_cmpfloat (y[i], ==, x[i] * x[i]);
    g_assert_cmpfloat (dx[i], ==, 2 * x[i] * dy[i]);
  }
}

static void
test_dropout_keeps_the_mean (void)
{
  static const double rates[] = { 0.1, 0.5, 0.9 };
  const gint64 n = 200000;

  for (gsize r = 0; r < G_N_ELEMENTS (rates); r++) {
    LmDropoutAttrs attrs = { .rate = rates[r] };
    LmTestInput input = REAL (1, 200000);
    g_autoptr (LmTestOp) op = lm_test_op_new (LM_OP_dropout, FALSE, &attrs, &input, 1, 1, NULL);
    g_autofree double *x = g_new (double, (gsize) n);
    g_autofree double *y = g_new (double, (gsize) n);
    gint64 zeros = 0;

    for (gint64 i = 0; i < n; i++)
      x[i] = 1.0;
    lm_test_op_set_in (op, 0, x);
    lm_test_op_forward (op);
    lm_test_op_get_out (op, 0, y);
    for (gint64 i = 0; i < n; i++) {
      zeros += y[i] == 0.0;
      if (y[i] != 0.0)
        g_assert_cmpfloat_with_epsilon (y[i], 1.0 / (1.0 - rates[r]), 1e-5);
    }
    /* Six standard errors of a share. */
    g_assert_cmpfloat_with_epsilon ((double) zeros / (double) n, rates[r], 6.0 * sqrt (rates[r] * (1.0 - rates[r]) / (double) n));
  }
}

/* Draws of 4 × 3 × 3 pixels of 50 channels: all pixels of a channel share one. */
static void
test_shared_draws (void)
{
  LmDropoutAttrs attrs = { .rate = 0.5, .noise_axes = LM_BIT (1) | LM_BIT (2) };
  LmTestInput input = REAL (4, 3, 3, 50);
  g_autofree double *first = NULL;

  for (int seed = 0; seed < 2; seed++) {
    g_autoptr (LmTestOp) op = NULL;
    g_autofree double *x = numbers_new (1, 1800);
    double *y = g_new (double, 1800);

    attrs.has_seed = seed != 0;
    attrs.seed = 7;
    op = lm_test_op_new (LM_OP_dropout, FALSE, &attrs, &input, 1, 1, NULL);
    lm_test_op_set_in (op, 0, x);
    lm_test_op_forward (op);
    lm_test_op_get_out (op, 0, y);
    for (int n = 0; n < 4; n++) {
      for (int p = 1; p < 9; p++) {
        for (int c = 0; c < 50; c++)
          g_assert_cmpint (y[(n * 9 + p) * 50 + c] == 0.0, ==, y[n * 9 * 50 + c] == 0.0);
      }
    }
    if (first == NULL) {
      first = y;
    } else {
      int differ = 0;

      for (int i = 0; i < 1800; i++)
        differ += (first[i] == 0.0) != (y[i] == 0.0);
      g_assert_cmpint (differ, >, 500);
      g_free (y);
    }
  }
}

/* Ties of a maximum share the gradient, as in TensorFlow. */
static void
test_equal_maxima_share (void)
{
  LmReduceAttrs attrs = { LM_REDUCE_MAX, LM_BIT (1), FALSE };
  LmTestInput input = REAL (1, 4, 2);
  g_autoptr (LmTestOp) op = lm_test_op_new (LM_OP_reduce, FALSE, &attrs, &input, 1, 1, NULL);
  const double x[8] = { 1, 5, 3, 5, 3, 2, 0, 5 }, dy[2] = { 1, 6 }, expected[8] = { 0, 2, 0.5, 2, 0.5, 0, 0, 2 };
  const double *dout = dy;
  double dx[8];
  double *din = dx;
  LmGradMode mode = LM_GRAD_WRITE;

  lm_test_op_set_in (op, 0, x);
  lm_test_op_forward (op);
  lm_test_op_backward (op, &dout, &mode, &din);
  for (int i = 0; i < 8; i++)
    g_assert_cmpfloat (dx[i], ==, expected[i]);
}

static void
test_label_out_of_range_is_not_a_number (void)
{
  LmLossAttrs attrs = { LM_LOSS_SPARSE_CATEGORICAL, LM_FROM_LOGITS, 0.0 };
  LmTestInput inputs[] = { REAL (3, 4), WHOLE (3) };
  g_autoptr (LmTestOp) op = lm_test_op_new (LM_OP_loss, FALSE, &attrs, inputs, 2, 1, NULL);
  const double x[12] = { 0 }, good[3] = { 0, 3, 1 }, high[3] = { 0, 4, 1 }, low[3] = { 0, 1, -1 };
  double loss;

  lm_test_op_set_in (op, 0, x);
  lm_test_op_set_in (op, 1, good);
  lm_test_op_forward (op);
  lm_test_op_get_out (op, 0, &loss);
  g_assert_cmpfloat_with_epsilon (loss, log (4.0), 1e-6);
  lm_test_op_set_in (op, 1, high);
  lm_test_op_forward (op);
  lm_test_op_get_out (op, 0, &loss);
  g_assert_true (isnan (loss));
  lm_test_op_set_in (op, 1, low);
  lm_test_op_forward (op);
  lm_test_op_get_out (op, 0, &loss);
  g_assert_true (isnan (loss));
}

/* NaN never vanishes on the way. */
static void
test_nan_stays_visible (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (big_cases); i++) {
    const BigCase *c = &big_cases[i];
    g_autoptr (LmTestOp) op = NULL;
    g_autofree double *y = NULL;
    gboolean seen = FALSE;

    if (c->id == LM_OP_dropout)
      continue;
    op = lm_test_op_new (c->id, FALSE, &c->attrs, c->in, c->n_in, c->n_out, NULL);
    for (int k = 0; k < c->n_in; k++) {
      g_autofree double *x = numbers_new ((guint64) k, lm_test_op_in_size (op, k));

      if (k == 0)
        x[c->id == LM_OP_pad ? 30 * 7 : 1] = NAN;
      lm_test_op_set_in (op, k, x);
    }
    lm_test_op_forward (op);
    y = g_new (double, (gsize) lm_test_op_out_size (op, 0));
    lm_test_op_get_out (op, 0, y);
    for (gint64 k = 0; k < lm_test_op_out_size (op, 0); k++)
      seen = seen || isnan (y[k]);
    if (!seen)
      g_error ("%s hides a NaN", lm_test_op_class (op)->member.id);
  }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ops/threads-change-no-bit", test_threads_change_no_bit);
  g_test_add_func ("/ops/in-place-gives-the-same", test_in_place_gives_the_same);
  g_test_add_func ("/ops/one-value-at-two-inputs", test_one_value_at_two_inputs);
  g_test_add_func ("/ops/dropout-keeps-the-mean", test_dropout_keeps_the_mean);
  g_test_add_func ("/ops/shared-draws", test_shared_draws);
  g_test_add_func ("/ops/equal-maxima-share", test_equal_maxima_share);
  g_test_add_func ("/ops/label-out-of-range-is-not-a-number", test_label_out_of_range_is_not_a_number);
  g_test_add_func ("/ops/nan-stays-visible", test_nan_stays_visible);

  return g_test_run ();
}
