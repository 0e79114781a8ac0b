/* lm-look.h: the theme of the pictures as the desktop wants it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-theme.h"

G_BEGIN_DECLS

/* Light or dark, high contrast, font and scale of @widget; no page behind the picture. */
void lm_look_theme (GtkWidget *widget, LmTheme *theme);

/* Queues a redraw of @widget when the desktop's look changes, for as long as it lives. */
void lm_look_watch (GtkWidget *widget);

G_END_DECLS
