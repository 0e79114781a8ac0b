/* lm-problems.h: the list of mistakes and hints that the status strip opens
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-editor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LM_TYPE_PROBLEMS (lm_problems_get_type ())

/**
 * LmProblems:
 *
 * One row each, mistakes first. Choosing one selects its layer, which shows
 * the remedies, and emits “chosen”; those of the network as a whole have their remedies here.
 */
G_DECLARE_FINAL_TYPE (LmProblems, lm_problems, LM, PROBLEMS, GtkPopover)

void lm_problems_set_editor (LmProblems *self, LmEditor *editor);
int lm_problems_get_n (LmProblems *self);

G_END_DECLS
