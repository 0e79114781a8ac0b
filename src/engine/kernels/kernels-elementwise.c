/* kernels-elementwise.c: arithmetic on arrays of the same or of broadcast shapes, and copies
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-vec.h"

static void
scale (gsize n,
       lm_real factor,
       const lm_real *x,
       lm_real *y,
       gboolean add)
{
  vf f = vset (factor);

  if (add)
    VFOR (n, VPUT (y, VGET (y) + f * VGET (x)));
  else
    VFOR (n, VPUT (y, f * VGET (x)));
}

static void
fill (gsize n,
      lm_real value,
      lm_real *y)
{
  vf v = vset (value);

  VFOR (n, VPUT (y, v));
}

static void
affine (gsize n,
        lm_real factor,
        lm_real offset,
        const lm_real *x,
        lm_real *y)
{
  vf f = vset (factor), o = vset (offset);

  VFOR (n, VPUT (y, f * VGET (x) + o));
}

static void
scale_shift (gint64 rows,
             gint64 cols,
             const lm_real *x,
             const lm_real *factor,
             const lm_real *shift,
             const LmFn *fn,
             lm_real *y)
{
  gboolean is_relu = fn != NULL && is_plain_relu (fn);
  vf floor = vset (is_relu ? 0 : -LM_REAL (INFINITY));

  for (gint64 r = 0; r < rows; r++, x += cols, y += cols) {
    VFOR (cols, {
      vf v = VGET (x);

      if (factor != NULL)
        v *= VGET (factor);
      if (shift != NULL)
        v += VGET (shift);
      VPUT (y, vmax (floor, v));
    });

    if (fn != NULL && !is_relu && fn->kind != LM_FN_LINEAR)
      kernel_activate (fn, (gsize) cols, y, y);
  }
}

/* One stretch of a copy along its last axis. */
INLINE void
copy_run (gint64 n,
          const lm_real *src,
          gint64 src_step,
          lm_real *dst,
          gint64 dst_step,
          gboolean add)
{
  if (src_step == 1 && dst_step == 1 && !add)
    memcpy (dst, src, (gsize) n * sizeof (lm_real));
  else if (src_step == 1 && dst_step == 1)
    scale ((gsize) n, 1, src, dst, TRUE);
  else if (add)
    for (gint64 i = 0; i < n; i++)
      dst[i * dst_step] += src[i * src_step];
  else
    for (gint64 i = 0; i < n; i++)
      dst[i * dst_step] = src[i * src_step];
}

static void
copy_axes (const LmCopy *c,
           int axis,
           gint64 from,
           gint64 to,
           const lm_real *src,
           lm_real *dst,
           gboolean add)
{
  if (axis == c->rank - 1) {
    copy_run (to - from, src + from * c->src[axis], c->src[axis], dst + from * c->dst[axis], c->dst[axis], add);
    return;
  }

  for (gint64 i = from; i < to; i++)
    copy_axes (c, axis + 1, 0, c->dim[axis + 1], src + i * c->src[axis], dst + i * c->dst[axis], add);
}

static void
copy (const LmCopy *c,
      gint64 from,
      gint64 to,
      const lm_real *src,
      lm_real *dst,
      gboolean add)
{
  copy_axes (c, 0, from, to, src, dst, add);
}

typedef vf (*Binary) (vf a, vf b);

INLINE vf
add_v (vf a, vf b)
{
  return a + b;
}

INLINE vf
sub_v (vf a, vf b)
{
  return a - b;
}

INLINE vf
mul_v (vf a, vf b)
{
  return a * b;
}

INLINE vf
div_v (vf a, vf b)
{
  return a / b;
}

/* NaN of a first, then of b: x86's maximum would forget that of a. */
INLINE vf
max_v (vf a, vf b)
{
  return vsel (a == a, vmax (a, b), a);
}

INLINE vf
min_v (vf a, vf b)
{
  return vsel (a == a, vmin (a, b), a);
}

INLINE void
run_steps (gint64 n,
           const lm_real *a,
           gboolean a_moves,
           const lm_real *b,
           gboolean b_moves,
           lm_real *y,
           Binary f)
{
  vf a0 = vset (*a), b0 = vset (*b);

  VFOR (n, VPUT (y, f (a_moves ? VGET (a) : a0, b_moves ? VGET (b) : b0)));
}

/* One stretch along the last axis. Steps other than 0 and 1 do not occur: the last axis of an input is contiguous or repeated. */
INLINE void
run (gint64 n,
     const lm_real *a,
     gint64 a_step,
     const lm_real *b,
     gint64 b_step,
     lm_real *y,
     Binary f)
{
  if (a_step != 0 && b_step != 0)
    run_steps (n, a, TRUE, b, TRUE, y, f);
  else if (a_step != 0)
    run_steps (n, a, TRUE, b, FALSE, y, f);
  else
    run_steps (n, a, FALSE, b, b_step != 0, y, f);
}

static void
binary_run (LmArith op,
            gint64 n,
            const lm_real *a,
            gint64 a_step,
            const lm_real *b,
            gint64 b_step,
            lm_real *y)
{
  switch (op) {
  case LM_ARITH_ADD:
    run (n, a, a_step, b, b_step, y, add_v);
    break;
  case LM_ARITH_SUB:
    run (n, a, a_step, b, b_step, y, sub_v);
    break;
  case LM_ARITH_MUL:
    run (n, a, a_step, b, b_step, y, mul_v);
    break;
  case LM_ARITH_DIV:
    run (n, a, a_step, b, b_step, y, div_v);
    break;
  case LM_ARITH_MAX:
    run (n, a, a_step, b, b_step, y, max_v);
    break;
  case LM_ARITH_MIN:
    run (n, a, a_step, b, b_step, y, min_v);
    break;
  default:
    break;
  }
}

/* Elements of the output behind axis @axis. */
static gint64
inner_size (const LmBroadcast *loop,
            int axis)
{
  gint64 size = 1;

  for (int i = axis + 1; i < loop->rank; i++)
    size *= loop->dim[i];
  return size;
}

static void
binary_axes (LmArith op,
             const LmBroadcast *loop,
             int axis,
             gint64 from,
             gint64 to,
             const lm_real *a,
             const lm_real *b,
             lm_real *y)
{
  gint64 size = inner_size (loop, axis);

  if (axis == loop->rank - 1) {
    binary_run (op, to - from, a + from * loop->a[axis], loop->a[axis], b + from * loop->b[axis], loop->b[axis], y + from);
    return;
  }

  for (gint64 i = from; i < to; i++)
    binary_axes (op, loop, axis + 1, 0, loop->dim[axis + 1], a + i * loop->a[axis], b + i * loop->b[axis], y + i * size);
}

static void
binary (LmArith op,
        const LmBroadcast *loop,
        gint64 from,
        gint64 to,
        const lm_real *a,
        const lm_real *b,
        lm_real *y)
{
  binary_axes (op, loop, 0, from, to, a, b, y);
}

/* Derivative of a ∘ b by a (side 0) or b (side 1), times dy. */
INLINE vf
slope (LmArith op,
       int side,
       vf a,
       vf b,
       vf dy)
{
  const vf zero = { 0 };

  switch (op) {
  case LM_ARITH_SUB:
    return side == 0 ? dy : -dy;
  case LM_ARITH_MUL:
    return side == 0 ? dy * b : dy * a;
  case LM_ARITH_DIV:
    return side == 0 ? dy / b : -dy * a / (b * b);
  case LM_ARITH_MAX:
    return side == 0 ? vsel (a >= b, dy, zero) : vsel (a >= b, zero, dy);
  case LM_ARITH_MIN:
    return side == 0 ? vsel (a <= b, dy, zero) : vsel (a <= b, zero, dy);
  default:
    return dy;
  }
}

/* One stretch along the last axis: d[i] (+)= slope, or, where the input is repeated, *d += Σ slope. */
INLINE void
slope_run (LmArith op,
           int side,
           gint64 n,
           const lm_real *a,
           gint64 a_step,
           const lm_real *b,
           gint64 b_step,
           const lm_real *dy,
           lm_real *d,
           gint64 d_step,
           gboolean add)
{
  vf a0 = vset (*a), b0 = vset (*b), sum = { 0 };

  if (d_step == 0) {
    /* Places beyond the end have dy = 0, but 0/0 there would be NaN: so they are cleared. */
    VFOR (n, {
      vf s = slope (op, side, a_step != 0 ? VGET (a) : a0, b_step != 0 ? VGET (b) : b0, VGET (dy));
      vf part = { 0 };

      if (m < VL)
        for (gsize j = 0; j < m; j++)
          part[j] = s[j];
      else
        part = s;
      sum += part;
    });
    *d = (add ? *d : 0) + vsum (sum);
    return;
  }

  if (add)
    VFOR (n, VPUT (d, VGET (d) + slope (op, side, a_step != 0 ? VGET (a) : a0, b_step != 0 ? VGET (b) : b0, VGET (dy))));
  else
    VFOR (n, VPUT (d, slope (op, side, a_step != 0 ? VGET (a) : a0, b_step != 0 ? VGET (b) : b0, VGET (dy))));
}

#define SLOPE_RUN(op, side) slope_run (op, side, n, a, a_step, b, b_step, dy, d, d_step, add)

static void
binary_grad_run (LmArith op,
                 int side,
                 gint64 n,
                 const lm_real *a,
                 gint64 a_step,
                 const lm_real *b,
                 gint64 b_step,
                 const lm_real *dy,
                 lm_real *d,
                 gint64 d_step,
                 gboolean add)
{
  switch (op * 2 + side) {
  case LM_ARITH_ADD * 2:
  case LM_ARITH_ADD * 2 + 1:
  case LM_ARITH_SUB * 2:
    SLOPE_RUN (LM_ARITH_ADD, 0);
    break;
  case LM_ARITH_SUB * 2 + 1:
    SLOPE_RUN (LM_ARITH_SUB, 1);
    break;
  case LM_ARITH_MUL * 2:
    SLOPE_RUN (LM_ARITH_MUL, 0);
    break;
  case LM_ARITH_MUL * 2 + 1:
    SLOPE_RUN (LM_ARITH_MUL, 1);
    break;
  case LM_ARITH_DIV * 2:
    SLOPE_RUN (LM_ARITH_DIV, 0);
    break;
  case LM_ARITH_DIV * 2 + 1:
    SLOPE_RUN (LM_ARITH_DIV, 1);
    break;
  case LM_ARITH_MAX * 2:
    SLOPE_RUN (LM_ARITH_MAX, 0);
    break;
  case LM_ARITH_MAX * 2 + 1:
    SLOPE_RUN (LM_ARITH_MAX, 1);
    break;
  case LM_ARITH_MIN * 2:
    SLOPE_RUN (LM_ARITH_MIN, 0);
    break;
  case LM_ARITH_MIN * 2 + 1:
    SLOPE_RUN (LM_ARITH_MIN, 1);
    break;
  default:
    break;
  }
}

typedef struct {
  LmArith op;
  int side;
  const LmBroadcast *loop;
  const gint64 *d_stride;
} GradLoop;

/* A place of d that an outer axis repeats is written at the first visit and added to afterwards. */
static void
binary_grad_axes (const GradLoop *g,
                  int axis,
                  gint64 from,
                  gint64 to,
                  const lm_real *a,
                  const lm_real *b,
                  const lm_real *dy,
                  lm_real *d,
                  gboolean add)
{
  const LmBroadcast *loop = g->loop;
  gint64 sa = loop->a[axis], sb = loop->b[axis], sd = g->d_stride[axis], size = inner_size (loop, axis);

  if (axis == loop->rank - 1) {
    binary_grad_run (g->op, g->side, to - from, a + from * sa, sa, b + from * sb, sb, dy + from, d + from * sd, sd, add);
    return;
  }

  for (gint64 i = from; i < to; i++)
    binary_grad_axes (g, axis + 1, 0, loop->dim[axis + 1], a + i * sa, b + i * sb, dy + i * size, d + i * sd,
                      add || (sd == 0 && i > from));
}

static void
binary_grad (LmArith op,
             int side,
             const LmBroadcast *loop,
             gint64 from,
             gint64 to,
             const lm_real *a,
             const lm_real *b,
             const lm_real *dy,
             lm_real *d,
             gboolean add)
{
  GradLoop g = { op, side, loop, side == 0 ? loop->a : loop->b };

  /* ADD and SUB read neither input; any address serves. */
  a = a != NULL ? a : dy;
  b = b != NULL ? b : dy;
  binary_grad_axes (&g, 0, from, to, a, b, dy, d, add);
}

void
LM_K (lm_fill_elementwise) (LmKernels *table)
{
  table->scale = scale;
  table->fill = fill;
  table->affine = affine;
  table->scale_shift = scale_shift;
  table->copy = copy;
  table->binary = binary;
  table->binary_grad = binary_grad;
}
