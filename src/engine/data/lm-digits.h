/* lm-digits.h: handwritten-looking digits from stroke models
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LM_DIGITS_SIDE 28
#define LM_DIGITS_PIXELS (LM_DIGITS_SIDE * LM_DIGITS_SIDE)

#define LM_INK_MAX_POINTS 1600
#define LM_INK_MAX_SHAPES 160

typedef struct {
  float x;
  float y;
} LmInkPoint;

/**
 * LmInk:
 * @end: (array length=n_shapes): one past the last point of each closed shape
 * @point: in pixels, y downwards
 * @soft: share of ink that runs into each neighbour
 * @gain: how dark the ink is
 * @noise: standard deviation of the grey values
 *
 * What the pen left: shapes to be filled together by the non-zero winding rule.
 */
typedef struct {
  int n_shapes;
  int n_points;
  int end[LM_INK_MAX_SHAPES];
  LmInkPoint point[LM_INK_MAX_POINTS];
  float soft;
  float gain;
  float noise;
} LmInk;

/* All three are pure functions of (seed, part, sample). Thread: any. */

/* Which digit a sample shows: 0 … 9, all equally probable. */
int lm_digits_label (guint64 seed, int part, guint32 i);

void lm_digits_ink (guint64 seed, int part, guint32 i, LmInk *ink);

/* From the filled shapes to the scanned picture: soft edges, uneven grey, noise. @pixels: %LM_DIGITS_PIXELS, 0 … 255, changed in place. */
void lm_digits_develop (guint64 seed, int part, guint32 i, const LmInk *ink, guint8 *pixels);

G_END_DECLS
