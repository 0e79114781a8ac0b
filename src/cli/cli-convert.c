/* cli-convert.c: lamina convert
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-cli.h"

#include <string.h>

static gboolean
design_to_json (const char *in,
                const char *out,
                GError **error)
{
  g_autoptr (LmProject) project = lm_project_open (in, LM_PROJECT_READ, error);
  g_autoptr (LmDesign) design = project != NULL ? lm_project_load_design (project, error) : NULL;
  g_autofree char *text = design != NULL ? lm_design_to_json (design, TRUE) : NULL;

  return text != NULL && g_file_set_contents (out, text, -1, error);
}

static gboolean
json_to_project (const char *in,
                 const char *out,
                 GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (LmDesign) design = NULL;
  g_autoptr (LmProject) project = NULL;
  gsize length;

  if (!g_file_get_contents (in, &text, &length, error))
    return FALSE;
  design = lm_design_from_json (text, (gssize) length, in, error);
  if (design == NULL)
    return FALSE;
  project = lm_project_create (out, FALSE, error);
  return project != NULL && lm_project_save_design (project, design, error) && lm_project_close (project, error);
}

static gboolean
weights_out (const char *in,
             const char *out,
             const char *checkpoint,
             GError **error)
{
  g_autoptr (LmProject) project = lm_project_open (in, LM_PROJECT_READ, error);
  g_autoptr (LmModel) model = project != NULL ? lm_model_load (project, 0, checkpoint, error) : NULL;

  return model != NULL && lm_safetensors_save (out, model->weights, error);
}

static gboolean
weights_in (const char *in,
            const char *out,
            GError **error)
{
  g_autoptr (LmSnapshot) weights = lm_safetensors_load (in, in, error);
  g_autoptr (LmProject) project = NULL;

  if (weights == NULL)
    return FALSE;
  project = lm_project_open (out, LM_PROJECT_WRITE, error);
  return project != NULL && lm_project_require_writable (project, error) && lm_project_set_import (project, weights, error) &&
         lm_project_close (project, error);
}

static int
run_convert (int argc,
             char **argv)
{
  g_autofree char *checkpoint = NULL;
  const GOptionEntry entries[] = {
    { "checkpoint", 0, 0, G_OPTION_ARG_STRING, &checkpoint, N_ ("last (default), best, or the number of an epoch"), N_ ("WHICH") },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  const char *in, *out;
  gboolean done;

  if (!lm_cli_parse (&lm_call_convert, entries, &argc, &argv, 2, 2))
    return LM_EXIT_USAGE;
  in = argv[1];
  out = argv[2];
  if (g_str_has_suffix (in, ".lamina") && g_str_has_suffix (out, ".json"))
    done = design_to_json (in, out, &error);
  else if (g_str_has_suffix (in, ".json") && g_str_has_suffix (out, ".lamina"))
    done = json_to_project (in, out, &error);
  else if (g_str_has_suffix (in, ".lamina") && g_str_has_suffix (out, ".safetensors"))
    done = weights_out (in, out, checkpoint, &error);
  else if (g_str_has_suffix (in, ".safetensors") && g_str_has_suffix (out, ".lamina"))
    done = weights_in (in, out, &error);
  else
    return lm_cli_usage (&lm_call_convert, _ ("“%s” cannot become “%s”; a .lamina becomes .json or .safetensors, and the reverse"), in, out);
  return done ? LM_EXIT_DONE : lm_cli_fail (error);
}

const LmCall lm_call_convert = {
  .name = "convert",
  .arguments = "IN OUT",
  .summary = N_ ("Turns a project into a design (.json) or weights (.safetensors), and the reverse"),
  .details = N_ ("Examples:\n"
                 "  lamina convert m.lamina m.json\n"
                 "  lamina convert m.json n.lamina\n"
                 "  lamina convert m.lamina w.safetensors\n"
                 "  lamina convert w.safetensors m.lamina     loads weights into a project\n"),
  .run = run_convert,
};
