/* lm-dataset.h: samples of named, typed columns in up to three parts, read by index from any thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-error.h"
#include "lm-ref.h"
#include "lm-tensor.h"

G_BEGIN_DECLS

typedef enum {
  LM_PART_TRAIN,
  LM_PART_VALIDATION,
  LM_PART_TEST,
} LmPart;

#define LM_N_PARTS 3

/* “train”, “validation”, “test”: as on the command line; a static string. */
const char *lm_part_name (LmPart part);

/* Also reads “val” and “valid”. Returns: %FALSE with %LM_ERROR_USAGE set. */
gboolean lm_part_parse (const char *text, LmPart *part, GError **error);

/* TRUE for the part that nobody should look at while choosing a network. Reading it needs no permission here (the
 * seal is kept by the project), but whatever shows single samples must ask this first. */
static inline gboolean
lm_part_is_sealed (LmPart part)
{
  return part == LM_PART_TEST;
}

typedef enum {
  LM_ROLE_INPUT,
  LM_ROLE_TARGET,
} LmRole;

/**
 * LmColumn:
 * @name: the name of the Input or output it serves; “x” and “y”, “image” and “label” where the source has no better
 * @dtype: of the raw values: %LM_F32, %LM_I32 or %LM_U8
 * @sample: shape of one sample without the batch axis: 28×28×1, 13; rank 0 for one value
 * @n_classes: the values are class numbers 0 … n_classes − 1; 0: plain numbers. A suggestion: whole numbers
 *   of an .npz may be amounts as well, the loss decides
 * @class_names: (array length=n_classes) or %NULL: the numbers serve as names
 * @has_range, @min, @max: values lie in this range by the nature of the data (pixels 0 … 255), not as found
 * @description: for people, translated: “grey pictures of 28×28 pixels”
 */
typedef struct {
  char *name;
  LmRole role;
  LmDtype dtype;
  LmShape sample;
  int n_classes;
  char **class_names;
  gboolean has_range;
  double min;
  double max;
  gboolean is_picture; /* (H, W, 1) or (H, W, 3), to be shown as such */
  char *description;
} LmColumn;

typedef struct _LmDataset LmDataset;

/* What a kind of data set does itself. Both are called from any thread, several at a time. */
typedef struct {
  /* Writes the raw values of @n samples of @part to @out, in the column's dtype. Indices are in range. */
  gboolean (*read) (const LmDataset *self, LmPart part, const guint32 *index, gsize n, int column, void *out, GError **error);
  /* (transfer full): what to call sample @i: a file name; %NULL if it has no name. May be NULL. */
  char *(*sample_name) (const LmDataset *self, LmPart part, guint32 i);
  /* Frees what the kind holds, @self->impl included; the fields below are freed by lm_dataset_unref(). */
  void (*free) (LmDataset *self);
} LmDatasetClass;

/**
 * LmDataset:
 * @name: short, for people: “digits”, the folder's or the file's name
 * @spec: the data SPEC it came from, paths as given; NULL for one made in memory
 * @fingerprint: 16 hexadecimal digits: other data, other fingerprint (with all but certainty). Made of sizes,
 *   names and the first and last bytes of each file, so it is cheap and does not depend on where the files lie
 * @description: one line for people: “10,000 + 2,000 + 2,000 grey pictures of 28×28 pixels, 10 classes”
 * @validation_share: what lm_data_open() takes from training when there is no validation part and nobody says how
 *   much: a tenth; 0 for an npz with x and y alone
 * @notes: (array zero-terminated=1): what people should know: “3 of 2,000 pictures cannot be read: …”
 *
 * Immutable once made; all fields are read-only except for the source that
 * fills them. Thread: any.
 */
struct _LmDataset {
  LmRef ref;
  const LmDatasetClass *klass;
  void *impl;
  char *name;
  char *spec;
  char *fingerprint;
  char *description;
  double validation_share;
  char **notes;
  gsize n_samples[LM_N_PARTS]; /* 0: the part is absent */
  int n_columns;
  LmColumn *columns;
};

/* Returns: (transfer full): with @n_columns zeroed columns for a source to fill. @impl is handed over. */
LmDataset *lm_dataset_new (const LmDatasetClass *klass, void *impl, int n_columns);
LmDataset *lm_dataset_ref (LmDataset *self);
void lm_dataset_unref (LmDataset *self);

static inline gsize
lm_dataset_n (const LmDataset *self, LmPart part)
{
  return self->n_samples[part];
}

static inline gboolean
lm_dataset_has (const LmDataset *self, LmPart part)
{
  return self->n_samples[part] > 0;
}

/* The part to look at when none is named: validation, else training, else test. */
LmPart lm_dataset_default_part (const LmDataset *self);

/**
 * lm_dataset_read:
 * @index: (array length=n): which samples; any order, repeats allowed; %NULL for 0 … n − 1
 * @column: index into columns
 * @out: room for n samples in the column's dtype
 *
 * Reads raw values. Allocates nothing if the data lie in memory (builtin
 * after the first time, idx, npz); decodes pictures otherwise.
 *
 * Errors: %LM_ERROR_IO, %LM_ERROR_FORMAT of the file that holds the sample. An index out of range is an assertion.
 * Thread: any, several at a time
 */
gboolean lm_dataset_read (const LmDataset *self, LmPart part, const guint32 *index, gsize n, int column, void *out, GError **error);

/* The same as float32 and as int32. As int32, a value that is no whole number is %LM_ERROR_DATA.
 * @out has room for n samples of 4-byte numbers; no other memory is used. */
gboolean lm_dataset_read_f32 (const LmDataset *self, LmPart part, const guint32 *index, gsize n, int column, float *out, GError **error);
gboolean lm_dataset_read_i32 (const LmDataset *self, LmPart part, const guint32 *index, gsize n, int column, gint32 *out, GError **error);

/* Returns: (transfer full): one sample as float32, raw, without batch axis: what explain and the window show. */
LmTensor *lm_dataset_sample (const LmDataset *self, LmPart part, guint32 i, int column, GError **error);

/* Returns: (transfer full): “validation 17”, or the name of the file. */
char *lm_dataset_sample_name (const LmDataset *self, LmPart part, guint32 i);

/* Values per sample of a column; bytes per sample. */
gsize lm_column_size (const LmColumn *self);
gsize lm_column_bytes (const LmColumn *self);

/* Returns: (transfer full): the name of class @i: from class_names, else the number. */
char *lm_column_class_name (const LmColumn *self, int i);

/* Index of a column by name, −1 if there is none; the first column of a role, −1; how many of a role. */
int lm_dataset_column (const LmDataset *self, const char *name);
int lm_dataset_first (const LmDataset *self, LmRole role);
int lm_dataset_count (const LmDataset *self, LmRole role);

/**
 * lm_dataset_find_input:
 * @input: name of the Input layer
 * @is_only: the network has just this one Input: a single input column serves it, whatever the names
 * @shape: shape of the Input, with or without the batch axis
 *
 * Finds the column for an Input and checks that a sample has as many values
 * as the Input takes (28×28 serves 28×28×1 and 784).
 *
 * Returns: the column, or −1 with %LM_ERROR_DATA set: which column is missing, or both shapes and the remedy
 */
int lm_dataset_find_input (const LmDataset *self, const char *input, gboolean is_only, const LmShape *shape, GError **error);

/* The same for the target of the output @output (its layer's name, or the target's name in the training settings). */
int lm_dataset_find_target (const LmDataset *self, const char *output, gboolean is_only, GError **error);

/* TRUE if the validation part was taken from the samples that the source has for training; FALSE if there is none, or the
 * source brought it along. */
gboolean lm_dataset_is_split (const LmDataset *self);

/**
 * lm_dataset_class_counts:
 * @counts: room for the column's n_classes
 *
 * How many samples of a part are of each class. One pass over the column.
 */
gboolean lm_dataset_class_counts (const LmDataset *self, LmPart part, int column, gint64 *counts, GError **error);

/**
 * lm_dataset_split_validation:
 * @fraction: share of the training part, 0 to 1 without 1; 0 leaves no validation part
 *
 * Takes a validation part from the training part: the last share of a seeded
 * order, at least one sample if fraction > 0. Both parts stay in file order.
 * A validation part that is there already is replaced: the two are joined first
 * if @join, else it is left out. The test part is untouched.
 *
 * Returns: (transfer full): a view that holds a reference to @self
 * Errors: %LM_ERROR_OPTION for a fraction out of range, %LM_ERROR_DATA if one of the parts would be empty
 */
LmDataset *lm_dataset_split_validation (LmDataset *self, double fraction, guint64 seed, gboolean join, GError **error);

/**
 * lm_dataset_new_view:
 * @train, @validation: (array): sample numbers in the pool: first all training samples of @self, then all validation samples
 *
 * A data set whose training and validation parts are made of the pool's
 * samples: folds of a protocol, subsets. The lists are copied; the test part
 * is that of @self.
 */
LmDataset *lm_dataset_new_view (LmDataset *self, const guint32 *train, gsize n_train, const guint32 *validation, gsize n_validation);

/**
 * lm_dataset_new_memory:
 * @columns: (array length=n_columns): copied; dtype and sample shape are taken from the tensors
 * @tensors: (array): tensors[part · n_columns + column], (n, sample…), a reference is taken; %NULL where the part is absent.
 *   %LM_F32, %LM_I32 or %LM_U8
 *
 * A data set from arrays. All columns of a part have the same number of
 * samples, all parts the same sample shapes and dtypes: anything else is an
 * assertion. @name and a fingerprint of the contents are set; the rest is the
 * caller's to fill.
 */
LmDataset *lm_dataset_new_memory (const char *name, int n_columns, const LmColumn *columns, LmTensor *const *tensors);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmDataset, lm_dataset_unref)

G_END_DECLS
