/* lm-window.h: one window for one project
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "lm-editor.h"
#include "lm-session.h"

G_BEGIN_DECLS

#define LM_TYPE_WINDOW (lm_window_get_type ())

G_DECLARE_FINAL_TYPE (LmWindow, lm_window, LM, WINDOW, AdwApplicationWindow)

/* @template_id: (nullable): what the project is made of if there is no such file */
LmWindow *lm_window_new (GtkApplication *application, const char *path, const char *template_id);

const char *lm_window_get_path (LmWindow *self);

/* (nullable) (transfer none): until the project is open. */
LmDocument *lm_window_get_document (LmWindow *self);
LmSession *lm_window_get_session (LmWindow *self);
LmEditor *lm_window_get_editor (LmWindow *self);

/* “design”, “train” */
const char *lm_window_get_page (LmWindow *self);
void lm_window_set_page (LmWindow *self, const char *page);

/* A message for a few seconds, with a button if @button is given. */
void lm_window_toast (LmWindow *self, const char *text, const char *button, const char *action, GVariant *target);

/* How many steps the curve on the Train page has. */
gint64 lm_window_get_n_steps (LmWindow *self);

G_END_DECLS
