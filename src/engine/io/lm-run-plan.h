/* lm-run-plan.h: what a run is to do, decided from what was asked for and what the project holds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-run.h"

G_BEGIN_DECLS

/**
 * LmRunPlan:
 * @id: of the run, which is stored already
 * @is_resumed: it was there before; @is_done: and has nothing left to do
 * @design: of the run; its data_spec is relative to the project's folder
 * @fingerprint: of the data it was trained on so far; "" for none
 * @resume: newest checkpoint; %NULL: begins, with @weights found by @match, or fresh ones
 * @history, @pipeline: so far; %NULL for none
 * @old_design, @old_undo: of the project, before what was asked for became part of it; %NULL if nothing did
 */
typedef struct {
  gint64 id;
  gboolean is_resumed;
  gboolean is_done;
  LmDesign *design;
  char *fingerprint;
  guint64 seed;
  gint64 epochs;
  gint64 max_steps;
  gboolean exact;
  LmCheckpoint *resume;
  LmCheckpoint *best; /* of the same run, where it is wanted at the end */
  LmSnapshot *weights;
  int match;
  LmHistory *history;
  LmPipeline *pipeline;
  LmDesign *old_design;
  LmUndo *old_undo;
} LmRunPlan;

/* Stores the new run, or finds the one to resume. */
LmRunPlan *lm_run_plan_new (const LmRunSpec *spec, GError **error);
void lm_run_plan_free (LmRunPlan *self);

/* Takes a new run back out of the project, as if it had never been asked for. */
void lm_run_plan_discard (LmRunPlan *self, LmProject *project);

/* (transfer full) (nullable): what is different between two runs: “batch size 32 → 64, + dropout”; NULL: nothing. */
char *lm_run_describe_change (const LmDesign *before, const LmDesign *after);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmRunPlan, lm_run_plan_free)

G_END_DECLS
