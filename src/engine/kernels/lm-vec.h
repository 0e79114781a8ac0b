/* lm-vec.h: vectors of lm_real as wide as the instruction set has them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-kernels-private.h"

#include <math.h>
#include <string.h>

#ifdef __SSE2__
#include <immintrin.h>
#endif

/* GCC's vector types, so that the loops are written once. VL numbers fit a vector, NV vectors a panel row of 16; a tile of a
 * matrix product has MR rows, chosen so that MR·NV accumulators and what else is needed stay in registers. */
#if defined LM_REAL_DOUBLE
#define VL 2
#define NV 8
#define MR 1
#elif defined __AVX512F__
#define VL 16
#define NV 1
#define MR 12
#elif defined __AVX2__
#define VL 8
#define NV 2
#define MR 6
#else
#define VL 4
#define NV 4
#define MR 2
#endif

#ifdef LM_REAL_DOUBLE
typedef gint64 lm_int;
typedef guint64 lm_bits;
#else
typedef gint32 lm_int;
typedef guint32 lm_bits;
#endif

/* Unaligned: costs nothing on these machines. */
typedef lm_real vf __attribute__ ((vector_size (VL * sizeof (lm_real)), aligned (sizeof (lm_real)), may_alias));
typedef lm_int vi __attribute__ ((vector_size (VL * sizeof (lm_real)), aligned (sizeof (lm_real)), may_alias));
typedef guint8 vb __attribute__ ((vector_size (VL), aligned (1), may_alias));
typedef gint32 vi32 __attribute__ ((vector_size (VL * 4), aligned (4), may_alias));

#define INLINE static inline __attribute__ ((always_inline))

#define VLOAD(p) (*(const vf *) (p))
#define VSTORE(p, v) (*(vf *) (p) = (v))

INLINE vf
vset (lm_real x)
{
  return x - (vf){ 0 };
}

INLINE vi
viset (lm_int x)
{
  return x - (vi){ 0 };
}

/* mask ? a : b, where the mask is all ones or zeros, as comparisons make it. */
INLINE vf
vsel (vi mask,
      vf a,
      vf b)
{
  return (vf) (((vi) a & mask) | ((vi) b & ~mask));
}

INLINE vi
visel (vi mask,
       vi a,
       vi b)
{
  return (a & mask) | (b & ~mask);
}

/* a > b ? a : b and a < b ? a : b. If either is NaN the result is b: so write vmax (limit, x) to keep NaN. */
INLINE vf
vmax (vf a,
      vf b)
{
#if defined LM_REAL_DOUBLE && defined __SSE2__
  return (vf) _mm_max_pd ((__m128d) a, (__m128d) b);
#elif defined __AVX512F__
  return (vf) _mm512_max_ps ((__m512) a, (__m512) b);
#elif defined __AVX2__
  return (vf) _mm256_max_ps ((__m256) a, (__m256) b);
#elif defined __SSE2__
  return (vf) _mm_max_ps ((__m128) a, (__m128) b);
#else
  return vsel (a > b, a, b);
#endif
}

INLINE vf
vmin (vf a,
      vf b)
{
#if defined LM_REAL_DOUBLE && defined __SSE2__
  return (vf) _mm_min_pd ((__m128d) a, (__m128d) b);
#elif defined __AVX512F__
  return (vf) _mm512_min_ps ((__m512) a, (__m512) b);
#elif defined __AVX2__
  return (vf) _mm256_min_ps ((__m256) a, (__m256) b);
#elif defined __SSE2__
  return (vf) _mm_min_ps ((__m128) a, (__m128) b);
#else
  return vsel (a < b, a, b);
#endif
}

INLINE vf
vsqrt (vf x)
{
#if defined LM_REAL_DOUBLE && defined __SSE2__
  return (vf) _mm_sqrt_pd ((__m128d) x);
#elif defined __AVX512F__
  return (vf) _mm512_sqrt_ps ((__m512) x);
#elif defined __AVX2__
  return (vf) _mm256_sqrt_ps ((__m256) x);
#elif defined __SSE2__
  return (vf) _mm_sqrt_ps ((__m128) x);
#else
  vf y;

  for (int i = 0; i < VL; i++)
    y[i] = (lm_real) sqrt (x[i]);
  return y;
#endif
}

INLINE vf
vabs (vf x)
{
  return (vf) ((vi) x & ~(viset (1) << (8 * sizeof (lm_real) - 1)));
}

/* Sum of the places of a vector, in a fixed order. */
INLINE lm_real
vsum (vf x)
{
  lm_real part[VL], sum;

  VSTORE (part, x);
  for (int half = VL / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++)
      part[i] += part[i + half];
  sum = part[0];
  return sum;
}

/* The first 0 … VL numbers at p; zeros behind. Reads nothing behind them. */
INLINE vf
vload_n (const lm_real *p,
         gint64 n)
{
#if !defined LM_REAL_DOUBLE && defined __AVX512F__
  return (vf) _mm512_maskz_loadu_ps ((__mmask16) ((1u << n) - 1), p);
#elif !defined LM_REAL_DOUBLE && defined __AVX2__
  const vi place = { 0, 1, 2, 3, 4, 5, 6, 7 };

  return (vf) _mm256_maskload_ps (p, (__m256i) (place < viset ((lm_int) n)));
#else
  vf v = { 0 };

  for (gint64 i = 0; i < n; i++)
    v[i] = p[i];
  return v;
#endif
}

INLINE void
vstore_n (lm_real *p,
          vf v,
          gint64 n)
{
#if !defined LM_REAL_DOUBLE && defined __AVX512F__
  _mm512_mask_storeu_ps (p, (__mmask16) ((1u << n) - 1), (__m512) v);
#elif !defined LM_REAL_DOUBLE && defined __AVX2__
  const vi place = { 0, 1, 2, 3, 4, 5, 6, 7 };

  _mm256_maskstore_ps (p, (__m256i) (place < viset ((lm_int) n)), (__m256) v);
#else
  for (gint64 i = 0; i < n; i++)
    p[i] = v[i];
#endif
}

INLINE void
vstore_or_add (lm_real *p,
               vf v,
               gboolean add)
{
  if (add)
    v += VLOAD (p);
  VSTORE (p, v);
}

/* A panel row: 16 numbers, of which the first n exist (all of them: 16). */
INLINE void
panel_store (lm_real *p,
             const vf *v,
             gint64 n)
{
  for (int j = 0; j < NV; j++) {
    gint64 left = n - j * VL;

    if (left >= VL)
      VSTORE (p + j * VL, v[j]);
    else if (left > 0)
      vstore_n (p + j * VL, v[j], left);
  }
}

INLINE void
panel_load (const lm_real *p,
            vf *v,
            gint64 n)
{
  for (int j = 0; j < NV; j++) {
    gint64 left = n - j * VL;

    v[j] = left >= VL ? VLOAD (p + j * VL) : left > 0 ? vload_n (p + j * VL, left)
                                                      : (vf){ 0 };
  }
}

/* TRUE for max (x, 0) and nothing else, which epilogues do in registers. */
INLINE gboolean
is_plain_relu (const LmFn *fn)
{
  return fn->kind == LM_FN_RELU && fn->a == 0 && fn->c == 0 && (fn->b <= 0 || fn->b == LM_REAL (INFINITY));
}

/* VFOR (n, body): runs it for i = 0, VL, 2·VL …; inside, m is how many numbers count, and VGET and VPUT respect that. */
#define VGET(p) (m == VL ? VLOAD ((p) + i) : vload_n ((p) + i, (gint64) m))
#define VPUT(p, v)                         \
  do {                                     \
    if (m == VL)                           \
      VSTORE ((p) + i, (v));               \
    else                                   \
      vstore_n ((p) + i, (v), (gint64) m); \
  } while (0)
/* Overwrites or adds. */
#define VPUT_OR_ADD(p, v, add) \
  do {                         \
    vf out_ = (v);             \
    if (add)                   \
      out_ += VGET (p);        \
    VPUT (p, out_);            \
  } while (0)
#define VFOR(n, ...)                              \
  do {                                            \
    gsize i = 0;                                  \
    const gsize n_whole_ = (gsize) (n) / VL * VL; \
    for (; i < n_whole_; i += VL) {               \
      const gsize m = VL;                         \
      __VA_ARGS__;                                \
    }                                             \
    if (i < (gsize) (n)) {                        \
      const gsize m = (gsize) (n) -i;             \
      __VA_ARGS__;                                \
    }                                             \
  } while (0)
