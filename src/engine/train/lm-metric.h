/* lm-metric.h: figures people read: accuracy, mean absolute error; counted batch by batch, exact
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-option.h"
#include "lm-tensor.h"

G_BEGIN_DECLS

/* Sums of a metric over the samples seen: a plain value, stored in checkpoints. */
typedef struct {
  double sum;
  double n;
  double more[2];
} LmMetricState;

/**
 * LmMetricBatch: what a metric looks at
 * @n: samples
 * @prediction: (n, prediction_size), in the target's own unit; %LM_F32 or %LM_F64
 * @n_last: length of the prediction's last axis (1 for one value per sample)
 * @target: class numbers (n, rows) or numbers of the prediction's size; %LM_I32, %LM_F32 or %LM_F64
 * @threshold: a single value means yes above it; 0 stands for 1/2
 * @at_threshold: and at it
 * @multilabel: several of the n_last answers may be true at once
 * @ids: single predictions are class numbers themselves
 * @options: of the metric; %NULL: defaults
 */
typedef struct {
  gint64 n;
  const void *prediction;
  LmDtype prediction_dtype;
  gint64 prediction_size;
  gint64 n_last;
  const void *target;
  LmDtype target_dtype;
  gint64 target_size;
  double threshold;
  gboolean at_threshold;
  gboolean multilabel;
  gboolean ids;
  const LmOptionSet *options;
} LmMetricBatch;

/* What a metric can be asked about. */
typedef enum {
  LM_METRIC_ANSWERS, /* classes: one yes or no, one class out of several, or several labels */
  LM_METRIC_NUMBERS, /* numbers: prediction and target have the same size */
  LM_METRIC_LABELS,  /* a score for each label, and which are true or how much: both (n, labels) */
} LmMetricKind;

/**
 * LmMetricClass:
 * @is_share: 0 … 1, larger is better: plotted on a fixed axis, printed as a percentage
 * @more_is_better: larger is better
 * @name: Keras's name of the figure: “accuracy”, “mae”; = member.id
 * @update: (nullable): adds a batch; allocates nothing; sums in double in sample order
 * @result: (nullable): NaN if nothing was seen
 * @whole: (nullable): the figure of all samples at once, for what no few sums can hold; may allocate. In a run such a
 *   figure is there for the validation alone. Where there is @update as well, that serves single answers per sample
 *
 * Family “metric”. Figures are scikit-learn's: docs/numerics.md.
 */
typedef struct {
  LmMember member;
  LmMetricKind kind;
  gboolean is_share;
  gboolean more_is_better;
  void (*update) (LmMetricState *state, const LmMetricBatch *batch);
  double (*result) (const LmMetricState *state, const LmOptionSet *options);
  double (*whole) (const LmMetricBatch *all);
} LmMetricClass;

static inline const LmMetricClass *
lm_metric_find (const char *id)
{
  return (const LmMetricClass *) lm_family_find ("metric", id);
}

/* The id that another name of Keras or scikit-learn stands for (“mean_squared_error” → “mse”); @id itself if it is none. */
const char *lm_metric_canonical (const char *id);

/* (transfer full): “top_k_accuracy(k=3)” with options; %NULL with an error that lists the metrics there are. */
LmOptionSet *lm_metric_parse (const char *text, GError **error);

/* Empty sums. */
static inline void
lm_metric_init (LmMetricState *state)
{
  *state = (LmMetricState){ 0 };
}

/* TRUE if batches of this form can be added one by one; else all samples are needed at once. */
static inline gboolean
lm_metric_streams (const LmMetricClass *metric, const LmMetricBatch *batch)
{
  return metric->update != NULL && (metric->whole == NULL || (batch->prediction_size == 1 && !batch->ids));
}

/* The figure of one batch that is all there is. */
double lm_metric_compute (const LmMetricClass *metric, const LmMetricBatch *all);

/* --- For members --------------------------------------------------------- */

static inline double
lm_metric_number (const void *data, LmDtype dtype, gint64 i)
{
  switch (dtype) {
  case LM_F64:
    return ((const double *) data)[i];
  case LM_I32:
    return (double) ((const gint32 *) data)[i];
  case LM_F32:
  case LM_I64:
  case LM_U8:
  default:
    return (double) ((const float *) data)[i];
  }
}

static inline double
lm_metric_p (const LmMetricBatch *batch, gint64 i)
{
  return lm_metric_number (batch->prediction, batch->prediction_dtype, i);
}

static inline double
lm_metric_t (const LmMetricBatch *batch, gint64 i)
{
  return lm_metric_number (batch->target, batch->target_dtype, i);
}

/* Rows of answers: samples times places. */
static inline gint64
lm_metric_rows (const LmMetricBatch *batch)
{
  return batch->n * batch->prediction_size / batch->n_last;
}

/* TRUE if the target has a number for each answer instead of a class for each row. */
static inline gboolean
lm_metric_has_one_hot (const LmMetricBatch *batch)
{
  return batch->n_last > 1 && batch->target_size == batch->prediction_size;
}

/* A single value as yes or no. */
static inline gboolean
lm_metric_yes (const LmMetricBatch *batch, double p)
{
  double threshold = batch->threshold != 0 ? batch->threshold : 0.5;

  return batch->at_threshold ? p >= threshold : p > threshold;
}

/* The class that row @r answers, the first of equals; the class that is true. */
gint64 lm_metric_answer (const LmMetricBatch *batch, gint64 r);
gint64 lm_metric_truth (const LmMetricBatch *batch, gint64 r);

/* How true answer @c of row @r is: 0 or 1, or with LM_METRIC_LABELS its grade. */
static inline double
lm_metric_truth_of (const LmMetricBatch *batch, gint64 r, gint64 c)
{
  if (batch->n_last == 1 || lm_metric_has_one_hot (batch))
    return lm_metric_t (batch, r * batch->n_last + c);
  return lm_metric_t (batch, r) == (double) c ? 1 : 0;
}

/* Σ/n of a state, NaN for nothing. */
double lm_metric_mean (const LmMetricState *state, const LmOptionSet *options);

/* Option @id of the batch's set; @fallback without a set or for none. */
double lm_metric_option (const LmOptionSet *options, const char *id, double fallback);

G_END_DECLS
