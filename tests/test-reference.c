/* test-reference.c: layers, activations, losses, regularizers and initializers give Keras's numbers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-activation.h"
#include "lm-initializer.h"
#include "lm-regularizer.h"
#include "lm-test-layer.h"
#include "lm-test-op.h"
#include "lm-test-reference.h"

#include <math.h>
#include <string.h>

/* Largest difference as a share of the largest number of the tensor; derived in docs/numerics.md. The double build differs
 * by the rounding of the reference to float32 alone. */
#define TOLERANCE 1e-5
#define TOLERANCE_F64 2e-7

static void
assert_close (const char *what,
              const double *found,
              const double *expected,
              gint64 n,
              double tolerance)
{
  double most = 0.0;

  for (gint64 i = 0; i < n; i++)
    most = MAX (most, fabs (expected[i]));
  /* Inputs are about 1: what is far below is 0 but for rounding. */
  most = MAX (most, 1e-2);
  for (gint64 i = 0; i < n; i++) {
    if (!(fabs (found[i] - expected[i]) <= tolerance * most))
      g_error ("%s: number %" G_GINT64_FORMAT " is %.9g, Keras has %.9g (largest %.3g)", what, i, found[i], expected[i], most);
  }
}

/* --- Layers --------------------------------------------------------------------- */

#define MAX_SLOTS 10

typedef struct {
  LmTestLayerSpec spec;
  char *text; /* the options, and the line for messages */
  gint64 batch;
  double *inputs[LM_TEST_MAX_INPUTS];
  char *slot_names[MAX_SLOTS];
  LmShape slot_shapes[MAX_SLOTS];
  double *slots[MAX_SLOTS];
  int n_slots;
  double *seed;
  LmTestLayer *layer;
  double tolerance;
} LayerCase;

static void
case_clear (LayerCase *c)
{
  for (int i = 0; i < c->spec.n_inputs; i++)
    g_free (c->inputs[i]);
  for (int i = 0; i < c->n_slots; i++) {
    g_free (c->slot_names[i]);
    g_free (c->slots[i]);
  }
  g_free (c->text);
  g_free (c->seed);
  lm_test_layer_free (c->layer);
}

static int
find_slot (const LayerCase *c,
           const char *name)
{
  for (int i = 0; i < lm_test_layer_n_slots (c->layer); i++) {
    const char *path = lm_test_layer_slot (c->layer, i)->name_path;

    if (g_str_has_suffix (path, name) && path[strlen (path) - strlen (name) - 1] == '/')
      return i;
  }
  g_error ("%s %s has no weight “%s”", c->spec.kind, c->text, name);
}

/* Everything is known: builds the layer and runs it. */
static void
case_run (LayerCase *c,
          gint64 seed,
          gboolean f64)
{
  c->spec.options = c->text;
  c->spec.max_batch = c->batch;
  c->spec.f64 = f64;
  /* TensorFlow pools volumes in float32 only. */
  c->tolerance = !f64 ? TOLERANCE : g_str_has_suffix (c->spec.kind, "gePooling3D") ? 1e-6
                                                                                   : TOLERANCE_F64;
  c->layer = lm_test_layer_new (&c->spec);
  if (c->layer->error != NULL)
    g_error ("%s %s: %s. %s", c->spec.kind, c->text, c->layer->error->title, c->layer->error->message);
  lm_test_layer_compile (c->layer, NULL);
  g_assert_cmpint (lm_test_layer_n_slots (c->layer), ==, c->n_slots);
  for (int i = 0; i < c->spec.n_inputs; i++)
    lm_test_layer_set_input (c->layer, i, c->batch, c->inputs[i]);
  for (int i = 0; i < c->n_slots; i++) {
    int at = find_slot (c, c->slot_names[i]);

    g_assert_true (lm_shape_equal (&lm_test_layer_slot (c->layer, at)->shape, &c->slot_shapes[i]));
    lm_test_layer_set_slot (c->layer, at, c->slots[i]);
  }
  c->seed = lm_test_reference_uniform ((guint64) seed, -1.0, 1.0, 0, lm_test_layer_output_size (c->layer, c->batch));
  lm_test_layer_forward (c->layer, c->batch);
  lm_test_layer_backward (c->layer, c->batch, c->seed);
  lm_program_update_states (c->layer->program);
}

/* A line that says what the run must have given. */
static void
case_check (const LayerCase *c,
            const LmTestReference *file)
{
  gint64 n;
  g_autofree double *expected = lm_test_reference_numbers (file, &n);
  g_autofree double *found = g_new (double, (gsize) n + 1);
  g_autofree char *what = g_strdup_printf ("%s %s, %s %s", c->spec.kind, c->text, file->words[0], file->words[1]);

  if (lm_test_reference_is (file, "output")) {
    LmShape shape = lm_test_reference_shape (file, 1);
    LmShape ours = c->layer->shape;

    g_assert_cmpint (ours.rank - 1, ==, shape.rank);
    for (int i = 0; i < shape.rank; i++)
      g_assert_cmpint (ours.dim[i + 1], ==, shape.dim[i]);
    lm_test_layer_get_output (c->layer, c->batch, found);
  } else if (lm_test_reference_is (file, "input_grad")) {
    lm_test_layer_get_input_grad (c->layer, (int) lm_test_reference_int (file, 1), c->batch, found);
  } else if (lm_test_reference_is (file, "slot_grad")) {
    lm_test_layer_get_slot_grad (c->layer, find_slot (c, file->words[1]), found);
  } else if (lm_test_reference_is (file, "after")) {
    lm_test_layer_get_slot (c->layer, find_slot (c, file->words[1]), found);
  } else {
    g_error ("What is “%s”?", file->words[0]);
  }
  assert_close (what, found, expected, n, c->tolerance);
}

/* The file is at the line “layer”. */
static void
run_layer_case (LmTestReference *file,
                gboolean f64)
{
  LayerCase c = { 0 };
  g_autofree char *kind = g_strdup (file->words[1]);

  c.spec.kind = kind;
  c.text = g_strjoinv (" ", file->words + 2);
  while (lm_test_reference_next (file) && !lm_test_reference_is (file, "end")) {
    if (lm_test_reference_is (file, "run")) {
      c.batch = lm_test_reference_int (file, 1);
      c.spec.training = lm_test_reference_int (file, 2) != 0;
      c.spec.frozen = lm_test_reference_int (file, 3) != 0;
    } else if (lm_test_reference_is (file, "masked")) {
      c.spec.masked = TRUE;
    } else if (lm_test_reference_is (file, "ids")) {
      LmShape shape = lm_test_reference_shape (file, 1);
      gint64 n = lm_shape_n_elements (&shape, 1) * c.batch;
      int i = c.spec.n_inputs++;

      c.spec.dtype = LM_I32;
      c.spec.inputs[i] = shape;
      c.inputs[i] = lm_test_reference_uniform ((guint64) lm_test_reference_int (file, 2), 0.0, 1.0, 0, n);
      for (gint64 k = 0; k < n; k++)
        c.inputs[i][k] = floor (c.inputs[i][k] * lm_test_reference_double (file, 3));
    } else if (lm_test_reference_is (file, "input")) {
      LmShape shape = lm_test_reference_shape (file, 1);
      int i = c.spec.n_inputs++;

      c.spec.inputs[i] = shape;
      c.inputs[i] = lm_test_reference_uniform ((guint64) lm_test_reference_int (file, 2), lm_test_reference_double (file, 3),
                                               lm_test_reference_double (file, 4), (int) lm_test_reference_int (file, 5),
                                               lm_shape_n_elements (&shape, 1) * c.batch);
    } else if (lm_test_reference_is (file, "slot")) {
      int i = c.n_slots++;

      g_assert_cmpint (i, <, MAX_SLOTS);
      c.slot_names[i] = g_strdup (file->words[1]);
      c.slot_shapes[i] = lm_test_reference_shape (file, 2);
      c.slots[i] = lm_test_reference_uniform ((guint64) lm_test_reference_int (file, 3), lm_test_reference_double (file, 4),
                                              lm_test_reference_double (file, 5), 0, lm_shape_n_elements (&c.slot_shapes[i], 1));
    } else if (lm_test_reference_is (file, "seed")) {
      case_run (&c, lm_test_reference_int (file, 1), f64);
    } else {
      case_check (&c, file);
    }
  }
  case_clear (&c);
}

static const char *const layer_files[] = { "layers", "layers-shape", "layers-conv", "layers-sequence", "layers-attention" };

static void
test_layer (gconstpointer data)
{
  const char *kind = data;

  for (int f64 = 0; f64 < 2; f64++) {
    int n = 0;

    for (gsize i = 0; i < G_N_ELEMENTS (layer_files); i++) {
      g_autoptr (LmTestReference) file = lm_test_reference_open (layer_files[i]);

      while (lm_test_reference_next (file)) {
        if (!lm_test_reference_is (file, "layer") || strcmp (file->words[1], kind) != 0)
          continue;
        run_layer_case (file, f64 != 0);
        n++;
      }
    }
    g_assert_cmpint (n, >=, 20);
  }
}

/* --- Activations ------------------------------------------------------------------ */

/* Reads the next line, which must be @word. */
static double *
next_numbers (LmTestReference *file,
              const char *word,
              gint64 *n)
{
  g_assert_true (lm_test_reference_next (file));
  g_assert_cmpstr (file->words[0], ==, word);
  return lm_test_reference_numbers (file, n);
}

/* Runs an op of one input and one output. */
static void
run_unary (LmOpId id,
           const void *attrs,
           const LmShape *shape,
           const double *x,
           const double *dy,
           double *y,
           double *dx)
{
  LmTestInput input = { *shape, LM_LAYOUT_NATURAL, LM_F32 };
  g_autoptr (LmTestOp) op = lm_test_op_new (id, FALSE, attrs, &input, 1, 1, NULL);
  LmGradMode mode = LM_GRAD_WRITE;

  lm_test_op_set_in (op, 0, x);
  lm_test_op_forward (op);
  lm_test_op_get_out (op, 0, y);
  lm_test_op_backward (op, &dy, &mode, &dx);
}

static void
check_activation (LmTestReference *file)
{
  const LmActivationClass *activation = (const LmActivationClass *) lm_family_find ("activation", file->words[1]);
  g_autofree char *name = g_strdup (file->words[1]);
  LmActivationAttrs attrs = { activation->kind, activation->a, activation->b, activation->c };
  gint64 n;
  g_autofree double *x = next_numbers (file, "x", &n);
  g_autofree double *y = next_numbers (file, "y", &n);
  g_autofree double *slope = next_numbers (file, "slope", &n);
  g_autofree double *ones = g_new (double, (gsize) n);
  g_autofree double *found_y = g_new (double, (gsize) n);
  g_autofree double *found_slope = g_new (double, (gsize) n);

  if (activation->kind == LM_ACT_LINEAR)
    return;
  for (gint64 i = 0; i < n; i++)
    ones[i] = 1.0;
  run_unary (LM_OP_activation, &attrs, &LM_SHAPE (n), x, ones, found_y, found_slope);
  /* Number by number: small results must be right, too. */
  for (gint64 i = 0; i < n; i++) {
    double floor = 1e-7;

    if (!(fabs (found_y[i] - y[i]) <= TOLERANCE * fabs (y[i]) + floor))
      g_error ("%s (%g) is %.9g, Keras has %.9g", name, x[i], found_y[i], y[i]);
    if (!(fabs (found_slope[i] - slope[i]) <= TOLERANCE * fabs (slope[i]) + floor * MAX (1.0, fabs (x[i]))))
      g_error ("The slope of %s at %g is %.9g, Keras has %.9g", name, x[i], found_slope[i], slope[i]);
  }
}

static void
check_rows (LmTestReference *file)
{
  LmSoftmaxAttrs attrs = { .log = strcmp (file->words[1], "log_softmax") == 0 };
  LmShape shape = LM_SHAPE (lm_test_reference_int (file, 2), lm_test_reference_int (file, 3));
  gint64 n;
  g_autofree double *x = next_numbers (file, "x", &n);
  g_autofree double *y = next_numbers (file, "y", &n);
  g_autofree double *dy = next_numbers (file, "dy", &n);
  g_autofree double *slope = next_numbers (file, "slope", &n);
  g_autofree double *found_y = g_new (double, (gsize) n);
  g_autofree double *found_slope = g_new (double, (gsize) n);

  run_unary (LM_OP_softmax, &attrs, &shape, x, dy, found_y, found_slope);
  assert_close (attrs.log ? "log_softmax" : "softmax", found_y, y, n, TOLERANCE);
  assert_close (attrs.log ? "slope of log_softmax" : "slope of softmax", found_slope, slope, n, TOLERANCE);
}

static void
test_activations (void)
{
  g_autoptr (LmTestReference) file = lm_test_reference_open ("activations");
  gsize n_members;
  gsize n = 0;

  lm_family_members ("activation", &n_members);
  while (lm_test_reference_next (file)) {
    if (lm_test_reference_is (file, "activation"))
      check_activation (file);
    else
      check_rows (file);
    n++;
  }
  g_assert_cmpuint (n, ==, n_members);
}

/* --- Losses -------------------------------------------------------------------------- */

static LmLossKind
loss_kind (const char *word)
{
  static const char *const kinds[] = {
    [LM_LOSS_CATEGORICAL] = "categorical",
    [LM_LOSS_SPARSE_CATEGORICAL] = "sparse",
    [LM_LOSS_BINARY] = "binary",
    [LM_LOSS_MSE] = "mse",
    [LM_LOSS_MAE] = "mae",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (strcmp (kinds[i], word) == 0)
      return (LmLossKind) i;
  }
  g_error ("There is no loss “%s”", word);
}

/* The file is at the line “loss”. */
static void
check_loss (LmTestReference *file)
{
  LmLossAttrs attrs = {
    .kind = loss_kind (file->words[1]),
    .from = strcmp (file->words[2], "logits") == 0 ? LM_FROM_LOGITS : LM_FROM_PROBABILITY,
    .label_smoothing = lm_test_reference_double (file, 3),
  };
  LmShape shape = lm_test_reference_shape (file, 4);
  LmTestInput inputs[3] = { { shape, LM_LAYOUT_NATURAL, LM_F32 }, { shape, LM_LAYOUT_NATURAL, LM_F32 }, { LM_SHAPE (shape.dim[0]), LM_LAYOUT_NATURAL, LM_F32 } };
  LmGradMode mode[3] = { LM_GRAD_WRITE };
  g_autofree char *what = g_strjoinv (" ", file->words);
  double *numbers[3] = { 0 };
  double one = 1.0, found;
  const double *dout = &one;
  double *din[3];
  g_autofree double *grad = g_new (double, (gsize) lm_shape_n_elements (&shape, 1));
  g_autoptr (LmTestOp) op = NULL;
  int n_in = 2;
  gint64 n;

  if (attrs.kind == LM_LOSS_SPARSE_CATEGORICAL) {
    inputs[1].shape.rank--;
    inputs[1].dtype = LM_I32;
  }
  numbers[0] = next_numbers (file, "prediction", &n);
  numbers[1] = next_numbers (file, "target", &n);
  g_assert_true (lm_test_reference_next (file));
  if (lm_test_reference_is (file, "weight")) {
    numbers[n_in++] = lm_test_reference_numbers (file, &n);
    g_assert_true (lm_test_reference_next (file));
  }
  op = lm_test_op_new (LM_OP_loss, FALSE, &attrs, inputs, n_in, 1, NULL);
  for (int i = 0; i < n_in; i++)
    lm_test_op_set_in (op, i, numbers[i]);
  lm_test_op_forward (op);
  lm_test_op_get_out (op, 0, &found);
  din[0] = grad;
  lm_test_op_backward (op, &dout, mode, din);
  {
    g_autofree double *value = lm_test_reference_numbers (file, &n);
    g_autofree double *expected = next_numbers (file, "grad", &n);

    assert_close (what, &found, value, 1, TOLERANCE);
    assert_close (what, grad, expected, n, TOLERANCE);
  }
  for (int i = 0; i < n_in; i++)
    g_free (numbers[i]);
}

static void
test_losses (void)
{
  g_autoptr (LmTestReference) file = lm_test_reference_open ("losses");
  int n = 0;

  while (lm_test_reference_next (file)) {
    if (lm_test_reference_is (file, "end"))
      continue;
    check_loss (file);
    n++;
  }
  g_assert_cmpint (n, ==, 8 * 20);
}

/* --- Regularizers ---------------------------------------------------------------------- */

/* (transfer full): “l2(l2=0.1)” */
static LmOptionSet *
parse_member (const char *family,
              const char *text)
{
  LmOptionSpec spec = { .kind = LM_OPTION_OBJECT, .id = family, .family = family };
  LmOptionValue value = { 0 };
  GError *error = NULL;

  lm_option_parse (&spec, text, &value, &error);
  g_assert_no_error (error);
  return value.object;
}

static void
test_regularizers (void)
{
  g_autoptr (LmTestReference) file = lm_test_reference_open ("regularizers");

  while (lm_test_reference_next (file)) {
    g_autoptr (LmOptionSet) member = parse_member ("regularizer", file->words[1]);
    g_autofree char *what = g_strdup (file->words[1]);
    LmTestInput input = { lm_test_reference_shape (file, 2), LM_LAYOUT_PADDED, LM_F32 };
    g_autofree double *w = lm_test_reference_uniform ((guint64) lm_test_reference_int (file, 3), -1.0, 1.0, 0, lm_shape_n_elements (&input.shape, 1));
    LmPenaltyAttrs attrs = { .layout = input.shape.rank == 2 ? LM_LAYOUT_PANELS : LM_LAYOUT_PADDED };
    gint64 n;
    g_autofree double *value = next_numbers (file, "value", &n);
    g_autofree double *grad = next_numbers (file, "grad", &n);
    g_autofree double *found_grad = g_new (double, (gsize) n);
    LmGradMode mode = LM_GRAD_WRITE;
    g_autoptr (LmTestOp) op = NULL;
    double one = 1.0, found;
    const double *dout = &one;

    input.layout = (LmLayout) attrs.layout;
    lm_regularizer_factors (member, &attrs.l1, &attrs.l2);
    op = lm_test_op_new (LM_OP_penalty, FALSE, &attrs, &input, 1, 1, NULL);
    lm_test_op_set_in (op, 0, w);
    lm_test_op_forward (op);
    lm_test_op_get_out (op, 0, &found);
    lm_test_op_backward (op, &dout, &mode, &found_grad);
    assert_close (what, &found, value, 1, TOLERANCE);
    assert_close (what, found_grad, grad, n, TOLERANCE);
  }
}

/* --- Initializers ----------------------------------------------------------------------- */

static int
compare_floats (gconstpointer a,
                gconstpointer b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return x < y ? -1 : x > y;
}

/* Share of the sorted numbers below @x, equal ones counting half. */
static double
share_below (const float *sorted,
             gsize n,
             double x)
{
  gsize below = 0, up_to = 0;

  for (gsize step = n; step > 0; step /= 2) {
    while (below + step <= n && (double) sorted[below + step - 1] < x)
      below += step;
    while (up_to + step <= n && (double) sorted[up_to + step - 1] <= x)
      up_to += step;
  }
  return (double) (below + up_to) / 2.0 / (double) n;
}

/* Draws of a weight here, and in Keras. */
#define DRAWS 3
#define KERAS_DRAWS 12

/* Mean and deviation within six standard errors; the distribution function within a Kolmogorov–Smirnov distance that equal
 * distributions exceed once in 10⁸ times. */
static void
check_initializer (const char *what,
                   const float *values,
                   gsize n,
                   double spread,
                   const double *moments,
                   const double *quantiles,
                   int n_quantiles)
{
  double deviation = moments[1];
  double mean = 0.0, square = 0.0;
  double slack = 6.0 * spread;
  g_autofree float *sorted = g_memdup2 (values, n * sizeof values[0]);

  for (gsize i = 0; i < n; i++)
    mean += (double) values[i] / (double) n;
  for (gsize i = 0; i < n; i++)
    square += ((double) values[i] - mean) * ((double) values[i] - mean) / (double) n;
  g_assert_cmpfloat_with_epsilon (mean, moments[0], slack * deviation + 1e-6);
  g_assert_cmpfloat_with_epsilon (sqrt (square), deviation, slack * deviation + 1e-6);
  if (deviation == 0.0)
    return;

  qsort (sorted, n, sizeof sorted[0], compare_floats);
  for (int i = 1; i < n_quantiles - 1; i++) {
    double share = share_below (sorted, n, quantiles[i]);
    double expected = (double) i / (n_quantiles - 1);

    if (fabs (share - expected) > 3.1 * spread)
      g_error ("%s: a share of %g of the numbers is below %g, Keras has %g", what, share, quantiles[i], expected);
  }
}

static void
test_initializers (void)
{
  g_autoptr (LmTestReference) file = lm_test_reference_open ("initializers");
  const LmMember *const *members;
  gsize n_members;
  guint64 seen = 0;

  members = lm_family_members ("initializer", &n_members);
  while (lm_test_reference_next (file)) {
    g_autofree char *what = g_strdup (file->words[1]);
    g_autoptr (LmOptionSet) member = parse_member ("initializer", file->words[1]);
    LmShape shape = lm_test_reference_shape (file, 2);
    gsize size = (gsize) lm_shape_n_elements (&shape, 1);
    gint64 n_moments, n_quantiles;
    g_autofree double *moments = next_numbers (file, "moments", &n_moments);
    g_autofree double *quantiles = next_numbers (file, "quantiles", &n_quantiles);
    g_autofree float *values = g_new (float, DRAWS *size);

    for (int i = 0; i < DRAWS; i++)
      lm_initializer_fill (member, &shape, lm_rng_init (5, LM_RNG_WEIGHTS, (guint64) i, 77), values + (gsize) i * size);
    /* The numbers of an orthogonal matrix depend on each other: about a quarter of them is free. */
    if (strcmp (member->member->id, "identity") == 0)
      g_assert_cmpfloat_with_epsilon (moments[1] * moments[1] + moments[0] * moments[0], 2.0 * 2.0 * 4.0 / 24.0, 1e-6);
    else
      check_initializer (what, values, DRAWS * size, sqrt ((1.0 / DRAWS + 1.0 / KERAS_DRAWS) / (double) size * (strcmp (member->member->id, "orthogonal") == 0 ? 4.0 : 1.0)),
                         moments, quantiles, (int) n_quantiles);
    for (gsize i = 0; i < n_members; i++) {
      if (members[i] == member->member)
        seen |= (guint64) 1 << i;
    }
  }
  g_assert_cmphex (seen, ==, ((guint64) 1 << n_members) - 1);
}

static void
test_orthogonal_is_a_rotation (void)
{
  static const LmShape shapes[] = { { 2, { 40, 25 } }, { 2, { 7, 31 } }, { 4, { 3, 3, 2, 30 } } };
  g_autoptr (LmOptionSet) member = parse_member ("initializer", "orthogonal(gain=2)");

  for (gsize s = 0; s < G_N_ELEMENTS (shapes); s++) {
    gint64 cols = shapes[s].dim[shapes[s].rank - 1];
    gint64 rows = lm_shape_n_elements (&shapes[s], 1) / cols;
    gint64 n = MIN (rows, cols), m = MAX (rows, cols);
    g_autofree float *q = g_new (float, (gsize) (rows * cols));

    lm_initializer_fill (member, &shapes[s], lm_rng_init (1, LM_RNG_WEIGHTS, 2, 3), q);
    for (gint64 i = 0; i < n; i++) {
      for (gint64 j = 0; j < n; j++) {
        double dot = 0.0;

        for (gint64 k = 0; k < m; k++)
          dot += rows >= cols ? (double) q[k * cols + i] * (double) q[k * cols + j] : (double) q[i * cols + k] * (double) q[j * cols + k];
        g_assert_cmpfloat_with_epsilon (dot, i == j ? 4.0 : 0.0, 1e-5);
      }
    }
  }
}

static void
test_identity (void)
{
  g_autoptr (LmOptionSet) member = parse_member ("initializer", "identity(gain=3)");
  float values[15];

  lm_initializer_fill (member, &LM_SHAPE (3, 5), lm_rng_init (1, LM_RNG_WEIGHTS, 2, 3), values);
  for (int i = 0; i < 15; i++)
    g_assert_cmpfloat (values[i], ==, i / 5 == i % 5 ? 3.0f : 0.0f);
}

int
main (int argc,
      char *argv[])
{
  const LmMember *const *members;
  gsize n;

  g_test_init (&argc, &argv, NULL);

  members = lm_family_members ("layer", &n);
  for (gsize i = 0; i < n; i++) {
    const LmLayerClass *layer = (const LmLayerClass *) members[i];

    /* A layer names the test that compares it with Keras; Input computes nothing. */
    if (layer->max_inputs > 0)
      g_assert_nonnull (layer->reference);
    if (layer->reference != NULL)
      g_test_add_data_func (layer->reference, layer->member.id, test_layer);
  }
  g_test_add_func ("/reference/activations", test_activations);
  g_test_add_func ("/reference/losses", test_losses);
  g_test_add_func ("/reference/regularizers", test_regularizers);
  g_test_add_func ("/reference/initializers", test_initializers);
  g_test_add_func ("/reference/orthogonal-is-a-rotation", test_orthogonal_is_a_rotation);
  g_test_add_func ("/reference/identity", test_identity);

  return g_test_run ();
}
