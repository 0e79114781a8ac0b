/* lm-evaluate.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-evaluate.h"

#include "lm-i18n.h"
#include "lm-network.h"
#include "lm-weights.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A compiled network, its weights and the batches to run. */
typedef struct {
  LmNetwork *network;
  LmWeights *weights;
  LmLoader *loader;
} Run;

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->loader, lm_loader_free);
  g_clear_pointer (&run->network, lm_network_free);
  g_clear_pointer (&run->weights, lm_weights_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static gboolean
open_run (Run *run,
          const LmEvaluateSpec *spec,
          gboolean with_loss,
          GError **error)
{
  gint64 batch = spec->batch_size > 0 ? spec->batch_size : lm_option_get_int (spec->design->training, LM_TRAINING_BATCH_SIZE);
  LmNetworkSpec network_spec = { .design = spec->design, .dataset = spec->dataset, .with_loss = with_loss };
  LmLoaderConfig config = { .part = spec->part, .n_epochs = 1, .prefetch = 1 };

  lm_flush_denormals ();
  if (!lm_dataset_has (spec->dataset, spec->part)) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("“%s” has no %s part. Choose another part."), spec->dataset->name, lm_part_name (spec->part));
    return FALSE;
  }
  network_spec.max_batch = batch = MIN (batch, (gint64) lm_dataset_n (spec->dataset, spec->part));
  run->network = lm_network_new (&network_spec, error);
  if (run->network == NULL || !lm_network_compile (run->network, batch, spec->exact, spec->pipeline, spec->pool, error))
    return FALSE;

  run->weights = lm_weights_new (lm_program_graph (run->network->program), NULL, 0, error);
  if (run->weights == NULL || !lm_weights_restore (run->weights, spec->weights, LM_MATCH_PATH, FALSE, error) ||
      !lm_weights_bind (run->weights, run->network->program, error))
    return FALSE;

  lm_network_config (run->network, &config);
  config.batch_size = (int) batch;
  run->loader = lm_loader_new (&config, error);
  return run->loader != NULL;
}

/* The next batch, run; NULL at the end or with an error. */
static const LmBatch *
run_next (Run *run,
          const LmEvaluateSpec *spec,
          gint64 done,
          GError **error)
{
  double share = (double) done / (double) lm_loader_n_samples (run->loader);
  const LmBatch *batch;

  if (spec->progress != NULL && !spec->progress (spec->progress_data, _ ("Running the network"), share)) {
    g_set_error (error, LM_ERROR, LM_ERROR_CANCELLED, _ ("Stopped after %" PRId64 " samples."), done);
    return NULL;
  }
  batch = lm_loader_next (run->loader, error);
  if (batch != NULL)
    lm_network_forward (run->network, batch);
  return batch;
}

gboolean
lm_evaluate (const LmEvaluateSpec *spec,
             LmEvaluation *evaluation,
             GError **error)
{
  g_auto (Run) run = { NULL };
  LmMetricState states[LM_MAX_METRICS] = { 0 };
  GError *failure = NULL;
  const LmBatch *batch;
  double loss_sum = 0;

  *evaluation = (LmEvaluation){ .n = 0 };
  if (!open_run (&run, spec, TRUE, error) || !lm_network_collect (run.network, lm_loader_n_samples (run.loader), error))
    return FALSE;

  while ((batch = run_next (&run, spec, evaluation->n, &failure)) != NULL) {
    loss_sum += lm_network_loss (run.network) * batch->n;
    evaluation->n += batch->n;
    lm_network_measure (run.network, batch, states);
    lm_loader_release (run.loader, batch);
  }
  if (failure != NULL) {
    g_propagate_error (error, failure);
    return FALSE;
  }

  lm_network_find_baselines (run.network, spec->part != LM_PART_VALIDATION);
  evaluation->figures.loss = loss_sum / (double) evaluation->n;
  evaluation->n_metrics = run.network->n_metrics;
  for (int m = 0; m < LM_MAX_METRICS; m++) {
    evaluation->figures.metric[m] = m < run.network->n_metrics ? lm_network_figure (run.network, m, states) : (double) NAN;
    if (m < run.network->n_metrics)
      lm_metric_info_copy (&run.network->metrics[m].info, &evaluation->metrics[m]);
  }
  return TRUE;
}

void
lm_evaluation_clear (LmEvaluation *self)
{
  for (int m = 0; m < self->n_metrics; m++)
    lm_metric_info_clear (&self->metrics[m]);
  self->n_metrics = 0;
}

/* In the target's own unit, where the chain scaled it. */
static void
unscale (const Run *run,
         const LmEvaluateSpec *spec,
         const LmNetworkOutput *output,
         float *x,
         gsize n)
{
  const LmColumn *column = output->column >= 0 ? &spec->dataset->columns[output->column] : NULL;

  if (spec->pipeline != NULL && column != NULL && output->form == LM_FORM_F32 && lm_pipeline_touches (spec->pipeline, LM_ROLE_TARGET, column->name))
    lm_pipeline_invert (spec->pipeline, LM_ROLE_TARGET, column->name, &column->sample, x, n);
}

LmTensor *
lm_predict (const LmEvaluateSpec *spec,
            int output,
            GError **error)
{
  g_auto (Run) run = { NULL };
  g_autoptr (LmTensor) result = NULL;
  const LmNetworkOutput *wanted;
  const LmBatch *batch;
  GError *failure = NULL;
  gint64 done = 0, size;
  LmShape shape;

  if (!open_run (&run, spec, FALSE, error))
    return NULL;
  g_assert (output >= 0 && output < run.network->n_outputs);
  wanted = &run.network->outputs[output];
  size = lm_shape_sample_size (&wanted->shape);
  shape = lm_shape_bind (&wanted->shape, lm_loader_n_samples (run.loader));
  result = lm_tensor_new (LM_F32, &shape, error);
  if (result == NULL)
    return NULL;

  while ((batch = run_next (&run, spec, done, &failure)) != NULL) {
    LmOperand prediction = lm_program_value (run.network->program, wanted->prediction);
    float *at = lm_tensor_f32 (result) + done * size;

    memcpy (at, prediction.data, (gsize) (batch->n * size) * sizeof (float));
    unscale (&run, spec, wanted, at, (gsize) batch->n);
    done += batch->n;
    lm_loader_release (run.loader, batch);
  }
  if (failure != NULL) {
    g_propagate_error (error, failure);
    return NULL;
  }
  return g_steal_pointer (&result);
}

gboolean
lm_output_info (const LmDesign *design,
                const LmDataset *dataset,
                int output,
                LmOutputInfo *info,
                GError **error)
{
  LmNetworkSpec spec = { .design = design, .dataset = (LmDataset *) dataset, .max_batch = 1 };
  g_autoptr (LmNetwork) network = lm_network_new (&spec, error);
  LmNetworkOutput *found;

  *info = (LmOutputInfo){ .column = -1 };
  if (network == NULL)
    return FALSE;
  g_assert (output >= 0 && output < network->n_outputs);
  found = &network->outputs[output];
  info->column = found->column;
  info->n_classes = found->n_classes;
  info->shape = found->shape;
  info->layer = g_steal_pointer (&found->path);
  info->loss = found->loss != NULL ? found->loss->member.id : NULL;
  return TRUE;
}

void
lm_output_info_clear (LmOutputInfo *self)
{
  g_clear_pointer (&self->layer, g_free);
}
