/* lm-archive.c: the wrapper of libarchive
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-archive.h"

#include "lm-arena.h"
#include "lm-i18n.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 65536

struct _LmStream {
  struct archive *archive;
  GBytes *bytes;
  char *shown;
  guint64 file_size;
  gboolean is_packed;
  gboolean at_end;
};

struct _LmArchive {
  struct archive *archive;
  char *shown;
  char *name;
  gint64 size;
};

struct _LmArchiveWriter {
  struct archive *archive;
  char *path;
  char *temporary;
  int fd;
};

guint64
lm_archive_memory_limit (void)
{
  return lm_memory_available () / 2;
}

static void
set_open_error (GError **error,
                const char *shown,
                int code)
{
  if (code == ENOENT || code == ENOTDIR)
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND,
                 _ ("There is no file “%s”. Check the path."), shown);
  else
    g_set_error (error, LM_ERROR, LM_ERROR_IO,
                 _ ("Cannot read “%s”: %s."), shown, g_strerror (code));
}

/* (transfer full): what libarchive says, which may hold bytes of the file. */
static char *
dup_reason (struct archive *archive)
{
  const char *reason = archive_error_string (archive);

  return g_utf8_make_valid (reason != NULL ? reason : "?", -1);
}

/* A file that was found but does not unpack. */
static void
set_read_error (GError **error,
                const char *shown,
                struct archive *archive)
{
  int code = archive_errno (archive);
  g_autofree char *reason = dup_reason (archive);

  if (code == EIO || code == EISDIR || code == EACCES)
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("Cannot read “%s”: %s."), shown, g_strerror (code));
  else
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
                 _ ("Cannot unpack “%s”: it is damaged or cut short (%s). Download it again."),
                 shown, reason);
}

static gboolean
check_file (const char *path,
            const char *shown,
            guint64 *size,
            GError **error)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0) {
    set_open_error (error, shown, errno);
    return FALSE;
  }
  if (S_ISDIR (info.st_mode)) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” is a folder, but a file is needed."), shown);
    return FALSE;
  }
  if (!S_ISREG (info.st_mode)) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” is not an ordinary file."), shown);
    return FALSE;
  }
  if (g_access (path, R_OK) != 0) {
    set_open_error (error, shown, errno);
    return FALSE;
  }
  *size = (guint64) info.st_size;
  return TRUE;
}

/* Only what runs inside this process: no external unpackers. */
static void
allow_filters (struct archive *archive)
{
  archive_read_support_filter_gzip (archive);
  archive_read_support_filter_bzip2 (archive);
  archive_read_support_filter_xz (archive);
  archive_read_support_filter_zstd (archive);
}

/* @bytes: NULL for the file at @path. */
static LmStream *
stream_open (const char *path,
             GBytes *bytes,
             const char *shown,
             GError **error)
{
  g_autoptr (LmStream) self = g_new0 (LmStream, 1);
  struct archive_entry *entry;
  int status;

  self->shown = g_strdup (shown);
  if (bytes == NULL && !check_file (path, shown, &self->file_size, error))
    return NULL;
  self->archive = archive_read_new ();
  allow_filters (self->archive);
  archive_read_support_format_raw (self->archive);
  archive_read_support_format_empty (self->archive);
  if (bytes != NULL) {
    self->bytes = g_bytes_ref (bytes);
    self->file_size = g_bytes_get_size (bytes);
    status = archive_read_open_memory (self->archive, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  } else {
    status = archive_read_open_filename (self->archive, path, BLOCK);
  }
  if (status == ARCHIVE_OK)
    status = archive_read_next_header (self->archive, &entry);
  if (status == ARCHIVE_EOF) {
    self->at_end = TRUE;
  } else if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
    set_read_error (error, shown, self->archive);
    return NULL;
  }
  self->is_packed = archive_filter_code (self->archive, 0) != ARCHIVE_FILTER_NONE;
  return g_steal_pointer (&self);
}

LmStream *
lm_stream_open (const char *path,
                const char *shown,
                GError **error)
{
  return stream_open (path, NULL, shown, error);
}

LmStream *
lm_stream_open_memory (GBytes *bytes,
                       const char *shown,
                       GError **error)
{
  return stream_open (NULL, bytes, shown, error);
}

void
lm_stream_free (LmStream *self)
{
  if (self->archive != NULL)
    archive_read_free (self->archive);
  if (self->bytes != NULL)
    g_bytes_unref (self->bytes);
  g_free (self->shown);
  g_free (self);
}

/* Reads on until @n bytes are there: archive_read_data() may give less at a time. */
static gssize
read_fully (struct archive *archive,
            guint8 *out,
            gsize n)
{
  gsize done = 0;

  while (done < n) {
    la_ssize_t got = archive_read_data (archive, out + done, n - done);

    if (got == ARCHIVE_RETRY || got == ARCHIVE_WARN)
      continue;
    if (got < 0)
      return done > 0 ? (gssize) done : -1;
    if (got == 0)
      break;
    done += (gsize) got;
  }
  return (gssize) done;
}

gssize
lm_stream_read (LmStream *self,
                void *out,
                gsize n,
                GError **error)
{
  gssize got;

  if (self->at_end)
    return 0;
  got = read_fully (self->archive, out, n);
  if (got < 0)
    set_read_error (error, self->shown, self->archive);
  return got;
}

guint64
lm_stream_file_size (const LmStream *self)
{
  return self->file_size;
}

gboolean
lm_stream_is_packed (const LmStream *self)
{
  return self->is_packed;
}

/* Reads to the end of the current entry into memory that grows with what comes. @hint: expected bytes, 0 if unknown. */
static GBytes *
read_to_end (struct archive *archive,
             const char *shown,
             guint64 hint,
             guint64 limit,
             GError **error)
{
  gsize room = (gsize) CLAMP (hint + 1, BLOCK, MAX (BLOCK, MIN (limit, 64 << 20)));
  gsize used = 0;
  g_autofree guint8 *data = g_try_malloc (room);

  while (data != NULL) {
    gssize got = read_fully (archive, data + used, room - used);
    guint8 *larger;

    if (got < 0) {
      set_read_error (error, shown, archive);
      return NULL;
    }
    used += (gsize) got;
    if (used > limit) {
      g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
                   _ ("“%s” unpacks to more than %'llu bytes, which is the limit here. Unpack it and use a smaller part."),
                   shown, (unsigned long long) limit);
      return NULL;
    }
    if (used < room) {
      if (archive_errno (archive) != 0 && read_fully (archive, data + used, 1) < 0) {
        set_read_error (error, shown, archive);
        return NULL;
      }
      data = g_realloc (data, MAX (used, 1)); /* of thousands of small entries none holds a whole block */
      return g_bytes_new_take (g_steal_pointer (&data), used);
    }
    if (room > G_MAXSIZE / 2)
      break;
    room *= 2;
    larger = g_try_realloc (data, room);
    if (larger == NULL)
      break;
    g_steal_pointer (&data);
    data = larger;
  }
  g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
               _ ("“%s” needs %'llu bytes of memory, more than there is. Close other programs or use a smaller file."),
               shown, (unsigned long long) room);
  return NULL;
}

GBytes *
lm_file_read (const char *path,
              const char *shown,
              guint64 limit,
              GError **error)
{
  g_autoptr (LmStream) stream = lm_stream_open (path, shown, error);

  if (stream == NULL)
    return NULL;
  if (stream->at_end)
    return g_bytes_new (NULL, 0);
  return read_to_end (stream->archive, shown, stream->file_size, limit, error);
}

static LmArchive *
archive_prepare (const char *shown)
{
  LmArchive *self = g_new0 (LmArchive, 1);

  self->shown = g_strdup (shown);
  self->archive = archive_read_new ();
  allow_filters (self->archive);
  archive_read_support_format_zip (self->archive);
  archive_read_support_format_tar (self->archive);
  archive_read_support_format_gnutar (self->archive);
  archive_read_support_format_7zip (self->archive);
  archive_read_support_format_empty (self->archive);
  return self;
}

static void
set_foreign_error (GError **error,
                   const LmArchive *self)
{
  g_autofree char *reason = dup_reason (self->archive);

  g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
               _ ("“%s” is not an archive that Lamina reads (zip, tar, tar.gz, 7z), or it is damaged (%s)."),
               self->shown, reason);
}

LmArchive *
lm_archive_open (const char *path,
                 const char *shown,
                 GError **error)
{
  guint64 size;
  g_autoptr (LmArchive) self = NULL;

  if (!check_file (path, shown, &size, error))
    return NULL;
  self = archive_prepare (shown);
  if (archive_read_open_filename (self->archive, path, BLOCK) != ARCHIVE_OK) {
    set_foreign_error (error, self);
    return NULL;
  }
  return g_steal_pointer (&self);
}

LmArchive *
lm_archive_open_memory (const void *data,
                        gsize n,
                        const char *shown,
                        GError **error)
{
  g_autoptr (LmArchive) self = archive_prepare (shown);

  if (archive_read_open_memory (self->archive, data, n) != ARCHIVE_OK) {
    set_foreign_error (error, self);
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
lm_archive_free (LmArchive *self)
{
  archive_read_free (self->archive);
  g_free (self->shown);
  g_free (self->name);
  g_free (self);
}

/* (transfer full): UTF-8, relative; NULL for a name that leads out of the archive. */
static char *
clean_name (struct archive_entry *entry)
{
  const char *raw = archive_entry_pathname_utf8 (entry);
  g_autofree char *name = NULL;
  g_auto (GStrv) parts = NULL;
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  if (raw == NULL)
    raw = archive_entry_pathname (entry);
  if (raw == NULL)
    return NULL;
  name = g_utf8_make_valid (raw, -1);
  parts = g_strsplit (name, "/", -1);
  for (int i = 0; parts[i] != NULL; i++) {
    if (strcmp (parts[i], "..") == 0)
      return NULL;
    if (parts[i][0] != '\0' && strcmp (parts[i], ".") != 0)
      g_ptr_array_add (kept, parts[i]);
  }
  if (kept->len == 0)
    return NULL;
  g_ptr_array_add (kept, NULL);
  return g_strjoinv ("/", (char **) kept->pdata);
}

int
lm_archive_next (LmArchive *self,
                 const char **name,
                 gint64 *size,
                 GError **error)
{
  struct archive_entry *entry;

  while (TRUE) {
    int status = archive_read_next_header (self->archive, &entry);

    if (status == ARCHIVE_EOF)
      return 0;
    if (status == ARCHIVE_RETRY)
      continue;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
      if (self->name == NULL)
        set_foreign_error (error, self);
      else
        set_read_error (error, self->shown, self->archive);
      return -1;
    }
    g_clear_pointer (&self->name, g_free);
    self->name = clean_name (entry);
    if (self->name == NULL) {
      self->name = g_strdup ("");
      continue;
    }
    if (archive_entry_filetype (entry) != AE_IFREG || archive_entry_hardlink (entry) != NULL)
      continue;
    self->size = archive_entry_size_is_set (entry) ? archive_entry_size (entry) : -1;
    *name = self->name;
    if (size != NULL)
      *size = self->size;
    return 1;
  }
}

GBytes *
lm_archive_read (LmArchive *self,
                 guint64 limit,
                 GError **error)
{
  g_autofree char *what = g_strdup_printf (_ ("%s in %s"), self->name, self->shown);

  if (archive_read_has_encrypted_entries (self->archive) == 1) {
    g_set_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED,
                 _ ("“%s” is protected by a password. Unpack it first."), self->shown);
    return NULL;
  }
  if (self->size >= 0 && (guint64) self->size > limit) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
                 _ ("“%s” unpacks to %'llu bytes, but at most %'llu fit here. Unpack it and use a smaller part."),
                 what, (unsigned long long) self->size, (unsigned long long) limit);
    return NULL;
  }
  return read_to_end (self->archive, what, self->size > 0 ? (guint64) self->size : 0, limit, error);
}

gboolean
lm_archive_is_archive (const char *path)
{
  static const char *const endings[] = { ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".zip", ".7z" };
  g_autofree char *lower = g_ascii_strdown (path, -1);
  char head[4] = "";
  int fd;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++) {
    if (g_str_has_suffix (lower, endings[i]))
      return TRUE;
  }
  fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  if (fd >= 0) {
    if (read (fd, head, sizeof head) != sizeof head)
      memset (head, 0, sizeof head);
    close (fd);
  }
  return memcmp (head, "PK\003\004", 4) == 0;
}

static void
set_write_error (GError **error,
                 const LmArchiveWriter *self)
{
  int code = archive_errno (self->archive);
  g_autofree char *reason = dup_reason (self->archive);

  g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("Cannot write “%s”: %s."), self->path, code > 0 ? g_strerror (code) : reason);
}

LmArchiveWriter *
lm_archive_writer_new (const char *path,
                       gboolean compress,
                       GError **error)
{
  g_autoptr (LmArchiveWriter) self = g_new0 (LmArchiveWriter, 1);

  self->path = g_strdup (path);
  self->temporary = g_strdup_printf ("%s.XXXXXX", path);
  self->archive = archive_write_new ();
  self->fd = g_mkstemp_full (self->temporary, O_RDWR | O_CLOEXEC, 0666);
  if (self->fd < 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("Cannot write “%s”: %s."), path, g_strerror (errno));
    return NULL;
  }
  archive_write_set_format_zip (self->archive);
  archive_write_set_format_option (self->archive, "zip", "compression", compress ? "deflate" : "store");
  if (archive_write_open_fd (self->archive, self->fd) != ARCHIVE_OK) {
    set_write_error (error, self);
    return NULL;
  }
  return g_steal_pointer (&self);
}

gboolean
lm_archive_writer_add (LmArchiveWriter *self,
                       const char *name,
                       const void *data,
                       gsize n,
                       GError **error)
{
  struct archive_entry *entry = archive_entry_new ();
  gboolean good;

  archive_entry_set_pathname (entry, name);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, 0644);
  archive_entry_set_size (entry, (la_int64_t) n);
  good = archive_write_header (self->archive, entry) == ARCHIVE_OK;
  archive_entry_free (entry);
  for (gsize done = 0; good && done < n;) {
    la_ssize_t wrote = archive_write_data (self->archive, (const guint8 *) data + done, n - done);

    good = wrote > 0;
    if (good)
      done += (gsize) wrote;
  }
  if (!good)
    set_write_error (error, self);
  return good;
}

gboolean
lm_archive_writer_close (LmArchiveWriter *self,
                         GError **error)
{
  if (archive_write_close (self->archive) != ARCHIVE_OK) {
    set_write_error (error, self);
    return FALSE;
  }
  if (fsync (self->fd) != 0 || g_rename (self->temporary, self->path) != 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("Cannot write “%s”: %s."), self->path, g_strerror (errno));
    return FALSE;
  }
  g_clear_pointer (&self->temporary, g_free);
  return TRUE;
}

void
lm_archive_writer_free (LmArchiveWriter *self)
{
  archive_write_free (self->archive);
  if (self->fd >= 0) {
    close (self->fd);
    if (self->temporary != NULL)
      g_unlink (self->temporary);
  }
  g_free (self->temporary);
  g_free (self->path);
  g_free (self);
}
