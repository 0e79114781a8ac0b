/* lm-project-progress.c: what a run writes while it goes on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-project-private.h"

typedef struct {
  gint64 id;
  const LmRunFacts *facts;
  const LmPipeline *pipeline;
  const char *fingerprint;
} BeginRun;

static gboolean
store_metrics (LmProject *self,
               gint64 run,
               const LmRunFacts *facts,
               GError **error)
{
  for (int i = 0; i < facts->n_metrics; i++) {
    const LmMetricInfo *metric = &facts->metrics[i];
    LmStatement *statement = lm_sqlite_prepare (self->db,
                                                "INSERT OR REPLACE INTO metric (run, seq, name, title, is_share, baseline, baseline_name) VALUES (?, ?, ?, ?, ?, ?, ?)",
                                                error);

    if (statement == NULL)
      return FALSE;
    lm_statement_bind_int (statement, 1, run);
    lm_statement_bind_int (statement, 2, i);
    lm_statement_bind_text (statement, 3, metric->name);
    lm_statement_bind_text (statement, 4, metric->title);
    lm_statement_bind_int (statement, 5, metric->is_share);
    lm_statement_bind_double (statement, 6, metric->baseline);
    lm_statement_bind_text (statement, 7, metric->baseline_name);
    if (!lm_statement_run (statement, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
begin_run_job (LmProject *self,
               void *data,
               GError **error)
{
  const BeginRun *begin = data;
  LmStatement *statement = lm_sqlite_prepare (self->db,
                                              "UPDATE run SET instruction_set = ?2, blas = ?3, fingerprint = ?4, epochs = ?5, steps_per_epoch = ?6,"
                                              " state = 'running', ended = 0, message = NULL WHERE id = ?1",
                                              error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, begin->id);
  lm_statement_bind_text (statement, 2, begin->facts->instruction_set);
  lm_statement_bind_text (statement, 3, begin->facts->blas);
  lm_statement_bind_text (statement, 4, begin->fingerprint);
  lm_statement_bind_int (statement, 5, begin->facts->epochs);
  lm_statement_bind_int (statement, 6, begin->facts->steps_per_epoch);
  return lm_statement_run (statement, error) && store_metrics (self, begin->id, begin->facts, error) &&
         lm_project_cut_figures (self, begin->id, begin->facts->first_step, error) &&
         (begin->pipeline == NULL || lm_project_store_chain (self, begin->id, begin->pipeline, error));
}

gboolean
lm_project_begin_run (LmProject *self,
                      gint64 id,
                      const LmRunFacts *facts,
                      const LmPipeline *pipeline,
                      const char *fingerprint,
                      GError **error)
{
  BeginRun begin = { id, facts, pipeline, fingerprint };

  return lm_project_call (self, LM_JOB_CHANGE, begin_run_job, &begin, error);
}

static gboolean
store_checkpoint (LmProject *self,
                  gint64 run,
                  LmCheckpoint *checkpoint,
                  int kinds,
                  GError **error)
{
  g_autofree char *state = lm_checkpoint_format (checkpoint);
  LmStored stored = {
    .run = run,
    .kinds = kinds,
    .epoch = checkpoint->state.epoch,
    .batch = checkpoint->state.batch,
    .step = checkpoint->state.step,
    .state = state,
  };

  return lm_project_store (self, &stored, checkpoint->weights, error);
}

static gboolean
store_checkpoints (LmProject *self,
                   const LmRunProgress *progress,
                   GError **error)
{
  const LmCheckpointState *state;
  LmStatement *statement;

  if (progress->best != NULL && progress->best != progress->last && !store_checkpoint (self, progress->run, progress->best, LM_STORED_BEST, error))
    return FALSE;
  if (progress->last == NULL)
    return TRUE;
  if (!store_checkpoint (self, progress->run, progress->last, progress->best == progress->last ? LM_STORED_LAST | LM_STORED_BEST : LM_STORED_LAST, error) ||
      !lm_project_unstore (self, progress->run, LM_STORED_START, error))
    return FALSE;

  state = &progress->last->state;
  statement = lm_sqlite_prepare (self->db, "UPDATE run SET epoch = ?2, step = ?3, best_epoch = ?4, best_value = ?5, state = ?6 WHERE id = ?1", error);
  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, progress->run);
  lm_statement_bind_int (statement, 2, state->epoch);
  lm_statement_bind_int (statement, 3, state->step);
  lm_statement_bind_int (statement, 4, state->best_epoch);
  lm_statement_bind_double (statement, 5, state->best_value);
  lm_statement_bind_text (statement, 6, lm_run_end_name (progress->is_paused ? LM_RUN_STATE_PAUSED : LM_RUN_STATE_RUNNING));
  return lm_statement_run (statement, error);
}

static gboolean
save_progress_job (LmProject *self,
                   void *data,
                   GError **error)
{
  const LmRunProgress *progress = data;

  return lm_project_store_figures (self, progress, error) && store_checkpoints (self, progress, error);
}

gboolean
lm_project_save_progress (LmProject *self,
                          const LmRunProgress *progress,
                          GError **error)
{
  return lm_project_call (self, LM_JOB_CHANGE, save_progress_job, (void *) progress, error);
}

typedef struct {
  gint64 id;
  LmRunEnd end;
  const char *message;
} EndRun;

static gboolean
end_run_job (LmProject *self,
             void *data,
             GError **error)
{
  const EndRun *end = data;
  LmStatement *statement = lm_sqlite_prepare (self->db, "UPDATE run SET state = ?2, message = ?3, ended = ?4 WHERE id = ?1", error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, end->id);
  lm_statement_bind_text (statement, 2, lm_run_end_name (end->end));
  lm_statement_bind_text (statement, 3, end->message);
  lm_statement_bind_int (statement, 4, g_get_real_time () / G_USEC_PER_SEC);
  return lm_statement_run (statement, error);
}

gboolean
lm_project_end_run (LmProject *self,
                    gint64 id,
                    LmRunEnd end,
                    const char *message,
                    GError **error)
{
  EndRun job = { id, end, message };

  return lm_project_call (self, LM_JOB_CHANGE, end_run_job, &job, error);
}
