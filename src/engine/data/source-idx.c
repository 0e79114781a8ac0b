/* source-idx.c: the files of MNIST and its relatives
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-arrays.h"
#include "lm-archive.h"
#include "lm-source.h"

#include <string.h>

/* A header is two zero bytes, the type, the number of axes, then a big-endian 32-bit size per axis.
 * Source: Yann LeCun, “The MNIST database”, section “File formats”. */

/* More than gzip can ever pack: what claims more cannot be in the file. */
#define MAX_RATIO 1100

typedef struct {
  int code;
  gsize width;
  LmDtype dtype;
} IdxType;

static const IdxType types[] = {
  { 0x08, 1, LM_U8 },
  { 0x09, 1, LM_I32 },
  { 0x0B, 2, LM_I32 },
  { 0x0C, 4, LM_I32 },
  { 0x0D, 4, LM_F32 },
  { 0x0E, 8, LM_F32 },
};

/* One of the files: where it is, or what was in the archive. */
typedef struct {
  char *shown;
  char *path;    /* NULL if it was in an archive */
  GBytes *bytes; /* then this */
} IdxFile;

enum {
  IMAGES,
  LABELS,
  N_KINDS,
};

typedef struct {
  IdxFile file[LM_N_PARTS][N_KINDS];
} IdxFiles;

static void
set_short_error (GError **error,
                 const char *shown,
                 guint64 have,
                 guint64 need)
{
  g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
               _ ("Cannot read “%s”: it ends after %'llu of %'llu bytes. Download it again."),
               shown, (unsigned long long) have, (unsigned long long) need);
}

/* Type and shape; @n_header is how long the header was. */
static const IdxType *
read_header (LmStream *stream,
             const char *shown,
             LmShape *shape,
             gsize *n_header,
             GError **error)
{
  guint8 head[4 + 4 * LM_MAX_RANK];
  gssize got = lm_stream_read (stream, head, 4, error);
  const IdxType *type = NULL;

  if (got < 0)
    return NULL;
  for (gsize i = 0; got == 4 && head[0] == 0 && head[1] == 0 && i < G_N_ELEMENTS (types); i++) {
    if (types[i].code == head[2])
      type = &types[i];
  }
  if (type == NULL || head[3] == 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
                 _ ("“%s” is not an IDX file: its first bytes are not 0, 0, a type of number and a number of axes. Download it again."), shown);
    return NULL;
  }
  if (head[3] > LM_MAX_RANK) {
    g_set_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED,
                 _ ("“%s” has %d axes, but at most %d are read."), shown, head[3], LM_MAX_RANK);
    return NULL;
  }
  *n_header = 4 + 4 * (gsize) head[3];
  got = lm_stream_read (stream, head + 4, *n_header - 4, error);
  if (got < 0)
    return NULL;
  if ((gsize) got < *n_header - 4) {
    set_short_error (error, shown, 4 + (guint64) got, *n_header);
    return NULL;
  }
  shape->rank = head[3];
  for (int a = 0; a < shape->rank; a++) {
    const guint8 *p = head + 4 + 4 * a;

    shape->dim[a] = (gint64) p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
  }
  return type;
}

/* Bytes behind the header, refused before anything is allocated if they cannot be in the file. */
static gboolean
check_size (LmStream *stream,
            const char *shown,
            const IdxType *type,
            const LmShape *shape,
            gsize n_header,
            GError **error)
{
  guint64 size = lm_stream_file_size (stream);
  guint64 n = type->width;

  for (int a = 0; a < shape->rank; a++) {
    guint64 dim = (guint64) shape->dim[a];

    if (dim == 0) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("“%s” holds nothing: axis %d has size 0. Download it again."), shown, a);
      return FALSE;
    }
    if (n > (guint64) LM_MAX_ELEMENTS * 8 / dim) {
      g_autofree char *text = lm_shape_to_string (shape);

      g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
                   _ ("Cannot read “%s”: its header claims %s numbers, which cannot be in a file of %'llu bytes. Download it again."),
                   shown, text, (unsigned long long) size);
      return FALSE;
    }
    n *= dim;
  }
  if (lm_stream_is_packed (stream) ? n / MAX_RATIO > size : n + n_header > size) {
    set_short_error (error, shown, size, n + n_header);
    return FALSE;
  }
  if (!lm_stream_is_packed (stream) && n + n_header < size) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
                 _ ("Cannot read “%s”: its header promises %'llu bytes, but it has %'llu. Download it again."),
                 shown, (unsigned long long) (n + n_header), (unsigned long long) size);
    return FALSE;
  }
  return TRUE;
}

static void
convert (const IdxType *type,
         const guint8 *src,
         gsize n,
         void *out,
         gsize first)
{
  for (gsize i = 0; i < n; i++, src += type->width) {
    union {
      guint64 u64;
      double f64;
      guint32 u32;
      float f32;
    } v = { 0 };

    for (gsize k = 0; k < type->width; k++)
      v.u64 = v.u64 << 8 | src[k];
    switch (type->code) {
    case 0x09:
      ((gint32 *) out)[first + i] = (gint8) v.u64;
      break;
    case 0x0B:
      ((gint32 *) out)[first + i] = (gint16) v.u64;
      break;
    case 0x0C:
      ((gint32 *) out)[first + i] = (gint32) v.u64;
      break;
    case 0x0D:
      v.u32 = (guint32) v.u64;
      ((float *) out)[first + i] = v.f32;
      break;
    case 0x0E:
      ((float *) out)[first + i] = (float) v.f64;
      break;
    default:
      g_assert_not_reached ();
    }
  }
}

static gboolean
read_numbers (LmStream *stream,
              const char *shown,
              const IdxType *type,
              LmTensor *tensor,
              gsize n_header,
              GError **error)
{
  gsize n = (gsize) lm_tensor_n_elements (tensor);
  gsize total = n * type->width;
  guint8 buffer[8 * 8192];
  gsize done = 0;

  while (done < total) {
    gsize piece = MIN (total - done, type->code == 0x08 ? (gsize) 1 << 22 : sizeof buffer);
    guint8 *place = type->code == 0x08 ? (guint8 *) tensor->data + done : buffer;
    gssize got = lm_stream_read (stream, place, piece, NULL);

    if (got < (gssize) piece) {
      set_short_error (error, shown, n_header + done + (gsize) MAX (got, 0), n_header + total);
      return FALSE;
    }
    if (place == buffer)
      convert (type, buffer, piece / type->width, tensor->data, done / type->width);
    done += piece;
  }
  if (lm_stream_read (stream, buffer, 1, NULL) > 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
                 _ ("Cannot read “%s”: it goes on after the %'llu bytes that its header promises. Download it again."),
                 shown, (unsigned long long) (n_header + total));
    return FALSE;
  }
  return TRUE;
}

static LmTensor *
read_file (const IdxFile *file,
           GError **error)
{
  g_autoptr (LmStream) stream = file->bytes != NULL ? lm_stream_open_memory (file->bytes, file->shown, error)
                                                    : lm_stream_open (file->path, file->shown, error);
  g_autoptr (LmTensor) tensor = NULL;
  const IdxType *type;
  LmShape shape = { 0 };
  gsize n_header;

  if (stream == NULL)
    return NULL;
  type = read_header (stream, file->shown, &shape, &n_header, error);
  if (type == NULL || !check_size (stream, file->shown, type, &shape, n_header, error))
    return NULL;
  tensor = lm_tensor_new (type->dtype, &shape, error);
  if (tensor == NULL || !read_numbers (stream, file->shown, type, tensor, n_header, error))
    return NULL;
  return g_steal_pointer (&tensor);
}

/* Which file of which part a name is for. FALSE if it is neither. */
static gboolean
classify (const char *name,
          int *part,
          int *kind)
{
  g_autofree char *base = g_path_get_basename (name);
  g_autofree char *lower = g_ascii_strdown (base, -1);

  if (strstr (lower, "idx") == NULL || lower[0] == '.')
    return FALSE;
  if (strstr (lower, "images") != NULL)
    *kind = IMAGES;
  else if (strstr (lower, "labels") != NULL)
    *kind = LABELS;
  else
    return FALSE;
  if (strstr (lower, "t10k") != NULL || strstr (lower, "test") != NULL)
    *part = LM_PART_TEST;
  else if (strstr (lower, "val") != NULL)
    *part = LM_PART_VALIDATION;
  else if (strstr (lower, "train") != NULL)
    *part = LM_PART_TRAIN;
  else
    return FALSE;
  return TRUE;
}

/* Takes note of a file. The packed and the plain form of one file may lie side by side: the plain one is taken. */
static gboolean
note_file (IdxFiles *files,
           const char *name,
           const char *folder,
           GBytes *bytes,
           GError **error)
{
  int part, kind;
  IdxFile *file;

  if (!classify (name, &part, &kind))
    return TRUE;
  file = &files->file[part][kind];
  if (file->shown != NULL) {
    g_autofree char *packed = g_strconcat (name, ".gz", NULL);
    g_autofree char *other = g_strconcat (file->shown, ".gz", NULL);

    if (strcmp (other, name) == 0)
      return TRUE;
    if (strcmp (packed, file->shown) != 0) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                   _ ("“%s” and “%s” could both be the %s of the %s part. Leave only one of them there."),
                   file->shown, name, kind == IMAGES ? _ ("pictures") : _ ("labels"), lm_part_name ((LmPart) part));
      return FALSE;
    }
    g_free (file->shown);
    g_free (file->path);
    g_clear_pointer (&file->bytes, g_bytes_unref);
  }
  file->shown = g_strdup (name);
  file->path = folder != NULL ? g_build_filename (folder, name, NULL) : NULL;
  file->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  return TRUE;
}

static gboolean
find_in_folder (IdxFiles *files,
                const LmSourceRequest *request,
                GError **error)
{
  g_autoptr (GError) reason = NULL;
  GDir *dir = g_dir_open (request->path, 0, &reason);
  const char *name;
  gboolean good = TRUE;

  if (dir == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("Cannot read the folder “%s”: %s."), request->shown, reason->message);
    return FALSE;
  }
  while (good && (name = g_dir_read_name (dir)) != NULL)
    good = note_file (files, name, request->path, NULL, error);
  g_dir_close (dir);
  return good;
}

static gboolean
find_in_archive (IdxFiles *files,
                 const LmSourceRequest *request,
                 GError **error)
{
  g_autoptr (LmArchive) archive = lm_archive_open (request->path, request->shown, error);
  guint64 left = lm_archive_memory_limit ();
  const char *name;
  int status, part, kind;

  if (archive == NULL)
    return FALSE;
  while ((status = lm_archive_next (archive, &name, NULL, error)) == 1) {
    g_autoptr (GBytes) bytes = NULL;

    if (!classify (name, &part, &kind))
      continue;
    bytes = lm_archive_read (archive, left, error);
    if (bytes == NULL)
      return FALSE;
    left -= MIN (left, g_bytes_get_size (bytes));
    if (!note_file (files, name, NULL, bytes, error))
      return FALSE;
  }
  return status == 0;
}

static void
files_clear (IdxFiles *files)
{
  for (int part = 0; part < LM_N_PARTS; part++) {
    for (int kind = 0; kind < N_KINDS; kind++) {
      g_free (files->file[part][kind].shown);
      g_free (files->file[part][kind].path);
      g_clear_pointer (&files->file[part][kind].bytes, g_bytes_unref);
    }
  }
}

/* Every part needs pictures, and labels if any part has them. */
static gboolean
check_files (const IdxFiles *files,
             const char *shown,
             gboolean *has_labels,
             GError **error)
{
  int n_images = 0;

  *has_labels = FALSE;
  for (int part = 0; part < LM_N_PARTS; part++) {
    n_images += files->file[part][IMAGES].shown != NULL;
    *has_labels |= files->file[part][LABELS].shown != NULL;
  }
  if (n_images == 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND,
                 _ ("There are no IDX files in “%s”. It needs files such as train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz."), shown);
    return FALSE;
  }
  for (int part = 0; part < LM_N_PARTS; part++) {
    const IdxFile *images = &files->file[part][IMAGES];
    const IdxFile *labels = &files->file[part][LABELS];

    if (images->shown == NULL && labels->shown != NULL) {
      g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND,
                   _ ("“%s” has the labels “%s” but not the pictures that belong to them. Download both."), shown, labels->shown);
      return FALSE;
    }
    if (*has_labels && images->shown != NULL && labels->shown == NULL) {
      g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND,
                   _ ("“%s” has the pictures “%s” but not the labels that belong to them. Download both."), shown, images->shown);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
read_part (const LmSourceRequest *request,
           const IdxFiles *files,
           int part,
           LmArrays *arrays,
           GError **error)
{
  const IdxFile *images = &files->file[part][IMAGES];
  const IdxFile *labels = &files->file[part][LABELS];
  g_autoptr (LmTensor) x = NULL;
  g_autoptr (LmTensor) y = NULL;

  if (images->shown == NULL)
    return TRUE;
  if (!lm_request_progress (request, _ ("Reading the data"), part / (double) LM_N_PARTS, error))
    return FALSE;
  x = read_file (images, error);
  y = x != NULL && labels->shown != NULL ? read_file (labels, error) : NULL;
  if (x == NULL || (labels->shown != NULL && y == NULL))
    return FALSE;
  if (y != NULL && x->shape.dim[0] != y->shape.dim[0]) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("“%s” holds %'lld samples, but “%s” holds %'lld labels. Download both again."),
                 images->shown, (long long) x->shape.dim[0], labels->shown, (long long) y->shape.dim[0]);
    return FALSE;
  }
  lm_arrays_add (arrays, "image", LM_ROLE_INPUT, (LmPart) part, images->shown, x);
  if (y != NULL)
    lm_arrays_add (arrays, "label", LM_ROLE_TARGET, (LmPart) part, labels->shown, y);
  return TRUE;
}

static LmDataset *
idx_open (const LmSourceRequest *request,
          GError **error)
{
  IdxFiles files = { 0 };
  g_autoptr (LmArrays) arrays = lm_arrays_new ();
  gboolean is_folder = g_file_test (request->path, G_FILE_TEST_IS_DIR);
  gboolean has_labels;
  gboolean good = is_folder ? find_in_folder (&files, request, error) : find_in_archive (&files, request, error);
  g_autofree char *name = g_path_get_basename (request->path);

  good = good && check_files (&files, request->shown, &has_labels, error);
  for (int part = 0; good && part < LM_N_PARTS; part++)
    good = read_part (request, &files, part, arrays, error);
  files_clear (&files);
  return good ? lm_arrays_finish (arrays, name, error) : NULL;
}

const LmSourceClass lm_source_idx = {
  .member = {
    .id = "idx",
    .title = N_ ("IDX Files"),
    .help = N_ ("A folder or archive with the files of MNIST and its relatives: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-…, packed with gzip or not."),
  },
  .path_hint = N_ ("a folder with IDX files"),
  .open = idx_open,
};
