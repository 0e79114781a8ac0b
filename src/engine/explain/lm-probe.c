/* lm-probe.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-probe.h"

#include "lm-i18n.h"

struct _LmProbe {
  int n_refs;
  LmSnapshot *snapshot; /* what stands in @weights; NULL: fresh ones from @seed */
  guint64 seed;
  const LmDesign *design;
  LmLowered *lowered;
  LmProgram *program;
  LmWeights *weights;
  LmValue root;
  LmActivation taken_off;
  LmActivation sink_activation;
  int sink;
  gboolean input_gradient;
};

void
lm_probe_free (LmProbe *self)
{
  if (self == NULL || --self->n_refs > 0)
    return;
  lm_snapshot_unref (self->snapshot);
  lm_program_free (self->program);
  lm_weights_free (self->weights);
  lm_lowered_free (self->lowered);
  g_free (self);
}

LmProbe *
lm_probe_ref (LmProbe *self)
{
  self->n_refs++;
  return self;
}

int
lm_probe_find (const LmProbe *self,
               const char *path,
               GError **error)
{
  g_autoptr (GString) names = NULL;
  int at = lm_lowered_find (self->lowered, path);

  if (at >= 0)
    return at;

  names = g_string_new (NULL);
  for (guint i = 0; i < self->lowered->nodes->len && i < 40; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", lm_lowered_name (lm_lowered_node (self->lowered, (int) i)));
  g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND,
               _ ("There is no layer “%s”. The layers are: %s."), path, names->str);
  return -1;
}

/* What goes into the activation at the end of a layer; @y itself if there is none. */
static LmValue
before_activation (LmBuilder *builder,
                   LmValue y)
{
  const LmGraph *graph = lm_builder_graph (builder);
  const LmValueInfo *value = lm_graph_value (graph, y.index);
  const LmOpNode *op = value->kind == LM_VALUE_OP ? lm_graph_op (graph, value->producer) : NULL;

  return op != NULL && op->id == LM_OP_activation ? (LmValue){ lm_graph_in (graph, op, 0), y.generation } : y;
}

/* Settles what the gradient starts from. */
static gboolean
find_root (LmProbe *self,
           LmBuilder *builder,
           const LmProbeSpec *spec,
           GError **error)
{
  int at = self->sink;

  self->root = LM_NO_VALUE;
  lm_builder_logits (builder, lm_lowered_out (self->lowered, self->sink, 0), &self->sink_activation);
  if (spec->root == LM_PROBE_NO_GRADIENT)
    return TRUE;
  if (spec->root_layer != NULL)
    at = lm_probe_find (self, spec->root_layer, error);
  if (at < 0)
    return FALSE;

  self->root = lm_lowered_out (self->lowered, at, 0);
  if (spec->root == LM_PROBE_SCORES)
    self->root = lm_builder_logits (builder, self->root, &self->taken_off);
  else if (spec->root == LM_PROBE_BEFORE)
    self->root = before_activation (builder, self->root);
  return TRUE;
}

static GArray *
find_wanted (LmProbe *self,
             const LmProbeSpec *spec,
             GError **error)
{
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (LmValue));

  for (int i = 0; spec->wanted != NULL && spec->wanted[i] != NULL; i++) {
    int at = lm_probe_find (self, spec->wanted[i], error);
    LmValue value;

    if (at < 0)
      return NULL;
    value = lm_lowered_out (self->lowered, at, 0);
    g_array_append_val (wanted, value);
  }
  if (spec->input_gradient)
    g_array_append_val (wanted, g_array_index (self->lowered->inputs, LmValue, 0));
  return g_steal_pointer (&wanted);
}

/* The layer that answers: the first that a target is set for, else the one at the end of the longest way. */
static int
find_sink (const LmProbe *self,
           const LmDesign *design)
{
  int id = design->outputs->len > 0 ? ((LmOutputSpec *) g_ptr_array_index (design->outputs, 0))->node : lm_design_main_sink (design);

  for (guint i = 0; i < self->lowered->nodes->len; i++) {
    const LmLoweredNode *node = lm_lowered_node (self->lowered, (int) i);

    if (node->depth == 0 && node->node->id == id)
      return (int) i;
  }
  return g_array_index (self->lowered->sinks, int, 0);
}

static gboolean
lower (LmProbe *self,
       LmBuilder *builder,
       const LmProbeSpec *spec,
       GError **error)
{
  self->lowered = lm_lower_design (builder, spec->design);
  if (!lm_lowered_check (self->lowered, error))
    return FALSE;
  if (self->lowered->inputs->len == 0 || self->lowered->sinks->len == 0) {
    g_set_error_literal (error, LM_ERROR, LM_ERROR_GRAPH,
                         _ ("The network is empty. Draw an Input and the layers behind it."));
    return FALSE;
  }
  self->sink = find_sink (self, spec->design);
  for (guint i = 0; i < self->lowered->nodes->len; i++) {
    for (int port = 0; port < lm_lowered_node (self->lowered, (int) i)->n_out; port++)
      lm_builder_observe (builder, lm_lowered_out (self->lowered, (int) i, port));
  }
  return TRUE;
}

static gboolean
fill_weights (LmProbe *self,
              LmSnapshot *weights,
              guint64 seed,
              GError **error)
{
  if (weights != NULL) {
    if (!lm_weights_restore (self->weights, weights, LM_MATCH_PATH, FALSE, error))
      return FALSE;
    lm_snapshot_ref (weights);
  } else if (!lm_weights_init (self->weights, lm_program_graph (self->program), seed, error)) {
    return FALSE;
  }
  lm_snapshot_unref (self->snapshot);
  self->snapshot = weights;
  self->seed = seed;
  return TRUE;
}

gboolean
lm_probe_set_weights (LmProbe *self,
                      LmSnapshot *weights,
                      guint64 seed,
                      gboolean *is_changed,
                      GError **error)
{
  gboolean is_same = weights == self->snapshot && (weights != NULL || seed == self->seed);

  if (is_changed != NULL)
    *is_changed = !is_same;
  return is_same || fill_weights (self, weights, seed, error);
}

static gboolean
bind_weights (LmProbe *self,
              const LmProbeSpec *spec,
              GError **error)
{
  self->weights = lm_weights_new (lm_program_graph (self->program), NULL, 0, error);
  return self->weights != NULL && fill_weights (self, spec->weights, spec->seed, error) && lm_weights_bind (self->weights, self->program, error);
}

LmProbe *
lm_probe_new (const LmProbeSpec *spec,
              GError **error)
{
  LmBuilderSpec builder_spec = { .max_batch = MAX (1, spec->max_batch) };
  g_autoptr (LmBuilder) builder = lm_builder_new (&builder_spec);
  g_autoptr (LmProbe) self = g_new0 (LmProbe, 1);
  g_autoptr (GArray) wanted = NULL;
  LmProgramSpec program = { .max_batch = builder_spec.max_batch, .exact = TRUE, .fuse = TRUE };
  LmGraph *graph;

  self->n_refs = 1;
  self->design = spec->design;
  self->input_gradient = spec->input_gradient;
  if (!lower (self, builder, spec, error) || !find_root (self, builder, spec, error))
    return NULL;
  wanted = find_wanted (self, spec, error);
  if (wanted == NULL)
    return NULL;
  graph = lm_builder_finish (builder, error);
  if (graph == NULL)
    return NULL;

  program.root = self->root;
  program.wanted = (const LmValue *) (void *) wanted->data;
  program.n_wanted = (int) wanted->len;
  self->program = lm_program_new (graph, &program, spec->pool, error);
  if (self->program == NULL || !bind_weights (self, spec, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* --- Running --------------------------------------------------------------- */

int
lm_probe_n_inputs (const LmProbe *self)
{
  return (int) lm_program_graph (self->program)->inputs->len;
}

gboolean
lm_probe_check_single (const LmProbe *self,
                       GError **error)
{
  if (lm_probe_n_inputs (self) == 1)
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The network has %d inputs, but one sample fills only one of them. This picture needs a network with one Input."),
               lm_probe_n_inputs (self));
  return FALSE;
}

LmShape
lm_probe_input_shape (const LmProbe *self,
                      int i)
{
  const LmGraph *graph = lm_program_graph (self->program);

  return lm_graph_value (graph, g_array_index (graph->inputs, LmGraphInput, i).value)->shape;
}

const char *
lm_probe_input_name (const LmProbe *self,
                     int i)
{
  return g_array_index (lm_program_graph (self->program)->inputs, LmGraphInput, i).name;
}

void
lm_probe_forward (LmProbe *self,
                  const float *const *data,
                  gint64 n)
{
  for (int i = 0; i < lm_probe_n_inputs (self); i++)
    lm_program_set_input (self->program, i, data[i]);
  lm_program_forward (self->program, n);
}

const LmLowered *
lm_probe_layers (const LmProbe *self)
{
  return self->lowered;
}

LmOperand
lm_probe_output (const LmProbe *self,
                 int i,
                 int port)
{
  return lm_program_value (self->program, lm_lowered_out (self->lowered, i, port));
}

int
lm_probe_sink (const LmProbe *self)
{
  return self->sink;
}

LmActivation
lm_probe_sink_activation (const LmProbe *self)
{
  return self->sink_activation;
}

LmOperand
lm_probe_root (const LmProbe *self,
               LmActivation *taken_off)
{
  if (taken_off != NULL)
    *taken_off = self->taken_off;
  return lm_program_value (self->program, self->root);
}

float *
lm_probe_seed (LmProbe *self)
{
  return lm_program_seed (self->program);
}

void
lm_probe_backward (LmProbe *self)
{
  lm_program_backward (self->program);
}

LmOperand
lm_probe_gradient (const LmProbe *self,
                   int i)
{
  return lm_program_gradient (self->program, lm_lowered_out (self->lowered, i, 0));
}

LmOperand
lm_probe_input_gradient (const LmProbe *self)
{
  return lm_program_gradient (self->program, g_array_index (self->lowered->inputs, LmValue, 0));
}

LmTensor *
lm_probe_weight (const LmProbe *self,
                 int i,
                 const char *name)
{
  g_autofree char *path = g_strdup_printf ("%s:%s", lm_lowered_node (self->lowered, i)->path, name);
  int slot = lm_weights_find (self->weights, path);

  return slot >= 0 ? lm_weights_get (self->weights, slot) : NULL;
}
