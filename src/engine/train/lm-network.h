/* lm-network.h: a design joined with its data: inputs, targets, losses and metrics around one program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-design.h"
#include "lm-facts.h"
#include "lm-loader.h"
#include "lm-loss.h"
#include "lm-metric.h"
#include "lm-pipeline.h"
#include "lm-program.h"

G_BEGIN_DECLS

#define LM_MAX_OUTPUTS 8

/**
 * LmNetworkOutput: one output of the design and what it is compared with
 * @column: of the data set; −1: the data have no target for it
 * @n_classes: class numbers 0 … n_classes − 1; 0: plain numbers
 * @target: index among the program's inputs; −1 without loss
 * @target_shape: symbolic
 * @weight_input: index of the sample weights among the program's inputs; −1: all count 1
 * @weight_column: which column of a batch has them; −1: they follow from the class alone
 * @class_weights: (nullable): by class
 * @sample_weights: what the program gets; room for the largest batch
 */
typedef struct {
  char *path;
  char *name;
  LmValue prediction;
  LmShape shape;
  const LmLossClass *loss;
  const LmOptionSet *loss_options; /* borrowed from the design; NULL: defaults */
  double weight;
  int column;
  int n_classes;
  LmForm form;
  int target;
  LmShape target_shape;
  int weight_input;
  int weight_column;
  float *class_weights;
  float *sample_weights;
} LmNetworkOutput;

typedef struct {
  const LmMetricClass *metric;
  LmOptionSet *options; /* NULL: defaults */
  int output;
  LmMetricInfo info;
} LmNetworkMetric;

/**
 * LmNetwork:
 *
 * Lowered and, after lm_network_compile(), ready to run. Used by trainer,
 * evaluation and prediction. Thread: one.
 *
 * @columns: what a batch must hold, in this order; @inputs: which input of the program each one is
 * @total: the loss with its regularisation
 */
typedef struct {
  LmGraph *graph; /* until compiled */
  LmProgram *program;
  gboolean training;
  int n_columns;
  LmLoaderColumn columns[LM_LOADER_MAX_COLUMNS];
  int inputs[LM_LOADER_MAX_COLUMNS];
  int n_outputs;
  LmNetworkOutput outputs[LM_MAX_OUTPUTS];
  int n_metrics;
  LmNetworkMetric metrics[LM_MAX_METRICS];
  LmValue total;
  GPtrArray *node_paths; /* of the lowered layers: id path; name */
  GPtrArray *node_names;
  LmDataset *dataset;
  const LmPipeline *pipeline; /* borrowed */
  /* For metrics that need all samples at once: what has been measured since lm_network_begin(), per output; NULL if none does. */
  gint64 n_room;
  gint64 n_seen;
  float *seen_predictions[LM_MAX_OUTPUTS];
  float *seen_targets[LM_MAX_OUTPUTS]; /* int32 numbers where the target has them */
  float *scratch[2];                   /* prediction and target in their own unit; NULL if never needed */
} LmNetwork;

/**
 * LmNetworkSpec:
 * @dataset: (nullable): without one, inputs and targets stay unbound
 * @with_loss: lower losses, regularisation and metrics too: the data must have the targets
 * @max_batch: largest batch
 */
typedef struct {
  const LmDesign *design;
  LmDataset *dataset;
  gboolean training;
  gboolean with_loss;
  gint64 max_batch;
} LmNetworkSpec;

/* Returns: (transfer full): not compiled; %NULL with an error of the design, or %LM_ERROR_DATA if the data do not fit. */
LmNetwork *lm_network_new (const LmNetworkSpec *spec, GError **error);
void lm_network_free (LmNetwork *self);

/* How it will be compiled: backward too if it is for training. */
LmProgramSpec lm_network_program_spec (const LmNetwork *self, gint64 max_batch, gboolean exact);

/* @pipeline: (nullable): borrowed as long as the network lives: metrics are in the target's own unit. */
gboolean lm_network_compile (LmNetwork *self, gint64 max_batch, gboolean exact, const LmPipeline *pipeline, LmPool *pool, GError **error);

/* What the loader must be asked for. */
void lm_network_config (const LmNetwork *self, LmLoaderConfig *config);

/* Binds a batch and runs forward. */
void lm_network_forward (LmNetwork *self, const LmBatch *batch);

/* The loss of the batch just run. */
double lm_network_loss (const LmNetwork *self);

/**
 * lm_network_collect:
 * @n: samples that will be measured between two calls of lm_network_begin()
 *
 * Makes room for metrics that need all samples at once; without it, or if there is no such metric, they are NaN.
 */
gboolean lm_network_collect (LmNetwork *self, gint64 n, GError **error);

/* Begins a new set of samples. */
void lm_network_begin (LmNetwork *self);

/* Figure @metric of what was measured since. */
double lm_network_figure (const LmNetwork *self, int metric, const LmMetricState *states);

/* Adds the batch just run to @states, one per metric. Allocates nothing. */
void lm_network_measure (LmNetwork *self, const LmBatch *batch, LmMetricState *states);

/* Fills in baselines: always the most frequent class. Reads labels. @no_validation: of the training part. */
void lm_network_find_baselines (LmNetwork *self, gboolean no_validation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmNetwork, lm_network_free)

G_END_DECLS
