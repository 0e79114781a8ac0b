/* lm-train-page.h: runs, state, curves, settings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-page.h"

G_BEGIN_DECLS

#define LM_TYPE_TRAIN_PAGE (lm_train_page_get_type ())

/* An LmPage. */
G_DECLARE_FINAL_TYPE (LmTrainPage, lm_train_page, LM, TRAIN_PAGE, GtkWidget)

/* How many steps the shown curve has: what tests look at. */
gint64 lm_train_page_get_n_steps (LmTrainPage *self);

G_END_DECLS
