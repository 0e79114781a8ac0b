/* lm-regularizer.h: descriptor of a cost for large weights
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-option.h"

G_BEGIN_DECLS

/**
 * LmRegularizerClass:
 * @factors: what the member adds to the loss for a weight w is l1·Σ|w| + l2·Σw² (LmPenaltyAttrs)
 *
 * A member of family “regularizer”. Names and defaults are Keras's.
 */
typedef struct {
  LmMember member;
  void (*factors) (const LmOptionSet *options, double *l1, double *l2);
} LmRegularizerClass;

static inline void
lm_regularizer_factors (const LmOptionSet *options, double *l1, double *l2)
{
  ((const LmRegularizerClass *) options->member)->factors (options, l1, l2);
}

G_END_DECLS
