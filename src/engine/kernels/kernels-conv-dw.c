/* kernels-conv-dw.c: gradient of a convolution by its weights
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-arena.h"
#include "lm-conv-dw.h"

/* dw is a product over pixels: a tile holds a few (tap, channel) × 16 outputs and runs over the pixels of a unit, whose dz has
 * been packed. Partial sums lie in [slice][panel][tap][channel][16], followed by db, [panel][16]. */

/* Numbers in the partial sums of one panel. */
static gint64
panel_size (const LmConvShape *s)
{
  return s->kh * s->kw * (s->c / s->groups) * LM_PANEL;
}

static gint64
n_panels (const LmConvShape *s)
{
  return s->groups * lm_panels (s->o / s->groups);
}

static LmDwCut
cut_of (const LmConvShape *s,
        gboolean pooled)
{
  gint64 panels = n_panels (s), side = pooled ? 2 : 1, bytes = panel_size (s) * (gint64) sizeof (lm_real);
  LmDwCut cut = { .n = s->n, .height = s->oh / side, .width = s->ow / side };

  lm_dw_set_units (&cut, DW_PIXELS / (side * side), DW_MAX_PIXELS / (side * side), s->n);
  cut.parts = LM_MIN (panels, (panels * bytes + DW_CACHE - 1) / DW_CACHE);
  cut.slices = LM_MIN ((DW_TASKS + cut.parts - 1) / cut.parts, DW_MAX_SLICES);
  cut.slices = LM_MAX (1, LM_MIN (LM_MAX (2, cut.slices), cut.units));
  cut.size = panels * (panel_size (s) + LM_PANEL);
  return cut;
}

static gsize
conv_dw_workspace (const LmConvShape *shape)
{
  LmDwCut dense = cut_of (shape, FALSE), pooled = cut_of (shape, TRUE);
  gsize bytes = lm_align ((gsize) (LM_MAX (dense.slices, pooled.slices) * dense.size) * sizeof (lm_real));

  return LM_MAX (bytes, sparse_dw_workspace (shape));
}

static gboolean
is_sparse (const LmConvDwJob *job)
{
  return job->code != NULL && sparse_dw_fits (&job->s);
}

static int
conv_dw_tasks (const LmConvDwJob *job)
{
  LmDwCut cut;

  if (is_sparse (job))
    return sparse_dw_tasks (job);

  cut = cut_of (&job->s, job->code != NULL);
  return (int) (cut.slices * cut.parts);
}

/* One row of dz for one panel, pixel by pixel. */
static void
pack_row (const lm_real *dz,
          gint64 step,
          gint64 n,
          gint64 columns,
          lm_real *packed)
{
  for (gint64 x = 0; x < n; x++, dz += step, packed += LM_PANEL) {
    vf v[NV];

    panel_load (dz, v, columns);
    panel_store (packed, v, LM_PANEL);
  }
}

/* One row of the pooled gradient: each number goes to one of four pixels of two packed rows, `line` apart. */
static void
pack_pooled_row (const lm_real *dz,
                 const guint8 *codes,
                 gint64 step,
                 gint64 n,
                 gint64 columns,
                 lm_real *packed,
                 gint64 line)
{
  for (gint64 x = 0; x < n; x++, dz += step, codes += step, packed += 2 * LM_PANEL) {
    vf g[NV];
    guint8 code[LM_PANEL] = { 0 };

    panel_load (dz, g, columns);
    if (columns == LM_PANEL)
      memcpy (code, codes, LM_PANEL);
    else
      memcpy (code, codes, (gsize) columns);
    for (int v = 0; v < NV; v++) {
      vi place = __builtin_convertvector(*(const vb *) (code + v * VL), vi);
      lm_real *p = packed + v * VL;

      VSTORE (p, vsel (place == viset (0), g[v], (vf){ 0 }));
      VSTORE (p + LM_PANEL, vsel (place == viset (1), g[v], (vf){ 0 }));
      VSTORE (p + line, vsel (place == viset (2), g[v], (vf){ 0 }));
      VSTORE (p + line + LM_PANEL, vsel (place == viset (3), g[v], (vf){ 0 }));
    }
  }
}

/* dz of a unit for the panel that begins at channel `column`. */
static void
pack (const LmConvDwJob *job,
      const LmDwCut *cut,
      const LmDwUnit *u,
      gint64 column,
      gint64 columns,
      lm_real *packed)
{
  gint64 width = u->x1 - u->x0, o = job->s.o;

  for (gint64 n = u->n0; n < u->n1; n++)
    for (gint64 y = u->y0; y < u->y1; y++) {
      gint64 at = ((n * cut->height + y) * cut->width + u->x0) * o + column;

      if (job->code == NULL) {
        pack_row (job->dz + at, o, width, columns, packed);
        packed += width * LM_PANEL;
      } else {
        pack_pooled_row (job->dz + at, job->code + at, o, width, columns, packed, 2 * width * LM_PANEL);
        packed += 4 * width * LM_PANEL;
      }
    }
}

/* A window of pixels of dz and what x holds under it for one tap: `run` numbers side by side. */
typedef struct {
  gint64 images, rows, columns;
  const lm_real *x;
  gint64 x_image, x_row, x_step; /* from picture to picture, row to row, pixel to pixel */
  const lm_real *packed;
  gint64 packed_image, packed_row;
} Patch;

INLINE void
accumulate_tile (int rows,
                 const Patch *p,
                 gint64 k,
                 lm_real *out)
{
  LmTile a;

#pragma GCC unroll 12
  for (int i = 0; i < rows; i++)
    panel_load (out + i * LM_PANEL, a[i], LM_PANEL);
  for (gint64 n = 0; n < p->images; n++)
    for (gint64 y = 0; y < p->rows; y++)
      tile_run_across (rows, p->x + n * p->x_image + y * p->x_row + k, p->x_step,
                       p->packed + n * p->packed_image + y * p->packed_row, p->columns, a);
#pragma GCC unroll 12
  for (int i = 0; i < rows; i++)
    panel_store (out + i * LM_PANEL, a[i], LM_PANEL);
}

#define DEFINE(R)                                           \
  NOINLINE void                                             \
    accumulate_##R (const Patch *p, gint64 k, lm_real *out) \
  {                                                         \
    accumulate_tile (R, p, k, out);                         \
  }

TILE_EACH (DEFINE)
#undef DEFINE

/* out[k] += Σ over the patch of x[k]·dz, for k = 0 … run − 1. */
static void
accumulate (const Patch *p,
            gint64 run,
            lm_real *out)
{
  for (gint64 k = 0; k < run;) {
#define CALL(R)                                \
  do {                                         \
    accumulate_##R (p, k, out + k * LM_PANEL); \
    k += R;                                    \
  } while (0)
    TILE_ROWS (run - k, CALL);
#undef CALL
  }
}

/* Smallest i ≥ from with i·step + offset ≥ 0, and the end of those with i·step + offset < size. */
static void
clip (gint64 step,
      gint64 offset,
      gint64 size,
      gint64 *from,
      gint64 *to)
{
  if (*from * step + offset < 0)
    *from = (-offset + step - 1) / step;
  if (*to > *from && (*to - 1) * step + offset >= size)
    *to = size - offset > 0 ? (size - offset + step - 1) / step : *from;
}

/* The part of a unit whose pixels meet x at taps (r, q) … (r, q + n − 1). */
static Patch
patch_of (const LmConvDwJob *job,
          const LmDwUnit *u,
          gint64 r,
          gint64 q,
          gint64 n,
          gint64 channel,
          const lm_real *packed)
{
  const LmConvShape *s = &job->s;
  gint64 y0 = u->y0, y1 = u->y1, x0 = u->x0, x1 = u->x1, right = x1, oy = r * s->dh - s->top, ox = q * s->dw - s->left;
  gint64 width = u->x1 - u->x0;

  clip (s->sh, oy, s->h, &y0, &y1);
  clip (s->sw, ox, s->w, &x0, &x1);
  clip (s->sw, ox + (n - 1) * s->dw, s->w, &x0, &right);

  return (Patch){
    .images = u->n1 - u->n0,
    .rows = y1 - y0,
    .columns = LM_MIN (x1, right) - x0,
    .x = job->x + ((u->n0 * s->h + y0 * s->sh + oy) * s->w + x0 * s->sw + ox) * s->c + channel,
    .x_image = s->h * s->w * s->c,
    .x_row = s->sh * s->w * s->c,
    .x_step = s->sw * s->c,
    .packed = packed + ((y0 - u->y0) * width + x0 - u->x0) * LM_PANEL,
    .packed_image = (u->y1 - u->y0) * width * LM_PANEL,
    .packed_row = width * LM_PANEL,
  };
}

/* TRUE if no tap ever meets the padding, and the taps of a row lie side by side in x: they then make one run. */
static gboolean
has_runs (const LmConvShape *s)
{
  return s->groups == 1 && s->top == 0 && s->left == 0 && (s->dw == 1 || s->kw == 1) &&
         (s->oh - 1) * s->sh + (s->kh - 1) * s->dh < s->h && (s->ow - 1) * s->sw + (s->kw - 1) * s->dw < s->w;
}

static void
unit_panel (const LmConvDwJob *job,
            const LmDwUnit *u,
            gint64 channel,
            const lm_real *packed,
            lm_real *out)
{
  const LmConvShape *s = &job->s;
  gint64 in = s->c / s->groups;
  gboolean runs = has_runs (s);

  for (gint64 r = 0; r < s->kh; r++)
    for (gint64 q = 0; q < (runs ? 1 : s->kw); q++, out += (runs ? s->kw : 1) * in * LM_PANEL) {
      Patch p = patch_of (job, u, r, q, runs ? s->kw : 1, channel, packed);

      if (p.rows > 0 && p.columns > 0)
        accumulate (&p, runs ? s->kw * in : in, out);
    }
}

static void
add_db (gint64 n,
        const lm_real *packed,
        lm_real *out)
{
  vf sum[NV];

  panel_load (out, sum, LM_PANEL);
  for (gint64 i = 0; i < n; i++, packed += LM_PANEL)
    for (int v = 0; v < NV; v++)
      sum[v] += VLOAD (packed + v * VL);
  panel_store (out, sum, LM_PANEL);
}

static void
conv_dw (void *data,
         int task,
         int thread)
{
  const LmConvDwJob *job = data;
  const LmConvShape *s = &job->s;
  gboolean pooled = job->code != NULL;
  LmDwCut cut = cut_of (s, pooled);
  gint64 slice = task / cut.parts, part = task % cut.parts, out = s->o / s->groups, panels = lm_panels (out);
  gint64 first = n_panels (s) * part / cut.parts, last = n_panels (s) * (part + 1) / cut.parts;
  lm_real *sums = (lm_real *) job->work + slice * cut.size, *db = sums + n_panels (s) * panel_size (s);
  lm_real packed[DW_MAX_PIXELS * LM_PANEL] __attribute__ ((aligned (64)));

  if (is_sparse (job)) {
    sparse_dw (job, task);
    return;
  }

  memset (sums + first * panel_size (s), 0, (gsize) ((last - first) * panel_size (s)) * sizeof (lm_real));
  memset (db + first * LM_PANEL, 0, (gsize) ((last - first) * LM_PANEL) * sizeof (lm_real));

  for (gint64 i = cut.units * slice / cut.slices; i < cut.units * (slice + 1) / cut.slices; i++) {
    LmDwUnit u = lm_dw_unit (&cut, i), whole = u;

    if (pooled)
      whole = (LmDwUnit){ u.n0, u.n1, 2 * u.y0, 2 * u.y1, 2 * u.x0, 2 * u.x1 };

    for (gint64 p = first; p < last; p++) {
      gint64 group = p / panels, column = p % panels * LM_PANEL, columns = LM_MIN (LM_PANEL, out - column);

      pack (job, &cut, &u, group * out + column, columns, packed);
      unit_panel (job, &whole, group * (s->c / s->groups), packed, sums + p * panel_size (s));
      add_db ((whole.n1 - whole.n0) * (whole.y1 - whole.y0) * (whole.x1 - whole.x0), packed, db + p * LM_PANEL);
    }
  }
}

/* Rows of dw in one task of the sum; db comes as a task of its own, the last. */
enum {
  SUM_NUMBERS = 2048,
};

static gint64
sum_rows (const LmConvShape *s)
{
  return LM_MAX (1, SUM_NUMBERS / s->o);
}

static int
conv_dw_sum_tasks (const LmConvDwJob *job)
{
  gint64 k = job->s.kh * job->s.kw * (job->s.c / job->s.groups), rows = sum_rows (&job->s);

  if (is_sparse (job))
    return sparse_dw_sum_tasks (job);
  return (int) ((k + rows - 1) / rows) + 1;
}

/* Numbers at `at` of all slices, added in order. */
static void
sum_slices (const LmConvDwJob *job,
            const LmDwCut *cut,
            gint64 at,
            vf *sum)
{
  const lm_real *p = (const lm_real *) job->work + at;

  panel_load (p, sum, LM_PANEL);
  for (gint64 i = 1; i < cut->slices; i++) {
    p += cut->size;
    for (int v = 0; v < NV; v++)
      sum[v] += VLOAD (p + v * VL);
  }
}

static void
sum_db (const LmConvDwJob *job,
        const LmDwCut *cut)
{
  const LmConvShape *s = &job->s;
  gint64 out = s->o / s->groups, panels = lm_panels (out), at = n_panels (s) * panel_size (s);

  for (gint64 p = 0; p < n_panels (s); p++, at += LM_PANEL) {
    gint64 column = p % panels * LM_PANEL;
    lm_real g[LM_PANEL];
    vf sum[NV];

    sum_slices (job, cut, at, sum);
    panel_store (g, sum, LM_PANEL);
    deliver (&job->db, p / panels * out + column, LM_MIN (LM_PANEL, out - column), g);
  }
  lm_deliver_padding (&job->db, s->o);
}

static void
conv_dw_sum (void *data,
             int task,
             int thread)
{
  const LmConvDwJob *job = data;
  const LmConvShape *s = &job->s;
  LmDwCut cut = cut_of (s, job->code != NULL);
  gint64 k = s->kh * s->kw * (s->c / s->groups), out = s->o / s->groups, panels = lm_panels (out), rows = sum_rows (s);
  gint64 from = task * rows, to = LM_MIN (from + rows, k);

  if (is_sparse (job)) {
    sparse_dw_sum (job, task);
    return;
  }

  if (from >= k) {
    sum_db (job, &cut);
    return;
  }

  for (gint64 row = from; row < to; row++)
    for (gint64 p = 0; p < n_panels (s); p++) {
      gint64 column = p % panels * LM_PANEL;
      lm_real g[LM_PANEL];
      vf sum[NV];

      sum_slices (job, &cut, p * panel_size (s) + row * LM_PANEL, sum);
      panel_store (g, sum, LM_PANEL);
      deliver (&job->dw, row * s->o + p / panels * out + column, LM_MIN (LM_PANEL, out - column), g);
    }
}

void
LM_K (lm_fill_conv_dw) (LmKernels *table)
{
  table->conv_dw_workspace = conv_dw_workspace;
  table->conv_dw_tasks = conv_dw_tasks;
  table->conv_dw = conv_dw;
  table->conv_dw_sum_tasks = conv_dw_sum_tasks;
  table->conv_dw_sum = conv_dw_sum;
}
