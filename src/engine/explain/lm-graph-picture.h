/* lm-graph-picture.h: a design as a diagram
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-check.h"
#include "lm-picture.h"

G_BEGIN_DECLS

/**
 * lm_graph_picture:
 * @check: of that design: shapes on the wires, parameters on the cards, mistakes at the ports
 * @task: (nullable): the target's pill at the output
 *
 * Cards of the top of the design in order of id, wires as indices.
 *
 * Returns: (transfer full)
 */
LmGraphPicture *lm_graph_picture (const LmDesign *design, const LmCheck *check, const LmTask *task);

/* The same of the inside of the block with the id path @block, which must be there. */
LmGraphPicture *lm_graph_picture_of_block (const LmDesign *top, const char *block, const LmCheck *check, const LmTask *task);

/* The same of a design that is the inside of the block @block, "" for a top one. */
LmGraphPicture *lm_graph_picture_inside (const LmDesign *design, const char *block, gboolean to_right, const LmCheck *check, const LmTask *task);

/* Returns: (transfer full): what stands on the card of a node: “Conv2D · 64 of 3×3 · relu”. */
char *lm_node_summary (const LmNode *node);

/* Returns: (transfer full): 18,496, grouped as the locale does; from a million: 1.20 M. */
char *lm_count_to_string (gint64 n);

G_END_DECLS
