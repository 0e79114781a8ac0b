/* lm-evaluate.h: loss, metrics and predictions of given weights on given data
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-dataset.h"
#include "lm-design.h"
#include "lm-facts.h"
#include "lm-parallel.h"
#include "lm-pipeline.h"
#include "lm-snapshot.h"

G_BEGIN_DECLS

/**
 * LmEvaluateSpec:
 * @pipeline: (nullable): as fitted in training; %NULL: raw values (`--raw`)
 * @batch_size: 0: the design's, so that figures equal those of the training's validation
 * @exact: direct kernels (the command line's evaluate and predict)
 * @progress: (nullable)
 */
typedef struct {
  const LmDesign *design;
  LmSnapshot *weights;
  LmDataset *dataset;
  LmPart part;
  const LmPipeline *pipeline;
  LmPool *pool;
  int batch_size;
  gboolean exact;
  LmProgressFunc progress;
  void *progress_data;
} LmEvaluateSpec;

/**
 * LmEvaluation:
 * @metrics: names and titles as in LmRunFacts; metric values in the target's own unit, loss in the scaled one
 */
typedef struct {
  gint64 n;
  LmFigures figures;
  int n_metrics;
  LmMetricInfo metrics[LM_MAX_METRICS];
} LmEvaluation;

/* Returns: %FALSE with %LM_ERROR_DATA, %LM_ERROR_LIMIT, %LM_ERROR_CANCELLED or an error of the design or of reading set. */
gboolean lm_evaluate (const LmEvaluateSpec *spec, LmEvaluation *evaluation, GError **error);
void lm_evaluation_clear (LmEvaluation *self);

/**
 * lm_predict:
 * @output: index of the network's output, 0 for the only one
 *
 * The targets need not be in the data set. Values are in the target's own
 * unit if the chain scaled it.
 *
 * Returns: (transfer full): float32 (samples, …), or %NULL with an error as above
 */
LmTensor *lm_predict (const LmEvaluateSpec *spec, int output, GError **error);

/**
 * LmOutputInfo: what one output of the network is trained to tell; for eval and explain
 * @column: of the data set, −1 if it has no target
 * @n_classes: 2 or more: class numbers; 0: plain numbers
 * @layer: id path of the output layer, owned
 */
typedef struct {
  int column;
  int n_classes;
  LmShape shape; /* of the prediction, with the symbolic batch */
  char *layer;
  const char *loss;
} LmOutputInfo;

/* What output @output of the design has to do with @dataset (nullable); clear with lm_output_info_clear(). */
gboolean lm_output_info (const LmDesign *design, const LmDataset *dataset, int output, LmOutputInfo *info, GError **error);
void lm_output_info_clear (LmOutputInfo *self);

G_END_DECLS
