/* lm-report.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-report.h"

#include "lm-error.h"
#include "lm-i18n.h"

#include <math.h>

void
lm_report_free (LmReport *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->class_names);
  g_free (self->answers);
  g_free (self->worst);
  g_free (self->counts);
  g_free (self);
}

/* Answer of one row of @n numbers. */
static void
judge (LmAnswer *answer,
       const float *row,
       gint64 n)
{
  double of_truth;

  if (n == 1) {
    double positive = (double) row[0];

    answer->predicted = positive > 0.5;
    answer->probability = answer->predicted ? positive : 1 - positive;
    of_truth = answer->truth == 1 ? positive : 1 - positive;
  } else {
    for (int i = 1; i < n; i++) {
      if (row[i] > row[answer->predicted])
        answer->predicted = i;
    }
    answer->probability = (double) row[answer->predicted];
    of_truth = (double) row[answer->truth];
  }
  answer->loss = -log (fmin (fmax (of_truth, 1e-7), 1));
}

/* What the loss makes of logits. */
static void
squash (float *row,
        gint64 n)
{
  double max = -INFINITY, sum = 0;

  if (n == 1) {
    row[0] = (float) (1 / (1 + exp (-(double) row[0])));
    return;
  }
  for (gint64 i = 0; i < n; i++)
    max = fmax (max, (double) row[i]);
  for (gint64 i = 0; i < n; i++)
    sum += exp ((double) row[i] - max);
  for (gint64 i = 0; i < n; i++)
    row[i] = (float) (exp ((double) row[i] - max) / sum);
}

/* TRUE if the loss of the first output takes logits. */
static gboolean
from_logits (const LmDesign *design)
{
  const LmOptionSet *loss = lm_option_get_object (design->training, LM_TRAINING_LOSS);
  int option;

  if (design->outputs->len > 0 && ((LmOutputSpec *) g_ptr_array_index (design->outputs, 0))->loss != NULL)
    loss = ((LmOutputSpec *) g_ptr_array_index (design->outputs, 0))->loss;
  option = loss != NULL ? lm_option_set_index (loss, "from_logits") : -1;
  return option >= 0 && lm_option_get_bool (loss, option);
}

static int
compare_losses (gconstpointer a,
                gconstpointer b,
                gpointer data)
{
  const LmReport *self = data;
  guint32 i = *(const guint32 *) a, j = *(const guint32 *) b;

  if (self->answers[i].loss != self->answers[j].loss)
    return self->answers[i].loss > self->answers[j].loss ? -1 : 1;
  return i < j ? -1 : i > j;
}

/* Targets as vectors: the class is where the largest number stands. */
static gboolean
read_one_hot (const LmEvaluateSpec *spec,
              int column,
              gsize n,
              gint32 *labels,
              GError **error)
{
  gsize size = lm_column_size (&spec->dataset->columns[column]);
  g_autofree float *values = g_new (float, MAX (1, n * size));

  if (!lm_dataset_read_f32 (spec->dataset, spec->part, NULL, n, column, values, error))
    return FALSE;
  for (gsize i = 0; i < n; i++) {
    const float *row = values + i * size;

    labels[i] = 0;
    for (gsize k = 1; k < size; k++) {
      if (row[k] > row[labels[i]])
        labels[i] = (gint32) k;
    }
  }
  return TRUE;
}

static gboolean
read_labels (const LmEvaluateSpec *spec,
             int column,
             LmReport *self,
             GError **error)
{
  g_autofree gint32 *labels = g_new (gint32, MAX (1, self->n));

  if (!(lm_column_size (&spec->dataset->columns[column]) == 1 ? lm_dataset_read_i32 (spec->dataset, spec->part, NULL, self->n, column, labels, error) : read_one_hot (spec, column, self->n, labels, error)))
    return FALSE;
  for (gsize i = 0; i < self->n; i++) {
    if (labels[i] < 0 || labels[i] >= self->n_classes) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("Sample %zu has the label %d, but the network tells %d classes apart."), i, labels[i], self->n_classes);
      return FALSE;
    }
    self->answers[i].index = (guint32) i;
    self->answers[i].truth = labels[i];
  }
  return TRUE;
}

static gboolean
count (LmReport *self,
       GError **error)
{
  self->counts = g_try_new0 (gint64, (gsize) self->n_classes * (gsize) self->n_classes);
  if (self->counts == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("There is not enough memory for a table of %d classes."), self->n_classes);
    return FALSE;
  }
  self->worst = g_new (guint32, MAX (1, self->n));
  for (gsize i = 0; i < self->n; i++) {
    const LmAnswer *answer = &self->answers[i];

    self->counts[(gsize) answer->truth * (gsize) self->n_classes + (gsize) answer->predicted]++;
    if (answer->truth != answer->predicted)
      self->worst[self->n_mistakes++] = (guint32) i;
  }
  g_qsort_with_data (self->worst, (int) self->n_mistakes, sizeof *self->worst, compare_losses, self);
  return TRUE;
}

/* Column that the first output is to tell, −1 if it tells no classes: whole numbers may be amounts, the loss decides. */
static gboolean
find_target (const LmEvaluateSpec *spec,
             int *column,
             GError **error)
{
  LmOutputInfo info;

  *column = -1;
  if (!lm_output_info (spec->design, spec->dataset, 0, &info, error))
    return FALSE;
  if (info.column >= 0 && info.shape.rank == 2 && (info.n_classes > 1 || g_strcmp0 (info.loss, "categorical_crossentropy") == 0))
    *column = info.column;
  if (info.column < 0) {
    /* The data have other classes than the network tells; which, is said when they are read. */
    *column = lm_dataset_first (spec->dataset, LM_ROLE_TARGET);
    if (*column >= 0 && (spec->dataset->columns[*column].n_classes == 0 || lm_column_size (&spec->dataset->columns[*column]) != 1 || info.shape.rank != 2))
      *column = -1;
  }
  lm_output_info_clear (&info);
  return TRUE;
}

LmReport *
lm_report_new (const LmEvaluateSpec *spec,
               GError **error)
{
  g_autoptr (LmTensor) predictions = NULL;
  g_autoptr (LmReport) self = NULL;
  const LmColumn *target;
  gboolean logits = from_logits (spec->design);
  gint64 width;
  int column;

  if (!find_target (spec, &column, error))
    return NULL;
  if (column < 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The targets are numbers and no classes, so there is nothing to confuse. Look at the loss instead."));
    return NULL;
  }
  predictions = lm_predict (spec, 0, error);
  if (predictions == NULL)
    return NULL;

  target = &spec->dataset->columns[column];
  self = g_new0 (LmReport, 1);
  width = lm_shape_sample_size (&predictions->shape);
  self->n = (gsize) predictions->shape.dim[0];
  self->n_classes = width == 1 ? 2 : (int) width;
  self->answers = g_new0 (LmAnswer, MAX (1, self->n));
  self->class_names = g_new0 (char *, self->n_classes + 1);
  for (int i = 0; i < self->n_classes; i++)
    self->class_names[i] = i < target->n_classes ? lm_column_class_name (target, i) : g_strdup_printf ("%d", i);
  if (!read_labels (spec, column, self, error))
    return NULL;
  for (gsize i = 0; i < self->n; i++) {
    float *row = lm_tensor_f32 (predictions) + (gint64) i * width;

    if (logits)
      squash (row, width);
    judge (&self->answers[i], row, width);
  }
  if (!count (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

double
lm_report_precision (const LmReport *self,
                     int class_index)
{
  gint64 all = 0;

  for (int t = 0; t < self->n_classes; t++)
    all += self->counts[t * self->n_classes + class_index];
  return all > 0 ? (double) self->counts[class_index * self->n_classes + class_index] / (double) all : 0;
}

gint64
lm_report_support (const LmReport *self,
                   int class_index)
{
  gint64 all = 0;

  for (int p = 0; p < self->n_classes; p++)
    all += self->counts[class_index * self->n_classes + p];
  return all;
}

double
lm_report_recall (const LmReport *self,
                  int class_index)
{
  gint64 all = lm_report_support (self, class_index);

  return all > 0 ? (double) self->counts[class_index * self->n_classes + class_index] / (double) all : 0;
}

double
lm_report_accuracy (const LmReport *self)
{
  return self->n > 0 ? 1 - (double) self->n_mistakes / (double) self->n : 0;
}

GArray *
lm_report_cell (const LmReport *self,
                int truth,
                int predicted)
{
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (gsize i = 0; i < self->n; i++) {
    if (self->answers[i].truth == truth && self->answers[i].predicted == predicted)
      g_array_append_val (samples, self->answers[i].index);
  }
  return samples;
}

LmConfusionPicture *
lm_report_confusion (const LmReport *self,
                     const char *title,
                     const char *caption)
{
  LmConfusionPicture *picture = g_new0 (LmConfusionPicture, 1);

  picture->title = g_strdup (title);
  picture->caption = g_strdup (caption);
  picture->n = self->n_classes;
  picture->class_names = g_strdupv (self->class_names);
  picture->counts = g_memdup2 (self->counts, sizeof (gint64) * (gsize) self->n_classes * (gsize) self->n_classes);
  return picture;
}
