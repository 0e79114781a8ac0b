/* kernel-test.h: what the tests of kernels share: numbers, guarded memory, one case per instruction set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-arena.h"
#include "lm-kernels.h"

#include <math.h>
#include <string.h>

/* The same sources test float and, with LM_REAL_DOUBLE defined before, the double build. References are naive loops in
 * double (long double there would not tell more: the bounds are relative to the largest term). */
#ifdef LM_REAL_DOUBLE
#define KT_EPS 2.3e-16
#define KT_PATH "/kernels/f64/"
#else
#define KT_EPS 1.2e-7
#define KT_PATH "/kernels/"
#endif

static const LmKernels *kt_k; /* of the set under test */

static guint64 kt_state = 1;

/* Uniform in [−1, 1). */
static inline double
kt_random (void)
{
  kt_state = kt_state * 6364136223846793005u + 1442695040888963407u;
  return (double) (gint64) kt_state / 9223372036854775808.0;
}

static inline int
kt_below (int n)
{
  kt_state = kt_state * 6364136223846793005u + 1442695040888963407u;
  return (int) ((kt_state >> 33) % (guint64) n);
}

enum {
  KT_GUARD = 64,
};

/* Memory for n numbers with a guard on both sides; shift moves it off the alignment. */
typedef struct {
  lm_real *p;
  gint64 n;
  lm_real *all;
  gsize size;
} KtBuffer;

static const lm_real kt_canary = LM_REAL (-12345);

static inline KtBuffer
kt_buffer (gint64 n,
           int shift)
{
  KtBuffer b = { .n = n, .size = (gsize) n + 2 * KT_GUARD };

  g_assert_cmpint (n, >=, 0);
  b.all = g_aligned_alloc (b.size, sizeof (lm_real), LM_ALIGN);
  for (gsize i = 0; i < b.size; i++)
    b.all[i] = kt_canary;
  b.p = b.all + KT_GUARD - shift;
  return b;
}

static inline KtBuffer
kt_random_buffer (gint64 n,
                  double scale,
                  int shift)
{
  KtBuffer b = kt_buffer (n, shift);

  for (gint64 i = 0; i < n; i++)
    b.p[i] = (lm_real) (kt_random () * scale);
  return b;
}

static inline KtBuffer
kt_copy (const KtBuffer *from,
         int shift)
{
  KtBuffer b = kt_buffer (from->n, shift);

  g_assert_cmpint (from->n, >=, 0);
  memcpy (b.p, from->p, (gsize) from->n * sizeof (lm_real));
  return b;
}

/* Nothing was written outside; frees it. */
static inline void
kt_free (KtBuffer *b)
{
  for (gsize i = 0; i < b->size; i++)
    if (b->all + i < b->p || b->all + i >= b->p + b->n)
      g_assert_cmpfloat (b->all[i], ==, kt_canary);
  g_aligned_free (b->all);
}

/* |got − want| ≤ eps·(scale or largest |want|), everywhere. */
static inline void
kt_assert_close (const char *what,
                 const lm_real *got,
                 const double *want,
                 gint64 n,
                 double tolerance)
{
  double top = 0;

  for (gint64 i = 0; i < n; i++)
    if (isfinite (want[i]))
      top = MAX (top, fabs (want[i]));

  for (gint64 i = 0; i < n; i++) {
    if (isnan (want[i]) ? isnan (got[i]) : isinf (want[i]) ? (double) got[i] == want[i]
                                                           : fabs ((double) got[i] - want[i]) <= tolerance * MAX (top, 1e-30))
      continue;
    g_test_message ("%s: [%" G_GINT64_FORMAT "] of %" G_GINT64_FORMAT ": got %.9g, want %.9g, largest %.3g", what, i, n, (double) got[i], want[i], top);
    g_test_fail ();
    return;
  }
}

/* A workspace filled with NaN: kernels must not read what they did not write. */
static inline void *
kt_workspace (gsize bytes)
{
  guint8 *p = g_aligned_alloc (bytes + LM_ALIGN, 1, LM_ALIGN);

  memset (p, 0xff, bytes + LM_ALIGN);
  return p;
}

/* Runs all tasks backwards on one thread, so that a task that leans on another is found. */
static inline void
kt_run (int n_tasks,
        LmTaskFunc func,
        void *job)
{
  for (int i = n_tasks - 1; i >= 0; i--)
    func (job, i, 0);
}

typedef struct {
  const char *isa;
  void (*func) (void);
} KtCase;

static inline void
kt_dispatch (gconstpointer data)
{
  const KtCase *c = data;

  kt_k = LM_R (lm_kernels_by_name) (c->isa);
  if (kt_k == NULL) {
    g_test_skip ("this processor lacks the instruction set");
    return;
  }
  kt_state = 1;
  c->func ();
}

/* One case for each set: /kernels/avx2/NAME. */
static inline void
kt_add (const char *name,
        void (*func) (void))
{
#ifdef LM_REAL_DOUBLE
  static const char *const sets[] = { "generic" };
#else
  static const char *const sets[] = { "generic", "avx2", "avx512" };
#endif

  for (gsize i = 0; i < G_N_ELEMENTS (sets); i++) {
    g_autofree char *path = g_strdup_printf (KT_PATH "%s/%s", sets[i], name);
    KtCase *c = g_new (KtCase, 1);

    *c = (KtCase){ sets[i], func };
    g_test_add_data_func_full (path, c, kt_dispatch, g_free);
  }
}
