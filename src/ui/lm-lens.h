/* lm-lens.h: what the network makes of one sample, while it trains and after
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-pins.h"
#include "lm-session.h"

G_BEGIN_DECLS

#define LM_TYPE_LENS (lm_lens_get_type ())

/**
 * LmLens:
 *
 * Holds the sample that is looked at, on all pages: picked from the data,
 * drawn, or read from a file. What the network makes of it is found on another
 * thread: at once for another sample (a drawn one follows the pen: the latest
 * wins, none queues up; what has been found in under 4 ms all the time is found
 * before the call returns, so that it comes with the frame), at most four times a second while the weights change,
 * and only for what somebody watches. Until somebody chooses, the first sample
 * of the data is looked at. Signals:
 * “sample-changed”
 * “changed”: a result below, or which weights they are of
 * “failed”: (const char *message): a sample could not be read, or not be pinned; for a toast
 */
G_DECLARE_FINAL_TYPE (LmLens, lm_lens, LM, LENS, GObject)

/* What is to be kept up to date; bits. */
typedef enum {
  LM_LENS_PREDICTION = 1 << 0,
  LM_LENS_THUMBS = 1 << 1,  /* the outputs of all layers: cards, film strip, sheet of the chosen layer */
  LM_LENS_HEATMAP = 1 << 2, /* of the chosen class and layer */
  LM_LENS_KERNELS = 1 << 3, /* of the layer of lm_lens_set_kernels() */
  LM_LENS_UNIT = 1 << 4,    /* the kernel of the one filter of lm_lens_set_unit() */
} LmLensWish;

LmLens *lm_lens_new (LmDocument *document, LmSession *session);
LmDocument *lm_lens_get_document (LmLens *self);

/* --- The sample ---------------------------------------------------------------------- */

/* @sample: (transfer full) */
void lm_lens_set_sample (LmLens *self, LmSample *sample);
/* Reads it from the project's data on another thread. */
void lm_lens_pick (LmLens *self, LmPart part, gint64 index);
/* A picture in a file; “failed” says why not. */
void lm_lens_pick_file (LmLens *self, GFile *file);
const LmSample *lm_lens_get_sample (LmLens *self);

/* Where it stands in the data; FALSE if it was drawn, or read from a file. */
gboolean lm_lens_get_place (LmLens *self, LmPart *part, gint64 *index);

/* The pinned ones; borrowed while the lens lives. And the present one becomes one, or is none any more. */
LmPins *lm_lens_get_pins (LmLens *self);
void lm_lens_toggle_pin (LmLens *self);
gboolean lm_lens_is_pinned (LmLens *self);
void lm_lens_use_pin (LmLens *self, guint i);

/**
 * LmLensListed:
 * @list: (nullable) (transfer full) (element-type guint32): numbers of samples, in the order of the part; %NULL with @message
 */
typedef void (*LmLensListed) (GObject *owner, GArray *list, const char *message);

/* Which samples of @part are of @class_index (−1: of any), and are answered wrong if @mistakes. @done on the main thread,
 * unless another list has been asked for in between. @owner is kept until then. */
void lm_lens_list (LmLens *self, LmPart part, int class_index, gboolean mistakes, GObject *owner, LmLensListed done);

/* Rises with every sample; and of which one the results are. */
guint lm_lens_get_serial (LmLens *self);
guint lm_lens_get_answered (LmLens *self);

/* Name of a class of the target, as the data have it: (transfer full). */
char *lm_lens_dup_class_name (LmLens *self, int class_index);

/* Shape of the first Input of the network that is looked into, with the batch; rank 0 if there is none. */
LmShape lm_lens_get_input_shape (LmLens *self);

/* --- Weights ------------------------------------------------------------------------- */

/* Which weights: those of the run at work, of run @run (its @checkpoint, NULL: last), or fresh ones (@run −1); 0: the
 * run at work, else the newest. */
void lm_lens_set_run (LmLens *self, gint64 run, const char *checkpoint);
gint64 lm_lens_get_run (LmLens *self, const char **checkpoint);

/* (transfer full) (nullable): the weights that are looked through: “Run 5, epoch 7”; %NULL for none. */
char *lm_lens_dup_weights_words (LmLens *self);

/* TRUE if they change while one looks. */
gboolean lm_lens_is_live (LmLens *self);

/* TRUE if there is nothing to look through: no run has weights, and nobody asked for fresh ones. */
gboolean lm_lens_is_untrained (LmLens *self);

/* --- Looking ------------------------------------------------------------------------- */

/* Somebody (a page that is shown, a canvas with thumbnails) wants results; each watcher by its own address. @wishes 0: no more. */
void lm_lens_watch (LmLens *self, gpointer watcher, guint wishes);

/* Layer, method and class of the heatmap: NULL and −1: the last convolution, grad-cam, the predicted class. */
void lm_lens_set_heatmap (LmLens *self, const char *method, const char *layer, int class_index);

/* Whether the map also shows what speaks against the class. */
void lm_lens_set_signed (LmLens *self, gboolean keeps_sign);

/* The layer whose kernels are wanted, by id path. */
void lm_lens_set_kernels (LmLens *self, const char *layer);
void lm_lens_set_unit (LmLens *self, const char *layer, int unit);

/* (nullable): each borrowed until “changed”; NULL while there is none. */
const LmFilmPicture *lm_lens_get_film (LmLens *self);
const LmSheetPicture *lm_lens_get_sheet (LmLens *self, const char *path); /* of one layer, by id path */
const LmHeatmapPicture *lm_lens_get_heatmap (LmLens *self);
const LmSheetPicture *lm_lens_get_kernels (LmLens *self);
const LmSheetPicture *lm_lens_get_unit (LmLens *self); /* also NULL if that layer has no kernel */
const LmPrediction *lm_lens_get_answer (LmLens *self);
/* (array length=n): the answer, class by class, probabilities where the network gives them. */
const double *lm_lens_get_prediction (LmLens *self, int *n);

/* (nullable): why there is nothing to see, in a sentence: at all; of the heatmap; of the kernels. */
const char *lm_lens_get_problem (LmLens *self);
const char *lm_lens_get_heatmap_problem (LmLens *self);
const char *lm_lens_get_kernels_problem (LmLens *self);

/* How long the last look took, in seconds. */
double lm_lens_get_seconds (LmLens *self);

/* --- What excites each filter -------------------------------------------------------- */

/* Looks for it, with the weights there are now; the pictures grow with “changed”. Ends a search that is under way. */
void lm_lens_find_filters (LmLens *self, const char *layer);
void lm_lens_cancel_filters (LmLens *self);

/* Of that layer, as far as they are; @fraction: (out): 0 … 1 while they are looked for, −1 if not. @problem: (out): why not */
const LmSheetPicture *lm_lens_get_filters (LmLens *self, const char *layer, double *fraction, const char **problem);

G_END_DECLS
