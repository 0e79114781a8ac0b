/* kernels-norm.c: moments of columns, and the gradient of normalising by them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-arena.h"
#include "lm-vec.h"

/* Rows are cut into slices by shape alone; each makes partial results, which are then combined in order. */
static gint64
n_slices (gint64 rows,
          gint64 cols)
{
  gint64 wanted = rows * cols / 16384;

  return LM_MAX (1, LM_MIN (LM_MIN (wanted, 16), rows));
}

static gint64
slice_start (gint64 rows,
             gint64 slices,
             gint64 i)
{
  return rows * i / slices;
}

/* So many rows are read at a time, column by column, so that they are still in the first cache for the next columns. */
enum {
  BLOCK = 64
};

/* Two rows of results per slice, and two more for the totals. */
static gsize
workspace (gint64 rows,
           gint64 cols)
{
  return lm_align ((gsize) (2 * (n_slices (rows, cols) + 1) * cols) * sizeof (lm_real));
}

static int
moments_tasks (const LmMomentsJob *job)
{
  return (int) n_slices (job->rows, job->cols);
}

/* Mean and Σ (x − mean)² of one block of rows and at most VL columns, in two passes. */
INLINE void
block_moments (gint64 rows,
               gint64 cols,
               gint64 width,
               const lm_real *x,
               vf *mean,
               vf *m2)
{
  vf sum = { 0 }, square = { 0 }, center;

  for (gint64 r = 0; r < rows; r++)
    sum += width == VL ? VLOAD (x + r * cols) : vload_n (x + r * cols, width);
  center = sum / (lm_real) rows;

  for (gint64 r = 0; r < rows; r++) {
    vf d = (width == VL ? VLOAD (x + r * cols) : vload_n (x + r * cols, width)) - center;

    square += d * d;
  }

  *mean = center;
  *m2 = square;
}

/* (n_a, mean, m2) of one part and (n_b, …) of another → of both. Source: Chan, Golub & LeVeque 1979. */
INLINE void
combine (gint64 n_a,
         gint64 n_b,
         vf mean_b,
         vf m2_b,
         vf *mean,
         vf *m2)
{
  lm_real n = (lm_real) (n_a + n_b);
  vf d = mean_b - *mean;

  *mean += d * ((lm_real) n_b / n);
  *m2 += m2_b + d * d * ((lm_real) n_a * (lm_real) n_b / n);
}

/* Adds one block to what out holds of the slice so far. */
INLINE void
add_block (const LmMomentsJob *job,
           gint64 from,
           gint64 row,
           gint64 rows,
           gint64 column,
           gint64 width,
           lm_real *out)
{
  lm_real *out_mean = out + column, *out_m2 = out_mean + job->cols;
  vf block_mean, block_m2, mean = { 0 }, m2 = { 0 };

  if (row > from) {
    mean = vload_n (out_mean, width);
    m2 = vload_n (out_m2, width);
  }

  block_moments (rows, job->cols, width, job->x + row * job->cols + column, &block_mean, &block_m2);
  combine (row - from, rows, block_mean, block_m2, &mean, &m2);
  vstore_n (out_mean, mean, width);
  vstore_n (out_m2, m2, width);
}

static void
moments (void *data,
         int slice,
         int thread)
{
  const LmMomentsJob *job = data;
  gint64 slices = n_slices (job->rows, job->cols);
  gint64 from = slice_start (job->rows, slices, slice), to = slice_start (job->rows, slices, slice + 1);
  lm_real *out = (lm_real *) job->work + 2 * slice * job->cols;

  for (gint64 r = from; r < to; r += BLOCK) {
    gint64 rows = LM_MIN (to - r, BLOCK), c = 0;

    for (; c + VL <= job->cols; c += VL)
      add_block (job, from, r, rows, c, VL, out);
    if (c < job->cols)
      add_block (job, from, r, rows, c, job->cols - c, out);
  }
}

static void
moments_finish (const LmMomentsJob *job)
{
  gint64 slices = n_slices (job->rows, job->cols);
  const lm_real *part = job->work;

  VFOR (job->cols, {
    vf mean = VGET (part), m2 = VGET (part + job->cols);

    for (gint64 s = 1; s < slices; s++) {
      const lm_real *p = part + 2 * s * job->cols;
      gint64 from = slice_start (job->rows, slices, s), to = slice_start (job->rows, slices, s + 1);

      combine (from, to - from, VGET (p), VGET (p + job->cols), &mean, &m2);
    }
    VPUT (job->mean, mean);
    VPUT (job->variance, m2 / (lm_real) job->rows);
  });
}

static int
norm_grad_tasks (const LmNormGradJob *job)
{
  return (int) n_slices (job->rows, job->cols);
}

static void
norm_sums (void *data,
           int slice,
           int thread)
{
  const LmNormGradJob *job = data;
  gint64 slices = n_slices (job->rows, job->cols), cols = job->cols;
  gint64 from = slice_start (job->rows, slices, slice), to = slice_start (job->rows, slices, slice + 1);
  lm_real *out = (lm_real *) job->work + 2 * (slice + 1) * cols;
  lm_real *out_x = out + cols;

  for (gint64 begin = from; begin < to; begin += BLOCK) {
    gint64 end = LM_MIN (to, begin + BLOCK);

    VFOR (cols, {
      vf mean = VGET (job->mean), sum = { 0 }, sum_x = { 0 };

      for (gint64 r = begin; r < end; r++) {
        vf g = VGET (job->dy + r * cols);

        sum += g;
        sum_x += g * (VGET (job->x + r * cols) - mean);
      }
      sum_x *= VGET (job->rstd);
      VPUT_OR_ADD (out, sum, begin > from);
      VPUT_OR_ADD (out_x, sum_x, begin > from);
    });
  }
}

static void
norm_sums_finish (const LmNormGradJob *job)
{
  gint64 slices = n_slices (job->rows, job->cols), cols = job->cols;
  lm_real *total = job->work, *total_x = total + cols;

  VFOR (cols, {
    vf sum = { 0 }, sum_x = { 0 };

    for (gint64 s = 1; s <= slices; s++) {
      sum += VGET (total + 2 * s * cols);
      sum_x += VGET (total_x + 2 * s * cols);
    }
    VPUT (total, sum);
    VPUT (total_x, sum_x);
    if (job->dbeta != NULL)
      VPUT_OR_ADD (job->dbeta, sum, job->add_dbeta);
    if (job->dgamma != NULL)
      VPUT_OR_ADD (job->dgamma, sum_x, job->add_dgamma);
  });
}

/* dx = gamma·rstd·(dy − mean (dy) − x̂·mean (dy·x̂)), x̂ = (x − mean)·rstd. Source: Ioffe & Szegedy 2015. */
static void
norm_dx (void *data,
         int slice,
         int thread)
{
  const LmNormGradJob *job = data;
  gint64 slices = n_slices (job->rows, job->cols), cols = job->cols;
  gint64 from = slice_start (job->rows, slices, slice), to = slice_start (job->rows, slices, slice + 1);
  const lm_real *total = job->work, *total_x = total + cols;
  vf by_rows = vset (job->frozen ? 0 : 1 / (lm_real) job->rows);

  for (gint64 begin = from; begin < to; begin += BLOCK) {
    gint64 end = LM_MIN (to, begin + BLOCK);

    VFOR (cols, {
      vf mean = VGET (job->mean), rstd = VGET (job->rstd);
      vf factor = rstd;
      vf shift = { 0 }, slope = { 0 };

      if (job->gamma != NULL)
        factor *= VGET (job->gamma);
      if (!job->frozen) {
        shift = VGET (total) * by_rows;
        slope = VGET (total_x) * by_rows * rstd;
      }

      for (gint64 r = begin; r < end; r++) {
        lm_real *dx = job->dx + r * cols;
        vf g = VGET (job->dy + r * cols) - shift;

        if (!job->frozen)
          g -= (VGET (job->x + r * cols) - mean) * slope;
        g *= factor;
        VPUT_OR_ADD (dx, g, job->add_dx);
      }
    });
  }
}

void
LM_K (lm_fill_norm) (LmKernels *table)
{
  table->moments_workspace = workspace;
  table->moments_tasks = moments_tasks;
  table->moments = moments;
  table->moments_finish = moments_finish;
  table->norm_grad_workspace = workspace;
  table->norm_grad_tasks = norm_grad_tasks;
  table->norm_sums = norm_sums;
  table->norm_sums_finish = norm_sums_finish;
  table->norm_dx = norm_dx;
}
