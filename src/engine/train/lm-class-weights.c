/* lm-class-weights.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-class-weights.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

static gboolean
balance (const LmDataset *dataset,
         int column,
         float *weights,
         GError **error)
{
  const LmColumn *c = &dataset->columns[column];
  g_autofree gint64 *counts = g_new0 (gint64, c->n_classes);
  double n = (double) lm_dataset_n (dataset, LM_PART_TRAIN);

  if (!lm_dataset_class_counts (dataset, LM_PART_TRAIN, column, counts, error))
    return FALSE;
  for (int i = 0; i < c->n_classes; i++)
    weights[i] = counts[i] > 0 ? (float) (n / ((double) c->n_classes * (double) counts[i])) : 1;
  return TRUE;
}

/* By number or name; −1 if there is no such class. */
static int
find_class (const LmColumn *column,
            const char *text)
{
  guint64 number;

  if (g_ascii_string_to_unsigned (text, 10, 0, (guint64) column->n_classes - 1, &number, NULL))
    return (int) number;
  for (int i = 0; i < column->n_classes; i++) {
    g_autofree char *name = lm_column_class_name (column, i);

    if (strcmp (name, text) == 0)
      return i;
  }
  return -1;
}

static gboolean
read_entry (char *entry,
            const LmColumn *column,
            float *weights,
            GError **error)
{
  char *colon = strrchr (entry, ':'), *end;
  double weight;
  int class;

  weight = colon != NULL ? g_ascii_strtod (colon + 1, &end) : (double) NAN;
  if (!(weight >= 0 && weight < 1e30) || end == colon + 1 || g_strstrip (end)[0] != '\0') {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("“%s” is not the weight of a class. Write class weights as “0: 1, 1: 5”, or balanced."), g_strstrip (entry));
    return FALSE;
  }
  *colon = '\0';
  class = find_class (column, g_strstrip (entry));
  if (class < 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("A weight is set for the class “%s”, but “%s” has %d classes, 0 to %d, and none of that name. Correct the class weights."),
                 entry, column->name, column->n_classes, column->n_classes - 1);
    return FALSE;
  }
  weights[class] = (float) weight;
  return TRUE;
}

float *
lm_class_weights_parse (const char *text,
                        const LmDataset *dataset,
                        int column,
                        GError **error)
{
  const LmColumn *c = &dataset->columns[column];
  g_autofree float *weights = NULL;
  g_auto (GStrv) entries = g_strsplit (text, ",", -1);

  if (c->n_classes < 2 || lm_column_size (c) != 1) {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("Class weights are set, but the target “%s” is no class. Remove the class weights, or use sample weights."), c->name);
    return NULL;
  }
  weights = g_new (float, c->n_classes);
  for (int i = 0; i < c->n_classes; i++)
    weights[i] = 1;
  if (strcmp (text, "balanced") == 0)
    return balance (dataset, column, weights, error) ? g_steal_pointer (&weights) : NULL;
  for (int i = 0; entries[i] != NULL; i++) {
    if (!read_entry (entries[i], c, weights, error))
      return NULL;
  }
  return g_steal_pointer (&weights);
}
