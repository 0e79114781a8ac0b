/* lm-activations.h: what every layer makes of one sample
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-picture.h"
#include "lm-sample.h"

G_BEGIN_DECLS

/**
 * lm_activations:
 * @layer: (nullable): id or name path of the only layer to show; %NULL: all that compute something
 *
 * A sheet per layer: the maps of a picture as tiles, the features of a vector
 * as cells, all in inference mode; one scale a layer, zero channels marked.
 *
 * Returns: (transfer full): %NULL with an error of lm_probe_new(), or %LM_ERROR_DATA if the sample has another size than the Input
 */
LmFilmPicture *lm_activations (const LmLook *look, const LmSample *sample, const char *layer, GError **error);

/* FALSE with %LM_ERROR_DATA set, with both sizes, if @sample does not fill the Input of @shape. */
gboolean lm_sample_check (const LmSample *sample, const LmShape *shape, GError **error);

/* Returns: (transfer full) (nullable): the sample as a picture (H, W, 1 or 3), as people see it; %NULL if it is none. */
LmTensor *lm_sample_picture (const LmSample *sample);

G_END_DECLS
