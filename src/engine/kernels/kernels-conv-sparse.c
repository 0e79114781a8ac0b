/* kernels-conv-sparse.c: weight gradient of a convolution under fused 2×2 maxima
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-arena.h"
#include "lm-conv-dw.h"

/* At most one of four pixels has a gradient, so instead of the product over all pixels, each output channel goes through a
 * list of the winners: dw[:, o] += g·x[run], run by run of the window. Exact, with a quarter of the products.
 *
 * Partial sums lie in [slice][output][row of the window][run padded to VL], followed by db, [output]. */

enum {
  OUTPUTS = 8,       /* whose lists are made at the same time */
  LIST_PIXELS = 256, /* pooled pixels in a unit at most */
};

static gint64
padded_run (const LmConvShape *s)
{
  return (s->kw * s->c + VL - 1) / VL * VL;
}

static LmDwCut
cut_of (const LmConvShape *s)
{
  LmDwCut cut = { .n = s->n, .height = s->oh / 2, .width = s->ow / 2, .parts = 1 };

  lm_dw_set_units (&cut, LIST_PIXELS, LIST_PIXELS, DW_NEAR / (s->h * s->w * s->c * (gint64) sizeof (lm_real)));
  cut.slices = LM_MAX (1, LM_MIN (DW_MAX_SLICES, cut.units));
  cut.size = s->o * (s->kh * padded_run (s) + 1);
  return cut;
}

/* Only where no tap meets the padding, runs are long enough for vectors, rows of the window are contiguous, and places in a
 * picture fit 31 bits. */
gboolean
sparse_dw_fits (const LmConvShape *s)
{
  return VL > 2 && s->groups == 1 && s->top == 0 && s->left == 0 && s->dw == 1 && s->kw * s->c >= 8 &&
         (s->oh - 1) * s->sh + (s->kh - 1) * s->dh < s->h && (s->ow - 1) * s->sw + s->kw <= s->w &&
         s->h * s->w * s->c <= G_MAXINT32;
}

gsize
sparse_dw_workspace (const LmConvShape *shape)
{
  LmDwCut cut = cut_of (shape);

  return sparse_dw_fits (shape) ? lm_align ((gsize) (cut.slices * cut.size) * sizeof (lm_real)) : 0;
}

int
sparse_dw_tasks (const LmConvDwJob *job)
{
  return (int) cut_of (&job->s).slices;
}

/* The winners of one output channel within a unit: where in x the window begins, and the gradient. */
typedef struct {
  gint32 at[LIST_PIXELS];
  lm_real g[LIST_PIXELS];
  gint64 n;
} List;

/* Without a branch: every pixel is written, and only a winner moves the end on. */
static void
make_lists (const LmConvDwJob *job,
            const LmDwUnit *u,
            gint64 o0,
            gint64 outputs,
            List *lists)
{
  const LmConvShape *s = &job->s;
  gint64 line = s->sh * s->w * s->c, step = s->sw * s->c;
  const gint32 shift[5] = { 0, (gint32) step, (gint32) line, (gint32) (line + step), 0 };

  for (gint64 o = 0; o < outputs; o++)
    lists[o].n = 0;

  for (gint64 n = u->n0; n < u->n1; n++)
    for (gint64 y = u->y0; y < u->y1; y++)
      for (gint64 x = u->x0; x < u->x1; x++) {
        gint64 at = ((n * (s->oh / 2) + y) * (s->ow / 2) + x) * s->o + o0;
        gint32 base = (gint32) ((n - u->n0) * s->h * s->w * s->c + 2 * (y - u->y0) * line + 2 * (x - u->x0) * step);

        for (gint64 o = 0; o < outputs; o++) {
          guint8 code = job->code[at + o];
          List *list = &lists[o];

          list->at[list->n] = base + shift[code];
          list->g[list->n] = job->dz[at + o];
          list->n += code != 4;
        }
      }
}

/* sums[0 … n·VL) += Σ g·x over the list, n vectors of a run, the last of which has `last` numbers. */
INLINE void
run_vectors (int n,
             gint64 last,
             const lm_real *x,
             const List *list,
             lm_real *sums)
{
  vf a[12];

#pragma GCC unroll 12
  for (int v = 0; v < n; v++)
    a[v] = VLOAD (sums + v * VL);

  for (gint64 i = 0; i < list->n; i++) {
    const lm_real *p = x + list->at[i];
    vf g = vset (list->g[i]);

#pragma GCC unroll 12
    for (int v = 0; v < n; v++)
      a[v] += g * (v < n - 1 || last == VL ? VLOAD (p + v * VL) : vload_n (p + v * VL, last));
  }

#pragma GCC unroll 12
  for (int v = 0; v < n; v++)
    VSTORE (sums + v * VL, a[v]);
}

/* Short runs: three rows of the window at once, or the additions would wait for each other. */
INLINE void
three_rows (int n,
            gint64 last,
            const lm_real *x,
            gint64 line,
            const List *list,
            lm_real *sums,
            gint64 padded)
{
  vf a[3][2];

  for (int r = 0; r < 3; r++)
    for (int v = 0; v < n; v++)
      a[r][v] = VLOAD (sums + r * padded + v * VL);

  for (gint64 i = 0; i < list->n; i++) {
    const lm_real *p = x + list->at[i];
    vf g = vset (list->g[i]);

#pragma GCC unroll 3
    for (int r = 0; r < 3; r++)
#pragma GCC unroll 2
      for (int v = 0; v < n; v++)
        a[r][v] += g * (v < n - 1 || last == VL ? VLOAD (p + r * line + v * VL) : vload_n (p + r * line + v * VL, last));
  }

  for (int r = 0; r < 3; r++)
    for (int v = 0; v < n; v++)
      VSTORE (sums + r * padded + v * VL, a[r][v]);
}

static void
row_of_window (const lm_real *x,
               gint64 run,
               const List *list,
               lm_real *sums)
{
  gint64 whole = run / VL, v = 0;

  for (; whole - v >= 12; v += 12)
    run_vectors (12, VL, x + v * VL, list, sums + v * VL);
  for (; whole - v >= 6; v += 6)
    run_vectors (6, VL, x + v * VL, list, sums + v * VL);
  for (; whole - v >= 2; v += 2)
    run_vectors (2, VL, x + v * VL, list, sums + v * VL);
  for (; v < whole; v++)
    run_vectors (1, VL, x + v * VL, list, sums + v * VL);
  if (run % VL != 0)
    run_vectors (1, run % VL, x + v * VL, list, sums + v * VL);
}

static void
one_output (const LmConvShape *s,
            const lm_real *x,
            const List *list,
            lm_real *sums)
{
  gint64 run = s->kw * s->c, padded = padded_run (s), line = s->dh * s->w * s->c;
  gint64 last = run % VL != 0 ? run % VL : VL;

  if (s->kh == 3 && padded == VL)
    three_rows (1, last, x, line, list, sums, padded);
  else if (s->kh == 3 && padded == 2 * VL)
    three_rows (2, last, x, line, list, sums, padded);
  else
    for (gint64 r = 0; r < s->kh; r++)
      row_of_window (x + r * line, run, list, sums + r * padded);
}

void
sparse_dw (const LmConvDwJob *job,
           int task)
{
  const LmConvShape *s = &job->s;
  LmDwCut cut = cut_of (s);
  gint64 size = s->kh * padded_run (s);
  lm_real *sums = (lm_real *) job->work + task * cut.size, *db = sums + s->o * size;
  List lists[OUTPUTS];

  memset (sums, 0, (gsize) cut.size * sizeof (lm_real));

  for (gint64 i = cut.units * task / cut.slices; i < cut.units * (task + 1) / cut.slices; i++) {
    LmDwUnit u = lm_dw_unit (&cut, i);
    const lm_real *x = job->x + ((u.n0 * s->h + 2 * u.y0 * s->sh) * s->w + 2 * u.x0 * s->sw) * s->c;

    for (gint64 o0 = 0; o0 < s->o; o0 += OUTPUTS) {
      gint64 outputs = LM_MIN (OUTPUTS, s->o - o0);

      make_lists (job, &u, o0, outputs, lists);
      for (gint64 o = 0; o < outputs; o++) {
        lm_real sum = 0;

        one_output (s, x, &lists[o], sums + (o0 + o) * size);
        for (gint64 j = 0; j < lists[o].n; j++)
          sum += lists[o].g[j];
        db[o0 + o] += sum;
      }
    }
  }
}

/* A task sums a few rows (tap, channel) of dw over the slices and turns them to natural order; db is the last task. */
static gint64
sum_rows (const LmConvShape *s)
{
  return LM_MAX (1, 2048 / s->o);
}

int
sparse_dw_sum_tasks (const LmConvDwJob *job)
{
  gint64 k = job->s.kh * job->s.kw * job->s.c, rows = sum_rows (&job->s);

  return (int) ((k + rows - 1) / rows) + 1;
}

void
sparse_dw_sum (const LmConvDwJob *job,
               int task)
{
  enum {
    OUT = 64
  };
  const LmConvShape *s = &job->s;
  LmDwCut cut = cut_of (s);
  gint64 run = s->kw * s->c, padded = padded_run (s), size = s->kh * padded, k = s->kh * run, rows = sum_rows (s);
  gboolean is_db = task * rows >= k;
  gint64 from = is_db ? 0 : task * rows, to = is_db ? 1 : LM_MIN (from + rows, k);
  lm_real g[OUT];

  for (gint64 row = from; row < to; row++) {
    const lm_real *p = (const lm_real *) job->work + (is_db ? s->o * size : row / run * padded + row % run);
    gint64 step = is_db ? 1 : size;

    for (gint64 o0 = 0; o0 < s->o; o0 += OUT) {
      gint64 n = LM_MIN (OUT, s->o - o0);

      for (gint64 o = 0; o < n; o++)
        g[o] = p[(o0 + o) * step];
      for (gint64 i = 1; i < cut.slices; i++)
        for (gint64 o = 0; o < n; o++)
          g[o] += p[i * cut.size + (o0 + o) * step];
      deliver (is_db ? &job->db : &job->dw, is_db ? o0 : row * s->o + o0, n, g);
    }
  }

  if (is_db)
    lm_deliver_padding (&job->db, s->o);
}
