/* lm-graph.h: values and ops of a network, before and after autodiff
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-op.h"
#include "lm-slot.h"

G_BEGIN_DECLS

/**
 * LmValue:
 *
 * A result inside the graph being built: an index with the generation of its
 * builder, so that a value of another builder is an assertion and not a riddle.
 */
typedef struct {
  int index;
  guint generation;
} LmValue;

#define LM_NO_VALUE ((LmValue){ -1, 0 })

typedef enum {
  LM_VALUE_INPUT,   /* bound from outside at each step */
  LM_VALUE_WEIGHT,  /* a slot */
  LM_VALUE_OP,      /* output of an op */
  LM_VALUE_UNKNOWN, /* output of a node with an error: nothing is known of it */
} LmValueKind;

typedef struct {
  LmValueKind kind;
  LmDtype dtype;
  LmShape shape;    /* symbolic batch */
  int producer;     /* op index; slot index for WEIGHT; input index for INPUT */
  int producer_out; /* which output of the op */
  int node;         /* index of the node that made it, −1 for none */
  int mask;         /* value index of its mask, −1 for none */
  int n_uses;
  gboolean observed; /* somebody outside wants to see it: never fused away, kept to the end of the pass */
} LmValueInfo;

typedef struct {
  const LmOpClass *op;
  LmOpId id;
  gsize attrs;  /* offset into LmGraph.attrs */
  int first_in; /* offset into LmGraph.operands: n_in, then n_out value indices */
  int n_in;
  int n_out;
  int node;
  guint64 key;   /* for LM_OP_RANDOM: node key and ordinal within the node */
  gboolean dead; /* fused into another */
} LmOpNode;

typedef struct {
  char *name;
  int value;
} LmGraphInput;

typedef struct {
  int state;       /* slot index */
  int value;       /* new observation */
  double momentum; /* state ← momentum·state + (1 − momentum)·value */
} LmStateUpdate;

/* What the size of a value costs: (l1·Σ|x| + l2·Σx²)/samples is added to the loss. */
typedef struct {
  int value;
  double l1;
  double l2;
} LmActivityPenalty;

/**
 * LmGraph:
 *
 * What a builder made: plain arrays. Owned by the builder until
 * lm_builder_finish() gives it away.
 */
typedef struct {
  gboolean f64;
  gboolean training;
  GArray *values;   /* LmValueInfo */
  GArray *ops;      /* LmOpNode, in an order that runs */
  GArray *operands; /* int */
  GByteArray *attrs;
  GPtrArray *slots;  /* LmSlot */
  GArray *inputs;    /* LmGraphInput */
  GArray *updates;   /* LmStateUpdate */
  GArray *penalties; /* LmActivityPenalty; used up when the loss is built */
} LmGraph;

LmGraph *lm_graph_new (gboolean f64, gboolean training);
LmGraph *lm_graph_copy (const LmGraph *self);
void lm_graph_free (LmGraph *self);

static inline LmValueInfo *
lm_graph_value (const LmGraph *self, int value)
{
  return &g_array_index (self->values, LmValueInfo, value);
}

static inline LmOpNode *
lm_graph_op (const LmGraph *self, int op)
{
  return &g_array_index (self->ops, LmOpNode, op);
}

static inline int
lm_graph_in (const LmGraph *self, const LmOpNode *op, int i)
{
  return g_array_index (self->operands, int, op->first_in + i);
}

static inline int
lm_graph_out (const LmGraph *self, const LmOpNode *op, int i)
{
  return g_array_index (self->operands, int, op->first_in + op->n_in + i);
}

static inline const void *
lm_graph_attrs (const LmGraph *self, const LmOpNode *op)
{
  return self->attrs->data + op->attrs;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmGraph, lm_graph_free)

G_END_DECLS
