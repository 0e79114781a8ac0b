/* lm-data-dialog.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-data-dialog.h"

#include "lm-option-row.h"
#include "lm-work.h"

#include <string.h>

#include "lm-i18n.h"

struct _LmDataDialog {
  AdwWindow parent_instance;

  GtkWidget *kinds;
  AdwPreferencesGroup *options_group;
  AdwActionRow *path_row;
  GtkWidget *file_button;
  GtkWidget *folder_button;
  GtkLabel *error;
  LmJobBar *job_bar;
  GtkWidget *use_button;

  GPtrArray *rows; /* LmOptionRow */
  char *folder;
  const LmSourceClass *source;
  LmOptionSet *options;
  char *path;
  LmJob *job;
  gboolean is_closed;
};

enum {
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmDataDialog, lm_data_dialog, ADW_TYPE_WINDOW)

/* --- Trying -------------------------------------------------------------------------- */

typedef struct {
  char *spec;
  char *path;
  char *folder;
  LmJob *job;
  LmDataTried done;
  char *description;
} Trial;

static void
trial_free (gpointer data)
{
  Trial *trial = data;

  g_free (trial->spec);
  g_free (trial->path);
  g_free (trial->folder);
  g_clear_pointer (&trial->job, lm_job_unref);
  g_free (trial->description);
  g_free (trial);
}

static void
try_thread (gpointer data,
            GError **error)
{
  Trial *trial = data;
  LmOpenArgs args = LM_OPEN_ARGS_DEFAULT;
  g_autoptr (LmSpec) spec = NULL;
  g_autoptr (LmDataset) dataset = NULL;

  if (trial->spec == NULL)
    trial->spec = lm_spec_guess (trial->path, error);
  if (trial->spec == NULL)
    return;
  spec = lm_spec_parse (trial->spec, error);
  if (spec == NULL)
    return;
  lm_spec_make_relative (spec, trial->folder, trial->folder);
  g_free (trial->spec);
  trial->spec = lm_spec_format (spec);
  args.base_dir = trial->folder;
  if (trial->job != NULL) {
    args.progress = lm_job_progress;
    args.progress_data = trial->job;
  }
  dataset = lm_data_open (trial->spec, &args, error);
  if (dataset != NULL)
    trial->description = g_strdup (dataset->description);
}

static void
tried_cb (gpointer owner,
          gpointer data,
          const GError *error)
{
  Trial *trial = data;

  trial->done (owner, trial->spec, trial->description, error);
}

void
lm_data_try (gpointer owner,
             const char *spec,
             const char *path,
             const char *folder,
             LmJob *job,
             LmDataTried done)
{
  Trial *trial = g_new0 (Trial, 1);

  trial->spec = g_strdup (spec);
  trial->path = g_strdup (path);
  trial->folder = g_strdup (folder);
  trial->job = job != NULL ? lm_job_ref (job) : NULL;
  trial->done = done;
  lm_work_run (owner, try_thread, tried_cb, trial, trial_free);
}

/* --- What is chosen ------------------------------------------------------------------ */

static void
set_error (LmDataDialog *self,
           const char *message)
{
  gtk_label_set_label (self->error, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error), message != NULL);
}

static void
update (LmDataDialog *self)
{
  gboolean needs_path = !self->source->is_builtin, is_archive = TRUE;
  g_autofree char *name = self->path != NULL ? g_path_get_basename (self->path) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->path_row), needs_path);
  if (needs_path) {
    const char *hint = _ (self->source->path_hint);

    is_archive = g_strcmp0 (self->source->member.id, "npz") != 0;
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->path_row), name != NULL ? name : _ ("Nothing chosen yet"));
    adw_action_row_set_subtitle (self->path_row, self->path != NULL ? self->path : hint);
    gtk_widget_set_visible (self->folder_button, is_archive);
  }
  gtk_widget_set_sensitive (self->use_button, self->job == NULL && (!needs_path || self->path != NULL));
  gtk_widget_set_visible (GTK_WIDGET (self->options_group), needs_path || self->rows->len > 0);
  for (guint i = 0; i < self->rows->len; i++)
    lm_option_row_show (self->rows->pdata[i], self->options, (int) i);
}

static void
option_edited_cb (LmOptionRow *row,
                  const LmOptionValue *value,
                  LmDataDialog *self)
{
  guint i;
  g_autoptr (GError) error = NULL;

  if (!g_ptr_array_find (self->rows, row, &i))
    return;
  set_error (self, lm_option_set_value (self->options, (int) i, value, &error) ? NULL : error->message);
  update (self);
}

static void
set_source (LmDataDialog *self,
            const LmSourceClass *source)
{
  if (self->source == source)
    return;
  self->source = source;
  g_clear_pointer (&self->options, lm_option_set_free);
  g_clear_pointer (&self->path, g_free);
  self->options = lm_option_set_new (&source->member);
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->options_group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (int i = 0; i < source->member.n_options; i++) {
    GtkWidget *row = lm_option_row_new (&source->member.options[i]);

    g_signal_connect_object (row, "edited", G_CALLBACK (option_edited_cb), self, 0);
    adw_preferences_group_add (self->options_group, row);
    g_ptr_array_add (self->rows, row);
  }
  set_error (self, NULL);
  update (self);
}

static void
radio_cb (GtkCheckButton *radio,
          LmDataDialog *self)
{
  if (gtk_check_button_get_active (radio))
    set_source (self, g_object_get_data (G_OBJECT (radio), "source"));
}

static void
add_kinds (LmDataDialog *self)
{
  gsize n;
  const LmMember *const *members = lm_family_members ("source", &n);
  GtkWidget *first = NULL;

  for (gsize i = 0; i < n; i++) {
    GtkWidget *row = adw_action_row_new (), *radio = gtk_check_button_new ();

    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (members[i]->title));
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _ (members[i]->help));
    gtk_widget_set_valign (radio, GTK_ALIGN_CENTER);
    gtk_accessible_update_property (GTK_ACCESSIBLE (radio), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (members[i]->title), -1);
    g_object_set_data (G_OBJECT (radio), "source", (gpointer) members[i]);
    g_object_set_data (G_OBJECT (row), "radio", radio);
    gtk_check_button_set_group (GTK_CHECK_BUTTON (radio), GTK_CHECK_BUTTON (first));
    if (first == NULL)
      first = radio;
    g_signal_connect_object (radio, "toggled", G_CALLBACK (radio_cb), self, 0);
    adw_action_row_add_prefix (ADW_ACTION_ROW (row), radio);
    adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), radio);
    gtk_list_box_append (GTK_LIST_BOX (self->kinds), row);
  }
}

/* --- Files --------------------------------------------------------------------------- */

static void
chooser_response_cb (LmDataDialog *self,
                     int response,
                     GtkNativeDialog *chooser)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    lm_data_dialog_set_path (self, path);
  gtk_native_dialog_hide (chooser);
}

static void
open_chooser (LmDataDialog *self,
              gboolean is_folder)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (is_folder ? _ ("Choose a Folder") : _ ("Choose a File"), GTK_WINDOW (self),
                                                               is_folder ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER : GTK_FILE_CHOOSER_ACTION_OPEN,
                                                               _ ("_Choose"), _ ("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_object_set_data_full (G_OBJECT (self), "chooser", chooser, g_object_unref); /* one at a time */
  g_signal_connect_object (chooser, "response", G_CALLBACK (chooser_response_cb), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
file_cb (LmDataDialog *self)
{
  open_chooser (self, FALSE);
}

static void
folder_cb (LmDataDialog *self)
{
  open_chooser (self, TRUE);
}

/* --- Opening ------------------------------------------------------------------------- */

static void
done_cb (gpointer owner,
         const char *spec,
         const char *description,
         const GError *error)
{
  LmDataDialog *self = owner;

  g_clear_pointer (&self->job, lm_job_unref);
  if (self->is_closed)
    return;
  lm_job_bar_set_job (self->job_bar, NULL, NULL);
  gtk_widget_set_sensitive (self->kinds, TRUE);
  if (error != NULL && !g_error_matches (error, LM_ERROR, LM_ERROR_CANCELLED))
    set_error (self, error->message);
  update (self);
  if (error != NULL)
    return;
  g_signal_emit (self, signals[CHOSEN], 0, spec);
  gtk_window_close (GTK_WINDOW (self));
}

void
lm_data_dialog_use (LmDataDialog *self)
{
  LmSpec spec = { self->source, self->path, self->options };
  g_autofree char *text = NULL;

  if (self->job != NULL || !gtk_widget_get_sensitive (self->use_button))
    return;
  text = lm_spec_format (&spec);
  set_error (self, NULL);
  self->job = lm_job_new ();
  lm_job_bar_set_job (self->job_bar, self->job, _ ("Reading the data"));
  gtk_widget_set_sensitive (self->kinds, FALSE);
  update (self);
  lm_data_try (self, text, NULL, self->folder, self->job, done_cb);
}

static gboolean
lm_data_dialog_close_request (GtkWindow *window)
{
  LmDataDialog *self = LM_DATA_DIALOG (window);

  self->is_closed = TRUE;
  if (self->job != NULL)
    lm_job_cancel (self->job);
  return GTK_WINDOW_CLASS (lm_data_dialog_parent_class)->close_request (window);
}

/* --- Window -------------------------------------------------------------------------- */

static void
lm_data_dialog_dispose (GObject *object)
{
  LmDataDialog *self = LM_DATA_DIALOG (object);

  self->is_closed = TRUE;
  g_ptr_array_set_size (self->rows, 0);

  G_OBJECT_CLASS (lm_data_dialog_parent_class)->dispose (object);
}

static void
lm_data_dialog_finalize (GObject *object)
{
  LmDataDialog *self = LM_DATA_DIALOG (object);

  g_clear_pointer (&self->options, lm_option_set_free);
  g_clear_pointer (&self->job, lm_job_unref);
  g_ptr_array_unref (self->rows);
  g_free (self->folder);
  g_free (self->path);

  G_OBJECT_CLASS (lm_data_dialog_parent_class)->finalize (object);
}

static void
lm_data_dialog_class_init (LmDataDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_data_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = lm_data_dialog_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = lm_data_dialog_close_request;
  signals[CHOSEN] = g_signal_new ("chosen", LM_TYPE_DATA_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (LM_TYPE_JOB_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-data-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, LmDataDialog, kinds);
  gtk_widget_class_bind_template_child (widget_class, LmDataDialog, options_group);
  gtk_widget_class_bind_template_child (widget_class, LmDataDialog, path_row);
  gtk_widget_class_bind_template_child (widget_class, LmDataDialog, file_button);
  gtk_widget_class_bind_template_child (widget_class, LmDataDialog, folder_button);
  gtk_widget_class_bind_template_child (widget_class, LmDataDialog, error);
  gtk_widget_class_bind_template_child (widget_class, LmDataDialog, job_bar);
  gtk_widget_class_bind_template_child (widget_class, LmDataDialog, use_button);
  gtk_widget_class_bind_template_callback (widget_class, file_cb);
  gtk_widget_class_bind_template_callback (widget_class, folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, lm_data_dialog_use);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
lm_data_dialog_init (LmDataDialog *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  add_kinds (self);
}

GtkWidget *
lm_data_dialog_new (GtkWindow *parent,
                    const char *folder,
                    const char *spec)
{
  LmDataDialog *self = g_object_new (LM_TYPE_DATA_DIALOG, "transient-for", parent, NULL);
  g_autoptr (LmSpec) now = spec != NULL ? lm_spec_parse (spec, NULL) : NULL;

  self->folder = g_strdup (folder);
  lm_data_dialog_set_kind (self, now != NULL ? now->source->member.id : "digits");
  if (now != NULL) {
    g_autofree char *path = now->path != NULL ? lm_spec_resolve (now, folder) : NULL;

    lm_option_set_free (self->options);
    self->options = lm_option_set_copy (now->options);
    if (path != NULL)
      lm_data_dialog_set_path (self, path);
    update (self);
  }
  return GTK_WIDGET (self);
}

void
lm_data_dialog_set_kind (LmDataDialog *self,
                         const char *source)
{
  for (GtkWidget *row = gtk_widget_get_first_child (self->kinds); row != NULL; row = gtk_widget_get_next_sibling (row)) {
    GtkWidget *radio = g_object_get_data (G_OBJECT (row), "radio");
    const LmSourceClass *klass = radio != NULL ? g_object_get_data (G_OBJECT (radio), "source") : NULL;

    if (klass != NULL && g_strcmp0 (klass->member.id, source) == 0)
      gtk_check_button_set_active (GTK_CHECK_BUTTON (radio), TRUE);
  }
}

void
lm_data_dialog_set_path (LmDataDialog *self,
                         const char *path)
{
  g_free (self->path);
  self->path = g_strdup (path);
  set_error (self, NULL);
  update (self);
}

const char *
lm_data_dialog_get_error (LmDataDialog *self)
{
  return gtk_widget_get_visible (GTK_WIDGET (self->error)) ? gtk_label_get_label (self->error) : NULL;
}
