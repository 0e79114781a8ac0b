/* kernels-table.c: gathers the kernels of one instruction set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-kernels-private.h"

void
LM_K (lm_kernels_fill) (LmKernels *table)
{
}
