/* lm-run.h: from a project to a training run and back: for window and command line alike
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-check.h"
#include "lm-project.h"
#include "lm-recorder.h"
#include "lm-trainer.h"

G_BEGIN_DECLS

/**
 * LmRunSpec: what is asked for; zeros (see LM_RUN_SPEC_DEFAULT) mean: as the project says
 * @resume: go on with the last run (@run: with that one) after its newest checkpoint, with its own settings; a larger @epochs
 *   extends it. Without a run a new one starts; a finished one is done: see lm_run_is_done()
 * @run: which run to resume, 0: the last
 * @from: begin a new run with the weights of this one; @from_checkpoint: “last”, “best”, an epoch; %NULL: last
 * @weights: (nullable): begin with the weights of this .safetensors file
 * @data: (nullable): data SPEC, paths relative to @base_dir (%NULL: the current folder); becomes the project's
 * @epochs, @batch_size: 0: the design's; else they become the design's, as an edit that can be undone
 * @max_steps: ends each epoch after so many batches
 * @validation_split: negative: the design's. This, @seed (if @has_seed), @no_shuffle, @max_steps and @exact are stored with
 *   the run alone
 * @n_threads: 0: one per core; @pool: (nullable): borrowed, used instead of own threads; must outlive the run
 * @nice: 10 for the app
 * @name, @change: (nullable): for the list of runs; @change is found by comparing with the run before if NULL
 * @progress: (nullable): reading the data; may cancel
 */
typedef struct {
  LmProject *project;
  gboolean resume;
  gint64 run;
  gint64 from;
  const char *from_checkpoint;
  const char *weights;
  const char *data;
  const char *base_dir;
  gint64 epochs;
  gint64 batch_size;
  gint64 max_steps;
  double validation_split;
  gboolean has_seed;
  guint64 seed;
  gboolean no_shuffle;
  gboolean exact;
  gboolean every_step;
  gboolean keep_grads;
  int n_threads;
  LmPool *pool;
  int nice;
  const char *name;
  const char *change;
  LmProgressFunc progress;
  void *progress_data;
} LmRunSpec;

#define LM_RUN_SPEC_DEFAULT ((LmRunSpec){ .validation_split = -1 })

/**
 * LmRun: a run at work: project, data, trainer and recorder together.
 */
typedef struct _LmRun LmRun;

/**
 * lm_run_new:
 * @sink: (nullable): events, each after what it tells is in the file; on the trainer's thread
 *
 * Checks the design, opens the data, stores the run in the project. A run that
 * cannot begin leaves no trace. Slow (reads data): the window calls it on a worker.
 *
 * Returns: %NULL with the first problem of the design, an error of the data, %LM_ERROR_USAGE for settings that
 * contradict the run to be resumed, %LM_ERROR_NOT_FOUND, or an error of the project
 */
LmRun *lm_run_new (const LmRunSpec *spec, LmEventSink sink, void *data, GError **error);

/* Stops the trainer if it still runs, waits, frees. A run that is left so counts as paused. */
void lm_run_free (LmRun *self);

/* TRUE if there is nothing left to do: the run to be resumed has all its epochs. Starting it then is an assertion. */
gboolean lm_run_is_done (const LmRun *self);

gint64 lm_run_get_id (const LmRun *self);
gboolean lm_run_is_resumed (const LmRun *self);

/* Borrowed while the run lives. The trainer: pause, stop, rate, snapshots; NULL if done. */
LmTrainer *lm_run_get_trainer (const LmRun *self);
LmRecorder *lm_run_get_recorder (const LmRun *self);
LmDataset *lm_run_get_dataset (const LmRun *self);
const LmDesign *lm_run_get_design (const LmRun *self);

/* On a thread of its own; then lm_run_join() waits for the end. Or both at once in the calling thread. */
gboolean lm_run_start (LmRun *self, GError **error);
LmEndReason lm_run_join (LmRun *self, GError **error);
LmEndReason lm_run_run (LmRun *self, GError **error);

/**
 * lm_run_open_data:
 * @design: whose data_spec, seed and validation_split are used; of the project, or of a run
 * @spec: (nullable): another SPEC, its paths relative to the current folder
 *
 * Returns: (transfer full): the data set with its validation part as training has it; %LM_ERROR_DATA if there is no SPEC
 */
LmDataset *lm_run_open_data (LmProject *project, const LmDesign *design, const char *spec, LmProgressFunc progress, void *progress_data, GError **error);

/* What the data ask of a network, for lm_check_design(). */
void lm_run_task (const LmDataset *dataset, LmTask *task);

/**
 * LmModel: a trained network, ready to be used
 * @run, @epoch: whose weights; 0: imported
 * @design: as it was in that run, data_spec, seed and validation split included
 * @pipeline: as fitted; empty for imported weights
 */
typedef struct {
  gint64 run;
  gint64 epoch;
  gint64 step;
  LmDesign *design;
  LmSnapshot *weights;
  LmPipeline *pipeline;
} LmModel;

/**
 * lm_model_load:
 * @run: 0: the last run with weights, or imported weights if they are newer
 * @checkpoint: (nullable): “last”, “best” or an epoch; %NULL: last
 *
 * Errors: %LM_ERROR_NOT_FOUND if nothing has been trained yet, or there is no such run or checkpoint
 */
LmModel *lm_model_load (LmProject *project, gint64 run, const char *checkpoint, GError **error);
void lm_model_free (LmModel *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmRun, lm_run_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmModel, lm_model_free)

G_END_DECLS
