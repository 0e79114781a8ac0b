/* lm-recorder.h: writes what a run tells into its project
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-event.h"
#include "lm-project.h"

G_BEGIN_DECLS

/**
 * LmRecorder:
 *
 * Stands between the trainer and whoever watches: an event of an epoch, a
 * checkpoint or the end is passed on when it is safely in the file, so that
 * what people have seen is there after a kill. An epoch and its checkpoint are
 * one transaction; losses of single steps follow every 2 s. If nothing can be
 * written (disk full), training goes on and all that is missing is written
 * with the next epoch, or by lm_recorder_retry().
 */
typedef struct _LmRecorder LmRecorder;

/**
 * LmRecorderProblemFunc:
 * @error: why it could not be saved; %NULL when everything is saved again
 * @saved_epoch: the last epoch that is in the file
 *
 * Called on the trainer's thread, or the one that retries, when it changes.
 */
typedef void (*LmRecorderProblemFunc) (const GError *error, gint64 saved_epoch, void *data);

/* @sink: (nullable): where events go on to. */
LmRecorder *lm_recorder_new (LmProject *project, gint64 run, LmEventSink sink, void *data);
void lm_recorder_free (LmRecorder *self);

/* Before the first event. */
void lm_recorder_set_problem_func (LmRecorder *self, LmRecorderProblemFunc func, void *data);
void lm_recorder_set_fingerprint (LmRecorder *self, const char *fingerprint);

/* At STARTED, before that event is given in: the trainer's record (its losses are what is written) and fitted chain.
 * @saved_step, @saved_epoch: how much of it the file has already (resume). */
void lm_recorder_set_record (LmRecorder *self, LmHistory *history, const LmPipeline *pipeline, gint64 saved_step, gint64 saved_epoch);

/* An LmEventSink: @recorder is the LmRecorder. Thread: the trainer's. */
void lm_recorder_put (LmEvent *event, void *recorder);

/* Tries again at once to write what is missing. Thread: any. */
gboolean lm_recorder_retry (LmRecorder *self, GError **error);

/* From now on a stop means that the program is being left: the run counts as paused. */
void lm_recorder_leave (LmRecorder *self);

/* The last epoch that is in the file. Thread: any. */
gint64 lm_recorder_saved_epoch (LmRecorder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmRecorder, lm_recorder_free)

G_END_DECLS
