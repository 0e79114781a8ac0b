/* test-metrics.c: metrics against Keras; history, checkpoints, mailbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-history.h"
#include "lm-mailbox.h"
#include "lm-metric.h"

#include "reference/train.inc"

#include <math.h>
#include <pthread.h>
#include <string.h>

#define N 12

/* Feeds 12 samples in batches of 5, 5 and 2. @width: numbers per sample of prediction and target. */
static double
measure (const char *id,
         const float *prediction,
         int prediction_size,
         const void *target,
         LmDtype dtype,
         int target_size)
{
  const LmMetricClass *metric = lm_metric_find (id);
  LmMetricState state;

  g_assert_nonnull (metric);
  lm_metric_init (&state);
  g_assert_true (isnan (metric->result (&state, NULL)));
  for (int i = 0; i < N; i += 5) {
    LmMetricBatch batch = {
      .n = MIN (5, N - i),
      .prediction = prediction + i * prediction_size,
      .prediction_size = prediction_size,
      .n_last = prediction_size,
      .target = (const guint8 *) target + 4 * i * target_size,
      .target_dtype = dtype,
      .target_size = target_size,
    };

    metric->update (&state, &batch);
  }
  return metric->result (&state, NULL);
}

static void
test_accuracy (void)
{
  float one_hot[N * 4] = { 0 }, first[N];

  for (int i = 0; i < N; i++) {
    one_hot[i * 4 + metric_labels[i]] = 1;
    first[i] = metric_prediction[i * 4];
  }
  g_assert_cmpfloat_with_epsilon (measure ("accuracy", metric_prediction, 4, metric_labels, LM_I32, 1), metric_sparse, 1e-7);
  g_assert_cmpfloat_with_epsilon (measure ("accuracy", metric_prediction, 4, one_hot, LM_F32, 4), metric_categorical, 1e-7);
  g_assert_cmpfloat_with_epsilon (measure ("accuracy", first, 1, metric_yes, LM_F32, 1), metric_binary, 1e-7);
}

static void
test_errors_of_numbers (void)
{
  g_assert_cmpfloat_with_epsilon (measure ("mae", metric_prediction, 4, metric_numbers, LM_F32, 4), metric_mae, 1e-6);
  g_assert_cmpfloat_with_epsilon (measure ("mse", metric_prediction, 4, metric_numbers, LM_F32, 4), metric_mse, 1e-6);
}

/* --- Checkpoints ------------------------------------------------------------------ */

static LmSnapshot *
small_snapshot (void)
{
  LmShape shape = LM_SHAPE (2, 3);
  float numbers[6] = { 1, 2, 3, 4, 5, 6 };
  g_autoptr (LmTensor) tensor = lm_tensor_new_copy (LM_F32, &shape, numbers);
  LmTensor *moments[1] = { tensor };
  LmSnapshot *snapshot = lm_snapshot_new (1);
  g_autoptr (GError) error = NULL;

  g_assert_true (lm_snapshot_add (snapshot, "1:kernel", "dense/kernel", LM_SLOT_WEIGHT, TRUE, tensor, moments, &error));
  g_assert_no_error (error);
  lm_snapshot_seal (snapshot);
  return snapshot;
}

static LmCheckpoint *
odd_checkpoint (LmSnapshot *weights)
{
  LmCheckpointState state = {
    .seed = G_MAXUINT64 - 5,
    .epoch = 3,
    .batch = 17,
    .step = 1217,
    .rate = 1.0 / 3.0,
    .best_value = 0.1 + 0.2,
    .best_epoch = 2,
    .wait = 1,
    .samples = 1088,
    .loss_sum = 1e-300 * 7,
    .n_metrics = 2,
    .metrics = { { 1.0 / 7.0, 2, { 3, 4 } }, { -0.0, NAN, { INFINITY, 5 } } },
    .seconds = 12.5,
  };
  LmRateEdit edits[] = { { 5, 0.1 }, { 1000, 1.0 / 3.0 } };

  return lm_checkpoint_new (&state, weights, "adam", "avx2", edits, 2);
}

static void
test_checkpoint_survives_text (void)
{
  g_autoptr (LmSnapshot) weights = small_snapshot ();
  g_autoptr (LmCheckpoint) checkpoint = odd_checkpoint (weights), read = NULL;
  g_autofree char *text = lm_checkpoint_format (checkpoint), *again = NULL;
  g_autoptr (GError) error = NULL;

  read = lm_checkpoint_parse (text, weights, &error);
  g_assert_no_error (error);
  again = lm_checkpoint_format (read);
  g_assert_cmpstr (text, ==, again);
  g_assert_true (read->state.seed == checkpoint->state.seed);
  g_assert_cmpfloat (read->state.loss_sum, ==, checkpoint->state.loss_sum);
  g_assert_cmpmem (&read->state.metrics[0], sizeof (LmMetricState), &checkpoint->state.metrics[0], sizeof (LmMetricState));
  g_assert_cmpint (read->n_edits, ==, 2);
  g_assert_cmpfloat (read->edits[1].rate, ==, 1.0 / 3.0);
  g_assert_true (read->weights == weights);
}

static void
test_foreign_checkpoint_text_is_refused (void)
{
  static const char *const bad[] = {
    "",
    "lamina-checkpoint 2\n",
    "lamina-checkpoint 1\n",
    "lamina-checkpoint 1\noptimizer adam\ninstruction_set avx2\nrate nan\n",
    "lamina-checkpoint 1\noptimizer adam\ninstruction_set avx2\nrate 0.1\nepoch -1\n",
    "lamina-checkpoint 1\noptimizer adam\ninstruction_set avx2\nrate 0.1\nepoch 1x\n",
    "lamina-checkpoint 1\noptimizer adam\ninstruction_set avx2\nrate 0.1 0.2\n",
    "lamina-checkpoint 1\noptimizer adam\ninstruction_set avx2\nrate 0.1\nmetric 1 2\n",
    "lamina-checkpoint 1\noptimizer adam\ninstruction_set avx2\nrate 0.1\nedit 1e99 1\n",
    "lamina-checkpoint 1\noptimizer adam\ninstruction_set avx2\nrate 0.1\nstep\n",
  };
  g_autoptr (LmSnapshot) weights = small_snapshot ();

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (lm_checkpoint_parse (bad[i], weights, &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_FORMAT);
  }
}

static void
test_snapshot_gives_back_what_was_added (void)
{
  g_autoptr (LmSnapshot) a = small_snapshot (), b = small_snapshot ();
  g_autoptr (LmTensor) value = lm_snapshot_get (a, lm_snapshot_find (a, "dense/kernel"), -1);
  g_autoptr (LmTensor) moment = lm_snapshot_get (a, lm_snapshot_find (a, "1:kernel"), 0);

  g_assert_cmpfloat (lm_tensor_get (value, 4), ==, 5);
  g_assert_cmpfloat (lm_tensor_get (moment, 5), ==, 6);
  g_assert_true (lm_snapshot_equal (a, b));
  ((float *) b->slots[0].data)[2] = 7;
  g_assert_false (lm_snapshot_equal (a, b));
  g_assert_cmpint (lm_snapshot_find (a, "no/such"), ==, -1);
}

/* --- History ---------------------------------------------------------------------- */

static LmHistory *
short_history (void)
{
  LmMetricInfo metric = { .name = (char *) "accuracy", .title = (char *) "Accuracy", .is_share = TRUE, .baseline = 0.1, .baseline_name = (char *) "always “1”" };
  LmHistory *history = lm_history_new (&metric, 1, 4, 10);

  for (int e = 1; e <= 3; e++) {
    LmEpochRow row = { .epoch = e, .step = e * 4, .train = { 1.0 / e, { 0.5 } }, .validation = { e == 2 ? 0.2 : 0.4, { 0.6 } } };

    for (int s = 0; s < 4; s++)
      lm_history_add_step (history, e * 4 + s);
    lm_history_add_epoch (history, &row);
    lm_history_add_mark (history, e * 4, "mark");
  }
  return history;
}

static void
test_history_keeps_all_steps (void)
{
  g_autoptr (LmHistory) history = short_history ();
  float losses[20];

  g_assert_cmpint (lm_history_n_steps (history), ==, 12);
  g_assert_cmpint (lm_history_get_steps (history, 10, 20, losses), ==, 2);
  g_assert_cmpfloat (losses[1], ==, 15);
  g_assert_cmpint (lm_history_get_steps (history, 12, 20, losses), ==, 0);
  g_assert_cmpint (lm_history_best (history), ==, 1);

  lm_history_truncate (history, 9);
  g_assert_cmpint (lm_history_n_steps (history), ==, 9);
  g_assert_cmpint (lm_history_n_epochs (history), ==, 2);
  g_assert_cmpint (lm_history_n_marks (history), ==, 2);
}

static const LmSeries *
find_series (const LmPlotPanel *panel,
             int role)
{
  for (int i = 0; i < panel->n_series; i++) {
    if (panel->series[i].role == role)
      return &panel->series[i];
  }
  return NULL;
}

static void
test_history_becomes_curves (void)
{
  g_autoptr (LmHistory) history = short_history ();
  g_autoptr (LmCurvesPicture) picture = lm_history_picture (history, "m", NULL, TRUE);
  const LmPlotPanel *loss = &picture->panels[0], *accuracy = &picture->panels[1];

  g_assert_cmpint (picture->n_panels, ==, 2);
  g_assert_cmpfloat (picture->x_max, ==, 10);
  g_assert_cmpint (find_series (loss, LM_SERIES_TRAIN_STEPS)->n, ==, 12);
  g_assert_cmpfloat (find_series (loss, LM_SERIES_TRAIN_STEPS)->x[11], ==, 3);
  g_assert_cmpint (find_series (loss, LM_SERIES_VALIDATION)->n, ==, 3);
  g_assert_cmpint (loss->best, ==, 1);
  g_assert_null (find_series (accuracy, LM_SERIES_TRAIN_STEPS));
  g_assert_true (accuracy->is_share);
  g_assert_cmpfloat (find_series (accuracy, LM_SERIES_BASELINE)->y[0], ==, 0.1);
  g_assert_cmpfloat (picture->marks[1].x, ==, 2);
}

/* --- Mailbox ----------------------------------------------------------------------- */

static void
put (LmMailbox *box,
     LmEventKind kind,
     gint64 step)
{
  g_autoptr (LmEvent) event = lm_event_new (kind, NULL);

  event->step = step;
  lm_mailbox_put (event, box);
}

static void
assert_next (LmMailbox *box,
             LmEventKind kind,
             gint64 step)
{
  g_autoptr (LmEvent) event = lm_mailbox_take (box);

  g_assert_nonnull (event);
  g_assert_cmpint (event->kind, ==, kind);
  g_assert_cmpint (event->step, ==, step);
}

static void
test_mailbox_keeps_the_latest_step_and_everything_else (void)
{
  g_autoptr (LmMailbox) box = lm_mailbox_new (NULL, NULL);

  put (box, LM_EVENT_STEP, 1);
  put (box, LM_EVENT_EPOCH, 1);
  put (box, LM_EVENT_STEP, 2);
  put (box, LM_EVENT_STEP, 3);
  put (box, LM_EVENT_EPOCH, 3);
  assert_next (box, LM_EVENT_EPOCH, 1);
  assert_next (box, LM_EVENT_STEP, 3);
  assert_next (box, LM_EVENT_EPOCH, 3);
  g_assert_null (lm_mailbox_take (box));
  g_assert_null (lm_mailbox_wait (box, 0.01));
}

static void *
put_checkpoints (void *data)
{
  for (int i = 1; i <= 20; i++) {
    put (data, LM_EVENT_STEP, i);
    put (data, LM_EVENT_CHECKPOINT, i);
  }
  put (data, LM_EVENT_END, 21);
  return NULL;
}

static void
test_mailbox_loses_no_checkpoint (void)
{
  g_autoptr (LmMailbox) box = lm_mailbox_new (NULL, NULL);
  pthread_t thread;
  gint64 last = 0;

  pthread_create (&thread, NULL, put_checkpoints, box);
  for (;;) {
    g_autoptr (LmEvent) event = lm_mailbox_wait (box, -1);

    if (event->kind == LM_EVENT_END)
      break;
    if (event->kind == LM_EVENT_CHECKPOINT)
      g_assert_cmpint (event->step, ==, ++last);
  }
  pthread_join (thread, NULL);
  g_assert_cmpint (last, ==, 20);
}

static void
test_a_closed_mailbox_does_not_block (void)
{
  g_autoptr (LmMailbox) box = lm_mailbox_new (NULL, NULL);
  pthread_t thread;

  pthread_create (&thread, NULL, put_checkpoints, box);
  g_usleep (10000);
  lm_mailbox_close (box);
  pthread_join (thread, NULL);
  for (int i = 1; i <= 20; i++) {
    g_autoptr (LmEvent) event = lm_mailbox_take (box);

    if (event->kind == LM_EVENT_STEP)
      i--;
    else
      g_assert_cmpint (event->step, ==, i);
  }
}

static void
count_wake (void *data)
{
  ++*(int *) data;
}

static void
test_mailbox_wakes_once_for_many (void)
{
  int wakes = 0;
  g_autoptr (LmMailbox) box = lm_mailbox_new (count_wake, &wakes);

  for (int i = 0; i < 10; i++)
    put (box, LM_EVENT_STEP, i);
  g_assert_cmpint (wakes, ==, 1);
  lm_event_unref (lm_mailbox_take (box));
  put (box, LM_EVENT_EPOCH, 11);
  g_assert_cmpint (wakes, ==, 2);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/accuracy", test_accuracy);
  g_test_add_func ("/metrics/errors-of-numbers", test_errors_of_numbers);
  g_test_add_func ("/checkpoint/survives-text", test_checkpoint_survives_text);
  g_test_add_func ("/checkpoint/foreign-text-is-refused", test_foreign_checkpoint_text_is_refused);
  g_test_add_func ("/snapshot/gives-back-what-was-added", test_snapshot_gives_back_what_was_added);
  g_test_add_func ("/history/keeps-all-steps", test_history_keeps_all_steps);
  g_test_add_func ("/history/becomes-curves", test_history_becomes_curves);
  g_test_add_func ("/mailbox/keeps-the-latest-step-and-everything-else", test_mailbox_keeps_the_latest_step_and_everything_else);
  g_test_add_func ("/mailbox/loses-no-checkpoint", test_mailbox_loses_no_checkpoint);
  g_test_add_func ("/mailbox/closed-does-not-block", test_a_closed_mailbox_does_not_block);
  g_test_add_func ("/mailbox/wakes-once-for-many", test_mailbox_wakes_once_for_many);
  return g_test_run ();
}
