/* test-parallel.c: the pool of threads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-parallel.h"
#include "lm-rng.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_TASKS 1000

typedef struct {
  atomic_int calls[MAX_TASKS];
  atomic_int bad_threads;
  int n_threads;
} Calls;

static void
count_call (void *data,
            int task,
            int thread)
{
  Calls *calls = data;

  atomic_fetch_add (&calls->calls[task], 1);
  if (thread < 0 || thread >= calls->n_threads)
    atomic_fetch_add (&calls->bad_threads, 1);
}

static void
test_each_task_runs_once (void)
{
  static const int n_tasks[] = { 0, 1, 2, 3, 7, MAX_TASKS };

  for (int n_threads = 0; n_threads <= 8; n_threads++) {
    g_autoptr (LmPool) pool = n_threads > 0 ? lm_pool_new (n_threads, 0) : NULL;

    for (gsize k = 0; k < G_N_ELEMENTS (n_tasks); k++) {
      Calls calls = { .n_threads = MAX (n_threads, 1) };

      lm_pool_run (pool, n_tasks[k], count_call, &calls);
      for (int i = 0; i < MAX_TASKS; i++)
        g_assert_cmpint (atomic_load (&calls.calls[i]), ==, i < n_tasks[k] ? 1 : 0);
      g_assert_cmpint (atomic_load (&calls.bad_threads), ==, 0);
    }
    g_assert_cmpint (lm_pool_get_n_threads (pool), ==, MAX (n_threads, 1));
  }
}

static void
test_default_is_a_thread_per_core (void)
{
  g_autoptr (LmPool) pool = lm_pool_new (0, 0);

  g_assert_cmpint (lm_pool_get_n_threads (pool), >=, 1);
  g_assert_cmpint (lm_pool_get_n_threads (pool), <=, MAX (1, (int) sysconf (_SC_NPROCESSORS_ONLN)));
}

/* Partial sums per task, denormals among them, as kernels make them. */
typedef struct {
  float partial[64];
  int n_tasks;
} Sums;

static void
sum_part (void *data,
          int task,
          int thread)
{
  Sums *sums = data;
  LmRng rng = lm_rng_init (1, LM_RNG_TEST, (guint64) task, 0);
  float x[500];
  float sum = 0;

  lm_rng_fill_float (&rng, 0, G_N_ELEMENTS (x), x);
  for (gsize i = 0; i < G_N_ELEMENTS (x); i++)
    sum += (x[i] - 0.5f) * 1e-37f * x[i];
  sums->partial[task] = sum;
}

static void
test_results_do_not_depend_on_threads (void)
{
  Sums expected = { .n_tasks = 64 };

  lm_pool_run (NULL, 64, sum_part, &expected);
  for (int n_threads = 1; n_threads <= 4; n_threads++) {
    g_autoptr (LmPool) pool = lm_pool_new (n_threads, 0);

    for (int round = 0; round < 20; round++) {
      Sums sums = { .n_tasks = 64 };

      lm_pool_run (pool, 64, sum_part, &sums);
      g_assert_cmpmem (sums.partial, sizeof sums.partial, expected.partial, sizeof expected.partial);
    }
  }
}

/* Each run reads what the one before wrote: a task that ran late, twice or not at all would show. */
typedef struct {
  guint64 from[5];
  guint64 to[5];
} Chain;

static void
chain_step (void *data,
            int task,
            int thread)
{
  Chain *chain = data;

  chain->to[task] = chain->from[task] * 3 + chain->from[(task + 1) % 5];
}

static void
run_chain (LmPool *pool,
           int n_runs,
           Chain *chain)
{
  for (int i = 0; i < 5; i++)
    chain->from[i] = (guint64) i;
  for (int run = 0; run < n_runs; run++) {
    lm_pool_run (pool, 5, chain_step, chain);
    memcpy (chain->from, chain->to, sizeof chain->from);
  }
}

static void
test_many_runs_in_a_row (void)
{
  enum {
    N_RUNS = 100000
  };
  Chain expected;

  run_chain (NULL, N_RUNS, &expected);
  for (int n_threads = 2; n_threads <= 4; n_threads++) {
    g_autoptr (LmPool) pool = lm_pool_new (n_threads, 0);
    Chain chain;

    run_chain (pool, N_RUNS, &chain);
    g_assert_cmpmem (chain.from, sizeof chain.from, expected.from, sizeof expected.from);
  }
}

/* Tasks that wait for each other: they end only if as many threads take part. */
typedef struct {
  atomic_int n_arrived;
  int n_tasks;
} Meeting;

static void
meet (void *data,
      int task,
      int thread)
{
  Meeting *meeting = data;
  gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  atomic_fetch_add (&meeting->n_arrived, 1);
  while (atomic_load (&meeting->n_arrived) < meeting->n_tasks) {
    if (g_get_monotonic_time () > deadline)
      g_error ("A worker did not wake up");
    sched_yield ();
  }
}

static void
test_sleeping_workers_wake_up (void)
{
  for (int n_threads = 2; n_threads <= 4; n_threads++) {
    g_autoptr (LmPool) pool = lm_pool_new (n_threads, 0);

    for (int round = 0; round < 50; round++) {
      Meeting meeting = { .n_tasks = n_threads };

      /* Around the moment when they fall asleep, and long after. */
      g_usleep (round % 2 == 0 ? 2000 : (gulong) (30 + round));
      lm_pool_run (pool, n_threads, meet, &meeting);
      g_assert_cmpint (atomic_load (&meeting.n_arrived), ==, n_threads);
    }
  }
}

static gint64
cpu_time (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void
test_idle_workers_sleep (void)
{
  g_autoptr (LmPool) pool = lm_pool_new (4, 0);
  Calls calls = { .n_threads = 4 };
  gint64 before;

  lm_pool_run (pool, 100, count_call, &calls);
  g_usleep (20000);
  before = cpu_time ();
  g_usleep (200000);
  g_assert_cmpint (cpu_time () - before, <, 50000);
}

/* One task is long, the caller has nothing left to do. */
static void
sleep_in_one (void *data,
              int task,
              int thread)
{
  if (task == 1)
    g_usleep (200000);
  else
    g_usleep (1000);
}

static void
test_waiting_caller_sleeps (void)
{
  g_autoptr (LmPool) pool = lm_pool_new (2, 0);
  gint64 start = g_get_monotonic_time ();
  gint64 before = cpu_time ();

  lm_pool_run (pool, 2, sleep_in_one, NULL);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 200000);
  g_assert_cmpint (cpu_time () - before, <, 50000);
}

static void
test_pools_come_and_go (void)
{
  for (int round = 0; round < 100; round++) {
    g_autoptr (LmPool) pool = lm_pool_new (1 + round % 4, 0);
    Calls calls = { .n_threads = 4 };

    if (round % 3 == 0)
      lm_pool_run (pool, 3, count_call, &calls);
    if (round % 5 == 0)
      g_usleep (100);
  }
  lm_pool_free (NULL);
}

#if defined(__SSE2__) || defined(__aarch64__)
static volatile float tiny = 1e-30f;

/* Flushing both ways: a result that would be denormal, and an operand that is. */
static void
make_denormal (void *data,
               int task,
               int thread)
{
  float *out = data;
  volatile guint32 bits = 1;
  volatile float operand;

  memcpy ((void *) &operand, (const void *) &bits, sizeof operand);
  out[task] = tiny * 1e-10f + operand * 1e30f;
}

static void
test_runs_flush_denormals (void)
{
  for (int n_threads = 0; n_threads <= 3; n_threads++) {
    g_autoptr (LmPool) pool = n_threads > 0 ? lm_pool_new (n_threads, 0) : NULL;
    float out[64];

    for (int i = 0; i < 64; i++)
      out[i] = 1;
    lm_pool_run (pool, 64, make_denormal, out);
    for (int i = 0; i < 64; i++)
      g_assert_cmpfloat (out[i], ==, 0);
    g_assert_cmpfloat (tiny * 1e-10f, >, 0);
  }
}

static void *
flush_for_good (void *data)
{
  float out[2] = { 1, 1 };

  lm_flush_denormals ();
  make_denormal (out, 0, 0);
  lm_pool_run (NULL, 1, make_denormal, out);
  make_denormal (out, 1, 0);
  *(float *) data = out[0] + out[1];
  return NULL;
}

static void
test_flushing_is_of_a_thread (void)
{
  pthread_t thread;
  float out = 1;

  g_assert_cmpint (pthread_create (&thread, NULL, flush_for_good, &out), ==, 0);
  pthread_join (thread, NULL);
  g_assert_cmpfloat (out, ==, 0);
  g_assert_cmpfloat (tiny * 1e-10f, >, 0);
}
#endif

#ifdef __linux__
typedef struct {
  Meeting meeting;
  int nice[2];
} Nice;

static void
read_nice (void *data,
           int task,
           int thread)
{
  Nice *nice = data;

  nice->nice[thread] = getpriority (PRIO_PROCESS, (id_t) syscall (SYS_gettid));
  meet (&nice->meeting, task, thread);
}

static void
test_workers_can_be_nice (void)
{
  g_autoptr (LmPool) pool = lm_pool_new (2, 3);
  Nice nice = { .meeting.n_tasks = 2 };
  int own = getpriority (PRIO_PROCESS, 0);

  lm_pool_run (pool, 2, read_nice, &nice);
  g_assert_cmpint (nice.nice[0], ==, own);
  g_assert_cmpint (nice.nice[1], ==, MIN (own + 3, 19));
  g_assert_cmpint (getpriority (PRIO_PROCESS, 0), ==, own);
}
#endif

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/parallel/each-task-runs-once", test_each_task_runs_once);
  g_test_add_func ("/parallel/default-is-a-thread-per-core", test_default_is_a_thread_per_core);
  g_test_add_func ("/parallel/results-do-not-depend-on-threads", test_results_do_not_depend_on_threads);
  g_test_add_func ("/parallel/many-runs-in-a-row", test_many_runs_in_a_row);
  g_test_add_func ("/parallel/sleeping-workers-wake-up", test_sleeping_workers_wake_up);
  g_test_add_func ("/parallel/idle-workers-sleep", test_idle_workers_sleep);
  g_test_add_func ("/parallel/waiting-caller-sleeps", test_waiting_caller_sleeps);
  g_test_add_func ("/parallel/pools-come-and-go", test_pools_come_and_go);
#if defined(__SSE2__) || defined(__aarch64__)
  g_test_add_func ("/parallel/runs-flush-denormals", test_runs_flush_denormals);
  g_test_add_func ("/parallel/flushing-is-of-a-thread", test_flushing_is_of_a_thread);
#endif
#ifdef __linux__
  g_test_add_func ("/parallel/workers-can-be-nice", test_workers_can_be_nice);
#endif

  return g_test_run ();
}
