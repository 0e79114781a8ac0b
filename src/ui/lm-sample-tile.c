/* lm-sample-tile.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-sample-tile.h"

#include "lm-number.h"
#include "lm-paint.h"

#include <math.h>
#include <string.h>

#include "lm-i18n.h"

#define MAX_BARS 256

GArray *
lm_sample_items_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (LmSampleItem));
}

char *
lm_sample_class_name (const LmDataset *dataset,
                      int i)
{
  int target = lm_dataset_first (dataset, LM_ROLE_TARGET);

  if (target >= 0 && i >= 0 && i < dataset->columns[target].n_classes)
    return lm_column_class_name (&dataset->columns[target], i);
  return g_strdup_printf ("%d", i);
}

char *
lm_part_title (LmPart part)
{
  switch (part) {
  case LM_PART_TRAIN:
    return g_strdup (_ ("Training"));
  case LM_PART_VALIDATION:
    return g_strdup (_ ("Validation"));
  case LM_PART_TEST:
    return g_strdup (_ ("Test"));
  default:
    g_assert_not_reached ();
  }
}

char *
lm_sample_item_sentence (LmDataset *dataset,
                         const LmSampleItem *item)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *name = lm_dataset_sample_name (dataset, item->part, item->index);
  g_autofree char *truth = item->truth >= 0 ? lm_sample_class_name (dataset, item->truth) : NULL;

  g_string_append (text, name);
  if (truth != NULL)
    g_string_append_printf (text, _ (", class %s"), truth);
  if (item->predicted >= 0) {
    g_autofree char *predicted = lm_sample_class_name (dataset, item->predicted);
    g_autofree char *share = lm_number_share ((double) item->probability);

    g_string_append_printf (text, _ (", taken for %s with %s"), predicted, share);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

double
lm_sample_tile_words (const LmTheme *theme)
{
  return ceil (18 * theme->text_scale);
}

/* --- Painting ------------------------------------------------------------------------ */

static void
find_range (const float *x,
            gsize n,
            double *min,
            double *max)
{
  *min = INFINITY;
  *max = -INFINITY;
  for (gsize i = 0; i < n; i++) {
    if (isfinite (x[i])) {
      *min = fmin (*min, (double) x[i]);
      *max = fmax (*max, (double) x[i]);
    }
  }
  if (!(*max > *min)) {
    *min = isfinite (*min) ? *min : 0;
    *max = *min + 1;
  }
}

static gboolean
find_pixels (const LmColumn *column,
             const LmTensor *sample,
             LmPixels *pixels)
{
  const LmShape *shape = &sample->shape;
  gint64 channels = shape->rank == 3 ? shape->dim[2] : 1;

  if (shape->rank < 2 || shape->rank > 3 || (channels != 1 && channels != 3) || shape->dim[0] < 2 || shape->dim[1] < 2)
    return FALSE;
  *pixels = (LmPixels){ lm_tensor_f32 (sample), (int) shape->dim[1], (int) shape->dim[0], (int) channels, LM_MAP_GREY, column->min, column->max };
  if (channels == 3)
    pixels->map = LM_MAP_RGB;
  if (!column->has_range)
    find_range (pixels->values, (gsize) lm_tensor_n_elements (sample), &pixels->min, &pixels->max);
  if (pixels->min < 0 && channels == 1) {
    pixels->map = LM_MAP_DIVERGING;
    pixels->max = fmax (-pixels->min, pixels->max);
    pixels->min = -pixels->max;
  }
  return TRUE;
}

static void
paint_bars (cairo_t *cr,
            const LmTheme *theme,
            const LmTensor *sample,
            double x,
            double y,
            double size)
{
  const float *values = lm_tensor_f32 (sample);
  gsize n = (gsize) lm_tensor_n_elements (sample), bars = MIN (n, MAX_BARS);
  double min, max, zero;

  find_range (values, n, &min, &max);
  min = fmin (min, 0);
  max = fmax (max, 0);
  zero = y + size - 3 - (size - 6) * (0 - min) / (max - min);
  lm_paint_set (cr, &theme->train);
  for (gsize i = 0; i < bars; i++) {
    double value = (double) values[i * n / bars], from = x + 3 + (size - 6) * (double) i / (double) bars;
    double height = isfinite (value) ? (size - 6) * value / (max - min) : 0;

    cairo_rectangle (cr, from, height >= 0 ? zero - height : zero, fmax ((size - 6) / (double) bars - 0.5, 0.5), fmax (fabs (height), 0.5));
  }
  cairo_fill (cr);
}

void
lm_sample_paint (cairo_t *cr,
                 const LmTheme *theme,
                 const LmColumn *column,
                 const LmTensor *sample,
                 double x,
                 double y,
                 double size)
{
  LmRect rect = { x, y, size, size };
  LmPixels pixels;

  if (!find_pixels (column, sample, &pixels)) {
    lm_paint_box (cr, &rect, 3, &theme->card, &theme->card_border, 1);
    if (lm_tensor_n_elements (sample) > 0)
      paint_bars (cr, theme, sample, x, y, size);
    return;
  }
  if (pixels.width > pixels.height)
    rect.height = size * pixels.height / pixels.width;
  else
    rect.width = size * pixels.width / pixels.height;
  rect.x += (size - rect.width) / 2;
  rect.y += (size - rect.height) / 2;
  lm_paint_pixels (cr, theme, &pixels, &rect, TRUE);
}

static void
draw_words (cairo_t *cr,
            const LmTheme *theme,
            LmDataset *dataset,
            const LmSampleItem *item,
            int size)
{
  double base = size + 13 * theme->text_scale;
  g_autofree char *truth = item->truth >= 0 ? lm_sample_class_name (dataset, item->truth) : NULL;
  double used;

  if (item->predicted >= 0) {
    g_autofree char *predicted = lm_sample_class_name (dataset, item->predicted);
    g_autofree char *left = g_strdup_printf ("%s → %s", truth, predicted);
    g_autofree char *right = lm_number_fixed ((double) item->probability, 2);

    used = lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, left, 0, base, LM_ALIGN_LEFT, size * 0.7);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, right, size, base, LM_ALIGN_RIGHT, fmax (size - used - 4, 1));
  } else {
    g_autofree char *number = lm_number_count (item->index);

    used = truth != NULL ? lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, truth, 0, base, LM_ALIGN_LEFT, size * 0.6) : 0;
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, number, size, base, LM_ALIGN_RIGHT, fmax (size - used - 4, 1));
  }
}

cairo_surface_t *
lm_sample_tile_new (LmDataset *dataset,
                    const LmSampleItem *item,
                    const LmTheme *theme,
                    int size)
{
  double scale = theme->device_scale;
  int height = size + (int) lm_sample_tile_words (theme), input = lm_dataset_first (dataset, LM_ROLE_INPUT);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) ceil (size * scale), (int) ceil (height * scale));
  cairo_t *cr;
  g_autoptr (LmTensor) sample = input >= 0 ? lm_dataset_sample (dataset, item->part, item->index, input, NULL) : NULL;

  cairo_surface_set_device_scale (surface, scale, scale);
  cr = cairo_create (surface);
  if (sample != NULL) {
    lm_sample_paint (cr, theme, &dataset->columns[input], sample, 0, 0, size);
  } else {
    LmRect rect = { 0.5, 0.5, size - 1, size - 1 };

    lm_paint_box (cr, &rect, 3, NULL, &theme->error, 1);
  }
  draw_words (cr, theme, dataset, item, size);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* --- For files ----------------------------------------------------------------------- */

static char *
label_of (LmDataset *dataset,
          const LmSampleItem *item)
{
  g_autofree char *truth = item->truth >= 0 ? lm_sample_class_name (dataset, item->truth) : NULL;
  g_autofree char *predicted = item->predicted >= 0 ? lm_sample_class_name (dataset, item->predicted) : NULL;

  if (predicted != NULL)
    return g_strdup_printf ("%s → %s", truth, predicted);
  return truth != NULL ? g_strdup (truth) : lm_number_count (item->index);
}

/* The shape of a tile in a sheet; rank 0 for data that no sheet can show. */
static LmShape
tile_shape (const LmColumn *column,
            int n)
{
  const LmShape *sample = &column->sample;

  if (sample->rank == 3 && sample->dim[2] == 3)
    return LM_SHAPE (n, sample->dim[0], sample->dim[1], 3);
  if (sample->rank == 2 || (sample->rank == 3 && sample->dim[2] == 1))
    return LM_SHAPE (n, sample->dim[0], sample->dim[1]);
  if (sample->rank == 1)
    return LM_SHAPE (n, 1, sample->dim[0]);
  return LM_SCALAR;
}

LmSheetPicture *
lm_sample_sheet (LmDataset *dataset,
                 const GArray *items,
                 guint n_max,
                 const char *title,
                 const char *caption)
{
  guint n = MIN (items->len, n_max);
  int input = lm_dataset_first (dataset, LM_ROLE_INPUT);
  const LmColumn *column = input >= 0 ? &dataset->columns[input] : NULL;
  LmShape shape = column != NULL ? tile_shape (column, (int) n) : LM_SCALAR;
  g_autoptr (LmSheetPicture) picture = NULL;
  gsize size;

  if (n == 0 || shape.rank == 0)
    return NULL;
  picture = g_new0 (LmSheetPicture, 1);
  picture->title = g_strdup (title);
  picture->caption = g_strdup (caption);
  picture->map = shape.rank == 4 ? LM_MAP_RGB : LM_MAP_GREY;
  picture->tiles = lm_tensor_new (LM_F32, &shape, NULL);
  if (picture->tiles == NULL)
    return NULL;
  picture->labels = g_new0 (char *, n + 1);
  size = lm_column_size (column);
  for (guint i = 0; i < n; i++) {
    const LmSampleItem *item = &g_array_index (items, LmSampleItem, i);

    picture->labels[i] = label_of (dataset, item);
    if (!lm_dataset_read_f32 (dataset, item->part, &item->index, 1, input, lm_tensor_f32 (picture->tiles) + i * size, NULL))
      memset (lm_tensor_f32 (picture->tiles) + i * size, 0, size * sizeof (float));
  }
  picture->min = column->min;
  picture->max = column->max;
  if (!column->has_range)
    find_range (lm_tensor_f32 (picture->tiles), n * size, &picture->min, &picture->max);
  return g_steal_pointer (&picture);
}
