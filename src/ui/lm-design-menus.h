/* lm-design-menus.h: context menus of layers, wires and the canvas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-editor.h"

G_BEGIN_DECLS

/* (transfer full): of the selected layers, the selected wire, or of the canvas if nothing is selected. */
GMenuModel *lm_design_menu_new (LmEditor *editor);

G_END_DECLS
