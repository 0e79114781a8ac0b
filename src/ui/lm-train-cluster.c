/* lm-train-cluster.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-train-cluster.h"

#include "lm-status.h"

#include <adwaita.h>

#include <glib/gi18n.h>

struct _LmTrainCluster {
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkLabel *words;
  AdwSplitButton *train_button;
  AdwButtonContent *train_content;
  GtkWidget *go_on_button;
  GtkWidget *pause_button;
  GtkWidget *stop_button;
  gboolean is_narrow;

  LmDocument *document;
  LmSession *session;
};

G_DEFINE_FINAL_TYPE (LmTrainCluster, lm_train_cluster, GTK_TYPE_WIDGET)

/* What goes on comes first, if something was left. */
static void
update_train_button (LmTrainCluster *self,
                     const LmStatus *status)
{
  const char *action = status->can_go_on ? "win.go-on" : "win.train";
  g_autofree char *tooltip = NULL;

  if (g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (self->train_button)), action) != 0) {
    gtk_actionable_set_action_name (GTK_ACTIONABLE (self->train_button), action);
    adw_button_content_set_label (self->train_content, status->can_go_on ? _ ("Go On") : _ ("Train"));
  }
  if (status->can_train)
    tooltip = g_strdup_printf ("%s (%s)", status->can_go_on ? _ ("Go on with the last run") : _ ("Train with fresh weights"), "Ctrl+Return");
  else
    tooltip = g_strdup_printf ("%s: %s", status->title, status->detail);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->train_button), tooltip);
}

static void
update (LmTrainCluster *self)
{
  g_auto (LmStatus) status = { 0 };
  LmSessionState state = lm_session_get_state (self->session);
  gboolean is_active = state != LM_SESSION_IDLE;

  lm_status_init (&status, self->document, self->session);
  gtk_widget_set_visible (GTK_WIDGET (self->train_button), !is_active);
  gtk_widget_set_visible (self->go_on_button, state == LM_SESSION_PAUSED);
  gtk_widget_set_visible (self->pause_button, is_active && state != LM_SESSION_PAUSED && state != LM_SESSION_PREPARING);
  gtk_widget_set_visible (self->stop_button, is_active);
  gtk_widget_set_visible (GTK_WIDGET (self->words), is_active && !self->is_narrow);
  if (g_strcmp0 (gtk_label_get_label (self->words), status.cluster) != 0)
    gtk_label_set_label (self->words, status.cluster);
  if (!is_active)
    update_train_button (self, &status);
}

static void
lm_train_cluster_dispose (GObject *object)
{
  LmTrainCluster *self = LM_TRAIN_CLUSTER (object);

  g_clear_object (&self->document);
  g_clear_object (&self->session);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (lm_train_cluster_parent_class)->dispose (object);
}

static void
lm_train_cluster_class_init (LmTrainClusterClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_train_cluster_dispose;

  gtk_widget_class_set_css_name (widget_class, "traincluster");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-train-cluster.ui");
  gtk_widget_class_bind_template_child (widget_class, LmTrainCluster, box);
  gtk_widget_class_bind_template_child (widget_class, LmTrainCluster, words);
  gtk_widget_class_bind_template_child (widget_class, LmTrainCluster, train_button);
  gtk_widget_class_bind_template_child (widget_class, LmTrainCluster, train_content);
  gtk_widget_class_bind_template_child (widget_class, LmTrainCluster, go_on_button);
  gtk_widget_class_bind_template_child (widget_class, LmTrainCluster, pause_button);
  gtk_widget_class_bind_template_child (widget_class, LmTrainCluster, stop_button);
}

static void
lm_train_cluster_init (LmTrainCluster *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_sensitive (GTK_WIDGET (self->train_button), FALSE);
}

void
lm_train_cluster_set_source (LmTrainCluster *self,
                             LmDocument *document,
                             LmSession *session)
{
  g_set_object (&self->document, document);
  g_set_object (&self->session, session);
  gtk_widget_set_sensitive (GTK_WIDGET (self->train_button), TRUE);
  g_signal_connect_object (document, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "runs-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "progress", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

void
lm_train_cluster_set_narrow (LmTrainCluster *self,
                             gboolean is_narrow)
{
  self->is_narrow = is_narrow;
  if (self->session != NULL)
    update (self);
}
