/* lm-outline-row.h: a layer in the outline
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-engine.h"
#include "lm-theme.h"

G_BEGIN_DECLS

#define LM_TYPE_OUTLINE_ROW (lm_outline_row_get_type ())

G_DECLARE_FINAL_TYPE (LmOutlineRow, lm_outline_row, LM, OUTLINE_ROW, GObject)

/* Never changes: another layer is another row. */
struct _LmOutlineRow {
  GObject parent_instance;

  char *path;
  int depth;
  LmCategory category;
  char *name;
  char *kind;
  char *shape;
  char *params;  /* "" for none */
  char *problem; /* "" for none */
  gboolean is_error;
  char *found; /* plain text that a search looks in */
};

/* (transfer full) */
LmOutlineRow *lm_outline_row_new (const char *path, const LmNode *node, const LmLayerFacts *facts, const LmDiagnostic *problem);
gboolean lm_outline_row_equal (const LmOutlineRow *a, const LmOutlineRow *b);

/* Each word of @text occurs in name, kind, an option or a shape: “relu”, “14x14”, “padding same”. */
gboolean lm_outline_row_matches (const LmOutlineRow *self, const char *text);

G_END_DECLS
