/* lm-arrays.c: from arrays as files hold them to a data set in memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-arrays.h"

#include "lm-i18n.h"

#include <string.h>

/* Whole numbers from here on are amounts, not classes. */
#define MAX_CLASSES 65536

typedef struct {
  char *name;
  LmRole role;
  char *shown[LM_N_PARTS];
  LmTensor *tensor[LM_N_PARTS];
} Array;

struct _LmArrays {
  GPtrArray *columns; /* Array */
};

static void
array_free (gpointer data)
{
  Array *self = data;

  for (int part = 0; part < LM_N_PARTS; part++) {
    g_free (self->shown[part]);
    g_clear_pointer (&self->tensor[part], lm_tensor_unref);
  }
  g_free (self->name);
  g_free (self);
}

LmArrays *
lm_arrays_new (void)
{
  LmArrays *self = g_new0 (LmArrays, 1);

  self->columns = g_ptr_array_new_with_free_func (array_free);
  return self;
}

void
lm_arrays_free (LmArrays *self)
{
  g_ptr_array_unref (self->columns);
  g_free (self);
}

void
lm_arrays_add (LmArrays *self,
               const char *column,
               LmRole role,
               LmPart part,
               const char *shown,
               LmTensor *tensor)
{
  Array *array = NULL;

  for (guint i = 0; i < self->columns->len && array == NULL; i++) {
    Array *other = g_ptr_array_index (self->columns, i);

    if (other->role == role && strcmp (other->name, column) == 0)
      array = other;
  }
  if (array == NULL) {
    array = g_new0 (Array, 1);
    array->name = g_strdup (column);
    array->role = role;
    g_ptr_array_add (self->columns, array);
  }
  g_assert (array->tensor[part] == NULL);
  array->shown[part] = g_strdup (shown);
  array->tensor[part] = lm_tensor_ref (tensor);
}

/* A view of the same numbers under another shape. */
static void
reshape (LmTensor **tensor,
         const LmShape *shape)
{
  LmTensor *old = *tensor;

  *tensor = lm_tensor_new_take (old->dtype, shape, old->data, (GDestroyNotify) lm_tensor_unref, old);
}

/* float64 to float32; int64 to int32 if all fit, else to float32. */
static gboolean
narrow (LmTensor **tensor,
        GError **error)
{
  LmTensor *old = *tensor;
  gint64 n = lm_tensor_n_elements (old);
  const gint64 *src = old->data;
  gboolean fits = old->dtype == LM_I64;
  LmTensor *new;

  if (old->dtype != LM_I64 && old->dtype != LM_F64)
    return TRUE;
  for (gint64 i = 0; fits && i < n; i++)
    fits = src[i] >= G_MININT32 && src[i] <= G_MAXINT32;
  new = lm_tensor_new (fits ? LM_I32 : LM_F32, &old->shape, error);
  if (new == NULL)
    return FALSE;
  for (gint64 i = 0; i < n; i++) {
    if (fits)
      ((gint32 *) new->data)[i] = (gint32) src[i];
    else
      ((float *) new->data)[i] = (float) lm_tensor_get (old, i);
  }
  lm_tensor_unref (old);
  *tensor = new;
  return TRUE;
}

static gboolean
cast (LmTensor **tensor,
      LmDtype dtype,
      GError **error)
{
  LmTensor *old = *tensor;
  gint64 n = lm_tensor_n_elements (old);
  LmTensor *new;

  if (old->dtype == dtype)
    return TRUE;
  new = lm_tensor_new (dtype, &old->shape, error);
  if (new == NULL)
    return FALSE;
  for (gint64 i = 0; i < n; i++) {
    if (dtype == LM_I32)
      ((gint32 *) new->data)[i] = (gint32) lm_tensor_get (old, i);
    else
      ((float *) new->data)[i] = (float) lm_tensor_get (old, i);
  }
  lm_tensor_unref (old);
  *tensor = new;
  return TRUE;
}

/* Labels (N, 1) are labels (N); pictures of bytes get their channel axis. */
static void
settle_shape (Array *self,
              int part)
{
  LmTensor *tensor = self->tensor[part];
  LmShape shape = tensor->shape;

  if (self->role == LM_ROLE_TARGET && shape.rank == 2 && shape.dim[1] == 1) {
    shape.rank = 1;
    reshape (&self->tensor[part], &shape);
  } else if (self->role == LM_ROLE_INPUT && shape.rank == 3 && tensor->dtype == LM_U8) {
    shape.dim[shape.rank++] = 1;
    reshape (&self->tensor[part], &shape);
  }
}

/* The same type and the same sample in every part. */
static gboolean
settle (Array *self,
        GError **error)
{
  const LmTensor *first = NULL;
  const char *first_shown = NULL;
  gboolean has_float = FALSE;
  gboolean differ = FALSE;

  for (int part = 0; part < LM_N_PARTS; part++) {
    if (self->tensor[part] == NULL)
      continue;
    if (self->tensor[part]->shape.rank == 0) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                   _ ("“%s” is a single number, but its first axis must count the samples. Save it as an array."), self->shown[part]);
      return FALSE;
    }
    if (self->tensor[part]->shape.dim[0] > G_MAXINT32) {
      g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("“%s” holds %'lld samples, but at most %'d are read."), self->shown[part],
                   (long long) self->tensor[part]->shape.dim[0], G_MAXINT32);
      return FALSE;
    }
    if (!narrow (&self->tensor[part], error))
      return FALSE;
    settle_shape (self, part);
    has_float |= self->tensor[part]->dtype == LM_F32;
    if (first == NULL) {
      first = self->tensor[part];
      first_shown = self->shown[part];
    }
    differ |= self->tensor[part]->dtype != first->dtype;
    if (lm_shape_sample_size (&first->shape) != lm_shape_sample_size (&self->tensor[part]->shape)) {
      g_autofree char *a = lm_shape_to_tuple (&first->shape);
      g_autofree char *b = lm_shape_to_tuple (&self->tensor[part]->shape);

      g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                   _ ("“%s” has the shape %s, but “%s” %s: all axes but the first must agree. Save them alike."),
                   first_shown, a, self->shown[part], b);
      return FALSE;
    }
  }
  for (int part = 0; differ && part < LM_N_PARTS; part++) {
    if (self->tensor[part] != NULL && !cast (&self->tensor[part], has_float ? LM_F32 : LM_I32, error))
      return FALSE;
  }
  return TRUE;
}

/* Every column has the same samples. */
static gboolean
check_counts (const LmArrays *self,
              GError **error)
{
  const Array *first = g_ptr_array_index (self->columns, 0);

  for (guint i = 1; i < self->columns->len; i++) {
    const Array *other = g_ptr_array_index (self->columns, i);

    for (int part = 0; part < LM_N_PARTS; part++) {
      gint64 a = first->tensor[part] != NULL ? first->tensor[part]->shape.dim[0] : 0;
      gint64 b = other->tensor[part] != NULL ? other->tensor[part]->shape.dim[0] : 0;

      if (a != b) {
        const char *name_a = first->shown[part] != NULL ? first->shown[part] : first->name;
        const char *name_b = other->shown[part] != NULL ? other->shown[part] : other->name;

        g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                     _ ("“%s” holds %'lld samples, but “%s” holds %'lld. Each sample needs both: save them again."),
                     name_a, (long long) a, name_b, (long long) b);
        return FALSE;
      }
    }
  }
  return TRUE;
}

/* Classes if these are whole numbers from 0 and not too many, else 0. */
static int
count_classes (const Array *self)
{
  double largest = 0;

  for (int part = 0; part < LM_N_PARTS; part++) {
    double low, high;

    if (self->tensor[part] == NULL)
      continue;
    if (self->tensor[part]->dtype == LM_F32 || self->tensor[part]->shape.rank != 1 ||
        !lm_tensor_range (self->tensor[part], &low, &high) || low < 0 || high >= MAX_CLASSES)
      return 0;
    largest = MAX (largest, high);
  }
  return MAX (2, (int) largest + 1);
}

static void
describe (const Array *self,
          const LmTensor *tensor,
          LmColumn *column)
{
  const LmShape *shape = &tensor->shape;
  LmShape sample = { .rank = shape->rank - 1 };
  g_autofree char *text = NULL;

  memcpy (sample.dim, shape->dim + 1, sizeof (gint64) * (gsize) sample.rank);
  text = lm_shape_to_string (&sample);
  column->name = self->name;
  column->role = self->role;
  column->n_classes = self->role == LM_ROLE_TARGET ? count_classes (self) : 0;
  column->is_picture = self->role == LM_ROLE_INPUT && shape->rank == 4 && (shape->dim[3] == 1 || shape->dim[3] == 3) &&
                       shape->dim[1] > 1 && shape->dim[2] > 1;
  if (tensor->dtype == LM_U8 && column->is_picture) {
    column->has_range = TRUE;
    column->max = 255;
  }
  if (column->n_classes > 0)
    column->description = g_strdup_printf (_ ("%d classes"), column->n_classes);
  else if (column->is_picture)
    column->description = g_strdup_printf (shape->dim[3] == 1 ? _ ("grey pictures of %lld×%lld pixels") : _ ("colour pictures of %lld×%lld pixels"),
                                           (long long) shape->dim[1], (long long) shape->dim[2]);
  else if (self->role == LM_ROLE_INPUT)
    column->description = g_strdup_printf (_ ("“%s”: %s"), self->name, text);
  else
    column->description = g_strdup_printf (_ ("target “%s”: %s"), self->name, text);
}

LmDataset *
lm_arrays_finish (LmArrays *self,
                  const char *name,
                  GError **error)
{
  int n = (int) self->columns->len;
  g_autofree LmColumn *columns = g_new0 (LmColumn, n);
  g_autofree LmTensor **tensors = g_new0 (LmTensor *, LM_N_PARTS * n);
  LmDataset *out;

  g_assert (n > 0);
  for (int c = 0; c < n; c++) {
    if (!settle (g_ptr_array_index (self->columns, c), error))
      return NULL;
  }
  if (!check_counts (self, error))
    return NULL;
  for (int c = 0; c < n; c++) {
    const Array *array = g_ptr_array_index (self->columns, c);
    const LmTensor *first = NULL;

    for (int part = 0; part < LM_N_PARTS; part++) {
      tensors[part * n + c] = array->tensor[part];
      if (first == NULL)
        first = array->tensor[part];
    }
    describe (array, first, &columns[c]);
  }
  out = lm_dataset_new_memory (name, n, columns, tensors);
  for (int c = 0; c < n; c++)
    g_free (columns[c].description);
  return out;
}
