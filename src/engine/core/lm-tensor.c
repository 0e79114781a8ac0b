/* lm-tensor.c: numbers with a type and a shape
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-arena.h"
#include "lm-error.h"
#include "lm-tensor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* From this size on, ask what is left before asking for memory: the kernel promises more than it has. */
#define LARGE ((gsize) 64 << 20)

static const struct {
  const char *name;
  gsize size;
} dtypes[] = {
  [LM_F32] = { "float32", 4 },
  [LM_F64] = { "float64", 8 },
  [LM_I32] = { "int32", 4 },
  [LM_I64] = { "int64", 8 },
  [LM_U8] = { "uint8", 1 },
};

gsize
lm_dtype_size (LmDtype dtype)
{
  g_assert ((guint) dtype < G_N_ELEMENTS (dtypes));
  return dtypes[dtype].size;
}

const char *
lm_dtype_name (LmDtype dtype)
{
  g_assert ((guint) dtype < G_N_ELEMENTS (dtypes));
  return dtypes[dtype].name;
}

LmTensor *
lm_tensor_new_take (LmDtype dtype,
                    const LmShape *shape,
                    void *data,
                    GDestroyNotify free_func,
                    gpointer free_data)
{
  LmTensor *self = g_new0 (LmTensor, 1);

  g_assert (!lm_shape_has_batch (shape));

  lm_ref_init (&self->ref);
  self->dtype = dtype;
  self->shape = *shape;
  self->data = data;
  self->free_func = free_func;
  self->free_data = free_data;
  return self;
}

LmTensor *
lm_tensor_new (LmDtype dtype,
               const LmShape *shape,
               GError **error)
{
  gsize n_bytes;
  void *data = NULL;

  g_assert (!lm_shape_has_batch (shape));

  if (!lm_shape_check (shape, 1, error))
    return NULL;

  if (!g_size_checked_mul (&n_bytes, (gsize) lm_shape_n_elements (shape, 1), lm_dtype_size (dtype)) ||
      (n_bytes >= LARGE && n_bytes > lm_memory_available ()) ||
      posix_memalign (&data, LM_ALIGN, n_bytes) != 0) {
    g_autofree char *text = lm_shape_to_tuple (shape);
    g_autofree char *free_text = g_format_size_full (lm_memory_available (), G_FORMAT_SIZE_IEC_UNITS);

    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
                 _ ("There is not enough memory for a tensor of the shape %s (%s): %s are free. Close other programs, or use less data or smaller layers."),
                 text, lm_dtype_name (dtype), free_text);
    return NULL;
  }

  memset (data, 0, n_bytes);
  return lm_tensor_new_take (dtype, shape, data, free, data);
}

/* As lm_tensor_new(), but aborts where g_malloc() would. */
static LmTensor *
tensor_new_or_abort (LmDtype dtype,
                     const LmShape *shape)
{
  g_autoptr (GError) error = NULL;
  LmTensor *self = lm_tensor_new (dtype, shape, &error);

  if (self == NULL)
    g_error ("%s", error->message);
  return self;
}

LmTensor *
lm_tensor_new_copy (LmDtype dtype,
                    const LmShape *shape,
                    const void *data)
{
  LmTensor *self = tensor_new_or_abort (dtype, shape);

  memcpy (self->data, data, lm_tensor_n_bytes (self));
  return self;
}

LmTensor *
lm_tensor_ref (LmTensor *self)
{
  lm_ref_inc (&self->ref);
  return self;
}

void
lm_tensor_unref (LmTensor *self)
{
  if (self == NULL || !lm_ref_dec (&self->ref))
    return;

  if (self->free_func != NULL)
    self->free_func (self->free_data);
  g_free (self);
}

gint64
lm_tensor_n_elements (const LmTensor *self)
{
  return lm_shape_n_elements (&self->shape, 1);
}

gsize
lm_tensor_n_bytes (const LmTensor *self)
{
  return (gsize) lm_tensor_n_elements (self) * lm_dtype_size (self->dtype);
}

double
lm_tensor_get (const LmTensor *self,
               gint64 i)
{
  switch (self->dtype) {
  case LM_F32:
    return (double) ((const float *) self->data)[i];
  case LM_F64:
    return ((const double *) self->data)[i];
  case LM_I32:
    return ((const gint32 *) self->data)[i];
  case LM_I64:
    return (double) ((const gint64 *) self->data)[i];
  case LM_U8:
    return ((const guint8 *) self->data)[i];
  default:
    g_assert_not_reached ();
  }
}

#define CONVERT(type)            \
  for (gint64 i = 0; i < n; i++) \
  out[i] = (float) ((const type *) self->data)[i]

LmTensor *
lm_tensor_to_f32 (LmTensor *self)
{
  gint64 n = lm_tensor_n_elements (self);
  LmTensor *copy;
  float *out;

  if (self->dtype == LM_F32)
    return lm_tensor_ref (self);

  copy = tensor_new_or_abort (LM_F32, &self->shape);
  out = lm_tensor_f32 (copy);
  switch (self->dtype) {
  case LM_F64:
    CONVERT (double);
    break;
  case LM_I32:
    CONVERT (gint32);
    break;
  case LM_I64:
    CONVERT (gint64);
    break;
  case LM_U8:
    CONVERT (guint8);
    break;
  default:
    g_assert_not_reached ();
  }
  return copy;
}

gboolean
lm_tensor_range (const LmTensor *self,
                 double *min,
                 double *max)
{
  gint64 n = lm_tensor_n_elements (self);
  double low = INFINITY;
  double high = -INFINITY;

  for (gint64 i = 0; i < n; i++) {
    double x = lm_tensor_get (self, i);

    if (!isfinite (x))
      continue;
    low = MIN (low, x);
    high = MAX (high, x);
  }

  if (low > high)
    return FALSE;

  *min = low;
  *max = high;
  return TRUE;
}
