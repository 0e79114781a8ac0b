/* lm-loader.h: batches in a seeded order, made ready ahead of time on a thread of their own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-dataset.h"
#include "lm-pipeline.h"

G_BEGIN_DECLS

#define LM_LOADER_MAX_COLUMNS 16

/* In which form a column is handed out. */
typedef enum {
  LM_FORM_F32,     /* float32, after the chain */
  LM_FORM_I32,     /* int32 class numbers; each is checked to lie in 0 … n_classes − 1 */
  LM_FORM_ONE_HOT, /* float32, n_classes per sample */
} LmForm;

/**
 * LmLoaderColumn:
 * @n_classes: for %LM_FORM_I32 and %LM_FORM_ONE_HOT: what the network tells apart; 0: the column's own n_classes.
 *   A label beyond it is %LM_ERROR_DATA with sample, label and limit in the message
 */
typedef struct {
  int column;
  LmForm form;
  int n_classes;
} LmLoaderColumn;

/**
 * LmLoaderConfig:
 * @pipeline: fitted chain, copied; %NULL for raw values
 * @columns: what each batch holds, in this order: inputs first, then targets, as the program wants them
 * @batch_size: samples per batch; the last batch of an epoch may hold fewer
 * @shuffle: order of epoch e is the permutation of (seed, %LM_RNG_ORDER, e); FALSE: file order
 * @max_steps: ends each epoch after so many batches; 0: all
 * @n_epochs: ends after epoch n_epochs − 1; 0: never
 * @first_epoch, @first_step: where to begin, both from 0: batches are then those of an uninterrupted run
 * @prefetch: batches made ready ahead, by a thread; 0: none, made by lm_loader_next() itself. The batches are the same
 * @nice: niceness of the thread (0 or 10)
 */
typedef struct {
  LmDataset *dataset;
  LmPart part;
  const LmPipeline *pipeline;
  int n_columns;
  LmLoaderColumn columns[LM_LOADER_MAX_COLUMNS];
  int batch_size;
  gboolean shuffle;
  guint64 seed;
  gint64 max_steps;
  gint64 n_epochs;
  gint64 first_epoch;
  gint64 first_step;
  int prefetch;
  int nice;
} LmLoaderConfig;

/**
 * LmBatch:
 * @n: samples, 1 … batch_size
 * @index: their numbers in the part
 * @data: (n, sample…) per column, float32 or int32, aligned to 64 bytes; room for batch_size samples
 */
typedef struct {
  int n;
  gint64 epoch;
  gint64 step;
  gboolean ends_epoch; /* the last batch of its epoch */
  const guint32 *index;
  void *data[LM_LOADER_MAX_COLUMNS];
} LmBatch;

typedef struct _LmLoader LmLoader;

/**
 * lm_loader_new:
 *
 * Takes a reference to the data set, allocates all buffers (prefetch + 2
 * batches and one order) and starts the thread. From then on the loader itself
 * allocates nothing.
 *
 * Errors: %LM_ERROR_DATA for an empty part or a chain that does not fit, %LM_ERROR_LIMIT if the memory cannot be had
 */
LmLoader *lm_loader_new (const LmLoaderConfig *config, GError **error);

/* Stops the thread, waits for it (as long as reading one batch takes at most) and frees everything. */
void lm_loader_free (LmLoader *self);

/**
 * lm_loader_next:
 *
 * The next batch; waits for it if need be. It stays as it is until it is given
 * back by lm_loader_release(). At most two may be held at a time, and they are
 * given back in order.
 *
 * Returns: (transfer none): or %NULL: at the end without error; with an error of reading;
 * with %LM_ERROR_CANCELLED after lm_loader_cancel()
 * Thread: one consumer
 */
const LmBatch *lm_loader_next (LmLoader *self, GError **error);
void lm_loader_release (LmLoader *self, const LmBatch *batch);

/* Wakes and fails a waiting lm_loader_next(), now and for ever. Thread: any. */
void lm_loader_cancel (LmLoader *self);

/* Batches per epoch; samples per epoch (less than the part if max_steps cuts it). */
gint64 lm_loader_n_steps (const LmLoader *self);
gint64 lm_loader_n_samples (const LmLoader *self);

/* Bytes of all buffers of such a loader: for the estimate of memory before training. */
guint64 lm_loader_memory (const LmLoaderConfig *config);

/* Seconds that lm_loader_next() has waited so far: how much reading holds training up. Thread: the consumer. */
double lm_loader_waited (const LmLoader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmLoader, lm_loader_free)

G_END_DECLS
