/* lm-option-json.c: options as JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-option-json.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

static void
put_ints (LmJsonWriter *self,
          const char *key,
          const gint64 *v,
          int n)
{
  lm_json_begin_inline_array (self, key);
  for (int i = 0; i < n; i++)
    lm_json_put_int (self, NULL, v[i]);
  lm_json_end (self);
}

void
lm_json_put_option (LmJsonWriter *self,
                    const char *key,
                    const LmOptionValue *value)
{
  g_assert (value->is_set);

  if (value->is_null) {
    lm_json_put_null (self, key);
    return;
  }

  switch (value->kind) {
  case LM_OPTION_BOOL:
    lm_json_put_bool (self, key, value->b);
    break;
  case LM_OPTION_INT:
    lm_json_put_int (self, key, value->i);
    break;
  case LM_OPTION_DOUBLE:
    lm_json_put_double (self, key, value->d);
    break;
  case LM_OPTION_STRING:
  case LM_OPTION_CHOICE:
    lm_json_put_string (self, key, value->text != NULL ? value->text : "");
    break;
  case LM_OPTION_INTS:
    put_ints (self, key, value->ints.v, value->ints.n);
    break;
  case LM_OPTION_OBJECT:
    lm_json_put_member (self, key, value->object);
    break;
  default:
    g_assert_not_reached ();
  }
}

void
lm_json_put_default (LmJsonWriter *self,
                     const char *key,
                     const LmOptionSpec *spec)
{
  switch (spec->kind) {
  case LM_OPTION_BOOL:
    lm_json_put_bool (self, key, spec->initial != 0);
    break;
  case LM_OPTION_INT:
    if (isfinite (spec->initial))
      lm_json_put_int (self, key, (gint64) spec->initial);
    else
      lm_json_put_null (self, key);
    break;
  case LM_OPTION_DOUBLE:
    lm_json_put_double (self, key, spec->initial);
    break;
  case LM_OPTION_STRING:
  case LM_OPTION_CHOICE:
    lm_json_put_string (self, key, spec->initial_text != NULL || spec->nullable ? spec->initial_text : "");
    break;
  case LM_OPTION_INTS:
    put_ints (self, key, spec->initial_ints, spec->initial_n);
    break;
  case LM_OPTION_OBJECT:
    lm_json_put_string (self, key, spec->initial_text);
    break;
  default:
    g_assert_not_reached ();
  }
}

void
lm_json_put_options (LmJsonWriter *self,
                     const char *key,
                     const LmOptionSet *set,
                     gboolean is_inline)
{
  if (is_inline)
    lm_json_begin_inline_object (self, key);
  else
    lm_json_begin_object (self, key);
  for (int i = 0; i < set->member->n_options; i++) {
    if (set->values[i].is_set)
      lm_json_put_option (self, set->member->options[i].id, &set->values[i]);
  }
  lm_json_end (self);
}

void
lm_json_put_member (LmJsonWriter *self,
                    const char *key,
                    const LmOptionSet *set)
{
  gboolean has_options = FALSE;

  if (set == NULL) {
    lm_json_put_null (self, key);
    return;
  }

  for (int i = 0; i < set->member->n_options; i++)
    has_options |= set->values[i].is_set;
  if (!has_options) {
    lm_json_put_string (self, key, set->member->id);
    return;
  }

  lm_json_begin_inline_object (self, key);
  lm_json_put_string (self, "kind", set->member->id);
  lm_json_put_options (self, "options", set, TRUE);
  lm_json_end (self);
}

/* --- Reading -------------------------------------------------------------- */

static gboolean
get_ints (const LmJsonAt *at,
          const LmOptionSpec *spec,
          LmOptionValue *value,
          GError **error)
{
  gint64 one;

  if (lm_json_type (at) == LM_JSON_INT) {
    if (!lm_json_get_int (at, G_MININT64, G_MAXINT64, &one, error))
      return FALSE;
    value->ints.n = CLAMP (spec->min_n, 1, LM_MAX_LIST);
    for (int i = 0; i < value->ints.n; i++)
      value->ints.v[i] = one;
    return TRUE;
  }

  if (!lm_json_expect (at, LM_JSON_ARRAY, error))
    return FALSE;
  if (lm_json_length (at) > LM_MAX_LIST)
    return lm_json_fail (at, error, LM_ERROR_OPTION, _ ("this list has %zu numbers, but may have at most %d. Shorten it."),
                         lm_json_length (at), LM_MAX_LIST);
  for (gsize i = 0; i < lm_json_length (at); i++) {
    LmJsonAt element = lm_json_element (at, i);

    if (!lm_json_get_int (&element, G_MININT64, G_MAXINT64, &value->ints.v[i], error))
      return FALSE;
    value->ints.n++;
  }
  return TRUE;
}

static gboolean
get_value (const LmJsonAt *at,
           const LmOptionSpec *spec,
           const char *owner,
           LmOptionValue *value,
           GError **error)
{
  switch (spec->kind) {
  case LM_OPTION_BOOL:
    return lm_json_get_bool (at, &value->b, error);
  case LM_OPTION_INT:
    return lm_json_get_int (at, G_MININT64, G_MAXINT64, &value->i, error);
  case LM_OPTION_DOUBLE:
    return lm_json_get_double (at, &value->d, error);
  case LM_OPTION_STRING:
  case LM_OPTION_CHOICE:
    value->text = g_strdup (lm_json_get_string (at, error));
    return value->text != NULL;
  case LM_OPTION_INTS:
    return get_ints (at, spec, value, error);
  case LM_OPTION_OBJECT:
    value->object = lm_json_get_member (at, spec->family, owner, error);
    return value->object != NULL;
  default:
    g_assert_not_reached ();
  }
}

gboolean
lm_json_get_option (const LmJsonAt *at,
                    const LmOptionSpec *spec,
                    const char *owner,
                    LmOptionValue *value,
                    GError **error)
{
  *value = (LmOptionValue){ .kind = spec->kind };
  if (lm_json_type (at) == LM_JSON_NULL && spec->nullable) {
    value->is_set = value->is_null = TRUE;
    return TRUE;
  }

  if (!get_value (at, spec, owner, value, error)) {
    *value = (LmOptionValue){ .kind = spec->kind };
    return FALSE;
  }
  value->is_set = TRUE;
  if (!lm_option_check (spec, value, owner, error)) {
    lm_option_value_clear (value);
    return lm_json_prefix (at, error);
  }
  return TRUE;
}

static gboolean
fail_unknown_option (const LmJsonAt *at,
                     const LmMember *member,
                     const char *key,
                     const char *owner,
                     GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  if (member->n_options == 0)
    return lm_json_fail (at, error, LM_ERROR_OPTION, _ ("“%s” has no option “%.60s”; %s has no options at all. Remove it."),
                         owner, key, member->id);

  for (int i = 0; i < member->n_options; i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", member->options[i].id);
  return lm_json_fail (at, error, LM_ERROR_OPTION, _ ("“%s” has no option “%.60s”; those of %s are: %s. Remove or correct it."),
                       owner, key, member->id, list->str);
}

gboolean
lm_json_get_options (const LmJsonAt *at,
                     LmOptionSet *set,
                     const char *owner,
                     GError **error)
{
  if (!lm_json_expect (at, LM_JSON_OBJECT, error))
    return FALSE;

  for (gsize i = 0; i < lm_json_length (at); i++) {
    LmJsonAt member = lm_json_element (at, i);
    int index = lm_option_set_index (set, member.key);
    LmOptionValue value;

    if (index < 0)
      return fail_unknown_option (at, set->member, member.key, owner, error);
    if (!lm_json_get_option (&member, &set->member->options[index], owner, &value, error))
      return FALSE;
    lm_option_value_clear (&set->values[index]);
    set->values[index] = value;
  }
  return TRUE;
}

static const LmMember *
find_member (const LmJsonAt *at,
             const char *family,
             const char *id,
             GError **error)
{
  const LmMember *member = lm_family_find (family, id);
  const LmMember *const *members;
  g_autoptr (GString) list = NULL;
  gsize n;

  if (member != NULL)
    return member;

  list = g_string_new (NULL);
  members = lm_family_members (family, &n);
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", members[i]->id);
  lm_json_fail (at, error, LM_ERROR_OPTION, _ ("“%.60s” is not known here; known are: %s. Choose one of them."), id, list->str);
  return NULL;
}

LmOptionSet *
lm_json_get_member (const LmJsonAt *at,
                    const char *family,
                    const char *owner,
                    GError **error)
{
  static const char *const keys[] = { "kind", "options", NULL };
  g_autoptr (LmOptionSet) set = NULL;
  const LmMember *member;
  LmJsonAt kind = *at, options;
  const char *id;

  if (lm_json_type (at) != LM_JSON_STRING &&
      (!lm_json_expect_keys (at, keys, error) || !lm_json_require (at, "kind", &kind, error)))
    return NULL;

  id = lm_json_get_string (&kind, error);
  member = id != NULL ? find_member (&kind, family, id, error) : NULL;
  if (member == NULL)
    return NULL;

  set = lm_option_set_new (member);
  if (lm_json_type (at) == LM_JSON_OBJECT && lm_json_member (at, "options", &options)) {
    g_autofree char *inner = g_strdup_printf ("%s.%s", owner, id);

    if (!lm_json_get_options (&options, set, inner, error))
      return NULL;
  }
  return g_steal_pointer (&set);
}
