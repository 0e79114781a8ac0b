/* lm-project-schema.c: the tables of a project file, and what makes old files new
 *
 * Arrays are little-endian, texts UTF-8.
 *
 *   meta        small values by name: position in the undo history, window state
 *   design      one row: the design as JSON
 *   edit        undo history: what takes a step back, what does it again, as JSON
 *   run         a row per training run, with the design as it was
 *   metric      names of a run's figures beside the loss
 *   figure      epoch > 0: one number of that epoch, at its last step; epoch 0: “loss” of steps from `step` on, an
 *               array of float32; epoch 0, “mark0”, …: a text at a step
 *   checkpoint  kind: bits, see LM_STORED_LAST and its like; state: lm_checkpoint_format()
 *   tensor      a row per weight (moment 0) and per moment of the optimizer (1, 2, …), in natural order, in parts of
 *               at most 64 MiB; shape: “3,3,1,32”; hash: lm_hash_bytes() of each part, seed 0
 *   pin         part: “train”, “validation”, “test”, with the sample's number and the fingerprint of the data; or “own”, with
 *               the sample itself in text: its shape, “u8” or “f32”, its values in base64, its name, a line each
 *   note, opening        notes, when somebody looked at the test set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-project-private.h"

#include "lm-i18n.h"

static const char tables[] =
  "CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value) WITHOUT ROWID;"
  "CREATE TABLE design (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL);"
  "CREATE TABLE edit (seq INTEGER PRIMARY KEY, before TEXT NOT NULL, after TEXT NOT NULL);"
  "CREATE TABLE run (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, parent INTEGER NOT NULL DEFAULT 0, change TEXT,"
  " start TEXT NOT NULL, seed INTEGER NOT NULL, instruction_set TEXT, blas TEXT, data TEXT, fingerprint TEXT,"
  " max_steps INTEGER NOT NULL DEFAULT 0, exact INTEGER NOT NULL DEFAULT 0, epochs INTEGER NOT NULL,"
  " steps_per_epoch INTEGER NOT NULL DEFAULT 0, epoch INTEGER NOT NULL DEFAULT 0, step INTEGER NOT NULL DEFAULT 0,"
  " best_epoch INTEGER NOT NULL DEFAULT 0, best_value REAL, started INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0,"
  " state TEXT NOT NULL, message TEXT, design TEXT NOT NULL);"
  "CREATE TABLE metric (run INTEGER NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL, title TEXT, is_share INTEGER NOT NULL,"
  " baseline REAL, baseline_name TEXT, PRIMARY KEY (run, seq)) WITHOUT ROWID;"
  "CREATE TABLE figure (run INTEGER NOT NULL, step INTEGER NOT NULL, epoch INTEGER NOT NULL, name TEXT NOT NULL, value,"
  " PRIMARY KEY (run, epoch, step, name));"
  "CREATE TABLE checkpoint (id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, kind INTEGER NOT NULL,"
  " epoch INTEGER NOT NULL, batch INTEGER NOT NULL, step INTEGER NOT NULL, state TEXT);"
  "CREATE INDEX checkpoint_run ON checkpoint (run);"
  "CREATE TABLE tensor (checkpoint INTEGER NOT NULL, slot INTEGER NOT NULL, moment INTEGER NOT NULL, part INTEGER NOT NULL,"
  " path TEXT, name TEXT, role INTEGER NOT NULL, trainable INTEGER NOT NULL, dtype TEXT NOT NULL, shape TEXT NOT NULL,"
  " hash INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (checkpoint, slot, moment, part));"
  "CREATE TABLE pin (id INTEGER PRIMARY KEY, part TEXT NOT NULL, sample INTEGER NOT NULL, fingerprint TEXT, text TEXT);"
  "CREATE TABLE note (run INTEGER PRIMARY KEY, text TEXT NOT NULL);"
  "CREATE TABLE opening (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, epoch INTEGER NOT NULL, time INTEGER NOT NULL,"
  " place TEXT NOT NULL, what TEXT NOT NULL);";

#define N_TABLES 11
#define TABLE_NAMES "'meta', 'design', 'edit', 'run', 'metric', 'figure', 'checkpoint', 'tensor', 'pin', 'note', 'opening'"

/* What brings a file of version i + 1 to version i + 2. Version 1 is the first, so there is none yet. */
typedef gboolean (*Migration) (LmSqlite *db, GError **error);
static const Migration migrations[LM_PROJECT_VERSION] = { NULL };

gboolean
lm_project_make_tables (LmSqlite *db,
                        GError **error)
{
  /* auto_vacuum must come before the first table. The file has no name yet that anybody knows, so it needs no journal. */
  g_autofree char *marks = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d", LM_PROJECT_APPLICATION_ID, LM_PROJECT_VERSION);

  if (!lm_sqlite_exec (db, "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; PRAGMA auto_vacuum = INCREMENTAL", error) || !lm_sqlite_begin (db, error))
    return FALSE;
  return lm_sqlite_exec (db, tables, error) && lm_sqlite_exec (db, marks, error) && lm_sqlite_commit (db, error);
}

gboolean
lm_project_check_tables (LmSqlite *db,
                         const char *shown,
                         gint64 *version,
                         GError **error)
{
  gint64 id, strange, there;

  if (!lm_sqlite_query_int (db, "PRAGMA application_id", 0, &id, error) || !lm_sqlite_query_int (db, "PRAGMA user_version", 0, version, error))
    return FALSE;
  if (id != LM_PROJECT_APPLICATION_ID) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” is a database, but not a Lamina project. Open a file that Lamina has made."), shown);
    return FALSE;
  }
  if (*version < 1) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
                 _ ("“%s” says that it is version %" PRId64 " of the project format, but the first was 1. Use a copy made earlier."), shown, *version);
    return FALSE;
  }
  if (!lm_sqlite_query_int (db, "SELECT count (*) FROM sqlite_schema WHERE type IN ('trigger', 'view') OR (type = 'table' AND rootpage < 1)", 0, &strange, error) ||
      !lm_sqlite_query_int (db, "SELECT count (*) FROM sqlite_schema WHERE type = 'table' AND name IN (" TABLE_NAMES ")", 0, &there, error))
    return FALSE;
  if (strange > 0 || (*version == LM_PROJECT_VERSION && there != N_TABLES)) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
                 _ ("“%s” is damaged: %" PRId64 " of the %d tables of a project are there, and %" PRId64 " things that do not belong. Use a copy made earlier."),
                 shown, there, N_TABLES, strange);
    return FALSE;
  }
  return TRUE;
}

gboolean
lm_project_migrate (LmSqlite *db,
                    const char *shown,
                    gint64 version,
                    GError **error)
{
  g_autofree char *mark = g_strdup_printf ("PRAGMA user_version = %d", LM_PROJECT_VERSION);

  if (version == LM_PROJECT_VERSION)
    return TRUE;
  g_assert (version >= 1 && version < LM_PROJECT_VERSION);
  if (!lm_sqlite_begin (db, error))
    return FALSE;
  for (gint64 from = version; from < LM_PROJECT_VERSION; from++) {
    if (!migrations[from - 1](db, error)) {
      lm_sqlite_rollback (db);
      return FALSE;
    }
  }
  return lm_sqlite_exec (db, mark, error) && lm_sqlite_commit (db, error);
}
