/* lm-conv-dw.h: how the weight gradient of a convolution is cut; shared by its dense and sparse form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-tile.h"

/* Slices of the pixels × parts of the output channels. A slice is a range of units, each a few rows (or a piece of a long
 * row) of one picture, or several small pictures, so that what a unit reads of x and dz stays in the cache while the weights
 * go by. */
typedef struct {
  gint64 n;
  gint64 height, width;         /* of dz; if pooled, of the pooled dz */
  gint64 images, rows, columns; /* of a unit */
  gint64 down, across;          /* units over one picture */
  gint64 units;
  gint64 slices;
  gint64 parts;
  gint64 size; /* numbers in the partial sums of one slice */
} LmDwCut;

typedef struct {
  gint64 n0, n1;         /* pictures */
  gint64 y0, y1, x0, x1; /* of dz; if pooled, of the pooled dz */
} LmDwUnit;

enum {
  DW_MAX_PIXELS = 512, /* of dz in a unit */
  DW_PIXELS = 128,     /* wanted */
  DW_NEAR = 24000,     /* bytes of x in a unit that the first cache holds beside other things */
  DW_CACHE = 150000,   /* bytes of partial sums that a task should keep in the second cache */
  DW_TASKS = 12,       /* wanted */
  DW_MAX_SLICES = 12,
};

/* Units of about @wanted pixels, never more than @most, nor of more than @images pictures. Sets what follows from the size of
 * dz. */
static inline void
lm_dw_set_units (LmDwCut *cut,
                 gint64 wanted,
                 gint64 most,
                 gint64 images)
{
  gint64 height = LM_MAX (1, cut->height);

  cut->columns = LM_MAX (1, LM_MIN (cut->width, most));
  cut->rows = LM_MAX (1, LM_MIN (wanted / cut->columns, height));
  cut->images = LM_MAX (1, LM_MIN (wanted / (cut->columns * cut->rows), LM_MIN (cut->n, images)));
  cut->down = (cut->height + cut->rows - 1) / cut->rows;
  cut->across = (cut->width + cut->columns - 1) / cut->columns;
  if (cut->down * cut->across > 1)
    cut->images = 1;
  cut->units = (cut->n + cut->images - 1) / cut->images * cut->down * cut->across;
}

static inline LmDwUnit
lm_dw_unit (const LmDwCut *cut,
            gint64 i)
{
  LmDwUnit unit;

  unit.n0 = i / (cut->down * cut->across) * cut->images;
  unit.n1 = LM_MIN (unit.n0 + cut->images, cut->n);
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
#define sparse_dw_fits LM_K (lm_sparse_dw_fits)
#define sparse_dw_workspace LM_K (lm_sparse_dw_workspace)
#define sparse_dw_tasks LM_K (lm_sparse_dw_tasks)
#define sparse_dw LM_K (lm_sparse_dw)
#define sparse_dw_sum_tasks LM_K (lm_sparse_dw_sum_tasks)
#define sparse_dw_sum LM_K (lm_sparse_dw_sum)
gboolean sparse_dw_fits (const LmConvShape *shape);
gsize sparse_dw_workspace (const LmConvShape *shape);
int sparse_dw_tasks (const LmConvDwJob *job);
void sparse_dw (const LmConvDwJob *job, int task);
int sparse_dw_sum_tasks (const LmConvDwJob *job);
void sparse_dw_sum (const LmConvDwJob *job, int task);
