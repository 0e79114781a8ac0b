/* kernels-activation.c: functions of one number, and their derivatives
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-vmath.h"

/* The numbers of an LmFn, spread over vectors. */
typedef struct {
  vf a;
  vf b;
  vf c;
} Spread;

/* y of x, and dy/dx of x or y: each looks at what its kind needs (lm_fn_from_output()). */
typedef vf (*Map) (vf x, const Spread *s);
typedef vf (*Slope) (vf x, vf y, const Spread *s);

static const lm_real selu_scale = LM_REAL (1.0507009873554805);
static const lm_real selu_alpha = LM_REAL (1.6732632423543772);
static const lm_real root_2_by_pi = LM_REAL (0.7978845608028654);
static const lm_real gelu_cubic = LM_REAL (0.044715);
static const lm_real normal_scale = LM_REAL (0.3989422804014327); /* 1/√(2π) */

#define ZERO ((vf){ 0 })
#define ONE (vset (1))

INLINE vf
linear (vf x, const Spread *s)
{
  return x;
}

INLINE vf
linear_slope (vf x, vf y, const Spread *s)
{
  return ONE;
}

INLINE vf
relu (vf x, const Spread *s)
{
  return vmax (ZERO, x);
}

INLINE vf
relu_slope (vf x, vf y, const Spread *s)
{
  return vsel (y > ZERO, ONE, ZERO);
}

/* Keras: negative slope below the threshold, nothing above the largest value. */
INLINE vf
relu_general (vf x, const Spread *s)
{
  return vsel (x < s->c, s->a * (x - s->c), vmin (s->b, x));
}

INLINE vf
relu_general_slope (vf x, vf y, const Spread *s)
{
  return vsel (x < s->c, s->a, vsel (x < s->b, ONE, ZERO));
}

INLINE vf
relu_limited_slope (vf x, vf y, const Spread *s)
{
  return vsel (y > ZERO, vsel (y < s->b, ONE, ZERO), s->a);
}

INLINE vf
leaky_relu (vf x, const Spread *s)
{
  return vsel (x < ZERO, s->a * x, x);
}

INLINE vf
leaky_relu_slope (vf x, vf y, const Spread *s)
{
  return vsel (y < ZERO, s->a, ONE);
}

INLINE vf
elu (vf x, const Spread *s)
{
  return vsel (x < ZERO, s->a * vexpm1 (x), x);
}

INLINE vf
elu_slope (vf x, vf y, const Spread *s)
{
  return vsel (y < ZERO, y + s->a, ONE);
}

INLINE vf
selu (vf x, const Spread *s)
{
  return selu_scale * vsel (x < ZERO, selu_alpha * vexpm1 (x), x);
}

INLINE vf
selu_slope (vf x, vf y, const Spread *s)
{
  return vsel (y < ZERO, y + selu_scale * selu_alpha, vset (selu_scale));
}

INLINE vf
gelu (vf x, const Spread *s)
{
  return x * vnormal_cdf (x);
}

INLINE vf
gelu_slope (vf x, vf y, const Spread *s)
{
  return vnormal_cdf (x) + x * normal_scale * vexp (LM_REAL (-0.5) * x * x);
}

INLINE vf
gelu_tanh (vf x, const Spread *s)
{
  vf t = vtanh (root_2_by_pi * (x + gelu_cubic * x * x * x));

  return LM_REAL (0.5) * x * (1 + t);
}

INLINE vf
gelu_tanh_slope (vf x, vf y, const Spread *s)
{
  vf t = vtanh (root_2_by_pi * (x + gelu_cubic * x * x * x));
  vf inner = root_2_by_pi * (1 + 3 * gelu_cubic * x * x);

  return LM_REAL (0.5) * (1 + t) + LM_REAL (0.5) * x * (1 - t * t) * inner;
}

INLINE vf
silu (vf x, const Spread *s)
{
  return x * vsigmoid (x);
}

INLINE vf
silu_slope (vf x, vf y, const Spread *s)
{
  vf q = vsigmoid (x);

  return q + x * q * (1 - q);
}

INLINE vf
tangent (vf x, const Spread *s)
{
  return vtanh (x);
}

INLINE vf
tangent_slope (vf x, vf y, const Spread *s)
{
  return 1 - y * y;
}

INLINE vf
sigmoid (vf x, const Spread *s)
{
  return vsigmoid (x);
}

INLINE vf
sigmoid_slope (vf x, vf y, const Spread *s)
{
  return y * (1 - y);
}

INLINE vf
hard_sigmoid (vf x, const Spread *s)
{
  return vmin (ONE, vmax (ZERO, x / 6 + LM_REAL (0.5)));
}

INLINE vf
hard_sigmoid_slope (vf x, vf y, const Spread *s)
{
  return vsel ((y > ZERO) & (y < ONE), vset (LM_REAL (1.0 / 6)), ZERO);
}

INLINE vf
softplus (vf x, const Spread *s)
{
  return vsoftplus (x);
}

/* σ (x) = 1 − e^−y */
INLINE vf
softplus_slope (vf x, vf y, const Spread *s)
{
  return -vexpm1 (-y);
}

INLINE vf
softsign (vf x, const Spread *s)
{
  return x / (1 + vabs (x));
}

INLINE vf
softsign_slope (vf x, vf y, const Spread *s)
{
  vf d = 1 - vabs (y);

  return d * d;
}

INLINE vf
exponential (vf x, const Spread *s)
{
  return vexp (x);
}

INLINE vf
exponential_slope (vf x, vf y, const Spread *s)
{
  return y;
}

/* tanh (log (1 + e)) = (e² + 2e)/(e² + 2e + 2) with e = eˣ; from 20 on it is 1. */
INLINE vf
mish_factor (vf x)
{
  vf e = vexp (vmin (vset (20), x));
  vf u = e * (e + 2);

  return u / (u + 2);
}

INLINE vf
mish (vf x, const Spread *s)
{
  return x * mish_factor (x);
}

INLINE vf
mish_slope (vf x, vf y, const Spread *s)
{
  vf t = mish_factor (x);

  return t + x * (1 - t * t) * vsigmoid (x);
}

INLINE vf
logarithm (vf x, const Spread *s)
{
  return vlog (x);
}

INLINE vf
logarithm_slope (vf x, vf y, const Spread *s)
{
  return 1 / x;
}

INLINE vf
square_root (vf x, const Spread *s)
{
  return vsqrt (x);
}

INLINE vf
square_root_slope (vf x, vf y, const Spread *s)
{
  return LM_REAL (0.5) / y;
}

INLINE vf
square (vf x, const Spread *s)
{
  return x * x;
}

INLINE vf
square_slope (vf x, vf y, const Spread *s)
{
  return 2 * x;
}

INLINE vf
absolute (vf x, const Spread *s)
{
  return vabs (x);
}

INLINE vf
absolute_slope (vf x, vf y, const Spread *s)
{
  return vsel (x > ZERO, ONE, vsel (x < ZERO, -ONE, x));
}

INLINE vf
reciprocal (vf x, const Spread *s)
{
  return 1 / x;
}

INLINE vf
reciprocal_slope (vf x, vf y, const Spread *s)
{
  return -y * y;
}

INLINE void
map (gsize n,
     const lm_real *x,
     lm_real *y,
     const Spread *s,
     Map f)
{
  VFOR (n, VPUT (y, f (VGET (x), s)));
}

INLINE void
chain (gsize n,
       const lm_real *x,
       const lm_real *y,
       const lm_real *dy,
       lm_real *dx,
       gboolean add,
       const Spread *s,
       Slope f)
{
  /* Each kind reads one of the two; the other may not be there. */
  x = x != NULL ? x : dy;
  y = y != NULL ? y : dy;

  if (add)
    VFOR (n, VPUT (dx, VGET (dx) + VGET (dy) * f (VGET (x), VGET (y), s)));
  else
    VFOR (n, VPUT (dx, VGET (dy) * f (VGET (x), VGET (y), s)));
}

/* Keeps the body of each loop in a function of its own, which calls nothing. */
#define LM_PAIR(name)                                                                                                         \
  static void                                                                                                                 \
    map_##name (gsize n, const lm_real *x, lm_real *y, const Spread *s)                                                       \
  {                                                                                                                           \
    map (n, x, y, s, name);                                                                                                   \
  }                                                                                                                           \
                                                                                                                              \
  static void                                                                                                                 \
    chain_##name (gsize n, const lm_real *x, const lm_real *y, const lm_real *dy, lm_real *dx, gboolean add, const Spread *s) \
  {                                                                                                                           \
    chain (n, x, y, dy, dx, add, s, name##_slope);                                                                            \
  }

LM_PAIR (linear)
LM_PAIR (relu)
LM_PAIR (relu_general)
LM_PAIR (leaky_relu)
LM_PAIR (elu)
LM_PAIR (selu)
LM_PAIR (gelu)
LM_PAIR (gelu_tanh)
LM_PAIR (silu)
LM_PAIR (tangent)
LM_PAIR (sigmoid)
LM_PAIR (hard_sigmoid)
LM_PAIR (softplus)
LM_PAIR (softsign)
LM_PAIR (exponential)
LM_PAIR (mish)
LM_PAIR (logarithm)
LM_PAIR (square_root)
LM_PAIR (square)
LM_PAIR (absolute)
LM_PAIR (reciprocal)

static void
chain_relu_limited (gsize n, const lm_real *x, const lm_real *y, const lm_real *dy, lm_real *dx, gboolean add, const Spread *s)
{
  chain (n, x, y, dy, dx, add, s, relu_limited_slope);
}

typedef struct {
  void (*map) (gsize n, const lm_real *x, lm_real *y, const Spread *s);
  void (*chain) (gsize n, const lm_real *x, const lm_real *y, const lm_real *dy, lm_real *dx, gboolean add, const Spread *s);
} Pair;

static const Pair pairs[LM_N_FNS] = {
  [LM_FN_LINEAR] = { map_linear, chain_linear },
  [LM_FN_RELU] = { map_relu, chain_relu },
  [LM_FN_LEAKY_RELU] = { map_leaky_relu, chain_leaky_relu },
  [LM_FN_ELU] = { map_elu, chain_elu },
  [LM_FN_SELU] = { map_selu, chain_selu },
  [LM_FN_GELU] = { map_gelu, chain_gelu },
  [LM_FN_SILU] = { map_silu, chain_silu },
  [LM_FN_TANH] = { map_tangent, chain_tangent },
  [LM_FN_SIGMOID] = { map_sigmoid, chain_sigmoid },
  [LM_FN_HARD_SIGMOID] = { map_hard_sigmoid, chain_hard_sigmoid },
  [LM_FN_SOFTPLUS] = { map_softplus, chain_softplus },
  [LM_FN_SOFTSIGN] = { map_softsign, chain_softsign },
  [LM_FN_EXPONENTIAL] = { map_exponential, chain_exponential },
  [LM_FN_MISH] = { map_mish, chain_mish },
  [LM_FN_LOG] = { map_logarithm, chain_logarithm },
  [LM_FN_SQRT] = { map_square_root, chain_square_root },
  [LM_FN_SQUARE] = { map_square, chain_square },
  [LM_FN_ABS] = { map_absolute, chain_absolute },
  [LM_FN_RECIPROCAL] = { map_reciprocal, chain_reciprocal },
};

static Pair
pair_of (const LmFn *fn)
{
  if (fn->kind == LM_FN_RELU && (fn->a != 0 || fn->c != 0 || (fn->b > 0 && fn->b < LM_REAL (INFINITY))))
    return (Pair){ map_relu_general, fn->c == 0 && fn->a >= 0 ? chain_relu_limited : chain_relu_general };

  if (fn->kind == LM_FN_GELU && fn->a == 1)
    return (Pair){ map_gelu_tanh, chain_gelu_tanh };

  return pairs[fn->kind];
}

static Spread
spread_of (const LmFn *fn)
{
  gboolean unlimited = fn->kind == LM_FN_RELU && fn->b <= 0;

  return (Spread){ vset (fn->a), vset (unlimited ? LM_REAL (INFINITY) : fn->b), vset (fn->c) };
}

void
kernel_activate (const LmFn *fn,
                 gsize n,
                 const lm_real *x,
                 lm_real *y)
{
  Spread s = spread_of (fn);

  pair_of (fn).map (n, x, y, &s);
}

static void
activate_grad (const LmFn *fn,
               gsize n,
               const lm_real *x,
               const lm_real *y,
               const lm_real *dy,
               lm_real *dx,
               gboolean add)
{
  Spread s = spread_of (fn);

  pair_of (fn).chain (n, x, y, dy, dx, add, &s);
}

void
LM_K (lm_fill_activation) (LmKernels *table)
{
  table->activate = kernel_activate;
  table->activate_grad = activate_grad;
}
