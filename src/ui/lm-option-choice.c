/* lm-option-choice.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-option-choice.h"

#include "lm-i18n.h"

#define MANY 8 /* more choices are searched */

static void
fill (GtkDropDown *choice,
      const LmOptionSpec *spec,
      const char *none)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  if (spec->nullable)
    gtk_string_list_append (names, none != NULL ? none : _ ("none"));
  if (spec->kind == LM_OPTION_CHOICE) {
    for (gsize i = 0; spec->choices[i] != NULL; i++)
      gtk_string_list_append (names, spec->choices[i]);
  } else {
    gsize n;
    const LmMember *const *members = lm_family_members (spec->family, &n);

    for (gsize i = 0; i < n; i++)
      gtk_string_list_append (names, _ (members[i]->title));
  }
  gtk_drop_down_set_model (choice, G_LIST_MODEL (names));
  gtk_drop_down_set_enable_search (choice, g_list_model_get_n_items (G_LIST_MODEL (names)) > MANY);
}

/* In the button, long names are cut; in the list they are not. */
static void
setup_name_cb (GtkSignalListItemFactory *factory,
               GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 16);
  gtk_list_item_set_child (item, label);
}

static void
bind_name_cb (GtkSignalListItemFactory *factory,
              GtkListItem *item)
{
  GtkStringObject *name = gtk_list_item_get_item (item);

  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)), gtk_string_object_get_string (name));
}

/* The first of that type inside a widget; NULL. */
static GtkWidget *
find_inside (GtkWidget *widget,
             GType type)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = g_type_is_a (G_OBJECT_TYPE (child), type) ? child : find_inside (child, type);

    if (found != NULL)
      return found;
  }
  return NULL;
}

/* What is typed while the list is open is a search, wherever the focus is. GTK 4.8 does not see to it. */
static void
capture_keys (GtkWidget *choice)
{
  GtkWidget *popover = find_inside (choice, GTK_TYPE_POPOVER);
  GtkWidget *entry = popover != NULL ? find_inside (popover, GTK_TYPE_SEARCH_ENTRY) : NULL;

  if (entry != NULL)
    gtk_search_entry_set_key_capture_widget (GTK_SEARCH_ENTRY (entry), popover);
}

GtkWidget *
lm_option_choice_new (const LmOptionSpec *spec,
                      const char *none)
{
  GtkExpression *name = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");
  GtkDropDown *choice = GTK_DROP_DOWN (gtk_drop_down_new (NULL, name));
  GtkListItemFactory *button = gtk_signal_list_item_factory_new ();
  GtkListItemFactory *list = NULL;

  gtk_widget_add_css_class (GTK_WIDGET (choice), "flat");
  gtk_widget_set_valign (GTK_WIDGET (choice), GTK_ALIGN_CENTER);
  g_signal_connect (button, "setup", G_CALLBACK (setup_name_cb), NULL);
  g_signal_connect (button, "bind", G_CALLBACK (bind_name_cb), NULL);
  g_object_get (choice, "factory", &list, NULL);
  gtk_drop_down_set_factory (choice, button);
  gtk_drop_down_set_list_factory (choice, list);
  g_clear_object (&list);
  g_object_unref (button);
  fill (choice, spec, none);
  capture_keys (GTK_WIDGET (choice));
  return GTK_WIDGET (choice);
}

void
lm_option_choice_set_none (GtkWidget *choice,
                           const LmOptionSpec *spec,
                           const char *none)
{
  fill (GTK_DROP_DOWN (choice), spec, none);
}

/* --- Values -------------------------------------------------------------------------- */

static guint
find (const LmOptionSpec *spec,
      const LmOptionSet *set,
      int index)
{
  const LmMember *const *members;
  const LmOptionSet *object;
  guint first = spec->nullable;
  gsize n;

  if (spec->nullable && lm_option_is_null (set, index))
    return 0;
  if (spec->kind == LM_OPTION_CHOICE) {
    for (guint i = 0; spec->choices[i] != NULL; i++) {
      if (g_strcmp0 (spec->choices[i], lm_option_get_text (set, index)) == 0)
        return first + i;
    }
    return GTK_INVALID_LIST_POSITION;
  }
  object = lm_option_get_object (set, index);
  members = lm_family_members (spec->family, &n);
  for (guint i = 0; object != NULL && i < n; i++) {
    if (members[i] == object->member)
      return first + i;
  }
  return GTK_INVALID_LIST_POSITION;
}

void
lm_option_choice_show (GtkWidget *choice,
                       const LmOptionSpec *spec,
                       const LmOptionSet *set,
                       int index)
{
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), find (spec, set, index));
}

gboolean
lm_option_choice_read (GtkWidget *choice,
                       const LmOptionSpec *spec,
                       LmOptionValue *value)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (choice));
  const LmMember *const *members;
  gsize n;

  *value = (LmOptionValue){ .is_set = TRUE, .kind = spec->kind };
  if (i == GTK_INVALID_LIST_POSITION)
    return FALSE;
  if (spec->nullable && i == 0) {
    value->is_null = TRUE;
    return TRUE;
  }
  i -= spec->nullable ? 1 : 0;
  if (spec->kind == LM_OPTION_CHOICE) {
    value->text = g_strdup (spec->choices[i]);
  } else {
    members = lm_family_members (spec->family, &n);
    value->object = lm_option_set_new (members[i]);
  }
  return TRUE;
}
