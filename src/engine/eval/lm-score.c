/* lm-score.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-score.h"

#include "lm-i18n.h"
#include "lm-metric.h"

#include <math.h>
#include <string.h>

/* A table has the square of so many places. */
#define MAX_CLASSES 4096

typedef struct {
  LmMetricBatch batch;
  LmTensor *targets;     /* float64 */
  LmTensor *predictions; /* float32 or float64 */
} Pair;

static void
pair_clear (Pair *pair)
{
  g_clear_pointer (&pair->targets, lm_tensor_unref);
  g_clear_pointer (&pair->predictions, lm_tensor_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pair, pair_clear)

/* (transfer full): the same numbers as float64. */
static LmTensor *
widen (LmTensor *tensor,
       GError **error)
{
  LmTensor *wide = lm_tensor_new (LM_F64, &tensor->shape, error);

  for (gint64 i = 0; wide != NULL && i < lm_tensor_n_elements (tensor); i++)
    ((double *) wide->data)[i] = lm_tensor_get (tensor, i);
  return wide;
}

static gboolean
check_finite (LmTensor *tensor,
              const char *what,
              GError **error)
{
  for (gint64 i = 0; i < lm_tensor_n_elements (tensor); i++) {
    if (!isfinite (lm_tensor_get (tensor, i))) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The %s hold a value that is not a number or is infinite, at place %" PRId64 ". Remove such samples."), what, i);
      return FALSE;
    }
  }
  return TRUE;
}

static gint64
rows_of (const LmTensor *tensor)
{
  return tensor->shape.rank > 0 ? tensor->shape.dim[0] : 0;
}

static gboolean
fail_shapes (LmTensor *targets,
             LmTensor *predictions,
             GError **error)
{
  g_autofree char *t = lm_shape_to_string (&targets->shape), *p = lm_shape_to_string (&predictions->shape);

  g_set_error (error, LM_ERROR, LM_ERROR_DATA,
               _ ("The targets are %s and the predictions %s: they do not fit each other. Give one target per prediction, or a class per row of predictions."), t, p);
  return FALSE;
}

static gboolean
pair_open (Pair *pair,
           LmTensor *targets,
           LmTensor *predictions,
           double threshold,
           GError **error)
{
  gint64 n = rows_of (predictions);

  if (n < 1 || rows_of (targets) != n)
    return fail_shapes (targets, predictions, error);
  if (!check_finite (targets, _ ("targets"), error) || !check_finite (predictions, _ ("predictions"), error))
    return FALSE;
  pair->targets = widen (targets, error);
  pair->predictions = predictions->dtype == LM_F32 ? lm_tensor_ref (predictions) : widen (predictions, error);
  if (pair->targets == NULL || pair->predictions == NULL)
    return FALSE;
  pair->batch = (LmMetricBatch){
    .n = n,
    .prediction = pair->predictions->data,
    .prediction_dtype = pair->predictions->dtype,
    .prediction_size = lm_tensor_n_elements (predictions) / n,
    .n_last = predictions->shape.rank > 1 ? predictions->shape.dim[predictions->shape.rank - 1] : 1,
    .target = pair->targets->data,
    .target_dtype = LM_F64,
    .target_size = lm_tensor_n_elements (targets) / n,
    .threshold = threshold,
    .at_threshold = TRUE,
  };
  return TRUE;
}

/* --- What the targets are -------------------------------------------------------------------- */

/* TRUE if each row has one 1 and else zeros; @are_flags: (out): there is nothing but 0 and 1. */
static gboolean
is_one_hot (const LmMetricBatch *batch,
            gboolean *are_flags)
{
  gint64 rows = lm_metric_rows (batch);
  gboolean single = TRUE;

  *are_flags = TRUE;
  for (gint64 r = 0; r < rows; r++) {
    double sum = 0;

    for (gint64 c = 0; c < batch->n_last; c++) {
      double t = lm_metric_t (batch, r * batch->n_last + c);

      *are_flags = *are_flags && (t == 0 || t == 1);
      sum += t;
    }
    single = single && sum == 1;
  }
  return single && *are_flags;
}

/* Largest class of the targets; −1 if they are no classes. */
static gint64
largest_class (const LmMetricBatch *batch)
{
  gint64 largest = 0;

  for (gint64 i = 0; i < batch->n * batch->target_size; i++) {
    double t = lm_metric_t (batch, i);

    if (t != floor (t) || t < 0 || t > G_MAXINT32)
      return -1;
    largest = MAX (largest, (gint64) t);
  }
  return largest;
}

/* TRUE if single predictions may be classes; @most: (out): the largest. */
static gboolean
are_whole (const LmMetricBatch *batch,
           double *most)
{
  *most = 0;
  for (gint64 i = 0; i < batch->n; i++) {
    double p = lm_metric_p (batch, i);

    if (p != floor (p) || p < 0 || p > G_MAXINT32)
      return FALSE;
    *most = MAX (*most, p);
  }
  return TRUE;
}

static gboolean
fail_classes (const LmMetricBatch *batch,
              gint64 largest,
              GError **error)
{
  if (largest < 0)
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The targets are no classes: they hold other numbers than 0, 1, 2 …. Choose a metric for numbers, such as mae."));
  else if (batch->n_last > 1)
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The targets name class %" PRId64 ", but the predictions have %" PRId64 " classes, 0 to %" PRId64 ". Give a value for each class."),
                 largest, batch->n_last, batch->n_last - 1);
  else
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The targets name class %" PRId64 ", but the predictions are one number per sample, which tells 0 from 1. Give a value for each class."), largest);
  return FALSE;
}

/* Finds out what the targets of a question with classes for answers are. @takes_ids: predictions may be classes themselves. */
static gboolean
find_form (LmMetricBatch *batch,
           gboolean takes_ids,
           GError **error)
{
  gboolean are_flags;
  gint64 largest;
  double most;

  if (lm_metric_has_one_hot (batch)) {
    batch->multilabel = !is_one_hot (batch, &are_flags);
    if (are_flags)
      return TRUE;
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The targets have a number for each class, but not only 0 and 1. Give 0 and 1, or one class per sample."));
    return FALSE;
  }
  largest = largest_class (batch);
  if (largest < 0)
    return fail_classes (batch, largest, error);
  if (batch->n_last > 1)
    return largest < batch->n_last || fail_classes (batch, largest, error);
  if (takes_ids && are_whole (batch, &most))
    batch->ids = largest > 1 || (most > 1 && batch->threshold == 0.5);
  return largest <= 1 || batch->ids || fail_classes (batch, largest, error);
}

static gboolean
fits_sizes (const LmMetricBatch *batch,
            LmMetricKind kind)
{
  gboolean same = batch->target_size == batch->prediction_size;

  if (kind == LM_METRIC_NUMBERS)
    return same;
  if (kind == LM_METRIC_LABELS)
    return same && batch->n_last > 1;
  return same || batch->target_size * batch->n_last == batch->prediction_size;
}

/* TRUE for metrics that look at answers alone, not at how sure they are. */
static gboolean
looks_at_answers (const LmMetricClass *metric)
{
  static const char *const scores[] = { "roc_auc", "average_precision", "log_loss", "brier", "top_k_accuracy", NULL };

  return metric->kind == LM_METRIC_ANSWERS && !g_strv_contains (scores, metric->member.id);
}

gboolean
lm_score (const LmOptionSet *metric,
          LmTensor *targets,
          LmTensor *predictions,
          double threshold,
          double *value,
          GError **error)
{
  const LmMetricClass *class = (const LmMetricClass *) metric->member;
  g_auto (Pair) pair = { .targets = NULL };

  if (!pair_open (&pair, targets, predictions, threshold, error))
    return FALSE;
  if (!fits_sizes (&pair.batch, class->kind))
    return fail_shapes (targets, predictions, error);
  if (class->kind == LM_METRIC_ANSWERS && !find_form (&pair.batch, looks_at_answers (class), error))
    return FALSE;
  if (class->kind == LM_METRIC_LABELS)
    pair.batch.multilabel = TRUE;

  /* Of several labels each counts by itself. */
  if (pair.batch.multilabel && strcmp (class->member.id, "accuracy") == 0)
    class = lm_metric_find ("binary_accuracy");
  pair.batch.options = metric;
  *value = lm_metric_compute (class, &pair.batch);
  if (!isnan (*value))
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_DATA,
               _ ("The metric “%s” says nothing about these %" PRId64 " samples: all targets are the same, or there are too few. Give samples of at least two kinds."),
               class->member.id, pair.batch.n);
  return FALSE;
}

gint64 *
lm_score_confusion (LmTensor *targets,
                    LmTensor *predictions,
                    double threshold,
                    int *n_classes,
                    GError **error)
{
  g_auto (Pair) pair = { .targets = NULL };
  LmMetricBatch *batch = &pair.batch;
  gint64 k, rows;
  gint64 *counts;

  if (!pair_open (&pair, targets, predictions, threshold, error))
    return NULL;
  if (!fits_sizes (batch, LM_METRIC_ANSWERS)) {
    fail_shapes (targets, predictions, error);
    return NULL;
  }
  if (!find_form (batch, TRUE, error))
    return NULL;
  rows = lm_metric_rows (batch);
  k = MAX (batch->n_last, 2);
  for (gint64 r = 0; r < rows; r++)
    k = MAX (k, 1 + MAX (lm_metric_truth (batch, r), lm_metric_answer (batch, r)));
  if (batch->multilabel || k > MAX_CLASSES) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("A table of classes needs one class per sample, out of at most %d. Give a class per sample."), MAX_CLASSES);
    return NULL;
  }
  counts = g_new0 (gint64, k * k);
  for (gint64 r = 0; r < rows; r++)
    counts[lm_metric_truth (batch, r) * k + lm_metric_answer (batch, r)]++;
  *n_classes = (int) k;
  return counts;
}
