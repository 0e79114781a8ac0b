/* lm-data-report.h: checks of a data set, as plain data
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-dataset.h"
#include "lm-progress.h"

G_BEGIN_DECLS

typedef enum {
  LM_CHECK_OK,
  LM_CHECK_NOTE,
  LM_CHECK_WARNING,
} LmCheckLevel;

/**
 * LmDataCheck:
 * @id: “balance”, “duplicates”, “constant”, “labels”, “finite”, “parts”, “files”: never translated
 * @title: for people: “312 samples are in training and in validation”
 * @detail: why it matters and what to do; %NULL for none
 * @samples: (array length=n_samples): numbers in @part of the samples it is about, 100 at most; %NULL for none
 */
typedef struct {
  const char *id;
  LmCheckLevel level;
  char *title;
  char *detail;
  LmPart part;
  gsize n_samples;
  guint32 *samples;
} LmDataCheck;

typedef struct {
  int n_checks;
  LmDataCheck *checks;
} LmDataReport;

/**
 * lm_data_report_new:
 *
 * Looks at class balance, samples that are in two parts (by a 64-bit hash of
 * the raw input), features that never change, labels out of range or missing
 * from training, and values that are not finite. Reads every sample once, the
 * test part too (it shows none of it: @samples never names test samples).
 *
 * Errors: those of reading, %LM_ERROR_CANCELLED
 */
LmDataReport *lm_data_report_new (const LmDataset *dataset, LmProgressFunc progress, void *progress_data, GError **error);
void lm_data_report_free (LmDataReport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmDataReport, lm_data_report_free)

G_END_DECLS
