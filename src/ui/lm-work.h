/* lm-work.h: slow work on another thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Does the work; what it finds goes into @data. On a thread of its own; must not touch @owner. */
typedef void (*LmWorkFunc) (gpointer data, GError **error);

/* On the main thread, when the work is done. @error: (nullable): borrowed. */
typedef void (*LmWorkDone) (gpointer owner, gpointer data, const GError *error);

/**
 * lm_work_run:
 * @owner: a #GObject; a reference is held until @done has returned
 * @done: (nullable)
 * @data: handed over; freed with @free_data (nullable) on the main thread after @done
 *
 * Everything in the window that may take longer than 8 ms goes through here,
 * except training, which has its own thread (lm-session.c).
 */
void lm_work_run (gpointer owner, LmWorkFunc func, LmWorkDone done, gpointer data, GDestroyNotify free_data);

/* How many are under way: tests wait for 0. */
guint lm_work_n_pending (void);

G_END_DECLS
