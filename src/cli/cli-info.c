/* cli-info.c: lamina info
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-cli.h"

#include <math.h>
#include <string.h>

typedef struct {
  LmDesign *design;
  LmCheck *check;
  GPtrArray *runs;
  char *problem_with_data; /* NULL: they can be read, or there are none */
  LmDataset *dataset;
} Info;

static void
put_shape (LmJsonWriter *json,
           const char *key,
           const LmShape *shape)
{
  if (shape->rank < 0) {
    lm_json_put_null (json, key);
    return;
  }
  lm_json_begin_array (json, key);
  for (int i = 0; i < shape->rank; i++) {
    if (shape->dim[i] < 0)
      lm_json_put_null (json, NULL);
    else
      lm_json_put_int (json, NULL, shape->dim[i]);
  }
  lm_json_end (json);
}

static void
put_layers (LmJsonWriter *json,
            const LmCheck *check)
{
  lm_json_begin_array (json, "layers");
  for (guint i = 0; i < check->layers->len; i++) {
    const LmLayerFacts *layer = &g_array_index (check->layers, LmLayerFacts, i);

    lm_json_begin_object (json, NULL);
    lm_json_put_string (json, "name", layer->name);
    lm_json_put_string (json, "kind", layer->kind);
    if (layer->n_outputs <= 1) {
      put_shape (json, "output_shape", &layer->shapes[0]);
    } else {
      lm_json_begin_array (json, "output_shape");
      for (int o = 0; o < MIN (layer->n_outputs, 4); o++)
        put_shape (json, NULL, &layer->shapes[o]);
      lm_json_end (json);
    }
    lm_json_put_int (json, "params", layer->params);
    lm_json_put_bool (json, "trainable", !layer->frozen);
    lm_json_end (json);
  }
  lm_json_end (json);
}

static void
put_problems (LmJsonWriter *json,
              const LmCheck *check)
{
  lm_json_begin_array (json, "problems");
  for (guint i = 0; i < check->diagnostics->len; i++) {
    const LmDiagnostic *problem = g_ptr_array_index (check->diagnostics, i);
    g_autofree char *text = g_strdup_printf ("%s. %s", problem->title, problem->message);

    lm_json_begin_object (json, NULL);
    lm_json_put_string (json, "layer", problem->layer);
    lm_json_put_int (json, "port", problem->port);
    lm_json_put_string (json, "severity", problem->severity == LM_SEVERITY_ERROR ? "error" : "hint");
    lm_json_put_string (json, "message", text);
    lm_json_begin_array (json, "remedies");
    for (guint r = 0; r < problem->remedies->len; r++)
      lm_json_put_string (json, NULL, ((LmRemedy *) g_ptr_array_index (problem->remedies, r))->title);
    lm_json_end (json);
    lm_json_end (json);
  }
  lm_json_end (json);
}

static void
put_runs (LmJsonWriter *json,
          const GPtrArray *runs)
{
  lm_json_begin_array (json, "runs");
  for (guint i = 0; runs != NULL && i < runs->len; i++) {
    const LmRunInfo *run = g_ptr_array_index (runs, i);

    lm_json_begin_object (json, NULL);
    lm_json_put_int (json, "run", run->id);
    lm_json_put_string (json, "name", run->name);
    lm_json_put_string (json, "state", lm_run_end_name (run->end));
    lm_json_put_int (json, "epochs", run->epochs);
    lm_json_put_int (json, "epoch", run->epoch);
    lm_json_put_int (json, "step", run->step);
    lm_json_put_int (json, "seed", (gint64) run->seed);
    lm_json_put_string (json, "instruction_set", run->instruction_set);
    lm_json_put_string (json, "change", run->change);
    lm_json_put_int (json, "best_epoch", run->best_epoch);
    lm_json_put_double (json, "loss", run->train.loss);
    lm_json_put_double (json, "val_loss", run->validation.loss);
    for (int m = 0; m < run->n_metrics; m++) {
      g_autofree char *name = g_strconcat ("val_", run->metrics[m].name, NULL);

      lm_json_put_double (json, run->metrics[m].name, run->train.metric[m]);
      lm_json_put_double (json, name, run->validation.metric[m]);
    }
    lm_json_end (json);
  }
  lm_json_end (json);
}

static void
print_json (const Info *info)
{
  LmJsonWriter *json = lm_json_writer_new (FALSE);

  lm_json_begin_object (json, NULL);
  put_layers (json, info->check);
  lm_json_put_int (json, "params", info->check->params);
  lm_json_put_int (json, "trainable_params", info->check->trainable);
  lm_json_put_int (json, "train_memory_bytes", (gint64) info->check->train_bytes);
  lm_json_put_double (json, "flops_per_sample", info->check->flops);
  lm_json_put_string (json, "instruction_set", lm_kernels_get ()->isa);
  put_problems (json, info->check);
  lm_json_put_string (json, "data", info->design->data_spec);
  put_runs (json, info->runs);
  lm_json_end (json);
  lm_cli_put_line (json);
}

static void
print_text (const Info *info)
{
  const LmCheck *check = info->check;
  g_autofree char *params = lm_cli_count (check->params), *trainable = lm_cli_count (check->trainable);
  g_autofree char *bytes = lm_cli_bytes (check->train_bytes);

  for (guint i = 0; i < check->layers->len; i++) {
    const LmLayerFacts *layer = &g_array_index (check->layers, LmLayerFacts, i);
    g_autofree char *shape = layer->shapes[0].rank >= 0 ? lm_shape_to_tuple (&layer->shapes[0]) : g_strdup ("?");
    g_autofree char *count = lm_cli_count (layer->params);

    lm_cli_print ("%*s%-24s %-24s %-24s %12s%s\n", layer->depth * 2, "", layer->name, layer->kind, shape, count, layer->frozen ? _ (" frozen") : "");
  }
  lm_cli_print (_ ("%s parameters, %s of them are trained\n"), params, trainable);
  if (check->n_errors == 0)
    lm_cli_print (_ ("%s of memory to train, %.3g operations a sample, kernels %s\n"), bytes, check->flops, lm_kernels_get ()->isa);
  if (info->dataset != NULL)
    lm_cli_print (_ ("Data: %s · %s\n"), info->design->data_spec, info->dataset->description);
  else if (info->design->data_spec != NULL)
    lm_cli_print (_ ("Data: %s · %s\n"), info->design->data_spec, info->problem_with_data);
  for (guint i = 0; info->runs != NULL && i < info->runs->len; i++) {
    const LmRunInfo *run = g_ptr_array_index (info->runs, i);

    lm_cli_print (_ ("Run %d: %s, epoch %d of %d, loss %.4g, validation loss %.4g\n"), (int) run->id, lm_run_end_name (run->end),
                  (int) run->epoch, (int) run->epochs, run->train.loss, run->validation.loss);
  }
  for (guint i = 0; i < check->diagnostics->len; i++) {
    const LmDiagnostic *problem = g_ptr_array_index (check->diagnostics, i);

    lm_cli_print ("%s: %s. %s\n", problem->severity == LM_SEVERITY_ERROR ? _ ("Problem") : _ ("Hint"), problem->title, problem->message);
    for (guint r = 0; r < problem->remedies->len; r++)
      lm_cli_print ("  → %s\n", ((LmRemedy *) g_ptr_array_index (problem->remedies, r))->title);
  }
}

/* A project, or a design alone. */
static gboolean
load (Info *info,
      const char *path,
      GError **error)
{
  g_autoptr (LmProject) project = NULL;
  g_autoptr (GError) data_error = NULL;
  LmTask task = { 0 };

  if (g_str_has_suffix (path, ".json")) {
    g_autofree char *text = NULL;
    gsize length;

    if (!g_file_get_contents (path, &text, &length, error))
      return FALSE;
    info->design = lm_design_from_json (text, (gssize) length, path, error);
  } else {
    project = lm_project_open (path, LM_PROJECT_READ, error);
    if (project == NULL)
      return FALSE;
    info->design = lm_project_load_design (project, error);
    info->runs = lm_project_list_runs (project, error);
    if (info->runs == NULL)
      return FALSE;
  }
  if (info->design == NULL)
    return FALSE;

  /* Without its data a project can still be looked at. */
  if (info->design->data_spec != NULL && project != NULL) {
    info->dataset = lm_run_open_data (project, info->design, NULL, lm_cli_progress, NULL, &data_error);
    lm_cli_progress_done ();
    if (info->dataset == NULL)
      info->problem_with_data = g_strdup (data_error->message);
  }
  if (info->dataset != NULL)
    lm_run_task (info->dataset, &task);
  info->check = lm_check_design (info->design, info->dataset != NULL ? &task : NULL, TRUE);
  return TRUE;
}

static int
run_info (int argc,
          char **argv)
{
  gboolean is_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &is_json, N_ ("One line of JSON on standard output"), NULL },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  Info info = { 0 };
  int status = LM_EXIT_DONE;

  if (!lm_cli_parse (&lm_call_info, entries, &argc, &argv, 1, 1))
    return LM_EXIT_USAGE;
  if (!load (&info, argv[1], &error))
    status = lm_cli_fail (error);
  else if (is_json)
    print_json (&info);
  else
    print_text (&info);

  g_clear_pointer (&info.design, lm_design_free);
  g_clear_pointer (&info.check, lm_check_free);
  g_clear_pointer (&info.runs, g_ptr_array_unref);
  g_clear_pointer (&info.dataset, lm_dataset_unref);
  g_free (info.problem_with_data);
  return status;
}

const LmCall lm_call_info = {
  .name = "info",
  .arguments = "FILE.lamina",
  .summary = N_ ("Shows layers, shapes, parameters, memory, problems and runs"),
  .run = run_info,
};
