/* lm-json-parse.c: strict JSON becomes a tree
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-json-private.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

/* Objects with more members than this are checked for doubled keys through a hash table. */
#define FEW 16

typedef struct {
  LmJson *json;
  const char *start;
  const char *at;
  const char *end; /* the bytes in between are valid UTF-8 without a zero byte */
  int depth;
  GArray *open;     /* guint: elements of the containers that are not closed yet */
  GString *scratch; /* the text being read */
} Parser;

static gboolean
fail (const Parser *parser,
      const char *at,
      LmError code,
      const char *what,
      GError **error)
{
  guint line = 1, column = 1;

  for (const char *p = parser->start; p < at; p++) {
    column = *p == '\n' ? 1 : column + ((*p & 0xC0) != 0x80);
    line += *p == '\n';
  }
  g_set_error (error, LM_ERROR, (int) code, _ ("“%s” cannot be read as JSON: line %u, column %u: %s"), parser->json->name, line, column, what);
  return FALSE;
}

static inline char
peek (const Parser *parser)
{
  return parser->at < parser->end ? *parser->at : '\0';
}

static void
skip_blanks (Parser *parser)
{
  while (peek (parser) == ' ' || peek (parser) == '\n' || peek (parser) == '\t' || peek (parser) == '\r')
    parser->at++;
}

/* --- Texts ---------------------------------------------------------------- */

/* The four digits behind \u, −1 if they are none. */
static int
hex4 (const Parser *parser,
      const char *at)
{
  int code = 0;

  if (parser->end - at < 4)
    return -1;
  for (int i = 0; i < 4; i++) {
    int digit = g_ascii_xdigit_value (at[i]);

    if (digit < 0)
      return -1;
    code = code * 16 + digit;
  }
  return code;
}

/* Behind “\u”: one character of up to two such escapes. */
static gboolean
parse_unicode (Parser *parser,
               GError **error)
{
  const char *start = parser->at - 2;
  int code = hex4 (parser, parser->at);

  parser->at += 4;
  if (code >= 0xD800 && code < 0xDC00 && parser->end - parser->at >= 6 && parser->at[0] == '\\' && parser->at[1] == 'u') {
    int low = hex4 (parser, parser->at + 2);

    if (low >= 0xDC00 && low < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      parser->at += 6;
    }
  }
  if (code < 0)
    return fail (parser, start, LM_ERROR_FORMAT, _ ("\\u is followed by four hexadecimal digits. Write them."), error);
  if (code == 0)
    return fail (parser, start, LM_ERROR_FORMAT, _ ("a zero byte inside of quotes. Leave it out."), error);
  if (code >= 0xD800 && code < 0xE000)
    return fail (parser, start, LM_ERROR_FORMAT, _ ("half a character: such a \\u comes in pairs. Write both, or the character itself."), error);
  g_string_append_unichar (parser->scratch, (gunichar) code);
  return TRUE;
}

static gboolean
parse_escape (Parser *parser,
              GError **error)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  char c = parser->end - parser->at >= 2 ? parser->at[1] : '\0';
  const char *found = c != '\0' ? strchr (from, c) : NULL;

  if (c != 'u' && found == NULL)
    return fail (parser, parser->at, LM_ERROR_FORMAT, _ ("a backslash that stands for nothing. Write \\\\ for a backslash."), error);
  parser->at += 2;
  if (c == 'u')
    return parse_unicode (parser, error);
  g_string_append_c (parser->scratch, to[found - from]);
  return TRUE;
}

/* At a quote. Sets *@text to the text, owned by the document. */
static gboolean
parse_text (Parser *parser,
            const char **text,
            GError **error)
{
  g_string_truncate (parser->scratch, 0);
  parser->at++;
  for (;;) {
    const char *plain = parser->at;

    while (parser->at < parser->end && *parser->at != '"' && *parser->at != '\\' && (guchar) *parser->at >= 0x20)
      parser->at++;
    g_string_append_len (parser->scratch, plain, parser->at - plain);

    if (parser->at == parser->end)
      return fail (parser, parser->at, LM_ERROR_FORMAT, _ ("the text ends inside of quotes. Close them."), error);
    if (*parser->at == '"') {
      parser->at++;
      *text = g_string_chunk_insert_len (parser->json->texts, parser->scratch->str, (gssize) parser->scratch->len);
      return TRUE;
    }
    if (*parser->at != '\\')
      return fail (parser, parser->at, LM_ERROR_FORMAT, _ ("a control character inside of quotes. Write \\n, \\t or \\u with its number."), error);
    if (!parse_escape (parser, error))
      return FALSE;
  }
}

/* --- Numbers and words ---------------------------------------------------- */

static gsize
skip_digits (Parser *parser)
{
  const char *start = parser->at;

  while (g_ascii_isdigit (peek (parser)))
    parser->at++;
  return (gsize) (parser->at - start);
}

static gboolean
parse_number (Parser *parser,
              LmJsonNode *node,
              GError **error)
{
  const char *start = parser->at;
  char token[401];
  gsize n_digits, length;
  gboolean is_whole = TRUE, ok;

  parser->at += peek (parser) == '-';
  ok = peek (parser) != '0' || parser->end - parser->at < 2 || !g_ascii_isdigit (parser->at[1]);
  n_digits = skip_digits (parser);
  ok = ok && n_digits > 0;
  if (peek (parser) == '.') {
    is_whole = FALSE;
    parser->at++;
    ok = skip_digits (parser) > 0 && ok;
  }
  if (peek (parser) == 'e' || peek (parser) == 'E') {
    is_whole = FALSE;
    parser->at++;
    parser->at += peek (parser) == '-' || peek (parser) == '+';
    ok = skip_digits (parser) > 0 && ok;
  }
  if (!ok || g_ascii_isalnum (peek (parser)))
    return fail (parser, start, LM_ERROR_FORMAT, _ ("this is no number. Write it like 12, -0.5 or 1e-3."), error);

  length = (gsize) (parser->at - start);
  memcpy (token, start, MIN (length, sizeof token - 1));
  token[MIN (length, sizeof token - 1)] = '\0';
  node->type = is_whole ? LM_JSON_INT : LM_JSON_DOUBLE;
  if (is_whole && n_digits <= 18) {
    node->i = g_ascii_strtoll (token, NULL, 10);
    return TRUE;
  }
  node->d = g_ascii_strtod (token, NULL);
  if (is_whole || length >= sizeof token || !isfinite (node->d))
    return fail (parser, start, LM_ERROR_LIMIT, _ ("this number is too large or too long. Write at most 18 digits, or use an exponent up to 1e308."), error);
  return TRUE;
}

static gboolean
parse_word (Parser *parser,
            LmJsonNode *node,
            GError **error)
{
  static const struct {
    const char *word;
    LmJsonType type;
    gboolean b;
  } words[] = { { "true", LM_JSON_BOOL, TRUE }, { "false", LM_JSON_BOOL, FALSE }, { "null", LM_JSON_NULL, FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    gsize length = strlen (words[i].word);

    if ((gsize) (parser->end - parser->at) < length || strncmp (parser->at, words[i].word, length) != 0 ||
        (parser->at + length < parser->end && g_ascii_isalnum (parser->at[length])))
      continue;
    parser->at += length;
    node->type = words[i].type;
    node->b = words[i].b;
    return TRUE;
  }
  if (parser->at == parser->end)
    return fail (parser, parser->at, LM_ERROR_FORMAT, _ ("it ends where a value should stand. Is the file complete?"), error);
  return fail (parser, parser->at, LM_ERROR_FORMAT, _ ("here a value should stand: a text in double quotes, a number, true, false, null, a list or an object."), error);
}

/* --- Arrays and objects --------------------------------------------------- */

static gboolean parse_value (Parser *parser, const char *key, guint *index, GError **error);

static const char *
key_of (const Parser *parser,
        guint open)
{
  return g_array_index (parser->json->nodes, LmJsonNode, g_array_index (parser->open, guint, open)).key;
}

/* No two of the members from @first on may have the same key. */
static gboolean
check_keys (const Parser *parser,
            guint first,
            GError **error)
{
  guint n = parser->open->len - first;
  g_autoptr (GHashTable) seen = n > FEW ? g_hash_table_new (g_str_hash, g_str_equal) : NULL;

  for (guint i = first; i < parser->open->len; i++) {
    const char *key = key_of (parser, i);
    gboolean is_new = seen == NULL || g_hash_table_add (seen, (gpointer) key);

    for (guint j = first; seen == NULL && is_new && j < i; j++)
      is_new = strcmp (key_of (parser, j), key) != 0;
    if (!is_new) {
      g_autofree char *raw = g_strdup_printf (_ ("the key “%.60s” stands twice in this object. Remove one."), key);
      g_autofree char *what = g_utf8_make_valid (raw, -1);

      return fail (parser, parser->at, LM_ERROR_FORMAT, what, error);
    }
  }
  return TRUE;
}

static gboolean
parse_member (Parser *parser,
              char close,
              GError **error)
{
  const char *key = NULL;
  guint index;

  if (close == '}') {
    if (peek (parser) != '"')
      return fail (parser, parser->at, LM_ERROR_FORMAT, _ ("here a key in double quotes should stand. Is there a comma too many?"), error);
    if (!parse_text (parser, &key, error))
      return FALSE;
    skip_blanks (parser);
    if (peek (parser) != ':')
      return fail (parser, parser->at, LM_ERROR_FORMAT, _ ("a colon is missing behind the key. Write it."), error);
    parser->at++;
  }
  if (!parse_value (parser, key, &index, error))
    return FALSE;
  g_array_append_val (parser->open, index);
  return TRUE;
}

static gboolean
parse_container (Parser *parser,
                 char close,
                 guint index,
                 GError **error)
{
  guint first = parser->open->len;
  LmJsonNode *node;

  if (++parser->depth > LM_JSON_MAX_DEPTH)
    return fail (parser, parser->at, LM_ERROR_LIMIT, _ ("lists and objects are nested more than 64 deep. Choose another file."), error);

  parser->at++;
  skip_blanks (parser);
  while (peek (parser) != close || parser->open->len > first) {
    if (!parse_member (parser, close, error))
      return FALSE;
    skip_blanks (parser);
    if (peek (parser) == close)
      break;
    if (peek (parser) != ',')
      return fail (parser, parser->at, LM_ERROR_FORMAT,
                   close == ']' ? _ ("a comma or ] is missing in this list. Write it.") : _ ("a comma or } is missing in this object. Write it."), error);
    parser->at++;
    skip_blanks (parser);
  }
  parser->at++;
  parser->depth--;
  if (close == '}' && !check_keys (parser, first, error))
    return FALSE;

  node = &g_array_index (parser->json->nodes, LmJsonNode, index);
  node->type = close == ']' ? LM_JSON_ARRAY : LM_JSON_OBJECT;
  node->first = parser->json->links->len;
  node->n = parser->open->len - first;
  g_array_append_vals (parser->json->links, &g_array_index (parser->open, guint, first), node->n);
  g_array_set_size (parser->open, first);
  return TRUE;
}

static gboolean
parse_value (Parser *parser,
             const char *key,
             guint *index,
             GError **error)
{
  LmJsonNode node = { .key = key };
  char c;

  skip_blanks (parser);
  *index = parser->json->nodes->len;
  if (*index >= LM_JSON_MAX_VALUES)
    return fail (parser, parser->at, LM_ERROR_LIMIT, _ ("there are more than 1,000,000 values, which no network needs. Choose another file."), error);

  c = peek (parser);
  if (c == '[' || c == '{') {
    g_array_append_val (parser->json->nodes, node);
    return parse_container (parser, c == '[' ? ']' : '}', *index, error);
  }
  if (c == '"') {
    node.type = LM_JSON_STRING;
    if (!parse_text (parser, &node.text, error))
      return FALSE;
  } else if (c == '-' || g_ascii_isdigit (c)) {
    if (!parse_number (parser, &node, error))
      return FALSE;
  } else if (!parse_word (parser, &node, error)) {
    return FALSE;
  }
  g_array_append_val (parser->json->nodes, node);
  return TRUE;
}

/* --- The whole ------------------------------------------------------------ */

static gboolean
parse (Parser *parser,
       GError **error)
{
  const char *bad;
  guint index;

  if (!g_utf8_validate_len (parser->start, (gsize) (parser->end - parser->start), &bad))
    return fail (parser, bad, LM_ERROR_FORMAT, _ ("bytes that are no text. JSON is written in UTF-8; is this another kind of file?"), error);
  if (!parse_value (parser, NULL, &index, error))
    return FALSE;
  skip_blanks (parser);
  return parser->at == parser->end ||
         fail (parser, parser->at, LM_ERROR_FORMAT, _ ("something stands behind the end of the value. Remove it."), error);
}

LmJson *
lm_json_parse (const char *text,
               gssize length,
               const char *name,
               GError **error)
{
  g_autoptr (LmJson) json = NULL;
  g_autoptr (GArray) open = NULL;
  g_autoptr (GString) scratch = NULL;
  gsize size = length < 0 ? strlen (text) : (gsize) length;
  Parser parser;

  if (size > LM_JSON_MAX_BYTES) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
                 _ ("“%s” has %zu bytes, but JSON is read up to %zu. Choose another file."),
                 name, size, LM_JSON_MAX_BYTES);
    return NULL;
  }

  json = g_new0 (LmJson, 1);
  json->name = g_strdup (name);
  json->nodes = g_array_new (FALSE, FALSE, sizeof (LmJsonNode));
  json->links = g_array_new (FALSE, FALSE, sizeof (guint));
  json->texts = g_string_chunk_new (1024);
  open = g_array_new (FALSE, FALSE, sizeof (guint));
  scratch = g_string_new (NULL);
  parser = (Parser){ json, text, text, text + size, 0, open, scratch };
  return parse (&parser, error) ? g_steal_pointer (&json) : NULL;
}

void
lm_json_free (LmJson *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->nodes);
  g_array_unref (self->links);
  g_string_chunk_free (self->texts);
  g_free (self->name);
  g_free (self);
}
