/* lm-ref.h: reference counts that ThreadSanitizer understands
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <stdatomic.h>

G_BEGIN_DECLS

/**
 * LmRef:
 *
 * A reference count for engine structs that threads share. C11 atomics rather
 * than GLib's, which ThreadSanitizer cannot see through when GLib itself is
 * not instrumented. Thread: any.
 */
typedef struct {
  atomic_int count;
} LmRef;

static inline void
lm_ref_init (LmRef *ref)
{
  atomic_init (&ref->count, 1);
}

static inline void
lm_ref_inc (LmRef *ref)
{
  atomic_fetch_add_explicit (&ref->count, 1, memory_order_relaxed);
}

/* Returns: TRUE if this was the last reference: the caller frees. */
static inline gboolean
lm_ref_dec (LmRef *ref)
{
  return atomic_fetch_sub_explicit (&ref->count, 1, memory_order_acq_rel) == 1;
}

G_END_DECLS
