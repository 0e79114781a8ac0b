/* lm-design-actions.h: the commands of the Design page as actions, with their keys
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-canvas-view.h"

G_BEGIN_DECLS

/* Actions design.* of a page. @get_view: finds the canvas in it. */
void lm_design_actions_install (GtkWidgetClass *klass, LmCanvasView *(*get_view) (GtkWidget *page));

/* Which of them make sense now. */
void lm_design_actions_update (GtkWidget *page, LmEditor *editor);

G_END_DECLS
