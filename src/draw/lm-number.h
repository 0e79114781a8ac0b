/* lm-number.h: numbers as people read them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All give new strings (transfer full) in the locale's way, with a true minus (U+2212), “?” for what is not a number and
 * “∞” for what has no end. In the C locale thousands are grouped by commas. Files with values do not use them. */

/* “18,496” */
char *lm_number_count (gint64 value);

/* @digits significant digits: “0.0490”, “1,234”, “4.90e-4” */
char *lm_number_significant (double value, int digits);

/* As short as @digits significant digits allow, zeros at the end dropped: “0.49”, “12”, “3e-4” */
char *lm_number_short (double value, int digits);

/* @decimals places after the point: “0.984” */
char *lm_number_fixed (double value, int decimals);

/* A share of 1 in percent with a blank: “9.9 %”, “0.12 %”, “100 %” */
char *lm_number_share (double value);

/* The number of places after the point that tell multiples of @step apart. */
int lm_number_decimals (double step);

G_END_DECLS
