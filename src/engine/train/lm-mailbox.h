/* lm-mailbox.h: events from the trainer's thread to another, without flooding it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-event.h"

G_BEGIN_DECLS

/**
 * LmMailbox:
 *
 * A queue in which only the latest STEP is kept and everything else is kept in
 * order. At most one checkpoint is outstanding: putting a second waits until
 * the first has been taken, so that memory stays bounded and none is lost.
 * Thread: one puts, one takes.
 */
typedef struct _LmMailbox LmMailbox;

/* @wake: (nullable): called on the putting thread, without locks held, when something lies in a box that was empty. */
LmMailbox *lm_mailbox_new (void (*wake) (void *data), void *data);
void lm_mailbox_free (LmMailbox *self);

/* An LmEventSink: @mailbox is the LmMailbox. */
void lm_mailbox_put (LmEvent *event, void *mailbox);

/* (transfer full): the oldest event, %NULL if the box is empty. */
LmEvent *lm_mailbox_take (LmMailbox *self);

/* The same, waiting up to @seconds (negative: for ever) for one to come. */
LmEvent *lm_mailbox_wait (LmMailbox *self, double seconds);

/* From now on putting never waits: before joining the trainer's thread from the one that takes. */
void lm_mailbox_close (LmMailbox *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmMailbox, lm_mailbox_free)

G_END_DECLS
