/* lm-status.h: in what state training is, in words: the same on the page, in the strip, in the header bar
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-session.h"

G_BEGIN_DECLS

/**
 * LmStatus:
 * @title: “Training · epoch 7 of 10”
 * @side: “0:19 left · 9,480 samples/s”; "" for none
 * @detail: “Batch 276 of 430 in this epoch”
 * @cluster: “epoch 7 of 10”: what the header bar has room for
 * @fraction: of the run, 0 … 1; −1: no bar
 * @can_train: nothing stands against starting
 * @can_go_on: the last run was paused or cut off
 * @has_halve_rate, @batch_fits: remedies that a button offers; batch 0: none
 */
typedef struct {
  char *title;
  char *side;
  char *detail;
  char *cluster;
  double fraction;
  gboolean can_train;
  gboolean can_go_on;
  gboolean has_halve_rate;
  gint64 batch_fits;
} LmStatus;

void lm_status_init (LmStatus *self, LmDocument *document, LmSession *session);
void lm_status_clear (LmStatus *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LmStatus, lm_status_clear)

G_END_DECLS
