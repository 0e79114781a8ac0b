/* lm-dataset-memory.c: data sets whose samples lie in memory as arrays
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-dataset.h"

#include "lm-rng.h"

#include <string.h>

/* Up to this many bytes are hashed at each end of an array, and a block every so often between. */
#define HASH_ENDS ((gsize) 1 << 20)
#define HASH_BLOCKS 1024
#define HASH_BLOCK 64

static gboolean
memory_read (const LmDataset *self,
             LmPart part,
             const guint32 *index,
             gsize n,
             int column,
             void *out,
             GError **error)
{
  LmTensor *const *tensors = self->impl; /* part · n_columns + column */
  const guint8 *src = tensors[(int) part * self->n_columns + column]->data;
  gsize bytes = lm_column_bytes (&self->columns[column]);
  guint8 *dst = out;

  for (gsize i = 0; i < n; i++, dst += bytes)
    memcpy (dst, src + index[i] * bytes, bytes);
  return TRUE;
}

static void
memory_free (LmDataset *self)
{
  LmTensor **tensors = self->impl;

  for (int i = 0; i < LM_N_PARTS * self->n_columns; i++) {
    if (tensors[i] != NULL)
      lm_tensor_unref (tensors[i]);
  }
  g_free (tensors);
}

static const LmDatasetClass memory_class = {
  .read = memory_read,
  .free = memory_free,
};

static guint64
hash_tensor (const LmTensor *tensor,
             guint64 hash)
{
  gsize n = lm_tensor_n_bytes (tensor);
  const guint8 *data = tensor->data;
  gsize step = n / HASH_BLOCKS;

  hash = lm_hash_bytes (&tensor->dtype, sizeof tensor->dtype, hash);
  hash = lm_hash_bytes (tensor->shape.dim, (gsize) tensor->shape.rank * sizeof (gint64), hash);
  if (n <= 2 * HASH_ENDS)
    return lm_hash_bytes (data, n, hash);
  hash = lm_hash_bytes (data, HASH_ENDS, hash);
  for (gsize at = HASH_ENDS; at + HASH_ENDS < n; at += step)
    hash = lm_hash_bytes (data + at, HASH_BLOCK, hash);
  return lm_hash_bytes (data + n - HASH_ENDS, HASH_ENDS, hash);
}

LmDataset *
lm_dataset_new_memory (const char *name,
                       int n_columns,
                       const LmColumn *columns,
                       LmTensor *const *tensors)
{
  gsize n_tensors = LM_N_PARTS * (gsize) n_columns;
  LmTensor **kept = g_new0 (LmTensor *, n_tensors);
  LmDataset *self = lm_dataset_new (&memory_class, kept, n_columns);
  guint64 hash = 0;

  self->name = g_strdup (name);
  for (int c = 0; c < n_columns; c++) {
    self->columns[c] = columns[c];
    self->columns[c].name = g_strdup (columns[c].name);
    self->columns[c].class_names = g_strdupv (columns[c].class_names);
    self->columns[c].description = g_strdup (columns[c].description);
    hash = lm_hash_bytes (columns[c].name, strlen (columns[c].name), hash);
  }
  for (gsize i = 0; i < n_tensors; i++) {
    LmColumn *column = &self->columns[i % (gsize) n_columns];
    gsize *n = &self->n_samples[i / (gsize) n_columns];
    LmTensor *tensor = tensors[i];

    hash = lm_hash_bytes (&i, sizeof i, hash);
    if (tensor == NULL) {
      g_assert (*n == 0);
      continue;
    }
    g_assert (tensor->dtype == LM_F32 || tensor->dtype == LM_I32 || tensor->dtype == LM_U8);
    g_assert (tensor->shape.rank >= 1 && tensor->shape.dim[0] <= G_MAXUINT32);
    g_assert (i % (gsize) n_columns == 0 || *n == (gsize) tensor->shape.dim[0]);
    *n = (gsize) tensor->shape.dim[0];
    column->dtype = tensor->dtype;
    column->sample.rank = tensor->shape.rank - 1;
    memcpy (column->sample.dim, tensor->shape.dim + 1, sizeof (gint64) * (gsize) column->sample.rank);
    kept[i] = lm_tensor_ref (tensor);
    hash = hash_tensor (tensor, hash);
  }
  for (gsize i = 0; i < n_tensors; i++) {
    if (tensors[i] != NULL) {
      const LmColumn *column = &self->columns[i % (gsize) n_columns];

      g_assert (column->dtype == tensors[i]->dtype);
      g_assert ((gint64) lm_column_size (column) == lm_shape_sample_size (&tensors[i]->shape));
    }
  }
  self->fingerprint = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", hash);
  return self;
}
