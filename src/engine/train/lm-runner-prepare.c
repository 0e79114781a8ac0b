/* lm-runner-prepare.c: from a design and data to something that can take a step
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-runner.h"

#include "lm-arena.h"
#include "lm-blas.h"
#include "lm-i18n.h"
#include "lm-kernels.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Batches read ahead; but handing one from thread to thread costs more than making a small one. */
#define PREFETCH 2
#define SMALL_BATCH 16384

typedef struct {
  LmRunner *self;
  const LmTrainerSpec *spec;
  LmProgressFunc progress;
  void *data;
} Preparing;

static gboolean
say (const Preparing *preparing,
     const char *what,
     GError **error)
{
  if (preparing->progress == NULL || preparing->progress (preparing->data, what, -1))
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_CANCELLED, _ ("Stopped before the first step."));
  return FALSE;
}

static gboolean
prepare_data (const Preparing *preparing,
              GError **error)
{
  LmRunner *self = preparing->self;

  if (!lm_dataset_has (self->dataset, LM_PART_TRAIN)) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("“%s” has no training part. Choose other data to train with."), self->dataset->name);
    return FALSE;
  }
  if (preparing->spec->pipeline != NULL) {
    self->pipeline = lm_pipeline_copy (preparing->spec->pipeline);
  } else {
    const GPtrArray *chain = self->design->chain;

    self->pipeline = lm_pipeline_new ();
    for (guint i = 0; chain != NULL && i < chain->len; i++)
      lm_pipeline_add (self->pipeline, g_ptr_array_index (chain, i));
  }
  if (lm_pipeline_is_fitted (self->pipeline))
    return TRUE;
  return say (preparing, _ ("Reading the data"), error) &&
         lm_pipeline_fit (self->pipeline, self->dataset, preparing->progress, preparing->data, error);
}

static LmLoaderConfig
loader_config (const LmRunner *self,
               const LmNetwork *network,
               LmPart part)
{
  LmLoaderConfig config = {
    .part = part,
    .batch_size = self->batch_size,
    .seed = self->seed,
    .nice = self->nice,
  };
  gsize bytes = 0;

  lm_network_config (network, &config);
  for (int i = 0; i < config.n_columns; i++)
    bytes += lm_column_bytes (&self->dataset->columns[config.columns[i].column]) * (gsize) self->batch_size;
  config.prefetch = bytes < SMALL_BATCH ? 0 : PREFETCH;
  config.pipeline = self->pipeline;
  if (part == LM_PART_TRAIN) {
    config.shuffle = self->shuffle;
    config.max_steps = self->max_steps;
    config.n_epochs = self->epochs;
    config.first_epoch = self->state.epoch;
    config.first_step = self->state.batch;
    if (config.first_step >= self->steps_per_epoch) {
      config.first_epoch++;
      config.first_step = 0;
    }
  }
  return config;
}

/* --- Memory -------------------------------------------------------------------- */

/* Bytes of a run with batches of @batch samples. */
static guint64
measure (const LmRunner *self,
         gint64 batch,
         int n_moments)
{
  LmProgramSpec train = lm_network_program_spec (self->train, batch, self->exact);
  LmLoaderConfig config = loader_config (self, self->train, LM_PART_TRAIN);
  guint64 bytes;

  config.batch_size = (int) batch;
  bytes = lm_program_measure (self->train->graph, &train) + lm_loader_memory (&config);
  bytes += lm_weights_measure (self->train->graph, TRUE, n_moments);
  if (self->check != NULL) {
    LmProgramSpec check = lm_network_program_spec (self->check, batch, self->exact);

    config = loader_config (self, self->check, LM_PART_VALIDATION);
    config.batch_size = (int) batch;
    bytes += lm_program_measure (self->check->graph, &check) + lm_loader_memory (&config);
  }
  /* The newest checkpoint and the best one. */
  return bytes + 2 * lm_weights_measure (self->train->graph, FALSE, n_moments);
}

static gboolean
check_memory (LmRunner *self,
              int n_moments,
              GError **error)
{
  g_autofree char *needed = NULL, *have = NULL;

  self->bytes_free = lm_memory_available ();
  self->bytes_needed = measure (self, self->batch_size, n_moments);
  if (self->bytes_needed <= self->bytes_free)
    return TRUE;

  for (gint64 batch = self->batch_size / 2; batch >= 1 && self->batch_fits == 0; batch /= 2) {
    if (measure (self, batch, n_moments) <= self->bytes_free)
      self->batch_fits = batch;
  }
  needed = g_format_size_full (self->bytes_needed, G_FORMAT_SIZE_IEC_UNITS);
  have = g_format_size_full (self->bytes_free, G_FORMAT_SIZE_IEC_UNITS);
  if (self->batch_fits > 0)
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("Training needs %s of memory, %s are free. Set the batch size to %" PRId64 "."), needed, have, self->batch_fits);
  else
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("Training needs %s of memory, %s are free. Make the layers smaller."), needed, have);
  return FALSE;
}

/* --- Programs and weights -------------------------------------------------------- */

static gboolean
lower (LmRunner *self,
       GError **error)
{
  LmNetworkSpec spec = {
    .design = self->design,
    .dataset = self->dataset,
    .training = TRUE,
    .with_loss = TRUE,
    .max_batch = self->batch_size,
  };

  self->train = lm_network_new (&spec, error);
  if (self->train == NULL)
    return FALSE;
  if (!self->validates)
    return TRUE;
  spec.training = FALSE;
  self->check = lm_network_new (&spec, error);
  return self->check != NULL;
}

/* First weights: those of the checkpoint, given ones, or fresh ones. */
static gboolean
fill_weights (LmRunner *self,
              const LmTrainerSpec *spec,
              const LmOptionSet *optimizer,
              GError **error)
{
  if (spec->resume != NULL) {
    gboolean same = strcmp (spec->resume->optimizer, optimizer->member->id) == 0;

    return lm_weights_restore (self->weights, spec->resume->weights, LM_MATCH_PATH, same, error);
  }
  if (spec->weights != NULL)
    return lm_weights_restore (self->weights, spec->weights, (LmMatch) spec->match, FALSE, error);
  return lm_weights_init (self->weights, lm_program_graph (self->train->program), self->seed, error);
}

static gboolean
compile (const Preparing *preparing,
         const LmOptionSet *optimizer,
         int n_moments,
         GError **error)
{
  LmRunner *self = preparing->self;

  if (!lm_network_compile (self->train, self->batch_size, self->exact, self->pipeline, self->pool, error))
    return FALSE;
  self->updater = lm_updater_new (self->train->program, optimizer, self->keep_grads, self->pool);
  self->weights = lm_weights_new (lm_program_graph (self->train->program), lm_updater_uses (self->updater), n_moments, error);
  if (self->weights == NULL || !fill_weights (self, preparing->spec, optimizer, error))
    return FALSE;
  if (!lm_weights_bind (self->weights, self->train->program, error))
    return FALSE;
  lm_updater_set_weights (self->updater, self->weights);
  if (self->state.averaged) {
    /* The run was over, and goes on: the average goes back to its place. */
    lm_updater_swap_average (self->updater);
    self->state.averaged = 0;
  }

  if (self->check == NULL)
    return TRUE;
  return lm_network_compile (self->check, self->batch_size, self->exact, self->pipeline, self->pool, error) &&
         lm_weights_bind (self->weights, self->check->program, error) &&
         lm_network_collect (self->check, (gint64) lm_dataset_n (self->dataset, LM_PART_VALIDATION), error);
}

static gboolean
open_loaders (LmRunner *self,
              GError **error)
{
  LmLoaderConfig config = loader_config (self, self->train, LM_PART_TRAIN);

  /* A run that is over already reads nothing. */
  if (config.first_epoch < self->epochs) {
    self->loader = lm_loader_new (&config, error);
    if (self->loader == NULL)
      return FALSE;
    g_assert (lm_loader_n_steps (self->loader) == self->steps_per_epoch);
  }
  if (self->check == NULL)
    return TRUE;
  config = loader_config (self, self->check, LM_PART_VALIDATION);
  self->check_loader = lm_loader_new (&config, error);
  return self->check_loader != NULL;
}

/* --- State and facts ---------------------------------------------------------------- */

static void
begin_state (LmRunner *self,
             const LmTrainerSpec *spec,
             const LmOptionSet *optimizer)
{
  LmOptimizerCommon common;

  lm_optimizer_common (optimizer, &common);
  self->state = (LmCheckpointState){ .seed = self->seed, .rate = common.rate };
  self->initial_rate = common.rate;
  if (spec->resume == NULL)
    return;
  self->state = spec->resume->state;
  g_array_append_vals (self->edits, spec->resume->edits, (guint) spec->resume->n_edits);
}

static void
count_params (const LmGraph *graph,
              LmRunFacts *facts)
{
  for (guint i = 0; i < graph->slots->len; i++) {
    const LmSlot *slot = g_ptr_array_index (graph->slots, i);
    gint64 n = lm_shape_n_elements (&slot->shape, 1);

    facts->params += n;
    facts->trainable += slot->trainable ? n : 0;
  }
}

static void
make_facts (LmRunner *self,
            const LmOptionSet *optimizer)
{
  LmRunFacts *facts = self->facts = g_new0 (LmRunFacts, 1);
  gint64 samples = (gint64) lm_dataset_n (self->dataset, LM_PART_TRAIN);
  GString *losses = g_string_new (NULL);

  lm_ref_init (&facts->ref);
  facts->seed = self->seed;
  facts->epochs = self->epochs;
  facts->steps_per_epoch = self->steps_per_epoch;
  facts->samples_per_epoch = MIN (samples, self->steps_per_epoch * self->batch_size);
  facts->validation_samples = self->check != NULL ? (gint64) lm_dataset_n (self->dataset, LM_PART_VALIDATION) : 0;
  facts->first_step = self->state.step;
  facts->batch_size = self->batch_size;
  facts->rate = lm_runner_rate (self);
  facts->optimizer = g_strdup (optimizer->member->id);
  facts->instruction_set = g_strdup (lm_kernels_get ()->isa);
  facts->blas = g_strdup (lm_blas_core_name ());
  facts->n_threads = lm_pool_get_n_threads (self->pool);
  facts->train_bytes = self->bytes_needed;
  facts->flops = lm_program_flops (self->train->program);
  count_params (lm_program_graph (self->train->program), facts);

  for (int i = 0; i < self->train->n_outputs; i++)
    g_string_append_printf (losses, "%s%s", i > 0 ? " + " : "", self->train->outputs[i].loss->member.id);
  facts->loss = g_string_free (losses, FALSE);

  lm_network_find_baselines (self->train, self->check == NULL);
  facts->n_metrics = self->train->n_metrics;
  for (int i = 0; i < facts->n_metrics; i++)
    lm_metric_info_copy (&self->train->metrics[i].info, &facts->metrics[i]);
  self->state.n_metrics = facts->n_metrics;
}

/* “val_accuracy” → its metric. */
static gboolean
find_monitor (LmRunner *self,
              GError **error)
{
  const char *name = lm_option_get_text (self->design->training, LM_TRAINING_MONITOR), *figure = name;
  g_autoptr (GString) names = NULL;

  if (name == NULL)
    return TRUE;
  self->monitors_training = !g_str_has_prefix (name, "val_");
  if (!self->monitors_training)
    figure += strlen ("val_");
  self->monitor = lm_run_facts_find_metric (self->facts, figure);
  if ((self->monitor >= 0 || strcmp (figure, "loss") == 0) && (self->monitors_training || self->check != NULL))
    return TRUE;

  names = g_string_new ("loss");
  for (int i = 0; i < self->facts->n_metrics; i++)
    g_string_append_printf (names, ", %s", self->facts->metrics[i].name);
  if (self->check != NULL) {
    g_string_append (names, ", val_loss");
    for (int i = 0; i < self->facts->n_metrics; i++)
      g_string_append_printf (names, ", val_%s", self->facts->metrics[i].name);
  }
  g_set_error (error, LM_ERROR, LM_ERROR_OPTION, _ ("The figure “%s” to watch is not there; there are %s. Choose one of these in the training settings."), name, names->str);
  return FALSE;
}

static gboolean
check_resume (const LmRunner *self,
              const LmTrainerSpec *spec,
              GError **error)
{
  const LmCheckpointState *state = spec->resume != NULL ? &spec->resume->state : NULL;

  if (state == NULL || (state->batch <= self->steps_per_epoch && state->step >= state->batch))
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_DATA,
               _ ("The run was interrupted after batch %" PRId64 " of an epoch, but the data give %" PRId64 " batches now. Start a new run, or use the same data and batch size."),
               state->batch, self->steps_per_epoch);
  return FALSE;
}

gboolean
lm_runner_prepare (LmRunner *self,
                   const LmTrainerSpec *spec,
                   LmProgressFunc progress,
                   void *data,
                   GError **error)
{
  Preparing preparing = { self, spec, progress, data };
  const LmOptionSet *optimizer = lm_option_get_object (self->design->training, LM_TRAINING_OPTIMIZER);
  int n_moments = lm_optimizer_n_moments (optimizer);
  gint64 samples = (gint64) lm_dataset_n (self->dataset, LM_PART_TRAIN);

  self->steps_per_epoch = (samples + self->batch_size - 1) / self->batch_size;
  if (self->max_steps > 0)
    self->steps_per_epoch = MIN (self->steps_per_epoch, self->max_steps);

  if (!prepare_data (&preparing, error) || !check_resume (self, spec, error))
    return FALSE;
  if (!lm_optimizer_check (optimizer, error) || !lm_schedule_check (self->schedule, error))
    return FALSE;
  if (!say (&preparing, _ ("Choosing kernels"), error))
    return FALSE;
  lm_kernels_get ();
  if (self->pool == NULL)
    self->pool = self->own_pool = lm_pool_new (spec->n_threads, spec->nice);
  begin_state (self, spec, optimizer);

  if (!say (&preparing, _ ("Planning memory"), error))
    return FALSE;
  if (!lower (self, error) || !check_memory (self, n_moments, error) || !compile (&preparing, optimizer, n_moments, error))
    return FALSE;
  make_facts (self, optimizer);
  if (!find_monitor (self, error))
    return FALSE;
  return open_loaders (self, error);
}
