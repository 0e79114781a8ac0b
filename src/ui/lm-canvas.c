/* lm-canvas.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stands still is painted once, into tiles of cairo image surfaces, which
 * a frame only copies: panning then costs the same for any network. Textures
 * would be copied once more by the software renderer. While the zoom changes,
 * everything is drawn directly, and the tiles are made anew when it rests.
 */

#include "config.h"

#include "lm-canvas.h"

#include "lm-diagram.h"
#include "lm-look.h"
#include "lm-node-view.h"

#include <adwaita.h>
#include <math.h>

#include "lm-i18n.h"

#define TILE 256
#define MAX_TILES 400
#define MIN_ZOOM 0.1
#define MAX_ZOOM 4.0
#define ZOOM_STEP 1.2
#define REST_MS 120 /* after the last change of zoom */
#define MARGIN 24   /* around the network when it is fitted */

struct _LmCanvas {
  GtkWidget parent_instance;

  LmGraphPicture *picture;
  LmRect *rects;
  GtkWidget **views;
  int n_wires;
  int *which; /* wire of the picture */
  LmWireShape *shapes;
  LmPoint **bends;
  LmRect *labels; /* where the shapes stand; width 0: no room */
  LmRect bounds;
  LmTheme theme;

  double zoom;
  double x; /* place of the canvas's origin in the widget, whole pixels */
  double y;
  gboolean is_fitted; /* nobody has panned or zoomed since */
  gboolean wheel_zooms;
  gboolean space_held;
  double pointer_x;
  double pointer_y;
  double drag_x;
  double drag_y;
  double pinch_zoom;
  int last_card;

  GHashTable *tiles; /* gint64 → cairo_surface_t */
  guint rest_source; /* 0: the zoom rests */
  guint notify_source;
};

enum {
  PROP_ZOOM = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (LmCanvas, lm_canvas, GTK_TYPE_WIDGET)

/* --- Geometry ------------------------------------------------------------------------ */

static void
clear_geometry (LmCanvas *self)
{
  for (int i = 0; i < self->n_wires; i++)
    g_free (self->bends[i]);
  self->n_wires = 0;
  g_clear_pointer (&self->bends, g_free);
  g_clear_pointer (&self->shapes, g_free);
  g_clear_pointer (&self->which, g_free);
  g_clear_pointer (&self->labels, g_free);
  g_clear_pointer (&self->rects, g_free);
}

static void
include (LmRect *bounds,
         const LmRect *rect)
{
  double right = MAX (bounds->x + bounds->width, rect->x + rect->width);
  double bottom = MAX (bounds->y + bounds->height, rect->y + rect->height);

  bounds->x = MIN (bounds->x, rect->x);
  bounds->y = MIN (bounds->y, rect->y);
  bounds->width = right - bounds->x;
  bounds->height = bottom - bounds->y;
}

static void
place_cards (LmCanvas *self,
             cairo_t *cr)
{
  const LmGraphPicture *picture = self->picture;
  g_autofree LmPoint *at = g_new0 (LmPoint, MAX (1, picture->n_cards));

  self->rects = g_new0 (LmRect, MAX (1, picture->n_cards));
  if (!picture->keep_positions)
    lm_graph_arrange (picture, &self->theme, NULL, 24, at);
  for (int i = 0; i < picture->n_cards; i++) {
    const LmCard *card = &picture->cards[i];
    LmRect bounds;

    if (picture->keep_positions)
      at[i] = (LmPoint){ card->x, card->y };
    self->rects[i] = lm_card_rect (&self->theme, at[i].x, at[i].y, FALSE);
    bounds = lm_card_bounds (cr, &self->theme, card, &self->rects[i], picture->to_right, 1);
    if (i == 0)
      self->bounds = bounds;
    include (&self->bounds, &bounds);
  }
}

static void
place_wires (LmCanvas *self,
             cairo_t *cr)
{
  const LmGraphPicture *picture = self->picture;

  self->which = g_new (int, MAX (1, picture->n_wires));
  self->shapes = g_new0 (LmWireShape, MAX (1, picture->n_wires));
  self->bends = g_new0 (LmPoint *, MAX (1, picture->n_wires));
  for (int i = 0; i < picture->n_wires; i++) {
    const LmCardWire *wire = &picture->wires[i];
    LmWireShape *shape = &self->shapes[self->n_wires];
    LmPoint *bends;
    LmRect bounds;

    if (wire->from < 0 || wire->from >= picture->n_cards || wire->to < 0 || wire->to >= picture->n_cards)
      continue;
    shape->from = lm_card_port (&picture->cards[wire->from], &self->rects[wire->from], picture->to_right, TRUE, wire->from_port);
    shape->to = lm_card_port (&picture->cards[wire->to], &self->rects[wire->to], picture->to_right, FALSE, wire->to_port);
    shape->to_right = picture->to_right;
    bends = g_new (LmPoint, 2);
    shape->n_bends = lm_wire_route (&shape->from, &shape->to, picture->to_right, self->rects, picture->n_cards, bends);
    shape->bends = bends;
    self->bends[self->n_wires] = bends;
    self->which[self->n_wires++] = i;
    bounds = lm_wire_bounds (shape, 3);
    include (&self->bounds, &bounds);
  }
}

static void
place_labels (LmCanvas *self,
              cairo_t *cr)
{
  g_autofree const char **labels = g_new (const char *, MAX (1, self->n_wires));

  self->labels = g_new0 (LmRect, MAX (1, self->n_wires));
  for (int i = 0; i < self->n_wires; i++) {
    const LmCardWire *wire = &self->picture->wires[self->which[i]];

    labels[i] = wire->label == NULL && !wire->is_unknown ? "" : wire->label;
  }
  lm_wire_place_labels (cr, &self->theme, self->shapes, labels, self->n_wires, self->rects, self->picture->n_cards, self->labels);
  for (int i = 0; i < self->n_wires; i++) {
    if (self->labels[i].width > 0)
      include (&self->bounds, &self->labels[i]);
  }
}

static void
update_geometry (LmCanvas *self)
{
  cairo_t *cr;

  clear_geometry (self);
  self->bounds = (LmRect){ 0, 0, 0, 0 };
  lm_look_theme (GTK_WIDGET (self), &self->theme);
  if (self->picture == NULL)
    return;
  cr = lm_paint_measure_new ();
  place_cards (self, cr);
  place_wires (self, cr);
  place_labels (self, cr);
  cairo_destroy (cr);
}

/* --- Painting ------------------------------------------------------------------------ */

static gboolean
overlaps (const LmRect *a,
          const LmRect *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height && b->y < a->y + a->height;
}

static LmWireState
wire_state (const LmCardWire *wire)
{
  return wire->is_error ? LM_WIRE_ERROR : wire->is_unknown ? LM_WIRE_UNKNOWN
                                                           : LM_WIRE_NORMAL;
}

/* Where the zoom would make the words too small to read they are enlarged, from their left edge on. */
static void
paint_label (LmCanvas *self,
             cairo_t *cr,
             const LmRect *rect,
             const LmCardWire *wire)
{
  double factor = CLAMP (0.85 / self->zoom, 1, 1.7);
  LmRect there = { 0, -rect->height / 2, rect->width, rect->height };

  cairo_save (cr);
  cairo_translate (cr, rect->x, rect->y + rect->height / 2);
  cairo_scale (cr, factor, factor);
  lm_draw_wire_label (cr, &self->theme, &there, wire->label, wire_state (wire));
  cairo_restore (cr);
}

/* Paints what lies in @area, in units of the canvas; @cr is scaled by the zoom. */
static void
paint (LmCanvas *self,
       cairo_t *cr,
       const LmRect *area)
{
  const LmGraphPicture *picture = self->picture;

  lm_draw_canvas_dots (cr, &self->theme, area, self->zoom);
  for (int i = 0; i < self->n_wires; i++) {
    LmRect bounds = lm_wire_bounds (&self->shapes[i], 4 / self->zoom);

    if (overlaps (&bounds, area))
      lm_draw_wire (cr, &self->theme, &self->shapes[i], wire_state (&picture->wires[self->which[i]]), self->zoom);
  }
  for (int i = 0; i < self->n_wires && lm_detail_for_zoom (self->zoom) <= LM_DETAIL_NAME; i++) {
    const LmCardWire *wire = &picture->wires[self->which[i]];

    LmRect bounds = { self->labels[i].x, self->labels[i].y - self->labels[i].height, self->labels[i].width * 2, self->labels[i].height * 3 };

    if (self->labels[i].width > 0 && overlaps (&bounds, area))
      paint_label (self, cr, &self->labels[i], wire);
  }
  for (int i = 0; i < picture->n_cards; i++) {
    LmRect bounds = lm_card_bounds (cr, &self->theme, &picture->cards[i], &self->rects[i], picture->to_right, self->zoom);

    if (overlaps (&bounds, area))
      lm_draw_card (cr, &self->theme, &picture->cards[i], &self->rects[i], picture->to_right, self->zoom, 0, NULL);
  }
}

static cairo_surface_t *
make_tile (LmCanvas *self,
           int column,
           int row)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, TILE * scale, TILE * scale);
  cairo_t *cr;
  LmRect area = { column * TILE / self->zoom, row * TILE / self->zoom, TILE / self->zoom, TILE / self->zoom };

  cairo_surface_set_device_scale (surface, scale, scale);
  cr = cairo_create (surface);
  lm_paint_set (cr, &self->theme.canvas);
  cairo_paint (cr);
  cairo_translate (cr, -column * TILE, -row * TILE);
  cairo_scale (cr, self->zoom, self->zoom);
  paint (self, cr, &area);
  cairo_destroy (cr);
  return surface;
}

static cairo_surface_t *
tile_at (LmCanvas *self,
         int column,
         int row)
{
  gint64 key = ((gint64) column << 32) | (guint32) row;
  cairo_surface_t *tile = g_hash_table_lookup (self->tiles, &key);

  if (tile == NULL) {
    tile = make_tile (self, column, row);
    g_hash_table_insert (self->tiles, g_memdup2 (&key, sizeof key), tile);
  }
  return tile;
}

static void
paint_tiles (LmCanvas *self,
             cairo_t *cr,
             int width,
             int height)
{
  int first_column = (int) floor (-self->x / TILE), last_column = (int) floor ((width - 1 - self->x) / TILE);
  int first_row = (int) floor (-self->y / TILE), last_row = (int) floor ((height - 1 - self->y) / TILE);

  if (g_hash_table_size (self->tiles) > MAX_TILES)
    g_hash_table_remove_all (self->tiles);
  for (int row = first_row; row <= last_row; row++) {
    for (int column = first_column; column <= last_column; column++) {
      double x = self->x + column * TILE, y = self->y + row * TILE;

      cairo_set_source_surface (cr, tile_at (self, column, row), x, y);
      cairo_rectangle (cr, x, y, TILE, TILE);
      cairo_fill (cr);
    }
  }
}

static void
paint_directly (LmCanvas *self,
                cairo_t *cr,
                int width,
                int height)
{
  LmRect area = { -self->x / self->zoom, -self->y / self->zoom, width / self->zoom, height / self->zoom };

  lm_paint_set (cr, &self->theme.canvas);
  cairo_paint (cr);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_FAST);
  cairo_set_tolerance (cr, 0.5);
  cairo_translate (cr, self->x, self->y);
  cairo_scale (cr, self->zoom, self->zoom);
  paint (self, cr, &area);
}

/* The focused card again, with its ring, above the tiles. */
static void
paint_focus (LmCanvas *self,
             cairo_t *cr)
{
  for (int i = 0; self->picture != NULL && i < self->picture->n_cards; i++) {
    LmCardFlags flags = LM_CARD_SELECTED;

    if (!gtk_widget_has_focus (self->views[i]))
      continue;
    if (gtk_widget_has_visible_focus (self->views[i]))
      flags |= LM_CARD_FOCUSED;
    cairo_translate (cr, self->x, self->y);
    cairo_scale (cr, self->zoom, self->zoom);
    lm_draw_card (cr, &self->theme, &self->picture->cards[i], &self->rects[i], self->picture->to_right, self->zoom, flags, NULL);
    return;
  }
}

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
  cairo_save (cr);
  if (self->rest_source == 0)
    paint_tiles (self, cr, width, height);
  else
    paint_directly (self, cr, width, height);
  cairo_restore (cr);
  paint_focus (self, cr);
  cairo_destroy (cr);
}

/* --- View ---------------------------------------------------------------------------- */

static void
moved (LmCanvas *self)
{
  self->x = floor (self->x + 0.5);
  self->y = floor (self->y + 0.5);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
rested_cb (gpointer data)
{
  LmCanvas *self = data;

  self->rest_source = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* The place (@at_x, @at_y) of the widget stays where it is. */
static void
set_zoom (LmCanvas *self,
          double zoom,
          double at_x,
          double at_y)
{
  double factor;

  zoom = CLAMP (zoom, MIN_ZOOM, MAX_ZOOM);
  if (fabs (zoom - 1) < 1e-3)
    zoom = 1;
  factor = zoom / self->zoom;
  if (factor == 1)
    return;
  self->zoom = zoom;
  self->x = at_x + (self->x - at_x) * factor;
  self->y = at_y + (self->y - at_y) * factor;
  g_hash_table_remove_all (self->tiles);
  if (self->rest_source != 0)
    g_source_remove (self->rest_source);
  self->rest_source = g_timeout_add (REST_MS, rested_cb, self);
  moved (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ZOOM]);
}

static void
pan (LmCanvas *self,
     double dx,
     double dy)
{
  self->is_fitted = FALSE;
  self->x += dx;
  self->y += dy;
  moved (self);
}

/* Sets zoom and place so that all is in view. TRUE if something changed. */
static gboolean
fit_into (LmCanvas *self,
          int width,
          int height)
{
  double zoom, x, y;

  if (width < 1 || height < 1 || self->bounds.width <= 0)
    return FALSE;
  zoom = MIN ((width - 2 * MARGIN) / self->bounds.width, (height - 2 * MARGIN) / self->bounds.height);
  zoom = CLAMP (zoom, MIN_ZOOM, 1);
  x = floor ((width - self->bounds.width * zoom) / 2 - self->bounds.x * zoom + 0.5);
  y = floor ((height - self->bounds.height * zoom) / 2 - self->bounds.y * zoom + 0.5);
  if (zoom == self->zoom && x == self->x && y == self->y)
    return FALSE;
  if (zoom != self->zoom)
    g_hash_table_remove_all (self->tiles);
  g_clear_handle_id (&self->rest_source, g_source_remove);
  self->zoom = zoom;
  self->x = x;
  self->y = y;
  return TRUE;
}

void
lm_canvas_fit (LmCanvas *self)
{
  self->is_fitted = TRUE;
  if (fit_into (self, gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)))) {
    moved (self);
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ZOOM]);
  }
}

static gboolean
fitted_cb (gpointer data)
{
  LmCanvas *self = data;

  self->notify_source = 0;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ZOOM]);
  return G_SOURCE_REMOVE;
}

static void
zoom_at_middle (LmCanvas *self,
                double zoom)
{
  self->is_fitted = FALSE;
  set_zoom (self, zoom, gtk_widget_get_width (GTK_WIDGET (self)) / 2.0, gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
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

/* --- Pointer ------------------------------------------------------------------------- */

static void
motion_cb (LmCanvas *self,
           double x,
           double y)
{
  self->pointer_x = x;
  self->pointer_y = y;
}

static gboolean
scroll_cb (LmCanvas *self,
           double dx,
           double dy,
           GtkEventController *controller)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (controller);
  gboolean is_zoom = ((state & GDK_CONTROL_MASK) != 0) != self->wheel_zooms;

  if (is_zoom) {
    self->is_fitted = FALSE;
    set_zoom (self, self->zoom * pow (ZOOM_STEP, -dy), self->pointer_x, self->pointer_y);
  } else if ((state & GDK_SHIFT_MASK) != 0 && dx == 0) {
    pan (self, -dy * 60, 0);
  } else {
    pan (self, -dx * 60, -dy * 60);
  }
  return GDK_EVENT_STOP;
}

static void
pan_begin_cb (LmCanvas *self,
              double x,
              double y,
              GtkGesture *gesture)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));

  if (button == GDK_BUTTON_MIDDLE || (button == GDK_BUTTON_PRIMARY && self->space_held)) {
    gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
    gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grabbing");
    self->drag_x = 0;
    self->drag_y = 0;
  } else {
    gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
  }
}

static void
pan_update_cb (LmCanvas *self,
               double dx,
               double dy)
{
  pan (self, dx - self->drag_x, dy - self->drag_y);
  self->drag_x = dx;
  self->drag_y = dy;
}

static void
pan_end_cb (LmCanvas *self)
{
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), self->space_held ? "grab" : NULL);
}

static void
pinch_begin_cb (LmCanvas *self)
{
  self->pinch_zoom = self->zoom;
}

static void
pinch_cb (LmCanvas *self,
          double scale,
          GtkGesture *gesture)
{
  double x = self->pointer_x, y = self->pointer_y;

  gtk_gesture_get_bounding_box_center (gesture, &x, &y);
  self->is_fitted = FALSE;
  set_zoom (self, self->pinch_zoom * scale, x, y);
}

static int
card_at (LmCanvas *self,
         double x,
         double y)
{
  double card_x = (x - self->x) / self->zoom, card_y = (y - self->y) / self->zoom;

  for (int i = self->picture != NULL ? self->picture->n_cards - 1 : -1; i >= 0; i--) {
    if (lm_card_contains (&self->picture->cards[i], &self->rects[i], card_x, card_y))
      return i;
  }
  return -1;
}

static void
pressed_cb (LmCanvas *self,
            int n_press,
            double x,
            double y)
{
  int card = card_at (self, x, y);

  if (card >= 0)
    gtk_widget_grab_focus (self->views[card]);
  else
    gtk_widget_grab_focus (GTK_WIDGET (self));
}

/* --- Walking ------------------------------------------------------------------------- */

static int
focused_card (LmCanvas *self)
{
  GtkWidget *child = gtk_widget_get_focus_child (GTK_WIDGET (self));

  return child != NULL && LM_IS_NODE_VIEW (child) ? lm_node_view_get_index (LM_NODE_VIEW (child)) : -1;
}

/* Brings a card into view with the least movement. */
static void
reveal (LmCanvas *self,
        int card)
{
  const LmRect *rect = &self->rects[card];
  double left = self->x + rect->x * self->zoom, top = self->y + rect->y * self->zoom;
  double right = left + rect->width * self->zoom, bottom = top + rect->height * self->zoom;
  double width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  double dx = left < 12 ? 12 - left : right > width - 12 ? width - 12 - right
                                                         : 0;
  double dy = top < 12 ? 12 - top : bottom > height - 12 ? height - 12 - bottom
                                                         : 0;

  if (dx != 0 || dy != 0)
    pan (self, dx, dy);
}

/* The nearest card that lies from @card in direction (@dx, @dy); −1. */
static int
neighbour (LmCanvas *self,
           int card,
           int dx,
           int dy)
{
  const LmRect *here = &self->rects[card];
  double best = INFINITY;
  int found = -1;

  for (int i = 0; i < self->picture->n_cards; i++) {
    double x = self->rects[i].x - here->x, y = self->rects[i].y - here->y;
    double along = x * dx + y * dy, across = fabs (x * dy) + fabs (y * dx);
    double distance = along + 2 * across;

    if (i != card && along > 1 && along >= across / 2 && distance < best) {
      best = distance;
      found = i;
    }
  }
  return found;
}

static gboolean
key_pressed_cb (LmCanvas *self,
                guint key,
                guint code,
                GdkModifierType state)
{
  int card = focused_card (self);
  int next = -1;

  if (key == GDK_KEY_space) {
    self->space_held = TRUE;
    gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grab");
    return GDK_EVENT_STOP;
  }
  if (self->picture == NULL || self->picture->n_cards == 0 || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  if (key != GDK_KEY_Left && key != GDK_KEY_Right && key != GDK_KEY_Up && key != GDK_KEY_Down)
    return GDK_EVENT_PROPAGATE;
  if (card < 0)
    next = CLAMP (self->last_card, 0, self->picture->n_cards - 1);
  else
    next = neighbour (self, card, (key == GDK_KEY_Right) - (key == GDK_KEY_Left), (key == GDK_KEY_Down) - (key == GDK_KEY_Up));
  if (next >= 0) {
    gtk_window_set_focus_visible (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), TRUE);
    gtk_widget_grab_focus (self->views[next]);
    reveal (self, next);
  }
  return GDK_EVENT_STOP;
}

static void
key_released_cb (LmCanvas *self,
                 guint key)
{
  if (key != GDK_KEY_space)
    return;
  self->space_held = FALSE;
  gtk_widget_set_cursor (GTK_WIDGET (self), NULL);
}

/* One stop for Tab: in at the last card, and out again. */
static gboolean
lm_canvas_focus (GtkWidget *widget,
                 GtkDirectionType direction)
{
  LmCanvas *self = LM_CANVAS (widget);

  if (gtk_widget_get_focus_child (widget) != NULL || gtk_widget_is_focus (widget))
    return FALSE;
  if (self->picture == NULL || self->picture->n_cards == 0)
    return gtk_widget_grab_focus (widget);
  return gtk_widget_grab_focus (self->views[CLAMP (self->last_card, 0, self->picture->n_cards - 1)]);
}

static void
lm_canvas_set_focus_child (GtkWidget *widget,
                           GtkWidget *child)
{
  LmCanvas *self = LM_CANVAS (widget);

  GTK_WIDGET_CLASS (lm_canvas_parent_class)->set_focus_child (widget, child);
  if (child != NULL && LM_IS_NODE_VIEW (child))
    self->last_card = lm_node_view_get_index (LM_NODE_VIEW (child));
  gtk_widget_queue_draw (widget);
}

/* --- Cards --------------------------------------------------------------------------- */

static void
remove_views (LmCanvas *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_pointer (&self->views, g_free);
}

static void
describe (LmCanvas *self,
          int card)
{
  g_autoptr (GString) from = g_string_new (NULL);
  const char *gives = NULL;

  for (int i = 0; i < self->picture->n_wires; i++) {
    const LmCardWire *wire = &self->picture->wires[i];

    if (wire->from == card && gives == NULL)
      gives = wire->label;
    if (wire->to == card && wire->from >= 0 && wire->from < self->picture->n_cards)
      g_string_append_printf (from, "%s%s", from->len > 0 ? ", " : "", self->picture->cards[wire->from].name);
  }
  lm_node_view_describe (LM_NODE_VIEW (self->views[card]), &self->picture->cards[card], gives, from->len > 0 ? from->str : NULL);
}

static void
update_views (LmCanvas *self,
              int n_before)
{
  int n = self->picture != NULL ? self->picture->n_cards : 0;
  int n_errors = 0;
  g_autofree char *label = NULL;

  if (n != n_before || self->views == NULL) {
    remove_views (self);
    self->views = g_new0 (GtkWidget *, MAX (1, n));
    for (int i = 0; i < n; i++) {
      self->views[i] = lm_node_view_new (i);
      gtk_widget_set_parent (self->views[i], GTK_WIDGET (self));
    }
  }
  for (int i = 0; i < n; i++) {
    describe (self, i);
    n_errors += self->picture->cards[i].error != NULL;
  }
  label = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Network, %d layer", "Network, %d layers", (gulong) n), n);
  if (n_errors > 0) {
    g_autofree char *problems = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, ", %d problem", ", %d problems", (gulong) n_errors), n_errors);
    g_autofree char *all = g_strconcat (label, problems, NULL);

    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, all, -1);
    return;
  }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

void
lm_canvas_set_picture (LmCanvas *self,
                       LmGraphPicture *picture)
{
  int n_before = self->picture != NULL ? self->picture->n_cards : -1;

  g_return_if_fail (LM_IS_CANVAS (self));

  g_clear_pointer (&self->picture, lm_graph_picture_free);
  self->picture = picture;
  update_geometry (self);
  update_views (self, n_before);
  g_hash_table_remove_all (self->tiles);
  if (self->is_fitted && (picture == NULL || picture->n_cards != n_before))
    lm_canvas_fit (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

const LmGraphPicture *
lm_canvas_get_picture (LmCanvas *self)
{
  return self->picture;
}

/* --- Widget -------------------------------------------------------------------------- */

static void
look_changed_cb (LmCanvas *self)
{
  g_hash_table_remove_all (self->tiles);
  update_geometry (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
lm_canvas_size_allocate (GtkWidget *widget,
                         int width,
                         int height,
                         int baseline)
{
  LmCanvas *self = LM_CANVAS (widget);

  /* Who shows the zoom may need a new size for it, which nobody may ask for from within an allocation. */
  if (self->is_fitted && fit_into (self, width, height) && self->notify_source == 0)
    self->notify_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, fitted_cb, self, NULL);
  for (int i = 0; self->picture != NULL && i < self->picture->n_cards; i++) {
    const LmRect *rect = &self->rects[i];
    GtkAllocation place = {
      (int) floor (self->x + rect->x * self->zoom),
      (int) floor (self->y + rect->y * self->zoom),
      MAX (1, (int) (rect->width * self->zoom)),
      MAX (1, (int) (rect->height * self->zoom)),
    };

    gtk_widget_size_allocate (self->views[i], &place, -1);
  }
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
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    gtk_widget_measure (child, orientation, -1, NULL, NULL, NULL, NULL);
  *minimum = 200;
  *natural = 600;
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

  remove_views (self);
  clear_geometry (self);
  g_clear_pointer (&self->picture, lm_graph_picture_free);
  g_clear_handle_id (&self->rest_source, g_source_remove);
  g_clear_handle_id (&self->notify_source, g_source_remove);

  G_OBJECT_CLASS (lm_canvas_parent_class)->dispose (object);
}

static void
lm_canvas_finalize (GObject *object)
{
  g_hash_table_unref (LM_CANVAS (object)->tiles);

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
  widget_class->set_focus_child = lm_canvas_set_focus_child;
  widget_class->system_setting_changed = lm_canvas_system_setting_changed;

  props[PROP_ZOOM] = g_param_spec_double ("zoom", NULL, NULL, MIN_ZOOM, MAX_ZOOM, 1, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
}

static void
add_pointer (LmCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), 0);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (pan_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (pan_update_cb), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (pan_end_cb), self);
  g_signal_connect_swapped (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect_swapped (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));
}

static void
lm_canvas_init (LmCanvas *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  GtkEventController *key = gtk_event_controller_key_new ();

  self->zoom = 1;
  self->is_fitted = TRUE;
  self->tiles = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) cairo_surface_destroy);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  add_pointer (self);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect_swapped (key, "key-released", G_CALLBACK (key_released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (look_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (look_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (look_changed_cb), NULL);
}
