/* lm-check-graph.c: mistakes of the drawing as a whole: empty, circles, loose ends, size
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-check-private.h"

#include "lm-arena.h"
#include "lm-i18n.h"
#include "lm-program.h"

#include <string.h>

/* --- Inputs without a wire -------------------------------------------------- */

static int
free_port (const LmDesign *block,
           int id)
{
  int port = 0;

  while (port < LM_ANY_INPUTS && lm_design_wire_into (block, id, port) != NULL)
    port++;
  return port;
}

/* How well @candidate would do as source of @node: sinks before layers that feed something already, then near before
 * far along the flow. −1: not at all. */
static double
rate_source (const LmDesign *block,
             const LmNode *candidate,
             const LmNode *node,
             const GArray *sinks,
             gboolean right)
{
  double distance = right ? node->x - candidate->x : node->y - candidate->y;
  gboolean is_sink = FALSE;

  if (candidate->id == node->id || lm_design_depends (block, candidate->id, node->id))
    return -1;
  for (guint i = 0; i < sinks->len; i++)
    is_sink |= g_array_index (sinks, int, i) == candidate->id;
  /* What stands behind the layer on the canvas rarely is meant. */
  return (is_sink ? 1e9 : 0) + (distance > 0 ? 1e8 : 0) - ABS (distance);
}

/* The best source not tried yet; NULL if there is none. */
static const LmNode *
next_source (const LmDesign *block,
             const LmNode *node,
             const GArray *sinks,
             gboolean right,
             gboolean *tried)
{
  const LmNode *best = NULL;
  double best_rate = -1;
  guint best_at = 0;

  for (guint i = 0; i < block->nodes->len; i++) {
    const LmNode *candidate = g_ptr_array_index (block->nodes, i);
    double rate = tried[i] ? -1 : rate_source (block, candidate, node, sinks, right);

    if (rate > best_rate || (best == NULL && rate >= 0)) {
      best = candidate;
      best_rate = rate;
      best_at = i;
    }
  }
  if (best != NULL)
    tried[best_at] = TRUE;
  return best;
}

void
lm_checking_missing_inputs (LmChecking *self,
                            LmDiagnostic *diagnostic,
                            int node)
{
  const LmNode *layer = lm_lowered_node (self->lowered, node)->node;
  g_autofree char *path = lm_checking_block (self, node);
  const LmDesign *block = lm_edit_find_block (path, (LmDesign *) self->design, NULL);
  g_autoptr (GArray) sinks = NULL;
  g_autofree gboolean *tried = NULL;
  gboolean found = FALSE;

  if (block == NULL || lm_design_find (block, layer->id) != layer)
    return;

  diagnostic->port = free_port (block, layer->id);
  if (!lm_checking_may_seek (self) || block->nodes->len > 1000)
    return;

  sinks = lm_design_sinks (block);
  tried = g_new0 (gboolean, block->nodes->len + 1);
  for (int i = 0; i < 8 && !found; i++) {
    const LmNode *source = next_source (block, layer, sinks, self->design->to_right, tried);

    if (source == NULL)
      break;
    found = lm_remedy_try (self, diagnostic, g_strdup_printf (_ ("Wire It to %s"), source->name),
                           lm_edit_add_wire (path, &(LmWire){ source->id, 0, layer->id, diagnostic->port }));
  }
  lm_remedy_add (diagnostic, g_strdup_printf (_ ("Remove %s"), layer->name),
                 lm_edit_remove_and_heal (self->design, path, &layer->id, 1, NULL));
}

/* The words that lm_lower_design() has for layers. */
static char *
title_of_missing (const LmNode *node,
                  int have,
                  int need)
{
  if (have == 0)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s needs an input", "%s needs %d inputs", (gulong) need), node->name, need);
  return g_strdup_printf (_ ("%s has %d of the %d inputs it needs"), node->name, have, need);
}

/* Blocks lower what is wired to them; an empty port is found here. */
static void
report_blocks (LmChecking *self)
{
  for (guint i = 0; i < self->lowered->nodes->len; i++) {
    const LmLoweredNode *entry = lm_lowered_node (self->lowered, (int) i);
    g_autofree char *path = NULL;
    const LmDesign *block;
    LmDiagnostic *diagnostic;
    int n;

    if (entry->node->type == LM_NODE_LAYER || entry->skipped || entry->error != NULL)
      continue;
    path = lm_checking_block (self, (int) i);
    block = lm_edit_find_block (path, (LmDesign *) self->design, NULL);
    if (block == NULL || lm_design_find (block, entry->node->id) != entry->node ||
        lm_design_source (block, entry->node)->type != LM_NODE_BLOCK)
      continue;
    n = lm_design_n_inputs (block, entry->node);
    if (entry->n_in >= n)
      continue;
    diagnostic = lm_checking_report (self, LM_SEVERITY_ERROR, LM_ERROR_GRAPH, (int) i, 0,
                                     title_of_missing (entry->node, entry->n_in, n),
                                     g_strdup (_ ("Each Input inside of a block is an input of the block. Draw a wire to its free port.")));
    lm_checking_missing_inputs (self, diagnostic, (int) i);
  }
}

/* --- Empty ------------------------------------------------------------------ */

/* (transfer full): an Input of the shape that the data have. */
static LmNode *
make_input (const LmChecking *self)
{
  LmNode *node = lm_node_new ("Input", NULL);
  int option = node != NULL ? lm_remedy_find_option (node, "shape") : -1;
  LmOptionValue value = { .is_set = TRUE, .kind = LM_OPTION_INTS };

  if (option < 0 || self->task == NULL || self->task->n_inputs < 1)
    return node;
  for (int i = 1; i < self->task->input_shape[0].rank; i++)
    value.ints.v[value.ints.n++] = self->task->input_shape[0].dim[i];
  lm_option_set_value (node->options, option, &value, NULL);
  return node;
}

static void
report_empty (LmChecking *self)
{
  LmDiagnostic *diagnostic = lm_checking_report (self, LM_SEVERITY_ERROR, LM_ERROR_GRAPH, -1, -1,
                                                 g_strdup (_ ("The network is empty")),
                                                 g_strdup (_ ("It has no layer. Begin with an Input, where the data enter, or with a template.")));
  LmNode *input = make_input (self);

  if (input != NULL)
    lm_remedy_add (diagnostic, g_strdup (_ ("Add an Input")), lm_edit_add_node ("", input));
}

/* An Input in front of the first layer that waits for one, in place of that layer's own report. */
static void
report_no_input (LmChecking *self)
{
  LmNode *input = make_input (self);
  GPtrArray *edits = g_ptr_array_new ();
  LmDiagnostic *diagnostic;
  const LmNode *first = NULL;
  LmWire wire = { .from = self->design->next_id };
  g_autofree char *title = g_strdup (_ ("Add an Input"));

  for (guint i = 0; i < self->check->diagnostics->len && first == NULL; i++) {
    const LmDiagnostic *other = g_ptr_array_index (self->check->diagnostics, i);

    if (other->code != LM_ERROR_GRAPH || other->path == NULL || strchr (other->path, '/') != NULL)
      continue;
    first = lm_design_resolve (self->design, other->path, NULL);
    g_ptr_array_remove_index (self->check->diagnostics, i);
    self->check->n_errors--;
  }

  diagnostic = lm_checking_report (self, LM_SEVERITY_ERROR, LM_ERROR_GRAPH, -1, -1,
                                   g_strdup (_ ("The network has no Input")),
                                   g_strdup (_ ("Data enter a network through an Input layer. Put one in front of the first layer.")));
  if (input == NULL) {
    g_ptr_array_unref (edits);
    return;
  }
  input->id = wire.from;
  if (first != NULL) {
    wire.to = first->id;
    wire.to_port = free_port (self->design, first->id);
    input->x = first->x - (self->design->to_right ? LM_CARD_PITCH_RIGHT : 0);
    input->y = first->y - (self->design->to_right ? 0 : LM_CARD_PITCH_DOWN);
    g_free (title);
    title = g_strdup_printf (_ ("Insert Input Before %s"), first->name);
  }
  g_ptr_array_add (edits, lm_edit_add_node ("", input));
  if (first != NULL)
    g_ptr_array_add (edits, lm_edit_add_wire ("", &wire));
  lm_remedy_add (diagnostic, g_steal_pointer (&title), lm_edit_group (NULL, edits));
}

/* --- Circles ---------------------------------------------------------------- */

/* A circle of one design is reported once: at the wire that runs against the flow the most. */
static void
report_circle (LmChecking *self,
               const LmDesign *block,
               const char *path)
{
  const LmWire *back = NULL;
  double back_by = 0;
  LmDiagnostic *diagnostic;
  const LmNode *from, *to;

  for (guint i = 0; i < block->wires->len; i++) {
    const LmWire *wire = &g_array_index (block->wires, LmWire, i);
    const LmNode *a = lm_design_find (block, wire->from), *b = lm_design_find (block, wire->to);
    double by = self->design->to_right ? a->x - b->x : a->y - b->y;

    if ((back == NULL || by > back_by) && lm_design_depends (block, wire->from, wire->to)) {
      back = wire;
      back_by = by;
    }
  }
  if (back == NULL)
    return;

  from = lm_design_find (block, back->from);
  to = lm_design_find (block, back->to);
  diagnostic = lm_checking_report (self, LM_SEVERITY_ERROR, LM_ERROR_GRAPH, -1, back->to_port,
                                   g_strdup_printf (_ ("A wire from %s to %s goes round in a circle"), from->name, to->name),
                                   g_strdup_printf (_ ("%s feeds %s already, and a network only runs forward. Remove one of the wires on the way."), to->name, from->name));
  diagnostic->path = *path == '\0' ? g_strdup_printf ("%d", to->id) : g_strdup_printf ("%s/%d", path, to->id);
  diagnostic->layer = g_strdup (to->name);
  lm_remedy_add (diagnostic, g_strdup_printf (_ ("Remove the Wire From %s to %s"), from->name, to->name), lm_edit_remove_wire (path, back));
}

static void
report_circles (LmChecking *self,
                const LmDesign *block,
                const char *path)
{
  report_circle (self, block, path);
  for (guint i = 0; i < block->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (block->nodes, i);
    g_autofree char *inner = NULL;

    if (node->child == NULL)
      continue;
    inner = *path == '\0' ? g_strdup_printf ("%d", node->id) : g_strdup_printf ("%s/%d", path, node->id);
    report_circles (self, node->child, inner);
  }
}

void
lm_checking_structure (LmChecking *self)
{
  gboolean is_skipped = FALSE;

  if (self->design->nodes->len == 0) {
    report_empty (self);
    return;
  }
  for (guint i = 0; i < self->lowered->nodes->len; i++)
    is_skipped |= lm_lowered_node (self->lowered, (int) i)->skipped;
  if (is_skipped)
    report_circles (self, self->design, "");
  report_blocks (self);
  if (self->lowered->inputs->len == 0)
    report_no_input (self);
}

/* --- Loose ends ------------------------------------------------------------- */

/* TRUE if the design says what this node is to answer; without targets the main sink does. */
static gboolean
has_target (const LmDesign *design,
            int id,
            int main_sink)
{
  if (design->outputs->len == 0)
    return main_sink == id;

  for (guint i = 0; i < design->outputs->len; i++) {
    if (((LmOutputSpec *) g_ptr_array_index (design->outputs, i))->node == id)
      return TRUE;
  }
  return FALSE;
}

/* TRUE if a wire is missing somewhere: then it is no news that something leads nowhere. */
static gboolean
lacks_wires (const LmChecking *self)
{
  for (guint i = 0; i < self->check->diagnostics->len; i++) {
    if (((LmDiagnostic *) g_ptr_array_index (self->check->diagnostics, i))->code == LM_ERROR_GRAPH)
      return TRUE;
  }
  return FALSE;
}

void
lm_checking_loose_ends (LmChecking *self)
{
  const GArray *sinks = self->lowered->sinks;
  int main_sink;

  if (sinks->len < 2 || lacks_wires (self))
    return;
  main_sink = lm_design_main_sink (self->design);

  for (guint i = 0; i < sinks->len; i++) {
    int at = g_array_index (sinks, int, i);
    const LmNode *node = lm_lowered_node (self->lowered, at)->node;
    LmDiagnostic *diagnostic;
    LmShape shape = { .rank = -1 };

    if (lm_lowered_node (self->lowered, at)->error != NULL || has_target (self->design, node->id, main_sink))
      continue;
    /* An empty block has no output. */
    if (lm_lowered_node (self->lowered, at)->n_out > 0)
      shape = lm_builder_shape (self->builder, lm_lowered_out (self->lowered, at, 0));
    if (shape.rank >= 0) {
      g_autofree char *size = lm_shape_to_string (&shape);

      diagnostic = lm_checking_report (self, LM_SEVERITY_HINT, LM_ERROR_GRAPH, at, -1, g_strdup_printf (_ ("%s leads nowhere"), node->name),
                                       g_strdup_printf (_ ("It gives %s, but no layer takes it and it has no target."), size));
    } else {
      diagnostic = lm_checking_report (self, LM_SEVERITY_HINT, LM_ERROR_GRAPH, at, -1, g_strdup_printf (_ ("%s leads nowhere"), node->name),
                                       g_strdup (_ ("No layer takes what it gives, and it has no target.")));
    }
    if (lm_checking_may_seek (self))
      lm_remedy_add (diagnostic, g_strdup_printf (_ ("Remove %s"), node->name),
                     lm_edit_remove_and_heal (self->design, "", &node->id, 1, NULL));
  }
}

/* --- Size ------------------------------------------------------------------- */

static double
count_flops (const LmGraph *graph)
{
  double flops = 0;

  for (guint i = 0; i < graph->ops->len; i++) {
    const LmOpNode *op = lm_graph_op (graph, (int) i);
    g_autofree LmOperand *operands = g_new0 (LmOperand, (gsize) (op->n_in + op->n_out));
    LmOpCall call = { .attrs = lm_graph_attrs (graph, op), .n_in = op->n_in, .n_out = op->n_out, .in = operands, .out = operands + op->n_in };

    for (int v = 0; v < op->n_in + op->n_out; v++) {
      const LmValueInfo *value = lm_graph_value (graph, v < op->n_in ? lm_graph_in (graph, op, v) : lm_graph_out (graph, op, v - op->n_in));

      operands[v].shape = lm_shape_bind (&value->shape, 1);
      operands[v].dtype = value->dtype;
    }
    if (op->op->flops != NULL)
      flops += op->op->flops (&call);
    else if ((op->op->flags & LM_OP_VIEW) == 0)
      flops += (double) lm_shape_n_elements (&call.out[0].shape, 1);
  }
  return flops;
}

/* TRUE if option @id of @set is switched on or above 0. */
static gboolean
has_option (const LmOptionSet *set,
            const char *id)
{
  int option = lm_option_set_index (set, id);

  if (option < 0 || lm_option_is_null (set, option))
    return FALSE;
  if (set->member->options[option].kind == LM_OPTION_BOOL)
    return lm_option_get_bool (set, option);
  return set->member->options[option].kind == LM_OPTION_DOUBLE && lm_option_get_double (set, option) > 0;
}

/* Numbers that the optimizer keeps for each weight. */
static int
count_moments (const LmDesign *design)
{
  const LmOptionSet *optimizer = lm_option_get_object (design->training, LM_TRAINING_OPTIMIZER);
  int average = has_option (optimizer, "use_ema");

  if (strcmp (optimizer->member->id, "sgd") == 0)
    return has_option (optimizer, "momentum") + average;
  if (strcmp (optimizer->member->id, "rmsprop") == 0)
    return 1 + has_option (optimizer, "momentum") + has_option (optimizer, "centered") + average;
  if (strcmp (optimizer->member->id, "adagrad") == 0 || strcmp (optimizer->member->id, "lion") == 0)
    return 1 + average;
  return 2 + has_option (optimizer, "amsgrad") + average;
}

/* Bytes of a training program for @batch samples at a time. */
static gsize
measure (const LmChecking *self,
         gint64 batch)
{
  const LmGraph *graph = lm_builder_graph (self->builder);
  LmProgramSpec spec = { .max_batch = batch, .root = LM_NO_VALUE, .weight_grads = TRUE, .fuse = TRUE };
  int id = lm_design_main_sink (self->design);
  gsize bytes = 0;

  for (guint i = 0; i < self->lowered->sinks->len; i++) {
    int at = g_array_index (self->lowered->sinks, int, i);

    if (lm_lowered_node (self->lowered, at)->node->id == id && lm_lowered_node (self->lowered, at)->n_out > 0)
      spec.root = lm_lowered_out (self->lowered, at, 0);
  }
  for (guint i = 0; i < graph->slots->len; i++) {
    const LmSlot *slot = g_ptr_array_index (graph->slots, i);

    bytes += (gsize) slot->n * sizeof (float) * (slot->trainable ? (gsize) (2 + count_moments (self->design)) : 1);
  }
  return bytes + lm_program_measure (graph, &spec);
}

static void
report_size (LmChecking *self,
             gint64 batch,
             guint64 have)
{
  g_autofree char *needed = g_format_size_full (self->check->train_bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *free_size = g_format_size_full (have, G_FORMAT_SIZE_IEC_UNITS);
  LmDiagnostic *diagnostic = lm_checking_report (self, LM_SEVERITY_ERROR, LM_ERROR_LIMIT, -1, -1,
                                                 g_strdup_printf (_ ("This needs %s to train, %s are free"), needed, free_size),
                                                 g_strdup_printf (_ ("Most of it holds the results of the layers for the %" PRId64 " samples of a batch."), batch));

  /* The largest power of two that fits. */
  for (gint64 smaller = batch / 2; smaller >= 1; smaller /= 2) {
    while ((smaller & (smaller - 1)) != 0)
      smaller &= smaller - 1;
    if (measure (self, smaller) > have)
      continue;
    lm_remedy_add (diagnostic, g_strdup_printf (_ ("Set Batch Size to %" PRId64), smaller),
                   lm_edit_set_training (LM_TRAINING_BATCH_SIZE, &LM_VALUE_INT (smaller)));
    break;
  }
}

void
lm_checking_measure (LmChecking *self)
{
  gint64 batch = lm_builder_max_batch (self->builder);
  guint64 have = lm_memory_available ();

  self->check->flops = count_flops (lm_builder_graph (self->builder));
  if (self->design->training == NULL)
    return;

  self->check->train_bytes = measure (self, batch);
  if (self->check->train_bytes > have)
    report_size (self, batch, have);
}
