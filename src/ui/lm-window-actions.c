/* lm-window-actions.c: what the window can be told to do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-window-private.h"

#include "lm-preferences.h"
#include "lm-status.h"

#include "lm-i18n.h"

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
    lm_window_show_first_problem (self);
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

/* Ctrl+F: the search of the page, if it has one. */
static void
find_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);

  if (!lm_page_find (lm_window_get_shown (self)))
    lm_window_toast (self, _ ("There is nothing to search on this page"), NULL, NULL, NULL);
}

static void
preferences_cb (GtkWidget *widget,
                const char *name,
                GVariant *parameter)
{
  gtk_window_present (GTK_WINDOW (lm_preferences_new (GTK_WINDOW (widget))));
}

/* To the drawing pad, wherever one is. */
static void
draw_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);

  lm_window_set_page (self, "inspect");
  gtk_widget_activate_action (GTK_WIDGET (lm_window_get_shown (self)), "inspect.draw", NULL);
}

static void
coach_cb (GtkWidget *widget,
          const char *name,
          GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);

  gtk_revealer_set_reveal_child (self->coach_revealer, !gtk_revealer_get_reveal_child (self->coach_revealer));
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
  gboolean in_coach = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->coach));
  gboolean in_header = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->header));

  gtk_window_set_focus_visible (GTK_WINDOW (self), TRUE);
  if (!in_coach && panes != NULL && lm_panes_next (panes, backwards))
    return;
  if (!in_coach && !backwards && gtk_revealer_get_reveal_child (self->coach_revealer) && gtk_widget_child_focus (GTK_WIDGET (self->coach), GTK_DIR_TAB_FORWARD))
    return;
  if (panes == NULL && (in_header || focus == NULL) && gtk_widget_child_focus (GTK_WIDGET (lm_window_get_shown (self)), GTK_DIR_TAB_FORWARD))
    return;
  gtk_widget_child_focus (GTK_WIDGET (self->header), GTK_DIR_TAB_FORWARD);
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
  static const char *const need_project[] = { "win.save", "win.save-copy", "win.open-copy", "win.export", "win.export-all", "win.find", "win.try-again" };
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean is_open = self->document != NULL;
  gboolean is_active = is_open && lm_session_is_active (self->session);
  LmSessionState state = is_open ? lm_session_get_state (self->session) : LM_SESSION_IDLE;
  const LmRunInfo *last = is_open ? lm_document_get_last_run (self->document) : NULL;
  gboolean has_weights = last != NULL && last->has_weights;
  gboolean is_writable = is_open && lm_document_get_read_only (self->document, NULL) == NULL;
  const char *undo = is_writable ? lm_document_get_undo_title (self->document) : NULL;
  const char *redo = is_writable ? lm_document_get_redo_title (self->document) : NULL;
  g_auto (LmStatus) status = { 0 };

  if (is_open)
    lm_status_init (&status, self->document, self->session);
  gtk_widget_action_set_enabled (widget, "win.train", status.can_train && !is_active);
  gtk_widget_action_set_enabled (widget, "win.go-on", status.can_go_on && !is_active);
  gtk_widget_action_set_enabled (widget, "win.train-more", status.can_train && !is_active && has_weights && last->end != LM_RUN_STATE_NAN);
  gtk_widget_action_set_enabled (widget, "win.train-from", status.can_train && !is_active && has_weights);
  gtk_widget_action_set_enabled (widget, "win.halve-rate", is_writable && !is_active);
  gtk_widget_action_set_enabled (widget, "win.batch-size", is_writable && !is_active);
  gtk_widget_action_set_enabled (widget, "win.pause", state == LM_SESSION_RUNNING || state == LM_SESSION_PAUSED);
  gtk_widget_action_set_enabled (widget, "win.stop", is_active && state != LM_SESSION_STOPPING && state != LM_SESSION_PAUSING);
  gtk_widget_action_set_enabled (widget, "win.undo", undo != NULL);
  gtk_widget_action_set_enabled (widget, "win.redo", redo != NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (need_project); i++)
    gtk_widget_action_set_enabled (widget, need_project[i], is_open);
  gtk_widget_action_set_enabled (widget, "win.rename", is_writable && !is_active);
  gtk_widget_action_set_enabled (widget, "win.export-weights", has_weights);
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
    { "win.page", "s", page_cb },
    { "win.toggle-left", NULL, toggle_left_cb },
    { "win.toggle-right", NULL, toggle_right_cb },
    { "win.next-pane", "b", next_pane_cb },
    { "win.coach", NULL, coach_cb },
    { "win.draw", NULL, draw_cb },
    { "win.find", NULL, find_cb },
    { "win.preferences", NULL, preferences_cb },
    { "win.fullscreen", NULL, fullscreen_cb },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (klass, actions[i].name, actions[i].parameter, actions[i].func);
  lm_window_install_file_actions (klass);
  lm_window_install_design_actions (klass);
}
