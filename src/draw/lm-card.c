/* lm-card.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-card.h"

#include <math.h>

#include "lm-glyph.h"
#include "lm-number.h"
#include "lm-sheet.h"

#define RADIUS 10.0
#define PORT 5.5
#define PORT_LARGE 8.0
#define THUMB 26.0
#define MAX_STRIP 64

static const LmFont title_font = { 14, TRUE };
static const LmFont summary_font = { 12, FALSE };
static const LmFont params_font = { 11.5, FALSE };
static const LmFont port_font = { 11, FALSE };

/* What the parts of a card share while it is painted. */
typedef struct {
  cairo_t *cr;
  const LmTheme *theme;
  const LmCard *card;
  const LmRect *rect;
  gboolean to_right;
  double zoom;
  LmCardFlags flags;
  double u;            /* text scale */
  const LmTheme *full; /* the theme before it was paled */
  double opacity;      /* of what is inside */
} Card;

LmDetail
lm_detail_for_zoom (double zoom)
{
  if (zoom >= 0.745)
    return LM_DETAIL_ALL;
  if (zoom >= 0.4)
    return LM_DETAIL_NAME;
  return zoom >= 0.15 ? LM_DETAIL_BLOCK : LM_DETAIL_PLAIN;
}

LmRect
lm_card_rect (const LmTheme *theme,
              double x,
              double y,
              gboolean has_thumbs)
{
  double width = LM_CARD_WIDTH * theme->text_scale;
  double height = (has_thumbs ? LM_CARD_HEIGHT_THUMBS : LM_CARD_HEIGHT) * theme->text_scale;

  return (LmRect){ x - width / 2, y - height / 2, width, height };
}

LmPoint
lm_card_port (const LmCard *card,
              const LmRect *rect,
              gboolean to_right,
              gboolean is_output,
              int i)
{
  int n = MAX (is_output ? card->n_out : card->n_in, 1);
  double t = (CLAMP (i, 0, n - 1) + 1.0) / (n + 1);

  if (to_right)
    return (LmPoint){ is_output ? rect->x + rect->width : rect->x, rect->y + rect->height * t };
  return (LmPoint){ rect->x + rect->width * t, is_output ? rect->y + rect->height : rect->y };
}

int
lm_card_port_at (const LmTheme *theme,
                 const LmCard *card,
                 const LmRect *rect,
                 gboolean to_right,
                 double zoom,
                 double x,
                 double y,
                 gboolean *is_output)
{
  double nearest = MAX (LM_PORT_HOT * theme->text_scale, 8 / MAX (zoom, 0.01));
  int best = -1;

  for (int side = 0; side < 2; side++) {
    int n = side ? card->n_out : card->n_in;

    for (int i = 0; i < n; i++) {
      LmPoint p = lm_card_port (card, rect, to_right, side, i);
      double distance = hypot (p.x - x, p.y - y);

      if (distance <= nearest) {
        nearest = distance;
        best = i;
        *is_output = side;
      }
    }
  }
  return best;
}

gboolean
lm_card_contains (const LmCard *card,
                  const LmRect *rect,
                  double x,
                  double y)
{
  double more = card->is_block ? 4 : 0;

  return x >= rect->x && y >= rect->y && x < rect->x + rect->width + more && y < rect->y + rect->height + more;
}

double
lm_card_tail (const LmTheme *theme,
              const LmCard *card,
              gboolean to_right)
{
  return card->target == NULL ? 0 : (to_right ? 20 + 160 : 20 + 26) * theme->text_scale;
}

static double
flag_width (cairo_t *cr,
            const LmTheme *theme,
            const LmCard *card)
{
  double u = theme->text_scale;

  return MIN (lm_text_width (cr, theme, params_font, card->target), 260 * u) + 44 * u;
}

static LmRect
flag_rect (cairo_t *cr,
           const LmTheme *theme,
           const LmCard *card,
           const LmRect *rect,
           gboolean to_right)
{
  LmPoint port = lm_card_port (card, rect, to_right, TRUE, 0);
  double u = theme->text_scale, width = flag_width (cr, theme, card), height = 24 * u;

  if (to_right)
    return (LmRect){ port.x + 20 * u, port.y - height / 2, width, height };
  return (LmRect){ port.x - width / 2, port.y + 20 * u, width, height };
}

LmRect
lm_card_bounds (cairo_t *cr,
                const LmTheme *theme,
                const LmCard *card,
                const LmRect *rect,
                gboolean to_right,
                double zoom)
{
  double margin = MAX (18 * theme->text_scale, 14 / MAX (zoom, 0.01));
  LmRect b = { rect->x - margin, rect->y - margin, rect->width + 2 * margin, rect->height + 2 * margin };

  if (card->target != NULL) {
    LmRect flag = flag_rect (cr, theme, card, rect, to_right);
    double left = MIN (b.x, flag.x - 2), right = MAX (b.x + b.width, flag.x + flag.width + 2);

    b.height = MAX (b.y + b.height, flag.y + flag.height + 2) - b.y;
    b.x = left;
    b.width = right - left;
  }
  return b;
}

static void
draw_port (const Card *c,
           LmPoint at,
           gboolean is_output)
{
  gboolean large = (c->flags & LM_CARD_POINTED) != 0 || (!is_output && (c->flags & LM_CARD_FITS) != 0);
  const LmColour *line = large ? &c->theme->accent : &c->theme->wire;
  double radius = (large ? PORT_LARGE : PORT) * c->u;

  cairo_new_sub_path (c->cr);
  cairo_arc (c->cr, at.x, at.y, radius, 0, 2 * G_PI);
  lm_paint_set (c->cr, is_output ? line : &c->theme->card);
  cairo_fill_preserve (c->cr);
  lm_paint_set (c->cr, is_output ? &c->theme->card : line);
  cairo_set_line_width (c->cr, 2 * c->u);
  cairo_stroke (c->cr);
}

static void
draw_ports (const Card *c)
{
  for (int side = 0; side < 2; side++) {
    int n = side ? c->card->n_out : c->card->n_in;
    char **names = side ? c->card->out_names : c->card->in_names;

    for (int i = 0; i < n; i++) {
      LmPoint at = lm_card_port (c->card, c->rect, c->to_right, side, i);

      draw_port (c, at, side);
      if (n < 2 || names == NULL || names[i] == NULL)
        continue;
      /* Beside the port, clear of the wire that comes straight in. */
      if (c->to_right)
        lm_text_draw (c->cr, c->theme, port_font, &c->theme->text2, names[i], at.x + (side ? 8 : -8) * c->u, at.y - 6 * c->u,
                      side ? LM_ALIGN_LEFT : LM_ALIGN_RIGHT, 60 * c->u);
      else
        lm_text_draw (c->cr, c->theme, port_font, &c->theme->text2, names[i], at.x + 9 * c->u, at.y + (side ? 15 : -7) * c->u, LM_ALIGN_LEFT,
                      MAX (c->rect->width / (n + 1) - 14 * c->u, 10));
    }
  }
}

/* One strip for what has no width and height, else squares. */
static void
draw_thumbs (const Card *c,
             const LmSheetPicture *thumbs)
{
  double x = c->rect->x + 12 * c->u, y = c->rect->y + 55 * c->u, side = THUMB * c->u;
  LmRect all = { x, y, c->rect->width - 24 * c->u, side };
  LmPixels pixels;
  int n = thumbs->tiles != NULL ? (int) thumbs->tiles->shape.dim[0] : 0;
  int shown = MIN (n, 6);
  gboolean is_strip = n == 1 && lm_sheet_tile_pixels (thumbs, 0, &pixels) && pixels.height == 1 && pixels.width > 1;

  if (is_strip) {
    LmRect strip = { x, y + 4 * c->u, c->rect->width - 24 * c->u, side - 8 * c->u };

    pixels.width = MIN (pixels.width, MAX_STRIP);
    lm_paint_pixels (c->cr, c->theme, &pixels, &strip, FALSE);
  }
  for (int i = 0; i < shown && !is_strip; i++) {
    LmRect square = { x + i * (THUMB + 3) * c->u, y, side, side };

    if (lm_sheet_tile_pixels (thumbs, i, &pixels))
      lm_paint_pixels (c->cr, c->theme, &pixels, &square, FALSE);
  }
  if (n > shown) {
    g_autofree char *number = lm_number_count (n - shown);
    g_autofree char *more = g_strconcat ("+", number, NULL);

    lm_text_draw (c->cr, c->theme, port_font, &c->theme->text2, more, x + shown * (THUMB + 3) * c->u + 2 * c->u, y + 17 * c->u, LM_ALIGN_LEFT, 30 * c->u);
  }
  if (c->opacity < 1) {
    lm_paint_set_alpha (c->cr, &c->theme->card, 1 - c->opacity);
    cairo_rectangle (c->cr, all.x, all.y, all.width, all.height);
    cairo_fill (c->cr);
  }
}

static void
draw_texts (const Card *c)
{
  double left = c->rect->x + 52 * c->u, right = c->rect->x + c->rect->width - 12 * c->u, room;
  g_autofree char *frozen = NULL;
  const char *params = c->card->params;

  if (c->card->frozen && params != NULL)
    params = frozen = g_strdup_printf (_ ("%s frozen"), params);
  room = right - left;
  if (params != NULL && *params != '\0')
    room -= lm_text_draw (c->cr, c->theme, params_font, &c->theme->text2, params, right, c->rect->y + 24 * c->u, LM_ALIGN_RIGHT, room * 0.6) + 8 * c->u;
  lm_text_draw (c->cr, c->theme, title_font, &c->theme->text, c->card->name, left, c->rect->y + 25 * c->u, LM_ALIGN_LEFT, MAX (room, 10));

  if (c->card->hint != NULL) {
    lm_glyph_hint (c->cr, right - 14 * c->u, c->rect->y + 32 * c->u, 14 * c->u, &c->theme->hint);
    right -= 19 * c->u;
  }
  if (c->card->frozen) {
    lm_glyph_lock (c->cr, right - 13 * c->u, c->rect->y + 32 * c->u, 13 * c->u, &c->theme->text2);
    right -= 18 * c->u;
  }
  lm_text_draw (c->cr, c->theme, summary_font, &c->theme->text2, c->card->summary, left, c->rect->y + 43 * c->u, LM_ALIGN_LEFT, MAX (right + 5 * c->u - left, 10));
}

static void
draw_flag (const Card *c)
{
  LmRect flag = flag_rect (c->cr, c->theme, c->card, c->rect, c->to_right);
  LmPoint port = lm_card_port (c->card, c->rect, c->to_right, TRUE, 0);

  lm_paint_set (c->cr, &c->theme->wire);
  cairo_set_line_width (c->cr, 2 * c->u);
  cairo_move_to (c->cr, port.x, port.y);
  cairo_line_to (c->cr, c->to_right ? flag.x : port.x, c->to_right ? port.y : flag.y);
  cairo_stroke (c->cr);
  lm_paint_box (c->cr, &flag, flag.height / 2, &c->theme->card, &c->theme->card_border, c->theme->border_width);
  lm_glyph_target (c->cr, flag.x + 10 * c->u, flag.y + 5.2 * c->u, 13.6 * c->u, &c->theme->text2);
  lm_text_draw (c->cr, c->theme, params_font, &c->theme->text, c->card->target, flag.x + 30 * c->u, flag.y + 16.3 * c->u, LM_ALIGN_LEFT, flag.width - 42 * c->u);
}

static void
draw_border (const Card *c,
             double radius)
{
  static const double dash[] = { 5, 4 };
  LmRect r = *c->rect;
  const LmColour *colour = &c->theme->card_border;
  double line = c->theme->border_width;

  if (c->card->error != NULL) {
    colour = &c->theme->error;
    line = 2;
  } else if (c->card->hint != NULL || c->card->is_unknown) {
    colour = &c->theme->hint;
    line = 2;
  }
  line *= c->u;
  if (c->zoom < 0.4)
    line = MAX (line, 1.5 / c->zoom);
  r = (LmRect){ r.x + line / 2, r.y + line / 2, r.width - line, r.height - line };
  lm_paint_set (c->cr, colour);
  cairo_set_line_width (c->cr, line);
  if (c->card->bypassed)
    cairo_set_dash (c->cr, dash, G_N_ELEMENTS (dash), 0);
  lm_paint_round_path (c->cr, &r, radius - line / 2);
  cairo_stroke (c->cr);
  cairo_set_dash (c->cr, NULL, 0, 0);
}

/* Rings keep their width on the screen. */
static void
draw_rings (const Card *c,
            double radius)
{
  double px = 1 / MAX (c->zoom, 0.01);

  if (c->flags & LM_CARD_SELECTED) {
    double line = 2.5 * MIN (px, 8);
    LmRect ring = { c->rect->x - line / 2, c->rect->y - line / 2, c->rect->width + line, c->rect->height + line };

    lm_paint_box (c->cr, &ring, radius + line / 2, NULL, &c->theme->accent, line);
  }
  if (c->flags & LM_CARD_FOCUSED) {
    double line = 2 * MIN (px, 8), out = 5 * MIN (px, 8);
    LmRect ring = { c->rect->x - out, c->rect->y - out, c->rect->width + 2 * out, c->rect->height + 2 * out };
    LmColour half = c->theme->accent;

    half.a = c->theme->is_contrast ? 1 : 0.5;
    lm_paint_box (c->cr, &ring, radius + out, NULL, &half, line);
  }
}

static void
draw_error (const Card *c)
{
  double size = 16 * c->u * MAX (1, MIN (1 / MAX (c->zoom, 0.01), 8));
  LmPoint at = { c->rect->x + c->rect->width - 16 * c->u, c->rect->y };

  if (c->card->error_port >= 0 && c->card->n_in > 0)
    at = lm_card_port (c->card, c->rect, c->to_right, FALSE, c->card->error_port);
  lm_glyph_error (c->cr, c->theme, at.x, at.y, size);
}

/* Mixes the colours of a card with what lies behind it. Groups would do the same at a price, and leak in Cairo's SVG. */
static void
pale_theme (LmTheme *pale,
            const LmTheme *theme,
            double opacity)
{
  const LmColour behind = theme->canvas.a > 0 ? theme->canvas : theme->card;
  LmColour *const colours[] = { &pale->card, &pale->card_border, &pale->text, &pale->text2, &pale->hint, &pale->error, &pale->glyph };

  *pale = *theme;
  pale->has_shadows = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (colours); i++)
    *colours[i] = lm_colour_mix (&behind, colours[i], opacity);
  for (int i = 0; i < LM_N_CATEGORIES; i++)
    pale->category[i] = lm_colour_mix (&behind, &theme->category[i], opacity);
}

/* The wire that runs on through a bypassed card. */
static void
draw_bypass (const Card *c)
{
  LmPoint from = lm_card_port (c->card, c->rect, c->to_right, FALSE, 0);
  LmPoint to = lm_card_port (c->card, c->rect, c->to_right, TRUE, 0);

  if (c->card->n_in < 1 || c->card->n_out < 1)
    return;
  lm_paint_set (c->cr, &c->full->wire);
  cairo_set_line_width (c->cr, 2 * c->u);
  cairo_move_to (c->cr, from.x, from.y);
  cairo_line_to (c->cr, to.x, to.y);
  cairo_stroke (c->cr);
}

/* The inside: what a bypassed card shows paler. */
static void
draw_body (const Card *c,
           LmDetail detail,
           double radius,
           const LmSheetPicture *thumbs)
{
  LmCategory category = lm_category_from_id (c->card->category);

  if (c->card->is_block && detail <= LM_DETAIL_BLOCK) {
    LmRect second = { c->rect->x + 4 * c->u, c->rect->y + 4 * c->u, c->rect->width, c->rect->height };

    lm_paint_box (c->cr, &second, radius, &c->theme->card, &c->theme->card_border, c->theme->border_width * c->u);
  }
  if (detail >= LM_DETAIL_BLOCK) {
    double size = MIN (c->rect->height * 0.76, 48 * c->u);

    lm_paint_box (c->cr, c->rect, radius, &c->theme->category[category], NULL, 0);
    if (detail == LM_DETAIL_BLOCK)
      lm_glyph_category (c->cr, category, c->rect->x + (c->rect->width - size) / 2, c->rect->y + (c->rect->height - size) / 2, size, &c->theme->glyph);
    if (c->card->error != NULL || c->card->hint != NULL || c->card->is_unknown)
      draw_border (c, radius);
    return;
  }

  lm_paint_shadow (c->cr, c->theme, c->rect, radius, (c->flags & LM_CARD_LIFTED) != 0);
  lm_paint_box (c->cr, c->rect, radius, &c->theme->card, NULL, 0);
  draw_border (c, radius);
  if (c->card->bypassed)
    draw_bypass (c);
  if (detail == LM_DETAIL_NAME) {
    LmFont font = { CLAMP (12 / MAX (c->zoom, 0.4) / MAX (c->u, 1), 14, 22), TRUE };
    double chip = 32 * c->u, middle = c->rect->y + c->rect->height / 2, room = c->rect->width - 60 * c->u;
    double width = lm_text_width (c->cr, c->theme, font, c->card->name);

    if (width > room) /* rather smaller, down to 9 px on the screen, than cut */
      font.size = MAX (font.size * room / width - 0.1, MIN (font.size, 9 / MAX (c->zoom, 0.4)));

    lm_glyph_chip (c->cr, c->theme, category, c->rect->x + 10 * c->u, middle - chip / 2, chip);
    lm_text_draw (c->cr, c->theme, font, &c->theme->text, c->card->name, c->rect->x + 52 * c->u, middle + font.size * c->u * 0.36, LM_ALIGN_LEFT,
                  room);
    return;
  }
  lm_glyph_chip (c->cr, c->theme, category, c->rect->x + 10 * c->u, c->rect->y + 12 * c->u, 32 * c->u);
  draw_texts (c);
  if (thumbs != NULL && c->rect->height > (LM_CARD_HEIGHT + 20) * c->u)
    draw_thumbs (c, thumbs);
}

void
lm_draw_card (cairo_t *cr,
              const LmTheme *theme,
              const LmCard *card,
              const LmRect *rect,
              gboolean to_right,
              double zoom,
              LmCardFlags flags,
              const LmSheetPicture *thumbs)
{
  Card c = { cr, theme, card, rect, to_right, zoom, flags, theme->text_scale, theme, 1 };
  LmTheme pale;
  LmDetail detail = lm_detail_for_zoom (zoom);
  double radius = RADIUS * c.u;

  if (card->bypassed && !theme->is_contrast) /* there the dashes must do */
    c.opacity = 0.55;
  if (flags & LM_CARD_FADED)
    c.opacity = MIN (c.opacity, 0.35);

  cairo_save (cr);
  cairo_new_path (cr);
  if (c.opacity < 1) {
    pale_theme (&pale, theme, c.opacity);
    c.theme = &pale;
  }
  draw_body (&c, detail, radius, thumbs);
  c.theme = theme;
  if (card->target != NULL && detail <= LM_DETAIL_NAME)
    draw_flag (&c);
  draw_rings (&c, radius);
  if (detail == LM_DETAIL_ALL || (flags & (LM_CARD_POINTED | LM_CARD_FITS)) != 0)
    draw_ports (&c);
  if (card->error != NULL)
    draw_error (&c);
  cairo_restore (cr);
}

void
lm_draw_note (cairo_t *cr,
              const LmTheme *theme,
              const LmRect *rect,
              const char *title,
              const char *text,
              LmCardFlags flags,
              double zoom)
{
  LmCard none = { 0 };
  Card c = { cr, theme, &none, rect, FALSE, zoom, flags, theme->text_scale, theme, 1 };

  cairo_save (cr);
  lm_paint_box (cr, rect, 6 * c.u, &theme->note, theme->is_contrast ? &theme->card_border : NULL, theme->border_width);
  lm_text_draw (cr, theme, LM_FONT_STRONG, &theme->text, title, rect->x + 12 * c.u, rect->y + 22 * c.u, LM_ALIGN_LEFT, rect->width - 24 * c.u);
  cairo_save (cr);
  cairo_rectangle (cr, rect->x, rect->y, rect->width, rect->height - 6);
  cairo_clip (cr);
  lm_text_block (cr, theme, LM_FONT_SMALL, &theme->text, text, rect->x + 12 * c.u, rect->y + 30 * c.u, rect->width - 24 * c.u);
  cairo_restore (cr);
  draw_rings (&c, 6 * c.u);
  cairo_restore (cr);
}

void
lm_draw_canvas_dots (cairo_t *cr,
                     const LmTheme *theme,
                     const LmRect *rect,
                     double zoom)
{
  double grid = 24;

  if (theme->canvas_dot.a <= 0 || zoom < 0.4)
    return;
  lm_paint_set (cr, &theme->canvas_dot);
  for (double y = ceil (rect->y / grid) * grid; y <= rect->y + rect->height; y += grid) {
    for (double x = ceil (rect->x / grid) * grid; x <= rect->x + rect->width; x += grid) {
      cairo_new_sub_path (cr);
      cairo_arc (cr, x, y, 1, 0, 2 * G_PI);
    }
  }
  cairo_fill (cr);
}
