/* test-core.c: shapes, tensors, arena, random numbers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-arena.h"
#include "lm-error.h"
#include "lm-picture.h"
#include "lm-rng.h"
#include "lm-tensor.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Shapes */

static void
test_shape_counts_elements (void)
{
  LmShape image = LM_SHAPE (LM_BATCH, 28, 28, 3);
  LmShape steps = LM_SHAPE (-5, 7);
  LmShape scalar = LM_SCALAR;
  LmShape bound;

  g_assert_cmpint (image.rank, ==, 4);
  g_assert_cmpint (lm_shape_n_elements (&image, 2), ==, 2 * 28 * 28 * 3);
  g_assert_cmpint (lm_shape_sample_size (&image), ==, 28 * 28 * 3);
  g_assert_cmpint (lm_shape_product (&image, 1, 3), ==, 28 * 28);
  g_assert_cmpint (lm_shape_product (&image, 2, 2), ==, 1);
  g_assert_cmpint (lm_shape_n_elements (&steps, 4), ==, 5 * 4 * 7);
  g_assert_cmpint (lm_shape_n_elements (&scalar, 9), ==, 1);
  g_assert_cmpint (lm_shape_sample_size (&scalar), ==, 1);

  g_assert_true (lm_shape_has_batch (&image));
  g_assert_true (lm_shape_has_batch (&steps));
  g_assert_false (lm_shape_has_batch (&scalar));

  bound = lm_shape_bind (&steps, 4);
  g_assert_true (lm_shape_equal (&bound, &LM_SHAPE (20, 7)));
  g_assert_false (lm_shape_equal (&bound, &steps));
  g_assert_false (lm_shape_equal (&LM_SHAPE (2, 1), &LM_SHAPE (2)));
}

static void
test_shape_check_refuses_bad_sizes (void)
{
  static const LmShape bad[] = {
    { .rank = 2, .dim = { LM_BATCH, 0 } },
    { .rank = 2, .dim = { 3, -1 } },
    { .rank = 1, .dim = { G_MININT64 } },
    { .rank = -1 },
    { .rank = LM_MAX_RANK + 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (lm_shape_check (&bad[i], 1, &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_SHAPE);
  }
}

static void
test_shape_check_refuses_overflow (void)
{
  static const struct {
    LmShape shape;
    gint64 n;
    gboolean fits;
  } cases[] = {
    { { .rank = 1, .dim = { LM_MAX_ELEMENTS } }, 1, TRUE },
    { { .rank = 1, .dim = { LM_MAX_ELEMENTS + 1 } }, 1, FALSE },
    { { .rank = 2, .dim = { LM_BATCH, (gint64) 1 << 20 } }, 1 << 20, TRUE },
    { { .rank = 2, .dim = { LM_BATCH, (gint64) 1 << 20 } }, (1 << 20) + 1, FALSE },
    { { .rank = 2, .dim = { -3, (gint64) 1 << 20 } }, 1 << 20, FALSE },
    { { .rank = 3, .dim = { (gint64) 1 << 32, (gint64) 1 << 32, (gint64) 1 << 32 } }, 1, FALSE },
    { { .rank = 2, .dim = { -G_MAXINT64, G_MAXINT64 } }, G_MAXINT64, FALSE },
    { { .rank = 0 }, 1, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (lm_shape_check (&cases[i].shape, cases[i].n, &error), ==, cases[i].fits);
    if (cases[i].fits)
      g_assert_no_error (error);
    else
      g_assert_error (error, LM_ERROR, LM_ERROR_LIMIT);
  }
}

static void
test_shape_broadcasts_as_numpy (void)
{
  static const struct {
    LmShape a, b, out; /* out of rank −1: they do not fit */
  } cases[] = {
    { { 2, { 3, 4 } }, { 1, { 4 } }, { 2, { 3, 4 } } },
    { { 3, { 8, 1, 6 } }, { 2, { 7, 1 } }, { 3, { 8, 7, 6 } } },
    { { 2, { 3, 4 } }, { 1, { 3 } }, { -1, { 0 } } },
    { { 2, { -1, 10 } }, { 2, { -1, 10 } }, { 2, { -1, 10 } } },
    { { 2, { -1, 10 } }, { 2, { 1, 10 } }, { 2, { -1, 10 } } },
    { { 2, { -1, 10 } }, { 2, { 5, 10 } }, { -1, { 0 } } },
    { { 2, { -1, 10 } }, { 2, { -2, 10 } }, { -1, { 0 } } },
    { { 2, { -1, 10 } }, { 3, { 5, 1, 10 } }, { -1, { 0 } } },
    { { 0, { 0 } }, { 2, { -1, 2 } }, { 2, { -1, 2 } } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    LmShape out = LM_SHAPE (99);
    gboolean fits = lm_shape_broadcast (&cases[i].a, &cases[i].b, &out);
    LmShape back = LM_SHAPE (99);

    g_assert_cmpint (lm_shape_broadcast (&cases[i].b, &cases[i].a, &back), ==, fits);
    g_assert_true (lm_shape_equal (&out, &back));
    g_assert_true (lm_shape_equal (&out, cases[i].out.rank < 0 ? &LM_SHAPE (99) : &cases[i].out));
    g_assert_cmpint (fits, ==, cases[i].out.rank >= 0);
  }
}

static void
test_shape_reads_well (void)
{
  static const struct {
    LmShape shape;
    const char *text, *tuple;
  } cases[] = {
    { { 4, { -1, 28, 28, 1 } }, "28×28×1", "(None, 28, 28, 1)" },
    { { 2, { -1, 10 } }, "10", "(None, 10)" },
    { { 1, { -1 } }, "one value", "(None,)" },
    { { 0, { 0 } }, "one value", "()" },
    { { 2, { 784, 512 } }, "784×512", "(784, 512)" },
    { { 1, { 64 } }, "64", "(64,)" },
    { { 2, { -5, 7 } }, "7", "(5·N, 7)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = lm_shape_to_string (&cases[i].shape);
    g_autofree char *tuple = lm_shape_to_tuple (&cases[i].shape);

    g_assert_cmpstr (text, ==, cases[i].text);
    g_assert_cmpstr (tuple, ==, cases[i].tuple);
  }
}

/* Tensors */

static void
test_tensor_is_zeroed_and_aligned (void)
{
  for (int dtype = LM_F32; dtype <= LM_U8; dtype++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (LmTensor) t = lm_tensor_new (dtype, &LM_SHAPE (3, 5), &error);

    g_assert_no_error (error);
    g_assert_cmpuint ((guintptr) t->data % LM_ALIGN, ==, 0);
    g_assert_cmpint (lm_tensor_n_elements (t), ==, 15);
    g_assert_cmpuint (lm_tensor_n_bytes (t), ==, 15 * lm_dtype_size (dtype));
    for (int i = 0; i < 15; i++)
      g_assert_cmpfloat (lm_tensor_get (t, i), ==, 0);
  }
}

static void
test_tensor_refuses_too_much_memory (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) error2 = NULL;
  LmShape most = LM_SHAPE (LM_MAX_ELEMENTS);
  LmShape more = LM_SHAPE (LM_MAX_ELEMENTS, 2);

  g_assert_null (lm_tensor_new (LM_F64, &most, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "(1099511627776,)"));
  g_assert_null (lm_tensor_new (LM_F64, &more, &error2));
  g_assert_error (error2, LM_ERROR, LM_ERROR_LIMIT);
}

static void
test_tensor_converts (void)
{
  const gint64 wide[] = { -3, 0, G_GINT64_CONSTANT (1) << 30 };
  const guint8 bytes[] = { 0, 1, 255 };
  const double reals[] = { 0.5, -2, 1e30 };
  const gint32 ints[] = { -7, 8, 9 };
  LmTensor *t[4] = {
    lm_tensor_new_copy (LM_I64, &LM_SHAPE (3), wide),
    lm_tensor_new_copy (LM_U8, &LM_SHAPE (3), bytes),
    lm_tensor_new_copy (LM_F64, &LM_SHAPE (3), reals),
    lm_tensor_new_copy (LM_I32, &LM_SHAPE (3), ints),
  };

  for (int k = 0; k < 4; k++) {
    g_autoptr (LmTensor) f = lm_tensor_to_f32 (t[k]);

    g_assert_cmpint (f->dtype, ==, LM_F32);
    for (int i = 0; i < 3; i++)
      g_assert_cmpfloat (lm_tensor_f32 (f)[i], ==, (float) lm_tensor_get (t[k], i));
  }
  g_assert_cmpfloat (lm_tensor_get (t[0], 0), ==, -3);
  g_assert_cmpfloat (lm_tensor_get (t[1], 2), ==, 255);

  {
    g_autoptr (LmTensor) f = lm_tensor_to_f32 (t[1]);
    g_autoptr (LmTensor) same = lm_tensor_to_f32 (f);

    g_assert_true (same == f);
  }
  for (int k = 0; k < 4; k++)
    lm_tensor_unref (t[k]);
}

static void
test_tensor_range_skips_what_is_not_finite (void)
{
  const float mixed[] = { NAN, 2, -INFINITY, -1, INFINITY };
  const float none[] = { NAN, INFINITY };
  g_autoptr (LmTensor) a = lm_tensor_new_copy (LM_F32, &LM_SHAPE (5), mixed);
  g_autoptr (LmTensor) b = lm_tensor_new_copy (LM_F32, &LM_SHAPE (2), none);
  double min, max;

  g_assert_true (lm_tensor_range (a, &min, &max));
  g_assert_cmpfloat (min, ==, -1);
  g_assert_cmpfloat (max, ==, 2);
  g_assert_false (lm_tensor_range (b, &min, &max));
}

static void
count_free (void *data)
{
  ++*(int *) data;
}

static void
test_tensor_frees_once (void)
{
  float data[4] = { 0 };
  int n_freed = 0;
  LmTensor *t = lm_tensor_new_take (LM_F32, &LM_SHAPE (4), data, count_free, &n_freed);

  g_assert_true (lm_tensor_ref (t) == t);
  lm_tensor_unref (t);
  g_assert_cmpint (n_freed, ==, 0);
  lm_tensor_unref (t);
  g_assert_cmpint (n_freed, ==, 1);
  lm_tensor_unref (NULL);
}

/* Arena */

static void
test_arena_is_zeroed_and_aligned (void)
{
  static const gsize sizes[] = { 0, 1, 4096, 100000, (2 << 20) - 1, 2 << 20, (5 << 20) + 64 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GError) error = NULL;
    LmArena arena;
    volatile guint8 sum = 0;

    g_assert_true (lm_arena_init (&arena, sizes[i], &error));
    g_assert_no_error (error);
    g_assert_cmpuint (arena.size, ==, sizes[i]);
    g_assert_cmpuint ((guintptr) arena.base % 4096, ==, 0);

    /* Vector tails may read a little in front and behind. */
    for (int k = 1; k <= LM_ALIGN; k++)
      sum |= arena.base[-k] | arena.base[arena.size + k - 1];
    for (gsize k = 0; k < arena.size; k++)
      sum |= arena.base[k];
    g_assert_cmpuint (sum, ==, 0);
    memset (arena.base, 0xff, arena.size);

    lm_arena_clear (&arena);
    g_assert_null (arena.base);
    lm_arena_clear (&arena);
  }
  g_assert_cmpuint (lm_align (0), ==, 0);
  g_assert_cmpuint (lm_align (1), ==, 64);
  g_assert_cmpuint (lm_align (128), ==, 128);
}

static void
test_arena_touches_its_pages (void)
{
  g_autoptr (GError) error = NULL;
  unsigned char resident[2048] = { 0 };
  LmArena arena;
  gsize n_pages;

  g_assert_true (lm_arena_init (&arena, 8 << 20, &error));
  g_assert_no_error (error);
  n_pages = arena.size / (gsize) sysconf (_SC_PAGESIZE);
  g_assert_cmpuint (n_pages, <=, sizeof resident);
  g_assert_cmpint (mincore (arena.base, arena.size, resident), ==, 0);
  for (gsize i = 0; i < n_pages; i++)
    g_assert_cmpint (resident[i] & 1, ==, 1);
  lm_arena_clear (&arena);
}

static void
test_arena_refuses_too_much (void)
{
  static const gsize sizes[] = { (gsize) 1 << 50, G_MAXSIZE - 10 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GError) error = NULL;
    LmArena arena;

    g_assert_false (lm_arena_init (&arena, sizes[i], &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_LIMIT);
    g_assert_null (arena.base);
  }
  g_assert_cmpuint (lm_memory_available (), >, 1 << 20);
}

/* Random numbers */

/* Source: Random123, known-answer table, philox4x32 with 10 rounds. */
static void
test_rng_gives_the_known_answers (void)
{
  static const struct {
    guint32 counter[4], key[2], answer[4];
  } cases[] = {
    { { 0 }, { 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, { 0xffffffff, 0xffffffff }, { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 }, { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
  };

  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++) {
    LmRng rng = {
      .key = { cases[k].key[0], cases[k].key[1] },
      .stream = { cases[k].counter[2], cases[k].counter[3] },
    };
    guint32 out[4];

    lm_rng_block (&rng, (guint64) cases[k].counter[1] << 32 | cases[k].counter[0], out);
    for (int i = 0; i < 4; i++)
      g_assert_cmphex (out[i], ==, cases[k].answer[i]);
  }
}

/* Numbers of an independent implementation in Python: they stay the same on every machine and in every version,
 * or runs could not be repeated. */
static void
test_rng_is_the_same_everywhere (void)
{
  static const guint32 permutation[] = { 0, 3, 9, 7, 2, 6, 5, 1, 8, 4 };
  LmRng rng = lm_rng_init (1234, LM_RNG_TEST, 5, 6);
  guint64 far = ((guint64) 5 << 32) * 4 + 6;
  guint32 out[10];

  g_assert_cmphex (lm_rng_uint (&rng, far), ==, 0x7ab3b509);
  g_assert_cmpfloat (lm_rng_float (&rng, far), ==, 0.47930461168289185f);
  g_assert_cmpfloat (lm_rng_double (&rng, 7), ==, 0.1799222208106519);
  g_assert_cmpuint (lm_rng_below (&rng, 9, 1000), ==, 408);
  g_assert_cmpuint (lm_rng_below (&rng, 10, 0xffffffff), ==, 1672670919);
  g_assert_cmpfloat_with_epsilon (lm_rng_normal (&rng, 10), 0.029876088654539446, 1e-14);
  g_assert_cmpfloat_with_epsilon (lm_rng_normal (&rng, 11), -0.9929221894455766, 1e-14);
  lm_rng_permutation (&rng, 10, out);
  g_assert_cmpmem (out, sizeof out, permutation, sizeof permutation);

  g_assert_cmphex (lm_hash_string (""), ==, 0xf52a15e9a9b5e89b);
  g_assert_cmphex (lm_hash_string ("foobar"), ==, 0x404da9e3b74078c2);
  g_assert_cmphex (lm_hash_bytes ("foobar", 6, 0), ==, 0x404da9e3b74078c2);
  g_assert_cmphex (lm_hash_bytes ("foobar", 6, 7), ==, 0x97401349dd02c096);
}

static void
test_rng_fill_equals_single_numbers (void)
{
  static const guint64 firsts[] = { 0, 1, 2, 3, 4, 31, ((guint64) 4 << 32) - 9, ((guint64) 4 << 32) - 40 };
  LmRng rng = lm_rng_init (3, LM_RNG_TEST, 1, 2);

  for (gsize k = 0; k < G_N_ELEMENTS (firsts); k++) {
    for (gsize n = 0; n < 100; n++) {
      float out[101];

      out[n] = -7;
      lm_rng_fill_float (&rng, firsts[k], n, out);
      for (gsize i = 0; i < n; i++)
        g_assert_cmpfloat (out[i], ==, lm_rng_float (&rng, firsts[k] + i));
      g_assert_cmpfloat (out[n], ==, -7);
    }
  }
}

/* χ² of @counts against equal shares. */
static double
chi_square (const int *counts,
            int n_bins,
            int n)
{
  double expected = (double) n / n_bins;
  double sum = 0;

  for (int i = 0; i < n_bins; i++)
    sum += (counts[i] - expected) * (counts[i] - expected) / expected;
  return sum;
}

static void
test_rng_uniforms_are_uniform (void)
{
  enum {
    N = 1 << 17,
    BINS = 64
  };
  LmRng rng = lm_rng_init (0, LM_RNG_TEST, 0, 0);
  g_autofree float *x = g_new (float, N);
  int floats[BINS] = { 0 }, doubles[BINS] = { 0 }, pairs[BINS] = { 0 }, below[37] = { 0 };
  double sum = 0, squares = 0;

  lm_rng_fill_float (&rng, 0, N, x);
  for (int i = 0; i < N; i++) {
    double d = lm_rng_double (&rng, i);

    g_assert_true (x[i] >= 0 && x[i] < 1 && d >= 0 && d < 1);
    floats[(int) (x[i] * BINS)]++;
    doubles[(int) (d * BINS)]++;
    below[lm_rng_below (&rng, i, 37)]++;
    if (i > 0)
      pairs[(int) (x[i - 1] * 8) * 8 + (int) (x[i] * 8)]++;
    sum += x[i];
    squares += x[i] * x[i];
  }

  /* 63 degrees of freedom: more than 112 has probability 1e-4; 36: more than 77. */
  g_assert_cmpfloat (chi_square (floats, BINS, N), <, 112);
  g_assert_cmpfloat (chi_square (doubles, BINS, N), <, 112);
  g_assert_cmpfloat (chi_square (pairs, BINS, N - 1), <, 112);
  g_assert_cmpfloat (chi_square (below, 37, N), <, 77);

  /* Four standard errors. */
  g_assert_cmpfloat (fabs (sum / N - 0.5), <, 4 * sqrt (1.0 / 12 / N));
  g_assert_cmpfloat (fabs (squares / N - 1.0 / 3), <, 4 * sqrt (4.0 / 45 / N));
}

static void
test_rng_normals_are_normal (void)
{
  enum {
    N = 1 << 17
  };
  LmRng rng = lm_rng_init (0, LM_RNG_TEST, 0, 1);
  double sum[4] = { 0 }, neighbours = 0, last = 0;
  int within = 0;

  for (int i = 0; i < N; i++) {
    double z = lm_rng_normal (&rng, i);

    g_assert_true (isfinite (z));
    for (int k = 0; k < 4; k++)
      sum[k] += pow (z, k + 1);
    neighbours += z * last;
    last = z;
    within += fabs (z) < 1;
  }

  /* Mean, variance, skewness, kurtosis and correlation of neighbours, each within four standard errors. */
  g_assert_cmpfloat (fabs (sum[0] / N), <, 4 * sqrt (1.0 / N));
  g_assert_cmpfloat (fabs (sum[1] / N - 1), <, 4 * sqrt (2.0 / N));
  g_assert_cmpfloat (fabs (sum[2] / N), <, 4 * sqrt (15.0 / N));
  g_assert_cmpfloat (fabs (sum[3] / N - 3), <, 4 * sqrt (96.0 / N));
  g_assert_cmpfloat (fabs (neighbours / N), <, 4 * sqrt (1.0 / N));
  g_assert_cmpfloat (fabs ((double) within / N - 0.682689), <, 4 * sqrt (0.2166 / N));
}

static void
test_rng_streams_are_independent (void)
{
  static const guint64 keys[][3] = { { 0, 0, 0 }, { 0, 0, 1 }, { 0, 1, 0 }, { 1, 0, 0 }, { 0, 1, 1 }, { 1, 1, 0 } };
  enum {
    N = 4096,
    STREAMS = G_N_ELEMENTS (keys) + 1
  };
  g_autofree float *x = g_new (float, STREAMS *N);

  for (int k = 0; k < STREAMS; k++) {
    LmRng rng = k < STREAMS - 1 ? lm_rng_init (keys[k][0], LM_RNG_DROPOUT, keys[k][1], keys[k][2])
                                : lm_rng_init (0, LM_RNG_ORDER, 0, 0);

    lm_rng_fill_float (&rng, 0, N, x + k * N);
  }

  for (int a = 0; a < STREAMS; a++) {
    for (int b = 0; b < a; b++) {
      double sum = 0;

      for (int i = 0; i < N; i++)
        sum += (x[a * N + i] - 0.5) * (x[b * N + i] - 0.5);
      g_assert_cmpfloat (fabs (sum / N), <, 4.5 / 12 / sqrt (N));
    }
  }
}

static void
test_rng_permutation_is_fair (void)
{
  enum {
    N = 5,
    ROUNDS = 20000
  };
  int counts[N][N] = { 0 };
  guint32 out[1000];
  gboolean seen[1000] = { FALSE };
  LmRng rng = lm_rng_init (0, LM_RNG_ORDER, 0, 0);

  lm_rng_permutation (&rng, 0, out);
  lm_rng_permutation (&rng, 1, out);
  g_assert_cmpuint (out[0], ==, 0);

  lm_rng_permutation (&rng, 1000, out);
  for (int i = 0; i < 1000; i++) {
    g_assert_cmpuint (out[i], <, 1000);
    g_assert_false (seen[out[i]]);
    seen[out[i]] = TRUE;
  }

  for (int round = 0; round < ROUNDS; round++) {
    rng = lm_rng_init (0, LM_RNG_ORDER, (guint64) round, 0);
    lm_rng_permutation (&rng, N, out);
    for (int i = 0; i < N; i++)
      counts[i][out[i]]++;
  }
  /* 4 degrees of freedom: more than 23.5 has probability 1e-4. */
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat (chi_square (counts[i], N, ROUNDS), <, 23.5);
}

/* Pictures */

static void
test_pictures_free_what_they_own (void)
{
  LmCurvesPicture *curves = g_new0 (LmCurvesPicture, 1);
  LmSheetPicture *sheet = g_new0 (LmSheetPicture, 1);
  LmFilmPicture *film = g_new0 (LmFilmPicture, 1);
  LmHeatmapPicture *heatmap = g_new0 (LmHeatmapPicture, 1);
  LmConfusionPicture *confusion = g_new0 (LmConfusionPicture, 1);
  LmGraphPicture *graph = g_new0 (LmGraphPicture, 1);

  curves->n_panels = 1;
  curves->panels = g_new0 (LmPlotPanel, 1);
  curves->panels[0].title = g_strdup ("Loss");
  curves->panels[0].n_series = 1;
  curves->panels[0].series = g_new0 (LmSeries, 1);
  curves->panels[0].series[0].name = g_strdup ("Training");
  curves->panels[0].series[0].x = g_new0 (double, 3);
  curves->panels[0].series[0].y = g_new0 (double, 3);
  curves->n_marks = 1;
  curves->marks = g_new0 (LmMark, 1);
  curves->marks[0].text = g_strdup ("resumed");

  sheet->tiles = lm_tensor_new (LM_F32, &LM_SHAPE (2, 3, 3), NULL);
  sheet->labels = g_strsplit ("a b", " ", -1);
  sheet->dead = g_new0 (gboolean, 2);
  film->n_sheets = 1;
  film->sheets = g_new0 (LmSheetPicture *, 1);
  film->sheets[0] = sheet;

  heatmap->n_classes = 1;
  heatmap->class_names = g_new0 (char *, 1);
  heatmap->class_names[0] = g_strdup ("7");
  heatmap->class_scores = g_new0 (double, 1);
  heatmap->map = lm_tensor_new (LM_F32, &LM_SHAPE (3, 3), NULL);

  confusion->n = 2;
  confusion->class_names = g_strsplit ("cat dog", " ", -1);
  confusion->counts = g_new0 (gint64, 4);

  graph->n_cards = 1;
  graph->cards = g_new0 (LmCard, 1);
  graph->cards[0].name = g_strdup ("dense");
  graph->cards[0].in_names = g_strsplit ("a b", " ", -1);
  graph->n_wires = 1;
  graph->wires = g_new0 (LmCardWire, 1);
  graph->wires[0].label = g_strdup ("10");

  /* The leak checker is the judge. */
  lm_curves_picture_free (curves);
  lm_film_picture_free (film);
  lm_heatmap_picture_free (heatmap);
  lm_confusion_picture_free (confusion);
  lm_graph_picture_free (graph);
  lm_curves_picture_free (NULL);
  lm_sheet_picture_free (NULL);
  lm_film_picture_free (NULL);
  lm_heatmap_picture_free (NULL);
  lm_confusion_picture_free (NULL);
  lm_graph_picture_free (NULL);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/core/shape/counts-elements", test_shape_counts_elements);
  g_test_add_func ("/core/shape/check-refuses-bad-sizes", test_shape_check_refuses_bad_sizes);
  g_test_add_func ("/core/shape/check-refuses-overflow", test_shape_check_refuses_overflow);
  g_test_add_func ("/core/shape/broadcasts-as-numpy", test_shape_broadcasts_as_numpy);
  g_test_add_func ("/core/shape/reads-well", test_shape_reads_well);
  g_test_add_func ("/core/tensor/is-zeroed-and-aligned", test_tensor_is_zeroed_and_aligned);
  g_test_add_func ("/core/tensor/refuses-too-much-memory", test_tensor_refuses_too_much_memory);
  g_test_add_func ("/core/tensor/converts", test_tensor_converts);
  g_test_add_func ("/core/tensor/range-skips-what-is-not-finite", test_tensor_range_skips_what_is_not_finite);
  g_test_add_func ("/core/tensor/frees-once", test_tensor_frees_once);
  g_test_add_func ("/core/arena/is-zeroed-and-aligned", test_arena_is_zeroed_and_aligned);
  g_test_add_func ("/core/arena/touches-its-pages", test_arena_touches_its_pages);
  g_test_add_func ("/core/arena/refuses-too-much", test_arena_refuses_too_much);
  g_test_add_func ("/core/rng/gives-the-known-answers", test_rng_gives_the_known_answers);
  g_test_add_func ("/core/rng/is-the-same-everywhere", test_rng_is_the_same_everywhere);
  g_test_add_func ("/core/rng/fill-equals-single-numbers", test_rng_fill_equals_single_numbers);
  g_test_add_func ("/core/rng/uniforms-are-uniform", test_rng_uniforms_are_uniform);
  g_test_add_func ("/core/rng/normals-are-normal", test_rng_normals_are_normal);
  g_test_add_func ("/core/rng/streams-are-independent", test_rng_streams_are_independent);
  g_test_add_func ("/core/rng/permutation-is-fair", test_rng_permutation_is_fair);
  g_test_add_func ("/core/pictures/free-what-they-own", test_pictures_free_what_they_own);

  return g_test_run ();
}
