/* kernels-dense-grad.c: gradients of a product, with the optimizer's step in the epilogue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-arena.h"
#include "lm-tile.h"

enum {
  ROW_BLOCK = 132,   /* dx: rows of one task */
  TURNED = 256,      /* dx: outputs whose weights are transposed at a time, on the stack */
  ROWS_PACKED = 256, /* dw: rows whose dz is packed at a time, on the stack */
  K_STEP = 48,       /* dw: inputs whose gradient is collected before it is delivered; a multiple of every tile's rows */
  MAX_SLICES = 16,
};

/* dx: blocks of rows × groups of 16 inputs. */
static int
dense_dx_tasks (const LmDenseGradJob *job)
{
  return (int) ((job->rows + ROW_BLOCK - 1) / ROW_BLOCK * lm_panels (job->k));
}

/* turned[n][j] = W[k0 + j][n0 + n] for count outputs from n0 on. */
static void
turn (const LmDenseGradJob *job,
      gint64 k0,
      gint64 n0,
      gint64 count,
      lm_real *turned)
{
  gint64 inputs = LM_MIN (LM_PANEL, job->k - k0);

  if (inputs < LM_PANEL)
    memset (turned, 0, (gsize) (count * LM_PANEL) * sizeof (lm_real));

  for (gint64 n = 0; n < count; n += LM_PANEL) {
    const lm_real *w = job->w + ((n0 + n) / LM_PANEL * job->k + k0) * LM_PANEL;
    gint64 columns = LM_MIN (LM_PANEL, count - n);

    for (gint64 c = 0; c < columns; c++)
      for (gint64 j = 0; j < inputs; j++)
        turned[(n + c) * LM_PANEL + j] = w[j * LM_PANEL + c];
  }
}

INLINE void
dx_tile (int rows,
         const LmDenseGradJob *job,
         gint64 row,
         gint64 k0,
         gint64 n0,
         gint64 count,
         const lm_real *turned)
{
  lm_real *dx = job->dx + row * job->x_stride + k0;
  gint64 inputs = LM_MIN (LM_PANEL, job->k - k0);
  const lm_real *dz[MR];
  LmTile a;

#pragma GCC unroll 12
  for (int i = 0; i < rows; i++)
    dz[i] = job->dz + (row + i) * job->dz_stride + n0;

  tile_clear (rows, a);
  if (n0 > 0 || job->add_dx)
    for (int i = 0; i < rows; i++)
      panel_load (dx + i * job->x_stride, a[i], inputs);
  tile_run (rows, dz, turned, count, a);
  for (int i = 0; i < rows; i++)
    panel_store (dx + i * job->x_stride, a[i], inputs);
}

static void
dense_dx (void *data,
          int task,
          int thread)
{
  const LmDenseGradJob *job = data;
  gint64 groups = lm_panels (job->k), k0 = task % groups * LM_PANEL;
  gint64 from = task / groups * ROW_BLOCK, to = LM_MIN (from + ROW_BLOCK, job->rows);
  lm_real turned[TURNED * LM_PANEL] __attribute__ ((aligned (64)));

  for (gint64 n0 = 0; n0 < job->n; n0 += TURNED) {
    gint64 count = LM_MIN (TURNED, job->n - n0);

    turn (job, k0, n0, count, turned);
    for (gint64 row = from; row < to;) {
#define CALL(R)                                   \
  do {                                            \
    dx_tile (R, job, row, k0, n0, count, turned); \
    row += R;                                     \
  } while (0)
      TILE_ROWS (to - row, CALL);
#undef CALL
    }
  }
}

/* dw: panels × blocks of inputs × slices of rows. Up to ROWS_PACKED rows there is one slice and the gradient goes straight
 * to its place; beyond, slices leave partial sums in the workspace, [slice][panel][k + 1][16], the last row being db. */
typedef struct {
  gint64 panels;
  gint64 blocks;
  gint64 block; /* inputs in a block */
  gint64 slices;
  gboolean partial;
} DwCut;

static DwCut
dw_cut (gint64 rows,
        gint64 k,
        gint64 n)
{
  DwCut cut = { .panels = lm_panels (n), .slices = 1, .partial = rows > ROWS_PACKED };
  gint64 wanted;

  cut.block = 1000000 / (2 * LM_PANEL * LM_MAX (1, LM_MIN (rows, ROWS_PACKED)));
  cut.block = LM_MAX (1, (LM_MIN (cut.block, k) + K_STEP - 1) / K_STEP) * K_STEP;
  cut.blocks = (k + cut.block - 1) / cut.block;

  if (cut.partial) {
    wanted = LM_MAX (1, MAX_SLICES / (cut.panels * cut.blocks));
    cut.slices = LM_MIN (wanted, (rows + ROWS_PACKED - 1) / ROWS_PACKED);
  }
  return cut;
}

static gsize
dense_dw_workspace (gint64 rows,
                    gint64 k,
                    gint64 n)
{
  DwCut cut = dw_cut (rows, k, n);

  return cut.partial ? lm_align ((gsize) (cut.slices * cut.panels * (k + 1) * LM_PANEL) * sizeof (lm_real)) : 0;
}

static int
dense_dw_tasks (const LmDenseGradJob *job)
{
  DwCut cut = dw_cut (job->rows, job->k, job->n);

  return (int) (cut.slices * cut.panels * cut.blocks);
}

static int
dense_dw_sum_tasks (const LmDenseGradJob *job)
{
  DwCut cut = dw_cut (job->rows, job->k, job->n);

  return cut.partial ? (int) (cut.panels * cut.blocks) : 0;
}

static void
pack_dz (const LmDenseGradJob *job,
         gint64 panel,
         gint64 row,
         gint64 count,
         lm_real *packed)
{
  const lm_real *dz = job->dz + row * job->dz_stride + panel * LM_PANEL;
  gint64 columns = LM_MIN (LM_PANEL, job->n - panel * LM_PANEL);

  for (gint64 r = 0; r < count; r++, dz += job->dz_stride, packed += LM_PANEL) {
    vf v[NV];

    panel_load (dz, v, columns);
    panel_store (packed, v, LM_PANEL);
  }
}

/* out[k] (+)= Σ x[r][k]·dz[r] over the packed rows, for inputs k0 … k0 + count − 1. */
static void
dw_block (const LmDenseGradJob *job,
          gint64 row,
          gint64 rows,
          gint64 k0,
          gint64 count,
          const lm_real *packed,
          gboolean add,
          lm_real *out)
{
  const lm_real *x = job->x + row * job->x_stride + k0;

  for (gint64 k = 0; k < count;) {
#define CALL(R)                                                 \
  do {                                                          \
    lm_real *o = out + k * LM_PANEL;                            \
    LmTile a;                                                   \
    tile_clear (R, a);                                          \
    tile_run_across (R, x + k, job->x_stride, packed, rows, a); \
    for (int i = 0; i < R; i++)                                 \
      for (int v = 0; v < NV; v++) {                            \
        lm_real *place = o + i * LM_PANEL + v * VL;             \
        vstore_or_add (place, a[i][v], add);                    \
      }                                                         \
    k += R;                                                     \
  } while (0)
    TILE_ROWS (count - k, CALL);
#undef CALL
  }
}

static void
db_block (gint64 rows,
          const lm_real *packed,
          gboolean add,
          lm_real *out)
{
  for (int v = 0; v < NV; v++) {
    vf sum = { 0 };

    for (gint64 r = 0; r < rows; r++)
      sum += VLOAD (packed + r * LM_PANEL + v * VL);
    vstore_or_add (out + v * VL, sum, add);
  }
}

/* One slice: the gradient of a few inputs at a time is made on the stack and delivered at once. */
static void
dw_whole (const LmDenseGradJob *job,
          gint64 panel,
          gint64 from,
          gint64 to)
{
  lm_real packed[ROWS_PACKED * LM_PANEL] __attribute__ ((aligned (64)));
  lm_real g[K_STEP * LM_PANEL] __attribute__ ((aligned (64)));

  pack_dz (job, panel, 0, job->rows, packed);
  if (job->dw.into != LM_INTO_NOTHING)
    for (gint64 k = from; k < to; k += K_STEP) {
      gint64 count = LM_MIN (K_STEP, to - k);

      dw_block (job, 0, job->rows, k, count, packed, FALSE, g);
      deliver (&job->dw, (panel * job->k + k) * LM_PANEL, count * LM_PANEL, g);
    }

  if (from == 0 && job->db.into != LM_INTO_NOTHING) {
    db_block (job->rows, packed, FALSE, g);
    deliver (&job->db, panel * LM_PANEL, LM_PANEL, g);
  }
}

static void
dw_part (const LmDenseGradJob *job,
         const DwCut *cut,
         gint64 slice,
         gint64 panel,
         gint64 from,
         gint64 to)
{
  lm_real packed[ROWS_PACKED * LM_PANEL] __attribute__ ((aligned (64)));
  lm_real *out = (lm_real *) job->work + (slice * cut->panels + panel) * (job->k + 1) * LM_PANEL;
  gint64 begin = job->rows * slice / cut->slices, end = job->rows * (slice + 1) / cut->slices;

  for (gint64 row = begin; row < end; row += ROWS_PACKED) {
    gint64 rows = LM_MIN (ROWS_PACKED, end - row);

    pack_dz (job, panel, row, rows, packed);
    if (job->dw.into != LM_INTO_NOTHING)
      dw_block (job, row, rows, from, to - from, packed, row > begin, out + from * LM_PANEL);
    if (from == 0)
      db_block (rows, packed, row > begin, out + job->k * LM_PANEL);
  }
}

static void
dense_dw (void *data,
          int task,
          int thread)
{
  const LmDenseGradJob *job = data;
  DwCut cut = dw_cut (job->rows, job->k, job->n);
  gint64 panel = task / cut.blocks % cut.panels, slice = task / cut.blocks / cut.panels;
  gint64 from = task % cut.blocks * cut.block, to = LM_MIN (from + cut.block, job->k);

  if (cut.partial)
    dw_part (job, &cut, slice, panel, from, to);
  else
    dw_whole (job, panel, from, to);
}

static void
dense_dw_sum (void *data,
              int task,
              int thread)
{
  const LmDenseGradJob *job = data;
  DwCut cut = dw_cut (job->rows, job->k, job->n);
  gint64 panel = task / cut.blocks;
  gint64 from = task % cut.blocks * cut.block, to = LM_MIN (from + cut.block, job->k);
  gint64 slice_size = cut.panels * (job->k + 1) * LM_PANEL;
  const lm_real *part = (const lm_real *) job->work + panel * (job->k + 1) * LM_PANEL;
  lm_real g[K_STEP * LM_PANEL] __attribute__ ((aligned (64)));

  /* Behind the last block comes the row of db. */
  if (to == job->k)
    to++;

  for (gint64 k = from; k < to; k += K_STEP) {
    gint64 count = LM_MIN (K_STEP, to - k), inputs = LM_MIN (count, job->k - k);
    const lm_real *p = part + k * LM_PANEL;

    VFOR (count * LM_PANEL, {
      vf sum = VGET (p);

      for (gint64 s = 1; s < cut.slices; s++)
        sum += VGET (p + s * slice_size);
      VPUT (g, sum);
    });

    if (inputs > 0)
      deliver (&job->dw, (panel * job->k + k) * LM_PANEL, inputs * LM_PANEL, g);
    if (inputs < count)
      deliver (&job->db, panel * LM_PANEL, LM_PANEL, g + inputs * LM_PANEL);
  }
}

void
LM_K (lm_fill_dense_grad) (LmKernels *table)
{
  table->dense_dx_tasks = dense_dx_tasks;
  table->dense_dx = dense_dx;
  table->dense_dw_workspace = dense_dw_workspace;
  table->dense_dw_tasks = dense_dw_tasks;
  table->dense_dw = dense_dw;
  table->dense_dw_sum_tasks = dense_dw_sum_tasks;
  table->dense_dw_sum = dense_dw_sum;
}
