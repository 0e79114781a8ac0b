/* lm-progress.h: how slow work tells how far it is and learns that it should stop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * LmProgressFunc:
 * @what: what is being done, translated: “Reading the data”
 * @share: how much is done, 0 to 1; negative if nobody knows
 *
 * Called now and then (at most every few milliseconds) on the thread that does
 * the work. A %NULL function means: nobody watches, never stop.
 *
 * Returns: %FALSE to stop; the work then fails with %LM_ERROR_CANCELLED
 */
typedef gboolean (*LmProgressFunc) (void *data, const char *what, double share);

G_END_DECLS
