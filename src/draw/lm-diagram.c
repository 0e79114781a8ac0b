/* lm-diagram.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-diagram.h"

#include <math.h>

#include "lm-layout.h"

#define MAX_NATURAL 12000.0
#define MIN_ZOOM 1e-5
#define MARGIN 6.0 /* around the diagram, inside of the picture's margin */

/* The diagram in units of the canvas. */
typedef struct {
  int n_cards;
  LmRect *rects;
  int n_wires; /* those with both ends; @which says which of the picture's */
  int *which;
  LmWireShape *shapes;
  LmPoint **bends;
  LmRect bounds;
} Diagram;

static const LmGraphView file_view = { .selected = -1, .focused = -1 };

static void
diagram_clear (Diagram *d)
{
  for (int i = 0; i < d->n_wires; i++)
    g_free (d->bends[i]);
  g_free (d->bends);
  g_free (d->shapes);
  g_free (d->which);
  g_free (d->rects);
  *d = (Diagram){ 0 };
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Diagram, diagram_clear)

static double
lane_label (cairo_t *cr,
            const LmTheme *theme,
            const LmCardWire *wire,
            gboolean to_right)
{
  if (to_right)
    return 18 * theme->text_scale;
  return wire->label != NULL ? lm_text_width (cr, theme, LM_FONT_SMALL, wire->label) + 12 * theme->text_scale : 0;
}

/* Between ranks there must be room for the shapes on the wires. */
static LmLayoutOptions
layout_options (cairo_t *cr,
                const LmTheme *theme,
                const LmGraphPicture *picture,
                double grid)
{
  LmLayoutOptions options = LM_LAYOUT_OPTIONS_INIT;
  double u = theme->text_scale, widest = 0;

  options.to_right = picture->to_right;
  options.grid = grid;
  options.node_gap = 24 * u;
  options.rank_gap = 40 * u;
  options.lane = 24 * u;
  if (picture->to_right) {
    for (int i = 0; i < picture->n_wires; i++)
      widest = MAX (widest, lm_text_width (cr, theme, LM_FONT_SMALL, picture->wires[i].label != NULL ? picture->wires[i].label : _ ("not known yet")));
    options.rank_gap = CLAMP (widest + 30 * u, 48 * u, 160 * u);
  }
  return options;
}

static LmLayoutNode *
layout_nodes (cairo_t *cr,
              const LmTheme *theme,
              const LmGraphPicture *picture,
              const gboolean *thumbs)
{
  LmLayoutNode *nodes = g_new0 (LmLayoutNode, MAX (picture->n_cards, 1));

  for (int i = 0; i < picture->n_cards; i++) {
    const LmCard *card = &picture->cards[i];
    LmRect rect = lm_card_rect (theme, 0, 0, thumbs != NULL && thumbs[i]);

    nodes[i] = (LmLayoutNode){
      .width = rect.width,
      .height = rect.height,
      .tail = lm_card_tail (theme, card, picture->to_right),
      .n_in = card->n_in,
      .n_out = card->n_out,
    };
  }
  return nodes;
}

static LmLayoutWire *
layout_wires (cairo_t *cr,
              const LmTheme *theme,
              const LmGraphPicture *picture)
{
  LmLayoutWire *wires = g_new0 (LmLayoutWire, MAX (picture->n_wires, 1));

  for (int i = 0; i < picture->n_wires; i++) {
    const LmCardWire *wire = &picture->wires[i];

    wires[i] = (LmLayoutWire){
      .from = wire->from,
      .from_port = wire->from_port,
      .to = wire->to,
      .to_port = wire->to_port,
      .label = lane_label (cr, theme, wire, picture->to_right),
    };
  }
  return wires;
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

/* Positions that people or files gave: whatever they are, the diagram has an extent. */
static double
sane (double position)
{
  return isfinite (position) ? CLAMP (position, -1e5, 1e5) : 0;
}

static void
place_cards (cairo_t *cr,
             const LmTheme *theme,
             const LmGraphPicture *picture,
             LmLayoutWire *wires,
             Diagram *d)
{
  g_autofree LmLayoutNode *nodes = layout_nodes (cr, theme, picture, NULL);

  if (!picture->keep_positions) {
    LmLayoutOptions options = layout_options (cr, theme, picture, 0);

    lm_layout (nodes, picture->n_cards, wires, picture->n_wires, &options);
  }
  d->n_cards = picture->n_cards;
  d->rects = g_new (LmRect, MAX (picture->n_cards, 1));
  for (int i = 0; i < picture->n_cards; i++) {
    const LmCard *card = &picture->cards[i];

    if (picture->keep_positions)
      d->rects[i] = lm_card_rect (theme, sane (card->x), sane (card->y), FALSE);
    else
      d->rects[i] = lm_card_rect (theme, nodes[i].x, nodes[i].y, FALSE);
  }
}

static void
diagram_init (Diagram *d,
              cairo_t *cr,
              const LmTheme *theme,
              const LmGraphPicture *picture)
{
  g_autofree LmLayoutWire *wires = layout_wires (cr, theme, picture);

  *d = (Diagram){ 0 };
  place_cards (cr, theme, picture, wires, d);
  d->which = g_new (int, MAX (picture->n_wires, 1));
  d->shapes = g_new (LmWireShape, MAX (picture->n_wires, 1));
  d->bends = g_new0 (LmPoint *, MAX (picture->n_wires, 1));

  d->bounds = (LmRect){ 0, 0, LM_CARD_WIDTH, LM_CARD_HEIGHT };
  for (int i = 0; i < d->n_cards; i++) {
    LmRect b = lm_card_bounds (cr, theme, &picture->cards[i], &d->rects[i], picture->to_right, 1);

    if (i == 0)
      d->bounds = b;
    include (&d->bounds, &b);
  }
  for (int i = 0; i < picture->n_wires; i++) {
    const LmCardWire *wire = &picture->wires[i];
    LmWireShape *s = &d->shapes[d->n_wires];
    LmRect b;

    if (wire->from < 0 || wire->from >= d->n_cards || wire->to < 0 || wire->to >= d->n_cards) {
      g_free (wires[i].bends);
      continue;
    }
    s->from = lm_card_port (&picture->cards[wire->from], &d->rects[wire->from], picture->to_right, TRUE, wire->from_port);
    s->to = lm_card_port (&picture->cards[wire->to], &d->rects[wire->to], picture->to_right, FALSE, wire->to_port);
    s->to_right = picture->to_right;
    s->n_bends = wires[i].n_bends;
    d->bends[d->n_wires] = wires[i].bends;
    if (picture->keep_positions) {
      d->bends[d->n_wires] = g_new (LmPoint, 2);
      s->n_bends = lm_wire_route (&s->from, &s->to, picture->to_right, d->rects, d->n_cards, d->bends[d->n_wires]);
    }
    s->bends = d->bends[d->n_wires];
    d->which[d->n_wires++] = i;

    b = lm_wire_bounds (s, 3);
    include (&d->bounds, &b);
    b = lm_wire_label_rect (cr, theme, s, wire->label);
    include (&d->bounds, &b);
  }
}

/* Scale and header of a picture @width wide; height 0: as much as it needs. */
static double
fit (const Diagram *d,
     const LmGraphView *view,
     double width,
     double height)
{
  double inner = MAX (width - 2 * (LM_PICTURE_MARGIN + MARGIN), 1);
  double most = view->max_zoom > 0 ? view->max_zoom : CLAMP (width / 900, 1, 1.35);
  double zoom = MIN (inner / MAX (d->bounds.width, 1), most);

  if (height > 0)
    zoom = MIN (zoom, height / MAX (d->bounds.height, 1));
  return MAX (zoom, MIN_ZOOM);
}

double
lm_graph_natural_height (const LmGraphPicture *picture,
                         const LmTheme *theme,
                         double width)
{
  cairo_t *cr = lm_paint_measure_new ();
  g_auto (Diagram) d = { 0 };
  double height;

  diagram_init (&d, cr, theme, picture);
  height = picture->n_cards > 0 ? d.bounds.height * fit (&d, &file_view, width, 0) + 2 * MARGIN : 30;
  height += 2 * LM_PICTURE_MARGIN + lm_paint_header (cr, theme, picture->title, NULL, width, FALSE);
  height += lm_paint_caption (cr, theme, picture->caption, width, 0, FALSE);
  cairo_destroy (cr);
  return ceil (MIN (height, MAX_NATURAL));
}

static LmWireState
wire_state (const LmCardWire *wire)
{
  return wire->is_error ? LM_WIRE_ERROR : wire->is_unknown ? LM_WIRE_UNKNOWN
                                                           : LM_WIRE_NORMAL;
}

/* The shapes on the wires. Those of wires that share a lane say the same and are written once, as the second finds no room. */
static void
draw_labels (cairo_t *cr,
             const LmTheme *theme,
             const LmGraphPicture *picture,
             const Diagram *d)
{
  g_autofree LmRect *rects = g_new (LmRect, MAX (d->n_wires, 1));
  g_autofree const char **labels = g_new (const char *, MAX (d->n_wires, 1));

  for (int i = 0; i < d->n_wires; i++) {
    const LmCardWire *wire = &picture->wires[d->which[i]];

    labels[i] = wire->label == NULL && !wire->is_unknown ? "" : wire->label;
  }
  lm_wire_place_labels (cr, theme, d->shapes, labels, d->n_wires, d->rects, d->n_cards, rects);
  for (int i = 0; i < d->n_wires; i++) {
    const LmCardWire *wire = &picture->wires[d->which[i]];

    if (rects[i].width > 0)
      lm_draw_wire_label (cr, theme, &rects[i], wire->label, wire_state (wire));
  }
}

void
lm_draw_graph (cairo_t *cr,
               double width,
               double height,
               const LmTheme *theme,
               const LmGraphPicture *picture,
               const LmGraphView *view)
{
  g_auto (Diagram) d = { 0 };
  LmTheme page = *theme;
  double top, caption, room, zoom, x, y;
  LmDetail detail;

  if (view == NULL)
    view = &file_view;
  page.page = theme->canvas;
  cairo_save (cr);
  lm_paint_page (cr, &page, width, height);
  top = LM_PICTURE_MARGIN + lm_paint_header (cr, theme, picture->title, NULL, width, TRUE);
  caption = lm_paint_caption (cr, theme, picture->caption, width, 0, FALSE);
  lm_paint_caption (cr, theme, picture->caption, width, height - LM_PICTURE_MARGIN - caption, TRUE);
  if (picture->n_cards == 0) {
    lm_text_draw (cr, theme, LM_FONT_BODY, &theme->text2, _ ("no layers"), LM_PICTURE_MARGIN, top + 18 * theme->text_scale, LM_ALIGN_LEFT, 0);
    cairo_restore (cr);
    return;
  }

  diagram_init (&d, cr, theme, picture);
  room = MAX (height - top - LM_PICTURE_MARGIN - caption - 2 * MARGIN, 1);
  zoom = fit (&d, view, width, room);
  x = (width - d.bounds.width * zoom) / 2 - d.bounds.x * zoom;
  y = top + MARGIN + (room - d.bounds.height * zoom) / 2 - d.bounds.y * zoom;
  cairo_translate (cr, x, y);
  cairo_scale (cr, zoom, zoom);
  detail = lm_detail_for_zoom (zoom);

  if (view->has_dots)
    lm_draw_canvas_dots (cr, theme, &d.bounds, zoom);
  for (int i = 0; i < d.n_wires; i++)
    lm_draw_wire (cr, theme, &d.shapes[i], wire_state (&picture->wires[d.which[i]]), zoom);
  if (detail <= LM_DETAIL_NAME)
    draw_labels (cr, theme, picture, &d);
  for (int i = 0; i < d.n_cards; i++) {
    LmCardFlags flags = (i == view->selected ? LM_CARD_SELECTED : 0) | (i == view->focused ? LM_CARD_FOCUSED : 0);

    lm_draw_card (cr, theme, &picture->cards[i], &d.rects[i], picture->to_right, zoom, flags, NULL);
  }
  cairo_restore (cr);
}

void
lm_graph_arrange (const LmGraphPicture *picture,
                  const LmTheme *theme,
                  const gboolean *thumbs,
                  double grid,
                  LmPoint *at)
{
  cairo_t *cr = lm_paint_measure_new ();
  g_autofree LmLayoutNode *nodes = layout_nodes (cr, theme, picture, thumbs);
  g_autofree LmLayoutWire *wires = layout_wires (cr, theme, picture);
  LmLayoutOptions options = layout_options (cr, theme, picture, grid);

  lm_layout (nodes, picture->n_cards, wires, picture->n_wires, &options);
  for (int i = 0; i < picture->n_cards; i++)
    at[i] = (LmPoint){ nodes[i].x, nodes[i].y };
  for (int i = 0; i < picture->n_wires; i++)
    g_free (wires[i].bends);
  cairo_destroy (cr);
}
