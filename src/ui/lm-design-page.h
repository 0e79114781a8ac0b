/* lm-design-page.h: the network
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-page.h"

G_BEGIN_DECLS

#define LM_TYPE_DESIGN_PAGE (lm_design_page_get_type ())

/* An LmPage. */
G_DECLARE_FINAL_TYPE (LmDesignPage, lm_design_page, LM, DESIGN_PAGE, GtkWidget)

G_END_DECLS
