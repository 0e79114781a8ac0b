/* lm-pipeline.c: the project's chain of steps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-pipeline-private.h"

#include "lm-i18n.h"

#include <string.h>

const char *const lm_role_names[] = { [LM_ROLE_INPUT] = "input", [LM_ROLE_TARGET] = "target" };
const char *const lm_step_axes[] = { "last", "each", "all", NULL };

gsize
lm_step_n_features (const LmStepFit *fit,
                    const char *axis)
{
  if (strcmp (axis, "all") == 0)
    return 1;
  if (strcmp (axis, "each") == 0)
    return fit->size;
  return fit->sample.rank > 0 ? (gsize) fit->sample.dim[fit->sample.rank - 1] : 1;
}

static void
fitted_free (gpointer data)
{
  LmFitted *self = data;

  for (int i = 0; i < LM_STEP_MAX_STATE; i++)
    g_clear_pointer (&self->fit.state[i], lm_tensor_unref);
  g_clear_pointer (&self->shape, lm_tensor_unref);
  g_free (self->column);
  g_free (self);
}

LmFitted *
lm_step_add_fitted (LmStep *step,
                    LmRole role,
                    const char *column)
{
  LmFitted *fitted = g_new0 (LmFitted, 1);

  fitted->role = role;
  fitted->column = g_strdup (column);
  fitted->fit.options = step->options;
  g_ptr_array_add (step->fitted, fitted);
  return fitted;
}

void
lm_fitted_set_shape (LmFitted *self,
                     const LmShape *sample)
{
  gint64 numbers[LM_MAX_RANK + 1] = { sample->rank };
  LmShape size = LM_SHAPE (sample->rank + 1);

  memcpy (numbers + 1, sample->dim, sizeof (gint64) * (gsize) sample->rank);
  g_clear_pointer (&self->shape, lm_tensor_unref);
  self->shape = lm_tensor_new_copy (LM_I64, &size, numbers);
  self->fit.sample = *sample;
  self->fit.size = (gsize) lm_shape_product (sample, 0, sample->rank);
}

static void
step_free (gpointer data)
{
  LmStep *self = data;

  g_ptr_array_unref (self->fitted);
  lm_option_set_free (self->options);
  g_free (self);
}

LmPipeline *
lm_pipeline_new (void)
{
  LmPipeline *self = g_new0 (LmPipeline, 1);

  self->steps = g_ptr_array_new_with_free_func (step_free);
  return self;
}

void
lm_pipeline_free (LmPipeline *self)
{
  g_ptr_array_unref (self->steps);
  g_free (self);
}

void
lm_pipeline_add (LmPipeline *self,
                 const LmOptionSet *options)
{
  LmStep *step = g_new0 (LmStep, 1);

  step->options = lm_option_set_copy (options);
  step->fitted = g_ptr_array_new_with_free_func (fitted_free);
  g_assert (lm_step_n_state (lm_step_class (step)) <= LM_STEP_MAX_STATE);
  g_ptr_array_add (self->steps, step);
}

LmPipeline *
lm_pipeline_copy (const LmPipeline *self)
{
  LmPipeline *copy = lm_pipeline_new ();

  for (guint i = 0; i < self->steps->len; i++) {
    const LmStep *step = g_ptr_array_index (self->steps, i);
    LmStep *twin;

    lm_pipeline_add (copy, step->options);
    twin = g_ptr_array_index (copy->steps, i);
    for (guint k = 0; k < step->fitted->len; k++) {
      const LmFitted *fitted = g_ptr_array_index (step->fitted, k);
      LmFitted *other = lm_step_add_fitted (twin, fitted->role, fitted->column);

      if (fitted->shape != NULL)
        lm_fitted_set_shape (other, &fitted->fit.sample);
      for (int s = 0; s < LM_STEP_MAX_STATE; s++) {
        if (fitted->fit.state[s] != NULL)
          other->fit.state[s] = lm_tensor_ref (fitted->fit.state[s]);
      }
    }
  }
  return copy;
}

gboolean
lm_pipeline_equal (const LmPipeline *a,
                   const LmPipeline *b)
{
  if (a->steps->len != b->steps->len)
    return FALSE;
  for (guint i = 0; i < a->steps->len; i++) {
    if (!lm_option_set_equal (lm_pipeline_get_step (a, (int) i)->options, lm_pipeline_get_step (b, (int) i)->options))
      return FALSE;
  }
  return TRUE;
}

static const LmOptionSpec step_spec = {
  .kind = LM_OPTION_OBJECT,
  .id = "step",
  .title = N_ ("Step"),
  .family = "step",
};

gboolean
lm_pipeline_add_text (LmPipeline *self,
                      const char *text,
                      GError **error)
{
  LmOptionValue value = { 0 };

  if (!lm_option_parse (&step_spec, text, &value, error))
    return FALSE;
  lm_pipeline_add (self, value.object);
  lm_option_value_clear (&value);
  return TRUE;
}

char *
lm_pipeline_format_step (const LmPipeline *self,
                         int i)
{
  LmOptionValue value = { .is_set = TRUE, .kind = LM_OPTION_OBJECT };

  value.object = lm_pipeline_get_step (self, i)->options;
  return lm_option_format (&step_spec, &value);
}

int
lm_pipeline_n_steps (const LmPipeline *self)
{
  return (int) self->steps->len;
}

const LmOptionSet *
lm_pipeline_step (const LmPipeline *self,
                  int i)
{
  return lm_pipeline_get_step (self, i)->options;
}

/* TRUE if a step says it works on this column. */
gboolean
lm_step_is_on (const LmStep *step,
               LmRole role,
               const char *column)
{
  const char *on = lm_option_get_text (step->options, LM_STEP_ON);

  if (strcmp (on, "inputs") == 0)
    return role == LM_ROLE_INPUT;
  if (strcmp (on, "targets") == 0)
    return role == LM_ROLE_TARGET;
  return strcmp (on, column) == 0;
}

/* The state for a column; that of the only column of its role if the name is not known. */
static const LmFitted *
find_fitted (const LmStep *step,
             LmRole role,
             const char *column)
{
  const LmFitted *only = NULL;
  int n = 0;

  for (guint i = 0; i < step->fitted->len; i++) {
    const LmFitted *fitted = g_ptr_array_index (step->fitted, i);

    if (fitted->role != role)
      continue;
    if (strcmp (fitted->column, column) == 0)
      return fitted;
    only = fitted;
    n++;
  }
  return n == 1 ? only : NULL;
}

static gboolean
is_complete (const LmStepClass *klass,
             const LmFitted *fitted)
{
  if (fitted->shape == NULL)
    return FALSE;
  for (int s = 0; s < lm_step_n_state (klass); s++) {
    const LmTensor *state = fitted->fit.state[s];

    if (state == NULL || (gsize) lm_tensor_n_elements (state) != klass->state_size (&fitted->fit))
      return FALSE;
  }
  return TRUE;
}

gboolean
lm_pipeline_is_fitted (const LmPipeline *self)
{
  for (guint i = 0; i < self->steps->len; i++) {
    const LmStep *step = g_ptr_array_index (self->steps, i);

    if (lm_step_class (step)->state_names == NULL)
      continue;
    if (step->fitted->len == 0)
      return FALSE;
    for (guint k = 0; k < step->fitted->len; k++) {
      if (!is_complete (lm_step_class (step), g_ptr_array_index (step->fitted, k)))
        return FALSE;
    }
  }
  return TRUE;
}

/* Steps first … last − 1 on samples of a column, in place. */
void
lm_pipeline_apply_first (const LmPipeline *self,
                         int last,
                         LmRole role,
                         const char *column,
                         const LmShape *sample,
                         float *x,
                         gsize n)
{
  for (int i = 0; i < last; i++) {
    const LmStep *step = lm_pipeline_get_step (self, i);
    const LmStepClass *klass = lm_step_class (step);
    LmStepFit plain = { .options = step->options, .sample = *sample };

    if (!lm_step_is_on (step, role, column))
      continue;
    plain.size = (gsize) lm_shape_product (sample, 0, sample->rank);
    if (klass->state_names != NULL) {
      const LmFitted *fitted = find_fitted (step, role, column);

      g_assert (fitted != NULL && fitted->fit.size == plain.size);
      klass->apply (&fitted->fit, x, n);
    } else {
      klass->apply (&plain, x, n);
    }
  }
}

void
lm_pipeline_apply (const LmPipeline *self,
                   LmRole role,
                   const char *column,
                   const LmShape *sample,
                   float *x,
                   gsize n)
{
  lm_pipeline_apply_first (self, (int) self->steps->len, role, column, sample, x, n);
}

void
lm_pipeline_invert (const LmPipeline *self,
                    LmRole role,
                    const char *column,
                    const LmShape *sample,
                    float *x,
                    gsize n)
{
  for (int i = (int) self->steps->len - 1; i >= 0; i--) {
    const LmStep *step = lm_pipeline_get_step (self, i);
    const LmStepClass *klass = lm_step_class (step);
    LmStepFit plain = { .options = step->options, .sample = *sample };

    if (!lm_step_is_on (step, role, column) || klass->invert == NULL)
      continue;
    plain.size = (gsize) lm_shape_product (sample, 0, sample->rank);
    if (klass->state_names != NULL) {
      const LmFitted *fitted = find_fitted (step, role, column);

      g_assert (fitted != NULL && fitted->fit.size == plain.size);
      klass->invert (&fitted->fit, x, n);
    } else {
      klass->invert (&plain, x, n);
    }
  }
}

gboolean
lm_pipeline_touches (const LmPipeline *self,
                     LmRole role,
                     const char *column)
{
  for (guint i = 0; i < self->steps->len; i++) {
    if (lm_step_is_on (lm_pipeline_get_step (self, (int) i), role, column))
      return TRUE;
  }
  return FALSE;
}

gboolean
lm_pipeline_check (const LmPipeline *self,
                   LmRole role,
                   const char *column,
                   const LmShape *sample,
                   GError **error)
{
  gsize size = (gsize) lm_shape_product (sample, 0, sample->rank);

  for (guint i = 0; i < self->steps->len; i++) {
    const LmStep *step = g_ptr_array_index (self->steps, i);
    const LmStepClass *klass = lm_step_class (step);
    const LmFitted *fitted;

    if (!lm_step_is_on (step, role, column) || klass->state_names == NULL)
      continue;
    fitted = find_fitted (step, role, column);
    if (fitted == NULL || !is_complete (klass, fitted)) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                   _ ("Step %u of the chain, “%s”, has not been fitted for “%s”. Train once."), i + 1, klass->member.id, column);
      return FALSE;
    }
    if (fitted->fit.size != size) {
      g_autofree char *have = lm_shape_to_string (sample);
      g_autofree char *want = lm_shape_to_string (&fitted->fit.sample);

      g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                   _ ("Step %u of the chain, “%s”, was fitted for samples of %s, but those of “%s” are %s. Train again with these data."),
                   i + 1, klass->member.id, want, column, have);
      return FALSE;
    }
  }
  return TRUE;
}
