/* lm-image-list.h: which pictures a folder or archive holds, of which part and class
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-dataset.h"
#include "lm-source.h"

G_BEGIN_DECLS

/**
 * LmImageFile:
 * @name: path inside the folder or archive, with its own folders
 * @bytes: the file as packed in the archive; %NULL for a file in a folder
 * @width, @height: as the first bytes claim
 */
typedef struct {
  char *name;
  int label;
  LmPart part;
  guint64 size;
  int width;
  int height;
  GBytes *bytes;
} LmImageFile;

/**
 * LmImageList:
 * @files: LmImageFile, sorted by part, then name
 * @class_names: sorted by name, as Keras does
 * @n_broken, @broken: how many files were left out because they cannot be read, and what is wrong with the first few
 */
typedef struct {
  GPtrArray *files;
  GPtrArray *class_names; /* char *, NULL at the end */
  gsize first[LM_N_PARTS + 1];
  gsize n_broken;
  GPtrArray *broken; /* char * */
} LmImageList;

/**
 * lm_image_list_new:
 *
 * Lists the pictures of `images:PATH`: a folder per class; above these, if they
 * are there, folders train, val (valid, validation) and test; above all, if
 * everything is in it, one more folder. Each file's first and last bytes are
 * looked at, so empty, foreign and cut-off files are found now.
 *
 * Errors: %LM_ERROR_NOT_FOUND if there is no folder per class, %LM_ERROR_DATA if no picture can be read, those of archives,
 * %LM_ERROR_CANCELLED
 */
LmImageList *lm_image_list_new (const LmSourceRequest *request, GError **error);
void lm_image_list_free (LmImageList *self);

/* Returns: (transfer full): the bytes of a file. */
GBytes *lm_image_file_read (const LmImageFile *self, const char *folder, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmImageList, lm_image_list_free)

G_END_DECLS
