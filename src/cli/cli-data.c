/* cli-data.c: lamina data
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-cli.h"

#include <string.h>

static void
list_sources (gboolean is_json)
{
  gsize n;
  const LmMember *const *members = lm_family_members ("source", &n);

  for (gsize i = 0; i < n; i++) {
    const LmSourceClass *source = (const LmSourceClass *) members[i];
    g_autofree char *spec = source->is_builtin ? g_strdup_printf ("builtin:%s", members[i]->id) : g_strdup_printf ("%s:%s", members[i]->id, _ ("PATH"));

    if (is_json) {
      LmJsonWriter *json = lm_json_writer_new (FALSE);

      lm_json_begin_object (json, NULL);
      lm_json_put_string (json, "spec", spec);
      lm_json_put_string (json, "title", _ (members[i]->title));
      lm_json_put_bool (json, "builtin", source->is_builtin);
      lm_json_end (json);
      lm_cli_put_line (json);
    } else {
      lm_cli_print ("%-20s %s\n", spec, _ (members[i]->title));
    }
  }
}

static void
put_classes (LmJsonWriter *json,
             const LmDataset *dataset,
             int column)
{
  const LmColumn *target = &dataset->columns[column];
  g_autofree gint64 *counts = g_new0 (gint64, MAX (1, target->n_classes));

  lm_json_begin_object (json, "classes");
  for (int part = 0; part < LM_N_PARTS; part++) {
    if (!lm_dataset_has (dataset, (LmPart) part) || !lm_dataset_class_counts (dataset, (LmPart) part, column, counts, NULL))
      continue;
    lm_json_begin_array (json, lm_part_name ((LmPart) part));
    for (int i = 0; i < target->n_classes; i++)
      lm_json_put_int (json, NULL, counts[i]);
    lm_json_end (json);
  }
  lm_json_end (json);
}

static void
preview_json (const LmDataset *dataset)
{
  LmJsonWriter *json = lm_json_writer_new (FALSE);
  int target = lm_dataset_first (dataset, LM_ROLE_TARGET);

  lm_json_begin_object (json, NULL);
  lm_json_put_string (json, "name", dataset->name);
  lm_json_put_string (json, "description", dataset->description);
  lm_json_put_string (json, "fingerprint", dataset->fingerprint);
  for (int part = 0; part < LM_N_PARTS; part++)
    lm_json_put_int (json, lm_part_name ((LmPart) part), (gint64) lm_dataset_n (dataset, (LmPart) part));
  lm_json_begin_array (json, "columns");
  for (int i = 0; i < dataset->n_columns; i++) {
    const LmColumn *column = &dataset->columns[i];

    lm_json_begin_object (json, NULL);
    lm_json_put_string (json, "name", column->name);
    lm_json_put_string (json, "role", column->role == LM_ROLE_INPUT ? "input" : "target");
    lm_json_put_string (json, "dtype", lm_dtype_name (column->dtype));
    lm_json_begin_array (json, "shape");
    for (int axis = 0; axis < column->sample.rank; axis++)
      lm_json_put_int (json, NULL, column->sample.dim[axis]);
    lm_json_end (json);
    lm_json_put_int (json, "n_classes", column->n_classes);
    lm_json_end (json);
  }
  lm_json_end (json);
  if (target >= 0 && dataset->columns[target].n_classes > 0)
    put_classes (json, dataset, target);
  lm_json_end (json);
  lm_cli_put_line (json);
}

static gboolean
preview_text (const LmDataset *dataset,
              GError **error)
{
  g_autoptr (LmDataReport) report = lm_data_report_new (dataset, lm_cli_progress, NULL, error);

  if (report == NULL)
    return FALSE;
  lm_cli_progress_done ();
  lm_cli_print ("%s\n", dataset->description);
  for (int i = 0; i < dataset->n_columns; i++) {
    const LmColumn *column = &dataset->columns[i];

    lm_cli_print ("  %-12s %-7s %s\n", column->name, column->role == LM_ROLE_INPUT ? _ ("input") : _ ("target"), column->description);
  }
  for (int i = 0; dataset->notes != NULL && dataset->notes[i] != NULL; i++)
    lm_cli_print ("! %s\n", dataset->notes[i]);
  for (int i = 0; i < report->n_checks; i++) {
    const LmDataCheck *check = &report->checks[i];

    lm_cli_print ("%s %s\n", check->level == LM_CHECK_OK ? "✓" : "!", check->title);
    if (check->level != LM_CHECK_OK && check->detail != NULL)
      lm_cli_print ("    %s\n", check->detail);
  }
  return TRUE;
}

static int
preview (const char *spec,
         gboolean is_json)
{
  LmOpenArgs args = LM_OPEN_ARGS_DEFAULT;
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDataset) dataset = NULL;

  args.progress = lm_cli_progress;
  dataset = lm_data_open (spec, &args, &error);
  if (dataset == NULL)
    return lm_cli_fail (error);
  if (is_json)
    preview_json (dataset);
  else if (!preview_text (dataset, &error))
    return lm_cli_fail (error);
  return LM_EXIT_DONE;
}

static int
run_data (int argc,
          char **argv)
{
  gboolean is_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &is_json, N_ ("JSON Lines on standard output"), NULL },
    { NULL }
  };

  if (!lm_cli_parse (&lm_call_data, entries, &argc, &argv, 1, 2))
    return LM_EXIT_USAGE;
  if (strcmp (argv[1], "list") == 0 && argc == 2) {
    list_sources (is_json);
    return LM_EXIT_DONE;
  }
  if (argc == 3 && (strcmp (argv[1], "preview") == 0 || strcmp (argv[1], "show") == 0))
    return preview (argv[2], is_json);
  return lm_cli_usage (&lm_call_data, _ ("“%s” is neither “list” nor “preview SPEC”"), argv[1]);
}

const LmCall lm_call_data = {
  .name = "data",
  .arguments = "list | preview SPEC",
  .summary = N_ ("Lists the kinds of data, or looks at some"),
  .details = N_ ("Examples:\n"
                 "  lamina data preview builtin:digits\n"
                 "  lamina data preview idx:mnist\n"
                 "  lamina data preview images:photos --json\n"),
  .run = run_data,
};
