/* lm-preferences.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-preferences.h"

struct _LmPreferences {
  AdwPreferencesWindow parent_instance;

  AdwComboRow *style;
  AdwComboRow *flow;
  GtkSwitch *wheel;
  GtkSwitch *turn;
  AdwComboRow *resolution;
  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (LmPreferences, lm_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static const int resolutions[] = { 150, 300, 600 }; /* as the rows of “resolution” */

/* An enum is stored by its nick, a row counts. */
static gboolean
nick_to_row (GValue *row,
             GVariant *stored,
             gpointer data)
{
  const char *const *nicks = data;

  for (guint i = 0; nicks[i] != NULL; i++) {
    if (g_str_equal (nicks[i], g_variant_get_string (stored, NULL)))
      g_value_set_uint (row, i);
  }
  return TRUE;
}

static GVariant *
row_to_nick (const GValue *row,
             const GVariantType *type,
             gpointer data)
{
  const char *const *nicks = data;

  return g_variant_new_string (nicks[g_value_get_uint (row)]);
}

static gboolean
resolution_to_row (GValue *row,
                   GVariant *stored,
                   gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (resolutions); i++) {
    if (resolutions[i] <= g_variant_get_int32 (stored))
      g_value_set_uint (row, i);
  }
  return TRUE;
}

static GVariant *
row_to_resolution (const GValue *row,
                   const GVariantType *type,
                   gpointer data)
{
  return g_variant_new_int32 (resolutions[MIN (g_value_get_uint (row), G_N_ELEMENTS (resolutions) - 1)]);
}

static void
lm_preferences_dispose (GObject *object)
{
  g_clear_object (&LM_PREFERENCES (object)->settings);

  G_OBJECT_CLASS (lm_preferences_parent_class)->dispose (object);
}

static void
lm_preferences_class_init (LmPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_preferences_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, LmPreferences, style);
  gtk_widget_class_bind_template_child (widget_class, LmPreferences, flow);
  gtk_widget_class_bind_template_child (widget_class, LmPreferences, wheel);
  gtk_widget_class_bind_template_child (widget_class, LmPreferences, turn);
  gtk_widget_class_bind_template_child (widget_class, LmPreferences, resolution);
}

static void
lm_preferences_init (LmPreferences *self)
{
  static const char *const styles[] = { "system", "light", "dark", NULL };
  static const char *const flows[] = { "down", "right", NULL };

  self->settings = g_settings_new (APP_ID);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_settings_bind_with_mapping (self->settings, "color-scheme", self->style, "selected", G_SETTINGS_BIND_DEFAULT, nick_to_row, row_to_nick, (gpointer) styles, NULL);
  g_settings_bind_with_mapping (self->settings, "flow-direction", self->flow, "selected", G_SETTINGS_BIND_DEFAULT, nick_to_row, row_to_nick, (gpointer) flows, NULL);
  g_settings_bind_with_mapping (self->settings, "export-resolution", self->resolution, "selected", G_SETTINGS_BIND_DEFAULT, resolution_to_row, row_to_resolution, NULL, NULL);
  g_settings_bind (self->settings, "wheel-zooms", self->wheel, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "turn-to-train", self->turn, "active", G_SETTINGS_BIND_DEFAULT);
}

GtkWidget *
lm_preferences_new (GtkWindow *parent)
{
  return g_object_new (LM_TYPE_PREFERENCES, "transient-for", parent, "modal", TRUE, "application", gtk_window_get_application (parent), NULL);
}
