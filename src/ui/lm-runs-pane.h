/* lm-runs-pane.h: the runs of a project: which one is shown, which ones beside it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-session.h"

G_BEGIN_DECLS

#define LM_TYPE_RUNS_PANE (lm_runs_pane_get_type ())

/**
 * LmRunsPane:
 *
 * Newest first. A click shows a run, Ctrl-click further ones beside it.
 * Signal “selection-changed”.
 */
G_DECLARE_FINAL_TYPE (LmRunsPane, lm_runs_pane, LM, RUNS_PANE, GtkWidget)

void lm_runs_pane_set_source (LmRunsPane *self, LmDocument *document, LmSession *session);

/* The run shown in its own two colours: the newest selected one; 0 if there is none. */
gint64 lm_runs_pane_get_main (LmRunsPane *self);

/* (transfer full) (element-type gint64): all others, newest first: their place is their colour. */
GArray *lm_runs_pane_get_others (LmRunsPane *self);
gboolean lm_runs_pane_is_selected (LmRunsPane *self, gint64 run);

/* Selects @run alone; of a run that is not listed yet, as soon as it is. */
void lm_runs_pane_select (LmRunsPane *self, gint64 run);

G_END_DECLS
