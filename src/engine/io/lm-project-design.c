/* lm-project-design.c: design, undo history and small things of a project
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-project-private.h"

#include "lm-design-json.h"
#include "lm-i18n.h"

/* Where in the undo history the design stands: how many steps undo can take back. */
#define POSITION "undo_position"

static gboolean
write_design (LmProject *self,
              const char *json,
              GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db, "INSERT OR REPLACE INTO design (id, json) VALUES (1, ?)", error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_text (statement, 1, json);
  return lm_statement_run (statement, error);
}

static gboolean
write_meta (LmProject *self,
            const char *key,
            const char *value,
            GError **error)
{
  LmStatement *statement;

  if (value == NULL)
    statement = lm_sqlite_prepare (self->db, "DELETE FROM meta WHERE key = ?", error);
  else
    statement = lm_sqlite_prepare (self->db, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", error);
  if (statement == NULL)
    return FALSE;
  lm_statement_bind_text (statement, 1, key);
  if (value != NULL)
    lm_statement_bind_text (statement, 2, value);
  return lm_statement_run (statement, error);
}

static gboolean
read_meta (LmProject *self,
           const char *key,
           char **value,
           GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db, "SELECT value FROM meta WHERE key = ?", error);
  LmRowResult row;

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_text (statement, 1, key);
  row = lm_statement_step (statement, error);
  *value = row == LM_ROW_THERE ? g_strdup (lm_statement_get_text_or_null (statement, 0)) : NULL;
  lm_statement_reset (statement);
  return row != LM_ROW_ERROR;
}

/* --- Design ---------------------------------------------------------------------- */

static gboolean
load_design_job (LmProject *self,
                 void *data,
                 GError **error)
{
  char **json = data;

  if (!lm_sqlite_query_text (self->db, "SELECT json FROM design", json, error))
    return FALSE;
  if (*json != NULL)
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” is damaged: it holds no design. Use a copy made earlier."), self->shown);
  return FALSE;
}

char *
lm_project_load_design_json (LmProject *self,
                             GError **error)
{
  char *json = NULL;

  return lm_project_call (self, LM_JOB_READ, load_design_job, &json, error) ? json : NULL;
}

LmDesign *
lm_project_load_design (LmProject *self,
                        GError **error)
{
  g_autofree char *json = lm_project_load_design_json (self, error);
  g_autofree char *path = lm_project_dup_path (self);
  g_autofree char *shown = g_filename_display_basename (path);

  return json != NULL ? lm_design_from_json (json, -1, shown, error) : NULL;
}

static gboolean
save_design_job (LmProject *self,
                 void *data,
                 GError **error)
{
  return write_design (self, data, error) && lm_sqlite_exec (self->db, "DELETE FROM edit; DELETE FROM meta WHERE key = '" POSITION "'", error);
}

gboolean
lm_project_save_design (LmProject *self,
                        const LmDesign *design,
                        GError **error)
{
  g_autofree char *json = lm_design_to_json (design, FALSE);

  return lm_project_call (self, LM_JOB_CHANGE, save_design_job, json, error);
}

/* --- Undo history ------------------------------------------------------------------- */

/* The steps on both sides of the position: the only ones that can be new or changed; and how far all go. */
#define N_ROWS 2

typedef struct {
  char *json;
  gint64 first;
  int n_rows;
  char *before[N_ROWS];
  char *after[N_ROWS];
  gint64 position;
  gint64 length;
} EditStep;

static void
edit_step_free (void *data)
{
  EditStep *step = data;

  g_free (step->json);
  for (int i = 0; i < step->n_rows; i++) {
    g_free (step->before[i]);
    g_free (step->after[i]);
  }
  g_free (step);
}

static gboolean
post_edit_job (LmProject *self,
               void *data,
               GError **error)
{
  const EditStep *step = data;
  g_autofree char *position = g_strdup_printf ("%" G_GINT64_FORMAT, step->position);
  LmStatement *statement = lm_sqlite_prepare (self->db, "DELETE FROM edit WHERE seq >= ?", error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, step->length);
  if (!lm_statement_run (statement, error))
    return FALSE;
  for (int i = 0; i < step->n_rows; i++) {
    statement = lm_sqlite_prepare (self->db, "INSERT OR REPLACE INTO edit (seq, before, after) VALUES (?, ?, ?)", error);
    if (statement == NULL)
      return FALSE;
    lm_statement_bind_int (statement, 1, step->first + i);
    lm_statement_bind_text (statement, 2, step->before[i]);
    lm_statement_bind_text (statement, 3, step->after[i]);
    if (!lm_statement_run (statement, error))
      return FALSE;
  }
  return write_meta (self, POSITION, position, error) && write_design (self, step->json, error);
}

void
lm_project_post_edit (LmProject *self,
                      const LmDesign *design,
                      const LmUndo *undo)
{
  EditStep *step = g_new0 (EditStep, 1);
  gint64 end;

  step->json = lm_design_to_json (design, FALSE);
  step->position = (gint64) lm_undo_position (undo);
  step->length = (gint64) lm_undo_length (undo);
  step->first = MAX (step->position - 1, 0);
  end = MIN (step->position + 1, step->length);
  for (gint64 i = step->first; i < end; i++) {
    const LmEdit *forward, *reverse;

    lm_undo_get (undo, (gsize) i, &forward, &reverse);
    step->after[step->n_rows] = lm_edit_to_json (forward);
    step->before[step->n_rows++] = lm_edit_to_json (reverse);
  }
  lm_project_post (self, TRUE, post_edit_job, step, edit_step_free);
}

typedef struct {
  GPtrArray *forward;
  GPtrArray *reverse;
  gint64 position;
} UndoRows;

static gboolean
load_undo_job (LmProject *self,
               void *data,
               GError **error)
{
  UndoRows *rows = data;
  g_autofree char *position = NULL;
  LmStatement *statement;
  LmRowResult row;

  if (!read_meta (self, POSITION, &position, error))
    return FALSE;
  statement = lm_sqlite_prepare (self->db, "SELECT before, after FROM edit ORDER BY seq", error);
  if (statement == NULL)
    return FALSE;
  while ((row = lm_statement_step (statement, error)) == LM_ROW_THERE) {
    LmEdit *reverse = lm_edit_from_json (lm_statement_get_text (statement, 0), -1, error);
    LmEdit *forward = reverse != NULL ? lm_edit_from_json (lm_statement_get_text (statement, 1), -1, error) : NULL;

    if (reverse != NULL)
      g_ptr_array_add (rows->reverse, reverse);
    if (forward == NULL) {
      lm_statement_reset (statement);
      return FALSE;
    }
    g_ptr_array_add (rows->forward, forward);
  }
  rows->position = position != NULL ? g_ascii_strtoll (position, NULL, 10) : 0;
  return row == LM_ROW_NONE;
}

LmUndo *
lm_project_load_undo (LmProject *self,
                      GError **error)
{
  UndoRows rows = {
    .forward = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_edit_free),
    .reverse = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_edit_free),
  };
  gboolean good = lm_project_call (self, LM_JOB_READ, load_undo_job, &rows, error);
  LmUndo *undo = NULL;

  if (good) {
    undo = lm_undo_new ();
    if (rows.position >= 0 && rows.position <= (gint64) rows.forward->len)
      lm_undo_restore (undo, rows.forward, rows.reverse, (gsize) rows.position);
  }
  g_ptr_array_unref (rows.forward);
  g_ptr_array_unref (rows.reverse);
  return undo;
}

/* --- Small values ------------------------------------------------------------------------ */

typedef struct {
  char *key;
  char *value;
} Meta;

static void
meta_free (void *data)
{
  Meta *meta = data;

  g_free (meta->key);
  g_free (meta->value);
  g_free (meta);
}

static gboolean
get_meta_job (LmProject *self,
              void *data,
              GError **error)
{
  Meta *meta = data;

  return read_meta (self, meta->key, &meta->value, error);
}

char *
lm_project_get_meta (LmProject *self,
                     const char *key)
{
  g_autofree char *name = g_strconcat ("x-", key, NULL);
  Meta meta = { name, NULL };

  lm_project_call (self, LM_JOB_READ, get_meta_job, &meta, NULL);
  return meta.value;
}

static gboolean
post_meta_job (LmProject *self,
               void *data,
               GError **error)
{
  const Meta *meta = data;

  return write_meta (self, meta->key, meta->value, error);
}

void
lm_project_post_meta (LmProject *self,
                      const char *key,
                      const char *value)
{
  Meta *meta = g_new0 (Meta, 1);

  meta->key = g_strconcat ("x-", key, NULL);
  meta->value = g_strdup (value);
  lm_project_post (self, TRUE, post_meta_job, meta, meta_free);
}

/* --- Notes ---------------------------------------------------------------------------------- */

typedef struct {
  gint64 run;
  const char *text;
  char *found;
} Note;

static gboolean
get_note_job (LmProject *self,
              void *data,
              GError **error)
{
  Note *note = data;
  LmStatement *statement = lm_sqlite_prepare (self->db, "SELECT text FROM note WHERE run = ?", error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, note->run);
  if (lm_statement_step (statement, error) == LM_ROW_THERE)
    note->found = g_strdup (lm_statement_get_text (statement, 0));
  lm_statement_reset (statement);
  return TRUE;
}

char *
lm_project_get_note (LmProject *self,
                     gint64 run)
{
  Note note = { .run = run };

  lm_project_call (self, LM_JOB_READ, get_note_job, &note, NULL);
  return note.found != NULL ? note.found : g_strdup ("");
}

static gboolean
set_note_job (LmProject *self,
              void *data,
              GError **error)
{
  const Note *note = data;
  LmStatement *statement;

  if (note->text[0] == '\0')
    statement = lm_sqlite_prepare (self->db, "DELETE FROM note WHERE run = ?", error);
  else
    statement = lm_sqlite_prepare (self->db, "INSERT OR REPLACE INTO note (run, text) VALUES (?, ?)", error);
  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, note->run);
  if (note->text[0] != '\0')
    lm_statement_bind_text (statement, 2, note->text);
  return lm_statement_run (statement, error);
}

gboolean
lm_project_set_note (LmProject *self,
                     gint64 run,
                     const char *text,
                     GError **error)
{
  Note note = { .run = run, .text = text };

  return lm_project_call (self, LM_JOB_CHANGE, set_note_job, &note, error);
}

/* --- Openings of the test set ------------------------------------------------------------------ */

void
lm_opening_free (LmOpening *self)
{
  g_free (self->where);
  g_free (self->what);
  g_free (self);
}

static gboolean
list_openings_job (LmProject *self,
                   void *data,
                   GError **error)
{
  GPtrArray *list = data;
  LmStatement *statement = lm_sqlite_prepare (self->db, "SELECT run, epoch, time, place, what FROM opening ORDER BY id", error);
  LmRowResult row;

  if (statement == NULL)
    return FALSE;
  while ((row = lm_statement_step (statement, error)) == LM_ROW_THERE) {
    LmOpening *opening = g_new0 (LmOpening, 1);

    opening->run = lm_statement_get_int (statement, 0);
    opening->epoch = lm_statement_get_int (statement, 1);
    opening->time = lm_statement_get_int (statement, 2);
    opening->where = g_strdup (lm_statement_get_text (statement, 3));
    opening->what = g_strdup (lm_statement_get_text (statement, 4));
    g_ptr_array_add (list, opening);
  }
  return row == LM_ROW_NONE;
}

GPtrArray *
lm_project_list_openings (LmProject *self,
                          GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_opening_free);

  return lm_project_call (self, LM_JOB_READ, list_openings_job, list, error) ? g_steal_pointer (&list) : NULL;
}

static gboolean
add_opening_job (LmProject *self,
                 void *data,
                 GError **error)
{
  const LmOpening *opening = data;
  LmStatement *statement = lm_sqlite_prepare (self->db, "INSERT INTO opening (run, epoch, time, place, what) VALUES (?, ?, ?, ?, ?)", error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, opening->run);
  lm_statement_bind_int (statement, 2, opening->epoch);
  lm_statement_bind_int (statement, 3, opening->time);
  lm_statement_bind_text (statement, 4, opening->where);
  lm_statement_bind_text (statement, 5, opening->what);
  return lm_statement_run (statement, error);
}

gboolean
lm_project_add_opening (LmProject *self,
                        const LmOpening *opening,
                        GError **error)
{
  return lm_project_call (self, LM_JOB_CHANGE, add_opening_job, (void *) opening, error);
}
