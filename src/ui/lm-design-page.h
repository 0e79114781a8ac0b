/* lm-design-page.h: the network
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-document.h"

G_BEGIN_DECLS

#define LM_TYPE_DESIGN_PAGE (lm_design_page_get_type ())

G_DECLARE_FINAL_TYPE (LmDesignPage, lm_design_page, LM, DESIGN_PAGE, GtkWidget)

void lm_design_page_set_document (LmDesignPage *self, LmDocument *document);

/* (transfer full) (nullable): the network for a file: with title and caption. */
LmGraphPicture *lm_design_page_dup_picture (LmDesignPage *self);

G_END_DECLS
