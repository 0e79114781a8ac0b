/* lm-vmath.h: exp, log, tanh … on vectors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-vec.h"

/* In float: polynomials with a relative error of about 2e-7 each. NaN goes through; infinities come out where they belong;
 * results below 1e-37 are zero. In double, for gradient checks, the C library place by place. */

#ifdef LM_REAL_DOUBLE

#define LM_LANES(name, call)                \
  INLINE vf                                 \
  name (vf x)                               \
  {                                         \
    vf y;                                   \
    for (int lane = 0; lane < VL; lane++) { \
      double v = x[lane];                   \
      y[lane] = call;                       \
    }                                       \
    return y;                               \
  }

LM_LANES (vexp, exp (v))
LM_LANES (vexpm1, expm1 (v))
LM_LANES (vlog, log (v))
LM_LANES (vlog1p, log1p (v))
LM_LANES (vtanh, tanh (v))
LM_LANES (vsigmoid, 1.0 / (1.0 + exp (-v)))
LM_LANES (vnormal_cdf, 0.5 * erfc (-v * M_SQRT1_2))

#else

/* exp (x) = 2·s·(1 + p) for −86 ≤ x ≤ 88.72. With n = x/ln 2 rounded and r = x − n·ln 2, s = 2ⁿ⁻¹ and p = eʳ − 1 by its series, so that
 * 1 + p loses nothing near 0. Adding 1.5·2²³ rounds to an integer and leaves it in the low bits. */
INLINE void
vexp_parts (vf x,
            vf *s,
            vf *p)
{
  const lm_real magic = 12582912.0f;
  vf n = x * 1.44269504f + magic;
  vi k = (vi) n;
  vf r, q;

  n -= magic;
  r = x - n * 0.693359375f;
  r += n * 2.12194440e-4f;

  q = 1.0f / 5040 * r + 1.0f / 720;
  q = q * r + 1.0f / 120;
  q = q * r + 1.0f / 24;
  q = q * r + 1.0f / 6;
  q = q * r + 0.5f;
  q = q * r + 1.0f;

  *p = q * r;
  *s = (vf) ((k << 23) + 0x3f000000);
}

/* x within the limits; NaN stays. */
INLINE vf
vclamp (vf x,
        lm_real low,
        lm_real high)
{
  return vmin (vset (high), vmax (vset (low), x));
}

INLINE vf
vexp (vf x)
{
  vf s, p, y;

  vexp_parts (vclamp (x, -86.0f, 88.72f), &s, &p);
  y = (s + s * p) * 2.0f;
  y = vsel (x > vset (88.72f), vset (INFINITY), y);
  return vsel (x < vset (-86.0f), (vf){ 0 }, y);
}

INLINE vf
vexpm1 (vf x)
{
  vf s, p, y;

  vexp_parts (vclamp (x, -86.0f, 88.72f), &s, &p);
  y = (s - 0.5f + s * p) * 2.0f;
  return vsel (x > vset (88.72f), vset (INFINITY), y);
}

INLINE vf
vsigmoid (vf x)
{
  vf s, p;

  vexp_parts (-vclamp (x, -86.0f, 86.0f), &s, &p);
  return 0.5f / (0.5f + s + s * p);
}

INLINE vf
vtanh (vf x)
{
  vf s, p, e;

  vexp_parts (2.0f * vclamp (x, -10.0f, 10.0f), &s, &p);
  e = s - 0.5f + s * p;
  return e / (e + 1.0f);
}

/* x = 2ᵉ·(1 + f) with 1 + f within √½ … √2; log (1 + f) = f − f²/2 + f³·R (f), R fitted by minimax. */
INLINE vf
vlog (vf x)
{
  vi bits = (vi) x - 0x3f3504f3;
  vi exponent = bits >> 23;
  vf f = (vf) ((bits & 0x007fffff) + 0x3f3504f3) - 1.0f;
  vf e = __builtin_convertvector(exponent, vf);
  vf r, y;

  r = -0.0763447618f * f + 0.127615696f;
  r = r * f - 0.131601865f;
  r = r * f + 0.142017592f;
  r = r * f - 0.166233570f;
  r = r * f + 0.200012268f;
  r = r * f - 0.250008210f;
  r = r * f + 0.333333317f;

  y = r * f * f * f + e * -2.12194440e-4f;
  y -= 0.5f * f * f;
  y += f;
  y += e * 0.693359375f;

  y = vsel (x < vset (1.17549435e-38f), vset (-INFINITY), y);
  y = vsel (x < (vf){ 0 }, vset (NAN), y);
  y = vsel (x == vset (INFINITY), x, y);
  return vsel (x == x, y, x);
}

/* log (1 + x) for x ≥ 0: what rounding took from 1 + x is given back to first order. */
INLINE vf
vlog1p (vf x)
{
  vf w = 1.0f + x;
  vf lost = x - (w - 1.0f);
  vf y = vlog (w) + lost / w;

  return vsel (x == vset (INFINITY), x, y);
}

/* Φ (x) = erfc (−x/√2)/2, the normal distribution. erfc (z)·e^z² = t·P (t) with t = 1/(1 + 0.3·z); P fitted by least
 * squares. Relatively accurate in the lower tail. */
INLINE vf
vnormal_cdf (vf x)
{
  vf z = vabs (x) * 0.707106781f;
  vf t = 1.0f / (1.0f + 0.3f * z);
  vf q;

  q = -0.0652044522f * t + 0.244874300f;
  q = q * t - 0.260363566f;
  q = q * t + 0.278616683f;
  q = q * t - 0.0505907243f;
  q = q * t + 0.108861623f;
  q = q * t + 0.0738048591f;
  q = q * t + 0.0854105121f;
  q = q * t + 0.0845907391f;
  q *= t * vexp (-0.5f * x * x);
  return vsel (x > (vf){ 0 }, 1.0f - q, q);
}

#endif

/* log (1 + eˣ), without overflow or loss. */
INLINE vf
vsoftplus (vf x)
{
  vf y = vmax ((vf){ 0 }, x) + vlog1p (vexp (-vabs (x)));

  return vsel (x == x, y, x);
}
