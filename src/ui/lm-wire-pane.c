/* lm-wire-pane.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-wire-pane.h"

#include "lm-add-popover.h"
#include "lm-fact-row.h"
#include "lm-words.h"

#include "lm-i18n.h"

#define GAP 18
#define BYTES_PER_VALUE 4

struct _LmWirePane {
  GtkWidget parent_instance;

  LmEditor *editor;
  GtkWidget *box;
  GtkLabel *title;
  GtkLabel *sub;
  LmFactRow *facts;
  AdwActionRow *from;
  AdwActionRow *to;
  GtkWidget *insert;
  GtkWidget *popover;
};

G_DEFINE_FINAL_TYPE (LmWirePane, lm_wire_pane, GTK_TYPE_WIDGET)

static void
show_end (LmWirePane *self,
          AdwActionRow *row,
          int id)
{
  const LmNode *node = lm_design_find (lm_editor_get_design (self->editor), id);
  g_autofree char *summary = lm_node_summary (node);
  g_autofree char *escaped = g_markup_escape_text (summary, -1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), node->name);
  adw_action_row_set_subtitle (row, escaped);
}

static void
show_facts (LmWirePane *self,
            const LmWire *wire)
{
  g_autofree char *path = lm_editor_path (self->editor, wire->from);
  const LmLayerFacts *facts = lm_check_find (lm_document_get_check (lm_editor_get_document (self->editor)), path);
  const LmShape *shape = facts != NULL && wire->from_port < facts->n_outputs && facts->shapes[wire->from_port].rank >= 0 ? &facts->shapes[wire->from_port] : NULL;
  gint64 n = shape != NULL ? lm_shape_sample_size (shape) : 0;
  g_autofree char *text = shape != NULL ? lm_shape_to_string (shape) : g_strdup (_ ("not known yet"));
  g_autofree char *values = shape != NULL ? lm_words_count (n) : NULL;
  g_autofree char *bytes = shape != NULL ? lm_words_bytes ((guint64) n * BYTES_PER_VALUE) : NULL;

  lm_fact_row_set (self->facts, 0, text, _ ("shape"), NULL);
  lm_fact_row_set (self->facts, 1, values, _ ("values"), NULL);
  lm_fact_row_set (self->facts, 2, bytes, _ ("a sample"), NULL);
}

void
lm_wire_pane_update (LmWirePane *self)
{
  const LmDesign *design = lm_editor_get_design (self->editor);
  const LmWire *wire = lm_editor_get_selected_wire (self->editor);
  g_autofree char *title = NULL;

  if (wire == NULL || lm_design_find (design, wire->from) == NULL || lm_design_find (design, wire->to) == NULL)
    return;
  title = g_strdup_printf ("%s → %s", lm_design_find (design, wire->from)->name, lm_design_find (design, wire->to)->name);
  gtk_label_set_label (self->title, title);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), title);
  show_end (self, self->from, wire->from);
  show_end (self, self->to, wire->to);
  show_facts (self, wire);
}

/* --- Actions ------------------------------------------------------------------------- */

static void
insert_cb (LmWirePane *self)
{
  const LmWire *wire = lm_editor_get_selected_wire (self->editor);
  GdkRectangle at = { 0, gtk_widget_get_height (self->insert), gtk_widget_get_width (self->insert), 1 };

  if (wire == NULL)
    return;
  if (self->popover == NULL) {
    self->popover = lm_add_popover_new (self->editor);
    gtk_widget_set_parent (self->popover, self->insert);
  }
  lm_add_popover_ask_wire (LM_ADD_POPOVER (self->popover), &at, wire);
}

static void
remove_cb (LmWirePane *self)
{
  lm_editor_delete (self->editor, FALSE);
}

static void
end_cb (LmWirePane *self,
        AdwActionRow *row)
{
  const LmWire *wire = lm_editor_get_selected_wire (self->editor);

  if (wire != NULL)
    lm_editor_select_one (self->editor, row == self->from ? wire->from : wire->to);
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_wire_pane_dispose (GObject *object)
{
  LmWirePane *self = LM_WIRE_PANE (object);

  g_clear_object (&self->editor);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (lm_wire_pane_parent_class)->dispose (object);
}

static void
lm_wire_pane_class_init (LmWirePaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_wire_pane_dispose;
  gtk_widget_class_set_css_name (widget_class, "wirepane");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
make_header (LmWirePane *self)
{
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->title = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->title, 0);
  gtk_label_set_ellipsize (self->title, PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (GTK_WIDGET (self->title), "heading");
  self->sub = GTK_LABEL (gtk_label_new (_ ("Wire")));
  gtk_label_set_xalign (self->sub, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->sub), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->sub), "dim-label");
  gtk_box_append (GTK_BOX (texts), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (texts), GTK_WIDGET (self->sub));
  return texts;
}

static AdwActionRow *
add_end (LmWirePane *self,
         AdwPreferencesGroup *group)
{
  GtkWidget *row = adw_action_row_new ();

  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("pan-end-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_signal_connect_object (row, "activated", G_CALLBACK (end_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (group, row);
  return ADW_ACTION_ROW (row);
}

static void
lm_wire_pane_init (LmWirePane *self)
{
  AdwPreferencesGroup *ends = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *remove = gtk_button_new_with_label (_ ("Remove the Wire"));

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, GAP);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  self->facts = LM_FACT_ROW (lm_fact_row_new ());
  adw_preferences_group_set_title (ends, _ ("Between"));
  self->from = add_end (self, ends);
  self->to = add_end (self, ends);
  self->insert = gtk_button_new_with_label (_ ("Insert a Layer…"));
  g_signal_connect_object (self->insert, "clicked", G_CALLBACK (insert_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (remove, "clicked", G_CALLBACK (remove_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (buttons), self->insert);
  gtk_box_append (GTK_BOX (buttons), remove);
  gtk_box_append (GTK_BOX (self->box), make_header (self));
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->facts));
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (ends));
  gtk_box_append (GTK_BOX (self->box), buttons);
}

GtkWidget *
lm_wire_pane_new (LmEditor *editor)
{
  LmWirePane *self = g_object_new (LM_TYPE_WIRE_PANE, NULL);

  self->editor = g_object_ref (editor);
  return GTK_WIDGET (self);
}
