/* lm-work.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-work.h"

typedef struct {
  LmWorkFunc func;
  LmWorkDone done;
  gpointer data;
  GDestroyNotify free_data;
} Work;

static guint n_pending;

static void
work_free (gpointer data)
{
  g_free (data);
}

static void
work_thread (GTask *task,
             gpointer source,
             gpointer data,
             GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;

  work->func (work->data, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
work_ready_cb (GObject *owner,
               GAsyncResult *result,
               gpointer data)
{
  GTask *task = G_TASK (result);
  Work *work = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (task, &error);
  n_pending--;
  if (work->done != NULL)
    work->done (owner, work->data, error);
  if (work->free_data != NULL)
    work->free_data (work->data);
}

void
lm_work_run (gpointer owner,
             LmWorkFunc func,
             LmWorkDone done,
             gpointer data,
             GDestroyNotify free_data)
{
  g_autoptr (GTask) task = NULL;
  Work *work = g_new0 (Work, 1);

  g_return_if_fail (G_IS_OBJECT (owner));

  *work = (Work){ func, done, data, free_data };
  task = g_task_new (owner, NULL, work_ready_cb, NULL);
  g_task_set_task_data (task, work, work_free);
  n_pending++;
  g_task_run_in_thread (task, work_thread);
}

guint
lm_work_n_pending (void)
{
  return n_pending;
}
