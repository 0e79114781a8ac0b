/* lm-wino.h: Winograd's short convolutions: transforms of F(4×4, 3×3)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-tile.h"

/* A 3×3 convolution with stride 1 makes 4×4 outputs from 6×6 inputs: y = Aᵀ[(G·g·Gᵀ) ∘ (Bᵀ·d·B)]A takes 36 products in the place of
 * 144. Summed over channels, each of the 36 places becomes a matrix product. The matrices belong to the points 0, ±3/4, ±3/2
 * and ∞: exact in binary, and with a rounding error (1e-6 to 2e-6 of the largest result, for 32 to 128 channels) a third
 * of that of the usual 0, ±1, ±2, since their powers differ less.
 * Source: Lavin & Gray 2016, “Fast algorithms for convolutional neural networks”; Toom & Cook for other points. */

enum {
  WINO_PLANES = 36,
  WINO_PAD = 16, /* between planes, or they lie a multiple of 4 KiB apart and share cache sets */
  WINO_MAX_CHANNELS = 512,
};

/* A convolution as the transforms see it. For the gradient by the input, source is dz and the weights are turned round. */
typedef struct {
  gint64 n, h, w, c; /* source */
  gint64 oh, ow, o;  /* target, before maxima */
  gint64 top, left;
  const lm_real *x;
  const lm_real *weights; /* (3, 3, c, o); turned: (3, 3, o, c), rotated by half a turn */
  gboolean turned;
  lm_real *u; /* transformed weights: [o/16][36][c][16] */
  const lm_real *bias;
  gboolean relu;
  gboolean add;
  lm_real *y;
  guint8 *code; /* not NULL: 2×2 maxima */
} LmWino;

/* 3×3, stride 1, and channels in whole panels. */
static inline gboolean
wino_has_shape (const LmConvShape *s)
{
  return s->kh == 3 && s->kw == 3 && s->sh == 1 && s->sw == 1 && s->dh == 1 && s->dw == 1 && s->groups == 1 &&
         s->c % LM_PANEL == 0 && s->o % LM_PANEL == 0;
}

#define wino_fits LM_K (lm_wino_fits)
#define wino_workspace LM_K (lm_wino_workspace)
#define wino_pack_tasks LM_K (lm_wino_pack_tasks)
#define wino_pack LM_K (lm_wino_pack)
#define wino_tasks LM_K (lm_wino_tasks)
#define wino_run LM_K (lm_wino_run)

/* For those of that shape. */
gboolean wino_fits (const LmWino *wino);
gsize wino_workspace (gint64 c, gint64 o);
int wino_pack_tasks (const LmWino *wino);
void wino_pack (const LmWino *wino, int task);
int wino_tasks (const LmWino *wino);
void wino_run (const LmWino *wino, int task);

/* Six numbers, s apart, in place: Bᵀ·d. */
INLINE void
wino_b (vf *d,
        int s)
{
  const lm_real a = LM_REAL (2.25), b = LM_REAL (0.5625), p = LM_REAL (1.265625), q = LM_REAL (2.8125);
  vf d0 = d[0], d1 = d[s], d2 = d[2 * s], d3 = d[3 * s], d4 = d[4 * s], d5 = d[5 * s];
  vf e = d4 - a * d2, f = LM_REAL (0.75) * (d3 - a * d1);
  vf g = d4 - b * d2, h = LM_REAL (1.5) * (d3 - b * d1);

  d[0] = p * d0 - q * d2 + d4;
  d[s] = e + f;
  d[2 * s] = e - f;
  d[3 * s] = g + h;
  d[4 * s] = g - h;
  d[5 * s] = p * d1 - q * d3 + d5;
}

/* Six to four: Aᵀ·m. */
INLINE void
wino_a (const vf *m,
        int s,
        vf *y,
        int t)
{
  vf p = m[s] + m[2 * s], q = m[s] - m[2 * s], r = m[3 * s] + m[4 * s], u = m[3 * s] - m[4 * s];

  y[0] = m[0] + p + r;
  y[t] = LM_REAL (0.75) * q + LM_REAL (1.5) * u;
  y[2 * t] = LM_REAL (0.5625) * p + LM_REAL (2.25) * r;
  y[3 * t] = LM_REAL (0.421875) * q + LM_REAL (3.375) * u + m[5 * s];
}

/* Four to six, the transpose: A·y. */
INLINE void
wino_a_back (const vf *y,
             int s,
             vf *m,
             int t)
{
  vf p = y[0] + LM_REAL (0.5625) * y[2 * s], q = LM_REAL (0.75) * y[s] + LM_REAL (0.421875) * y[3 * s];
  vf r = y[0] + LM_REAL (2.25) * y[2 * s], u = LM_REAL (1.5) * y[s] + LM_REAL (3.375) * y[3 * s];

  m[0] = y[0];
  m[t] = p + q;
  m[2 * t] = p - q;
  m[3 * t] = r + u;
  m[4 * t] = r - u;
  m[5 * t] = y[3 * s];
}

/* 1/N: 64/81; −512/972 = −128/243; 32/243, where N = Π (a − other points). */
static const lm_real wino_n0 = LM_REAL (64.0 / 81), wino_n1 = LM_REAL (-128.0 / 243), wino_n2 = LM_REAL (32.0 / 243);

/* Three to six: G·g. */
INLINE void
wino_g (const vf *g,
        int s,
        vf *u,
        int t)
{
  vf e = wino_n1 * (g[0] + LM_REAL (0.5625) * g[2 * s]), f = wino_n1 * LM_REAL (0.75) * g[s];
  vf h = wino_n2 * (g[0] + LM_REAL (2.25) * g[2 * s]), i = wino_n2 * LM_REAL (1.5) * g[s];

  u[0] = wino_n0 * g[0];
  u[t] = e + f;
  u[2 * t] = e - f;
  u[3 * t] = h + i;
  u[4 * t] = h - i;
  u[5 * t] = g[2 * s];
}

/* Six to three, the transpose: Gᵀ·u. */
INLINE void
wino_g_back (const vf *u,
             int s,
             vf *g,
             int t)
{
  vf p = wino_n1 * (u[s] + u[2 * s]), q = wino_n1 * (u[s] - u[2 * s]);
  vf r = wino_n2 * (u[3 * s] + u[4 * s]), v = wino_n2 * (u[3 * s] - u[4 * s]);

  g[0] = wino_n0 * u[0] + p + r;
  g[t] = LM_REAL (0.75) * q + LM_REAL (1.5) * v;
  g[2 * t] = LM_REAL (0.5625) * p + LM_REAL (2.25) * r + u[5 * s];
}

/* Bᵀ·d·B of the 6×6 pixels at x, VL channels, into 36 planes. Rows r0 … r1 − 1 and columns c0 … c1 − 1 exist, the others are 0. */
INLINE void
wino_in (const lm_real *x,
         gint64 line,
         gint64 step,
         gint64 r0,
         gint64 r1,
         gint64 c0,
         gint64 c1,
         lm_real *v,
         gint64 plane)
{
  vf d[36];

  if (r0 == 0 && c0 == 0 && r1 == 6 && c1 == 6) {
#pragma GCC unroll 36
    for (int i = 0; i < 36; i++)
      d[i] = VLOAD (x + i / 6 * line + i % 6 * step);
  } else {
    for (int i = 0; i < 36; i++) {
      int r = i / 6, c = i % 6;

      d[i] = (vf){ 0 };
      if (r >= r0 && r < r1 && c >= c0 && c < c1)
        d[i] = VLOAD (x + r * line + c * step);
    }
  }

#pragma GCC unroll 6
  for (int k = 0; k < 6; k++)
    wino_b (d + k, 6);
#pragma GCC unroll 6
  for (int i = 0; i < 6; i++) {
    wino_b (d + 6 * i, 1);
#pragma GCC unroll 6
    for (int k = 0; k < 6; k++)
      VSTORE (v + (6 * i + k) * plane, d[6 * i + k]);
  }
}
