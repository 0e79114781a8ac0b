/* lm-safetensors.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-safetensors.h"

#include "lm-arena.h"
#include "lm-i18n.h"
#include "lm-json.h"
#include "lm-output.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file is a length of 8 bytes, so many bytes of JSON, and the numbers. */
#define PREFIX 8

/* --- Number types --------------------------------------------------------------- */

typedef enum {
  FLOAT,
  SIGNED,
  UNSIGNED,
  BRAIN_FLOAT,
} Kind;

static const struct {
  const char *name;
  Kind kind;
  gsize size;
} types[] = {
  { "F32", FLOAT, 4 },
  { "F64", FLOAT, 8 },
  { "F16", FLOAT, 2 },
  { "BF16", BRAIN_FLOAT, 2 },
  { "I64", SIGNED, 8 },
  { "I32", SIGNED, 4 },
  { "I16", SIGNED, 2 },
  { "I8", SIGNED, 1 },
  { "U64", UNSIGNED, 8 },
  { "U32", UNSIGNED, 4 },
  { "U16", UNSIGNED, 2 },
  { "U8", UNSIGNED, 1 },
  { "BOOL", UNSIGNED, 1 },
};

static float
float_of_bits (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* IEEE 754 binary16; subnormal numbers are multiples of 2⁻²⁴. */
static float
half_to_float (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000) << 16, exponent = (half >> 10) & 31, mantissa = half & 1023;

  if (exponent == 31)
    return float_of_bits (sign | 0x7f800000 | mantissa << 13);
  if (exponent > 0)
    return float_of_bits (sign | (exponent + 112) << 23 | mantissa << 13);
  return (sign != 0 ? -1.0f : 1.0f) * (float) mantissa * 0x1p-24f;
}

static guint64
read_unsigned (const guint8 *data,
               gsize size)
{
  guint64 value = 0;

  for (gsize i = 0; i < size; i++)
    value |= (guint64) data[i] << (8 * i);
  return value;
}

static float
convert (const guint8 *data,
         Kind kind,
         gsize size)
{
  guint64 bits = read_unsigned (data, size);
  double wide;

  switch (kind) {
  case FLOAT:
    if (size == 4)
      return float_of_bits ((guint32) bits);
    if (size == 2)
      return half_to_float ((guint16) bits);
    memcpy (&wide, &bits, sizeof wide);
    return (float) wide;
  case BRAIN_FLOAT:
    return float_of_bits ((guint32) bits << 16);
  case SIGNED:
    return (float) ((gint64) (bits << (64 - 8 * size)) >> (64 - 8 * size));
  case UNSIGNED:
  default:
    return (float) bits;
  }
}

/* --- Reading ---------------------------------------------------------------------- */

typedef struct {
  const char *name; /* of the document */
  int type;
  LmShape shape;
  gsize begin;
  gsize end;
} Entry;

static gboolean
fail (GError **error,
      const char *shown,
      const char *what)
{
  g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” is no safetensors file, or it is damaged: %s. Get it again from where it came."), shown, what);
  return FALSE;
}

static gboolean
read_shape (const LmJsonAt *at,
            const char *shown,
            LmShape *shape,
            GError **error)
{
  gsize n;

  if (!lm_json_expect (at, LM_JSON_ARRAY, error))
    return FALSE;
  n = lm_json_length (at);
  *shape = LM_SCALAR;
  if (n > LM_MAX_RANK) {
    g_autofree char *path = lm_json_path (at);

    g_set_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED, _ ("“%s” holds an array of %zu axes (%s); weights have %d at most."), shown, n, path, LM_MAX_RANK);
    return FALSE;
  }
  for (gsize i = 0; i < n; i++) {
    LmJsonAt size = lm_json_element (at, i);

    if (!lm_json_get_int (&size, 1, LM_MAX_ELEMENTS, &shape->dim[shape->rank++], error))
      return FALSE;
  }
  return lm_shape_check (shape, 1, error) || lm_json_prefix (at, error);
}

/* One tensor of the header; its place must lie in the @n bytes of numbers and be as long as shape and type say. */
static gboolean
read_entry (const LmJsonAt *at,
            const char *shown,
            gsize n,
            Entry *entry,
            GError **error)
{
  LmJsonAt type, shape, offsets, offset[2];
  const char *name;
  gint64 begin, end;

  if (!lm_json_require (at, "dtype", &type, error) || !lm_json_require (at, "shape", &shape, error) || !lm_json_require (at, "data_offsets", &offsets, error))
    return FALSE;
  name = lm_json_get_string (&type, error);
  if (name == NULL || !read_shape (&shape, shown, &entry->shape, error) || !lm_json_expect (&offsets, LM_JSON_ARRAY, error))
    return FALSE;
  for (entry->type = 0; entry->type < (int) G_N_ELEMENTS (types) && strcmp (types[entry->type].name, name) != 0;)
    entry->type++;
  if (entry->type == (int) G_N_ELEMENTS (types)) {
    g_set_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED, _ ("“%s” holds numbers of the type %s in “%s”. Convert them to F32 first."), shown, name, entry->name);
    return FALSE;
  }
  if (lm_json_length (&offsets) != 2)
    return lm_json_fail (&offsets, error, LM_ERROR_FORMAT, _ ("%zu offsets were found where begin and end were expected."), lm_json_length (&offsets));
  offset[0] = lm_json_element (&offsets, 0);
  offset[1] = lm_json_element (&offsets, 1);
  if (!lm_json_get_int (&offset[0], 0, (gint64) n, &begin, error) || !lm_json_get_int (&offset[1], begin, (gint64) n, &end, error))
    return FALSE;
  if (end - begin != lm_shape_n_elements (&entry->shape, 1) * (gint64) types[entry->type].size)
    return lm_json_fail (&offsets, error, LM_ERROR_FORMAT, _ ("%" PRId64 " bytes were found where type and shape make %" PRId64 "."), end - begin,
                         lm_shape_n_elements (&entry->shape, 1) * (gint64) types[entry->type].size);
  entry->begin = (gsize) begin;
  entry->end = (gsize) end;
  return TRUE;
}

static int
compare_entries (const void *a,
                 const void *b)
{
  const Entry *x = a, *y = b;

  return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* (transfer full) (element-type Entry): by place, without gaps and overlaps. */
static GArray *
read_entries (const LmJsonAt *root,
              const char *shown,
              gsize n,
              GError **error)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  gsize end = 0;

  if (!lm_json_expect (root, LM_JSON_OBJECT, error))
    return NULL;
  for (gsize i = 0; i < lm_json_length (root); i++) {
    LmJsonAt at = lm_json_element (root, i);
    Entry entry = { .name = at.key };

    if (strcmp (entry.name, "__metadata__") == 0)
      continue;
    if (!read_entry (&at, shown, n, &entry, error))
      return NULL;
    g_array_append_val (entries, entry);
  }
  g_array_sort (entries, compare_entries);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = &g_array_index (entries, Entry, i);

    if (entry->begin != end) {
      fail (error, shown, entry->begin < end ? _ ("two arrays overlap") : _ ("there is a gap between two arrays"));
      return NULL;
    }
    end = entry->end;
  }
  if (end != n) {
    fail (error, shown, _ ("there are more bytes than its arrays need"));
    return NULL;
  }
  return g_steal_pointer (&entries);
}

static gboolean
add_entry (LmSnapshot *snapshot,
           const Entry *entry,
           const guint8 *data,
           GError **error)
{
  g_autoptr (LmTensor) tensor = lm_tensor_new (LM_F32, &entry->shape, error);
  gsize size = types[entry->type].size;
  gint64 n = lm_shape_n_elements (&entry->shape, 1);
  float *out;

  if (tensor == NULL)
    return FALSE;
  out = lm_tensor_f32 (tensor);
  for (gint64 i = 0; i < n; i++)
    out[i] = convert (data + (gsize) i * size, types[entry->type].kind, size);
  return lm_snapshot_add (snapshot, NULL, entry->name, LM_SLOT_WEIGHT, TRUE, tensor, NULL, error);
}

LmSnapshot *
lm_safetensors_parse (GBytes *bytes,
                      const char *shown,
                      GError **error)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);
  guint64 header = n >= PREFIX ? read_unsigned (data, PREFIX) : 0;
  g_autoptr (LmJson) json = NULL;
  g_autoptr (GArray) entries = NULL;
  g_autoptr (LmSnapshot) snapshot = NULL;
  LmJsonAt root;

  if (n < PREFIX || header < 2 || header > n - PREFIX || data[PREFIX] != '{') {
    fail (error, shown, _ ("its header is not there"));
    return NULL;
  }
  if (header > LM_JSON_MAX_BYTES) {
    fail (error, shown, _ ("its header is longer than any that makes sense"));
    return NULL;
  }
  json = lm_json_parse ((const char *) data + PREFIX, (gssize) header, shown, error);
  if (json == NULL)
    return NULL;
  root = lm_json_root (json);
  entries = read_entries (&root, shown, n - PREFIX - (gsize) header, error);
  if (entries == NULL)
    return NULL;

  snapshot = lm_snapshot_new (0);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = &g_array_index (entries, Entry, i);

    if (!add_entry (snapshot, entry, data + PREFIX + header + entry->begin, error))
      return NULL;
  }
  lm_snapshot_seal (snapshot);
  return g_steal_pointer (&snapshot);
}

static gboolean
read_all (int fd,
          guint8 *data,
          gsize n)
{
  gsize done = 0;

  while (done < n) {
    gssize got = read (fd, data + done, n - done);

    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return FALSE;
    done += (gsize) got;
  }
  return TRUE;
}

/* Opens what is a file and fits into memory; −1 with an error set. */
static int
open_file (const char *path,
           const char *shown,
           gsize *n,
           GError **error)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  int code = errno;
  struct stat info;

  if (fd < 0) {
    g_set_error (error, LM_ERROR, code == ENOENT ? LM_ERROR_NOT_FOUND : LM_ERROR_IO, _ ("“%s” cannot be read: %s."), shown, g_strerror (code));
    return -1;
  }
  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” is not a file. Name a .safetensors file."), shown);
  else if ((guint64) info.st_size > lm_memory_available () / 2)
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("“%s” has %" PRId64 " bytes, more than there is memory for. Close other programs."), shown, (gint64) info.st_size);
  else {
    *n = (gsize) info.st_size;
    return fd;
  }
  close (fd);
  return -1;
}

LmSnapshot *
lm_safetensors_load (const char *path,
                     const char *shown,
                     GError **error)
{
  gsize n;
  int fd = open_file (path, shown, &n, error);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree guint8 *data = NULL;
  gboolean good;

  if (fd < 0)
    return NULL;
  data = g_try_malloc (n + 1);
  good = data != NULL && read_all (fd, data, n);
  close (fd);
  if (!good) {
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” cannot be read: %s."), shown, g_strerror (data == NULL ? ENOMEM : errno));
    return NULL;
  }
  bytes = g_bytes_new_take (g_steal_pointer (&data), n);
  return lm_safetensors_parse (bytes, shown, error);
}

/* --- Writing ------------------------------------------------------------------------- */

static gint64
slot_bytes (const LmSnapshotSlot *slot)
{
  return lm_shape_n_elements (&slot->shape, 1) * (gint64) sizeof (float);
}

/* (transfer full): length and JSON, padded with blanks so that the numbers begin at a multiple of 8. */
static GString *
format_header (const LmSnapshot *snapshot)
{
  LmJsonWriter *writer = lm_json_writer_new (FALSE);
  GString *out = g_string_new (NULL);
  g_autofree char *json = NULL;
  gint64 offset = 0;
  gsize length;

  lm_json_begin_object (writer, NULL);
  for (int i = 0; i < snapshot->n_slots; i++) {
    const LmSnapshotSlot *slot = &snapshot->slots[i];

    lm_json_begin_object (writer, slot->name_path != NULL ? slot->name_path : slot->path);
    lm_json_put_string (writer, "dtype", "F32");
    lm_json_begin_array (writer, "shape");
    for (int k = 0; k < slot->shape.rank; k++)
      lm_json_put_int (writer, NULL, slot->shape.dim[k]);
    lm_json_end (writer);
    lm_json_begin_array (writer, "data_offsets");
    lm_json_put_int (writer, NULL, offset);
    offset += slot_bytes (slot);
    lm_json_put_int (writer, NULL, offset);
    lm_json_end (writer);
    lm_json_end (writer);
  }
  lm_json_end (writer);
  json = lm_json_writer_end (writer);

  length = (strlen (json) + PREFIX - 1) / PREFIX * PREFIX;
  for (int i = 0; i < PREFIX; i++)
    g_string_append_c (out, (char) ((guint64) length >> (8 * i)));
  g_string_append (out, json);
  while (out->len < PREFIX + length)
    g_string_append_c (out, ' ');
  return out;
}

GBytes *
lm_safetensors_format (const LmSnapshot *snapshot)
{
  GString *header = format_header (snapshot);
  gsize at = header->len, n = at;
  guint8 *data;

  for (int i = 0; i < snapshot->n_slots; i++)
    n += (gsize) slot_bytes (&snapshot->slots[i]);
  data = g_malloc (n);
  memcpy (data, header->str, at);
  g_string_free (header, TRUE);
  for (int i = 0; i < snapshot->n_slots; i++) {
    g_autoptr (LmTensor) tensor = lm_snapshot_get (snapshot, i, -1);

    memcpy (data + at, tensor->data, lm_tensor_n_bytes (tensor));
    at += lm_tensor_n_bytes (tensor);
  }
  return g_bytes_new_take (data, n);
}

gboolean
lm_safetensors_save (const char *path,
                     const LmSnapshot *snapshot,
                     GError **error)
{
  GString *header = format_header (snapshot);
  LmOutput *out = lm_output_new (path, error);
  gboolean good = out != NULL && lm_output_write (out, header->str, header->len);

  g_string_free (header, TRUE);
  for (int i = 0; good && i < snapshot->n_slots; i++) {
    g_autoptr (LmTensor) tensor = lm_snapshot_get (snapshot, i, -1);

    good = lm_output_write (out, tensor->data, lm_tensor_n_bytes (tensor));
  }
  return out != NULL && lm_output_close (out, error);
}
