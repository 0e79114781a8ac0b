/* lm-words.h: times, sizes and figures as the window writes them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-engine.h"

G_BEGIN_DECLS

/* All (transfer full). */

/* What is left: “0:19”, “12:05”, “1 h 5 min”; “?” while not known. */
char *lm_words_left (double seconds);

/* What it took: “0.8 s”, “58 s”, “3 min 20 s”, “1 h 5 min” */
char *lm_words_duration (double seconds);

/* “41 MiB” */
char *lm_words_bytes (guint64 bytes);

/* “1e-3”, “3e-4”, “0.05” */
char *lm_words_rate (double rate);

/* “1.06 M”, “18,496” */
char *lm_words_count (gint64 n);

/* A loss with 3 significant digits, a share with 3 decimals. */
char *lm_words_loss (double loss);
char *lm_words_metric (const LmMetricInfo *metric, double value);

/* “Run 5”, or the name people gave it. */
char *lm_words_run (const LmRunInfo *info);

G_END_DECLS
