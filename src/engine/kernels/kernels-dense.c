/* kernels-dense.c: y = fn (x·W + b), weights in panels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-tile.h"

/* Rows of one task; a panel is read once for each. */
enum {
  ROW_BLOCK = 132,
};

/* How a product is cut: blocks of rows × groups of panels, about a million operations each. */
typedef struct {
  gint64 blocks;
  gint64 groups;
  gint64 group; /* panels in a group */
} Cut;

static Cut
cut_of (const LmDenseJob *job)
{
  gint64 panels = lm_panels (job->n), blocks = (job->rows + ROW_BLOCK - 1) / ROW_BLOCK;
  gint64 cost = 2 * LM_PANEL * job->k * LM_MIN (job->rows, ROW_BLOCK);
  gint64 group = LM_MAX (1, LM_MIN (panels, 1000000 / LM_MAX (1, cost)));

  return (Cut){ blocks, (panels + group - 1) / group, group };
}

static int
dense_tasks (const LmDenseJob *job)
{
  Cut cut = cut_of (job);

  return (int) (cut.blocks * cut.groups);
}

INLINE void
tile (int rows,
      const LmDenseJob *job,
      gint64 row,
      gint64 panel,
      gboolean is_relu)
{
  const lm_real *x[MR], *bias = job->bias + panel * LM_PANEL;
  lm_real *y = job->y + row * job->y_stride + panel * LM_PANEL;
  gint64 columns = LM_MIN (LM_PANEL, job->n - panel * LM_PANEL);
  vf floor = vset (is_relu ? 0 : -LM_REAL (INFINITY));
  LmTile a;

  tile_clear (rows, a);
#pragma GCC unroll 12
  for (int i = 0; i < rows; i++)
    x[i] = job->x + (row + i) * job->x_stride;
  tile_run (rows, x, job->w + panel * job->k * LM_PANEL, job->k, a);

#pragma GCC unroll 12
  for (int i = 0; i < rows; i++) {
#pragma GCC unroll 8
    for (int v = 0; v < NV; v++) {
      if (job->bias != NULL)
        a[i][v] += VLOAD (bias + v * VL);
      a[i][v] = vmax (floor, a[i][v]);
    }
    if (columns == LM_PANEL)
      panel_store (y + i * job->y_stride, a[i], LM_PANEL);
    else
      panel_store (y + i * job->y_stride, a[i], columns);
  }
}

static void
dense (void *data,
       int task,
       int thread)
{
  const LmDenseJob *job = data;
  Cut cut = cut_of (job);
  gint64 block = task / cut.groups, first = task % cut.groups * cut.group;
  gint64 last = LM_MIN (first + cut.group, lm_panels (job->n));
  gint64 from = block * ROW_BLOCK, to = LM_MIN (from + ROW_BLOCK, job->rows);
  gboolean is_relu = is_plain_relu (&job->fn);

  for (gint64 panel = first; panel < last; panel++)
    for (gint64 row = from; row < to;) {
#define CALL(R)                         \
  do {                                  \
    tile (R, job, row, panel, is_relu); \
    row += R;                           \
  } while (0)
      TILE_ROWS (to - row, CALL);
#undef CALL
    }

  if (!is_relu && job->fn.kind != LM_FN_LINEAR) {
    gint64 column = first * LM_PANEL, columns = LM_MIN (last * LM_PANEL, job->n) - column;

    for (gint64 row = from; row < to; row++) {
      lm_real *y = job->y + row * job->y_stride + column;

      kernel_activate (&job->fn, (gsize) columns, y, y);
    }
  }
}

static void
panel_pack (gint64 k,
            gint64 n,
            const lm_real *natural,
            lm_real *panels)
{
  for (gint64 p = 0; p < lm_panels (n); p++) {
    gint64 columns = LM_MIN (LM_PANEL, n - p * LM_PANEL);

    for (gint64 i = 0; i < k; i++, panels += LM_PANEL) {
      memset (panels, 0, LM_PANEL * sizeof (lm_real));
      memcpy (panels, natural + i * n + p * LM_PANEL, (gsize) columns * sizeof (lm_real));
    }
  }
}

static void
panel_unpack (gint64 k,
              gint64 n,
              const lm_real *panels,
              lm_real *natural)
{
  for (gint64 p = 0; p < lm_panels (n); p++) {
    gint64 columns = LM_MIN (LM_PANEL, n - p * LM_PANEL);

    for (gint64 i = 0; i < k; i++, panels += LM_PANEL)
      memcpy (natural + i * n + p * LM_PANEL, panels, (gsize) columns * sizeof (lm_real));
  }
}

void
LM_K (lm_fill_dense) (LmKernels *table)
{
  table->panel_pack = panel_pack;
  table->panel_unpack = panel_unpack;
  table->dense_tasks = dense_tasks;
  table->dense = dense;
}
