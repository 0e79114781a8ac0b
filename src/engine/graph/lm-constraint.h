/* lm-constraint.h: descriptor of a rule that weights must keep
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-option.h"
#include "lm-shape.h"

G_BEGIN_DECLS

/**
 * LmConstraintClass:
 * @apply: changes a weight of @shape in natural (Keras) order so that it keeps the rule; @norms: room for as many numbers as the
 *   weight has. Allocates nothing. Thread: any
 *
 * A member of family “constraint”, applied after each step of the optimizer. Names, formulas and defaults are Keras's.
 */
typedef struct {
  LmMember member;
  void (*apply) (const LmOptionSet *options, const LmShape *shape, float *natural, double *norms);
} LmConstraintClass;

static inline void
lm_constraint_apply (const LmOptionSet *options, const LmShape *shape, float *natural, double *norms)
{
  ((const LmConstraintClass *) options->member)->apply (options, shape, natural, norms);
}

G_END_DECLS
