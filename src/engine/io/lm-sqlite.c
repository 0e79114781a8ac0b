/* lm-sqlite.c: the only file that sees sqlite3.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-sqlite.h"

#include "lm-i18n.h"

#include <errno.h>
#include <math.h>
#include <sqlite3.h>

/* No row of ours is longer; what a hostile file claims beyond is refused before it is allocated. */
#define MAX_LENGTH (256 * 1024 * 1024)
#define MAX_SQL 100000

#define PATIENCE 5000

struct _LmStatement {
  LmSqlite *db;
  sqlite3_stmt *stmt;
};

struct _LmSqlite {
  sqlite3 *db;
  char *shown;
  GHashTable *statements; /* address of the SQL → LmStatement */
  gint64 log_size;
};

/* --- Errors ------------------------------------------------------------------- */

static gboolean
is_full (int code,
         int system)
{
  return (code & 0xff) == SQLITE_FULL || system == ENOSPC || system == EDQUOT || system == EFBIG;
}

static void
set_error (GError **error,
           const char *shown,
           int code,
           int system,
           const char *reason)
{
  if (is_full (code, system)) {
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” could not be saved: the disk is full. Free some space and try again."), shown);
    return;
  }
  switch (code & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    g_set_error (error, LM_ERROR, LM_ERROR_BUSY, _ ("“%s” is in use by another program. Try again when it has finished."), shown);
    return;
  case SQLITE_NOTADB:
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” is not a Lamina project: it holds something else. Open a file that Lamina has made."), shown);
    return;
  case SQLITE_CORRUPT:
  case SQLITE_FORMAT:
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” is damaged or cut off (%s). Use a copy made earlier."), shown, reason);
    return;
  case SQLITE_TOOBIG:
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” is damaged: it holds an entry of a size that no project has. Use a copy made earlier."), shown);
    return;
  case SQLITE_READONLY:
  case SQLITE_PERM:
  case SQLITE_AUTH:
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” cannot be written: the file or its folder is read-only. Save a copy elsewhere."), shown);
    return;
  case SQLITE_NOMEM:
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("There is not enough memory for “%s”. Close other programs."), shown);
    return;
  case SQLITE_ERROR: /* a table or column of ours is not there */
  case SQLITE_SCHEMA:
  case SQLITE_CONSTRAINT:
  case SQLITE_MISMATCH:
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” does not have the parts of a Lamina project (%s). Use a copy made earlier."), shown, reason);
    return;
  default:
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” could not be read or written: %s."), shown, system != 0 ? g_strerror (system) : reason);
    return;
  }
}

static gboolean
fail (LmSqlite *self,
      GError **error)
{
  int system = errno, code = sqlite3_extended_errcode (self->db);

  /* sqlite3_system_errno () misses what happens in a commit, so callers set errno to 0 before they begin. */
  if ((code & 0xff) != SQLITE_IOERR && (code & 0xff) != SQLITE_CANTOPEN)
    system = 0;
  set_error (error, self->shown, code, system, sqlite3_errmsg (self->db));
  return FALSE;
}

/* --- Opening -------------------------------------------------------------------- */

static int
log_cb (void *data,
        sqlite3 *db,
        const char *name,
        int n_pages)
{
  LmSqlite *self = data;

  self->log_size = (gint64) n_pages;
  return SQLITE_OK;
}

static void
statement_free (void *data)
{
  LmStatement *statement = data;

  sqlite3_finalize (statement->stmt);
  g_free (statement);
}

/* file:PATH?immutable=1, with what URIs want to have escaped. */
static char *
immutable_uri (const char *path)
{
  g_autofree char *escaped = g_uri_escape_string (path, "/", FALSE);

  return g_strconcat ("file:", escaped, "?immutable=1", NULL);
}

LmSqlite *
lm_sqlite_open (const char *path,
                const char *shown,
                LmSqliteMode mode,
                GError **error)
{
  g_autoptr (LmSqlite) self = g_new0 (LmSqlite, 1);
  g_autofree char *uri = mode == LM_SQLITE_IMMUTABLE ? immutable_uri (path) : NULL;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int status;

  if (mode == LM_SQLITE_WRITE || mode == LM_SQLITE_CREATE)
    flags |= SQLITE_OPEN_READWRITE | (mode == LM_SQLITE_CREATE ? SQLITE_OPEN_CREATE : 0);
  else
    flags |= SQLITE_OPEN_READONLY | (mode == LM_SQLITE_IMMUTABLE ? SQLITE_OPEN_URI : 0);

  self->shown = g_strdup (shown);
  self->statements = g_hash_table_new_full (NULL, NULL, NULL, statement_free);
  status = sqlite3_open_v2 (uri != NULL ? uri : path, &self->db, flags, NULL);
  if (status != SQLITE_OK) {
    set_error (error, shown, status, self->db != NULL ? sqlite3_system_errno (self->db) : 0, sqlite3_errstr (status));
    return NULL;
  }

  sqlite3_busy_timeout (self->db, PATIENCE);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  sqlite3_limit (self->db, SQLITE_LIMIT_LENGTH, MAX_LENGTH);
  sqlite3_limit (self->db, SQLITE_LIMIT_SQL_LENGTH, MAX_SQL);
  sqlite3_limit (self->db, SQLITE_LIMIT_ATTACHED, 1);
  sqlite3_wal_hook (self->db, log_cb, self);
  /* The first statement that looks at the file: what is no database shows here. Debian's SQLite overwrites what is
   * deleted, which would double the writing of checkpoints. */
  if (!lm_sqlite_exec (self, "PRAGMA mmap_size = 0; PRAGMA cell_size_check = 1; PRAGMA secure_delete = 0; SELECT count (*) FROM sqlite_schema", error))
    return NULL;
  return g_steal_pointer (&self);
}

void
lm_sqlite_close (LmSqlite *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->statements);
  if (sqlite3_close (self->db) != SQLITE_OK)
    g_warning ("A statement was still open");
  g_free (self->shown);
  g_free (self);
}

void
lm_sqlite_set_patience (LmSqlite *self,
                        int ms)
{
  sqlite3_busy_timeout (self->db, ms);
}

/* --- Statements ------------------------------------------------------------------- */

gboolean
lm_sqlite_exec (LmSqlite *self,
                const char *sql,
                GError **error)
{
  errno = 0;
  return sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail (self, error);
}

LmStatement *
lm_sqlite_prepare (LmSqlite *self,
                   const char *sql,
                   GError **error)
{
  LmStatement *statement = g_hash_table_lookup (self->statements, sql);

  if (statement != NULL) {
    lm_statement_reset (statement);
    return statement;
  }
  statement = g_new0 (LmStatement, 1);
  statement->db = self;
  errno = 0;
  if (sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->stmt, NULL) != SQLITE_OK) {
    fail (self, error);
    g_free (statement);
    return NULL;
  }
  g_hash_table_insert (self->statements, (gpointer) sql, statement);
  return statement;
}

gboolean
lm_sqlite_query_int (LmSqlite *self,
                     const char *sql,
                     gint64 fallback,
                     gint64 *value,
                     GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self, sql, error);
  LmRowResult row = statement != NULL ? lm_statement_step (statement, error) : LM_ROW_ERROR;

  if (row == LM_ROW_ERROR)
    return FALSE;
  *value = row == LM_ROW_THERE ? lm_statement_get_int (statement, 0) : fallback;
  lm_statement_reset (statement);
  return TRUE;
}

gboolean
lm_sqlite_query_text (LmSqlite *self,
                      const char *sql,
                      char **value,
                      GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self, sql, error);
  LmRowResult row = statement != NULL ? lm_statement_step (statement, error) : LM_ROW_ERROR;

  if (row == LM_ROW_ERROR)
    return FALSE;
  *value = row == LM_ROW_THERE ? g_strdup (lm_statement_get_text_or_null (statement, 0)) : NULL;
  lm_statement_reset (statement);
  return TRUE;
}

static void
check_bind (LmStatement *self,
            int status)
{
  /* Too long a value is reported by the step, which then finds nothing bound; anything else is a mistake of the caller. */
  g_assert (status == SQLITE_OK || status == SQLITE_TOOBIG || status == SQLITE_NOMEM);
}

void
lm_statement_bind_int (LmStatement *self,
                       int i,
                       gint64 value)
{
  check_bind (self, sqlite3_bind_int64 (self->stmt, i, value));
}

void
lm_statement_bind_double (LmStatement *self,
                          int i,
                          double value)
{
  check_bind (self, sqlite3_bind_double (self->stmt, i, value));
}

void
lm_statement_bind_text (LmStatement *self,
                        int i,
                        const char *value)
{
  check_bind (self, sqlite3_bind_text (self->stmt, i, value, -1, SQLITE_STATIC));
}

void
lm_statement_bind_blob (LmStatement *self,
                        int i,
                        const void *data,
                        gsize n)
{
  /* An empty blob is not NULL. */
  check_bind (self, sqlite3_bind_blob64 (self->stmt, i, n > 0 ? data : "", n, SQLITE_STATIC));
}

LmRowResult
lm_statement_step (LmStatement *self,
                   GError **error)
{
  int status;

  errno = 0;
  status = sqlite3_step (self->stmt);
  if (status == SQLITE_ROW)
    return LM_ROW_THERE;
  if (status != SQLITE_DONE)
    fail (self->db, error);
  lm_statement_reset (self);
  return status == SQLITE_DONE ? LM_ROW_NONE : LM_ROW_ERROR;
}

gboolean
lm_statement_run (LmStatement *self,
                  GError **error)
{
  LmRowResult row;

  do {
    row = lm_statement_step (self, error);
  } while (row == LM_ROW_THERE);
  return row == LM_ROW_NONE;
}

void
lm_statement_reset (LmStatement *self)
{
  sqlite3_reset (self->stmt);
  sqlite3_clear_bindings (self->stmt);
}

gint64
lm_statement_get_int (LmStatement *self,
                      int i)
{
  return sqlite3_column_int64 (self->stmt, i);
}

double
lm_statement_get_double (LmStatement *self,
                         int i)
{
  return lm_statement_is_null (self, i) ? (double) NAN : sqlite3_column_double (self->stmt, i);
}

const char *
lm_statement_get_text_or_null (LmStatement *self,
                               int i)
{
  const char *text = (const char *) sqlite3_column_text (self->stmt, i);

  /* A damaged file may hold anything. */
  return text != NULL && g_utf8_validate (text, -1, NULL) ? text : NULL;
}

const char *
lm_statement_get_text (LmStatement *self,
                       int i)
{
  const char *text = lm_statement_get_text_or_null (self, i);

  return text != NULL ? text : "";
}

const void *
lm_statement_get_blob (LmStatement *self,
                       int i,
                       gsize *n)
{
  const void *data = sqlite3_column_blob (self->stmt, i);

  *n = data != NULL ? (gsize) sqlite3_column_bytes (self->stmt, i) : 0;
  return data;
}

gboolean
lm_statement_is_null (LmStatement *self,
                      int i)
{
  return sqlite3_column_type (self->stmt, i) == SQLITE_NULL;
}

/* --- Transactions -------------------------------------------------------------------- */

gboolean
lm_sqlite_begin (LmSqlite *self,
                 GError **error)
{
  return lm_sqlite_exec (self, "BEGIN IMMEDIATE", error);
}

gboolean
lm_sqlite_commit (LmSqlite *self,
                  GError **error)
{
  return lm_sqlite_exec (self, "COMMIT", error);
}

void
lm_sqlite_rollback (LmSqlite *self)
{
  /* An error may have rolled back by itself. */
  if (!sqlite3_get_autocommit (self->db))
    lm_sqlite_exec (self, "ROLLBACK", NULL);
}

gint64
lm_sqlite_log_size (const LmSqlite *self)
{
  return self->log_size;
}

gint64
lm_sqlite_last_id (const LmSqlite *self)
{
  return sqlite3_last_insert_rowid (self->db);
}

gint64
lm_sqlite_changes (const LmSqlite *self)
{
  return sqlite3_changes64 (self->db);
}

gboolean
lm_sqlite_copy_into (LmSqlite *self,
                     const char *path,
                     GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self, "VACUUM INTO ?", error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_text (statement, 1, path);
  return lm_statement_run (statement, error);
}
