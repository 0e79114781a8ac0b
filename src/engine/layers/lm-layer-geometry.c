/* lm-layer-geometry.c: windows over one, two or three axes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-geometry.h"

#include <string.h>

gboolean
lm_layer_wants_space (LmBuilder *b,
                      LmValue x,
                      int port,
                      int rank)
{
  g_autofree char *source = NULL;

  if (rank == 1)
    return lm_layer_wants_sequence (b, x, port);
  if (rank == 2)
    return lm_layer_wants_picture (b, x, port);
  if (!lm_layer_wants_numbers (b, x, port))
    return FALSE;
  if (lm_builder_shape (b, x).rank == 5)
    return TRUE;
  source = lm_layer_source (b, x);
  lm_layer_fail (b, port, LM_ERROR_SHAPE, _ ("%s needs depth × height × width × channels"), g_strdup_printf (_ ("%s."), source));
  return FALSE;
}

int
lm_layer_option (const LmNode *node,
                 const char *id)
{
  int index = lm_option_set_index (node->options, id);

  g_assert (index >= 0);
  return index;
}

static void
read_list (const LmNode *node,
           const char *id,
           int rank,
           gint64 *sizes)
{
  gint64 list[LM_MAX_LIST];
  int n = lm_node_ints (node, lm_layer_option (node, id), list);

  for (int i = 0; i < rank && n > 0; i++)
    sizes[i] = list[MIN (i, n - 1)];
}

/* “3×5”, “4” */
static char *
join_sizes (const gint64 *sizes,
            int n)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    g_string_append_printf (text, "%s%" PRId64, i > 0 ? "×" : "", sizes[i]);
  return g_string_free (text, FALSE);
}

gboolean
lm_geometry_read (LmGeometry *self,
                  LmBuilder *b,
                  const LmNode *node,
                  LmValue x,
                  int rank,
                  const char *size)
{
  LmShape shape = lm_builder_shape (b, x);
  int padding = lm_layer_option (node, "padding");
  const char *rule = lm_node_text (node, padding);
  gboolean fits = TRUE;

  *self = (LmGeometry){ .rank = rank, .dilation = { 1, 1, 1 } };
  read_list (node, size, rank, self->size);
  memcpy (self->stride, self->size, sizeof self->stride);
  read_list (node, "strides", rank, self->stride);
  if (lm_option_set_index (node->options, "dilation_rate") >= 0)
    read_list (node, "dilation_rate", rank, self->dilation);
  for (int i = 0; i < rank; i++) {
    gint64 in = self->in[i] = shape.dim[1 + i];
    gint64 zeros = 0;

    self->span[i] = (self->size[i] - 1) * self->dilation[i] + 1;
    if (strcmp (rule, "same") == 0)
      zeros = MAX (((in + self->stride[i] - 1) / self->stride[i] - 1) * self->stride[i] + self->span[i] - in, 0);
    if (strcmp (rule, "causal") == 0)
      self->before[i] = self->span[i] - 1;
    else
      self->before[i] = zeros / 2;
    self->after[i] = zeros - zeros / 2;
    fits = fits && in + self->before[i] + self->after[i] >= self->span[i];
    self->out[i] = (in + self->before[i] + self->after[i] - self->span[i]) / self->stride[i] + 1;
  }
  if (!fits) {
    g_autofree char *source = lm_layer_source (b, x), *need = join_sizes (self->span, rank), *have = join_sizes (self->in, rank);
    g_autofree char *title = g_strdup_printf (_ ("%s needs at least %s, gets %s"), lm_builder_node_name (b), need, have);

    lm_builder_fail (b, 0, LM_ERROR_SHAPE, title, _ ("%s. The window does not fit inside."), source);
    lm_suggest_text (b, padding, "same");
    return FALSE;
  }
  for (int i = 0; i < rank; i++) {
    for (int k = 0; k < rank; k++) {
      if (self->stride[i] == 1 || self->dilation[k] == 1)
        continue;
      lm_layer_fail (b, -1, LM_ERROR_OPTION, _ ("%s cannot have both strides and dilation"),
                     g_strdup_printf (_ ("One of the strides is %" PRId64 ", one of the dilations is %" PRId64 "; one of the two must be 1 everywhere."),
                                      self->stride[i], self->dilation[k]));
      return FALSE;
    }
  }
  return TRUE;
}

LmValue
lm_geometry_picture (LmBuilder *b,
                     LmValue x)
{
  LmShape shape = lm_builder_shape (b, x);

  if (!lm_builder_is_known (b, x) || shape.rank != 3)
    return x;
  return lm_build_reshape (b, x, &LM_SHAPE (shape.dim[0], 1, shape.dim[1], shape.dim[2]));
}

LmValue
lm_geometry_unpicture (LmBuilder *b,
                       LmValue x,
                       int rank)
{
  LmShape shape = lm_builder_shape (b, x);

  if (!lm_builder_is_known (b, x) || rank != 1)
    return x;
  return lm_build_reshape (b, x, &LM_SHAPE (shape.dim[0], shape.dim[2], shape.dim[3]));
}

LmConvAttrs
lm_geometry_conv (const LmGeometry *self,
                  int groups)
{
  LmConvAttrs attrs = { .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = groups, .activation = LM_ACT_LINEAR };

  for (int i = self->rank > 1 ? 0 : 1; i < 2; i++) {
    int from = self->rank - 2 + i;

    attrs.stride[i] = (int) self->stride[from];
    attrs.dilation[i] = (int) self->dilation[from];
    attrs.pad_before[i] = (int) self->before[from];
    attrs.pad_after[i] = (int) self->after[from];
  }
  return attrs;
}

LmPoolAttrs
lm_geometry_pool (const LmGeometry *self,
                  gboolean max)
{
  LmPoolAttrs attrs = { .max = max, .size = { 1, 1 }, .stride = { 1, 1 } };

  for (int i = self->rank > 1 ? 0 : 1; i < 2; i++) {
    int from = self->rank - 2 + i;

    attrs.size[i] = (int) self->size[from];
    attrs.stride[i] = (int) self->stride[from];
    attrs.pad_before[i] = (int) self->before[from];
    attrs.pad_after[i] = (int) self->after[from];
  }
  return attrs;
}
