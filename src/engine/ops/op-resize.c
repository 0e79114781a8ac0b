/* op-resize.c: pictures of another size
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* y = R·x·Cᵀ by channel, where each row of R and C has at most TAPS numbers: those of the pixels around the point
 * (i + 1/2)·in/out − 1/2. Pixels beyond the border are the outermost ones. A task is one picture. */

#define TAPS 4

typedef struct {
  gint64 at[TAPS];
  lm_real weight[TAPS];
  int n;
} Taps;

static void
resize_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmResizeAttrs *a = attrs;

  g_assert (n_in == 1 && n_out == 1 && in[0].dtype == LM_F32 && in[0].shape.rank == 4 && a->size[0] > 0 && a->size[1] > 0);
  out[0].shape = in[0].shape;
  out[0].shape.dim[1] = a->size[0];
  out[0].shape.dim[2] = a->size[1];
}

/* Keys 1981 with a = −1/2. */
static double
cubic (double x)
{
  x = fabs (x);
  if (x <= 1.0)
    return ((1.5 * x - 2.5) * x) * x + 1.0;
  return x < 2.0 ? ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0 : 0.0;
}

static Taps
taps_at (LmResizeKind kind, gint64 i, gint64 n_in, gint64 n_out)
{
  /* In float32, as in TensorFlow, so that the same pixels are chosen. */
  float scale = (float) n_in / (float) n_out;
  double centre = (double) (((float) i + 0.5f) * scale);
  double x = (double) ((float) centre - 0.5f);
  gint64 first = (gint64) floor (x);
  Taps taps = { .n = kind == LM_RESIZE_BILINEAR ? 2 : 4 };
  double weights[TAPS], sum = 0.0;

  if (kind == LM_RESIZE_NEAREST)
    return (Taps){ { CLAMP ((gint64) floor (centre), 0, n_in - 1) }, { LM_REAL (1) }, 1 };
  if (kind == LM_RESIZE_BICUBIC) {
    /* TensorFlow takes the weights from a table with 1024 places between two pixels. */
    x = (double) first + rint ((x - (double) first) * 1024.0) / 1024.0;
    first--;
  }
  for (int t = 0; t < taps.n; t++) {
    gint64 at = first + t;

    weights[t] = kind == LM_RESIZE_BILINEAR ? 1.0 - fabs (x - (double) at) : cubic (x - (double) at);
    /* TensorFlow leaves out pixels that are not there where it is bicubic, and repeats the last one where it is bilinear. */
    if (kind == LM_RESIZE_BICUBIC && (at < 0 || at >= n_in))
      weights[t] = 0.0;
    sum += weights[t];
    taps.at[t] = CLAMP (at, 0, n_in - 1);
  }
  for (int t = 0; t < taps.n; t++)
    taps.weight[t] = LM_REAL (weights[t] / sum);
  return taps;
}

typedef struct {
  const LmOpCall *call;
  gint64 h, w, c;
  gint64 oh, ow;
  Taps *rows;
  Taps *cols;
} ResizeJob;

static ResizeJob
resize_job (const LmOpCall *call, const LmShape *x)
{
  const LmResizeAttrs *a = call->attrs;
  ResizeJob job = { call, x->dim[1], x->dim[2], x->dim[3], a->size[0], a->size[1], call->workspace, NULL };

  job.cols = job.rows + job.oh;
  for (gint64 i = 0; i < job.oh; i++)
    job.rows[i] = taps_at (a->kind, i, job.h, job.oh);
  for (gint64 i = 0; i < job.ow; i++)
    job.cols[i] = taps_at (a->kind, i, job.w, job.ow);
  return job;
}

static gsize
resize_workspace (const LmOpCall *call, LmPass pass)
{
  const LmResizeAttrs *a = call->attrs;

  return (gsize) (a->size[0] + a->size[1]) * sizeof (Taps);
}

static void
forward_task (void *data, int task, int thread)
{
  const ResizeJob *job = data;
  const LmOpCall *call = job->call;
  const lm_real *x = (const lm_real *) call->in[0].data + task * job->h * job->w * job->c;
  lm_real *y = (lm_real *) call->out[0].data + task * job->oh * job->ow * job->c;

  for (gint64 i = 0; i < job->oh; i++) {
    for (gint64 j = 0; j < job->ow; j++, y += job->c) {
      gboolean add = FALSE;

      for (int r = 0; r < job->rows[i].n; r++) {
        for (int s = 0; s < job->cols[j].n; s++, add = TRUE) {
          const lm_real *from = x + (job->rows[i].at[r] * job->w + job->cols[j].at[s]) * job->c;
          lm_real weight = job->rows[i].weight[r] * job->cols[j].weight[s];

          for (gint64 k = 0; k < job->c; k++)
            lm_grad_put (&y[k], weight * from[k], add);
        }
      }
    }
  }
}

static void
resize_forward (const LmOpCall *call)
{
  ResizeJob job = resize_job (call, &call->in[0].shape);

  lm_pool_run (call->pool, (int) call->in[0].shape.dim[0], forward_task, &job);
}

static void
backward_task (void *data, int task, int thread)
{
  const ResizeJob *job = data;
  const LmOpCall *call = job->call;
  lm_real *dx = (lm_real *) call->din[0].data + task * job->h * job->w * job->c;
  const lm_real *dy = (const lm_real *) call->dout[0].data + task * job->oh * job->ow * job->c;

  if (call->mode[0] == LM_GRAD_WRITE)
    call->k->fill ((gsize) (job->h * job->w * job->c), LM_REAL (0), dx);
  for (gint64 i = 0; i < job->oh; i++) {
    for (gint64 j = 0; j < job->ow; j++, dy += job->c) {
      for (int r = 0; r < job->rows[i].n; r++) {
        for (int s = 0; s < job->cols[j].n; s++) {
          lm_real *to = dx + (job->rows[i].at[r] * job->w + job->cols[j].at[s]) * job->c;
          lm_real weight = job->rows[i].weight[r] * job->cols[j].weight[s];

          for (gint64 k = 0; k < job->c; k++)
            to[k] += weight * dy[k];
        }
      }
    }
  }
}

static void
resize_backward (const LmOpCall *call)
{
  ResizeJob job;

  if (call->mode[0] == LM_GRAD_SKIP)
    return;
  job = resize_job (call, &call->din[0].shape);
  lm_pool_run (call->pool, (int) call->din[0].shape.dim[0], backward_task, &job);
}

const LmOpClass LM_R (lm_op_resize) = {
  .member = { .id = "resize" },
  .attrs_size = sizeof (LmResizeAttrs),
  .infer = resize_infer,
  .workspace = resize_workspace,
  .forward = resize_forward,
  .backward = resize_backward,
};
