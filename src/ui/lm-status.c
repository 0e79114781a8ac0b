/* lm-status.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-status.h"

#include "lm-number.h"
#include "lm-words.h"

#include <inttypes.h>
#include <math.h>

#include <glib/gi18n.h>

void
lm_status_clear (LmStatus *self)
{
  g_free (self->title);
  g_free (self->side);
  g_free (self->detail);
  g_free (self->cluster);
}

/* --- At work ------------------------------------------------------------------------- */

static char *
epoch_of (LmSession *session)
{
  const LmRunFacts *facts = lm_session_get_facts (session);
  const LmEvent *step = lm_session_get_step (session);
  gint64 epoch = step != NULL ? step->epoch : 1;

  return g_strdup_printf (_ ("epoch %" PRId64 " of %" PRId64), epoch, facts != NULL ? facts->epochs : 0);
}

static void
set_running (LmStatus *self,
             LmSession *session)
{
  const LmRunFacts *facts = lm_session_get_facts (session);
  const LmEvent *step = lm_session_get_step (session);
  g_autofree char *epoch = epoch_of (session);

  /* Translators: %s is “epoch 7 of 10”. */
  self->title = g_strdup_printf (_ ("Training · %s"), epoch);
  self->cluster = g_steal_pointer (&epoch);
  if (step == NULL || facts == NULL) {
    self->detail = g_strdup (_ ("The first step is under way."));
    return;
  }
  if (isfinite (step->now.samples_per_s) && step->now.samples_per_s > 0) {
    g_autofree char *left = lm_words_left (step->now.seconds_left);
    g_autofree char *speed = lm_number_significant (step->now.samples_per_s, 3);

    self->side = g_strdup_printf (_ ("%s left · %s samples/s"), left, speed);
  }
  self->detail = g_strdup_printf (_ ("Batch %" PRId64 " of %" PRId64 " in this epoch"), step->batch, facts->steps_per_epoch);
}

static void
set_active (LmStatus *self,
            LmSession *session)
{
  const char *preparing = lm_session_get_preparing (session);
  const LmEvent *step = lm_session_get_step (session);
  g_autofree char *epoch = epoch_of (session);

  self->fraction = lm_session_get_fraction (session);
  switch (lm_session_get_state (session)) {
  case LM_SESSION_PREPARING:
    self->title = g_strdup (_ ("Preparing…"));
    self->detail = g_strdup (preparing != NULL ? preparing : _ ("Reading the data"));
    self->cluster = g_strdup (_ ("preparing"));
    break;
  case LM_SESSION_PAUSING:
    self->title = g_strdup (_ ("Pausing…"));
    self->detail = g_strdup (_ ("after this step"));
    self->cluster = g_strdup (_ ("pausing"));
    break;
  case LM_SESSION_STOPPING:
    self->title = g_strdup (_ ("Stopping…"));
    self->detail = g_strdup (_ ("after this step"));
    self->cluster = g_strdup (_ ("stopping"));
    break;
  case LM_SESSION_PAUSED:
    self->title = step != NULL ? g_strdup_printf (_ ("Paused in %s"), epoch) : g_strdup (_ ("Paused"));
    self->detail = g_strdup (_ ("Everything is saved. You can close Lamina and go on later."));
    self->cluster = g_strdup (_ ("paused"));
    break;
  default:
    set_running (self, session);
    break;
  }
}

/* --- Over ---------------------------------------------------------------------------- */

/* “Kept: epoch 5, the best validation loss” */
static char *
kept (const LmRunInfo *info)
{
  if (info->best_epoch <= 0)
    return g_strdup (_ ("The weights of the last step are kept."));
  if (isnan (info->validation.loss))
    return g_strdup_printf (_ ("Kept: epoch %" PRId64 ", the best training loss"), info->best_epoch);
  return g_strdup_printf (_ ("Kept: epoch %" PRId64 ", the best validation loss"), info->best_epoch);
}

static void
set_stopped (LmStatus *self,
             const LmRunInfo *info)
{
  gint64 epoch = info->steps_per_epoch > 0 ? MIN (info->step / info->steps_per_epoch + 1, MAX (info->epochs, 1)) : 1;

  self->title = g_strdup_printf (_ ("Stopped in epoch %" PRId64), epoch);
  if (info->best_epoch > 0)
    self->detail = g_strdup_printf (_ ("The weights of the last step and of the best epoch (%" PRId64 ") are kept."), info->best_epoch);
  else
    self->detail = g_strdup (_ ("The weights of the last step are kept."));
}

static void
set_finished (LmStatus *self,
              LmSession *session,
              const LmRunInfo *info)
{
  double seconds = lm_session_get_run (session) == info->id ? lm_session_get_elapsed (session) : (double) (info->ended - info->started);
  g_autofree char *time = lm_words_duration (seconds);

  /* Translators: %s is a time such as “58 s”. */
  self->title = g_strdup_printf (g_dngettext (NULL, "Finished · %d epoch in %s", "Finished · %d epochs in %s", (gulong) info->epoch), (int) info->epoch, time);
  self->detail = kept (info);
  self->fraction = 1;
}

static void
set_nan (LmStatus *self,
         LmSession *session,
         const LmRunInfo *info)
{
  const LmEvent *end = lm_session_get_run (session) == info->id ? lm_session_get_end (session) : NULL;

  self->has_halve_rate = info->has_weights;
  if (end == NULL || end->end.reason != LM_END_NAN) {
    self->title = g_strdup (_ ("The loss is not a number"));
    self->detail = g_strdup (info->message != NULL ? info->message : _ ("The last good weights are kept."));
    return;
  }
  self->title = g_strdup_printf (_ ("The loss is not a number since step %" PRId64), end->step);
  if (end->end.layer != NULL && end->end.kept_epoch > 0)
    self->detail = g_strdup_printf (_ ("First bad value: %s. Kept: the weights of epoch %" PRId64 "."), end->end.layer, end->end.kept_epoch);
  else if (end->end.layer != NULL)
    self->detail = g_strdup_printf (_ ("First bad value: %s."), end->end.layer);
  else
    self->detail = g_strdup (_ ("The last good weights are kept."));
}

static void
set_run (LmStatus *self,
         LmSession *session,
         const LmRunInfo *info)
{
  g_autofree char *name = lm_words_run (info);

  switch (info->end) {
  case LM_RUN_STATE_FINISHED:
    set_finished (self, session, info);
    break;
  case LM_RUN_STATE_EARLY:
    self->title = g_strdup_printf (_ ("Finished early in epoch %" PRId64), info->epoch);
    self->detail = kept (info);
    break;
  case LM_RUN_STATE_STOPPED:
    set_stopped (self, info);
    break;
  case LM_RUN_STATE_NAN:
    set_nan (self, session, info);
    break;
  case LM_RUN_STATE_FAILED:
    self->title = g_strdup_printf (_ ("%s failed"), name);
    self->detail = g_strdup (info->message);
    break;
  case LM_RUN_STATE_PAUSED:
    self->title = g_strdup_printf (_ ("%s is paused in epoch %" PRId64 " of %" PRId64), name, MIN (info->epoch + 1, info->epochs), info->epochs);
    self->detail = g_strdup (_ ("It goes on from there with the same result."));
    self->can_go_on = TRUE;
    break;
  case LM_RUN_STATE_RUNNING:
    self->title = g_strdup_printf (_ ("%s was cut off in epoch %" PRId64), name, info->epoch + 1);
    self->detail = g_strdup (_ ("It goes on from there with the same result."));
    self->can_go_on = TRUE;
    break;
  }
}

/* --- Before -------------------------------------------------------------------------- */

static void
set_not_started (LmStatus *self,
                 LmSession *session,
                 const GError *error)
{
  const LmEvent *end = lm_session_get_end (session);

  self->title = g_strdup (_ ("Not started"));
  self->detail = g_strdup (error->message);
  if (end != NULL && end->end.bytes_needed > 0) {
    g_autofree char *needed = lm_words_bytes (end->end.bytes_needed);
    g_autofree char *there = lm_words_bytes (end->end.bytes_free);

    g_free (self->title);
    self->title = g_strdup_printf (_ ("Not started: %s needed, %s free"), needed, there);
    self->batch_fits = end->end.batch_fits;
  }
}

static void
set_problems (LmStatus *self,
              const LmCheck *check)
{
  const LmDiagnostic *first = check->diagnostics->pdata[0];

  self->title = g_strdup_printf (g_dngettext (NULL, "%d problem in the design", "%d problems in the design", (gulong) check->n_errors), check->n_errors);
  self->detail = g_strdup (first->title);
  self->can_train = FALSE;
}

static void
set_ready (LmStatus *self,
           LmDocument *document)
{
  const LmDataset *dataset = lm_document_get_dataset (document, NULL);
  g_autofree char *params = lm_words_count (lm_document_get_check (document)->params);
  g_autofree char *samples = dataset != NULL ? lm_words_count ((gint64) lm_dataset_n (dataset, LM_PART_TRAIN)) : NULL;
  gsize bytes = lm_document_get_train_bytes (document);
  g_autofree char *memory = lm_words_bytes (bytes);

  self->title = g_strdup (_ ("Ready to train"));
  if (samples == NULL)
    self->detail = g_strdup_printf (_ ("%s parameters"), params);
  else if (bytes == 0)
    self->detail = g_strdup_printf (_ ("%s parameters, %s samples"), params, samples);
  else
    self->detail = g_strdup_printf (_ ("%s parameters, %s samples, about %s"), params, samples, memory);
}

static void
set_idle (LmStatus *self,
          LmDocument *document,
          LmSession *session)
{
  const LmCheck *check = lm_document_get_check (document);
  const LmRunInfo *last = lm_document_get_last_run (document);
  const LmEvent *end = lm_session_get_end (session);
  const GError *error = lm_session_get_error (session);
  const char *message;
  LmDataset *dataset = lm_document_get_dataset (document, &message);

  self->can_train = lm_document_get_read_only (document, NULL) == NULL;
  if (error == NULL && end != NULL && end->end.reason == LM_END_FAILED)
    error = end->end.error;
  if (dataset == NULL && message != NULL) {
    self->title = g_strdup (_ ("No data yet"));
    self->detail = g_strdup (message);
    self->can_train = FALSE;
  } else if (check->n_errors > 0) {
    set_problems (self, check);
  } else if (error != NULL) {
    set_not_started (self, session, error);
  } else if (last != NULL) {
    set_run (self, session, last);
    self->can_go_on = self->can_go_on && self->can_train;
  } else {
    set_ready (self, document);
  }
}

void
lm_status_init (LmStatus *self,
                LmDocument *document,
                LmSession *session)
{
  *self = (LmStatus){ .fraction = -1 };
  if (lm_session_is_active (session))
    set_active (self, session);
  else
    set_idle (self, document, session);
  if (self->side == NULL)
    self->side = g_strdup ("");
  if (self->detail == NULL)
    self->detail = g_strdup ("");
  if (self->cluster == NULL)
    self->cluster = g_strdup ("");
}
