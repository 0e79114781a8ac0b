/* lm-option-choice.h: the drop-down of an option with choices or members
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-engine.h"

G_BEGIN_DECLS

/* @none: (nullable): what the choice for none is called. Long lists can be searched. Watch “notify::selected”. */
GtkWidget *lm_option_choice_new (const LmOptionSpec *spec, const char *none);
void lm_option_choice_set_none (GtkWidget *choice, const LmOptionSpec *spec, const char *none);

void lm_option_choice_show (GtkWidget *choice, const LmOptionSpec *spec, const LmOptionSet *set, int index);

/* @value: (out): to be cleared. FALSE if nothing is chosen. */
gboolean lm_option_choice_read (GtkWidget *choice, const LmOptionSpec *spec, LmOptionValue *value);

G_END_DECLS
