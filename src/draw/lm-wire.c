/* lm-wire.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-wire.h"

#include <math.h>

#define MIN_CONTROL 14.0
#define LANE 30.0 /* from a card to a wire that passes it */
#define PIECES 24 /* straight pieces of a Bézier when distances are measured */
#define PILL_HEIGHT 18.0

static const LmFont label_font = { 12, FALSE };

/* One piece of the wire: a Bézier, or a straight line where the controls lie on the ends. */
typedef struct {
  LmPoint p[4];
} Piece;

static Piece
curve_between (LmPoint a,
               LmPoint b,
               gboolean to_right)
{
  double gap = to_right ? b.x - a.x : b.y - a.y, side = to_right ? fabs (b.y - a.y) : fabs (b.x - a.x);
  double control = gap >= 0 ? MAX (MIN_CONTROL, gap / 2) : CLAMP (-gap / 2 + side / 4, 2 * MIN_CONTROL, 160);

  if (to_right)
    return (Piece){ { a, { a.x + control, a.y }, { b.x - control, b.y }, b } };
  return (Piece){ { a, { a.x, a.y + control }, { b.x, b.y - control }, b } };
}

static int
n_pieces (const LmWireShape *shape)
{
  return 1 + 2 * (shape->n_bends / 2);
}

static Piece
piece (const LmWireShape *shape,
       int i)
{
  LmPoint a = i == 0 ? shape->from : shape->bends[i - 1];
  LmPoint b = i + 1 == n_pieces (shape) ? shape->to : shape->bends[i];

  if (i % 2 == 1)
    return (Piece){ { a, a, b, b } };
  return curve_between (a, b, shape->to_right);
}

static LmPoint
point_on (const Piece *piece,
          double t)
{
  double s = 1 - t;
  double w[4] = { s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t };
  LmPoint p = { 0, 0 };

  for (int i = 0; i < 4; i++) {
    p.x += w[i] * piece->p[i].x;
    p.y += w[i] * piece->p[i].y;
  }
  return p;
}

void
lm_wire_path (cairo_t *cr,
              const LmWireShape *shape)
{
  cairo_move_to (cr, shape->from.x, shape->from.y);
  for (int i = 0; i < n_pieces (shape); i++) {
    Piece p = piece (shape, i);

    if (i % 2 == 1)
      cairo_line_to (cr, p.p[3].x, p.p[3].y);
    else
      cairo_curve_to (cr, p.p[1].x, p.p[1].y, p.p[2].x, p.p[2].y, p.p[3].x, p.p[3].y);
  }
}

void
lm_draw_wire (cairo_t *cr,
              const LmTheme *theme,
              const LmWireShape *shape,
              LmWireState state,
              double zoom)
{
  static const double dash[] = { 6, 4 };
  double u = theme->text_scale, line = (state == LM_WIRE_SELECTED ? 3 : 2) * u;
  const LmColour *colour = &theme->wire;

  if (state == LM_WIRE_SELECTED)
    colour = &theme->accent;
  else if (state == LM_WIRE_ERROR)
    colour = &theme->error;
  else if (state == LM_WIRE_UNKNOWN)
    colour = &theme->wire_unknown;
  if (zoom < 0.15)
    line = 1 / MAX (zoom, 0.01);
  else if (zoom < 0.4)
    line = 1.5 / zoom;

  cairo_save (cr);
  lm_paint_set (cr, colour);
  cairo_set_line_width (cr, line);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  if (state == LM_WIRE_ERROR || state == LM_WIRE_UNKNOWN) {
    cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
    cairo_set_dash (cr, dash, G_N_ELEMENTS (dash), 0);
  }
  cairo_new_path (cr);
  lm_wire_path (cr, shape);
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* The longest straight part, −1 if there is none. */
static int
longest_straight (const LmWireShape *shape)
{
  int best = -1;
  double longest = 0;

  for (int i = 0; i + 1 < shape->n_bends; i += 2) {
    double length = hypot (shape->bends[i + 1].x - shape->bends[i].x, shape->bends[i + 1].y - shape->bends[i].y);

    if (length > longest) {
      longest = length;
      best = i;
    }
  }
  return best;
}

LmPoint
lm_wire_middle (const LmWireShape *shape)
{
  int straight = longest_straight (shape);
  Piece p;

  if (straight >= 0)
    return (LmPoint){ (shape->bends[straight].x + shape->bends[straight + 1].x) / 2, (shape->bends[straight].y + shape->bends[straight + 1].y) / 2 };
  p = piece (shape, 0);
  return point_on (&p, 0.5);
}

static double
pill_width (cairo_t *cr,
            const LmTheme *theme,
            const char *label)
{
  return lm_text_width (cr, theme, label_font, label != NULL ? label : _ ("not known yet")) + 12 * theme->text_scale;
}

/* Candidate @i for the place of a pill of @width, the best first; FALSE if there are no more. */
static gboolean
candidate (const LmWireShape *shape,
           const LmTheme *theme,
           double width,
           int i,
           LmRect *rect)
{
  static const double places[] = { 0.5, 0.5, 0.72, 0.72, 0.86, 0.86, 0.28, 0.28 };
  double u = theme->text_scale, height = PILL_HEIGHT * u, beside = 8 * u;
  int straight = longest_straight (shape);
  LmPoint at = lm_wire_middle (shape);
  Piece p;

  if (straight >= 0) {
    static const double along[] = { 0.5, 0.35, 0.65, 0.2, 0.8 };

    if (i >= (int) G_N_ELEMENTS (along))
      return FALSE;
    at.x = shape->bends[straight].x + (shape->bends[straight + 1].x - shape->bends[straight].x) * along[i];
    at.y = shape->bends[straight].y + (shape->bends[straight + 1].y - shape->bends[straight].y) * along[i];
    *rect = (LmRect){ at.x - width / 2, at.y - height / 2, width, height };
    return TRUE;
  }
  if (i >= (int) G_N_ELEMENTS (places))
    return FALSE;
  p = piece (shape, 0);
  at = point_on (&p, places[i]);
  if (shape->to_right)
    *rect = (LmRect){ at.x - width / 2, i % 2 == 0 ? at.y - height - 4 * u : at.y + 4 * u, width, height };
  else
    *rect = (LmRect){ i % 2 == 0 ? at.x + beside : at.x - beside - width, at.y - height / 2, width, height };
  return TRUE;
}

LmRect
lm_wire_label_rect (cairo_t *cr,
                    const LmTheme *theme,
                    const LmWireShape *shape,
                    const char *label)
{
  LmRect rect;

  candidate (shape, theme, pill_width (cr, theme, label), 0, &rect);
  return rect;
}

static gboolean
overlaps (const LmRect *a,
          const LmRect *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height && b->y < a->y + a->height;
}

/* TRUE if the wire passes through @rect. */
static gboolean
wire_meets (const LmWireShape *shape,
            const LmRect *rect)
{
  for (int i = 0; i < n_pieces (shape); i++) {
    Piece p = piece (shape, i);

    if (i % 2 == 1) {
      LmRect line = { MIN (p.p[0].x, p.p[3].x) - 1, MIN (p.p[0].y, p.p[3].y) - 1, fabs (p.p[3].x - p.p[0].x) + 2, fabs (p.p[3].y - p.p[0].y) + 2 };

      if (overlaps (&line, rect))
        return TRUE;
      continue;
    }
    for (int k = 0; k <= 2 * PIECES; k++) {
      LmPoint at = point_on (&p, k / (2.0 * PIECES));

      if (at.x > rect->x - 2 && at.x < rect->x + rect->width + 2 && at.y > rect->y && at.y < rect->y + rect->height)
        return TRUE;
    }
  }
  return FALSE;
}

double
lm_wire_label_width (cairo_t *cr,
                     const LmTheme *theme,
                     const char *label)
{
  return pill_width (cr, theme, label);
}

LmRect
lm_wire_place_label (const LmTheme *theme,
                     const LmWireShape *shapes,
                     const LmRect *bounds,
                     int n,
                     int wire,
                     double width,
                     const LmRect *cards,
                     int n_cards,
                     const LmRect *taken)
{
  int least = G_MAXINT;
  LmRect rect, best = { 0 };

  for (int c = 0; least > 0 && candidate (&shapes[wire], theme, width, c, &rect); c++) {
    gboolean is_free = TRUE;
    int crossed = 0;

    for (int k = 0; k < n && is_free; k++)
      is_free = k == wire || taken[k].width <= 0 || !overlaps (&rect, &taken[k]);
    for (int k = 0; k < n_cards && is_free; k++)
      is_free = !overlaps (&rect, &cards[k]);
    if (!is_free)
      continue;
    /* Its own wire counts too where the pill is to lie beside it. */
    for (int k = 0; k < n && crossed < least; k++)
      if ((k != wire || shapes[wire].n_bends == 0) && overlaps (&rect, &bounds[k]))
        crossed += wire_meets (&shapes[k], &rect);
    if (crossed < least) {
      least = crossed;
      best = rect;
    }
  }
  return best;
}

void
lm_wire_place_labels (cairo_t *cr,
                      const LmTheme *theme,
                      const LmWireShape *shapes,
                      const char *const *labels,
                      int n,
                      const LmRect *cards,
                      int n_cards,
                      LmRect *rects)
{
  g_autofree LmRect *bounds = g_new (LmRect, MAX (n, 1));

  for (int i = 0; i < n; i++) {
    bounds[i] = lm_wire_bounds (&shapes[i], 2);
    rects[i] = (LmRect){ 0 };
  }
  for (int i = 0; i < n; i++) {
    if (labels[i] == NULL || *labels[i] != '\0')
      rects[i] = lm_wire_place_label (theme, shapes, bounds, n, i, pill_width (cr, theme, labels[i]), cards, n_cards, rects);
  }
}

void
lm_draw_wire_label (cairo_t *cr,
                    const LmTheme *theme,
                    const LmRect *rect,
                    const char *label,
                    LmWireState state)
{
  const LmColour *colour = state == LM_WIRE_ERROR ? &theme->error : label == NULL ? &theme->text2
                                                                                  : &theme->text;

  lm_paint_box (cr, rect, rect->height / 2, theme->canvas.a > 0 ? &theme->canvas : &theme->card, NULL, 0);
  lm_text_draw (cr, theme, label_font, colour, label != NULL ? label : _ ("not known yet"), rect->x + rect->width / 2, rect->y + 13.2 * theme->text_scale,
                LM_ALIGN_CENTRE, 0);
}

static double
distance_to_segment (LmPoint a,
                     LmPoint b,
                     double x,
                     double y)
{
  double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  double t = length > 0 ? CLAMP (((x - a.x) * dx + (y - a.y) * dy) / length, 0, 1) : 0;

  return hypot (x - a.x - t * dx, y - a.y - t * dy);
}

double
lm_wire_distance (const LmWireShape *shape,
                  double x,
                  double y)
{
  double nearest = INFINITY;

  for (int i = 0; i < n_pieces (shape); i++) {
    Piece p = piece (shape, i);
    int n = i % 2 == 1 ? 1 : PIECES;
    LmPoint before = p.p[0];

    for (int k = 1; k <= n; k++) {
      LmPoint next = point_on (&p, (double) k / n);

      nearest = MIN (nearest, distance_to_segment (before, next, x, y));
      before = next;
    }
  }
  return nearest;
}

LmRect
lm_wire_bounds (const LmWireShape *shape,
                double margin)
{
  double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;

  for (int i = 0; i < n_pieces (shape); i++) {
    Piece p = piece (shape, i);

    /* A Bézier lies within the hull of its four points. */
    for (int k = 0; k < 4; k++) {
      left = MIN (left, p.p[k].x);
      right = MAX (right, p.p[k].x);
      top = MIN (top, p.p[k].y);
      bottom = MAX (bottom, p.p[k].y);
    }
  }
  return (LmRect){ left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin };
}

/* The same with x along and y across the flow exchanged, so that one direction is enough below. */
static LmRect
turned (const LmRect *rect,
        gboolean to_right)
{
  return to_right ? (LmRect){ rect->y, rect->x, rect->height, rect->width } : *rect;
}

/* TRUE if the straight way passes through the inside of @rect. */
static gboolean
passes (const Piece *way,
        const LmRect *rect)
{
  for (int k = 1; k < PIECES; k++) {
    LmPoint p = point_on (way, (double) k / PIECES);

    if (p.x > rect->x + 2 && p.x < rect->x + rect->width - 2 && p.y > rect->y + 2 && p.y < rect->y + rect->height - 2)
      return TRUE;
  }
  return FALSE;
}

int
lm_wire_route (const LmPoint *from,
               const LmPoint *to,
               gboolean to_right,
               const LmRect *obstacles,
               int n_obstacles,
               LmPoint bends[2])
{
  LmPoint a = to_right ? (LmPoint){ from->y, from->x } : *from;
  LmPoint b = to_right ? (LmPoint){ to->y, to->x } : *to;
  Piece way = curve_between (a, b, FALSE);
  double first = INFINITY, last = -INFINITY, left = INFINITY, right = -INFINITY, lane;

  if (b.y - a.y < 2 * MIN_CONTROL)
    return 0;
  for (int i = 0; i < n_obstacles; i++) {
    LmRect r = turned (&obstacles[i], to_right);

    if (r.y + r.height <= a.y + 1 || r.y >= b.y - 1 || !passes (&way, &r))
      continue;
    first = MIN (first, r.y);
    last = MAX (last, r.y + r.height);
    left = MIN (left, r.x);
    right = MAX (right, r.x + r.width);
  }
  if (!isfinite (first))
    return 0;

  /* Beside the cards that are in the way may stand others. */
  for (int pass = 0; pass < 4; pass++) {
    for (int i = 0; i < n_obstacles; i++) {
      LmRect r = turned (&obstacles[i], to_right);

      if (r.y + r.height <= first || r.y >= last)
        continue;
      if (r.x < left && r.x + r.width > left - LANE)
        left = r.x;
      if (r.x + r.width > right && r.x < right + LANE)
        right = r.x + r.width;
    }
  }
  lane = fabs (a.x - left) + fabs (b.x - left) <= fabs (a.x - right) + fabs (b.x - right) ? left - LANE : right + LANE;
  bends[0] = to_right ? (LmPoint){ first, lane } : (LmPoint){ lane, first };
  bends[1] = to_right ? (LmPoint){ last, lane } : (LmPoint){ lane, last };
  return 2;
}
