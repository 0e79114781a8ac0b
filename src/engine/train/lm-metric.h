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
 * @prediction: (n, prediction_size), in the target's own unit
 * @n_last: length of the prediction's last axis (1 for one value per sample)
 * @target: int32 class numbers or float32 numbers, (n, target_size)
 */
typedef struct {
  gint64 n;
  const float *prediction;
  gint64 prediction_size;
  gint64 n_last;
  const void *target;
  LmDtype target_dtype;
  gint64 target_size;
} LmMetricBatch;

/**
 * LmMetricClass:
 * @is_share: 0 … 1, larger is better: plotted on a fixed axis, printed as a percentage
 * @more_is_better: larger is better
 * @name: Keras's name of the figure: “accuracy”, “mae”; = member.id
 * @update: adds a batch; allocates nothing; sums in double in sample order
 *
 * Family “metric”.
 */
typedef struct {
  LmMember member;
  gboolean is_share;
  gboolean more_is_better;
  void (*update) (LmMetricState *state, const LmMetricBatch *batch);
  double (*result) (const LmMetricState *state); /* NaN if nothing was seen */
} LmMetricClass;

static inline const LmMetricClass *
lm_metric_find (const char *id)
{
  return (const LmMetricClass *) lm_family_find ("metric", id);
}

/* Empty sums. */
static inline void
lm_metric_init (LmMetricState *state)
{
  *state = (LmMetricState){ 0 };
}

G_END_DECLS
