/* lm-builder.c: values, ops, slots and the first error
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-builder.h"

#include "lm-i18n.h"

#include <stdatomic.h>
#include <string.h>

struct _LmBuilder {
  LmBuilderSpec spec;
  LmGraph *graph;
  guint generation;
  LmBuilderScope scope;
  guint64 ordinal;  /* ops made in this scope */
  guint first_slot; /* of this scope */
  GPtrArray *names; /* by node index; borrowed */
  LmBuilderError *error;
  const char *prefix;
};

/* Value 0 of every graph: what stands behind an error. */
#define UNKNOWN 0

LmBuilder *
lm_builder_new (const LmBuilderSpec *spec)
{
  static atomic_uint next_generation = 1;
  LmBuilder *self = g_new0 (LmBuilder, 1);
  LmValueInfo unknown = { .kind = LM_VALUE_UNKNOWN, .shape.rank = -1, .producer = -1, .node = -1, .mask = -1 };

  g_assert (spec->max_batch >= 1);
  self->spec = *spec;
  self->generation = atomic_fetch_add (&next_generation, 1);
  self->graph = lm_graph_new (spec->f64, spec->training);
  self->names = g_ptr_array_new ();
  self->scope.node = -1;
  self->prefix = "";
  self->scope.name = "";
  self->scope.path = "";
  self->scope.name_path = "";
  g_array_append_val (self->graph->values, unknown);
  return self;
}

void
lm_builder_error_free (LmBuilderError *error)
{
  if (error == NULL)
    return;
  g_free (error->title);
  g_free (error->message);
  for (guint i = 0; i < error->suggestions->len; i++)
    lm_option_value_clear (&g_array_index (error->suggestions, LmSuggestion, i).value);
  g_array_unref (error->suggestions);
  g_free (error);
}

void
lm_builder_free (LmBuilder *self)
{
  if (self == NULL)
    return;
  lm_graph_free (self->graph);
  lm_builder_error_free (self->error);
  g_ptr_array_unref (self->names);
  g_free (self);
}

LmGraph *
lm_builder_finish (LmBuilder *self,
                   GError **error)
{
  if (self->error != NULL) {
    g_set_error (error, LM_ERROR, (int) self->error->code, "%s. %s", self->error->title, self->error->message);
    return NULL;
  }
  return g_steal_pointer (&self->graph);
}

LmGraph *
lm_builder_graph (LmBuilder *self)
{
  return self->graph;
}

gboolean
lm_builder_is_training (const LmBuilder *self)
{
  return self->spec.training;
}

gboolean
lm_builder_uses_batch (const LmBuilder *self)
{
  return self->spec.training && !self->scope.frozen;
}

gint64
lm_builder_max_batch (const LmBuilder *self)
{
  return self->spec.max_batch;
}

/* --- Values ------------------------------------------------------------- */

static LmValueInfo *
info (const LmBuilder *self,
      LmValue value)
{
  g_assert (value.generation == self->generation);
  return lm_graph_value (self->graph, value.index);
}

static LmValue
value_at (const LmBuilder *self,
          int index)
{
  return (LmValue){ index, self->generation };
}

static LmValue
push_value (LmBuilder *self,
            LmValueKind kind,
            LmDtype dtype,
            const LmShape *shape,
            int producer,
            int producer_out)
{
  LmValueInfo value = {
    .kind = kind,
    .dtype = dtype,
    .shape = *shape,
    .producer = producer,
    .producer_out = producer_out,
    .node = self->scope.node,
    .mask = -1,
  };

  g_array_append_val (self->graph->values, value);
  return value_at (self, (int) self->graph->values->len - 1);
}

LmValue
lm_builder_unknown (LmBuilder *self)
{
  return value_at (self, UNKNOWN);
}

gboolean
lm_builder_is_known (const LmBuilder *self,
                     LmValue value)
{
  return info (self, value)->kind != LM_VALUE_UNKNOWN;
}

LmShape
lm_builder_shape (const LmBuilder *self,
                  LmValue value)
{
  return info (self, value)->shape;
}

LmDtype
lm_builder_dtype (const LmBuilder *self,
                  LmValue value)
{
  return info (self, value)->dtype;
}

LmValue
lm_builder_mask (const LmBuilder *self,
                 LmValue value)
{
  int mask = info (self, value)->mask;

  return mask >= 0 ? value_at (self, mask) : LM_NO_VALUE;
}

void
lm_builder_set_mask (LmBuilder *self,
                     LmValue value,
                     LmValue mask)
{
  if (lm_builder_is_known (self, value))
    info (self, value)->mask = mask.index >= 0 && lm_builder_is_known (self, mask) ? mask.index : -1;
}

void
lm_builder_observe (LmBuilder *self,
                    LmValue value)
{
  info (self, value)->observed = TRUE;
}

/* --- Scope and errors --------------------------------------------------- */

void
lm_builder_enter (LmBuilder *self,
                  const LmBuilderScope *scope)
{
  self->scope = *scope;
  self->ordinal = 0;
  self->first_slot = self->graph->slots->len;
  if (scope->node >= 0) {
    if ((int) self->names->len <= scope->node)
      g_ptr_array_set_size (self->names, scope->node + 1);
    g_ptr_array_index (self->names, scope->node) = (gpointer) scope->name;
  }
}

const char *
lm_builder_node_name (const LmBuilder *self)
{
  return self->scope.name;
}

const char *
lm_builder_source_name (const LmBuilder *self,
                        LmValue value)
{
  int node = info (self, value)->node;

  return node >= 0 && node < (int) self->names->len ? g_ptr_array_index (self->names, node) : "";
}

LmValue
lm_builder_fail (LmBuilder *self,
                 int port,
                 LmError code,
                 const char *title,
                 const char *format,
                 ...)
{
  va_list args;

  if (self->error == NULL) {
    self->error = g_new0 (LmBuilderError, 1);
    self->error->node = self->scope.node;
    self->error->port = port;
    self->error->code = code;
    self->error->title = g_strdup (title);
    va_start (args, format);
    self->error->message = g_strdup_vprintf (format, args);
    va_end (args);
    self->error->suggestions = g_array_new (FALSE, FALSE, sizeof (LmSuggestion));
  }
  return lm_builder_unknown (self);
}

void
lm_builder_suggest (LmBuilder *self,
                    const LmSuggestion *suggestion)
{
  LmSuggestion copy = *suggestion;

  if (self->error == NULL || self->error->node != self->scope.node)
    return;
  copy.value = lm_option_value_copy (&suggestion->value);
  g_array_append_val (self->error->suggestions, copy);
}

LmBuilderError *
lm_builder_take_error (LmBuilder *self)
{
  return g_steal_pointer (&self->error);
}

/* --- Leaves ------------------------------------------------------------- */

/* Checks the size of a new value; a failure is the node's error. */
static gboolean
check_size (LmBuilder *self,
            const LmShape *shape)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *title = NULL;

  if (lm_shape_check (shape, self->spec.max_batch, &error))
    return TRUE;

  title = g_strdup_printf (_ ("%s is too large"), self->scope.name);
  lm_builder_fail (self, -1, error->code, title, "%s", error->message);
  return FALSE;
}

LmValue
lm_build_input (LmBuilder *self,
                const char *name,
                LmDtype dtype,
                const LmShape *shape)
{
  LmGraphInput input;
  LmValue value;

  if (self->error != NULL || !check_size (self, shape))
    return lm_builder_unknown (self);

  value = push_value (self, LM_VALUE_INPUT, dtype, shape, (int) self->graph->inputs->len, 0);
  input.name = g_strdup (name);
  input.value = value.index;
  g_array_append_val (self->graph->inputs, input);
  return value;
}

static LmValue
build_slot (LmBuilder *self,
            const char *short_name,
            const LmShape *shape,
            LmLayout layout,
            LmSlotRole role,
            const LmOptionSet *initializer,
            const LmOptionSet *regularizer)
{
  g_autofree char *joined = self->prefix[0] != '\0' ? g_strconcat (self->prefix, short_name, NULL) : NULL;
  const char *name = joined != NULL ? joined : short_name;
  guint64 key = lm_hash_bytes (name, strlen (name), self->scope.key);
  LmGraph *graph = self->graph;
  LmSlot *slot;

  if (self->error != NULL || !check_size (self, shape))
    return lm_builder_unknown (self);

  for (guint i = self->scope.shared ? 0 : self->first_slot; i < graph->slots->len; i++) {
    slot = g_ptr_array_index (graph->slots, i);
    if (slot->key != key)
      continue;
    if (!lm_shape_equal (&slot->shape, shape)) {
      g_autofree char *have = lm_shape_to_tuple (&slot->shape), *want = lm_shape_to_tuple (shape);
      g_autofree char *title = g_strdup_printf (_ ("%s cannot share its weights"), self->scope.name);

      return lm_builder_fail (self, 0, LM_ERROR_SHAPE, title,
                              _ ("The shared “%s” is %s, but here it would have to be %s. Feed both places with equal shapes."), name, have, want);
    }
    for (guint v = 0; v < graph->values->len; v++) {
      LmValueInfo *value = lm_graph_value (graph, (int) v);

      if (value->kind == LM_VALUE_WEIGHT && value->producer == (int) i)
        return value_at (self, (int) v);
    }
  }

  slot = g_new0 (LmSlot, 1);
  slot->key = key;
  slot->role = role;
  slot->shape = *shape;
  slot->layout = layout;
  slot->n = lm_layout_size (layout, shape);
  slot->trainable = role == LM_SLOT_WEIGHT && !self->scope.frozen;
  if (!self->spec.shapes_only) {
    slot->path = g_strdup_printf ("%s:%s", self->scope.path, name);
    slot->name_path = g_strdup_printf ("%s/%s", self->scope.name_path, name);
    slot->initializer = initializer != NULL ? lm_option_set_copy (initializer) : NULL;
    slot->regularizer = regularizer != NULL ? lm_option_set_copy (regularizer) : NULL;
  }
  g_ptr_array_add (graph->slots, slot);
  return push_value (self, LM_VALUE_WEIGHT, LM_F32, shape, (int) graph->slots->len - 1, 0);
}

LmValue
lm_build_weight (LmBuilder *self,
                 const char *name,
                 const LmShape *shape,
                 LmLayout layout,
                 const LmOptionSet *initializer,
                 const LmOptionSet *regularizer)
{
  return build_slot (self, name, shape, layout, LM_SLOT_WEIGHT, initializer, regularizer);
}

void
lm_builder_constrain (LmBuilder *self,
                      LmValue weight,
                      const LmOptionSet *constraint)
{
  LmSlot *slot;

  if (constraint == NULL || self->error != NULL || self->spec.shapes_only || !lm_builder_is_known (self, weight))
    return;
  g_assert (info (self, weight)->kind == LM_VALUE_WEIGHT);
  slot = g_ptr_array_index (self->graph->slots, info (self, weight)->producer);
  if (slot->constraint == NULL)
    slot->constraint = lm_option_set_copy (constraint);
}

void
lm_builder_penalize (LmBuilder *self,
                     LmValue x,
                     double l1,
                     double l2)
{
  LmActivityPenalty penalty = { x.index, l1, l2 };

  if (self->error == NULL && !self->spec.shapes_only && lm_builder_is_known (self, x) && (l1 != 0 || l2 != 0))
    g_array_append_val (self->graph->penalties, penalty);
}

void
lm_build_begin_with_ones (LmBuilder *self,
                          LmValue weight,
                          gint64 from,
                          gint64 n)
{
  LmSlot *slot;

  if (self->error != NULL || !lm_builder_is_known (self, weight))
    return;
  g_assert (info (self, weight)->kind == LM_VALUE_WEIGHT);
  slot = g_ptr_array_index (self->graph->slots, info (self, weight)->producer);
  slot->ones_from = from;
  slot->n_ones = n;
}

void
lm_builder_set_prefix (LmBuilder *self,
                       const char *prefix)
{
  self->prefix = prefix;
}

LmValue
lm_build_state (LmBuilder *self,
                const char *name,
                const LmShape *shape,
                const LmOptionSet *initializer)
{
  return build_slot (self, name, shape, LM_LAYOUT_PADDED, LM_SLOT_STATE, initializer, NULL);
}

void
lm_build_update_state (LmBuilder *self,
                       LmValue state,
                       LmValue value,
                       double momentum)
{
  LmStateUpdate update;

  if (self->error != NULL || !lm_builder_is_known (self, state) || !lm_builder_is_known (self, value))
    return;

  g_assert (info (self, state)->kind == LM_VALUE_WEIGHT);
  update = (LmStateUpdate){ info (self, state)->producer, value.index, momentum };
  info (self, value)->observed = TRUE;
  g_array_append_val (self->graph->updates, update);
}

/* --- Ops ----------------------------------------------------------------- */

static void
append_op (LmBuilder *self,
           LmOpId id,
           const LmOpClass *op,
           const void *attrs,
           const LmValue *in,
           int n_in,
           const LmOperand *operands,
           LmValue *out,
           int n_out)
{
  LmGraph *graph = self->graph;
  LmOpNode node = {
    .op = op,
    .id = id,
    .attrs = graph->attrs->len,
    .first_in = (int) graph->operands->len,
    .n_in = n_in,
    .n_out = n_out,
    .node = self->scope.node,
    .key = self->scope.key + ++self->ordinal * 0x9E3779B97F4A7C15u,
  };

  if (op->attrs_size > 0) {
    static const guint8 zeros[8];

    g_byte_array_append (graph->attrs, attrs, (guint) op->attrs_size);
    g_byte_array_append (graph->attrs, zeros, (8 - op->attrs_size % 8) % 8);
  }
  for (int i = 0; i < n_in; i++) {
    g_array_append_val (graph->operands, in[i].index);
    info (self, in[i])->n_uses++;
  }
  for (int i = 0; i < n_out; i++) {
    out[i] = push_value (self, LM_VALUE_OP, operands[i].dtype, &operands[i].shape, (int) graph->ops->len, i);
    g_array_append_val (graph->operands, out[i].index);
  }
  g_array_append_val (graph->ops, node);
}

void
lm_build_op (LmBuilder *self,
             LmOpId id,
             const void *attrs,
             const LmValue *in,
             int n_in,
             LmValue *out,
             int n_out)
{
  const LmOpClass *op = lm_op_class (id, self->spec.f64);
  LmOperand *operands = g_newa (LmOperand, n_in + n_out);
  gboolean known = self->error == NULL;

  memset (operands, 0, sizeof (LmOperand) * (gsize) (n_in + n_out));
  for (int i = 0; i < n_in && known; i++) {
    known = lm_builder_is_known (self, in[i]);
    operands[i].shape = info (self, in[i])->shape;
    operands[i].dtype = info (self, in[i])->dtype;
  }
  for (int i = 0; i < n_out; i++) {
    operands[n_in + i].dtype = LM_F32;
    out[i] = lm_builder_unknown (self);
  }
  if (!known)
    return;

  g_assert ((attrs != NULL) == (op->attrs_size > 0));
  op->infer (attrs, n_in, operands, n_out, operands + n_in);
  for (int i = 0; i < n_out; i++) {
    if (!check_size (self, &operands[n_in + i].shape))
      return;
  }
  append_op (self, id, op, attrs, in, n_in, operands + n_in, out, n_out);
}
