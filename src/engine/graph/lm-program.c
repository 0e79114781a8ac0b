/* lm-program.c: binds a planned graph to memory and runs it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-program.h"

#include "lm-arena.h"
#include "lm-error.h"
#include "lm-fuse.h"
#include "lm-i18n.h"
#include "lm-plan.h"

#include <math.h>
#include <string.h>

/* The float build sees the double kernels only as a pointer to hand on. */
const LmKernels *lm_kernels_get_f64 (void);

/* A call prepared at compile time; only shapes (with the batch) and random streams change between runs. */
typedef struct {
  const LmOpClass *op;
  guint64 key;
  int node;
  LmOpCall call;
  LmOperand *operands; /* n_in, n_out; backward: then n_out dout, n_in din */
  int *values;         /* the value of each operand */
  int n_operands;
  LmGradMode *modes;
  const struct _LmUpdate **updates;
  gboolean is_view;
  gboolean is_alias;
} Step;

struct _LmProgram {
  LmGraph *graph;
  LmTape *tape;
  LmPlan *plan;
  LmArena arena;
  LmPool *pool;
  gint64 max_batch;
  gint64 bound_batch;
  int root;
  gboolean f64;
  guint64 seed;
  guint64 step;
  double flops;

  Step *forward;
  int n_forward;
  Step *backward;
  int n_backward;

  void **slot_value;
  void **slot_grad;
  const void **input;
};

static void
clear_steps (Step *steps,
             int n)
{
  for (int i = 0; i < n; i++) {
    g_free (steps[i].operands);
    g_free (steps[i].values);
    g_free (steps[i].modes);
    g_free (steps[i].updates);
  }
  g_free (steps);
}

void
lm_program_free (LmProgram *self)
{
  if (self == NULL)
    return;
  clear_steps (self->forward, self->n_forward);
  clear_steps (self->backward, self->n_backward);
  lm_tape_free (self->tape);
  lm_plan_free (self->plan);
  lm_graph_free (self->graph);
  lm_arena_clear (&self->arena);
  g_free (self->slot_value);
  g_free (self->slot_grad);
  g_free (self->input);
  g_free (self);
}

/* --- Where things lie ---------------------------------------------------- */

static void *
value_data (const LmProgram *self,
            int v)
{
  const LmValueInfo *value = lm_graph_value (self->graph, v);

  if (value->kind == LM_VALUE_WEIGHT)
    return self->slot_value[value->producer];
  if (value->kind == LM_VALUE_INPUT)
    return (void *) self->input[value->producer];

  /* A view of an input or weight has no place of its own. */
  if (value->kind == LM_VALUE_OP && self->plan->value[v] == LM_NO_OFFSET) {
    const LmOpNode *op = lm_graph_op (self->graph, value->producer);

    return (op->op->flags & LM_OP_VIEW) != 0 ? value_data (self, lm_graph_in (self->graph, op, 0)) : NULL;
  }
  return self->plan->value[v] == LM_NO_OFFSET ? NULL : self->arena.base + self->plan->value[v];
}

static void *
grad_data (const LmProgram *self,
           int v)
{
  const LmValueInfo *value = lm_graph_value (self->graph, v);

  if (!self->tape->has_grad[v])
    return NULL;
  if (value->kind == LM_VALUE_WEIGHT)
    return self->slot_grad[value->producer];
  return self->plan->grad[v] == LM_NO_OFFSET ? NULL : self->arena.base + self->plan->grad[v];
}

static void
bind_operand (const LmProgram *self,
              LmOperand *operand,
              int v)
{
  const LmValueInfo *value = lm_graph_value (self->graph, v);

  operand->shape = lm_shape_bind (&value->shape, self->bound_batch);
  operand->dtype = value->dtype;
}

/* Shapes of all operands for @n samples. */
static void
bind_batch (LmProgram *self,
            gint64 n)
{
  if (n == self->bound_batch)
    return;

  self->bound_batch = n;
  for (int pass = 0; pass < 2; pass++) {
    Step *steps = pass == 0 ? self->forward : self->backward;

    for (int i = 0; i < (pass == 0 ? self->n_forward : self->n_backward); i++) {
      for (int j = 0; j < steps[i].n_operands; j++)
        bind_operand (self, &steps[i].operands[j], steps[i].values[j]);
    }
  }
}

/* Pointers of everything that lies in the arena, in slots or in inputs. */
static void
bind_data (LmProgram *self,
           Step *step,
           gboolean backward)
{
  const LmOpCall *call = &step->call;
  int n = call->n_in + call->n_out;

  for (int j = 0; j < n; j++)
    step->operands[j].data = value_data (self, step->values[j]);
  for (int j = n; j < step->n_operands; j++) {
    int in = j - n - call->n_out;

    step->operands[j].data = in >= 0 && step->modes[in] == LM_GRAD_SKIP ? NULL : grad_data (self, step->values[j]);
  }
}

/* A value that changed its place: all operands that show it, or a view of it. */
static void
rebind (LmProgram *self)
{
  for (int i = 0; i < self->n_forward; i++)
    bind_data (self, &self->forward[i], FALSE);
  for (int i = 0; i < self->n_backward; i++)
    bind_data (self, &self->backward[i], TRUE);
}

/* --- Making the steps ---------------------------------------------------- */

static void
init_step (LmProgram *self,
           Step *step,
           const LmOpNode *op,
           gboolean backward,
           int time)
{
  LmOpCall *call = &step->call;
  int n = op->n_in + op->n_out;

  step->op = op->op;
  step->key = op->key;
  step->node = op->node;
  step->is_view = (op->op->flags & LM_OP_VIEW) != 0;
  step->n_operands = backward ? 2 * n : n;
  step->operands = g_new0 (LmOperand, step->n_operands);
  step->values = g_new (int, step->n_operands);
  for (int j = 0; j < n; j++)
    step->values[j] = g_array_index (self->graph->operands, int, op->first_in + j);
  for (int j = 0; backward && j < op->n_out; j++)
    step->values[n + j] = step->values[op->n_in + j];
  for (int j = 0; backward && j < op->n_in; j++)
    step->values[n + op->n_out + j] = step->values[j];

  call->attrs = lm_graph_attrs (self->graph, op);
  call->n_in = op->n_in;
  call->n_out = op->n_out;
  call->in = step->operands;
  call->out = step->operands + op->n_in;
  call->dout = backward ? step->operands + n : NULL;
  call->din = backward ? step->operands + n + op->n_out : NULL;
  call->workspace = self->plan->workspace[time] != LM_NO_OFFSET ? self->arena.base + self->plan->workspace[time] : NULL;
  call->pool = self->pool;
  call->k = self->f64 ? lm_kernels_get_f64 () : lm_kernels_get ();
  call->training = self->graph->training;
}

static void
make_steps (LmProgram *self,
            gboolean exact)
{
  const LmGraph *graph = self->graph;

  self->forward = g_new0 (Step, MAX (1, graph->ops->len));
  for (guint i = 0; i < graph->ops->len; i++) {
    const LmOpNode *op = lm_graph_op (graph, (int) i);

    if (op->dead)
      continue;
    self->forward[self->n_forward].call.exact = exact;
    init_step (self, &self->forward[self->n_forward++], op, FALSE, (int) i);
  }

  self->backward = g_new0 (Step, MAX (1, self->tape->steps->len));
  for (guint s = 0; s < self->tape->steps->len; s++) {
    const LmBackStep *back = &g_array_index (self->tape->steps, LmBackStep, s);
    const LmOpNode *op = lm_graph_op (graph, back->op);
    Step *step = &self->backward[self->n_backward++];

    init_step (self, step, op, TRUE, (int) (graph->ops->len + s));
    step->modes = g_memdup2 (&g_array_index (self->tape->modes, LmGradMode, back->first_mode), sizeof (LmGradMode) * (gsize) op->n_in);
    step->updates = g_new0 (const struct _LmUpdate *, MAX (1, op->n_in));
    step->is_alias = self->plan->is_alias[s];
    step->call.exact = exact;
    step->call.mode = step->modes;
    step->call.update = step->updates;
  }
}

/* Operations of one forward pass, for one sample. */
static double
count_flops (LmProgram *self)
{
  double flops = 0;

  bind_batch (self, 1);
  for (int i = 0; i < self->n_forward; i++) {
    const Step *step = &self->forward[i];

    if (step->op->flops != NULL)
      flops += step->op->flops (&step->call);
    else if (!step->is_view)
      flops += (double) lm_shape_n_elements (&step->call.out[0].shape, 1);
  }
  return flops;
}

static void
fill_ones (LmProgram *self)
{
  gint64 n = lm_shape_n_elements (&lm_graph_value (self->graph, self->root)->shape, self->max_batch);
  void *seed = grad_data (self, self->root);

  for (gint64 i = 0; i < n; i++) {
    if (self->f64)
      ((double *) seed)[i] = 1.0;
    else
      ((float *) seed)[i] = 1.0f;
  }
}

static int *
indices_of (const LmProgramSpec *spec)
{
  int *indices = g_new (int, MAX (1, spec->n_wanted));

  for (int i = 0; i < spec->n_wanted; i++)
    indices[i] = spec->wanted[i].index;
  return indices;
}

/* Fuse, differentiate, plan: what needs no memory. */
static void
compile (LmGraph *graph,
         const LmProgramSpec *spec,
         LmTape **tape,
         LmPlan **plan)
{
  g_autofree int *wanted = indices_of (spec);

  for (int i = 0; i < spec->n_wanted; i++)
    lm_graph_value (graph, wanted[i])->observed = TRUE;
  if (spec->root.index >= 0)
    lm_graph_value (graph, spec->root.index)->observed = TRUE;
  if (spec->fuse)
    lm_fuse (graph, spec->root.index);
  *tape = lm_autodiff (graph, spec->root.index, wanted, spec->n_wanted, spec->weight_grads);
  *plan = lm_plan_new (graph, *tape, spec->max_batch, spec->root.index, wanted, spec->n_wanted);
}

gsize
lm_program_measure (const LmGraph *graph,
                    const LmProgramSpec *spec)
{
  g_autoptr (LmGraph) copy = lm_graph_copy (graph);
  g_autoptr (LmTape) tape = NULL;
  g_autoptr (LmPlan) plan = NULL;

  compile (copy, spec, &tape, &plan);
  return plan->size;
}

static gboolean
reserve (LmProgram *self,
         GError **error)
{
  guint64 free_bytes = lm_memory_available ();

  if (self->plan->size > free_bytes) {
    g_autofree char *needed = g_format_size_full (self->plan->size, G_FORMAT_SIZE_IEC_UNITS);
    g_autofree char *have = g_format_size_full (free_bytes, G_FORMAT_SIZE_IEC_UNITS);

    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
                 _ ("The network needs %s of memory, %s are free. Choose a smaller batch size or smaller layers."), needed, have);
    return FALSE;
  }
  return lm_arena_init (&self->arena, self->plan->size, error);
}

LmProgram *
lm_program_new (LmGraph *graph,
                const LmProgramSpec *spec,
                LmPool *pool,
                GError **error)
{
  g_autoptr (LmProgram) self = g_new0 (LmProgram, 1);

  g_assert (spec->max_batch >= 1);
  self->graph = graph;
  self->f64 = graph->f64;
  self->pool = pool;
  self->max_batch = spec->max_batch;
  self->root = spec->root.index;
  compile (graph, spec, &self->tape, &self->plan);
  if (!reserve (self, error))
    return NULL;

  self->slot_value = g_new0 (void *, MAX (1, graph->slots->len));
  self->slot_grad = g_new0 (void *, MAX (1, graph->slots->len));
  self->input = g_new0 (const void *, MAX (1, graph->inputs->len));
  make_steps (self, spec->exact);
  self->flops = count_flops (self);
  bind_batch (self, spec->max_batch);
  if (self->root >= 0)
    fill_ones (self);
  rebind (self);
  return g_steal_pointer (&self);
}

/* --- Binding -------------------------------------------------------------- */

const LmGraph *
lm_program_graph (const LmProgram *self)
{
  return self->graph;
}

gsize
lm_program_arena_bytes (const LmProgram *self)
{
  return self->arena.size;
}

double
lm_program_flops (const LmProgram *self)
{
  return self->flops;
}

void
lm_program_bind_slot (LmProgram *self,
                      int slot,
                      void *value,
                      void *grad)
{
  self->slot_value[slot] = value;
  self->slot_grad[slot] = grad;
  rebind (self);
}

gboolean
lm_program_slot_has_grad (const LmProgram *self,
                          int slot)
{
  for (guint v = 0; v < self->graph->values->len; v++) {
    const LmValueInfo *value = lm_graph_value (self->graph, (int) v);

    if (value->kind == LM_VALUE_WEIGHT && value->producer == slot && self->tape->has_grad[v])
      return TRUE;
  }
  return FALSE;
}

gboolean
lm_program_bind_update (LmProgram *self,
                        int slot,
                        const struct _LmUpdate *update)
{
  Step *only = NULL;
  int input = -1, n = 0;

  for (int i = 0; i < self->n_backward; i++) {
    Step *step = &self->backward[i];

    for (int j = 0; j < step->call.n_in; j++) {
      const LmValueInfo *value = lm_graph_value (self->graph, step->values[j]);

      if (step->modes[j] == LM_GRAD_SKIP || value->kind != LM_VALUE_WEIGHT || value->producer != slot)
        continue;
      only = step;
      input = j;
      n++;
    }
  }
  if (n != 1 || (only->op->flags & LM_OP_CAN_UPDATE) == 0)
    return FALSE;

  only->modes[input] = update != NULL ? LM_GRAD_UPDATE : LM_GRAD_WRITE;
  only->updates[input] = update;
  return TRUE;
}

void
lm_program_set_input (LmProgram *self,
                      int input,
                      const void *data)
{
  if (self->input[input] == data)
    return;
  self->input[input] = data;
  rebind (self);
}

void
lm_program_set_step (LmProgram *self,
                     guint64 seed,
                     guint64 step)
{
  self->seed = seed;
  self->step = step;
}

/* --- Running --------------------------------------------------------------- */

static void
seed_step (const LmProgram *self,
           Step *step)
{
  if ((step->op->flags & LM_OP_RANDOM) != 0)
    step->call.rng = lm_rng_init (self->seed, LM_RNG_DROPOUT, step->key, self->step);
}

void
lm_program_forward (LmProgram *self,
                    gint64 n)
{
  g_assert (n >= 1 && n <= self->max_batch);

  bind_batch (self, n);
  for (int i = 0; i < self->n_forward; i++) {
    Step *step = &self->forward[i];

    if (step->is_view)
      continue;
    seed_step (self, step);
    step->op->forward (&step->call);
  }
}

/* The gradient of a view that could not share memory. */
static void
run_view_backward (const LmProgram *self,
                   Step *step)
{
  const LmOpCall *call = &step->call;
  gint64 n = lm_shape_n_elements (&call->din[0].shape, 1);
  gsize size = self->f64 ? sizeof (double) : sizeof (float);

  if (step->is_alias || step->modes[0] == LM_GRAD_SKIP || call->dout[0].data == NULL)
    return;
  if (step->modes[0] == LM_GRAD_WRITE) {
    memcpy (call->din[0].data, call->dout[0].data, (gsize) n * size);
    return;
  }
  for (gint64 i = 0; i < n; i++) {
    if (self->f64)
      ((double *) call->din[0].data)[i] += ((const double *) call->dout[0].data)[i];
    else
      ((float *) call->din[0].data)[i] += ((const float *) call->dout[0].data)[i];
  }
}

static void
run_backward_step (const LmProgram *self,
                   Step *step)
{
  if (step->is_view) {
    run_view_backward (self, step);
    return;
  }
  seed_step (self, step);
  step->op->backward (&step->call);
}

void *
lm_program_seed (LmProgram *self)
{
  g_assert (self->root >= 0);
  return grad_data (self, self->root);
}

void
lm_program_backward (LmProgram *self)
{
  for (int i = 0; i < self->n_backward; i++)
    run_backward_step (self, &self->backward[i]);
}

void
lm_program_update_states (LmProgram *self)
{
  for (guint i = 0; i < self->graph->updates->len; i++) {
    const LmStateUpdate *update = &g_array_index (self->graph->updates, LmStateUpdate, i);
    const LmSlot *slot = g_ptr_array_index (self->graph->slots, update->state);
    gint64 n = lm_shape_n_elements (&slot->shape, 1);
    void *state = self->slot_value[update->state], *value = value_data (self, update->value);

    for (gint64 j = 0; j < n; j++) {
      if (self->f64) {
        double *s = (double *) state + j;

        *s = *s * update->momentum + ((double *) value)[j] * (1 - update->momentum);
      } else {
        float *s = (float *) state + j, m = (float) update->momentum;

        *s = *s * m + ((float *) value)[j] * (1.0f - m);
      }
    }
  }
}

LmOperand
lm_program_value (const LmProgram *self,
                  LmValue value)
{
  LmOperand operand;

  bind_operand (self, &operand, value.index);
  operand.data = value_data (self, value.index);
  return operand;
}

LmOperand
lm_program_gradient (const LmProgram *self,
                     LmValue value)
{
  LmOperand operand;

  bind_operand (self, &operand, value.index);
  operand.data = grad_data (self, value.index);
  return operand;
}

/* --- Finding where a NaN began --------------------------------------------- */

static gboolean
is_finite (const LmProgram *self,
           const LmOperand *operand)
{
  gint64 n = lm_shape_n_elements (&operand->shape, 1);

  if (operand->data == NULL || operand->dtype != LM_F32)
    return TRUE;
  for (gint64 i = 0; i < n; i++) {
    if (!isfinite (self->f64 ? ((const double *) operand->data)[i] : (double) ((const float *) operand->data)[i]))
      return FALSE;
  }
  return TRUE;
}

static gboolean
step_is_finite (const LmProgram *self,
                const Step *step,
                gboolean backward)
{
  for (int j = 0; j < (backward ? step->call.n_in : step->call.n_out); j++) {
    const LmOperand *operand = backward ? &step->call.din[j] : &step->call.out[j];

    if (backward && step->modes[j] == LM_GRAD_SKIP)
      continue;
    if (!is_finite (self, operand))
      return FALSE;
  }
  return TRUE;
}

int
lm_program_find_nonfinite (LmProgram *self,
                           gboolean *backward)
{
  *backward = FALSE;
  for (int i = 0; i < self->n_forward; i++) {
    Step *step = &self->forward[i];

    for (int j = 0; j < step->call.n_in; j++) {
      if (!is_finite (self, &step->call.in[j]))
        return step->node;
    }
    if (step->is_view)
      continue;
    seed_step (self, step);
    step->op->forward (&step->call);
    if (!step_is_finite (self, step, FALSE))
      return step->node;
  }

  *backward = TRUE;
  for (int i = 0; i < self->n_backward; i++) {
    Step *step = &self->backward[i];

    /* A replay must not train: fused updates are left out. */
    for (int j = 0; j < step->call.n_in; j++) {
      if (step->modes[j] == LM_GRAD_UPDATE)
        step->modes[j] = LM_GRAD_SKIP;
    }
    run_backward_step (self, step);
    for (int j = 0; j < step->call.n_in; j++) {
      if (step->updates[j] != NULL)
        step->modes[j] = LM_GRAD_UPDATE;
    }
    if (!step_is_finite (self, step, TRUE))
      return step->node;
  }
  return -1;
}
