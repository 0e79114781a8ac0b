/* lm-export.h: what is on the screen, into a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "lm-page.h"

G_BEGIN_DECLS

#define LM_TYPE_EXPORT_WINDOW (lm_export_window_get_type ())

/**
 * LmExportWindow:
 *
 * Format, size and look with a preview above; Save asks where. Signal
 * “saved” (const char *path).
 */
G_DECLARE_FINAL_TYPE (LmExportWindow, lm_export_window, LM, EXPORT_WINDOW, AdwWindow)

/* @view: (transfer full): what is saved; @name: what its file's name begins with: the project */
GtkWidget *lm_export_window_new (GtkWindow *parent, LmView *view, const char *name);

G_END_DECLS
