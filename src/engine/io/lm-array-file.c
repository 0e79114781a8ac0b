/* lm-array-file.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-array-file.h"

#include "lm-error.h"
#include "lm-i18n.h"
#include "lm-npy.h"
#include "lm-output.h"

#include <stdlib.h>
#include <string.h>

/* Longest text of a number with 17 digits, and then some. */
#define NUMBER 40

/* The shortest text that reads back to the same bits; “nan”, “inf”. */
static void
format_number (const LmTensor *tensor,
               gint64 i,
               char text[NUMBER])
{
  double value = lm_tensor_get (tensor, i);
  gboolean is_float = tensor->dtype == LM_F32;

  if (tensor->dtype != LM_F32 && tensor->dtype != LM_F64) {
    gint64 whole = tensor->dtype == LM_I64 ? ((const gint64 *) tensor->data)[i] : (gint64) value;

    g_snprintf (text, NUMBER, "%" G_GINT64_FORMAT, whole);
    return;
  }
  for (int digits = is_float ? 6 : 15; digits <= (is_float ? 9 : 17); digits++) {
    char format[8];
    double back;

    g_snprintf (format, sizeof format, "%%.%dg", digits);
    g_ascii_formatd (text, NUMBER, format, value);
    back = g_ascii_strtod (text, NULL);
    if (is_float ? (float) back == (float) value : back == value)
      return;
  }
}

static gboolean
save_csv (const char *path,
          const LmTensor *tensor,
          GError **error)
{
  gint64 n_rows = tensor->shape.rank > 0 ? tensor->shape.dim[0] : 1;
  gint64 n_columns = lm_tensor_n_elements (tensor) / n_rows;
  LmOutput *out = lm_output_new (path, error);

  for (gint64 row = 0; out != NULL && row < n_rows; row++) {
    for (gint64 column = 0; column < n_columns; column++) {
      char text[NUMBER];

      format_number (tensor, row * n_columns + column, text);
      lm_output_write (out, text, strlen (text));
      lm_output_write (out, column + 1 < n_columns ? "," : "\n", 1);
    }
  }
  return out != NULL && lm_output_close (out, error);
}

gboolean
lm_array_file_save (const char *path,
                    int n,
                    const char *const *names,
                    LmTensor *const *tensors,
                    GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  gboolean is_npy = g_str_has_suffix (path, ".npy"), is_csv = g_str_has_suffix (path, ".csv");

  g_assert (n > 0);
  if (g_str_has_suffix (path, ".npz"))
    return lm_npz_save (path, n, names, tensors, error);
  if (!is_npy && !is_csv) {
    g_set_error (error, LM_ERROR, LM_ERROR_USAGE, _ ("“%s” has no ending that says what to write. Use .npy, .npz or .csv."), shown);
    return FALSE;
  }
  if (n > 1) {
    g_set_error (error, LM_ERROR, LM_ERROR_USAGE, _ ("“%s” holds one array, but there are %d. Use .npz for several."), shown, n);
    return FALSE;
  }
  return is_npy ? lm_npy_save (path, tensors[0], error) : save_csv (path, tensors[0], error);
}
