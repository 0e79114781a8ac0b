/* lm-source.h: from a data SPEC to a data set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-dataset.h"
#include "lm-option.h"
#include "lm-progress.h"

G_BEGIN_DECLS

/* What a source gets to open. */
typedef struct {
  const char *path;  /* absolute; for builtin sources NULL */
  const char *shown; /* the path as the user wrote it, for messages */
  const LmOptionSet *options;
  LmProgressFunc progress;
  void *progress_data;
} LmSourceRequest;

/**
 * LmSourceClass:
 * @is_builtin: reached as `builtin:ID`, needs no path; else as `ID:PATH`
 * @open: reads what is needed to know sizes, classes and parts; called from any thread
 *
 * The member's id is the kind in the SPEC, its options the keys of the query.
 * Families: “source”. A source is one file, one line in meson.build.
 */
typedef struct {
  LmMember member;
  gboolean is_builtin;
  const char *path_hint; /* N_(): “a folder with a folder per class”; NULL for builtin */
  LmDataset *(*open) (const LmSourceRequest *request, GError **error);
} LmSourceClass;

/**
 * LmSpec:
 *
 * A data SPEC, taken apart: `KIND:PATH?key=value&key=value`. Keys and values
 * are percent-decoded (`+` is itself), the path is not; in the path `\?` is a
 * question mark and `\\` a backslash before one. A plain value.
 */
typedef struct {
  const LmSourceClass *source;
  char *path; /* NULL for builtin */
  LmOptionSet *options;
} LmSpec;

/**
 * lm_spec_parse:
 *
 * Errors: %LM_ERROR_USAGE for a text without a known kind, %LM_ERROR_OPTION for a key or a value that the source does
 * not have; the message names what there is.
 */
LmSpec *lm_spec_parse (const char *text, GError **error);

/* Returns: (transfer full): the text again; options at their default are left out. Parses back to the same. */
char *lm_spec_format (const LmSpec *self);
LmSpec *lm_spec_copy (const LmSpec *self);
void lm_spec_free (LmSpec *self);

/* Returns: (transfer full): the path with @base_dir before it if it is relative (NULL: the current folder); `~/` is the home folder. */
char *lm_spec_resolve (const LmSpec *self, const char *base_dir);

/* Rewrites the path relative to @base_dir where it lies in that folder or below it, else absolute. */
void lm_spec_make_relative (LmSpec *self, const char *old_base_dir, const char *base_dir);

/**
 * lm_spec_guess:
 * @path: a file or folder that was dropped or named without a kind
 *
 * Returns: (transfer full): the SPEC that fits what lies there (npz, idx, images), or %NULL with %LM_ERROR_UNSUPPORTED
 * or %LM_ERROR_NOT_FOUND set
 */
char *lm_spec_guess (const char *path, GError **error);

/**
 * LmOpenArgs:
 * @base_dir: relative paths start here; %NULL: the current folder
 * @seed: of the order from which a validation part is taken
 * @validation_split: `--validation-split`; negative: the data's own rule (a tenth; none for an npz with x and y alone). A validation part
 *   that the data bring along stays as it is
 */
typedef struct {
  const char *base_dir;
  guint64 seed;
  double validation_split;
  LmProgressFunc progress;
  void *progress_data;
} LmOpenArgs;

#define LM_OPEN_ARGS_DEFAULT ((LmOpenArgs){ .validation_split = -1 })

/**
 * lm_data_open:
 * @args: %NULL for the defaults
 *
 * Opens a data set. Gives raw values (pixels 0 … 255); the project's chain
 * scales. Never makes a test part.
 *
 * Returns: (transfer full): or %NULL with an error of lm_spec_parse(), %LM_ERROR_NOT_FOUND, %LM_ERROR_IO,
 * %LM_ERROR_FORMAT, %LM_ERROR_LIMIT, %LM_ERROR_DATA or %LM_ERROR_CANCELLED set
 * Thread: any
 */
LmDataset *lm_data_open (const char *spec, const LmOpenArgs *args, GError **error);

/* Helpers for sources. FALSE with %LM_ERROR_CANCELLED set if the request's owner wants no more. */
gboolean lm_request_progress (const LmSourceRequest *self, const char *what, double share, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmSpec, lm_spec_free)

G_END_DECLS
