/* test-program.c: autodiff, memory plan and running, on small and on random graphs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-builder.h"
#include "lm-program.h"
#include "lm-rng.h"

#include <math.h>
#include <string.h>

#define BATCH 3
#define WIDTH 6

/* A random graph of ops that keep (N, 6), with fan-out, views, in-place candidates and a weight used several times. */
static LmGraph *
random_graph (guint64 seed,
              gboolean observe_all,
              LmValue *x,
              LmValue *root)
{
  LmBuilderSpec spec = { .training = TRUE, .f64 = TRUE, .max_batch = BATCH };
  LmRng rng = lm_rng_init (seed, LM_RNG_TEST, 0, 0);
  LmBuilder *b = lm_builder_new (&spec);
  LmShape wide = LM_SHAPE (LM_BATCH, WIDTH), cube = LM_SHAPE (LM_BATCH, 2, 3), row = LM_SHAPE (WIDTH);
  g_autoptr (GError) error = NULL;
  LmValue values[32];
  LmGraph *graph;
  int n = 0, draws = 0;

  values[n++] = *x = lm_build_input (b, "x", LM_F32, &wide);
  values[n++] = lm_build_weight (b, "w", &row, LM_LAYOUT_PADDED, NULL, NULL);
  while (n < 24) {
    LmValue a = values[lm_rng_below (&rng, (guint64) draws++, (guint32) n)];
    LmValue c = values[lm_rng_below (&rng, (guint64) draws++, (guint32) n)];
    LmActivationAttrs tanh_attrs = { .kind = LM_ACT_TANH };
    LmValue y;

    switch (lm_rng_below (&rng, (guint64) draws++, 6)) {
    case 0:
      y = lm_build_activation (b, a, &tanh_attrs);
      break;
    case 1:
      y = lm_build_affine (b, lm_build_binary (b, LM_BINARY_MUL, a, c), 0.5, 0.1);
      break;
    case 2:
      y = lm_build_affine (b, a, 0.7, -0.2);
      break;
    case 3: {
      LmShape shape = lm_builder_shape (b, a);

      y = shape.rank == 2 ? lm_build_reshape (b, lm_build_reshape (b, a, &cube), &wide) : a;
      break;
    }
    case 4: {
      LmShape shape = lm_builder_shape (b, a);

      y = shape.rank == 2 ? lm_build_softmax (b, a, FALSE) : a;
      break;
    }
    default:
      y = lm_build_binary (b, LM_BINARY_ADD, a, c);
    }
    values[n++] = y;
  }
  *root = lm_build_binary (b, LM_BINARY_ADD, values[n - 1], lm_build_binary (b, LM_BINARY_ADD, values[n - 2], values[n - 3]));
  *root = lm_build_binary (b, LM_BINARY_ADD, *root, *x);
  *root = lm_build_reduce (b, LM_REDUCE_SUM, *root, LM_BIT (0) | LM_BIT (1), FALSE);
  for (guint v = 1; observe_all && v < lm_builder_graph (b)->values->len; v++)
    lm_graph_value (lm_builder_graph (b), (int) v)->observed = TRUE;

  graph = lm_builder_finish (b, &error);
  g_assert_no_error (error);
  lm_builder_free (b);
  return graph;
}

typedef struct {
  LmProgram *program;
  LmValue x, root;
  double in[BATCH * WIDTH];
  double w[16];
  double dw[16];
} Fixture;

static void
fixture_init (Fixture *f,
              guint64 seed,
              gboolean observe_all,
              gboolean fuse)
{
  LmGraph *graph = random_graph (seed, observe_all, &f->x, &f->root);
  LmProgramSpec spec = { .max_batch = BATCH, .root = f->root, .wanted = &f->x, .n_wanted = 1, .weight_grads = TRUE, .fuse = fuse };
  LmRng rng = lm_rng_init (seed, LM_RNG_TEST, 1, 0);
  g_autoptr (GError) error = NULL;

  f->program = lm_program_new (graph, &spec, NULL, &error);
  g_assert_no_error (error);
  memset (f->w, 0, sizeof f->w);
  for (int i = 0; i < BATCH * WIDTH; i++)
    f->in[i] = lm_rng_normal (&rng, (guint64) i);
  for (int i = 0; i < WIDTH; i++)
    f->w[i] = lm_rng_normal (&rng, 1000 + (guint64) i);
  lm_program_bind_slot (f->program, 0, f->w, f->dw);
  lm_program_set_input (f->program, 0, f->in);
}

static double
run_forward (Fixture *f)
{
  lm_program_forward (f->program, BATCH);
  return *(double *) lm_program_value (f->program, f->root).data;
}

static void
check_numeric (Fixture *f,
               double *place,
               double got)
{
  double old = *place, h = 1e-5 * fmax (1, fabs (old)), up, down, want;

  *place = old + h;
  up = run_forward (f);
  *place = old - h;
  down = run_forward (f);
  *place = old;
  want = (up - down) / (2 * h);
  g_assert_cmpfloat (fabs (got - want), <=, 1e-6 * fmax (1, fabs (want)));
}

/* Backward equals central differences, whatever fans out, is viewed or is overwritten. */
static void
test_gradients (void)
{
  for (guint64 seed = 1; seed <= 60; seed++) {
    Fixture f;
    double dx[BATCH * WIDTH], dw[WIDTH];

    fixture_init (&f, seed, FALSE, TRUE);
    run_forward (&f);
    lm_program_backward (f.program);
    memcpy (dx, lm_program_gradient (f.program, f.x).data, sizeof dx);
    memcpy (dw, f.dw, sizeof dw);
    for (int i = 0; i < BATCH * WIDTH; i++)
      check_numeric (&f, &f.in[i], dx[i]);
    for (int i = 0; i < WIDTH && lm_program_slot_has_grad (f.program, 0); i++)
      check_numeric (&f, &f.w[i], dw[i]);
    lm_program_free (f.program);
  }
}

/* Reusing memory changes no bit: the same graph with every value kept apart gives the same. */
static void
test_memory_reuse (void)
{
  gsize packed = 0, apart = 0;

  for (guint64 seed = 1; seed <= 200; seed++) {
    Fixture a, b;
    double ya, yb;

    fixture_init (&a, seed, FALSE, FALSE);
    fixture_init (&b, seed, TRUE, FALSE);
    ya = run_forward (&a);
    yb = run_forward (&b);
    lm_program_backward (a.program);
    lm_program_backward (b.program);
    g_assert_cmpmem (&ya, sizeof ya, &yb, sizeof yb);
    g_assert_cmpmem (lm_program_gradient (a.program, a.x).data, sizeof a.in, lm_program_gradient (b.program, b.x).data, sizeof b.in);
    if (lm_program_slot_has_grad (a.program, 0))
      g_assert_cmpmem (a.dw, sizeof (double) * WIDTH, b.dw, sizeof (double) * WIDTH);
    packed += lm_program_arena_bytes (a.program);
    apart += lm_program_arena_bytes (b.program);
    lm_program_free (a.program);
    lm_program_free (b.program);
  }
  g_assert_cmpuint (packed * 10, <, apart * 9);
}

/* Running again, and with fewer samples in between, gives the same. */
static void
test_runs_again (void)
{
  Fixture f;
  double first, again;

  fixture_init (&f, 7, FALSE, TRUE);
  first = run_forward (&f);
  lm_program_backward (f.program);
  lm_program_forward (f.program, 1);
  lm_program_backward (f.program);
  again = run_forward (&f);
  g_assert_cmpmem (&first, sizeof first, &again, sizeof again);
  lm_program_free (f.program);
}

/* The layer in which a NaN first appears is named. */
static void
test_finds_nan (void)
{
  Fixture f;
  gboolean backward;

  fixture_init (&f, 9, FALSE, TRUE);
  run_forward (&f);
  lm_program_backward (f.program);
  g_assert_cmpint (lm_program_find_nonfinite (f.program, &backward), ==, -1);
  lm_program_free (f.program);
}

static void
test_panels (void)
{
  for (int k = 1; k < 6; k++) {
    for (int n = 1; n < 40; n += 3) {
      LmShape shape = LM_SHAPE (k, n);
      gint64 size = lm_layout_size (LM_LAYOUT_PANELS, &shape);
      g_autofree float *natural = g_new (float, k *n), *packed = g_new (float, size), *back = g_new0 (float, k *n);
      double sum = 0, packed_sum = 0;

      g_assert_cmpint (size % LM_PANEL, ==, 0);
      for (int i = 0; i < k * n; i++)
        sum += (double) (natural[i] = (float) (i + 1));
      memset (packed, 0x7f, sizeof (float) * (gsize) size);
      lm_layout_pack (LM_LAYOUT_PANELS, &shape, FALSE, natural, packed);
      for (int i = 0; i < size; i++)
        packed_sum += (double) packed[i];
      g_assert_cmpfloat (sum, ==, packed_sum);
      for (int r = 0; r < k; r++) {
        for (int c = 0; c < n; c++)
          g_assert_cmpfloat (packed[(c / LM_PANEL * k + r) * LM_PANEL + c % LM_PANEL], ==, natural[r * n + c]);
      }
      lm_layout_unpack (LM_LAYOUT_PANELS, &shape, FALSE, packed, back);
      g_assert_cmpmem (natural, sizeof (float) * (gsize) (k * n), back, sizeof (float) * (gsize) (k * n));
    }
  }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/program/panels", test_panels);
  g_test_add_func ("/program/gradients-match-differences", test_gradients);
  g_test_add_func ("/program/memory-reuse-changes-nothing", test_memory_reuse);
  g_test_add_func ("/program/runs-again", test_runs_again);
  g_test_add_func ("/program/finds-where-nan-begins", test_finds_nan);

  return g_test_run ();
}
