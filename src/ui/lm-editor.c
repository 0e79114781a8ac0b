/* lm-editor.c: the open block, the selection, the preview
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-editor-private.h"

#include "lm-card.h"

#include <math.h>
#include <string.h>

#include "lm-i18n.h"

G_DEFINE_FINAL_TYPE (LmEditor, lm_editor, G_TYPE_OBJECT)

enum {
  CHANGED,
  SELECTION_CHANGED,
  REFUSED,
  REVEAL,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
has_id (const GArray *ids,
        int id)
{
  for (guint i = 0; i < ids->len; i++) {
    if (g_array_index (ids, int, i) == id)
      return TRUE;
  }
  return FALSE;
}

/* --- The open block ------------------------------------------------------------------ */

/* The inside of the block at @path; NULL if there is none. */
static const LmDesign *
find_block (const LmDesign *top,
            const char *path)
{
  const LmNode *node = *path != '\0' ? lm_design_resolve (top, path, NULL) : NULL;

  if (*path == '\0')
    return top;
  return node != NULL ? node->child : NULL;
}

/* “3/1” → “3”, “3” → “”. */
static char *
parent_path (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? g_strndup (path, (gsize) (slash - path)) : g_strdup ("");
}

static int
last_id (const char *path)
{
  const char *slash = strrchr (path, '/');

  return (int) g_ascii_strtoll (slash != NULL ? slash + 1 : path, NULL, 10);
}

static void
clear_preview (LmEditor *self)
{
  g_clear_pointer (&self->preview_check, lm_check_free);
  g_clear_pointer (&self->preview, lm_design_free);
  self->preview_block = NULL;
}

static void
forget_selection (LmEditor *self)
{
  g_array_set_size (self->selection, 0);
  self->has_wire = FALSE;
  self->current = 0;
}

/* The block may be gone, and layers of the selection too. */
static gboolean
follow_design (LmEditor *self)
{
  const LmDesign *top = lm_document_get_design (self->document);
  guint n_before = self->selection->len;
  gboolean had_wire = self->has_wire;

  while ((self->design = find_block (top, self->block)) == NULL) {
    char *parent = parent_path (self->block);

    g_free (self->block);
    self->block = parent;
    forget_selection (self);
  }
  for (guint i = self->selection->len; i > 0; i--) {
    if (lm_design_index (self->design, g_array_index (self->selection, int, i - 1)) < 0)
      g_array_remove_index (self->selection, i - 1);
  }
  if (lm_design_index (self->design, self->current) < 0)
    self->current = 0;
  if (self->has_wire) {
    const LmWire *there = lm_design_wire_into (self->design, self->wire.to, self->wire.to_port);

    self->has_wire = there != NULL && memcmp (there, &self->wire, sizeof self->wire) == 0;
  }
  return self->selection->len != n_before || self->has_wire != had_wire;
}

/* After undo and redo: shows where something changed, and selects it. */
static gboolean
select_touched (LmEditor *self,
                const LmEdit *step)
{
  g_autoptr (GPtrArray) paths = lm_edit_touched (step);
  const LmDesign *top = lm_document_get_design (self->document);
  gboolean is_first = TRUE;

  for (guint i = 0; paths != NULL && i < paths->len; i++) {
    const char *path = g_ptr_array_index (paths, i);
    g_autofree char *block = parent_path (path);
    const LmDesign *design = find_block (top, block);
    int id = last_id (path);

    if (design == NULL || lm_design_index (design, id) < 0)
      continue;
    if (is_first) {
      g_free (self->block);
      self->block = g_strdup (block);
      self->design = design;
      forget_selection (self);
      is_first = FALSE;
    }
    if (strcmp (block, self->block) != 0 || has_id (self->selection, id))
      continue;
    g_array_append_val (self->selection, id);
    self->current = id;
  }
  return !is_first;
}

static void
document_changed_cb (LmEditor *self)
{
  const LmEdit *step = lm_document_get_replayed (self->document);
  gboolean is_other;

  clear_preview (self);
  is_other = follow_design (self);
  if (!self->is_working && step != NULL)
    is_other |= select_touched (self, step);
  g_signal_emit (self, signals[CHANGED], 0);
  if (!self->is_working && is_other) {
    g_signal_emit (self, signals[SELECTION_CHANGED], 0);
    if (step != NULL && self->current != 0)
      lm_editor_reveal (self, self->current);
  }
}

LmDocument *
lm_editor_get_document (LmEditor *self)
{
  return self->document;
}

const char *
lm_editor_get_block (LmEditor *self)
{
  return self->block;
}

const LmDesign *
lm_editor_get_design (LmEditor *self)
{
  return self->design;
}

gboolean
lm_editor_set_block (LmEditor *self,
                     const char *path)
{
  const LmDesign *design = find_block (lm_document_get_design (self->document), path);
  g_autofree char *old = NULL;

  if (design == NULL)
    return FALSE;
  if (strcmp (path, self->block) == 0)
    return TRUE;
  old = self->block;
  self->block = g_strdup (path);
  self->design = design;
  clear_preview (self);
  forget_selection (self);
  /* Who comes out of a block finds it selected. */
  if (g_str_has_prefix (old, path) && (*path == '\0' || old[strlen (path)] == '/')) {
    int id = (int) g_ascii_strtoll (old + strlen (path) + (*path != '\0' ? 1 : 0), NULL, 10);

    if (lm_design_index (design, id) >= 0) {
      g_array_append_val (self->selection, id);
      self->current = id;
    }
  }
  g_signal_emit (self, signals[CHANGED], 0);
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
  return TRUE;
}

gboolean
lm_editor_open_block (LmEditor *self,
                      int id)
{
  const LmNode *node = lm_design_find (self->design, id);
  g_autofree char *path = NULL;

  if (node == NULL)
    return FALSE;
  path = lm_editor_path (self, lm_design_source (self->design, node)->id);
  return lm_editor_set_block (self, path);
}

gboolean
lm_editor_leave_block (LmEditor *self)
{
  g_autofree char *parent = parent_path (self->block);

  return *self->block != '\0' && lm_editor_set_block (self, parent);
}

char *
lm_editor_path (LmEditor *self,
                int id)
{
  return *self->block != '\0' ? g_strdup_printf ("%s/%d", self->block, id) : g_strdup_printf ("%d", id);
}

/* --- Selection ----------------------------------------------------------------------- */

const int *
lm_editor_get_selection (LmEditor *self,
                         int *n)
{
  *n = (int) self->selection->len;
  return (const int *) (void *) self->selection->data;
}

gboolean
lm_editor_is_selected (LmEditor *self,
                       int id)
{
  return has_id (self->selection, id);
}

int
lm_editor_get_current (LmEditor *self)
{
  return self->current;
}

void
lm_editor_set_current (LmEditor *self,
                       int id)
{
  if (self->current == id || (id != 0 && lm_design_index (self->design, id) < 0))
    return;
  self->current = id;
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

/* TRUE if just these are selected, in this order, and nothing else. */
static gboolean
is_selection (LmEditor *self,
              const int *ids,
              int n)
{
  return !self->has_wire && (int) self->selection->len == n &&
         (n == 0 || (memcmp (self->selection->data, ids, (gsize) n * sizeof *ids) == 0 && self->current == ids[n - 1]));
}

void
lm_editor_select (LmEditor *self,
                  const int *ids,
                  int n)
{
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (int));

  for (int i = 0; i < n; i++) {
    if (lm_design_index (self->design, ids[i]) >= 0 && !has_id (kept, ids[i]))
      g_array_append_val (kept, ids[i]);
  }
  if (is_selection (self, (const int *) (void *) kept->data, (int) kept->len))
    return;
  self->has_wire = FALSE;
  g_array_set_size (self->selection, 0);
  if (kept->len > 0) {
    g_array_append_vals (self->selection, kept->data, kept->len);
    self->current = g_array_index (kept, int, kept->len - 1);
  }
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

void
lm_editor_select_one (LmEditor *self,
                      int id)
{
  lm_editor_select (self, &id, id != 0 ? 1 : 0);
}

void
lm_editor_toggle (LmEditor *self,
                  int id)
{
  if (lm_design_index (self->design, id) < 0)
    return;
  self->has_wire = FALSE;
  self->current = id;
  for (guint i = 0; i < self->selection->len; i++) {
    if (g_array_index (self->selection, int, i) == id) {
      g_array_remove_index (self->selection, i);
      g_signal_emit (self, signals[SELECTION_CHANGED], 0);
      return;
    }
  }
  g_array_append_val (self->selection, id);
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

/* Those that were selected, or those that were not; all in the order that runs. */
static void
select_where (LmEditor *self,
              gboolean all)
{
  g_autoptr (GArray) order = lm_design_order (self->design);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; i < order->len; i++) {
    int id = g_array_index (order, int, i);

    if (all || !has_id (self->selection, id))
      g_array_append_val (ids, id);
  }
  lm_editor_select (self, (const int *) (void *) ids->data, (int) ids->len);
}

void
lm_editor_select_all (LmEditor *self)
{
  select_where (self, TRUE);
}

void
lm_editor_invert_selection (LmEditor *self)
{
  select_where (self, FALSE);
}

void
lm_editor_select_stream (LmEditor *self,
                         gboolean upstream)
{
  g_autoptr (GArray) ids = lm_editor_require_selection (self);
  int current = self->current;

  if (ids == NULL)
    return;
  for (guint at = 0; at < ids->len; at++) {
    int id = g_array_index (ids, int, at);

    for (guint i = 0; i < self->design->wires->len; i++) {
      const LmWire *wire = &g_array_index (self->design->wires, LmWire, i);
      int here = upstream ? wire->to : wire->from, there = upstream ? wire->from : wire->to;

      if (here == id && !has_id (ids, there))
        g_array_append_val (ids, there);
    }
  }
  lm_editor_select (self, (const int *) (void *) ids->data, (int) ids->len);
  lm_editor_set_current (self, current);
}

void
lm_editor_select_wire (LmEditor *self,
                       const LmWire *wire)
{
  const LmWire *there = wire != NULL ? lm_design_wire_into (self->design, wire->to, wire->to_port) : NULL;

  if (there != NULL && memcmp (there, wire, sizeof *wire) != 0)
    there = NULL;
  if (there == NULL ? !self->has_wire && self->selection->len == 0 : self->has_wire && memcmp (there, &self->wire, sizeof *there) == 0)
    return;
  g_array_set_size (self->selection, 0);
  self->has_wire = there != NULL;
  if (there != NULL)
    self->wire = *there;
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

const LmWire *
lm_editor_get_selected_wire (LmEditor *self)
{
  return self->has_wire ? &self->wire : NULL;
}

GArray *
lm_editor_require_selection (LmEditor *self)
{
  GArray *ids;
  g_autoptr (GError) error = NULL;

  if (self->selection->len > 0)
    return g_array_copy (self->selection);
  if (self->current != 0) {
    ids = g_array_new (FALSE, FALSE, sizeof (int));
    g_array_append_val (ids, self->current);
    return ids;
  }
  g_set_error (&error, LM_ERROR, LM_ERROR_GRAPH, _ ("No layer is selected. Select one or more."));
  lm_editor_refuse (self, error);
  return NULL;
}

void
lm_editor_show (LmEditor *self,
                const char *path)
{
  g_autofree char *block = NULL;

  if (path == NULL || lm_design_resolve (lm_document_get_design (self->document), path, NULL) == NULL)
    return;
  block = parent_path (path);
  lm_editor_set_block (self, block);
  lm_editor_select_one (self, last_id (path));
  lm_editor_reveal (self, last_id (path));
}

void
lm_editor_reveal (LmEditor *self,
                  int id)
{
  g_signal_emit (self, signals[REVEAL], 0, id);
}

/* --- Edits --------------------------------------------------------------------------- */

gboolean
lm_editor_refuse (LmEditor *self,
                  const GError *error)
{
  if (error != NULL)
    g_signal_emit (self, signals[REFUSED], 0, error->message);
  return FALSE;
}

gboolean
lm_editor_apply (LmEditor *self,
                 LmEdit *edit,
                 gboolean coalesce,
                 const GError *error)
{
  g_autoptr (LmEdit) owned = edit;
  g_autoptr (GError) own = NULL;
  gboolean is_done;

  if (edit == NULL)
    return lm_editor_refuse (self, error);
  self->is_working = TRUE;
  is_done = lm_document_do (self->document, edit, coalesce, &own);
  self->is_working = FALSE;
  return is_done || lm_editor_refuse (self, own);
}

gboolean
lm_editor_do (LmEditor *self,
              const LmEdit *edit,
              gboolean coalesce)
{
  g_return_val_if_fail (LM_IS_EDITOR (self), FALSE);

  return lm_editor_apply (self, lm_edit_copy (edit), coalesce, NULL);
}

GPtrArray *
lm_edit_list_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) lm_edit_free);
}

gboolean
lm_editor_apply_list (LmEditor *self,
                      const char *title,
                      GPtrArray *edits,
                      gboolean coalesce)
{
  if (edits->len == 0) {
    g_ptr_array_unref (edits);
    return FALSE;
  }
  return lm_editor_apply (self, lm_edit_group (title, edits), coalesce, NULL);
}

char *
lm_editor_count_title (const char *one,
                       const char *many,
                       const char *name,
                       guint n)
{
  GString *title = g_string_new (n == 1 ? one : many);
  g_autofree char *count = g_strdup_printf ("%u", n);

  g_string_replace (title, n == 1 ? "%s" : "%d", n == 1 ? name : count, 1);
  return g_string_free (title, FALSE);
}

void
lm_editor_select_added (LmEditor *self,
                        const LmEdit *edit)
{
  g_autoptr (GPtrArray) paths = lm_edit_added (edit);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; paths != NULL && i < paths->len; i++) {
    const char *path = g_ptr_array_index (paths, i), *slash = strrchr (path, '/');
    gsize length = slash != NULL ? (gsize) (slash - path) : 0;
    int id = (int) g_ascii_strtoll (slash != NULL ? slash + 1 : path, NULL, 10);

    if (strlen (self->block) == length && strncmp (path, self->block, length) == 0)
      g_array_append_val (ids, id);
  }
  lm_editor_select (self, (const int *) (void *) ids->data, (int) ids->len);
  if (ids->len > 0)
    lm_editor_reveal (self, g_array_index (ids, int, 0));
}

gboolean
lm_editor_is_taken (const LmDesign *design,
                    double x,
                    double y,
                    int except)
{
  for (guint i = 0; i < design->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (design->nodes, i);

    if (node->id != except && fabs (node->x - x) < LM_CARD_WIDTH + 12 && fabs (node->y - y) < LM_CARD_HEIGHT + 12)
      return TRUE;
  }
  return FALSE;
}

/* --- Preview ------------------------------------------------------------------------- */

void
lm_editor_set_preview (LmEditor *self,
                       const LmEdit *edit)
{
  g_autoptr (LmDesign) design = NULL;
  g_autoptr (LmEdit) reverse = NULL;
  gboolean had_one = self->preview != NULL;

  clear_preview (self);
  if (edit != NULL) {
    design = lm_design_copy (lm_document_get_design (self->document));
    reverse = lm_edit_apply (edit, design, NULL);
  }
  if (reverse != NULL && find_block (design, self->block) != NULL) {
    self->preview = g_steal_pointer (&design);
    self->preview_block = find_block (self->preview, self->block);
    self->preview_check = lm_check_design (self->preview, lm_document_get_task (self->document), FALSE);
  }
  if (had_one || self->preview != NULL)
    g_signal_emit (self, signals[CHANGED], 0);
}

const LmDesign *
lm_editor_get_preview (LmEditor *self,
                       const LmCheck **check)
{
  if (check != NULL)
    *check = self->preview_check;
  return self->preview_block;
}

/* --- Object -------------------------------------------------------------------------- */

static void
lm_editor_finalize (GObject *object)
{
  LmEditor *self = LM_EDITOR (object);

  clear_preview (self);
  g_clear_object (&self->document);
  g_array_unref (self->selection);
  g_array_unref (self->copied_ids);
  g_free (self->copied_block);
  g_free (self->copied);
  g_free (self->block);

  G_OBJECT_CLASS (lm_editor_parent_class)->finalize (object);
}

static void
lm_editor_class_init (LmEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lm_editor_finalize;

  signals[CHANGED] = g_signal_new ("changed", LM_TYPE_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", LM_TYPE_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[REFUSED] = g_signal_new ("refused", LM_TYPE_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[REVEAL] = g_signal_new ("reveal", LM_TYPE_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
lm_editor_init (LmEditor *self)
{
  self->block = g_strdup ("");
  self->selection = g_array_new (FALSE, FALSE, sizeof (int));
  self->copied_ids = g_array_new (FALSE, FALSE, sizeof (int));
}

LmEditor *
lm_editor_new (LmDocument *document)
{
  LmEditor *self = g_object_new (LM_TYPE_EDITOR, NULL);

  self->document = g_object_ref (document);
  self->design = lm_document_get_design (document);
  g_signal_connect_object (document, "changed", G_CALLBACK (document_changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}
