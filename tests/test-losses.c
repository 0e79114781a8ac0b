/* test-losses.c: each loss behind its activation, value and gradient against Keras
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-builder.h"
#include "lm-loss.h"
#include "lm-program.h"

#include "lm-test-reference.h"

#include <math.h>
#include <string.h>

/* Of the largest number. Keras computes in float32 as well and clips at 1e-7, so its own rounding is in it: docs/numerics.md. */
#define TOLERANCE 1e-5

typedef struct {
  const LmOptionSet *options;
  const char *activation;
  LmShape shape;
  const float *x;
  const float *target;
  const float *weight; /* NULL for none */
} Case;

/* (transfer full): “huber(delta=0.4)” */
static LmOptionSet *
parse_loss (const char *id,
            const char *options)
{
  LmOptionSpec spec = { .kind = LM_OPTION_OBJECT, .id = "loss", .title = "loss", .family = "loss" };
  g_autofree char *text = g_strdup_printf (strcmp (options, "-") != 0 ? "%s(%s)" : "%s", id, options);
  g_autoptr (GError) error = NULL;
  LmOptionValue value;

  lm_option_parse (&spec, text, &value, &error);
  g_assert_no_error (error);
  return value.object;
}

static LmValue
activate (LmBuilder *b,
          LmValue x,
          const char *id)
{
  if (strcmp (id, "softmax") == 0)
    return lm_build_softmax (b, x, FALSE);
  if (strcmp (id, "square") == 0)
    return lm_build_binary (b, LM_BINARY_MUL, x, x);
  return lm_build_activation_by_id (b, x, id);
}

/* The loss, and its gradient in @grad. */
static double
run_loss (const Case *c,
          float *grad)
{
  const LmLossClass *loss = (const LmLossClass *) c->options->member;
  gint64 n = c->shape.dim[0], n_targets;
  LmBuilderSpec spec = { .training = TRUE, .max_batch = n };
  g_autoptr (LmBuilder) b = lm_builder_new (&spec);
  gboolean classes = loss->target == LM_TARGET_CLASSES;
  LmShape shape = c->shape, target_shape, weight_shape = LM_SHAPE (LM_BATCH);
  g_autofree gint32 *labels = NULL;
  LmProgramSpec program_spec = { .max_batch = n, .n_wanted = 1, .fuse = TRUE };
  g_autoptr (LmProgram) program = NULL;
  g_autoptr (GError) error = NULL;
  LmValue x, t, w = LM_NO_VALUE;

  shape.dim[0] = LM_BATCH;
  target_shape = shape;
  target_shape.rank -= classes;
  x = lm_build_input (b, "x", LM_F32, &shape);
  t = lm_build_input (b, "t", classes ? LM_I32 : LM_F32, &target_shape);
  if (c->weight != NULL)
    w = lm_build_input (b, "w", LM_F32, &weight_shape);
  program_spec.wanted = &x;
  program_spec.root = loss->lower (b, c->options, activate (b, x, c->activation), t, w);
  lm_builder_observe (b, program_spec.root);
  program = lm_program_new (lm_builder_finish (b, &error), &program_spec, NULL, &error);
  g_assert_no_error (error);

  n_targets = lm_shape_n_elements (&target_shape, n);
  labels = g_new (gint32, n_targets);
  for (gint64 i = 0; i < n_targets; i++)
    labels[i] = (gint32) c->target[i];
  lm_program_set_input (program, 0, c->x);
  lm_program_set_input (program, 1, classes ? (const void *) labels : c->target);
  if (c->weight != NULL)
    lm_program_set_input (program, 2, c->weight);
  lm_program_forward (program, n);
  lm_program_backward (program);
  memcpy (grad, lm_program_gradient (program, x).data, sizeof (float) * (gsize) lm_shape_n_elements (&shape, n));
  return (double) *(const float *) lm_program_value (program, program_spec.root).data;
}

static float *
read_floats (LmTestReference *file,
             gint64 *n)
{
  g_autofree double *values = lm_test_reference_numbers (file, n);
  float *floats = g_new (float, (gsize) *n + 1);

  for (gint64 i = 0; i < *n; i++)
    floats[i] = (float) values[i];
  lm_test_reference_next (file);
  return floats;
}

static void
check_case (LmTestReference *file,
            GHashTable *seen)
{
  g_autofree char *what = g_strjoinv (" ", file->words);
  g_autoptr (LmOptionSet) options = parse_loss (file->words[1], file->words[2]);
  g_autofree char *activation = g_strdup (file->words[3]);
  Case c = { .options = options, .activation = activation, .shape = lm_test_reference_shape (file, 4) };
  g_autofree float *x = NULL, *target = NULL, *weight = NULL, *value = NULL, *expected = NULL, *grad = NULL;
  double found, largest = 0;
  gint64 n;

  g_hash_table_add (seen, (gpointer) options->member->id);
  g_assert_true (lm_test_reference_next (file));
  x = read_floats (file, &n);
  target = read_floats (file, &n);
  if (lm_test_reference_is (file, "weight"))
    weight = read_floats (file, &n);
  value = read_floats (file, &n);
  expected = lm_test_reference_is (file, "grad") ? read_floats (file, &n) : NULL;
  g_assert_nonnull (expected);

  c.x = x;
  c.target = target;
  c.weight = weight;
  grad = g_new (float, n);
  found = run_loss (&c, grad);
  g_test_message ("%s: %.9g, Keras %.9g", what, found, (double) value[0]);
  g_assert_cmpfloat_with_epsilon (found, (double) value[0], TOLERANCE * MAX (fabs ((double) value[0]), 0.1));
  for (gint64 i = 0; i < n; i++)
    largest = MAX (largest, fabs ((double) expected[i]));
  for (gint64 i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon ((double) grad[i], (double) expected[i], TOLERANCE * largest);
}

static void
test_every_loss_is_that_of_keras (void)
{
  g_autoptr (LmTestReference) file = lm_test_reference_open ("fit-losses");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  const LmMember *const *members;
  gboolean more = lm_test_reference_next (file);
  gsize n;

  while (more) {
    check_case (file, seen);
    more = lm_test_reference_is (file, "loss");
  }
  /* A loss without a reference is not proved. */
  members = lm_family_members ("loss", &n);
  for (gsize i = 0; i < n; i++) {
    if (!g_hash_table_contains (seen, members[i]->id))
      g_error ("The loss “%s” has no reference: add it to reference/fitting.py", members[i]->id);
  }
}

/* Where sigmoid gives 1 in float, focal losses still tell how wrong it is. */
static void
test_focal_is_exact_where_sigmoid_saturates (void)
{
  g_autoptr (LmOptionSet) options = parse_loss ("binary_focal_crossentropy", "-");
  float x[2] = { 200, 100 }, target[2] = { 0, 0 }, grad[2];
  Case c = { .options = options, .activation = "sigmoid", .shape = LM_SHAPE (2, 1), .x = x, .target = target };

  g_assert_cmpfloat_with_epsilon (run_loss (&c, grad), 150, 1e-4);
  g_assert_cmpfloat_with_epsilon ((double) grad[0], 0.5, 1e-6);
}

static void
test_all_rows_ignored_give_nothing (void)
{
  g_autoptr (LmOptionSet) options = parse_loss ("sparse_categorical_crossentropy", "ignore_class=0");
  float x[4] = { 1, 2, 3, 4 }, target[2] = { 0, 0 }, grad[4];
  Case c = { .options = options, .activation = "softmax", .shape = LM_SHAPE (2, 2), .x = x, .target = target };

  g_assert_cmpfloat (run_loss (&c, grad), ==, 0);
  for (int i = 0; i < 4; i++)
    g_assert_cmpfloat ((double) grad[i], ==, 0);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/losses/every-one-is-that-of-keras", test_every_loss_is_that_of_keras);
  g_test_add_func ("/losses/focal-is-exact-where-sigmoid-saturates", test_focal_is_exact_where_sigmoid_saturates);
  g_test_add_func ("/losses/all-rows-ignored-give-nothing", test_all_rows_ignored_give_nothing);
  return g_test_run ();
}
