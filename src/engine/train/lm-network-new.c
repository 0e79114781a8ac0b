/* lm-network-new.c: joins a design with its data
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-network.h"

#include "lm-class-weights.h"
#include "lm-i18n.h"
#include "lm-lower.h"
#include "lm-regularizer.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct {
  const LmNetworkSpec *spec;
  LmNetwork *network;
  LmBuilder *builder;
  LmLowered *lowered;
} Making;

/* --- Outputs ---------------------------------------------------------------- */

static gboolean
add_output (Making *making,
            int node,
            int port,
            const LmOutputSpec *spec,
            GError **error)
{
  LmNetwork *network = making->network;
  const LmLoweredNode *entry = lm_lowered_node (making->lowered, node);
  LmNetworkOutput *output;

  if (network->n_outputs == LM_MAX_OUTPUTS) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("The network has more than %d outputs. Join some of them with a Concatenate layer."), LM_MAX_OUTPUTS);
    return FALSE;
  }
  if (port >= entry->n_out) {
    g_set_error (error, LM_ERROR, LM_ERROR_GRAPH, _ ("“%s” has %d outputs, but a target is set for output %d. Choose another output for it."), entry->node->name, entry->n_out, port + 1);
    return FALSE;
  }

  output = &network->outputs[network->n_outputs++];
  *output = (LmNetworkOutput){
    .path = g_strdup (entry->path),
    .name = g_strdup (entry->node->name),
    .prediction = lm_lowered_out (making->lowered, node, port),
    .loss_options = spec != NULL ? spec->loss : NULL,
    .weight = spec != NULL ? spec->weight : 1,
    .column = -1,
    .target = -1,
    .weight_input = -1,
    .weight_column = -1,
  };
  output->shape = lm_builder_shape (making->builder, output->prediction);
  if (output->loss_options == NULL)
    output->loss_options = lm_option_get_object (making->spec->design->training, LM_TRAINING_LOSS);
  lm_builder_observe (making->builder, output->prediction);
  return TRUE;
}

/* Layers at the top that feed nothing, Inputs aside. */
static gboolean
add_sinks (Making *making,
           GError **error)
{
  const GArray *sinks = making->lowered->sinks;
  const LmDataset *dataset = making->spec->dataset;
  int n_weights = lm_option_is_null (making->spec->design->training, LM_TRAINING_SAMPLE_WEIGHT) ? 0 : 1;
  gboolean one_target = dataset == NULL || lm_dataset_count (dataset, LM_ROLE_TARGET) - n_weights <= 1;
  int main_sink = lm_design_main_sink (making->spec->design);

  for (guint i = 0; i < sinks->len; i++) {
    int node = g_array_index (sinks, int, i);
    const LmNode *layer = lm_lowered_node (making->lowered, node)->node;

    if (layer->layer != NULL && layer->layer->max_inputs == 0)
      continue;
    /* A layer that leads nowhere is no second answer where the data ask one question. */
    if (one_target && main_sink > 0 && layer->id != main_sink)
      continue;
    if (!add_output (making, node, 0, NULL, error))
      return FALSE;
  }
  if (making->network->n_outputs > 0)
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_GRAPH, _ ("The network has no layer that could answer. Add a layer behind the Input, such as Dense."));
  return FALSE;
}

static gboolean
add_named_outputs (Making *making,
                   GError **error)
{
  const GPtrArray *outputs = making->spec->design->outputs;

  for (guint i = 0; i < outputs->len; i++) {
    const LmOutputSpec *spec = g_ptr_array_index (outputs, i);
    int found = -1;

    for (guint n = 0; n < making->lowered->nodes->len; n++) {
      const LmLoweredNode *node = lm_lowered_node (making->lowered, (int) n);

      if (node->depth == 0 && node->node->id == spec->node)
        found = (int) n;
    }
    if (found < 0) {
      g_set_error (error, LM_ERROR, LM_ERROR_GRAPH, _ ("A target is set for layer %d, which is not there any more. Choose another output for it."), spec->node);
      return FALSE;
    }
    if (!add_output (making, found, spec->port, spec, error))
      return FALSE;
  }
  return TRUE;
}

/* --- Inputs ------------------------------------------------------------------ */

static gboolean
take_column (LmNetwork *network,
             int input,
             int column,
             LmForm form,
             int n_classes,
             GError **error)
{
  if (network->n_columns == LM_LOADER_MAX_COLUMNS) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("The network has more than %d inputs and targets together. Join some of the data first."), LM_LOADER_MAX_COLUMNS);
    return FALSE;
  }
  network->columns[network->n_columns] = (LmLoaderColumn){ column, form, n_classes };
  network->inputs[network->n_columns++] = input;
  return TRUE;
}

static gboolean
bind_inputs (Making *making,
             GError **error)
{
  const LmGraph *graph = lm_builder_graph (making->builder);
  guint n = graph->inputs->len;

  for (guint i = 0; i < n; i++) {
    const LmGraphInput *input = &g_array_index (graph->inputs, LmGraphInput, i);
    const LmValueInfo *value = lm_graph_value (graph, input->value);
    int column;

    if (value->n_uses == 0)
      continue;
    column = lm_dataset_find_input (making->spec->dataset, input->name, n == 1, &value->shape, error);
    if (column < 0 || !take_column (making->network, (int) i, column, value->dtype == LM_I32 ? LM_FORM_I32 : LM_FORM_F32, 0, error))
      return FALSE;
  }
  return TRUE;
}

/* --- Targets ------------------------------------------------------------------ */

/* What the design asks for, else what fits the data and the shape of the output. */
static void
choose_loss (Making *making,
             LmNetworkOutput *output)
{
  const LmColumn *column = output->column >= 0 ? &making->spec->dataset->columns[output->column] : NULL;
  gboolean labels = column != NULL && column->n_classes > 1 && lm_column_size (column) == 1;
  gint64 last = output->shape.rank > 1 ? output->shape.dim[output->shape.rank - 1] : 1;
  LmActivation activation;
  const char *id;

  if (output->loss_options != NULL) {
    output->loss = (const LmLossClass *) output->loss_options->member;
    return;
  }
  lm_builder_logits (making->builder, output->prediction, &activation);
  if (labels && last > 1)
    id = "sparse_categorical_crossentropy";
  else if (!labels && activation == LM_ACT_SOFTMAX)
    id = "categorical_crossentropy";
  else if (labels && column->n_classes == 2)
    id = "binary_crossentropy";
  else
    id = lm_design_default_loss (labels, labels ? column->n_classes : 0);
  output->loss = lm_loss_find (id);
  g_assert (output->loss != NULL);
}

static gboolean
fail_classes (const LmNetworkOutput *output,
              const LmColumn *column,
              gint64 have,
              GError **error)
{
  g_set_error (error, LM_ERROR, LM_ERROR_DATA,
               _ ("“%s” gives %" PRId64 " values, but “%s” has %d classes. Give the last layer %d units."),
               output->name, have, column->name, column->n_classes, column->n_classes);
  return FALSE;
}

/* In which form the loader must hand out the target. */
static gboolean
choose_form (LmNetworkOutput *output,
             const LmColumn *column,
             GError **error)
{
  gint64 last = output->shape.rank > 1 ? output->shape.dim[output->shape.rank - 1] : 1;
  gint64 answers = lm_shape_sample_size (&output->shape), have = (gint64) lm_column_size (column);
  gboolean fits = have == answers;

  output->n_classes = 0;
  output->form = LM_FORM_F32;
  if (output->loss->target == LM_TARGET_CLASSES) {
    output->form = LM_FORM_I32;
    output->n_classes = (int) last;
    fits = have == answers / last;
  } else if (last > 1 && last == answers && have == 1 && (column->n_classes > 1 || output->loss->one_hot)) {
    /* A class number where there is an answer per class. */
    output->form = LM_FORM_ONE_HOT;
    output->n_classes = (int) last;
    fits = TRUE;
  } else if (output->loss->one_hot && last == 1 && column->n_classes > 1) {
    return fail_classes (output, column, last, error);
  } else if (column->n_classes == 2 && have == answers) {
    output->n_classes = 2;
  } else if (column->n_classes > 2 && strcmp (output->loss->member.id, "binary_crossentropy") == 0 && have == answers) {
    return fail_classes (output, column, last, error);
  }

  if (output->form != LM_FORM_F32 && column->n_classes > last)
    return fail_classes (output, column, last, error);
  if (!fits) {
    g_autofree char *want = lm_shape_to_string (&output->shape), *got = lm_shape_to_string (&column->sample);

    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("“%s” gives %s, but the target “%s” is %s with the loss “%s”. Change the last layer, the target or the loss."),
                 output->name, want, column->name, got, output->loss->member.id);
    return FALSE;
  }
  if (output->form != LM_FORM_F32 && last < 2) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 _ ("The loss “%s” needs an answer per class, but “%s” gives one value. Use binary_crossentropy, or a unit per class with softmax."),
                 output->loss->member.id, output->name);
    return FALSE;
  }
  return TRUE;
}

/* Marks what is built for the loss as part of the output's layer, so that a bad number in it is found there. */
static void
enter_output (Making *making,
              const LmNetworkOutput *output)
{
  int node = lm_lowered_find (making->lowered, output->path);
  const LmLoweredNode *entry = lm_lowered_node (making->lowered, node);
  LmBuilderScope scope = { .node = node, .name = entry->node->name, .path = entry->path, .name_path = entry->name_path, .key = entry->key };

  lm_builder_enter (making->builder, &scope);
}

/* TRUE if the metric can look at the target of this output. */
static gboolean
suits (const LmNetworkOutput *output,
       const LmMetricClass *metric)
{
  gboolean same = lm_shape_equal (&output->target_shape, &output->shape);

  if (metric->kind == LM_METRIC_NUMBERS)
    return same;
  return metric->kind != LM_METRIC_LABELS || (same && output->shape.rank > 1 && output->shape.dim[output->shape.rank - 1] > 1);
}

/* Takes over @options. */
static gboolean
add_metric (LmNetwork *network,
            int index,
            const LmMetricClass *metric,
            LmOptionSet *options,
            GError **error)
{
  const LmNetworkOutput *output = &network->outputs[index];
  LmNetworkMetric *entry;

  if (network->n_metrics == LM_MAX_METRICS) {
    lm_option_set_free (options);
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("There are more than %d metrics for all outputs together. Ask for fewer."), LM_MAX_METRICS);
    return FALSE;
  }
  if (!suits (output, metric)) {
    lm_option_set_free (options);
    g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                 metric->kind == LM_METRIC_NUMBERS ? _ ("The metric “%s” compares numbers, but the target of “%s” is class numbers. Choose another metric, such as accuracy.")
                                                   : _ ("The metric “%s” needs a target for each of several labels, but “%s” has none. Choose another metric, such as accuracy."),
                 metric->member.id, output->name);
    return FALSE;
  }
  entry = &network->metrics[network->n_metrics++];
  *entry = (LmNetworkMetric){ .metric = metric, .options = options, .output = index, .info = { .is_share = metric->is_share, .baseline = (double) NAN } };
  if (network->n_outputs == 1) {
    entry->info.name = g_strdup (metric->member.id);
    entry->info.title = g_strdup (_ (metric->member.title));
  } else {
    entry->info.name = g_strdup_printf ("%s_%s", output->name, metric->member.id);
    entry->info.title = g_strdup_printf ("%s · %s", output->name, _ (metric->member.title));
  }
  return TRUE;
}

/* “accuracy, top_k_accuracy(k=3)”: the end of the first one. */
static const char *
end_of_metric (const char *text)
{
  int depth = 0;

  for (; *text != '\0' && (*text != ',' || depth > 0); text++)
    depth += *text == '(' ? 1 : *text == ')' ? -1
                                             : 0;
  return text;
}

static gboolean
add_wanted_metrics (LmNetwork *network,
                    int index,
                    const char *text,
                    GError **error)
{
  for (;;) {
    const char *end = end_of_metric (text);
    g_autofree char *one = g_strstrip (g_strndup (text, (gsize) (end - text)));
    LmOptionSet *options = lm_metric_parse (one, error);

    if (options == NULL || !add_metric (network, index, (const LmMetricClass *) options->member, options, error))
      return FALSE;
    if (*end == '\0')
      return TRUE;
    text = end + 1;
  }
}

/* Those that the design asks for, else those that suit the loss. */
static gboolean
add_metrics (const Making *making,
             int index,
             GError **error)
{
  LmNetwork *network = making->network;
  const char *wanted = lm_option_get_text (making->spec->design->training, LM_TRAINING_METRICS);
  const char *const *own = network->outputs[index].loss->metrics;

  if (wanted != NULL)
    return add_wanted_metrics (network, index, wanted, error);
  for (int i = 0; own[i] != NULL && network->n_metrics < LM_MAX_METRICS; i++) {
    if (!add_metric (network, index, lm_metric_find (own[i]), NULL, error))
      return FALSE;
  }
  return TRUE;
}

/* Name of the target column of output @index: as set, else that of its layer. */
static const char *
target_name (const Making *making,
             int index)
{
  const GPtrArray *specs = making->spec->design->outputs;
  const LmOutputSpec *spec = specs != NULL && specs->len > 0 ? g_ptr_array_index (specs, index) : NULL;

  return spec != NULL && spec->target != NULL ? spec->target : making->network->outputs[index].name;
}

/* Column of the target of output @index; −1 with an error if there is none. A column of sample weights is none. */
static int
find_target (const Making *making,
             int index,
             GError **error)
{
  const LmDataset *dataset = making->spec->dataset;
  const char *weights = lm_option_get_text (making->spec->design->training, LM_TRAINING_SAMPLE_WEIGHT), *name = target_name (making, index);
  gboolean is_only = making->network->n_outputs == 1;

  if (weights != NULL && is_only && lm_dataset_count (dataset, LM_ROLE_TARGET) == 2 && lm_dataset_column (dataset, name) < 0) {
    for (int i = 0; i < dataset->n_columns; i++) {
      if (dataset->columns[i].role == LM_ROLE_TARGET && strcmp (dataset->columns[i].name, weights) != 0)
        return i;
    }
  }
  return lm_dataset_find_target (dataset, name, is_only, error);
}

/* What each sample counts for output @index; LM_NO_VALUE if all count 1, or with an error. */
static LmValue
add_weights (Making *making,
             int index,
             GError **error)
{
  LmNetwork *network = making->network;
  LmNetworkOutput *output = &network->outputs[index];
  const LmOptionSet *training = making->spec->design->training;
  LmDataset *dataset = making->spec->dataset;
  const char *classes = making->spec->training ? lm_option_get_text (training, LM_TRAINING_CLASS_WEIGHT) : NULL;
  const char *samples = lm_option_get_text (training, LM_TRAINING_SAMPLE_WEIGHT);
  g_autofree char *input = g_strconcat ("weight:", output->name, NULL);
  LmShape shape = LM_SHAPE (LM_BATCH);
  LmValue weight;

  if (classes == NULL && samples == NULL)
    return LM_NO_VALUE;
  if (classes != NULL) {
    output->class_weights = lm_class_weights_parse (classes, dataset, output->column, error);
    if (output->class_weights == NULL)
      return LM_NO_VALUE;
  }
  output->weight_input = (int) lm_builder_graph (making->builder)->inputs->len;
  weight = lm_build_input (making->builder, input, LM_F32, &shape);
  if (samples != NULL) {
    int column = lm_dataset_find_target (dataset, samples, FALSE, error);

    if (column < 0)
      return LM_NO_VALUE;
    if (lm_column_size (&dataset->columns[column]) != 1) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The sample weights “%s” have %d numbers per sample, but one is needed. Choose another column."),
                   samples, (int) lm_column_size (&dataset->columns[column]));
      return LM_NO_VALUE;
    }
    output->weight_column = network->n_columns;
    if (!take_column (network, output->weight_input, column, LM_FORM_F32, 0, error))
      return LM_NO_VALUE;
  }
  return weight;
}

static gboolean
bind_target (Making *making,
             int index,
             GError **error)
{
  LmNetwork *network = making->network;
  LmNetworkOutput *output = &network->outputs[index];
  LmGraph *graph = lm_builder_graph (making->builder);
  gboolean classes;
  g_autofree char *input = NULL;
  LmValue target, weight, loss;
  GError *failure = NULL;

  output->column = find_target (making, index, error);
  if (output->column < 0)
    return FALSE;
  choose_loss (making, output);
  if (!choose_form (output, &making->spec->dataset->columns[output->column], error))
    return FALSE;

  classes = output->loss->target == LM_TARGET_CLASSES;
  output->target_shape = output->shape;
  output->target_shape.rank -= classes ? 1 : 0;
  enter_output (making, output);
  input = g_strconcat ("target:", output->name, NULL);
  output->target = (int) graph->inputs->len;
  target = lm_build_input (making->builder, input, classes ? LM_I32 : LM_F32, &output->target_shape);
  if (!take_column (network, output->target, output->column, output->form, output->form == LM_FORM_F32 ? 0 : output->n_classes, error))
    return FALSE;

  weight = add_weights (making, index, &failure);
  if (failure != NULL) {
    g_propagate_error (error, failure);
    return FALSE;
  }
  loss = output->loss->lower (making->builder, output->loss_options, output->prediction, target, weight);
  if (output->weight != 1)
    loss = lm_build_affine (making->builder, loss, output->weight, 0);
  network->total = index == 0 ? loss : lm_build_binary (making->builder, LM_BINARY_ADD, network->total, loss);
  return add_metrics (making, index, error);
}

/* --- Regularisation ------------------------------------------------------------ */

static void
add_to_total (Making *making,
              LmValue cost)
{
  making->network->total = lm_build_binary (making->builder, LM_BINARY_ADD, making->network->total, cost);
}

static gboolean
add_penalty (Making *making,
             const LmSlot *slot,
             LmValue weight,
             GError **error)
{
  LmPenaltyAttrs attrs = { .layout = (int) slot->layout };
  LmOrthogonalAttrs angles = { .layout = (int) slot->layout };
  LmValue penalty;

  if (lm_regularizer_angles (slot->regularizer, &angles.factor, &angles.columns)) {
    if (slot->shape.rank != 2) {
      g_autofree char *shape = lm_shape_to_string (&slot->shape);

      g_set_error (error, LM_ERROR, LM_ERROR_OPTION, _ ("“%s” is %s, but the orthogonal regularizer needs a matrix. Choose another regularizer, such as l2."), slot->name_path, shape);
      return FALSE;
    }
    lm_build_op (making->builder, LM_OP_orthogonal, &angles, &weight, 1, &penalty, 1);
    add_to_total (making, penalty);
    return TRUE;
  }
  lm_regularizer_factors (slot->regularizer, &attrs.l1, &attrs.l2);
  if (attrs.l1 == 0 && attrs.l2 == 0)
    return TRUE;
  lm_build_op (making->builder, LM_OP_penalty, &attrs, &weight, 1, &penalty, 1);
  add_to_total (making, penalty);
  return TRUE;
}

/* Adds the penalty of each trained weight that has a regularizer, as Keras does. */
static gboolean
add_penalties (Making *making,
               GError **error)
{
  LmGraph *graph = lm_builder_graph (making->builder);
  guint n_values = graph->values->len;

  for (guint v = 0; v < n_values; v++) {
    const LmValueInfo *value = lm_graph_value (graph, (int) v);
    const LmSlot *slot = value->kind == LM_VALUE_WEIGHT ? g_ptr_array_index (graph->slots, value->producer) : NULL;
    LmValue weight = { (int) v, making->network->total.generation };

    if (slot != NULL && slot->regularizer != NULL && slot->trainable && !add_penalty (making, slot, weight, error))
      return FALSE;
  }
  return TRUE;
}

/* Factor times the mean over the samples of the sum of @x. */
static void
add_cost (Making *making,
          LmValue x,
          double factor)
{
  int rank = lm_builder_shape (making->builder, x).rank;
  LmValue sums = rank > 1 ? lm_build_reduce (making->builder, LM_REDUCE_SUM, x, ((1u << rank) - 1) & ~LM_BIT (0), FALSE) : x;

  add_to_total (making, lm_build_affine (making->builder, lm_build_reduce (making->builder, LM_REDUCE_MEAN, sums, LM_BIT (0), FALSE), factor, 0));
}

/* Adds what outputs of layers cost. */
static void
add_activity (Making *making)
{
  LmBuilder *b = making->builder;
  GArray *penalties = lm_builder_graph (b)->penalties;
  const LmActivationAttrs relu = { .kind = LM_ACT_RELU, .b = INFINITY };

  for (guint i = 0; i < penalties->len; i++) {
    LmActivityPenalty penalty = g_array_index (penalties, LmActivityPenalty, i);
    LmValue x = { penalty.value, making->network->total.generation };

    if (penalty.l2 != 0)
      add_cost (making, lm_build_binary (b, LM_BINARY_MUL, x, x), penalty.l2);
    if (penalty.l1 == 0)
      continue;
    add_cost (making, lm_build_activation (b, x, &relu), penalty.l1);
    add_cost (making, lm_build_activation (b, lm_build_affine (b, x, -1, 0), &relu), penalty.l1);
  }
  g_array_set_size (penalties, 0);
}

/* --- All together -------------------------------------------------------------- */

static void
name_nodes (Making *making)
{
  LmNetwork *network = making->network;

  network->node_paths = g_ptr_array_new_with_free_func (g_free);
  network->node_names = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < making->lowered->nodes->len; i++) {
    const LmLoweredNode *node = lm_lowered_node (making->lowered, (int) i);

    g_ptr_array_add (network->node_paths, g_strdup (node->path));
    g_ptr_array_add (network->node_names, g_strdup (node->name_path));
  }
}

static gboolean
join (Making *making,
      GError **error)
{
  const LmNetworkSpec *spec = making->spec;
  LmNetwork *network = making->network;
  gboolean named = spec->design->outputs != NULL && spec->design->outputs->len > 0;

  if (!lm_lowered_check (making->lowered, error))
    return FALSE;
  if (!(named ? add_named_outputs (making, error) : add_sinks (making, error)))
    return FALSE;
  if (spec->dataset != NULL && !bind_inputs (making, error))
    return FALSE;
  if (!spec->with_loss)
    return TRUE;

  for (int i = 0; i < network->n_outputs; i++) {
    if (!bind_target (making, i, error))
      return FALSE;
  }
  if (!add_penalties (making, error))
    return FALSE;
  add_activity (making);
  lm_builder_observe (making->builder, network->total);
  return TRUE;
}

/* Predictions need no target, but if there is one, its unit is that of the prediction. */
static void
find_targets (Making *making)
{
  LmNetwork *network = making->network;

  for (int i = 0; i < network->n_outputs; i++) {
    LmNetworkOutput *output = &network->outputs[i];

    output->column = find_target (making, i, NULL);
    choose_loss (making, output);
    if (output->column >= 0 && !choose_form (output, &making->spec->dataset->columns[output->column], NULL))
      output->column = -1;
  }
}

LmNetwork *
lm_network_new (const LmNetworkSpec *spec,
                GError **error)
{
  LmBuilderSpec builder_spec = { .training = spec->training, .max_batch = spec->max_batch };
  g_autoptr (LmNetwork) self = g_new0 (LmNetwork, 1);
  g_autoptr (LmBuilder) builder = lm_builder_new (&builder_spec);
  g_autoptr (LmLowered) lowered = lm_lower_design (builder, spec->design);
  Making making = { spec, self, builder, lowered };

  self->training = spec->training;
  self->total = LM_NO_VALUE;
  self->dataset = spec->dataset != NULL ? lm_dataset_ref (spec->dataset) : NULL;
  if (!join (&making, error))
    return NULL;
  if (!spec->with_loss && spec->dataset != NULL)
    find_targets (&making);
  name_nodes (&making);
  self->graph = lm_builder_finish (builder, error);
  return self->graph != NULL ? g_steal_pointer (&self) : NULL;
}
