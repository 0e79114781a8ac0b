/* test-score.c: metrics of arrays against scikit-learn
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-metric.h"
#include "lm-score.h"

#include "lm-test-reference.h"

#include <math.h>
#include <string.h>

static LmTensor *
read_tensor (LmTestReference *file,
             const LmShape *shape)
{
  gint64 n;
  g_autofree double *numbers = NULL;

  g_assert_true (lm_test_reference_next (file));
  numbers = lm_test_reference_numbers (file, &n);
  g_assert_cmpint (n, ==, lm_shape_n_elements (shape, 1));
  return lm_tensor_new_copy (LM_F64, shape, numbers);
}

static void
check_score (const LmTestReference *file,
             LmTensor *targets,
             LmTensor *predictions,
             double threshold,
             GHashTable *seen)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmOptionSet) metric = lm_metric_parse (file->words[1], &error);
  double expected = lm_test_reference_double (file, 2), value;

  g_assert_no_error (error);
  g_hash_table_add (seen, (gpointer) metric->member->id);
  lm_score (metric, targets, predictions, threshold, &value, &error);
  g_assert_no_error (error);
  g_test_message ("%s: %.15g, scikit-learn %.15g", file->words[1], value, expected);
  g_assert_cmpfloat_with_epsilon (value, expected, 1e-9 * MAX (1, fabs (expected)));
}

static void
test_every_metric_is_that_of_scikit_learn (void)
{
  g_autoptr (LmTestReference) file = lm_test_reference_open ("fit-scores");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (LmTensor) targets = NULL, predictions = NULL;
  const LmMember *const *members;
  double threshold = 0.5;
  gsize n;

  while (lm_test_reference_next (file)) {
    if (lm_test_reference_is (file, "arrays")) {
      LmShape t = lm_test_reference_shape (file, 3), p = lm_test_reference_shape (file, 4);

      g_test_message ("%s", file->words[1]);
      threshold = lm_test_reference_double (file, 2);
      g_clear_pointer (&targets, lm_tensor_unref);
      g_clear_pointer (&predictions, lm_tensor_unref);
      targets = read_tensor (file, &t);
      predictions = read_tensor (file, &p);
    } else {
      check_score (file, targets, predictions, threshold, seen);
    }
  }
  /* A metric without a reference is not proved. */
  members = lm_family_members ("metric", &n);
  for (gsize i = 0; i < n; i++) {
    if (!g_hash_table_contains (seen, members[i]->id))
      g_error ("The metric “%s” has no reference: add it to reference/fitting.py", members[i]->id);
  }
}

/* --- Streams ----------------------------------------------------------------------------- */

/* Batches of 7 give what all at once give. */
static void
test_batches_give_the_same_figure (void)
{
  static const char *const ids[] = { "accuracy", "precision", "recall", "f1", "specificity", "mcc", "balanced_accuracy", "log_loss", "brier", "mae", "mse", "rmse", "mape", "r2", "max_error" };
  enum {
    N = 45
  };
  float p[N], t[N];

  for (int i = 0; i < N; i++) {
    p[i] = (float) (0.5 + 0.45 * sin (2.3 * i));
    t[i] = i % 3 == 0 || p[i] > 0.8f;
  }
  for (gsize k = 0; k < G_N_ELEMENTS (ids); k++) {
    const LmMetricClass *metric = lm_metric_find (ids[k]);
    LmMetricBatch all = { .n = N, .prediction = p, .prediction_size = 1, .n_last = 1, .target = t, .target_dtype = LM_F32, .target_size = 1 };
    double once = metric->whole != NULL ? metric->whole (&all) : lm_metric_compute (metric, &all);
    LmMetricState state;

    lm_metric_init (&state);
    g_assert_true (isnan (metric->result (&state, NULL)));
    for (int i = 0; i < N; i += 7) {
      LmMetricBatch batch = all;

      batch.n = MIN (7, N - i);
      batch.prediction = p + i;
      batch.target = t + i;
      g_assert_true (lm_metric_streams (metric, &batch));
      metric->update (&state, &batch);
    }
    g_test_message ("%s %.9g", ids[k], once);
    g_assert_cmpfloat_with_epsilon (metric->result (&state, NULL), once, 1e-12);
  }
}

/* --- What does not fit ----------------------------------------------------------------------- */

static LmTensor *
tensor (int rows,
        int cols,
        const double *numbers)
{
  LmShape shape = LM_SHAPE (rows, cols);

  shape.rank = cols > 0 ? 2 : 1;
  return lm_tensor_new_copy (LM_F64, &shape, numbers);
}

static void
assert_fails (const char *name,
              LmTensor *targets,
              LmTensor *predictions,
              const char *word)
{
  g_autoptr (LmTensor) t = targets, p = predictions;
  g_autoptr (GError) error = NULL;
  g_autoptr (LmOptionSet) metric = lm_metric_parse (name, &error);
  double value;

  g_assert_no_error (error);
  g_assert_false (lm_score (metric, t, p, 0.5, &value, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_DATA);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_what_does_not_fit_is_told (void)
{
  static const double zeros[12] = { 0 }, some[12] = { 0, 1, 2, 3, 0.5, 1, 0, 1, 2, 1, 1, 1 };
  static const double bad[4] = { 0, 1, NAN, 1 };

  assert_fails ("accuracy", tensor (3, 0, some), tensor (4, 0, some), "are 3 ");
  assert_fails ("accuracy", tensor (4, 0, some), tensor (4, 2, some), "class 3");
  assert_fails ("accuracy", tensor (4, 0, some + 4), tensor (4, 2, some), "no classes");
  assert_fails ("mae", tensor (4, 0, some), tensor (4, 3, some), "4×3");
  assert_fails ("mae", tensor (4, 0, some), tensor (4, 0, bad), "place 2");
  assert_fails ("roc_auc", tensor (4, 0, zeros), tensor (4, 0, some), "two kinds");
  assert_fails ("log_loss", tensor (4, 0, some), tensor (4, 0, some), "class 3");
  assert_fails ("ndcg", tensor (4, 0, some), tensor (4, 0, some), "4");
}

static void
test_zero_over_zero_is_zero (void)
{
  static const double zeros[4] = { 0 }, t[4] = { 0, 1, 0, 1 };
  static const char *const ids[] = { "precision", "recall", "f1", "mcc" };

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autoptr (LmTensor) targets = tensor (4, 0, t), predictions = tensor (4, 0, zeros);
    g_autoptr (LmOptionSet) metric = lm_metric_parse (ids[i], NULL);
    double value = -1;

    g_assert_true (lm_score (metric, targets, predictions, 0.5, &value, NULL));
    g_assert_cmpfloat (value, ==, 0);
  }
}

static void
test_other_names_are_known (void)
{
  gsize n;
  const LmMember *const *members = lm_family_members ("metric", &n);
  static const char *const names[] = { "mean_squared_error", "matthews_corrcoef", "f1_score", "auc", "lrap", "kappa" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_nonnull (lm_metric_find (lm_metric_canonical (names[i])));
  for (gsize i = 0; i < n; i++)
    g_assert_cmpstr (lm_metric_canonical (members[i]->id), ==, members[i]->id);
}

static void
test_confusion_counts (void)
{
  static const double t[5] = { 0, 1, 2, 1, 0 }, p[5] = { 0, 2, 2, 1, 1 };
  static const gint64 expected[9] = { 1, 1, 0, 0, 1, 1, 0, 0, 1 };
  g_autoptr (LmTensor) targets = tensor (5, 0, t), predictions = tensor (5, 0, p);
  g_autofree gint64 *counts = NULL;
  int n;

  counts = lm_score_confusion (targets, predictions, 0.5, &n, NULL);
  g_assert_cmpint (n, ==, 3);
  g_assert_cmpmem (counts, 9 * sizeof (gint64), expected, sizeof expected);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/score/every-metric-is-that-of-scikit-learn", test_every_metric_is_that_of_scikit_learn);
  g_test_add_func ("/score/batches-give-the-same-figure", test_batches_give_the_same_figure);
  g_test_add_func ("/score/what-does-not-fit-is-told", test_what_does_not_fit_is_told);
  g_test_add_func ("/score/zero-over-zero-is-zero", test_zero_over_zero_is_zero);
  g_test_add_func ("/score/other-names-are-known", test_other_names_are_known);
  g_test_add_func ("/score/confusion-counts", test_confusion_counts);
  return g_test_run ();
}
