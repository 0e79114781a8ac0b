/* lm-conv-dw.h: how the weight gradient of a convolution is cut; shared by its dense and sparse form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-tile.h"

/* Slices of the pixels × parts of the output channels. A slice is a range of units, each a few rows (or a piece of a long
 * row) of one picture, so that what a unit reads of x and dz stays in the cache while the weights go by. */
typedef struct {
  gint64 height, width; /* of dz; if pooled, of the pooled dz */
  gint64 rows, columns; /* of a unit */
  gint64 down, across;  /* units in one picture */
  gint64 units;
  gint64 slices;
  gint64 parts;
  gint64 size; /* numbers in the partial sums of one slice */
} LmDwCut;

typedef struct {
  gint64 image;
  gint64 y0, y1, x0, x1; /* of dz; if pooled, of the pooled dz */
} LmDwUnit;

enum {
  DW_MAX_PIXELS = 512, /* of dz in a unit */
  DW_PIXELS = 128,     /* wanted */
  DW_CACHE = 150000,   /* bytes of partial sums that a task should keep in the second cache */
  DW_TASKS = 12,       /* wanted */
  DW_MAX_SLICES = 12,
};

static inline LmDwUnit
lm_dw_unit (const LmDwCut *cut,
            gint64 i)
{
  LmDwUnit unit;

  unit.image = i / (cut->down * cut->across);
  unit.y0 = i / cut->across % cut->down * cut->rows;
  unit.y1 = LM_MIN (unit.y0 + cut->rows, cut->height);
  unit.x0 = i % cut->across * cut->columns;
  unit.x1 = LM_MIN (unit.x0 + cut->columns, cut->width);
  return unit;
}

/* The places of a bias beyond the last output: their gradient is zero. */
static inline void
lm_deliver_padding (const LmGradient *db,
                    gint64 outputs)
{
  static const lm_real zeros[LM_PANEL];

  deliver (db, outputs, lm_panels (outputs) * LM_PANEL - outputs, zeros);
}

/* The sparse form, for pooled gradients: kernels-conv-sparse.c. */
gboolean LM_K (lm_sparse_dw_fits) (const LmConvShape *shape);
gsize LM_K (lm_sparse_dw_workspace) (const LmConvShape *shape);
int LM_K (lm_sparse_dw_tasks) (const LmConvDwJob *job);
void LM_K (lm_sparse_dw) (const LmConvDwJob *job, int task);
int LM_K (lm_sparse_dw_sum_tasks) (const LmConvDwJob *job);
void LM_K (lm_sparse_dw_sum) (const LmConvDwJob *job, int task);
