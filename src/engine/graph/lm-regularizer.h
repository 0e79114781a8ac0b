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
 * @angles: (nullable): instead: factor·mean over the pairs of rows, or columns, of |cos of their angle| (LmOrthogonalAttrs)
 *
 * A member of family “regularizer”. Names and defaults are Keras's.
 */
typedef struct {
  LmMember member;
  void (*factors) (const LmOptionSet *options, double *l1, double *l2);
  void (*angles) (const LmOptionSet *options, double *factor, gboolean *columns);
} LmRegularizerClass;

static inline void
lm_regularizer_factors (const LmOptionSet *options, double *l1, double *l2)
{
  const LmRegularizerClass *regularizer = (const LmRegularizerClass *) options->member;

  *l1 = *l2 = 0;
  if (regularizer->factors != NULL)
    regularizer->factors (options, l1, l2);
}

/* FALSE if the regularizer does not look at angles. */
static inline gboolean
lm_regularizer_angles (const LmOptionSet *options, double *factor, gboolean *columns)
{
  const LmRegularizerClass *regularizer = (const LmRegularizerClass *) options->member;

  if (regularizer->angles != NULL)
    regularizer->angles (options, factor, columns);
  return regularizer->angles != NULL;
}

G_END_DECLS
