/* lm-layer-kit.h: what several layers share: option rows, messages, remedies
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-design.h"
#include "lm-layer.h"

#include <math.h>

G_BEGIN_DECLS

/* --- Rows of option tables ---------------------------------------------- */

#define LM_SPEC_BOOL(id_, title_, initial_, help_)                                         \
  {                                                                                        \
    .kind = LM_OPTION_BOOL, .id = id_, .title = title_, .help = help_, .initial = initial_ \
  }

#define LM_SPEC_ACTIVATION                                                                           \
  {                                                                                                  \
    .kind = LM_OPTION_OBJECT, .id = "activation", .title = N_ ("Activation"),                        \
    .help = N_ ("The function that each result goes through. None leaves the results as they are."), \
    .family = "activation", .nullable = TRUE                                                         \
  }

#define LM_SPEC_USE_BIAS \
  LM_SPEC_BOOL ("use_bias", N_ ("Add a bias"), TRUE, N_ ("Adds a learned number to each output. Not needed directly before a BatchNormalization, which adds its own."))

#define LM_SPEC_INITIALIZER(id_, title_, initial_, help_)                                          \
  {                                                                                                \
    .kind = LM_OPTION_OBJECT, .id = id_, .title = title_, .help = help_, .initial_text = initial_, \
    .family = "initializer", .rare = TRUE                                                          \
  }

#define LM_SPEC_KERNEL_INITIALIZER \
  LM_SPEC_INITIALIZER ("kernel_initializer", N_ ("Kernel initializer"), "glorot_uniform", N_ ("How the weights are drawn before training. he_normal suits relu, lecun_normal suits selu."))

#define LM_SPEC_BIAS_INITIALIZER \
  LM_SPEC_INITIALIZER ("bias_initializer", N_ ("Bias initializer"), "zeros", N_ ("What the bias is before training."))

#define LM_SPEC_REGULARIZER(id_, title_, help_)                                                   \
  {                                                                                               \
    .kind = LM_OPTION_OBJECT, .id = id_, .title = title_, .help = help_, .family = "regularizer", \
    .rare = TRUE, .nullable = TRUE                                                                \
  }

#define LM_SPEC_KERNEL_REGULARIZER \
  LM_SPEC_REGULARIZER ("kernel_regularizer", N_ ("Kernel regularizer"), N_ ("A cost for large weights that is added to the loss, against overfitting."))

#define LM_SPEC_BIAS_REGULARIZER \
  LM_SPEC_REGULARIZER ("bias_regularizer", N_ ("Bias regularizer"), N_ ("A cost for a large bias that is added to the loss. Rarely useful."))

#define LM_SPEC_ACTIVITY_REGULARIZER \
  LM_SPEC_REGULARIZER ("activity_regularizer", N_ ("Activity regularizer"), N_ ("A cost for large outputs of the layer that is added to the loss: few of them stay active."))

#define LM_SPEC_CONSTRAINT(id_, title_, help_)                                                   \
  {                                                                                              \
    .kind = LM_OPTION_OBJECT, .id = id_, .title = title_, .help = help_, .family = "constraint", \
    .rare = TRUE, .nullable = TRUE                                                               \
  }

#define LM_SPEC_KERNEL_CONSTRAINT \
  LM_SPEC_CONSTRAINT ("kernel_constraint", N_ ("Kernel constraint"), N_ ("A rule that the weights are made to keep after each step."))

#define LM_SPEC_BIAS_CONSTRAINT \
  LM_SPEC_CONSTRAINT ("bias_constraint", N_ ("Bias constraint"), N_ ("A rule that the bias is made to keep after each step."))

/* A pair of sizes along height and width. */
#define LM_SPEC_PAIR(id_, title_, unit_, a_, b_, help_)                                                           \
  {                                                                                                               \
    .kind = LM_OPTION_INTS, .id = id_, .title = title_, .unit = unit_, .help = help_, .initial_ints = { a_, b_ }, \
    .initial_n = 2, .min = 1, .max = LM_MAX_WINDOW, .min_n = 2, .max_n = 2                                        \
  }

/* Larger windows, strides and dilations are a slip of the finger. */
#define LM_MAX_WINDOW 4096

extern const char *const lm_padding_choices[]; /* “valid”, “same” */

#define LM_SPEC_SEED                                                                             \
  {                                                                                              \
    .kind = LM_OPTION_INT, .id = "seed", .title = N_ ("Seed"),                                   \
    .help = N_ ("Another number draws other numbers. None: the seed of the run alone decides."), \
    .initial = NAN, .min = 0, .max = G_MAXINT32, .rare = TRUE, .nullable = TRUE                  \
  }

#define LM_SPEC_PADDING                                                                                                                                                                              \
  {                                                                                                                                                                                                  \
    .kind = LM_OPTION_CHOICE, .id = "padding", .title = N_ ("Padding"),                                                                                                                              \
    .help = N_ ("“valid” uses only places where the window lies inside the picture, which shrinks it. “same” adds a border so that the result has the size of the picture, divided by the stride."), \
    .initial_text = "valid", .choices = lm_padding_choices                                                                                                                                           \
  }

/* --- Messages ------------------------------------------------------------ */

/* Returns: (transfer full): “14×14×32 comes from max_pooling2d”. */
char *lm_layer_source (const LmBuilder *b, LmValue value);

/**
 * lm_layer_fail:
 * @title: “%s needs …”, translated, with one %s for the name of the layer
 * @message: (transfer full): full sentences, translated
 *
 * Returns: an unknown value
 */
LmValue lm_layer_fail (LmBuilder *b, int port, LmError code, const char *title, char *message);

/* --- Remedies for the failure just recorded ------------------------------ */

void lm_suggest_text (LmBuilder *b, int option, const char *text); /* CHOICE */
void lm_suggest_int (LmBuilder *b, int option, gint64 value);
void lm_suggest_ints (LmBuilder *b, int option, const gint64 *values, int n);
void lm_suggest_insert (LmBuilder *b, int port, const char *layer, const char *options, ...) G_GNUC_PRINTF (4, 5);
void lm_suggest_swap (LmBuilder *b, const char *layer);
void lm_suggest_remove (LmBuilder *b);
void lm_suggest_remove_source (LmBuilder *b, int port);

/* --- Checks: FALSE after a failure with a message, or silently if x is not known --- */

/* Real numbers, not whole ones such as class or word numbers. */
gboolean lm_layer_wants_numbers (LmBuilder *b, LmValue x, int port);

/* Numbers with at least one axis behind the batch. */
gboolean lm_layer_wants_features (LmBuilder *b, LmValue x, int port);

/* Numbers of height × width × channels. */
gboolean lm_layer_wants_picture (LmBuilder *b, LmValue x, int port);

/* --- Windows over a picture ---------------------------------------------- */

/**
 * LmWindow: where a window goes along height and width
 * @span: places it covers: (size − 1)·dilation + 1
 */
typedef struct {
  gint64 size[2];
  gint64 stride[2];
  gint64 dilation[2];
  gboolean same;
  gint64 span[2];
  gint64 before[2];
  gint64 after[2];
} LmWindow;

/**
 * lm_window_place:
 * @padding: index of the option “padding”
 * @removable: whether doing without this layer is a remedy
 *
 * Works out span and padding over picture @x as TensorFlow does: for “same” the result has ⌈size / stride⌉ places and the
 * odd one of the added zeros comes last.
 *
 * Returns: %FALSE after a failure if the window is larger than the picture
 */
gboolean lm_window_place (LmWindow *self, LmBuilder *b, LmValue x, int padding, gboolean removable);

/* Reads option @index of @node as a pair; one number counts for both. Returns how many there were. */
int lm_layer_pair (const LmNode *node, int index, gint64 pair[2]);

/* A weight whose initializer and regularizer stand in options @initializer and @regularizer (−1: no such option), and its
 * constraint in the option NAME_constraint if there is one. Fails if the
 * initializer cannot make a weight of that shape. */
LmValue lm_layer_weight (LmBuilder *b, const LmNode *node, const char *name, const LmShape *shape, LmLayout layout, int initializer, int regularizer);

/* What the output @x of the layer costs, by the regularizer in option @regularizer. Returns @x. */
LmValue lm_layer_penalize (LmBuilder *b, const LmNode *node, int regularizer, LmValue x);

/* The same for moving statistics. */
LmValue lm_layer_state (LmBuilder *b, const LmNode *node, const char *name, const LmShape *shape, int initializer);

/* x through the activation in option @index. */
LmValue lm_layer_activate (LmBuilder *b, const LmNode *node, int index, LmValue x);

/* --- Axes ------------------------------------------------------------------ */

/* The axis in INT option @index, from 1 to the last; −1 after a failure. */
int lm_layer_axis (LmBuilder *b, const LmNode *node, int index, const LmShape *shape);

/* The axes in INTS option @index as bits; 0 after a failure. */
guint32 lm_layer_axes (LmBuilder *b, const LmNode *node, int index, const LmShape *shape);

/* Sizes of @axes alone, or of all axes with 1 for the others. */
LmShape lm_shape_along (const LmShape *shape, guint32 axes, gboolean keep_dims);

/* Row normalization over @axes, wherever they stand. */
LmValue lm_layer_row_norm (LmBuilder *b, LmValue x, guint32 axes, LmRowNormKind kind, double epsilon);

/* x ∘ weight, whose axes are those axes of x. */
LmValue lm_layer_along (LmBuilder *b, LmValue x, LmBinaryKind kind, LmValue weight, guint32 axes);

/* Numbers of time × features. */
gboolean lm_layer_wants_sequence (LmBuilder *b, LmValue x, int port);

/* Id of the member in an object option, NULL for none. */
const char *lm_layer_member_id (const LmNode *node, int index);

G_END_DECLS
