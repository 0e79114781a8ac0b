/* lm-inspector.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-inspector.h"

#include "lm-layer-pane.h"
#include "lm-network-pane.h"
#include "lm-wire-pane.h"

#include "lm-i18n.h"

#define WIDTH 304

struct _LmInspector {
  GtkWidget parent_instance;

  GtkWidget *scroller;
  GtkStack *stack;
  LmEditor *editor;
  LmLayerPane *layer;
  LmWirePane *wire;
  LmNetworkPane *network;
};

G_DEFINE_FINAL_TYPE (LmInspector, lm_inspector, GTK_TYPE_WIDGET)

static void
update (LmInspector *self)
{
  int n;
  const char *shown;

  lm_editor_get_selection (self->editor, &n);
  shown = n > 0 ? "layer" : lm_editor_get_selected_wire (self->editor) != NULL ? "wire"
                                                                               : "network";
  if (n > 0)
    lm_layer_pane_update (self->layer);
  else if (lm_editor_get_selected_wire (self->editor) != NULL)
    lm_wire_pane_update (self->wire);
  else
    lm_network_pane_update (self->network);
  gtk_stack_set_visible_child_name (self->stack, shown);
  gtk_widget_set_sensitive (GTK_WIDGET (self->stack), lm_document_get_read_only (lm_editor_get_document (self->editor), NULL) == NULL);
}

static void
selection_changed_cb (LmInspector *self)
{
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller)), 0);
  update (self);
}

static void
lm_inspector_measure (GtkWidget *widget,
                      GtkOrientation orientation,
                      int for_size,
                      int *minimum,
                      int *natural,
                      int *minimum_baseline,
                      int *natural_baseline)
{
  gtk_widget_measure (LM_INSPECTOR (widget)->scroller, orientation, for_size, minimum, natural, minimum_baseline, natural_baseline);
  /* The pane is as wide as it is, whatever stands in it. */
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *natural = *minimum = MAX (*minimum, WIDTH);
}

static void
lm_inspector_size_allocate (GtkWidget *widget,
                            int width,
                            int height,
                            int baseline)
{
  gtk_widget_allocate (LM_INSPECTOR (widget)->scroller, width, height, baseline, NULL);
}

static void
lm_inspector_dispose (GObject *object)
{
  LmInspector *self = LM_INSPECTOR (object);

  g_clear_object (&self->editor);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);

  G_OBJECT_CLASS (lm_inspector_parent_class)->dispose (object);
}

static void
lm_inspector_class_init (LmInspectorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_inspector_dispose;
  widget_class->measure = lm_inspector_measure;
  widget_class->size_allocate = lm_inspector_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "inspector");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
lm_inspector_init (LmInspector *self)
{
  GtkWidget *stack = gtk_stack_new ();

  self->stack = GTK_STACK (stack);
  gtk_stack_set_vhomogeneous (self->stack, FALSE);
  gtk_widget_set_margin_top (stack, 12);
  gtk_widget_set_margin_bottom (stack, 12);
  gtk_widget_set_margin_start (stack, 12);
  gtk_widget_set_margin_end (stack, 12);
  gtk_widget_set_valign (stack, GTK_ALIGN_START);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), stack);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  gtk_widget_add_css_class (GTK_WIDGET (self), "lm-pane");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Inspector"), -1);
}

void
lm_inspector_set_editor (LmInspector *self,
                         LmEditor *editor)
{
  g_return_if_fail (self->editor == NULL);

  self->editor = g_object_ref (editor);
  self->layer = LM_LAYER_PANE (lm_layer_pane_new (editor));
  self->wire = LM_WIRE_PANE (lm_wire_pane_new (editor));
  self->network = LM_NETWORK_PANE (lm_network_pane_new (editor));
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->network), "network");
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->layer), "layer");
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->wire), "wire");
  g_signal_connect_object (editor, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (editor, "selection-changed", G_CALLBACK (selection_changed_cb), self, G_CONNECT_SWAPPED);
  update (self);
}

void
lm_inspector_set_view (LmInspector *self,
                       GObject *view)
{
  lm_network_pane_set_view (self->network, view);
}

gboolean
lm_inspector_focus (LmInspector *self)
{
  return self->layer != NULL && gtk_widget_get_mapped (GTK_WIDGET (self->layer)) && lm_layer_pane_focus (self->layer);
}

GtkWidget *
lm_inspector_find_row (LmInspector *self,
                       const char *id)
{
  return self->layer != NULL ? lm_layer_pane_find_row (self->layer, id) : NULL;
}

const char *
lm_inspector_get_shown (LmInspector *self)
{
  return gtk_stack_get_visible_child_name (self->stack);
}
