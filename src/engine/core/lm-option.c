/* lm-option.c: options as data: values, sets and the one place that checks limits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-option-private.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

/* Values */

static gboolean
kind_has_text (LmOptionKind kind)
{
  return kind == LM_OPTION_STRING || kind == LM_OPTION_CHOICE;
}

LmOptionValue
lm_option_value_copy (const LmOptionValue *value)
{
  LmOptionValue copy = *value;

  if (!value->is_set)
    return (LmOptionValue){ .kind = value->kind };
  if (value->is_null)
    return (LmOptionValue){ .is_set = TRUE, .is_null = TRUE, .kind = value->kind };

  if (kind_has_text (value->kind))
    copy.text = g_strdup (value->text);
  else if (value->kind == LM_OPTION_OBJECT)
    copy.object = lm_option_set_copy (value->object);
  return copy;
}

void
lm_option_value_clear (LmOptionValue *value)
{
  if (value->is_set && !value->is_null) {
    if (kind_has_text (value->kind))
      g_free (value->text);
    else if (value->kind == LM_OPTION_OBJECT)
      lm_option_set_free (value->object);
  }
  *value = (LmOptionValue){ .kind = value->kind };
}

gboolean
lm_option_value_equal (const LmOptionValue *a,
                       const LmOptionValue *b)
{
  if (!a->is_set || !b->is_set)
    return a->is_set == b->is_set;
  if (a->kind != b->kind)
    return FALSE;
  if (a->is_null || b->is_null)
    return a->is_null == b->is_null;

  switch (a->kind) {
  case LM_OPTION_BOOL:
    return !a->b == !b->b;
  case LM_OPTION_INT:
    return a->i == b->i;
  case LM_OPTION_DOUBLE:
    return a->d == b->d;
  case LM_OPTION_STRING:
  case LM_OPTION_CHOICE:
    return g_strcmp0 (a->text, b->text) == 0;
  case LM_OPTION_INTS:
    return a->ints.n == b->ints.n && memcmp (a->ints.v, b->ints.v, (gsize) a->ints.n * sizeof a->ints.v[0]) == 0;
  case LM_OPTION_OBJECT:
    return lm_option_set_equal (a->object, b->object);
  default:
    g_assert_not_reached ();
  }
}

/* Sets */

LmOptionSet *
lm_option_set_new (const LmMember *member)
{
  LmOptionSet *self = g_new0 (LmOptionSet, 1);

  self->member = member;
  self->values = g_new0 (LmOptionValue, member->n_options);
  for (int i = 0; i < member->n_options; i++)
    self->values[i].kind = member->options[i].kind;
  return self;
}

LmOptionSet *
lm_option_set_copy (const LmOptionSet *self)
{
  LmOptionSet *copy;

  if (self == NULL)
    return NULL;

  copy = g_new0 (LmOptionSet, 1);
  copy->member = self->member;
  copy->values = g_new0 (LmOptionValue, self->member->n_options);
  for (int i = 0; i < self->member->n_options; i++)
    copy->values[i] = lm_option_value_copy (&self->values[i]);
  return copy;
}

void
lm_option_set_free (LmOptionSet *self)
{
  if (self == NULL)
    return;

  for (int i = 0; i < self->member->n_options; i++)
    lm_option_value_clear (&self->values[i]);
  g_free (self->values);
  g_free (self);
}

gboolean
lm_option_set_equal (const LmOptionSet *a,
                     const LmOptionSet *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  if (a->member != b->member)
    return FALSE;

  for (int i = 0; i < a->member->n_options; i++) {
    if (!lm_option_value_equal (&a->values[i], &b->values[i]))
      return FALSE;
  }
  return TRUE;
}

int
lm_option_set_index (const LmOptionSet *self,
                     const char *id)
{
  for (int i = 0; i < self->member->n_options; i++) {
    if (strcmp (self->member->options[i].id, id) == 0)
      return i;
  }
  return -1;
}

/* The spec of option @index, whose kind must be @kind or @other. */
static const LmOptionSpec *
spec_at (const LmOptionSet *self,
         int index,
         LmOptionKind kind,
         LmOptionKind other)
{
  const LmOptionSpec *spec;

  g_assert (index >= 0 && index < self->member->n_options);

  spec = &self->member->options[index];
  g_assert (spec->kind == kind || spec->kind == other);
  return spec;
}

gboolean
lm_option_get_bool (const LmOptionSet *self,
                    int index)
{
  const LmOptionSpec *spec = spec_at (self, index, LM_OPTION_BOOL, LM_OPTION_BOOL);
  const LmOptionValue *value = &self->values[index];

  return value->is_set ? value->b : spec->initial != 0;
}

gint64
lm_option_get_int (const LmOptionSet *self,
                   int index)
{
  const LmOptionSpec *spec = spec_at (self, index, LM_OPTION_INT, LM_OPTION_INT);
  const LmOptionValue *value = &self->values[index];

  if (lm_option_is_null (self, index))
    return 0;
  return value->is_set ? value->i : (gint64) spec->initial;
}

double
lm_option_get_double (const LmOptionSet *self,
                      int index)
{
  const LmOptionSpec *spec = spec_at (self, index, LM_OPTION_DOUBLE, LM_OPTION_DOUBLE);
  const LmOptionValue *value = &self->values[index];

  if (lm_option_is_null (self, index))
    return NAN;
  return value->is_set ? value->d : spec->initial;
}

const char *
lm_option_get_text (const LmOptionSet *self,
                    int index)
{
  const LmOptionSpec *spec = spec_at (self, index, LM_OPTION_STRING, LM_OPTION_CHOICE);
  const LmOptionValue *value = &self->values[index];

  if (lm_option_is_null (self, index))
    return NULL;
  if (value->is_set)
    return value->text;
  return spec->initial_text != NULL ? spec->initial_text : "";
}

int
lm_option_get_ints (const LmOptionSet *self,
                    int index,
                    gint64 out[LM_MAX_LIST])
{
  const LmOptionSpec *spec = spec_at (self, index, LM_OPTION_INTS, LM_OPTION_INTS);
  const LmOptionValue *value = &self->values[index];
  int n = value->is_set ? value->ints.n : spec->initial_n;

  g_assert (n <= LM_MAX_LIST);
  memcpy (out, value->is_set ? value->ints.v : spec->initial_ints, (gsize) n * sizeof out[0]);
  return n;
}

gboolean
lm_option_is_null (const LmOptionSet *self,
                   int index)
{
  const LmOptionSpec *spec;
  const LmOptionValue *value;

  g_assert (index >= 0 && index < self->member->n_options);

  spec = &self->member->options[index];
  value = &self->values[index];
  if (value->is_set)
    return value->is_null || (spec->kind == LM_OPTION_OBJECT && value->object == NULL);

  switch (spec->kind) {
  case LM_OPTION_OBJECT:
    return spec->initial_text == NULL;
  case LM_OPTION_STRING:
    return spec->nullable && spec->initial_text == NULL;
  case LM_OPTION_INT:
  case LM_OPTION_DOUBLE:
    return spec->nullable && isnan (spec->initial);
  default:
    return FALSE;
  }
}

/* The set of @member with all options at their defaults: made once, shared, never freed. */
static const LmOptionSet *
default_set (const LmMember *member)
{
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static GHashTable *sets = NULL;
  LmOptionSet *set;

  pthread_mutex_lock (&mutex);
  if (sets == NULL)
    sets = g_hash_table_new (NULL, NULL);
  set = g_hash_table_lookup (sets, member);
  if (set == NULL) {
    set = lm_option_set_new (member);
    g_hash_table_insert (sets, (gpointer) member, set);
  }
  pthread_mutex_unlock (&mutex);
  return set;
}

const LmOptionSet *
lm_option_get_object (const LmOptionSet *self,
                      int index)
{
  const LmOptionSpec *spec = spec_at (self, index, LM_OPTION_OBJECT, LM_OPTION_OBJECT);
  const LmMember *member;

  if (lm_option_is_null (self, index))
    return NULL;
  if (self->values[index].is_set)
    return self->values[index].object;

  member = lm_family_find (spec->family, spec->initial_text);
  if (member == NULL)
    g_error ("The default “%s” of the option “%s” is not in the family “%s”", spec->initial_text, spec->id, spec->family);
  return default_set (member);
}

gboolean
lm_option_set_value (LmOptionSet *self,
                     int index,
                     const LmOptionValue *value,
                     GError **error)
{
  LmOptionValue copy;

  g_assert (index >= 0 && index < self->member->n_options);

  if (!lm_option_check (&self->member->options[index], value, self->member->id, error))
    return FALSE;

  copy = lm_option_value_copy (value);
  lm_option_value_clear (&self->values[index]);
  self->values[index] = copy;
  self->values[index].kind = self->member->options[index].kind;
  return TRUE;
}

void
lm_option_set_reset (LmOptionSet *self,
                     int index)
{
  g_assert (index >= 0 && index < self->member->n_options);
  lm_option_value_clear (&self->values[index]);
}

/* Checks */

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
