/* lm-application.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-application.h"

#include "lm-engine.h"
#include "lm-frame-times.h"
#include "lm-window.h"

#include "lm-i18n.h"

struct _LmApplication {
  AdwApplication parent_instance;

  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (LmApplication, lm_application, ADW_TYPE_APPLICATION)

/* --- Projects ------------------------------------------------------------------------ */

static char *
projects_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "lamina", "projects", NULL);
}

char *
lm_application_free_path (const char *name)
{
  g_autofree char *folder = projects_folder ();

  for (int i = 1;; i++) {
    g_autofree char *base = i == 1 ? g_strdup_printf ("%s.lamina", name) : g_strdup_printf ("%s %d.lamina", name, i);
    g_autofree char *path = g_build_filename (folder, base, NULL);

    if (!g_file_test (path, G_FILE_TEST_EXISTS))
      return g_steal_pointer (&path);
  }
}

static LmWindow *
find_window (LmApplication *self,
             const char *path)
{
  for (GList *i = gtk_application_get_windows (GTK_APPLICATION (self)); i != NULL; i = i->next) {
    if (LM_IS_WINDOW (i->data) && g_strcmp0 (lm_window_get_path (i->data), path) == 0 && gtk_widget_get_visible (i->data))
      return i->data;
  }
  return NULL;
}

void
lm_application_open (LmApplication *self,
                     const char *path,
                     const char *template_id)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  LmWindow *window = find_window (self, whole);

  if (window == NULL)
    window = lm_window_new (GTK_APPLICATION (self), whole, template_id);
  gtk_window_present (GTK_WINDOW (window));
}

static void
lm_application_activate (GApplication *application)
{
  LmApplication *self = LM_APPLICATION (application);
  GtkWindow *active = gtk_application_get_active_window (GTK_APPLICATION (self));
  g_autofree char *folder = projects_folder ();
  g_autofree char *path = g_build_filename (folder, "welcome.lamina", NULL);

  if (active != NULL)
    gtk_window_present (active);
  else
    lm_application_open (self, path, "welcome");
}

static void
lm_application_open_files (GApplication *application,
                           GFile **files,
                           int n_files,
                           const char *hint)
{
  for (int i = 0; i < n_files; i++) {
    g_autofree char *path = g_file_get_path (files[i]);

    if (path != NULL)
      lm_application_open (LM_APPLICATION (application), path, NULL);
    else
      g_printerr ("lamina: %s\n", _ ("Only files on this computer can be opened."));
  }
}

/* --- Actions ------------------------------------------------------------------------- */

static void
new_cb (GSimpleAction *action,
        GVariant *parameter,
        gpointer data)
{
  const char *id = g_variant_get_string (parameter, NULL);
  g_autofree char *path = lm_application_free_path (id);

  lm_application_open (data, path, id);
}

static void
show_cb (GSimpleAction *action,
         GVariant *parameter,
         gpointer data)
{
  lm_application_open (data, g_variant_get_string (parameter, NULL), NULL);
}

static void
show_file_cb (GSimpleAction *action,
              GVariant *parameter,
              gpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autofree char *uri = g_file_get_uri (folder);

  gtk_show_uri (gtk_application_get_active_window (data), uri, GDK_CURRENT_TIME);
}

static void
about_cb (GSimpleAction *action,
          GVariant *parameter,
          gpointer data)
{
  adw_show_about_window (gtk_application_get_active_window (data),
                         "application-name", "Lamina",
                         "application-icon", APP_ID,
                         "version", PACKAGE_VERSION,
                         "developer-name", _ ("The Lamina developers"),
                         "comments", _ ("Design, train and understand neural networks"),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         /* Translators: your names, one a line. */
                         "translator-credits", _ ("translator-credits"),
                         NULL);
}

/* Each window asks before it goes, if it must. */
static void
quit_cb (GSimpleAction *action,
         GVariant *parameter,
         gpointer data)
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (data));

  for (GList *i = windows; i != NULL; i = i->next) {
    if (LM_IS_WINDOW (i->data))
      gtk_window_close (i->data);
  }
}

static void
color_scheme_cb (LmApplication *self)
{
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT, ADW_COLOR_SCHEME_FORCE_DARK };

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), schemes[g_settings_get_enum (self->settings, "color-scheme")]);
}

static void
add_actions (LmApplication *self)
{
  const GActionEntry entries[] = {
    { "new", new_cb, "s", NULL, NULL, { 0 } },
    { "show", show_cb, "s", NULL, NULL, { 0 } },
    { "show-file", show_file_cb, "s", NULL, NULL, { 0 } },
    { "about", about_cb, NULL, NULL, NULL, { 0 } },
    { "quit", quit_cb, NULL, NULL, NULL, { 0 } },
  };
  static const char *const keys[] = { "color-scheme", "wheel-zooms", "turn-to-train" };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autoptr (GAction) action = g_settings_create_action (self->settings, keys[i]);

    g_action_map_add_action (G_ACTION_MAP (self), action);
  }
}

static void
add_accels (LmApplication *self)
{
  static const struct {
    const char *action;
    const char *accels[3];
  } accels[] = {
    { "win.open", { "<Control>o" } },
    { "app.new::welcome", { "<Control>n" } },
    { "win.save", { "<Control>s" } },
    { "win.templates", { "<Control><Shift>n" } },
    { "win.problems", { "<Control><Shift>p" } },
    { "win.save-copy", { "<Control><Shift>s" } },
    { "win.undo", { "<Control>z" } },
    { "win.redo", { "<Control><Shift>z", "<Control>y" } },
    { "win.export", { "<Control>e" } },
    { "win.export-all", { "<Control><Shift>e" } },
    { "win.find", { "<Control>f" } },
    { "win.preferences", { "<Control>comma" } },
    { "win.train-toggle", { "<Control>Return", "<Control>KP_Enter" } },
    { "win.stop", { "<Control><Shift>Return", "<Control><Shift>KP_Enter" } },
    { "win.page::data", { "<Alt>1" } },
    { "win.page::design", { "<Alt>2" } },
    { "win.page::train", { "<Alt>3" } },
    { "win.page::evaluate", { "<Alt>4" } },
    { "win.page::inspect", { "<Alt>5" } },
    { "win.toggle-left", { "F9" } },
    { "win.toggle-right", { "<Shift>F9" } },
    { "win.coach", { "<Control>F9" } },
    { "win.next-pane(false)", { "F6" } },
    { "win.next-pane(true)", { "<Shift>F6" } },
    { "win.fullscreen", { "F11" } },
    { "win.show-help-overlay", { "<Control>question" } },
    { "window.close", { "<Control>w" } },
    { "app.quit", { "<Control>q" } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accels[i].action, accels[i].accels);
}

/* --- Object -------------------------------------------------------------------------- */

static void
lm_application_startup (GApplication *application)
{
  LmApplication *self = LM_APPLICATION (application);
  g_autoptr (GError) error = NULL;

  G_APPLICATION_CLASS (lm_application_parent_class)->startup (application);
  if (!lm_kernels_init (NULL, &error))
    g_printerr ("lamina: %s\n", error->message);
  self->settings = g_settings_new (APP_ID);
  g_signal_connect_object (self->settings, "changed::color-scheme", G_CALLBACK (color_scheme_cb), self, G_CONNECT_SWAPPED);
  color_scheme_cb (self);
  add_actions (self);
  add_accels (self);
}

static int
lm_application_handle_local_options (GApplication *application,
                                     GVariantDict *options)
{
  if (g_variant_dict_contains (options, "version")) {
    g_print ("lamina %s\n", PACKAGE_VERSION);
    return 0;
  }
  if (g_variant_dict_contains (options, "frame-times"))
    lm_frame_times_enable ();
  return -1;
}

static void
lm_application_finalize (GObject *object)
{
  g_clear_object (&LM_APPLICATION (object)->settings);

  G_OBJECT_CLASS (lm_application_parent_class)->finalize (object);
}

static void
lm_application_class_init (LmApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lm_application_finalize;
  application_class->startup = lm_application_startup;
  application_class->activate = lm_application_activate;
  application_class->open = lm_application_open_files;
  application_class->handle_local_options = lm_application_handle_local_options;
}

static void
lm_application_init (LmApplication *self)
{
  const GOptionEntry entries[] = {
    { "frame-times", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print how long frames take"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version"), NULL },
    { NULL }
  };

  g_application_add_main_option_entries (G_APPLICATION (self), entries);
}

LmApplication *
lm_application_new (void)
{
  return g_object_new (LM_TYPE_APPLICATION,
                       "application-id", APP_ID,
                       "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/io/github/lamina/Lamina",
                       NULL);
}
