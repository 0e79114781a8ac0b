/* lm-design-page.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-design-page.h"

#include "lm-design-actions.h"

struct _LmDesignPage {
  GtkWidget parent_instance;

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
  gtk_widget_class_set_css_name (widget_class, "designpage");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-design-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LmDesignPage, view);
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

static void
lm_design_page_page_init (LmPageInterface *interface)
{
  interface->set_source = lm_design_page_set_source;
  interface->add_views = lm_design_page_add_views;
}
