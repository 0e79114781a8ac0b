/* test-pipeline.c: the chain of steps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-pipeline.h"
#include "lm-rng.h"

#include "data-files.h"

#include <math.h>

/* Three training samples, two validation samples far away; two features, one of them constant; a price as target. */
static LmDataset *
table (void)
{
  LmColumn columns[2] = {
    { .name = (char *) "x", .role = LM_ROLE_INPUT },
    { .name = (char *) "price", .role = LM_ROLE_TARGET },
  };
  g_autoptr (LmTensor) x = lm_tensor_new_copy (LM_F32, &LM_SHAPE (3, 2), (float[]){ 1, 5, 2, 5, 6, 5 });
  g_autoptr (LmTensor) y = lm_tensor_new_copy (LM_F32, &LM_SHAPE (3), (float[]){ 100, 300, 200 });
  g_autoptr (LmTensor) vx = lm_tensor_new_copy (LM_F32, &LM_SHAPE (2, 2), (float[]){ 1000, -1000, 1e6F, 7 });
  g_autoptr (LmTensor) vy = lm_tensor_new_copy (LM_F32, &LM_SHAPE (2), (float[]){ 1e6F, -1e6F });
  LmTensor *tensors[LM_N_PARTS * 2] = { x, y, vx, vy, NULL, NULL };

  return lm_dataset_new_memory ("table", 2, columns, tensors);
}

static LmPipeline *
chain (const char *const *steps)
{
  LmPipeline *p = lm_pipeline_new ();
  g_autoptr (GError) error = NULL;

  for (int i = 0; steps[i] != NULL; i++) {
    lm_pipeline_add_text (p, steps[i], &error);
    g_assert_no_error (error);
  }
  return p;
}

#define CHAIN(...) chain ((const char *const[]){ __VA_ARGS__, NULL })

static void
assert_near (const float *x,
             const double *expected,
             int n)
{
  for (int i = 0; i < n; i++) {
    if (fabs ((double) x[i] - expected[i]) > 1e-6 * MAX (1, fabs (expected[i])))
      g_error ("value %d is %.9g, expected %.9g", i, (double) x[i], expected[i]);
  }
}

static void
test_rescale (void)
{
  g_autoptr (LmPipeline) p = CHAIN ("rescale");
  g_autoptr (LmPipeline) q = CHAIN ("rescale(scale=0.5, offset=-1)");
  float x[] = { 0, 51, 255 };

  g_assert_true (lm_pipeline_is_fitted (p));
  lm_pipeline_apply (p, LM_ROLE_INPUT, "x", &LM_SHAPE (3), x, 1);
  assert_near (x, (double[]){ 0, 0.2, 1 }, 3);
  lm_pipeline_apply (q, LM_ROLE_INPUT, "x", &LM_SHAPE (3), x, 1);
  assert_near (x, (double[]){ -1, -0.9, -0.5 }, 3);
  lm_pipeline_invert (q, LM_ROLE_INPUT, "x", &LM_SHAPE (3), x, 1);
  lm_pipeline_apply (q, LM_ROLE_TARGET, "y", &LM_SHAPE (3), x, 1); /* no target's step */
  assert_near (x, (double[]){ 0, 0.2, 1 }, 3);
}

/* Mean 3 and population variance 14/3 of 1, 2, 6; nothing of the validation samples. */
static void
test_fits_on_training_only (void)
{
  g_autoptr (LmDataset) ds = table ();
  g_autoptr (LmPipeline) p = CHAIN ("standardize");
  g_autoptr (GError) error = NULL;
  float x[] = { 1, 5, 6, 6 };
  double std = sqrt (14.0 / 3);

  g_assert_false (lm_pipeline_is_fitted (p));
  g_assert_false (lm_pipeline_check (p, LM_ROLE_INPUT, "x", &LM_SHAPE (2), &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_DATA);
  g_clear_error (&error);
  g_assert_true (lm_pipeline_fit (p, ds, NULL, NULL, &error));
  g_assert_true (lm_pipeline_is_fitted (p));
  lm_pipeline_apply (p, LM_ROLE_INPUT, "x", &LM_SHAPE (2), x, 2);
  assert_near (x, (double[]){ -2 / std, 0, 3 / std, 1 }, 4);
  lm_pipeline_invert (p, LM_ROLE_INPUT, "x", &LM_SHAPE (2), x, 2);
  assert_near (x, (double[]){ 1, 5, 6, 6 }, 4);
}

static void
test_axes (void)
{
  g_autoptr (LmDataset) ds = table ();
  g_autoptr (LmPipeline) p = CHAIN ("minmax(axis=all, low=-1)");
  g_autoptr (LmPipeline) q = CHAIN ("minmax(axis=each)");
  float x[] = { 1, 5, 6, 3.5F };
  float y[] = { 1, 5, 6, 6 };

  g_assert_true (lm_pipeline_fit (p, ds, NULL, NULL, NULL));
  lm_pipeline_apply (p, LM_ROLE_INPUT, "x", &LM_SHAPE (2), x, 2);
  assert_near (x, (double[]){ -1, 0.6, 1, 0 }, 4);
  lm_pipeline_invert (p, LM_ROLE_INPUT, "x", &LM_SHAPE (2), x, 2);
  assert_near (x, (double[]){ 1, 5, 6, 3.5 }, 4);
  g_assert_true (lm_pipeline_fit (q, ds, NULL, NULL, NULL));
  lm_pipeline_apply (q, LM_ROLE_INPUT, "x", &LM_SHAPE (2), y, 2);
  assert_near (y, (double[]){ 0, 0, 1, 1 }, 4);
}

/* The second step is fitted on what the first makes of the data: first 0.1 x, then that into 0 … 1. */
static void
test_steps_follow_each_other (void)
{
  g_autoptr (LmDataset) ds = table ();
  g_autoptr (LmPipeline) p = CHAIN ("rescale(scale=0.1)", "minmax", "rescale(scale=2)");
  float x[] = { 2, 5 };

  g_assert_true (lm_pipeline_fit (p, ds, NULL, NULL, NULL));
  lm_pipeline_apply (p, LM_ROLE_INPUT, "x", &LM_SHAPE (2), x, 1);
  assert_near (x, (double[]){ 0.4, 0 }, 2);
  lm_pipeline_invert (p, LM_ROLE_INPUT, "x", &LM_SHAPE (2), x, 1);
  assert_near (x, (double[]){ 2, 5 }, 2);
}

static void
test_targets (void)
{
  g_autoptr (LmDataset) ds = table ();
  g_autoptr (LmPipeline) p = CHAIN ("standardize(on=targets)", "standardize(on=x)");
  g_autoptr (LmPipeline) q = CHAIN ("standardize(on=rooms)");
  g_autoptr (GError) error = NULL;
  float y[] = { 100, 300 };
  double std = sqrt (20000.0 / 3);

  g_assert_true (lm_pipeline_touches (p, LM_ROLE_TARGET, "price"));
  g_assert_true (lm_pipeline_touches (p, LM_ROLE_INPUT, "x"));
  g_assert_false (lm_pipeline_touches (q, LM_ROLE_INPUT, "x"));
  g_assert_true (lm_pipeline_fit (p, ds, NULL, NULL, NULL));
  lm_pipeline_apply (p, LM_ROLE_TARGET, "price", &LM_SCALAR, y, 2);
  assert_near (y, (double[]){ -100 / std, 100 / std }, 2);
  lm_pipeline_invert (p, LM_ROLE_TARGET, "dense", &LM_SCALAR, y, 2); /* the only target serves any name */
  assert_near (y, (double[]){ 100, 300 }, 2);
  g_assert_false (lm_pipeline_fit (q, ds, NULL, NULL, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_DATA);
  assert_told (error, "“rooms”");
}

/* Large means cost no digits, and values that are missing do not count. */
static void
test_fit_is_exact (void)
{
  LmColumn column = { .name = (char *) "x", .role = LM_ROLE_INPUT };
  g_autoptr (LmTensor) x = lm_tensor_new (LM_F32, &LM_SHAPE (5000, 1), NULL);
  LmTensor *tensors[LM_N_PARTS] = { x, NULL, NULL };
  g_autoptr (LmDataset) ds = NULL;
  g_autoptr (LmPipeline) p = CHAIN ("standardize");
  g_autofree char *name = NULL;
  LmTensor *std;

  for (int i = 0; i < 5000; i++)
    lm_tensor_f32 (x)[i] = i == 17 ? NAN : (float) (1000000 + i % 2);
  ds = lm_dataset_new_memory ("far", 1, &column, tensors);
  g_assert_true (lm_pipeline_fit (p, ds, NULL, NULL, NULL));
  std = lm_pipeline_get_state (p, 2, &name);
  g_assert_cmpstr (name, ==, "0/input/x/std");
  g_assert_cmpfloat (fabs ((double) lm_tensor_f32 (std)[0] - 0.5), <, 1e-6);
}

static void
test_text (void)
{
  g_autoptr (LmPipeline) p = CHAIN ("standardize(on=targets, axis=all)", "rescale");
  g_autofree char *first = lm_pipeline_format_step (p, 0);
  g_autofree char *second = lm_pipeline_format_step (p, 1);
  g_autoptr (LmPipeline) again = CHAIN (first, second);
  g_autoptr (GError) error = NULL;

  g_assert_true (lm_pipeline_equal (p, again));
  g_assert_false (lm_pipeline_add_text (p, "rescale(scael=1)", &error));
  assert_told (error, "scael");
  g_clear_error (&error);
  g_assert_false (lm_pipeline_add_text (p, "shrink", &error));
  assert_told (error, "shrink");
  g_assert_cmpint (lm_pipeline_n_steps (p), ==, 2);
}

/* State goes out as tensors and comes back to the same bits. */
static void
test_state_round_trip (void)
{
  g_autoptr (LmDataset) ds = table ();
  g_autoptr (LmPipeline) p = CHAIN ("rescale", "standardize", "minmax(on=targets)");
  g_autoptr (LmPipeline) q = CHAIN ("rescale", "standardize", "minmax(on=targets)");
  g_autoptr (LmPipeline) copy = NULL;
  g_autoptr (GError) error = NULL;
  float a[] = { 3, 4, 1, 2 };
  float b[] = { 3, 4, 1, 2 };
  float c[] = { 3, 4, 1, 2 };

  g_assert_true (lm_pipeline_fit (p, ds, NULL, NULL, NULL));
  g_assert_cmpint (lm_pipeline_n_state (p), ==, 6);
  for (int i = 0; i < 6; i++) {
    g_autofree char *name = NULL;
    LmTensor *tensor = lm_pipeline_get_state (p, i, &name);

    g_assert_false (lm_pipeline_is_fitted (q));
    g_assert_true (lm_pipeline_set_state (q, name, tensor, &error));
  }
  g_assert_true (lm_pipeline_is_fitted (q));
  copy = lm_pipeline_copy (q);
  lm_pipeline_apply (p, LM_ROLE_INPUT, "x", &LM_SHAPE (2), a, 2);
  lm_pipeline_apply (q, LM_ROLE_INPUT, "x", &LM_SHAPE (2), b, 2);
  lm_pipeline_apply (copy, LM_ROLE_INPUT, "x", &LM_SHAPE (2), c, 2);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
  g_assert_cmpmem (a, sizeof a, c, sizeof c);
  g_assert_false (lm_pipeline_check (q, LM_ROLE_INPUT, "x", &LM_SHAPE (3), &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_DATA);
}

static void
test_hostile_state (void)
{
  static const char *const names[] = { "", "/", "1", "9/input/x/mean", "-1/input/x/mean", "1/output/x/mean", "1/input/x", "1/input/mean", "1/input/x/median", "0/input/x/mean", "1/input/x/shape", "x/input/x/mean" };
  g_autoptr (LmPipeline) p = CHAIN ("rescale", "standardize");
  g_autoptr (LmTensor) good = lm_tensor_new_copy (LM_F32, &LM_SHAPE (2), (float[]){ 1, 2 });
  g_autoptr (LmTensor) bad = lm_tensor_new_copy (LM_F32, &LM_SHAPE (2), (float[]){ 1, NAN });
  g_autoptr (LmTensor) shape = lm_tensor_new_copy (LM_I64, &LM_SHAPE (3), (gint64[]){ 2, (gint64) 1 << 40, (gint64) 1 << 40 });
  g_autoptr (LmTensor) three = lm_tensor_new_copy (LM_I64, &LM_SHAPE (2), (gint64[]){ 1, 3 });
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_assert_false (lm_pipeline_set_state (p, names[i], good, &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_FORMAT);
    g_clear_error (&error);
  }
  g_assert_false (lm_pipeline_set_state (p, "1/input/x/mean", bad, NULL));
  g_assert_false (lm_pipeline_set_state (p, "1/input/x/mean", shape, NULL));
  g_assert_false (lm_pipeline_set_state (p, "1/input/x/shape", shape, NULL));
  g_assert_true (lm_pipeline_set_state (p, "1/input/x/shape", three, NULL));
  g_assert_true (lm_pipeline_set_state (p, "1/input/x/mean", good, NULL));
  g_assert_true (lm_pipeline_set_state (p, "1/input/x/std", good, NULL));
  g_assert_false (lm_pipeline_check (p, LM_ROLE_INPUT, "x", &LM_SHAPE (3), &error)); /* two numbers for three features */
  g_assert_error (error, LM_ERROR, LM_ERROR_DATA);
}

static gboolean
refuse (void *data,
        const char *what,
        double share)
{
  return FALSE;
}

/* What was fitted before stays when fitting again is stopped. */
static void
test_stopped_fit_changes_nothing (void)
{
  g_autoptr (LmDataset) ds = table ();
  g_autoptr (LmPipeline) p = CHAIN ("standardize");
  g_autoptr (GError) error = NULL;
  float x[] = { 3, 5 };

  g_assert_true (lm_pipeline_fit (p, ds, NULL, NULL, NULL));
  g_assert_false (lm_pipeline_fit (p, ds, refuse, NULL, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_CANCELLED);
  lm_pipeline_apply (p, LM_ROLE_INPUT, "x", &LM_SHAPE (2), x, 1);
  assert_near (x, (double[]){ 0, 0 }, 2);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pipeline/rescale", test_rescale);
  g_test_add_func ("/pipeline/fits-on-training-only", test_fits_on_training_only);
  g_test_add_func ("/pipeline/axes", test_axes);
  g_test_add_func ("/pipeline/steps-follow-each-other", test_steps_follow_each_other);
  g_test_add_func ("/pipeline/targets", test_targets);
  g_test_add_func ("/pipeline/fit-is-exact", test_fit_is_exact);
  g_test_add_func ("/pipeline/text", test_text);
  g_test_add_func ("/pipeline/state-round-trip", test_state_round_trip);
  g_test_add_func ("/pipeline/hostile-state", test_hostile_state);
  g_test_add_func ("/pipeline/stopped-fit-changes-nothing", test_stopped_fit_changes_nothing);
  return g_test_run ();
}
