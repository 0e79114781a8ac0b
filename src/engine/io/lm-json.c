/* lm-json.c: places in a JSON document, what stands there, what is wrong there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-json-private.h"

#include "lm-i18n.h"

#include <string.h>

LmJsonAt
lm_json_root (const LmJson *self)
{
  return (LmJsonAt){ .doc = self, .node = &g_array_index (self->nodes, LmJsonNode, 0) };
}

LmJsonType
lm_json_type (const LmJsonAt *at)
{
  return at->node->type;
}

gsize
lm_json_length (const LmJsonAt *at)
{
  return at->node->type >= LM_JSON_ARRAY ? at->node->n : 0;
}

LmJsonAt
lm_json_element (const LmJsonAt *at,
                 gsize i)
{
  const LmJsonNode *node;

  g_assert (i < lm_json_length (at));

  node = &g_array_index (at->doc->nodes, LmJsonNode, g_array_index (at->doc->links, guint, at->node->first + i));
  return (LmJsonAt){ at->doc, node, at, node->key, i };
}

gboolean
lm_json_member (const LmJsonAt *at,
                const char *key,
                LmJsonAt *out)
{
  if (at->node->type != LM_JSON_OBJECT)
    return FALSE;

  for (gsize i = 0; i < lm_json_length (at); i++) {
    LmJsonAt member = lm_json_element (at, i);

    if (strcmp (member.key, key) == 0) {
      *out = member;
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
lm_json_require (const LmJsonAt *at,
                 const char *key,
                 LmJsonAt *out,
                 GError **error)
{
  if (!lm_json_expect (at, LM_JSON_OBJECT, error))
    return FALSE;
  if (!lm_json_member (at, key, out))
    return lm_json_fail (at, error, LM_ERROR_FORMAT, _ ("“%s” is missing. Add it."), key);
  return TRUE;
}

/* --- Errors --------------------------------------------------------------- */

static void
append_path (const LmJsonAt *at,
             GString *path)
{
  if (at->parent == NULL)
    return;

  append_path (at->parent, path);
  if (at->key == NULL)
    g_string_append_printf (path, "[%zu]", at->index);
  else
    g_string_append_printf (path, "%s%.60s", path->len > 0 ? "." : "", at->key);
}

char *
lm_json_path (const LmJsonAt *at)
{
  GString *path = g_string_new (NULL);

  append_path (at, path);
  return g_string_free (path, FALSE);
}

static char *
where (const LmJsonAt *at)
{
  g_autofree char *raw = lm_json_path (at);
  g_autofree char *path = g_utf8_make_valid (raw, -1);

  return *path == '\0' ? g_strdup_printf (_ ("“%s”"), at->doc->name) : g_strdup_printf (_ ("“%s”, %s"), at->doc->name, path);
}

gboolean
lm_json_fail (const LmJsonAt *at,
              GError **error,
              LmError code,
              const char *format,
              ...)
{
  g_autofree char *place = where (at);
  g_autofree char *raw = NULL;
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  raw = g_strdup_vprintf (format, args);
  va_end (args);
  /* %.60s may have cut a character. */
  message = g_utf8_make_valid (raw, -1);
  g_set_error (error, LM_ERROR, (int) code, "%s: %s", place, message);
  return FALSE;
}

gboolean
lm_json_prefix (const LmJsonAt *at,
                GError **error)
{
  g_autofree char *place = where (at);

  g_prefix_error (error, "%s: ", place);
  return FALSE;
}

static const char *
type_name (LmJsonType type)
{
  switch (type) {
  case LM_JSON_NULL:
    return _ ("null");
  case LM_JSON_BOOL:
    return _ ("true or false");
  case LM_JSON_INT:
    return _ ("a whole number");
  case LM_JSON_DOUBLE:
    return _ ("a number");
  case LM_JSON_STRING:
    return _ ("a text");
  case LM_JSON_ARRAY:
    return _ ("a list");
  case LM_JSON_OBJECT:
  default:
    return _ ("an object");
  }
}

gboolean
lm_json_expect (const LmJsonAt *at,
                LmJsonType type,
                GError **error)
{
  LmJsonType found = lm_json_type (at);

  if (found == type || (type == LM_JSON_DOUBLE && found == LM_JSON_INT))
    return TRUE;
  return lm_json_fail (at, error, LM_ERROR_FORMAT, _ ("here stands %s, but it must be %s. Change it."), type_name (found), type_name (type));
}

/* --- Values --------------------------------------------------------------- */

gboolean
lm_json_get_bool (const LmJsonAt *at,
                  gboolean *value,
                  GError **error)
{
  if (!lm_json_expect (at, LM_JSON_BOOL, error))
    return FALSE;
  *value = at->node->b;
  return TRUE;
}

gboolean
lm_json_get_int (const LmJsonAt *at,
                 gint64 min,
                 gint64 max,
                 gint64 *value,
                 GError **error)
{
  gint64 found;

  if (!lm_json_expect (at, LM_JSON_INT, error))
    return FALSE;

  found = at->node->i;
  if (found < min || found > max)
    return lm_json_fail (at, error, LM_ERROR_FORMAT,
                         _ ("here stands %" PRId64 ", but it must be from %" PRId64 " to %" PRId64 ". Change it."),
                         found, min, max);
  *value = found;
  return TRUE;
}

gboolean
lm_json_get_double (const LmJsonAt *at,
                    double *value,
                    GError **error)
{
  if (!lm_json_expect (at, LM_JSON_DOUBLE, error))
    return FALSE;
  *value = at->node->type == LM_JSON_INT ? (double) at->node->i : at->node->d;
  return TRUE;
}

const char *
lm_json_get_string (const LmJsonAt *at,
                    GError **error)
{
  return lm_json_expect (at, LM_JSON_STRING, error) ? at->node->text : NULL;
}

gboolean
lm_json_expect_keys (const LmJsonAt *at,
                     const char *const *known,
                     GError **error)
{
  if (!lm_json_expect (at, LM_JSON_OBJECT, error))
    return FALSE;

  for (gsize i = 0; i < lm_json_length (at); i++) {
    LmJsonAt member = lm_json_element (at, i);

    if (!g_strv_contains (known, member.key)) {
      g_autofree char *list = g_strjoinv (", ", (char **) known);

      return lm_json_fail (at, error, LM_ERROR_FORMAT, _ ("“%.60s” is not known here; known are: %s. Remove or correct it."), member.key, list);
    }
  }
  return TRUE;
}
