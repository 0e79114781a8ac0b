/* lm-sample.h: one sample to look at a network with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-dataset.h"
#include "lm-design.h"
#include "lm-parallel.h"
#include "lm-pipeline.h"
#include "lm-snapshot.h"

G_BEGIN_DECLS

typedef struct _LmProbes LmProbes;

/**
 * LmLook: the network that is looked into, and through which data
 * @weights: (nullable): %NULL: fresh ones from @seed
 * @pipeline: (nullable): as fitted
 * @dataset: (nullable): for the names of classes and the range of pixels
 * @probes: (nullable): keeps what is compiled from one picture to the next: lm-probes.h
 */
typedef struct {
  const LmDesign *design;
  LmSnapshot *weights;
  guint64 seed;
  const LmPipeline *pipeline;
  LmDataset *dataset;
  LmPool *pool;
  LmProbes *probes;
} LmLook;

/**
 * LmSample:
 * @raw: float32 as people see it, without batch axis: (H, W, C), 0 … 255 for pictures
 * @label: class number, −1 if not known
 * @name: “validation 17”, or a file
 */
typedef struct {
  LmTensor *raw;
  int label;
  char *name;
} LmSample;

void lm_sample_free (LmSample *self);

/* Returns: (transfer full): shares @raw, which nobody writes. */
LmSample *lm_sample_copy (const LmSample *self);

/* Returns: (transfer full): sample @i of @part; %NULL with an error of reading, or %LM_ERROR_NOT_FOUND if there is none. */
LmSample *lm_sample_from_dataset (LmDataset *dataset, LmPart part, gint64 i, GError **error);

/* Returns: (transfer full): a picture file in the size and channels that the first Input takes. */
LmSample *lm_sample_from_image (const LmDesign *design, const char *path, GError **error);

/* Returns: (transfer full): values as the network gets them, through the chain: @n times the same sample. */
float *lm_look_input (const LmLook *look, const LmSample *sample, int n);

/* The same for raw values of @n samples of the shape @sample, in place. */
void lm_look_scale (const LmLook *look, const LmShape *sample, float *values, gsize n);

/* Returns: (transfer full): name of class @i of the target, else the number. */
char *lm_look_class_name (const LmLook *look, int i);

/* Shape of the first Input, with the batch; rank 0 if there is none. */
LmShape lm_design_input_shape (const LmDesign *design);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmSample, lm_sample_free)

G_END_DECLS
