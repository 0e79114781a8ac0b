/* lm-kernels-sheet.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-kernels-sheet.h"

#include "lm-i18n.h"
#include "lm-probes.h"
#include "lm-sheet-new.h"

#include <string.h>

#define MAX_TILES 256
#define DEEP_FILTERS 16
#define DEEP_CHANNELS 16

static gboolean
has_places (const LmProbe *probe,
            int i)
{
  LmShape shape = lm_probe_output (probe, i, 0).shape;

  return shape.rank == 4 && shape.dim[1] * shape.dim[2] > 1;
}

int
lm_probe_find_convolution (const LmProbe *probe,
                           gboolean last)
{
  const LmLowered *layers = lm_probe_layers (probe);
  int found = -1;

  for (guint i = 0; i < layers->nodes->len; i++) {
    const LmLoweredNode *lowered = lm_lowered_node (layers, (int) i);

    if (lowered->source->layer == NULL || lowered->node->bypassed || strcmp (lowered->source->layer->category, "convolution") != 0 || (last && !has_places (probe, (int) i)))
      continue;
    found = (int) i;
    if (!last)
      break;
  }
  return found;
}

/* kernel (KH, KW, C, O): element (y, x, c, o). */
static float
kernel_at (const LmTensor *kernel,
           gint64 place,
           gint64 c,
           gint64 o)
{
  gint64 n_c = kernel->shape.dim[2], n_o = kernel->shape.dim[3];

  return lm_tensor_f32 (kernel)[(place * n_c + c) * n_o + o];
}

static LmSheetPicture *
conv_sheet (char *title,
            const LmTensor *kernel)
{
  gint64 h = kernel->shape.dim[0], w = kernel->shape.dim[1], channels = kernel->shape.dim[2], filters = kernel->shape.dim[3];
  gboolean colour = channels == 3;
  gint64 n_filters = channels > 3 || channels == 2 ? MIN (filters, DEEP_FILTERS) : MIN (filters, MAX_TILES);
  gint64 n_channels = colour ? 1 : MIN (channels, DEEP_CHANNELS);
  LmShape grey = LM_SHAPE (n_filters * n_channels, h, w), rgb = LM_SHAPE (n_filters, h, w, 3);
  LmTensor *tiles = lm_tensor_new (LM_F32, colour ? &rgb : &grey, NULL);
  g_autofree char *note = NULL;
  LmSheetPicture *sheet;
  float *out;

  if (tiles == NULL) {
    g_free (title);
    return NULL;
  }
  out = lm_tensor_f32 (tiles);
  for (gint64 o = 0; o < n_filters; o++) {
    for (gint64 k = 0; k < n_channels; k++) {
      for (gint64 place = 0; place < h * w; place++) {
        for (gint64 c = 0; c < (colour ? 3 : 1); c++)
          *out++ = kernel_at (kernel, place, colour ? c : k, o);
      }
    }
  }
  if (n_channels > 1)
    note = g_strdup_printf (_ ("%d of %d filters, a row each; %d of %d input channels"), (int) n_filters, (int) filters, (int) n_channels, (int) channels);
  else if (n_filters < filters)
    note = g_strdup_printf (_ ("%d of %d filters"), (int) n_filters, (int) filters);
  sheet = lm_sheet_new (title, tiles, colour ? LM_MAP_RGB : LM_MAP_DIVERGING, NULL, note, _ ("weight"));
  if (n_channels > 1) {
    sheet->columns = (int) n_channels;
    sheet->labels = g_new0 (char *, n_filters *n_channels + 1);
    for (gint64 i = 0; i < n_filters * n_channels; i++)
      sheet->labels[i] = g_strdup_printf ("%d·%d", (int) (i / n_channels), (int) (i % n_channels));
  }
  return sheet;
}

static gboolean
keeps_places (const LmLoweredNode *node)
{
  static const char *const kinds[] = { "Flatten", "Reshape", "Rescaling", "Dropout", "SpatialDropout2D", "BatchNormalization", "Activation", "ReLU", NULL };

  return g_strv_contains (kinds, node->source->kind);
}

/* TRUE if layer @at sees the picture itself, flattened: what lies between hands on or reshapes, so each weight has its pixel. */
static gboolean
sees_picture (const LmProbe *probe,
              int at)
{
  const LmLowered *layers = lm_probe_layers (probe);

  for (int i = at - 1; i >= 0; i--) {
    const LmLoweredNode *node = lm_lowered_node (layers, i);

    if (node->n_out < 1 || lm_lowered_in (layers, at, 0).index != lm_lowered_out (layers, i, 0).index)
      continue;
    if (node->node->layer != NULL && node->node->layer->max_inputs == 0 && node->depth == 0)
      return TRUE;
    if (node->n_in < 1)
      continue;
    if (lm_lowered_in (layers, i, 0).index != lm_lowered_out (layers, i, 0).index && !keeps_places (node))
      return FALSE;
    at = i;
  }
  return FALSE;
}

/* Matrix (K, N): a tile a unit if it looks at the network's picture. */
static LmSheetPicture *
dense_sheet (char *title,
             const LmTensor *kernel,
             const LmShape *input,
             gboolean sees)
{
  gint64 k = kernel->shape.dim[0], n = kernel->shape.dim[1];
  gboolean colour = sees && input->rank == 4 && input->dim[3] == 3;
  gboolean picture = (colour || (sees && input->rank == 4 && input->dim[3] == 1)) && lm_shape_sample_size (input) == k;
  gint64 shown = picture ? MIN (n, MAX_TILES) : 1;
  LmShape tile = LM_SHAPE (shown, picture ? input->dim[1] : k, picture ? input->dim[2] : n);
  LmShape rgb = LM_SHAPE (shown, tile.dim[1], tile.dim[2], 3);
  LmTensor *tiles = lm_tensor_new (LM_F32, picture && colour ? &rgb : &tile, NULL);
  g_autofree char *note = NULL;

  if (tiles == NULL) {
    g_free (title);
    return NULL;
  }
  for (gint64 i = 0; i < k; i++) {
    for (gint64 u = 0; u < (picture ? shown : n); u++)
      lm_tensor_f32 (tiles)[picture ? u * k + i : i * n + u] = lm_tensor_f32 (kernel)[i * n + u];
  }
  if (picture && shown < n)
    note = g_strdup_printf (_ ("%d of %d units"), (int) shown, (int) n);
  else if (!picture)
    note = g_strdup (_ ("rows: inputs, columns: units"));
  return lm_sheet_new (title, tiles, picture && colour ? LM_MAP_RGB : LM_MAP_DIVERGING, NULL, note, _ ("weight"));
}

static int
first_with_kernel (const LmProbe *probe)
{
  const LmLowered *layers = lm_probe_layers (probe);

  for (guint i = 0; i < layers->nodes->len; i++) {
    g_autoptr (LmTensor) kernel = lm_probe_weight (probe, (int) i, "kernel");

    if (kernel != NULL)
      return (int) i;
  }
  return -1;
}

/* What all sheets of kernels have in common; says that there is no memory if @sheet is %NULL. */
static LmSheetPicture *
finish (const LmLook *look,
        const LmProbe *probe,
        int at,
        LmSheetPicture *sheet,
        GError **error)
{
  const LmLoweredNode *node = lm_lowered_node (lm_probe_layers (probe), at);

  if (sheet == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("There is not enough memory for the picture."));
    return NULL;
  }
  sheet->path = g_strdup (lm_lowered_path (node));
  sheet->name = g_strdup (lm_lowered_name (node));
  if (look->weights == NULL)
    sheet->caption = g_strdup (_ ("Not trained: random weights"));
  return sheet;
}

/* One filter of a convolution: a tile an input channel, or one in colour. One unit of a Dense layer: its weights as a picture
 * if it sees the picture, else as a row. */
static LmSheetPicture *
unit_sheet (char *title,
            const LmTensor *kernel,
            const LmShape *input,
            gboolean sees,
            gint64 unit)
{
  gboolean is_conv = kernel->shape.rank == 4;
  gint64 places = is_conv ? kernel->shape.dim[0] * kernel->shape.dim[1] : kernel->shape.dim[0], n_units = kernel->shape.dim[kernel->shape.rank - 1];
  gint64 channels = is_conv ? kernel->shape.dim[2] : 1;
  gboolean picture = !is_conv && sees && input->rank == 4 && (input->dim[3] == 1 || input->dim[3] == 3) && lm_shape_sample_size (input) == places;
  gboolean colour = is_conv ? channels == 3 : picture && input->dim[3] == 3;
  gint64 n = is_conv && !colour ? MIN (channels, MAX_TILES) : 1;
  gint64 h = is_conv ? kernel->shape.dim[0] : picture ? input->dim[1]
                                                      : 1,
         w = is_conv ? kernel->shape.dim[1] : picture ? input->dim[2]
                                                      : places;
  LmShape grey = LM_SHAPE (n, h, w), rgb = LM_SHAPE (1, h, w, 3);
  LmTensor *tiles = lm_tensor_new (LM_F32, colour ? &rgb : &grey, NULL);
  float *out;

  if (tiles == NULL) {
    g_free (title);
    return NULL;
  }
  out = lm_tensor_f32 (tiles);
  for (gint64 k = 0; k < n; k++) {
    for (gint64 place = 0; place < places; place++) {
      for (gint64 c = 0; is_conv && c < (colour ? 3 : 1); c++)
        *out++ = kernel_at (kernel, place, colour ? c : k, unit);
      if (!is_conv)
        *out++ = lm_tensor_f32 (kernel)[place * n_units + unit];
    }
  }
  return lm_sheet_new (title, tiles, colour ? LM_MAP_RGB : LM_MAP_DIVERGING, NULL, NULL, _ ("weight"));
}

LmSheetPicture *
lm_kernels_sheet_unit (const LmLook *look,
                       const char *layer,
                       int unit,
                       GError **error)
{
  LmProbeSpec spec = { .max_batch = 1 };
  g_autoptr (LmProbe) probe = lm_look_probe (look, &spec, error);
  g_autoptr (LmTensor) kernel = NULL;
  LmShape input;
  const char *name;
  int at;

  if (probe == NULL)
    return NULL;
  at = lm_probe_find (probe, layer, error);
  if (at < 0)
    return NULL;
  name = lm_lowered_name (lm_lowered_node (lm_probe_layers (probe), at));
  kernel = lm_probe_weight (probe, at, "kernel");
  if (kernel == NULL || (kernel->shape.rank != 4 && kernel->shape.rank != 2) || unit < 0 || unit >= kernel->shape.dim[kernel->shape.rank - 1]) {
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("“%s” has no kernel to show. Choose a convolution or a Dense layer."), name);
    return NULL;
  }
  input = lm_probe_input_shape (probe, 0);
  return finish (look, probe, at, unit_sheet (g_strdup_printf (_ ("%s · kernel %d"), name, unit), kernel, &input, sees_picture (probe, at), unit), error);
}

LmSheetPicture *
lm_kernels_sheet (const LmLook *look,
                  const char *layer,
                  GError **error)
{
  LmProbeSpec spec = { .max_batch = 1 };
  g_autoptr (LmProbe) probe = lm_look_probe (look, &spec, error);
  g_autoptr (LmTensor) kernel = NULL;
  LmSheetPicture *sheet;
  LmShape input;
  char *title;
  int at;

  if (probe == NULL)
    return NULL;
  if (layer != NULL) {
    at = lm_probe_find (probe, layer, error);
    if (at < 0)
      return NULL;
  } else {
    at = lm_probe_find_convolution (probe, FALSE);
    if (at < 0)
      at = first_with_kernel (probe);
  }
  kernel = at >= 0 ? lm_probe_weight (probe, at, "kernel") : NULL;
  if (kernel == NULL || (kernel->shape.rank != 4 && kernel->shape.rank != 2)) {
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("“%s” has no kernel to show. Choose a convolution or a Dense layer."),
                 at >= 0 ? lm_lowered_name (lm_lowered_node (lm_probe_layers (probe), at)) : _ ("The network"));
    return NULL;
  }
  title = g_strdup_printf (_ ("%s · kernels"), lm_lowered_name (lm_lowered_node (lm_probe_layers (probe), at)));
  input = lm_probe_input_shape (probe, 0);
  sheet = kernel->shape.rank == 4 ? conv_sheet (title, kernel) : dense_sheet (title, kernel, &input, sees_picture (probe, at));
  return finish (look, probe, at, sheet, error);
}
