/* cli-predict.c: lamina predict
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-cli.h"

#include <string.h>

/* Pictures become what the first Input takes. */
static LmTensor *
load_pictures (GPtrArray *paths,
               const LmShape *input,
               GError **error)
{
  int height = (int) input->dim[1], width = (int) input->dim[2], channels = (int) input->dim[3];
  LmShape shape = LM_SHAPE ((gint64) paths->len, height, width, channels);
  g_autoptr (LmTensor) all = lm_tensor_new (LM_F32, &shape, error);

  for (guint i = 0; all != NULL && i < paths->len; i++) {
    const char *path = g_ptr_array_index (paths, i);
    g_autoptr (LmImage) image = lm_image_load (path, path, error);
    g_autoptr (LmTensor) pixels = image != NULL ? lm_image_to_tensor (image, height, width, channels, LM_KEEP_STRETCH, error) : NULL;

    if (pixels == NULL)
      return NULL;
    memcpy (lm_tensor_f32 (all) + (gsize) i * (gsize) lm_tensor_n_elements (pixels), pixels->data, lm_tensor_n_bytes (pixels));
  }
  return g_steal_pointer (&all);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* (transfer full): the pictures of a folder, by name. */
static GPtrArray *
list_pictures (const char *folder,
               GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char *name;

  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL) {
    if (lm_image_has_image_name (name))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  }
  if (paths->len == 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The folder “%s” has no pictures. Choose a folder with PNG or JPEG files."), folder);
    return NULL;
  }
  g_ptr_array_sort (paths, compare_names);
  return g_steal_pointer (&paths);
}

/* The first Input of the design, and its shape with the batch. */
static const LmNode *
first_input (const LmDesign *design,
             LmShape *shape)
{
  for (guint i = 0; i < design->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (design->nodes, i);

    if (node->layer != NULL && node->layer->max_inputs == 0) {
      gint64 sizes[LM_MAX_LIST];
      int n = lm_node_ints (node, lm_option_set_index (node->options, "shape"), sizes);

      *shape = (LmShape){ .rank = MIN (n + 1, LM_MAX_RANK), .dim = { LM_BATCH } };
      for (int axis = 1; axis < shape->rank; axis++)
        shape->dim[axis] = sizes[axis - 1];
      return node;
    }
  }
  return NULL;
}

/* Arrays by the names of the Inputs; a single array serves an only Input. */
static LmDataset *
data_from_arrays (int n,
                  char **names,
                  LmTensor **tensors,
                  const char *only,
                  GError **error)
{
  g_autofree LmColumn *columns = g_new0 (LmColumn, n);
  g_autofree LmTensor **parts = g_new0 (LmTensor *, n * LM_N_PARTS);
  LmDataset *dataset;

  for (int i = 0; i < n; i++) {
    columns[i].role = LM_ROLE_INPUT;
    columns[i].name = n == 1 && only != NULL ? (char *) only : names[i];
    if (tensors[i]->shape.rank < 1 || tensors[i]->shape.dim[0] != tensors[0]->shape.dim[0]) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("“%s” and “%s” do not have the same number of samples. Store arrays with samples first."), names[0], names[i]);
      return NULL;
    }
    parts[i] = lm_tensor_to_f32 (tensors[i]);
  }
  dataset = lm_dataset_new_memory ("input", n, columns, parts);
  for (int i = 0; i < n; i++)
    lm_tensor_unref (parts[i]);
  return dataset;
}

static LmDataset *
load_input (const char *path,
            const LmDesign *design,
            GError **error)
{
  g_autoptr (GPtrArray) pictures = NULL;
  g_autoptr (LmTensor) tensor = NULL;
  char *name = (char *) "x";
  LmShape shape;
  const LmNode *input = first_input (design, &shape);

  if (input == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_GRAPH, _ ("The network has no Input. Add one and train it."));
    return NULL;
  }
  if (g_str_has_suffix (path, ".npz")) {
    g_autoptr (LmNpz) npz = lm_npz_load (path, path, error);

    return npz != NULL ? data_from_arrays (npz->n, npz->names, npz->tensors, npz->n == 1 ? input->name : NULL, error) : NULL;
  }
  if (g_str_has_suffix (path, ".npy")) {
    tensor = lm_npy_load (path, path, error);
  } else {
    if (shape.rank != 4 || (shape.dim[3] != 1 && shape.dim[3] != 3)) {
      g_autofree char *takes = lm_shape_to_string (&shape);

      g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("“%s” takes %s, which no picture can be. Give an .npy or .npz file."), input->name, takes);
      return NULL;
    }
    if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
      pictures = list_pictures (path, error);
    } else {
      pictures = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (pictures, g_strdup (path));
    }
    tensor = pictures != NULL ? load_pictures (pictures, &shape, error) : NULL;
  }
  return tensor != NULL ? data_from_arrays (1, &name, &tensor, input->name, error) : NULL;
}

static gboolean
predict (const char *file,
         const char *input,
         const char *output,
         gint64 run,
         const char *checkpoint,
         gboolean raw,
         int threads,
         GError **error)
{
  g_autoptr (LmProject) project = lm_project_open (file, LM_PROJECT_READ, error);
  g_autoptr (LmModel) model = project != NULL ? lm_model_load (project, run, checkpoint, error) : NULL;
  g_autoptr (LmDataset) dataset = model != NULL ? load_input (input, model->design, error) : NULL;
  g_autoptr (LmPool) pool = NULL;
  g_autoptr (LmTensor) result = NULL;
  const char *name = "y";
  LmEvaluateSpec spec = { .part = LM_PART_TRAIN, .exact = TRUE, .progress = lm_cli_progress };

  if (dataset == NULL)
    return FALSE;
  pool = lm_pool_new (threads, 0);
  spec.design = model->design;
  spec.weights = model->weights;
  spec.dataset = dataset;
  spec.pipeline = raw ? NULL : model->pipeline;
  spec.pool = pool;
  result = lm_predict (&spec, 0, error);
  lm_cli_progress_done ();
  return result != NULL && lm_array_file_save (output, 1, &name, &result, error);
}

static int
run_predict (int argc,
             char **argv)
{
  g_autofree char *input = NULL, *output = NULL, *checkpoint = NULL;
  gboolean raw = FALSE;
  gint64 run = 0;
  int threads = 0;
  const GOptionEntry entries[] = {
    { "input", 0, 0, G_OPTION_ARG_FILENAME, &input, N_ ("An .npy or .npz file, a picture, or a folder of pictures"), "X" },
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, N_ ("Where to write the predictions: .npy, .npz or .csv"), "Y" },
    { "run", 0, 0, G_OPTION_ARG_INT64, &run, N_ ("Weights of this run; default: the last"), N_ ("RUN") },
    { "checkpoint", 0, 0, G_OPTION_ARG_STRING, &checkpoint, N_ ("last (default), best, or the number of an epoch"), N_ ("WHICH") },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &raw, N_ ("Leave the chain of steps out"), NULL },
    { "threads", 0, 0, G_OPTION_ARG_INT, &threads, N_ ("Threads to use; default: one per core"), "N" },
    { NULL }
  };
  g_autoptr (GError) error = NULL;

  if (!lm_cli_parse (&lm_call_predict, entries, &argc, &argv, 1, 1))
    return LM_EXIT_USAGE;
  if (input == NULL || output == NULL)
    return lm_cli_usage (&lm_call_predict, _ ("--input and --output are needed"));
  return predict (argv[1], input, output, run, checkpoint, raw, threads, &error) ? LM_EXIT_DONE : lm_cli_fail (error);
}

const LmCall lm_call_predict = {
  .name = "predict",
  .arguments = "FILE.lamina --input X --output Y",
  .summary = N_ ("Answers of the trained network for new samples"),
  .details = N_ ("Examples:\n"
                 "  lamina predict m.lamina --input photo.png --output y.csv\n"
                 "  lamina predict m.lamina --input x.npy --output y.npy\n"),
  .run = run_predict,
};
