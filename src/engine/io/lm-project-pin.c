/* lm-project-pin.c: pinned samples
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-project-private.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

#define OWN "own"
#define MAX_VALUES ((gint64) 1 << 22)

void
lm_pin_free (LmPin *self)
{
  if (self == NULL)
    return;
  g_free (self->fingerprint);
  lm_sample_free (self->own);
  g_free (self);
}

/* --- A sample as text ------------------------------------------------------------------------- */

static gboolean
is_whole (const LmTensor *raw)
{
  for (gint64 i = 0; i < lm_tensor_n_elements (raw); i++) {
    float value = lm_tensor_f32 (raw)[i];

    if (!(value >= 0 && value <= 255) || value != floorf (value))
      return FALSE;
  }
  return TRUE;
}

static char *
format_own (const LmSample *sample)
{
  const LmTensor *raw = sample->raw;
  gsize n = (gsize) lm_tensor_n_elements (raw);
  gboolean is_u8 = is_whole (raw);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree guint8 *bytes = g_malloc (MAX (1, is_u8 ? n : 4 * n));
  g_autofree char *code = NULL;

  for (int axis = 0; axis < raw->shape.rank; axis++)
    g_string_append_printf (text, "%s%" PRId64, axis > 0 ? "," : "", raw->shape.dim[axis]);
  for (gsize i = 0; i < n; i++) {
    guint32 bits;

    memcpy (&bits, lm_tensor_f32 (raw) + i, 4);
    if (is_u8)
      bytes[i] = (guint8) lm_tensor_f32 (raw)[i];
    for (int k = 0; !is_u8 && k < 4; k++)
      bytes[4 * i + (gsize) k] = (guint8) (bits >> 8 * k);
  }
  code = g_base64_encode (bytes, is_u8 ? n : 4 * n);
  g_string_append_printf (text, "\n%s\n%s\n%s", is_u8 ? "u8" : "f32", code, sample->name);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* FALSE for a shape that is none, or too large. */
static gboolean
parse_shape (const char *text,
             LmShape *shape,
             gint64 *n)
{
  g_auto (GStrv) sizes = g_strsplit (text, ",", -1);

  *shape = LM_SCALAR;
  *n = 1;
  for (int i = 0; sizes[i] != NULL; i++) {
    gint64 size;

    if (i == LM_MAX_RANK || !g_ascii_string_to_signed (sizes[i], 10, 1, MAX_VALUES, &size, NULL) || *n > MAX_VALUES / size)
      return FALSE;
    shape->dim[shape->rank++] = size;
    *n *= size;
  }
  return shape->rank > 0;
}

/* (transfer full) (nullable): %NULL for damage. */
static LmSample *
parse_own (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", 4);
  g_autofree guint8 *bytes = NULL;
  gboolean is_u8;
  LmSample *self;
  LmShape shape;
  gint64 n;
  gsize n_bytes;

  if (g_strv_length (lines) != 4 || !parse_shape (lines[0], &shape, &n) || (!g_str_equal (lines[1], "u8") && !g_str_equal (lines[1], "f32")))
    return NULL;
  is_u8 = g_str_equal (lines[1], "u8");
  bytes = g_base64_decode (lines[2], &n_bytes);
  if (n_bytes != (gsize) n * (is_u8 ? 1 : 4) || !g_utf8_validate (lines[3], -1, NULL))
    return NULL;
  self = g_new0 (LmSample, 1);
  self->raw = lm_tensor_new (LM_F32, &shape, NULL);
  self->label = -1;
  self->name = g_strdup (lines[3]);
  for (gint64 i = 0; self->raw != NULL && i < n; i++) {
    guint32 bits = 0;

    for (int k = 0; !is_u8 && k < 4; k++)
      bits |= (guint32) bytes[4 * i + k] << 8 * k;
    if (is_u8)
      lm_tensor_f32 (self->raw)[i] = bytes[i];
    else
      memcpy (lm_tensor_f32 (self->raw) + i, &bits, 4);
  }
  if (self->raw == NULL)
    g_clear_pointer (&self, lm_sample_free);
  return self;
}

/* --- The table -------------------------------------------------------------------------------- */

static gboolean
list_pins_job (LmProject *self,
               void *data,
               GError **error)
{
  GPtrArray *list = data;
  LmStatement *statement = lm_sqlite_prepare (self->db, "SELECT id, part, sample, fingerprint, text FROM pin ORDER BY id", error);
  LmRowResult row;

  if (statement == NULL)
    return FALSE;
  while ((row = lm_statement_step (statement, error)) == LM_ROW_THERE) {
    g_autoptr (LmPin) pin = g_new0 (LmPin, 1);
    const char *part = lm_statement_get_text (statement, 1);

    pin->id = lm_statement_get_int (statement, 0);
    pin->index = lm_statement_get_int (statement, 2);
    pin->fingerprint = g_strdup (lm_statement_get_text_or_null (statement, 3));
    if (g_strcmp0 (part, OWN) == 0)
      pin->own = parse_own (lm_statement_get_text (statement, 4));
    if (pin->own != NULL || (g_strcmp0 (part, OWN) != 0 && lm_part_parse (part, &pin->part, NULL) && pin->index >= 0))
      g_ptr_array_add (list, g_steal_pointer (&pin));
  }
  return row == LM_ROW_NONE;
}

GPtrArray *
lm_project_list_pins (LmProject *self,
                      GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_pin_free);

  return lm_project_call (self, LM_JOB_READ, list_pins_job, list, error) ? g_steal_pointer (&list) : NULL;
}

static gboolean
add_pin_job (LmProject *self,
             void *data,
             GError **error)
{
  LmPin *pin = data;
  g_autofree char *text = pin->own != NULL ? format_own (pin->own) : NULL;
  LmStatement *statement = lm_sqlite_prepare (self->db, "INSERT INTO pin (part, sample, fingerprint, text) VALUES (?, ?, ?, ?)", error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_text (statement, 1, pin->own != NULL ? OWN : lm_part_name (pin->part));
  lm_statement_bind_int (statement, 2, pin->own != NULL ? 0 : pin->index);
  lm_statement_bind_text (statement, 3, pin->fingerprint);
  lm_statement_bind_text (statement, 4, text);
  return lm_statement_run (statement, error) && lm_sqlite_query_int (self->db, "SELECT max (id) FROM pin", 0, &pin->id, error);
}

gboolean
lm_project_add_pin (LmProject *self,
                    LmPin *pin,
                    GError **error)
{
  if (pin->own != NULL && lm_tensor_n_elements (pin->own->raw) > MAX_VALUES) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("“%s” has %" PRId64 " values, and only samples of up to %" PRId64 " can be pinned. Make it smaller."), pin->own->name, lm_tensor_n_elements (pin->own->raw), MAX_VALUES);
    return FALSE;
  }
  return lm_project_call (self, LM_JOB_CHANGE, add_pin_job, pin, error);
}

static gboolean
remove_pin_job (LmProject *self,
                void *data,
                GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db, "DELETE FROM pin WHERE id = ?", error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, *(gint64 *) data);
  return lm_statement_run (statement, error);
}

gboolean
lm_project_remove_pin (LmProject *self,
                       gint64 id,
                       GError **error)
{
  return lm_project_call (self, LM_JOB_CHANGE, remove_pin_job, &id, error);
}
