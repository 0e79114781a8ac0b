/* lm-frame-times.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-frame-times.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  gint64 begin; /* µs */
  double begin_cpu;
  GArray *times; /* float, ms */
  GArray *works; /* float, ms of the processor */
} Frames;

static gboolean is_enabled;

/* Seconds since the process was started, by the kernel's clock; NaN where it does not tell. */
static double
process_age (void)
{
  g_autofree char *stat = NULL;
  const char *field;
  struct timespec now;

  if (!g_file_get_contents ("/proc/self/stat", &stat, NULL, NULL))
    return NAN;
  field = strrchr (stat, ')');
  for (int i = 0; field != NULL && i < 20; i++) /* starttime is field 22, the name field 2 */
    field = strchr (field + 1, ' ');
  if (field == NULL)
    return NAN;
  clock_gettime (CLOCK_BOOTTIME, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9 - strtod (field, NULL) / (double) sysconf (_SC_CLK_TCK);
}

/* What the processor did for this thread: other than the age it does not grow with what else the machine does. */
static double
cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static int
compare (const void *a,
         const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return x < y ? -1 : x > y;
}

static void
print_times (GArray *times,
             const char *what)
{
  guint n = times->len;

  if (n == 0)
    return;
  qsort (times->data, n, sizeof (float), compare);
  g_print ("%u frames, %s in ms: median %.1f, 95 %% %.1f, longest %.1f\n", n, what,
           (double) g_array_index (times, float, n / 2),
           (double) g_array_index (times, float, n * 95 / 100),
           (double) g_array_index (times, float, n - 1));
}

/* Name → GArray of float, ms. */
static GHashTable *notes;

void
lm_frame_times_note (const char *what,
                     double ms)
{
  GArray *times;
  float value = (float) ms;

  if (!is_enabled)
    return;
  if (notes == NULL)
    notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  times = g_hash_table_lookup (notes, what);
  if (times == NULL) {
    times = g_array_new (FALSE, FALSE, sizeof (float));
    g_hash_table_insert (notes, g_strdup (what), times);
  }
  g_array_append_val (times, value);
}

static void
print_notes (void)
{
  GHashTableIter iter;
  gpointer what, value;

  if (notes == NULL)
    return;
  g_hash_table_iter_init (&iter, notes);
  while (g_hash_table_iter_next (&iter, &what, &value)) {
    GArray *times = value;

    qsort (times->data, times->len, sizeof (float), compare);
    g_print ("%s, %u times, in ms: median %.1f, 95 %% %.1f, longest %.1f\n", (const char *) what, times->len,
             (double) g_array_index (times, float, times->len / 2), (double) g_array_index (times, float, times->len * 95 / 100),
             (double) g_array_index (times, float, times->len - 1));
  }
  g_clear_pointer (&notes, g_hash_table_unref);
}

static void
frames_free (gpointer data,
             GClosure *closure)
{
  Frames *frames = data;

  print_times (frames->times, "work");
  print_times (frames->works, "of the processor");
  print_notes ();
  g_array_unref (frames->times);
  g_array_unref (frames->works);
  g_free (frames);
}

static void
before_paint_cb (GdkFrameClock *clock,
                 Frames *frames)
{
  frames->begin = g_get_monotonic_time ();
  frames->begin_cpu = cpu_ms ();
}

static void
after_paint_cb (GdkFrameClock *clock,
                Frames *frames)
{
  float ms = (float) (g_get_monotonic_time () - frames->begin) / 1000;
  float work = (float) (cpu_ms () - frames->begin_cpu);

  if (frames->begin == 0)
    return;
  if (frames->times->len == 0)
    g_print ("first frame after %.0f ms, %.0f ms of them at work in the main thread\n", process_age () * 1000, cpu_ms ());
  g_array_append_val (frames->times, ms);
  g_array_append_val (frames->works, work);
}

static void
realize_cb (GtkWidget *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  Frames *frames = g_new0 (Frames, 1);

  frames->times = g_array_new (FALSE, FALSE, sizeof (float));
  frames->works = g_array_new (FALSE, FALSE, sizeof (float));
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_paint_cb), frames);
  g_signal_connect_data (clock, "after-paint", G_CALLBACK (after_paint_cb), frames, frames_free, 0);
}

void
lm_frame_times_enable (void)
{
  is_enabled = TRUE;
}

void
lm_frame_times_watch (GtkWindow *window)
{
  if (is_enabled)
    g_signal_connect (window, "realize", G_CALLBACK (realize_cb), NULL);
}
