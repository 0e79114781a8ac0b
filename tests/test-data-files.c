/* test-data-files.c: NumPy, IDX and archives, as they should be and as they should not
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-archive.h"
#include "lm-npy.h"
#include "lm-source.h"

#include "data-files.h"

#include <math.h>

/* numpy.save of array ([[-3, -2, -1], [0, 1, 2]], ">i2", order="F"), byte for byte as NumPy 2.4 writes it. */
static const char npy_be_i16_fortran[] =
  "\x93\x4e\x55\x4d\x50\x59\x01\x00\x76\x00\x7b\x27\x64\x65\x73\x63\x72\x27\x3a\x20\x27\x3e\x69\x32"
  "\x27\x2c\x20\x27\x66\x6f\x72\x74\x72\x61\x6e\x5f\x6f\x72\x64\x65\x72\x27\x3a\x20\x54\x72\x75\x65"
  "\x2c\x20\x27\x73\x68\x61\x70\x65\x27\x3a\x20\x28\x32\x2c\x20\x33\x29\x2c\x20\x7d\x20\x20\x20\x20"
  "\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20"
  "\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20"
  "\x20\x20\x20\x20\x20\x20\x20\x0a\xff\xfd\x00\x00\xff\xfe\x00\x01\xff\xff\x00\x02";

static LmTensor *
parse (int version,
       const char *header,
       const void *data,
       gsize n,
       GError **error)
{
  g_autoptr (GBytes) bytes = make_npy (version, header, data, n);

  return lm_npy_parse (bytes, "a.npy", error);
}

static void
test_npy_of_numpy (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (npy_be_i16_fortran, sizeof npy_be_i16_fortran - 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (LmTensor) t = lm_npy_parse (bytes, "a.npy", &error);

  g_assert_no_error (error);
  g_assert_cmpint (t->dtype, ==, LM_I32);
  g_assert_true (lm_shape_equal (&t->shape, &LM_SHAPE (2, 3)));
  for (int i = 0; i < 6; i++)
    g_assert_cmpint (((gint32 *) t->data)[i], ==, i - 3);
}

static void
test_npy_types (void)
{
  static const struct {
    int version;
    const char *header;
    const char *data;
    gsize n;
    LmDtype dtype;
    double first;
    double last;
  } cases[] = {
    { 2, "{'descr': '<f2', 'fortran_order': False, 'shape': (3,), }", "\x00\x38\xff\x7b\x01\x80", 6, LM_F32, 0.5, -5.9604644775390625e-08 },
    { 1, "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", "\x3f\x80\x00\x00\xc0\x20\x00\x00", 8, LM_F32, 1, -2.5 },
    { 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", "\x00\x00\x00\x00\x00\x00\xf8\x3f", 8, LM_F64, 1.5, 1.5 },
    { 1, "{'descr': '>f8', 'fortran_order': False, 'shape': (1,), }", "\x3f\xf8\x00\x00\x00\x00\x00\x00", 8, LM_F64, 1.5, 1.5 },
    { 1, "{'descr': '|b1', 'fortran_order': False, 'shape': (1, 3), }", "\x01\x00\x02", 3, LM_U8, 1, 1 },
    { 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "\x07\xff", 2, LM_U8, 7, 255 },
    { 1, "{'descr': '|i1', 'fortran_order': False, 'shape': (2,), }", "\x07\xff", 2, LM_I32, 7, -1 },
    { 1, "{'descr': '<u2', 'fortran_order': False, 'shape': (2,), }", "\x07\x00\xff\xff", 4, LM_I32, 7, 65535 },
    { 1, "{'descr': '>i4', 'fortran_order': False, 'shape': (1,), }", "\xff\xff\xff\xfe", 4, LM_I32, -2, -2 },
    { 1, "{'descr': '<u4', 'fortran_order': False, 'shape': (1,), }", "\xfe\xff\xff\xff", 4, LM_I64, 4294967294.0, 4294967294.0 },
    { 1, "{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", "\xfe\xff\xff\xff\xff\xff\xff\xff", 8, LM_I64, -2, -2 },
    { 3, "{'descr': '<u8', 'fortran_order': False, 'shape': (1,), }", "\x00\x00\x00\x00\x00\x01\x00\x00", 8, LM_I64, 1099511627776.0, 1099511627776.0 },
    { 1, "{\"shape\":(2 ,),  'fortran_order':True,'descr':'<i4'}\n", "\x01\x00\x00\x00\x02\x00\x00\x00", 8, LM_I32, 1, 2 },
    { 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (), }", "\x00\x00\xe8\x40", 4, LM_F32, 7.25, 7.25 },
    { 1, "{'descr': '<i4', 'fortran_order': False, 'shape': (1L, 1L), }", "\x05\x00\x00\x00more", 8, LM_I32, 5, 5 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (LmTensor) t = parse (cases[i].version, cases[i].header, cases[i].data, cases[i].n, &error);

    if (error != NULL)
      g_error ("%s: %s", cases[i].header, error->message);
    g_assert_cmpint (t->dtype, ==, cases[i].dtype);
    g_assert_cmpfloat (lm_tensor_get (t, 0), ==, cases[i].first);
    g_assert_cmpfloat (lm_tensor_get (t, lm_tensor_n_elements (t) - 1), ==, cases[i].last);
  }
}

static void
test_npy_errors (void)
{
  static const struct {
    const char *header;
    LmError code;
    const char *named;
  } cases[] = {
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", LM_ERROR_FORMAT, "8 of 12" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (1152921504606846976, 16), }", LM_ERROR_FORMAT, "8 bytes" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", LM_ERROR_FORMAT, "damaged" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", LM_ERROR_FORMAT, "damaged" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 28), }", LM_ERROR_DATA, "size 0" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1), }", LM_ERROR_UNSUPPORTED, "6" },
    { "{'descr': '<U4', 'fortran_order': False, 'shape': (2,), }", LM_ERROR_UNSUPPORTED, "<U4" },
    { "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", LM_ERROR_UNSUPPORTED, "|O" },
    { "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", LM_ERROR_UNSUPPORTED, "<c8" },
    { "{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", LM_ERROR_UNSUPPORTED, "<f16" },
    { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", LM_ERROR_UNSUPPORTED, "fields" },
    { "{'descr': '<f4', 'fortran_order': False, }", LM_ERROR_FORMAT, "damaged" },
    { "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,), }", LM_ERROR_FORMAT, "damaged" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)", LM_ERROR_FORMAT, "damaged" },
    { "", LM_ERROR_FORMAT, "damaged" },
    { "{'descr': '<u8', 'fortran_order': False, 'shape': (1,), }", LM_ERROR_DATA, "float64" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    LmTensor *t = parse (1, cases[i].header, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, &error);

    g_assert_null (t);
    if (!g_error_matches (error, LM_ERROR, cases[i].code))
      g_error ("%s: %s", cases[i].header, error->message);
    assert_told (error, "a.npy");
    assert_told (error, cases[i].named);
  }
}

static void
test_npy_foreign (void)
{
  g_autoptr (GBytes) text = g_bytes_new_static ("1,2,3\n4,5,6\n", 12);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) newer = g_bytes_new_static ("\x93NUMPY\x09\x00\x10\x00{}", 12);
  g_autoptr (GBytes) hostile = g_bytes_new_static ("\x93NUMPY\x02\x00\xff\xff\xff\x7f", 12);
  GBytes *all[] = { text, empty, newer, hostile };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (lm_npy_parse (all[i], "a.npy", &error));
    assert_told (error, "a.npy");
  }
}

static void
test_npy_survives_damage (void)
{
  g_autoptr (GBytes) mine = NULL;
  g_autoptr (LmTensor) t = lm_tensor_new (LM_F32, &LM_SHAPE (3, 4, 2), NULL);
  int accepted = 0;

  mine = lm_npy_format (t);
  for (guint64 round = 0; round < 20000; round++) {
    const guint8 *start = round % 2 ? (const guint8 *) npy_be_i16_fortran : g_bytes_get_data (mine, NULL);
    gsize n = round % 2 ? sizeof npy_be_i16_fortran - 1 : g_bytes_get_size (mine);
    g_autoptr (GByteArray) bad = damage (start, n, round);
    g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&bad));
    g_autoptr (GError) error = NULL;
    g_autoptr (LmTensor) out = lm_npy_parse (bytes, "a.npy", &error);

    if (out == NULL)
      assert_told (error, "a.npy");
    else
      g_assert_cmpint (lm_tensor_n_elements (out), <=, (gint64) g_bytes_get_size (bytes));
    accepted += out != NULL;
  }
  g_assert_cmpint (accepted, >, 1000);
  g_assert_cmpint (accepted, <, 19000);
}

static void
test_npy_round_trip (void)
{
  static const LmDtype dtypes[] = { LM_F32, LM_F64, LM_I32, LM_I64, LM_U8 };
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.npy", NULL);

  for (gsize d = 0; d < G_N_ELEMENTS (dtypes); d++) {
    for (int rank = 0; rank < 4; rank++) {
      LmShape shape = { .rank = rank, .dim = { 3, 5, 2 } };
      g_autoptr (LmTensor) t = lm_tensor_new (dtypes[d], &shape, NULL);
      g_autoptr (LmTensor) again = NULL;
      g_autoptr (GError) error = NULL;
      gsize start;
      g_autoptr (GBytes) bytes = NULL;

      for (gsize i = 0; i < lm_tensor_n_bytes (t); i++)
        ((guint8 *) t->data)[i] = (guint8) (i * 37 % 60);
      g_assert_true (lm_npy_save (path, t, &error));
      again = lm_npy_load (path, "a.npy", &error);
      g_assert_no_error (error);
      g_assert_cmpint (again->dtype, ==, t->dtype);
      g_assert_true (lm_shape_equal (&again->shape, &t->shape));
      g_assert_cmpmem (again->data, lm_tensor_n_bytes (again), t->data, lm_tensor_n_bytes (t));
      bytes = lm_npy_format (t);
      start = g_bytes_get_size (bytes) - lm_tensor_n_bytes (t);
      g_assert_cmpuint (start % 64, ==, 0);
    }
  }
  remove_folder (folder);
}

static void
test_npz_round_trip (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.npz", NULL);
  g_autofree char *other = g_build_filename (folder, "b.npz", NULL);
  g_autoptr (LmTensor) x = lm_tensor_new_copy (LM_F32, &LM_SHAPE (2, 2), (float[]){ 1, 2, 3, 4 });
  g_autoptr (LmTensor) y = lm_tensor_new_copy (LM_I64, &LM_SHAPE (2), (gint64[]){ 7, -7 });
  const char *names[] = { "x", "y" };
  LmTensor *tensors[] = { x, y };
  g_autoptr (GError) error = NULL;
  g_autoptr (LmNpz) npz = NULL;
  g_autoptr (GBytes) a = NULL;
  g_autoptr (GBytes) b = NULL;

  g_assert_true (lm_npz_save (path, 2, names, tensors, &error));
  g_assert_true (lm_npz_save (other, 2, names, tensors, &error));
  npz = lm_npz_load (path, "a.npz", &error);
  g_assert_no_error (error);
  g_assert_cmpint (npz->n, ==, 2);
  g_assert_cmpstr (npz->names[1], ==, "y");
  g_assert_cmpfloat (lm_tensor_get (lm_npz_find (npz, "x"), 3), ==, 4);
  g_assert_cmpfloat (lm_tensor_get (lm_npz_find (npz, "y"), 1), ==, -7);
  g_assert_null (lm_npz_find (npz, "z"));
  a = lm_file_read (path, "a", 1 << 20, NULL);
  b = lm_file_read (other, "b", 1 << 20, NULL);
  g_assert_true (g_bytes_equal (a, b));
  remove_folder (folder);
}

/* A writer that is given up leaves nothing behind; one that cannot write says so. */
static void
test_archive_writer_gives_up (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.zip", NULL);
  LmArchiveWriter *writer = lm_archive_writer_new (path, TRUE, NULL);
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (lm_archive_writer_add (writer, "a", "aaa", 3, NULL));
  lm_archive_writer_free (writer);
  dir = g_dir_open (folder, 0, NULL);
  g_assert_null (g_dir_read_name (dir));
  g_assert_null (lm_archive_writer_new ("/nowhere/a.zip", TRUE, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  assert_told (error, "/nowhere/a.zip");
  remove_folder (folder);
}

static void
test_archive_bomb (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "bomb.zip", NULL);
  g_autofree guint8 *zeros = g_malloc0 (8 << 20);
  g_autoptr (LmArchiveWriter) writer = lm_archive_writer_new (path, TRUE, NULL);
  g_autoptr (LmArchive) archive = NULL;
  g_autoptr (GError) error = NULL;
  const char *name;

  g_assert_true (lm_archive_writer_add (writer, "../out", "x", 1, NULL)); /* leads out: skipped */
  g_assert_true (lm_archive_writer_add (writer, "/in/./zeros", zeros, 8 << 20, NULL));
  g_assert_true (lm_archive_writer_close (writer, NULL));
  archive = lm_archive_open (path, "bomb.zip", &error);
  g_assert_no_error (error);
  g_assert_cmpint (lm_archive_next (archive, &name, NULL, &error), ==, 1);
  g_assert_cmpstr (name, ==, "in/zeros");
  g_assert_null (lm_archive_read (archive, 1 << 20, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_LIMIT);
  assert_told (error, "8388608");
  remove_folder (folder);
}

/* A small MNIST: 30 training and 10 test pictures of 4×3. */
static void
put_small_mnist (const char *folder,
                 const char *const names[4])
{
  put_idx (folder, names[0], 3, (guint32[]){ 30, 4, 3 }, 360);
  put_idx (folder, names[1], 1, (guint32[]){ 30 }, 30);
  put_idx (folder, names[2], 3, (guint32[]){ 10, 4, 3 }, 120);
  put_idx (folder, names[3], 1, (guint32[]){ 10 }, 10);
}

static const char *const usual_names[] = { "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte" };
static const char *const other_names[] = { "train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte" };

static LmDataset *
open_at (const char *kind,
         const char *folder,
         const char *name,
         GError **error)
{
  LmOpenArgs args = LM_OPEN_ARGS_DEFAULT;
  g_autofree char *spec = g_strdup_printf ("%s:%s", kind, name);

  args.base_dir = folder;
  return lm_data_open (spec, &args, error);
}

static void
assert_small_mnist (const LmDataset *ds)
{
  guint8 pixels[12];
  guint32 i = 9;

  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TRAIN), ==, 27);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_VALIDATION), ==, 3);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TEST), ==, 10);
  g_assert_true (lm_shape_equal (&ds->columns[0].sample, &LM_SHAPE (4, 3, 1)));
  g_assert_cmpint (ds->columns[1].n_classes, ==, 30);
  g_assert_true (ds->columns[0].is_picture);
  g_assert_true (lm_dataset_read (ds, LM_PART_TEST, &i, 1, 0, pixels, NULL));
  g_assert_cmpint (pixels[11], ==, 119);
}

static void
test_idx_folder (void)
{
  for (int k = 0; k < 2; k++) {
    g_autofree char *folder = make_folder ();
    g_autoptr (GError) error = NULL;
    g_autoptr (LmDataset) ds = NULL;
    g_autofree char *guess = NULL;
    g_autofree char *expected = g_strdup_printf ("idx:%s", folder);

    put_small_mnist (folder, k ? other_names : usual_names);
    put_file (folder, "README.md", "x", 1);
    ds = open_at ("idx", folder, ".", &error);
    g_assert_no_error (error);
    assert_small_mnist (ds);
    guess = lm_spec_guess (folder, NULL);
    g_assert_cmpstr (guess, ==, expected);
    remove_folder (folder);
  }
}

/* The same files in a zip. */
static void
test_idx_archive (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "mnist.zip", NULL);
  g_autoptr (LmArchiveWriter) writer = lm_archive_writer_new (path, TRUE, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDataset) ds = NULL;

  put_small_mnist (folder, usual_names);
  for (int i = 0; i < 4; i++) {
    g_autofree char *file = g_build_filename (folder, usual_names[i], NULL);
    g_autofree char *name = g_strdup_printf ("MNIST/raw/%s", usual_names[i]);
    g_autoptr (GBytes) bytes = lm_file_read (file, name, 1 << 20, NULL);

    g_assert_true (lm_archive_writer_add (writer, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL));
  }
  g_assert_true (lm_archive_writer_close (writer, NULL));
  ds = open_at ("idx", folder, "mnist.zip", &error);
  g_assert_no_error (error);
  assert_small_mnist (ds);
  remove_folder (folder);
}

/* Signed, wide and floating-point numbers, big-endian. */
static void
test_idx_types (void)
{
  static const struct {
    guint8 type;
    const char *bytes;
    gsize n;
    float first;
    float second;
  } cases[] = {
    { 0x08, "\x02\xff", 2, 2, 255 },
    { 0x09, "\x02\xff", 2, 2, -1 },
    { 0x0B, "\x01\x02\xff\xfe", 4, 258, -2 },
    { 0x0C, "\x00\x01\x00\x00\xff\xff\xff\xfd", 8, 65536, -3 },
    { 0x0D, "\x3f\x80\x00\x00\xc0\x20\x00\x00", 8, 1, -2.5F },
    { 0x0E, "\x3f\xf8\x00\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x00", 16, 1.5F, -2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *folder = make_folder ();
    g_autoptr (GByteArray) bytes = make_idx (cases[i].type, 2, (guint32[]){ 2, 1 }, 0, 0);
    g_autoptr (GError) error = NULL;
    g_autoptr (LmDataset) ds = NULL;
    float x[2];

    g_byte_array_append (bytes, (const guint8 *) cases[i].bytes, (guint) cases[i].n);
    put_file (folder, "test-images-idx2-x", bytes->data, bytes->len);
    ds = open_at ("idx", folder, ".", &error);
    g_assert_no_error (error);
    g_assert_true (lm_dataset_read_f32 (ds, LM_PART_TEST, NULL, 2, 0, x, NULL));
    g_assert_cmpfloat (x[0], ==, cases[i].first);
    g_assert_cmpfloat (x[1], ==, cases[i].second);
    remove_folder (folder);
  }
}

/* Each damage to one file of a good folder, and what the message must name. */
static void
test_idx_errors (void)
{
  static const struct {
    const char *file;
    const char *bytes;
    gsize n;
    const char *named;
  } cases[] = {
    { "train-images-idx3-ubyte", "\0\0\x08\x03\0\0\xea\x60\0\0\0\x1c\0\0\0\x1c....", 20, "20 of 47040016 bytes" },
    { "train-images-idx3-ubyte", "\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16, "16 bytes" },
    { "train-images-idx3-ubyte", "\0\0\x08\x03\0\0", 6, "6 of 16" },
    { "train-images-idx3-ubyte", "\0\0\x08\x03\0\0\0\0\0\0\0\x1c\0\0\0\x1c", 16, "size 0" },
    { "train-images-idx3-ubyte", "\0\0\x08\x00", 4, "not an IDX file" },
    { "train-images-idx3-ubyte", "\0\0\x08\x09\0\0\0\0", 8, "9 axes" },
    { "train-images-idx3-ubyte", "<html>404</html>", 16, "not an IDX file" },
    { "train-images-idx3-ubyte", "", 0, "not an IDX file" },
    { "train-labels-idx1-ubyte", "\0\0\x08\x01\0\0\0\x02\x01\x02", 10, "30 samples" },
    { "train-labels-idx1-ubyte", "\0\0\x08\x01\0\0\0\x02\x01\x02\x03", 11, "promises 10 bytes" },
    { "train-images-idx3-ubyte", "\x1f\x8b\x08\x00\0\0\0\0\0\x03\x63\x60\xe0\x60", 14, "train-images" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *folder = make_folder ();
    g_autoptr (GError) error = NULL;

    put_small_mnist (folder, usual_names);
    put_file (folder, cases[i].file, cases[i].bytes, cases[i].n);
    g_assert_null (open_at ("idx", folder, ".", &error));
    assert_told (error, cases[i].named);
    remove_folder (folder);
  }
}

static void
test_idx_missing (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *labels = g_build_filename (folder, usual_names[1], NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (open_at ("idx", folder, ".", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
  g_clear_error (&error);
  put_small_mnist (folder, usual_names);
  put_idx (folder, "emnist-train-images-idx3-ubyte", 1, (guint32[]){ 3 }, 3);
  g_assert_null (open_at ("idx", folder, ".", &error));
  assert_told (error, "emnist-train-images-idx3-ubyte");
  g_clear_error (&error);
  put_small_mnist (folder, usual_names);
  g_unlink (labels);
  g_assert_null (open_at ("idx", folder, ".", &error));
  remove_folder (folder);
}

static void
test_idx_survives_damage (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (GByteArray) good = make_idx (0x08, 3, (guint32[]){ 30, 4, 3 }, 360, 0);
  int accepted = 0;

  put_small_mnist (folder, usual_names);
  for (guint64 round = 0; round < 400; round++) {
    g_autoptr (GByteArray) bad = damage (good->data, good->len, round);
    g_autoptr (GError) error = NULL;
    g_autoptr (LmDataset) ds = NULL;

    put_file (folder, usual_names[0], bad->data, bad->len);
    ds = open_at ("idx", folder, ".", &error);
    if (ds == NULL)
      assert_told (error, NULL);
    accepted += ds != NULL;
  }
  g_assert_cmpint (accepted, >, 5);
  remove_folder (folder);
}

/* Writes an .npz of float32 arrays that count up, or of int64 labels for names that begin with y. */
static void
put_npz (const char *folder,
         const char *file,
         int n,
         const char *const *names,
         const gint64 (*sizes)[3])
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  LmTensor *tensors[8];
  g_autoptr (GError) error = NULL;

  for (int k = 0; k < n; k++) {
    LmShape shape = { .dim = { sizes[k][0], sizes[k][1], sizes[k][2] } };

    while (shape.rank < 3 && shape.dim[shape.rank] > 0)
      shape.rank++;
    tensors[k] = lm_tensor_new (names[k][0] == 'y' ? LM_I64 : LM_F32, &shape, NULL);
    for (gint64 i = 0; i < lm_tensor_n_elements (tensors[k]); i++) {
      if (tensors[k]->dtype == LM_I64)
        ((gint64 *) tensors[k]->data)[i] = i % 4;
      else
        lm_tensor_f32 (tensors[k])[i] = (float) i;
    }
  }
  g_assert_true (lm_npz_save (path, n, names, tensors, &error));
  for (int k = 0; k < n; k++)
    lm_tensor_unref (tensors[k]);
}

static void
test_npz_all_train (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDataset) ds = NULL;
  g_autofree char *path = g_build_filename (folder, "a.npz", NULL);
  g_autofree char *guess = NULL;
  gint32 labels[12];

  put_npz (folder, "a.npz", 2, (const char *const[]){ "x", "y" }, (const gint64[][3]){ { 12, 5 }, { 12, 1 } });
  ds = open_at ("npz", folder, "a.npz", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TRAIN), ==, 12);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_VALIDATION), ==, 0);
  g_assert_cmpint (ds->columns[1].sample.rank, ==, 0); /* (N, 1) is (N) */
  g_assert_cmpint (ds->columns[1].n_classes, ==, 4);
  g_assert_true (lm_dataset_read_i32 (ds, LM_PART_TRAIN, NULL, 12, 1, labels, NULL));
  g_assert_cmpint (labels[7], ==, 3);
  guess = lm_spec_guess (path, NULL);
  g_assert_true (g_str_has_prefix (guess, "npz:"));
  remove_folder (folder);
}

static void
test_npz_parts (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDataset) ds = NULL;

  put_npz (folder, "a.npz", 7, (const char *const[]){ "x_test", "y_test", "x_train", "y_train", "x_val", "y_val", "notes" },
           (const gint64[][3]){ { 3, 5 }, { 3 }, { 12, 5 }, { 12, 1 }, { 4, 5 }, { 4 }, { 9 } });
  ds = open_at ("npz", folder, "a.npz", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TRAIN), ==, 12);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_VALIDATION), ==, 4);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TEST), ==, 3);
  g_assert_cmpint (ds->n_columns, ==, 2);
  remove_folder (folder);
}

/* Training and test samples without validation samples: a tenth validates, as in any other kind of data. */
static void
test_npz_without_validation (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDataset) ds = NULL;

  put_npz (folder, "a.npz", 4, (const char *const[]){ "x_test", "y_test", "x_train", "y_train" },
           (const gint64[][3]){ { 3, 5 }, { 3 }, { 20, 5 }, { 20, 1 } });
  ds = open_at ("npz", folder, "a.npz", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TRAIN), ==, 18);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_VALIDATION), ==, 2);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TEST), ==, 3);
  remove_folder (folder);
}

static void
test_npz_names (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDataset) ds = NULL;

  put_npz (folder, "a.npz", 3, (const char *const[]){ "x_text", "x_title", "y_priority" },
           (const gint64[][3]){ { 6, 5 }, { 6, 2, 3 }, { 6, 7 } });
  ds = open_at ("npz", folder, "a.npz", &error);
  g_assert_no_error (error);
  g_assert_cmpint (lm_dataset_find_input (ds, "title", FALSE, &LM_SHAPE (LM_BATCH, 2, 3), NULL), ==, 1);
  g_assert_cmpint (lm_dataset_find_target (ds, "priority", FALSE, NULL), ==, 2);
  g_assert_cmpint (ds->columns[2].n_classes, ==, 0); /* seven numbers a sample are no class */
  remove_folder (folder);
}

static void
test_npz_errors (void)
{
  static const struct {
    int n;
    const char *names[4];
    gint64 sizes[4][3];
    const char *named;
  } cases[] = {
    { 2, { "x", "y" }, { { 12, 5 }, { 11 } }, "11" },
    { 2, { "data", "target" }, { { 12, 5 }, { 12 } }, "“target”" },
    { 3, { "x", "y", "x_train" }, { { 12, 5 }, { 12 }, { 3, 5 } }, "“x_train”" },
    { 4, { "x_train", "y_train", "x_val", "y_val" }, { { 12, 5 }, { 12 }, { 3, 6 }, { 3 } }, "(3, 6)" },
    { 3, { "x_train", "y_train", "x_val" }, { { 12, 5 }, { 12 }, { 3, 5 } }, "“y”" },
    { 2, { "x", "y" }, { { 0 }, { 0 } }, "single number" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *folder = make_folder ();
    g_autoptr (GError) error = NULL;

    put_npz (folder, "a.npz", cases[i].n, cases[i].names, cases[i].sizes);
    g_assert_null (open_at ("npz", folder, "a.npz", &error));
    assert_told (error, cases[i].named);
    remove_folder (folder);
  }
}

static void
test_npz_survives_damage (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.npz", NULL);
  g_autoptr (GBytes) good = NULL;
  int accepted = 0;

  put_npz (folder, "a.npz", 2, (const char *const[]){ "x", "y" }, (const gint64[][3]){ { 12, 5 }, { 12, 1 } });
  good = lm_file_read (path, "a.npz", 1 << 20, NULL);
  for (guint64 round = 0; round < 400; round++) {
    g_autoptr (GByteArray) bad = damage (g_bytes_get_data (good, NULL), g_bytes_get_size (good), round);
    g_autoptr (GError) error = NULL;
    g_autoptr (LmDataset) ds = NULL;

    put_file (folder, "a.npz", bad->data, bad->len);
    ds = open_at ("npz", folder, "a.npz", &error);
    if (ds == NULL)
      assert_told (error, NULL);
    accepted += ds != NULL;
  }
  g_assert_cmpint (accepted, >, 5);
  remove_folder (folder);
}

/* A folder where a file should be, a file where a folder should be, a file that may not be read. */
static void
test_wrong_kind_of_path (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (GError) error = NULL;

  put_file (folder, "text", "hello, world; this is no archive", 32);
  g_assert_null (open_at ("npz", folder, ".", &error));
  assert_told (error, "folder");
  g_clear_error (&error);
  g_assert_null (open_at ("npz", folder, "text", &error));
  assert_told (error, "text");
  g_clear_error (&error);
  g_assert_null (open_at ("idx", folder, "text", &error));
  assert_told (error, "text");
  g_clear_error (&error);
  g_assert_null (lm_spec_guess (folder, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED);
  remove_folder (folder);
}

/* The counts of each class as counted by who packed the files. */
static void
test_real_mnist (void)
{
  static const gint64 train[] = { 5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949 };
  static const gint64 test[] = { 980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009 };
  const char *root = g_getenv ("LAMINA_TEST_DATA");
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDataset) ds = NULL;
  gint64 sum[10], counts[10];
  double mean = 0;
  guint8 pixels[784];

  if (root == NULL) {
    g_test_skip ("LAMINA_TEST_DATA is not set");
    return;
  }
  ds = open_at ("idx", root, "mnist", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TRAIN), ==, 54000);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_VALIDATION), ==, 6000);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TEST), ==, 10000);
  g_assert_true (lm_dataset_class_counts (ds, LM_PART_TRAIN, 1, sum, NULL));
  g_assert_true (lm_dataset_class_counts (ds, LM_PART_VALIDATION, 1, counts, NULL));
  for (int k = 0; k < 10; k++)
    g_assert_cmpint (sum[k] + counts[k], ==, train[k]);
  g_assert_true (lm_dataset_class_counts (ds, LM_PART_TEST, 1, counts, NULL));
  for (int k = 0; k < 10; k++)
    g_assert_cmpint (counts[k], ==, test[k]);
  for (guint32 i = 0; i < 10000; i++) {
    g_assert_true (lm_dataset_read (ds, LM_PART_TEST, &i, 1, 0, pixels, NULL));
    for (int k = 0; k < 784; k++)
      mean += pixels[k];
  }
  g_assert_cmpfloat (fabs (mean / 10000 / 784 / 255 - 0.1325), <, 0.00005);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/npy/as-numpy-writes-it", test_npy_of_numpy);
  g_test_add_func ("/data/npy/types", test_npy_types);
  g_test_add_func ("/data/npy/errors", test_npy_errors);
  g_test_add_func ("/data/npy/foreign", test_npy_foreign);
  g_test_add_func ("/data/npy/survives-damage", test_npy_survives_damage);
  g_test_add_func ("/data/npy/round-trip", test_npy_round_trip);
  g_test_add_func ("/data/npz/round-trip", test_npz_round_trip);
  g_test_add_func ("/data/archive/writer-gives-up", test_archive_writer_gives_up);
  g_test_add_func ("/data/archive/bomb", test_archive_bomb);
  g_test_add_func ("/data/idx/folder", test_idx_folder);
  g_test_add_func ("/data/idx/archive", test_idx_archive);
  g_test_add_func ("/data/idx/types", test_idx_types);
  g_test_add_func ("/data/idx/errors", test_idx_errors);
  g_test_add_func ("/data/idx/missing", test_idx_missing);
  g_test_add_func ("/data/idx/survives-damage", test_idx_survives_damage);
  g_test_add_func ("/data/npz/all-train", test_npz_all_train);
  g_test_add_func ("/data/npz/parts", test_npz_parts);
  g_test_add_func ("/data/npz/without-validation", test_npz_without_validation);
  g_test_add_func ("/data/npz/names", test_npz_names);
  g_test_add_func ("/data/npz/errors", test_npz_errors);
  g_test_add_func ("/data/npz/survives-damage", test_npz_survives_damage);
  g_test_add_func ("/data/open/wrong-kind-of-path", test_wrong_kind_of_path);
  g_test_add_func ("/data/real/mnist", test_real_mnist);
  return g_test_run ();
}
