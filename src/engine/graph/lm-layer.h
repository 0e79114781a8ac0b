/* lm-layer.h: what a layer file includes, with lm-design.h for its node
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-builder.h"
#include "lm-i18n.h"

G_BEGIN_DECLS

struct _LmNode;

/* What a layer does with the mask of its input, as Keras 3. */
typedef enum {
  LM_MASK_PASS, /* output has the input's mask */
  LM_MASK_USE,  /* reads it and ends it, or passes it by itself */
  LM_MASK_MAKE,
  LM_MASK_END,
} LmMaskRule;

#define LM_ANY_INPUTS 64

/**
 * LmLayerClass:
 * @category: “core”, “convolution”, “pooling”, “recurrent”, “attention”, “normalization”, “merging”, “shape”,
 *   “augmentation”, “input”
 * @min_inputs, @max_inputs: %LM_ANY_INPUTS for no limit; 0 for Input
 * @input_names: (nullable): shown at the ports
 * @lower: composes ops: in[n_in] → out[n_outputs]. Runs at every edit on shapes only, so it must be cheap and
 *   without side effects. On an error: lm_builder_fail() and return.
 * @count_outputs: (nullable): how many outputs there are where options decide, at most n_outputs
 * @summary: (nullable): what stands on the card behind the kind; default: options that differ from their defaults
 * @synonyms: (nullable): further words the palette's search finds: “batch norm”, “fc”
 * @reference: (nullable): the test that compares it with Keras
 * @keras: its line in exported code, options in {braces}
 */
typedef struct _LmLayerClass {
  LmMember member;
  const char *category;
  int min_inputs;
  int max_inputs;
  int n_outputs; /* 0 means 1 */
  const char *const *input_names;
  const char *const *output_names;
  LmMaskRule mask;
  int (*count_outputs) (const struct _LmNode *node);
  void (*lower) (LmBuilder *b, const struct _LmNode *node, const LmValue *in, int n_in, LmValue *out);
  char *(*summary) (const struct _LmNode *node);
  const char *synonyms;
  const char *reference;
  const char *keras;
  const char *torch;
} LmLayerClass;

/* How many outputs a node of this layer has. */
static inline int
lm_layer_n_outputs (const LmLayerClass *layer, const struct _LmNode *node)
{
  if (layer->count_outputs != NULL)
    return layer->count_outputs (node);
  return layer->n_outputs > 0 ? layer->n_outputs : 1;
}

/* NULL if there is none of that id. Defined in lm-registry.c through the family “layer”. */
static inline const LmLayerClass *
lm_layer_find (const char *id)
{
  return (const LmLayerClass *) lm_family_find ("layer", id);
}

G_END_DECLS
