/* lm-cgroup.c: the share of the machine that a container leaves to this process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-cgroup.h"

#include <string.h>

/* Source: Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst. */

#define ROOT "/sys/fs/cgroup"

/* Reads a number from DIR/NAME. FALSE if there is none, as for “max”. */
static gboolean
read_number (const char *dir,
             const char *name,
             guint64 *number)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL) || !g_ascii_isdigit (text[0]))
    return FALSE;
  *number = g_ascii_strtoull (text, NULL, 10);
  return TRUE;
}

/* Page cache that goes when memory gets short: counted as used, but to be had. */
static guint64
read_inactive_file (const char *dir,
                    const char *key)
{
  g_autofree char *path = g_build_filename (dir, "memory.stat", NULL);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  line = strstr (text, key);
  return line != NULL ? g_ascii_strtoull (line + strlen (key), NULL, 10) : 0;
}

/* What one group leaves; G_MAXUINT64 without a limit. */
static guint64
memory_free_in (const char *dir,
                gboolean is_v2)
{
  guint64 limit, used, cache;

  if (!read_number (dir, is_v2 ? "memory.max" : "memory.limit_in_bytes", &limit) ||
      !read_number (dir, is_v2 ? "memory.current" : "memory.usage_in_bytes", &used))
    return G_MAXUINT64;

  cache = read_inactive_file (dir, is_v2 ? "\ninactive_file " : "\ntotal_inactive_file ");
  used -= MIN (used, cache);
  return limit - MIN (limit, used);
}

static double
cpus_in (const char *dir,
         gboolean is_v2)
{
  guint64 quota, period;

  if (is_v2) {
    g_autofree char *path = g_build_filename (dir, "cpu.max", NULL);
    g_autofree char *text = NULL;
    char *end;

    if (!g_file_get_contents (path, &text, NULL, NULL) || !g_ascii_isdigit (text[0]))
      return 0;
    quota = g_ascii_strtoull (text, &end, 10);
    period = g_ascii_strtoull (end, NULL, 10);
  } else if (!read_number (dir, "cpu.cfs_quota_us", &quota) || !read_number (dir, "cpu.cfs_period_us", &period)) {
    return 0;
  }
  return period > 0 ? (double) quota / (double) period : 0;
}

/* The group of this process for @controller, below its mount point; @is_v2 tells which kind was found. */
static char *
find_group (const char *controller,
            gboolean *is_v2)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  const char *unified = NULL;

  if (!g_file_get_contents ("/proc/self/cgroup", &text, NULL, NULL))
    return NULL;

  lines = g_strsplit (text, "\n", -1);
  for (int i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) fields = g_strsplit (lines[i], ":", 3);
    g_auto (GStrv) controllers = NULL;

    if (g_strv_length (fields) < 3)
      continue;
    controllers = g_strsplit (fields[1], ",", -1);
    if (g_strv_contains ((const char *const *) controllers, controller)) {
      *is_v2 = FALSE;
      return g_build_filename (ROOT, controller, fields[2], NULL);
    }
    if (fields[1][0] == '\0')
      unified = strchr (strchr (lines[i], ':') + 1, ':') + 1;
  }

  *is_v2 = TRUE;
  return unified != NULL ? g_build_filename (ROOT, unified, NULL) : NULL;
}

/* @path becomes its parent; FALSE above the mount point. */
static gboolean
go_up (char **path)
{
  char *parent;

  if (!g_str_has_prefix (*path, ROOT "/"))
    return FALSE;
  parent = g_path_get_dirname (*path);
  g_free (*path);
  *path = parent;
  return TRUE;
}

guint64
lm_cgroup_memory_free (void)
{
  gboolean is_v2;
  g_autofree char *dir = find_group ("memory", &is_v2);
  guint64 least = G_MAXUINT64;

  if (dir == NULL)
    return least;

  do {
    guint64 left = memory_free_in (dir, is_v2);

    least = MIN (least, left);
  } while (go_up (&dir));
  return least;
}

double
lm_cgroup_cpus (void)
{
  gboolean is_v2;
  g_autofree char *dir = find_group ("cpu", &is_v2);
  double least = 0;

  if (dir == NULL)
    return least;

  do {
    double cpus = cpus_in (dir, is_v2);

    if (cpus > 0 && (least == 0 || cpus < least))
      least = cpus;
  } while (go_up (&dir));
  return least;
}
