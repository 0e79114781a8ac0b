/* lm-canvas-wiring.c: wires that are being drawn, and kinds dropped from the palette
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-canvas-private.h"

#include <string.h>

/* --- What fits ----------------------------------------------------------------------- */

/* By card: what it is fed by, @card included (or what it feeds). */
static gboolean *
find_stream (LmCanvas *self,
             int card,
             gboolean upstream)
{
  gboolean *is_in = g_new0 (gboolean, MAX (1, lm_canvas_n_cards (self)));
  g_autoptr (GArray) todo = g_array_new (FALSE, FALSE, sizeof (int));

  is_in[card] = TRUE;
  g_array_append_val (todo, card);
  for (guint at = 0; at < todo->len; at++) {
    int here = g_array_index (todo, int, at);

    for (int i = 0; i < lm_canvas_n_wires (self); i++) {
      const LmCardWire *wire = &self->picture->wires[i];
      int near = upstream ? wire->to : wire->from, far = upstream ? wire->from : wire->to;

      if (near != here || is_in[far])
        continue;
      is_in[far] = TRUE;
      g_array_append_val (todo, far);
    }
  }
  return is_in;
}

gboolean *
lm_canvas_find_fitting (LmCanvas *self,
                        int card,
                        gboolean is_output)
{
  gboolean *fits = find_stream (self, card, is_output);

  for (int i = 0; i < lm_canvas_n_cards (self); i++)
    fits[i] = !fits[i] && (is_output ? self->picture->cards[i].n_in : self->picture->cards[i].n_out) > 0;
  return fits;
}

int
lm_canvas_free_input (LmCanvas *self,
                      int card)
{
  int n = self->picture->cards[card].n_in;

  for (int port = 0; port < n; port++) {
    if (lm_design_wire_into (lm_editor_get_design (self->editor), self->picture->cards[card].id, port) == NULL)
      return port;
  }
  return 0;
}

/* --- Drawing ------------------------------------------------------------------------- */

/* The wire whose end is moved is not in the tiles meanwhile. */
static void
show_old (LmCanvas *self)
{
  int wire = self->draw.has_old ? lm_canvas_find_wire (self, &self->draw.old) : -1;

  self->hidden_wire = wire;
  if (wire >= 0)
    lm_canvas_invalidate (self, &self->wire_bounds[wire]);
}

void
lm_canvas_begin_wire (LmCanvas *self,
                      int card,
                      int port,
                      gboolean is_output,
                      const LmWire *old)
{
  lm_canvas_stop_wire (self);
  self->draw = (LmCanvasDraw){ .card = card, .port = port, .is_output = is_output, .target = -1 };
  if (old != NULL) {
    self->draw.has_old = TRUE;
    self->draw.old = *old;
    show_old (self);
  }
  self->draw.fits = lm_canvas_find_fitting (self, card, is_output);
  self->mode = LM_CANVAS_WIRE;
}

void
lm_canvas_stop_wire (LmCanvas *self)
{
  show_old (self);
  self->hidden_wire = -1;
  g_clear_pointer (&self->draw.fits, g_free);
  g_clear_pointer (&self->draw.refusal, g_free);
  self->draw = (LmCanvasDraw){ .target = -1 };
  if (self->mode == LM_CANVAS_WIRE)
    self->mode = LM_CANVAS_IDLE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static LmWire
wire_to (LmCanvas *self,
         int card,
         int port)
{
  const LmCanvasDraw *draw = &self->draw;
  int here = self->picture->cards[draw->card].id, there = self->picture->cards[card].id;

  return draw->is_output ? (LmWire){ here, draw->port, there, port } : (LmWire){ there, port, here, draw->port };
}

/* Why @card cannot take the wire: in the words of the command that would do it. */
static void
explain_refusal (LmCanvas *self,
                 int card,
                 int port)
{
  LmWire wire = wire_to (self, card, port);
  g_autoptr (LmDesign) design = lm_design_copy (lm_document_get_design (lm_editor_get_document (self->editor)));
  g_autoptr (LmEdit) edit = lm_edit_add_wire (lm_editor_get_block (self->editor), &wire);
  g_autoptr (GError) error = NULL;
  g_autoptr (LmEdit) reverse = lm_edit_apply (edit, design, &error);

  if (reverse == NULL)
    self->draw.refusal = g_strdup (error->message);
}

/* The port of a card that is meant when the pointer is on the card itself. */
static int
port_of_card (LmCanvas *self,
              int card)
{
  if (!self->draw.is_output)
    return 0;
  if (self->draw.has_old && self->draw.old.to == self->picture->cards[card].id)
    return self->draw.old.to_port;
  return lm_canvas_free_input (self, card);
}

void
lm_canvas_aim_wire (LmCanvas *self,
                    double x,
                    double y)
{
  LmCanvasDraw *draw = &self->draw;
  int card = -1, port, was = draw->target, was_port = draw->target_port;
  gboolean is_output = FALSE;

  draw->target = -1;
  port = lm_canvas_pick_port (self, x, y, &card, &is_output);
  if (port < 0 || is_output == draw->is_output) {
    card = lm_canvas_pick_card (self, x, y);
    port = card >= 0 ? port_of_card (self, card) : -1;
  }
  if (card < 0 || card == draw->card) {
    g_clear_pointer (&draw->refusal, g_free);
    return;
  }
  if (draw->fits[card]) {
    g_clear_pointer (&draw->refusal, g_free);
    draw->target = card;
    draw->target_port = port;
  } else if (draw->refusal == NULL || was != card || was_port != port) {
    g_clear_pointer (&draw->refusal, g_free);
    explain_refusal (self, card, port);
  }
}

gboolean
lm_canvas_finish_wire (LmCanvas *self)
{
  LmCanvasDraw draw = self->draw;
  int target = draw.target, id = self->picture->cards[draw.card].id;
  LmWire wire = target >= 0 ? wire_to (self, target, draw.target_port) : (LmWire){ 0 };
  double x = self->pointer_x, y = self->pointer_y;
  gboolean is_empty = target < 0 && draw.refusal == NULL && lm_canvas_pick_card (self, x, y) < 0;

  lm_canvas_stop_wire (self);
  if (target >= 0 && draw.has_old)
    return lm_editor_reconnect (self->editor, &draw.old, &wire);
  if (target >= 0)
    return lm_editor_connect (self->editor, &wire);
  if (!is_empty)
    return FALSE;
  /* The end of a wire pulled off into nothing is taken away; a new wire asks what is to come there. */
  if (draw.has_old)
    return lm_editor_cut_wires (self->editor, &draw.old, 1);
  lm_canvas_emit_add (self, x, y, id, draw.port, draw.is_output);
  return TRUE;
}

/* --- From the palette ---------------------------------------------------------------- */

static gboolean
takes_and_gives (const char *kind)
{
  const LmLayerClass *layer = lm_layer_find (kind);

  return layer != NULL && layer->max_inputs > 0;
}

static GdkDragAction
drop_motion_cb (LmCanvas *self,
                double x,
                double y)
{
  int wire = self->picture != NULL && lm_canvas_pick_card (self, x, y) < 0 ? lm_canvas_pick_wire (self, x, y) : -1;

  self->is_inside = FALSE;
  if (wire != self->drop_wire) {
    self->drop_wire = wire;
    gtk_widget_queue_draw (GTK_WIDGET (self));
  }
  return GDK_ACTION_COPY;
}

static void
drop_leave_cb (LmCanvas *self)
{
  self->drop_wire = -1;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
drop_cb (LmCanvas *self,
         const GValue *value,
         double x,
         double y)
{
  const char *kind = g_value_get_string (value);
  int wire = self->picture != NULL && lm_canvas_pick_card (self, x, y) < 0 ? lm_canvas_pick_wire (self, x, y) : -1;
  double design_x, design_y;
  int id;

  self->drop_wire = -1;
  if (kind == NULL || self->editor == NULL || !lm_family_find ("layer", kind))
    return FALSE;
  if (wire >= 0 && takes_and_gives (kind)) {
    LmWire ids = lm_canvas_get_wire (self, wire);

    id = lm_editor_insert (self->editor, kind, &ids);
  } else {
    lm_canvas_to_design (self, x, y, &design_x, &design_y);
    id = lm_editor_add (self->editor, kind, design_x, design_y);
  }
  if (id != 0 && lm_canvas_find_card (self, id) >= 0)
    lm_canvas_focus_card (self, lm_canvas_find_card (self, id));
  return id != 0;
}

void
lm_canvas_add_drop (LmCanvas *self)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_STRING, GDK_ACTION_COPY);

  g_signal_connect_swapped (target, "motion", G_CALLBACK (drop_motion_cb), self);
  g_signal_connect_swapped (target, "leave", G_CALLBACK (drop_leave_cb), self);
  g_signal_connect_swapped (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
