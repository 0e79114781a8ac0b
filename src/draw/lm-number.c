/* lm-number.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUS "\u2212"

/* Replaces the ASCII minus in front; the one of an exponent stays: “−4.9e-4”. */
static char *
with_minus (const char *digits)
{
  return digits[0] == '-' ? g_strconcat (MINUS, digits + 1, NULL) : g_strdup (digits);
}

/* TRUE with @text set if @value has no digits. */
static gboolean
is_special (double value,
            char **text)
{
  if (isnan (value))
    *text = g_strdup ("?");
  else if (isinf (value))
    *text = g_strdup (value > 0 ? "∞" : MINUS "∞");
  else
    return FALSE;
  return TRUE;
}

char *
lm_number_count (gint64 value)
{
  const struct lconv *locale = localeconv ();
  const char *separator = locale->thousands_sep != NULL && *locale->thousands_sep != '\0' ? locale->thousands_sep : ",";
  guint64 rest = value < 0 ? -(guint64) value : (guint64) value;
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, rest);
  gsize n = strlen (digits);
  GString *text = g_string_new (value < 0 ? MINUS : NULL);

  if (!g_utf8_validate (separator, -1, NULL))
    separator = "\u00a0";
  for (gsize i = 0; i < n; i++) {
    if (i > 0 && (n - i) % 3 == 0)
      g_string_append (text, separator);
    g_string_append_c (text, digits[i]);
  }
  return g_string_free (text, FALSE);
}

/* “4.90e-04” becomes “4.90e-4”. */
static void
shorten_exponent (char *text)
{
  char *e = strchr (text, 'e');
  char *from, *to;

  if (e == NULL)
    return;
  from = to = e + 1;
  if (*from == '-')
    to = ++from;
  else if (*from == '+')
    from++;
  while (*from == '0' && from[1] != '\0')
    from++;
  memmove (to, from, strlen (from) + 1);
}

/* Drops zeros behind the point, and a point with nothing behind it, before an exponent as well. */
static void
drop_zeros (char *text)
{
  char *e = strchr (text, 'e');
  char *end = e != NULL ? e : text + strlen (text);
  char *last = end;

  if (strpbrk (text, ".,") == NULL)
    return;
  while (last > text && last[-1] == '0')
    last--;
  if (last > text && (last[-1] == '.' || last[-1] == ','))
    last--;
  memmove (last, end, strlen (end) + 1);
}

static char *
format (double value,
        int digits,
        gboolean keep_zeros)
{
  char buffer[64];
  char *special;
  int power;

  if (is_special (value, &special))
    return special;
  if (value == 0)
    return g_strdup ("0");

  digits = CLAMP (digits, 1, 17);
  snprintf (buffer, sizeof buffer, "%.*e", digits - 1, value);
  power = atoi (strchr (buffer, 'e') + 1); /* after rounding */
  if (power >= 15 || power < -3) {
    shorten_exponent (buffer);
    if (!keep_zeros)
      drop_zeros (buffer);
    return with_minus (buffer);
  }
  if (power >= 3 && power >= digits - 1)
    return lm_number_count ((gint64) llround (value));

  snprintf (buffer, sizeof buffer, "%.*f", MAX (digits - 1 - power, 0), value);
  if (!keep_zeros)
    drop_zeros (buffer);
  return with_minus (buffer);
}

char *
lm_number_significant (double value,
                       int digits)
{
  return format (value, digits, TRUE);
}

char *
lm_number_short (double value,
                 int digits)
{
  return format (value, digits, FALSE);
}

char *
lm_number_fixed (double value,
                 int decimals)
{
  char buffer[64];
  char *special;

  if (is_special (value, &special))
    return special;
  if (fabs (value) >= 1e15)
    return format (value, 3, FALSE);
  if (fabs (value) >= 1000 && decimals <= 0)
    return lm_number_count ((gint64) llround (value));
  snprintf (buffer, sizeof buffer, "%.*f", CLAMP (decimals, 0, 20), value);
  if (buffer[0] == '-' && strspn (buffer + 1, "0.,") == strlen (buffer + 1))
    return g_strdup (buffer + 1); /* no “−0.00” */
  return with_minus (buffer);
}

char *
lm_number_share (double value)
{
  double percent = value * 100;
  g_autofree char *number = NULL;

  if (fabs (percent) >= 99.95 || percent == 0)
    number = lm_number_fixed (percent, 0);
  else if (fabs (percent) >= 10)
    number = lm_number_fixed (percent, 1);
  else
    number = lm_number_short (percent, 2);
  return g_strconcat (number, "\u00a0%", NULL);
}

int
lm_number_decimals (double step)
{
  int power;

  if (!isfinite (step) || step <= 0)
    return 0;
  power = (int) floor (log10 (step) + 1e-9);
  return CLAMP (-power, 0, 20);
}
