/* lm-csv-log.h: the figures of a run as a file of comma-separated values
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-history.h"

G_BEGIN_DECLS

/**
 * lm_csv_log_write:
 * @validation: there are columns for the validation
 *
 * Writes all complete epochs of @history to @path, in the place of what is
 * there: epoch, loss, each metric, the same of the validation with “val_” in
 * front, learning_rate, seconds. A figure that is not known is empty.
 *
 * Returns: %FALSE with %LM_ERROR_IO set if the file cannot be written
 */
gboolean lm_csv_log_write (LmHistory *history, gboolean validation, const char *path, GError **error);

G_END_DECLS
