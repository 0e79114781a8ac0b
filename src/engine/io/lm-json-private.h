/* lm-json-private.h: what a parsed document is made of
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-json.h"

G_BEGIN_DECLS

/**
 * LmJsonNode:
 * @key: of a member of an object; NULL elsewhere
 * @n, @first: of an array or object: how many, and where their indices begin in LmJson.links
 */
typedef struct _LmJsonNode LmJsonNode;
struct _LmJsonNode {
  LmJsonType type;
  guint n;
  guint first;
  const char *key;
  union {
    gboolean b;
    gint64 i;
    double d;
    const char *text;
  };
};

struct _LmJson {
  char *name;
  GArray *nodes; /* LmJsonNode; the first is the root */
  GArray *links; /* guint: indices into nodes */
  GStringChunk *texts;
};

G_END_DECLS
