/* lm-chain-list.h: the chain of steps that prepares the data
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LM_TYPE_CHAIN_LIST (lm_chain_list_get_type ())

/**
 * LmChainList:
 *
 * The steps in their order, numbered: each opens to show its options, moves by
 * drag or Alt+Up and Alt+Down, and goes by its menu or Delete; below them a button
 * that adds one. Every change is an edit of the document. Signals:
 * “selection-changed”: the step whose row has the focus
 * “refused”: (const char *message)
 */
G_DECLARE_FINAL_TYPE (LmChainList, lm_chain_list, LM, CHAIN_LIST, GtkWidget)

void lm_chain_list_set_document (LmChainList *self, LmDocument *document);

/* Number of the step that was chosen last, −1. */
int lm_chain_list_get_selected (LmChainList *self);

/* Edits, as the widgets make them. @kind: id of a member of family “step”. */
gboolean lm_chain_list_add (LmChainList *self, const char *kind);
gboolean lm_chain_list_remove (LmChainList *self, int i);
gboolean lm_chain_list_move (LmChainList *self, int from, int to);

G_END_DECLS
