/* kernels-softmax.c: softmax of rows, and the cross-entropies that go with it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-vmath.h"

/* Keras's fuzz: probabilities are kept this far from 0 and 1. */
static const lm_real fuzz = LM_REAL (1e-7);

/* Largest of a row; NaN if there is one. */
INLINE lm_real
row_max (gint64 n,
         const lm_real *x)
{
  vf best = vset (-LM_REAL (INFINITY)), nan = { 0 };
  lm_real top = -LM_REAL (INFINITY);

  VFOR (n, {
    vf v = m == VL ? VLOAD (x + i) : vload_n (x + i, (gint64) m);

    /* Zeros behind the end must not win: repeat the first number there. */
    if (m < VL)
      for (gsize j = m; j < VL; j++)
        v[j] = x[i];
    nan += v - v;
    best = vmax (best, v);
  });

  for (int j = 0; j < VL; j++)
    top = LM_MAX (top, best[j]);
  return vsum (nan) == 0 ? top : LM_REAL (NAN);
}

/* Makes eˣ⁻ᵐᵃˣ of a row and returns its sum. */
INLINE lm_real
row_exp (gint64 n,
         const lm_real *x,
         lm_real top,
         lm_real *y)
{
  vf sum = { 0 };

  VFOR (n, {
    vf e = vexp (VGET (x) - top);

    VPUT (y, e);
    if (m < VL)
      for (gsize j = m; j < VL; j++)
        e[j] = 0;
    sum += e;
  });
  return vsum (sum);
}

INLINE lm_real
row_dot (gint64 n,
         const lm_real *a,
         const lm_real *b)
{
  vf sum = { 0 };

  VFOR (n, sum += VGET (a) * VGET (b));
  return vsum (sum);
}

INLINE lm_real
row_sum (gint64 n,
         const lm_real *x)
{
  vf sum = { 0 };

  VFOR (n, sum += VGET (x));
  return vsum (sum);
}

INLINE lm_real
log1 (lm_real x)
{
  return vlog (vset (x))[0];
}

static void
softmax (gint64 rows,
         gint64 cols,
         const lm_real *x,
         lm_real *y)
{
  for (gint64 r = 0; r < rows; r++, x += cols, y += cols) {
    lm_real sum = row_exp (cols, x, row_max (cols, x), y);
    vf factor = vset (1 / sum);

    VFOR (cols, VPUT (y, VGET (y) * factor));
  }
}

static void
softmax_grad (gint64 rows,
              gint64 cols,
              const lm_real *y,
              const lm_real *dy,
              lm_real *dx,
              gboolean add)
{
  for (gint64 r = 0; r < rows; r++, y += cols, dy += cols, dx += cols) {
    vf mean = vset (row_dot (cols, y, dy));

    if (add)
      VFOR (cols, VPUT (dx, VGET (dx) + VGET (y) * (VGET (dy) - mean)));
    else
      VFOR (cols, VPUT (dx, VGET (y) * (VGET (dy) - mean)));
  }
}

/* Sum of eˣ⁻ᵐᵃˣ without storing it. */
INLINE lm_real
row_exp_sum (gint64 n,
             const lm_real *x,
             lm_real top)
{
  vf sum = { 0 };

  VFOR (n, {
    vf e = vexp (VGET (x) - top);

    if (m < VL)
      for (gsize j = m; j < VL; j++)
        e[j] = 0;
    sum += e;
  });
  return vsum (sum);
}

static void
log_softmax (gint64 rows,
             gint64 cols,
             const lm_real *x,
             lm_real *y)
{
  for (gint64 r = 0; r < rows; r++, x += cols, y += cols) {
    lm_real top = row_max (cols, x);
    lm_real shift = log1 (row_exp_sum (cols, x, top));

    VFOR (cols, VPUT (y, VGET (x) - top - shift));
  }
}

static void
log_softmax_grad (gint64 rows,
                  gint64 cols,
                  const lm_real *y,
                  const lm_real *dy,
                  lm_real *dx,
                  gboolean add)
{
  for (gint64 r = 0; r < rows; r++, y += cols, dy += cols, dx += cols) {
    vf sum = vset (row_sum (cols, dy));

    if (add)
      VFOR (cols, VPUT (dx, VGET (dx) + (VGET (dy) - vexp (VGET (y)) * sum)));
    else
      VFOR (cols, VPUT (dx, VGET (dy) - vexp (VGET (y)) * sum));
  }
}

static void
xent_labels (gint64 rows,
             gint64 cols,
             const lm_real *x,
             const gint32 *labels,
             lm_real *p,
             lm_real *loss)
{
  for (gint64 r = 0; r < rows; r++, x += cols, p += cols) {
    lm_real top = row_max (cols, x), logit = x[labels[r]];
    lm_real sum = row_exp (cols, x, top, p);
    vf factor = vset (1 / sum);

    VFOR (cols, VPUT (p, VGET (p) * factor));
    loss[r] = log1 (sum) + (top - logit);
  }
}

static void
xent_labels_grad (gint64 rows,
                  gint64 cols,
                  const lm_real *p,
                  const gint32 *labels,
                  const lm_real *dloss,
                  lm_real *dx,
                  gboolean add)
{
  for (gint64 r = 0; r < rows; r++, p += cols, dx += cols) {
    vf d = vset (dloss[r]);

    if (add)
      VFOR (cols, VPUT (dx, VGET (dx) + d * VGET (p)));
    else
      VFOR (cols, VPUT (dx, d * VGET (p)));
    dx[labels[r]] -= dloss[r];
  }
}

/* Targets may be any shares: loss = Σ t·(log Σ eˣ − x). A target of 0 takes no part, even if its logit is −∞. */
static void
xent_targets (gint64 rows,
              gint64 cols,
              const lm_real *x,
              const lm_real *targets,
              lm_real *p,
              lm_real *loss)
{
  for (gint64 r = 0; r < rows; r++, x += cols, targets += cols, p += cols) {
    lm_real top = row_max (cols, x), shift = log1 (row_exp_sum (cols, x, top));
    vf sum = { 0 }, factor;

    VFOR (cols, {
      vf t = VGET (targets);

      sum += vsel (t == (vf){ 0 }, (vf){ 0 }, t * (shift - (VGET (x) - top)));
    });
    loss[r] = vsum (sum);

    factor = vset (1 / row_exp (cols, x, top, p));
    VFOR (cols, VPUT (p, VGET (p) * factor));
  }
}

static void
xent_targets_grad (gint64 rows,
                   gint64 cols,
                   const lm_real *p,
                   const lm_real *targets,
                   const lm_real *dloss,
                   lm_real *dx,
                   gboolean add)
{
  for (gint64 r = 0; r < rows; r++, p += cols, targets += cols, dx += cols) {
    vf d = vset (dloss[r]), sum = vset (row_sum (cols, targets));

    if (add)
      VFOR (cols, VPUT (dx, VGET (dx) + d * (VGET (p) * sum - VGET (targets))));
    else
      VFOR (cols, VPUT (dx, d * (VGET (p) * sum - VGET (targets))));
  }
}

/* p/Σp clipped, as Keras does before taking the logarithm; NaN stays. */
INLINE vf
clip (vf p)
{
  return vmin (vset (1 - fuzz), vmax (vset (fuzz), p));
}

static void
xent_probs_labels (gint64 rows,
                   gint64 cols,
                   const lm_real *p,
                   const gint32 *labels,
                   lm_real *loss)
{
  for (gint64 r = 0; r < rows; r++, p += cols) {
    lm_real sum = row_sum (cols, p);

    loss[r] = -vlog (clip (vset (p[labels[r]] / sum)))[0];
  }
}

static void
xent_probs_labels_grad (gint64 rows,
                        gint64 cols,
                        const lm_real *p,
                        const gint32 *labels,
                        const lm_real *dloss,
                        lm_real *dp,
                        gboolean add)
{
  for (gint64 r = 0; r < rows; r++, p += cols, dp += cols) {
    lm_real sum = row_sum (cols, p), own = p[labels[r]], q = own / sum;
    gboolean clipped = q < fuzz || q > 1 - fuzz;
    lm_real d = clipped ? 0 : dloss[r];
    vf all = vset (d / sum);

    if (add)
      VFOR (cols, VPUT (dp, VGET (dp) + all));
    else
      VFOR (cols, VPUT (dp, all));
    dp[labels[r]] -= clipped ? 0 : d / own;
  }
}

static void
xent_probs_targets (gint64 rows,
                    gint64 cols,
                    const lm_real *p,
                    const lm_real *targets,
                    lm_real *loss)
{
  for (gint64 r = 0; r < rows; r++, p += cols, targets += cols) {
    vf by = vset (1 / row_sum (cols, p)), sum = { 0 };

    VFOR (cols, sum += VGET (targets) * vlog (clip (VGET (p) * by)));
    loss[r] = -vsum (sum);
  }
}

/* With q = p/Σp and h = −t/q where q is not clipped, else 0: dp = (h − Σ h·q)/Σp. */
static void
xent_probs_targets_grad (gint64 rows,
                         gint64 cols,
                         const lm_real *p,
                         const lm_real *targets,
                         const lm_real *dloss,
                         lm_real *dp,
                         gboolean add)
{
  for (gint64 r = 0; r < rows; r++, p += cols, targets += cols, dp += cols) {
    vf by = vset (1 / row_sum (cols, p)), d = dloss[r] * by, sum = { 0 };

    VFOR (cols, {
      vf q = VGET (p) * by;
      vi free = (q >= fuzz) & (q <= 1 - fuzz);

      sum += vsel (free, VGET (targets), (vf){ 0 });
    });
    sum = vset (vsum (sum));

    VFOR (cols, {
      vf q = VGET (p) * by;
      vi free = (q >= fuzz) & (q <= 1 - fuzz);
      vf g = d * (sum - vsel (free, VGET (targets) / q, (vf){ 0 }));

      VPUT_OR_ADD (dp, g, add);
    });
  }
}

void
LM_K (lm_fill_softmax) (LmKernels *table)
{
  table->softmax = softmax;
  table->softmax_grad = softmax_grad;
  table->log_softmax = log_softmax;
  table->log_softmax_grad = log_softmax_grad;
  table->xent_labels = xent_labels;
  table->xent_labels_grad = xent_labels_grad;
  table->xent_targets = xent_targets;
  table->xent_targets_grad = xent_targets_grad;
  table->xent_probs_labels = xent_probs_labels;
  table->xent_probs_labels_grad = xent_probs_labels_grad;
  table->xent_probs_targets = xent_probs_targets;
  table->xent_probs_targets_grad = xent_probs_targets_grad;
}
