/* lm-blas.h: matrix products without a kernel of our own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * lm_gemm:
 * @transpose_a: A is stored as k × m instead of m × k
 * @transpose_b: B is stored as n × k instead of k × n
 *
 * C (m × n) = alpha·A·B + beta·C, all row-major with the given row strides.
 * With beta 0, C may hold anything. Runs on the calling thread alone, since
 * OpenBLAS changes its results with its number of threads; several threads
 * may call at the same time. The caller cuts the work by shape.
 */
void lm_gemm (gboolean transpose_a, gboolean transpose_b, gint64 m, gint64 n, gint64 k, float alpha, const float *a, gint64 a_stride, const float *b, gint64 b_stride, float beta, float *c, gint64 c_stride);
void lm_gemm_f64 (gboolean transpose_a, gboolean transpose_b, gint64 m, gint64 n, gint64 k, double alpha, const double *a, gint64 a_stride, const double *b, gint64 b_stride, double beta, double *c, gint64 c_stride);

/* Which of its own kernels OpenBLAS chose (“Zen”, “SkylakeX”): recorded with a run, since it may change the last bits. */
const char *lm_blas_core_name (void);

G_END_DECLS
