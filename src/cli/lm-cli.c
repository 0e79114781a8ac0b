/* lm-cli.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-cli.h"

#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int lm_cli_threads = 0;

/* --- Words ---------------------------------------------------------------- */

gboolean
lm_cli_parse (const LmCall *call,
              const GOptionEntry *entries,
              int *argc,
              char ***argv,
              int min_args,
              int max_args)
{
  g_autofree char *parameters = g_strdup_printf ("%s %s", call->name, call->arguments);
  g_autoptr (GOptionContext) context = g_option_context_new (parameters);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, _ (call->summary));
  if (call->details != NULL)
    g_option_context_set_description (context, _ (call->details));
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error)) {
    lm_cli_usage (call, "%s", error->message);
    return FALSE;
  }
  /* “--” is left in place by GOption if options follow it. */
  if (*argc > 1 && strcmp ((*argv)[1], "--") == 0) {
    (*argv)++;
    (*argc)--;
  }
  if (*argc - 1 < min_args || *argc - 1 > max_args) {
    lm_cli_usage (call, *argc - 1 < min_args ? _ ("too few words") : _ ("too many words: “%s”"),
                  *argc - 1 > max_args ? (*argv)[max_args + 1] : "");
    return FALSE;
  }
  return TRUE;
}

int
lm_cli_fail (const GError *error)
{
  lm_cli_progress_done ();
  fprintf (stderr, "lamina: %s\n", error->message);
  if (g_error_matches (error, LM_ERROR, LM_ERROR_USAGE))
    return LM_EXIT_USAGE;
  if (g_error_matches (error, LM_ERROR, LM_ERROR_CANCELLED) && lm_cli_is_interrupted ())
    return LM_EXIT_INTERRUPTED;
  return LM_EXIT_FAILED;
}

int
lm_cli_usage (const LmCall *call,
              const char *format,
              ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr, _ ("lamina %s: %s. “lamina %s --help” shows how it is used.\n"), call->name, message, call->name);
  return LM_EXIT_USAGE;
}

void
lm_cli_put_line (LmJsonWriter *writer)
{
  g_autofree char *line = lm_json_writer_end (writer);

  fputs (line, stdout);
  fputc ('\n', stdout);
  fflush (stdout);
}

void
lm_cli_print (const char *format,
              ...)
{
  va_list args;

  va_start (args, format);
  vprintf (format, args);
  va_end (args);
}

char *
lm_cli_count (gint64 n)
{
  return g_strdup_printf ("%'" G_GINT64_FORMAT, n);
}

char *
lm_cli_bytes (guint64 n)
{
  return g_format_size_full (n, G_FORMAT_SIZE_IEC_UNITS);
}

char *
lm_cli_seconds (double seconds)
{
  gint64 s = isfinite (seconds) && seconds < 1e9 ? (gint64) (seconds + 0.5) : -1;

  if (s < 0)
    return g_strdup ("?");
  if (s < 60)
    return g_strdup_printf ("0:%02d", (int) s);
  if (s < 3600)
    return g_strdup_printf (_ ("%d min %d s"), (int) (s / 60), (int) (s % 60));
  return g_strdup_printf (_ ("%d h %d min"), (int) (s / 3600), (int) (s % 3600 / 60));
}

/* --- Ctrl-C ----------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;
static _Atomic (LmTrainer *) current_trainer;

static void
interrupt_cb (int number)
{
  LmTrainer *trainer = atomic_load (&current_trainer);

  /* A second time: now. The project survives that as it survives a kill. */
  if (interrupted)
    _exit (LM_EXIT_INTERRUPTED);
  interrupted = 1;
  if (trainer != NULL)
    lm_trainer_stop (trainer);
}

gboolean
lm_cli_is_interrupted (void)
{
  return interrupted != 0;
}

void
lm_cli_set_trainer (LmTrainer *trainer)
{
  struct sigaction action = { 0 };

  atomic_store (&current_trainer, trainer);
  action.sa_handler = trainer != NULL ? interrupt_cb : SIG_DFL;
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  if (trainer != NULL && interrupted)
    lm_trainer_stop (trainer);
}

/* --- Progress on a terminal -------------------------------------------------- */

static gboolean status_shown;

void
lm_cli_status (const char *text)
{
  if (!isatty (STDERR_FILENO))
    return;
  fprintf (stderr, "\r\033[K%s", text);
  fflush (stderr);
  status_shown = TRUE;
}

void
lm_cli_progress_done (void)
{
  if (!status_shown)
    return;
  fputs ("\r\033[K", stderr);
  fflush (stderr);
  status_shown = FALSE;
}

gboolean
lm_cli_progress (void *data,
                 const char *what,
                 double share)
{
  static gint64 last;
  gint64 now = g_get_monotonic_time ();

  if (now - last > 50000) {
    g_autofree char *text = share >= 0 ? g_strdup_printf ("%s … %d %%", what, (int) (share * 100)) : g_strdup_printf ("%s …", what);

    last = now;
    lm_cli_status (text);
  }
  return !lm_cli_is_interrupted ();
}
