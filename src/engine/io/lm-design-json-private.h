/* lm-design-json-private.h: the parts that designs and edits share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-design-json.h"
#include "lm-option-json.h"

G_BEGIN_DECLS

/* @level: blocks around it; what is in @node as the file has it: id 0, name NULL and place NaN if absent. */
gboolean lm_json_get_node (const LmJsonAt *at, int level, guint *n_nodes, LmNode **node, GError **error);
void lm_json_put_node (LmJsonWriter *self, const char *key, const LmNode *node);

gboolean lm_json_get_wire (const LmJsonAt *at, LmWire *wire, GError **error);
void lm_json_put_wire (LmJsonWriter *self, const char *key, const LmWire *wire);

/* (element-type LmOptionSet) and (element-type LmOutputSpec): lists. */
gboolean lm_json_get_chain (const LmJsonAt *at, GPtrArray *chain, GError **error);
void lm_json_put_chain (LmJsonWriter *self, const char *key, const GPtrArray *chain);
gboolean lm_json_get_outputs (const LmJsonAt *at, GPtrArray *outputs, GError **error);
void lm_json_put_outputs (LmJsonWriter *self, const char *key, const GPtrArray *outputs);

/* The members “training” and “data” of a design. */
gboolean lm_json_get_training (const LmJsonAt *at, LmDesign *design, GError **error);
gboolean lm_json_get_data (const LmJsonAt *at, LmDesign *design, GError **error);

G_END_DECLS
