/* lm-axis.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lm-number.h"

/* The percentile is taken from at most so many values, at equal distances: sorting all would take longer than drawing. */
#define MAX_SAMPLE 4096

double
lm_axis_nice_step (double raw)
{
  double power, mantissa;

  if (!isfinite (raw) || raw <= 0)
    return 1;
  power = pow (10, floor (log10 (raw)));
  if (power <= 0 || !isfinite (power))
    return raw;
  mantissa = raw / power;
  if (mantissa <= 1 + 1e-9)
    return power;
  if (mantissa <= 2 + 1e-9)
    return 2 * power;
  if (mantissa <= 5 + 1e-9)
    return 5 * power;
  return 10 * power;
}

static void
add_tick (LmTicks *ticks,
          double value,
          gboolean is_minor)
{
  if (ticks->n >= LM_MAX_TICKS)
    return;
  ticks->tick[ticks->n].value = value;
  ticks->tick[ticks->n].is_minor = is_minor;
  ticks->n++;
}

void
lm_axis_ticks (double min,
               double max,
               int n_wanted,
               gboolean whole,
               LmTicks *ticks)
{
  double step, first;

  ticks->n = 0;
  ticks->decimals = 0;
  if (!isfinite (min) || !isfinite (max) || !(max > min) || !isfinite (max - min))
    return;

  step = lm_axis_nice_step ((max - min) / CLAMP (n_wanted, 1, LM_MAX_TICKS / 2));
  if (whole && step < 1)
    step = 1;
  ticks->decimals = lm_number_decimals (step);
  first = ceil (min / step - 1e-9);
  if (fabs (first) > 1e15)
    return; /* the steps are finer than a double can count */
  for (int i = 0; i < LM_MAX_TICKS; i++) {
    double value = (first + i) * step;

    if (value > max + step * 1e-9)
      break;
    add_tick (ticks, value, FALSE);
  }
}

void
lm_axis_log_ticks (double min,
                   double max,
                   int n_wanted,
                   LmTicks *ticks)
{
  static const double mantissas[] = { 1, 2, 5 };
  int from, to, stride;
  gboolean few;

  ticks->n = 0;
  ticks->decimals = -1;
  if (!(min > 0) || !isfinite (max) || !(max > min))
    return;

  from = (int) floor (log10 (min));
  to = (int) floor (log10 (max) + 1e-9);
  few = log10 (max) - log10 (min) < 2;
  stride = MAX (1, (to - from + 1 + n_wanted - 1) / MAX (n_wanted, 1));
  for (int k = from; k <= to; k++) {
    gboolean named = ((k % stride) + stride) % stride == 0;

    for (gsize m = 0; m < G_N_ELEMENTS (mantissas); m++) {
      double value = mantissas[m] * pow (10, k);

      if (value < min * (1 - 1e-9) || value > max * (1 + 1e-9) || (m > 0 && stride > 1))
        continue;
      add_tick (ticks, value, m == 0 ? !named : !few);
    }
  }
}

char *
lm_ticks_label (const LmTicks *ticks,
                int i)
{
  double value = ticks->tick[i].value;

  if (ticks->tick[i].is_minor)
    return NULL;
  if (ticks->decimals < 0) {
    int power = (int) floor (log10 (value) + 1e-9);
    char text[32];

    snprintf (text, sizeof text, "%de%d", (int) lround (value / pow (10, power)), power);
    return g_strdup (text);
  }
  if (fabs (value) >= 1e7 || ticks->decimals > 5)
    return lm_number_short (value, 4);
  return lm_number_fixed (value, ticks->decimals);
}

void
lm_axis_range_init (LmAxisRange *range,
                    gboolean is_log)
{
  range->min = INFINITY;
  range->max = -INFINITY;
  range->is_log = is_log;
  range->is_empty = TRUE;
}

static int
compare_doubles (const void *a,
                 const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

void
lm_axis_range_add (LmAxisRange *range,
                   const double *x,
                   const double *y,
                   gsize n,
                   double x_from,
                   double x_to)
{
  gsize skip = n >= 50 ? n / 50 : 0;
  gsize stride = (n - skip) / MAX_SAMPLE + 1;
  g_autofree double *sample = g_new (double, (n - skip) / stride + 1);
  int n_sample = 0;
  double low, high;

  for (gsize i = skip; i < n; i += stride) {
    if (x[i] >= x_from && x[i] <= x_to && isfinite (y[i]) && (!range->is_log || y[i] > 0))
      sample[n_sample++] = y[i];
  }
  if (n_sample == 0)
    return;

  qsort (sample, (gsize) n_sample, sizeof *sample, compare_doubles);
  high = sample[n_sample < 50 ? n_sample - 1 : (int) (0.98 * (n_sample - 1))];
  low = range->is_log ? sample[n_sample < 50 ? 0 : (int) (0.01 * n_sample)] : sample[0];
  range->min = MIN (range->min, low);
  range->max = MAX (range->max, high);
  range->is_empty = FALSE;
}

void
lm_axis_range_finish (LmAxisRange *range,
                      int n_wanted)
{
  double step;

  if (range->is_empty) {
    range->min = range->is_log ? 0.1 : 0;
    range->max = 1;
    return;
  }
  if (range->is_log) {
    if (!(range->max > range->min * 1.001)) {
      range->min /= 2;
      range->max *= 2;
    }
    range->min = MAX (range->min * 0.9, 1e-300);
    range->max = MIN (range->max * 1.1, 1e300);
    return;
  }

  if (range->min >= 0)
    range->min = 0;
  /* Far from the limits of a double: differences must stay finite. */
  range->min = MAX (range->min, -1e300);
  range->max = MIN (range->max, 1e300);
  if (!(range->max - range->min > 1e-12 * MAX (fabs (range->min), fabs (range->max)))) {
    double around = range->max != 0 ? fabs (range->max) / 2 : 0.5;

    range->max += around;
    range->min = range->min < 0 ? range->min - around : 0;
  }
  step = lm_axis_nice_step ((range->max - range->min) * 1.02 / CLAMP (n_wanted, 1, LM_MAX_TICKS / 2));
  range->max = ceil (range->max * (range->max > 0 ? 1.02 : 0.98) / step) * step;
  if (range->min < 0)
    range->min = floor (range->min * 1.02 / step) * step;
}

void
lm_smooth (const double *y,
           gsize n,
           double weight,
           double *out)
{
  double s = 0, left = 1;

  weight = CLAMP (weight, 0, 0.999);
  for (gsize i = 0; i < n; i++) {
    if (!isfinite (y[i]) || weight == 0) {
      out[i] = y[i];
      continue;
    }
    s = weight * s + (1 - weight) * y[i];
    left *= weight;
    out[i] = s / (1 - left);
  }
}

void
lm_decimate (const double *x,
             const double *y,
             gsize n,
             gboolean log_x,
             double x_from,
             double scale,
             LmColumn *columns,
             int n_columns)
{
  double origin = log_x ? log10 (x_from) : x_from;
  gboolean gap = TRUE;

  for (int c = 0; c < n_columns; c++)
    columns[c] = (LmColumn){ .min = INFINITY, .max = -INFINITY };

  for (gsize i = 0; i < n; i++) {
    double place, value = y[i];
    LmColumn *column;

    if (!isfinite (value)) {
      gap = TRUE;
      continue;
    }
    if (log_x && !(x[i] > 0))
      continue;
    place = ((log_x ? log10 (x[i]) : x[i]) - origin) * scale;
    if (!(place >= 0 && place <= n_columns)) {
      gap = place < 0;
      continue;
    }
    column = &columns[MIN ((int) place, n_columns - 1)];
    if (column->n == 0) {
      column->first = value;
      column->starts_after_gap = gap;
    }
    gap = FALSE;
    column->last = value;
    column->min = MIN (column->min, value);
    column->max = MAX (column->max, value);
    column->sum += value;
    column->n++;
  }
}
