/* lm-archive.h: the wrapper of libarchive: zip, tar and gzip with limits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-error.h"

G_BEGIN_DECLS

/* Everything here may be called from any thread. Messages call the file @shown, the name the user knows. */

/**
 * LmStream:
 *
 * A file read from front to back, unpacked on the way if it is gzip, bzip2,
 * xz or zstd compressed.
 */
typedef struct _LmStream LmStream;

LmStream *lm_stream_open (const char *path, const char *shown, GError **error);
LmStream *lm_stream_open_memory (GBytes *bytes, const char *shown, GError **error);
void lm_stream_free (LmStream *self);

/* Reads up to @n bytes; fewer only at the end. Returns: bytes read, −1 with %LM_ERROR_IO or %LM_ERROR_FORMAT set. */
gssize lm_stream_read (LmStream *self, void *out, gsize n, GError **error);

/* Bytes of the file on disk, and whether it is compressed. An unpacked size above 1032 times the file's is not possible with gzip. */
guint64 lm_stream_file_size (const LmStream *self);
gboolean lm_stream_is_packed (const LmStream *self);

/* Returns: (transfer full): a whole file, unpacked; %LM_ERROR_LIMIT if there are more than @limit bytes. */
GBytes *lm_file_read (const char *path, const char *shown, guint64 limit, GError **error);

/**
 * LmArchive:
 *
 * A zip, tar, tar.gz (.bz2, .xz, .zst) or 7z file, entry after entry. Only regular files are shown; names are UTF-8,
 * without leading `./` or `/`; an entry whose name holds `..` is skipped.
 */
typedef struct _LmArchive LmArchive;

LmArchive *lm_archive_open (const char *path, const char *shown, GError **error);
LmArchive *lm_archive_open_memory (const void *data, gsize n, const char *shown, GError **error);
void lm_archive_free (LmArchive *self);

/**
 * lm_archive_next:
 * @name: (out) (transfer none): valid until the next call
 * @size: (out): unpacked bytes as the archive claims; −1 if it does not say
 *
 * Returns: 1 at an entry, 0 at the end, −1 with @error set
 */
int lm_archive_next (LmArchive *self, const char **name, gint64 *size, GError **error);

/**
 * lm_archive_read:
 * @limit: the entry may not be larger
 *
 * The contents of the current entry. Memory grows with what really comes
 * out, not with what the archive claims.
 *
 * Returns: (transfer full): or %NULL with %LM_ERROR_LIMIT, %LM_ERROR_FORMAT or %LM_ERROR_IO set
 */
GBytes *lm_archive_read (LmArchive *self, guint64 limit, GError **error);

/* TRUE if the first bytes are those of an archive with entries (zip, 7z, tar, or a packed tar by its name). */
gboolean lm_archive_is_archive (const char *path);

/**
 * LmArchiveWriter:
 *
 * Writes a zip file (.npz, .keras). It appears under its name only when lm_archive_writer_close() succeeds.
 * The same entries give the same bytes: times are 1980-01-01.
 */
typedef struct _LmArchiveWriter LmArchiveWriter;

LmArchiveWriter *lm_archive_writer_new (const char *path, gboolean compress, GError **error);
gboolean lm_archive_writer_add (LmArchiveWriter *self, const char *name, const void *data, gsize n, GError **error);
gboolean lm_archive_writer_close (LmArchiveWriter *self, GError **error);
void lm_archive_writer_free (LmArchiveWriter *self); /* without close: nothing is left behind */

/* Most bytes that one file may unpack to in memory: half of what is available. */
guint64 lm_archive_memory_limit (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmStream, lm_stream_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmArchive, lm_archive_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmArchiveWriter, lm_archive_writer_free)

G_END_DECLS
