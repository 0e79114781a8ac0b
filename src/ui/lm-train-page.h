/* lm-train-page.h: runs, state, curves, settings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-panes.h"
#include "lm-session.h"

G_BEGIN_DECLS

#define LM_TYPE_TRAIN_PAGE (lm_train_page_get_type ())

G_DECLARE_FINAL_TYPE (LmTrainPage, lm_train_page, LM, TRAIN_PAGE, GtkWidget)

void lm_train_page_set_source (LmTrainPage *self, LmDocument *document, LmSession *session);
LmPanes *lm_train_page_get_panes (LmTrainPage *self);

/* (transfer full) (nullable): the curves as they are shown, for a file: with a title and a caption. */
LmCurvesPicture *lm_train_page_dup_picture (LmTrainPage *self);

/* (transfer full): “run5-curves”: how a file with them is called. */
char *lm_train_page_dup_picture_name (LmTrainPage *self);

/* How many steps the shown curve has: what tests look at. */
gint64 lm_train_page_get_n_steps (LmTrainPage *self);

G_END_DECLS
