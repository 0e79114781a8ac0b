/* lm-option-row.h: an option's spec becomes a row
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_OPTION_ROW (lm_option_row_get_type ())

/**
 * LmOptionRow:
 *
 * Shows one value of an option table and lets it be changed: a switch, a
 * number with − and +, a share with a scale, sizes with equal sides, a choice,
 * a text that is checked while it is typed. What differs from the default is
 * bold. Signal “edited” (const LmOptionValue *): what the user wants, not set:
 * back to the default; the owner applies it, and the row shows what came of it.
 */
G_DECLARE_FINAL_TYPE (LmOptionRow, lm_option_row, LM, OPTION_ROW, AdwActionRow)

GtkWidget *lm_option_row_new (const LmOptionSpec *spec);
const LmOptionSpec *lm_option_row_get_spec (LmOptionRow *self);

/* What counts of @set at @index: the value, or the default. Emits nothing. */
void lm_option_row_show (LmOptionRow *self, const LmOptionSet *set, int index);

/* Several things are edited at once and differ: the row says “mixed”. Call before lm_option_row_show(). */
void lm_option_row_set_mixed (LmOptionRow *self, gboolean is_mixed);

/* What the choice for “none” is called; “none” by itself. */
void lm_option_row_set_none (LmOptionRow *self, const char *text);

/* Another number than the project's: the rate of the run at work. */
void lm_option_row_show_double (LmOptionRow *self, double value);

/* What a keyboard edits. */
void lm_option_row_focus (LmOptionRow *self);

G_END_DECLS
