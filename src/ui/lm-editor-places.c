/* lm-editor-places.c: moving and arranging
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-editor-private.h"

#include "lm-diagram.h"

#include <math.h>
#include <string.h>

#include "lm-i18n.h"

static const LmDesign *
top_of (LmEditor *self)
{
  return lm_document_get_design (self->document);
}

gboolean
lm_editor_move (LmEditor *self,
                double dx,
                double dy,
                gboolean coalesce)
{
  g_autoptr (GArray) ids = lm_editor_require_selection (self);
  g_autofree char *title = NULL;
  GPtrArray *edits;

  if (ids == NULL || (dx == 0 && dy == 0))
    return FALSE;
  edits = lm_edit_list_new ();
  for (guint i = 0; i < ids->len; i++) {
    const LmNode *node = lm_design_find (self->design, g_array_index (ids, int, i));

    g_ptr_array_add (edits, lm_edit_move (self->block, node->id, node->x + dx, node->y + dy));
  }
  title = lm_editor_count_title (_ ("Move %s"), g_dngettext (GETTEXT_PACKAGE, "Move %d Layer", "Move %d Layers", ids->len), lm_design_find (self->design, g_array_index (ids, int, 0))->name, ids->len);
  return lm_editor_apply_list (self, title, edits, coalesce);
}

/* Leaves of @picture the cards of @ids and the wires among them. */
static void
keep_cards (LmGraphPicture *picture,
            const LmDesign *design,
            const GArray *ids)
{
  g_autofree int *new_index = g_new (int, MAX (1, picture->n_cards));
  g_autofree gboolean *is_kept = g_new0 (gboolean, MAX (1, picture->n_cards));
  LmCard *cards = g_new0 (LmCard, MAX (1, picture->n_cards));
  int n = 0;

  for (guint i = 0; i < ids->len; i++)
    is_kept[lm_design_index (design, g_array_index (ids, int, i))] = TRUE;
  for (int i = 0; i < picture->n_cards; i++) {
    new_index[i] = is_kept[i] ? n : -1;
    if (is_kept[i])
      cards[n++] = picture->cards[i];
  }
  /* The rest stands behind, so that it is freed with the picture. */
  for (int i = 0, at = n; i < picture->n_cards; i++) {
    if (!is_kept[i])
      cards[at++] = picture->cards[i];
  }
  memcpy (picture->cards, cards, (gsize) picture->n_cards * sizeof *cards);
  g_free (cards);
  for (int i = 0; i < picture->n_wires; i++) {
    LmCardWire wire = picture->wires[i];

    picture->wires[i].from = new_index[wire.from];
    picture->wires[i].to = new_index[wire.to];
  }
}

/* Where the cards of @ids go: as a whole they stay where they are. */
static LmPoint *
arrange (LmEditor *self,
         const GArray *ids)
{
  LmGraphPicture *picture = lm_graph_picture_of_block (top_of (self), self->block, lm_document_get_check (self->document), NULL);
  int n_all = picture->n_cards, n = (int) ids->len;
  LmPoint *at = g_new0 (LmPoint, MAX (1, n_all));
  double old_x = INFINITY, old_y = INFINITY, new_x = INFINITY, new_y = INFINITY;
  g_autofree gboolean *thumbs = g_new0 (gboolean, MAX (1, n_all));

  keep_cards (picture, self->design, ids);
  for (int i = 0; i < n; i++) {
    thumbs[i] = self->has_thumbs;
    old_x = MIN (old_x, picture->cards[i].x);
    old_y = MIN (old_y, picture->cards[i].y);
  }
  picture->n_cards = n;
  lm_graph_arrange (picture, lm_theme_get (LM_THEME_LIGHT), thumbs, LM_EDITOR_GRID, at);
  picture->n_cards = n_all;
  for (int i = 0; i < n; i++) {
    new_x = MIN (new_x, at[i].x);
    new_y = MIN (new_y, at[i].y);
  }
  for (int i = 0; i < n; i++) {
    at[i].x = lm_editor_snap (at[i].x + old_x - new_x);
    at[i].y = lm_editor_snap (at[i].y + old_y - new_y);
  }
  lm_graph_picture_free (picture);
  return at;
}

static int
compare_ids (gconstpointer a,
             gconstpointer b)
{
  return *(const int *) a - *(const int *) b;
}

gboolean
lm_editor_arrange (LmEditor *self)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (int));
  g_autofree LmPoint *at = NULL;
  GPtrArray *edits;

  if (self->selection->len > 1) {
    g_array_append_vals (ids, self->selection->data, self->selection->len);
    g_array_sort (ids, compare_ids);
  } else {
    for (guint i = 0; i < self->design->nodes->len; i++)
      g_array_append_val (ids, ((LmNode *) g_ptr_array_index (self->design->nodes, i))->id);
  }
  if (ids->len == 0)
    return FALSE;
  at = arrange (self, ids);
  edits = lm_edit_list_new ();
  for (guint i = 0; i < ids->len; i++) {
    const LmNode *node = lm_design_find (self->design, g_array_index (ids, int, i));

    if (node->x != at[i].x || node->y != at[i].y)
      g_ptr_array_add (edits, lm_edit_move (self->block, node->id, at[i].x, at[i].y));
  }
  return lm_editor_apply_list (self, _ ("Arrange"), edits, FALSE);
}

void
lm_editor_set_has_thumbs (LmEditor *self,
                          gboolean has_thumbs)
{
  self->has_thumbs = has_thumbs;
}
