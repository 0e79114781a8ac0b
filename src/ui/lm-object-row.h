/* lm-object-row.h: an option that is a member of a family with options of its own: kernel_initializer, l2
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_OBJECT_ROW (lm_object_row_get_type ())

/**
 * LmObjectRow:
 *
 * A choice of members; below it, when unfolded, the options of the chosen one.
 * Signal “edited” as #LmOptionRow has it, with the whole object.
 */
G_DECLARE_FINAL_TYPE (LmObjectRow, lm_object_row, LM, OBJECT_ROW, AdwExpanderRow)

/* TRUE if some member of the spec's family has options. */
gboolean lm_object_row_is_for (const LmOptionSpec *spec);

GtkWidget *lm_object_row_new (const LmOptionSpec *spec);
void lm_object_row_show (LmObjectRow *self, const LmOptionSet *set, int index, gboolean is_mixed);

G_END_DECLS
