/* test-translation.c: a message of the engine comes out in the language of the person
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-option.h"

#include <locale.h>

#include <glib/gstdio.h>

static const LmOptionSpec units = {
  .kind = LM_OPTION_INT,
  .id = "units",
  .title = "Units",
  .min = 1,
  .max = 65536,
};

static char *
message_for (const char *text)
{
  g_auto (GStrv) parts = NULL;
  g_autoptr (GError) error = NULL;
  LmOptionValue value = { 0 };

  g_assert_false (lm_option_parse (&units, text, &value, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_OPTION);

  return g_strdup (error->message);
}

static void
assert_german (void)
{
  g_autofree char *message = message_for ("many");

  g_assert_cmpstr (message, ==,
                   "Die Option „units“ kann nicht „many“ sein: es muss eine ganze Zahl wie 64 sein. "
                   "Geben Sie sie in dieser Form ein.");
}

static void
test_english (void)
{
  g_autofree char *message = NULL;

  g_unsetenv ("LANGUAGE");
  g_assert_nonnull (setlocale (LC_ALL, "C.UTF-8"));

  message = message_for ("many");
  g_assert_cmpstr (message, ==, "The option “units” cannot be “many”: it must be a whole number such as 64. Type it in that form.");
}

static void
test_language (void)
{
  g_setenv ("LANGUAGE", "de", TRUE);
  g_assert_nonnull (setlocale (LC_ALL, "C.UTF-8"));
  assert_german ();
  g_unsetenv ("LANGUAGE");
}

static gboolean
make_locale (const char *folder,
             const char **why)
{
  g_autofree char *localedef = g_find_program_in_path ("localedef");
  g_autofree char *output = g_build_filename (folder, "de_DE.UTF-8", NULL);
  const char *argv[] = { localedef, "-i", "de_DE", "-f", "UTF-8", output, NULL };
  int status = 1;

  *why = "localedef is not installed";
  if (localedef == NULL)
    return FALSE;

  *why = "the sources of the German locale are not installed";
  return g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                       NULL, NULL, NULL, NULL, &status, NULL) &&
         g_spawn_check_wait_status (status, NULL);
}

static void
remove_locale (const char *folder)
{
  const char *argv[] = { "rm", "-rf", folder, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
}

static void
test_own_locale (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lamina-locale-XXXXXX", NULL);
  const char *why = NULL;

  if (!make_locale (folder, &why)) {
    remove_locale (folder);
    g_test_skip (why);
    return;
  }

  g_unsetenv ("LANGUAGE");
  g_setenv ("LOCPATH", folder, TRUE);
  g_assert_nonnull (setlocale (LC_ALL, "de_DE.UTF-8"));
  g_assert_cmpstr (localeconv ()->decimal_point, ==, ",");
  assert_german ();

  /* A German comma in messages changes nothing in what is typed and stored. */
  {
    const LmOptionSpec rate = { .kind = LM_OPTION_DOUBLE, .id = "learning_rate", .min = 0, .max = 1 };
    g_autofree char *text = NULL;
    LmOptionValue value = { 0 };

    g_assert_true (lm_option_parse (&rate, "0.25", &value, NULL));
    g_assert_cmpfloat (value.d, ==, 0.25);
    text = lm_option_format (&rate, &value);
    g_assert_cmpstr (text, ==, "0.25");
  }

  setlocale (LC_ALL, "C.UTF-8");
  g_unsetenv ("LOCPATH");
  remove_locale (folder);
}

int
main (int argc,
      char **argv)
{
  g_autofree char *folder = NULL;

  g_test_init (&argc, &argv, NULL);

  folder = g_test_build_filename (G_TEST_BUILT, "..", "po", NULL);
  bindtextdomain (GETTEXT_PACKAGE, folder);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");

  g_test_add_func ("/translation/english-by-default", test_english);
  g_test_add_func ("/translation/german-by-language", test_language);
  g_test_add_func ("/translation/german-by-own-locale", test_own_locale);

  return g_test_run ();
}
