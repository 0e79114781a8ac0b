/* lm-report.h: where a classifier is right and wrong
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-evaluate.h"
#include "lm-picture.h"

G_BEGIN_DECLS

/* One answer. @probability: of the predicted class; @loss: −log of the true class's probability. */
typedef struct {
  guint32 index;
  int truth;
  int predicted;
  double probability;
  double loss;
} LmAnswer;

/**
 * LmReport:
 * @n: samples; @answers: (array length=n): in the order of the part
 * @worst: (array length=n_mistakes): indices into answers of the wrong ones, the largest loss first
 */
typedef struct {
  int n_classes;
  char **class_names; /* n_classes + 1, NULL at the end */
  gsize n;
  LmAnswer *answers;
  gsize n_mistakes;
  guint32 *worst;
  gint64 *counts; /* counts[t · n_classes + p] */
} LmReport;

/**
 * lm_report_new:
 *
 * Predicts the whole part and compares. One sigmoid output counts as two
 * classes, told apart at 0.5: above it is class 1, as the metric “accuracy” has it. What
 * is trained from logits goes through the sigmoid or softmax that the loss
 * thinks of. Targets are class numbers, or a vector with a one in the class.
 *
 * Returns: (transfer full): %NULL with an error of lm_predict(), %LM_ERROR_DATA if the targets are no classes, or
 * %LM_ERROR_LIMIT if there are too many of them for a table
 */
LmReport *lm_report_new (const LmEvaluateSpec *spec, GError **error);
void lm_report_free (LmReport *self);

/* Precision TP / (TP + FP), recall TP / (TP + FN) of a class, 0/0 is 0; how many samples are of it. */
double lm_report_precision (const LmReport *self, int class_index);
double lm_report_recall (const LmReport *self, int class_index);
gint64 lm_report_support (const LmReport *self, int class_index);
double lm_report_accuracy (const LmReport *self);

/* (transfer full) (element-type guint32): numbers of the samples behind a cell. */
GArray *lm_report_cell (const LmReport *self, int truth, int predicted);

/* Returns: (transfer full) */
LmConfusionPicture *lm_report_confusion (const LmReport *self, const char *title, const char *caption);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmReport, lm_report_free)

G_END_DECLS
