/* op-recurrent.c: all steps of a recurrent layer, and back through time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* A task takes some samples through all steps, so that nothing waits between steps. A step is a product of the states with u, then
 * a cell of LmCellKind row by row. Backward goes the same way back: the cell's gradients, then their product with uᵀ gives what
 * flows into the states before. The gradient of u is one product over all steps at the end.
 *
 * What the masked steps of a sample cost is not saved: the product runs over all samples of a task. */

G_STATIC_ASSERT ((int) LM_RECURRENT_SIMPLE == LM_CELL_SIMPLE && (int) LM_RECURRENT_GRU_BEFORE == LM_CELL_GRU_BEFORE);

#define TILE 16

enum {
  OUT_GATES,
  OUT_BEFORE,
  OUT_Y,
  OUT_STATE,
  OUT_CARRY,
  OUT_CARRIES,
  OUT_INNER = OUT_CARRY, /* of GRU */
};

typedef struct {
  const LmOpCall *call;
  const LmRecurrentAttrs *attrs;
  LmCell cell;
  gint64 n, steps, units, wide;           /* samples, T, H, G·H */
  int in_v, in_bias, in_h, in_c, in_mask; /* −1: not there */
  gboolean has_carry;
  gboolean is_gru;
  LmRng rng;
  gboolean drops;

  /* Workspace. */
  lm_real *u;       /* panels of u (BEFORE: of its first two parts) */
  lm_real *u_inner; /* BEFORE: panels of the last part */
  lm_real *v;       /* BOOK */
  lm_real *bias;    /* padded */
  lm_real *du;      /* backward: gradients of u·h, by sample and step */
  lm_real *dropped; /* h before each step as u saw it */
  lm_real *sums;    /* backward: panels of a gradient of u, and what its kernel needs */
  lm_real *scratch; /* by task */
  gsize scratch_size;
  gboolean own_du;
} Job;

static gboolean
has_carry (LmRecurrentKind kind)
{
  return kind == LM_RECURRENT_LSTM || kind == LM_RECURRENT_BOOK;
}

static gboolean
is_gru (LmRecurrentKind kind)
{
  return kind == LM_RECURRENT_GRU || kind == LM_RECURRENT_GRU_BEFORE;
}

static int
parts_of (LmRecurrentKind kind)
{
  return kind == LM_RECURRENT_SIMPLE ? 1 : is_gru (kind) ? 3
                                                         : 4;
}

static void
recurrent_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmRecurrentAttrs *a = attrs;
  const LmShape *z = &in[0].shape;
  gint64 units = in[1].shape.dim[0];
  LmShape all = LM_SHAPE (z->dim[0], z->dim[1], units), one = LM_SHAPE (z->dim[0], units);

  g_assert (z->rank == 3 && z->dim[2] == units * parts_of (a->kind) && in[1].shape.dim[1] == z->dim[2]);
  g_assert (n_in == 2 + (a->kind == LM_RECURRENT_BOOK) + (a->has_bias != 0) + (a->has_state ? 1 + has_carry (a->kind) : 0) + (a->has_mask != 0));
  g_assert (n_out == 4 + (has_carry (a->kind) ? 2 : is_gru (a->kind)));
  out[OUT_GATES].shape = *z;
  out[OUT_BEFORE].shape = all;
  out[OUT_Y].shape = a->sequences ? all : one;
  out[OUT_STATE].shape = one;
  if (has_carry (a->kind)) {
    out[OUT_CARRY].shape = one;
    out[OUT_CARRIES].shape = all;
  } else if (is_gru (a->kind)) {
    out[OUT_INNER].shape = all;
  }
}

static void
recurrent_keep (const void *attrs, guint32 *keep_in, guint32 *keep_out)
{
  const LmRecurrentAttrs *a = attrs;
  int mask = 2 + (a->kind == LM_RECURRENT_BOOK) + (a->has_bias != 0) + (a->has_state ? 1 + has_carry (a->kind) : 0);

  *keep_in = LM_BIT (1) | (a->kind == LM_RECURRENT_BOOK ? LM_BIT (2) : 0) | (a->has_mask ? LM_BIT (mask) : 0);
  *keep_out = LM_BIT (OUT_GATES) | LM_BIT (OUT_BEFORE);
  if (has_carry (a->kind))
    *keep_out |= LM_BIT (OUT_CARRIES);
  else if (is_gru (a->kind))
    *keep_out |= LM_BIT (OUT_INNER);
}

/* --- Workspace --------------------------------------------------------------- */

static lm_real *
take (guint8 *base, gsize *offset, gint64 n)
{
  lm_real *at = base != NULL ? (lm_real *) (base + *offset) : NULL;

  *offset += lm_align ((gsize) n * sizeof (lm_real));
  return at;
}

/* Fills in the job; returns the bytes of workspace. */
static gsize
job_init (Job *job, const LmOpCall *call, LmPass pass)
{
  const LmRecurrentAttrs *a = call->attrs;
  const LmShape *z = &call->in[0].shape;
  gboolean backward = pass == LM_PASS_BACKWARD, before = a->kind == LM_RECURRENT_GRU_BEFORE;
  int next = 2;
  gint64 pairs, head;
  gsize size = 0;

  *job = (Job){ .call = call, .attrs = a, .n = z->dim[0], .steps = z->dim[1], .units = call->in[1].shape.dim[0], .wide = z->dim[2] };
  job->has_carry = has_carry (a->kind);
  job->is_gru = is_gru (a->kind);
  job->in_v = a->kind == LM_RECURRENT_BOOK ? next++ : -1;
  job->in_bias = a->has_bias ? next++ : -1;
  job->in_h = a->has_state ? next++ : -1;
  job->in_c = a->has_state && job->has_carry ? next++ : -1;
  job->in_mask = a->has_mask ? next++ : -1;
  job->cell = (LmCell){ (LmCellKind) a->kind, job->units, lm_op_fn (&a->fn), lm_op_fn (&a->gate), FALSE, call->k != NULL ? call->k->activate_grad : NULL };
  job->cell.keep_pre = !LM_R (lm_fn_from_output) (&job->cell.fn) || !LM_R (lm_fn_from_output) (&job->cell.gate);
  job->drops = call->training && a->dropout > 0;
  job->rng = call->rng;
  if (a->has_seed)
    job->rng.stream[0] ^= (guint32) lm_hash_bytes (&a->seed, sizeof a->seed, 0);

  pairs = job->n * job->steps;
  head = before ? 2 * job->units : job->wide;
  job->u = take (call->workspace, &size, backward ? lm_panel_size (head, job->units) : lm_panel_size (job->units, head));
  if (before)
    job->u_inner = take (call->workspace, &size, lm_panel_size (job->units, job->units));
  if (job->in_v >= 0)
    job->v = take (call->workspace, &size, lm_panel_size (job->units, job->units));
  if (job->in_bias >= 0)
    job->bias = take (call->workspace, &size, LM_PANEL * lm_panels (job->wide));
  if (backward) {
    const LmKernels *k = LM_R (lm_kernels_get) ();

    job->own_du = a->kind == LM_RECURRENT_GRU || call->mode == NULL || call->mode[0] != LM_GRAD_WRITE;
    if (job->own_du)
      job->du = take (call->workspace, &size, pairs * job->wide);
    if (job->drops)
      job->dropped = take (call->workspace, &size, pairs * job->units);
    job->sums = take (call->workspace, &size, lm_panel_size (job->units, job->wide) + 4 * LM_PANEL * lm_panels (job->wide));
    size += lm_align (k->dense_dw_workspace (pairs, job->units, job->wide));
    size += lm_align (k->dense_dw_workspace (pairs, job->units, head)) + lm_align (k->dense_dw_workspace (pairs, job->units, job->units));
  }
  job->scratch = (lm_real *) (call->workspace != NULL ? (guint8 *) call->workspace + size : NULL);
  job->scratch_size = lm_align ((gsize) (TILE * (2 * job->wide + 8 * job->units) + 16 * job->units + TILE) * sizeof (lm_real));
  return size + job->scratch_size * (gsize) lm_n_parts (job->n, TILE);
}

static gsize
recurrent_workspace (const LmOpCall *call, LmPass pass)
{
  Job job;

  return job_init (&job, call, pass);
}

/* Columns @from … of the natural matrix w (k, stride) as panels; or with @turned that part transposed. */
static void
pack (const lm_real *w, gint64 k, gint64 stride, gint64 from, gint64 n, gboolean turned, lm_real *panels)
{
  gint64 rows = turned ? n : k, cols = turned ? k : n;

  for (gint64 p = 0; p < lm_panels (cols); p++) {
    for (gint64 i = 0; i < rows; i++) {
      for (gint64 j = 0; j < LM_PANEL; j++) {
        gint64 col = p * LM_PANEL + j;

        *panels++ = col >= cols ? LM_REAL (0) : turned ? w[col * stride + from + i]
                                                       : w[i * stride + from + col];
      }
    }
  }
}

static void
pack_weights (const Job *job, gboolean turned)
{
  const LmOpCall *call = job->call;
  const lm_real *u = call->in[1].data;
  gint64 h = job->units, head = job->u_inner != NULL ? 2 * h : job->wide;

  pack (u, h, job->wide, 0, head, turned, job->u);
  if (job->u_inner != NULL)
    pack (u, h, job->wide, head, h, turned, job->u_inner);
  if (job->in_v >= 0)
    pack (call->in[job->in_v].data, h, h, 0, h, turned, job->v);
  if (job->in_bias >= 0 && !turned) {
    memset (job->bias, 0, (gsize) (LM_PANEL * lm_panels (job->wide)) * sizeof (lm_real));
    memcpy (job->bias, call->in[job->in_bias].data, (gsize) job->wide * sizeof (lm_real));
  }
}

/* y (rows, n) = x (rows, k)·w; runs on this thread. */
static void
product (const Job *job, gint64 rows, gint64 k, gint64 n, const lm_real *x, gint64 x_stride, const lm_real *w, const lm_real *bias, lm_real *y, gint64 y_stride)
{
  const LmKernels *kernels = job->call->k;
  LmDenseJob dense = { .rows = rows, .k = k, .n = n, .x = x, .x_stride = x_stride, .w = w, .bias = bias, .fn = { .kind = LM_FN_LINEAR }, .y = y, .y_stride = y_stride };

  for (int i = 0; i < kernels->dense_tasks (&dense); i++)
    kernels->dense (&dense, i, 0);
}

/* What the state is multiplied with before u sees it. */
static lm_real
drop_factor (const Job *job, gint64 sample, gint64 unit)
{
  double rate = job->attrs->dropout;

  return lm_rng_float (&job->rng, (guint64) (sample * job->units + unit)) >= (float) rate ? LM_REAL (1.0 / (1.0 - rate)) : LM_REAL (0);
}

static gboolean
counts (const Job *job, gint64 sample, gint64 t)
{
  return job->in_mask < 0 || !(((const lm_real *) job->call->in[job->in_mask].data)[sample * job->steps + t] == LM_REAL (0));
}

/* --- Forward ------------------------------------------------------------------ */

typedef struct {
  LmPart p;
  lm_real *u; /* TILE × wide */
  lm_real *h; /* TILE × units each */
  lm_real *c;
  lm_real *y;
  lm_real *x; /* states as u sees them */
  lm_real *new_h;
  lm_real *new_c;
  lm_real *work;
} Tile;

static Tile
tile_of (const Job *job, int task)
{
  lm_real *at = (lm_real *) ((guint8 *) job->scratch + job->scratch_size * (gsize) task);
  gint64 size = TILE * job->units;
  Tile tile = { .p = lm_part (job->n, TILE, task), .u = at };

  at += 2 * TILE * job->wide;
  tile.h = at;
  tile.c = at + size;
  tile.y = at + 2 * size;
  tile.x = at + 3 * size;
  tile.new_h = at + 4 * size;
  tile.new_c = at + 5 * size;
  tile.work = at + 8 * size;
  return tile;
}

static void
start_states (const Job *job, const Tile *tile)
{
  const LmOpCall *call = job->call;
  gsize bytes = (gsize) (tile->p.n * job->units) * sizeof (lm_real);

  memset (tile->h, 0, bytes);
  memset (tile->c, 0, bytes);
  memset (tile->y, 0, bytes);
  if (job->in_h >= 0)
    memcpy (tile->h, (const lm_real *) call->in[job->in_h].data + tile->p.from * job->units, bytes);
  if (job->in_c >= 0)
    memcpy (tile->c, (const lm_real *) call->in[job->in_c].data + tile->p.from * job->units, bytes);
}

/* The states before step @t are noted, and made what u sees. Returns where that stands. */
static const lm_real *
note_states (const Job *job, const Tile *tile, gint64 t)
{
  const LmOpCall *call = job->call;
  gsize bytes = (gsize) job->units * sizeof (lm_real);

  for (gint64 i = 0; i < tile->p.n; i++) {
    gint64 at = ((tile->p.from + i) * job->steps + t) * job->units;

    memcpy ((lm_real *) call->out[OUT_BEFORE].data + at, tile->h + i * job->units, bytes);
    if (job->has_carry)
      memcpy ((lm_real *) call->out[OUT_CARRIES].data + at, tile->c + i * job->units, bytes);
    for (gint64 j = 0; j < job->units && job->drops; j++)
      tile->x[i * job->units + j] = tile->h[i * job->units + j] * drop_factor (job, tile->p.from + i, j);
  }
  return job->drops ? tile->x : tile->h;
}

static LmCellRow
cell_row (const Job *job, const Tile *tile, gint64 i, gint64 t)
{
  const LmOpCall *call = job->call;
  gint64 at = (tile->p.from + i) * job->steps + t;

  return (LmCellRow){
    .z = (const lm_real *) call->in[0].data + at * job->wide,
    .u = tile->u + i * job->wide,
    .h = (job->attrs->kind == LM_RECURRENT_GRU_BEFORE && job->drops ? tile->x : tile->h) + i * job->units,
    .c = tile->c + i * job->units,
    .gates = (lm_real *) call->out[OUT_GATES].data + at * job->wide,
    .inner = job->is_gru ? (lm_real *) call->out[OUT_INNER].data + at * job->units : NULL,
    .work = tile->work,
    .h_new = tile->new_h + i * job->units,
    .c_new = tile->new_c + i * job->units,
  };
}

static void
run_cells (const Job *job, const Tile *tile, gint64 t)
{
  const LmOpCall *call = job->call;
  gint64 h = job->units;

  for (gint64 i = 0; i < tile->p.n; i++) {
    LmCellRow row = cell_row (job, tile, i, t);

    call->k->cell_forward (&job->cell, 0, &row);
  }
  if (job->attrs->kind == LM_RECURRENT_GRU_BEFORE) {
    /* The rows of reset·h lie a whole sequence apart. */
    product (job, tile->p.n, h, h, (const lm_real *) call->out[OUT_INNER].data + (tile->p.from * job->steps + t) * h, job->steps * h, job->u_inner, NULL, tile->u + 2 * h, job->wide);
    for (gint64 i = 0; i < tile->p.n; i++) {
      LmCellRow row = cell_row (job, tile, i, t);

      row.h = tile->h + i * h;
      call->k->cell_forward (&job->cell, 1, &row);
    }
  }
}

static void
forward_task (void *data, int task, int thread)
{
  const Job *job = data;
  const LmOpCall *call = job->call;
  Tile tile = tile_of (job, task);
  gint64 h = job->units;
  gsize bytes = (gsize) h * sizeof (lm_real);

  start_states (job, &tile);
  for (gint64 t = 0; t < job->steps; t++) {
    const lm_real *x = note_states (job, &tile, t);

    product (job, tile.p.n, h, job->u_inner != NULL ? 2 * h : job->wide, x, h, job->u, job->bias, tile.u, job->wide);
    if (job->in_v >= 0) {
      product (job, tile.p.n, h, h, tile.c, h, job->v, NULL, tile.x, h);
      for (gint64 i = 0; i < tile.p.n; i++)
        call->k->scale ((gsize) h, LM_REAL (1), tile.x + i * h, tile.u + i * job->wide + 3 * h, TRUE);
    }
    run_cells (job, &tile, t);
    for (gint64 i = 0; i < tile.p.n; i++) {
      if (counts (job, tile.p.from + i, t)) {
        memcpy (tile.h + i * h, tile.new_h + i * h, bytes);
        memcpy (tile.y + i * h, tile.new_h + i * h, bytes);
        if (job->has_carry)
          memcpy (tile.c + i * h, tile.new_c + i * h, bytes);
      }
      if (job->attrs->sequences)
        memcpy ((lm_real *) call->out[OUT_Y].data + ((tile.p.from + i) * job->steps + t) * h, tile.y + i * h, bytes);
    }
  }
  for (gint64 i = 0; i < tile.p.n; i++) {
    gint64 at = (tile.p.from + i) * h;

    if (!job->attrs->sequences)
      memcpy ((lm_real *) call->out[OUT_Y].data + at, tile.y + i * h, bytes);
    memcpy ((lm_real *) call->out[OUT_STATE].data + at, tile.h + i * h, bytes);
    if (job->has_carry)
      memcpy ((lm_real *) call->out[OUT_CARRY].data + at, tile.c + i * h, bytes);
  }
}

static void
recurrent_forward (const LmOpCall *call)
{
  Job job;

  job_init (&job, call, LM_PASS_FORWARD);
  pack_weights (&job, FALSE);
  lm_pool_run (call->pool, lm_n_parts (job.n, TILE), forward_task, &job);
}

/* --- Backward ------------------------------------------------------------------ */

/* In backward tile.h and tile.c hold the gradients of the states, tile.y what flows past the products, tile.x what flows through them,
 * and tile.u the gradients of z of a step. */

static void
add_output (const Job *job, const Tile *tile, gint64 t, const gint64 *first)
{
  const LmOpCall *call = job->call;
  const lm_real *dy = call->dout[OUT_Y].data;
  gint64 h = job->units;

  if (dy == NULL || (!job->attrs->sequences && t < job->steps - 1))
    return;
  for (gint64 i = 0; i < tile->p.n; i++) {
    gint64 sample = tile->p.from + i;

    /* Before the first step that counts the output is 0. */
    if (t >= first[i])
      call->k->scale ((gsize) h, LM_REAL (1), dy + (job->attrs->sequences ? sample * job->steps + t : sample) * h, tile->h + i * h, TRUE);
  }
}

static LmCellGradRow
grad_row (const Job *job, const Tile *tile, gint64 i, gint64 t)
{
  const LmOpCall *call = job->call;
  gint64 at = (tile->p.from + i) * job->steps + t;

  return (LmCellGradRow){
    .gates = (const lm_real *) call->out[OUT_GATES].data + at * job->wide,
    .h = (const lm_real *) call->out[OUT_BEFORE].data + at * job->units,
    .c = job->has_carry ? (const lm_real *) call->out[OUT_CARRIES].data + at * job->units : NULL,
    .inner = job->is_gru ? (const lm_real *) call->out[OUT_INNER].data + at * job->units : NULL,
    .dh = tile->h + i * job->units,
    .dc = tile->c + i * job->units,
    .dz = job->own_du ? tile->u + i * job->wide : (lm_real *) call->din[0].data + at * job->wide,
    .du = job->own_du ? job->du + at * job->wide : (lm_real *) call->din[0].data + at * job->wide,
    .direct = tile->y + i * job->units,
    .work = tile->work,
  };
}

/* The cells of step @t. @q: for BEFORE in phase 1, what flows into reset·h. */
static void
back_cells (const Job *job, const Tile *tile, gint64 t, int phase, const lm_real *q)
{
  const LmOpCall *call = job->call;

  for (gint64 i = 0; i < tile->p.n; i++) {
    LmCellGradRow row = grad_row (job, tile, i, t);

    if (!counts (job, tile->p.from + i, t)) {
      memset (row.dz, 0, (gsize) job->wide * sizeof (lm_real));
      memset (row.du, 0, (gsize) job->wide * sizeof (lm_real));
      memcpy (row.direct, row.dh, (gsize) job->units * sizeof (lm_real));
      continue;
    }
    if (q != NULL)
      row.inner = q + i * job->units;
    if (phase == 0)
      memset (row.direct, 0, (gsize) job->units * sizeof (lm_real));
    call->k->cell_backward (&job->cell, phase, &row);
    if (job->own_du && phase == 0 && job->attrs->kind == LM_RECURRENT_GRU_BEFORE)
      memcpy (row.du, row.dz, (gsize) job->wide * sizeof (lm_real));
  }
}

/* dz of the step to where it belongs. */
static void
put_dz (const Job *job, const Tile *tile, gint64 t)
{
  const LmOpCall *call = job->call;

  if (!job->own_du || call->mode[0] == LM_GRAD_SKIP)
    return;
  for (gint64 i = 0; i < tile->p.n; i++) {
    gint64 at = ((tile->p.from + i) * job->steps + t) * job->wide;

    call->k->scale ((gsize) job->wide, LM_REAL (1), tile->u + i * job->wide, (lm_real *) call->din[0].data + at, call->mode[0] == LM_GRAD_ADD);
  }
}

static const lm_real *
du_at (const Job *job, gint64 sample, gint64 t)
{
  const lm_real *all = job->own_du ? job->du : job->call->din[0].data;

  return all + (sample * job->steps + t) * job->wide;
}

static void
back_step (const Job *job, const Tile *tile, gint64 t)
{
  gint64 h = job->units, n = tile->p.n, stride = job->steps * job->wide;
  gint64 head = job->u_inner != NULL ? 2 * h : job->wide;
  const lm_real *du = du_at (job, tile->p.from, t);

  back_cells (job, tile, t, 0, NULL);
  if (job->attrs->kind == LM_RECURRENT_GRU_BEFORE) {
    product (job, n, h, h, du + 2 * h, stride, job->u_inner, NULL, tile->x, h);
    for (gint64 i = 0; i < n * h && job->drops; i++)
      tile->x[i] *= drop_factor (job, tile->p.from + i / h, i % h);
    back_cells (job, tile, t, 1, tile->x);
  }
  put_dz (job, tile, t);
  product (job, n, head, h, du, stride, job->u, NULL, tile->x, h);
  for (gint64 i = 0; i < n; i++) {
    for (gint64 j = 0; j < h; j++) {
      lm_real factor = job->drops ? drop_factor (job, tile->p.from + i, j) : LM_REAL (1);

      tile->h[i * h + j] = tile->y[i * h + j] + factor * tile->x[i * h + j];
    }
  }
  if (job->in_v >= 0) {
    product (job, n, h, h, du + 3 * h, stride, job->v, NULL, tile->x, h);
    job->call->k->scale ((gsize) (n * h), LM_REAL (1), tile->x, tile->c, TRUE);
  }
}

/* Gradients of the first states. */
static void
put_start (const Job *job, const Tile *tile, int in, const lm_real *d)
{
  const LmOpCall *call = job->call;

  if (in >= 0 && call->mode[in] != LM_GRAD_SKIP)
    call->k->scale ((gsize) (tile->p.n * job->units), LM_REAL (1), d, (lm_real *) call->din[in].data + tile->p.from * job->units, call->mode[in] == LM_GRAD_ADD);
}

static void
backward_task (void *data, int task, int thread)
{
  const Job *job = data;
  const LmOpCall *call = job->call;
  Tile tile = tile_of (job, task);
  gint64 h = job->units, first[TILE];
  gsize bytes = (gsize) (tile.p.n * h) * sizeof (lm_real);

  memset (tile.h, 0, bytes);
  memset (tile.c, 0, bytes);
  if (call->dout[OUT_STATE].data != NULL)
    memcpy (tile.h, (const lm_real *) call->dout[OUT_STATE].data + tile.p.from * h, bytes);
  if (job->has_carry && call->dout[OUT_CARRY].data != NULL)
    memcpy (tile.c, (const lm_real *) call->dout[OUT_CARRY].data + tile.p.from * h, bytes);
  for (gint64 i = 0; i < tile.p.n; i++) {
    for (first[i] = 0; first[i] < job->steps && !counts (job, tile.p.from + i, first[i]);)
      first[i]++;
  }
  for (gint64 t = job->steps - 1; t >= 0; t--) {
    add_output (job, &tile, t, first);
    back_step (job, &tile, t);
  }
  put_start (job, &tile, job->in_h, tile.h);
  put_start (job, &tile, job->in_c, tile.c);
}

/* Columns @from … @from + n − 1 of the gradient of a weight (units, stride) = xᵀ·d over all samples and steps; and of a bias. */
static void
weight_gradient (const Job *job, int in, const lm_real *x, const lm_real *d, gint64 from, gint64 n, int bias)
{
  const LmOpCall *call = job->call;
  gint64 h = job->units, stride = call->in[in].shape.dim[1];
  lm_real *sums = job->sums, *db = job->sums + lm_panel_size (h, n);
  LmDenseGradJob grad = {
    .rows = job->n * job->steps,
    .k = h,
    .n = n,
    .x = x,
    .x_stride = h,
    .dz = d + from,
    .dz_stride = job->wide,
    .dw = { .into = LM_INTO_WRITE, .g = sums },
    .db = { .into = bias >= 0 ? LM_INTO_WRITE : LM_INTO_NOTHING, .g = db },
    .work = (guint8 *) job->sums + lm_align ((gsize) (lm_panel_size (h, job->wide) + 4 * LM_PANEL * lm_panels (job->wide)) * sizeof (lm_real)),
  };

  lm_pool_run (call->pool, call->k->dense_dw_tasks (&grad), call->k->dense_dw, &grad);
  if (call->k->dense_dw_sum_tasks (&grad) > 0)
    lm_pool_run (call->pool, call->k->dense_dw_sum_tasks (&grad), call->k->dense_dw_sum, &grad);
  for (gint64 i = 0; i < h && call->mode[in] != LM_GRAD_SKIP; i++) {
    for (gint64 j = 0; j < n; j++)
      lm_grad_put ((lm_real *) call->din[in].data + i * stride + (in == 1 ? from : 0) + j, sums[(j / LM_PANEL * h + i) * LM_PANEL + j % LM_PANEL], call->mode[in] == LM_GRAD_ADD);
  }
  for (gint64 j = 0; bias >= 0 && j < n && call->mode[bias] != LM_GRAD_SKIP; j++)
    lm_grad_put ((lm_real *) call->din[bias].data + j, db[j], call->mode[bias] == LM_GRAD_ADD);
}

static void
drop_task (void *data, int task, int thread)
{
  const Job *job = data;
  LmPart p = lm_part (job->n, TILE, task);
  const lm_real *before = job->call->out[OUT_BEFORE].data;

  for (gint64 i = p.from * job->steps; i < (p.from + p.n) * job->steps; i++) {
    for (gint64 j = 0; j < job->units; j++)
      job->dropped[i * job->units + j] = before[i * job->units + j] * drop_factor (job, i / job->steps, j);
  }
}

static gboolean
wants (const LmOpCall *call, int in)
{
  return in >= 0 && call->mode[in] != LM_GRAD_SKIP;
}

static void
recurrent_backward (const LmOpCall *call)
{
  const lm_real *x = call->out[OUT_BEFORE].data, *du;
  Job job;

  job_init (&job, call, LM_PASS_BACKWARD);
  pack_weights (&job, TRUE);
  lm_pool_run (call->pool, lm_n_parts (job.n, TILE), backward_task, &job);

  du = du_at (&job, 0, 0);
  if (job.drops) {
    lm_pool_run (call->pool, lm_n_parts (job.n, TILE), drop_task, &job);
    x = job.dropped;
  }
  if (job.attrs->kind == LM_RECURRENT_GRU_BEFORE && wants (call, 1)) {
    weight_gradient (&job, 1, x, du, 0, 2 * job.units, -1);
    weight_gradient (&job, 1, call->out[OUT_INNER].data, du, 2 * job.units, job.units, -1);
  } else if (wants (call, 1) || wants (call, job.in_bias)) {
    weight_gradient (&job, 1, x, du, 0, job.wide, job.in_bias);
  }
  if (wants (call, job.in_v))
    weight_gradient (&job, job.in_v, call->out[OUT_CARRIES].data, du, 3 * job.units, job.units, -1);
}

static double
recurrent_flops (const LmOpCall *call)
{
  const LmShape *z = &call->in[0].shape;

  return 2.0 * (double) (z->dim[0] * z->dim[1]) * (double) (z->dim[2] * call->in[1].shape.dim[0]);
}

const LmOpClass LM_R (lm_op_recurrent) = {
  .member = { .id = "recurrent" },
  .attrs_size = sizeof (LmRecurrentAttrs),
  .flags = LM_OP_INPLACE | LM_OP_RANDOM,
  .infer = recurrent_infer,
  .keep = recurrent_keep,
  .workspace = recurrent_workspace,
  .flops = recurrent_flops,
  .forward = recurrent_forward,
  .backward = recurrent_backward,
};
