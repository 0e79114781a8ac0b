/* lm-node-view.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-node-view.h"

#include "lm-i18n.h"

struct _LmNodeView {
  GtkWidget parent_instance;

  int id;
  char *label; /* as told last */
  char *description;
  gboolean is_selected;
};

G_DEFINE_FINAL_TYPE (LmNodeView, lm_node_view, GTK_TYPE_WIDGET)

static void
lm_node_view_finalize (GObject *object)
{
  LmNodeView *self = LM_NODE_VIEW (object);

  g_free (self->label);
  g_free (self->description);

  G_OBJECT_CLASS (lm_node_view_parent_class)->finalize (object);
}

static void
lm_node_view_class_init (LmNodeViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lm_node_view_finalize;
  gtk_widget_class_set_css_name (widget_class, "nodeview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
}

static void
lm_node_view_init (LmNodeView *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_SELECTED, FALSE, -1);
}

GtkWidget *
lm_node_view_new (int id)
{
  LmNodeView *self = g_object_new (LM_TYPE_NODE_VIEW, NULL);

  self->id = id;
  return GTK_WIDGET (self);
}

int
lm_node_view_get_id (LmNodeView *self)
{
  return self->id;
}

void
lm_node_view_set_selected (LmNodeView *self,
                           gboolean is_selected)
{
  if (self->is_selected == is_selected)
    return;
  self->is_selected = is_selected;
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_SELECTED, is_selected, -1);
}

/* TRUE if it is news; then @told takes @text over. */
static gboolean
take (char **told,
      GString *text)
{
  gboolean is_new = g_strcmp0 (*told, text->str) != 0;

  if (is_new) {
    g_free (*told);
    *told = g_strdup (text->str);
  }
  g_string_free (text, TRUE);
  return is_new;
}

static GString *
make_description (const LmCard *card,
                  const char *from,
                  const char *to)
{
  GString *text = g_string_new (NULL);

  if (card->params != NULL)
    g_string_append_printf (text, card->frozen ? _ ("%s parameters, frozen. ") : _ ("%s parameters, trained. "), card->params);
  if (card->bypassed)
    g_string_append (text, _ ("Bypassed. "));
  if (from != NULL && to != NULL)
    g_string_append_printf (text, _ ("Input from %s, output to %s. "), from, to);
  else if (from != NULL)
    g_string_append_printf (text, _ ("Input from %s. "), from);
  else if (to != NULL)
    g_string_append_printf (text, _ ("Output to %s. "), to);
  if (card->error != NULL)
    g_string_append_printf (text, "%s. ", card->error);
  if (card->hint != NULL)
    g_string_append_printf (text, "%s. ", card->hint);
  return text;
}

void
lm_node_view_describe (LmNodeView *self,
                       const LmCard *card,
                       const char *gives,
                       const char *from,
                       const char *to)
{
  GString *label = g_string_new (card->name);
  GtkAccessible *accessible = GTK_ACCESSIBLE (self);

  if (card->summary != NULL)
    g_string_append_printf (label, ", %s", card->summary);
  if (gives != NULL)
    g_string_append_printf (label, _ (", gives %s"), gives);
  if (take (&self->label, label))
    gtk_accessible_update_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL, self->label, -1);
  if (!take (&self->description, make_description (card, from, to)))
    return;
  gtk_accessible_update_property (accessible, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, self->description, -1);
  gtk_accessible_update_state (accessible, GTK_ACCESSIBLE_STATE_INVALID, card->error != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}
