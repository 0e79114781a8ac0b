/* lm-schedule.h: how the learning rate changes in the course of a run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-option.h"

G_BEGIN_DECLS

/* What ReduceLROnPlateau remembers from epoch to epoch: part of a checkpoint. */
typedef struct {
  gint64 n; /* epochs seen */
  double best;
  gint64 wait;
  gint64 cooldown;
} LmPlateau;

/**
 * LmScheduleClass:
 * @rate: (nullable): the learning rate of step @step (from 0) of @total planned ones; @initial: the optimizer's learning rate
 * @epoch: (nullable): after an epoch with the watched @value (smaller is better): the new rate
 * @check: (nullable): %FALSE with %LM_ERROR_OPTION set if the options contradict each other
 *
 * Family “schedule”. Names, formulas and defaults are Keras's where Keras has it; what Keras calls initial_learning_rate
 * is the learning rate of the optimizer.
 */
typedef struct {
  LmMember member;
  double (*rate) (const LmOptionSet *options, double initial, gint64 step, gint64 total);
  double (*epoch) (const LmOptionSet *options, LmPlateau *state, double value, double rate);
  gboolean (*check) (const LmOptionSet *options, GError **error);
} LmScheduleClass;

/* What the schedule makes of @initial at @step, at least 0; @initial itself for %NULL. */
static inline double
lm_schedule_rate (const LmOptionSet *options, double initial, gint64 step, gint64 total)
{
  const LmScheduleClass *schedule = options != NULL ? (const LmScheduleClass *) options->member : NULL;
  double rate = schedule != NULL && schedule->rate != NULL ? schedule->rate (options, initial, step, total) : initial;

  return rate > 0 ? rate : 0;
}

/* Thread: any. @options: (nullable) */
static inline gboolean
lm_schedule_check (const LmOptionSet *options, GError **error)
{
  const LmScheduleClass *schedule = options != NULL ? (const LmScheduleClass *) options->member : NULL;

  return schedule == NULL || schedule->check == NULL || schedule->check (options, error);
}

G_END_DECLS
