/* test-loader.c: batches, their order, reading ahead
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-loader.h"
#include "lm-source.h"

#include "data-files.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

/* Counts what is asked of the allocator, by any thread. Sanitizers have an allocator of their own. */
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COUNTS_MALLOC 1

extern void *__libc_malloc (size_t n);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *p, size_t n);

static atomic_int n_allocations;

void *
malloc (size_t n)
{
  atomic_fetch_add (&n_allocations, 1);
  return __libc_malloc (n);
}

void *
calloc (size_t n,
        size_t size)
{
  atomic_fetch_add (&n_allocations, 1);
  return __libc_calloc (n, size);
}

void *
realloc (void *p,
         size_t n)
{
  atomic_fetch_add (&n_allocations, 1);
  return __libc_realloc (p, n);
}
#endif

/* 103 samples: x is {i, 1000 + i}, the label i mod 5. */
static LmDataset *
numbers (void)
{
  LmColumn columns[2] = {
    { .name = (char *) "x", .role = LM_ROLE_INPUT },
    { .name = (char *) "y", .role = LM_ROLE_TARGET, .n_classes = 5 },
  };
  g_autoptr (LmTensor) x = lm_tensor_new (LM_F32, &LM_SHAPE (103, 2), NULL);
  g_autoptr (LmTensor) y = lm_tensor_new (LM_U8, &LM_SHAPE (103), NULL);
  LmTensor *tensors[LM_N_PARTS * 2] = { x, y, NULL, NULL, NULL, NULL };

  for (int i = 0; i < 103; i++) {
    lm_tensor_f32 (x)[2 * i] = (float) i;
    lm_tensor_f32 (x)[2 * i + 1] = (float) (1000 + i);
    ((guint8 *) y->data)[i] = (guint8) (i % 5);
  }
  return lm_dataset_new_memory ("numbers", 2, columns, tensors);
}

static LmLoaderConfig
usual (LmDataset *ds)
{
  return (LmLoaderConfig){
    .dataset = ds,
    .part = LM_PART_TRAIN,
    .n_columns = 2,
    .columns = { { .column = 0, .form = LM_FORM_F32 }, { .column = 1, .form = LM_FORM_I32 } },
    .batch_size = 10,
    .shuffle = TRUE,
    .seed = 3,
  };
}

/* Every sample once per epoch, in an order that differs from epoch to epoch, with what belongs to it. */
static void
test_every_sample_once (void)
{
  g_autoptr (LmDataset) ds = numbers ();
  LmLoaderConfig config = usual (ds);
  g_autoptr (LmLoader) loader = NULL;
  guint32 first_order[103];
  gboolean differs = FALSE;

  config.n_epochs = 2;
  config.prefetch = 2;
  loader = lm_loader_new (&config, NULL);
  g_assert_cmpint (lm_loader_n_steps (loader), ==, 11);
  g_assert_cmpint (lm_loader_n_samples (loader), ==, 103);
  for (int epoch = 0; epoch < 2; epoch++) {
    gboolean seen[103] = { FALSE };
    int at = 0;

    for (int step = 0; step < 11; step++) {
      const LmBatch *batch = lm_loader_next (loader, NULL);
      const float *x = batch->data[0];
      const gint32 *y = batch->data[1];

      g_assert_cmpint (batch->n, ==, step < 10 ? 10 : 3);
      g_assert_cmpint (batch->epoch, ==, epoch);
      g_assert_cmpint (batch->step, ==, step);
      g_assert_cmpint (batch->ends_epoch, ==, step == 10);
      g_assert_cmpuint ((guintptr) x % 64, ==, 0);
      g_assert_cmpuint ((guintptr) y % 64, ==, 0);
      for (int i = 0; i < batch->n; i++, at++) {
        guint32 sample = batch->index[i];

        g_assert_false (seen[sample]);
        seen[sample] = TRUE;
        g_assert_cmpfloat (x[2 * i], ==, (float) sample);
        g_assert_cmpfloat (x[2 * i + 1], ==, (float) (1000 + sample));
        g_assert_cmpint (y[i], ==, (int) sample % 5);
        if (epoch == 0)
          first_order[at] = sample;
        else
          differs |= first_order[at] != sample;
      }
      lm_loader_release (loader, batch);
    }
  }
  g_assert_true (differs);
  g_assert_null (lm_loader_next (loader, NULL));
  g_assert_null (lm_loader_next (loader, NULL));
}

static void
test_file_order (void)
{
  g_autoptr (LmDataset) ds = numbers ();
  LmLoaderConfig config = usual (ds);
  g_autoptr (LmLoader) loader = NULL;
  guint32 next = 0;

  config.shuffle = FALSE;
  config.n_epochs = 3;
  loader = lm_loader_new (&config, NULL);
  for (int step = 0; step < 33; step++) {
    const LmBatch *batch = lm_loader_next (loader, NULL);

    for (int i = 0; i < batch->n; i++)
      g_assert_cmpuint (batch->index[i], ==, next++ % 103);
    lm_loader_release (loader, batch);
  }
}

/* The bytes of @n batches of two loaders are the same. */
static void
assert_same (LmLoader *a,
             LmLoader *b,
             int n)
{
  for (int k = 0; k < n; k++) {
    const LmBatch *x = lm_loader_next (a, NULL);
    const LmBatch *y = lm_loader_next (b, NULL);

    g_assert_cmpint (x->n, ==, y->n);
    g_assert_cmpint (x->epoch, ==, y->epoch);
    g_assert_cmpint (x->step, ==, y->step);
    g_assert_cmpmem (x->index, 4 * (gsize) x->n, y->index, 4 * (gsize) y->n);
    g_assert_cmpmem (x->data[0], 784 * 4 * (gsize) x->n, y->data[0], 784 * 4 * (gsize) y->n);
    g_assert_cmpmem (x->data[1], 40 * (gsize) x->n, y->data[1], 40 * (gsize) y->n);
    lm_loader_release (a, x);
    lm_loader_release (b, y);
  }
}

static LmLoaderConfig
digits_config (LmDataset *ds,
               LmPipeline *pipeline)
{
  LmLoaderConfig config = usual (ds);

  config.pipeline = pipeline;
  config.columns[1].form = LM_FORM_ONE_HOT;
  config.batch_size = 16;
  return config;
}

/* With and without a thread, with few and many buffers. */
static void
test_prefetch_changes_nothing (void)
{
  g_autoptr (LmDataset) ds = lm_data_open ("builtin:digits?train=200", NULL, NULL);
  g_autoptr (LmDataset) again = lm_data_open ("builtin:digits?train=200", NULL, NULL);
  g_autoptr (LmPipeline) pipeline = lm_pipeline_new ();

  g_assert_true (lm_pipeline_add_text (pipeline, "standardize", NULL));
  g_assert_true (lm_pipeline_fit (pipeline, ds, NULL, NULL, NULL));
  for (int prefetch = 1; prefetch < 6; prefetch += 2) {
    LmLoaderConfig config = digits_config (ds, pipeline);
    g_autoptr (LmLoader) a = NULL;
    g_autoptr (LmLoader) b = NULL;

    a = lm_loader_new (&config, NULL);
    config.dataset = again;
    config.prefetch = prefetch;
    b = lm_loader_new (&config, NULL);
    assert_same (a, b, 30);
  }
}

/* Beginning at (epoch, step) gives what an uninterrupted loader gives there, with and without a cut epoch. */
static void
test_resume (void)
{
  g_autoptr (LmDataset) ds = lm_data_open ("builtin:digits?train=200", NULL, NULL);

  for (gint64 max_steps = 0; max_steps < 10; max_steps += 5) {
    LmLoaderConfig config = digits_config (ds, NULL);
    gint64 n_steps = max_steps > 0 ? max_steps : 13;

    config.max_steps = max_steps;
    for (int skip = 1; skip < 30; skip += 7) {
      g_autoptr (LmLoader) whole = NULL;
      g_autoptr (LmLoader) resumed = NULL;

      config.first_epoch = config.first_step = 0;
      config.prefetch = 2;
      whole = lm_loader_new (&config, NULL);
      g_assert_cmpint (lm_loader_n_steps (whole), ==, n_steps);
      for (int k = 0; k < skip; k++)
        lm_loader_release (whole, lm_loader_next (whole, NULL));
      config.first_epoch = skip / n_steps;
      config.first_step = skip % n_steps;
      config.prefetch = skip % 2;
      resumed = lm_loader_new (&config, NULL);
      assert_same (whole, resumed, 15);
    }
  }
}

static void
test_one_hot (void)
{
  g_autoptr (LmDataset) ds = numbers ();
  LmLoaderConfig config = usual (ds);
  g_autoptr (LmLoader) loader = NULL;
  const LmBatch *batch;
  const float *y;

  config.columns[1] = (LmLoaderColumn){ .column = 1, .form = LM_FORM_ONE_HOT, .n_classes = 7 };
  loader = lm_loader_new (&config, NULL);
  batch = lm_loader_next (loader, NULL);
  y = batch->data[1];
  for (int i = 0; i < batch->n; i++) {
    for (int c = 0; c < 7; c++)
      g_assert_cmpfloat (y[7 * i + c], ==, c == (int) batch->index[i] % 5 ? 1 : 0);
  }
  lm_loader_release (loader, batch);
}

/* A label beyond what the network tells apart is named; the batches before it still come. */
static void
test_label_out_of_range (void)
{
  for (int prefetch = 0; prefetch < 3; prefetch++) {
    g_autoptr (LmDataset) ds = numbers ();
    LmLoaderConfig config = usual (ds);
    g_autoptr (LmLoader) loader = NULL;
    g_autoptr (GError) error = NULL;
    const LmBatch *batch;

    config.shuffle = FALSE;
    config.batch_size = 4;
    config.prefetch = prefetch;
    config.columns[1].n_classes = 4;
    loader = lm_loader_new (&config, NULL);
    batch = lm_loader_next (loader, &error);
    g_assert_no_error (error);
    lm_loader_release (loader, batch);
    g_assert_null (lm_loader_next (loader, &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_DATA);
    assert_told (error, "training 4");
  }
}

static void
test_config_errors (void)
{
  g_autoptr (LmDataset) ds = numbers ();
  LmLoaderConfig config = usual (ds);
  g_autoptr (LmPipeline) pipeline = lm_pipeline_new ();
  g_autoptr (GError) error = NULL;

  config.part = LM_PART_TEST;
  g_assert_null (lm_loader_new (&config, &error));
  assert_told (error, "test");
  g_clear_error (&error);
  config.part = LM_PART_TRAIN;
  g_assert_true (lm_pipeline_add_text (pipeline, "standardize", NULL));
  config.pipeline = pipeline;
  g_assert_null (lm_loader_new (&config, &error));
  assert_told (error, "standardize");
}

static void *
cancel_thread (void *data)
{
  usleep (20000);
  lm_loader_cancel (data);
  return NULL;
}

/* A consumer that waits for ever is woken. */
static void
test_cancel (void)
{
  for (int prefetch = 0; prefetch < 3; prefetch++) {
    g_autoptr (LmDataset) ds = numbers ();
    LmLoaderConfig config = usual (ds);
    g_autoptr (LmLoader) loader = NULL;
    g_autoptr (GError) error = NULL;
    const LmBatch *batch;
    pthread_t thread;

    config.prefetch = prefetch;
    loader = lm_loader_new (&config, NULL);
    g_assert_cmpint (pthread_create (&thread, NULL, cancel_thread, loader), ==, 0);
    while ((batch = lm_loader_next (loader, &error)) != NULL)
      lm_loader_release (loader, batch);
    g_assert_error (error, LM_ERROR, LM_ERROR_CANCELLED);
    pthread_join (thread, NULL);
    g_assert_null (lm_loader_next (loader, NULL));
  }
}

/* A loader goes away at any moment: nothing taken yet, one taken, all buffers full. */
static void
test_goes_away (void)
{
  g_autoptr (LmDataset) ds = numbers ();

  for (int k = 0; k < 60; k++) {
    LmLoaderConfig config = usual (ds);
    g_autoptr (LmLoader) loader = NULL;

    config.prefetch = k % 4;
    loader = lm_loader_new (&config, NULL);
    for (int taken = 0; taken < k % 3; taken++)
      g_assert_nonnull (lm_loader_next (loader, NULL));
    if (k % 5 == 0)
      usleep (1000);
  }
}

/* Two batches may be held at a time: the one that is computed with and the one before. */
static void
test_two_held (void)
{
  g_autoptr (LmDataset) ds = numbers ();

  for (int prefetch = 0; prefetch < 2; prefetch++) {
    LmLoaderConfig config = usual (ds);
    g_autoptr (LmLoader) loader = NULL;
    const LmBatch *before;

    config.prefetch = prefetch;
    loader = lm_loader_new (&config, NULL);
    before = lm_loader_next (loader, NULL);
    for (int k = 0; k < 40; k++) {
      const LmBatch *batch = lm_loader_next (loader, NULL);

      g_assert_true (batch != before);
      g_assert_cmpfloat (*(const float *) before->data[0], ==, (float) before->index[0]);
      lm_loader_release (loader, before);
      before = batch;
    }
  }
}

static void
test_no_malloc (void)
{
#ifdef COUNTS_MALLOC
  g_autoptr (LmDataset) ds = lm_data_open ("builtin:digits?train=300", NULL, NULL);
  g_autoptr (LmPipeline) pipeline = lm_pipeline_new ();
  int before;

  g_assert_true (lm_pipeline_add_text (pipeline, "standardize", NULL));
  g_assert_true (lm_pipeline_fit (pipeline, ds, NULL, NULL, NULL)); /* every digit is drawn now */
  for (int prefetch = 0; prefetch < 4; prefetch++) {
    LmLoaderConfig config = digits_config (ds, pipeline);
    g_autoptr (LmLoader) loader = NULL;

    config.prefetch = prefetch;
    loader = lm_loader_new (&config, NULL);
    lm_loader_release (loader, lm_loader_next (loader, NULL));
    before = atomic_load (&n_allocations);
    for (int k = 0; k < 100; k++)
      lm_loader_release (loader, lm_loader_next (loader, NULL));
    g_assert_cmpint (atomic_load (&n_allocations), ==, before);
  }
#else
  g_test_skip ("the allocator is not ours to count");
#endif
}

static void
test_memory (void)
{
  g_autoptr (LmDataset) ds = numbers ();
  LmLoaderConfig config = usual (ds);
  guint64 none = lm_loader_memory (&config);

  config.prefetch = 3;
  g_assert_cmpuint (none, >=, 2 * 10 * (8 + 4) + 103 * 4);
  g_assert_cmpuint (lm_loader_memory (&config), >, none);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loader/every-sample-once", test_every_sample_once);
  g_test_add_func ("/loader/file-order", test_file_order);
  g_test_add_func ("/loader/prefetch-changes-nothing", test_prefetch_changes_nothing);
  g_test_add_func ("/loader/resume", test_resume);
  g_test_add_func ("/loader/one-hot", test_one_hot);
  g_test_add_func ("/loader/label-out-of-range", test_label_out_of_range);
  g_test_add_func ("/loader/config-errors", test_config_errors);
  g_test_add_func ("/loader/cancel", test_cancel);
  g_test_add_func ("/loader/goes-away", test_goes_away);
  g_test_add_func ("/loader/two-held", test_two_held);
  g_test_add_func ("/loader/no-malloc", test_no_malloc);
  g_test_add_func ("/loader/memory", test_memory);
  return g_test_run ();
}
