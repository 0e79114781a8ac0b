/* lm-history.h: loss of every step, figures of every epoch, and the curves made of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-facts.h"
#include "lm-picture.h"

G_BEGIN_DECLS

/* A row per complete epoch. */
typedef struct {
  gint64 epoch; /* from 1 */
  gint64 step;  /* steps done at its end */
  LmFigures train;
  LmFigures validation; /* NaN without validation */
  double seconds;
  double samples_per_s;
  double rate;
  gboolean is_best;
} LmEpochRow;

typedef struct {
  gint64 step;
  char *text; /* “rate 1e-3 → 3e-4”; translated */
} LmHistoryMark;

/**
 * LmHistory:
 *
 * The record of one run: the trainer writes it, session, recorder and
 * pictures read it, at any time; a project file fills one when it is opened.
 * Losses of steps take 4 bytes each and are all kept. Reference-counted.
 * Thread: any (a lock inside).
 */
typedef struct _LmHistory LmHistory;

/* @metrics: (array length=n_metrics): names, titles, baselines; copied. */
LmHistory *lm_history_new (const LmMetricInfo *metrics, int n_metrics, gint64 steps_per_epoch, gint64 epochs);
LmHistory *lm_history_ref (LmHistory *self);
void lm_history_unref (LmHistory *self);

int lm_history_n_metrics (const LmHistory *self);
const LmMetricInfo *lm_history_metric (const LmHistory *self, int i);

gint64 lm_history_steps_per_epoch (const LmHistory *self);

/* Planned epochs: where the x axis ends. */
gint64 lm_history_get_epochs (LmHistory *self);
void lm_history_set_epochs (LmHistory *self, gint64 epochs);

/* Makes room for @n more steps, so that adding them allocates nothing. */
void lm_history_reserve (LmHistory *self, gint64 n);
void lm_history_add_step (LmHistory *self, double loss);
void lm_history_add_epoch (LmHistory *self, const LmEpochRow *row);
void lm_history_add_mark (LmHistory *self, gint64 step, const char *text);

/* Forgets what came after @step: a run resumed from a checkpoint writes it again. */
void lm_history_truncate (LmHistory *self, gint64 step);

gint64 lm_history_n_steps (LmHistory *self);
int lm_history_n_epochs (LmHistory *self);

/* Copies losses of steps @first … @first + @n − 1 (from 0); fewer if there are fewer. Returns how many. */
gint64 lm_history_get_steps (LmHistory *self, gint64 first, gint64 n, float *out);

/* Row @i (from 0) by value; FALSE if there is none. */
gboolean lm_history_get_epoch (LmHistory *self, int i, LmEpochRow *row);

/* The epoch with the best validation loss (training loss without validation), as an index; −1. */
int lm_history_best (LmHistory *self);

int lm_history_n_marks (LmHistory *self);
gboolean lm_history_get_mark (LmHistory *self, int i, gint64 *step, char **text); /* text: (transfer full) */

/**
 * lm_history_picture:
 * @title, @caption: (nullable)
 * @steps: draw a value per step as well: while there are fewer than 3 epochs, or where they are wanted
 *
 * One panel for the loss and one per metric; x in epochs, steps as fractions.
 *
 * Returns: (transfer full)
 */
LmCurvesPicture *lm_history_picture (LmHistory *self, const char *title, const char *caption, gboolean steps);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmHistory, lm_history_unref)

G_END_DECLS
