/* lm-design-page.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-design-page.h"

#include "lm-design-actions.h"
#include "lm-design-panes.h"

struct _LmDesignPage {
  GtkWidget parent_instance;

  LmDesignPanes *panes;
  LmCanvasView *view;
  LmEditor *editor;
};

static void lm_design_page_page_init (LmPageInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LmDesignPage, lm_design_page, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE (LM_TYPE_PAGE, lm_design_page_page_init))

static LmCanvasView *
get_view (GtkWidget *page)
{
  return LM_DESIGN_PAGE (page)->view;
}

static void
update_actions (LmDesignPage *self)
{
  lm_design_actions_update (GTK_WIDGET (self), self->editor);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "design.help", lm_editor_get_current (self->editor) != 0);
}

/* --- What the canvas asks of the panes ----------------------------------------------- */

static LmCanvas *
canvas_of (LmDesignPage *self)
{
  return lm_canvas_view_get_canvas (self->view);
}

static void
add_requested_cb (LmDesignPage *self,
                  double x,
                  double y,
                  int id,
                  int port,
                  gboolean is_output)
{
  const LmWire *wire = lm_editor_get_selected_wire (self->editor);
  GdkRectangle at = { isnan (x) ? 0 : (int) x, isnan (y) ? 0 : (int) y, 1, 1 };
  double design_x, design_y;

  if (isnan (x)) {
    lm_canvas_get_card_area (canvas_of (self), lm_editor_get_current (self->editor), &at);
    design_x = design_y = NAN;
  } else {
    lm_canvas_to_design (canvas_of (self), x, y, &design_x, &design_y);
  }
  if (id == 0 && wire != NULL)
    lm_design_panes_insert (self->panes, &at, wire);
  else
    lm_design_panes_add (self->panes, &at, design_x, design_y, id, port, is_output);
}

static gboolean
place_cb (gpointer data,
          int id,
          GdkRectangle *area)
{
  return lm_canvas_get_card_area (data, id, area);
}

static void
help_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  lm_design_panes_help (LM_DESIGN_PAGE (widget)->panes);
}

static void
lm_design_page_dispose (GObject *object)
{
  LmDesignPage *self = LM_DESIGN_PAGE (object);
  GtkWidget *child;

  g_clear_object (&self->editor);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (lm_design_page_parent_class)->dispose (object);
}

static void
lm_design_page_class_init (LmDesignPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_design_page_dispose;

  g_type_ensure (LM_TYPE_CANVAS_VIEW);
  g_type_ensure (LM_TYPE_DESIGN_PANES);
  gtk_widget_class_set_css_name (widget_class, "designpage");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-design-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LmDesignPage, panes);
  gtk_widget_class_bind_template_child (widget_class, LmDesignPage, view);
  gtk_widget_class_install_action (widget_class, "design.help", NULL, help_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F1, 0, "design.help", NULL);
  lm_design_actions_install (widget_class, get_view);
}

static void
lm_design_page_init (LmDesignPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
lm_design_page_set_source (LmPage *page,
                           const LmSource *source)
{
  LmDesignPage *self = LM_DESIGN_PAGE (page);

  g_set_object (&self->editor, source->editor);
  lm_canvas_view_set_source (self->view, source->editor, source->lens);
  lm_design_panes_set_editor (self->panes, source->editor, place_cb, canvas_of (self));
  g_signal_connect_object (canvas_of (self), "add-requested", G_CALLBACK (add_requested_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (canvas_of (self), "edit-requested", G_CALLBACK (lm_design_panes_edit), self->panes, G_CONNECT_SWAPPED);
  g_signal_connect_object (canvas_of (self), "view-changed", G_CALLBACK (lm_design_panes_place), self->panes, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->editor, "changed", G_CALLBACK (update_actions), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->editor, "selection-changed", G_CALLBACK (update_actions), self, G_CONNECT_SWAPPED);
  update_actions (self);
}

static void
lm_design_page_add_views (LmPage *page,
                          GPtrArray *views)
{
  LmDesignPage *self = LM_DESIGN_PAGE (page);
  LmDocument *document;
  LmGraphPicture *picture;

  if (self->editor == NULL)
    return;
  document = lm_editor_get_document (self->editor);
  picture = lm_graph_picture_of_block (lm_document_get_design (document), lm_editor_get_block (self->editor), lm_document_get_check (document), lm_document_get_task (document));
  if (picture->title == NULL)
    picture->title = g_strdup (lm_document_get_name (document));
  picture->keep_positions = TRUE;
  g_ptr_array_add (views, lm_view_new ("graph", (LmPicture){ LM_PICTURE_GRAPH, .graph = picture }, GTK_WIDGET (lm_canvas_view_get_canvas (self->view))));
}

static LmPanes *
lm_design_page_get_panes (LmPage *page)
{
  return lm_design_panes_get_panes (LM_DESIGN_PAGE (page)->panes);
}

static gboolean
lm_design_page_find (LmPage *page)
{
  return lm_design_panes_find (LM_DESIGN_PAGE (page)->panes);
}

static void
lm_design_page_page_init (LmPageInterface *interface)
{
  interface->set_source = lm_design_page_set_source;
  interface->get_panes = lm_design_page_get_panes;
  interface->find = lm_design_page_find;
  interface->add_views = lm_design_page_add_views;
}
