/* lm-updater.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-updater.h"

#include "lm-constraint.h"

#include <math.h>
#include <string.h>

/* Numbers a task takes; below twice that the pool does not pay. */
#define TASK_SIZE 16384

/* A stretch of the gradient block that one rule serves: the whole block, or one slot where each is clipped by itself. */
typedef struct {
  gint64 offset;
  gint64 n;
  int first_task;
  int n_tasks;
  LmUpdateRule rule;
} Segment;

struct _LmUpdater {
  LmProgram *program;
  const LmOptionSet *options;
  const LmKernels *k;
  LmPool *pool;
  LmOptimizerCommon common;
  int states; /* which of LmUpdate.s the rule keeps */
  int n_slots;
  LmWeightUse *uses;
  LmUpdate *updates; /* of fused slots; their rule is the one below */
  LmUpdateRule rule;
  LmWeights *weights;
  Segment *segments;
  int n_segments;
  int n_tasks;
  double *sums; /* of squares, per task */
  guint64 step;
  float *average; /* of the weights; NULL if none is kept */
  float *natural; /* of the largest weight with a constraint; NULL if there is none */
  double *norms;
};

LmUpdater *
lm_updater_new (LmProgram *program,
                const LmOptionSet *options,
                gboolean keep_grads,
                LmPool *pool)
{
  LmUpdater *self = g_new0 (LmUpdater, 1);

  self->program = program;
  self->options = options;
  self->k = lm_kernels_get ();
  self->pool = pool;
  self->states = lm_optimizer_states (options);
  self->n_slots = (int) lm_program_graph (program)->slots->len;
  self->uses = g_new0 (LmWeightUse, MAX (1, self->n_slots));
  self->updates = g_new0 (LmUpdate, MAX (1, self->n_slots));
  lm_optimizer_common (options, &self->common);
  keep_grads = keep_grads || lm_optimizer_clips (&self->common);

  for (int i = 0; i < self->n_slots; i++) {
    self->updates[i].rule = &self->rule;
    if (!lm_program_slot_has_grad (program, i))
      self->uses[i] = LM_USE_VALUE;
    else if (!keep_grads && lm_program_bind_update (program, i, &self->updates[i]))
      self->uses[i] = LM_USE_UPDATE;
    else
      self->uses[i] = LM_USE_GRAD;
  }
  return self;
}

void
lm_updater_free (LmUpdater *self)
{
  if (self == NULL)
    return;
  g_free (self->uses);
  g_free (self->updates);
  g_free (self->segments);
  g_free (self->sums);
  g_free (self->natural);
  g_free (self->norms);
  g_free (self);
}

const LmWeightUse *
lm_updater_uses (const LmUpdater *self)
{
  return self->uses;
}

/* The state blocks of the rule, at @offset. */
static void
set_states (const LmUpdater *self,
            gint64 offset,
            LmUpdate *update)
{
  int m = 0;

  for (int s = 0; s < 3; s++)
    update->s[s] = (self->states >> s & 1) != 0 ? self->weights->moments[m++] + offset : NULL;
}

static void
add_segment (LmUpdater *self,
             gint64 offset,
             gint64 n)
{
  Segment *segment = &self->segments[self->n_segments++];

  segment->offset = offset;
  segment->n = n;
  segment->first_task = self->n_tasks;
  segment->n_tasks = (int) ((n + TASK_SIZE - 1) / TASK_SIZE);
  self->n_tasks += segment->n_tasks;
}

static const LmSlot *
slot_at (const LmUpdater *self,
         int i)
{
  return g_ptr_array_index (lm_program_graph (self->program)->slots, i);
}

/* For the weights that must keep a rule. */
static void
make_room (LmUpdater *self)
{
  gint64 most = 0;

  for (int i = 0; i < self->n_slots; i++) {
    if (slot_at (self, i)->constraint != NULL && self->uses[i] != LM_USE_VALUE)
      most = MAX (most, self->weights->slots[i].n);
  }
  if (most == 0)
    return;
  self->natural = g_new (float, (gsize) most);
  self->norms = g_new (double, (gsize) most);
}

void
lm_updater_set_weights (LmUpdater *self,
                        LmWeights *weights)
{
  g_assert (weights->n_slots == self->n_slots && self->weights == NULL);

  self->weights = weights;
  self->segments = g_new0 (Segment, MAX (1, self->n_slots));
  for (int i = 0; i < self->n_slots; i++) {
    const LmWeightSlot *slot = &weights->slots[i];

    if (self->uses[i] == LM_USE_UPDATE)
      set_states (self, slot->offset, &self->updates[i]);
    else if (slot->has_grad && self->common.clipnorm > 0)
      add_segment (self, slot->offset, slot->n);
  }
  if (self->common.clipnorm <= 0 && weights->n_grads > 0)
    add_segment (self, 0, weights->n_grads);
  self->sums = g_new0 (double, MAX (1, self->n_tasks));
  make_room (self);
  if (self->common.use_ema)
    self->average = weights->moments[lm_updater_average (self->options)];
}

void
lm_updater_begin (LmUpdater *self,
                  double rate,
                  guint64 step)
{
  lm_optimizer_fill (self->options, rate, step, &self->rule);
  self->step = step;
}

/* The segment of task @task, and which part of the block it is. */
static const Segment *
find_part (const LmUpdater *self,
           int task,
           gint64 *from,
           gsize *n)
{
  const Segment *segment = self->segments;
  gint64 at;

  while (task >= segment->first_task + segment->n_tasks)
    segment++;
  at = (gint64) (task - segment->first_task) * TASK_SIZE;
  *from = segment->offset + at;
  *n = (gsize) MIN (TASK_SIZE, segment->n - at);
  return segment;
}

static void
square_task (void *data,
             int task,
             int thread)
{
  LmUpdater *self = data;
  gint64 from;
  gsize n;

  find_part (self, task, &from, &n);
  self->sums[task] = self->k->sum_squares (n, self->weights->grads + from);
}

static void
update_task (void *data,
             int task,
             int thread)
{
  LmUpdater *self = data;
  LmUpdate update;
  gint64 from;
  gsize n;

  update.rule = &find_part (self, task, &from, &n)->rule;
  set_states (self, from, &update);
  self->k->update (&update, n, self->weights->grads + from, self->weights->params + from);
}

static void
run (LmUpdater *self,
     LmTaskFunc task)
{
  lm_pool_run (self->n_tasks > 2 ? self->pool : NULL, self->n_tasks, task, self);
}

/* What to multiply gradients by so that their norm is at most @limit. */
static double
shrink (double squares,
        double limit)
{
  return limit / MAX (sqrt (squares), limit);
}

static void
clip (LmUpdater *self)
{
  double all = 0;

  run (self, square_task);
  for (int s = 0; s < self->n_segments; s++) {
    Segment *segment = &self->segments[s];
    double squares = 0;

    for (int t = 0; t < segment->n_tasks; t++)
      squares += self->sums[segment->first_task + t];
    if (self->common.clipnorm > 0)
      segment->rule.scale = (lm_real) shrink (squares, self->common.clipnorm);
    all += squares;
  }
  for (int s = 0; s < self->n_segments && self->common.global_clipnorm > 0; s++)
    self->segments[s].rule.scale = (lm_real) shrink (all, self->common.global_clipnorm);
}

/* average = m·average + (1 − m)·w; the first step begins it. Then it may take the place of w. */
static void
average_task (void *data,
              int task,
              int thread)
{
  LmUpdater *self = data;
  gint64 from = (gint64) task * TASK_SIZE;
  gsize n = (gsize) MIN (TASK_SIZE, self->weights->n_trainable - from);
  float m = self->step > 1 ? (float) self->common.ema_momentum : 0, *average = self->average + from, *w = self->weights->params + from;

  self->k->scale (n, m, average, average, FALSE);
  self->k->scale (n, 1 - m, w, average, TRUE);
  if (self->common.ema_frequency > 0 && self->step % (guint64) self->common.ema_frequency == 0)
    self->k->scale (n, 1, average, w, FALSE);
}

int
lm_updater_average (const LmOptionSet *options)
{
  LmOptimizerCommon common;

  lm_optimizer_common (options, &common);
  return common.use_ema ? lm_optimizer_n_moments (options) - 1 : -1;
}

/* After everything else, as in Keras. */
static void
constrain (LmUpdater *self)
{
  for (int i = 0; i < self->n_slots; i++) {
    const LmOptionSet *constraint = slot_at (self, i)->constraint;
    const LmWeightSlot *slot = &self->weights->slots[i];

    if (constraint == NULL || self->uses[i] == LM_USE_VALUE)
      continue;
    lm_layout_unpack (slot->layout, &slot->shape, FALSE, lm_weights_value (self->weights, i), self->natural);
    lm_constraint_apply (constraint, &slot->shape, self->natural, self->norms);
    lm_layout_pack (slot->layout, &slot->shape, FALSE, self->natural, lm_weights_value (self->weights, i));
  }
}

void
lm_updater_apply (LmUpdater *self)
{
  if (self->n_tasks > 0) {
    for (int s = 0; s < self->n_segments; s++)
      self->segments[s].rule = self->rule;
    if (self->common.clipnorm > 0 || self->common.global_clipnorm > 0)
      clip (self);
    run (self, update_task);
  }
  if (self->average != NULL) {
    int n_tasks = (int) ((self->weights->n_trainable + TASK_SIZE - 1) / TASK_SIZE);

    lm_pool_run (n_tasks > 2 ? self->pool : NULL, n_tasks, average_task, self);
  }
  if (self->natural != NULL)
    constrain (self);
}

void
lm_updater_swap_average (LmUpdater *self)
{
  for (gint64 i = 0; i < self->weights->n_trainable; i++) {
    float w = self->weights->params[i];

    self->weights->params[i] = self->average[i];
    self->average[i] = w;
  }
}
