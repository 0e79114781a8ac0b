/* lm-wire-pane.h: what flows through the selected wire
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-editor.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LM_TYPE_WIRE_PANE (lm_wire_pane_get_type ())

G_DECLARE_FINAL_TYPE (LmWirePane, lm_wire_pane, LM, WIRE_PANE, GtkWidget)

GtkWidget *lm_wire_pane_new (LmEditor *editor);
void lm_wire_pane_update (LmWirePane *self);

G_END_DECLS
