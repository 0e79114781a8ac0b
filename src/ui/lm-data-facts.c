/* lm-data-facts.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-data-facts.h"

#include "lm-number.h"

#include <math.h>
#include <string.h>

#include "lm-i18n.h"

#define N_BINS 64
#define HISTOGRAM_SAMPLES 5000
#define N_BEFORE 12
#define MAX_CLASSES (1 << 20)

/* --- Labels -------------------------------------------------------------------------- */

static int
class_column (const LmDataset *dataset)
{
  int target = lm_dataset_first (dataset, LM_ROLE_TARGET);
  const LmColumn *column = target >= 0 ? &dataset->columns[target] : NULL;

  return column != NULL && column->n_classes > 0 && column->n_classes <= MAX_CLASSES && lm_column_size (column) == 1 ? target : -1;
}

static gboolean
read_part (LmDataFacts *self,
           LmPart part,
           int column,
           GError **error)
{
  gsize n = lm_dataset_n (self->dataset, part);

  if (n == 0)
    return TRUE;
  self->labels[part] = g_new (gint32, n);
  self->counts[part] = g_new0 (gint64, (gsize) self->n_classes);
  if (!lm_dataset_read_i32 (self->dataset, part, NULL, n, column, self->labels[part], error))
    return FALSE;
  for (gsize i = 0; i < n; i++) {
    if (self->labels[part][i] >= 0 && self->labels[part][i] < self->n_classes)
      self->counts[part][self->labels[part][i]]++;
  }
  return TRUE;
}

LmDataFacts *
lm_data_facts_new (LmDataset *dataset,
                   GError **error)
{
  g_autoptr (LmDataFacts) self = g_new0 (LmDataFacts, 1);
  int column = class_column (dataset);

  self->dataset = lm_dataset_ref (dataset);
  if (column < 0)
    return g_steal_pointer (&self);
  self->n_classes = dataset->columns[column].n_classes;
  for (int part = 0; part < LM_N_PARTS; part++) {
    if (!read_part (self, (LmPart) part, column, error))
      return NULL;
  }
  return g_steal_pointer (&self);
}

void
lm_data_facts_free (LmDataFacts *self)
{
  for (int part = 0; part < LM_N_PARTS; part++) {
    g_free (self->labels[part]);
    g_free (self->counts[part]);
  }
  lm_dataset_unref (self->dataset);
  g_free (self);
}

void
lm_data_facts_add_items (const LmDataFacts *self,
                         LmPart part,
                         int truth,
                         GArray *items)
{
  gsize n = lm_dataset_n (self->dataset, part);

  for (gsize i = 0; i < n; i++) {
    LmSampleItem item = { (guint32) i, part, self->labels[part] != NULL ? self->labels[part][i] : -1, -1, 0 };

    if (truth < 0 || item.truth == truth)
      g_array_append_val (items, item);
  }
}

LmBarsPicture *
lm_data_facts_balance (const LmDataFacts *self,
                       LmPart part)
{
  LmBarsPicture *picture;

  if (self->n_classes == 0 || self->counts[part] == NULL)
    return NULL;
  picture = g_new0 (LmBarsPicture, 1);
  picture->n = self->n_classes;
  picture->counts = g_memdup2 (self->counts[part], (gsize) self->n_classes * sizeof (gint64));
  picture->names = g_new0 (char *, self->n_classes + 1);
  for (int i = 0; i < self->n_classes; i++)
    picture->names[i] = lm_sample_class_name (self->dataset, i);
  return picture;
}

/* --- Histogram ----------------------------------------------------------------------- */

typedef struct {
  double min;
  double max;
  double sum;
  double squares;
  gint64 n;
  gint64 n_odd; /* not finite */
} Moments;

static void
add_moments (Moments *m,
             const float *x,
             gsize n)
{
  for (gsize i = 0; i < n; i++) {
    double value = (double) x[i];

    if (!isfinite (value)) {
      m->n_odd++;
      continue;
    }
    m->min = fmin (m->min, value);
    m->max = fmax (m->max, value);
    m->sum += value;
    m->squares += value * value;
    m->n++;
  }
}

static void
add_bins (LmBarsPicture *picture,
          const float *x,
          gsize n)
{
  double range = picture->max - picture->min;

  for (gsize i = 0; i < n; i++) {
    double at = ((double) x[i] - picture->min) / range * N_BINS;

    if (isfinite (at))
      picture->counts[CLAMP ((int) at, 0, N_BINS - 1)]++;
  }
}

/* Twice over the same samples: for the range, then for the bins. */
static gboolean
scan (LmDataset *dataset,
      int column,
      gsize n,
      LmJob *job,
      Moments *m,
      LmBarsPicture *picture,
      GError **error)
{
  gsize all = lm_dataset_n (dataset, LM_PART_TRAIN), size = lm_column_size (&dataset->columns[column]);
  g_autofree float *x = g_new (float, MAX (size, 1));

  for (gsize k = 0; k < n; k++) {
    guint32 i = (guint32) (k * all / n);

    if (k % 32 == 0 && job != NULL && !lm_job_progress (job, NULL, (double) k / (double) n)) {
      g_set_error_literal (error, LM_ERROR, LM_ERROR_CANCELLED, _ ("Stopped while reading the data."));
      return FALSE;
    }
    if (!lm_dataset_read_f32 (dataset, LM_PART_TRAIN, &i, 1, column, x, error))
      return FALSE;
    if (picture == NULL)
      add_moments (m, x, size);
    else
      add_bins (picture, x, size);
  }
  return TRUE;
}

LmBarsPicture *
lm_data_histogram (LmDataset *dataset,
                   LmJob *job,
                   GError **error)
{
  int column = lm_dataset_first (dataset, LM_ROLE_INPUT);
  gsize n = MIN (lm_dataset_n (dataset, LM_PART_TRAIN), HISTOGRAM_SAMPLES);
  g_autoptr (LmBarsPicture) picture = g_new0 (LmBarsPicture, 1);
  Moments m = { .min = INFINITY, .max = -INFINITY };
  g_autofree char *values = NULL, *samples = NULL, *mean = NULL, *deviation = NULL;

  if (job != NULL)
    lm_job_set_range (job, 0, 0.5);
  if (column < 0 || !scan (dataset, column, n, job, &m, NULL, error))
    return NULL;
  picture->is_histogram = TRUE;
  picture->n = N_BINS;
  picture->counts = g_new0 (gint64, N_BINS);
  picture->min = m.n > 0 ? m.min : 0;
  picture->max = m.n > 0 && m.max > m.min ? m.max : picture->min + 1;
  if (job != NULL)
    lm_job_set_range (job, 0.5, 1);
  if (!scan (dataset, column, n, job, &m, picture, error))
    return NULL;
  values = lm_number_count (m.n);
  samples = lm_number_count ((gint64) n);
  mean = lm_number_significant (m.n > 0 ? m.sum / (double) m.n : NAN, 4);
  deviation = lm_number_significant (m.n > 0 ? sqrt (fmax (0, m.squares / (double) m.n - m.sum / (double) m.n * (m.sum / (double) m.n))) : NAN, 4);
  picture->title = g_strdup_printf (_ ("Values of “%s” in training"), dataset->columns[column].name);
  picture->scale = g_strdup_printf (_ ("%s values of %s samples · mean %s · standard deviation %s · heights on a logarithmic scale"), values, samples, mean, deviation);
  return g_steal_pointer (&picture);
}

/* --- Before and after ---------------------------------------------------------------- */

static LmTensor *
read_twelve (LmDataset *dataset,
             int column,
             int *n,
             GError **error)
{
  gsize all = lm_dataset_n (dataset, LM_PART_TRAIN), size = lm_column_size (&dataset->columns[column]);
  const LmShape *sample = &dataset->columns[column].sample;
  guint32 index[N_BEFORE];
  LmShape shape = LM_SHAPE (0, 1, (gint64) size);
  g_autoptr (LmTensor) values = NULL;

  *n = (int) MIN (all, N_BEFORE);
  for (int i = 0; i < *n; i++)
    index[i] = (guint32) ((gsize) i * all / (gsize) *n);
  if (sample->rank == 3 && sample->dim[2] == 3)
    shape = LM_SHAPE (0, sample->dim[0], sample->dim[1], 3);
  else if (sample->rank == 2 || (sample->rank == 3 && sample->dim[2] == 1))
    shape = LM_SHAPE (0, sample->dim[0], sample->dim[1]);
  shape.dim[0] = *n;
  values = lm_tensor_new (LM_F32, &shape, error);
  if (values == NULL || !lm_dataset_read_f32 (dataset, LM_PART_TRAIN, index, (gsize) *n, column, lm_tensor_f32 (values), error))
    return NULL;
  return g_steal_pointer (&values);
}

/* What the first @n_steps of the chain make of @values. */
static LmTensor *
apply_steps (LmDataset *dataset,
             int column,
             const GPtrArray *chain,
             int n_steps,
             const LmTensor *values,
             LmJob *job,
             GError **error)
{
  g_autoptr (LmPipeline) pipeline = lm_pipeline_new ();
  LmTensor *out;

  for (int i = 0; i < n_steps; i++)
    lm_pipeline_add (pipeline, chain->pdata[i]);
  if (!lm_pipeline_fit (pipeline, dataset, job != NULL ? lm_job_progress : NULL, job, error) ||
      !lm_pipeline_check (pipeline, LM_ROLE_INPUT, dataset->columns[column].name, &dataset->columns[column].sample, error))
    return NULL;
  out = lm_tensor_new_copy (LM_F32, &values->shape, values->data);
  lm_pipeline_apply (pipeline, LM_ROLE_INPUT, dataset->columns[column].name, &dataset->columns[column].sample, lm_tensor_f32 (out), (gsize) values->shape.dim[0]);
  return out;
}

/* @values: (transfer full) */
static LmSheetPicture *
make_sheet (const char *title,
            LmTensor *values)
{
  LmSheetPicture *sheet = g_new0 (LmSheetPicture, 1);
  Moments m = { .min = INFINITY, .max = -INFINITY };
  g_autofree char *min = NULL, *max = NULL;

  add_moments (&m, lm_tensor_f32 (values), (gsize) lm_tensor_n_elements (values));
  sheet->title = g_strdup (title);
  sheet->tiles = values;
  sheet->min = m.n > 0 ? m.min : 0;
  sheet->max = m.n > 0 && m.max > m.min ? m.max : sheet->min + 1;
  sheet->map = values->shape.rank == 4 ? LM_MAP_RGB : sheet->min < 0 ? LM_MAP_DIVERGING
                                                                     : LM_MAP_GREY;
  min = lm_number_short (m.min, 4);
  max = lm_number_short (m.max, 4);
  sheet->scale = g_strdup_printf (_ ("values from %s to %s"), min, max);
  if (sheet->map == LM_MAP_DIVERGING) {
    sheet->max = fmax (sheet->max, -sheet->min);
    sheet->min = -sheet->max;
  }
  sheet->columns = 6;
  return sheet;
}

LmFilmPicture *
lm_data_before_after (LmDataset *dataset,
                      const GPtrArray *chain,
                      int step,
                      LmJob *job,
                      GError **error)
{
  int column = lm_dataset_first (dataset, LM_ROLE_INPUT), n = 0;
  int from = step >= 0 ? step : 0, to = step >= 0 ? step + 1 : (int) chain->len;
  g_autoptr (LmTensor) raw = column >= 0 ? read_twelve (dataset, column, &n, error) : NULL;
  g_autoptr (LmTensor) before = NULL;
  g_autoptr (LmTensor) after = NULL;
  g_autofree char *title = NULL;
  LmFilmPicture *film;

  if (raw == NULL)
    return NULL;
  if (job != NULL)
    lm_job_set_range (job, 0, 0.5);
  before = apply_steps (dataset, column, chain, from, raw, job, error);
  if (job != NULL)
    lm_job_set_range (job, 0.5, 1);
  after = before != NULL ? apply_steps (dataset, column, chain, to, raw, job, error) : NULL;
  if (after == NULL)
    return NULL;
  film = g_new0 (LmFilmPicture, 1);
  if (step >= 0)
    title = g_strdup_printf (_ ("After step %d, %s"), step + 1, _ (((LmOptionSet *) chain->pdata[step])->member->title));
  film->n_sheets = 2;
  film->sheets = g_new0 (LmSheetPicture *, 2);
  film->sheets[0] = make_sheet (step > 0 ? _ ("Before") : _ ("As they are in the files"), g_steal_pointer (&before));
  film->sheets[1] = make_sheet (title != NULL ? title : _ ("As the network gets them"), g_steal_pointer (&after));
  return film;
}

/* --- For files ----------------------------------------------------------------------- */

static LmBarsPicture *
copy_bars (const LmBarsPicture *bars)
{
  LmBarsPicture *copy = g_memdup2 (bars, sizeof *bars);

  copy->title = g_strdup (bars->title);
  copy->scale = g_strdup (bars->scale);
  copy->caption = g_strdup (bars->caption);
  copy->names = g_strdupv (bars->names);
  copy->counts = g_memdup2 (bars->counts, (gsize) bars->n * sizeof (gint64));
  return copy;
}

static LmSheetPicture *
copy_sheet (const LmSheetPicture *sheet)
{
  LmSheetPicture *copy = g_memdup2 (sheet, sizeof *sheet);

  copy->title = g_strdup (sheet->title);
  copy->scale = g_strdup (sheet->scale);
  copy->tiles = lm_tensor_ref (sheet->tiles);
  return copy; /* those made here have no other texts */
}

LmPicture
lm_data_copy_picture (const LmPicture *picture)
{
  LmPicture copy = *picture;

  if (picture->kind == LM_PICTURE_BARS) {
    copy.bars = copy_bars (picture->bars);
    return copy;
  }
  g_return_val_if_fail (picture->kind == LM_PICTURE_FILM, copy);

  copy.film = g_new0 (LmFilmPicture, 1);
  copy.film->title = g_strdup (picture->film->title);
  copy.film->n_sheets = picture->film->n_sheets;
  copy.film->sheets = g_new0 (LmSheetPicture *, picture->film->n_sheets);
  for (int i = 0; i < picture->film->n_sheets; i++)
    copy.film->sheets[i] = copy_sheet (picture->film->sheets[i]);
  return copy;
}
