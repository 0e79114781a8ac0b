/* lm-project-file.c: making, moving and copying project files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-project-private.h"

#include "lm-design-json.h"
#include "lm-i18n.h"
#include "lm-source.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COPY_BLOCK (1 << 20)

static gboolean
fail_exists (const char *shown,
             GError **error)
{
  g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("There is a file “%s” already. Choose another name."), shown);
  return FALSE;
}

static gboolean
fail_write (const char *shown,
            int code,
            GError **error)
{
  g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” cannot be written: %s."), shown, g_strerror (code));
  return FALSE;
}

char *
lm_project_make_file (const char *target,
                      const char *shown,
                      gboolean overwrite,
                      GError **error)
{
  g_autofree char *temporary = g_strconcat (target, ".XXXXXX", NULL);
  int fd;

  if (!overwrite && g_file_test (target, G_FILE_TEST_EXISTS)) {
    fail_exists (shown, error);
    return NULL;
  }
  fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0666);
  if (fd < 0) {
    fail_write (shown, errno, error);
    return NULL;
  }
  close (fd);
  return g_steal_pointer (&temporary);
}

/* What a project that was killed has left beside its file must not be taken for that of a new one. */
static void
remove_companions (const char *target)
{
  static const char *const endings[] = { "-wal", "-shm", "-journal" };

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++) {
    g_autofree char *path = g_strconcat (target, endings[i], NULL);

    g_unlink (path);
  }
}

gboolean
lm_project_move_file (const char *from,
                      const char *target,
                      const char *shown,
                      GError **error)
{
  if (!g_file_test (target, G_FILE_TEST_EXISTS))
    remove_companions (target);
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, target, RENAME_NOREPLACE) == 0)
    return TRUE;
  /* File systems that cannot do it in one step: the second name comes first. */
  if ((errno == EINVAL || errno == ENOSYS) && link (from, target) == 0) {
    g_unlink (from);
    return TRUE;
  }
  if (errno == EEXIST)
    return fail_exists (shown, error);
  if (errno == EXDEV) {
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” cannot be moved to another disk. Save a copy there instead."), shown);
    return FALSE;
  }
  return fail_write (shown, errno, error);
}

/* The numbers are on the disk before the name is. */
static void
sync_file (const char *path)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);

  if (fd < 0)
    return;
  fsync (fd);
  close (fd);
}

gboolean
lm_project_place_file (const char *temporary,
                       const char *target,
                       const char *shown,
                       gboolean overwrite,
                       GError **error)
{
  g_autoptr (LmProjectLock) old = NULL;
  gboolean good;

  sync_file (temporary);
  if (!overwrite || !g_file_test (target, G_FILE_TEST_EXISTS)) {
    good = lm_project_move_file (temporary, target, shown, error);
  } else {
    old = lm_project_lock_new (target, shown, TRUE, error);
    if (old != NULL)
      remove_companions (target);
    good = old != NULL && (g_rename (temporary, target) == 0 || fail_write (shown, errno, error));
  }
  if (!good)
    g_unlink (temporary);
  return good;
}

gboolean
lm_project_copy_file (const char *from,
                      const char *to,
                      GError **error)
{
  g_autofree char *block = g_malloc (COPY_BLOCK);
  g_autofree char *shown = g_filename_display_basename (from);
  int in = g_open (from, O_RDONLY | O_CLOEXEC, 0);
  int out = in >= 0 ? g_open (to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
  gboolean good = out >= 0;
  gssize n = 0;

  while (good && (n = read (in, block, COPY_BLOCK)) > 0)
    good = write (out, block, (gsize) n) == n;
  good = good && n == 0;
  if (!good)
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” cannot be copied: %s."), shown, g_strerror (errno));
  if (in >= 0)
    close (in);
  if (out >= 0)
    close (out);
  return good;
}

/* --- Data paths, which are relative to the project's folder ---------------------------- */

/* (transfer full) (nullable): @spec for @new_folder; NULL if it stays as it is. */
static char *
move_spec (const char *spec,
           const char *old_folder,
           const char *new_folder)
{
  g_autoptr (LmSpec) parsed = spec != NULL ? lm_spec_parse (spec, NULL) : NULL;

  if (parsed == NULL || parsed->path == NULL)
    return NULL;
  lm_spec_make_relative (parsed, old_folder, new_folder);
  return lm_spec_format (parsed);
}

static gboolean
move_design (LmSqlite *db,
             const char *old_folder,
             const char *new_folder,
             GError **error)
{
  g_autofree char *json = NULL, *moved = NULL, *spec = NULL;
  g_autoptr (LmDesign) design = NULL;
  LmStatement *statement;

  if (!lm_sqlite_query_text (db, "SELECT json FROM design", &json, error))
    return FALSE;
  design = lm_design_from_json (json != NULL ? json : "", -1, "design", error);
  if (design == NULL)
    return FALSE;
  spec = move_spec (design->data_spec, old_folder, new_folder);
  if (spec == NULL)
    return TRUE;
  g_free (design->data_spec);
  design->data_spec = g_steal_pointer (&spec);
  moved = lm_design_to_json (design, FALSE);
  statement = lm_sqlite_prepare (db, "UPDATE design SET json = ?", error);
  if (statement == NULL)
    return FALSE;
  lm_statement_bind_text (statement, 1, moved);
  return lm_statement_run (statement, error);
}

typedef struct {
  gint64 id;
  char *spec;
} Moved;

static void
moved_clear (void *data)
{
  g_free (((Moved *) data)->spec);
}

static gboolean
move_runs (LmSqlite *db,
           const char *old_folder,
           const char *new_folder,
           GError **error)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (Moved));
  LmStatement *statement = lm_sqlite_prepare (db, "SELECT id, data FROM run", error);
  LmRowResult row;

  if (statement == NULL)
    return FALSE;
  g_array_set_clear_func (list, moved_clear);
  while ((row = lm_statement_step (statement, error)) == LM_ROW_THERE) {
    Moved moved = { lm_statement_get_int (statement, 0), move_spec (lm_statement_get_text_or_null (statement, 1), old_folder, new_folder) };

    g_array_append_val (list, moved);
  }
  for (guint i = 0; row == LM_ROW_NONE && i < list->len; i++) {
    const Moved *moved = &g_array_index (list, Moved, i);

    if (moved->spec == NULL)
      continue;
    statement = lm_sqlite_prepare (db, "UPDATE run SET data = ? WHERE id = ?", error);
    if (statement == NULL)
      return FALSE;
    lm_statement_bind_text (statement, 1, moved->spec);
    lm_statement_bind_int (statement, 2, moved->id);
    if (!lm_statement_run (statement, error))
      return FALSE;
  }
  return row == LM_ROW_NONE;
}

static gboolean
move_paths (LmSqlite *db,
            const char *old_folder,
            const char *new_folder,
            GError **error)
{
  if (strcmp (old_folder, new_folder) == 0)
    return TRUE;
  if (!lm_sqlite_begin (db, error))
    return FALSE;
  if (move_design (db, old_folder, new_folder, error) && move_runs (db, old_folder, new_folder, error) && lm_sqlite_commit (db, error))
    return TRUE;
  lm_sqlite_rollback (db);
  return FALSE;
}

/* --- Copies ------------------------------------------------------------------------------- */

static gboolean
write_copy (LmProject *self,
            const char *temporary,
            const char *target,
            const char *shown,
            GError **error)
{
  g_autofree char *folder = lm_project_dup_folder (self);
  g_autofree char *new_folder = g_path_get_dirname (target);
  g_autofree char *path = NULL;
  g_autoptr (LmSqlite) from = NULL;
  g_autoptr (LmSqlite) to = NULL;

  pthread_mutex_lock (&self->lock);
  path = g_strdup (self->open_path);
  pthread_mutex_unlock (&self->lock);
  from = lm_sqlite_open (path, shown, self->access == LM_SQLITE_IMMUTABLE ? LM_SQLITE_IMMUTABLE : LM_SQLITE_READ, error);
  if (from == NULL || !lm_sqlite_copy_into (from, temporary, error))
    return FALSE;
  to = lm_sqlite_open (temporary, shown, LM_SQLITE_WRITE, error);
  return to != NULL && move_paths (to, folder, new_folder, error);
}

gboolean
lm_project_save_copy (LmProject *self,
                      const char *path,
                      gboolean overwrite,
                      GError **error)
{
  g_autofree char *target = g_canonicalize_filename (path, NULL);
  g_autofree char *shown = g_filename_display_basename (path);
  g_autofree char *temporary = NULL;

  /* A copy elsewhere is what helps when the disk is full, so a failure here is none of its own. */
  if (self->read_only == NULL)
    lm_project_flush (self, NULL);
  temporary = lm_project_make_file (target, shown, overwrite, error);
  if (temporary == NULL)
    return FALSE;
  if (!write_copy (self, temporary, target, shown, error)) {
    g_unlink (temporary);
    return FALSE;
  }
  return lm_project_place_file (temporary, target, shown, overwrite, error);
}

/* --- Renaming ------------------------------------------------------------------------------- */

static gboolean
rename_job (LmProject *self,
            void *data,
            GError **error)
{
  const char *target = data;
  g_autofree char *shown = g_filename_display_basename (target);
  g_autofree char *old_folder = g_strdup (self->folder);
  gboolean is_moved, good;

  if (!lm_project_close_log (self, error))
    return FALSE;
  g_clear_pointer (&self->db, lm_sqlite_close);
  is_moved = lm_project_move_file (self->path, target, shown, error);
  if (is_moved) {
    pthread_mutex_lock (&self->lock);
    lm_project_set_path (self, target);
    pthread_mutex_unlock (&self->lock);
  }
  /* What was just open opens again; should it not, every later call says so. */
  self->db = lm_sqlite_open (self->path, self->shown, LM_SQLITE_WRITE, is_moved ? error : NULL);
  good = self->db != NULL && is_moved && move_paths (self->db, old_folder, self->folder, error);
  return self->db != NULL && lm_project_open_log (self, good ? error : NULL) && good;
}

gboolean
lm_project_rename (LmProject *self,
                   const char *path,
                   GError **error)
{
  g_autofree char *target = g_canonicalize_filename (path, NULL);

  if (!lm_project_require_writable (self, error) || !lm_project_flush (self, error))
    return FALSE;
  return lm_project_call (self, LM_JOB_PLAIN, rename_job, target, error);
}
