/* cli-range.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli-range.h"

#include "lm-render.h"

#include <math.h>

#define LOWEST 1e-7
#define HIGHEST 10.0

static void
print_json (const LmRangeTest *test)
{
  LmJsonWriter *json;

  for (gint64 i = 0; i < test->n; i++) {
    json = lm_json_writer_new (FALSE);
    lm_json_begin_object (json, NULL);
    lm_json_put_string (json, "event", "step");
    lm_json_put_int (json, "step", i + 1);
    lm_json_put_double (json, "rate", test->rates[i]);
    lm_json_put_double (json, "loss", test->losses[i]);
    lm_json_end (json);
    lm_cli_put_line (json);
  }
  json = lm_json_writer_new (FALSE);
  lm_json_begin_object (json, NULL);
  lm_json_put_string (json, "event", "end");
  lm_json_put_string (json, "reason", "finished");
  lm_json_put_double (json, "suggestion", test->suggestion);
  lm_json_end (json);
  lm_cli_put_line (json);
}

static void
print_text (const LmRangeTest *test)
{
  lm_cli_progress_done ();
  lm_cli_print (_ ("%d steps with learning rates from %.3g to %.3g\n"), (int) test->n, test->n > 0 ? test->rates[0] : 0, test->n > 0 ? test->rates[test->n - 1] : 0);
  if (isfinite (test->suggestion))
    lm_cli_print (_ ("The loss falls most steeply at %.2g: a good learning rate to begin with.\n"), test->suggestion);
  else
    lm_cli_print ("%s\n", _ ("The loss never falls: no learning rate suits."));
}

static gboolean
run_test (const LmRangeCall *call,
          LmRangeTest **test,
          GError **error)
{
  g_autoptr (LmDesign) design = lm_project_load_design (call->project, error);
  g_autoptr (LmDataset) dataset = NULL;
  LmTrainerSpec spec = { .n_threads = call->threads };

  if (design == NULL)
    return FALSE;
  if (call->batch_size > 0 && !lm_option_set_value (design->training, LM_TRAINING_BATCH_SIZE, &LM_VALUE_INT (call->batch_size), error))
    return FALSE;
  dataset = lm_run_open_data (call->project, design, call->data, lm_cli_progress, NULL, error);
  if (dataset == NULL)
    return FALSE;
  spec.design = design;
  spec.dataset = dataset;
  spec.seed = call->seed >= 0 ? (guint64) call->seed : (guint64) lm_option_get_int (design->training, LM_TRAINING_SEED);
  *test = lm_range_test (&spec, LOWEST, HIGHEST, call->steps > 0 ? call->steps : 200, lm_cli_progress, NULL, error);
  return *test != NULL;
}

int
lm_cli_range_test (const LmRangeCall *call)
{
  g_autoptr (LmRangeTest) test = NULL;
  g_autoptr (GError) error = NULL;

  if (!run_test (call, &test, &error))
    return lm_cli_is_interrupted () ? LM_EXIT_INTERRUPTED : lm_cli_fail (error);
  if (call->is_json)
    print_json (test);
  else
    print_text (test);
  if (call->output != NULL) {
    g_autofree char *name = lm_project_dup_name (call->project);
    g_autoptr (LmCurvesPicture) picture = lm_range_test_picture (test, name, _ ("learning rate range test"));

    if (!lm_render_curves (picture, call->output, NULL, &error))
      return lm_cli_fail (error);
  }
  return LM_EXIT_DONE;
}
