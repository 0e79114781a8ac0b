/* cli-templates.c: lamina templates, lamina new
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-cli.h"

static int
run_templates (int argc,
               char **argv)
{
  gboolean is_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &is_json, N_ ("JSON Lines on standard output"), NULL },
    { NULL }
  };
  const LmTemplate *templates;
  gsize n;

  if (!lm_cli_parse (&lm_call_templates, entries, &argc, &argv, 0, 0))
    return LM_EXIT_USAGE;
  templates = lm_template_list (&n);
  for (gsize i = 0; i < n; i++) {
    if (is_json) {
      LmJsonWriter *json = lm_json_writer_new (FALSE);

      lm_json_begin_object (json, NULL);
      lm_json_put_string (json, "template", templates[i].id);
      lm_json_put_string (json, "title", _ (templates[i].title));
      lm_json_put_string (json, "help", _ (templates[i].help));
      lm_json_put_string (json, "data", templates[i].data);
      lm_json_end (json);
      lm_cli_put_line (json);
    } else {
      lm_cli_print ("%-16s %-18s %s\n", templates[i].id, templates[i].data, _ (templates[i].title));
    }
  }
  return LM_EXIT_DONE;
}

static int
run_new (int argc,
         char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDesign) design = NULL;
  g_autoptr (LmProject) project = NULL;

  if (!lm_cli_parse (&lm_call_new, NULL, &argc, &argv, 2, 2))
    return LM_EXIT_USAGE;
  if (!g_str_has_suffix (argv[2], ".lamina"))
    return lm_cli_usage (&lm_call_new, _ ("“%s” does not end in .lamina"), argv[2]);
  design = lm_template_load (argv[1], &error);
  if (design == NULL)
    return lm_cli_fail (error);
  project = lm_project_create (argv[2], FALSE, &error);
  if (project == NULL || !lm_project_save_design (project, design, &error) || !lm_project_close (project, &error))
    return lm_cli_fail (error);
  return LM_EXIT_DONE;
}

const LmCall lm_call_templates = {
  .name = "templates",
  .arguments = "",
  .summary = N_ ("Lists the networks to begin with"),
  .run = run_templates,
};

const LmCall lm_call_new = {
  .name = "new",
  .arguments = "TEMPLATE FILE.lamina",
  .summary = N_ ("Makes a project from a template"),
  .details = N_ ("Example:\n"
                 "  lamina new mnist-convnet m.lamina\n\n"
                 "A file that is there already is left alone.\n"),
  .run = run_new,
};
