/* lm-range-test.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-range-test.h"

#include "lm-i18n.h"
#include "lm-runner.h"

#include <math.h>

/* Memory of the smoothed loss; how many times the best it may become. */
#define MEMORY 0.95
#define WORST 4

/* A copy without what could change the rate or end the run. */
static LmDesign *
plain_design (const LmDesign *design)
{
  static const int left_out[] = { LM_TRAINING_SCHEDULE, LM_TRAINING_MONITOR, LM_TRAINING_STOP_EARLY, LM_TRAINING_RESTORE_BEST, LM_TRAINING_TIME_LIMIT, LM_TRAINING_METRICS };
  LmDesign *copy = lm_design_copy (design);

  for (gsize i = 0; i < G_N_ELEMENTS (left_out); i++)
    lm_option_set_reset (copy->training, left_out[i]);
  return copy;
}

/* Exponential means of the losses so far, freed of their start. */
static void
smooth (const LmRangeTest *self,
        double *smoothed)
{
  double mean = 0;

  for (gint64 i = 0; i < self->n; i++) {
    mean = MEMORY * mean + (1 - MEMORY) * self->losses[i];
    smoothed[i] = mean / (1 - pow (MEMORY, (double) (i + 1)));
  }
}

/* Where the smoothed loss falls most steeply over the logarithm of the rate, before it is smallest. */
static double
find_suggestion (const LmRangeTest *self)
{
  g_autofree double *smoothed = g_new (double, MAX (1, self->n));
  gint64 lowest = 0, span = MAX (1, self->n / 20);
  double steepest = 0, found = (double) NAN;

  smooth (self, smoothed);
  for (gint64 i = 1; i < self->n; i++)
    lowest = smoothed[i] < smoothed[lowest] ? i : lowest;
  for (gint64 i = span; i + span <= lowest; i++) {
    double slope = smoothed[i + span] - smoothed[i - span];

    if (slope < steepest) {
      steepest = slope;
      found = self->rates[i];
    }
  }
  return found;
}

static gboolean
take_steps (LmRangeTest *self,
            LmRunner *runner,
            double from,
            double to,
            gint64 steps,
            LmProgressFunc progress,
            void *data,
            GError **error)
{
  double mean = 0, best = INFINITY;

  for (gint64 i = 0; i < steps; i++) {
    double smoothed;
    LmStepStatus status;

    if (progress != NULL && !progress (data, _ ("Trying learning rates"), (double) i / (double) steps)) {
      g_set_error (error, LM_ERROR, LM_ERROR_CANCELLED, _ ("Stopped after %" PRId64 " steps."), i);
      return FALSE;
    }
    if (lm_runner_epoch_is_over (runner)) {
      LmFigures figures = lm_runner_running (runner);

      lm_runner_end_epoch (runner, &figures, &figures);
    }
    runner->state.rate = from * pow (to / from, (double) i / (double) MAX (1, steps - 1));
    status = lm_runner_step (runner, error);
    if (status == LM_STEP_ERROR)
      return FALSE;
    if (status == LM_STEP_NAN)
      return TRUE;
    self->rates[self->n] = runner->state.rate;
    self->losses[self->n++] = runner->loss;
    mean = MEMORY * mean + (1 - MEMORY) * runner->loss;
    smoothed = mean / (1 - pow (MEMORY, (double) self->n));
    best = MIN (best, smoothed);
    if (best > 0 && smoothed > WORST * best && runner->loss > WORST * best)
      return TRUE;
  }
  return TRUE;
}

LmRangeTest *
lm_range_test (const LmTrainerSpec *spec,
               double from,
               double to,
               gint64 steps,
               LmProgressFunc progress,
               void *data,
               GError **error)
{
  g_autoptr (LmRangeTest) self = g_new0 (LmRangeTest, 1);
  g_autoptr (LmDesign) design = plain_design (spec->design);
  g_autoptr (LmRunner) runner = NULL;
  LmTrainerSpec own = *spec;

  g_assert (from > 0 && to > from && steps > 0);
  lm_flush_denormals ();
  own.design = design;
  own.resume = own.best = NULL;
  own.no_validation = TRUE;
  own.max_steps = 0;
  own.epochs = steps;
  runner = lm_runner_new (&own);
  if (!lm_runner_prepare (runner, &own, progress, data, error))
    return NULL;

  self->rates = g_new (double, steps);
  self->losses = g_new (double, steps);
  if (!take_steps (self, runner, from, to, steps, progress, data, error))
    return NULL;
  self->suggestion = find_suggestion (self);
  return g_steal_pointer (&self);
}

void
lm_range_test_free (LmRangeTest *self)
{
  if (self == NULL)
    return;
  g_free (self->rates);
  g_free (self->losses);
  g_free (self);
}

LmCurvesPicture *
lm_range_test_picture (const LmRangeTest *self,
                       const char *title,
                       const char *caption)
{
  LmCurvesPicture *picture = g_new0 (LmCurvesPicture, 1);
  LmPlotPanel *panel = picture->panels = g_new0 (LmPlotPanel, 1);
  LmSeries *series = panel->series = g_new0 (LmSeries, 1);

  picture->title = g_strdup (title);
  picture->caption = g_strdup (caption);
  picture->x_title = g_strdup (_ ("learning rate"));
  picture->log_x = TRUE;
  picture->n_panels = 1;
  panel->title = g_strdup (_ ("Loss"));
  panel->best = -1;
  panel->n_series = 1;
  series->name = g_strdup (_ ("Training, each step"));
  series->role = LM_SERIES_TRAIN_STEPS;
  series->n = (gsize) self->n;
  series->x = g_memdup2 (self->rates, sizeof (double) * series->n);
  series->y = g_memdup2 (self->losses, sizeof (double) * series->n);
  if (isfinite (self->suggestion)) {
    picture->n_marks = 1;
    picture->marks = g_new0 (LmMark, 1);
    picture->marks[0] = (LmMark){ .x = self->suggestion, .text = g_strdup_printf (_ ("steepest at %.2g"), self->suggestion) };
  }
  return picture;
}
