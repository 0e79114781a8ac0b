/* lm-templates.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-templates.h"

#include "lm-diagram.h"
#include "lm-engine.h"
#include "lm-look.h"

#include <string.h>

#include "lm-i18n.h"

#define WIDTH 1000
#define HEIGHT 540
#define PICTURE_WIDTH 200
#define PICTURE_HEIGHT 210

struct _LmTemplates {
  AdwWindow parent_instance;

  GtkFlowBox *cards;
};

enum {
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmTemplates, lm_templates, ADW_TYPE_WINDOW)

/* --- Cards --------------------------------------------------------------------------- */

static void
draw_cb (GtkDrawingArea *area,
         cairo_t *cr,
         int width,
         int height,
         gpointer data)
{
  LmTheme theme;

  lm_look_theme (GTK_WIDGET (area), &theme);
  theme.canvas.a = 0;
  lm_draw_graph (cr, width, height, &theme, data, NULL);
}

static GtkWidget *
make_picture (const LmTemplate *template)
{
  GtkWidget *area = gtk_drawing_area_new ();
  g_autoptr (LmDesign) design = lm_template_load (template->id, NULL);
  g_autoptr (LmCheck) check = NULL;
  LmGraphPicture *picture;

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (area), PICTURE_WIDTH);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (area), PICTURE_HEIGHT);
  gtk_widget_set_can_target (area, FALSE);
  lm_look_watch (area);
  if (design == NULL)
    return area;
  check = lm_check_design (design, NULL, FALSE);
  picture = lm_graph_picture (design, check, NULL);
  g_clear_pointer (&picture->title, g_free);
  g_clear_pointer (&picture->caption, g_free);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw_cb, picture, (GDestroyNotify) lm_graph_picture_free);
  return area;
}

static GtkWidget *
text_label (const char *text,
            const char *class,
            gboolean is_dim)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
  gtk_widget_add_css_class (label, class);
  if (is_dim)
    gtk_widget_add_css_class (label, "dim-label");
  return label;
}

/* “builtin:digits?train=100” → “digits” */
static char *
data_text (const char *spec)
{
  const char *colon = strchr (spec, ':'), *name = colon != NULL ? colon + 1 : spec;

  return g_strdup_printf (_ ("Data: %.*s"), (int) strcspn (name, "?"), name);
}

static void
add_card (LmTemplates *self,
          const LmTemplate *template)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *child = gtk_flow_box_child_new ();

  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "activatable");
  gtk_widget_add_css_class (card, "lm-template");
  gtk_box_append (GTK_BOX (card), make_picture (template));
  gtk_box_append (GTK_BOX (card), text_label (_ (template->title), "heading", FALSE));
  if (template->data != NULL) {
    g_autofree char *data = data_text (template->data);

    gtk_box_append (GTK_BOX (card), text_label (data, "caption", TRUE));
  }
  gtk_box_append (GTK_BOX (card), text_label (_ (template->help), "caption", FALSE));
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), card);
  g_object_set_data (G_OBJECT (child), "lm-id", (gpointer) template->id);
  gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (template->title), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, _ (template->help), -1);
  gtk_flow_box_append (self->cards, child);
}

static void
activated_cb (LmTemplates *self,
              GtkFlowBoxChild *child)
{
  const char *id = g_object_get_data (G_OBJECT (child), "lm-id");

  g_signal_emit (self, signals[CHOSEN], 0, id);
  gtk_window_close (GTK_WINDOW (self));
}

/* --- Window -------------------------------------------------------------------------- */

static void
lm_templates_class_init (LmTemplatesClass *klass)
{
  signals[CHOSEN] = g_signal_new ("chosen", LM_TYPE_TEMPLATES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
fill (LmTemplates *self)
{
  gsize n;
  const LmTemplate *templates = lm_template_list (&n);

  self->cards = GTK_FLOW_BOX (gtk_flow_box_new ());
  gtk_flow_box_set_max_children_per_line (self->cards, 4);
  gtk_flow_box_set_homogeneous (self->cards, TRUE);
  gtk_flow_box_set_row_spacing (self->cards, 12);
  gtk_flow_box_set_column_spacing (self->cards, 12);
  gtk_flow_box_set_selection_mode (self->cards, GTK_SELECTION_NONE);
  gtk_widget_set_valign (GTK_WIDGET (self->cards), GTK_ALIGN_START);
  gtk_widget_add_css_class (GTK_WIDGET (self->cards), "lm-templates");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->cards), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Templates"), -1);
  for (gsize i = 0; i < n; i++)
    add_card (self, &templates[i]);
  g_signal_connect_object (self->cards, "child-activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
}

static void
lm_templates_init (LmTemplates *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *bar = adw_header_bar_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();

  fill (self);
  gtk_widget_add_css_class (bar, "flat");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->cards));
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), scroller);
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Start From a Template"));
  gtk_window_set_default_size (GTK_WINDOW (self), WIDTH, HEIGHT);
}

GtkWidget *
lm_templates_new (GtkWindow *parent)
{
  return g_object_new (LM_TYPE_TEMPLATES, "transient-for", parent, "modal", TRUE, "destroy-with-parent", TRUE, NULL);
}
