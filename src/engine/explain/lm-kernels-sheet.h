/* lm-kernels-sheet.h: the weights of a layer as pictures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-picture.h"
#include "lm-probe.h"
#include "lm-sample.h"

G_BEGIN_DECLS

/**
 * lm_kernels_sheet:
 * @layer: (nullable): id or name path; %NULL: the first convolution, else the first layer with a kernel
 *
 * Kernels as they are. Of a convolution on one channel: a tile a filter; on
 * three: in colour, 0 is mid grey; deeper: some filters by some input
 * channels. Of a Dense layer on a flattened picture: a tile a unit in the
 * picture's shape, else the matrix.
 *
 * Returns: (transfer full): %NULL with %LM_ERROR_NOT_FOUND set if the layer has no kernel
 */
LmSheetPicture *lm_kernels_sheet (const LmLook *look, const char *layer, GError **error);

/* The same of one filter or unit alone: a tile for each input channel. @layer: id or name path */
LmSheetPicture *lm_kernels_sheet_unit (const LmLook *look, const char *layer, int unit, GError **error);

/* Index of the layer to show when none is named: the first convolution, or @last: the last one whose map has several
 * places; bypassed ones do not count; −1 if there is none. */
int lm_probe_find_convolution (const LmProbe *probe, gboolean last);

G_END_DECLS
