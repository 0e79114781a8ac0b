/* op-reshape.c: the same numbers under another shape
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op-tasks.h"

/* A view: nothing runs, memory is shared. */

static void
reshape_infer (const void *attrs, int n_in, const LmOperand *in, int n_out, LmOperand *out)
{
  const LmReshapeAttrs *a = attrs;

  g_assert (n_in == 1 && n_out == 1 && a->rank >= 0 && a->rank <= LM_MAX_RANK);
  out[0].dtype = in[0].dtype;
  out[0].shape = LM_SCALAR;
  out[0].shape.rank = a->rank;
  for (int i = 0; i < a->rank; i++)
    out[0].shape.dim[i] = a->dim[i];
}

static double
reshape_flops (const LmOpCall *call)
{
  return 0.0;
}

const LmOpClass LM_R (lm_op_reshape) = {
  .member = { .id = "reshape" },
  .attrs_size = sizeof (LmReshapeAttrs),
  .flags = LM_OP_VIEW,
  .infer = reshape_infer,
  .flops = reshape_flops,
};
