/* lm-arena.h: one aligned block of memory, handed out by offset
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LM_ALIGN 64

typedef struct {
  guint8 *base;
  gsize size;
} LmArena;

/**
 * lm_arena_init:
 * @size: bytes; 0 is allowed and gives a block that must not be touched
 *
 * Allocates @size zeroed bytes, aligned to a page and touched once, so that a
 * training step meets no page fault. Asks for huge pages above 2 MiB.
 * Sixty-four bytes in front and behind may be read (not written), so that
 * vector tails can over-read.
 *
 * Returns: %FALSE with %LM_ERROR_LIMIT set if the memory cannot be had
 */
gboolean lm_arena_init (LmArena *self, gsize size, GError **error);
void lm_arena_clear (LmArena *self);

/* @bytes rounded up to %LM_ALIGN. */
static inline gsize
lm_align (gsize bytes)
{
  return (bytes + LM_ALIGN - 1) & ~(gsize) (LM_ALIGN - 1);
}

/* Bytes of memory this process can still have without swapping: MemAvailable, bounded by the cgroup and RLIMIT_AS. */
guint64 lm_memory_available (void);

G_END_DECLS
