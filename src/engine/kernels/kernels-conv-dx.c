/* kernels-conv-dx.c: gradient of a convolution by its input, and the way back through fused maxima
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-arena.h"
#include "lm-gather.h"
#include "lm-wino.h"

static const lm_real zeros[GATHER_ZEROS];

/* The pixels of dx fall into sh × sw phases by their place within a stride. In each phase dx is again a convolution with step 1,
 * of dz with some of the taps, turned round: pixel i of phase a reads dz at i + (a + top − r·dh)/sh for those taps r for which
 * that is whole. These r, and the places read, form arithmetic sequences. */
typedef struct {
  GatherAxis axis;
  gint64 first; /* pixel of dx */
  gint64 count; /* pixels of dx in this phase */
  gint64 tap;   /* tap of w behind the first place read */
  gint64 tap_step;
} Phase;

static gint64
greatest_common_divisor (gint64 a,
                         gint64 b)
{
  while (b != 0) {
    gint64 rest = a % b;

    a = b;
    b = rest;
  }
  return a;
}

static Phase
phase_of (gint64 phase,
          gint64 target, /* size of dx */
          gint64 source, /* size of dz */
          gint64 taps,
          gint64 stride,
          gint64 dilation,
          gint64 before)
{
  gint64 common = greatest_common_divisor (stride, dilation), last = -1, n = 0;
  Phase p = { .first = phase, .count = phase < target ? (target - phase + stride - 1) / stride : 0 };

  for (gint64 r = 0; r < taps; r++)
    if ((phase + before - r * dilation) % stride == 0) {
      last = r;
      n++;
    }

  p.axis = (GatherAxis){ .source = source, .step = 1, .n_taps = n, .spacing = dilation / common };
  p.tap = last;
  p.tap_step = -(stride / common);
  if (n > 0)
    p.axis.offset = (phase + before - last * dilation) / stride;
  gather_axis_finish (&p.axis, p.count);
  return p;
}

static Phase
phase_y (const LmConvShape *s,
         gint64 phase)
{
  return phase_of (phase, s->h, s->oh, s->kh, s->sh, s->dh, s->top);
}

static Phase
phase_x (const LmConvShape *s,
         gint64 phase)
{
  return phase_of (phase, s->w, s->ow, s->kw, s->sw, s->dw, s->left);
}

/* Panels of one tap over all groups: 16·⌈in/16⌉ × out each. */
static gint64
tap_size (const LmConvShape *s)
{
  return s->groups * lm_panel_size (s->o / s->groups, s->c / s->groups);
}

/* The job in the words of Winograd's algorithm: dx is a convolution of dz, padded by 2 less the padding of forward, with the
 * weights turned round. FALSE if that will not do. */
static gboolean
as_wino (const LmConvDxJob *job,
         LmWino *wino)
{
  const LmConvShape *s = &job->s;

  if (!job->fast || !wino_has_shape (s) || s->top > 2 || s->left > 2)
    return FALSE;

  *wino = (LmWino){
    .n = s->n,
    .h = s->oh,
    .w = s->ow,
    .c = s->o,
    .oh = s->h,
    .ow = s->w,
    .o = s->c,
    .top = 2 - s->top,
    .left = 2 - s->left,
    .x = job->dz,
    .weights = job->w,
    .turned = TRUE,
    .u = job->work,
    .add = job->add,
    .y = job->dx,
  };
  return wino_fits (wino);
}

static gsize
conv_dx_workspace (const LmConvShape *shape)
{
  gsize direct = lm_align ((gsize) (shape->kh * shape->kw * tap_size (shape)) * sizeof (lm_real));

  return wino_has_shape (shape) ? LM_MAX (direct, wino_workspace (shape->o, shape->c)) : direct;
}

/* One task packs one panel of every phase. */
static int
conv_dx_pack_tasks (const LmConvDxJob *job)
{
  LmWino wino;

  if (as_wino (job, &wino))
    return wino_pack_tasks (&wino);
  return (int) (job->s.groups * lm_panels (job->s.c / job->s.groups));
}

/* p[o][j] = w[r][q][in0 + j][o], columns of them; the rest is 0. */
static void
pack_tap (const LmConvDxJob *job,
          gint64 r,
          gint64 q,
          gint64 group,
          gint64 panel,
          lm_real *p)
{
  const LmConvShape *s = &job->s;
  gint64 in = s->c / s->groups, out = s->o / s->groups, columns = LM_MIN (LM_PANEL, in - panel * LM_PANEL);
  const lm_real *w = job->w + ((r * s->kw + q) * in + panel * LM_PANEL) * s->o + group * out;

  if (columns < LM_PANEL)
    memset (p, 0, (gsize) (out * LM_PANEL) * sizeof (lm_real));
  for (gint64 o = 0; o < out; o++)
    for (gint64 j = 0; j < columns; j++)
      p[o * LM_PANEL + j] = w[j * s->o + o];
}

static void
conv_dx_pack (void *data,
              int task,
              int thread)
{
  const LmConvDxJob *job = data;
  const LmConvShape *s = &job->s;
  gint64 out = s->o / s->groups, panels = lm_panels (s->c / s->groups), group = task / panels, panel = task % panels;
  lm_real *work = job->work;
  LmWino wino;

  if (as_wino (job, &wino)) {
    wino_pack (&wino, task);
    return;
  }

  for (gint64 a = 0; a < s->sh; a++)
    for (gint64 b = 0; b < s->sw; b++) {
      Phase y = phase_y (s, a), x = phase_x (s, b);
      gint64 taps = y.axis.n_taps * x.axis.n_taps;
      lm_real *p = work + task * taps * out * LM_PANEL;

      for (gint64 t = 0; t < taps; t++, p += out * LM_PANEL)
        pack_tap (job, y.tap + t / x.axis.n_taps * y.tap_step, x.tap + t % x.axis.n_taps * x.tap_step, group, panel, p);
      work += taps * tap_size (s);
    }
}

static gint64
blocks_of (const LmConvShape *s,
           const Phase *y,
           const Phase *x)
{
  return (s->n * y->count * x->count + GATHER_PIXELS - 1) / GATHER_PIXELS;
}

static int
conv_dx_tasks (const LmConvDxJob *job)
{
  const LmConvShape *s = &job->s;
  gint64 blocks = 0;
  LmWino wino;

  if (as_wino (job, &wino))
    return wino_tasks (&wino);

  for (gint64 a = 0; a < s->sh; a++)
    for (gint64 b = 0; b < s->sw; b++) {
      Phase y = phase_y (s, a), x = phase_x (s, b);

      blocks += blocks_of (s, &y, &x);
    }
  return (int) blocks;
}

typedef struct {
  const LmConvDxJob *job;
  Gather g;
  Phase y, x;
  GatherPixel pixels[GATHER_PIXELS];
  const lm_real *weights;
  gint64 channel; /* of dz */
  gint64 column;  /* of dx */
  gint64 columns;
} Target;

static int
list_pixels (Target *t,
             gint64 block)
{
  const LmConvShape *s = &t->job->s;
  gint64 height = t->y.count, width = t->x.count, from = block * GATHER_PIXELS;
  gint64 to = LM_MIN (from + GATHER_PIXELS, s->n * height * width);
  gboolean stacked = gather_is_stacked (&t->g, height, width);
  GatherWalk at = gather_walk (from, s->n, height, width, stacked);
  int n = 0;

  for (gint64 i = from; i < to; i++, gather_walk_on (&at)) {
    gint64 py = t->y.first + at.y * s->sh, px = t->x.first + at.x * s->sw;

    t->pixels[n++] = (GatherPixel){
      .source = t->job->dz + ((at.image * s->oh + at.y) * s->ow + at.x) * s->o,
      .target = t->job->dx + ((at.image * s->h + py) * s->w + px) * s->c,
      .y = (gint32) at.y,
      .x = (gint32) at.x,
      .inside = at.y >= t->y.axis.from && at.y < t->y.axis.to && at.x >= t->x.axis.from && at.x < t->x.axis.to,
    };
  }
  return n;
}

INLINE void
finish (int rows,
        const Target *t,
        int pixel,
        LmTile a)
{
  const GatherPixel *p = t->pixels + pixel;

#pragma GCC unroll 12
  for (int i = 0; i < rows; i++) {
    lm_real *dx = p[i].target + t->column;
    vf old[NV];

    if (t->job->add) {
      panel_load (dx, old, t->columns);
#pragma GCC unroll 8
      for (int v = 0; v < NV; v++)
        a[i][v] += old[v];
    }
    if (t->columns == LM_PANEL)
      panel_store (dx, a[i], LM_PANEL);
    else
      panel_store (dx, a[i], t->columns);
  }
}

#define DEFINE(R)                                                                \
  NOINLINE void                                                                  \
    direct_##R (const Target *t, int pixel)                                      \
  {                                                                              \
    LmTile a;                                                                    \
                                                                                 \
    tile_clear (R, a);                                                           \
    gather_direct (R, &t->g, t->pixels + pixel, t->channel, t->weights, a);      \
    finish (R, t, pixel, a);                                                     \
  }                                                                              \
                                                                                 \
  NOINLINE void                                                                  \
    taps_##R (const Target *t, int pixel)                                        \
  {                                                                              \
    LmTile a;                                                                    \
                                                                                 \
    tile_clear (R, a);                                                           \
    gather_taps (R, &t->g, t->pixels + pixel, t->channel, t->weights, zeros, a); \
    finish (R, t, pixel, a);                                                     \
  }

TILE_EACH (DEFINE)
#undef DEFINE

static void
gather_block (Target *t,
              gint64 block)
{
  gint64 in = t->g.out, panels = lm_panels (in);
  int n = list_pixels (t, block);

  for (gint64 p = 0; p < t->g.groups * panels; p++) {
    gint64 group = p / panels, column = p % panels * LM_PANEL;

    t->weights = gather_weights (&t->g, group, p % panels);
    t->channel = group * t->g.per_group;
    t->column = group * in + column;
    t->columns = LM_MIN (LM_PANEL, in - column);

    for (int pixel = 0; pixel < n;) {
#define CALL(R)                                  \
  do {                                           \
    if (gather_is_direct (R, t->pixels + pixel)) \
      direct_##R (t, pixel);                     \
    else                                         \
      taps_##R (t, pixel);                       \
    pixel += R;                                  \
  } while (0)
      TILE_ROWS (n - pixel, CALL);
#undef CALL
    }
  }
}

static void
conv_dx (void *data,
         int task,
         int thread)
{
  const LmConvDxJob *job = data;
  const LmConvShape *s = &job->s;
  const lm_real *weights = job->work;
  gint64 block = task;
  LmWino wino;

  if (as_wino (job, &wino)) {
    wino_run (&wino, task);
    return;
  }

  for (gint64 a = 0; a < s->sh; a++)
    for (gint64 b = 0; b < s->sw; b++) {
      Target t = { .job = job, .y = phase_y (s, a), .x = phase_x (s, b) };
      gint64 blocks = blocks_of (s, &t.y, &t.x);

      if (block < blocks) {
        t.g = (Gather){
          .y = t.y.axis,
          .x = t.x.axis,
          .channels = s->o,
          .per_group = s->o / s->groups,
          .groups = s->groups,
          .out = s->c / s->groups,
          .weights = weights,
        };
        gather_block (&t, block);
        return;
      }
      block -= blocks;
      weights += t.y.axis.n_taps * t.x.axis.n_taps * tap_size (s);
    }
}

static int
unpool_tasks (const LmUnpoolJob *job)
{
  return (int) (job->s.n * ((job->s.oh + 1) / 2));
}

/* A task makes two rows of dz, or the odd last one, which no maximum saw. */
static void
unpool (void *data,
        int task,
        int thread)
{
  const LmUnpoolJob *job = data;
  const LmConvShape *s = &job->s;
  gint64 pairs = (s->oh + 1) / 2, image = task / pairs, y = task % pairs, line = s->ow * s->o;
  lm_real *dz = job->dz + (image * s->oh + 2 * y) * line;
  gint64 at = (image * (s->oh / 2) + y) * (s->ow / 2) * s->o;

  if (2 * y + 1 == s->oh) {
    memset (dz, 0, (gsize) line * sizeof (lm_real));
    return;
  }

  for (gint64 x = 0; x < s->ow / 2; x++, at += s->o) {
    const lm_real *g = job->g + at;
    const guint8 *code = job->code + at;
    lm_real *d = dz + 2 * x * s->o;

    VFOR (s->o, {
      vf v = VGET (g);
      vi place = viset (4);

      if (m == VL)
        place = __builtin_convertvector(*(const vb *) (code + i), vi);
      else
        for (gsize j = 0; j < m; j++)
          place[j] = code[i + j];

      VPUT (d, vsel (place == viset (0), v, (vf){ 0 }));
      VPUT (d + s->o, vsel (place == viset (1), v, (vf){ 0 }));
      VPUT (d + line, vsel (place == viset (2), v, (vf){ 0 }));
      VPUT (d + line + s->o, vsel (place == viset (3), v, (vf){ 0 }));
    });
  }

  if (s->ow % 2 == 1)
    for (gint64 r = 0; r < 2; r++)
      memset (dz + r * line + (s->ow - 1) * s->o, 0, (gsize) s->o * sizeof (lm_real));
}

void
LM_K (lm_fill_conv_dx) (LmKernels *table)
{
  table->conv_dx_workspace = conv_dx_workspace;
  table->conv_dx_pack_tasks = conv_dx_pack_tasks;
  table->conv_dx_pack = conv_dx_pack;
  table->conv_dx_tasks = conv_dx_tasks;
  table->conv_dx = conv_dx;
  table->unpool_tasks = unpool_tasks;
  table->unpool = unpool;
}
