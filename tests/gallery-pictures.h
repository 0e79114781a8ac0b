/* gallery-pictures.h: made-up pictures that look like real ones
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-picture.h"

G_BEGIN_DECLS

/* Begins the row of random numbers anew. */
void gallery_restart (void);

LmCurvesPicture *gallery_running (void);
LmCurvesPicture *gallery_finished (void);
LmCurvesPicture *gallery_several (void);
LmSheetPicture *gallery_activations (const char *name, int n, int side, double *max_out);
LmSheetPicture *gallery_kernels (void);
LmSheetPicture *gallery_colour_filters (void);
LmSheetPicture *gallery_strip (void);
LmFilmPicture *gallery_film (void);
LmHeatmapPicture *gallery_digit_heatmap (gboolean is_signed);
LmHeatmapPicture *gallery_photo_heatmap (void);
LmConfusionPicture *gallery_confusion (int n, const char *const *names, double samples, double error);
LmGraphPicture *gallery_welcome (gboolean with_mistake);
LmGraphPicture *gallery_residual (gboolean to_right);
LmGraphPicture *gallery_inception (void);
LmGraphPicture *gallery_unet (void);
LmGraphPicture *gallery_deep (void);
LmCard gallery_card (const char *name, const char *summary, const char *params, const char *category, int n_in);

G_END_DECLS
