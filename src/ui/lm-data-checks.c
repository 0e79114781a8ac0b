/* lm-data-checks.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-data-checks.h"

#include "lm-work.h"

#include "lm-i18n.h"

struct _LmDataChecks {
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *list;
  LmJobBar *job_bar;
  GtkWidget *again;

  LmDataset *dataset;
  LmDataReport *report;
  LmJob *job;
};

enum {
  SHOW,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmDataChecks, lm_data_checks, GTK_TYPE_WIDGET)

/* --- Looking ------------------------------------------------------------------------- */

typedef struct {
  LmDataset *dataset;
  LmJob *job;
  LmDataReport *report;
} Looking;

static void
looking_free (gpointer data)
{
  Looking *looking = data;

  lm_dataset_unref (looking->dataset);
  lm_job_unref (looking->job);
  g_clear_pointer (&looking->report, lm_data_report_free);
  g_free (looking);
}

static void
look_thread (gpointer data,
             GError **error)
{
  Looking *looking = data;

  looking->report = lm_data_report_new (looking->dataset, lm_job_progress, looking->job, error);
}

static void
row_activated_cb (LmDataChecks *self,
                  GtkListBoxRow *row)
{
  g_signal_emit (self, signals[SHOW], 0, &self->report->checks[gtk_list_box_row_get_index (row)]);
}

static const char *
icon_of (const LmDataCheck *check)
{
  return check->level == LM_CHECK_OK ? "object-select-symbolic" : check->level == LM_CHECK_NOTE ? "dialog-information-symbolic"
                                                                                                : "dialog-warning-symbolic";
}

static const char *
style_of (const LmDataCheck *check)
{
  return check->level == LM_CHECK_OK ? "success" : check->level == LM_CHECK_NOTE ? "dim-label"
                                                                                 : "warning";
}

static void
add_row (LmDataChecks *self,
         const LmDataCheck *check)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *icon = gtk_image_new_from_icon_name (icon_of (check)), *label = gtk_label_new (check->title);

  gtk_widget_add_css_class (icon, style_of (check));
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);
  if (check->n_samples > 0) {
    GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

    gtk_widget_add_css_class (arrow, "dim-label");
    gtk_box_append (GTK_BOX (box), arrow);
  }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), check->n_samples > 0);
  gtk_widget_set_tooltip_text (row, check->detail);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, check->title, -1);
  if (check->detail != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, check->detail, -1);
  gtk_list_box_append (GTK_LIST_BOX (self->list), row);
}

static void
clear (LmDataChecks *self)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), row);
  g_clear_pointer (&self->report, lm_data_report_free);
}

static void
looked_cb (gpointer owner,
           gpointer data,
           const GError *error)
{
  LmDataChecks *self = owner;
  Looking *looking = data;

  if (looking->job != self->job)
    return; /* others are looked at by now */
  g_clear_pointer (&self->job, lm_job_unref);
  lm_job_bar_set_job (self->job_bar, NULL, NULL);
  gtk_widget_set_visible (self->again, looking->report == NULL);
  if (looking->report == NULL) {
    gtk_widget_set_tooltip_text (self->again, error->message);
    return;
  }
  self->report = g_steal_pointer (&looking->report);
  for (int i = 0; i < self->report->n_checks; i++)
    add_row (self, &self->report->checks[i]);
}

static void
stop (LmDataChecks *self)
{
  if (self->job != NULL)
    lm_job_cancel (self->job);
  g_clear_pointer (&self->job, lm_job_unref);
}

static void
look (LmDataChecks *self)
{
  Looking *looking = g_new0 (Looking, 1);

  stop (self);
  clear (self);
  gtk_widget_set_visible (self->again, FALSE);
  self->job = lm_job_new ();
  looking->dataset = lm_dataset_ref (self->dataset);
  looking->job = lm_job_ref (self->job);
  lm_job_bar_set_job (self->job_bar, self->job, _ ("Looking through all samples"));
  lm_work_run (self, look_thread, looked_cb, looking, looking_free);
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_data_checks_dispose (GObject *object)
{
  LmDataChecks *self = LM_DATA_CHECKS (object);

  stop (self);
  g_clear_pointer (&self->report, lm_data_report_free);
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (lm_data_checks_parent_class)->dispose (object);
}

static void
lm_data_checks_class_init (LmDataChecksClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lm_data_checks_dispose;
  signals[SHOW] = g_signal_new ("show-samples", LM_TYPE_DATA_CHECKS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "datachecks");
}

static void
lm_data_checks_init (LmDataChecks *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "lm-checks");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Checks"), -1);
  self->job_bar = LM_JOB_BAR (lm_job_bar_new ());
  self->again = gtk_button_new_with_label (_ ("Check the Data"));
  gtk_widget_set_visible (self->again, FALSE);
  gtk_box_append (GTK_BOX (self->box), self->list);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->job_bar));
  gtk_box_append (GTK_BOX (self->box), self->again);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  g_signal_connect_object (self->list, "row-activated", G_CALLBACK (row_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->again, "clicked", G_CALLBACK (look), self, G_CONNECT_SWAPPED);
}

void
lm_data_checks_set_dataset (LmDataChecks *self,
                            LmDataset *dataset)
{
  if (dataset == self->dataset)
    return;
  stop (self);
  clear (self);
  lm_job_bar_set_job (self->job_bar, NULL, NULL);
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  if (dataset == NULL)
    return;
  self->dataset = lm_dataset_ref (dataset);
  look (self);
}

const LmDataReport *
lm_data_checks_get_report (LmDataChecks *self)
{
  return self->report;
}
