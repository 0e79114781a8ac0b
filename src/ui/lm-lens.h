/* lm-lens.h: what the network makes of one sample, while it trains and after
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-session.h"

G_BEGIN_DECLS

#define LM_TYPE_LENS (lm_lens_get_type ())

/**
 * LmLens:
 *
 * Holds the sample that is looked at, on all pages: picked from the data,
 * drawn, or read from a file. What the network makes of it is found on another
 * thread: at once for another sample (a drawn one follows the pen: the latest
 * wins, none queues up), at most four times a second while the weights change,
 * and only for what somebody watches. Signals:
 * “sample-changed”
 * “changed”: a result below
 */
G_DECLARE_FINAL_TYPE (LmLens, lm_lens, LM, LENS, GObject)

/* What is to be kept up to date; bits. */
typedef enum {
  LM_LENS_PREDICTION = 1 << 0,
  LM_LENS_THUMBS = 1 << 1,  /* the outputs of all layers: cards, film strip, sheet of the chosen layer */
  LM_LENS_HEATMAP = 1 << 2, /* of the chosen class and layer */
} LmLensWish;

LmLens *lm_lens_new (LmDocument *document, LmSession *session);

/* @sample: (transfer full) */
void lm_lens_set_sample (LmLens *self, LmSample *sample);
/* Reads it from the project's data on another thread. */
void lm_lens_pick (LmLens *self, LmPart part, gint64 index);
/* A picture in a file; @failed says why not. */
void lm_lens_pick_file (LmLens *self, GFile *file);
const LmSample *lm_lens_get_sample (LmLens *self);

/* Which weights: those of the run at work, of run @run (its @checkpoint, NULL: last), or fresh ones (@run −1); 0: the
 * run at work, else the newest. */
void lm_lens_set_run (LmLens *self, gint64 run, const char *checkpoint);

/* Somebody (a page that is shown, a canvas with thumbnails) wants results; each watcher by its own address. @wishes 0: no more. */
void lm_lens_watch (LmLens *self, gpointer watcher, guint wishes);

/* Layer, method and class of the heatmap: NULL and −1: the last convolution, grad-cam, the predicted class. */
void lm_lens_set_heatmap (LmLens *self, const char *method, const char *layer, int class_index);

/* (nullable): each borrowed until “changed”; NULL while there is none. */
const LmFilmPicture *lm_lens_get_film (LmLens *self);
const LmSheetPicture *lm_lens_get_sheet (LmLens *self, const char *path); /* of one layer, by id path */
const LmHeatmapPicture *lm_lens_get_heatmap (LmLens *self);
/* (array length=n): the answer, class by class, probabilities where the network gives them. */
const double *lm_lens_get_prediction (LmLens *self, int *n);

/* (nullable): why there is nothing to see, in a sentence. */
const char *lm_lens_get_problem (LmLens *self);

G_END_DECLS
