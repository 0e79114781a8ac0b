/* lm-project-figures.c: losses of steps, figures of epochs, and the record made of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-project-private.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

/* Steps in one row, and more than any run has. */
#define ROW_STEPS ((gint64) 1 << 20)
#define MAX_STEPS ((gint64) 1 << 31)

/* Steps that may be missing between two rows, after a disk was full. */
#define MAX_GAP ((gint64) 10000000)

#define MAX_NAME 200

/* --- Writing --------------------------------------------------------------------- */

static gboolean
delete_from (LmProject *self,
             const char *sql,
             gint64 run,
             gint64 from,
             GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db, sql, error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, run);
  lm_statement_bind_int (statement, 2, from);
  return lm_statement_run (statement, error);
}

static LmStatement *
insert_figure (LmProject *self,
               gint64 run,
               gint64 step,
               gint64 epoch,
               const char *name,
               GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db, "INSERT OR REPLACE INTO figure (run, step, epoch, name, value) VALUES (?, ?, ?, ?, ?)", error);

  if (statement == NULL)
    return NULL;
  lm_statement_bind_int (statement, 1, run);
  lm_statement_bind_int (statement, 2, step);
  lm_statement_bind_int (statement, 3, epoch);
  lm_statement_bind_text (statement, 4, name);
  return statement;
}

gboolean
lm_project_store_losses (LmProject *self,
                         gint64 run,
                         gint64 first,
                         const float *losses,
                         gsize n,
                         GError **error)
{
  if (!delete_from (self, "DELETE FROM figure WHERE run = ? AND epoch = 0 AND step >= ? AND name = 'loss'", run, first, error))
    return FALSE;
  for (gsize at = 0; at < n; at += (gsize) ROW_STEPS) {
    LmStatement *statement = insert_figure (self, run, first + (gint64) at, 0, "loss", error);

    if (statement == NULL)
      return FALSE;
    lm_statement_bind_blob (statement, 5, losses + at, MIN (n - at, (gsize) ROW_STEPS) * sizeof (float));
    if (!lm_statement_run (statement, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
store_number (LmProject *self,
              gint64 run,
              const LmEpochRow *row,
              const char *prefix,
              const char *name,
              double value,
              GError **error)
{
  char full[MAX_NAME];
  LmStatement *statement;

  if (isnan (value))
    return TRUE;
  g_snprintf (full, sizeof full, "%s%s", prefix, name);
  statement = insert_figure (self, run, row->step, row->epoch, full, error);
  if (statement == NULL)
    return FALSE;
  lm_statement_bind_double (statement, 5, value);
  return lm_statement_run (statement, error);
}

static gboolean
store_epoch (LmProject *self,
             gint64 run,
             LmHistory *history,
             const LmEpochRow *row,
             GError **error)
{
  gboolean good = store_number (self, run, row, "", "loss", row->train.loss, error) &&
                  store_number (self, run, row, "val_", "loss", row->validation.loss, error) &&
                  store_number (self, run, row, "", "seconds", row->seconds, error) &&
                  store_number (self, run, row, "", "samples_per_s", row->samples_per_s, error) &&
                  store_number (self, run, row, "", "rate", row->rate, error) &&
                  store_number (self, run, row, "", "best", row->is_best, error);

  for (int i = 0; good && i < lm_history_n_metrics (history); i++) {
    const char *name = lm_history_metric (history, i)->name;

    good = store_number (self, run, row, "", name, row->train.metric[i], error) &&
           store_number (self, run, row, "val_", name, row->validation.metric[i], error);
  }
  return good;
}

static gboolean
store_marks (LmProject *self,
             const LmRunProgress *progress,
             GError **error)
{
  gboolean good = delete_from (self, "DELETE FROM figure WHERE run = ? AND epoch = 0 AND step >= ? AND name LIKE 'mark%'", progress->run, progress->first_step, error);

  for (int i = 0; good && i < lm_history_n_marks (progress->history); i++) {
    g_autofree char *text = NULL;
    g_autofree char *name = g_strdup_printf ("mark%d", i);
    LmStatement *statement;
    gint64 step;

    if (!lm_history_get_mark (progress->history, i, &step, &text) || step < progress->first_step)
      continue;
    statement = insert_figure (self, progress->run, step, 0, name, error);
    if (statement == NULL)
      return FALSE;
    lm_statement_bind_text (statement, 5, text);
    good = lm_statement_run (statement, error);
  }
  return good;
}

gboolean
lm_project_store_figures (LmProject *self,
                          const LmRunProgress *progress,
                          GError **error)
{
  gint64 n = MAX (lm_history_n_steps (progress->history) - progress->first_step, 0);
  g_autofree float *losses = g_new (float, (gsize) n + 1);
  gint64 last_step = progress->last != NULL ? progress->last->state.step : G_MAXINT64;
  LmEpochRow row;

  n = lm_history_get_steps (progress->history, progress->first_step, n, losses);
  if (!lm_project_store_losses (self, progress->run, progress->first_step, losses, (gsize) n, error) || !store_marks (self, progress, error) ||
      !delete_from (self, "DELETE FROM figure WHERE run = ? AND epoch > ?", progress->run, progress->first_epoch, error))
    return FALSE;
  /* An epoch whose checkpoint is still to come waits for it. */
  for (int i = 0; lm_history_get_epoch (progress->history, i, &row); i++) {
    if (row.epoch > progress->first_epoch && row.step <= last_step && !store_epoch (self, progress->run, progress->history, &row, error))
      return FALSE;
  }
  return TRUE;
}

/* --- Cutting ------------------------------------------------------------------------ */

gboolean
lm_project_cut_figures (LmProject *self,
                        gint64 run,
                        gint64 step,
                        GError **error)
{
  LmStatement *statement;

  if (!delete_from (self, "DELETE FROM figure WHERE run = ? AND epoch = 0 AND step >= ? AND name = 'loss'", run, step, error) ||
      !delete_from (self, "DELETE FROM figure WHERE run = ? AND step > ?", run, step, error))
    return FALSE;
  /* The row that reaches beyond. */
  statement = lm_sqlite_prepare (self->db,
                                 "UPDATE figure SET value = substr (value, 1, (?2 - step) * 4)"
                                 " WHERE run = ?1 AND epoch = 0 AND name = 'loss' AND step + length (value) / 4 > ?2",
                                 error);
  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, run);
  lm_statement_bind_int (statement, 2, step);
  return lm_statement_run (statement, error);
}

/* --- Reading ------------------------------------------------------------------------- */

/* Puts a figure of an epoch where it belongs; one that nobody knows is left out. */
static void
set_number (const LmMetricInfo *metrics,
            int n_metrics,
            const char *name,
            double value,
            LmEpochRow *row)
{
  gboolean is_validation = g_str_has_prefix (name, "val_");
  LmFigures *figures = is_validation ? &row->validation : &row->train;
  const char *bare = is_validation ? name + 4 : name;

  if (strcmp (bare, "loss") == 0)
    figures->loss = value;
  else if (strcmp (name, "seconds") == 0)
    row->seconds = value;
  else if (strcmp (name, "samples_per_s") == 0)
    row->samples_per_s = value;
  else if (strcmp (name, "rate") == 0)
    row->rate = value;
  else if (strcmp (name, "best") == 0)
    row->is_best = value != 0;
  for (int i = 0; i < n_metrics; i++) {
    if (strcmp (bare, metrics[i].name) == 0)
      figures->metric[i] = value;
  }
}

static void
clear_figures (LmFigures *figures)
{
  figures->loss = NAN;
  for (int i = 0; i < LM_MAX_METRICS; i++)
    figures->metric[i] = NAN;
}

static LmEpochRow
begin_row (gint64 epoch,
           gint64 step)
{
  LmEpochRow row = { .epoch = epoch, .step = step };

  clear_figures (&row.train);
  clear_figures (&row.validation);
  return row;
}

static gboolean
fail_damaged (LmProject *self,
              gint64 run,
              GError **error)
{
  g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” is damaged: the curves of run %" PRId64 " cannot be read. Use a copy made earlier, or start a new run."), self->shown, run);
  return FALSE;
}

/* One row of losses, which begins at @step; steps before it that are missing are NaN. */
static gboolean
read_losses (LmStatement *statement,
             gint64 step,
             LmHistory *history)
{
  gint64 there = lm_history_n_steps (history);
  gsize bytes, n;
  const guint8 *data = lm_statement_get_blob (statement, 3, &bytes);

  n = bytes / sizeof (float);
  if (bytes % sizeof (float) != 0 || step < 0 || step > there + MAX_GAP || step + (gint64) n > MAX_STEPS)
    return FALSE;
  lm_history_reserve (history, step + (gint64) n - there);
  for (; there < step; there++)
    lm_history_add_step (history, NAN);
  for (gint64 i = there - step; i < (gint64) n; i++) {
    float loss;

    memcpy (&loss, data + (gsize) i * sizeof (float), sizeof loss);
    lm_history_add_step (history, (double) loss);
  }
  return TRUE;
}

static gboolean
read_steps (LmProject *self,
            gint64 run,
            LmHistory *history,
            GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db, "SELECT step, epoch, name, value FROM figure WHERE run = ? AND epoch = 0 ORDER BY step", error);
  LmRowResult row;

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, run);
  while ((row = lm_statement_step (statement, error)) == LM_ROW_THERE) {
    gint64 step = lm_statement_get_int (statement, 0);

    if (g_str_has_prefix (lm_statement_get_text (statement, 2), "mark")) {
      lm_history_add_mark (history, step, lm_statement_get_text (statement, 3));
    } else if (!read_losses (statement, step, history)) {
      lm_statement_reset (statement);
      return fail_damaged (self, run, error);
    }
  }
  return row == LM_ROW_NONE;
}

static gboolean
read_epochs (LmProject *self,
             const LmRunInfo *info,
             LmHistory *history,
             GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db, "SELECT step, epoch, name, value FROM figure WHERE run = ? AND epoch > 0 ORDER BY epoch, step", error);
  LmEpochRow epoch = { 0 };
  LmRowResult row;

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, info->id);
  while ((row = lm_statement_step (statement, error)) == LM_ROW_THERE) {
    gint64 step = lm_statement_get_int (statement, 0), number = lm_statement_get_int (statement, 1);

    if (number != epoch.epoch) {
      if (step <= epoch.step) {
        lm_statement_reset (statement);
        return fail_damaged (self, info->id, error);
      }
      if (epoch.epoch > 0)
        lm_history_add_epoch (history, &epoch);
      epoch = begin_row (number, step);
    }
    set_number (info->metrics, info->n_metrics, lm_statement_get_text (statement, 2), lm_statement_get_double (statement, 3), &epoch);
  }
  if (row == LM_ROW_NONE && epoch.epoch > 0)
    lm_history_add_epoch (history, &epoch);
  return row == LM_ROW_NONE;
}

typedef struct {
  const LmRunInfo *info;
  LmHistory *history;
} Load;

static gboolean
load_job (LmProject *self,
          void *data,
          GError **error)
{
  const Load *load = data;

  return read_steps (self, load->info->id, load->history, error) && read_epochs (self, load->info, load->history, error);
}

LmHistory *
lm_project_load_history (LmProject *self,
                         gint64 id,
                         GError **error)
{
  g_autoptr (LmRunInfo) info = lm_project_get_run (self, id, error);
  g_autoptr (LmHistory) history = NULL;
  Load load;

  if (info == NULL)
    return NULL;
  history = lm_history_new (info->metrics, info->n_metrics, MAX (info->steps_per_epoch, 1), info->epochs);
  load = (Load){ info, history };
  return lm_project_call (self, LM_JOB_READ, load_job, &load, error) ? g_steal_pointer (&history) : NULL;
}

gboolean
lm_project_read_last_figures (LmProject *self,
                              LmRunInfo *info,
                              GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db,
                                              "SELECT step, epoch, name, value FROM figure WHERE run = ?1 AND epoch > 0"
                                              " AND epoch = (SELECT max (epoch) FROM figure WHERE run = ?1)",
                                              error);
  LmEpochRow epoch = begin_row (0, 0);
  LmRowResult row;

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, info->id);
  while ((row = lm_statement_step (statement, error)) == LM_ROW_THERE)
    set_number (info->metrics, info->n_metrics, lm_statement_get_text (statement, 2), lm_statement_get_double (statement, 3), &epoch);
  info->train = epoch.train;
  info->validation = epoch.validation;
  return row == LM_ROW_NONE;
}

/* --- Losses between two epochs ------------------------------------------------------------ */

typedef struct {
  gint64 run;
  gint64 first;
  gsize n;
  float losses[];
} Steps;

static gboolean
post_steps_job (LmProject *self,
                void *data,
                GError **error)
{
  const Steps *steps = data;

  return lm_project_store_losses (self, steps->run, steps->first, steps->losses, steps->n, error);
}

void
lm_project_post_steps (LmProject *self,
                       gint64 run,
                       gint64 first_step,
                       const float *losses,
                       gsize n)
{
  Steps *steps = g_malloc (sizeof (Steps) + n * sizeof (float));

  *steps = (Steps){ run, first_step, n };
  memcpy (steps->losses, losses, n * sizeof (float));
  /* The next epoch brings them again. */
  lm_project_post (self, FALSE, post_steps_job, steps, g_free);
}
