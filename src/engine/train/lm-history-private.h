/* lm-history-private.h: the fields of a history, for what draws from it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-history.h"

#include <pthread.h>

G_BEGIN_DECLS

struct _LmHistory {
  LmRef ref;
  pthread_mutex_t lock; /* of all that changes */
  int n_metrics;
  LmMetricInfo metrics[LM_MAX_METRICS];
  gint64 steps_per_epoch;
  gint64 epochs;
  GArray *losses; /* float, one per step */
  GArray *rows;   /* LmEpochRow */
  GArray *marks;  /* LmHistoryMark */
};

/* Index of the row with the best validation loss (training loss without validation); −1. */
int lm_history_best_row (const GArray *rows);

G_END_DECLS
