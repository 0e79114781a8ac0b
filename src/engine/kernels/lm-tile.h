/* lm-tile.h: the heart of all products: a few rows times one panel, in registers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-vec.h"

/* The accumulators of MR rows × 16 columns. */
typedef vf LmTile[MR][NV];

/* Tells the compiler to keep a vector in a register: else it may read the panel from memory again for every row. */
INLINE void
tile_keep (vf *v)
{
#if defined __AVX512F__
  __asm__(""
          : "+v"(*v));
#elif defined __SSE2__
  __asm__(""
          : "+x"(*v));
#endif
}

INLINE void
tile_clear (int rows,
            LmTile a)
{
#pragma GCC unroll 12
  for (int i = 0; i < rows; i++)
#pragma GCC unroll 8
    for (int v = 0; v < NV; v++)
      a[i][v] = (vf){ 0 };
}

/* a[i] += Σ x[i][k]·w[k] over k < n: each row by its own pointer, so that the same loop serves matrices, pictures at any
 * stride, and rows that wrap to the next line. `rows` is a constant wherever this is called. */
INLINE void
tile_run (int rows,
          const lm_real *const *x,
          const lm_real *w,
          gint64 n,
          LmTile a)
{
  const lm_real *p[MR];

  /* Counts up to 0, so that the end needs no register. */
#pragma GCC unroll 12
  for (int i = 0; i < rows; i++)
    p[i] = x[i] + n;

  for (gint64 k = -n; k < 0; k++, w += LM_PANEL) {
    vf b[NV];

#pragma GCC unroll 8
    for (int v = 0; v < NV; v++) {
      b[v] = VLOAD (w + v * VL);
      tile_keep (&b[v]);
    }
#pragma GCC unroll 12
    for (int i = 0; i < rows; i++) {
      lm_real s = p[i][k];

#pragma GCC unroll 8
      for (int v = 0; v < NV; v++)
        a[i][v] += s * b[v];
    }
  }
}

/* a[i] += Σ x[i + q·step]·w[q·16] over q < n: the transposed product, rows of a side by side in x. */
INLINE void
tile_run_across (int rows,
                 const lm_real *x,
                 gint64 step,
                 const lm_real *w,
                 gint64 n,
                 LmTile a)
{
  for (gint64 q = 0; q < n; q++, x += step, w += LM_PANEL) {
    vf b[NV];

#pragma GCC unroll 8
    for (int v = 0; v < NV; v++) {
      b[v] = VLOAD (w + v * VL);
      tile_keep (&b[v]);
    }
#pragma GCC unroll 12
    for (int i = 0; i < rows; i++) {
      lm_real s = x[i];

#pragma GCC unroll 8
      for (int v = 0; v < NV; v++)
        a[i][v] += s * b[v];
    }
  }
}

/* TILE_EACH (DEFINE) expands DEFINE (rows) for every number of rows that a tile may have, so that each gets a function of its own;
 * inlined into each other they would leave the compiler too few registers. TILE_ROWS (left, CALL) runs CALL (rows) with the
 * largest that fits. */
#define NOINLINE static __attribute__ ((noinline))
#if MR == 12
#define TILE_EACH(DEFINE) DEFINE (12) DEFINE (8) DEFINE (4) DEFINE (3) DEFINE (2) DEFINE (1)
#define TILE_ROWS(left, CALL) \
  do {                        \
    if ((left) >= 12)         \
      CALL (12);              \
    else if ((left) >= 8)     \
      CALL (8);               \
    else if ((left) >= 4)     \
      CALL (4);               \
    else if ((left) == 3)     \
      CALL (3);               \
    else if ((left) >= 2)     \
      CALL (2);               \
    else                      \
      CALL (1);               \
  } while (0)
#elif MR == 6
#define TILE_EACH(DEFINE) DEFINE (6) DEFINE (4) DEFINE (3) DEFINE (2) DEFINE (1)
#define TILE_ROWS(left, CALL) \
  do {                        \
    if ((left) >= 6)          \
      CALL (6);               \
    else if ((left) >= 4)     \
      CALL (4);               \
    else if ((left) == 3)     \
      CALL (3);               \
    else if ((left) >= 2)     \
      CALL (2);               \
    else                      \
      CALL (1);               \
  } while (0)
#elif MR == 2
#define TILE_EACH(DEFINE) DEFINE (2) DEFINE (1)
#define TILE_ROWS(left, CALL) \
  do {                        \
    if ((left) >= 2)          \
      CALL (2);               \
    else                      \
      CALL (1);               \
  } while (0)
#else
#define TILE_EACH(DEFINE) DEFINE (1)
#define TILE_ROWS(left, CALL) CALL (1)
#endif

/* Hands n numbers of a gradient, from place `at` of the weights on, to where they belong. */
INLINE void
deliver (const LmGradient *to,
         gint64 at,
         gint64 n,
         const lm_real *g)
{
  if (to->into == LM_INTO_WRITE)
    memcpy (to->g + at, g, (gsize) n * sizeof (lm_real));
  else if (to->into == LM_INTO_ADD)
    VFOR (n, VPUT (to->g + at, VGET (to->g + at) + VGET (g)));
  else if (to->into == LM_INTO_UPDATE) {
    LmUpdate part = *to->update;

    for (int i = 0; i < 3; i++)
      if (part.s[i] != NULL)
        part.s[i] += at;
    kernel_update (&part, (gsize) n, g, to->w + at);
  }
}
