/* cli-look.c: lamina look: every picture as a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-cli.h"

#include "lm-render.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  char *output;
  int width;
  char *layer;
  int class_index;
  char *input;
  char *sample;
  char *split;
  char *method;
  char *data;
  char *checkpoint;
  gint64 run;
  gboolean dark;
  int threads;
} Options;

/* What a picture is made from; the rest is opened when it is needed. */
typedef struct {
  const Options *options;
  LmProject *project;
  LmModel *model; /* NULL: nothing has been trained */
  LmDesign *design;
  LmDataset *dataset;
  LmPool *pool;
  LmLook look;
  LmSample *chosen;
  LmRenderSpec render;
  char *caption; /* “digits · run 1, epoch 5” */
} Scene;

static void
clear_scene (Scene *scene)
{
  g_clear_pointer (&scene->project, lm_project_unref);
  g_clear_pointer (&scene->model, lm_model_free);
  g_clear_pointer (&scene->design, lm_design_free);
  g_clear_pointer (&scene->dataset, lm_dataset_unref);
  g_clear_pointer (&scene->pool, lm_pool_free);
  g_clear_pointer (&scene->chosen, lm_sample_free);
  g_clear_pointer (&scene->caption, g_free);
}

static gboolean
open_scene (Scene *scene,
            const char *path,
            GError **error)
{
  g_autoptr (GError) none = NULL;
  g_autofree char *name = NULL;

  scene->project = lm_project_open (path, LM_PROJECT_READ, error);
  if (scene->project == NULL)
    return FALSE;
  name = lm_project_dup_name (scene->project);
  scene->model = lm_model_load (scene->project, scene->options->run, scene->options->checkpoint, &none);
  if (scene->model == NULL && (scene->options->run > 0 || scene->options->checkpoint != NULL || !g_error_matches (none, LM_ERROR, LM_ERROR_NOT_FOUND))) {
    g_propagate_error (error, g_steal_pointer (&none));
    return FALSE;
  }
  scene->design = scene->model != NULL ? lm_design_copy (scene->model->design) : lm_project_load_design (scene->project, error);
  if (scene->design == NULL)
    return FALSE;
  scene->caption = scene->model != NULL && scene->model->run > 0 ? g_strdup_printf (_ ("%s · run %d, epoch %d"), name, (int) scene->model->run, (int) scene->model->epoch) : g_steal_pointer (&name);
  scene->pool = lm_pool_new (scene->options->threads, 0);
  scene->render.width = scene->options->width;
  scene->render.theme = lm_theme_get (scene->options->dark ? LM_THEME_DARK : LM_THEME_LIGHT);
  scene->look.design = scene->design;
  scene->look.pool = scene->pool;
  if (scene->model != NULL) {
    scene->look.weights = scene->model->weights;
    scene->look.pipeline = scene->model->pipeline;
  }
  return TRUE;
}

static gboolean
need_data (Scene *scene,
           GError **error)
{
  if (scene->dataset == NULL)
    scene->dataset = lm_run_open_data (scene->project, scene->design, scene->options->data, lm_cli_progress, NULL, error);
  lm_cli_progress_done ();
  scene->look.dataset = scene->dataset;
  return scene->dataset != NULL;
}

/* Where data can be had they give names and ranges; a picture of weights does without. */
static void
like_data (Scene *scene)
{
  if (scene->design->data_spec != NULL || scene->options->data != NULL)
    need_data (scene, NULL);
}

static gboolean
need_model (Scene *scene,
            GError **error)
{
  if (scene->model != NULL)
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("Nothing has been trained yet. Run “lamina train” first."));
  return FALSE;
}

/* An untrained network looks through a chain that is fitted now. */
static gboolean
need_sample (Scene *scene,
             GError **error)
{
  LmPart part;
  g_autoptr (GError) ignored = NULL;

  if (scene->options->input != NULL) {
    like_data (scene);
    scene->chosen = lm_sample_from_image (scene->design, scene->options->input, error);
    return scene->chosen != NULL;
  }
  if (!need_data (scene, error))
    return FALSE;
  part = lm_dataset_default_part (scene->dataset);
  if (scene->options->split != NULL && !lm_part_parse (scene->options->split, &part, error))
    return FALSE;
  scene->chosen = lm_sample_from_dataset (scene->dataset, part, scene->options->sample != NULL ? g_ascii_strtoll (scene->options->sample, NULL, 10) : 0, error);
  return scene->chosen != NULL;
}

static gboolean
look_graph (Scene *scene,
            GError **error)
{
  g_autoptr (LmCheck) check = NULL;
  g_autoptr (LmGraphPicture) picture = NULL;
  LmTask task = { 0 };

  like_data (scene);
  if (scene->dataset != NULL)
    lm_run_task (scene->dataset, &task);
  check = lm_check_design (scene->design, scene->dataset != NULL ? &task : NULL, TRUE);
  picture = lm_graph_picture (scene->design, check, scene->dataset != NULL ? &task : NULL);
  picture->title = lm_project_dup_name (scene->project);
  return lm_render_graph (picture, scene->options->output, &scene->render, error);
}

static gboolean
look_curves (Scene *scene,
             GError **error)
{
  gint64 run = scene->options->run > 0 ? scene->options->run : lm_project_last_run (scene->project);
  g_autoptr (LmHistory) history = NULL;
  g_autoptr (LmCurvesPicture) picture = NULL;
  g_autofree char *name = lm_project_dup_name (scene->project);

  if (run == 0)
    return need_model (scene, error);
  history = lm_project_load_history (scene->project, run, error);
  if (history == NULL)
    return FALSE;
  picture = lm_history_picture (history, name, scene->caption, lm_history_n_epochs (history) < 3);
  return lm_render_curves (picture, scene->options->output, &scene->render, error);
}

static gboolean
look_weights (Scene *scene,
              GError **error)
{
  g_autoptr (LmSheetPicture) picture = lm_kernels_sheet (&scene->look, scene->options->layer, error);

  if (picture != NULL && picture->caption == NULL)
    picture->caption = g_strdup (scene->caption);
  return picture != NULL && lm_render_sheet (picture, scene->options->output, &scene->render, error);
}

static gboolean
look_filters (Scene *scene,
              GError **error)
{
  g_autoptr (LmSheetPicture) picture = NULL;
  LmAscentSpec spec = { .layer = scene->options->layer, .progress = lm_cli_progress };

  if (g_strcmp0 (scene->options->method, "kernels") == 0)
    return look_weights (scene, error);
  like_data (scene);
  picture = lm_ascent (&scene->look, &spec, error);
  lm_cli_progress_done ();
  if (picture != NULL && picture->caption == NULL)
    picture->caption = g_strdup (scene->caption);
  return picture != NULL && lm_render_sheet (picture, scene->options->output, &scene->render, error);
}

static gboolean
look_activations (Scene *scene,
                  GError **error)
{
  g_autoptr (LmFilmPicture) picture = NULL;

  if (!need_sample (scene, error))
    return FALSE;
  picture = lm_activations (&scene->look, scene->chosen, scene->options->layer, error);
  return picture != NULL && lm_render_film (picture, scene->options->output, &scene->render, error);
}

static gboolean
look_heatmap (Scene *scene,
              GError **error)
{
  g_autoptr (LmHeatmapPicture) picture = NULL;
  LmHeatmapSpec spec = { .method = scene->options->method, .layer = scene->options->layer, .class_index = scene->options->class_index };

  if (!need_sample (scene, error))
    return FALSE;
  picture = lm_heatmap (&scene->look, scene->chosen, &spec, error);
  return picture != NULL && lm_render_heatmap (picture, scene->options->output, &scene->render, error);
}

static gboolean
look_confusion (Scene *scene,
                GError **error)
{
  g_autoptr (LmReport) report = NULL;
  g_autoptr (LmConfusionPicture) picture = NULL;
  g_autofree char *caption = NULL, *title = NULL;
  LmEvaluateSpec spec = { .exact = TRUE, .progress = lm_cli_progress };

  if (!need_model (scene, error) || !need_data (scene, error))
    return FALSE;
  spec.part = lm_dataset_has (scene->dataset, LM_PART_VALIDATION) ? LM_PART_VALIDATION : LM_PART_TRAIN;
  if (scene->options->split != NULL && !lm_part_parse (scene->options->split, &spec.part, error))
    return FALSE;
  spec.design = scene->design;
  spec.weights = scene->look.weights;
  spec.pipeline = scene->look.pipeline;
  spec.dataset = scene->dataset;
  spec.pool = scene->pool;
  report = lm_report_new (&spec, error);
  lm_cli_progress_done ();
  if (report == NULL)
    return FALSE;
  title = g_strdup_printf (_ ("Confusion, %s"), lm_part_name (spec.part));
  caption = g_strdup_printf (_ ("%s · %zu samples, accuracy %.4f"), scene->caption, report->n, lm_report_accuracy (report));
  picture = lm_report_confusion (report, title, caption);
  return lm_render_confusion (picture, scene->options->output, &scene->render, error);
}

static const struct {
  const char *kind;
  gboolean (*look) (Scene *scene, GError **error);
} kinds[] = {
  { "graph", look_graph },
  { "curves", look_curves },
  { "confusion", look_confusion },
  { "weights", look_weights },
  { "filters", look_filters },
  { "activations", look_activations },
  { "heatmap", look_heatmap },
};

static int
look (const char *path,
      const char *kind,
      const Options *options)
{
  g_autoptr (GError) error = NULL;
  Scene scene = { .options = options };
  int status = LM_EXIT_USAGE;

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (strcmp (kinds[i].kind, kind) != 0)
      continue;
    status = open_scene (&scene, path, &error) && kinds[i].look (&scene, &error) ? LM_EXIT_DONE : lm_cli_fail (error);
    clear_scene (&scene);
    return status;
  }
  return lm_cli_usage (&lm_call_look, _ ("there is no picture “%s”; there are graph, curves, confusion, weights, filters, activations and heatmap"), kind);
}

static int
run_look (int argc,
          char **argv)
{
  Options options = { .width = 1200, .class_index = -1 };
  const GOptionEntry entries[] = {
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &options.output, N_ ("Where to write the picture: .png, .svg or .pdf (.csv: its values)"), "F" },
    { "width", 0, 0, G_OPTION_ARG_INT, &options.width, N_ ("Width in pixels; default 1200"), "W" },
    { "layer", 0, 0, G_OPTION_ARG_STRING, &options.layer, N_ ("Layer to look at, by name"), "L" },
    { "class", 0, 0, G_OPTION_ARG_INT, &options.class_index, N_ ("Class of the heatmap, from 0; default: the predicted one"), "C" },
    { "input", 0, 0, G_OPTION_ARG_FILENAME, &options.input, N_ ("A picture to look with"), N_ ("IMAGE") },
    { "sample", 0, 0, G_OPTION_ARG_STRING, &options.sample, N_ ("Number of the sample to look with, from 0"), "I" },
    { "split", 0, 0, G_OPTION_ARG_STRING, &options.split, N_ ("Part of the data: train, validation, test"), N_ ("PART") },
    { "method", 0, 0, G_OPTION_ARG_STRING, &options.method, N_ ("heatmap: grad-cam, hirescam, saliency; filters: kernels"), "M" },
    { "data", 0, 0, G_OPTION_ARG_STRING, &options.data, N_ ("Other data than the project's"), N_ ("SPEC") },
    { "run", 0, 0, G_OPTION_ARG_INT64, &options.run, N_ ("Weights of this run; default: the last"), N_ ("RUN") },
    { "checkpoint", 0, 0, G_OPTION_ARG_STRING, &options.checkpoint, N_ ("last (default), best, or the number of an epoch"), N_ ("WHICH") },
    { "dark", 0, 0, G_OPTION_ARG_NONE, &options.dark, N_ ("Dark colours"), NULL },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, N_ ("Threads to use; default: one per core"), "N" },
    { NULL }
  };
  int status = LM_EXIT_USAGE;

  if (lm_cli_parse (&lm_call_look, entries, &argc, &argv, 2, 2)) {
    if (options.output == NULL)
      status = lm_cli_usage (&lm_call_look, _ ("--output is needed"));
    else if (!lm_render_knows (options.output))
      status = lm_cli_usage (&lm_call_look, _ ("“%s” ends neither in .png, .svg, .pdf nor .csv"), options.output);
    else if (options.width < 100 || options.width > 10000)
      status = lm_cli_usage (&lm_call_look, _ ("the width is %d, but must be from 100 to 10000 pixels"), options.width);
    else
      status = look (argv[1], argv[2], &options);
  }
  g_free (options.output);
  g_free (options.layer);
  g_free (options.input);
  g_free (options.sample);
  g_free (options.split);
  g_free (options.method);
  g_free (options.data);
  g_free (options.checkpoint);
  return status;
}

const LmCall lm_call_look = {
  .name = "look",
  .arguments = "FILE.lamina KIND --output F",
  .summary = N_ ("Pictures of the network, its training and what goes on inside"),
  .details = N_ ("KIND: graph, curves, confusion, weights, filters, activations, heatmap\n\n"
                 "Examples:\n"
                 "  lamina look m.lamina graph --output graph.svg\n"
                 "  lamina look m.lamina heatmap --sample 3 --class 7 --output heat.png\n"
                 "  lamina look m.lamina filters --layer conv2d_1 --output filters.png\n"),
  .run = run_look,
};
