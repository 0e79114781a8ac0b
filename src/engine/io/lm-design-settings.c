/* lm-design-settings.c: training settings and data of a design are read from JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-design-json-private.h"

#include "lm-i18n.h"

gboolean
lm_json_get_chain (const LmJsonAt *at,
                   GPtrArray *chain,
                   GError **error)
{
  if (!lm_json_expect (at, LM_JSON_ARRAY, error))
    return FALSE;
  if (lm_json_length (at) > 1000)
    return lm_json_fail (at, error, LM_ERROR_LIMIT, _ ("there are more than 1,000 steps. Remove some."));

  for (gsize i = 0; i < lm_json_length (at); i++) {
    LmJsonAt element = lm_json_element (at, i);
    LmOptionSet *step = lm_json_get_member (&element, "step", "chain", error);

    if (step == NULL)
      return FALSE;
    g_ptr_array_add (chain, step);
  }
  return TRUE;
}

static gboolean
get_output (const LmJsonAt *at,
            LmOutputSpec *spec,
            GError **error)
{
  static const char *const keys[] = { "node", "port", "target", "loss", "weight", NULL };
  LmJsonAt member;
  gint64 node, port = 0;

  if (!lm_json_expect_keys (at, keys, error) || !lm_json_require (at, "node", &member, error) ||
      !lm_json_get_int (&member, 1, LM_MAX_NODE_ID, &node, error))
    return FALSE;
  if (lm_json_member (at, "port", &member) && !lm_json_get_int (&member, 0, LM_ANY_INPUTS - 1, &port, error))
    return FALSE;
  spec->node = (int) node;
  spec->port = (int) port;

  if (lm_json_member (at, "target", &member)) {
    spec->target = g_strdup (lm_json_get_string (&member, error));
    if (spec->target == NULL)
      return FALSE;
  }
  if (lm_json_member (at, "loss", &member)) {
    spec->loss = lm_json_get_member (&member, "loss", "outputs", error);
    if (spec->loss == NULL)
      return FALSE;
  }
  if (!lm_json_member (at, "weight", &member))
    return TRUE;
  if (!lm_json_get_double (&member, &spec->weight, error))
    return FALSE;
  if (spec->weight < 0)
    return lm_json_fail (&member, error, LM_ERROR_OPTION, _ ("the weight of a loss must not be negative. Set it to 1 if in doubt."));
  return TRUE;
}

gboolean
lm_json_get_outputs (const LmJsonAt *at,
                     GPtrArray *outputs,
                     GError **error)
{
  if (!lm_json_expect (at, LM_JSON_ARRAY, error))
    return FALSE;
  if (lm_json_length (at) > 1000)
    return lm_json_fail (at, error, LM_ERROR_LIMIT, _ ("there are more than 1,000 targets. Remove some."));

  for (gsize i = 0; i < lm_json_length (at); i++) {
    LmJsonAt element = lm_json_element (at, i);
    LmOutputSpec *spec = g_new0 (LmOutputSpec, 1);

    spec->weight = 1;
    g_ptr_array_add (outputs, spec);
    if (!get_output (&element, spec, error))
      return FALSE;
  }
  return TRUE;
}

/* An output spec must mean a port that is there. */
static gboolean
check_outputs (const LmJsonAt *at,
               const LmDesign *design,
               GError **error)
{
  for (guint i = 0; i < design->outputs->len; i++) {
    const LmOutputSpec *spec = g_ptr_array_index (design->outputs, i);
    LmJsonAt element = lm_json_element (at, i);

    if (!lm_design_has_output (design, spec->node, spec->port))
      return lm_json_fail (&element, error, LM_ERROR_GRAPH, _ ("there is no output %d of a layer with the id %d. Choose one that is there."), spec->port, spec->node);
  }
  return TRUE;
}

gboolean
lm_json_get_training (const LmJsonAt *at,
                      LmDesign *design,
                      GError **error)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  LmJsonAt member;

  for (int i = 0; i < LM_TRAINING_N_OPTIONS; i++)
    g_ptr_array_add (known, (char *) lm_training_member.options[i].id);
  g_ptr_array_add (known, (char *) "outputs");
  g_ptr_array_add (known, NULL);
  if (!lm_json_expect_keys (at, (const char *const *) known->pdata, error))
    return FALSE;

  for (int i = 0; i < LM_TRAINING_N_OPTIONS; i++) {
    if (lm_json_member (at, lm_training_member.options[i].id, &member) &&
        !lm_json_get_option (&member, &lm_training_member.options[i], "training", &design->training->values[i], error))
      return FALSE;
  }
  return !lm_json_member (at, "outputs", &member) ||
         (lm_json_get_outputs (&member, design->outputs, error) && check_outputs (&member, design, error));
}

gboolean
lm_json_get_data (const LmJsonAt *at,
                  LmDesign *design,
                  GError **error)
{
  static const char *const keys[] = { "spec", "chain", NULL };
  LmJsonAt member;

  if (!lm_json_expect_keys (at, keys, error))
    return FALSE;
  if (lm_json_member (at, "spec", &member)) {
    design->data_spec = g_strdup (lm_json_get_string (&member, error));
    if (design->data_spec == NULL)
      return FALSE;
  }
  return !lm_json_member (at, "chain", &member) || lm_json_get_chain (&member, design->chain, error);
}
