/* lm-kernels-f64.c: the kernels in double, for gradient checks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-kernels.h"

#include <pthread.h>

void lm_kernels_fill_generic_f64 (LmKernels *table);

static LmKernels table;
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void
fill_table (void)
{
  table.isa = "generic";
  lm_kernels_fill_generic_f64 (&table);
}

const LmKernels *
lm_kernels_get_f64 (void)
{
  pthread_once (&table_once, fill_table);
  return &table;
}

const LmKernels *
lm_kernels_by_name_f64 (const char *name)
{
  return g_str_equal (name, "generic") ? lm_kernels_get_f64 () : NULL;
}
