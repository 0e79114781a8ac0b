/* test-kernels-rows.c: softmax, losses, reductions and normalisation against plain formulas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "kernel-test.h"

#define TOLERANCE (32 * KT_EPS)

static const gint64 widths[] = { 1, 2, 5, 8, 10, 16, 19, 33, 100 };

enum {
  ROWS = 5
};

/* Softmax of a row in double. */
static void
reference_softmax (gint64 n,
                   const lm_real *x,
                   double *p)
{
  double top = -INFINITY, sum = 0;

  for (gint64 i = 0; i < n; i++)
    top = MAX (top, (double) x[i]);
  for (gint64 i = 0; i < n; i++)
    sum += p[i] = exp (x[i] - top);
  for (gint64 i = 0; i < n; i++)
    p[i] /= sum;
}

static void
check_softmax (gint64 cols)
{
  gint64 n = ROWS * cols;
  KtBuffer x = kt_random_buffer (n, 5, 1), y = kt_buffer (n, 1), l = kt_buffer (n, 1), dy = kt_random_buffer (n, 1, 1), d = kt_random_buffer (n, 1, 1), old = kt_copy (&d, 0);
  g_autofree double *p = g_new (double, n), *want = g_new (double, n), *logs = g_new (double, n);

  for (gint64 r = 0; r < ROWS; r++)
    reference_softmax (cols, x.p + r * cols, p + r * cols);
  kt_k->softmax (ROWS, cols, x.p, y.p);
  kt_k->log_softmax (ROWS, cols, x.p, l.p);
  for (gint64 i = 0; i < n; i++)
    logs[i] = log (p[i]);
  kt_assert_close ("softmax", y.p, p, n, TOLERANCE);
  kt_assert_close ("log_softmax", l.p, logs, n, TOLERANCE);

  for (int q = 0; q < 4; q++) {
    gboolean add = q & 1, is_log = q & 2;

    for (gint64 r = 0; r < ROWS; r++) {
      double dot = 0;

      for (gint64 i = r * cols; i < (r + 1) * cols; i++)
        dot += is_log ? (double) dy.p[i] : dy.p[i] * p[i];
      for (gint64 i = r * cols; i < (r + 1) * cols; i++)
        want[i] = (add ? (double) old.p[i] : 0) + (is_log ? dy.p[i] - p[i] * dot : p[i] * (dy.p[i] - dot));
    }
    memcpy (d.p, old.p, (gsize) n * sizeof (lm_real));
    if (is_log)
      kt_k->log_softmax_grad (ROWS, cols, l.p, dy.p, d.p, add);
    else
      kt_k->softmax_grad (ROWS, cols, y.p, dy.p, d.p, add);
    kt_assert_close ("gradient", d.p, want, n, TOLERANCE * 4);
  }

  kt_k->softmax (ROWS, cols, x.p, x.p);
  g_assert_cmpmem (x.p, (gsize) n * sizeof (lm_real), y.p, (gsize) n * sizeof (lm_real));
  kt_free (&x);
  kt_free (&y);
  kt_free (&l);
  kt_free (&dy);
  kt_free (&d);
  kt_free (&old);
}

static void
test_softmax (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (widths); i++)
    check_softmax (widths[i]);
}

static void
test_softmax_of_large_numbers (void)
{
  lm_real x[3] = { 1000, 1001, -1000 }, y[3], bad[3] = { 1, LM_REAL (NAN), 2 };

  kt_k->softmax (1, 3, x, y);
  g_assert_cmpfloat (fabs ((double) y[1] - 1 / (1 + exp (-1))), <, 1e-6);
  g_assert_cmpfloat (y[2], ==, 0);
  kt_k->softmax (1, 3, bad, y);
  g_assert_true (isnan (y[0]) && isnan (y[1]) && isnan (y[2]));
}

/* Cross-entropies by labels and by targets, from logits and from probabilities; gradients by differences. */
static double
reference_xent (gint64 cols,
                const double *x,
                const lm_real *t,
                gboolean logits)
{
  double top = -INFINITY, sum = 0, loss = 0;

  for (gint64 i = 0; i < cols; i++) {
    top = MAX (top, x[i]);
    sum += x[i];
  }
  if (logits) {
    sum = 0;
    for (gint64 i = 0; i < cols; i++)
      sum += exp (x[i] - top);
  }
  for (gint64 i = 0; i < cols; i++)
    loss -= t[i] * (logits ? x[i] - top - log (sum) : log (CLAMP (x[i] / sum, 1e-7, 1 - 1e-7)));
  return loss;
}

typedef struct {
  gint64 cols;
  gint32 labels[ROWS];
  KtBuffer x, targets, dloss;
} Xent;

static Xent
xent_new (gint64 cols,
          gboolean logits,
          gboolean by_labels)
{
  gint64 n = ROWS * cols;
  Xent e = { cols, { 0 }, kt_random_buffer (n, logits ? 4 : 0.45, 1), kt_random_buffer (n, 0.5, 1), kt_random_buffer (ROWS, 1, 1) };

  for (gint64 i = 0; i < n; i++) {
    e.x.p[i] += logits ? 0 : LM_REAL (0.5);
    e.targets.p[i] += LM_REAL (0.5);
  }
  for (int r = 0; r < ROWS; r++) {
    e.labels[r] = kt_below ((int) cols);
    for (gint64 i = 0; by_labels && i < cols; i++)
      e.targets.p[r * cols + i] = i == e.labels[r];
  }
  return e;
}

static void
run_xent (Xent *e,
          gboolean logits,
          gboolean by_labels,
          lm_real *p,
          lm_real *loss,
          lm_real *d,
          gboolean add)
{
  if (logits && by_labels) {
    kt_k->xent_labels (ROWS, e->cols, e->x.p, e->labels, p, loss);
    kt_k->xent_labels_grad (ROWS, e->cols, p, e->labels, e->dloss.p, d, add);
  } else if (logits) {
    kt_k->xent_targets (ROWS, e->cols, e->x.p, e->targets.p, p, loss);
    kt_k->xent_targets_grad (ROWS, e->cols, p, e->targets.p, e->dloss.p, d, add);
  } else if (by_labels) {
    kt_k->xent_probs_labels (ROWS, e->cols, e->x.p, e->labels, loss);
    kt_k->xent_probs_labels_grad (ROWS, e->cols, e->x.p, e->labels, e->dloss.p, d, add);
  } else {
    kt_k->xent_probs_targets (ROWS, e->cols, e->x.p, e->targets.p, loss);
    kt_k->xent_probs_targets_grad (ROWS, e->cols, e->x.p, e->targets.p, e->dloss.p, d, add);
  }
}

static void
check_xent (gint64 cols,
            gboolean logits,
            gboolean by_labels,
            gboolean add)
{
  gint64 n = ROWS * cols;
  Xent e = xent_new (cols, logits, by_labels);
  KtBuffer p = kt_buffer (n, 1), loss = kt_buffer (ROWS, 1), d = kt_random_buffer (n, 1, 1), old = kt_copy (&d, 0);
  double want[ROWS];
  g_autofree double *want_d = g_new (double, n), *at = g_new (double, n);
  const double h = 1e-6;

  run_xent (&e, logits, by_labels, p.p, loss.p, d.p, add);
  for (gint64 i = 0; i < n; i++)
    at[i] = e.x.p[i];
  for (int r = 0; r < ROWS; r++) {
    double *row = at + r * cols;
    const lm_real *t = e.targets.p + r * cols;

    want[r] = reference_xent (cols, row, t, logits);
    for (gint64 i = 0; i < cols; i++) {
      double x = row[i], up, down;

      row[i] = x + h;
      up = reference_xent (cols, row, t, logits);
      row[i] = x - h;
      down = reference_xent (cols, row, t, logits);
      row[i] = x;
      want_d[r * cols + i] = (add ? (double) old.p[r * cols + i] : 0) + e.dloss.p[r] * (up - down) / (2 * h);
    }
  }
  kt_assert_close ("loss", loss.p, want, ROWS, TOLERANCE);
  kt_assert_close ("gradient", d.p, want_d, n, 1e-5);

  kt_free (&e.x);
  kt_free (&e.targets);
  kt_free (&e.dloss);
  kt_free (&p);
  kt_free (&loss);
  kt_free (&d);
  kt_free (&old);
}

static void
test_cross_entropy (void)
{
  for (gsize i = 1; i < G_N_ELEMENTS (widths); i++)
    for (int q = 0; q < 8; q++)
      check_xent (widths[i], q & 1, q & 2, q & 4);
}

static void
test_cross_entropy_clips (void)
{
  lm_real p[2] = { 0, 1 }, loss, d[2], one = 1, t[2] = { 1, 0 };
  gint32 label = 0;

  kt_k->xent_probs_labels (1, 2, p, &label, &loss);
  g_assert_cmpfloat (fabs ((double) loss + log (1e-7)), <, 1e-4);
  kt_k->xent_probs_labels_grad (1, 2, p, &label, &one, d, FALSE);
  g_assert_cmpfloat (d[0], ==, 0);
  g_assert_cmpfloat (d[1], ==, 0);
  kt_k->xent_probs_targets (1, 2, p, t, &loss);
  g_assert_cmpfloat (fabs ((double) loss + log (1e-7)), <, 1e-4);
  kt_k->xent_probs_targets_grad (1, 2, p, t, &one, d, FALSE);
  g_assert_cmpfloat (d[0], ==, 0);
  g_assert_cmpfloat (d[1], ==, 0);
}

static double
reference_cost (LmCost kind,
                double p,
                double t)
{
  double d = p - t;

  switch (kind) {
  case LM_COST_SQUARED:
    return d * d;
  case LM_COST_ABSOLUTE:
    return fabs (d);
  case LM_COST_HUBER:
    return fabs (d) > 0.75 ? 0.75 * (fabs (d) - 0.375) : d * d / 2;
  case LM_COST_BINARY:
    return -t * log (p) - (1 - t) * log (1 - p);
  default:
    return MAX (p, 0) - p * t + log1p (exp (-fabs (p)));
  }
}

static void
check_cost (LmCost kind,
            gint64 cols,
            gboolean add)
{
  gint64 n = ROWS * cols;
  gboolean is_share = kind == LM_COST_BINARY;
  KtBuffer p = kt_random_buffer (n, is_share ? 0.45 : 3, 1), t = kt_random_buffer (n, 0.5, 1), loss = kt_buffer (ROWS, 1), dloss = kt_random_buffer (ROWS, 1, 1);
  KtBuffer d = kt_random_buffer (n, 1, 1), old = kt_copy (&d, 0);
  double want[ROWS];
  g_autofree double *want_d = g_new (double, n);
  const double h = 1e-6;

  for (gint64 i = 0; i < n; i++) {
    p.p[i] += is_share ? LM_REAL (0.5) : 0;
    t.p[i] += LM_REAL (0.5);
  }
  for (int r = 0; r < ROWS; r++) {
    want[r] = 0;
    for (gint64 i = r * cols; i < (r + 1) * cols; i++) {
      double x = p.p[i], y = t.p[i];

      want[r] += reference_cost (kind, x, y) / (double) cols;
      want_d[i] = (add ? (double) old.p[i] : 0) +
                  dloss.p[r] / (double) cols * (reference_cost (kind, x + h, y) - reference_cost (kind, x - h, y)) / (2 * h);
    }
  }

  kt_k->loss_rows (kind, LM_REAL (0.75), ROWS, cols, p.p, t.p, loss.p);
  kt_k->loss_rows_grad (kind, LM_REAL (0.75), ROWS, cols, p.p, t.p, dloss.p, d.p, add);
  kt_assert_close ("loss", loss.p, want, ROWS, TOLERANCE);
  kt_assert_close ("gradient", d.p, want_d, n, 1e-5);
  kt_free (&p);
  kt_free (&t);
  kt_free (&loss);
  kt_free (&dloss);
  kt_free (&d);
  kt_free (&old);
}

static void
test_costs (void)
{
  for (int kind = 0; kind < LM_N_COSTS; kind++)
    for (gsize i = 0; i < G_N_ELEMENTS (widths); i++)
      check_cost (kind, widths[i], i & 1);
}

static void
test_binary_cost_clips (void)
{
  lm_real p[2] = { 0, 1 }, t[2] = { 1, 0 }, loss, d[2], one = 1;

  kt_k->loss_rows (LM_COST_BINARY, 0, 1, 2, p, t, &loss);
  g_assert_cmpfloat (fabs ((double) loss + log (1e-7)), <, 0.5);
  kt_k->loss_rows_grad (LM_COST_BINARY, 0, 1, 2, p, t, &one, d, FALSE);
  g_assert_cmpfloat (d[0], ==, 0);
  g_assert_cmpfloat (d[1], ==, 0);
}

static void
check_reductions (gint64 outer,
                  gint64 mid,
                  gint64 inner,
                  gboolean add)
{
  gint64 nx = outer * mid * inner, ny = outer * inner;
  KtBuffer x = kt_random_buffer (nx, 1, 1), y = kt_random_buffer (ny, 1, 1), old = kt_copy (&y, 0), dx = kt_random_buffer (nx, 1, 1), old_dx = kt_copy (&dx, 0);
  g_autofree double *want = g_new (double, ny), *want_dx = g_new (double, nx);
  g_autofree gint32 *where = g_new (gint32, ny);

  for (gint64 i = 0; i < ny; i++) {
    want[i] = 0;
    for (gint64 k = 0; k < mid; k++)
      want[i] += x.p[(i / inner * mid + k) * inner + i % inner];
    want[i] = want[i] * 0.5 + (add ? (double) old.p[i] : 0);
  }
  kt_k->reduce_sum (outer, mid, inner, LM_REAL (0.5), x.p, y.p, add);
  kt_assert_close ("sum", y.p, want, ny, TOLERANCE);

  for (gint64 i = 0; i < nx; i++)
    want_dx[i] = 0.5 * y.p[i / inner / mid * inner + i % inner] + (add ? (double) dx.p[i] : 0);
  kt_k->reduce_sum_grad (outer, mid, inner, LM_REAL (0.5), y.p, dx.p, add);
  kt_assert_close ("gradient of sum", dx.p, want_dx, nx, TOLERANCE);

  for (LmArith op = LM_ARITH_MAX; op <= LM_ARITH_MIN; op++) {
    kt_k->reduce_best (op, outer, mid, inner, x.p, y.p, where);
    memcpy (dx.p, old_dx.p, (gsize) nx * sizeof (lm_real));
    for (gint64 i = 0; i < nx; i++)
      want_dx[i] = add ? dx.p[i] : 0;
    for (gint64 i = 0; i < ny; i++) {
      gint64 best = 0;

      for (gint64 k = 1; k < mid; k++) {
        lm_real a = x.p[(i / inner * mid + k) * inner + i % inner], b = x.p[(i / inner * mid + best) * inner + i % inner];

        if (op == LM_ARITH_MAX ? a > b : a < b)
          best = k;
      }
      g_assert_cmpint (where[i], ==, best);
      g_assert_cmpfloat (y.p[i], ==, x.p[(i / inner * mid + best) * inner + i % inner]);
      want_dx[(i / inner * mid + best) * inner + i % inner] += old.p[i];
    }
    kt_k->reduce_best_grad (outer, mid, inner, old.p, where, dx.p, add);
    kt_assert_close ("gradient of best", dx.p, want_dx, nx, TOLERANCE);
    kt_k->reduce_best (op, outer, mid, inner, x.p, y.p, NULL);
  }

  kt_free (&x);
  kt_free (&y);
  kt_free (&old);
  kt_free (&dx);
  kt_free (&old_dx);
}

static void
test_reductions (void)
{
  check_reductions (1, 1, 1, FALSE);
  check_reductions (1, 700, 3, FALSE);
  check_reductions (3, 5, 17, TRUE);
  check_reductions (4, 9, 32, FALSE);
  check_reductions (6, 10, 1, TRUE);
  check_reductions (2, 5000, 1, FALSE);
}

static void
test_best_keeps_nan (void)
{
  lm_real x[4] = { 1, LM_REAL (NAN), 5, LM_REAL (NAN) }, y[2];
  gint32 where[2];

  kt_k->reduce_best (LM_ARITH_MAX, 1, 4, 1, x, y, where);
  g_assert_true (isnan (y[0]));
  g_assert_cmpint (where[0], ==, 1);
  kt_k->reduce_best (LM_ARITH_MIN, 1, 2, 2, x, y, where);
  g_assert_cmpfloat (y[0], ==, 1);
  g_assert_true (isnan (y[1]));
  g_assert_cmpint (where[1], ==, 0);
}

static void
test_sums (void)
{
  for (gint64 n = 1; n < 200; n += 13) {
    KtBuffer x = kt_random_buffer (n, 3, 1), g = kt_random_buffer (n, 1, 1), old = kt_copy (&g, 0);
    double sum = 0, abs = 0, squares = 0;
    g_autofree double *want = g_new (double, n);

    for (gint64 i = 0; i < n; i++) {
      sum += x.p[i];
      abs += fabs ((double) x.p[i]);
      squares += (double) x.p[i] * x.p[i];
      want[i] = old.p[i] + (x.p[i] > 0 ? 0.25 : -0.25) + 2 * 0.125 * x.p[i];
    }
    g_assert_cmpfloat (fabs (kt_k->sum ((gsize) n, x.p) - sum), <, 1e-12);
    g_assert_cmpfloat (fabs (kt_k->sum_abs ((gsize) n, x.p) - abs), <, 1e-12);
    g_assert_cmpfloat (fabs (kt_k->sum_squares ((gsize) n, x.p) - squares), <, 1e-11);
    kt_k->penalty_grad ((gsize) n, LM_REAL (0.25), LM_REAL (0.125), x.p, g.p, TRUE);
    kt_assert_close ("penalty", g.p, want, n, TOLERANCE);

    g_assert_true (kt_k->all_finite ((gsize) n, x.p));
    x.p[n - 1] = LM_REAL (INFINITY);
    g_assert_false (kt_k->all_finite ((gsize) n, x.p));
    x.p[n - 1] = 0;
    x.p[n / 2] = LM_REAL (NAN);
    g_assert_false (kt_k->all_finite ((gsize) n, x.p));
    kt_free (&x);
    kt_free (&g);
    kt_free (&old);
  }
}

typedef struct {
  gint64 rows, cols;
  KtBuffer x, mean, variance;
} Norm;

/* Numbers far from 0, so that cancellation would show. */
static Norm
norm_new (gint64 rows,
          gint64 cols)
{
  Norm n = { rows, cols, kt_random_buffer (rows * cols, 1, 1), kt_buffer (cols, 1), kt_buffer (cols, 1) };

  for (gint64 i = 0; i < rows * cols; i++)
    n.x.p[i] += (lm_real) (100 + i % cols);
  return n;
}

static void
norm_clear (Norm *n)
{
  kt_free (&n->x);
  kt_free (&n->mean);
  kt_free (&n->variance);
}

static void
run_moments (Norm *n)
{
  LmMomentsJob job = {
    .rows = n->rows,
    .cols = n->cols,
    .x = n->x.p,
    .mean = n->mean.p,
    .variance = n->variance.p,
    .work = kt_workspace (kt_k->moments_workspace (n->rows, n->cols)),
  };

  kt_run (kt_k->moments_tasks (&job), kt_k->moments, &job);
  kt_k->moments_finish (&job);
  g_aligned_free (job.work);
}

/* Mean and variance of column c. */
static void
reference_moments (const Norm *n,
                   gint64 c,
                   double *mean,
                   double *variance)
{
  long double sum = 0, square = 0;

  for (gint64 r = 0; r < n->rows; r++)
    sum += n->x.p[r * n->cols + c];
  sum /= n->rows;
  for (gint64 r = 0; r < n->rows; r++) {
    long double d = n->x.p[r * n->cols + c] - sum;

    square += d * d;
  }
  *mean = (double) sum;
  *variance = (double) (square / n->rows);
}

static void
check_moments (gint64 rows,
               gint64 cols)
{
  Norm n = norm_new (rows, cols);
  g_autofree double *mean = g_new (double, cols), *variance = g_new (double, cols);

  for (gint64 c = 0; c < cols; c++)
    reference_moments (&n, c, &mean[c], &variance[c]);
  run_moments (&n);
  kt_assert_close ("mean", n.mean.p, mean, cols, 4 * KT_EPS);
  /* The numbers themselves are only known to 100 eps. */
  kt_assert_close ("variance", n.variance.p, variance, cols, 200 * KT_EPS);
  norm_clear (&n);
}

static void
test_moments (void)
{
  check_moments (1, 1);
  check_moments (3, 5);
  check_moments (70, 16);
  check_moments (1000, 33);
  check_moments (20000, 19);
}

static void
check_norm_grad (gint64 rows,
                 gint64 cols,
                 gboolean frozen,
                 gboolean add)
{
  Norm n = norm_new (rows, cols);
  KtBuffer rstd = kt_buffer (cols, 1), gamma = kt_random_buffer (cols, 1, 1), dy = kt_random_buffer (rows * cols, 1, 1), dx = kt_random_buffer (rows * cols, 1, 1);
  KtBuffer dgamma = kt_random_buffer (cols, 1, 1), dbeta = kt_random_buffer (cols, 1, 1);
  g_autofree double *want = g_new (double, dx.n), *want_gamma = g_new (double, cols), *want_beta = g_new (double, cols);
  LmNormGradJob job = {
    .rows = rows,
    .cols = cols,
    .x = n.x.p,
    .dy = dy.p,
    .mean = n.mean.p,
    .rstd = rstd.p,
    .gamma = gamma.p,
    .frozen = frozen,
    .dx = dx.p,
    .add_dx = add,
    .dgamma = dgamma.p,
    .add_dgamma = add,
    .dbeta = dbeta.p,
    .add_dbeta = add,
    .work = kt_workspace (kt_k->norm_grad_workspace (rows, cols)),
  };

  run_moments (&n);
  for (gint64 c = 0; c < cols; c++) {
    double sum = 0, sum_x = 0;

    rstd.p[c] = (lm_real) (1 / sqrt (n.variance.p[c] + 1e-3));
    for (gint64 r = 0; r < rows; r++) {
      sum += dy.p[r * cols + c];
      sum_x += dy.p[r * cols + c] * (double) (n.x.p[r * cols + c] - n.mean.p[c]) * rstd.p[c];
    }
    want_gamma[c] = sum_x + (add ? (double) dgamma.p[c] : 0);
    want_beta[c] = sum + (add ? (double) dbeta.p[c] : 0);
    for (gint64 r = 0; r < rows; r++) {
      gint64 i = r * cols + c;
      double g = dy.p[i];

      if (!frozen)
        g -= sum / (double) rows + (double) (n.x.p[i] - n.mean.p[c]) * rstd.p[c] * sum_x / (double) rows;
      want[i] = (add ? (double) dx.p[i] : 0) + g * gamma.p[c] * rstd.p[c];
    }
  }

  kt_run (kt_k->norm_grad_tasks (&job), kt_k->norm_sums, &job);
  kt_k->norm_sums_finish (&job);
  kt_run (kt_k->norm_grad_tasks (&job), kt_k->norm_dx, &job);
  kt_assert_close ("dx", dx.p, want, dx.n, TOLERANCE);
  kt_assert_close ("dgamma", dgamma.p, want_gamma, cols, TOLERANCE * 8);
  kt_assert_close ("dbeta", dbeta.p, want_beta, cols, TOLERANCE * 8);

  g_aligned_free (job.work);
  norm_clear (&n);
  kt_free (&rstd);
  kt_free (&gamma);
  kt_free (&dy);
  kt_free (&dx);
  kt_free (&dgamma);
  kt_free (&dbeta);
}

static void
test_norm_grad (void)
{
  for (int q = 0; q < 4; q++) {
    check_norm_grad (3, 5, q & 1, q & 2);
    check_norm_grad (200, 33, q & 1, q & 2);
    check_norm_grad (10000, 16, q & 1, q & 2);
  }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kt_add ("rows/softmax", test_softmax);
  kt_add ("rows/softmax-of-large-numbers", test_softmax_of_large_numbers);
  kt_add ("rows/cross-entropy", test_cross_entropy);
  kt_add ("rows/cross-entropy-clips", test_cross_entropy_clips);
  kt_add ("rows/costs", test_costs);
  kt_add ("rows/binary-cost-clips", test_binary_cost_clips);
  kt_add ("rows/reductions", test_reductions);
  kt_add ("rows/best-keeps-nan", test_best_keeps_nan);
  kt_add ("rows/sums", test_sums);
  kt_add ("rows/moments", test_moments);
  kt_add ("rows/norm-gradients", test_norm_grad);
  return g_test_run ();
}
