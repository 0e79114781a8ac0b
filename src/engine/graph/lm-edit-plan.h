/* lm-edit-plan.h: compound edits are tried out on a copy of the design while they are made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-edit-ports.h"

G_BEGIN_DECLS

/**
 * LmEditPlan:
 * @top: a copy of the whole design, changed by each edit that is added
 * @design: the part of it that @block names
 * @moved: see lm_ports_follow()
 */
typedef struct {
  const char *block;
  LmDesign *top;
  LmDesign *design;
  GPtrArray *edits;
  LmPorts *ports;
  GArray *moved;
} LmEditPlan;

gboolean lm_edit_plan_begin (LmEditPlan *self, const LmDesign *design, const char *block, GError **error);

/* (transfer full) @edit: applied to the copy and remembered; FALSE if it cannot be applied. */
gboolean lm_edit_plan_add (LmEditPlan *self, LmEdit *edit, GError **error);

/* All of @ids, linked copies first. */
gboolean lm_edit_plan_remove (LmEditPlan *self, const int *ids, int n_ids, GError **error);

/* Wires and targets around that stand at this output of the block's inside are to stand at that one in the end. */
void lm_edit_plan_moved (LmEditPlan *self, int from, int from_port, int to, int to_port);

/* (transfer full): the group of all edits that were added. */
LmEdit *lm_edit_plan_end (LmEditPlan *self, const char *title);
void lm_edit_plan_clear (LmEditPlan *self);

/* FALSE with an error set if there are none, or one of them is not there. */
gboolean lm_edit_check_ids (const LmDesign *design, const int *ids, int n_ids, GError **error);
gboolean lm_edit_has_id (const int *ids, int n_ids, int id);

/* To the 24 px grid of the canvas. */
double lm_edit_snap (double at);

/* The middle of some cards, on the grid: all of them (@ids NULL), or those of @ids. Input layers do not count if @skip_inputs. */
void lm_edit_find_middle (const LmDesign *design, const int *ids, int n_ids, gboolean skip_inputs, double *x, double *y);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LmEditPlan, lm_edit_plan_clear)

G_END_DECLS
