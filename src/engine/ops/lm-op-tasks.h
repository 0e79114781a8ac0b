/* lm-op-tasks.h: how the ops cut their work
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-arena.h"
#include "lm-op-attrs.h"
#include "lm-op.h"

#include <math.h>

G_BEGIN_DECLS

/* Elements a task takes. 64 KiB of floats: long against the cost of a task, short enough that two threads share a small
 * picture. Never depends on the number of threads. */
#define LM_TASK_ELEMENTS ((gint64) 16384)

/* What stands where in a part of @n things cut into parts of @size. */
typedef struct {
  gint64 from;
  gint64 n;
} LmPart;

static inline int
lm_n_parts (gint64 n, gint64 size)
{
  return (int) ((n + size - 1) / size);
}

static inline LmPart
lm_part (gint64 n, gint64 size, int i)
{
  gint64 from = (gint64) i * size;

  return (LmPart){ from, MIN (size, n - from) };
}

/* Rows of @cols elements that a task takes. */
static inline gint64
lm_task_rows (gint64 cols)
{
  return MAX (LM_TASK_ELEMENTS / cols, 1);
}

static inline gint64
lm_operand_size (const LmOperand *operand)
{
  return lm_shape_n_elements (&operand->shape, 1);
}

/* Size of the last axis; 1 for a scalar or for one number a sample. */
static inline gint64
lm_operand_cols (const LmOperand *operand)
{
  return operand->shape.rank < 2 ? 1 : operand->shape.dim[operand->shape.rank - 1];
}

/* The kernel's name for an activation. The two lists run in the same order. */
static inline LmFn
lm_op_fn (const LmActivationAttrs *attrs)
{
  G_STATIC_ASSERT ((int) LM_ACT_LINEAR == LM_FN_LINEAR && (int) LM_ACT_MISH == LM_FN_MISH);

  /* With slope or alpha 0 both are relu, whose output tells on which side of zero the input was. */
  if ((attrs->kind == LM_ACT_LEAKY_RELU || attrs->kind == LM_ACT_ELU) && attrs->a == 0.0)
    return (LmFn){ .kind = LM_FN_RELU, .b = LM_REAL (INFINITY) };
  return (LmFn){ (LmFnKind) attrs->kind, LM_REAL (attrs->a), LM_REAL (attrs->b), LM_REAL (attrs->c) };
}

/* d = v or d += v */
static inline void
lm_grad_put (lm_real *d, lm_real v, gboolean add)
{
  *d = add ? *d + v : v;
}

/* Where the gradient of weight @i goes, in the kernels' words. */
static inline LmGradient
lm_op_gradient (const LmOpCall *call, int i)
{
  LmGradient to = { .into = LM_INTO_NOTHING, .g = call->din[i].data };

  switch (call->mode[i]) {
  case LM_GRAD_WRITE:
    to.into = LM_INTO_WRITE;
    break;
  case LM_GRAD_ADD:
    to.into = LM_INTO_ADD;
    break;
  case LM_GRAD_UPDATE:
    to.into = LM_INTO_UPDATE;
    to.w = call->in[i].data;
    to.update = call->update[i];
    break;
  default:
    break;
  }
  return to;
}

G_END_DECLS
