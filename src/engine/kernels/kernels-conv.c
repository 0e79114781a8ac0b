/* kernels-conv.c: convolution without a copy of the input; bias, relu and 2×2 maxima in the epilogue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-arena.h"
#include "lm-gather.h"
#include "lm-wino.h"

static const lm_real zeros[GATHER_ZEROS];

/* Elements of the weights of one output channel's group, packed. */
static gint64
packed_size (const LmConvShape *s)
{
  return s->groups * lm_panel_size (s->kh * s->kw * (s->c / s->groups), s->o / s->groups);
}

/* The job in the words of Winograd's algorithm; FALSE if that will not do. */
static gboolean
as_wino (const LmConvJob *job,
         LmWino *wino)
{
  const LmConvShape *s = &job->s;
  gboolean is_relu = is_plain_relu (&job->fn);

  if (!job->fast || !wino_has_shape (s) || (!is_relu && job->fn.kind != LM_FN_LINEAR))
    return FALSE;

  *wino = (LmWino){
    .n = s->n,
    .h = s->h,
    .w = s->w,
    .c = s->c,
    .oh = s->oh,
    .ow = s->ow,
    .o = s->o,
    .top = s->top,
    .left = s->left,
    .x = job->x,
    .weights = job->w,
    .u = job->work,
    .bias = job->bias,
    .relu = is_relu,
    .y = job->y,
    .code = job->code,
  };
  return LM_K (lm_wino_fits) (wino);
}

static gsize
conv_workspace (const LmConvShape *shape)
{
  gsize direct = lm_align ((gsize) packed_size (shape) * sizeof (lm_real));

  return wino_has_shape (shape) ? LM_MAX (direct, LM_K (lm_wino_workspace) (shape->c, shape->o)) : direct;
}

/* One task packs one panel. */
static int
conv_pack_tasks (const LmConvJob *job)
{
  LmWino wino;

  if (as_wino (job, &wino))
    return LM_K (lm_wino_pack_tasks) (&wino);
  return (int) (job->s.groups * lm_panels (job->s.o / job->s.groups));
}

static void
conv_pack (void *data,
           int task,
           int thread)
{
  const LmConvJob *job = data;
  const LmConvShape *s = &job->s;
  gint64 out = s->o / s->groups, panels = lm_panels (out), rows = s->kh * s->kw * (s->c / s->groups);
  gint64 group = task / panels, panel = task % panels, columns = LM_MIN (LM_PANEL, out - panel * LM_PANEL);
  const lm_real *w = job->w + group * out + panel * LM_PANEL;
  lm_real *p = (lm_real *) job->work + task * rows * LM_PANEL;
  LmWino wino;

  if (as_wino (job, &wino)) {
    LM_K (lm_wino_pack)
    (&wino, task);
    return;
  }

  for (gint64 k = 0; k < rows; k++, w += s->o, p += LM_PANEL) {
    vf v[NV];

    panel_load (w, v, columns);
    panel_store (p, v, LM_PANEL);
  }
}

/* Blocks of pixels × groups of panels, the latter only where there are few blocks. */
typedef struct {
  gint64 pixels; /* of y */
  gint64 block;  /* of these in a task */
  gint64 blocks;
  gint64 panels; /* over all groups */
  gint64 parts;  /* into which the panels are cut */
} Cut;

static Cut
cut_of (const LmConvJob *job)
{
  const LmConvShape *s = &job->s;
  Cut cut;

  cut.pixels = job->code != NULL ? s->n * (s->oh / 2) * (s->ow / 2) : s->n * s->oh * s->ow;
  cut.block = job->code != NULL ? GATHER_PIXELS / 4 : GATHER_PIXELS;
  cut.blocks = (cut.pixels + cut.block - 1) / cut.block;
  cut.panels = s->groups * lm_panels (s->o / s->groups);
  cut.parts = LM_MAX (1, LM_MIN (cut.panels, 16 / LM_MAX (1, cut.blocks)));
  return cut;
}

static int
conv_forward_tasks (const LmConvJob *job)
{
  Cut cut = cut_of (job);
  LmWino wino;

  if (as_wino (job, &wino))
    return LM_K (lm_wino_tasks) (&wino);
  return (int) (cut.blocks * cut.parts);
}

/* The pixels of the convolution that a block of pixels of y needs: each itself, or, pooled, its four. */
static int
list_pixels (const LmConvJob *job,
             const Gather *g,
             gint64 from,
             gint64 to,
             GatherPixel *list)
{
  const LmConvShape *s = &job->s;
  gint64 side = job->code != NULL ? 2 : 1, height = s->oh / side, width = s->ow / side;
  gboolean stacked = side == 1 && gather_is_stacked (g, height, width);
  GatherWalk at = gather_walk (from, s->n, height, width, stacked);
  int n = 0;

  for (gint64 i = from; i < to; i++, gather_walk_on (&at))
    for (gint64 q = 0; q < side * side; q++) {
      gint64 y = at.y * side + q / side, x = at.x * side + q % side;

      list[n++] = (GatherPixel){
        .source = job->x + ((at.image * s->h + y * s->sh) * s->w + x * s->sw) * s->c,
        .target = job->y + ((at.image * height + at.y) * width + at.x) * s->o,
        .y = (gint32) y,
        .x = (gint32) x,
        .inside = y >= g->y.from && y < g->y.to && x >= g->x.from && x < g->x.to,
      };
    }
  return n;
}

/* Where the results of a panel go. */
typedef struct {
  const LmConvJob *job;
  const Gather *g;
  const GatherPixel *pixels;
  const lm_real *weights;
  gint64 channel; /* of x */
  gint64 column;  /* of y */
  gint64 columns; /* that exist */
  vf bias[NV];
  vf floor;
} Target;

/* Bias, activation and store; or, to be pooled, the bare sums. */
INLINE void
finish (int rows,
        const Target *t,
        int pixel,
        lm_real *pooled,
        LmTile a)
{
  const GatherPixel *p = t->pixels + pixel;

  if (pooled != NULL) {
#pragma GCC unroll 12
    for (int i = 0; i < rows; i++)
      panel_store (pooled + (pixel + i) * LM_PANEL, a[i], LM_PANEL);
    return;
  }

#pragma GCC unroll 12
  for (int i = 0; i < rows; i++) {
#pragma GCC unroll 8
    for (int v = 0; v < NV; v++)
      a[i][v] = vmax (t->floor, a[i][v] + t->bias[v]);
    if (t->columns == LM_PANEL)
      panel_store (p[i].target + t->column, a[i], LM_PANEL);
    else
      panel_store (p[i].target + t->column, a[i], t->columns);
  }
}

#define DEFINE(R)                                                               \
  NOINLINE void                                                                 \
    direct_##R (const Target *t, int pixel, lm_real *pooled)                    \
  {                                                                             \
    LmTile a;                                                                   \
                                                                                \
    tile_clear (R, a);                                                          \
    gather_direct (R, t->g, t->pixels + pixel, t->channel, t->weights, a);      \
    finish (R, t, pixel, pooled, a);                                            \
  }                                                                             \
                                                                                \
  NOINLINE void                                                                 \
    taps_##R (const Target *t, int pixel, lm_real *pooled)                      \
  {                                                                             \
    LmTile a;                                                                   \
                                                                                \
    tile_clear (R, a);                                                          \
    gather_taps (R, t->g, t->pixels + pixel, t->channel, t->weights, zeros, a); \
    finish (R, t, pixel, pooled, a);                                            \
  }

TILE_EACH (DEFINE)
#undef DEFINE

/* The largest of four by four, its place, bias and relu. NaN wins. */
static void
pool (const Target *t,
      gint64 first,
      int n,
      const lm_real *pooled)
{
  const LmConvJob *job = t->job;

  for (int i = 0; i < n; i++, pooled += 4 * LM_PANEL) {
    vf best[NV];
    guint8 code[LM_PANEL];

    for (int v = 0; v < NV; v++) {
      vf m = VLOAD (pooled + v * VL);
      vi place = { 0 }, dead;

      for (int q = 1; q < 4; q++) {
        vf x = VLOAD (pooled + q * LM_PANEL + v * VL);
        vi better = (x > m) | ((x != x) & (m == m));

        m = vsel (better, x, m);
        place = visel (better, viset (q), place);
      }

      m += t->bias[v];
      dead = m <= t->floor;
      best[v] = vmax (t->floor, m);
      place = visel (dead, viset (4), place);
      *(vb *) (code + v * VL) = __builtin_convertvector(place, vb);
    }

    panel_store (job->y + (first + i) * job->s.o + t->column, best, t->columns);
    memcpy (job->code + (first + i) * job->s.o + t->column, code, (gsize) t->columns);
  }
}

static void
convolve_panel (const Target *t,
                gint64 first,
                int n,
                lm_real *pooled)
{
  for (int pixel = 0; pixel < n;) {
#define CALL(R)                                  \
  do {                                           \
    if (gather_is_direct (R, t->pixels + pixel)) \
      direct_##R (t, pixel, pooled);             \
    else                                         \
      taps_##R (t, pixel, pooled);               \
    pixel += R;                                  \
  } while (0)
    TILE_ROWS (n - pixel, CALL);
#undef CALL
  }

  if (pooled != NULL)
    pool (t, first, n / 4, pooled);
}

static void
activate (const Target *t,
          int n)
{
  for (int i = 0; i < n; i++) {
    lm_real *y = t->pixels[i].target + t->column;

    LM_K (lm_activate)
    (&t->job->fn, (gsize) t->columns, y, y);
  }
}

static void
convolve (const LmConvJob *job,
          int task)
{
  const LmConvShape *s = &job->s;
  Cut cut = cut_of (job);
  gint64 block = task / cut.parts, part = task % cut.parts, panels = lm_panels (s->o / s->groups);
  gint64 from = block * cut.block, to = LM_MIN (from + cut.block, cut.pixels);
  gboolean is_relu = is_plain_relu (&job->fn);
  GatherPixel list[GATHER_PIXELS];
  lm_real buffer[GATHER_PIXELS * LM_PANEL] __attribute__ ((aligned (64)));
  Gather g = {
    .channels = s->c,
    .per_group = s->c / s->groups,
    .groups = s->groups,
    .out = s->o / s->groups,
    .source = job->x,
    .weights = job->work,
  };
  Target t = { .job = job, .g = &g, .pixels = list, .floor = vset (is_relu ? 0 : -LM_REAL (INFINITY)) };
  int n;

  g.y = (GatherAxis){ .source = s->h, .step = s->sh, .n_taps = s->kh, .offset = -s->top, .spacing = s->dh };
  g.x = (GatherAxis){ .source = s->w, .step = s->sw, .n_taps = s->kw, .offset = -s->left, .spacing = s->dw };
  gather_axis_finish (&g.y, s->oh);
  gather_axis_finish (&g.x, s->ow);
  n = list_pixels (job, &g, from, to, list);

  for (gint64 p = cut.panels * part / cut.parts; p < cut.panels * (part + 1) / cut.parts; p++) {
    gint64 group = p / panels, column = p % panels * LM_PANEL;

    t.weights = gather_weights (&g, group, p % panels);
    t.channel = group * g.per_group;
    t.column = group * g.out + column;
    t.columns = LM_MIN (LM_PANEL, g.out - column);
    if (job->bias != NULL)
      panel_load (job->bias + t.column, t.bias, t.columns);
    else
      panel_load (zeros, t.bias, LM_PANEL);

    convolve_panel (&t, from, n, job->code != NULL ? buffer : NULL);
    if (!is_relu && job->fn.kind != LM_FN_LINEAR)
      activate (&t, n);
  }
}

static void
conv_forward (void *data,
              int task,
              int thread)
{
  LmWino wino;

  if (as_wino (data, &wino))
    LM_K (lm_wino_run)
  (&wino, task);
  else convolve (data, task);
}

void
LM_K (lm_fill_conv) (LmKernels *table)
{
  table->conv_workspace = conv_workspace;
  table->conv_pack_tasks = conv_pack_tasks;
  table->conv_pack = conv_pack;
  table->conv_forward_tasks = conv_forward_tasks;
  table->conv_forward = conv_forward;
}
