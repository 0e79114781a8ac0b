/* lm-offscreen.h: a picture that is drawn once and shown often; on another thread if it takes long
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-theme.h"

G_BEGIN_DECLS

/* Draws @data; on any thread, so @data belongs to it alone or is never changed. */
typedef void (*LmOffscreenDraw) (cairo_t *cr, const LmTheme *theme, int width, int height, gpointer data);

typedef struct _LmOffscreen LmOffscreen;

/* @widget: is drawn anew when a picture is ready; borrowed */
LmOffscreen *lm_offscreen_new (GtkWidget *widget);

/* The widget goes: what is under way ends unseen. */
void lm_offscreen_free (LmOffscreen *self);

/* What is to be shown has changed. */
void lm_offscreen_invalidate (LmOffscreen *self);

/* TRUE if what was drawn last still holds. */
gboolean lm_offscreen_is_valid (LmOffscreen *self, const LmTheme *theme, int width, int height);

/* Draws it: at once, or on another thread if it is heavy. @data: (transfer full) */
void lm_offscreen_draw (LmOffscreen *self, const LmTheme *theme, int width, int height, gboolean is_heavy, LmOffscreenDraw draw, gpointer data, GDestroyNotify free_data);

/* Paints what was drawn last, nothing if there is nothing yet. */
void lm_offscreen_paint (LmOffscreen *self, cairo_t *cr);

G_END_DECLS
