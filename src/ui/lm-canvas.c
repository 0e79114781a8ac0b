/* lm-canvas.c: the widget, and what part of the network it shows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-canvas-private.h"

#include <adwaita.h>
#include <math.h>

#define ZOOM_STEP 1.2
#define REST_MS 120   /* after the last change of zoom */
#define MARGIN 24     /* around the network when it is fitted */
#define READABLE 0.85 /* below this zoom words are too small to read at ease */
#define ANIMATION_MS 200
#define MAX_ANIMATED 400 /* cards */

enum {
  PROP_ZOOM = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

enum {
  ADD_REQUESTED,
  EDIT_REQUESTED,
  RENAME_REQUESTED,
  MENU_REQUESTED,
  VIEW_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmCanvas, lm_canvas, GTK_TYPE_WIDGET)

/* --- Signals ------------------------------------------------------------------------- */

void
lm_canvas_emit_add (LmCanvas *self,
                    double x,
                    double y,
                    int id,
                    int port,
                    gboolean is_output)
{
  g_signal_emit (self, signals[ADD_REQUESTED], 0, x, y, id, port, is_output);
}

void
lm_canvas_emit (LmCanvas *self,
                const char *signal,
                int id)
{
  g_signal_emit_by_name (self, signal, id);
}

void
lm_canvas_emit_menu (LmCanvas *self,
                     double x,
                     double y)
{
  g_signal_emit (self, signals[MENU_REQUESTED], 0, x, y);
}

void
lm_canvas_request_add (LmCanvas *self)
{
  double x = gtk_widget_get_width (GTK_WIDGET (self)) / 2.0, y = gtk_widget_get_height (GTK_WIDGET (self)) / 2.0;
  int n;

  /* After what is selected, and wired to it: the place is found by the editor. */
  lm_editor_get_selection (self->editor, &n);
  if (n > 0) {
    lm_canvas_emit_add (self, NAN, NAN, 0, 0, FALSE);
    return;
  }
  /* Where the pointer is, if it is here. */
  if (self->is_inside) {
    x = self->pointer_x;
    y = self->pointer_y;
  }
  lm_canvas_emit_add (self, x, y, 0, 0, FALSE);
}

/* --- View ---------------------------------------------------------------------------- */

void
lm_canvas_moved (LmCanvas *self)
{
  self->x = floor (self->x + 0.5);
  self->y = floor (self->y + 0.5);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[VIEW_CHANGED], 0);
}

static gboolean
rested_cb (gpointer data)
{
  LmCanvas *self = data;

  self->rest_source = 0;
  self->layer_zoom = self->zoom;
  gtk_widget_queue_allocate (self->layer);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* The zoom alone; where things are is the caller's. */
static void
change_zoom (LmCanvas *self,
             double zoom)
{
  double factor = zoom / self->zoom;

  self->zoom = zoom;
  lm_canvas_zoom_tiles (self, factor);
  if (self->rest_source != 0)
    g_source_remove (self->rest_source);
  self->rest_source = g_timeout_add (REST_MS, rested_cb, self);
}

/* The place (@at_x, @at_y) of the widget stays where it is. */
void
lm_canvas_set_zoom (LmCanvas *self,
                    double zoom,
                    double at_x,
                    double at_y)
{
  double factor;

  zoom = CLAMP (zoom, LM_CANVAS_MIN_ZOOM, LM_CANVAS_MAX_ZOOM);
  if (fabs (zoom - 1) < 1e-3)
    zoom = 1;
  factor = zoom / self->zoom;
  if (factor == 1)
    return;
  self->x = at_x + (self->x - at_x) * factor;
  self->y = at_y + (self->y - at_y) * factor;
  change_zoom (self, zoom);
  lm_canvas_moved (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ZOOM]);
}

void
lm_canvas_pan (LmCanvas *self,
               double dx,
               double dy)
{
  self->fit = LM_CANVAS_FREE;
  self->x += dx;
  self->y += dy;
  lm_canvas_moved (self);
}

/* Zoom and place so that @area, of the design, is in view. @is_start: readable, if not all of it then its start. TRUE
 * if something changed. */
static gboolean
fit_into (LmCanvas *self,
          const LmRect *area,
          gboolean is_start,
          int width,
          int height)
{
  gboolean to_right = self->picture != NULL && self->picture->to_right;
  double zoom, scale, x, y;

  if (width < 1 || height < 1 || area->width <= 0)
    return FALSE;
  zoom = MIN ((width - 2 * MARGIN) / area->width, (height - 2 * MARGIN) / area->height) / self->text_scale;
  zoom = CLAMP (zoom, is_start ? READABLE : LM_CANVAS_MIN_ZOOM, 1);
  scale = zoom * self->text_scale;
  x = floor ((width - area->width * scale) / 2 - area->x * scale + 0.5);
  y = floor ((height - area->height * scale) / 2 - area->y * scale + 0.5);
  if (is_start && !to_right)
    y = MAX (y, floor (MARGIN - area->y * scale));
  if (is_start && to_right)
    x = MAX (x, floor (MARGIN - area->x * scale));
  if (zoom == self->zoom && x == self->x && y == self->y)
    return FALSE;
  if (zoom != self->zoom)
    change_zoom (self, zoom);
  self->x = x;
  self->y = y;
  return TRUE;
}

static void
fit_area (LmCanvas *self,
          const LmRect *area,
          gboolean is_start)
{
  GtkWidget *widget = GTK_WIDGET (self);

  if (!fit_into (self, area, is_start, gtk_widget_get_width (widget), gtk_widget_get_height (widget)))
    return;
  lm_canvas_moved (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ZOOM]);
}

void
lm_canvas_fit (LmCanvas *self)
{
  self->fit = LM_CANVAS_ALL;
  fit_area (self, &self->all, FALSE);
}

void
lm_canvas_show_start (LmCanvas *self)
{
  self->fit = LM_CANVAS_START;
  fit_area (self, &self->all, TRUE);
}

void
lm_canvas_fit_selection (LmCanvas *self)
{
  LmRect area = { 0 };

  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    const LmRect *b = &self->bounds[i];
    double right = MAX (area.x + area.width, b->x + b->width), bottom = MAX (area.y + area.height, b->y + b->height);

    if ((self->flags[i] & LM_CARD_SELECTED) == 0)
      continue;
    if (area.width <= 0)
      area = *b;
    else
      area = (LmRect){ MIN (area.x, b->x), MIN (area.y, b->y), right - MIN (area.x, b->x), bottom - MIN (area.y, b->y) };
  }
  if (area.width <= 0)
    return;
  self->fit = LM_CANVAS_FREE;
  fit_area (self, &area, FALSE);
}

static gboolean
fitted_cb (gpointer data)
{
  LmCanvas *self = data;

  self->notify_source = 0;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ZOOM]);
  g_signal_emit (self, signals[VIEW_CHANGED], 0);
  return G_SOURCE_REMOVE;
}

static void
zoom_at_middle (LmCanvas *self,
                double zoom)
{
  self->fit = LM_CANVAS_FREE;
  lm_canvas_set_zoom (self, zoom, gtk_widget_get_width (GTK_WIDGET (self)) / 2.0, gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
}

void
lm_canvas_zoom_in (LmCanvas *self)
{
  zoom_at_middle (self, self->zoom * ZOOM_STEP);
}

void
lm_canvas_zoom_out (LmCanvas *self)
{
  zoom_at_middle (self, self->zoom / ZOOM_STEP);
}

void
lm_canvas_zoom_to (LmCanvas *self,
                   double zoom)
{
  zoom_at_middle (self, zoom);
}

double
lm_canvas_get_zoom (LmCanvas *self)
{
  return self->zoom;
}

void
lm_canvas_set_wheel_zooms (LmCanvas *self,
                           gboolean wheel_zooms)
{
  self->wheel_zooms = wheel_zooms;
}

void
lm_canvas_reveal (LmCanvas *self,
                  int card)
{
  const LmRect *rect = &self->rects[card];
  double scale = lm_canvas_scale (self);
  double left = self->x + rect->x * scale - MARGIN, top = self->y + rect->y * scale - MARGIN;
  double right = left + rect->width * scale + 2 * MARGIN, bottom = top + rect->height * scale + 2 * MARGIN;
  double width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  double dx = left < 0 ? -left : right > width ? width - right
                                               : 0;
  double dy = top < 0 ? -top : bottom > height ? height - bottom
                                               : 0;

  if (width > 0 && height > 0 && (dx != 0 || dy != 0))
    lm_canvas_pan (self, dx, dy);
}

void
lm_canvas_centre_on (LmCanvas *self,
                     double design_x,
                     double design_y)
{
  double x, y;

  lm_canvas_from_design (self, design_x, design_y, &x, &y);
  lm_canvas_pan (self, gtk_widget_get_width (GTK_WIDGET (self)) / 2.0 - x, gtk_widget_get_height (GTK_WIDGET (self)) / 2.0 - y);
}

void
lm_canvas_get_bounds (LmCanvas *self,
                      graphene_rect_t *bounds,
                      graphene_rect_t *view)
{
  double scale = lm_canvas_scale (self);

  *bounds = GRAPHENE_RECT_INIT ((float) self->all.x, (float) self->all.y, (float) self->all.width, (float) self->all.height);
  *view = GRAPHENE_RECT_INIT ((float) (-self->x / scale), (float) (-self->y / scale), (float) (gtk_widget_get_width (GTK_WIDGET (self)) / scale),
                              (float) (gtk_widget_get_height (GTK_WIDGET (self)) / scale));
}

gboolean
lm_canvas_is_cut (LmCanvas *self)
{
  graphene_rect_t bounds, view;

  lm_canvas_get_bounds (self, &bounds, &view);
  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    const LmRect *r = &self->rects[i];

    if (r->x < view.origin.x || r->y < view.origin.y || r->x + r->width > view.origin.x + view.size.width || r->y + r->height > view.origin.y + view.size.height)
      return TRUE;
  }
  return FALSE;
}

gboolean
lm_canvas_get_card_area (LmCanvas *self,
                         int id,
                         GdkRectangle *area)
{
  int i = lm_canvas_find_card (self, id);
  double x, y;

  if (i < 0)
    return FALSE;
  lm_canvas_from_design (self, self->rects[i].x, self->rects[i].y, &x, &y);
  *area = (GdkRectangle){ (int) floor (x), (int) floor (y), (int) ceil (self->rects[i].width * lm_canvas_scale (self)), (int) ceil (self->rects[i].height * lm_canvas_scale (self)) };
  return TRUE;
}

gboolean
lm_canvas_get_pressed_place (LmCanvas *self,
                             double *design_x,
                             double *design_y)
{
  *design_x = self->press_x;
  *design_y = self->press_y;
  return self->pressed_empty;
}

int
lm_canvas_card_at (LmCanvas *self,
                   double x,
                   double y)
{
  int i = lm_canvas_pick_card (self, x, y);

  return i >= 0 ? self->picture->cards[i].id : 0;
}

const LmWire *
lm_canvas_wire_at (LmCanvas *self,
                   double x,
                   double y)
{
  int i = lm_canvas_pick_wire (self, x, y);
  const LmDesign *design = lm_editor_get_design (self->editor);

  return i >= 0 ? lm_design_wire_into (design, self->picture->cards[self->picture->wires[i].to].id, self->picture->wires[i].to_port) : NULL;
}

const LmGraphPicture *
lm_canvas_get_picture (LmCanvas *self)
{
  return self->picture;
}

/* --- Arranging ----------------------------------------------------------------------- */

void
lm_canvas_stop_animation (LmCanvas *self)
{
  if (self->tick == 0)
    return;
  gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_pointer (&self->from_places, g_free);
  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    if (!self->lifted[i])
      continue;
    self->lifted[i] = FALSE;
    lm_canvas_invalidate_card (self, i);
  }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
animate_cb (GtkWidget *widget,
            GdkFrameClock *clock,
            gpointer data)
{
  LmCanvas *self = LM_CANVAS (widget);
  double t = (double) (gdk_frame_clock_get_frame_time (clock) - self->tick_start) / (ANIMATION_MS * 1000.0);

  if (t >= 1) {
    lm_canvas_stop_animation (self);
    return G_SOURCE_REMOVE;
  }
  /* Slows down towards the end. */
  self->tick_at = 1 - (1 - t) * (1 - t) * (1 - t);
  gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

/* From where the cards were, @before (by card), to where they are. */
static void
animate (LmCanvas *self,
         const LmRect *before)
{
  gboolean is_on = TRUE;
  int n_moved = 0;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-enable-animations", &is_on, NULL);
  if (!is_on || !gtk_widget_get_mapped (GTK_WIDGET (self)) || self->picture->n_cards > MAX_ANIMATED)
    return;
  self->from_places = g_new0 (LmPoint, MAX (1, self->picture->n_cards));
  for (int i = 0; i < self->picture->n_cards; i++) {
    self->from_places[i] = (LmPoint){ before[i].x - self->rects[i].x, before[i].y - self->rects[i].y };
    if (self->from_places[i].x == 0 && self->from_places[i].y == 0)
      continue;
    self->lifted[i] = TRUE;
    lm_canvas_invalidate_card (self, i);
    n_moved++;
  }
  if (n_moved == 0) {
    g_clear_pointer (&self->from_places, g_free);
    return;
  }
  self->tick_at = 0;
  self->tick_start = gdk_frame_clock_get_frame_time (gtk_widget_get_frame_clock (GTK_WIDGET (self)));
  self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), animate_cb, NULL, NULL);
}

gboolean
lm_canvas_arrange (LmCanvas *self)
{
  int n = lm_canvas_n_cards (self);
  g_autofree LmRect *before = g_memdup2 (self->rects, (gsize) MAX (1, n) * sizeof *before);

  if (self->editor == NULL || !lm_editor_arrange (self->editor))
    return FALSE;
  if (lm_canvas_n_cards (self) == n)
    animate (self, before);
  return TRUE;
}

/* --- Editor -------------------------------------------------------------------------- */

static void
changed_cb (LmCanvas *self)
{
  gboolean is_other = g_strcmp0 (self->block, lm_editor_get_block (self->editor)) != 0;
  int n_before = lm_canvas_n_cards (self);

  lm_canvas_update_scene (self);
  if (is_other)
    lm_canvas_show_start (self);
  else if (self->fit == LM_CANVAS_START && lm_canvas_n_cards (self) != n_before)
    lm_canvas_show_start (self);
  else if (self->fit == LM_CANVAS_ALL && lm_canvas_n_cards (self) != n_before)
    lm_canvas_fit (self);
  g_signal_emit (self, signals[VIEW_CHANGED], 0);
}

static void
selection_changed_cb (LmCanvas *self)
{
  int current = lm_canvas_find_card (self, lm_editor_get_current (self->editor));
  gboolean is_here = gtk_widget_get_focus_child (GTK_WIDGET (self)) != NULL || gtk_widget_is_focus (GTK_WIDGET (self));

  lm_canvas_update_selection (self);
  /* The focus follows, if it is here. */
  if (is_here && current >= 0 && lm_canvas_focused_card (self) != current)
    lm_canvas_focus_card (self, current);
}

static void
reveal_cb (LmCanvas *self,
           int id)
{
  int card = lm_canvas_find_card (self, id);

  if (card >= 0)
    lm_canvas_reveal (self, card);
}

void
lm_canvas_set_editor (LmCanvas *self,
                      LmEditor *editor)
{
  g_return_if_fail (LM_IS_CANVAS (self) && self->editor == NULL);

  self->editor = g_object_ref (editor);
  g_signal_connect_object (editor, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (editor, "selection-changed", G_CALLBACK (selection_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (editor, "reveal", G_CALLBACK (reveal_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
}

LmEditor *
lm_canvas_get_editor (LmCanvas *self)
{
  return self->editor;
}

void
lm_canvas_set_thumbs (LmCanvas *self,
                      LmCanvasThumbs thumbs,
                      gpointer data)
{
  if (self->thumbs == NULL && thumbs == NULL)
    return;
  self->thumbs = thumbs;
  self->thumbs_data = data;
  if (self->editor == NULL)
    return;
  lm_editor_set_has_thumbs (self->editor, thumbs != NULL);
  lm_canvas_update_scene (self);
  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    if (self->is_high[i])
      lm_canvas_invalidate (self, &self->rects[i]);
  }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_canvas_snapshot (GtkWidget *widget,
                    GtkSnapshot *snapshot)
{
  LmCanvas *self = LM_CANVAS (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cr;

  if (width < 1 || height < 1 || self->picture == NULL)
    return;
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  lm_canvas_paint (self, cr, width, height);
  lm_canvas_paint_overlay (self, cr, width, height);
  cairo_destroy (cr);
}

static void
look_changed_cb (LmCanvas *self)
{
  lm_canvas_update_look (self);
}

static void
lm_canvas_size_allocate (GtkWidget *widget,
                         int width,
                         int height,
                         int baseline)
{
  LmCanvas *self = LM_CANVAS (widget);

  /* Who shows the zoom may need a new size for it, which nobody may ask for from within an allocation. */
  if (self->fit != LM_CANVAS_FREE && fit_into (self, &self->all, self->fit == LM_CANVAS_START, width, height) && self->notify_source == 0)
    self->notify_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, fitted_cb, self, NULL);
  lm_canvas_allocate_views (self);
}

static void
lm_canvas_measure (GtkWidget *widget,
                   GtkOrientation orientation,
                   int for_size,
                   int *minimum,
                   int *natural,
                   int *minimum_baseline,
                   int *natural_baseline)
{
  *minimum = 200;
  *natural = 600;
}

static gboolean
lm_canvas_focus (GtkWidget *widget,
                 GtkDirectionType direction)
{
  return lm_canvas_take_focus (LM_CANVAS (widget), direction);
}

static void
lm_canvas_system_setting_changed (GtkWidget *widget,
                                  GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (lm_canvas_parent_class)->system_setting_changed (widget, setting);
  look_changed_cb (LM_CANVAS (widget));
}

static void
lm_canvas_get_property (GObject *object,
                        guint id,
                        GValue *value,
                        GParamSpec *pspec)
{
  g_value_set_double (value, LM_CANVAS (object)->zoom);
}

static void
lm_canvas_dispose (GObject *object)
{
  LmCanvas *self = LM_CANVAS (object);

  lm_canvas_stop_animation (self);
  g_clear_handle_id (&self->rest_source, g_source_remove);
  g_clear_handle_id (&self->notify_source, g_source_remove);
  lm_canvas_clear_scene (self);
  lm_canvas_update_views (self);
  g_clear_pointer (&self->layer, gtk_widget_unparent);
  g_clear_object (&self->editor);

  G_OBJECT_CLASS (lm_canvas_parent_class)->dispose (object);
}

static void
lm_canvas_finalize (GObject *object)
{
  LmCanvas *self = LM_CANVAS (object);

  lm_canvas_free_tiles (self);
  g_hash_table_unref (self->views);
  g_hash_table_unref (self->label_widths);
  g_hash_table_unref (self->marked);
  g_array_unref (self->cut);
  g_free (self->draw.fits);
  g_free (self->draw.refusal);
  g_free (self->from_places);
  g_free (self->block);

  G_OBJECT_CLASS (lm_canvas_parent_class)->finalize (object);
}

static void
lm_canvas_class_init (LmCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = lm_canvas_get_property;
  object_class->dispose = lm_canvas_dispose;
  object_class->finalize = lm_canvas_finalize;
  widget_class->snapshot = lm_canvas_snapshot;
  widget_class->measure = lm_canvas_measure;
  widget_class->size_allocate = lm_canvas_size_allocate;
  widget_class->focus = lm_canvas_focus;
  widget_class->system_setting_changed = lm_canvas_system_setting_changed;

  props[PROP_ZOOM] = g_param_spec_double ("zoom", NULL, NULL, LM_CANVAS_MIN_ZOOM, LM_CANVAS_MAX_ZOOM, 1, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[ADD_REQUESTED] = g_signal_new ("add-requested", LM_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 5,
                                         G_TYPE_DOUBLE, G_TYPE_DOUBLE, G_TYPE_INT, G_TYPE_INT, G_TYPE_BOOLEAN);
  signals[EDIT_REQUESTED] = g_signal_new ("edit-requested", LM_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  signals[RENAME_REQUESTED] = g_signal_new ("rename-requested", LM_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  signals[MENU_REQUESTED] = g_signal_new ("menu-requested", LM_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[VIEW_CHANGED] = g_signal_new ("view-changed", LM_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
  lm_canvas_bind_keys (widget_class);
}

static void
lm_canvas_init (LmCanvas *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  self->zoom = self->layer_zoom = self->text_scale = 1;
  self->fit = LM_CANVAS_START;
  self->hover_card = self->hover_wire = self->drop_wire = self->selected_wire = self->hidden_wire = self->press_card = self->connect_at = -1;
  self->draw.target = -1;
  self->guide_x = self->guide_y = NAN;
  self->label_widths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->marked = g_hash_table_new (NULL, NULL);
  self->cut = g_array_new (FALSE, FALSE, sizeof (LmPoint));
  lm_canvas_add_layer (self);
  lm_canvas_update_look (self);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  lm_canvas_add_pointer (self);
  lm_canvas_add_keys (self);
  lm_canvas_add_drop (self);
  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (look_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (look_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (look_changed_cb), NULL);
}
