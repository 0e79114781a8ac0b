/* layer-recurrent.c: layers that go through a sequence step by step and remember
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-activation.h"
#include "lm-layer-kit.h"

#include <string.h>

#define UNITS_SPEC                                                                                           \
  {                                                                                                          \
    .kind = LM_OPTION_INT, .id = "units", .title = N_ ("Units"),                                             \
    .help = N_ ("How many numbers are remembered from step to step, which is also what comes out of each."), \
    .unit = N_ ("features"), .initial = 32, .min = 1, .max = 65536, .log_scale = TRUE                        \
  }

#define CELL_ACTIVATION_SPEC(id_, title_, initial_, help_)                                         \
  {                                                                                                \
    .kind = LM_OPTION_OBJECT, .id = id_, .title = title_, .help = help_, .initial_text = initial_, \
    .family = "activation", .nullable = TRUE, .rare = TRUE                                         \
  }

#define FN_SPEC CELL_ACTIVATION_SPEC ("activation", N_ ("Activation"), "tanh", N_ ("The function that new content goes through."))
#define GATE_SPEC CELL_ACTIVATION_SPEC ("recurrent_activation", N_ ("Gate activation"), "sigmoid", N_ ("The function of the gates, from 0 (closed) to 1 (open)."))

#define RECURRENT_INITIALIZER_SPEC LM_SPEC_INITIALIZER ("recurrent_initializer", N_ ("Recurrent initializer"), "orthogonal", N_ ("How the weights from state to state are drawn before training."))
#define RECURRENT_REGULARIZER_SPEC LM_SPEC_REGULARIZER ("recurrent_regularizer", N_ ("Recurrent regularizer"), N_ ("A cost for large weights from state to state, added to the loss."))

#define SHARE_SPEC(id_, title_, help_)                                                                         \
  {                                                                                                            \
    .kind = LM_OPTION_DOUBLE, .id = id_, .title = title_, .help = help_, .min = 0.0, .max = 0.99, .rare = TRUE \
  }

#define DROPOUT_SPEC SHARE_SPEC ("dropout", N_ ("Dropout"), N_ ("Share of the inputs that become zero in training, the same ones in all steps of a sample."))
#define RECURRENT_DROPOUT_SPEC SHARE_SPEC ("recurrent_dropout", N_ ("Recurrent dropout"), N_ ("Share of the remembered numbers that become zero in training on the way to the next step, the same ones in all steps of a sample."))
#define SEQUENCES_SPEC LM_SPEC_BOOL ("return_sequences", N_ ("Return all steps"), FALSE, N_ ("The results of all steps come out, for another recurrent layer or a decision at each step; otherwise only that of the last."))
#define STATE_SPEC LM_SPEC_BOOL ("return_state", N_ ("Return the state"), FALSE, N_ ("What is remembered in the end comes out as well, at further ports, so that another layer can begin with it."))
#define BACKWARDS_SPEC LM_SPEC_BOOL ("go_backwards", N_ ("Go backwards"), FALSE, N_ ("Goes through the sequence from its end, and gives the results in that order."))

#define BOOL_RARE(id_, title_, initial_, help_)                                                          \
  {                                                                                                      \
    .kind = LM_OPTION_BOOL, .id = id_, .title = title_, .help = help_, .initial = initial_, .rare = TRUE \
  }

/* All three tables begin alike. */
enum {
  UNITS,
  FN,
  USE_BIAS,
  KERNEL_INITIALIZER,
  RECURRENT_INITIALIZER,
  BIAS_INITIALIZER,
  KERNEL_REGULARIZER,
  RECURRENT_REGULARIZER,
  BIAS_REGULARIZER,
  DROPOUT,
  RECURRENT_DROPOUT,
  SEED,
  SEQUENCES,
  STATE,
  BACKWARDS,
  GATE, /* LSTM and GRU */
  FORGET_BIAS,
  VARIANT,
  RESET_AFTER = FORGET_BIAS,
};

#define COMMON_OPTIONS                                                                                                    \
  [UNITS] = UNITS_SPEC, [FN] = FN_SPEC, [USE_BIAS] = LM_SPEC_USE_BIAS, [KERNEL_INITIALIZER] = LM_SPEC_KERNEL_INITIALIZER, \
  [RECURRENT_INITIALIZER] = RECURRENT_INITIALIZER_SPEC, [BIAS_INITIALIZER] = LM_SPEC_BIAS_INITIALIZER,                    \
  [KERNEL_REGULARIZER] = LM_SPEC_KERNEL_REGULARIZER, [RECURRENT_REGULARIZER] = RECURRENT_REGULARIZER_SPEC,                \
  [BIAS_REGULARIZER] = LM_SPEC_BIAS_REGULARIZER, [DROPOUT] = DROPOUT_SPEC, [RECURRENT_DROPOUT] = RECURRENT_DROPOUT_SPEC,  \
  [SEED] = LM_SPEC_SEED, [SEQUENCES] = SEQUENCES_SPEC, [STATE] = STATE_SPEC, [BACKWARDS] = BACKWARDS_SPEC

static const LmOptionSpec simple_options[] = { COMMON_OPTIONS };

static const char *const variants[] = { "standard", "book", NULL };

static const LmOptionSpec lstm_options[] = {
  COMMON_OPTIONS,
  [GATE] = GATE_SPEC,
  [FORGET_BIAS] = BOOL_RARE ("unit_forget_bias", N_ ("Remember at first"), TRUE, N_ ("The bias of the forget gate begins at 1, so that the layer remembers until it has learned to forget.")),
  [VARIANT] = {
    .kind = LM_OPTION_CHOICE,
    .id = "variant",
    .title = N_ ("Variant"),
    .help = N_ ("“standard” is that of Keras. “book” is the pseudo-code of Deep Learning with Python: all gates use the activation, the output sees the carry through weights of its own and is the next state."),
    .initial_text = "standard",
    .choices = variants,
    .rare = TRUE,
  },
};

static const LmOptionSpec gru_options[] = {
  COMMON_OPTIONS,
  [GATE] = GATE_SPEC,
  [RESET_AFTER] = BOOL_RARE ("reset_after", N_ ("Reset after the product"), TRUE, N_ ("Whether the reset gate works on the state after or before it is multiplied with its weights.")),
};

/* FALSE after a failure. */
static gboolean
read_function (LmBuilder *b,
               const LmNode *node,
               int index,
               LmActivationAttrs *attrs)
{
  const LmOptionSet *object = lm_node_object (node, index);

  *attrs = (LmActivationAttrs){ .kind = LM_ACT_LINEAR };
  if (object != NULL)
    *attrs = lm_activation_attrs (object);
  if (attrs->kind != LM_ACT_SOFTMAX && attrs->kind != LM_ACT_LOG_SOFTMAX)
    return TRUE;
  lm_layer_fail (b, -1, LM_ERROR_OPTION, _ ("%s needs a function of single numbers"),
                 g_strdup_printf (_ ("“%s” looks at all units together. Choose tanh, sigmoid or relu."), object->member->id));
  return FALSE;
}

static int
parts_of (LmRecurrentKind kind)
{
  return kind == LM_RECURRENT_SIMPLE ? 1 : kind >= LM_RECURRENT_GRU ? 3
                                                                    : 4;
}

/* The first states, if wired: each (N, units). */
static gboolean
check_states (LmBuilder *b,
              const LmValue *in,
              int n_in,
              int n_states,
              gint64 units)
{
  if (n_in != 1 && n_in != 1 + n_states) {
    lm_layer_fail (b, 1, LM_ERROR_GRAPH, _ ("%s needs all its states or none"),
                   g_strdup_printf (_ ("%d of %d are wired."), n_in - 1, n_states));
    return FALSE;
  }
  for (int i = 1; i < n_in; i++) {
    LmShape shape = lm_builder_shape (b, in[i]);

    if (!lm_layer_wants_numbers (b, in[i], i))
      return FALSE;
    if (shape.rank != 2 || shape.dim[1] != units) {
      g_autofree char *source = lm_layer_source (b, in[i]);

      lm_layer_fail (b, i, LM_ERROR_SHAPE, _ ("%s needs a state with a number for each unit"), g_strdup_printf (_ ("%s; there are %" PRId64 " units."), source, units));
      if (shape.rank == 2)
        lm_suggest_int (b, UNITS, shape.dim[1]);
      return FALSE;
    }
  }
  return TRUE;
}

/* x·W + b for all steps at once; *bias gets the bias of u, if the cell has one. */
static LmValue
project (LmBuilder *b,
         const LmNode *node,
         LmValue x,
         LmRecurrentKind kind,
         LmValue *bias)
{
  gint64 units = lm_node_int (node, UNITS), wide = units * parts_of (kind);
  LmValue kernel = lm_layer_weight (b, node, "kernel", &LM_SHAPE (lm_builder_shape (b, x).dim[2], wide), LM_LAYOUT_PANELS, KERNEL_INITIALIZER, KERNEL_REGULARIZER);
  LmValue own = LM_NO_VALUE, both, z;

  if (!lm_node_bool (node, USE_BIAS))
    return lm_build_matmul (b, x, kernel, LM_NO_VALUE);
  if (kind != LM_RECURRENT_GRU) {
    own = lm_layer_weight (b, node, "bias", &LM_SHAPE (wide), LM_LAYOUT_PADDED, BIAS_INITIALIZER, BIAS_REGULARIZER);
    if (kind == LM_RECURRENT_LSTM && lm_node_bool (node, FORGET_BIAS))
      lm_build_begin_with_ones (b, own, units, units);
    return lm_build_matmul (b, x, kernel, own);
  }
  both = lm_layer_weight (b, node, "bias", &LM_SHAPE (2, wide), LM_LAYOUT_NATURAL, BIAS_INITIALIZER, BIAS_REGULARIZER);
  *bias = lm_build_reshape (b, lm_build_slice (b, both, 0, 1, 1, 1), &LM_SHAPE (wide));
  own = lm_build_reshape (b, lm_build_slice (b, both, 0, 0, 1, 1), &LM_SHAPE (wide));
  /* A bias of the product lies padded to whole panels. */
  if (wide % LM_PANEL == 0)
    return lm_build_matmul (b, x, kernel, own);
  z = lm_build_matmul (b, x, kernel, LM_NO_VALUE);
  return lm_build_binary (b, LM_BINARY_ADD, z, own);
}

/* Seed and noise of the inputs: one draw for all steps. */
static LmValue
drop_inputs (LmBuilder *b,
             const LmNode *node,
             LmValue x,
             LmRecurrentAttrs *attrs)
{
  LmDropoutAttrs drop = { .rate = lm_node_double (node, DROPOUT), .noise_axes = LM_BIT (1) };

  attrs->dropout = lm_builder_is_training (b) ? lm_node_double (node, RECURRENT_DROPOUT) : 0.0;
  if (!lm_option_is_null (node->options, SEED)) {
    drop.has_seed = attrs->has_seed = TRUE;
    drop.seed = attrs->seed = (guint32) lm_node_int (node, SEED);
  }
  return lm_build_dropout (b, x, &drop);
}

/* Formulas in LmCellKind of the kernels. Shapes: x (N, T, F), states (N, units) → y (N, units) or (N, T, units), states; kernel (F, G·units),
 * recurrent_kernel (units, G·units), bias (G·units), for reset_after (2, G·units). Masked steps are passed over. */
static void
recurrent (LmBuilder *b,
           const LmNode *node,
           const LmValue *in,
           int n_in,
           LmRecurrentKind kind,
           LmValue *out)
{
  gboolean has_carry = kind == LM_RECURRENT_LSTM || kind == LM_RECURRENT_BOOK, is_gru = kind >= LM_RECURRENT_GRU;
  gint64 units = lm_node_int (node, UNITS);
  LmRecurrentAttrs attrs = { .kind = kind, .sequences = lm_node_bool (node, SEQUENCES) };
  LmValue x = in[0], mask, bias = LM_NO_VALUE, args[7], results[6];
  int n = 0;

  if (!lm_layer_wants_sequence (b, x, 0) || !check_states (b, in, n_in, has_carry ? 2 : 1, units) || !read_function (b, node, FN, &attrs.fn))
    return;
  attrs.gate = attrs.fn;
  if (kind != LM_RECURRENT_SIMPLE && !read_function (b, node, GATE, &attrs.gate))
    return;
  mask = lm_builder_mask (b, x);
  x = drop_inputs (b, node, x, &attrs);
  args[n++] = project (b, node, lm_node_bool (node, BACKWARDS) ? lm_build_flip (b, x, 1) : x, kind, &bias);
  args[n++] = lm_layer_weight (b, node, "recurrent_kernel", &LM_SHAPE (units, units * parts_of (kind)), LM_LAYOUT_NATURAL, RECURRENT_INITIALIZER, RECURRENT_REGULARIZER);
  if (kind == LM_RECURRENT_BOOK)
    args[n++] = lm_layer_weight (b, node, "carry_kernel", &LM_SHAPE (units, units), LM_LAYOUT_NATURAL, RECURRENT_INITIALIZER, RECURRENT_REGULARIZER);
  if (bias.index >= 0) {
    attrs.has_bias = TRUE;
    args[n++] = bias;
  }
  for (int i = 1; i < n_in; i++) {
    attrs.has_state = TRUE;
    args[n++] = in[i];
  }
  if (mask.index >= 0) {
    attrs.has_mask = TRUE;
    args[n++] = lm_node_bool (node, BACKWARDS) ? lm_build_flip (b, mask, 1) : mask;
  }
  lm_build_op (b, LM_OP_recurrent, &attrs, args, n, results, has_carry ? 6 : is_gru ? 5
                                                                                    : 4);
  out[0] = results[2];
  if (attrs.sequences && mask.index >= 0)
    lm_builder_set_mask (b, out[0], mask);
  if (!lm_node_bool (node, STATE))
    return;
  out[1] = results[3];
  if (has_carry)
    out[2] = results[4];
}

static void
simple_lower (LmBuilder *b,
              const LmNode *node,
              const LmValue *in,
              int n_in,
              LmValue *out)
{
  recurrent (b, node, in, n_in, LM_RECURRENT_SIMPLE, out);
}

static void
lstm_lower (LmBuilder *b,
            const LmNode *node,
            const LmValue *in,
            int n_in,
            LmValue *out)
{
  gboolean book = strcmp (lm_node_text (node, VARIANT), "book") == 0;

  recurrent (b, node, in, n_in, book ? LM_RECURRENT_BOOK : LM_RECURRENT_LSTM, out);
}

static void
gru_lower (LmBuilder *b,
           const LmNode *node,
           const LmValue *in,
           int n_in,
           LmValue *out)
{
  recurrent (b, node, in, n_in, lm_node_bool (node, RESET_AFTER) ? LM_RECURRENT_GRU : LM_RECURRENT_GRU_BEFORE, out);
}

static int
count_one_state (const LmNode *node)
{
  return lm_node_bool (node, STATE) ? 2 : 1;
}

static int
count_two_states (const LmNode *node)
{
  return lm_node_bool (node, STATE) ? 3 : 1;
}

static char *
recurrent_summary (const LmNode *node)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT "%s", lm_node_int (node, UNITS), lm_node_bool (node, SEQUENCES) ? " · →" : "");
}

static const char *const one_in[] = { "x", "h", NULL };
static const char *const two_in[] = { "x", "h", "c", NULL };
static const char *const one_out[] = { "y", "h", NULL };
static const char *const two_out[] = { "y", "h", "c", NULL };

#define COMMON_KERAS "({units}, activation={activation}, use_bias={use_bias}, kernel_initializer={kernel_initializer}, recurrent_initializer={recurrent_initializer}, bias_initializer={bias_initializer}, kernel_regularizer={kernel_regularizer}, recurrent_regularizer={recurrent_regularizer}, bias_regularizer={bias_regularizer}, dropout={dropout}, recurrent_dropout={recurrent_dropout}, seed={seed}, return_sequences={return_sequences}, return_state={return_state}, go_backwards={go_backwards}"

const LmLayerClass lm_layer_simple_rnn = {
  .member = {
    .id = "SimpleRNN",
    .title = N_ ("Simple recurrent"),
    .help = N_ ("Goes through a sequence step by step and mixes each step with what it remembers: h = f(x·W + h·U + b). Simple and fast, but it forgets after some ten steps; LSTM and GRU remember longer."),
    .options = simple_options,
    .n_options = G_N_ELEMENTS (simple_options),
  },
  .category = "recurrent",
  .min_inputs = 1,
  .max_inputs = 2,
  .n_outputs = 2,
  .input_names = one_in,
  .output_names = one_out,
  .mask = LM_MASK_USE,
  .count_outputs = count_one_state,
  .lower = simple_lower,
  .summary = recurrent_summary,
  .synonyms = N_ ("rnn, elman, sequence, time series, text, memory"),
  .reference = "/reference/layer/SimpleRNN",
  .keras = "SimpleRNN" COMMON_KERAS ")",
  .torch = "nn.RNN({in}, {units}, batch_first=True)",
};

const LmLayerClass lm_layer_lstm = {
  .member = {
    .id = "LSTM",
    .title = N_ ("LSTM"),
    .help = N_ ("Long short-term memory: goes through a sequence step by step and carries a memory c along, which gates write, erase and read: c = f·c + i·g, h = o·tanh(c), with i, f, o = σ(x·W + h·U + b) and g = tanh(x·W + h·U + b). It remembers over hundreds of steps."),
    .options = lstm_options,
    .n_options = G_N_ELEMENTS (lstm_options),
  },
  .category = "recurrent",
  .min_inputs = 1,
  .max_inputs = 3,
  .n_outputs = 3,
  .input_names = two_in,
  .output_names = two_out,
  .mask = LM_MASK_USE,
  .count_outputs = count_two_states,
  .lower = lstm_lower,
  .summary = recurrent_summary,
  .synonyms = N_ ("long short-term memory, rnn, sequence, time series, text, encoder, decoder, seq2seq"),
  .reference = "/reference/layer/LSTM",
  .keras = "LSTM" COMMON_KERAS ", recurrent_activation={recurrent_activation}, unit_forget_bias={unit_forget_bias}, variant={variant})",
  .torch = "nn.LSTM({in}, {units}, batch_first=True)",
};

const LmLayerClass lm_layer_gru = {
  .member = {
    .id = "GRU",
    .title = N_ ("GRU"),
    .help = N_ ("Gated recurrent unit: goes through a sequence step by step; an update gate z says how much of the state stays, a reset gate r how much of it the new content sees: h = z·h + (1 − z)·tanh(x·W + r·(h·U) + b). Remembers about as well as an LSTM and is faster."),
    .options = gru_options,
    .n_options = G_N_ELEMENTS (gru_options),
  },
  .category = "recurrent",
  .min_inputs = 1,
  .max_inputs = 2,
  .n_outputs = 2,
  .input_names = one_in,
  .output_names = one_out,
  .mask = LM_MASK_USE,
  .count_outputs = count_one_state,
  .lower = gru_lower,
  .summary = recurrent_summary,
  .synonyms = N_ ("gated recurrent unit, rnn, sequence, time series, text, encoder, decoder"),
  .reference = "/reference/layer/GRU",
  .keras = "GRU" COMMON_KERAS ", recurrent_activation={recurrent_activation}, reset_after={reset_after})",
  .torch = "nn.GRU({in}, {units}, batch_first=True)",
};
