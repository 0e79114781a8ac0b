/* lm-project-weights.c: checkpoints, first weights and imported ones
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-project-private.h"

#include "lm-i18n.h"

#include <string.h>

/* Imported weights belong to no run. */
#define NO_RUN 0

/* --- Checkpoints of a run ----------------------------------------------------------- */

/* (transfer full): what there is: “last (epoch 7), best (epoch 5)”. */
static char *
list_stored (LmProject *self,
             gint64 run)
{
  LmStatement *statement = lm_sqlite_prepare (self->db, "SELECT kind, epoch FROM checkpoint WHERE run = ? AND kind & 3 ORDER BY kind & 1 DESC, id DESC", NULL);
  GString *text = g_string_new (NULL);

  if (statement != NULL)
    lm_statement_bind_int (statement, 1, run);
  while (statement != NULL && lm_statement_step (statement, NULL) == LM_ROW_THERE) {
    gint64 kinds = lm_statement_get_int (statement, 0), epoch = lm_statement_get_int (statement, 1);

    g_string_append_printf (text, text->len > 0 ? ", %s (%s %" PRId64 ")" : "%s (%s %" PRId64 ")",
                            (kinds & LM_STORED_LAST) == 0 ? "best" : (kinds & LM_STORED_BEST) == 0 ? "last"
                                                                                                   : "last, best",
                            _ ("epoch"), epoch);
  }
  return g_string_free (text, FALSE);
}

static gboolean
fail_missing (LmProject *self,
              gint64 run,
              const char *which,
              GError **error)
{
  g_autofree char *stored = list_stored (self, run);

  if (stored[0] == '\0')
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("Run %" PRId64 " of “%s” has no weights yet: no epoch was completed. Train it first, or choose another run."), run, self->shown);
  else
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("Run %" PRId64 " of “%s” has no checkpoint “%s”. Stored are: %s."), run, self->shown, which, stored);
  return FALSE;
}

typedef struct {
  gint64 run;
  const char *which;
  LmCheckpoint *checkpoint;
} LoadCheckpoint;

static gboolean
find_checkpoint (LmProject *self,
                 const LoadCheckpoint *load,
                 gint64 *id,
                 GError **error)
{
  gint64 epoch = -1;
  int kinds = LM_STORED_LAST | LM_STORED_BEST;

  if (strcmp (load->which, "last") == 0)
    kinds = LM_STORED_LAST;
  else if (strcmp (load->which, "best") == 0)
    kinds = LM_STORED_BEST;
  else if (!g_ascii_string_to_signed (load->which, 10, 0, G_MAXINT64, &epoch, NULL)) {
    g_set_error (error, LM_ERROR, LM_ERROR_USAGE, _ ("“%s” is no checkpoint. Say “last”, “best” or the number of an epoch."), load->which);
    return FALSE;
  }
  if (!lm_project_find_stored (self, load->run, kinds, epoch, id, error))
    return FALSE;
  return *id != 0 || fail_missing (self, load->run, load->which, error);
}

static gboolean
read_state (LmProject *self,
            gint64 id,
            char **state,
            GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db, "SELECT state FROM checkpoint WHERE id = ?", error);
  LmRowResult row;

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, id);
  row = lm_statement_step (statement, error);
  *state = g_strdup (row == LM_ROW_THERE ? lm_statement_get_text (statement, 0) : "");
  lm_statement_reset (statement);
  return row != LM_ROW_ERROR;
}

static gboolean
load_checkpoint_job (LmProject *self,
                     void *data,
                     GError **error)
{
  LoadCheckpoint *load = data;
  g_autoptr (LmSnapshot) weights = NULL;
  g_autofree char *state = NULL;
  gint64 id;

  if (!find_checkpoint (self, load, &id, error) || !read_state (self, id, &state, error))
    return FALSE;
  weights = lm_project_read_weights (self, id, error);
  load->checkpoint = weights != NULL ? lm_checkpoint_parse (state, weights, error) : NULL;
  return load->checkpoint != NULL;
}

LmCheckpoint *
lm_project_load_checkpoint (LmProject *self,
                            gint64 id,
                            const char *which,
                            GError **error)
{
  LoadCheckpoint load = { .run = id, .which = which != NULL ? which : "last" };

  lm_project_call (self, LM_JOB_READ, load_checkpoint_job, &load, error);
  return load.checkpoint;
}

typedef struct {
  gint64 run;
  LmPipeline *pipeline;
} LoadPipeline;

static gboolean
load_pipeline_job (LmProject *self,
                   void *data,
                   GError **error)
{
  LoadPipeline *load = data;
  GError *reason = NULL;

  load->pipeline = lm_project_read_chain (self, load->run, &reason);
  if (reason == NULL)
    return TRUE;
  g_propagate_error (error, reason);
  return FALSE;
}

LmPipeline *
lm_project_load_pipeline (LmProject *self,
                          gint64 id,
                          GError **error)
{
  LoadPipeline load = { .run = id };

  lm_project_call (self, LM_JOB_READ, load_pipeline_job, &load, error);
  return load.pipeline;
}

/* --- First weights and imported ones ---------------------------------------------------- */

typedef struct {
  gint64 run;
  int kinds;
  LmSnapshot *weights;
  gboolean is_newest;
} Weights;

static gboolean
load_weights_job (LmProject *self,
                  void *data,
                  GError **error)
{
  Weights *load = data;
  g_autofree char *state = NULL;
  gint64 id, last;

  if (!lm_project_find_stored (self, load->run, load->kinds, -1, &id, error))
    return FALSE;
  if (id == 0)
    return TRUE;
  if (!read_state (self, id, &state, error) || !lm_sqlite_query_int (self->db, "SELECT max (run) FROM checkpoint WHERE kind & 3", 0, &last, error))
    return FALSE;
  load->is_newest = last <= g_ascii_strtoll (state, NULL, 10);
  load->weights = lm_project_read_weights (self, id, error);
  return load->weights != NULL;
}

LmSnapshot *
lm_project_load_start (LmProject *self,
                       gint64 id,
                       GError **error)
{
  Weights load = { .run = id, .kinds = LM_STORED_START };

  lm_project_call (self, LM_JOB_READ, load_weights_job, &load, error);
  return load.weights;
}

LmSnapshot *
lm_project_load_import (LmProject *self,
                        gboolean *is_newest,
                        GError **error)
{
  Weights load = { .run = NO_RUN, .kinds = LM_STORED_IMPORT };

  lm_project_call (self, LM_JOB_READ, load_weights_job, &load, error);
  if (is_newest != NULL)
    *is_newest = load.is_newest;
  return load.weights;
}

static gboolean
set_import_job (LmProject *self,
                void *data,
                GError **error)
{
  LmSnapshot *weights = data;
  g_autofree char *state = NULL;
  LmStored stored = { .run = NO_RUN, .kinds = LM_STORED_IMPORT };
  gint64 last;

  if (weights == NULL)
    return lm_project_unstore (self, NO_RUN, LM_STORED_IMPORT, error);
  /* The last run that there was: weights of a later one count before these. */
  if (!lm_sqlite_query_int (self->db, "SELECT max (id) FROM run", 0, &last, error))
    return FALSE;
  stored.state = state = g_strdup_printf ("%" G_GINT64_FORMAT, last);
  return lm_project_store (self, &stored, weights, error);
}

gboolean
lm_project_set_import (LmProject *self,
                       LmSnapshot *weights,
                       GError **error)
{
  return lm_project_call (self, LM_JOB_CHANGE, set_import_job, weights, error);
}
