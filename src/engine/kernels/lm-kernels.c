/* lm-kernels.c: chooses the kernels for this processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-kernels.h"

#include "lm-error.h"
#include "lm-i18n.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

void lm_kernels_fill_generic (LmKernels *table);
void lm_kernels_fill_avx2 (LmKernels *table);
void lm_kernels_fill_avx512 (LmKernels *table);

typedef struct {
  const char *name;
  void (*fill) (LmKernels *table);
  gboolean (*is_supported) (void);
} Set;

static gboolean
has_generic (void)
{
  return TRUE;
}

#ifdef __x86_64__
static gboolean
has_avx2 (void)
{
  return __builtin_cpu_supports ("x86-64-v3") != 0;
}

static gboolean
has_avx512 (void)
{
  return __builtin_cpu_supports ("x86-64-v4") != 0;
}
#endif

/* Best first. */
static const Set sets[] = {
#ifdef __x86_64__
  { "avx512", lm_kernels_fill_avx512, has_avx512 },
  { "avx2", lm_kernels_fill_avx2, has_avx2 },
#endif
  { "generic", lm_kernels_fill_generic, has_generic },
};

static LmKernels tables[G_N_ELEMENTS (sets)];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;
static _Atomic (const LmKernels *) chosen;

/* Even filling in a table may take instructions of its set. */
static void
fill_tables (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sets); i++) {
    tables[i].isa = sets[i].name;
    if (sets[i].is_supported ())
      sets[i].fill (&tables[i]);
  }
}

const LmKernels *
lm_kernels_by_name (const char *name)
{
  pthread_once (&tables_once, fill_tables);

  for (gsize i = 0; i < G_N_ELEMENTS (sets); i++)
    if (g_str_equal (sets[i].name, name))
      return sets[i].is_supported () ? &tables[i] : NULL;

  return NULL;
}

/* “avx2, generic” */
static char *
supported_names (void)
{
  GString *names = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (sets); i++)
    if (sets[i].is_supported ())
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", sets[i].name);

  return g_string_free (names, FALSE);
}

static gboolean
is_name (const char *name)
{
  return g_str_equal (name, "generic") || g_str_equal (name, "avx2") || g_str_equal (name, "avx512");
}

gboolean
lm_kernels_init (const char *force,
                 GError **error)
{
  const LmKernels *table = NULL;

  if (force == NULL)
    force = getenv ("LAMINA_ISA");

  if (force != NULL && *force != '\0') {
    g_autofree char *have = supported_names ();

    if (!is_name (force)) {
      g_set_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED,
                   _ ("There is no instruction set “%s”. Set LAMINA_ISA to one of %s, or leave it unset."),
                   force, have);
      return FALSE;
    }

    table = lm_kernels_by_name (force);
    if (table == NULL) {
      g_set_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED,
                   _ ("The instruction set “%s” was asked for, but this processor has only %s. Set LAMINA_ISA to one of these, or leave it unset."),
                   force, have);
      return FALSE;
    }
  }

  for (gsize i = 0; table == NULL && i < G_N_ELEMENTS (sets); i++)
    table = lm_kernels_by_name (sets[i].name);

  atomic_store (&chosen, table);
  return TRUE;
}

const LmKernels *
lm_kernels_get (void)
{
  const LmKernels *table = atomic_load_explicit (&chosen, memory_order_acquire);

  if (G_UNLIKELY (table == NULL)) {
    g_autoptr (GError) error = NULL;

    if (!lm_kernels_init (NULL, &error))
      g_error ("%s", error->message);

    table = atomic_load (&chosen);
  }

  return table;
}
