/* lm-arena.c: one aligned block of memory, handed out by offset
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-arena.h"
#include "lm-cgroup.h"
#include "lm-error.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define HUGE_PAGE ((gsize) 2 << 20)

/* From this size on, what is left is asked first: the kernel promises more than it has, and kills later. */
#define LARGE ((gsize) 64 << 20)

/* The mapping around a block: one page in front, and behind it up to the end of the page that holds the 64 bytes
 * that vector tails may read. */
static gsize
mapping_size (gsize size,
              gsize page)
{
  return page + ((size + LM_ALIGN + page - 1) & ~(page - 1));
}

static void
set_limit_error (GError **error,
                 gsize size)
{
  g_autofree char *needed = g_format_size_full (size, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *left = g_format_size_full (lm_memory_available (), G_FORMAT_SIZE_IEC_UNITS);

  g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
               _ ("%s of memory are needed at once, but only %s are free. Make the batch or the network smaller, or close other programs."),
               needed, left);
}

gboolean
lm_arena_init (LmArena *self,
               gsize size,
               GError **error)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  gsize align = size >= HUGE_PAGE ? HUGE_PAGE : page;
  gsize mapped, total;
  guint8 *start, *base, *end;

  *self = (LmArena){ NULL, 0 };

  if (size > G_MAXSIZE / 2 || (size >= LARGE && size > lm_memory_available ())) {
    set_limit_error (error, size);
    return FALSE;
  }

  mapped = mapping_size (size, page);
  total = mapped + align;
  start = mmap (NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) {
    set_limit_error (error, size);
    return FALSE;
  }

  base = (guint8 *) (((guintptr) start + page + align - 1) & ~(guintptr) (align - 1));
  end = base - page + mapped;
  if (base - page > start)
    munmap (start, (gsize) (base - page - start));
  if (end < start + total)
    munmap (end, (gsize) (start + total - end));

#ifdef MADV_HUGEPAGE
  if (size >= HUGE_PAGE)
    madvise (base, size & ~(HUGE_PAGE - 1), MADV_HUGEPAGE);
#endif

  for (gsize i = 0; i < size; i += page)
    *(volatile guint8 *) (base + i) = 0;

  self->base = base;
  self->size = size;
  return TRUE;
}

void
lm_arena_clear (LmArena *self)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);

  if (self->base != NULL)
    munmap (self->base - page, mapping_size (self->size, page));
  *self = (LmArena){ NULL, 0 };
}

/* MemAvailable of /proc/meminfo, else the physical memory. */
static guint64
machine_memory_free (void)
{
  g_autofree char *text = NULL;

  if (g_file_get_contents ("/proc/meminfo", &text, NULL, NULL)) {
    const char *line = strstr (text, "MemAvailable:");

    if (line != NULL)
      return g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024;
  }
  return (guint64) sysconf (_SC_PHYS_PAGES) * (guint64) sysconf (_SC_PAGESIZE);
}

/* What RLIMIT_AS leaves of the address space; G_MAXUINT64 without a limit. */
static guint64
address_space_free (void)
{
  g_autofree char *text = NULL;
  struct rlimit limit;
  guint64 used = 0;

  if (getrlimit (RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return G_MAXUINT64;

  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    used = g_ascii_strtoull (text, NULL, 10) * (guint64) sysconf (_SC_PAGESIZE);
  return limit.rlim_cur - MIN ((guint64) limit.rlim_cur, used);
}

guint64
lm_memory_available (void)
{
  guint64 machine = machine_memory_free ();
  guint64 group = lm_cgroup_memory_free ();
  guint64 space = address_space_free ();

  return MIN (machine, MIN (group, space));
}
