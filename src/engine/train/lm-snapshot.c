/* lm-snapshot.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-snapshot.h"

#include "lm-i18n.h"

#include <inttypes.h>
#include <string.h>

LmSnapshot *
lm_snapshot_new (int n_moments)
{
  LmSnapshot *self = g_new0 (LmSnapshot, 1);

  g_assert (n_moments >= 0 && n_moments <= LM_MAX_MOMENTS);
  lm_ref_init (&self->ref);
  self->n_moments = n_moments;
  self->building = g_array_new (FALSE, TRUE, sizeof (LmSnapshotSlot));
  self->owned = g_ptr_array_new_with_free_func (g_free);
  return self;
}

LmSnapshot *
lm_snapshot_ref (LmSnapshot *self)
{
  lm_ref_inc (&self->ref);
  return self;
}

void
lm_snapshot_unref (LmSnapshot *self)
{
  if (self == NULL || !lm_ref_dec (&self->ref))
    return;
  lm_snapshot_seal (self);
  for (int i = 0; i < self->n_slots; i++) {
    g_free (self->slots[i].path);
    g_free (self->slots[i].name_path);
  }
  g_free (self->slots);
  g_ptr_array_unref (self->owned);
  g_free (self);
}

void
lm_snapshot_seal (LmSnapshot *self)
{
  if (self->building == NULL)
    return;
  self->n_slots = (int) self->building->len;
  self->slots = (LmSnapshotSlot *) (void *) g_array_free (g_steal_pointer (&self->building), FALSE);
}

/* (transfer none): float32 numbers of @tensor, padded to the slot's size; NULL with an error if memory is short. */
static float *
take_numbers (LmSnapshot *self,
              LmTensor *tensor,
              gint64 n,
              GError **error)
{
  g_autoptr (LmTensor) numbers = lm_tensor_to_f32 (tensor);
  float *data = g_try_malloc0_n ((gsize) n, sizeof (float));

  if (data == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("There is no memory left for weights of %" PRId64 " numbers. Close other programs."), n);
    return NULL;
  }
  memcpy (data, numbers->data, lm_tensor_n_bytes (numbers));
  g_ptr_array_add (self->owned, data);
  return data;
}

gboolean
lm_snapshot_add (LmSnapshot *self,
                 const char *path,
                 const char *name_path,
                 LmSlotRole role,
                 gboolean trainable,
                 LmTensor *value,
                 LmTensor *const *moments,
                 GError **error)
{
  LmSnapshotSlot slot = { .role = role, .trainable = trainable, .shape = value->shape, .layout = LM_LAYOUT_NATURAL };

  g_assert (self->building != NULL && (path != NULL || name_path != NULL));
  slot.n = lm_layout_size (slot.layout, &slot.shape);
  slot.data = take_numbers (self, value, slot.n, error);
  if (slot.data == NULL)
    return FALSE;

  for (int m = 0; moments != NULL && m < self->n_moments; m++) {
    if (moments[m] == NULL)
      continue;
    if (!lm_shape_equal (&moments[m]->shape, &value->shape)) {
      g_autofree char *have = lm_shape_to_tuple (&moments[m]->shape), *need = lm_shape_to_tuple (&value->shape);

      g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
                   _ ("The optimizer state of “%s” has shape %s, but the weight has %s. Start a new run from these weights instead."),
                   name_path != NULL ? name_path : path, have, need);
      return FALSE;
    }
    slot.moments[m] = take_numbers (self, moments[m], slot.n, error);
    if (slot.moments[m] == NULL)
      return FALSE;
  }
  slot.path = g_strdup (path);
  slot.name_path = g_strdup (name_path);
  g_array_append_val (self->building, slot);
  return TRUE;
}

int
lm_snapshot_find (const LmSnapshot *self,
                  const char *path)
{
  for (int i = 0; i < self->n_slots; i++) {
    const LmSnapshotSlot *slot = &self->slots[i];

    if (g_strcmp0 (slot->path, path) == 0 || g_strcmp0 (slot->name_path, path) == 0)
      return i;
  }
  return -1;
}

LmTensor *
lm_snapshot_get (const LmSnapshot *self,
                 int i,
                 int moment)
{
  const LmSnapshotSlot *slot = &self->slots[i];
  const float *data;
  LmTensor *tensor;

  g_assert (self->building == NULL && i >= 0 && i < self->n_slots && moment < LM_MAX_MOMENTS);
  data = moment < 0 ? slot->data : slot->moments[moment];
  if (data == NULL)
    return NULL;

  tensor = lm_tensor_new (LM_F32, &slot->shape, NULL);
  if (tensor == NULL)
    g_error ("There is no memory left for a weight of %" PRId64 " numbers", slot->n);
  lm_layout_unpack (slot->layout, &slot->shape, FALSE, data, tensor->data);
  return tensor;
}

guint64
lm_snapshot_bytes (const LmSnapshot *self)
{
  guint64 n = 0;

  for (int i = 0; i < self->n_slots; i++) {
    n += (guint64) self->slots[i].n;
    for (int m = 0; m < LM_MAX_MOMENTS; m++)
      n += self->slots[i].moments[m] != NULL ? (guint64) self->slots[i].n : 0;
  }
  return n * sizeof (float);
}

static gboolean
slots_equal (const LmSnapshot *a,
             int i,
             const LmSnapshot *b,
             int j,
             int moment)
{
  g_autoptr (LmTensor) x = lm_snapshot_get (a, i, moment), y = lm_snapshot_get (b, j, moment);

  if (x == NULL || y == NULL)
    return TRUE;
  return lm_shape_equal (&x->shape, &y->shape) && memcmp (x->data, y->data, lm_tensor_n_bytes (x)) == 0;
}

gboolean
lm_snapshot_equal (const LmSnapshot *a,
                   const LmSnapshot *b)
{
  if (a->n_slots != b->n_slots)
    return FALSE;
  for (int i = 0; i < a->n_slots; i++) {
    const LmSnapshotSlot *slot = &a->slots[i];
    int j = lm_snapshot_find (b, slot->path != NULL ? slot->path : slot->name_path);

    if (j < 0)
      return FALSE;
    for (int m = -1; m < LM_MAX_MOMENTS; m++) {
      if (!slots_equal (a, i, b, j, m))
        return FALSE;
    }
  }
  return TRUE;
}
