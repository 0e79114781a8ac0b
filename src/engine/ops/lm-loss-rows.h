/* lm-loss-rows.h: losses of one row that need no vector kernel
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-op-attrs.h"
#include "lm-real.h"

G_BEGIN_DECLS

/* TRUE for the kinds that lm_loss_row () knows. */
static inline gboolean
lm_loss_is_row (LmLossKind kind)
{
  return kind > LM_LOSS_MAE;
}

/**
 * lm_loss_row:
 * @signs: hinge losses: the targets are 0 and 1 and stand for −1 and 1
 *
 * Loss of one row of @cols predictions @p with targets @t, computed in double.
 */
double LM_R (lm_loss_row) (const LmLossAttrs *attrs, gboolean signs, gint64 cols, const lm_real *p, const lm_real *t);

/* dp (+)= dloss·∂loss/∂p. */
void LM_R (lm_loss_row_grad) (const LmLossAttrs *attrs, gboolean signs, gint64 cols, const lm_real *p, const lm_real *t, double dloss, lm_real *dp, gboolean add);

G_END_DECLS
