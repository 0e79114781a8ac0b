/* lm-pipeline.c: the project's chain of steps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-pipeline.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

/* Bytes of floats that are fitted on at a time. */
#define FIT_CHUNK ((gsize) 1 << 20)

/* What one step learned of one column. */
typedef struct {
  LmRole role;
  char *column;
  gboolean has_shape;
  LmStepFit fit;
} Fitted;

typedef struct {
  LmOptionSet *options;
  GPtrArray *fitted;
} Step;

struct _LmPipeline {
  GPtrArray *steps;
};

static const char *const role_names[] = { [LM_ROLE_INPUT] = "input", [LM_ROLE_TARGET] = "target" };

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

static const LmStepClass *
step_class (const Step *step)
{
  return (const LmStepClass *) step->options->member;
}

static const Step *
get_step (const LmPipeline *self,
          int i)
{
  return g_ptr_array_index (self->steps, i);
}

static int
n_state_names (const LmStepClass *klass)
{
  return klass->state_names != NULL ? (int) g_strv_length ((char **) klass->state_names) : 0;
}

static void
fitted_free (gpointer data)
{
  Fitted *self = data;

  for (int i = 0; i < LM_STEP_MAX_STATE; i++)
    g_clear_pointer (&self->fit.state[i], lm_tensor_unref);
  g_free (self->column);
  g_free (self);
}

static Fitted *
step_add_fitted (Step *step,
                 LmRole role,
                 const char *column)
{
  Fitted *fitted = g_new0 (Fitted, 1);

  fitted->role = role;
  fitted->column = g_strdup (column);
  fitted->fit.options = step->options;
  g_ptr_array_add (step->fitted, fitted);
  return fitted;
}

static void
fitted_set_shape (Fitted *self,
                  const LmShape *sample)
{
  self->has_shape = TRUE;
  self->fit.sample = *sample;
  self->fit.size = (gsize) lm_shape_product (sample, 0, sample->rank);
}

static void
step_free (gpointer data)
{
  Step *self = data;

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
  Step *step = g_new0 (Step, 1);

  step->options = lm_option_set_copy (options);
  step->fitted = g_ptr_array_new_with_free_func (fitted_free);
  g_assert (n_state_names (step_class (step)) <= LM_STEP_MAX_STATE);
  g_ptr_array_add (self->steps, step);
}

LmPipeline *
lm_pipeline_copy (const LmPipeline *self)
{
  LmPipeline *copy = lm_pipeline_new ();

  for (guint i = 0; i < self->steps->len; i++) {
    const Step *step = g_ptr_array_index (self->steps, i);
    Step *twin;

    lm_pipeline_add (copy, step->options);
    twin = g_ptr_array_index (copy->steps, i);
    for (guint k = 0; k < step->fitted->len; k++) {
      const Fitted *fitted = g_ptr_array_index (step->fitted, k);
      Fitted *other = step_add_fitted (twin, fitted->role, fitted->column);

      other->has_shape = fitted->has_shape;
      other->fit.sample = fitted->fit.sample;
      other->fit.size = fitted->fit.size;
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
    if (!lm_option_set_equal (get_step (a, (int) i)->options, get_step (b, (int) i)->options))
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

  value.object = get_step (self, i)->options;
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
  return get_step (self, i)->options;
}

/* TRUE if a step says it works on this column. */
static gboolean
step_is_on (const Step *step,
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
static const Fitted *
find_fitted (const Step *step,
             LmRole role,
             const char *column)
{
  const Fitted *only = NULL;
  int n = 0;

  for (guint i = 0; i < step->fitted->len; i++) {
    const Fitted *fitted = g_ptr_array_index (step->fitted, i);

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
             const Fitted *fitted)
{
  if (!fitted->has_shape)
    return FALSE;
  for (int s = 0; s < n_state_names (klass); s++) {
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
    const Step *step = g_ptr_array_index (self->steps, i);

    if (step_class (step)->state_names == NULL)
      continue;
    if (step->fitted->len == 0)
      return FALSE;
    for (guint k = 0; k < step->fitted->len; k++) {
      if (!is_complete (step_class (step), g_ptr_array_index (step->fitted, k)))
        return FALSE;
    }
  }
  return TRUE;
}

/* Steps first … last − 1 on samples of a column, in place. */
static void
apply_steps (const LmPipeline *self,
             int last,
             LmRole role,
             const char *column,
             const LmShape *sample,
             float *x,
             gsize n)
{
  for (int i = 0; i < last; i++) {
    const Step *step = get_step (self, i);
    const LmStepClass *klass = step_class (step);
    LmStepFit plain = { .options = step->options, .sample = *sample };

    if (!step_is_on (step, role, column))
      continue;
    plain.size = (gsize) lm_shape_product (sample, 0, sample->rank);
    if (klass->state_names != NULL) {
      const Fitted *fitted = find_fitted (step, role, column);

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
  apply_steps (self, (int) self->steps->len, role, column, sample, x, n);
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
    const Step *step = get_step (self, i);
    const LmStepClass *klass = step_class (step);
    LmStepFit plain = { .options = step->options, .sample = *sample };

    if (!step_is_on (step, role, column) || klass->invert == NULL)
      continue;
    plain.size = (gsize) lm_shape_product (sample, 0, sample->rank);
    if (klass->state_names != NULL) {
      const Fitted *fitted = find_fitted (step, role, column);

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
    if (step_is_on (get_step (self, (int) i), role, column))
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
    const Step *step = g_ptr_array_index (self->steps, i);
    const LmStepClass *klass = step_class (step);
    const Fitted *fitted;

    if (!step_is_on (step, role, column) || klass->state_names == NULL)
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

/* What fitting carries along. */
typedef struct {
  LmPipeline *pipeline;
  const LmDataset *dataset;
  float *buffer;
  gsize done; /* samples read, over all passes */
  gsize total;
  LmProgressFunc progress;
  void *progress_data;
} FitRun;

/* One pass over one column for step @i. */
static gboolean
fit_column (FitRun *run,
            int i,
            int c,
            GError **error)
{
  Step *step = g_ptr_array_index (run->pipeline->steps, i);
  const LmStepClass *klass = step_class (step);
  const LmColumn *column = &run->dataset->columns[c];
  Fitted *fitted = step_add_fitted (step, column->role, column->name);
  gsize n = run->dataset->n_samples[LM_PART_TRAIN];
  gsize at_once = CLAMP (FIT_CHUNK / sizeof (float) / lm_column_size (column), 1, 1024);
  guint32 index[1024];
  gboolean good = TRUE;
  void *sums;

  fitted_set_shape (fitted, &column->sample);
  sums = klass->fit_begin (&fitted->fit);
  for (gsize first = 0; good && first < n; first += at_once) {
    gsize piece = MIN (at_once, n - first);

    for (gsize k = 0; k < piece; k++)
      index[k] = (guint32) (first + k);
    if (run->progress != NULL &&
        !run->progress (run->progress_data, _ ("Fitting the chain"), (double) run->done / (double) run->total)) {
      g_set_error (error, LM_ERROR, LM_ERROR_CANCELLED, _ ("Stopped while fitting the chain."));
      good = FALSE;
      break;
    }
    good = lm_dataset_read_f32 (run->dataset, LM_PART_TRAIN, index, piece, c, run->buffer, error);
    if (good) {
      apply_steps (run->pipeline, i, column->role, column->name, &column->sample, run->buffer, piece);
      klass->fit_add (&fitted->fit, sums, run->buffer, piece);
    }
    run->done += piece;
  }
  klass->fit_end (&fitted->fit, sums);
  return good;
}

/* How many columns a step works on; an error if it names one that is not there. */
static int
count_columns (const Step *step,
               const LmDataset *dataset,
               gsize *largest,
               GError **error)
{
  const char *on = lm_option_get_text (step->options, LM_STEP_ON);
  int n = 0;

  for (int c = 0; c < dataset->n_columns; c++) {
    if (step_is_on (step, dataset->columns[c].role, dataset->columns[c].name)) {
      *largest = MAX (*largest, lm_column_size (&dataset->columns[c]));
      n++;
    }
  }
  if (n == 0 && strcmp (on, "inputs") != 0 && strcmp (on, "targets") != 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("The step “%s” is for the column “%s”, but the data “%s” have none of that name. Change the step or the data."),
                 step->options->member->id, on, dataset->name);
    return -1;
  }
  return n;
}

static gboolean
fit_steps (FitRun *run,
           GError **error)
{
  for (int i = 0; i < lm_pipeline_n_steps (run->pipeline); i++) {
    const Step *step = get_step (run->pipeline, i);

    if (step_class (step)->state_names == NULL)
      continue;
    for (int c = 0; c < run->dataset->n_columns; c++) {
      const LmColumn *column = &run->dataset->columns[c];

      if (step_is_on (step, column->role, column->name) && !fit_column (run, i, c, error))
        return FALSE;
    }
  }
  return TRUE;
}

gboolean
lm_pipeline_fit (LmPipeline *self,
                 const LmDataset *dataset,
                 LmProgressFunc progress,
                 void *progress_data,
                 GError **error)
{
  g_autoptr (LmPipeline) fresh = lm_pipeline_new ();
  g_autofree float *buffer = NULL;
  FitRun run = { .pipeline = fresh, .dataset = dataset, .progress = progress, .progress_data = progress_data };
  GPtrArray *old = self->steps;
  gsize largest = 1;

  for (guint i = 0; i < self->steps->len; i++) {
    const Step *step = g_ptr_array_index (self->steps, i);
    int n = count_columns (step, dataset, &largest, error);

    if (n < 0)
      return FALSE;
    lm_pipeline_add (fresh, step->options);
    if (step_class (step)->state_names != NULL)
      run.total += (gsize) n * dataset->n_samples[LM_PART_TRAIN];
  }
  if (run.total == 0 && !lm_pipeline_is_fitted (fresh) && !lm_dataset_has (dataset, LM_PART_TRAIN)) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("The data “%s” have no training part, but the chain is fitted on it. Choose data with training samples."), dataset->name);
    return FALSE;
  }
  run.buffer = buffer = g_malloc (MAX (FIT_CHUNK, largest * sizeof (float)));
  if (!fit_steps (&run, error))
    return FALSE;
  self->steps = fresh->steps;
  fresh->steps = old;
  return TRUE;
}

/* Each Fitted has its tensors and, before them, “shape”: {rank, sizes …}. */
int
lm_pipeline_n_state (const LmPipeline *self)
{
  int n = 0;

  for (guint i = 0; i < self->steps->len; i++) {
    const Step *step = g_ptr_array_index (self->steps, i);

    n += (int) step->fitted->len * (n_state_names (step_class (step)) + 1);
  }
  return n;
}

static LmTensor *
shape_to_tensor (const LmShape *shape)
{
  gint64 numbers[LM_MAX_RANK + 1] = { shape->rank };
  LmShape size = LM_SHAPE (shape->rank + 1);

  memcpy (numbers + 1, shape->dim, sizeof (gint64) * (gsize) shape->rank);
  return lm_tensor_new_copy (LM_I64, &size, numbers);
}

LmTensor *
lm_pipeline_get_state (const LmPipeline *self,
                       int i,
                       char **name)
{
  for (guint s = 0; s < self->steps->len; s++) {
    const Step *step = g_ptr_array_index (self->steps, s);
    int each = n_state_names (step_class (step)) + 1;

    if (i < (int) step->fitted->len * each) {
      const Fitted *fitted = g_ptr_array_index (step->fitted, i / each);
      int k = i % each - 1;
      const char *last = k < 0 ? "shape" : step_class (step)->state_names[k];

      *name = g_strdup_printf ("%u/%s/%s/%s", s, role_names[fitted->role], fitted->column, last);
      return k < 0 ? shape_to_tensor (&fitted->fit.sample) : lm_tensor_ref (fitted->fit.state[k]);
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
set_shape (Fitted *fitted,
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
  fitted_set_shape (fitted, &shape);
  return TRUE;
}

static gboolean
set_values (Fitted *fitted,
            const LmStepClass *klass,
            const char *state,
            LmTensor *tensor)
{
  for (int k = 0; k < n_state_names (klass); k++) {
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
  Fitted *fitted = NULL;
  Step *step;

  if (at >= self->steps->len || end == name)
    return fail_state (name, error);
  if (g_str_has_prefix (end, "/input/"))
    role = LM_ROLE_INPUT;
  else if (g_str_has_prefix (end, "/target/"))
    role = LM_ROLE_TARGET;
  else
    return fail_state (name, error);
  end += strlen (role_names[role]) + 2;
  if (last < end)
    return fail_state (name, error);
  column = g_strndup (end, (gsize) (last - end));
  step = g_ptr_array_index (self->steps, at);
  if (step_class (step)->state_names == NULL)
    return fail_state (name, error);
  for (guint i = 0; i < step->fitted->len && fitted == NULL; i++) {
    Fitted *other = g_ptr_array_index (step->fitted, i);

    if (other->role == role && strcmp (other->column, column) == 0)
      fitted = other;
  }
  if (fitted == NULL)
    fitted = step_add_fitted (step, role, column);
  if (strcmp (last + 1, "shape") == 0 ? set_shape (fitted, tensor) : set_values (fitted, step_class (step), last + 1, tensor))
    return TRUE;
  return fail_state (name, error);
}
