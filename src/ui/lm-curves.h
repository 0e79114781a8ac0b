/* lm-curves.h: the curves of several runs in one picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-engine.h"

G_BEGIN_DECLS

/**
 * lm_curves_add_run:
 * @history: (nullable): %NULL keeps the place, and so the colours of those that follow
 *
 * Adds the validation curves (training where there is none) of another run to
 * the panels of the same title.
 */
void lm_curves_add_run (LmCurvesPicture *self, const char *name, LmHistory *history);

/* Where there is a value per step, the line of the epochs' means says nothing new: it is left out. */
void lm_curves_drop_means (LmCurvesPicture *self);

/* (transfer full): what a person would say about the curves of a run. */
char *lm_curves_sentence (LmHistory *history);

G_END_DECLS
