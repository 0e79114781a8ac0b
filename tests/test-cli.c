/* test-cli.c: the command line as its users see it: words, JSON, files, exit statuses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-json.h"
#include "lm-npy.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SMALL "builtin:digits?train=640&validation=100&test=100"

typedef struct {
  int status;
  char *out;
  char *err;
} Answer;

static char *folder;

static void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->out, g_free);
  g_clear_pointer (&answer->err, g_free);
}

/* Runs lamina in the test's folder. NULL ends the words. */
static Answer
run_lamina (const char *first, ...)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  Answer answer = { 0 };
  va_list args;
  int wait_status;

  g_ptr_array_add (words, (gpointer) g_getenv ("LAMINA_BINARY"));
  va_start (args, first);
  for (const char *word = first; word != NULL; word = va_arg (args, const char *))
    g_ptr_array_add (words, (gpointer) word);
  va_end (args);
  g_ptr_array_add (words, NULL);
  g_spawn_sync (folder, (char **) words->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &answer.out, &answer.err, &wait_status, &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (wait_status));
  answer.status = WEXITSTATUS (wait_status);
  return answer;
}

#define EXPECT(want, ...)                                            \
  G_STMT_START                                                       \
  {                                                                  \
    Answer answer_ = run_lamina (__VA_ARGS__, NULL);                 \
    if (answer_.status != (want))                                    \
      g_test_message ("out: %s\nerr: %s", answer_.out, answer_.err); \
    g_assert_cmpint (answer_.status, ==, (want));                    \
    answer_clear (&answer_);                                         \
  }                                                                  \
  G_STMT_END

static char *
file_in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static GBytes *
read_file (const char *name)
{
  g_autofree char *path = file_in_folder (name);
  g_autoptr (GError) error = NULL;
  char *bytes;
  gsize n;

  g_file_get_contents (path, &bytes, &n, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (bytes, n);
}

/* Line @i of JSON Lines has all the keys. */
static void
assert_keys (const char *lines, int i, ...)
{
  g_auto (GStrv) split = g_strsplit (lines, "\n", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (LmJson) json = lm_json_parse (split[i], -1, "answer", &error);
  LmJsonAt root, member;
  va_list args;

  g_assert_no_error (error);
  root = lm_json_root (json);
  va_start (args, i);
  for (const char *key = va_arg (args, const char *); key != NULL; key = va_arg (args, const char *)) {
    if (!lm_json_member (&root, key, &member))
      g_error ("no “%s” in %s", key, split[i]);
  }
  va_end (args);
}

static void
test_usage (void)
{
  EXPECT (0, "--help");
  EXPECT (0, "train", "--help");
  EXPECT (2, "nonsense");
  EXPECT (2, "train");
  EXPECT (2, "train", "a.lamina", "b.lamina");
  EXPECT (2, "train", "a.lamina", "--epochs", "many");
  EXPECT (2, "train", "a.lamina", "--epochs", "-3");
  EXPECT (2, "look", "a.lamina", "graph");
  EXPECT (2, "look", "a.lamina", "nothing", "--output", "x.png");
  EXPECT (2, "look", "a.lamina", "graph", "--output", "x.bmp");
  EXPECT (2, "convert", "a.lamina", "b.txt");
  EXPECT (2, "bench", "quantum");
  EXPECT (1, "train", "missing.lamina");
  EXPECT (1, "info", "missing.lamina");
}

static void
test_one_line_of_error (void)
{
  Answer answer = run_lamina ("info", "missing.lamina", NULL);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (answer.err), "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 1);
  g_assert_nonnull (strstr (lines[0], "missing.lamina"));
  g_assert_cmpstr (answer.out, ==, "");
  answer_clear (&answer);
}

static void
test_new_refuses (void)
{
  EXPECT (0, "new", "mlp", "twice.lamina");
  EXPECT (1, "new", "mlp", "twice.lamina");
  EXPECT (1, "new", "perpetuum", "other.lamina");
  EXPECT (2, "new", "mlp", "twice.txt");
}

static void
test_catalogue (void)
{
  Answer templates = run_lamina ("templates", "--json", NULL), layers = run_lamina ("layers", "--json", NULL);

  assert_keys (templates.out, 0, "template", "title", "data", NULL);
  assert_keys (layers.out, 0, "kind", "category", "options", "gradient_check", "reference", NULL);
  g_assert_nonnull (strstr (layers.out, "\"kind\":\"Conv2D\""));
  g_assert_nonnull (strstr (layers.out, "\"id\":\"kernel_size\",\"type\":\"ints\",\"default\":[3,3]"));
  answer_clear (&templates);
  answer_clear (&layers);
}

/* Every template is a network without a mistake. */
static void
test_templates_check (void)
{
  Answer templates = run_lamina ("templates", NULL);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (templates.out), "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), >=, 4);
  for (int i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) words = g_strsplit (lines[i], " ", 2);
    g_autofree char *file = g_strdup_printf ("t-%s.lamina", words[0]);
    Answer info;

    EXPECT (0, "new", words[0], file);
    info = run_lamina ("info", file, "--json", NULL);
    assert_keys (info.out, 0, "layers", "params", "trainable_params", "train_memory_bytes", "flops_per_sample", "instruction_set", "problems", "data", "runs", NULL);
    g_assert_nonnull (strstr (info.out, "\"problems\":[]"));
    answer_clear (&info);
  }
  answer_clear (&templates);
}

static void
test_train_json (void)
{
  Answer answer;
  g_auto (GStrv) lines = NULL;

  EXPECT (0, "new", "mlp", "json.lamina");
  answer = run_lamina ("train", "json.lamina", "--data", SMALL, "--epochs", "2", "--every-step", "--json", NULL);
  g_assert_cmpint (answer.status, ==, 0);
  lines = g_strsplit (g_strchomp (answer.out), "\n", -1);
  assert_keys (answer.out, 0, "event", "epoch", "step", "loss", NULL);
  assert_keys (answer.out, (int) g_strv_length (lines) - 2, "event", "epoch", "loss", "val_loss", "accuracy", "val_accuracy", "samples_per_s", NULL);
  g_assert_cmpstr (lines[g_strv_length (lines) - 1], ==, "{\"event\":\"end\",\"reason\":\"finished\"}");
  answer_clear (&answer);

  answer = run_lamina ("evaluate", "json.lamina", "--json", NULL);
  g_assert_true (g_str_has_prefix (answer.out, "{\"split\":\"validation\",\"loss\":"));
  answer_clear (&answer);
  answer = run_lamina ("evaluate", "json.lamina", "--split", "test", "--json", NULL);
  assert_keys (answer.out, 0, "split", "loss", "accuracy", NULL);
  g_assert_cmpstr (answer.err, !=, "");
  answer_clear (&answer);
}

static void
train_into (const char *file,
            const char *weights,
            const char *epochs,
            const char *threads)
{
  EXPECT (0, "new", "mlp", file);
  EXPECT (0, "train", file, "--data", SMALL, "--epochs", epochs, "--threads", threads, "--seed", "7");
  if (weights != NULL)
    EXPECT (0, "convert", file, weights);
}

/* Threads, resuming in steps and doing it again: the same bytes of weights; another seed: others. */
static void
test_same_bytes (void)
{
  g_autoptr (GBytes) one = NULL, two = NULL, resumed = NULL;

  train_into ("one.lamina", "one.safetensors", "3", "1");
  train_into ("two.lamina", "two.safetensors", "3", "2");
  train_into ("resumed.lamina", NULL, "1", "2");
  EXPECT (0, "train", "resumed.lamina", "--resume", "--epochs", "2");
  EXPECT (0, "train", "resumed.lamina", "--resume", "--epochs", "3");
  EXPECT (0, "train", "resumed.lamina", "--resume");
  EXPECT (0, "convert", "resumed.lamina", "resumed.safetensors");
  one = read_file ("one.safetensors");
  two = read_file ("two.safetensors");
  resumed = read_file ("resumed.safetensors");
  g_assert_true (g_bytes_equal (one, two));
  g_assert_true (g_bytes_equal (one, resumed));
}

/* Ctrl-C: status 130, nothing lost, and going on ends with the bytes of a run that was left alone. */
static void
test_interrupt (void)
{
  g_autofree char *binary = g_strdup (g_getenv ("LAMINA_BINARY"));
  char *words[] = { binary, (char *) "train", (char *) "int.lamina", (char *) "--data", (char *) SMALL, (char *) "--epochs", (char *) "60", (char *) "--json", (char *) "--every-step", NULL };
  g_autoptr (GBytes) alone = NULL, resumed = NULL;
  g_autoptr (GError) error = NULL;
  char buffer[64];
  int status, out;
  GPid pid;

  EXPECT (0, "new", "mlp", "int.lamina");
  EXPECT (0, "new", "mlp", "alone.lamina");
  g_spawn_async_with_pipes (folder, words, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &pid, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read (out, buffer, sizeof buffer), >, 0);
  kill (pid, SIGINT);
  while (read (out, buffer, sizeof buffer) > 0) {
  }
  close (out);
  waitpid (pid, &status, 0);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 130);

  EXPECT (0, "train", "int.lamina", "--resume");
  EXPECT (0, "train", "alone.lamina", "--data", SMALL, "--epochs", "60");
  EXPECT (0, "convert", "int.lamina", "int.safetensors");
  EXPECT (0, "convert", "alone.lamina", "alone.safetensors");
  resumed = read_file ("int.safetensors");
  alone = read_file ("alone.safetensors");
  g_assert_true (g_bytes_equal (alone, resumed));
}

/* A rate that blows up: the run ends, says where, and keeps what was finite. */
static void
test_nan (void)
{
  g_autofree char *path = file_in_folder ("nan.json");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GString *edited;
  Answer answer;

  EXPECT (0, "new", "mlp", "base.lamina");
  EXPECT (0, "convert", "base.lamina", "nan.json");
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  edited = g_string_new (text);
  g_string_replace (edited, "\"rmsprop\"", "{\"kind\": \"sgd\", \"options\": {\"learning_rate\": 1e6}}", 1);
  g_string_replace (edited, "\"relu\"", "\"linear\"", 1);
  g_file_set_contents (path, edited->str, -1, &error);
  g_assert_no_error (error);
  g_string_free (edited, TRUE);
  EXPECT (0, "convert", "nan.json", "nan.lamina");
  answer = run_lamina ("train", "nan.lamina", "--data", SMALL, "--json", NULL);
  g_assert_cmpint (answer.status, ==, 1);
  g_assert_nonnull (strstr (answer.out, "\"reason\":\"nan\""));
  answer_clear (&answer);
}

static void
test_predict (void)
{
  LmShape shape = LM_SHAPE (5, 28, 28, 1), flat = LM_SHAPE (5, 10);
  g_autoptr (LmTensor) x = lm_tensor_new (LM_F32, &shape, NULL), y = NULL;
  g_autofree char *in = file_in_folder ("x.npy"), *out = file_in_folder ("y.npy");
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 5 * 784; i++)
    lm_tensor_f32 (x)[i] = (float) (i % 256);
  lm_npy_save (in, x, &error);
  g_assert_no_error (error);
  train_into ("predict.lamina", NULL, "1", "2");
  EXPECT (0, "predict", "predict.lamina", "--input", "x.npy", "--output", "y.npy");
  EXPECT (0, "predict", "predict.lamina", "--input", "x.npy", "--output", "y.csv");
  EXPECT (1, "predict", "predict.lamina", "--input", "missing.npy", "--output", "y.npy");
  y = lm_npy_load (out, "y.npy", &error);
  g_assert_no_error (error);
  g_assert_true (lm_shape_equal (&y->shape, &flat));
  for (int i = 0; i < 5; i++) {
    double sum = 0;

    for (int c = 0; c < 10; c++)
      sum += lm_tensor_get (y, i * 10 + c);
    g_assert_cmpfloat_with_epsilon (sum, 1, 1e-5);
  }
}

static void
test_score (void)
{
  LmShape shape = LM_SHAPE (4), table = LM_SHAPE (4, 3);
  const gint32 truth[4] = { 0, 2, 1, 2 };
  const float told[12] = { 0.8f, 0.1f, 0.1f, 0.2f, 0.2f, 0.6f, 0.5f, 0.3f, 0.2f, 0.1f, 0.1f, 0.8f };
  g_autoptr (LmTensor) t = lm_tensor_new_copy (LM_I32, &shape, truth), p = lm_tensor_new_copy (LM_F32, &table, told);
  g_autofree char *t_path = file_in_folder ("t.npy"), *p_path = file_in_folder ("p.npy");
  Answer answer;

  g_assert_true (lm_npy_save (t_path, t, NULL));
  g_assert_true (lm_npy_save (p_path, p, NULL));
  answer = run_lamina ("score", "--targets", "t.npy", "--predictions", "p.npy", "--metric", "accuracy", "--metric", "top_k_accuracy", "--k", "2", "--metric", "confusion", "--json", NULL);
  g_assert_cmpint (answer.status, ==, 0);
  g_assert_cmpstr (answer.out, ==,
                   "{\"metric\":\"accuracy\",\"value\":0.75}\n"
                   "{\"metric\":\"top_k_accuracy\",\"value\":1}\n"
                   "{\"metric\":\"confusion\",\"value\":[[1,0,0],[1,0,0],[0,0,2]]}\n");
  answer_clear (&answer);
  EXPECT (1, "score", "--targets", "t.npy", "--predictions", "p.npy", "--metric", "nonsense");
  EXPECT (1, "score", "--targets", "t.npy", "--predictions", "p.npy", "--metric", "mae");
  EXPECT (1, "score", "--targets", "missing.npy", "--predictions", "p.npy", "--metric", "accuracy");
  EXPECT (2, "score", "--targets", "t.npy", "--predictions", "p.npy");
}

static void
test_range_test (void)
{
  Answer answer;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GBytes) png = NULL;

  EXPECT (0, "new", "mlp", "range.lamina");
  answer = run_lamina ("train", "range.lamina", "--data", SMALL, "--range-test", "--steps", "20", "--batch-size", "16", "--output", "range.png", "--json", NULL);
  g_assert_cmpint (answer.status, ==, 0);
  lines = g_strsplit (answer.out, "\n", -1);
  g_assert_true (g_str_has_prefix (lines[0], "{\"event\":\"step\",\"step\":1,\"rate\":1e-07,"));
  g_assert_nonnull (strstr (answer.out, "\"suggestion\":"));
  answer_clear (&answer);
  png = read_file ("range.png");
  g_assert_cmpint (g_bytes_get_size (png), >, 1000);
  /* Nothing of it is stored. */
  answer = run_lamina ("info", "range.lamina", "--json", NULL);
  g_assert_nonnull (strstr (answer.out, "\"runs\":[]"));
  answer_clear (&answer);
  EXPECT (2, "train", "range.lamina", "--range-test", "--resume");
  EXPECT (2, "train", "range.lamina", "--output", "x.png");
}

static void
test_weights_round (void)
{
  g_autoptr (GBytes) before = NULL, after = NULL;

  train_into ("out.lamina", "w.safetensors", "1", "2");
  EXPECT (0, "new", "mlp", "in.lamina");
  EXPECT (0, "convert", "w.safetensors", "in.lamina");
  EXPECT (0, "convert", "in.lamina", "w2.safetensors");
  before = read_file ("w.safetensors");
  after = read_file ("w2.safetensors");
  g_assert_true (g_bytes_equal (before, after));
}

/* Width from the PNG's header. */
static guint
png_width (const char *name)
{
  g_autoptr (GBytes) bytes = read_file (name);
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);

  g_assert_cmpuint (n, >, 24);
  g_assert_cmpmem (data, 4, "\x89PNG", 4);
  return (guint) data[16] << 24 | (guint) data[17] << 16 | (guint) data[18] << 8 | data[19];
}

static void
test_look (void)
{
  static const char *const kinds[] = { "graph", "curves", "confusion", "weights", "filters", "activations", "heatmap" };

  EXPECT (0, "new", "welcome", "look.lamina");
  EXPECT (0, "look", "look.lamina", "graph", "--output", "untrained.png");
  EXPECT (1, "look", "look.lamina", "curves", "--output", "none.png");
  EXPECT (0, "train", "look.lamina", "--data", SMALL, "--epochs", "1");
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autofree char *png = g_strdup_printf ("%s.png", kinds[i]), *svg = g_strdup_printf ("%s.svg", kinds[i]), *pdf = g_strdup_printf ("%s.pdf", kinds[i]);
    g_autoptr (GBytes) text = NULL;
    g_autoptr (GMarkupParseContext) context = NULL;
    static const GMarkupParser parser = { 0 };

    g_test_message ("%s", kinds[i]);
    EXPECT (0, "look", "look.lamina", kinds[i], "--output", png);
    EXPECT (0, "look", "look.lamina", kinds[i], "--output", svg, "--width", "600", "--dark");
    EXPECT (0, "look", "look.lamina", kinds[i], "--output", pdf);
    g_assert_cmpuint (png_width (png), ==, 1200);
    text = read_file (svg);
    context = g_markup_parse_context_new (&parser, 0, NULL, NULL);
    g_assert_true (g_markup_parse_context_parse (context, g_bytes_get_data (text, NULL), (gssize) g_bytes_get_size (text), NULL));
  }
  EXPECT (0, "look", "look.lamina", "heatmap", "--class", "3", "--sample", "5", "--method", "saliency", "--output", "s.png", "--width", "600");
  g_assert_cmpuint (png_width ("s.png"), ==, 600);
  EXPECT (1, "look", "look.lamina", "heatmap", "--class", "10", "--output", "s.png");
  EXPECT (1, "look", "look.lamina", "heatmap", "--layer", "dense", "--output", "s.png");
  EXPECT (1, "look", "look.lamina", "activations", "--sample", "100000", "--output", "s.png");
}

static void
test_data (void)
{
  Answer answer = run_lamina ("data", "preview", SMALL, "--json", NULL);

  assert_keys (answer.out, 0, "name", "description", "fingerprint", "train", "validation", "test", "columns", "classes", NULL);
  answer_clear (&answer);
  EXPECT (0, "data", "list");
  EXPECT (2, "data", "preview", "nonsense:x");
  EXPECT (1, "data", "preview", "idx:/nowhere");
}

static void
test_bench (void)
{
  Answer answer = run_lamina ("bench", "tabular", "--seconds", "0.05", "--json", NULL);

  assert_keys (answer.out, 0, "workload", "samples_per_s", "best_step_ms", "median_step_ms", "steps", "params", "rss_mb", NULL);
  g_assert_nonnull (strstr (answer.out, "\"params\":5121"));
  answer_clear (&answer);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    g_unlink (file);
  }
  g_rmdir (path);
}

int
main (int argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_nonnull (g_getenv ("LAMINA_BINARY"));
  folder = g_dir_make_tmp ("lamina-cli-XXXXXX", NULL);

  g_test_add_func ("/cli/usage", test_usage);
  g_test_add_func ("/cli/one-line-of-error", test_one_line_of_error);
  g_test_add_func ("/cli/new-refuses-what-is-there", test_new_refuses);
  g_test_add_func ("/cli/catalogue", test_catalogue);
  g_test_add_func ("/cli/templates-have-no-mistakes", test_templates_check);
  g_test_add_func ("/cli/train-json", test_train_json);
  g_test_add_func ("/cli/same-bytes", test_same_bytes);
  g_test_add_func ("/cli/interrupt", test_interrupt);
  g_test_add_func ("/cli/nan", test_nan);
  g_test_add_func ("/cli/predict", test_predict);
  g_test_add_func ("/cli/score", test_score);
  g_test_add_func ("/cli/range-test", test_range_test);
  g_test_add_func ("/cli/weights-round-trip", test_weights_round);
  g_test_add_func ("/cli/look", test_look);
  g_test_add_func ("/cli/data", test_data);
  g_test_add_func ("/cli/bench", test_bench);

  status = g_test_run ();
  remove_folder (folder);
  g_free (folder);
  return status;
}
