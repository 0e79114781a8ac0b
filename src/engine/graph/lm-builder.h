/* lm-builder.h: composes ops; what a layer's lower () works with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-error.h"
#include "lm-graph.h"
#include "lm-op-attrs.h"

G_BEGIN_DECLS

/**
 * LmBuilder:
 *
 * Collects values and ops. Keeps the first error, as cairo_t keeps a status:
 * after it every lm_build_ call returns an unknown value and does nothing, so
 * that lower () needs no error plumbing. Shape inference is building
 * without running: no tensor memory is touched. Thread: one.
 */
typedef struct _LmBuilder LmBuilder;

/**
 * LmBuilderSpec:
 * @training: dropout drops, batch normalization uses the batch
 * @f64: ops of the double build, for gradient checks
 * @shapes_only: the graph will not run: slots get no paths, initializers and regularizers (for the checker's speed)
 * @max_batch: largest batch that sizes are checked for; at least 1
 */
typedef struct {
  gboolean training;
  gboolean f64;
  gboolean shapes_only;
  gint64 max_batch;
} LmBuilderSpec;

LmBuilder *lm_builder_new (const LmBuilderSpec *spec);
void lm_builder_free (LmBuilder *self);

/* Gives the graph away, or the first error. The builder can only be freed afterwards. */
LmGraph *lm_builder_finish (LmBuilder *self, GError **error);

/* The graph under construction; borrowed. */
LmGraph *lm_builder_graph (LmBuilder *self);

/* TRUE if the program is for training and the current node is not frozen: batch normalization uses the batch. */
gboolean lm_builder_uses_batch (const LmBuilder *self);

/* TRUE if the program is for training, also for frozen nodes: dropout drops. */
gboolean lm_builder_is_training (const LmBuilder *self);
gint64 lm_builder_max_batch (const LmBuilder *self);

LmShape lm_builder_shape (const LmBuilder *self, LmValue value);
LmDtype lm_builder_dtype (const LmBuilder *self, LmValue value);

/* FALSE for a value behind an error. */
gboolean lm_builder_is_known (const LmBuilder *self, LmValue value);

/* --- Masks --------------------------------------------------------------
 *
 * A value may have a mask: a value (N, T) of ones and zeros that says which steps count. Layers that use it ask for it; the
 * driver hands it on as their LmMaskRule says.
 */

/* LM_NO_VALUE if there is none. */
LmValue lm_builder_mask (const LmBuilder *self, LmValue value);
void lm_builder_set_mask (LmBuilder *self, LmValue value, LmValue mask);

/* Ones where @x (whole numbers or numbers) is not @value; of (N, T, features …) where any feature is not. No gradient. */
LmValue lm_build_mask (LmBuilder *self, LmValue x, double value);

/* The mask with axes of size 1 added behind, up to @rank. */
LmValue lm_build_mask_as (LmBuilder *self, LmValue mask, int rank);

/* --- Errors and what would mend them ---------------------------------- */

/**
 * lm_builder_fail:
 * @port: data input of the current node that is wrong, −1 for the node as a whole
 * @title: “who needs what”, without a final stop: “add needs inputs of one shape” (ux section 5)
 * @format: “what comes from where” with the shapes, as full sentences
 *
 * Records the first error of the current node. Both texts are translated and
 * name the node as the user does: lm_builder_node_name().
 *
 * Returns: an unknown value, so that lower () can end with `return`
 */
LmValue lm_builder_fail (LmBuilder *self, int port, LmError code, const char *title, const char *format, ...) G_GNUC_PRINTF (5, 6);

typedef enum {
  LM_SUGGEST_SET_OPTION,    /* option @option of this node to @value */
  LM_SUGGEST_INSERT_BEFORE, /* a layer @kind on the wire into port @port */
  LM_SUGGEST_SWAP,          /* this node becomes a @kind, keeping wires and equal options */
  LM_SUGGEST_REMOVE_SOURCE, /* remove the layer that feeds port @port, healing the wire */
  LM_SUGGEST_REMOVE,        /* remove this node, healing the wire */
} LmSuggestionKind;

/**
 * LmSuggestion:
 *
 * A remedy for the error just recorded, as data: the checker turns it into an
 * edit. The likeliest first. @options: for INSERT and SWAP, `"filters=64,kernel_size=1"`,
 * parsed by lm_option_parse(); NULL for defaults.
 */
typedef struct {
  LmSuggestionKind kind;
  int port;
  int option;
  LmOptionValue value;
  const char *layer;
  char options[96];
} LmSuggestion;

/* Only counts right after lm_builder_fail() for the same node; ignored otherwise. @suggestion is copied. */
void lm_builder_suggest (LmBuilder *self, const LmSuggestion *suggestion);

/* Name of the node being lowered, and of the node that made a value (for messages). */
const char *lm_builder_node_name (const LmBuilder *self);
const char *lm_builder_source_name (const LmBuilder *self, LmValue value);

/* --- Leaves ------------------------------------------------------------ */

/* A value bound from outside at each step. @shape has the symbolic batch; integer ids have dtype LM_I32. */
LmValue lm_build_input (LmBuilder *self, const char *name, LmDtype dtype, const LmShape *shape);

/**
 * lm_build_weight:
 * @name: Keras's name of the weight: “kernel”, “bias”, “gamma”; a static string
 * @initializer: options of family “initializer”; copied
 * @regularizer: (nullable): options of family “regularizer”; copied
 *
 * Asking twice for the same name within one node gives the same slot (shared
 * weights). A linked copy of a layer asks under the path of its source.
 */
LmValue lm_build_weight (LmBuilder *self,
                         const char *name,
                         const LmShape *shape,
                         LmLayout layout,
                         const LmOptionSet *initializer,
                         const LmOptionSet *regularizer);

/* The weight keeps a rule: after each step of the optimizer it is changed so that it does. @constraint: options of family
 * “constraint”; copied; %NULL does nothing. */
void lm_builder_constrain (LmBuilder *self, LmValue weight, const LmOptionSet *constraint);

/**
 * lm_builder_penalize:
 *
 * The activity regularization of a layer: (l1·Σ|x| + l2·Σx²)/samples is added
 * to the loss of programs that have one; others do not compute it.
 */
void lm_builder_penalize (LmBuilder *self, LmValue x, double l1, double l2);

/* Elements @from … @from + @n − 1 of a weight (in natural order) begin as 1, whatever its initializer says. */
void lm_build_begin_with_ones (LmBuilder *self, LmValue weight, gint64 from, gint64 n);

/* What stands before the names of weights from now on; "" for nothing. A static string. Layers that hold others use it. */
void lm_builder_set_prefix (LmBuilder *self, const char *prefix);

/* Moving statistics: no gradient. */
LmValue lm_build_state (LmBuilder *self, const char *name, const LmShape *shape, const LmOptionSet *initializer);

/* After the backward pass of a training step: state ← momentum·state + (1 − momentum)·value. */
void lm_build_update_state (LmBuilder *self, LmValue state, LmValue value, double momentum);

/* --- Ops --------------------------------------------------------------- */

/**
 * lm_build_op:
 * @attrs: the op's attribute struct of lm-op-attrs.h; copied; %NULL if it has none
 * @out: (array length=n_out): filled with the outputs, auxiliary ones last
 *
 * The general call behind those below. Adds nothing and gives unknown values
 * if an input is unknown or an error stands.
 */
void lm_build_op (LmBuilder *self, LmOpId id, const void *attrs, const LmValue *in, int n_in, LmValue *out, int n_out);

/* y = x · w (+ bias): the last axis of x (…, K) by the rows of w (K, N) in panels. @bias: LM_NO_VALUE for none. */
LmValue lm_build_matmul (LmBuilder *self, LmValue x, LmValue w, LmValue bias);

/* x (N, H, W, C), w (KH, KW, C / groups, O) natural, bias (O) padded or LM_NO_VALUE. Padding is explicit in @attrs. */
LmValue lm_build_conv2d (LmBuilder *self, LmValue x, LmValue w, LmValue bias, const LmConvAttrs *attrs);
LmValue lm_build_conv2d_transpose (LmBuilder *self, LmValue x, LmValue w, const LmConvTransposeAttrs *attrs);
LmValue lm_build_pool2d (LmBuilder *self, LmValue x, const LmPoolAttrs *attrs);

/* Any of the elementwise functions; LM_ACT_LINEAR gives @x itself. */
LmValue lm_build_activation (LmBuilder *self, LmValue x, const LmActivationAttrs *attrs);

/* By the id of a member of family “activation” (“relu”, “softmax”, …); NULL and “linear” give @x itself. */
LmValue lm_build_activation_by_id (LmBuilder *self, LmValue x, const char *id);

/* Over the last axis (attrs.axis counts from the end; others are permuted by the caller). */
LmValue lm_build_softmax (LmBuilder *self, LmValue x, gboolean log);

/* Elementwise with NumPy's broadcasting; fails with a message if the shapes do not fit. */
LmValue lm_build_binary (LmBuilder *self, LmBinaryKind kind, LmValue a, LmValue b);
LmValue lm_build_affine (LmBuilder *self, LmValue x, double scale, double offset);

/* Mean, sum or max over the axes of the bit set @axes (bit i: axis i, never the batch unless LM_BIT (0)). */
LmValue lm_build_reduce (LmBuilder *self, LmReduceKind kind, LmValue x, guint32 axes, gboolean keep_dims);

LmValue lm_build_reshape (LmBuilder *self, LmValue x, const LmShape *shape);
LmValue lm_build_concat (LmBuilder *self, const LmValue *in, int n_in, int axis);
LmValue lm_build_pad (LmBuilder *self, LmValue x, const LmPadAttrs *attrs);
LmValue lm_build_dropout (LmBuilder *self, LmValue x, const LmDropoutAttrs *attrs);

/* The numbers of @x at other places; see LmArrangeAttrs. */
LmValue lm_build_arrange (LmBuilder *self, LmValue x, const LmArrangeAttrs *attrs);

/* Axis i of the result is axis axes[i] of @x; axes[0] is 0 where there is a batch. */
LmValue lm_build_permute (LmBuilder *self, LmValue x, const int *axes);

/* Places start, start + step, … (n of them) along @axis; a negative step goes backwards. */
LmValue lm_build_slice (LmBuilder *self, LmValue x, int axis, gint64 start, gint64 step, gint64 n);
LmValue lm_build_flip (LmBuilder *self, LmValue x, int axis);

/* A new axis of @n equal places in front of @axis; or with lm_build_repeat each place along @axis comes n times. */
LmValue lm_build_stack (LmBuilder *self, LmValue x, int axis, gint64 n);
LmValue lm_build_repeat (LmBuilder *self, LmValue x, int axis, gint64 n);

/* Over the last axis. */
LmValue lm_build_row_norm (LmBuilder *self, LmValue x, LmRowNormKind kind, double epsilon);

/* scale·a·b of the last two axes; see LmProductAttrs. */
LmValue lm_build_product (LmBuilder *self, LmValue a, LmValue b, gboolean transpose_a, gboolean transpose_b, double scale);
LmValue lm_build_resize (LmBuilder *self, LmValue x, LmResizeKind kind, gint64 height, gint64 width);

/* In training only; @x itself else. */
LmValue lm_build_noise (LmBuilder *self, LmValue x, const LmNoiseAttrs *attrs);

/**
 * lm_builder_logits:
 * @kind: (out): which function was taken off: LM_ACT_SIGMOID, LM_ACT_SOFTMAX or LM_ACT_LINEAR
 *
 * Returns: the value before a last softmax or sigmoid, else @y itself.
 */
LmValue lm_builder_logits (LmBuilder *self, LmValue y, LmActivation *kind);

/* Marks a value as wanted from outside: kept to the end of the pass, never fused away. */
void lm_builder_observe (LmBuilder *self, LmValue value);

/* --- For the lowering driver only -------------------------------------- */

/**
 * LmBuilderScope: the node whose lower () runs
 * @node: index in the driver's list; stored in every value and op
 * @path: “3/1”; @name_path: “block/conv2d”: prefixes of slots; borrowed while the scope lasts
 * @name: of the node, for messages; must stay as long as the builder
 * @key: lm_hash_string (path)
 * @frozen: its weights are not trained; normalization runs on its moving statistics
 * @shared: its weights may exist already (linked copies)
 */
typedef struct {
  int node;
  const char *name;
  const char *path;
  const char *name_path;
  guint64 key;
  gboolean frozen;
  gboolean shared;
} LmBuilderScope;

void lm_builder_enter (LmBuilder *self, const LmBuilderScope *scope);

/* An unknown value, as output of a node that failed. */
LmValue lm_builder_unknown (LmBuilder *self);

typedef struct {
  int node;
  int port;
  LmError code;
  char *title;
  char *message;
  GArray *suggestions; /* LmSuggestion */
} LmBuilderError;

/* Takes the error of the current node, so that the next can be built; NULL if there is none. (transfer full) */
LmBuilderError *lm_builder_take_error (LmBuilder *self);
void lm_builder_error_free (LmBuilderError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmBuilder, lm_builder_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmBuilderError, lm_builder_error_free)

G_END_DECLS
