/* lm-canvas-view.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-canvas-view.h"

#include "lm-card.h"
#include "lm-design-menus.h"
#include "lm-minimap.h"
#include "lm-words.h"

#include <math.h>

#include "lm-i18n.h"

struct _LmCanvasView {
  GtkWidget parent_instance;

  GtkWidget *overlay;
  LmCanvas *canvas;
  GtkWidget *crumbs;
  GtkEditable *name_entry;
  GtkButton *zoom_button;
  LmMinimap *minimap;
  GtkWidget *menu;

  LmEditor *editor;
  LmLens *lens;
  GSettings *settings;
  int renamed; /* id */
  gboolean has_thumbs;
  guint map_source;
};

enum {
  PROP_MINIMAP = 1,
  PROP_THUMBNAILS,
  PROP_TO_RIGHT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (LmCanvasView, lm_canvas_view, GTK_TYPE_WIDGET)

/* --- Where one is -------------------------------------------------------------------- */

static void
crumb_cb (LmCanvasView *self,
          GtkWidget *button)
{
  lm_editor_set_block (self->editor, g_object_get_data (G_OBJECT (button), "path"));
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

static void
add_crumb (LmCanvasView *self,
           const char *name,
           const char *path,
           gboolean is_last)
{
  GtkWidget *button = gtk_button_new_with_label (name);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_sensitive (button, !is_last);
  g_object_set_data_full (G_OBJECT (button), "path", g_strdup (path), g_free);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (crumb_cb), self);
  if (gtk_widget_get_first_child (self->crumbs) != NULL)
    gtk_box_append (GTK_BOX (self->crumbs), gtk_image_new_from_icon_name ("pan-end-symbolic"));
  gtk_box_append (GTK_BOX (self->crumbs), button);
}

static void
update_crumbs (LmCanvasView *self)
{
  const char *block = lm_editor_get_block (self->editor);
  LmDocument *document = lm_editor_get_document (self->editor);
  g_auto (GStrv) ids = g_strsplit (block, "/", -1);
  g_autoptr (GString) path = g_string_new (NULL);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->crumbs)) != NULL)
    gtk_box_remove (GTK_BOX (self->crumbs), child);
  gtk_widget_set_visible (self->crumbs, *block != '\0');
  if (*block == '\0')
    return;
  add_crumb (self, lm_document_get_name (document), "", FALSE);
  for (int i = 0; ids[i] != NULL; i++) {
    const LmNode *node;

    g_string_append_printf (path, "%s%s", i > 0 ? "/" : "", ids[i]);
    node = lm_design_resolve (lm_document_get_design (document), path->str, NULL);
    add_crumb (self, node != NULL ? node->name : ids[i], path->str, ids[i + 1] == NULL);
  }
}

/* --- Minimap and zoom ---------------------------------------------------------------- */

/* Not from within an allocation. */
static gboolean
update_minimap_cb (gpointer data)
{
  LmCanvasView *self = data;

  self->map_source = 0;
  gtk_widget_set_visible (GTK_WIDGET (self->minimap), g_settings_get_boolean (self->settings, "minimap") && lm_canvas_is_cut (self->canvas));
  return G_SOURCE_REMOVE;
}

static void
place_entry (LmCanvasView *self)
{
  GdkRectangle area;
  double scale;

  if (self->renamed == 0 || !lm_canvas_get_card_area (self->canvas, self->renamed, &area))
    return;
  scale = area.width / LM_CARD_WIDTH;
  gtk_widget_set_margin_start (GTK_WIDGET (self->name_entry), MAX (0, (int) (area.x + 45 * scale)));
  gtk_widget_set_margin_top (GTK_WIDGET (self->name_entry), MAX (0, (int) (area.y + 19 * scale) - 14));
  gtk_widget_set_size_request (GTK_WIDGET (self->name_entry), MAX (120, (int) (165 * scale)), -1);
}

static void
view_changed_cb (LmCanvasView *self)
{
  if (self->map_source == 0)
    self->map_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, update_minimap_cb, self, NULL);
  place_entry (self);
}

static void
zoom_changed_cb (LmCanvasView *self)
{
  g_autofree char *text = g_strdup_printf (_ ("%.0f %%"), lm_canvas_get_zoom (self->canvas) * 100);

  gtk_button_set_label (self->zoom_button, text);
}

static void
settings_changed_cb (LmCanvasView *self)
{
  lm_canvas_set_wheel_zooms (self->canvas, g_settings_get_boolean (self->settings, "wheel-zooms"));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MINIMAP]);
  view_changed_cb (self);
}

/* --- Names --------------------------------------------------------------------------- */

static void
stop_renaming (LmCanvasView *self,
               gboolean is_taken)
{
  int id = self->renamed;

  if (id == 0)
    return;
  self->renamed = 0;
  if (is_taken)
    lm_editor_rename (self->editor, id, gtk_editable_get_text (self->name_entry));
  gtk_widget_set_visible (GTK_WIDGET (self->name_entry), FALSE);
}

static void
name_activated_cb (LmCanvasView *self)
{
  stop_renaming (self, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

static gboolean
name_key_cb (LmCanvasView *self,
             guint key)
{
  if (key != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  stop_renaming (self, FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
  return GDK_EVENT_STOP;
}

static void
name_left_cb (LmCanvasView *self)
{
  stop_renaming (self, TRUE);
}

void
lm_canvas_view_rename (LmCanvasView *self,
                       int id)
{
  const LmNode *node = lm_design_find (lm_editor_get_design (self->editor), id);

  if (node == NULL)
    return;
  self->renamed = id;
  lm_editor_select_one (self->editor, id);
  gtk_editable_set_text (self->name_entry, node->name);
  gtk_widget_set_visible (GTK_WIDGET (self->name_entry), TRUE);
  place_entry (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->name_entry));
  gtk_editable_select_region (self->name_entry, 0, -1);
}

/* --- Menus --------------------------------------------------------------------------- */

static gboolean
remove_menu_cb (gpointer menu)
{
  gtk_widget_unparent (menu);
  g_object_unref (menu);
  return G_SOURCE_REMOVE;
}

/* Its action still runs. */
static void
menu_closed_cb (LmCanvasView *self,
                GtkWidget *menu)
{
  if (self->menu != menu)
    return;
  self->menu = NULL;
  g_idle_add (remove_menu_cb, g_object_ref (menu));
}

void
lm_canvas_view_show_menu (LmCanvasView *self,
                          double x,
                          double y)
{
  g_autoptr (GMenuModel) model = lm_design_menu_new (self->editor);

  if (self->menu != NULL)
    menu_closed_cb (self, self->menu);
  self->menu = gtk_popover_menu_new_from_model_full (model, GTK_POPOVER_MENU_NESTED);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  g_signal_connect_swapped (self->menu, "closed", G_CALLBACK (menu_closed_cb), self);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

/* --- Following ----------------------------------------------------------------------- */

static const LmSheetPicture *
thumbs_cb (gpointer data,
           const char *path)
{
  return lm_lens_get_sheet (data, path);
}

static void
update_thumbs (LmCanvasView *self)
{
  lm_canvas_set_thumbs (self->canvas, self->has_thumbs && self->lens != NULL ? thumbs_cb : NULL, self->lens);
}

/* Only while somebody can see them. */
static void
watch (LmCanvasView *self)
{
  if (self->lens != NULL)
    lm_lens_watch (self->lens, self, self->has_thumbs && gtk_widget_get_mapped (GTK_WIDGET (self)) ? LM_LENS_THUMBS : 0);
}

static void
changed_cb (LmCanvasView *self)
{
  update_crumbs (self);
  if (self->renamed != 0 && lm_design_find (lm_editor_get_design (self->editor), self->renamed) == NULL)
    stop_renaming (self, FALSE);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TO_RIGHT]);
}

void
lm_canvas_view_set_source (LmCanvasView *self,
                           LmEditor *editor,
                           LmLens *lens)
{
  g_return_if_fail (LM_IS_CANVAS_VIEW (self) && self->editor == NULL);

  self->editor = g_object_ref (editor);
  g_set_object (&self->lens, lens);
  g_signal_connect_object (editor, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  lm_canvas_set_editor (self->canvas, editor);
  if (lens != NULL) {
    g_signal_connect_object (lens, "changed", G_CALLBACK (update_thumbs), self, G_CONNECT_SWAPPED);
    update_thumbs (self);
    watch (self);
  }
  changed_cb (self);
}

LmCanvas *
lm_canvas_view_get_canvas (LmCanvasView *self)
{
  return self->canvas;
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_canvas_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lm_canvas_view_parent_class)->map (widget);
  watch (LM_CANVAS_VIEW (widget));
}

static void
lm_canvas_view_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lm_canvas_view_parent_class)->unmap (widget);
  watch (LM_CANVAS_VIEW (widget));
}

static gboolean
lm_canvas_view_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (LM_CANVAS_VIEW (widget)->canvas));
}

static void
lm_canvas_view_get_property (GObject *object,
                             guint id,
                             GValue *value,
                             GParamSpec *pspec)
{
  LmCanvasView *self = LM_CANVAS_VIEW (object);

  switch (id) {
  case PROP_MINIMAP:
    g_value_set_boolean (value, g_settings_get_boolean (self->settings, "minimap"));
    break;
  case PROP_THUMBNAILS:
    g_value_set_boolean (value, self->has_thumbs);
    break;
  default:
    g_value_set_boolean (value, self->editor != NULL && lm_document_get_design (lm_editor_get_document (self->editor))->to_right);
  }
}

static void
set_flow (LmCanvasView *self,
          gboolean to_right)
{
  g_autoptr (LmEdit) edit = lm_edit_set_flow (to_right);

  if (self->editor == NULL || lm_document_get_design (lm_editor_get_document (self->editor))->to_right == to_right)
    return;
  /* Cards that stood below each other would hide each other's wires. */
  if (lm_editor_do (self->editor, edit, FALSE)) {
    lm_editor_select_one (self->editor, 0);
    lm_canvas_arrange (self->canvas);
    lm_canvas_show_start (self->canvas);
  }
}

static void
lm_canvas_view_set_property (GObject *object,
                             guint id,
                             const GValue *value,
                             GParamSpec *pspec)
{
  LmCanvasView *self = LM_CANVAS_VIEW (object);

  switch (id) {
  case PROP_MINIMAP:
    g_settings_set_boolean (self->settings, "minimap", g_value_get_boolean (value));
    break;
  case PROP_THUMBNAILS:
    self->has_thumbs = g_value_get_boolean (value);
    watch (self);
    update_thumbs (self);
    g_object_notify_by_pspec (object, pspec);
    break;
  default:
    set_flow (self, g_value_get_boolean (value));
  }
}

static void
lm_canvas_view_dispose (GObject *object)
{
  LmCanvasView *self = LM_CANVAS_VIEW (object);

  if (self->lens != NULL)
    lm_lens_watch (self->lens, self, 0);
  g_clear_handle_id (&self->map_source, g_source_remove);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->overlay, gtk_widget_unparent);
  g_clear_object (&self->editor);
  g_clear_object (&self->lens);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (lm_canvas_view_parent_class)->dispose (object);
}

static void
lm_canvas_view_class_init (LmCanvasViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = lm_canvas_view_dispose;
  object_class->get_property = lm_canvas_view_get_property;
  object_class->set_property = lm_canvas_view_set_property;
  widget_class->map = lm_canvas_view_map;
  widget_class->unmap = lm_canvas_view_unmap;
  widget_class->grab_focus = lm_canvas_view_grab_focus;

  props[PROP_MINIMAP] = g_param_spec_boolean ("minimap", NULL, NULL, TRUE, flags);
  props[PROP_THUMBNAILS] = g_param_spec_boolean ("thumbnails", NULL, NULL, TRUE, flags);
  props[PROP_TO_RIGHT] = g_param_spec_boolean ("to-right", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_type_ensure (LM_TYPE_CANVAS);
  g_type_ensure (LM_TYPE_MINIMAP);
  gtk_widget_class_set_css_name (widget_class, "canvasview");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-canvas-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LmCanvasView, overlay);
  gtk_widget_class_bind_template_child (widget_class, LmCanvasView, canvas);
  gtk_widget_class_bind_template_child (widget_class, LmCanvasView, crumbs);
  gtk_widget_class_bind_template_child (widget_class, LmCanvasView, name_entry);
  gtk_widget_class_bind_template_child (widget_class, LmCanvasView, zoom_button);
  gtk_widget_class_bind_template_child (widget_class, LmCanvasView, minimap);
  gtk_widget_class_install_property_action (widget_class, "design.minimap", "minimap");
  gtk_widget_class_install_property_action (widget_class, "design.thumbnails", "thumbnails");
  gtk_widget_class_install_property_action (widget_class, "design.flow-right", "to-right");
}

static void
lm_canvas_view_init (LmCanvasView *self)
{
  GtkEventController *key = gtk_event_controller_key_new (), *focus = gtk_event_controller_focus_new ();

  self->settings = g_settings_new (APP_ID);
  self->has_thumbs = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  lm_minimap_set_canvas (self->minimap, self->canvas);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (name_key_cb), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (name_left_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->name_entry), key);
  gtk_widget_add_controller (GTK_WIDGET (self->name_entry), focus);
  g_signal_connect_swapped (self->name_entry, "activate", G_CALLBACK (name_activated_cb), self);
  g_signal_connect_object (self->canvas, "notify::zoom", G_CALLBACK (zoom_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "view-changed", G_CALLBACK (view_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "rename-requested", G_CALLBACK (lm_canvas_view_rename), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "menu-requested", G_CALLBACK (lm_canvas_view_show_menu), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed", G_CALLBACK (settings_changed_cb), self, G_CONNECT_SWAPPED);
  settings_changed_cb (self);
}
