/* lm-dataset.c: what all data sets have in common
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-dataset.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

/* Raw bytes are turned into floats by way of a buffer of this size on the stack. */
#define CHUNK ((gsize) 16384)

static const char *const part_names[] = { "train", "validation", "test" };

const char *
lm_part_name (LmPart part)
{
  g_assert ((int) part >= 0 && part < LM_N_PARTS);
  return part_names[part];
}

gboolean
lm_part_parse (const char *text,
               LmPart *part,
               GError **error)
{
  if (strcmp (text, "train") == 0 || strcmp (text, "training") == 0)
    *part = LM_PART_TRAIN;
  else if (strcmp (text, "validation") == 0 || strcmp (text, "val") == 0 || strcmp (text, "valid") == 0)
    *part = LM_PART_VALIDATION;
  else if (strcmp (text, "test") == 0)
    *part = LM_PART_TEST;
  else {
    g_set_error (error, LM_ERROR, LM_ERROR_USAGE,
                 _ ("There is no part “%s” of a data set. Choose train, validation or test."), text);
    return FALSE;
  }
  return TRUE;
}

LmDataset *
lm_dataset_new (const LmDatasetClass *klass,
                void *impl,
                int n_columns)
{
  LmDataset *self = g_new0 (LmDataset, 1);

  lm_ref_init (&self->ref);
  self->klass = klass;
  self->impl = impl;
  self->validation_share = 0.1;
  self->n_columns = n_columns;
  self->columns = g_new0 (LmColumn, n_columns);
  return self;
}

LmDataset *
lm_dataset_ref (LmDataset *self)
{
  lm_ref_inc (&self->ref);
  return self;
}

void
lm_dataset_unref (LmDataset *self)
{
  if (!lm_ref_dec (&self->ref))
    return;
  self->klass->free (self);
  for (int i = 0; i < self->n_columns; i++) {
    g_free (self->columns[i].name);
    g_strfreev (self->columns[i].class_names);
    g_free (self->columns[i].description);
  }
  g_free (self->columns);
  g_free (self->name);
  g_free (self->spec);
  g_free (self->fingerprint);
  g_free (self->description);
  g_strfreev (self->notes);
  g_free (self);
}

LmPart
lm_dataset_default_part (const LmDataset *self)
{
  if (lm_dataset_has (self, LM_PART_VALIDATION))
    return LM_PART_VALIDATION;
  return lm_dataset_has (self, LM_PART_TRAIN) ? LM_PART_TRAIN : LM_PART_TEST;
}

gsize
lm_column_size (const LmColumn *self)
{
  return (gsize) lm_shape_product (&self->sample, 0, self->sample.rank);
}

gsize
lm_column_bytes (const LmColumn *self)
{
  return lm_column_size (self) * lm_dtype_size (self->dtype);
}

char *
lm_column_class_name (const LmColumn *self,
                      int i)
{
  if (self->class_names != NULL && i >= 0 && i < self->n_classes)
    return g_strdup (self->class_names[i]);
  return g_strdup_printf ("%d", i);
}

/* The numbers 0 … n − 1 for a caller who gave no list, a piece at a time. */
static gboolean
read_all (const LmDataset *self,
          LmPart part,
          gsize n,
          int column,
          guint8 *out,
          GError **error)
{
  guint32 index[256];
  gsize bytes = lm_column_bytes (&self->columns[column]);

  for (gsize done = 0; done < n;) {
    gsize piece = MIN (n - done, G_N_ELEMENTS (index));

    for (gsize i = 0; i < piece; i++)
      index[i] = (guint32) (done + i);
    if (!self->klass->read (self, part, index, piece, column, out + done * bytes, error))
      return FALSE;
    done += piece;
  }
  return TRUE;
}

gboolean
lm_dataset_read (const LmDataset *self,
                 LmPart part,
                 const guint32 *index,
                 gsize n,
                 int column,
                 void *out,
                 GError **error)
{
  g_assert ((int) part >= 0 && part < LM_N_PARTS);
  g_assert (column >= 0 && column < self->n_columns);
  if (index == NULL) {
    g_assert (n <= self->n_samples[part]);
    return read_all (self, part, n, column, out, error);
  }
  for (gsize i = 0; i < n; i++)
    g_assert (index[i] < self->n_samples[part]);
  return self->klass->read (self, part, index, n, column, out, error);
}

static void
widen (const guint8 *restrict src,
       gsize n,
       float *restrict out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = src[i];
}

/* Small samples by way of the stack, several at a time. A sample that is too large for it by way of the end of its own
 * place in @out, and from there by way of the stack: what is written never overtakes what is still to be read. */
static gboolean
read_bytes_as_f32 (const LmDataset *self,
                   LmPart part,
                   const guint32 *index,
                   gsize n,
                   int column,
                   float *out,
                   GError **error)
{
  guint8 buffer[CHUNK];
  gsize size = lm_column_size (&self->columns[column]);
  gsize at_once = MAX (1, CHUNK / size);

  for (gsize done = 0; done < n;) {
    gsize piece = MIN (at_once, n - done);
    float *place = out + done * size;
    guint8 *raw = size <= CHUNK ? buffer : (guint8 *) (place + size) - size;

    if (!lm_dataset_read (self, part, index + done, piece, column, raw, error))
      return FALSE;
    if (raw == buffer)
      widen (buffer, piece * size, place);
    for (gsize at = 0; raw != buffer && at < size; at += CHUNK) {
      memcpy (buffer, raw + at, MIN (CHUNK, size - at));
      widen (buffer, MIN (CHUNK, size - at), place + at);
    }
    done += piece;
  }
  return TRUE;
}

gboolean
lm_dataset_read_f32 (const LmDataset *self,
                     LmPart part,
                     const guint32 *index,
                     gsize n,
                     int column,
                     float *out,
                     GError **error)
{
  const LmColumn *c = &self->columns[column];
  gsize total = n * lm_column_size (c);

  if (c->dtype == LM_U8) {
    guint32 all[256];

    if (index != NULL)
      return read_bytes_as_f32 (self, part, index, n, column, out, error);
    for (gsize done = 0; done < n;) {
      gsize piece = MIN (n - done, G_N_ELEMENTS (all));

      for (gsize i = 0; i < piece; i++)
        all[i] = (guint32) (done + i);
      if (!read_bytes_as_f32 (self, part, all, piece, column, out + done * lm_column_size (c), error))
        return FALSE;
      done += piece;
    }
    return TRUE;
  }
  if (!lm_dataset_read (self, part, index, n, column, out, error))
    return FALSE;
  for (gsize i = 0; c->dtype == LM_I32 && i < total; i++) {
    gint32 value;

    memcpy (&value, out + i, sizeof value);
    out[i] = (float) value;
  }
  return TRUE;
}

gboolean
lm_dataset_read_i32 (const LmDataset *self,
                     LmPart part,
                     const guint32 *index,
                     gsize n,
                     int column,
                     gint32 *out,
                     GError **error)
{
  const LmColumn *c = &self->columns[column];
  gsize size = lm_column_size (c);
  guint8 *raw = (guint8 *) out + (c->dtype == LM_U8 ? 3 * n * size : 0);

  if (!lm_dataset_read (self, part, index, n, column, raw, error))
    return FALSE;
  for (gsize i = 0; c->dtype == LM_U8 && i < n * size; i++) {
    gint32 value = raw[i];

    out[i] = value;
  }
  for (gsize i = 0; c->dtype == LM_F32 && i < n * size; i++) {
    float value;

    memcpy (&value, out + i, sizeof value);
    if (!(value >= -2147483648.0F && value < 2147483648.0F) || value != floorf (value)) {
      guint32 sample = index != NULL ? index[i / size] : (guint32) (i / size);

      g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                   _ ("“%s” is %g in %s sample %u, but class numbers are whole. Choose a loss for numbers, or save whole class numbers."),
                   c->name, (double) value, lm_part_name (part), sample);
      return FALSE;
    }
    out[i] = (gint32) value;
  }
  return TRUE;
}

LmTensor *
lm_dataset_sample (const LmDataset *self,
                   LmPart part,
                   guint32 i,
                   int column,
                   GError **error)
{
  g_autoptr (LmTensor) tensor = lm_tensor_new (LM_F32, &self->columns[column].sample, error);

  if (tensor == NULL || !lm_dataset_read_f32 (self, part, &i, 1, column, lm_tensor_f32 (tensor), error))
    return NULL;
  return g_steal_pointer (&tensor);
}

char *
lm_dataset_sample_name (const LmDataset *self,
                        LmPart part,
                        guint32 i)
{
  char *name = self->klass->sample_name != NULL ? self->klass->sample_name (self, part, i) : NULL;

  if (name != NULL)
    return name;
  switch (part) {
  case LM_PART_TRAIN:
    return g_strdup_printf (_ ("training %u"), i);
  case LM_PART_VALIDATION:
    return g_strdup_printf (_ ("validation %u"), i);
  case LM_PART_TEST:
    return g_strdup_printf (_ ("test %u"), i);
  default:
    g_assert_not_reached ();
  }
}

int
lm_dataset_column (const LmDataset *self,
                   const char *name)
{
  for (int i = 0; i < self->n_columns; i++) {
    if (strcmp (self->columns[i].name, name) == 0)
      return i;
  }
  return -1;
}

int
lm_dataset_first (const LmDataset *self,
                  LmRole role)
{
  for (int i = 0; i < self->n_columns; i++) {
    if (self->columns[i].role == role)
      return i;
  }
  return -1;
}

int
lm_dataset_count (const LmDataset *self,
                  LmRole role)
{
  int n = 0;

  for (int i = 0; i < self->n_columns; i++)
    n += self->columns[i].role == role;
  return n;
}

/* (transfer full): “x”, “mask” */
static char *
list_columns (const LmDataset *self,
              LmRole role)
{
  GString *out = g_string_new (NULL);

  for (int i = 0; i < self->n_columns; i++) {
    if (self->columns[i].role == role)
      g_string_append_printf (out, "%s“%s”", out->len > 0 ? ", " : "", self->columns[i].name);
  }
  return g_string_free (out, FALSE);
}

static int
find_column (const LmDataset *self,
             LmRole role,
             const char *name,
             gboolean is_only)
{
  int i = lm_dataset_column (self, name);

  if (i >= 0 && self->columns[i].role == role)
    return i;
  return is_only && lm_dataset_count (self, role) == 1 ? lm_dataset_first (self, role) : -1;
}

int
lm_dataset_find_input (const LmDataset *self,
                       const char *input,
                       gboolean is_only,
                       const LmShape *shape,
                       GError **error)
{
  int i = find_column (self, LM_ROLE_INPUT, input, is_only);
  int first = lm_shape_has_batch (shape) ? 1 : 0;
  g_autofree char *names = list_columns (self, LM_ROLE_INPUT);
  g_autofree char *have = NULL;
  g_autofree char *want = NULL;
  LmShape inner = { .rank = shape->rank - first };

  if (i < 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("The data “%s” have no column for the input “%s”; there is %s. Give the Input the name of a column."),
                 self->name, input, names);
    return -1;
  }
  if ((gint64) lm_column_size (&self->columns[i]) == lm_shape_product (shape, first, shape->rank))
    return i;
  memcpy (inner.dim, shape->dim + first, (gsize) inner.rank * sizeof (gint64));
  have = lm_shape_to_string (&self->columns[i].sample);
  want = lm_shape_to_string (&inner);
  if (self->columns[i].is_picture)
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("The pictures of “%s” are %s, but the input “%s” takes %s. Change the shape of the Input, or the size of the pictures."),
                 self->name, have, input, want);
  else
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("The samples of “%s” in “%s” are %s, but the input “%s” takes %s. Change the shape of the Input."),
                 self->columns[i].name, self->name, have, input, want);
  return -1;
}

int
lm_dataset_find_target (const LmDataset *self,
                        const char *output,
                        gboolean is_only,
                        GError **error)
{
  int i = find_column (self, LM_ROLE_TARGET, output, is_only);
  g_autofree char *names = list_columns (self, LM_ROLE_TARGET);

  if (i >= 0)
    return i;
  if (lm_dataset_count (self, LM_ROLE_TARGET) == 0)
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("The data “%s” have no targets, so nothing can be learned or measured. Add them, in an .npz as “y”."), self->name);
  else
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("The data “%s” have no target for the output “%s”; there is %s. Choose one of these in the training settings."),
                 self->name, output, names);
  return -1;
}

gboolean
lm_dataset_class_counts (const LmDataset *self,
                         LmPart part,
                         int column,
                         gint64 *counts,
                         GError **error)
{
  const LmColumn *c = &self->columns[column];
  gint32 labels[1024];
  guint32 index[1024];

  g_assert (c->n_classes > 0 && lm_column_size (c) == 1);
  memset (counts, 0, (gsize) c->n_classes * sizeof *counts);
  for (gsize done = 0; done < self->n_samples[part];) {
    gsize piece = MIN (self->n_samples[part] - done, G_N_ELEMENTS (labels));

    for (gsize i = 0; i < piece; i++)
      index[i] = (guint32) (done + i);
    if (!lm_dataset_read_i32 (self, part, index, piece, column, labels, error))
      return FALSE;
    for (gsize i = 0; i < piece; i++) {
      if (labels[i] >= 0 && labels[i] < c->n_classes)
        counts[labels[i]]++;
    }
    done += piece;
  }
  return TRUE;
}
