/* lm-lower.h: a design becomes a graph of ops
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-builder.h"
#include "lm-design.h"

G_BEGIN_DECLS

/**
 * LmLoweredNode: one layer of the design, blocks opened, in an order that runs
 * @source: whose layer it is: @node itself, of a linked copy the node it is linked to
 * @path, @name_path: “3/1”, “block/conv2d”: of the weights; of a copy those of its source
 * @own_path, @own_name: (nullable): of the node, where a copy is on the way: see lm_lowered_path()
 * @depth: 0 at the top
 * @first_in, @n_in, @first_out, @n_out: into LmLowered.values
 * @first_op, @n_ops, @first_slot, @n_slots: what it made
 * @error: (nullable): why it could not be built
 */
typedef struct {
  const LmNode *node;   /* borrowed from the design */
  const LmNode *source; /* likewise */
  char *path;
  char *name_path;
  char *own_path;
  char *own_name;
  guint64 key;
  int depth;
  int first_in;
  int n_in;
  int first_out;
  int n_out;
  int first_op;
  int n_ops;
  int first_slot;
  int n_slots;
  gboolean skipped; /* something before it failed: nothing known, nothing reported */
  LmBuilderError *error;
} LmLoweredNode;

/**
 * LmLowered:
 *
 * The result of a lowering: which value stands at which port. Borrows names
 * from the design, values from the builder; both must outlive it.
 */
typedef struct {
  GArray *nodes;  /* LmLoweredNode */
  GArray *values; /* LmValue */
  GArray *inputs; /* LmValue: one per Input layer at the top, in order of id */
  GArray *sinks;  /* int: indices into nodes of those at the top whose outputs lead nowhere */
  int n_errors;
} LmLowered;

/**
 * lm_lower_design:
 *
 * Lowers each layer once, inputs before users, ties by id. A layer with an
 * error gets unknown outputs and the walk goes on; layers behind unknowns are
 * skipped. Bypassed layers hand on their first input. The builder's scope is
 * set for each node.
 */
LmLowered *lm_lower_design (LmBuilder *builder, const LmDesign *design);
void lm_lowered_free (LmLowered *self);

/* Index of the lowered node of that id path or name path; −1. */
int lm_lowered_find (const LmLowered *self, const char *path);

static inline LmLoweredNode *
lm_lowered_node (const LmLowered *self, int i)
{
  return &g_array_index (self->nodes, LmLoweredNode, i);
}

/* Where the node itself stands: unique, as lm_lowered_find() takes it. */
static inline const char *
lm_lowered_path (const LmLoweredNode *node)
{
  return node->own_path != NULL ? node->own_path : node->path;
}

static inline const char *
lm_lowered_name (const LmLoweredNode *node)
{
  return node->own_path != NULL ? node->own_name : node->name_path;
}

static inline LmValue
lm_lowered_in (const LmLowered *self, int node, int i)
{
  return g_array_index (self->values, LmValue, lm_lowered_node (self, node)->first_in + i);
}

static inline LmValue
lm_lowered_out (const LmLowered *self, int node, int i)
{
  return g_array_index (self->values, LmValue, lm_lowered_node (self, node)->first_out + i);
}

/* The first error as a GError, “title. message”; TRUE if there is none. */
gboolean lm_lowered_check (const LmLowered *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmLowered, lm_lowered_free)

G_END_DECLS
