/* lm-axis.h: ranges, ticks, smoothing and decimation behind a plot
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Nothing here draws. Thread: any. */

#define LM_MAX_TICKS 64

/* @value of each tick; a minor one has a grid line and no number. */
typedef struct {
  int n;
  struct {
    double value;
    gboolean is_minor;
  } tick[LM_MAX_TICKS];
  int decimals; /* that tell the numbers apart; −1: logarithmic, write as 1e-2 */
} LmTicks;

/* The next number of the row 1, 2, 5, 10, … × 10^k that is not below @raw > 0. */
double lm_axis_nice_step (double raw);

/**
 * lm_axis_ticks:
 * @n_wanted: about how many numbers have room
 * @whole: never between whole numbers, for epochs
 *
 * Linear ticks at 1, 2 or 5 × 10^k inside of [@min, @max].
 */
void lm_axis_ticks (double min, double max, int n_wanted, gboolean whole, LmTicks *ticks);

/* Decades inside of [@min, @max], both positive, minor ticks at 2 and 5; these get numbers too where there are fewer than
 * two decades, and decades are left out where there is no room for all. */
void lm_axis_log_ticks (double min, double max, int n_wanted, LmTicks *ticks);

/* Returns: (transfer full): the number at tick @i, “0.2”, “1,000”, “1e-2”; %NULL for a minor one. */
char *lm_ticks_label (const LmTicks *ticks, int i);

/**
 * lm_axis_range:
 * @is_log: only positive values count
 *
 * The range of the y axis of a loss, before it is widened to whole ticks:
 * from 0 (or the smallest value if some are negative, or in a logarithmic
 * plot) to the 98th percentile of what comes after the first 2 % of each
 * series. Visible is what has @x_from ≤ x ≤ @x_to. Values that are not finite
 * do not count. Call lm_axis_range_add() per series in between.
 */
typedef struct {
  double min;
  double max;
  gboolean is_log;
  gboolean is_empty;
} LmAxisRange;

void lm_axis_range_init (LmAxisRange *range, gboolean is_log);
void lm_axis_range_add (LmAxisRange *range, const double *x, const double *y, gsize n, double x_from, double x_to);

/* Widens to whole ticks; an empty range becomes 0 … 1. */
void lm_axis_range_finish (LmAxisRange *range, int n_wanted);

/**
 * lm_smooth:
 * @weight: 0 (@out = @y) … 0.99
 *
 * Exponential mean without the bias towards 0 at its start: s = w·s + (1 − w)·y,
 * out = s / (1 − w^k). What is not finite is passed on and leaves s alone.
 * Source: Kingma, Ba 2015, section 3 (the bias correction).
 */
void lm_smooth (const double *y, gsize n, double weight, double *out);

/* What one column of pixels shows of a series. @n = 0: nothing. */
typedef struct {
  double min;
  double max;
  double first;
  double last;
  double sum;
  gsize n;
  gboolean starts_after_gap; /* a value that is not a number lies between this column's first and what came before */
} LmColumn;

/**
 * lm_decimate:
 * @scale: columns per unit of x (of log10 x if @log_x), column 0 at @x_from
 * @columns: (array length=n_columns)
 *
 * Sorts the points into columns. Infinite values count as gaps. Points outside
 * of the columns are dropped. Cost: O(n).
 */
void lm_decimate (const double *x, const double *y, gsize n, gboolean log_x, double x_from, double scale, LmColumn *columns, int n_columns);

G_END_DECLS
