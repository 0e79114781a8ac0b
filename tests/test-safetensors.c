/* test-safetensors.c: weights in and out, and files that mean harm
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "project-files.h"

#include "lm-array-file.h"
#include "lm-npy.h"
#include "lm-safetensors.h"

/* A file of a header and numbers. */
static GBytes *
make_file (const char *header,
           const void *numbers,
           gsize n)
{
  GByteArray *bytes = g_byte_array_new ();
  guint64 length = GUINT64_TO_LE (strlen (header));

  g_byte_array_append (bytes, (const guint8 *) &length, 8);
  g_byte_array_append (bytes, (const guint8 *) header, (guint) strlen (header));
  g_byte_array_append (bytes, numbers, (guint) n);
  return g_byte_array_free_to_bytes (bytes);
}

static void
assert_refused (const char *header,
                gsize n,
                int code,
                const char *words)
{
  g_autofree guint8 *numbers = g_malloc0 (n + 1);
  g_autoptr (GBytes) bytes = make_file (header, numbers, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (LmSnapshot) snapshot = lm_safetensors_parse (bytes, "bad.safetensors", &error);

  g_assert_null (snapshot);
  g_assert_error (error, LM_ERROR, code);
  if (strstr (error->message, words) == NULL || strstr (error->message, "bad.safetensors") == NULL)
    g_error ("“%s” is not in: %s", words, error->message);
}

static LmSnapshot *
parse (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  LmSnapshot *snapshot = lm_safetensors_parse (bytes, "x.safetensors", &error);

  g_assert_no_error (error);
  return snapshot;
}

/* --- Round trip ------------------------------------------------------------- */

static void
test_round_trip (void)
{
  g_autoptr (LmSnapshot) snapshot = make_snapshot (2, 1);
  g_autoptr (GBytes) bytes = lm_safetensors_format (snapshot);
  g_autoptr (LmSnapshot) found = parse (bytes);
  g_autoptr (GBytes) again = lm_safetensors_format (found);

  g_assert_cmpint (found->n_slots, ==, 2);
  g_assert_cmpint (found->n_moments, ==, 0);
  g_assert_null (found->slots[0].path);
  g_assert_cmpstr (found->slots[0].name_path, ==, "dense/kernel");
  for (int i = 0; i < 2; i++) {
    g_autoptr (LmTensor) a = lm_snapshot_get (snapshot, i, -1);
    g_autoptr (LmTensor) b = lm_snapshot_get (found, i, -1);

    g_assert_true (lm_shape_equal (&a->shape, &b->shape));
    g_assert_cmpmem (a->data, lm_tensor_n_bytes (a), b->data, lm_tensor_n_bytes (b));
  }
  /* Optimizer state, roles and ids play no part. */
  g_assert_true (g_bytes_equal (bytes, again));
}

static void
test_golden_bytes (void)
{
  static const char header[] =
    "{\"dense/kernel\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
    "\"dense/bias\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[8,12]}}";
  const float numbers[] = { 1, -2, 0.5f };
  gsize padded = (strlen (header) + 7) / 8 * 8;
  g_autofree char *wanted = g_strnfill (padded, ' ');
  g_autoptr (LmSnapshot) snapshot = lm_snapshot_new (0);
  g_autoptr (LmTensor) kernel = lm_tensor_new_copy (LM_F32, &LM_SHAPE (1, 2), numbers);
  g_autoptr (LmTensor) bias = lm_tensor_new_copy (LM_F32, &LM_SCALAR, numbers + 2);
  g_autoptr (GBytes) expected = NULL;
  g_autoptr (GBytes) found = NULL;

  memcpy (wanted, header, strlen (header));
  expected = make_file (wanted, numbers, sizeof numbers);
  lm_snapshot_add (snapshot, "2:kernel", "dense/kernel", LM_SLOT_WEIGHT, TRUE, kernel, NULL, NULL);
  lm_snapshot_add (snapshot, "2:bias", "dense/bias", LM_SLOT_WEIGHT, TRUE, bias, NULL, NULL);
  lm_snapshot_seal (snapshot);
  found = lm_safetensors_format (snapshot);
  g_assert_true (g_bytes_equal (found, expected));
}

static void
test_files (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "w.safetensors", NULL);
  g_autofree char *nowhere = g_build_filename (folder, "none", "w.safetensors", NULL);
  g_autoptr (LmSnapshot) snapshot = make_snapshot (0, 1);
  g_autoptr (LmSnapshot) found = NULL;
  g_autoptr (GBytes) bytes = lm_safetensors_format (snapshot);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;

  put_file (folder, "w.safetensors", "old", 3);
  g_assert_true (lm_safetensors_save (path, snapshot, &error));
  g_assert_true (g_file_get_contents (path, &text, &n, NULL));
  g_assert_cmpmem (text, n, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  found = lm_safetensors_load (path, "w.safetensors", &error);
  g_assert_no_error (error);
  g_assert_cmpint (found->n_slots, ==, 2);

  g_assert_false (lm_safetensors_save (nowhere, snapshot, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  g_clear_error (&error);
  g_assert_null (lm_safetensors_load (nowhere, "x", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (lm_safetensors_load (folder, "x", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_FORMAT);
  remove_folder (folder);
}

/* --- Number types -------------------------------------------------------------- */

static void
test_types (void)
{
  static const struct {
    const char *type;
    const char *bytes;
    gsize size;
    float value;
  } cases[] = {
    { "F32", "\x00\x00\xc0\x3f", 4, 1.5f },
    { "F64", "\x00\x00\x00\x00\x00\x00\xf8\xbf", 8, -1.5f },
    { "F16", "\x00\x3e", 2, 1.5f },
    { "F16", "\x01\x00", 2, 0x1p-24f }, /* smallest of all */
    { "F16", "\xff\x83", 2, -0x1.ff8p-15f },
    { "F16", "\xff\x7b", 2, 65504 },
    { "F16", "\x00\xfc", 2, -INFINITY },
    { "F16", "\x00\x80", 2, -0.0f },
    { "BF16", "\xc0\x3f", 2, 1.5f },
    { "I64", "\xfe\xff\xff\xff\xff\xff\xff\xff", 8, -2 },
    { "I32", "\xfe\xff\xff\xff", 4, -2 },
    { "I16", "\xfe\xff", 2, -2 },
    { "I8", "\xfe", 1, -2 },
    { "U64", "\x02\x00\x00\x00\x00\x00\x00\x00", 8, 2 },
    { "U32", "\xff\xff\xff\xff", 4, 0x1p32f },
    { "U16", "\xff\xff", 2, 65535 },
    { "U8", "\xfe", 1, 254 },
    { "BOOL", "\x01", 1, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *header = g_strdup_printf ("{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%d]}}",
                                               cases[i].type, (int) cases[i].size);
    g_autoptr (GBytes) bytes = make_file (header, cases[i].bytes, cases[i].size);
    g_autoptr (LmSnapshot) snapshot = parse (bytes);
    g_autoptr (LmTensor) tensor = lm_snapshot_get (snapshot, 0, -1);

    /* The bits: −0 is not 0. */
    g_assert_cmpmem (tensor->data, 4, &cases[i].value, 4);
  }
  {
    g_autoptr (GBytes) bytes = make_file ("{\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]}}", "\x01\x7e", 2);
    g_autoptr (LmSnapshot) snapshot = parse (bytes);

    g_assert_true (isnan (snapshot->slots[0].data[0]));
  }
}

/* --- Files that mean harm --------------------------------------------------------- */

static void
test_headers (void)
{
  assert_refused ("[]", 0, LM_ERROR_FORMAT, "header is not there");
  assert_refused ("{\"a\":1}", 0, LM_ERROR_FORMAT, "");
  assert_refused ("{\"a\":{}}", 0, LM_ERROR_FORMAT, "dtype");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}", 4, LM_ERROR_FORMAT, "");
  assert_refused ("{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, LM_ERROR_UNSUPPORTED, "F8_E4M3");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}", 4, LM_ERROR_UNSUPPORTED, "7 axes");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, LM_ERROR_FORMAT, "8");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", 4, LM_ERROR_FORMAT, "");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, LM_ERROR_FORMAT, "");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 4, LM_ERROR_FORMAT, "3 offsets");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, LM_ERROR_FORMAT, "");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, LM_ERROR_FORMAT, "");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8, LM_ERROR_FORMAT, "more bytes");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, LM_ERROR_FORMAT, "");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, LM_ERROR_FORMAT, "overlap");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}", 12, LM_ERROR_FORMAT, "gap");
}

/* Sizes that overflow, or that nobody has memory for: refused before anything is allocated. */
static void
test_sizes (void)
{
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1099511627776,1099511627776],\"data_offsets\":[0,4]}}", 4, LM_ERROR_LIMIT, "");
  assert_refused ("{\"a\":{\"dtype\":\"F64\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}", 0, LM_ERROR_LIMIT, "");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1099511627776],\"data_offsets\":[0,4398046511104]}}", 4, LM_ERROR_FORMAT, "");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[18446744073709551612,18446744073709551616]}}", 4, LM_ERROR_LIMIT, "");

  for (int i = 0; i < 8; i++) {
    guint8 prefix[16] = { 0 };
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (GError) error = NULL;

    prefix[i] = 0xff;
    prefix[8] = '{';
    bytes = g_bytes_new (prefix, sizeof prefix);
    g_assert_null (lm_safetensors_parse (bytes, "x", &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_FORMAT);
  }
}

/* Whatever the bytes: no crash, and each failure is one of ours. */
static void
test_fuzz (void)
{
  g_autoptr (LmSnapshot) snapshot = make_snapshot (0, 1);
  g_autoptr (GBytes) good = lm_safetensors_format (snapshot);
  gsize n;
  const guint8 *data = g_bytes_get_data (good, &n);
  LmRng rng = lm_rng_init (2, LM_RNG_TEST, 0, 0);
  guint64 next = 0;

  for (gsize length = 0; length < n; length++) {
    g_autoptr (GBytes) cut = g_bytes_new (data, length);
    g_autoptr (GError) error = NULL;

    g_assert_null (lm_safetensors_parse (cut, "x", &error));
    g_assert_true (error->domain == LM_ERROR);
  }
  for (int round = 0; round < 20000; round++) {
    guint8 *copy = g_memdup2 (data, n);
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (GError) error = NULL;
    g_autoptr (LmSnapshot) found = NULL;

    /* The header is where it hurts. */
    for (int i = 0; i <= round % 4; i++, next += 2)
      copy[lm_rng_below (&rng, next, 160)] = round % 2 == 0 ? (guint8) lm_rng_uint (&rng, next + 1) : (guint8) "0123456789,[]{}:\"FIU"[lm_rng_below (&rng, next + 1, 20)];
    bytes = g_bytes_new_take (copy, n);
    found = lm_safetensors_parse (bytes, "x", &error);
    g_assert_true (found != NULL || error->domain == LM_ERROR);
  }
}

/* --- Files of others ----------------------------------------------------------------- */

static void
test_real_files (void)
{
  static const struct {
    const char *name;
    const char *tensor;
    int n_slots;
    LmShape shape;
  } cases[] = {
    { "mnist-mlp-tinygrad.safetensors", "l1.weight", 2, LM_SHAPE (128, 784) },
    { "mnist-cnn-tinygrad.safetensors", "layers.6.weight", 20, LM_SHAPE (64, 32, 3, 3) },
    { "mlp-bn-torch.safetensors", "bn1.num_batches_tracked", 9, LM_SCALAR },
  };
  const char *root = g_getenv ("LAMINA_TEST_DATA");
  int n_read = 0;

  for (gsize i = 0; root != NULL && i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_build_filename (root, "..", "models", cases[i].name, NULL);
    g_autoptr (LmSnapshot) snapshot = NULL;
    g_autoptr (GError) error = NULL;
    int slot;

    if (!g_file_test (path, G_FILE_TEST_EXISTS))
      continue;
    snapshot = lm_safetensors_load (path, cases[i].name, &error);
    g_assert_no_error (error);
    g_assert_cmpint (snapshot->n_slots, ==, cases[i].n_slots);
    slot = lm_snapshot_find (snapshot, cases[i].tensor);
    g_assert_cmpint (slot, >=, 0);
    g_assert_true (lm_shape_equal (&snapshot->slots[slot].shape, &cases[i].shape));
    n_read++;
  }
  if (n_read == 0)
    g_test_skip ("LAMINA_TEST_DATA/../models is not there");
}

/* --- Predictions ------------------------------------------------------------------------ */

static void
test_array_files (void)
{
  static const char *const names[] = { "predictions", "more" };
  const float numbers[] = { 0.1f, 1e-8f, -3, 16777216, NAN, INFINITY };
  g_autofree char *folder = make_folder ();
  g_autofree char *csv = g_build_filename (folder, "p.csv", NULL);
  g_autofree char *npy = g_build_filename (folder, "p.npy", NULL);
  g_autofree char *npz = g_build_filename (folder, "p.npz", NULL);
  g_autofree char *other = g_build_filename (folder, "p.txt", NULL);
  g_autoptr (LmTensor) tensor = lm_tensor_new_copy (LM_F32, &LM_SHAPE (2, 3), numbers);
  g_autoptr (LmTensor) read = NULL;
  LmTensor *tensors[] = { tensor, tensor };
  g_autoptr (LmNpz) both = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (lm_array_file_save (csv, 1, names, tensors, &error));
  g_assert_true (g_file_get_contents (csv, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "0.1,1e-08,-3\n16777216,nan,inf\n");
  g_assert_true (lm_array_file_save (npy, 1, names, tensors, &error));
  read = lm_npy_load (npy, "p.npy", &error);
  g_assert_cmpmem (read->data, lm_tensor_n_bytes (read), numbers, sizeof numbers);
  g_assert_true (lm_array_file_save (npz, 2, names, tensors, &error));
  both = lm_npz_load (npz, "p.npz", &error);
  g_assert_nonnull (lm_npz_find (both, "more"));

  g_assert_false (lm_array_file_save (csv, 2, names, tensors, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_false (lm_array_file_save (other, 1, names, tensors, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_USAGE);
  remove_folder (folder);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/safetensors/round-trip", test_round_trip);
  g_test_add_func ("/safetensors/golden-bytes", test_golden_bytes);
  g_test_add_func ("/safetensors/files", test_files);
  g_test_add_func ("/safetensors/types", test_types);
  g_test_add_func ("/safetensors/refuses/headers", test_headers);
  g_test_add_func ("/safetensors/refuses/sizes", test_sizes);
  g_test_add_func ("/safetensors/refuses/fuzz", test_fuzz);
  g_test_add_func ("/safetensors/real-files", test_real_files);
  g_test_add_func ("/array-file/formats", test_array_files);
  return g_test_run ();
}
