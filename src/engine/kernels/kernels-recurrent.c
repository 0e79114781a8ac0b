/* kernels-recurrent.c: one step of a recurrent cell for one row
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-vec.h"

/* Formulas in LmCellKind. @gates keeps what backward needs: the gates, or with keep_pre what they are made from, so that any
 * function will do. */

#define SEGMENT(p, i) ((p) + (i) *n)

static void
activated (const LmCell *cell,
           const lm_real *gates,
           lm_real *to)
{
  gsize n = (gsize) cell->units;

  switch (cell->kind) {
  case LM_CELL_SIMPLE:
    kernel_activate (&cell->fn, n, gates, to);
    break;
  case LM_CELL_LSTM:
    kernel_activate (&cell->gate, 2 * n, gates, to);
    kernel_activate (&cell->fn, n, SEGMENT (gates, 2), SEGMENT (to, 2));
    kernel_activate (&cell->gate, n, SEGMENT (gates, 3), SEGMENT (to, 3));
    break;
  case LM_CELL_BOOK:
    kernel_activate (&cell->fn, 4 * n, gates, to);
    break;
  default:
    kernel_activate (&cell->gate, 2 * n, gates, to);
    kernel_activate (&cell->fn, n, SEGMENT (gates, 2), SEGMENT (to, 2));
    break;
  }
}

static void
sum_rows (gsize n,
          const lm_real *a,
          const lm_real *b,
          lm_real *y)
{
  VFOR (n, VPUT (y, VGET (a) + VGET (b)));
}

/* c′ = f·c + i·g */
static void
mix_carry (gsize n,
           const lm_real *a,
           const lm_real *c,
           lm_real *c_new)
{
  const lm_real *in = a, *forget = SEGMENT (a, 1), *candidate = SEGMENT (a, 2);

  VFOR (n, VPUT (c_new, VGET (forget) * VGET (c) + VGET (in) * VGET (candidate)));
}

/* h′ = z·h + (1 − z)·g */
static void
mix_state (gsize n,
           const lm_real *a,
           const lm_real *h,
           lm_real *h_new)
{
  const lm_real *update = a, *candidate = SEGMENT (a, 2);

  VFOR (n, VPUT (h_new, VGET (candidate) + VGET (update) * (VGET (h) - VGET (candidate))));
}

static void
multiply (gsize n,
          const lm_real *a,
          const lm_real *b,
          lm_real *y)
{
  VFOR (n, VPUT (y, VGET (a) * VGET (b)));
}

static void
cell_forward (const LmCell *cell,
              int phase,
              const LmCellRow *row)
{
  gsize n = (gsize) cell->units;
  lm_real *gates = row->gates;
  lm_real *a = cell->keep_pre ? row->work : gates;
  gboolean is_gru = cell->kind == LM_CELL_GRU || cell->kind == LM_CELL_GRU_BEFORE;

  if (!is_gru) {
    sum_rows ((cell->kind == LM_CELL_SIMPLE ? 1 : 4) * n, row->z, row->u, gates);
    activated (cell, gates, a);
    if (cell->kind == LM_CELL_SIMPLE) {
      memcpy (row->h_new, a, n * sizeof (lm_real));
      return;
    }
    mix_carry (n, a, row->c, row->c_new);
    if (cell->kind == LM_CELL_BOOK) {
      memcpy (row->h_new, SEGMENT (a, 3), n * sizeof (lm_real));
      return;
    }
    kernel_activate (&cell->fn, n, row->c_new, row->h_new);
    multiply (n, row->h_new, SEGMENT (a, 3), row->h_new);
    return;
  }

  /* The reset gate works on what the state gives, or with BEFORE on the state itself, whose product is made between the phases. */
  if (phase == 0) {
    sum_rows (2 * n, row->z, row->u, gates);
    kernel_activate (&cell->gate, 2 * n, gates, a);
    if (cell->kind == LM_CELL_GRU_BEFORE) {
      multiply (n, SEGMENT (a, 1), row->h, row->inner);
      return;
    }
    memcpy (row->inner, SEGMENT (row->u, 2), n * sizeof (lm_real));
  } else if (cell->keep_pre) {
    kernel_activate (&cell->gate, 2 * n, gates, a);
  }
  {
    const lm_real *reset = SEGMENT (a, 1), *inner = SEGMENT (row->u, 2), *z = SEGMENT (row->z, 2);
    lm_real *pre = SEGMENT (gates, 2);

    if (cell->kind == LM_CELL_GRU)
      VFOR (n, VPUT (pre, VGET (z) + VGET (reset) * VGET (inner)));
    else
      sum_rows (n, z, inner, pre);
    kernel_activate (&cell->fn, n, pre, SEGMENT (a, 2));
    mix_state (n, a, row->h, row->h_new);
  }
}

/* d = fn′·dy where the function's result is a and its argument, if kept, pre. */
static void
back_through (const LmCell *cell,
              const LmFn *fn,
              gsize n,
              const lm_real *pre,
              const lm_real *a,
              lm_real *d)
{
  cell->activate_grad (fn, n, cell->keep_pre ? pre : NULL, a, d, d, FALSE);
}

static void
lstm_backward (const LmCell *cell,
               const LmCellGradRow *row,
               const lm_real *a)
{
  gsize n = (gsize) cell->units;
  const lm_real *in = a, *forget = SEGMENT (a, 1), *candidate = SEGMENT (a, 2), *output = SEGMENT (a, 3);
  lm_real *d_in = row->dz, *d_forget = SEGMENT (row->dz, 1), *d_candidate = SEGMENT (row->dz, 2), *d_output = SEGMENT (row->dz, 3);
  lm_real *c_new = row->work + 4 * n, *squashed = row->work + 5 * n, *flow = row->work + 6 * n;
  const LmFn *gate = cell->kind == LM_CELL_BOOK ? &cell->fn : &cell->gate;

  if (cell->kind == LM_CELL_BOOK) {
    memcpy (d_output, row->dh, n * sizeof (lm_real));
  } else {
    mix_carry (n, a, row->c, c_new);
    kernel_activate (&cell->fn, n, c_new, squashed);
    VFOR (n, {
      vf dh = VGET (row->dh);

      VPUT (d_output, dh * VGET (squashed));
      VPUT (flow, dh * VGET (output));
    });
    cell->activate_grad (&cell->fn, n, c_new, squashed, flow, flow, FALSE);
    sum_rows (n, flow, row->dc, row->dc);
  }
  VFOR (n, {
    vf dc = VGET (row->dc);

    VPUT (d_in, dc * VGET (candidate));
    VPUT (d_forget, dc * VGET (row->c));
    VPUT (d_candidate, dc * VGET (in));
    VPUT (row->dc, dc * VGET (forget));
  });
  back_through (cell, gate, 2 * n, row->gates, a, row->dz);
  back_through (cell, &cell->fn, n, SEGMENT (row->gates, 2), candidate, d_candidate);
  back_through (cell, gate, n, SEGMENT (row->gates, 3), output, d_output);
}

static void
gru_backward (const LmCell *cell,
              int phase,
              const LmCellGradRow *row,
              const lm_real *a)
{
  gsize n = (gsize) cell->units;
  const lm_real *update = a, *reset = SEGMENT (a, 1), *candidate = SEGMENT (a, 2);
  lm_real *d_update = row->dz, *d_reset = SEGMENT (row->dz, 1), *d_candidate = SEGMENT (row->dz, 2);

  if (phase == 0) {
    VFOR (n, {
      vf dh = VGET (row->dh), z = VGET (update);

      VPUT (d_update, dh * (VGET (row->h) - VGET (candidate)));
      VPUT (d_candidate, dh - dh * z);
      VPUT (row->direct, dh * z);
    });
    back_through (cell, &cell->fn, n, SEGMENT (row->gates, 2), candidate, d_candidate);
    if (cell->kind == LM_CELL_GRU_BEFORE)
      return;
    multiply (n, d_candidate, row->inner, d_reset);
  } else {
    /* q, what flows into reset·h, stands in inner. */
    multiply (n, row->inner, row->h, d_reset);
    VFOR (n, VPUT (row->direct, VGET (row->direct) + VGET (row->inner) * VGET (reset)));
  }
  back_through (cell, &cell->gate, 2 * n, row->gates, a, row->dz);
  if (row->du != row->dz) {
    memcpy (row->du, row->dz, 3 * n * sizeof (lm_real));
    if (cell->kind == LM_CELL_GRU)
      multiply (n, d_candidate, reset, SEGMENT (row->du, 2));
  }
}

static void
cell_backward (const LmCell *cell,
               int phase,
               const LmCellGradRow *row)
{
  gsize n = (gsize) cell->units;
  const lm_real *a = row->gates;

  if (cell->keep_pre) {
    activated (cell, row->gates, row->work);
    a = row->work;
  }
  switch (cell->kind) {
  case LM_CELL_SIMPLE:
    memcpy (row->dz, row->dh, n * sizeof (lm_real));
    back_through (cell, &cell->fn, n, row->gates, a, row->dz);
    break;
  case LM_CELL_LSTM:
  case LM_CELL_BOOK:
    lstm_backward (cell, row, a);
    break;
  default:
    gru_backward (cell, phase, row, a);
    return;
  }
  if (row->du != row->dz)
    memcpy (row->du, row->dz, (cell->kind == LM_CELL_SIMPLE ? 1 : 4) * n * sizeof (lm_real));
}

void
LM_K (lm_fill_recurrent) (LmKernels *table)
{
  table->cell_forward = cell_forward;
  table->cell_backward = cell_backward;
}
