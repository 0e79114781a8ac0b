/* lm-history.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-history-private.h"

#include <math.h>
#include <string.h>

LmHistory *
lm_history_new (const LmMetricInfo *metrics,
                int n_metrics,
                gint64 steps_per_epoch,
                gint64 epochs)
{
  LmHistory *self = g_new0 (LmHistory, 1);

  g_assert (n_metrics >= 0 && n_metrics <= LM_MAX_METRICS && steps_per_epoch > 0);
  lm_ref_init (&self->ref);
  pthread_mutex_init (&self->lock, NULL);
  self->n_metrics = n_metrics;
  for (int i = 0; i < n_metrics; i++)
    lm_metric_info_copy (&metrics[i], &self->metrics[i]);
  self->steps_per_epoch = steps_per_epoch;
  self->epochs = epochs;
  self->losses = g_array_new (FALSE, FALSE, sizeof (float));
  self->rows = g_array_new (FALSE, FALSE, sizeof (LmEpochRow));
  self->marks = g_array_new (FALSE, FALSE, sizeof (LmHistoryMark));
  return self;
}

LmHistory *
lm_history_ref (LmHistory *self)
{
  lm_ref_inc (&self->ref);
  return self;
}

void
lm_history_unref (LmHistory *self)
{
  if (self == NULL || !lm_ref_dec (&self->ref))
    return;
  for (int i = 0; i < self->n_metrics; i++)
    lm_metric_info_clear (&self->metrics[i]);
  for (guint i = 0; i < self->marks->len; i++)
    g_free (g_array_index (self->marks, LmHistoryMark, i).text);
  g_array_unref (self->losses);
  g_array_unref (self->rows);
  g_array_unref (self->marks);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

int
lm_history_n_metrics (const LmHistory *self)
{
  return self->n_metrics;
}

const LmMetricInfo *
lm_history_metric (const LmHistory *self,
                   int i)
{
  g_assert (i >= 0 && i < self->n_metrics);
  return &self->metrics[i];
}

gint64
lm_history_steps_per_epoch (const LmHistory *self)
{
  return self->steps_per_epoch;
}

gint64
lm_history_get_epochs (LmHistory *self)
{
  gint64 epochs;

  pthread_mutex_lock (&self->lock);
  epochs = self->epochs;
  pthread_mutex_unlock (&self->lock);
  return epochs;
}

void
lm_history_set_epochs (LmHistory *self,
                       gint64 epochs)
{
  pthread_mutex_lock (&self->lock);
  self->epochs = epochs;
  pthread_mutex_unlock (&self->lock);
}

void
lm_history_reserve (LmHistory *self,
                    gint64 n)
{
  guint len;

  pthread_mutex_lock (&self->lock);
  /* A GArray never gives memory back when it shrinks. */
  len = self->losses->len;
  if (n > 0 && n < G_MAXINT32 - (gint64) len) {
    g_array_set_size (self->losses, len + (guint) n);
    g_array_set_size (self->losses, len);
  }
  pthread_mutex_unlock (&self->lock);
}

void
lm_history_add_step (LmHistory *self,
                     double loss)
{
  float value = (float) loss;

  pthread_mutex_lock (&self->lock);
  g_array_append_val (self->losses, value);
  pthread_mutex_unlock (&self->lock);
}

void
lm_history_add_epoch (LmHistory *self,
                      const LmEpochRow *row)
{
  pthread_mutex_lock (&self->lock);
  g_array_append_val (self->rows, *row);
  pthread_mutex_unlock (&self->lock);
}

void
lm_history_add_mark (LmHistory *self,
                     gint64 step,
                     const char *text)
{
  LmHistoryMark mark = { step, g_strdup (text) };

  pthread_mutex_lock (&self->lock);
  g_array_append_val (self->marks, mark);
  pthread_mutex_unlock (&self->lock);
}

void
lm_history_truncate (LmHistory *self,
                     gint64 step)
{
  pthread_mutex_lock (&self->lock);
  if ((gint64) self->losses->len > step)
    g_array_set_size (self->losses, (guint) step);
  while (self->rows->len > 0 && g_array_index (self->rows, LmEpochRow, self->rows->len - 1).step > step)
    g_array_set_size (self->rows, self->rows->len - 1);
  while (self->marks->len > 0 && g_array_index (self->marks, LmHistoryMark, self->marks->len - 1).step > step) {
    g_free (g_array_index (self->marks, LmHistoryMark, self->marks->len - 1).text);
    g_array_set_size (self->marks, self->marks->len - 1);
  }
  pthread_mutex_unlock (&self->lock);
}

gint64
lm_history_n_steps (LmHistory *self)
{
  gint64 n;

  pthread_mutex_lock (&self->lock);
  n = self->losses->len;
  pthread_mutex_unlock (&self->lock);
  return n;
}

int
lm_history_n_epochs (LmHistory *self)
{
  int n;

  pthread_mutex_lock (&self->lock);
  n = (int) self->rows->len;
  pthread_mutex_unlock (&self->lock);
  return n;
}

gint64
lm_history_get_steps (LmHistory *self,
                      gint64 first,
                      gint64 n,
                      float *out)
{
  g_assert (first >= 0 && n >= 0);

  pthread_mutex_lock (&self->lock);
  n = CLAMP ((gint64) self->losses->len - first, 0, n);
  if (n > 0)
    memcpy (out, &g_array_index (self->losses, float, first), (gsize) n * sizeof (float));
  pthread_mutex_unlock (&self->lock);
  return n;
}

gboolean
lm_history_get_epoch (LmHistory *self,
                      int i,
                      LmEpochRow *row)
{
  gboolean is_there;

  pthread_mutex_lock (&self->lock);
  is_there = i >= 0 && i < (int) self->rows->len;
  if (is_there)
    *row = g_array_index (self->rows, LmEpochRow, i);
  pthread_mutex_unlock (&self->lock);
  return is_there;
}

int
lm_history_best_row (const GArray *rows)
{
  double best = INFINITY;
  int at = -1;

  for (guint i = 0; i < rows->len; i++) {
    const LmEpochRow *row = &g_array_index (rows, LmEpochRow, i);
    double value = isnan (row->validation.loss) ? row->train.loss : row->validation.loss;

    if (value < best) {
      best = value;
      at = (int) i;
    }
  }
  return at;
}

int
lm_history_best (LmHistory *self)
{
  int best;

  pthread_mutex_lock (&self->lock);
  best = lm_history_best_row (self->rows);
  pthread_mutex_unlock (&self->lock);
  return best;
}

int
lm_history_n_marks (LmHistory *self)
{
  int n;

  pthread_mutex_lock (&self->lock);
  n = (int) self->marks->len;
  pthread_mutex_unlock (&self->lock);
  return n;
}

gboolean
lm_history_get_mark (LmHistory *self,
                     int i,
                     gint64 *step,
                     char **text)
{
  gboolean is_there;

  pthread_mutex_lock (&self->lock);
  is_there = i >= 0 && i < (int) self->marks->len;
  if (is_there) {
    *step = g_array_index (self->marks, LmHistoryMark, i).step;
    *text = g_strdup (g_array_index (self->marks, LmHistoryMark, i).text);
  }
  pthread_mutex_unlock (&self->lock);
  return is_there;
}
