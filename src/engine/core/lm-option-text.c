/* lm-option-text.c: options as people type and read them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-option-private.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Objects in objects: adam(schedule=warmup(then=…)). */
#define MAX_DEPTH 16

/* Characters of a wrong text that a message repeats. */
#define MAX_QUOTE 60

static gboolean parse (const LmOptionSpec *spec, const char *text, int depth, LmOptionValue *value, GError **error);

char *
lm_option_quote (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_strdelimit (valid, "\n\r\t", ' ');
  if (g_utf8_strlen (valid, -1) > MAX_QUOTE) {
    g_autofree char *start = g_utf8_substring (valid, 0, MAX_QUOTE);

    return g_strconcat (start, "…", NULL);
  }
  return g_steal_pointer (&valid);
}

static gboolean
fail_parse (const LmOptionSpec *spec,
            const char *text,
            const char *needed,
            GError **error)
{
  g_autofree char *found = lm_option_quote (text);

  g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
               _ ("The option “%s” cannot be “%s”: it must be %s. Type it in that form."),
               spec->id, found, needed);
  return FALSE;
}

static gboolean
is_word (const char *text,
         const char *const *words)
{
  for (; *words != NULL; words++) {
    if (g_ascii_strcasecmp (text, *words) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
parse_bool (const LmOptionSpec *spec,
            const char *text,
            LmOptionValue *value,
            GError **error)
{
  static const char *const yes[] = { "true", "yes", "on", "1", NULL };
  static const char *const no[] = { "false", "no", "off", "0", NULL };

  if (!is_word (text, yes) && !is_word (text, no))
    return fail_parse (spec, text, _ ("true or false"), error);

  *value = LM_VALUE_BOOL (is_word (text, yes));
  return TRUE;
}

static gboolean
parse_double (const LmOptionSpec *spec,
              const char *text,
              LmOptionValue *value,
              GError **error)
{
  char *end;
  double x = g_ascii_strtod (text, &end);

  if (end == text || *end != '\0' || !isfinite (x))
    return fail_parse (spec, text, _ ("a number such as 0.5 or 1e-3"), error);

  *value = LM_VALUE_DOUBLE (x);
  return TRUE;
}

static gboolean
parse_int (const LmOptionSpec *spec,
           const char *text,
           LmOptionValue *value,
           GError **error)
{
  char *end;
  gint64 i;
  double x;

  errno = 0;
  i = g_ascii_strtoll (text, &end, 10);
  if (end != text && *end == '\0' && errno == 0) {
    *value = LM_VALUE_INT (i);
    return TRUE;
  }

  x = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || x != floor (x) || !(fabs (x) <= 0x1p53))
    return fail_parse (spec, text, _ ("a whole number such as 64"), error);

  *value = LM_VALUE_INT ((gint64) x);
  return TRUE;
}

/* Skips spaces, brackets, commas, x and × between the numbers of a list. */
static const char *
skip_separators (const char *at)
{
  for (;;) {
    if (g_str_has_prefix (at, "×"))
      at += strlen ("×");
    else if (*at != '\0' && strchr (" \t,xX()[]", *at) != NULL)
      at++;
    else
      return at;
  }
}

static gboolean
parse_ints (const LmOptionSpec *spec,
            const char *text,
            LmOptionValue *value,
            GError **error)
{
  int max_n = spec->max_n > 0 ? MIN (spec->max_n, LM_MAX_LIST) : LM_MAX_LIST;
  LmOptionValue list = { .is_set = TRUE, .kind = LM_OPTION_INTS };
  const char *at = skip_separators (text);

  if (spec->min_n == 0 && g_ascii_strcasecmp (text, "none") == 0)
    at += strlen (at);

  while (*at != '\0') {
    char *end;
    gint64 i;

    errno = 0;
    i = g_ascii_strtoll (at, &end, 10);
    if (end == at || errno != 0 || list.ints.n == LM_MAX_LIST ||
        (*end != '\0' && skip_separators (end) == end))
      return fail_parse (spec, text, _ ("a list of whole numbers such as 3×3"), error);
    list.ints.v[list.ints.n++] = i;
    at = skip_separators (end);
  }

  if (list.ints.n == 0 && spec->min_n > 0)
    return fail_parse (spec, text, _ ("a list of whole numbers such as 3×3"), error);
  if (list.ints.n == 1 && spec->min_n > 1) {
    while (list.ints.n < max_n) {
      list.ints.v[list.ints.n] = list.ints.v[0];
      list.ints.n++;
    }
  }

  *value = list;
  return TRUE;
}

/* Texts may stand in quotes, which they need where they could be taken for something else. */
static gboolean
parse_text (const LmOptionSpec *spec,
            const char *text,
            LmOptionValue *value)
{
  gsize length = strlen (text);

  *value = (LmOptionValue){ .is_set = TRUE, .kind = spec->kind };
  if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
    g_autofree char *inside = g_strndup (text + 1, length - 2);

    value->text = g_strcompress (inside);
    return TRUE;
  }

  if (spec->kind == LM_OPTION_CHOICE) {
    for (int i = 0; spec->choices[i] != NULL; i++) {
      if (g_ascii_strcasecmp (spec->choices[i], text) == 0)
        text = spec->choices[i];
    }
  }
  value->text = g_strdup (text);
  return TRUE;
}

static const LmMember *
find_member (const char *family,
             const char *id)
{
  const LmMember *member = lm_family_find (family, id);
  const LmMember *const *members;
  gsize n;

  if (member != NULL)
    return member;

  members = lm_family_members (family, &n);
  for (gsize i = 0; i < n; i++) {
    if (g_ascii_strcasecmp (members[i]->id, id) == 0)
      return members[i];
  }
  return NULL;
}

static gboolean
fail_member (const LmOptionSpec *spec,
             const char *id,
             GError **error)
{
  GString *list = g_string_new (NULL);
  gsize n;
  const LmMember *const *members = lm_family_members (spec->family, &n);
  g_autofree char *found = lm_option_quote (id);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", members[i]->id);
  g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
               _ ("The option “%s” cannot be “%s”: it must be one of: %s. Choose one of them."),
               spec->id, found, list->str);
  g_string_free (list, TRUE);
  return FALSE;
}

/* The end of an argument: the next comma outside of quotes and brackets, or the end; NULL if those do not match. */
static const char *
find_argument_end (const char *at)
{
  int depth = 0;
  gboolean is_quoted = FALSE;

  for (; *at != '\0'; at++) {
    if (is_quoted && *at == '\\' && at[1] != '\0')
      at++;
    else if (*at == '"')
      is_quoted = !is_quoted;
    else if (!is_quoted && (*at == '(' || *at == '['))
      depth++;
    else if (!is_quoted && (*at == ')' || *at == ']') && --depth < 0)
      return NULL;
    else if (!is_quoted && *at == ',' && depth == 0)
      return at;
  }
  return depth == 0 && !is_quoted ? at : NULL;
}

/* One argument, `beta_1=0.9` or just `0.9` for option number @position. */
static gboolean
parse_argument (LmOptionSet *set,
                const char *argument,
                int position,
                int depth,
                GError **error)
{
  gsize name_length = strspn (argument, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ");
  LmOptionValue value = { 0 };
  int index = position;
  gboolean ok;

  if (argument[name_length] == '=') {
    g_autofree char *name = g_strstrip (g_strndup (argument, name_length));

    index = lm_option_set_index (set, name);
    if (index < 0) {
      g_autofree char *found = lm_option_quote (name);

      g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                   _ ("“%s” has no option “%s”. Remove it, or look up the name."),
                   set->member->id, found);
      return FALSE;
    }
    argument += name_length + 1;
  } else if (position >= set->member->n_options) {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("“%s” has %d options, but %d values were given. Remove some."),
                 set->member->id, set->member->n_options, position + 1);
    return FALSE;
  }

  if (!parse (&set->member->options[index], argument, depth, &value, error))
    return FALSE;
  ok = lm_option_set_value (set, index, &value, error);
  lm_option_value_clear (&value);
  return ok;
}

static gboolean
parse_object (const LmOptionSpec *spec,
              const char *text,
              int depth,
              LmOptionValue *value,
              GError **error)
{
  const char *open = strchr (text, '(');
  g_autofree char *id = open != NULL ? g_strndup (text, (gsize) (open - text)) : g_strdup (text);
  const LmMember *member = find_member (spec->family, g_strstrip (id));
  g_autoptr (LmOptionSet) set = NULL;
  g_autofree char *inside = NULL;
  const char *at;

  if (member == NULL)
    return fail_member (spec, id, error);
  if (depth >= MAX_DEPTH || (open != NULL && !g_str_has_suffix (text, ")")))
    return fail_parse (spec, text, _ ("a name with options in brackets such as adam(beta_1=0.9)"), error);

  set = lm_option_set_new (member);
  inside = open != NULL ? g_strndup (open + 1, strlen (open) - 2) : g_strdup ("");
  g_strstrip (inside);
  at = inside;
  for (int position = 0; *at != '\0'; position++) {
    const char *end = find_argument_end (at);
    g_autofree char *argument = NULL;

    if (end == NULL)
      return fail_parse (spec, text, _ ("a name with options in brackets such as adam(beta_1=0.9)"), error);
    argument = g_strndup (at, (gsize) (end - at));
    if (!parse_argument (set, argument, position, depth + 1, error))
      return FALSE;
    at = *end == ',' ? end + 1 : end;
  }

  *value = (LmOptionValue){ .is_set = TRUE, .kind = LM_OPTION_OBJECT, .object = g_steal_pointer (&set) };
  return TRUE;
}

static gboolean
parse (const LmOptionSpec *spec,
       const char *text,
       int depth,
       LmOptionValue *value,
       GError **error)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));

  if (spec->nullable && g_ascii_strcasecmp (trimmed, "none") == 0) {
    *value = (LmOptionValue){ .is_set = TRUE, .is_null = TRUE, .kind = spec->kind };
    return TRUE;
  }

  switch (spec->kind) {
  case LM_OPTION_BOOL:
    return parse_bool (spec, trimmed, value, error);
  case LM_OPTION_INT:
    return parse_int (spec, trimmed, value, error);
  case LM_OPTION_DOUBLE:
    return parse_double (spec, trimmed, value, error);
  case LM_OPTION_STRING:
  case LM_OPTION_CHOICE:
    return parse_text (spec, trimmed, value);
  case LM_OPTION_INTS:
    return parse_ints (spec, trimmed, value, error);
  case LM_OPTION_OBJECT:
    return parse_object (spec, trimmed, depth, value, error);
  default:
    g_assert_not_reached ();
  }
}

gboolean
lm_option_parse (const LmOptionSpec *spec,
                 const char *text,
                 LmOptionValue *value,
                 GError **error)
{
  return parse (spec, text, 0, value, error);
}

/* Format */

/* “1e-05” → “1e-5”, “1e+20” → “1e20”. */
static void
tidy_exponent (char *text)
{
  char *from = strchr (text, 'e');
  char *to;

  if (from == NULL)
    return;
  to = ++from;
  if (*from == '-')
    to++;
  if (*from == '-' || *from == '+')
    from++;
  while (*from == '0' && from[1] != '\0')
    from++;
  memmove (to, from, strlen (from) + 1);
}

/* The shortest text that reads back as @x; small numbers as 1e-3 where that is shorter than 0.001. */
static char *
format_double (double x)
{
  char plain[G_ASCII_DTOSTR_BUF_SIZE], power[G_ASCII_DTOSTR_BUF_SIZE], format[8];
  int digits = 0;

  if (!isfinite (x))
    return g_strdup (isnan (x) ? "nan" : x > 0 ? "inf"
                                               : "-inf");

  do {
    digits++;
    g_snprintf (format, sizeof format, "%%.%dg", digits);
    g_ascii_formatd (plain, sizeof plain, format, x);
  } while (digits < 17 && g_ascii_strtod (plain, NULL) != x);
  g_snprintf (format, sizeof format, "%%.%de", digits - 1);
  g_ascii_formatd (power, sizeof power, format, x);

  tidy_exponent (plain);
  tidy_exponent (power);
  if (x == floor (x) && fabs (x) < 1e7)
    return g_strdup_printf ("%.0f", x);
  return g_strdup (fabs (x) < 0.01 && strlen (power) < strlen (plain) ? power : plain);
}

static char *
format_ints (const gint64 *v,
             int n)
{
  GString *text = g_string_new (n == 0 ? "none" : NULL);

  for (int i = 0; i < n; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "×" : "", v[i]);
  return g_string_free (text, FALSE);
}

/* A text as parse_text() reads it back, in quotes if it has to be. @is_inside: among the options of an object. */
static char *
format_text (const LmOptionSpec *spec,
             const char *text,
             gboolean is_inside)
{
  gsize length = strlen (text);
  gboolean is_odd = (length > 0 && (g_ascii_isspace (text[0]) || g_ascii_isspace (text[length - 1]))) ||
                    text[0] == '"' || (spec->nullable && g_ascii_strcasecmp (text, "none") == 0) ||
                    (is_inside && (length == 0 || strpbrk (text, ",()[]=\"") != NULL));
  g_autofree char *escaped = NULL;

  if (!is_odd)
    return g_strdup (text);

  /* Bytes above 127 stay as they are: g_strescape() leaves what it is told. */
  {
    char high[129];

    for (int i = 0; i < 128; i++)
      high[i] = (char) (128 + i);
    high[128] = '\0';
    escaped = g_strescape (text, high);
  }
  return g_strdup_printf ("\"%s\"", escaped);
}

static char *format (const LmOptionSpec *spec, const LmOptionValue *value, gboolean is_inside);

static char *
format_object (const LmOptionSet *set)
{
  GString *text = g_string_new (set->member->id);
  gboolean is_first = TRUE;

  for (int i = 0; i < set->member->n_options; i++) {
    const LmOptionSpec *spec = &set->member->options[i];
    g_autofree char *inner = NULL;

    if (!set->values[i].is_set)
      continue;
    inner = format (spec, &set->values[i], TRUE);
    g_string_append_printf (text, "%s%s=%s", is_first ? "(" : ", ", spec->id, inner);
    is_first = FALSE;
  }
  if (!is_first)
    g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

static char *
format_default (const LmOptionSpec *spec)
{
  switch (spec->kind) {
  case LM_OPTION_BOOL:
    return g_strdup (spec->initial != 0 ? "true" : "false");
  case LM_OPTION_INT:
  case LM_OPTION_DOUBLE:
    if (spec->nullable && isnan (spec->initial))
      return g_strdup ("none");
    if (spec->kind == LM_OPTION_INT)
      return g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) spec->initial);
    return format_double (spec->initial);
  case LM_OPTION_INTS:
    return format_ints (spec->initial_ints, spec->initial_n);
  default:
    if (spec->initial_text != NULL)
      return g_strdup (spec->initial_text);
    return g_strdup (spec->kind == LM_OPTION_OBJECT || spec->nullable ? "none" : "");
  }
}

static char *
format (const LmOptionSpec *spec,
        const LmOptionValue *value,
        gboolean is_inside)
{
  if (!value->is_set)
    return format_default (spec);
  if (value->is_null || (value->kind == LM_OPTION_OBJECT && value->object == NULL))
    return g_strdup ("none");

  switch (value->kind) {
  case LM_OPTION_BOOL:
    return g_strdup (value->b ? "true" : "false");
  case LM_OPTION_INT:
    return g_strdup_printf ("%" G_GINT64_FORMAT, value->i);
  case LM_OPTION_DOUBLE:
    return format_double (value->d);
  case LM_OPTION_STRING:
  case LM_OPTION_CHOICE:
    return format_text (spec, value->text != NULL ? value->text : "", is_inside);
  case LM_OPTION_INTS:
    return format_ints (value->ints.v, value->ints.n);
  case LM_OPTION_OBJECT:
    return format_object (value->object);
  default:
    g_assert_not_reached ();
  }
}

char *
lm_option_format (const LmOptionSpec *spec,
                  const LmOptionValue *value)
{
  return format (spec, value, FALSE);
}
