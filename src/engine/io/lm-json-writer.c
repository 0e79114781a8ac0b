/* lm-json-writer.c: JSON out, canonical
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char close; /* ']' or '}' */
  gboolean is_inline;
  gboolean is_empty;
} Level;

struct _LmJsonWriter {
  GString *text;
  gboolean pretty;
  GArray *levels; /* Level */
};

LmJsonWriter *
lm_json_writer_new (gboolean pretty)
{
  LmJsonWriter *self = g_new0 (LmJsonWriter, 1);

  self->text = g_string_new (NULL);
  self->pretty = pretty;
  self->levels = g_array_new (FALSE, FALSE, sizeof (Level));
  return self;
}

void
lm_json_writer_free (LmJsonWriter *self)
{
  if (self == NULL)
    return;

  g_string_free (self->text, TRUE);
  g_array_unref (self->levels);
  g_free (self);
}

char *
lm_json_writer_end (LmJsonWriter *self)
{
  char *text;

  g_assert (self->levels->len == 0 && self->text->len > 0);

  if (self->pretty)
    g_string_append_c (self->text, '\n');
  text = g_string_free (self->text, FALSE);
  self->text = g_string_new (NULL);
  lm_json_writer_free (self);
  return text;
}

static Level *
innermost (LmJsonWriter *self)
{
  return self->levels->len > 0 ? &g_array_index (self->levels, Level, self->levels->len - 1) : NULL;
}

static void
new_line (LmJsonWriter *self,
          guint depth)
{
  g_string_append_c (self->text, '\n');
  for (guint i = 0; i < depth; i++)
    g_string_append (self->text, "  ");
}

static void
append_string (GString *text,
               const char *value)
{
  g_string_append_c (text, '"');
  for (const char *at = value; *at != '\0'; at++) {
    switch (*at) {
    case '"':
    case '\\':
      g_string_append_c (text, '\\');
      g_string_append_c (text, *at);
      break;
    case '\n':
      g_string_append (text, "\\n");
      break;
    case '\t':
      g_string_append (text, "\\t");
      break;
    case '\r':
      g_string_append (text, "\\r");
      break;
    default:
      if ((guchar) *at < 0x20)
        g_string_append_printf (text, "\\u%04x", (guchar) *at);
      else
        g_string_append_c (text, *at);
    }
  }
  g_string_append_c (text, '"');
}

/* What stands in front of a value: comma, line, key. */
static void
begin_value (LmJsonWriter *self,
             const char *key)
{
  Level *level = innermost (self);

  g_assert (level != NULL ? (key != NULL) == (level->close == '}') : key == NULL && self->text->len == 0);

  if (level != NULL) {
    if (!level->is_empty)
      g_string_append_c (self->text, ',');
    if (self->pretty && !level->is_inline)
      new_line (self, self->levels->len);
    else if (self->pretty && !level->is_empty)
      g_string_append_c (self->text, ' ');
    level->is_empty = FALSE;
  }
  if (key != NULL) {
    append_string (self->text, key);
    g_string_append (self->text, self->pretty ? ": " : ":");
  }
}

static void
begin (LmJsonWriter *self,
       const char *key,
       char open,
       gboolean is_inline)
{
  const Level *around = innermost (self);
  Level level = { open == '{' ? '}' : ']', is_inline || (around != NULL && around->is_inline), TRUE };

  begin_value (self, key);
  g_string_append_c (self->text, open);
  g_array_append_val (self->levels, level);
}

void
lm_json_begin_object (LmJsonWriter *self,
                      const char *key)
{
  begin (self, key, '{', FALSE);
}

void
lm_json_begin_array (LmJsonWriter *self,
                     const char *key)
{
  begin (self, key, '[', FALSE);
}

void
lm_json_begin_inline_object (LmJsonWriter *self,
                             const char *key)
{
  begin (self, key, '{', TRUE);
}

void
lm_json_begin_inline_array (LmJsonWriter *self,
                            const char *key)
{
  begin (self, key, '[', TRUE);
}

void
lm_json_end (LmJsonWriter *self)
{
  Level level;

  g_assert (self->levels->len > 0);

  level = *innermost (self);
  g_array_set_size (self->levels, self->levels->len - 1);
  if (self->pretty && !level.is_inline && !level.is_empty)
    new_line (self, self->levels->len);
  g_string_append_c (self->text, level.close);
}

void
lm_json_put_null (LmJsonWriter *self,
                  const char *key)
{
  begin_value (self, key);
  g_string_append (self->text, "null");
}

void
lm_json_put_bool (LmJsonWriter *self,
                  const char *key,
                  gboolean value)
{
  begin_value (self, key);
  g_string_append (self->text, value ? "true" : "false");
}

void
lm_json_put_int (LmJsonWriter *self,
                 const char *key,
                 gint64 value)
{
  begin_value (self, key);
  g_string_append_printf (self->text, "%" G_GINT64_FORMAT, value);
}

/* The shortest text that reads back as the same double, or as the same float. */
static void
format_number (double value,
               gboolean is_float,
               char buffer[G_ASCII_DTOSTR_BUF_SIZE])
{
  /* Almost all doubles that people write need no more than 15 digits; numbers near the ends of the range may need fewer
   * than %.15g shows. */
  int digits = is_float || fabs (value) < 1e-290 || fabs (value) > 1e290 ? 1 : 15;

  if (value == 0) {
    strcpy (buffer, signbit (value) ? "-0.0" : "0");
    return;
  }
  for (; digits <= 17; digits++) {
    char format[8];
    double back;

    g_snprintf (format, sizeof format, "%%.%dg", digits);
    g_ascii_formatd (buffer, G_ASCII_DTOSTR_BUF_SIZE, format, value);
    back = g_ascii_strtod (buffer, NULL);
    if (is_float ? (float) back == (float) value : back == value)
      return;
  }
}

static void
put_number (LmJsonWriter *self,
            const char *key,
            double value,
            gboolean is_float)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value)) {
    lm_json_put_null (self, key);
    return;
  }
  format_number (value, is_float, buffer);
  begin_value (self, key);
  g_string_append (self->text, buffer);
}

void
lm_json_put_double (LmJsonWriter *self,
                    const char *key,
                    double value)
{
  put_number (self, key, value, FALSE);
}

void
lm_json_put_float (LmJsonWriter *self,
                   const char *key,
                   float value)
{
  put_number (self, key, (double) value, TRUE);
}

void
lm_json_put_string (LmJsonWriter *self,
                    const char *key,
                    const char *value)
{
  if (value == NULL) {
    lm_json_put_null (self, key);
    return;
  }

  begin_value (self, key);
  if (g_utf8_validate (value, -1, NULL)) {
    append_string (self->text, value);
  } else {
    g_autofree char *valid = g_utf8_make_valid (value, -1);

    append_string (self->text, valid);
  }
}

void
lm_json_put_at (LmJsonWriter *self,
                const char *key,
                const LmJsonAt *at)
{
  gboolean b;
  gint64 i;
  double d;

  switch (lm_json_type (at)) {
  case LM_JSON_NULL:
    lm_json_put_null (self, key);
    break;
  case LM_JSON_BOOL:
    lm_json_get_bool (at, &b, NULL);
    lm_json_put_bool (self, key, b);
    break;
  case LM_JSON_INT:
    lm_json_get_int (at, G_MININT64, G_MAXINT64, &i, NULL);
    lm_json_put_int (self, key, i);
    break;
  case LM_JSON_DOUBLE:
    lm_json_get_double (at, &d, NULL);
    lm_json_put_double (self, key, d);
    break;
  case LM_JSON_STRING:
    lm_json_put_string (self, key, lm_json_get_string (at, NULL));
    break;
  case LM_JSON_ARRAY:
  case LM_JSON_OBJECT:
  default:
    begin (self, key, lm_json_type (at) == LM_JSON_ARRAY ? '[' : '{', TRUE);
    for (gsize e = 0; e < lm_json_length (at); e++) {
      LmJsonAt element = lm_json_element (at, e);

      lm_json_put_at (self, element.key, &element);
    }
    lm_json_end (self);
  }
}

char *
lm_json_format_double (double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value))
    return g_strdup ("null");
  format_number (value, FALSE, buffer);
  return g_strdup (buffer);
}
