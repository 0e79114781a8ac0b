/* lm-window-actions.c: what the window can be told to do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-window-private.h"

#include "lm-application.h"
#include "lm-export.h"
#include "lm-status.h"
#include "lm-work.h"

#include <string.h>

#include "lm-i18n.h"

#define MAX_RECENT 10

/* --- Training ------------------------------------------------------------------------ */

static void
start (LmWindow *self,
       LmStartMode mode,
       gint64 run,
       gint64 epochs)
{
  if (self->document == NULL || lm_session_is_active (self->session))
    return;
  if (g_settings_get_boolean (self->settings, "turn-to-train"))
    lm_window_set_page (self, "train");
  lm_session_start (self->session, mode, run, epochs);
}

static gint64
last_run (LmWindow *self)
{
  const LmRunInfo *info = self->document != NULL ? lm_document_get_last_run (self->document) : NULL;

  return info != NULL ? info->id : 0;
}

static void
train_cb (GtkWidget *widget,
          const char *name,
          GVariant *parameter)
{
  start (LM_WINDOW (widget), LM_START_FRESH, 0, 0);
}

static void
go_on_cb (GtkWidget *widget,
          const char *name,
          GVariant *parameter)
{
  start (LM_WINDOW (widget), LM_START_RESUME, last_run (LM_WINDOW (widget)), 0);
}

static void
train_from_cb (GtkWidget *widget,
               const char *name,
               GVariant *parameter)
{
  start (LM_WINDOW (widget), LM_START_FROM, last_run (LM_WINDOW (widget)), 0);
}

static void
train_more_cb (GtkWidget *widget,
               const char *name,
               GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);
  const LmRunInfo *info = lm_document_get_last_run (self->document);
  g_autoptr (LmEdit) edit = NULL;
  gint64 epochs;

  if (info == NULL)
    return;
  /* The run goes on to more epochs, and so does the project: an edit like any other. */
  epochs = info->epochs + 10;
  edit = lm_edit_set_training (LM_TRAINING_EPOCHS, &LM_VALUE_INT (epochs));
  lm_document_do (self->document, edit, FALSE, NULL);
  start (self, LM_START_RESUME, info->id, epochs);
}

/* Ctrl+Return: whatever is next: train, pause, go on. */
static void
train_toggle_cb (GtkWidget *widget,
                 const char *name,
                 GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);
  g_auto (LmStatus) status = { 0 };

  if (self->document == NULL)
    return;
  if (lm_session_is_active (self->session)) {
    gtk_widget_activate_action (widget, "win.pause", NULL);
    return;
  }
  lm_status_init (&status, self->document, self->session);
  if (!status.can_train)
    lm_window_set_page (self, "design");
  else
    gtk_widget_activate_action (widget, status.can_go_on ? "win.go-on" : "win.train", NULL);
}

static void
pause_cb (GtkWidget *widget,
          const char *name,
          GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);

  if (lm_session_get_state (self->session) == LM_SESSION_PAUSED)
    lm_session_go_on (self->session);
  else
    lm_session_pause (self->session);
}

static void
stop_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  lm_session_stop (LM_WINDOW (widget)->session);
}

static void
halve_rate_cb (GtkWidget *widget,
               const char *name,
               GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);
  const LmOptionSet *optimizer = lm_option_get_object (lm_document_get_design (self->document)->training, LM_TRAINING_OPTIMIZER);
  int index = lm_option_set_index (optimizer, "learning_rate");
  LmOptionValue object = { .is_set = TRUE, .kind = LM_OPTION_OBJECT };
  LmOptionValue rate = LM_VALUE_DOUBLE (index >= 0 ? lm_option_get_double (optimizer, index) / 2 : 0);
  g_autoptr (LmEdit) edit = NULL;

  if (index < 0)
    return;
  object.object = lm_option_set_copy (optimizer);
  lm_option_set_value (object.object, index, &rate, NULL);
  edit = lm_edit_set_training (LM_TRAINING_OPTIMIZER, &object);
  lm_option_value_clear (&object);
  if (lm_document_do (self->document, edit, FALSE, NULL))
    start (self, LM_START_FRESH, 0, 0);
}

static void
batch_size_cb (GtkWidget *widget,
               const char *name,
               GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);
  g_autoptr (LmEdit) edit = lm_edit_set_training (LM_TRAINING_BATCH_SIZE, &LM_VALUE_INT (g_variant_get_int64 (parameter)));

  if (lm_document_do (self->document, edit, FALSE, NULL))
    start (self, LM_START_FRESH, 0, 0);
}

/* --- Undo ---------------------------------------------------------------------------- */

static void
undo_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  lm_document_undo (LM_WINDOW (widget)->document);
}

static void
redo_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  lm_document_redo (LM_WINDOW (widget)->document);
}

/* --- Files --------------------------------------------------------------------------- */

static GtkFileChooserNative *
file_chooser (LmWindow *self,
              const char *title,
              GtkFileChooserAction action,
              const char *accept)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, accept, _ ("_Cancel"));
  g_autoptr (GtkFileFilter) projects = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();
  g_autofree char *uri = g_settings_get_string (self->settings, "recent-folder");
  g_autoptr (GFile) folder = uri[0] != '\0' ? g_file_new_for_uri (uri) : NULL;

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_file_filter_set_name (projects, _ ("Lamina projects"));
  gtk_file_filter_add_suffix (projects, "lamina");
  gtk_file_filter_set_name (all, _ ("All files"));
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), projects);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), all);
  if (folder != NULL)
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), folder, NULL);
  return chooser;
}

/* (transfer full) (nullable): the path that was chosen; its folder is remembered. Frees @chooser. */
static char *
chosen_path (LmWindow *self,
             GtkFileChooserNative *chooser,
             int response)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autoptr (GFile) folder = file != NULL ? g_file_get_parent (file) : NULL;
  g_autofree char *uri = folder != NULL ? g_file_get_uri (folder) : NULL;

  if (uri != NULL)
    g_settings_set_string (self->settings, "recent-folder", uri);
  g_object_unref (chooser);
  return file != NULL ? g_file_get_path (file) : NULL;
}

static void
open_chosen_cb (GtkFileChooserNative *chooser,
                int response,
                LmWindow *self)
{
  g_autofree char *path = chosen_path (self, chooser, response);

  if (path != NULL)
    lm_application_open (LM_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))), path, NULL);
}

static void
open_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  GtkFileChooserNative *chooser = file_chooser (LM_WINDOW (widget), _ ("Open a Project"), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"));

  g_signal_connect_object (chooser, "response", G_CALLBACK (open_chosen_cb), widget, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

typedef struct {
  LmProject *project;
  char *path;
  gboolean open;
} Copy;

static void
copy_free (gpointer data)
{
  Copy *copy = data;

  lm_project_unref (copy->project);
  g_free (copy->path);
  g_free (copy);
}

static void
copy_thread (gpointer data,
             GError **error)
{
  Copy *copy = data;
  g_autofree char *folder = g_path_get_dirname (copy->path);

  g_mkdir_with_parents (folder, 0755);
  lm_project_save_copy (copy->project, copy->path, !copy->open, error);
}

static void
copied_cb (gpointer owner,
           gpointer data,
           const GError *error)
{
  LmWindow *self = owner;
  Copy *copy = data;
  g_autofree char *base = g_path_get_basename (copy->path);
  g_autofree char *text = NULL;

  if (error != NULL) {
    lm_window_toast (self, error->message, NULL, NULL, NULL);
    return;
  }
  if (copy->open) {
    lm_application_open (LM_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))), copy->path, NULL);
    return;
  }
  text = g_strdup_printf (_ ("“%s” saved"), base);
  lm_window_toast (self, text, _ ("Open"), "app.show", g_variant_new_string (copy->path));
}

static void
save_copy (LmWindow *self,
           const char *path,
           gboolean open)
{
  Copy *copy = g_new0 (Copy, 1);

  copy->project = lm_project_ref (lm_document_get_project (self->document));
  copy->path = g_str_has_suffix (path, ".lamina") ? g_strdup (path) : g_strconcat (path, ".lamina", NULL);
  copy->open = open;
  lm_work_run (self, copy_thread, copied_cb, copy, copy_free);
}

static void
copy_chosen_cb (GtkFileChooserNative *chooser,
                int response,
                LmWindow *self)
{
  g_autofree char *path = chosen_path (self, chooser, response);

  if (path != NULL)
    save_copy (self, path, FALSE);
}

static void
save_copy_cb (GtkWidget *widget,
              const char *name,
              GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);
  GtkFileChooserNative *chooser = file_chooser (self, _ ("Save a Copy"), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"));
  /* Translators: the name of a copied file; %s is the project. */
  g_autofree char *proposal = g_strdup_printf (_ ("%s copy.lamina"), lm_document_get_name (self->document));

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), proposal);
  g_signal_connect_object (chooser, "response", G_CALLBACK (copy_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* Of a project that can only be read: into the user's own projects. */
static void
open_copy_cb (GtkWidget *widget,
              const char *name,
              GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);
  g_autofree char *path = lm_application_free_path (lm_document_get_name (self->document));

  save_copy (self, path, TRUE);
}

/* There is no Save: everything is saved at once, and this says so. */
static void
save_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  lm_window_toast (LM_WINDOW (widget), _ ("Everything is saved"), NULL, NULL, NULL);
}

typedef struct {
  LmProject *project;
} Flush;

static void
flush_free (gpointer data)
{
  Flush *flush = data;

  lm_project_unref (flush->project);
  g_free (flush);
}

static void
flush_thread (gpointer data,
              GError **error)
{
  Flush *flush = data;

  lm_project_flush (flush->project, error);
}

static void
flushed_cb (gpointer owner,
            gpointer data,
            const GError *error)
{
  lm_window_set_banner (owner, error != NULL ? error->message : NULL, _ ("Try Again"), "win.try-again");
}

static void
try_again_cb (GtkWidget *widget,
              const char *name,
              GVariant *parameter)
{
  Flush *flush = g_new (Flush, 1);

  flush->project = lm_project_ref (lm_document_get_project (LM_WINDOW (widget)->document));
  lm_work_run (widget, flush_thread, flushed_cb, flush, flush_free);
}

/* --- Export -------------------------------------------------------------------------- */

static void
exported_cb (LmWindow *self,
             const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *text = g_strdup_printf (_ ("“%s” saved"), base);
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  lm_window_toast (self, text, _ ("Show"), "app.show-file", g_variant_new_string (uri));
}

static void
export_cb (GtkWidget *widget,
           const char *name,
           GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);
  g_autoptr (GPtrArray) views = lm_page_dup_views (lm_window_get_shown (self));
  GtkWidget *window;

  if (views->len == 0) {
    lm_window_toast (self, _ ("There is nothing to export here yet"), NULL, NULL, NULL);
    return;
  }
  window = lm_export_window_new (GTK_WINDOW (self), g_ptr_array_steal_index (views, 0), lm_document_get_name (self->document));
  g_signal_connect_object (window, "saved", G_CALLBACK (exported_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (window));
}

/* --- View ---------------------------------------------------------------------------- */

static void
page_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  lm_window_set_page (LM_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static LmPanes *
panes_of (LmWindow *self)
{
  return lm_page_get_panes (lm_window_get_shown (self));
}

static void
toggle_left_cb (GtkWidget *widget,
                const char *name,
                GVariant *parameter)
{
  LmPanes *panes = panes_of (LM_WINDOW (widget));

  if (panes != NULL)
    lm_panes_toggle_left (panes);
}

static void
toggle_right_cb (GtkWidget *widget,
                 const char *name,
                 GVariant *parameter)
{
  LmPanes *panes = panes_of (LM_WINDOW (widget));

  if (panes != NULL)
    lm_panes_toggle_right (panes);
}

static void
fullscreen_cb (GtkWidget *widget,
               const char *name,
               GVariant *parameter)
{
  if (gtk_window_is_fullscreen (GTK_WINDOW (widget)))
    gtk_window_unfullscreen (GTK_WINDOW (widget));
  else
    gtk_window_fullscreen (GTK_WINDOW (widget));
}

/* F6: header bar, panes of the page, and round again. */
static void
next_pane_cb (GtkWidget *widget,
              const char *name,
              GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);
  gboolean backwards = g_variant_get_boolean (parameter);
  LmPanes *panes = panes_of (self);
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (self));
  gboolean in_header = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->header));

  gtk_window_set_focus_visible (GTK_WINDOW (self), TRUE);
  if (panes != NULL && lm_panes_next (panes, backwards))
    return;
  if (panes == NULL && (in_header || focus == NULL) && gtk_widget_child_focus (GTK_WIDGET (lm_window_get_shown (self)), GTK_DIR_TAB_FORWARD))
    return;
  gtk_widget_child_focus (GTK_WIDGET (self->header), GTK_DIR_TAB_FORWARD);
}

/* --- Menus --------------------------------------------------------------------------- */

static int
newest_first (gconstpointer a,
              gconstpointer b)
{
  return g_date_time_compare (gtk_recent_info_get_visited ((GtkRecentInfo *) b), gtk_recent_info_get_visited ((GtkRecentInfo *) a));
}

static void
fill_recent (LmWindow *self)
{
  GList *items = g_list_sort (gtk_recent_manager_get_items (gtk_recent_manager_get_default ()), newest_first);
  int n = 0;

  g_menu_remove_all (self->recent_section);
  for (GList *i = items; i != NULL && n < MAX_RECENT; i = i->next) {
    const char *uri = gtk_recent_info_get_uri (i->data);
    g_autofree char *path = g_filename_from_uri (uri, NULL, NULL);
    g_autofree char *base = path != NULL ? g_path_get_basename (path) : NULL;
    g_autoptr (GMenuItem) item = NULL;

    if (base == NULL || !g_str_has_suffix (base, ".lamina") || !gtk_recent_info_exists (i->data))
      continue;
    base[strlen (base) - strlen (".lamina")] = '\0';
    item = g_menu_item_new (base, NULL);
    g_menu_item_set_action_and_target (item, "app.show", "s", path);
    g_menu_append_item (self->recent_section, item);
    n++;
  }
  g_list_free_full (items, (GDestroyNotify) gtk_recent_info_unref);
}

static void
fill_templates (LmWindow *self)
{
  gsize n;
  const LmTemplate *templates = lm_template_list (&n);

  g_menu_remove_all (self->templates_section);
  for (gsize i = 0; i < n; i++) {
    g_autoptr (GMenuItem) item = g_menu_item_new (_ (templates[i].title), NULL);

    g_menu_item_set_action_and_target (item, "app.new", "s", templates[i].id);
    g_menu_append_item (self->templates_section, item);
  }
}

void
lm_window_fill_menus (LmWindow *self)
{
  fill_recent (self);
  fill_templates (self);
}

/* --- All of them --------------------------------------------------------------------- */

static void
set_undo_tooltip (GtkWidget *button,
                  const char *verb,
                  const char *what,
                  const char *keys)
{
  g_autofree char *text = what != NULL ? g_strdup_printf ("%s: %s (%s)", verb, what, keys) : g_strdup_printf ("%s (%s)", verb, keys);

  gtk_widget_set_tooltip_text (button, text);
}

void
lm_window_update_actions (LmWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean is_open = self->document != NULL;
  gboolean is_active = is_open && lm_session_is_active (self->session);
  LmSessionState state = is_open ? lm_session_get_state (self->session) : LM_SESSION_IDLE;
  const LmRunInfo *last = is_open ? lm_document_get_last_run (self->document) : NULL;
  gboolean is_writable = is_open && lm_document_get_read_only (self->document, NULL) == NULL;
  const char *undo = is_writable ? lm_document_get_undo_title (self->document) : NULL;
  const char *redo = is_writable ? lm_document_get_redo_title (self->document) : NULL;
  g_auto (LmStatus) status = { 0 };

  if (is_open)
    lm_status_init (&status, self->document, self->session);
  gtk_widget_action_set_enabled (widget, "win.train", status.can_train && !is_active);
  gtk_widget_action_set_enabled (widget, "win.go-on", status.can_go_on && !is_active);
  gtk_widget_action_set_enabled (widget, "win.train-more", status.can_train && !is_active && last != NULL && last->has_weights && last->end != LM_RUN_STATE_NAN);
  gtk_widget_action_set_enabled (widget, "win.train-from", status.can_train && !is_active && last != NULL && last->has_weights);
  gtk_widget_action_set_enabled (widget, "win.halve-rate", is_writable && !is_active);
  gtk_widget_action_set_enabled (widget, "win.batch-size", is_writable && !is_active);
  gtk_widget_action_set_enabled (widget, "win.pause", state == LM_SESSION_RUNNING || state == LM_SESSION_PAUSED);
  gtk_widget_action_set_enabled (widget, "win.stop", is_active && state != LM_SESSION_STOPPING && state != LM_SESSION_PAUSING);
  gtk_widget_action_set_enabled (widget, "win.undo", undo != NULL);
  gtk_widget_action_set_enabled (widget, "win.redo", redo != NULL);
  gtk_widget_action_set_enabled (widget, "win.save-copy", is_open);
  gtk_widget_action_set_enabled (widget, "win.export", is_open);
  gtk_widget_action_set_enabled (widget, "win.open-copy", is_open);
  set_undo_tooltip (self->undo_button, _ ("Undo"), undo, "Ctrl+Z");
  set_undo_tooltip (self->redo_button, _ ("Redo"), redo, "Ctrl+Shift+Z");
}

void
lm_window_install_actions (GtkWidgetClass *klass)
{
  static const struct {
    const char *name;
    const char *parameter;
    GtkWidgetActionActivateFunc func;
  } actions[] = {
    { "win.train", NULL, train_cb },
    { "win.go-on", NULL, go_on_cb },
    { "win.train-more", NULL, train_more_cb },
    { "win.train-from", NULL, train_from_cb },
    { "win.train-toggle", NULL, train_toggle_cb },
    { "win.pause", NULL, pause_cb },
    { "win.stop", NULL, stop_cb },
    { "win.halve-rate", NULL, halve_rate_cb },
    { "win.batch-size", "x", batch_size_cb },
    { "win.undo", NULL, undo_cb },
    { "win.redo", NULL, redo_cb },
    { "win.open", NULL, open_cb },
    { "win.save", NULL, save_cb },
    { "win.save-copy", NULL, save_copy_cb },
    { "win.open-copy", NULL, open_copy_cb },
    { "win.try-again", NULL, try_again_cb },
    { "win.export", NULL, export_cb },
    { "win.page", "s", page_cb },
    { "win.toggle-left", NULL, toggle_left_cb },
    { "win.toggle-right", NULL, toggle_right_cb },
    { "win.next-pane", "b", next_pane_cb },
    { "win.fullscreen", NULL, fullscreen_cb },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (klass, actions[i].name, actions[i].parameter, actions[i].func);
}
