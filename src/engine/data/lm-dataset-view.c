/* lm-dataset-view.c: other parts made of the samples of a data set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-dataset.h"

#include "lm-i18n.h"
#include "lm-split.h"

#include <string.h>

/* Numbers in the pool: training samples of the base first, its validation samples after them. */
typedef struct {
  LmDataset *base;
  guint32 *pool[LM_PART_TEST];
} View;

/* Which part of the base a pool number belongs to; the number becomes that of the part. */
static LmPart
locate (const View *view,
        guint32 *i)
{
  gsize n_train = view->base->n_samples[LM_PART_TRAIN];

  if (*i < n_train)
    return LM_PART_TRAIN;
  *i -= (guint32) n_train;
  return LM_PART_VALIDATION;
}

static gboolean
view_read (const LmDataset *self,
           LmPart part,
           const guint32 *index,
           gsize n,
           int column,
           void *out,
           GError **error)
{
  const View *view = self->impl;
  gsize bytes = lm_column_bytes (&self->columns[column]);
  guint32 run[256];
  guint8 *dst = out;

  if (part == LM_PART_TEST)
    return lm_dataset_read (view->base, part, index, n, column, out, error);
  for (gsize done = 0; done < n;) {
    LmPart from = LM_PART_TRAIN;
    gsize length = 0;

    while (done + length < n && length < G_N_ELEMENTS (run)) {
      guint32 i = view->pool[part][index[done + length]];
      LmPart here = locate (view, &i);

      if (length > 0 && here != from)
        break;
      from = here;
      run[length++] = i;
    }
    if (!lm_dataset_read (view->base, from, run, length, column, dst + done * bytes, error))
      return FALSE;
    done += length;
  }
  return TRUE;
}

static char *
view_sample_name (const LmDataset *self,
                  LmPart part,
                  guint32 i)
{
  const View *view = self->impl;

  if (view->base->klass->sample_name == NULL)
    return NULL;
  if (part != LM_PART_TEST) {
    i = view->pool[part][i];
    part = locate (view, &i);
  }
  return view->base->klass->sample_name (view->base, part, i);
}

static void
view_free (LmDataset *self)
{
  View *view = self->impl;

  lm_dataset_unref (view->base);
  g_free (view->pool[LM_PART_TRAIN]);
  g_free (view->pool[LM_PART_VALIDATION]);
  g_free (view);
}

static const LmDatasetClass view_class = {
  .read = view_read,
  .sample_name = view_sample_name,
  .free = view_free,
};

LmDataset *
lm_dataset_new_view (LmDataset *self,
                     const guint32 *train,
                     gsize n_train,
                     const guint32 *validation,
                     gsize n_validation)
{
  View *view = g_new0 (View, 1);
  LmDataset *out = lm_dataset_new (&view_class, view, self->n_columns);
  gsize pool = self->n_samples[LM_PART_TRAIN] + self->n_samples[LM_PART_VALIDATION];

  for (gsize i = 0; i < n_train; i++)
    g_assert (train[i] < pool);
  for (gsize i = 0; i < n_validation; i++)
    g_assert (validation[i] < pool);
  view->base = lm_dataset_ref (self);
  view->pool[LM_PART_TRAIN] = g_memdup2 (train, n_train * sizeof *train);
  view->pool[LM_PART_VALIDATION] = g_memdup2 (validation, n_validation * sizeof *validation);
  out->name = g_strdup (self->name);
  out->spec = g_strdup (self->spec);
  out->fingerprint = g_strdup (self->fingerprint);
  out->description = g_strdup (self->description);
  out->notes = g_strdupv (self->notes);
  out->n_samples[LM_PART_TRAIN] = n_train;
  out->n_samples[LM_PART_VALIDATION] = n_validation;
  out->n_samples[LM_PART_TEST] = self->n_samples[LM_PART_TEST];
  for (int c = 0; c < self->n_columns; c++) {
    out->columns[c] = self->columns[c];
    out->columns[c].name = g_strdup (self->columns[c].name);
    out->columns[c].class_names = g_strdupv (self->columns[c].class_names);
    out->columns[c].description = g_strdup (self->columns[c].description);
  }
  return out;
}

LmDataset *
lm_dataset_split_validation (LmDataset *self,
                             double fraction,
                             guint64 seed,
                             gboolean join,
                             GError **error)
{
  gsize n = self->n_samples[LM_PART_TRAIN] + (join ? self->n_samples[LM_PART_VALIDATION] : 0);
  g_autoptr (LmSplit) split = lm_split_holdout (n, fraction, seed, error);

  if (split == NULL) {
    g_prefix_error (error, _ ("“%s” cannot be split: "), self->name);
    return NULL;
  }
  return lm_dataset_new_view (self, split->train, split->n_train, split->held, split->n_held);
}

gboolean
lm_dataset_is_split (const LmDataset *self)
{
  return self->klass == &view_class && lm_dataset_has (self, LM_PART_VALIDATION);
}
