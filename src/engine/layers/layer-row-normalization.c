/* layer-row-normalization.c: normalization of each sample by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

#define AXES_SPEC(help_)                                                                                     \
  {                                                                                                          \
    .kind = LM_OPTION_INTS, .id = "axis", .title = N_ ("Axes"), .help = help_, .initial_ints = { -1 },       \
    .initial_n = 1, .min = -(LM_MAX_RANK - 1), .max = LM_MAX_RANK - 1, .min_n = 1, .max_n = LM_MAX_RANK - 1, \
    .rare = TRUE                                                                                             \
  }

#define EPSILON_SPEC(initial_)                                                                                           \
  {                                                                                                                      \
    .kind = LM_OPTION_DOUBLE, .id = "epsilon", .title = N_ ("Epsilon"),                                                  \
    .help = N_ ("Added to the variance, so that equal numbers do not divide by zero."), .initial = initial_, .min = 0.0, \
    .max = 1.0, .above_min = TRUE, .log_scale = TRUE, .rare = TRUE                                                       \
  }

#define CENTER_SPEC LM_SPEC_BOOL ("center", N_ ("Learn an offset"), TRUE, N_ ("Adds a learned number (beta) to each feature."))
#define SCALE_SPEC LM_SPEC_BOOL ("scale", N_ ("Learn a scale"), TRUE, N_ ("Multiplies each feature by a learned number (gamma)."))
#define BETA_INITIALIZER_SPEC LM_SPEC_INITIALIZER ("beta_initializer", N_ ("Offset initializer"), "zeros", N_ ("What beta is before training."))
#define GAMMA_INITIALIZER_SPEC LM_SPEC_INITIALIZER ("gamma_initializer", N_ ("Scale initializer"), "ones", N_ ("What gamma is before training."))
#define BETA_REGULARIZER_SPEC LM_SPEC_REGULARIZER ("beta_regularizer", N_ ("Offset regularizer"), N_ ("A cost for a large beta that is added to the loss."))
#define GAMMA_REGULARIZER_SPEC LM_SPEC_REGULARIZER ("gamma_regularizer", N_ ("Scale regularizer"), N_ ("A cost for a large gamma that is added to the loss."))

/* --- LayerNormalization ------------------------------------------------------ */

enum {
  LAYER_AXIS,
  LAYER_EPSILON,
  LAYER_CENTER,
  LAYER_SCALE,
  LAYER_BETA_INITIALIZER,
  LAYER_GAMMA_INITIALIZER,
  LAYER_BETA_REGULARIZER,
  LAYER_GAMMA_REGULARIZER,
};

static const LmOptionSpec layer_options[] = {
  [LAYER_AXIS] = AXES_SPEC (N_ ("Over which axes mean and variance are taken; −1 is the last one.")),
  [LAYER_EPSILON] = EPSILON_SPEC (1e-3),
  [LAYER_CENTER] = CENTER_SPEC,
  [LAYER_SCALE] = SCALE_SPEC,
  [LAYER_BETA_INITIALIZER] = BETA_INITIALIZER_SPEC,
  [LAYER_GAMMA_INITIALIZER] = GAMMA_INITIALIZER_SPEC,
  [LAYER_BETA_REGULARIZER] = BETA_REGULARIZER_SPEC,
  [LAYER_GAMMA_REGULARIZER] = GAMMA_REGULARIZER_SPEC,
};

static LmLayout
layout_of (const LmShape *shape)
{
  return shape->rank == 1 ? LM_LAYOUT_PADDED : LM_LAYOUT_NATURAL;
}

/* y = (x − mean) / √(variance + epsilon)·gamma + beta, mean and variance of each sample over the axes.
 *
 * Shapes: x, y (N, …); gamma, beta (sizes of the axes). Source: Ba, Kiros & Hinton 2016.
 */
static void
layer_normalization_lower (LmBuilder *b,
                           const LmNode *node,
                           const LmValue *in,
                           int n_in,
                           LmValue *out)
{
  LmShape x = lm_builder_shape (b, in[0]), along;
  guint32 axes;

  if (!lm_layer_wants_features (b, in[0], 0))
    return;
  axes = lm_layer_axes (b, node, LAYER_AXIS, &x);
  if (axes == 0)
    return;
  along = lm_shape_along (&x, axes, FALSE);
  out[0] = lm_layer_row_norm (b, in[0], axes, LM_ROW_STANDARD, lm_node_double (node, LAYER_EPSILON));
  if (lm_node_bool (node, LAYER_SCALE))
    out[0] = lm_layer_along (b, out[0], LM_BINARY_MUL, lm_layer_weight (b, node, "gamma", &along, layout_of (&along), LAYER_GAMMA_INITIALIZER, LAYER_GAMMA_REGULARIZER), axes);
  if (lm_node_bool (node, LAYER_CENTER))
    out[0] = lm_layer_along (b, out[0], LM_BINARY_ADD, lm_layer_weight (b, node, "beta", &along, layout_of (&along), LAYER_BETA_INITIALIZER, LAYER_BETA_REGULARIZER), axes);
}

/* --- GroupNormalization ------------------------------------------------------ */

enum {
  GROUP_GROUPS,
  GROUP_AXIS,
  GROUP_EPSILON,
  GROUP_CENTER,
  GROUP_SCALE,
  GROUP_BETA_INITIALIZER,
  GROUP_GAMMA_INITIALIZER,
  GROUP_BETA_REGULARIZER,
  GROUP_GAMMA_REGULARIZER,
};

static const LmOptionSpec group_options[] = {
  [GROUP_GROUPS] = {
    .kind = LM_OPTION_INT,
    .id = "groups",
    .title = N_ ("Groups"),
    .help = N_ ("Into how many groups the channels are cut. 1 normalizes all of a sample together, −1 each channel by itself."),
    .initial = 32,
    .min = -1,
    .max = 65536,
  },
  [GROUP_AXIS] = {
    .kind = LM_OPTION_INT,
    .id = "axis",
    .title = N_ ("Axis"),
    .help = N_ ("Which axis the channels are; −1 is the last one."),
    .initial = -1,
    .min = -(LM_MAX_RANK - 1),
    .max = LM_MAX_RANK - 1,
    .rare = TRUE,
  },
  [GROUP_EPSILON] = EPSILON_SPEC (1e-3),
  [GROUP_CENTER] = CENTER_SPEC,
  [GROUP_SCALE] = SCALE_SPEC,
  [GROUP_BETA_INITIALIZER] = BETA_INITIALIZER_SPEC,
  [GROUP_GAMMA_INITIALIZER] = GAMMA_INITIALIZER_SPEC,
  [GROUP_BETA_REGULARIZER] = BETA_REGULARIZER_SPEC,
  [GROUP_GAMMA_REGULARIZER] = GAMMA_REGULARIZER_SPEC,
};

/* Cuts @axis into groups, normalizes over all axes but batch and group, and joins it again. */
static LmValue
normalize_groups (LmBuilder *b,
                  const LmNode *node,
                  LmValue x,
                  int axis,
                  gint64 groups)
{
  LmShape shape = lm_builder_shape (b, x), cut = { .rank = shape.rank + 1 };
  guint32 axes = 0;
  LmValue y;

  for (int i = 0; i < cut.rank; i++) {
    cut.dim[i] = i < axis ? shape.dim[i] : i == axis     ? groups
                                         : i == axis + 1 ? shape.dim[axis] / groups
                                                         : shape.dim[i - 1];
    if (i != 0 && i != axis)
      axes |= LM_BIT (i);
  }
  y = lm_layer_row_norm (b, lm_build_reshape (b, x, &cut), axes, LM_ROW_STANDARD, lm_node_double (node, GROUP_EPSILON));
  return lm_build_reshape (b, y, &shape);
}

/* y = (x − mean) / √(variance + epsilon)·gamma + beta, mean and variance of each sample over all places and the channels of a
 * group.
 *
 * Shapes: x, y (N, …, C); gamma, beta (C). Source: Wu & He 2018.
 */
static void
group_normalization_lower (LmBuilder *b,
                           const LmNode *node,
                           const LmValue *in,
                           int n_in,
                           LmValue *out)
{
  LmShape x = lm_builder_shape (b, in[0]), channels;
  gint64 groups = lm_node_int (node, GROUP_GROUPS);
  int axis;

  if (!lm_layer_wants_features (b, in[0], 0))
    return;
  axis = lm_layer_axis (b, node, GROUP_AXIS, &x);
  if (axis < 0)
    return;
  if (groups == -1)
    groups = x.dim[axis];
  if (groups == 0 || x.dim[axis] % groups != 0) {
    lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s cannot cut its channels into equal groups"),
                   g_strdup_printf (_ ("%" PRId64 " channels come from %s, which do not divide by %" PRId64 " groups."),
                                    x.dim[axis], lm_builder_source_name (b, in[0]), groups));
    lm_suggest_int (b, GROUP_GROUPS, x.dim[axis] % 8 == 0 ? 8 : 1);
    return;
  }
  if (x.rank == LM_MAX_RANK) {
    lm_layer_fail (b, 0, LM_ERROR_SHAPE, _ ("%s has too many axes"), g_strdup_printf (_ ("The input has %d axes, at most %d are possible."), x.rank, LM_MAX_RANK - 1));
    return;
  }
  channels = LM_SHAPE (x.dim[axis]);
  out[0] = normalize_groups (b, node, in[0], axis, groups);
  if (lm_node_bool (node, GROUP_SCALE))
    out[0] = lm_layer_along (b, out[0], LM_BINARY_MUL, lm_layer_weight (b, node, "gamma", &channels, LM_LAYOUT_PADDED, GROUP_GAMMA_INITIALIZER, GROUP_GAMMA_REGULARIZER), LM_BIT (axis));
  if (lm_node_bool (node, GROUP_CENTER))
    out[0] = lm_layer_along (b, out[0], LM_BINARY_ADD, lm_layer_weight (b, node, "beta", &channels, LM_LAYOUT_PADDED, GROUP_BETA_INITIALIZER, GROUP_BETA_REGULARIZER), LM_BIT (axis));
}

/* --- UnitNormalization and RMSNormalization ------------------------------------ */

enum {
  UNIT_AXIS,
};

static const LmOptionSpec unit_options[] = {
  [UNIT_AXIS] = AXES_SPEC (N_ ("Over which axes the length is taken; −1 is the last one.")),
};

/* y = x / √(Σ x²) over the axes. Any shape. */
static void
unit_normalization_lower (LmBuilder *b,
                          const LmNode *node,
                          const LmValue *in,
                          int n_in,
                          LmValue *out)
{
  LmShape x = lm_builder_shape (b, in[0]);
  guint32 axes;

  if (!lm_layer_wants_features (b, in[0], 0))
    return;
  axes = lm_layer_axes (b, node, UNIT_AXIS, &x);
  if (axes != 0)
    out[0] = lm_layer_row_norm (b, in[0], axes, LM_ROW_UNIT, 1e-12);
}

enum {
  RMS_AXIS,
  RMS_EPSILON,
};

static const LmOptionSpec rms_options[] = {
  [RMS_AXIS] = AXES_SPEC (N_ ("Over which axes the mean square is taken; −1 is the last one.")),
  [RMS_EPSILON] = EPSILON_SPEC (1e-6),
};

/* y = x / √(mean of x² + epsilon)·scale over the axes. Shapes: x, y (N, …); scale (sizes of the axes). Source: Zhang & Sennrich 2019. */
static void
rms_normalization_lower (LmBuilder *b,
                         const LmNode *node,
                         const LmValue *in,
                         int n_in,
                         LmValue *out)
{
  LmShape x = lm_builder_shape (b, in[0]), along;
  g_autoptr (LmOptionSet) ones = lm_option_set_new (lm_family_find ("initializer", "ones"));
  guint32 axes;

  if (!lm_layer_wants_features (b, in[0], 0))
    return;
  axes = lm_layer_axes (b, node, RMS_AXIS, &x);
  if (axes == 0)
    return;
  along = lm_shape_along (&x, axes, FALSE);
  out[0] = lm_layer_row_norm (b, in[0], axes, LM_ROW_RMS, lm_node_double (node, RMS_EPSILON));
  out[0] = lm_layer_along (b, out[0], LM_BINARY_MUL, lm_build_weight (b, "scale", &along, layout_of (&along), ones, NULL), axes);
}

const LmLayerClass lm_layer_layer_normalization = {
  .member = {
    .id = "LayerNormalization",
    .title = N_ ("Layer normalization"),
    .help = N_ ("Brings the features of each sample, at each place, to mean 0 and deviation 1: y = (x − mean) / √(variance + epsilon)·gamma + beta. Unlike BatchNormalization it does not look at other samples, so it does the same in training and afterwards, and suits sequences and attention."),
    .options = layer_options,
    .n_options = G_N_ELEMENTS (layer_options),
  },
  .category = "normalization",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = layer_normalization_lower,
  .synonyms = N_ ("layer norm, layernorm, ln, transformer, normalize"),
  .reference = "/reference/layer/LayerNormalization",
  .keras = "LayerNormalization(axis={axis}, epsilon={epsilon}, center={center}, scale={scale}, beta_initializer={beta_initializer}, gamma_initializer={gamma_initializer}, beta_regularizer={beta_regularizer}, gamma_regularizer={gamma_regularizer})",
};

const LmLayerClass lm_layer_group_normalization = {
  .member = {
    .id = "GroupNormalization",
    .title = N_ ("Group normalization"),
    .help = N_ ("Cuts the channels into groups and brings each group of each sample, over all places, to mean 0 and deviation 1: y = (x − mean) / √(variance + epsilon)·gamma + beta. Works with batches of any size, also of one picture."),
    .options = group_options,
    .n_options = G_N_ELEMENTS (group_options),
  },
  .category = "normalization",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = group_normalization_lower,
  .synonyms = N_ ("group norm, instance norm, gn, normalize"),
  .reference = "/reference/layer/GroupNormalization",
  .keras = "GroupNormalization(groups={groups}, axis={axis}, epsilon={epsilon}, center={center}, scale={scale}, beta_initializer={beta_initializer}, gamma_initializer={gamma_initializer}, beta_regularizer={beta_regularizer}, gamma_regularizer={gamma_regularizer})",
};

const LmLayerClass lm_layer_unit_normalization = {
  .member = {
    .id = "UnitNormalization",
    .title = N_ ("Unit normalization"),
    .help = N_ ("Brings the features of each sample to length 1: y = x / √(Σ x²). Only the direction remains, as for comparing vectors by their angle."),
    .options = unit_options,
    .n_options = G_N_ELEMENTS (unit_options),
  },
  .category = "normalization",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = unit_normalization_lower,
  .synonyms = N_ ("l2 normalize, length, cosine, direction"),
  .reference = "/reference/layer/UnitNormalization",
  .keras = "UnitNormalization(axis={axis})",
};

const LmLayerClass lm_layer_rms_normalization = {
  .member = {
    .id = "RMSNormalization",
    .title = N_ ("RMS normalization"),
    .help = N_ ("Divides the features of each sample by their root mean square: y = x / √(mean of x² + epsilon)·scale. A cheaper LayerNormalization that leaves the mean alone."),
    .options = rms_options,
    .n_options = G_N_ELEMENTS (rms_options),
  },
  .category = "normalization",
  .min_inputs = 1,
  .max_inputs = 1,
  .mask = LM_MASK_PASS,
  .lower = rms_normalization_lower,
  .synonyms = N_ ("rms norm, root mean square, transformer, normalize"),
  .reference = "/reference/layer/RMSNormalization",
  .keras = "RMSNormalization(axis={axis}, epsilon={epsilon})",
};
