/* lamina-cli.c: main of `lamina`: finds the call, or starts the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-cli.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const LmCall *const calls[] = {
  &lm_call_templates,
  &lm_call_new,
  &lm_call_layers,
  &lm_call_info,
  &lm_call_train,
  &lm_call_evaluate,
  &lm_call_predict,
  &lm_call_score,
  &lm_call_look,
  &lm_call_convert,
  &lm_call_data,
  &lm_call_bench,
};

static void
print_help (void)
{
  lm_cli_print ("%s\n\n  lamina\n  lamina FILE.lamina\n  lamina %s\n\n%s\n", _ ("Usage:"), _ ("CALL …"), _ ("Calls:"));
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    lm_cli_print ("  %-10s %s\n", calls[i]->name, _ (calls[i]->summary));
  lm_cli_print ("\n%s\n%s\n",
                _ ("Without a call the window opens. “lamina CALL --help” shows the options of a call."),
                _ ("LAMINA_ISA=generic|avx2|avx512 forces a set of kernels."));
}

/* (transfer full): where the window's program lies: beside this one in the build folder, else where it was installed. */
static char *
find_app (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *built = folder != NULL ? g_build_filename (folder, "..", "ui", "lamina-app", NULL) : NULL;

  if (built != NULL && g_file_test (built, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&built);
  return g_build_filename (LIBEXECDIR, "lamina-app", NULL);
}

static int
open_window (char **argv)
{
  g_autofree char *app = find_app ();
  g_autoptr (GPtrArray) args = g_ptr_array_new ();

  if (g_getenv ("DISPLAY") == NULL && g_getenv ("WAYLAND_DISPLAY") == NULL) {
    fprintf (stderr, "lamina: %s\n", _ ("There is no display for a window. “lamina --help” lists what works without one."));
    return LM_EXIT_FAILED;
  }
  g_ptr_array_add (args, app);
  for (int i = 1; argv[i] != NULL; i++)
    g_ptr_array_add (args, argv[i]);
  g_ptr_array_add (args, NULL);
  execv (app, (char **) args->pdata);

  fprintf (stderr, _ ("lamina: The window cannot be opened: “%s”: %s. This build may be without it; “lamina --help” lists what works.\n"),
           app, g_strerror (errno));
  return LM_EXIT_FAILED;
}

int
main (int argc,
      char *argv[])
{
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("lamina");
  signal (SIGPIPE, SIG_DFL);

  if (argc > 1 && (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0 || strcmp (argv[1], "help") == 0)) {
    print_help ();
    return LM_EXIT_DONE;
  }
  if (argc > 1 && strcmp (argv[1], "--version") == 0) {
    lm_cli_print ("lamina %s\n", PACKAGE_VERSION);
    return LM_EXIT_DONE;
  }
  if (argc == 1 || g_str_has_suffix (argv[1], ".lamina"))
    return open_window (argv);

  if (!lm_kernels_init (NULL, &error))
    return lm_cli_fail (error);
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++) {
    if (strcmp (argv[1], calls[i]->name) == 0)
      return calls[i]->run (argc - 1, argv + 1);
  }
  fprintf (stderr, _ ("lamina: There is no call “%s”. “lamina --help” lists the calls.\n"), argv[1]);
  return LM_EXIT_USAGE;
}
