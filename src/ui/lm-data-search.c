/* lm-data-search.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-data-search.h"

#include <string.h>

#include "lm-i18n.h"

static const LmColumn *
class_column (const LmDataset *dataset)
{
  int target = lm_dataset_first (dataset, LM_ROLE_TARGET);

  return target >= 0 && dataset->columns[target].n_classes > 0 ? &dataset->columns[target] : NULL;
}

/* The class of that name, else the first whose name begins so; −1. */
static int
find_class (const LmDataset *dataset,
            const char *text)
{
  const LmColumn *column = class_column (dataset);
  g_autofree char *wanted = g_utf8_casefold (text, -1);
  int begins = -1;

  for (int i = 0; column != NULL && i < column->n_classes; i++) {
    g_autofree char *name = lm_column_class_name (column, i);
    g_autofree char *folded = g_utf8_casefold (name, -1);

    if (strcmp (folded, wanted) == 0)
      return i;
    if (begins < 0 && g_str_has_prefix (folded, wanted))
      begins = i;
  }
  return begins;
}

/* What follows “class:”, in this language or in English; NULL. */
static const char *
after_class (const char *text)
{
  /* Translators: in front of a class's name in the search for samples, with the colon: class:7 */
  const char *const words[] = { _ ("class:"), "class:" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    if (g_ascii_strncasecmp (text, words[i], strlen (words[i])) == 0)
      return text + strlen (words[i]);
  }
  return NULL;
}

gboolean
lm_data_search_parse (const LmDataset *dataset,
                      const char *text,
                      int *truth,
                      gint64 *number)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  const char *name = after_class (stripped), *digits = stripped + (stripped[0] == '#');
  guint64 value;

  *truth = -1;
  *number = -1;
  if (stripped[0] == '\0' || (name != NULL && name[0] == '\0'))
    return TRUE;
  if (name == NULL && g_ascii_string_to_unsigned (digits, 10, 0, G_MAXUINT32, &value, NULL)) {
    *number = (gint64) value;
    return TRUE;
  }
  if (stripped[0] == '#')
    return FALSE;
  if (name != NULL)
    while (g_ascii_isspace (*name))
      name++;
  *truth = find_class (dataset, name != NULL ? name : stripped);
  return *truth >= 0;
}
