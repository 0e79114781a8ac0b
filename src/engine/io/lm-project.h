/* lm-project.h: one .lamina file: design, undo, runs, figures, checkpoints, notes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-checkpoint.h"
#include "lm-edit.h"
#include "lm-history.h"
#include "lm-pipeline.h"
#include "lm-sample.h"

G_BEGIN_DECLS

/* “LMNA”: SQLite's application_id, bytes 68 … 71 of the file; the MIME type looks for it. */
#define LM_PROJECT_APPLICATION_ID 0x4C4D4E41
#define LM_PROJECT_VERSION 1

/**
 * LmProject:
 *
 * An open project file. All functions may be called from any thread: each is
 * done, in order, on the one thread that owns the connection, and the caller
 * waits for it; those that say “posted” return at once. A checkpoint of many
 * megabytes keeps that thread busy for as long as the disk takes, so the
 * window's main thread posts, or waits on a worker.
 *
 * Every change is a transaction. While a project is open for writing its file
 * has two companions (-wal, -shm); closing leaves the one file. One writer at a
 * time, by a lock of the operating system that ends with its process; readers
 * see the last transaction. Reference-counted; the last reference closes.
 */
typedef struct _LmProject LmProject;

typedef enum {
  LM_PROJECT_WRITE, /* read-only instead if file or folder are, or the file is newer: see lm_project_read_only() */
  LM_PROJECT_READ,  /* takes no lock; changes nothing */
} LmProjectMode;

/**
 * lm_project_create:
 * @path: relative to the current folder, or absolute
 * @overwrite: replaces a file that is there (unless it is a project open elsewhere)
 *
 * Makes a project with an empty design and opens it for writing. The file
 * appears under its name only when complete.
 *
 * Errors: %LM_ERROR_IO if there is a file already, or none can be made; %LM_ERROR_BUSY
 */
LmProject *lm_project_create (const char *path, gboolean overwrite, GError **error);

/**
 * lm_project_open:
 *
 * Older files are brought to the present version when opened for writing.
 *
 * Errors: %LM_ERROR_NOT_FOUND, %LM_ERROR_BUSY (somebody else writes; reading and lm_project_save_copy() are possible),
 * %LM_ERROR_FORMAT (not a project, cut off, damaged), %LM_ERROR_IO
 */
LmProject *lm_project_open (const char *path, LmProjectMode mode, GError **error);

LmProject *lm_project_ref (LmProject *self);
void lm_project_unref (LmProject *self);

/* Waits for what was posted, tidies up and closes, whoever still holds references: their calls fail from now on. FALSE
 * with an error if something could not be written (it is closed all the same). A second time does nothing. */
gboolean lm_project_close (LmProject *self, GError **error);

/* (transfer full): absolute path; name without folder and “.lamina”; folder, from which relative data paths start. */
char *lm_project_dup_path (LmProject *self);
char *lm_project_dup_name (LmProject *self);
char *lm_project_dup_folder (LmProject *self);

/* (transfer full) (nullable): why nothing can be saved, in a sentence; %NULL if it can. */
char *lm_project_read_only (LmProject *self);

/* FALSE with %LM_ERROR_IO and that sentence set if nothing can be saved. */
gboolean lm_project_require_writable (LmProject *self, GError **error);

/**
 * LmProjectProblemFunc:
 * @error: what went wrong with a posted change; %NULL when everything is saved again
 *
 * Called on the project's thread.
 */
typedef void (*LmProjectProblemFunc) (const GError *error, void *data);

void lm_project_set_problem_func (LmProject *self, LmProjectProblemFunc func, void *data);

/* Waits for what was posted; writes again what failed. FALSE with the error if it fails again. */
gboolean lm_project_flush (LmProject *self, GError **error);

/**
 * lm_project_save_copy:
 *
 * A complete copy of the last transaction, also while training goes on or
 * somebody else writes. Relative data paths are rewritten for the new folder.
 * Slow for large files; holds nothing up. The copy is not opened.
 */
gboolean lm_project_save_copy (LmProject *self, const char *path, gboolean overwrite, GError **error);

/* Moves the file, also to another folder; never over another file. Open and locked before and after. */
gboolean lm_project_rename (LmProject *self, const char *path, GError **error);

/* --- Design and undo --- */

/* (transfer full): as it was saved last. */
LmDesign *lm_project_load_design (LmProject *self, GError **error);
gboolean lm_project_save_design (LmProject *self, const LmDesign *design, GError **error);

/* The same as the JSON text of lm-design-json.h. */
char *lm_project_load_design_json (LmProject *self, GError **error);

/**
 * lm_project_post_edit:
 * @undo: after lm_undo_do(), lm_undo_undo() or lm_undo_redo()
 *
 * Posted: saves the design and what changed in its undo history. To be called
 * after each of the three. What cannot be saved is saved with the next one.
 */
void lm_project_post_edit (LmProject *self, const LmDesign *design, const LmUndo *undo);

/* (transfer full): the undo history; empty if the one in the file does not belong to its design. */
LmUndo *lm_project_load_undo (LmProject *self, GError **error);

/* Small values of one's own: window state that belongs to the project. NULL: not there; setting NULL removes. Set is posted. */
char *lm_project_get_meta (LmProject *self, const char *key); /* (transfer full) */
void lm_project_post_meta (LmProject *self, const char *key, const char *value);

/* --- Runs --- */

typedef enum {
  LM_RUN_STATE_RUNNING,  /* or cut off, if no trainer of this process works on it */
  LM_RUN_STATE_PAUSED,   /* an exact checkpoint was written; goes on from there */
  LM_RUN_STATE_FINISHED, /* all epochs */
  LM_RUN_STATE_STOPPED,
  LM_RUN_STATE_EARLY, /* early stopping */
  LM_RUN_STATE_NAN,
  LM_RUN_STATE_FAILED,
} LmRunEnd;

/* “running”, “paused”, “finished”, “stopped”, “early_stopping”, “nan”, “failed”: as in the file and on the command line. */
const char *lm_run_end_name (LmRunEnd end);

/**
 * LmRunInfo: one row of the list of runs
 * @id: from 1, rising, never used again: “Run 3”
 * @name: (nullable): given by the user
 * @parent: run it started from (`--from`), 0 for none
 * @change: (nullable): what is different from @parent, or from the run before: “learning rate 0.001 → 0.0003”
 * @start: where its first weights came from: “fresh”, “run”, “file”, “import”
 * @data: SPEC as stored, path relative to the project's folder where it lies in it
 * @fingerprint: of the data; "" before it was opened
 * @max_steps: `--steps`, 0: all; @exact: as on the command line. All else that was asked for there (seed, shuffling,
 *   validation split) stands in the run's own design
 * @epochs: planned; @epoch, @step: complete and stored
 * @started, @ended: Unix time in seconds; @ended 0 while it runs
 * @message: (nullable): of NAN and FAILED, for people
 * @best_epoch: 0 for none
 * @has_weights: a checkpoint is stored
 * @train, @validation: figures of the last epoch; NaN where there are none
 */
typedef struct {
  gint64 id;
  char *name;
  gint64 parent;
  char *change;
  char *start;
  guint64 seed;
  char *instruction_set;
  char *blas;
  char *data;
  char *fingerprint;
  gint64 max_steps;
  gboolean exact;
  gint64 epochs;
  gint64 steps_per_epoch;
  gint64 epoch;
  gint64 step;
  gint64 started;
  gint64 ended;
  LmRunEnd end;
  char *message;
  gint64 best_epoch;
  double best_value;
  gboolean has_weights;
  int n_metrics;
  LmMetricInfo metrics[LM_MAX_METRICS];
  LmFigures train;
  LmFigures validation;
} LmRunInfo;

void lm_run_info_free (LmRunInfo *self);

/* (transfer full) (element-type LmRunInfo): oldest first. */
GPtrArray *lm_project_list_runs (LmProject *self, GError **error);

/* (transfer full): one run; @id 0: the last. %LM_ERROR_NOT_FOUND. */
LmRunInfo *lm_project_get_run (LmProject *self, gint64 id, GError **error);

/* (transfer full): the run of which the user says nothing: the last with weights; 0 if there is none. */
gint64 lm_project_last_run (LmProject *self);

/**
 * lm_project_add_run:
 * @info: what is known: name, parent, change, start, seed, data, max_steps, exact, epochs
 * @design: as it is now, kept with the run
 * @weights: (nullable): first weights, unless they are fresh; kept until the first checkpoint
 *
 * Returns: its id, or 0 with @error set
 */
gint64 lm_project_add_run (LmProject *self, const LmRunInfo *info, const LmDesign *design, LmSnapshot *weights, GError **error);

/* Its planned epochs have changed (resume with more); its data lie elsewhere by now. */
gboolean lm_project_set_run_epochs (LmProject *self, gint64 id, gint64 epochs, GError **error);
gboolean lm_project_set_run_data (LmProject *self, gint64 id, const char *data, GError **error);

/* With its figures, checkpoints and notes. */
gboolean lm_project_delete_run (LmProject *self, gint64 id, GError **error);
gboolean lm_project_rename_run (LmProject *self, gint64 id, const char *name, GError **error);

/* (transfer full): the design as it was when the run began. */
LmDesign *lm_project_load_run_design (LmProject *self, gint64 id, GError **error);

/* (transfer full): losses of all steps, figures of all epochs. An empty record if the run had not begun. */
LmHistory *lm_project_load_history (LmProject *self, gint64 id, GError **error);

/* (transfer full) (nullable): the chain as fitted when the run began; %NULL without an error if it had not begun. */
LmPipeline *lm_project_load_pipeline (LmProject *self, gint64 id, GError **error);

/**
 * lm_project_load_checkpoint:
 * @which: “last”, “best”, or the number of an epoch; %NULL: last
 *
 * “last” has the optimizer's state and is exact; others may have weights only.
 *
 * Returns: (transfer full): %NULL with %LM_ERROR_NOT_FOUND set, which names what there is, or %LM_ERROR_FORMAT for damage
 */
LmCheckpoint *lm_project_load_checkpoint (LmProject *self, gint64 id, const char *which, GError **error);

/* (transfer full) (nullable): first weights of a run that has no checkpoint yet; %NULL without an error for fresh ones. */
LmSnapshot *lm_project_load_start (LmProject *self, gint64 id, GError **error);

/* Weights from a file of others, from which runs begin unless told otherwise; %NULL removes them. */
gboolean lm_project_set_import (LmProject *self, LmSnapshot *weights, GError **error);

/* (transfer full) (nullable): %NULL without an error if there are none. @is_newest: (out) (optional): no run came after. */
LmSnapshot *lm_project_load_import (LmProject *self, gboolean *is_newest, GError **error);

/* --- What the recorder writes, each one transaction --- */

/* The run has begun: facts and the chain as fitted. */
gboolean lm_project_begin_run (LmProject *self, gint64 id, const LmRunFacts *facts, const LmPipeline *pipeline, const char *fingerprint, GError **error);

/**
 * LmRunProgress: what has come since the last time
 * @history: losses from @first_step and epochs from @first_epoch (both from 0) on are written, what stood there is replaced
 * @last, @best: (nullable): checkpoints that replace the stored ones; may be the same
 * @is_paused: @last was taken because the run pauses
 */
typedef struct {
  gint64 run;
  LmHistory *history;
  gint64 first_step;
  gint64 first_epoch;
  LmCheckpoint *last;
  LmCheckpoint *best;
  gboolean is_paused;
} LmRunProgress;

gboolean lm_project_save_progress (LmProject *self, const LmRunProgress *progress, GError **error);

/* Posted: losses of steps alone, which are shown; resuming needs them not. */
void lm_project_post_steps (LmProject *self, gint64 run, gint64 first_step, const float *losses, gsize n);

gboolean lm_project_end_run (LmProject *self, gint64 id, LmRunEnd end, const char *message, GError **error);

/* --- Notes, and openings of the test set --- */

/* @run 0: of the project. Text is (transfer full), "" if there is none. */
char *lm_project_get_note (LmProject *self, gint64 run);
gboolean lm_project_set_note (LmProject *self, gint64 run, const char *text, GError **error);

/**
 * LmOpening: somebody looked at the test set
 * @run, @epoch: whose weights were measured; @time: Unix time in seconds
 * @where: “window”, “command line”; @what: figures as text: “accuracy 0.991”
 */
typedef struct {
  gint64 run;
  gint64 epoch;
  gint64 time;
  char *where;
  char *what;
} LmOpening;

void lm_opening_free (LmOpening *self);

/* (transfer full) (element-type LmOpening): oldest first. */
GPtrArray *lm_project_list_openings (LmProject *self, GError **error);
gboolean lm_project_add_opening (LmProject *self, const LmOpening *opening, GError **error);

/**
 * LmPin: a sample that is looked at again and again
 * @id: 0 until it is stored
 * @part, @index, @fingerprint: where it stands in which data
 * @own: (nullable): instead: one that was drawn, or read from a file
 */
typedef struct {
  gint64 id;
  LmPart part;
  gint64 index;
  char *fingerprint;
  LmSample *own;
} LmPin;

void lm_pin_free (LmPin *self);

/* (transfer full) (element-type LmPin): oldest first. What is damaged is left out. */
GPtrArray *lm_project_list_pins (LmProject *self, GError **error);

/* Sets its id. An own one keeps values of 0 … 255 as whole numbers; it must have fewer than 2^22 values. */
gboolean lm_project_add_pin (LmProject *self, LmPin *pin, GError **error);
gboolean lm_project_remove_pin (LmProject *self, gint64 id, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmProject, lm_project_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmRunInfo, lm_run_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmOpening, lm_opening_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmPin, lm_pin_free)

G_END_DECLS
