/* lm-window-files.c: projects, pictures and weights that the window opens, saves and takes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-window-private.h"

#include "lm-application.h"
#include "lm-export.h"
#include "lm-render.h"
#include "lm-work.h"

#include <glib/gstdio.h>
#include <inttypes.h>
#include <string.h>

#include "lm-i18n.h"

#define MAX_RECENT 10
#define PICTURE_WIDTH 1200 /* of Export All, for pages that have never been shown */

/* --- Projects ------------------------------------------------------------------------ */

/* @kind: (nullable): what files are called, @suffix what they end in. */
static GtkFileChooserNative *
file_chooser (LmWindow *self,
              const char *title,
              GtkFileChooserAction action,
              const char *accept,
              const char *kind,
              const char *suffix)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, accept, _ ("_Cancel"));
  g_autofree char *uri = g_settings_get_string (self->settings, "recent-folder");
  g_autoptr (GFile) folder = uri[0] != '\0' ? g_file_new_for_uri (uri) : NULL;

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  if (kind != NULL) {
    g_autoptr (GtkFileFilter) fitting = gtk_file_filter_new ();
    g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

    gtk_file_filter_set_name (fitting, kind);
    gtk_file_filter_add_suffix (fitting, suffix);
    gtk_file_filter_set_name (all, _ ("All files"));
    gtk_file_filter_add_pattern (all, "*");
    gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), fitting);
    gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), all);
  }
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
  GtkFileChooserNative *chooser = file_chooser (LM_WINDOW (widget), _ ("Open a Project"), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), _ ("Lamina projects"), "lamina");

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
  GtkFileChooserNative *chooser = file_chooser (self, _ ("Save a Copy"), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("Lamina projects"), "lamina");
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

/* --- A new name ---------------------------------------------------------------------- */

typedef struct {
  LmApplication *application;
  char *from;
  char *to;
} Renaming;

static void
renaming_free (gpointer data)
{
  Renaming *renaming = data;

  g_application_release (G_APPLICATION (renaming->application));
  g_object_unref (renaming->application);
  g_free (renaming->from);
  g_free (renaming->to);
  g_free (renaming);
}

static void
rename_thread (gpointer data,
               GError **error)
{
  Renaming *renaming = data;

  if (g_rename (renaming->from, renaming->to) != 0)
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("The file cannot be renamed: %s."), g_strerror (errno));
}

/* The project comes back under whichever name it has now. */
static void
renamed_cb (gpointer owner,
            gpointer data,
            const GError *error)
{
  Renaming *renaming = data;
  GtkWindow *window;

  lm_application_open (renaming->application, error != NULL ? renaming->from : renaming->to, NULL);
  window = gtk_application_get_active_window (GTK_APPLICATION (renaming->application));
  if (error != NULL && LM_IS_WINDOW (window))
    lm_window_toast (LM_WINDOW (window), error->message, NULL, NULL, NULL);
}

static void
closed_to_rename_cb (gpointer data)
{
  Renaming *renaming = data;

  lm_work_run (renaming->application, rename_thread, renamed_cb, renaming, renaming_free);
}

static char *
path_of_name (LmWindow *self,
              GtkEditable *entry)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (entry)));
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *base = g_strconcat (name, ".lamina", NULL);

  return g_build_filename (folder, base, NULL);
}

/* Why a project cannot be called so; NULL if it can. */
static const char *
name_problem (LmWindow *self,
              GtkEditable *entry)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (entry)));
  g_autofree char *path = path_of_name (self, entry);

  if (name[0] == '\0')
    return _ ("A project needs a name.");
  if (strchr (name, '/') != NULL || name[0] == '.')
    return _ ("A name cannot have “/” in it or begin with a dot.");
  if (strlen (name) > 200)
    return _ ("This name is too long for a file.");
  if (g_file_test (path, G_FILE_TEST_EXISTS) && g_strcmp0 (path, self->path) != 0)
    return _ ("There is a project of this name already.");
  return NULL;
}

static void
name_changed_cb (GtkEditable *entry,
                 GtkWidget *dialog)
{
  LmWindow *self = LM_WINDOW (gtk_window_get_transient_for (GTK_WINDOW (dialog)));
  const char *problem = name_problem (self, entry);

  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), problem != NULL ? problem : _ ("The file is renamed with it."));
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (dialog), "rename", problem == NULL);
}

static void
rename_answer_cb (GtkWidget *dialog,
                  const char *response,
                  LmWindow *self)
{
  GtkEditable *entry = GTK_EDITABLE (adw_message_dialog_get_extra_child (ADW_MESSAGE_DIALOG (dialog)));
  g_autofree char *path = path_of_name (self, entry);
  Renaming *renaming;

  if (g_strcmp0 (response, "rename") != 0 || name_problem (self, entry) != NULL || g_strcmp0 (path, self->path) == 0)
    return;
  renaming = g_new (Renaming, 1);
  *renaming = (Renaming){ LM_APPLICATION (g_object_ref (gtk_window_get_application (GTK_WINDOW (self)))), g_strdup (self->path), g_steal_pointer (&path) };
  g_application_hold (G_APPLICATION (renaming->application)); /* there may be no window for a moment */
  lm_window_leave (self, closed_to_rename_cb, renaming);
}

static void
rename_cb (GtkWidget *widget,
           const char *name,
           GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Rename the Project"), "");
  GtkWidget *entry = gtk_entry_new ();

  gtk_editable_set_text (GTK_EDITABLE (entry), lm_document_get_name (self->document));
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name"), -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "rename", _ ("_Rename"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "rename", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "rename");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (entry, "changed", G_CALLBACK (name_changed_cb), dialog, 0);
  g_signal_connect_object (dialog, "response", G_CALLBACK (rename_answer_cb), self, 0);
  name_changed_cb (GTK_EDITABLE (entry), dialog);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (entry);
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

/* --- Export All ---------------------------------------------------------------------- */

typedef struct {
  GPtrArray *views; /* LmView */
  char *name;       /* of the project: the folder and the files begin with it */
  char *folder;
} ExportAll;

static void
export_all_free (gpointer data)
{
  ExportAll *all = data;

  g_ptr_array_unref (all->views);
  g_free (all->name);
  g_free (all->folder);
  g_free (all);
}

/* (transfer full): a folder that is not there yet, in @parent. */
static char *
free_folder (const char *parent,
             const char *name)
{
  for (int i = 1;; i++) {
    g_autofree char *base = i == 1 ? g_strdup_printf ("%s-pictures", name) : g_strdup_printf ("%s-pictures-%d", name, i);
    g_autofree char *path = g_build_filename (parent, base, NULL);

    if (!g_file_test (path, G_FILE_TEST_EXISTS))
      return g_steal_pointer (&path);
  }
}

static void
export_all_thread (gpointer data,
                   GError **error)
{
  ExportAll *all = data;
  g_autofree char *parent = g_steal_pointer (&all->folder);

  all->folder = free_folder (parent, all->name);
  if (g_mkdir (all->folder, 0755) != 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("The folder “%s” cannot be made: %s."), all->folder, g_strerror (errno));
    return;
  }
  for (guint i = 0; i < all->views->len; i++) {
    const LmView *view = all->views->pdata[i];
    g_autofree char *base = g_strdup_printf ("%s-%s.png", all->name, view->name);
    g_autofree char *path = g_build_filename (all->folder, base, NULL);
    LmRenderSpec spec = { .width = PICTURE_WIDTH, .title = *lm_picture_title (&view->picture) };

    if (!lm_render_picture (&view->picture, path, &spec, error))
      return;
  }
}

static void
exported_all_cb (gpointer owner,
                 gpointer data,
                 const GError *error)
{
  ExportAll *all = data;
  g_autofree char *inside = g_build_filename (all->folder, "x", NULL);
  g_autofree char *uri = g_filename_to_uri (inside, NULL, NULL);
  g_autofree char *text = NULL;

  if (error != NULL) {
    lm_window_toast (owner, error->message, NULL, NULL, NULL);
    return;
  }
  text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d picture saved", "%d pictures saved", all->views->len), (int) all->views->len);
  lm_window_toast (owner, text, _ ("Show"), "app.show-file", g_variant_new_string (uri));
}

static void
all_chosen_cb (GtkFileChooserNative *chooser,
               int response,
               LmWindow *self)
{
  g_autofree char *folder = chosen_path (self, chooser, response);
  g_autoptr (GPtrArray) pages = lm_window_dup_pages (self);
  ExportAll *all;

  if (folder == NULL)
    return;
  all = g_new0 (ExportAll, 1);
  all->views = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_view_free);
  all->name = g_strdup (lm_document_get_name (self->document));
  all->folder = g_steal_pointer (&folder);
  for (guint i = 0; i < pages->len; i++) {
    g_autoptr (GPtrArray) views = lm_page_dup_views (pages->pdata[i]);

    while (views->len > 0)
      g_ptr_array_add (all->views, g_ptr_array_steal_index (views, 0));
  }
  lm_work_run (self, export_all_thread, exported_all_cb, all, export_all_free);
}

static void
export_all_cb (GtkWidget *widget,
               const char *name,
               GVariant *parameter)
{
  GtkFileChooserNative *chooser = file_chooser (LM_WINDOW (widget), _ ("Choose Where the Folder of Pictures Goes"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Save Here"), NULL, NULL);

  g_signal_connect_object (chooser, "response", G_CALLBACK (all_chosen_cb), widget, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* --- Weights ------------------------------------------------------------------------- */

typedef struct {
  LmProject *project;
  char *path;
} Weights;

static void
weights_free (gpointer data)
{
  Weights *weights = data;

  lm_project_unref (weights->project);
  g_free (weights->path);
  g_free (weights);
}

static Weights *
weights_new (LmWindow *self,
             const char *path)
{
  Weights *weights = g_new (Weights, 1);

  *weights = (Weights){ lm_project_ref (lm_document_get_project (self->document)), g_strdup (path) };
  return weights;
}

static void
export_weights_thread (gpointer data,
                       GError **error)
{
  Weights *weights = data;
  g_autoptr (LmModel) model = lm_model_load (weights->project, 0, NULL, error);

  if (model != NULL)
    lm_safetensors_save (weights->path, model->weights, error);
}

static void
exported_weights_cb (gpointer owner,
                     gpointer data,
                     const GError *error)
{
  Weights *weights = data;

  if (error != NULL)
    lm_window_toast (owner, error->message, NULL, NULL, NULL);
  else
    exported_cb (owner, weights->path);
}

static void
weights_chosen_cb (GtkFileChooserNative *chooser,
                   int response,
                   LmWindow *self)
{
  g_autofree char *path = chosen_path (self, chooser, response);
  g_autofree char *whole = path == NULL || g_str_has_suffix (path, ".safetensors") ? g_strdup (path) : g_strconcat (path, ".safetensors", NULL);

  if (whole != NULL)
    lm_work_run (self, export_weights_thread, exported_weights_cb, weights_new (self, whole), weights_free);
}

static void
export_weights_cb (GtkWidget *widget,
                   const char *name,
                   GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);
  GtkFileChooserNative *chooser = file_chooser (self, _ ("Export the Weights"), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("Weights (safetensors)"), "safetensors");
  g_autofree char *proposal = g_strdup_printf ("%s.safetensors", lm_document_get_name (self->document));

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), proposal);
  g_signal_connect_object (chooser, "response", G_CALLBACK (weights_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
import_weights_thread (gpointer data,
                       GError **error)
{
  Weights *weights = data;
  g_autoptr (LmSnapshot) snapshot = lm_safetensors_load (weights->path, weights->path, error);

  if (snapshot != NULL && lm_project_require_writable (weights->project, error))
    lm_project_set_import (weights->project, snapshot, error);
}

static void
imported_weights_cb (gpointer owner,
                     gpointer data,
                     const GError *error)
{
  Weights *weights = data;
  g_autofree char *base = g_path_get_basename (weights->path);
  g_autofree char *text = g_strdup_printf (_ ("Weights of “%s” taken"), base);

  lm_window_toast (owner, error != NULL ? error->message : text, NULL, NULL, NULL);
}

/* --- Drops --------------------------------------------------------------------------- */

/* TRUE if something here knows what to do with the file. */
static gboolean
take_file (LmWindow *self,
           GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  g_autoptr (GPtrArray) pages = lm_window_dup_pages (self);

  if (path == NULL)
    return FALSE;
  if (g_str_has_suffix (path, ".lamina")) {
    lm_application_open (LM_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))), path, NULL);
    return TRUE;
  }
  if (g_str_has_suffix (path, ".safetensors")) {
    lm_work_run (self, import_weights_thread, imported_weights_cb, weights_new (self, path), weights_free);
    return TRUE;
  }
  if (lm_page_drop (lm_window_get_shown (self), file))
    return TRUE;
  for (guint i = 0; i < pages->len; i++) {
    if (lm_page_drop (pages->pdata[i], file)) {
      GtkWidget *parent = gtk_widget_get_parent (pages->pdata[i]);

      adw_view_stack_set_visible_child (self->pages, parent == GTK_WIDGET (self->pages) ? pages->pdata[i] : parent);
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
drop_cb (LmWindow *self,
         const GValue *value)
{
  GSList *files = g_value_get_boxed (value);
  g_autofree char *base = files != NULL ? g_file_get_basename (files->data) : NULL;
  g_autofree char *text = NULL;

  gtk_widget_remove_css_class (GTK_WIDGET (self->toasts), "lm-drop");
  if (files == NULL || self->document == NULL)
    return FALSE;
  if (take_file (self, files->data))
    return TRUE;
  text = g_strdup_printf (_ ("Lamina cannot use “%s”. It takes projects, pictures, folders of pictures, IDX and NumPy files, and weights."), base);
  lm_window_toast (self, text, NULL, NULL, NULL);
  return FALSE;
}

static GdkDragAction
drop_enter_cb (LmWindow *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self->toasts), "lm-drop");
  return GDK_ACTION_COPY;
}

static void
drop_leave_cb (LmWindow *self)
{
  gtk_widget_remove_css_class (GTK_WIDGET (self->toasts), "lm-drop");
}

void
lm_window_take_drops (LmWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "enter", G_CALLBACK (drop_enter_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "leave", G_CALLBACK (drop_leave_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->toasts), GTK_EVENT_CONTROLLER (target));
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

void
lm_window_install_file_actions (GtkWidgetClass *klass)
{
  static const struct {
    const char *name;
    GtkWidgetActionActivateFunc func;
  } actions[] = {
    { "win.open", open_cb },
    { "win.save", save_cb },
    { "win.save-copy", save_copy_cb },
    { "win.open-copy", open_copy_cb },
    { "win.rename", rename_cb },
    { "win.try-again", try_again_cb },
    { "win.export", export_cb },
    { "win.export-all", export_all_cb },
    { "win.export-weights", export_weights_cb },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (klass, actions[i].name, NULL, actions[i].func);
}
