/* lm-data-report.c: checks of a data set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-data-report.h"

#include "lm-i18n.h"
#include "lm-rng.h"

#include <math.h>
#include <string.h>

#define MAX_SAMPLES 100

/* From this ratio between the largest and the smallest class on, accuracy hides the smallest. */
#define UNBALANCED 10

/* Features that are followed one by one; beyond that a column is too wide to list. */
#define MAX_FEATURES ((gsize) 1 << 20)

/* What one reading of all samples gathers. */
typedef struct {
  const LmDataset *dataset;
  LmProgressFunc progress;
  void *progress_data;
  gsize done;
  gsize total;
  GArray *hashes[LM_N_PARTS]; /* guint64 per sample */
  GArray *not_finite;         /* guint32: training samples */
  gsize n_not_finite;
} Scan;

static LmDataCheck *
add_check (GArray *checks,
           const char *id,
           LmCheckLevel level,
           char *title,
           const char *detail)
{
  LmDataCheck check = { .id = id, .level = level, .title = title, .detail = g_strdup (detail) };

  g_array_append_val (checks, check);
  return &g_array_index (checks, LmDataCheck, checks->len - 1);
}

static void
set_samples (LmDataCheck *check,
             LmPart part,
             const GArray *samples)
{
  check->part = part;
  check->n_samples = MIN (samples->len, MAX_SAMPLES);
  check->samples = g_memdup2 (samples->data, check->n_samples * sizeof (guint32));
}

static gboolean
tick (Scan *scan,
      GError **error)
{
  if (scan->progress == NULL || scan->progress (scan->progress_data, _ ("Checking the data"), (double) scan->done / (double) scan->total))
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_CANCELLED, _ ("Stopped while checking the data."));
  return FALSE;
}

static gboolean
is_finite (const LmColumn *column,
           const void *sample)
{
  const float *x = sample;

  for (gsize i = 0; column->dtype == LM_F32 && i < lm_column_size (column); i++) {
    if (!isfinite (x[i]))
      return FALSE;
  }
  return TRUE;
}

/* Reads every input of a part once: a hash per sample, and whether all is finite. */
static gboolean
scan_part (Scan *scan,
           LmPart part,
           GError **error)
{
  const LmDataset *dataset = scan->dataset;
  gsize n = dataset->n_samples[part];

  if (n == 0)
    return TRUE;
  g_array_set_size (scan->hashes[part], (guint) n);
  memset (scan->hashes[part]->data, 0, n * sizeof (guint64));
  for (int c = 0; c < dataset->n_columns; c++) {
    const LmColumn *column = &dataset->columns[c];
    gsize bytes = lm_column_bytes (column);
    g_autofree guint8 *sample = g_malloc (bytes);

    if (column->role != LM_ROLE_INPUT)
      continue;
    for (guint32 i = 0; i < n; i++, scan->done++) {
      guint64 *hash = &g_array_index (scan->hashes[part], guint64, i);

      if (i % 256 == 0 && !tick (scan, error))
        return FALSE;
      if (!lm_dataset_read (dataset, part, &i, 1, c, sample, error))
        return FALSE;
      *hash = lm_hash_bytes (sample, bytes, *hash);
      if (!is_finite (column, sample)) {
        scan->n_not_finite++;
        if (part == LM_PART_TRAIN)
          g_array_append_val (scan->not_finite, i);
      }
    }
  }
  return TRUE;
}

static void
check_finite (const Scan *scan,
              GArray *checks)
{
  LmDataCheck *check;

  if (scan->n_not_finite == 0) {
    add_check (checks, "finite", LM_CHECK_OK, g_strdup (_ ("All values are finite")), NULL);
    return;
  }
  check = add_check (checks, "finite", LM_CHECK_WARNING,
                     g_strdup_printf (_ ("%'llu values or samples are missing or infinite"), (unsigned long long) scan->n_not_finite),
                     _ ("A network that meets one of them answers with nothing but NaN. Leave these samples out or fill the gaps."));
  set_samples (check, LM_PART_TRAIN, scan->not_finite);
}

/* Samples of @part whose hash is also in @other. */
static gsize
find_common (const Scan *scan,
             LmPart part,
             LmPart other,
             GArray *found)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);
  gsize n = 0;

  for (guint i = 0; i < scan->hashes[other]->len; i++)
    g_hash_table_add (seen, &g_array_index (scan->hashes[other], guint64, i));
  for (guint32 i = 0; i < scan->hashes[part]->len; i++) {
    if (!g_hash_table_contains (seen, &g_array_index (scan->hashes[part], guint64, i)))
      continue;
    g_array_append_val (found, i);
    n++;
  }
  return n;
}

static void
check_duplicates (const Scan *scan,
                  GArray *checks)
{
  static const LmPart pairs[][2] = {
    { LM_PART_VALIDATION, LM_PART_TRAIN },
    { LM_PART_TRAIN, LM_PART_TEST },
    { LM_PART_VALIDATION, LM_PART_TEST },
  };
  const char *const titles[] = {
    _ ("%'llu validation samples are in training as well"),
    _ ("%'llu training samples are in the test part as well"),
    _ ("%'llu validation samples are in the test part as well"),
  };
  gboolean any = FALSE;

  for (gsize k = 0; k < G_N_ELEMENTS (pairs); k++) {
    g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (guint32));
    gsize n = find_common (scan, pairs[k][0], pairs[k][1], found);

    if (n == 0)
      continue;
    any = TRUE;
    set_samples (add_check (checks, "duplicates", LM_CHECK_WARNING, g_strdup_printf (titles[k], (unsigned long long) n),
                            _ ("Figures on a part are only honest if its samples were not trained on. Leave the doubles out of one part.")),
                 pairs[k][0], found);
  }
  if (!any)
    add_check (checks, "duplicates", LM_CHECK_OK, g_strdup (_ ("No sample is in two parts")), NULL);
}

/* Values of a training column that are the same in every sample. Pictures have such pixels by nature. */
static gboolean
check_constant (const LmDataset *dataset,
                int c,
                GArray *checks,
                GError **error)
{
  const LmColumn *column = &dataset->columns[c];
  gsize size = lm_column_size (column);
  gsize n = dataset->n_samples[LM_PART_TRAIN];
  g_autofree float *first = NULL;
  g_autofree float *sample = NULL;
  g_autofree guint8 *varies = NULL;
  gsize n_constant = 0;

  if (column->role != LM_ROLE_INPUT || column->is_picture || size > MAX_FEATURES || n < 2)
    return TRUE;
  first = g_new (float, size);
  sample = g_new (float, size);
  varies = g_new0 (guint8, size);
  for (guint32 i = 0; i < n; i++) {
    if (!lm_dataset_read_f32 (dataset, LM_PART_TRAIN, &i, 1, c, i == 0 ? first : sample, error))
      return FALSE;
    for (gsize k = 0; i > 0 && k < size; k++)
      varies[k] |= !(first[k] <= sample[k] && first[k] >= sample[k]);
  }
  for (gsize k = 0; k < size; k++)
    n_constant += !varies[k];
  if (n_constant == 0)
    add_check (checks, "constant", LM_CHECK_OK, g_strdup_printf (_ ("Every value of “%s” varies"), column->name), NULL);
  else
    add_check (checks, "constant", LM_CHECK_NOTE,
               g_strdup_printf (_ ("%'llu of the %'llu values of “%s” never change in training"), (unsigned long long) n_constant,
                                (unsigned long long) size, column->name),
               _ ("They tell the network nothing; they can be left out."));
  return TRUE;
}

/* Classes that other parts have but training has not, and how uneven the classes are. */
static gboolean
check_classes (const LmDataset *dataset,
               int c,
               GArray *checks,
               GError **error)
{
  const LmColumn *column = &dataset->columns[c];
  g_autofree gint64 *train = NULL;
  g_autofree gint64 *other = NULL;
  int smallest = -1;
  int largest = 0;

  if (column->n_classes == 0 || lm_column_size (column) != 1 || !lm_dataset_has (dataset, LM_PART_TRAIN))
    return TRUE;
  train = g_new (gint64, column->n_classes);
  other = g_new (gint64, column->n_classes);
  if (!lm_dataset_class_counts (dataset, LM_PART_TRAIN, c, train, error))
    return FALSE;
  for (int part = LM_PART_VALIDATION; part < LM_N_PARTS; part++) {
    if (!lm_dataset_class_counts (dataset, (LmPart) part, c, other, error))
      return FALSE;
    for (int k = 0; k < column->n_classes; k++) {
      g_autofree char *name = lm_column_class_name (column, k);

      if (train[k] == 0 && other[k] > 0)
        add_check (checks, "labels", LM_CHECK_WARNING,
                   g_strdup_printf (_ ("The class “%s” is in the %s part but not in training"), name, lm_part_name ((LmPart) part)),
                   _ ("The network cannot learn it. Split the data anew or add samples."));
    }
  }
  for (int k = 0; k < column->n_classes; k++) {
    if (train[k] > 0 && (smallest < 0 || train[k] < train[smallest]))
      smallest = k;
    if (train[k] > train[largest])
      largest = k;
  }
  if (smallest >= 0) {
    double n = (double) dataset->n_samples[LM_PART_TRAIN];
    g_autofree char *low = lm_column_class_name (column, smallest);
    g_autofree char *high = lm_column_class_name (column, largest);
    gboolean uneven = train[largest] >= UNBALANCED * train[smallest];

    add_check (checks, "balance", uneven ? LM_CHECK_WARNING : LM_CHECK_OK,
               g_strdup_printf (_ ("The classes are between %.1f %% (“%s”) and %.1f %% (“%s”) of the training samples"),
                                100 * (double) train[smallest] / n, low, 100 * (double) train[largest] / n, high),
               uneven ? _ ("Accuracy hides rare classes. Judge by precision and recall of each class.") : NULL);
  }
  return TRUE;
}

static void
check_parts (const LmDataset *dataset,
             GArray *checks)
{
  gboolean has_validation = lm_dataset_has (dataset, LM_PART_VALIDATION);
  gboolean has_test = lm_dataset_has (dataset, LM_PART_TEST);

  if (has_validation && has_test)
    add_check (checks, "parts", LM_CHECK_OK, g_strdup (_ ("There are training, validation and test samples")), NULL);
  if (!has_validation)
    add_check (checks, "parts", LM_CHECK_NOTE, g_strdup (_ ("There are no validation samples")),
               _ ("Without them nobody sees when the network begins to learn by heart. Set a validation split."));
  if (!has_test)
    add_check (checks, "parts", LM_CHECK_NOTE, g_strdup (_ ("There are no test samples")),
               _ ("A last, honest figure needs samples that no choice was made by."));
  for (int i = 0; dataset->notes != NULL && dataset->notes[i] != NULL; i++)
    add_check (checks, "files", LM_CHECK_WARNING, g_strdup (dataset->notes[i]), NULL);
}

static gboolean
run_checks (Scan *scan,
            GArray *checks,
            GError **error)
{
  const LmDataset *dataset = scan->dataset;

  check_parts (dataset, checks);
  for (int c = 0; c < dataset->n_columns; c++) {
    if (!check_classes (dataset, c, checks, error))
      return FALSE;
  }
  for (int part = 0; part < LM_N_PARTS; part++) {
    if (!scan_part (scan, (LmPart) part, error))
      return FALSE;
  }
  check_duplicates (scan, checks);
  check_finite (scan, checks);
  for (int c = 0; c < dataset->n_columns; c++) {
    if (!tick (scan, error) || !check_constant (dataset, c, checks, error))
      return FALSE;
  }
  return TRUE;
}

LmDataReport *
lm_data_report_new (const LmDataset *dataset,
                    LmProgressFunc progress,
                    void *progress_data,
                    GError **error)
{
  Scan scan = { .dataset = dataset, .progress = progress, .progress_data = progress_data, .total = 1 };
  LmDataReport *self = g_new0 (LmDataReport, 1);
  GArray *checks = g_array_new (FALSE, FALSE, sizeof (LmDataCheck));
  gboolean good;

  scan.not_finite = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (int part = 0; part < LM_N_PARTS; part++) {
    scan.hashes[part] = g_array_new (FALSE, FALSE, sizeof (guint64));
    scan.total += dataset->n_samples[part] * (gsize) lm_dataset_count (dataset, LM_ROLE_INPUT);
  }
  good = run_checks (&scan, checks, error);
  for (int part = 0; part < LM_N_PARTS; part++)
    g_array_unref (scan.hashes[part]);
  g_array_unref (scan.not_finite);
  self->n_checks = (int) checks->len;
  self->checks = (LmDataCheck *) (void *) g_array_free (checks, FALSE);
  if (!good)
    g_clear_pointer (&self, lm_data_report_free);
  return self;
}

void
lm_data_report_free (LmDataReport *self)
{
  for (int i = 0; i < self->n_checks; i++) {
    g_free (self->checks[i].title);
    g_free (self->checks[i].detail);
    g_free (self->checks[i].samples);
  }
  g_free (self->checks);
  g_free (self);
}
