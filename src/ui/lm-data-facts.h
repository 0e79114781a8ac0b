/* lm-data-facts.h: what the Data page shows of a data set, found on another thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-job.h"
#include "lm-sample-tile.h"

G_BEGIN_DECLS

/**
 * LmDataFacts:
 * @labels: class of each sample of a part, %NULL where there are none
 * @counts: (array length=n_classes): of each class
 */
typedef struct {
  LmDataset *dataset;
  int n_classes;
  gint32 *labels[LM_N_PARTS];
  gint64 *counts[LM_N_PARTS];
} LmDataFacts;

/* Reads the labels of all parts. %NULL with an error of reading. Thread: any. */
LmDataFacts *lm_data_facts_new (LmDataset *dataset, GError **error);
void lm_data_facts_free (LmDataFacts *self);

/* Adds the samples of @part, of class @truth alone unless it is −1, to @items. */
void lm_data_facts_add_items (const LmDataFacts *self, LmPart part, int truth, GArray *items);

/* (transfer full) (nullable): samples per class of a part; %NULL if the targets are no classes. */
LmBarsPicture *lm_data_facts_balance (const LmDataFacts *self, LmPart part);

/* (transfer full): how the values of the first input lie, in at most 5,000 training samples. Thread: any. */
LmBarsPicture *lm_data_histogram (LmDataset *dataset, LmJob *job, GError **error);

/**
 * lm_data_before_after:
 * @chain: (element-type LmOptionSet): the design's
 * @step: which step; −1: the whole chain
 *
 * Twelve training samples before and after a step, which is fitted first.
 *
 * Returns: (transfer full)
 * Thread: any
 */
LmFilmPicture *lm_data_before_after (LmDataset *dataset, const GPtrArray *chain, int step, LmJob *job, GError **error);

/* (transfer full): a copy of a bars or film picture. */
LmPicture lm_data_copy_picture (const LmPicture *picture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmDataFacts, lm_data_facts_free)

G_END_DECLS
