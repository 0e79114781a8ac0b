/* lm-ascent.h: the input that excites each filter most
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-picture.h"
#include "lm-progress.h"
#include "lm-sample.h"

G_BEGIN_DECLS

/**
 * LmAscentSpec:
 * @layer: (nullable): id or name path; %NULL: the first convolution, else the last layer
 * @n_filters: how many of its filters (or units), from the first; 0: up to 32
 * @n_steps: 0: 30
 * @preview: (nullable): called with the pictures after each step but the last; takes them (transfer full)
 * @progress_data: for both
 */
typedef struct {
  const char *layer;
  int n_filters;
  int n_steps;
  guint64 seed;
  LmProgressFunc progress;
  void (*preview) (LmSheetPicture *sheet, void *progress_data);
  void *progress_data;
} LmAscentSpec;

/**
 * lm_ascent:
 *
 * Gradient ascent on the input: begins in grey noise between 40 % and 60 % of
 * the range, raises the mean of the filter's map (without a border of 2 where
 * there is room), with the gradient divided by its root mean square, so that
 * each step changes the picture alike. A filter whose map is zero everywhere
 * has no gradient; it goes by its map before the activation until it wakes.
 * A unit of a vector goes by its number before softmax or sigmoid, which would
 * flatten the gradient. Where the data have no range by nature, it is found in
 * the first 256 training samples; without data it is 0 … 255 if chain or
 * network scale pixels down, else 0 … 1. All filters at once, each a sample of the batch. At the end the edges are
 * cut off, each picture is centred, scaled to a deviation of a quarter of the
 * range, and cut to it.
 *
 * Source: Chollet, Deep Learning with Python, section 5.4.2 (2nd edition 9.4.2): 30 steps, rate 10 on the
 * L2-normalised gradient, which is 0.03 of the range a step.
 *
 * Returns: (transfer full): tiles 0 … 255; %NULL with an error of lm_probe_new(), %LM_ERROR_CANCELLED, or
 * %LM_ERROR_DATA if the Input is no picture
 */
LmSheetPicture *lm_ascent (const LmLook *look, const LmAscentSpec *spec, GError **error);

G_END_DECLS
