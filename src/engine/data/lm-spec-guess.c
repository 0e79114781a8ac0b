/* lm-spec-guess.c: what kind of data lies at a path
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-source.h"

#include "lm-archive.h"
#include "lm-i18n.h"
#include "lm-image.h"

#include <string.h>

/* Names of a folder or archive that are looked at before giving up. */
#define MAX_NAMES 2000

static gboolean
is_idx_name (const char *name)
{
  g_autofree char *base = g_path_get_basename (name);
  g_autofree char *lower = g_ascii_strdown (base, -1);

  return strstr (lower, "idx") != NULL && (strstr (lower, "images") != NULL || strstr (lower, "labels") != NULL);
}

/* “idx” if there are such files, “images” if there are folders with pictures; NULL for neither. */
static const char *
guess_folder (const char *path,
              int depth)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *found = NULL;
  const char *name;

  for (int i = 0; dir != NULL && found == NULL && i < MAX_NAMES && (name = g_dir_read_name (dir)) != NULL; i++) {
    g_autofree char *full = g_build_filename (path, name, NULL);

    if (name[0] == '.')
      continue;
    if (depth == 0 && is_idx_name (name))
      found = "idx";
    else if (depth > 0 && lm_image_has_image_name (name))
      found = "images";
    else if (depth < 3 && g_file_test (full, G_FILE_TEST_IS_DIR))
      found = guess_folder (full, depth + 1);
  }
  return found;
}

static const char *
guess_archive (const char *path)
{
  g_autoptr (LmArchive) archive = lm_archive_open (path, path, NULL);
  const char *name;

  for (int i = 0; archive != NULL && i < MAX_NAMES && lm_archive_next (archive, &name, NULL, NULL) == 1; i++) {
    if (is_idx_name (name))
      return "idx";
    if (lm_image_has_image_name (name))
      return "images";
    if (g_str_has_suffix (name, ".npy"))
      return "npz";
  }
  return NULL;
}

char *
lm_spec_guess (const char *path,
               GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  const char *kind = NULL;
  LmSpec spec = { 0 };
  char *text;

  if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("There is nothing at “%s”. Check the path."), path);
    return NULL;
  }
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    kind = guess_folder (path, 0);
  else if (is_idx_name (path))
    kind = "idx";
  else if (lm_archive_is_archive (path))
    kind = guess_archive (path);
  if (kind == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED,
                 _ ("“%s” holds no data that Lamina reads: folders of pictures per class, IDX files, or an .npz with x and y."), path);
    return NULL;
  }
  spec.source = (const LmSourceClass *) lm_family_find ("source", kind);
  spec.path = is_idx_name (path) && !g_file_test (path, G_FILE_TEST_IS_DIR) ? parent : (char *) path;
  spec.options = lm_option_set_new (&spec.source->member);
  text = lm_spec_format (&spec);
  lm_option_set_free (spec.options);
  return text;
}
