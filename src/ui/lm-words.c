/* lm-words.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-words.h"

#include "lm-number.h"

#include <inttypes.h>
#include <math.h>

#include <glib/gi18n.h>

/* Hours and minutes. */
static char *
long_time (double seconds)
{
  gint64 minutes = (gint64) (seconds / 60 + 0.5);

  return g_strdup_printf (_ ("%" PRId64 " h %" PRId64 " min"), minutes / 60, minutes % 60);
}

char *
lm_words_left (double seconds)
{
  gint64 whole;

  if (!isfinite (seconds) || seconds < 0)
    return g_strdup ("?");
  if (seconds >= 3600)
    return long_time (seconds);
  whole = (gint64) (seconds + 0.5);
  return g_strdup_printf ("%" PRId64 ":%02" PRId64, whole / 60, whole % 60);
}

char *
lm_words_duration (double seconds)
{
  gint64 whole = (gint64) (seconds + 0.5);

  if (!isfinite (seconds) || seconds < 0)
    return g_strdup ("?");
  if (seconds < 9.95)
    return g_strdup_printf (_ ("%.1f s"), seconds);
  if (whole < 60)
    return g_strdup_printf (_ ("%" PRId64 " s"), whole);
  if (whole < 3600)
    return g_strdup_printf (_ ("%" PRId64 " min %" PRId64 " s"), whole / 60, whole % 60);
  return long_time (seconds);
}

char *
lm_words_bytes (guint64 bytes)
{
  static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
  double value = (double) bytes;
  gsize unit = 0;

  for (; value >= 1000 && unit + 1 < G_N_ELEMENTS (units); unit++)
    value /= 1024;
  return g_strdup_printf (value < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

char *
lm_words_rate (double rate)
{
  if (!isfinite (rate) || rate <= 0)
    return g_strdup ("?");
  if (rate < 0.01) {
    int power = (int) floor (log10 (rate) + 1e-9);

    return g_strdup_printf ("%.3ge%d", rate / pow (10, power), power);
  }
  return lm_number_short (rate, 3);
}

char *
lm_words_count (gint64 n)
{
  return lm_number_count (n);
}

char *
lm_words_loss (double loss)
{
  return lm_number_significant (loss, 3);
}

char *
lm_words_metric (const LmMetricInfo *metric, double value)
{
  return metric->is_share ? lm_number_fixed (value, 3) : lm_number_significant (value, 3);
}

char *
lm_words_run (const LmRunInfo *info)
{
  return info->name != NULL ? g_strdup (info->name) : g_strdup_printf (_ ("Run %" PRId64), info->id);
}
