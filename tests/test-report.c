/* test-report.c: where a classifier is right and wrong, against counts by hand
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-report.h"

#include "train-kit.h"

/* A data set whose training part is given: @x has @n rows of @width numbers. */
static LmDataset *
make_data (int n,
           int width,
           const float *x,
           const void *y,
           LmDtype dtype,
           int y_width,
           int n_classes)
{
  static const char *names[] = { "ant", "bee", "cat", NULL };
  LmColumn columns[2] = {
    { .name = (char *) "x", .role = LM_ROLE_INPUT },
    { .name = (char *) "y", .role = LM_ROLE_TARGET, .n_classes = n_classes, .class_names = n_classes == 3 ? (char **) names : NULL },
  };
  LmShape x_shape = LM_SHAPE (n, width), flat = LM_SHAPE (n), wide = LM_SHAPE (n, y_width);
  g_autoptr (LmTensor) inputs = lm_tensor_new_copy (LM_F32, &x_shape, x);
  g_autoptr (LmTensor) targets = lm_tensor_new_copy (dtype, y_width == 1 ? &flat : &wide, y);
  LmTensor *tensors[LM_N_PARTS * 2] = { inputs, targets };

  return lm_dataset_new_memory ("made up", 2, columns, tensors);
}

/* Dense with the identity times @gain for a kernel: the network answers what its input says. */
static LmSnapshot *
identity (int n,
          float gain)
{
  LmShape square = LM_SHAPE (n, n), row = LM_SHAPE (n);
  g_autoptr (LmTensor) kernel = lm_tensor_new (LM_F32, &square, NULL), bias = lm_tensor_new (LM_F32, &row, NULL);
  LmSnapshot *snapshot = lm_snapshot_new (0);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < n; i++)
    lm_tensor_f32 (kernel)[i * n + i] = gain;
  lm_snapshot_add (snapshot, NULL, "dense/kernel", LM_SLOT_WEIGHT, TRUE, kernel, NULL, &error);
  g_assert_no_error (error);
  lm_snapshot_add (snapshot, NULL, "dense/bias", LM_SLOT_WEIGHT, TRUE, bias, NULL, &error);
  g_assert_no_error (error);
  lm_snapshot_seal (snapshot);
  return snapshot;
}

static LmReport *
report (const LmDesign *design,
        LmSnapshot *weights,
        LmDataset *dataset)
{
  LmEvaluateSpec spec = { .design = design, .weights = weights, .dataset = dataset, .part = LM_PART_TRAIN, .exact = TRUE };
  g_autoptr (GError) error = NULL;
  LmReport *self = lm_report_new (&spec, &error);

  g_assert_no_error (error);
  return self;
}

static void
assert_refused (const LmDesign *design,
                LmSnapshot *weights,
                LmDataset *dataset)
{
  LmEvaluateSpec spec = { .design = design, .weights = weights, .dataset = dataset, .part = LM_PART_TRAIN, .exact = TRUE };
  g_autoptr (GError) error = NULL;

  g_assert_null (lm_report_new (&spec, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_DATA);
}

/* Answers 0 1 2 2 0 1 2 for truths 0 1 2 0 0 0 1: three mistakes, samples 3 (0 → 2), 5 (0 → 1) and 6 (1 → 2). The logits
 * tell how sure: sample 5 is the worst, then 3, then 6. */
static const float three_x[] = {
  2, 0, 0,       /* 0 → 0 */
  0, 2, 0,       /* 1 → 1 */
  0, 0, 2,       /* 2 → 2 */
  0, 0, 2,       /* 0 → 2 */
  1, 0, 0,       /* 0 → 0 */
  0, 4, 0,       /* 0 → 1 */
  0, 0.5f, 0.6f, /* 1 → 2 */
};
static const gint32 three_y[] = { 0, 1, 2, 0, 0, 0, 1 };
static const gint64 three_counts[9] = { 2, 1, 1, 0, 1, 1, 0, 0, 1 };

#define THREE "Input shape=3; Dense units=3 activation=softmax"

static void
assert_three (const LmReport *self)
{
  static const guint32 worst[] = { 5, 3, 6 };

  g_assert_cmpint (self->n_classes, ==, 3);
  g_assert_cmpuint (self->n, ==, 7);
  g_assert_cmpmem (self->counts, sizeof (gint64) * 9, three_counts, sizeof three_counts);
  g_assert_cmpuint (self->n_mistakes, ==, 3);
  g_assert_cmpmem (self->worst, sizeof worst, worst, sizeof worst);

  /* Sample 3: softmax of 0 0 2: exp (2) / (2 + exp (2)) for its answer, 1 / (2 + exp (2)) for the truth. */
  g_assert_cmpfloat_with_epsilon (self->answers[3].probability, exp (2) / (2 + exp (2)), 1e-6);
  g_assert_cmpfloat_with_epsilon (self->answers[3].loss, log (2 + exp (2)), 1e-5);
}

static void
test_confusion_is_as_counted_by_hand (void)
{
  g_autoptr (LmDesign) design = kit_design (THREE, "batch_size=4");
  g_autoptr (LmSnapshot) weights = identity (3, 1);
  g_autoptr (LmDataset) dataset = make_data (7, 3, three_x, three_y, LM_I32, 1, 3);
  g_autoptr (LmReport) self = report (design, weights, dataset);
  g_autoptr (LmConfusionPicture) picture = lm_report_confusion (self, "Confusion", "by hand");

  assert_three (self);
  g_assert_cmpstr (self->class_names[1], ==, "bee");
  g_assert_cmpfloat_with_epsilon (lm_report_accuracy (self), 4.0 / 7, 1e-12);
  g_assert_cmpfloat_with_epsilon (lm_report_precision (self, 0), 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (lm_report_precision (self, 1), 1.0 / 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (lm_report_precision (self, 2), 1.0 / 3, 1e-12);
  g_assert_cmpfloat_with_epsilon (lm_report_recall (self, 0), 1.0 / 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (lm_report_recall (self, 1), 1.0 / 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (lm_report_recall (self, 2), 1, 1e-12);
  g_assert_cmpint (lm_report_support (self, 0), ==, 4);
  g_assert_cmpint (lm_report_support (self, 2), ==, 1);

  g_assert_cmpint (picture->n, ==, 3);
  g_assert_cmpstr (picture->title, ==, "Confusion");
  g_assert_cmpstr (picture->class_names[2], ==, "cat");
  g_assert_cmpmem (picture->counts, sizeof (gint64) * 9, three_counts, sizeof three_counts);
}

static void
test_a_cell_names_its_samples (void)
{
  g_autoptr (LmDesign) design = kit_design (THREE, "");
  g_autoptr (LmSnapshot) weights = identity (3, 1);
  g_autoptr (LmDataset) dataset = make_data (7, 3, three_x, three_y, LM_I32, 1, 3);
  g_autoptr (LmReport) self = report (design, weights, dataset);
  g_autoptr (GArray) right = lm_report_cell (self, 0, 0), wrong = lm_report_cell (self, 1, 2), none = lm_report_cell (self, 2, 0);

  g_assert_cmpuint (right->len, ==, 2);
  g_assert_cmpuint (g_array_index (right, guint32, 0), ==, 0);
  g_assert_cmpuint (g_array_index (right, guint32, 1), ==, 4);
  g_assert_cmpuint (wrong->len, ==, 1);
  g_assert_cmpuint (g_array_index (wrong, guint32, 0), ==, 6);
  g_assert_cmpuint (none->len, ==, 0);
}

/* The same from targets as vectors, and from a network that gives logits. */
static void
test_other_forms_of_the_same_say_the_same (void)
{
  g_autoptr (LmDesign) vectors = kit_design (THREE, "loss=categorical_crossentropy");
  g_autoptr (LmDesign) logits = kit_design ("Input shape=3; Dense units=3", "loss=sparse_categorical_crossentropy(from_logits=true)");
  g_autoptr (LmSnapshot) weights = identity (3, 1);
  float one_hot[21] = { 0 };
  g_autoptr (LmDataset) wide = NULL, labels = make_data (7, 3, three_x, three_y, LM_I32, 1, 3);
  g_autoptr (LmReport) a = NULL, b = report (logits, weights, labels);

  for (int i = 0; i < 7; i++)
    one_hot[i * 3 + three_y[i]] = 1;
  wide = make_data (7, 3, three_x, one_hot, LM_F32, 3, 0);
  a = report (vectors, weights, wide);
  assert_three (a);
  assert_three (b);
}

/* x is the logit: 0 is neither, and counts as no. */
static void
test_one_output_counts_as_two_classes (void)
{
  static const float x[] = { 3, -3, 0, 0.1f, -2, 5 };
  static const gint32 y[] = { 1, 0, 1, 0, 1, 0 };
  static const gint64 counts[4] = { 1, 2, 2, 1 };
  static const guint32 worst[] = { 5, 4, 3, 2 };
  g_autoptr (LmDesign) design = kit_design ("Input shape=1; Dense units=1 activation=sigmoid", "");
  g_autoptr (LmSnapshot) weights = identity (1, 1);
  g_autoptr (LmDataset) dataset = make_data (6, 1, x, y, LM_I32, 1, 2);
  g_autoptr (LmReport) self = report (design, weights, dataset);

  g_assert_cmpint (self->n_classes, ==, 2);
  g_assert_cmpmem (self->counts, sizeof counts, counts, sizeof counts);
  g_assert_cmpuint (self->n_mistakes, ==, 4);
  g_assert_cmpmem (self->worst, sizeof worst, worst, sizeof worst);
  g_assert_cmpfloat_with_epsilon (self->answers[4].probability, 1 / (1 + exp (-2)), 1e-6);
  g_assert_cmpfloat_with_epsilon (self->answers[4].loss, log (1 + exp (2)), 1e-5);
}

static void
test_accuracy_is_that_of_evaluate (void)
{
  g_autoptr (LmDesign) design = kit_design (THREE, "");
  g_autoptr (LmSnapshot) weights = identity (3, 1);
  g_autoptr (LmDataset) dataset = make_data (7, 3, three_x, three_y, LM_I32, 1, 3);
  LmEvaluateSpec spec = { .design = design, .weights = weights, .dataset = dataset, .part = LM_PART_TRAIN, .exact = TRUE };
  g_autoptr (LmReport) self = report (design, weights, dataset);
  g_autoptr (GError) error = NULL;
  LmEvaluation evaluation;
  double sum = 0;

  g_assert_true (lm_evaluate (&spec, &evaluation, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (evaluation.figures.metric[0], lm_report_accuracy (self), 1e-6);
  for (gsize i = 0; i < self->n; i++)
    sum += self->answers[i].loss;
  g_assert_cmpfloat_with_epsilon (evaluation.figures.loss, sum / 7, 1e-5);
  lm_evaluation_clear (&evaluation);
}

static void
test_numbers_are_no_classes (void)
{
  static const float amounts[] = { 0, 1, 2, 0, 0, 0, 1 };
  static const gint32 whole[] = { 0, 1, 2, 0, 0, 0, 1 };
  g_autoptr (LmDesign) design = kit_design ("Input shape=3; Dense units=1", "loss=mean_squared_error");
  g_autoptr (LmDataset) numbers = make_data (7, 3, three_x, amounts, LM_F32, 1, 0), maybe = make_data (7, 3, three_x, whole, LM_I32, 1, 3);
  LmShape column = LM_SHAPE (3, 1), one = LM_SHAPE (1);
  g_autoptr (LmTensor) kernel = lm_tensor_new (LM_F32, &column, NULL), bias = lm_tensor_new (LM_F32, &one, NULL);
  g_autoptr (LmSnapshot) weights = lm_snapshot_new (0);

  g_assert_true (lm_snapshot_add (weights, NULL, "dense/kernel", LM_SLOT_WEIGHT, TRUE, kernel, NULL, NULL));
  g_assert_true (lm_snapshot_add (weights, NULL, "dense/bias", LM_SLOT_WEIGHT, TRUE, bias, NULL, NULL));
  lm_snapshot_seal (weights);
  assert_refused (design, weights, numbers);
  /* Whole numbers that the loss takes for amounts. */
  assert_refused (design, weights, maybe);
}

/* More classes in the data than the network tells apart. */
static void
test_a_class_too_many_is_refused (void)
{
  static const gint32 y[] = { 0, 1, 3, 0, 0, 0, 1 };
  g_autoptr (LmDesign) design = kit_design (THREE, "");
  g_autoptr (LmSnapshot) weights = identity (3, 1);
  g_autoptr (LmDataset) dataset = make_data (7, 3, three_x, y, LM_I32, 1, 4);

  assert_refused (design, weights, dataset);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/confusion-is-as-counted-by-hand", test_confusion_is_as_counted_by_hand);
  g_test_add_func ("/report/a-cell-names-its-samples", test_a_cell_names_its_samples);
  g_test_add_func ("/report/other-forms-of-the-same-say-the-same", test_other_forms_of_the_same_say_the_same);
  g_test_add_func ("/report/one-output-counts-as-two-classes", test_one_output_counts_as_two_classes);
  g_test_add_func ("/report/accuracy-is-that-of-evaluate", test_accuracy_is_that_of_evaluate);
  g_test_add_func ("/report/numbers-are-no-classes", test_numbers_are_no_classes);
  g_test_add_func ("/report/a-class-too-many-is-refused", test_a_class_too_many_is_refused);
  return g_test_run ();
}
