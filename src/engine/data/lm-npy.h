/* lm-npy.h: NumPy's array files: .npy and .npz
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-tensor.h"

G_BEGIN_DECLS

/**
 * lm_npy_parse:
 * @bytes: a whole .npy file
 * @shown: name for messages
 *
 * Versions 1 to 3, any byte order, C and Fortran order. bool and uint8 become
 * %LM_U8; int8, int16, uint16, int32 %LM_I32; uint32, int64, uint64 %LM_I64;
 * float16 and float32 %LM_F32; float64 %LM_F64. Row-major in the tensor. Where nothing has to be converted the tensor
 * shares @bytes.
 *
 * Errors: %LM_ERROR_FORMAT (not .npy, hostile or unfinished), %LM_ERROR_UNSUPPORTED (texts, objects, complex
 * numbers, more than %LM_MAX_RANK axes), %LM_ERROR_DATA (no elements, uint64 above 2⁶³ − 1)
 * Source: NumPy Enhancement Proposal 1
 */
LmTensor *lm_npy_parse (GBytes *bytes, const char *shown, GError **error);
LmTensor *lm_npy_load (const char *path, const char *shown, GError **error);

/* Writes version 1.0, little-endian, C order. Appears under its name only when complete. */
gboolean lm_npy_save (const char *path, const LmTensor *tensor, GError **error);

/* Returns: (transfer full): the file as bytes. */
GBytes *lm_npy_format (const LmTensor *tensor);

/* Named arrays, in the order of the file. */
typedef struct {
  int n;
  char **names; /* without “.npy” */
  LmTensor **tensors;
} LmNpz;

LmNpz *lm_npz_load (const char *path, const char *shown, GError **error);
void lm_npz_free (LmNpz *self);

/* The array of that name, borrowed; %NULL if there is none. */
LmTensor *lm_npz_find (const LmNpz *self, const char *name);

gboolean lm_npz_save (const char *path, int n, const char *const *names, LmTensor *const *tensors, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmNpz, lm_npz_free)

G_END_DECLS
