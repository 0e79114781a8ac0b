/* lm-ascent.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-ascent.h"

#include "lm-error.h"
#include "lm-i18n.h"
#include "lm-kernels-sheet.h"
#include "lm-probes.h"
#include "lm-rng.h"
#include "lm-sheet-new.h"

#include <math.h>
#include <string.h>

#define DEFAULT_FILTERS 32
#define DEFAULT_STEPS 30
#define BORDER 2
/* Cut off at each side at the end: there the border shows. */
#define CROP 3
/* Of the range, a step: the book's 10 / √(pixels · 3) at 200×200. */
#define STEP 0.03f

typedef struct {
  LmProbe *probe;
  LmProbe *before; /* the same before the activation, for filters that see nothing; NULL until needed */
  LmProbeSpec spec;
  int at;
  int n;           /* filters */
  gsize size;      /* values of one input */
  LmShape input;   /* symbolic */
  float *values;   /* n inputs, as the network gets them */
  float low, high; /* range of the input as the network gets it */
} Ascent;

/* Which layer, and how many of its filters. */
static gboolean
choose_layer (const LmLook *look,
              const LmAscentSpec *spec,
              char **path,
              gboolean *is_vector,
              int *n_all,
              int *n_filters,
              GError **error)
{
  LmProbeSpec probe_spec = { .max_batch = 1 };
  g_autoptr (LmProbe) probe = lm_look_probe (look, &probe_spec, error);
  LmShape shape;
  int at;

  if (probe == NULL)
    return FALSE;
  at = spec->layer != NULL ? lm_probe_find (probe, spec->layer, error) : lm_probe_find_convolution (probe, FALSE);
  if (at < 0 && spec->layer != NULL)
    return FALSE;
  if (at < 0)
    at = lm_probe_sink (probe);

  shape = lm_probe_output (probe, at, 0).shape;
  *is_vector = shape.rank == 2;
  *n_all = (int) shape.dim[shape.rank - 1];
  *n_filters = (int) MIN (shape.dim[shape.rank - 1], spec->n_filters > 0 ? spec->n_filters : DEFAULT_FILTERS);
  *path = g_strdup (lm_lowered_path (lm_lowered_node (lm_probe_layers (probe), at)));
  return TRUE;
}

/* Samples whose values tell the range of data that have none by nature. */
#define RANGE_SAMPLES 256

/* TRUE if the network itself scales what it gets, right behind its Input: then it was made for pixels. */
static gboolean
rescales (const LmDesign *design)
{
  for (guint i = 0; i < design->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (design->nodes, i);

    if (!node->bypassed && strcmp (node->kind, "Rescaling") == 0)
      return TRUE;
  }
  return FALSE;
}

/* Darkest and brightest raw value that the network is made for: by the nature of the data; else as they are found; without
 * data 0 … 255 where something scales them down, else 0 … 1. */
static void
find_raw_range (const LmLook *look,
                gsize size,
                float *low,
                float *high)
{
  int at = look->dataset != NULL ? lm_dataset_first (look->dataset, LM_ROLE_INPUT) : -1;
  const LmColumn *column = at >= 0 ? &look->dataset->columns[at] : NULL;
  LmPart part = LM_PART_TRAIN;
  gsize n;
  g_autofree float *values = NULL;

  *low = 0;
  *high = rescales (look->design) || (look->pipeline != NULL && lm_pipeline_n_steps (look->pipeline) > 0) ? 255 : 1;
  if (column == NULL)
    return;
  if (column->has_range) {
    *low = (float) column->min;
    *high = (float) column->max;
    return;
  }
  n = MIN (lm_dataset_n (look->dataset, part), RANGE_SAMPLES);
  values = n > 0 && lm_column_size (column) == size ? g_try_malloc_n (n * size, sizeof (float)) : NULL;
  if (values == NULL || !lm_dataset_read_f32 (look->dataset, part, NULL, n, at, values, NULL))
    return;
  *low = INFINITY;
  *high = -INFINITY;
  for (gsize i = 0; i < n * size; i++) {
    if (isfinite (values[i])) {
      *low = MIN (*low, values[i]);
      *high = MAX (*high, values[i]);
    }
  }
  if (!(*low < *high)) {
    *low = isfinite (*low) ? *low - 0.5f : 0;
    *high = *low + 1;
  }
}

/* Black and white through the chain: what the network sees of the darkest and the brightest. */
static void
find_range (const LmLook *look,
            Ascent *ascent)
{
  LmShape sample = { .rank = ascent->input.rank - 1 };
  g_autofree float *ends = g_new (float, 2 * ascent->size);
  float low, high;

  find_raw_range (look, ascent->size, &low, &high);
  memcpy (sample.dim, ascent->input.dim + 1, sizeof (gint64) * (gsize) sample.rank);
  for (gsize i = 0; i < ascent->size; i++) {
    ends[i] = low;
    ends[ascent->size + i] = high;
  }
  lm_look_scale (look, &sample, ends, 2);
  /* A chain may also turn black and white round. */
  ascent->low = ascent->high = ends[0];
  for (gsize i = 0; i < 2 * ascent->size; i++) {
    ascent->low = MIN (ascent->low, ends[i]);
    ascent->high = MAX (ascent->high, ends[i]);
  }
}

static void
start_in_grey (Ascent *ascent,
               guint64 seed)
{
  for (int f = 0; f < ascent->n; f++) {
    LmRng rng = lm_rng_init (seed, LM_RNG_EXPLAIN, (guint64) f, 0);
    float *x = ascent->values + (gsize) f * ascent->size;

    lm_rng_fill_float (&rng, 0, ascent->size, x);
    for (gsize i = 0; i < ascent->size; i++)
      x[i] = ascent->low + (ascent->high - ascent->low) * (0.4f + 0.2f * x[i]);
  }
}

/* Sample f is to raise filter f: the mean of its map inside of the border. */
static void
seed_filters (const Ascent *ascent,
              LmProbe *probe)
{
  LmOperand root = lm_probe_root (probe, NULL);
  gint64 per_sample = lm_shape_n_elements (&root.shape, 1) / root.shape.dim[0], channels = root.shape.dim[root.shape.rank - 1];
  gint64 h = root.shape.rank == 4 ? root.shape.dim[1] : 1, w = root.shape.rank == 4 ? root.shape.dim[2] : per_sample / channels;
  gint64 by = h > 3 * BORDER ? BORDER : 0, bx = root.shape.rank == 4 && w > 3 * BORDER ? BORDER : 0;
  float *seed = lm_probe_seed (probe), share = 1.0f / (float) ((h - 2 * by) * (w - 2 * bx));

  memset (seed, 0, sizeof (float) * (gsize) (per_sample * ascent->n));
  for (int f = 0; f < ascent->n; f++) {
    for (gint64 y = by; y < h - by; y++) {
      for (gint64 x = bx; x < w - bx; x++)
        seed[f * per_sample + (y * w + x) * channels + f] = share;
    }
  }
}

/* Gradients of all inputs; NULL if the layer does not depend on them. */
static const float *
differentiate (const Ascent *ascent,
               LmProbe *probe)
{
  lm_probe_forward (probe, (const float *const[]){ ascent->values }, ascent->n);
  seed_filters (ascent, probe);
  lm_probe_backward (probe);
  return lm_probe_input_gradient (probe).data;
}

/* Root mean square of what would move filter @f; 0 if nothing would. */
static double
strength (const Ascent *ascent,
          const float *gradient,
          int f)
{
  double sum = 0;

  for (gsize i = 0; i < ascent->size; i++)
    sum += (double) gradient[(gsize) f * ascent->size + i] * (double) gradient[(gsize) f * ascent->size + i];
  return sqrt (sum / (double) ascent->size);
}

static void
move (Ascent *ascent,
      const float *gradient,
      double rms,
      int f)
{
  const float *g = gradient + (gsize) f * ascent->size;
  float *x = ascent->values + (gsize) f * ascent->size, rate = STEP * (ascent->high - ascent->low) / (float) rms;

  for (gsize i = 0; i < ascent->size; i++)
    x[i] += rate * g[i];
}

/* One step of all filters. One whose map is zero everywhere has no gradient: it goes by its map before the activation. */
static gboolean
climb (Ascent *ascent,
       GError **error)
{
  const float *gradient = differentiate (ascent, ascent->probe), *before = NULL;
  g_autofree gboolean *dead = g_new0 (gboolean, ascent->n);
  gboolean any = FALSE;

  if (gradient == NULL)
    return TRUE;
  for (int f = 0; f < ascent->n; f++)
    any |= dead[f] = strength (ascent, gradient, f) <= 0;
  if (any && ascent->before == NULL) {
    ascent->spec.root = LM_PROBE_BEFORE;
    ascent->before = lm_probe_new (&ascent->spec, error);
    if (ascent->before == NULL)
      return FALSE;
  }
  if (any)
    before = differentiate (ascent, ascent->before);
  for (int f = 0; f < ascent->n; f++) {
    const float *by = dead[f] ? before : gradient;
    double rms = by != NULL ? strength (ascent, by, f) : 0;

    if (rms > 0)
      move (ascent, by, rms, f);
  }
  return TRUE;
}

/* As people see it: the edges cut off, centred, a deviation of a quarter of the range, 0 … 255. */
static LmTensor *
develop (const Ascent *ascent)
{
  gint64 h = ascent->input.dim[1], w = ascent->input.dim[2], c = ascent->input.dim[3], cut = MIN (h, w) >= 8 * CROP ? CROP : 0;
  gint64 inner_h = h - 2 * cut, inner_w = w - 2 * cut;
  LmShape grey = LM_SHAPE (ascent->n, inner_h, inner_w), rgb = LM_SHAPE (ascent->n, inner_h, inner_w, 3);
  LmTensor *tiles = lm_tensor_new (LM_F32, c == 3 ? &rgb : &grey, NULL);
  float *out = tiles != NULL ? lm_tensor_f32 (tiles) : NULL;
  gint64 row = inner_w * c, size = inner_h * row;

  for (int f = 0; tiles != NULL && f < ascent->n; f++, out += size) {
    const float *x = ascent->values + (gsize) f * ascent->size;
    double sum = 0, squares = 0, mean, deviation;

    for (gint64 y = 0; y < inner_h; y++)
      memcpy (out + y * row, x + ((y + cut) * w + cut) * c, sizeof (float) * (gsize) row);
    for (gint64 i = 0; i < size; i++) {
      sum += (double) out[i];
      squares += (double) out[i] * (double) out[i];
    }
    mean = sum / (double) size;
    deviation = sqrt (fmax (squares / (double) size - mean * mean, 0)) + 1e-9;
    for (gint64 i = 0; i < size; i++)
      out[i] = (float) fmin (fmax (127.5 + ((double) out[i] - mean) / deviation * 64, 0), 255);
  }
  return tiles;
}

/* The pictures after so many steps. */
static LmSheetPicture *
make_sheet (const LmLook *look,
            const Ascent *ascent,
            int n_all,
            int steps,
            GError **error)
{
  const LmLoweredNode *node = lm_lowered_node (lm_probe_layers (ascent->probe), ascent->at);
  LmTensor *tiles = develop (ascent);
  g_autofree char *note = NULL;
  LmSheetPicture *sheet;

  if (tiles == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("There is not enough memory for the picture."));
    return NULL;
  }
  sheet = lm_sheet_new (g_strdup_printf (_ ("%s · what each filter looks for"), lm_lowered_name (node)), tiles,
                        ascent->input.dim[3] == 3 ? LM_MAP_RGB : LM_MAP_GREY, NULL, NULL, NULL);
  sheet->path = g_strdup (lm_lowered_path (node));
  sheet->name = g_strdup (lm_lowered_name (node));
  sheet->min = 0;
  sheet->max = 255;
  g_free (sheet->scale);
  note = ascent->n < n_all ? g_strdup_printf (_ ("%d of %d filters"), ascent->n, n_all) : NULL;
  sheet->scale = g_strdup_printf (_ ("%s%s%d×%d each · gradient ascent, %d steps · each scaled by itself"), note != NULL ? note : "", note != NULL ? " · " : "", (int) tiles->shape.dim[1], (int) tiles->shape.dim[2], steps);
  if (look->weights == NULL)
    sheet->caption = g_strdup (_ ("Not trained: random weights"));
  return sheet;
}

/* One step after the other, told about and shown on the way. */
static gboolean
climb_all (const LmLook *look,
           const LmAscentSpec *spec,
           Ascent *ascent,
           int n_all,
           int steps,
           GError **error)
{
  for (int step = 0; step < steps; step++) {
    if (spec->progress != NULL && !spec->progress (spec->progress_data, _ ("Looking for what excites each filter"), (double) step / steps)) {
      g_set_error (error, LM_ERROR, LM_ERROR_CANCELLED, _ ("Stopped."));
      return FALSE;
    }
    if (!climb (ascent, error))
      return FALSE;
    if (spec->preview != NULL && step + 1 < steps) {
      LmSheetPicture *sheet = make_sheet (look, ascent, n_all, step + 1, NULL);

      if (sheet != NULL)
        spec->preview (sheet, spec->progress_data);
    }
  }
  return TRUE;
}

LmSheetPicture *
lm_ascent (const LmLook *look,
           const LmAscentSpec *spec,
           GError **error)
{
  int steps = spec->n_steps > 0 ? spec->n_steps : DEFAULT_STEPS;
  g_autofree char *path = NULL;
  g_autofree float *values = NULL;
  gboolean is_vector, ok;
  int n_all;
  g_autoptr (LmProbe) probe = NULL, before = NULL;
  Ascent ascent = { 0 };
  LmProbeSpec probe_spec = { .design = look->design, .weights = look->weights, .seed = look->seed, .pool = look->pool, .root = LM_PROBE_OUTPUT, .input_gradient = TRUE };

  if (!choose_layer (look, spec, &path, &is_vector, &n_all, &ascent.n, error))
    return NULL;
  if (is_vector)
    probe_spec.root = LM_PROBE_SCORES;
  probe_spec.root_layer = path;
  probe_spec.max_batch = ascent.n;
  probe = ascent.probe = lm_probe_new (&probe_spec, error);
  if (probe == NULL)
    return NULL;
  if (!lm_probe_check_single (probe, error))
    return NULL;
  ascent.spec = probe_spec;
  ascent.at = lm_probe_find (probe, path, NULL);
  ascent.input = lm_probe_input_shape (probe, 0);
  if (ascent.input.rank != 4 || (ascent.input.dim[3] != 1 && ascent.input.dim[3] != 3)) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The network does not look at pictures, so there is no picture that a filter looks for. Look at its weights instead."));
    return NULL;
  }
  ascent.size = (gsize) lm_shape_sample_size (&ascent.input);
  values = ascent.values = g_new (float, ascent.size *(gsize) ascent.n);
  find_range (look, &ascent);
  start_in_grey (&ascent, spec->seed);
  ok = climb_all (look, spec, &ascent, n_all, steps, error);
  before = ascent.before;
  return ok ? make_sheet (look, &ascent, n_all, steps, error) : NULL;
}
