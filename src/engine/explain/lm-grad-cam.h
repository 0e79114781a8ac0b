/* lm-grad-cam.h: which places of a picture speak for a class
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-picture.h"
#include "lm-sample.h"

G_BEGIN_DECLS

/**
 * LmHeatmapSpec:
 * @method: (nullable): “grad-cam” (default), “hirescam”, “saliency”
 * @layer: (nullable): id or name path; %NULL: the last convolution
 * @class_index: −1: the predicted one
 * @keeps_sign: what speaks against the class is shown too
 */
typedef struct {
  const char *method;
  const char *layer;
  int class_index;
  gboolean keeps_sign;
} LmHeatmapSpec;

/**
 * lm_heatmap:
 *
 * With A the maps of the layer and g the gradient of the class's score (the
 * number before softmax or sigmoid) by A:
 * Grad-CAM: M = relu (Σ_k mean (g_k)·A_k) (Selvaraju et al. 2017); HiResCAM:
 * M = relu (Σ_k g_k·A_k) (Draelos & Carin 2020); saliency: |∂score/∂x|, the
 * largest over channels (Simonyan et al. 2013).
 *
 * Where nothing speaks for the class (no value above a millionth of the
 * largest against it) the map is left signed and the warning
 * says so. A network with one output that is a plain number has no classes: what raises the number is shown.
 * A network with one sigmoid output: class 0 uses −score. A map
 * below a millionth of the score is empty; a saliency map, whose unit is another, where it is 0.
 *
 * Returns: (transfer full): %NULL with an error of lm_probe_new(), %LM_ERROR_DATA, %LM_ERROR_USAGE for another method, or
 * %LM_ERROR_NOT_FOUND for a layer without places or a class that is not there
 */
LmHeatmapPicture *lm_heatmap (const LmLook *look, const LmSample *sample, const LmHeatmapSpec *spec, GError **error);

G_END_DECLS
