/* test-template.c: the built-in networks are sound, laid out, and learn
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-design-json.h"
#include "lm-run.h"
#include "lm-source.h"
#include "lm-template.h"

#include "train-kit.h"

#include <math.h>
#include <string.h>

typedef void (*TemplateFunc) (const LmTemplate *template, LmDesign *design);

static void
for_each (TemplateFunc func)
{
  gsize n;
  const LmTemplate *list = lm_template_list (&n);

  g_assert_cmpuint (n, >, 0);
  for (gsize i = 0; i < n; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (LmDesign) design = lm_template_load (list[i].id, &error);

    g_assert_no_error (error);
    g_test_message ("%s", list[i].id);
    func (&list[i], design);
  }
}

static void
check_text (const LmTemplate *template,
            LmDesign *design)
{
  g_autoptr (LmDesign) again = lm_template_load (template->id, NULL);

  g_assert_true (lm_template_find (template->id) == template);
  g_assert_true (template->title[0] != '\0' && g_str_has_suffix (template->help, "."));
  g_assert_cmpstr (design->data_spec, ==, template->data);
  g_assert_true (lm_design_equal (design, again));
}

static void
test_list (void)
{
  g_autoptr (GError) error = NULL;

  for_each (check_text);
  g_assert_null (lm_template_find ("nonsense"));
  g_assert_null (lm_template_load ("nonsense", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "mnist-convnet"));
}

/* The files are as Lamina itself would write them. */
static void
check_file (const LmTemplate *template,
            LmDesign *design)
{
  g_autofree char *name = g_strdup_printf ("%s.json", template->id);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "data", "templates", name, NULL);
  g_autofree char *file = NULL, *written = lm_design_to_json (design, TRUE);
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &file, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (file, ==, written);
}

static void
test_files_are_canonical (void)
{
  for_each (check_file);
}

/* Cards are 216 × 56, stand on the grid, do not touch, and the network flows down. */
static void
check_layout (const LmTemplate *template,
              LmDesign *design)
{
  for (guint i = 0; i < design->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (design->nodes, i);

    g_assert_cmpint (node->id, ==, (int) i + 1);
    g_assert_cmpfloat (fmod (node->x, 24), ==, 0);
    g_assert_cmpfloat (fmod (node->y, 24), ==, 0);
    for (guint j = 0; j < i; j++) {
      const LmNode *other = g_ptr_array_index (design->nodes, j);

      g_assert_true (fabs (node->x - other->x) >= 216 + 24 || fabs (node->y - other->y) >= 56 + 24);
    }
  }
  for (guint i = 0; i < design->wires->len; i++) {
    const LmWire *wire = &g_array_index (design->wires, LmWire, i);

    g_assert_cmpfloat (lm_design_find (design, wire->from)->y, <, lm_design_find (design, wire->to)->y);
  }
}

static void
test_layout (void)
{
  for_each (check_layout);
}

/* Few samples and steps, but the loss falls and guessing is beaten. */
static void
check_learns (const LmTemplate *template,
              LmDesign *design)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDataset) dataset = lm_data_open ("builtin:digits?train=800&validation=100&test=1", NULL, &error);
  g_autoptr (LmPipeline) pipeline = lm_pipeline_new ();
  g_autoptr (LmCheck) check = NULL;
  g_auto (KitLog) log = { NULL };
  LmTask task;

  g_assert_no_error (error);
  lm_run_task (dataset, &task);
  check = lm_check_design (design, &task, TRUE);
  g_assert_cmpuint (check->diagnostics->len, ==, 0);
  g_assert_cmpuint (check->train_bytes, >, 0);

  for (guint i = 0; i < design->chain->len; i++)
    lm_pipeline_add (pipeline, g_ptr_array_index (design->chain, i));
  kit_finish (&log, &(LmTrainerSpec){ .design = design, .dataset = dataset, .pipeline = pipeline, .epochs = 6 });
  g_assert_cmpint (log.facts->params, ==, check->params);
  g_assert_cmpint (log.facts->trainable, ==, check->trainable);
  g_assert_cmpfloat (log.epochs[5]->done.train.loss, <, log.epochs[0]->done.train.loss);
  g_assert_cmpfloat (log.epochs[5]->done.train.metric[0], >, 0.5);
}

static void
test_all_learn (void)
{
  for_each (check_learns);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/template/list", test_list);
  g_test_add_func ("/template/files-are-canonical", test_files_are_canonical);
  g_test_add_func ("/template/layout", test_layout);
  g_test_add_func ("/template/all-learn", test_all_learn);

  return g_test_run ();
}
