/* lm-look.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-look.h"

#include <adwaita.h>

/* Families live as long as the process: themes borrow them. */
static const char *
font_of (GtkWidget *widget)
{
  PangoContext *context = gtk_widget_get_pango_context (widget);
  const char *family = pango_font_description_get_family (pango_context_get_font_description (context));

  return family != NULL ? g_intern_string (family) : "sans-serif";
}

static double
text_scale_of (GtkWidget *widget)
{
  int dpi = 0;

  g_object_get (gtk_widget_get_settings (widget), "gtk-xft-dpi", &dpi, NULL);
  return dpi > 0 ? CLAMP (dpi / (96.0 * 1024.0), 0.5, 3.0) : 1;
}

void
lm_look_theme (GtkWidget *widget,
               LmTheme *theme)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  gboolean is_dark = adw_style_manager_get_dark (manager);
  LmThemeId id = is_dark ? LM_THEME_DARK : LM_THEME_LIGHT;

  if (adw_style_manager_get_high_contrast (manager))
    id = is_dark ? LM_THEME_CONTRAST_DARK : LM_THEME_CONTRAST;
  *theme = *lm_theme_get (id);
  theme->font = font_of (widget);
  theme->text_scale = text_scale_of (widget);
  theme->device_scale = gtk_widget_get_scale_factor (widget);
  theme->page.a = 0;
}

static void
look_changed_cb (GtkWidget *widget)
{
  gtk_widget_queue_draw (widget);
}

void
lm_look_watch (GtkWidget *widget)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (look_changed_cb), widget, G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (look_changed_cb), widget, G_CONNECT_SWAPPED);
}
