/* lm-editor-clipboard.c: copies of layers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-editor-private.h"

#include "lm-card.h"

#include <math.h>
#include <string.h>

#include "lm-i18n.h"

static const LmDesign *
top_of (LmEditor *self)
{
  return lm_document_get_design (self->document);
}

/* How far the copies of @ids must go not to lie on others. */
static void
find_offset (LmEditor *self,
             const GArray *ids,
             double *dx,
             double *dy)
{
  gboolean right = top_of (self)->to_right, is_free = FALSE;

  *dx = *dy = 0;
  while (!is_free) {
    is_free = TRUE;
    *dx += right ? 0 : LM_CARD_PITCH_RIGHT;
    *dy += right ? LM_CARD_PITCH_DOWN : 0;
    for (guint i = 0; i < ids->len && is_free; i++) {
      const LmNode *node = lm_design_find (self->design, g_array_index (ids, int, i));

      is_free = !lm_editor_is_taken (self->design, node->x + *dx, node->y + *dy, 0);
    }
  }
}

static gboolean
duplicate (LmEditor *self,
           const GArray *ids,
           gboolean keep_incoming)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmEdit) edit = NULL;
  double dx, dy;

  find_offset (self, ids, &dx, &dy);
  edit = lm_edit_duplicate (top_of (self), self->block, (const int *) (void *) ids->data, (int) ids->len, dx, dy, keep_incoming, &error);
  if (!lm_editor_apply (self, edit != NULL ? lm_edit_copy (edit) : NULL, FALSE, error))
    return FALSE;
  lm_editor_select_added (self, edit);
  return TRUE;
}

gboolean
lm_editor_duplicate (LmEditor *self)
{
  g_autoptr (GArray) ids = lm_editor_require_selection (self);

  return ids != NULL && duplicate (self, ids, FALSE);
}

gboolean
lm_editor_copy (LmEditor *self,
                GdkClipboard *clipboard)
{
  g_autoptr (GArray) ids = lm_editor_require_selection (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDesign) fragment = NULL;

  if (ids == NULL)
    return FALSE;
  fragment = lm_design_extract (top_of (self), self->block, (const int *) (void *) ids->data, (int) ids->len, &error);
  if (fragment == NULL)
    return lm_editor_refuse (self, error);
  g_free (self->copied);
  self->copied = lm_design_to_json (fragment, TRUE);
  g_free (self->copied_block);
  self->copied_block = g_strdup (self->block);
  g_array_unref (self->copied_ids);
  self->copied_ids = g_steal_pointer (&ids);
  gdk_clipboard_set_text (clipboard, self->copied);
  return TRUE;
}

gboolean
lm_editor_cut (LmEditor *self,
               GdkClipboard *clipboard)
{
  return lm_editor_copy (self, clipboard) && lm_editor_delete (self, TRUE);
}

typedef struct {
  LmEditor *editor;
  gboolean keep_incoming;
  double x;
  double y;
} Pasting;

/* TRUE if what was copied still stands in the open block. */
static gboolean
knows_originals (LmEditor *self,
                 const char *text)
{
  if (g_strcmp0 (text, self->copied) != 0 || g_strcmp0 (self->copied_block, self->block) != 0)
    return FALSE;
  for (guint i = 0; i < self->copied_ids->len; i++) {
    if (lm_design_index (self->design, g_array_index (self->copied_ids, int, i)) < 0)
      return FALSE;
  }
  return TRUE;
}

/* The place where the middle of @fragment goes if nobody has said where: beside what is there. */
static void
find_paste_place (LmEditor *self,
                  const LmDesign *fragment,
                  double *x,
                  double *y)
{
  gboolean right = top_of (self)->to_right, is_free = FALSE;
  double middle_x = 0, middle_y = 0, dx = 0, dy = 0;

  for (guint i = 0; i < fragment->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (fragment->nodes, i);

    middle_x += node->x / fragment->nodes->len;
    middle_y += node->y / fragment->nodes->len;
  }
  while (!is_free) {
    is_free = TRUE;
    for (guint i = 0; i < fragment->nodes->len && is_free; i++) {
      const LmNode *node = g_ptr_array_index (fragment->nodes, i);

      is_free = !lm_editor_is_taken (self->design, node->x + dx, node->y + dy, 0);
    }
    dx += is_free || right ? 0 : LM_CARD_PITCH_RIGHT;
    dy += is_free || !right ? 0 : LM_CARD_PITCH_DOWN;
  }
  *x = middle_x + dx;
  *y = middle_y + dy;
}

gboolean
lm_editor_paste_text (LmEditor *self,
                      const char *text,
                      gboolean keep_incoming,
                      double x,
                      double y)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDesign) fragment = NULL;
  g_autoptr (LmEdit) edit = NULL;

  if (keep_incoming && knows_originals (self, text))
    return duplicate (self, self->copied_ids, TRUE);
  fragment = text != NULL ? lm_design_from_json (text, -1, _ ("the clipboard"), NULL) : NULL;
  if (fragment == NULL) {
    g_set_error (&error, LM_ERROR, LM_ERROR_FORMAT, _ ("There are no layers in the clipboard. Copy some layers first."));
    return lm_editor_refuse (self, error);
  }
  if (!isfinite (x) || !isfinite (y))
    find_paste_place (self, fragment, &x, &y);
  edit = lm_edit_paste (top_of (self), self->block, fragment, x, y, &error);
  if (!lm_editor_apply (self, edit != NULL ? lm_edit_copy (edit) : NULL, FALSE, error))
    return FALSE;
  lm_editor_select_added (self, edit);
  return TRUE;
}

static void
pasted_cb (GObject *clipboard,
           GAsyncResult *result,
           gpointer data)
{
  Pasting *pasting = data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);

  lm_editor_paste_text (pasting->editor, text, pasting->keep_incoming, pasting->x, pasting->y);
  g_object_unref (pasting->editor);
  g_free (pasting);
}

void
lm_editor_paste (LmEditor *self,
                 GdkClipboard *clipboard,
                 gboolean keep_incoming,
                 double x,
                 double y)
{
  Pasting *pasting = g_new (Pasting, 1);

  *pasting = (Pasting){ g_object_ref (self), keep_incoming, x, y };
  gdk_clipboard_read_text_async (clipboard, NULL, pasted_cb, pasting);
}
