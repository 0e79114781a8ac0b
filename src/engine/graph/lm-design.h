/* lm-design.h: what the user drew: layers, options, wires; training settings; where the data come from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-error.h"
#include "lm-layer.h"
#include "lm-option.h"

G_BEGIN_DECLS

typedef struct _LmDesign LmDesign;

typedef enum {
  LM_NODE_LAYER,
  LM_NODE_BLOCK, /* a design inside; its Input layers are its ports in order of id, its sinks its outputs */
  LM_NODE_COPY,  /* a linked copy of node source_id of the same design: shared weights */
} LmNodeType;

/**
 * LmNode:
 * @id: unique within its design, never reused, from 1
 * @name: unique within its design: “conv2d_1”
 * @kind: “Conv2D”, “Block”; of an unknown layer as read
 * @layer: %NULL for blocks, copies and layers that this version does not know
 * @options: %NULL if @layer is
 * @raw: JSON of an unknown layer, kept as read
 * @x, @y: centre of the card on the canvas, in card units (px at zoom 1); NaN outside of a design: lm_design_add_node()
 *   finds a place
 * @frozen: weights are not trained (Keras: trainable=False)
 * @bypassed: the data run past it
 */
typedef struct _LmNode LmNode;
struct _LmNode {
  int id;
  char *name;
  char *kind;
  LmNodeType type;
  const LmLayerClass *layer;
  LmOptionSet *options;
  char *raw;
  int source_id;
  LmDesign *child;
  double x;
  double y;
  gboolean frozen;
  gboolean bypassed;
};

typedef struct {
  int from;
  int from_port;
  int to;
  int to_port;
} LmWire;

/* Which target an output has; without any, the only sink has the only target. */
typedef struct {
  int node;
  int port;
  char *target;      /* name of a target column; NULL: the only one */
  LmOptionSet *loss; /* NULL: the design's */
  double weight;
} LmOutputSpec;

/**
 * LmDesign:
 * @nodes: LmNode, sorted by id
 * @wires: LmWire, sorted by (to, to_port, from, from_port)
 * @training: options of lm_training_member; %NULL in a child design
 * @outputs: LmOutputSpec
 * @data_spec: “builtin:digits”, “idx:/path”; %NULL for none
 * @chain: LmOptionSet of family “step”, applied in order
 * @to_right: flow left to right; default top to bottom
 *
 * A design is a value: copied deeply, compared, never shared between threads.
 * Changes go through lm-edit.h, so that each can be undone; the functions here
 * that change are its primitives and those of readers.
 */
struct _LmDesign {
  GPtrArray *nodes;
  GArray *wires;
  int next_id;
  LmOptionSet *training;
  GPtrArray *outputs;
  char *data_spec;
  GPtrArray *chain;
  gboolean to_right;
};

/* The option table of training settings, by these indices. */
enum {
  LM_TRAINING_LOSS,      /* OBJECT of family loss; none: suggested from the data */
  LM_TRAINING_OPTIMIZER, /* OBJECT of family optimizer, with learning_rate in it; default rmsprop */
  LM_TRAINING_BATCH_SIZE,
  LM_TRAINING_EPOCHS,
  LM_TRAINING_VALIDATION_SPLIT, /* share of the training part if the data bring no validation part; none: 0.1 */
  LM_TRAINING_SHUFFLE,
  LM_TRAINING_SEED,
  LM_TRAINING_STOP_EARLY, /* epochs without gain in validation loss; none: never */
  LM_TRAINING_SCHEDULE,   /* OBJECT of family schedule; none: the learning rate stays */
  LM_TRAINING_MONITOR,    /* STRING: the figure that “best”, early stopping and plateaus look at; none: the validation loss */
  LM_TRAINING_MIN_DELTA,
  LM_TRAINING_RESTORE_BEST,
  LM_TRAINING_TIME_LIMIT,    /* minutes; none: no limit */
  LM_TRAINING_METRICS,       /* STRING: a list of members of family metric; none: those of the loss */
  LM_TRAINING_CLASS_WEIGHT,  /* STRING: “balanced” or a list such as “0: 1, 1: 5”; none: all 1 */
  LM_TRAINING_SAMPLE_WEIGHT, /* STRING: the column of the data with a weight per sample; none: all 1 */
  LM_TRAINING_CSV_LOG,       /* STRING: file for a line per epoch; none: no file */
  LM_TRAINING_N_OPTIONS
};
extern const LmMember lm_training_member;

LmOutputSpec *lm_output_spec_copy (const LmOutputSpec *self);
void lm_output_spec_free (LmOutputSpec *self);
gboolean lm_output_spec_equal (const LmOutputSpec *a, const LmOutputSpec *b);

LmDesign *lm_design_new (void);       /* a top design: training has its defaults */
LmDesign *lm_design_new_child (void); /* the inside of a block */
LmDesign *lm_design_copy (const LmDesign *self);
void lm_design_free (LmDesign *self);
gboolean lm_design_equal (const LmDesign *a, const LmDesign *b);

/* Borrowed; NULL if there is none. O(log n). */
LmNode *lm_design_find (const LmDesign *self, int id);
LmNode *lm_design_find_by_name (const LmDesign *self, const char *name);

/* Position of node @id in @nodes, −1 if it is not there. O(log n). */
int lm_design_index (const LmDesign *self, int id);

/* By id path “3/1” or name path “block/conv2d”, walking into blocks. @owner: (out) (optional): the design that holds it. */
LmNode *lm_design_resolve (const LmDesign *self, const char *path, LmDesign **owner);

/* The distance of cards along and across the flow when they are laid out in a row, in card units: multiples of the 24 px grid. */
#define LM_CARD_PITCH_DOWN 120
#define LM_CARD_PITCH_RIGHT 264

/* Largest id of a node that a file may have. */
#define LM_MAX_NODE_ID 100000000

/* (transfer full): a node with default options, not yet in a design. @kind of a registered layer, or “Block”. */
LmNode *lm_node_new (const char *kind, GError **error);
LmNode *lm_node_copy (const LmNode *self);
void lm_node_free (LmNode *self);

/* (transfer full): the first free of “conv2d”, “conv2d_1”, … for a kind: CamelCase → snake_case as Keras does. */
char *lm_design_free_name (const LmDesign *self, const char *kind);

/* (transfer full): @name if nobody has it, else the next free one of its row: “conv2d_1” → “conv2d_2”. */
char *lm_design_free_name_like (const LmDesign *self, const char *name);

/* Refuses with LM_ERROR_OPTION what cannot be the name of node @id: empty, longer than 80 characters, with “/” or
 * control characters, a bare number (ids are numbers), taken by another. @self: (nullable): the form alone. */
gboolean lm_design_check_name (const LmDesign *self, int id, const char *name, GError **error);

/* The node whose layer, options and child count: of a linked copy its source, else @node itself. */
const LmNode *lm_design_source (const LmDesign *self, const LmNode *node);

/* Primitives: @node is taken over; a node with id 0 gets next_id, one with name NULL a free name. */
int lm_design_add_node (LmDesign *self, LmNode *node);
/* (transfer full): takes the node out; its wires must be gone. */
LmNode *lm_design_take_node (LmDesign *self, int id);

/* Refuses with LM_ERROR_GRAPH: missing nodes or ports, a port that is taken, a circle (“A wire from add to conv2d would go round in a circle”). */
gboolean lm_design_check_wire (const LmDesign *self, const LmWire *wire, GError **error);
/* The first half of it: nodes and ports are there. */
gboolean lm_design_check_ports (const LmDesign *self, const LmWire *wire, GError **error);
void lm_design_add_wire (LmDesign *self, const LmWire *wire);
gboolean lm_design_remove_wire (LmDesign *self, const LmWire *wire);
const LmWire *lm_design_wire_into (const LmDesign *self, int node, int port); /* NULL if none */

/* How many input ports to show: the layer's minimum, or for open-ended ones (Add) the wired ones and one more. */
int lm_design_n_inputs (const LmDesign *self, const LmNode *node);
int lm_design_n_outputs (const LmDesign *self, const LmNode *node);

/* TRUE if there is such a node with such an output. Of unknown layers nothing is known, so every output may be there. */
gboolean lm_design_has_output (const LmDesign *self, int node, int port);

/* (transfer full) (element-type int): ids of the Input layers, ids of the nodes without a wire out of them; by id. Of a
 * block's inside these are its input ports, and (all outputs of each in turn) its output ports. */
GArray *lm_design_inputs (const LmDesign *self);
GArray *lm_design_sinks (const LmDesign *self);

/* The layer that answers when no targets are set: the sink at the end of the longest way from the Inputs, the one with
 * the smallest id among equals, Inputs aside; 0 if there is none. */
int lm_design_main_sink (const LmDesign *self);

/* TRUE if node @id is @on or gets something from it, however far away. */
gboolean lm_design_depends (const LmDesign *self, int id, int on);

/* (transfer full) (element-type int): ids in an order that runs: inputs before users, ties by id. A circle: those on it come last. */
GArray *lm_design_order (const LmDesign *self);

/* Loss that fits integer labels with @n_classes, or numbers: used when training.loss is none. Returns a member id. */
const char *lm_design_default_loss (gboolean labels, gint64 n_classes);

static inline gboolean
lm_node_bool (const LmNode *node, int option)
{
  return lm_option_get_bool (node->options, option);
}

static inline gint64
lm_node_int (const LmNode *node, int option)
{
  return lm_option_get_int (node->options, option);
}

static inline double
lm_node_double (const LmNode *node, int option)
{
  return lm_option_get_double (node->options, option);
}

static inline const char *
lm_node_text (const LmNode *node, int option)
{
  return lm_option_get_text (node->options, option);
}

static inline int
lm_node_ints (const LmNode *node, int option, gint64 out[LM_MAX_LIST])
{
  return lm_option_get_ints (node->options, option, out);
}

static inline const LmOptionSet *
lm_node_object (const LmNode *node, int option)
{
  return lm_option_get_object (node->options, option);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmDesign, lm_design_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmNode, lm_node_free)

G_END_DECLS
