/* lm-canvas-scene.c: where cards, wires and words lie, and what lies where
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * After an edit most is as it was. So the new picture is compared with the old
 * one, wires are led anew only near cards that have moved, and only what looks
 * different is painted again.
 */

#include "config.h"

#include "lm-canvas-private.h"

#include "lm-look.h"

#include <math.h>
#include <string.h>

#define NEAR 48 /* a wire this far from a card that moved may have to go round it, or need not any more */
#define REACH 6 /* px on the screen around a wire in which the pointer means it */

static void
include (LmRect *all,
         const LmRect *rect)
{
  double right = MAX (all->x + all->width, rect->x + rect->width);
  double bottom = MAX (all->y + all->height, rect->y + rect->height);

  if (all->width <= 0) {
    *all = *rect;
    return;
  }
  all->x = MIN (all->x, rect->x);
  all->y = MIN (all->y, rect->y);
  all->width = right - all->x;
  all->height = bottom - all->y;
}

/* What stands for a scene while the next one is made. */
typedef struct {
  LmGraphPicture *picture;
  LmRect *rects;
  gboolean *is_high;
  LmRect *bounds;
  LmCardFlags *flags;
  gboolean *lifted;
  LmWireShape *shapes;
  LmPoint *bends;
  LmRect *wire_bounds;
  LmRect *labels;
} Old;

static Old
take_scene (LmCanvas *self)
{
  Old old = {
    g_steal_pointer (&self->picture), g_steal_pointer (&self->rects), g_steal_pointer (&self->is_high), g_steal_pointer (&self->bounds),
    g_steal_pointer (&self->flags), g_steal_pointer (&self->lifted), g_steal_pointer (&self->shapes), g_steal_pointer (&self->bends),
    g_steal_pointer (&self->wire_bounds), g_steal_pointer (&self->labels)
  };

  return old;
}

static void
old_clear (Old *old)
{
  g_clear_pointer (&old->picture, lm_graph_picture_free);
  g_free (old->rects);
  g_free (old->is_high);
  g_free (old->bounds);
  g_free (old->flags);
  g_free (old->lifted);
  g_free (old->shapes);
  g_free (old->bends);
  g_free (old->wire_bounds);
  g_free (old->labels);
}

void
lm_canvas_clear_scene (LmCanvas *self)
{
  Old old = take_scene (self);

  old_clear (&old);
  self->selected_wire = -1;
  g_clear_pointer (&self->ghost, lm_graph_picture_free);
  g_clear_pointer (&self->ghost_rects, g_free);
}

/* --- Finding ------------------------------------------------------------------------- */

/* Cards stand in the order of their ids. */
static int
find_in (const LmGraphPicture *picture,
         int id)
{
  int low = 0, high = picture != NULL ? picture->n_cards : 0;

  while (low < high) {
    int middle = (low + high) / 2;

    if (picture->cards[middle].id < id)
      low = middle + 1;
    else
      high = middle;
  }
  return picture != NULL && low < picture->n_cards && picture->cards[low].id == id ? low : -1;
}

int
lm_canvas_find_card (LmCanvas *self,
                     int id)
{
  return find_in (self->picture, id);
}

static LmWire
wire_in (const LmGraphPicture *picture,
         int i)
{
  const LmCardWire *wire = &picture->wires[i];

  return (LmWire){ picture->cards[wire->from].id, wire->from_port, picture->cards[wire->to].id, wire->to_port };
}

LmWire
lm_canvas_get_wire (LmCanvas *self,
                    int wire)
{
  return wire_in (self->picture, wire);
}

/* Wires stand in the order of where they end. */
static int
find_wire_in (const LmGraphPicture *picture,
              const LmWire *wire)
{
  int low = 0, high = picture != NULL ? picture->n_wires : 0;
  LmWire there;

  while (low < high) {
    int middle = (low + high) / 2;
    LmWire here = wire_in (picture, middle);

    if (here.to < wire->to || (here.to == wire->to && here.to_port < wire->to_port))
      low = middle + 1;
    else
      high = middle;
  }
  if (picture == NULL || low >= picture->n_wires)
    return -1;
  there = wire_in (picture, low);
  return memcmp (&there, wire, sizeof there) == 0 ? low : -1;
}

int
lm_canvas_find_wire (LmCanvas *self,
                     const LmWire *wire)
{
  return find_wire_in (self->picture, wire);
}

/* --- Placing ------------------------------------------------------------------------- */

static gboolean
same_names (char **a,
            char **b)
{
  return a == b || (a != NULL && b != NULL && g_strv_equal ((const char *const *) a, (const char *const *) b));
}

/* TRUE if both look and read the same, wherever they lie. */
static gboolean
same_card (const LmCard *a,
           const LmCard *b)
{
  return a->n_in == b->n_in && a->n_out == b->n_out && a->error_port == b->error_port && a->frozen == b->frozen && a->bypassed == b->bypassed &&
         a->is_block == b->is_block && a->is_unknown == b->is_unknown && strcmp (a->name, b->name) == 0 && strcmp (a->summary, b->summary) == 0 &&
         strcmp (a->category, b->category) == 0 && g_strcmp0 (a->params, b->params) == 0 && g_strcmp0 (a->error, b->error) == 0 &&
         g_strcmp0 (a->hint, b->hint) == 0 && g_strcmp0 (a->target, b->target) == 0 && same_names (a->in_names, b->in_names) &&
         same_names (a->out_names, b->out_names);
}

static gboolean
same_rect (const LmRect *a,
           const LmRect *b)
{
  return memcmp (a, b, sizeof *a) == 0;
}

/* What has changed from the old scene to the new one. */
typedef struct {
  const Old *old;
  gboolean *is_changed; /* by card */
  int *old_index;       /* by card, −1 */
  GArray *moved;        /* LmRect: where cards were that have moved or gone, and where they are now */
} Changes;

static gboolean
has_thumbs (LmCanvas *self,
            const LmCard *card)
{
  g_autofree char *path = self->thumbs != NULL ? lm_editor_path (self->editor, card->id) : NULL;

  return path != NULL && self->thumbs (self->thumbs_data, path) != NULL;
}

static void
place_cards (LmCanvas *self,
             cairo_t *cr,
             Changes *changes)
{
  const Old *old = changes->old;
  int n = self->picture->n_cards, n_kept = 0;
  g_autofree gboolean *is_kept = g_new0 (gboolean, old->picture != NULL ? MAX (1, old->picture->n_cards) : 1);

  for (int i = 0; i < n; i++) {
    const LmCard *card = &self->picture->cards[i];
    int was = changes->old_index[i] = find_in (old->picture, card->id);

    self->is_high[i] = has_thumbs (self, card);
    self->rects[i] = lm_card_rect (&self->theme, card->x, card->y, self->is_high[i]);
    if (was >= 0 && same_card (card, &old->picture->cards[was]) && same_rect (&self->rects[i], &old->rects[was]) && old->picture->to_right == self->picture->to_right) {
      self->bounds[i] = old->bounds[was];
    } else {
      changes->is_changed[i] = TRUE;
      self->bounds[i] = lm_card_bounds (cr, &self->theme, card, &self->rects[i], self->picture->to_right, 0.75);
    }
    if (was >= 0) {
      is_kept[was] = TRUE;
      n_kept++;
      self->flags[i] = old->flags[was];
      self->lifted[i] = old->lifted[was];
      if (!same_rect (&self->rects[i], &old->rects[was])) {
        g_array_append_val (changes->moved, old->rects[was]);
        g_array_append_val (changes->moved, self->rects[i]);
      }
    } else {
      g_array_append_val (changes->moved, self->rects[i]);
    }
  }
  for (int i = 0; old->picture != NULL && n_kept < old->picture->n_cards && i < old->picture->n_cards; i++) {
    if (is_kept[i])
      continue;
    g_array_append_val (changes->moved, old->rects[i]);
    lm_canvas_invalidate (self, &old->bounds[i]);
  }
  for (int i = 0; i < n; i++) {
    if (!changes->is_changed[i])
      continue;
    if (changes->old_index[i] >= 0)
      lm_canvas_invalidate (self, &old->bounds[changes->old_index[i]]);
    lm_canvas_invalidate (self, &self->bounds[i]);
  }
}

static gboolean
is_near (const LmRect *rect,
         const GArray *moved,
         double margin)
{
  LmRect around = { rect->x - margin, rect->y - margin, rect->width + 2 * margin, rect->height + 2 * margin };

  for (guint i = 0; i < moved->len; i++) {
    if (lm_rect_overlaps (&around, &g_array_index (moved, LmRect, i)))
      return TRUE;
  }
  return FALSE;
}

LmPoint
lm_canvas_port_place (LmCanvas *self,
                      int card,
                      int port,
                      gboolean is_output)
{
  return lm_card_port (&self->picture->cards[card], &self->rects[card], self->picture->to_right, is_output, port);
}

/* Leads wire @i, by the old way if nothing near it has moved. @was: its index then, −1. */
static void
place_wire (LmCanvas *self,
            const Changes *changes,
            int i,
            int was)
{
  const LmCardWire *wire = &self->picture->wires[i];
  const Old *old = changes->old;
  LmWireShape *shape = &self->shapes[i];
  LmPoint *bends = &self->bends[2 * i];

  shape->from = lm_canvas_port_place (self, wire->from, wire->from_port, TRUE);
  shape->to = lm_canvas_port_place (self, wire->to, wire->to_port, FALSE);
  shape->to_right = self->picture->to_right;
  shape->bends = bends;
  if (was >= 0 && memcmp (&shape->from, &old->shapes[was].from, sizeof shape->from) == 0 &&
      memcmp (&shape->to, &old->shapes[was].to, sizeof shape->to) == 0 && shape->to_right == old->shapes[was].to_right &&
      !is_near (&old->wire_bounds[was], changes->moved, NEAR)) {
    shape->n_bends = old->shapes[was].n_bends;
    memcpy (bends, &old->bends[2 * was], 2 * sizeof *bends);
    self->wire_bounds[i] = old->wire_bounds[was];
    return;
  }
  shape->n_bends = lm_wire_route (&shape->from, &shape->to, shape->to_right, self->rects, self->picture->n_cards, bends);
  self->wire_bounds[i] = lm_wire_bounds (shape, 2);
}

static double
label_width (LmCanvas *self,
             cairo_t *cr,
             const char *label)
{
  const char *key = label != NULL ? label : "";
  double *known = g_hash_table_lookup (self->label_widths, key);

  if (known == NULL) {
    double width = lm_wire_label_width (cr, &self->theme, label);

    known = g_memdup2 (&width, sizeof width);
    g_hash_table_insert (self->label_widths, g_strdup (key), known);
  }
  return *known;
}

static gboolean
same_wire (const LmCardWire *a,
           const LmCardWire *b)
{
  return a->is_error == b->is_error && a->is_unknown == b->is_unknown && g_strcmp0 (a->label, b->label) == 0;
}

static void
invalidate_label (LmCanvas *self,
                  const LmRect *label)
{
  /* Where it is too small to read it is enlarged. */
  LmRect area = { label->x - 4, label->y - label->height, label->width * 1.8 + 8, label->height * 3 };

  if (label->width > 0)
    lm_canvas_invalidate (self, &area);
}

static void
place_wires (LmCanvas *self,
             cairo_t *cr,
             const Changes *changes)
{
  const Old *old = changes->old;
  const LmGraphPicture *picture = self->picture;
  int n = picture->n_wires, n_kept = 0;
  g_autofree int *old_index = g_new (int, MAX (1, n));
  g_autofree gboolean *is_kept = g_new0 (gboolean, old->picture != NULL ? MAX (1, old->picture->n_wires) : 1);
  g_autofree gboolean *wants_label = g_new0 (gboolean, MAX (1, n));

  for (int i = 0; i < n; i++) {
    LmWire wire = wire_in (picture, i);
    int was = old_index[i] = find_wire_in (old->picture, &wire);
    gboolean is_same;

    place_wire (self, changes, i, was);
    is_same = was >= 0 && memcmp (&self->wire_bounds[i], &old->wire_bounds[was], sizeof (LmRect)) == 0 && self->shapes[i].n_bends == old->shapes[was].n_bends;
    if (was >= 0) {
      is_kept[was] = TRUE;
      n_kept++;
    }
    wants_label[i] = !is_same || g_strcmp0 (picture->wires[i].label, old->picture->wires[was].label) != 0 ||
                     is_near (&old->labels[was], changes->moved, 4);
    if (!wants_label[i])
      self->labels[i] = old->labels[was];
    if (!is_same || !same_wire (&picture->wires[i], &old->picture->wires[was])) {
      lm_canvas_invalidate (self, &self->wire_bounds[i]);
      if (was >= 0)
        lm_canvas_invalidate (self, &old->wire_bounds[was]);
      if (was >= 0)
        invalidate_label (self, &old->labels[was]);
    }
  }
  for (int i = 0; old->picture != NULL && n_kept < old->picture->n_wires && i < old->picture->n_wires; i++) {
    if (is_kept[i])
      continue;
    lm_canvas_invalidate (self, &old->wire_bounds[i]);
    invalidate_label (self, &old->labels[i]);
  }
  for (int i = 0; i < n; i++) {
    const LmCardWire *wire = &picture->wires[i];

    if (!wants_label[i] || (wire->label == NULL && !wire->is_unknown))
      continue;
    if (old_index[i] >= 0)
      invalidate_label (self, &old->labels[old_index[i]]);
    self->labels[i] = lm_wire_place_label (&self->theme, self->shapes, self->wire_bounds, n, i, label_width (self, cr, wire->label),
                                           self->rects, picture->n_cards, self->labels);
    invalidate_label (self, &self->labels[i]);
  }
}

static void
measure_all (LmCanvas *self)
{
  self->all = (LmRect){ 0 };
  for (int i = 0; i < lm_canvas_n_cards (self); i++)
    include (&self->all, &self->bounds[i]);
  for (int i = 0; i < lm_canvas_n_wires (self); i++) {
    include (&self->all, &self->wire_bounds[i]);
    if (self->labels[i].width > 0)
      include (&self->all, &self->labels[i]);
  }
}

static void
build (LmCanvas *self,
       LmGraphPicture *picture,
       const Old *old)
{
  int n_cards = MAX (1, picture->n_cards), n_wires = MAX (1, picture->n_wires);
  g_autofree gboolean *is_changed = g_new0 (gboolean, n_cards);
  g_autofree int *old_index = g_new0 (int, n_cards);
  g_autoptr (GArray) moved = g_array_new (FALSE, FALSE, sizeof (LmRect));
  Changes changes = { old, is_changed, old_index, moved };
  cairo_t *cr = lm_paint_measure_new ();

  self->picture = picture;
  self->rects = g_new0 (LmRect, n_cards);
  self->is_high = g_new0 (gboolean, n_cards);
  self->bounds = g_new0 (LmRect, n_cards);
  self->flags = g_new0 (LmCardFlags, n_cards);
  self->lifted = g_new0 (gboolean, n_cards);
  self->shapes = g_new0 (LmWireShape, n_wires);
  self->bends = g_new0 (LmPoint, 2 * n_wires);
  self->wire_bounds = g_new0 (LmRect, n_wires);
  self->labels = g_new0 (LmRect, n_wires);
  place_cards (self, cr, &changes);
  place_wires (self, cr, &changes);
  cairo_destroy (cr);
  measure_all (self);
  lm_canvas_update_views (self);
}

/* --- Following the editor ------------------------------------------------------------ */

static void
read_look (LmCanvas *self)
{
  lm_look_theme (GTK_WIDGET (self), &self->theme);
  /* The whole drawing is scaled, cards and places alike. */
  self->text_scale = self->theme.text_scale;
  self->theme.text_scale = 1;
}

static LmGraphPicture *
make_picture (LmCanvas *self)
{
  LmDocument *document = lm_editor_get_document (self->editor);
  LmGraphPicture *picture = lm_graph_picture_of_block (lm_document_get_design (document), lm_editor_get_block (self->editor),
                                                       lm_document_get_check (document), lm_document_get_task (document));

  g_clear_pointer (&picture->title, g_free);
  g_clear_pointer (&picture->caption, g_free);
  picture->keep_positions = TRUE;
  return picture;
}

static gboolean
same_ids (const LmGraphPicture *a,
          const LmGraphPicture *b)
{
  if (a == NULL || a->n_cards != b->n_cards || a->n_wires != b->n_wires)
    return FALSE;
  for (int i = 0; i < a->n_cards; i++) {
    if (a->cards[i].id != b->cards[i].id)
      return FALSE;
  }
  for (int i = 0; i < a->n_wires; i++) {
    LmWire of_a = wire_in (a, i), of_b = wire_in (b, i);

    if (memcmp (&of_a, &of_b, sizeof of_a) != 0)
      return FALSE;
  }
  return TRUE;
}

void
lm_canvas_update_scene (LmCanvas *self)
{
  gboolean is_other = g_strcmp0 (self->block, lm_editor_get_block (self->editor)) != 0;
  Old old;

  if (is_other) {
    lm_canvas_clear_scene (self);
    lm_canvas_drop_tiles (self);
    self->is_new = TRUE;
    g_free (self->block);
    self->block = g_strdup (lm_editor_get_block (self->editor));
  }
  old = take_scene (self);
  build (self, make_picture (self), &old);
  /* What the pointer holds on to is known by its index. */
  if (!same_ids (old.picture, self->picture))
    lm_canvas_cancel_drag (self);
  old_clear (&old);
  self->hover_card = self->hover_wire = self->selected_wire = self->drop_wire = -1;
  lm_canvas_stop_animation (self);
  lm_canvas_update_selection (self);
  lm_canvas_update_ghost (self);
}

void
lm_canvas_update_selection (LmCanvas *self)
{
  const LmWire *wire = lm_editor_get_selected_wire (self->editor);
  int selected = wire != NULL ? lm_canvas_find_wire (self, wire) : -1;
  int n;
  const int *ids = lm_editor_get_selection (self->editor, &n);
  g_autofree gboolean *is_selected = g_new0 (gboolean, MAX (1, lm_canvas_n_cards (self)));

  for (int i = 0; i < n; i++) {
    int card = lm_canvas_find_card (self, ids[i]);

    if (card >= 0)
      is_selected[card] = TRUE;
  }
  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    LmCardFlags flags = is_selected[i] ? LM_CARD_SELECTED : 0;

    if (self->flags[i] != flags)
      lm_canvas_invalidate (self, &self->bounds[i]);
    self->flags[i] = flags;
  }
  if (selected != self->selected_wire) {
    if (self->selected_wire >= 0 && self->selected_wire < lm_canvas_n_wires (self))
      lm_canvas_invalidate (self, &self->wire_bounds[self->selected_wire]);
    if (selected >= 0)
      lm_canvas_invalidate (self, &self->wire_bounds[selected]);
    self->selected_wire = selected;
  }
  lm_canvas_update_states (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* What a remedy would make of the network, above what is there. */
void
lm_canvas_update_ghost (LmCanvas *self)
{
  const LmCheck *check;
  const LmDesign *preview = lm_editor_get_preview (self->editor, &check);

  g_clear_pointer (&self->ghost, lm_graph_picture_free);
  g_clear_pointer (&self->ghost_rects, g_free);
  if (preview != NULL) {
    self->ghost = lm_graph_picture_inside (preview, lm_editor_get_block (self->editor), self->picture->to_right, check, NULL);
    self->ghost_rects = g_new0 (LmRect, MAX (1, self->ghost->n_cards));
    for (int i = 0; i < self->ghost->n_cards; i++)
      self->ghost_rects[i] = lm_card_rect (&self->theme, self->ghost->cards[i].x, self->ghost->cards[i].y, FALSE);
  }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
lm_canvas_update_look (LmCanvas *self)
{
  Old old;

  read_look (self);
  g_hash_table_remove_all (self->label_widths);
  lm_canvas_drop_tiles (self);
  self->is_new = TRUE;
  if (self->picture == NULL)
    return;
  old = take_scene (self);
  {
    Old none = { 0 };
    LmGraphPicture *picture = g_steal_pointer (&old.picture);

    build (self, picture, &none);
    memcpy (self->flags, old.flags, (gsize) picture->n_cards * sizeof *self->flags);
  }
  old_clear (&old);
  lm_canvas_moved (self);
}

/* --- Picking ------------------------------------------------------------------------- */

void
lm_canvas_to_design (LmCanvas *self,
                     double x,
                     double y,
                     double *design_x,
                     double *design_y)
{
  *design_x = (x - self->x) / lm_canvas_scale (self);
  *design_y = (y - self->y) / lm_canvas_scale (self);
}

void
lm_canvas_from_design (LmCanvas *self,
                       double design_x,
                       double design_y,
                       double *x,
                       double *y)
{
  *x = self->x + design_x * lm_canvas_scale (self);
  *y = self->y + design_y * lm_canvas_scale (self);
}

int
lm_canvas_pick_card (LmCanvas *self,
                     double x,
                     double y)
{
  double at_x, at_y;

  lm_canvas_to_design (self, x, y, &at_x, &at_y);
  for (int i = lm_canvas_n_cards (self) - 1; i >= 0; i--) {
    if (lm_card_contains (&self->picture->cards[i], &self->rects[i], at_x, at_y))
      return i;
  }
  return -1;
}

int
lm_canvas_pick_port (LmCanvas *self,
                     double x,
                     double y,
                     int *card,
                     gboolean *is_output)
{
  double scale = lm_canvas_scale (self), at_x, at_y, nearest = INFINITY;
  int found = -1;

  /* Where no ports are drawn nobody aims at one. */
  if (scale < 0.4)
    return -1;
  lm_canvas_to_design (self, x, y, &at_x, &at_y);
  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    LmRect around = { self->rects[i].x - 24, self->rects[i].y - 24, self->rects[i].width + 48, self->rects[i].height + 48 };
    gboolean side;
    int port;
    LmPoint place;

    if (at_x < around.x || at_y < around.y || at_x > around.x + around.width || at_y > around.y + around.height)
      continue;
    port = lm_card_port_at (&self->theme, &self->picture->cards[i], &self->rects[i], self->picture->to_right, scale, at_x, at_y, &side);
    if (port < 0)
      continue;
    place = lm_canvas_port_place (self, i, port, side);
    if (hypot (place.x - at_x, place.y - at_y) < nearest) {
      nearest = hypot (place.x - at_x, place.y - at_y);
      found = port;
      *card = i;
      *is_output = side;
    }
  }
  return found;
}

int
lm_canvas_pick_wire (LmCanvas *self,
                     double x,
                     double y)
{
  double scale = lm_canvas_scale (self), at_x, at_y, nearest = REACH / scale;
  int found = -1;

  lm_canvas_to_design (self, x, y, &at_x, &at_y);
  for (int i = 0; i < lm_canvas_n_wires (self); i++) {
    const LmRect *b = &self->wire_bounds[i];
    double distance;

    if (at_x < b->x - nearest || at_y < b->y - nearest || at_x > b->x + b->width + nearest || at_y > b->y + b->height + nearest)
      continue;
    distance = lm_wire_distance (&self->shapes[i], at_x, at_y);
    if (distance <= nearest) {
      nearest = distance;
      found = i;
    }
  }
  return found;
}

LmPoint
lm_canvas_card_offset (LmCanvas *self,
                       int card)
{
  double left = 1 - self->tick_at;

  if (!self->lifted[card])
    return (LmPoint){ 0, 0 };
  if (self->from_places != NULL)
    return (LmPoint){ self->from_places[card].x * left, self->from_places[card].y * left };
  return (LmPoint){ self->move_x, self->move_y };
}

void
lm_canvas_shape_wire (LmCanvas *self,
                      int wire,
                      LmWireShape *shape)
{
  LmPoint from = lm_canvas_card_offset (self, self->picture->wires[wire].from);
  LmPoint to = lm_canvas_card_offset (self, self->picture->wires[wire].to);

  *shape = self->shapes[wire];
  shape->from.x += from.x;
  shape->from.y += from.y;
  shape->to.x += to.x;
  shape->to.y += to.y;
  /* The way round is found again when the cards are put down. */
  if (from.x != 0 || from.y != 0 || to.x != 0 || to.y != 0)
    shape->n_bends = 0;
}
