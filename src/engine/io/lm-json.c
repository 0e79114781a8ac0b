/* lm-json.c: places in a JSON document, what stands there, what is wrong there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-json-private.h"

#include "lm-i18n.h"

#include <string.h>

<<<<<<< HEAD
=======
struct _LmJson {
  char *name;
  JsonNode *root;
};

/* --- The check in front: json-glib takes comments, octal numbers and any depth; this does not ------------ */

typedef struct {
  const char *name;
  const char *start;
  const char *at;
  const char *end;
  int depth;
  gsize n_values;
} Scan;

static gboolean
fail_scan (const Scan *scan,
           LmError code,
           const char *what,
           GError **error)
{
  guint line = 1, column = 1;

  for (const char *at = scan->start; at < scan->at; at++) {
    column = *at == '\n' ? 1 : column + ((*at & 0xC0) != 0x80);
    line += *at == '\n';
  }
  g_set_error (error, LM_ERROR, (int) code, _ ("“%s” cannot be read as JSON: line %u, column %u: %s"), scan->name, line, column, what);
  return FALSE;
}

static inline char
peek (const Scan *scan)
{
  return scan->at < scan->end ? *scan->at : '\0';
}

static gboolean
scan_string (Scan *scan,
             GError **error)
{
  scan->at++;
  for (;;) {
    char c = peek (scan);

    if (scan->at == scan->end)
      return fail_scan (scan, LM_ERROR_FORMAT, _ ("the text ends inside of quotes. Close them."), error);
    if ((guchar) c < 0x20)
      return fail_scan (scan, LM_ERROR_FORMAT, _ ("a control character inside of quotes. Write \\n or \\u0000 to \\u001f instead."), error);
    scan->at++;
    if (c == '"')
      return TRUE;
    if (c != '\\')
      continue;

    c = peek (scan);
    if (c == '\0' || strchr ("\"\\/bfnrtu", c) == NULL)
      return fail_scan (scan, LM_ERROR_FORMAT, _ ("a backslash that stands for nothing. Write \\\\ for a backslash."), error);
    if (c == 'u') {
      for (int i = 1; i <= 4; i++) {
        if (scan->end - scan->at <= i || !g_ascii_isxdigit (scan->at[i]))
          return fail_scan (scan, LM_ERROR_FORMAT, _ ("\\u is followed by four hexadecimal digits. Write them."), error);
      }
      if (strncmp (scan->at + 1, "0000", 4) == 0)
        return fail_scan (scan, LM_ERROR_FORMAT, _ ("a zero byte inside of quotes. Leave it out."), error);
    }
    scan->at++;
  }
}

static gsize
scan_digits (Scan *scan)
{
  const char *start = scan->at;

  while (g_ascii_isdigit (peek (scan)))
    scan->at++;
  return (gsize) (scan->at - start);
}

static gboolean
scan_number (Scan *scan,
             GError **error)
{
  const char *start = scan->at;
  g_autofree char *token = NULL;
  gsize n_digits;
  gboolean is_whole = TRUE, ok;

  scan->at += peek (scan) == '-';
  ok = peek (scan) != '0' || scan->end - scan->at < 2 || !g_ascii_isdigit (scan->at[1]);
  n_digits = scan_digits (scan);
  ok = ok && n_digits > 0;
  if (peek (scan) == '.') {
    is_whole = FALSE;
    scan->at++;
    ok = scan_digits (scan) > 0 && ok;
  }
  if (peek (scan) == 'e' || peek (scan) == 'E') {
    is_whole = FALSE;
    scan->at++;
    scan->at += peek (scan) == '-' || peek (scan) == '+';
    ok = scan_digits (scan) > 0 && ok;
  }

  if (!ok || g_ascii_isalnum (peek (scan))) {
    scan->at = start;
    return fail_scan (scan, LM_ERROR_FORMAT, _ ("this is no number. Write it like 12, -0.5 or 1e-3."), error);
  }
  token = g_strndup (start, MIN ((gsize) (scan->at - start), 400));
  if ((is_whole && n_digits > 18) || scan->at - start > 400 || !isfinite (g_ascii_strtod (token, NULL))) {
    scan->at = start;
    return fail_scan (scan, LM_ERROR_LIMIT, _ ("this number is too large or too long. Write at most 18 digits, or use an exponent up to 1e308."), error);
  }
  return TRUE;
}

static gboolean
scan_word (Scan *scan,
           GError **error)
{
  static const char *const words[] = { "true", "false", "null" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    gsize length = strlen (words[i]);

    if ((gsize) (scan->end - scan->at) >= length && strncmp (scan->at, words[i], length) == 0 &&
        (scan->at + length == scan->end || !g_ascii_isalnum (scan->at[length]))) {
      scan->at += length;
      return TRUE;
    }
  }
  return fail_scan (scan, LM_ERROR_FORMAT, _ ("something that is not JSON. Texts stand in double quotes; true, false and null are the only words."), error);
}

/* Tokens, depth and number of values; the order of the tokens is left to the parser. */
static gboolean
scan (Scan *self,
      GError **error)
{
  while (self->at < self->end) {
    char c = peek (self);
    gboolean ok = TRUE;

    if (strchr (" \t\r\n,:", c) != NULL && c != '\0') {
      self->at++;
      continue;
    }
    if (c == ']' || c == '}') {
      self->depth--;
      self->at++;
      continue;
    }
    if (++self->n_values > LM_JSON_MAX_VALUES)
      return fail_scan (self, LM_ERROR_LIMIT, _ ("there are more than 1,000,000 values, which no network needs. Choose another file."), error);

    if (c == '[' || c == '{') {
      if (++self->depth > LM_JSON_MAX_DEPTH)
        return fail_scan (self, LM_ERROR_LIMIT, _ ("lists and objects are nested more than 64 deep. Choose another file."), error);
      self->at++;
    } else if (c == '"') {
      ok = scan_string (self, error);
    } else if (c == '-' || g_ascii_isdigit (c)) {
      ok = scan_number (self, error);
    } else {
      ok = scan_word (self, error);
    }
    if (!ok)
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_text (const char *text,
            gsize length,
            const char *name,
            GError **error)
{
  Scan at = { .name = name, .start = text, .at = text, .end = text + length };
  const char *bad;

  if (length > LM_JSON_MAX_BYTES) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
                 _ ("“%s” has %zu bytes, but JSON is read up to %zu. Choose another file."),
                 name, length, LM_JSON_MAX_BYTES);
    return FALSE;
  }
  if (!g_utf8_validate_len (text, length, &bad)) {
    at.at = bad;
    return fail_scan (&at, LM_ERROR_FORMAT, _ ("bytes that are no text. JSON is written in UTF-8; is this another kind of file?"), error);
  }
  return scan (&at, error);
}

LmJson *
lm_json_parse (const char *text,
               gssize length,
               const char *name,
               GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) own = NULL;
  LmJson *self;

  if (length < 0)
    length = (gssize) strlen (text);
  if (!check_text (text, (gsize) length, name, error))
    return NULL;

  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, text, length, &own)) {
    g_debug ("json-glib: %s", own->message);
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
                 _ ("“%s” cannot be read as JSON: line %u: a bracket, comma or colon is missing or too many. Correct it there or shortly before."),
                 name, MAX (1, json_parser_get_current_line (parser)));
    return NULL;
  }
  if (json_parser_get_root (parser) == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” cannot be read as JSON: it is empty. Choose another file."), name);
    return NULL;
  }

  self = g_new0 (LmJson, 1);
  self->name = g_strdup (name);
  self->root = json_parser_steal_root (parser);
  return self;
}

void
lm_json_free (LmJson *self)
{
  if (self == NULL)
    return;

  json_node_unref (self->root);
  g_free (self->name);
  g_free (self);
}

/* --- Places --------------------------------------------------------------- */

>>>>>>> door
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
    g_string_append_printf (path, "[%" G_GSIZE_FORMAT "]", at->index);
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
