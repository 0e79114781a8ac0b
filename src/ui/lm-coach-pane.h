/* lm-coach-pane.h: what to try next
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-page.h"

G_BEGIN_DECLS

#define LM_TYPE_COACH_PANE (lm_coach_pane_get_type ())

/**
 * LmCoachPane:
 *
 * The first steps, as cards that tick themselves off from what is in the
 * project: train, draw a digit, make it better and train again. Signal
 * “close”: the user has read enough.
 */
G_DECLARE_FINAL_TYPE (LmCoachPane, lm_coach_pane, LM, COACH_PANE, GtkWidget)

void lm_coach_pane_set_source (LmCoachPane *self, const LmSource *source);

/* How many of its steps are done. */
guint lm_coach_pane_get_n_done (LmCoachPane *self);

G_END_DECLS
