/* lm-parallel.c: a persistent pool of threads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-cgroup.h"
#include "lm-parallel.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#endif
#if defined(__x86_64__) || defined(__i386__)
#include <xmmintrin.h>
#endif

/* How a run works. The caller stores the job, then `left` = number of tasks. Whoever takes one from `left` and finds
 * it positive owns a task of the job that is current at that moment, and this job cannot end before the task is done;
 * so a worker that comes late, even from an earlier run, either gets a task of the current run or nothing. Nobody has to
 * check in or out, and a run is over when `done` has counted all tasks, whether the workers noticed it or not.
 *
 * A worker without work watches `left` for SPIN_NS and then sleeps on `runs`, which every run increments; `sleepers` saves
 * the system call when all are awake. The caller without work watches `done` as long and then sleeps on it, with
 * `caller_sleeps` set. In both pairs each side first writes its own word and then reads the other's, all sequentially
 * consistent, so that one of the two notices.
 */

#define MAX_THREADS 256
#define SPIN_NS 50000
#define SHORT_SPIN_NS 1000

/* Looks at the word between two looks at the clock. */
#define SPINS_PER_CLOCK 16

/* Two cache lines, since they are fetched in pairs. */
#define APART _Alignas(128)

#if defined(__SANITIZE_THREAD__)
#define USE_FUTEX 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define USE_FUTEX 0
#endif
#endif
#ifndef USE_FUTEX
#ifdef SYS_futex
#define USE_FUTEX 1
#else
#define USE_FUTEX 0
#endif
#endif

typedef struct {
  LmPool *pool;
  int index;
  pthread_t thread;
} Worker;

struct _LmPool {
  int n_threads;
  int nice;
  gint64 spin_ns;
  Worker *workers; /* n_threads − 1 */
  gboolean is_running;
#if !USE_FUTEX
  pthread_mutex_t mutex;
  pthread_cond_t cond;
#endif

  /* The job: written by the caller while no task is out. */
  APART LmTaskFunc func;
  void *data;
  int n_tasks;

  APART atomic_int left;
  APART atomic_uint done;
  atomic_int caller_sleeps;
  APART atomic_uint runs;
  atomic_int sleepers;
  atomic_int is_stopping;
};

static inline void
pause_cpu (void)
{
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause ();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::
                     : "memory");
#endif
}

static gint64
now_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (gint64) t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Flushing. The control word is read and written as a whole, so that a run can put it back. */

#if defined(__x86_64__) || defined(__i386__)
#define FLUSH_BITS 0x8040u /* results (FTZ) and operands (DAZ) */

static inline guint
get_float_control (void)
{
  return _mm_getcsr ();
}

static inline void
set_float_control (guint control)
{
  _mm_setcsr (control);
}
#elif defined(__aarch64__)
#define FLUSH_BITS (1u << 24) /* FZ: both */

static inline guint
get_float_control (void)
{
  guint64 control;

  __asm__ volatile("mrs %0, fpcr"
                   : "=r"(control));
  return (guint) control;
}

static inline void
set_float_control (guint control)
{
  __asm__ volatile("msr fpcr, %0" ::"r"((guint64) control));
}
#else
#define FLUSH_BITS 0u

static inline guint
get_float_control (void)
{
  return 0;
}

static inline void
set_float_control (guint control)
{
}
#endif

void
lm_flush_denormals (void)
{
  set_float_control (get_float_control () | FLUSH_BITS);
}

void
lm_thread_set_nice (int nice)
{
#ifdef __linux__
  id_t thread = (id_t) syscall (SYS_gettid);
  int old;

  errno = 0;
  old = getpriority (PRIO_PROCESS, thread);
  if (nice != 0 && errno == 0)
    setpriority (PRIO_PROCESS, thread, old + nice);
#endif
}

/* Sleeping and waking */

/* Returns when @word is no longer @value, or for no reason. */
static void
sleep_on (LmPool *self,
          atomic_uint *word,
          guint value)
{
#if USE_FUTEX
  syscall (SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
#else
  pthread_mutex_lock (&self->mutex);
  while (atomic_load (word) == value)
    pthread_cond_wait (&self->cond, &self->mutex);
  pthread_mutex_unlock (&self->mutex);
#endif
}

static void
wake (LmPool *self,
      atomic_uint *word,
      int n)
{
#if USE_FUTEX
  syscall (SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
#else
  pthread_mutex_lock (&self->mutex);
  pthread_cond_broadcast (&self->cond);
  pthread_mutex_unlock (&self->mutex);
#endif
}

/* Takes and does tasks until there are none left. Returns TRUE if it did any. */
static gboolean
work (LmPool *self,
      int thread)
{
  guint n_done = 0;
  guint n_tasks = 0;

  while (atomic_load_explicit (&self->left, memory_order_relaxed) > 0) {
    int left = atomic_fetch_sub_explicit (&self->left, 1, memory_order_acq_rel);

    if (left <= 0)
      break;
    n_tasks = (guint) self->n_tasks;
    self->func (self->data, self->n_tasks - left, thread);
    n_done++;
  }

  if (n_done == 0)
    return FALSE;

  if (atomic_fetch_add (&self->done, n_done) + n_done == n_tasks && atomic_load (&self->caller_sleeps))
    wake (self, &self->done, 1);
  return TRUE;
}

/* Watches for work and returns when there may be some, after a while asleep. */
static void
wait_for_work (LmPool *self)
{
  guint seen = atomic_load (&self->runs);
  gint64 start = now_ns ();

  for (;;) {
    guint runs;

    for (int i = 0; i < SPINS_PER_CLOCK; i++) {
      if (atomic_load_explicit (&self->left, memory_order_relaxed) > 0)
        return;
      pause_cpu ();
    }

    if (atomic_load_explicit (&self->is_stopping, memory_order_relaxed))
      return;

    /* A run that was over before this worker saw it counts as work: more will come soon. */
    runs = atomic_load (&self->runs);
    if (runs != seen) {
      seen = runs;
      start = now_ns ();
    } else if (now_ns () - start > self->spin_ns) {
      break;
    }
  }

  atomic_fetch_add (&self->sleepers, 1);
  if (atomic_load (&self->left) <= 0)
    sleep_on (self, &self->runs, seen);
  atomic_fetch_sub (&self->sleepers, 1);
}

static void *
worker_main (void *data)
{
  Worker *worker = data;
  LmPool *self = worker->pool;
  char name[16];

  snprintf (name, sizeof name, "lamina-%d", worker->index);
#ifdef __linux__
  pthread_setname_np (pthread_self (), name);
#endif
  lm_thread_set_nice (self->nice);
  lm_flush_denormals ();

  while (!atomic_load (&self->is_stopping)) {
    if (!work (self, worker->index))
      wait_for_work (self);
  }
  return NULL;
}

/* Watches for the end of a run, after a while asleep. */
static void
wait_until_done (LmPool *self)
{
  guint n_tasks = (guint) self->n_tasks;
  gint64 start = 0;

  for (;;) {
    for (int i = 0; i < SPINS_PER_CLOCK; i++) {
      if (atomic_load_explicit (&self->done, memory_order_acquire) == n_tasks)
        return;
      pause_cpu ();
    }
    if (start == 0)
      start = now_ns ();
    else if (now_ns () - start > self->spin_ns)
      break;
  }

  atomic_store (&self->caller_sleeps, 1);
  for (;;) {
    guint done = atomic_load (&self->done);

    if (done == n_tasks)
      break;
    sleep_on (self, &self->done, done);
  }
  atomic_store (&self->caller_sleeps, 0);
}

static int
count_cores (void)
{
  int n = (int) sysconf (_SC_NPROCESSORS_ONLN);
  double quota = lm_cgroup_cpus ();
#ifdef __linux__
  cpu_set_t set;

  if (sched_getaffinity (0, sizeof set, &set) == 0)
    n = CPU_COUNT (&set);
#endif
  if (quota > 0 && quota < n)
    n = (int) ceil (quota);
  return CLAMP (n, 1, MAX_THREADS);
}

LmPool *
lm_pool_new (int n_threads,
             int nice)
{
  LmPool *self = g_aligned_alloc0 (1, sizeof *self, _Alignof(LmPool));
  int n_cores = count_cores ();
  sigset_t all, old;

  g_assert (n_threads >= 0);

  self->n_threads = n_threads == 0 ? n_cores : MIN (n_threads, MAX_THREADS);
  self->nice = nice;
  self->spin_ns = self->n_threads > n_cores ? SHORT_SPIN_NS : SPIN_NS;
  self->workers = g_new0 (Worker, self->n_threads - 1);
  atomic_init (&self->left, 0);
  atomic_init (&self->done, 0);
  atomic_init (&self->caller_sleeps, 0);
  atomic_init (&self->runs, 0);
  atomic_init (&self->sleepers, 0);
  atomic_init (&self->is_stopping, 0);
#if !USE_FUTEX
  pthread_mutex_init (&self->mutex, NULL);
  pthread_cond_init (&self->cond, NULL);
#endif

  /* Signals are for the threads of the program. */
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &old);
  for (int i = 1; i < self->n_threads; i++) {
    Worker *worker = &self->workers[i - 1];

    worker->pool = self;
    worker->index = i;
    if (pthread_create (&worker->thread, NULL, worker_main, worker) != 0) {
      self->n_threads = i;
      break;
    }
  }
  pthread_sigmask (SIG_SETMASK, &old, NULL);
  return self;
}

void
lm_pool_free (LmPool *self)
{
  if (self == NULL)
    return;

  atomic_store (&self->is_stopping, 1);
  atomic_fetch_add (&self->runs, 1);
  wake (self, &self->runs, INT_MAX);
  for (int i = 1; i < self->n_threads; i++)
    pthread_join (self->workers[i - 1].thread, NULL);

#if !USE_FUTEX
  pthread_cond_destroy (&self->cond);
  pthread_mutex_destroy (&self->mutex);
#endif
  g_free (self->workers);
  g_aligned_free (self);
}

int
lm_pool_get_n_threads (const LmPool *self)
{
  return self != NULL ? self->n_threads : 1;
}

static void
run_shared (LmPool *self,
            int n_tasks,
            LmTaskFunc func,
            void *data)
{
  int sleepers;

  g_assert (!self->is_running);
  self->is_running = TRUE;

  self->func = func;
  self->data = data;
  self->n_tasks = n_tasks;
  atomic_store_explicit (&self->done, 0, memory_order_relaxed);
  atomic_store_explicit (&self->left, n_tasks, memory_order_release);
  atomic_fetch_add (&self->runs, 1);
  sleepers = atomic_load (&self->sleepers);
  if (sleepers > 0)
    wake (self, &self->runs, MIN (sleepers, n_tasks - 1));

  work (self, 0);
  wait_until_done (self);
  self->is_running = FALSE;
}

void
lm_pool_run (LmPool *self,
             int n_tasks,
             LmTaskFunc func,
             void *data)
{
  guint control = get_float_control ();

  if ((control & FLUSH_BITS) != FLUSH_BITS)
    set_float_control (control | FLUSH_BITS);

  if (self == NULL || self->n_threads == 1 || n_tasks <= 1) {
    for (int i = 0; i < n_tasks; i++)
      func (data, i, 0);
  } else {
    run_shared (self, n_tasks, func, data);
  }

  if ((control & FLUSH_BITS) != FLUSH_BITS)
    set_float_control (control);
}
