/* lm-fact-row.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-fact-row.h"

struct _LmFactRow {
  GtkWidget parent_instance;

  GtkWidget *columns[LM_FACTS_MAX];
  GtkLabel *values[LM_FACTS_MAX];
  GtkLabel *names[LM_FACTS_MAX];
};

G_DEFINE_FINAL_TYPE (LmFactRow, lm_fact_row, GTK_TYPE_WIDGET)

static void
lm_fact_row_dispose (GObject *object)
{
  LmFactRow *self = LM_FACT_ROW (object);

  for (int i = 0; i < LM_FACTS_MAX; i++)
    g_clear_pointer (&self->columns[i], gtk_widget_unparent);

  G_OBJECT_CLASS (lm_fact_row_parent_class)->dispose (object);
}

static void
lm_fact_row_class_init (LmFactRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_fact_row_dispose;
  gtk_widget_class_set_css_name (widget_class, "facts");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
lm_fact_row_init (LmFactRow *self)
{
  gtk_box_layout_set_homogeneous (GTK_BOX_LAYOUT (gtk_widget_get_layout_manager (GTK_WIDGET (self))), TRUE);
  for (int i = 0; i < LM_FACTS_MAX; i++) {
    self->columns[i] = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
    self->values[i] = GTK_LABEL (gtk_label_new (NULL));
    self->names[i] = GTK_LABEL (gtk_label_new (NULL));
    gtk_label_set_ellipsize (self->values[i], PANGO_ELLIPSIZE_END);
    gtk_label_set_ellipsize (self->names[i], PANGO_ELLIPSIZE_END);
    gtk_widget_add_css_class (GTK_WIDGET (self->values[i]), "heading");
    gtk_widget_add_css_class (GTK_WIDGET (self->values[i]), "numeric");
    gtk_widget_add_css_class (GTK_WIDGET (self->names[i]), "caption");
    gtk_widget_add_css_class (GTK_WIDGET (self->names[i]), "dim-label");
    gtk_box_append (GTK_BOX (self->columns[i]), GTK_WIDGET (self->values[i]));
    gtk_box_append (GTK_BOX (self->columns[i]), GTK_WIDGET (self->names[i]));
    gtk_widget_set_parent (self->columns[i], GTK_WIDGET (self));
  }
}

GtkWidget *
lm_fact_row_new (void)
{
  return g_object_new (LM_TYPE_FACT_ROW, NULL);
}

void
lm_fact_row_set (LmFactRow *self,
                 int i,
                 const char *value,
                 const char *name,
                 const char *tooltip)
{
  gtk_widget_set_visible (self->columns[i], value != NULL);
  gtk_label_set_label (self->values[i], value != NULL ? value : "");
  gtk_label_set_label (self->names[i], name);
  gtk_widget_set_tooltip_text (self->columns[i], tooltip);
}
