/* lm-pipeline-state.c: what the chain has learned, as named tensors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-pipeline-private.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

/* Each LmFitted has its tensors and, before them, “shape”: {rank, sizes …}. */
int
lm_pipeline_n_state (const LmPipeline *self)
{
  int n = 0;

  for (guint i = 0; i < self->steps->len; i++) {
    const LmStep *step = g_ptr_array_index (self->steps, i);

    n += (int) step->fitted->len * (lm_step_n_state (lm_step_class (step)) + 1);
  }
  return n;
}

LmTensor *
lm_pipeline_get_state (const LmPipeline *self,
                       int i,
                       char **name)
{
  for (guint s = 0; s < self->steps->len; s++) {
    const LmStep *step = g_ptr_array_index (self->steps, s);
    int each = lm_step_n_state (lm_step_class (step)) + 1;

    if (i < (int) step->fitted->len * each) {
      const LmFitted *fitted = g_ptr_array_index (step->fitted, i / each);
      int k = i % each - 1;
      const char *last = k < 0 ? "shape" : lm_step_class (step)->state_names[k];

      *name = g_strdup_printf ("%u/%s/%s/%s", s, lm_role_names[fitted->role], fitted->column, last);
      return k < 0 ? fitted->shape : fitted->fit.state[k];
    }
    i -= (int) step->fitted->len * each;
  }
  g_assert_not_reached ();
}

static gboolean
fail_state (const char *name,
            GError **error)
{
  g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
               _ ("The fitted chain in this project is damaged: “%s” does not belong to it. Train again to fit it anew."), name);
  return FALSE;
}

static gboolean
set_shape (LmFitted *fitted,
           const LmTensor *tensor)
{
  const gint64 *numbers = tensor->data;
  LmShape shape = { 0 };

  if (tensor->dtype != LM_I64 || tensor->shape.rank != 1 || tensor->shape.dim[0] < 1 ||
      tensor->shape.dim[0] > LM_MAX_RANK + 1 || numbers[0] != tensor->shape.dim[0] - 1)
    return FALSE;
  shape.rank = (int) numbers[0];
  for (int a = 0; a < shape.rank; a++) {
    shape.dim[a] = numbers[a + 1];
    if (shape.dim[a] < 1)
      return FALSE;
  }
  if (!lm_shape_check (&shape, 1, NULL))
    return FALSE;
  lm_fitted_set_shape (fitted, &shape);
  return TRUE;
}

static gboolean
set_values (LmFitted *fitted,
            const LmStepClass *klass,
            const char *state,
            LmTensor *tensor)
{
  for (int k = 0; k < lm_step_n_state (klass); k++) {
    if (strcmp (klass->state_names[k], state) != 0)
      continue;
    if (tensor->dtype != LM_F32 || tensor->shape.rank != 1)
      return FALSE;
    for (gint64 i = 0; i < tensor->shape.dim[0]; i++) {
      if (!isfinite (lm_tensor_f32 (tensor)[i]))
        return FALSE;
    }
    g_clear_pointer (&fitted->fit.state[k], lm_tensor_unref);
    fitted->fit.state[k] = lm_tensor_ref (tensor);
    return TRUE;
  }
  return FALSE;
}

gboolean
lm_pipeline_set_state (LmPipeline *self,
                       const char *name,
                       LmTensor *tensor,
                       GError **error)
{
  char *end = NULL;
  guint64 at = g_ascii_strtoull (name, &end, 10);
  const char *last = strrchr (name, '/');
  g_autofree char *column = NULL;
  LmRole role;
  LmFitted *fitted = NULL;
  LmStep *step;

  if (at >= self->steps->len || end == name)
    return fail_state (name, error);
  if (g_str_has_prefix (end, "/input/"))
    role = LM_ROLE_INPUT;
  else if (g_str_has_prefix (end, "/target/"))
    role = LM_ROLE_TARGET;
  else
    return fail_state (name, error);
  end += strlen (lm_role_names[role]) + 2;
  if (last < end)
    return fail_state (name, error);
  column = g_strndup (end, (gsize) (last - end));
  step = g_ptr_array_index (self->steps, at);
  if (lm_step_class (step)->state_names == NULL)
    return fail_state (name, error);
  for (guint i = 0; i < step->fitted->len && fitted == NULL; i++) {
    LmFitted *other = g_ptr_array_index (step->fitted, i);

    if (other->role == role && strcmp (other->column, column) == 0)
      fitted = other;
  }
  if (fitted == NULL)
    fitted = lm_step_add_fitted (step, role, column);
  if (strcmp (last + 1, "shape") == 0 ? set_shape (fitted, tensor) : set_values (fitted, lm_step_class (step), last + 1, tensor))
    return TRUE;
  return fail_state (name, error);
}
