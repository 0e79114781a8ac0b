/* lm-parallel.h: a persistent pool of threads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * LmPool:
 *
 * Runs numbered tasks on a fixed set of threads. Tasks are dealt from an
 * atomic counter; since each task owns its outputs and the number of tasks
 * depends on shapes alone, results do not depend on the number of threads.
 * A worker spins about 50 µs for the next call and then sleeps on a futex or
 * condition variable. All pool threads, and the caller while it is inside a
 * run, flush denormals to zero (MXCSR 0x8040), or bits would depend on which
 * thread ran a task.
 *
 * Thread: lm_pool_run() from one thread at a time; not from inside a task.
 */
typedef struct _LmPool LmPool;

/* @task: 0 … n_tasks − 1; @thread: 0 … n_threads − 1, for scratch memory only. */
typedef void (*LmTaskFunc) (void *data, int task, int thread);

/* @n_threads: 0 for one per core that this process may use. @nice: added to the niceness of the workers (0 or 10). */
LmPool *lm_pool_new (int n_threads, int nice);
void lm_pool_free (LmPool *self);

int lm_pool_get_n_threads (const LmPool *self);

/* Runs all tasks and returns when they are done. Allocates nothing. A NULL pool, one task or one thread: in the caller, in order. */
void lm_pool_run (LmPool *self, int n_tasks, LmTaskFunc func, void *data);

/* Flush denormals on the calling thread, from now on: the trainer's thread calls it once. */
void lm_flush_denormals (void);

/* Adds @nice to the niceness of the calling thread alone (Linux: setpriority on the thread id). */
void lm_thread_set_nice (int nice);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmPool, lm_pool_free)

G_END_DECLS
