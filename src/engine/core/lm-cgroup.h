/* lm-cgroup.h: the share of the machine that a container leaves to this process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes that this process's control groups (versions 1 and 2, all ancestors) still allow; G_MAXUINT64 without a limit. */
guint64 lm_cgroup_memory_free (void);

/* Processors' worth of time by quota, such as 1.5; 0 without a quota. */
double lm_cgroup_cpus (void);

G_END_DECLS
