/* lm-blas.c: the only file that sees OpenBLAS
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-blas.h"

#include <cblas.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The library has started its threads when it was loaded; they sleep from here on. */
static void
use_one_thread (void)
{
  openblas_set_num_threads (1);
}

static CBLAS_TRANSPOSE
transposed (gboolean yes)
{
  return yes ? CblasTrans : CblasNoTrans;
}

void
lm_gemm (gboolean transpose_a,
         gboolean transpose_b,
         gint64 m,
         gint64 n,
         gint64 k,
         float alpha,
         const float *a,
         gint64 a_stride,
         const float *b,
         gint64 b_stride,
         float beta,
         float *c,
         gint64 c_stride)
{
  pthread_once (&once, use_one_thread);
  g_assert (MAX (MAX (m, n), k) <= G_MAXINT && MAX (MAX (a_stride, b_stride), c_stride) <= G_MAXINT);

  cblas_sgemm (CblasRowMajor, transposed (transpose_a), transposed (transpose_b), (int) m, (int) n, (int) k,
               alpha, a, (int) a_stride, b, (int) b_stride, beta, c, (int) c_stride);
}

void
lm_gemm_f64 (gboolean transpose_a,
             gboolean transpose_b,
             gint64 m,
             gint64 n,
             gint64 k,
             double alpha,
             const double *a,
             gint64 a_stride,
             const double *b,
             gint64 b_stride,
             double beta,
             double *c,
             gint64 c_stride)
{
  pthread_once (&once, use_one_thread);
  g_assert (MAX (MAX (m, n), k) <= G_MAXINT && MAX (MAX (a_stride, b_stride), c_stride) <= G_MAXINT);

  cblas_dgemm (CblasRowMajor, transposed (transpose_a), transposed (transpose_b), (int) m, (int) n, (int) k,
               alpha, a, (int) a_stride, b, (int) b_stride, beta, c, (int) c_stride);
}

const char *
lm_blas_core_name (void)
{
  pthread_once (&once, use_one_thread);
  return openblas_get_corename ();
}
