/* test-optimizers.c: ten steps of each optimizer against Keras, and losses in a program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-builder.h"
#include "lm-constraint.h"
#include "lm-loss.h"
#include "lm-regularizer.h"
#include "lm-updater.h"

#include "lm-test-reference.h"
#include "reference/train.inc"

#include <math.h>
#include <string.h>

#define STEPS 10
#define A 6
#define B 10

/* The loss Σ x·a + Σ y·b, whose gradients are x and y: any gradient can be fed. */
typedef struct {
  LmProgram *program;
  LmWeights *weights;
  LmUpdater *updater;
  LmPool *pool;
  float x[A];
  float y[B];
} Fixture;

static LmGraph *
linear_graph (LmValue *root)
{
  LmBuilderSpec spec = { .training = TRUE, .max_batch = 1 };
  g_autoptr (LmBuilder) b = lm_builder_new (&spec);
  LmShape x_shape = LM_SHAPE (LM_BATCH, A), y_shape = LM_SHAPE (LM_BATCH, B), a_shape = LM_SHAPE (A), b_shape = LM_SHAPE (B);
  LmValue x = lm_build_input (b, "x", LM_F32, &x_shape), y = lm_build_input (b, "y", LM_F32, &y_shape);
  LmValue a = lm_build_weight (b, "a", &a_shape, LM_LAYOUT_PADDED, NULL, NULL);
  LmValue c = lm_build_weight (b, "b", &b_shape, LM_LAYOUT_PADDED, NULL, NULL);
  LmValue left = lm_build_reduce (b, LM_REDUCE_SUM, lm_build_binary (b, LM_BINARY_MUL, x, a), LM_BIT (0) | LM_BIT (1), FALSE);
  LmValue right = lm_build_reduce (b, LM_REDUCE_SUM, lm_build_binary (b, LM_BINARY_MUL, y, c), LM_BIT (0) | LM_BIT (1), FALSE);
  g_autoptr (GError) error = NULL;
  LmGraph *graph;

  *root = lm_build_binary (b, LM_BINARY_ADD, left, right);
  graph = lm_builder_finish (b, &error);
  g_assert_no_error (error);
  return graph;
}

static void
fixture_init (Fixture *f,
              const LmOptionSet *optimizer,
              int n_threads)
{
  g_autoptr (GError) error = NULL;
  LmProgramSpec spec = { .max_batch = 1, .weight_grads = TRUE, .fuse = TRUE };
  LmGraph *graph = linear_graph (&spec.root);
  g_autoptr (LmTensor) a = NULL, b = NULL;
  LmShape a_shape = LM_SHAPE (A), b_shape = LM_SHAPE (B);

  f->pool = lm_pool_new (n_threads, 0);
  f->program = lm_program_new (graph, &spec, f->pool, &error);
  g_assert_no_error (error);
  f->updater = lm_updater_new (f->program, optimizer, FALSE, f->pool);
  f->weights = lm_weights_new (lm_program_graph (f->program), lm_updater_uses (f->updater), lm_optimizer_n_moments (optimizer), &error);
  g_assert_no_error (error);
  lm_weights_bind (f->weights, f->program, &error);
  g_assert_no_error (error);
  lm_updater_set_weights (f->updater, f->weights);

  a = lm_tensor_new (LM_F32, &a_shape, NULL);
  b = lm_tensor_new (LM_F32, &b_shape, NULL);
  for (int i = 0; i < A; i++)
    lm_tensor_f32 (a)[i] = (float) sin (1.3 * i);
  for (int i = 0; i < B; i++)
    lm_tensor_f32 (b)[i] = (float) sin (1.3 * i + 1);
  g_assert_true (lm_weights_set (f->weights, lm_weights_find (f->weights, ":a"), a, &error));
  g_assert_true (lm_weights_set (f->weights, lm_weights_find (f->weights, ":b"), b, &error));
}

static void
fixture_clear (Fixture *f)
{
  lm_updater_free (f->updater);
  lm_weights_free (f->weights);
  lm_program_free (f->program);
  lm_pool_free (f->pool);
}

static float
gradient (int step,
          int i,
          int k)
{
  return (float) (cos (0.7 * i + 1.1 * step + k) * (1 + 0.3 * step) * (i % 3 == 0 ? 0.02 : 1.0));
}

/* One step with the gradients that stand in @f. */
static void
run_step (Fixture *f,
          double rate,
          int step)
{
  lm_program_set_input (f->program, 0, f->x);
  lm_program_set_input (f->program, 1, f->y);
  lm_program_forward (f->program, 1);
  lm_updater_begin (f->updater, rate, (guint64) step + 1);
  lm_program_backward (f->program);
  lm_updater_apply (f->updater);
}

static void
take_step (Fixture *f,
           const LmOptionSet *optimizer,
           int step)
{
  LmOptimizerCommon common;

  for (int i = 0; i < A; i++)
    f->x[i] = gradient (step, i, 0);
  for (int i = 0; i < B; i++)
    f->y[i] = gradient (step, i, 2);
  lm_optimizer_common (optimizer, &common);
  run_step (f, common.rate, step);
}

static void
assert_weights (Fixture *f,
                const float *expected)
{
  g_autoptr (LmTensor) a = lm_weights_get (f->weights, lm_weights_find (f->weights, ":a"));
  g_autoptr (LmTensor) b = lm_weights_get (f->weights, lm_weights_find (f->weights, ":b"));

  for (int i = 0; i < A + B; i++) {
    double found = i < A ? lm_tensor_get (a, i) : lm_tensor_get (b, i - A);

    g_assert_cmpfloat_with_epsilon (found, (double) expected[i], 3e-6);
  }
}

/* “sgd”, “momentum=0.9” as an option set. */
static LmOptionSet *
parse_member (const char *family,
              const char *id,
              const char *options)
{
  LmOptionSpec spec = { .kind = LM_OPTION_OBJECT, .id = family, .title = family, .family = family };
  g_autofree char *text = g_strdup_printf (options[0] != '\0' ? "%s(%s)" : "%s", id, options);
  g_autoptr (GError) error = NULL;
  LmOptionValue value;

  lm_option_parse (&spec, text, &value, &error);
  g_assert_no_error (error);
  return value.object;
}

static void
test_against_keras (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (LmOptionSet) optimizer = parse_member ("optimizer", optimizer_cases[i].optimizer, optimizer_cases[i].options);
  Fixture f;

  fixture_init (&f, optimizer, 1);
  take_step (&f, optimizer, 0);
  assert_weights (&f, optimizer_cases[i].first);
  for (int step = 1; step < STEPS; step++)
    take_step (&f, optimizer, step);
  assert_weights (&f, optimizer_cases[i].last);
  fixture_clear (&f);
}

/* --- Twenty-five steps of every optimizer ---------------------------------------------- */

static float
long_gradient (int step,
               int i,
               int k)
{
  return (float) (cos (0.7 * i + 1.1 * step + k) * (1 + 0.3 * (step % 7)) * (i % 3 == 0 ? 0.02 : 1.0));
}

static void
assert_near (Fixture *f,
             LmTestReference *file)
{
  gint64 n;
  g_autofree double *expected = lm_test_reference_numbers (file, &n);
  float found[A + B];

  g_assert_cmpint (n, ==, A + B);
  for (int i = 0; i < A + B; i++)
    found[i] = (float) expected[i];
  assert_weights (f, found);
}

/* The file is at a line “optimizer”; it is left at the next one. */
static void
follow (LmTestReference *file,
        GHashTable *seen)
{
  const char *text = strcmp (file->words[2], "-") == 0 ? "" : file->words[2];
  g_autoptr (LmOptionSet) optimizer = parse_member ("optimizer", file->words[1], text);
  LmOptimizerCommon common;
  int step = 0;
  Fixture f;

  g_hash_table_add (seen, (gpointer) optimizer->member->id);
  g_test_message ("%s (%s)", file->words[1], text);
  lm_optimizer_common (optimizer, &common);
  fixture_init (&f, optimizer, 1);
  while (lm_test_reference_next (file) && lm_test_reference_is (file, "after")) {
    for (; step < lm_test_reference_int (file, 1); step++) {
      for (int i = 0; i < A; i++)
        f.x[i] = long_gradient (step, i, 0);
      for (int i = 0; i < B; i++)
        f.y[i] = long_gradient (step, i, 2);
      run_step (&f, common.rate, step);
    }
    assert_near (&f, file);
  }
  g_assert_cmpint (common.use_ema, ==, lm_test_reference_is (file, "average"));
  if (common.use_ema) {
    lm_updater_swap_average (f.updater);
    assert_near (&f, file);
    lm_test_reference_next (file);
  }
  fixture_clear (&f);
}

static void
test_all_follow_keras (void)
{
  g_autoptr (LmTestReference) file = lm_test_reference_open ("fit-steps");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  const LmMember *const *members;
  gsize n;

  g_assert_true (lm_test_reference_next (file));
  while (lm_test_reference_is (file, "optimizer"))
    follow (file, seen);
  /* An optimizer without a reference is not proved. */
  members = lm_family_members ("optimizer", &n);
  for (gsize i = 0; i < n; i++) {
    if (!g_hash_table_contains (seen, members[i]->id))
      g_error ("The optimizer “%s” has no reference: add it to reference/fitting.py", members[i]->id);
  }
}

static void
test_padding_stays_zero (void)
{
  g_autoptr (LmOptionSet) optimizer = parse_member ("optimizer", "adam", "weight_decay=0.1");
  Fixture f;

  fixture_init (&f, optimizer, 1);
  for (int step = 0; step < 5; step++)
    take_step (&f, optimizer, step);
  for (int i = A; i < 16; i++) {
    g_assert_cmpfloat (lm_weights_value (f.weights, 0)[i], ==, 0);
    g_assert_cmpfloat (lm_weights_moment (f.weights, 0, 0)[i], ==, 0);
    g_assert_cmpfloat (lm_weights_moment (f.weights, 0, 1)[i], ==, 0);
  }
  fixture_clear (&f);
}

static void
test_two_ways_of_clipping_are_refused (void)
{
  g_autoptr (LmOptionSet) optimizer = parse_member ("optimizer", "adam", "clipnorm=1, clipvalue=1");
  g_autoptr (GError) error = NULL;

  g_assert_false (lm_optimizer_check (optimizer, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_OPTION);
  g_assert_nonnull (strstr (error->message, "adam"));
}

static void
test_defaults_are_those_of_keras (void)
{
  static const struct {
    const char *optimizer;
    const char *option;
    double value;
  } cases[] = {
    { "sgd", "learning_rate", 0.01 },
    { "sgd", "momentum", 0 },
    { "rmsprop", "learning_rate", 0.001 },
    { "rmsprop", "rho", 0.9 },
    { "rmsprop", "epsilon", 1e-7 },
    { "adam", "learning_rate", 0.001 },
    { "adam", "beta_1", 0.9 },
    { "adam", "beta_2", 0.999 },
    { "adam", "epsilon", 1e-7 },
    { "adamw", "weight_decay", 0.004 },
    { "adamax", "learning_rate", 0.001 },
    { "nadam", "beta_2", 0.999 },
    { "adagrad", "initial_accumulator_value", 0.1 },
    { "adadelta", "rho", 0.95 },
    { "lion", "beta_2", 0.99 },
    { "lion", "ema_momentum", 0.99 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (LmOptionSet) set = parse_member ("optimizer", cases[i].optimizer, "");

    g_assert_cmpfloat (lm_option_get_double (set, lm_option_set_index (set, cases[i].option)), ==, cases[i].value);
    g_assert_true (lm_option_is_null (set, lm_option_set_index (set, "clipnorm")));
  }
}

/* --- Constraints ------------------------------------------------------------------- */

static void
check_constraint (LmTestReference *file,
                  GHashTable *seen)
{
  LmOptionSpec spec = { .kind = LM_OPTION_OBJECT, .id = "c", .title = "c", .family = "constraint" };
  LmShape shape = lm_test_reference_shape (file, 2);
  gint64 n;
  g_autofree double *expected = lm_test_reference_numbers (file, &n), *norms = g_new (double, n);
  g_autofree double *w = lm_test_reference_uniform ((guint64) lm_test_reference_int (file, 3), -1, 1, 0, n);
  g_autofree float *found = g_new (float, n);
  g_autoptr (GError) error = NULL;
  LmOptionValue value;

  lm_option_parse (&spec, file->words[1], &value, &error);
  g_assert_no_error (error);
  g_hash_table_add (seen, (gpointer) value.object->member->id);
  for (gint64 i = 0; i < n; i++)
    found[i] = (float) w[i];
  lm_constraint_apply (value.object, &shape, found, norms);
  for (gint64 i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon ((double) found[i], expected[i], 1e-6);
  lm_option_value_clear (&value);
}

/* A matrix in panels: its regularizer's value and gradient. */
static void
check_orthogonal (LmTestReference *file)
{
  LmShape shape = lm_test_reference_shape (file, 2);
  LmBuilderSpec builder_spec = { .training = TRUE, .max_batch = 1 };
  LmProgramSpec spec = { .max_batch = 1, .weight_grads = TRUE };
  g_autoptr (LmBuilder) b = lm_builder_new (&builder_spec);
  g_auto (GStrv) parts = g_strsplit_set (file->words[1], "()", 3);
  g_autoptr (LmOptionSet) member = parse_member ("regularizer", parts[0], parts[1] != NULL ? parts[1] : "");
  LmOrthogonalAttrs attrs = { .layout = LM_LAYOUT_PANELS };
  gint64 n, size = lm_layout_size (LM_LAYOUT_PANELS, &shape);
  g_autofree double *expected = lm_test_reference_numbers (file, &n);
  g_autofree double *w = lm_test_reference_uniform ((guint64) lm_test_reference_int (file, 3), -1, 1, 0, n - 1);
  g_autofree float *natural = g_new (float, n), *packed = g_new0 (float, size), *grad = g_new0 (float, size);
  g_autoptr (LmProgram) program = NULL;
  g_autoptr (GError) error = NULL;
  LmValue weight = lm_build_weight (b, "w", &shape, LM_LAYOUT_PANELS, NULL, NULL);

  g_assert_true (lm_regularizer_angles (member, &attrs.factor, &attrs.columns));
  lm_build_op (b, LM_OP_orthogonal, &attrs, &weight, 1, &spec.root, 1);
  lm_builder_observe (b, spec.root);
  program = lm_program_new (lm_builder_finish (b, &error), &spec, NULL, &error);
  g_assert_no_error (error);
  for (gint64 i = 0; i < n - 1; i++)
    natural[i] = (float) w[i];
  lm_layout_pack (LM_LAYOUT_PANELS, &shape, FALSE, natural, packed);
  lm_program_bind_slot (program, 0, packed, grad);
  lm_program_forward (program, 1);
  g_assert_cmpfloat_with_epsilon ((double) *(const float *) lm_program_value (program, spec.root).data, expected[0], 1e-6);
  lm_program_backward (program);
  lm_layout_unpack (LM_LAYOUT_PANELS, &shape, FALSE, grad, natural);
  for (gint64 i = 0; i < n - 1; i++)
    g_assert_cmpfloat_with_epsilon ((double) natural[i], expected[i + 1], 1e-6);
}

static void
test_constraints_are_those_of_keras (void)
{
  g_autoptr (LmTestReference) file = lm_test_reference_open ("fit-constraints");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  const LmMember *const *members;
  gsize n_members;

  while (lm_test_reference_next (file)) {
    if (lm_test_reference_is (file, "regularizer"))
      check_orthogonal (file);
    else
      check_constraint (file, seen);
  }
  members = lm_family_members ("constraint", &n_members);
  for (gsize i = 0; i < n_members; i++) {
    if (!g_hash_table_contains (seen, members[i]->id))
      g_error ("The constraint “%s” has no reference: add it to reference/fitting.py", members[i]->id);
  }
}

/* --- Losses --------------------------------------------------------------------- */

static LmValue
activate (LmBuilder *b,
          LmValue x,
          const char *id)
{
  LmActivationAttrs sigmoid = { .kind = LM_ACT_SIGMOID };

  if (strcmp (id, "softmax") == 0)
    return lm_build_softmax (b, x, FALSE);
  return strcmp (id, "sigmoid") == 0 ? lm_build_activation (b, x, &sigmoid) : x;
}

/* The loss of 4 predictions of 5 values. */
static double
loss_value (const LmOptionSet *options,
            const char *activation,
            const float *logits,
            const float *target)
{
  const LmLossClass *loss = (const LmLossClass *) options->member;
  LmBuilderSpec spec = { .training = FALSE, .max_batch = 4 };
  g_autoptr (LmBuilder) b = lm_builder_new (&spec);
  gboolean classes = loss->target == LM_TARGET_CLASSES;
  LmShape shape = LM_SHAPE (LM_BATCH, 5), ids = LM_SHAPE (LM_BATCH);
  LmValue x = lm_build_input (b, "x", LM_F32, &shape);
  LmValue t = lm_build_input (b, "t", classes ? LM_I32 : LM_F32, classes ? &ids : &shape);
  LmValue y = loss->lower (b, options, activate (b, x, activation), t, LM_NO_VALUE);
  LmProgramSpec program_spec = { .max_batch = 4, .root = LM_NO_VALUE, .fuse = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (LmProgram) program = NULL;
  gint32 labels[4];
  double value;

  lm_builder_observe (b, y);
  program = lm_program_new (lm_builder_finish (b, &error), &program_spec, NULL, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 4; i++)
    labels[i] = (gint32) target[i];
  lm_program_set_input (program, 0, logits);
  lm_program_set_input (program, 1, classes ? (const void *) labels : target);
  lm_program_forward (program, 4);
  value = (double) *(const float *) lm_program_value (program, y).data;
  return value;
}

static void
test_losses_are_those_of_keras (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (loss_cases); i++) {
    g_autoptr (LmOptionSet) options = parse_member ("loss", loss_cases[i].loss, loss_cases[i].options);
    double value = loss_value (options, loss_cases[i].activation, loss_logits, loss_cases[i].target);

    g_test_message ("%s (%s): %g, %g", loss_cases[i].loss, loss_cases[i].options, value, loss_cases[i].value);
    g_assert_cmpfloat_with_epsilon (value, loss_cases[i].value, 2e-6 * MAX (1, loss_cases[i].value));
  }
}

/* Where softmax gives 1 and 0 in float, the cross-entropy still tells how wrong it is. */
static void
test_cross_entropy_is_exact_where_softmax_saturates (void)
{
  g_autoptr (LmOptionSet) options = parse_member ("loss", "sparse_categorical_crossentropy", "");
  float logits[20] = { 0 }, target[20] = { 1, 1, 1, 1 };

  for (int r = 0; r < 4; r++)
    logits[r * 5] = 200;
  g_assert_cmpfloat_with_epsilon (loss_value (options, "softmax", logits, target), 200, 1e-4);
}

static void
test_short_names_are_known (void)
{
  g_assert_true (lm_loss_find ("mse") == lm_loss_find ("mean_squared_error"));
  g_assert_true (lm_loss_find ("mae") == lm_loss_find ("mean_absolute_error"));
  g_assert_null (lm_loss_find ("no_such_loss"));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (optimizer_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/optimizers/keras/%s/%" G_GSIZE_FORMAT, optimizer_cases[i].optimizer, i);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_against_keras);
  }
  g_test_add_func ("/optimizers/all-follow-keras-for-25-steps", test_all_follow_keras);
  g_test_add_func ("/optimizers/padding-stays-zero", test_padding_stays_zero);
  g_test_add_func ("/optimizers/two-ways-of-clipping-are-refused", test_two_ways_of_clipping_are_refused);
  g_test_add_func ("/optimizers/defaults-are-those-of-keras", test_defaults_are_those_of_keras);
  g_test_add_func ("/constraints/keras", test_constraints_are_those_of_keras);
  g_test_add_func ("/losses/keras", test_losses_are_those_of_keras);
  g_test_add_func ("/losses/cross-entropy-is-exact-where-softmax-saturates", test_cross_entropy_is_exact_where_softmax_saturates);
  g_test_add_func ("/losses/short-names-are-known", test_short_names_are_known);
  return g_test_run ();
}
