/* lm-preferences.h: what holds for all projects
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define LM_TYPE_PREFERENCES (lm_preferences_get_type ())

/* Every row is a key of the settings, and counts at once. */
G_DECLARE_FINAL_TYPE (LmPreferences, lm_preferences, LM, PREFERENCES, AdwPreferencesWindow)

GtkWidget *lm_preferences_new (GtkWindow *parent);

G_END_DECLS
