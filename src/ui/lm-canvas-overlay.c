/* lm-canvas-overlay.c: what moves or shows for a moment, above the tiles
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-canvas-private.h"

#include "lm-words.h"

#include <math.h>
#include <string.h>

#include "lm-i18n.h"

#define PILL_PADDING 12

static const LmFont strong_font = { 12.5, TRUE };
static const LmFont small_font = { 12, FALSE };

/* @cr comes and goes in units of the widget. */
static void
enter_design (LmCanvas *self,
              cairo_t *cr)
{
  cairo_save (cr);
  cairo_translate (cr, self->x, self->y);
  cairo_scale (cr, lm_canvas_scale (self), lm_canvas_scale (self));
}

static LmRect
visible (LmCanvas *self,
         int width,
         int height)
{
  double scale = lm_canvas_scale (self);

  return (LmRect){ -self->x / scale, -self->y / scale, width / scale, height / scale };
}

/* --- Cards --------------------------------------------------------------------------- */

static void
paint_card (LmCanvas *self,
            cairo_t *cr,
            int i,
            double dx,
            double dy,
            LmCardFlags flags)
{
  g_autofree char *path = self->is_high[i] ? lm_editor_path (self->editor, self->picture->cards[i].id) : NULL;
  const LmSheetPicture *thumbs = path != NULL && self->thumbs != NULL ? self->thumbs (self->thumbs_data, path) : NULL;
  LmRect rect = self->rects[i];

  rect.x += dx;
  rect.y += dy;
  lm_draw_card (cr, &self->theme, &self->picture->cards[i], &rect, self->picture->to_right, lm_canvas_scale (self), flags, thumbs);
}

static void
paint_lifted (LmCanvas *self,
              cairo_t *cr,
              const LmRect *area)
{
  double scale = lm_canvas_scale (self);

  for (int i = 0; i < lm_canvas_n_wires (self); i++) {
    const LmCardWire *wire = &self->picture->wires[i];
    LmWireShape shape;
    LmRect bounds;

    if (!self->lifted[wire->from] && !self->lifted[wire->to])
      continue;
    lm_canvas_shape_wire (self, i, &shape);
    bounds = lm_wire_bounds (&shape, 4);
    if (lm_rect_overlaps (&bounds, area))
      lm_draw_wire (cr, &self->theme, &shape, i == self->selected_wire ? LM_WIRE_SELECTED : wire->is_error   ? LM_WIRE_ERROR
                                                                                          : wire->is_unknown ? LM_WIRE_UNKNOWN
                                                                                                             : LM_WIRE_NORMAL,
                    scale);
  }
  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    LmPoint offset = lm_canvas_card_offset (self, i);
    LmRect bounds = self->bounds[i];

    bounds.x += offset.x;
    bounds.y += offset.y;
    if (self->lifted[i] && lm_rect_overlaps (&bounds, area))
      paint_card (self, cr, i, offset.x, offset.y, self->flags[i] | LM_CARD_LIFTED);
  }
}

/* The card with the focus and the one under the pointer. */
static void
paint_marked_cards (LmCanvas *self,
                    cairo_t *cr)
{
  int focused = lm_canvas_focused_card (self);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  gboolean is_shown = root != NULL && GTK_IS_WINDOW (root) && gtk_window_get_focus_visible (GTK_WINDOW (root));

  if (self->mode != LM_CANVAS_IDLE && self->mode != LM_CANVAS_PRESSED)
    return;
  if (focused >= 0 && is_shown && !self->lifted[focused])
    paint_card (self, cr, focused, 0, 0, self->flags[focused] | LM_CARD_FOCUSED | (focused == self->hover_card ? LM_CARD_POINTED : 0));
  if (self->hover_card >= 0 && (self->hover_card != focused || !is_shown) && !self->lifted[self->hover_card])
    paint_card (self, cr, self->hover_card, 0, 0, self->flags[self->hover_card] | LM_CARD_POINTED);
}

/* --- Drawing a wire ------------------------------------------------------------------ */

static void
paint_veil (LmCanvas *self,
            cairo_t *cr,
            const LmRect *area,
            const gboolean *fits,
            int except)
{
  LmColour veil = self->theme.canvas;

  veil.a = 0.65;
  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    LmRect rect = { self->rects[i].x - 3, self->rects[i].y - 3, self->rects[i].width + 8, self->rects[i].height + 8 };

    if (fits[i] || i == except || !lm_rect_overlaps (&rect, area))
      continue;
    lm_paint_box (cr, &rect, 12, &veil, NULL, 0);
  }
}

static void
paint_port (LmCanvas *self,
            cairo_t *cr,
            LmPoint at,
            gboolean is_full,
            double radius)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, at.x, at.y, radius, 0, 2 * G_PI);
  lm_paint_set (cr, is_full ? &self->theme.accent : &self->theme.card);
  cairo_fill_preserve (cr);
  lm_paint_set (cr, &self->theme.accent);
  cairo_set_line_width (cr, 2);
  cairo_stroke (cr);
}

/* The ports that would take the wire. */
static void
paint_fitting_ports (LmCanvas *self,
                     cairo_t *cr,
                     const LmRect *area,
                     const gboolean *fits,
                     gboolean from_output,
                     int target,
                     int target_port)
{
  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    int n = from_output ? self->picture->cards[i].n_in : self->picture->cards[i].n_out;

    if (!fits[i] || !lm_rect_overlaps (&self->bounds[i], area))
      continue;
    for (int port = 0; port < n; port++) {
      gboolean is_target = i == target && port == target_port;

      paint_port (self, cr, lm_canvas_port_place (self, i, port, !from_output), is_target, is_target ? 9 : 8);
    }
  }
}

static void
stroke_wire (LmCanvas *self,
             cairo_t *cr,
             LmPoint from,
             LmPoint to,
             LmWireState state)
{
  LmWireShape shape = { .from = from, .to = to, .to_right = self->picture->to_right };

  lm_draw_wire (cr, &self->theme, &shape, state, lm_canvas_scale (self));
}

static void
paint_drawn_wire (LmCanvas *self,
                  cairo_t *cr,
                  const LmRect *area)
{
  const LmCanvasDraw *draw = &self->draw;
  LmPoint start = lm_canvas_port_place (self, draw->card, draw->port, draw->is_output), end;

  paint_veil (self, cr, area, draw->fits, draw->card);
  paint_fitting_ports (self, cr, area, draw->fits, draw->is_output, draw->target, draw->target_port);
  if (draw->target >= 0)
    end = lm_canvas_port_place (self, draw->target, draw->target_port, !draw->is_output);
  else
    lm_canvas_to_design (self, self->pointer_x, self->pointer_y, &end.x, &end.y);
  stroke_wire (self, cr, draw->is_output ? start : end, draw->is_output ? end : start, LM_WIRE_SELECTED);
  paint_port (self, cr, start, draw->is_output, 8);
  if (draw->target < 0)
    paint_port (self, cr, end, FALSE, 4 / lm_canvas_scale (self));
}

/* By keyboard: the card that is offered stands out. */
static void
paint_connecting (LmCanvas *self,
                  cairo_t *cr,
                  const LmRect *area)
{
  int from = lm_canvas_find_card (self, lm_editor_get_current (self->editor));

  if (from < 0 || self->draw.fits == NULL)
    return;
  paint_veil (self, cr, area, self->draw.fits, from);
  paint_fitting_ports (self, cr, area, self->draw.fits, TRUE, self->connect_at, self->connect_at >= 0 ? lm_canvas_free_input (self, self->connect_at) : 0);
  if (self->connect_at >= 0)
    stroke_wire (self, cr, lm_canvas_port_place (self, from, 0, TRUE), lm_canvas_port_place (self, self->connect_at, lm_canvas_free_input (self, self->connect_at), FALSE), LM_WIRE_SELECTED);
}

static void
paint_lazy_wire (LmCanvas *self,
                 cairo_t *cr)
{
  int target = lm_canvas_pick_card (self, self->pointer_x, self->pointer_y);
  LmPoint end;

  if (target >= 0 && target != self->press_card && self->picture->cards[target].n_in > 0)
    end = lm_canvas_port_place (self, target, lm_canvas_free_input (self, target), FALSE);
  else
    lm_canvas_to_design (self, self->pointer_x, self->pointer_y, &end.x, &end.y);
  stroke_wire (self, cr, lm_canvas_port_place (self, self->press_card, 0, TRUE), end, LM_WIRE_SELECTED);
}

static void
paint_cut (LmCanvas *self,
           cairo_t *cr)
{
  static const double dash[] = { 6, 4 };
  double px = 1 / lm_canvas_scale (self);
  GHashTableIter iter;
  gpointer wire;

  g_hash_table_iter_init (&iter, self->marked);
  while (g_hash_table_iter_next (&iter, &wire, NULL))
    lm_draw_wire (cr, &self->theme, &self->shapes[GPOINTER_TO_INT (wire)], LM_WIRE_ERROR, lm_canvas_scale (self));
  lm_paint_set (cr, &self->theme.error);
  cairo_set_line_width (cr, 1.5 * px);
  cairo_scale (cr, 1, 1);
  cairo_set_dash (cr, (double[]){ dash[0] * px, dash[1] * px }, 2, 0);
  for (guint i = 0; i < self->cut->len; i++) {
    const LmPoint *point = &g_array_index (self->cut, LmPoint, i);

    cairo_line_to (cr, point->x, point->y);
  }
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

/* --- Ghosts -------------------------------------------------------------------------- */

static gboolean
is_there (LmCanvas *self,
          const LmCard *ghost)
{
  int i = lm_canvas_find_card (self, ghost->id);

  return i >= 0 && g_strcmp0 (self->picture->cards[i].summary, ghost->summary) == 0 && self->picture->cards[i].x == ghost->x && self->picture->cards[i].y == ghost->y;
}

/* What a remedy would add stands there pale with a dashed border, what it would take away is struck pale. */
static void
paint_ghost (LmCanvas *self,
             cairo_t *cr)
{
  static const double dash[] = { 6, 4 };
  double scale = lm_canvas_scale (self);

  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    gboolean stays = FALSE;
    LmColour veil = self->theme.canvas;

    for (int k = 0; k < self->ghost->n_cards && !stays; k++)
      stays = self->ghost->cards[k].id == self->picture->cards[i].id;
    veil.a = 0.7;
    if (!stays)
      lm_paint_box (cr, &self->rects[i], 10, &veil, NULL, 0);
  }
  for (int i = 0; i < self->ghost->n_wires; i++) {
    const LmCardWire *wire = &self->ghost->wires[i];
    LmWire ids = { self->ghost->cards[wire->from].id, wire->from_port, self->ghost->cards[wire->to].id, wire->to_port };

    if (lm_canvas_find_wire (self, &ids) >= 0 && is_there (self, &self->ghost->cards[wire->from]) && is_there (self, &self->ghost->cards[wire->to]))
      continue;
    stroke_wire (self, cr, lm_card_port (&self->ghost->cards[wire->from], &self->ghost_rects[wire->from], self->ghost->to_right, TRUE, wire->from_port),
                 lm_card_port (&self->ghost->cards[wire->to], &self->ghost_rects[wire->to], self->ghost->to_right, FALSE, wire->to_port), LM_WIRE_SELECTED);
  }
  for (int i = 0; i < self->ghost->n_cards; i++) {
    LmRect ring = { self->ghost_rects[i].x - 2, self->ghost_rects[i].y - 2, self->ghost_rects[i].width + 4, self->ghost_rects[i].height + 4 };

    if (is_there (self, &self->ghost->cards[i]))
      continue;
    lm_draw_card (cr, &self->theme, &self->ghost->cards[i], &self->ghost_rects[i], self->ghost->to_right, scale, LM_CARD_POINTED, NULL);
    lm_paint_set (cr, &self->theme.accent);
    cairo_set_line_width (cr, 2);
    cairo_set_dash (cr, dash, G_N_ELEMENTS (dash), 0);
    lm_paint_round_path (cr, &ring, 12);
    cairo_stroke (cr);
    cairo_set_dash (cr, NULL, 0, 0);
  }
}

/* --- In units of the widget ---------------------------------------------------------- */

static void
paint_guides (LmCanvas *self,
              cairo_t *cr,
              int width,
              int height)
{
  double x, y;

  lm_canvas_from_design (self, self->guide_x, self->guide_y, &x, &y);
  lm_paint_set (cr, &self->theme.accent);
  cairo_set_line_width (cr, 1);
  if (isfinite (self->guide_x)) {
    cairo_move_to (cr, floor (x) + 0.5, 0);
    cairo_line_to (cr, floor (x) + 0.5, height);
  }
  if (isfinite (self->guide_y)) {
    cairo_move_to (cr, 0, floor (y) + 0.5);
    cairo_line_to (cr, width, floor (y) + 0.5);
  }
  cairo_stroke (cr);
}

static void
paint_marquee (LmCanvas *self,
               cairo_t *cr)
{
  double press_x, press_y;
  LmColour fill = self->theme.accent;
  LmRect rect;

  lm_canvas_from_design (self, self->press_x, self->press_y, &press_x, &press_y);
  rect = (LmRect){ floor (MIN (press_x, self->pointer_x)) + 0.5, floor (MIN (press_y, self->pointer_y)) + 0.5,
                   fabs (self->pointer_x - press_x), fabs (self->pointer_y - press_y) };
  fill.a = 0.12;
  lm_paint_set (cr, &fill);
  cairo_rectangle (cr, rect.x, rect.y, rect.width, rect.height);
  cairo_fill_preserve (cr);
  lm_paint_set (cr, &self->theme.accent);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

/* One or two lines in a box beside (@x, @y), inside of the widget. */
static void
paint_words (LmCanvas *self,
             cairo_t *cr,
             double x,
             double y,
             const char *first,
             const char *second,
             const LmColour *colour,
             int width,
             int height)
{
  double u = self->text_scale, text_width;
  LmTheme theme = self->theme;
  LmRect box;

  theme.text_scale = u;
  text_width = MAX (lm_text_width (cr, &theme, strong_font, first), second != NULL ? lm_text_width (cr, &theme, small_font, second) : 0);
  box = (LmRect){ x, y, MIN (text_width + 2 * PILL_PADDING * u, width - 16), (second != NULL ? 46 : 28) * u };
  box.x = CLAMP (box.x, 8, MAX (8, width - 8 - box.width));
  box.y = CLAMP (box.y, 8, MAX (8, height - 8 - box.height));
  lm_paint_shadow (cr, &theme, &box, 8, TRUE);
  lm_paint_box (cr, &box, 8, &theme.card, &theme.card_border, theme.border_width);
  lm_text_draw (cr, &theme, second != NULL ? strong_font : small_font, colour, first, box.x + PILL_PADDING * u, box.y + 18.5 * u, LM_ALIGN_LEFT, box.width - 2 * PILL_PADDING * u);
  if (second != NULL)
    lm_text_draw (cr, &theme, small_font, &theme.text2, second, box.x + PILL_PADDING * u, box.y + 36 * u, LM_ALIGN_LEFT, box.width - 2 * PILL_PADDING * u);
}

/* “28×28×32 · 25,088 values · 98 KiB a sample” */
static char *
describe_flow (LmCanvas *self,
               int i)
{
  const LmCardWire *wire = &self->picture->wires[i];
  g_autofree char *path = lm_editor_path (self->editor, self->picture->cards[wire->from].id), *count = NULL, *bytes = NULL;
  const LmLayerFacts *facts = lm_check_find (lm_document_get_check (lm_editor_get_document (self->editor)), path);
  gint64 n = 1;

  if (facts == NULL || wire->label == NULL || wire->from_port >= MIN (facts->n_outputs, 4))
    return g_strdup (_ ("not known yet"));
  for (int k = 1; k < facts->shapes[wire->from_port].rank; k++) {
    if (facts->shapes[wire->from_port].dim[k] < 0)
      return g_strdup (wire->label);
    n *= facts->shapes[wire->from_port].dim[k];
  }
  count = lm_words_count (n);
  bytes = lm_words_bytes ((guint64) n * sizeof (float));
  return g_strdup_printf (_ ("%s · %s values · %s a sample"), wire->label, count, bytes);
}

static void
paint_hover (LmCanvas *self,
             cairo_t *cr,
             int width,
             int height)
{
  const LmCardWire *wire = &self->picture->wires[self->hover_wire];
  g_autofree char *ends = g_strdup_printf ("%s → %s", self->picture->cards[wire->from].name, self->picture->cards[wire->to].name);
  g_autofree char *flow = describe_flow (self, self->hover_wire);
  LmPoint middle = lm_wire_middle (&self->shapes[self->hover_wire]);
  double x, y;

  lm_canvas_from_design (self, middle.x, middle.y, &x, &y);
  if (x < 0 || y < 0 || x > width || y > height) {
    x = self->pointer_x;
    y = self->pointer_y;
  }
  paint_words (self, cr, x + 14, y - 23, ends, flow, &self->theme.text, width, height);
}

/* What is wrong, and below it what to do instead. */
static void
paint_refusal (LmCanvas *self,
               cairo_t *cr,
               int width,
               int height)
{
  const char *end = strstr (self->draw.refusal, ". ");
  g_autofree char *first = end != NULL ? g_strndup (self->draw.refusal, (gsize) (end - self->draw.refusal)) : g_strdup (self->draw.refusal);

  paint_words (self, cr, self->pointer_x + 16, self->pointer_y + 16, first, end != NULL ? end + 2 : NULL, &self->theme.error, width, height);
}

void
lm_canvas_paint_overlay (LmCanvas *self,
                         cairo_t *cr,
                         int width,
                         int height)
{
  LmRect area = visible (self, width, height);
  gboolean is_drawing = self->mode == LM_CANVAS_WIRE || self->draw.is_sticky;

  enter_design (self, cr);
  if (self->drop_wire >= 0 && self->drop_wire < lm_canvas_n_wires (self))
    lm_draw_wire (cr, &self->theme, &self->shapes[self->drop_wire], LM_WIRE_SELECTED, lm_canvas_scale (self));
  else if (self->hover_wire >= 0 && self->mode == LM_CANVAS_IDLE && !is_drawing)
    lm_draw_wire (cr, &self->theme, &self->shapes[self->hover_wire], LM_WIRE_SELECTED, lm_canvas_scale (self));
  if (self->ghost != NULL)
    paint_ghost (self, cr);
  if (self->mode == LM_CANVAS_MOVE || self->tick != 0)
    paint_lifted (self, cr, &area);
  if (is_drawing)
    paint_drawn_wire (self, cr, &area);
  else if (self->is_connecting)
    paint_connecting (self, cr, &area);
  else
    paint_marked_cards (self, cr);
  if (self->mode == LM_CANVAS_LAZY)
    paint_lazy_wire (self, cr);
  if (self->mode == LM_CANVAS_CUT)
    paint_cut (self, cr);
  cairo_restore (cr);

  if (self->mode == LM_CANVAS_MOVE)
    paint_guides (self, cr, width, height);
  if (self->mode == LM_CANVAS_MARQUEE)
    paint_marquee (self, cr);
  if (is_drawing && self->draw.refusal != NULL)
    paint_refusal (self, cr, width, height);
  if (self->hover_wire >= 0 && self->mode == LM_CANVAS_IDLE && !is_drawing)
    paint_hover (self, cr, width, height);
}
