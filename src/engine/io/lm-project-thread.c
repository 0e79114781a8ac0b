/* lm-project-thread.c: the one thread that owns a project's connection, and its queue
 *
 * Commits do not wait for the disk: the log is written, which survives a kill,
 * and the disk is asked to keep it (a power cut is survived) two seconds after
 * the first change at the latest, when nobody waits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-project-private.h"

#include "lm-i18n.h"

#include <time.h>

/* Microseconds; pages of the log, 4 KiB each, after which it is moved into the file at once. */
#define SYNC_INTERVAL 2000000
#define LOG_LIMIT 8192

struct _LmJob {
  LmJobKind kind;
  LmJobFunc func;
  void *data;
  GDestroyNotify free_data;
  gboolean is_posted;
  gboolean keep;
  gboolean is_done;
  gboolean is_good;
  GError *error;
};

/* The project whose thread this is. */
static _Thread_local LmProject *current;

static void
job_free (LmJob *job)
{
  if (job->free_data != NULL)
    job->free_data (job->data);
  g_clear_error (&job->error);
  g_free (job);
}

/* --- On the thread ---------------------------------------------------------------- */

static gboolean
perform (LmProject *self,
         LmJob *job,
         GError **error)
{
  gboolean good;

  if (self->db == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” could not be opened again after it was moved."), self->shown);
    return FALSE;
  }
  if (job->kind == LM_JOB_PLAIN)
    return job->func (self, job->data, error);
  if (!lm_sqlite_exec (self->db, job->kind == LM_JOB_CHANGE ? "BEGIN IMMEDIATE" : "BEGIN", error))
    return FALSE;
  good = job->func (self, job->data, error) && lm_sqlite_commit (self->db, error);
  if (!good)
    lm_sqlite_rollback (self->db);
  else if (job->kind == LM_JOB_CHANGE && self->dirty_since == 0)
    self->dirty_since = g_get_monotonic_time ();
  return good;
}

static void
tell (LmProject *self,
      const GError *error)
{
  LmProjectProblemFunc func;
  void *data;

  if (error == NULL && !self->has_problem)
    return;
  self->has_problem = error != NULL;
  pthread_mutex_lock (&self->lock);
  func = self->problem;
  data = self->problem_data;
  pthread_mutex_unlock (&self->lock);
  if (func != NULL)
    func (error, data);
}

/* Changes that could not be written come first. */
static gboolean
catch_up (LmProject *self,
          GError **error)
{
  while (!g_queue_is_empty (&self->failed)) {
    LmJob *job = g_queue_peek_head (&self->failed);

    if (!perform (self, job, error))
      return FALSE;
    job_free (g_queue_pop_head (&self->failed));
  }
  tell (self, NULL);
  return TRUE;
}

/* Consumes @job. */
static void
do_posted (LmProject *self,
           LmJob *job)
{
  g_autoptr (GError) error = NULL;
  gboolean good = catch_up (self, &error) && perform (self, job, &error);

  if (good) {
    tell (self, NULL);
    job_free (job);
    return;
  }
  /* What fails for another reason than the disk would fail for ever. */
  if (job->keep && (error->code == LM_ERROR_IO || error->code == LM_ERROR_BUSY))
    g_queue_push_tail (&self->failed, job);
  else
    job_free (job);
  tell (self, error);
}

static void
do_job (LmProject *self,
        LmJob *job)
{
  if (job->is_posted) {
    do_posted (self, job);
    return;
  }
  job->is_good = (job->kind != LM_JOB_CHANGE || catch_up (self, &job->error)) && perform (self, job, &job->error);
  pthread_mutex_lock (&self->lock);
  job->is_done = TRUE;
  pthread_cond_broadcast (&self->done);
  pthread_mutex_unlock (&self->lock);
}

/* Moves the log into the file; both are then on the disk. Readers may hold part of it back; that is no error. */
static void
sync_log (LmProject *self,
          gboolean at_once)
{
  g_autoptr (GError) error = NULL;

  if (self->dirty_since == 0 || self->db == NULL)
    return;
  if (!at_once && g_get_monotonic_time () - self->dirty_since < SYNC_INTERVAL && lm_sqlite_log_size (self->db) < LOG_LIMIT)
    return;
  self->dirty_since = 0;
  if (!lm_sqlite_exec (self->db, "PRAGMA wal_checkpoint (PASSIVE)", &error))
    g_debug ("The log stays: %s", error->message);
}

/* The next job; NULL when the project closes, or to sync the log. */
static LmJob *
next_job (LmProject *self,
          gboolean *is_over)
{
  LmJob *job;

  pthread_mutex_lock (&self->lock);
  while (g_queue_is_empty (&self->jobs) && !self->is_closing) {
    if (self->dirty_since == 0) {
      pthread_cond_wait (&self->work, &self->lock);
    } else {
      gint64 until = self->dirty_since + SYNC_INTERVAL;
      struct timespec time = { (time_t) (until / 1000000), (long) (until % 1000000) * 1000 };

      if (pthread_cond_timedwait (&self->work, &self->lock, &time) != 0)
        break;
    }
  }
  job = g_queue_pop_head (&self->jobs);
  *is_over = job == NULL && self->is_closing;
  pthread_mutex_unlock (&self->lock);
  return job;
}

static void *
thread_main (void *data)
{
  LmProject *self = data;
  gboolean is_over;

  current = self;
  do {
    LmJob *job = next_job (self, &is_over);

    if (job != NULL)
      do_job (self, job);
    sync_log (self, FALSE);
  } while (!is_over);
  return NULL;
}

/* --- From outside -------------------------------------------------------------------- */

gboolean
lm_project_call (LmProject *self,
                 LmJobKind kind,
                 LmJobFunc func,
                 void *data,
                 GError **error)
{
  LmJob job = { .kind = kind, .func = func, .data = data };
  gboolean is_open;

  if (kind == LM_JOB_CHANGE && !lm_project_require_writable (self, error))
    return FALSE;
  if (current == self)
    return func (self, data, error);

  pthread_mutex_lock (&self->lock);
  is_open = !self->is_closing;
  if (is_open) {
    g_queue_push_tail (&self->jobs, &job);
    pthread_cond_signal (&self->work);
  }
  while (is_open && !job.is_done)
    pthread_cond_wait (&self->done, &self->lock);
  if (!is_open)
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” has been closed. Open it again."), self->shown);
  pthread_mutex_unlock (&self->lock);

  if (job.error != NULL)
    g_propagate_error (error, job.error);
  return is_open && job.is_good;
}

void
lm_project_post (LmProject *self,
                 gboolean keep,
                 LmJobFunc func,
                 void *data,
                 GDestroyNotify free_data)
{
  LmJob *job = g_new0 (LmJob, 1);
  gboolean is_open;

  *job = (LmJob){ .kind = LM_JOB_CHANGE, .func = func, .data = data, .free_data = free_data, .is_posted = TRUE, .keep = keep };
  pthread_mutex_lock (&self->lock);
  is_open = !self->is_closing && self->read_only == NULL;
  if (is_open) {
    g_queue_push_tail (&self->jobs, job);
    pthread_cond_signal (&self->work);
  }
  pthread_mutex_unlock (&self->lock);
  if (!is_open)
    job_free (job);
}

static gboolean
flush_job (LmProject *self,
           void *data,
           GError **error)
{
  if (!catch_up (self, error))
    return FALSE;
  sync_log (self, TRUE);
  return TRUE;
}

gboolean
lm_project_flush (LmProject *self,
                  GError **error)
{
  return lm_project_call (self, LM_JOB_PLAIN, flush_job, NULL, error);
}

void
lm_project_set_problem_func (LmProject *self,
                             LmProjectProblemFunc func,
                             void *data)
{
  pthread_mutex_lock (&self->lock);
  self->problem = func;
  self->problem_data = data;
  pthread_mutex_unlock (&self->lock);
}

void
lm_project_init_thread (LmProject *self)
{
  pthread_condattr_t attr;

  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->work, &attr);
  pthread_cond_init (&self->done, &attr);
  pthread_condattr_destroy (&attr);
  g_queue_init (&self->jobs);
  g_queue_init (&self->failed);
}

void
lm_project_clear_thread (LmProject *self)
{
  pthread_cond_destroy (&self->work);
  pthread_cond_destroy (&self->done);
  pthread_mutex_destroy (&self->lock);
}

gboolean
lm_project_start_thread (LmProject *self,
                         GError **error)
{
  int status = pthread_create (&self->thread, NULL, thread_main, self);

  if (status != 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("“%s” cannot be opened: the system gives no further thread (%s). Close other programs."), self->shown, g_strerror (status));
    return FALSE;
  }
  self->has_thread = TRUE;
  return TRUE;
}

gboolean
lm_project_stop_thread (LmProject *self,
                        GError **error)
{
  gboolean good;

  pthread_mutex_lock (&self->lock);
  self->is_closing = TRUE;
  pthread_cond_broadcast (&self->work);
  pthread_mutex_unlock (&self->lock);
  pthread_join (self->thread, NULL);
  self->has_thread = FALSE;

  good = catch_up (self, error);
  g_queue_clear_full (&self->failed, (GDestroyNotify) job_free);
  return good;
}
