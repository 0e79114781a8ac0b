/* lm-op-table.c: the descriptors of the ops by number, in both builds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-op.h"

#define LM_OP(name)                    \
  extern const LmOpClass lm_op_##name; \
  extern const LmOpClass lm_op_##name##_f64;
#include "lm-op-ids.inc"
#undef LM_OP

const LmOpClass *
lm_op_class (LmOpId id,
             gboolean f64)
{
  static const LmOpClass *const table[LM_N_OPS + 1][2] = {
#define LM_OP(name) [LM_OP_##name] = { &lm_op_##name, &lm_op_##name##_f64 },
#include "lm-op-ids.inc"
#undef LM_OP
  };

  g_assert (id < LM_N_OPS && table[id][f64] != NULL);
  return table[id][f64];
}
