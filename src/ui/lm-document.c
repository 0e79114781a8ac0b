/* lm-document.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-document.h"

#include "lm-work.h"

#include <string.h>

#include "lm-i18n.h"

struct _LmDocument {
  GObject parent_instance;

  LmProject *project;
  char *path;
  char *name;
  char *read_only;
  gboolean is_busy;

  LmDesign *design;
  LmUndo *undo;
  const LmEdit *replayed; /* while undo or redo tell of it */
  LmCheck *check;
  guint serial; /* of the design: what was measured for an older one is dropped */
  gsize train_bytes;

  LmDataset *dataset;
  LmTask task;
  char *data_message;
  char *data_key; /* what the data set was opened with */

  GPtrArray *runs;
  GPtrArray *openings;   /* LmOpening, of the test part */
  GHashTable *histories; /* gint64 → LmHistory */
  GHashTable *loading;   /* gint64 */
  gboolean is_closed;
};

enum {
  CHANGED,
  RUNS_CHANGED,
  PROBLEM,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmDocument, lm_document, G_TYPE_OBJECT)

/* --- Check and data ------------------------------------------------------------------ */

typedef struct {
  LmDesign *design;
  LmTask task;
  gboolean has_task;
  guint serial;
  gsize bytes;
} Measure;

static void
measure_free (gpointer data)
{
  Measure *measure = data;

  lm_design_free (measure->design);
  g_free (measure);
}

static void
measure_thread (gpointer data,
                GError **error)
{
  Measure *measure = data;
  g_autoptr (LmCheck) check = lm_check_design (measure->design, measure->has_task ? &measure->task : NULL, TRUE);

  measure->bytes = check->train_bytes;
}

static void
measured_cb (gpointer owner,
             gpointer data,
             const GError *error)
{
  LmDocument *self = owner;
  const Measure *measure = data;

  if (measure->serial != self->serial || self->is_closed || measure->bytes == self->train_bytes)
    return;
  self->train_bytes = measure->bytes;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
check (LmDocument *self)
{
  Measure *measure;

  g_clear_pointer (&self->check, lm_check_free);
  self->check = lm_check_design (self->design, self->dataset != NULL ? &self->task : NULL, FALSE);
  self->serial++;
  if (self->check->n_errors > 0) {
    self->train_bytes = 0;
    return;
  }
  measure = g_new0 (Measure, 1);
  measure->design = lm_design_copy (self->design);
  measure->task = self->task;
  measure->has_task = self->dataset != NULL;
  measure->serial = self->serial;
  lm_work_run (self, measure_thread, measured_cb, measure, measure_free);
}

typedef struct {
  LmProject *project;
  LmDesign *design;
  LmDataset *dataset;
  LmTask task;
  char *key;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  lm_project_unref (reading->project);
  lm_design_free (reading->design);
  g_clear_pointer (&reading->dataset, lm_dataset_unref);
  g_free (reading->key);
  g_free (reading);
}

static void
read_data_thread (gpointer data,
                  GError **error)
{
  Reading *reading = data;

  reading->dataset = lm_run_open_data (reading->project, reading->design, NULL, NULL, NULL, error);
  if (reading->dataset != NULL)
    lm_run_task (reading->dataset, &reading->task);
}

static void
data_read_cb (gpointer owner,
              gpointer data,
              const GError *error)
{
  LmDocument *self = owner;
  Reading *reading = data;

  if (self->is_closed || g_strcmp0 (reading->key, self->data_key) != 0)
    return;
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  g_clear_pointer (&self->data_message, g_free);
  self->dataset = g_steal_pointer (&reading->dataset);
  self->task = reading->task;
  if (error != NULL)
    self->data_message = g_strdup (error->message);
  check (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* Opens the data again if the design asks for others. */
static void
read_data (LmDocument *self)
{
  const LmDesign *design = self->design;
  double split = lm_option_get_double (design->training, LM_TRAINING_VALIDATION_SPLIT);
  g_autofree char *key = g_strdup_printf ("%s %g %" G_GINT64_FORMAT, design->data_spec, split, lm_option_get_int (design->training, LM_TRAINING_SEED));
  Reading *reading;

  if (design->data_spec == NULL) {
    g_clear_pointer (&self->dataset, lm_dataset_unref);
    g_clear_pointer (&self->data_key, g_free);
    g_free (self->data_message);
    self->data_message = g_strdup (_ ("No data set has been chosen."));
    return;
  }
  if (g_strcmp0 (key, self->data_key) == 0)
    return;
  g_free (self->data_key);
  self->data_key = g_strdup (key);
  reading = g_new0 (Reading, 1);
  reading->project = lm_project_ref (self->project);
  reading->design = lm_design_copy (design);
  reading->key = g_steal_pointer (&key);
  lm_work_run (self, read_data_thread, data_read_cb, reading, reading_free);
}

/* --- Opening and closing ------------------------------------------------------------- */

typedef struct {
  char *path;
  char *template_id;
  gboolean to_right;
  LmDocumentReady ready;
  LmDocument *document;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  g_free (opening->path);
  g_free (opening->template_id);
  g_clear_object (&opening->document);
  g_free (opening);
}

/* Templates flow down. */
static void
turn_right (LmDesign *design)
{
  const double stretch = (double) LM_CARD_PITCH_RIGHT / LM_CARD_PITCH_DOWN;

  design->to_right = TRUE;
  for (guint i = 0; i < design->nodes->len; i++) {
    LmNode *node = design->nodes->pdata[i];
    double x = node->x;

    node->x = node->y * stretch;
    node->y = x / stretch;
  }
}

static LmProject *
create_project (const Opening *opening,
                GError **error)
{
  const char *path = opening->path;
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (LmDesign) design = lm_template_load (opening->template_id, error);
  g_autoptr (LmProject) project = NULL;

  if (design == NULL)
    return NULL;
  if (opening->to_right)
    turn_right (design);
  g_mkdir_with_parents (folder, 0755);
  project = lm_project_create (path, FALSE, error);
  if (project == NULL || !lm_project_save_design (project, design, error))
    return NULL;
  return g_steal_pointer (&project);
}

static LmProject *
open_project (LmDocument *self,
              const Opening *opening,
              GError **error)
{
  g_autoptr (GError) reason = NULL;
  LmProject *project;

  if (opening->template_id != NULL && !g_file_test (opening->path, G_FILE_TEST_EXISTS))
    return create_project (opening, error);
  project = lm_project_open (opening->path, LM_PROJECT_WRITE, &reason);
  if (project == NULL && g_error_matches (reason, LM_ERROR, LM_ERROR_BUSY)) {
    self->is_busy = TRUE;
    return lm_project_open (opening->path, LM_PROJECT_READ, error);
  }
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return project;
}

/* The record that the Train page shows first. */
static void
load_last_history (LmDocument *self)
{
  const LmRunInfo *info = lm_document_get_last_run (self);
  LmHistory *history = info != NULL ? lm_project_load_history (self->project, info->id, NULL) : NULL;

  if (history != NULL)
    g_hash_table_insert (self->histories, g_memdup2 (&info->id, sizeof info->id), history);
}

/* Nobody else knows the document yet. */
static void
open_thread (gpointer data,
             GError **error)
{
  Opening *opening = data;
  g_autoptr (LmDocument) self = g_object_new (LM_TYPE_DOCUMENT, NULL);
  GPtrArray *runs;

  self->project = open_project (self, opening, error);
  if (self->project == NULL)
    return;
  self->path = lm_project_dup_path (self->project);
  self->name = lm_project_dup_name (self->project);
  self->read_only = lm_project_read_only (self->project);
  self->design = lm_project_load_design (self->project, error);
  self->undo = self->design != NULL ? lm_project_load_undo (self->project, error) : NULL;
  runs = self->undo != NULL ? lm_project_list_runs (self->project, error) : NULL;
  if (runs == NULL)
    return;
  g_ptr_array_unref (self->runs);
  self->runs = runs;
  self->openings = lm_project_list_openings (self->project, error);
  if (self->openings == NULL)
    return;
  load_last_history (self);
  opening->document = g_steal_pointer (&self);
}

typedef struct {
  LmDocument *document;
  char *message;
} Problem;

static gboolean
problem_idle_cb (gpointer data)
{
  Problem *problem = data;

  if (!problem->document->is_closed)
    g_signal_emit (problem->document, signals[PROBLEM], 0, problem->message);
  g_object_unref (problem->document);
  g_free (problem->message);
  g_free (problem);
  return G_SOURCE_REMOVE;
}

/* On the project's thread. It is closed, and this ended, before the document goes. */
static void
project_problem_cb (const GError *error,
                    void *data)
{
  Problem *problem = g_new (Problem, 1);

  problem->document = g_object_ref (data);
  problem->message = error != NULL ? g_strdup (error->message) : NULL;
  g_idle_add (problem_idle_cb, problem);
}

/* Behind the first frame, which would have to share the processor. */
static gboolean
read_data_cb (gpointer data)
{
  LmDocument *self = data;

  if (!self->is_closed)
    read_data (self);
  return G_SOURCE_REMOVE;
}

static void
opened_cb (gpointer owner,
           gpointer data,
           const GError *error)
{
  Opening *opening = data;
  LmDocument *self = opening->document;

  if (self != NULL) {
    lm_project_set_problem_func (self->project, project_problem_cb, self);
    check (self);
    g_idle_add_full (G_PRIORITY_LOW, read_data_cb, g_object_ref (self), g_object_unref);
  }
  opening->ready (g_steal_pointer (&opening->document), error, owner);
}

void
lm_document_open (const char *path,
                  const char *template_id,
                  gboolean to_right,
                  gpointer owner,
                  LmDocumentReady ready)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->path = g_strdup (path);
  opening->template_id = g_strdup (template_id);
  opening->to_right = to_right;
  opening->ready = ready;
  lm_work_run (owner, open_thread, opened_cb, opening, opening_free);
}

typedef struct {
  LmProject *project;
  void (*done) (gpointer data);
  gpointer data;
} Closing;

static void
close_thread (gpointer data,
              GError **error)
{
  Closing *closing = data;

  lm_project_set_problem_func (closing->project, NULL, NULL);
  lm_project_close (closing->project, error);
}

static void
closed_cb (gpointer owner,
           gpointer data,
           const GError *error)
{
  Closing *closing = data;

  if (error != NULL)
    g_warning ("%s", error->message);
  lm_project_unref (closing->project);
  if (closing->done != NULL)
    closing->done (closing->data);
}

void
lm_document_close (LmDocument *self,
                   void (*done) (gpointer data),
                   gpointer data)
{
  Closing *closing;

  g_return_if_fail (!self->is_closed);

  self->is_closed = TRUE;
  closing = g_new (Closing, 1);
  *closing = (Closing){ lm_project_ref (self->project), done, data };
  lm_work_run (self, close_thread, closed_cb, closing, g_free);
}

/* --- Object -------------------------------------------------------------------------- */

static void
lm_document_finalize (GObject *object)
{
  LmDocument *self = LM_DOCUMENT (object);

  g_clear_pointer (&self->dataset, lm_dataset_unref);
  g_clear_pointer (&self->check, lm_check_free);
  g_clear_pointer (&self->undo, lm_undo_free);
  g_clear_pointer (&self->design, lm_design_free);
  g_clear_pointer (&self->project, lm_project_unref);
  g_ptr_array_unref (self->runs);
  g_clear_pointer (&self->openings, g_ptr_array_unref);
  g_hash_table_unref (self->histories);
  g_hash_table_unref (self->loading);
  g_free (self->data_message);
  g_free (self->data_key);
  g_free (self->read_only);
  g_free (self->path);
  g_free (self->name);

  G_OBJECT_CLASS (lm_document_parent_class)->finalize (object);
}

static void
lm_document_class_init (LmDocumentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lm_document_finalize;

  signals[CHANGED] = g_signal_new ("changed", LM_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[RUNS_CHANGED] = g_signal_new ("runs-changed", LM_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PROBLEM] = g_signal_new ("problem", LM_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
lm_document_init (LmDocument *self)
{
  self->runs = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_run_info_free);
  self->histories = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) lm_history_unref);
  self->loading = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

LmProject *
lm_document_get_project (LmDocument *self)
{
  return self->project;
}

const char *
lm_document_get_path (LmDocument *self)
{
  return self->path;
}

const char *
lm_document_get_name (LmDocument *self)
{
  return self->name;
}

const char *
lm_document_get_read_only (LmDocument *self,
                           gboolean *is_busy)
{
  if (is_busy != NULL)
    *is_busy = self->is_busy;
  return self->read_only;
}

const LmDesign *
lm_document_get_design (LmDocument *self)
{
  return self->design;
}

const LmCheck *
lm_document_get_check (LmDocument *self)
{
  return self->check;
}

LmDataset *
lm_document_get_dataset (LmDocument *self,
                         const char **message)
{
  if (message != NULL)
    *message = self->data_message;
  return self->dataset;
}

const LmTask *
lm_document_get_task (LmDocument *self)
{
  return self->dataset != NULL ? &self->task : NULL;
}

gsize
lm_document_get_train_bytes (LmDocument *self)
{
  return self->train_bytes;
}

/* --- Edits --------------------------------------------------------------------------- */

static void
edited (LmDocument *self)
{
  lm_project_post_edit (self->project, self->design, self->undo);
  read_data (self);
  check (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
require_writable (LmDocument *self,
                  GError **error)
{
  if (self->read_only == NULL)
    return TRUE;
  g_set_error_literal (error, LM_ERROR, LM_ERROR_IO, self->read_only);
  return FALSE;
}

gboolean
lm_document_do (LmDocument *self,
                const LmEdit *edit,
                gboolean coalesce,
                GError **error)
{
  if (!require_writable (self, error) || !lm_undo_do (self->undo, self->design, edit, coalesce, error))
    return FALSE;
  edited (self);
  return TRUE;
}

/* @step: of the list, which undo or redo has just gone over. */
static gboolean
replayed (LmDocument *self,
          gsize step)
{
  const LmEdit *reverse;

  lm_undo_get (self->undo, step, &self->replayed, &reverse);
  edited (self);
  self->replayed = NULL;
  return TRUE;
}

gboolean
lm_document_undo (LmDocument *self)
{
  if (!require_writable (self, NULL) || !lm_undo_undo (self->undo, self->design))
    return FALSE;
  return replayed (self, lm_undo_position (self->undo));
}

gboolean
lm_document_redo (LmDocument *self)
{
  if (!require_writable (self, NULL) || !lm_undo_redo (self->undo, self->design))
    return FALSE;
  return replayed (self, lm_undo_position (self->undo) - 1);
}

const LmEdit *
lm_document_get_replayed (LmDocument *self)
{
  return self->replayed;
}

const char *
lm_document_get_undo_title (LmDocument *self)
{
  return lm_undo_title (self->undo);
}

const char *
lm_document_get_redo_title (LmDocument *self)
{
  return lm_redo_title (self->undo);
}

/* --- Runs ---------------------------------------------------------------------------- */

GPtrArray *
lm_document_get_runs (LmDocument *self)
{
  return self->runs;
}

const LmRunInfo *
lm_document_find_run (LmDocument *self,
                      gint64 id)
{
  for (guint i = 0; i < self->runs->len; i++) {
    const LmRunInfo *info = self->runs->pdata[i];

    if (info->id == id)
      return info;
  }
  return NULL;
}

const LmRunInfo *
lm_document_get_last_run (LmDocument *self)
{
  return self->runs->len > 0 ? self->runs->pdata[self->runs->len - 1] : NULL;
}

/* What is done with the list of runs or one of them, off the main thread. */
typedef struct {
  LmProject *project;
  gint64 run;
  gboolean is_delete;
  char *name;
  GPtrArray *runs;
  LmHistory *history;
} RunWork;

static RunWork *
run_work_new (LmDocument *self,
              gint64 run)
{
  RunWork *work = g_new0 (RunWork, 1);

  work->project = lm_project_ref (self->project);
  work->run = run;
  return work;
}

static void
run_work_free (gpointer data)
{
  RunWork *work = data;

  lm_project_unref (work->project);
  g_free (work->name);
  g_clear_pointer (&work->runs, g_ptr_array_unref);
  g_clear_pointer (&work->history, lm_history_unref);
  g_free (work);
}

static void
change_run_thread (gpointer data,
                   GError **error)
{
  RunWork *work = data;

  if (work->is_delete && !lm_project_delete_run (work->project, work->run, error))
    return;
  if (work->name != NULL && !lm_project_rename_run (work->project, work->run, work->name, error))
    return;
  work->runs = lm_project_list_runs (work->project, error);
}

static void
run_changed_cb (gpointer owner,
                gpointer data,
                const GError *error)
{
  LmDocument *self = owner;
  RunWork *work = data;

  if (self->is_closed)
    return;
  if (error != NULL) {
    g_signal_emit (self, signals[PROBLEM], 0, error->message);
    return;
  }
  g_ptr_array_unref (self->runs);
  self->runs = g_steal_pointer (&work->runs);
  g_signal_emit (self, signals[RUNS_CHANGED], 0);
}

void
lm_document_reload_runs (LmDocument *self)
{
  if (!self->is_closed)
    lm_work_run (self, change_run_thread, run_changed_cb, run_work_new (self, 0), run_work_free);
}

void
lm_document_rename_run (LmDocument *self,
                        gint64 run,
                        const char *name)
{
  RunWork *work = run_work_new (self, run);

  work->name = g_strdup (name);
  lm_work_run (self, change_run_thread, run_changed_cb, work, run_work_free);
}

void
lm_document_delete_run (LmDocument *self,
                        gint64 run)
{
  RunWork *work = run_work_new (self, run);

  work->is_delete = TRUE;
  g_hash_table_remove (self->histories, &run);
  lm_work_run (self, change_run_thread, run_changed_cb, work, run_work_free);
}

static void
load_history_thread (gpointer data,
                     GError **error)
{
  RunWork *work = data;

  work->history = lm_project_load_history (work->project, work->run, error);
}

static void
history_loaded_cb (gpointer owner,
                   gpointer data,
                   const GError *error)
{
  LmDocument *self = owner;
  RunWork *work = data;

  g_hash_table_remove (self->loading, &work->run);
  if (self->is_closed || work->history == NULL || g_hash_table_contains (self->histories, &work->run))
    return;
  g_hash_table_insert (self->histories, g_memdup2 (&work->run, sizeof work->run), g_steal_pointer (&work->history));
  g_signal_emit (self, signals[RUNS_CHANGED], 0);
}

LmHistory *
lm_document_get_history (LmDocument *self,
                         gint64 run)
{
  LmHistory *history = g_hash_table_lookup (self->histories, &run);

  if (history == NULL && !self->is_closed && lm_document_find_run (self, run) != NULL && !g_hash_table_contains (self->loading, &run)) {
    g_hash_table_add (self->loading, g_memdup2 (&run, sizeof run));
    lm_work_run (self, load_history_thread, history_loaded_cb, run_work_new (self, run), run_work_free);
  }
  return history;
}

void
lm_document_set_history (LmDocument *self,
                         gint64 run,
                         LmHistory *history)
{
  g_hash_table_insert (self->histories, g_memdup2 (&run, sizeof run), lm_history_ref (history));
}

/* --- The seal of the test set -------------------------------------------------------- */

/* An opening of the window names the data it saw, behind this; others are known by the data of their run. */
#define DATA_MARK "data "

static gboolean
concerns (LmDocument *self,
          const LmOpening *opening)
{
  const char *mark = opening->what != NULL ? g_strrstr (opening->what, DATA_MARK) : NULL;
  const LmRunInfo *info = opening->run > 0 ? lm_document_find_run (self, opening->run) : NULL;
  const char *seen = mark != NULL ? mark + strlen (DATA_MARK) : info != NULL ? info->fingerprint
                                                                             : NULL;

  return seen == NULL || seen[0] == '\0' || self->dataset == NULL || g_strcmp0 (seen, self->dataset->fingerprint) == 0;
}

const LmOpening *
lm_document_get_opening (LmDocument *self)
{
  for (guint i = self->openings->len; i > 0; i--) {
    if (concerns (self, self->openings->pdata[i - 1]))
      return self->openings->pdata[i - 1];
  }
  return NULL;
}

typedef struct {
  LmProject *project;
  LmOpening *opening;
} OpeningWork;

static void
opening_work_free (gpointer data)
{
  OpeningWork *work = data;

  lm_project_unref (work->project);
  lm_opening_free (work->opening);
  g_free (work);
}

static void
add_opening_thread (gpointer data,
                    GError **error)
{
  OpeningWork *work = data;

  lm_project_add_opening (work->project, work->opening, error);
}

static void
opening_added_cb (gpointer owner,
                  gpointer data,
                  const GError *error)
{
  LmDocument *self = owner;

  if (error != NULL && !self->is_closed)
    g_signal_emit (self, signals[PROBLEM], 0, error->message);
}

static LmOpening *
opening_new (LmDocument *self,
             gint64 run,
             gint64 epoch,
             const char *what)
{
  LmOpening *opening = g_new0 (LmOpening, 1);

  opening->run = run;
  opening->epoch = epoch;
  opening->time = g_get_real_time () / G_USEC_PER_SEC;
  opening->where = g_strdup ("window");
  opening->what = g_strdup_printf ("%s%s" DATA_MARK "%s", what != NULL ? what : "", what != NULL ? ", " : "",
                                   self->dataset != NULL ? self->dataset->fingerprint : "");
  return opening;
}

gboolean
lm_document_add_opening (LmDocument *self,
                         gint64 run,
                         gint64 epoch,
                         const char *what,
                         GError **error)
{
  OpeningWork *work;

  if (!require_writable (self, error))
    return FALSE;
  g_ptr_array_add (self->openings, opening_new (self, run, epoch, what));
  work = g_new (OpeningWork, 1);
  *work = (OpeningWork){ lm_project_ref (self->project), opening_new (self, run, epoch, what) };
  lm_work_run (self, add_opening_thread, opening_added_cb, work, opening_work_free);
  g_signal_emit (self, signals[CHANGED], 0);
  return TRUE;
}
