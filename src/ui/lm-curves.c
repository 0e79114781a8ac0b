/* lm-curves.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-curves.h"

#include "lm-words.h"

#include <inttypes.h>
#include <math.h>

#include "lm-i18n.h"

/* The metric of @history that a panel shows: −1 the loss, −2 none. Panel 0 is the loss. */
static int
metric_of (const LmPlotPanel *panel,
           int i,
           LmHistory *history)
{
  if (i == 0)
    return -1;
  for (int k = 0; k < lm_history_n_metrics (history); k++) {
    if (g_strcmp0 (lm_history_metric (history, k)->title, panel->title) == 0)
      return k;
  }
  return -2;
}

static double
figure (const LmEpochRow *row,
        int metric)
{
  const LmFigures *figures = isnan (row->validation.loss) ? &row->train : &row->validation;

  return metric < 0 ? figures->loss : figures->metric[metric];
}

static void
fill (LmSeries *series,
      LmHistory *history,
      int metric)
{
  int n = lm_history_n_epochs (history);
  LmEpochRow row;

  series->x = g_new (double, MAX (1, n));
  series->y = g_new (double, MAX (1, n));
  for (int i = 0; i < n && lm_history_get_epoch (history, i, &row); i++) {
    series->x[series->n] = (double) row.epoch;
    series->y[series->n++] = figure (&row, metric);
  }
}

void
lm_curves_add_run (LmCurvesPicture *self,
                   const char *name,
                   LmHistory *history)
{
  for (int i = 0; i < self->n_panels; i++) {
    LmPlotPanel *panel = &self->panels[i];
    int metric = history != NULL ? metric_of (panel, i, history) : -2;
    LmSeries *series;

    panel->series = g_renew (LmSeries, panel->series, panel->n_series + 1);
    series = &panel->series[panel->n_series++];
    *series = (LmSeries){ .name = g_strdup (name), .role = LM_SERIES_OTHER };
    if (metric != -2)
      fill (series, history, metric);
  }
}

static gboolean
has_role (const LmPlotPanel *panel,
          int role)
{
  for (int i = 0; i < panel->n_series; i++) {
    if (panel->series[i].role == role && panel->series[i].n > 0)
      return TRUE;
  }
  return FALSE;
}

static void
drop_means (LmPlotPanel *panel)
{
  int n = 0;

  for (int i = 0; i < panel->n_series; i++) {
    LmSeries *series = &panel->series[i];

    if (series->role == LM_SERIES_TRAIN) {
      g_free (series->name);
      g_free (series->x);
      g_free (series->y);
      continue;
    }
    if (series->role == LM_SERIES_TRAIN_STEPS) {
      g_free (series->name);
      series->name = g_strdup (_ ("Training"));
    }
    panel->series[n++] = *series;
  }
  panel->n_series = n;
}

void
lm_curves_drop_means (LmCurvesPicture *self)
{
  for (int i = 0; i < self->n_panels; i++) {
    if (has_role (&self->panels[i], LM_SERIES_TRAIN_STEPS))
      drop_means (&self->panels[i]);
  }
}

char *
lm_curves_sentence (LmHistory *history)
{
  int n = lm_history_n_epochs (history), best = lm_history_best (history);
  g_autofree char *train = NULL, *validation = NULL;
  LmEpochRow row, best_row;

  if (n == 0 || !lm_history_get_epoch (history, n - 1, &row))
    return g_strdup (_ ("Curves of loss and metrics; no epoch is complete yet"));
  train = lm_words_loss (row.train.loss);
  if (isnan (row.validation.loss))
    return g_strdup_printf (_ ("Loss after epoch %" PRId64 ": training %s"), row.epoch, train);
  validation = lm_words_loss (row.validation.loss);
  if (best < 0 || !lm_history_get_epoch (history, best, &best_row))
    best_row = row;
  return g_strdup_printf (_ ("Loss after epoch %" PRId64 ": training %s, validation %s, best at epoch %" PRId64), row.epoch, train, validation, best_row.epoch);
}
