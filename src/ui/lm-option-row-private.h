/* lm-option-row-private.h: what the two halves of an option's row share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-option-row.h"

G_BEGIN_DECLS

struct _LmOptionRow {
  AdwActionRow parent_instance;

  const LmOptionSpec *spec;
  GtkWidget *toggle; /* BOOL, and on or off of a number that may be none */
  GtkWidget *spin;   /* INT */
  GtkWidget *entry;  /* DOUBLE, STRING, INTS */
  GtkWidget *scale;  /* DOUBLE from 0 to 1, beside the entry */
  GtkWidget *link;   /* INTS that are sizes: equal sides */
  GtkWidget *choice; /* CHOICE, OBJECT */
  gboolean is_showing;
  gboolean is_mixed;
  gboolean has_reason; /* the subtitle says what is wrong with the text */
  char *subtitle;      /* what stands there otherwise */
  char *none;
  double number; /* DOUBLE: what is shown */
  char *shown;   /* entry: its text before it was edited */
};

/* What the user wants, unless the row is only being shown. */
void lm_option_row_emit (LmOptionRow *self, const LmOptionValue *value);

/* What a number is when it is switched on. */
double lm_option_row_number_when_on (const LmOptionSpec *spec);

/* The widget for DOUBLE, INTS and STRING. */
void lm_option_row_add_entry (LmOptionRow *self);
void lm_option_row_show_text (LmOptionRow *self, const char *text);
void lm_option_row_show_number (LmOptionRow *self, double number);

/* Whether all sides are one. */
void lm_option_row_show_link (LmOptionRow *self, const gint64 *sides, int n);

G_END_DECLS
