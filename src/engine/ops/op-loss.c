/* op-loss.c: how far a prediction is from its target, as one number
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-loss-rows.h"
#include "lm-op-tasks.h"

#include <math.h>

/* In: prediction (N, …, C), target, [sample weight (N)]. Out: Σ_r w·loss_r / rows, where a row is one last axis and the
 * weight is that of its sample: Keras's reduction “sum_over_batch_size”. Loss of a row:
 *
 * categorical: −Σ t·log p; sparse categorical: −log p_label; binary, squared, absolute error: the mean over the row.
 *
 * From logits p is softmax (x) or σ (x), and loss and gradient are computed together, exact where p saturates. From
 * probabilities, Keras's steps are followed: categorical divides by the sum and then clips to [1e-7, 1 − 1e-7]; sparse clips
 * and then divides; binary clips. Label smoothing s (categorical, binary, focal) replaces t by t·(1 − s) + s/C, binary C = 2.
 * All other losses: lm-loss-rows.c.
 *
 * Target and sample weight are data: no gradient flows into them. A label outside 0 … C − 1 makes the loss NaN. */

enum {
  IN_PREDICTION,
  IN_TARGET,
  IN_WEIGHT,
};

#define EPSILON LM_REAL (1e-7)

typedef struct {
  const LmOpCall *call;
  const LmLossAttrs *attrs;
  gint64 samples;
  gint64 rows;
  gint64 cols;
  gint64 task_rows;
  gboolean add;
  gboolean signs; /* hinge: all targets are 0 or 1, and stand for −1 and 1 */
  /* Workspace: rows, rows, rows × cols if p is needed, rows × cols if labels are smoothed, rows if some are ignored. */
  lm_real *loss;
  lm_real *dloss;
  lm_real *p;
  lm_real *smooth;
  gint32 *labels;
} LossJob;

static gboolean
needs_p (const LmLossAttrs *attrs)
{
  return attrs->from == LM_FROM_LOGITS && (attrs->kind == LM_LOSS_CATEGORICAL || attrs->kind == LM_LOSS_SPARSE_CATEGORICAL);
}

static gboolean
is_smoothed (const LmLossAttrs *attrs)
{
  return attrs->label_smoothing != 0.0 &&
         (attrs->kind == LM_LOSS_CATEGORICAL || attrs->kind == LM_LOSS_BINARY || attrs->kind == LM_LOSS_CATEGORICAL_FOCAL ||
          attrs->kind == LM_LOSS_BINARY_FOCAL);
}

static gboolean
ignores (const LmLossAttrs *attrs)
{
  return attrs->has_ignored && attrs->kind == LM_LOSS_SPARSE_CATEGORICAL;
}

static lm_real *
take (guint8 *work, gsize *at, gsize bytes)
{
  lm_real *here = work != NULL ? (lm_real *) (work + *at) : NULL;

  *at += bytes;
  return here;
}

/* Sets the pointers into the workspace, if there is one; returns its size. */
static gsize
loss_job (LossJob *job, const LmOpCall *call)
{
  const LmOperand *prediction = &call->in[IN_PREDICTION];
  guint8 *work = call->workspace;
  gsize row_bytes, all_bytes, at = 0;

  *job = (LossJob){ .call = call, .attrs = call->attrs, .cols = lm_operand_cols (prediction) };
  job->rows = lm_operand_size (prediction) / job->cols;
  job->samples = prediction->shape.dim[0];
  job->task_rows = lm_task_rows (job->cols);
  row_bytes = lm_align ((gsize) job->rows * sizeof (lm_real));
  all_bytes = lm_align ((gsize) (job->rows * job->cols) * sizeof (lm_real));
  job->loss = take (work, &at, row_bytes);
  job->dloss = take (work, &at, row_bytes);
  if (needs_p (job->attrs))
    job->p = take (work, &at, all_bytes);
  if (is_smoothed (job->attrs))
    job->smooth = take (work, &at, all_bytes);
  if (ignores (job->attrs))
    job->labels = (gint32 *) (void *) take (work, &at, row_bytes);
  return at;
}

static gsize
loss_workspace (const LmOpCall *call, LmPass pass)
{
  LossJob job;

  return loss_job (&job, call);
}

static void
loss_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmLossAttrs *a = attrs;

  g_assert ((n_in == 2 || n_in == 3) && n_out == 1);
  g_assert (in[IN_PREDICTION].dtype == LM_F32 && in[IN_PREDICTION].shape.rank >= 1);
  if (a->kind == LM_LOSS_SPARSE_CATEGORICAL)
    g_assert (in[IN_TARGET].dtype == LM_I32 && in[IN_TARGET].shape.rank == in[IN_PREDICTION].shape.rank - 1);
  else
    g_assert (in[IN_TARGET].dtype == LM_F32 && lm_shape_equal (&in[IN_TARGET].shape, &in[IN_PREDICTION].shape));
  out[0].shape = LM_SCALAR;
}

/* TRUE if all labels name a class. */
static gboolean
labels_are_good (const LossJob *job)
{
  const gint32 *labels = job->call->in[IN_TARGET].data;

  if (job->attrs->kind != LM_LOSS_SPARSE_CATEGORICAL)
    return TRUE;
  for (gint64 r = 0; r < job->rows; r++) {
    gboolean ignored = ignores (job->attrs) && labels[r] == job->attrs->ignored;

    if (!ignored && (labels[r] < 0 || labels[r] >= job->cols))
      return FALSE;
    if (job->labels != NULL)
      job->labels[r] = ignored ? 0 : labels[r];
  }
  return TRUE;
}

/* Weight of row @r: that of its sample, 0 for an ignored one. */
static double
row_weight (const LossJob *job, gint64 r)
{
  const LmOpCall *call = job->call;
  const lm_real *weights = call->n_in > IN_WEIGHT ? call->in[IN_WEIGHT].data : NULL;

  if (ignores (job->attrs) && ((const gint32 *) call->in[IN_TARGET].data)[r] == job->attrs->ignored)
    return 0.0;
  return weights != NULL ? (double) weights[r / (job->rows / job->samples)] : 1.0;
}

/* How many rows count. */
static gint64
counted_rows (const LossJob *job)
{
  const gint32 *labels = job->call->in[IN_TARGET].data;
  gint64 n = 0;

  if (!ignores (job->attrs))
    return job->rows;
  for (gint64 r = 0; r < job->rows; r++)
    n += labels[r] != job->attrs->ignored;
  return MAX (n, 1);
}

/* Whether the targets of a hinge loss are 0 and 1, as Keras finds out for each batch. */
static gboolean
are_signs (const LossJob *job)
{
  const lm_real *t = job->call->in[IN_TARGET].data;

  if (job->attrs->kind != LM_LOSS_HINGE && job->attrs->kind != LM_LOSS_SQUARED_HINGE)
    return FALSE;
  for (gint64 i = 0; i < job->rows * job->cols; i++) {
    if (t[i] != 0 && t[i] != 1)
      return FALSE;
  }
  return TRUE;
}

static const gint32 *
part_labels (const LossJob *job, const LmPart *p)
{
  return (job->labels != NULL ? job->labels : (const gint32 *) job->call->in[IN_TARGET].data) + p->from;
}

static LmCost
cost_of (const LmLossAttrs *attrs)
{
  switch (attrs->kind) {
  case LM_LOSS_BINARY:
    return attrs->from == LM_FROM_LOGITS ? LM_COST_BINARY_LOGITS : LM_COST_BINARY;
  case LM_LOSS_MAE:
    return LM_COST_ABSOLUTE;
  default:
    return LM_COST_SQUARED;
  }
}

/* The targets of a part of the rows, smoothed if need be. */
static const lm_real *
part_targets (const LossJob *job, const LmPart *p)
{
  const lm_real *t = (const lm_real *) job->call->in[IN_TARGET].data + p->from * job->cols;
  gboolean binary = job->attrs->kind == LM_LOSS_BINARY || job->attrs->kind == LM_LOSS_BINARY_FOCAL;
  gint64 classes = binary ? 2 : job->cols;
  double s = job->attrs->label_smoothing;

  if (!is_smoothed (job->attrs))
    return t;
  job->call->k->affine ((gsize) (p->n * job->cols), LM_REAL (1.0 - s), LM_REAL (s / (double) classes), t,
                        job->smooth + p->from * job->cols);
  return job->smooth + p->from * job->cols;
}

/* --- Sparse categorical from probabilities: c = clip p, loss = log Σ c − log c_label ---------- */

static lm_real
clip (lm_real p)
{
  return p < EPSILON ? EPSILON : p > LM_REAL (1) - EPSILON ? LM_REAL (1) - EPSILON
                                                           : p;
}

static lm_real
clipped_sum (gint64 cols, const lm_real *p)
{
  lm_real sum = LM_REAL (0);

  for (gint64 j = 0; j < cols; j++)
    sum += clip (p[j]);
  return sum;
}

static void
sparse_probability (gint64 rows, gint64 cols, const lm_real *p, const gint32 *labels, lm_real *loss)
{
  for (gint64 r = 0; r < rows; r++, p += cols)
    loss[r] = LM_REAL (log ((double) clipped_sum (cols, p)) - log ((double) clip (p[labels[r]])));
}

static void
sparse_probability_grad (gint64 rows, gint64 cols, const lm_real *p, const gint32 *labels, const lm_real *dloss, lm_real *dp, gboolean add)
{
  for (gint64 r = 0; r < rows; r++, p += cols, dp += cols) {
    lm_real share = LM_REAL (1) / clipped_sum (cols, p);

    for (gint64 j = 0; j < cols; j++) {
      gboolean inside = p[j] == clip (p[j]);
      lm_real slope = share - (j == labels[r] ? LM_REAL (1) / p[j] : LM_REAL (0));

      lm_grad_put (&dp[j], inside ? dloss[r] * slope : LM_REAL (0), add);
    }
  }
}

/* --- The rows of one task ------------------------------------------------ */

static void
row_losses (const LossJob *job, const LmPart *p, const lm_real *x, lm_real *loss)
{
  const lm_real *t = part_targets (job, p);

  for (gint64 r = 0; r < p->n; r++)
    loss[r] = LM_REAL (LM_R (lm_loss_row) (job->attrs, job->signs, job->cols, x + r * job->cols, t + r * job->cols));
}

static void
forward_task (void *data, int task, int thread)
{
  const LossJob *job = data;
  const LmKernels *k = job->call->k;
  LmPart p = lm_part (job->rows, job->task_rows, task);
  const lm_real *x = (const lm_real *) job->call->in[IN_PREDICTION].data + p.from * job->cols;
  const gint32 *labels = part_labels (job, &p);
  gboolean logits = job->attrs->from == LM_FROM_LOGITS;
  lm_real *loss = job->loss + p.from;

  if (job->attrs->kind == LM_LOSS_SPARSE_CATEGORICAL && logits)
    k->xent_labels (p.n, job->cols, x, labels, job->p + p.from * job->cols, loss);
  else if (job->attrs->kind == LM_LOSS_SPARSE_CATEGORICAL)
    sparse_probability (p.n, job->cols, x, labels, loss);
  else if (job->attrs->kind == LM_LOSS_CATEGORICAL && logits)
    k->xent_targets (p.n, job->cols, x, part_targets (job, &p), job->p + p.from * job->cols, loss);
  else if (job->attrs->kind == LM_LOSS_CATEGORICAL)
    k->xent_probs_targets (p.n, job->cols, x, part_targets (job, &p), loss);
  else if (lm_loss_is_row (job->attrs->kind))
    row_losses (job, &p, x, loss);
  else
    k->loss_rows (cost_of (job->attrs), LM_REAL (0), p.n, job->cols, x, part_targets (job, &p), loss);
}

static void
backward_task (void *data, int task, int thread)
{
  const LossJob *job = data;
  const LmKernels *k = job->call->k;
  LmPart part = lm_part (job->rows, job->task_rows, task);
  gint64 at = part.from * job->cols;
  const lm_real *x = (const lm_real *) job->call->in[IN_PREDICTION].data + at;
  const gint32 *labels = part_labels (job, &part);
  gboolean logits = job->attrs->from == LM_FROM_LOGITS;
  const lm_real *dloss = job->dloss + part.from;
  lm_real *dx = (lm_real *) job->call->din[IN_PREDICTION].data + at;

  if (job->attrs->kind == LM_LOSS_SPARSE_CATEGORICAL && logits) {
    k->xent_labels (part.n, job->cols, x, labels, job->p + at, job->loss + part.from);
    k->xent_labels_grad (part.n, job->cols, job->p + at, labels, dloss, dx, job->add);
  } else if (job->attrs->kind == LM_LOSS_SPARSE_CATEGORICAL) {
    sparse_probability_grad (part.n, job->cols, x, labels, dloss, dx, job->add);
  } else if (job->attrs->kind == LM_LOSS_CATEGORICAL && logits) {
    const lm_real *targets = part_targets (job, &part);

    k->xent_targets (part.n, job->cols, x, targets, job->p + at, job->loss + part.from);
    k->xent_targets_grad (part.n, job->cols, job->p + at, targets, dloss, dx, job->add);
  } else if (job->attrs->kind == LM_LOSS_CATEGORICAL) {
    k->xent_probs_targets_grad (part.n, job->cols, x, part_targets (job, &part), dloss, dx, job->add);
  } else if (lm_loss_is_row (job->attrs->kind)) {
    const lm_real *t = part_targets (job, &part);

    for (gint64 r = 0; r < part.n; r++)
      LM_R (lm_loss_row_grad)
    (job->attrs, job->signs, job->cols, x + r * job->cols, t + r * job->cols, (double) dloss[r], dx + r * job->cols, job->add);
  } else {
    k->loss_rows_grad (cost_of (job->attrs), LM_REAL (0), part.n, job->cols, x, part_targets (job, &part), dloss, dx, job->add);
  }
}

static void
loss_forward (const LmOpCall *call)
{
  lm_real *out = call->out[0].data;
  double sum = 0.0;
  LossJob job;

  loss_job (&job, call);
  if (!labels_are_good (&job)) {
    *out = LM_REAL (NAN);
    return;
  }
  job.signs = are_signs (&job);
  lm_pool_run (call->pool, lm_n_parts (job.rows, job.task_rows), forward_task, &job);
  for (gint64 r = 0; r < job.rows; r++)
    sum += (double) job.loss[r] * row_weight (&job, r);
  *out = LM_REAL (sum / (double) counted_rows (&job));
}

static void
loss_backward (const LmOpCall *call)
{
  lm_real slope = *(const lm_real *) call->dout[0].data;
  gint64 counted;
  LossJob job;

  for (int i = 1; i < call->n_in; i++)
    g_assert (call->mode[i] == LM_GRAD_SKIP);
  if (call->mode[IN_PREDICTION] == LM_GRAD_SKIP)
    return;
  loss_job (&job, call);
  job.add = call->mode[IN_PREDICTION] == LM_GRAD_ADD;
  if (!labels_are_good (&job)) {
    if (!job.add)
      call->k->fill ((gsize) (job.rows * job.cols), LM_REAL (0), call->din[IN_PREDICTION].data);
    return;
  }
  job.signs = are_signs (&job);
  counted = counted_rows (&job);
  for (gint64 r = 0; r < job.rows; r++)
    job.dloss[r] = slope / LM_REAL (counted) * LM_REAL (row_weight (&job, r));
  lm_pool_run (call->pool, lm_n_parts (job.rows, job.task_rows), backward_task, &job);
}

static double
loss_flops (const LmOpCall *call)
{
  return 5.0 * (double) lm_operand_size (&call->in[IN_PREDICTION]);
}

const LmOpClass LM_R (lm_op_loss) = {
  .member = { .id = "loss" },
  .attrs_size = sizeof (LmLossAttrs),
  .keep_in = LM_BIT (IN_PREDICTION) | LM_BIT (IN_TARGET) | LM_BIT (IN_WEIGHT),
  .infer = loss_infer,
  .workspace = loss_workspace,
  .flops = loss_flops,
  .forward = loss_forward,
  .backward = loss_backward,
};
