/* lm-test-picture.h: made-up pictures, from nothing at all to what nobody should ever draw
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-picture.h"

G_BEGIN_DECLS

/* Sanitizers make times meaningless. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LM_TEST_IS_SLOW TRUE
#else
#define LM_TEST_IS_SLOW FALSE
#endif

/* How much is in a picture. The last has values that are not numbers, texts that are too long and broken, sizes that are odd. */
typedef enum {
  CASE_EMPTY,
  CASE_TINY,
  CASE_USUAL,
  CASE_LARGE,
  CASE_HOSTILE,
  N_CASES,
} Case;

const char *case_name (Case c);

/* A name that no picture has room for, with letters of many scripts, a line break and the odd byte. */
char *hostile_text (void);

/* The same numbers for the same @state; −1 … 1. */
double noise (guint32 *state);

/* Compares and frees @got. */
void check_text (char *got, const char *wanted);

LmCurvesPicture *made_curves (Case c);
LmSheetPicture *made_sheet (Case c);
LmFilmPicture *made_film (Case c);
LmHeatmapPicture *made_heatmap (Case c);
LmConfusionPicture *made_confusion (Case c);
LmGraphPicture *made_graph (Case c);
LmBarsPicture *made_bars (Case c);

/* One card; the caller frees its texts. */
LmCard made_card (Case c, const char *name, const char *category);

G_END_DECLS
