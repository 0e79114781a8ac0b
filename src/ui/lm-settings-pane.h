/* lm-settings-pane.h: how the network is trained: what is live, what counts for the next run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-session.h"

G_BEGIN_DECLS

#define LM_TYPE_SETTINGS_PANE (lm_settings_pane_get_type ())

G_DECLARE_FINAL_TYPE (LmSettingsPane, lm_settings_pane, LM, SETTINGS_PANE, GtkWidget)

/* Both nullable; references are held. */
void lm_settings_pane_set_source (LmSettingsPane *self, LmDocument *document, LmSession *session);

G_END_DECLS
