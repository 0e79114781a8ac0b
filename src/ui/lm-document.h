/* lm-document.h: one open project: its file, its design with undo and check, its data, its runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_DOCUMENT (lm_document_get_type ())

/**
 * LmDocument:
 *
 * Everything the window shows of a project, kept on the main thread; reading
 * and writing happen elsewhere. Signals:
 * “changed”: design, check, data or what undo would do
 * “runs-changed”: list of runs, or a record that was asked for has arrived
 * “problem”: (const char *message): something could not be saved; %NULL when it is saved again
 */
G_DECLARE_FINAL_TYPE (LmDocument, lm_document, LM, DOCUMENT, GObject)

/**
 * LmDocumentReady:
 * @document: (nullable) (transfer full): %NULL with @error set
 */
typedef void (*LmDocumentReady) (LmDocument *document, const GError *error, gpointer data);

/**
 * lm_document_open:
 * @path: of the project
 * @template_id: (nullable): made of this template first if there is no file, from left to right if @to_right
 * @owner: a #GObject, kept until @ready has been called
 *
 * A file that somebody else writes is opened for reading: lm_document_get_read_only() says so.
 */
void lm_document_open (const char *path, const char *template_id, gboolean to_right, gpointer owner, LmDocumentReady ready);

/* Waits for what was saved and closes the file; @done on the main thread. Nothing else may be called afterwards. */
void lm_document_close (LmDocument *self, void (*done) (gpointer data), gpointer data);

LmProject *lm_document_get_project (LmDocument *self);
const char *lm_document_get_path (LmDocument *self);
const char *lm_document_get_name (LmDocument *self);

/* Why nothing can be changed, in a sentence; %NULL if it can. @is_busy: (out) (optional): because it is open elsewhere */
const char *lm_document_get_read_only (LmDocument *self, gboolean *is_busy);

/* Borrowed, until the next “changed”. */
const LmDesign *lm_document_get_design (LmDocument *self);
const LmCheck *lm_document_get_check (LmDocument *self);

/* (nullable): the data set as training has it; %NULL while it is read, or if there is none: then @message says why. */
LmDataset *lm_document_get_dataset (LmDocument *self, const char **message);

/* (nullable): what these data ask of the network. */
const LmTask *lm_document_get_task (LmDocument *self);

/* What training will need, in bytes; 0 while not known. */
gsize lm_document_get_train_bytes (LmDocument *self);

/* Applies and saves; FALSE with an error for what cannot be. @coalesce: goes on with the step before where it can. */
gboolean lm_document_do (LmDocument *self, const LmEdit *edit, gboolean coalesce, GError **error);
gboolean lm_document_undo (LmDocument *self);
gboolean lm_document_redo (LmDocument *self);
const char *lm_document_get_undo_title (LmDocument *self); /* NULL: nothing to undo */
const char *lm_document_get_redo_title (LmDocument *self);

/* (nullable): during “changed” by undo or redo: the step that was taken back or done again, for showing where. */
const LmEdit *lm_document_get_replayed (LmDocument *self);

/* (element-type LmRunInfo): oldest first; never NULL. */
GPtrArray *lm_document_get_runs (LmDocument *self);
const LmRunInfo *lm_document_find_run (LmDocument *self, gint64 id);
const LmRunInfo *lm_document_get_last_run (LmDocument *self);

/* Reads the list of runs again. */
void lm_document_reload_runs (LmDocument *self);

/* (nullable) (transfer none): the record of a run; if it is not read yet, “runs-changed” tells when it is. */
LmHistory *lm_document_get_history (LmDocument *self, gint64 run);

/* The live one takes the place of what was read. */
void lm_document_set_history (LmDocument *self, gint64 run, LmHistory *history);

/* (nullable): the last time that somebody looked at the test part of the data as they are now; NULL: it is sealed. Borrowed
 * until “changed”. */
const LmOpening *lm_document_get_opening (LmDocument *self);

/* Writes down that somebody looks, for good: @run and @epoch of the weights that are measured, 0 for the samples alone;
 * @what: (nullable): the figures. FALSE with an error if it cannot be written down: then nobody may look. */
gboolean lm_document_add_opening (LmDocument *self, gint64 run, gint64 epoch, const char *what, GError **error);

void lm_document_rename_run (LmDocument *self, gint64 run, const char *name);
void lm_document_delete_run (LmDocument *self, gint64 run);

G_END_DECLS
