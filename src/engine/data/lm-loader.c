/* lm-loader.c: batches in a seeded order, made ready ahead of time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-loader.h"

#include "lm-arena.h"
#include "lm-i18n.h"
#include "lm-parallel.h"
#include "lm-rng.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

/* A ring of slots. Three counters only ever grow: released ≤ taken ≤ made; slot of batch b is b modulo the number of
 * slots. The maker fills slot `made` while made − released < n_slots, the consumer takes slot `taken` while taken < made.
 * What a slot holds belongs to whoever is between the counters; the lock orders the hand-over. */
struct _LmLoader {
  LmLoaderConfig config;
  LmPipeline *pipeline;
  LmArena arena;
  guint32 *order;
  gint32 *labels; /* scratch for one-hot: batch_size numbers */
  gsize n;        /* samples of the part */
  gint64 n_steps;
  int n_slots;
  LmBatch *slots;

  /* The maker's own. */
  gint64 epoch;
  gint64 step;
  gint64 order_epoch; /* whose order is in @order; −1 for none */

  pthread_t thread;
  gboolean has_thread;
  pthread_mutex_t lock;
  pthread_cond_t can_make;
  pthread_cond_t can_take;

  /* Under the lock. */
  guint64 made;
  guint64 taken;
  guint64 released;
  gboolean stop;      /* the loader is going away */
  gboolean cancelled; /* lm_loader_cancel() */
  gboolean ended;     /* nothing more comes */
  GError *error;      /* why, if it was not the end */

  double waited;
};

static gsize
form_size (const LmDataset *dataset,
           const LmLoaderColumn *c)
{
  const LmColumn *column = &dataset->columns[c->column];
  gsize n_classes = (gsize) (c->n_classes > 0 ? c->n_classes : column->n_classes);

  return lm_column_size (column) * (c->form == LM_FORM_ONE_HOT ? n_classes : 1);
}

static int
count_slots (const LmLoaderConfig *config)
{
  return MAX (config->prefetch, 0) + 2;
}

/* Bytes of one slot: the numbers of the samples, then each column. */
static guint64
slot_size (const LmLoaderConfig *config)
{
  guint64 batch = (guint64) config->batch_size;
  guint64 total = lm_align (batch * sizeof (guint32));

  for (int c = 0; c < config->n_columns; c++)
    total += lm_align (batch * form_size (config->dataset, &config->columns[c]) * sizeof (float));
  return total;
}

guint64
lm_loader_memory (const LmLoaderConfig *config)
{
  guint64 n = lm_dataset_n (config->dataset, config->part);

  return (guint64) count_slots (config) * slot_size (config) + lm_align (n * sizeof (guint32)) +
         lm_align ((guint64) config->batch_size * sizeof (gint32));
}

static void
hand_out_arena (LmLoader *self)
{
  const LmLoaderConfig *config = &self->config;
  guint8 *at = self->arena.base;
  gsize batch = (gsize) config->batch_size;

  for (int s = 0; s < self->n_slots; s++) {
    self->slots[s].index = (const guint32 *) at;
    at += lm_align (batch * sizeof (guint32));
    for (int c = 0; c < config->n_columns; c++) {
      self->slots[s].data[c] = at;
      at += lm_align (batch * form_size (config->dataset, &config->columns[c]) * sizeof (float));
    }
  }
  self->order = (guint32 *) at;
  at += lm_align (self->n * sizeof (guint32));
  self->labels = (gint32 *) at;
}

/* File order, or the permutation of the epoch. */
static void
make_order (LmLoader *self)
{
  LmRng rng = lm_rng_init (self->config.seed, LM_RNG_ORDER, (guint64) self->epoch, 0);

  if (self->order_epoch == self->epoch || (!self->config.shuffle && self->order_epoch >= 0))
    return;
  if (self->config.shuffle) {
    lm_rng_permutation (&rng, self->n, self->order);
  } else {
    for (gsize i = 0; i < self->n; i++)
      self->order[i] = (guint32) i;
  }
  self->order_epoch = self->epoch;
}

static gboolean
check_labels (const LmLoader *self,
              const LmBatch *batch,
              const LmLoaderColumn *c,
              const gint32 *labels,
              GError **error)
{
  const LmColumn *column = &self->config.dataset->columns[c->column];
  int n_classes = c->n_classes > 0 ? c->n_classes : column->n_classes;
  gsize size = lm_column_size (column);

  for (gsize i = 0; n_classes > 0 && i < (gsize) batch->n * size; i++) {
    g_autofree char *name = NULL;

    if (labels[i] >= 0 && labels[i] < n_classes)
      continue;
    name = lm_dataset_sample_name (self->config.dataset, self->config.part, batch->index[i / size]);
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("The label of the sample “%s” is %d, but the network tells %d classes apart, numbered from 0. Give its last layer more units or correct the label."),
                 name, labels[i], n_classes);
    return FALSE;
  }
  return TRUE;
}

static void
spread (const gint32 *labels,
        gsize n,
        gsize n_classes,
        float *out)
{
  memset (out, 0, n * n_classes * sizeof (float));
  for (gsize i = 0; i < n; i++)
    out[i * n_classes + (gsize) labels[i]] = 1;
}

static gboolean
read_column (LmLoader *self,
             const LmBatch *batch,
             int k,
             GError **error)
{
  const LmLoaderConfig *config = &self->config;
  const LmLoaderColumn *c = &config->columns[k];
  const LmColumn *column = &config->dataset->columns[c->column];
  gsize n = (gsize) batch->n;

  switch (c->form) {
  case LM_FORM_F32:
    if (!lm_dataset_read_f32 (config->dataset, config->part, batch->index, n, c->column, batch->data[k], error))
      return FALSE;
    if (self->pipeline != NULL)
      lm_pipeline_apply (self->pipeline, column->role, column->name, &column->sample, batch->data[k], n);
    return TRUE;
  case LM_FORM_I32:
    return lm_dataset_read_i32 (config->dataset, config->part, batch->index, n, c->column, batch->data[k], error) &&
           check_labels (self, batch, c, batch->data[k], error);
  case LM_FORM_ONE_HOT:
    if (!lm_dataset_read_i32 (config->dataset, config->part, batch->index, n, c->column, self->labels, error) ||
        !check_labels (self, batch, c, self->labels, error))
      return FALSE;
    spread (self->labels, n, form_size (config->dataset, c), batch->data[k]);
    return TRUE;
  default:
    g_assert_not_reached ();
  }
}

/* Fills @batch and moves on. Returns FALSE at the end (no error) or on an error. */
static gboolean
make_batch (LmLoader *self,
            LmBatch *batch,
            GError **error)
{
  const LmLoaderConfig *config = &self->config;
  gsize first = (gsize) self->step * (gsize) config->batch_size;

  if (config->n_epochs > 0 && self->epoch >= config->n_epochs)
    return FALSE;
  make_order (self);
  batch->n = (int) MIN ((gsize) config->batch_size, self->n - first);
  batch->epoch = self->epoch;
  batch->step = self->step;
  batch->ends_epoch = self->step + 1 == self->n_steps;
  memcpy ((guint32 *) batch->index, self->order + first, (gsize) batch->n * sizeof (guint32));
  for (int k = 0; k < config->n_columns; k++) {
    if (!read_column (self, batch, k, error))
      return FALSE;
  }
  if (++self->step == self->n_steps) {
    self->step = 0;
    self->epoch++;
  }
  return TRUE;
}

static LmBatch *
slot (LmLoader *self,
      guint64 batch)
{
  return &self->slots[batch % (guint64) self->n_slots];
}

static void *
run_thread (void *data)
{
  LmLoader *self = data;
  sigset_t all;

  sigfillset (&all);
  pthread_sigmask (SIG_BLOCK, &all, NULL);
  lm_flush_denormals ();
  if (self->config.nice != 0)
    lm_thread_set_nice (self->config.nice);
  pthread_mutex_lock (&self->lock);
  while (!self->ended) {
    GError *error = NULL;
    gboolean good;

    while (!self->stop && !self->cancelled && self->made - self->released == (guint64) self->n_slots)
      pthread_cond_wait (&self->can_make, &self->lock);
    if (self->stop || self->cancelled)
      break;
    pthread_mutex_unlock (&self->lock);
    good = make_batch (self, slot (self, self->made), &error);
    pthread_mutex_lock (&self->lock);
    if (good) {
      self->made++;
    } else {
      self->ended = TRUE;
      self->error = error;
    }
    pthread_cond_signal (&self->can_take);
  }
  pthread_mutex_unlock (&self->lock);
  return NULL;
}

static gboolean
check_config (const LmLoaderConfig *config,
              GError **error)
{
  g_assert (config->batch_size > 0 && config->n_columns > 0 && config->n_columns <= LM_LOADER_MAX_COLUMNS);
  g_assert (config->first_epoch >= 0 && config->first_step >= 0);
  if (!lm_dataset_has (config->dataset, config->part)) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The data “%s” have no %s part. Choose another part or other data."),
                 config->dataset->name, lm_part_name (config->part));
    return FALSE;
  }
  for (int k = 0; k < config->n_columns; k++) {
    const LmLoaderColumn *c = &config->columns[k];
    const LmColumn *column = &config->dataset->columns[c->column];

    g_assert (c->column >= 0 && c->column < config->dataset->n_columns);
    if (c->form == LM_FORM_ONE_HOT && (lm_column_size (column) != 1 || (c->n_classes <= 0 && column->n_classes <= 0))) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                   _ ("“%s” of the data “%s” cannot be spread over classes: it needs one class number per sample, and how many classes there are. Choose another loss."),
                   column->name, config->dataset->name);
      return FALSE;
    }
    if (c->form == LM_FORM_F32 && config->pipeline != NULL &&
        !lm_pipeline_check (config->pipeline, column->role, column->name, &column->sample, error))
      return FALSE;
  }
  return TRUE;
}

LmLoader *
lm_loader_new (const LmLoaderConfig *config,
               GError **error)
{
  LmLoader *self;
  guint64 batch = (guint64) config->batch_size;

  if (!check_config (config, error))
    return NULL;
  self = g_new0 (LmLoader, 1);
  self->config = *config;
  self->config.dataset = lm_dataset_ref (config->dataset);
  self->config.pipeline = NULL;
  self->pipeline = config->pipeline != NULL ? lm_pipeline_copy (config->pipeline) : NULL;
  self->n = lm_dataset_n (config->dataset, config->part);
  self->n_steps = (gint64) ((self->n + batch - 1) / batch);
  if (config->max_steps > 0)
    self->n_steps = MIN (self->n_steps, config->max_steps);
  self->epoch = config->first_epoch + config->first_step / self->n_steps;
  self->step = config->first_step % self->n_steps;
  self->order_epoch = -1;
  self->n_slots = count_slots (config);
  self->slots = g_new0 (LmBatch, self->n_slots);
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->can_make, NULL);
  pthread_cond_init (&self->can_take, NULL);
  if (!lm_arena_init (&self->arena, lm_loader_memory (config), error)) {
    lm_loader_free (self);
    return NULL;
  }
  hand_out_arena (self);
  if (config->prefetch > 0) {
    self->has_thread = pthread_create (&self->thread, NULL, run_thread, self) == 0;
    if (!self->has_thread) {
      g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("The system allows no further thread, but reading ahead needs one. Close other programs."));
      lm_loader_free (self);
      return NULL;
    }
  }
  return self;
}

void
lm_loader_free (LmLoader *self)
{
  if (self->has_thread) {
    pthread_mutex_lock (&self->lock);
    self->stop = TRUE;
    pthread_cond_broadcast (&self->can_make);
    pthread_mutex_unlock (&self->lock);
    pthread_join (self->thread, NULL);
  }
  pthread_cond_destroy (&self->can_take);
  pthread_cond_destroy (&self->can_make);
  pthread_mutex_destroy (&self->lock);
  g_clear_error (&self->error);
  lm_arena_clear (&self->arena);
  if (self->pipeline != NULL)
    lm_pipeline_free (self->pipeline);
  lm_dataset_unref (self->config.dataset);
  g_free (self->slots);
  g_free (self);
}

/* Without a thread: makes the batch that is about to be taken. No lock: the counters are then the consumer's alone. */
static void
make_now (LmLoader *self)
{
  GError *error = NULL;

  if (self->ended || self->taken < self->made)
    return;
  g_assert (self->made - self->released < (guint64) self->n_slots);
  if (make_batch (self, slot (self, self->made), &error)) {
    self->made++;
  } else {
    self->ended = TRUE;
    self->error = error;
  }
}

const LmBatch *
lm_loader_next (LmLoader *self,
                GError **error)
{
  const LmBatch *batch = NULL;
  gint64 start = g_get_monotonic_time ();

  g_assert (self->taken - self->released < 2);
  if (!self->has_thread)
    make_now (self);
  pthread_mutex_lock (&self->lock);
  while (self->taken == self->made && !self->ended && !self->cancelled)
    pthread_cond_wait (&self->can_take, &self->lock);
  if (self->cancelled)
    g_set_error (error, LM_ERROR, LM_ERROR_CANCELLED, _ ("Stopped while reading the data."));
  else if (self->taken < self->made)
    batch = slot (self, self->taken++);
  else if (self->error != NULL)
    g_propagate_error (error, g_error_copy (self->error));
  pthread_mutex_unlock (&self->lock);
  self->waited += (double) (g_get_monotonic_time () - start) * 1e-6;
  return batch;
}

void
lm_loader_release (LmLoader *self,
                   const LmBatch *batch)
{
  pthread_mutex_lock (&self->lock);
  g_assert (self->released < self->taken && batch == slot (self, self->released));
  self->released++;
  pthread_cond_signal (&self->can_make);
  pthread_mutex_unlock (&self->lock);
}

void
lm_loader_cancel (LmLoader *self)
{
  pthread_mutex_lock (&self->lock);
  self->cancelled = TRUE;
  pthread_cond_broadcast (&self->can_make);
  pthread_cond_broadcast (&self->can_take);
  pthread_mutex_unlock (&self->lock);
}

gint64
lm_loader_n_steps (const LmLoader *self)
{
  return self->n_steps;
}

gint64
lm_loader_n_samples (const LmLoader *self)
{
  return MIN ((gint64) self->n, self->n_steps * self->config.batch_size);
}

double
lm_loader_waited (const LmLoader *self)
{
  return self->waited;
}
