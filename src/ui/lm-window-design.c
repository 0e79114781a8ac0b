/* lm-window-design.c: what the window has of the network: its problems, and templates to start from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-window-private.h"

#include "lm-templates.h"

static void
template_cb (LmWindow *self,
             const char *id)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "app.new", "s", id);
}

static void
templates_cb (GtkWidget *widget,
              const char *name,
              GVariant *parameter)
{
  GtkWidget *window = lm_templates_new (GTK_WINDOW (widget));

  g_signal_connect_object (window, "chosen", G_CALLBACK (template_cb), widget, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (window));
}

static void
problems_cb (GtkWidget *widget,
             const char *name,
             GVariant *parameter)
{
  LmWindow *self = LM_WINDOW (widget);

  if (self->editor != NULL)
    gtk_menu_button_popup (self->strip_button);
}

/* Its bubble stands at the card, with the remedies. */
static void
chosen_cb (LmWindow *self)
{
  lm_window_set_page (self, "design");
}

void
lm_window_show_first_problem (LmWindow *self)
{
  const LmCheck *check = lm_document_get_check (self->document);
  const LmDiagnostic *first = check->n_errors > 0 ? check->diagnostics->pdata[0] : NULL;

  lm_window_set_page (self, "design");
  if (first != NULL && first->path != NULL)
    lm_editor_show (self->editor, first->path);
}

void
lm_window_watch_problems (LmWindow *self)
{
  lm_problems_set_editor (self->problems, self->editor);
  g_signal_connect_object (self->problems, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
}

void
lm_window_install_design_actions (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "win.templates", NULL, templates_cb);
  gtk_widget_class_install_action (klass, "win.problems", NULL, problems_cb);
}
