/* lm-plan.h: a place in one arena for everything a program computes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-autodiff.h"

G_BEGIN_DECLS

#define LM_NO_OFFSET G_MAXSIZE

/**
 * LmPlan:
 *
 * Time runs over the live ops forward (op i at time i) and then over the steps
 * of the tape (step j at time n_ops + j). Each result, gradient and workspace
 * lives from the time it is made to the time of its last reader; two that
 * live at the same time never overlap. A test checks that.
 *
 * @value: offset of each value's data; %LM_NO_OFFSET for inputs, weights and values that nobody makes
 * @grad: offset of each value's gradient; %LM_NO_OFFSET for weights and where there is none
 * @workspace: offset of the workspace of each time
 * @is_alias: the gradient of the input of a view shares memory with that of its output: no code runs
 * @size: bytes of the arena
 */
typedef struct {
  gsize size;
  gsize *value;
  gsize *grad;
  gsize *workspace;
  gboolean *is_alias; /* per step of the tape */
} LmPlan;

/**
 * lm_plan_new:
 * @max_batch: the batch that symbolic sizes are bound to
 * @wanted: values whose gradient must survive to the end
 */
LmPlan *lm_plan_new (const LmGraph *graph, const LmTape *tape, gint64 max_batch, int root, const int *wanted, int n_wanted);
void lm_plan_free (LmPlan *self);

/* Bytes of a value at batch @n. */
gsize lm_plan_bytes (const LmGraph *graph, const LmValueInfo *value, gint64 n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmPlan, lm_plan_free)

G_END_DECLS
