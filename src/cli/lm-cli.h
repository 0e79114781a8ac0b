/* lm-cli.h: what the calls of the command line share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-engine.h"
#include "lm-i18n.h"

G_BEGIN_DECLS

/* Exit statuses: a contract. */
enum {
  LM_EXIT_DONE = 0,
  LM_EXIT_FAILED = 1,
  LM_EXIT_USAGE = 2,
  LM_EXIT_INTERRUPTED = 130,
};

/**
 * LmCall: one call, `lamina NAME …`
 * @arguments: what follows the name in the usage line
 * @summary: N_(): one line for the list of calls
 * @details: N_(): what --help says below the options, with examples; may be NULL
 * @run: gets what follows the name; returns the exit status
 */
typedef struct {
  const char *name;
  const char *arguments;
  const char *summary;
  const char *details;
  int (*run) (int argc, char **argv);
} LmCall;

/**
 * lm_cli_parse:
 * @entries: (nullable): options, NULL-ended
 * @min_args, @max_args: how many words besides options
 *
 * Reads the options of a call; --help prints and exits. @argv[1 …] are then the words.
 *
 * Returns: %FALSE after having said what is wrong: return LM_EXIT_USAGE
 */
gboolean lm_cli_parse (const LmCall *call, const GOptionEntry *entries, int *argc, char ***argv, int min_args, int max_args);

/* One line on standard error; the exit status that fits the error. */
int lm_cli_fail (const GError *error);

/* The same for a wrong use, LM_ERROR_USAGE. */
int lm_cli_usage (const LmCall *call, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* One line of JSON Lines on standard output, at once. Frees @writer. */
void lm_cli_put_line (LmJsonWriter *writer);

/* Text on standard output. */
void lm_cli_print (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* (transfer full): 18,496 with the separators of the locale; bytes as KiB, MiB, GiB; seconds as 0:19 or 1 h 5 min. */
char *lm_cli_count (gint64 n);
char *lm_cli_bytes (guint64 n);
char *lm_cli_seconds (double seconds);

/* The options that many calls have. */
extern int lm_cli_threads;

/* TRUE after Ctrl-C. */
gboolean lm_cli_is_interrupted (void);

/* From now on Ctrl-C stops @trainer after its current step instead of ending the process; NULL: as before. */
void lm_cli_set_trainer (LmTrainer *trainer);

/* An LmProgressFunc: words and a bar on a terminal, nothing elsewhere; stops on Ctrl-C. @data: NULL. */
gboolean lm_cli_progress (void *data, const char *what, double share);

/* Ends the line of the bar. */
void lm_cli_progress_done (void);

/* A status line that replaces the one before; on a terminal only. */
void lm_cli_status (const char *text);

extern const LmCall lm_call_templates, lm_call_new, lm_call_layers, lm_call_info, lm_call_train, lm_call_evaluate,
  lm_call_predict, lm_call_score, lm_call_look, lm_call_convert, lm_call_data, lm_call_bench;

G_END_DECLS
