/* lm-activations.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-activations.h"

#include "lm-i18n.h"
#include "lm-probes.h"
#include "lm-sheet-new.h"

#include <string.h>

/* Samples that a unit must be zero for before it is called dead. */
#define WITNESSES 32

/* Cells of a vector that get an index of their own; longer ones become a block. */
#define MAX_CELLS 64

gboolean
lm_sample_check (const LmSample *sample,
                 const LmShape *shape,
                 GError **error)
{
  g_autofree char *takes = NULL, *has = NULL;
  LmShape raw = { .rank = 1, .dim = { LM_BATCH } };

  if (lm_tensor_n_elements (sample->raw) == lm_shape_sample_size (shape))
    return TRUE;

  for (int axis = 0; axis < sample->raw->shape.rank && raw.rank < LM_MAX_RANK; axis++)
    raw.dim[raw.rank++] = sample->raw->shape.dim[axis];
  takes = lm_shape_to_string (shape);
  has = lm_shape_to_string (&raw);
  g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("“%s” is %s, but the network takes %s. Choose other data or change the Input."), sample->name, has, takes);
  return FALSE;
}

LmTensor *
lm_sample_picture (const LmSample *sample)
{
  const LmShape *raw = &sample->raw->shape;
  LmShape shape = LM_SHAPE (raw->dim[0], raw->rank > 1 ? raw->dim[1] : 1, 1);

  if (raw->rank == 3)
    return raw->dim[2] == 1 || raw->dim[2] == 3 ? lm_tensor_ref (sample->raw) : NULL;
  return raw->rank == 2 ? lm_tensor_new_copy (LM_F32, &shape, sample->raw->data) : NULL;
}

/* (H, W, C) → (C, H, W) */
static LmTensor *
maps_as_tiles (const float *values,
               gint64 h,
               gint64 w,
               gint64 c)
{
  LmShape shape = LM_SHAPE (c, h, w);
  LmTensor *tiles = lm_tensor_new (LM_F32, &shape, NULL);

  if (tiles == NULL)
    return NULL;
  for (gint64 i = 0; i < h * w; i++) {
    for (gint64 k = 0; k < c; k++)
      lm_tensor_f32 (tiles)[k * h * w + i] = values[i * c + k];
  }
  return tiles;
}

/* A vector: one cell a feature, or a block of rows of 64. */
static LmTensor *
vector_as_tiles (const float *values,
                 gint64 n)
{
  LmShape cells = LM_SHAPE (n, 1, 1), block = LM_SHAPE (1, (n + MAX_CELLS - 1) / MAX_CELLS, MAX_CELLS);
  LmTensor *tiles = lm_tensor_new (LM_F32, n <= MAX_CELLS ? &cells : &block, NULL);

  if (tiles != NULL)
    memcpy (tiles->data, values, (gsize) n * sizeof (float));
  return tiles;
}

/* (transfer full) (nullable): which of @n channels are zero for the sample in @out and were for all witnesses; %NULL if there
 * were none, or they are no tiles of their own. */
static gboolean *
find_dead (const LmOperand *out,
           const gboolean *witnesses)
{
  gint64 channels = out->shape.dim[out->shape.rank - 1], size = lm_shape_n_elements (&out->shape, 1);
  gboolean *dead;

  if (witnesses == NULL)
    return NULL;
  dead = g_memdup2 (witnesses, sizeof (gboolean) * (gsize) channels);
  for (gint64 i = 0; i < size; i++)
    dead[i % channels] = dead[i % channels] && ((const float *) out->data)[i] == 0.0f;
  return dead;
}

static char **
class_labels (const LmLook *look,
              gint64 n)
{
  char **labels = g_new0 (char *, n + 1);

  for (gint64 i = 0; i < n; i++)
    labels[i] = lm_look_class_name (look, (int) i);
  return labels;
}

/* (nullable): the sheet of lowered node @i. @witnesses: (nullable): channels that others leave at 0 */
static LmSheetPicture *
make_sheet (const LmLook *look,
            LmProbe *probe,
            int i,
            const gboolean *witnesses)
{
  const LmLoweredNode *node = lm_lowered_node (lm_probe_layers (probe), i);
  LmOperand out = lm_probe_output (probe, i, 0);
  const LmShape *shape = &out.shape;
  LmShape symbolic;
  gint64 n = lm_shape_n_elements (shape, 1), channels = shape->dim[MAX (shape->rank, 1) - 1];
  g_autofree char *note = NULL;
  gboolean *dead;
  int n_dead = 0;
  LmSheetPicture *sheet;
  LmTensor *tiles;

  if (out.data == NULL || out.dtype != LM_F32 || shape->rank < 2)
    return NULL;
  tiles = shape->rank == 4 ? maps_as_tiles (out.data, shape->dim[1], shape->dim[2], shape->dim[3]) : vector_as_tiles (out.data, n);
  if (tiles == NULL)
    return NULL;

  dead = find_dead (&out, witnesses);
  if (tiles->shape.dim[0] != channels) {
    /* One block of many features: no tile of their own to mark, so the words say how many. */
    for (gint64 k = 0; dead != NULL && k < channels; k++)
      n_dead += dead[k];
    g_clear_pointer (&dead, g_free);
    note = n_dead > 0 ? g_strdup_printf (_ ("%d of %d always 0"), n_dead, (int) channels) : NULL;
  }
  sheet = lm_sheet_new (g_strdup_printf ("%s · %s", lm_lowered_name (node), node->source->kind), tiles, LM_MAP_VIRIDIS, dead, note, _ ("activation"));
  symbolic = *shape;
  symbolic.dim[0] = LM_BATCH;
  sheet->path = g_strdup (lm_lowered_path (node));
  sheet->name = g_strdup (lm_lowered_name (node));
  sheet->shape = lm_shape_to_string (&symbolic);
  if (i == lm_probe_sink (probe) && shape->rank == 2 && n <= MAX_CELLS)
    sheet->labels = class_labels (look, n);
  return sheet;
}

/* Layers that only hand on or reshape show nothing new. */
static gboolean
computes (const LmLoweredNode *node,
          const LmProbe *probe,
          int i)
{
  LmValue out = lm_lowered_out (lm_probe_layers (probe), i, 0);

  if (node->source->layer == NULL || node->source->layer->max_inputs == 0 || node->n_in < 1)
    return FALSE;
  if (out.index == lm_lowered_in (lm_probe_layers (probe), i, 0).index)
    return FALSE;
  return strcmp (node->source->layer->category, "shape") != 0;
}

/* (transfer full) (nullable): the first samples of the data, as the network gets them, by which dead units are told. */
static float *
gather_witnesses (const LmLook *look,
                  const LmSample *sample)
{
  gsize size = (gsize) lm_tensor_n_elements (sample->raw);
  int column = look->dataset != NULL ? lm_dataset_first (look->dataset, LM_ROLE_INPUT) : -1;
  LmPart part = look->dataset != NULL ? lm_dataset_default_part (look->dataset) : LM_PART_TRAIN;
  float *values;

  if (column < 0 || lm_part_is_sealed (part) || lm_column_size (&look->dataset->columns[column]) != size || lm_dataset_n (look->dataset, part) < WITNESSES)
    return NULL;
  values = g_new (float, size *WITNESSES);
  if (!lm_dataset_read_f32 (look->dataset, part, NULL, WITNESSES, column, values, NULL)) {
    g_free (values);
    return NULL;
  }
  lm_look_scale (look, &sample->raw->shape, values, WITNESSES);
  return values;
}

/* (array): per lowered node the channels that are 0 for all witnesses; NULL for nodes that are not asked. */
static gboolean **
ask_witnesses (LmProbe *probe,
               const float *values)
{
  int n_nodes = (int) lm_probe_layers (probe)->nodes->len;
  gboolean **dead = g_new0 (gboolean *, MAX (1, n_nodes));

  lm_probe_forward (probe, (const float *const[]){ values }, WITNESSES);
  for (int i = 0; i < n_nodes; i++) {
    LmOperand out = lm_probe_output (probe, i, 0);
    gint64 channels = out.shape.dim[MAX (out.shape.rank, 1) - 1], size;

    if (!computes (lm_lowered_node (lm_probe_layers (probe), i), probe, i) || out.data == NULL || out.dtype != LM_F32 || out.shape.rank < 2)
      continue;
    size = lm_shape_n_elements (&out.shape, 1);
    dead[i] = g_new (gboolean, channels);
    for (gint64 k = 0; k < channels; k++)
      dead[i][k] = TRUE;
    for (gint64 at = 0; at < size; at += channels) {
      const float *row = (const float *) out.data + at;

      for (gint64 k = 0; k < channels; k++)
        dead[i][k] &= row[k] == 0.0f;
    }
  }
  return dead;
}

/* The witnesses speak once for the same weights and data. */
static void
need_witnesses (const LmLook *look,
                LmProbes *probes,
                LmProbe *probe,
                const LmSample *sample)
{
  g_autofree float *values = NULL;

  if (probes->dead != NULL && probes->witness_weights == look->weights && probes->witness_data == look->dataset)
    return;
  lm_probes_clear_witnesses (probes);
  values = gather_witnesses (look, sample);
  if (values == NULL)
    return;
  lm_probes_forget_sample (probes);
  probes->dead = ask_witnesses (probe, values);
  probes->n_dead = (int) lm_probe_layers (probe)->nodes->len;
  probes->witness_weights = look->weights != NULL ? lm_snapshot_ref (look->weights) : NULL;
  probes->witness_data = lm_dataset_ref (look->dataset);
}

LmFilmPicture *
lm_activations (const LmLook *look,
                const LmSample *sample,
                const char *layer,
                GError **error)
{
  g_autoptr (LmProbes) own = look->probes == NULL ? lm_probes_new () : NULL;
  LmLook kept = *look;
  LmProbeSpec spec = { .max_batch = WITNESSES };
  g_autoptr (LmProbe) probe = NULL;
  g_autoptr (GPtrArray) sheets = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_sheet_picture_free);
  LmFilmPicture *picture;
  LmShape shape;
  int only = -1;

  if (own != NULL)
    kept.probes = own;
  probe = lm_look_probe (&kept, &spec, error);
  if (probe == NULL)
    return NULL;
  shape = lm_probe_input_shape (probe, 0);
  if (!lm_probe_check_single (probe, error) || !lm_sample_check (sample, &shape, error))
    return NULL;
  if (layer != NULL && (only = lm_probe_find (probe, layer, error)) < 0)
    return NULL;

  need_witnesses (&kept, kept.probes, probe, sample);
  if (!lm_look_forward (&kept, probe, sample, error))
    return NULL;
  for (int i = 0; i < (int) lm_probe_layers (probe)->nodes->len; i++) {
    LmSheetPicture *sheet = NULL;

    if (only >= 0 ? i == only : computes (lm_lowered_node (lm_probe_layers (probe), i), probe, i))
      sheet = make_sheet (look, probe, i, i < kept.probes->n_dead ? kept.probes->dead[i] : NULL);
    if (sheet != NULL)
      g_ptr_array_add (sheets, sheet);
  }

  picture = g_new0 (LmFilmPicture, 1);
  picture->title = g_strdup (_ ("What each layer makes of it"));
  picture->input_label = sample->label >= 0 ? lm_look_class_name (look, sample->label) : g_strdup (sample->name);
  picture->caption = look->weights != NULL ? g_strdup (sample->name) : g_strdup_printf (_ ("%s · not trained"), sample->name);
  picture->input = lm_sample_picture (sample);
  picture->n_sheets = (int) sheets->len;
  picture->sheets = (LmSheetPicture **) g_ptr_array_steal (sheets, NULL);
  return picture;
}
