/* lm-npy.c: NumPy's array files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-npy.h"

#include "lm-archive.h"
#include "lm-i18n.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* A header longer than this is no honest one: NumPy itself refuses above 10,000. */
#define MAX_HEADER (1 << 20)

static const char magic[6] = { '\x93', 'N', 'U', 'M', 'P', 'Y' };

/* What the header says. @kind: b, i, u, f as in NumPy's type strings; @width in bytes. */
typedef struct {
  char kind;
  int width;
  gboolean swapped;
  gboolean fortran;
  LmShape shape;
  gboolean has_descr;
  gboolean has_order;
  gboolean has_shape;
} NpyHeader;

/* A walk over the header's text, a Python dict. */
typedef struct {
  const char *at;
  const char *end;
  const char *shown;
} Cursor;

static gboolean
fail_header (const Cursor *c,
             GError **error)
{
  g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
               _ ("Cannot read “%s”: its NumPy header is damaged. Save the array again with numpy.save."), c->shown);
  return FALSE;
}

static void
skip_blanks (Cursor *c)
{
  while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\t' || *c->at == '\r'))
    c->at++;
}

static gboolean
take (Cursor *c,
      char wanted)
{
  skip_blanks (c);
  if (c->at == c->end || *c->at != wanted)
    return FALSE;
  c->at++;
  return TRUE;
}

/* A quoted text of plain letters, without escapes. */
static gboolean
take_text (Cursor *c,
           char *out,
           gsize room)
{
  char quote;
  gsize n = 0;

  skip_blanks (c);
  if (c->at == c->end || (*c->at != '\'' && *c->at != '"'))
    return FALSE;
  quote = *c->at++;
  while (c->at < c->end && *c->at != quote) {
    if (n + 1 == room || *c->at == '\\' || !g_ascii_isprint (*c->at))
      return FALSE;
    out[n++] = *c->at++;
  }
  if (c->at == c->end)
    return FALSE;
  c->at++;
  out[n] = '\0';
  return TRUE;
}

static gboolean
take_word (Cursor *c,
           const char *word)
{
  gsize n = strlen (word);

  skip_blanks (c);
  if ((gsize) (c->end - c->at) < n || strncmp (c->at, word, n) != 0)
    return FALSE;
  c->at += n;
  return TRUE;
}

static gboolean
parse_type (NpyHeader *h,
            const Cursor *c,
            const char *text,
            GError **error)
{
  const char *t = text;
  char order = '=';
  gint64 width = 1;

  if (*t != '\0' && strchr ("<>=|", *t) != NULL)
    order = *t++;
  h->kind = *t == '?' ? 'b' : *t;
  if (*t != '\0')
    t++;
  if (*t != '\0')
    width = g_ascii_isdigit (*t) ? g_ascii_strtoll (t, NULL, 10) : -1;
  h->width = width > 0 && width < 64 ? (int) width : 0;
  h->swapped = h->width > 1 && (order == '>' || (G_BYTE_ORDER == G_BIG_ENDIAN && order == '<'));
  if (G_BYTE_ORDER == G_BIG_ENDIAN && order == '>')
    h->swapped = FALSE;
  switch (h->kind) {
  case 'b':
    if (h->width == 1)
      return TRUE;
    break;
  case 'i':
  case 'u':
    if (h->width == 1 || h->width == 2 || h->width == 4 || h->width == 8)
      return TRUE;
    break;
  case 'f':
    if (h->width == 2 || h->width == 4 || h->width == 8)
      return TRUE;
    break;
  default:
    break;
  }
  g_set_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED,
               _ ("“%s” holds elements of NumPy type “%s”, but Lamina reads whole and floating-point numbers. Convert it with astype (\"float32\")."),
               c->shown, text);
  return FALSE;
}

/* Sizes without a limit but that of 64 bits: what they mean is judged later. */
static gboolean
parse_shape (NpyHeader *h,
             Cursor *c,
             GError **error)
{
  if (!take (c, '('))
    return fail_header (c, error);
  h->shape.rank = 0;
  while (!take (c, ')')) {
    char *stop = NULL;
    guint64 size;

    skip_blanks (c);
    if (c->at == c->end || !g_ascii_isdigit (*c->at))
      return fail_header (c, error);
    errno = 0;
    size = g_ascii_strtoull (c->at, &stop, 10);
    if (errno != 0 || size > G_MAXINT64 || stop > c->end)
      return fail_header (c, error);
    c->at = stop;
    take (c, 'L');
    if (h->shape.rank == LM_MAX_RANK) {
      g_set_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED,
                   _ ("“%s” holds an array with more than %d axes, which is the limit here. Reshape it."), c->shown, LM_MAX_RANK);
      return FALSE;
    }
    h->shape.dim[h->shape.rank++] = (gint64) size;
    if (take (c, ','))
      continue;
    if (!take (c, ')'))
      return fail_header (c, error);
    break;
  }
  h->has_shape = TRUE;
  return TRUE;
}

static gboolean
parse_entry (NpyHeader *h,
             Cursor *c,
             GError **error)
{
  char key[16];
  char type[64];

  if (!take_text (c, key, sizeof key) || !take (c, ':'))
    return fail_header (c, error);
  if (strcmp (key, "shape") == 0)
    return parse_shape (h, c, error);
  if (strcmp (key, "fortran_order") == 0) {
    h->fortran = take_word (c, "True");
    h->has_order = TRUE;
    return h->fortran || take_word (c, "False") || fail_header (c, error);
  }
  if (strcmp (key, "descr") != 0)
    return fail_header (c, error);
  skip_blanks (c);
  if (c->at < c->end && *c->at == '[') {
    g_set_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED,
                 _ ("“%s” holds records with fields, but Lamina reads plain arrays. Save each field as an array of its own."), c->shown);
    return FALSE;
  }
  h->has_descr = TRUE;
  if (!take_text (c, type, sizeof type))
    return fail_header (c, error);
  return parse_type (h, c, type, error);
}

static gboolean
parse_header (NpyHeader *h,
              Cursor *c,
              GError **error)
{
  if (!take (c, '{'))
    return fail_header (c, error);
  while (!take (c, '}')) {
    if (!parse_entry (h, c, error))
      return FALSE;
    if (take (c, ','))
      continue;
    if (!take (c, '}'))
      return fail_header (c, error);
    break;
  }
  if (!h->has_descr || !h->has_order || !h->has_shape)
    return fail_header (c, error);
  return TRUE;
}

/* Bytes of the array, or FALSE if that is more than any file holds or nothing. */
static gboolean
check_size (const NpyHeader *h,
            gsize *n_bytes,
            gsize available,
            const char *shown,
            GError **error)
{
  g_autofree char *text = lm_shape_to_string (&h->shape);
  gint64 n = 1;
  gsize total = 0;

  for (int i = 0; i < h->shape.rank; i++) {
    gint64 size = h->shape.dim[i];

    if (size == 0) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                   _ ("“%s” holds an array without elements: axis %d has size 0."), shown, i);
      return FALSE;
    }
    if (size > LM_MAX_ELEMENTS / n) {
      g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
                   _ ("Cannot read “%s”: its header claims an array of %s, which cannot be in a file of %'llu bytes. Save it again."),
                   shown, text, (unsigned long long) available);
      return FALSE;
    }
    n *= size;
  }
  total = (gsize) n * (gsize) h->width;
  if (total > available) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
                 _ ("Cannot read “%s”: it ends after %'llu of %'llu bytes of numbers. Save or download it again."),
                 shown, (unsigned long long) available, (unsigned long long) total);
    return FALSE;
  }
  *n_bytes = total;
  return TRUE;
}

static LmDtype
target_dtype (const NpyHeader *h)
{
  if (h->kind == 'f')
    return h->width == 8 ? LM_F64 : LM_F32;
  if (h->width == 8 || (h->kind == 'u' && h->width == 4))
    return LM_I64;
  if (h->kind == 'b' || (h->kind == 'u' && h->width == 1))
    return LM_U8;
  return LM_I32;
}

/* Source: IEEE 754-2008, binary16. */
static float
half_to_float (guint16 bits)
{
  int exponent = (bits >> 10) & 31;
  int fraction = bits & 1023;
  float value;

  if (exponent == 31)
    value = fraction != 0 ? NAN : INFINITY;
  else if (exponent == 0)
    value = ldexpf ((float) fraction, -24);
  else
    value = ldexpf ((float) (fraction + 1024), exponent - 25);
  return bits & 0x8000 ? -value : value;
}

/* One element from @src to out[i]. Returns FALSE for a uint64 that int64 cannot hold. */
static gboolean
convert (const NpyHeader *h,
         const guint8 *src,
         void *out,
         gint64 i)
{
  union {
    guint8 byte[8];
    guint16 u16;
    guint32 u32;
    guint64 u64;
    float f32;
    double f64;
  } v = { 0 };

  for (int k = 0; k < h->width; k++)
    v.byte[h->swapped ? h->width - 1 - k : k] = src[k];
  switch (target_dtype (h)) {
  case LM_F32:
    ((float *) out)[i] = h->width == 2 ? half_to_float (v.u16) : v.f32;
    return TRUE;
  case LM_F64:
    ((double *) out)[i] = v.f64;
    return TRUE;
  case LM_U8:
    ((guint8 *) out)[i] = h->kind == 'b' ? v.byte[0] != 0 : v.byte[0];
    return TRUE;
  case LM_I64:
    ((gint64 *) out)[i] = h->width == 4 ? (gint64) v.u32 : (gint64) v.u64;
    return h->kind != 'u' || h->width == 4 || v.u64 <= G_MAXINT64;
  case LM_I32:
    if (h->width == 1)
      ((gint32 *) out)[i] = (gint8) v.byte[0];
    else if (h->width == 2)
      ((gint32 *) out)[i] = h->kind == 'u' ? (gint32) v.u16 : (gint32) (gint16) v.u16;
    else
      ((gint32 *) out)[i] = (gint32) v.u32;
    return TRUE;
  default:
    g_assert_not_reached ();
  }
}

/* Row-major element i of a column-major array lies at Σ index_a · Π_{b<a} dim_b. */
static gboolean
convert_all (const NpyHeader *h,
             const guint8 *src,
             LmTensor *tensor)
{
  gint64 n = lm_tensor_n_elements (tensor);
  gint64 index[LM_MAX_RANK] = { 0 };
  gint64 stride[LM_MAX_RANK + 1] = { 1 };
  gint64 offset = 0;
  gboolean good = TRUE;

  for (int a = 0; a < h->shape.rank; a++)
    stride[a + 1] = stride[a] * h->shape.dim[a];
  for (gint64 i = 0; i < n; i++) {
    good &= convert (h, src + (h->fortran ? offset : i) * h->width, tensor->data, i);
    for (int a = h->shape.rank - 1; h->fortran && a >= 0; a--) {
      offset += stride[a];
      if (++index[a] < h->shape.dim[a])
        break;
      offset -= stride[a + 1];
      index[a] = 0;
    }
  }
  return good;
}

static void
release_bytes (gpointer bytes)
{
  g_bytes_unref (bytes);
}

/* TRUE if the bytes of the file are the tensor's as they stand. */
static gboolean
can_share (const NpyHeader *h,
           const guint8 *data)
{
  return !h->swapped && (!h->fortran || h->shape.rank < 2) && h->kind != 'b' &&
         (gsize) h->width == lm_dtype_size (target_dtype (h)) && !(h->kind == 'u' && h->width == 8) &&
         (guintptr) data % (guintptr) h->width == 0;
}

/* Finds the header's text. Returns NULL with @error set. */
static const char *
find_header (const guint8 *data,
             gsize n,
             gsize *length,
             const char *shown,
             GError **error)
{
  gsize start = 10;

  if (n < 10 || memcmp (data, magic, sizeof magic) != 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
                 _ ("“%s” is not a NumPy array: it does not begin with “NUMPY”. Save it with numpy.save or numpy.savez."), shown);
    return NULL;
  }
  *length = (gsize) data[8] | (gsize) data[9] << 8;
  if (data[6] < 1 || data[6] > 3) {
    g_set_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED,
                 _ ("“%s” has version %d of the NumPy format, but Lamina reads 1 to 3."), shown, data[6]);
    return NULL;
  }
  if (data[6] >= 2 && n >= 12) {
    *length |= (gsize) data[10] << 16 | (gsize) data[11] << 24;
    start = 12;
  }
  if (*length > MAX_HEADER || *length > n - start || (data[6] >= 2 && n < 12)) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
                 _ ("Cannot read “%s”: its header claims %'llu bytes, but the file ends after %'llu. Save or download it again."),
                 shown, (unsigned long long) *length, (unsigned long long) n);
    return NULL;
  }
  return (const char *) data + start;
}

LmTensor *
lm_npy_parse (GBytes *bytes,
              const char *shown,
              GError **error)
{
  gsize n, length, n_bytes;
  const guint8 *data = g_bytes_get_data (bytes, &n);
  const char *text = find_header (data, n, &length, shown, error);
  g_autofree char *header_text = NULL;
  g_autoptr (LmTensor) tensor = NULL;
  const guint8 *numbers;
  NpyHeader h = { 0 };
  Cursor c;

  if (text == NULL)
    return NULL;
  header_text = g_strndup (text, length); /* so that number parsing meets an end */
  c = (Cursor){ header_text, header_text + strlen (header_text), shown };
  numbers = (const guint8 *) text + length;
  if (!parse_header (&h, &c, error) ||
      !check_size (&h, &n_bytes, (gsize) (data + n - numbers), shown, error))
    return NULL;
  if (can_share (&h, numbers))
    return lm_tensor_new_take (target_dtype (&h), &h.shape, (void *) numbers, release_bytes, g_bytes_ref (bytes));
  tensor = lm_tensor_new (target_dtype (&h), &h.shape, error);
  if (tensor == NULL)
    return NULL;
  if (!convert_all (&h, numbers, tensor)) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("“%s” holds a whole number above %'lld, which is the limit here. Save it as float64."),
                 shown, (long long) G_MAXINT64);
    return NULL;
  }
  return g_steal_pointer (&tensor);
}

LmTensor *
lm_npy_load (const char *path,
             const char *shown,
             GError **error)
{
  g_autoptr (GBytes) bytes = lm_file_read (path, shown, lm_archive_memory_limit (), error);

  return bytes != NULL ? lm_npy_parse (bytes, shown, error) : NULL;
}
