/* lm-editor.h: what is selected in a design, which block is open, and every command of editing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gdk/gdk.h>

#include "lm-document.h"

G_BEGIN_DECLS

#define LM_TYPE_EDITOR (lm_editor_get_type ())

/**
 * LmEditor:
 *
 * Canvas, palette, inspector, outline and menus show one selection and give
 * the same commands through it; it has no widgets. Ids are those of the open
 * block. Each command is one step of undo; one that makes no sense changes
 * nothing and says why by “refused”. Signals:
 * “changed”: the design, its check, the open block or the preview; the selection holds no id that is gone
 * “selection-changed”: selected layers, the current one, or the selected wire
 * “refused”: (const char *message): for a toast
 * “reveal”: (int id): bring that card into view (it was added, found, or has the mistake that was asked for)
 */
G_DECLARE_FINAL_TYPE (LmEditor, lm_editor, LM, EDITOR, GObject)

LmEditor *lm_editor_new (LmDocument *document);
LmDocument *lm_editor_get_document (LmEditor *self);

/* --- The open block ------------------------------------------------------------------ */

/* Id path, "" at the top; and what is in it, borrowed until “changed”. */
const char *lm_editor_get_block (LmEditor *self);
const LmDesign *lm_editor_get_design (LmEditor *self);

/* Opens block @id of the open block; leaves the open one; goes to any. FALSE if there is none. */
gboolean lm_editor_open_block (LmEditor *self, int id);
gboolean lm_editor_leave_block (LmEditor *self);
gboolean lm_editor_set_block (LmEditor *self, const char *path);

/* (transfer full): of a node of the open block, as the check and the picture name it: “3/1”. */
char *lm_editor_path (LmEditor *self, int id);

/* --- Selection ----------------------------------------------------------------------- */

/* In the order of selecting; and the one that was selected, or walked to, last: 0 for none. */
const int *lm_editor_get_selection (LmEditor *self, int *n);
gboolean lm_editor_is_selected (LmEditor *self, int id);
int lm_editor_get_current (LmEditor *self);

/* Moves the focus ring without selecting. */
void lm_editor_set_current (LmEditor *self, int id);

void lm_editor_select (LmEditor *self, const int *ids, int n);
void lm_editor_select_one (LmEditor *self, int id); /* 0: nothing */
void lm_editor_toggle (LmEditor *self, int id);
void lm_editor_select_all (LmEditor *self);
void lm_editor_invert_selection (LmEditor *self);
void lm_editor_select_stream (LmEditor *self, gboolean upstream); /* adds what the selected feed, or are fed by */

/* A wire instead of layers; (nullable). */
void lm_editor_select_wire (LmEditor *self, const LmWire *wire);
const LmWire *lm_editor_get_selected_wire (LmEditor *self);

/* Goes where a mistake is: opens its block, selects its layer, reveals it. */
void lm_editor_show (LmEditor *self, const char *path);

/* --- Commands ------------------------------------------------------------------------ */

/* Any edit, such as a remedy: @edit is borrowed. */
gboolean lm_editor_do (LmEditor *self, const LmEdit *edit, gboolean coalesce);

/* A new layer: @x, @y its middle; NaN: after the current layer and wired to it, else at a free place. Becomes the
 * selection. Returns: its id, 0 if refused. */
int lm_editor_add (LmEditor *self, const char *kind, double x, double y);

/* The same, wired to @port of layer @id: its output if @is_output, else its input. */
int lm_editor_add_at_port (LmEditor *self, const char *kind, int id, int port, gboolean is_output, double x, double y);

/* The same, on a wire; and a layer that is there onto a wire. */
int lm_editor_insert (LmEditor *self, const char *kind, const LmWire *wire);
/* @x, @y: where it has been dragged to, in the same step; NaN: where it stands. What is behind moves aside. */
gboolean lm_editor_put_on_wire (LmEditor *self, int id, const LmWire *wire, double x, double y);

gboolean lm_editor_connect (LmEditor *self, const LmWire *wire);
/* @old goes, @wire comes, in one step. */
gboolean lm_editor_reconnect (LmEditor *self, const LmWire *old, const LmWire *wire);
gboolean lm_editor_cut_wires (LmEditor *self, const LmWire *wires, int n);

/* The selected ones by so much, in card units. @coalesce: as the step before, while a drag or a row of key presses lasts. */
gboolean lm_editor_move (LmEditor *self, double dx, double dy, gboolean coalesce);
gboolean lm_editor_arrange (LmEditor *self); /* the selected if several, else all */

/* The cards are high ones: room for that is left when they are arranged. */
void lm_editor_set_has_thumbs (LmEditor *self, gboolean has_thumbs);

gboolean lm_editor_delete (LmEditor *self, gboolean heal); /* layers or the wire */
gboolean lm_editor_duplicate (LmEditor *self);
gboolean lm_editor_copy (LmEditor *self, GdkClipboard *clipboard);
gboolean lm_editor_cut (LmEditor *self, GdkClipboard *clipboard);
/* Reads the clipboard, so it happens a little later; NaN: beside the originals. */
void lm_editor_paste (LmEditor *self, GdkClipboard *clipboard, gboolean keep_incoming, double x, double y);
/* The same with the text itself; (nullable). */
gboolean lm_editor_paste_text (LmEditor *self, const char *text, gboolean keep_incoming, double x, double y);

/* Of all selected; the first decides whether it is set or taken off. */
gboolean lm_editor_toggle_bypass (LmEditor *self);
gboolean lm_editor_toggle_frozen (LmEditor *self);
gboolean lm_editor_freeze_up_to (LmEditor *self); /* the current one and all that feed it */

gboolean lm_editor_group (LmEditor *self);
gboolean lm_editor_ungroup (LmEditor *self);
gboolean lm_editor_wire_in_order (LmEditor *self);
gboolean lm_editor_swap (LmEditor *self, const char *kind);
gboolean lm_editor_rename (LmEditor *self, int id, const char *name);
/* The option of that number of all selected layers of one kind; @value not set: back to the default. */
gboolean lm_editor_set_option (LmEditor *self, int option, const LmOptionValue *value, gboolean coalesce);

/* --- Preview ------------------------------------------------------------------------- */

/* What the design would be after @edit (nullable: no preview any more), for ghost cards; nothing is changed. */
void lm_editor_set_preview (LmEditor *self, const LmEdit *edit);

/* (nullable): of the open block, with its check; borrowed until “changed”. */
const LmDesign *lm_editor_get_preview (LmEditor *self, const LmCheck **check);

G_END_DECLS
