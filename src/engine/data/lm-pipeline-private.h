/* lm-pipeline-private.h: the inside of the chain, for its own files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-pipeline.h"

G_BEGIN_DECLS

/* What one step learned of one column. @shape: {rank, sizes …} of a sample as a tensor; NULL while fit.sample and fit.size
 * are not known. */
typedef struct {
  LmRole role;
  char *column;
  LmTensor *shape;
  LmStepFit fit;
} LmFitted;

/* @fitted: LmFitted, one per column; none for a step that learns nothing */
typedef struct {
  LmOptionSet *options;
  GPtrArray *fitted;
} LmStep;

struct _LmPipeline {
  GPtrArray *steps;
};

/* “input”, “target”: as in the names of the state. */
extern const char *const lm_role_names[];

static inline const LmStepClass *
lm_step_class (const LmStep *step)
{
  return (const LmStepClass *) step->options->member;
}

static inline const LmStep *
lm_pipeline_get_step (const LmPipeline *self,
                      int i)
{
  return g_ptr_array_index (self->steps, i);
}

static inline int
lm_step_n_state (const LmStepClass *klass)
{
  return klass->state_names != NULL ? (int) g_strv_length ((char **) klass->state_names) : 0;
}

/* TRUE if a step says it works on this column. */
gboolean lm_step_is_on (const LmStep *step, LmRole role, const char *column);

LmFitted *lm_step_add_fitted (LmStep *step, LmRole role, const char *column);
void lm_fitted_set_shape (LmFitted *self, const LmShape *sample);

/* Steps 0 … last − 1 on samples of a column, in place. */
void lm_pipeline_apply_first (const LmPipeline *self, int last, LmRole role, const char *column, const LmShape *sample, float *x, gsize n);

G_END_DECLS
