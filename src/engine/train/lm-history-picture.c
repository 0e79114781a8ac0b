/* lm-history-picture.c: curves of a run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-history-private.h"
#include "lm-i18n.h"

#include <math.h>

/* Appends a series of @n places to @panel. */
static LmSeries *
add_series (LmPlotPanel *panel,
            const char *name,
            int role,
            gsize n)
{
  LmSeries *series = &panel->series[panel->n_series++];

  series->name = g_strdup (name);
  series->role = role;
  series->n = n;
  series->x = g_new (double, MAX (n, 1));
  series->y = g_new (double, MAX (n, 1));
  return series;
}

/* Figure @metric (−1: the loss). */
static double
figure (const LmFigures *figures,
        int metric)
{
  return metric < 0 ? figures->loss : figures->metric[metric];
}

static gboolean
has_validation (const GArray *rows)
{
  for (guint i = 0; i < rows->len; i++) {
    if (!isnan (g_array_index (rows, LmEpochRow, i).validation.loss))
      return TRUE;
  }
  return FALSE;
}

static void
add_step_losses (const LmHistory *self,
                 LmPlotPanel *panel)
{
  LmSeries *series = add_series (panel, _ ("Training, each step"), LM_SERIES_TRAIN_STEPS, self->losses->len);

  for (guint i = 0; i < self->losses->len; i++) {
    series->x[i] = (double) (i + 1) / (double) self->steps_per_epoch;
    series->y[i] = (double) g_array_index (self->losses, float, i);
  }
}

static void
add_epochs (const LmHistory *self,
            LmPlotPanel *panel,
            int metric,
            gboolean validation)
{
  LmSeries *series = add_series (panel, validation ? _ ("Validation") : _ ("Training"), validation ? LM_SERIES_VALIDATION : LM_SERIES_TRAIN, self->rows->len);

  for (guint i = 0; i < self->rows->len; i++) {
    const LmEpochRow *row = &g_array_index (self->rows, LmEpochRow, i);

    series->x[i] = (double) row->epoch;
    series->y[i] = figure (validation ? &row->validation : &row->train, metric);
  }
}

static void
add_baseline (LmPlotPanel *panel,
              const LmMetricInfo *metric)
{
  LmSeries *series;

  if (isnan (metric->baseline) || metric->baseline_name == NULL)
    return;
  series = add_series (panel, metric->baseline_name, LM_SERIES_BASELINE, 1);
  series->x[0] = 0;
  series->y[0] = metric->baseline;
}

/* @metric −1: the loss. */
static void
fill_panel (const LmHistory *self,
            LmPlotPanel *panel,
            int metric,
            gboolean steps)
{
  gboolean validation = has_validation (self->rows);

  panel->title = g_strdup (metric < 0 ? _ ("Loss") : self->metrics[metric].title);
  panel->is_share = metric >= 0 && self->metrics[metric].is_share;
  panel->series = g_new0 (LmSeries, 4);
  panel->best = validation ? lm_history_best_row (self->rows) : -1;
  /* The steps tell it all; the mean over an epoch, half an epoch late, would only be a second line beside them. */
  if (metric < 0 && steps && self->losses->len > 0)
    add_step_losses (self, panel);
  else
    add_epochs (self, panel, metric, FALSE);
  if (validation)
    add_epochs (self, panel, metric, TRUE);
  if (metric >= 0)
    add_baseline (panel, &self->metrics[metric]);
}

LmCurvesPicture *
lm_history_picture (LmHistory *self,
                    const char *title,
                    const char *caption,
                    gboolean steps)
{
  LmCurvesPicture *picture = g_new0 (LmCurvesPicture, 1);

  picture->title = g_strdup (title);
  picture->caption = g_strdup (caption);
  picture->x_title = g_strdup (_ ("epoch"));
  picture->n_panels = 1 + self->n_metrics;
  picture->panels = g_new0 (LmPlotPanel, picture->n_panels);

  pthread_mutex_lock (&self->lock);
  picture->x_max = (double) self->epochs;
  for (int i = 0; i < picture->n_panels; i++)
    fill_panel (self, &picture->panels[i], i - 1, steps);
  picture->n_marks = (int) self->marks->len;
  picture->marks = g_new0 (LmMark, MAX (1, picture->n_marks));
  for (int i = 0; i < picture->n_marks; i++) {
    const LmHistoryMark *mark = &g_array_index (self->marks, LmHistoryMark, i);

    picture->marks[i] = (LmMark){ (double) mark->step / (double) self->steps_per_epoch, g_strdup (mark->text) };
  }
  pthread_mutex_unlock (&self->lock);
  return picture;
}
