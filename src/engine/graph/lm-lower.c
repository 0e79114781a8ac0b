/* lm-lower.c: walks a design in an order that runs and lets each layer compose its ops
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-lower.h"

#include "lm-i18n.h"

#include <string.h>

#define MAX_DEPTH 16

typedef struct {
  LmBuilder *builder;
  LmLowered *result;
  int depth;
  gboolean frozen;
  const char *path;      /* of the block, “3/” or "" */
  const char *name_path; /* “block/” or "" */
  const char *own_path;  /* the same where a copy is on the way, whose weights stand elsewhere; NULL if none is */
  const char *own_name;
  const LmValue *ports; /* inputs of the block */
  int n_ports;
  int *next_port; /* of the Input that comes next; they come in order of id */
} Walk;

static void lower_block (const Walk *walk, const LmDesign *design, GArray *outputs);

static void
clear_node (gpointer data)
{
  LmLoweredNode *node = data;

  g_free (node->path);
  g_free (node->name_path);
  g_free (node->own_path);
  g_free (node->own_name);
  lm_builder_error_free (node->error);
}

void
lm_lowered_free (LmLowered *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->nodes);
  g_array_unref (self->values);
  g_array_unref (self->inputs);
  g_array_unref (self->sinks);
  g_free (self);
}

/* Position of node @id in design->nodes, which is sorted by id. */
static int
position (const LmDesign *design,
          int id)
{
  int low = 0, high = (int) design->nodes->len - 1;

  while (low <= high) {
    int middle = (low + high) / 2, at = ((LmNode *) g_ptr_array_index (design->nodes, middle))->id;

    if (at == id)
      return middle;
    if (at < id)
      low = middle + 1;
    else
      high = middle - 1;
  }
  return -1;
}

/* Index of the first wire into node @id; wires are sorted by their ends. */
static guint
first_wire (const LmDesign *design,
            int id)
{
  guint low = 0, high = design->wires->len;

  while (low < high) {
    guint middle = (low + high) / 2;

    if (g_array_index (design->wires, LmWire, middle).to < id)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The values at the wired inputs of @node; *known FALSE if one of them is not known. Returns how many. */
static int
gather_inputs (const Walk *walk,
               const LmDesign *design,
               const LmNode *node,
               const int *lowered_at,
               LmValue *in,
               gboolean *known)
{
  int n = 0;

  *known = TRUE;
  for (guint w = first_wire (design, node->id); w < design->wires->len && n < LM_ANY_INPUTS; w++) {
    const LmWire *wire = &g_array_index (design->wires, LmWire, w);
    int source;

    if (wire->to != node->id)
      break;
    source = lowered_at[position (design, wire->from)];
    if (source < 0) {
      /* A circle: the source has not been lowered. */
      in[n++] = lm_builder_unknown (walk->builder);
      *known = FALSE;
      continue;
    }
    if (wire->from_port >= lm_lowered_node (walk->result, source)->n_out)
      in[n++] = lm_builder_unknown (walk->builder);
    else
      in[n++] = lm_lowered_out (walk->result, source, wire->from_port);
    *known = *known && lm_builder_is_known (walk->builder, in[n - 1]);
  }
  return n;
}

static void
fail_inputs (LmBuilder *builder,
             const LmNode *node,
             int have,
             int need)
{
  g_autofree char *title = NULL;

  if (have == 0) {
    title = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s needs an input", "%s needs %d inputs", (gulong) need), node->name, need);
    lm_builder_fail (builder, 0, LM_ERROR_GRAPH, title, _ ("Nothing is wired to it. Draw a wire from the layer that should feed it."));
  } else {
    title = g_strdup_printf (_ ("%s has %d of the %d inputs it needs"), node->name, have, need);
    lm_builder_fail (builder, have, LM_ERROR_GRAPH, title, _ ("Draw a wire to its free port."));
  }
}

/* Hands the mask on where the layer passes it, as Keras does: of several inputs a step counts if it counts in any, and if one has no
 * mask there is none. */
static void
pass_mask (LmBuilder *b,
           const LmLayerClass *layer,
           const LmValue *in,
           int n_in,
           LmValue *out,
           int n_out)
{
  LmValue mask = n_in > 0 ? lm_builder_mask (b, in[0]) : LM_NO_VALUE;

  if (layer->mask != LM_MASK_PASS || mask.index < 0)
    return;
  for (int i = 1; i < n_in; i++) {
    LmValue other = lm_builder_mask (b, in[i]);

    if (other.index < 0)
      return;
    if (other.index != mask.index)
      mask = lm_build_binary (b, LM_BINARY_MAX, mask, other);
  }
  for (int i = 0; i < n_out; i++) {
    LmShape shape = lm_builder_shape (b, out[i]), steps = lm_builder_shape (b, mask);

    if (lm_builder_is_known (b, out[i]) && shape.rank >= 2 && steps.rank == 2 && shape.dim[1] == steps.dim[1] && lm_builder_mask (b, out[i]).index < 0)
      lm_builder_set_mask (b, out[i], mask);
  }
}

/* Lowers one layer (never a block). Returns the number of outputs. */
static int
lower_layer (const Walk *walk,
             const LmNode *node,
             const LmValue *in,
             int n_in,
             LmValue *out)
{
  const LmLayerClass *layer = node->layer;
  LmBuilder *b = walk->builder;
  int n_out = lm_layer_n_outputs (layer, node);

  for (int i = 0; i < n_out; i++)
    out[i] = lm_builder_unknown (b);

  /* An Input inside a block is a port of the block. */
  if (layer->max_inputs == 0 && walk->depth > 0) {
    int port = (*walk->next_port)++;

    if (port < walk->n_ports)
      out[0] = walk->ports[port];
    return n_out;
  }

  if (n_in < layer->min_inputs)
    fail_inputs (b, node, n_in, layer->min_inputs);
  else
    layer->lower (b, node, in, n_in, out);
  pass_mask (b, layer, in, n_in, out, n_out);
  return n_out;
}

static const LmNode *
source_of (const LmDesign *design,
           const LmNode *node)
{
  int at = node->type == LM_NODE_COPY ? position (design, node->source_id) : -1;

  return at >= 0 ? g_ptr_array_index (design->nodes, at) : node;
}

/* Lowers node @n of the result, whose inputs are in place. */
static int
lower_content (const Walk *walk,
               const LmDesign *design,
               const LmNode *node,
               const LmLoweredNode *entry,
               const LmValue *in,
               int n_in,
               LmValue *out)
{
  const LmNode *source = source_of (design, node);
  LmBuilder *b = walk->builder;

  if (source->type == LM_NODE_BLOCK && walk->depth < MAX_DEPTH) {
    g_autofree char *path = g_strconcat (entry->path, "/", NULL), *name_path = g_strconcat (entry->name_path, "/", NULL);
    g_autofree char *own_path = entry->own_path != NULL ? g_strconcat (entry->own_path, "/", NULL) : NULL;
    g_autofree char *own_name = entry->own_path != NULL ? g_strconcat (entry->own_name, "/", NULL) : NULL;
    g_autoptr (GArray) outputs = g_array_new (FALSE, FALSE, sizeof (LmValue));
    Walk inner = *walk;
    int next_port = 0;

    inner.depth++;
    inner.frozen = walk->frozen || node->frozen;
    inner.path = path;
    inner.name_path = name_path;
    inner.own_path = own_path;
    inner.own_name = own_name;
    inner.ports = in;
    inner.n_ports = n_in;
    inner.next_port = &next_port;
    lower_block (&inner, source->child, outputs);
    for (guint i = 0; i < outputs->len && i < LM_ANY_INPUTS; i++)
      out[i] = g_array_index (outputs, LmValue, i);
    return (int) MIN (outputs->len, LM_ANY_INPUTS);
  }

  if (source->layer == NULL) {
    g_autofree char *title = g_strdup_printf (_ ("%s is not known here"), node->name);

    lm_builder_fail (b, -1, LM_ERROR_UNSUPPORTED, title,
                     _ ("This version of Lamina has no layer “%s”. It is kept as it was read; replace it to train."), source->kind);
    out[0] = lm_builder_unknown (b);
    return 1;
  }
  return lower_layer (walk, source, in, n_in, out);
}

/* PREFIX followed by @id; this runs for every node at every edit, so without printf. */
static char *
join_id (const char *prefix,
         int id)
{
  char digits[12];
  gsize n = strlen (prefix), at = sizeof digits;
  char *path;

  digits[--at] = '\0';
  do {
    digits[--at] = (char) ('0' + id % 10);
    id /= 10;
  } while (id > 0);
  path = g_malloc (n + sizeof digits - at);
  memcpy (path, prefix, n);
  memcpy (path + n, digits + at, sizeof digits - at);
  return path;
}

/* Where it is itself, if that is not where its slots are. */
static void
name_own (const Walk *walk,
          const LmNode *node,
          LmLoweredNode *entry)
{
  if (walk->own_path == NULL && node->type != LM_NODE_COPY)
    return;
  entry->own_path = join_id (walk->own_path != NULL ? walk->own_path : walk->path, node->id);
  entry->own_name = g_strconcat (walk->own_path != NULL ? walk->own_name : walk->name_path, node->name, NULL);
}

/* The slots of a copy stand under the path of its source. */
static void
enter_node (const Walk *walk,
            const LmDesign *design,
            const LmNode *node,
            int index)
{
  const LmNode *source = source_of (design, node);
  LmLoweredNode *entry = lm_lowered_node (walk->result, index);
  LmBuilderScope scope = {
    .node = index,
    .name = node->name,
    .path = entry->path,
    .name_path = entry->name_path,
    .frozen = walk->frozen || node->frozen || source->frozen,
    .shared = source != node,
  };

  if (source != node) {
    g_free (entry->path);
    g_free (entry->name_path);
    entry->path = join_id (walk->path, source->id);
    entry->name_path = g_strconcat (walk->name_path, source->name, NULL);
    scope.path = entry->path;
    scope.name_path = entry->name_path;
  }
  scope.key = entry->key = lm_hash_string (scope.path);
  lm_builder_enter (walk->builder, &scope);
}

static int
lower_node (const Walk *walk,
            const LmDesign *design,
            const LmNode *node,
            const int *lowered_at)
{
  LmLowered *result = walk->result;
  LmGraph *graph = lm_builder_graph (walk->builder);
  LmLoweredNode entry = { .node = node, .source = source_of (design, node), .depth = walk->depth };
  LmValue in[LM_ANY_INPUTS], out[LM_ANY_INPUTS];
  gboolean known;
  int n_out, index = (int) result->nodes->len;

  entry.path = join_id (walk->path, node->id);
  entry.name_path = g_strconcat (walk->name_path, node->name, NULL);
  name_own (walk, node, &entry);
  entry.n_in = gather_inputs (walk, design, node, lowered_at, in, &known);
  entry.first_in = (int) result->values->len;
  entry.first_op = (int) graph->ops->len;
  entry.first_slot = (int) graph->slots->len;
  g_array_append_vals (result->values, in, (guint) entry.n_in);
  g_array_append_val (result->nodes, entry);
  enter_node (walk, design, node, index);

  if (node->bypassed && entry.n_in > 0) {
    out[0] = in[0];
    n_out = 1;
  } else if (!known) {
    n_out = MAX (1, lm_design_n_outputs (design, node));
    for (int i = 0; i < n_out; i++)
      out[i] = lm_builder_unknown (walk->builder);
    lm_lowered_node (result, index)->skipped = TRUE;
  } else {
    n_out = lower_content (walk, design, node, lm_lowered_node (result, index), in, entry.n_in, out);
  }

  entry = *lm_lowered_node (result, index);
  entry.first_out = (int) result->values->len;
  entry.n_out = n_out;
  entry.n_ops = (int) graph->ops->len - entry.first_op;
  entry.n_slots = (int) graph->slots->len - entry.first_slot;
  entry.error = lm_builder_take_error (walk->builder);
  if (entry.error != NULL) {
    result->n_errors++;
    for (int i = 0; i < n_out; i++)
      out[i] = lm_builder_unknown (walk->builder);
  }
  *lm_lowered_node (result, index) = entry;
  g_array_append_vals (result->values, out, (guint) n_out);

  if (walk->depth == 0 && node->layer != NULL && node->layer->max_inputs == 0)
    g_array_append_val (result->inputs, out[0]);
  return index;
}

/* @outputs: values of the sinks in order of id; (nullable) at the top */
static void
lower_block (const Walk *walk,
             const LmDesign *design,
             GArray *outputs)
{
  g_autoptr (GArray) order = lm_design_order (design);
  g_autofree int *lowered_at = g_new (int, MAX (1, design->nodes->len));
  g_autofree gboolean *feeds = g_new0 (gboolean, MAX (1, design->nodes->len));

  for (guint i = 0; i < design->nodes->len; i++)
    lowered_at[i] = -1;
  for (guint i = 0; i < order->len; i++) {
    int at = position (design, g_array_index (order, int, i));

    lowered_at[at] = lower_node (walk, design, g_ptr_array_index (design->nodes, at), lowered_at);
  }
  for (guint i = 0; i < design->wires->len; i++) {
    int at = position (design, g_array_index (design->wires, LmWire, i).from);

    if (at >= 0)
      feeds[at] = TRUE;
  }
  for (guint i = 0; i < design->nodes->len; i++) {
    if (feeds[i])
      continue;
    if (walk->depth == 0)
      g_array_append_val (walk->result->sinks, lowered_at[i]);
    for (int o = 0; outputs != NULL && o < lm_lowered_node (walk->result, lowered_at[i])->n_out; o++) {
      LmValue value = lm_lowered_out (walk->result, lowered_at[i], o);

      g_array_append_val (outputs, value);
    }
  }
}

static int
compare_inputs (gconstpointer a,
                gconstpointer b)
{
  return ((const LmValue *) a)->index - ((const LmValue *) b)->index;
}

/* Room for @n more elements, so that arrays of large designs are not copied while they grow. */
static void
reserve (GArray *array,
         guint n)
{
  guint length = array->len;

  g_array_set_size (array, length + n);
  g_array_set_size (array, length);
}

LmLowered *
lm_lower_design (LmBuilder *builder,
                 const LmDesign *design)
{
  LmLowered *self = g_new0 (LmLowered, 1);
  Walk walk = { .builder = builder, .result = self, .path = "", .name_path = "" };
  LmBuilderScope outside = { .node = -1, .name = "", .path = "", .name_path = "" };

  self->nodes = g_array_sized_new (FALSE, FALSE, sizeof (LmLoweredNode), design->nodes->len);
  g_array_set_clear_func (self->nodes, clear_node);
  self->values = g_array_sized_new (FALSE, FALSE, sizeof (LmValue), 3 * design->nodes->len);
  self->inputs = g_array_new (FALSE, FALSE, sizeof (LmValue));
  self->sinks = g_array_new (FALSE, FALSE, sizeof (int));

  reserve (lm_builder_graph (builder)->values, 5 * design->nodes->len);
  reserve (lm_builder_graph (builder)->ops, 2 * design->nodes->len);
  reserve (lm_builder_graph (builder)->operands, 6 * design->nodes->len);
  lower_block (&walk, design, NULL);
  g_array_sort (self->inputs, compare_inputs);
  lm_builder_enter (builder, &outside);
  return self;
}

int
lm_lowered_find (const LmLowered *self,
                 const char *path)
{
  for (guint i = 0; i < self->nodes->len; i++) {
    const LmLoweredNode *node = lm_lowered_node (self, (int) i);

    if (strcmp (lm_lowered_path (node), path) == 0 || strcmp (lm_lowered_name (node), path) == 0)
      return (int) i;
  }
  return -1;
}

gboolean
lm_lowered_check (const LmLowered *self,
                  GError **error)
{
  for (guint i = 0; i < self->nodes->len; i++) {
    const LmBuilderError *found = lm_lowered_node (self, (int) i)->error;

    if (found != NULL) {
      g_set_error (error, LM_ERROR, (int) found->code, "%s. %s", found->title, found->message);
      return FALSE;
    }
  }
  for (guint i = 0; i < self->nodes->len; i++) {
    const LmLoweredNode *node = lm_lowered_node (self, (int) i);

    if (node->skipped) {
      g_set_error (error, LM_ERROR, LM_ERROR_GRAPH,
                   _ ("“%s” is part of a circle of wires. Remove one of the wires between it and what feeds it."), node->name_path);
      return FALSE;
    }
  }
  return TRUE;
}
