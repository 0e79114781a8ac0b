/* lm-kernels-private.h: how the sources of one instruction set come together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-kernels.h"

/* The sources kernels-*.c are compiled once per instruction set with LM_ISA defined as its name (“avx2”; “generic_f64” in double).
 * What one of them shows to the others carries that name. */
#define LM_PASTE_(a, b) a##_##b
#define LM_PASTE(a, b) LM_PASTE_ (a, b)
#define LM_K(name) LM_PASTE (name, LM_ISA)

#define LM_MIN(a, b) ((a) < (b) ? (a) : (b))
#define LM_MAX(a, b) ((a) > (b) ? (a) : (b))

#ifdef LM_ISA

/* Each source fills in its entries. */
void LM_K (lm_fill_activation) (LmKernels *table);
void LM_K (lm_fill_conv) (LmKernels *table);
void LM_K (lm_fill_conv_dw) (LmKernels *table);
void LM_K (lm_fill_conv_dx) (LmKernels *table);
void LM_K (lm_fill_dense) (LmKernels *table);
void LM_K (lm_fill_dense_grad) (LmKernels *table);
void LM_K (lm_fill_elementwise) (LmKernels *table);
void LM_K (lm_fill_loss) (LmKernels *table);
void LM_K (lm_fill_norm) (LmKernels *table);
void LM_K (lm_fill_pool) (LmKernels *table);
void LM_K (lm_fill_recurrent) (LmKernels *table);
void LM_K (lm_fill_reduce) (LmKernels *table);
void LM_K (lm_fill_softmax) (LmKernels *table);
void LM_K (lm_fill_update) (LmKernels *table);

/* All of them. */
void LM_K (lm_kernels_fill) (LmKernels *table);

/* Entries that other kernels call in their epilogues. */
#define kernel_activate LM_K (lm_activate)
#define kernel_update LM_K (lm_update)
void kernel_activate (const LmFn *fn, gsize n, const lm_real *x, lm_real *y);
void kernel_update (const LmUpdate *update, gsize n, const lm_real *g, lm_real *w);

#endif
