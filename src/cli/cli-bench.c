/* cli-bench.c: lamina bench: training throughput on random data that lie in memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-cli.h"

#include "lm-network.h"
#include "lm-optimizer.h"
#include "lm-updater.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>

#define N_BATCHES 4
#define WARM_UP 3

/**
 * Workload: a network as a person would train it
 * @layers: JSON of its nodes, wired one after another
 * @n_classes: targets are class numbers; 0: one number each
 */
typedef struct {
  const char *name;
  const char *long_name;
  const char *layers;
  const char *loss;
  const char *optimizer;
  int batch;
  int n_classes;
} Workload;

static const Workload workloads[] = {
  {
    .name = "mlp",
    .layers = "Input shape=784; Dense units=512 activation=relu; Dense units=10 activation=softmax",
    .loss = "sparse_categorical_crossentropy",
    .optimizer = "rmsprop",
    .batch = 128,
    .n_classes = 10,
  },
  {
    .name = "tabular",
    .layers = "Input shape=13; Dense units=64 activation=relu; Dense units=64 activation=relu; Dense units=1",
    .loss = "mean_squared_error",
    .optimizer = "rmsprop",
    .batch = 16,
  },
  {
    .name = "mnist-cnn",
    .long_name = "mnist-convnet",
    .layers = "Input shape=28,28,1; Conv2D filters=32 activation=relu; MaxPooling2D; Conv2D filters=64 activation=relu; MaxPooling2D; "
              "Conv2D filters=64 activation=relu; Flatten; Dense units=64 activation=relu; Dense units=10 activation=softmax",
    .loss = "sparse_categorical_crossentropy",
    .optimizer = "rmsprop",
    .batch = 64,
    .n_classes = 10,
  },
  {
    .name = "dogs-cnn",
    .long_name = "dogs-convnet",
    .layers = "Input shape=150,150,3; Conv2D filters=32 activation=relu; MaxPooling2D; Conv2D filters=64 activation=relu; MaxPooling2D; "
              "Conv2D filters=128 activation=relu; MaxPooling2D; Conv2D filters=128 activation=relu; MaxPooling2D; Flatten; Dropout rate=0.5; "
              "Dense units=512 activation=relu; Dense units=1 activation=sigmoid",
    .loss = "binary_crossentropy",
    .optimizer = "rmsprop(learning_rate=1e-4)",
    .batch = 20,
    .n_classes = 2,
  },
};

static const Workload *
find_workload (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (workloads); i++) {
    if (strcmp (workloads[i].name, name) == 0 || g_strcmp0 (workloads[i].long_name, name) == 0)
      return &workloads[i];
  }
  return NULL;
}

static void
set_option (LmOptionSet *set,
            const char *id,
            const char *text)
{
  g_autoptr (GError) error = NULL;
  LmOptionValue value = { 0 };
  int index = lm_option_set_index (set, id);

  if (!lm_option_parse (&set->member->options[index], text, &value, &error) || !lm_option_set_value (set, index, &value, &error))
    g_error ("%s: %s", id, error->message);
  lm_option_value_clear (&value);
}

/* Layers one after another: “Kind option=value option=value; Kind …”. */
static LmDesign *
make_design (const Workload *workload)
{
  LmDesign *design = lm_design_new ();
  g_auto (GStrv) layers = g_strsplit (workload->layers, "; ", -1);

  for (int i = 0; layers[i] != NULL; i++) {
    g_auto (GStrv) words = g_strsplit (layers[i], " ", -1);
    g_autoptr (GError) error = NULL;
    LmNode *node = lm_node_new (words[0], &error);

    if (node == NULL)
      g_error ("%s", error->message);
    for (int w = 1; words[w] != NULL; w++) {
      g_auto (GStrv) pair = g_strsplit (words[w], "=", 2);

      set_option (node->options, pair[0], pair[1]);
    }
    lm_design_add_node (design, node);
    if (i > 0)
      lm_design_add_wire (design, &(LmWire){ i, 0, i + 1, 0 });
  }
  set_option (design->training, "loss", workload->loss);
  set_option (design->training, "optimizer", workload->optimizer);
  return design;
}

/* Normal inputs and random targets: as many samples as four batches take. */
static LmDataset *
make_data (const Workload *workload,
           const LmDesign *design)
{
  const LmNode *input = g_ptr_array_index (design->nodes, 0);
  LmColumn columns[2] = { { .name = (char *) "x", .role = LM_ROLE_INPUT }, { .name = (char *) "y", .role = LM_ROLE_TARGET, .n_classes = workload->n_classes } };
  LmRng rng = lm_rng_init (0, LM_RNG_TEST, 0, 0);
  LmTensor *tensors[LM_N_PARTS * 2] = { NULL };
  LmShape x = { .rank = 1, .dim = { N_BATCHES * workload->batch } }, y = x;
  gint64 sizes[LM_MAX_LIST];
  LmDataset *dataset;

  x.rank += lm_node_ints (input, lm_option_set_index (input->options, "shape"), sizes);
  for (int i = 1; i < x.rank; i++)
    x.dim[i] = sizes[i - 1];
  tensors[0] = lm_tensor_new (LM_F32, &x, NULL);
  tensors[1] = lm_tensor_new (workload->n_classes > 0 ? LM_I32 : LM_F32, &y, NULL);
  for (gint64 i = 0; i < lm_tensor_n_elements (tensors[0]); i++)
    lm_tensor_f32 (tensors[0])[i] = (float) lm_rng_normal (&rng, (guint64) i);
  for (int i = 0; i < N_BATCHES * workload->batch; i++) {
    if (workload->n_classes > 0)
      ((gint32 *) tensors[1]->data)[i] = (gint32) lm_rng_below (&rng, 1u << 30 | (guint) i, (guint32) workload->n_classes);
    else
      lm_tensor_f32 (tensors[1])[i] = (float) lm_rng_normal (&rng, 1u << 30 | (guint) i);
  }
  dataset = lm_dataset_new_memory (workload->name, 2, columns, tensors);
  lm_tensor_unref (tensors[0]);
  lm_tensor_unref (tensors[1]);
  return dataset;
}

typedef struct {
  double samples_per_s;
  double best;
  double median;
  int steps;
  gint64 params;
} Result;

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* The very path of a training step, batches ready in memory. */
static void
run_steps (LmNetwork *network,
           LmUpdater *updater,
           const LmDesign *design,
           LmLoader *loader,
           double rate,
           double seconds,
           Result *result)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  gint64 samples = 0;
  double spent = 0;

  for (guint64 step = 1; spent < seconds || times->len < 5; step++) {
    g_autoptr (GError) error = NULL;
    const LmBatch *batch = lm_loader_next (loader, &error);
    gint64 begin;
    double time;

    if (batch == NULL)
      g_error ("%s", error != NULL ? error->message : "no batch");
    begin = g_get_monotonic_time ();
    lm_program_set_step (network->program, 0, step);
    lm_network_forward (network, batch);
    lm_updater_begin (updater, rate, step);
    lm_program_backward (network->program);
    lm_updater_apply (updater);
    lm_program_update_states (network->program);
    time = (double) (g_get_monotonic_time () - begin) / 1e6;
    if (step > WARM_UP) {
      g_array_append_val (times, time);
      samples += batch->n;
      spent += time;
    }
    lm_loader_release (loader, batch);
  }
  g_array_sort (times, compare_doubles);
  result->samples_per_s = (double) samples / spent;
  result->best = g_array_index (times, double, 0) * 1e3;
  result->median = g_array_index (times, double, times->len / 2) * 1e3;
  result->steps = (int) times->len;
}

static gboolean
run_workload (const Workload *workload,
              double seconds,
              LmPool *pool,
              gboolean exact,
              Result *result,
              GError **error)
{
  g_autoptr (LmDesign) design = make_design (workload);
  g_autoptr (LmDataset) dataset = make_data (workload, design);
  const LmOptionSet *optimizer = lm_option_get_object (design->training, LM_TRAINING_OPTIMIZER);
  LmNetworkSpec spec = { .design = design, .dataset = dataset, .training = TRUE, .with_loss = TRUE, .max_batch = workload->batch };
  g_autoptr (LmNetwork) network = lm_network_new (&spec, error);
  g_autoptr (LmUpdater) updater = NULL;
  g_autoptr (LmWeights) weights = NULL;
  g_autoptr (LmLoader) loader = NULL;
  LmLoaderConfig config = { .dataset = dataset, .part = LM_PART_TRAIN, .batch_size = workload->batch };
  LmOptimizerCommon common;
  const LmGraph *graph;

  lm_optimizer_common (optimizer, &common);
  if (network == NULL || !lm_network_compile (network, workload->batch, exact, NULL, pool, error))
    return FALSE;
  graph = lm_program_graph (network->program);
  updater = lm_updater_new (network->program, optimizer, FALSE, pool);
  weights = lm_weights_new (graph, lm_updater_uses (updater), lm_optimizer_n_moments (optimizer), error);
  if (weights == NULL || !lm_weights_init (weights, graph, 0, error) || !lm_weights_bind (weights, network->program, error))
    return FALSE;
  lm_updater_set_weights (updater, weights);
  lm_network_config (network, &config);
  loader = lm_loader_new (&config, error);
  if (loader == NULL)
    return FALSE;

  for (guint i = 0; i < graph->slots->len; i++)
    result->params += lm_shape_n_elements (&((LmSlot *) g_ptr_array_index (graph->slots, i))->shape, 1);
  lm_flush_denormals ();
  run_steps (network, updater, design, loader, common.rate, seconds, result);
  return TRUE;
}

static void
print_result (const Workload *workload,
              const Result *result,
              gboolean is_json)
{
  struct rusage usage;
  LmJsonWriter *json;

  getrusage (RUSAGE_SELF, &usage);
  if (!is_json) {
    lm_cli_print ("%-12s %10.0f samples/s  best %.3f ms  median %.3f ms  %d steps  %" G_GINT64_FORMAT " parameters  %ld MiB\n", workload->name,
                  result->samples_per_s, result->best, result->median, result->steps, result->params, usage.ru_maxrss / 1024);
    return;
  }
  json = lm_json_writer_new (FALSE);
  lm_json_begin_object (json, NULL);
  lm_json_put_string (json, "workload", workload->name);
  lm_json_put_double (json, "samples_per_s", result->samples_per_s);
  lm_json_put_double (json, "best_step_ms", result->best);
  lm_json_put_double (json, "median_step_ms", result->median);
  lm_json_put_int (json, "steps", result->steps);
  lm_json_put_int (json, "params", result->params);
  lm_json_put_int (json, "rss_mb", usage.ru_maxrss / 1024);
  lm_json_end (json);
  lm_cli_put_line (json);
}

static int
run_bench (int argc,
           char **argv)
{
  gboolean is_json = FALSE, exact = FALSE;
  double seconds = 4;
  int threads = 0;
  const GOptionEntry entries[] = {
    { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, N_ ("How long to time each workload; default 4"), "S" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &threads, N_ ("Threads to use; default: one per core"), "N" },
    { "exact", 0, 0, G_OPTION_ARG_NONE, &exact, N_ ("Direct kernels only"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &is_json, N_ ("JSON Lines on standard output"), NULL },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (LmPool) pool = NULL;

  if (!lm_cli_parse (&lm_call_bench, entries, &argc, &argv, 0, 100))
    return LM_EXIT_USAGE;
  for (int i = 1; i < argc; i++) {
    if (find_workload (argv[i]) == NULL)
      return lm_cli_usage (&lm_call_bench, _ ("there is no workload “%s”; there are mlp, tabular, mnist-cnn and dogs-cnn"), argv[i]);
  }
  pool = lm_pool_new (threads, 0);
  for (gsize i = 0; i < (argc > 1 ? (gsize) argc - 1 : G_N_ELEMENTS (workloads)); i++) {
    const Workload *workload = argc > 1 ? find_workload (argv[i + 1]) : &workloads[i];
    Result result = { 0 };

    if (!run_workload (workload, seconds, pool, exact, &result, &error))
      return lm_cli_fail (error);
    print_result (workload, &result, is_json);
  }
  return LM_EXIT_DONE;
}

const LmCall lm_call_bench = {
  .name = "bench",
  .arguments = "[WORKLOAD …]",
  .summary = N_ ("Measures how fast this machine trains"),
  .details = N_ ("Workloads: mlp, tabular, mnist-cnn, dogs-cnn. Random data, whole training steps: forward, loss, backward, update.\n"),
  .run = run_bench,
};
