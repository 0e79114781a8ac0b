/* kernels-table.c: gathers the kernels of one instruction set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-kernels-private.h"

#define FILL(name) LM_K (lm_fill_##name) (table)

void
LM_K (lm_kernels_fill) (LmKernels *table)
{
  FILL (activation);
  FILL (conv);
  FILL (conv_dw);
  FILL (conv_dx);
  FILL (dense);
  FILL (dense_grad);
  FILL (elementwise);
  FILL (loss);
  FILL (norm);
  FILL (pool);
  FILL (recurrent);
  FILL (reduce);
  FILL (softmax);
  FILL (update);
}
