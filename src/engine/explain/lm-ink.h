/* lm-ink.h: what somebody draws becomes a picture like those of the data
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-sample.h"

G_BEGIN_DECLS

/**
 * LmInkStyle: how the pictures of a data set look
 * @paper, @ink: raw values of empty places and of strokes
 * @fits: each picture shows one thing, centred by its mass as far as all of it stays inside; its longer side takes @share of
 *   the picture's, the median of the data
 */
typedef struct {
  float paper;
  float ink;
  gboolean fits;
  double share;
} LmInkStyle;

/**
 * lm_ink_style:
 * @dataset: (nullable): white on black as in MNIST without
 *
 * Looks at the first 64 training pictures: the paper is the median of their
 * borders, the ink lies at the other end of the range, a thing is what differs
 * from the paper by more than a quarter of the range. Grey pictures of up to
 * 64 pixels whose things do not touch the border are fitted; others are not.
 */
void lm_ink_style (const LmDataset *dataset, LmInkStyle *style);

/* TRUE if the network takes what can be drawn: pictures with 1 or 3 channels. @input: of the first Input, with the batch */
gboolean lm_ink_can_draw (const LmShape *input);

/**
 * lm_ink_sample:
 * @coverage: (array): @side × @side, 0 (paper) … 1 (ink)
 * @name: (nullable): of the sample; %NULL: “drawn”
 *
 * Returns: (transfer full): a sample of the shape @input, which must be one that can be drawn
 */
LmSample *lm_ink_sample (const float *coverage, int side, const LmShape *input, const LmInkStyle *style, const char *name);

G_END_DECLS
