/* test-kernels.c: the choice of the instruction set, and that every table is complete
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-blas.h"
#include "lm-error.h"
#include "lm-kernels.h"

static void
test_every_entry_is_there (void)
{
  static const char *const names[] = { "generic", "avx2", "avx512" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    const LmKernels *k = lm_kernels_by_name (names[i]);
    void *const *entries = (void *const *) (const void *) k;

    if (k == NULL)
      continue;
    g_assert_cmpstr (k->isa, ==, names[i]);
    for (gsize j = 0; j < sizeof (LmKernels) / sizeof (void *); j++)
      g_assert_nonnull (entries[j]);
  }
}

static void
test_unknown_set_is_refused (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lm_kernels_by_name ("mmx"));
  g_assert_false (lm_kernels_init ("mmx", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "“mmx”"));
  g_assert_nonnull (strstr (error->message, "generic"));
}

static void
test_missing_set_is_refused (void)
{
  g_autoptr (GError) error = NULL;

  if (lm_kernels_by_name ("avx512") != NULL) {
    g_test_skip ("this processor has them all");
    return;
  }
  g_assert_false (lm_kernels_init ("avx512", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "“avx512”"));
}

static void
test_environment_forces_a_set (void)
{
  g_autoptr (GError) error = NULL;

  g_setenv ("LAMINA_ISA", "generic", TRUE);
  g_assert_true (lm_kernels_init (NULL, &error));
  g_assert_cmpstr (lm_kernels_get ()->isa, ==, "generic");

  g_setenv ("LAMINA_ISA", "abacus", TRUE);
  g_assert_false (lm_kernels_init (NULL, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED);
  g_clear_error (&error);

  g_unsetenv ("LAMINA_ISA");
  g_assert_true (lm_kernels_init (NULL, &error));
}

static void
test_broadcast_merges_axes (void)
{
  LmShape a = LM_SHAPE (4, 5, 6), b = LM_SHAPE (6), c = LM_SHAPE (4, 1, 1), d = LM_SHAPE (1, 1);
  LmBroadcast loop;

  lm_broadcast_init (&loop, &a, &a);
  g_assert_cmpint (loop.rank, ==, 1);
  g_assert_cmpint (loop.dim[0], ==, 120);

  lm_broadcast_init (&loop, &a, &b);
  g_assert_cmpint (loop.rank, ==, 2);
  g_assert_cmpint (loop.dim[0], ==, 20);
  g_assert_cmpint (loop.a[0], ==, 6);
  g_assert_cmpint (loop.b[0], ==, 0);
  g_assert_cmpint (loop.b[1], ==, 1);

  lm_broadcast_init (&loop, &c, &a);
  g_assert_cmpint (loop.rank, ==, 2);
  g_assert_cmpint (loop.dim[1], ==, 30);
  g_assert_cmpint (loop.a[0], ==, 1);
  g_assert_cmpint (loop.a[1], ==, 0);

  lm_broadcast_init (&loop, &d, &d);
  g_assert_cmpint (loop.rank, ==, 1);
  g_assert_cmpint (loop.dim[0], ==, 1);
}

static void
test_gemm (void)
{
  enum {
    M = 5,
    N = 7,
    K = 3
  };
  float a[M * K], at[K * M], b[K * N], bt[N * K], c[M * N];
  double ad[M * K], bd[K * N], cd[M * N];

  for (int i = 0; i < M; i++)
    for (int j = 0; j < K; j++)
      ad[i * K + j] = at[j * M + i] = a[i * K + j] = (float) (i * 3 - j * 2);
  for (int i = 0; i < K; i++)
    for (int j = 0; j < N; j++)
      bd[i * N + j] = bt[j * K + i] = b[i * N + j] = (float) (i + j * j % 5);

  for (int t = 0; t < 4; t++) {
    for (int i = 0; i < M * N; i++)
      c[i] = 1;
    lm_gemm (t & 1, t & 2, M, N, K, 2, t & 1 ? at : a, t & 1 ? M : K, t & 2 ? bt : b, t & 2 ? K : N, 3, c, N);
    for (int i = 0; i < M; i++)
      for (int j = 0; j < N; j++) {
        float want = 3;

        for (int q = 0; q < K; q++)
          want += 2 * a[i * K + q] * b[q * N + j];
        g_assert_cmpfloat (c[i * N + j], ==, want);
      }
  }

  lm_gemm_f64 (FALSE, FALSE, M, N, K, 2, ad, K, bd, N, 0, cd, N);
  for (int i = 0; i < M * N; i++)
    g_assert_cmpfloat (cd[i] + 3, ==, (double) c[i]);
  g_assert_cmpint (strlen (lm_blas_core_name ()), >, 0);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/choice/every-entry-is-there", test_every_entry_is_there);
  g_test_add_func ("/kernels/choice/unknown-set-is-refused", test_unknown_set_is_refused);
  g_test_add_func ("/kernels/choice/missing-set-is-refused", test_missing_set_is_refused);
  g_test_add_func ("/kernels/choice/environment-forces-a-set", test_environment_forces_a_set);
  g_test_add_func ("/kernels/broadcast/merges-axes", test_broadcast_merges_axes);
  g_test_add_func ("/kernels/gemm", test_gemm);
  return g_test_run ();
}
