/* lm-check-private.h: what the parts of the check share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-check.h"

#include "lm-edit-data.h"

G_BEGIN_DECLS

/**
 * LmChecking: a check on its way
 * @hints: LmDiagnostic; go behind the errors in the end
 * @seek_remedies: %FALSE while a remedy is tried out
 * @budget: layers that may still be looked at in search of remedies, so that a large network with many mistakes is
 *   checked in time
 */
typedef struct {
  const LmDesign *design;
  const LmTask *task;
  LmBuilder *builder;
  LmLowered *lowered;
  LmCheck *check;
  GPtrArray *hints;
  gboolean seek_remedies;
  gint64 budget;
} LmChecking;

/* The check without remedies: for trying them out. */
LmCheck *lm_check_try (const LmDesign *design, const LmTask *task);

/**
 * lm_checking_report:
 * @node: index of the lowered node; −1: the network as a whole
 * @title, @message: (transfer full)
 *
 * Returns: (transfer none): the diagnostic, for remedies to be added
 */
LmDiagnostic *lm_checking_report (LmChecking *self, LmSeverity severity, LmError code, int node, int port, char *title, char *message);

/* TRUE if there is time left to look for remedies in a network of this size. */
gboolean lm_checking_may_seek (LmChecking *self);

/* (transfer full) @title, @edit: adds a remedy; @edit may be NULL: nothing is added. */
void lm_remedy_add (LmDiagnostic *diagnostic, char *title, LmEdit *edit);

/* The same, but only if @edit can be applied and the diagnostic is gone afterwards. Returns: it was added. */
gboolean lm_remedy_try (LmChecking *self, LmDiagnostic *diagnostic, char *title, LmEdit *edit);

/* What layers suggest with their errors. */
void lm_remedy_add_suggestions (LmChecking *self, LmDiagnostic *diagnostic, int node);

/* (transfer full): “Set dense to 10 Units”, “Use Padding “same””, “Set Activation to softmax”. */
char *lm_remedy_title_of_option (const LmNode *node, int option, const LmOptionValue *value);

/* Index of an option of @node by id, −1 if it has none. */
int lm_remedy_find_option (const LmNode *node, const char *id);

/* The block that holds a lowered node: (transfer full) "" or “3/1”. */
char *lm_checking_block (const LmChecking *self, int node);

/* Wires that go round in a circle; inputs without a wire; an empty network. */
void lm_checking_structure (LmChecking *self);
void lm_checking_missing_inputs (LmChecking *self, LmDiagnostic *diagnostic, int node);

/* What the data ask for. */
void lm_checking_task (LmChecking *self);

/* Sinks that have no target. */
void lm_checking_loose_ends (LmChecking *self);

/* Memory and operations. */
void lm_checking_measure (LmChecking *self);

G_END_DECLS
