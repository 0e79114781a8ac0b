/* op-orthogonal.c: what rows or columns of a matrix that are not at right angles cost
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"
#include "lm-slot.h"

#include <math.h>

/* y = factor·mean over the pairs of rows of |cos of their angle|; with columns of the columns. Source: Keras 3,
 * OrthogonalRegularizer. With u the rows of length 1: du_i = factor/pairs·Σ_j sign (u_i·u_j)·u_j, and dw_i = (du_i −
 * (du_i·u_i)·u_i)/|w_i|. */

/* Keras's ops.normalize. */
#define EPSILON 1e-7

/* The matrix as @n vectors of @size numbers. */
typedef struct {
  const LmOpCall *call;
  gint64 n;
  gint64 size;
  lm_real *natural; /* then the gradient by it, in its order */
  double *units;    /* n × size */
  double *inverse;  /* 1/|w_i| */
  lm_real *packed;  /* the gradient in the layout of the weight */
} AngleJob;

static gsize
angle_job (AngleJob *job, const LmOpCall *call)
{
  const LmOrthogonalAttrs *attrs = call->attrs;
  const LmShape *shape = &call->in[0].shape;
  gsize n = (gsize) lm_shape_n_elements (shape, 1), at = 0;
  guint8 *work = call->workspace;

  *job = (AngleJob){ .call = call, .n = shape->dim[attrs->columns ? 1 : 0], .size = shape->dim[attrs->columns ? 0 : 1] };
  if (work != NULL)
    job->natural = (lm_real *) (void *) work;
  at += lm_align (n * sizeof (lm_real));
  if (work != NULL)
    job->units = (double *) (void *) (work + at);
  at += lm_align (n * sizeof (double));
  if (work != NULL)
    job->inverse = (double *) (void *) (work + at);
  at += lm_align ((gsize) job->n * sizeof (double));
  if (work != NULL)
    job->packed = (lm_real *) (void *) (work + at);
  return at + lm_align ((gsize) lm_layout_size ((LmLayout) attrs->layout, shape) * sizeof (lm_real));
}

static gsize
orthogonal_workspace (const LmOpCall *call, LmPass pass)
{
  AngleJob job;

  return angle_job (&job, call);
}

static void
orthogonal_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  g_assert (n_in == 1 && n_out == 1 && in[0].dtype == LM_F32 && in[0].shape.rank == 2);
  out[0].shape = LM_SCALAR;
}

/* Number @k of vector @i in natural order. */
static gint64
place (const AngleJob *job, gint64 i, gint64 k)
{
  const LmOrthogonalAttrs *attrs = job->call->attrs;

  return attrs->columns ? k * job->n + i : i * job->size + k;
}

static gboolean
is_double (void)
{
  return sizeof (lm_real) == sizeof (double);
}

/* Takes the matrix out of its layout and makes its vectors of length 1. */
static void
make_units (AngleJob *job)
{
  const LmOrthogonalAttrs *attrs = job->call->attrs;

  lm_layout_unpack ((LmLayout) attrs->layout, &job->call->in[0].shape, is_double (), job->call->in[0].data, job->natural);
  for (gint64 i = 0; i < job->n; i++) {
    double squares = 0.0;

    for (gint64 k = 0; k < job->size; k++)
      squares += (double) job->natural[place (job, i, k)] * (double) job->natural[place (job, i, k)];
    job->inverse[i] = MIN (1.0 / sqrt (squares), 1.0 / EPSILON);
    for (gint64 k = 0; k < job->size; k++)
      job->units[i * job->size + k] = (double) job->natural[place (job, i, k)] * job->inverse[i];
  }
}

static double
product (const AngleJob *job, gint64 i, gint64 j)
{
  double sum = 0.0;

  for (gint64 k = 0; k < job->size; k++)
    sum += job->units[i * job->size + k] * job->units[j * job->size + k];
  return sum;
}

static double
per_pair (const AngleJob *job)
{
  const LmOrthogonalAttrs *attrs = job->call->attrs;

  return job->n > 1 ? attrs->factor / ((double) job->n * (double) (job->n - 1) / 2.0) : 0.0;
}

static void
orthogonal_forward (const LmOpCall *call)
{
  double sum = 0.0;
  AngleJob job;

  angle_job (&job, call);
  make_units (&job);
  for (gint64 i = 0; i < job.n; i++) {
    for (gint64 j = 0; j < i; j++)
      sum += fabs (product (&job, i, j));
  }
  *(lm_real *) call->out[0].data = LM_REAL (sum * per_pair (&job));
}

/* dw of vector @i, from the units to @job->natural. */
static void
vector_task (void *data, int task, int thread)
{
  AngleJob *job = data;
  gint64 i = task;
  double factor = (double) *(const lm_real *) job->call->dout[0].data * per_pair (job), along = 0.0;

  for (gint64 k = 0; k < job->size; k++)
    job->natural[place (job, i, k)] = LM_REAL (0);
  for (gint64 j = 0; j < job->n; j++) {
    double angle = i != j ? product (job, i, j) : 0.0, sign = angle > 0.0 ? factor : angle < 0.0 ? -factor
                                                                                                 : 0.0;

    along += sign * angle;
    for (gint64 k = 0; k < job->size && sign != 0.0; k++)
      job->natural[place (job, i, k)] += LM_REAL (sign * job->units[j * job->size + k]);
  }
  for (gint64 k = 0; k < job->size; k++) {
    lm_real *d = &job->natural[place (job, i, k)];

    *d = LM_REAL (((double) *d - (job->inverse[i] < 1.0 / EPSILON ? along * job->units[i * job->size + k] : 0.0)) * job->inverse[i]);
  }
}

static void
orthogonal_backward (const LmOpCall *call)
{
  const LmOrthogonalAttrs *attrs = call->attrs;
  AngleJob job;

  if (call->mode[0] == LM_GRAD_SKIP)
    return;
  angle_job (&job, call);
  make_units (&job);
  lm_pool_run (call->pool, (int) job.n, vector_task, &job);
  if (call->mode[0] == LM_GRAD_WRITE) {
    lm_layout_pack ((LmLayout) attrs->layout, &call->in[0].shape, is_double (), job.natural, call->din[0].data);
    return;
  }
  lm_layout_pack ((LmLayout) attrs->layout, &call->in[0].shape, is_double (), job.natural, job.packed);
  call->k->scale ((gsize) lm_layout_size ((LmLayout) attrs->layout, &call->in[0].shape), LM_REAL (1), job.packed, call->din[0].data, TRUE);
}

static double
orthogonal_flops (const LmOpCall *call)
{
  AngleJob job;

  angle_job (&job, call);
  return (double) job.n * (double) job.n * (double) job.size;
}

const LmOpClass LM_R (lm_op_orthogonal) = {
  .member = { .id = "orthogonal" },
  .attrs_size = sizeof (LmOrthogonalAttrs),
  .keep_in = LM_BIT (0),
  .infer = orthogonal_infer,
  .workspace = orthogonal_workspace,
  .flops = orthogonal_flops,
  .forward = orthogonal_forward,
  .backward = orthogonal_backward,
};
