/* test-callbacks.c: what happens in the course of a run: schedules, averages, limits, weights of samples, logs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "train-kit.h"

#include "lm-range-test.h"

#include <glib/gstdio.h>

#define NETWORK "Input shape=6; Dense units=16 activation=relu; Dropout rate=0.2; Dense units=3 activation=softmax"
#define SETTINGS "batch_size=8 optimizer=adam(learning_rate=0.01,use_ema=true,ema_momentum=0.9) "

static LmEndReason
run_it (KitLog *log,
        LmTrainerSpec spec,
        const char *training)
{
  g_autoptr (LmDesign) design = kit_design (NETWORK, training);
  g_autoptr (LmDataset) dataset = kit_dataset (80, 24, 6, 3);

  spec.design = design;
  spec.dataset = spec.dataset != NULL ? spec.dataset : dataset;
  return kit_run (log, &spec);
}

/* Both ended with the same bytes: weights, optimizer, state; the time it took aside. */
static void
assert_same_end (const KitLog *a,
                 const KitLog *b)
{
  g_assert_true (lm_snapshot_equal (a->last->weights, b->last->weights));
  g_assert_cmpfloat (a->last->state.rate, ==, b->last->state.rate);
  g_assert_cmpfloat (a->last->state.best_value, ==, b->last->state.best_value);
  g_assert_cmpint (a->last->state.averaged, ==, b->last->state.averaged);
  g_assert_cmpmem (&a->last->state.plateau, sizeof (LmPlateau), &b->last->state.plateau, sizeof (LmPlateau));
}

/* Interrupted at step 13 and resumed, or with other threads: the same bytes. */
static void
assert_exact (const char *training)
{
  g_auto (KitLog) straight = { NULL }, threads = { NULL }, first = { .stop_at = 13 }, second = { NULL };

  g_assert_cmpint (run_it (&straight, (LmTrainerSpec){ .n_threads = 1 }, training), ==, LM_END_FINISHED);
  g_assert_cmpint (run_it (&threads, (LmTrainerSpec){ .n_threads = 3 }, training), ==, LM_END_FINISHED);
  g_assert_cmpint (run_it (&first, (LmTrainerSpec){ .every_step = TRUE }, training), ==, LM_END_STOPPED);
  g_assert_cmpint (run_it (&second, (LmTrainerSpec){ .resume = first.last }, training), ==, LM_END_FINISHED);
  assert_same_end (&straight, &threads);
  assert_same_end (&straight, &second);
}

static void
test_schedules_resume_exactly (void)
{
  assert_exact (SETTINGS "epochs=3 learning_rate_schedule=CosineDecay(decay_steps=25,warmup_target=0.02,warmup_steps=7)");
  assert_exact (SETTINGS "epochs=3 learning_rate_schedule=OneCycle");
  assert_exact (SETTINGS "epochs=5 learning_rate_schedule=ReduceLROnPlateau(patience=1,factor=0.5)");
}

static void
test_a_longer_run_is_that_of_one_piece (void)
{
  g_auto (KitLog) straight = { NULL }, first = { NULL }, second = { NULL };

  run_it (&straight, (LmTrainerSpec){ .n_threads = 1 }, SETTINGS "epochs=4");
  run_it (&first, (LmTrainerSpec){ .n_threads = 1 }, SETTINGS "epochs=2");
  g_assert_cmpint (first.last->state.averaged, ==, 1);
  run_it (&second, (LmTrainerSpec){ .resume = first.last }, SETTINGS "epochs=4");
  assert_same_end (&straight, &second);
}

static void
test_a_schedule_sets_the_rate (void)
{
  g_auto (KitLog) log = { NULL };

  run_it (&log, (LmTrainerSpec){ .n_threads = 1 }, "batch_size=8 epochs=3 optimizer=sgd(learning_rate=0.1) learning_rate_schedule=ExponentialDecay(decay_steps=10,decay_rate=0.5,staircase=true)");
  g_assert_cmpfloat_with_epsilon (log.epochs[0]->done.rate, 0.1, 1e-12);
  g_assert_cmpfloat_with_epsilon (log.epochs[1]->done.rate, 0.05, 1e-12);
  g_assert_cmpfloat_with_epsilon (log.epochs[2]->done.rate, 0.025, 1e-12);
  g_assert_cmpfloat (log.last->state.rate, ==, 0.1);
}

static void
test_a_live_rate_holds_now (void)
{
  g_auto (KitLog) log = { .rate_at = 5, .rate = 1e-3 };

  run_it (&log, (LmTrainerSpec){ .every_step = TRUE }, "batch_size=8 epochs=1 optimizer=sgd(learning_rate=0.1) learning_rate_schedule=ExponentialDecay(decay_steps=1,decay_rate=0.5)");
  g_assert_cmpint (log.n_rates, ==, 1);
  /* Steps 6 to 10: the schedule goes on from there. */
  g_assert_cmpfloat_with_epsilon (log.epochs[0]->done.rate, 1e-3 / 16, 1e-12);
}

static void
test_a_plateau_is_told (void)
{
  g_auto (KitLog) log = { NULL };

  run_it (&log, (LmTrainerSpec){ .n_threads = 1 }, "batch_size=8 epochs=5 optimizer=sgd(learning_rate=1e-20) learning_rate_schedule=ReduceLROnPlateau(patience=2)");
  g_assert_cmpint (log.n_rates, ==, 2);
  g_assert_cmpfloat_with_epsilon (log.epochs[4]->done.rate, 1e-21, 1e-30);
}

static void
test_the_best_weights_come_back (void)
{
  g_auto (KitLog) log = { NULL };
  g_autoptr (LmCheckpoint) best = NULL;

  /* A rate so large that later epochs are worse. */
  g_assert_cmpint (run_it (&log, (LmTrainerSpec){ .n_threads = 1 }, "batch_size=8 epochs=40 stop_early=3 restore_best_weights=true optimizer=adam(learning_rate=0.3)"), ==, LM_END_EARLY);
  best = lm_trainer_get_best (log.trainer);
  g_assert_cmpint (best->state.epoch, <, log.n_epochs);
  g_assert_true (lm_snapshot_equal (best->weights, log.last->weights));
  g_assert_cmpint (log.last->state.epoch, ==, log.n_epochs);
}

static void
test_a_watched_metric_wants_more (void)
{
  g_auto (KitLog) log = { NULL };
  double best = -1;

  run_it (&log, (LmTrainerSpec){ .n_threads = 1 }, "batch_size=8 epochs=6 monitor=val_accuracy optimizer=adam(learning_rate=0.01)");
  for (int e = 0; e < log.n_epochs; e++) {
    g_assert_cmpint (log.epochs[e]->done.is_best, ==, log.epochs[e]->done.validation.metric[0] > best);
    best = MAX (best, log.epochs[e]->done.validation.metric[0]);
  }
  g_assert_cmpfloat (log.end->end.best_value, ==, best);
}

static void
test_a_gain_has_a_least_size (void)
{
  g_auto (KitLog) log = { NULL };

  g_assert_cmpint (run_it (&log, (LmTrainerSpec){ .n_threads = 1 }, "batch_size=8 epochs=9 stop_early=2 min_delta=100"), ==, LM_END_EARLY);
  g_assert_cmpint (log.n_epochs, ==, 3);
}

static void
test_the_time_limit_stops_and_can_go_on (void)
{
  g_auto (KitLog) log = { NULL }, more = { NULL }, straight = { NULL };

  g_assert_cmpint (run_it (&log, (LmTrainerSpec){ .n_threads = 1 }, SETTINGS "epochs=2 time_limit=1e-9"), ==, LM_END_TIME);
  g_assert_cmpstr (lm_end_reason_name (LM_END_TIME), ==, "time_limit");
  g_assert_cmpint (log.last->state.step, ==, 1);
  run_it (&more, (LmTrainerSpec){ .resume = log.last }, SETTINGS "epochs=2");
  run_it (&straight, (LmTrainerSpec){ .n_threads = 1 }, SETTINGS "epochs=2");
  assert_same_end (&straight, &more);
}

/* The data set with a third column: a weight for each sample, 1, 2 and 5 for the classes. */
static LmDataset *
weighted_dataset (void)
{
  g_autoptr (LmDataset) plain = kit_dataset (80, 24, 6, 3);
  LmColumn columns[3] = { plain->columns[0], plain->columns[1], { .name = (char *) "importance", .role = LM_ROLE_TARGET } };
  LmTensor *tensors[LM_N_PARTS * 3] = { NULL };
  static const float by_class[] = { 1, 2, 5 };
  LmDataset *dataset;

  for (int p = 0; p < 2; p++) {
    guint32 n = (guint32) lm_dataset_n (plain, (LmPart) p);
    LmShape x = LM_SHAPE (n, 6), y = LM_SHAPE (n);
    g_autofree guint32 *index = g_new (guint32, n);
    g_autoptr (GError) error = NULL;

    for (guint32 i = 0; i < n; i++)
      index[i] = i;
    tensors[3 * p] = lm_tensor_new (LM_F32, &x, NULL);
    tensors[3 * p + 1] = lm_tensor_new (LM_I32, &y, NULL);
    tensors[3 * p + 2] = lm_tensor_new (LM_F32, &y, NULL);
    lm_dataset_read_f32 (plain, (LmPart) p, index, n, 0, lm_tensor_f32 (tensors[3 * p]), &error);
    lm_dataset_read_i32 (plain, (LmPart) p, index, n, 1, tensors[3 * p + 1]->data, &error);
    g_assert_no_error (error);
    for (guint32 i = 0; i < n; i++)
      lm_tensor_f32 (tensors[3 * p + 2])[i] = by_class[((gint32 *) tensors[3 * p + 1]->data)[i]];
  }
  dataset = lm_dataset_new_memory ("weighted", 3, columns, tensors);
  for (int i = 0; i < LM_N_PARTS * 3; i++)
    lm_tensor_unref (tensors[i]);
  return dataset;
}

static void
test_class_weights_are_weights_of_samples (void)
{
  g_autoptr (LmDataset) weighted = weighted_dataset ();
  g_auto (KitLog) none = { NULL }, classes = { NULL }, samples = { NULL };
  g_autoptr (LmDesign) design = kit_design (NETWORK, SETTINGS "epochs=2");

  kit_set (design->training, "class_weight", "0: 1, 1: 2, 2: 5");
  {
    g_autoptr (LmDataset) dataset = kit_dataset (80, 24, 6, 3);

    g_assert_cmpint (kit_run (&classes, &(LmTrainerSpec){ .design = design, .dataset = dataset }), ==, LM_END_FINISHED);
  }
  run_it (&none, (LmTrainerSpec){ .n_threads = 1 }, SETTINGS "epochs=2");
  g_assert_cmpint (run_it (&samples, (LmTrainerSpec){ .dataset = weighted }, SETTINGS "epochs=2 sample_weight=importance"), ==, LM_END_FINISHED);
  g_assert_true (lm_snapshot_equal (classes.last->weights, samples.last->weights));
  g_assert_false (lm_snapshot_equal (classes.last->weights, none.last->weights));
  g_assert_cmpfloat (classes.epochs[0]->done.train.loss, >, 1.5 * none.epochs[0]->done.train.loss);
  /* As Keras: class weights are for training alone, weights of samples for validation too. */
  g_assert_cmpfloat (samples.epochs[0]->done.validation.loss, >, 1.2 * classes.epochs[0]->done.validation.loss);
}

/* What needs all answers at once is there for the validation, and the same as on the command line. */
static void
test_metrics_of_choice (void)
{
  g_autoptr (LmDesign) design = kit_design (NETWORK, "batch_size=7 epochs=2");
  g_autoptr (LmDataset) dataset = kit_dataset (80, 24, 6, 3);
  g_auto (KitLog) log = { NULL };
  LmEvaluation evaluation;
  g_autoptr (GError) error = NULL;
  LmFigures *train, *validation;

  kit_set (design->training, "metrics", "roc_auc, top_k_accuracy(k=2), f1_macro, accuracy");
  g_assert_cmpint (kit_run (&log, &(LmTrainerSpec){ .design = design, .dataset = dataset }), ==, LM_END_FINISHED);
  g_assert_cmpint (log.facts->n_metrics, ==, 4);
  train = &log.epochs[1]->done.train;
  validation = &log.epochs[1]->done.validation;
  g_assert_true (isnan (train->metric[0]) && isfinite (validation->metric[0]));
  g_assert_true (isfinite (train->metric[1]) && isfinite (validation->metric[1]));
  g_assert_cmpfloat (validation->metric[1], >=, validation->metric[3]);

  g_assert_true (lm_evaluate (&(LmEvaluateSpec){ .design = design, .dataset = dataset, .weights = log.last->weights, .part = LM_PART_VALIDATION }, &evaluation, &error));
  g_assert_no_error (error);
  for (int m = 0; m < 4; m++)
    g_assert_cmpfloat (evaluation.figures.metric[m], ==, validation->metric[m]);
  lm_evaluation_clear (&evaluation);
}

/* Weights lie in panels; the rule is kept by each unit in natural order, after every step, and resuming keeps the bytes. */
static void
test_weights_keep_their_rules (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=6; Dense units=19 kernel_constraint=max_norm(max_value=0.5) bias_constraint=non_neg; Dense units=3 activation=softmax kernel_constraint=unit_norm",
                                            "batch_size=8 epochs=2 optimizer=adam(learning_rate=0.05)");
  g_autoptr (LmDataset) dataset = kit_dataset (80, 0, 6, 3);
  g_auto (KitLog) log = { NULL };
  g_autoptr (LmTensor) first = NULL, bias = NULL, last = NULL;
  double longest = 0;

  g_assert_cmpint (kit_run (&log, &(LmTrainerSpec){ .design = design, .dataset = dataset }), ==, LM_END_FINISHED);
  first = lm_snapshot_get (log.last->weights, lm_snapshot_find (log.last->weights, "2:kernel"), -1);
  bias = lm_snapshot_get (log.last->weights, lm_snapshot_find (log.last->weights, "2:bias"), -1);
  last = lm_snapshot_get (log.last->weights, lm_snapshot_find (log.last->weights, "3:kernel"), -1);
  for (int unit = 0; unit < 19; unit++) {
    double squares = 0;

    for (int i = 0; i < 6; i++)
      squares += lm_tensor_get (first, i * 19 + unit) * lm_tensor_get (first, i * 19 + unit);
    longest = MAX (longest, sqrt (squares));
    g_assert_cmpfloat (lm_tensor_get (bias, unit), >=, 0);
  }
  g_assert_cmpfloat_with_epsilon (longest, 0.5, 1e-5);
  for (int unit = 0; unit < 3; unit++) {
    double squares = 0;

    for (int i = 0; i < 19; i++)
      squares += lm_tensor_get (last, i * 3 + unit) * lm_tensor_get (last, i * 3 + unit);
    g_assert_cmpfloat_with_epsilon (squares, 1, 1e-5);
  }
}

/* One step's loss with and without: the difference is the regularizer's by hand. */
static double
first_loss (const char *layers)
{
  g_autoptr (LmDesign) design = kit_design (layers, "batch_size=80 epochs=1 loss=mean_squared_error");
  g_autoptr (LmDataset) dataset = kit_dataset (80, 0, 6, 0);
  g_auto (KitLog) log = { NULL };

  g_assert_cmpint (kit_run (&log, &(LmTrainerSpec){ .design = design, .dataset = dataset, .no_shuffle = TRUE }), ==, LM_END_FINISHED);
  return log.epochs[0]->done.train.loss;
}

static void
test_outputs_have_their_cost (void)
{
  double plain = first_loss ("Input shape=6; Dense units=1 kernel_initializer=zeros bias_initializer=constant(-3)");
  double l1 = first_loss ("Input shape=6; Dense units=1 kernel_initializer=zeros bias_initializer=constant(-3) activity_regularizer=l1(0.5)");
  double l2 = first_loss ("Input shape=6; Dense units=1 kernel_initializer=zeros bias_initializer=constant(-3) activity_regularizer=l1_l2(l1=0.25,l2=0.125)");

  /* Every output is −3. */
  g_assert_cmpfloat_with_epsilon (l1 - plain, 1.5, 1e-2);
  g_assert_cmpfloat_with_epsilon (l2 - plain, 0.75 + 9 * 0.125, 1e-2);
}

static void
test_a_range_of_rates_is_tried (void)
{
  g_autoptr (LmDesign) design = kit_design (NETWORK, "batch_size=8 epochs=1 stop_early=1 metrics=roc_auc learning_rate_schedule=CosineDecay(decay_steps=3)");
  g_autoptr (LmDesign) before = lm_design_copy (design);
  g_autoptr (LmDataset) dataset = kit_dataset (80, 24, 6, 3);
  LmTrainerSpec spec = { .design = design, .dataset = dataset, .n_threads = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (LmRangeTest) test = lm_range_test (&spec, 1e-6, 100, 150, NULL, NULL, &error), again = NULL;
  g_autoptr (LmCurvesPicture) picture = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (test->n, >, 50);
  g_assert_cmpint (test->n, <, 150);
  g_assert_cmpfloat_with_epsilon (test->rates[0], 1e-6, 1e-12);
  g_assert_cmpfloat_with_epsilon (log (test->rates[1] / test->rates[0]), log (1e8) / 149, 1e-9);
  /* RMSprop learns this between a ten-thousandth and a tenth. */
  g_assert_cmpfloat (test->suggestion, >, 1e-4);
  g_assert_cmpfloat (test->suggestion, <, 0.1);
  g_assert_true (lm_design_equal (design, before));

  again = lm_range_test (&spec, 1e-6, 100, 150, NULL, NULL, &error);
  g_assert_cmpmem (test->losses, sizeof (double) * (gsize) test->n, again->losses, sizeof (double) * (gsize) again->n);
  picture = lm_range_test_picture (test, "title", NULL);
  g_assert_true (picture->log_x);
  g_assert_cmpint (picture->panels[0].series[0].n, ==, test->n);
  g_assert_cmpfloat (picture->marks[0].x, ==, test->suggestion);
}

static void
test_wrong_settings_are_told (void)
{
  static const char *const wrong[][2] = {
    { "monitor=val_f2", "val_accuracy" },
    { "metrics=mae", "class numbers" },
    { "metrics=nonsense", "nonsense" },
    { "metrics=ndcg", "ndcg" },
    { "class_weight=9:1", "“9”" },
    { "class_weight=0:heavy", "heavy" },
    { "sample_weight=nothing", "nothing" },
    { "csv_log=/no/such/folder/log.csv", "/no/such/folder" },
    { "learning_rate_schedule=PiecewiseConstantDecay(values=1;2;3)", "3 values" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_auto (KitLog) log = { NULL };

    g_assert_cmpint (run_it (&log, (LmTrainerSpec){ .n_threads = 1 }, wrong[i][0]), ==, LM_END_FAILED);
    g_assert_nonnull (log.end->end.error);
    g_test_message ("%s", log.end->end.error->message);
    g_assert_nonnull (strstr (log.end->end.error->message, wrong[i][1]));
  }
}

static void
test_the_log_has_a_line_per_epoch (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lamina-log-XXXXXX", NULL), *path = g_build_filename (folder, "log.csv", NULL), *text = NULL;
  g_auto (KitLog) log = { NULL };
  g_auto (GStrv) lines = NULL, cells = NULL;

  run_it (&log, (LmTrainerSpec){ .folder = folder }, "batch_size=8 epochs=3 csv_log=log.csv");
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpint (g_strv_length (lines), ==, 5);
  g_assert_cmpstr (lines[0], ==, "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds");
  cells = g_strsplit (lines[3], ",", -1);
  g_assert_cmpstr (cells[0], ==, "3");
  g_assert_cmpfloat (g_ascii_strtod (cells[3], NULL), ==, log.epochs[2]->done.validation.loss);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/callbacks/schedules-resume-exactly", test_schedules_resume_exactly);
  g_test_add_func ("/callbacks/a-longer-run-is-that-of-one-piece", test_a_longer_run_is_that_of_one_piece);
  g_test_add_func ("/callbacks/a-schedule-sets-the-rate", test_a_schedule_sets_the_rate);
  g_test_add_func ("/callbacks/a-live-rate-holds-now", test_a_live_rate_holds_now);
  g_test_add_func ("/callbacks/a-plateau-is-told", test_a_plateau_is_told);
  g_test_add_func ("/callbacks/the-best-weights-come-back", test_the_best_weights_come_back);
  g_test_add_func ("/callbacks/a-watched-metric-wants-more", test_a_watched_metric_wants_more);
  g_test_add_func ("/callbacks/a-gain-has-a-least-size", test_a_gain_has_a_least_size);
  g_test_add_func ("/callbacks/the-time-limit-stops-and-can-go-on", test_the_time_limit_stops_and_can_go_on);
  g_test_add_func ("/callbacks/class-weights-are-weights-of-samples", test_class_weights_are_weights_of_samples);
  g_test_add_func ("/callbacks/metrics-of-choice", test_metrics_of_choice);
  g_test_add_func ("/callbacks/weights-keep-their-rules", test_weights_keep_their_rules);
  g_test_add_func ("/callbacks/outputs-have-their-cost", test_outputs_have_their_cost);
  g_test_add_func ("/callbacks/a-range-of-rates-is-tried", test_a_range_of_rates_is_tried);
  g_test_add_func ("/callbacks/wrong-settings-are-told", test_wrong_settings_are_told);
  g_test_add_func ("/callbacks/the-log-has-a-line-per-epoch", test_the_log_has_a_line_per_epoch);
  return g_test_run ();
}
