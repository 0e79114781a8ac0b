/* main.c: starts the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-application.h"

#include <locale.h>

#include "lm-i18n.h"

static gboolean
has_graphics_card (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/dev/dri", 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    if (g_str_has_prefix (name, "renderD"))
      return TRUE;
  }
  return FALSE;
}

/* Without a graphics card GTK would draw with OpenGL in software: slower, and ten times the memory. */
static void
choose_renderer (void)
{
  const char *debug = g_getenv ("GDK_DEBUG");
  g_autofree char *with_gl_off = debug != NULL ? g_strconcat (debug, ",gl-disable", NULL) : g_strdup ("gl-disable");

  if (has_graphics_card () || g_getenv ("GSK_RENDERER") != NULL)
    return;
  g_setenv ("GSK_RENDERER", "cairo", TRUE);
  g_setenv ("GDK_DEBUG", with_gl_off, TRUE);
}

/* Not installed, the schema lies in the build folder: build/src/ui/lamina-app, build/data/gschemas.compiled. */
static void
find_schema (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *data = folder != NULL ? g_build_filename (folder, "..", "..", "data", NULL) : NULL;
  g_autofree char *compiled = data != NULL ? g_build_filename (data, "gschemas.compiled", NULL) : NULL;
  const char *before = g_getenv ("GSETTINGS_SCHEMA_DIR");
  g_autofree char *value = NULL;

  if (compiled == NULL || !g_file_test (compiled, G_FILE_TEST_EXISTS))
    return;
  value = before != NULL ? g_strjoin (":", data, before, NULL) : g_strdup (data);
  g_setenv ("GSETTINGS_SCHEMA_DIR", value, TRUE);
}

int
main (int argc,
      char *argv[])
{
  g_autoptr (LmApplication) application = NULL;

  choose_renderer ();
  find_schema ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname (APP_ID);
  g_set_application_name ("Lamina");

  application = lm_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
