/* lm-csv-log.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-csv-log.h"

#include "lm-error.h"
#include "lm-i18n.h"

#include <math.h>

static void
put_number (GString *text,
            double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (text, ',');
  if (!isnan (value))
    g_string_append (text, g_ascii_dtostr (buffer, sizeof buffer, value));
}

static void
put_names (GString *text,
           LmHistory *history,
           const char *prefix)
{
  g_string_append_printf (text, ",%sloss", prefix);
  for (int m = 0; m < lm_history_n_metrics (history); m++)
    g_string_append_printf (text, ",%s%s", prefix, lm_history_metric (history, m)->name);
}

static void
put_figures (GString *text,
             LmHistory *history,
             const LmFigures *figures)
{
  put_number (text, figures->loss);
  for (int m = 0; m < lm_history_n_metrics (history); m++)
    put_number (text, figures->metric[m]);
}

gboolean
lm_csv_log_write (LmHistory *history,
                  gboolean validation,
                  const char *path,
                  GError **error)
{
  g_autoptr (GString) text = g_string_new ("epoch");
  g_autoptr (GError) reason = NULL;
  LmEpochRow row;

  put_names (text, history, "");
  if (validation)
    put_names (text, history, "val_");
  g_string_append (text, ",learning_rate,seconds\n");
  for (int i = 0; lm_history_get_epoch (history, i, &row); i++) {
    g_string_append_printf (text, "%" PRId64, row.epoch);
    put_figures (text, history, &row.train);
    if (validation)
      put_figures (text, history, &row.validation);
    put_number (text, row.rate);
    put_number (text, row.seconds);
    g_string_append_c (text, '\n');
  }
  if (g_file_set_contents (path, text->str, (gssize) text->len, &reason))
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("The log file “%s” cannot be written: %s. Choose another file, or none."), path, reason->message);
  return FALSE;
}
