/* source-npz.c: NumPy arrays
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-arrays.h"
#include "lm-npy.h"
#include "lm-source.h"

#include <string.h>

/* “train”, “val”, “test” behind x_ or y_. */
static gboolean
parse_part (const char *text,
            LmPart *part)
{
  return lm_part_parse (text, part, NULL);
}

/* What a key means: x or y, of which part or which Input or output. */
typedef struct {
  gboolean known;
  LmRole role;
  gboolean has_part;
  LmPart part;
  const char *column;
} Key;

static Key
parse_key (const char *name)
{
  Key key = { .column = name };

  key.known = (name[0] == 'x' || name[0] == 'y') && (name[1] == '\0' || (name[1] == '_' && name[2] != '\0'));
  if (!key.known)
    return key;
  key.role = name[0] == 'x' ? LM_ROLE_INPUT : LM_ROLE_TARGET;
  if (name[1] == '\0')
    return key;
  key.has_part = parse_part (name + 2, &key.part);
  key.column = key.has_part ? (key.role == LM_ROLE_INPUT ? "x" : "y") : name + 2;
  return key;
}

static gboolean
fail_keys (const LmNpz *npz,
           const char *shown,
           GError **error)
{
  GString *names = g_string_new (NULL);

  for (int i = 0; i < npz->n && i < 12; i++)
    g_string_append_printf (names, "%s“%s”", i > 0 ? ", " : "", npz->names[i]);
  g_set_error (error, LM_ERROR, LM_ERROR_DATA,
               _ ("“%s” holds the arrays %s, but none that is called x, x_INPUT or x_train. Save it with numpy.savez (\"file.npz\", x=…, y=…)."),
               shown, names->str);
  g_string_free (names, TRUE);
  return FALSE;
}

static gboolean
fail_mixed (const char *shown,
            const char *a,
            const char *b,
            GError **error)
{
  g_set_error (error, LM_ERROR, LM_ERROR_DATA,
               _ ("“%s” holds both “%s” and “%s”: either all samples are together in x and y, or the parts are apart in x_train, y_train and so on. Save one of the two."),
               shown, a, b);
  return FALSE;
}

static gboolean
add_arrays (LmArrays *arrays,
            const LmNpz *npz,
            const char *shown,
            gboolean *has_parts,
            GError **error)
{
  const char *whole = NULL;
  const char *part = NULL;
  gboolean has_input = FALSE;

  for (int i = 0; i < npz->n; i++) {
    Key key = parse_key (npz->names[i]);

    if (!key.known)
      continue;
    has_input |= key.role == LM_ROLE_INPUT;
    if (key.has_part)
      part = npz->names[i];
    else
      whole = npz->names[i];
    if (whole != NULL && part != NULL)
      return fail_mixed (shown, whole, part, error);
    for (int k = 0; k < i; k++) {
      Key other = parse_key (npz->names[k]);

      if (other.known && other.role == key.role && other.part == key.part && strcmp (other.column, key.column) == 0)
        return fail_mixed (shown, npz->names[k], npz->names[i], error);
    }
    lm_arrays_add (arrays, key.column, key.role, key.has_part ? key.part : LM_PART_TRAIN, npz->names[i], npz->tensors[i]);
  }
  *has_parts = part != NULL;
  if (!has_input && whole == NULL && part == NULL && npz->n == 1) {
    lm_arrays_add (arrays, "x", LM_ROLE_INPUT, LM_PART_TRAIN, npz->names[0], npz->tensors[0]);
    return TRUE;
  }
  return has_input || fail_keys (npz, shown, error);
}

static LmDataset *
npz_open (const LmSourceRequest *request,
          GError **error)
{
  g_autoptr (LmArrays) arrays = lm_arrays_new ();
  g_autoptr (LmNpz) npz = NULL;
  g_autofree char *name = g_path_get_basename (request->path);
  LmDataset *dataset;
  gboolean has_parts;

  if (!lm_request_progress (request, _ ("Reading the data"), -1, error))
    return NULL;
  npz = lm_npz_load (request->path, request->shown, error);
  if (npz == NULL || !add_arrays (arrays, npz, request->shown, &has_parts, error))
    return NULL;
  dataset = lm_arrays_finish (arrays, name, error);
  if (dataset != NULL && !has_parts)
    dataset->validation_share = 0;
  return dataset;
}

const LmSourceClass lm_source_npz = {
  .member = {
    .id = "npz",
    .title = N_ ("NumPy Arrays"),
    .help = N_ ("An .npz file with the arrays x and y, or x_INPUT and y_OUTPUT by the names of the layers, or x_train, y_train, x_val, y_val, x_test, y_test. With x and y alone all samples train."),
  },
  .path_hint = N_ ("an .npz file"),
  .open = npz_open,
};
