/* lm-split.c: seeded lists of sample numbers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-split.h"

#include "lm-i18n.h"
#include "lm-rng.h"

#include <math.h>
#include <string.h>

void
lm_split_free (LmSplit *self)
{
  g_free (self->train);
  g_free (self->held);
  g_free (self);
}

/* From a mark per sample to the two lists, which are so in rising order. */
static LmSplit *
split_from_marks (const guint8 *is_held,
                  gsize n,
                  gsize n_held)
{
  LmSplit *self = g_new0 (LmSplit, 1);

  self->train = g_new (guint32, n - n_held + 1);
  self->held = g_new (guint32, n_held + 1);
  for (gsize i = 0; i < n; i++) {
    if (is_held[i])
      self->held[self->n_held++] = (guint32) i;
    else
      self->train[self->n_train++] = (guint32) i;
  }
  return self;
}

static gboolean
check_fraction (gsize n,
                double fraction,
                GError **error)
{
  if (!(fraction >= 0 && fraction < 1)) {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("The validation split is %g, but it must be at least 0 and below 1. Choose for instance 0.1."), fraction);
    return FALSE;
  }
  if (n == 0 || (fraction > 0 && n < 2)) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("There are %'llu training samples, but a split needs at least 2. Add samples or set the validation split to 0."),
                 (unsigned long long) n);
    return FALSE;
  }
  return TRUE;
}

/* How many of @n are held out: at least one, and one is left. */
static gsize
share_of (gsize n,
          double fraction)
{
  if (!(fraction > 0))
    return 0;
  return CLAMP ((gsize) floor (fraction * (double) n + 0.5), 1, n - 1);
}

LmSplit *
lm_split_holdout (gsize n,
                  double fraction,
                  guint64 seed,
                  GError **error)
{
  LmRng rng = lm_rng_init (seed, LM_RNG_SPLIT, 0, 0);
  g_autofree guint32 *order = NULL;
  g_autofree guint8 *is_held = NULL;
  gsize n_held;

  if (!check_fraction (n, fraction, error))
    return NULL;
  n_held = share_of (n, fraction);
  order = g_new (guint32, n);
  is_held = g_new0 (guint8, n);
  lm_rng_permutation (&rng, n, order);
  for (gsize i = n - n_held; i < n; i++)
    is_held[order[i]] = 1;
  return split_from_marks (is_held, n, n_held);
}

/* How many of each class are held out: fraction · size rounded down, the rest to the largest remainders. */
static void
allot (const gsize *sizes,
       int n_classes,
       double fraction,
       gsize total,
       gsize *held)
{
  g_autofree double *rest = g_new (double, n_classes);
  gsize given = 0;

  for (int c = 0; c < n_classes; c++) {
    double exact = fraction * (double) sizes[c];

    held[c] = (gsize) floor (exact);
    rest[c] = exact - floor (exact);
    given += held[c];
  }
  while (given < total) {
    int best = -1;

    for (int c = 0; c < n_classes; c++) {
      if (held[c] + 1 < sizes[c] && rest[c] >= 0 && (best < 0 || rest[c] > rest[best]))
        best = c;
    }
    if (best < 0)
      return;
    held[best]++;
    rest[best] = -1;
    given++;
  }
}

LmSplit *
lm_split_stratified (const gint32 *labels,
                     gsize n,
                     int n_classes,
                     double fraction,
                     guint64 seed,
                     GError **error)
{
  LmRng rng = lm_rng_init (seed, LM_RNG_SPLIT, 1, 0);
  g_autofree guint32 *order = NULL;
  g_autofree guint8 *is_held = NULL;
  g_autofree gsize *sizes = g_new0 (gsize, n_classes);
  g_autofree gsize *held = g_new0 (gsize, n_classes);
  gsize n_held = 0;

  if (!check_fraction (n, fraction, error))
    return NULL;
  for (gsize i = 0; i < n; i++) {
    if (labels[i] < 0 || labels[i] >= n_classes) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                   _ ("The label of sample %'llu is %d, but there are %d classes, from 0. Correct the label."),
                   (unsigned long long) i, labels[i], n_classes);
      return NULL;
    }
    sizes[labels[i]]++;
  }
  allot (sizes, n_classes, fraction, share_of (n, fraction), held);
  order = g_new (guint32, n);
  is_held = g_new0 (guint8, n);
  lm_rng_permutation (&rng, n, order);
  for (gsize i = n; i-- > 0;) {
    gint32 label = labels[order[i]];

    if (held[label] > 0) {
      held[label]--;
      is_held[order[i]] = 1;
      n_held++;
    }
  }
  return split_from_marks (is_held, n, n_held);
}

LmSplit *
lm_split_kfold (gsize n,
                int k,
                int fold,
                int round,
                guint64 seed,
                GError **error)
{
  LmRng rng = lm_rng_init (seed, LM_RNG_SPLIT, 2, (guint64) round);
  g_autofree guint32 *order = NULL;
  g_autofree guint8 *is_held = NULL;
  gsize longer, first, length;

  if (k < 2 || (gsize) k > n) {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("%d folds of %'llu samples are asked for, but there must be at least 2 folds and a sample for each. Choose another k."),
                 k, (unsigned long long) n);
    return NULL;
  }
  g_assert (fold >= 0 && fold < k);
  longer = n % (gsize) k;
  length = n / (gsize) k + ((gsize) fold < longer ? 1 : 0);
  first = (gsize) fold * (n / (gsize) k) + MIN ((gsize) fold, longer);
  order = g_new (guint32, n);
  is_held = g_new0 (guint8, n);
  lm_rng_permutation (&rng, n, order);
  for (gsize i = first; i < first + length; i++)
    is_held[order[i]] = 1;
  return split_from_marks (is_held, n, length);
}
