/* lm-weights.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-weights.h"

#include "lm-i18n.h"
#include "lm-initializer.h"
#include "lm-kernels.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Where a slot stands among the parameters: 0 stored gradient, 1 other trained, 2 the rest; 3: a state. */
static int
group_of (const LmSlot *slot,
          LmWeightUse use)
{
  if (slot->role == LM_SLOT_STATE)
    return 3;
  if (!slot->trainable)
    return 2;
  return use == LM_USE_GRAD ? 0 : use == LM_USE_UPDATE ? 1
                                                       : 2;
}

static LmWeightUse
use_of (const LmWeightUse *uses,
        guint i)
{
  return uses != NULL ? uses[i] : LM_USE_VALUE;
}

/* Gives each slot an offset in its block. Weights keep their order within a group. */
static void
place_slots (LmWeights *self,
             const LmGraph *graph,
             const LmWeightUse *uses)
{
  gint64 at = 0, states = 0;

  for (int group = 0; group < 4; group++) {
    for (guint i = 0; i < graph->slots->len; i++) {
      const LmSlot *slot = g_ptr_array_index (graph->slots, i);
      LmWeightSlot *mine = &self->slots[i];
      gint64 *next = group == 3 ? &states : &at;

      if (group_of (slot, use_of (uses, i)) != group)
        continue;
      mine->offset = *next;
      mine->has_grad = group == 0;
      mine->has_moments = group <= 1;
      *next += slot->n;
    }
    if (group == 0)
      self->n_grads = at;
    if (group == 1)
      self->n_trainable = at;
  }
  self->n_params = at;
  self->n_states = states;
}

static gsize
block_bytes (gint64 n)
{
  return lm_align ((gsize) n * sizeof (float));
}

static gsize
total_bytes (const LmWeights *self)
{
  return block_bytes (self->n_params) + block_bytes (self->n_states) + block_bytes (self->n_grads) + (gsize) self->n_moments * block_bytes (self->n_trainable);
}

static float *
take_block (LmWeights *self,
            gsize *at,
            gint64 n)
{
  float *block = (float *) (void *) (self->arena.base + *at);

  *at += block_bytes (n);
  return block;
}

LmWeights *
lm_weights_new (const LmGraph *graph,
                const LmWeightUse *uses,
                int n_moments,
                GError **error)
{
  g_autoptr (LmWeights) self = g_new0 (LmWeights, 1);
  gsize at = 0;

  g_assert (n_moments >= 0 && n_moments <= LM_MAX_MOMENTS && !graph->f64);
  self->n_slots = (int) graph->slots->len;
  self->slots = g_new0 (LmWeightSlot, MAX (1, self->n_slots));
  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  self->n_moments = n_moments;
  for (int i = 0; i < self->n_slots; i++) {
    const LmSlot *slot = g_ptr_array_index (graph->slots, i);
    LmWeightSlot *mine = &self->slots[i];

    mine->path = g_strdup (slot->path);
    mine->name_path = g_strdup (slot->name_path);
    mine->key = slot->key;
    mine->role = slot->role;
    mine->shape = slot->shape;
    mine->layout = slot->layout;
    mine->n = slot->n;
    mine->trainable = slot->trainable;
    g_hash_table_insert (self->by_path, mine->path, GINT_TO_POINTER (i + 1));
  }
  place_slots (self, graph, uses);
  if (!lm_arena_init (&self->arena, total_bytes (self), error))
    return NULL;

  self->params = take_block (self, &at, self->n_params);
  self->states = take_block (self, &at, self->n_states);
  if (self->n_grads > 0)
    self->grads = take_block (self, &at, self->n_grads);
  for (int m = 0; m < n_moments; m++)
    self->moments[m] = take_block (self, &at, self->n_trainable);
  return g_steal_pointer (&self);
}

void
lm_weights_free (LmWeights *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < self->n_slots; i++) {
    g_free (self->slots[i].path);
    g_free (self->slots[i].name_path);
  }
  g_free (self->slots);
  g_clear_pointer (&self->by_path, g_hash_table_unref);
  lm_arena_clear (&self->arena);
  g_free (self);
}

guint64
lm_weights_measure (const LmGraph *graph,
                    gboolean with_grads,
                    int n_moments)
{
  gint64 n_params = 0, n_trainable = 0, n_states = 0;

  for (guint i = 0; i < graph->slots->len; i++) {
    const LmSlot *slot = g_ptr_array_index (graph->slots, i);

    if (slot->role == LM_SLOT_STATE)
      n_states += slot->n;
    else
      n_params += slot->n;
    n_trainable += slot->trainable ? slot->n : 0;
  }
  return block_bytes (n_params) + block_bytes (n_states) + (with_grads ? block_bytes (n_trainable) : 0) +
         (guint64) n_moments * block_bytes (n_trainable);
}

/* --- Slots ---------------------------------------------------------------- */

float *
lm_weights_value (const LmWeights *self,
                  int i)
{
  const LmWeightSlot *slot = &self->slots[i];

  return (slot->role == LM_SLOT_STATE ? self->states : self->params) + slot->offset;
}

float *
lm_weights_grad (const LmWeights *self,
                 int i)
{
  return self->slots[i].has_grad ? self->grads + self->slots[i].offset : NULL;
}

float *
lm_weights_moment (const LmWeights *self,
                   int i,
                   int m)
{
  return m < self->n_moments && self->slots[i].has_moments ? self->moments[m] + self->slots[i].offset : NULL;
}

int
lm_weights_find (const LmWeights *self,
                 const char *path)
{
  int at = GPOINTER_TO_INT (g_hash_table_lookup (self->by_path, path)) - 1;

  for (int i = 0; i < self->n_slots && at < 0; i++) {
    if (strcmp (self->slots[i].name_path, path) == 0)
      at = i;
  }
  return at;
}

static void
fail_shape (const char *name,
            const LmShape *have,
            const LmShape *need,
            GError **error)
{
  g_autofree char *have_text = lm_shape_to_tuple (have), *need_text = lm_shape_to_tuple (need);

  g_set_error (error, LM_ERROR, LM_ERROR_DATA,
               _ ("The weights “%s” have shape %s, but the network needs %s. Use weights of the same design."), name, have_text, need_text);
}

gboolean
lm_weights_bind (LmWeights *self,
                 LmProgram *program,
                 GError **error)
{
  const LmGraph *graph = lm_program_graph (program);

  for (guint i = 0; i < graph->slots->len; i++) {
    const LmSlot *slot = g_ptr_array_index (graph->slots, i);
    int mine = GPOINTER_TO_INT (g_hash_table_lookup (self->by_path, slot->path)) - 1;

    if (mine < 0) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("There are no weights for “%s”. Use weights of the same design."), slot->name_path);
      return FALSE;
    }
    if (!lm_shape_equal (&self->slots[mine].shape, &slot->shape)) {
      fail_shape (slot->name_path, &self->slots[mine].shape, &slot->shape, error);
      return FALSE;
    }
    g_assert (self->slots[mine].layout == slot->layout);
    lm_program_bind_slot (program, (int) i, lm_weights_value (self, mine), lm_weights_grad (self, mine));
  }
  return TRUE;
}

LmTensor *
lm_weights_get (const LmWeights *self,
                int i)
{
  const LmWeightSlot *slot = &self->slots[i];
  LmTensor *tensor = lm_tensor_new (LM_F32, &slot->shape, NULL);

  if (tensor == NULL)
    g_error ("There is no memory left for a weight of %" PRId64 " numbers", slot->n);
  lm_layout_unpack (slot->layout, &slot->shape, FALSE, lm_weights_value (self, i), tensor->data);
  return tensor;
}

gboolean
lm_weights_set (LmWeights *self,
                int i,
                LmTensor *value,
                GError **error)
{
  const LmWeightSlot *slot = &self->slots[i];
  g_autoptr (LmTensor) numbers = NULL;

  if (!lm_shape_equal (&value->shape, &slot->shape)) {
    fail_shape (slot->name_path, &value->shape, &slot->shape, error);
    return FALSE;
  }
  numbers = lm_tensor_to_f32 (value);
  lm_layout_pack (slot->layout, &slot->shape, FALSE, numbers->data, lm_weights_value (self, i));
  return TRUE;
}

gboolean
lm_weights_all_finite (const LmWeights *self,
                       int *slot)
{
  const LmKernels *k = lm_kernels_get ();

  if (k->all_finite ((gsize) self->n_params, self->params) && k->all_finite ((gsize) self->n_states, self->states))
    return TRUE;
  for (int i = 0; i < self->n_slots && slot != NULL; i++) {
    *slot = i;
    if (!k->all_finite ((gsize) self->slots[i].n, lm_weights_value (self, i)))
      break;
  }
  return FALSE;
}

/* --- First values --------------------------------------------------------- */

gboolean
lm_weights_init (LmWeights *self,
                 const LmGraph *graph,
                 guint64 seed,
                 GError **error)
{
  g_assert ((int) graph->slots->len == self->n_slots);

  for (int m = 0; m < self->n_moments; m++)
    memset (self->moments[m], 0, (gsize) self->n_trainable * sizeof (float));
  for (int i = 0; i < self->n_slots; i++) {
    const LmWeightSlot *slot = &self->slots[i];
    const LmSlot *source = g_ptr_array_index (graph->slots, i);
    g_autoptr (LmTensor) natural = lm_tensor_new (LM_F32, &slot->shape, error);

    if (natural == NULL)
      return FALSE;
    if (source->initializer != NULL)
      lm_initializer_fill (source->initializer, &slot->shape, lm_rng_init (seed, LM_RNG_WEIGHTS, slot->key, 0), natural->data);
    for (gint64 k = 0; k < source->n_ones; k++)
      ((float *) natural->data)[source->ones_from + k] = 1.0f;
    lm_layout_pack (slot->layout, &slot->shape, FALSE, natural->data, lm_weights_value (self, i));
  }
  return TRUE;
}

/* --- Snapshots ------------------------------------------------------------ */

/* Copies a block to memory of the snapshot; NULL if there is none. */
static float *
copy_block (LmSnapshot *snapshot,
            const float *block,
            gint64 n)
{
  float *copy = g_try_malloc_n ((gsize) MAX (n, 1), sizeof (float));

  if (copy == NULL)
    return NULL;
  memcpy (copy, block, (gsize) n * sizeof (float));
  g_ptr_array_add (snapshot->owned, copy);
  return copy;
}

LmSnapshot *
lm_weights_snapshot (const LmWeights *self,
                     gboolean with_moments)
{
  g_autoptr (LmSnapshot) snapshot = lm_snapshot_new (with_moments ? self->n_moments : 0);
  float *params = copy_block (snapshot, self->params, self->n_params);
  float *states = copy_block (snapshot, self->states, self->n_states);
  float *moments[LM_MAX_MOMENTS] = { NULL };

  for (int m = 0; m < snapshot->n_moments; m++) {
    moments[m] = copy_block (snapshot, self->moments[m], self->n_trainable);
    if (moments[m] == NULL)
      return NULL;
  }
  if (params == NULL || states == NULL)
    return NULL;

  for (int i = 0; i < self->n_slots; i++) {
    const LmWeightSlot *slot = &self->slots[i];
    LmSnapshotSlot copy = {
      .path = g_strdup (slot->path),
      .name_path = g_strdup (slot->name_path),
      .role = slot->role,
      .trainable = slot->trainable,
      .shape = slot->shape,
      .layout = slot->layout,
      .n = slot->n,
      .data = (slot->role == LM_SLOT_STATE ? states : params) + slot->offset,
    };

    for (int m = 0; m < snapshot->n_moments && slot->has_moments; m++)
      copy.moments[m] = moments[m] + slot->offset;
    g_array_append_val (snapshot->building, copy);
  }
  lm_snapshot_seal (snapshot);
  return g_steal_pointer (&snapshot);
}

static int
match_slot (const LmSnapshot *snapshot,
            const LmWeightSlot *slot,
            LmMatch match)
{
  for (int i = 0; i < snapshot->n_slots; i++) {
    const LmSnapshotSlot *candidate = &snapshot->slots[i];
    gboolean by_name = match == LM_MATCH_NAME || candidate->path == NULL;

    if (g_strcmp0 (by_name ? candidate->name_path : candidate->path, by_name ? slot->name_path : slot->path) == 0)
      return i;
  }
  return -1;
}

/* Brings numbers from one layout into another. @natural: room for the slot. */
static void
relay (const LmSnapshotSlot *from,
       const float *data,
       const LmWeightSlot *to,
       float *natural,
       float *out)
{
  if (from->layout == to->layout) {
    memcpy (out, data, (gsize) to->n * sizeof (float));
    return;
  }
  lm_layout_unpack (from->layout, &from->shape, FALSE, data, natural);
  lm_layout_pack (to->layout, &to->shape, FALSE, natural, out);
}

static gboolean
check_match (const LmWeights *self,
             const LmSnapshot *snapshot,
             LmMatch match,
             int *found,
             GError **error)
{
  for (int i = 0; i < self->n_slots; i++) {
    const LmWeightSlot *slot = &self->slots[i];

    found[i] = match_slot (snapshot, slot, match);
    if (found[i] < 0) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA,
                   _ ("The weights lack “%s”, which the network needs. Use weights of the same design."), slot->name_path);
      return FALSE;
    }
    if (!lm_shape_equal (&snapshot->slots[found[i]].shape, &slot->shape)) {
      fail_shape (slot->name_path, &snapshot->slots[found[i]].shape, &slot->shape, error);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
lm_weights_restore (LmWeights *self,
                    const LmSnapshot *snapshot,
                    LmMatch match,
                    gboolean with_moments,
                    GError **error)
{
  g_autofree int *found = g_new (int, MAX (1, self->n_slots));
  g_autofree float *natural = NULL;
  gint64 largest = 1;

  g_assert (snapshot->building == NULL);
  if (!check_match (self, snapshot, match, found, error))
    return FALSE;

  for (int i = 0; i < self->n_slots; i++)
    largest = MAX (largest, self->slots[i].n);
  natural = g_try_malloc_n ((gsize) largest, sizeof (float));
  if (natural == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("There is no memory left for weights of %" PRId64 " numbers. Close other programs."), largest);
    return FALSE;
  }

  for (int i = 0; i < self->n_slots; i++) {
    const LmSnapshotSlot *from = &snapshot->slots[found[i]];
    const LmWeightSlot *slot = &self->slots[i];

    relay (from, from->data, slot, natural, lm_weights_value (self, i));
    for (int m = 0; m < self->n_moments && slot->has_moments; m++) {
      float *moment = lm_weights_moment (self, i, m);

      if (with_moments && from->moments[m] != NULL)
        relay (from, from->moments[m], slot, natural, moment);
      else
        memset (moment, 0, (gsize) slot->n * sizeof (float));
    }
  }
  return TRUE;
}
