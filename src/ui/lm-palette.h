/* lm-palette.h: all layers there are, to search, drag and add
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-editor.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LM_TYPE_PALETTE (lm_palette_get_type ())

/**
 * LmPalette:
 *
 * A search entry above a list of sections. Rows are dragged as text: the kind
 * of the layer. Return, or a double click, on a row, and Return in the search
 * for its first hit, emit “chosen” (const char *kind); Escape in an empty
 * search emits “dismissed”. Property “compact” (at construction): all sections
 * open, nothing remembered, no dragging, one click chooses.
 */
G_DECLARE_FINAL_TYPE (LmPalette, lm_palette, LM, PALETTE, GtkWidget)

GtkWidget *lm_palette_new (gboolean is_compact);

/* (nullable): what “Used here” counts; followed. */
void lm_palette_set_editor (LmPalette *self, LmEditor *editor);

/* Layers that can take @shape come first in searches; others are not shown at all if @only. NULL: nothing is known. */
void lm_palette_set_fit (LmPalette *self, const LmShape *shape, gboolean only);

/* Empties the search and puts the focus there. */
void lm_palette_search (LmPalette *self, const char *text);

/* (nullable): the kind of the first row that is shown. */
const char *lm_palette_get_first (LmPalette *self);
int lm_palette_get_n_shown (LmPalette *self);

G_END_DECLS
