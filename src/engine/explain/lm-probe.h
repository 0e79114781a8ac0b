/* lm-probe.h: looks into a network: any layer's output, any gradient, without training it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-design.h"
#include "lm-lower.h"
#include "lm-parallel.h"
#include "lm-program.h"
#include "lm-snapshot.h"
#include "lm-weights.h"

G_BEGIN_DECLS

/**
 * LmProbe:
 *
 * A program of its own over a copy of the weights, in inference mode: dropout
 * and batch statistics are off, and the training program is not touched. Every
 * layer's output is observed. Counted; thread: one at a time, the counting
 * included.
 */
typedef struct _LmProbe LmProbe;

/* What the gradient starts from. */
typedef enum {
  LM_PROBE_NO_GRADIENT,
  LM_PROBE_OUTPUT, /* the output of layer @root_layer */
  LM_PROBE_BEFORE, /* the same before its activation, if it has one that works number by number */
  LM_PROBE_SCORES, /* the network's output before its last softmax or sigmoid: the logits */
} LmProbeRoot;

/**
 * LmProbeSpec:
 * @design: borrowed while the probe lives
 * @weights: (nullable): %NULL draws fresh ones from @seed, for comparison
 * @pool: (nullable)
 * @root_layer: id or name path, for LM_PROBE_OUTPUT; for LM_PROBE_SCORES the output layer, %NULL for lm_probe_sink()
 * @wanted: (nullable): NULL-ended paths of layers whose output's gradient is wanted
 * @input_gradient: the gradient of the first input is wanted
 */
typedef struct {
  const LmDesign *design;
  LmSnapshot *weights;
  guint64 seed;
  LmPool *pool;
  gint64 max_batch;
  LmProbeRoot root;
  const char *root_layer;
  const char *const *wanted;
  gboolean input_gradient;
} LmProbeSpec;

/* Returns: (transfer full): %NULL with an error of the design, of a layer that is not there, of weights that do not fit, or %LM_ERROR_LIMIT. */
LmProbe *lm_probe_new (const LmProbeSpec *spec, GError **error);
LmProbe *lm_probe_ref (LmProbe *self);
void lm_probe_free (LmProbe *self); /* one reference */

/**
 * lm_probe_set_weights:
 * @weights: (nullable): as in LmProbeSpec; nothing is done if they stand there already
 * @is_changed: (out) (optional): whether they did not
 *
 * Returns: %FALSE with an error of weights that do not fit; it then still has the old ones
 */
gboolean lm_probe_set_weights (LmProbe *self, LmSnapshot *weights, guint64 seed, gboolean *is_changed, GError **error);

/* FALSE with %LM_ERROR_DATA set if the network has several inputs: one sample is not enough for it. */
gboolean lm_probe_check_single (const LmProbe *self, GError **error);

/* Inputs in the order of the Input layers; float32, shape with the symbolic batch. */
int lm_probe_n_inputs (const LmProbe *self);
LmShape lm_probe_input_shape (const LmProbe *self, int i);
const char *lm_probe_input_name (const LmProbe *self, int i);

/* @data: (array length=n_inputs): n samples each, as the chain scaled them; borrowed while it runs. */
void lm_probe_forward (LmProbe *self, const float *const *data, gint64 n);

/* The layers in the order that runs, blocks opened; lm_lowered_node() gives path, name and node. */
const LmLowered *lm_probe_layers (const LmProbe *self);

/* Output @port of lowered node @i after lm_probe_forward(): data borrowed until the next run. */
LmOperand lm_probe_output (const LmProbe *self, int i, int port);

/* Index of a layer by path; −1 with %LM_ERROR_NOT_FOUND set, naming those there are. */
int lm_probe_find (const LmProbe *self, const char *path, GError **error);

/* The lowered node whose output is the network's prediction: the first one with a target set, else the main sink. */
int lm_probe_sink (const LmProbe *self);

/* Which activation the prediction comes out of: softmax, sigmoid, or linear for any other. */
LmActivation lm_probe_sink_activation (const LmProbe *self);

/* Value of the root, and which activation was taken off to get the scores. */
LmOperand lm_probe_root (const LmProbe *self, LmActivation *taken_off);

/* Gradient to start from: the shape of the root; write all of it, then call lm_probe_backward(). */
float *lm_probe_seed (LmProbe *self);
void lm_probe_backward (LmProbe *self);

/* data NULL if the root does not depend on it. */
LmOperand lm_probe_gradient (const LmProbe *self, int i);
LmOperand lm_probe_input_gradient (const LmProbe *self);

/* Returns: (transfer full): weight “kernel” of layer @i in natural order; %NULL if it has none of that name. */
LmTensor *lm_probe_weight (const LmProbe *self, int i, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmProbe, lm_probe_free)

G_END_DECLS
