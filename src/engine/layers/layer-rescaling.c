/* layer-rescaling.c: a fixed factor and offset
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

enum {
  SCALE,
  OFFSET,
};

static const LmOptionSpec options[] = {
  [SCALE] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "scale",
    .title = N_ ("Scale"),
    .help = N_ ("What every number is multiplied by. 1/255 = 0.0039… brings pixels to 0 … 1."),
    .initial = 1.0 / 255.0,
  },
  [OFFSET] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "offset",
    .title = N_ ("Offset"),
    .help = N_ ("What is added afterwards. Scale 1/127.5 with offset −1 brings pixels to −1 … 1."),
  },
};

/* y = scale·x + offset; any shape. */
static void
rescaling_lower (LmBuilder *b,
                 const LmNode *node,
                 const LmValue *in,
                 int n_in,
                 LmValue *out)
{
  if (lm_layer_wants_numbers (b, in[0], 0))
    out[0] = lm_build_affine (b, in[0], lm_node_double (node, SCALE), lm_node_double (node, OFFSET));
}

const LmLayerClass lm_layer_rescaling = {
  .member = {
    .id = "Rescaling",
    .title = N_ ("Rescaling"),
    .help = N_ ("Multiplies every number by a fixed scale and adds a fixed offset: y = scale·x + offset. It stands at the start of a network, so that pixels from 0 to 255 become small numbers, which train better."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .category = "shape",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = rescaling_lower,
  .synonyms = N_ ("scale, normalize, divide by 255, preprocessing"),
  .reference = "/reference/layer/Rescaling",
  .keras = "Rescaling({scale}, offset={offset})",
};
