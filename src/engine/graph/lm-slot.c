/* lm-slot.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-slot.h"

#include <string.h>

LmSlot *
lm_slot_copy (const LmSlot *self)
{
  LmSlot *copy = g_memdup2 (self, sizeof *self);

  copy->path = g_strdup (self->path);
  copy->name_path = g_strdup (self->name_path);
  copy->initializer = self->initializer != NULL ? lm_option_set_copy (self->initializer) : NULL;
  copy->constraint = self->constraint != NULL ? lm_option_set_copy (self->constraint) : NULL;
  copy->regularizer = self->regularizer != NULL ? lm_option_set_copy (self->regularizer) : NULL;
  return copy;
}

void
lm_slot_free (LmSlot *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->name_path);
  g_clear_pointer (&self->initializer, lm_option_set_free);
  g_clear_pointer (&self->regularizer, lm_option_set_free);
  g_clear_pointer (&self->constraint, lm_option_set_free);
  g_free (self);
}

static gint64
round_up (gint64 n)
{
  return (n + LM_PANEL - 1) / LM_PANEL * LM_PANEL;
}

gint64
lm_layout_size (LmLayout layout,
                const LmShape *shape)
{
  switch (layout) {
  case LM_LAYOUT_PANELS:
    g_assert (shape->rank == 2);
    return shape->dim[0] * round_up (shape->dim[1]);
  case LM_LAYOUT_PADDED:
  case LM_LAYOUT_NATURAL:
  default:
    return round_up (lm_shape_n_elements (shape, 1));
  }
}

/* Natural row @k of a matrix (K, N) is spread over the panels: 16 columns each. */
static void
move_row (const LmShape *shape,
          gsize size,
          gint64 k,
          guint8 *natural,
          guint8 *packed,
          gboolean pack)
{
  gint64 rows = shape->dim[0], columns = shape->dim[1];

  for (gint64 n = 0; n < columns; n += LM_PANEL) {
    gsize bytes = (gsize) MIN (LM_PANEL, columns - n) * size;
    guint8 *in_panel = packed + (gsize) (n * rows + k * LM_PANEL) * size;
    guint8 *in_row = natural + (gsize) (k * columns + n) * size;

    if (pack)
      memcpy (in_panel, in_row, bytes);
    else
      memcpy (in_row, in_panel, bytes);
  }
}

void
lm_layout_pack (LmLayout layout,
                const LmShape *shape,
                gboolean f64,
                const void *natural,
                void *packed)
{
  gsize size = f64 ? sizeof (double) : sizeof (float);
  gint64 n = lm_shape_n_elements (shape, 1), padded = lm_layout_size (layout, shape);

  if (layout != LM_LAYOUT_PANELS) {
    memcpy (packed, natural, (gsize) n * size);
    memset ((guint8 *) packed + (gsize) n * size, 0, (gsize) (padded - n) * size);
    return;
  }
  if (shape->dim[1] % LM_PANEL != 0)
    memset (packed, 0, (gsize) padded * size);
  for (gint64 k = 0; k < shape->dim[0]; k++)
    move_row (shape, size, k, (guint8 *) natural, packed, TRUE);
}

void
lm_layout_unpack (LmLayout layout,
                  const LmShape *shape,
                  gboolean f64,
                  const void *packed,
                  void *natural)
{
  gsize size = f64 ? sizeof (double) : sizeof (float);

  if (layout != LM_LAYOUT_PANELS) {
    memcpy (natural, packed, (gsize) lm_shape_n_elements (shape, 1) * size);
    return;
  }
  for (gint64 k = 0; k < shape->dim[0]; k++)
    move_row (shape, size, k, natural, (guint8 *) packed, FALSE);
}
