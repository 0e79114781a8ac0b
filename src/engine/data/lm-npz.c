/* lm-npz.c: writing .npy, and files of several arrays
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-npy.h"

#include "lm-archive.h"
#include "lm-i18n.h"

#include <string.h>

static const char magic[6] = { '\x93', 'N', 'U', 'M', 'P', 'Y' };

/* Everything before the numbers, padded so that they begin at a multiple of 64. */
static GString *
format_header (const LmTensor *tensor)
{
  static const char *const types[] = { [LM_F32] = "<f4", [LM_F64] = "<f8", [LM_I32] = "<i4", [LM_I64] = "<i8", [LM_U8] = "|u1" };
  GString *out = g_string_new_len (magic, sizeof magic);
  gsize length;

  g_string_append_len (out, "\1\0\0\0", 4);
  g_string_append_printf (out, "{'descr': '%s', 'fortran_order': False, 'shape': (", types[tensor->dtype]);
  for (int i = 0; i < tensor->shape.rank; i++)
    g_string_append_printf (out, i + 1 < tensor->shape.rank ? "%lld, " : "%lld", (long long) tensor->shape.dim[i]);
  g_string_append (out, tensor->shape.rank == 1 ? ",), }" : "), }");
  while (out->len % 64 != 63)
    g_string_append_c (out, ' ');
  g_string_append_c (out, '\n');
  length = out->len - 10;
  out->str[8] = (char) (length & 255);
  out->str[9] = (char) (length >> 8);
  return out;
}

GBytes *
lm_npy_format (const LmTensor *tensor)
{
  GString *out = format_header (tensor);
  gsize width = lm_dtype_size (tensor->dtype);
  gsize start = out->len;

  g_string_append_len (out, tensor->data, (gssize) lm_tensor_n_bytes (tensor));
  for (gsize i = start; G_BYTE_ORDER == G_BIG_ENDIAN && i < out->len; i += width) {
    for (gsize k = 0; k < width / 2; k++) {
      char swap = out->str[i + k];

      out->str[i + k] = out->str[i + width - 1 - k];
      out->str[i + width - 1 - k] = swap;
    }
  }
  return g_string_free_to_bytes (out);
}

gboolean
lm_npy_save (const char *path,
             const LmTensor *tensor,
             GError **error)
{
  g_autoptr (GBytes) bytes = lm_npy_format (tensor);
  g_autoptr (GError) reason = NULL;
  gsize n;
  const char *data = g_bytes_get_data (bytes, &n);

  if (g_file_set_contents_full (path, data, (gssize) n, G_FILE_SET_CONTENTS_CONSISTENT, 0666, &reason))
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("Cannot write “%s”: %s."), path, reason->message);
  return FALSE;
}

static void
npz_take (LmNpz *self,
          char *name,
          LmTensor *tensor)
{
  self->names = g_renew (char *, self->names, self->n + 1);
  self->tensors = g_renew (LmTensor *, self->tensors, self->n + 1);
  self->names[self->n] = name;
  self->tensors[self->n] = tensor;
  self->n++;
}

LmNpz *
lm_npz_load (const char *path,
             const char *shown,
             GError **error)
{
  g_autoptr (LmArchive) archive = lm_archive_open (path, shown, error);
  g_autoptr (LmNpz) self = g_new0 (LmNpz, 1);
  guint64 left = lm_archive_memory_limit ();
  const char *name;
  int status;

  if (archive == NULL)
    return NULL;
  while ((status = lm_archive_next (archive, &name, NULL, error)) == 1) {
    g_autofree char *what = g_strdup_printf (_ ("%s in %s"), name, shown);
    g_autoptr (GBytes) bytes = NULL;
    LmTensor *tensor;

    if (!g_str_has_suffix (name, ".npy"))
      continue;
    bytes = lm_archive_read (archive, left, error);
    if (bytes == NULL)
      return NULL;
    left -= MIN (left, g_bytes_get_size (bytes));
    tensor = lm_npy_parse (bytes, what, error);
    if (tensor == NULL)
      return NULL;
    npz_take (self, g_strndup (name, strlen (name) - 4), tensor);
  }
  if (status < 0)
    return NULL;
  if (self->n == 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("“%s” holds no arrays. Save them with numpy.savez (\"file.npz\", x=…, y=…)."), shown);
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
lm_npz_free (LmNpz *self)
{
  for (int i = 0; i < self->n; i++) {
    g_free (self->names[i]);
    lm_tensor_unref (self->tensors[i]);
  }
  g_free (self->names);
  g_free (self->tensors);
  g_free (self);
}

LmTensor *
lm_npz_find (const LmNpz *self,
             const char *name)
{
  for (int i = 0; i < self->n; i++) {
    if (strcmp (self->names[i], name) == 0)
      return self->tensors[i];
  }
  return NULL;
}

gboolean
lm_npz_save (const char *path,
             int n,
             const char *const *names,
             LmTensor *const *tensors,
             GError **error)
{
  g_autoptr (LmArchiveWriter) writer = lm_archive_writer_new (path, FALSE, error);

  if (writer == NULL)
    return FALSE;
  for (int i = 0; i < n; i++) {
    g_autofree char *name = g_strconcat (names[i], ".npy", NULL);
    g_autoptr (GBytes) bytes = lm_npy_format (tensors[i]);
    gsize size;
    const void *data = g_bytes_get_data (bytes, &size);

    if (!lm_archive_writer_add (writer, name, data, size, error))
      return FALSE;
  }
  return lm_archive_writer_close (writer, error);
}
