/* lm-project-run.c: the runs of a project
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-project-private.h"

#include "lm-design-json.h"
#include "lm-i18n.h"

#include <string.h>

static const char *const end_names[] = { "running", "paused", "finished", "stopped", "early_stopping", "nan", "failed" };

const char *
lm_run_end_name (LmRunEnd end)
{
  return end_names[end];
}

static LmRunEnd
parse_end (const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (end_names); i++) {
    if (strcmp (end_names[i], text) == 0)
      return (LmRunEnd) i;
  }
  return LM_RUN_STATE_FAILED;
}

void
lm_run_info_free (LmRunInfo *self)
{
  g_free (self->name);
  g_free (self->change);
  g_free (self->start);
  g_free (self->instruction_set);
  g_free (self->blas);
  g_free (self->data);
  g_free (self->fingerprint);
  g_free (self->message);
  for (int i = 0; i < self->n_metrics; i++)
    lm_metric_info_clear (&self->metrics[i]);
  g_free (self);
}

/* --- Reading ----------------------------------------------------------------------- */

#define SELECT_RUNS                                                                                                    \
  "SELECT id, name, parent, change, start, seed, instruction_set, blas, data, fingerprint, max_steps, exact, epochs, " \
  "steps_per_epoch, epoch, step, started, ended, state, message, best_epoch, best_value, "                             \
  "EXISTS (SELECT 1 FROM checkpoint WHERE checkpoint.run = run.id AND kind & 3) FROM run "

static LmRunInfo *
read_run (LmStatement *row)
{
  LmRunInfo *info = g_new0 (LmRunInfo, 1);
  int i = 0;

  info->id = lm_statement_get_int (row, i++);
  info->name = g_strdup (lm_statement_get_text_or_null (row, i++));
  info->parent = lm_statement_get_int (row, i++);
  info->change = g_strdup (lm_statement_get_text_or_null (row, i++));
  info->start = g_strdup (lm_statement_get_text (row, i++));
  info->seed = (guint64) lm_statement_get_int (row, i++);
  info->instruction_set = g_strdup (lm_statement_get_text (row, i++));
  info->blas = g_strdup (lm_statement_get_text_or_null (row, i++));
  info->data = g_strdup (lm_statement_get_text_or_null (row, i++));
  info->fingerprint = g_strdup (lm_statement_get_text (row, i++));
  info->max_steps = lm_statement_get_int (row, i++);
  info->exact = lm_statement_get_int (row, i++) != 0;
  info->epochs = lm_statement_get_int (row, i++);
  info->steps_per_epoch = lm_statement_get_int (row, i++);
  info->epoch = lm_statement_get_int (row, i++);
  info->step = lm_statement_get_int (row, i++);
  info->started = lm_statement_get_int (row, i++);
  info->ended = lm_statement_get_int (row, i++);
  info->end = parse_end (lm_statement_get_text (row, i++));
  info->message = g_strdup (lm_statement_get_text_or_null (row, i++));
  info->best_epoch = lm_statement_get_int (row, i++);
  info->best_value = lm_statement_get_double (row, i++);
  info->has_weights = lm_statement_get_int (row, i++) != 0;
  return info;
}

static gboolean
read_metrics (LmProject *self,
              LmRunInfo *info,
              GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db, "SELECT name, title, is_share, baseline, baseline_name FROM metric WHERE run = ? ORDER BY seq", error);
  LmRowResult row;

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, info->id);
  while ((row = lm_statement_step (statement, error)) == LM_ROW_THERE) {
    const char *name = lm_statement_get_text (statement, 0);
    const LmMember *member = lm_family_find ("metric", name);
    LmMetricInfo *metric;

    if (info->n_metrics == LM_MAX_METRICS)
      continue;
    metric = &info->metrics[info->n_metrics++];
    metric->name = g_strdup (name);
    /* In the language of now, where there is one. */
    metric->title = g_strdup (member != NULL ? _ (member->title) : lm_statement_get_text (statement, 1));
    metric->is_share = lm_statement_get_int (statement, 2) != 0;
    metric->baseline = lm_statement_get_double (statement, 3);
    metric->baseline_name = g_strdup (lm_statement_get_text_or_null (statement, 4));
  }
  return row == LM_ROW_NONE;
}

static gboolean
list_runs_job (LmProject *self,
               void *data,
               GError **error)
{
  GPtrArray *list = data;
  LmStatement *statement = lm_sqlite_prepare (self->db, SELECT_RUNS "ORDER BY id", error);
  LmRowResult row;

  if (statement == NULL)
    return FALSE;
  while ((row = lm_statement_step (statement, error)) == LM_ROW_THERE)
    g_ptr_array_add (list, read_run (statement));
  for (guint i = 0; row == LM_ROW_NONE && i < list->len; i++) {
    LmRunInfo *info = g_ptr_array_index (list, i);

    if (!read_metrics (self, info, error) || !lm_project_read_last_figures (self, info, error))
      return FALSE;
  }
  return row == LM_ROW_NONE;
}

GPtrArray *
lm_project_list_runs (LmProject *self,
                      GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_run_info_free);

  return lm_project_call (self, LM_JOB_READ, list_runs_job, list, error) ? g_steal_pointer (&list) : NULL;
}

typedef struct {
  gint64 id;
  LmRunInfo *info;
} GetRun;

static gboolean
get_run_job (LmProject *self,
             void *data,
             GError **error)
{
  GetRun *get = data;
  LmStatement *statement = lm_sqlite_prepare (self->db, SELECT_RUNS "WHERE id = ?1 OR (?1 = 0 AND id = (SELECT max (id) FROM run))", error);
  LmRowResult row;

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, get->id);
  row = lm_statement_step (statement, error);
  if (row == LM_ROW_THERE)
    get->info = read_run (statement);
  lm_statement_reset (statement);
  if (row == LM_ROW_NONE && get->id == 0)
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("“%s” has not been trained yet. Train it first."), self->shown);
  else if (row == LM_ROW_NONE)
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("“%s” has no run %" PRId64 "."), self->shown, get->id);
  return row == LM_ROW_THERE && read_metrics (self, get->info, error) && lm_project_read_last_figures (self, get->info, error);
}

LmRunInfo *
lm_project_get_run (LmProject *self,
                    gint64 id,
                    GError **error)
{
  GetRun get = { .id = id };

  if (lm_project_call (self, LM_JOB_READ, get_run_job, &get, error))
    return get.info;
  g_clear_pointer (&get.info, lm_run_info_free);
  return NULL;
}

static gboolean
last_run_job (LmProject *self,
              void *data,
              GError **error)
{
  return lm_sqlite_query_int (self->db, "SELECT max (run) FROM checkpoint WHERE kind & 3", 0, data, error);
}

gint64
lm_project_last_run (LmProject *self)
{
  gint64 id = 0;

  return lm_project_call (self, LM_JOB_READ, last_run_job, &id, NULL) ? id : 0;
}

typedef struct {
  gint64 id;
  char *json;
  char *data;
} RunDesign;

static gboolean
load_run_design_job (LmProject *self,
                     void *data,
                     GError **error)
{
  RunDesign *load = data;
  LmStatement *statement = lm_sqlite_prepare (self->db, "SELECT design, data FROM run WHERE id = ?", error);
  LmRowResult row;

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, load->id);
  row = lm_statement_step (statement, error);
  if (row == LM_ROW_THERE) {
    load->json = g_strdup (lm_statement_get_text (statement, 0));
    load->data = g_strdup (lm_statement_get_text_or_null (statement, 1));
  } else if (row == LM_ROW_NONE) {
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("“%s” has no run %" PRId64 "."), self->shown, load->id);
  }
  lm_statement_reset (statement);
  return row == LM_ROW_THERE;
}

LmDesign *
lm_project_load_run_design (LmProject *self,
                            gint64 id,
                            GError **error)
{
  RunDesign load = { .id = id };
  gboolean good = lm_project_call (self, LM_JOB_READ, load_run_design_job, &load, error);
  g_autofree char *name = g_strdup_printf (_ ("the design of run %" PRId64), id);
  LmDesign *design = good ? lm_design_from_json (load.json, -1, name, error) : NULL;

  if (design != NULL && load.data != NULL) {
    /* The run's own column follows the file when that moves. */
    g_free (design->data_spec);
    design->data_spec = g_steal_pointer (&load.data);
  }
  g_free (load.json);
  g_free (load.data);
  return design;
}

/* --- Changing -------------------------------------------------------------------------- */

typedef struct {
  const LmRunInfo *info;
  const char *json;
  LmSnapshot *weights;
  gint64 id;
} AddRun;

static gboolean
add_run_job (LmProject *self,
             void *data,
             GError **error)
{
  AddRun *add = data;
  const LmRunInfo *info = add->info;
  LmStored stored = { .kinds = LM_STORED_START };
  LmStatement *statement = lm_sqlite_prepare (self->db,
                                              "INSERT INTO run (name, parent, change, start, seed, data, max_steps, exact, epochs, started, state, design)"
                                              " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?)",
                                              error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_text (statement, 1, info->name);
  lm_statement_bind_int (statement, 2, info->parent);
  lm_statement_bind_text (statement, 3, info->change);
  lm_statement_bind_text (statement, 4, info->start != NULL ? info->start : "fresh");
  lm_statement_bind_int (statement, 5, (gint64) info->seed);
  lm_statement_bind_text (statement, 6, info->data);
  lm_statement_bind_int (statement, 7, info->max_steps);
  lm_statement_bind_int (statement, 8, info->exact);
  lm_statement_bind_int (statement, 9, info->epochs);
  lm_statement_bind_int (statement, 10, g_get_real_time () / G_USEC_PER_SEC);
  lm_statement_bind_text (statement, 11, add->json);
  if (!lm_statement_run (statement, error))
    return FALSE;
  add->id = lm_sqlite_last_id (self->db);
  stored.run = add->id;
  return add->weights == NULL || lm_project_store (self, &stored, add->weights, error);
}

gint64
lm_project_add_run (LmProject *self,
                    const LmRunInfo *info,
                    const LmDesign *design,
                    LmSnapshot *weights,
                    GError **error)
{
  g_autofree char *json = lm_design_to_json (design, FALSE);
  AddRun add = { .info = info, .json = json, .weights = weights };

  return lm_project_call (self, LM_JOB_CHANGE, add_run_job, &add, error) ? add.id : 0;
}

/* A statement with the run as its first parameter and perhaps a number or a text as its second. */
typedef struct {
  const char *sql;
  gint64 id;
  gboolean has_number;
  gint64 number;
  gboolean has_text;
  const char *text;
} Update;

static gboolean
update_job (LmProject *self,
            void *data,
            GError **error)
{
  const Update *update = data;
  LmStatement *statement = lm_sqlite_prepare (self->db, update->sql, error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, update->id);
  if (update->has_number)
    lm_statement_bind_int (statement, 2, update->number);
  if (update->has_text)
    lm_statement_bind_text (statement, 2, update->text);
  return lm_statement_run (statement, error);
}

gboolean
lm_project_set_run_epochs (LmProject *self,
                           gint64 id,
                           gint64 epochs,
                           GError **error)
{
  Update update = { .sql = "UPDATE run SET epochs = ?2 WHERE id = ?1", .id = id, .has_number = TRUE, .number = epochs };

  return lm_project_call (self, LM_JOB_CHANGE, update_job, &update, error);
}

gboolean
lm_project_set_run_data (LmProject *self,
                         gint64 id,
                         const char *data,
                         GError **error)
{
  Update update = { .sql = "UPDATE run SET data = ?2 WHERE id = ?1", .id = id, .has_text = TRUE, .text = data };

  return lm_project_call (self, LM_JOB_CHANGE, update_job, &update, error);
}

gboolean
lm_project_rename_run (LmProject *self,
                       gint64 id,
                       const char *name,
                       GError **error)
{
  Update update = { .sql = "UPDATE run SET name = ?2 WHERE id = ?1", .id = id, .has_text = TRUE, .text = name };

  return lm_project_call (self, LM_JOB_CHANGE, update_job, &update, error);
}

static gboolean
delete_run_job (LmProject *self,
                void *data,
                GError **error)
{
  static const char *const sql[] = {
    "DELETE FROM metric WHERE run = ?",
    "DELETE FROM figure WHERE run = ?",
    "DELETE FROM note WHERE run = ?",
    "DELETE FROM run WHERE id = ?",
  };
  const gint64 *id = data;

  for (gsize i = 0; i < G_N_ELEMENTS (sql); i++) {
    Update update = { .sql = sql[i], .id = *id };

    if (!update_job (self, &update, error))
      return FALSE;
  }
  return lm_project_unstore (self, *id, ~0, error);
}

gboolean
lm_project_delete_run (LmProject *self,
                       gint64 id,
                       GError **error)
{
  return lm_project_call (self, LM_JOB_CHANGE, delete_run_job, &id, error);
}
