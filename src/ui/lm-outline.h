/* lm-outline.h: all layers of the network as a table, to read, find and select
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-editor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LM_TYPE_OUTLINE (lm_outline_get_type ())

/**
 * LmOutline:
 *
 * A row for each layer in the order that runs, blocks with what is in them.
 * The selection is the editor's. Escape in an empty search emits “dismissed”.
 */
G_DECLARE_FINAL_TYPE (LmOutline, lm_outline, LM, OUTLINE, GtkWidget)

void lm_outline_set_editor (LmOutline *self, LmEditor *editor);

/* Puts @text (nullable) into the search, and the focus there. */
void lm_outline_search (LmOutline *self, const char *text);
int lm_outline_get_n_shown (LmOutline *self);

G_END_DECLS
