/* lm-fact-row.h: a few figures beside each other, each with its name below
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LM_TYPE_FACT_ROW (lm_fact_row_get_type ())

G_DECLARE_FINAL_TYPE (LmFactRow, lm_fact_row, LM, FACT_ROW, GtkWidget)

#define LM_FACTS_MAX 3

GtkWidget *lm_fact_row_new (void);

/* @value: (nullable): no such figure; @tooltip: (nullable): more of it */
void lm_fact_row_set (LmFactRow *self, int i, const char *value, const char *name, const char *tooltip);

G_END_DECLS
