/* lm-picture-area.h: any picture, as it is, in the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_PICTURE_AREA (lm_picture_area_get_type ())

/**
 * LmPictureArea:
 *
 * Paints a picture as wide as there is room, and is as high as it needs to be.
 */
G_DECLARE_FINAL_TYPE (LmPictureArea, lm_picture_area, LM, PICTURE_AREA, GtkWidget)

GtkWidget *lm_picture_area_new (void);

/* @picture: (transfer full): its pointer may be NULL; @sentence: (nullable): what a person would say it shows */
void lm_picture_area_set (LmPictureArea *self, LmPicture picture, const char *sentence);
const LmPicture *lm_picture_area_get (LmPictureArea *self);

/* Without the margin that pictures have: to stand in line with other widgets. */
void lm_picture_area_set_flush (LmPictureArea *self, gboolean flush);

G_END_DECLS
