/* lm-array-file.h: predictions as .npy, .npz or .csv
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-tensor.h"

G_BEGIN_DECLS

/**
 * lm_array_file_save:
 * @names: (array length=n): of the arrays in an .npz; a single array's name plays no part elsewhere
 * @tensors: (array length=n): samples first
 *
 * The ending of @path says the format. CSV: a row per sample, the other axes
 * row-major, no header, numbers that read back to the same bits, C locale.
 * Appears under its name only when complete.
 *
 * Errors: %LM_ERROR_USAGE for another ending or several arrays in one .npy or .csv, %LM_ERROR_IO
 */
gboolean lm_array_file_save (const char *path, int n, const char *const *names, LmTensor *const *tensors, GError **error);

G_END_DECLS
