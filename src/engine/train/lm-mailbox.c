/* lm-mailbox.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

struct _LmMailbox {
  pthread_mutex_t lock;
  pthread_cond_t came; /* an event lies in the box */
  pthread_cond_t took; /* a checkpoint was taken */
  GQueue kept;         /* LmEvent, in order */
  LmEvent *step;       /* the latest STEP */
  guint64 before_step; /* events put into kept before it that had not been taken then */
  gboolean has_checkpoint;
  gboolean is_closed;
  void (*wake) (void *data);
  void *wake_data;
};

LmMailbox *
lm_mailbox_new (void (*wake) (void *data),
                void *data)
{
  LmMailbox *self = g_new0 (LmMailbox, 1);
  pthread_condattr_t attr;

  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->came, &attr);
  pthread_cond_init (&self->took, &attr);
  pthread_condattr_destroy (&attr);
  g_queue_init (&self->kept);
  self->wake = wake;
  self->wake_data = data;
  return self;
}

void
lm_mailbox_free (LmMailbox *self)
{
  LmEvent *event;

  if (self == NULL)
    return;
  while ((event = g_queue_pop_head (&self->kept)) != NULL)
    lm_event_unref (event);
  lm_event_unref (self->step);
  pthread_cond_destroy (&self->came);
  pthread_cond_destroy (&self->took);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

void
lm_mailbox_put (LmEvent *event,
                void *mailbox)
{
  LmMailbox *self = mailbox;
  LmEvent *replaced = NULL;
  gboolean was_empty;

  pthread_mutex_lock (&self->lock);
  while (event->kind == LM_EVENT_CHECKPOINT && self->has_checkpoint && !self->is_closed)
    pthread_cond_wait (&self->took, &self->lock);

  was_empty = self->kept.length == 0 && self->step == NULL;
  lm_event_ref (event);
  if (event->kind == LM_EVENT_STEP) {
    replaced = self->step;
    self->step = event;
    self->before_step = self->kept.length;
  } else {
    g_queue_push_tail (&self->kept, event);
    self->has_checkpoint = self->has_checkpoint || event->kind == LM_EVENT_CHECKPOINT;
  }
  pthread_cond_signal (&self->came);
  pthread_mutex_unlock (&self->lock);

  lm_event_unref (replaced);
  if (was_empty && self->wake != NULL)
    self->wake (self->wake_data);
}

/* With the lock held. */
static LmEvent *
take_locked (LmMailbox *self)
{
  LmEvent *event;

  if (self->step != NULL && self->before_step == 0)
    return g_steal_pointer (&self->step);

  event = g_queue_pop_head (&self->kept);
  if (self->step != NULL)
    self->before_step--;
  if (event != NULL && event->kind == LM_EVENT_CHECKPOINT) {
    /* After closing there may be more than one. */
    self->has_checkpoint = FALSE;
    for (GList *l = self->kept.head; l != NULL; l = l->next)
      self->has_checkpoint = self->has_checkpoint || ((LmEvent *) l->data)->kind == LM_EVENT_CHECKPOINT;
    pthread_cond_signal (&self->took);
  }
  return event;
}

LmEvent *
lm_mailbox_take (LmMailbox *self)
{
  LmEvent *event;

  pthread_mutex_lock (&self->lock);
  event = take_locked (self);
  pthread_mutex_unlock (&self->lock);
  return event;
}

LmEvent *
lm_mailbox_wait (LmMailbox *self,
                 double seconds)
{
  struct timespec until;
  LmEvent *event;
  int status = 0;

  clock_gettime (CLOCK_MONOTONIC, &until);
  if (seconds >= 0) {
    until.tv_sec += (time_t) seconds;
    until.tv_nsec += (long) ((seconds - (double) (time_t) seconds) * 1e9);
    if (until.tv_nsec >= 1000000000) {
      until.tv_nsec -= 1000000000;
      until.tv_sec++;
    }
  }

  pthread_mutex_lock (&self->lock);
  while ((event = take_locked (self)) == NULL && status != ETIMEDOUT) {
    if (seconds < 0)
      pthread_cond_wait (&self->came, &self->lock);
    else
      status = pthread_cond_timedwait (&self->came, &self->lock, &until);
  }
  pthread_mutex_unlock (&self->lock);
  return event;
}

void
lm_mailbox_close (LmMailbox *self)
{
  pthread_mutex_lock (&self->lock);
  self->is_closed = TRUE;
  pthread_cond_broadcast (&self->took);
  pthread_mutex_unlock (&self->lock);
}
