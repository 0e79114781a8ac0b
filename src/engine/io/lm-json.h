/* lm-json.h: JSON in and out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-error.h"

G_BEGIN_DECLS

/* --- Reading -------------------------------------------------------------- */

/* A text is refused above these, before anything is allocated for it. */
#define LM_JSON_MAX_BYTES ((gsize) 32 << 20)
#define LM_JSON_MAX_VALUES 1000000
#define LM_JSON_MAX_DEPTH 64

typedef struct _LmJson LmJson;

/**
 * lm_json_parse:
 * @length: bytes of @text, −1 if it ends with a zero byte
 * @name: what messages call it: a file name
 *
 * Reads strict JSON: UTF-8, no comments, no trailing commas, no key twice in an
 * object, no zero bytes in texts. Whole numbers of up to 18 digits stay exact.
 * Source: RFC 8259.
 *
 * Returns: (transfer full): the document, or %NULL with %LM_ERROR_FORMAT or %LM_ERROR_LIMIT set; the message says in
 * which line
 */
LmJson *lm_json_parse (const char *text, gssize length, const char *name, GError **error);
void lm_json_free (LmJson *self);

typedef enum {
  LM_JSON_NULL,
  LM_JSON_BOOL,
  LM_JSON_INT,
  LM_JSON_DOUBLE,
  LM_JSON_STRING,
  LM_JSON_ARRAY,
  LM_JSON_OBJECT,
} LmJsonType;

/**
 * LmJsonAt:
 *
 * A place in a document. Lives on the stack, borrows from the document and
 * from the place it was reached from, so that an error can name the way:
 * “nodes[3].options.filters”.
 */
typedef struct _LmJsonAt LmJsonAt;
struct _LmJsonAt {
  const LmJson *doc;
  const struct _LmJsonNode *node;
  const LmJsonAt *parent;
  const char *key; /* NULL: element @index of an array */
  gsize index;
};

LmJsonAt lm_json_root (const LmJson *self);
LmJsonType lm_json_type (const LmJsonAt *at);

/* Member @key of an object. FALSE if there is none; that is no error. */
gboolean lm_json_member (const LmJsonAt *at, const char *key, LmJsonAt *out);

/* The same where there must be one. */
gboolean lm_json_require (const LmJsonAt *at, const char *key, LmJsonAt *out, GError **error);

/* Elements of an array, members of an object in the order of the text; those have their @key set. */
gsize lm_json_length (const LmJsonAt *at);
LmJsonAt lm_json_element (const LmJsonAt *at, gsize i);

/* All of these set %LM_ERROR_FORMAT where the document says something else than what is asked for. */
gboolean lm_json_expect (const LmJsonAt *at, LmJsonType type, GError **error);
gboolean lm_json_get_bool (const LmJsonAt *at, gboolean *value, GError **error);
gboolean lm_json_get_int (const LmJsonAt *at, gint64 min, gint64 max, gint64 *value, GError **error);
gboolean lm_json_get_double (const LmJsonAt *at, double *value, GError **error); /* finite; whole numbers are taken too */
const char *lm_json_get_string (const LmJsonAt *at, GError **error);             /* borrowed */

/* FALSE with an error set if @at is no object or has a key that is not in the NULL-ended list @known. */
gboolean lm_json_expect_keys (const LmJsonAt *at, const char *const *known, GError **error);

/* (transfer full): “nodes[3].options.filters”; "" for the root. */
char *lm_json_path (const LmJsonAt *at);

/* Sets an error that begins with name and path. Returns: FALSE */
gboolean lm_json_fail (const LmJsonAt *at, GError **error, LmError code, const char *format, ...) G_GNUC_PRINTF (4, 5);

/* Puts name and path in front of *@error, which came from somewhere else. Returns: FALSE */
gboolean lm_json_prefix (const LmJsonAt *at, GError **error);

/* --- Writing -------------------------------------------------------------- */

/**
 * LmJsonWriter:
 *
 * Writes what it is told in the order in which it is told. C locale;
 * doubles in the shortest form that reads back as the same number, NaN and
 * infinities as null. Compact: one line without blanks, for JSON Lines;
 * pretty: two blanks per level, a new line per member or element.
 */
typedef struct _LmJsonWriter LmJsonWriter;

LmJsonWriter *lm_json_writer_new (gboolean pretty);
void lm_json_writer_free (LmJsonWriter *self);

/* (transfer full): the text, which ends with a newline if pretty. All that was begun must have been ended. Frees @self. */
char *lm_json_writer_end (LmJsonWriter *self);

/* @key: (nullable): NULL for the root and for elements of an array; must be given inside of an object. */
void lm_json_begin_object (LmJsonWriter *self, const char *key);
void lm_json_begin_array (LmJsonWriter *self, const char *key);
/* On one line even if pretty, with all that is inside. */
void lm_json_begin_inline_object (LmJsonWriter *self, const char *key);
void lm_json_begin_inline_array (LmJsonWriter *self, const char *key);
void lm_json_end (LmJsonWriter *self);

void lm_json_put_null (LmJsonWriter *self, const char *key);
void lm_json_put_bool (LmJsonWriter *self, const char *key, gboolean value);
void lm_json_put_int (LmJsonWriter *self, const char *key, gint64 value);
void lm_json_put_double (LmJsonWriter *self, const char *key, double value);
void lm_json_put_float (LmJsonWriter *self, const char *key, float value);        /* shortest that reads back as the same float */
void lm_json_put_string (LmJsonWriter *self, const char *key, const char *value); /* NULL: null */

/* A value of a document, canonical, on one line. */
void lm_json_put_at (LmJsonWriter *self, const char *key, const LmJsonAt *at);

/* (transfer full): the shortest text that reads back as @value; “null” if it is not finite. */
char *lm_json_format_double (double value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmJson, lm_json_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmJsonWriter, lm_json_writer_free)

G_END_DECLS
