/* lm-export.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-export.h"

#include "lm-render.h"
#include "lm-work.h"

#include "lm-i18n.h"

#define MM_PER_INCH 25.4

/* The numbers of the settings “export-format” and “export-size”. */
enum {
  FORMAT_PNG,
  FORMAT_SVG,
  FORMAT_PDF,
  FORMAT_CSV,
};

enum {
  SIZE_AS_SHOWN,
  SIZE_SLIDE,
  SIZE_COLUMN,
  SIZE_PAGE,
};

enum {
  LOOK_LIGHT,
  LOOK_DARK,
  LOOK_TRANSPARENT,
};

struct _LmExportWindow {
  AdwWindow parent_instance;

  GtkDrawingArea *preview;
  GtkWidget *save_button;
  AdwComboRow *format;
  AdwComboRow *size;
  AdwComboRow *look;
  GtkWidget *caption_row;
  GtkSwitch *caption;

  GSettings *settings;
  LmView *view;
  char *name;
  char *title_text; /* of the picture, while it is switched off */
  char *caption_text;
};

enum {
  SAVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmExportWindow, lm_export_window, ADW_TYPE_WINDOW)

static const char *const endings[] = { ".png", ".svg", ".pdf", ".csv" };

/* --- What is asked for --------------------------------------------------------------- */

static void
fill_spec (LmExportWindow *self,
           LmRenderSpec *spec)
{
  double resolution = g_settings_get_int (self->settings, "export-resolution");

  *spec = (LmRenderSpec){ .theme = lm_theme_get (adw_combo_row_get_selected (self->look) == LOOK_DARK ? LM_THEME_DARK : LM_THEME_LIGHT) };
  spec->transparent = adw_combo_row_get_selected (self->look) == LOOK_TRANSPARENT;
  spec->title = self->title_text;
  switch (adw_combo_row_get_selected (self->size)) {
  case SIZE_SLIDE:
    spec->width = 1920;
    spec->height = 1080;
    break;
  case SIZE_COLUMN:
    spec->width = (int) (85 / MM_PER_INCH * resolution);
    spec->dpi = resolution;
    break;
  case SIZE_PAGE:
    spec->width = (int) (170 / MM_PER_INCH * resolution);
    spec->dpi = resolution;
    break;
  default:
    spec->width = MAX (self->view->width, 480);
    spec->height = MAX (self->view->height, 320);
    break;
  }
}

/* Title and caption belong to the picture; switched off, they are kept here. */
static void
apply_caption (LmExportWindow *self)
{
  gboolean is_on = gtk_switch_get_active (self->caption);
  char **title = lm_picture_title (&self->view->picture);
  char **caption = lm_picture_caption (&self->view->picture);

  g_free (*title);
  g_free (*caption);
  *title = is_on ? g_strdup (self->title_text) : NULL;
  *caption = is_on ? g_strdup (self->caption_text) : NULL;
}

static void
changed_cb (LmExportWindow *self)
{
  gboolean is_csv = adw_combo_row_get_selected (self->format) == FORMAT_CSV;

  if (self->view == NULL)
    return;
  gtk_widget_set_visible (GTK_WIDGET (self->size), !is_csv);
  gtk_widget_set_visible (GTK_WIDGET (self->look), !is_csv);
  gtk_widget_set_visible (self->caption_row, !is_csv);
  apply_caption (self);
  gtk_widget_queue_draw (GTK_WIDGET (self->preview));
}

/* --- Preview ------------------------------------------------------------------------- */

static void
draw_cb (GtkDrawingArea *area,
         cairo_t *cr,
         int width,
         int height,
         gpointer data)
{
  LmExportWindow *self = data;
  LmRenderSpec spec;
  LmTheme theme;
  double w, h, scale;

  fill_spec (self, &spec);
  theme = *spec.theme;
  w = spec.dpi > 0 ? spec.width * 96 / spec.dpi : CLAMP (spec.width, 480, 1200);
  h = spec.height > 0 ? w * spec.height / spec.width : lm_picture_natural_height (&self->view->picture, &theme, w);
  scale = MIN ((width - 24) / w, (height - 24) / h);
  if (spec.transparent)
    theme.page.a = theme.canvas.a = 0;
  cairo_translate (cr, (width - w * scale) / 2, (height - h * scale) / 2);
  cairo_scale (cr, scale, scale);
  cairo_rectangle (cr, 0, 0, w, h);
  cairo_clip (cr);
  lm_draw_picture (cr, w, h, &theme, &self->view->picture);
}

/* --- Saving -------------------------------------------------------------------------- */

typedef struct {
  LmExportWindow *window;
  LmRenderSpec spec;
  char *path;
} Save;

static void
save_free (gpointer data)
{
  Save *save = data;

  g_free (save->path);
  g_free (save);
}

/* The window is modal and insensitive meanwhile: nobody else touches the picture. */
static void
save_thread (gpointer data,
             GError **error)
{
  Save *save = data;

  lm_render_picture (&save->window->view->picture, save->path, &save->spec, error);
}

static void
saved_cb (gpointer owner,
          gpointer data,
          const GError *error)
{
  LmExportWindow *self = owner;
  Save *save = data;

  gtk_widget_set_sensitive (GTK_WIDGET (self), TRUE);
  if (error != NULL) {
    GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("The picture cannot be saved"), error->message);

    adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
    gtk_window_present (GTK_WINDOW (dialog));
    return;
  }
  g_settings_set_enum (self->settings, "export-format", (int) adw_combo_row_get_selected (self->format));
  g_settings_set_enum (self->settings, "export-size", (int) adw_combo_row_get_selected (self->size));
  g_signal_emit (self, signals[SAVED], 0, save->path);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
save_to (LmExportWindow *self,
         const char *path)
{
  Save *save = g_new0 (Save, 1);
  guint format = adw_combo_row_get_selected (self->format);

  save->window = self;
  save->path = lm_render_knows (path) ? g_strdup (path) : g_strconcat (path, endings[format], NULL);
  fill_spec (self, &save->spec);
  gtk_widget_set_sensitive (GTK_WIDGET (self), FALSE);
  lm_work_run (self, save_thread, saved_cb, save, save_free);
}

static void
chosen_cb (GtkFileChooserNative *chooser,
           int response,
           LmExportWindow *self)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  g_object_unref (chooser);
  if (path != NULL)
    save_to (self, path);
}

/* (transfer full): NAME.png, or NAME-2.png, … where that is there. */
static char *
free_name (LmExportWindow *self,
           const char *folder)
{
  const char *ending = endings[adw_combo_row_get_selected (self->format)];

  for (int i = 1;; i++) {
    g_autofree char *base = i == 1 ? g_strconcat (self->name, ending, NULL) : g_strdup_printf ("%s-%d%s", self->name, i, ending);
    g_autofree char *path = g_build_filename (folder, base, NULL);

    if (!g_file_test (path, G_FILE_TEST_EXISTS))
      return g_steal_pointer (&base);
  }
}

static void
save_cb (GtkWidget *widget,
         const char *action,
         GVariant *parameter)
{
  LmExportWindow *self = LM_EXPORT_WINDOW (widget);
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_ ("Export"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));
  const char *pictures = g_get_user_special_dir (G_USER_DIRECTORY_PICTURES);
  const char *folder = pictures != NULL ? pictures : g_get_home_dir ();
  g_autofree char *name = free_name (self, folder);
  g_autoptr (GFile) file = g_file_new_for_path (folder);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), file, NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  g_signal_connect_object (chooser, "response", G_CALLBACK (chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* --- Window -------------------------------------------------------------------------- */

static void
lm_export_window_finalize (GObject *object)
{
  LmExportWindow *self = LM_EXPORT_WINDOW (object);

  g_clear_pointer (&self->view, lm_view_free);
  g_clear_object (&self->settings);
  g_free (self->name);
  g_free (self->title_text);
  g_free (self->caption_text);

  G_OBJECT_CLASS (lm_export_window_parent_class)->finalize (object);
}

static void
lm_export_window_class_init (LmExportWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lm_export_window_finalize;
  signals[SAVED] = g_signal_new ("saved", LM_TYPE_EXPORT_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-export.ui");
  gtk_widget_class_bind_template_child (widget_class, LmExportWindow, preview);
  gtk_widget_class_bind_template_child (widget_class, LmExportWindow, save_button);
  gtk_widget_class_bind_template_child (widget_class, LmExportWindow, format);
  gtk_widget_class_bind_template_child (widget_class, LmExportWindow, size);
  gtk_widget_class_bind_template_child (widget_class, LmExportWindow, look);
  gtk_widget_class_bind_template_child (widget_class, LmExportWindow, caption_row);
  gtk_widget_class_bind_template_child (widget_class, LmExportWindow, caption);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_install_action (widget_class, "export.save", NULL, save_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, 0, "export.save", NULL);
}

static void
lm_export_window_init (LmExportWindow *self)
{
  self->settings = g_settings_new (APP_ID);
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lm_export_window_new (GtkWindow *parent,
                      LmView *view,
                      const char *name)
{
  LmExportWindow *self = g_object_new (LM_TYPE_EXPORT_WINDOW, "transient-for", parent, NULL);

  self->view = view;
  self->name = g_strdup_printf ("%s-%s", name, view->name);
  self->title_text = g_strdup (*lm_picture_title (&view->picture));
  self->caption_text = g_strdup (*lm_picture_caption (&view->picture));
  adw_combo_row_set_selected (self->format, (guint) g_settings_get_enum (self->settings, "export-format"));
  adw_combo_row_set_selected (self->size, MIN ((guint) g_settings_get_enum (self->settings, "export-size"), SIZE_PAGE));
  gtk_drawing_area_set_draw_func (self->preview, draw_cb, self, NULL);
  gtk_window_set_focus (GTK_WINDOW (self), self->save_button); /* Return saves */
  changed_cb (self);
  return GTK_WIDGET (self);
}
