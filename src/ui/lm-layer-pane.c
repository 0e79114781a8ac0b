/* lm-layer-pane.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-pane-private.h"

#include "lm-catalogue.h"
#include "lm-layer-help.h"
#include "lm-words.h"

#include "lm-i18n.h"

#define GAP 18

G_DEFINE_FINAL_TYPE (LmLayerPane, lm_layer_pane, GTK_TYPE_WIDGET)

static const LmCheck *
check_of (LmLayerPane *self)
{
  return lm_document_get_check (lm_editor_get_document (self->editor));
}

static const LmLayerFacts *
facts_of (LmLayerPane *self,
          int id)
{
  g_autofree char *path = lm_editor_path (self->editor, id);

  return lm_check_find (check_of (self), path);
}

GPtrArray *
lm_layer_pane_dup_nodes (LmLayerPane *self)
{
  const LmDesign *design = lm_editor_get_design (self->editor);
  GPtrArray *nodes = g_ptr_array_new ();
  int n;
  const int *ids = lm_editor_get_selection (self->editor, &n);

  for (int i = 0; i < n; i++) {
    LmNode *node = lm_design_find (design, ids[i]);

    if (node != NULL)
      g_ptr_array_add (nodes, node);
  }
  return nodes;
}

const LmLayerClass *
lm_layer_pane_common (LmLayerPane *self,
                      GPtrArray *nodes)
{
  const LmDesign *design = lm_editor_get_design (self->editor);
  const LmLayerClass *layer = nodes->len > 0 ? lm_design_source (design, nodes->pdata[0])->layer : NULL;

  for (guint i = 1; i < nodes->len; i++) {
    if (lm_design_source (design, nodes->pdata[i])->layer != layer)
      return NULL;
  }
  return layer;
}

/* --- Figures ------------------------------------------------------------------------- */

static char *
shape_text (const LmShape *shape)
{
  return shape->rank < 0 ? g_strdup ("?") : lm_shape_to_string (shape);
}

/* What comes into the ports in their order: “14×14×32 +1”; @all: a line each. NULL: the layer has no inputs. */
static char *
input_text (LmLayerPane *self,
            const LmNode *node,
            char **all)
{
  const LmDesign *design = lm_editor_get_design (self->editor);
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *first = NULL;
  int n_ports = lm_design_n_inputs (design, node), n = 0;

  for (int port = 0; port < n_ports; port++) {
    const LmWire *wire = lm_design_wire_into (design, node->id, port);
    const LmLayerFacts *facts = wire != NULL ? facts_of (self, wire->from) : NULL;
    g_autofree char *text = NULL;

    if (wire == NULL)
      continue;
    text = facts != NULL && wire->from_port < facts->n_outputs ? shape_text (&facts->shapes[wire->from_port]) : g_strdup ("?");
    g_string_append_printf (lines, "%s%s ← %s", n > 0 ? "\n" : "", text, lm_design_find (design, wire->from)->name);
    if (n++ == 0)
      first = g_steal_pointer (&text);
  }
  *all = n > 0 ? g_strdup (lines->str) : NULL;
  if (n_ports == 0)
    return NULL;
  if (n == 0)
    return g_strdup ("–");
  return n == 1 ? g_steal_pointer (&first) : g_strdup_printf ("%s +%d", first, n - 1);
}

static char *
output_text (const LmLayerFacts *facts,
             char **all)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *first = facts != NULL && facts->n_outputs > 0 ? shape_text (&facts->shapes[0]) : g_strdup ("?");

  *all = NULL;
  if (facts == NULL || facts->n_outputs < 2)
    return g_steal_pointer (&first);
  for (int i = 0; i < MIN (facts->n_outputs, (int) G_N_ELEMENTS (facts->shapes)); i++) {
    g_autofree char *text = shape_text (&facts->shapes[i]);

    g_string_append_printf (lines, "%s%s", i > 0 ? "\n" : "", text);
  }
  *all = g_strdup (lines->str);
  return g_strdup_printf ("%s +%d", first, facts->n_outputs - 1);
}

static void
sum_params (LmLayerPane *self,
            GPtrArray *nodes,
            gint64 *params,
            gint64 *trainable)
{
  *params = *trainable = 0;
  for (guint i = 0; i < nodes->len; i++) {
    const LmLayerFacts *facts = facts_of (self, ((LmNode *) nodes->pdata[i])->id);

    *params += facts != NULL ? facts->params : 0;
    *trainable += facts != NULL ? facts->trainable : 0;
  }
}

static void
show_facts (LmLayerPane *self,
            GPtrArray *nodes)
{
  const LmNode *node = nodes->pdata[0];
  gint64 params, trainable;
  g_autofree char *all_in = NULL;
  g_autofree char *all_out = NULL;
  g_autofree char *in = nodes->len == 1 ? input_text (self, node, &all_in) : NULL;
  g_autofree char *out = nodes->len == 1 ? output_text (facts_of (self, node->id), &all_out) : NULL;
  g_autofree char *count = NULL;
  g_autofree char *exact = NULL;

  sum_params (self, nodes, &params, &trainable);
  count = lm_words_count (params);
  exact = g_strdup_printf (_ ("%" PRId64 " numbers that training changes, %" PRId64 " that it does not"), trainable, params - trainable);
  lm_fact_row_set (self->facts, 0, in, _ ("in"), all_in);
  lm_fact_row_set (self->facts, 1, out, _ ("out"), all_out);
  lm_fact_row_set (self->facts, 2, count, _ ("parameters"), exact);
}

/* --- Header -------------------------------------------------------------------------- */

static void
show_header (LmLayerPane *self,
             const LmLayerClass *layer,
             GPtrArray *nodes)
{
  const LmNode *node = nodes->pdata[0];
  g_autofree char *title = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d layer", "%d layers", nodes->len), (int) nodes->len);
  g_autofree char *kind = layer == NULL && nodes->len > 1 ? g_strdup (_ ("of several kinds")) : g_strdup (node->type == LM_NODE_COPY ? _ ("Linked copy") : node->kind);

  lm_chip_set_category (self->chip, layer != NULL ? lm_category_from_id (layer->category) : LM_CATEGORY_BLOCK);
  gtk_widget_set_visible (self->name, nodes->len == 1);
  gtk_widget_set_visible (GTK_WIDGET (self->title), nodes->len > 1);
  gtk_label_set_label (self->title, title);
  gtk_label_set_label (self->kind, kind);
  gtk_widget_set_visible (self->help, layer != NULL);
  if (gtk_widget_get_focus_child (self->name) == NULL || !g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->name)), node->name))
    gtk_editable_set_text (GTK_EDITABLE (self->name), node->name);
}

/* Linked copies, blocks and unknown layers say what they are. */
static void
show_note (LmLayerPane *self,
           GPtrArray *nodes)
{
  const LmNode *node = nodes->pdata[0];
  const LmDesign *design = lm_editor_get_design (self->editor);
  g_autofree char *text = NULL;

  if (nodes->len == 1 && node->type == LM_NODE_COPY)
    text = g_strdup_printf (_ ("It shares all weights and options with “%s”. What is changed here, is changed there."), lm_design_source (design, node)->name);
  else if (nodes->len == 1 && node->type == LM_NODE_BLOCK)
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "A block of %d layer.", "A block of %d layers.", node->child->nodes->len), (int) node->child->nodes->len);
  else if (nodes->len == 1 && node->layer == NULL)
    text = g_strdup_printf (_ ("Layers of the kind “%s” are not known here; it is kept as it was read."), node->kind);
  gtk_widget_set_visible (GTK_WIDGET (self->note), text != NULL);
  gtk_label_set_label (self->note, text != NULL ? text : "");
  gtk_widget_set_visible (self->open, nodes->len == 1 && node->type == LM_NODE_BLOCK);
}

static void
show_switches (LmLayerPane *self,
               GPtrArray *nodes)
{
  const LmNode *node = nodes->pdata[0];
  gint64 params, trainable;
  g_autofree char *some = NULL;
  g_autofree char *all = NULL;
  g_autofree char *text = NULL;

  sum_params (self, nodes, &params, &trainable);
  some = lm_words_count (trainable);
  all = lm_words_count (params);
  text = g_strdup_printf (_ ("%s of %s parameters"), some, all);
  gtk_switch_set_active (GTK_SWITCH (self->trained_switch), !node->frozen);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->trained), text);
  gtk_switch_set_active (GTK_SWITCH (self->bypassed_switch), node->bypassed);
  gtk_widget_set_visible (GTK_WIDGET (self->weights_group), params > 0 || self->expanders[0] != NULL);
}

void
lm_layer_pane_update (LmLayerPane *self)
{
  g_autoptr (GPtrArray) nodes = lm_layer_pane_dup_nodes (self);
  const LmLayerClass *layer;

  if (nodes->len == 0)
    return;
  layer = lm_layer_pane_common (self, nodes);
  self->is_showing = TRUE;
  show_header (self, layer, nodes);
  show_note (self, nodes);
  show_facts (self, nodes);
  lm_layer_pane_show_rows (self, layer, nodes);
  show_switches (self, nodes);
  self->is_showing = FALSE;
}

/* --- Actions ------------------------------------------------------------------------- */

static void
rename_cb (LmLayerPane *self)
{
  g_autoptr (GPtrArray) nodes = lm_layer_pane_dup_nodes (self);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->name));
  LmNode *node = nodes->len == 1 ? nodes->pdata[0] : NULL;

  if (self->is_showing || node == NULL || g_str_equal (text, node->name))
    return;
  if (!lm_editor_rename (self->editor, node->id, text))
    lm_layer_pane_update (self);
}

static gboolean
name_key_cb (LmLayerPane *self,
             guint key)
{
  if (key != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  lm_layer_pane_update (self);
  return GDK_EVENT_STOP;
}

static void
trained_cb (LmLayerPane *self)
{
  if (!self->is_showing)
    lm_editor_toggle_frozen (self->editor);
}

static void
bypassed_cb (LmLayerPane *self)
{
  if (!self->is_showing)
    lm_editor_toggle_bypass (self->editor);
}

static void
help_cb (LmLayerPane *self)
{
  if (self->layer != NULL)
    lm_layer_help_show (self->layer, GTK_WIDGET (self));
}

static void
open_cb (LmLayerPane *self)
{
  lm_editor_open_block (self->editor, lm_editor_get_current (self->editor));
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_layer_pane_dispose (GObject *object)
{
  LmLayerPane *self = LM_LAYER_PANE (object);

  g_clear_object (&self->editor);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->rows, g_free);
  g_clear_pointer (&self->tops, g_ptr_array_unref);
  self->layer = NULL;

  G_OBJECT_CLASS (lm_layer_pane_parent_class)->dispose (object);
}

static void
lm_layer_pane_class_init (LmLayerPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_layer_pane_dispose;
  gtk_widget_class_set_css_name (widget_class, "layerpane");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
make_name (LmLayerPane *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  self->name = gtk_entry_new ();
  gtk_editable_set_width_chars (GTK_EDITABLE (self->name), 6);
  gtk_widget_set_hexpand (self->name, TRUE);
  gtk_widget_add_css_class (self->name, "lm-layer-name");
  gtk_widget_set_tooltip_text (self->name, _ ("Name of the layer (F2)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->name), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name of the layer"), -1);
  g_signal_connect_object (self->name, "activate", G_CALLBACK (rename_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (focus, "leave", G_CALLBACK (rename_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->name, focus);
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect_object (key, "key-pressed", G_CALLBACK (name_key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->name, key);
  return self->name;
}

static GtkWidget *
make_header (LmLayerPane *self)
{
  GtkWidget *header = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->chip = LM_CHIP (lm_chip_new (LM_CATEGORY_BLOCK, 36));
  self->title = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->title, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->title), "heading");
  gtk_widget_add_css_class (GTK_WIDGET (self->title), "lm-title");
  self->kind = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->kind, 0);
  gtk_label_set_ellipsize (self->kind, PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (GTK_WIDGET (self->kind), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->kind), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->kind), "lm-title");
  gtk_box_append (GTK_BOX (texts), make_name (self));
  gtk_box_append (GTK_BOX (texts), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (texts), GTK_WIDGET (self->kind));
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  self->help = gtk_button_new_with_label ("?");
  gtk_widget_add_css_class (self->help, "flat");
  gtk_widget_add_css_class (self->help, "circular");
  gtk_widget_set_valign (self->help, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (self->help, _ ("What this layer does (F1)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->help), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("What this layer does"), -1);
  g_signal_connect_object (self->help, "clicked", G_CALLBACK (help_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (header), GTK_WIDGET (self->chip));
  gtk_box_append (GTK_BOX (header), texts);
  gtk_box_append (GTK_BOX (header), self->help);
  return header;
}

static AdwPreferencesGroup *
add_group (LmLayerPane *self,
           const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  gtk_box_append (GTK_BOX (self->box), group);
  return ADW_PREFERENCES_GROUP (group);
}

static GtkWidget *
add_switch (LmLayerPane *self,
            AdwPreferencesGroup *group,
            const char *title,
            const char *subtitle,
            GCallback callback,
            GtkWidget **toggle)
{
  GtkWidget *row = adw_action_row_new ();

  *toggle = gtk_switch_new ();
  gtk_widget_set_valign (*toggle, GTK_ALIGN_CENTER);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), *toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), *toggle);
  g_signal_connect_object (*toggle, "notify::active", callback, self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (group, row);
  return row;
}

static void
lm_layer_pane_init (LmLayerPane *self)
{
  self->tops = g_ptr_array_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, GAP);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_box_append (GTK_BOX (self->box), make_header (self));
  self->facts = LM_FACT_ROW (lm_fact_row_new ());
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->facts));
  self->note = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->note, TRUE);
  gtk_label_set_xalign (self->note, 0);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->note));
  self->open = gtk_button_new_with_label (_ ("Open the Block"));
  g_signal_connect_object (self->open, "clicked", G_CALLBACK (open_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->box), self->open);
  self->layer_group = add_group (self, _ ("Layer"));
  self->weights_group = add_group (self, _ ("Weights"));
  self->trained = add_switch (self, self->weights_group, _ ("Train this layer"), "", G_CALLBACK (trained_cb), &self->trained_switch);
  self->card_group = add_group (self, _ ("Card"));
  self->bypassed = add_switch (self, self->card_group, _ ("Bypass"), _ ("the data run past it"), G_CALLBACK (bypassed_cb), &self->bypassed_switch);
}

GtkWidget *
lm_layer_pane_new (LmEditor *editor)
{
  LmLayerPane *self = g_object_new (LM_TYPE_LAYER_PANE, NULL);

  self->editor = g_object_ref (editor);
  return GTK_WIDGET (self);
}
