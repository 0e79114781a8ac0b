/* lm-canvas-pointer.c: what the pointer does on the canvas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-canvas-private.h"

#include <math.h>
#include <string.h>

#define ZOOM_STEP 1.2
#define THRESHOLD 5     /* px until a press becomes a drag */
#define EDGE 28         /* px from the border of the widget where a drag goes on by itself */
#define GUIDE_RANGE 900 /* px in the design: cards farther away give no guides */
#define LONG_WIRE 60    /* px on the screen: a press on the middle of it only selects */

static void
set_cursor (LmCanvas *self,
            const char *name)
{
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), name);
}

static void
redraw (LmCanvas *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- Hovering ------------------------------------------------------------------------ */

void
lm_canvas_update_hover (LmCanvas *self)
{
  int card = -1, wire = -1, port_card;
  gboolean is_output;

  if (self->is_inside && (self->mode == LM_CANVAS_IDLE || self->mode == LM_CANVAS_PRESSED) && self->picture != NULL) {
    card = lm_canvas_pick_card (self, self->pointer_x, self->pointer_y);
    if (card < 0 && lm_canvas_pick_port (self, self->pointer_x, self->pointer_y, &port_card, &is_output) >= 0)
      card = port_card;
    if (card < 0)
      wire = lm_canvas_pick_wire (self, self->pointer_x, self->pointer_y);
  }
  if (card == self->hover_card && wire == self->hover_wire)
    return;
  self->hover_card = card;
  self->hover_wire = wire;
  redraw (self);
}

static void
motion_cb (LmCanvas *self,
           double x,
           double y)
{
  self->is_inside = TRUE;
  self->pointer_x = x;
  self->pointer_y = y;
  if (self->draw.is_sticky) {
    lm_canvas_aim_wire (self, x, y);
    redraw (self);
  }
  lm_canvas_update_hover (self);
}

static void
leave_cb (LmCanvas *self)
{
  self->is_inside = FALSE;
  lm_canvas_update_hover (self);
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
    self->fit = LM_CANVAS_FREE;
    lm_canvas_set_zoom (self, self->zoom * pow (ZOOM_STEP, -dy), self->pointer_x, self->pointer_y);
  } else if ((state & GDK_SHIFT_MASK) != 0 && dx == 0) {
    lm_canvas_pan (self, -dy * 60, 0);
  } else {
    lm_canvas_pan (self, -dx * 60, -dy * 60);
  }
  lm_canvas_update_hover (self);
  return GDK_EVENT_STOP;
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
  self->fit = LM_CANVAS_FREE;
  lm_canvas_set_zoom (self, self->pinch_zoom * scale, x, y);
}

/* --- Moving cards -------------------------------------------------------------------- */

static void
set_lifted (LmCanvas *self,
            gboolean is_lifted)
{
  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    gboolean wanted = is_lifted && (self->flags[i] & LM_CARD_SELECTED) != 0;

    if (self->lifted[i] == wanted)
      continue;
    self->lifted[i] = wanted;
    lm_canvas_invalidate_card (self, i);
  }
}

/* Guides stand where the middle of the dragged card is in line with that of another one. */
static void
find_guides (LmCanvas *self)
{
  const LmCard *card = &self->picture->cards[self->press_card];
  double x = card->x + self->move_x, y = card->y + self->move_y;

  self->guide_x = self->guide_y = NAN;
  for (int i = 0; i < self->picture->n_cards; i++) {
    const LmCard *other = &self->picture->cards[i];

    if (self->lifted[i] || hypot (other->x - x, other->y - y) > GUIDE_RANGE)
      continue;
    if (fabs (other->x - x) < 0.5)
      self->guide_x = x;
    if (fabs (other->y - y) < 0.5)
      self->guide_y = y;
  }
}

/* A card without wires goes onto the wire below it. */
static int
find_drop_wire (LmCanvas *self)
{
  const LmCard *card = &self->picture->cards[self->press_card];
  double x, y;
  int wire;

  if (card->n_in < 1 || card->n_out < 1)
    return -1;
  for (int i = 0, n = 0; i < self->picture->n_cards; i++) {
    n += self->lifted[i];
    if (n > 1)
      return -1;
  }
  for (int i = 0; i < self->picture->n_wires; i++) {
    if (self->picture->wires[i].from == self->press_card || self->picture->wires[i].to == self->press_card)
      return -1;
  }
  wire = lm_canvas_pick_wire (self, self->pointer_x, self->pointer_y);
  if (wire >= 0)
    return wire;
  lm_canvas_from_design (self, card->x + self->move_x, card->y + self->move_y, &x, &y);
  return lm_canvas_pick_wire (self, x, y);
}

static void
update_move (LmCanvas *self,
             GdkModifierType state)
{
  const LmCard *card = &self->picture->cards[self->press_card];
  double x, y;

  lm_canvas_to_design (self, self->pointer_x, self->pointer_y, &x, &y);
  self->move_x = x - self->press_x;
  self->move_y = y - self->press_y;
  if ((state & GDK_CONTROL_MASK) == 0) {
    self->move_x = round ((card->x + self->move_x) / LM_CANVAS_GRID) * LM_CANVAS_GRID - card->x;
    self->move_y = round ((card->y + self->move_y) / LM_CANVAS_GRID) * LM_CANVAS_GRID - card->y;
  }
  find_guides (self);
  self->drop_wire = (state & GDK_SHIFT_MASK) != 0 ? -1 : find_drop_wire (self);
}

static void
finish_move (LmCanvas *self)
{
  double dx = self->move_x, dy = self->move_y;
  int drop = self->drop_wire;
  const LmCard *card = &self->picture->cards[self->press_card];

  set_lifted (self, FALSE);
  self->drop_wire = -1;
  if (drop >= 0) {
    LmWire wire = lm_canvas_get_wire (self, drop);

    lm_editor_put_on_wire (self->editor, card->id, &wire, card->x + dx, card->y + dy);
  } else if (dx != 0 || dy != 0) {
    lm_editor_move (self->editor, dx, dy, FALSE);
  }
}

/* --- Marquee ------------------------------------------------------------------------- */

static void
finish_marquee (LmCanvas *self)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (int));
  double x, y;
  LmRect area;
  int n;
  const int *selected = lm_editor_get_selection (self->editor, &n);

  lm_canvas_to_design (self, self->pointer_x, self->pointer_y, &x, &y);
  area = (LmRect){ MIN (x, self->press_x), MIN (y, self->press_y), fabs (x - self->press_x), fabs (y - self->press_y) };
  if ((self->press_state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK)) != 0)
    g_array_append_vals (ids, selected, (guint) n);
  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    int id = self->picture->cards[i].id;
    gboolean was = lm_editor_is_selected (self->editor, id);

    if (!lm_rect_overlaps (&self->rects[i], &area))
      continue;
    if ((self->press_state & GDK_CONTROL_MASK) != 0 && was) {
      for (guint k = 0; k < ids->len; k++) {
        if (g_array_index (ids, int, k) == id)
          g_array_remove_index (ids, k--);
      }
    } else if (!was || (self->press_state & GDK_SHIFT_MASK) == 0) {
      g_array_append_val (ids, id);
    }
  }
  lm_editor_select (self->editor, (const int *) (void *) ids->data, (int) ids->len);
}

/* --- Cutting ------------------------------------------------------------------------- */

static void
update_cut (LmCanvas *self)
{
  LmPoint here, before = g_array_index (self->cut, LmPoint, self->cut->len - 1);
  double length, step = 3 / lm_canvas_scale (self);

  lm_canvas_to_design (self, self->pointer_x, self->pointer_y, &here.x, &here.y);
  length = hypot (here.x - before.x, here.y - before.y);
  if (length < step)
    return;
  for (double at = 0; at <= length; at += step) {
    double t = at / length, x = before.x + (here.x - before.x) * t, y = before.y + (here.y - before.y) * t;

    for (int i = 0; i < lm_canvas_n_wires (self); i++) {
      LmRect point = { x - step, y - step, 2 * step, 2 * step };

      if (lm_rect_overlaps (&point, &self->wire_bounds[i]) && lm_wire_distance (&self->shapes[i], x, y) < step)
        g_hash_table_add (self->marked, GINT_TO_POINTER (i));
    }
  }
  g_array_append_val (self->cut, here);
}

static void
finish_cut (LmCanvas *self)
{
  g_autoptr (GArray) wires = g_array_new (FALSE, FALSE, sizeof (LmWire));
  GHashTableIter iter;
  gpointer wire;

  g_hash_table_iter_init (&iter, self->marked);
  while (g_hash_table_iter_next (&iter, &wire, NULL)) {
    LmWire ids = lm_canvas_get_wire (self, GPOINTER_TO_INT (wire));

    g_array_append_val (wires, ids);
  }
  g_hash_table_remove_all (self->marked);
  g_array_set_size (self->cut, 0);
  if (wires->len > 0)
    lm_editor_cut_wires (self->editor, (const LmWire *) (void *) wires->data, (int) wires->len);
}

static void
finish_lazy (LmCanvas *self)
{
  int target = lm_canvas_pick_card (self, self->pointer_x, self->pointer_y);
  LmWire wire;

  if (target < 0 || target == self->press_card)
    return;
  wire = (LmWire){ self->picture->cards[self->press_card].id, 0, self->picture->cards[target].id, MAX (0, lm_canvas_free_input (self, target)) };
  lm_editor_connect (self->editor, &wire);
}

/* --- Pressing ------------------------------------------------------------------------ */

static void
press_card (LmCanvas *self,
            int card)
{
  int id = self->picture->cards[card].id;

  self->mode = LM_CANVAS_PRESSED;
  self->press_card = card;
  self->press_selected = lm_editor_is_selected (self->editor, id);
  lm_canvas_focus_card (self, card);
  if ((self->press_state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) != 0) {
    lm_editor_toggle (self->editor, id);
    self->press_selected = FALSE;
  } else if (!self->press_selected) {
    lm_editor_select_one (self->editor, id);
  } else {
    lm_editor_set_current (self->editor, id);
  }
}

/* A press near an end of a wire may move that end, elsewhere it only selects. */
static void
press_wire (LmCanvas *self,
            int wire)
{
  LmWire ids = lm_canvas_get_wire (self, wire);

  gtk_widget_grab_focus (GTK_WIDGET (self));
  lm_editor_select_wire (self->editor, &ids);
  self->mode = LM_CANVAS_PRESSED;
  self->press_card = -1;
}

/* The end of the selected wire that is nearer to the press is moved. */
static void
begin_end (LmCanvas *self)
{
  const LmWire *selected = lm_editor_get_selected_wire (self->editor);
  int wire = selected != NULL ? lm_canvas_find_wire (self, selected) : -1;
  const LmWireShape *shape;
  LmWire old;
  gboolean near_from;

  if (wire < 0) {
    self->mode = LM_CANVAS_IDLE;
    return;
  }
  old = *selected;
  shape = &self->shapes[wire];
  near_from = hypot (shape->from.x - self->press_x, shape->from.y - self->press_y) < hypot (shape->to.x - self->press_x, shape->to.y - self->press_y);
  if (near_from)
    lm_canvas_begin_wire (self, self->picture->wires[wire].to, old.to_port, FALSE, &old);
  else
    lm_canvas_begin_wire (self, self->picture->wires[wire].from, old.from_port, TRUE, &old);
}

static void
press_port (LmCanvas *self,
            int card,
            int port,
            gboolean is_output)
{
  const LmWire *into = is_output ? NULL : lm_design_wire_into (lm_editor_get_design (self->editor), self->picture->cards[card].id, port);

  lm_canvas_focus_card (self, card);
  if (into != NULL) {
    LmWire old = *into;

    lm_canvas_begin_wire (self, lm_canvas_find_card (self, old.from), old.from_port, TRUE, &old);
  } else {
    lm_canvas_begin_wire (self, card, port, is_output, NULL);
  }
}

static void
press_primary (LmCanvas *self,
               double x,
               double y)
{
  int card = -1, port, wire;
  gboolean is_output = FALSE;

  port = lm_canvas_pick_port (self, x, y, &card, &is_output);
  if (port >= 0) {
    press_port (self, card, port, is_output);
    return;
  }
  card = lm_canvas_pick_card (self, x, y);
  if (card >= 0) {
    press_card (self, card);
    return;
  }
  wire = lm_canvas_pick_wire (self, x, y);
  if (wire >= 0) {
    press_wire (self, wire);
    return;
  }
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->pressed_empty = TRUE;
  self->mode = LM_CANVAS_MARQUEE;
  if ((self->press_state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) == 0)
    lm_editor_select_one (self->editor, 0);
}

static void
press_secondary (LmCanvas *self,
                 double x,
                 double y)
{
  int card = lm_canvas_pick_card (self, x, y), wire;

  if ((self->press_state & GDK_CONTROL_MASK) != 0) {
    LmPoint here = { self->press_x, self->press_y };

    self->mode = LM_CANVAS_CUT;
    g_array_set_size (self->cut, 0);
    g_array_append_val (self->cut, here);
    set_cursor (self, "crosshair");
    return;
  }
  if (card >= 0 && (self->press_state & GDK_SHIFT_MASK) != 0 && self->picture->cards[card].n_out > 0) {
    self->mode = LM_CANVAS_LAZY;
    self->press_card = card;
    return;
  }
  wire = card < 0 ? lm_canvas_pick_wire (self, x, y) : -1;
  self->pressed_empty = card < 0 && wire < 0;
  if (card >= 0) {
    lm_canvas_focus_card (self, card);
    if (!lm_editor_is_selected (self->editor, self->picture->cards[card].id))
      lm_editor_select_one (self->editor, self->picture->cards[card].id);
    else
      lm_editor_set_current (self->editor, self->picture->cards[card].id);
  } else if (wire >= 0) {
    LmWire ids = lm_canvas_get_wire (self, wire);

    lm_editor_select_wire (self->editor, &ids);
  } else {
    lm_editor_select_one (self->editor, 0);
  }
  lm_canvas_emit_menu (self, x, y);
}

/* The second click of wiring by clicks. TRUE if the press is used up. */
static gboolean
press_sticky (LmCanvas *self,
              guint button,
              double x,
              double y)
{
  if (!self->draw.is_sticky)
    return FALSE;
  lm_canvas_aim_wire (self, x, y);
  if (button != GDK_BUTTON_PRIMARY || self->draw.target < 0 || !lm_canvas_finish_wire (self))
    lm_canvas_stop_wire (self);
  return TRUE;
}

static void
drag_begin_cb (LmCanvas *self,
               double x,
               double y,
               GtkGestureSingle *gesture)
{
  guint button = gtk_gesture_single_get_current_button (gesture);

  self->pointer_x = x;
  self->pointer_y = y;
  self->press_state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  self->pressed_empty = FALSE;
  lm_canvas_stop_animation (self);
  if (self->picture == NULL || press_sticky (self, button, x, y))
    return;
  lm_canvas_to_design (self, x, y, &self->press_x, &self->press_y);
  if (button == GDK_BUTTON_MIDDLE || (button == GDK_BUTTON_PRIMARY && self->space_held)) {
    self->mode = LM_CANVAS_PAN;
    self->space_used = TRUE;
    self->pan_x = self->pan_y = 0;
    set_cursor (self, "grabbing");
  } else if (button == GDK_BUTTON_PRIMARY) {
    press_primary (self, x, y);
  } else if (button == GDK_BUTTON_SECONDARY) {
    press_secondary (self, x, y);
  }
  redraw (self);
}

/* --- Dragging ------------------------------------------------------------------------ */

static void
drag_to (LmCanvas *self,
         GdkModifierType state)
{
  switch (self->mode) {
  case LM_CANVAS_MOVE:
    update_move (self, state);
    break;
  case LM_CANVAS_WIRE:
    lm_canvas_aim_wire (self, self->pointer_x, self->pointer_y);
    break;
  case LM_CANVAS_CUT:
    update_cut (self);
    break;
  default:
    break;
  }
  redraw (self);
}

static double
edge_speed (double at,
            double length)
{
  if (at < EDGE)
    return MIN (EDGE - at, 3 * EDGE) / 3;
  return at > length - EDGE ? -MIN (at - length + EDGE, 3 * EDGE) / 3 : 0;
}

/* Near the border the drag goes on beyond it. */
static gboolean
edge_cb (GtkWidget *widget,
         GdkFrameClock *clock,
         gpointer data)
{
  LmCanvas *self = LM_CANVAS (widget);
  double dx = edge_speed (self->pointer_x, gtk_widget_get_width (widget)), dy = edge_speed (self->pointer_y, gtk_widget_get_height (widget));

  if ((self->mode != LM_CANVAS_MOVE && self->mode != LM_CANVAS_WIRE && self->mode != LM_CANVAS_MARQUEE) || (dx == 0 && dy == 0)) {
    self->edge_tick = 0;
    return G_SOURCE_REMOVE;
  }
  lm_canvas_pan (self, dx, dy);
  drag_to (self, self->press_state);
  return G_SOURCE_CONTINUE;
}

static void
watch_edge (LmCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  if (self->edge_tick == 0 && (self->mode == LM_CANVAS_MOVE || self->mode == LM_CANVAS_WIRE || self->mode == LM_CANVAS_MARQUEE) &&
      (edge_speed (self->pointer_x, gtk_widget_get_width (widget)) != 0 || edge_speed (self->pointer_y, gtk_widget_get_height (widget)) != 0))
    self->edge_tick = gtk_widget_add_tick_callback (widget, edge_cb, NULL, NULL);
}

static void
drag_update_cb (LmCanvas *self,
                double dx,
                double dy,
                GtkGestureDrag *gesture)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  double x, y;

  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  self->pointer_x = x + dx;
  self->pointer_y = y + dy;
  if (self->mode == LM_CANVAS_IDLE)
    return;
  if (self->mode == LM_CANVAS_PAN) {
    lm_canvas_pan (self, dx - self->pan_x, dy - self->pan_y);
    self->pan_x = dx;
    self->pan_y = dy;
    return;
  }
  if (self->mode == LM_CANVAS_PRESSED) {
    if (hypot (dx, dy) < THRESHOLD)
      return;
    if (self->press_card < 0) {
      begin_end (self);
    } else if (lm_editor_is_selected (self->editor, self->picture->cards[self->press_card].id)) {
      self->mode = LM_CANVAS_MOVE;
      set_lifted (self, TRUE);
      set_cursor (self, "grabbing");
    } else {
      self->mode = LM_CANVAS_IDLE;
      return;
    }
  }
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  drag_to (self, state);
  watch_edge (self);
}

static void
drag_end_cb (LmCanvas *self,
             double dx,
             double dy)
{
  LmCanvasMode mode = self->mode;

  self->mode = LM_CANVAS_IDLE;
  set_cursor (self, self->space_held ? "grab" : NULL);
  switch (mode) {
  case LM_CANVAS_PRESSED:
    /* One of several, pressed without dragging: it alone is meant. */
    if (self->press_card >= 0 && self->press_selected)
      lm_editor_select_one (self->editor, self->picture->cards[self->press_card].id);
    break;
  case LM_CANVAS_MOVE:
    finish_move (self);
    break;
  case LM_CANVAS_MARQUEE:
    if (hypot (dx, dy) >= THRESHOLD)
      finish_marquee (self);
    break;
  case LM_CANVAS_WIRE:
    /* A click takes a new wire up, the next one puts it down; to one that is there it does nothing. */
    if (hypot (dx, dy) < THRESHOLD && !self->draw.has_old)
      self->draw.is_sticky = TRUE;
    else if (hypot (dx, dy) < THRESHOLD || !lm_canvas_finish_wire (self))
      lm_canvas_stop_wire (self);
    break;
  case LM_CANVAS_CUT:
    finish_cut (self);
    break;
  case LM_CANVAS_LAZY:
    finish_lazy (self);
    break;
  default:
    break;
  }
  lm_canvas_update_hover (self);
  redraw (self);
}

void
lm_canvas_cancel_drag (LmCanvas *self)
{
  if (self->mode == LM_CANVAS_MOVE)
    set_lifted (self, FALSE);
  self->mode = LM_CANVAS_IDLE;
  self->is_connecting = FALSE;
  self->connect_at = -1;
  self->drop_wire = -1;
  g_array_set_size (self->cut, 0);
  g_hash_table_remove_all (self->marked);
  lm_canvas_stop_wire (self);
  set_cursor (self, NULL);
  redraw (self);
}

static void
drag_cancel_cb (LmCanvas *self)
{
  if (self->mode != LM_CANVAS_IDLE)
    lm_canvas_cancel_drag (self);
}

/* --- Clicking twice ------------------------------------------------------------------ */

static void
pressed_cb (LmCanvas *self,
            int n_press,
            double x,
            double y)
{
  int card, wire;

  if (n_press != 2 || self->picture == NULL || self->draw.is_sticky)
    return;
  card = lm_canvas_pick_card (self, x, y);
  wire = card < 0 ? lm_canvas_pick_wire (self, x, y) : -1;
  if (card < 0 && wire < 0) {
    lm_canvas_cancel_drag (self);
    lm_canvas_emit_add (self, x, y, 0, 0, FALSE);
  } else if (card >= 0) {
    int id = self->picture->cards[card].id;

    lm_canvas_cancel_drag (self);
    if (!lm_editor_open_block (self->editor, id))
      lm_canvas_emit (self, "edit-requested", id);
  }
}

/* --- Tooltips ------------------------------------------------------------------------ */

static gboolean
query_tooltip_cb (LmCanvas *self,
                  int x,
                  int y,
                  gboolean is_keyboard,
                  GtkTooltip *tooltip)
{
  int i = is_keyboard ? lm_canvas_focused_card (self) : lm_canvas_pick_card (self, x, y);
  const LmCard *card = i >= 0 ? &self->picture->cards[i] : NULL;
  const char *text = card == NULL ? NULL : card->error != NULL ? card->error
                                                               : card->hint;
  GdkRectangle area;

  if (text == NULL || self->mode != LM_CANVAS_IDLE || !lm_canvas_get_card_area (self, card->id, &area))
    return FALSE;
  gtk_tooltip_set_text (tooltip, text);
  gtk_tooltip_set_tip_area (tooltip, &area);
  return TRUE;
}

void
lm_canvas_add_pointer (LmCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), 0);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_PRIMARY);
  self->drag = drag;
  g_signal_connect_swapped (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect_swapped (drag, "cancel", G_CALLBACK (drag_cancel_cb), self);
  g_signal_connect_swapped (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect_swapped (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_set_has_tooltip (widget, TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (query_tooltip_cb), NULL);
}
