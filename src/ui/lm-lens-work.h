/* lm-lens-work.h: what the lens has done on other threads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <stdatomic.h>

#include "lm-lens.h"

G_BEGIN_DECLS

/**
 * LmLensWeights: a network that can be looked into; counted, never changed
 * @model: weights %NULL: fresh ones, drawn from its own seed
 * @run, @checkpoint, @stamp: what was asked for, and how far the run was
 * @is_live: taken from a run at work
 */
typedef struct {
  LmRef ref;
  LmModel *model;
  gint64 run;
  char *checkpoint;
  gint64 stamp;
  gboolean is_live;
} LmLensWeights;

LmLensWeights *lm_lens_weights_new (LmModel *model, gint64 run, const char *checkpoint, gint64 stamp, gboolean is_live);
LmLensWeights *lm_lens_weights_ref (LmLensWeights *self);
void lm_lens_weights_unref (LmLensWeights *self);

/* Through it, without probes that are kept. */
LmLook lm_lens_weights_look (const LmLensWeights *self, LmDataset *dataset);

/**
 * LmLensLoad: reads weights, or draws fresh ones; for lm_work_run()
 * @run: −1: fresh ones for @design, with the chain fitted on @dataset
 */
typedef struct {
  LmProject *project;
  gint64 run;
  char *checkpoint;
  gint64 stamp;
  LmDesign *design;
  LmDataset *dataset;
  LmLensWeights *result;
} LmLensLoad;

void lm_lens_load_run (gpointer data, GError **error);
void lm_lens_load_free (gpointer data);

/**
 * LmLensTask: one look, all of it at once; for lm_work_run()
 * @probes: borrowed: nobody else uses them while the task runs
 * @wishes: LmLensWish
 * @problem: why there is neither prediction nor film; @heatmap_problem and @kernels_problem likewise
 * @seconds: it took
 */
typedef struct {
  LmProbes *probes;
  LmLensWeights *weights;
  LmDataset *dataset;
  LmSample *sample;
  guint serial;
  guint wishes;
  char *method;
  char *heat_layer;
  int class_index;
  gboolean keeps_sign;
  char *kernels_layer;
  char *unit_layer;
  int unit;

  LmPrediction *prediction;
  LmFilmPicture *film;
  LmHeatmapPicture *heatmap;
  LmSheetPicture *kernels;
  LmSheetPicture *unit_kernel;
  char *problem;
  char *heatmap_problem;
  char *kernels_problem;
  double seconds;
} LmLensTask;

void lm_lens_task_run (gpointer data, GError **error);
void lm_lens_task_free (gpointer data);

/* Reads a sample: of the data, or a picture from a file in the shape that @design takes. */
typedef struct {
  LmDataset *dataset;
  LmPart part;
  gint64 index;
  LmDesign *design;
  char *path;
  guint serial;
  LmSample *sample;
} LmLensPick;

void lm_lens_pick_run (gpointer data, GError **error);
void lm_lens_pick_free (gpointer data);

/* Which samples of a part are of a class, or answered wrong. */
typedef struct {
  LmRef ref;
  LmLensWeights *weights; /* NULL: mistakes cannot be told */
  LmDataset *dataset;
  LmPart part;
  int class_index;
  gboolean mistakes;
  atomic_bool is_cancelled;
  GObject *owner;
  LmLensListed done;
  GArray *list;
} LmLensList;

void lm_lens_list_run (gpointer data, GError **error);
void lm_lens_list_unref (gpointer data);

G_END_DECLS
