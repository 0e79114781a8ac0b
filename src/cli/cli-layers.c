/* cli-layers.c: lamina layers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-cli.h"

#include <math.h>

static const char *
kind_name (LmOptionKind kind)
{
  switch (kind) {
  case LM_OPTION_BOOL:
    return "bool";
  case LM_OPTION_INT:
    return "int";
  case LM_OPTION_DOUBLE:
    return "float";
  case LM_OPTION_STRING:
    return "string";
  case LM_OPTION_CHOICE:
    return "choice";
  case LM_OPTION_INTS:
    return "ints";
  case LM_OPTION_OBJECT:
  default:
    return "object";
  }
}

static void
put_default (LmJsonWriter *json,
             const LmOptionSpec *spec)
{
  gboolean is_number = spec->kind == LM_OPTION_INT || spec->kind == LM_OPTION_DOUBLE;

  if (spec->kind == LM_OPTION_BOOL) {
    lm_json_put_bool (json, "default", spec->initial != 0);
  } else if (is_number && isnan (spec->initial)) {
    lm_json_put_null (json, "default");
  } else if (spec->kind == LM_OPTION_INT) {
    lm_json_put_int (json, "default", (gint64) spec->initial);
  } else if (spec->kind == LM_OPTION_DOUBLE) {
    lm_json_put_double (json, "default", spec->initial);
  } else if (spec->kind == LM_OPTION_INTS) {
    if (spec->nullable && spec->initial_n == 0) {
      lm_json_put_null (json, "default");
      return;
    }
    lm_json_begin_array (json, "default");
    for (int i = 0; i < spec->initial_n; i++)
      lm_json_put_int (json, NULL, spec->initial_ints[i]);
    lm_json_end (json);
  } else {
    lm_json_put_string (json, "default", spec->initial_text);
  }
}

static void
put_choices (LmJsonWriter *json,
             const LmOptionSpec *spec)
{
  if (spec->kind != LM_OPTION_CHOICE && spec->kind != LM_OPTION_OBJECT)
    return;

  lm_json_begin_array (json, "choices");
  for (int i = 0; spec->kind == LM_OPTION_CHOICE && spec->choices[i] != NULL; i++)
    lm_json_put_string (json, NULL, spec->choices[i]);
  if (spec->kind == LM_OPTION_OBJECT) {
    gsize n;
    const LmMember *const *members = lm_family_members (spec->family, &n);

    for (gsize i = 0; i < n; i++)
      lm_json_put_string (json, NULL, members[i]->id);
  }
  lm_json_end (json);
}

static void
put_option (LmJsonWriter *json,
            const LmOptionSpec *spec)
{
  gboolean has_limits = (spec->kind == LM_OPTION_INT || spec->kind == LM_OPTION_DOUBLE || spec->kind == LM_OPTION_INTS) &&
                        (spec->min != 0 || spec->max != 0);

  lm_json_begin_object (json, NULL);
  lm_json_put_string (json, "id", spec->id);
  lm_json_put_string (json, "type", kind_name (spec->kind));
  put_default (json, spec);
  if (has_limits) {
    lm_json_put_double (json, "min", spec->min);
    lm_json_put_double (json, "max", spec->max);
  }
  put_choices (json, spec);
  lm_json_end (json);
}

static void
put_layer (const LmLayerClass *layer)
{
  g_autofree char *check = g_strconcat ("/gradients/layer/", layer->member.id, NULL);
  LmJsonWriter *json = lm_json_writer_new (FALSE);

  lm_json_begin_object (json, NULL);
  lm_json_put_string (json, "kind", layer->member.id);
  lm_json_put_string (json, "category", layer->category);
  lm_json_begin_array (json, "options");
  for (int i = 0; i < layer->member.n_options; i++)
    put_option (json, &layer->member.options[i]);
  lm_json_end (json);
  /* Every registered layer has this test: one without a case fails the suite. */
  lm_json_put_string (json, "gradient_check", check);
  lm_json_put_string (json, "reference", layer->reference);
  lm_json_end (json);
  lm_cli_put_line (json);
}

static int
run_layers (int argc,
            char **argv)
{
  gboolean is_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &is_json, N_ ("JSON Lines on standard output"), NULL },
    { NULL }
  };
  const LmMember *const *members;
  gsize n;

  if (!lm_cli_parse (&lm_call_layers, entries, &argc, &argv, 0, 1))
    return LM_EXIT_USAGE;
  members = lm_family_members ("layer", &n);
  if (argc > 1) {
    const LmLayerClass *layer = lm_layer_find (argv[1]);

    if (layer == NULL)
      return lm_cli_usage (&lm_call_layers, _ ("there is no layer “%s”"), argv[1]);
    if (is_json) {
      put_layer (layer);
      return LM_EXIT_DONE;
    }
    lm_cli_print ("%s\n\n%s\n\n", layer->member.id, _ (layer->member.help));
    for (int i = 0; i < layer->member.n_options; i++)
      lm_cli_print ("  %-22s %s\n", layer->member.options[i].id, _ (layer->member.options[i].help));
    return LM_EXIT_DONE;
  }
  for (gsize i = 0; i < n; i++) {
    const LmLayerClass *layer = (const LmLayerClass *) members[i];

    if (is_json)
      put_layer (layer);
    else
      lm_cli_print ("%-24s %s\n", layer->member.id, layer->category);
  }
  return LM_EXIT_DONE;
}

const LmCall lm_call_layers = {
  .name = "layers",
  .arguments = "[KIND]",
  .summary = N_ ("Lists the layers there are, or explains one"),
  .run = run_layers,
};
