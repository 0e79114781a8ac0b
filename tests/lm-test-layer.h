/* lm-test-layer.h: one layer with inputs of its own, built and run without a design
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-design.h"
#include "lm-program.h"

G_BEGIN_DECLS

#define LM_TEST_MAX_INPUTS 8

/**
 * LmTestLayerSpec:
 * @kind: “Conv2D”
 * @options: `filters=3 kernel_size=3x2 activation=relu`: lm_option_parse() of each, separated by spaces; "" for defaults
 * @inputs: (array length=n_inputs): shapes without the batch
 * @dtype: of all inputs
 * @masked: input 0 has a mask: steps all of whose numbers are 0 do not count
 */
typedef struct {
  const char *kind;
  const char *options;
  LmShape inputs[LM_TEST_MAX_INPUTS];
  int n_inputs;
  LmDtype dtype;
  gboolean training;
  gboolean frozen;
  gboolean f64;
  gint64 max_batch;
  gboolean masked;
} LmTestLayerSpec;

/**
 * LmTestLayer:
 * @output: unknown after an error; of several outputs all numbers of a sample in one row
 * @error: why it could not be built
 *
 * Inputs are made by layers named “source_0”, “source_1” …; the layer itself has the name that a design gives it.
 */
typedef struct {
  LmTestLayerSpec spec;
  LmNode node;
  char *sources[LM_TEST_MAX_INPUTS];
  LmBuilder *builder;
  LmValue inputs[LM_TEST_MAX_INPUTS];
  LmValue output;
  LmShape shape; /* of the output, with the symbolic batch; rank −1 after an error */
  LmBuilderError *error;

  LmProgram *program;
  void *data[LM_TEST_MAX_INPUTS];
  void **values; /* by slot */
  void **grads;
} LmTestLayer;

/* (transfer full): a node with @options set from text; an assertion if they cannot be read. */
void lm_test_node_init (LmNode *node, const char *kind, const char *options);
void lm_test_node_clear (LmNode *node);

LmTestLayer *lm_test_layer_new (const LmTestLayerSpec *spec);
void lm_test_layer_free (LmTestLayer *self);

/* Makes the layer runnable; weights are zero. */
void lm_test_layer_compile (LmTestLayer *self, LmPool *pool);

/* Slots in the order of their making. */
int lm_test_layer_n_slots (const LmTestLayer *self);
const LmSlot *lm_test_layer_slot (const LmTestLayer *self, int i);

/* Numbers in natural order, as double whatever the build. n samples of an input. */
void lm_test_layer_set_input (LmTestLayer *self, int i, gint64 n, const double *values);
void lm_test_layer_set_slot (LmTestLayer *self, int i, const double *values);
void lm_test_layer_get_slot (const LmTestLayer *self, int i, double *values);

void lm_test_layer_forward (LmTestLayer *self, gint64 n);
gint64 lm_test_layer_output_size (const LmTestLayer *self, gint64 n);
void lm_test_layer_get_output (const LmTestLayer *self, gint64 n, double *values);

/* Gradients of Σ seed·output, after a forward pass of n samples. */
void lm_test_layer_backward (LmTestLayer *self, gint64 n, const double *seed);
void lm_test_layer_get_input_grad (const LmTestLayer *self, int i, gint64 n, double *values);
void lm_test_layer_get_slot_grad (const LmTestLayer *self, int i, double *values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmTestLayer, lm_test_layer_free)

G_END_DECLS
