/* lm-design-json.h: designs and edits as JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-edit.h"

G_BEGIN_DECLS

/* The version of the format that is written, and the newest that is read. */
#define LM_DESIGN_FORMAT 1

/* A file with more layers than this, blocks included, is refused. */
#define LM_DESIGN_MAX_NODES 20000

/* Blocks in blocks. */
#define LM_DESIGN_MAX_DEPTH 16

/**
 * lm_design_to_json:
 * @pretty: for people and for diffs; else one line
 *
 * `{"lamina":1, "nodes":[{"id", "name", "kind", "options":{}, "pos":[x, y],
 * "frozen":true?, "bypassed":true?, "source"? (of a linked copy, kind Copy),
 * "nodes"?, "wires"?, "next_id"? (of a block)}], "wires":[[from, port, to,
 * port]], "next_id"?, "flow":"right"?, "training":{…, "outputs"?},
 * "data":{"spec"?, "chain"?}}`.
 *
 * Only options that are set are written. The order is fixed: equal designs
 * give equal bytes. A layer that this version does not know is written as it
 * was read.
 *
 * Returns: (transfer full)
 */
char *lm_design_to_json (const LmDesign *self, gboolean pretty);

/**
 * lm_design_from_json:
 * @length: of @text in bytes, −1 if it ends with a zero byte
 * @name: what messages call the text: a file name
 *
 * Kinds of layers that this version does not know are kept as they are, and
 * lm_check_design() reports them. Unknown options of known layers, unknown
 * keys, wires to ports that are not there are errors. Circles are not: the
 * check reports them. A missing name is given, a missing place found.
 *
 * Errors: %LM_ERROR_FORMAT, %LM_ERROR_OPTION, %LM_ERROR_GRAPH, %LM_ERROR_LIMIT with the path of the place in the message;
 * %LM_ERROR_UNSUPPORTED if a newer version wrote it.
 */
LmDesign *lm_design_from_json (const char *text, gssize length, const char *name, GError **error);

/* (transfer full): one line: for the undo history in the project file. */
char *lm_edit_to_json (const LmEdit *self);

/* The same errors. */
LmEdit *lm_edit_from_json (const char *text, gssize length, GError **error);

G_END_DECLS
