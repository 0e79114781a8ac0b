/* lm-inspect-page.h: what the network makes of one sample, layer by layer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-page.h"

G_BEGIN_DECLS

#define LM_TYPE_INSPECT_PAGE (lm_inspect_page_get_type ())

G_DECLARE_FINAL_TYPE (LmInspectPage, lm_inspect_page, LM, INSPECT_PAGE, GtkWidget)

G_END_DECLS
