/* lm-data-checks.h: what is good and what is doubtful in a data set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-job.h"

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_DATA_CHECKS (lm_data_checks_get_type ())

/**
 * LmDataChecks:
 *
 * Looks through a data set on another thread and lists what it found: a tick
 * or a triangle each. Signal “show-samples” (const LmDataCheck *): the person wants
 * to see the samples it is about.
 */
G_DECLARE_FINAL_TYPE (LmDataChecks, lm_data_checks, LM, DATA_CHECKS, GtkWidget)

/* (nullable): begins at once, unless it is what was looked at. */
void lm_data_checks_set_dataset (LmDataChecks *self, LmDataset *dataset);

/* (nullable): while it is not known. */
const LmDataReport *lm_data_checks_get_report (LmDataChecks *self);

G_END_DECLS
