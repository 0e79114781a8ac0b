/* lm-runner.c: steps, epochs, checkpoints of a prepared run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-runner.h"

#include "lm-i18n.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

LmRunner *
lm_runner_new (const LmTrainerSpec *spec)
{
  LmRunner *self = g_new0 (LmRunner, 1);
  const LmOptionSet *training = spec->design->training;

  self->design = lm_design_copy (spec->design);
  self->dataset = lm_dataset_ref (spec->dataset);
  self->pool = spec->pool;
  self->seed = spec->resume != NULL ? spec->resume->state.seed : spec->seed;
  self->epochs = spec->epochs > 0 ? spec->epochs : lm_option_get_int (training, LM_TRAINING_EPOCHS);
  self->max_steps = spec->max_steps;
  self->batch_size = (int) lm_option_get_int (training, LM_TRAINING_BATCH_SIZE);
  self->nice = spec->nice;
  self->shuffle = lm_option_get_bool (training, LM_TRAINING_SHUFFLE) && !spec->no_shuffle;
  self->exact = spec->exact;
  self->keep_grads = spec->keep_grads;
  self->validates = !spec->no_validation && lm_dataset_has (spec->dataset, LM_PART_VALIDATION);
  if (!lm_option_is_null (training, LM_TRAINING_STOP_EARLY))
    self->patience = lm_option_get_int (training, LM_TRAINING_STOP_EARLY);
  training = self->design->training;
  self->schedule = lm_option_get_object (training, LM_TRAINING_SCHEDULE);
  self->min_delta = lm_option_get_double (training, LM_TRAINING_MIN_DELTA);
  self->restores_best = lm_option_get_bool (training, LM_TRAINING_RESTORE_BEST);
  self->time_limit = lm_option_is_null (training, LM_TRAINING_TIME_LIMIT) ? 0 : 60 * lm_option_get_double (training, LM_TRAINING_TIME_LIMIT);
  self->monitor = -1;
  if (spec->best != NULL)
    lm_runner_keep_best (self, spec->best);
  self->edits = g_array_new (FALSE, FALSE, sizeof (LmRateEdit));
  return self;
}

void
lm_runner_free (LmRunner *self)
{
  if (self == NULL)
    return;
  /* The loaders use data set and chain, the programs pool and weights. */
  g_clear_pointer (&self->loader, lm_loader_free);
  g_clear_pointer (&self->check_loader, lm_loader_free);
  lm_updater_free (self->updater);
  lm_network_free (self->train);
  lm_network_free (self->check);
  lm_weights_free (self->weights);
  g_clear_pointer (&self->own_pool, lm_pool_free);
  g_clear_pointer (&self->pipeline, lm_pipeline_free);
  lm_dataset_unref (self->dataset);
  lm_design_free (self->design);
  lm_run_facts_unref (self->facts);
  lm_checkpoint_unref (self->best);
  g_array_unref (self->edits);
  g_free (self);
}

/* --- Steps ------------------------------------------------------------------ */

LmStepStatus
lm_runner_step (LmRunner *self,
                GError **error)
{
  LmCheckpointState *state = &self->state;
  LmProgram *program = self->train->program;
  const LmBatch *batch = lm_loader_next (self->loader, error);

  if (batch == NULL) {
    g_assert (error == NULL || *error != NULL);
    return LM_STEP_ERROR;
  }
  g_assert (batch->epoch == state->epoch && batch->step == state->batch);

  lm_program_set_step (program, self->seed, (guint64) state->step);
  lm_network_forward (self->train, batch);
  self->loss = lm_network_loss (self->train);
  if (!isfinite (self->loss))
    return LM_STEP_NAN;

  /* The prediction is read before backward may use its memory for something else. */
  lm_network_measure (self->train, batch, state->metrics);
  state->loss_sum += self->loss * batch->n;
  state->samples += batch->n;

  self->rate = lm_runner_rate (self);
  lm_updater_begin (self->updater, self->rate, (guint64) state->step + 1);
  lm_program_backward (program);
  lm_updater_apply (self->updater);
  lm_program_update_states (program);
  state->step++;
  state->batch++;
  lm_loader_release (self->loader, batch);
  return LM_STEP_DONE;
}

gboolean
lm_runner_epoch_is_over (const LmRunner *self)
{
  return self->state.batch >= self->steps_per_epoch;
}

static LmFigures
figures_of (const LmNetwork *network,
            double loss_sum,
            double samples,
            const LmMetricState *metrics)
{
  LmFigures figures = { .loss = samples > 0 ? loss_sum / samples : (double) NAN };

  for (int m = 0; m < LM_MAX_METRICS; m++)
    figures.metric[m] = m < network->n_metrics ? lm_network_figure (network, m, metrics) : (double) NAN;
  return figures;
}

LmFigures
lm_runner_running (const LmRunner *self)
{
  return figures_of (self->train, self->state.loss_sum, self->state.samples, self->state.metrics);
}

/* --- Epochs ----------------------------------------------------------------- */

gboolean
lm_runner_validate (LmRunner *self,
                    LmFigures *figures,
                    gboolean (*poll) (void *data),
                    void *data,
                    GError **error)
{
  LmMetricState metrics[LM_MAX_METRICS] = { 0 };
  double loss_sum = 0, samples = 0;
  gint64 n;

  *figures = figures_of (self->train, 0, 0, metrics);
  if (self->check == NULL)
    return TRUE;

  lm_network_begin (self->check);
  n = lm_loader_n_steps (self->check_loader);
  for (gint64 i = 0; i < n; i++) {
    const LmBatch *batch;

    if (poll != NULL && !poll (data))
      return FALSE;
    batch = lm_loader_next (self->check_loader, error);
    if (batch == NULL)
      return FALSE;
    lm_network_forward (self->check, batch);
    loss_sum += lm_network_loss (self->check) * batch->n;
    samples += batch->n;
    lm_network_measure (self->check, batch, metrics);
    lm_loader_release (self->check_loader, batch);
  }
  *figures = figures_of (self->check, loss_sum, samples, metrics);
  return TRUE;
}

/* The figure that is watched. */
static double
watched (const LmRunner *self,
         const LmFigures *train,
         const LmFigures *validation)
{
  const LmFigures *figures = self->check != NULL && !self->monitors_training ? validation : train;

  return self->monitor < 0 ? figures->loss : figures->metric[self->monitor];
}

/* TRUE if larger is better. */
static gboolean
wants_more (const LmRunner *self)
{
  return self->monitor >= 0 && self->train->metrics[self->monitor].metric->more_is_better;
}

static gboolean
is_gain (const LmRunner *self,
         double value)
{
  const LmCheckpointState *state = &self->state;

  if (state->best_epoch == 0)
    return isfinite (value);
  return wants_more (self) ? value > state->best_value + self->min_delta : value < state->best_value - self->min_delta;
}

gboolean
lm_runner_end_epoch (LmRunner *self,
                     const LmFigures *train,
                     const LmFigures *validation)
{
  LmCheckpointState *state = &self->state;
  const LmScheduleClass *schedule = self->schedule != NULL ? (const LmScheduleClass *) self->schedule->member : NULL;
  double value = watched (self, train, validation);
  gboolean is_best = is_gain (self, value);

  state->epoch++;
  state->batch = 0;
  state->samples = 0;
  state->loss_sum = 0;
  state->seconds = 0;
  memset (state->metrics, 0, sizeof state->metrics);
  if (is_best) {
    state->best_value = value;
    state->best_epoch = state->epoch;
    state->wait = 0;
  } else {
    state->wait++;
  }
  if (schedule != NULL && schedule->epoch != NULL && isfinite (value))
    state->rate = schedule->epoch (self->schedule, &state->plateau, wants_more (self) ? -value : value, state->rate);
  return is_best;
}

gboolean
lm_runner_is_hopeless (const LmRunner *self)
{
  return self->patience > 0 && self->state.wait >= self->patience;
}

/* What the schedule makes of the optimizer's rate at this step, as a factor. */
static double
schedule_factor (const LmRunner *self)
{
  return lm_schedule_rate (self->schedule, self->initial_rate, self->state.step, self->epochs * self->steps_per_epoch) / self->initial_rate;
}

double
lm_runner_rate (const LmRunner *self)
{
  return self->schedule != NULL ? self->state.rate * schedule_factor (self) : self->state.rate;
}

void
lm_runner_keep_best (LmRunner *self,
                     LmCheckpoint *best)
{
  if (!self->restores_best)
    return;
  lm_checkpoint_unref (self->best);
  self->best = lm_checkpoint_ref (best);
}

gboolean
lm_runner_finish (LmRunner *self)
{
  if (self->restores_best && self->best != NULL) {
    gboolean is_last = self->best->state.step == self->state.step;

    return !is_last && lm_weights_restore (self->weights, self->best->weights, LM_MATCH_PATH, TRUE, NULL);
  }
  if (self->state.averaged || lm_updater_average (lm_option_get_object (self->design->training, LM_TRAINING_OPTIMIZER)) < 0)
    return FALSE;
  lm_updater_swap_average (self->updater);
  self->state.averaged = 1;
  return TRUE;
}

void
lm_runner_set_rate (LmRunner *self,
                    double rate)
{
  double factor = self->schedule != NULL ? schedule_factor (self) : 1;
  LmRateEdit edit = { self->state.step, rate };

  self->state.rate = factor > 0 ? rate / factor : rate;
  g_array_append_val (self->edits, edit);
}

LmCheckpoint *
lm_runner_checkpoint (LmRunner *self,
                      GError **error)
{
  g_autoptr (LmSnapshot) snapshot = lm_weights_snapshot (self->weights, TRUE);

  if (snapshot == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("There is no memory left for a checkpoint. Close other programs."));
    return NULL;
  }
  return lm_checkpoint_new (&self->state, snapshot, self->facts->optimizer, self->facts->instruction_set,
                            (const LmRateEdit *) (const void *) self->edits->data, (int) self->edits->len);
}

/* --- Where a bad number began ------------------------------------------------- */

/* TRUE if column @c of the batch that was run holds a number that is not finite. */
static gboolean
has_bad_data (const LmNetwork *network,
              int c)
{
  const LmGraphInput *input = &g_array_index (lm_program_graph (network->program)->inputs, LmGraphInput, network->inputs[c]);
  LmOperand data = lm_program_value (network->program, (LmValue){ input->value, network->total.generation });

  return data.dtype == LM_F32 && !lm_kernels_get ()->all_finite ((gsize) lm_shape_n_elements (&data.shape, 1), data.data);
}

static GError *
find_bad_data (const LmRunner *self)
{
  for (int c = 0; c < self->train->n_columns; c++) {
    if (has_bad_data (self->train, c))
      return g_error_new (LM_ERROR, LM_ERROR_NUMERIC,
                          _ ("The loss is not a number since step %" PRId64 ": the training data hold a value in “%s” that is not a number or is infinite. Remove such samples, or steps of the chain that divide by zero."),
                          self->state.step + 1, self->dataset->columns[self->train->columns[c].column].name);
  }
  return NULL;
}

static void
name_slot (const LmWeightSlot *slot,
           char **node,
           char **layer)
{
  const char *colon = strrchr (slot->path, ':'), *slash = strrchr (slot->name_path, '/');

  *node = g_strndup (slot->path, colon != NULL ? (gsize) (colon - slot->path) : strlen (slot->path));
  *layer = g_strndup (slot->name_path, slash != NULL ? (gsize) (slash - slot->name_path) : strlen (slot->name_path));
}

GError *
lm_runner_diagnose (LmRunner *self,
                    char **node,
                    char **layer,
                    gboolean *backward)
{
  GError *error = find_bad_data (self);
  int slot, found;

  *node = NULL;
  *layer = NULL;
  *backward = FALSE;
  if (error != NULL)
    return error;

  if (!lm_weights_all_finite (self->weights, &slot)) {
    name_slot (&self->weights->slots[slot], node, layer);
    *backward = TRUE;
  } else {
    found = lm_program_find_nonfinite (self->train->program, backward);
    if (found >= 0 && found < (int) self->train->node_paths->len) {
      *node = g_strdup (g_ptr_array_index (self->train->node_paths, found));
      *layer = g_strdup (g_ptr_array_index (self->train->node_names, found));
    }
  }
  if (*layer == NULL)
    return g_error_new (LM_ERROR, LM_ERROR_NUMERIC,
                        _ ("The loss is not a number since step %" PRId64 ". Lower the learning rate or clip gradients."), self->state.step + 1);
  return g_error_new (LM_ERROR, LM_ERROR_NUMERIC,
                      _ ("The loss is not a number since step %" PRId64 ". The first bad value appears in “%s”. Lower the learning rate or clip gradients."),
                      self->state.step + 1, *layer);
}
