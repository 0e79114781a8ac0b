/* lm-canvas-paint.c: what stands still, in tiles
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stands still is painted once, into tiles of cairo image surfaces, which
 * a frame only copies: panning then costs the same for any network. Textures
 * would be copied once more by the software renderer. A frame paints tiles for
 * a few milliseconds at most; where it does not get to, it shows what was there
 * before: the tile as it was, or that of the zoom before, enlarged.
 */

#include "config.h"

#include "lm-canvas-private.h"

#include <math.h>

#define TILE 256
#define MAX_TILES 300
#define BUDGET 4000 /* µs a frame */
#define SPARE 1500  /* µs a frame for tiles that will be needed when somebody pans on */

typedef struct {
  cairo_surface_t *surface;
  gboolean is_stale;
} Tile;

static void
tile_free (gpointer data)
{
  Tile *tile = data;

  cairo_surface_destroy (tile->surface);
  g_free (tile);
}

static GHashTable *
new_tiles (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, tile_free);
}

static gint64
key_of (int column,
        int row)
{
  return (gint64) (((guint64) (guint32) column << 32) | (guint32) row);
}

void
lm_canvas_drop_tiles (LmCanvas *self)
{
  if (self->tiles == NULL)
    self->tiles = new_tiles ();
  g_hash_table_remove_all (self->tiles);
  g_clear_pointer (&self->old_tiles, g_hash_table_unref);
}

void
lm_canvas_free_tiles (LmCanvas *self)
{
  g_clear_pointer (&self->tiles, g_hash_table_unref);
  g_clear_pointer (&self->old_tiles, g_hash_table_unref);
}

/* The zoom was multiplied by @factor: the tiles there are serve until there are new ones. */
void
lm_canvas_zoom_tiles (LmCanvas *self,
                      double factor)
{
  if (self->old_tiles != NULL && !self->is_complete) {
    self->old_scale *= factor;
    g_hash_table_remove_all (self->tiles);
    return;
  }
  g_clear_pointer (&self->old_tiles, g_hash_table_unref);
  self->old_tiles = self->tiles;
  self->old_scale = factor;
  self->tiles = new_tiles ();
}

void
lm_canvas_invalidate (LmCanvas *self,
                      const LmRect *area)
{
  double scale = lm_canvas_scale (self);
  int first_column = (int) floor (area->x * scale / TILE), last_column = (int) floor ((area->x + area->width) * scale / TILE);
  int first_row = (int) floor (area->y * scale / TILE), last_row = (int) floor ((area->y + area->height) * scale / TILE);

  g_clear_pointer (&self->old_tiles, g_hash_table_unref);
  if (self->is_new)
    return;
  if ((gint64) (last_column - first_column + 1) * (last_row - first_row + 1) > g_hash_table_size (self->tiles)) {
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init (&iter, self->tiles);
    while (g_hash_table_iter_next (&iter, NULL, &value))
      ((Tile *) value)->is_stale = TRUE;
    return;
  }
  for (int row = first_row; row <= last_row; row++) {
    for (int column = first_column; column <= last_column; column++) {
      gint64 key = key_of (column, row);
      Tile *tile = g_hash_table_lookup (self->tiles, &key);

      if (tile != NULL)
        tile->is_stale = TRUE;
    }
  }
}

void
lm_canvas_invalidate_card (LmCanvas *self,
                           int card)
{
  lm_canvas_invalidate (self, &self->bounds[card]);
  for (int i = 0; i < lm_canvas_n_wires (self); i++) {
    const LmCardWire *wire = &self->picture->wires[i];

    if (wire->from != card && wire->to != card)
      continue;
    lm_canvas_invalidate (self, &self->wire_bounds[i]);
    if (self->labels[i].width > 0)
      lm_canvas_invalidate (self, &(LmRect){ self->labels[i].x, self->labels[i].y - 18, self->labels[i].width * 2, self->labels[i].height + 36 });
  }
}

/* --- The scene ----------------------------------------------------------------------- */

static LmWireState
wire_state (LmCanvas *self,
            int i)
{
  const LmCardWire *wire = &self->picture->wires[i];

  if (i == self->selected_wire)
    return LM_WIRE_SELECTED;
  return wire->is_error ? LM_WIRE_ERROR : wire->is_unknown ? LM_WIRE_UNKNOWN
                                                           : LM_WIRE_NORMAL;
}

static gboolean
is_lifted (LmCanvas *self,
           int wire)
{
  return wire == self->hidden_wire || self->lifted[self->picture->wires[wire].from] || self->lifted[self->picture->wires[wire].to];
}

/* Where the zoom would make the words too small to read they are enlarged, from their left edge on. */
static void
paint_label (LmCanvas *self,
             cairo_t *cr,
             int i,
             double scale)
{
  const LmRect *rect = &self->labels[i];
  double factor = CLAMP (0.85 / scale, 1, 1.7);
  LmRect there = { 0, -rect->height / 2, rect->width, rect->height };

  cairo_save (cr);
  cairo_translate (cr, rect->x, rect->y + rect->height / 2);
  cairo_scale (cr, factor, factor);
  lm_draw_wire_label (cr, &self->theme, &there, self->picture->wires[i].label, wire_state (self, i));
  cairo_restore (cr);
}

static void
paint_card (LmCanvas *self,
            cairo_t *cr,
            int i,
            double scale)
{
  g_autofree char *path = self->is_high[i] && lm_detail_for_zoom (scale) == LM_DETAIL_ALL ? lm_editor_path (self->editor, self->picture->cards[i].id) : NULL;
  const LmSheetPicture *thumbs = path != NULL && self->thumbs != NULL ? self->thumbs (self->thumbs_data, path) : NULL;

  lm_draw_card (cr, &self->theme, &self->picture->cards[i], &self->rects[i], self->picture->to_right, scale, self->flags[i], thumbs);
}

/* Paints what lies in @area of the design; @cr is scaled. */
static void
paint (LmCanvas *self,
       cairo_t *cr,
       const LmRect *area)
{
  double scale = lm_canvas_scale (self);

  lm_draw_canvas_dots (cr, &self->theme, area, scale);
  for (int i = 0; i < lm_canvas_n_wires (self); i++) {
    double more = 3 / scale;
    LmRect b = { self->wire_bounds[i].x - more, self->wire_bounds[i].y - more, self->wire_bounds[i].width + 2 * more, self->wire_bounds[i].height + 2 * more };

    if (lm_rect_overlaps (&b, area) && !is_lifted (self, i))
      lm_draw_wire (cr, &self->theme, &self->shapes[i], wire_state (self, i), scale);
  }
  for (int i = 0; i < lm_canvas_n_wires (self) && lm_detail_for_zoom (scale) <= LM_DETAIL_NAME; i++) {
    LmRect b = { self->labels[i].x, self->labels[i].y - self->labels[i].height, self->labels[i].width * 2, self->labels[i].height * 3 };

    if (self->labels[i].width > 0 && lm_rect_overlaps (&b, area) && !is_lifted (self, i))
      paint_label (self, cr, i, scale);
  }
  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    double more = MAX (0, 14 / scale - 18);
    LmRect b = { self->bounds[i].x - more, self->bounds[i].y - more, self->bounds[i].width + 2 * more, self->bounds[i].height + 2 * more };

    if (!self->lifted[i] && lm_rect_overlaps (&b, area))
      paint_card (self, cr, i, scale);
  }
}

/* --- Tiles --------------------------------------------------------------------------- */

static void
paint_tile (LmCanvas *self,
            Tile *tile,
            int column,
            int row)
{
  double scale = lm_canvas_scale (self);
  cairo_t *cr = cairo_create (tile->surface);
  LmRect area = { column * TILE / scale, row * TILE / scale, TILE / scale, TILE / scale };

  lm_paint_set (cr, &self->theme.canvas);
  cairo_paint (cr);
  cairo_translate (cr, -column * TILE, -row * TILE);
  cairo_scale (cr, scale, scale);
  if (scale < 0.4) {
    cairo_set_antialias (cr, CAIRO_ANTIALIAS_FAST);
    cairo_set_tolerance (cr, 0.5);
  }
  paint (self, cr, &area);
  cairo_destroy (cr);
  tile->is_stale = FALSE;
}

static Tile *
add_tile (LmCanvas *self,
          int column,
          int row)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  Tile *tile = g_new0 (Tile, 1);
  gint64 key = key_of (column, row);

  tile->surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, TILE * scale, TILE * scale);
  cairo_surface_set_device_scale (tile->surface, scale, scale);
  paint_tile (self, tile, column, row);
  g_hash_table_insert (self->tiles, g_memdup2 (&key, sizeof key), tile);
  return tile;
}

/* Which tiles lie in the widget. */
typedef struct {
  int first_column;
  int last_column;
  int first_row;
  int last_row;
} Span;

static Span
visible_span (LmCanvas *self,
              int width,
              int height)
{
  return (Span){ (int) floor (-self->x / TILE), (int) floor ((width - 1 - self->x) / TILE),
                 (int) floor (-self->y / TILE), (int) floor ((height - 1 - self->y) / TILE) };
}

/* Those that are far from the view make room for others. */
static void
trim_tiles (LmCanvas *self,
            const Span *span)
{
  GHashTableIter iter;
  gpointer key;

  if (g_hash_table_size (self->tiles) < MAX_TILES)
    return;
  g_hash_table_iter_init (&iter, self->tiles);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    int column = (int) (*(gint64 *) key >> 32), row = (int) (gint32) (*(gint64 *) key & 0xffffffff);

    if (column < span->first_column - 3 || column > span->last_column + 3 || row < span->first_row - 3 || row > span->last_row + 3)
      g_hash_table_iter_remove (&iter);
  }
}

/* What the zoom before showed here, enlarged. */
static void
paint_old (LmCanvas *self,
           cairo_t *cr,
           int width,
           int height)
{
  GHashTableIter iter;
  gpointer key, value;

  cairo_save (cr);
  cairo_translate (cr, self->x, self->y);
  cairo_scale (cr, self->old_scale, self->old_scale);
  g_hash_table_iter_init (&iter, self->old_tiles);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    int column = (int) (*(gint64 *) key >> 32), row = (int) (gint32) (*(gint64 *) key & 0xffffffff);
    double x = column * (double) TILE, y = row * (double) TILE;
    double left = self->x + x * self->old_scale, top = self->y + y * self->old_scale, side = TILE * self->old_scale;

    if (left > width || top > height || left + side < 0 || top + side < 0)
      continue;
    cairo_set_source_surface (cr, ((Tile *) value)->surface, x, y);
    cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
    cairo_rectangle (cr, x, y, TILE, TILE);
    cairo_fill (cr);
  }
  cairo_restore (cr);
}

static void
copy_tile (LmCanvas *self,
           cairo_t *cr,
           const Tile *tile,
           int column,
           int row)
{
  double x = self->x + column * TILE, y = self->y + row * TILE;

  cairo_set_source_surface (cr, tile->surface, x, y);
  cairo_rectangle (cr, x, y, TILE, TILE);
  cairo_fill (cr);
}

/* One ring of tiles around the view, a few at a time. */
static void
paint_ahead (LmCanvas *self,
             const Span *span,
             gint64 deadline)
{
  for (int row = span->first_row - 1; row <= span->last_row + 1; row++) {
    for (int column = span->first_column - 1; column <= span->last_column + 1; column++) {
      gint64 key = key_of (column, row);
      Tile *tile = g_hash_table_lookup (self->tiles, &key);

      if (tile != NULL && !tile->is_stale)
        continue;
      if (g_get_monotonic_time () > deadline)
        return;
      if (tile != NULL)
        paint_tile (self, tile, column, row);
      else
        add_tile (self, column, row);
    }
  }
}

static gboolean
again_cb (GtkWidget *widget,
          GdkFrameClock *clock,
          gpointer data)
{
  gtk_widget_queue_draw (widget);
  return G_SOURCE_REMOVE;
}

void
lm_canvas_paint (LmCanvas *self,
                 cairo_t *cr,
                 int width,
                 int height)
{
  Span span = visible_span (self, width, height);
  gint64 start = g_get_monotonic_time ();
  gboolean is_complete = TRUE;

  trim_tiles (self, &span);
  if (self->old_tiles != NULL || self->is_new) {
    lm_paint_set (cr, &self->theme.canvas);
    cairo_paint (cr);
  }
  if (self->old_tiles != NULL)
    paint_old (self, cr, width, height);
  for (int row = span.first_row; row <= span.last_row; row++) {
    for (int column = span.first_column; column <= span.last_column; column++) {
      gint64 key = key_of (column, row);
      Tile *tile = g_hash_table_lookup (self->tiles, &key);
      /* A new network is shown at once; where nothing stands for a tile it does not wait either. */
      gboolean may_wait = !self->is_new && (tile != NULL || self->old_tiles != NULL);

      if (may_wait && (tile == NULL || tile->is_stale) && g_get_monotonic_time () - start > BUDGET) {
        is_complete = FALSE;
      } else if (tile == NULL) {
        tile = add_tile (self, column, row);
      } else if (tile->is_stale) {
        paint_tile (self, tile, column, row);
      }
      if (tile != NULL)
        copy_tile (self, cr, tile, column, row);
    }
  }
  self->is_new = FALSE;
  self->is_complete = is_complete;
  if (is_complete) {
    g_clear_pointer (&self->old_tiles, g_hash_table_unref);
    paint_ahead (self, &span, MIN (start + BUDGET, g_get_monotonic_time () + SPARE));
  } else {
    gtk_widget_add_tick_callback (GTK_WIDGET (self), again_cb, NULL, NULL);
  }
}
