/* lm-design-panes.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-design-panes.h"

#include "lm-add-popover.h"
#include "lm-inspector.h"
#include "lm-layer-help.h"
#include "lm-outline.h"
#include "lm-palette.h"
#include "lm-templates.h"

#include <math.h>

#include "lm-i18n.h"

#define LEFT_WIDTH 224

struct _LmDesignPanes {
  GtkWidget parent_instance;

  LmPanes *panes;
  GtkWidget *left;
  GtkStack *tabs;
  LmPalette *palette;
  LmOutline *outline;
  LmInspector *inspector;
  GtkOverlay *overlay;
  GtkWidget *content;
  LmBubble *bubble;
  GtkWidget *plus;
  GtkWidget *empty;
  GtkWidget *start;
  GtkWidget *popover;

  LmEditor *editor;
  LmBubblePlace place;
  gpointer place_data;
};

enum {
  PROP_CONTENT = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (LmDesignPanes, lm_design_panes, GTK_TYPE_WIDGET)

/* --- Left ---------------------------------------------------------------------------- */

static void
chosen_cb (LmDesignPanes *self,
           const char *kind)
{
  if (self->editor != NULL)
    lm_editor_add (self->editor, kind, NAN, NAN);
}

/* Back to the network. */
static void
dismissed_cb (LmDesignPanes *self)
{
  gtk_widget_child_focus (self->content, GTK_DIR_TAB_FORWARD);
}

static void
show_left (LmDesignPanes *self,
           const char *tab)
{
  gtk_stack_set_visible_child_name (self->tabs, tab);
  g_object_set (self->panes, "left-revealed", TRUE, NULL);
}

gboolean
lm_design_panes_find (LmDesignPanes *self)
{
  show_left (self, "outline");
  lm_outline_search (self->outline, NULL);
  return TRUE;
}

static void
plus_cb (LmDesignPanes *self)
{
  show_left (self, "layers");
  lm_palette_search (self->palette, NULL);
}

/* The pane is as wide as it is, whatever stands in it; rows are cut. */
static void
measure_left (GtkWidget *widget,
              GtkOrientation orientation,
              int for_size,
              int *minimum,
              int *natural,
              int *minimum_baseline,
              int *natural_baseline)
{
  gtk_widget_measure (gtk_widget_get_first_child (widget), orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = *natural = MAX (*minimum, LEFT_WIDTH);
}

static void
allocate_left (GtkWidget *widget,
               int width,
               int height,
               int baseline)
{
  gtk_widget_allocate (gtk_widget_get_first_child (widget), width, height, baseline, NULL);
}

static GtkWidget *
make_left (LmDesignPanes *self)
{
  GtkWidget *bin = adw_bin_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *switcher = gtk_stack_switcher_new ();

  self->tabs = GTK_STACK (gtk_stack_new ());
  self->palette = LM_PALETTE (lm_palette_new (FALSE));
  self->outline = g_object_new (LM_TYPE_OUTLINE, NULL);
  gtk_stack_add_titled (self->tabs, GTK_WIDGET (self->palette), "layers", _ ("Layers"));
  gtk_stack_add_titled (self->tabs, GTK_WIDGET (self->outline), "outline", _ ("Outline"));
  gtk_stack_set_hhomogeneous (self->tabs, FALSE);
  gtk_widget_set_vexpand (GTK_WIDGET (self->tabs), TRUE);
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (switcher), self->tabs);
  gtk_widget_add_css_class (switcher, "lm-tabs");
  gtk_widget_set_layout_manager (bin, gtk_custom_layout_new (NULL, measure_left, allocate_left));
  adw_bin_set_child (ADW_BIN (bin), box);
  gtk_widget_add_css_class (bin, "lm-pane");
  gtk_widget_add_css_class (box, "lm-library");
  gtk_box_append (GTK_BOX (box), switcher);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->tabs));
  g_signal_connect_object (self->palette, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->palette, "dismissed", G_CALLBACK (dismissed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->outline, "dismissed", G_CALLBACK (dismissed_cb), self, G_CONNECT_SWAPPED);
  return bin;
}

/* --- Over the network ---------------------------------------------------------------- */

static void
show_plus (LmDesignPanes *self)
{
  gboolean is_folded, is_revealed;

  g_object_get (self->panes, "left-folded", &is_folded, "left-revealed", &is_revealed, NULL);
  gtk_widget_set_visible (self->plus, is_folded && !is_revealed);
}

static GtkWidget *
make_plus (LmDesignPanes *self)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("list-add-symbolic");

  gtk_widget_add_css_class (button, "circular");
  gtk_widget_add_css_class (button, "suggested-action");
  gtk_widget_add_css_class (button, "lm-plus");
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (button, _ ("Layers to add (F9)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Layers to add"), -1);
  gtk_widget_set_visible (button, FALSE);
  g_signal_connect_object (button, "clicked", G_CALLBACK (plus_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->panes, "notify::left-folded", G_CALLBACK (show_plus), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->panes, "notify::left-revealed", G_CALLBACK (show_plus), self, G_CONNECT_SWAPPED);
  return button;
}

/* All layers of a template, and its data if the project has none, as one step. */
static void
template_cb (LmDesignPanes *self,
             const char *id)
{
  const LmDesign *design = lm_document_get_design (lm_editor_get_document (self->editor));
  const LmTemplate *template = lm_template_find (id);
  g_autoptr (LmDesign) fragment = lm_template_load (id, NULL);
  LmEdit *paste = fragment != NULL ? lm_edit_paste (design, "", fragment, 0, 0, NULL) : NULL;
  GPtrArray *edits;
  g_autoptr (LmEdit) whole = NULL;

  if (paste == NULL)
    return;
  edits = g_ptr_array_new ();
  g_ptr_array_add (edits, paste);
  if (design->data_spec == NULL && template->data != NULL)
    g_ptr_array_add (edits, lm_edit_set_data (template->data));
  whole = lm_edit_group (_ ("Start From a Template"), edits);
  lm_editor_do (self->editor, whole, FALSE);
}

static void
start_cb (LmDesignPanes *self)
{
  GtkWidget *window = lm_templates_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))));

  g_signal_connect_object (window, "chosen", G_CALLBACK (template_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (window));
}

/* Words that nothing hits: what is dragged or pressed there is for the network below. */
static GtkWidget *
make_empty (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *title = gtk_label_new (_ ("Draw a Network"));
  GtkWidget *text = gtk_label_new (_ ("Drag a layer here, or press Shift+A."));

  gtk_widget_add_css_class (title, "title-1");
  gtk_widget_add_css_class (text, "body");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), text);
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_bottom (box, 90);
  gtk_widget_set_can_target (box, FALSE);
  return box;
}

static GtkWidget *
make_start (LmDesignPanes *self)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Start From a Template…"));

  gtk_widget_add_css_class (button, "pill");
  gtk_widget_add_css_class (button, "suggested-action");
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_top (button, 60);
  g_signal_connect_object (button, "clicked", G_CALLBACK (start_cb), self, G_CONNECT_SWAPPED);
  return button;
}

static void
changed_cb (LmDesignPanes *self)
{
  gboolean is_empty = lm_document_get_design (lm_editor_get_document (self->editor))->nodes->len == 0;
  gboolean is_locked = lm_document_get_read_only (lm_editor_get_document (self->editor), NULL) != NULL;

  /* Where one is in blocks stands in the same corner. */
  gtk_widget_set_margin_top (self->plus, *lm_editor_get_block (self->editor) != '\0' ? 48 : 0);
  gtk_widget_set_visible (self->empty, is_empty);
  gtk_widget_set_visible (self->start, is_empty && !is_locked);
  gtk_widget_set_sensitive (GTK_WIDGET (self->palette), !is_locked);
}

/* What the wire of the next layer would bring. */
static void
selection_changed_cb (LmDesignPanes *self)
{
  int current = lm_editor_get_current (self->editor);
  g_autofree char *path = current != 0 ? lm_editor_path (self->editor, current) : NULL;
  const LmLayerFacts *facts = path != NULL ? lm_check_find (lm_document_get_check (lm_editor_get_document (self->editor)), path) : NULL;

  lm_palette_set_fit (self->palette, facts != NULL && facts->n_outputs > 0 && facts->shapes[0].rank > 0 ? &facts->shapes[0] : NULL, FALSE);
}

static gboolean
place_cb (gpointer data,
          int id,
          GdkRectangle *area)
{
  LmDesignPanes *self = data;
  double x, y;

  if (self->place == NULL || self->content == NULL || !self->place (self->place_data, id, area))
    return FALSE;
  if (gtk_widget_translate_coordinates (self->content, GTK_WIDGET (self->overlay), area->x, area->y, &x, &y)) {
    area->x = (int) x;
    area->y = (int) y;
  }
  return TRUE;
}

/* --- What the network asks for ------------------------------------------------------- */

void
lm_design_panes_place (LmDesignPanes *self)
{
  lm_bubble_place (self->bubble);
}

gboolean
lm_design_panes_edit (LmDesignPanes *self)
{
  g_object_set (self->panes, "right-revealed", TRUE, NULL);
  return lm_inspector_focus (self->inspector);
}

gboolean
lm_design_panes_help (LmDesignPanes *self)
{
  int current = self->editor != NULL ? lm_editor_get_current (self->editor) : 0;
  const LmDesign *design = current != 0 ? lm_editor_get_design (self->editor) : NULL;
  const LmNode *node = design != NULL ? lm_design_find (design, current) : NULL;

  if (node == NULL || lm_design_source (design, node)->layer == NULL)
    return FALSE;
  lm_layer_help_show (lm_design_source (design, node)->layer, GTK_WIDGET (self));
  return TRUE;
}

/* The list of layers, and where it opens; NULL if nothing can be added. */
static LmAddPopover *
get_popover (LmDesignPanes *self,
             const GdkRectangle *at,
             GdkRectangle *there)
{
  double x, y;

  *there = *at;
  if (self->editor == NULL || lm_document_get_read_only (lm_editor_get_document (self->editor), NULL) != NULL)
    return NULL;
  if (self->popover == NULL) {
    self->popover = lm_add_popover_new (self->editor);
    gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
  }
  if (gtk_widget_translate_coordinates (self->content, GTK_WIDGET (self), at->x, at->y, &x, &y)) {
    there->x = (int) x;
    there->y = (int) y;
  }
  return LM_ADD_POPOVER (self->popover);
}

void
lm_design_panes_add (LmDesignPanes *self,
                     const GdkRectangle *at,
                     double x,
                     double y,
                     int id,
                     int port,
                     gboolean is_output)
{
  GdkRectangle there;
  LmAddPopover *popover = get_popover (self, at, &there);

  if (popover != NULL)
    lm_add_popover_ask (popover, &there, x, y, id, port, is_output);
}

void
lm_design_panes_insert (LmDesignPanes *self,
                        const GdkRectangle *at,
                        const LmWire *wire)
{
  GdkRectangle there;
  LmAddPopover *popover = get_popover (self, at, &there);

  if (popover != NULL)
    lm_add_popover_ask_wire (popover, &there, wire);
}

/* Esc closes the bubble before it means anything else to the network. */
static gboolean
key_cb (LmDesignPanes *self,
        guint key)
{
  return key == GDK_KEY_Escape && lm_bubble_dismiss (self->bubble) ? GDK_EVENT_STOP : GDK_EVENT_PROPAGATE;
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_design_panes_get_property (GObject *object,
                              guint id,
                              GValue *value,
                              GParamSpec *pspec)
{
  g_value_set_object (value, LM_DESIGN_PANES (object)->content);
}

static void
lm_design_panes_set_property (GObject *object,
                              guint id,
                              const GValue *value,
                              GParamSpec *pspec)
{
  LmDesignPanes *self = LM_DESIGN_PANES (object);

  self->content = g_value_get_object (value);
  gtk_overlay_set_child (self->overlay, self->content);
}

static void
lm_design_panes_dispose (GObject *object)
{
  LmDesignPanes *self = LM_DESIGN_PANES (object);

  g_clear_object (&self->editor);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  if (self->panes != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->panes));
  self->panes = NULL;

  G_OBJECT_CLASS (lm_design_panes_parent_class)->dispose (object);
}

static void
lm_design_panes_class_init (LmDesignPanesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = lm_design_panes_get_property;
  object_class->set_property = lm_design_panes_set_property;
  object_class->dispose = lm_design_panes_dispose;
  props[PROP_CONTENT] = g_param_spec_object ("content", NULL, NULL, GTK_TYPE_WIDGET, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_css_name (widget_class, "designpanes");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
lm_design_panes_init (LmDesignPanes *self)
{
  GtkEventController *key = gtk_event_controller_key_new ();

  self->panes = g_object_new (LM_TYPE_PANES, NULL);
  self->overlay = GTK_OVERLAY (gtk_overlay_new ());
  self->left = make_left (self);
  self->inspector = g_object_new (LM_TYPE_INSPECTOR, NULL);
  self->plus = make_plus (self);
  self->empty = make_empty ();
  self->start = make_start (self);
  gtk_overlay_add_overlay (self->overlay, self->empty);
  gtk_overlay_add_overlay (self->overlay, self->start);
  gtk_overlay_add_overlay (self->overlay, self->plus);
  gtk_widget_set_visible (self->empty, FALSE);
  gtk_widget_set_visible (self->start, FALSE);
  self->bubble = LM_BUBBLE (lm_bubble_new (self->overlay, place_cb, self));
  gtk_widget_set_hexpand (GTK_WIDGET (self->overlay), TRUE);
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect_object (key, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->overlay), key);
  g_object_set (self->panes, "left", self->left, "content", self->overlay, "right", self->inspector, NULL);
  gtk_widget_set_parent (GTK_WIDGET (self->panes), GTK_WIDGET (self));
}

void
lm_design_panes_set_editor (LmDesignPanes *self,
                            LmEditor *editor,
                            LmBubblePlace place,
                            gpointer data)
{
  g_return_if_fail (self->editor == NULL);

  self->editor = g_object_ref (editor);
  self->place = place;
  self->place_data = data;
  lm_palette_set_editor (self->palette, editor);
  lm_outline_set_editor (self->outline, editor);
  lm_inspector_set_editor (self->inspector, editor);
  lm_inspector_set_view (self->inspector, G_OBJECT (self->content));
  lm_bubble_set_editor (self->bubble, editor);
  g_signal_connect_object (editor, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (editor, "selection-changed", G_CALLBACK (selection_changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
}

LmPanes *
lm_design_panes_get_panes (LmDesignPanes *self)
{
  return self->panes;
}

GtkWidget *
lm_design_panes_get_palette (LmDesignPanes *self)
{
  return GTK_WIDGET (self->palette);
}

GtkWidget *
lm_design_panes_get_outline (LmDesignPanes *self)
{
  return GTK_WIDGET (self->outline);
}

GtkWidget *
lm_design_panes_get_inspector (LmDesignPanes *self)
{
  return GTK_WIDGET (self->inspector);
}

GtkWidget *
lm_design_panes_get_bubble (LmDesignPanes *self)
{
  return GTK_WIDGET (self->bubble);
}
