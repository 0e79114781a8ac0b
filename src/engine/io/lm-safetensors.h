/* lm-safetensors.h: weights in the format everybody reads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-snapshot.h"

G_BEGIN_DECLS

/**
 * lm_safetensors_parse:
 * @bytes: a whole file
 * @shown: name for messages
 *
 * Tensors in the order of their data. float32, float64, float16, bfloat16,
 * int8 … int64, uint8 … uint32 and bool; all become float32. Sizes, offsets
 * and overlaps are checked before anything is allocated.
 *
 * Returns: (transfer full): slots with names only (found by %LM_MATCH_NAME); %NULL with %LM_ERROR_FORMAT,
 * %LM_ERROR_UNSUPPORTED or %LM_ERROR_LIMIT set
 * Source: huggingface/safetensors, README “Format”
 */
LmSnapshot *lm_safetensors_parse (GBytes *bytes, const char *shown, GError **error);
LmSnapshot *lm_safetensors_load (const char *path, const char *shown, GError **error);

/**
 * lm_safetensors_format:
 *
 * Weights and moving statistics, `LAYER/WEIGHT`, float32, Keras layouts,
 * natural order, in layer order; no optimizer state. Equal weights give equal
 * bytes.
 *
 * Returns: (transfer full)
 */
GBytes *lm_safetensors_format (const LmSnapshot *snapshot);

/* Appears under its name only when complete; replaces a file that is there. */
gboolean lm_safetensors_save (const char *path, const LmSnapshot *snapshot, GError **error);

G_END_DECLS
