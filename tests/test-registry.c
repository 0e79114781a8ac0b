/* test-registry.c: rules for all members of all families, also those not yet written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-option.h"

#include <string.h>

static const char *const families[] = {
  "op",
  "layer",
  "loss",
  "optimizer",
  "metric",
  "initializer",
  "regularizer",
  "constraint",
  "activation",
  "schedule",
  "source",
  "step",
};

static void
test_members_are_found_by_id (void)
{
  for (gsize f = 0; f < G_N_ELEMENTS (families); f++) {
    gsize n;
    const LmMember *const *members = lm_family_members (families[f], &n);

    g_assert_nonnull (members);
    g_assert_null (lm_family_find (families[f], "no such member"));
    for (gsize i = 0; i < n; i++) {
      /* Also says that no two have the same id. */
      g_assert_nonnull (members[i]->id);
      g_assert_true (lm_family_find (families[f], members[i]->id) == members[i]);
    }
  }
}

static void
check_spec (const LmMember *member,
            const LmOptionSpec *spec)
{
  g_autoptr (GError) error = NULL;
  LmOptionValue unset = { .kind = spec->kind };
  g_autofree char *text = lm_option_format (spec, &unset);
  LmOptionValue value = { 0 };

  g_test_message ("%s.%s = %s", member->id, spec->id, text);
  g_assert_nonnull (spec->title);
  g_assert_nonnull (spec->help);
  g_assert_cmpint (spec->initial_n, <=, LM_MAX_LIST);
  if (spec->kind == LM_OPTION_CHOICE)
    g_assert_nonnull (spec->choices);
  if (spec->kind == LM_OPTION_OBJECT)
    g_assert_nonnull (spec->family);

  /* What the default reads as can be typed, and passes the check. */
  if (spec->kind != LM_OPTION_OBJECT || spec->initial_text != NULL) {
    g_assert_true (lm_option_parse (spec, text, &value, &error));
    g_assert_no_error (error);
    g_assert_true (lm_option_check (spec, &value, member->id, &error));
    g_assert_no_error (error);
    lm_option_value_clear (&value);
  }
}

static void
test_option_tables_are_sound (void)
{
  for (gsize f = 0; f < G_N_ELEMENTS (families); f++) {
    gsize n;
    const LmMember *const *members = lm_family_members (families[f], &n);

    for (gsize i = 0; i < n; i++) {
      const LmMember *member = members[i];

      for (int k = 0; k < member->n_options; k++) {
        check_spec (member, &member->options[k]);
        for (int j = 0; j < k; j++)
          g_assert_cmpstr (member->options[j].id, !=, member->options[k].id);
      }
    }
  }
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/registry/members-are-found-by-id", test_members_are_found_by_id);
  g_test_add_func ("/registry/option-tables-are-sound", test_option_tables_are_sound);

  return g_test_run ();
}
