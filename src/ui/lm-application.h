/* lm-application.h: the program: its windows, keys, preferences
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define LM_TYPE_APPLICATION (lm_application_get_type ())

/**
 * LmApplication:
 *
 * Opens the project it was given, else the welcome
 * project, made at the first start.
 */
G_DECLARE_FINAL_TYPE (LmApplication, lm_application, LM, APPLICATION, AdwApplication)

LmApplication *lm_application_new (void);

/* Opens a project in a window of its own, or shows the window it is open in. @template_id: (nullable): see lm_window_new() */
void lm_application_open (LmApplication *self, const char *path, const char *template_id);

/* (transfer full): a path in the user's projects that is free: “NAME.lamina”, “NAME 2.lamina”, … */
char *lm_application_free_path (const char *name);

G_END_DECLS
