/* lm-project-private.h: how the parts of LmProject work together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-project.h"
#include "lm-project-lock.h"
#include "lm-sqlite.h"

#include <pthread.h>

G_BEGIN_DECLS

/**
 * LmJobFunc:
 *
 * Runs on the project's thread, in a transaction if it was asked for as a read
 * or a change; a change is committed if it returns %TRUE, else rolled back.
 */
typedef gboolean (*LmJobFunc) (LmProject *self, void *data, GError **error);

typedef struct _LmJob LmJob;

/**
 * LmProject:
 *
 * @path, @shown, @folder change with lm_project_rename() alone, under @lock.
 * @db, @file_lock, @open_path belong to the project's thread while it runs.
 */
struct _LmProject {
  LmRef ref;
  char *path;
  char *shown;
  char *folder;
  char *read_only; /* why; NULL if it can be written. Stands after opening */

  LmSqlite *db;
  LmProjectLock *file_lock;
  char *open_path;     /* what is open: @path, or a copy in a temporary folder */
  char *temporary;     /* that folder; NULL */
  LmSqliteMode access; /* how it is open */

  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t work; /* something was queued */
  pthread_cond_t done; /* a job that somebody waits for is done */
  GQueue jobs;         /* LmJob */
  gboolean has_thread;
  gboolean is_closing; /* no more jobs are taken */
  gboolean is_closed;

  LmProjectProblemFunc problem;
  void *problem_data;
  gboolean has_problem; /* of the project's thread: what was told last */
  GQueue failed;        /* LmJob that were posted and could not be written; of the project's thread */
  gint64 dirty_since;   /* first change that the disk was not yet asked to keep, 0: none; of the project's thread */
};

typedef enum {
  LM_JOB_PLAIN, /* no transaction */
  LM_JOB_READ,
  LM_JOB_CHANGE,
} LmJobKind;

/* Runs @func on the project's thread and waits for it. FALSE with the error of @func, or if the project is closed or
 * cannot be written. Also from the project's thread itself, then inside of the present transaction. */
gboolean lm_project_call (LmProject *self, LmJobKind kind, LmJobFunc func, void *data, GError **error);

/**
 * lm_project_post:
 * @keep: if it cannot be written (disk full), keep it and try again before the next change; changes stay in order
 * @data: freed with @free_data when it is no longer needed
 *
 * Queues a change. Of a project that cannot be written nothing becomes.
 */
void lm_project_post (LmProject *self, gboolean keep, LmJobFunc func, void *data, GDestroyNotify free_data);

/* Thread and queue, for lm-project.c. Stopping waits until the queue is empty; FALSE if something posted could not be
 * written. */
gboolean lm_project_start_thread (LmProject *self, GError **error);
gboolean lm_project_stop_thread (LmProject *self, GError **error);

void lm_project_init_thread (LmProject *self);
void lm_project_clear_thread (LmProject *self);

/* Path, and all that follows from it. */
void lm_project_set_path (LmProject *self, const char *path);

/* Companions while it is open for writing, and back to one file. */
gboolean lm_project_open_log (LmProject *self, GError **error);
gboolean lm_project_close_log (LmProject *self, GError **error);

/* --- lm-project-file.c: files around a project --- */

/* (transfer full): an empty file beside @target, to be filled and then placed; %NULL if @target is there and not to be
 * overwritten. */
char *lm_project_make_file (const char *target, const char *shown, gboolean overwrite, GError **error);

/* Moves @temporary to @target in one step, also over a project that nobody has open. @temporary is gone afterwards. */
gboolean lm_project_place_file (const char *temporary, const char *target, const char *shown, gboolean overwrite, GError **error);

/* Moves a file if there is nothing at @target. */
gboolean lm_project_move_file (const char *from, const char *target, const char *shown, GError **error);

gboolean lm_project_copy_file (const char *from, const char *to, GError **error);

/* --- lm-project-schema.c: of the thread that owns @db --- */

gboolean lm_project_make_tables (LmSqlite *db, GError **error);

/* Is it a project, of which version, and are its tables what they should be? */
gboolean lm_project_check_tables (LmSqlite *db, const char *shown, gint64 *version, GError **error);

/* From @version to the present one, in one transaction. */
gboolean lm_project_migrate (LmSqlite *db, const char *shown, gint64 version, GError **error);

/* --- lm-project-tensor.c: checkpoints and their tensors, inside of a job --- */

/* What a row of `checkpoint` is kept for; bits. */
enum {
  LM_STORED_LAST = 1 << 0,
  LM_STORED_BEST = 1 << 1,
  LM_STORED_START = 1 << 2,  /* first weights of a run */
  LM_STORED_CHAIN = 1 << 3,  /* fitted state of the data chain */
  LM_STORED_IMPORT = 1 << 4, /* weights of a file of others; run 0 */
};

typedef struct {
  gint64 run;
  int kinds;
  gint64 epoch; /* complete ones */
  gint64 batch; /* steps of the next one */
  gint64 step;
  const char *state;
} LmStored;

gboolean lm_project_store (LmProject *self, const LmStored *stored, LmSnapshot *weights, GError **error);

/* Takes @kinds from all checkpoints of @run; those left without any are deleted, and of those left without LAST the
 * optimizer's state. */
gboolean lm_project_unstore (LmProject *self, gint64 run, int kinds, GError **error);

/* Id of the newest checkpoint of @run with one of @kinds (@epoch: at the end of that epoch, −1: any), 0 if there is none. */
gboolean lm_project_find_stored (LmProject *self, gint64 run, int kinds, gint64 epoch, gint64 *id, GError **error);

/* (transfer full) */
LmSnapshot *lm_project_read_weights (LmProject *self, gint64 checkpoint, GError **error);

/* A fitted chain, stored as a checkpoint of its own. Reading: NULL without an error if there is none. */
gboolean lm_project_store_chain (LmProject *self, gint64 run, const LmPipeline *pipeline, GError **error);
LmPipeline *lm_project_read_chain (LmProject *self, gint64 run, GError **error);

/* --- lm-project-figures.c, inside of a job --- */

gboolean lm_project_store_losses (LmProject *self, gint64 run, gint64 first, const float *losses, gsize n, GError **error);
gboolean lm_project_store_figures (LmProject *self, const LmRunProgress *progress, GError **error);

/* Forgets what came after @step. */
gboolean lm_project_cut_figures (LmProject *self, gint64 run, gint64 step, GError **error);

/* Figures of the last epoch. */
gboolean lm_project_read_last_figures (LmProject *self, LmRunInfo *info, GError **error);

G_END_DECLS
