/* lm-edit-data.h: what an edit is made of, for those who apply, name, write and read edits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-edit.h"

G_BEGIN_DECLS

typedef enum {
  LM_EDIT_GROUP,        /* list: LmEdit, in order */
  LM_EDIT_ADD_NODE,     /* node; wires: put back as they were, circles included; (nullable) */
  LM_EDIT_REMOVE_NODE,  /* id; next_id: of the design afterwards, 0: as it is */
  LM_EDIT_REPLACE_NODE, /* node takes the place of the node of its id; wires stay */
  LM_EDIT_SET_OPTION,   /* id, option, value; member once applied */
  LM_EDIT_RENAME,       /* id, text */
  LM_EDIT_MOVE,         /* id, x, y */
  LM_EDIT_SET_FROZEN,   /* id, flag */
  LM_EDIT_SET_BYPASSED, /* id, flag */
  LM_EDIT_ADD_WIRE,     /* wire; flag: it was there before, so a circle is no reason to refuse */
  LM_EDIT_REMOVE_WIRE,  /* wire */
  LM_EDIT_SET_WIRES,    /* wires: all of the design */
  LM_EDIT_SET_TRAINING, /* option, value */
  LM_EDIT_SET_DATA,     /* text; NULL for none */
  LM_EDIT_SET_CHAIN,    /* list: LmOptionSet */
  LM_EDIT_SET_OUTPUTS,  /* list: LmOutputSpec */
  LM_EDIT_SET_FLOW,     /* flag: to the right */
  LM_EDIT_N_KINDS
} LmEditKind;

/**
 * LmEdit:
 * @title: what undo says; NULL: made from the rest
 * @block: id path of the design that is changed
 * @member: whose option table @option is an index into; NULL until the edit has been applied through lm_edit_perform()
 *
 * The other fields are used as LmEditKind says and zero elsewhere.
 */
struct _LmEdit {
  LmEditKind kind;
  char *title;
  char *block;
  int id;
  int next_id;
  int option;
  const LmMember *member;
  LmOptionValue value;
  char *text;
  double x;
  double y;
  gboolean flag;
  LmWire wire;
  LmNode *node;
  GArray *wires;
  GPtrArray *list;
};

/* (transfer full): all fields zero but these. @block is copied. */
LmEdit *lm_edit_new (LmEditKind kind, const char *block);

/* (transfer full): an empty list that frees its elements as @kind (GROUP, SET_CHAIN, SET_OUTPUTS) demands. */
GPtrArray *lm_edit_new_list (LmEditKind kind);

/* (transfer full): a deep copy of such a list. */
GPtrArray *lm_edit_copy_list (LmEditKind kind, const GPtrArray *list);

/* (transfer full): SET_FROZEN, SET_BYPASSED, SET_FLOW. */
LmEdit *lm_edit_new_flag (LmEditKind kind, const char *block, int id, gboolean flag);

/* (transfer full) @node: takes the place of the node of its id; every wire must still find its port. */
LmEdit *lm_edit_replace_node (const char *block, LmNode *node);

/* Like lm_edit_apply(), and writes into @self what only the design knows: given ids and names, option tables. */
LmEdit *lm_edit_perform (LmEdit *self, LmDesign *design, GError **error);

/* The design that the edit changes; NULL with LM_ERROR_NOT_FOUND set if there is no such block. */
LmDesign *lm_edit_find_block (const char *block, LmDesign *design, GError **error);

G_END_DECLS
