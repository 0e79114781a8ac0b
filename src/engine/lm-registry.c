/* lm-registry.c: the one file that names the members of each family
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-option.h"

#include <string.h>

/* lm-registry.inc is written by meson.build: for each family a line LM_FAMILY (family), a line LM_MEMBER (symbol) per
 * member, and a line LM_FAMILY_END (family). Here it becomes declarations, then a table per family, then the table of families.
 * The descriptors have the types of their families, which nobody has to know here: each begins with an LmMember. */
typedef struct _LmDescriptor LmDescriptor;

#define LM_FAMILY(family)
#define LM_MEMBER(symbol) extern const LmDescriptor symbol;
#define LM_FAMILY_END(family)
#include "lm-registry.inc"
#undef LM_FAMILY
#undef LM_MEMBER
#undef LM_FAMILY_END

#define LM_FAMILY(family) static const LmMember *const family##_members[] = {
#define LM_MEMBER(symbol) (const LmMember *) &symbol,
#define LM_FAMILY_END(family) \
  NULL                        \
  }                           \
  ;
#include "lm-registry.inc"
#undef LM_FAMILY
#undef LM_MEMBER
#undef LM_FAMILY_END

static const struct {
  const char *name;
  const LmMember *const *members;
  gsize n;
} families[] = {
#define LM_FAMILY(family) { #family, family##_members, G_N_ELEMENTS (family##_members) - 1 },
#define LM_MEMBER(symbol)
#define LM_FAMILY_END(family)
#include "lm-registry.inc"
};

const LmMember *const *
lm_family_members (const char *family,
                   gsize *n)
{
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++) {
    if (strcmp (families[i].name, family) == 0) {
      *n = families[i].n;
      return families[i].members;
    }
  }
  g_error ("There is no family “%s”", family);
}

const LmMember *
lm_family_find (const char *family,
                const char *id)
{
  gsize n;
  const LmMember *const *members = lm_family_members (family, &n);

  for (gsize i = 0; i < n; i++) {
    if (strcmp (members[i]->id, id) == 0)
      return members[i];
  }
  return NULL;
}
