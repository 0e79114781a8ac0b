/* lm-measure.h: a trained network measured on a part of the data, on another thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-job.h"

#include "lm-engine.h"

G_BEGIN_DECLS

/**
 * LmMeasurement:
 * @checkpoint: “last” or “best”
 * @epoch, @step: of the weights that were measured
 * @report: %NULL if the targets are no classes: then @message says so
 */
typedef struct {
  gint64 run;
  char *checkpoint;
  LmPart part;
  gint64 epoch;
  gint64 step;
  LmDataset *dataset;
  LmReport *report;
  char *message;
  LmEvaluation figures;
  double seconds;
} LmMeasurement;

void lm_measurement_free (LmMeasurement *self);

/* Share of the most frequent class: what always answering it would reach. */
double lm_measurement_baseline (const LmMeasurement *self);

/* Mean over the classes that occur of F1 = 2 TP / (2 TP + FP + FN), as scikit-learn's f1_macro. */
double lm_measurement_f1 (const LmMeasurement *self);

/* F1 of one class; 0/0 is 0. */
double lm_report_f1 (const LmReport *report, int class_index);

/* The 95 % interval of an accuracy of @k right of @n. Source: Wilson 1927, the score interval with z = 1.96. */
void lm_accuracy_interval (gsize k, gsize n, double *low, double *high);

/* @measurement: (transfer full): or %NULL with @error. On the main thread. */
typedef void (*LmMeasured) (gpointer owner, LmMeasurement *measurement, const GError *error);

/**
 * lm_measure:
 * @owner: a #GObject
 * @design: of the project now, and @dataset (nullable), the data that it has: read again only if the run had others
 * @job: tells how far it is, and cancels
 */
void lm_measure (gpointer owner, LmProject *project, const LmDesign *design, LmDataset *dataset, gint64 run, const char *checkpoint, LmPart part, LmJob *job, LmMeasured done);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmMeasurement, lm_measurement_free)

G_END_DECLS
