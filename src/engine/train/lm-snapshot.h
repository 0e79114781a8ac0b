/* lm-snapshot.h: an immutable copy of all weights, taken between two steps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-error.h"
#include "lm-slot.h"
#include "lm-tensor.h"

G_BEGIN_DECLS

/* No optimizer keeps more numbers per weight (Adam with amsgrad: 3). */
#define LM_MAX_MOMENTS 4

/**
 * LmSnapshotSlot:
 * @path: “3/1:kernel”; @name_path: “block/conv2d/kernel”
 * @n: elements with padding
 * @data: values in @layout; @moments: the same layout, NULL where there are none
 */
typedef struct {
  char *path;
  char *name_path;
  LmSlotRole role;
  gboolean trainable;
  LmShape shape;
  LmLayout layout;
  gint64 n;
  const float *data;
  const float *moments[LM_MAX_MOMENTS];
} LmSnapshotSlot;

/**
 * LmSnapshot:
 *
 * Weights and moving statistics of one moment, with or without optimizer
 * state; for probes, checkpoints, evaluation, files. Slots stand in layer
 * order. Immutable once handed out. Thread: any.
 */
typedef struct {
  LmRef ref;
  int n_slots;
  int n_moments;
  LmSnapshotSlot *slots;
  GArray *building; /* LmSnapshotSlot, until lm_snapshot_seal () */
  GPtrArray *owned; /* memory of the slots */
} LmSnapshot;

LmSnapshot *lm_snapshot_ref (LmSnapshot *self);
void lm_snapshot_unref (LmSnapshot *self);

/* Index by path or name path; −1. */
int lm_snapshot_find (const LmSnapshot *self, const char *path);

/* Returns: (transfer full): slot @i in natural (Keras) order, float32; @moment −1: the values; NULL for a moment that is not there. */
LmTensor *lm_snapshot_get (const LmSnapshot *self, int i, int moment);

/* Bytes of its numbers. */
guint64 lm_snapshot_bytes (const LmSnapshot *self);

/* TRUE if both hold the same slots with the same bytes in natural order (moments too if both have them). */
gboolean lm_snapshot_equal (const LmSnapshot *a, const LmSnapshot *b);

/**
 * lm_snapshot_new:
 * @n_moments: how many moments each trainable slot has
 *
 * For readers of files: an empty snapshot to be filled with lm_snapshot_add() and then sealed.
 */
LmSnapshot *lm_snapshot_new (int n_moments);

/**
 * lm_snapshot_add:
 * @path: (nullable): id path; %NULL if only names are known: then it is found by name
 * @name_path: (nullable): “conv2d/kernel”
 * @value: natural order, any number type; converted to float32
 * @moments: (array length=n_moments) (nullable): natural order; %NULL for none
 *
 * Returns: %FALSE with %LM_ERROR_FORMAT set if a moment's shape is not that of @value
 */
gboolean lm_snapshot_add (LmSnapshot *self,
                          const char *path,
                          const char *name_path,
                          LmSlotRole role,
                          gboolean trainable,
                          LmTensor *value,
                          LmTensor *const *moments,
                          GError **error);

/* Ends the filling: from now on @slots stands. */
void lm_snapshot_seal (LmSnapshot *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmSnapshot, lm_snapshot_unref)

G_END_DECLS
