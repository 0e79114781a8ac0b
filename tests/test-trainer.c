/* test-trainer.c: what can be asked of a run, how it ends, and that a step allocates nothing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-mailbox.h"
#include "train-kit.h"

#include <pthread.h>
#include <stdatomic.h>

#define SMALL "Input shape=6; Dense units=40 activation=relu; BatchNormalization; Dropout rate=0.3; Dense units=3 activation=softmax"

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || !defined __GLIBC__
#define COUNTS_MALLOC FALSE
static atomic_int counting, n_allocations;
#else
#define COUNTS_MALLOC TRUE

/* Every allocation of the process comes through here; glibc's own lie beneath. */
static atomic_int counting, n_allocations;

void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n, size_t size);
void *__libc_realloc (void *old, size_t size);
void *__libc_memalign (size_t alignment, size_t size);

static void
count_allocation (void)
{
  if (atomic_load_explicit (&counting, memory_order_relaxed))
    atomic_fetch_add (&n_allocations, 1);
}

void *
malloc (size_t size)
{
  count_allocation ();
  return __libc_malloc (size);
}

void *
calloc (size_t n,
        size_t size)
{
  count_allocation ();
  return __libc_calloc (n, size);
}

void *
realloc (void *old,
         size_t size)
{
  count_allocation ();
  return __libc_realloc (old, size);
}

void *
aligned_alloc (size_t alignment,
               size_t size)
{
  count_allocation ();
  return __libc_memalign (alignment, size);
}

int
posix_memalign (void **out,
                size_t alignment,
                size_t size)
{
  count_allocation ();
  *out = __libc_memalign (alignment, size);
  return *out != NULL ? 0 : ENOMEM;
}
#endif

/* From the second step of an epoch to its last but one. */
static void
counting_sink (LmEvent *event,
               void *data)
{
  int *n_steps = data;

  if (event->kind != LM_EVENT_STEP)
    return;
  ++*n_steps;
  if (event->step == 2)
    atomic_store (&counting, 1);
  if (event->step == event->facts->steps_per_epoch - 1)
    atomic_store (&counting, 0);
}

/* Small batches are made by the trainer's thread itself, larger ones by the loader's; and with everything that can be asked for. */
static const struct {
  const char *layers;
  const char *training;
  int n_in;
} hungry[] = {
  { SMALL, "batch_size=8 epochs=2 optimizer=adam(clipnorm=1)", 6 },
  { "Input shape=600; Reshape target_shape=20,30,1; Conv2D filters=8 kernel_size=3 activation=relu kernel_regularizer=l1; MaxPooling2D; Flatten; Dense units=3 activation=softmax", "batch_size=8 epochs=2", 600 },
  { "Input shape=6; Dense units=19 kernel_constraint=max_norm activity_regularizer=l2 kernel_regularizer=orthogonal_regularizer; Dense units=3 activation=softmax",
    "batch_size=8 epochs=2 optimizer=nadam(use_ema=true,ema_overwrite_frequency=5,global_clipnorm=1) learning_rate_schedule=CosineDecayRestarts(first_decay_steps=7) class_weight=balanced "
    "metrics=roc_auc,top_k_accuracy(k=2),log_loss,mcc loss=categorical_focal_crossentropy time_limit=100 monitor=val_roc_auc",
    6 },
};

static void
test_a_step_allocates_nothing (gconstpointer data)
{
  int i = GPOINTER_TO_INT (data);
  g_autoptr (LmDesign) design = kit_design (hungry[i].layers, hungry[i].training);
  g_autoptr (LmDataset) dataset = kit_dataset (8 * 40 + 3, 20, hungry[i].n_in, 3);
  int n_steps = 0;
  LmTrainerSpec spec = { .design = design, .dataset = dataset, .every_step = TRUE, .n_threads = 2 };
  g_autoptr (LmTrainer) trainer = lm_trainer_new (&spec, counting_sink, &n_steps);

  if (!COUNTS_MALLOC) {
    g_test_skip ("the sanitizer has its own allocator");
    return;
  }
  atomic_store (&counting, 1);
  g_free (g_malloc (10000));
  atomic_store (&counting, 0);
  g_assert_cmpint (atomic_exchange (&n_allocations, 0), ==, 1);
  g_assert_cmpint (lm_trainer_run (trainer, NULL), ==, LM_END_FINISHED);
  g_assert_cmpint (n_steps, ==, 82);
  g_assert_cmpint (atomic_load (&n_allocations), ==, 0);
}

/* --- Asking ------------------------------------------------------------------------ */

static LmTrainerSpec
long_run (LmDesign **design,
          LmDataset **dataset)
{
  *design = kit_design (SMALL, "batch_size=8 epochs=1000 optimizer=adam");
  *dataset = kit_dataset (500, 100, 6, 3);
  return (LmTrainerSpec){ .design = *design, .dataset = *dataset, .n_threads = 2, .every_step = TRUE };
}

/* The next event of a kind; others pass by. */
static LmEvent *
wait_for (LmMailbox *box,
          LmEventKind kind)
{
  for (;;) {
    g_autoptr (LmEvent) event = lm_mailbox_wait (box, 20);

    g_assert_nonnull (event);
    if (event->kind == kind)
      return g_steal_pointer (&event);
    g_assert_cmpint (event->kind, !=, LM_EVENT_END);
  }
}

static void
wait_for_state (LmMailbox *box,
                LmRunState state)
{
  for (;;) {
    g_autoptr (LmEvent) event = wait_for (box, LM_EVENT_STATE);

    if (event->state.state == state)
      return;
  }
}

static void
test_pause_go_on_stop (void)
{
  g_autoptr (LmDesign) design = NULL;
  g_autoptr (LmDataset) dataset = NULL;
  LmTrainerSpec spec = long_run (&design, &dataset);
  g_autoptr (LmMailbox) box = lm_mailbox_new (NULL, NULL);
  g_autoptr (LmTrainer) trainer = lm_trainer_new (&spec, lm_mailbox_put, box);
  g_autoptr (LmCheckpoint) paused = NULL, stopped = NULL;
  g_autoptr (LmEvent) end = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (lm_trainer_start (trainer, &error));
  lm_event_unref (wait_for (box, LM_EVENT_STARTED));
  lm_event_unref (wait_for (box, LM_EVENT_STEP));
  lm_trainer_pause (trainer);
  {
    g_autoptr (LmEvent) kept = NULL;

    do {
      g_clear_pointer (&kept, lm_event_unref);
      kept = wait_for (box, LM_EVENT_CHECKPOINT);
    } while ((kept->keep.keep & LM_KEEP_PAUSE) == 0);
    paused = lm_checkpoint_ref (kept->keep.checkpoint);
  }
  wait_for_state (box, LM_RUN_PAUSED);
  g_assert_true (lm_trainer_is_running (trainer));
  g_assert_null (lm_mailbox_wait (box, 0.05));

  lm_trainer_go_on (trainer);
  wait_for_state (box, LM_RUN_RUNNING);
  lm_event_unref (wait_for (box, LM_EVENT_STEP));
  lm_trainer_stop (trainer);
  wait_for_state (box, LM_RUN_STOPPING);
  lm_mailbox_close (box);
  g_assert_cmpint (lm_trainer_join (trainer, &error), ==, LM_END_STOPPED);
  g_assert_no_error (error);
  stopped = lm_trainer_get_checkpoint (trainer);
  g_assert_cmpint (stopped->state.step, >, paused->state.step);
  g_assert_false (lm_trainer_is_running (trainer));
}

/* Pausing many times on the way changes nothing. */
static void *
keep_going (void *data)
{
  LmTrainer *trainer = data;

  for (int i = 0; i < 30; i++) {
    g_usleep (2000);
    lm_trainer_go_on (trainer);
    g_usleep (500);
    lm_trainer_pause (trainer);
  }
  lm_trainer_go_on (trainer);
  return NULL;
}

static void
test_pausing_changes_no_bit (void)
{
  g_autoptr (LmDesign) design = kit_design (SMALL, "batch_size=8 epochs=6 optimizer=adam");
  g_autoptr (LmDataset) dataset = kit_dataset (300, 60, 6, 3);
  LmTrainerSpec spec = { .design = design, .dataset = dataset, .n_threads = 2 };
  g_auto (KitLog) whole = { NULL };
  g_autoptr (LmTrainer) trainer = lm_trainer_new (&spec, NULL, NULL);
  g_autoptr (LmCheckpoint) last = NULL;
  pthread_t thread;

  kit_finish (&whole, &spec);
  g_assert_true (lm_trainer_start (trainer, NULL));
  pthread_create (&thread, NULL, keep_going, trainer);
  g_assert_cmpint (lm_trainer_join (trainer, NULL), ==, LM_END_FINISHED);
  pthread_join (thread, NULL);
  last = lm_trainer_get_checkpoint (trainer);
  g_assert_true (lm_snapshot_equal (last->weights, whole.last->weights));
}

/* Stops when the last step of an epoch is told: validation has not been done then. */
static void
test_stop_before_validation_is_exact (void)
{
  g_autoptr (LmDesign) design = kit_design (SMALL, "batch_size=8 epochs=3 optimizer=adam");
  g_autoptr (LmDataset) dataset = kit_dataset (80, 60, 6, 3);
  LmTrainerSpec spec = { .design = design, .dataset = dataset };
  g_auto (KitLog) whole = { NULL }, part = { NULL }, rest = { NULL };

  kit_finish (&whole, &spec);
  part.stop_at = 20;
  g_assert_cmpint (kit_run (&part, &spec), ==, LM_END_STOPPED);
  g_assert_cmpint (part.last->state.epoch, ==, 1);
  g_assert_cmpint (part.last->state.batch, ==, 10);
  g_assert_cmpint (part.n_epochs, ==, 1);
  spec.resume = part.last;
  kit_finish (&rest, &spec);
  g_assert_cmpint (rest.n_epochs, ==, 2);
  g_assert_cmpint (rest.epochs[0]->epoch, ==, 2);
  g_assert_cmpfloat (rest.epochs[0]->done.train.loss, ==, whole.epochs[1]->done.train.loss);
  g_assert_cmpfloat (rest.epochs[0]->done.validation.loss, ==, whole.epochs[1]->done.validation.loss);
  g_assert_true (lm_snapshot_equal (rest.last->weights, whole.last->weights));
}

static void
test_stop_while_paused (void)
{
  g_autoptr (LmDesign) design = NULL;
  g_autoptr (LmDataset) dataset = NULL;
  LmTrainerSpec spec = long_run (&design, &dataset);
  g_autoptr (LmTrainer) trainer = lm_trainer_new (&spec, NULL, NULL);

  lm_trainer_pause (trainer);
  g_assert_true (lm_trainer_start (trainer, NULL));
  g_usleep (20000);
  lm_trainer_stop (trainer);
  g_assert_cmpint (lm_trainer_join (trainer, NULL), ==, LM_END_STOPPED);
}

static void
test_freeing_a_running_trainer_stops_it (void)
{
  g_autoptr (LmDesign) design = NULL;
  g_autoptr (LmDataset) dataset = NULL;
  LmTrainerSpec spec = long_run (&design, &dataset);
  LmTrainer *trainer = lm_trainer_new (&spec, NULL, NULL);

  g_assert_true (lm_trainer_start (trainer, NULL));
  g_usleep (5000);
  lm_trainer_free (trainer);
}

static void
test_snapshots_are_taken_between_steps (void)
{
  g_autoptr (LmDesign) design = NULL;
  g_autoptr (LmDataset) dataset = NULL;
  LmTrainerSpec spec = long_run (&design, &dataset);
  g_autoptr (LmTrainer) trainer = lm_trainer_new (&spec, NULL, NULL);
  g_autoptr (LmCheckpoint) last = NULL;
  g_autoptr (LmSnapshot) after = NULL;

  g_assert_true (lm_trainer_start (trainer, NULL));
  for (int i = 0; i < 20; i++) {
    g_autoptr (LmSnapshot) snapshot = lm_trainer_take_snapshot (trainer);

    g_assert_nonnull (snapshot);
    g_assert_cmpint (snapshot->n_slots, ==, 8);
    g_assert_cmpint (snapshot->n_moments, ==, 0);
  }
  lm_trainer_stop (trainer);
  lm_trainer_join (trainer, NULL);
  after = lm_trainer_take_snapshot (trainer);
  last = lm_trainer_get_checkpoint (trainer);
  g_assert_true (after == last->weights);
}

static void
test_the_rate_changes_live (void)
{
  g_autoptr (LmDesign) design = kit_design (SMALL, "batch_size=8 epochs=2 optimizer=sgd(learning_rate=0.1)");
  g_autoptr (LmDataset) dataset = kit_dataset (80, 0, 6, 3);
  LmTrainerSpec spec = { .design = design, .dataset = dataset };
  g_auto (KitLog) plain = { NULL }, changed = { NULL };
  g_autoptr (LmHistory) history = NULL;
  g_autofree char *mark = NULL;
  float a[20], b[20];
  gint64 at;

  kit_finish (&plain, &spec);
  changed.rate_at = 12;
  changed.rate = 0.01;
  kit_finish (&changed, &spec);

  g_assert_cmpint (changed.n_rates, ==, 1);
  g_assert_cmpint (changed.last->n_edits, ==, 1);
  g_assert_cmpint (changed.last->edits[0].step, ==, 12);
  g_assert_cmpfloat (changed.last->state.rate, ==, 0.01);
  history = lm_trainer_get_history (changed.trainer);
  g_assert_true (lm_history_get_mark (history, 0, &at, &mark));
  g_assert_cmpint (at, ==, 12);
  g_assert_cmpstr (mark, ==, "rate 0.1 → 0.01");

  /* Step 13 is the first at the new rate: its loss is the last that both have in common. */
  lm_history_get_steps (history, 0, 20, b);
  g_clear_pointer (&history, lm_history_unref);
  history = lm_trainer_get_history (plain.trainer);
  lm_history_get_steps (history, 0, 20, a);
  g_assert_cmpmem (a, 13 * sizeof (float), b, 13 * sizeof (float));
  g_assert_cmpfloat (a[13], !=, b[13]);
}

/* --- Endings ------------------------------------------------------------------------- */

static void
test_a_huge_rate_is_found_out (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=6; Dense units=8 activation=relu; Dense units=3 activation=softmax",
                                            "batch_size=8 epochs=3 optimizer=sgd(learning_rate=1e-30)");
  g_autoptr (LmDataset) dataset = kit_dataset (80, 16, 6, 3);
  LmTrainerSpec spec = { .design = design, .dataset = dataset };
  g_auto (KitLog) log = { NULL };
  g_autoptr (LmCheckpoint) kept = NULL;

  log.rate_at = 14;
  log.rate = 1e30;
  g_assert_cmpint (kit_run (&log, &spec), ==, LM_END_NAN);
  g_assert_error (log.end->end.error, LM_ERROR, LM_ERROR_NUMERIC);
  g_test_message ("%s", log.end->end.error->message);
  g_assert_cmpint (log.end->step, >=, 15);
  g_assert_nonnull (log.end->end.layer);
  g_assert_true (g_str_has_prefix (log.end->end.layer, "dense"));
  g_assert_nonnull (lm_design_resolve (design, log.end->end.node, NULL));
  g_assert_nonnull (strstr (log.end->end.error->message, log.end->end.layer));

  /* The weights of the first epoch are still there. */
  g_assert_cmpint (log.end->end.kept_epoch, ==, 1);
  kept = lm_trainer_get_checkpoint (log.trainer);
  g_assert_cmpint (kept->state.step, ==, 10);
}

static void
test_a_hole_in_the_data_is_named (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=6; Dense units=3 activation=softmax", "batch_size=8 epochs=3");
  g_autoptr (LmDataset) dataset = kit_dataset (80, 0, 6, 3);
  LmShape x_shape = LM_SHAPE (80, 6), y_shape = LM_SHAPE (80);
  g_autoptr (LmTensor) x = lm_tensor_new (LM_F32, &x_shape, NULL), y = lm_tensor_new (LM_I32, &y_shape, NULL);
  LmTensor *tensors[6] = { x, y };
  g_autoptr (LmDataset) broken = NULL;
  g_auto (KitLog) log = { NULL };

  lm_tensor_f32 (x)[30 * 6 + 2] = NAN;
  broken = lm_dataset_new_memory ("broken", 2, dataset->columns, tensors);
  g_assert_cmpint (kit_run (&log, &(LmTrainerSpec){ .design = design, .dataset = broken, .no_shuffle = TRUE }), ==, LM_END_NAN);
  g_assert_cmpint (log.end->step, ==, 4);
  g_assert_null (log.end->end.node);
  g_assert_nonnull (strstr (log.end->end.error->message, "“x”"));
}

static void
test_training_stops_early (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=6; Dense units=3 activation=softmax", "batch_size=8 epochs=50 stop_early=3 optimizer=sgd(learning_rate=1e-30)");
  g_autoptr (LmDataset) dataset = kit_dataset (80, 16, 6, 3);
  g_auto (KitLog) log = { NULL };
  g_autoptr (LmCheckpoint) best = NULL;

  g_assert_cmpint (kit_run (&log, &(LmTrainerSpec){ .design = design, .dataset = dataset }), ==, LM_END_EARLY);
  g_assert_cmpint (log.n_epochs, ==, 4);
  g_assert_cmpint (log.end->end.best_epoch, ==, 1);
  g_assert_true (log.epochs[0]->done.is_best);
  g_assert_false (log.epochs[1]->done.is_best);
  best = lm_trainer_get_best (log.trainer);
  g_assert_cmpint (best->state.epoch, ==, 1);
}

static void
assert_fails (const char *layers,
              const char *training,
              LmDataset *dataset,
              int code,
              const char *word)
{
  g_autoptr (LmDesign) design = kit_design (layers, training);
  g_auto (KitLog) log = { NULL };

  g_assert_cmpint (kit_run (&log, &(LmTrainerSpec){ .design = design, .dataset = dataset }), ==, LM_END_FAILED);
  g_assert_error (log.end->end.error, LM_ERROR, code);
  g_test_message ("%s", log.end->end.error->message);
  g_assert_nonnull (strstr (log.end->end.error->message, word));
  g_assert_null (log.facts);
  if (code == LM_ERROR_LIMIT) {
    g_assert_cmpint (log.end->end.bytes_needed, >, log.end->end.bytes_free);
    g_assert_cmpint (log.end->end.bytes_free, >, 0);
  }
}

static void
test_mistakes_are_told_before_the_first_step (void)
{
  g_autoptr (LmDataset) classes = kit_dataset (80, 0, 6, 3), numbers = kit_dataset (80, 0, 6, 0);

  assert_fails ("Input shape=6; Dense units=2 activation=softmax", "batch_size=8", classes, LM_ERROR_DATA, "3 classes");
  assert_fails ("Input shape=6; Dense units=1 activation=sigmoid", "batch_size=8 loss=binary_crossentropy", classes, LM_ERROR_DATA, "3 units");
  assert_fails ("Input shape=6; Dense units=4", "batch_size=8", numbers, LM_ERROR_DATA, "“y”");
  assert_fails ("Input shape=5; Dense units=1", "batch_size=8", numbers, LM_ERROR_DATA, "5");
  assert_fails ("Input shape=6; Dense units=1", "batch_size=8 optimizer=adam(clipnorm=1,clipvalue=1)", numbers, LM_ERROR_OPTION, "adam");
  assert_fails ("Input shape=6", "batch_size=8", numbers, LM_ERROR_GRAPH, "Dense");
  assert_fails ("Input shape=6; Dense units=1000000; Dense units=1000000; Dense units=1", "batch_size=8", numbers, LM_ERROR_LIMIT, "TiB");
}

static void
test_a_batch_that_fits_is_proposed (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=6; Dense units=1000000 activation=relu; Dense units=1", "batch_size=65536");
  g_autoptr (LmDataset) dataset = kit_dataset (80, 0, 6, 0);
  g_auto (KitLog) log = { NULL };

  g_assert_cmpint (kit_run (&log, &(LmTrainerSpec){ .design = design, .dataset = dataset }), ==, LM_END_FAILED);
  g_assert_error (log.end->end.error, LM_ERROR, LM_ERROR_LIMIT);
  g_test_message ("%s", log.end->end.error->message);
  g_assert_cmpint (log.end->end.batch_fits, <, 65536);
  g_assert_cmpint (log.end->end.batch_fits, >, 0);
}

static void
test_a_file_that_breaks_off_ends_the_run (void)
{
  /* A label beyond the classes of the network is found while reading. */
  g_autoptr (LmDesign) design = kit_design ("Input shape=6; Dense units=3 activation=softmax", "batch_size=8 epochs=2 loss=sparse_categorical_crossentropy");
  g_autoptr (LmDataset) dataset = kit_dataset (80, 0, 6, 3), broken = NULL;
  LmShape x_shape = LM_SHAPE (80, 6), y_shape = LM_SHAPE (80);
  g_autoptr (LmTensor) x = lm_tensor_new (LM_F32, &x_shape, NULL), y = lm_tensor_new (LM_I32, &y_shape, NULL);
  LmTensor *tensors[6] = { x, y };
  LmColumn columns[2] = { dataset->columns[0], dataset->columns[1] };
  g_auto (KitLog) log = { NULL };

  columns[1].n_classes = 0;
  ((gint32 *) y->data)[50] = 7;
  broken = lm_dataset_new_memory ("broken", 2, columns, tensors);
  g_assert_cmpint (kit_run (&log, &(LmTrainerSpec){ .design = design, .dataset = broken, .no_shuffle = TRUE }), ==, LM_END_FAILED);
  g_assert_error (log.end->end.error, LM_ERROR, LM_ERROR_DATA);
  g_assert_cmpint (log.n_steps, <=, 6);
  g_assert_nonnull (log.last);
  g_assert_cmpint (log.last->state.step, ==, log.n_steps);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/trainer/a-step-allocates-nothing/small", GINT_TO_POINTER (0), test_a_step_allocates_nothing);
  g_test_add_data_func ("/trainer/a-step-allocates-nothing/large", GINT_TO_POINTER (1), test_a_step_allocates_nothing);
  g_test_add_data_func ("/trainer/a-step-allocates-nothing/everything", GINT_TO_POINTER (2), test_a_step_allocates_nothing);
  g_test_add_func ("/trainer/pause-go-on-stop", test_pause_go_on_stop);
  g_test_add_func ("/trainer/pausing-changes-no-bit", test_pausing_changes_no_bit);
  g_test_add_func ("/trainer/stop-before-validation-is-exact", test_stop_before_validation_is_exact);
  g_test_add_func ("/trainer/stop-while-paused", test_stop_while_paused);
  g_test_add_func ("/trainer/freeing-a-running-trainer-stops-it", test_freeing_a_running_trainer_stops_it);
  g_test_add_func ("/trainer/snapshots-are-taken-between-steps", test_snapshots_are_taken_between_steps);
  g_test_add_func ("/trainer/the-rate-changes-live", test_the_rate_changes_live);
  g_test_add_func ("/trainer/a-huge-rate-is-found-out", test_a_huge_rate_is_found_out);
  g_test_add_func ("/trainer/a-hole-in-the-data-is-named", test_a_hole_in_the_data_is_named);
  g_test_add_func ("/trainer/training-stops-early", test_training_stops_early);
  g_test_add_func ("/trainer/mistakes-are-told-before-the-first-step", test_mistakes_are_told_before_the_first_step);
  g_test_add_func ("/trainer/a-batch-that-fits-is-proposed", test_a_batch_that_fits_is_proposed);
  g_test_add_func ("/trainer/a-file-that-breaks-off-ends-the-run", test_a_file_that_breaks_off_ends_the_run);
  return g_test_run ();
}
