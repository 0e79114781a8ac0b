/* lm-node-view.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-node-view.h"

#include <glib/gi18n.h>

struct _LmNodeView {
  GtkWidget parent_instance;

  int index;
};

G_DEFINE_FINAL_TYPE (LmNodeView, lm_node_view, GTK_TYPE_WIDGET)

static void
lm_node_view_class_init (LmNodeViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_css_name (widget_class, "nodeview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
}

static void
lm_node_view_init (LmNodeView *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
}

GtkWidget *
lm_node_view_new (int index)
{
  LmNodeView *self = g_object_new (LM_TYPE_NODE_VIEW, NULL);

  self->index = index;
  return GTK_WIDGET (self);
}

int
lm_node_view_get_index (LmNodeView *self)
{
  return self->index;
}

void
lm_node_view_describe (LmNodeView *self,
                       const LmCard *card,
                       const char *gives,
                       const char *from)
{
  g_autoptr (GString) label = g_string_new (card->name);
  g_autoptr (GString) text = g_string_new (NULL);
  GtkAccessible *accessible = GTK_ACCESSIBLE (self);

  if (card->summary != NULL)
    g_string_append_printf (label, ", %s", card->summary);
  if (gives != NULL)
    g_string_append_printf (label, _ (", gives %s"), gives);
  if (card->params != NULL)
    g_string_append_printf (text, _ ("%s parameters. "), card->params);
  if (from != NULL)
    g_string_append_printf (text, _ ("Input from %s. "), from);
  if (card->error != NULL)
    g_string_append_printf (text, "%s. ", card->error);
  if (card->hint != NULL)
    g_string_append_printf (text, "%s. ", card->hint);
  gtk_accessible_update_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL, label->str, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str, -1);
  gtk_accessible_update_state (accessible, GTK_ACCESSIBLE_STATE_INVALID, card->error != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), card->error != NULL ? card->error : card->hint);
}
