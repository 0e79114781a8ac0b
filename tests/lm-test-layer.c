/* lm-test-layer.c: one layer with inputs of its own, built and run without a design
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-test-layer.h"

#include "lm-arena.h"

#include <math.h>
#include <string.h>

void
lm_test_node_init (LmNode *node,
                   const char *kind,
                   const char *options)
{
  g_auto (GStrv) parts = g_strsplit (options, " ", -1);

  *node = (LmNode){ .id = 1, .kind = g_strdup (kind), .name = g_ascii_strdown (kind, -1), .layer = lm_layer_find (kind) };
  g_assert_nonnull (node->layer);
  node->options = lm_option_set_new (&node->layer->member);
  for (int i = 0; parts[i] != NULL; i++) {
    char *value = strchr (parts[i], '=');
    LmOptionValue parsed = { 0 };
    GError *error = NULL;
    int index;

    if (parts[i][0] == '\0')
      continue;
    g_assert_nonnull (value);
    *value++ = '\0';
    index = lm_option_set_index (node->options, parts[i]);
    g_assert_cmpint (index, >=, 0);
    lm_option_parse (&node->layer->member.options[index], value, &parsed, &error);
    g_assert_no_error (error);
    lm_option_set_value (node->options, index, &parsed, &error);
    g_assert_no_error (error);
    lm_option_value_clear (&parsed);
  }
}

void
lm_test_node_clear (LmNode *node)
{
  g_free (node->kind);
  g_free (node->name);
  lm_option_set_free (node->options);
}

static void
enter (LmTestLayer *self,
       int index,
       const char *name)
{
  LmBuilderScope scope = { .node = index, .name = name, .path = name, .name_path = name, .key = lm_hash_string (name) };

  scope.frozen = self->spec.frozen;
  lm_builder_enter (self->builder, &scope);
}

static LmValue
run_layer (LmTestLayer *self)
{
  int n = lm_layer_n_outputs (self->node.layer, &self->node);
  LmValue out[LM_ANY_INPUTS];

  for (int i = 0; i < n; i++)
    out[i] = lm_builder_unknown (self->builder);
  self->node.layer->lower (self->builder, &self->node, self->inputs, self->spec.n_inputs, out);
  for (int i = 0; i < n && n > 1 && lm_builder_is_known (self->builder, out[i]); i++) {
    LmShape shape = lm_builder_shape (self->builder, out[i]);

    out[i] = lm_build_reshape (self->builder, out[i], &LM_SHAPE (shape.dim[0], lm_shape_sample_size (&shape)));
  }
  return n > 1 && lm_builder_is_known (self->builder, out[n - 1]) ? lm_build_concat (self->builder, out, n, 1) : out[0];
}

LmTestLayer *
lm_test_layer_new (const LmTestLayerSpec *spec)
{
  LmTestLayer *self = g_new0 (LmTestLayer, 1);

  self->spec = *spec;
  lm_test_node_init (&self->node, spec->kind, spec->options);
  self->builder = lm_builder_new (&(LmBuilderSpec){ .training = spec->training, .f64 = spec->f64, .max_batch = MAX (spec->max_batch, 1) });
  for (int i = 0; i < spec->n_inputs; i++) {
    LmShape shape = { .rank = spec->inputs[i].rank + 1, .dim = { LM_BATCH } };

    memcpy (shape.dim + 1, spec->inputs[i].dim, (gsize) spec->inputs[i].rank * sizeof shape.dim[0]);
    self->sources[i] = g_strdup_printf ("source_%d", i);
    enter (self, i, self->sources[i]);
    self->inputs[i] = lm_build_input (self->builder, self->sources[i], spec->dtype, &shape);
  }
  enter (self, spec->n_inputs, self->node.name);
  if (spec->masked)
    lm_builder_set_mask (self->builder, self->inputs[0], lm_build_mask (self->builder, self->inputs[0], 0.0));
  self->output = run_layer (self);
  self->error = lm_builder_take_error (self->builder);
  self->shape = lm_builder_shape (self->builder, self->output);
  return self;
}

void
lm_test_layer_free (LmTestLayer *self)
{
  for (int i = 0; self->values != NULL && i < lm_test_layer_n_slots (self); i++) {
    g_aligned_free (self->values[i]);
    g_aligned_free (self->grads[i]);
  }
  g_free (self->values);
  g_free (self->grads);
  g_clear_pointer (&self->program, lm_program_free);
  g_clear_pointer (&self->builder, lm_builder_free);
  g_clear_pointer (&self->error, lm_builder_error_free);
  for (int i = 0; i < self->spec.n_inputs; i++) {
    g_free (self->sources[i]);
    g_aligned_free (self->data[i]);
  }
  lm_test_node_clear (&self->node);
  g_free (self);
}

static gsize
real_size (const LmTestLayer *self)
{
  return self->spec.f64 ? sizeof (double) : sizeof (float);
}

static void *
alloc_numbers (const LmTestLayer *self,
               gint64 n)
{
  return g_aligned_alloc0 (1, lm_align ((gsize) n * real_size (self)) + LM_ALIGN, LM_ALIGN);
}

void
lm_test_layer_compile (LmTestLayer *self,
                       LmPool *pool)
{
  GError *error = NULL;
  LmProgramSpec spec = {
    .max_batch = MAX (self->spec.max_batch, 1),
    .root = self->output,
    .wanted = self->inputs,
    .n_wanted = self->spec.dtype == LM_F32 ? self->spec.n_inputs : 0,
    .weight_grads = TRUE,
    .exact = TRUE,
  };
  LmGraph *graph = lm_builder_finish (self->builder, &error);
  int n;

  g_assert_no_error (error);
  self->program = lm_program_new (graph, &spec, pool, &error);
  g_assert_no_error (error);
  n = lm_test_layer_n_slots (self);
  self->values = g_new0 (void *, n + 1);
  self->grads = g_new0 (void *, n + 1);
  for (int i = 0; i < n; i++) {
    self->values[i] = alloc_numbers (self, lm_test_layer_slot (self, i)->n);
    self->grads[i] = alloc_numbers (self, lm_test_layer_slot (self, i)->n);
    lm_program_bind_slot (self->program, i, self->values[i], self->grads[i]);
  }
  for (int i = 0; i < self->spec.n_inputs; i++) {
    self->data[i] = alloc_numbers (self, lm_shape_n_elements (&self->spec.inputs[i], 1) * spec.max_batch);
    lm_program_set_input (self->program, i, self->data[i]);
  }
}

int
lm_test_layer_n_slots (const LmTestLayer *self)
{
  return (int) lm_program_graph (self->program)->slots->len;
}

const LmSlot *
lm_test_layer_slot (const LmTestLayer *self,
                    int i)
{
  return g_ptr_array_index (lm_program_graph (self->program)->slots, i);
}

static void
store (const LmTestLayer *self,
       void *data,
       gint64 n,
       const double *values)
{
  for (gint64 i = 0; i < n; i++) {
    if (self->spec.f64)
      ((double *) data)[i] = values[i];
    else
      ((float *) data)[i] = (float) values[i];
  }
}

static void
fetch (const LmTestLayer *self,
       const void *data,
       gint64 n,
       double *values)
{
  for (gint64 i = 0; i < n; i++)
    values[i] = data == NULL ? 0.0 : self->spec.f64 ? ((const double *) data)[i]
                                                    : (double) ((const float *) data)[i];
}

void
lm_test_layer_set_input (LmTestLayer *self,
                         int i,
                         gint64 n,
                         const double *values)
{
  gint64 size = lm_shape_n_elements (&self->spec.inputs[i], 1) * n;

  if (self->spec.dtype == LM_F32) {
    store (self, self->data[i], size, values);
    return;
  }
  for (gint64 j = 0; j < size; j++)
    ((gint32 *) self->data[i])[j] = (gint32) values[j];
}

void
lm_test_layer_set_slot (LmTestLayer *self,
                        int i,
                        const double *values)
{
  const LmSlot *slot = lm_test_layer_slot (self, i);
  gint64 n = lm_shape_n_elements (&slot->shape, 1);
  g_autofree double *natural = g_new (double, n);

  store (self, natural, n, values);
  lm_layout_pack (slot->layout, &slot->shape, self->spec.f64, natural, self->values[i]);
}

static void
unpack (const LmTestLayer *self,
        int i,
        const void *packed,
        double *values)
{
  const LmSlot *slot = lm_test_layer_slot (self, i);
  gint64 n = lm_shape_n_elements (&slot->shape, 1);
  g_autofree double *natural = g_new0 (double, n);

  lm_layout_unpack (slot->layout, &slot->shape, self->spec.f64, packed, natural);
  fetch (self, natural, n, values);
}

void
lm_test_layer_get_slot (const LmTestLayer *self,
                        int i,
                        double *values)
{
  unpack (self, i, self->values[i], values);
}

void
lm_test_layer_get_slot_grad (const LmTestLayer *self,
                             int i,
                             double *values)
{
  unpack (self, i, self->grads[i], values);
}

void
lm_test_layer_forward (LmTestLayer *self,
                       gint64 n)
{
  lm_program_forward (self->program, n);
}

gint64
lm_test_layer_output_size (const LmTestLayer *self,
                           gint64 n)
{
  return lm_shape_n_elements (&self->shape, n);
}

void
lm_test_layer_get_output (const LmTestLayer *self,
                          gint64 n,
                          double *values)
{
  LmOperand out = lm_program_value (self->program, self->output);

  if (out.dtype == LM_F32) {
    fetch (self, out.data, lm_test_layer_output_size (self, n), values);
    return;
  }
  for (gint64 i = 0; i < lm_test_layer_output_size (self, n); i++)
    values[i] = ((const gint32 *) out.data)[i];
}

void
lm_test_layer_backward (LmTestLayer *self,
                        gint64 n,
                        const double *seed)
{
  store (self, lm_program_seed (self->program), lm_test_layer_output_size (self, n), seed);
  for (int i = 0; i < lm_test_layer_n_slots (self); i++)
    memset (self->grads[i], 0, (gsize) lm_test_layer_slot (self, i)->n * real_size (self));
  lm_program_backward (self->program);
}

void
lm_test_layer_get_input_grad (const LmTestLayer *self,
                              int i,
                              gint64 n,
                              double *values)
{
  LmOperand grad = lm_program_gradient (self->program, self->inputs[i]);

  fetch (self, grad.data, lm_shape_n_elements (&self->spec.inputs[i], 1) * n, values);
}
