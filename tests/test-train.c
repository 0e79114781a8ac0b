/* test-train.c: networks learn; the same seed gives the same bytes, whatever happens on the way
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-source.h"
#include "train-kit.h"

/* Layers of every kind that a seed must reproduce: drawn masks, moving statistics, regularisation, weights of many tasks. */
#define MIXED "Input shape=6; Dense units=40 activation=relu kernel_regularizer=l2(l2=0.001); BatchNormalization; Dropout rate=0.3; Dense units=24 activation=tanh; Dense units=3 activation=softmax"

static void
test_xor_is_learnt (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=2; Dense units=8 activation=tanh; Dense units=1 activation=sigmoid",
                                            "batch_size=4 epochs=300 optimizer=adam(learning_rate=0.05)");
  LmColumn columns[2] = { { .name = (char *) "x", .role = LM_ROLE_INPUT }, { .name = (char *) "y", .role = LM_ROLE_TARGET, .n_classes = 2 } };
  LmShape x_shape = LM_SHAPE (4, 2), y_shape = LM_SHAPE (4);
  float x[8] = { 0, 0, 0, 1, 1, 0, 1, 1 };
  gint32 y[4] = { 0, 1, 1, 0 };
  g_autoptr (LmTensor) xs = lm_tensor_new_copy (LM_F32, &x_shape, x), ys = lm_tensor_new_copy (LM_I32, &y_shape, y);
  LmTensor *tensors[6] = { xs, ys };
  g_autoptr (LmDataset) dataset = lm_dataset_new_memory ("xor", 2, columns, tensors);
  g_auto (KitLog) log = { NULL };
  g_autoptr (LmTensor) answer = NULL;
  g_autoptr (GError) error = NULL;

  kit_finish (&log, &(LmTrainerSpec){ .design = design, .dataset = dataset });
  g_assert_cmpstr (log.facts->loss, ==, "binary_crossentropy");
  g_assert_cmpstr (log.facts->metrics[0].name, ==, "accuracy");
  g_assert_cmpfloat (log.facts->metrics[0].baseline, ==, 0.5);
  g_assert_cmpint (log.facts->params, ==, 2 * 8 + 8 + 8 + 1);

  answer = lm_predict (&(LmEvaluateSpec){ .design = design, .weights = log.last->weights, .dataset = dataset, .part = LM_PART_TRAIN }, 0, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (lm_tensor_get (answer, i), y[i], 0.1);
}

static void
run_mixed (KitLog *log,
           guint64 seed,
           int n_threads,
           LmCheckpoint *resume,
           gint64 stop_at,
           LmHistory *history)
{
  g_autoptr (LmDesign) design = kit_design (MIXED, "batch_size=16 epochs=3 optimizer=adam(learning_rate=0.01)");
  g_autoptr (LmDataset) dataset = kit_dataset (150, 40, 6, 3);

  log->stop_at = stop_at;
  kit_run (log, &(LmTrainerSpec){ .design = design, .dataset = dataset, .seed = seed, .n_threads = n_threads, .resume = resume, .history = history });
}

static void
test_threads_do_not_matter (void)
{
  g_auto (KitLog) one = { NULL }, two = { NULL }, other = { NULL };

  run_mixed (&one, 7, 1, NULL, 0, NULL);
  run_mixed (&two, 7, 2, NULL, 0, NULL);
  run_mixed (&other, 8, 1, NULL, 0, NULL);
  g_assert_true (lm_snapshot_equal (one.last->weights, two.last->weights));
  g_assert_false (lm_snapshot_equal (one.last->weights, other.last->weights));
  g_assert_cmpfloat (one.epochs[2]->done.train.loss, ==, two.epochs[2]->done.train.loss);
  g_assert_cmpfloat (one.epochs[2]->done.validation.loss, ==, two.epochs[2]->done.validation.loss);
}

/* As a project file would: numbers as text, tensors in natural order. */
static LmCheckpoint *
through_file (const LmCheckpoint *checkpoint)
{
  g_autofree char *text = lm_checkpoint_format (checkpoint);
  const LmSnapshot *weights = checkpoint->weights;
  g_autoptr (LmSnapshot) copy = lm_snapshot_new (weights->n_moments);
  g_autoptr (GError) error = NULL;
  LmCheckpoint *read;

  for (int i = 0; i < weights->n_slots; i++) {
    const LmSnapshotSlot *slot = &weights->slots[i];
    g_autoptr (LmTensor) value = lm_snapshot_get (weights, i, -1);
    LmTensor *moments[LM_MAX_MOMENTS];

    for (int m = 0; m < LM_MAX_MOMENTS; m++)
      moments[m] = lm_snapshot_get (weights, i, m);
    g_assert_true (lm_snapshot_add (copy, slot->path, slot->name_path, slot->role, slot->trainable, value, moments, &error));
    for (int m = 0; m < LM_MAX_MOMENTS; m++)
      lm_tensor_unref (moments[m]);
  }
  lm_snapshot_seal (copy);
  read = lm_checkpoint_parse (text, copy, &error);
  g_assert_no_error (error);
  return read;
}

/* 150 samples in batches of 16: 10 steps an epoch, 30 in all. Stops at many places, goes on from the stored checkpoint. */
static void
test_resume_is_exact (void)
{
  g_auto (KitLog) whole = { NULL };
  g_autoptr (LmHistory) record = NULL;

  run_mixed (&whole, 7, 1, NULL, 0, NULL);
  g_assert_cmpint (whole.n_checkpoints, ==, 3);
  record = lm_trainer_get_history (whole.trainer);

  for (int round = 0; round < 8; round++) {
    g_autoptr (LmCheckpoint) resume = NULL;
    g_autoptr (LmHistory) history = NULL;
    gint64 at = 0;

    for (int part = 0;; part++) {
      g_auto (KitLog) log = { NULL };
      LmRng rng = lm_rng_init ((guint64) round, LM_RNG_TEST, (guint64) part, 0);
      LmEpochRow row, expected;

      at = round == 0 ? 10 * (part + 1) : at + 1 + lm_rng_below (&rng, 0, 12);
      run_mixed (&log, part == 0 ? 7 : 99, 1 + round % 2, resume, at, history);
      g_clear_pointer (&history, lm_history_unref);
      history = lm_trainer_get_history (log.trainer);
      if (log.end->end.reason == LM_END_STOPPED) {
        g_assert_cmpint (log.last->state.step, ==, at);
        g_clear_pointer (&resume, lm_checkpoint_unref);
        resume = through_file (log.last);
        continue;
      }
      g_assert_cmpint (log.end->end.reason, ==, LM_END_FINISHED);
      if (log.last != NULL)
        g_assert_true (lm_snapshot_equal (log.last->weights, whole.last->weights));
      g_assert_cmpint (lm_history_n_epochs (history), ==, 3);
      for (int e = 0; e < 3; e++) {
        g_assert_true (lm_history_get_epoch (history, e, &row));
        g_assert_true (lm_history_get_epoch (record, e, &expected));
        g_assert_cmpmem (&row.validation, sizeof row.validation, &expected.validation, sizeof expected.validation);
        g_assert_cmpfloat (row.train.loss, ==, expected.train.loss);
        g_assert_cmpfloat (row.train.metric[0], ==, expected.train.metric[0]);
      }
      break;
    }
  }
}

static void
test_more_epochs_extend_a_run (void)
{
  g_autoptr (LmDesign) design = kit_design (MIXED, "batch_size=16");
  g_autoptr (LmDataset) dataset = kit_dataset (150, 40, 6, 3);
  LmTrainerSpec spec = { .design = design, .dataset = dataset, .epochs = 2 };
  g_auto (KitLog) first = { NULL }, second = { NULL }, whole = { NULL }, again = { NULL };

  kit_finish (&first, &spec);
  spec.epochs = 5;
  kit_finish (&whole, &spec);
  spec.resume = first.last;
  kit_finish (&second, &spec);
  g_assert_cmpint (second.n_epochs, ==, 3);
  g_assert_true (lm_snapshot_equal (second.last->weights, whole.last->weights));

  /* A run that is over is over. */
  spec.resume = second.last;
  kit_finish (&again, &spec);
  g_assert_cmpint (again.n_steps, ==, 0);
}

static void
test_epoch_figures_are_means_over_samples (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=4; Dense units=3 activation=softmax", "batch_size=8 epochs=2");
  g_autoptr (LmDataset) dataset = kit_dataset (21, 0, 4, 3);
  g_auto (KitLog) log = { NULL };
  g_autoptr (LmHistory) history = NULL;
  float losses[6];

  kit_finish (&log, &(LmTrainerSpec){ .design = design, .dataset = dataset });
  history = lm_trainer_get_history (log.trainer);
  g_assert_cmpint (lm_history_get_steps (history, 0, 6, losses), ==, 6);
  for (int e = 0; e < 2; e++) {
    double mean = (8.0 * (double) losses[3 * e] + 8.0 * (double) losses[3 * e + 1] + 5.0 * (double) losses[3 * e + 2]) / 21;

    g_assert_cmpfloat_with_epsilon (log.epochs[e]->done.train.loss, mean, 1e-6);
    g_assert_true (isnan (log.epochs[e]->done.validation.loss));
  }
}

/* The first step's loss is that of the first weights, with their penalty; Σ l2·w² is counted apart. */
static void
test_loss_is_before_the_update_and_has_the_penalty (void)
{
  g_autoptr (LmDesign) plain = kit_design ("Input shape=4; Dense units=5; Dense units=3 activation=softmax", "batch_size=32 epochs=1");
  g_autoptr (LmDesign) heavy = kit_design ("Input shape=4; Dense units=5 kernel_regularizer=l2(l2=0.05); Dense units=3 activation=softmax",
                                           "batch_size=32 epochs=1 optimizer=sgd(learning_rate=1)");
  g_autoptr (LmDataset) dataset = kit_dataset (32, 0, 4, 3);
  g_auto (KitLog) first = { NULL }, log = { NULL };
  g_autoptr (LmTensor) kernel = NULL;
  g_autoptr (GError) error = NULL;
  LmEvaluateSpec spec = { .design = plain, .dataset = dataset, .part = LM_PART_TRAIN };
  LmEvaluation evaluation;
  double penalty = 0;

  /* Weights of step 0: a rate too small to change anything. */
  kit_set (plain->training, "optimizer", "sgd(learning_rate=1e-30)");
  kit_finish (&first, &(LmTrainerSpec){ .design = plain, .dataset = dataset, .no_shuffle = TRUE });
  spec.weights = first.last->weights;
  g_assert_true (lm_evaluate (&spec, &evaluation, &error));
  kernel = lm_snapshot_get (spec.weights, lm_snapshot_find (spec.weights, "dense/kernel"), -1);
  for (int i = 0; i < 20; i++)
    penalty += 0.05 * lm_tensor_get (kernel, i) * lm_tensor_get (kernel, i);

  kit_finish (&log, &(LmTrainerSpec){ .design = heavy, .dataset = dataset, .no_shuffle = TRUE });
  g_assert_cmpfloat_with_epsilon (first.epochs[0]->done.train.loss, evaluation.figures.loss, 1e-6);
  g_assert_cmpfloat_with_epsilon (log.epochs[0]->done.train.loss, evaluation.figures.loss + penalty, 1e-5);
  g_assert_cmpfloat (penalty, >, 0.01);
  lm_evaluation_clear (&evaluation);
}

static void
test_evaluate_gives_the_figures_of_validation (void)
{
  g_auto (KitLog) log = { NULL };
  g_autoptr (LmDesign) design = kit_design (MIXED, "batch_size=16 epochs=3 optimizer=adam(learning_rate=0.01)");
  g_autoptr (LmDataset) dataset = kit_dataset (150, 40, 6, 3);
  g_autoptr (GError) error = NULL;
  LmEvaluation evaluation;

  run_mixed (&log, 7, 1, NULL, 0, NULL);
  g_assert_true (lm_evaluate (&(LmEvaluateSpec){ .design = design, .weights = log.last->weights, .dataset = dataset, .part = LM_PART_VALIDATION }, &evaluation, &error));
  g_assert_no_error (error);
  g_assert_cmpint (evaluation.n, ==, 40);
  g_assert_cmpfloat (evaluation.figures.loss, ==, log.epochs[2]->done.validation.loss);
  g_assert_cmpfloat (evaluation.figures.metric[0], ==, log.epochs[2]->done.validation.metric[0]);
  g_assert_cmpstr (evaluation.metrics[0].name, ==, "accuracy");
  lm_evaluation_clear (&evaluation);
}

static void
test_numbers_come_back_in_their_own_unit (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=3; Dense units=16 activation=tanh; Dense units=1", "batch_size=16 epochs=30 optimizer=adam(learning_rate=0.01)");
  g_autoptr (LmDataset) dataset = kit_dataset (200, 50, 3, 0);
  g_autoptr (LmPipeline) pipeline = lm_pipeline_new ();
  g_autoptr (GError) error = NULL;
  g_auto (KitLog) log = { NULL };
  g_autoptr (LmTensor) answer = NULL;
  float raw[50];
  double off = 0;

  g_assert_true (lm_pipeline_add_text (pipeline, "standardize(on=targets)", &error));
  kit_finish (&log, &(LmTrainerSpec){ .design = design, .dataset = dataset, .pipeline = pipeline });
  g_assert_cmpstr (log.facts->metrics[0].name, ==, "mae");
  answer = lm_predict (&(LmEvaluateSpec){ .design = design, .weights = log.last->weights, .dataset = dataset, .part = LM_PART_VALIDATION, .pipeline = lm_trainer_get_pipeline (log.trainer) }, 0, &error);
  g_assert_no_error (error);
  g_assert_true (lm_dataset_read_f32 (dataset, LM_PART_VALIDATION, NULL, 50, lm_dataset_column (dataset, "y"), raw, &error));
  for (int i = 0; i < 50; i++)
    off += fabs (lm_tensor_get (answer, i) - (double) raw[i]) / 50;
  g_assert_cmpfloat_with_epsilon (log.epochs[29]->done.validation.metric[0], off, 1e-3);
  g_assert_cmpfloat (off, <, 12);
  g_assert_cmpfloat (log.epochs[29]->done.validation.loss, <, 1);
}

/* Integer labels serve every classification loss. */
static void
test_losses_take_the_same_labels (void)
{
  static const char *const losses[] = { "categorical_crossentropy", "sparse_categorical_crossentropy" };
  g_autoptr (LmDataset) dataset = kit_dataset (64, 32, 4, 3);
  double loss[2];

  for (int i = 0; i < 2; i++) {
    g_autofree char *training = g_strdup_printf ("batch_size=16 epochs=2 loss=%s", losses[i]);
    g_autoptr (LmDesign) design = kit_design ("Input shape=4; Dense units=8 activation=relu; Dense units=3 activation=softmax", training);
    g_auto (KitLog) log = { NULL };

    kit_finish (&log, &(LmTrainerSpec){ .design = design, .dataset = dataset });
    loss[i] = log.epochs[1]->done.train.loss;
  }
  g_assert_cmpfloat_with_epsilon (loss[0], loss[1], 1e-5);
}

/* Updating in the epilogue of an op and updating from a stored gradient are the same. */
static void
test_stored_gradients_change_nothing (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=5; Dense units=33 activation=relu; Dense units=3 activation=softmax", "batch_size=16 epochs=2 optimizer=adam");
  g_autoptr (LmDataset) dataset = kit_dataset (90, 0, 5, 3);
  LmTrainerSpec spec = { .design = design, .dataset = dataset };
  g_auto (KitLog) fused = { NULL }, stored = { NULL };

  kit_finish (&fused, &spec);
  spec.keep_grads = TRUE;
  kit_finish (&stored, &spec);
  for (int i = 0; i < fused.last->weights->n_slots; i++) {
    g_autoptr (LmTensor) a = lm_snapshot_get (fused.last->weights, i, -1), b = lm_snapshot_get (stored.last->weights, i, -1);

    for (gint64 j = 0; j < lm_tensor_n_elements (a); j++)
      g_assert_cmpfloat_with_epsilon (lm_tensor_get (a, j), lm_tensor_get (b, j), 1e-5);
  }
}

static void
test_frozen_layers_stay (void)
{
  g_autoptr (LmDesign) design = kit_design (MIXED, "batch_size=16 epochs=1");
  g_autoptr (LmDataset) dataset = kit_dataset (64, 0, 6, 3);
  LmTrainerSpec spec = { .design = design, .dataset = dataset };
  g_auto (KitLog) before = { NULL }, after = { NULL };
  gboolean same[2];

  kit_set (design->training, "optimizer", "sgd(learning_rate=1e-30)");
  kit_finish (&before, &spec);
  lm_design_find_by_name (design, "dense")->frozen = TRUE;
  kit_set (design->training, "optimizer", "sgd(learning_rate=0.1)");
  kit_finish (&after, &spec);
  for (int i = 0; i < 2; i++) {
    const char *path = i == 0 ? "dense/kernel" : "dense_1/kernel";
    g_autoptr (LmTensor) a = lm_snapshot_get (before.last->weights, lm_snapshot_find (before.last->weights, path), -1);
    g_autoptr (LmTensor) b = lm_snapshot_get (after.last->weights, lm_snapshot_find (after.last->weights, path), -1);

    same[i] = memcmp (a->data, b->data, lm_tensor_n_bytes (a)) == 0;
  }
  g_assert_true (same[0]);
  g_assert_false (same[1]);
  g_assert_cmpint (after.facts->trainable, <, before.facts->trainable);
}

/* Nothing to learn is no reason to fall over. */
static void
test_a_frozen_network_only_counts (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=6; Dense units=3 activation=softmax", "batch_size=16 epochs=2");
  g_autoptr (LmDataset) dataset = kit_dataset (64, 16, 6, 3);
  g_auto (KitLog) log = { NULL };

  lm_design_find_by_name (design, "dense")->frozen = TRUE;
  kit_finish (&log, &(LmTrainerSpec){ .design = design, .dataset = dataset });
  g_assert_cmpint (log.facts->trainable, ==, 0);
  g_assert_cmpfloat (log.epochs[0]->done.validation.loss, ==, log.epochs[1]->done.validation.loss);
}

static void
test_steps_cut_an_epoch (void)
{
  g_autoptr (LmDesign) design = kit_design (MIXED, "batch_size=16 epochs=2");
  g_autoptr (LmDataset) dataset = kit_dataset (150, 0, 6, 3);
  g_auto (KitLog) log = { NULL };

  kit_finish (&log, &(LmTrainerSpec){ .design = design, .dataset = dataset, .max_steps = 3 });
  g_assert_cmpint (log.n_steps, ==, 6);
  g_assert_cmpint (log.n_epochs, ==, 2);
  g_assert_cmpint (log.facts->steps_per_epoch, ==, 3);
}

static void
test_given_weights_are_taken (void)
{
  g_autoptr (LmDesign) design = kit_design (MIXED, "batch_size=16 epochs=1 optimizer=sgd(learning_rate=1e-30)");
  g_autoptr (LmDataset) dataset = kit_dataset (64, 0, 6, 3);
  LmTrainerSpec spec = { .design = design, .dataset = dataset, .seed = 1 };
  g_auto (KitLog) first = { NULL }, second = { NULL };
  g_autoptr (LmTensor) a = NULL, b = NULL;

  kit_finish (&first, &spec);
  spec.seed = 2;
  spec.weights = first.last->weights;
  spec.match = LM_MATCH_NAME;
  kit_finish (&second, &spec);
  a = lm_snapshot_get (first.last->weights, lm_snapshot_find (first.last->weights, "dense/kernel"), -1);
  b = lm_snapshot_get (second.last->weights, lm_snapshot_find (second.last->weights, "dense/kernel"), -1);
  g_assert_cmpmem (a->data, lm_tensor_n_bytes (a), b->data, lm_tensor_n_bytes (b));
}

/* Two answers from one input, with targets of their own: the loss is their weighted sum. */
static void
test_two_outputs_have_two_targets (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=4; Dense units=16 activation=relu; Dense units=3 activation=softmax", "batch_size=16 epochs=2");
  g_autoptr (LmDataset) classes = kit_dataset (96, 32, 4, 3);
  LmColumn columns[3] = { classes->columns[0], classes->columns[1], { .name = (char *) "size", .role = LM_ROLE_TARGET } };
  LmTensor *tensors[9] = { NULL };
  g_autoptr (LmDataset) dataset = NULL;
  LmTrainerSpec spec = { .design = design };
  g_auto (KitLog) log = { NULL };
  LmOutputSpec *first = g_new0 (LmOutputSpec, 1), *second = g_new0 (LmOutputSpec, 1);
  LmNode *node = lm_node_new ("Dense", NULL);
  int id;

  kit_set_all (node->options, "units=1");
  node->name = g_strdup ("how_large");
  id = lm_design_add_node (design, node);
  lm_design_add_wire (design, &(LmWire){ 2, 0, id, 0 });
  *first = (LmOutputSpec){ .node = 3, .target = g_strdup ("y"), .weight = 1 };
  *second = (LmOutputSpec){ .node = id, .target = g_strdup ("size"), .weight = 0.5 };
  g_ptr_array_add (design->outputs, first);
  g_ptr_array_add (design->outputs, second);

  columns[1].name = (char *) "y";
  for (int p = 0; p < 2; p++) {
    int n = (int) lm_dataset_n (classes, (LmPart) p);
    LmShape x = LM_SHAPE (n, 4), y = LM_SHAPE (n);

    tensors[3 * p] = lm_tensor_new (LM_F32, &x, NULL);
    tensors[3 * p + 1] = lm_tensor_new (LM_I32, &y, NULL);
    tensors[3 * p + 2] = lm_tensor_new (LM_F32, &y, NULL);
    lm_dataset_read (classes, (LmPart) p, NULL, (gsize) n, 0, tensors[3 * p]->data, NULL);
    lm_dataset_read (classes, (LmPart) p, NULL, (gsize) n, 1, tensors[3 * p + 1]->data, NULL);
    for (int i = 0; i < n; i++)
      lm_tensor_f32 (tensors[3 * p + 2])[i] = lm_tensor_f32 (tensors[3 * p])[4 * i] * 2;
  }
  dataset = lm_dataset_new_memory ("two", 3, columns, tensors);
  for (int i = 0; i < 9; i++)
    lm_tensor_unref (tensors[i]);

  spec.dataset = dataset;
  kit_finish (&log, &spec);
  g_assert_cmpstr (log.facts->loss, ==, "sparse_categorical_crossentropy + mean_squared_error");
  g_assert_cmpint (log.facts->n_metrics, ==, 2);
  g_assert_cmpstr (log.facts->metrics[0].name, ==, "dense_1_accuracy");
  g_assert_cmpstr (log.facts->metrics[1].name, ==, "how_large_mae");
  for (int o = 0; o < 2; o++) {
    LmEvaluateSpec evaluate = { .design = design, .weights = log.last->weights, .dataset = dataset, .part = LM_PART_VALIDATION };
    g_autoptr (GError) error = NULL;
    g_autoptr (LmTensor) answer = lm_predict (&evaluate, o, &error);

    g_assert_no_error (error);
    g_assert_cmpint (lm_tensor_n_elements (answer), ==, o == 0 ? 96 : 32);
  }
}

/* A small convolutional network on drawn digits: convolution, pooling and all that is fused, by one and by two threads,
 * in one go and interrupted. */
static void
test_digits_are_learnt (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=28,28,1; Conv2D filters=16 kernel_size=3 activation=relu; MaxPooling2D; Conv2D filters=32 kernel_size=3 activation=relu; MaxPooling2D; Flatten; Dense units=10 activation=softmax",
                                            "batch_size=32 epochs=3 optimizer=adam(learning_rate=0.003)");
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDataset) dataset = lm_data_open ("builtin:digits?train=1000&validation=200&test=10", NULL, &error);
  g_autoptr (LmPipeline) pipeline = lm_pipeline_new ();
  LmTrainerSpec spec = { .design = design, .dataset = dataset, .pipeline = pipeline, .n_threads = 1 };
  g_auto (KitLog) one = { NULL }, part = { NULL }, rest = { NULL };

  g_assert_no_error (error);
  g_assert_true (lm_pipeline_add_text (pipeline, "rescale(scale=0.00392156862745098)", &error));
  kit_finish (&one, &spec);
  g_test_message ("%.3f", one.epochs[2]->done.validation.metric[0]);
  g_assert_cmpfloat (one.epochs[2]->done.validation.metric[0], >, 0.85);

  spec.n_threads = 2;
  part.stop_at = 45;
  g_assert_cmpint (kit_run (&part, &spec), ==, LM_END_STOPPED);
  spec.resume = part.last;
  kit_finish (&rest, &spec);
  g_assert_true (lm_snapshot_equal (rest.last->weights, one.last->weights));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/xor-is-learnt", test_xor_is_learnt);
  g_test_add_func ("/train/threads-do-not-matter", test_threads_do_not_matter);
  g_test_add_func ("/train/resume-is-exact", test_resume_is_exact);
  g_test_add_func ("/train/more-epochs-extend-a-run", test_more_epochs_extend_a_run);
  g_test_add_func ("/train/epoch-figures-are-means-over-samples", test_epoch_figures_are_means_over_samples);
  g_test_add_func ("/train/loss-is-before-the-update-and-has-the-penalty", test_loss_is_before_the_update_and_has_the_penalty);
  g_test_add_func ("/train/evaluate-gives-the-figures-of-validation", test_evaluate_gives_the_figures_of_validation);
  g_test_add_func ("/train/numbers-come-back-in-their-own-unit", test_numbers_come_back_in_their_own_unit);
  g_test_add_func ("/train/losses-take-the-same-labels", test_losses_take_the_same_labels);
  g_test_add_func ("/train/stored-gradients-change-nothing", test_stored_gradients_change_nothing);
  g_test_add_func ("/train/frozen-layers-stay", test_frozen_layers_stay);
  g_test_add_func ("/train/a-frozen-network-only-counts", test_a_frozen_network_only_counts);
  g_test_add_func ("/train/steps-cut-an-epoch", test_steps_cut_an_epoch);
  g_test_add_func ("/train/given-weights-are-taken", test_given_weights_are_taken);
  g_test_add_func ("/train/two-outputs-have-two-targets", test_two_outputs_have_two_targets);
  g_test_add_func ("/train/digits-are-learnt", test_digits_are_learnt);
  return g_test_run ();
}
