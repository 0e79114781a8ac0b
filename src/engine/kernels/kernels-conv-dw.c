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
  LmDwCut cut = { .height = s->oh / side, .width = s->ow / side };

  cut.columns = LM_MIN (cut.width, DW_MAX_PIXELS / (side * side));
  cut.rows = LM_MIN (LM_MAX (1, DW_PIXELS / (side * side * LM_MAX (1, cut.columns))), LM_MAX (1, cut.height));
  cut.down = (cut.height + cut.rows - 1) / cut.rows;
  cut.across = cut.columns > 0 ? (cut.width + cut.columns - 1) / cut.columns : 0;
  cut.units = s->n * cut.down * cut.across;

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

  return LM_MAX (bytes, LM_K (lm_sparse_dw_workspace) (shape));
}

static gboolean
is_sparse (const LmConvDwJob *job)
{
  return job->code != NULL && LM_K (lm_sparse_dw_fits) (&job->s);
}

static int
conv_dw_tasks (const LmConvDwJob *job)
{
  LmDwCut cut;

  if (is_sparse (job))
    return LM_K (lm_sparse_dw_tasks) (job);

  cut = cut_of (&job->s, job->code != NULL);
  return (int) (cut.slices * cut.parts);
}

/* dz of a unit for one panel, pixel by pixel. */
static void
pack (const LmConvDwJob *job,
      const LmDwUnit *u,
      gint64 column,
      gint64 columns,
      lm_real *packed)
{
  const LmConvShape *s = &job->s;

  for (gint64 y = u->y0; y < u->y1; y++) {
    const lm_real *dz = job->dz + ((u->image * s->oh + y) * s->ow + u->x0) * s->o + column;

    for (gint64 x = u->x0; x < u->x1; x++, dz += s->o, packed += LM_PANEL) {
      vf v[NV];

      panel_load (dz, v, columns);
      panel_store (packed, v, LM_PANEL);
    }
  }
}

/* The same from the pooled gradient: it goes to one of four pixels. Two rows of packed pixels for each pooled row. */
static void
pack_pooled (const LmConvDwJob *job,
             const LmDwUnit *u,
             gint64 column,
             gint64 columns,
             lm_real *packed)
{
  const LmConvShape *s = &job->s;
  gint64 line = 2 * (u->x1 - u->x0) * LM_PANEL;

  for (gint64 y = u->y0; y < u->y1; y++, packed += line) {
    gint64 at = ((u->image * (s->oh / 2) + y) * (s->ow / 2) + u->x0) * s->o + column;

    for (gint64 x = u->x0; x < u->x1; x++, at += s->o, packed += 2 * LM_PANEL) {
      vf g[NV];
      guint8 code[LM_PANEL] = { 0 };

      panel_load (job->dz + at, g, columns);
      memcpy (code, job->code + at, (gsize) columns);
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
}

/* A window of pixels of dz and what x holds under it for one tap: `run` numbers side by side. */
typedef struct {
  gint64 rows, columns;
  const lm_real *x;
  gint64 x_row, x_step; /* from row to row and pixel to pixel */
  const lm_real *packed;
  gint64 packed_row;
} Patch;

/* out[k] += Σ over the patch of x[k]·dz, for k = 0 … run − 1. */
static void
accumulate (const Patch *p,
            gint64 run,
            lm_real *out)
{
  for (gint64 k = 0; k < run;) {
#define CALL(R)                                                                                              \
  do {                                                                                                       \
    lm_real *o = out + k * LM_PANEL;                                                                         \
    LmTile a;                                                                                                \
    for (int i = 0; i < R; i++)                                                                              \
      panel_load (o + i * LM_PANEL, a[i], LM_PANEL);                                                         \
    for (gint64 y = 0; y < p->rows; y++)                                                                     \
      tile_run_across (R, p->x + y * p->x_row + k, p->x_step, p->packed + y * p->packed_row, p->columns, a); \
    for (int i = 0; i < R; i++)                                                                              \
      panel_store (o + i * LM_PANEL, a[i], LM_PANEL);                                                        \
    k += R;                                                                                                  \
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
    .rows = y1 - y0,
    .columns = LM_MIN (x1, right) - x0,
    .x = job->x + ((u->image * s->h + y0 * s->sh + oy) * s->w + x0 * s->sw + ox) * s->c + channel,
    .x_row = s->sh * s->w * s->c,
    .x_step = s->sw * s->c,
    .packed = packed + ((y0 - u->y0) * width + x0 - u->x0) * LM_PANEL,
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
    LM_K (lm_sparse_dw)
    (job, task);
    return;
  }

  memset (sums + first * panel_size (s), 0, (gsize) ((last - first) * panel_size (s)) * sizeof (lm_real));
  memset (db + first * LM_PANEL, 0, (gsize) ((last - first) * LM_PANEL) * sizeof (lm_real));

  for (gint64 i = cut.units * slice / cut.slices; i < cut.units * (slice + 1) / cut.slices; i++) {
    LmDwUnit u = lm_dw_unit (&cut, i), whole = u;

    if (pooled)
      whole = (LmDwUnit){ u.image, 2 * u.y0, 2 * u.y1, 2 * u.x0, 2 * u.x1 };

    for (gint64 p = first; p < last; p++) {
      gint64 group = p / panels, column = p % panels * LM_PANEL, columns = LM_MIN (LM_PANEL, out - column);

      if (pooled)
        pack_pooled (job, &u, group * out + column, columns, packed);
      else
        pack (job, &u, group * out + column, columns, packed);
      unit_panel (job, &whole, group * (s->c / s->groups), packed, sums + p * panel_size (s));
      add_db ((whole.y1 - whole.y0) * (whole.x1 - whole.x0), packed, db + p * LM_PANEL);
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
    return LM_K (lm_sparse_dw_sum_tasks) (job);
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
    LM_K (lm_sparse_dw_sum)
    (job, task);
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
