/* lm-real.h: the number type of kernels and ops
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-tensor.h"

G_BEGIN_DECLS

/* Kernels and ops are compiled twice: with float, and, for gradient checks only, with LM_REAL_DOUBLE defined.
 *
 * lm_real: the type. LM_R (name): name, or name_f64 in the double build: for every symbol that both builds export.
 * LM_REAL_DTYPE: the same type as an LmDtype. LM_REAL (x): a constant of the type, without a double in float code. */
#ifdef LM_REAL_DOUBLE
typedef double lm_real;
#define LM_R(name) name##_f64
#define LM_REAL_DTYPE LM_F64
#else
typedef float lm_real;
#define LM_R(name) name
#define LM_REAL_DTYPE LM_F32
#endif

#define LM_REAL(x) ((lm_real) (x))

G_END_DECLS
