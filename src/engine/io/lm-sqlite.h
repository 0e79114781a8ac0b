/* lm-sqlite.h: a database in one file; the only place that knows SQLite
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-error.h"

G_BEGIN_DECLS

/**
 * LmSqlite:
 *
 * A connection, and statements that are compiled once and kept. Thread: one at
 * a time. Every error names the file as @shown and is written for people:
 * %LM_ERROR_IO (full disk, read-only, cannot be read), %LM_ERROR_BUSY (locked),
 * %LM_ERROR_FORMAT (no database, damaged), %LM_ERROR_LIMIT (memory).
 */
typedef struct _LmSqlite LmSqlite;

/* One compiled statement, bound and stepped; see lm_sqlite_prepare(). */
typedef struct _LmStatement LmStatement;

typedef enum {
  LM_SQLITE_READ,      /* sees the last transaction, changes nothing */
  LM_SQLITE_WRITE,     /* the file is there */
  LM_SQLITE_CREATE,    /* the same, made if it is not there */
  LM_SQLITE_IMMUTABLE, /* for a file that nobody can change, in a folder that cannot be written: no locks, no companions */
} LmSqliteMode;

/**
 * lm_sqlite_open:
 * @path: absolute
 * @shown: what messages call it
 *
 * Opens with all that guards against hostile files: no triggers or views of
 * the file's own run, sizes of cells are checked, nothing is mapped into memory.
 */
LmSqlite *lm_sqlite_open (const char *path, const char *shown, LmSqliteMode mode, GError **error);
void lm_sqlite_close (LmSqlite *self);

/* Milliseconds to wait for a lock that somebody else holds. New: 5000. */
void lm_sqlite_set_patience (LmSqlite *self, int ms);

/* Runs one or several statements without results. */
gboolean lm_sqlite_exec (LmSqlite *self, const char *sql, GError **error);

/* First column of the first row as a number or text; @fallback without a row. Text: (transfer full). */
gboolean lm_sqlite_query_int (LmSqlite *self, const char *sql, gint64 fallback, gint64 *value, GError **error);
gboolean lm_sqlite_query_text (LmSqlite *self, const char *sql, char **value, GError **error);

/* Transactions do not nest. lm_sqlite_begin() takes the write lock at once; rolling back without one does nothing. */
gboolean lm_sqlite_begin (LmSqlite *self, GError **error);
gboolean lm_sqlite_commit (LmSqlite *self, GError **error);
void lm_sqlite_rollback (LmSqlite *self);

/* Bytes in the log that have not yet been moved into the file, as of the last commit. */
gint64 lm_sqlite_log_size (const LmSqlite *self);

gint64 lm_sqlite_last_id (const LmSqlite *self);
gint64 lm_sqlite_changes (const LmSqlite *self);

/**
 * lm_sqlite_prepare:
 * @sql: a literal: its address is the key under which the compiled form is kept
 *
 * Returns: (transfer none): reset, nothing bound; valid until it is prepared again or reset. %NULL with @error set
 */
LmStatement *lm_sqlite_prepare (LmSqlite *self, const char *sql, GError **error);

/* Parameters count from 1. Text and blobs are not copied: they must live until the statement is reset or prepared again. */
void lm_statement_bind_int (LmStatement *self, int i, gint64 value);
void lm_statement_bind_double (LmStatement *self, int i, double value);    /* NaN is stored as NULL */
void lm_statement_bind_text (LmStatement *self, int i, const char *value); /* NULL is NULL */
void lm_statement_bind_blob (LmStatement *self, int i, const void *data, gsize n);

/* A row, the end, or an error. */
typedef enum {
  LM_ROW_ERROR = -1,
  LM_ROW_NONE = 0,
  LM_ROW_THERE = 1,
} LmRowResult;

LmRowResult lm_statement_step (LmStatement *self, GError **error);

/* Steps to the end: for statements without results. */
gboolean lm_statement_run (LmStatement *self, GError **error);

/* Ends a statement that was not stepped to its end, so that it holds no lock. */
void lm_statement_reset (LmStatement *self);

/* Columns of the row count from 0. Text is "" for NULL where `text` and NULL where `text_or_null`; borrowed until the next step. */
gint64 lm_statement_get_int (LmStatement *self, int i);
double lm_statement_get_double (LmStatement *self, int i); /* NULL is NaN */
const char *lm_statement_get_text (LmStatement *self, int i);
const char *lm_statement_get_text_or_null (LmStatement *self, int i);
const void *lm_statement_get_blob (LmStatement *self, int i, gsize *n);
gboolean lm_statement_is_null (LmStatement *self, int i);

/* Makes a compact copy of what stands in the file now, in one read transaction, at @path, which must not exist. */
gboolean lm_sqlite_copy_into (LmSqlite *self, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmSqlite, lm_sqlite_close)

G_END_DECLS
