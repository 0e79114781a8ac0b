/* lm-layer-kit.c: messages and remedies that several layers share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-kit.h"

#include "lm-activation.h"
#include "lm-initializer.h"
#include "lm-regularizer.h"

#include <string.h>

const char *const lm_padding_choices[] = { "valid", "same", NULL };

char *
lm_layer_source (const LmBuilder *b,
                 LmValue value)
{
  LmShape shape = lm_builder_shape (b, value);
  g_autofree char *size = lm_shape_to_string (&shape);

  /* Translators: a size and the name of a layer: “14×14×32 comes from max_pooling2d”. */
  return g_strdup_printf (_ ("%s comes from %s"), size, lm_builder_source_name (b, value));
}

LmValue
lm_layer_fail (LmBuilder *b,
               int port,
               LmError code,
               const char *title,
               char *message)
{
  g_autofree char *full = g_strdup_printf (title, lm_builder_node_name (b));
  LmValue unknown = lm_builder_fail (b, port, code, full, "%s", message);

  g_free (message);
  return unknown;
}

void
lm_suggest_text (LmBuilder *b,
                 int option,
                 const char *text)
{
  LmSuggestion suggestion = {
    .kind = LM_SUGGEST_SET_OPTION,
    .option = option,
    .value = { .is_set = TRUE, .kind = LM_OPTION_CHOICE, .text = (char *) text },
  };

  lm_builder_suggest (b, &suggestion);
}

void
lm_suggest_int (LmBuilder *b,
                int option,
                gint64 value)
{
  LmSuggestion suggestion = { .kind = LM_SUGGEST_SET_OPTION, .option = option, .value = LM_VALUE_INT (value) };

  lm_builder_suggest (b, &suggestion);
}

void
lm_suggest_ints (LmBuilder *b,
                 int option,
                 const gint64 *values,
                 int n)
{
  LmSuggestion suggestion = {
    .kind = LM_SUGGEST_SET_OPTION,
    .option = option,
    .value = { .is_set = TRUE, .kind = LM_OPTION_INTS, .ints = { .n = n } },
  };

  g_assert (n <= LM_MAX_LIST);
  memcpy (suggestion.value.ints.v, values, (gsize) n * sizeof values[0]);
  lm_builder_suggest (b, &suggestion);
}

void
lm_suggest_insert (LmBuilder *b,
                   int port,
                   const char *layer,
                   const char *options,
                   ...)
{
  LmSuggestion suggestion = { .kind = LM_SUGGEST_INSERT_BEFORE, .port = port, .layer = layer };
  va_list args;

  va_start (args, options);
  g_vsnprintf (suggestion.options, sizeof suggestion.options, options, args);
  va_end (args);
  lm_builder_suggest (b, &suggestion);
}

void
lm_suggest_swap (LmBuilder *b,
                 const char *layer)
{
  LmSuggestion suggestion = { .kind = LM_SUGGEST_SWAP, .layer = layer };

  lm_builder_suggest (b, &suggestion);
}

void
lm_suggest_remove (LmBuilder *b)
{
  LmSuggestion suggestion = { .kind = LM_SUGGEST_REMOVE };

  lm_builder_suggest (b, &suggestion);
}

void
lm_suggest_remove_source (LmBuilder *b,
                          int port)
{
  LmSuggestion suggestion = { .kind = LM_SUGGEST_REMOVE_SOURCE, .port = port };

  lm_builder_suggest (b, &suggestion);
}

gboolean
lm_layer_wants_numbers (LmBuilder *b,
                        LmValue x,
                        int port)
{
  LmDtype dtype = lm_builder_dtype (b, x);

  if (!lm_builder_is_known (b, x))
    return FALSE;
  if (dtype == LM_F32)
    return TRUE;
  lm_layer_fail (b, port, LM_ERROR_SHAPE, _ ("%s needs real numbers"),
                 g_strdup_printf (_ ("Whole numbers (%s) come from %s. Set its dtype to float32."),
                                  lm_dtype_name (dtype), lm_builder_source_name (b, x)));
  return FALSE;
}

gboolean
lm_layer_wants_features (LmBuilder *b,
                         LmValue x,
                         int port)
{
  if (!lm_layer_wants_numbers (b, x, port))
    return FALSE;
  if (lm_builder_shape (b, x).rank >= 2)
    return TRUE;
  lm_layer_fail (b, port, LM_ERROR_SHAPE, _ ("%s needs an axis of features"),
                 g_strdup_printf (_ ("A single number per sample comes from %s."), lm_builder_source_name (b, x)));
  lm_suggest_insert (b, port, "Reshape", "target_shape=1");
  return FALSE;
}

/* A list of numbers that makes a square picture of 1 or 3 channels probably is one. */
static void
suggest_picture (LmBuilder *b,
                 int port,
                 const LmShape *shape)
{
  if (shape->rank == 3) {
    lm_suggest_insert (b, port, "Reshape", "target_shape=%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT "x1", shape->dim[1], shape->dim[2]);
    return;
  }
  for (int channels = 1; channels <= 3 && shape->rank == 2; channels += 2) {
    gint64 side = (gint64) sqrt ((double) (shape->dim[1] / channels));

    if (side > 1 && side * side * channels == shape->dim[1])
      lm_suggest_insert (b, port, "Reshape", "target_shape=%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT "x%d", side, side, channels);
  }
}

gboolean
lm_layer_wants_picture (LmBuilder *b,
                        LmValue x,
                        int port)
{
  LmShape shape = lm_builder_shape (b, x);
  g_autofree char *source = NULL;

  if (!lm_layer_wants_numbers (b, x, port))
    return FALSE;
  if (shape.rank == 4)
    return TRUE;
  source = lm_layer_source (b, x);
  lm_layer_fail (b, port, LM_ERROR_SHAPE, _ ("%s needs height × width × channels"), g_strdup_printf (_ ("%s."), source));
  suggest_picture (b, port, &shape);
  return FALSE;
}

gboolean
lm_layer_wants_sequence (LmBuilder *b,
                         LmValue x,
                         int port)
{
  LmShape shape = lm_builder_shape (b, x);
  g_autofree char *source = NULL;

  if (!lm_layer_wants_numbers (b, x, port))
    return FALSE;
  if (shape.rank == 3)
    return TRUE;
  source = lm_layer_source (b, x);
  lm_layer_fail (b, port, LM_ERROR_SHAPE, _ ("%s needs time × features"), g_strdup_printf (_ ("%s."), source));
  if (shape.rank == 2)
    lm_suggest_insert (b, port, "Reshape", "target_shape=%" G_GINT64_FORMAT "x1", shape.dim[1]);
  if (shape.rank == 4)
    lm_suggest_insert (b, port, "Reshape", "target_shape=%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT, shape.dim[1], shape.dim[2] * shape.dim[3]);
  return FALSE;
}

/* The op that made @x is a pooling, so that doing without it makes the picture larger. */
static gboolean
is_pooled (LmBuilder *b,
           LmValue x)
{
  const LmGraph *graph = lm_builder_graph (b);
  const LmValueInfo *info = lm_graph_value (graph, x.index);

  return info->kind == LM_VALUE_OP && lm_graph_op (graph, info->producer)->id == LM_OP_pool2d;
}

gboolean
lm_window_place (LmWindow *self,
                 LmBuilder *b,
                 LmValue x,
                 int padding,
                 gboolean removable)
{
  LmShape shape = lm_builder_shape (b, x);

  for (int i = 0; i < 2; i++) {
    gint64 size = shape.dim[1 + i];
    gint64 places = (size + self->stride[i] - 1) / self->stride[i];
    gint64 zeros;

    self->span[i] = (self->size[i] - 1) * self->dilation[i] + 1;
    zeros = self->same ? MAX ((places - 1) * self->stride[i] + self->span[i] - size, 0) : 0;
    self->before[i] = zeros / 2;
    self->after[i] = zeros - zeros / 2;
  }
  if (self->same || (self->span[0] <= shape.dim[1] && self->span[1] <= shape.dim[2]))
    return TRUE;

  {
    g_autofree char *name = g_strdup (lm_builder_node_name (b));
    g_autofree char *source = lm_layer_source (b, x);
    g_autofree char *title = g_strdup_printf (_ ("%s needs at least %" PRId64 "×%" PRId64 ", gets %" PRId64 "×%" PRId64),
                                              name, self->span[0], self->span[1], shape.dim[1], shape.dim[2]);

    lm_builder_fail (b, 0, LM_ERROR_SHAPE, title, _ ("%s. The window does not fit inside the picture."), source);
  }
  lm_suggest_text (b, padding, "same");
  if (is_pooled (b, x))
    lm_suggest_remove_source (b, 0);
  if (removable)
    lm_suggest_remove (b);
  return FALSE;
}

int
lm_layer_pair (const LmNode *node,
               int index,
               gint64 pair[2])
{
  gint64 list[LM_MAX_LIST];
  int n = lm_node_ints (node, index, list);

  if (n >= 1)
    pair[0] = pair[1] = list[0];
  if (n >= 2)
    pair[1] = list[1];
  return n;
}

/* Some initializers make matrices only. */
static gboolean
initializer_fits (LmBuilder *b,
                  const char *name,
                  const LmShape *shape,
                  const LmOptionSet *options,
                  int index)
{
  const LmInitializerClass *initializer = (const LmInitializerClass *) options->member;
  LmSuggestion back_to_default = { .kind = LM_SUGGEST_SET_OPTION, .option = index };

  if (shape->rank >= initializer->min_rank && (initializer->max_rank == 0 || shape->rank <= initializer->max_rank))
    return TRUE;
  lm_layer_fail (b, -1, LM_ERROR_OPTION, _ ("%s needs another initializer"),
                 g_strdup_printf (initializer->max_rank == 2 ? _ ("“%s” makes matrices, “%s” has %d axes.") : _ ("“%s” needs at least two axes, “%s” has %d."),
                                  initializer->member.id, name, shape->rank));
  lm_builder_suggest (b, &back_to_default);
  return FALSE;
}

LmValue
lm_layer_weight (LmBuilder *b,
                 const LmNode *node,
                 const char *name,
                 const LmShape *shape,
                 LmLayout layout,
                 int initializer,
                 int regularizer)
{
  const LmOptionSet *options = lm_node_object (node, initializer);
  char constraint_id[64];
  LmValue weight;
  int constraint;

  if (!initializer_fits (b, name, shape, options, initializer))
    return lm_builder_unknown (b);
  g_snprintf (constraint_id, sizeof constraint_id, "%s_constraint", name);
  weight = lm_build_weight (b, name, shape, layout, options, regularizer >= 0 ? lm_node_object (node, regularizer) : NULL);
  constraint = lm_option_set_index (node->options, constraint_id);
  if (constraint >= 0)
    lm_builder_constrain (b, weight, lm_node_object (node, constraint));
  return weight;
}

LmValue
lm_layer_penalize (LmBuilder *b,
                   const LmNode *node,
                   int regularizer,
                   LmValue x)
{
  const LmOptionSet *options = lm_node_object (node, regularizer);
  double l1, l2;

  if (options == NULL)
    return x;
  lm_regularizer_factors (options, &l1, &l2);
  lm_builder_penalize (b, x, l1, l2);
  return x;
}

LmValue
lm_layer_state (LmBuilder *b,
                const LmNode *node,
                const char *name,
                const LmShape *shape,
                int initializer)
{
  const LmOptionSet *options = lm_node_object (node, initializer);

  if (!initializer_fits (b, name, shape, options, initializer))
    return lm_builder_unknown (b);
  return lm_build_state (b, name, shape, options);
}

const char *
lm_layer_member_id (const LmNode *node,
                    int index)
{
  const LmOptionSet *object = lm_node_object (node, index);

  return object != NULL ? object->member->id : NULL;
}

LmValue
lm_layer_activate (LmBuilder *b,
                   const LmNode *node,
                   int index,
                   LmValue x)
{
  const LmOptionSet *object = lm_node_object (node, index);
  LmActivationAttrs attrs;

  if (object == NULL)
    return x;
  attrs = lm_activation_attrs (object);
  return lm_build_activation (b, x, &attrs);
}
