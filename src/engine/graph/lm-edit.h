/* lm-edit.h: each change of a design as data, with its reverse
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-design.h"

G_BEGIN_DECLS

/**
 * LmEdit:
 *
 * A change: kind, where, before, after. Plain data, so that remedies, undo
 * history, command line and random tests use the same. Applying is the only
 * way in which a design changes; applying the reverse restores the very same
 * bytes. A group holds edits that are one step of undo.
 */
typedef struct _LmEdit LmEdit;

void lm_edit_free (LmEdit *self);
LmEdit *lm_edit_copy (const LmEdit *self);

/* --- Primitives: @block is the id path of the design that is changed: "" for the top, “3” inside block 3. --- */

LmEdit *lm_edit_add_node (const char *block, LmNode *node);                                     /* (transfer full) node; id 0 and name NULL are given when applied */
LmEdit *lm_edit_remove_node (const char *block, int id);                                        /* with its wires */
LmEdit *lm_edit_set_option (const char *block, int id, int option, const LmOptionValue *value); /* not set = default */
LmEdit *lm_edit_rename (const char *block, int id, const char *name);
LmEdit *lm_edit_move (const char *block, int id, double x, double y);
LmEdit *lm_edit_set_frozen (const char *block, int id, gboolean frozen);
LmEdit *lm_edit_set_bypassed (const char *block, int id, gboolean bypassed);
LmEdit *lm_edit_add_wire (const char *block, const LmWire *wire); /* replaces what is in the port */
LmEdit *lm_edit_remove_wire (const char *block, const LmWire *wire);
LmEdit *lm_edit_set_training (int option, const LmOptionValue *value);
LmEdit *lm_edit_set_data (const char *spec);
LmEdit *lm_edit_set_chain (GPtrArray *steps);     /* LmOptionSet; copied */
LmEdit *lm_edit_set_outputs (GPtrArray *outputs); /* LmOutputSpec; copied */
LmEdit *lm_edit_set_flow (gboolean to_right);

/* --- Compound ones, made from primitives on the design as it is; NULL with an error if they make no sense --- */

LmEdit *lm_edit_group (const char *title, GPtrArray *edits); /* (transfer full) both; title: what undo says */
LmEdit *lm_edit_remove_and_heal (const LmDesign *design, const char *block, const int *ids, int n_ids, GError **error);
LmEdit *lm_edit_insert_on_wire (const LmDesign *design, const char *block, const LmWire *wire, LmNode *node, GError **error);
LmEdit *lm_edit_swap_kind (const LmDesign *design, const char *block, int id, const char *kind, GError **error);
LmEdit *lm_edit_group_into_block (const LmDesign *design, const char *block, const int *ids, int n_ids, GError **error);
LmEdit *lm_edit_ungroup (const LmDesign *design, const char *block, int id, GError **error);

/* (transfer full): some layers of a block with the wires among them, for the clipboard: a design of its own, whose JSON
 * is what is copied. A linked copy without its source becomes a layer. */
LmDesign *lm_design_extract (const LmDesign *design, const char *block, const int *ids, int n_ids, GError **error);

/* All layers of @fragment, with ids and names of their own, around the place (@x, @y). */
LmEdit *lm_edit_paste (const LmDesign *design, const char *block, const LmDesign *fragment, double x, double y, GError **error);

/* The same within one block; @keep_incoming: what feeds the originals from outside feeds the duplicates too. */
LmEdit *lm_edit_duplicate (const LmDesign *design, const char *block, const int *ids, int n_ids, double dx, double dy, gboolean keep_incoming, GError **error);

/* From each to the next: into its first free port, else into its first. */
LmEdit *lm_edit_wire_in_order (const LmDesign *design, const char *block, const int *ids, int n_ids, GError **error);

/* A layer that is there goes between the ends of a wire. */
LmEdit *lm_edit_put_on_wire (const LmDesign *design, const char *block, const LmWire *wire, int id, GError **error);

/**
 * lm_edit_apply:
 *
 * Changes @design and returns the reverse edit, or nothing at all happens.
 *
 * Returns: (transfer full): what undoes it, or %NULL with @error set
 */
LmEdit *lm_edit_apply (const LmEdit *self, LmDesign *design, GError **error);

/* What undo shows: “Set Filters of conv2d to 64”. (transfer full) */
char *lm_edit_title (const LmEdit *self, const LmDesign *design);

/* TRUE if @next only goes on with what @self did (same option, same cards moved), so that both are one step of undo. */
gboolean lm_edit_coalesces (const LmEdit *self, const LmEdit *next);

/* (element-type utf8) (nullable): id paths of nodes whose cards change, for redrawing. */
GPtrArray *lm_edit_touched (const LmEdit *self);

/* (element-type utf8) (nullable): id paths of the nodes that an edit adds, for selecting what was pasted. Those of edits
 * made by the compound functions, or remembered by undo, are complete. */
GPtrArray *lm_edit_added (const LmEdit *self);

/**
 * LmUndo: a list of edits: undo and redo without limit.
 */
typedef struct _LmUndo LmUndo;

LmUndo *lm_undo_new (void);
void lm_undo_free (LmUndo *self);
/* Applies and remembers; may coalesce with the last step if @coalesce. */
gboolean lm_undo_do (LmUndo *self, LmDesign *design, const LmEdit *edit, gboolean coalesce, GError **error);
gboolean lm_undo_undo (LmUndo *self, LmDesign *design);
gboolean lm_undo_redo (LmUndo *self, LmDesign *design);
const char *lm_undo_title (const LmUndo *self); /* of the step that undo takes back; NULL if none */
const char *lm_redo_title (const LmUndo *self);
gsize lm_undo_position (const LmUndo *self);
gsize lm_undo_length (const LmUndo *self);
/* Step @i as (forward, reverse), for the project file; and back. */
void lm_undo_get (const LmUndo *self, gsize i, const LmEdit **forward, const LmEdit **reverse);
void lm_undo_restore (LmUndo *self, GPtrArray *forward, GPtrArray *reverse, gsize position); /* (transfer full) elements */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmEdit, lm_edit_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmUndo, lm_undo_free)

G_END_DECLS
