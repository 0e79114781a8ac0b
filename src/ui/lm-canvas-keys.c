/* lm-canvas-keys.c: the canvas without a mouse
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-canvas-private.h"

#include "lm-node-view.h"

#include <math.h>

/* --- Focus --------------------------------------------------------------------------- */

int
lm_canvas_focused_card (LmCanvas *self)
{
  GtkWidget *child = gtk_widget_get_focus_child (self->layer);

  return child != NULL && gtk_widget_is_focus (child) ? lm_canvas_find_card (self, lm_node_view_get_id (LM_NODE_VIEW (child))) : -1;
}

void
lm_canvas_focus_card (LmCanvas *self,
                      int card)
{
  GtkWidget *view = g_hash_table_lookup (self->views, GINT_TO_POINTER (self->picture->cards[card].id));

  if (view != NULL)
    gtk_widget_grab_focus (view);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The card that Tab comes to: the current one, else the first. */
static int
entry_card (LmCanvas *self)
{
  int current = self->editor != NULL ? lm_canvas_find_card (self, lm_editor_get_current (self->editor)) : -1;

  return current >= 0 ? current : lm_canvas_n_cards (self) > 0 ? 0
                                                               : -1;
}

/* One stop for Tab: in at the last card, and out again. */
gboolean
lm_canvas_take_focus (LmCanvas *self,
                      GtkDirectionType direction)
{
  GtkWidget *widget = GTK_WIDGET (self);
  int card = entry_card (self);

  if (gtk_widget_get_focus_child (widget) != NULL || gtk_widget_is_focus (widget))
    return FALSE;
  if (card < 0)
    return gtk_widget_grab_focus (widget);
  lm_canvas_focus_card (self, card);
  lm_canvas_reveal (self, card);
  return TRUE;
}

/* --- Walking ------------------------------------------------------------------------- */

/* The nearest card that lies from @card in direction (@dx, @dy), of those that @allowed (nullable) lets through; −1. */
static int
neighbour (LmCanvas *self,
           int card,
           int dx,
           int dy,
           const gboolean *allowed)
{
  const LmRect *here = &self->rects[card];
  double best = INFINITY;
  int found = -1;

  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    double x = self->rects[i].x - here->x, y = self->rects[i].y + self->rects[i].height / 2 - here->y - here->height / 2;
    double along = x * dx + y * dy, across = fabs (x * dy) + fabs (y * dx);
    double distance = along + 2 * across;

    if (i != card && (allowed == NULL || allowed[i]) && along > 1 && along >= across / 2 && distance < best) {
      best = distance;
      found = i;
    }
  }
  return found;
}

/* Along the flow a wire shows the way; of several the one that leads straightest. */
static int
along_wire (LmCanvas *self,
            int card,
            gboolean forward)
{
  double best = INFINITY;
  int found = -1;

  for (int i = 0; i < lm_canvas_n_wires (self); i++) {
    const LmCardWire *wire = &self->picture->wires[i];
    int near = forward ? wire->from : wire->to, far = forward ? wire->to : wire->from;
    double side = self->picture->to_right ? self->rects[far].y - self->rects[card].y : self->rects[far].x - self->rects[card].x;
    double ahead = self->picture->to_right ? self->rects[far].x - self->rects[card].x : self->rects[far].y - self->rects[card].y;
    double distance = fabs (side) * 2 + fabs (ahead);

    if (near == card && distance < best) {
      best = distance;
      found = far;
    }
  }
  return found;
}

static void
show_focus (LmCanvas *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (GTK_IS_WINDOW (root))
    gtk_window_set_focus_visible (GTK_WINDOW (root), TRUE);
}

/* Moves the focus; what is selected stays. */
static void
walk (LmCanvas *self,
      int dx,
      int dy)
{
  int card = lm_canvas_focused_card (self), next = -1;
  int ahead = self->picture->to_right ? dx : dy;

  if (card < 0)
    next = entry_card (self);
  else if (ahead != 0)
    next = along_wire (self, card, ahead > 0);
  if (next < 0 && card >= 0)
    next = neighbour (self, card, dx, dy, NULL);
  if (next < 0)
    return;
  show_focus (self);
  lm_canvas_focus_card (self, next);
  lm_canvas_reveal (self, next);
}

/* --- Wiring by keys ------------------------------------------------------------------ */

static void
stop_connecting (LmCanvas *self)
{
  self->is_connecting = FALSE;
  lm_canvas_stop_wire (self);
}

void
lm_canvas_begin_connect (LmCanvas *self)
{
  int card = self->editor != NULL ? lm_canvas_find_card (self, lm_editor_get_current (self->editor)) : -1;
  double best = INFINITY;

  if (card < 0 || self->picture->cards[card].n_out < 1)
    return;
  lm_canvas_stop_wire (self);
  self->draw.fits = lm_canvas_find_fitting (self, card, TRUE);
  self->is_connecting = TRUE;
  self->connect_at = -1;
  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    double distance = hypot (self->rects[i].x - self->rects[card].x, self->rects[i].y - self->rects[card].y);

    if (self->draw.fits[i] && distance < best) {
      best = distance;
      self->connect_at = i;
    }
  }
  if (self->connect_at >= 0)
    lm_canvas_reveal (self, self->connect_at);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
connect_key (LmCanvas *self,
             guint key,
             int dx,
             int dy)
{
  int from = lm_canvas_find_card (self, lm_editor_get_current (self->editor));

  if (dx != 0 || dy != 0) {
    int next = self->connect_at >= 0 ? neighbour (self, self->connect_at, dx, dy, self->draw.fits) : -1;

    if (next >= 0) {
      self->connect_at = next;
      lm_canvas_reveal (self, next);
      gtk_widget_queue_draw (GTK_WIDGET (self));
    }
    return TRUE;
  }
  if ((key == GDK_KEY_Return || key == GDK_KEY_KP_Enter) && from >= 0 && self->connect_at >= 0) {
    LmWire wire = { self->picture->cards[from].id, 0, self->picture->cards[self->connect_at].id, lm_canvas_free_input (self, self->connect_at) };

    stop_connecting (self);
    lm_editor_connect (self->editor, &wire);
    return TRUE;
  }
  stop_connecting (self);
  return key == GDK_KEY_Escape || key == GDK_KEY_Return || key == GDK_KEY_KP_Enter;
}

/* --- Keys ---------------------------------------------------------------------------- */

/* Esc: out of what is going on, else out of the block, else nothing is selected. */
static gboolean
escape (LmCanvas *self)
{
  int n;

  if (self->mode != LM_CANVAS_IDLE || self->draw.is_sticky) {
    lm_canvas_cancel_drag (self);
    gtk_gesture_set_state (self->drag, GTK_EVENT_SEQUENCE_DENIED);
    return TRUE;
  }
  if (lm_editor_leave_block (self->editor))
    return TRUE;
  lm_editor_get_selection (self->editor, &n);
  if (n == 0 && lm_editor_get_selected_wire (self->editor) == NULL)
    return FALSE;
  lm_editor_select_one (self->editor, 0);
  return TRUE;
}

static gboolean
activate (LmCanvas *self)
{
  int id = lm_editor_get_current (self->editor);

  if (id == 0)
    return FALSE;
  if (!lm_editor_open_block (self->editor, id))
    lm_canvas_emit (self, "edit-requested", id);
  return TRUE;
}

static gboolean
key_pressed_cb (LmCanvas *self,
                guint key,
                guint code,
                GdkModifierType state)
{
  gboolean control = (state & GDK_CONTROL_MASK) != 0, shift = (state & GDK_SHIFT_MASK) != 0;
  int dx = (key == GDK_KEY_Right || key == GDK_KEY_KP_Right) - (key == GDK_KEY_Left || key == GDK_KEY_KP_Left);
  int dy = (key == GDK_KEY_Down || key == GDK_KEY_KP_Down) - (key == GDK_KEY_Up || key == GDK_KEY_KP_Up);

  if (self->picture == NULL || (state & GDK_ALT_MASK) != 0)
    return GDK_EVENT_PROPAGATE;
  if (self->is_connecting && connect_key (self, key, dx, dy))
    return GDK_EVENT_STOP;
  if (key == GDK_KEY_space && !control) {
    self->space_used = self->space_used && self->space_held;
    self->space_held = TRUE;
    gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grab");
    return GDK_EVENT_STOP;
  }
  if (key == GDK_KEY_space && lm_editor_get_current (self->editor) != 0) {
    lm_editor_toggle (self->editor, lm_editor_get_current (self->editor));
    return GDK_EVENT_STOP;
  }
  if ((dx != 0 || dy != 0) && control) {
    double step = shift ? 1 : LM_CANVAS_GRID;

    lm_editor_move (self->editor, dx * step, dy * step, TRUE);
    return GDK_EVENT_STOP;
  }
  if (dx != 0 || dy != 0) {
    if (lm_canvas_n_cards (self) > 0)
      walk (self, dx, dy);
    return GDK_EVENT_STOP;
  }
  if (key == GDK_KEY_Escape)
    return escape (self);
  if ((key == GDK_KEY_Return || key == GDK_KEY_KP_Enter) && !control && !shift)
    return activate (self);
  if (key == GDK_KEY_Menu || (key == GDK_KEY_F10 && shift)) {
    int card = lm_canvas_find_card (self, lm_editor_get_current (self->editor));
    double x = gtk_widget_get_width (GTK_WIDGET (self)) / 2.0, y = gtk_widget_get_height (GTK_WIDGET (self)) / 2.0;

    if (card >= 0)
      lm_canvas_from_design (self, self->picture->cards[card].x, self->picture->cards[card].y, &x, &y);
    if (card >= 0 && !lm_editor_is_selected (self->editor, self->picture->cards[card].id))
      lm_editor_select_one (self->editor, self->picture->cards[card].id);
    lm_canvas_emit_menu (self, x, y);
    return GDK_EVENT_STOP;
  }
  return GDK_EVENT_PROPAGATE;
}

/* Space that was only tapped selects. */
static void
key_released_cb (LmCanvas *self,
                 guint key)
{
  int current;

  if (key != GDK_KEY_space || !self->space_held)
    return;
  current = lm_editor_get_current (self->editor);
  self->space_held = FALSE;
  gtk_widget_set_cursor (GTK_WIDGET (self), NULL);
  if (!self->space_used && current != 0)
    lm_editor_select_one (self->editor, current);
  self->space_used = FALSE;
}

void
lm_canvas_add_keys (LmCanvas *self)
{
  GtkEventController *key = gtk_event_controller_key_new ();

  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect_swapped (key, "key-released", G_CALLBACK (key_released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
}

/* Keys of actions that the page around the canvas has; here, so that they mean nothing while somebody types elsewhere. */
void
lm_canvas_bind_keys (GtkWidgetClass *klass)
{
  static const struct {
    guint key;
    GdkModifierType modifiers;
    const char *action;
  } keys[] = {
    { GDK_KEY_a, GDK_CONTROL_MASK, "design.select-all" },
    { GDK_KEY_a, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "design.select-none" },
    { GDK_KEY_i, GDK_CONTROL_MASK, "design.invert" },
    { GDK_KEY_l, 0, "design.select-downstream" },
    { GDK_KEY_l, GDK_SHIFT_MASK, "design.select-upstream" },
    { GDK_KEY_a, GDK_SHIFT_MASK, "design.add" },
    { GDK_KEY_Insert, 0, "design.add" },
    { GDK_KEY_c, 0, "design.connect" },
    { GDK_KEY_f, 0, "design.wire-in-order" },
    { GDK_KEY_Delete, 0, "design.delete" },
    { GDK_KEY_KP_Delete, 0, "design.delete" },
    { GDK_KEY_BackSpace, 0, "design.delete" },
    { GDK_KEY_Delete, GDK_CONTROL_MASK, "design.delete-with-wires" },
    { GDK_KEY_x, GDK_CONTROL_MASK, "design.cut" },
    { GDK_KEY_c, GDK_CONTROL_MASK, "design.copy" },
    { GDK_KEY_v, GDK_CONTROL_MASK, "design.paste" },
    { GDK_KEY_v, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "design.paste-wired" },
    { GDK_KEY_d, GDK_CONTROL_MASK, "design.duplicate" },
    { GDK_KEY_m, 0, "design.bypass" },
    { GDK_KEY_g, GDK_CONTROL_MASK, "design.group" },
    { GDK_KEY_g, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "design.ungroup" },
    { GDK_KEY_F2, 0, "design.rename" },
    { GDK_KEY_Home, 0, "design.zoom-fit" },
    { GDK_KEY_Home, GDK_SHIFT_MASK, "design.zoom-selection" },
    { GDK_KEY_l, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "design.arrange" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (klass, keys[i].key, keys[i].modifiers, keys[i].action, NULL);
}
