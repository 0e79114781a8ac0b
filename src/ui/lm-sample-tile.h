/* lm-sample-tile.h: one sample with the words below it, as pixels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <cairo.h>

#include "lm-engine.h"
#include "lm-theme.h"

G_BEGIN_DECLS

/**
 * LmSampleItem:
 * @index: in its part
 * @truth: class, −1: not known
 * @predicted: class, −1: not judged; then @probability is that of it
 */
typedef struct {
  guint32 index;
  LmPart part;
  int truth;
  int predicted;
  float probability;
} LmSampleItem;

/* Height of the words below a picture. */
double lm_sample_tile_words (const LmTheme *theme);

/* Paints @sample (float32 without a batch axis, raw) of column @column into a square: pictures as they are, other arrays of
 * two axes in colours, all else as bars. Thread: the one that draws on @cr. */
void lm_sample_paint (cairo_t *cr, const LmTheme *theme, const LmColumn *column, const LmTensor *sample, double x, double y, double size);

/**
 * lm_sample_tile_new:
 * @size: side of the picture
 *
 * Reads a sample and paints it with its words: class and number, or what it
 * was taken for and how surely. What cannot be read is an empty frame.
 *
 * Returns: (transfer full): @size wide, lm_sample_tile_words() higher, at the theme's device scale
 * Thread: any
 */
cairo_surface_t *lm_sample_tile_new (LmDataset *dataset, const LmSampleItem *item, const LmTheme *theme, int size);

/* (transfer full): “Sample 3,336 of training, class 3” */
char *lm_sample_item_sentence (LmDataset *dataset, const LmSampleItem *item);

/* (transfer full): name of a class of the first target; its number if there is none. */
char *lm_sample_class_name (const LmDataset *dataset, int i);

/* (transfer full): “Training”, translated. */
char *lm_part_title (LmPart part);

/* (element-type LmSampleItem) (transfer full): a list to be filled. */
GArray *lm_sample_items_new (void);

/* (transfer full) (nullable): the first @n_max of @items as a sheet for files. Reads: not for the main thread if many. */
LmSheetPicture *lm_sample_sheet (LmDataset *dataset, const GArray *items, guint n_max, const char *title, const char *caption);

G_END_DECLS
