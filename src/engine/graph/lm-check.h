/* lm-check.h: everything that is wrong with a design, and what would mend it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-edit.h"
#include "lm-lower.h"

G_BEGIN_DECLS

/**
 * LmTask: what the data ask of the network, as far as known
 * @input_shape: of each input column, with the batch; @n_inputs 0 if unknown
 * @labels: targets are integer ids below @n_classes; else numbers of @target_shape
 */
typedef struct {
  int n_inputs;
  LmShape input_shape[8];
  gboolean has_target;
  gboolean labels;
  gint64 n_classes;
  LmShape target_shape;
} LmTask;

typedef enum {
  LM_SEVERITY_ERROR,
  LM_SEVERITY_HINT,
} LmSeverity;

typedef struct {
  char *title;  /* “Project the Skip: Conv2D 1×1, 64” */
  LmEdit *edit; /* applied as it is */
} LmRemedy;

/**
 * LmDiagnostic:
 * @path: id path of the node; %NULL: the network as a whole
 * @layer: its name; @port: data input, −1: the card
 * @title: who needs what; @message: what comes from where
 */
typedef struct {
  LmSeverity severity;
  LmError code;
  char *path;
  char *layer;
  int port;
  char *title;
  char *message;
  GPtrArray *remedies; /* LmRemedy */
} LmDiagnostic;

/* Figures of one layer, in the order that runs. */
typedef struct {
  char *path;
  char *name;
  const char *kind;
  int depth;
  int n_outputs;
  LmShape shapes[4]; /* of its outputs; rank −1: not known */
  gint64 params;
  gint64 trainable;
  gboolean frozen;
} LmLayerFacts;

/**
 * LmCheck:
 * @train_bytes: memory of a training program for the design's batch size: arena, weights, gradients, optimizer
 *   state; 0 while there are errors or if not asked for
 */
typedef struct {
  GPtrArray *diagnostics; /* LmDiagnostic: errors first, then hints, each in the order that runs */
  int n_errors;
  GArray *layers; /* LmLayerFacts */
  gint64 params;
  gint64 trainable;
  double flops; /* of one sample forward; 0 while there are errors */
  gsize train_bytes;
} LmCheck;

/**
 * lm_check_design:
 * @task: (nullable): what the data ask for
 * @measure: also plan memory and count operations (slower)
 *
 * Runs lower () of all layers on shapes. Only root mistakes are reported; what
 * lies behind one is unknown, not wrong. Below 1 ms for 1,000 layers without
 * @measure. Thread: any.
 */
LmCheck *lm_check_design (const LmDesign *design, const LmTask *task, gboolean measure);
void lm_check_free (LmCheck *self);

/* NULL if the layer is not there. */
const LmLayerFacts *lm_check_find (const LmCheck *self, const char *path);

/* The first error as GError “title. message remedy”; TRUE if there is none. */
gboolean lm_check_require (const LmCheck *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmCheck, lm_check_free)

G_END_DECLS
