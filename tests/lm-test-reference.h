/* lm-test-reference.h: reads what reference/generate.py wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-shape.h"

G_BEGIN_DECLS

/**
 * LmTestReference:
 * @words: (array zero-terminated=1): those of the current line
 * @n_words: how many
 *
 * A file of lines in words, NAME.txt, and the numbers that they name, NAME.bin.
 */
typedef struct {
  char **lines;
  int line;
  char **words;
  int n_words;
  guint8 *numbers;
  gsize n_numbers;
} LmTestReference;

/* @name: of a file in the folder reference beside the tests. */
LmTestReference *lm_test_reference_open (const char *name);
void lm_test_reference_free (LmTestReference *self);

/* FALSE at the end. */
gboolean lm_test_reference_next (LmTestReference *self);
gboolean lm_test_reference_is (const LmTestReference *self, const char *word);

/* Returns: (transfer full): the numbers that the last two words of the line name: how many, and where they begin. */
double *lm_test_reference_numbers (const LmTestReference *self, gint64 *n);

/* Word @i as “3x5”; “-” has no axes. */
LmShape lm_test_reference_shape (const LmTestReference *self, int i);
gint64 lm_test_reference_int (const LmTestReference *self, int i);
double lm_test_reference_double (const LmTestReference *self, int i);

/* Returns: (transfer full): @n numbers as uniform () of generate.py draws them. */
double *lm_test_reference_uniform (guint64 seed, double low, double high, int levels, gint64 n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmTestReference, lm_test_reference_free)

G_END_DECLS
