/* lm-network-pane.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-network-pane.h"

#include "lm-chip.h"
#include "lm-fact-row.h"
#include "lm-words.h"

#include "lm-i18n.h"

#define GAP 18
#define MAX_LINES 4 /* inputs or outputs that are listed */

struct _LmNetworkPane {
  GtkWidget parent_instance;

  LmEditor *editor;
  GtkWidget *box;
  GtkLabel *title;
  GtkLabel *sub;
  LmFactRow *facts;
  AdwActionRow *in;
  AdwActionRow *out;
  AdwPreferencesGroup *drawing;
  AdwComboRow *flow;
  GObject *view; /* NULL before it is known, and when it is gone */
  gboolean is_showing;
};

G_DEFINE_FINAL_TYPE (LmNetworkPane, lm_network_pane, GTK_TYPE_WIDGET)

static LmDocument *
document_of (LmNetworkPane *self)
{
  return lm_editor_get_document (self->editor);
}

/* --- Words --------------------------------------------------------------------------- */

/* A line each: “digits · 28×28×1”. */
static char *
ends_text (LmNetworkPane *self,
           const GArray *ids)
{
  const LmDesign *design = lm_editor_get_design (self->editor);
  const LmCheck *check = lm_document_get_check (document_of (self));
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < ids->len && i < MAX_LINES; i++) {
    int id = g_array_index (ids, int, i);
    g_autofree char *path = lm_editor_path (self->editor, id);
    const LmLayerFacts *facts = lm_check_find (check, path);
    g_autofree char *shape = facts != NULL && facts->shapes[0].rank >= 0 ? lm_shape_to_string (&facts->shapes[0]) : g_strdup ("?");

    g_string_append_printf (text, "%s%s · %s", i > 0 ? "\n" : "", lm_design_find (design, id)->name, shape);
  }
  if (ids->len > MAX_LINES)
    g_string_append_printf (text, _ ("\nand %d more"), (int) ids->len - MAX_LINES);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
set_row (AdwActionRow *row,
         const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  gtk_widget_set_visible (GTK_WIDGET (row), text[0] != '\0');
  adw_action_row_set_subtitle (row, escaped);
}

/* --- Showing ------------------------------------------------------------------------- */

static void
show_header (LmNetworkPane *self)
{
  const char *block = lm_editor_get_block (self->editor);
  const LmNode *node = block[0] != '\0' ? lm_design_resolve (lm_document_get_design (document_of (self)), block, NULL) : NULL;

  gtk_label_set_label (self->title, node != NULL ? node->name : lm_document_get_name (document_of (self)));
  gtk_label_set_label (self->sub, node != NULL ? _ ("Block") : _ ("Network"));
}

static void
show_facts (LmNetworkPane *self)
{
  const LmCheck *check = lm_document_get_check (document_of (self));
  const LmDesign *design = lm_editor_get_design (self->editor);
  gsize bytes = lm_document_get_train_bytes (document_of (self));
  g_autofree char *layers = lm_words_count (design->nodes->len);
  g_autofree char *params = lm_words_count (check->params);
  g_autofree char *memory = bytes > 0 ? lm_words_bytes (bytes) : NULL;
  g_autofree char *exact = g_strdup_printf (_ ("%" PRId64 " numbers that training changes, %" PRId64 " that it does not"), check->trainable, check->params - check->trainable);

  lm_fact_row_set (self->facts, 0, layers, g_dngettext (GETTEXT_PACKAGE, "layer", "layers", design->nodes->len), NULL);
  lm_fact_row_set (self->facts, 1, params, _ ("parameters"), exact);
  lm_fact_row_set (self->facts, 2, memory, _ ("to train"), _ ("Memory that training needs"));
}

static void
show_rows (LmNetworkPane *self)
{
  const LmDesign *design = lm_editor_get_design (self->editor);
  const LmDesign *top = lm_document_get_design (document_of (self));
  g_autoptr (GArray) inputs = lm_design_inputs (design);
  g_autoptr (GArray) sinks = lm_design_sinks (design);
  g_autofree char *in = ends_text (self, inputs);
  g_autofree char *out = ends_text (self, sinks);

  set_row (self->in, in);
  set_row (self->out, out);
  gtk_widget_set_visible (GTK_WIDGET (self->flow), design == top);
  adw_combo_row_set_selected (self->flow, top->to_right ? 1 : 0);
}

void
lm_network_pane_update (LmNetworkPane *self)
{
  self->is_showing = TRUE;
  show_header (self);
  show_facts (self);
  show_rows (self);
  self->is_showing = FALSE;
}

/* --- View ---------------------------------------------------------------------------- */

static void
flow_cb (LmNetworkPane *self)
{
  gboolean to_right = adw_combo_row_get_selected (self->flow) == 1;

  if (!self->is_showing && self->view != NULL && !to_right != !lm_document_get_design (document_of (self))->to_right)
    g_object_set (self->view, "to-right", to_right, NULL);
}

static void
add_switch (LmNetworkPane *self,
            const char *property,
            const char *title,
            const char *subtitle)
{
  GtkWidget *row = adw_action_row_new (), *toggle = gtk_switch_new ();

  gtk_widget_set_valign (toggle, GTK_ALIGN_CENTER);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), toggle);
  g_object_bind_property (self->view, property, toggle, "active", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  adw_preferences_group_add (self->drawing, row);
}

void
lm_network_pane_set_view (LmNetworkPane *self,
                          GObject *view)
{
  GObjectClass *class = view != NULL ? G_OBJECT_GET_CLASS (view) : NULL;

  g_return_if_fail (self->view == NULL);

  if (class == NULL || g_object_class_find_property (class, "to-right") == NULL)
    return;
  self->view = view;
  g_object_add_weak_pointer (view, (gpointer *) &self->view);
  add_switch (self, "thumbnails", _ ("Thumbnails"), _ ("what each layer makes of a sample"));
  add_switch (self, "minimap", _ ("Minimap"), _ ("while the network does not fit"));
  gtk_widget_set_visible (GTK_WIDGET (self->drawing), TRUE);
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_network_pane_dispose (GObject *object)
{
  LmNetworkPane *self = LM_NETWORK_PANE (object);

  g_clear_object (&self->editor);
  g_clear_weak_pointer (&self->view);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (lm_network_pane_parent_class)->dispose (object);
}

static void
lm_network_pane_class_init (LmNetworkPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_network_pane_dispose;
  gtk_widget_class_set_css_name (widget_class, "networkpane");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
make_header (LmNetworkPane *self)
{
  GtkWidget *header = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->title = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->title, 0);
  gtk_label_set_ellipsize (self->title, PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (GTK_WIDGET (self->title), "heading");
  self->sub = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->sub, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->sub), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->sub), "dim-label");
  gtk_box_append (GTK_BOX (texts), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (texts), GTK_WIDGET (self->sub));
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (header), lm_chip_new (LM_CATEGORY_BLOCK, 36));
  gtk_box_append (GTK_BOX (header), texts);
  return header;
}

static AdwActionRow *
add_row (AdwPreferencesGroup *group,
         const char *title,
         const char *tooltip)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_set_tooltip_text (row, tooltip);
  gtk_widget_add_css_class (row, "property");
  gtk_widget_add_css_class (row, "numeric");
  adw_preferences_group_add (group, row);
  return ADW_ACTION_ROW (row);
}

static void
add_flow (LmNetworkPane *self,
          AdwPreferencesGroup *group)
{
  g_autoptr (GtkStringList) ways = gtk_string_list_new (NULL);

  gtk_string_list_append (ways, _ ("Down"));
  gtk_string_list_append (ways, _ ("Right"));
  self->flow = ADW_COMBO_ROW (adw_combo_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->flow), _ ("Flow"));
  adw_combo_row_set_model (self->flow, G_LIST_MODEL (ways));
  g_signal_connect_object (self->flow, "notify::selected", G_CALLBACK (flow_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (group, GTK_WIDGET (self->flow));
}

static void
lm_network_pane_init (LmNetworkPane *self)
{
  AdwPreferencesGroup *facts = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());

  self->drawing = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, GAP);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  self->facts = LM_FACT_ROW (lm_fact_row_new ());
  adw_preferences_group_set_title (facts, _ ("Network"));
  adw_preferences_group_set_title (self->drawing, _ ("Drawing"));
  self->in = add_row (facts, _ ("Input"), _ ("What one sample looks like"));
  self->out = add_row (facts, _ ("Output"), _ ("What the network answers for one sample"));
  add_flow (self, self->drawing);
  gtk_box_append (GTK_BOX (self->box), make_header (self));
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->facts));
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (facts));
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->drawing));
  gtk_widget_set_visible (GTK_WIDGET (self->drawing), FALSE);
}

GtkWidget *
lm_network_pane_new (LmEditor *editor)
{
  LmNetworkPane *self = g_object_new (LM_TYPE_NETWORK_PANE, NULL);

  self->editor = g_object_ref (editor);
  return GTK_WIDGET (self);
}
