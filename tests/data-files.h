/* data-files.h: small data files for tests, made on the spot
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-error.h"
#include "lm-rng.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

/* (transfer full): an empty folder of this test's own. */
static inline char *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("lamina-test-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static inline void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_DIR))
      remove_folder (path);
    else
      g_unlink (path);
  }
  g_rmdir (folder);
}

/* Writes folder/name, with the folders that the name has. */
static inline void
put_file (const char *folder,
          const char *name,
          const void *data,
          gsize n)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_unlink (path);
  g_file_set_contents_full (path, data, (gssize) n, G_FILE_SET_CONTENTS_NONE, 0644, &error); /* no fsync: thousands are written */
  g_assert_no_error (error);
}

/* (transfer full): an IDX file: header, then @n_bytes that count up from @first. */
static inline GByteArray *
make_idx (guint8 type,
          int rank,
          const guint32 *sizes,
          gsize n_bytes,
          guint8 first)
{
  GByteArray *out = g_byte_array_new ();
  guint8 head[4] = { 0, 0, type, (guint8) rank };

  g_byte_array_append (out, head, 4);
  for (int a = 0; a < rank; a++) {
    guint32 size = GUINT32_TO_BE (sizes[a]);

    g_byte_array_append (out, (const guint8 *) &size, 4);
  }
  for (gsize i = 0; i < n_bytes; i++) {
    guint8 byte = (guint8) (first + i);

    g_byte_array_append (out, &byte, 1);
  }
  return out;
}

static inline void
put_idx (const char *folder,
         const char *name,
         int rank,
         const guint32 *sizes,
         gsize n_bytes)
{
  g_autoptr (GByteArray) bytes = make_idx (0x08, rank, sizes, n_bytes, 0);

  put_file (folder, name, bytes->data, bytes->len);
}

/* (transfer full): an .npy file with this dict as its header. */
static inline GBytes *
make_npy (int version,
          const char *header,
          const void *data,
          gsize n)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gsize length = strlen (header);
  guint8 head[12] = { 0x93, 'N', 'U', 'M', 'P', 'Y', (guint8) version, 0, (guint8) (length & 255), (guint8) (length >> 8), 0, 0 };

  g_byte_array_append (out, head, version == 1 ? 10 : 12);
  g_byte_array_append (out, (const guint8 *) header, (guint) length);
  g_byte_array_append (out, data, (guint) n);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

/* Damages a copy of @data: round @round flips, cuts, repeats or overwrites something, always the same. */
static inline GByteArray *
damage (const guint8 *data,
        gsize n,
        guint64 round)
{
  static const guint8 bad[] = { 0, 1, 0x7f, 0x80, 0xff, '9', '(', '-' };
  LmRng rng = lm_rng_init (42, LM_RNG_TEST, round, 0);
  GByteArray *out = g_byte_array_new ();
  guint32 n_changes = 1 + lm_rng_below (&rng, 0, 8);

  g_byte_array_append (out, data, (guint) n);
  for (guint32 k = 0; k < n_changes && out->len > 1; k++) {
    guint32 at = lm_rng_below (&rng, 4 * k + 1, lm_rng_uint (&rng, 4 * k + 7) % 2 ? MIN (out->len, 200) : out->len);
    guint32 what = lm_rng_below (&rng, 4 * k + 2, 10);

    if (what < 4)
      out->data[at] ^= (guint8) (1 << lm_rng_below (&rng, 4 * k + 3, 8));
    else if (what < 8)
      out->data[at] = bad[lm_rng_below (&rng, 4 * k + 3, G_N_ELEMENTS (bad))];
    else if (what == 8)
      g_byte_array_set_size (out, MAX (1, at));
    else
      g_byte_array_append (out, data, MIN ((guint) n, at));
  }
  return out;
}

/* The error is one of ours, with a text for people: a full sentence that names the file and has no bare per cent codes. */
static inline void
assert_told (const GError *error,
             const char *name)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == LM_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpuint (strlen (error->message), >, 15);
  if (name != NULL && strstr (error->message, name) == NULL)
    g_error ("“%s” is not named in: %s", name, error->message);
}
