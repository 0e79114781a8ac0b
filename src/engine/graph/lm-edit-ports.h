/* lm-edit-ports.h: keeps the wires of a block at the right ports when its inside changes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-edit-data.h"

G_BEGIN_DECLS

/**
 * LmPorts:
 *
 * The input ports of a block are its Input layers, its output ports the
 * outputs of its sinks, so an edit inside may add, drop or shift ports. This
 * remembers them before such an edit, and afterwards moves the wires of the
 * block (and of its linked copies) along with their ports; wires whose port
 * has gone are removed. Then the same for the block around it, and so on.
 */
typedef struct _LmPorts LmPorts;

/* (transfer full): the ports of all blocks around what @edit is about to change; NULL if none of them can change. */
LmPorts *lm_ports_note (const LmEdit *edit, const LmDesign *design);

/* (transfer full): the same, and the wires and targets around, for a compound edit of block @path. */
LmPorts *lm_ports_note_all (const char *path, const LmDesign *design);
void lm_ports_free (LmPorts *self);

/**
 * lm_ports_follow:
 * @moved: (element-type LmWire): the output `from`, `from_port` of the block's inside has become the output `to`, `to_port`
 *
 * After a compound edit: what has to be done so that all wires and targets
 * around still stand at the outputs they stood at when the ports were noted.
 *
 * Returns: (transfer full) (element-type LmEdit): edits, to be applied in this order, each computed for @design, which is
 * changed by them already
 */
GPtrArray *lm_ports_follow (LmPorts *self, LmDesign *design, const GArray *moved);

/* Frees @self. (transfer full): @reverse, which is taken, with what also has to be restored; NULL if @reverse is. */
LmEdit *lm_ports_mend (LmPorts *self, LmDesign *design, LmEdit *reverse);

G_END_DECLS
