/* lm-option.c: options as data: values and sets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-option.h"

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

static LmOptionSet *
make_default (const LmOptionSpec *spec)
{
  const LmMember *member = lm_family_find (spec->family, spec->initial_text);

  if (member == NULL)
    g_error ("The default “%s” of the option “%s” is not in the family “%s”", spec->initial_text, spec->id, spec->family);
  return lm_option_set_new (member);
}

/* The default member of an object option with all its options at their defaults: made once, shared, never freed. Found
 * by the spec, since the check asks for thousands of them at each edit. */
static const LmOptionSet *
default_set (const LmOptionSpec *spec)
{
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static GHashTable *sets = NULL;
  LmOptionSet *set;

  pthread_mutex_lock (&mutex);
  if (sets == NULL)
    sets = g_hash_table_new (NULL, NULL);
  set = g_hash_table_lookup (sets, spec);
  if (set == NULL) {
    set = make_default (spec);
    g_hash_table_insert (sets, (gpointer) spec, set);
  }
  pthread_mutex_unlock (&mutex);
  return set;
}

const LmOptionSet *
lm_option_get_object (const LmOptionSet *self,
                      int index)
{
  const LmOptionSpec *spec = spec_at (self, index, LM_OPTION_OBJECT, LM_OPTION_OBJECT);

  if (lm_option_is_null (self, index))
    return NULL;
  return self->values[index].is_set ? self->values[index].object : default_set (spec);
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
