/* test-kernels-product.c: dense products, convolutions and pooling against naive loops in double
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "kernel-test.h"

#include "lm-parallel.h"

/* Sums of products: the error grows with their number; these are far above what is seen and far below any mistake. */
#define TOLERANCE (64 * KT_EPS)

static double
reference_fn (const LmFn *fn,
              double z)
{
  switch (fn->kind) {
  case LM_FN_RELU:
    return MAX (z, 0);
  case LM_FN_TANH:
    return tanh (z);
  default:
    return z;
  }
}

/* Panels of a natural K × N matrix. */
static KtBuffer
packed (gint64 k,
        gint64 n,
        const KtBuffer *natural)
{
  KtBuffer p = kt_buffer (lm_panel_size (k, n), 0);

  kt_k->panel_pack (k, n, natural->p, p.p);
  return p;
}

/* b with zeros up to a multiple of 16. */
static KtBuffer
padded (gint64 n,
        const lm_real *values)
{
  KtBuffer p = kt_buffer (lm_panels (n) * LM_PANEL, 0);

  memset (p.p, 0, (gsize) p.n * sizeof (lm_real));
  memcpy (p.p, values, (gsize) n * sizeof (lm_real));
  return p;
}

static void
check_dense (gint64 rows,
             gint64 k,
             gint64 n,
             LmFn fn,
             gboolean has_bias,
             gint64 gap)
{
  KtBuffer x = kt_random_buffer (rows * (k + gap), 1, 1), w = kt_random_buffer (k * n, 1, 0), b = kt_random_buffer (n, 1, 0);
  KtBuffer panels = packed (k, n, &w), bias = padded (n, b.p), y = kt_random_buffer (rows * (n + gap), 1, 1);
  g_autofree double *want = g_new (double, rows *(n + gap));
  LmDenseJob job = {
    .rows = rows,
    .k = k,
    .n = n,
    .x = x.p,
    .x_stride = k + gap,
    .w = panels.p,
    .bias = has_bias ? bias.p : NULL,
    .fn = fn,
    .y = y.p,
    .y_stride = n + gap,
  };

  for (gint64 i = 0; i < rows * (n + gap); i++)
    want[i] = y.p[i];
  for (gint64 r = 0; r < rows; r++)
    for (gint64 j = 0; j < n; j++) {
      double sum = has_bias ? b.p[j] : 0;

      for (gint64 i = 0; i < k; i++)
        sum += (double) x.p[r * (k + gap) + i] * w.p[i * n + j];
      want[r * (n + gap) + j] = reference_fn (&fn, sum);
    }

  kt_run (kt_k->dense_tasks (&job), kt_k->dense, &job);
  kt_assert_close ("y", y.p, want, y.n, TOLERANCE);

  kt_free (&x);
  kt_free (&w);
  kt_free (&b);
  kt_free (&panels);
  kt_free (&bias);
  kt_free (&y);
}

static void
test_dense (void)
{
  const LmFn linear = { .kind = LM_FN_LINEAR }, relu = { .kind = LM_FN_RELU }, tangent = { .kind = LM_FN_TANH };

  check_dense (1, 1, 1, linear, TRUE, 0);
  check_dense (7, 13, 5, relu, TRUE, 0);
  check_dense (16, 64, 16, relu, FALSE, 0);
  check_dense (33, 17, 40, tangent, TRUE, 3);
  check_dense (140, 70, 10, relu, TRUE, 0);
  check_dense (300, 5, 33, linear, TRUE, 1);
  check_dense (128, 784, 512, relu, TRUE, 0);
}

static void
test_panels_round_trip (void)
{
  for (int n = 1; n <= 40; n += 13) {
    KtBuffer w = kt_random_buffer (9 * n, 1, 0), back = kt_buffer (9 * n, 1), panels = packed (9, n, &w);

    kt_k->panel_unpack (9, n, panels.p, back.p);
    g_assert_cmpmem (w.p, (gsize) w.n * sizeof (lm_real), back.p, (gsize) back.n * sizeof (lm_real));
    for (gint64 j = n; j < lm_panels (n) * LM_PANEL; j++)
      for (gint64 k = 0; k < 9; k++)
        g_assert_cmpfloat (panels.p[(j / LM_PANEL * 9 + k) * LM_PANEL + j % LM_PANEL], ==, 0);
    kt_free (&w);
    kt_free (&back);
    kt_free (&panels);
  }
}

/* dw or db of one run, whatever it goes into: the number that must stand in g (or, for SGD with rate 1, in w). */
static double
delivered (LmInto into,
           double before,
           double gradient)
{
  switch (into) {
  case LM_INTO_WRITE:
    return gradient;
  case LM_INTO_ADD:
    return before + gradient;
  case LM_INTO_UPDATE:
    return before - gradient;
  default:
    return before;
  }
}

static const LmUpdateRule plain_rule = { .kind = LM_UPDATE_SGD, .rate = 1, .scale = 1 };
static const LmUpdate plain_update = { .rule = &plain_rule };

static LmGradient
gradient_into (LmInto into,
               lm_real *p)
{
  return (LmGradient){
    .into = into,
    .g = into == LM_INTO_UPDATE ? NULL : p,
    .w = p,
    .update = &plain_update,
  };
}

static void
check_dense_grad (gint64 rows,
                  gint64 k,
                  gint64 n,
                  gint64 gap,
                  gboolean add_dx,
                  LmInto into)
{
  gint64 panels_n = lm_panels (n) * LM_PANEL;
  KtBuffer x = kt_random_buffer (rows * (k + gap), 1, 1), w = kt_random_buffer (k * n, 1, 0), panels = packed (k, n, &w);
  KtBuffer dz = kt_random_buffer (rows * (n + gap), 1, 1), dx = kt_random_buffer (rows * (k + gap), 1, 0);
  KtBuffer natural = kt_random_buffer (k * n, 1, 0), dw = packed (k, n, &natural), db0 = kt_random_buffer (n, 1, 0), db = padded (n, db0.p);
  g_autofree double *want_dx = g_new (double, dx.n), *want_dw = g_new0 (double, dw.n), *want_db = g_new0 (double, panels_n);
  LmDenseGradJob job = {
    .rows = rows,
    .k = k,
    .n = n,
    .x = x.p,
    .x_stride = k + gap,
    .w = panels.p,
    .dz = dz.p,
    .dz_stride = n + gap,
    .dx = dx.p,
    .add_dx = add_dx,
    .dw = gradient_into (into, dw.p),
    .db = gradient_into (into, db.p),
    .work = kt_workspace (kt_k->dense_dw_workspace (rows, k, n)),
  };

  for (gint64 i = 0; i < dw.n && into == LM_INTO_WRITE; i++)
    dw.p[i] = 1;
  for (gint64 i = 0; i < db.n && into == LM_INTO_WRITE; i++)
    db.p[i] = 1;
  for (gint64 i = 0; i < dx.n; i++)
    want_dx[i] = dx.p[i];
  for (gint64 r = 0; r < rows; r++)
    for (gint64 i = 0; i < k; i++) {
      double sum = add_dx ? dx.p[r * (k + gap) + i] : 0;

      for (gint64 j = 0; j < n; j++)
        sum += (double) dz.p[r * (n + gap) + j] * w.p[i * n + j];
      want_dx[r * (k + gap) + i] = sum;
    }
  for (gint64 j = 0; j < n; j++) {
    double sum = 0;

    for (gint64 r = 0; r < rows; r++)
      sum += dz.p[r * (n + gap) + j];
    want_db[j] = delivered (into, db.p[j], sum);
    for (gint64 i = 0; i < k; i++) {
      gint64 at = (j / LM_PANEL * k + i) * LM_PANEL + j % LM_PANEL;

      sum = 0;
      for (gint64 r = 0; r < rows; r++)
        sum += (double) x.p[r * (k + gap) + i] * dz.p[r * (n + gap) + j];
      want_dw[at] = delivered (into, dw.p[at], sum);
    }
  }

  kt_run (kt_k->dense_dx_tasks (&job), kt_k->dense_dx, &job);
  kt_run (kt_k->dense_dw_tasks (&job), kt_k->dense_dw, &job);
  kt_run (kt_k->dense_dw_sum_tasks (&job), kt_k->dense_dw_sum, &job);
  kt_assert_close ("dx", dx.p, want_dx, dx.n, TOLERANCE);
  kt_assert_close ("dw", dw.p, want_dw, dw.n, TOLERANCE);
  kt_assert_close ("db", db.p, want_db, db.n, TOLERANCE);

  g_aligned_free (job.work);
  kt_free (&x);
  kt_free (&w);
  kt_free (&panels);
  kt_free (&dz);
  kt_free (&dx);
  kt_free (&natural);
  kt_free (&dw);
  kt_free (&db0);
  kt_free (&db);
}

static void
test_dense_grad (void)
{
  check_dense_grad (1, 1, 1, 0, FALSE, LM_INTO_WRITE);
  check_dense_grad (7, 13, 5, 0, TRUE, LM_INTO_ADD);
  check_dense_grad (16, 64, 64, 0, FALSE, LM_INTO_UPDATE);
  check_dense_grad (31, 100, 33, 2, FALSE, LM_INTO_WRITE);
  check_dense_grad (140, 49, 300, 0, TRUE, LM_INTO_UPDATE);
  check_dense_grad (257, 20, 10, 0, FALSE, LM_INTO_WRITE);
  check_dense_grad (1000, 50, 17, 1, FALSE, LM_INTO_ADD);
  check_dense_grad (1500, 97, 5, 0, FALSE, LM_INTO_UPDATE);
}

/* Shapes with odd sizes, paddings, strides, dilations and groups. */
static const LmConvShape conv_shapes[] = {
  { .n = 2, .h = 7, .w = 9, .c = 3, .oh = 5, .ow = 7, .o = 5, .kh = 3, .kw = 3, .sh = 1, .sw = 1, .dh = 1, .dw = 1, .groups = 1 },
  { .n = 3, .h = 8, .w = 6, .c = 4, .oh = 8, .ow = 6, .o = 17, .kh = 3, .kw = 3, .sh = 1, .sw = 1, .dh = 1, .dw = 1, .top = 1, .left = 1, .groups = 1 },
  { .n = 1, .h = 11, .w = 10, .c = 2, .oh = 6, .ow = 5, .o = 3, .kh = 3, .kw = 3, .sh = 2, .sw = 2, .dh = 1, .dw = 1, .top = 1, .left = 0, .groups = 1 },
  { .n = 2, .h = 9, .w = 12, .c = 1, .oh = 3, .ow = 4, .o = 32, .kh = 2, .kw = 5, .sh = 3, .sw = 2, .dh = 1, .dw = 1, .groups = 1 },
  { .n = 2, .h = 13, .w = 11, .c = 6, .oh = 13, .ow = 11, .o = 4, .kh = 3, .kw = 3, .sh = 1, .sw = 1, .dh = 2, .dw = 3, .top = 2, .left = 3, .groups = 1 },
  { .n = 2, .h = 12, .w = 9, .c = 3, .oh = 4, .ow = 3, .o = 2, .kh = 3, .kw = 2, .sh = 3, .sw = 4, .dh = 2, .dw = 1, .top = 1, .left = 1, .groups = 1 },
  { .n = 2, .h = 6, .w = 6, .c = 8, .oh = 6, .ow = 6, .o = 12, .kh = 3, .kw = 3, .sh = 1, .sw = 1, .dh = 1, .dw = 1, .top = 1, .left = 1, .groups = 4 },
  { .n = 2, .h = 6, .w = 7, .c = 5, .oh = 4, .ow = 5, .o = 5, .kh = 3, .kw = 3, .sh = 1, .sw = 1, .dh = 1, .dw = 1, .groups = 5 },
  { .n = 2, .h = 5, .w = 7, .c = 3, .oh = 3, .ow = 4, .o = 6, .kh = 3, .kw = 3, .sh = 2, .sw = 2, .dh = 1, .dw = 1, .top = 1, .left = 1, .groups = 3 },
  { .n = 4, .h = 5, .w = 5, .c = 33, .oh = 5, .ow = 5, .o = 20, .kh = 1, .kw = 1, .sh = 1, .sw = 1, .dh = 1, .dw = 1, .groups = 1 },
  { .n = 2, .h = 8, .w = 8, .c = 5, .oh = 4, .ow = 4, .o = 9, .kh = 1, .kw = 1, .sh = 2, .sw = 2, .dh = 1, .dw = 1, .groups = 1 },
  { .n = 1, .h = 4, .w = 70, .c = 16, .oh = 4, .ow = 70, .o = 16, .kh = 1, .kw = 7, .sh = 1, .sw = 1, .dh = 1, .dw = 1, .left = 3, .groups = 1 },
  { .n = 8, .h = 13, .w = 13, .c = 32, .oh = 11, .ow = 11, .o = 64, .kh = 3, .kw = 3, .sh = 1, .sw = 1, .dh = 1, .dw = 1, .groups = 1 },
  { .n = 1, .h = 2, .w = 600, .c = 2, .oh = 1, .ow = 599, .o = 3, .kh = 2, .kw = 2, .sh = 1, .sw = 1, .dh = 1, .dw = 1, .groups = 1 },
  { .n = 1, .h = 3, .w = 3, .c = 1100, .oh = 3, .ow = 3, .o = 2, .kh = 3, .kw = 3, .sh = 1, .sw = 1, .dh = 1, .dw = 1, .top = 1, .left = 1, .groups = 1 },
};

/* Calls `body` for every product x·w → y of the convolution, with the indices xi, wi, yi. */
#define FOR_PRODUCTS(s, body)                                                                                   \
  for (gint64 n_ = 0; n_ < (s)->n; n_++)                                                                        \
    for (gint64 y_ = 0; y_ < (s)->oh; y_++)                                                                     \
      for (gint64 x_ = 0; x_ < (s)->ow; x_++)                                                                   \
        for (gint64 r_ = 0; r_ < (s)->kh; r_++)                                                                 \
          for (gint64 q_ = 0; q_ < (s)->kw; q_++) {                                                             \
            gint64 iy_ = y_ * (s)->sh - (s)->top + r_ * (s)->dh, ix_ = x_ * (s)->sw - (s)->left + q_ * (s)->dw; \
            gint64 in_ = (s)->c / (s)->groups, out_ = (s)->o / (s)->groups;                                     \
                                                                                                                \
            if (iy_ < 0 || iy_ >= (s)->h || ix_ < 0 || ix_ >= (s)->w)                                           \
              continue;                                                                                         \
            for (gint64 o_ = 0; o_ < (s)->o; o_++)                                                              \
              for (gint64 c_ = 0; c_ < in_; c_++) {                                                             \
                gint64 xi = ((n_ * (s)->h + iy_) * (s)->w + ix_) * (s)->c + o_ / out_ * in_ + c_;               \
                gint64 wi = ((r_ * (s)->kw + q_) * in_ + c_) * (s)->o + o_;                                     \
                gint64 yi = ((n_ * (s)->oh + y_) * (s)->ow + x_) * (s)->o + o_;                                 \
                                                                                                                \
                body;                                                                                           \
              }                                                                                                 \
          }

typedef struct {
  const LmConvShape *s;
  gint64 nx, nw, ny;
  KtBuffer x, w, bias;
} Conv;

static Conv
conv_new (const LmConvShape *s)
{
  Conv c = {
    .s = s,
    .nx = s->n * s->h * s->w * s->c,
    .nw = s->kh * s->kw * (s->c / s->groups) * s->o,
    .ny = s->n * s->oh * s->ow * s->o,
  };

  c.x = kt_random_buffer (c.nx, 1, 1);
  c.w = kt_random_buffer (c.nw, 1, 1);
  c.bias = kt_random_buffer (lm_panels (s->o) * LM_PANEL, 1, 0);
  return c;
}

static void
conv_clear (Conv *c)
{
  kt_free (&c->x);
  kt_free (&c->w);
  kt_free (&c->bias);
}

/* The convolution with bias, before any activation. */
static double *
conv_reference (const Conv *c,
                gboolean has_bias)
{
  double *z = g_new (double, c->ny);

  for (gint64 i = 0; i < c->ny; i++)
    z[i] = has_bias ? c->bias.p[i % c->s->o] : 0;
  FOR_PRODUCTS (c->s, z[yi] += (double) c->x.p[xi] * c->w.p[wi]);
  return z;
}

static void
check_conv_forward (const LmConvShape *s,
                    LmFn fn,
                    gboolean has_bias)
{
  Conv c = conv_new (s);
  KtBuffer y = kt_buffer (c.ny, 1);
  g_autofree double *want = conv_reference (&c, has_bias);
  LmConvJob job = {
    .s = *s,
    .x = c.x.p,
    .w = c.w.p,
    .bias = has_bias ? c.bias.p : NULL,
    .fn = fn,
    .y = y.p,
    .work = kt_workspace (kt_k->conv_workspace (s)),
  };

  for (gint64 i = 0; i < c.ny; i++)
    want[i] = reference_fn (&fn, want[i]);
  kt_run (kt_k->conv_pack_tasks (&job), kt_k->conv_pack, &job);
  kt_run (kt_k->conv_forward_tasks (&job), kt_k->conv_forward, &job);
  kt_assert_close ("y", y.p, want, c.ny, TOLERANCE);

  g_aligned_free (job.work);
  kt_free (&y);
  conv_clear (&c);
}

static void
test_conv_forward (void)
{
  const LmFn fns[] = { { .kind = LM_FN_LINEAR }, { .kind = LM_FN_RELU }, { .kind = LM_FN_TANH } };

  for (gsize i = 0; i < G_N_ELEMENTS (conv_shapes); i++)
    check_conv_forward (&conv_shapes[i], fns[i % 3], i % 4 != 0);
}

/* y and code of 2×2 maxima after bias and relu. */
static void
check_conv_pool (const LmConvShape *s)
{
  Conv c = conv_new (s);
  gint64 ph = s->oh / 2, pw = s->ow / 2, n = s->n * ph * pw * s->o;
  KtBuffer y = kt_buffer (n, 0);
  g_autofree guint8 *code = g_malloc ((gsize) n);
  g_autofree double *z = conv_reference (&c, TRUE), *want = g_new (double, n);
  LmConvJob job = {
    .s = *s,
    .x = c.x.p,
    .w = c.w.p,
    .bias = c.bias.p,
    .fn = { .kind = LM_FN_RELU },
    .y = y.p,
    .code = code,
    .work = kt_workspace (kt_k->conv_workspace (s)),
  };

  kt_run (kt_k->conv_pack_tasks (&job), kt_k->conv_pack, &job);
  kt_run (kt_k->conv_forward_tasks (&job), kt_k->conv_forward, &job);

  for (gint64 i = 0; i < n; i++) {
    gint64 o = i % s->o, x = i / s->o % pw, row = i / s->o / pw, image = row / ph, y0 = row % ph;
    double at[4], best = 0;

    for (int q = 0; q < 4; q++) {
      at[q] = z[((image * s->oh + 2 * y0 + q / 2) * s->ow + 2 * x + q % 2) * s->o + o];
      best = MAX (best, at[q]);
    }
    want[i] = best;
    /* Which of two that differ by rounding won does not matter. */
    g_assert_cmpint (code[i], <=, 4);
    g_assert_cmpfloat (code[i] == 4 ? 0 : at[code[i]], >=, best - 1e-4);
    if (code[i] == 4)
      g_assert_cmpfloat ((double) y.p[i], ==, 0);
  }
  kt_assert_close ("y", y.p, want, n, TOLERANCE);

  g_aligned_free (job.work);
  kt_free (&y);
  conv_clear (&c);
}

static void
test_conv_pool (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (conv_shapes); i++)
    if (conv_shapes[i].oh >= 2 && conv_shapes[i].ow >= 2 && conv_shapes[i].groups == 1)
      check_conv_pool (&conv_shapes[i]);
}

static void
check_conv_dx (const LmConvShape *s,
               gboolean add)
{
  Conv c = conv_new (s);
  KtBuffer dz = kt_random_buffer (c.ny, 1, 1), dx = kt_random_buffer (c.nx, 1, 1);
  g_autofree double *want = g_new (double, c.nx);
  LmConvDxJob job = {
    .s = *s,
    .w = c.w.p,
    .dz = dz.p,
    .dx = dx.p,
    .add = add,
    .work = kt_workspace (kt_k->conv_dx_workspace (s)),
  };

  for (gint64 i = 0; i < c.nx; i++)
    want[i] = add ? dx.p[i] : 0;
  FOR_PRODUCTS (s, want[xi] += (double) dz.p[yi] * c.w.p[wi]);

  kt_run (kt_k->conv_dx_pack_tasks (&job), kt_k->conv_dx_pack, &job);
  kt_run (kt_k->conv_dx_tasks (&job), kt_k->conv_dx, &job);
  kt_assert_close ("dx", dx.p, want, c.nx, TOLERANCE);

  g_aligned_free (job.work);
  kt_free (&dz);
  kt_free (&dx);
  conv_clear (&c);
}

static void
test_conv_dx (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (conv_shapes); i++)
    check_conv_dx (&conv_shapes[i], i % 2 == 1);
}

/* dz where one of each 2×2 has the gradient, as pooled numbers, codes, and spread out. */
typedef struct {
  gint64 n;
  KtBuffer pooled;
  guint8 *code;
  KtBuffer dz;
} Pooled;

static Pooled
pooled_new (const LmConvShape *s)
{
  gint64 ph = s->oh / 2, pw = s->ow / 2;
  Pooled p = { .n = s->n * ph * pw * s->o };

  p.pooled = kt_random_buffer (p.n, 1, 1);
  p.code = g_malloc ((gsize) p.n);
  p.dz = kt_buffer (s->n * s->oh * s->ow * s->o, 0);
  memset (p.dz.p, 0, (gsize) p.dz.n * sizeof (lm_real));
  for (gint64 i = 0; i < p.n; i++) {
    gint64 o = i % s->o, x = i / s->o % pw, row = i / s->o / pw, image = row / ph, y = row % ph;
    int q = kt_below (5);

    p.code[i] = (guint8) q;
    if (q < 4)
      p.dz.p[((image * s->oh + 2 * y + q / 2) * s->ow + 2 * x + q % 2) * s->o + o] = p.pooled.p[i];
  }
  return p;
}

static void
pooled_clear (Pooled *p)
{
  kt_free (&p->pooled);
  kt_free (&p->dz);
  g_free (p->code);
}

static void
check_conv_dw (const LmConvShape *s,
               gboolean is_pooled,
               LmInto into)
{
  Conv c = conv_new (s);
  Pooled p = pooled_new (s);
  KtBuffer random = kt_random_buffer (c.ny, 1, 1), dw = kt_random_buffer (c.nw, 1, 1), db0 = kt_random_buffer (s->o, 1, 0);
  KtBuffer db = padded (s->o, db0.p);
  const lm_real *dz = is_pooled ? p.dz.p : random.p;
  g_autofree double *sum = g_new0 (double, c.nw), *sum_b = g_new0 (double, s->o), *want = g_new (double, c.nw), *want_b = g_new0 (double, db.n);
  LmConvDwJob job = {
    .s = *s,
    .x = c.x.p,
    .dz = is_pooled ? p.pooled.p : dz,
    .code = is_pooled ? p.code : NULL,
    .dw = gradient_into (into, dw.p),
    .db = gradient_into (into, db.p),
    .work = kt_workspace (kt_k->conv_dw_workspace (s)),
  };

  FOR_PRODUCTS (s, sum[wi] += (double) c.x.p[xi] * dz[yi]);
  for (gint64 i = 0; i < c.ny; i++)
    sum_b[i % s->o] += dz[i];
  for (gint64 i = 0; i < c.nw; i++)
    want[i] = delivered (into, dw.p[i], sum[i]);
  for (gint64 i = 0; i < s->o; i++)
    want_b[i] = delivered (into, db.p[i], sum_b[i]);
  /* The padding gets zero, whatever a gradient held there. */
  for (gint64 i = s->o; i < db.n && into == LM_INTO_WRITE; i++)
    db.p[i] = 1;

  kt_run (kt_k->conv_dw_tasks (&job), kt_k->conv_dw, &job);
  kt_run (kt_k->conv_dw_sum_tasks (&job), kt_k->conv_dw_sum, &job);
  kt_assert_close ("dw", dw.p, want, c.nw, TOLERANCE);
  kt_assert_close ("db", db.p, want_b, db.n, TOLERANCE);

  g_aligned_free (job.work);
  kt_free (&random);
  kt_free (&dw);
  kt_free (&db0);
  kt_free (&db);
  pooled_clear (&p);
  conv_clear (&c);
}

static void
test_conv_dw (void)
{
  const LmInto into[] = { LM_INTO_WRITE, LM_INTO_ADD, LM_INTO_UPDATE };

  for (gsize i = 0; i < G_N_ELEMENTS (conv_shapes); i++)
    check_conv_dw (&conv_shapes[i], FALSE, into[i % 3]);
}

static void
test_conv_dw_pooled (void)
{
  const LmInto into[] = { LM_INTO_WRITE, LM_INTO_ADD, LM_INTO_UPDATE };

  for (gsize i = 0; i < G_N_ELEMENTS (conv_shapes); i++)
    if (conv_shapes[i].oh >= 2 && conv_shapes[i].ow >= 2 && conv_shapes[i].groups == 1)
      check_conv_dw (&conv_shapes[i], TRUE, into[i % 3]);
}

static void
test_unpool (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (conv_shapes); i++) {
    const LmConvShape *s = &conv_shapes[i];
    Pooled p;
    KtBuffer dz;
    LmUnpoolJob job;

    if (s->oh < 2 || s->ow < 2)
      continue;
    p = pooled_new (s);
    dz = kt_buffer (p.dz.n, 1);
    job = (LmUnpoolJob){ *s, p.pooled.p, p.code, dz.p };
    kt_run (kt_k->unpool_tasks (&job), kt_k->unpool, &job);
    g_assert_cmpmem (dz.p, (gsize) dz.n * sizeof (lm_real), p.dz.p, (gsize) dz.n * sizeof (lm_real));
    kt_free (&dz);
    pooled_clear (&p);
  }
}

static const LmPoolShape pool_shapes[] = {
  { .n = 3, .h = 6, .w = 8, .c = 5, .oh = 3, .ow = 4, .kh = 2, .kw = 2, .sh = 2, .sw = 2 },
  { .n = 2, .h = 7, .w = 9, .c = 16, .oh = 3, .ow = 4, .kh = 2, .kw = 2, .sh = 2, .sw = 2 },
  { .n = 2, .h = 7, .w = 7, .c = 33, .oh = 4, .ow = 4, .kh = 3, .kw = 3, .sh = 2, .sw = 2, .top = 1, .left = 1 },
  { .n = 1, .h = 5, .w = 6, .c = 3, .oh = 5, .ow = 6, .kh = 3, .kw = 2, .sh = 1, .sw = 1, .top = 1, .left = 0 },
  { .n = 2, .h = 9, .w = 9, .c = 7, .oh = 2, .ow = 2, .kh = 4, .kw = 4, .sh = 5, .sw = 5 },
  { .n = 1, .h = 20, .w = 18, .c = 9, .oh = 2, .ow = 1, .kh = 17, .kw = 17, .sh = 3, .sw = 2 },
};

static void
check_pool (const LmPoolShape *s,
            gboolean max,
            gboolean add)
{
  gint64 nx = s->n * s->h * s->w * s->c, ny = s->n * s->oh * s->ow * s->c;
  KtBuffer x = kt_random_buffer (nx, 1, 1), y = kt_buffer (ny, 1), dy = kt_random_buffer (ny, 1, 1), dx = kt_random_buffer (nx, 1, 1);
  g_autofree double *want = g_new (double, ny), *want_dx = g_new (double, nx);
  g_autofree guint8 *code = g_malloc0 ((gsize) ny * lm_pool_code_size (s));
  LmPoolJob job = { .s = *s, .x = x.p, .y = y.p, .dy = dy.p, .dx = dx.p, .add = add, .code = max ? code : NULL };

  for (gint64 i = 0; i < nx; i++)
    want_dx[i] = add ? dx.p[i] : 0;
  for (gint64 i = 0; i < ny; i++) {
    gint64 c = i % s->c, ow = i / s->c % s->ow, oh = i / s->c / s->ow % s->oh, n = i / s->c / s->ow / s->oh;
    gint64 best = -1, count = 0;
    double sum = 0;

    for (int pass = 0; pass < 2; pass++)
      for (gint64 t = 0; t < s->kh * s->kw; t++) {
        gint64 iy = oh * s->sh - s->top + t / s->kw, ix = ow * s->sw - s->left + t % s->kw;
        gint64 at = ((n * s->h + iy) * s->w + ix) * s->c + c;

        if (iy < 0 || iy >= s->h || ix < 0 || ix >= s->w)
          continue;
        if (pass == 0) {
          count++;
          sum += x.p[at];
          if (best < 0 || x.p[at] > x.p[best])
            best = at;
        } else if (max) {
          want_dx[at] += at == best ? dy.p[i] : 0;
        } else {
          want_dx[at] += (double) dy.p[i] / (double) count;
        }
      }
    want[i] = max ? x.p[best] : sum / (double) count;
  }

  kt_run (kt_k->pool_tasks (&job), max ? kt_k->max_pool : kt_k->mean_pool, &job);
  kt_run (kt_k->pool_tasks (&job), max ? kt_k->max_pool_grad : kt_k->mean_pool_grad, &job);
  kt_assert_close ("y", y.p, want, ny, max ? 0 : TOLERANCE);
  kt_assert_close ("dx", dx.p, want_dx, nx, TOLERANCE);

  kt_free (&x);
  kt_free (&y);
  kt_free (&dy);
  kt_free (&dx);
}

static void
test_pool (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pool_shapes); i++)
    for (int q = 0; q < 4; q++)
      check_pool (&pool_shapes[i], q & 1, q & 2);
}

static void
test_max_pool_keeps_nan (void)
{
  LmPoolShape s = { .n = 1, .h = 2, .w = 2, .c = 3, .oh = 1, .ow = 1, .kh = 2, .kw = 2, .sh = 2, .sw = 2 };
  lm_real x[12] = { 1, 2, 3, 4, LM_REAL (NAN), 6, 9, 8, 7, 2, 1, LM_REAL (NAN) }, y[3];
  guint8 code[3];
  LmPoolJob job = { .s = s, .x = x, .y = y, .code = code };

  kt_run (kt_k->pool_tasks (&job), kt_k->max_pool, &job);
  g_assert_cmpfloat (y[0], ==, 9);
  g_assert_cmpint (code[0], ==, 2);
  g_assert_true (isnan (y[1]) && isnan (y[2]));
  g_assert_cmpint (code[1], ==, 1);
  g_assert_cmpint (code[2], ==, 3);
}

/* Where Winograd's algorithm is chosen: borders of every kind, tiles that hang over. */
static const LmConvShape fast_shapes[] = {
  { .n = 9, .h = 18, .w = 17, .c = 32, .oh = 16, .ow = 15, .o = 64, .kh = 3, .kw = 3, .sh = 1, .sw = 1, .dh = 1, .dw = 1, .groups = 1 },
  { .n = 7, .h = 14, .w = 16, .c = 48, .oh = 14, .ow = 16, .o = 64, .kh = 3, .kw = 3, .sh = 1, .sw = 1, .dh = 1, .dw = 1, .top = 1, .left = 1, .groups = 1 },
  { .n = 5, .h = 16, .w = 13, .c = 128, .oh = 18, .ow = 13, .o = 80, .kh = 3, .kw = 3, .sh = 1, .sw = 1, .dh = 1, .dw = 1, .top = 2, .left = 1, .groups = 1 },
};

/* Fast kernels against the direct ones, which the tests above have proved; that they differ in the last bits shows that they ran. */
static void
assert_fast (const char *what,
             const KtBuffer *fast,
             const KtBuffer *direct)
{
  g_autofree double *want = g_new (double, direct->n);

  for (gint64 i = 0; i < direct->n; i++)
    want[i] = direct->p[i];
  kt_assert_close (what, fast->p, want, direct->n, TOLERANCE);
  if (sizeof (lm_real) == sizeof (float))
    g_assert_cmpint (memcmp (fast->p, direct->p, (gsize) direct->n * sizeof (lm_real)), !=, 0);
}

static void
check_fast (const LmConvShape *s,
            gboolean pooled,
            gboolean add)
{
  Conv c = conv_new (s);
  gint64 ny = pooled ? s->n * (s->oh / 2) * (s->ow / 2) * s->o : c.ny;
  KtBuffer y[2], dx[2], dz = kt_random_buffer (c.ny, 1, 0), old = kt_random_buffer (c.nx, 1, 0);
  g_autofree guint8 *code = g_malloc ((gsize) ny);
  void *work = kt_workspace (MAX (kt_k->conv_workspace (s), kt_k->conv_dx_workspace (s)));

  for (int i = 0; i < 2; i++) {
    LmConvJob forward = { .s = *s, .x = c.x.p, .w = c.w.p, .bias = c.bias.p, .fn = { .kind = LM_FN_RELU }, .fast = i, .code = pooled ? code : NULL, .work = work };
    LmConvDxJob back = { .s = *s, .w = c.w.p, .dz = dz.p, .add = add, .fast = i, .work = work };

    y[i] = kt_buffer (ny, 0);
    dx[i] = kt_copy (&old, 0);
    forward.y = y[i].p;
    back.dx = dx[i].p;
    kt_run (kt_k->conv_pack_tasks (&forward), kt_k->conv_pack, &forward);
    kt_run (kt_k->conv_forward_tasks (&forward), kt_k->conv_forward, &forward);
    kt_run (kt_k->conv_dx_pack_tasks (&back), kt_k->conv_dx_pack, &back);
    kt_run (kt_k->conv_dx_tasks (&back), kt_k->conv_dx, &back);
  }
  assert_fast ("y", &y[1], &y[0]);
  assert_fast ("dx", &dx[1], &dx[0]);

  g_aligned_free (work);
  for (int i = 0; i < 2; i++) {
    kt_free (&y[i]);
    kt_free (&dx[i]);
  }
  kt_free (&dz);
  kt_free (&old);
  conv_clear (&c);
}

static void
test_conv_fast (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fast_shapes); i++)
    for (int q = 0; q < 2; q++)
      check_fast (&fast_shapes[i], q, q);
}

/* All task kernels on one and on several threads. */
static void
run_everything (LmPool *pool,
                const LmConvShape *s,
                GByteArray *bytes)
{
  Conv c = conv_new (s);
  Pooled p = pooled_new (s);
  gsize work_size = MAX (MAX (kt_k->conv_workspace (s), kt_k->conv_dx_workspace (s)), kt_k->conv_dw_workspace (s));
  void *work = kt_workspace (work_size);
  KtBuffer y = kt_buffer (c.ny, 0), dx = kt_buffer (c.nx, 0), dw = kt_buffer (c.nw, 0), db = kt_buffer (lm_panels (s->o) * LM_PANEL, 0);
  LmConvJob forward = { .s = *s, .x = c.x.p, .w = c.w.p, .bias = c.bias.p, .y = y.p, .work = work };
  LmConvDxJob back = { .s = *s, .w = c.w.p, .dz = p.dz.p, .dx = dx.p, .work = work };
  LmConvDwJob weights = { .s = *s, .x = c.x.p, .dw = gradient_into (LM_INTO_WRITE, dw.p), .db = gradient_into (LM_INTO_WRITE, db.p), .work = work };

  lm_pool_run (pool, kt_k->conv_pack_tasks (&forward), kt_k->conv_pack, &forward);
  lm_pool_run (pool, kt_k->conv_forward_tasks (&forward), kt_k->conv_forward, &forward);
  g_byte_array_append (bytes, (guint8 *) y.p, (guint) (y.n * (gint64) sizeof (lm_real)));
  lm_pool_run (pool, kt_k->conv_dx_pack_tasks (&back), kt_k->conv_dx_pack, &back);
  lm_pool_run (pool, kt_k->conv_dx_tasks (&back), kt_k->conv_dx, &back);
  g_byte_array_append (bytes, (guint8 *) dx.p, (guint) (dx.n * (gint64) sizeof (lm_real)));
  for (int i = 0; i < 2; i++) {
    weights.dz = i == 0 ? p.dz.p : p.pooled.p;
    weights.code = i == 0 ? NULL : p.code;
    lm_pool_run (pool, kt_k->conv_dw_tasks (&weights), kt_k->conv_dw, &weights);
    lm_pool_run (pool, kt_k->conv_dw_sum_tasks (&weights), kt_k->conv_dw_sum, &weights);
    g_byte_array_append (bytes, (guint8 *) dw.p, (guint) (dw.n * (gint64) sizeof (lm_real)));
    g_byte_array_append (bytes, (guint8 *) db.p, (guint) (s->o * (gint64) sizeof (lm_real)));
  }

  g_aligned_free (work);
  kt_free (&y);
  kt_free (&dx);
  kt_free (&dw);
  kt_free (&db);
  pooled_clear (&p);
  conv_clear (&c);
}

static void
test_same_bits_for_any_threads (void)
{
  g_autoptr (GByteArray) first = NULL;

  for (int threads = 1; threads <= 3; threads++) {
    g_autoptr (LmPool) pool = lm_pool_new (threads, 0);
    GByteArray *bytes = g_byte_array_new ();

    kt_state = 7;
    for (gsize i = 0; i < G_N_ELEMENTS (conv_shapes); i++)
      if (conv_shapes[i].oh >= 2 && conv_shapes[i].ow >= 2 && conv_shapes[i].groups == 1)
        run_everything (pool, &conv_shapes[i], bytes);

    if (first == NULL) {
      first = bytes;
      continue;
    }
    g_assert_cmpmem (first->data, first->len, bytes->data, bytes->len);
    g_byte_array_unref (bytes);
  }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kt_add ("dense", test_dense);
  kt_add ("dense-gradients", test_dense_grad);
  kt_add ("panels-round-trip", test_panels_round_trip);
  kt_add ("conv/forward", test_conv_forward);
  kt_add ("conv/forward-with-maxima", test_conv_pool);
  kt_add ("conv/input-gradient", test_conv_dx);
  kt_add ("conv/weight-gradient", test_conv_dw);
  kt_add ("conv/weight-gradient-under-maxima", test_conv_dw_pooled);
  kt_add ("conv/unpool", test_unpool);
  kt_add ("conv/fast", test_conv_fast);
  kt_add ("pool/both-kinds", test_pool);
  kt_add ("pool/max-keeps-nan", test_max_pool_keeps_nan);
  kt_add ("same-bits-for-any-threads", test_same_bits_for_any_threads);
  return g_test_run ();
}
