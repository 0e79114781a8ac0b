/* lm-run-plan.c
 *
 * A run is stored before its data are opened: whatever moment a kill strikes,
 * what was asked for is there and resuming begins or goes on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-run-plan.h"

#include "lm-i18n.h"
#include "lm-safetensors.h"
#include "lm-source.h"
#include "lm-weights.h"

#include <math.h>
#include <string.h>

void
lm_run_plan_free (LmRunPlan *self)
{
  if (self == NULL)
    return;
  lm_design_free (self->design);
  g_free (self->fingerprint);
  lm_checkpoint_unref (self->resume);
  lm_checkpoint_unref (self->best);
  lm_snapshot_unref (self->weights);
  lm_history_unref (self->history);
  g_clear_pointer (&self->pipeline, lm_pipeline_free);
  lm_design_free (self->old_design);
  lm_undo_free (self->old_undo);
  g_free (self);
}

void
lm_run_plan_discard (LmRunPlan *self,
                     LmProject *project)
{
  if (self->is_resumed)
    return;
  if (self->old_design != NULL)
    lm_project_post_edit (project, self->old_design, self->old_undo);
  lm_project_delete_run (project, self->id, NULL);
}

/* --- What was asked for becomes the project's --------------------------------------- */

/* (transfer full): the SPEC with its path relative to the project's folder. */
static char *
make_relative (const LmRunSpec *spec,
               GError **error)
{
  g_autoptr (LmSpec) parsed = lm_spec_parse (spec->data, error);
  g_autofree char *folder = lm_project_dup_folder (spec->project);
  g_autofree char *here = spec->base_dir != NULL ? g_strdup (spec->base_dir) : g_get_current_dir ();

  if (parsed == NULL)
    return NULL;
  lm_spec_make_relative (parsed, here, folder);
  return lm_spec_format (parsed);
}

static void
want_int (GPtrArray *edits,
          const LmDesign *design,
          int option,
          gint64 value)
{
  if (value > 0 && lm_option_get_int (design->training, option) != value)
    g_ptr_array_add (edits, lm_edit_set_training (option, &LM_VALUE_INT (value)));
}

/* Epochs, batch size and data are edits like any other, so that they can be undone. */
static gboolean
apply_edits (const LmRunSpec *spec,
             LmDesign *design,
             LmUndo *undo,
             gboolean *changed,
             GError **error)
{
  g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_edit_free);
  g_autoptr (LmEdit) group = NULL;

  want_int (edits, design, LM_TRAINING_EPOCHS, spec->epochs);
  want_int (edits, design, LM_TRAINING_BATCH_SIZE, spec->batch_size);
  if (spec->data != NULL) {
    g_autofree char *data = make_relative (spec, error);

    if (data == NULL)
      return FALSE;
    if (g_strcmp0 (data, design->data_spec) != 0)
      g_ptr_array_add (edits, lm_edit_set_data (data));
  }
  *changed = edits->len > 0;
  if (!*changed)
    return TRUE;
  group = lm_edit_group (_ ("Settings of the Run"), g_steal_pointer (&edits));
  return lm_undo_do (undo, design, group, FALSE, error);
}

/* What belongs to this run alone. */
static gboolean
set_own (const LmRunSpec *spec,
         LmDesign *design,
         GError **error)
{
  if (spec->has_seed && !lm_option_set_value (design->training, LM_TRAINING_SEED, &LM_VALUE_INT ((gint64) MIN (spec->seed, G_MAXINT64)), error))
    return FALSE;
  if (spec->no_shuffle && !lm_option_set_value (design->training, LM_TRAINING_SHUFFLE, &LM_VALUE_BOOL (FALSE), error))
    return FALSE;
  return spec->validation_split < 0 ||
         lm_option_set_value (design->training, LM_TRAINING_VALIDATION_SPLIT, &LM_VALUE_DOUBLE (spec->validation_split), error);
}

/* --- First weights --------------------------------------------------------------------- */

/* Of a file, of another run, imported ones; or none: fresh ones. */
static gboolean
find_weights (const LmRunSpec *spec,
              LmRunPlan *self,
              const char **start,
              GError **error)
{
  g_autoptr (GError) reason = NULL;

  self->match = LM_MATCH_NAME;
  if (spec->weights != NULL) {
    *start = "file";
    self->weights = lm_safetensors_load (spec->weights, spec->weights, error);
    return self->weights != NULL;
  }
  if (spec->from > 0) {
    g_autoptr (LmCheckpoint) checkpoint = lm_project_load_checkpoint (spec->project, spec->from, spec->from_checkpoint, error);

    *start = "run";
    self->match = LM_MATCH_PATH;
    self->weights = checkpoint != NULL ? lm_snapshot_ref (checkpoint->weights) : NULL;
    return self->weights != NULL;
  }
  self->weights = lm_project_load_import (spec->project, NULL, &reason);
  *start = self->weights != NULL ? "import" : "fresh";
  if (reason == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

/* --- A new run --------------------------------------------------------------------------- */

static gboolean
check_design (const LmDesign *design,
              GError **error)
{
  g_autoptr (LmCheck) check = lm_check_design (design, NULL, FALSE);

  return lm_check_require (check, error);
}

/* (transfer full) (nullable) */
static char *
find_change (const LmRunSpec *spec,
             const LmDesign *design)
{
  g_autoptr (LmRunInfo) before = NULL;
  g_autoptr (LmDesign) old = NULL;

  if (spec->change != NULL)
    return g_strdup (spec->change);
  before = lm_project_get_run (spec->project, spec->from, NULL);
  old = before != NULL ? lm_project_load_run_design (spec->project, before->id, NULL) : NULL;
  return old != NULL ? lm_run_describe_change (old, design) : NULL;
}

static gboolean
store (const LmRunSpec *spec,
       LmRunPlan *self,
       const char *start,
       GError **error)
{
  g_autofree char *change = find_change (spec, self->design);
  LmRunInfo info = {
    .name = (char *) spec->name,
    .parent = spec->weights == NULL ? spec->from : 0,
    .change = change,
    .start = (char *) start,
    .seed = self->seed,
    .data = self->design->data_spec,
    .max_steps = self->max_steps,
    .exact = self->exact,
    .epochs = self->epochs,
  };

  self->id = lm_project_add_run (spec->project, &info, self->design, self->weights, error);
  return self->id != 0;
}

static LmRunPlan *
plan_new (const LmRunSpec *spec,
          GError **error)
{
  g_autoptr (LmRunPlan) self = g_new0 (LmRunPlan, 1);
  g_autoptr (LmDesign) old_design = lm_project_load_design (spec->project, error);
  g_autoptr (LmUndo) old_undo = old_design != NULL ? lm_project_load_undo (spec->project, error) : NULL;
  g_autoptr (LmUndo) undo = old_undo != NULL ? lm_project_load_undo (spec->project, error) : NULL;
  g_autoptr (LmDesign) design = undo != NULL ? lm_design_copy (old_design) : NULL;
  gboolean changed;
  const char *start;

  if (design == NULL || !apply_edits (spec, design, undo, &changed, error))
    return NULL;
  self->design = lm_design_copy (design);
  self->fingerprint = g_strdup ("");
  if (!set_own (spec, self->design, error) || !check_design (self->design, error) || !find_weights (spec, self, &start, error))
    return NULL;
  if (self->design->data_spec == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("There are no data to train on. Choose a data set on the Data page, or give one with --data."));
    return NULL;
  }

  self->seed = (guint64) lm_option_get_int (self->design->training, LM_TRAINING_SEED);
  self->epochs = lm_option_get_int (self->design->training, LM_TRAINING_EPOCHS);
  self->max_steps = spec->max_steps;
  self->exact = spec->exact;
  if (changed) {
    self->old_design = g_steal_pointer (&old_design);
    self->old_undo = g_steal_pointer (&old_undo);
    lm_project_post_edit (spec->project, design, undo);
  }
  return store (spec, self, start, error) ? g_steal_pointer (&self) : NULL;
}

/* --- A run that goes on ---------------------------------------------------------------------- */

static gboolean
fail_differs (const LmRunInfo *info,
              const char *what,
              GError **error)
{
  g_set_error (error, LM_ERROR, LM_ERROR_USAGE,
               _ ("Run %" PRId64 " was begun with other settings (%s). A run goes on with its own: leave that option away, or begin a new run without --resume."), info->id, what);
  return FALSE;
}

/* Settings may be given again, but not others. */
static gboolean
check_same (const LmRunSpec *spec,
            const LmRunInfo *info,
            const LmDesign *design,
            GError **error)
{
  const LmOptionSet *training = design->training;
  double split = lm_option_get_double (training, LM_TRAINING_VALIDATION_SPLIT);

  if (spec->batch_size > 0 && spec->batch_size != lm_option_get_int (training, LM_TRAINING_BATCH_SIZE))
    return fail_differs (info, "--batch-size", error);
  if (spec->has_seed && spec->seed != info->seed)
    return fail_differs (info, "--seed", error);
  if (spec->max_steps > 0 && spec->max_steps != info->max_steps)
    return fail_differs (info, "--steps", error);
  if (spec->validation_split >= 0 && spec->validation_split != split)
    return fail_differs (info, "--validation-split", error);
  if (spec->no_shuffle && lm_option_get_bool (training, LM_TRAINING_SHUFFLE))
    return fail_differs (info, "--no-shuffle", error);
  return (!spec->exact || info->exact) || fail_differs (info, "--exact", error);
}

/* The total is kept in the run's design and in the project's. */
static gboolean
change_epochs (const LmRunSpec *spec,
               LmRunPlan *self,
               const LmRunInfo *info,
               GError **error)
{
  LmRunSpec only_epochs = { .epochs = spec->epochs };
  g_autoptr (LmDesign) design = NULL;
  g_autoptr (LmUndo) undo = NULL;
  gboolean changed;

  self->epochs = info->epochs;
  if (spec->epochs == 0 || spec->epochs == info->epochs)
    return TRUE;
  self->epochs = spec->epochs;
  design = lm_project_load_design (spec->project, error);
  undo = design != NULL ? lm_project_load_undo (spec->project, error) : NULL;
  if (undo == NULL || !apply_edits (&only_epochs, design, undo, &changed, error))
    return FALSE;
  if (changed)
    lm_project_post_edit (spec->project, design, undo);
  return lm_project_set_run_epochs (spec->project, info->id, self->epochs, error);
}

static gboolean
load_state (const LmRunSpec *spec,
            LmRunPlan *self,
            const LmRunInfo *info,
            GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (info->has_weights) {
    self->resume = lm_project_load_checkpoint (spec->project, info->id, "last", error);
    if (self->resume == NULL)
      return FALSE;
    if (lm_option_get_bool (self->design->training, LM_TRAINING_RESTORE_BEST))
      self->best = lm_project_load_checkpoint (spec->project, info->id, "best", NULL);
    self->history = lm_project_load_history (spec->project, info->id, error);
    self->pipeline = self->history != NULL ? lm_project_load_pipeline (spec->project, info->id, &reason) : NULL;
  } else {
    self->weights = lm_project_load_start (spec->project, info->id, &reason);
    self->match = self->weights != NULL && self->weights->n_slots > 0 && self->weights->slots[0].path != NULL ? LM_MATCH_PATH : LM_MATCH_NAME;
  }
  if (reason == NULL)
    return !info->has_weights || self->history != NULL;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

static LmRunPlan *
plan_resume (const LmRunSpec *spec,
             const LmRunInfo *info,
             GError **error)
{
  g_autoptr (LmRunPlan) self = g_new0 (LmRunPlan, 1);

  self->is_resumed = TRUE;
  self->id = info->id;
  self->seed = info->seed;
  self->max_steps = info->max_steps;
  self->exact = info->exact;
  self->fingerprint = g_strdup (info->fingerprint);
  self->design = lm_project_load_run_design (spec->project, info->id, error);
  if (self->design == NULL || !check_same (spec, info, self->design, error))
    return NULL;

  /* A smaller total than what is there already changes nothing. */
  self->is_done = info->has_weights && (info->epoch >= (spec->epochs > 0 ? spec->epochs : info->epochs) ||
                                        (info->end == LM_RUN_STATE_EARLY && spec->epochs <= info->epochs));
  if (self->is_done) {
    self->epochs = info->epochs;
    return g_steal_pointer (&self);
  }
  if (!change_epochs (spec, self, info, error) || !load_state (spec, self, info, error))
    return NULL;
  if (spec->data != NULL) {
    g_autofree char *data = make_relative (spec, error);

    /* The same data may lie elsewhere by now; the fingerprint tells. */
    if (data == NULL)
      return NULL;
    g_free (self->design->data_spec);
    self->design->data_spec = g_steal_pointer (&data);
  }
  return g_steal_pointer (&self);
}

LmRunPlan *
lm_run_plan_new (const LmRunSpec *spec,
                 GError **error)
{
  g_autoptr (LmRunInfo) info = NULL;
  g_autoptr (GError) reason = NULL;

  if (!lm_project_require_writable (spec->project, error))
    return NULL;
  if (!spec->resume)
    return plan_new (spec, error);

  info = lm_project_get_run (spec->project, spec->run, &reason);
  if (info != NULL)
    return plan_resume (spec, info, error);
  if (spec->run == 0 && g_error_matches (reason, LM_ERROR, LM_ERROR_NOT_FOUND))
    return plan_new (spec, error);
  g_propagate_error (error, g_steal_pointer (&reason));
  return NULL;
}
