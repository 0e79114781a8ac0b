/* lm-option-check.c: the one place that checks limits of options
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-option-private.h"

#include <math.h>

/* Both limits 0 means that there are none. */
static gboolean
spec_has_limits (const LmOptionSpec *spec)
{
  return spec->min != 0 || spec->max != 0;
}

static gboolean
number_fits (const LmOptionSpec *spec,
             double x)
{
  if (!spec_has_limits (spec))
    return TRUE;
  return (spec->above_min ? x > spec->min : x >= spec->min) && x <= spec->max;
}

static char *
format_number (double x)
{
  LmOptionSpec spec = { .kind = LM_OPTION_DOUBLE };
  LmOptionValue value = LM_VALUE_DOUBLE (x);

  if (x == floor (x) && fabs (x) < 1e15)
    return g_strdup_printf ("%.0f", x);
  return lm_option_format (&spec, &value);
}

/* “from 1 to 64”, “above 0 and at most 1”, “at least 0” … */
static char *
describe_limits (const LmOptionSpec *spec)
{
  g_autofree char *min = format_number (spec->min);
  g_autofree char *max = format_number (spec->max);
  gboolean has_min = spec_has_limits (spec) && spec->min > -G_MAXDOUBLE;
  gboolean has_max = spec_has_limits (spec) && spec->max < G_MAXDOUBLE;

  if (has_min && has_max && spec->above_min)
    return g_strdup_printf (_ ("above %s and at most %s"), min, max);
  if (has_min && has_max)
    return g_strdup_printf (_ ("from %s to %s"), min, max);
  if (has_min && spec->above_min)
    return g_strdup_printf (_ ("above %s"), min);
  if (has_min)
    return g_strdup_printf (_ ("at least %s"), min);
  if (has_max)
    return g_strdup_printf (_ ("at most %s"), max);
  return g_strdup (_ ("a finite number"));
}

static gboolean
check_number (const LmOptionSpec *spec,
              const LmOptionValue *value,
              const char *owner,
              GError **error)
{
  double x = value->kind == LM_OPTION_INT ? (double) value->i : value->d;
  g_autofree char *found = NULL;
  g_autofree char *limits = NULL;

  if (isfinite (x) && number_fits (spec, x))
    return TRUE;

  found = lm_option_format (spec, value);
  limits = describe_limits (spec);
  g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
               _ ("“%s”: the option “%s” is %s, but must be %s. Choose a value in this range."),
               owner, spec->id, found, limits);
  return FALSE;
}

/* “2 numbers”, “1 to 6 numbers”. */
static char *
describe_count (int min_n,
                int max_n)
{
  if (min_n == max_n)
    return g_strdup_printf ("%d", min_n);
  return g_strdup_printf (_ ("%d to %d"), min_n, max_n);
}

static gboolean
check_ints (const LmOptionSpec *spec,
            const LmOptionValue *value,
            const char *owner,
            GError **error)
{
  int max_n = spec->max_n > 0 ? MIN (spec->max_n, LM_MAX_LIST) : LM_MAX_LIST;

  if (value->ints.n < spec->min_n || value->ints.n > max_n || value->ints.n < 0) {
    g_autofree char *count = describe_count (spec->min_n, max_n);

    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("“%s”: the option “%s” has %d numbers, but must have %s. Add or remove some."),
                 owner, spec->id, value->ints.n, count);
    return FALSE;
  }

  for (int i = 0; i < value->ints.n; i++) {
    if (!number_fits (spec, (double) value->ints.v[i])) {
      g_autofree char *limits = describe_limits (spec);

      g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                   _ ("“%s”: the option “%s” contains %" PRId64 ", but every number in it must be %s. Choose values in this range."),
                   owner, spec->id, value->ints.v[i], limits);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
check_string (const LmOptionSpec *spec,
              const LmOptionValue *value,
              const char *owner,
              GError **error)
{
  const char *text = value->text != NULL ? value->text : "";
  glong length;

  if (!g_utf8_validate (text, -1, NULL)) {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("“%s”: the option “%s” holds bytes that are no text, but must be UTF-8. Type it again."),
                 owner, spec->id);
    return FALSE;
  }

  length = g_utf8_strlen (text, -1);
  if (length < spec->min_n || (spec->max_n > 0 && length > spec->max_n)) {
    g_autofree char *count = spec->max_n > 0 ? describe_count (spec->min_n, spec->max_n)
                                             : g_strdup_printf (_ ("at least %d"), spec->min_n);

    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("“%s”: the option “%s” has %ld characters, but must have %s. Make the text longer or shorter."),
                 owner, spec->id, length, count);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_choice (const LmOptionSpec *spec,
              const LmOptionValue *value,
              const char *owner,
              GError **error)
{
  g_autofree char *list = NULL;
  g_autofree char *found = NULL;

  if (value->text != NULL && g_strv_contains (spec->choices, value->text))
    return TRUE;

  list = g_strjoinv (", ", (char **) spec->choices);
  found = lm_option_quote (value->text != NULL ? value->text : "");
  g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
               _ ("“%s”: the option “%s” is “%s”, but must be one of: %s. Choose one of them."),
               owner, spec->id, found, list);
  return FALSE;
}

static gboolean
check_object (const LmOptionSpec *spec,
              const LmOptionValue *value,
              const char *owner,
              GError **error)
{
  const LmMember *member = value->object->member;
  g_autofree char *inner = NULL;

  if (lm_family_find (spec->family, member->id) != member) {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("“%s”: the option “%s” is “%s”, but must be of the family “%s”. Choose one of its members."),
                 owner, spec->id, member->id, spec->family);
    return FALSE;
  }

  inner = g_strdup_printf ("%s.%s", owner, spec->id);
  for (int i = 0; i < member->n_options; i++) {
    if (!lm_option_check (&member->options[i], &value->object->values[i], inner, error))
      return FALSE;
  }
  return TRUE;
}

static const char *
kind_name (LmOptionKind kind)
{
  switch (kind) {
  case LM_OPTION_BOOL:
    return _ ("yes or no");
  case LM_OPTION_INT:
    return _ ("a whole number");
  case LM_OPTION_DOUBLE:
    return _ ("a number");
  case LM_OPTION_STRING:
    return _ ("a text");
  case LM_OPTION_CHOICE:
    return _ ("a choice");
  case LM_OPTION_INTS:
    return _ ("a list of whole numbers");
  case LM_OPTION_OBJECT:
    return _ ("a name with options");
  default:
    return "?";
  }
}

gboolean
lm_option_check (const LmOptionSpec *spec,
                 const LmOptionValue *value,
                 const char *owner,
                 GError **error)
{
  if (!value->is_set)
    return TRUE;

  if (value->kind != spec->kind) {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("“%s”: the option “%s” is %s, but must be %s. Give it a value of that kind."),
                 owner, spec->id, kind_name (value->kind), kind_name (spec->kind));
    return FALSE;
  }

  if (value->is_null || (spec->kind == LM_OPTION_OBJECT && value->object == NULL)) {
    if (spec->nullable)
      return TRUE;
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("“%s”: the option “%s” is none, but must be %s. Give it a value."),
                 owner, spec->id, kind_name (spec->kind));
    return FALSE;
  }

  switch (spec->kind) {
  case LM_OPTION_BOOL:
    return TRUE;
  case LM_OPTION_INT:
  case LM_OPTION_DOUBLE:
    return check_number (spec, value, owner, error);
  case LM_OPTION_STRING:
    return check_string (spec, value, owner, error);
  case LM_OPTION_CHOICE:
    return check_choice (spec, value, owner, error);
  case LM_OPTION_INTS:
    return check_ints (spec, value, owner, error);
  case LM_OPTION_OBJECT:
    return check_object (spec, value, owner, error);
  default:
    g_assert_not_reached ();
  }
}
