/* lm-design-page.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-design-page.h"

#include "lm-canvas.h"
#include "lm-design-panes.h"
#include "lm-graph-picture.h"
#include "lm-words.h"

#include "lm-i18n.h"

struct _LmDesignPage {
  GtkWidget parent_instance;

  LmDesignPanes *panes;
  LmCanvas *canvas;
  GtkButton *zoom_button;
  LmDocument *document;
  GSettings *settings;
};

static void lm_design_page_page_init (LmPageInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LmDesignPage, lm_design_page, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE (LM_TYPE_PAGE, lm_design_page_page_init))

static LmGraphPicture *
make_picture (LmDesignPage *self)
{
  return lm_graph_picture (lm_document_get_design (self->document), lm_document_get_check (self->document), lm_document_get_task (self->document));
}

static void
update (LmDesignPage *self)
{
  LmGraphPicture *picture = make_picture (self);

  g_clear_pointer (&picture->title, g_free);
  g_clear_pointer (&picture->caption, g_free);
  picture->keep_positions = TRUE;
  lm_canvas_set_picture (self->canvas, picture);
}

static void
zoom_changed_cb (LmDesignPage *self)
{
  g_autofree char *text = g_strdup_printf (_ ("%.0f %%"), lm_canvas_get_zoom (self->canvas) * 100);

  gtk_button_set_label (self->zoom_button, text);
}

static void
wheel_changed_cb (LmDesignPage *self)
{
  lm_canvas_set_wheel_zooms (self->canvas, g_settings_get_boolean (self->settings, "wheel-zooms"));
}

static void
zoom_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  LmDesignPage *self = LM_DESIGN_PAGE (widget);

  if (g_str_equal (name, "design.zoom-in"))
    lm_canvas_zoom_in (self->canvas);
  else if (g_str_equal (name, "design.zoom-out"))
    lm_canvas_zoom_out (self->canvas);
  else if (g_str_equal (name, "design.zoom-actual"))
    lm_canvas_zoom_to (self->canvas, 1);
  else
    lm_canvas_fit (self->canvas);
}

static void
lm_design_page_dispose (GObject *object)
{
  LmDesignPage *self = LM_DESIGN_PAGE (object);

  g_clear_object (&self->document);
  g_clear_object (&self->settings);
  if (self->panes != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->panes));
  self->panes = NULL;

  G_OBJECT_CLASS (lm_design_page_parent_class)->dispose (object);
}

static void
lm_design_page_class_init (LmDesignPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  static const struct {
    guint key;
    GdkModifierType modifiers;
    const char *action;
  } keys[] = {
    { GDK_KEY_plus, GDK_CONTROL_MASK, "design.zoom-in" },
    { GDK_KEY_equal, GDK_CONTROL_MASK, "design.zoom-in" },
    { GDK_KEY_KP_Add, GDK_CONTROL_MASK, "design.zoom-in" },
    { GDK_KEY_minus, GDK_CONTROL_MASK, "design.zoom-out" },
    { GDK_KEY_KP_Subtract, GDK_CONTROL_MASK, "design.zoom-out" },
    { GDK_KEY_0, GDK_CONTROL_MASK, "design.zoom-actual" },
    { GDK_KEY_KP_0, GDK_CONTROL_MASK, "design.zoom-actual" },
    { GDK_KEY_Home, 0, "design.zoom-fit" },
  };

  G_OBJECT_CLASS (klass)->dispose = lm_design_page_dispose;

  g_type_ensure (LM_TYPE_CANVAS);
  g_type_ensure (LM_TYPE_DESIGN_PANES);
  gtk_widget_class_set_css_name (widget_class, "designpage");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-design-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LmDesignPage, panes);
  gtk_widget_class_bind_template_child (widget_class, LmDesignPage, canvas);
  gtk_widget_class_bind_template_child (widget_class, LmDesignPage, zoom_button);
  gtk_widget_class_install_action (widget_class, "design.zoom-in", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "design.zoom-out", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "design.zoom-actual", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "design.zoom-fit", NULL, zoom_cb);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i].key, keys[i].modifiers, keys[i].action, NULL);
}

static void
lm_design_page_init (LmDesignPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->canvas, "notify::zoom", G_CALLBACK (zoom_changed_cb), self, G_CONNECT_SWAPPED);
  self->settings = g_settings_new (APP_ID);
  g_signal_connect_object (self->settings, "changed::wheel-zooms", G_CALLBACK (wheel_changed_cb), self, G_CONNECT_SWAPPED);
  wheel_changed_cb (self);
}

static void
lm_design_page_set_source (LmPage *page,
                           const LmSource *source)
{
  LmDesignPage *self = LM_DESIGN_PAGE (page);

  g_set_object (&self->document, source->document);
  g_signal_connect_object (self->document, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  if (source->editor != NULL)
    lm_design_panes_set_editor (self->panes, source->editor, NULL, NULL);
  update (self);
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
lm_design_page_add_views (LmPage *page,
                          GPtrArray *views)
{
  LmDesignPage *self = LM_DESIGN_PAGE (page);
  LmGraphPicture *picture;

  if (self->document == NULL)
    return;
  picture = make_picture (self);
  if (picture->title == NULL)
    picture->title = g_strdup (lm_document_get_name (self->document));
  picture->keep_positions = TRUE;
  g_ptr_array_add (views, lm_view_new ("graph", (LmPicture){ LM_PICTURE_GRAPH, .graph = picture }, GTK_WIDGET (self->canvas)));
}

static void
lm_design_page_page_init (LmPageInterface *interface)
{
  interface->set_source = lm_design_page_set_source;
  interface->get_panes = lm_design_page_get_panes;
  interface->find = lm_design_page_find;
  interface->add_views = lm_design_page_add_views;
}
