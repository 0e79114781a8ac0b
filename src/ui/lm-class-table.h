/* lm-class-table.h: precision, recall and F1 class by class
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-measure.h"

G_BEGIN_DECLS

#define LM_TYPE_CLASS_TABLE (lm_class_table_get_type ())

/**
 * LmClassTable:
 *
 * A row per class, sorted by any column. Signal “activated” (int class).
 */
G_DECLARE_FINAL_TYPE (LmClassTable, lm_class_table, LM, CLASS_TABLE, GtkWidget)

/* @report: (nullable): copied */
void lm_class_table_set_report (LmClassTable *self, const LmReport *report);

G_END_DECLS
