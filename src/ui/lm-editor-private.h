/* lm-editor-private.h: what the halves of the editor share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-editor.h"

G_BEGIN_DECLS

struct _LmEditor {
  GObject parent_instance;

  LmDocument *document;
  char *block;
  const LmDesign *design; /* the open block, inside the document's */
  GArray *selection;      /* int */
  int current;
  gboolean has_wire;
  LmWire wire;
  gboolean has_thumbs; /* the cards are high */
  gboolean is_working; /* in a command of its own: nobody else changes the design */

  LmDesign *preview;
  const LmDesign *preview_block;
  LmCheck *preview_check;

  /* What was copied last here, so that what fed the originals can feed the pasted ones too. */
  char *copied;
  char *copied_block;
  GArray *copied_ids;
};

/* “refused”, with the message of @error if there is one. Returns: FALSE */
gboolean lm_editor_refuse (LmEditor *self, const GError *error);

/* Applies what a command has made, (transfer full) (nullable) @edit; refuses with @error if there is none. */
gboolean lm_editor_apply (LmEditor *self, LmEdit *edit, gboolean coalesce, const GError *error);

void lm_editor_reveal (LmEditor *self, int id);

/* (transfer full): the selected, or the current one, by id; refuses if there is none: then NULL. */
GArray *lm_editor_require_selection (LmEditor *self);

/* (transfer full) (element-type LmEdit) */
GPtrArray *lm_edit_list_new (void);

/* Applies @edits, (transfer full), as one step; none: nothing happens. */
gboolean lm_editor_apply_list (LmEditor *self, const char *title, GPtrArray *edits, gboolean coalesce);

/* (transfer full): @one if there is one, with its name in it; else @many, with the number. */
char *lm_editor_count_title (const char *one, const char *many, const char *name, guint n);

/* Selects those of the open block that @edit has added. */
void lm_editor_select_added (LmEditor *self, const LmEdit *edit);

/* TRUE if a card at (x, y) would lie on another one than @except. */
gboolean lm_editor_is_taken (const LmDesign *design, double x, double y, int except);

/* A place on the canvas's grid. */
#define LM_EDITOR_GRID 24
#define lm_editor_snap(at) (round ((at) / LM_EDITOR_GRID) * LM_EDITOR_GRID)

G_END_DECLS
