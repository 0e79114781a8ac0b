/* lm-network.c: running what lm-network-new.c put together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-network.h"

#include "lm-i18n.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void
lm_network_free (LmNetwork *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < self->n_outputs; i++) {
    g_free (self->outputs[i].path);
    g_free (self->outputs[i].name);
    g_free (self->outputs[i].class_weights);
    g_free (self->outputs[i].sample_weights);
    g_free (self->seen_predictions[i]);
    g_free (self->seen_targets[i]);
  }
  for (int i = 0; i < self->n_metrics; i++) {
    lm_metric_info_clear (&self->metrics[i].info);
    lm_option_set_free (self->metrics[i].options);
  }
  g_clear_pointer (&self->graph, lm_graph_free);
  lm_program_free (self->program);
  g_clear_pointer (&self->node_paths, g_ptr_array_unref);
  g_clear_pointer (&self->node_names, g_ptr_array_unref);
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  g_free (self->scratch[0]);
  g_free (self->scratch[1]);
  g_free (self);
}

LmProgramSpec
lm_network_program_spec (const LmNetwork *self,
                         gint64 max_batch,
                         gboolean exact)
{
  return (LmProgramSpec){
    .max_batch = max_batch,
    .root = self->training ? self->total : LM_NO_VALUE,
    .weight_grads = self->training,
    .exact = exact,
    .fuse = TRUE,
  };
}

static const LmColumn *
column_of (const LmNetwork *self,
           const LmNetworkOutput *output)
{
  return &self->dataset->columns[output->column];
}

/* TRUE if the chain changed the target, so that prediction and target must be changed back. */
static gboolean
is_scaled (const LmNetwork *self,
           const LmNetworkOutput *output)
{
  return self->pipeline != NULL && output->column >= 0 && output->form == LM_FORM_F32 &&
         lm_pipeline_touches (self->pipeline, LM_ROLE_TARGET, column_of (self, output)->name);
}

static gboolean
prepare_weights (const LmNetwork *self,
                 LmNetworkOutput *output,
                 gint64 max_batch,
                 GError **error)
{
  if (output->weight_column >= 0 && self->pipeline != NULL) {
    const LmColumn *column = &self->dataset->columns[self->columns[output->weight_column].column];

    if (lm_pipeline_touches (self->pipeline, LM_ROLE_TARGET, column->name)) {
      g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                   _ ("The sample weights “%s” would be changed by the chain of steps. Let its steps leave this column alone."), column->name);
      return FALSE;
    }
  }
  if (output->weight_input >= 0)
    output->sample_weights = g_new (float, (gsize) max_batch);
  return TRUE;
}

gboolean
lm_network_compile (LmNetwork *self,
                    gint64 max_batch,
                    gboolean exact,
                    const LmPipeline *pipeline,
                    LmPool *pool,
                    GError **error)
{
  LmProgramSpec spec = lm_network_program_spec (self, max_batch, exact);
  gsize largest = 0;

  self->pipeline = pipeline;
  self->program = lm_program_new (g_steal_pointer (&self->graph), &spec, pool, error);
  if (self->program == NULL)
    return FALSE;

  for (int i = 0; i < self->n_outputs; i++) {
    if (!prepare_weights (self, &self->outputs[i], max_batch, error))
      return FALSE;
    if (is_scaled (self, &self->outputs[i]))
      largest = MAX (largest, (gsize) (max_batch * lm_shape_sample_size (&self->outputs[i].shape)));
  }
  for (int i = 0; i < 2 && largest > 0; i++) {
    self->scratch[i] = g_try_new (float, largest);
    if (self->scratch[i] == NULL) {
      g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("There is no memory left for a batch of %" PRId64 " predictions. Choose a smaller batch size."), max_batch);
      return FALSE;
    }
  }
  return TRUE;
}

void
lm_network_config (const LmNetwork *self,
                   LmLoaderConfig *config)
{
  config->dataset = self->dataset;
  config->pipeline = self->pipeline;
  config->n_columns = self->n_columns;
  memcpy (config->columns, self->columns, sizeof self->columns);
}

/* Which column of a batch is input @input of the program. */
static int
batch_column (const LmNetwork *self,
              int input)
{
  for (int i = 0; i < self->n_columns; i++) {
    if (self->inputs[i] == input)
      return i;
  }
  g_assert_not_reached ();
}

/* The class that a target stands for. */
static int
class_of (const LmNetworkOutput *output,
          const void *targets,
          gint64 i)
{
  const float *row = (const float *) targets + i * output->n_classes;
  int class = 0;

  if (output->form == LM_FORM_I32)
    return ((const gint32 *) targets)[i];
  if (output->form == LM_FORM_F32)
    return (int) ((const float *) targets)[i];
  for (int c = 1; c < output->n_classes; c++)
    class = row[c] > row[class] ? c : class;
  return class;
}

/* Weight of each sample of a batch: that of its column times that of its class. */
static void
weigh (LmNetwork *self,
       LmNetworkOutput *output,
       const LmBatch *batch)
{
  const float *own = output->weight_column >= 0 ? batch->data[output->weight_column] : NULL;
  const void *targets = batch->data[batch_column (self, output->target)];

  for (gint64 i = 0; i < batch->n; i++) {
    int class = output->class_weights != NULL ? class_of (output, targets, i) : 0;

    output->sample_weights[i] = own != NULL ? own[i] : 1;
    if (output->class_weights != NULL && class >= 0 && class < column_of (self, output)->n_classes)
      output->sample_weights[i] *= output->class_weights[class];
  }
  lm_program_set_input (self->program, output->weight_input, output->sample_weights);
}

void
lm_network_forward (LmNetwork *self,
                    const LmBatch *batch)
{
  for (int i = 0; i < self->n_columns; i++)
    lm_program_set_input (self->program, self->inputs[i], batch->data[i]);
  for (int i = 0; i < self->n_outputs; i++) {
    if (self->outputs[i].weight_input >= 0)
      weigh (self, &self->outputs[i], batch);
  }
  lm_program_forward (self->program, batch->n);
}

double
lm_network_loss (const LmNetwork *self)
{
  return (double) *(const float *) lm_program_value (self->program, self->total).data;
}

/* @numbers in the target's own unit. */
static const float *
unscale (const LmNetwork *self,
         const LmNetworkOutput *output,
         const float *numbers,
         gsize n,
         gsize size,
         float *scratch)
{
  const LmColumn *column = column_of (self, output);

  memcpy (scratch, numbers, n * size * sizeof (float));
  lm_pipeline_invert (self->pipeline, LM_ROLE_TARGET, column->name, &column->sample, scratch, n);
  return scratch;
}

/* What the metrics of output @i see; data are still to come. */
static LmMetricBatch
metric_batch (const LmNetwork *self,
              int i)
{
  const LmNetworkOutput *output = &self->outputs[i];

  return (LmMetricBatch){
    .prediction_size = lm_shape_sample_size (&output->shape),
    .n_last = output->shape.rank > 1 ? output->shape.dim[output->shape.rank - 1] : 1,
    .target_dtype = output->form == LM_FORM_I32 ? LM_I32 : LM_F32,
    .target_size = lm_shape_sample_size (&output->target_shape),
    .multilabel = output->form == LM_FORM_F32 && !output->loss->one_hot,
  };
}

/* TRUE if metric @m can only be told when all samples are there. */
static gboolean
needs_all (const LmNetwork *self,
           int m)
{
  LmMetricBatch batch = metric_batch (self, self->metrics[m].output);

  return !lm_metric_streams (self->metrics[m].metric, &batch);
}

gboolean
lm_network_collect (LmNetwork *self,
                    gint64 n,
                    GError **error)
{
  self->n_room = n;
  for (int m = 0; m < self->n_metrics; m++) {
    int i = self->metrics[m].output;
    LmMetricBatch batch = metric_batch (self, i);

    if (!needs_all (self, m) || self->seen_predictions[i] != NULL)
      continue;
    self->seen_predictions[i] = g_try_new (float, (gsize) (n * batch.prediction_size));
    self->seen_targets[i] = g_try_new (float, (gsize) (n * batch.target_size));
    if (self->seen_predictions[i] == NULL || self->seen_targets[i] == NULL) {
      g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("There is no memory left to keep the answers for %" PRId64 " samples, which the metric “%s” needs. Choose another metric."),
                   n, self->metrics[m].metric->member.id);
      return FALSE;
    }
  }
  return TRUE;
}

void
lm_network_begin (LmNetwork *self)
{
  self->n_seen = 0;
}

double
lm_network_figure (const LmNetwork *self,
                   int metric,
                   const LmMetricState *states)
{
  const LmNetworkMetric *entry = &self->metrics[metric];
  LmMetricBatch all = metric_batch (self, entry->output);

  if (!needs_all (self, metric))
    return entry->metric->result (&states[metric], entry->options);
  if (self->seen_predictions[entry->output] == NULL || self->n_seen == 0)
    return (double) NAN;
  all.n = self->n_seen;
  all.prediction = self->seen_predictions[entry->output];
  all.target = self->seen_targets[entry->output];
  all.options = entry->options;
  return entry->metric->whole (&all);
}

/* Keeps a batch for metrics that want all. */
static void
keep_batch (LmNetwork *self,
            int output,
            const LmMetricBatch *batch)
{
  if (self->seen_predictions[output] == NULL)
    return;
  g_assert (self->n_seen + batch->n <= self->n_room);
  memcpy (self->seen_predictions[output] + self->n_seen * batch->prediction_size, batch->prediction, (gsize) (batch->n * batch->prediction_size) * sizeof (float));
  memcpy (self->seen_targets[output] + self->n_seen * batch->target_size, batch->target, (gsize) (batch->n * batch->target_size) * sizeof (float));
}

void
lm_network_measure (LmNetwork *self,
                    const LmBatch *batch,
                    LmMetricState *states)
{
  for (int i = 0; i < self->n_outputs; i++) {
    const LmNetworkOutput *output = &self->outputs[i];
    LmMetricBatch seen = metric_batch (self, i);

    seen.n = batch->n;
    seen.prediction = lm_program_value (self->program, output->prediction).data;
    seen.target = batch->data[batch_column (self, output->target)];
    if (is_scaled (self, output)) {
      seen.prediction = unscale (self, output, seen.prediction, (gsize) batch->n, (gsize) seen.prediction_size, self->scratch[0]);
      seen.target = unscale (self, output, seen.target, (gsize) batch->n, (gsize) seen.target_size, self->scratch[1]);
    }
    for (int m = 0; m < self->n_metrics; m++) {
      seen.options = self->metrics[m].options;
      if (self->metrics[m].output == i && lm_metric_streams (self->metrics[m].metric, &seen))
        self->metrics[m].metric->update (&states[m], &seen);
    }
    keep_batch (self, i, &seen);
  }
  self->n_seen += batch->n;
}

void
lm_network_find_baselines (LmNetwork *self,
                           gboolean no_validation)
{
  LmPart part = lm_dataset_has (self->dataset, LM_PART_VALIDATION) && !no_validation ? LM_PART_VALIDATION : LM_PART_TRAIN;

  for (int m = 0; m < self->n_metrics; m++) {
    LmNetworkMetric *metric = &self->metrics[m];
    const LmNetworkOutput *output = &self->outputs[metric->output];
    const LmColumn *column = column_of (self, output);
    g_autofree gint64 *counts = g_new0 (gint64, MAX (1, column->n_classes));
    g_autofree char *name = NULL;
    int most = 0;

    if (!metric->metric->is_share || column->n_classes < 2 || lm_column_size (column) != 1)
      continue;
    if (!lm_dataset_class_counts (self->dataset, LM_PART_TRAIN, output->column, counts, NULL))
      continue;
    for (int c = 1; c < column->n_classes; c++)
      most = counts[c] > counts[most] ? c : most;
    if (part != LM_PART_TRAIN && !lm_dataset_class_counts (self->dataset, part, output->column, counts, NULL))
      continue;
    name = lm_column_class_name (column, most);
    metric->info.baseline = (double) counts[most] / (double) lm_dataset_n (self->dataset, part);
    metric->info.baseline_name = g_strdup_printf (_ ("always “%s”"), name);
  }
}
