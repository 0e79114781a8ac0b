/* lm-answer-bars.h: what the network says: the most probable classes as bars, or a number
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_ANSWER_BARS (lm_answer_bars_get_type ())

/**
 * LmAnswerBars:
 *
 * Click, or Up, Down and Return, choose a class. Signal “chosen”: (int
 * class_index), −1 when the chosen one is chosen again.
 */
G_DECLARE_FINAL_TYPE (LmAnswerBars, lm_answer_bars, LM, ANSWER_BARS, GtkWidget)

/* Copied. @answer: (nullable); @since: µs: the movement of the pen that it answers, 0 for none */
void lm_answer_bars_set_answer (LmAnswerBars *self, const LmPrediction *answer, gint64 since);

/* The class that something else shows; −1 for none. */
void lm_answer_bars_set_chosen (LmAnswerBars *self, int class_index);

G_END_DECLS
