/* lm-pipeline.h: the project's chain of steps, fitted on the training part alone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-dataset.h"
#include "lm-option.h"
#include "lm-progress.h"

G_BEGIN_DECLS

#define LM_STEP_MAX_STATE 4

/**
 * LmStepFit:
 *
 * What a step sees of one column: its options, the shape of a sample, and the
 * tensors that fitting left (or is about to leave) behind.
 */
typedef struct {
  const LmOptionSet *options;
  LmShape sample;
  gsize size; /* values per sample */
  LmTensor *state[LM_STEP_MAX_STATE];
} LmStepFit;

/**
 * LmStepClass:
 * @state_names: NULL-ended names of what fitting leaves behind; NULL for a step that needs no fitting
 * @state_size: values in each tensor of the state; every one is float32 of rank 1
 * @fit_begin: makes what @fit_add adds to; @fit_end turns it into fit->state and frees it (fit->state stays NULL if @fit_add
 *   was never called); all NULL if there is nothing to fit
 * @apply: changes @n samples in place; allocates nothing; the same bits for any @n
 * @invert: undoes @apply, for predictions in the target's own unit; NULL if it cannot be undone
 *
 * Family “step”. Steps change values, not shapes. The first option of every
 * step is %LM_STEP_ON.
 */
typedef struct {
  LmMember member;
  const char *const *state_names;
  gsize (*state_size) (const LmStepFit *fit);
  void *(*fit_begin) (const LmStepFit *fit);
  void (*fit_add) (const LmStepFit *fit, void *sums, const float *x, gsize n);
  void (*fit_end) (LmStepFit *fit, void *sums);
  void (*apply) (const LmStepFit *fit, float *x, gsize n);
  void (*invert) (const LmStepFit *fit, float *x, gsize n);
} LmStepClass;

/* Index of the option “on”, the first of every step: “inputs” (all, each by itself; the default), “targets” (all that the
 * loss takes as numbers), or the name of one column. */
#define LM_STEP_ON 0

/* The row of the option table, for the step's file. */
#define LM_STEP_ON_SPEC                                                        \
  {                                                                            \
    .kind = LM_OPTION_STRING,                                                  \
    .id = "on",                                                                \
    .title = N_ ("On"),                                                        \
    .help = N_ ("Which columns: inputs, targets, or the name of one column."), \
    .initial_text = "inputs",                                                  \
    .min_n = 1,                                                                \
    .max_n = 200,                                                              \
    .rare = TRUE,                                                              \
  }

/* Of what statistics are taken: “last”: of each feature of the last axis; “each”: of each value of a sample; “all”: of
 * everything. A feature of value i of a sample is i modulo the number of features. */
extern const char *const lm_step_axes[];
gsize lm_step_n_features (const LmStepFit *fit, const char *axis);

typedef struct _LmPipeline LmPipeline;

/* An ordered list of {step, columns, fitted state}. Empty when new. Thread: one while it is changed or fitted, then any
 * for lm_pipeline_apply() and lm_pipeline_invert(). */
LmPipeline *lm_pipeline_new (void);
LmPipeline *lm_pipeline_copy (const LmPipeline *self);
void lm_pipeline_free (LmPipeline *self);

/* Same steps with the same options; fitted state plays no part. */
gboolean lm_pipeline_equal (const LmPipeline *a, const LmPipeline *b);

/* @options: copied; its member is the step, a LmStepClass. A design's chain is a list of these. */
void lm_pipeline_add (LmPipeline *self, const LmOptionSet *options);

/**
 * lm_pipeline_add_text:
 *
 * Adds a step as people write it: `rescale(scale=0.00392156862745098)`,
 * `standardize(on=targets)`.
 *
 * Returns: %FALSE with %LM_ERROR_OPTION set
 */
gboolean lm_pipeline_add_text (LmPipeline *self, const char *text, GError **error);

/* Returns: (transfer full): step @i as lm_pipeline_add_text() reads it. */
char *lm_pipeline_format_step (const LmPipeline *self, int i);

int lm_pipeline_n_steps (const LmPipeline *self);
const LmOptionSet *lm_pipeline_step (const LmPipeline *self, int i);

/**
 * lm_pipeline_fit:
 *
 * Fits all steps on the training part of @dataset, in order, each on what the
 * steps before it make of the data; streams, so memory does not grow with the
 * data. Needs no pass over the data if no step has anything to fit. The
 * same data give the same bits.
 *
 * Errors: those of reading; %LM_ERROR_DATA if a step names a column that is not there or the training part is empty;
 * %LM_ERROR_CANCELLED. The old state is kept on error.
 */
gboolean lm_pipeline_fit (LmPipeline *self, const LmDataset *dataset, LmProgressFunc progress, void *progress_data, GError **error);

/* TRUE if every step that needs fitting has been fitted. An empty chain is fitted. */
gboolean lm_pipeline_is_fitted (const LmPipeline *self);

/**
 * lm_pipeline_apply:
 * @role, @column: what the values are: an input or a target, and its column's name; a name that fitting has not seen is
 *   served by the only column of that role, if there was just one
 * @sample: shape of a sample
 * @x: @n samples, changed in place
 *
 * Allocates nothing. The chain must be fitted, and the sample must have as many
 * values as the state was fitted for (see lm_pipeline_check()): both are assertions.
 */
void lm_pipeline_apply (const LmPipeline *self, LmRole role, const char *column, const LmShape *sample, float *x, gsize n);

/* Undoes it, last step first: predictions and targets in the target's own unit. */
void lm_pipeline_invert (const LmPipeline *self, LmRole role, const char *column, const LmShape *sample, float *x, gsize n);

/* TRUE if lm_pipeline_apply() would change anything of this column. */
gboolean lm_pipeline_touches (const LmPipeline *self, LmRole role, const char *column);

/* FALSE with %LM_ERROR_DATA set if the chain is not fitted or was fitted for samples of another size. */
gboolean lm_pipeline_check (const LmPipeline *self, LmRole role, const char *column, const LmShape *sample, GError **error);

/**
 * lm_pipeline_n_state:
 *
 * Fitted state as named tensors for the project file: `STEP/ROLE/COLUMN/NAME`, for
 * instance `1/input/x/mean`, and `1/input/x/shape` for what a sample was like.
 * Setting wants the steps to be there already; a name or a type that does not
 * fit is %LM_ERROR_FORMAT; lm_pipeline_check() judges the whole.
 */
int lm_pipeline_n_state (const LmPipeline *self);
LmTensor *lm_pipeline_get_state (const LmPipeline *self, int i, char **name); /* tensor borrowed, NULL if it was never set; name (transfer full) */
gboolean lm_pipeline_set_state (LmPipeline *self, const char *name, LmTensor *tensor, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmPipeline, lm_pipeline_free)

G_END_DECLS
