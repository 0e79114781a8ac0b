/* lm-tensor.h: numbers with a type and a shape
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-ref.h"
#include "lm-shape.h"

G_BEGIN_DECLS

typedef enum {
  LM_F32,
  LM_F64,
  LM_I32,
  LM_I64,
  LM_U8,
} LmDtype;

/* Bytes of one element. */
gsize lm_dtype_size (LmDtype dtype);

/* “float32”, “int64”, …; a static string. */
const char *lm_dtype_name (LmDtype dtype);

/**
 * LmTensor:
 * @shape: bound: no symbolic sizes
 * @data: row-major, contiguous, aligned to 64 bytes if owned
 *
 * Reference-counted; the data of a tensor that more than one owner holds is
 * never written. Thread: reference counts any, data as its owners agree.
 */
typedef struct {
  LmRef ref;
  LmDtype dtype;
  LmShape shape;
  void *data;
  GDestroyNotify free_func;
  gpointer free_data;
} LmTensor;

/* Returns: (transfer full): zeroed; %NULL with %LM_ERROR_LIMIT set if the memory cannot be had. */
LmTensor *lm_tensor_new (LmDtype dtype, const LmShape *shape, GError **error);

/* Returns: (transfer full): a copy of @data; aborts as g_malloc() when out of memory, so only for small sizes. */
LmTensor *lm_tensor_new_copy (LmDtype dtype, const LmShape *shape, const void *data);

/* Returns: (transfer full): wraps @data and calls @free_func (@free_data) at the end. */
LmTensor *lm_tensor_new_take (LmDtype dtype, const LmShape *shape, void *data, GDestroyNotify free_func, gpointer free_data);

LmTensor *lm_tensor_ref (LmTensor *self);
void lm_tensor_unref (LmTensor *self);

gint64 lm_tensor_n_elements (const LmTensor *self);
gsize lm_tensor_n_bytes (const LmTensor *self);

/* Element @i in row-major order, whatever the type. */
double lm_tensor_get (const LmTensor *self, gint64 i);

static inline float *
lm_tensor_f32 (const LmTensor *self)
{
  return (float *) self->data;
}

/* Returns: (transfer full): the same numbers as float32; @self with a reference more if it is that already. */
LmTensor *lm_tensor_to_f32 (LmTensor *self);

/* Smallest and largest finite element; FALSE if there is none. */
gboolean lm_tensor_range (const LmTensor *self, double *min, double *max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmTensor, lm_tensor_unref)

G_END_DECLS
