/* layer-wrappers.c: layers around another layer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

#include <string.h>

/* The layer inside is an option with options of its own. */
#define INNER_SPEC(initial_, help_)                                                                                            \
  {                                                                                                                            \
    .kind = LM_OPTION_OBJECT, .id = "layer", .title = N_ ("Layer"), .help = help_, .initial_text = initial_, .family = "layer" \
  }

enum {
  LAYER,
  MERGE_MODE,
};

/* A node for the layer inside, with the name of the one outside. Borrows the options. */
static LmNode
inner_node (const LmNode *node,
            const LmOptionSet *options)
{
  LmNode inner = *node;

  inner.layer = (const LmLayerClass *) options->member;
  inner.kind = (char *) options->member->id;
  inner.options = (LmOptionSet *) options;
  return inner;
}

static gboolean
option_bool (const LmOptionSet *options,
             const char *id)
{
  int index = lm_option_set_index (options, id);

  return index >= 0 && lm_option_get_bool (options, index);
}

static char *
inner_summary (const LmNode *node)
{
  LmNode inner = inner_node (node, lm_node_object (node, LAYER));
  g_autofree char *summary = inner.layer->summary != NULL ? inner.layer->summary (&inner) : NULL;

  return summary != NULL ? g_strdup_printf ("%s %s", inner.kind, summary) : g_strdup (inner.kind);
}

/* --- Bidirectional ------------------------------------------------------------------ */

static const char *const merge_modes[] = { "concat", "sum", "mul", "ave", NULL };

static const LmOptionSpec bidirectional_options[] = {
  [LAYER] = INNER_SPEC ("LSTM", N_ ("The recurrent layer that goes through the sequence in both directions: SimpleRNN, LSTM or GRU.")),
  [MERGE_MODE] = {
    .kind = LM_OPTION_CHOICE,
    .id = "merge_mode",
    .title = N_ ("Joined by"),
    .help = N_ ("What becomes of the two results: “concat” puts them behind each other, “sum”, “mul” and “ave” add, multiply or average them."),
    .initial_text = "concat",
    .choices = merge_modes,
  },
};

static gboolean
is_recurrent (const LmOptionSet *options)
{
  return lm_option_set_index (options, "go_backwards") >= 0;
}

static LmValue
merge (LmBuilder *b,
       const char *mode,
       LmValue forward,
       LmValue backward)
{
  LmValue both[2] = { forward, backward };

  if (strcmp (mode, "concat") == 0)
    return lm_builder_is_known (b, forward) ? lm_build_concat (b, both, 2, lm_builder_shape (b, forward).rank - 1) : forward;
  if (strcmp (mode, "mul") == 0)
    return lm_build_binary (b, LM_BINARY_MUL, forward, backward);
  forward = lm_build_binary (b, LM_BINARY_ADD, forward, backward);
  return strcmp (mode, "ave") == 0 ? lm_build_affine (b, forward, 0.5, 0.0) : forward;
}

/* One layer forward, one with weights of its own the other way, whose results are turned round again; states of the first, then of
 * the second. Source: Schuster & Paliwal 1997. */
static void
bidirectional_lower (LmBuilder *b,
                     const LmNode *node,
                     const LmValue *in,
                     int n_in,
                     LmValue *out)
{
  const LmOptionSet *options = lm_node_object (node, LAYER);
  g_autoptr (LmOptionSet) turned = lm_option_set_copy (options);
  LmOptionValue way = LM_VALUE_BOOL (!option_bool (options, "go_backwards"));
  LmNode inner = inner_node (node, options);
  LmValue results[2][3], args[3] = { in[0] }, mask;
  int n_states = (n_in - 1) / 2, n_out;

  if (!is_recurrent (options)) {
    lm_layer_fail (b, -1, LM_ERROR_OPTION, _ ("%s needs a recurrent layer inside"),
                   g_strdup_printf (_ ("“%s” does not go through a sequence. Choose SimpleRNN, LSTM or GRU."), options->member->id));
    return;
  }
  if ((n_in - 1) % 2 != 0 || n_states >= inner.layer->max_inputs) {
    lm_layer_fail (b, 1, LM_ERROR_GRAPH, _ ("%s needs all its states or none"), g_strdup_printf (_ ("%d of %d are wired."), n_in - 1, 2 * (inner.layer->max_inputs - 1)));
    return;
  }
  if (!lm_option_set_value (turned, lm_option_set_index (turned, "go_backwards"), &way, NULL))
    g_assert_not_reached ();
  n_out = lm_layer_n_outputs (inner.layer, &inner);
  for (int side = 0; side < 2; side++) {
    inner.options = side == 0 ? (LmOptionSet *) options : turned;
    for (int i = 0; i < n_out; i++)
      results[side][i] = lm_builder_unknown (b);
    for (int i = 0; i < n_states; i++)
      args[1 + i] = in[1 + side * n_states + i];
    lm_builder_set_prefix (b, side == 0 ? "forward_" : "backward_");
    inner.layer->lower (b, &inner, args, 1 + n_states, results[side]);
  }
  lm_builder_set_prefix (b, "");
  if (!lm_builder_is_known (b, results[1][0]))
    return;
  if (option_bool (options, "return_sequences"))
    results[1][0] = lm_build_flip (b, results[1][0], 1);
  out[0] = merge (b, lm_node_text (node, MERGE_MODE), results[0][0], results[1][0]);
  mask = lm_builder_mask (b, in[0]);
  if (option_bool (options, "return_sequences") && mask.index >= 0) {
    /* Keras gives 0 at masked steps here, other than one direction alone. */
    out[0] = lm_build_binary (b, LM_BINARY_MUL, out[0], lm_build_mask_as (b, mask, 3));
    lm_builder_set_mask (b, out[0], mask);
  }
  for (int i = 1; i < n_out; i++) {
    out[i] = results[0][i];
    out[n_out - 1 + i] = results[1][i];
  }
}

static int
count_bidirectional (const LmNode *node)
{
  LmNode inner = inner_node (node, lm_node_object (node, LAYER));

  return is_recurrent (inner.options) ? 2 * lm_layer_n_outputs (inner.layer, &inner) - 1 : 1;
}

const LmLayerClass lm_layer_bidirectional = {
  .member = {
    .id = "Bidirectional",
    .title = N_ ("Bidirectional"),
    .help = N_ ("Goes through a sequence with two recurrent layers, one from the front and one from the end, and joins what they found, y = [f(x), f′(reversed x)]. So each step knows what comes before and after it. For texts, not for forecasts."),
    .options = bidirectional_options,
    .n_options = G_N_ELEMENTS (bidirectional_options),
  },
  .category = "recurrent",
  .min_inputs = 1,
  .max_inputs = 5,
  .n_outputs = 5,
  .mask = LM_MASK_USE,
  .count_outputs = count_bidirectional,
  .lower = bidirectional_lower,
  .summary = inner_summary,
  .synonyms = N_ ("both directions, reverse, lstm, gru, birnn, bilstm"),
  .reference = "/reference/layer/Bidirectional",
  .keras = "Bidirectional({layer}, merge_mode={merge_mode})",
};

/* --- TimeDistributed ------------------------------------------------------------------ */

static const LmOptionSpec time_distributed_options[] = {
  [LAYER] = INNER_SPEC ("Dense", N_ ("The layer that looks at each step by itself.")),
};

/* The steps become samples: (N, T, …) → (N·T, …) → the layer → (N, T, …). */
static void
time_distributed_lower (LmBuilder *b,
                        const LmNode *node,
                        const LmValue *in,
                        int n_in,
                        LmValue *out)
{
  LmNode inner = inner_node (node, lm_node_object (node, LAYER));
  LmShape x = lm_builder_shape (b, in[0]), steps = { .rank = x.rank - 1 }, y;
  LmValue step, result[3] = { lm_builder_unknown (b), lm_builder_unknown (b), lm_builder_unknown (b) };

  if (!lm_builder_is_known (b, in[0]))
    return;
  if (inner.layer->min_inputs != 1 || lm_layer_n_outputs (inner.layer, &inner) != 1 || inner.layer == node->layer) {
    lm_layer_fail (b, -1, LM_ERROR_OPTION, _ ("%s needs a layer with one input and one output inside"), g_strdup_printf (_ ("“%s” is not such a layer."), inner.kind));
    return;
  }
  if (x.rank < 3) {
    g_autofree char *source = lm_layer_source (b, in[0]);

    lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s needs time × features"), g_strdup_printf (_ ("%s."), source));
    return;
  }
  steps.dim[0] = x.dim[0] * x.dim[1];
  memcpy (steps.dim + 1, x.dim + 2, (gsize) (x.rank - 2) * sizeof x.dim[0]);
  step = lm_build_reshape (b, in[0], &steps);
  inner.layer->lower (b, &inner, &step, 1, result);
  if (!lm_builder_is_known (b, result[0]))
    return;
  steps = lm_builder_shape (b, result[0]);
  if (steps.rank == LM_MAX_RANK) {
    lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s has too many axes"), g_strdup_printf (_ ("The result would have %d axes, at most %d are possible."), steps.rank, LM_MAX_RANK - 1));
    return;
  }
  y = (LmShape){ .rank = steps.rank + 1, .dim = { x.dim[0], x.dim[1] } };
  memcpy (y.dim + 2, steps.dim + 1, (gsize) (steps.rank - 1) * sizeof y.dim[0]);
  out[0] = lm_build_reshape (b, result[0], &y);
}

const LmLayerClass lm_layer_time_distributed = {
  .member = {
    .id = "TimeDistributed",
    .title = N_ ("Time distributed"),
    .help = N_ ("Puts each step of a sequence through the same layer by itself, y[t] = f(x[t]): a Conv2D for each picture of a film, for example. All steps share the weights."),
    .options = time_distributed_options,
    .n_options = G_N_ELEMENTS (time_distributed_options),
  },
  .category = "recurrent",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = time_distributed_lower,
  .summary = inner_summary,
  .synonyms = N_ ("each step, wrapper, video, sequence, shared"),
  .reference = "/reference/layer/TimeDistributed",
  .keras = "TimeDistributed({layer})",
};
