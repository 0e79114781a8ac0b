/* test-kernels-map.c: elementwise kernels, activations, copies, dropout and optimizers against plain formulas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "kernel-test.h"

/* Lengths around every vector width. */
static const gint64 lengths[] = { 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 100 };

#define FOR_LENGTHS(n)                                  \
  for (gsize i_ = 0; i_ < G_N_ELEMENTS (lengths); i_++) \
    for (gint64 n = lengths[i_], once_ = 1; once_; once_ = 0)

static void
test_scale_fill_affine (void)
{
  FOR_LENGTHS (n)
  {
    KtBuffer x = kt_random_buffer (n, 3, 1), y = kt_random_buffer (n, 3, 2), old = kt_copy (&y, 0);
    g_autofree double *want = g_new (double, n);

    kt_k->scale ((gsize) n, LM_REAL (1.5), x.p, y.p, TRUE);
    for (gint64 i = 0; i < n; i++)
      want[i] = old.p[i] + 1.5 * x.p[i];
    kt_assert_close ("y += 1.5 x", y.p, want, n, 4 * KT_EPS);

    kt_k->scale ((gsize) n, -2, x.p, y.p, FALSE);
    for (gint64 i = 0; i < n; i++)
      want[i] = -2.0 * x.p[i];
    kt_assert_close ("y = -2 x", y.p, want, n, 0);

    kt_k->affine ((gsize) n, 3, LM_REAL (0.5), y.p, y.p);
    for (gint64 i = 0; i < n; i++)
      want[i] = -6.0 * x.p[i] + 0.5;
    kt_assert_close ("affine in place", y.p, want, n, 4 * KT_EPS);

    kt_k->fill ((gsize) n, 7, y.p);
    for (gint64 i = 0; i < n; i++)
      g_assert_cmpfloat (y.p[i], ==, 7);

    kt_free (&x);
    kt_free (&y);
    kt_free (&old);
  }
}

static void
test_scale_shift (void)
{
  const LmFn relu = { .kind = LM_FN_RELU }, tangent = { .kind = LM_FN_TANH };
  const LmFn *const fns[] = { NULL, &relu, &tangent };

  for (gint64 cols = 1; cols < 40; cols += 5)
    for (int q = 0; q < 12; q++) {
      gint64 rows = 3;
      KtBuffer x = kt_random_buffer (rows * cols, 2, 1), a = kt_random_buffer (cols, 2, 1), b = kt_random_buffer (cols, 2, 1), y = kt_buffer (rows * cols, 0);
      g_autofree double *want = g_new (double, y.n);
      const LmFn *fn = fns[q / 4];

      for (gint64 i = 0; i < y.n; i++) {
        double v = x.p[i] * (q & 1 ? (double) a.p[i % cols] : 1) + (q & 2 ? (double) b.p[i % cols] : 0);

        want[i] = fn == &relu ? MAX (v, 0) : fn == &tangent ? tanh (v)
                                                            : v;
      }
      kt_k->scale_shift (rows, cols, x.p, q & 1 ? a.p : NULL, q & 2 ? b.p : NULL, fn, y.p);
      kt_assert_close ("scale_shift", y.p, want, y.n, 8 * KT_EPS);
      kt_free (&x);
      kt_free (&a);
      kt_free (&b);
      kt_free (&y);
    }
}

static void
test_copy (void)
{
  /* Permutes (3, 4, 5) to (5, 3, 4), crops, flips, repeats. */
  KtBuffer x = kt_random_buffer (60, 1, 1), y = kt_random_buffer (60, 1, 1), old = kt_copy (&y, 0);
  const LmCopy permute = { .rank = 3, .dim = { 5, 3, 4 }, .src = { 1, 20, 5 }, .dst = { 12, 4, 1 } };
  const LmCopy crop = { .rank = 2, .dim = { 3, 4 }, .src = { 20, 1 }, .dst = { 4, 1 } };
  const LmCopy flip = { .rank = 1, .dim = { 60 }, .src = { -1 }, .dst = { 1 } };
  const LmCopy repeat = { .rank = 2, .dim = { 6, 10 }, .src = { 0, 1 }, .dst = { 10, 1 } };

  kt_k->copy (&permute, 0, 2, x.p, y.p, FALSE);
  kt_k->copy (&permute, 2, 5, x.p, y.p, FALSE);
  for (int i = 0; i < 60; i++)
    g_assert_cmpfloat (y.p[i], ==, x.p[i / 12 + (i / 4 % 3) * 20 + i % 4 * 5]);

  kt_k->copy (&crop, 0, 3, x.p + 7, y.p, FALSE);
  for (int i = 0; i < 12; i++)
    g_assert_cmpfloat (y.p[i], ==, x.p[7 + i / 4 * 20 + i % 4]);

  memcpy (y.p, old.p, 60 * sizeof (lm_real));
  kt_k->copy (&flip, 0, 60, x.p + 59, y.p, TRUE);
  for (int i = 0; i < 60; i++)
    g_assert_cmpfloat (y.p[i], ==, old.p[i] + x.p[59 - i]);

  memcpy (y.p, old.p, 60 * sizeof (lm_real));
  kt_k->copy (&repeat, 0, 6, x.p, y.p, TRUE);
  for (int i = 0; i < 60; i++)
    g_assert_cmpfloat (y.p[i], ==, old.p[i] + x.p[i % 10]);

  kt_free (&x);
  kt_free (&y);
  kt_free (&old);
}

static double
reference_binary (LmArith op,
                  double a,
                  double b)
{
  switch (op) {
  case LM_ARITH_ADD:
    return a + b;
  case LM_ARITH_SUB:
    return a - b;
  case LM_ARITH_MUL:
    return a * b;
  case LM_ARITH_DIV:
    return a / b;
  case LM_ARITH_MAX:
    return MAX (a, b);
  default:
    return MIN (a, b);
  }
}

static double
reference_slope (LmArith op,
                 int side,
                 double a,
                 double b)
{
  switch (op) {
  case LM_ARITH_ADD:
    return 1;
  case LM_ARITH_SUB:
    return side == 0 ? 1 : -1;
  case LM_ARITH_MUL:
    return side == 0 ? b : a;
  case LM_ARITH_DIV:
    return side == 0 ? 1 / b : -a / (b * b);
  case LM_ARITH_MAX:
    return (a >= b) == (side == 0);
  default:
    return (a <= b) == (side == 0);
  }
}

/* Element of an input that a broadcast output element reads. */
static gint64
source_of (const LmShape *shape,
           const LmShape *out,
           gint64 i)
{
  gint64 at = 0, step = 1;

  for (int axis = 1; axis <= out->rank; axis++) {
    gint64 dim = out->dim[out->rank - axis], place = i % dim;

    i /= dim;
    if (axis <= shape->rank && shape->dim[shape->rank - axis] != 1) {
      at += place * step;
      step *= dim;
    }
  }
  return at;
}

static void
check_binary (LmArith op,
              const LmShape *sa,
              const LmShape *sb)
{
  gint64 na = lm_shape_n_elements (sa, 1), nb = lm_shape_n_elements (sb, 1), n;
  LmShape out;
  LmBroadcast loop;
  KtBuffer a = kt_random_buffer (na, 1, 1), b = kt_random_buffer (nb, 1, 1), y, dy;
  g_autofree double *want = NULL;

  g_assert_true (lm_shape_broadcast (sa, sb, &out));
  n = lm_shape_n_elements (&out, 1);
  y = kt_buffer (n, 1);
  dy = kt_random_buffer (n, 1, 1);
  want = g_new (double, n);
  for (gint64 i = 0; i < nb; i++)
    b.p[i] += b.p[i] < 0 ? LM_REAL (-0.5) : LM_REAL (0.5);
  if (na == nb)
    a.p[0] = b.p[0]; /* a draw */

  LM_R (lm_broadcast_init)
  (&loop, sa, sb);
  for (gint64 i = 0; i < n; i++)
    want[i] = reference_binary (op, a.p[source_of (sa, &out, i)], b.p[source_of (sb, &out, i)]);
  kt_k->binary (op, &loop, 0, loop.dim[0] / 2, a.p, b.p, y.p);
  kt_k->binary (op, &loop, loop.dim[0] / 2, loop.dim[0], a.p, b.p, y.p);
  kt_assert_close ("binary", y.p, want, n, 2 * KT_EPS);

  for (int q = 0; q < 4; q++) {
    int side = q & 1;
    gboolean add = q & 2;
    const LmShape *shape = side == 0 ? sa : sb;
    gint64 m = side == 0 ? na : nb;
    KtBuffer d = kt_random_buffer (m, 1, 1);
    g_autofree double *want_d = g_new0 (double, m);

    for (gint64 i = 0; i < m; i++)
      want_d[i] = add ? d.p[i] : 0;
    for (gint64 i = 0; i < n; i++)
      want_d[source_of (shape, &out, i)] += dy.p[i] * reference_slope (op, side, a.p[source_of (sa, &out, i)], b.p[source_of (sb, &out, i)]);
    kt_k->binary_grad (op, side, &loop, 0, loop.dim[0], a.p, b.p, dy.p, d.p, add);
    kt_assert_close ("binary_grad", d.p, want_d, m, 32 * KT_EPS);
    kt_free (&d);
  }

  kt_free (&a);
  kt_free (&b);
  kt_free (&y);
  kt_free (&dy);
}

static void
test_binary (void)
{
  const LmShape shapes[][2] = {
    { LM_SHAPE (37), LM_SHAPE (37) },
    { LM_SHAPE (5, 7), LM_SHAPE (7) },
    { LM_SHAPE (7), LM_SHAPE (5, 7) },
    { LM_SHAPE (5, 7), LM_SHAPE (5, 1) },
    { LM_SHAPE (5, 1), LM_SHAPE (1, 9) },
    { LM_SHAPE (1), LM_SHAPE (33) },
    { LM_SHAPE (2, 3, 4, 5), LM_SHAPE (3, 1, 5) },
    { LM_SHAPE (2, 1, 4, 1), LM_SHAPE (2, 3, 1, 18) },
    { LM_SHAPE (1), LM_SHAPE (1) },
  };

  for (int op = 0; op < LM_N_ARITHS; op++)
    for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
      check_binary (op, &shapes[i][0], &shapes[i][1]);
}

static void
test_max_keeps_nan (void)
{
  lm_real a[3] = { LM_REAL (NAN), 1, 2 }, b[3] = { 1, LM_REAL (NAN), 3 }, y[3];
  LmShape s = LM_SHAPE (3);
  LmBroadcast loop;

  LM_R (lm_broadcast_init)
  (&loop, &s, &s);
  for (LmArith op = LM_ARITH_MAX; op <= LM_ARITH_MIN; op++) {
    kt_k->binary (op, &loop, 0, 3, a, b, y);
    g_assert_true (isnan (y[0]) && isnan (y[1]) && !isnan (y[2]));
  }
}

static double
sigma (double x)
{
  return 1 / (1 + exp (-x));
}

static double
reference_fn (const LmFn *fn,
              double x)
{
  switch (fn->kind) {
  case LM_FN_RELU:
    return x < (double) fn->c ? (double) fn->a * (x - (double) fn->c) : fn->b > 0 ? MIN (x, (double) fn->b)
                                                                                  : x;
  case LM_FN_LEAKY_RELU:
    return x < 0 ? (double) fn->a * x : x;
  case LM_FN_ELU:
    return x < 0 ? (double) fn->a * expm1 (x) : x;
  case LM_FN_SELU:
    return 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * expm1 (x) : x);
  case LM_FN_GELU:
    return fn->a == 1 ? 0.5 * x * (1 + tanh (sqrt (2 / M_PI) * (x + 0.044715 * x * x * x))) : 0.5 * x * erfc (-x / sqrt (2));
  case LM_FN_SILU:
    return x * sigma (x);
  case LM_FN_TANH:
    return tanh (x);
  case LM_FN_SIGMOID:
    return sigma (x);
  case LM_FN_HARD_SIGMOID:
    return CLAMP (x / 6 + 0.5, 0, 1);
  case LM_FN_SOFTPLUS:
    return MAX (x, 0) + log1p (exp (-fabs (x)));
  case LM_FN_SOFTSIGN:
    return x / (1 + fabs (x));
  case LM_FN_EXPONENTIAL:
    return exp (x);
  case LM_FN_MISH:
    return x * tanh (MAX (x, 0) + log1p (exp (-fabs (x))));
  case LM_FN_LOG:
    return log (x);
  case LM_FN_SQRT:
    return sqrt (x);
  case LM_FN_SQUARE:
    return x * x;
  case LM_FN_ABS:
    return fabs (x);
  case LM_FN_RECIPROCAL:
    return 1 / x;
  default:
    return x;
  }
}

static const LmFn fns[] = {
  { LM_FN_LINEAR },
  { LM_FN_RELU },
  { LM_FN_RELU, 0, LM_REAL (INFINITY), 0 },
  { LM_FN_RELU, 0, 6, 0 },
  { LM_FN_RELU, LM_REAL (0.25), 2, 0 },
  { LM_FN_RELU, LM_REAL (0.25), 0, LM_REAL (0.5) },
  { LM_FN_LEAKY_RELU, LM_REAL (0.25) },
  { LM_FN_ELU, LM_REAL (0.75) },
  { LM_FN_SELU },
  { LM_FN_GELU },
  { LM_FN_GELU, 1 },
  { LM_FN_SILU },
  { LM_FN_TANH },
  { LM_FN_SIGMOID },
  { LM_FN_HARD_SIGMOID },
  { LM_FN_SOFTPLUS },
  { LM_FN_SOFTSIGN },
  { LM_FN_EXPONENTIAL },
  { LM_FN_MISH },
  { LM_FN_LOG },
  { LM_FN_SQRT },
  { LM_FN_SQUARE },
  { LM_FN_ABS },
  { LM_FN_RECIPROCAL },
};

static gboolean
needs_positive (const LmFn *fn)
{
  return fn->kind == LM_FN_LOG || fn->kind == LM_FN_SQRT || fn->kind == LM_FN_RECIPROCAL;
}

/* Each number on its own: relative to its size where it is large, to 1 where it is small. */
static void
assert_each_close (const char *what,
                   int fn,
                   double x,
                   double got,
                   double want)
{
  double bound = 16 * KT_EPS * MAX (1, fabs (want));

  if (isnan (want) ? isnan (got) : fabs (got - want) <= bound)
    return;
  g_test_message ("%s %d at %g: got %.9g, want %.9g", what, fn, x, got, want);
  g_test_fail ();
}

static void
test_activations (void)
{
  enum {
    N = 2003
  };
  KtBuffer x = kt_buffer (N, 1), y = kt_buffer (N, 1);

  for (gsize f = 0; f < G_N_ELEMENTS (fns); f++) {
    for (int i = 0; i < N; i++)
      x.p[i] = (lm_real) (needs_positive (&fns[f]) ? 0.01 + i * 0.01 : (i - N / 2) * 0.0123);
    kt_k->activate (&fns[f], N, x.p, y.p);
    for (int i = 0; i < N; i++)
      assert_each_close ("fn", (int) f, x.p[i], y.p[i], reference_fn (&fns[f], x.p[i]));
  }
  kt_free (&x);
  kt_free (&y);
}

/* Against central differences of the reference, away from its corners. */
static void
test_activation_gradients (void)
{
  enum {
    N = 401
  };
  KtBuffer x = kt_buffer (N, 1), y = kt_buffer (N, 1), dy = kt_random_buffer (N, 1, 1), dx = kt_random_buffer (N, 1, 1), old = kt_copy (&dx, 0);
  KtBuffer apart = kt_buffer (N, 1);
  const double h = 1e-5;

  for (gsize f = 0; f < G_N_ELEMENTS (fns); f++) {
    const LmFn *fn = &fns[f];
    gboolean from_output = LM_R (lm_fn_from_output) (fn);

    for (int i = 0; i < N; i++)
      x.p[i] = (lm_real) (needs_positive (fn) ? 0.1 + i * 0.01 : (i - N / 2) * 0.0357 + 0.013);
    kt_k->activate (fn, N, x.p, y.p);

    for (int q = 0; q < 4; q++) {
      gboolean add = q & 1, both = q & 2;

      memcpy (dx.p, old.p, N * sizeof (lm_real));
      kt_k->activate_grad (fn, N, from_output && !both ? NULL : x.p, from_output || both ? y.p : NULL, dy.p, dx.p, add);
      for (int i = 0; i < N; i++) {
        double at = x.p[i], slope = (reference_fn (fn, at + h) - reference_fn (fn, at - h)) / (2 * h);
        double want = (add ? (double) old.p[i] : 0) + slope * dy.p[i];

        if (fabs (dx.p[i] - want) > 2e-6 * MAX (1, fabs (slope))) {
          g_test_message ("slope of %d at %g: got %.9g, want %.9g", (int) f, at, (double) dx.p[i], want);
          g_test_fail ();
        }
      }
    }

    /* In place. */
    memcpy (dx.p, dy.p, N * sizeof (lm_real));
    kt_k->activate_grad (fn, N, x.p, y.p, dx.p, dx.p, FALSE);
    kt_k->activate_grad (fn, N, x.p, y.p, dy.p, apart.p, FALSE);
    g_assert_cmpmem (dx.p, N * sizeof (lm_real), apart.p, N * sizeof (lm_real));
  }
  kt_free (&x);
  kt_free (&y);
  kt_free (&dy);
  kt_free (&dx);
  kt_free (&old);
  kt_free (&apart);
}

static void
test_activations_at_the_ends (void)
{
  static const double at[] = { NAN, INFINITY, -INFINITY, 0, 200, -200, 88.6, -90 };

  for (gsize f = 0; f < G_N_ELEMENTS (fns); f++)
    for (gsize i = 0; i < G_N_ELEMENTS (at); i++) {
      lm_real x = (lm_real) at[i], y;
      double want = (double) (lm_real) reference_fn (&fns[f], x);

      kt_k->activate (&fns[f], 1, &x, &y);
      if (isnan (at[i]))
        g_assert_true (isnan (y));
      else if (isinf (want))
        g_assert_cmpfloat (y, ==, (lm_real) want);
      else if (!isnan (want) && !isinf (at[i]))
        assert_each_close ("fn", (int) f, at[i], y, want);
    }
}

static void
test_dropout (void)
{
  enum {
    N = 5000
  };
  LmRng rng = lm_rng_init (3, LM_RNG_DROPOUT, 4, 5);
  KtBuffer x = kt_random_buffer (N, 1, 1), y = kt_buffer (N, 1), z = kt_random_buffer (N, 1, 0), old = kt_copy (&z, 0);
  int kept = 0;

  for (int i = 0; i < N; i++)
    x.p[i] += 2;
  kt_k->dropout (&rng, 0, N, LM_REAL (0.25), x.p, y.p, FALSE);
  for (int i = 0; i < N; i++) {
    gboolean keep = lm_rng_float (&rng, (guint64) i) >= 0.25f;

    kept += keep;
    g_assert_cmpfloat (fabs ((double) (y.p[i] - (keep ? x.p[i] / LM_REAL (0.75) : 0))), <=, 8 * KT_EPS);
  }
  g_assert_cmpint (kept, >, N * 0.72);
  g_assert_cmpint (kept, <, N * 0.78);

  /* In parts, adding: the same mask. */
  kt_k->dropout (&rng, 0, 777, LM_REAL (0.25), x.p, z.p, TRUE);
  kt_k->dropout (&rng, 777, N - 777, LM_REAL (0.25), x.p + 777, z.p + 777, TRUE);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat (fabs ((double) (z.p[i] - (old.p[i] + y.p[i]))), <=, 8 * KT_EPS);

  kt_k->dropout (&rng, 0, N, LM_REAL (0.25), x.p, x.p, FALSE);
  g_assert_cmpmem (x.p, N * sizeof (lm_real), y.p, N * sizeof (lm_real));
  kt_free (&x);
  kt_free (&y);
  kt_free (&z);
  kt_free (&old);
}

/* One weight by the formulas of Keras 3. */
static void
reference_update (const LmUpdateRule *r,
                  double g,
                  double *w,
                  double s[3])
{
  double step;

  g *= r->scale;
  if (r->clip > 0)
    g = CLAMP (g, -(double) r->clip, (double) r->clip);
  *w -= *w * r->decay;

  switch (r->kind) {
  case LM_UPDATE_SGD:
    *w -= r->rate * g;
    break;
  case LM_UPDATE_MOMENTUM:
    s[0] = r->momentum * s[0] - r->rate * g;
    *w += r->nesterov ? r->momentum * s[0] - r->rate * g : s[0];
    break;
  case LM_UPDATE_RMSPROP:
    s[0] = r->rho * s[0] + (1 - (double) r->rho) * g * g;
    if (r->centered)
      s[2] = r->rho * s[2] + (1 - (double) r->rho) * g;
    step = r->rate * g / sqrt (s[0] - (r->centered ? s[2] * s[2] : 0) + r->eps);
    if (r->momentum != 0)
      step = s[1] = r->momentum * s[1] + step;
    *w -= step;
    break;
  case LM_UPDATE_ADAM:
    s[0] += (1 - (double) r->beta) * (g - s[0]);
    s[1] += (1 - (double) r->rho) * (g * g - s[1]);
    if (r->amsgrad)
      s[2] = MAX (s[2], s[1]);
    *w -= r->rate * s[0] / (sqrt (r->amsgrad ? s[2] : s[1]) + r->eps);
    break;
  case LM_UPDATE_ADAGRAD:
    s[0] += g * g;
    *w -= r->rate * g / sqrt (s[0] + r->eps);
    break;
  case LM_UPDATE_ADAMAX:
    s[0] += (1 - (double) r->beta) * (g - s[0]);
    s[1] = MAX (r->rho * s[1], fabs (g));
    *w -= r->rate * s[0] / (s[1] + r->eps);
    break;
  case LM_UPDATE_NADAM:
    s[0] += (1 - (double) r->beta) * (g - s[0]);
    s[1] += (1 - (double) r->rho) * (g * g - s[1]);
    *w -= r->rate * (r->momentum * s[0] + r->direct * g) / (sqrt (s[1]) + r->eps);
    break;
  case LM_UPDATE_ADADELTA:
    s[0] = r->rho * s[0] + (1 - (double) r->rho) * g * g;
    step = sqrt (s[1] + r->eps) * g / sqrt (s[0] + r->eps);
    s[1] = r->rho * s[1] + (1 - (double) r->rho) * step * step;
    *w -= r->rate * step;
    break;
  case LM_UPDATE_LION:
    step = r->beta * s[0] + (1 - (double) r->beta) * g;
    *w -= step > 0 ? r->rate : step < 0 ? -r->rate
                                        : 0;
    s[0] = r->rho * s[0] + (1 - (double) r->rho) * g;
    break;
  }
}

static void
check_update (LmUpdateRule rule)
{
  enum {
    N = 37,
    STEPS = 5
  };
  KtBuffer w = kt_random_buffer (N, 1, 1), g = kt_random_buffer (N, 1, 1), s[3];
  double want[N], state[3][N] = { { 0 } };
  LmUpdate update = { .rule = &rule };
  int states = LM_R (lm_update_states) (&rule);

  for (int j = 0; j < 3; j++) {
    s[j] = kt_buffer (N, 1);
    memset (s[j].p, 0, N * sizeof (lm_real));
    update.s[j] = states & (1 << j) ? s[j].p : NULL;
  }
  for (int i = 0; i < N; i++)
    want[i] = w.p[i];
  /* A weight of the padding stays 0. */
  want[N - 1] = w.p[N - 1] = 0;

  for (int step = 0; step < STEPS; step++) {
    for (int i = 0; i < N; i++) {
      double old[3] = { state[0][i], state[1][i], state[2][i] };

      g.p[i] = (lm_real) (i == N - 1 ? 0 : kt_random () + 0.3);
      reference_update (&rule, g.p[i], &want[i], old);
      for (int j = 0; j < 3; j++)
        state[j][i] = old[j];
    }
    kt_k->update (&update, N, g.p, w.p);
  }

  kt_assert_close ("w", w.p, want, N, 256 * KT_EPS);
  for (int j = 0; j < 3; j++)
    if (states & (1 << j))
      kt_assert_close ("state", s[j].p, state[j], N, 256 * KT_EPS);
  g_assert_cmpfloat (w.p[N - 1], ==, 0);

  kt_free (&w);
  kt_free (&g);
  for (int j = 0; j < 3; j++)
    kt_free (&s[j]);
}

static void
test_updates (void)
{
  const LmUpdateRule base = {
    .rate = LM_REAL (0.1),
    .rho = LM_REAL (0.9),
    .beta = LM_REAL (0.8),
    .direct = LM_REAL (0.4),
    .eps = LM_REAL (1e-3),
    .scale = 1,
  };

  for (int kind = LM_UPDATE_SGD; kind <= LM_UPDATE_LION; kind++)
    for (int q = 0; q < 16; q++) {
      LmUpdateRule rule = base;

      rule.kind = kind;
      rule.nesterov = rule.centered = rule.amsgrad = q & 1;
      rule.momentum = kind == LM_UPDATE_MOMENTUM || (q & 2) ? LM_REAL (0.7) : 0;
      rule.clip = q & 4 ? LM_REAL (0.5) : 0;
      rule.scale = q & 4 ? LM_REAL (0.8) : 1;
      rule.decay = q & 8 ? LM_REAL (0.01) : 0;
      check_update (rule);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kt_add ("map/scale-fill-affine", test_scale_fill_affine);
  kt_add ("map/scale-shift", test_scale_shift);
  kt_add ("map/copy", test_copy);
  kt_add ("map/binary", test_binary);
  kt_add ("map/max-keeps-nan", test_max_keeps_nan);
  kt_add ("map/activations", test_activations);
  kt_add ("map/activation-gradients", test_activation_gradients);
  kt_add ("map/activations-at-the-ends", test_activations_at_the_ends);
  kt_add ("map/dropout", test_dropout);
  kt_add ("map/updates", test_updates);
  return g_test_run ();
}
