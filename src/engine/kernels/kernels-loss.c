/* kernels-loss.c: losses that compare number with number
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-vmath.h"

static const lm_real fuzz = LM_REAL (1e-7);

#define ZERO ((vf){ 0 })

INLINE vf
clip (vf p)
{
  return vmin (vset (1 - fuzz), vmax (vset (fuzz), p));
}

INLINE vf
cost (LmCost kind,
      vf p,
      vf t,
      vf delta)
{
  vf d = p - t, q;

  switch (kind) {
  case LM_COST_SQUARED:
    return d * d;
  case LM_COST_ABSOLUTE:
    return vabs (d);
  case LM_COST_HUBER:
    q = vabs (d);
    return vsel (q > delta, delta * (q - delta / 2), d * d / 2);
  case LM_COST_BINARY:
    q = clip (p);
    return -(t * vlog (q) + (1 - t) * vlog (1 - q));
  default:
    q = vmax (ZERO, p) - p * t + vlog1p (vexp (-vabs (p)));
    return vsel (p == p, q, p);
  }
}

INLINE vf
cost_slope (LmCost kind,
            vf p,
            vf t,
            vf delta)
{
  vf d = p - t, q;

  switch (kind) {
  case LM_COST_SQUARED:
    return 2 * d;
  case LM_COST_ABSOLUTE:
    return vsel (d > ZERO, vset (1), vsel (d < ZERO, vset (-1), d));
  case LM_COST_HUBER:
    return vmin (delta, vmax (-delta, d));
  case LM_COST_BINARY:
    q = clip (p);
    return vsel ((p < fuzz) | (p > 1 - fuzz), ZERO, (1 - t) / (1 - q) - t / q);
  default:
    return vsigmoid (p) - t;
  }
}

INLINE void
rows_of (LmCost kind,
         lm_real delta,
         gint64 rows,
         gint64 cols,
         const lm_real *p,
         const lm_real *targets,
         lm_real *loss)
{
  vf limit = vset (delta);

  for (gint64 r = 0; r < rows; r++, p += cols, targets += cols) {
    vf sum = { 0 };

    VFOR (cols, {
      vf c = cost (kind, VGET (p), VGET (targets), limit);

      if (m < VL)
        for (gsize j = m; j < VL; j++)
          c[j] = 0;
      sum += c;
    });
    loss[r] = vsum (sum) / (lm_real) cols;
  }
}

INLINE void
rows_grad_of (LmCost kind,
              lm_real delta,
              gint64 rows,
              gint64 cols,
              const lm_real *p,
              const lm_real *targets,
              const lm_real *dloss,
              lm_real *dp,
              gboolean add)
{
  vf limit = vset (delta);

  for (gint64 r = 0; r < rows; r++, p += cols, targets += cols, dp += cols) {
    vf d = vset (dloss[r] / (lm_real) cols);

    VFOR (cols, {
      vf g = d * cost_slope (kind, VGET (p), VGET (targets), limit);

      VPUT_OR_ADD (dp, g, add);
    });
  }
}

/* The kind as a constant in each call, so that each loop is compiled for one kind. */
#define LM_EACH_COST(call)        \
  switch (kind) {                 \
  case LM_COST_SQUARED:           \
    call (LM_COST_SQUARED);       \
    break;                        \
  case LM_COST_ABSOLUTE:          \
    call (LM_COST_ABSOLUTE);      \
    break;                        \
  case LM_COST_HUBER:             \
    call (LM_COST_HUBER);         \
    break;                        \
  case LM_COST_BINARY:            \
    call (LM_COST_BINARY);        \
    break;                        \
  case LM_COST_BINARY_LOGITS:     \
    call (LM_COST_BINARY_LOGITS); \
    break;                        \
  default:                        \
    break;                        \
  }

static void
loss_rows (LmCost kind,
           lm_real delta,
           gint64 rows,
           gint64 cols,
           const lm_real *p,
           const lm_real *targets,
           lm_real *loss)
{
#define CALL(k) rows_of (k, delta, rows, cols, p, targets, loss)
  LM_EACH_COST (CALL)
#undef CALL
}

static void
loss_rows_grad (LmCost kind,
                lm_real delta,
                gint64 rows,
                gint64 cols,
                const lm_real *p,
                const lm_real *targets,
                const lm_real *dloss,
                lm_real *dp,
                gboolean add)
{
#define CALL(k) rows_grad_of (k, delta, rows, cols, p, targets, dloss, dp, add)
  LM_EACH_COST (CALL)
#undef CALL
}

void
LM_K (lm_fill_loss) (LmKernels *table)
{
  table->loss_rows = loss_rows;
  table->loss_rows_grad = loss_rows_grad;
}
