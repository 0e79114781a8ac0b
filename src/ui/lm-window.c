/* lm-window.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-window-private.h"

#include "lm-application.h"
#include "lm-data-page.h"
#include "lm-evaluate-page.h"
#include "lm-frame-times.h"
#include "lm-inspect-page.h"
#include "lm-status.h"
#include "lm-words.h"

#include <inttypes.h>
#include <string.h>

#include "lm-i18n.h"

#define LONG_RUN_S 30     /* its end is told by the desktop, if nobody looks */
#define NARROW_WIDTH 1400 /* below: no words beside the buttons of the cluster */
#define PAGES_MS 250      /* after the project is there, and between pages that are made ahead */
#define COACH_WIDTH 331   /* with its line */
#define DOCKED_WIDTH 1600 /* from here the coach stands beside the page, not over it */

G_DEFINE_FINAL_TYPE (LmWindow, lm_window, ADW_TYPE_APPLICATION_WINDOW)

/* --- Messages ------------------------------------------------------------------------ */

void
lm_window_toast (LmWindow *self,
                 const char *text,
                 const char *button,
                 const char *action,
                 GVariant *target)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (escaped);

  if (button != NULL) {
    adw_toast_set_button_label (toast, button);
    adw_toast_set_action_name (toast, action);
    adw_toast_set_action_target_value (toast, target);
  }
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* @text NULL: hides it. */
void
lm_window_set_banner (LmWindow *self,
                      const char *text,
                      const char *button,
                      const char *action)
{
  gtk_revealer_set_reveal_child (self->banner, text != NULL);
  if (text == NULL)
    return;
  gtk_label_set_label (self->banner_text, text);
  gtk_widget_set_visible (GTK_WIDGET (self->banner_button), button != NULL);
  if (button == NULL)
    return;
  gtk_button_set_label (self->banner_button, button);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->banner_button), action);
}

static void
refused_cb (LmWindow *self,
            const char *message)
{
  lm_window_toast (self, message, NULL, NULL, NULL);
}

static void
problem_cb (LmWindow *self,
            const char *message)
{
  if (message == NULL)
    lm_window_set_banner (self, NULL, NULL, NULL);
  else
    lm_window_set_banner (self, message, _ ("Try Again"), "win.try-again");
}

/* --- Strip --------------------------------------------------------------------------- */

static void
set_dot (LmWindow *self,
         const char *kind)
{
  const char *classes[] = { "lm-dot", kind, NULL };

  gtk_widget_set_css_classes (self->dot, classes);
}

/* “Training run 5 on 2 threads · AVX2 · seed 1” */
static char *
running_text (LmWindow *self)
{
  const LmRunFacts *facts = lm_session_get_facts (self->session);
  g_autofree char *set = NULL;

  if (facts == NULL)
    return NULL;
  set = g_ascii_strup (facts->instruction_set != NULL ? facts->instruction_set : "", -1);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Training run %" PRId64 " on %d thread · %s · seed %" PRIu64, "Training run %" PRId64 " on %d threads · %s · seed %" PRIu64, (gulong) facts->n_threads),
                          lm_session_get_run (self->session), facts->n_threads, set, facts->seed);
}

static void
update_strip_left (LmWindow *self)
{
  const LmCheck *check = lm_document_get_check (self->document);
  g_auto (LmStatus) status = { 0 };
  g_autofree char *running = lm_session_is_active (self->session) ? running_text (self) : NULL;
  g_autofree char *text = NULL;

  lm_status_init (&status, self->document, self->session);
  if (running != NULL && lm_session_get_state (self->session) == LM_SESSION_RUNNING)
    text = g_steal_pointer (&running);
  else if (lm_session_is_active (self->session) || check->n_errors == 0)
    text = g_strdup (status.title);
  else
    text = g_strdup_printf ("%s · %s", status.title, status.detail);
  set_dot (self, lm_session_is_active (self->session) ? NULL : check->n_errors > 0 ? "problem"
                                                                                   : "quiet");
  if (g_strcmp0 (gtk_label_get_label (self->strip_left), text) != 0)
    gtk_label_set_label (self->strip_left, text);
}

static void
update_strip_right (LmWindow *self)
{
  const LmCheck *check = lm_document_get_check (self->document);
  const LmDesign *design = lm_document_get_design (self->document);
  const LmRunFacts *facts = lm_session_is_active (self->session) ? lm_session_get_facts (self->session) : NULL;
  gsize bytes = lm_document_get_train_bytes (self->document);
  g_autofree char *params = lm_words_count (check->params);
  g_autofree char *memory = lm_words_bytes (facts != NULL ? facts->train_bytes : bytes);
  g_autoptr (GString) text = g_string_new (NULL);
  int n_layers = (int) design->nodes->len;

  g_string_append_printf (text, check->n_errors > 0 ? _ ("%s parameters so far") : _ ("%s parameters"), params);
  if (facts != NULL)
    g_string_append_printf (text, _ (" · %s in use"), memory);
  else if (bytes > 0)
    g_string_append_printf (text, _ (" · %s to train at batch %d"), memory, (int) lm_option_get_int (design->training, LM_TRAINING_BATCH_SIZE));
  if (facts == NULL)
    g_string_append_printf (text, g_dngettext (GETTEXT_PACKAGE, " · %d layer", " · %d layers", (gulong) n_layers), n_layers);
  if (g_strcmp0 (gtk_label_get_label (self->strip_right), text->str) != 0)
    gtk_label_set_label (self->strip_right, text->str);
}

static void
update_line (LmWindow *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->line), lm_session_is_active (self->session));
  gtk_progress_bar_set_fraction (self->line, lm_session_get_fraction (self->session));
}

static void
update (LmWindow *self)
{
  update_strip_left (self);
  update_strip_right (self);
  update_line (self);
  lm_window_update_actions (self);
}

static void
changed_cb (LmWindow *self)
{
  const LmCheck *check = lm_document_get_check (self->document);

  adw_view_stack_page_set_needs_attention (self->design_stack_page, check->n_errors > 0 && !g_str_equal (lm_window_get_page (self), "design"));
  update (self);
}

/* --- Pages --------------------------------------------------------------------------- */

/* A page that is not the first to be seen is made when it is wanted, or soon after the first frame: until then an empty
 * AdwBin stands for it. */
static LmPage *
page_in (LmWindow *self,
         GtkWidget *child)
{
  const LmSource source = { self->document, self->session, self->editor, self->lens };
  const struct {
    const char *name;
    GType type;
  } late[] = {
    { "data", LM_TYPE_DATA_PAGE },
    { "train", LM_TYPE_TRAIN_PAGE },
    { "evaluate", LM_TYPE_EVALUATE_PAGE },
    { "inspect", LM_TYPE_INSPECT_PAGE },
  };
  const char *name;

  if (LM_IS_PAGE (child))
    return LM_PAGE (child);
  name = adw_view_stack_page_get_name (adw_view_stack_get_page (self->pages, child));
  for (gsize i = 0; i < G_N_ELEMENTS (late) && adw_bin_get_child (ADW_BIN (child)) == NULL; i++) {
    if (!g_str_equal (late[i].name, name))
      continue;
    adw_bin_set_child (ADW_BIN (child), g_object_new (late[i].type, NULL));
    if (self->document != NULL)
      lm_page_set_source (LM_PAGE (adw_bin_get_child (ADW_BIN (child))), &source);
  }
  return LM_PAGE (adw_bin_get_child (ADW_BIN (child)));
}

/* One at a time, so that nobody waits for all of them. */
static gboolean
make_next_page_cb (gpointer data)
{
  LmWindow *self = data;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->pages)); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    if (!ADW_IS_BIN (child) || adw_bin_get_child (ADW_BIN (child)) != NULL)
      continue;
    page_in (self, child);
    return G_SOURCE_CONTINUE;
  }
  self->pages_source = 0;
  return G_SOURCE_REMOVE;
}

/* --- Training ------------------------------------------------------------------------ */

static void
notify_end (LmWindow *self)
{
  GApplication *application = G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self)));
  g_auto (LmStatus) status = { 0 };
  g_autoptr (GNotification) notification = NULL;

  if (lm_session_get_elapsed (self->session) < LONG_RUN_S || gtk_window_is_active (GTK_WINDOW (self)) || application == NULL)
    return;
  lm_status_init (&status, self->document, self->session);
  notification = g_notification_new (lm_document_get_name (self->document));
  g_notification_set_body (notification, status.title);
  g_notification_set_default_action_and_target (notification, "app.show", "s", self->path);
  g_application_send_notification (application, self->path, notification);
}

static void
ended_cb (LmWindow *self)
{
  if (!g_str_equal (lm_window_get_page (self), "train"))
    adw_view_stack_page_set_needs_attention (self->train_stack_page, TRUE);
  notify_end (self);
  update (self);
}

static void
page_changed_cb (LmWindow *self)
{
  GtkWidget *child = adw_view_stack_get_visible_child (self->pages);

  if (child != NULL) {
    page_in (self, child);
    adw_view_stack_page_set_needs_attention (adw_view_stack_get_page (self->pages, child), FALSE);
  }
  if (self->document != NULL)
    lm_window_update_actions (self);
}

/* --- Opening ------------------------------------------------------------------------- */

static void
show_read_only (LmWindow *self)
{
  gboolean is_busy;
  const char *reason = lm_document_get_read_only (self->document, &is_busy);

  if (is_busy)
    lm_window_set_banner (self, _ ("This project is open elsewhere, so it can only be looked at here."), _ ("Open a Copy"), "win.open-copy");
  else if (reason != NULL)
    lm_window_set_banner (self, reason, _ ("Open a Copy"), "win.open-copy");
}

static void
set_source (LmWindow *self)
{
  const LmSource source = { self->document, self->session, self->editor, self->lens };

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->pages)); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *page = LM_IS_PAGE (child) ? child : adw_bin_get_child (ADW_BIN (child));

    if (page != NULL)
      lm_page_set_source (LM_PAGE (page), &source);
  }
  lm_coach_pane_set_source (self->coach, &source);
  self->pages_source = g_timeout_add_full (G_PRIORITY_LOW, PAGES_MS, make_next_page_cb, self, NULL);
}

/* Read once, it stays away until it is asked for. */
static void
coach_closed_cb (LmWindow *self)
{
  g_settings_set_boolean (self->settings, "first-run-done", TRUE);
  gtk_revealer_set_reveal_child (self->coach_revealer, FALSE);
}

static void
take_document (LmWindow *self,
               LmDocument *document)
{
  const char *name = lm_document_get_name (document);
  g_autofree char *title = g_strdup_printf ("%s – Lamina", name);
  g_autofree char *uri = g_filename_to_uri (lm_document_get_path (document), NULL, NULL);

  self->document = document;
  self->session = lm_session_new (document);
  self->editor = lm_editor_new (document);
  self->lens = lm_lens_new (document, self->session);
  g_free (self->path);
  self->path = g_strdup (lm_document_get_path (document));
  gtk_window_set_title (GTK_WINDOW (self), title);
  gtk_label_set_label (self->project_label, name);
  gtk_recent_manager_add_item (gtk_recent_manager_get_default (), uri);

  g_signal_connect_object (self->editor, "refused", G_CALLBACK (refused_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "runs-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "problem", G_CALLBACK (problem_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "progress", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "ended", G_CALLBACK (ended_cb), self, G_CONNECT_SWAPPED);
  set_source (self);
  lm_window_watch_problems (self);
  lm_train_cluster_set_source (self->cluster, document, self->session);
  show_read_only (self);
  update (self);
  if (!g_settings_get_boolean (self->settings, "first-run-done"))
    gtk_revealer_set_reveal_child (self->coach_revealer, TRUE);
  if (gtk_root_get_focus (GTK_ROOT (self)) == NULL || gtk_widget_is_ancestor (gtk_root_get_focus (GTK_ROOT (self)), GTK_WIDGET (self->header)))
    gtk_widget_grab_focus (GTK_WIDGET (self->pages));
}

/* There is no project to show: the message stays until it is read, and the window goes with it. */
static void
opening_failed (LmWindow *self,
                const GError *error)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("The project cannot be opened"), error->message);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  g_signal_connect_object (dialog, "response", G_CALLBACK (gtk_window_destroy), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
opened_cb (LmDocument *document,
           const GError *error,
           gpointer data)
{
  LmWindow *self = data;

  if (document == NULL) {
    opening_failed (self, error);
  } else if (self->is_closing) {
    lm_document_close (document, NULL, NULL);
    g_object_unref (document);
  } else {
    take_document (self, document);
  }
}

/* --- Closing ------------------------------------------------------------------------- */

static void
save_state (LmWindow *self)
{
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_boolean (self->settings, "window-maximized", gtk_window_is_maximized (GTK_WINDOW (self)));
  if (gtk_window_is_maximized (GTK_WINDOW (self)))
    return;
  g_settings_set_int (self->settings, "window-width", MAX (width, 360));
  g_settings_set_int (self->settings, "window-height", MAX (height, 360));
}

typedef struct {
  LmWindow *window;
  void (*done) (gpointer data);
  gpointer data;
} Leaving;

static void
closed_cb (gpointer data)
{
  Leaving *leaving = data;
  LmWindow *self = leaving->window;

  if (leaving->done != NULL)
    leaving->done (leaving->data);
  g_free (leaving);

  gtk_window_destroy (GTK_WINDOW (self));
  g_object_unref (self);
}

static void
left_cb (gpointer data)
{
  Leaving *leaving = data;

  lm_document_close (leaving->window->document, closed_cb, leaving);
}

/* The window is gone at once; what is written goes on behind it. */
void
lm_window_leave (LmWindow *self,
                 void (*done) (gpointer data),
                 gpointer data)
{
  Leaving *leaving = g_new (Leaving, 1);

  *leaving = (Leaving){ self, done, data };
  self->is_closing = TRUE;
  save_state (self);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  g_object_ref (self);
  lm_session_leave (self->session, left_cb, leaving);
}

static void
close_answer_cb (LmWindow *self,
                 const char *response)
{
  if (g_strcmp0 (response, "close") == 0 && !self->is_closing)
    lm_window_leave (self, NULL, NULL);
}

static void
ask_to_close (LmWindow *self)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Training is running"), _ ("It is saved and can go on later."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "close", _ ("_Pause and Close"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "close", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "close");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (close_answer_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean
lm_window_close_request (GtkWindow *window)
{
  LmWindow *self = LM_WINDOW (window);

  if (self->is_closing)
    return GDK_EVENT_STOP;
  if (self->document == NULL) {
    self->is_closing = TRUE;
    return GTK_WINDOW_CLASS (lm_window_parent_class)->close_request (window);
  }
  if (lm_session_is_active (self->session) && lm_session_get_state (self->session) != LM_SESSION_PAUSED)
    ask_to_close (self);
  else
    lm_window_leave (self, NULL, NULL);
  return GDK_EVENT_STOP;
}

/* --- Widget -------------------------------------------------------------------------- */

/* Beside the page where there is room, else over its right column. */
static void
place_coach (LmWindow *self)
{
  gboolean is_docked = self->is_wide && gtk_revealer_get_reveal_child (self->coach_revealer);

  gtk_widget_set_margin_end (GTK_WIDGET (self->pages), is_docked ? COACH_WIDTH : 0);
  if (self->is_wide)
    gtk_widget_remove_css_class (GTK_WIDGET (self->coach), "lm-over");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->coach), "lm-over");
}

static void
coach_revealed_cb (LmWindow *self)
{
  if (!gtk_revealer_get_reveal_child (self->coach_revealer))
    g_settings_set_boolean (self->settings, "first-run-done", TRUE);
  place_coach (self);
}

static gboolean
narrow_cb (gpointer data)
{
  LmWindow *self = data;

  self->narrow_source = 0;
  lm_train_cluster_set_narrow (self->cluster, self->is_narrow);
  place_coach (self);
  return G_SOURCE_REMOVE;
}

static void
lm_window_size_allocate (GtkWidget *widget,
                         int width,
                         int height,
                         int baseline)
{
  LmWindow *self = LM_WINDOW (widget);
  gboolean is_narrow = width < NARROW_WIDTH, is_wide = width >= DOCKED_WIDTH;

  GTK_WIDGET_CLASS (lm_window_parent_class)->size_allocate (widget, width, height, baseline);
  if (is_narrow == self->is_narrow && is_wide == self->is_wide)
    return;
  self->is_narrow = is_narrow;
  self->is_wide = is_wide;
  if (self->narrow_source == 0)
    self->narrow_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, narrow_cb, self, NULL);
}

static void
lm_window_dispose (GObject *object)
{
  LmWindow *self = LM_WINDOW (object);

  g_clear_handle_id (&self->narrow_source, g_source_remove);
  g_clear_handle_id (&self->pages_source, g_source_remove);
  g_clear_object (&self->lens);
  g_clear_object (&self->editor);
  g_clear_object (&self->session);
  g_clear_object (&self->document);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (lm_window_parent_class)->dispose (object);
}

static void
lm_window_finalize (GObject *object)
{
  g_free (LM_WINDOW (object)->path);

  G_OBJECT_CLASS (lm_window_parent_class)->finalize (object);
}

static void
lm_window_class_init (LmWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lm_window_dispose;
  object_class->finalize = lm_window_finalize;
  widget_class->size_allocate = lm_window_size_allocate;
  GTK_WINDOW_CLASS (klass)->close_request = lm_window_close_request;

  g_type_ensure (LM_TYPE_COACH_PANE);
  g_type_ensure (LM_TYPE_DESIGN_PAGE);
  g_type_ensure (LM_TYPE_PROBLEMS);
  g_type_ensure (LM_TYPE_TRAIN_CLUSTER);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LmWindow, header);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, switcher);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, project_button);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, project_label);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, undo_button);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, redo_button);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, cluster);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, banner_text);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, banner_button);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, line);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, coach_revealer);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, coach);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, design_stack_page);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, train_stack_page);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, design_page);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, problems);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, strip);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, strip_button);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, dot);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, strip_left);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, strip_right);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, templates_section);
  gtk_widget_class_bind_template_child (widget_class, LmWindow, recent_section);
  lm_window_install_actions (widget_class);
}

/* The button inside a menu button is what has the focus, and it has no name of its own. */
static void
name_menu_button (GtkMenuButton *button,
                  const char *name)
{
  GtkWidget *inner = gtk_widget_get_first_child (GTK_WIDGET (button));

  gtk_accessible_update_property (GTK_ACCESSIBLE (inner), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
lm_window_init (LmWindow *self)
{
  self->settings = g_settings_new (APP_ID);
  gtk_widget_init_template (GTK_WIDGET (self));
  name_menu_button (self->project_button, _ ("Project"));
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (self->settings, "window-width"), g_settings_get_int (self->settings, "window-height"));
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  adw_view_stack_set_visible_child_name (self->pages, "design");
  g_signal_connect_object (self->coach, "close", G_CALLBACK (coach_closed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->coach_revealer, "notify::reveal-child", G_CALLBACK (coach_revealed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pages, "notify::visible-child", G_CALLBACK (page_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_recent_manager_get_default (), "changed", G_CALLBACK (lm_window_fill_menus), self, G_CONNECT_SWAPPED);
  lm_window_fill_menus (self);
  lm_window_take_drops (self);
  lm_window_update_actions (self);
  lm_frame_times_watch (GTK_WINDOW (self));
}

LmWindow *
lm_window_new (GtkApplication *application,
               const char *path,
               const char *template_id)
{
  LmWindow *self = g_object_new (LM_TYPE_WINDOW, "application", application, "title", "Lamina", NULL);

  self->path = g_strdup (path);
  lm_document_open (path, template_id, g_settings_get_enum (self->settings, "flow-direction") == 1, self, opened_cb);
  return self;
}

const char *
lm_window_get_path (LmWindow *self)
{
  return self->path;
}

LmDocument *
lm_window_get_document (LmWindow *self)
{
  return self->document;
}

LmEditor *
lm_window_get_editor (LmWindow *self)
{
  return self->editor;
}

LmSession *
lm_window_get_session (LmWindow *self)
{
  return self->session;
}

const char *
lm_window_get_page (LmWindow *self)
{
  return adw_view_stack_get_visible_child_name (self->pages);
}

LmPage *
lm_window_get_shown (LmWindow *self)
{
  return page_in (self, adw_view_stack_get_visible_child (self->pages));
}

GPtrArray *
lm_window_dup_pages (LmWindow *self)
{
  GPtrArray *pages = g_ptr_array_new ();

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->pages)); child != NULL; child = gtk_widget_get_next_sibling (child))
    g_ptr_array_add (pages, page_in (self, child));
  return pages;
}

void
lm_window_set_page (LmWindow *self,
                    const char *page)
{
  adw_view_stack_set_visible_child_name (self->pages, page);
}

gint64
lm_window_get_n_steps (LmWindow *self)
{
  return lm_train_page_get_n_steps (LM_TRAIN_PAGE (page_in (self, adw_view_stack_get_child_by_name (self->pages, "train"))));
}
