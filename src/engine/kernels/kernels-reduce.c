/* kernels-reduce.c: sums, maxima and minima over axes, and the ways back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-vec.h"

/* Sums are made in stretches of this many terms, which are then added up: the error grows with the number of stretches and
 * not with that of the terms. */
enum {
  STRETCH = 256
};

/* Σ of n numbers that lie side by side. */
INLINE lm_real
sum_run (gint64 n,
         const lm_real *x)
{
  vf total = { 0 };

  for (gint64 from = 0; from < n; from += STRETCH * VL) {
    gint64 part = LM_MIN (n - from, STRETCH * VL);
    const lm_real *p = x + from;
    vf sum = { 0 };

    VFOR (part, sum += VGET (p));
    total += sum;
  }
  return vsum (total);
}

/* y[0 … inner) (+)= factor·Σ over mid of a block of columns at most VL wide. */
INLINE void
sum_columns (gint64 mid,
             gint64 inner,
             gint64 width,
             lm_real factor,
             const lm_real *x,
             lm_real *y,
             gboolean add)
{
  vf total = { 0 }, old;

  for (gint64 from = 0; from < mid; from += STRETCH) {
    gint64 to = LM_MIN (mid, from + STRETCH);
    vf sum = { 0 };

    for (gint64 i = from; i < to; i++)
      sum += width == VL ? VLOAD (x + i * inner) : vload_n (x + i * inner, width);
    total += sum;
  }

  old = add ? vload_n (y, width) : (vf){ 0 };
  vstore_n (y, old + factor * total, width);
}

static void
reduce_sum (gint64 outer,
            gint64 mid,
            gint64 inner,
            lm_real factor,
            const lm_real *x,
            lm_real *y,
            gboolean add)
{
  for (gint64 o = 0; o < outer; o++, x += mid * inner, y += inner) {
    gint64 j = 0;

    if (inner == 1) {
      lm_real sum = factor * sum_run (mid, x);

      *y = add ? *y + sum : sum;
      continue;
    }

    for (; j + VL <= inner; j += VL)
      sum_columns (mid, inner, VL, factor, x + j, y + j, add);
    if (j < inner)
      sum_columns (mid, inner, inner - j, factor, x + j, y + j, add);
  }
}

static void
reduce_sum_grad (gint64 outer,
                 gint64 mid,
                 gint64 inner,
                 lm_real factor,
                 const lm_real *dy,
                 lm_real *dx,
                 gboolean add)
{
  vf f = vset (factor);

  for (gint64 o = 0; o < outer; o++, dy += inner) {
    if (inner == 1) {
      vf g = vset (factor * *dy);

      VFOR (mid, VPUT_OR_ADD (dx, g, add));
      dx += mid;
      continue;
    }

    for (gint64 k = 0; k < mid; k++, dx += inner)
      VFOR (inner, VPUT_OR_ADD (dx, f * VGET (dy), add));
  }
}

/* TRUE if x takes the place of best: better, or the first NaN. */
INLINE gboolean
wins (LmArith op,
      lm_real x,
      lm_real best)
{
  return op == LM_ARITH_MAX ? x > best || (x != x && best == best)
                            : x < best || (x != x && best == best);
}

INLINE void
best_columns (LmArith op,
              gint64 mid,
              gint64 inner,
              gint64 width,
              const lm_real *x,
              lm_real *y,
              gint32 *where)
{
  vf best = width == VL ? VLOAD (x) : vload_n (x, width);
  vi place = { 0 };

  for (gint64 i = 1; i < mid; i++) {
    vf v = width == VL ? VLOAD (x + i * inner) : vload_n (x + i * inner, width);
    vi better = op == LM_ARITH_MAX ? v > best : v < best;

    better |= (v != v) & (best == best);
    best = vsel (better, v, best);
    place = visel (better, viset ((lm_int) i), place);
  }

  vstore_n (y, best, width);
  if (where != NULL)
    for (gint64 j = 0; j < width; j++)
      where[j] = (gint32) place[j];
}

INLINE void
best_of (LmArith op,
         gint64 outer,
         gint64 mid,
         gint64 inner,
         const lm_real *x,
         lm_real *y,
         gint32 *where)
{
  for (gint64 o = 0; o < outer; o++, x += mid * inner, y += inner) {
    gint64 j = 0;

    if (inner == 1) {
      gint64 place = 0;

      for (gint64 i = 1; i < mid; i++)
        if (wins (op, x[i], x[place]))
          place = i;
      *y = x[place];
      if (where != NULL)
        where[o] = (gint32) place;
      continue;
    }

    for (; j < inner; j += VL)
      best_columns (op, mid, inner, LM_MIN (inner - j, VL), x + j, y + j, where != NULL ? where + o * inner + j : NULL);
  }
}

static void
reduce_best (LmArith op,
             gint64 outer,
             gint64 mid,
             gint64 inner,
             const lm_real *x,
             lm_real *y,
             gint32 *where)
{
  if (op == LM_ARITH_MAX)
    best_of (LM_ARITH_MAX, outer, mid, inner, x, y, where);
  else
    best_of (LM_ARITH_MIN, outer, mid, inner, x, y, where);
}

static void
reduce_best_grad (gint64 outer,
                  gint64 mid,
                  gint64 inner,
                  const lm_real *dy,
                  const gint32 *where,
                  lm_real *dx,
                  gboolean add)
{
  for (gint64 o = 0; o < outer; o++, dy += inner, where += inner, dx += mid * inner) {
    if (!add)
      memset (dx, 0, (gsize) (mid * inner) * sizeof (lm_real));
    for (gint64 j = 0; j < inner; j++)
      dx[where[j] * inner + j] += dy[j];
  }
}

/* Terms in float are added in double, 8 lanes wide whatever the instruction set. */
typedef double vd __attribute__ ((vector_size (64), aligned (8)));

#define SUM_IN_DOUBLE(n, term)                                                                        \
  do {                                                                                                \
    vd sum_ = { 0 };                                                                                  \
    gsize i = 0;                                                                                      \
    for (; i + 8 <= (n); i += 8)                                                                      \
      for (int j = 0; j < 8; j++) {                                                                   \
        double v = x[i + j];                                                                          \
        sum_[j] += (term);                                                                            \
      }                                                                                               \
    for (int j = 0; i < (n); i++, j++) {                                                              \
      double v = x[i];                                                                                \
      sum_[j] += (term);                                                                              \
    }                                                                                                 \
    return ((sum_[0] + sum_[1]) + (sum_[2] + sum_[3])) + ((sum_[4] + sum_[5]) + (sum_[6] + sum_[7])); \
  } while (0)

static double
sum (gsize n,
     const lm_real *x)
{
  SUM_IN_DOUBLE (n, v);
}

static double
sum_abs (gsize n,
         const lm_real *x)
{
  SUM_IN_DOUBLE (n, fabs (v));
}

static double
sum_squares (gsize n,
             const lm_real *x)
{
  SUM_IN_DOUBLE (n, v * v);
}

/* x − x is 0 for every finite number, NaN for the others. */
static gboolean
all_finite (gsize n,
            const lm_real *x)
{
  vi bad = { 0 };

  VFOR (n, {
    vf d = VGET (x) - VGET (x);

    bad |= d != d;
  });

  for (int j = 0; j < VL; j++)
    if (bad[j] != 0)
      return FALSE;
  return TRUE;
}

static void
penalty_grad (gsize n,
              lm_real l1,
              lm_real l2,
              const lm_real *w,
              lm_real *g,
              gboolean add)
{
  vf one = vset (l1), two = vset (2 * l2), zero = { 0 };

  VFOR (n, {
    vf v = VGET (w);
    vf p = two * v + vsel (v > zero, one, vsel (v < zero, -one, zero));

    VPUT_OR_ADD (g, p, add);
  });
}

void
LM_K (lm_fill_reduce) (LmKernels *table)
{
  table->reduce_sum = reduce_sum;
  table->reduce_sum_grad = reduce_sum_grad;
  table->reduce_best = reduce_best;
  table->reduce_best_grad = reduce_best_grad;
  table->sum = sum;
  table->sum_abs = sum_abs;
  table->sum_squares = sum_squares;
  table->all_finite = all_finite;
  table->penalty_grad = penalty_grad;
}
