/* lm-project.c: opening, making and closing project files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-project-private.h"

#include "lm-design-json.h"
#include "lm-i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Milliseconds that closing waits for readers before it leaves the companions to the next one who opens. */
#define CLOSE_PATIENCE 300

/* Free space in a file that is not worth a tidying. */
#define SLACK (1024 * 1024)

/* A file-size limit shall be an error like a full disk, not a death. */
static void
ignore_file_size_signal (void)
{
  struct sigaction now;

  if (sigaction (SIGXFSZ, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
    signal (SIGXFSZ, SIG_IGN);
}

/* --- Names ----------------------------------------------------------------------- */

void
lm_project_set_path (LmProject *self,
                     const char *path)
{
  char *real = realpath (path, NULL);

  g_free (self->path);
  g_free (self->shown);
  g_free (self->folder);
  self->path = real != NULL ? g_strdup (real) : g_canonicalize_filename (path, NULL);
  self->shown = g_filename_display_basename (path);
  self->folder = g_path_get_dirname (self->path);
  free (real);
  g_free (self->open_path);
  self->open_path = g_strdup (self->path);
}

static char *
dup_locked (LmProject *self,
            char *const *text)
{
  char *copy;

  pthread_mutex_lock (&self->lock);
  copy = g_strdup (*text);
  pthread_mutex_unlock (&self->lock);
  return copy;
}

char *
lm_project_dup_path (LmProject *self)
{
  return dup_locked (self, &self->path);
}

char *
lm_project_dup_folder (LmProject *self)
{
  return dup_locked (self, &self->folder);
}

char *
lm_project_dup_name (LmProject *self)
{
  char *name = dup_locked (self, &self->shown);

  if (g_str_has_suffix (name, ".lamina") && strlen (name) > strlen (".lamina"))
    name[strlen (name) - strlen (".lamina")] = '\0';
  return name;
}

char *
lm_project_read_only (LmProject *self)
{
  return g_strdup (self->read_only);
}

gboolean
lm_project_require_writable (LmProject *self,
                             GError **error)
{
  if (self->read_only == NULL)
    return TRUE;
  g_set_error_literal (error, LM_ERROR, LM_ERROR_IO, self->read_only);
  return FALSE;
}

/* --- Opening ------------------------------------------------------------------------ */

/* Is there a file that could be a project at all? */
static gboolean
check_file (LmProject *self,
            GError **error)
{
  GStatBuf info;

  if (g_stat (self->path, &info) != 0) {
    int code = errno;

    if (code == ENOENT)
      g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("There is no project “%s”. Make one with “lamina new TEMPLATE FILE”."), self->shown);
    else
      g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” cannot be opened: %s."), self->shown, g_strerror (code));
    return FALSE;
  }
  if (!S_ISREG (info.st_mode))
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” is not a file. A project is one file that ends with “.lamina”."), self->shown);
  else if (info.st_size == 0)
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” is empty. Use a copy made earlier."), self->shown);
  else
    return TRUE;
  return FALSE;
}

static gboolean
is_writable (const char *path)
{
  return faccessat (AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

/* TRUE if something that counts lies beside the file at @path. */
static gboolean
has_companion (const char *path,
               const char *ending)
{
  g_autofree char *companion = g_strconcat (path, ending, NULL);
  GStatBuf info;

  return g_stat (companion, &info) == 0 && info.st_size > 0;
}

static gboolean
copy_to_temporary (LmProject *self,
                   const char *ending,
                   GError **error)
{
  g_autofree char *from = g_strconcat (self->path, ending, NULL);
  g_autofree char *to = g_strconcat (self->open_path, ending, NULL);

  return lm_project_copy_file (from, to, error);
}

/* For reading, where nothing at all can be written: SQLite wants companions even then, unless it is told that the file
 * will never change. What a kill left in companions is read from a copy, which can be mended. */
static gboolean
open_frozen (LmProject *self,
             GError **error)
{
  const char *companion = has_companion (self->path, "-wal") ? "-wal" : has_companion (self->path, "-journal") ? "-journal"
                                                                                                               : NULL;

  if (companion == NULL) {
    self->access = LM_SQLITE_IMMUTABLE;
    self->db = lm_sqlite_open (self->path, self->shown, LM_SQLITE_IMMUTABLE, error);
    return self->db != NULL;
  }
  self->temporary = g_dir_make_tmp ("lamina-XXXXXX", NULL);
  if (self->temporary == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” was cut off and must be mended, but there is no folder for a copy. Make room in “%s”."), self->shown, g_get_tmp_dir ());
    return FALSE;
  }
  g_free (self->open_path);
  self->open_path = g_build_filename (self->temporary, "copy.lamina", NULL);
  if (!copy_to_temporary (self, "", error) || !copy_to_temporary (self, companion, error))
    return FALSE;
  self->db = lm_sqlite_open (self->open_path, self->shown, LM_SQLITE_WRITE, error);
  return self->db != NULL;
}

/* Takes back what a kill left half done, which a connection that only reads cannot. Not if somebody is at work on it. */
static void
mend (LmProject *self)
{
  g_autoptr (LmProjectLock) lock = lm_project_lock_new (self->path, self->shown, TRUE, NULL);
  g_autoptr (LmSqlite) db = lock != NULL ? lm_sqlite_open (self->path, self->shown, LM_SQLITE_WRITE, NULL) : NULL;

  g_clear_pointer (&db, lm_sqlite_close);
}

static gboolean
open_for_reading (LmProject *self,
                  GError **error)
{
  g_autoptr (GError) reason = NULL;
  gint64 version;

  self->access = LM_SQLITE_READ;
  self->db = lm_sqlite_open (self->path, self->shown, LM_SQLITE_READ, &reason);
  if (self->db == NULL && reason->code == LM_ERROR_FORMAT) {
    g_propagate_error (error, g_steal_pointer (&reason));
    return FALSE;
  }
  if (self->db == NULL && is_writable (self->path) && is_writable (self->folder)) {
    mend (self);
    self->db = lm_sqlite_open (self->path, self->shown, LM_SQLITE_READ, error);
    if (self->db == NULL)
      return FALSE;
  }
  if (self->db == NULL && !open_frozen (self, error))
    return FALSE;
  if (!lm_project_check_tables (self->db, self->shown, &version, error))
    return FALSE;
  if (version < LM_PROJECT_VERSION) {
    g_set_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED,
                 _ ("“%s” was made by an older version of Lamina and must be brought up to date first, but it is read-only. Save a copy where you may write and open that."), self->shown);
    return FALSE;
  }
  if (self->read_only == NULL && version > LM_PROJECT_VERSION)
    self->read_only = g_strdup_printf (_ ("“%s” was made by a newer version of Lamina, so it can be looked at but not changed. Update Lamina."), self->shown);
  return TRUE;
}

gboolean
lm_project_open_log (LmProject *self,
                     GError **error)
{
  g_autofree char *mode = NULL;

  if (!lm_sqlite_query_text (self->db, "PRAGMA journal_mode = WAL", &mode, error))
    return FALSE;
  if (g_strcmp0 (mode, "wal") != 0)
    g_debug ("“%s” has no log but “%s”", self->shown, mode);
  /* Without the log, as on some network drives, each commit must wait for the disk. */
  return lm_sqlite_exec (self->db, g_strcmp0 (mode, "wal") == 0 ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL", error);
}

/* Sets @read_only and leaves the database closed if it is not to be written after all. */
static gboolean
open_for_writing (LmProject *self,
                  GError **error)
{
  gint64 version;

  if (!is_writable (self->path))
    self->read_only = g_strdup_printf (_ ("“%s” is read-only: you may not change the file. Save a copy elsewhere to change it."), self->shown);
  else if (!is_writable (self->folder))
    self->read_only = g_strdup_printf (_ ("“%s” is read-only: its folder cannot be written. Save a copy elsewhere to change it."), self->shown);
  if (self->read_only != NULL)
    return TRUE;

  self->access = LM_SQLITE_WRITE;
  self->file_lock = lm_project_lock_new (self->path, self->shown, TRUE, error);
  if (self->file_lock == NULL)
    return FALSE;
  self->db = lm_sqlite_open (self->path, self->shown, LM_SQLITE_WRITE, error);
  if (self->db == NULL || !lm_project_check_tables (self->db, self->shown, &version, error))
    return FALSE;
  if (version > LM_PROJECT_VERSION) {
    g_clear_pointer (&self->db, lm_sqlite_close);
    g_clear_pointer (&self->file_lock, lm_project_lock_free);
    return TRUE;
  }
  return lm_project_migrate (self->db, self->shown, version, error) && lm_project_open_log (self, error);
}

LmProject *
lm_project_open (const char *path,
                 LmProjectMode mode,
                 GError **error)
{
  g_autoptr (LmProject) self = g_new0 (LmProject, 1);

  ignore_file_size_signal ();
  lm_ref_init (&self->ref);
  lm_project_init_thread (self);
  lm_project_set_path (self, path);
  if (!check_file (self, error))
    return NULL;

  if (mode == LM_PROJECT_WRITE) {
    if (!open_for_writing (self, error))
      return NULL;
  } else {
    self->read_only = g_strdup_printf (_ ("“%s” was opened for reading."), self->shown);
  }
  if (self->db == NULL) {
    self->file_lock = lm_project_lock_new (self->path, self->shown, FALSE, error);
    if (self->file_lock == NULL || !open_for_reading (self, error))
      return NULL;
  }
  if (!lm_project_start_thread (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

LmProject *
lm_project_create (const char *path,
                   gboolean overwrite,
                   GError **error)
{
  g_autofree char *target = g_canonicalize_filename (path, NULL);
  g_autofree char *shown = g_filename_display_basename (path);
  g_autofree char *temporary = lm_project_make_file (target, shown, overwrite, error);
  g_autoptr (LmDesign) design = NULL;
  g_autofree char *json = NULL;
  g_autoptr (LmSqlite) db = NULL;
  LmStatement *statement;
  gboolean good;

  ignore_file_size_signal ();
  if (temporary == NULL)
    return NULL;
  design = lm_design_new ();
  json = lm_design_to_json (design, FALSE);
  db = lm_sqlite_open (temporary, shown, LM_SQLITE_CREATE, error);
  good = db != NULL && lm_project_make_tables (db, error);
  statement = good ? lm_sqlite_prepare (db, "INSERT INTO design (id, json) VALUES (1, ?)", error) : NULL;
  if (statement != NULL) {
    lm_statement_bind_text (statement, 1, json);
    good = lm_statement_run (statement, error);
  }
  g_clear_pointer (&db, lm_sqlite_close);
  if (!good || statement == NULL) {
    g_unlink (temporary);
    return NULL;
  }
  if (!lm_project_place_file (temporary, target, shown, overwrite, error))
    return NULL;
  return lm_project_open (target, LM_PROJECT_WRITE, error);
}

/* --- Closing ---------------------------------------------------------------------------- */

LmProject *
lm_project_ref (LmProject *self)
{
  lm_ref_inc (&self->ref);
  return self;
}

/* Gives free space back where there is much of it. */
static gboolean
give_back (LmSqlite *db,
           GError **error)
{
  gint64 free_pages, pages, size;

  if (!lm_sqlite_query_int (db, "PRAGMA freelist_count", 0, &free_pages, error) ||
      !lm_sqlite_query_int (db, "PRAGMA page_count", 0, &pages, error) || !lm_sqlite_query_int (db, "PRAGMA page_size", 0, &size, error))
    return FALSE;
  return free_pages * size < SLACK || free_pages < pages / 4 || lm_sqlite_exec (db, "PRAGMA incremental_vacuum", error);
}

/* Back to one file. Readers that are just looking may hinder that; then the next one who closes does it. */
gboolean
lm_project_close_log (LmProject *self,
                      GError **error)
{
  g_autofree char *mode = NULL;

  return lm_sqlite_query_text (self->db, "PRAGMA journal_mode = DELETE", &mode, error);
}

static gboolean
tidy (LmProject *self,
      GError **error)
{
  g_autoptr (GError) reason = NULL;

  lm_sqlite_set_patience (self->db, CLOSE_PATIENCE);
  if ((give_back (self->db, &reason) && lm_project_close_log (self, &reason)) || g_error_matches (reason, LM_ERROR, LM_ERROR_BUSY))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

static void
remove_temporary (LmProject *self)
{
  static const char *const endings[] = { "", "-wal", "-shm", "-journal" };

  if (self->temporary == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++) {
    g_autofree char *path = g_strconcat (self->open_path, endings[i], NULL);

    g_unlink (path);
  }
  g_rmdir (self->temporary);
}

gboolean
lm_project_close (LmProject *self,
                  GError **error)
{
  gboolean good = TRUE;

  if (self->is_closed)
    return TRUE;
  self->is_closed = TRUE;
  if (self->has_thread)
    good = lm_project_stop_thread (self, error);
  if (self->db != NULL && self->access == LM_SQLITE_WRITE)
    good = tidy (self, good ? error : NULL) && good;
  g_clear_pointer (&self->db, lm_sqlite_close);
  g_clear_pointer (&self->file_lock, lm_project_lock_free);
  remove_temporary (self);
  return good;
}

void
lm_project_unref (LmProject *self)
{
  g_autoptr (GError) error = NULL;

  if (self == NULL || !lm_ref_dec (&self->ref))
    return;
  if (!lm_project_close (self, &error))
    g_message ("%s", error->message);
  lm_project_clear_thread (self);
  g_free (self->path);
  g_free (self->shown);
  g_free (self->folder);
  g_free (self->read_only);
  g_free (self->open_path);
  g_free (self->temporary);
  g_free (self);
}
