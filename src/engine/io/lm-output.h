/* lm-output.h: a file that appears under its name only when it is complete
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-error.h"

G_BEGIN_DECLS

/* Written beside its place and moved there at the end; replaces a file that is there. Thread: one. */
typedef struct _LmOutput LmOutput;

LmOutput *lm_output_new (const char *path, GError **error);

/* FALSE if it cannot be written; lm_output_close() then says why. */
gboolean lm_output_write (LmOutput *self, const void *data, gsize n);

/* Ends it and frees @self. FALSE with %LM_ERROR_IO set if anything could not be written: nothing is left then. */
gboolean lm_output_close (LmOutput *self, GError **error);

G_END_DECLS
