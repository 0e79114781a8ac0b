/* lm-test-reference.c: reads what reference/generate.py wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-test-reference.h"

#include <math.h>
#include <string.h>

LmTestReference *
lm_test_reference_open (const char *name)
{
  LmTestReference *self = g_new0 (LmTestReference, 1);
  g_autofree char *text_name = g_strconcat (name, ".txt", NULL);
  g_autofree char *number_name = g_strconcat (name, ".bin", NULL);
  g_autofree char *text_path = g_test_build_filename (G_TEST_DIST, "reference", text_name, NULL);
  g_autofree char *number_path = g_test_build_filename (G_TEST_DIST, "reference", number_name, NULL);
  g_autofree char *text = NULL;
  GError *error = NULL;
  gsize size;

  g_file_get_contents (text_path, &text, NULL, &error);
  g_assert_no_error (error);
  g_file_get_contents (number_path, (char **) &self->numbers, &size, &error);
  g_assert_no_error (error);
  self->n_numbers = size / 4;
  self->lines = g_strsplit (text, "\n", -1);
  self->line = -1;
  return self;
}

void
lm_test_reference_free (LmTestReference *self)
{
  g_strfreev (self->lines);
  g_strfreev (self->words);
  g_free (self->numbers);
  g_free (self);
}

gboolean
lm_test_reference_next (LmTestReference *self)
{
  if (self->lines[self->line + 1] == NULL || self->lines[self->line + 1][0] == '\0')
    return FALSE;
  self->line++;
  g_strfreev (self->words);
  self->words = g_strsplit (self->lines[self->line], " ", -1);
  self->n_words = (int) g_strv_length (self->words);
  return TRUE;
}

gboolean
lm_test_reference_is (const LmTestReference *self,
                      const char *word)
{
  return strcmp (self->words[0], word) == 0;
}

double *
lm_test_reference_numbers (const LmTestReference *self,
                           gint64 *n)
{
  gint64 from = lm_test_reference_int (self, self->n_words - 1);
  double *values;

  *n = lm_test_reference_int (self, self->n_words - 2);
  g_assert_true (from >= 0 && *n >= 0 && (gsize) (from + *n) <= self->n_numbers);
  values = g_new (double, (gsize) *n + 1);
  for (gint64 i = 0; i < *n; i++) {
    guint32 bits;
    float value;

    memcpy (&bits, self->numbers + 4 * (from + i), sizeof bits);
    bits = GUINT32_FROM_LE (bits);
    memcpy (&value, &bits, sizeof value);
    values[i] = (double) value;
  }
  return values;
}

LmShape
lm_test_reference_shape (const LmTestReference *self,
                         int i)
{
  g_auto (GStrv) sizes = NULL;
  LmShape shape = LM_SCALAR;

  g_assert_cmpint (i, <, self->n_words);
  if (strcmp (self->words[i], "-") == 0)
    return shape;
  sizes = g_strsplit (self->words[i], "x", LM_MAX_RANK + 1);
  for (; sizes[shape.rank] != NULL; shape.rank++)
    shape.dim[shape.rank] = g_ascii_strtoll (sizes[shape.rank], NULL, 10);
  return shape;
}

gint64
lm_test_reference_int (const LmTestReference *self,
                       int i)
{
  g_assert_cmpint (i, <, self->n_words);
  return g_ascii_strtoll (self->words[i], NULL, 10);
}

double
lm_test_reference_double (const LmTestReference *self,
                          int i)
{
  g_assert_cmpint (i, <, self->n_words);
  return g_ascii_strtod (self->words[i], NULL);
}

double *
lm_test_reference_uniform (guint64 seed,
                           double low,
                           double high,
                           int levels,
                           gint64 n)
{
  double *values = g_new (double, (gsize) n + 1);

  for (gint64 i = 0; i < n; i++) {
    guint64 z = (seed << 32) + (guint64) i + 0x9E3779B97F4A7C15u;
    double u;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    u = (double) (z >> 40) / 16777216.0;
    if (levels > 0)
      u = floor (u * levels) / levels;
    values[i] = (double) (float) (low + (high - low) * u);
  }
  return values;
}
