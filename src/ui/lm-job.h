/* lm-job.h: how far slow work on another thread is, and how it is told to stop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "lm-progress.h"

G_BEGIN_DECLS

/**
 * LmJob:
 *
 * Shared by the thread that works (it gives lm_job_progress() to the engine)
 * and the main thread, which looks at it now and then. Counted by C11 atomics.
 */
typedef struct _LmJob LmJob;

LmJob *lm_job_new (void);
LmJob *lm_job_ref (LmJob *self);
void lm_job_unref (LmJob *self);

/* An LmProgressFunc; @job is the LmJob. Thread: any. */
gboolean lm_job_progress (void *job, const char *what, double share);

/* What lm_job_progress() says of the work is scaled into this part of the whole. Thread: the one that works. */
void lm_job_set_range (LmJob *self, double from, double to);

/* Ends the work at its next step. Thread: any. */
void lm_job_cancel (LmJob *self);
gboolean lm_job_is_cancelled (LmJob *self);

double lm_job_get_share (LmJob *self); /* 0 … 1; negative while nobody knows */

/**
 * LmJobBar:
 *
 * A line of words, a bar and Cancel, for as long as a job lasts that takes
 * longer than half a second.
 */
#define LM_TYPE_JOB_BAR (lm_job_bar_get_type ())

G_DECLARE_FINAL_TYPE (LmJobBar, lm_job_bar, LM, JOB_BAR, GtkWidget)

GtkWidget *lm_job_bar_new (void);

/* Shows @job (a reference is taken) with @words until the next call; NULL: none. */
void lm_job_bar_set_job (LmJobBar *self, LmJob *job, const char *words);

G_END_DECLS
