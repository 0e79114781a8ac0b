/* lm-templates.h: networks to start from, as pictures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define LM_TYPE_TEMPLATES (lm_templates_get_type ())

/**
 * LmTemplates:
 *
 * A window with a card for each template: its picture, what it is for, its
 * data. Signal “chosen” (const char *id): after which it closes.
 */
G_DECLARE_FINAL_TYPE (LmTemplates, lm_templates, LM, TEMPLATES, AdwWindow)

GtkWidget *lm_templates_new (GtkWindow *parent);

G_END_DECLS
