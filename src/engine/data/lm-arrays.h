/* lm-arrays.h: from arrays as files hold them to a data set in memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-dataset.h"

G_BEGIN_DECLS

/**
 * LmArrays:
 *
 * Collects arrays of any number type, one per column and part, makes their
 * types agree (float64 becomes float32, int64 becomes int32 where it fits), finds
 * out which are pictures and which are class numbers, and checks that counts
 * and shapes agree. For the sources idx and npz.
 */
typedef struct _LmArrays LmArrays;

LmArrays *lm_arrays_new (void);
void lm_arrays_free (LmArrays *self);

/* @shown: what messages call the array. @tensor: axis 0 counts samples; a reference is taken. */
void lm_arrays_add (LmArrays *self, const char *column, LmRole role, LmPart part, const char *shown, LmTensor *tensor);

/* Returns: (transfer full): or %NULL with %LM_ERROR_DATA or %LM_ERROR_LIMIT set */
LmDataset *lm_arrays_finish (LmArrays *self, const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmArrays, lm_arrays_free)

G_END_DECLS
