/* lm-card.h: one card of the diagram
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-paint.h"

G_BEGIN_DECLS

/* Lengths are those of the canvas at zoom 1, times the theme's text_scale. LmCard.x, y is the middle of the card; these
 * functions take its rectangle, so that a dragged card needs no copy. */

#define LM_CARD_WIDTH 216.0
#define LM_CARD_HEIGHT 56.0
#define LM_CARD_HEIGHT_THUMBS 92.0
#define LM_PORT_HOT 16.0 /* radius around a port in which the pointer means it */

/* How much of a card is drawn. */
typedef enum {
  LM_DETAIL_ALL,   /* zoom ≥ 75 % */
  LM_DETAIL_NAME,  /* ≥ 40 %: chip and title */
  LM_DETAIL_BLOCK, /* ≥ 15 %: a block with its glyph */
  LM_DETAIL_PLAIN, /* a block */
} LmDetail;

LmDetail lm_detail_for_zoom (double zoom);

typedef enum {
  LM_CARD_SELECTED = 1 << 0,
  LM_CARD_FOCUSED = 1 << 1,
  LM_CARD_POINTED = 1 << 2, /* pointer over it: ports grow */
  LM_CARD_LIFTED = 1 << 3,  /* dragged: a larger shadow */
  LM_CARD_FADED = 1 << 4,   /* does not fit the wire being drawn */
  LM_CARD_FITS = 1 << 5,    /* does: its inputs grow */
} LmCardFlags;

/* The rectangle of @card around (x, y). */
LmRect lm_card_rect (const LmTheme *theme, double x, double y, gboolean has_thumbs);

/* Where port @i lies on the edge of a card. */
LmPoint lm_card_port (const LmCard *card, const LmRect *rect, gboolean to_right, gboolean is_output, int i);

/* The port within reach of (@x, @y), −1 for none. @zoom: on the screen the reach is never below 8 px. */
int lm_card_port_at (const LmTheme *theme, const LmCard *card, const LmRect *rect, gboolean to_right, double zoom, double x, double y, gboolean *is_output);

/* TRUE if (@x, @y) lies on the card or its second border. */
gboolean lm_card_contains (const LmCard *card, const LmRect *rect, double x, double y);

/* Room that the output flag needs behind the card; 0 if it has none. */
double lm_card_tail (const LmTheme *theme, const LmCard *card, gboolean to_right);

/* All that lm_draw_card() may paint on: ports, names, flag, rings, shadow. */
LmRect lm_card_bounds (cairo_t *cr, const LmTheme *theme, const LmCard *card, const LmRect *rect, gboolean to_right, double zoom);

/**
 * lm_draw_card:
 * @zoom: of @cr, on the screen: decides the detail and keeps rings and diamonds at one size there
 * @thumbs: (nullable): the output of the layer for the pinned sample; its first six maps are shown, if the card is high enough
 *
 * Paints the card with its ports, marks and flag.
 */
void lm_draw_card (cairo_t *cr, const LmTheme *theme, const LmCard *card, const LmRect *rect, gboolean to_right, double zoom, LmCardFlags flags, const LmSheetPicture *thumbs);

/* A note: @title bold and @text below it, on yellow, no ports. */
void lm_draw_note (cairo_t *cr, const LmTheme *theme, const LmRect *rect, const char *title, const char *text, LmCardFlags flags, double zoom);

/* The dots of the canvas on its grid of 24 px, within @rect. */
void lm_draw_canvas_dots (cairo_t *cr, const LmTheme *theme, const LmRect *rect, double zoom);

G_END_DECLS
