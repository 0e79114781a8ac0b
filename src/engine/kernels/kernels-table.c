/* kernels-table.c: gathers the kernels of one instruction set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-kernels-private.h"

void
LM_K (lm_kernels_fill) (LmKernels *table)
{
  LM_K (lm_fill_activation)
  (table);
  LM_K (lm_fill_dense)
  (table);
  LM_K (lm_fill_dense_grad)
  (table);
  LM_K (lm_fill_elementwise)
  (table);
  LM_K (lm_fill_loss)
  (table);
  LM_K (lm_fill_norm)
  (table);
  LM_K (lm_fill_pool)
  (table);
  LM_K (lm_fill_reduce)
  (table);
  LM_K (lm_fill_softmax)
  (table);
  LM_K (lm_fill_update)
  (table);
}
