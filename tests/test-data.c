/* test-data.c: data sets, views, SPECs, splits, the digits, the report
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-data-report.h"
#include "lm-dataset.h"
#include "lm-rng.h"
#include "lm-source.h"
#include "lm-split.h"

#include "data-files.h"

#include <math.h>
#include <pthread.h>

/* 20 training, 5 validation and 4 test samples of two numbers each, and their class. Sample i of part p is {100 p + i, −i}. */
static LmDataset *
small_set (void)
{
  static const gint64 sizes[LM_N_PARTS] = { 20, 5, 4 };
  LmColumn columns[2] = {
    { .name = (char *) "x", .role = LM_ROLE_INPUT },
    { .name = (char *) "y", .role = LM_ROLE_TARGET, .n_classes = 3 },
  };
  LmTensor *tensors[LM_N_PARTS * 2];
  LmDataset *out;

  for (int part = 0; part < LM_N_PARTS; part++) {
    LmTensor *x = lm_tensor_new (LM_F32, &LM_SHAPE (sizes[part], 2), NULL);
    LmTensor *y = lm_tensor_new (LM_U8, &LM_SHAPE (sizes[part]), NULL);

    for (int i = 0; i < sizes[part]; i++) {
      lm_tensor_f32 (x)[2 * i] = (float) (100 * part + i);
      lm_tensor_f32 (x)[2 * i + 1] = (float) -i;
      ((guint8 *) y->data)[i] = (guint8) (i % 3);
    }
    tensors[2 * part] = x;
    tensors[2 * part + 1] = y;
  }
  out = lm_dataset_new_memory ("small", 2, columns, tensors);
  for (int i = 0; i < LM_N_PARTS * 2; i++)
    lm_tensor_unref (tensors[i]);
  return out;
}

static float
first_value (const LmDataset *ds,
             LmPart part,
             guint32 i)
{
  float x[2];

  g_assert_true (lm_dataset_read_f32 (ds, part, &i, 1, 0, x, NULL));
  return x[0];
}

static void
test_reads_by_index (void)
{
  g_autoptr (LmDataset) ds = small_set ();
  guint32 index[] = { 3, 0, 3, 19 };
  float x[8];
  gint32 y[4];
  float yf[5];

  g_assert_true (lm_dataset_read_f32 (ds, LM_PART_TRAIN, index, 4, 0, x, NULL));
  g_assert_cmpfloat (x[0], ==, 3);
  g_assert_cmpfloat (x[3], ==, 0);
  g_assert_cmpfloat (x[4], ==, 3);
  g_assert_cmpfloat (x[7], ==, -19);
  g_assert_true (lm_dataset_read_i32 (ds, LM_PART_TRAIN, index, 4, 1, y, NULL));
  g_assert_cmpint (y[3], ==, 1);
  g_assert_true (lm_dataset_read_f32 (ds, LM_PART_VALIDATION, NULL, 5, 1, yf, NULL));
  g_assert_cmpfloat (yf[4], ==, 1);
}

static void
test_whole_numbers_only (void)
{
  g_autoptr (LmDataset) ds = NULL;
  g_autoptr (LmTensor) x = lm_tensor_new_copy (LM_F32, &LM_SHAPE (3), (float[]){ 1, 0.5F, 2 });
  LmColumn column = { .name = (char *) "price", .role = LM_ROLE_TARGET };
  LmTensor *tensors[LM_N_PARTS] = { x, NULL, NULL };
  g_autoptr (GError) error = NULL;
  gint32 out[3];

  ds = lm_dataset_new_memory ("prices", 1, &column, tensors);
  g_assert_false (lm_dataset_read_i32 (ds, LM_PART_TRAIN, NULL, 3, 0, out, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_DATA);
  assert_told (error, "0.5");
}

/* Samples of bytes that are larger than the stack buffer, and smaller ones, give the same numbers. */
static void
test_bytes_become_floats (void)
{
  for (gint64 size = 5; size < 50000; size += 49000) {
    g_autoptr (LmTensor) x = lm_tensor_new (LM_U8, &LM_SHAPE (300, size), NULL);
    LmColumn column = { .name = (char *) "x", .role = LM_ROLE_INPUT };
    LmTensor *tensors[LM_N_PARTS] = { x, NULL, NULL };
    g_autoptr (LmDataset) ds = NULL;
    g_autofree float *out = g_new (float, 300 * size);

    for (gint64 i = 0; i < 300 * size; i++)
      ((guint8 *) x->data)[i] = (guint8) (i * 7 % 251);
    ds = lm_dataset_new_memory ("bytes", 1, &column, tensors);
    g_assert_true (lm_dataset_read_f32 (ds, LM_PART_TRAIN, NULL, 300, 0, out, NULL));
    for (gint64 i = 0; i < 300 * size; i++) {
      if (out[i] < (float) (i * 7 % 251) || out[i] > (float) (i * 7 % 251))
        g_error ("element %lld is %g", (long long) i, (double) out[i]);
    }
  }
}

static void
test_finds_columns (void)
{
  g_autoptr (LmDataset) ds = small_set ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (lm_dataset_find_input (ds, "anything", TRUE, &LM_SHAPE (LM_BATCH, 2), NULL), ==, 0);
  g_assert_cmpint (lm_dataset_find_input (ds, "x", FALSE, &LM_SHAPE (LM_BATCH, 1, 2), NULL), ==, 0);
  g_assert_cmpint (lm_dataset_find_target (ds, "dense", TRUE, NULL), ==, 1);
  g_assert_cmpint (lm_dataset_find_input (ds, "other", FALSE, &LM_SHAPE (LM_BATCH, 2), &error), ==, -1);
  assert_told (error, "“other”");
  g_clear_error (&error);
  g_assert_cmpint (lm_dataset_find_input (ds, "x", TRUE, &LM_SHAPE (LM_BATCH, 3, 5), &error), ==, -1);
  g_assert_error (error, LM_ERROR, LM_ERROR_DATA);
  assert_told (error, "3×5");
  assert_told (error, "2");
}

static void
test_counts_classes (void)
{
  g_autoptr (LmDataset) ds = small_set ();
  gint64 counts[3];

  g_assert_true (lm_dataset_class_counts (ds, LM_PART_TRAIN, 1, counts, NULL));
  g_assert_cmpint (counts[0], ==, 7);
  g_assert_cmpint (counts[1], ==, 7);
  g_assert_cmpint (counts[2], ==, 6);
}

static void
test_split_leaks_nothing (void)
{
  g_autoptr (LmDataset) ds = small_set ();
  g_autoptr (LmDataset) a = lm_dataset_split_validation (ds, 0.25, 7, FALSE, NULL);
  g_autoptr (LmDataset) b = lm_dataset_split_validation (ds, 0.25, 7, FALSE, NULL);
  g_autoptr (LmDataset) c = lm_dataset_split_validation (ds, 0.25, 8, FALSE, NULL);
  gboolean seen[20] = { FALSE };
  gboolean differs = FALSE;

  g_assert_cmpuint (lm_dataset_n (a, LM_PART_TRAIN), ==, 15);
  g_assert_cmpuint (lm_dataset_n (a, LM_PART_VALIDATION), ==, 5);
  g_assert_cmpuint (lm_dataset_n (a, LM_PART_TEST), ==, 4);
  g_assert_cmpstr (a->fingerprint, ==, ds->fingerprint);
  for (int part = 0; part < 2; part++) {
    float before = -1;

    for (guint32 i = 0; i < lm_dataset_n (a, (LmPart) part); i++) {
      float value = first_value (a, (LmPart) part, i);

      g_assert_cmpfloat (value, >, before); /* file order */
      g_assert_cmpfloat (value, <, 20);     /* training samples only */
      g_assert_false (seen[(int) value]);
      seen[(int) value] = TRUE;
      before = value;
      g_assert_cmpfloat (value, ==, first_value (b, (LmPart) part, i));
      if (value < first_value (c, (LmPart) part, i) || value > first_value (c, (LmPart) part, i))
        differs = TRUE;
    }
  }
  g_assert_true (differs);
  g_assert_cmpfloat (first_value (a, LM_PART_TEST, 2), ==, 202);
}

static void
test_joined_split (void)
{
  g_autoptr (LmDataset) ds = small_set ();
  g_autoptr (LmDataset) a = lm_dataset_split_validation (ds, 0.4, 1, TRUE, NULL);
  guint32 index[15];
  float x[30];

  g_assert_cmpuint (lm_dataset_n (a, LM_PART_TRAIN), ==, 15);
  g_assert_cmpuint (lm_dataset_n (a, LM_PART_VALIDATION), ==, 10);
  for (guint32 i = 0; i < 15; i++)
    index[i] = 14 - i;
  g_assert_true (lm_dataset_read_f32 (a, LM_PART_TRAIN, index, 15, 0, x, NULL));
  for (int i = 0; i + 1 < 15; i++)
    g_assert_cmpfloat (x[2 * i], >, x[2 * i + 2]);
  for (int i = 0; i < 15; i++)
    g_assert_cmpfloat (x[2 * i + 1], ==, x[2 * i] >= 100 ? 100 - x[2 * i] : -x[2 * i]);
}

/* A view of a view reads what it should. */
static void
test_view_of_view (void)
{
  g_autoptr (LmDataset) ds = small_set ();
  g_autoptr (LmDataset) a = lm_dataset_new_view (ds, (guint32[]){ 21, 3, 9 }, 3, (guint32[]){ 24 }, 1);
  g_autoptr (LmDataset) b = lm_dataset_new_view (a, (guint32[]){ 3, 1 }, 2, NULL, 0);

  g_assert_cmpfloat (first_value (a, LM_PART_TRAIN, 0), ==, 101);
  g_assert_cmpfloat (first_value (b, LM_PART_TRAIN, 0), ==, 104);
  g_assert_cmpfloat (first_value (b, LM_PART_TRAIN, 1), ==, 3);
  g_assert_false (lm_dataset_has (b, LM_PART_VALIDATION));
}

static void
test_split_errors (void)
{
  g_autoptr (LmDataset) ds = small_set ();
  g_autoptr (GError) error = NULL;

  g_assert_null (lm_dataset_split_validation (ds, 1, 0, FALSE, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_OPTION);
  g_clear_error (&error);
  g_assert_null (lm_dataset_split_validation (ds, NAN, 0, FALSE, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_OPTION);
  g_clear_error (&error);
  g_assert_null (lm_split_holdout (1, 0.5, 0, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_DATA);
  g_clear_error (&error);
  g_assert_null (lm_split_kfold (3, 4, 0, 0, 0, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_OPTION);
}

/* Every class keeps its share to within one sample. */
static void
test_stratified (void)
{
  gint32 labels[200];
  gsize sizes[4] = { 0 };

  for (int i = 0; i < 200; i++) {
    labels[i] = i < 100 ? 0 : i < 160 ? 1
                            : i < 199 ? 2
                                      : 3;
    sizes[labels[i]]++;
  }
  for (int percent = 5; percent < 60; percent += 9) {
    double fraction = percent / 100.0;
    g_autoptr (LmSplit) split = lm_split_stratified (labels, 200, 4, fraction, 3, NULL);
    gsize held[4] = { 0 };

    g_assert_cmpuint (split->n_train + split->n_held, ==, 200);
    g_assert_cmpuint (split->n_held, ==, (gsize) (fraction * 200 + 0.5));
    for (gsize i = 0; i < split->n_held; i++)
      held[labels[split->held[i]]]++;
    for (int c = 0; c < 4; c++) {
      g_assert_cmpfloat ((double) held[c], >, fraction * (double) sizes[c] - 1);
      g_assert_cmpfloat ((double) held[c], <, fraction * (double) sizes[c] + 1);
      g_assert_cmpuint (held[c], <, sizes[c]);
    }
  }
}

static void
test_folds_cover_all (void)
{
  for (int round = 0; round < 2; round++) {
    int seen[23] = { 0 };

    for (int fold = 0; fold < 4; fold++) {
      g_autoptr (LmSplit) split = lm_split_kfold (23, 4, fold, round, 5, NULL);

      g_assert_cmpuint (split->n_held, ==, fold < 3 ? 6 : 5);
      g_assert_cmpuint (split->n_train + split->n_held, ==, 23);
      for (gsize i = 0; i < split->n_held; i++)
        seen[split->held[i]]++;
    }
    for (int i = 0; i < 23; i++)
      g_assert_cmpint (seen[i], ==, 1);
  }
}

static void
test_digits_sizes (void)
{
  g_autoptr (LmDataset) ds = lm_data_open ("builtin:digits", NULL, NULL);
  gint64 counts[10];

  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TRAIN), ==, 10000);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_VALIDATION), ==, 2000);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TEST), ==, 2000);
  g_assert_cmpint (ds->columns[0].dtype, ==, LM_U8);
  g_assert_true (lm_shape_equal (&ds->columns[0].sample, &LM_SHAPE (28, 28, 1)));
  g_assert_cmpint (ds->columns[1].n_classes, ==, 10);
  g_assert_nonnull (strstr (ds->description, "28×28"));
  g_assert_true (lm_dataset_class_counts (ds, LM_PART_TRAIN, 1, counts, NULL));
  for (int k = 0; k < 10; k++) {
    g_assert_cmpint (counts[k], >, 1000 - 5 * 30); /* five standard deviations of a binomial count */
    g_assert_cmpint (counts[k], <, 1000 + 5 * 30);
  }
}

static void
test_digits_options (void)
{
  g_autoptr (LmDataset) ds = lm_data_open ("builtin:digits?train=50&validation=0&test=7&seed=3", NULL, NULL);
  g_autoptr (LmDataset) other = lm_data_open ("builtin:digits?train=50&validation=5&test=7&seed=4", NULL, NULL);
  g_autoptr (LmDataset) same = lm_data_open ("builtin:digits?seed=3&test=7&validation=0&train=50", NULL, NULL);
  guint8 a[784], b[784], c[784];
  guint32 i = 6;

  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TRAIN), ==, 45); /* a tenth becomes validation */
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_VALIDATION), ==, 5);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TEST), ==, 7);
  g_assert_cmpstr (ds->fingerprint, !=, other->fingerprint);
  g_assert_cmpstr (ds->fingerprint, ==, same->fingerprint);
  g_assert_cmpstr (ds->spec, ==, "builtin:digits?train=50&validation=0&test=7&seed=3");
  g_assert_cmpstr (same->spec, ==, ds->spec);
  g_assert_true (lm_dataset_read (ds, LM_PART_TEST, &i, 1, 0, a, NULL));
  g_assert_true (lm_dataset_read (other, LM_PART_TEST, &i, 1, 0, b, NULL));
  g_assert_true (lm_dataset_read (same, LM_PART_TEST, &i, 1, 0, c, NULL));
  g_assert_cmpmem (a, 784, c, 784);
  g_assert_true (memcmp (a, b, 784) != 0);
}

/* Sample i is the same alone, in a batch, again, and in a smaller set. */
static void
test_digits_by_index (void)
{
  g_autoptr (LmDataset) ds = lm_data_open ("builtin:digits", NULL, NULL);
  g_autoptr (LmDataset) small = lm_data_open ("builtin:digits?train=20", NULL, NULL);
  g_autofree guint8 *all = g_malloc (20 * 784);
  guint8 one[784];

  g_assert_true (lm_dataset_read (ds, LM_PART_TRAIN, NULL, 20, 0, all, NULL));
  for (guint32 i = 20; i-- > 0;) {
    g_assert_true (lm_dataset_read (small, LM_PART_TRAIN, &i, 1, 0, one, NULL));
    g_assert_cmpmem (one, 784, all + i * 784, 784);
  }
}

/* There is ink, there is paper, and no digit is cut off by much. */
static void
test_digits_fill_the_picture (void)
{
  g_autoptr (LmDataset) ds = lm_data_open ("builtin:digits?train=500", NULL, NULL);
  g_autofree guint8 *all = g_malloc (500 * 784);
  int cut = 0;

  g_assert_true (lm_dataset_read (ds, LM_PART_TRAIN, NULL, 500, 0, all, NULL));
  for (int i = 0; i < 500; i++) {
    const guint8 *p = all + i * 784;
    int ink = 0;
    int border = 0;

    for (int k = 0; k < 784; k++) {
      gboolean is_border = k < 28 || k >= 756 || k % 28 == 0 || k % 28 == 27;

      ink += p[k] > 100;
      border += is_border && p[k] > 100;
    }
    g_assert_cmpint (ink, >, 15);
    g_assert_cmpint (ink, <, 350);
    cut += border > 3;
  }
  g_assert_cmpint (cut, <, 25);
}

typedef struct {
  LmDataset *ds;
  guint8 *out;
} Reader;

static void *
read_thread (void *data)
{
  Reader *reader = data;

  g_assert_true (lm_dataset_read (reader->ds, LM_PART_TRAIN, NULL, 300, 0, reader->out, NULL));
  return NULL;
}

static void
test_digits_from_threads (void)
{
  g_autoptr (LmDataset) ds = lm_data_open ("builtin:digits?train=300", NULL, NULL);
  Reader readers[3];
  pthread_t threads[3];

  for (int t = 0; t < 3; t++) {
    readers[t] = (Reader){ ds, g_malloc (300 * 784) };
    g_assert_cmpint (pthread_create (&threads[t], NULL, read_thread, &readers[t]), ==, 0);
  }
  for (int t = 0; t < 3; t++)
    pthread_join (threads[t], NULL);
  for (int t = 0; t < 3; t++) {
    g_assert_cmpmem (readers[t].out, 300 * 784, readers[0].out, 300 * 784);
    if (t > 0)
      g_free (readers[t].out);
  }
  g_free (readers[0].out);
}

static void
test_spec_takes_apart (void)
{
  g_autoptr (LmSpec) spec = lm_spec_parse ("images:some/di\\?r\\\\ é?size=18x20&keep=%63rop&", NULL);
  g_autofree char *text = NULL;
  gint64 size[LM_MAX_LIST];

  g_assert_nonnull (spec);
  g_assert_cmpstr (spec->path, ==, "some/di?r\\ é");
  g_assert_cmpint (lm_option_get_ints (spec->options, lm_option_set_index (spec->options, "size"), size), ==, 2);
  g_assert_cmpint (size[0], ==, 18);
  g_assert_cmpint (size[1], ==, 20);
  g_assert_cmpstr (lm_option_get_text (spec->options, lm_option_set_index (spec->options, "keep")), ==, "crop");
  text = lm_spec_format (spec);
  g_assert_cmpstr (text, ==, "images:some/di\\?r\\\\ é?size=18x20&keep=crop");
}

static void
test_spec_errors (void)
{
  static const struct {
    const char *text;
    LmError code;
    const char *named;
  } cases[] = {
    { "digits", LM_ERROR_USAGE, "digits" },
    { "", LM_ERROR_USAGE, "KIND:PATH" },
    { "builtin:", LM_ERROR_USAGE, "digits" },
    { "builtin:digit", LM_ERROR_USAGE, "digits" },
    { "digits:x", LM_ERROR_USAGE, "npz" },
    { "nps:file", LM_ERROR_USAGE, "npz" },
    { "npz:", LM_ERROR_USAGE, "npz:PATH" },
    { "npz:?x=1", LM_ERROR_USAGE, "npz:PATH" },
    { "builtin:digits?trian=1", LM_ERROR_OPTION, "trian" },
    { "builtin:digits?train", LM_ERROR_OPTION, "train=VALUE" },
    { "builtin:digits?train=0", LM_ERROR_OPTION, "train" },
    { "builtin:digits?train=many", LM_ERROR_OPTION, "many" },
    { "builtin:digits?train=1e99", LM_ERROR_OPTION, "train" },
    { "builtin:digits?train=%zz", LM_ERROR_OPTION, "%zz" },
    { "npz:a?train=1", LM_ERROR_OPTION, "train" },
    { "images:a?keep=cut", LM_ERROR_OPTION, "cut" },
    { "images:a?size=0x5", LM_ERROR_OPTION, "size" },
    { "images:a?size=1x2x3", LM_ERROR_OPTION, "size" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    LmSpec *spec = lm_spec_parse (cases[i].text, &error);

    if (spec != NULL)
      g_error ("“%s” was accepted", cases[i].text);
    if (!g_error_matches (error, LM_ERROR, cases[i].code))
      g_error ("“%s”: %s", cases[i].text, error->message);
    assert_told (error, cases[i].named);
  }
}

/* Whatever is typed, the parser answers; what it accepts, it writes so that it means the same. */
static void
test_spec_survives_damage (void)
{
  static const char *const good[] = {
    "builtin:digits?train=50&validation=1&test=7&seed=3",
    "images:a/b?size=18x20&colour=rgb&keep=fit&cache=12",
    "npz:/some/where.npz",
  };
  int accepted = 0;

  for (guint64 round = 0; round < 6000; round++) {
    const char *start = good[round % G_N_ELEMENTS (good)];
    g_autoptr (GByteArray) bytes = damage ((const guint8 *) start, strlen (start), round);
    g_autofree char *text = g_strndup ((const char *) bytes->data, bytes->len);
    g_autoptr (GError) error = NULL;
    g_autoptr (LmSpec) spec = lm_spec_parse (text, &error);
    g_autofree char *again = NULL;
    g_autofree char *third = NULL;
    g_autoptr (LmSpec) twin = NULL;

    if (spec == NULL) {
      assert_told (error, NULL);
      continue;
    }
    accepted++;
    again = lm_spec_format (spec);
    twin = lm_spec_parse (again, &error);
    g_assert_no_error (error);
    g_assert_true (twin->source == spec->source);
    g_assert_cmpstr (twin->path, ==, spec->path);
    third = lm_spec_format (twin);
    g_assert_cmpstr (third, ==, again);
  }
  g_assert_cmpint (accepted, >, 100);
}

static void
test_spec_paths (void)
{
  g_autoptr (LmSpec) spec = lm_spec_parse ("idx:../data/mnist", NULL);
  g_autofree char *full = lm_spec_resolve (spec, "/home/x/projects");
  g_autofree char *again = NULL;

  g_assert_cmpstr (full, ==, "/home/x/data/mnist");
  lm_spec_make_relative (spec, "/home/x/projects", "/home/x");
  g_assert_cmpstr (spec->path, ==, "data/mnist");
  again = lm_spec_resolve (spec, "/home/x");
  g_assert_cmpstr (again, ==, full);
  lm_spec_make_relative (spec, "/home/x", "/home/x/data/mni");
  g_assert_cmpstr (spec->path, ==, "/home/x/data/mnist");
  lm_spec_make_relative (spec, "/elsewhere", "/home/x/data/mnist");
  g_assert_cmpstr (spec->path, ==, ".");
}

static void
test_nothing_there (void)
{
  LmOpenArgs args = LM_OPEN_ARGS_DEFAULT;
  g_autoptr (GError) error = NULL;

  args.base_dir = "/nowhere";
  g_assert_null (lm_data_open ("npz:no.npz", &args, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
  assert_told (error, "/nowhere/no.npz");
}

static void
test_validation_split (void)
{
  LmOpenArgs args = LM_OPEN_ARGS_DEFAULT;
  g_autoptr (LmDataset) none = NULL;
  g_autoptr (LmDataset) half = NULL;
  g_autoptr (LmDataset) own = NULL;

  args.validation_split = 0;
  none = lm_data_open ("builtin:digits?train=50&validation=0", &args, NULL);
  g_assert_cmpuint (lm_dataset_n (none, LM_PART_VALIDATION), ==, 0);
  args.validation_split = 0.5;
  half = lm_data_open ("builtin:digits?train=50&validation=0", &args, NULL);
  g_assert_cmpuint (lm_dataset_n (half, LM_PART_VALIDATION), ==, 25);
  own = lm_data_open ("builtin:digits?train=50&validation=10", &args, NULL);
  g_assert_cmpuint (lm_dataset_n (own, LM_PART_VALIDATION), ==, 10);
  g_assert_cmpuint (lm_dataset_n (own, LM_PART_TRAIN), ==, 50);
}

static const LmDataCheck *
find_check (const LmDataReport *report,
            const char *id)
{
  for (int i = 0; i < report->n_checks; i++) {
    if (strcmp (report->checks[i].id, id) == 0)
      return &report->checks[i];
  }
  return NULL;
}

static void
test_report_of_good_data (void)
{
  g_autoptr (LmDataset) ds = lm_data_open ("builtin:digits?train=400&validation=50&test=50", NULL, NULL);
  g_autoptr (LmDataReport) report = lm_data_report_new (ds, NULL, NULL, NULL);

  for (int i = 0; i < report->n_checks; i++)
    g_assert_cmpint (report->checks[i].level, ==, LM_CHECK_OK);
  g_assert_nonnull (find_check (report, "duplicates"));
  g_assert_nonnull (find_check (report, "balance"));
}

static void
test_report_of_bad_data (void)
{
  LmColumn columns[2] = {
    { .name = (char *) "x", .role = LM_ROLE_INPUT },
    { .name = (char *) "y", .role = LM_ROLE_TARGET, .n_classes = 3 },
  };
  float train_x[] = { 1, 5, 2, 5, NAN, 5, 4, 5 };
  float val_x[] = { 9, 5, 2, 5 };
  guint8 train_y[] = { 0, 0, 1, 0 };
  guint8 val_y[] = { 0, 2 };
  g_autoptr (LmTensor) a = lm_tensor_new_copy (LM_F32, &LM_SHAPE (4, 2), train_x);
  g_autoptr (LmTensor) b = lm_tensor_new_copy (LM_U8, &LM_SHAPE (4), train_y);
  g_autoptr (LmTensor) c = lm_tensor_new_copy (LM_F32, &LM_SHAPE (2, 2), val_x);
  g_autoptr (LmTensor) d = lm_tensor_new_copy (LM_U8, &LM_SHAPE (2), val_y);
  LmTensor *tensors[LM_N_PARTS * 2] = { a, b, c, d, NULL, NULL };
  g_autoptr (LmDataset) ds = lm_dataset_new_memory ("bad", 2, columns, tensors);
  g_autoptr (LmDataReport) report = lm_data_report_new (ds, NULL, NULL, NULL);
  const LmDataCheck *check;

  check = find_check (report, "duplicates");
  g_assert_cmpint (check->level, ==, LM_CHECK_WARNING);
  g_assert_cmpint (check->part, ==, LM_PART_VALIDATION);
  g_assert_cmpuint (check->n_samples, ==, 1);
  g_assert_cmpuint (check->samples[0], ==, 1);
  check = find_check (report, "finite");
  g_assert_cmpint (check->level, ==, LM_CHECK_WARNING);
  g_assert_cmpuint (check->samples[0], ==, 2);
  check = find_check (report, "constant");
  g_assert_cmpint (check->level, ==, LM_CHECK_NOTE);
  check = find_check (report, "labels");
  g_assert_cmpint (check->level, ==, LM_CHECK_WARNING);
  g_assert_nonnull (strstr (check->title, "2"));
}

static gboolean
refuse (void *data,
        const char *what,
        double share)
{
  return FALSE;
}

static void
test_report_stops (void)
{
  g_autoptr (LmDataset) ds = small_set ();
  g_autoptr (GError) error = NULL;

  g_assert_null (lm_data_report_new (ds, refuse, NULL, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_CANCELLED);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/set/reads-by-index", test_reads_by_index);
  g_test_add_func ("/data/set/class-numbers-are-whole", test_whole_numbers_only);
  g_test_add_func ("/data/set/bytes-become-floats", test_bytes_become_floats);
  g_test_add_func ("/data/set/finds-columns", test_finds_columns);
  g_test_add_func ("/data/set/counts-classes", test_counts_classes);
  g_test_add_func ("/data/view/split-leaks-nothing", test_split_leaks_nothing);
  g_test_add_func ("/data/view/split-joins", test_joined_split);
  g_test_add_func ("/data/view/view-of-view", test_view_of_view);
  g_test_add_func ("/data/split/errors", test_split_errors);
  g_test_add_func ("/data/split/stratified-keeps-shares", test_stratified);
  g_test_add_func ("/data/split/folds-cover-all", test_folds_cover_all);
  g_test_add_func ("/data/digits/sizes", test_digits_sizes);
  g_test_add_func ("/data/digits/options", test_digits_options);
  g_test_add_func ("/data/digits/same-by-index", test_digits_by_index);
  g_test_add_func ("/data/digits/fill-the-picture", test_digits_fill_the_picture);
  g_test_add_func ("/data/digits/same-from-threads", test_digits_from_threads);
  g_test_add_func ("/data/spec/takes-apart", test_spec_takes_apart);
  g_test_add_func ("/data/spec/errors", test_spec_errors);
  g_test_add_func ("/data/spec/survives-damage", test_spec_survives_damage);
  g_test_add_func ("/data/spec/paths", test_spec_paths);
  g_test_add_func ("/data/open/nothing-there", test_nothing_there);
  g_test_add_func ("/data/open/validation-split", test_validation_split);
  g_test_add_func ("/data/report/good", test_report_of_good_data);
  g_test_add_func ("/data/report/bad", test_report_of_bad_data);
  g_test_add_func ("/data/report/stops", test_report_stops);
  return g_test_run ();
}
